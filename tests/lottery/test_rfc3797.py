"""RFC 3797: the worked example, both index widths, and what is no source."""

from __future__ import annotations

import functools
import hashlib
import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialmkt.core.errors import InvalidInput
from socialmkt.lottery import rfc3797
from tests.refusals import refuses

CASE = json.loads((Path(__file__).parents[1] / "vectors/lottery_rfc3797.json").read_text())
KEY = CASE["key"]
md5 = functools.partial(hashlib.md5, usedforsecurity=False)


def test_the_worked_example_comes_out() -> None:
    assert rfc3797.key(CASE["sources"]) == KEY
    assert rfc3797.select(KEY, pool=CASE["pool"], count=25) == CASE["selected"]
    digests = [md5(i.to_bytes(2, "big") + KEY.encode() + i.to_bytes(2, "big")).hexdigest().upper() for i in range(3)]
    assert digests == CASE["digests"]


def test_the_older_width_is_that_of_rfc_2777() -> None:
    first = int(md5(b"\0" + KEY.encode() + b"\0").hexdigest(), 16) % 25 + 1
    assert rfc3797.select(KEY, pool=25, count=1, index_bytes=1) == [first]
    assert len(rfc3797.select(KEY, pool=255, count=255, index_bytes=1)) == 255
    with refuses(InvalidInput, match="pool must be a whole number from 1 to 255, got 256"):
        rfc3797.select(KEY, pool=256, count=1, index_bytes=1)


@given(pool=st.integers(1, 60), data=st.data())
def test_skipped_numbers_are_drawn_and_passed_over(pool, data) -> None:
    full = rfc3797.select(KEY, pool=pool, count=pool)
    assert sorted(full) == list(range(1, pool + 1))
    skip = data.draw(st.sets(st.integers(1, pool)))
    count = data.draw(st.integers(0, pool - len(skip)))
    kept = rfc3797.select(KEY, pool=pool, count=count, skip=skip)
    assert kept == [number for number in full if number not in skip][:count]


@pytest.mark.parametrize(
    ("sources", "text"),
    [
        ([9319], "9319./"),
        ([0], "0./"),
        ([Decimal("1.250")], "1.25/"),
        ([Decimal("12.00")], "12./"),
        ([Decimal("0.050")], "0.05/"),
        ([Decimal("1E+3")], "1000./"),
        ([[Decimal("3.5"), Decimal("1.25")]], "1.253.5/"),
        ([(9, 10, 2)], "2.9.10./"),
        (["Pomme d'Or 7"], "POMMEDOR7/"),
        (["é ﬁn"], "EFIN/"),
    ],
)
def test_sources_are_written_in_their_canonical_form(sources, text) -> None:
    assert rfc3797.key(sources) == text


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        ([], "sources must be a list of at least one source"),
        ("9319", "sources must be a list of at least one source"),
        ([1.5], "sources must hold ints or Decimals of at least 0, or text, got 1.5"),
        ([True], "sources must hold ints or Decimals"),
        ([-1], "sources must hold ints or Decimals"),
        ([Decimal(-1)], "sources must hold ints or Decimals"),
        ([Decimal("NaN")], "sources must hold ints or Decimals"),
        ([None], "sources must hold ints or Decimals"),
        ([[]], "sources must hold lists of ints or of Decimals, not empty"),
        ([[1, Decimal(2)]], "sources must hold lists of ints or of Decimals"),
        ([[1, None]], "sources must hold ints or Decimals"),
        (["三"], "sources must hold text with letters or digits"),
        (np.array(5), "sources must be a list of at least one source, got 5"),
        ([np.array(5)], "sources must hold ints or Decimals"),
        ({1, 2}, "sources must be a list of at least one source"),
        ({"a": 1}, "sources must be a list of at least one source"),
    ],
)
def test_what_is_no_source_is_refused(sources, words) -> None:
    with refuses(InvalidInput, match=words):
        rfc3797.key(sources)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"key": ""}, "key must be text that is not empty"),
        ({"key": "\ud800"}, "key must be text that is not empty and holds no lone surrogates"),
        ({"skip": 3}, "skip must be a list of numbers, got 3"),
        ({"skip": None}, "skip must be a list of numbers, got None"),
        ({"skip": np.array(3)}, "skip must be a list of numbers, got 3"),
        ({"pool": 0}, "pool must be a whole number from 1 to 65,535"),
        ({"pool": 65_536}, "pool must be a whole number from 1 to 65,535"),
        ({"count": -1}, "count must be a whole number of at least 0"),
        ({"count": 26}, "count must be at most 25, those not skipped, got 26"),
        ({"count": 25, "skip": [3]}, "count must be at most 24"),
        ({"skip": [26]}, "skip must be a whole number from 1 to 25"),
        ({"index_bytes": 3}, "index_bytes must be a whole number from 1 to 2"),
    ],
)
def test_a_selection_outside_its_bounds_is_refused(fields, words) -> None:
    given_ = {"key": KEY, "pool": 25, "count": 1, **fields}
    with refuses(InvalidInput, match=words):
        rfc3797.select(given_.pop("key"), **given_)


def test_entropy_is_counted_in_whole_bits() -> None:
    assert [rfc3797.entropy_bits(*pair) for pair in ((60, 10), (25, 10), (2, 1), (4, 1), (5, 1), (5, 5), (5, 0))] == [
        37,
        22,
        1,
        2,
        3,
        0,
        0,
    ]
    with refuses(InvalidInput, match="count must be a whole number from 0 to 5"):
        rfc3797.entropy_bits(5, 6)
