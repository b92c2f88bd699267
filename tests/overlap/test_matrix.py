"""Pairs in bulk: their figures by definition, their ranking, their rules, and how they are shown."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core.errors import InvalidInput, Overflow, SchemeMismatch
from socialmkt.overlap import Audience, OverlapMatrix, PatternTable, overlap_matrix, patterns
from tests.refusals import refuses

DIRECTED = {"a_in_b", "b_in_a"}
METRICS = ("count", "jaccard", "dice", "cosine", "overlap_coefficient", "a_in_b", "b_in_a", "kulczynski", "lift", "phi")


def by_definition(name: str, a: int, b: int, both: int, n: int) -> float:
    whole: dict[str, Any] = {
        "count": 1,
        "jaccard": a + b - both,
        "dice": Fraction(a + b, 2),
        "cosine": math.sqrt(a * b),
        "overlap_coefficient": min(a, b),
        "a_in_b": a,
        "b_in_a": b,
        "lift": Fraction(a * b, n),
        "phi": math.sqrt(a * b * (n - a) * (n - b)),
    }
    if name == "kulczynski":
        return float(Fraction(both, 2 * a) + Fraction(both, 2 * b)) if a and b else math.nan
    part = both * n - a * b if name == "phi" else both
    if whole[name]:
        return float(part / whole[name])
    return math.nan if part == 0 else math.copysign(math.inf, part)


matrices = st.lists(st.sets(st.integers(0, 12)), min_size=1, max_size=4)


@given(sets=matrices, spare=st.integers(0, 5))
def test_every_metric_is_its_definition_for_every_pair(sets: list[set[int]], spare: int) -> None:
    universe = 13 + spare
    matrix = overlap_matrix([Audience.from_ids(sorted(ids)) for ids in sets], universe=universe)
    for name in METRICS:
        expected = [[by_definition(name, len(a), len(b), len(a & b), universe) for b in sets] for a in sets]
        assert matrix.metric(name).dtype == np.float64
        assert np.allclose(matrix.metric(name), expected, rtol=1e-12, atol=0, equal_nan=True), name


@given(sets=matrices, name=st.sampled_from(METRICS), n=st.integers(0, 14))
def test_the_top_pairs_are_the_largest_with_ties_in_order_and_nan_last(sets: Any, name: str, n: int) -> None:
    matrix = overlap_matrix([Audience.from_ids(sorted(ids)) for ids in sets], universe=20)
    values = matrix.metric(name)
    k = range(len(sets))
    pairs = [(i, j) for i in k for j in k if (i != j if name in DIRECTED else i < j)]
    pairs.sort(key=lambda pair: (math.isnan(values[pair]), -np.nan_to_num(values[pair])))
    top = matrix.top(n, metric=name)
    assert top.metric == name
    assert list(zip(top.a, top.b, strict=True)) == [(str(i), str(j)) for i, j in pairs[:n]]
    assert top.count.tolist() == [matrix.counts[pair] for pair in pairs[:n]]
    assert np.array_equal(top.value, [values[pair] for pair in pairs[:n]], equal_nan=True)


def test_pairs_are_ranked_by_jaccard_unless_another_figure_is_named() -> None:
    matrix = overlap_matrix([Audience.from_ids(ids) for ids in ([1, 2, 3, 4], [1, 2], [9, 1])])
    assert matrix.top(3).metric == "jaccard"
    for wrong in (True, 1.0, -1, None):
        with refuses(InvalidInput, f"^OverlapMatrix.top: n must be a whole number of at least 0, got {wrong}"):
            matrix.top(wrong)  # type: ignore[arg-type]  # the refusal is what is tested


@pytest.mark.parametrize("name", ["lift", "phi"])
def test_figures_of_chance_need_a_universe(name: str) -> None:
    matrix = overlap_matrix([Audience.from_ids([1, 2]), Audience.from_ids([2])])
    with refuses(InvalidInput, rf"^OverlapMatrix.metric: universe must be given for {name}, got None\.$"):
        matrix.metric(name)
    with refuses(InvalidInput, r"^OverlapMatrix.metric: name must be one of .*, got 'lifts'\. Did you mean 'lift'\?$"):
        matrix.metric("lifts")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"names": ("a", "a")}, "names must be different, got repeats."),
        ({"theta": -0.5}, "theta must lie above 0 and be at most 1, got -0.5."),
        ({"theta": 1.01}, "theta must lie above 0 and be at most 1, got 1.01."),
        ({"counts": [[3]]}, "counts must have shape (2, 2), got shape (1, 1)."),
        ({"counts": [[3.0, 1.0], [1.0, 2.0]]}, "counts must be whole numbers where theta is 1, got others."),
        ({"counts": [[3, 1], [0, 2]]}, "counts must be symmetric, got others."),
        ({"counts": [[3, 1], [1, -2]]}, "counts must be at least 0 and at most the smaller size, got others."),
        ({"counts": [[3.0, math.inf], [math.inf, 2.0]], "theta": 0.5}, "counts must be finite, got others."),
        ({"universe": 3}, "universe must be at least the largest union of two, 4, got 3."),
        ({"counts": [[3000, 0], [0, 2000]]}, "universe must be at least the largest union of two, 5,000, got 4."),
    ],
)
def test_a_matrix_that_cannot_be_is_refused_whole(fields: dict[str, Any], words: str) -> None:
    whole: dict[str, Any] = {"names": ("a", "b"), "counts": [[3, 1], [1, 2]], "universe": 4}
    with pytest.raises(ValidationError) as caught:
        OverlapMatrix(**{**whole, **fields})
    assert f"Value error, {words}" in str(caught.value)


def test_the_bounds_themselves_are_taken() -> None:
    OverlapMatrix(names=("a", "b"), counts=[[3, 2], [2, 2]], universe=3)  # type: ignore[arg-type]  # read from a list
    OverlapMatrix(names=("a", "b"), counts=[[3, 0], [0, 0]], theta=1.0)  # type: ignore[arg-type]  # read from a list
    sampled = OverlapMatrix(names=("a", "b"), counts=np.array([[3.0, 0.0], [0.0, 3.0]]), theta=0.5, universe=1)
    assert sampled.universe == 1


def test_a_sample_may_show_more_than_the_universe_holds_and_a_count_may_not() -> None:
    seen = [Audience.from_ids(range(low, low + 3000), k=64) for low in (0, 3000)]
    assert overlap_matrix(seen, universe=0).universe == 0
    exact = [Audience.from_ids(range(low, low + 3)) for low in (0, 3)]
    assert overlap_matrix(exact, universe=6).universe == 6
    for wrong in (5, 2**63):
        words = "universe must be a whole number from 6 to 9,223,372,036,854,775,807"
        with refuses(InvalidInput, f"^overlap.overlap_matrix: {words}, got {wrong}"):
            overlap_matrix(exact, universe=wrong)
        with refuses(InvalidInput, f"^PatternTable.pairs: {words}, got {wrong}"):
            patterns(exact).pairs(universe=wrong)


def test_a_matrix_is_shown_as_a_table_shaded_by_the_share_of_its_row() -> None:
    shown = overlap_matrix({"<tv>": Audience.from_ids([1, 2]), "app": Audience.from_ids([2])})._repr_html_()
    cell = '<td style="text-align:right;background:rgba(70,130,180,{})">{}</td>'
    row = '<tr><th style="text-align:left">{}</th>{}</tr>'
    head = "<tr><th></th><th>&lt;tv&gt;</th><th>app</th></tr>"
    first = row.format("&lt;tv&gt;", cell.format("0.60", 2) + cell.format("0.30", 1))
    second = row.format("app", cell.format("0.60", 1) + cell.format("0.60", 1))
    assert shown == f"<table><thead>{head}</thead><tbody>{first}{second}</tbody></table>"


@pytest.mark.parametrize(("k", "rows"), [(19, 19), (20, 20), (21, 20)])
def test_at_most_twenty_audiences_are_shown_and_the_number_of_all_is_said(k: int, rows: int) -> None:
    shown = overlap_matrix([Audience.from_ids(range(5 + i)) for i in range(k)])._repr_html_()
    assert shown.count("<td ") == rows**2
    assert shown.count("<th") == 2 * rows + 2  # the head, its empty corner, and the tag thead
    assert shown.endswith("</table>" if k == rows else f"</table><p>the first 20 of {k} audiences</p>")


def test_nobody_is_a_share_of_nothing() -> None:
    shown = overlap_matrix([Audience.from_ids([])])._repr_html_()
    assert "rgba(70,130,180,0.00)" in shown


def test_thousands_are_parted_by_commas() -> None:
    assert ">12,345</td>" in overlap_matrix([Audience.from_ids(range(12_345))])._repr_html_()


# --- tables of patterns


TABLE = PatternTable.from_counts(["tv", "app", "web"], {("tv",): 20, ("tv", "app"): 30, ("app",): 10, ("web",): 20})


def test_upset_lists_equal_counts_by_mask_and_the_rest_as_one() -> None:
    rows = TABLE.upset()
    assert rows.mask.tolist() == [3, 1, 4, 2]
    assert rows.degree.tolist() == [2, 1, 1, 1]
    assert rows.count.tolist() == [30, 20, 20, 10]
    assert (rows.other_count, rows.other_patterns) == (0, 0)
    rows = TABLE.upset(min_size=20, top=2)
    assert (rows.mask.tolist(), rows.other_count, rows.other_patterns) == ([3, 1], 30, 2)
    assert TABLE.upset(min_size=20).mask.tolist() == [3, 1, 4]
    assert TABLE.upset(min_size=21).mask.tolist() == [3]
    assert TABLE.upset(top=0).other_patterns == 4


@pytest.mark.parametrize("option", ["min_size", "top"])
def test_upset_takes_whole_numbers_of_64_bits(option: str) -> None:
    TABLE.upset(**{option: 2**63 - 1})
    for wrong in (-1, 2**63, 1.5):
        with refuses(InvalidInput, f"^PatternTable.upset: {option} must be a whole number"):
            TABLE.upset(**{option: wrong})


def test_merging_needs_the_same_audiences_and_the_same_sample() -> None:
    other = PatternTable.from_counts(["tv", "app"], {})
    with refuses(SchemeMismatch, r"^PatternTable.merge: names must be \('tv', 'app', 'web'\), got \('tv', 'app'\)\.$"):
        TABLE.merge(other)
    half = PatternTable(mask=TABLE.mask, count=TABLE.count * 2.0, names=TABLE.names, theta=0.5)
    with refuses(SchemeMismatch, r"^PatternTable.merge: theta must be 1\.0, got 0\.5\.$"):
        TABLE.merge(half)
    assert half.merge(half).count.tolist() == [80.0, 40.0, 120.0, 80.0]
    assert half.merge(half).theta == 0.5
    most = PatternTable.from_counts(["tv"], {("tv",): 2**62})
    with refuses(Overflow, r"^PatternTable.merge: other must keep the sum of all people below 2\*\*63, got more\.$"):
        most.merge(most)
    nearly = PatternTable.from_counts(["tv"], {("tv",): 2**62 - 1})
    assert nearly.merge(most).count.tolist() == [2**63 - 1]


def test_an_estimate_from_a_sample_is_its_count_by_theta_between_its_ends() -> None:
    half = PatternTable(mask=TABLE.mask, count=TABLE.count * 2.0, names=TABLE.names, theta=0.5)
    seen, exact = half.estimate(["tv"]), TABLE.estimate(["tv"])
    assert (seen.value, seen.exact) == (100, False)
    assert seen.low < 100 < seen.high
    assert (exact.value, exact.low, exact.high, exact.exact) == (50, 50, 50, True)
    assert half.estimate(["tv"], confidence=0.5).low > seen.low


def test_people_in_no_audience_ask_for_nothing() -> None:
    assert TABLE.incremental([]).added.tolist() == []
    assert TABLE.best(budget=0).chosen == ()
    assert TABLE.reach(["web"]) == 20


@pytest.mark.parametrize(("limit", "kind"), [(0, InvalidInput), (2**63, InvalidInput)])
def test_the_limit_of_patterns_is_at_least_one(limit: int, kind: Any) -> None:
    assert len(patterns([Audience.from_ids([1])], max_patterns=1)) == 1
    with refuses(kind, f"^overlap.patterns: max_patterns must be a whole number from 1 to .*, got {limit}"):
        patterns([Audience.from_ids([1])], max_patterns=limit)


def test_more_than_64_audiences_are_sent_to_pairs() -> None:
    each = Audience.from_ids([1])
    assert patterns([each] * 64).mask.tolist() == [2**64 - 1]
    with refuses(InvalidInput, r"audiences must be at most 64, got 65\. Ask for pairs with overlap_matrix\.$"):
        patterns([each] * 65)
