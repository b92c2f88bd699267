"""Conversations as events, and what is promised in them: first and further responses, updates and resolutions.

A thread is a list of events: mentions by a customer, replies, hand-overs, pauses, resolves. `measure` finds the cycles
of each clock in all threads at once and checks them as `check` does.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeGuard, final

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, ValidationInfo

from socialmkt.core import columns
from socialmkt.core._whole import is_int
from socialmkt.core.columns import Column  # noqa: TC001  # signatures are read at run time by the docs
from socialmkt.core.errors import InvalidInput, SchemeMismatch, Verbatim, refuse
from socialmkt.core.factorize import factorize
from socialmkt.core.model import Frozen, Instant
from socialmkt.core.table import Table
from socialmkt.sla._codes import Actor, Kind, reader
from socialmkt.sla._cycles import ACTORS, KINDS
from socialmkt.sla._facts import Facts
from socialmkt.sla._log import FactColumn, Rows, join_rows, numbers
from socialmkt.sla._measuring import measured
from socialmkt.sla._rows import read_column, read_moment
from socialmkt.sla.checks import Checks  # noqa: TC001  # signatures are read at run time by the docs
from socialmkt.sla.policy import Moment, Policy, Target, as_policy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Event", "Events", "measure"]

Int64 = NDArray[np.int64]
KindWord = Literal["mention", "handover", "reply", "note", "pause", "resume", "resolve", "reopen"]
ActorWord = Literal["customer", "human", "bot", "system"]

_MERGE, _FROM_COLUMNS, _MEASURE = "Events.merge", "Events.from_columns", "sla.measure"


def _read_thread(value: Any, info: ValidationInfo) -> int | str:
    if is_int(value):
        return int(value)
    if not isinstance(value, str) or not value:
        raise refuse(
            InvalidInput, "", info.field_name or "thread", "be a whole number or text that is not empty", value
        )
    return str(value)


class Event(Frozen):
    """One act in a thread.

    Parameters
    ----------
    thread : int or str
        The conversation.
    at : aware datetime or datetime64
        When.
    kind : {"mention", "handover", "reply", "note", "pause", "resume", "resolve", "reopen"}
        What.
    actor : {"customer", "human", "bot", "system"}
        Who.

    Raises
    ------
    pydantic.ValidationError
        A naive instant, an unknown word, or a thread that is neither int nor text.

    Examples
    --------
    >>> Event(thread=7, at=np.datetime64("2026-03-02T09:00"), kind="mention", actor="customer").kind
    <Kind.mention: 'mention'>
    """

    thread: Annotated[int | str, BeforeValidator(_read_thread)]
    at: Instant
    kind: Annotated[Kind, BeforeValidator(reader(Kind))]
    actor: Annotated[Actor, BeforeValidator(reader(Actor))]

    if TYPE_CHECKING:

        def __init__(self, *, thread: int | str, at: Moment, kind: KindWord, actor: ActorWord) -> None: ...


@final
@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Events:
    """Many acts in many threads, in any order; made by `from_columns`.

    Parameters
    ----------
    facts : tuple of str
        The names of the facts that each event bears.

    Notes
    -----
    Events of one instant in one thread are taken in the order of `Kind`, so that the order of the rows never matters
    and a tie never flatters the team.

    Examples
    --------
    >>> at = np.array(["2026-03-02T09:00", "2026-03-02T09:20"], dtype="datetime64[us]")
    >>> day = Events.from_columns([7, 7], at, ["mention", "reply"], ["customer", "human"])
    >>> len(day), day.to_table().columns
    (2, ('thread', 'at', 'kind', 'actor'))
    """

    _rows: Rows

    @classmethod
    def from_columns(
        cls,
        thread: Column,
        at: Column,
        kind: Column,
        actor: Column,
        *,
        priority: Any = None,
        channel: Any = None,
        facts: Mapping[str, Any] | None = None,
    ) -> Events:
        """Read events, one per row.

        Parameters
        ----------
        thread : column of n ids, ints or text
            The conversations.
        at : column of shape (n,), instants
            When.
        kind, actor : columns of shape (n,), text
            What, of `Kind`, and who, of `Actor`.
        priority, channel : one value, or column of shape (n,), optional
            The facts of these names that targets may ask for, as they stand at the event.
        facts : mapping of name to value or column, optional
            Further facts.

        Returns
        -------
        Events
            All rows.

        Raises
        ------
        InvalidInput
            An unknown word, a null, columns that are not equally long, or an instant outside the years 1900 to 2299.
        AmbiguousTime
            A datetime without a zone.

        Examples
        --------
        >>> Events.from_columns([7], np.array(["2026-03-02"], dtype="M8[D]"), ["mentoin"], ["customer"])
        Traceback (most recent call last):
            ...
        socialmkt.core.errors.InvalidInput: Events.from_columns: kind must be one of mention, handover, reply, note, ...
        """
        func = _FROM_COLUMNS
        ids, us = columns.ids(thread, func=func, name="thread", offer_drop=False), read_column(at, func, "at")
        if ids.dtype.kind == "O" and ids.size and not isinstance(ids[0], str):
            raise refuse(InvalidInput, func, "thread", "hold whole numbers or text", ids[0])
        kinds, actors = numbers(kind, KINDS, func, "kind"), numbers(actor, ACTORS, func, "actor")
        lengths = {"thread": len(ids), "at": len(us), "kind": len(kinds), "actor": len(actors)}
        if len(set(lengths.values())) > 1:
            got = Verbatim(", ".join(f"{name} of {length:,}" for name, length in lengths.items()))
            raise refuse(InvalidInput, func, ", ".join(lengths), "be equally long", got)
        given = Facts.of(func, len(ids), priority, channel, facts)
        read = {name: FactColumn.of(column, func, name) for name, column in given.columns.items()}
        return cls(_rows=Rows(ids, us, kinds, actors, read))

    def merge(self, other: Events) -> Events:
        """Give the events of both sides.

        Parameters
        ----------
        other : Events
            With the same kind of threads and the same facts; no events fit any.

        Returns
        -------
        Events
            All rows; neither side changes.

        Raises
        ------
        SchemeMismatch
            The facts, or the kinds of the threads, differ.

        Notes
        -----
        Associative and commutative; no events are the identity. An event that both sides hold counts twice, which
        changes no answer but that of `periodic`.

        Examples
        --------
        >>> at = np.array(["2026-03-02T09:00", "2026-03-02T09:20"], dtype="datetime64[us]")
        >>> asked = Events.from_columns([7], at[:1], ["mention"], ["customer"])
        >>> answered = Events.from_columns([7], at[1:], ["reply"], ["human"])
        >>> asked.merge(answered) == answered.merge(asked)
        True
        """
        if not isinstance(other, Events):
            raise refuse(InvalidInput, _MERGE, "other", "be Events", other)
        if not len(self) or not len(other):
            return self if len(self) or not len(other) else other
        if self.facts != other.facts:
            mine, theirs = (Verbatim(", ".join(side.facts) or "none") for side in (self, other))
            raise refuse(SchemeMismatch, _MERGE, "facts", f"be the same on both sides, {mine}", theirs)
        joined = join_rows([self._rows, other._rows])
        if joined is None:
            must = "be of one kind on both sides"
            raise refuse(SchemeMismatch, _MERGE, "thread", must, Verbatim("whole numbers and text"))
        return Events(_rows=joined)

    @property
    def facts(self) -> tuple[str, ...]:
        """The names of the facts that each event bears, sorted.

        Examples
        --------
        >>> Events.from_columns([], [], [], [], priority=[]).facts
        ('priority',)
        """
        return tuple(sorted(self._rows.facts))

    def to_table(self) -> Table:
        """Give the events in their order.

        Returns
        -------
        Table
            `thread at kind actor`, and each fact as text, empty where it is null.

        Examples
        --------
        >>> at = np.array(["2026-03-02T09:00"] * 2, dtype="datetime64[us]")
        >>> Events.from_columns([7, 7], at, ["reply", "mention"], ["human", "customer"]).to_table()["kind"]
        array(['mention', 'reply'], dtype=object)
        """
        rows = self._sorted
        found: dict[str, Any] = {
            "thread": rows.thread,
            "at": rows.at.view("M8[us]"),
            "kind": np.array(KINDS, dtype=object)[rows.kind],
            "actor": np.array(ACTORS, dtype=object)[rows.actor],
        }
        for name in self.facts:
            values, nulls = rows.facts[name]
            found[name] = np.where(nulls, "", values.astype(str))
        return Table.of(found, name="Events")

    @functools.cached_property
    def _sorted(self) -> Rows:
        threads = factorize(self._rows.thread).codes
        return self._rows.take(self._rows.order(threads))

    def __len__(self) -> int:
        return len(self._rows.at)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Events):
            return NotImplemented
        return self.to_table() == other.to_table()

    __hash__ = None  # type: ignore[assignment]  # equal by columns, as a Table is

    def __repr__(self) -> str:
        facts = f", facts={', '.join(self.facts)}" if self.facts else ""
        return f"Events({len(self):,} in {len(factorize(self._rows.thread).values):,} threads{facts})"

    def __getstate__(self) -> dict[str, Any]:
        """Keep the rows, and no cache."""
        return {"_rows": self._rows}


def measure(events: Events | Sequence[Event], policy: Policy | Target, *, as_of: Moment) -> Checks:
    """Check everything that is promised in threads.

    Parameters
    ----------
    events : Events, or list of Event
        What happened.
    policy : Policy or Target
        What is promised.
    as_of : aware datetime or datetime64
        The moment from which things are seen, inclusive; later events are not.

    Returns
    -------
    Checks
        One row per thread, metric and cycle, in this order; only metrics that a target names. Beside the columns of
        `check`: `thread metric cycle paused ended`.

    Raises
    ------
    InvalidInput
        A fact that a target asks for and that the events do not bear, or an instant past the `valid_until` of a
        calendar.
    Infeasible, Overflow
        As in `check`.

    Notes
    -----
    - Responses: a mention without an open cycle starts one, the next answer or resolve ends it. An answer is a reply
      by an actor of `answered_by`. Cycle 0 is the first response, later ones are next responses. With
      `restart_on_handover` the last hand-over within a cycle becomes its start.
    - `periodic`: from each answer, while the thread is not resolved, to the next answer or resolve.
    - `resolution`: from the first mention to the resolve that stands. `reopen`, or a mention after a resolve, reopens:
      the time resolved is left out, or with `on_reopen="restart"` a new cycle begins.
    - Pauses of the thread stand out of the clock, measured on the clock of the target, and move `due`. A rest that
      begins at the due instant still moves it. An open cycle that is paused in time is `paused`.
    - The target is the one in force, by the facts, at the event that starts the cycle.

    O(n log n); no loop over threads.

    Examples
    --------
    >>> from datetime import timedelta
    >>> at = np.array(["2026-03-02T11:00", "2026-03-02T11:01", "2026-03-02T11:30"], dtype="datetime64[us]")
    >>> log = Events.from_columns([7] * 3, at, ["mention", "reply", "reply"], ["customer", "bot", "human"])
    >>> checks = measure(log, Target(within=timedelta(hours=1)), as_of=np.datetime64("2026-03-02T12:00"))
    >>> checks.elapsed.astype("m8[m]"), checks.ended
    (array([30], dtype='timedelta64[m]'), array(['reply'], dtype=object))
    """
    rules, now = as_policy(policy, _MEASURE), read_moment(as_of, _MEASURE, "as_of")
    return measured(_events(events)._sorted, rules, now, _MEASURE)  # noqa: SLF001  # its own module


def _events(events: Any) -> Events:
    if isinstance(events, Events):
        return events
    if not _is_listing(events) or not all(isinstance(event, Event) for event in events):
        raise refuse(InvalidInput, _MEASURE, "events", "be Events, or a list of Event", events)
    fields = ("thread", "at", "kind", "actor")
    return Events.from_columns(*([getattr(event, field) for event in events] for field in fields))


def _is_listing(value: object) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, list | tuple)
