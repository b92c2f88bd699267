"""Teams: against a slow definition that looks at every team at every join, by example, and what is refused."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core.errors import AmbiguousTime, InvalidInput, Overflow
from socialmkt.core.labels import label
from socialmkt.groupbuy import Join, TeamMatch, TeamReason, TeamStatus, match_teams
from tests.groupbuy.worlds import minute
from tests.refusals import refuses

VECTOR = json.loads((Path(__file__).resolve().parents[2] / "tests/vectors/groupbuy_deals.json").read_text())["team"]
DAY = timedelta(hours=24)


def join(buyer: Any, at: int, team: str | None = None, left: int | None = None) -> Join:
    return Join(buyer=buyer, at=minute(at), team=team, left_at=None if left is None else minute(left))


class SlowTeams:
    """All teams, walked through one by one at every event: expiry first, then departures, then joins."""

    def __init__(self, size: int, window: timedelta, ratio: float | None) -> None:
        self.size, self.window, self.ratio = size, window, ratio
        self.teams: list[dict[str, Any]] = []
        self.refused: list[Any] = []
        self.leaving: list[tuple[datetime, dict[str, Any], Any]] = []

    def expire(self, now: datetime) -> None:
        for team in self.teams:
            if team["status"] == "open" and team["expires_at"] <= now:
                enough = self.ratio is not None and len(team["members"]) / self.size >= self.ratio
                team["status"] = "auto_complete" if enough else "failed"
                team["completed_at"] = team["expires_at"] if enough else None

    def leave(self, now: datetime) -> None:
        for entry in [entry for entry in self.leaving if entry[0] <= now]:
            self.leaving.remove(entry)
            _, team, buyer = entry
            if team["status"] == "open":
                team["members"].remove(buyer)
                team["status"] = "open" if team["members"] else "dissolved"

    def join(self, one: Join) -> None:
        team = self.first_lacking(one.buyer) if one.team is None else self.named(one.team)
        if team is None:
            team = {"id": one.team, "members": [], "opened_at": one.at, "expires_at": one.at + self.window}
            team |= {"status": "open", "completed_at": None}
            self.teams.append(team)
        reasons = {"open": "already_member" if one.buyer in team["members"] else None, "complete": "team_complete"}
        reason = {**reasons, "dissolved": "team_dissolved"}.get(team["status"], "team_expired")
        if reason:
            self.refused.append((one.buyer, one.at, one.team, reason))
            return
        team["members"].append(one.buyer)
        if len(team["members"]) == self.size:
            team["status"], team["completed_at"] = "complete", one.at
        elif one.left_at is not None:
            self.leaving.append((one.left_at, team, one.buyer))

    def named(self, name: str) -> Any:
        return next((team for team in self.teams if team["id"] == name), None)

    def first_lacking(self, buyer: Any) -> Any:
        lacking = [team for team in self.teams if team["status"] == "open" and buyer not in team["members"]]
        return min(lacking, key=lambda team: team["expires_at"], default=None)


def slow_match(joins: list[Join], size: int, window: timedelta, as_of: datetime, ratio: float | None) -> Any:
    slow = SlowTeams(size, window, ratio)
    ranked = sorted(
        (one for one in joins if one.at <= as_of),
        key=lambda one: (
            one.at, isinstance(one.buyer, str), one.buyer, one.team or "", one.left_at is None, one.left_at or one.at,
        ),
    )  # fmt: skip
    moments = {one.at for one in ranked} | {one.left_at for one in ranked if one.left_at} | {as_of}
    for now in sorted(one for one in moments if one <= as_of):
        slow.expire(now)
        slow.leave(now)
        for one in [one for one in ranked if one.at == now]:
            slow.join(one)
            slow.leave(now)
    return slow.teams, slow.refused


@st.composite
def joins(draw: st.DrawFn) -> list[Join]:
    return [
        join(
            draw(st.integers(1, 4) | st.sampled_from(["ann", "bo"])),
            at := draw(st.integers(0, 30)),
            draw(st.sampled_from([None, None, None, "red", "blue"])),
            draw(st.none() | st.integers(at, at + 12)),
        )
        for _ in range(draw(st.integers(0, 25)))
    ]


def shape(match: TeamMatch) -> Any:
    teams = [
        {
            "members": list(team.members), "opened_at": team.opened_at, "expires_at": team.expires_at,
            "status": team.status.value, "completed_at": team.completed_at,
        }
        for team in match.teams
    ]  # fmt: skip
    return teams, [tuple(one) for one in match.refused]


@given(
    asked=joins(),
    size=st.integers(2, 4),
    window=st.sampled_from([5, 12, 60]),
    at=st.integers(0, 60),
    ratio=st.none() | st.floats(0.1, 1),
)
def test_teams_follow_their_slow_definition(
    asked: list[Join], size: int, window: int, at: int, ratio: float | None
) -> None:
    lasts = timedelta(minutes=window)
    match = match_teams(asked, size=size, window=lasts, as_of=minute(at), auto_complete_ratio=ratio)
    teams, refused = slow_match(asked, size, lasts, minute(at), ratio)
    names = [team.pop("id") for team in teams]
    assert shape(match) == (teams, refused)
    assert all(name in (None, team.id) for name, team in zip(names, match.teams, strict=True))
    assert all(team.leader == (team.members[0] if team.members else None) for team in match.teams)
    assert len({team.id for team in match.teams}) == len(match.teams)


@given(asked=joins(), size=st.integers(2, 4), data=st.data())
def test_no_member_is_invented_and_the_order_of_input_has_no_say(asked: list[Join], size: int, data: Any) -> None:
    match = match_teams(asked, size=size, window=DAY, as_of=minute(90), auto_complete_ratio=0.1)
    buyers = {one.buyer for one in asked}
    assert all(set(team.members) <= buyers for team in match.teams)
    assert all(len(team.members) <= size for team in match.teams)
    shuffled = data.draw(st.permutations(asked))
    again = match_teams(iter(shuffled), size=size, window=DAY, as_of=minute(90), auto_complete_ratio=0.1)
    assert again == match


@pytest.mark.parametrize("paid", VECTOR["paid"])
def test_a_team_is_completed_at_its_expiry_by_the_share_of_its_size(paid: str) -> None:
    asked = [join(buyer, buyer) for buyer in range(int(paid))]
    match = match_teams(
        asked, size=VECTOR["size"], window=DAY, as_of=minute(0) + DAY, auto_complete_ratio=VECTOR["ratio"]
    )
    (team,) = match.teams
    assert team.status == VECTOR["paid"][paid]
    assert team.completed_at == (team.expires_at if team.status is TeamStatus.auto_complete else None)
    assert len(team.members) == int(paid)


def test_an_exact_share_counts_although_its_product_does_not() -> None:
    assert 0.28 * 25 > 7  # the product misjudges 7 of 25
    asked = [join(buyer, 0) for buyer in range(7)]
    (team,) = match_teams(asked, size=25, window=DAY, as_of=minute(0) + DAY, auto_complete_ratio=0.28).teams
    assert team.status is TeamStatus.auto_complete


def test_who_leaves_frees_the_place_and_the_window_does_not_move() -> None:
    asked = [join("ann", 0, left=5), join("bo", 1), join("cy", 6)]
    (team,) = match_teams(asked, size=3, window=DAY, as_of=minute(9)).teams
    assert (team.leader, team.members, team.expires_at) == ("bo", ("bo", "cy"), minute(0) + DAY)


def test_the_last_one_out_dissolves_the_team_and_leaving_a_complete_one_changes_nothing() -> None:
    asked = [join("ann", 0, "red", left=2), join("bo", 3, "red"), join("cy", 4, "blue", left=9), join("di", 5, "blue")]
    match = match_teams(asked, size=2, window=DAY, as_of=minute(10))
    assert [(team.id, team.status.value, team.leader) for team in match.teams] == [
        ("red", "dissolved", None), ("blue", "complete", "cy"),
    ]  # fmt: skip
    assert match.refused[0].reason is TeamReason.team_dissolved


def test_every_refusal_of_a_named_team_has_its_reason() -> None:
    asked = [
        join("ann", 0, "red"), join("ann", 1, "red"), join("bo", 2, "red"), join("cy", 3, "red"), join("ann", 4, "old"),
        join("di", 9, "gone", left=10), join("cy", 11, "gone"), join("cy", 24 * 60 + 4, "old"),
    ]  # fmt: skip
    match = match_teams(asked, size=2, window=DAY, as_of=minute(3000))
    assert [one.reason for one in match.refused] == [
        TeamReason.already_member, TeamReason.team_complete, TeamReason.team_dissolved, TeamReason.team_expired,
    ]  # fmt: skip
    assert set(TeamReason) == {one.reason for one in match.refused}


def test_a_join_without_a_name_fills_the_team_that_expires_first_and_lacks_the_buyer() -> None:
    asked = [join("ann", 0), join("ann", 1), join("bo", 2), join("bo", 3), join("bo", 4), join("cy", 5)]
    match = match_teams(asked, size=3, window=DAY, as_of=minute(9))
    assert [team.members for team in match.teams] == [("ann", "bo", "cy"), ("ann", "bo"), ("bo",)]


def test_a_name_that_was_given_is_not_taken_again() -> None:
    asked = [join("ann", 0, "team-2"), join("ann", 1), join("ann", 2)]
    match = match_teams(asked, size=9, window=DAY, as_of=minute(9))
    assert [team.id for team in match.teams] == ["team-2", "team-3", "team-4"]


def test_a_friend_can_join_by_the_id_of_a_team_that_had_no_name() -> None:
    opened = [join("ann", 0), join("ann", 1)]
    (_, second) = match_teams(opened, size=2, window=DAY, as_of=minute(1)).teams
    match = match_teams([*opened, join("bo", 2, second.id)], size=2, window=DAY, as_of=minute(2))
    assert [team.members for team in match.teams] == [("ann",), ("ann", "bo")]


@given(asked=joins(), early=st.integers(0, 30), late=st.integers(0, 60))
def test_a_team_keeps_its_id_whatever_comes_later(asked: list[Join], early: int, late: int) -> None:
    named = [one.model_copy(update={"team": "team-2"}) if one.team == "red" else one for one in asked]
    before, after = (
        [(team.id, team.opened_at) for team in match_teams(named, size=3, window=DAY, as_of=minute(at)).teams]
        for at in (early, early + late)
    )
    assert after[: len(before)] == before


def test_a_buyer_can_come_back_to_a_place_that_was_left() -> None:
    asked = [join("ann", 0, left=3), join("bo", 1), join("ann", 2), join("ann", 4), join("ann", 5)]
    match = match_teams(asked, size=9, window=DAY, as_of=minute(9))
    assert [team.members for team in match.teams] == [("bo", "ann"), ("ann",), ("ann",)]


def test_a_team_is_over_at_its_expiry_before_anyone_leaves_or_joins() -> None:
    asked = [join("ann", 0, left=24 * 60), join("bo", 24 * 60)]
    first, second = match_teams(asked, size=2, window=DAY, as_of=minute(24 * 60)).teams
    assert (first.members, first.status, second.members) == (("ann",), TeamStatus.failed, ("bo",))


@pytest.mark.parametrize("words", [TeamStatus, TeamReason])
def test_every_word_has_a_label_of_its_own_in_each_language(words: Any) -> None:
    for lang in ("zh", "en"):
        assert len({label(word, lang=lang) for word in words}) == len(words)


def test_matches_come_back_from_json_and_show_in_a_notebook() -> None:
    match = match_teams([join("<b>", 0), join(2, 1, "red")], size=2, window=DAY, as_of=minute(9))
    assert TeamMatch.model_validate_json(match.model_dump_json()) == match
    assert "&lt;b&gt;" in match._repr_html_()


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"size": 1}, "size must be a whole number, 2 or more, got 1"),
        ({"size": 2.0}, "size must be"),
        ({"window": timedelta(0)}, "window must be a timedelta above 0"),
        ({"window": 24}, "window must be"),
        ({"auto_complete_ratio": 0}, "auto_complete_ratio must be above 0 and at most 1, got 0"),
        ({"auto_complete_ratio": 1.1}, "auto_complete_ratio must be"),
        ({"auto_complete_ratio": float("nan")}, "auto_complete_ratio must be"),
        ({"auto_complete_ratio": True}, "auto_complete_ratio must be"),
        ({"joins": ["ann"]}, "joins must hold Join objects, got a str at row 0"),
        ({"joins": 5}, "joins must be a list of Join, got 5"),
    ],
)
def test_bad_options_are_refused(options: dict[str, Any], match: str) -> None:
    asked = {"joins": [], "size": 2, "window": DAY, "as_of": minute(0), **options}
    with refuses(InvalidInput, match=f"groupbuy.match_teams: {match}"):
        match_teams(asked.pop("joins"), **asked)


def test_times_that_do_not_fit_are_refused() -> None:
    with refuses(AmbiguousTime, match="groupbuy.match_teams: as_of must be"):
        match_teams([], size=2, window=DAY, as_of=datetime(2026, 3, 1))
    with refuses(Overflow, match="groupbuy.match_teams: window must lie in the years 1 to 9999"):
        match_teams([join("ann", 0)], size=2, window=timedelta.max, as_of=minute(0))
    with pytest.raises(ValidationError, match="left_at must not be before at"):
        join("ann", 5, left=4)
