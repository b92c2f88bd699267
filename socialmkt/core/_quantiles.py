"""Quantiles on bare arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

REACHED = 1e-9  # the tolerance on a share, so that 0.07 of 100 is 7


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
