"""The kernel of patterns: the walk over keys, sums over subsets, and the search for the best audiences."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialmkt.core.errors import Infeasible
from socialmkt.overlap import PatternTable, _best_reach, _block_walk, _pattern_counts, _subset_sums
from socialmkt.overlap._block_walk import walk
from socialmkt.overlap._pattern_counts import Counts, added, count_patterns
from tests.overlap.groups import brute_patterns
from tests.refusals import refuses

# --- the walk over keys

any_key = st.integers(0, 40) | st.integers(0, 2**64 - 1) | st.integers(0, 31).map(lambda n: n << 59)
key_sets = st.lists(st.sets(any_key, max_size=40), min_size=1, max_size=20)
NO_LIMIT = 10**9


def sorted_keys(sets: list[set[int]]) -> list[Any]:
    return [np.array(sorted(ids), dtype=np.uint64) for ids in sets]


def counted(sets: list[set[int]], most: int = NO_LIMIT, *, raw_ints: bool = False) -> dict[int, int]:
    found = count_patterns(sorted_keys(sets), most, raw_ints=raw_ints, func="overlap.patterns")
    assert found.masks.dtype == np.uint64
    assert found.counts.dtype == np.int64
    return dict(zip(found.masks.tolist(), found.counts.tolist(), strict=True))


@pytest.mark.parametrize("direct", [0, 64], ids=["by sorting", "directly"])
@given(sets=key_sets.map(lambda sets: sets[:12]), between=st.integers(1, 4), block=st.integers(1, 9))
def test_blocks_of_any_size_give_the_same_patterns(direct: int, sets: Any, between: int, block: int) -> None:
    small = {"_BLOCK": block, "_FEWEST_BETWEEN": between, "_MOST_BETWEEN": between}
    with mock.patch.multiple(_block_walk, **small), mock.patch.object(_pattern_counts, "_DIRECT", direct):
        assert counted(sets) == brute_patterns(sets)


@given(sets=key_sets, pending=st.integers(1, 9))
def test_what_is_pending_joins_the_rest_whenever_it_is_large(sets: Any, pending: int) -> None:
    small = {"_BLOCK": 4, "_FEWEST_BETWEEN": 1, "_MOST_BETWEEN": 2}
    limits = {"_DIRECT": 0, "_PENDING": pending}
    with mock.patch.multiple(_block_walk, **small), mock.patch.multiple(_pattern_counts, **limits):
        assert counted(sets) == brute_patterns(sets)
        assert list(counted(sets)) == sorted(counted(sets))


@given(sets=key_sets)
def test_a_walk_shows_each_key_once_person_by_person(sets: Any) -> None:
    with mock.patch.multiple(_block_walk, _BLOCK=4, _FEWEST_BETWEEN=1, _MOST_BETWEEN=2):
        seen = [(block.labels.tolist(), block.first.tolist()) for block in walk(sorted_keys(sets))]
    labels = [label for part, _ in seen for label in part]
    first = [each for _, part in seen for each in part]
    expected = [(key, label) for key in sorted(set().union(*sets)) for label, ids in enumerate(sets) if key in ids]
    assert labels == [label for _, label in expected]
    assert first == [at == 0 or expected[at - 1][0] != key for at, (key, _) in enumerate(expected)]
    assert all(part for part, _ in seen)


@pytest.mark.parametrize("count", [1, 2, 3, 40])
@pytest.mark.parametrize("span", [2**22, 2**64 - 1])
def test_blocks_stay_in_the_cache_however_the_keys_lie(count: int, span: int) -> None:
    rng = np.random.default_rng(count)
    keys = [np.unique(rng.integers(0, span, 600_000 // count, dtype=np.uint64, endpoint=True)) for _ in range(count)]
    sizes = [block.labels.size for block in walk(keys)]
    assert sum(sizes) == sum(each.size for each in keys)
    assert max(sizes) < 2 * _block_walk._BLOCK
    assert len(sizes) <= 16 + 2 ** max(1, (count - 1).bit_length())


def test_sixteen_audiences_are_counted_directly_and_more_by_sorting() -> None:
    sets = [{n, n + 1, 2**60} for n in range(17)]
    with mock.patch.object(_pattern_counts, "_count_by_sorting", side_effect=AssertionError):
        assert counted(sets[:16]) == brute_patterns(sets[:16])
    with mock.patch.object(_pattern_counts, "_count_directly", side_effect=AssertionError):
        assert counted(sets) == brute_patterns(sets)


@pytest.mark.parametrize("count", [2, 20])
def test_exactly_as_many_patterns_as_are_allowed_are_counted(count: int) -> None:
    sets = [{n, n + 1, 2**60 + n} for n in range(count)]
    patterns = brute_patterns(sets)
    assert counted(sets, len(patterns)) == patterns
    few = len(patterns) - 1
    words = (
        rf"max_patterns must hold all patterns; it is {few}, got {few + 1} or more\. Raise it, or ask for pairs with ov"
    )
    with refuses(Infeasible, f"^overlap.patterns: {words}"):
        count_patterns(sorted_keys(sets), few, raw_ints=False, func="overlap.patterns")


@given(counts=st.lists(st.dictionaries(st.integers(1, 9), st.integers(0, 2**40), max_size=6), min_size=1, max_size=4))
def test_added_counts_are_sums_mask_by_mask(counts: Any) -> None:
    parts = [
        Counts(np.array(sorted(part), np.uint64), np.array([part[m] for m in sorted(part)], np.int64))
        for part in counts
    ]
    total = added(parts)
    expected = {mask: sum(part.get(mask, 0) for part in counts) for mask in sorted(set().union(*counts))}
    assert dict(zip(total.masks.tolist(), total.counts.tolist(), strict=True)) == expected
    assert total.masks.tolist() == list(expected)


# --- sums over subsets


@st.composite
def counted_patterns(draw: st.DrawFn, least: int = 1, most: int = 6) -> tuple[Counts, int]:
    k = draw(st.integers(least, most))
    found = draw(st.dictionaries(st.integers(1, 2**k - 1), st.integers(1, 99), max_size=12))
    masks = sorted(found)
    return Counts(np.array(masks, np.uint64), np.array([found[m] for m in masks], np.int64)), k


def reach(patterns: Counts, places: Any) -> int:
    mask = sum(1 << place for place in places)
    return sum(n for m, n in zip(patterns.masks.tolist(), patterns.counts.tolist(), strict=True) if m & mask)


@given(drawn=counted_patterns())
def test_greedy_takes_what_adds_most_and_the_earlier_of_equals(drawn: tuple[Counts, int]) -> None:
    patterns, k = drawn
    order: list[int] = []
    while len(order) < k:
        left = [place for place in range(k) if place not in order]
        order.append(min(left, key=lambda place: (-reach(patterns, [*order, place]), place)))
    assert _subset_sums.greedy_order(patterns, k) == order


def test_all_subsets_of_twenty_audiences_are_listed() -> None:
    table = PatternTable.from_counts([str(i) for i in range(20)], {("0", "19"): 3, ("7",): 2})
    reached = table.reach_table()
    assert (len(reached), reached[-1], reached[1], reached[1 << 7]) == (2**20, 5, 3, 2)
    assert table.inclusive().mask.tolist() == [1, 1 << 7, 1 << 19, 1 | 1 << 19]
    wide = PatternTable.from_counts([str(i) for i in range(21)], {})
    words = r"audiences must be at most 20, since all their subsets are listed, got 21\. Count the patterns of fewer\.$"
    with refuses(Infeasible, f"^PatternTable.reach_table: {words}"):
        wide.reach_table()


# --- the best audiences

budgets = st.integers(0, 30)


def costs_of(k: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(0, 20), min_size=k, max_size=k)


def knapsack(patterns: Counts, costs: list[int], budget: int, base: list[int]) -> Fraction:
    """Fill the budget by gain per cost, the last audience in part."""
    others = [place for place in range(len(costs)) if place not in base and costs[place] <= budget]
    gain = {place: reach(patterns, [*base, place]) - reach(patterns, base) for place in others}
    total, left = Fraction(reach(patterns, base)), Fraction(budget)
    free = [place for place in others if not costs[place]]
    paid = sorted((place for place in others if costs[place]), key=lambda p: Fraction(-gain[p], costs[p]))
    for place in [*free, *paid]:
        part = min(Fraction(1), left / costs[place]) if costs[place] else Fraction(1)
        total, left = total + part * gain[place], left - part * costs[place]
    return total


def greedy(patterns: Counts, costs: list[int], budget: int, score: Any) -> list[int]:
    chosen: list[int] = []
    while True:
        left = budget - sum(costs[place] for place in chosen)
        offers = [
            p
            for p in range(len(costs))
            if p not in chosen and costs[p] <= left and reach(patterns, [*chosen, p]) > reach(patterns, chosen)
        ]
        if not offers:
            return chosen
        chosen.append(
            max(offers, key=lambda p: score(reach(patterns, [*chosen, p]) - reach(patterns, chosen), costs[p]))
        )


@given(drawn=counted_patterns(), budget=budgets, data=st.data())
def test_the_search_is_as_good_as_greedy_and_no_addition_or_swap_helps(drawn: Any, budget: int, data: Any) -> None:
    patterns, k = drawn
    costs = data.draw(costs_of(k))
    found = _best_reach._search(patterns, costs, budget)
    spent = sum(costs[place] for place in found.chosen)
    assert spent <= budget
    assert found.chosen == sorted(set(found.chosen))
    assert found.reach == reach(patterns, found.chosen)
    assert found.reach >= reach(patterns, greedy(patterns, costs, budget, lambda gain, _: gain))
    ratio = lambda gain, cost: Fraction(gain, cost) if cost else Fraction(10**9)  # noqa: E731  # said once
    assert found.reach >= reach(patterns, greedy(patterns, costs, budget, ratio))
    affordable = [place for place in range(k) if costs[place] <= budget]
    assert found.reach >= max((reach(patterns, [place]) for place in affordable), default=0)
    for out, place in itertools.product([None, *found.chosen], affordable):
        kept = [other for other in found.chosen if other != out]
        if place not in found.chosen and sum(costs[p] for p in kept) + costs[place] <= budget:
            assert reach(patterns, [*kept, place]) <= found.reach


@given(drawn=counted_patterns(), budget=budgets, data=st.data())
def test_the_bound_is_the_lowest_of_the_three_that_hold(drawn: Any, budget: int, data: Any) -> None:
    patterns, k = drawn
    costs = data.draw(costs_of(k))
    found = _best_reach._search(patterns, costs, budget)
    affordable = [place for place in range(k) if costs[place] <= budget]
    fractional = min(knapsack(patterns, costs, budget, base) for base in (found.chosen, []))
    assert found.bound == max(found.reach, min(reach(patterns, affordable), fractional.__floor__()))
    assert found.bound >= _best_reach.best(patterns, costs, budget).reach


def test_twenty_audiences_are_compared_whole_and_more_are_searched() -> None:
    patterns = Counts(np.array([1], np.uint64), np.array([5]))
    with mock.patch.object(_best_reach, "_search", side_effect=AssertionError):
        assert _best_reach.best(patterns, [1] * 20, 1) == ([0], 5, 5)
    assert _best_reach.best(patterns, [1] * 21, 1) == ([0], 5, 5)
    with mock.patch.object(_best_reach, "reach_of_all", side_effect=AssertionError):
        assert _best_reach.best(patterns, [1] * 21, 0) == ([], 0, 0)


def test_of_equal_choices_the_cheaper_then_the_smaller_then_the_earlier_is_taken() -> None:
    def chosen(costs: list[int], budget: int, counts: dict[tuple[str, ...], int]) -> tuple[str, ...]:
        return PatternTable.from_counts(["a", "b", "c"], counts).best(costs, budget=budget).chosen

    assert chosen([3, 2, 1], 3, {("a", "b", "c"): 5}) == ("c",)
    assert chosen([2, 1, 1], 2, {("a", "b"): 5, ("a", "c"): 5}) == ("a",)
    assert chosen([1, 1, 1], 1, {("a",): 5, ("b",): 5, ("c",): 5}) == ("a",)
    assert chosen([1, 1, 1], 2, {("a",): 5, ("b",): 5, ("c",): 5}) == ("a", "b")
    assert chosen([0, 0, 0], 0, {("b", "c"): 5}) == ("b",)
    assert chosen([2**63 - 1] * 3, 2**63 - 1, {("a",): 1, ("b",): 2}) == ("b",)
    assert chosen([2**63 - 1, 2**63 - 1, 1], 2**63 - 1, {("a",): 2, ("c",): 2}) == ("c",)
