"""The life of a coupon after its issue: reserve, redeem, release, give back, void.

Every step is a pure state transition on the ledger, bears an idempotency key as a request does, and says why where it
is refused. Time passes without events: a reservation lapses at its deadline, a coupon expires with its last window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialmkt.core.instants import to_us
from socialmkt.coupons._events import EventKind, Moved
from socialmkt.coupons._fields import read_amount, read_ref
from socialmkt.coupons._fold import Draft
from socialmkt.coupons._reasons import Outcome, PublicReason, Reason, public_reason
from socialmkt.coupons._steps import (
    ApplyResult,
    Step,
    StepDecision,
    StepDecisions,
    StepKind,
    Transition,
    decisions_of,
    read_later,
    read_order,
    read_steps,
    take,
    take_one,
)
from socialmkt.coupons.ledger import Ledger, check_ledger, grown, state_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

__all__ = [
    "ApplyResult",
    "Outcome",
    "PublicReason",
    "Reason",
    "Step",
    "StepDecision",
    "StepDecisions",
    "StepKind",
    "Transition",
    "apply",
    "give_back",
    "public_reason",
    "redeem",
    "release",
    "reserve",
    "void",
]


def reserve(
    ledger: Ledger,
    coupon_id: str,
    *,
    key: str,
    now: dt.datetime,
    order: str | int,
    until: dt.datetime | None = None,
) -> Transition:
    """Hold a coupon for an order.

    Parameters
    ----------
    ledger : Ledger
        What happened before; it is not changed.
    coupon_id : str
        The coupon.
    key : str
        The idempotency key.
    now : aware datetime or datetime64
        When.
    order : str or int
        The order. The same order may move `until`, under another key.
    until : aware datetime, after `now`, optional
        When the reservation lapses; never if left out.

    Returns
    -------
    Transition
        Decision, ledger, `expected_version`.

    Raises
    ------
    InvalidInput, AmbiguousTime
        An argument breaks its rule. That a coupon may not be reserved is a decision, not an error.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> reserve(Ledger.empty(), "c#0", key="k", now=datetime(2026, 3, 1, tzinfo=UTC), order="o-1").decision.outcome
    <Outcome.refused: 'refused'>
    """
    func = "coupons.reserve"
    at = to_us(now, func=func, name="now")
    deadline = read_later(until, at, func, "until")
    holder = read_ref(order, func, "order")
    return take_one(ledger, Moved(EventKind.reserved, coupon_id, key, at, holder, deadline, None, None), func)


def redeem(
    ledger: Ledger,
    coupon_id: str,
    *,
    key: str,
    now: dt.datetime,
    order: str | int | None = None,
    value: int | None = None,
) -> Transition:
    """Use a coupon.

    Parameters
    ----------
    ledger, coupon_id, key, now
        As in `reserve`.
    order : str or int, optional
        The order it is used for: that of the reservation where it is reserved.
    value : int >= 0, minor units, optional
        What it took; never above the worst case of the coupon.

    Returns
    -------
    Transition
        Decision, ledger, `expected_version`.

    Raises
    ------
    InvalidInput, AmbiguousTime
        An argument breaks its rule, or `value` is above the worst case.

    Notes
    -----
    A live reservation is redeemed whatever the hour: who reserved in time may pay after midnight.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> redeem(Ledger.empty(), "c#0", key="k", now=datetime(2026, 3, 1, tzinfo=UTC)).decision.reason
    <Reason.not_found: 'not_found'>
    """
    func = "coupons.redeem"
    taken = None if value is None else read_amount(value, func, "value")
    at = to_us(now, func=func, name="now")
    return take_one(
        ledger, Moved(EventKind.redeemed, coupon_id, key, at, read_order(order, func), None, taken, None), func
    )


def release(
    ledger: Ledger,
    coupon_id: str,
    *,
    key: str,
    now: dt.datetime,
    order: str | int | None = None,
) -> Transition:
    """Let go of a reserved coupon.

    Parameters
    ----------
    ledger, coupon_id, key, now
        As in `reserve`.
    order : str or int, optional
        The order of the reservation; checked where it is given.

    Returns
    -------
    Transition
        Decision, ledger, `expected_version`.

    Raises
    ------
    InvalidInput, AmbiguousTime
        An argument breaks its rule.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> release(Ledger.empty(), "c#0", key="k", now=datetime(2026, 3, 1, tzinfo=UTC)).ledger.version
    0
    """
    func = "coupons.release"
    at = to_us(now, func=func, name="now")
    return take_one(
        ledger, Moved(EventKind.released, coupon_id, key, at, read_order(order, func), None, None, None), func
    )


def give_back(
    ledger: Ledger,
    coupon_id: str,
    *,
    key: str,
    now: dt.datetime,
    order: str | int | None = None,
    extend_until: dt.datetime | None = None,
) -> Transition:
    """Give a used coupon back, as after a refund.

    Parameters
    ----------
    ledger, coupon_id, key, now
        As in `reserve`.
    order : str or int, optional
        The order it was used for; checked where it is given.
    extend_until : aware datetime, after `now`, optional
        It may be used until then, on top of its old windows.

    Returns
    -------
    Transition
        Decision, ledger, `expected_version`. A coupon whose windows are all over is `expired` unless it is extended.

    Raises
    ------
    InvalidInput, AmbiguousTime
        An argument breaks its rule.

    Notes
    -----
    Its place and its budget were kept, so that giving back can never oversell.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> give_back(Ledger.empty(), "c#0", key="k", now=datetime(2026, 3, 1, tzinfo=UTC)).decision.kind
    <StepKind.give_back: 'give_back'>
    """
    func = "coupons.give_back"
    at = to_us(now, func=func, name="now")
    end = read_later(extend_until, at, func, "extend_until")
    return take_one(
        ledger, Moved(EventKind.given_back, coupon_id, key, at, read_order(order, func), None, None, end), func
    )


def void(
    ledger: Ledger,
    coupon_id: str,
    *,
    key: str,
    now: dt.datetime,
    order: str | int | None = None,
) -> Transition:
    """Make a coupon void.

    Parameters
    ----------
    ledger, coupon_id, key, now
        As in `reserve`.
    order : str or int, optional
        What it is done for; kept with the event.

    Returns
    -------
    Transition
        Decision, ledger, `expected_version`. A void coupon frees its place and its budget; its serial and the counts
        of its user, person, day and source stay.

    Raises
    ------
    InvalidInput, AmbiguousTime
        An argument breaks its rule.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> void(Ledger.empty(), "c#0", key="k", now=datetime(2026, 3, 1, tzinfo=UTC)).expected_version
    0
    """
    func = "coupons.void"
    at = to_us(now, func=func, name="now")
    return take_one(ledger, Moved(EventKind.void, coupon_id, key, at, read_order(order, func), None, None, None), func)


def apply(ledger: Ledger, steps: Sequence[Step], *, now: dt.datetime) -> ApplyResult:
    """Take many steps at once, each as its own function would, in their order.

    Parameters
    ----------
    ledger : Ledger
        What happened before; it is not changed.
    steps : list of Step
        What is to be done.
    now : aware datetime or datetime64
        When, for steps without `at`.

    Returns
    -------
    ApplyResult
        Decisions, ledger, `expected_version`.

    Raises
    ------
    InvalidInput, AmbiguousTime
        Something is no step; a step lies after `now`; a deadline is not after its step; a value is above the worst
        case. Nothing is done then.

    Notes
    -----
    O(n) for n steps, whatever the size of the ledger.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> steps = [Step(kind="release", coupon="c#0", key="k")]
    >>> apply(Ledger.empty(), steps, now=datetime(2026, 3, 1, tzinfo=UTC)).decisions.reason.tolist()
    ['not_found']
    """
    func = "coupons.apply"
    check_ledger(ledger, func)
    moves = read_steps(steps, to_us(now, func=func, name="now"), func)
    draft = Draft(state_of(ledger))
    answers = [take(draft, move, func, row) for row, move in enumerate(moves)]
    new = grown(ledger, draft.records, draft.state())
    return ApplyResult(decisions=decisions_of(moves, answers), ledger=new, expected_version=ledger.version)
