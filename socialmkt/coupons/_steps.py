"""Steps in the life of a coupon: what they are, what becomes of them, and how a draft of a ledger takes them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import numpy as np
from pydantic import model_validator

from socialmkt.core._models import read_models
from socialmkt.core._sources import as_objects
from socialmkt.core.errors import InvalidInput, refuse
from socialmkt.core.instants import to_us
from socialmkt.core.model import Amount, Count, Frozen, Instant, Name, read_name
from socialmkt.core.table import Flags, Table, Texts, freeze
from socialmkt.coupons._events import EventKind, Moved, fingerprint_of
from socialmkt.coupons._fields import Ref, read_ref
from socialmkt.coupons._fold import Draft, fresh, refusal
from socialmkt.coupons._reasons import Outcome, Reason
from socialmkt.coupons.ledger import Ledger, check_ledger, grown, state_of

if TYPE_CHECKING:
    from collections.abc import Sequence

Answer: TypeAlias = tuple[Reason | None, bool]


_DONE: Answer = None, False
_AGAIN: Answer = None, True
_CONFLICT: Answer = Reason.idempotency_conflict, False
_NOT_FOUND: Answer = Reason.not_found, False


class StepKind(StrEnum):
    """What is to be done with a coupon.

    Examples
    --------
    >>> [kind.value for kind in StepKind]
    ['reserve', 'redeem', 'release', 'give_back', 'void']
    """

    reserve = "reserve"
    redeem = "redeem"
    release = "release"
    give_back = "give_back"
    void = "void"


_EVENT = {
    StepKind.reserve: EventKind.reserved,
    StepKind.redeem: EventKind.redeemed,
    StepKind.release: EventKind.released,
    StepKind.give_back: EventKind.given_back,
    StepKind.void: EventKind.void,
}
_STEP = {event: step for step, event in _EVENT.items()}
_WORD = {event: step.value for event, step in _STEP.items()}
_ONLY = {"until": StepKind.reserve, "value": StepKind.redeem, "extend_until": StepKind.give_back}


class Step(Frozen):
    """One step in the life of a coupon, for `apply`.

    Parameters
    ----------
    kind : {"reserve", "redeem", "release", "give_back", "void"}
        What is to be done.
    coupon, key : str
        The coupon, and the idempotency key.
    order : str or int, optional
        The order it belongs to; needed to reserve.
    until : aware datetime, optional
        When a reservation lapses.
    value : int >= 0, minor units, optional
        What a redemption took.
    extend_until : aware datetime, optional
        Until when a coupon that is given back may be used on top of its windows.
    at : aware datetime, optional
        When; the `now` of `apply` if left out.

    Raises
    ------
    pydantic.ValidationError
        A reservation without an order, or a field that belongs to another kind of step.

    Examples
    --------
    >>> Step(kind="redeem", coupon="follow#0", key="k2", order="o-1", value=500).kind
    <StepKind.redeem: 'redeem'>
    """

    kind: StepKind
    coupon: Name
    key: Name
    order: Ref | None = None
    until: Instant | None = None
    value: Amount | None = None
    extend_until: Instant | None = None
    at: Instant | None = None

    @model_validator(mode="after")
    def _has_what_its_kind_has(self) -> Self:
        if self.kind is StepKind.reserve and self.order is None:
            raise refuse(InvalidInput, "", "order", "be given to reserve", self.order)
        for name, kind in _ONLY.items():
            if getattr(self, name) is not None and self.kind is not kind:
                raise refuse(InvalidInput, "", name, f"be given to {kind.value} only", self.kind.value)
        return self


class StepDecision(Frozen):
    """What became of a step.

    Parameters
    ----------
    key, coupon : str
        As in the step.
    kind : StepKind
        What was to be done.
    outcome : {"done", "refused"}
        Whether it was.
    reason : Reason, optional
        Why not.
    replayed : bool
        True where an earlier answer was given again.

    Examples
    --------
    >>> StepDecision(key="k", coupon="c#0", kind="redeem", outcome="refused", reason="expired").reason.en
    'expired'
    """

    key: Name
    coupon: Name
    kind: StepKind
    outcome: Outcome
    reason: Reason | None = None
    replayed: bool = False


class Transition(Frozen):
    """The answer to one step.

    Parameters
    ----------
    decision : StepDecision
        What became of it.
    ledger : Ledger
        The new ledger; the old one where nothing changed.
    expected_version : int
        The version of the ledger that was passed in, for compare-and-set.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from socialmkt.coupons.lifecycle import redeem
    >>> redeem(Ledger.empty(), "c#0", key="k", now=datetime(2026, 3, 1, tzinfo=UTC)).decision.reason.value
    'not_found'
    """

    decision: StepDecision
    ledger: Ledger
    expected_version: Count


class StepDecisions(Table):
    """What became of each step, in the order of the steps.

    Parameters
    ----------
    key, coupon, kind : text
        As in the steps.
    outcome : text
        `done` or `refused`.
    reason : text
        Why it was refused; empty where it was not.
    replayed : bool
        True where an earlier answer was given again.

    Examples
    --------
    >>> StepDecisions.model_fields.keys() == {"key", "coupon", "kind", "outcome", "reason", "replayed"}
    True
    """

    key: Texts
    coupon: Texts
    kind: Texts
    outcome: Texts
    reason: Texts
    replayed: Flags


class ApplyResult(Frozen):
    """The answer of `apply`.

    Parameters
    ----------
    decisions : StepDecisions
        What became of each step.
    ledger : Ledger
        The new ledger.
    expected_version : int
        The version of the ledger that was passed in, for compare-and-set.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from socialmkt.coupons.lifecycle import apply
    >>> len(apply(Ledger.empty(), [], now=datetime(2026, 3, 1, tzinfo=UTC)).decisions)
    0
    """

    decisions: StepDecisions
    ledger: Ledger
    expected_version: Count


def take_one(ledger: Ledger, move: Moved, func: str) -> Transition:
    """Take one step from a ledger to the next."""
    check_ledger(ledger, func)
    read_name(move.coupon, func=func, name="coupon_id")
    read_name(move.key, func=func, name="key")
    draft = Draft(state_of(ledger))
    reason, replayed = take(draft, move, func, None)
    decision = StepDecision(
        key=move.key,
        coupon=move.coupon,
        kind=_STEP[move.kind],
        outcome=Outcome.refused if reason else Outcome.done,
        reason=reason,
        replayed=replayed,
    )
    new = grown(ledger, draft.records, draft.state())
    return Transition(decision=decision, ledger=new, expected_version=ledger.version)


def take(draft: Draft, move: Moved, func: str, row: int | None) -> Answer:
    """Take one step: the reason why not, if there is one, and whether it had been taken before."""
    before = draft.keys.find(move.key)
    if before is not None:
        same = isinstance(before, Moved) and fingerprint_of(before) == fingerprint_of(move)
        return _AGAIN if same else _CONFLICT
    issue = draft.coupons.find(move.coupon)
    if issue is None:
        return _NOT_FOUND
    if move.value is not None and issue.worst is not None and move.value > issue.worst:
        must = f"be at most the worst case of the coupon, {issue.worst:,}"
        raise refuse(InvalidInput, func, "value", must, move.value, row=row)
    stands = draft.stands.find(move.coupon) or fresh(issue)
    reason = refusal(stands, move)
    if reason is None:
        draft.move(move, stands)
        return _DONE
    return reason, False


def read_order(order: Any, func: str) -> str | int | None:
    """Read the order of a step, where one is given."""
    return None if order is None else read_ref(order, func, "order")


def read_later(instant: Any, at: int, func: str, name: str, row: int | None = None) -> int | None:
    """Read a deadline, which must lie after the step."""
    if instant is None:
        return None
    us = to_us(instant, func=func, name=name)
    if us <= at:
        raise refuse(InvalidInput, func, name, "be after now", instant, row=row)
    return us


def read_steps(steps: Any, now: int, func: str) -> list[Moved]:
    """Read the steps of a batch."""
    listed = read_models(steps, Step, func=func, name="steps")
    return [_read_step(step, now, func, row) for row, step in enumerate(listed)]


def _read_step(step: Step, now: int, func: str, row: int) -> Moved:
    values = vars(step)
    at, until, end = values["at"], values["until"], values["extend_until"]
    at = now if at is None else to_us(at)
    if at > now:
        raise refuse(InvalidInput, func, "at", "not lie after now", step.at, row=row)
    if until is not None or end is not None:
        until, end = read_later(until, at, func, "until", row), read_later(end, at, func, "extend_until", row)
    kind, order, value = _EVENT[values["kind"]], values["order"], values["value"]
    return tuple.__new__(Moved, (kind, values["coupon"], values["key"], at, order, until, value, end))


def decisions_of(moves: Sequence[Moved], answers: Sequence[Answer]) -> StepDecisions:
    """Write what became of each step."""
    done, refused = Outcome.done.value, Outcome.refused.value
    reasons = [reason for reason, _ in answers]
    return StepDecisions(
        key=freeze(as_objects([move.key for move in moves])),
        coupon=freeze(as_objects([move.coupon for move in moves])),
        kind=freeze(as_objects([_WORD[move.kind] for move in moves])),
        outcome=freeze(as_objects([refused if reason else done for reason in reasons])),
        reason=freeze(as_objects([reason.value if reason else "" for reason in reasons])),
        replayed=freeze(np.array([replayed for _, replayed in answers], np.bool_)),
    )
