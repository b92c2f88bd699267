"""Audiences as bytes: little-endian, versioned, and refused when a bit is wrong."""

from __future__ import annotations

import hashlib
import struct
from typing import Literal, NamedTuple, NoReturn

import numpy as np

from socialmkt.core.errors import InvalidInput, SchemeMismatch, Verbatim, refuse
from socialmkt.overlap._keys import TOP, UInt64

Scheme = Literal["int", "text", "uuid"]

MAGIC = b"SMKA"
VERSION = 1
SCHEMES: tuple[Scheme | None, ...] = (None, "int", "text", "uuid")
RANKED, KEYED = 1, 2

_HEAD = struct.Struct("<4sBBBB5Q")
_CHECKSUM = 8
_FUNC = "Audience.from_bytes"


class Parts(NamedTuple):
    """What the bytes hold."""

    keys: UInt64
    threshold: int
    k: int | None
    seed: int
    scheme: Scheme | None
    fingerprint: int


def to_bytes(parts: Parts) -> bytes:
    """Write an audience."""
    flags = RANKED * (parts.k is not None) | KEYED * (parts.fingerprint != 0)
    numbers = (parts.seed, parts.fingerprint, parts.k or 0, parts.threshold % TOP, parts.keys.size)
    head = _HEAD.pack(MAGIC, VERSION, SCHEMES.index(parts.scheme), flags, 0, *numbers)
    body = head + parts.keys.astype("<u8").tobytes()
    return body + _checksum(body)


def from_bytes(data: bytes) -> Parts:
    """Read an audience; the keys are checked by the model."""
    if len(data) < _HEAD.size + _CHECKSUM:
        _refuse(f"hold at least {_HEAD.size + _CHECKSUM} bytes", f"{len(data):,} bytes")
    magic, version, scheme, flags, reserved, seed, fingerprint, k, threshold, count = _HEAD.unpack_from(data)
    _check_head(magic, version, scheme, flags, reserved)
    if len(data) != _HEAD.size + 8 * count + _CHECKSUM:
        _refuse(f"be as long as {count:,} keys need", f"{len(data):,} bytes")
    if _checksum(data[:-_CHECKSUM]) != data[-_CHECKSUM:]:
        _refuse("have the checksum of their content", "another")
    if bool(flags & RANKED) != (k > 0) or bool(flags & KEYED) != (fingerprint > 0):
        _refuse("have the flags of their content", f"flags {flags}")
    keys = np.frombuffer(data, "<u8", count, _HEAD.size).astype(np.uint64)
    return Parts(keys, threshold or TOP, k or None, seed, SCHEMES[scheme], fingerprint)


def _check_head(magic: bytes, version: int, scheme: int, flags: int, reserved: int) -> None:
    if magic != MAGIC:
        _refuse(f"begin with {MAGIC!r}", repr(magic))
    for name, value, known in (
        ("version", version, {VERSION}),
        ("scheme", scheme, range(4)),
        ("flags", flags, range(4)),
    ):
        if value not in known:
            fix = "A newer release may have written them."
            raise refuse(SchemeMismatch, _FUNC, "data", f"have a known {name}", value, fix=fix)
    if reserved:
        _refuse("have no reserved bit set", str(reserved))


def _checksum(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_CHECKSUM).digest()


def _refuse(must: str, got: str) -> NoReturn:
    raise refuse(InvalidInput, _FUNC, "data", must, Verbatim(got))
