"""Random codes: distinct, even, clean, and honest about a source that does not work."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialmkt.core.errors import Infeasible, InvalidInput
from socialmkt.coupons import DIGITS, CodeSpec, append_checks, random_codes
from socialmkt.coupons._bad_words import Blocklist
from socialmkt.coupons._random_codes import _MOST_VAIN, _first_ones
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
    with refuses(
        Infeasible,
        match="^coupons.random_codes: source must give bytes that lead to new codes, got the same ones again.$",
    ):
        random_codes(spec, 2, source=lambda count: byte * count)


def test_more_than_half_of_all_codes_is_refused() -> None:
    spec = CodeSpec(alphabet=DIGITS, body=6, checks=0)
    text = "coupons.random_codes: count must be, with those taken, at most half of the 1,000,000 codes, got 500001."
    with refuses(Infeasible, match=f"^{text}$"):
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
    ("fields", "text"),
    [
        ({"spec": "spec"}, "spec must be a CodeSpec, got 'spec'."),
        ({"count": -1}, "count must be a whole number of at least 0, got -1."),
        ({"count": 2.0}, "count must be a whole number of at least 0, got 2.0."),
        ({"source": b"bytes"}, "source must be a function such as secrets.token_bytes, got b'bytes'."),
        ({"source": lambda _: b"short"}, "source must give the 21 bytes asked for, got 5 bytes."),
        ({"source": lambda _: b"1" * 1_000}, "source must give the 21 bytes asked for, got 1,000 bytes."),
        ({"source": lambda _: "text"}, "source must give the 21 bytes asked for, got str."),
        ({"count": 1_000, "source": lambda _: b""}, "source must give the 10,001 bytes asked for, got 0 bytes."),
        (
            {"taken": ["4ATNP5AYNPZ", "4ATNP5AYNPA", "4"]},
            "taken must be codes of this form, got a code with the fault 'check' at row 1 (2 such rows).",
        ),
        ({"taken": [5]}, "taken must be text or bytes, got 5 at row 0."),
    ],
)
def test_arguments_that_break_their_rule_are_refused_by_name(fields: dict[str, Any], text: str) -> None:
    arguments = {"spec": CodeSpec(), "count": 2, "source": Stream(), **fields}
    with refuses(InvalidInput, match=f"^{re.escape(f'coupons.random_codes: {text}')}$"):
        random_codes(arguments.pop("spec"), arguments.pop("count"), **arguments)


def test_bytes_below_the_largest_multiple_of_the_size_are_taken_in_order() -> None:
    spec = CodeSpec(alphabet=DIGITS, body=6, checks=0, blocked=[])
    for given_, expected in (
        ([250, 255, 3, 14, 25, 36, 47, 249], "345679"),
        ([0, 1, 2, 3, 4, 5, 250], "012345"),
    ):
        stream = iter(given_ + [7] * 99)
        code = random_codes(spec, 1, source=lambda count, stream=stream: bytes(next(stream) for _ in range(count)))
        assert code.tolist() == [expected]


def test_a_code_that_comes_again_is_drawn_anew() -> None:
    spec = CodeSpec(alphabet=DIGITS, body=6, checks=0, blocked=[])
    # two codes are six columns of two symbols; the seventh pair is thrown away with the rest of its request
    first, more = [1] * 13, [*([1] * 7), *range(10, 17), *([9] * 100)]
    stream = iter([*first, *more])
    codes = random_codes(spec, 2, source=lambda count: bytes(next(stream) for _ in range(count)))
    assert codes.tolist() == ["111111", "012345"]


class Late:
    """A source that repeats itself until it is asked for the n-th time."""

    def __init__(self, first: int) -> None:
        self.first, self.asked = first, 0

    def __call__(self, count: int) -> bytes:
        self.asked += 1
        return bytes([self.asked >= self.first]) * count


def test_a_source_may_repeat_itself_for_a_while() -> None:
    assert random_codes(CodeSpec(checks=0), 2, source=Late(_MOST_VAIN + 1)).tolist() == ["0" * 10, "1" * 10]
    with refuses(Infeasible, match="source must give bytes that lead to new codes"):
        random_codes(CodeSpec(checks=0), 2, source=Late(_MOST_VAIN + 2))


def test_bytes_that_favour_some_symbols_may_come_for_a_while() -> None:
    class Top(Late):
        def __call__(self, count: int) -> bytes:
            return super().__call__(count).replace(b"\0", b"\xff")

    assert random_codes(ELEVEN, 1, source=Top(_MOST_VAIN)).tolist() == ["1" * 8]
    with refuses(Infeasible, match="source must give bytes that lead to new codes"):
        random_codes(ELEVEN, 1, source=Top(_MOST_VAIN + 1))


def test_checks_of_random_codes_are_those_of_their_bodies() -> None:
    for checks in (0, 1, 2):
        spec = CodeSpec(checks=checks, group=[4, 6 + checks], prefix="ab-")
        codes = random_codes(spec, 20, source=Stream())
        for code in codes.tolist():
            assert code == f"ab-{code[3:7]}-{code[8:]}"
            plain = code[3:].replace("-", "")
            assert plain == append_checks(plain[:10], checks)


@given(st.lists(st.integers(0, 40), max_size=300))
def test_a_value_that_comes_again_is_left_out_and_the_others_keep_their_order(values: list[int]) -> None:
    assert _first_ones(np.array(values, np.uint64)).tolist() == list(dict.fromkeys(values))


def test_only_the_symbols_that_are_missing_are_asked_for_again() -> None:
    asked = []

    def mostly_unfit(count: int) -> bytes:
        asked.append(count)
        return bytes(7) + b"\xff" * (count - 7) if len(asked) == 1 else b"\1" * count

    assert random_codes(ELEVEN, 1, source=mostly_unfit).tolist() == ["00000001"]
    assert asked[1:] == [2]
