"""Pairs of audiences: every coefficient from four counts, from ids and from sketches alike."""

from __future__ import annotations

import copy
import math
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core.errors import EmptyInput, InvalidInput
from socialmkt.overlap import Audience, Estimate, OverlapMatrix, PairOverlap, overlap, overlap_matrix, patterns
from tests.overlap.groups import VECTORS, any_groups, groups, near
from tests.refusals import refuses

METRICS = ["jaccard", "dice", "cosine", "overlap_coefficient", "a_in_b", "b_in_a", "kulczynski", "lift", "phi"]


def close(value: float, expected: float) -> bool:
    return value == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("vector", VECTORS["pairs"], ids=lambda v: str(v["counts"]))
def test_the_figures_of_a_pair_are_those_worked_by_hand(vector: dict[str, Any]) -> None:
    a, b, both = vector["counts"]
    pair = PairOverlap(a=a, b=b, both=both, universe=vector["universe"])
    known = vector.keys() & {*METRICS, "union", "expected"}
    for name in known:
        assert close(getattr(pair, name), vector[name]), name
    assert close(pair.log_p_value(), vector["log_p"])
    if "tversky" in vector:
        assert close(pair.tversky(0.8, 0.2), vector["tversky"])
    if "p_fewer" in vector:
        assert close(pair.p_value(tail="fewer"), vector["p_fewer"])


def test_a_certain_outcome_has_a_p_value_of_exactly_one() -> None:
    assert PairOverlap(a=5, b=4, both=0, universe=50).p_value() == 1


def test_repeats_in_an_event_log_count_once() -> None:
    pair = overlap(Audience.from_ids([1, 1, 2, 2, 3]), Audience.from_ids([3, 3, 4]))
    assert (pair.both, pair.union, pair.a_only, pair.b_only, pair.symmetric_difference) == (1, 4, 2, 1, 3)


def test_sketches_answer_with_intervals() -> None:
    vector = VECTORS["sketches"]
    a, b = Audience.from_ids(range(2000), k=256), Audience.from_ids(range(1000, 3000), k=256)
    pair = overlap(a, b)
    assert pair.retained == tuple(vector["retained"])
    for name in ("both", "jaccard"):
        seen = pair.estimate(name)
        assert [seen.value, seen.low, seen.high] == pytest.approx(vector[name], rel=1e-12)
        assert close(getattr(pair, name), vector[name][0])


@given(pair=groups(near, least=2, most=2))
def test_counts_are_those_of_sets(pair: list[list[int]]) -> None:
    a, b = map(set, pair)
    found = overlap(*(Audience.from_ids(ids) for ids in pair))
    assert (found.a, found.b, found.both, found.union) == (len(a), len(b), len(a & b), len(a | b))


@given(a=st.integers(0, 50), b=st.integers(0, 50), both=st.integers(0, 50))
def test_coefficients_keep_their_order(a: int, b: int, both: int) -> None:
    both = min(a, b, both)
    pair = PairOverlap(a=a, b=b, both=both)
    if a and b:
        assert pair.jaccard <= pair.dice <= pair.cosine + 1e-15 <= pair.overlap_coefficient + 2e-15
        assert pair.jaccard <= pair.jaccard_cap <= 1
        assert close(pair.dice, 2 * pair.jaccard / (1 + pair.jaccard))
        assert close(pair.tversky(1, 1), pair.jaccard)
        assert close(pair.tversky(0.5, 0.5), pair.dice)
        one: Any = np.int64(1)
        assert close(pair.tversky(one, np.float64(1)), pair.jaccard)
        assert close(pair.kulczynski, (pair.a_in_b + pair.b_in_a) / 2)


def test_nothing_by_nothing_is_nan_and_no_error() -> None:
    nobody, one = PairOverlap(a=0, b=0, both=0, universe=0), PairOverlap(a=0, b=3, both=0, universe=9)
    for name in [*METRICS, "expected", "pmi", "jaccard_cap"]:
        assert math.isnan(getattr(nobody, name)), name
    assert (one.jaccard, one.b_in_a, one.dice) == (0, 0, 0)
    assert math.isnan(one.a_in_b)
    assert math.isnan(one.overlap_coefficient)
    assert math.isnan(nobody.estimate("jaccard").low)
    empty = Audience.from_ids([])
    assert math.isnan(overlap(empty, empty).jaccard)


def test_the_pmi_of_strangers_is_minus_infinity() -> None:
    assert PairOverlap(a=5, b=4, both=0, universe=50).pmi == -math.inf
    assert close(PairOverlap(a=100, b=50, both=20, universe=1000).pmi, math.log(4))


def test_products_do_not_wrap() -> None:
    n = 2**62
    pair = PairOverlap(a=n // 2, b=n // 2, both=n // 2, universe=n)
    assert (pair.lift, pair.phi, pair.expected) == (2, 1, n / 4)
    assert PairOverlap(a=n + 1, b=n - 1, both=n - 3).retained == (n + 1, n - 1, n - 3)


@pytest.mark.parametrize("name", ["expected", "lift", "pmi", "phi"])
def test_figures_of_chance_need_a_universe(name: str) -> None:
    with refuses(InvalidInput, match=f"PairOverlap.{name}: universe must be given"):
        getattr(PairOverlap(a=1, b=1, both=1), name)
    for tail in ("log_p_value", "p_value"):
        with refuses(InvalidInput, match=f"PairOverlap.{tail}: universe must be given"):
            getattr(PairOverlap(a=1, b=1, both=1), tail)()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"a": 2.5}, "a must be a whole number, got 2.5"),
        ({"a": 5.0}, "a must be a whole number, got 5.0"),
        ({"a": -1}, "a must be finite and at least 0, got -1"),
        ({"a": math.nan, "theta": 0.5}, "a must be finite"),
        ({"a": True}, "a must be a count, got True"),
        ({"a": 2**63}, "a must fit 64 bits"),
        ({"a": 1e300, "theta": 0.5}, "a must fit 64 bits"),
        ({"a": "5"}, "a must be a count, got '5'"),
        ({"both": 6}, r"both must be at most min\(a, b\), 5, got 6"),
        ({"universe": 9}, "universe must be at least the union, 10, got 9"),
        ({"universe": 20.0}, "universe must be a whole number"),
        ({"theta": 0}, "theta must lie above 0"),
        ({"theta": 1.5}, "theta must lie above 0"),
        ({"theta": True}, "theta must lie above 0"),
    ],
)
def test_counts_that_cannot_be_are_refused(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        PairOverlap(**{"a": 5, "b": 7, "both": 2, **fields})


@pytest.mark.parametrize("weights", [(-1, 0), (0, math.inf), (True, 0), ("1", 0)])
def test_weights_of_tversky_are_numbers_of_at_least_0(weights: Any) -> None:
    with refuses(InvalidInput, match="PairOverlap.tversky: (alpha|beta) must be a finite number of at least 0"):
        PairOverlap(a=5, b=7, both=2).tversky(*weights)


def test_unknown_words_list_the_choices() -> None:
    pair = PairOverlap(a=5, b=7, both=2, universe=20)
    with refuses(InvalidInput, match="metric must be one of a, b, both, .* Did you mean 'jaccard'?"):
        pair.estimate("jacard")
    tail: Any = "less"
    with refuses(InvalidInput, match="PairOverlap.p_value: tail must be one of more, fewer, got 'less'"):
        pair.p_value(tail=tail)
    somebody: Any = [1]
    with refuses(InvalidInput, match="overlap.overlap: b must be an Audience, got a list"):
        overlap(Audience.from_ids([1]), somebody)


def test_the_test_on_a_sketch_runs_on_what_it_kept() -> None:
    pair = PairOverlap(a=1000.0, b=500.0, both=200.0, universe=10_000, theta=0.1)
    assert close(pair.log_p_value(), PairOverlap(a=100, b=50, both=20, universe=1000).log_p_value())
    tight = PairOverlap(a=1000.0, b=1000.0, both=500.0, universe=1400, theta=0.1)
    assert tight.log_p_value(tail="fewer") <= 0


def test_a_universe_holds_the_union() -> None:
    a, b = Audience.from_ids([1, 2]), Audience.from_ids([2, 3])
    assert overlap(a, b, universe=3).expected == 4 / 3
    for universe in (2, 9.0, True):
        wrong: Any = universe
        with refuses(InvalidInput, match="overlap.overlap: universe must be a whole number from 3 to"):
            overlap(a, b, universe=wrong)
    sketches = [Audience.from_ids(range(99), k=9)] * 2
    assert overlap(*sketches, universe=5).universe == 5


def test_a_pair_comes_back_from_json() -> None:
    for pair in (PairOverlap(a=5, b=7, both=2, universe=20), PairOverlap(a=50.5, b=70.0, both=20.0, theta=0.1)):
        assert PairOverlap.model_validate_json(pair.model_dump_json()) == pair


@pytest.mark.parametrize(
    "seen",
    [
        PairOverlap(a=0, b=0, both=0).estimate("jaccard"),
        PairOverlap(a=5, b=7, both=2).estimate("jaccard"),
        Estimate(value=1.0, low=-math.inf, high=math.inf, exact=False),
    ],
)
def test_an_estimate_comes_back_from_json_where_it_is_not_defined_too(seen: Estimate) -> None:
    again = Estimate.model_validate_json(seen.model_dump_json())
    assert repr(again) == repr(seen)
    assert repr(Estimate(**seen.model_dump())) == repr(seen)


@pytest.mark.parametrize("value", [None, "Infinity", "NaN?"])
def test_an_estimate_holds_numbers(value: Any) -> None:
    with pytest.raises(ValidationError, match="value"):
        Estimate(value=value, low=0.0, high=1.0, exact=False)


EXACT = ["a", "b", "both", "union", "a_only", "b_only", "jaccard", "dice", "overlap_coefficient", "a_in_b", "b_in_a"]


def test_exact_counts_are_their_own_interval() -> None:
    pair = PairOverlap(a=5, b=7, both=2)
    for metric in EXACT:
        seen = pair.estimate(metric)
        assert seen.low == seen.value == seen.high == getattr(pair, metric)
        assert seen.exact


@pytest.mark.parametrize(("sizes", "k"), [((20_000, 20_000, 5_000), 256), ((50_000, 5_000, 2_500), 512)])
def test_intervals_of_pairs_cover_the_truth_19_times_in_20(sizes: tuple[int, int, int], k: int) -> None:
    size_a, size_b, both = sizes
    true = PairOverlap(a=size_a, b=size_b, both=both)
    a, b = np.arange(size_a), np.arange(size_a - both, size_a - both + size_b)
    seen = [overlap(*(Audience.from_ids(ids, k=k, seed=s) for ids in (a, b))) for s in range(300)]
    for metric in EXACT:
        estimates = [pair.estimate(metric) for pair in seen]
        covered = np.mean([each.low <= getattr(true, metric) <= each.high for each in estimates])
        assert 0.92 <= covered <= 0.98, metric


# --- all pairs ------------------------------------------------------------------------------------------------------


def matrix_by_sets(sets: list[set[Any]]) -> list[list[int]]:
    return [[len(a & b) for b in sets] for a in sets]


@given(lists=any_groups, k=st.none() | st.integers(2, 9))
def test_the_matrix_agrees_with_pairs_one_by_one(lists: list[list[Any]], k: int | None) -> None:
    audiences = [Audience.from_ids(ids) for ids in lists]
    matrix = overlap_matrix(audiences)
    assert matrix.counts.tolist() == matrix_by_sets([set(ids) for ids in lists])
    assert matrix.sizes.tolist() == [len(set(ids)) for ids in lists]
    sketches = overlap_matrix([Audience.from_ids(ids, k=k) for ids in lists])
    lowest = min(Audience.from_ids(ids, k=k).threshold for ids in lists)
    assert sketches.theta == lowest / 2**64


@pytest.mark.parametrize("count", [13, 20, 70, 130])
@pytest.mark.parametrize("span", [400, 2**60])
def test_many_audiences_agree_with_sets(count: int, span: int) -> None:
    rng = np.random.default_rng(count)
    pool = rng.integers(0, span, 300)
    lists = [rng.choice(pool, rng.integers(0, 200)).tolist() for _ in range(count)]
    assert overlap_matrix([Audience.from_ids(ids) for ids in lists]).counts.tolist() == matrix_by_sets(
        [set(ids) for ids in lists]
    )


@given(lists=groups(near, least=2, most=2), k=st.none() | st.integers(2, 12))
def test_every_metric_of_the_matrix_is_that_of_the_pair(lists: list[list[int]], k: int | None) -> None:
    audiences = [Audience.from_ids(ids, k=k) for ids in lists]
    matrix = overlap_matrix(audiences, universe=200)
    for i, j in ((0, 1), (1, 0)):
        pair = overlap(audiences[i], audiences[j], universe=200)
        for name in METRICS:
            expected = getattr(pair, name)
            assert matrix.metric(name)[i, j] == pytest.approx(expected, rel=1e-12, nan_ok=True), name
        assert matrix.metric("count")[i, j] == pair.both


def test_a_in_b_reads_from_row_to_column() -> None:
    matrix = overlap_matrix([Audience.from_ids(range(10)), Audience.from_ids(range(5))])
    assert matrix.metric("a_in_b").tolist() == [[1, 0.5], [1, 1]]
    assert matrix.metric("b_in_a").tolist() == [[1, 1], [0.5, 1]]


def test_products_of_the_matrix_do_not_wrap() -> None:
    n = 2**62
    matrix = OverlapMatrix(names=("a", "b"), counts=np.full((2, 2), n // 2), universe=n)
    assert matrix.metric("lift").tolist() == [[2, 2], [2, 2]]
    assert matrix.metric("phi").tolist() == [[1, 1], [1, 1]]
    with pytest.raises(ValidationError, match="universe must be at least the largest union"):
        OverlapMatrix(names=("a", "b"), counts=np.diag([n, n + 9]), universe=2**63 - 1)


def test_the_top_pairs_are_ranked_and_directed_figures_listed_both_ways() -> None:
    groups_by_name = {"tv": [1, 2, 3, 4], "app": [1, 2], "web": [9], "none": []}
    matrix = overlap_matrix({name: Audience.from_ids(ids) for name, ids in groups_by_name.items()})
    assert [tuple(row)[:4] for row in matrix.top(1).rows()] == [("tv", "app", 2, 0.5)]
    best = matrix.top(3, metric="b_in_a")
    assert [(row.a, row.b, row.value) for row in best.rows()] == [
        ("tv", "app", 1),
        ("app", "tv", 0.5),
        ("tv", "web", 0),
    ]
    assert math.isnan(matrix.top(99, metric="a_in_b").value[-1])
    assert len(overlap_matrix([Audience.from_ids([1])]).top(5)) == 0
    wrong: Any = -1
    with refuses(InvalidInput, match="OverlapMatrix.top: n must be a whole number of at least 0"):
        matrix.top(wrong)


def test_a_matrix_shows_compares_copies_and_comes_back() -> None:
    for matrix in (
        overlap_matrix([Audience.from_ids([1, 2], name="<tv>"), Audience.from_ids([2])], universe=9),
        overlap_matrix([Audience.from_ids(range(99), k=8), Audience.from_ids(range(50), k=8)]),
    ):
        again = OverlapMatrix.model_validate_json(matrix.model_dump_json())
        assert again == matrix == pickle.loads(pickle.dumps(matrix)) == copy.deepcopy(matrix)
        assert not pickle.loads(pickle.dumps(matrix)).counts.flags.writeable
        assert matrix._repr_html_().startswith("<table>")
        assert matrix != 5
        with pytest.raises(TypeError, match="unhashable"):
            hash(matrix)
    assert "&lt;tv&gt;" in overlap_matrix([Audience.from_ids([1], name="<tv>")])._repr_html_()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"counts": np.array([1])}, "counts must be an array of numbers with 2 dimensions"),
        ({"counts": np.ones((3, 3))}, r"counts must have shape \(2, 2\), got shape \(3, 3\)"),
        ({"names": ("a", "a")}, "names must be different"),
        ({"theta": 0.0}, "theta must lie above 0"),
        ({"theta": 1.5}, "theta must lie above 0"),
        ({"counts": [[3.0, 1.0], [1.0, 2.0]]}, "counts must be whole numbers where theta is 1"),
        ({"counts": [[3, 1], [0, 2]]}, "counts must be symmetric"),
        ({"counts": [[3, -1], [-1, 2]]}, "counts must be at least 0 and at most the smaller size"),
        ({"counts": [[3, 5], [5, 2]]}, "counts must be at least 0 and at most the smaller size"),
        ({"counts": [[math.inf, 1.0], [1.0, 2.0]], "theta": 0.5}, "counts must be finite"),
        ({"counts": [[math.nan, 1.0], [1.0, 2.0]], "theta": 0.5}, "counts must be finite"),
        ({"universe": 3}, "universe must be at least the largest union of two, 4"),
    ],
)
def test_a_matrix_is_checked_however_it_is_built(fields: dict[str, Any], words: str) -> None:
    whole = {"names": ("a", "b"), "counts": [[3, 1], [1, 2]], "universe": 4}
    assert OverlapMatrix(**whole).sizes.tolist() == [3, 2]
    with pytest.raises(ValidationError, match=words):
        OverlapMatrix(**{**whole, **fields})


def test_a_matrix_of_many_audiences_shows_the_first_and_says_so() -> None:
    shown = overlap_matrix([Audience.from_ids([i]) for i in range(60)])._repr_html_()
    assert shown.count("<tr>") == 21
    assert "60 audiences" in shown
    assert "audiences" not in overlap_matrix([Audience.from_ids([1])])._repr_html_()


@pytest.mark.parametrize(
    ("audiences", "kind", "words"),
    [
        ([], EmptyInput, "audiences must hold at least one audience"),
        ({}, EmptyInput, "audiences must hold at least one audience"),
        ([[1, 2]], InvalidInput, "audiences must be an Audience, got a list"),
        ("tv", InvalidInput, "audiences must be a list of audiences"),
        (Audience.from_ids([1]), InvalidInput, "audiences must be a list of audiences"),
        (
            [Audience.from_ids([1], name="tv")] * 2,
            InvalidInput,
            "audiences must have different names, got 'tv' at row 1",
        ),
        (
            [Audience.from_ids([1], name="1"), Audience.from_ids([1])],
            InvalidInput,
            "audiences must have different names",
        ),
        ({5: Audience.from_ids([1])}, InvalidInput, "audiences must have names that are text .*, got 5 at row 0"),
        ({"tv\n": Audience.from_ids([1])}, InvalidInput, "audiences must have names that are text without control"),
        ({" ": Audience.from_ids([1])}, InvalidInput, "audiences must have names that are text"),
    ],
)
def test_what_is_no_group_of_audiences_is_refused(audiences: Any, kind: Any, words: str) -> None:
    with refuses(kind, match=f"overlap.overlap_matrix: {words}"):
        overlap_matrix(audiences)


def test_a_matrix_refuses_what_it_cannot_say() -> None:
    matrix = overlap_matrix([Audience.from_ids([1, 2]), Audience.from_ids([2])])
    with refuses(InvalidInput, match="OverlapMatrix.metric: universe must be given for lift"):
        matrix.metric("lift")
    with refuses(InvalidInput, match="OverlapMatrix.metric: name must be one of count, jaccard"):
        matrix.metric("jacard")
    apart = [Audience.from_ids([1, 2]), Audience.from_ids([3])]
    for universe in (2, 3.0, True, 2**64):
        wrong: Any = universe
        with refuses(InvalidInput, match="overlap.overlap_matrix: universe must be a whole number from 3 to"):
            overlap_matrix(apart, universe=wrong)
        with refuses(InvalidInput, match="PatternTable.pairs: universe must be a whole number from 3 to"):
            patterns(apart).pairs(universe=wrong)


def test_a_share_of_nobody_in_a_sample_is_nan() -> None:
    seen = PairOverlap(a=0.0, b=500.0, both=0.0, theta=0.1).estimate("a_in_b")
    assert np.isnan([seen.value, seen.low, seen.high]).all()


def test_audiences_of_no_whole_number_at_all_share_nobody() -> None:
    nobody = [Audience.from_ids(np.array([], np.int64)) for _ in range(14)]
    assert not overlap_matrix(nobody).counts.any()
