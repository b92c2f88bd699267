"""Mix: new and returning add up, a short history is refused, and a funnel never widens."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialmkt import campaign as c
from socialmkt.core.errors import AmbiguousTime, EmptyInput, InvalidInput, Overflow
from tests.campaign.vectors import MECHANISMS
from tests.refusals import refuses

START, END = dt.datetime(2026, 5, 1, tzinfo=dt.UTC), dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
MAY: dict[str, Any] = {"start": START, "end": END}
NO_WAIT = dt.timedelta(0)

logs = st.lists(st.tuples(st.sampled_from("ABCDE"), st.integers(-60, 60), st.integers(-500, 900)), max_size=12)


def at(day: float) -> dt.datetime:
    return START + dt.timedelta(days=day)


def columns_of(log: Any) -> tuple[Any, Any, Any]:
    return (
        [who for who, _, _ in log],
        np.array([at(day).replace(tzinfo=None) for _, day, _ in log], "M8[us]"),
        [fen for _, _, fen in log],
    )


def test_98_of_100_buyers_are_new() -> None:
    given = MECHANISMS["new_share"]
    who = [*range(given["of"]), *range(given["of"] - given["new"])]
    when = [at(3)] * given["of"] + [at(-100)] * (given["of"] - given["new"])
    found = c.new_returning(who, when, **MAY)
    assert (found.new, found.new_share) == (given["new"], given["share"])
    assert (round(found.low, 6), round(found.high, 6)) == (given["low"], given["high"])
    assert (found.amount, found.new_amount, found.new_amount_share) == (None, None, None)


def test_all_orders_of_a_new_person_count_as_new() -> None:
    log = [("ann", -100, 10), ("ann", 0, 20), ("bo", 1, 30), ("bo", 2, 40), ("bo", 31, 99), ("cy", -1, 5)]
    found = c.new_returning(*columns_of(log), **MAY)
    assert (found.people, found.new, found.returning, found.orders, found.new_orders) == (2, 1, 1, 3, 2)
    assert (found.amount, found.new_amount, found.new_amount_share) == (90, 70, 70 / 90)
    assert found.history == dt.timedelta(days=100)


@given(log=logs)
def test_new_and_returning_add_up(log: Any) -> None:
    who, when, fen = columns_of(log)
    found = c.new_returning(who, when, fen, **MAY, min_history=NO_WAIT)
    inside = [(name, money) for name, day, money in log if 0 <= day < 31]
    old = {name for name, day, _ in log if day < 0}
    assert found.new + found.returning == found.people == len({name for name, _ in inside})
    assert found.new == len({name for name, _ in inside} - old)
    assert (found.amount, found.orders) == (sum(money for _, money in inside), len(inside))
    assert found.new_amount == sum(money for name, money in inside if name not in old)
    assert (found.new_share is None) == (not inside)
    assert (found.new_amount_share is None) == (not found.amount)


def test_a_short_history_is_refused_since_everybody_looks_new() -> None:
    who, when = ["ann", "bo"], [at(-89), at(3)]
    with refuses(
        InvalidInput,
        match="history must reach back at least 90 days before start, got 89 days.* everybody looks new",
    ):
        c.new_returning(who, when, **MAY)
    assert c.new_returning(who, when, **MAY, history_from=at(-400)).history == dt.timedelta(400)
    assert c.new_returning(who, when, **MAY, min_history=dt.timedelta(89)).new == 1
    assert c.new_returning(["bo"], [at(3)], **MAY, min_history=NO_WAIT).history == NO_WAIT
    with refuses(InvalidInput, match="history must reach back at least 90 days before start, got 0 days"):
        c.new_returning(who, when, **MAY, history_from=at(1))


def test_an_empty_log_gives_zeros() -> None:
    found = c.new_returning([], [], [], **MAY)
    assert (found.people, found.new_share, found.amount, found.history) == (0, None, 0, None)
    cohort = c.cohort_conversion([], [], [], **MAY)
    assert (cohort.members, cohort.rate, cohort.low, cohort.share_of_buyers) == (0, None, None, None)
    funnel = c.funnel([], [], [], steps=["see", "buy"])
    assert funnel.people.tolist() == [0, 0]
    assert np.isnan(funnel.of_first).all()
    assert np.isnat(funnel.median_wait).all()


def test_sums_of_money_leave_64_bits_exactly() -> None:
    when = [at(-100), at(1), at(2), at(3)]
    found = c.new_returning(["x", "ann", "ann", "bo"], when, [1, 2**62, 2**62 - 1, -(2**61)], **MAY)
    assert found.amount == 2**63 - 1 - 2**61
    most = c.cohort_conversion([1], [1, 1], [at(1)] * 2, [2**63 - 1] * 2, **MAY)
    assert most.amount == 2**64 - 2
    assert c.CohortConversion.model_validate_json(most.model_dump_json()) == most


@given(log=logs, members=st.lists(st.sampled_from("ABCXYZ"), max_size=6))
def test_members_who_bought_are_counted_once(log: Any, members: list[str]) -> None:
    found = c.cohort_conversion(members, *columns_of(log), **MAY)
    inside = [(name, money) for name, day, money in log if 0 <= day < 31]
    buyers = {name for name, _ in inside}
    theirs = [money for name, money in inside if name in members]
    assert (found.members, found.buyers, found.all_buyers) == (
        len(set(members)),
        len(buyers & set(members)),
        len(buyers),
    )
    assert (found.orders, found.amount) == (len(theirs), sum(theirs))
    assert found.rate == (found.buyers / found.members if members else None)
    assert found.share_of_buyers == (found.buyers / len(buyers) if buyers else None)


# --- funnels --------------------------------------------------------------------------------------------------------

STEPS = ["see", "like", "buy"]
events = st.lists(st.tuples(st.integers(1, 3), st.sampled_from([*STEPS, "other"]), st.integers(0, 9)), max_size=14)


def brute(rows: Any, within: int | None) -> tuple[list[int], list[list[int]]]:
    reached: list[list[int]] = [[], [], []]
    waits: list[list[int]] = [[], [], []]
    for person in {who for who, _, _ in rows}:
        previous = first = None
        for n, step in enumerate(STEPS):
            days = [
                day
                for who, name, day in rows
                if (who, name) == (person, step)
                and (previous is None or day >= previous)
                and (first is None or within is None or day < first + within)
            ]
            if not days:
                break
            if previous is not None:
                waits[n].append(min(days) - previous)
            previous = min(days)
            first = previous if first is None else first
            reached[n].append(person)
    return [len(people) for people in reached], waits


@given(rows=events, within=st.none() | st.integers(1, 6))
def test_a_funnel_equals_the_walk_of_each_person_and_never_widens(rows: Any, within: int | None) -> None:
    who, step, day = zip(*rows, strict=True) if rows else ((), (), ())
    span = None if within is None else dt.timedelta(days=within)
    table = c.funnel(list(who), list(step), [at(one) for one in day], steps=STEPS, within=span)
    counts, waits = brute(rows, within)
    assert table.people.tolist() == counts == sorted(counts, reverse=True)
    assert table.lost.tolist() == [0, counts[0] - counts[1], counts[1] - counts[2]]
    for n, row in enumerate(table.rows()):
        median = sorted(waits[n])[(len(waits[n]) - 1) // 2] if waits[n] else None
        assert row.median_wait == (None if median is None else dt.timedelta(days=median))
        base = counts[max(n - 1, 0)]
        assert row.of_previous == counts[n] / base if base else np.isnan(row.of_previous)
        assert row.low <= row.of_previous <= row.high + 1e-12 if base else np.isnan(row.low)
        assert row.of_first == counts[n] / counts[0] if counts[0] else np.isnan(row.of_first)


def test_only_the_first_attempt_counts() -> None:
    days = [0, 20, 21]
    table = c.funnel(
        [1, 1, 1], ["see", "see", "buy"], [at(d) for d in days], steps=["see", "buy"], within=dt.timedelta(7)
    )
    assert table.people.tolist() == [1, 0]


def test_a_term_without_end_reaches_the_end_of_time() -> None:
    far = np.array([2**61, 2**63 - 10]).view("M8[us]")
    table = c.funnel([1, 1], [7, 8], far, steps=[7, 8], within=dt.timedelta(days=10**8))
    assert table.people.tolist() == [1, 1]


# --- cost -----------------------------------------------------------------------------------------------------------


def test_the_cost_of_a_thousand_reposts() -> None:
    given = MECHANISMS["cost_per"]
    assert c.cost_per(given["cost"], given["count"], per=given["per"]) == given["answer"]
    assert c.cost_per(100, 0) is None
    assert [c.cost_per(5, 2, rounding=rule) for rule in ("half_even", "up", "down")] == [2, 3, 2]


# --- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: c.cost_per(39.9, 2), "cost must be an int of minor units, got 39.9. Currency"),
        (lambda: c.cost_per(True, 2), "cost must be an int of minor units, got True"),
        (lambda: c.cost_per(1, -1), "count must be a whole number of at least 0"),
        (lambda: c.cost_per(1, 1, per=0), "per must be a whole number of at least 1"),
        (lambda: c.cost_per(1, 1, rounding="nearest"), "rounding must be one of half_even"),
        (lambda: c.new_returning(["a"], [at(0)], [1.5], **MAY), "amount must hold whole minor units"),
        (lambda: c.new_returning(["a", "b"], [at(0)], **MAY), "when must be as long as customer"),
        (lambda: c.new_returning([], [], start=END, end=START), "end must not be before start"),
        (
            lambda: c.new_returning([], [], **MAY, min_history=-NO_WAIT - dt.timedelta(1)),
            "min_history must be at least 0",
        ),
        (lambda: c.new_returning([], [], **MAY, confidence=95), "confidence must lie strictly between 0 and 1"),
        (lambda: c.cohort_conversion([1], ["a"], [at(0)], **MAY), "members must hold the same kind of ids as customer"),
        (lambda: c.funnel([1], ["a"], [at(0)], steps="ab"), "steps must be a column: a list.* got 'ab'"),
        (
            lambda: c.funnel([1], ["a"], [at(0)], steps=["a", "b", "a"]),
            "steps must name each only once, got 'a' at row 2",
        ),
        (lambda: c.funnel([1], ["a"], [at(0)], steps=[1]), "steps must hold the same kind of ids as step"),
        (lambda: c.funnel([1], ["a"], [at(0)], steps=["a"], within=NO_WAIT), "within must be longer than nothing"),
        (lambda: c.funnel([1], ["a"], [at(0)], steps=["a"], within=np.timedelta64(1, "Y")), "within must"),
    ],
)
def test_what_cannot_be_counted_is_refused(call: Any, words: str) -> None:
    with refuses(InvalidInput, match=words):
        call()


def test_waits_that_do_not_fit_64_bits_are_refused() -> None:
    far = np.array([-(2**62), 2**62]).view("M8[us]")
    with refuses(Overflow, match="campaign.funnel: at must lie so close together that waits fit 64 bits"):
        c.funnel([1, 1], ["see", "buy"], far, steps=["see", "buy"])


def test_a_history_is_short_by_any_moment() -> None:
    almost = at(-90) + dt.timedelta(microseconds=1)
    with refuses(InvalidInput, match="at least 90 days before start, got 89 days, 23:59:59.999999"):
        c.new_returning(["ann"], [almost], **MAY)
    assert c.new_returning(["ann"], [at(-90)], **MAY).history == dt.timedelta(90)


def test_each_function_refuses_a_confidence_in_its_own_name() -> None:
    calls = {
        "new_returning": lambda: c.new_returning([], [], **MAY, confidence=95),
        "cohort_conversion": lambda: c.cohort_conversion([], [], [], **MAY, confidence=95),
        "funnel": lambda: c.funnel([], [], [], steps=["a"], confidence=95),
        "tally": lambda: c.tally([], [], options=["a"], confidence=95),
        "contribution": lambda: c.contribution(
            c.Paths.from_columns([], [], [], won=[], won_at=[]),
            confidence=95,
        ),
    }
    for name, call in calls.items():
        with refuses(InvalidInput, match=f"campaign.{name}: confidence must lie strictly between 0 and 1, got 95"):
            call()


def test_no_steps_and_naive_ends_are_refused() -> None:
    with refuses(EmptyInput, match="steps must name at least one, got none"):
        c.funnel([], [], [], steps=[])
    with refuses(AmbiguousTime, match="start must be"):
        c.new_returning([], [], start=dt.datetime(2026, 5, 1), end=END)
