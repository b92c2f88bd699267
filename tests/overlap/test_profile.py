"""Profiles: how alike they are, which levels stand out, and tables fitted to margins."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core.errors import EmptyInput, Infeasible, InvalidInput
from socialmkt.overlap import (
    Profile,
    ProfileOverlap,
    Raked,
    TargetIndex,
    effective_sample,
    joint_profile,
    marginal_overlap,
    profile_overlap,
    rake,
    tgi,
)
from socialmkt.overlap._target_index import false_discovery
from tests.overlap.groups import VECTORS
from tests.refusals import refuses

TGI = VECTORS["tgi"]


def profile(shares: list[float], **fields: Any) -> Profile:
    return Profile(cells={str(i): share for i, share in enumerate(shares)}, **fields)


def shares(k: int) -> st.SearchStrategy[list[float]]:
    weights = st.lists(st.integers(0, 50), min_size=k, max_size=k).filter(any)
    return weights.map(lambda w: [each / sum(w) for each in w])


two = st.integers(1, 6).flatmap(lambda k: st.tuples(shares(k), shares(k)))


# --- profiles -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", VECTORS["profiles"], ids=lambda v: str(v["p"]))
def test_the_figures_of_two_profiles_are_those_worked_by_hand(vector: dict[str, Any]) -> None:
    seen = profile_overlap(profile(vector["p"], ordered=True), profile(vector["q"], ordered=True))
    for name in vector.keys() - {"p", "q"}:
        expected, rel = float(vector[name]), 1e-10 if name == "kl" else 1e-12
        assert getattr(seen, name) == pytest.approx(expected, rel=rel, abs=1e-15), name
    assert seen.tv == pytest.approx(1 - seen.ovl, abs=1e-12)


@given(pair=two)
def test_the_measures_keep_their_inequalities(pair: tuple[list[float], list[float]]) -> None:
    p, q = (profile(each, ordered=True) for each in pair)
    seen, back = profile_overlap(p, q), profile_overlap(q, p)
    assert seen.ovl == pytest.approx(1 - seen.tv, abs=1e-12)
    assert -1e-12 <= 1 - seen.bc <= seen.tv + 1e-12
    assert seen.tv <= math.sqrt(2 * (1 - seen.bc)) + 1e-7
    assert seen.hellinger == math.sqrt(1 - seen.bc)
    assert 0 <= seen.jsd <= 1 + 1e-12
    assert (seen.jsd, seen.bc, seen.emd) == pytest.approx((back.jsd, back.bc, back.emd), abs=1e-12)
    assert 0 <= seen.cosine <= 1 + 1e-12
    assert seen.kl >= 0


def test_an_infinite_divergence_comes_back_from_json() -> None:
    seen = profile_overlap(profile([1, 0]), profile([0, 1]))
    assert seen.kl == math.inf
    assert ProfileOverlap.model_validate_json(seen.model_dump_json()) == seen


def test_rounded_shares_keep_the_laws() -> None:
    thirds = profile([0.333333] * 3, ordered=True)
    itself = profile_overlap(thirds, thirds)
    assert (itself.ovl, itself.bc, itself.hellinger, itself.tv) == pytest.approx((1, 1, 0, 0), abs=1e-7)
    seen = profile_overlap(thirds, profile([0.5, 0.3, 0.2000009], ordered=True))
    assert seen.ovl == pytest.approx(1 - seen.tv, abs=1e-12)
    margins = {name: {"x": 0.3333333, "y": 0.3333333, "z": 0.3333331} for name in "abcdefgh"}
    assert math.fsum(joint_profile(margins).cells.values()) == pytest.approx(1, abs=1e-12)
    assert marginal_overlap(margins, margins).bc_independent == pytest.approx(1, abs=1e-12)


def test_many_cells_are_compared_in_one_pass() -> None:
    many = profile([1 / 50_000] * 50_000)
    assert profile_overlap(many, many).ovl == pytest.approx(1)


@given(each=shares(4))
def test_a_profile_is_like_itself(each: list[float]) -> None:
    seen = profile_overlap(profile(each, ordered=True), profile(each, ordered=True))
    assert (seen.tv, seen.kl, seen.jsd, seen.emd) == (0, 0, 0, 0)
    assert seen.bc == pytest.approx(1, abs=1e-12)


def test_distance_counts_only_where_both_are_ordered() -> None:
    p, q = profile([1, 0], ordered=True), profile([0, 1])
    assert profile_overlap(p, q).emd is None
    turned = Profile(cells={"1": 1, "0": 0})
    assert profile_overlap(q, turned).ovl == 1
    with refuses(InvalidInput, match="overlap.profile_overlap: q must have its levels in the same order, got 1, 0"):
        profile_overlap(p, turned)


def test_the_interval_of_bc_needs_a_sample() -> None:
    p, q = profile([0.5, 0.5]), profile([0.25, 0.75], sample=100)
    assert profile_overlap(p, p).bc_interval is None
    seen = profile_overlap(p, q)
    half = 1.959963984540054 * math.sqrt((1 - seen.bc**2) / 4 / 100)
    assert seen.bc_interval == pytest.approx((seen.bc - half, min(1, seen.bc + half)), rel=1e-12)
    narrow = profile_overlap(p, q, confidence=0.5).bc_interval
    assert narrow is not None
    assert narrow[0] > seen.bc - half
    both = profile_overlap(profile([0.5, 0.5], sample=100), q)
    assert both.bc_interval is not None
    assert both.bc_interval[0] < seen.bc - half


def test_intervals_of_bc_cover_the_truth_19_times_in_20() -> None:
    p, q = np.array([0.36, 0.48, 0.16]), np.array([0.10, 0.40, 0.50])
    truth = profile_overlap(profile(p.tolist()), profile(q.tolist())).bc
    covered = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        seen = [
            Profile.from_counts({str(i): int(n) for i, n in enumerate(rng.multinomial(800, each))}) for each in (p, q)
        ]
        interval = profile_overlap(*seen).bc_interval
        assert interval is not None
        covered += interval[0] <= truth <= interval[1]
    assert 0.92 <= covered / 300 <= 0.98


def test_counts_make_a_profile_with_a_sample() -> None:
    seen = Profile.from_counts({"a": 3, "b": 1}, users=40, ordered=True)
    assert (seen.cells, seen.sample, seen.users, seen.ordered, seen.basis) == (
        {"a": 0.75, "b": 0.25},
        4,
        40,
        True,
        "joint",
    )
    assert Profile.model_validate_json(seen.model_dump_json()) == seen
    assert hash(seen) == hash(Profile.from_counts({"a": 3, "b": 1}, users=40, ordered=True))


def test_weights_cost_sample() -> None:
    assert effective_sample([1, 1, 2, 4]) == pytest.approx(64 / 22, rel=1e-12)
    assert effective_sample([3, 3, 3]) == pytest.approx(3)
    assert effective_sample([1e-200, 1e-200]) == pytest.approx(2)
    with refuses(InvalidInput, match="overlap.effective_sample: weights must be at least 0, got -1.0 at row 1"):
        effective_sample([1, -1])
    for nothing in ([], [0, 0]):
        with refuses(EmptyInput, match="overlap.effective_sample: weights must hold one above 0"):
            effective_sample(nothing)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"cells": {"a": 0.5, "b": 0.6}}, "cells must sum to 1, got 1.1"),
        ({"cells": {"a": -0.5, "b": 1.5}}, "cells must be a finite number of at least 0, got -0.5"),
        ({"cells": {"a": math.nan}}, "cells must be a finite number"),
        ({"cells": {"a": True}}, "cells must be a finite number"),
        ({"cells": {}}, "cells must hold at least one level"),
        ({"cells": [1.0]}, "cells must be a mapping by level"),
        ({"cells": {5: 1.0}}, "cells must have levels that are text, got 5"),
        ({"cells": {"": 1.0}}, "cells must have levels that are text"),
        ({"sample": 0}, "sample must be a finite number above 0"),
        ({"users": -1}, "users must be at least 0"),
        ({"users": 2.5}, "users must be a whole number"),
        ({"basis": "guessed"}, "basis"),
    ],
)
def test_profiles_that_cannot_be_are_refused(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Profile(**{"cells": {"a": 1}, **fields})


@pytest.mark.parametrize(
    ("counts", "kind", "words"),
    [
        ({"a": 1.5}, InvalidInput, "counts must be a whole number"),
        ({"a": -1}, InvalidInput, "counts must be a whole number"),
        ({"a": 0}, EmptyInput, "counts must count at least one person"),
        ({}, EmptyInput, "counts must hold at least one level"),
        ([1], InvalidInput, "counts must be a mapping by level, got a list"),
    ],
)
def test_counts_of_nobody_make_no_profile(counts: Any, kind: Any, words: str) -> None:
    with refuses(kind, match=f"Profile.from_counts: {words}"):
        Profile.from_counts(counts)


def test_only_profiles_of_the_same_cells_compare() -> None:
    other: Any = {"a": 1}
    with refuses(InvalidInput, match="overlap.profile_overlap: q must be a Profile, got a dict"):
        profile_overlap(profile([1]), other)
    with refuses(InvalidInput, match="overlap.profile_overlap: q must have the levels 0, got '1'"):
        profile_overlap(profile([1]), profile([0.5, 0.5]))
    with refuses(InvalidInput, match="overlap.profile_overlap: q must have the levels 0, 1, got '1'"):
        profile_overlap(profile([0.5, 0.5]), profile([1]))


# --- margins --------------------------------------------------------------------------------------------------------

MARGINS = {"age": {"young": 0.4, "old": 0.6}, "city": {"big": 0.5, "small": 0.5}}


def test_a_joint_profile_of_margins_is_their_product() -> None:
    seen = joint_profile(MARGINS, users=70, sample=9)
    assert seen.cells == pytest.approx({"young|big": 0.2, "young|small": 0.2, "old|big": 0.3, "old|small": 0.3})
    assert (seen.basis, seen.users, seen.sample) == ("independent", 70, 9)
    assert joint_profile({"age": {"all": 1}}).cells == {"all": 1}


def test_a_joint_profile_with_a_reference_has_the_margins_and_its_pattern() -> None:
    reference = Profile(cells={"young|big": 0.4, "young|small": 0.1, "old|big": 0.1, "old|small": 0.4})
    seen = joint_profile(MARGINS, reference=reference)
    cells = seen.cells
    assert seen.basis == "raked"
    assert cells["young|big"] + cells["young|small"] == pytest.approx(0.4, abs=1e-9)
    assert cells["young|big"] + cells["old|big"] == pytest.approx(0.5, abs=1e-9)
    odds = cells["young|big"] * cells["old|small"] / cells["young|small"] / cells["old|big"]
    assert odds == pytest.approx(16, rel=1e-6)
    assert profile_overlap(reference, seen).basis == "raked"
    assert profile_overlap(seen, joint_profile(MARGINS)).basis == "independent"


def test_three_attributes_can_be_raked() -> None:
    margins = {**MARGINS, "sex": {"f": 0.3, "m": 0.7}}
    reference = joint_profile({name: dict.fromkeys(levels, 0.5) for name, levels in margins.items()})
    assert joint_profile(margins, reference=reference).cells == pytest.approx(dict(joint_profile(margins).cells))


@pytest.mark.parametrize(
    ("margins", "reference", "kind", "words"),
    [
        ({}, None, EmptyInput, "margins must hold at least one attribute"),
        ([1], None, InvalidInput, "margins must be a mapping of attributes"),
        ({"age": {"young": 0.4}}, None, InvalidInput, r"margins\['age'\] must sum to 1"),
        ({"age": {"a|b": 1.0}}, None, InvalidInput, 'margins must have levels without "|"'),
        (MARGINS, 5, InvalidInput, "reference must be a Profile"),
        (MARGINS, profile([1]), InvalidInput, "reference must have the levels young|big"),
        ({str(i): {str(j): 0.1 for j in range(10)} for i in range(7)}, None, Infeasible, "margins must make at most"),
    ],
)
def test_margins_that_cannot_be_are_refused(margins: Any, reference: Any, kind: Any, words: str) -> None:
    with refuses(kind, match="overlap.joint_profile: " + words.replace("|", r"\|")):
        joint_profile(margins, reference=reference)


def test_a_reference_that_rules_a_margin_out_is_infeasible() -> None:
    reference = Profile(cells={"young|big": 0.0, "young|small": 0.0, "old|big": 0.5, "old|small": 0.5})
    with refuses(Infeasible, match="overlap.joint_profile: reference must have a number above 0"):
        joint_profile(MARGINS, reference=reference)


def test_equal_margins_can_hide_that_nobody_is_shared() -> None:
    p = {"age": {"young": 0.5, "old": 0.5}, "city": {"big": 0.5, "small": 0.5}}
    bounds = marginal_overlap(p, p)
    assert (bounds.ovl_high, bounds.bc_high, bounds.bc_independent) == pytest.approx((1, 1, 1))
    joint = profile_overlap(profile([0.5, 0, 0, 0.5]), profile([0, 0.5, 0.5, 0]))
    assert (joint.ovl, joint.bc) == (0, 0)


@given(pair=st.tuples(shares(6), shares(6)))
def test_margins_overstate_what_is_shared(pair: tuple[list[float], list[float]]) -> None:
    tables = [np.array(each).reshape(2, 3) for each in pair]
    margins = [
        {
            "row": {str(i): float(v) for i, v in enumerate(table.sum(axis=1))},
            "column": {str(i): float(v) for i, v in enumerate(table.sum(axis=0))},
        }
        for table in tables
    ]
    bounds = marginal_overlap(*margins)
    joint = profile_overlap(*(profile(each) for each in pair))
    assert joint.ovl <= bounds.ovl_high + 1e-12
    assert joint.bc <= bounds.bc_high + 1e-12


@pytest.mark.parametrize(
    ("p", "q", "kind", "words"),
    [
        ({}, {}, EmptyInput, "p must hold at least one attribute"),
        (5, {}, InvalidInput, "p must be a mapping"),
        (MARGINS, 5, InvalidInput, "q must be a mapping"),
        (MARGINS, {"age": MARGINS["age"]}, InvalidInput, "q must have the levels age, city, got 'city'"),
        (
            MARGINS,
            {**MARGINS, "age": {"all": 1}},
            InvalidInput,
            r"q\['age'\] must have the levels young, old, got 'all'",
        ),
        (MARGINS, {**MARGINS, "age": {"all": 2}}, InvalidInput, r"q\['age'\] must sum to 1"),
    ],
)
def test_margins_that_do_not_align_are_refused(p: Any, q: Any, kind: Any, words: str) -> None:
    with refuses(kind, match=f"overlap.marginal_overlap: {words}"):
        marginal_overlap(p, q)


# --- target-group index ---------------------------------------------------------------------------------------------


def index_of(target: list[int], base: list[int], **options: Any) -> TargetIndex:
    return tgi({str(i): n for i, n in enumerate(target)}, {str(i): n for i, n in enumerate(base)}, **options)


def test_the_index_of_a_level_is_that_worked_by_hand() -> None:
    first = next(index_of(TGI["target"], TGI["base"]).rows())
    for name, expected in TGI["first"].items():
        assert getattr(first, name) == pytest.approx(expected, rel=1e-12), name
    assert index_of([89, 911], [66, 934]).tgi[0] == pytest.approx(134.8484848, abs=1e-7)


def test_false_discoveries_are_controlled_as_in_the_textbook() -> None:
    p = np.array(TGI["p"])
    order = np.random.default_rng(1).permutation(len(p))
    q = false_discovery(p[order])
    assert q[np.argsort(order)][:6].tolist() == pytest.approx(TGI["q"], rel=1e-12)
    assert (q >= p[order]).all()
    assert np.isnan(false_discovery(np.array([0.5, math.nan]))).tolist() == [False, True]


counts = st.integers(1, 5).flatmap(
    lambda k: st.tuples(
        st.lists(st.integers(0, 60), min_size=k, max_size=k).filter(any),
        st.lists(st.integers(1, 99), min_size=k, max_size=k),
    )
)


@given(pair=counts, prior=st.sampled_from([0, 5, 50.5]), nested=st.booleans())
def test_indices_weighted_by_the_base_average_to_100(
    pair: tuple[list[int], list[int]], prior: float, *, nested: bool
) -> None:
    target, base = pair
    if nested:
        base = [t + b for t, b in zip(target, base, strict=True)]
    seen = index_of(target, base, prior=prior, nested=nested)
    assert (seen.tgi * np.array(base) / sum(base)).sum() == pytest.approx(100, rel=1e-12)
    assert (seen.low <= seen.tgi + 1e-9).all()
    assert (seen.tgi <= seen.high + 1e-9).all()
    assert (seen.small == (sum(target) * np.array(base) / sum(base) < 5)).all()


def test_a_prior_draws_small_groups_towards_100_and_leaves_the_test_alone() -> None:
    plain, drawn = index_of([3, 1], [10, 90]), index_of([3, 1], [10, 90], prior=20)
    assert 100 < drawn.tgi[0] < plain.tgi[0]
    assert (plain.z == drawn.z).all()
    assert drawn.low[0] > 0


def test_nobody_in_a_level_has_an_upper_limit_and_no_base_has_none() -> None:
    seen = index_of([0, 40, 2, 0], [50, 50, 0, 0])
    assert seen.tgi.tolist()[:2] == pytest.approx([0, 4000 / 42 * 2], rel=1e-12)
    assert (seen.low[0], seen.high[0]) == pytest.approx((0, 200 * (1 - 0.025 ** (1 / 42))), rel=1e-12)
    assert seen.tgi[2] == math.inf
    assert np.isnan(seen.tgi[3])
    assert np.isnan([*seen.low[2:], *seen.high[2:]]).all()
    assert np.isnan(seen.z[3])
    assert np.isnan(seen.q[3])
    assert seen.df == 2


def test_a_nested_base_is_tested_against_the_rest() -> None:
    nested, apart = index_of([30, 70], [60, 240], nested=True), index_of([30, 70], [30, 170])
    assert nested.z.tolist() == apart.z.tolist()
    assert nested.chi2 == apart.chi2
    assert nested.tgi[0] == pytest.approx(150)
    x, big, x0, a, p0 = 30, 60, 30, 0.3, 0.15
    se = math.sqrt(x * (1 - a) * (1 / x - 1 / big) ** 2 + x0 * (1 - p0) / big**2)
    assert nested.high[0] == pytest.approx(150 * math.exp(1.959963984540054 * se), rel=1e-12)
    whole = index_of([30, 70], [30, 70], nested=True)
    assert whole.tgi.tolist() == [100, 100]
    assert np.isnan(whole.z).all()
    assert math.isnan(whole.chi2)


def test_all_levels_at_once() -> None:
    seen = index_of([30, 70], [30, 170])
    assert seen.chi2 == pytest.approx(float(seen.z[0]) ** 2, rel=1e-12)
    assert seen.chi2_p == pytest.approx(float(seen.p[0]), rel=1e-9)
    assert seen.cramers_v == pytest.approx(math.sqrt(seen.chi2 / 300))
    alone = index_of([30], [30])
    assert math.isnan(alone.chi2_p)
    assert alone.df == 0
    for index in (seen, alone):
        assert TargetIndex.model_validate_json(index.model_dump_json()) == index
    assert "chi2" in seen._repr_html_()


def test_intervals_of_the_index_cover_the_truth_19_times_in_20() -> None:
    rng = np.random.default_rng(5)
    target, base = rng.binomial(400, 0.3, 300), rng.binomial(1000, 0.2, 300)
    seen = [index_of([int(x), int(400 - x)], [int(b), int(1000 - b)]) for x, b in zip(target, base, strict=True)]
    assert 0.92 <= np.mean([each.low[0] <= 150 <= each.high[0] for each in seen]) <= 0.98


def test_nested_intervals_cover_the_truth_19_times_in_20() -> None:
    rng = np.random.default_rng(6)
    hits = []
    for _ in range(300):
        x, rest = int(rng.binomial(400, 0.3)), int(rng.binomial(600, 0.1))
        seen = index_of([x, 400 - x], [x + rest, 1000 - x - rest], nested=True)
        hits.append(seen.low[0] <= 100 * 0.3 / 0.18 <= seen.high[0])
    assert 0.92 <= np.mean(hits) <= 0.98


@pytest.mark.parametrize(
    ("target", "base", "options", "kind", "words"),
    [
        ({"a": 1}, {"b": 1}, {}, InvalidInput, "base_counts must have the levels a, got 'b'"),
        ({"a": -1}, {"a": 1}, {}, InvalidInput, "target_counts must be a whole number"),
        ({"a": 1}, {"a": 1.5}, {}, InvalidInput, "base_counts must be a whole number"),
        ({"a": 0}, {"a": 1}, {}, EmptyInput, "target_counts must count at least one person"),
        ({"a": 1}, {"a": 0}, {}, EmptyInput, "base_counts must count at least one person"),
        ({"a": 5}, {"a": 3}, {"nested": True}, InvalidInput, "base_counts must be at least those of the target, 5"),
        ({"a": 5}, {"a": 3}, {"prior": -1}, InvalidInput, "prior must be a finite number of at least 0"),
        ({"a": 5}, {"a": 3}, {"confidence": 1}, InvalidInput, "confidence must lie strictly between 0 and 1"),
        ([5], [3], {}, InvalidInput, "target_counts must be a mapping by level"),
    ],
)
def test_counts_that_cannot_be_indexed_are_refused(target: Any, base: Any, options: Any, kind: Any, words: str) -> None:
    with refuses(kind, match=f"overlap.tgi: {words}"):
        tgi(target, base, **options)


# --- raking ---------------------------------------------------------------------------------------------------------


@given(
    seed=st.lists(st.lists(st.integers(1, 9), min_size=3, max_size=3), min_size=2, max_size=2),
    rows=st.tuples(st.integers(1, 50), st.integers(1, 50)),
    split=st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9)),
)
def test_a_raked_table_has_its_totals_and_the_pattern_of_its_seed(seed: Any, rows: Any, split: Any) -> None:
    columns = [sum(rows) * part / sum(split) for part in split]
    found = rake(seed, rows, columns)
    assert found.table.sum(axis=1) == pytest.approx(list(rows), rel=1e-8)
    assert found.table.sum(axis=0) == pytest.approx(columns, rel=1e-8)
    before = np.array(seed, dtype=float)
    odds = [t[0, 0] * t[1, 1] / t[0, 1] / t[1, 0] for t in (before, found.table)]
    assert odds[1] == pytest.approx(odds[0], rel=1e-6)
    assert found.error <= 1e-10


def test_totals_that_differ_by_their_rounding_alone_are_met() -> None:
    found = rake([[1, 3], [2, 1]], [0.4, 0.6], [0.5, 0.5 + 9e-10])
    assert found.table.sum(axis=1) == pytest.approx([0.4, 0.6], abs=1e-9)
    assert found.table.sum(axis=0) == pytest.approx([0.5, 0.5], abs=1e-8)


def test_zeros_stay_and_nothing_gives_nothing() -> None:
    assert rake([[0, 1], [1, 1]], [1, 2], [1, 2]).table[0, 0] == 0
    nothing = rake([[1, 1]], [0], [0, 0])
    assert (nothing.table.tolist(), nothing.iterations) == ([[0, 0]], 0)
    assert Raked.model_validate_json(nothing.model_dump_json()) == nothing
    assert rake([[1, 0], [1, 0]], [1, 2], [3, 0]).table.tolist() == [[1, 0], [2, 0]]


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        (([[1, 1]], [3], [1, 1]), InvalidInput, "columns must add up to the same as the rows, 3.0, got 2.0"),
        (([[1, 1]], [-3], [1, 1]), InvalidInput, "rows must be at least 0, got -3.0 at row 0"),
        (([[1, math.nan]], [2], [1, 1]), InvalidInput, "seed must be finite and at least 0"),
        (([[1, -1]], [2], [1, 1]), InvalidInput, "seed must be finite and at least 0"),
        (([[1, 1, 1]], [2], [1, 1]), InvalidInput, r"seed must be a matrix of numbers of shape \(1, 2\)"),
        (([[1], [1, 2]], [1, 1], [1, 1]), InvalidInput, "seed must be a matrix"),
        (([["a", "b"]], [2], [1, 1]), InvalidInput, "seed must be a matrix of numbers"),
        (([[0, 0], [1, 1]], [1, 1], [1, 1]), Infeasible, "seed must have a number above 0 where there is a total"),
        (([[1, 0], [0, 1]], [1, 2], [2, 1]), Infeasible, "seed must converge within 1,000 iterations"),
    ],
)
def test_totals_that_cannot_be_reached_are_refused(arguments: Any, kind: Any, words: str) -> None:
    with refuses(kind, match=f"overlap.rake: {words}"):
        rake(*arguments)


@pytest.mark.parametrize(
    "options", [{"tolerance": 0}, {"tolerance": True}, {"max_iterations": 0}, {"max_iterations": 1.5}]
)
def test_limits_of_raking_are_refused_by_name(options: Any) -> None:
    with refuses(InvalidInput, match=f"overlap.rake: {next(iter(options))} must be a"):
        rake([[1]], [1], [1], **options)


@pytest.mark.parametrize("users", ["100", -1, 2.5, True, 2**63])
def test_users_of_a_built_profile_are_refused_by_name_of_the_function(users: Any) -> None:
    with refuses(InvalidInput, match="Profile.from_counts: users must be a whole number of at least 0"):
        Profile.from_counts({"young": 3}, users=users)
    with refuses(InvalidInput, match="overlap.joint_profile: users must be a whole number of at least 0"):
        joint_profile({"age": {"young": 1.0}}, users=users)


def test_a_sample_of_a_built_profile_is_a_number_above_0() -> None:
    with refuses(InvalidInput, match="overlap.joint_profile: sample must be a finite number above 0, got 0"):
        joint_profile({"age": {"young": 1.0}}, sample=0)
