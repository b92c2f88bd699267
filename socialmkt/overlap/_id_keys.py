"""The 64-bit key of an id."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from socialmkt.core.hashing import hash_keyed, hash_text
from socialmkt.overlap import _dense
from socialmkt.overlap._keys import sort_unique

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from socialmkt.overlap._audience_bytes import Scheme
    from socialmkt.overlap._keys import UInt64

_SCHEME_OF_DTYPE: Mapping[str, Scheme] = {"i": "int", "u": "int", "U": "text", "S": "text"}


def scheme_of(clean: NDArray[Any], ids: Any) -> Scheme | None:
    """Name the kind of ids; an empty column tells it by its dtype, or not at all."""
    if not clean.size:
        return _SCHEME_OF_DTYPE.get(getattr(getattr(ids, "dtype", None), "kind", ""))
    if clean.dtype.kind == "O":
        return "text" if isinstance(clean[0], (str, bytes)) else "uuid"
    return _SCHEME_OF_DTYPE[clean.dtype.kind]


def keys_of(ids: NDArray[Any]) -> UInt64:
    """Give the key of each id, in the caller's order; whole numbers are their own, without a copy."""
    if ids.dtype.kind in "iu":
        return ids.view(np.uint64)
    items = ids.tolist()
    is_text = not items or isinstance(items[0], (str, bytes))
    return hash_text(items if is_text else [each.bytes for each in items])


def secret_keys_of(ids: NDArray[Any], key: bytes) -> tuple[UInt64, int]:
    """Give the key of each id under a secret, and the fingerprint of the secret."""
    keys = hash_keyed(ids, key=key)
    digest = hashlib.blake2b(digest_size=8, key=key, person=b"socialmkt/key").digest()
    return keys, int.from_bytes(digest, "little")


def distinct(keys: UInt64) -> UInt64:
    """Give the keys sorted, each once, in an array of their own."""
    close = _dense.sort_unique(keys)
    return sort_unique(keys.copy()) if close is None else close
