"""Walk through many sorted key arrays at once, in blocks that stay in the processor's cache.

In each block the keys of all audiences are packed with the number of their audience into one word, sorted in place,
and taken apart again: neighbours with the same key are one person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from socialmkt.overlap._keys import firsts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from socialmkt.overlap._keys import UInt64

_BLOCK = 2**17
_FEWEST_BETWEEN = 64
_MOST_BETWEEN = 2**16


class Block(NamedTuple):
    """Persons in order: the audience of each key, and whether it is the first key of its person."""

    labels: UInt64
    first: NDArray[np.bool_]


def walk(keys: Sequence[UInt64]) -> Iterator[Block]:
    """Give the persons of all audiences, block by block; a block is valid until the next one."""
    bits = max(1, (len(keys) - 1).bit_length())
    cuts = _cuts(keys, bits)
    edges = np.array([np.append(np.searchsorted(each, cuts), each.size) for each in keys])
    lengths = np.diff(edges).sum(axis=0)
    packed = np.empty(int(lengths.max(initial=0)), np.uint64)
    labels = np.empty_like(packed)
    for place in np.flatnonzero(lengths).tolist():
        size = int(lengths[place])
        parts = [
            each[start:stop] for each, (start, stop) in zip(keys, edges[:, place : place + 2].tolist(), strict=True)
        ]
        _pack(parts, cuts[place], bits, packed[:size])
        yield _taken_apart(packed[:size], bits, labels[:size])


def _cuts(keys: Sequence[UInt64], bits: int) -> UInt64:
    """Give the first key of each block.

    Quantiles of a small sample, about 2^17 keys apart, and every multiple of 2^(64 - bits): between two of these a
    key less its block's first is small enough to be shifted left by the bits of a label without loss.
    """
    between = min(max(_MOST_BETWEEN // len(keys), _FEWEST_BETWEEN), _MOST_BETWEEN)
    sample = np.concatenate([each[between // 2 :: between] for each in keys])
    sample.sort()
    needed = np.arange(2**bits, dtype=np.uint64) << np.uint64(64 - bits)
    cuts = np.concatenate([needed, sample[:: max(1, _BLOCK // between)]])
    cuts.sort()
    return cuts[firsts(cuts)]


def _pack(parts: Sequence[UInt64], base: np.uint64, bits: int, packed: UInt64) -> None:
    """Fill one array with the keys of a block, less its first, each with the number of its audience below."""
    at, shift = 0, np.uint64(bits)
    for label, part in enumerate(parts):
        here = packed[at : at + part.size]
        np.subtract(part, base, out=here)
        here <<= shift
        here |= np.uint64(label)
        at += part.size


def _taken_apart(packed: UInt64, bits: int, labels: UInt64) -> Block:
    packed.sort()
    np.bitwise_and(packed, np.uint64(2**bits - 1), out=labels)
    packed >>= np.uint64(bits)
    return Block(labels, firsts(packed))
