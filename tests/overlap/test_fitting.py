"""The fit of platforms: each figure as worked by hand, and a ranking that says how steady it is."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core.errors import EmptyInput, InvalidInput
from socialmkt.overlap import FitRanking, Platform, Profile, TargetGroup, fit, joint_profile
from tests.overlap.groups import VECTORS
from tests.refusals import refuses

FIT = VECTORS["fit"]
EVERYBODY = Profile(cells=FIT["population"], users=FIT["users"])
TARGET = TargetGroup(population=EVERYBODY, propensity=FIT["propensity"])


def platform(name: str, young: float, users: int | None = 300_000, cpm: int | None = None, **fields: Any) -> Platform:
    return Platform(
        name=name, profile=Profile(cells={"young": young, "old": 1 - young}, users=users, **fields), cpm=cpm
    )


def known(name: str) -> Platform:
    vector = FIT["platforms"][name]
    return Platform(name=name, profile=Profile(cells=vector["cells"], users=vector["users"]), cpm=vector["cpm"])


def test_the_fit_of_two_platforms_is_that_worked_by_hand() -> None:
    ranking = fit([known("A"), known("B")], TARGET)
    assert ranking.platform.tolist() == ["B", "A"]
    assert ranking.pareto.tolist() == [True, True]
    for row in ranking.rows():
        vector = FIT["platforms"][row.platform]
        for name in ("share", "match", "affinity", "coverage", "score"):
            assert getattr(row, name) == pytest.approx(vector[name], rel=1e-10), name
        assert row.matched == pytest.approx(vector["users"] * vector["share"])
        assert row.tgi == pytest.approx(100 * vector["share"] / 0.07)
        assert row.cost_per_matched == pytest.approx(vector["cpm"] / vector["share"])
        assert row.jaccard == pytest.approx(row.matched / (vector["users"] + 70_000 - row.matched))
        assert math.isnan(row.low)
        assert math.isnan(row.first)
    assert TARGET.users == pytest.approx(70_000)
    assert FitRanking.model_validate_json(ranking.model_dump_json()) == ranking


@given(young=st.floats(0, 1), w=st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)).filter(any))
def test_the_score_is_the_exponential_of_its_parts(young: float, w: tuple[int, int, int]) -> None:
    weights = [each / sum(w) for each in w]
    ranking = fit([platform("x", young)], TARGET, weights=weights)
    parts = ranking.explain("x")
    assert 100 * math.exp(parts.log_contribution.sum()) == pytest.approx(ranking.score[0], rel=1e-12)
    assert parts.component.tolist() == ["match", "affinity", "coverage"]
    assert parts.weight.tolist() == pytest.approx(weights)


def test_a_component_of_zero_weight_does_not_count_even_at_zero() -> None:
    target = TargetGroup(population=EVERYBODY, propensity={"young": 0.1, "old": 0})
    none = platform("none", 0.0)
    assert fit([none], target).score.tolist() == [0]
    free = fit([none], target, weights=(0, 0, 1))
    assert free.score.tolist() == [0]
    assert free.explain("none").log_contribution.tolist() == [0, 0, -math.inf]
    assert fit([platform("all", 1.0)], target, weights=(0, 1, 0)).score[0] == pytest.approx(100 * 0.1 / 0.14)


def test_platforms_that_another_beats_in_all_are_not_on_the_front() -> None:
    best, worse = platform("best", 0.6, 300_000, 900), platform("worse", 0.1, 100_000, 900)
    assert fit([best, worse], TARGET).pareto.tolist() == [True, False]
    cheap = platform("cheap", 0.1, 100_000, 1)
    assert fit([best, cheap], TARGET).pareto.tolist() == [True, True]
    unpriced = fit([best, platform("unpriced", 0.1, 100_000)], TARGET)
    assert unpriced.pareto.tolist() == [True, False]
    assert np.isnan(unpriced.cost_per_matched[1])
    young = TargetGroup(population=EVERYBODY, propensity={"young": 0.1, "old": 0})
    nobody = fit([best, platform("cheap", 0.59, 300_000, 1), platform("nobody", 0.0, 9, 0)], young)
    assert nobody.pareto.tolist() == [True, True, False]
    assert nobody.cost_per_matched[2] == math.inf
    twins = [platform("one", 0.5), platform("two", 0.5)]
    assert fit(twins, TARGET).pareto.tolist() == [True, True]
    assert fit(twins[::-1], TARGET).platform.tolist() == ["two", "one"]


def test_more_matched_people_than_there_are_is_a_conflict() -> None:
    seen = fit([platform("huge", 0.6, 5_000_000), platform("fair", 0.4, 1_000_000)], TARGET)
    assert dict(zip(seen.platform.tolist(), seen.conflict.tolist(), strict=True)) == {"huge": True, "fair": False}
    assert seen.coverage.max() == 1


def test_draws_say_how_steady_the_ranking_is() -> None:
    platforms = [platform("sampled", 0.7, 300_000, sample=200), platform("census", 0.4, 900_000)]
    seen = fit(platforms, TARGET, draws=2000, rng=np.random.default_rng(4))
    row = {each.platform: each for each in seen.rows()}
    assert row["sampled"].low < row["sampled"].score < row["sampled"].high
    assert math.isnan(row["census"].low)
    assert row["sampled"].first + row["census"].first == pytest.approx(1)
    assert 0 < row["sampled"].first < 1
    assert seen == fit(platforms, TARGET, draws=2000, rng=np.random.default_rng(4))
    assert seen.draws == 2000


def test_the_ranking_stands_on_its_weakest_profile() -> None:
    margins = {"age": {"young": 0.4, "old": 0.6}}
    assert fit([platform("x", 0.4)], TARGET).basis == "joint"
    guessed = joint_profile(margins, users=5)
    assert fit([platform("x", 0.4), Platform(name="y", profile=guessed)], TARGET).basis == "independent"


@given(young=st.integers(1, 9), users=st.integers(1, 400_000))
def test_a_target_comes_back_from_its_profile(young: int, users: int) -> None:
    profile = Profile(cells={"young": young / 10, "old": 1 - young / 10})
    if users * young / 10 > 400_000 or users * (1 - young / 10) > 600_000:
        return
    target = TargetGroup.from_profile(profile, population=EVERYBODY, users=users)
    assert target.users == pytest.approx(users)
    assert dict(target.profile.cells) == pytest.approx(dict(profile.cells))


def test_a_cell_that_nobody_is_in_has_no_target() -> None:
    population = Profile(cells={"a": 1.0, "b": 0.0}, users=10)
    target = TargetGroup.from_profile(Profile(cells={"a": 1.0, "b": 0.0}), population=population, users=10)
    assert target.propensity == {"a": 1, "b": 0}
    assert TargetGroup.model_validate_json(target.model_dump_json()) == target


@pytest.mark.parametrize(
    ("profile", "population", "users", "words"),
    [
        (5, EVERYBODY, 10, "profile must be a Profile"),
        (EVERYBODY, 5, 10, "population must be a Profile"),
        (EVERYBODY, Profile(cells=FIT["population"]), 10, "population must have users, got None"),
        (Profile(cells={"x": 1}), EVERYBODY, 10, "profile must have the levels young, old"),
        (EVERYBODY, EVERYBODY, 0, "users must be a finite number above 0"),
        (EVERYBODY, EVERYBODY, 2_000_000, "users must leave at most the 400,000 people of 'young' in the target"),
    ],
)
def test_targets_larger_than_the_population_are_refused(profile: Any, population: Any, users: Any, words: str) -> None:
    with refuses(InvalidInput, match=f"TargetGroup.from_profile: {words}"):
        TargetGroup.from_profile(profile, population=population, users=users)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"population": Profile(cells=FIT["population"])}, "population must have users"),
        ({"propensity": {"young": 1.5, "old": 0}}, "propensity must be at most 1, as for 'young', got 1.5"),
        ({"propensity": {"young": -0.5, "old": 0}}, "propensity must be a finite number of at least 0"),
        ({"propensity": {"young": math.nan, "old": 0}}, "propensity must be a finite number"),
        ({"propensity": {"young": 0.5}}, "propensity must have the levels young, old, got 'old'"),
        ({"propensity": {"young": 0, "old": 0}}, "propensity must be above 0 for somebody"),
        ({"propensity": []}, "propensity must be a mapping by cell"),
    ],
)
def test_targets_that_cannot_be_are_refused(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        TargetGroup(**{"population": EVERYBODY, "propensity": FIT["propensity"], **fields})


@pytest.mark.parametrize("cpm", [-1, 2.5, True])
def test_prices_are_minor_units(cpm: Any) -> None:
    with pytest.raises(ValidationError, match="cpm must be"):
        platform("x", 0.5, cpm=cpm)


X = platform("x", 0.5)


@pytest.mark.parametrize(
    ("platforms", "options", "kind", "words"),
    [
        ([], {}, EmptyInput, "platforms must hold at least one platform"),
        (X, {}, InvalidInput, "platforms must be a list of platforms, got a Platform"),
        ([5], {}, InvalidInput, "platforms must hold platforms, got a int"),
        ([X, X], {}, InvalidInput, "platforms must have different names, got 'x'"),
        ([platform("x", 0.5, None)], {}, InvalidInput, "platforms must have users, as 'x', got None"),
        ([platform("x", 0.5, 0)], {}, InvalidInput, "platforms must have users, as 'x', got 0"),
        (
            [Platform(name="x", profile=Profile(cells={"a": 1}, users=5))],
            {},
            InvalidInput,
            "platforms must have the levels young, old, got 'a'",
        ),
        ([X], {"weights": (0.5, 0.5)}, InvalidInput, "weights must be three numbers"),
        ([X], {"weights": (0.5, 0.5, 0.5)}, InvalidInput, "weights must be three numbers .* got 1.5"),
        ([X], {"weights": (1.5, -0.5, 0)}, InvalidInput, "weights must be a finite number of at least 0"),
        ([X], {"draws": -1}, InvalidInput, "draws must be a whole number"),
        ([X], {"draws": True}, InvalidInput, "draws must be a whole number"),
        ([X], {"draws": 5}, InvalidInput, "rng must be a numpy Generator where there are draws, got None"),
    ],
)
def test_what_cannot_be_ranked_is_refused(platforms: Any, options: Any, kind: Any, words: str) -> None:
    with refuses(kind, match=f"overlap.fit: {words}"):
        fit(platforms, TARGET, **options)


def test_the_target_is_a_target_group_and_explained_platforms_are_ranked_ones() -> None:
    target: Any = EVERYBODY
    with refuses(InvalidInput, match="overlap.fit: target must be a TargetGroup, got a Profile"):
        fit([X], target)
    with refuses(InvalidInput, match="FitRanking.explain: platform must be one of x, got 'y'"):
        fit([X], TARGET).explain("y")
