"""A keyed permutation of the serials below N^L: ten Feistel rounds of SipHash-2-4.

A value is hi x B + lo, with hi below A and lo below B; A x B is exactly N^L, so that no value falls outside and none
has to be walked back. Round r adds F(r, lo) to hi where r is even, F(r, hi) to lo where it is odd. Two sides with the
same bits: Python ints for one value, uint64 lanes for many.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.core._siphash import siphash_word, siphash_words

UInt64 = NDArray[np.uint64]

ROUNDS = 10


class Halves(NamedTuple):
    """The moduli of the two halves."""

    a: int
    b: int

    @classmethod
    def of(cls, base: int, length: int) -> Halves:
        """Split the values of so many symbols."""
        return cls(base ** ((length + 1) // 2), base ** (length // 2))


def permute(value: int, halves: Halves, key: tuple[int, int]) -> int:
    """Permute one value."""
    sides = list(divmod(value, halves.b))
    for r in range(ROUNDS):
        fed = siphash_word(sides[1 - r % 2] | _tag(r), *key)
        sides[r % 2] = (sides[r % 2] + fed) % halves[r % 2]
    return sides[0] * halves.b + sides[1]


def restore(value: int, halves: Halves, key: tuple[int, int]) -> int:
    """Undo `permute`."""
    sides = list(divmod(value, halves.b))
    for r in reversed(range(ROUNDS)):
        fed = siphash_word(sides[1 - r % 2] | _tag(r), *key)
        sides[r % 2] = (sides[r % 2] - fed) % halves[r % 2]
    return sides[0] * halves.b + sides[1]


def permute_lanes(values: UInt64, halves: Halves, key: tuple[int, int]) -> UInt64:
    """Permute many values."""
    sides, fed = _split(values, halves)
    for r in range(ROUNDS):
        _feed(sides[1 - r % 2], r, key, fed)
        _add(sides[r % 2], fed, halves[r % 2])
    return _join(sides, halves)


def restore_lanes(values: UInt64, halves: Halves, key: tuple[int, int]) -> UInt64:
    """Undo `permute_lanes`."""
    sides, fed = _split(values, halves)
    for r in reversed(range(ROUNDS)):
        _feed(sides[1 - r % 2], r, key, fed)
        _subtract(sides[r % 2], fed, halves[r % 2])
    return _join(sides, halves)


def _tag(r: int) -> int:
    """Give what stands above the half in the message of a round: its number, and the length of seven bytes."""
    return r << 48 | 7 << 56


def _split(values: UInt64, halves: Halves) -> tuple[list[UInt64], UInt64]:
    hi, b = values // np.uint64(halves.b), np.uint64(halves.b)
    return [hi, values - hi * b], np.empty_like(values)


def _join(sides: list[UInt64], halves: Halves) -> UInt64:
    sides[0] *= np.uint64(halves.b)
    sides[0] += sides[1]
    return sides[0]


def _feed(side: UInt64, r: int, key: tuple[int, int], out: UInt64) -> None:
    np.bitwise_or(side, np.uint64(_tag(r)), out=out)
    siphash_words(out, *key, out)


def _add(side: UInt64, fed: UInt64, modulus: int) -> None:
    """Add modulo the size of the half; where that is no power of two, reduce the 64 bits fed first."""
    if _is_power(modulus):
        side += fed
        side &= np.uint64(modulus - 1)
    else:
        fed %= np.uint64(modulus)
        side += fed
        side %= np.uint64(modulus)


def _subtract(side: UInt64, fed: UInt64, modulus: int) -> None:
    if _is_power(modulus):
        side -= fed
        side &= np.uint64(modulus - 1)
    else:
        fed %= np.uint64(modulus)
        np.subtract(np.uint64(modulus), fed, out=fed)
        side += fed
        side %= np.uint64(modulus)


def _is_power(modulus: int) -> bool:
    return modulus & (modulus - 1) == 0
