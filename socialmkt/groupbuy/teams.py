"""Small teams: a few buyers who must find together within a day.

A team is opened by its first join, lives for a window, and is complete once it has its size. Joins that name no team
fill the one that expires first. A team that falls short fails, or, where the shop says so, is completed as it stands:
nobody is invented.
"""

from __future__ import annotations

import heapq
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from pydantic import model_validator

from socialmkt.core._model_show import lines_html
from socialmkt.core._models import read_models
from socialmkt.core._whole import is_int
from socialmkt.core.errors import InvalidInput, refuse
from socialmkt.core.instants import from_us, to_us
from socialmkt.core.labels import Code
from socialmkt.core.model import Frozen, Instant, Name
from socialmkt.groupbuy._order import Buyer

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Join", "RefusedJoin", "Team", "TeamMatch", "TeamReason", "TeamStatus", "match_teams"]

_FUNC = "groupbuy.match_teams"


class TeamStatus(Code):
    """Where a team stands.

    Examples
    --------
    >>> TeamStatus.complete.en, TeamStatus.complete.zh
    ('complete', '已成团')
    """

    open = "open", "拼团中", "open"
    complete = "complete", "已成团", "complete"
    auto_complete = "auto_complete", "自动成团", "completed as it stood"
    failed = "failed", "未成团", "failed"
    dissolved = "dissolved", "已解散", "dissolved"


class TeamReason(Code):
    """Why a join was refused.

    Examples
    --------
    >>> TeamReason.team_expired.en, TeamReason.team_expired.zh
    ('the team has expired', '该团已过期')
    """

    team_complete = "team_complete", "该团已满", "the team is complete"
    team_expired = "team_expired", "该团已过期", "the team has expired"
    team_dissolved = "team_dissolved", "该团已解散", "the team was dissolved"
    already_member = "already_member", "已在该团中", "already a member"


class Join(Frozen):
    """A paid join.

    Parameters
    ----------
    buyer : int or str
        Who.
    at : instant
        When.
    team : str, optional
        Which team, by the name it was opened with or the id it was given; left out, the one that expires first.
    left_at : instant not before `at`, optional
        When the buyer left it.

    Raises
    ------
    pydantic.ValidationError
        A field breaks its rule.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> Join(buyer="ann", at=datetime(2026, 3, 1, tzinfo=UTC), team="red").team
    'red'
    """

    buyer: Buyer
    at: Instant
    team: Name | None = None
    left_at: Instant | None = None

    @model_validator(mode="after")
    def _in_time_order(self) -> Self:
        if self.left_at is not None and self.left_at < self.at:
            raise refuse(InvalidInput, "", "left_at", f"not be before at, {self.at}", self.left_at)
        return self


class Team(Frozen):
    """A team, as seen from an instant.

    Attributes
    ----------
    id : str
        Its name, or where it was given none `team-1`, `team-2`, ... by the order of opening, past names that are
        taken; a later join may name it.
    leader : int, str or None
        The first of its members; None where all have left.
    members : tuple of int or str
        Who is present, in the order of joining.
    opened_at, expires_at : instant
        It lives in `[opened_at, expires_at)`.
    status : TeamStatus
        Where it stands.
    completed_at : instant or None
        When it was completed.

    Examples
    --------
    >>> from datetime import UTC, datetime, timedelta
    >>> nine = datetime(2026, 3, 1, 9, tzinfo=UTC)
    >>> match = match_teams([Join(buyer="ann", at=nine)], size=2, window=timedelta(hours=24), as_of=nine)
    >>> match.teams[0].leader, match.teams[0].status
    ('ann', <TeamStatus.open: 'open'>)
    """

    id: Name
    leader: Buyer | None
    members: tuple[Buyer, ...]
    opened_at: Instant
    expires_at: Instant
    status: TeamStatus
    completed_at: Instant | None


class RefusedJoin(NamedTuple):
    """A join that a named team could not take.

    Attributes
    ----------
    buyer : int or str
        Who.
    at : instant
        When.
    team : str
        Which team.
    reason : TeamReason
        Why.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> RefusedJoin("bo", datetime(2026, 3, 1, tzinfo=UTC), "red", TeamReason.team_complete).reason.en
    'the team is complete'
    """

    buyer: int | str
    at: datetime
    team: str
    reason: TeamReason


class TeamMatch(Frozen):
    """All teams and all refusals, as seen from an instant.

    Attributes
    ----------
    teams : tuple of Team
        In the order of opening.
    refused : tuple of RefusedJoin
        In the order of the joins.

    Examples
    --------
    >>> TeamMatch(teams=(), refused=()).teams
    ()
    """

    teams: tuple[Team, ...]
    refused: tuple[RefusedJoin, ...]

    def _repr_html_(self) -> str:
        names = ("id", "status", "leader", "members", "opened_at", "expires_at", "completed_at")
        lines = [tuple(getattr(team, name) for name in names) for team in self.teams]
        return lines_html("TeamMatch", names, lines, {"teams": len(self.teams), "refused": len(self.refused)})


def match_teams(
    joins: Iterable[Join],
    *,
    size: int,
    window: timedelta,
    as_of: datetime,
    auto_complete_ratio: float | None = None,
) -> TeamMatch:
    """Put paid joins into small teams.

    Parameters
    ----------
    joins : iterable of Join
        In any order.
    size : int >= 2
        Members of a complete team.
    window : timedelta above 0
        How long a team has.
    as_of : instant
        Seen from when: later joins and departures do not exist.
    auto_complete_ratio : float, 0 < ratio <= 1, optional
        Complete a team at its expiry if `len(members) / size` is at least this; left out, it fails.

    Returns
    -------
    TeamMatch
        Teams in the order of opening, and the joins that were refused.

    Raises
    ------
    InvalidInput
        A size below 2, a window or a ratio out of range, or something that is no join.
    AmbiguousTime
        A naive `as_of`.
    Overflow
        A window beyond the year 9999.

    Notes
    -----
    Joins come by (`at`, `buyer`, `team`), departures at an instant before joins. Who leaves an open team frees the
    place, the next in line leads, and the window does not move; the last one out leaves the team dissolved. Leaving a
    complete team changes nothing. O(n log n).

    Examples
    --------
    >>> from datetime import UTC, datetime, timedelta
    >>> nine = datetime(2026, 3, 1, 9, tzinfo=UTC)
    >>> joins = [Join(buyer=name, at=nine + timedelta(hours=hour)) for hour, name in enumerate(["ann", "bo", "cy"])]
    >>> match = match_teams(joins, size=2, window=timedelta(hours=24), as_of=nine + timedelta(days=2))
    >>> [(team.members, team.status.value) for team in match.teams]
    [(('ann', 'bo'), 'complete'), (('cy',), 'failed')]
    """
    if not is_int(size) or size < 2:
        raise refuse(InvalidInput, _FUNC, "size", "be a whole number, 2 or more", size)
    if not isinstance(window, timedelta) or window <= timedelta(0):
        raise refuse(InvalidInput, _FUNC, "window", "be a timedelta above 0", window)
    at = from_us(to_us(as_of, func=_FUNC, name="as_of"), func=_FUNC, name="as_of")
    known = _sorted_until(joins, at)
    matching = _Matching(int(size), window, _ratio(auto_complete_ratio))
    for join in known:
        matching.join(join, at)
    matching.advance(at)
    teams = tuple(team.frozen() for team in matching.teams)
    return TeamMatch.model_construct(teams=teams, refused=tuple(matching.refused))


def _ratio(ratio: Any) -> float | None:
    if ratio is None:
        return None
    if isinstance(ratio, bool) or not isinstance(ratio, int | float) or not 0 < ratio <= 1:
        raise refuse(InvalidInput, _FUNC, "auto_complete_ratio", "be above 0 and at most 1", ratio)
    return ratio


def _sorted_until(joins: Iterable[Join], at: datetime) -> list[Join]:
    listed = read_models(joins, Join, func=_FUNC, name="joins")
    return sorted((join for join in listed if join.at <= at), key=_turn)


def _turn(join: Join) -> tuple[Any, ...]:
    """Order joins by instant, buyer and team; equal ones by who leaves first, so that the input's order has no say."""
    left_at = join.left_at
    return join.at, isinstance(join.buyer, str), join.buyer, join.team or "", left_at is None, left_at or join.at


class _Open:
    """A team in the making."""

    __slots__ = ("completed_at", "expires_at", "id", "members", "opened_at", "place", "status")

    def __init__(self, name: str, place: int, opened_at: datetime, expires_at: datetime) -> None:
        self.id, self.place, self.opened_at, self.expires_at = name, place, opened_at, expires_at
        self.members: dict[int | str, None] = {}
        self.status = TeamStatus.open
        self.completed_at: datetime | None = None

    def frozen(self) -> Team:
        members = tuple(self.members)
        return Team.model_construct(
            id=self.id,
            leader=members[0] if members else None,
            members=members,
            opened_at=self.opened_at,
            expires_at=self.expires_at,
            status=self.status,
            completed_at=self.completed_at,
        )


_CLOSED = {
    TeamStatus.complete: TeamReason.team_complete,
    TeamStatus.auto_complete: TeamReason.team_expired,
    TeamStatus.failed: TeamReason.team_expired,
    TeamStatus.dissolved: TeamReason.team_dissolved,
}


class _Matching:
    """All teams at an instant that moves on.

    All windows are equally long, so teams expire in the order of opening: the first open team is the one to fill.
    `following[place]` leads past teams that are closed for good; `passed[buyer]` is a place before which every open
    team has this buyer, but for those in `freed[buyer]`.
    """

    def __init__(self, size: int, window: timedelta, ratio: float | None) -> None:
        self.size, self.ratio = size, ratio
        self.window_us = window // timedelta(microseconds=1)
        self.teams: list[_Open] = []
        self.by_name: dict[str, _Open] = {}
        self.refused: list[RefusedJoin] = []
        self.expired = self.number = 0
        self.leaving: list[tuple[datetime, int, _Open, int | str]] = []
        self.turns = count()
        self.following: list[int] = [0]
        self.passed: dict[int | str, int] = {}
        self.freed: dict[int | str, list[int]] = {}

    def join(self, join: Join, until: datetime) -> None:
        """Take one join into a team, or refuse it."""
        self.advance(join.at)
        team = self._found(join)
        if team is None:
            return
        team.members[join.buyer] = None
        if len(team.members) == self.size:
            self._close(team, TeamStatus.complete, join.at)
        elif join.left_at is not None and join.left_at <= until:
            heapq.heappush(self.leaving, (join.left_at, next(self.turns), team, join.buyer))

    def advance(self, at: datetime) -> None:
        """Let teams expire and members leave, in time order; a team that expires is over before anyone leaves."""
        while self.leaving and self.leaving[0][0] <= at:
            instant, _, team, buyer = heapq.heappop(self.leaving)
            self._expire(instant)
            self._leave(team, buyer, instant)
        self._expire(at)

    def _expire(self, at: datetime) -> None:
        while self.expired < len(self.teams) and self.teams[self.expired].expires_at <= at:
            team = self.teams[self.expired]
            self.expired += 1
            if team.status is TeamStatus.open:
                enough = self.ratio is not None and len(team.members) / self.size >= self.ratio
                self._close(team, TeamStatus.auto_complete if enough else TeamStatus.failed, team.expires_at)

    def _leave(self, team: _Open, buyer: int | str, at: datetime) -> None:
        if team.status is not TeamStatus.open:
            return
        del team.members[buyer]
        if team.members:
            heapq.heappush(self.freed.setdefault(buyer, []), team.place)
        else:
            self._close(team, TeamStatus.dissolved, at)

    def _close(self, team: _Open, status: TeamStatus, at: datetime) -> None:
        team.status = status
        if status is TeamStatus.complete or status is TeamStatus.auto_complete:
            team.completed_at = at
        self.following[team.place] = team.place + 1

    def _found(self, join: Join) -> _Open | None:
        """Find the team of a join, or open it; None where the join is refused."""
        if join.team is None:
            return self._first_lacking(join.buyer) or self._opened(self._next_name(), join.at)
        team = self.by_name.get(join.team)
        if team is None:
            return self._opened(join.team, join.at)
        reason = _CLOSED.get(team.status)
        if reason is None and join.buyer in team.members:
            reason = TeamReason.already_member
        if reason is None:
            return team
        self.refused.append(RefusedJoin(join.buyer, join.at, join.team, reason))
        return None

    def _next_name(self) -> str:
        self.number = max(self.number, len(self.teams)) + 1
        while f"team-{self.number}" in self.by_name:
            self.number += 1
        return f"team-{self.number}"

    def _opened(self, name: str, at: datetime) -> _Open:
        expires_at = from_us(to_us(at) + self.window_us, func=_FUNC, name="window")
        team = _Open(name, len(self.teams), at, expires_at)
        self.teams.append(team)
        self.following.append(len(self.teams))
        self.by_name[name] = team
        return team

    def _first_lacking(self, buyer: int | str) -> _Open | None:
        """Find the open team that expires first and lacks a buyer."""
        place = self._next_open(self.passed.get(buyer, 0))
        while place < len(self.teams) and buyer in self.teams[place].members:
            place = self._next_open(place + 1)
        self.passed[buyer] = place
        freed = self.freed.get(buyer, [])
        while freed and not self._takes(self.teams[freed[0]], buyer):
            heapq.heappop(freed)
        first = min([place, *freed[:1]])
        return self.teams[first] if first < len(self.teams) else None

    def _takes(self, team: _Open, buyer: int | str) -> bool:
        return team.status is TeamStatus.open and buyer not in team.members

    def _next_open(self, place: int) -> int:
        """Follow the pointers past closed teams, and shorten them on the way."""
        end = place
        while self.following[end] != end:
            end = self.following[end]
        while self.following[place] != end:
            self.following[place], place = end, self.following[place]
        return end
