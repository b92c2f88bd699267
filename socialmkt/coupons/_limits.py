"""The rules of issuing: each a small gate that says whether a request passes, in a fixed order."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from socialmkt.core.instants import local_days, to_us
from socialmkt.coupons._events import EventLog, Issued, Record
from socialmkt.coupons._fold import Draft, Layers, State, Tally
from socialmkt.coupons._reasons import Reason

if TYPE_CHECKING:
    from socialmkt.core.eligibility import Rule
    from socialmkt.coupons._campaign import Campaign


Refusal: TypeAlias = tuple[str, str]
"""The reason, and the requirements of a rule that were not met."""
Gate: TypeAlias = Callable[[Issued, Any], "Refusal | None"]
KeyOf: TypeAlias = Callable[[Issued], Hashable]


class Limit:
    """At most so many coupons for all claims of one key; a claim whose key is None is not counted."""

    def __init__(self, name: Hashable, reason: Reason, most: int, key_of: KeyOf) -> None:
        self.name, self.most, self.key_of = name, most, key_of
        self.refusal: Refusal = reason.value, ""
        self.base, self.over = Layers({}, {})

    def gate(self, claim: Issued, _: Any) -> Refusal | None:
        """Refuse a claim whose key has had its number."""
        key = self.key_of(claim)
        return self.refusal if (self.over.get(key) or self.base.get(key, 0)) >= self.most else None

    def count(self, claim: Issued) -> None:
        """Count a claim that was granted."""
        key = self.key_of(claim)
        if key is not None:
            self.over[key] = (self.over.get(key) or self.base.get(key, 0)) + 1

    def catch_up(self, state: State, log: EventLog) -> None:
        """Count what the ledger holds and no batch has counted yet."""
        tally = state.tallies.get(self.name, Tally(0, self.base, self.over))
        self.base, self.over = tally.base, tally.over.copy()
        for record in log.records(tally.upto):
            if isinstance(record, Issued):
                self.count(record)

    def tally(self, upto: int) -> Tally:
        """Keep the counts for the next batch."""
        return Tally(upto, *Layers(self.base, self.over).settled())


def limits_of(campaign: Campaign, instants: Iterable[int]) -> list[Limit]:
    """List the limits of a campaign that count by user, person, day or source, in the order of their reasons."""
    limits: list[Limit] = []
    if campaign.once_per_source is not None:
        by = _user_source if campaign.once_per_source == "user" else _person_source
        limits.append(Limit(("source", campaign.once_per_source), Reason.already_for_source, 1, by))
    if campaign.per_user is not None:
        limits.append(Limit("user", Reason.per_user_limit, campaign.per_user, _user))
    if campaign.per_person is not None:
        limits.append(Limit("person", Reason.per_person_limit, campaign.per_person, _person))
    if campaign.per_day is not None:
        day_of = partial(_day, _Days(campaign.validity.tz or "UTC", instants))
        limits.append(Limit(("day", campaign.validity.tz), Reason.per_day_limit, campaign.per_day, day_of))
    return limits


_user: KeyOf = attrgetter("user")


def _person(claim: Issued) -> Hashable:
    """Name the person of a claim: the given one, or the user alone, who never equals a given person."""
    return (claim.user,) if claim.person is None else claim.person


def _user_source(claim: Issued) -> Hashable:
    return None if claim.source is None else (claim.user, claim.source, claim.source_ref)


def _person_source(claim: Issued) -> Hashable:
    return None if claim.source is None else (_person(claim), claim.source, claim.source_ref)


class _Days(dict[int, int]):
    """The local day of each instant; those known beforehand are looked up at once."""

    def __init__(self, tz: str, instants: Iterable[int]) -> None:
        self.tz = tz
        known = list(set(instants))
        super().__init__(zip(known, self._days(known), strict=True))

    def __missing__(self, instant: int) -> int:
        day: int
        (day,) = self._days([instant])
        self[instant] = day
        return day

    def _days(self, instants: Sequence[int]) -> list[int]:
        days: list[int] = local_days(np.array(instants, np.int64), self.tz).view(np.int64).tolist()
        return days


def _day(days: _Days, claim: Issued) -> Hashable:
    return days[claim.at]


def gates_of(campaign: Campaign, limits: Sequence[Limit], draft: Draft) -> list[Gate]:
    """List every gate of a campaign in the order of the reasons; those that let all pass are left out."""
    gates: list[Gate] = []
    if campaign.issue_from is not None:
        gates.append(partial(_not_started, to_us(campaign.issue_from)))
    if campaign.issue_until is not None:
        gates.append(partial(_ended, to_us(campaign.issue_until)))
    if campaign.status != "active":
        gates.append(partial(_closed, (Reason(campaign.status.value).value, "")))
    if campaign.rule is not None:
        gates.append(partial(_not_eligible, campaign.rule))
    gates += [limit.gate for limit in limits]
    if campaign.total is not None:
        gates.append(partial(_no_room, draft.records, campaign.total - draft.live, (Reason.total_limit.value, "")))
    if campaign.budget is not None:
        affordable = (campaign.budget - draft.committed) // (campaign.worst_case() or 1)
        gates.append(partial(_no_room, draft.records, affordable, (Reason.budget_exhausted.value, "")))
    return gates


def _not_started(opens: int, claim: Issued, _: Any) -> Refusal | None:
    return (Reason.not_started.value, "") if claim.at < opens else None


def _ended(closes: int, claim: Issued, _: Any) -> Refusal | None:
    return (Reason.ended.value, "") if claim.at >= closes else None


def _closed(refusal: Refusal, *_: Any) -> Refusal:
    return refusal


def _not_eligible(rule: Rule, _: Issued, facts: Any) -> Refusal | None:
    decision = rule.decide(facts)
    return None if decision.ok else (Reason.not_eligible.value, ",".join(decision.reasons))


def _no_room(granted: Sequence[Record], room: int, refusal: Refusal, *_: Any) -> Refusal | None:
    """Refuse when the batch has granted as many coupons as there was room for."""
    return refusal if len(granted) >= room else None
