"""Reach from sizes and pairs: every bound holds, and what cannot be is refused."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialmkt.core.errors import EmptyInput, InvalidInput
from socialmkt.overlap import OverlapMatrix, reach_bounds
from tests.overlap.groups import VECTORS, groups
from tests.refusals import refuses

SLACK = 1 + 1e-9


def pairs_of(sets: list[set[int]]) -> dict[tuple[int, int], int]:
    return {(i, j): len(sets[i] & sets[j]) for i, j in combinations(range(len(sets)), 2)}


def test_bounds_are_those_worked_by_hand() -> None:
    vector = VECTORS["reach"]
    alone = reach_bounds(vector["shares"], universe=1)
    assert alone.independent == pytest.approx(vector["independent"], rel=1e-12)
    assert [alone.low, alone.high] == pytest.approx(vector["frechet"], rel=1e-12)
    assert (alone.hunter, alone.bonferroni) == (None, None)
    known = reach_bounds(vector["shares"], {(i, j): both for i, j, both in vector["pairs"]}, universe=1)
    assert known.low == pytest.approx(vector["low"], rel=1e-12)
    assert known.high == known.hunter == pytest.approx(vector["hunter"], rel=1e-12)


@given(lists=groups(st.integers(0, 30), most=6), known=st.sets(st.integers(0, 14)), spare=st.integers(0, 5) | st.none())
def test_the_truth_lies_between_the_bounds(lists: list[list[int]], known: set[int], spare: int | None) -> None:
    sets = [set(ids) for ids in lists]
    every = pairs_of(sets)
    reach = len(set().union(*sets))
    universe = None if spare is None else reach + spare
    some = {pair: both for place, (pair, both) in enumerate(every.items()) if place in known}
    for pairs in (None, some, every):
        bounds = reach_bounds([len(s) for s in sets], pairs, universe)
        assert bounds.low <= reach * SLACK
        assert reach <= bounds.high * SLACK
        assert bounds.low <= bounds.high
        for lower in (bounds.bonferroni, bounds.dawson_sankoff, bounds.per_set, bounds.quadratic):
            assert lower is None or lower <= reach * SLACK
        if bounds.per_set is not None and bounds.dawson_sankoff is not None:
            assert bounds.dawson_sankoff <= bounds.per_set * SLACK + 1e-9
    if len(sets) == 2:
        assert bounds.low == pytest.approx(bounds.high) == pytest.approx(reach)


@given(lists=groups(st.integers(0, 30), least=2, most=5))
def test_a_matrix_is_the_same_as_a_mapping(lists: list[list[int]]) -> None:
    sets = [set(ids) for ids in lists]
    sizes, pairs = [len(s) for s in sets], pairs_of(sets)
    matrix = np.array([[len(a & b) for b in sets] for a in sets])
    assert reach_bounds(sizes, matrix) == reach_bounds(sizes, pairs) == reach_bounds(sizes, matrix.tolist())
    table = OverlapMatrix(names=tuple(map(str, range(len(sets)))), counts=matrix)
    assert reach_bounds(sizes, table) == reach_bounds(sizes, pairs=table) == reach_bounds(sizes, matrix)
    assert reach_bounds(sizes, {(j, i): both for (i, j), both in pairs.items()}) == reach_bounds(sizes, pairs)


def test_disjoint_audiences_are_known_exactly() -> None:
    bounds = reach_bounds([50, 30, 0], {(0, 1): 0, (0, 2): 0, (1, 2): 0})
    assert (bounds.low, bounds.high) == (80, 80)
    assert reach_bounds([0, 0], {(0, 1): 0}).low == 0
    assert reach_bounds([0], universe=0).independent is None
    assert reach_bounds([7]).high == 7


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        (([],), EmptyInput, "sizes must hold at least one audience"),
        (([5, -1],), InvalidInput, "sizes must be at least 0, got -1.0 at row 1"),
        (([5, 1.5],), InvalidInput, "sizes must be whole numbers, or shares with universe=1, got 1.5 at row 1"),
        (([5, math.nan],), InvalidInput, "sizes must not be null"),
        (([5, math.inf],), InvalidInput, "sizes must be finite"),
        (([5, 9], None, 8), InvalidInput, "sizes must be at most the universe, 8.0, got 9.0 at row 1"),
        (([5], None, -1), InvalidInput, "universe must be a finite number of at least 0"),
        (([5], None, True), InvalidInput, "universe must be a finite number"),
        (([5], None, 7.5), InvalidInput, "universe must be a whole number"),
        (([5, 9], {(0, 1): 6}), InvalidInput, r"pairs must be at most the smaller size, 5.0, as for \(0, 1\), got 6"),
        (([5, 9], {(0, 1): 1}, 10), InvalidInput, "pairs must be at least what the universe leaves no room for, 4.0"),
        (([5, 9], {(0, 1): -1}), InvalidInput, "pairs must hold finite numbers of at least 0"),
        (([5, 9], {(0, 1): math.nan}), InvalidInput, "pairs must hold finite numbers"),
        (([5, 9], {(0, 1): True}), InvalidInput, "pairs must hold finite numbers"),
        (([5, 9], {(0, 1): 1.5}), InvalidInput, "pairs must be whole numbers"),
        (([5, 9], {(0, 2): 1}), InvalidInput, "pairs must have two different indices below 2 as keys"),
        (([5, 9], {5: 1}), InvalidInput, "pairs must have two different indices"),
        (([5, 9], {(1, 1): 1}), InvalidInput, "pairs must hold each pair once"),
        (([5, 9], {(0, 1): 1, (1, 0): 2}), InvalidInput, "pairs must hold each pair once"),
        (([5, 9], [[5, 1], [2, 9]]), InvalidInput, "pairs must be symmetric"),
        (([5, 9], [[5.0, math.nan], [math.nan, 9.0]]), InvalidInput, "pairs must be symmetric and hold no null"),
        (([5, 9], [1]), InvalidInput, r"pairs must be a matrix of numbers of shape \(2, 2\)"),
        (([5, 9], [[5, 1], [1]]), InvalidInput, "pairs must be a matrix, got rows of several lengths"),
        (([5, 9], [["a", "b"], ["c", "d"]]), InvalidInput, "pairs must be a matrix of numbers"),
    ],
)
def test_reports_that_cannot_be_are_refused(arguments: Any, kind: Any, words: str) -> None:
    with refuses(kind, match=f"overlap.reach_bounds: {words}"):
        reach_bounds(*arguments)


def test_shares_may_touch_their_limits_within_rounding() -> None:
    assert reach_bounds([0.7, 0.5], {(0, 1): 0.2}, universe=1).low == pytest.approx(1)
    assert reach_bounds([0.1 + 0.2, 0.4], {(0, 1): 0.3}, universe=1).high == pytest.approx(0.4)
