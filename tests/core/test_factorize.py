from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialmkt.core import _hash_codes, _text_codes
from socialmkt.core._hash_codes import hash_codes
from socialmkt.core._text_codes import squeezed, word_codes, words_of_text
from socialmkt.core.columns import ids as read_ids
from socialmkt.core.errors import InvalidInput
from socialmkt.core.factorize import Factorized, factorize
from tests.refusals import refuses
from tests.strategies import COLUMN_KINDS, INT64

if TYPE_CHECKING:
    from collections.abc import Sequence

WORD = 2**64
rng = np.random.default_rng(20260301)

near = st.integers(-20, 20)
far = st.integers(int(INT64.min), int(INT64.max))
clustered = st.builds(lambda high, low: high * 2**50 + low, st.integers(-3, 3), near)
numbers = st.lists(st.one_of(near, far, clustered), min_size=1, max_size=60)
texts = st.lists(st.text(st.characters(), max_size=12), min_size=1, max_size=40)
plain_texts = st.lists(st.text("ab019é用😀", max_size=30), min_size=1, max_size=40)


def objects(items: Sequence[Any]) -> np.ndarray:
    column = np.empty(len(items), object)
    column[:] = items
    return column


def plainly(items: Sequence[Any], order: str) -> tuple[list[int], list[Any]]:
    distinct = list(dict.fromkeys(items))
    if order == "sorted":
        distinct.sort()
    place = {item: at for at, item in enumerate(distinct)}
    return [place[item] for item in items], distinct


def check(ids: np.ndarray) -> None:
    items = ids.tolist()
    for order in ("sorted", "first"):
        codes, values = factorize(ids, order=order)
        expected = plainly(items, order)
        assert (codes.tolist(), values.tolist()) == expected, order
        assert codes.dtype == np.int64
        assert values.dtype == ids.dtype


@given(numbers)
def test_ints_are_numbered_as_a_dictionary_would(ids: list[int]) -> None:
    check(np.array(ids, np.int64))


@given(st.lists(st.one_of(st.integers(0, WORD - 1), st.integers(WORD - 9, WORD - 1)), min_size=1, max_size=60))
def test_unsigned_ints_are_numbered_as_a_dictionary_would(ids: list[int]) -> None:
    check(np.array(ids, np.uint64))


@given(texts)
def test_text_is_numbered_as_a_dictionary_would(ids: list[str]) -> None:
    check(objects(ids))
    check(objects([text.encode(errors="surrogatepass") for text in ids]))


@given(plain_texts)
def test_text_without_nul_is_numbered_by_its_words_in_every_form(ids: list[str]) -> None:
    assert words_of_text(ids) is not None
    check(objects(ids))
    check(np.array(ids))
    check(objects([text.encode() for text in ids]))


@given(st.lists(st.one_of(st.uuids(), st.integers(0, 9).map(lambda number: uuid.UUID(int=number))), min_size=1))
def test_uuids_are_numbered_by_value(ids: list[uuid.UUID]) -> None:
    check(objects(ids))


@given(numbers, st.randoms())
def test_the_order_of_rows_changes_no_sorted_number(ids: list[int], random) -> None:
    mixed = ids.copy()
    random.shuffle(mixed)
    before, after = factorize(np.array(ids, np.int64)), factorize(np.array(mixed, np.int64))
    assert before.values.tolist() == after.values.tolist()
    assert dict(zip(ids, before.codes.tolist(), strict=True)) == dict(zip(mixed, after.codes.tolist(), strict=True))


LARGE = {
    "dense": rng.integers(0, 5_000, 80_000),
    "few far apart": rng.choice(rng.integers(INT64.min, INT64.max, 50), 80_000),
    "many far apart": rng.integers(INT64.min, INT64.max, 80_000),
    "both ends": np.append(rng.integers(0, 1_000, 80_000), [INT64.min, INT64.max]),
    "half far apart": np.where(rng.random(80_000) < 0.5, rng.integers(0, 99, 80_000), rng.integers(0, 2**62, 80_000)),
    "multiples of 2**40": rng.integers(-(2**22), 2**22, 80_000) * 2**40,
    "equal low bits": rng.integers(0, 40_000, 80_000) << 46 | 12_345,
    "equal high bits": rng.integers(0, 3, 80_000) << 61 | rng.integers(0, 70_000, 80_000),
    "made against the first multiplier": (
        rng.integers(0, 40_000, 80_000).astype(np.uint64) * np.uint64(pow(_hash_codes._MULTIPLIERS[0], -1, WORD))
    ),
}


@pytest.mark.parametrize("name", LARGE)
def test_large_columns_are_numbered_as_numpy_would(name: str) -> None:
    ids = LARGE[name]
    codes, values = factorize(ids)
    expected, inverse = np.unique(ids, return_inverse=True)
    assert (values == expected).all()
    assert (codes == inverse).all()
    check(ids[:40_000])


@pytest.mark.parametrize(
    "make",
    [
        lambda number: f"user{number:06d}",
        lambda number: f"u{number}",
        lambda number: f"{number * 0x9E3779B97F4A7C15 % WORD:016x}{number:x}",
        lambda number: "用" * (number % 4) + str(number % 7_000),
        lambda number: str(number % 7_000) + ("" if number < 17_000 else "x" * 70),
        lambda number: "" if number % 5 else str(number),
    ],
)
def test_large_text_columns_are_numbered_as_a_dictionary_would(make) -> None:
    check(objects([make(number) for number in rng.integers(0, 20_000, 40_000).tolist()]))


def test_ids_that_differ_in_a_trailing_nul_stay_two() -> None:
    assert factorize(objects(["a\0", "a", "a"])).values.tolist() == ["a", "a\0"]
    assert factorize(objects([b"a\0", b"a", b"a"])).codes.tolist() == [1, 0, 0]


def test_lone_surrogates_and_long_ids_are_numbered_too() -> None:
    check(objects(["b\ud800", "a", "b\ud800", "b\uffff", "b😀"]))
    check(objects(["x" * 64, "x" * 65, "x" * 64]))
    check(objects(["x" * 64, "x" * 63]))


def test_text_is_sorted_by_code_point() -> None:
    assert factorize(objects(["😀", "\uffff", "z", "Z", ""])).values.tolist() == ["", "Z", "z", "\uffff", "😀"]


@pytest.mark.parametrize("ids", [np.array([], np.int64), np.array([], "<U3"), objects([])])
def test_nothing_gives_no_numbers(ids: np.ndarray) -> None:
    for order in ("sorted", "first"):
        codes, values = factorize(ids, order=order)
        assert codes.tolist() == values.tolist() == []
        assert (codes.dtype, values.dtype) == (np.int64, ids.dtype)


def test_one_id_is_number_nought() -> None:
    check(np.array([7]))
    check(objects(["ann"] * 3))
    check(objects([""]))


def test_the_input_is_never_changed_and_never_shared() -> None:
    ids = rng.integers(INT64.min, INT64.max, 1_000)
    before = ids.copy()
    for order in ("sorted", "first"):
        result = factorize(ids, order=order)
        assert not np.shares_memory(result.values, ids)
    assert (ids == before).all()


def test_a_strided_column_is_read_as_it_stands() -> None:
    check(np.arange(20)[::-3])
    check(objects(["b", "x", "a", "x", "b", "x"])[::2])


@pytest.mark.parametrize("make", COLUMN_KINDS)
def test_every_kind_of_column_gives_the_same_numbers(make) -> None:
    for ids in ([30, 10, 30], ["bo", "ann", "bo"]):
        codes, values = factorize(read_ids(make(ids)))
        assert (codes.tolist(), values.tolist()) == plainly(ids, "sorted")
        assert factorize(make(ids)).codes.tolist() == codes.tolist()


def test_the_result_is_a_named_pair() -> None:
    assert Factorized._fields == ("codes", "values")
    codes, values = factorize(np.array([5, 5]))
    assert values[codes].tolist() == [5, 5]


def test_other_orders_and_other_columns_are_refused() -> None:
    with refuses(
        InvalidInput, match="factorize: order must be one of sorted, first, got 'frist'. Did you mean 'first'"
    ):
        factorize(np.array([1]), order="frist")
    with refuses(InvalidInput, match="factorize: ids must"):
        factorize(np.array([1.5]))
    with refuses(InvalidInput, match="factorize: ids must"):
        factorize(np.zeros((2, 2), np.int64))


def same_groups(words: tuple[np.ndarray, ...]) -> None:
    codes, firsts = hash_codes(words)
    rows = list(zip(*(word.tolist() for word in words), strict=True))
    first_seen = {key: row for row, key in reversed(list(enumerate(rows)))}
    assert [firsts.tolist()[code] for code in codes.tolist()] == [first_seen[key] for key in rows]
    assert len(firsts) == len(first_seen)


@given(st.lists(st.tuples(st.integers(0, 3), far.map(lambda x: x % WORD)), min_size=1))
def test_the_hash_table_tells_keys_of_two_words_apart(keys: list[tuple[int, int]]) -> None:
    same_groups(tuple(np.array(word, np.uint64) for word in zip(*keys, strict=True)))


def test_keys_that_agree_in_their_hash_are_told_apart() -> None:
    first = np.tile(np.arange(300, dtype=np.uint64), 3)
    second = np.uint64(99) - (first ^ first >> np.uint64(32)) * np.uint64(_hash_codes._ODD)
    assert len(set(_hash_codes._mixed((first, second)).tolist())) == 1
    same_groups((first, second))
    same_groups((first, second, first % np.uint64(2)))


def test_chunks_do_not_change_the_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_hash_codes, "_CHUNK", 7)
    same_groups((rng.integers(0, 40, 500).astype(np.uint64), rng.integers(0, 3, 500).astype(np.uint64)))
    monkeypatch.setattr(_text_codes, "_CHUNK", 3)
    check(objects([f"{number}" * (number % 5) for number in rng.integers(0, 99, 100).tolist()]))


@given(plain_texts)
def test_keys_of_one_word_sort_as_the_text_does(ids: list[str]) -> None:
    words = words_of_text(ids)
    assert words is not None
    keys = squeezed(words)
    if keys is not None:
        codes, _ = plainly(ids, "sorted")
        assert plainly(keys.tolist(), "sorted")[0] == codes
    assert word_codes(words)[0].tolist() == plainly(ids, "sorted")[0]


def test_bits_of_two_words_that_vary_fit_one_key() -> None:
    words = words_of_text([f"user{number:06d}" for number in range(100)])
    assert words is not None
    assert len(words) == 2
    assert squeezed(words) is not None
    full = np.array([0, WORD - 1], np.uint64)
    assert squeezed((full,)).tolist() == full.tolist()
    assert squeezed((full, full)) is None


def test_a_column_that_is_not_all_text_has_no_words() -> None:
    with pytest.raises(TypeError):
        words_of_text(["a", 1])


@pytest.mark.parametrize("order", ["sorted", "first"])
@pytest.mark.parametrize(
    ("ids", "match"),
    [
        (objects(["a", 1]), "ids must hold ids of one kind, got 1 at row 1"),
        (objects(["a\0", 1]), "ids must hold ids of one kind, got 1 at row 1"),
        (objects(["a", b"b"]), "ids must hold ids of one kind, got b'b' at row 1"),
        (objects([b"a", None]), "ids must not be null, got None at row 1"),
        (objects(["a", None]), "ids must not be null, got None at row 1"),
        (objects([uuid.UUID(int=1), 5]), "ids must hold ids of one kind, got 5 at row 1"),
        (np.ma.array([1, 2], mask=[0, 1]), "ids must not be null, got null at row 1"),
        (np.ma.array(["a", "b"], mask=[0, 1]), "ids must not be null, got .* at row 1"),
    ],
)
def test_ids_that_are_not_clean_are_refused(ids: Any, match: str, order: Any) -> None:
    with refuses(InvalidInput, match=rf"factorize\.factorize: {match}"):
        factorize(ids, order=order)
