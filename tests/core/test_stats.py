"""Intervals, quantiles, survival and tails, against vectors, brute force and their laws."""

from __future__ import annotations

import datetime as dt
import json
import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from socialmkt.core import stats
from socialmkt.core.errors import EmptyInput, InvalidInput, Overflow
from tests.refusals import refuses
from tests.strategies import COLUMN_KINDS

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "core_stats.json").read_text("utf-8"))
INTERVALS = [stats.wilson, stats.clopper_pearson]

rates = st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
confidences = st.floats(0.01, 0.999)
shares = st.integers(0, 1_000).map(lambda permille: permille / 1_000)


def binomial_at_least(k: int, n: int, p: float) -> float:
    return math.fsum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1))


@pytest.mark.parametrize("method", ["wilson", "clopper_pearson"])
def test_intervals_match_the_vectors(method: str) -> None:
    for k, n, low, high in VECTORS[method]:
        assert getattr(stats, method)(k, n) == pytest.approx((low, high), abs=5e-7)


@pytest.mark.parametrize("interval", INTERVALS)
@given(rate=rates, confidence=confidences)
def test_an_interval_holds_the_rate_and_mirrors_failures(
    interval: Any, rate: tuple[int, int], confidence: float
) -> None:
    k, n = rate
    low, high = interval(k, n, confidence=confidence)
    if n == 0:
        assert (low, high) == (None, None)
        return
    assert 0 <= low <= k / n + 1e-15
    assert k / n - 1e-15 <= high <= 1
    assert (low == 0) == (k == 0)
    assert (high == 1) == (k == n)
    assert interval(n - k, n, confidence=confidence) == pytest.approx((1 - high, 1 - low), abs=1e-14)


@pytest.mark.parametrize("interval", INTERVALS)
@given(table=st.lists(rates, min_size=1, max_size=8))
def test_an_interval_of_columns_is_that_of_each_row(interval: Any, table: list[tuple[int, int]]) -> None:
    low, high = interval([k for k, _ in table], [n for _, n in table])
    singles = [interval(k, n) for k, n in table]
    assert np.array_equal(low, [np.nan if one[0] is None else one[0] for one in singles], equal_nan=True)
    assert np.array_equal(high, [np.nan if one[1] is None else one[1] for one in singles], equal_nan=True)


@given(rates.filter(lambda rate: rate[0] > 0), st.floats(0.05, 0.999))
def test_at_the_exact_lower_bound_so_many_successes_have_half_of_the_rest(rate: tuple[int, int], conf: float) -> None:
    k, n = rate
    low, _ = stats.clopper_pearson(k, n, confidence=conf)
    assert low is not None
    assert binomial_at_least(k, n, low) == pytest.approx((1 - conf) / 2, rel=1e-9)


def test_intervals_of_large_counts_keep_their_digits() -> None:
    low, high = stats.clopper_pearson(0, 10**9)
    assert low == 0
    assert high == pytest.approx(-math.expm1(math.log(0.025) / 10**9), abs=1e-15)
    assert stats.wilson(0, 10**9)[1] == pytest.approx(3.841458806e-9, rel=1e-8)
    assert stats.wilson(10**9, 10**9)[1] == 1


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("make", COLUMN_KINDS)
def test_every_kind_of_column_gives_the_same_interval(interval: Any, make: Any) -> None:
    low, high = interval(make([0, 5, 10]), make([10, 10, 10]))
    assert np.array_equal(low, interval([0, 5, 10], 10)[0])
    assert high[1] == interval(np.int64(5), 10)[1]


def test_no_rows_give_no_intervals() -> None:
    for interval in INTERVALS:
        low, high = interval([], [])
        assert (low.tolist(), high.tolist(), low.dtype) == ([], [], np.float64)


@pytest.mark.parametrize("interval", INTERVALS)
def test_counts_that_are_no_rate_are_refused(interval: Any) -> None:
    with refuses(InvalidInput, match=r"successes must be at most the trials, got 3 at row 1 \(1 such rows of 2\)"):
        interval([1, 3], [2, 2])
    with refuses(InvalidInput, match="successes must be at least 0, got -1"):
        interval(-1, 2)
    with refuses(InvalidInput, match="trials must be a whole number, got 2.5"):
        interval(1, 2.5)
    with refuses(InvalidInput, match="trials must be as long as successes"):
        interval([1, 1], [2, 2, 2])
    with refuses(InvalidInput, match="trials must not be null"):
        interval([1], [None])


@pytest.mark.parametrize("confidence", [95, 0.0, 1.0, -0.5, float("nan"), "0.95", None])
def test_a_confidence_outside_0_and_1_is_refused(confidence: Any) -> None:
    for call in (stats.wilson, stats.clopper_pearson):
        with refuses(InvalidInput, match="confidence must lie strictly between 0 and 1"):
            call(1, 2, confidence=confidence)
    with refuses(InvalidInput, match="confidence must lie strictly between 0 and 1"):
        stats.kaplan_meier([1], [True], confidence=confidence)


def test_quantiles_match_the_vectors() -> None:
    case = VECTORS["quantile"]
    assert stats.quantile(case["values"], case["q"]) == pytest.approx(case["linear"])
    assert stats.quantile(case["values"], case["q"], method="nearest_rank") == case["nearest_rank"]


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=40), shares)
def test_the_nearest_rank_is_the_least_value_that_covers_the_share(values: list[int], q: float) -> None:
    exact = Fraction(round(q * 1_000), 1_000)
    least = min(value for value in values if Fraction(sum(other <= value for other in values), len(values)) >= exact)
    assert stats.quantile(values, q, method="nearest_rank") == least


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=40), shares)
def test_the_linear_quantile_is_that_of_numpy(values: list[int], q: float) -> None:
    assert stats.quantile(values, q) == pytest.approx(np.quantile(values, q), abs=1e-12)
    assert stats.quantile(values, [q, 0, 1]).tolist() == [stats.quantile(values, q), min(values), max(values)]


def test_what_has_no_quantile_is_refused() -> None:
    with refuses(EmptyInput, match=r"values must hold at least one value, got \[\]"):
        stats.quantile([], 0.5)
    with refuses(InvalidInput, match="q must lie between 0 and 1, got 50"):
        stats.quantile([1], 50)
    with refuses(InvalidInput, match="method must be one of linear, nearest_rank, got 'median'"):
        stats.quantile([1], 0.5, method="median")
    with refuses(InvalidInput, match="values must be finite"):
        stats.quantile([float("inf")], 0.5)


def test_survival_matches_the_vectors() -> None:
    case = VECTORS["kaplan_meier"]
    curve = stats.kaplan_meier(case["durations"], case["observed"])
    assert curve.columns == ("time", "at_risk", "events", "survival", "low", "high")
    assert curve.time.tolist() == case["time"]
    assert curve.survival.tolist() == pytest.approx(case["survival"])
    assert stats.km_quantile(curve, 0.5) == case["median"]
    assert stats.km_quantile(curve, 0.71) is None


waits = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=30)


@given(waits)
def test_survival_is_the_product_over_the_times_of_the_rest(rows: list[tuple[int, bool]]) -> None:
    curve = stats.kaplan_meier([wait for wait, _ in rows], [ended for _, ended in rows])
    survival, expected = Fraction(1), []
    for time in sorted({wait for wait, ended in rows if ended}):
        at_risk = sum(wait >= time for wait, _ in rows)
        events = sum(wait == time and ended for wait, ended in rows)
        survival *= Fraction(at_risk - events, at_risk)
        expected.append((time, at_risk, events, pytest.approx(float(survival))))
    found = zip(curve.time, curve.at_risk, curve.events, curve.survival, strict=True)
    assert [tuple(row) for row in found] == expected
    assert (curve.low <= curve.survival).all()
    assert (curve.survival <= curve.high).all()
    assert ((curve.low >= 0) & (curve.high <= 1)).all()


@given(st.lists(st.integers(0, 100), min_size=1, max_size=60), shares)
def test_without_open_rows_the_survival_quantile_is_the_nearest_rank(values: list[int], q: float) -> None:
    curve = stats.kaplan_meier(values, [True] * len(values))
    assert stats.km_quantile(curve, q) == stats.quantile(values, q, method="nearest_rank")


@given(waits)
def test_leaving_open_rows_out_never_makes_the_median_later(rows: list[tuple[int, bool]]) -> None:
    median = stats.km_quantile(stats.kaplan_meier([w for w, _ in rows], [e for _, e in rows]), 0.5)
    ended = [wait for wait, ended in rows if ended]
    if median is not None and ended:
        assert median >= stats.quantile(ended, 0.5, method="nearest_rank")


def test_the_bounds_are_those_of_the_log_log_transform() -> None:
    curve = stats.kaplan_meier([1, 2, 3, 4, 5], [True, True, False, True, False])
    z = 1.959963984540054
    spread = math.exp(z * math.sqrt(1 / (5 * 4)) / -math.log(0.8))
    assert (curve.low[0], curve.high[0]) == pytest.approx((0.8**spread, 0.8 ** (1 / spread)))


def test_where_all_have_ended_the_bounds_are_0_and_the_one_before() -> None:
    curve = stats.kaplan_meier([1, 2], [True, True])
    assert (curve.survival[-1], curve.low[-1], curve.high[-1]) == (0, 0, curve.high[0])
    assert stats.kaplan_meier([3, 3], [True, True]).high.tolist() == [1]


def test_nothing_ended_gives_a_curve_without_rows() -> None:
    curve = stats.kaplan_meier([1, 2], [False, False])
    assert len(curve) == 0
    assert stats.km_quantile(curve, 0.5) is None


@pytest.mark.parametrize(
    "make", [list, lambda spans: np.array(spans, dtype="m8[us]"), lambda spans: np.array(spans, dtype="m8[s]")]
)
def test_spans_give_spans(make: Any) -> None:
    curve = stats.kaplan_meier(make([dt.timedelta(minutes=5), dt.timedelta(minutes=9)]), [True, True])
    assert curve.time.tolist() == [dt.timedelta(minutes=5), dt.timedelta(minutes=9)]
    assert stats.km_quantile(curve, 0.9) == dt.timedelta(minutes=9)
    assert type(curve).model_validate_json(curve.model_dump_json()) == curve


def test_durations_of_no_meaning_are_refused() -> None:
    with refuses(InvalidInput, match="durations must be at least 0, got -1.0 at row 1"):
        stats.kaplan_meier([1, -1], [True, True])
    with refuses(InvalidInput, match="durations must be at least 0, got -1 microseconds"):
        stats.kaplan_meier(np.array([-1], "m8[us]"), [True])
    with refuses(InvalidInput, match="observed must be as long as durations"):
        stats.kaplan_meier([1, 2], [True])
    with refuses(InvalidInput, match="observed must hold true and false"):
        stats.kaplan_meier([1], [1])
    with refuses(InvalidInput, match="durations must not be null"):
        stats.kaplan_meier([1, None], [True, True])
    with refuses(EmptyInput, match="durations must hold at least one row"):
        stats.kaplan_meier([], [])
    with refuses(InvalidInput, match="q must lie between 0 and 1, got 50"):
        stats.km_quantile(stats.kaplan_meier([1], [True]), 50)


def exact_tail(universe: int, a: int, b: int, both: range) -> Fraction:
    ways = sum(math.comb(a, k) * math.comb(universe - a, b - k) for k in both)
    return Fraction(ways, math.comb(universe, b))


def log_of(chance: Fraction) -> float:
    return float((Decimal(chance.numerator) / Decimal(chance.denominator)).ln())


@st.composite
def overlaps(draw: st.DrawFn) -> tuple[int, int, int, int]:
    universe = draw(st.integers(0, 60))
    a, b = draw(st.integers(0, universe)), draw(st.integers(0, universe))
    return universe, a, b, draw(st.integers(max(0, a + b - universe), min(a, b)))


@given(overlaps())
def test_both_tails_are_those_of_the_exact_count(case: tuple[int, int, int, int]) -> None:
    universe, a, b, both = case
    more = exact_tail(universe, a, b, range(both, min(a, b) + 1))
    fewer = exact_tail(universe, a, b, range(max(0, a + b - universe), both + 1))
    assert stats.log_hypergeom(*case) == pytest.approx(log_of(more), rel=1e-12, abs=1e-15)
    assert stats.log_hypergeom(*case, tail="fewer") == pytest.approx(log_of(fewer), rel=1e-12, abs=1e-15)
    assert (stats.log_hypergeom(*case) == 0) == (more == 1)
    assert (stats.log_hypergeom(*case, tail="fewer") == 0) == (fewer == 1)


@given(overlaps())
def test_the_audiences_may_change_places(case: tuple[int, int, int, int]) -> None:
    universe, a, b, both = case
    assert stats.log_hypergeom(universe, b, a, both) == pytest.approx(stats.log_hypergeom(*case), rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("case", VECTORS["log_hypergeom"] + VECTORS["log_hypergeom_large"])
def test_tails_match_the_vectors_also_for_a_hundred_million_people(case: dict[str, float]) -> None:
    pair = {name: int(case[name]) for name in ("universe", "a", "b", "both")}
    for tail in ("more", "fewer"):
        if tail in case:
            found = stats.log_hypergeom(**pair, tail=tail)
            assert found == pytest.approx(case[tail], rel=1e-13, abs=1e-15)
            assert found <= 0


def test_a_column_of_pairs_gives_the_tail_of_each() -> None:
    logs = stats.log_hypergeom(20, [5, 5, 7], 7, [2, 5, 0])
    assert logs.tolist() == [stats.log_hypergeom(20, a, 7, both) for a, both in ((5, 2), (5, 5), (7, 0))]
    assert stats.log_hypergeom(20, [], 7, []).tolist() == []


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ((10, 11, 5, 5), "a must be at most the universe, got 11"),
        ((10, 5, 11, 5), "b must be at most the universe, got 11"),
        ((10, 5, 5, 6), r"both must lie between max\(0, a \+ b - universe\) and min\(a, b\), got 6"),
        ((10, 8, 7, 4), "both must lie between"),
        ((10, 8, 7, 5.0), "both must be a whole number, got 5.0"),
        ((10, True, 7, 5), "a must be a whole number, got True"),
        ((2**63 - 1, 2**63 - 1, 2**63 - 1, 0), "both must lie between"),
    ],
)
def test_an_overlap_that_cannot_be_is_refused(pair: tuple[Any, ...], words: str) -> None:
    with refuses(InvalidInput, match=words):
        stats.log_hypergeom(*pair)


def test_another_tail_is_refused() -> None:
    with refuses(InvalidInput, match="tail must be one of more, fewer, got 'both'"):
        stats.log_hypergeom(10, 5, 5, 3, tail="both")


@example(half=1, x=5e-324)
@example(half=40, x=2.2250738585072014e-308)
@given(st.integers(1, 40), st.floats(0, 200))
def test_with_even_degrees_the_chance_is_a_poisson_sum(half: int, x: float) -> None:
    log_x = math.log(x) - math.log(2) if x else -math.inf
    expected = math.fsum(
        math.exp(-x / 2 + i * log_x - math.lgamma(i + 1)) if i else math.exp(-x / 2) for i in range(half)
    )
    assert stats.chi2_sf(x, 2 * half) == pytest.approx(expected, rel=1e-11)


@given(st.floats(0.001, 300))
def test_with_one_degree_the_chance_is_that_of_the_normal_tails(x: float) -> None:
    assert stats.chi2_sf(x, 1) == pytest.approx(math.erfc(math.sqrt(x / 2)), rel=1e-11)


def test_chances_of_columns_are_those_of_each_row() -> None:
    assert stats.chi2_sf([0, 3.84, 1e4], 1).tolist() == [stats.chi2_sf(x, 1) for x in (0, 3.84, 1e4)]
    assert stats.chi2_sf([1, 2], [3.5, 0.2]).tolist() == [stats.chi2_sf(1, 3.5), stats.chi2_sf(2, 0.2)]


def test_a_statistic_of_no_meaning_is_refused() -> None:
    with refuses(InvalidInput, match="x must be at least 0, got -1.0"):
        stats.chi2_sf(-1, 2)
    with refuses(InvalidInput, match="df must be above 0, got 0.0"):
        stats.chi2_sf(1, 0)


@pytest.mark.parametrize("curve", [[1, 2], None, stats.kaplan_meier])
def test_a_quantile_is_read_off_a_survival_curve_alone(curve: Any) -> None:
    with refuses(InvalidInput, match="curve must be a survival curve, got .*Pass what kaplan_meier gives"):
        stats.km_quantile(curve, 0.5)


@pytest.mark.parametrize(
    ("act", "kind", "words"),
    [
        (lambda: stats.wilson("1", 3), InvalidInput, "successes must be a whole number, got '1'"),
        (lambda: stats.wilson(1, None), InvalidInput, "trials must be a whole number, got None"),
        (lambda: stats.wilson(1.0, 3), InvalidInput, "successes must be a whole number, got 1.0"),
        (lambda: stats.wilson(True, 3), InvalidInput, "successes must be a whole number, got True"),
        (lambda: stats.wilson(-1, 3), InvalidInput, "successes must be at least 0, got -1"),
        (lambda: stats.wilson(5, 3), InvalidInput, "successes must be at most the trials, got 5.*"),
        (lambda: stats.wilson(1, 2**63), Overflow, "trials must fit 64 bits, got 9223372036854775808"),
        (lambda: stats.wilson([1], None), InvalidInput, "trials must be a whole number, got None"),
        (lambda: stats.quantile([1], "0.5"), InvalidInput, "q must be a number, got '0.5'"),
        (lambda: stats.quantile([1], 1.5), InvalidInput, "q must lie between 0 and 1, got 1.5"),
        (
            lambda: stats.km_quantile(stats.kaplan_meier([1], [True]), 2),
            InvalidInput,
            "q must lie between 0 and 1, got 2",
        ),
        (lambda: stats.chi2_sf(None, 1), InvalidInput, "x must be a number, got None"),
        (lambda: stats.chi2_sf(math.inf, 1), InvalidInput, "x must be finite, got inf"),
        (lambda: stats.chi2_sf(10**400, 1), Overflow, "x must fit a float, got 1000.*"),
        (lambda: stats.log_hypergeom(5, 9, 1, 1), InvalidInput, "a must be at most the universe, got 9"),
    ],
)
def test_one_number_that_is_none_is_told_so_and_has_no_row(act: Any, kind: Any, words: str) -> None:
    with refuses(kind, rf": {words}\.$"):
        act()
