"""Currency codes and their decimal places, as published in the ISO 4217 table of 2026-01-01.

A currency's place in this list says how it is counted, not how prices are shown: a shop may show whole rials and
still count hundredths. Withdrawn and unofficial codes are left out.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from socialmkt.core.errors import InvalidInput, refuse

CURRENCY_TABLE = "ISO 4217, 2026-01-01"
"""The edition of the table of currencies."""

_WHOLE = """
    BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF
"""
_HUNDREDTHS = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY
    COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS
    INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR
    MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP
    STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG
"""
_THOUSANDTHS = """
    BHD IQD JOD KWD LYD OMR TND
"""
_TEN_THOUSANDTHS = """
    CLF UYW
"""
# metals, funds, test codes: without minor units
_UNCOUNTED = """
    XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX
"""

_BY_EXPONENT: tuple[tuple[int | None, str], ...] = (
    (0, _WHOLE),
    (2, _HUNDREDTHS),
    (3, _THOUSANDTHS),
    (4, _TEN_THOUSANDTHS),
    (None, _UNCOUNTED),
)

EXPONENTS = MappingProxyType({code: exponent for exponent, codes in _BY_EXPONENT for code in codes.split()})
"""Decimal places by code; None for a code that has no minor unit."""

_NICKNAMES = MappingProxyType({"RMB": "CNY"})


def counted_code(code: Any, *, func: str, name: str) -> str:
    """Check the code of a currency that has minor units."""
    if not isinstance(code, str) or code not in EXPONENTS:
        raise refuse(InvalidInput, func, name, "be an ISO 4217 code such as 'CNY'", code, fix=_near(code))
    if EXPONENTS[code] is None:
        raise refuse(InvalidInput, func, name, "be a currency with minor units", code)
    return str(code)


def _near(code: Any) -> str | None:
    if not isinstance(code, str):
        return None
    import difflib

    word = code.strip().upper()
    counted = [known for known, exponent in EXPONENTS.items() if exponent is not None]
    near = [_NICKNAMES[word]] if word in _NICKNAMES else difflib.get_close_matches(word, counted, n=3)
    return f"Did you mean {' or '.join(map(repr, near))}?" if near else None
