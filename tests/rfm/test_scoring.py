"""Scores: five rules, each against its slow definition; cuts that are kept; what is refused."""

from __future__ import annotations

import json
import math
import pickle
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core.errors import EmptyInput, InvalidInput, Overflow, SchemeMismatch
from socialmkt.rfm.scoring import Cuts, Scores, cube8, fit_cuts, score
from socialmkt.rfm.segments import CUBE8, segment
from tests.refusals import refuses
from tests.rfm.summaries import sample, summaries, summary_of

if TYPE_CHECKING:
    from socialmkt.rfm.summary import CustomerSummary

ROOT = Path(__file__).resolve().parents[2]
VECTORS = json.loads((ROOT / "tests/vectors/rfm_scores.json").read_text())
METHODS = ["quantile", "rank", "midrank", "nested"]


def axes_of(summary: CustomerSummary) -> list[list[int]]:
    return [summary[name].tolist() for name in ("since_last", "orders", "total")]


def levels_of(scores: Scores) -> list[list[int]]:
    return [scores.r.tolist(), scores.f.tolist(), scores.m.tolist()]


# The referees: the definitions, a row at a time.


def slow_quantile(values: list[int], bins: int) -> list[int]:
    ordered = sorted(values)
    cuts = []
    for i in range(1, bins):
        at = Fraction((len(ordered) - 1) * i, bins)
        low = ordered[math.floor(at)]
        cuts.append(low + (at - math.floor(at)) * (ordered[math.ceil(at)] - low))
    return [sum(cut < value for cut in cuts) for value in values]


def slow_midrank(goodness: list[int], bins: int) -> list[int]:
    n = len(goodness)
    return [min(bins, (2 * sum(y < x for y in goodness) + goodness.count(x)) * bins // (2 * n) + 1) for x in goodness]


def slow_ntile(rows: list[int], key: Any, bins: int) -> dict[int, int]:
    waiting = sorted(rows, key=key)
    small, larger = divmod(len(rows), bins)
    buckets = {}
    for bucket in range(1, bins + 1):
        for _ in range(small + (bucket <= larger)):
            buckets[waiting.pop(0)] = bucket
    return buckets


def slow_ranks(summary: CustomerSummary, bins: int, *, nested: bool, tie: list[int]) -> list[list[int]]:
    """Deal rows to buckets, a group of equal levels at a time."""
    ids = summary.customer.tolist()
    since_last, orders, total = axes_of(summary)
    groups = [list(range(len(ids)))]
    result = []
    for goodness in ([-x for x in since_last], orders, total):
        buckets: dict[int, int] = {}
        for rows in groups:
            buckets |= slow_ntile(rows, lambda row, good=goodness: (good[row], tie[row], ids[row]), bins)
        if nested:
            groups = [[row for row in rows if buckets[row] == b] for rows in groups for b in range(1, bins + 1)]
        result.append([buckets[row] for row in range(len(ids))])
    return result


@given(summary=summaries(least=1), bins=st.integers(2, 12))
def test_quantile_levels_count_the_exact_cuts_strictly_below(summary: CustomerSummary, bins: int) -> None:
    since_last, orders, total = (slow_quantile(axis, bins) for axis in axes_of(summary))
    expected = [[bins - x for x in since_last], [1 + x for x in orders], [1 + x for x in total]]
    assert levels_of(score(summary, bins=bins)) == expected


@given(summary=summaries(least=2, largest=2**58), bins=st.integers(2, 12))
def test_quantiles_are_exact_above_what_a_float_can_hold(summary: CustomerSummary, bins: int) -> None:
    assert score(summary, bins=bins).m.tolist() == [1 + x for x in slow_quantile(summary["total"].tolist(), bins)]


@given(summary=summaries(least=1), bins=st.integers(2, 12))
def test_midrank_shares_the_middle_of_the_ranks(summary: CustomerSummary, bins: int) -> None:
    since_last, orders, total = axes_of(summary)
    expected = [slow_midrank(axis, bins) for axis in ([-x for x in since_last], orders, total)]
    assert levels_of(score(summary, method="midrank", bins=bins)) == expected


@given(data=st.data(), summary=summaries(), bins=st.integers(2, 5), method=st.sampled_from(["rank", "nested"]))
def test_ranks_deal_out_by_goodness_then_tie_then_id(
    data: st.DataObject, summary: CustomerSummary, bins: int, method: Any
) -> None:
    n = len(summary)
    tie = data.draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    expected = slow_ranks(summary, bins, nested=method == "nested", tie=tie)
    assert levels_of(score(summary, method=method, bins=bins, tie=tie)) == expected
    by_id = slow_ranks(summary, bins, nested=method == "nested", tie=[0] * n)
    assert levels_of(score(summary, method=method, bins=bins)) == by_id


@given(summary=summaries(least=1), bins=st.integers(2, 9), closed=st.sampled_from(["right", "left"]), data=st.data())
def test_fixed_cuts_count_by_the_definition(
    summary: CustomerSummary, bins: int, closed: Any, data: st.DataObject
) -> None:
    cut = st.one_of(st.integers(-50, 50), st.floats(-50, 50))
    axis = st.lists(cut, min_size=bins - 1, max_size=bins - 1).map(sorted)
    cuts = Cuts(r=data.draw(axis), f=data.draw(axis), m=data.draw(axis), closed=closed)
    passed = [
        [sum(c < x or (closed == "left" and c == x) for c in map(Fraction, at)) for x in axis]
        for axis, at in zip(axes_of(summary), (cuts.r, cuts.f, cuts.m or ()), strict=True)
    ]
    scores = score(summary, cuts=cuts)
    assert levels_of(scores) == [[bins - x for x in passed[0]], *[[1 + x for x in axis] for axis in passed[1:]]]
    assert (scores.method, scores.bins) == ("fixed", bins)


@given(
    summary=summaries(least=1),
    bins=st.integers(2, 12),
    frequency=st.sampled_from(["orders", "periods"]),
    monetary=st.sampled_from(["total", "mean_order"]),
)
def test_fitted_cuts_score_as_quantiles_do(summary: CustomerSummary, bins: int, frequency: Any, monetary: Any) -> None:
    options = {"frequency": frequency, "monetary": monetary}
    cuts = fit_cuts(summary, bins=bins, **options)
    assert cuts.bins == bins
    fixed, fresh = score(summary, cuts=cuts), score(summary, bins=bins, **options)
    assert fixed == fresh.model_copy(update={"method": "fixed"})
    assert score(summary, cuts=cuts, bins=bins, **options) == fixed


@given(summary=summaries(least=2, money=True), cuts_from=summaries(least=1))
def test_a_customer_scored_alone_under_cuts_scores_as_in_the_crowd(
    summary: CustomerSummary, cuts_from: CustomerSummary
) -> None:
    cuts = fit_cuts(cuts_from)
    crowd = score(summary, cuts=cuts)
    for row in range(len(summary)):
        assert score(summary.take([row]), cuts=cuts)["code"].tolist() == [crowd["code"][row]]


@given(summary=summaries(), method=st.sampled_from(METHODS), data=st.data())
def test_the_order_of_rows_is_irrelevant(summary: CustomerSummary, method: Any, data: st.DataObject) -> None:
    rows = data.draw(st.permutations(range(len(summary))))
    shuffled = score(summary.take(rows), method=method)
    assert shuffled == score(summary, method=method).take(rows)


@given(summary=summaries(), method=st.sampled_from(METHODS), factor=st.integers(1, 10**9))
def test_a_whole_factor_on_money_moves_no_score(summary: CustomerSummary, method: Any, factor: int) -> None:
    columns = {name: summary[name].tolist() for name in ("since_last", "orders", "total", "periods")}
    dearer = summary_of(
        columns["since_last"],
        columns["orders"],
        [factor * x for x in columns["total"]],
        customer=summary.customer,
        periods=columns["periods"],
    )
    assert score(dearer, method=method) == score(summary, method=method)


@given(summary=summaries(), method=st.sampled_from(["quantile", "rank", "midrank"]))
def test_a_better_value_never_gets_a_lower_level(summary: CustomerSummary, method: Any) -> None:
    since_last, orders, total = axes_of(summary)
    scores = score(summary, method=method)
    goodness = ([-x for x in since_last], orders, total)
    for good, level in zip(goodness, levels_of(scores), strict=True):
        for x, a in zip(good, level, strict=True):
            assert all(a <= b for y, b in zip(good, level, strict=True) if x < y)
            assert method == "rank" or all(a == b for y, b in zip(good, level, strict=True) if x == y)


@given(summary=summaries(), bins=st.integers(2, 12), method=st.sampled_from(METHODS))
def test_code_score_and_unused_follow_from_the_levels(summary: CustomerSummary, bins: int, method: Any) -> None:
    scores = score(summary, bins=bins, method=method, weights=[1, 2, 5])
    base = 10 if bins < 10 else 100
    assert scores["code"].tolist() == [(r * base + f) * base + m for r, f, m in zip(*levels_of(scores), strict=True)]
    expected = [(r + 2 * f + 5 * m) / 8 for r, f, m in zip(*levels_of(scores), strict=True)]
    assert scores["score"].tolist() == pytest.approx(expected)
    for axis, levels in zip("rfm", levels_of(scores), strict=True):
        assert scores.unused[axis] == tuple(level for level in range(1, bins + 1) if level not in levels)


@given(summary=summaries(money=False), method=st.sampled_from(METHODS))
def test_without_amounts_money_is_level_0_and_weighs_nothing(summary: CustomerSummary, method: Any) -> None:
    scores = score(summary, method=method, weights=[1, 3, 100])
    assert not scores.m.any()
    assert scores.unused["m"] == (1, 2, 3, 4, 5)
    assert (scores["code"] % 10 == 0).all()
    assert scores["score"].tolist() == [(r + 3 * f) / 4 for r, f in zip(scores.r, scores.f, strict=True)]


def test_equal_weights_give_the_mean_without_a_rounding_error() -> None:
    best = score(summary_of([0, 5, 5, 5, 5, 5], [9, 1, 1, 1, 1, 1], [9, 1, 1, 1, 1, 1]), method="rank")
    assert best["score"][0] == 5.0


def test_fewer_customers_than_bins_is_no_error() -> None:
    summary = summary_of([1, 2, 3], [3, 2, 1], [30, 20, 10])
    assert score(summary)["code"].tolist() == [555, 333, 111]
    assert score(summary).unused == {"r": (2, 4), "f": (2, 4), "m": (2, 4)}
    assert score(summary, method="rank")["code"].tolist() == [333, 222, 111]


def test_recency_is_ordered_oldest_first_before_it_is_dealt_out() -> None:
    scores = score(summary_of([40, 30, 20, 10]), method="rank", bins=3)
    assert scores.r.tolist() == [1, 1, 2, 3]


def test_all_equal_is_the_middle_by_midrank() -> None:
    assert score(summary_of([7] * 9), method="midrank").r.tolist() == [3] * 9


def test_bins_of_any_integer_type_are_computed_without_wrapping() -> None:
    summary = summary_of([1, 2, 3], [1, 1, 1], [0, 2**61, 2**61 + 5])
    assert fit_cuts(summary, bins=np.int8(7)) == fit_cuts(summary, bins=7)


def test_two_digits_per_level_above_nine_bins() -> None:
    best = score(summary_of([1, 2], [2, 1], [20, 10]), bins=99)["code"]
    assert best.tolist() == [999999, 10101]


def test_nobody_gets_no_scores() -> None:
    scores = score(summary_of([], [], []), cuts=Cuts(r=[1], f=[1], m=[1]))
    assert (len(scores), scores.bins, scores.unused) == (0, 2, {"r": (1, 2), "f": (1, 2), "m": (1, 2)})
    assert score(summary_of([], [], []), monetary="mean_order").m.dtype == np.int64


def test_text_ids_break_ties_by_code_point() -> None:
    summary = summary_of([1, 1, 1], customer=["b", "伞", "a"])
    assert score(summary, method="rank", bins=3).r.tolist() == [2, 3, 1]


@pytest.mark.parametrize(
    "tie",
    [
        [3, 1, 2],
        np.array([3, 1, 2], np.uint8),
        [3.5, -1.0, 2.0],
        ["c", "a", "b"],
        [2**53 + 2, 2**53, 2**53 + 1],
        np.array(["2026-03-03", "2026-03-01", "2026-03-02"], dtype="datetime64[D]"),
        [datetime(2026, 3, day, tzinfo=UTC) for day in (3, 1, 2)],
    ],
    ids=["ints", "uint8", "floats", "text", "large", "days", "datetimes"],
)
def test_every_kind_of_sort_key_breaks_ties(tie: Any) -> None:
    assert score(summary_of([1, 1, 1]), method="rank", bins=3, tie=tie).r.tolist() == [3, 1, 2]


def test_negative_money_is_ranked_below_none() -> None:
    assert score(summary_of([1, 1, 1], [1, 1, 1], [-(2**61), 0, 2**61]), bins=3).m.tolist() == [1, 2, 3]


def test_scores_survive_json_and_pickle() -> None:
    scores = score(summary_of([1, 2, 3], [3, 2, 1], [30, 20, 10]))
    assert Scores.model_validate_json(scores.model_dump_json()) == scores
    assert pickle.loads(pickle.dumps(scores)) == scores


def test_scores_with_foreign_levels_are_no_scores() -> None:
    good = {"customer": [1], "r": [5], "f": [1], "m": [0], "code": [510], "score": [3.0], "bins": 5}
    rest = {"method": "rank", "unused": {}}
    assert Scores(**good, **rest)["code"].tolist() == [510]
    for wrong in ({"r": [0]}, {"f": [6]}, {"m": [-1]}, {"code": [511]}):
        with pytest.raises(ValidationError, match=f"{next(iter(wrong))} must"):
            Scores(**{**good, **rest, **wrong})


# Cuts


def test_a_value_on_a_cut_belongs_to_the_lower_interval_or_to_the_upper() -> None:
    summary = summary_of([10], [3], [500])
    assert score(summary, cuts=Cuts(r=[10], f=[3], m=[500]))["code"].tolist() == [211]
    assert score(summary, cuts=Cuts(r=[10], f=[3], m=[500], closed="left"))["code"].tolist() == [122]


def test_equal_cuts_leave_an_empty_level() -> None:
    assert score(summary_of([5, 6]), cuts=Cuts(r=[5, 5], f=[1, 1])).unused["r"] == (2,)


def test_cuts_far_outside_the_column_still_order_it() -> None:
    summary = summary_of([0, 9], [1, 1], [-(2**61), 2**61])
    cuts = Cuts(r=[-1e300, 1e300], f=[0, 2**63 - 1], m=[-(2**63), 1e300])
    assert levels_of(score(summary, cuts=cuts)) == [[2, 2], [2, 2], [2, 2]]


def test_cuts_survive_json_to_the_last_digit() -> None:
    cuts = Cuts(r=[10, 2**60 + 1], f=(1.5, 2), m=np.array([3, 4]), closed="left", unit="W", frequency="periods")
    again = Cuts.model_validate_json(cuts.model_dump_json())
    assert again == cuts
    assert [type(cut) for cut in again.f] == [float, int]
    assert pickle.loads(pickle.dumps(cuts)) == cuts


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"r": []}, "r must hold 1 to 98 cuts, got 0 cuts"),
        ({"r": [1] * 99}, "r must hold 1 to 98 cuts, got 99 cuts"),
        ({"r": [2, 1]}, "r must not descend, got 1 after 2 at row 1"),
        ({"f": [math.nan]}, "f must hold finite numbers, got nan"),
        ({"m": [math.inf]}, "m must hold finite numbers, got inf"),
        ({"f": ["1"]}, "f must hold finite numbers, got '1'"),
        ({"f": [True]}, "f must hold finite numbers, got True"),
        ({"f": [2**63]}, "f must fit 64 bits"),
        ({"r": 5}, "r must be a list of cuts, got 5"),
        ({"r": np.float64(3)}, "r must be a list of cuts, got 3.0"),
        ({"r": "12"}, "r must be a list of cuts, got '12'"),
        ({"r": None}, "r must be a list of cuts, got None"),
        ({"f": [1, 2]}, "axes must have equally many cuts, got 1 cuts and 2 cuts and 1 cuts"),
        ({"closed": "both"}, "closed"),
        ({"unit": "day"}, "unit"),
        ({"bins": 2}, "bins"),
    ],
)
def test_malformed_cuts_are_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Cuts(**{"r": [1], "f": [1], "m": [1], **wrong})


def test_cuts_of_another_unit_or_with_money_on_one_side_are_refused() -> None:
    with refuses(SchemeMismatch, "cuts must have the summary's unit 'D', got 'W'"):
        score(summary_of([1]), cuts=Cuts(r=[1], f=[1], unit="W"))
    with refuses(SchemeMismatch, "cuts must have m, as the summary has amounts, got cuts without m"):
        score(summary_of([1], [1], [1]), cuts=Cuts(r=[1], f=[1]))
    with refuses(SchemeMismatch, "cuts must have no m, as the summary has no amounts, got cuts with m"):
        score(summary_of([1]), cuts=Cuts(r=[1], f=[1], m=[1]))


@pytest.mark.parametrize(
    "option", [{"method": "rank"}, {"bins": 4}, {"frequency": "periods"}, {"monetary": "mean_order"}]
)
def test_options_that_contradict_the_cuts_are_refused(option: dict[str, Any]) -> None:
    with refuses(InvalidInput, rf"{next(iter(option))} must agree with the cuts \("):
        score(summary_of([1]), cuts=Cuts(r=[1, 2], f=[1, 2]), **option)


# cube8


def test_the_mean_is_rounded_down_exactly() -> None:
    cuts = cube8(summary_of([1, 2, 4], [1, 1, 3], [2**60, 2**60, 2**60 + 5]))
    assert (cuts.r, cuts.f, cuts.m) == ((2,), (1,), (2**60 + 1,))
    assert cube8(summary_of([1, 2], [1, 1], [-1, -2])).m == (-2,)


def test_recent_means_within_the_cut_and_rich_means_above_it() -> None:
    summary = summary_of([10, 11], [3, 4], [500, 501])
    cuts = cube8(summary, threshold={"r": 10, "f": 3, "m": 500})
    assert segment(score(summary, cuts=cuts), CUBE8).segment.tolist() == ["general_develop", "important_keep"]


def test_the_median_is_that_of_two_quantile_bins() -> None:
    summary = summary_of([1, 2, 5, 9], [1, 2, 3, 4], [1, 4, 6, 10])
    cuts = cube8(summary, threshold="median", frequency="periods", closed="left")
    fitted = fit_cuts(summary, bins=2, frequency="periods")
    assert cuts == fitted.model_copy(update={"closed": "left"})
    assert (cuts.r, cuts.m) == ((3,), (5,))


def test_means_of_mean_order_stay_floats() -> None:
    summary = summary_of([1, 1], [2, 1], [5, 1])
    assert cube8(summary, monetary="mean_order").m == (1.75,)
    assert fit_cuts(summary, bins=2, monetary="mean_order").m == (1.75,)


# Refusals


def test_unknown_words_are_refused_with_the_known_ones() -> None:
    summary = summary_of([1], [1], [1])
    with refuses(InvalidInput, "method must be one of quantile, rank, midrank, nested, got 'quantiles'"):
        score(summary, method="quantiles")
    with refuses(InvalidInput, "frequency must be one of orders, periods, got 'visits'"):
        score(summary, frequency="visits")
    with refuses(InvalidInput, "monetary must be one of total, mean_order, got 'mean'"):
        fit_cuts(summary, monetary="mean")
    with refuses(InvalidInput, "threshold must be one of mean, median, got 'mode'"):
        cube8(summary, threshold="mode")
    with refuses(InvalidInput, "closed must be one of right, left, got 'both'"):
        cube8(summary, closed="both")
    with refuses(InvalidInput, "tie must be 'id', got 'ids'"):
        score(summary, method="rank", tie="ids")


@pytest.mark.parametrize("bins", [1, 100, 5.0, True, "5"])
def test_bins_outside_2_to_99_are_refused(bins: Any) -> None:
    for call in (score, fit_cuts):
        with refuses(InvalidInput, "bins must be a whole number from 2 to 99, got"):
            call(summary_of([1]), bins=bins)


@pytest.mark.parametrize("model", [Cuts, Scores])
def test_the_models_have_a_json_schema(model: Any) -> None:
    assert model.model_json_schema()["title"] == model.__name__


@pytest.mark.parametrize("weights", [[1, 1], [1, 1, 1, 1], [-1, 1, 1], [0, 0, 0], [1, math.inf, 1], [1, "2", 1]])
def test_bad_weights_are_refused(weights: Any) -> None:
    with refuses(InvalidInput, "rfm.score: weights must"):
        score(summary_of([1], [1], [1]), weights=weights)


def test_a_null_is_shown_as_it_came_and_not_offered_to_be_dropped_where_it_cannot_be() -> None:
    summary = summary_of([1, 1, 1], [1, 1, 1], [1, 1, 1])
    for name in ("weights", "tie"):
        with refuses(InvalidInput, rf"rfm.score: {name} must not be null, got nan at row 1 \(1 such rows of 3\)\.$"):
            score(summary, method="rank", **{name: [1, math.nan, 1]})


def test_weights_on_money_alone_need_money() -> None:
    match = r"weights must not all be 0 on r and f where there are no amounts, got \[0.0, 0.0, 1.0\]\.$"
    with refuses(InvalidInput, match):
        score(summary_of([1]), weights=[0, 0, 1])


@given(
    summary=summaries(least=1),
    weights=st.lists(st.floats(0, 1e308), min_size=3, max_size=3).filter(any),
    bins=st.integers(2, 99),
)
@example(summary=summary_of([1, 1], [1, 1], [1, 1]), weights=[0.6, 0.3, 0.1], bins=5)
def test_a_score_lies_between_the_least_and_the_greatest_level_that_weighs(
    summary: CustomerSummary, weights: list[float], bins: int
) -> None:
    scores = score(summary, bins=bins, weights=weights, method="midrank")
    weighing = [levels for weight, levels in zip(weights, levels_of(scores), strict=True) if weight]
    for mean, levels in zip(scores.score.tolist(), zip(*weighing, strict=True), strict=True):
        assert min(levels) <= mean <= max(levels)


def test_enormous_weights_do_not_overflow() -> None:
    assert score(summary_of([1], [1], [1]), weights=[1e308, 1e308, 1e308])["score"].tolist() == [7 / 3]


@pytest.mark.parametrize("tie", [[1, 2], [1, None, 2], [1.0, math.nan, 2.0], [True, False, True], "column"])
def test_bad_sort_keys_are_refused(tie: Any) -> None:
    with refuses(InvalidInput, "rfm.score: tie must"):
        score(summary_of([1, 1, 1]), method="nested", tie=tie)


def test_nothing_but_a_summary_is_scored() -> None:
    for call in (score, fit_cuts, cube8):
        with refuses(InvalidInput, "summary must be a CustomerSummary"):
            call({"since_last": [1]})
    with refuses(InvalidInput, "cuts must be Cuts"):
        score(summary_of([1]), cuts={"r": [1]})


def test_no_cuts_come_from_nobody() -> None:
    for call in (fit_cuts, cube8):
        with refuses(EmptyInput, "summary must hold at least one customer"):
            call(summary_of([], [], []))


def test_the_cube_needs_amounts_and_all_three_thresholds() -> None:
    with refuses(InvalidInput, "summary must have amounts"):
        cube8(summary_of([1]))
    with refuses(InvalidInput, "threshold must have the keys r, f and m"):
        cube8(summary_of([1], [1], [1]), threshold={"r": 1, "f": 1})
    with refuses(InvalidInput, "threshold must hold finite numbers, got nan"):
        cube8(summary_of([1], [1], [1]), threshold={"r": 1, "f": 1, "m": math.nan})
    with refuses(Overflow, "threshold must fit 64 bits"):
        cube8(summary_of([1], [1], [1]), threshold={"r": 1, "f": 1, "m": 2**64})


# Stored vectors


def counts(scores: Scores) -> dict[str, list[int]]:
    return {axis: np.bincount(scores[axis], minlength=scores.bins + 1)[1:].tolist() for axis in "rfm"}


def test_the_sample_is_the_one_the_vectors_speak_of() -> None:
    cdnow = sample(VECTORS["as_of"])
    assert (len(cdnow), cdnow.since_last.sum()) == (VECTORS["customers"], VECTORS["sum_since_last"])


@pytest.mark.parametrize("method", ["quantile", "rank", "midrank"])
def test_the_sample_has_the_stored_number_of_customers_per_level(method: Any) -> None:
    cdnow = sample(VECTORS["as_of"])
    assert counts(score(cdnow, method=method, bins=VECTORS["bins"])) == VECTORS[method]["counts"]


def test_the_sample_has_the_stored_cuts_and_unused_levels() -> None:
    cdnow = sample(VECTORS["as_of"])
    cuts = fit_cuts(cdnow, bins=VECTORS["bins"])
    assert {axis: list(getattr(cuts, axis)) for axis in "rfm"} == VECTORS["quantile"]["cuts"]
    unused = score(cdnow, cuts=cuts, bins=VECTORS["bins"]).unused
    assert {axis: list(levels) for axis, levels in unused.items()} == VECTORS["quantile"]["unused"]


def test_nested_ranks_fill_every_cell_of_the_sample_evenly() -> None:
    cdnow = sample(VECTORS["as_of"])
    sizes = np.unique(score(cdnow, method="nested", bins=VECTORS["bins"])["code"], return_counts=True)[1]
    assert len(sizes) == VECTORS["nested"]["cells"]
    assert set(sizes.tolist()) == set(VECTORS["nested"]["cell_sizes"])


@pytest.mark.parametrize("method", ["quantile", "rank"])
def test_three_customers_get_the_stored_levels(method: Any) -> None:
    expected = VECTORS["three_customers"]
    assert score(summary_of([3, 2, 1]), method=method, bins=expected["bins"]).r.tolist() == expected[method]
