"""Lists: one canonical form whatever the order of rows; what is refused."""

from __future__ import annotations

import copy
import enum
import hashlib
import pickle
import uuid

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialmkt.core.eligibility import Rule
from socialmkt.core.errors import EmptyInput, InvalidInput
from socialmkt.lottery import Entries
from tests.lottery.draws import DRAW, VECTORS, example, ids, weights
from tests.refusals import refuses
from tests.strategies import COLUMN_KINDS

NAMED = {
    "weight": [1, 3, 1, 2],
    "qualifies": {"purchase": [True, False, True, False]},
    "groups": {"person": ["x9", "x9", None, "a1"]},
}


def test_the_digest_is_the_published_one() -> None:
    assert example().digest == DRAW["entries_digest"]


def test_the_canonical_list_is_the_published_one() -> None:
    entries = Entries.from_columns(["alice", "bob", "carol", "dave"], **NAMED)
    assert entries.to_tsv().decode() == VECTORS["tsv"]["text"]
    assert entries.digest == VECTORS["tsv"]["digest"]


rows = st.lists(
    st.tuples(ids, weights, st.booleans(), st.sampled_from([None, "p", "q", "7"])), min_size=1, unique_by=lambda r: r[0]
)


def entries_of(rows) -> Entries:
    one, weight, flag, key = (list(column) for column in zip(*rows, strict=True))
    return Entries.from_columns(one, weight=weight, qualifies={"purchase": flag}, groups={"person": key})


@given(rows=rows, data=st.data())
def test_the_order_of_rows_changes_nothing(rows, data) -> None:
    shuffled = data.draw(st.permutations(rows))
    assert entries_of(shuffled).to_tsv() == entries_of(rows).to_tsv()


@given(rows=rows)
def test_a_published_list_reads_back_and_hashes_alike(rows) -> None:
    entries = entries_of(rows)
    again = Entries.from_tsv(entries.to_tsv())
    assert again == entries
    assert hash(again) == hash(entries)
    assert again.to_tsv() == entries.to_tsv()
    assert entries.digest == hashlib.sha256(entries.to_tsv()).hexdigest()
    assert entries.id.tolist() == sorted(row[0] for row in rows) == sorted(entries.id, key=str.encode)


@pytest.mark.parametrize("make", COLUMN_KINDS)
def test_every_kind_of_column_gives_the_same_list(make) -> None:
    entries = Entries.from_columns(
        make(["bo", "ann"]), weight=make([3, 1]), qualifies={"purchase": make([True, False])}
    )
    assert entries.to_tsv() == b"id\tweight\t?purchase\nann\t1\t0\nbo\t3\t1\n"


def test_kinds_of_ids_may_be_mixed_and_become_text() -> None:
    one = uuid.UUID(int=255)
    mixed = [np.int64(7), 2**70, one, "张三".encode(), "bo"]
    assert Entries.from_columns(mixed).id.tolist() == sorted(["7", str(2**70), str(one), "张三", "bo"])
    assert Entries.from_columns(np.array([7, 30])).id.tolist() == ["30", "7"]


def test_an_enum_of_text_counts_as_its_text() -> None:
    gold = enum.Enum("Level", {"gold": "Au"}, type=str).gold
    entries = Entries.from_columns([gold, 7], groups={"metal": [gold, "Au"]})
    assert entries.to_tsv() == b"id\tweight\t@metal\n7\t1\t1\nAu\t1\t1\n"


def test_text_is_normalised_so_that_lookalikes_meet() -> None:
    with refuses(InvalidInput, match="id must not repeat, got 'é' at row 1"):
        Entries.from_columns(["e\u0301", "é"])
    assert Entries.from_columns(["e\u0301"]).id.tolist() == ["é"]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (["ann", ""], "not be empty, got '' at row 1"),
        (["a\tb"], "hold no control characters"),
        (["a\nb"], "hold no control characters"),
        (["a\0"], "hold no control characters"),
        (["a\ud800"], "hold no control characters"),
        (["a\u2028b"], "hold no control characters"),
        (["a\u2029b"], "hold no control characters"),
        (["x", " ann"], "have no blank at either end, got ' ann' at row 1"),
        (["ann\u3000"], "have no blank at either end"),
        ([1.0, 2.0], "be whole numbers, text, UUIDs or UTF-8 bytes, got 1.0 at row 0"),
        (["a", 2.5], "be whole numbers, text, UUIDs or UTF-8 bytes, got 2.5 at row 1"),
        ([True], "be whole numbers, text, UUIDs or UTF-8 bytes, got True"),
        ([b"\xff"], "be whole numbers, text, UUIDs or UTF-8 bytes"),
        (["ann", None], "not be null, got None at row 1"),
        (["ann", "bo", "ann", "ann"], r"not repeat, got 'ann' at row 2 \(2 such rows of 4\)"),
        (["7", 7], "not repeat, got '7' at row 1"),
    ],
)
def test_an_id_that_could_be_mistaken_is_refused(bad, words) -> None:
    with refuses(InvalidInput, match=words):
        Entries.from_columns(bad)


def test_a_blank_inside_an_id_is_fine() -> None:
    assert Entries.from_columns(["ann lee", "bo"]).id.tolist() == ["ann lee", "bo"]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ([1, -1], "weight must be at least 0, got -1 at row 1"),
        ([1, 2**32], "weight must be at most 4294967295, got 4294967296 at row 1"),
        ([1, 1.5], "weight must hold whole numbers"),
        ([True, True], "weight must hold whole numbers"),
        ([1, None], "weight must not be null, got None at row 1"),
        ([1], "weight must be as long as id"),
    ],
)
def test_a_weight_outside_its_range_is_refused(bad, words) -> None:
    with refuses(InvalidInput, match=words):
        Entries.from_columns(["ann", "bo"], weight=bad)


def test_the_largest_weight_is_taken_and_weight_0_is_listed_as_excluded() -> None:
    entries = Entries.from_columns(["ann", "bo", "cy"], weight=[2**32 - 1, 0, 1])
    assert entries.weight.tolist() == [2**32 - 1, 1]
    assert list(entries.excluded.rows()) == [("bo", "zero_weight")]


@pytest.mark.parametrize(("columns", "weight"), [([], None), (["ann"], [0])])
def test_a_list_without_entries_is_refused(columns, weight) -> None:
    with refuses(EmptyInput, match="id must hold at least one entry"):
        Entries.from_columns(columns, weight=weight)


def test_merged_rows_add_their_weights() -> None:
    merged = Entries.from_columns(
        ["bo", "ann", "bo"], weight=[1, 2, 0], groups={"person": ["p", None, "p"]}, on_duplicate="merge"
    )
    assert merged.to_tsv() == b"id\tweight\t@person\nann\t2\t0\nbo\t1\t1\n"


def test_merged_rows_must_agree_and_fit() -> None:
    twice = ["ann", "ann"]
    with refuses(InvalidInput, match="add up to at most 4294967295 for an id, got 4294967296"):
        Entries.from_columns(twice, weight=[2**31, 2**31], on_duplicate="merge")
    with refuses(InvalidInput, match="groups.'person'. must agree in all rows of an id"):
        Entries.from_columns(twice, groups={"person": ["p", None]}, on_duplicate="merge")
    with refuses(InvalidInput, match="qualifies.'paid'. must agree"):
        Entries.from_columns(twice, qualifies={"paid": [True, False]}, on_duplicate="merge")
    with refuses(InvalidInput, match="on_duplicate must be one of raise, merge"):
        Entries.from_columns(twice, on_duplicate="keep")
    for name in ("groups", "qualifies"):
        with refuses(InvalidInput, match=f"{name} must be a mapping of name to column, got an int64 column"):
            Entries.from_columns(twice, **{name: np.array([1, 2])})
    with refuses(InvalidInput, match="on_duplicate must be one of raise, merge, got a <U5 column"):
        Entries.from_columns(twice, on_duplicate=np.array(["merge", "raise"]))


@pytest.mark.parametrize("name", ["Person", "", "a b", "x" * 33, "户"])
def test_a_name_of_a_group_or_condition_is_plain(name) -> None:
    with refuses(InvalidInput, match="groups must have names"):
        Entries.from_columns(["ann"], groups={name: ["x"]})
    with refuses(InvalidInput, match="qualifies must have names"):
        Entries.from_columns(["ann"], qualifies={name: [True]})


def test_names_come_with_their_columns() -> None:
    with refuses(InvalidInput, match="groups must be a mapping of name to column"):
        Entries.from_columns(["ann"], groups=["x"])


def test_a_condition_must_be_known_for_everybody() -> None:
    with refuses(InvalidInput, match="qualifies.'paid'. must not be null"):
        Entries.from_columns(["ann", "bo"], qualifies={"paid": [True, None]})


def test_no_key_of_a_group_is_published() -> None:
    entries = Entries.from_columns([3, 1, 2], groups={"phone": [13800138000, 13900139000, 13800138000]})
    assert b"138" not in entries.to_tsv()
    assert entries.groups["phone"].codes.tolist() == [1, 2, 2]


def test_an_empty_key_is_no_way_to_say_no_group() -> None:
    with refuses(InvalidInput, match="groups.'phone'. must not be empty, got '' at row 1"):
        Entries.from_columns(["ann", "bo"], groups={"phone": [None, ""]})


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"id\tweight\n",
        b"id\tweight\nann\t1",
        b"id\tweight\r\nann\t1\r\n",
        b"id\tweight\nbo\t1\nann\t1\n",
        b"id\tweight\nann\t01\n",
        b"id\tweight\nann\t0\n",
        b"id\tweight\nann\t0\nbo\t1\n",
        b"id\tweight\nann\tx\n",
        b"id\tweight\nann\n",
        b"weight\tid\n1\tann\n",
        b"id\tweight\t?paid\nann\t1\t2\n",
        b"id\tweight\t@person\nann\t1\t2\n",
        b"id\tweight\t@b\t@a\nann\t1\t0\t0\n",
        b"id\tweight\t!odd\nann\t1\t0\n",
        b"id\tweight\n\xff\t1\n",
        b"id\tweight\nann\t1\nann\t1\n",
        "id\tweight\nann\t1\n",
    ],
)
def test_a_list_in_any_other_form_is_refused(bad) -> None:
    with pytest.raises((InvalidInput, EmptyInput), match=r"Entries\.from_tsv"):
        Entries.from_tsv(bad)


def test_excluded_entries_go_with_the_reasons_of_a_rule() -> None:
    entries = Entries.from_columns(["cy", "ann", "bo"], groups={"person": ["p", "q", "q"]})
    assert entries.id.tolist() == ["ann", "bo", "cy"]
    ok, why = Rule.all_of(Rule.fact("bought"), Rule.fact("follows")).decide_columns(
        {"bought": [True, True, False], "follows": [True, None, True]}
    )
    kept = entries.exclude(~ok, reason=why)
    assert kept.id.tolist() == ["ann"]
    assert list(kept.excluded.rows()) == [("bo", "missing_follows"), ("cy", "bought")]
    assert kept == Entries.from_columns(["ann"], groups={"person": ["q"]})


def test_exclusion_is_checked() -> None:
    entries = Entries.from_columns(["ann", "bo"])
    with refuses(InvalidInput, match="mask must have 2 rows like the list, got 1"):
        entries.exclude([True], reason="staff")
    with refuses(InvalidInput, match="reason must have 2 rows"):
        entries.exclude([True, False], reason=["staff"])
    with refuses(InvalidInput, match="reason must be text that is not empty"):
        entries.exclude([True, False], reason=" ")
    with refuses(InvalidInput, match="mask must not be null"):
        entries.exclude([True, None], reason="staff")
    with refuses(EmptyInput, match="hold at least one entry"):
        entries.exclude([True, True], reason="staff")


def test_a_list_is_a_value() -> None:
    entries = example()
    assert entries != "alice"
    assert repr(entries_of([("a", 2, True, None)])) == (
        "Entries(1 entry, total weight 2, conditions purchase, groups person)"
    )
    with pytest.raises(TypeError, match="use id and weight"):
        list(entries)


def test_a_list_cannot_be_changed_nor_can_its_copies() -> None:
    entries = Entries.from_columns(["alice", "bob", "carol", "dave"], **NAMED)
    for one in (entries, pickle.loads(pickle.dumps(entries)), copy.copy(entries), copy.deepcopy(entries)):
        assert one == entries
        assert one.groups["person"].keys == ("x9", "a1")
        for column in (one.id, one.weight, one.conditions["purchase"], one.groups["person"].codes):
            with pytest.raises(ValueError, match="read-only"):
                column[0] = column[1]
    with pytest.raises(AttributeError):
        entries.weight = entries.weight


def test_the_callers_columns_are_not_taken_over() -> None:
    weight, flags = np.array([1, 2]), np.array([True, False])
    entries = Entries.from_columns(["ann", "bo"], weight=weight, qualifies={"paid": flags})
    weight[0], flags[0] = 9, False
    assert entries.weight.tolist() == [1, 2]
    assert entries.conditions["paid"].tolist() == [True, False]
