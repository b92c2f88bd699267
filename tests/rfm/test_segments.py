"""Segments: the maps by name and by cell, the audit of foreign maps, the worth of a segment."""

from __future__ import annotations

import json
import math
import pickle
import re
import statistics
import uuid
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core.errors import InvalidInput, Overflow, SchemeMismatch
from socialmkt.rfm.scoring import Scores, cube8, score
from socialmkt.rfm.segments import (
    CUBE8,
    ELEVEN,
    TEN,
    MapReport,
    Segment,
    SegmentMap,
    Segments,
    label,
    profile,
    segment,
)
from tests.refusals import refuses
from tests.rfm.summaries import sample, summaries, summary_of

if TYPE_CHECKING:
    from socialmkt.rfm.summary import CustomerSummary

ROOT = Path(__file__).resolve().parents[2]
VECTORS = json.loads((ROOT / "tests/vectors/rfm_maps.json").read_text(encoding="utf-8"))
BUILT_IN = {"ten": TEN, "eleven": ELEVEN, "cube8": CUBE8}


def cells(bins: int) -> list[tuple[int, int, int]]:
    return list(product(range(1, bins + 1), repeat=3))


def code(cell: tuple[int, int, int]) -> int:
    r, f, m = cell
    return 100 * r + 10 * f + m


def scores_of(levels: list[tuple[int, int, int]], bins: int) -> Scores:
    r, f, m = (np.array([cell[axis] for cell in levels], np.int64) for axis in range(3))
    codes, means = 100 * r + 10 * f + m, (r + f + m) / 3
    ids = np.arange(len(levels))
    return Scores(customer=ids, r=r, f=f, m=m, code=codes, score=means, bins=bins, method="rank", unused={})


@st.composite
def boxes(draw: st.DrawFn, bins: int) -> list[Segment]:
    levels = st.tuples(st.integers(1, bins), st.integers(1, bins)).map(lambda pair: (min(pair), max(pair)))
    names = draw(st.lists(st.sampled_from("abcdef"), unique=True))
    axis = st.none() | levels
    return [Segment(name, r=draw(axis), f=draw(axis), m=draw(axis)) for name in names]


def holds(box: Segment, cell: tuple[int, int, int]) -> bool:
    return all(axis is None or axis[0] <= at <= axis[1] for axis, at in zip((box.r, box.f, box.m), cell, strict=True))


# Built-in maps


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_cell_of_a_built_in_map_has_one_segment(name: str) -> None:
    report = BUILT_IN[name].check()
    assert (report.gaps, report.overlaps, report.shadowed) == ((), {}, ())
    assert sum(report.cells.values()) == BUILT_IN[name].bins ** 3


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_maps_give_each_cell_to_the_stored_segment(name: str) -> None:
    built_in, stored = BUILT_IN[name], VECTORS[name]
    assert (built_in.name, built_in.bins) == (name, stored["bins"])
    assert list(built_in.names) == list(stored["cells"])
    named = segment(scores_of(cells(built_in.bins), built_in.bins), built_in).segment.tolist()
    owners = {int(cell): who for who, codes in stored["cells"].items() for cell in codes}
    assert dict(zip(map(code, cells(built_in.bins)), named, strict=True)) == owners


def test_no_segment_of_eleven_is_a_box() -> None:
    for name, codes in ELEVEN.claims:
        levels = [{str(cell)[axis] for cell in codes} for axis in range(3)]
        assert math.prod(map(len, levels)) > len(codes), name


def test_only_ten_does_without_money() -> None:
    assert [built_in.reads_m for built_in in (TEN, ELEVEN, CUBE8)] == [False, True, True]


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_segments_have_labels_unique_within_the_map(name: str) -> None:
    for lang in ("zh", "en"):
        labels = [label(who, lang=lang) for who in BUILT_IN[name].names]
        assert len(set(labels)) == len(labels)
        assert all(labels)


def test_the_eight_cells_have_the_stored_labels() -> None:
    for who, words in VECTORS["cube8"]["labels"].items():
        assert (label(who, lang="zh"), label(who)) == (words["zh"], words["en"])


def test_unknown_codes_and_languages_are_refused() -> None:
    first = ", ".join([*ELEVEN.names, *CUBE8.names][:12])
    with refuses(
        InvalidInput,
        rf"rfm.label: code must be one of {first}, \.\.\. \(19 in all\), got 'champion'. Did you mean 'champions'",
    ):
        label("champion")
    with refuses(InvalidInput, "rfm.label: code must be one of champions, .* got a <U4 column"):
        label(np.array(["lost", "lost"]))
    with refuses(InvalidInput, "rfm.label: lang must be one of zh, en, got 'fr'"):
        label("lost", lang="fr")
    with refuses(InvalidInput, "code must be one of"):
        label(555)


# Maps of one's own


@given(data=st.data(), bins=st.integers(2, 5))
def test_the_first_match_wins_and_the_report_tells_the_rest(data: st.DataObject, bins: int) -> None:
    listed = data.draw(boxes(bins))
    made = SegmentMap.from_boxes("mine", bins, listed, default="Other", on_overlap="first")
    matches = {cell: [box.name for box in listed if holds(box, cell)] for cell in cells(bins)}
    winners = {cell: (names or ["Other"])[0] for cell, names in matches.items()}
    assert segment(scores_of(cells(bins), bins), made).segment.tolist() == list(winners.values())
    assert [made.names[made.table[r - 1, f - 1, m - 1]] for r, f, m in cells(bins)] == list(winners.values())
    won = list(winners.values())
    assert made.check() == MapReport(
        gaps=tuple(code(cell) for cell, names in matches.items() if not names),
        overlaps={code(cell): tuple(names) for cell, names in matches.items() if len(names) > 1},
        shadowed=tuple(box.name for box in listed if box.name not in won),
        cells={name: won.count(name) for name in [*(box.name for box in listed), "Other"]},
    )


@given(data=st.data(), bins=st.integers(2, 4))
def test_maps_survive_json_and_pickle(data: st.DataObject, bins: int) -> None:
    made = SegmentMap.from_boxes("mine", bins, data.draw(boxes(bins)), default="Other", on_overlap="first")
    report = made.check()
    assert SegmentMap.model_validate_json(made.model_dump_json()) == made
    assert MapReport.model_validate_json(report.model_dump_json()) == report
    assert pickle.loads(pickle.dumps(made)) == made
    assert hash(made) == hash(made.model_copy())


def test_boxes_and_cells_make_the_same_map() -> None:
    from_boxes = SegmentMap.from_boxes("m", 2, [Segment("new", r=(2, 2)), Segment("old", r=(1, 1))])
    from_cells = SegmentMap.from_cells(
        "m", 2, {"new": [211, "212", np.int16(221), 222], "old": range(111, 113), "older": [121, 122]}
    )
    assert (from_boxes.table == [[[1, 1], [1, 1]], [[0, 0], [0, 0]]]).all()
    assert (from_cells.table == [[[1, 1], [2, 2]], [[0, 0], [0, 0]]]).all()


def test_bins_may_be_of_any_integer_type() -> None:
    assert SegmentMap.from_cells("m", np.int64(2), {"a": [222]}, default="b").bins == 2


@pytest.mark.parametrize("model", [Segment, SegmentMap, MapReport, Segments])
def test_the_models_have_a_json_schema(model: Any) -> None:
    assert model.model_json_schema()["title"] == model.__name__


def test_a_default_may_be_one_of_the_segments() -> None:
    made = SegmentMap.from_cells("m", 2, {"good": [222], "rest": [111]}, default="rest")
    assert (made.names, made.check().cells) == (("good", "rest"), {"good": 1, "rest": 7})


def test_a_map_cannot_be_written_to() -> None:
    for array in (TEN.table, TEN.by_code):
        with pytest.raises(ValueError, match="WRITEABLE"):
            array.flags.writeable = True


def test_gaps_are_refused_and_shown() -> None:
    with refuses(InvalidInput, re.escape("SegmentMap.from_cells: cells must cover the whole cube, got gaps 111, 112.")):
        SegmentMap.from_cells("m", 2, {"a": [121, 122, 211, 212, 221, 222]})
    quiet = Segment("quiet", r=(1, 4), m=(1, 2))
    with refuses(InvalidInput, re.escape("segments must cover the whole cube, got gaps 113, 114, ... (85 in all).")):
        SegmentMap.from_boxes("m", 5, [quiet])


def test_overlaps_are_refused_and_shown() -> None:
    listed = [Segment("a"), Segment("b", r=(2, 2), f=(1, 1))]
    with refuses(InvalidInput, re.escape("one segment, got overlaps 211, 212. 211 is in a, b.")):
        SegmentMap.from_boxes("m", 2, listed)


@pytest.mark.parametrize("listed", [{"a": [222, 111], "b": ["222"]}, {"a": [222, 222, 111]}])
def test_a_cell_listed_twice_is_refused_even_with_a_default(listed: Any) -> None:
    with refuses(InvalidInput, "cells must give each cell to one segment, got overlaps 222"):
        SegmentMap.from_cells("m", 2, listed, default="Other")


@pytest.mark.parametrize("wrong", ["55", 55, 5555, "5a5", "５55", 5.55, None, True, -55, ""])
def test_malformed_codes_are_refused(wrong: Any) -> None:
    with refuses(InvalidInput, "cells must be codes of three digits, r f m, got"):
        SegmentMap.from_cells("m", 5, {"a": [wrong]}, default="Other")


@pytest.mark.parametrize("wrong", [556, "655", 101, 0])
def test_levels_outside_the_bins_are_refused(wrong: Any) -> None:
    with refuses(InvalidInput, "cells must"):
        SegmentMap.from_cells("m", 5, {"a": [wrong]}, default="Other")


def test_boxes_outside_the_bins_are_refused() -> None:
    with refuses(InvalidInput, "segments must have levels from 1 to 3, got Segment"):
        SegmentMap.from_boxes("m", 3, [Segment("a", f=(2, 4))], default="Other", on_overlap="first")


@pytest.mark.parametrize("levels", [(0, 2), (3, 2), (1, 2, 3), (1.0, 2), "12", 2])
def test_malformed_boxes_are_refused(levels: Any) -> None:
    with pytest.raises(ValidationError, match="m"):
        Segment("a", m=levels)


def test_a_box_survives_json() -> None:
    box = Segment("伞", r=(1, 2))
    assert Segment.model_validate_json(box.model_dump_json()) == box == Segment(name="伞", r=(1, 2))


def test_other_misuse_of_maps_is_refused() -> None:
    with refuses(InvalidInput, "segments must list each segment once, got 'a'"):
        SegmentMap.from_boxes("m", 2, [Segment("a", r=(1, 1)), Segment("a", r=(2, 2))])
    with refuses(InvalidInput, "segments must hold Segment objects, got a str at row 0"):
        SegmentMap.from_boxes("m", 2, ["a"])
    for listed in (None, 5, "ab"):
        with refuses(InvalidInput, "SegmentMap.from_boxes: segments must be a list of Segment, got"):
            SegmentMap.from_boxes("m", 2, listed)
    with refuses(InvalidInput, "cells must be a mapping of segment to codes, got"):
        SegmentMap.from_cells("m", 2, [222])
    for codes in ("222", 222):
        with refuses(InvalidInput, "cells must list the codes of each segment, got"):
            SegmentMap.from_cells("m", 2, {"a": codes})
    with pytest.raises(TypeError, match="positional"):
        Segment("a", "b")
    for policy in ("last", [], None):
        with refuses(InvalidInput, "SegmentMap.from_boxes: on_overlap must be one of raise, first, got"):
            SegmentMap.from_boxes("m", 2, [], on_overlap=policy)
    for bins in (1, 10, True, 2.0):
        with refuses(InvalidInput, "bins must be a whole number from 2 to 9"):
            SegmentMap.from_cells("m", bins, {})


@pytest.mark.parametrize("wrong", ["", " ", "a\0", 5, ["a"]])
def test_a_bad_name_is_refused_with_its_parameter_and_the_function(wrong: Any) -> None:
    for name in ("name", "default"):
        good: dict[str, Any] = {"name": "m", "bins": 2, "default": "Other", name: wrong}
        with refuses(InvalidInput, f"SegmentMap.from_cells: {name} must"):
            SegmentMap.from_cells(**good, cells={"a": [222]})
        with refuses(InvalidInput, f"SegmentMap.from_boxes: {name} must"):
            SegmentMap.from_boxes(**good, segments=[Segment("a", r=(2, 2))])
    if not isinstance(wrong, list):
        with refuses(InvalidInput, "SegmentMap.from_cells: cells must have names as keys, text"):
            SegmentMap.from_cells("m", 2, {wrong: [222]}, default="Other")
    with refuses(InvalidInput, "SegmentMap.from_cells: name must be text that is not empty, got None"):
        SegmentMap.from_cells(None, 2, {"a": [222]}, default="Other")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"bins": 10}, "bins must be a whole number from 2 to 9, got 10"),
        ({"claims": [("a", [333])]}, "cells must have levels from 1 to 2, got 333"),
        ({"default": None}, "claims must cover the whole cube"),
        ({"claims": [("a", [222]), ("b", [222])]}, "claims must give each cell to one segment"),
        ({"claims": [("a", [222, 222])], "on_overlap": "first"}, "claims must give each cell to one segment"),
        ({"claims": [("a", [222]), ("a", [111])]}, "claims must list each segment once"),
    ],
)
def test_a_map_from_json_is_checked_as_one_from_code(wrong: dict[str, Any], words: str) -> None:
    good = {"name": "m", "bins": 2, "claims": [("a", [222])], "default": "Other"}
    assert SegmentMap.model_validate(good).check().cells == {"a": 1, "Other": 7}
    with pytest.raises(ValidationError, match=words):
        SegmentMap.model_validate({**good, **wrong})


# segment


def test_scores_and_map_must_have_the_same_bins() -> None:
    with refuses(SchemeMismatch, "map must have 2 bins, as the scores have, got 5"):
        segment(scores_of([(1, 2, 1)], 2), TEN)


def test_a_map_that_reads_money_needs_scores_with_money() -> None:
    scores = score(summary_of([1, 9], [5, 1]))
    assert segment(scores).segment.tolist() == ["champions", "hibernating"]
    with refuses(SchemeMismatch, "map must not read m, as these scores are without money, got 'eleven'"):
        segment(scores, ELEVEN)


@pytest.mark.parametrize("method", ["quantile", "rank", "midrank", "nested"])
def test_scores_of_nobody_remember_whether_there_was_money(method: Any) -> None:
    with refuses(SchemeMismatch, "map must not read m, as these scores are without money, got 'eleven'"):
        segment(score(summary_of([]), method=method), ELEVEN)
    nobody = score(summary_of([1], [1]), method=method).head(0)
    for scores in (nobody, Scores.model_validate_json(nobody.model_dump_json())):
        with refuses(SchemeMismatch, "map must not read m"):
            segment(scores, ELEVEN)
        assert len(segment(scores, TEN)) == 0


def test_segments_keep_the_order_and_the_names_of_the_map() -> None:
    found = segment(scores_of([(5, 5, 5), (1, 1, 1), (5, 5, 5)], 5), ELEVEN)
    assert found.columns == ("customer", "segment")
    assert (found.map, found.names) == ("eleven", ELEVEN.names)
    assert found.segment.tolist() == ["champions", "lost", "champions"]
    assert Segments.model_validate_json(found.model_dump_json()) == found


def test_nobody_has_no_segment() -> None:
    assert len(segment(score(summary_of([], [], [])), ELEVEN)) == 0


def test_only_scores_are_segmented_and_only_by_maps() -> None:
    with refuses(InvalidInput, "scores must be Scores"):
        segment([555])
    with refuses(InvalidInput, "map must be a SegmentMap"):
        segment(scores_of([], 5), "ten")


# profile


@given(summary=summaries(), data=st.data())
def test_a_profile_agrees_with_its_definition_and_conserves_customers_and_revenue(
    summary: CustomerSummary, data: st.DataObject
) -> None:
    found = segment(score(summary, method="rank"), ELEVEN)
    shuffled = summary.take(data.draw(st.permutations(range(len(summary)))))
    table = profile(found, shuffled)
    assert table.columns == tuple(VECTORS["profile_columns"])
    assert table["segment"].tolist() == list(ELEVEN.names)
    assert (table["customers"].sum(), table["revenue"].sum()) == (len(summary), summary["total"].sum())
    revenue = int(summary["total"].sum())
    for row in table.rows():
        mine = [r for r, who in zip(summary.rows(), found.segment, strict=True) if who == row.segment]
        assert (row.customers, row.revenue) == (len(mine), sum(r.total for r in mine))
        assert row.share == (len(mine) / len(summary) if len(summary) else pytest.approx(math.nan, nan_ok=True))
        assert row.revenue_share == pytest.approx(row.revenue / revenue if revenue else math.nan, nan_ok=True)
        for column in ("since_last", "orders", "total"):
            expected = statistics.median(getattr(r, column) for r in mine) if mine else math.nan
            assert getattr(row, f"median_{column}") == pytest.approx(expected, nan_ok=True)


def test_without_amounts_a_profile_has_no_money() -> None:
    summary = summary_of([1, 9], [5, 1])
    table = profile(segment(score(summary)), summary)
    assert table.columns == ("segment", "customers", "share", "median_since_last", "median_orders")


def test_every_kind_of_id_is_matched() -> None:
    for ids in (["b", "a"], [b"b", b"a"], [uuid.UUID(int=2), uuid.UUID(int=1)], [2**64 - 1, 2**64 - 2], [-5, 2**60]):
        summary = summary_of([1, 9], [5, 1], [70, 30], customer=ids)
        table = profile(segment(score(summary)), summary.take([1, 0]))
        assert table.filter(table["customers"] > 0)["revenue"].tolist() == [70, 30]


def test_other_customers_than_those_of_the_segments_are_refused() -> None:
    summary = summary_of([1, 9], [5, 1])
    found = segment(score(summary))
    must = "summary must hold the 2 customers of the segments, got"
    with refuses(InvalidInput, f"{must} 1 customers, 1 of them the same"):
        profile(found, summary.head(1))
    with refuses(InvalidInput, f"{must} 2 customers, 1 of them the same"):
        profile(found, summary_of([1, 9], customer=[0, 7]))
    with refuses(InvalidInput, f"{must} 2 customers, 0 of them the same"):
        profile(found, summary_of([1, 9], customer=["0", "1"]))
    with refuses(InvalidInput, "summary must hold each customer once, got 0 at row 1"):
        profile(found, summary.take([0, 0]))
    with refuses(InvalidInput, "segments must hold each customer once, got 1 at row 1"):
        profile(found.take([1, 1]), summary)


def test_other_misuse_of_a_profile_is_refused() -> None:
    summary = summary_of([1], [1], [1])
    found = segment(score(summary))
    with refuses(InvalidInput, "segments must be Segments"):
        profile(summary, found)
    with refuses(InvalidInput, "summary must be a CustomerSummary"):
        profile(found, found)
    foreign = Segments(customer=[0], segment=["nobody"], map="ten", names=TEN.names)
    with refuses(InvalidInput, "segments must be one of champions, .*got 'nobody'"):
        profile(foreign, summary)


def test_revenue_beyond_64_bits_is_refused_not_wrapped() -> None:
    summary = summary_of([1, 1], [1, 1], [2**62, 2**62])
    with refuses(Overflow, "summary must have revenue that fits 64 bits"):
        profile(segment(score(summary)), summary)


# Stored vectors


def test_the_sample_has_the_stored_segments() -> None:
    cdnow = sample(VECTORS["sample"]["as_of"])
    ten = segment(score(cdnow, method="midrank"), TEN)
    cube = segment(score(cdnow, cuts=cube8(cdnow, threshold="median")), CUBE8)
    for found, stored in ((ten, "ten_on_midrank"), (cube, "cube8_on_median")):
        table = profile(found, cdnow)
        customers = dict(zip(table["segment"].tolist(), table["customers"].tolist(), strict=True))
        assert {who: count for who, count in customers.items() if count} == VECTORS["sample"][stored]
