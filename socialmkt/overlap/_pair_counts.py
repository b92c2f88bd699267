"""Count the people in each pair of many audiences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from socialmkt.overlap import _dense
from socialmkt.overlap._block_walk import Block, walk
from socialmkt.overlap._pattern_counts import Counts, count_patterns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from socialmkt.overlap._keys import UInt64

    Int64 = NDArray[np.int64]

_BY_PATTERNS = 12
_CELLS = 2**22


def count_pairs(keys: Sequence[UInt64], *, raw_ints: bool) -> Int64:
    """Count those in each pair of aligned audiences; the diagonal holds the sizes."""
    k = len(keys)
    if k <= _BY_PATTERNS:
        return pairs_of(count_patterns(keys, 2**k, raw_ints=raw_ints, func=""), k)
    counts = np.zeros((k, k), np.int64)
    if raw_ints and _dense.is_dense(keys):
        for maps in _dense.bit_maps(keys):
            counts += shared_bits(maps)
    else:
        for block in walk(keys):
            counts += _pairs_of_block(block, k)
    np.fill_diagonal(counts, [each.size for each in keys])
    return counts


def pairs_of(patterns: Counts, k: int) -> Int64:
    """Count those in each pair from the counts of all patterns."""
    counts = np.zeros((k, k), np.int64)
    for i in range(k):
        rows = np.flatnonzero(patterns.masks >> np.uint64(i) & np.uint64(1))
        masks, weights = patterns.masks[rows], patterns.counts[rows]
        for j in range(i, k):
            counts[i, j] = counts[j, i] = weights[(masks >> np.uint64(j) & np.uint64(1)) == 1].sum()
    return counts


def _pairs_of_block(block: Block, k: int) -> Int64:
    """Scatter one bit map for each audience over the persons of a block, some persons at a time.

    Persons in one audience alone are left out.
    """
    starts = np.append(np.flatnonzero(block.first), block.first.size)
    lengths = np.diff(starts)
    many = lengths > 1
    labels = block.labels[np.repeat(many, lengths)].view(np.int64)
    ends = np.cumsum(lengths[many])
    persons = np.repeat(np.arange(ends.size), lengths[many])
    counts = np.zeros((k, k), np.int64)
    step = max(1, _CELLS // k // 64) * 64
    marks = np.empty((k, min(step, -(-ends.size // 64) * 64)), np.bool_)
    for low in range(0, ends.size, step):
        span = slice(int(ends[low - 1]) if low else 0, int(ends[min(low + step, ends.size) - 1]))
        marks[:] = False
        marks[labels[span], persons[span] - low] = True
        counts += shared_bits(np.packbits(marks, axis=1).view(np.uint64))
    return counts


def shared_bits(maps: UInt64) -> Int64:
    """Count the bits that each pair of bit maps shares, a map in each row; the diagonal is left 0."""
    counts = np.zeros((len(maps), len(maps)), np.int64)
    for i, each in enumerate(maps):
        counts[i, i + 1 :] = np.bitwise_count(maps[i + 1 :] & each).sum(axis=1, dtype=np.int64)
    return counts + counts.T
