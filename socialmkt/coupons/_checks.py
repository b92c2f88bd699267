"""Check symbols: one or two over GF(32), or Damm's digit.

A code of symbols s is read as a polynomial. Symbols are numbers below 32; addition is exclusive or, and doubling is
multiplication by x modulo x^5 + x^2 + 1. All functions take ints and uint8 arrays alike, one entry per symbol of the
code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_DAMM_FLAT = np.array(_DAMM, np.uint8).ravel()


def double(symbol: Any) -> Any:
    """Multiply by 2 in GF(32)."""
    return ((symbol << 1) & 31) ^ ((symbol >> 4) * 5)


def times(a: int, b: int) -> int:
    """Multiply in GF(32)."""
    product = 0
    for bit in range(5):
        if b >> bit & 1:
            product ^= a
        a = double(a)
    return product


_POWERS = [1]
for _ in range(30):
    _POWERS.append(double(_POWERS[-1]))
_LOG = {power: exponent for exponent, power in enumerate(_POWERS)}


def check_symbols(symbols: Sequence[Any], checks: int, size: int) -> list[Any]:
    """Compute the check symbols of a body, over an alphabet of so many symbols."""
    if checks == 0:
        return []
    if size == 10:
        return [_damm(symbols)]
    return [_one_check(symbols)] if checks == 1 else _two_checks(symbols)


def _one_check(symbols: Sequence[Any]) -> Any:
    check = symbols[0] ^ symbols[0]
    for symbol in symbols:
        check = double(check ^ symbol)
    return check


def _two_checks(symbols: Sequence[Any]) -> list[Any]:
    """Remainder by (x + 1)(x + 2) = x^2 + 3x + 2."""
    r1 = r0 = symbols[0] ^ symbols[0]
    for symbol in symbols:
        fed = symbol ^ r1
        twice = double(fed)
        r1, r0 = r0 ^ twice ^ fed, twice
    return [r1, r0]


def _damm(symbols: Sequence[Any]) -> Any:
    if isinstance(symbols[0], np.ndarray):
        interim = np.zeros(symbols[0].shape, np.uint8)
        for symbol in symbols:
            interim = _DAMM_FLAT.take(interim * np.uint8(10) + symbol)
        return interim
    digit = 0
    for symbol in symbols:
        digit = _DAMM[digit][symbol]
    return digit


def repaired(symbols: Sequence[int]) -> list[int] | None:
    """Repair at most one wrong symbol of a code with two checks; None where that is impossible."""
    s0 = s1 = 0
    for symbol in symbols:
        s0, s1 = s0 ^ symbol, double(s1) ^ symbol
    if s0 == s1 == 0:
        return list(symbols)
    if s0 == 0 or s1 == 0:
        return None
    place = len(symbols) - 1 - (_LOG[s1] - _LOG[s0]) % 31
    if place < 0:
        return None
    return [*symbols[:place], symbols[place] ^ s0, *symbols[place + 1 :]]
