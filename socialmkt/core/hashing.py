"""Hashes that are the same on every machine, for keys, samples, draws and codes.

Python's own `hash` is salted afresh in every process, so it can decide nothing that must be repeated. Here are three
hashes fixed to the bit: a fast mix of ints and text (`splitmix64`, `hash_text`), a keyed one for identifiers of people
(`hash_keyed`), and SipHash-2-4 as a round function (`siphash`, `siphash_words`).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, overload
from uuid import UUID

import numpy as np

from socialmkt.core import _siphash
from socialmkt.core._lanes import Lanes, lanes_of_bytes, lanes_of_text, word_at
from socialmkt.core.errors import InvalidInput, refuse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    UInt64 = NDArray[np.uint64]

__all__ = ["hash_keyed", "hash_text", "siphash", "siphash_words", "splitmix64"]

_MASK = 2**64 - 1
_GOLDEN = 0x9E3779B97F4A7C15
_CHUNK = 2**17


def splitmix64(x: Any, *, seed: int = 0) -> Any:
    """Mix."""
    if isinstance(x, np.ndarray):
        return _splitmix_lanes(x, seed)
    return _splitmix(int(x), seed)


def _splitmix(x: int, seed: int) -> int:
    return _mixed((x + (seed + 1) * _GOLDEN) & _MASK)


def _mixed(x: int) -> int:
    x = ((x ^ x >> 30) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ x >> 27) * 0x94D049BB133111EB) & _MASK
    return x ^ x >> 31


def _splitmix_lanes(x: NDArray[Any], seed: int) -> UInt64:
    lanes = x.astype(np.uint64)
    lanes += np.uint64((seed + 1) * _GOLDEN & _MASK)
    return _mix_lanes(lanes)


def _mix_lanes(lanes: UInt64) -> UInt64:
    """Mix in place."""
    lanes ^= lanes >> np.uint64(30)
    lanes *= np.uint64(0xBF58476D1CE4E5B9)
    lanes ^= lanes >> np.uint64(27)
    lanes *= np.uint64(0x94D049BB133111EB)
    lanes ^= lanes >> np.uint64(31)
    return lanes


def hash_text(ids: Any, *, seed: int = 0) -> Any:
    """Hash text."""
    if isinstance(ids, str | bytes):
        return int(_hash_items([ids], seed, 0)[0])
    items = ids.tolist() if isinstance(ids, np.ndarray) else list(ids)
    hashes = np.empty(len(items), np.uint64)
    for start in range(0, len(items), _CHUNK):
        chunk = items[start : start + _CHUNK]
        hashes[start : start + len(chunk)] = _hash_items(chunk, seed, start)
    return hashes


def _hash_items(items: list[Any], seed: int, row: int) -> UInt64:
    if isinstance(items[0], bytes):
        return _hash_lanes(lanes_of_bytes(items), seed)
    try:
        lanes = lanes_of_text(items)
    except UnicodeEncodeError:
        raise _surrogate(items, row) from None
    if lanes is None:
        lanes = lanes_of_bytes([item.encode() for item in items])
    return _hash_lanes(lanes, seed)


def _surrogate(items: list[str], row: int) -> InvalidInput:
    for at, item in enumerate(items):
        try:
            item.encode()
        except UnicodeEncodeError:
            return refuse(
                InvalidInput, "hashing.hash_text", "ids", "be text without lone surrogates", item, row=row + at
            )
    raise AssertionError


def _hash_lanes(lanes: Lanes, seed: int) -> UInt64:
    hashes = _splitmix_lanes(lanes.lengths, seed)
    rows = np.flatnonzero(lanes.lengths)
    starts, left, mixed = lanes.starts[rows], lanes.lengths[rows], hashes[rows]
    while rows.size:
        word = word_at(lanes.words, starts, left)
        word *= np.uint64(_GOLDEN)
        mixed += np.uint64(_GOLDEN)
        mixed ^= word
        _mix_lanes(mixed)
        hashes[rows] = mixed
        more = left > 8
        rows, starts, left, mixed = rows[more], starts[more] + 8, left[more] - 8, mixed[more]
    return hashes


def hash_keyed(ids: Any, *, key: bytes) -> Any:
    """Hash keyed."""
    items = ids.tolist() if isinstance(ids, np.ndarray) else list(ids)
    kind, encode = _KINDS[type(items[0])] if items else _KINDS[int]
    base = hashlib.blake2b(digest_size=8, key=key, person=b"socialmkt/" + kind)
    digests = []
    for item in items:
        state = base.copy()
        state.update(encode(item))
        digests.append(state.digest())
    return np.frombuffer(b"".join(digests), "<u8").astype(np.uint64)


_KINDS = {
    int: (b"int", lambda x: (x & _MASK).to_bytes(8, "little")),
    str: (b"text", str.encode),
    bytes: (b"text", bytes),
    UUID: (b"uuid", lambda x: x.bytes),
}


def siphash(message: bytes, *, key: bytes) -> int:
    """Siphash."""
    return _siphash.siphash_message(message, int.from_bytes(key[:8], "little"), int.from_bytes(key[8:], "little"))


def siphash_words(words: UInt64, *, key: bytes) -> UInt64:
    """Siphash words."""
    out = np.empty_like(words)
    _siphash.siphash_words(words, int.from_bytes(key[:8], "little"), int.from_bytes(key[8:], "little"), out)
    return out
