"""When not to write to somebody: consent, caps, quiet hours, and the next moment that is allowed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from socialmkt.campaign._contact_models import Cap, ContactDecision, ContactPolicy, ContactReason, Delay, Screening
from socialmkt.campaign._ids import code_together, kind
from socialmkt.campaign._sends import first_allowed, latest_sends
from socialmkt.core import columns
from socialmkt.core._instants import MICROSECOND
from socialmkt.core.errors import Infeasible, InvalidInput, Verbatim, refuse
from socialmkt.core.instants import from_us, to_us
from socialmkt.core.table import freeze

if TYPE_CHECKING:
    from socialmkt.core.calendar import Calendar
    from socialmkt.core.columns import Column

__all__ = [
    "Cap",
    "ContactDecision",
    "ContactPolicy",
    "ContactReason",
    "Delay",
    "Screening",
    "next_allowed",
    "screen",
]

Int64 = NDArray[np.int64]
Bools = NDArray[np.bool_]
Moment = dt.datetime | np.datetime64

_NAT, _NO_END = -(2**63), 2**63


def next_allowed(
    sent: Column,
    at: Moment,
    policy: ContactPolicy,
    *,
    sent_channel: Column | None = None,
    channel: str | None = None,
    purpose: str = "marketing",
    consent: bool | None = None,
    until: Moment | None = None,
) -> ContactDecision:
    """Find the next moment at which one person may be written to.

    Parameters
    ----------
    sent : column of shape (n,) of instants
        Messages to this person, in any order; also planned ones, which must stay within their caps too.
    at : instant
        The moment wished for.
    policy : ContactPolicy
        The rules.
    sent_channel : column of shape (n,) of text, optional
        The channel of each message; needed where a cap names one.
    channel : str, optional
        The channel of the new message; needed where a cap names one.
    purpose : str
        What it is for.
    consent : bool or None
        Whether the person agreed; None is unknown, and never passes.
    until : instant, optional
        The message is of no use from then on.

    Returns
    -------
    ContactDecision
        `ok at reason delayed_by`.

    Raises
    ------
    AmbiguousTime
        A naive instant.
    InvalidInput
        No instant, a channel missing that a cap needs, a column breaks its rule, or the hours are not known that far.
    Infeasible
        Hours that never open.
    Overflow
        A moment beyond the year 9999.

    Notes
    -----
    The search alternates: on to the next moment that keeps every cap, on to the next open one, until both hold. A cap
    forbids the moments between the last of some `limit` messages in a row minus the window and the first of them plus
    the window. O(n log n).

    Examples
    --------
    >>> twice_a_week = ContactPolicy(caps=(Cap(limit=2, window=dt.timedelta(days=7)),))
    >>> sent = np.array(["2026-03-01T12:00", "2026-03-04T12:00"], dtype="datetime64[us]")
    >>> decision = next_allowed(sent, np.datetime64("2026-03-05T09:00"), twice_a_week, consent=True)
    >>> decision.at.isoformat(), decision.delayed_by
    ('2026-03-08T12:00:00+00:00', (<Delay.cap: 'cap'>,))
    """
    func = "campaign.next_allowed"
    _check_policy(policy, func)
    asked = to_us(at, func=func, name="at")
    end = _NO_END if until is None else to_us(until, func=func, name="until")
    caps = _caps(policy, channel, purpose, has_channels=sent_channel is not None, func=func)
    lists = _sends_per_cap(sent, sent_channel, caps, func)
    if (reason := _withheld(consent, policy, func)) is not None:
        return ContactDecision(ok=False, reason=reason)
    moment, delays = _search(asked, lists, policy, end)
    if moment >= end:
        return ContactDecision(ok=False, reason=ContactReason.too_late, delayed_by=delays)
    return ContactDecision(ok=True, at=from_us(moment, func=func, name="at"), delayed_by=delays)


def _check_policy(policy: Any, func: str) -> None:
    if not isinstance(policy, ContactPolicy):
        raise refuse(InvalidInput, func, "policy", "be a ContactPolicy", Verbatim(type(policy)))


def _withheld(consent: Any, policy: ContactPolicy, func: str) -> ContactReason | None:
    if consent is not None and not isinstance(consent, (bool, np.bool_)):
        raise refuse(InvalidInput, func, "consent", "be True, False or None", consent)
    if not policy.consent or consent:
        return None
    return ContactReason.missing_consent if consent is None else ContactReason.no_consent


def _caps(policy: ContactPolicy, channel: Any, purpose: Any, *, has_channels: bool, func: str) -> list[Cap]:
    """Pick the caps that apply to a message."""
    if channel is not None and not isinstance(channel, str):
        raise refuse(InvalidInput, func, "channel", "be text", channel)
    if not isinstance(purpose, str):
        raise refuse(InvalidInput, func, "purpose", "be text", purpose)
    if purpose in policy.uncapped:
        return []
    if any(cap.channel is not None for cap in policy.caps) and (channel is None or not has_channels):
        name = "channel" if channel is None else "log_channel" if func.endswith("screen") else "sent_channel"
        raise refuse(InvalidInput, func, name, "be given where a cap names a channel", None)
    return [cap for cap in policy.caps if cap.channel is None or cap.channel == channel]


def _sends_per_cap(sent: Any, sent_channel: Any, caps: list[Cap], func: str) -> list[tuple[Cap, list[int]]]:
    """Give for each cap the messages it counts, ascending."""
    specs = [columns.spec("sent", sent, "instants")]
    if sent_channel is not None:
        specs.append(columns.spec("sent_channel", sent_channel, "ids"))
    read = columns.read(func, *specs, offer_drop=False)
    times = read["sent"].view(np.int64)
    lists: list[tuple[Cap, list[int]]] = []
    for cap in caps:
        counted = times
        if cap.channel is not None:
            counted = times[_is_channel(read["sent_channel"], cap.channel, func, "sent_channel")]
        lists.append((cap, np.sort(counted).tolist()))
    return lists


def _is_channel(channels: NDArray[Any], channel: str, func: str, name: str) -> Bools:
    """Tell which messages went through a channel; other ids than text would escape its cap."""
    if len(channels) and kind(channels) is not str:
        raise refuse(InvalidInput, func, name, "hold text", channels[:1].tolist()[0])
    found: Bools = channels == channel
    return found


def _search(
    at: int, lists: list[tuple[Cap, list[int]]], policy: ContactPolicy, end: int
) -> tuple[int, tuple[Delay, ...]]:
    """Move on to the next moment that all caps and the hours allow, or past the end."""
    moved: set[Delay] = set()
    while True:
        free = at
        while (later := max((_allowed_by(cap, times, free) for cap, times in lists), default=free)) > free:
            free = later
        opens = free if policy.hours is None or free >= end else _opening(policy.hours, free, end)
        if free > at:
            moved.add(Delay.cap)
        if opens > free:
            moved.add(Delay.quiet_hours)
        if opens == at or opens >= end:
            return opens, tuple(delay for delay in Delay if delay in moved)
        at = opens


def _opening(hours: Calendar, at: int, end: int) -> int:
    """Find the next open moment; the end, where the hours are known up to it and none lies before."""
    try:
        return to_us(hours.next_open(from_us(at)))
    except (Infeasible, InvalidInput):
        if end == _NO_END or hours.between(from_us(at), from_us(end)):
            raise
        return end


def _openings(hours: Calendar, at: Int64, end: int) -> Int64:
    """Find the next open moments, as `_opening` does."""
    moments = at.view("M8[us]")
    found: Int64
    try:
        found = hours.next_open(moments).view(np.int64)
    except (Infeasible, InvalidInput):
        if end == _NO_END:
            raise
        found = np.full(len(at), end)
        is_open = hours.between(moments, found.view("M8[us]")) > np.timedelta64(0, "us")
        found[is_open] = hours.next_open(moments[is_open]).view(np.int64)
    return found


def _allowed_by(cap: Cap, times: list[int], at: int) -> int:
    return first_allowed(times, at, cap.limit, cap.window // MICROSECOND)


def screen(
    person: Column,
    policy: ContactPolicy,
    *,
    at: Moment,
    log_person: Column,
    log_at: Column,
    log_channel: Column | None = None,
    channel: str | None = None,
    purpose: str = "marketing",
    consent: Column | None = None,
    until: Moment | None = None,
) -> Screening:
    """Find for many people the next moment at which each may be written to.

    Parameters
    ----------
    person : column of shape (n,) of ids
        Whom to write to.
    policy : ContactPolicy
        The rules.
    at : instant
        The moment wished for.
    log_person, log_at : columns of shape (m,) of ids and instants
        Messages sent so far, none after `at`; also those to other people.
    log_channel : column of shape (m,) of text, optional
        Their channels; needed where a cap names one.
    channel, purpose, until
        As in `next_allowed`.
    consent : column of shape (n,) of flags
        Who agreed; a null is unknown. Needed if the policy asks for consent.

    Returns
    -------
    Screening
        `person ok at reason`; every row is what `next_allowed` says.

    Raises
    ------
    AmbiguousTime
        A naive instant.
    InvalidInput
        A message after `at`, a missing consent column or channel, ids of two kinds, unequal lengths, or the hours are
        not known that far.
    Infeasible
        Hours that never open.
    Overflow
        A moment beyond the year 9999.

    Notes
    -----
    With nothing planned the earliest moment is the `limit`-th latest message plus the window, the latest over all caps,
    and then the next open one. O(m log m + n).

    Examples
    --------
    >>> policy = ContactPolicy(caps=(Cap(limit=1, window=dt.timedelta(days=7)),), consent=False)
    >>> log_at = np.array(["2026-03-01T12:00"], dtype="datetime64[us]")
    >>> table = screen(["ann", "bo"], policy, at=np.datetime64("2026-03-02T12:00"), log_person=["ann"], log_at=log_at)
    >>> table.at
    array(['2026-03-08T12:00:00.000000', '2026-03-02T12:00:00.000000'], dtype='datetime64[us]')
    """
    func = "campaign.screen"
    _check_policy(policy, func)
    asked = to_us(at, func=func, name="at")
    end = _NO_END if until is None else to_us(until, func=func, name="until")
    people = columns.ids(person, func=func, name="person", offer_drop=False)
    specs = [columns.spec("log_person", log_person, "ids"), columns.spec("log_at", log_at, "instants")]
    if log_channel is not None:
        specs.append(columns.spec("log_channel", log_channel, "ids"))
    log = columns.read(func, *specs, offer_drop=False)
    times = log["log_at"].view(np.int64)
    _refuse_planned(times, asked, func)
    caps = _caps(policy, channel, purpose, has_channels=log_channel is not None, func=func)
    refused, reasons = _consents(consent, len(people), policy, func)
    moments = np.full(len(people), asked)
    if caps:
        (who, receiver), ids = code_together({"person": people, "log_person": log["log_person"]}, func)
        for name in dict.fromkeys(cap.channel for cap in caps):
            rows = slice(None) if name is None else _is_channel(log["log_channel"], name, func, "log_channel")
            latest = latest_sends(receiver[rows], times[rows], len(ids))
            for cap in (one for one in caps if one.channel == name):
                np.maximum(moments, latest.then(cap.limit, cap.window // MICROSECOND)[who], out=moments)
    if policy.hours is not None:
        waiting = ~refused & (moments < end)
        moments[waiting] = _openings(policy.hours, moments[waiting], end)
    late = ~refused & (moments >= end)
    reasons[late] = ContactReason.too_late.value
    ok = ~refused & ~late
    from_us(int(moments.max(initial=asked, where=ok)), func=func, name="at")
    return Screening(
        person=people,
        ok=freeze(ok),
        at=freeze(np.where(ok, moments, _NAT).view("M8[us]")),
        reason=freeze(reasons),
    )


def _refuse_planned(times: Int64, at: int, func: str) -> None:
    late = times > at
    if late.any():
        row = int(late.argmax())
        where: dict[str, Any] = {"row": row, "count": int(late.sum()), "total": len(times)}
        fix = "next_allowed takes planned messages."
        raise refuse(InvalidInput, func, "log_at", "not lie after at", times[row].view("M8[us]"), fix=fix, **where)


def _consents(consent: Any, n: int, policy: ContactPolicy, func: str) -> tuple[Bools, NDArray[Any]]:
    """Tell whom consent keeps from being written to, and why."""
    reasons = np.full(n, "", object)
    if consent is None:
        if policy.consent and n:
            fix = "Pass who agreed, or make the policy with consent=False."
            raise refuse(InvalidInput, func, "consent", "be a column of flags", None, fix=fix)
        return np.zeros(n, bool), reasons
    unknown = columns.nulls(consent, func=func, name="consent")
    if len(unknown) != n:
        raise refuse(InvalidInput, func, "consent", f"be as long as person, {n:,}", len(unknown))
    agreed = np.zeros(n, bool)
    agreed[~unknown] = columns.flags(consent, func=func, name="consent", on_null="drop")
    if not policy.consent:
        return np.zeros(n, bool), reasons
    reasons[~agreed] = ContactReason.no_consent.value
    reasons[unknown] = ContactReason.missing_consent.value
    return ~agreed, reasons
