"""Issue coupons: a ledger and requests in, decisions and a new ledger out.

Issuing is a pure state transition. Every request bears an idempotency key, so that a retry gets the first answer
again; every refusal has a reason, and of several reasons always the same one is given.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from socialmkt.core._instants import EPOCH, MICROSECOND
from socialmkt.core._models import read_models
from socialmkt.core._sources import as_objects
from socialmkt.core.errors import Infeasible, InvalidInput, Verbatim, refuse
from socialmkt.core.instants import to_us
from socialmkt.core.model import Count, Frozen, FrozenDict, Instant, Name
from socialmkt.core.table import Flags, Table, Texts, freeze
from socialmkt.coupons._campaign import Campaign, Status
from socialmkt.coupons._events import EventKind, Issued, Record, fingerprint_of
from socialmkt.coupons._fields import Ref
from socialmkt.coupons._fold import Draft
from socialmkt.coupons._known import Facts
from socialmkt.coupons._limits import Limit, Refusal, gates_of, limits_of
from socialmkt.coupons._reasons import Outcome, Reason
from socialmkt.coupons._windows import Spans, claim_spans
from socialmkt.coupons.codes import CodeBook
from socialmkt.coupons.ledger import Ledger, check_campaign, check_ledger, grown, state_of
from socialmkt.coupons.validity import rules_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["Campaign", "IssueDecisions", "IssueRequest", "IssueResult", "Status", "issue"]

_FUNC = "coupons.issue"
_AHEAD = 256


class IssueRequest(Frozen):
    """Somebody asks for a coupon.

    Parameters
    ----------
    key : str
        The idempotency key: a retry bears the same one.
    user : str or int
        Who asks.
    person : str or int, optional
        The person behind the user, where that is known.
    source : str, optional
        What for, such as `"birthday"`.
    source_ref : str or int, optional
        Which one of it, such as `"2026"`.
    at : aware datetime, optional
        When; the `now` of `issue` if left out.
    facts : mapping of name to value
        What is known about the person, for the rule of the campaign: flags, numbers, text, aware datetimes (kept in
        UTC); None, NaN and NaT for what is not known.

    Examples
    --------
    >>> IssueRequest(key="k1", user="u1").facts
    FrozenDict({})
    """

    key: Name
    user: Ref
    person: Ref | None = None
    source: Name | None = None
    source_ref: Ref | None = None
    at: Instant | None = None
    facts: Facts = FrozenDict({})


class IssueDecisions(Table):
    """What became of each request, in the order of the requests.

    Parameters
    ----------
    key : text
        The idempotency key.
    outcome : text
        `issued` or `refused`.
    reason : text
        Why it was refused; empty where it was not.
    coupon : text
        The coupon; empty where there is none.
    detail : text
        The requirements of the rule that were not met, joined by commas.
    replayed : bool
        True where an earlier answer was given again.

    Examples
    --------
    >>> IssueDecisions.model_fields.keys() == {"key", "outcome", "reason", "coupon", "detail", "replayed"}
    True
    """

    key: Texts
    outcome: Texts
    reason: Texts
    coupon: Texts
    detail: Texts
    replayed: Flags


class IssueResult(Frozen):
    """The answer of `issue`.

    Parameters
    ----------
    decisions : IssueDecisions
        What became of each request.
    ledger : Ledger
        The new ledger.
    expected_version : int
        The version of the ledger that was passed in: store the new events if the stored version still is this one.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from socialmkt.coupons.terms import AmountOff
    >>> follow = Campaign(id="follow", currency="CNY", terms=AmountOff(value=500))
    >>> result = issue(follow, Ledger.empty(), [], now=datetime(2026, 3, 1, tzinfo=UTC))
    >>> len(result.decisions), result.expected_version
    (0, 0)
    """

    decisions: IssueDecisions
    ledger: Ledger
    expected_version: Count


def issue(
    campaign: Campaign,
    ledger: Ledger,
    requests: Sequence[IssueRequest],
    *,
    now: dt.datetime,
    book: CodeBook | None = None,
) -> IssueResult:
    """Issue coupons to those who may have one.

    Parameters
    ----------
    campaign : Campaign
        What is issued.
    ledger : Ledger
        What was issued before; it is not changed.
    requests : list of IssueRequest
        Who asks, taken in this order.
    now : aware datetime or datetime64
        When.
    book : CodeBook, optional
        The codes of the campaign: serials whose code holds a blocked word are stepped over.

    Returns
    -------
    IssueResult
        Decisions, the new ledger, and the version that the caller's database must still have.

    Raises
    ------
    InvalidInput
        Something is no campaign, ledger, request or book, or a request lies after `now`.
    AmbiguousTime
        `now` is naive.
    SchemeMismatch
        The ledger belongs to another campaign.
    Infeasible
        The code book has no serial left.
    Overflow
        The days of the validity lead beyond the year 9999.

    Notes
    -----
    The first reason that holds, in this order: `idempotency_conflict`, (the replay of an earlier success),
    `not_started`, `ended`, `paused`, `not_eligible`, `already_for_source`, `per_user_limit`, `per_person_limit`,
    `per_day_limit`, `total_limit`, `budget_exhausted`. Only successes are remembered: a refused key may try again.
    O(n) for n requests, and the part of the ledger that was added since a limit was last counted.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from socialmkt.coupons.terms import AmountOff
    >>> follow = Campaign(id="follow", currency="CNY", terms=AmountOff(value=500), total=2, per_user=1)
    >>> asked = [("k1", "u1"), ("k1", "u1"), ("k2", "u1"), ("k3", "u2"), ("k4", "u3")]
    >>> requests = [IssueRequest(key=key, user=user) for key, user in asked]
    >>> result = issue(follow, Ledger.empty(), requests, now=datetime(2026, 3, 1, tzinfo=UTC))
    >>> for row in result.decisions.rows():
    ...     print(row.key, row.coupon or row.reason, "again" if row.replayed else "")
    k1 follow#0
    k1 follow#0 again
    k2 per_user_limit
    k3 follow#1
    k4 total_limit
    """
    check_ledger(ledger, _FUNC)
    check_campaign(campaign, ledger, _FUNC)
    asked = read_models(requests, IssueRequest, func=_FUNC, name="requests")
    if book is not None and not isinstance(book, CodeBook):
        raise refuse(InvalidInput, _FUNC, "book", "be a CodeBook", book)
    instants = _read_instants(asked, to_us(now, func=_FUNC, name="now"))
    state = state_of(ledger)
    draft, limits = Draft(state), limits_of(campaign, instants)
    for limit in limits:
        limit.catch_up(state, ledger.events)
    free = count(draft.next_serial) if book is None else _free_serials(draft.next_serial, book)
    decided = _decide(campaign, draft, limits, free, (asked, instants))
    upto = ledger.version + len(draft.records)
    draft.tallies = {**state.tallies, **{limit.name: limit.tally(upto) for limit in limits}}
    new = grown(ledger, draft.records, draft.state())
    return IssueResult(decisions=_table(asked, decided), ledger=new, expected_version=ledger.version)


class _Decided(NamedTuple):
    """What becomes of each request, by row: coupons and reasons for all, details and replays for some."""

    coupons: list[str]
    reasons: list[str]
    details: dict[int, str]
    replayed: list[int]


def _decide(
    campaign: Campaign,
    draft: Draft,
    limits: Sequence[Limit],
    free: Iterator[int],
    asked: tuple[Sequence[IssueRequest], Sequence[int]],
) -> _Decided:
    """Take the requests, of which the instants are known, in order; the draft takes what is granted."""
    decided, records, issued = _Decided([], [], {}, []), draft.records, draft.coupons.over
    gates, spans, worst = (
        gates_of(campaign, limits, draft),
        _spans_by_instant(campaign, asked[1]),
        campaign.worst_case(),
    )
    (known_base, known), kind, campaign_id = draft.keys, EventKind.issued, campaign.id
    last, upcoming = None, next(free, None)
    for request, at in zip(*asked, strict=True):
        values = vars(request)
        key, user, person = values["key"], values["user"], values["person"]
        before = known.get(key) or known_base.get(key)
        if before is not None:
            _repeat(decided, before, values)
            continue
        coupon, source, ref = f"{campaign_id}#{upcoming}", values["source"], values["source_ref"]
        fields = kind, coupon, key, at, user, person, source, ref, spans[at], worst
        claim: Issued = tuple.__new__(Issued, fields)
        for gate in gates:
            refusal = gate(claim, values["facts"])
            if refusal is not None:
                _refuse(decided, refusal)
                break
        else:
            last, upcoming = _taken(upcoming), next(free, None)
            known[key] = issued[coupon] = claim
            records.append(claim)
            for limit in limits:
                limit.count(claim)
            decided.coupons.append(coupon)
            decided.reasons.append("")
    if last is not None:
        draft.campaign = campaign_id
        draft.count_issued(len(records), worst, last + 1)
    return decided


def _refuse(decided: _Decided, refusal: Refusal) -> None:
    reason, detail = refusal
    if detail:
        decided.details[len(decided.reasons)] = detail
    decided.coupons.append("")
    decided.reasons.append(reason)


def _repeat(decided: _Decided, before: Record, values: Mapping[str, Any]) -> None:
    """Answer a key that was used before: the first answer again, or a conflict."""
    asked = values["user"], values["person"], values["source"], values["source_ref"]
    same = isinstance(before, Issued) and fingerprint_of(before) == asked
    if same:
        decided.replayed.append(len(decided.reasons))
    decided.coupons.append(before.coupon if same else "")
    decided.reasons.append("" if same else Reason.idempotency_conflict.value)


def _taken(serial: int | None) -> int:
    if serial is None:
        fix = "Start another campaign, or choose a longer body."
        raise refuse(Infeasible, _FUNC, "book", "have a serial left", Verbatim("none"), fix=fix)
    return serial


def _free_serials(start: int, book: CodeBook) -> Iterator[int]:
    for first in range(start, book.spec.capacity, _AHEAD):
        serials = np.arange(first, min(first + _AHEAD, book.spec.capacity))
        yield from serials[~book.blocked(serials)].tolist()


def _read_instants(asked: Sequence[IssueRequest], now: int) -> list[int]:
    """Read when each request was made, in microseconds."""
    instants = [now if request.at is None else (request.at - EPOCH) // MICROSECOND for request in asked]
    if instants and max(instants) > now:
        row = next(row for row, at in enumerate(instants) if at > now)
        raise refuse(InvalidInput, _FUNC, "at", "not lie after now", asked[row].at, row=row)
    return instants


def _spans_by_instant(campaign: Campaign, instants: Iterable[int]) -> dict[int, Spans]:
    """When a coupon of each claim instant may be used, once per distinct instant."""
    known = list(set(instants))
    return dict(zip(known, claim_spans(rules_of(campaign.validity), known), strict=True))


def _table(asked: Sequence[IssueRequest], decided: _Decided) -> IssueDecisions:
    reasons, detail, replayed = as_objects(decided.reasons), np.full(len(asked), "", object), np.zeros(len(asked), bool)
    for row, text in decided.details.items():
        detail[row] = text
    replayed[decided.replayed] = True
    outcomes = np.array([Outcome.refused.value, Outcome.issued.value], object)
    return IssueDecisions(
        key=freeze(as_objects([request.key for request in asked])),
        outcome=freeze(outcomes.take(reasons == "")),
        reason=freeze(reasons),
        coupon=freeze(as_objects(decided.coupons)),
        detail=freeze(detail),
        replayed=freeze(replayed),
    )
