"""Levels from 1 (worst) to `bins` (best), on bare arrays that know of no customers.

A *goodness* is any column in which more is better; a *cut* splits raw values; a *cell* is a group already formed.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Values = NDArray[Any]  # whole or float64
Whole = NDArray[np.integer[Any]]
Levels = NDArray[np.int64]
Rows = NDArray[np.int64]

HALF_WORD = 32


def quantile_cuts(values: Values, bins: int) -> tuple[float, ...]:
    """Cut at i / bins for i = 1 .. bins - 1, linear between neighbours; whole values give floored whole cuts."""
    ordered = np.sort(values)
    return tuple(_quantile(ordered, i, bins) for i in range(1, bins))


def _quantile(ordered: Values, i: int, bins: int) -> float:
    """In Python numbers, so that whole values stay exact: x > q is the same as x > floor(q) for them."""
    at, part = divmod((len(ordered) - 1) * i, bins)
    low: float = ordered[at].item()
    if part == 0:
        return low
    step = ordered[at + 1].item() - low
    return low + (step * part // bins if isinstance(step, int) else step * part / bins)


def cuts_passed(values: Values, cuts: Sequence[float], *, from_cut: bool) -> Levels:
    """Count the cuts below each value; with `from_cut` a value that lies on a cut has passed it."""
    passes: np.ufunc = np.greater_equal if from_cut else np.greater
    whole = math.ceil if from_cut else math.floor
    passed = np.zeros(len(values), np.int8)
    for cut in cuts:
        passed += passes(values, cut if values.dtype.kind == "f" else whole(cut))
    return passed.astype(np.int64)


def midrank(goodness: Values, bins: int) -> Levels:
    """Place equal values together at the middle of their ranks: min(k, (2 below + equal) k // 2n + 1)."""
    ordered = np.sort(goodness)
    first = run_starts(ordered)
    past = np.append(first[1:], len(ordered))
    level: Levels = np.minimum(bins, (first + past) * bins // (2 * len(ordered) or 1) + 1)
    return np.take(level, np.searchsorted(ordered[first], goodness))


def ntiles(goodness: Sequence[Values], turn: Rows, bins: int, *, nested: bool) -> list[Levels]:
    """Rank each axis over all rows, or `nested` within the cells of the axes before it."""
    cell = np.zeros(len(turn), np.int64)
    levels: list[Levels] = []
    for axis in goodness:
        levels.append(_ntile_within(axis, cell, turn, bins))
        if nested:
            cell = cell * bins + levels[-1] - 1
    return levels


def _ntile_within(goodness: Values, cell: Rows, turn: Rows, bins: int) -> Levels:
    """Deal each cell, from its worst to its best, into equal buckets; `turn` is the order among equals."""
    order = turn[np.lexsort((goodness[turn], cell[turn]))]
    sizes = np.bincount(cell)
    starts = np.cumsum(sizes) - sizes
    home = cell[order]
    levels = np.empty(len(order), np.int64)
    levels[order] = _ntile(np.arange(len(order)) - starts[home], sizes[home], bins)
    return levels


def _ntile(place: Rows, size: Rows, bins: int) -> Levels:
    """Bucket of each place (from 0) among `size`: the first size % bins buckets hold one more."""
    small, larger = np.divmod(size, bins)
    edge = larger * (small + 1)
    bucket: Levels = np.where(place < edge, place // (small + 1), larger + (place - edge) // np.maximum(small, 1))
    return bucket + 1


def run_starts(ordered: NDArray[Any]) -> Rows:
    """Tell where each run of equal values begins."""
    new = np.ones(len(ordered), np.bool_)
    new[1:] = ordered[1:] != ordered[:-1]
    return np.flatnonzero(new)


def unused(levels: Levels, bins: int) -> tuple[int, ...]:
    """List the levels 1 .. bins that nobody got."""
    counts = np.bincount(levels, minlength=bins + 1)
    return tuple((np.flatnonzero(counts[1:] == 0) + 1).tolist())


def pack(r: Whole, f: Whole, m: Whole, bins: int) -> Levels:
    """Write three levels as one number, in decimal digits: one each up to 9 bins, two each above."""
    base = 10 if bins <= 9 else 100
    return (r.astype(np.int64, copy=False) * base + f) * base + m


def weighted(levels: Sequence[Levels], weights: Sequence[float]) -> NDArray[np.float64]:
    """Take the weighted mean of the levels of each row, never beyond the least and the greatest of them."""
    weighing = [(weight, level) for weight, level in zip(weights, levels, strict=True) if weight]
    low, high = (functools.reduce(pick, [level for _, level in weighing]) for pick in (np.minimum, np.maximum))
    total = sum(weight * level for weight, level in weighing)
    return np.clip(np.asarray(total / sum(weights), np.float64), low, high)


def mean(values: Values) -> float:
    """Take the mean; of whole values exactly, rounded down."""
    if values.dtype.kind == "f":
        return math.fsum(values.tolist()) / len(values)
    return exact_sum(values) // len(values)


def exact_sum(values: Whole) -> int:
    """Sum in two halves of the words, neither of which can wrap."""
    wide = values.astype(np.int64, copy=False)
    return (int((wide >> HALF_WORD).sum()) << HALF_WORD) + int((wide & (2**HALF_WORD - 1)).sum())


def median(values: Values) -> float:
    """Take the mean of the two middle values; NaN of none."""
    if not len(values):
        return math.nan
    ordered = np.sort(values)
    low, high = ordered[(len(values) - 1) // 2].item(), ordered[len(values) // 2].item()
    return float((low + high) / 2)
