"""Opening hours, and the arithmetic of open time.

An instant is open if the local wall clock at that instant reads inside an interval of its local date, or inside the
tail of an interval of the date before that runs over midnight. Intervals hold their start and not their end. Nothing
more is needed for clock changes: times in a gap never occur, times in a fold occur twice and count twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from pydantic import model_validator

from socialmkt.core._asked import budgets, check_lengths, instants, moments, spans
from socialmkt.core._calendar_rules import BreakHours, DateHours, Dates, LastDate, Week, check_parts, earliest
from socialmkt.core._clock import HOLDS, Intervals, clip, combine
from socialmkt.core._layout import Layout, open_intervals, read_layout
from socialmkt.core._open_time import END, OpenTime, is_column, passed
from socialmkt.core.columns import Column  # noqa: TC001  # signatures are read at run time by the docs
from socialmkt.core.errors import InvalidInput, refuse
from socialmkt.core.instants import day_bounds, to_us
from socialmkt.core.model import Frozen, FrozenDict, Zone
from socialmkt.core.table import Table

__all__ = ["Calendar"]

Moment = dt.datetime | np.datetime64
Duration = dt.timedelta | np.timedelta64
Hours = str | Iterable[str]


class Calendar(Frozen):
    """Weekly hours in a time zone, with holidays, made-up days and breaks.

    Parameters
    ----------
    weekly : mapping of days to hours
        Keys `"mon"`, `"mon-fri"`, `"mon,wed"` or full English names; values `"09:00-18:00"`, several in one text
        parted by commas, or a list. `24:00` is an end; hours that end before they start run over midnight and belong
        to the date on which they start.
    tz : str
        IANA name of the zone whose wall clock counts.
    holidays : dates or ISO texts
        Dates on which nothing starts.
    overrides : mapping of date to hours
        What starts on these dates instead, holiday or not; `[]` for nothing.
    breaks : mapping of day key or date to hours
        Cut out of whatever is open; they always win.
    valid_until : date, optional
        Last local date for which the holidays are known; nothing later is answered.
    holiday_tails : {"clip", "run"}
        Whether a holiday cuts hours that run into it from the evening before.
    operation, parts
        Set by `|`, `&` and `-`, which make one calendar of two.

    Raises
    ------
    pydantic.ValidationError
        A key, an hour, a date or the zone cannot be read, a day is named under two keys, or an operation is given rules
        of its own.

    Notes
    -----
    Equal rules give equal calendars, however they were written. The open time is compiled to arrays on the first
    question, for the years it needs (about 2 ms a year), and kept; answers do not depend on the order of questions.
    Instants from 1900 to 2299 are answered. Scalars give scalars (UTC), columns give columns, and a scalar beside a
    column is taken for every row.

    Examples
    --------
    >>> from datetime import datetime, timedelta
    >>> from zoneinfo import ZoneInfo
    >>> shanghai = ZoneInfo("Asia/Shanghai")
    >>> shop = Calendar(weekly={"mon-fri": "09:00-18:00", "sat": "10:00-12:00"}, tz="Asia/Shanghai")
    >>> friday = datetime(2026, 3, 6, 17, 30, tzinfo=shanghai)
    >>> shop.due(friday, timedelta(hours=1)).astimezone(shanghai).isoformat()
    '2026-03-07T10:30:00+08:00'
    """

    weekly: Week
    tz: Zone
    overrides: DateHours = FrozenDict({})
    holidays: Dates = ()
    breaks: BreakHours = FrozenDict({})
    valid_until: LastDate = None
    holiday_tails: Literal["clip", "run"] = "clip"
    operation: Literal["union", "intersection", "difference"] | None = None
    parts: tuple[Calendar, ...] = ()

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            weekly: Mapping[str, Hours],
            tz: str,
            holidays: Iterable[dt.date | str] = (),
            overrides: Mapping[dt.date, Hours] | Mapping[str, Hours] = ...,
            breaks: Mapping[str, Hours] | Mapping[dt.date, Hours] | Mapping[dt.date | str, Hours] = ...,
            valid_until: dt.date | str | None = None,
            holiday_tails: Literal["clip", "run"] = "clip",
            operation: Literal["union", "intersection", "difference"] | None = None,
            parts: tuple[Calendar, ...] = (),
        ) -> None: ...

    @model_validator(mode="after")
    def _is_of_rules_or_of_parts(self) -> Self:
        check_parts(self)
        return self

    @classmethod
    def always(cls, tz: str = "UTC") -> Calendar:
        """Make the calendar that never closes.

        Parameters
        ----------
        tz : str
            IANA name of its zone.

        Returns
        -------
        Calendar
            Open at every instant.

        Raises
        ------
        pydantic.ValidationError
            No zone has this name.

        Examples
        --------
        >>> Calendar.always("Europe/London").is_open(np.datetime64("2026-03-29T01:30"))
        True
        """
        return cls(weekly={"mon-sun": "00:00-24:00"}, tz=tz)

    def is_open(self, t: Moment | Column) -> Any:
        """Tell whether instants are open.

        Parameters
        ----------
        t : aware datetime, datetime64, or column of instants
            When.

        Returns
        -------
        bool or bool array
            True inside an interval.

        Raises
        ------
        AmbiguousTime, InvalidInput
            An instant is naive, null, no instant, before 1900, or past `valid_until` or 2299.

        Examples
        --------
        >>> shop = Calendar(weekly={"mon-fri": "09:00-18:00"}, tz="UTC")
        >>> shop.is_open(np.datetime64("2026-03-06T09:00")), shop.is_open(np.datetime64("2026-03-06T18:00"))
        (True, False)
        """
        at = instants(t, "Calendar.is_open", "t")
        clock = self._time.holding("Calendar.is_open", at)
        return clock.is_open(at) if is_column(at) else bool(clock.is_open(np.array([at]))[0])

    def between(self, a: Moment | Column, b: Moment | Column) -> Any:
        """Measure the open time from one instant to another.

        Parameters
        ----------
        a, b : aware datetimes, datetime64s, or columns of instants
            From when to when.

        Returns
        -------
        timedelta or timedelta64[us] array
            Open time; negative where `b` is before `a`.

        Raises
        ------
        AmbiguousTime, InvalidInput
            As for `is_open`; or the columns are not equally long.

        Notes
        -----
        O(1) per row by a table of buckets, O(log n) for a scalar.

        Examples
        --------
        >>> shop = Calendar(weekly={"mon-fri": "09:00-17:00"}, tz="America/New_York", holidays=["2026-03-09"])
        >>> shop.between(np.datetime64("2026-03-06T12:00"), np.datetime64("2026-03-10T21:00"))
        datetime.timedelta(seconds=57600)
        """
        start, end = instants(a, "Calendar.between", "a"), instants(b, "Calendar.between", "b")
        check_lengths("Calendar.between", a=start, b=end)
        clock = self._time.holding("Calendar.between", start, end, last=0)
        return spans(passed(clock, end) - passed(clock, start))

    def due(self, t: Moment | Column, target: Duration | Column) -> Any:
        """Find the latest instant that is still on time.

        Parameters
        ----------
        t : aware datetime, datetime64, or column of instants
            When the clock starts.
        target : timedelta, timedelta64, or column of durations, 0 or more
            The budget of open time.

        Returns
        -------
        datetime (UTC) or datetime64[us] array
            The last x with `between(t, x) <= target`; a budget used up at closing time is due at the next opening.

        Raises
        ------
        Infeasible
            Within ten years, or up to the end of 2299, the calendar has too little open time.
        AmbiguousTime, InvalidInput
            As for `is_open`; a target is negative; or the answer lies past `valid_until`.

        Notes
        -----
        A reply is on time (`reply <= due(t, target)`) if and only if `between(t, reply) <= target`.

        Examples
        --------
        >>> shop = Calendar(weekly={"mon-fri": "09:00-17:00"}, tz="UTC")
        >>> monday = np.datetime64("2026-03-02T09:00")
        >>> shop.due(monday, np.timedelta64(8, "h")).isoformat()
        '2026-03-03T09:00:00+00:00'
        """
        return self._due(t, target, "Calendar.due")

    def reached(self, t: Moment | Column, target: Duration | Column) -> Any:
        """Find the instant at which a budget of open time is used up.

        Parameters
        ----------
        t, target
            As in `due`.

        Returns
        -------
        datetime (UTC) or datetime64[us] array
            The first x from `t` on with `between(t, x) >= target`.

        Raises
        ------
        Infeasible, AmbiguousTime, InvalidInput
            As for `due`.

        Examples
        --------
        >>> shop = Calendar(weekly={"mon-fri": "09:00-17:00"}, tz="UTC")
        >>> shop.reached(np.datetime64("2026-03-02T09:00"), np.timedelta64(8, "h")).isoformat()
        '2026-03-02T17:00:00+00:00'
        """
        func = "Calendar.reached"
        start, budget = instants(t, func, "t"), budgets(target, func)
        check_lengths(func, t=start, target=budget)
        return moments(self._time.reached(start, budget, func))

    def back(self, t: Moment | Column, target: Duration | Column) -> Any:
        """Find the latest start that leaves a budget of open time before an instant.

        Parameters
        ----------
        t : aware datetime, datetime64, or column of instants
            When the budget must be used up.
        target : timedelta, timedelta64, or column of durations, 0 or more
            The budget of open time.

        Returns
        -------
        datetime (UTC) or datetime64[us] array
            The last x up to `t` with `between(x, t) >= target`.

        Raises
        ------
        Infeasible, AmbiguousTime, InvalidInput
            As for `due`, looking ten years back, or to the beginning of 1900.

        Examples
        --------
        >>> shop = Calendar(weekly={"mon-fri": "09:00-17:00"}, tz="UTC")
        >>> shop.back(np.datetime64("2026-03-03T10:00"), np.timedelta64(2, "h")).isoformat()
        '2026-03-02T16:00:00+00:00'
        """
        func = "Calendar.back"
        end, budget = instants(t, func, "t"), budgets(target, func)
        check_lengths(func, t=end, target=budget)
        return moments(self._time.back(end, budget, func))

    def next_open(self, t: Moment | Column) -> Any:
        """Find the next open instant.

        Parameters
        ----------
        t : aware datetime, datetime64, or column of instants
            From when on.

        Returns
        -------
        datetime (UTC) or datetime64[us] array
            `t` itself where it is open.

        Raises
        ------
        Infeasible, AmbiguousTime, InvalidInput
            As for `due`.

        Examples
        --------
        >>> shop = Calendar(weekly={"mon-fri": "09:00-17:00"}, tz="UTC")
        >>> shop.next_open(np.datetime64("2026-03-06T17:00")).isoformat()
        '2026-03-09T09:00:00+00:00'
        """
        return self._due(t, dt.timedelta(0), "Calendar.next_open")

    def next_close(self, t: Moment | Column) -> Any:
        """Find the next closing time.

        Parameters
        ----------
        t : aware datetime, datetime64, or column of instants
            After when.

        Returns
        -------
        datetime (UTC) or datetime64[us] array
            The first end of an interval after `t`.

        Raises
        ------
        Infeasible
            The calendar does not close within ten years, or up to the end of 2299.
        AmbiguousTime, InvalidInput
            As for `due`.

        Examples
        --------
        >>> shop = Calendar(weekly={"mon-fri": "09:00-17:00"}, tz="UTC")
        >>> shop.next_close(np.datetime64("2026-03-06T17:00")).isoformat()
        '2026-03-09T17:00:00+00:00'
        """
        func = "Calendar.next_close"
        at = instants(t, func, "t")
        closes = self._time.closing(at, func)
        return moments(closes if is_column(at) else int(closes[0]))

    def intervals(self, a: Moment, b: Moment) -> Table:
        """List the open intervals of a stretch of time.

        Parameters
        ----------
        a, b : aware datetimes or datetime64s
            The stretch [a, b).

        Returns
        -------
        Table
            Columns `opens closes` (datetime64[us]): sorted, not touching, cut to [a, b).

        Raises
        ------
        AmbiguousTime, InvalidInput
            As for `is_open`; or `b` is before `a`.

        Examples
        --------
        >>> shop = Calendar(weekly={"mon-fri": "22:00-06:00"}, tz="UTC")
        >>> table = shop.intervals(np.datetime64("2026-03-06"), np.datetime64("2026-03-08"))
        >>> [(row.opens.hour, row.closes.hour) for row in table.rows()]
        [(0, 6), (22, 6)]
        """
        func = "Calendar.intervals"
        start, end = to_us(a, func=func, name="a"), to_us(b, func=func, name="b")
        if end < start:
            raise refuse(InvalidInput, func, "b", f"not be before a, {a}", b)
        clock = self._time.holding(func, start, end, last=0)
        opens, closes = clip((clock.starts, clock.ends), start, end)
        return Table.of({"opens": opens.view("M8[us]"), "closes": closes.view("M8[us]")}, name="OpenIntervals")

    def __or__(self, other: Calendar) -> Calendar:
        """Open where either is."""
        return self._combined(other, "union")

    def __and__(self, other: Calendar) -> Calendar:
        """Open where both are."""
        return self._combined(other, "intersection")

    def __sub__(self, other: Calendar) -> Calendar:
        """Open where this one is and the other is not."""
        return self._combined(other, "difference")

    def _combined(self, other: object, operation: Literal["union", "intersection", "difference"]) -> Calendar:
        if not isinstance(other, Calendar):
            return NotImplemented  # type: ignore[no-any-return]  # what Python wants of an operator
        parts = (self, other)
        return Calendar(weekly={}, tz=self.tz, valid_until=earliest(parts), operation=operation, parts=parts)

    def _due(self, t: Moment | Column, target: Duration | Column, func: str) -> Any:
        start, budget = instants(t, func, "t"), budgets(target, func)
        check_lengths(func, t=start, target=budget)
        return moments(self._time.due(start, budget, func))

    def _intervals_of(self, low: int, high: int) -> Intervals:
        if self.operation is None:
            return open_intervals(self._layout, low, high)
        first, second = (part._intervals_of(low, high) for part in self.parts)  # noqa: SLF001  # a part is a calendar too
        return combine(first, second, HOLDS[self.operation])

    @cached_property
    def _time(self) -> OpenTime:
        return OpenTime(self._intervals_of, self._limit, self.valid_until)

    @cached_property
    def _limit(self) -> int:
        """End of the last date that may be asked about."""
        if self.parts:
            return min(part._limit for part in self.parts)  # noqa: SLF001  # a part is a calendar too
        if self.valid_until is None:
            return END
        _, ends = day_bounds(np.array([self.valid_until], dtype="M8[D]"), self.tz)
        return min(int(ends[0]), END)

    @cached_property
    def _layout(self) -> Layout:
        return read_layout(
            self.weekly,
            self.overrides,
            self.holidays,
            self.breaks,
            holidays_cut=self.holiday_tails == "clip",
            tz=self.tz,
        )
