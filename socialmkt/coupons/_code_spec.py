"""The form of a campaign's codes, what may honestly be claimed of it, and checks that need no key."""

from __future__ import annotations

import math
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Self, cast

import numpy as np
from pydantic import Field, field_validator, model_validator

from socialmkt.core import columns
from socialmkt.core.columns import Column  # noqa: TC001  # signatures are read at run time by the docs
from socialmkt.core.errors import EmptyInput, InvalidInput, refuse
from socialmkt.core.labels import Code
from socialmkt.core.model import Count, Frozen, Positive
from socialmkt.coupons._bad_words import DEFAULT_WORDS, Blocklist
from socialmkt.coupons._checks import check_symbols
from socialmkt.coupons._fields import read_count
from socialmkt.coupons._layout import CHECK, OK, Layout, Parsed, as_text, folding_of, parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

CROCKFORD32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and capitals without I, L, O and U."""

DIGITS = "0123456789"
"""The ten digits."""

_ALL = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_PREFIX = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-")


class CodeUse(Code):
    """What codes of a strength are good for.

    Examples
    --------
    >>> CodeUse("prizes").zh
    '可用于大奖'
    """

    ids_only = "ids_only", "仅作标识", "as ids only, never as proof"
    small_value = "small_value", "小额,须限速", "small values, with rate limits"
    general = "general", "一般用途", "general use"
    prizes = "prizes", "可用于大奖", "prizes"


class CodeStrength(Frozen):
    """What may honestly be claimed of codes.

    Parameters
    ----------
    bits : float
        The logarithm of the capacity.
    capacity : int
        How many bodies there are.
    issued : int
        How many codes are out.
    max_issued : int
        The square root of the capacity.
    blind_hit : float
        The chance that one blind try hits a code that is out.
    enough : bool
        Whether no more than `max_issued` are out.
    suits : CodeUse
        What the codes are good for: by their bits.

    Examples
    --------
    >>> CodeSpec(body=8).strength(issued=100_000).suits
    <CodeUse.small_value: 'small_value'>
    """

    bits: float
    capacity: Positive
    issued: Count
    max_issued: Count
    blind_hit: float
    enough: bool
    suits: CodeUse


class CodeSpec(Frozen):
    """The form of codes: alphabet, length, check symbols, groups, prefix, words to avoid.

    Parameters
    ----------
    alphabet : str
        2 to 36 distinct digits and capitals.
    body : int >= 1
        Symbols that carry the serial; there are 10**6 to 2**60 bodies.
    checks : int
        Check symbols: 0, 1 or 2 with 32 symbols, 0 or 1 with the ten digits, else 0.
    group : tuple of int
        Sizes of the groups that are joined by `-`; they add up to body and checks.
    prefix : str
        ASCII letters, digits and hyphens in front.
    blocked : tuple of str
        Words of two or more letters and digits that no issued code holds.

    Raises
    ------
    pydantic.ValidationError
        A field breaks its rule.

    Examples
    --------
    >>> spec = CodeSpec(body=10, checks=2, group=[4, 4, 4], prefix="SPRING-")
    >>> spec.capacity == 32**10
    True
    """

    alphabet: str = CROCKFORD32
    body: Positive = 10
    checks: Count = 1
    group: tuple[Positive, ...] = ()
    prefix: str = ""
    blocked: tuple[str, ...] = Field(default=DEFAULT_WORDS, repr=False)

    @field_validator("alphabet")
    @classmethod
    def _distinct_symbols(cls, alphabet: str) -> str:
        if not 2 <= len(alphabet) <= 36 or len(set(alphabet)) < len(alphabet) or not set(alphabet) <= _ALL:
            raise refuse(InvalidInput, "", "alphabet", "be 2 to 36 distinct digits and capitals", alphabet)
        return alphabet

    @field_validator("prefix")
    @classmethod
    def _plain_prefix(cls, prefix: str) -> str:
        if not set(prefix) <= _PREFIX:
            raise refuse(InvalidInput, "", "prefix", "hold ASCII letters, digits and hyphens only", prefix)
        return prefix

    @field_validator("blocked")
    @classmethod
    def _plain_words(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        for word in words:
            if len(word) < 2 or not (word.isascii() and word.isalnum()):
                raise refuse(InvalidInput, "", "blocked", "hold words of two or more letters and digits", word)
        return words

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.body > 60 or not 10**6 <= self.capacity <= 2**60:
            must = f"give 10**6 to 2**60 codes with {len(self.alphabet)} symbols"
            raise refuse(InvalidInput, "", "body", must, self.body)
        check_checks(self.checks, self.alphabet, "")
        if self.group and sum(self.group) != self.body + self.checks:
            raise refuse(InvalidInput, "", "group", f"add up to {self.body + self.checks}", self.group)
        return self

    @property
    def capacity(self) -> int:
        """How many bodies there are.

        Examples
        --------
        >>> CodeSpec(body=12).capacity == 2**60
        True
        """
        return int(len(self.alphabet) ** self.body)

    def check(self, codes: str | bytes | Column) -> Any:
        """Say whether codes are well-formed: prefix, length, symbols and check symbols; no key is needed.

        Parameters
        ----------
        codes : str or bytes, or column of shape (n,) of these
            What somebody typed.

        Returns
        -------
        bool, or bool array of shape (n,)
            True is no proof: check symbols are public. `CodeBook.authenticate` says whether a code was issued.

        Raises
        ------
        InvalidInput
            Neither text nor bytes, or a null.

        Examples
        --------
        >>> CodeSpec().check(["4atn-p5ayn-pz", "4ATNP5AYNPA"])
        array([ True, False])
        """
        if isinstance(codes, str | bytes):
            return read_code(self, codes)[1] == OK
        return parse_codes(self, codes, "CodeSpec.check").status == OK

    def strength(self, *, issued: int) -> CodeStrength:
        """Say what may honestly be claimed when so many codes are out.

        Parameters
        ----------
        issued : int >= 0
            How many.

        Returns
        -------
        CodeStrength
            Bits, the most codes that should be out, the chance of one blind try, and what the codes are good for.

        Raises
        ------
        InvalidInput
            Negative, or more than there are codes.

        Examples
        --------
        >>> strength = CodeSpec(body=10).strength(issued=100_000)
        >>> strength.bits, strength.max_issued, round(1 / strength.blind_hit), strength.suits.value
        (50.0, 33554432, 11258999068, 'general')
        """
        func = "CodeSpec.strength"
        out = read_count(issued, func, "issued")
        if out > self.capacity:
            raise refuse(InvalidInput, func, "issued", f"be at most the capacity, {self.capacity:,}", issued)
        most = math.isqrt(self.capacity)
        bits = math.log2(self.capacity)
        return CodeStrength(
            bits=bits,
            capacity=self.capacity,
            issued=out,
            max_issued=most,
            blind_hit=out / self.capacity,
            enough=out <= most,
            suits=_suits(bits),
        )

    @cached_property
    def _layout(self) -> Layout:
        return Layout(self.alphabet, self.body, self.checks, self.group, self.prefix)

    @cached_property
    def _blocklist(self) -> Blocklist:
        return Blocklist(self.blocked, self.alphabet)


layout_of: Callable[[CodeSpec], Layout] = attrgetter("_layout")
"""Give the written form of the codes of a spec."""

blocklist_of: Callable[[CodeSpec], Blocklist] = attrgetter("_blocklist")
"""Give the words of a spec, compiled."""


def read_code(spec: CodeSpec, code: str | bytes) -> tuple[list[int], int]:
    """Read the symbols of one code, and its status."""
    symbols, status = layout_of(spec).read_one(as_text(code))
    if status == OK and check_symbols(symbols[: spec.body], spec.checks, len(spec.alphabet)) != symbols[spec.body :]:
        status = CHECK
    return symbols, status


def parse_codes(spec: CodeSpec, codes: Any, func: str, name: str = "codes") -> Parsed:
    """Read the symbols of a column of codes, and their status."""
    parsed = parse(_read_column(codes, func, name), layout_of(spec))
    expected = check_symbols(list(parsed.symbols[: spec.body]), spec.checks, len(spec.alphabet))
    for mine, theirs in zip(expected, parsed.symbols[spec.body :], strict=True):
        parsed.status[(mine != theirs) & (parsed.status == OK)] = CHECK
    return parsed


def _suits(bits: float) -> CodeUse:
    if bits < 40:
        return CodeUse.ids_only
    if bits < 50:
        return CodeUse.small_value
    return CodeUse.general if bits < 60 else CodeUse.prizes


def _read_column(codes: Any, func: str, name: str) -> NDArray[Any] | list[Any]:
    """Read a column of text or bytes; a plain list of one of them is taken as it is."""
    if isinstance(codes, list) and set(map(type, cast("list[object]", codes))) in ({str}, {bytes}):
        return codes
    values = columns.ids(codes, func=func, name=name, offer_drop=False)
    if not len(values):
        return []
    first = values.item(0)
    if not isinstance(first, str | bytes):
        raise refuse(InvalidInput, func, name, "be text or bytes", first, row=0)
    return values


def check_checks(checks: int, alphabet: str, func: str) -> None:
    """Refuse a number of check symbols that an alphabet has no scheme for."""
    most = 2 if len(alphabet) == 32 else int(sorted(alphabet) == list(DIGITS))
    if checks > most:
        fix = "Checks are defined over 32 symbols and over the ten digits."
        raise refuse(InvalidInput, func, "checks", f"be at most {most} with this alphabet", checks, fix=fix)


def append_checks(body: str, checks: int = 1, *, alphabet: str = CROCKFORD32) -> str:
    """Append check symbols to a body.

    Parameters
    ----------
    body : str
        Symbols of the alphabet; pass what people type through `normalize` first.
    checks : int
        How many: 0 to 2 over 32 symbols, 0 or 1 over the ten digits.
    alphabet : str
        Its symbols in order.

    Returns
    -------
    str
        The body and its check symbols.

    Raises
    ------
    InvalidInput
        A symbol outside the alphabet, another alphabet or number of checks.
    EmptyInput
        An empty body.

    Notes
    -----
    Over GF(32), polynomial x^5 + x^2 + 1. One symbol catches every single error, every swap of neighbours or of
    symbols two apart, and every twin error; two catch every double error. Over the digits: Damm's quasigroup.

    References
    ----------
    H. M. Damm, "Total anti-symmetrische Quasigruppen", Marburg 2004.

    Examples
    --------
    >>> append_checks("WECHAT2026"), append_checks("WECHAT2026", 2), append_checks("572", alphabet=DIGITS)
    ('WECHAT20260', 'WECHAT2026MD', '5724')
    """
    func = "coupons.append_checks"
    _check_alphabet(alphabet, func)
    count = read_count(checks, func, "checks")
    check_checks(count, alphabet, func)
    if not isinstance(body, str):
        raise refuse(InvalidInput, func, "body", "be text", body)
    if not body:
        raise refuse(EmptyInput, func, "body", "hold at least one symbol", body)
    wrong = next((symbol for symbol in body if symbol not in alphabet), None)
    if wrong is not None:
        raise refuse(InvalidInput, func, "body", f"hold symbols of {alphabet} only", wrong)
    symbols = check_symbols([alphabet.index(symbol) for symbol in body], count, len(alphabet))
    return body + "".join(alphabet[symbol] for symbol in symbols)


def normalize(code: str, *, alphabet: str = CROCKFORD32) -> str:
    """Fold what people make of a code into its symbols.

    Parameters
    ----------
    code : str
        What somebody typed or pasted.
    alphabet : str
        The symbols that there are.

    Returns
    -------
    str
        Full-width characters as ASCII, capitals, without spaces, hyphens, dots and underscores; O as 0, I and L as 1
        where the alphabet lacks the letter. Anything else stays, and stays wrong.

    Raises
    ------
    InvalidInput
        No text, or no alphabet.

    Examples
    --------
    >>> normalize("oO1lI0"), normalize("４atn-p5ay n．pz")
    ('001110', '4ATNP5AYNPZ')
    """
    func = "coupons.normalize"
    _check_alphabet(alphabet, func)
    if not isinstance(code, str):
        raise refuse(InvalidInput, func, "code", "be text", code)
    return code.translate(folding_of(alphabet))


def _check_alphabet(alphabet: Any, func: str) -> None:
    if not isinstance(alphabet, str) or len(set(alphabet)) < max(len(alphabet), 2) or not set(alphabet) <= _ALL:
        raise refuse(InvalidInput, func, "alphabet", "be 2 to 36 distinct digits and capitals", alphabet)


def body_values(symbols: NDArray[np.uint8], size: int) -> NDArray[np.uint64]:
    """Read bodies of shape (L, n) as numbers in base `size`, most significant symbol first."""
    values = np.zeros(symbols.shape[1], np.uint64)
    for row in symbols:
        values *= np.uint64(size)
        values += row
    return values


def body_symbols(values: NDArray[np.uint64], size: int, length: int, out: NDArray[np.uint8]) -> None:
    """Write numbers in base `size` as bodies of shape (L, n); the numbers are used up."""
    bits = size.bit_length() - 1
    for place in reversed(range(length)):
        if size == 1 << bits:
            np.bitwise_and(values, np.uint64(size - 1), out=out[place], casting="unsafe")
            values >>= np.uint64(bits)
        else:
            higher = values // np.uint64(size)
            np.subtract(values, higher * np.uint64(size), out=out[place], casting="unsafe")
            values = higher
