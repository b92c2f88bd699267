"""Random codes: distinct, even, clean, and honest about a source that does not work."""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from typing import Any

import numpy as np
import pytest

from socialmkt.core.errors import Infeasible, InvalidInput
from socialmkt.coupons import DIGITS, CodeSpec, random_codes
from socialmkt.coupons._bad_words import Blocklist
from tests.refusals import refuses

ELEVEN = CodeSpec(alphabet="0123456789A", body=8, checks=0, blocked=[])
TEN = CodeSpec(alphabet=DIGITS, body=8, checks=0, blocked=[])


class Stream:
    """A source that can be repeated: a hash of a counter."""

    def __init__(self) -> None:
        self.drawn = 0

    def __call__(self, count: int) -> bytes:
        self.drawn += 1
        return hashlib.shake_128(self.drawn.to_bytes(8, "little")).digest(count)


def test_codes_are_well_formed_and_distinct() -> None:
    spec = CodeSpec(checks=2, group=[4, 4, 4], prefix="X-")
    codes = random_codes(spec, 40_000, source=secrets.token_bytes)
    assert spec.check(codes).all()
    assert len(set(codes.tolist())) == len(codes) == 40_000


def test_the_same_bytes_give_the_same_codes() -> None:
    first, second = (random_codes(CodeSpec(), 500, source=Stream()).tolist() for _ in range(2))
    assert first == second


@pytest.mark.parametrize("spec", [TEN, ELEVEN], ids=["10", "11"])
def test_every_symbol_is_as_likely_as_every_other(spec: CodeSpec) -> None:
    codes = random_codes(spec, 20_000, source=Stream())
    counts = Counter("".join(codes.tolist()))
    expected = 20_000 * 8 / len(spec.alphabet)
    chi = sum((counts[symbol] - expected) ** 2 / expected for symbol in spec.alphabet)
    assert chi < 40


def test_taken_codes_do_not_come_again() -> None:
    spec = CodeSpec(alphabet=DIGITS, body=6, checks=0, blocked=[])
    codes = random_codes(spec, 200_000, source=Stream())
    more = random_codes(spec, 200_000, source=Stream(), taken=codes)
    assert len({*codes.tolist(), *more.tolist()}) == 400_000


def test_no_code_holds_a_blocked_word() -> None:
    spec = CodeSpec(alphabet="0123456789ABCDEF", body=6, checks=0, blocked=["A1", "BAD", "CAFE", "FACED"])
    codes = random_codes(spec, 20_000, source=Stream())
    symbols = np.array([[spec.alphabet.index(symbol) for symbol in code] for code in codes], np.uint8).T
    assert not Blocklist(spec.blocked, spec.alphabet).hits(symbols).any()


def test_none_are_none() -> None:
    assert random_codes(CodeSpec(), 0, source=Stream()).tolist() == []


@pytest.mark.parametrize("byte", [b"\0", b"\xff"])
@pytest.mark.parametrize("spec", [CodeSpec(), ELEVEN], ids=["32", "11"])
def test_a_source_that_repeats_itself_is_found_out(spec: CodeSpec, byte: bytes) -> None:
    with refuses(Infeasible, match="source must give bytes that lead to new codes"):
        random_codes(spec, 2, source=lambda count: byte * count)


def test_more_than_half_of_all_codes_is_refused() -> None:
    spec = CodeSpec(alphabet=DIGITS, body=6, checks=0)
    with refuses(Infeasible, match="count must be, with those taken, at most half of the 1,000,000 codes"):
        random_codes(spec, 500_001, source=Stream())
    with refuses(Infeasible, match="count must be, with those taken"):
        random_codes(spec, 500_000, source=Stream(), taken=["000000"])
    with refuses(Infeasible, match="count must be, with those taken"):
        random_codes(spec, 499_999, source=Stream(), taken=["000000", "000001"])


def test_a_taken_code_that_is_named_twice_counts_once() -> None:
    spec = CodeSpec(alphabet=DIGITS, body=6, checks=0, blocked=[])
    codes = random_codes(spec, 499_999, source=Stream(), taken=["000000", "000000"])
    assert len(set(codes.tolist()) - {"000000"}) == 499_999


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"spec": "spec"}, "spec must be a CodeSpec"),
        ({"count": -1}, "count must be a whole number of at least 0"),
        ({"count": 2.0}, "count must be a whole number"),
        ({"source": b"bytes"}, "source must be a function"),
        ({"source": lambda _: b"short"}, "source must give the .* bytes asked for, got 5 bytes"),
        ({"source": lambda _: "text"}, "source must give the .* bytes asked for, got str"),
        ({"taken": ["4ATNP5AYNPZ", "4ATNP5AYNPA"]}, "taken must be codes of this form, got .*'check' at row 1"),
        ({"taken": [5]}, "taken must be text or bytes"),
    ],
)
def test_arguments_that_break_their_rule_are_refused_by_name(fields: dict[str, Any], match: str) -> None:
    arguments = {"spec": CodeSpec(), "count": 2, "source": Stream(), **fields}
    with refuses(InvalidInput, match=match):
        random_codes(arguments.pop("spec"), arguments.pop("count"), **arguments)
