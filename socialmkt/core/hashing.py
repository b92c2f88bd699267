"""Hashes that are the same on every machine, for keys of people, samples, draws and codes.

Python's own `hash` of text is salted afresh in every process, so nothing that must be repeated can rest on it. Here
are three hashes fixed to the bit: a fast mix of ints and text (`splitmix64`, `hash_text`), a keyed hash of ids
(`hash_keyed`), and SipHash-2-4 as a keyed function of small ints (`siphash`, `siphash_words`).

A hash of an id is a pseudonym, not anonymity: there are few enough phone numbers to try them all, and the unkeyed form
tells them at once. Nothing is normalised before hashing: strip, fold and compose text first where that is wanted.
"""

from __future__ import annotations

import hashlib
from operator import index
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeAlias, TypeGuard, cast, overload
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from socialmkt.core import _siphash, columns
from socialmkt.core._hash_lanes import hash_lanes, splitmix, splitmix_lanes
from socialmkt.core._lanes import is_array, lanes_of_bytes, lanes_of_text
from socialmkt.core._sources import Parameter, is_single, require_unmasked
from socialmkt.core.errors import InvalidInput, Verbatim, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from socialmkt.core.columns import Column

__all__ = ["hash_keyed", "hash_text", "siphash", "siphash_words", "splitmix64"]

UInt64: TypeAlias = NDArray[np.uint64]

_CHUNK = 2**17
_FIX_KIND = "Ids of other kinds: splitmix64 mixes ints, hash_text(uuid.bytes) reads a UUID."


@overload
def splitmix64(x: int, *, seed: int = 0) -> int: ...
@overload
def splitmix64(x: Column, *, seed: int = 0) -> UInt64: ...
def splitmix64(x: Any, *, seed: int = 0) -> int | UInt64:
    """Mix whole numbers so that every bit of the result hangs on every bit of the number.

    Parameters
    ----------
    x : int, integer array of any shape, or column of whole numbers
        What to mix, from -2**63 to 2**64 - 1; negative numbers by two's complement.
    seed : int, 0 to 2**64 - 1
        Different seeds give unrelated mixes.

    Returns
    -------
    int, or uint64 array of the shape of `x`
        From 0 to 2**64 - 1; different numbers give different results under one seed.

    Raises
    ------
    InvalidInput
        No whole number, one out of range, or a null.

    Notes
    -----
    fmix(x + (seed + 1) G) modulo 2**64, with G = 0x9E3779B97F4A7C15 and
    fmix(x): x ^= x >> 30; x *= 0xBF58476D1CE4E5B9; x ^= x >> 27; x *= 0x94D049BB133111EB; x ^= x >> 31. O(n).

    References
    ----------
    G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014,
    doi:10.1145/2660193.2660195.

    Examples
    --------
    >>> hex(splitmix64(0)), hex(splitmix64(1, seed=7))
    ('0xe220a8397b1dcdaf', '0x85e7bb0f12278575')
    >>> splitmix64(np.array([0, 1])) == np.array([splitmix64(0), splitmix64(1)], np.uint64)
    array([ True,  True])
    """
    seed = _word(seed, "hashing.splitmix64", "seed")
    if is_single(x):
        return splitmix(_word(x, "hashing.splitmix64", "x", lowest=-(2**63)), seed)
    if is_array(x) and x.dtype.kind in "iu":
        require_unmasked(x, Parameter("hashing.splitmix64", "x"))
        return splitmix_lanes(np.asarray(x), seed)
    ids = columns.ids(x, func="hashing.splitmix64", name="x", offer_drop=False)
    if ids.dtype.kind not in "iu":
        raise refuse(InvalidInput, "hashing.splitmix64", "x", "hold whole numbers", ids)
    return splitmix_lanes(ids, seed)


@overload
def hash_text(  # pyright: ignore[reportOverlappingOverload]  # a str is a Sequence, but one id
    ids: str | bytes, *, seed: int = 0
) -> int: ...
@overload
def hash_text(ids: Column, *, seed: int = 0) -> UInt64: ...
def hash_text(ids: Any, *, seed: int = 0) -> int | UInt64:
    r"""Hash text or bytes to 64 bits.

    Parameters
    ----------
    ids : column of shape (n,) of str or of bytes, or one str or bytes
        Text is read as UTF-8. A NUL is an ordinary byte.
    seed : int, 0 to 2**64 - 1
        Different seeds give unrelated hashes.

    Returns
    -------
    uint64 array of shape (n,), or int
        The same for an id alone and in any column, batch or array width; the same for text and its UTF-8 bytes.

    Raises
    ------
    InvalidInput
        Neither text nor bytes, a null, or a lone surrogate (with its row).

    Notes
    -----
    With n the length in bytes and w the 8-byte little-endian words, the last one filled up with zero bytes:
    h = splitmix64(n, seed), then for each word h = fmix((h + G) ^ (w G)) modulo 2**64. Strings of one length up to 8
    bytes cannot collide; among n ids of any length the chance of a collision is about n**2 / 2**65.
    O(total length), in batches of 2**17 strings.

    Examples
    --------
    >>> [hex(each) for each in hash_text(["", "a"]).tolist()]
    ['0xe220a8397b1dcdaf', '0xe366370e597d379e']
    >>> hash_text("用户1") == hash_text("用户1".encode())
    True
    >>> hash_text("a") == hash_text("a\0")
    False
    """
    seed = _word(seed, "hashing.hash_text", "seed")
    if isinstance(ids, str | bytes):
        return int(_hash_items([ids], seed, None)[0])
    if is_single(ids):
        raise refuse(InvalidInput, "hashing.hash_text", "ids", "be text or bytes", ids, fix=_FIX_KIND)
    items = _items(ids)
    hashes = np.empty(len(items), np.uint64)
    for start in range(0, len(items), _CHUNK):
        hashes[start : start + _CHUNK] = _hash_items(items[start : start + _CHUNK], seed, start)
    return hashes


def _items(ids: Any) -> Sequence[Any]:
    if _is_text_list(ids):
        return ids
    items: list[Any] = columns.ids(ids, func="hashing.hash_text", name="ids", offer_drop=False).tolist()
    if items and not isinstance(items[0], str | bytes):
        raise refuse(InvalidInput, "hashing.hash_text", "ids", "be text or bytes", items[0], row=0, fix=_FIX_KIND)
    return items


def _is_text_list(ids: Any) -> TypeGuard[list[Any]]:
    return isinstance(ids, list) and set(map(type, cast("list[object]", ids))) in ({str}, {bytes})


def _hash_items(items: Sequence[Any], seed: int, start: int | None) -> UInt64:
    """Hash some ids of one kind; `start` is the row of the first, for errors, None for an id alone."""
    if isinstance(items[0], bytes):
        return hash_lanes(lanes_of_bytes(items), seed)
    try:
        lanes = lanes_of_text(items) or lanes_of_bytes([item.encode() for item in items])
    except UnicodeEncodeError:
        raise _lone_surrogate("hashing.hash_text", items, start) from None
    return hash_lanes(lanes, seed)


def _lone_surrogate(function: str, items: Sequence[str], start: int | None) -> InvalidInput:
    place = next(place for place, item in enumerate(items) if not _encodes(item))
    row = None if start is None else start + place
    return refuse(InvalidInput, function, "ids", "hold no lone surrogate", items[place], row=row)


def _encodes(text: str) -> bool:
    return text.encode(errors="replace").decode() == text


@overload
def hash_keyed(ids: int | str | bytes | UUID, *, key: bytes) -> int: ...
@overload
def hash_keyed(ids: Column, *, key: bytes) -> UInt64: ...
def hash_keyed(ids: Any, *, key: bytes) -> int | UInt64:
    """Hash ids under a key, so that nobody without the key can try ids out.

    Parameters
    ----------
    ids : column of shape (n,) of whole numbers, str, bytes or UUIDs, or one of these
        Ids of one kind.
    key : bytes, 1 to 64 of them
        Keep it as secret as the ids.

    Returns
    -------
    uint64 array of shape (n,), or int
        The same for an id alone and in any column.

    Raises
    ------
    InvalidInput
        Ids of another kind, a null, a lone surrogate, or a key of another length or type.

    Notes
    -----
    BLAKE2b with a digest of 8 bytes, read as a little-endian number, keyed by `key` and personalised by `socialmkt/`
    and the kind: `int` (8 bytes little-endian, two's complement), `text` (UTF-8, or the bytes), `uuid` (its 16 bytes).
    O(n), one call of the hash per id.

    References
    ----------
    RFC 7693, "The BLAKE2 cryptographic hash and message authentication code".

    Examples
    --------
    >>> key = bytes(range(16))
    >>> hex(hash_keyed(42, key=key)), hex(hash_keyed("a", key=key))
    ('0x91875a7cbcf0e631', '0xca83782c223b16a0')
    >>> int(hash_keyed([42], key=key)[0]) == hash_keyed(42, key=key)
    True
    """
    key = _key(key, "hashing.hash_keyed", range(1, 65))
    if isinstance(ids, int | np.integer | str | bytes | UUID):
        return int(_keyed([ids], key, None)[0])
    if is_single(ids):
        raise refuse(InvalidInput, "hashing.hash_keyed", "ids", "be an int, text, bytes or a UUID", ids)
    return _keyed(columns.ids(ids, func="hashing.hash_keyed", name="ids", offer_drop=False).tolist(), key, 0)


def _keyed(items: list[Any], key: bytes, start: int | None) -> UInt64:
    if not items:
        return np.empty(0, np.uint64)
    kind, encode = _kind(items[0])
    base = hashlib.blake2b(digest_size=8, key=key, person=b"socialmkt/" + kind)
    try:
        digests = b"".join([_digest(base, encode(item)) for item in items])
    except UnicodeEncodeError:
        raise _lone_surrogate("hashing.hash_keyed", items, start) from None
    return np.frombuffer(digests, "<u8").astype(np.uint64)


def _digest(base: hashlib.blake2b, message: bytes) -> bytes:
    state = base.copy()
    state.update(message)
    return state.digest()


def _kind(item: int | str | bytes | UUID) -> tuple[bytes, Callable[[Any], bytes]]:
    if isinstance(item, str):
        return b"text", str.encode
    if isinstance(item, bytes):
        return b"text", bytes
    return (b"uuid", _uuid_bytes) if isinstance(item, UUID) else (b"int", _int_bytes)


def _uuid_bytes(item: UUID) -> bytes:
    return item.bytes


def _int_bytes(item: int) -> bytes:
    word = _word(item, "hashing.hash_keyed", "ids", lowest=-(2**63))
    return (word % 2**64).to_bytes(8, "little")


def siphash(message: Any, *, key: bytes) -> int:
    """Hash one message with SipHash-2-4.

    Parameters
    ----------
    message : bytes
        Of any length.
    key : bytes, 16 of them
        The secret key.

    Returns
    -------
    int
        From 0 to 2**64 - 1.

    Raises
    ------
    InvalidInput
        The message or the key is not bytes, or the key is not 16 bytes long.

    Notes
    -----
    O(length), in Python ints.

    References
    ----------
    J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF", INDOCRYPT 2012,
    doi:10.1007/978-3-642-34931-7_28.

    Examples
    --------
    >>> key = bytes(range(16))
    >>> hex(siphash(b"", key=key)), hex(siphash(bytes(range(8)), key=key))
    ('0x726fdb47dd0e0e31', '0x93f5f5799a932462')
    """
    if not isinstance(message, bytes):
        raise refuse(InvalidInput, "hashing.siphash", "message", "be bytes", message)
    return _siphash.siphash_message(message, *_siphash.key_words(_key(key, "hashing.siphash", range(16, 17))))


def siphash_words(words: UInt64, *, key: bytes) -> UInt64:
    """Hash many messages of up to seven bytes each with SipHash-2-4.

    Parameters
    ----------
    words : uint64 array of shape (n,)
        One message each: its bytes little-endian in the lower seven bytes, its length in the top byte.
    key : bytes, 16 of them
        The secret key.

    Returns
    -------
    uint64 array of shape (n,)
        What `siphash` gives for each message.

    Raises
    ------
    InvalidInput
        `words` is no uint64 array of one dimension, a mask hides some of them, or the key is not 16 bytes.

    Notes
    -----
    O(n), in chunks that fit the processor's cache.

    Examples
    --------
    >>> key = bytes(range(16))
    >>> word = int.from_bytes(b"abc", "little") | 3 << 56
    >>> siphash_words(np.array([word], np.uint64), key=key).tolist() == [siphash(b"abc", key=key)]
    True
    """
    k0, k1 = _siphash.key_words(_key(key, "hashing.siphash_words", range(16, 17)))
    if not is_array(words) or words.dtype != np.uint64 or words.ndim != 1:
        raise refuse(InvalidInput, "hashing.siphash_words", "words", "be a uint64 array of one dimension", words)
    require_unmasked(words, Parameter("hashing.siphash_words", "words"))
    out = np.empty(words.shape, np.uint64)
    _siphash.siphash_words(np.asarray(words), k0, k1, out)
    return out


def _word(number: Any, function: str, parameter: str, *, lowest: int = 0) -> int:
    if isinstance(number, SupportsIndex) and not isinstance(number, bool) and lowest <= index(number) < 2**64:
        return index(number)
    least = "0" if lowest == 0 else "-2**63"
    raise refuse(InvalidInput, function, parameter, f"be an int from {least} to 2**64 - 1", number)


def _key(key: Any, function: str, lengths: range) -> bytes:
    if isinstance(key, bytes) and len(key) in lengths:
        return key
    must = f"be {lengths[0]} bytes" if len(lengths) == 1 else f"be {lengths[0]} to {lengths[-1]} bytes"
    got = f"{len(key)} bytes" if isinstance(key, bytes) else type(key).__name__  # a key is never shown
    raise refuse(InvalidInput, function, "key", must, Verbatim(got))
