"""Seeding: waves are disjoint and complete, the gate says when it opens, and the cover keeps its guarantee."""

from __future__ import annotations

import datetime as dt
import itertools
from fractions import Fraction
from math import e
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialmkt import campaign as c
from socialmkt.core.errors import AmbiguousTime, EmptyInput, InvalidInput
from tests.campaign.vectors import MECHANISMS
from tests.refusals import refuses
from tests.strategies import COLUMN_KINDS

OPENED = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)

ids = st.lists(st.integers(0, 12), max_size=8)
pools = st.lists(ids, min_size=1, max_size=4).map(lambda lists: {f"p{n}": one for n, one in enumerate(lists)})
audiences = st.lists(ids, min_size=1, max_size=7).map(lambda lists: {f"a{n}": one for n, one in enumerate(lists)})


def test_everybody_goes_to_the_first_pool_that_lists_them() -> None:
    given = MECHANISMS["waves"]
    table = c.seed_waves(given["pools"], sizes=given["sizes"], exclude=given["exclude"])
    waves = [[row.person for row in table.rows() if row.wave == n + 1] for n in range(table.waves)]
    assert (waves, table.excluded) == (given["waves"], 1)
    assert table.pool.tolist() == ["influencer"] * 2 + ["staff"] + ["friends"] * 2 + ["loyal"] + ["rest"] * 2


@given(pools=pools, size=st.none() | st.integers(1, 3), exclude=ids)
def test_waves_are_disjoint_and_hold_everybody_who_may_come(pools: Any, size: int | None, exclude: list[int]) -> None:
    table = c.seed_waves(pools, sizes=size, exclude=exclude)
    people = table.person.tolist()
    listed = {person for pool in pools.values() for person in pool}
    assert len(people) == len(set(people))
    assert set(people) == listed - set(exclude)
    assert table.excluded == len(listed & set(exclude))
    assert sorted(set(table.wave.tolist())) == list(range(1, table.waves + 1))
    for row in table.rows():
        assert row.pool == next(name for name, pool in pools.items() if row.person in pool)
    if size is not None:
        assert all(table.wave.tolist().count(n) <= size for n in set(table.wave.tolist()))


@pytest.mark.parametrize("make", COLUMN_KINDS)
def test_every_kind_of_column_makes_the_same_waves(make: Any) -> None:
    assert c.seed_waves({"a": make([3, 1, 3]), "b": make([1, 2])}, sizes=1).person.tolist() == [3, 1, 2]


def test_pools_of_text_and_empty_pools_are_fine() -> None:
    table = c.seed_waves({"a": [], "b": ["x", "y"], "c": []}, exclude=["y"])
    assert (table.person.tolist(), table.waves, table.excluded) == (["x"], 1, 1)
    assert c.seed_waves({"a": []}).waves == 0
    assert c.seed_waves({"exclude": [1, 2]}, exclude=[2]).person.tolist() == [1]


@pytest.mark.parametrize(
    ("pools", "options", "words"),
    [
        ({"a": [1], "b": ["x"]}, {}, r"pools\['b'\] must hold the same kind of ids as pools\['a'\], int, got 'x'"),
        ({"a": [1]}, {"exclude": ["x"]}, "exclude must hold the same kind of ids"),
        ({"a": [1]}, {"sizes": 0}, "sizes must be a whole number of at least 1, got 0"),
        ({"a": [1]}, {"sizes": {"b": 1}}, "sizes must be one of a, got 'b'"),
        ({"a": [1]}, {"sizes": {"a": 1.5}}, "sizes must be a whole number of at least 1, got 1.5"),
        ({1: [1]}, {}, "pools must have names of text, got 1"),
        ([[1]], {}, "pools must map names to columns of ids"),
    ],
)
def test_pools_that_make_no_waves_are_refused(pools: Any, options: dict[str, Any], words: str) -> None:
    with refuses(InvalidInput, match=words):
        c.seed_waves(pools, **options)


def test_no_pools_and_no_audiences_are_refused() -> None:
    with refuses(EmptyInput, match="pools must name at least one, got none"):
        c.seed_waves({})
    with refuses(EmptyInput, match="audiences must name at least one, got none"):
        c.max_cover({}, k=1)


# --- the gate -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("joined", "hours", "reason", "missing", "opens"),
    [
        (40, -1, "too_soon", 0, 2),
        (40, 1, "too_soon", 0, 2),
        (10, 1, "too_soon", 20, 24),
        (30, 2, "enough", 0, 2),
        (29, 2, "too_few", 1, 24),
        (29, 23.9, "too_few", 1, 24),
        (29, 24, "timed_out", 1, 24),
        (30, 30, "enough", 0, 30),
    ],
)
def test_the_gate_opens_when_enough_came_or_time_is_over(
    joined: int, hours: float, reason: str, missing: int, opens: float
) -> None:
    found = c.ready(
        joined, threshold=30, opened_at=OPENED, as_of=OPENED + hours * HOUR, at_least=2 * HOUR, at_most=24 * HOUR
    )
    assert (found.reason, found.missing) == (reason, missing)
    assert found.ok == bool(found) == (reason in {"enough", "timed_out"})
    assert found.opens_at == OPENED + opens * HOUR


def test_without_an_end_too_few_wait_for_ever() -> None:
    assert c.ready(1, threshold=2, opened_at=OPENED, as_of=OPENED).opens_at is None
    assert c.ready(1, threshold=2, opened_at=OPENED, as_of=OPENED, at_least=HOUR).opens_at is None


@given(joined=st.integers(0, 4), now=st.integers(0, 9), least=st.integers(0, 4), most=st.none() | st.integers(4, 8))
def test_it_opens_when_it_says_if_nothing_changes(joined: int, now: int, least: int, most: int | None) -> None:
    gate = {"threshold": 3, "opened_at": OPENED, "at_least": least * HOUR, "at_most": most and most * HOUR}
    found = c.ready(joined, as_of=OPENED + now * HOUR, **gate)
    if found.opens_at is None:
        assert not c.ready(joined, as_of=OPENED + 1000 * HOUR, **gate)
    else:
        assert c.ready(joined, as_of=found.opens_at, **gate)
        assert found or not c.ready(joined, as_of=found.opens_at - dt.timedelta(microseconds=1), **gate)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"threshold": 0}, "threshold must be a whole number of at least 1"),
        ({"at_least": -HOUR}, "at_least must be at least 0"),
        ({"at_most": dt.timedelta(0)}, "at_most must be longer than nothing"),
        ({"at_least": 2 * HOUR, "at_most": HOUR}, "at_most must not be shorter than at_least, 2:00:00, got 1:00:00"),
        ({"at_most": 5}, "at_most must be a timedelta, got 5"),
    ],
)
def test_gates_that_make_no_sense_are_refused(options: dict[str, Any], words: str) -> None:
    with refuses(InvalidInput, match=words):
        c.ready(1, **{"threshold": 1, "opened_at": OPENED, "as_of": OPENED, **options})
    with refuses(InvalidInput, match="joined must be a whole number"):
        c.ready(True, threshold=1, opened_at=OPENED, as_of=OPENED)
    with refuses(AmbiguousTime, match="opened_at must be"):
        c.ready(1, threshold=1, opened_at=dt.datetime(2026, 3, 1), as_of=OPENED)


# --- cover ----------------------------------------------------------------------------------------------------------


def test_the_best_cover_of_two() -> None:
    given = MECHANISMS["cover"]
    cover = c.max_cover(given["audiences"], k=given["k"])
    assert (cover.name.tolist(), cover.gain.tolist(), cover.covered, cover.people) == (
        given["names"],
        given["gains"],
        given["covered"],
        given["people"],
    )
    assert (cover.spent, cover.cost.tolist()) == (None, [0, 0])


def test_one_large_audience_beats_many_cheap_ones() -> None:
    given = MECHANISMS["cover_budget"]
    cover = c.max_cover(given["audiences"], budget=given["budget"], costs=given["costs"])
    assert (cover.name.tolist(), cover.covered, cover.spent) == (given["names"], given["covered"], 10)


def test_equal_singles_are_decided_by_cost_then_by_order() -> None:
    people = list(range(4))
    costs = {"a": 9, "b": 8, "c": 8, "d": 1}
    cover = c.max_cover({"a": people, "b": people, "c": people, "d": [9]}, budget=8, costs=costs)
    assert cover.name.tolist() == ["b"]
    assert c.max_cover({"a": [1]}, budget=0, costs={"a": 1}).covered == 0
    assert c.max_cover({"a": [1], "b": [1, 2]}, k=1, costs={"a": 1, "b": 7}).spent == 7


@given(audiences=audiences, k=st.integers(1, 7))
def test_lazy_greedy_equals_plain_greedy_and_keeps_its_guarantee(audiences: Any, k: int) -> None:
    cover = c.max_cover(audiences, k=k)
    covered: set[int] = set()
    for row in cover.rows():
        gains = {name: len(set(members) - covered) for name, members in audiences.items()}
        assert row.gain == max(gains.values()) > 0
        assert row.name == next(name for name, gain in gains.items() if gain == row.gain)
        covered |= set(audiences[row.name])
        assert row.reached == len(covered)
    assert len(cover) == k or covered == set().union(*audiences.values())
    assert cover.gain.tolist() == sorted(cover.gain.tolist(), reverse=True)
    best = max(len(set().union(*some)) for some in itertools.combinations(audiences.values(), min(k, len(audiences))))
    assert cover.covered >= (1 - 1 / e) * best - 1e-9


@given(audiences=audiences, budget=st.integers(0, 12), data=st.data())
def test_the_cover_within_a_budget_equals_its_definition(audiences: Any, budget: int, data: Any) -> None:
    costs = {name: data.draw(st.integers(1, 6)) for name in audiences}
    cover = c.max_cover(audiences, budget=budget, costs=costs)
    left, covered, picked = budget, set(), []
    while True:
        gains = {
            name: Fraction(len(set(members) - covered), costs[name])
            for name, members in audiences.items()
            if costs[name] <= left
        }
        name = max(gains, key=gains.__getitem__, default=None)
        if name is None or not gains[name]:
            break
        picked.append(name)
        left -= costs[name]
        covered |= set(audiences[name])
    singles = [
        (-len(set(members)), costs[name], n, name)
        for n, (name, members) in enumerate(audiences.items())
        if costs[name] <= budget
    ]
    if singles and -min(singles)[0] > len(covered):
        picked, covered = [min(singles)[3]], set(audiences[min(singles)[3]])
    assert (cover.name.tolist(), cover.covered) == (picked, len(covered))
    assert cover.spent == sum(costs[name] for name in picked) <= budget


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "k and budget must be given one and not the other, got neither"),
        ({"k": 1, "budget": 1}, "k and budget must be given one and not the other, got both"),
        ({"k": 0}, "k must be a whole number of at least 1, got 0"),
        ({"budget": 5}, "costs must map every audience to its cost, got None"),
        ({"budget": -1, "costs": {"a": 1, "b": 1}}, "budget must be a whole number of at least 0"),
        ({"budget": 5, "costs": {"a": 1}}, "costs must name every audience, got none for 'b'"),
        ({"budget": 5, "costs": {"a": 1, "b": 1, "d": 1}}, "costs must be one of a, b, got 'd'"),
        ({"k": 1, "costs": {"a": 1, "b": 0}}, "costs must be a whole number from 1"),
        ({"k": 1, "costs": {"a": 1, "b": 2.0}}, "costs must be a whole number from 1"),
    ],
)
def test_questions_without_an_answer_are_refused(options: dict[str, Any], words: str) -> None:
    with refuses(InvalidInput, match=words):
        c.max_cover({"a": [1], "b": [2]}, **options)
