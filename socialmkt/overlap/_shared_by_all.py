"""How many people all of several random audiences share: one hypergeometric after another, in logarithms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_NEGLIGIBLE = 45.0
"""e to minus this is far below the last digit."""


def log_pmf_of_all(universe: int, sizes: list[int]) -> Floats:
    """Give log P(0), log P(1), ... for ascending sizes, up to the smallest."""
    least = sizes[0]
    logs = np.full(least + 1, -np.inf)
    logs[least] = 0.0
    for size in sizes[1:]:
        logs = _meet(universe, size, logs)
    return logs


def _meet(universe: int, size: int, left: Floats) -> Floats:
    """Let those who are left meet one more audience.

    For x people the chances of neighbouring overlaps y and y + 1 differ by the factor
    (x - y) (size - y) / ((y + 1) (universe - size - x + y + 1)), which hangs on x - y and on y apart. The sums of the
    logarithms start at the mode, where they are small.
    """
    met = np.full(left.size, -np.inf)
    y, apart = np.arange(left.size, dtype=np.float64), universe - size + 1
    with np.errstate(divide="ignore", invalid="ignore"):
        of_both, of_rest = np.log((size - y) / (y + 1)), np.log(y / (apart - y))
    for x in np.flatnonzero(np.isfinite(left)).tolist():
        low, high = max(0, x + size - universe), min(x, size)
        mode = min(max((x + 1) * (size + 1) // (universe + 2), low), high) - low
        logs = _from_mode(of_both[low:high] + of_rest[x - high + 1 : x - low + 1][::-1], mode)
        _add(met[low : high + 1], left[x] - _log_total(logs) + logs)
    return met


def _from_mode(steps: Floats, mode: int) -> Floats:
    logs = np.zeros(steps.size + 1)
    logs[mode + 1 :] = np.cumsum(steps[mode:])
    logs[:mode] = -np.cumsum(steps[:mode][::-1])[::-1]
    return logs


def _log_total(logs: Floats) -> float:
    """Add up chances of which the largest is 1."""
    return float(np.log(np.exp(logs[logs > -_NEGLIGIBLE]).sum()))


def _add(met: Floats, more: Floats) -> None:
    """Add chances in place, where they count."""
    counts = np.flatnonzero(more > met - _NEGLIGIBLE)
    met[counts] = np.logaddexp(met[counts], more[counts])
