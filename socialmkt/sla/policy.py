"""What is promised: targets, the rules that choose among them, and when a mention is due.

A promise such as "5 minutes in working hours, 60 outside" can be read in several ways, the semantics of a target.
Taken literally (`arrival`) it lets an older mention be due after a newer one; the `envelope` is the greatest promise
that does not, and never exceeds the literal one.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property, partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, overload

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BeforeValidator, StrictBool, model_validator

from socialmkt.core._asked import instants
from socialmkt.core.calendar import Calendar
from socialmkt.core.columns import Column  # noqa: TC001  # signatures are read at run time by the docs
from socialmkt.core.errors import InvalidInput, Verbatim, refuse
from socialmkt.core.model import Duration, Frozen, fingerprint
from socialmkt.sla import _settings
from socialmkt.sla._codes import Actor, Metric, Semantics, member, reader
from socialmkt.sla._facts import Facts, When, rule_of
from socialmkt.sla._promises import Promise, promise
from socialmkt.sla._rows import NAT, assign, aware, is_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from socialmkt.core.eligibility import Rule

__all__ = ["Policy", "Target", "due", "warning"]

Int64 = NDArray[np.int64]
Moment = dt.datetime | np.datetime64

Share = Annotated[float, BeforeValidator(_settings.share)]
Span = Annotated[Duration, AfterValidator(_settings.positive)]
_DERIVED: Any = None
MetricWord = Literal["first_response", "next_response", "periodic", "resolution"]


class Target(Frozen):
    """How much time there is for one act, on which clock, and for which mentions.

    Parameters
    ----------
    metric : {"first_response", "next_response", "periodic", "resolution"}
        The act that is promised.
    within : timedelta, above 0
        The time there is; with `otherwise`, for a mention that comes in while the calendar is open.
    semantics : {"wall", "business", "arrival", "envelope", "blend"}, optional
        The clock, as explained in the notes. Left out: `wall` without a calendar, `business` with one, `envelope` with
        a calendar and `otherwise`.
    calendar : Calendar, optional
        The working hours. `wall` takes one too, for the zone of its reports.
    otherwise : timedelta, above 0, optional
        The time there is for a mention that comes in while the calendar is closed.
    when : mapping of fact to value or values, or Rule, optional
        The mentions it is for: all facts must match. Left out: all mentions.
    objective : float, strictly between 0 and 1
        The share to be kept.
    warn_at : floats, strictly ascending between 0 and 1
        Shares of the time at which to warn; `()` for none.
    bands : two numbers, ascending, above 1
        Multiples of the time beyond which a delay is major, and critical.
    pausable : bool
        Whether `pause` stops the clock.

    Raises
    ------
    pydantic.ValidationError
        A number for a duration, a share outside (0, 1), a calendar or `otherwise` that is missing or that the
        semantics do not take.

    Notes
    -----
    With tau(t) = `within` where t is open, else `otherwise`, a mention at t is due at

    - `wall`: t + within;
    - `business`: the last instant at which no more than `within` of open time has passed;
    - `arrival`: t + tau(t), the literal promise, by which an older mention may be due after a newer one;
    - `envelope` (recommended): the least u + tau(u) of all u >= t, the greatest promise that keeps the order of the
      mentions and never exceeds the literal one;
    - `blend`: when a budget is spent of which open time takes 1 / within and closed time 1 / otherwise.

    "The earlier of 60 minutes of wall time and 5 minutes of business time" is none of these: shortly before closing
    time it gives an hour to a mention that was promised 5 minutes.

    Examples
    --------
    >>> hours = Calendar(weekly={"mon-fri": "09:00-18:00"}, tz="Asia/Shanghai")
    >>> target = Target(within=dt.timedelta(minutes=5), otherwise=dt.timedelta(minutes=60), calendar=hours)
    >>> target.semantics
    <Semantics.envelope: 'envelope'>
    >>> Target(within=300)
    Traceback (most recent call last):
        ...
    pydantic_core._pydantic_core.ValidationError: 1 validation error for Target
    within
      Value error, within must be a timedelta, got 300. Pass timedelta(minutes=5) or the like. ...
    """

    metric: Annotated[Metric, BeforeValidator(reader(Metric))] = Metric.first_response
    within: Span
    calendar: Calendar | None = None
    otherwise: Span | None = None
    semantics: Annotated[Semantics, BeforeValidator(_settings.semantics)] = _DERIVED
    when: When = None
    objective: Share = 0.95
    warn_at: Annotated[tuple[float, ...], BeforeValidator(_settings.shares)] = (0.75, 0.9)
    bands: Annotated[tuple[float, float], BeforeValidator(_settings.bands)] = (2.0, 5.0)
    pausable: StrictBool = True

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            within: dt.timedelta | np.timedelta64,
            metric: MetricWord = "first_response",
            semantics: Literal["wall", "business", "arrival", "envelope", "blend"] | None = None,
            calendar: Calendar | None = None,
            otherwise: dt.timedelta | np.timedelta64 | None = None,
            when: Mapping[str, Any] | Rule | None = None,
            objective: float = 0.95,
            warn_at: Sequence[float] = (0.75, 0.9),
            bands: Sequence[float] = (2, 5),
            pausable: bool = True,
        ) -> None: ...

    @model_validator(mode="after")
    def _has_what_its_semantics_need(self) -> Self:
        simple = self.semantics in (Semantics.wall, Semantics.business)
        if simple and self.otherwise is not None:
            raise refuse(InvalidInput, "", "otherwise", f"be left out for {self.semantics.value!r}", self.otherwise)
        if not simple and self.otherwise is None:
            raise refuse(InvalidInput, "", "otherwise", f"be given for {self.semantics.value!r}", None)
        if self.semantics != Semantics.wall and self.calendar is None:
            raise refuse(InvalidInput, "", "calendar", f"be given for {self.semantics.value!r}", None)
        return self

    @cached_property
    def rule(self) -> Rule | None:
        """The mentions it is for, as one Rule; None for all.

        Examples
        --------
        >>> Target(within=dt.timedelta(hours=1), when={"priority": "high"}).rule.codes
        ('priority_one_of', 'missing_priority')
        """
        return None if self.when is None else rule_of(self.when)


class Policy(Frozen):
    """The targets of a team, and what counts as an answer.

    Parameters
    ----------
    targets : targets, at least one
        Tried in order; for each metric the first whose `when` matches applies.
    answered_by : actors
        Whose replies are answers: `"human"`, `"bot"`, `"system"`; never the customer.
    restart_on_handover : bool
        Whether a hand-over starts the clock of a response again.
    on_reopen : {"resume", "restart"}
        What a reopening does to the clock of the resolution: run on, with the time resolved left out, or begin a new
        cycle.

    Raises
    ------
    pydantic.ValidationError
        No targets, one that can never apply since it follows an unconditional one of its metric, or no actors.

    Notes
    -----
    `fingerprint` identifies the policy across processes and machines.

    Examples
    --------
    >>> hour, day = dt.timedelta(hours=1), dt.timedelta(days=1)
    >>> policy = Policy(targets=[Target(within=hour, when={"priority": "high"}), Target(within=day)])
    >>> due(policy, np.datetime64("2026-03-02T09:00"), priority="high").isoformat()
    '2026-03-02T10:00:00+00:00'
    """

    targets: Annotated[tuple[Target, ...], BeforeValidator(_settings.listing)]
    answered_by: Annotated[tuple[Actor, ...], BeforeValidator(_settings.actors)] = (Actor.human,)
    restart_on_handover: StrictBool = False
    on_reopen: Annotated[Literal["resume", "restart"], BeforeValidator(_settings.on_reopen)] = "resume"

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            targets: Sequence[Target],
            answered_by: Iterable[Literal["human", "bot", "system"]] = ("human",),
            restart_on_handover: bool = False,
            on_reopen: Literal["resume", "restart"] = "resume",
        ) -> None: ...

    @model_validator(mode="after")
    def _every_target_can_apply(self) -> Self:
        if not self.targets:
            raise refuse(InvalidInput, "", "targets", "hold at least one target", Verbatim("none"))
        caught: set[Metric] = set()
        for number, target in enumerate(self.targets):
            if target.metric in caught:
                fix = "Put the targets with conditions first."
                must = f"not follow an unconditional target of {target.metric.value!r}"
                raise refuse(InvalidInput, "", "targets", must, Verbatim(f"target {number}"), fix=fix)
            if target.when is None:
                caught.add(target.metric)
        return self

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical JSON: 64 lower-case hex digits.

        Examples
        --------
        >>> Policy(targets=[Target(within=dt.timedelta(hours=1))]).fingerprint[:12]
        '0f3b5a01fe59'
        """
        return fingerprint(self)


@overload
def due(
    policy: Policy | Target,
    received: Moment,
    *,
    metric: MetricWord = "first_response",
    priority: Any = None,
    channel: Any = None,
    facts: Mapping[str, Any] | None = None,
) -> dt.datetime | None: ...
@overload
def due(
    policy: Policy | Target,
    received: Column,
    *,
    metric: MetricWord = "first_response",
    priority: Any = None,
    channel: Any = None,
    facts: Mapping[str, Any] | None = None,
) -> NDArray[np.datetime64]: ...
def due(
    policy: Policy | Target,
    received: Moment | Column,
    *,
    metric: MetricWord = "first_response",
    priority: Any = None,
    channel: Any = None,
    facts: Mapping[str, Any] | None = None,
) -> dt.datetime | NDArray[np.datetime64] | None:
    """Say when mentions are due.

    Parameters
    ----------
    policy : Policy or Target
        What is promised.
    received : aware datetime, datetime64, or column of n instants
        When the mentions came in.
    metric : {"first_response", "next_response", "periodic", "resolution"}
        Which promise; targets of other metrics do not apply.
    priority, channel : one value, or column of shape (n,), optional
        The facts of these names that targets may ask for. A null matches no target that asks for it.
    facts : mapping of name to value or column, optional
        Further facts.

    Returns
    -------
    datetime (UTC) or None, or datetime64[us] array of shape (n,)
        The last instant on time; None, or NaT, where no target applies.

    Raises
    ------
    InvalidInput
        A fact that a target asks for is not given, columns are not equally long, an instant is null or lies outside
        the years 1900 to 2299, or the answer lies past the `valid_until` of a calendar.
    AmbiguousTime
        A datetime without a zone.
    Infeasible
        A calendar has no open time for it within ten years.
    Overflow
        The rates of a blend are in no ratio of small whole numbers.

    Notes
    -----
    O(n) per target for `wall` and `business`, O(n log k) for the others, on k opening times.

    Examples
    --------
    >>> hours = Calendar(weekly={"mon-fri": "09:00-17:00"}, tz="UTC")
    >>> target = Target(within=dt.timedelta(hours=1), calendar=hours)
    >>> due(target, np.datetime64("2026-03-06T16:30")).isoformat()
    '2026-03-09T09:30:00+00:00'
    """
    given = {"metric": metric, "priority": priority, "channel": channel, "facts": facts}
    return _answer("sla.due", policy, received, given, Promise.due)


@overload
def warning(
    policy: Policy | Target,
    received: Moment,
    *,
    at: float = 0.75,
    metric: MetricWord = "first_response",
    priority: Any = None,
    channel: Any = None,
    facts: Mapping[str, Any] | None = None,
) -> dt.datetime | None: ...
@overload
def warning(
    policy: Policy | Target,
    received: Column,
    *,
    at: float = 0.75,
    metric: MetricWord = "first_response",
    priority: Any = None,
    channel: Any = None,
    facts: Mapping[str, Any] | None = None,
) -> NDArray[np.datetime64]: ...
def warning(
    policy: Policy | Target,
    received: Moment | Column,
    *,
    at: float = 0.75,
    metric: MetricWord = "first_response",
    priority: Any = None,
    channel: Any = None,
    facts: Mapping[str, Any] | None = None,
) -> dt.datetime | NDArray[np.datetime64] | None:
    """Say when to warn that mentions will soon be due.

    Parameters
    ----------
    policy, received, metric, priority, channel, facts
        As in `due`.
    at : float, strictly between 0 and 1
        The share of the time that is spent by then.

    Returns
    -------
    datetime (UTC) or None, or datetime64[us] array of shape (n,)
        The first instant at which `round(at * allowance)` microseconds are spent, on the clock of the target; None, or
        NaT, where no target applies.

    Raises
    ------
    InvalidInput, AmbiguousTime, Infeasible, Overflow
        As in `due`; or `at` lies outside (0, 1).

    Examples
    --------
    >>> hours = Calendar(weekly={"mon-fri": "08:00-18:00"}, tz="UTC")
    >>> target = Target(within=dt.timedelta(hours=4), calendar=hours)
    >>> warning(target, np.datetime64("2026-03-02T17:00"), at=0.75).isoformat()
    '2026-03-03T10:00:00+00:00'
    """
    part = _settings.read_share(at, "sla.warning", "at")
    given = {"metric": metric, "priority": priority, "channel": channel, "facts": facts}
    return _answer("sla.warning", policy, received, given, partial(_warned, at=part))


def _warned(promised: Promise, start: Int64, *, at: float) -> Int64:
    return promised.reached(start, np.rint(at * np.asarray(promised.allowance)).astype(np.int64))


def as_policy(policy: Any, func: str) -> Policy:
    """Take a policy, or one target as a policy of its own."""
    if isinstance(policy, Target):
        return Policy(targets=[policy])
    if not isinstance(policy, Policy):
        raise refuse(InvalidInput, func, "policy", "be a Policy or a Target", policy)
    return policy


def targets_of(policy: Policy, metric: Metric) -> list[tuple[int, Target]]:
    """List the targets of one metric with their numbers."""
    return [(number, target) for number, target in enumerate(policy.targets) if target.metric == metric]


def _answer(
    func: str,
    policy: Policy | Target,
    received: Any,
    given: Mapping[str, Any],
    ask: Callable[[Promise, Int64], Int64],
) -> dt.datetime | NDArray[np.datetime64] | None:
    """Ask each target about the mentions that are its own."""
    rules = as_policy(policy, func)
    word = member(Metric, given["metric"], func, "metric")
    alone = is_moment(received)
    start = np.atleast_1d(instants(received, func, "received"))
    facts = Facts.of(func, len(start), given["priority"], given["channel"], given["facts"])
    targets = targets_of(rules, word)
    facts.require(func, targets)
    answers = np.full(len(start), NAT, dtype=np.int64)
    for _, target, rows in assign(targets, facts, None):
        answers[rows] = ask(promise(target, func, "received", start[rows]), start[rows])
    return aware(int(answers[0])) if alone else answers.view("M8[us]")
