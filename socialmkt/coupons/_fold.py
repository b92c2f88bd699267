"""The state of a ledger: a fold of its records, kept so that one step copies little and a batch copies once.

A map is a large base that is never changed after it was built, and a small overlay that every step copies. When the
overlay has grown, the two are merged into a new base.
"""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING, Any, NamedTuple

from socialmkt.core.errors import InvalidInput, SchemeMismatch, refuse
from socialmkt.coupons._events import EventKind, EventLog, Issued, Moved, Record
from socialmkt.coupons._reasons import Reason
from socialmkt.coupons._windows import Spans, are_over, time_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable


_SMALLEST_MERGE = 256
_ISSUED, _RESERVED, _REDEEMED, _VOID = EventKind.issued, EventKind.reserved, EventKind.redeemed, EventKind.void
_IN_HAND = {EventKind.issued, EventKind.released, EventKind.given_back}


class Layers(NamedTuple):
    """A map in two layers; what stands in the overlay hides the base."""

    base: dict[Any, Any]
    over: dict[Any, Any]

    def find(self, key: Hashable) -> Any:
        """Give the record that stands under a key; None if none does."""
        return self.over.get(key) or self.base.get(key)

    def draft(self) -> Layers:
        """Give a copy whose overlay may be written to."""
        return Layers(self.base, self.over.copy())

    def settled(self) -> Layers:
        """Merge an overlay that has grown."""
        if len(self.over) < max(_SMALLEST_MERGE, isqrt(len(self.base))):
            return self
        return Layers({**self.base, **self.over} if self.base else self.over, {})


class Standing(NamedTuple):
    """Where a coupon stands: its last step, if it took one, when it may be used, and where it stood before."""

    last: Moved | None
    spans: Spans
    before: Standing | None

    @property
    def status(self) -> EventKind:
        """What it is: issued, reserved (also where that has lapsed), redeemed or void."""
        kind = _ISSUED if self.last is None else self.last.kind
        return _ISSUED if kind in _IN_HAND else kind

    def holds(self, now: int) -> bool:
        """Tell whether it is reserved and the reservation has not lapsed."""
        last = self.last
        return last is not None and last.kind is _RESERVED and (last.until is None or now < last.until)


def fresh(record: Issued) -> Standing:
    """Where a coupon stands when it was just issued."""
    return tuple.__new__(Standing, (None, record.windows, None))


def moved(was: Standing, record: Moved) -> Standing:
    """Where a coupon stands after one more step."""
    spans = was.spans
    if record.extend_until is not None:
        spans = tuple(sorted((*spans, (record.at, record.extend_until)), key=lambda span: span[0]))
    return tuple.__new__(Standing, (record, spans, was))


def seen_at(issue: Issued, now: Standing | None, as_of: int) -> Standing:
    """Where a coupon stood by what had happened up to an instant."""
    steps: list[Moved] = []
    while now is not None and now.last is not None:
        if now.last.at <= as_of:
            steps.append(now.last)
        now = now.before
    standing = fresh(issue)
    for record in reversed(steps):
        standing = moved(standing, record)
    return standing


def refusal(stands: Standing, step: Moved) -> Reason | None:
    """Say why a coupon may not take a step; the first reason that holds, None if it may."""
    last = stands.last
    if last is not None and last.kind is _VOID:
        return Reason.void
    return _REFUSALS[step.kind](stands, step)


def _refuses_release(stands: Standing, step: Moved) -> Reason | None:
    return _other_order(stands, step) if stands.status is _RESERVED else Reason.not_reserved


def _refuses_give_back(stands: Standing, step: Moved) -> Reason | None:
    if stands.status is not _REDEEMED:
        return Reason.not_redeemed
    if mismatch := _other_order(stands, step):
        return mismatch
    return Reason.expired if step.extend_until is None and are_over(stands.spans, step.at) else None


def _other_order(stands: Standing, step: Moved) -> Reason | None:
    holder = stands.last.order if stands.last else None
    return Reason.order_mismatch if step.order is not None and step.order != holder else None


def _refuses_void(stands: Standing, _: Moved) -> Reason | None:
    return Reason.already_redeemed if stands.status is _REDEEMED else None


def _refuses_use(stands: Standing, step: Moved) -> Reason | None:
    last = stands.last
    if last is not None:
        if last.kind is _REDEEMED:
            return Reason.already_redeemed
        if stands.holds(step.at):
            if last.order != step.order:
                return Reason.reserved
            if step.kind is _REDEEMED:
                return None
    return time_reason(stands.spans, step.at)


_REFUSALS: dict[EventKind, Callable[[Standing, Moved], Reason | None]] = {
    EventKind.reserved: _refuses_use,
    EventKind.redeemed: _refuses_use,
    EventKind.released: _refuses_release,
    EventKind.given_back: _refuses_give_back,
    EventKind.void: _refuses_void,
}


class Totals(NamedTuple):
    """What a ledger counts."""

    issued: int = 0
    live: int = 0
    committed: int = 0
    spent: int = 0
    next_serial: int = 0


class State(NamedTuple):
    """The fold of a ledger's records.

    `keys` maps idempotency keys to records, `coupons` ids to the records of their issue, `stands` ids to where they
    stand, of those that took a step; `tallies` are counts that some limit has asked for, as far as they were counted.
    """

    campaign: str | None
    keys: Layers
    coupons: Layers
    stands: Layers
    totals: Totals
    tallies: dict[Hashable, Tally]


class Tally(NamedTuple):
    """How many coupons were issued per user, person, day or source, in the first `upto` records."""

    upto: int
    base: dict[Any, int]
    over: dict[Any, int]


def empty_state() -> State:
    """Fold no records."""
    return State(None, Layers({}, {}), Layers({}, {}), Layers({}, {}), Totals(), {})


def standing_of(state: State | Draft, coupon: str) -> Standing | None:
    """Where a coupon stands; None if the ledger does not know it."""
    found: Standing | None = state.stands.find(coupon)
    if found is not None:
        return found
    issue = state.coupons.find(coupon)
    return None if issue is None else fresh(issue)


class Draft:
    """A private copy of a state that takes records; `state` gives it back, frozen again."""

    def __init__(self, state: State) -> None:
        self.campaign = state.campaign
        self.keys, self.coupons, self.stands = state.keys.draft(), state.coupons.draft(), state.stands.draft()
        self.issued, self.live, self.committed, self.spent, self.next_serial = state.totals
        self.tallies = state.tallies
        self.records: list[Record] = []

    def state(self) -> State:
        """Freeze it."""
        return State(
            self.campaign,
            self.keys.settled(),
            self.coupons.settled(),
            self.stands.settled(),
            Totals(self.issued, self.live, self.committed, self.spent, self.next_serial),
            self.tallies,
        )

    def issue(self, record: Issued, serial: int) -> None:
        """Take the record of an issue."""
        self.keys.over[record.key] = self.coupons.over[record.coupon] = record
        self.records.append(record)
        self.count_issued(1, record.worst, serial + 1)

    def count_issued(self, coupons: int, worst: int | None, next_serial: int) -> None:
        """Count coupons whose records were taken."""
        self.issued += coupons
        self.live += coupons
        self.committed += coupons * (worst or 0)
        self.next_serial = next_serial

    def move(self, record: Moved, was: Standing) -> None:
        """Take the record of a step."""
        self.keys.over[record.key] = record
        self.stands.over[record.coupon] = moved(was, record)
        self.records.append(record)
        kind = record.kind
        if kind is _REDEEMED:
            self.spent += record.value or 0
        elif kind is EventKind.given_back:
            self.spent -= was.last.value or 0 if was.last else 0
        elif kind is _VOID:
            self.live -= 1
            self.committed -= self.coupons.find(record.coupon).worst or 0


def fold(log: EventLog) -> State:
    """Fold the records of a log, and refuse a log that no ledger can have."""
    draft = Draft(empty_state())
    for row, record in enumerate(log.records()):
        if draft.keys.find(record.key) is not None:
            raise _broken("have a key of its own each", record.key, row)
        if isinstance(record, Issued):
            _fold_issue(draft, record, row)
        else:
            _fold_step(draft, record, row)
    return draft.state()


def _fold_issue(draft: Draft, record: Issued, row: int) -> None:
    campaign, _, number = record.coupon.partition("#")
    serial = int(number) if number.isdecimal() and number.isascii() else -1
    if record.coupon != f"{campaign}#{serial}" or serial < draft.next_serial:
        raise _broken("issue coupons with rising serials", record.coupon, row)
    if draft.campaign not in (None, campaign):
        got = campaign
        raise refuse(SchemeMismatch, "Ledger", "events", f"belong to the campaign {draft.campaign!r}", got, row=row)
    draft.campaign = campaign
    draft.issue(record, serial)


def _fold_step(draft: Draft, record: Moved, row: int) -> None:
    was = standing_of(draft, record.coupon)
    if was is None:
        raise _broken("be about coupons that were issued", record.coupon, row)
    reason = refusal(was, record)
    if reason is not None:
        raise _broken("be steps that the ledger allows", reason.value, row)
    draft.move(record, was)


def _broken(must: str, got: object, row: int) -> InvalidInput:
    return refuse(InvalidInput, "Ledger", "events", must, got, row=row)
