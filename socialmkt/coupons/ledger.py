"""The ledger of a campaign: which coupons were issued, to whom, and where each of them stands.

A ledger is immutable. Issuing and every step give a new one; the old one stays what it was. It is no more than its
events: they are what a caller stores, and from them it is built again.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Self

from pydantic import model_validator

from socialmkt.core.errors import InvalidInput, SchemeMismatch, refuse
from socialmkt.core.instants import from_us, to_us
from socialmkt.core.model import Frozen, read_name
from socialmkt.coupons._campaign import Campaign, Held
from socialmkt.coupons._coupon import Coupon, CouponState
from socialmkt.coupons._events import Event, EventKind, EventLog, Issued, sequence_of
from socialmkt.coupons._fields import read_count
from socialmkt.coupons._fold import Standing, State, empty_state, fold, seen_at, standing_of
from socialmkt.coupons._windows import are_over, write_windows
from socialmkt.coupons.validity import rules_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Coupon", "CouponState", "Event", "EventKind", "EventLog", "Ledger"]


class Ledger(Frozen):
    """What happened to the coupons of one campaign. Start with `Ledger.empty()`.

    Parameters
    ----------
    events : sequence of Event
        Numbered from 0.

    Raises
    ------
    pydantic.ValidationError
        Events that no ledger can have: a gap, a key used twice, a step that the rules forbid.
    SchemeMismatch
        Within that error: coupons of two campaigns.

    Notes
    -----
    Two ledgers are equal if their events are. A step copies a few hundred entries, not the ledger.

    Examples
    --------
    >>> ledger = Ledger.empty()
    >>> ledger.version, ledger.issued, ledger.committed
    (0, 0, 0)
    """

    events: EventLog = EventLog()

    @model_validator(mode="after")
    def _can_have_happened(self) -> Self:
        _ = self._state
        return self

    @classmethod
    def empty(cls) -> Ledger:
        """Begin a ledger.

        Returns
        -------
        Ledger
            Of no events.

        Examples
        --------
        >>> Ledger.empty() == Ledger.from_events([])
        True
        """
        return _ledger(EventLog(), empty_state())

    @classmethod
    def from_events(cls, events: Iterable[Event]) -> Ledger:
        """Build a ledger from its events, or the ledger of an earlier moment from the first of them.

        Parameters
        ----------
        events : events in order
            From number 0 on.

        Returns
        -------
        Ledger
            Equal to the one whose events they are.

        Raises
        ------
        InvalidInput
            Events that no ledger can have.
        SchemeMismatch
            Events of two campaigns.

        Notes
        -----
        O(n) for n events.

        Examples
        --------
        >>> Ledger.from_events([]).version
        0
        """
        log = events if isinstance(events, EventLog) else sequence_of(events)
        return _ledger(log, fold(log))

    @cached_property
    def _state(self) -> State:
        return fold(self.events)

    @property
    def version(self) -> int:
        """How many events it has.

        Examples
        --------
        >>> Ledger.empty().version
        0
        """
        return len(self.events)

    @property
    def issued(self) -> int:
        """How many coupons were issued, void ones included.

        Examples
        --------
        >>> Ledger.empty().issued
        0
        """
        return self._state.totals.issued

    @property
    def live(self) -> int:
        """How many coupons are not void.

        Examples
        --------
        >>> Ledger.empty().live
        0
        """
        return self._state.totals.live

    @property
    def burned(self) -> int:
        """How many serials were stepped over because their code holds a blocked word.

        Examples
        --------
        >>> Ledger.empty().burned
        0
        """
        return self._state.totals.next_serial - self._state.totals.issued

    @property
    def next_serial(self) -> int:
        """The least serial that the next coupon can have.

        Examples
        --------
        >>> Ledger.empty().next_serial
        0
        """
        return self._state.totals.next_serial

    @property
    def committed(self) -> int:
        """The sum of the worst cases of all coupons that are not void, in minor units; unknown ones count 0.

        Examples
        --------
        >>> Ledger.empty().committed
        0
        """
        return self._state.totals.committed

    @property
    def spent(self) -> int:
        """The sum of what redeemed coupons took, in minor units.

        Examples
        --------
        >>> Ledger.empty().spent
        0
        """
        return self._state.totals.spent

    def since(self, version: int) -> tuple[Event, ...]:
        """List the events after a version: what a caller stores under compare-and-set.

        Parameters
        ----------
        version : int from 0 to `version`
            How many events are known already.

        Returns
        -------
        tuple of Event
            The rest.

        Raises
        ------
        InvalidInput
            No such version.

        Examples
        --------
        >>> Ledger.empty().since(0)
        ()
        """
        known = read_count(version, "Ledger.since", "version")
        if known > self.version:
            raise refuse(InvalidInput, "Ledger.since", "version", f"be at most {self.version:,}", version)
        return self.events[known:]

    def coupon(self, id: str) -> Coupon:  # noqa: A002  # the name of the field
        """Show a coupon as it was issued.

        Parameters
        ----------
        id : str
            The coupon.

        Returns
        -------
        Coupon
            With its windows in UTC, extended ones not among them.

        Raises
        ------
        InvalidInput
            The ledger does not know it.

        Examples
        --------
        >>> Ledger.empty().coupon("c#0")
        Traceback (most recent call last):
            ...
        socialmkt.core.errors.InvalidInput: Ledger.coupon: id must be a coupon of this ledger, got 'c#0'.
        """
        issue = self._issue(id, "Ledger.coupon")
        campaign, _, serial = issue.coupon.partition("#")
        return Coupon(
            id=issue.coupon,
            campaign=campaign,
            serial=int(serial),
            user=issue.user,
            person=issue.person,
            claimed_at=from_us(issue.at),
            windows=write_windows(issue.windows, dt.UTC),
        )

    def state(self, id: str, *, as_of: dt.datetime) -> CouponState:  # noqa: A002  # as in `coupon`
        """Say where a coupon stands at an instant.

        Parameters
        ----------
        id : str
            The coupon.
        as_of : aware datetime or datetime64
            Seen from when; nothing that happened later is seen.

        Returns
        -------
        CouponState
            A reservation that has lapsed by then is no more; a coupon in hand whose windows are over is `expired`.

        Raises
        ------
        InvalidInput
            The ledger does not know it, or did not yet.
        AmbiguousTime
            The instant is naive.

        Examples
        --------
        >>> from datetime import UTC, datetime
        >>> Ledger.empty().state("c#0", as_of=datetime(2026, 3, 1, tzinfo=UTC))
        Traceback (most recent call last):
            ...
        socialmkt.core.errors.InvalidInput: Ledger.state: id must be a coupon of this ledger, got 'c#0'.
        """
        now = to_us(as_of, func="Ledger.state", name="as_of")
        stands = self._stands(id, now, "Ledger.state")
        windows = write_windows(stands.spans, dt.UTC)
        last, status = stands.last, stands.status.value
        if last is None or stands.status is EventKind.issued or _has_lapsed(stands, now):
            return CouponState(status="expired" if are_over(stands.spans, now) else "issued", windows=windows)
        if stands.status is EventKind.void:
            return CouponState(status=status, windows=windows)
        until = None if last.until is None else from_us(last.until)
        return CouponState(status=status, order=last.order, until=until, value=last.value, windows=windows)

    def held(self, id: str, campaign: Campaign) -> Held:  # noqa: A002  # as in `coupon`
        """Take a coupon in hand, to price a cart with.

        Parameters
        ----------
        id : str
            The coupon.
        campaign : Campaign
            The campaign of this ledger.

        Returns
        -------
        Held
            With its windows as they are now, extended ones included.

        Raises
        ------
        InvalidInput
            The ledger does not know it.
        SchemeMismatch
            The campaign is another one.

        Examples
        --------
        >>> Ledger.empty().held("c#0", None)
        Traceback (most recent call last):
            ...
        socialmkt.core.errors.InvalidInput: Ledger.held: campaign must be a Campaign, got None.
        """
        check_campaign(campaign, self, "Ledger.held")
        issue = self._issue(id, "Ledger.held")
        stands = standing_of(self._state, issue.coupon)
        spans = issue.windows if stands is None else stands.spans
        windows = write_windows(spans, rules_of(campaign.validity).zone)
        return Held(id=issue.coupon, campaign=campaign, claimed_at=from_us(issue.at), windows=windows)

    def _issue(self, coupon: Any, func: str) -> Issued:
        issue: Issued | None = self._state.coupons.find(read_name(coupon, func=func, name="id"))
        if issue is None:
            raise refuse(InvalidInput, func, "id", "be a coupon of this ledger", coupon)
        return issue

    def _stands(self, coupon: Any, now: int, func: str) -> Standing:
        issue = self._issue(coupon, func)
        if issue.at > now:
            raise refuse(InvalidInput, func, "id", "be issued by as_of", coupon)
        return seen_at(issue, standing_of(self._state, issue.coupon), now)

    def __repr__(self) -> str:
        totals = self._state.totals
        return (
            f"Ledger(version={self.version}, issued={totals.issued}, live={totals.live}, "
            f"committed={totals.committed}, spent={totals.spent})"
        )

    __str__ = __repr__


state_of: Callable[[Ledger], State] = attrgetter("_state")
"""Give the fold of a ledger."""


def _has_lapsed(stands: Standing, now: int) -> bool:
    return stands.status is EventKind.reserved and not stands.holds(now)


def _ledger(log: EventLog, state: State) -> Ledger:
    """Make a ledger whose fold is known."""
    ledger = Ledger.model_construct(_fields_set={"events"}, events=log)
    vars(ledger)["_state"] = state
    return ledger


def grown(ledger: Ledger, records: list[Any], state: State) -> Ledger:
    """Give the ledger with more records, whose fold is known; itself where there are none."""
    return _ledger(ledger.events.followed_by(records), state) if records else ledger


def check_ledger(ledger: Any, func: str) -> None:
    """Refuse what is no ledger."""
    if not isinstance(ledger, Ledger):
        raise refuse(InvalidInput, func, "ledger", "be a Ledger", type(ledger))


def check_campaign(campaign: Any, ledger: Ledger, func: str) -> None:
    """Refuse a campaign that is none, or not that of the ledger."""
    if not isinstance(campaign, Campaign):
        raise refuse(InvalidInput, func, "campaign", "be a Campaign", campaign)
    owner = state_of(ledger).campaign
    if owner not in (None, campaign.id):
        raise refuse(SchemeMismatch, func, "campaign", f"be the one of this ledger, {owner!r}", campaign.id)
