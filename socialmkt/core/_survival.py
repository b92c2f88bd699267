"""Survival after Kaplan and Meier, and quantiles, on bare arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Int64 = NDArray[np.int64]

REACHED = 1e-9  # the tolerance that makes a quantile without open rows exactly the nearest rank


class Curve(NamedTuple):
    """One row per distinct time at which something ended."""

    time: NDArray[Any]
    at_risk: Int64
    events: Int64
    survival: Floats
    low: Floats
    high: Floats


def survival_curve(durations: NDArray[Any], observed: NDArray[np.bool_], z: float) -> Curve:
    """Estimate survival, with ends before censorings at ties, and its log-log bounds at z standard errors."""
    order = np.argsort(durations)
    times = durations[order]
    starts = np.flatnonzero(np.append(True, times[1:] != times[:-1]))
    ended = np.add.reduceat(observed[order], starts, dtype=np.int64)
    any_end = ended > 0
    at_risk, events = (len(times) - starts)[any_end], ended[any_end]
    survival: Floats = np.cumprod((at_risk - events) / at_risk, dtype=np.float64)
    return Curve(times[starts[any_end]], at_risk, events, survival, *_bounds(at_risk, events, survival, z))


def _bounds(at_risk: Int64, events: Int64, survival: Floats, z: float) -> tuple[Floats, Floats]:
    """Bound survival by S ** exp(-+ z se), with Greenwood's variance; where S is 0, by 0 and the bound before."""
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(events / at_risk / (at_risk - events))
        spread = np.exp(z * np.sqrt(variance) / -np.log(survival))
        low, high = survival**spread, survival ** (1 / spread)
    if len(survival) and survival[-1] == 0:
        low[-1] = 0.0
        high[-1] = high[-2] if len(high) > 1 else 1.0
    return low, high


def first_at_most(survival: Floats, share: float) -> int | None:
    """Find the first row at which survival has come down to `share`."""
    reached = survival <= share + REACHED
    return int(reached.argmax()) if reached.any() else None


def linear_quantile(ordered: Floats, shares: Floats) -> Floats:
    """Interpolate between the neighbours of (n - 1) q."""
    place = (len(ordered) - 1) * shares
    below = place.astype(np.int64)
    above = np.minimum(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def nearest_rank(ordered: Floats, shares: Floats) -> Floats:
    """Take the least value that a share of the values does not exceed."""
    ranks = np.ceil(len(ordered) * (shares - REACHED)).astype(np.int64)
    return ordered[np.maximum(ranks - 1, 0)]
