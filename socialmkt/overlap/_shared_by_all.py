"""How many people all of several random audiences share: one hypergeometric after another, in logarithms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def log_pmf_of_all(universe: int, sizes: list[int]) -> Floats:
    """Give log P(0), log P(1), ... for ascending sizes, up to the smallest."""
    least = sizes[0]
    logs = np.full(least + 1, -np.inf)
    logs[least] = 0.0
    for size in sizes[1:]:
        logs = _meet(universe, size, logs)
    return logs


def _meet(universe: int, size: int, left: Floats) -> Floats:
    """Let those who are left meet one more audience."""
    met = np.full(left.size, -np.inf)
    for x in np.flatnonzero(np.isfinite(left)).tolist():
        low, logs = _log_hypergeom(universe, size, x)
        span = slice(low, low + logs.size)
        met[span] = np.logaddexp(met[span], left[x] + logs)
    return met


def _log_hypergeom(universe: int, size: int, x: int) -> tuple[int, Floats]:
    """Give the least overlap of x people with an audience, and the log chances from there on.

    Neighbours differ by the factor (x - y) (size - y) / ((y + 1) (universe - x - size + y + 1)); the sums of its
    logarithms start at the mode, where they are small.
    """
    low, high = max(0, x + size - universe), min(x, size)
    y = np.arange(low, high, dtype=np.float64)
    steps = np.log((x - y) / (y + 1) * ((size - y) / (universe - x - size + y + 1)))
    mode = min(max((x + 1) * (size + 1) // (universe + 2), low), high) - low
    logs = np.zeros(high - low + 1)
    logs[mode + 1 :] = np.cumsum(steps[mode:])
    logs[:mode] = -np.cumsum(steps[:mode][::-1])[::-1]
    with np.errstate(under="ignore"):
        return low, logs - np.log(np.exp(logs).sum())
