"""Polls: the last vote stands, a lead is called clear only if it is, and circles have no winner."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialmkt import campaign as c
from socialmkt.core.errors import EmptyInput, InvalidInput
from tests.campaign.vectors import MECHANISMS
from tests.refusals import refuses

OPTIONS = ["tea", "rice", "figs"]
votes = st.lists(st.tuples(st.integers(1, 4), st.sampled_from([*OPTIONS, "none"]), st.integers(0, 3)), max_size=12)


def poll_of(rows: Any, **options: Any) -> c.PollResult:
    at = np.array([day for _, _, day in rows], "M8[D]").astype("M8[us]")
    return c.tally(
        [who for who, _, _ in rows], [what for _, what, _ in rows], at, options=OPTIONS, abstain="none", **options
    )


def of_counts(*counts: int) -> c.PollResult:
    names = OPTIONS[: len(counts)]
    chosen = [name for name, count in zip(names, counts, strict=True) for _ in range(count)]
    return c.tally(range(len(chosen)), chosen, options=names)


@pytest.mark.parametrize(("first", "second", "verdict"), MECHANISMS["verdicts"])
def test_a_lead_is_clear_only_where_it_is(first: int, second: int, verdict: str) -> None:
    found = of_counts(second, first)
    assert (found.verdict, found.leader, found.runner_up) == (verdict, "rice", "tea")
    assert found.lead == (first - second) / (first + second)


@pytest.mark.parametrize(("votes_for", "voters", "low", "high"), MECHANISMS["shares"])
def test_shares_have_intervals(votes_for: int, voters: int, low: float, high: float) -> None:
    found = of_counts(votes_for, voters - votes_for)
    row = next(row for row in found.table.rows() if row.option == "tea")
    assert (row.votes, row.share, round(row.low, 6), round(row.high, 6)) == (votes_for, votes_for / voters, low, high)


def test_ties_and_empty_polls_have_no_leader() -> None:
    tie, empty = of_counts(3, 3, 1), of_counts(0, 0)
    assert (tie.verdict, tie.leader, tie.runner_up, tie.lead) == ("tie", None, None, 0)
    assert (empty.verdict, empty.leader, empty.lead, empty.voters) == ("none", None, 0, 0)
    assert np.isnan(empty.table.share).all()


def test_one_option_leads_alone() -> None:
    found = c.tally([1, 2], ["tea", "tea"], options=["tea"])
    assert (found.verdict, found.leader, found.runner_up, found.lead) == ("clear", "tea", None, 1)


def test_rows_stand_by_votes_then_by_the_order_of_the_options() -> None:
    assert of_counts(1, 2, 1).table.option.tolist() == ["rice", "tea", "figs"]


def test_people_who_chose_both_of_the_first_two_decide_nothing() -> None:
    who = [*range(30), *range(30), *range(30, 36)]
    chosen = ["tea"] * 30 + ["rice"] * 30 + ["tea"] * 6
    assert c.tally(who, chosen, options=["tea", "rice"], per_person=2).verdict == "clear"
    assert c.tally(who[:-1], chosen[:-1], options=["tea", "rice"], per_person=2).verdict == "unclear"


def test_an_abstention_withdraws_and_is_withdrawn() -> None:
    rows = [(1, "tea", 0), (1, "none", 1), (2, "none", 0), (2, "rice", 1), (3, "none", 0), (3, "none", 1)]
    found = poll_of(rows, electorate=8)
    assert (found.voters, found.abstained, found.superseded, found.turnout) == (1, 2, 3, 3 / 8)
    assert c.tally([], [], options=OPTIONS, electorate=0).turnout is None


def standing(rows: Any, per_person: int) -> tuple[dict[int, list[str]], int]:
    """Play the votes one after the other."""
    stands: dict[int, list[str]] = {}
    abstains: set[int] = set()
    for who, what, _ in sorted(rows, key=lambda row: row[2]):
        if what == "none":
            stands[who] = []
            abstains.add(who)
        else:
            stands[who] = [*(one for one in stands.get(who, []) if one != what), what][-per_person:]
            abstains.discard(who)
    return stands, len(abstains)


@given(rows=votes, per_person=st.integers(1, 3))
def test_the_poll_equals_playing_the_votes_one_by_one(rows: Any, per_person: int) -> None:
    found = poll_of(rows, per_person=per_person)
    stands, abstained = standing(rows, per_person)
    counts = {row.option: row.votes for row in found.table.rows()}
    assert counts == {name: sum(name in chosen for chosen in stands.values()) for name in OPTIONS}
    assert (found.voters, found.abstained) == (sum(map(bool, stands.values())), abstained)
    assert found.superseded == len(rows) - sum(counts.values()) - abstained


@given(rows=votes, who=st.integers(1, 5), what=st.sampled_from(OPTIONS), per_person=st.integers(1, 3))
def test_a_further_vote_for_an_option_never_lowers_it(rows: Any, who: int, what: str, per_person: int) -> None:
    before, after = (
        {row.option: row.votes for row in poll_of(one, per_person=per_person).table.rows()}
        for one in (rows, [*rows, (who, what, 9)])
    )
    assert after[what] >= before[what]


# --- rankings -------------------------------------------------------------------------------------------------------


def ranked(ballots: list[str], names: str = "abc") -> c.Ranked:
    rows = [(n, letter, place + 1) for n, text in enumerate(ballots) for place, letter in enumerate(text)]
    who, what, rank = zip(*rows, strict=True) if rows else ((), (), ())
    return c.condorcet(list(who), list(what), list(rank), options=list(names))


def test_majorities_can_run_in_a_circle() -> None:
    given = MECHANISMS["circle"]
    found = ranked(given["ballots"])
    assert (found.winner, list(found.weak_winners)) == (given["winner"], given["weak_winners"])
    assert (found.table.prefer_a.tolist(), found.table.prefer_b.tolist()) == ([2, 1, 2], [1, 2, 1])


def test_options_left_out_rank_below_those_listed() -> None:
    found = ranked(["b", "ba", "c"])
    assert (found.winner, found.ballots) == ("b", 3)
    assert ranked(["b", "a"]).weak_winners == ("a", "b")
    assert ranked(["b", "a"]).winner is None
    assert ranked([]).weak_winners == ("a", "b", "c")
    assert (ranked([], "a").winner, ranked(["a"], "a").winner) == (None, "a")


def test_the_worst_rank_still_stands_above_what_was_left_out() -> None:
    found = c.condorcet([1], ["a"], [2**63 - 1], options=["a", "b"])
    assert (found.table.prefer_a.tolist(), found.table.prefer_b.tolist()) == ([1], [0])


def test_options_may_be_any_column() -> None:
    assert c.tally([1], ["b"], options=np.array(["a", "b"])).leader == "b"
    polars = pytest.importorskip("polars")
    assert c.tally([1], ["b"], options=polars.Series(["a", "b"])).leader == "b"


def test_equal_ranks_are_no_preference() -> None:
    found = c.condorcet([1, 1, 2, 2], ["a", "b", "a", "b"], [1, 1, 2, 1], options=["a", "b"])
    assert (found.table.prefer_a.tolist(), found.table.prefer_b.tolist(), found.winner) == ([0], [1], "b")


@given(
    ballots=st.lists(
        st.permutations("abc").flatmap(lambda p: st.integers(0, 3).map(lambda n: "".join(p)[:n])), max_size=7
    )
)
def test_a_winner_beats_every_other_option(ballots: list[str]) -> None:
    ballots = [one for one in ballots if one]
    found = ranked(ballots)

    def prefer(a: str, b: str) -> int:
        return sum(a in one and (b not in one or one.index(a) < one.index(b)) for one in ballots)

    pairs = list(itertools.combinations("abc", 2))
    assert found.table.prefer_a.tolist() == [prefer(a, b) for a, b in pairs]
    assert found.table.prefer_b.tolist() == [prefer(b, a) for a, b in pairs]
    winners = [a for a in "abc" if all(prefer(a, b) > prefer(b, a) for b in "abc" if b != a)]
    assert found.winner == (winners[0] if winners else None)
    assert list(found.weak_winners) == [a for a in "abc" if all(prefer(a, b) >= prefer(b, a) for b in "abc")]


# --- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: c.tally([1, 2], ["tea", "beer"], options=OPTIONS),
            "option must be one of the options, got 'beer' at row 1",
        ),
        (lambda: c.tally([1], ["tea"], options="tea"), "options must be a column: a list.* got 'tea'"),
        (lambda: c.tally([1], ["tea"], options={"tea"}), "options must be a column: a list.* a set has no order"),
        (lambda: c.tally([1], ["tea"], options=["tea", "tea"]), "options must name each only once, got 'tea' at row 1"),
        (lambda: c.tally([1], [1], options=OPTIONS), "options must hold the same kind of ids as option"),
        (
            lambda: c.tally([1], ["tea"], options=OPTIONS, per_person=0),
            "per_person must be a whole number of at least 1",
        ),
        (lambda: c.tally([1], ["tea"], options=OPTIONS, abstain="rice"), "abstain must be text that is no option"),
        (lambda: c.tally([1], ["tea"], options=OPTIONS, abstain=0), "abstain must be text that is no option, got 0"),
        (
            lambda: c.tally([1, 2], ["tea"] * 2, options=OPTIONS, electorate=1),
            "electorate must be at least the 2 people",
        ),
        (lambda: c.tally([1], ["tea"], options=OPTIONS, confidence=95), "confidence must lie strictly between"),
        (lambda: c.tally([1.0], ["tea"], options=OPTIONS), "voter must hold whole numbers, text"),
        (
            lambda: c.condorcet([1, 1], ["a", "a"], [1, 2], options=["a", "b"]),
            "option must be ranked once by each voter, got 'a' again at row 1",
        ),
        (
            lambda: c.condorcet([1], ["x"], [1], options=["a", "b"]),
            "option must be one of the options, got 'x' at row 0",
        ),
        (lambda: c.condorcet([1], ["a"], [0], options=["a", "b"]), "rank must be at least 1, got 0 at row 0"),
    ],
)
def test_votes_that_do_not_count_are_refused(call: Any, words: str) -> None:
    with refuses(InvalidInput, match=words):
        call()


def test_no_options_are_refused_and_numbers_are_fine() -> None:
    with refuses(EmptyInput, match="options must name at least one, got none"):
        c.tally([], [], options=[])
    found = c.tally(["x"], [7], [dt.datetime(2026, 3, 1, tzinfo=dt.UTC)], options=[7, 9])
    assert (found.leader, found.runner_up) == (7, 9)
