"""Whether mentions were answered in time: one row per mention, all of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from socialmkt.core.columns import Column  # noqa: TC001  # signatures are read at run time by the docs
from socialmkt.core.errors import InvalidInput, SchemeMismatch, Verbatim, refuse
from socialmkt.core.instants import from_us
from socialmkt.core.model import FrozenDict, Instant
from socialmkt.core.table import Ids, Instants, Ints, Spans, Table, Texts, freeze
from socialmkt.sla._codes import Metric, member
from socialmkt.sla._facts import Facts, join_ids
from socialmkt.sla._judging import Judged, Times, ceil_div
from socialmkt.sla._promises import promise
from socialmkt.sla._rows import NAT, assign, read_column, read_moment, read_optional
from socialmkt.sla.policy import MetricWord, Moment, Policy, Target, as_policy, targets_of

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Checks", "check"]

Int64 = NDArray[np.int64]

_MERGE = "Checks.merge"


class Checks(Table):
    """How each promise stands.

    Parameters
    ----------
    received, replied : datetime64[us]
        When the clock started and when it ended; NaT where it runs at `as_of`.
    due : datetime64[us]
        The last instant on time; NaT where the clock stands still, or no target applies.
    elapsed, remaining : timedelta64[us]
        Spent of the allowance, on the clock of the target, and left of it; below 0 where it is late.
    status : text
        A `Status`: `met missed open_on_time open_at_risk open_overdue paused not_applicable`.
    severity : text
        A `Severity`: `ok warning minor major critical none`.
    rule : int
        The number of the target in the policy; -1 for none.
    priority, channel : ids, optional
        As they were given; empty text where they were null.
    thread, metric, cycle, paused, ended : optional
        Of `measure`: the thread, what was promised, the number of the cycle from 0, the time left out on the clock of
        the target, and what ended the cycle: `"reply"`, `"resolve"` or nothing.
    as_of : datetime
        The moment from which things are seen.
    policy : Policy
        What was promised.

    Notes
    -----
    Text columns compare with codes: `checks.status == "met"` is a mask. `elapsed + remaining` is the allowance;
    `replied <= due` if and only if `remaining >= 0`.

    Examples
    --------
    >>> from datetime import timedelta
    >>> received = np.array(["2026-03-02T09:00", "2026-03-02T09:30"], dtype="datetime64[us]")
    >>> replied = np.array(["2026-03-02T09:20", "NaT"], dtype="datetime64[us]")
    >>> checks = check(received, replied, Target(within=timedelta(hours=1)), as_of=np.datetime64("2026-03-02T12:00"))
    >>> checks.filter(checks.status == "met").elapsed.astype("m8[m]")
    array([20], dtype='timedelta64[m]')
    """

    received: Instants
    replied: Instants
    due: Instants
    elapsed: Spans
    remaining: Spans
    status: Texts
    severity: Texts
    rule: Ints
    priority: Ids | None = None
    channel: Ids | None = None
    thread: Ids | None = None
    metric: Texts | None = None
    cycle: Ints | None = None
    paused: Spans | None = None
    ended: Texts | None = None
    as_of: Instant
    policy: Policy

    column_units: ClassVar[Mapping[str, str]] = FrozenDict({"received": "UTC", "replied": "UTC", "due": "UTC"})

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the policy.

        Examples
        --------
        >>> from datetime import timedelta
        >>> policy = Policy(targets=[Target(within=timedelta(hours=1))])
        >>> check([], [], policy, as_of=np.datetime64("2026-03-02")).fingerprint == policy.fingerprint
        True
        """
        return self.policy.fingerprint

    def merge(self, other: Checks) -> Checks:
        """Put the rows of other checks after these.

        Parameters
        ----------
        other : Checks
            With the same `as_of`, policy and columns; checks without rows fit any columns.

        Returns
        -------
        Checks
            All rows; neither side changes.

        Raises
        ------
        SchemeMismatch
            `as_of`, the policy, the columns or the kinds of their values differ.

        Notes
        -----
        Associative, and commutative up to the order of the rows; checks of no rows are the identity. `report` of the
        whole is the final step: it needs every row.

        Examples
        --------
        >>> from datetime import timedelta
        >>> hour = Target(within=timedelta(hours=1))
        >>> none = check([], [], hour, as_of=np.datetime64("2026-03-02"))
        >>> none.merge(check([], [], hour, as_of=np.datetime64("2026-03-03")))
        Traceback (most recent call last):
            ...
        socialmkt.core.errors.SchemeMismatch: Checks.merge: as_of must be 2026-03-02 00:00:00+00:00 on both sides, ...
        """
        if not isinstance(other, Checks):
            raise refuse(InvalidInput, _MERGE, "other", "be Checks", other)
        if self.as_of != other.as_of:
            raise refuse(SchemeMismatch, _MERGE, "as_of", f"be {self.as_of} on both sides", other.as_of)
        if self.policy != other.policy:
            mine, theirs = (Verbatim(side.fingerprint[:12]) for side in (self, other))
            raise refuse(SchemeMismatch, _MERGE, "policy", f"be the one of fingerprint {mine} on both sides", theirs)
        if not len(self) or not len(other):
            return max(self, other, key=lambda side: (len(side) > 0, len(side.columns)))
        return self._with(_joined(self.to_dict(), other.to_dict()))


def check(
    received: Column,
    replied: Column,
    policy: Policy | Target,
    *,
    as_of: Moment,
    metric: MetricWord = "first_response",
    priority: Any = None,
    channel: Any = None,
    facts: Mapping[str, Any] | None = None,
) -> Checks:
    """Check whether mentions were answered in time.

    Parameters
    ----------
    received : column of n instants
        When the mentions came in.
    replied : column of shape (n,), instants or nulls
        When they were answered; null for those that are open.
    policy : Policy or Target
        What is promised.
    as_of : aware datetime or datetime64
        The moment from which things are seen, inclusive: later replies are not.
    metric : {"first_response", "next_response", "periodic", "resolution"}
        Which promise.
    priority, channel : one value, or column of shape (n,), optional
        The facts of these names that targets may ask for; they become columns of the answer.
    facts : mapping of name to value or column, optional
        Further facts.

    Returns
    -------
    Checks
        `received replied due elapsed remaining status severity rule`, and `priority`, `channel` where given: one row
        per mention, in their order.

    Raises
    ------
    InvalidInput
        A reply before its mention, a mention that is null, columns that are not equally long, a fact that a target asks
        for and that is not given, an instant outside the years 1900 to 2299 or past the `valid_until` of a calendar.
    AmbiguousTime
        A datetime without a zone.
    Infeasible
        A calendar has no open time for a promise within ten years.
    Overflow
        The rates of a blend are in no ratio of small whole numbers.

    Notes
    -----
    `elapsed` runs on the clock of the target: open time for `business`; open time, and closed time times
    within / otherwise, rounded up, for `blend`; else wall time. At `as_of` an open mention is `open_on_time` before the
    first warning, `open_at_risk` up to its allowance, then `open_overdue`. Mentions received after `as_of`, and those
    without a target, are `not_applicable`. O(n) for each target.

    Examples
    --------
    >>> from datetime import timedelta
    >>> from socialmkt.core.calendar import Calendar
    >>> hours = Calendar(weekly={"mon-fri": "09:00-17:00"}, tz="UTC")
    >>> target = Target(within=timedelta(hours=1), calendar=hours)
    >>> received = np.array(["2026-03-06T16:30", "2026-03-06T18:00"], dtype="datetime64[us]")
    >>> replied = np.array(["2026-03-09T09:30", "NaT"], dtype="datetime64[us]")
    >>> checks = check(received, replied, target, as_of=np.datetime64("2026-03-09T09:50"))
    >>> checks.status, checks.severity
    (array(['met', 'open_at_risk'], dtype=object), array(['warning', 'warning'], dtype=object))
    """
    func = "sla.check"
    rules, word = as_policy(policy, func), member(Metric, metric, func, "metric")
    now = read_moment(as_of, func, "as_of")
    start, end = read_column(received, func, "received"), read_optional(replied, func, "replied")
    _check_pairs(start, end, func)
    given = Facts.of(func, len(start), priority, channel, facts)
    targets = targets_of(rules, word)
    given.require(func, targets)
    end = np.where(end <= now, end, NAT)
    seen = None if not start.size or int(start.max()) <= now else start <= now
    judged = Judged.none(len(start))
    for number, target, rows in assign(targets, given, seen):
        answered = end[rows] != NAT
        times = _times(target, func, start[rows], np.where(answered, end[rows], now))
        judged.put(rows, number, target, times, answered)
    return table(
        start, end, judged, now, rules, priority=given.label("priority", func), channel=given.label("channel", func)
    )


def _times(target: Target, func: str, start: Int64, end: Int64) -> Times:
    promised = promise(target, func, "received", start, end)
    meter = promised.meter
    begun = meter.passed(start)
    due = meter.latest(begun + promised.allowance * meter.unit)
    return Times(promised.allowance, due, ceil_div(meter.passed(end) - begun, meter.unit), np.False_)


def _check_pairs(start: Int64, end: Int64, func: str) -> None:
    if len(start) != len(end):
        got = Verbatim(f"received of {len(start):,}, replied of {len(end):,}")
        raise refuse(InvalidInput, func, "received, replied", "be equally long", got)
    early = (end < start) & (end != NAT)
    if early.any():
        row, count = int(early.argmax()), int(early.sum())
        must = f"not be before received, {from_us(int(start[row]))}"
        raise refuse(
            InvalidInput, func, "replied", must, from_us(int(end[row])), row=row, count=count, total=len(start)
        )


def table(start: Int64, end: Int64, judged: Judged, now: int, policy: Policy, **more: NDArray[Any] | None) -> Checks:
    """Make the table of checks from arrays; only `start` and `more` may be held by others."""
    values: dict[str, Any] = {name: freeze(column) for name, column in judged.columns().items()}
    values |= {"received": start.view("M8[us]"), "replied": freeze(end.view("M8[us]")), **more}
    return Checks(**values, as_of=from_us(now), policy=policy)


def _joined(mine: Mapping[str, NDArray[Any]], theirs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    for name in [*mine, *theirs]:
        if (name in mine) != (name in theirs):
            missing = Verbatim(f"{name} on one side only")
            raise refuse(SchemeMismatch, _MERGE, name, "be a column of both sides, or of neither", missing)
    joined: dict[str, NDArray[Any]] = {}
    for name, column in mine.items():
        both: Sequence[NDArray[Any]] = (column, theirs[name])
        together = join_ids(both) if column.dtype.kind not in "mM" else np.concatenate(both)
        if together is None:
            raise refuse(SchemeMismatch, _MERGE, name, f"hold the same kind of ids, like {column.dtype}", theirs[name])
        joined[name] = together
    return joined
