"""Sorted unique 64-bit keys: how they are made, cut to a sample, and combined.

A plain sort and a comparison of neighbours is all there is: `np.unique` takes up to hundreds of times as long on
about a million different integers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from socialmkt.core.hashing import splitmix64

UInt64 = NDArray[np.uint64]
Flags = NDArray[np.bool_]

TOP = 2**64
"""The threshold of an exact audience: every key lies below it."""

_CHUNK = 2**15
_FIRST_GUESS = 2
_NEXT_GUESS = 4


def sort_unique(keys: UInt64) -> UInt64:
    """Sort an array in place that no one else holds, and leave repeats out."""
    keys.sort()
    first = firsts(keys)
    return keys if first.all() else keys[first]


def firsts(values: NDArray[np.uint64]) -> Flags:
    """Mark the first of each run of equal values."""
    first = np.ones(values.size, np.bool_)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return first


def below(keys: UInt64, threshold: int) -> UInt64:
    """Give the sorted keys below a threshold, as a view."""
    return keys if threshold >= TOP else keys[: np.searchsorted(keys, np.uint64(threshold))]


def trimmed(ranks: UInt64, threshold: int, k: int | None) -> tuple[UInt64, int]:
    """Keep the k smallest ranks; the next one becomes the threshold."""
    if k is None or ranks.size <= k:
        return ranks, threshold
    return ranks[:k], int(ranks[k])


def ranks_below(keys: UInt64, seed: int, limit: int) -> UInt64:
    """Mix keys, and keep the results below a limit, in no order; in chunks that stay in the processor's cache."""
    kept = []
    for start in range(0, keys.size, _CHUNK):
        ranks = splitmix64(keys[start : start + _CHUNK], seed=seed)
        kept.append(ranks if limit >= TOP else ranks[ranks < np.uint64(limit)])
    return np.concatenate(kept) if kept else np.empty(0, np.uint64)


def sampled(keys: UInt64, k: int, seed: int) -> tuple[UInt64, int]:
    """Give the k smallest ranks of the distinct keys, and the threshold.

    Without sorting all: only ranks below a guess are kept. Many repeats leave too few of them, so the guess grows.
    """
    limit = _FIRST_GUESS * k * TOP // max(keys.size, 1)
    while limit < TOP:
        ranks = sort_unique(ranks_below(keys, seed, limit))
        if ranks.size > k:
            return trimmed(ranks, limit, k)
        limit *= _NEXT_GUESS
    return trimmed(sort_unique(ranks_below(keys, seed, TOP)), TOP, k)


def joined(a: UInt64, b: UInt64) -> UInt64:
    """Give the keys of either side, each once."""
    return sort_unique(np.concatenate([a, b]))


def shared(a: UInt64, b: UInt64) -> UInt64:
    """Give the keys of both sides."""
    keys = np.concatenate([a, b])
    keys.sort()
    later: UInt64 = keys[1:]
    repeated: UInt64 = later[later == keys[:-1]]
    return repeated


def without(a: UInt64, b: UInt64) -> UInt64:
    """Give the keys of the first side alone."""
    keys = np.concatenate([a, shared(a, b)])
    keys.sort()
    first = firsts(keys)
    first[:-1] &= first[1:]
    return keys[first]
