"""Whole numbers that lie close together: scatter them into arrays with one place for each possible id."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from socialmkt.overlap._keys import UInt64

_SPARSEST = 16
_CLOSE = 4
_CHUNK_OF_MARKS = 2**16
_CHUNK_OF_MASKS = 2**18


def is_dense(keys: Sequence[UInt64]) -> bool:
    """Tell whether the range of the ids is at most 16 times their number; they are sorted, so two look-ups each."""
    held = [each for each in keys if each.size]
    if not held:
        return False
    return _span(held) <= _SPARSEST * sum(each.size for each in held)


def _span(keys: Sequence[UInt64]) -> int:
    return max(int(each[-1]) for each in keys) - min(int(each[0]) for each in keys) + 1


def _chunks(keys: Sequence[UInt64], size: int) -> Iterator[list[NDArray[np.int64]]]:
    """Give the ids of each audience within one stretch after another, counted from its start."""
    held = [each for each in keys if each.size]
    low = min(int(each[0]) for each in held)
    starts = range(low, low + _span(held), size)
    cuts = np.array(starts, dtype=np.uint64)
    edges = [np.append(np.searchsorted(each, cuts), each.size).tolist() for each in keys]
    for number in range(len(starts)):
        base = cuts[number]
        yield [
            (each[edge[number] : edge[number + 1]] - base).view(np.int64)
            for each, edge in zip(keys, edges, strict=True)
        ]


def masks(keys: Sequence[UInt64]) -> Iterator[NDArray[np.unsignedinteger]]:
    """Give the mask of every possible id; 0 for those that nobody has."""
    dtype = np.dtype(f"u{max(1, 2 ** ((len(keys) - 1).bit_length() - 3))}") if len(keys) > 8 else np.dtype("u1")
    for chunk in _chunks(keys, _CHUNK_OF_MASKS):
        found = np.zeros(_CHUNK_OF_MASKS, dtype)
        for number, ids in enumerate(chunk):
            found[ids] |= dtype.type(1 << number)
        yield found


def bit_maps(keys: Sequence[UInt64]) -> Iterator[UInt64]:
    """Give a bit map for each audience, in rows, of one stretch of possible ids after another."""
    marks = np.empty((len(keys), _CHUNK_OF_MARKS), np.bool_)
    for chunk in _chunks(keys, _CHUNK_OF_MARKS):
        marks[:] = False
        for row, ids in zip(marks, chunk, strict=True):
            row[ids] = True
        yield np.packbits(marks, axis=1).view(np.uint64)


def sort_unique(keys: UInt64) -> UInt64 | None:
    """Sort keys that lie close together without comparing them; None for others."""
    if not keys.size:
        return None
    low, high = int(keys.min()), int(keys.max())
    if high - low >= _CLOSE * keys.size:
        return None
    marks = np.zeros(high - low + 1, np.bool_)
    marks[(keys - np.uint64(low)).view(np.int64)] = True
    found = np.flatnonzero(marks).view(np.uint64)
    found += np.uint64(low)
    return found
