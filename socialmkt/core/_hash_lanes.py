"""The mixing of ints and of strings in lanes: kernels of `splitmix64` and `hash_text`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from socialmkt.core._lanes import word_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from socialmkt.core._lanes import Lanes

    UInt64 = NDArray[np.uint64]

_MASK = 2**64 - 1
_GOLDEN = 0x9E3779B97F4A7C15
_FIRST = 0xBF58476D1CE4E5B9
_SECOND = 0x94D049BB133111EB


def splitmix(x: int, seed: int) -> int:
    """Mix one int."""
    x = (x + (seed + 1) * _GOLDEN) & _MASK
    x = ((x ^ x >> 30) * _FIRST) & _MASK
    x = ((x ^ x >> 27) * _SECOND) & _MASK
    return x ^ x >> 31


def splitmix_lanes(x: NDArray[Any], seed: int) -> UInt64:
    """Mix an integer array of any shape."""
    lanes = x.astype(np.uint64)
    lanes += np.uint64((seed + 1) * _GOLDEN & _MASK)
    _mix(lanes)
    return lanes


def _mix(lanes: UInt64) -> None:
    lanes ^= lanes >> np.uint64(30)
    lanes *= np.uint64(_FIRST)
    lanes ^= lanes >> np.uint64(27)
    lanes *= np.uint64(_SECOND)
    lanes ^= lanes >> np.uint64(31)


def hash_lanes(lanes: Lanes, seed: int) -> UInt64:
    """Hash strings word by word, leaving out those that have ended."""
    hashes = splitmix_lanes(lanes.lengths, seed)
    rows = np.flatnonzero(lanes.lengths)
    starts, left, mixed = lanes.starts[rows], lanes.lengths[rows], hashes[rows]
    while rows.size:
        mixed += np.uint64(_GOLDEN)
        mixed ^= word_at(lanes.words, starts, left) * np.uint64(_GOLDEN)
        _mix(mixed)
        hashes[rows] = mixed
        more = np.flatnonzero(left > 8)
        rows, starts, left, mixed = rows[more], starts[more] + 8, left[more] - 8, mixed[more]
    return hashes
