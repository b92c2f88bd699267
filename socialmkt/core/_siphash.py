"""SipHash-2-4 in Python ints for one message, and in lanes for many messages of one block each.

A message is cut into 8-byte little-endian words; the last word holds the bytes that are left and, in its top byte,
the length of the message. A message of up to seven bytes is thus one word: the form of a round function over ints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    UInt64 = NDArray[np.uint64]
    State = tuple[UInt64, UInt64, UInt64, UInt64]

_MASK = 2**64 - 1
_CHUNK = 16_384
_INITIAL = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)


def key_words(key: bytes) -> tuple[int, int]:
    """Read a key of 16 bytes as its two words."""
    return int.from_bytes(key[:8], "little"), int.from_bytes(key[8:], "little")


def siphash_message(message: bytes, k0: int, k1: int) -> int:
    """Hash one message of any length under the key of two words."""
    whole = len(message) & ~7
    words = [int.from_bytes(message[at : at + 8], "little") for at in range(0, whole, 8)]
    last = int.from_bytes(message[whole:], "little") | (len(message) & 255) << 56
    return _hash_words([*words, last], k0, k1)


def siphash_word(word: int, k0: int, k1: int) -> int:
    """Hash one message of a single word, its length already in the top byte."""
    return _hash_words([word], k0, k1)


def _hash_words(words: list[int], k0: int, k1: int) -> int:
    v0, v1, v2, v3 = _keyed(k0, k1)
    for word in words:
        v0, v1, v2, v3 = _rounds(v0, v1, v2, v3 ^ word, 2)
        v0 ^= word
    v0, v1, v2, v3 = _rounds(v0, v1, v2 ^ 255, v3, 4)
    return v0 ^ v1 ^ v2 ^ v3


def _keyed(k0: int, k1: int) -> tuple[int, int, int, int]:
    a, b, c, d = _INITIAL
    return a ^ k0, b ^ k1, c ^ k0, d ^ k1


def _rounds(v0: int, v1: int, v2: int, v3: int, count: int) -> tuple[int, int, int, int]:
    for _ in range(count):
        v0 = (v0 + v1) & _MASK
        v2 = (v2 + v3) & _MASK
        v1 = _rotated(v1, 13) ^ v0
        v3 = _rotated(v3, 16) ^ v2
        v0 = (_rotated(v0, 32) + v3) & _MASK
        v2 = (v2 + v1) & _MASK
        v1 = _rotated(v1, 17) ^ v2
        v3 = _rotated(v3, 21) ^ v0
        v2 = _rotated(v2, 32)
    return v0, v1, v2, v3


def _rotated(word: int, by: int) -> int:
    return (word << by | word >> (64 - by)) & _MASK


def siphash_words(words: UInt64, k0: int, k1: int, out: UInt64) -> None:
    """Hash many messages of a single word each into `out`, which may be `words` itself."""
    size = min(_CHUNK, words.size)
    scratch = np.empty((5, size), np.uint64)
    start_of = _first_words(*_keyed(k0, k1))
    for start in range(0, words.size, _CHUNK):
        chunk = words[start : start + _CHUNK]
        v0, v1, v2, v3, spare = scratch[:, : chunk.size]
        _hash_lanes(chunk, (v0, v1, v2, v3), spare, start_of)
        np.bitwise_xor(v0, v1, v0)
        np.bitwise_xor(v2, v3, v2)
        np.bitwise_xor(v0, v2, out[start : start + chunk.size])


# An array of no dimension costs a ufunc a third of what it takes to read a scalar, and `out` by position half of what
# it takes by name: with lanes that fit the cache, such costs are a quarter of the whole.


def _constant(number: int) -> UInt64:
    return np.array(number, np.uint64)


_FINISH = _constant(255)
_BY_13, _BY_16, _BY_17, _BY_21, _BY_32 = ((_constant(by), _constant(64 - by)) for by in (13, 16, 17, 21, 32))


def _first_words(v0: int, v1: int, v2: int, v3: int) -> tuple[UInt64, UInt64, UInt64, UInt64, UInt64]:
    """Compute what the first round does to the words that are the same in all lanes."""
    v0 = (v0 + v1) & _MASK
    v1 = _rotated(v1, 13) ^ v0
    first = _rotated(v0, 32), v1, v2, v3, _rotated(v1, 17)
    a, b, c, d, e = map(_constant, first)
    return a, b, c, d, e


def _hash_lanes(words: UInt64, state: State, spare: UInt64, start: tuple[UInt64, ...]) -> None:
    v0, v1, v2, v3 = state
    s0, s1, s2, s3, s1_rotated = start
    np.bitwise_xor(words, s3, v3)
    np.add(v3, s2, v2)
    _rotate(v3, _BY_16, spare)
    np.bitwise_xor(v3, v2, v3)
    np.add(v3, s0, v0)
    np.add(v2, s1, v2)
    np.bitwise_xor(v2, s1_rotated, v1)
    _rotate(v3, _BY_21, spare)
    np.bitwise_xor(v3, v0, v3)
    _rotate(v2, _BY_32, spare)
    _lane_rounds(state, spare, 1)
    np.bitwise_xor(v0, words, v0)
    np.bitwise_xor(v2, _FINISH, v2)
    _lane_rounds(state, spare, 4)


def _lane_rounds(state: State, spare: UInt64, count: int) -> None:
    v0, v1, v2, v3 = state
    for _ in range(count):
        np.add(v0, v1, v0)
        np.add(v2, v3, v2)
        _rotate(v1, _BY_13, spare)
        _rotate(v3, _BY_16, spare)
        np.bitwise_xor(v1, v0, v1)
        np.bitwise_xor(v3, v2, v3)
        _rotate(v0, _BY_32, spare)
        np.add(v0, v3, v0)
        np.add(v2, v1, v2)
        _rotate(v1, _BY_17, spare)
        _rotate(v3, _BY_21, spare)
        np.bitwise_xor(v1, v2, v1)
        np.bitwise_xor(v3, v0, v3)
        _rotate(v2, _BY_32, spare)


def _rotate(lanes: UInt64, by: tuple[UInt64, UInt64], spare: UInt64) -> None:
    left, right = by
    np.right_shift(lanes, right, spare)
    np.left_shift(lanes, left, lanes)
    np.bitwise_or(lanes, spare, lanes)
