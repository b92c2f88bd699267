"""The bytes that are hashed: one way to write JSON, instants and digests."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from typing import Any

from socialmkt.core.errors import InvalidInput, SocialmktError, Verbatim, refuse

HEX64 = re.compile(r"[0-9a-f]{64}")
POOL = re.compile(r"[A-Za-z0-9_.-]{1,64}")
NAME = re.compile(r"[a-z0-9_]{1,32}")
NAME_RULE = "have names of 1 to 32 characters from a-z, 0-9 and _"
_HEX = "be 64 lower-case hex digits"


def canonical_json(value: Any) -> str:
    """Write strings, whole numbers, lists, objects and null with sorted keys and no spaces, as RFC 8785 does."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256_hex(data: bytes | str) -> str:
    """Give the SHA-256 of bytes, or of the UTF-8 of text, in lower-case hex.

    A tampered record may hold lone surrogates: they get a hash like anything else, which fits nothing.
    """
    return hashlib.sha256(data.encode(errors="surrogatepass") if isinstance(data, str) else data).hexdigest()


def instant_text(at: dt.datetime | None) -> str | None:
    """Write an instant in UTC to the second, with microseconds only where there are some."""
    return None if at is None else at.astimezone(dt.UTC).replace(tzinfo=None).isoformat() + "Z"


def check_hex(value: Any, *, func: str, name: str) -> str:
    """Take 64 lower-case hex digits."""
    if not isinstance(value, str) or not HEX64.fullmatch(value):
        raise refuse(InvalidInput, func, name, _HEX, value)
    return value


def refuse_hidden(func: str, name: str, must: str) -> SocialmktError:
    """Build a refusal that does not show the value, which may be a secret."""
    return refuse(InvalidInput, func, name, must, Verbatim("another value"))


def check_key(value: Any, *, func: str) -> str:
    """Take a secret key of 64 lower-case hex digits, without showing it where it is refused."""
    if not isinstance(value, str) or not HEX64.fullmatch(value):
        raise refuse_hidden(func, "key", _HEX)
    return value


def ascii_text(value: Any, *, func: str, name: str) -> str:
    """Take printable ASCII as it stands, bytes as their lower-case hex; a secret is not shown where it is refused."""
    if isinstance(value, bytes):
        return value.hex()
    if not isinstance(value, str) or not value.isascii() or (value and not value.isprintable()):
        must = "be printable ASCII text, or bytes"
        raise refuse_hidden(func, name, must) if name == "secret" else refuse(InvalidInput, func, name, must, value)
    return value


TEXT = "be text that is not empty and holds no lone surrogates"


def encoded(value: Any) -> bytes:
    """Give text as UTF-8; nothing for what is no text or has no UTF-8."""
    try:
        return value.encode() if isinstance(value, str) else b""
    except UnicodeEncodeError:
        return b""


def utf8(value: Any, *, func: str, name: str) -> bytes:
    """Take text that is not empty, as UTF-8."""
    data = encoded(value)
    if not data:
        raise refuse(InvalidInput, func, name, TEXT, value)
    return data
