"""The subkey of a code book: derived from the key, and never shown."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NoReturn

from socialmkt.core.errors import InvalidInput, Verbatim, refuse

if TYPE_CHECKING:
    from socialmkt.coupons._code_spec import CodeSpec


class Subkey:
    """The two words of a subkey, which do not show themselves."""

    __slots__ = ("words",)
    words: tuple[int, int]

    def __init__(self, digest: bytes) -> None:
        self.words = int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little")

    def __repr__(self) -> str:
        return "<subkey>"

    def __reduce__(self) -> NoReturn:
        message = "a subkey is not pickled: build the CodeBook again where it is needed"
        raise TypeError(message)


def derived(spec: CodeSpec, key: bytes, campaign: str) -> Subkey:
    """Derive the subkey of a campaign and a form of codes; refuse a key or a campaign that will not do."""
    secret, name = _checked_key(key), _checked_campaign(campaign)
    message = b"\0".join([name, spec.alphabet.encode(), bytes([spec.body])])
    return Subkey(hashlib.blake2b(message, digest_size=16, key=secret, person=b"smkt-code-v1").digest())


def _checked_key(key: Any) -> bytes:
    if isinstance(key, bytes) and 16 <= len(key) <= 64:
        return key
    got = f"{len(key)} bytes" if isinstance(key, bytes) else type(key).__name__  # a key is never shown
    raise refuse(InvalidInput, "CodeBook", "key", "be 16 to 64 bytes", Verbatim(got))


def _checked_campaign(campaign: Any) -> bytes:
    if isinstance(campaign, str) and campaign and "\0" not in campaign:
        try:
            return campaign.encode()
        except UnicodeEncodeError:
            pass
    must = "be text that is not empty and holds no NUL"
    raise refuse(InvalidInput, "CodeBook", "campaign", must, campaign)
