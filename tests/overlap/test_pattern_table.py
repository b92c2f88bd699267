"""Patterns of membership: counted right, and every answer from them agrees with the sets."""

from __future__ import annotations

import itertools
import math
import pickle
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core.errors import EmptyInput, Infeasible, InvalidInput, Overflow, SchemeMismatch
from socialmkt.overlap import Audience, PatternTable, overlap_matrix, patterns
from tests.merging_laws import LAWS, Case
from tests.overlap.groups import VECTORS, any_groups, brute_patterns, groups, near
from tests.refusals import refuses

FOUR = VECTORS["four"]
SETS = [set(range(50)), set(range(30, 80)), set(range(70, 90)), {*range(10), *range(85, 100)}]


def table_of(sets: list[set[Any]], **options: Any) -> PatternTable:
    return patterns([Audience.from_ids(sorted(ids)) for ids in sets], **options)


@pytest.fixture(scope="module")
def four() -> PatternTable:
    return table_of(SETS)


def as_dict(table: PatternTable) -> dict[int, int]:
    return dict(zip(table.mask.tolist(), table.count.tolist(), strict=True))


@st.composite
def tables(draw: st.DrawFn, most: int = 5) -> PatternTable:
    """Draw counts of combinations."""
    k = draw(st.integers(1, most))
    counts = draw(st.dictionaries(st.integers(1, 2**k - 1), st.integers(1, 99), max_size=12))
    return PatternTable.from_counts([str(i) for i in range(k)], {members(m): n for m, n in counts.items()})


def members(mask: int) -> tuple[str, ...]:
    return tuple(str(i) for i in range(64) if mask >> i & 1)


def reach(table: PatternTable, mask: int) -> int:
    return sum(count for each, count in as_dict(table).items() if each & mask)


# --- counting -------------------------------------------------------------------------------------------------------


@given(lists=any_groups)
def test_patterns_agree_with_sets(lists: list[list[Any]]) -> None:
    assert as_dict(patterns([Audience.from_ids(ids) for ids in lists])) == brute_patterns([set(ids) for ids in lists])


@given(lists=groups(near, most=4), k=st.integers(2, 12))
def test_sketches_are_counted_as_sets_of_one_sample(lists: list[list[int]], k: int) -> None:
    sketches = [Audience.from_ids(ids, k=k) for ids in lists]
    threshold = min(sketch.threshold for sketch in sketches)
    table = patterns(sketches)
    kept = [{key for key in sketch.keys.tolist() if key < threshold} for sketch in sketches]
    expected = {mask: count / table.theta for mask, count in brute_patterns(kept).items()}
    assert table.theta == threshold / 2**64
    assert as_dict(table) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("count", [1, 2, 8, 9, 16, 17, 40, 64])
@pytest.mark.parametrize("span", [3_000, 2**64 - 1])
def test_blocks_and_scattered_masks_agree_with_sets(count: int, span: int) -> None:
    rng = np.random.default_rng(count)
    pool = rng.integers(0, span, 900, dtype=np.uint64)
    sets = [set(rng.choice(pool, rng.integers(0, 300)).tolist()) for _ in range(count)]
    assert as_dict(table_of(sets)) == brute_patterns(sets)


@pytest.mark.parametrize("count", [3, 5, 20])
def test_ids_that_differ_in_their_highest_or_lowest_bits_alone_stay_apart(count: int) -> None:
    """Without cuts at every multiple of 2^(64 - b), or without the low bits, neighbours would merge."""
    high = [i << 60 for i in range(16)]
    low = [2**63 + i for i in range(16)]
    ends = [0, 1, 2**64 - 2, 2**64 - 1]
    rng = np.random.default_rng(count)
    everybody = np.array([*high, *low, *ends], dtype=np.uint64)
    sets = [set(rng.choice(everybody, 12).tolist()) for _ in range(count)]
    assert as_dict(table_of(sets)) == brute_patterns(sets)
    matrix = overlap_matrix([Audience.from_ids(sorted(ids)) for ids in sets])
    assert matrix.counts.tolist() == [[len(a & b) for b in sets] for a in sets]


def test_many_blocks_agree_with_one_count() -> None:
    rng = np.random.default_rng(1)
    pool = rng.integers(0, 2**63, 300_000)
    arrays = [rng.permutation(pool)[: 150_000 + 10_000 * i] for i in range(4)]
    counts = np.zeros(len(pool), np.int64)
    order = np.sort(pool)
    for place, ids in enumerate(arrays):
        counts[np.searchsorted(order, ids)] |= 1 << place
    expected = {mask: int((counts == mask).sum()) for mask in range(1, 16)}
    assert as_dict(patterns([Audience.from_ids(ids) for ids in arrays])) == expected
    wide = [Audience.from_ids(ids[i::5]) for ids in arrays for i in range(5)]
    table = patterns(wide)
    assert table.reach() == len(np.unique(np.concatenate(arrays)))
    assert table.pairs() == overlap_matrix(wide)


def test_too_many_patterns_are_refused_and_never_cut() -> None:
    sets = [set(range(10)), set(range(5, 15))]
    assert len(table_of(sets, max_patterns=3)) == 3
    with refuses(Infeasible, match="overlap.patterns: max_patterns must hold all patterns; it is 2, got 3 or more"):
        table_of(sets, max_patterns=2)
    rng = np.random.default_rng(5)
    wide = [set(rng.integers(0, 2**60, 500).tolist()) | set(range(i)) for i in range(20)]
    with refuses(Infeasible, match="max_patterns must"):
        table_of(wide, max_patterns=20)


def test_many_patterns_join_as_they_come() -> None:
    """More pending rows than the walk keeps apart."""
    rng = np.random.default_rng(6)
    masks = rng.integers(1, 2**18, 400_000)
    audiences = [Audience.from_ids(np.flatnonzero(masks >> i & 1) * 2**30) for i in range(18)]
    table = patterns(audiences)
    found, counts = np.unique(masks, return_counts=True)
    assert (table.mask == found).all()
    assert (table.count == counts).all()


@pytest.mark.parametrize(
    ("audiences", "kind", "words"),
    [
        ([], EmptyInput, "audiences must hold at least one audience"),
        ([Audience.from_ids([1])] * 65, InvalidInput, "audiences must be at most 64, got 65"),
        ([1], InvalidInput, "audiences must be an Audience"),
        ([Audience.from_ids([1]), Audience.from_ids(["a"])], SchemeMismatch, "scheme must be the same"),
    ],
)
def test_what_cannot_be_counted_is_refused(audiences: Any, kind: Any, words: str) -> None:
    with refuses(kind, match=f"overlap.patterns: {words}"):
        patterns(audiences)


@pytest.mark.parametrize("most", [0, True, 2.0])
def test_the_limit_of_patterns_is_a_whole_number(most: Any) -> None:
    with refuses(InvalidInput, match="overlap.patterns: max_patterns must be a whole number"):
        patterns([Audience.from_ids([1])], max_patterns=most)


def test_an_empty_audience_has_a_name_and_no_people() -> None:
    table = patterns({"tv": Audience.from_ids([1, 2]), "none": Audience.from_ids([])})
    assert table.sizes.tolist() == [2, 0]
    nobody = patterns([Audience.from_ids([])])
    assert (len(nobody), nobody.reach(), nobody.best(budget=1).chosen) == (0, 0, ())
    assert math.isnan(nobody.frequency().mean)


# --- the table ------------------------------------------------------------------------------------------------------


def test_four_audiences_answer_as_worked_by_hand(four: PatternTable) -> None:
    assert {str(mask): count for mask, count in as_dict(four).items()} == FOUR["patterns"]
    assert four.pairs().counts.tolist() == FOUR["pairs"]
    assert four.reach() == FOUR["reach"]
    assert four.incremental().added.tolist() == FOUR["increments"]
    order, gains = FOUR["greedy"]
    greedy = four.incremental("greedy")
    assert (greedy.audience.tolist(), greedy.added.tolist()) == ([str(i) for i in order], gains)
    assert four.exclusive().count.tolist() == FOUR["exclusive"]
    assert four.frequency().count.tolist() == FOUR["frequency"]
    assert four.frequency().mean == FOUR["mean"]
    assert four.shapley().credit.tolist() == FOUR["shapley"]
    hidden = four.privatized(threshold=8)
    assert {str(r.mask): r.reason for r in hidden.rows() if r.reason} == FOUR["hidden"]


def test_the_best_channels_beat_both_greedy_rules(four: PatternTable) -> None:
    unit = four.best(budget=2)
    assert (unit.chosen, unit.reach, unit.cost, unit.bound, unit.optimal) == (("0", "1"), 80, 2, 80, True)
    found = four.best([5, 4, 1, 2], budget=6)
    assert (found.chosen, found.reach, found.cost) == (("1", "3"), 75, 6)
    assert four.best({"0": 5, "1": 4, "2": 1, "3": 2}, budget=6) == found
    assert four.best(np.array([5, 4, 1, 2]), budget=6) == found
    order = np.argsort(four.sizes)[::-1]
    assert four.reach(order[:2]) == 80
    assert four.incremental(order).reach[-1] == 100


@given(table=tables(), data=st.data())
def test_increments_in_any_order_sum_to_the_reach(table: PatternTable, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(table.names))))
    rows = table.incremental(order)
    assert rows.added.sum() == table.reach() == table.count.sum()
    assert rows.reach.tolist() == np.cumsum(rows.added).tolist()
    greedy = table.incremental("greedy").added.tolist()
    assert sum(greedy) == table.reach()
    assert greedy == sorted(greedy, reverse=True)
    assert table.incremental(order[:1]).added.tolist() == [table.sizes[order[0]]]


@given(table=tables())
def test_reach_is_monotone_and_submodular(table: PatternTable) -> None:
    k = len(table.names)
    every = table.reach_table().tolist()
    assert every == [reach(table, mask) for mask in range(2**k)]
    for a, b in itertools.product(range(2**k), repeat=2):
        assert every[a | b] + every[a & b] <= every[a] + every[b]
        assert every[a | b] >= every[a]
    assert table.reach(list(members(2**k - 1))) == every[-1]
    assert table.reach([]) == 0


@given(table=tables())
def test_credits_sum_to_the_reach_and_lie_between_exclusive_and_size(table: PatternTable) -> None:
    credit = table.shapley()
    assert credit.credit.sum() == pytest.approx(table.reach(), rel=1e-12)
    assert (table.exclusive().count <= credit.credit + 1e-9).all()
    assert (credit.credit <= credit.size + 1e-9).all()


@given(table=tables(most=4))
def test_credit_is_the_mean_increment_over_all_orders(table: PatternTable) -> None:
    k = len(table.names)
    orders = list(itertools.permutations(range(k)))
    mean = [Fraction(0)] * k
    for order in orders:
        for place, gain in zip(order, table.incremental(list(order)).added.tolist(), strict=True):
            mean[place] += Fraction(gain, len(orders))
    assert table.shapley().credit.tolist() == pytest.approx([float(m) for m in mean], rel=1e-12)


@given(table=tables())
def test_frequency_counts_everybody_once(table: PatternTable) -> None:
    rows = table.frequency()
    assert rows.count.sum() == table.reach() == rows.at_least[0]
    assert (rows.at_least[:-1] - rows.at_least[1:] == rows.count[:-1]).all()
    if table.reach():
        assert rows.mean == pytest.approx(table.sizes.sum() / table.reach())


@given(table=tables())
def test_inclusive_counts_those_in_all_of_a_set(table: PatternTable) -> None:
    rows = table.inclusive()
    expected = {}
    for mask in range(1, 2 ** len(table.names)):
        people = sum(count for each, count in as_dict(table).items() if each & mask == mask)
        if people:
            expected[mask] = people
    assert dict(zip(rows.mask.tolist(), rows.count.tolist(), strict=True)) == expected
    assert rows.mask.dtype == np.uint64


def brute_best(table: PatternTable, costs: list[int], budget: int) -> tuple[int, ...]:
    """Try all subsets: most people, then cheaper, fewer, earlier."""
    k = len(table.names)
    sets = (s for n in range(k + 1) for s in itertools.combinations(range(k), n))
    allowed = [s for s in sets if sum(costs[i] for i in s) <= budget]
    return min(allowed, key=lambda s: (-reach(table, sum(1 << i for i in s)), sum(costs[i] for i in s), len(s), s))


@given(table=tables(most=6), data=st.data(), budget=st.integers(0, 20) | st.just(2**63 - 1))
def test_the_best_channels_are_those_of_a_brute_force(table: PatternTable, data: st.DataObject, budget: int) -> None:
    k = len(table.names)
    costs = data.draw(st.lists(st.integers(0, 9) | st.just(2**63 - 1), min_size=k, max_size=k))
    found = table.best(costs, budget=budget)
    chosen = brute_best(table, costs, budget)
    assert found.chosen == tuple(str(i) for i in chosen)
    assert found.cost == sum(costs[i] for i in chosen)
    assert found.optimal
    assert found.reach == found.bound == table.reach(list(chosen))


@given(data=st.data(), budget=st.integers(0, 60))
def test_beyond_twenty_audiences_the_optimum_lies_between_reach_and_bound(data: st.DataObject, budget: int) -> None:
    """Audiences beyond the first five are empty, so that the optimum is known."""
    table = data.draw(tables())
    k = len(table.names)
    costs = data.draw(st.lists(st.integers(0, 30), min_size=k, max_size=k))
    names = [str(i) for i in range(21)]
    wide = PatternTable(mask=table.mask, count=table.count, names=tuple(names))
    optimum = table.best(costs, budget=budget).reach
    found = wide.best(costs + [1] * (21 - k), budget=budget)
    assert found.reach <= optimum <= found.bound
    assert found.cost <= budget
    assert found.reach == wide.reach(list(found.chosen))
    assert found.optimal == (found.reach == found.bound)


def test_a_tiny_cheap_audience_does_not_block_the_big_one() -> None:
    names = [str(i) for i in range(22)]
    table = PatternTable.from_counts(names, {("0",): 2, ("1",): 100})
    found = table.best([1, 100] + [200] * 20, budget=100)
    assert (found.chosen, found.reach, found.bound) == (("1",), 100, 101)


def test_swaps_improve_what_greedy_chose() -> None:
    names = [str(i) for i in range(21)]
    counts = {("0",): 1, ("0", "1"): 6, ("0", "2"): 6, ("1",): 5, ("2",): 5}
    found = PatternTable.from_counts(names, counts).best([2, 2, 2] + [9] * 18, budget=4)
    assert (found.chosen, found.reach) == (("1", "2"), 22)


def test_upset_rows_are_the_largest_and_say_what_is_left_out(four: PatternTable) -> None:
    rows = four.upset(min_size=6, top=4)
    assert rows.mask.tolist() == [1, 2, 3, 6]
    assert rows.members.tolist() == ["0", "1", "0 & 1", "1 & 2"]
    assert rows.degree.tolist() == [1, 1, 2, 2]
    assert (rows.other_count, rows.other_patterns) == (30, 4)
    assert four.upset().other_patterns == 0
    assert four.upset(top=0).other_count == 100


@given(lists=groups(near, least=2, most=4), k=st.integers(2, 9))
def test_answers_from_sketches_are_those_of_the_sample_by_theta(lists: list[list[int]], k: int) -> None:
    table = patterns([Audience.from_ids(ids, k=k) for ids in lists])
    if table.theta == 1:
        return
    kept = np.rint(table.count * table.theta).astype(np.int64)
    sample = PatternTable(mask=table.mask, count=kept, names=table.names)
    assert table.reach() == sample.reach() / table.theta
    assert table.sizes.tolist() == (sample.sizes / table.theta).tolist()
    assert table.reach_table().tolist() == (sample.reach_table() / table.theta).tolist()
    assert table.shapley().credit.tolist() == (sample.shapley().credit / table.theta).tolist()
    assert table.upset().count.tolist() == (sample.upset().count / table.theta).tolist()
    best, of_sample = table.best(budget=1), sample.best(budget=1)
    assert (best.chosen, best.reach) == (of_sample.chosen, of_sample.reach / table.theta)
    assert table.pairs().counts.tolist() == (sample.pairs().counts / table.theta).tolist()


def test_intervals_of_reach_cover_the_truth_19_times_in_20() -> None:
    ids = [np.arange(0, 20_000), np.arange(15_000, 30_000), np.arange(29_000, 34_000)]
    seen = [patterns([Audience.from_ids(each, k=512, seed=s) for each in ids]) for s in range(300)]
    for subset, truth in ((None, 34_000), ([1, 2], 19_000), ([0], 20_000)):
        estimates = [table.estimate(subset) for table in seen]
        assert 0.92 <= np.mean([each.low <= truth <= each.high for each in estimates]) <= 0.98
    assert table_of(SETS).estimate([0]).exact


# --- input ----------------------------------------------------------------------------------------------------------


@given(table=tables())
def test_counts_come_back_from_the_table_and_from_json(table: PatternTable) -> None:
    again = PatternTable.from_counts(table.names, {members(mask): count for mask, count in as_dict(table).items()})
    assert again == table == PatternTable.model_validate_json(table.model_dump_json())
    assert pickle.loads(pickle.dumps(table)) == table
    assert "names" in table._repr_html_()


def test_sketched_counts_come_back_from_json() -> None:
    table = patterns([Audience.from_ids(range(99), k=9)])
    assert PatternTable.model_validate_json(table.model_dump_json()) == table


@pytest.mark.parametrize(
    ("names", "counts", "kind", "words"),
    [
        ("tv", {}, InvalidInput, "names must be a list of names"),
        ([], {}, InvalidInput, "names must be 1 to 64 audiences, got 0"),
        ([str(i) for i in range(65)], {}, InvalidInput, "names must be 1 to 64 audiences, got 65"),
        (["tv", "tv"], {}, InvalidInput, "names must have different names"),
        (["tv", 5], {}, InvalidInput, "names must have names that are text"),
        (["tv", "a\nb"], {}, InvalidInput, "names must have names that are text without control"),
        (["tv"], [1], InvalidInput, "counts must be a mapping"),
        (["tv"], {"tv": 1}, InvalidInput, "counts must have tuples of names as keys, got 'tv'"),
        (["tv"], {5: 1}, InvalidInput, "counts must have tuples of names as keys, got 5"),
        (["tv"], {(): 1}, InvalidInput, "counts must hold each combination of audiences once"),
        (["tv", "app"], {("tv", "app"): 1, ("app", "tv"): 1}, InvalidInput, "counts must hold each combination"),
        (["tv"], {("radio",): 1}, InvalidInput, "counts must hold names or indices of the 1 audiences, got 'radio'"),
        (["tv"], {("tv", "tv"): 1}, InvalidInput, "counts must hold each audience once"),
        (["tv"], {("tv",): -1}, InvalidInput, "counts must be a whole number"),
        (["tv"], {("tv",): 1.0}, InvalidInput, "counts must be a whole number"),
        (["tv", "app"], {("tv",): 2**62, ("app",): 2**62}, Overflow, r"counts must add up to less than 2\*\*63"),
    ],
)
def test_reports_that_cannot_be_are_refused(names: Any, counts: Any, kind: Any, words: str) -> None:
    with refuses(kind, match=f"PatternTable.from_counts: {words}"):
        PatternTable.from_counts(names, counts)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"names": ()}, "names must be different, 1 to 64"),
        ({"names": ("a", "a")}, "names must be different, 1 to 64"),
        ({"mask": np.array([1, 2])}, "mask must be uint64"),
        ({"mask": np.array([0, 1], np.uint64)}, "mask must name some of the 2 audiences"),
        ({"mask": np.array([1, 4], np.uint64)}, "mask must name some of the 2 audiences"),
        ({"mask": np.array([1, 1], np.uint64)}, "mask must hold each pattern once"),
        ({"theta": 0.0}, "theta must lie above 0"),
        ({"theta": 0.5}, "count must be whole numbers where theta is 1, else floats"),
        ({"count": np.array([1.0, 2.0])}, "count must be whole numbers where theta is 1, else floats"),
        ({"count": np.array([1, -2])}, "count must be finite and at least 0"),
        ({"count": np.array([1, np.inf]), "theta": 0.5}, "count must be finite and at least 0"),
        ({"count": np.array([2**62, 2**62])}, r"count must add up to less than 2\*\*63"),
    ],
)
def test_a_table_is_checked_however_it_is_built(fields: dict[str, Any], words: str) -> None:
    whole = {"mask": np.array([1, 2], np.uint64), "count": np.array([3, 4]), "names": ("a", "b")}
    assert PatternTable(**whole).reach() == 7
    with pytest.raises(ValidationError, match=words):
        PatternTable(**{**whole, **fields})


@pytest.mark.parametrize(
    "subset", ["tv", 5, [5], [-1], ["radio"], [0, "0"], [1.0], [True], [[0], [0, 1]], np.array(0), np.eye(2)]
)
def test_subsets_are_names_or_indices_each_once(four: PatternTable, subset: Any) -> None:
    with refuses(InvalidInput, match="PatternTable.reach: subset must"):
        four.reach(subset)
    with refuses(InvalidInput, match="PatternTable.incremental: order must"):
        four.incremental(subset)
    with refuses(InvalidInput, match="PatternTable.estimate: subset must"):
        four.estimate(subset)


@pytest.mark.parametrize(
    ("costs", "budget", "words"),
    [
        ([1, 2], 5, "costs must be one for each of the 4 audiences, got 2 of them"),
        ([1, 2, 3, 4.0], 5, "costs must hold whole numbers"),
        ([1, 2, 3, -4], 5, "costs must be at least 0, got -4 at row 3"),
        ({"0": 1}, 5, "costs must be one for each of the 4 audiences, got 1 of them"),
        ({"0": 1, "radio": 2}, 5, "costs must name audiences, got 'radio'"),
        ("1234", 5, "costs must be a column"),
        (5, 5, "costs must be a column"),
        (None, 5.0, "budget must be a whole number"),
        (None, -1, "budget must be a whole number"),
        (None, True, "budget must be a whole number"),
    ],
)
def test_costs_and_budget_are_whole_minor_units(four: PatternTable, costs: Any, budget: Any, words: str) -> None:
    with refuses(InvalidInput, match=f"PatternTable.best: {words}"):
        four.best(costs, budget=budget)


def test_all_subsets_of_more_than_twenty_audiences_are_not_listed() -> None:
    wide = PatternTable.from_counts([str(i) for i in range(21)], {("0",): 1})
    for name in ("reach_table", "inclusive"):
        with refuses(Infeasible, match=f"PatternTable.{name}: audiences must be at most 20, .* got 21"):
            getattr(wide, name)()


@pytest.mark.parametrize("options", [{"min_size": -1}, {"top": -1}, {"top": 1.0}])
def test_upset_takes_whole_numbers(four: PatternTable, options: Any) -> None:
    with refuses(InvalidInput, match=f"PatternTable.upset: {next(iter(options))} must be a whole number"):
        four.upset(**options)


# --- merging --------------------------------------------------------------------------------------------------------

NAMES = ["a", "b", "c"]


def counted(masks: list[int]) -> PatternTable:
    counts: dict[Any, int] = {}
    for mask in masks:
        key = tuple(name for i, name in enumerate(NAMES) if mask >> i & 1)
        counts[key] = counts.get(key, 0) + 1
    return PatternTable.from_counts(NAMES, counts)


CASE = Case(
    rows=st.lists(st.integers(1, 7), max_size=20),
    build=counted,
    empty=lambda: counted([]),
    foreign=(
        lambda: PatternTable.from_counts(["a", "b"], {}),
        lambda: PatternTable(mask=np.array([1], np.uint64), count=np.array([2.0]), names=("a", "b", "c"), theta=0.5),
    ),
)


@pytest.mark.parametrize("law", LAWS)
@given(data=st.data())
def test_pattern_tables_merge(law: Any, data: st.DataObject) -> None:
    law(CASE, data)


def test_tables_of_other_people_add_up_to_the_table_of_all() -> None:
    sets = [set(range(0, 90, 2)), set(range(0, 90, 3))]
    parts = [table_of([{i for i in ids if low <= i < low + 30} for ids in sets]) for low in (0, 30, 60)]
    assert parts[0].merge(parts[1]).merge(parts[2]) == table_of(sets)
    something: Any = 5
    with refuses(InvalidInput, match="PatternTable.merge: other must be a PatternTable, got a int"):
        parts[0].merge(something)
