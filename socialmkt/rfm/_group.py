"""Grouping by (customer, key) with one packed sort, and what is summed up per group.

One unsigned 64-bit number per row holds customer, key and row number. Sorting these numbers in place is several times
faster than any sort that gives an order, and the order is then read off their low bits.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.core.factorize import factorize

Int64 = NDArray[np.int64]
Words = NDArray[np.uint64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Keys = NDArray[Any]
"""int64 or uint64."""

_WORD = 64
_MASK = 2**_WORD - 1


class Runs(NamedTuple):
    """Rows in the order of (major, minor), and where in that order each cell (equal major and minor) begins."""

    rows: Int64
    cells: Int64
    heads: Int64
    """Which cells are the first of their major."""


class Cells(NamedTuple):
    """Purchases, or what was summed up from them: `rows` of them between `first` and `last` (microseconds)."""

    customer: Keys
    key: Keys
    first: Int64
    last: Int64
    total: Int64 | None
    rows: Int64 | None = None
    """None: each is one purchase."""
    at: Int64 | None = None
    """For each cell a row of the log that is in it; None: the cells are the rows."""


class Rolled(NamedTuple):
    """One row per customer, ascending; `repeat` is the total without the first key's."""

    customer: Keys
    at: Int64
    """For each customer a row of the log."""
    orders: Int64
    periods: Int64
    first: Int64
    last: Int64
    total: Int64 | None
    repeat: Int64 | None


def runs(major: Keys, minor: Keys) -> Runs:
    """Order rows by (major, minor), ties by row."""
    if not len(major):
        none = np.empty(0, np.int64)
        return Runs(none, none, none)
    return _packed(major, minor) or _packed(factorize(major).codes, factorize(minor).codes) or _lexsorted(major, minor)


def _packed(major: Keys, minor: Keys) -> Runs | None:
    """Sort major, minor and row number as one word; None where they do not fit."""
    (major_low, major_bits), (minor_low, minor_bits) = _extent(major), _extent(minor)
    row_bits = (len(major) - 1).bit_length()
    if major_bits + minor_bits + row_bits > _WORD:
        return None
    packed = _offsets(major, major_low)
    packed <<= np.uint64(minor_bits)
    spare = _offsets(minor, minor_low)
    packed |= spare
    packed <<= np.uint64(row_bits)
    packed |= np.arange(len(packed), dtype=np.uint64)
    packed.sort()
    rows = np.bitwise_and(packed, np.uint64((1 << row_bits) - 1), out=spare).view(np.int64)
    packed >>= np.uint64(row_bits)
    new_cell = packed[1:] != packed[:-1]
    packed >>= np.uint64(minor_bits)
    return _runs(rows, new_cell, packed[1:] != packed[:-1])


def _extent(keys: Keys) -> tuple[int, int]:
    """Give the least key, and the bits that the distance to the greatest takes."""
    low = int(keys.min())
    return low, (int(keys.max()) - low).bit_length()


def _offsets(keys: Keys, low: int) -> Words:
    """Subtract the least; modulo 2**64, so that all of int64 is welcome."""
    return np.subtract(keys.view(np.uint64), np.uint64(low & _MASK))


def _lexsorted(major: Keys, minor: Keys) -> Runs:
    rows = np.lexsort((minor, major))
    major, minor = major[rows], minor[rows]
    new_major = major[1:] != major[:-1]
    return _runs(rows, new_major | (minor[1:] != minor[:-1]), new_major)


def _runs(rows: Int64, new_cell: Flags, new_major: Flags) -> Runs:
    """`new_cell[i]`, `new_major[i]`: whether ordered row i + 1 begins one."""
    changes = np.flatnonzero(new_cell)
    return Runs(rows, _after(changes), _after(np.flatnonzero(new_major[changes])))


def _after(changes: Int64) -> Int64:
    """Give the starts: 0, and the one after each change."""
    starts = np.zeros(len(changes) + 1, np.int64)
    np.add(changes, 1, out=starts[1:])
    return starts


def collapse(cells: Cells) -> Cells:
    """Merge the cells of one (customer, key)."""
    by = runs(cells.customer, cells.key)
    heads = by.rows[by.cells]
    sizes = np.diff(by.cells, append=len(by.rows))
    several = np.flatnonzero(sizes > 1)
    inside, starts = _spread(by.cells[several], sizes[several])
    rows = by.rows[inside]

    def reduced(reduce: np.ufunc, values: Int64) -> Int64:
        """Most cells hold one row: reduce the others only."""
        result = values[heads]
        if len(several):
            result[several] = reduce.reduceat(values[rows], starts)
        return result

    return Cells(
        cells.customer[heads],
        cells.key[heads],
        reduced(np.minimum, cells.first),
        reduced(np.maximum, cells.last),
        None if cells.total is None else reduced(np.add, cells.total),
        sizes if cells.rows is None else reduced(np.add, cells.rows),
        heads if cells.at is None else cells.at[heads],
    )


def _spread(starts: Int64, sizes: Int64) -> tuple[Int64, Int64]:
    """List the positions of several stretches, and where each stretch begins in that list."""
    ends = np.cumsum(sizes)
    begins = ends - sizes
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) + np.repeat(starts - begins, sizes), begins


def _edges(starts: Int64, ends: Int64, length: int) -> Int64:
    """Interleave starts and ends for `reduceat`, which takes no edge at the very end."""
    edges = np.stack([starts, ends], axis=1).ravel()
    return edges[:-1] if len(edges) and edges[-1] == length else edges


def take(cells: Cells, kept: Flags) -> Cells:
    """Keep some of the cells."""
    return Cells(
        cells.customer[kept],
        cells.key[kept],
        cells.first[kept],
        cells.last[kept],
        None if cells.total is None else cells.total[kept],
        None if cells.rows is None else cells.rows[kept],
        np.flatnonzero(kept) if cells.at is None else cells.at[kept],
    )


def row_count(cells: Cells) -> int:
    """Count the purchases in cells."""
    return len(cells.customer) if cells.rows is None else int(cells.rows.sum())


def roll_up(cells: Cells, *, in_order: bool) -> Rolled:
    """Sum up the cells of each customer; the key is the period.

    `in_order`: an earlier period holds earlier instants only. So it is in UTC; where local clocks go back over midnight
    the day before comes again.
    """
    by = runs(cells.customer, cells.key)
    if not len(by.rows):
        none = np.empty(0, np.int64)
        money = None if cells.total is None else none
        return Rolled(cells.customer, none, none, none, none, none, money, money)
    starts = by.cells[by.heads]
    periods = np.diff(by.heads, append=len(by.cells))
    heads = by.rows[starts]
    first, last = _first_and_last(cells, by, starts, in_order=in_order)
    total, repeat = (None, None) if cells.total is None else _sums(cells.total.take(by.rows), by, periods)
    return Rolled(
        cells.customer[heads],
        heads if cells.at is None else cells.at[heads],
        _counts(cells.rows, by, starts),
        periods,
        first,
        last,
        total,
        repeat,
    )


def _first_and_last(cells: Cells, by: Runs, starts: Int64, *, in_order: bool) -> tuple[Int64, Int64]:
    """Look for them in the first and the last period only, where these are few of all rows."""
    edges = np.append(by.cells, len(by.rows))
    tails = np.append(by.heads[1:], len(by.cells)) - 1
    first_sizes, last_sizes = edges[by.heads + 1] - starts, edges[tails + 1] - edges[tails]
    if in_order and int(first_sizes.sum() + last_sizes.sum()) < len(by.rows) // 2:
        return (
            _reduced(np.minimum, cells.first, by, starts, first_sizes),
            _reduced(np.maximum, cells.last, by, edges[tails], last_sizes),
        )
    first = cells.first.take(by.rows)
    last = first if cells.last is cells.first else cells.last.take(by.rows)
    return np.minimum.reduceat(first, starts), np.maximum.reduceat(last, starts)


def _reduced(reduce: np.ufunc, values: Int64, by: Runs, starts: Int64, sizes: Int64) -> Int64:
    """Reduce the values of several stretches of the ordered rows."""
    inside, begins = _spread(starts, sizes)
    reduced: Int64 = reduce.reduceat(values[by.rows[inside]], begins)
    return reduced


def _counts(rows: Int64 | None, by: Runs, starts: Int64) -> Int64:
    if rows is None:
        return np.diff(starts, append=len(by.rows))
    counts: Int64 = np.add.reduceat(rows.take(by.rows), starts)
    return counts


def _sums(amount: Int64, by: Runs, periods: Int64) -> tuple[Int64, Int64]:
    """Give each customer's total and the part of it after the first period, in one pass."""
    ends = np.append(by.cells, len(amount))
    edges = _edges(ends[by.heads], ends[by.heads + 1], len(amount))
    sums = np.zeros(2 * len(periods), np.int64)
    np.add.reduceat(amount, edges, out=sums[: len(edges)])
    repeat = np.where(periods > 1, sums[1::2], 0)
    return sums[::2] + repeat, repeat


def mean_repeat(repeat: Int64, periods: Int64) -> Floats:
    """Divide what came after the first period by the number of those periods; 0 where there are none."""
    repeats = periods - 1
    return np.divide(repeat, repeats, out=np.zeros(len(repeats)), where=repeats > 0)
