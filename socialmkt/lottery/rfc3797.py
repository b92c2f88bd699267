"""Selection by RFC 3797: a few places drawn from public numbers, the way the IETF picks its committees.

It is unweighted and depends on the order of the list; use `draw` for entries that have weights or may be removed.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from socialmkt.core._whole import is_int
from socialmkt.core.errors import InvalidInput, refuse
from socialmkt.lottery._canonical import utf8
from socialmkt.lottery._numbers import whole

__all__ = ["entropy_bits", "key", "select"]

_KEY, _SELECT, _ENTROPY = "rfc3797.key", "rfc3797.select", "rfc3797.entropy_bits"


def key(sources: Sequence[Any]) -> str:
    """Write public sources as the key of a selection.

    Parameters
    ----------
    sources : sequence of int, Decimal, text, or lists of int or of Decimal
        In the order that was announced: lottery numbers, closing prices, names.

    Returns
    -------
    str
        Each source in its canonical form, with `/` after it. Numbers of a list are sorted.

    Raises
    ------
    InvalidInput
        No sources; a float, a bool, a negative number, a null, a mixed or empty list, or text without letters and
        digits.

    References
    ----------
    D. Eastlake 3rd, "Publicly Verifiable Nominations Committee (NomCom) Random Selection", RFC 3797, section 4.1.

    Examples
    --------
    >>> from decimal import Decimal
    >>> key([9319, [2, 5, 12, 8, 10], Decimal("1.250"), "Pomme d'Or"])
    '9319./2.5.8.10.12./1.25/POMMEDOR/'
    """
    if not isinstance(sources, Sequence) or isinstance(sources, (str, bytes)) or not sources:
        raise refuse(InvalidInput, _KEY, "sources", "be a list of at least one source", sources)
    return "".join(f"{_source(source)}/" for source in sources)


def _source(source: Any) -> str:
    if isinstance(source, str):
        letters = re.sub("[^A-Z0-9]", "", unicodedata.normalize("NFKD", source).upper())
        if not letters:
            raise refuse(InvalidInput, _KEY, "sources", "hold text with letters or digits from A-Z, 0-9", source)
        return letters
    numbers = list(source) if isinstance(source, (list, tuple)) else [source]
    decimals = [isinstance(number, Decimal) for number in numbers]
    if not numbers or any(decimals) != all(decimals):
        raise refuse(InvalidInput, _KEY, "sources", "hold lists of ints or of Decimals, not empty", source)
    return "".join(map(_digits, sorted(map(_checked, numbers))))


def _checked(number: Any) -> Any:
    good = (
        number.is_finite() and not number.is_signed() if isinstance(number, Decimal) else is_int(number) and number >= 0
    )
    if not good:
        fix = 'Pass Decimal("1.25") for a decimal.' if isinstance(number, float) else None
        raise refuse(InvalidInput, _KEY, "sources", "hold ints or Decimals of at least 0, or text", number, fix=fix)
    return number


def _digits(number: Any) -> str:
    """Write a number with its point, without zeros at the end."""
    if is_int(number):
        return f"{number}."
    _, digits, exponent = number.as_tuple()
    places = max(-exponent, 0)
    text = ("".join(map(str, digits)) + "0" * max(exponent, 0)).rjust(places, "0")
    before, after = text[: len(text) - places], text[len(text) - places :]
    return f"{before.lstrip('0') or '0'}.{after.rstrip('0')}"


def select(key: str, *, pool: int, count: int, index_bytes: int = 2, skip: Iterable[int] = ()) -> list[int]:
    """Select numbers from a list.

    Parameters
    ----------
    key : str
        From `key`.
    pool : int >= 1, below 256 ** index_bytes
        How many are on the list, numbered from 1.
    count : int >= 0
        How many to keep.
    index_bytes : {2, 1}
        2 for RFC 3797, 1 for the older RFC 2777.
    skip : iterable of int
        Numbers that cannot serve: they are drawn and passed over.

    Returns
    -------
    list of int
        Numbers from 1, in the order of selection.

    Raises
    ------
    InvalidInput
        A bound is broken, a number to skip is not on the list, or too few are left.

    Notes
    -----
    For i = 0, 1, ...: the number behind MD5(i, key, i), modulo those left, points to the next one. MD5 is what the
    RFC asks for. O(pool * count).

    References
    ----------
    RFC 3797, section 4.2; RFC 2777.

    Examples
    --------
    >>> select("9319./2.5.8.10.12./9.18.26.34.41.45./", pool=25, count=10)
    [17, 7, 2, 16, 25, 23, 8, 24, 19, 13]
    >>> select("9319./2.5.8.10.12./9.18.26.34.41.45./", pool=25, count=3, skip=[7])
    [17, 2, 16]
    """
    data = utf8(key, func=_SELECT, name="key")
    width = whole(index_bytes, func=_SELECT, name="index_bytes", low=1, high=2)
    size = whole(pool, func=_SELECT, name="pool", low=1, high=256**width - 1)
    out = _skipped(skip, size)
    wanted = whole(count, func=_SELECT, name="count", low=0)
    if wanted > size - len(out):
        raise refuse(InvalidInput, _SELECT, "count", f"be at most {size - len(out):,}, those not skipped", wanted)
    left, kept = list(range(1, size + 1)), list[int]()
    for step in range(size):
        if len(kept) == wanted:
            break
        number = left.pop(_random(data, step, width) % len(left))
        if number not in out:
            kept.append(number)
    return kept


def _skipped(skip: Iterable[int], size: int) -> set[int]:
    try:
        numbers = list(skip)
    except TypeError:  # an array of no dimension passes for an iterable
        raise refuse(InvalidInput, _SELECT, "skip", "be a list of numbers", skip) from None
    return {whole(number, func=_SELECT, name="skip", low=1, high=size) for number in numbers}


def _random(key: bytes, step: int, width: int) -> int:
    index = step.to_bytes(width, "big")
    return int.from_bytes(hashlib.md5(index + key + index, usedforsecurity=False).digest(), "big")


def entropy_bits(pool: int, count: int) -> int:
    """Say how many bits of chance a selection needs.

    Parameters
    ----------
    pool : int >= 1
        How many are on the list.
    count : int from 0 to pool
        How many are selected.

    Returns
    -------
    int
        log2 of the number of possible selections, rounded up.

    Raises
    ------
    InvalidInput
        A bound is broken.

    References
    ----------
    RFC 3797, section 3.1.

    Examples
    --------
    >>> entropy_bits(60, 10)
    37
    """
    size = whole(pool, func=_ENTROPY, name="pool", low=1)
    chosen = whole(count, func=_ENTROPY, name="count", low=0, high=size)
    return (math.comb(size, chosen) - 1).bit_length()
