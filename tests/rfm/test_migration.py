"""Migration: everybody is accounted for, whatever the ids; other maps are refused."""

from __future__ import annotations

import copy
import pickle
import uuid
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core.errors import InvalidInput, SchemeMismatch
from socialmkt.rfm.migration import Migration, Moves, migrate
from socialmkt.rfm.scoring import score
from socialmkt.rfm.segments import Segment, SegmentMap, Segments, segment
from tests.refusals import refuses
from tests.rfm.summaries import summary_of

NAMES = ("good", "fair", "bad")


def segments_of(who: dict[Any, str], *, map_name: str = "mine", names: tuple[str, ...] = NAMES) -> Segments:
    ids = np.array(list(who), np.int64) if not who else list(who)
    return Segments(customer=ids, segment=np.array(list(who.values()), object), map=map_name, names=names)


months = st.dictionaries(st.integers(0, 9), st.sampled_from(NAMES))


@given(before=months, after=months)
def test_a_migration_agrees_with_a_count_by_hand(before: dict[int, str], after: dict[int, str]) -> None:
    moved = migrate(segments_of(before), segments_of(after))
    both = sorted(before.keys() & after.keys())
    pairs = Counter((before[who], after[who]) for who in both)
    assert moved.names == NAMES
    assert moved.matrix.tolist() == [[pairs[old, new] for new in NAMES] for old in NAMES]
    expected = [(who, before[who], after[who]) for who in both if before[who] != after[who]]
    assert [tuple(row) for row in moved.moves.rows()] == expected
    assert moved.entered.tolist() == [sum(after[w] == name for w in after.keys() - before.keys()) for name in NAMES]
    assert moved.left.tolist() == [sum(before[w] == name for w in before.keys() - after.keys()) for name in NAMES]


@given(before=months, after=months)
def test_everybody_is_accounted_for(before: dict[int, str], after: dict[int, str]) -> None:
    moved = migrate(segments_of(before), segments_of(after))
    counts = [[list(month.values()).count(name) for name in NAMES] for month in (before, after)]
    assert (moved.matrix.sum(axis=1) + moved.left).tolist() == counts[0]
    assert (moved.matrix.sum(axis=0) + moved.entered).tolist() == counts[1]


@given(month=months)
def test_nobody_moves_within_a_month(month: dict[int, str]) -> None:
    moved = migrate(segments_of(month), segments_of(month))
    assert len(moved.moves) == 0
    assert moved.matrix.sum() == np.trace(moved.matrix) == len(month)


@pytest.mark.parametrize(
    "ids",
    [
        [3, 1],
        [2**53 + 1, 2**53],
        [2**64 - 1, 5],
        [-(2**63), 2**63 - 1],
        ["b", "a"],
        ["a\0", "a"],
        [b"b", b"a"],
        [uuid.UUID(int=9), uuid.UUID(int=1)],
        np.array(["bo", "a"]),
    ],
    ids=str,
)
def test_customers_are_matched_by_their_very_id(ids: Any) -> None:
    before = Segments(customer=ids, segment=["good", "good"], map="mine", names=NAMES)
    after = Segments(customer=ids[::-1], segment=["bad", "good"], map="mine", names=NAMES)
    assert migrate(before, after).moves.customer.tolist() == [list(ids)[1]]


def test_large_and_negative_ids_do_not_meet_in_a_float() -> None:
    large = Segments(customer=[2**64 - 1, 2**53 + 1], segment=["good", "good"], map="mine", names=NAMES)
    small = Segments(customer=[-1, 2**53], segment=["good", "good"], map="mine", names=NAMES)
    assert migrate(large, small).matrix.sum() == 0


def test_text_ids_match_whatever_their_storage() -> None:
    before = Segments(customer=np.array(["a", "b"]), segment=["good", "good"], map="mine", names=NAMES)
    after = Segments(customer=["b", "a"], segment=["good", "bad"], map="mine", names=NAMES)
    assert list(migrate(before, after).moves.rows()) == [("a", "good", "bad")]


def test_another_map_is_refused() -> None:
    before = segments_of({1: "good"})
    with refuses(SchemeMismatch, "rfm.migrate: after must be made with the same map, 'mine', got 'theirs'"):
        migrate(before, segments_of({1: "good"}, map_name="theirs"))
    match = r"same map, 'mine', got one of that name with other segments\. Before: good, fair, bad\. After: good, bad\."
    with refuses(SchemeMismatch, match):
        migrate(before, segments_of({1: "good"}, names=("good", "bad")))


def test_a_map_of_the_same_name_and_segments_with_other_cells_is_another_map() -> None:
    scores = score(summary_of([1, 9], [5, 1], [70, 30]), bins=2)
    old = SegmentMap.from_cells("mine", 2, {"good": [222]}, default="rest")
    new = SegmentMap.from_cells("mine", 2, {"good": [221, 222]}, default="rest")
    with refuses(
        SchemeMismatch,
        "after must be made with the same map, 'mine', got one of that name whose segments have other cells",
    ):
        migrate(segment(scores, old), segment(scores, new))
    by_hand = Segments(customer=[0, 1], segment=["good", "rest"], map="mine", names=("good", "rest"))
    for before, after in ((by_hand, segment(scores, new)), (segment(scores, old), by_hand)):
        assert migrate(before, after).matrix.tolist() == [[1, 0], [0, 1]]


def test_maps_that_name_every_cell_alike_are_one_map_however_they_were_made() -> None:
    scores = score(summary_of([1, 9], [5, 1], [70, 30]), bins=2)
    boxes = SegmentMap.from_boxes("mine", 2, [Segment("new", r=(2, 2)), Segment("old", r=(1, 1))])
    cells = SegmentMap.from_cells("mine", 2, {"new": [222, 211, 221, 212]}, default="old")
    again = SegmentMap.model_validate_json(cells.model_dump_json())
    for other in (cells, again):
        assert len(migrate(segment(scores, boxes), segment(scores, other)).moves) == 0


def test_ids_of_another_kind_are_refused() -> None:
    with refuses(SchemeMismatch, "after must hold the same kind of ids"):
        migrate(segments_of({1: "good"}), segments_of({"1": "good"}))
    assert migrate(segments_of({}), segments_of({"1": "good"})).entered.tolist() == [1, 0, 0]


def test_a_customer_in_two_rows_is_refused() -> None:
    once = segments_of({1: "good", 2: "bad"})
    with refuses(InvalidInput, "before must hold each customer once, got 2 at row 1"):
        migrate(once.take([1, 1]), once)
    with refuses(InvalidInput, "after must hold each customer once, got 1 at row 2"):
        migrate(once, once.take([0, 1, 0]))


def test_only_segments_migrate() -> None:
    with refuses(InvalidInput, "before must be Segments"):
        migrate({1: "good"}, segments_of({1: "good"}))
    foreign = segments_of({1: "excellent"})
    with refuses(InvalidInput, "segments must be one of good, fair, bad, got 'excellent'"):
        migrate(foreign, foreign)


MOVED = migrate(segments_of({1: "good", 2: "good", 3: "bad"}), segments_of({2: "bad", 3: "bad", 4: "fair"}))


@pytest.mark.parametrize(
    "again",
    [
        pickle.loads(pickle.dumps(MOVED)),
        copy.deepcopy(MOVED),
        copy.copy(MOVED),
        MOVED.model_copy(),
        Migration.model_validate_json(MOVED.model_dump_json()),
    ],
    ids=["pickle", "deepcopy", "copy", "model_copy", "json"],
)
def test_a_migration_comes_back_equal_and_read_only(again: Migration) -> None:
    assert again == MOVED
    for array in (again.matrix, again.entered, again.left, again.moves["customer"]):
        with pytest.raises(ValueError, match="WRITEABLE"):
            array.flags.writeable = True


def test_a_migration_has_a_json_schema() -> None:
    assert Migration.model_json_schema()["properties"]["matrix"]["items"]["type"] == "array"


def test_migrations_are_compared_by_everything_they_hold_and_not_hashed() -> None:
    other = migrate(segments_of({1: "good", 2: "good", 3: "bad"}), segments_of({2: "bad", 3: "fair", 4: "fair"}))
    assert other != MOVED
    assert MOVED != "migration"
    with pytest.raises(TypeError, match="unhashable"):
        hash(MOVED)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"matrix": [[1, 2]]}, r"matrix must have shape \(1, 1\), got shape \(1, 2\)"),
        ({"matrix": [[0.5]]}, "matrix must be a matrix of whole numbers"),
        ({"matrix": [1]}, "matrix must be a matrix of whole numbers"),
        ({"left": [1, 2]}, r"left must have shape \(1,\), got shape \(2,\)"),
    ],
)
def test_counts_that_do_not_fit_the_names_are_refused(wrong: dict[str, Any], words: str) -> None:
    moves = Moves(customer=[1], before=["a"], after=["a"])
    with pytest.raises(ValidationError, match=words):
        Migration(**{"names": ("a",), "matrix": [[1]], "moves": moves, "entered": [0], "left": [0], **wrong})


def test_the_html_escapes_names_and_shows_the_matrix_with_entered_and_left() -> None:
    names = ("<b>good</b>", "bad & worse")
    before = segments_of(dict.fromkeys(range(1500), names[0]), names=names)
    after = segments_of({who: names[who % 2] for who in range(250, 1501)}, names=names)
    html = migrate(before, after)._repr_html_()
    assert "<b>" not in html
    assert html.count("&lt;b&gt;good&lt;/b&gt;") == html.count("bad &amp; worse") == 2
    rows = [row.split("</th>")[1:] for row in html.split("<tr>")[2:]]
    cells = [[cell.rsplit(">", 1)[1] for cell in row[0].split("</td>")[:-1]] for row in rows]
    assert cells == [["625", "625", "250"], ["0", "0", "0"], ["1", "0"]]


def test_the_html_groups_thousands() -> None:
    month = segments_of(dict.fromkeys(range(1234), "good"))
    assert ">1,234</td>" in migrate(month, month)._repr_html_()
