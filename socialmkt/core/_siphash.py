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
    for start in range(0, words.size, _CHUNK):
        chunk = words[start : start + _CHUNK]
        v0, v1, v2, v3, spare = scratch[:, : chunk.size]
        _hash_lanes(chunk, (v0, v1, v2, v3), spare, _keyed(k0, k1))
        v0 ^= v1
        v2 ^= v3
        np.bitwise_xor(v0, v2, out=out[start : start + chunk.size])


def _hash_lanes(words: UInt64, state: State, spare: UInt64, keyed: tuple[int, int, int, int]) -> None:
    for lanes, start in zip(state, keyed, strict=True):
        lanes.fill(start)
    v0, _, v2, v3 = state
    v3 ^= words
    _lane_rounds(state, spare, 2)
    v0 ^= words
    v2 ^= np.uint64(255)
    _lane_rounds(state, spare, 4)


def _lane_rounds(state: State, spare: UInt64, count: int) -> None:
    v0, v1, v2, v3 = state
    for _ in range(count):
        v0 += v1
        v2 += v3
        _rotate(v1, 13, spare)
        _rotate(v3, 16, spare)
        v1 ^= v0
        v3 ^= v2
        _rotate(v0, 32, spare)
        v0 += v3
        v2 += v1
        _rotate(v1, 17, spare)
        _rotate(v3, 21, spare)
        v1 ^= v2
        v3 ^= v0
        _rotate(v2, 32, spare)


def _rotate(lanes: UInt64, by: int, spare: UInt64) -> None:
    np.right_shift(lanes, np.uint64(64 - by), out=spare)
    np.left_shift(lanes, np.uint64(by), out=lanes)
    np.bitwise_or(lanes, spare, out=lanes)
