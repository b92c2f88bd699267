"""What happened to coupons: events as models for the caller, as plain tuples inside.

A ledger holds its events in chunks of tuples, so that one more event copies a few hundred of them at most and a batch
adds one chunk; models are built when somebody looks.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from functools import partial
from itertools import chain
from typing import Any, NamedTuple, Self, TypeAlias, overload

from pydantic import GetCoreSchemaHandler, model_validator
from pydantic_core import core_schema

from socialmkt.core._models import read_models
from socialmkt.core.errors import InvalidInput, Verbatim, refuse
from socialmkt.core.instants import Window, from_us, to_us
from socialmkt.core.model import Amount, Count, Frozen, Instant, Name
from socialmkt.coupons._fields import Ref
from socialmkt.coupons._windows import Spans, read_windows, write_windows

_CHUNK = 256


class EventKind(StrEnum):
    """What happened to a coupon.

    Examples
    --------
    >>> list(EventKind)[0]
    <EventKind.issued: 'issued'>
    """

    issued = "issued"
    reserved = "reserved"
    redeemed = "redeemed"
    released = "released"
    given_back = "given_back"
    void = "void"


class Issued(NamedTuple):
    """The record of an issue."""

    kind: EventKind
    coupon: str
    key: str
    at: int
    user: str | int
    person: str | int | None
    source: str | None
    source_ref: str | int | None
    windows: Spans
    worst: int | None


class Moved(NamedTuple):
    """The record of a step in the life of a coupon."""

    kind: EventKind
    coupon: str
    key: str
    at: int
    order: str | int | None
    until: int | None
    value: int | None
    extend_until: int | None


Record: TypeAlias = Issued | Moved

_TIMES = ("at", "until", "extend_until")
_ISSUE_ONLY = ("user", "person", "source", "source_ref", "windows", "worst")
_MAY_HAVE = {
    EventKind.issued: frozenset(_ISSUE_ONLY),
    EventKind.reserved: frozenset({"order", "until"}),
    EventKind.redeemed: frozenset({"order", "value"}),
    EventKind.released: frozenset({"order"}),
    EventKind.given_back: frozenset({"order", "extend_until"}),
    EventKind.void: frozenset({"order"}),
}
_NEEDS = {EventKind.issued: ("user", "windows"), EventKind.reserved: ("order",)}


class Event(Frozen):
    """One thing that happened to a coupon: what a rebuild of the ledger needs, and nothing else.

    Parameters
    ----------
    seq : int >= 0
        Its place in the ledger.
    kind : EventKind
        `issued reserved redeemed released given_back void`.
    coupon, key : str
        The coupon, and the idempotency key of the request or step.
    at : aware datetime
        When it happened.
    user, person, source, source_ref, windows, worst : optional
        Of an issue: for whom, what for, when the coupon may be used, and its worst case where that is known.
    order : str or int, optional
        Of a step: the order it belongs to.
    until, value, extend_until : optional
        Of a reservation its deadline, of a redemption what it took, of a give-back the new end.

    Raises
    ------
    pydantic.ValidationError
        A field is missing, or belongs to another kind of event.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> Event(seq=1, kind="redeemed", coupon="c#0", key="k2", at=datetime(2026, 3, 1, tzinfo=UTC), value=500).value
    500
    """

    seq: Count
    kind: EventKind
    coupon: Name
    key: Name
    at: Instant
    user: Ref | None = None
    person: Ref | None = None
    source: Name | None = None
    source_ref: Ref | None = None
    windows: tuple[Window, ...] | None = None
    worst: Amount | None = None
    order: Ref | None = None
    until: Instant | None = None
    value: Amount | None = None
    extend_until: Instant | None = None

    @model_validator(mode="after")
    def _has_what_its_kind_has(self) -> Self:
        given = {name for name in type(self).model_fields if getattr(self, name) is not None}
        stray = given - _MAY_HAVE[self.kind] - {"seq", "kind", "coupon", "key", "at"}
        missing = [name for name in _NEEDS.get(self.kind, ()) if name not in given]
        for names, must in ((stray, "not be given"), (missing, "be given")):
            for name in sorted(names):
                raise refuse(InvalidInput, "", name, f"{must} for {self.kind.value!r}", getattr(self, name))
        return self


def record_of(event: Event) -> Record:
    """Write an event as a tuple."""
    kind = Issued if event.kind is EventKind.issued else Moved
    values = {name: getattr(event, name) for name in kind._fields}
    values |= {name: to_us(values[name]) for name in _TIMES if values.get(name) is not None}
    if kind is Issued:
        values["windows"] = read_windows(values["windows"])
    return kind(**values)


def event_of(seq: int, record: Record) -> Event:
    """Read a tuple as an event; it was checked when it was made."""
    values: dict[str, Any] = dict.fromkeys(Event.model_fields)
    values |= {"seq": seq, **record._asdict()}
    values |= {name: from_us(values[name]) for name in _TIMES if values[name] is not None}
    if isinstance(record, Issued):
        values["windows"] = write_windows(record.windows, dt.UTC)
    given = {name: value for name, value in values.items() if value is not None}
    return Event.model_construct(_fields_set=set(given), **values)


class EventLog(Sequence[Event]):
    """The events of a ledger in order: a sequence that builds them when it is looked at.

    Notes
    -----
    A slice is a tuple. It equals any sequence of the same events.

    Examples
    --------
    >>> len(EventLog()), EventLog()[:]
    (0, ())
    """

    __slots__ = ("_chunks", "_starts", "_tail")
    _chunks: tuple[Sequence[Record], ...]
    _starts: tuple[int, ...]
    _tail: tuple[Record, ...]

    def __init__(
        self,
        chunks: tuple[Sequence[Record], ...] = (),
        starts: tuple[int, ...] = (),
        tail: tuple[Record, ...] = (),
    ) -> None:
        self._chunks, self._starts, self._tail = chunks, starts, tail

    def followed_by(self, records: Sequence[Record]) -> EventLog:
        """Give the log with more records at its end."""
        tail = (*self._tail, *records)
        if len(tail) < _CHUNK:
            return EventLog(self._chunks, self._starts, tail)
        return EventLog((*self._chunks, tail), (*self._starts, len(self) - len(self._tail)), ())

    def records(self, start: int = 0) -> Iterator[Record]:
        """Walk the records from a place on."""
        first = bisect_right(self._starts, start) - 1 if self._starts and start < self._tail_start() else None
        if first is None:
            return iter(self._tail[max(start - self._tail_start(), 0) :])
        head = self._chunks[first][start - self._starts[first] :]
        return chain(head, chain.from_iterable(self._chunks[first + 1 :]), self._tail)

    def _tail_start(self) -> int:
        return self._starts[-1] + len(self._chunks[-1]) if self._starts else 0

    def __len__(self) -> int:
        return self._tail_start() + len(self._tail)

    @overload
    def __getitem__(self, at: int) -> Event: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Event, ...]: ...
    def __getitem__(self, at: int | slice) -> Event | tuple[Event, ...]:
        """Build one event, or a tuple of some."""
        if isinstance(at, slice):
            return tuple(map(self._event, range(len(self))[at]))
        return self._event(range(len(self))[at])

    def __iter__(self) -> Iterator[Event]:
        return map(event_of, range(len(self)), self.records())

    def _event(self, seq: int) -> Event:
        return event_of(seq, next(self.records(seq)))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, EventLog):
            return len(self) == len(other) and all(map(_same, self.records(), other.records()))
        return isinstance(other, Sequence) and len(self) == len(other) and list(self) == list(other)

    def __hash__(self) -> int:
        return hash((len(self), *self.records(max(len(self) - 1, 0))))

    def __repr__(self) -> str:
        return f"EventLog({len(self):,} events)"

    def __reduce__(self) -> tuple[Any, ...]:
        return EventLog, (self._chunks, self._starts, self._tail)

    def __deepcopy__(self, memo: object) -> Self:
        return self

    @classmethod
    def of(cls, events: Iterable[Event], *, func: str = "") -> EventLog:
        """Read events that are numbered from 0."""
        listed = read_models(events, Event, func=func, name="events")
        for place, event in enumerate(listed):
            if event.seq != place:
                got = Verbatim(f"seq {event.seq}")
                raise refuse(InvalidInput, func, "events", "be numbered from 0 without gaps", got, row=place)
        return cls().followed_by([record_of(event) for event in listed])

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Validate from a log or from events; dump as a list of events."""
        listed = handler.generate_schema(tuple[Event, ...])
        read = core_schema.no_info_after_validator_function(cls.of, listed)
        return core_schema.json_or_python_schema(
            json_schema=read,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), read]),
            serialization=core_schema.wrap_serializer_function_ser_schema(_dump, schema=listed),
        )


def _dump(log: EventLog, write: Any) -> Any:
    return write(tuple(log))


def _same(mine: Record, theirs: Record) -> bool:
    """Compare two records; they may be one, and 1 is not "1" nor True."""
    return mine is theirs or mine == theirs


def fingerprint_of(record: Record) -> tuple[Any, ...]:
    """Name what a retry under the same key must repeat."""
    if isinstance(record, Issued):
        return record.user, record.person, record.source, record.source_ref
    return record.kind, record.coupon, record.order, record.value


sequence_of = partial(EventLog.of, func="Ledger.from_events")
