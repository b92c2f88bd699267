"""Instants, local days and half-open windows.

Inside the library an instant is a whole number of microseconds since 1970-01-01 UTC. A local day begins at the
first instant that bears its date: it can last 23 or 25 hours, begin at one o'clock, or not exist at all. All
questions about zones are answered from their offset spans, for a whole column at once.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Self, overload

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from socialmkt.core import _spans, columns
from socialmkt.core._instants import EPOCH, from_us, to_us, zone
from socialmkt.core._lanes import is_array
from socialmkt.core._local_dates import day_numbers, day_of, holds_ints
from socialmkt.core._sources import Parameter, is_single, require_unmasked
from socialmkt.core._whole import is_int
from socialmkt.core.errors import Infeasible, InvalidInput, Overflow, refuse
from socialmkt.core.model import Frozen, ZonedInstant

if TYPE_CHECKING:
    from socialmkt.core.columns import Column

__all__ = ["Window", "day_bounds", "day_window", "from_us", "local_days", "offset_spans", "to_us", "zone"]

Int64 = NDArray[np.int64]
Days = NDArray[np.datetime64]

_INT64_MIN, _INT64_MAX = -(2**63), 2**63 - 1
_MOST_DAYS = dt.date.max.toordinal()


class Window(Frozen):
    """A stretch of time that holds its start and not its end.

    Parameters
    ----------
    start : aware datetime or datetime64
        The first instant inside.
    end : aware datetime or datetime64, optional
        The first instant after it; left out, the window never ends.

    Raises
    ------
    pydantic.ValidationError
        The end is not after the start, or one of them is no instant.

    Notes
    -----
    Both ends are kept in the zone they came with. Windows are compared as instants, whatever their zones.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> may = Window(start=datetime(2026, 5, 1, tzinfo=UTC), end=datetime(2026, 6, 1, tzinfo=UTC))
    >>> may.contains(datetime(2026, 5, 1, tzinfo=UTC)), may.contains(datetime(2026, 6, 1, tzinfo=UTC))
    (True, False)
    >>> may.duration
    datetime.timedelta(days=31)
    """

    start: ZonedInstant
    end: ZonedInstant | None = None

    @model_validator(mode="after")
    def _end_after_start(self) -> Self:
        if self.end is not None and to_us(self.end) <= to_us(self.start):
            raise refuse(InvalidInput, "", "end", f"be after the start, {self.start}", self.end)
        return self

    @property
    def duration(self) -> dt.timedelta | None:
        """How long it lasts in elapsed time; None where it has no end.

        Returns
        -------
        timedelta or None
            Above zero.

        Examples
        --------
        >>> Window(start=np.datetime64("2026-05-01")).duration is None
        True
        """
        if self.end is None:
            return None
        return dt.timedelta(microseconds=to_us(self.end) - to_us(self.start))

    def contains(self, instant: Any) -> bool:
        """Say whether an instant lies inside.

        Parameters
        ----------
        instant : aware datetime or datetime64
            What to look for.

        Returns
        -------
        bool
            True from the start on and before the end.

        Raises
        ------
        AmbiguousTime, InvalidInput
            As in `to_us`.

        Examples
        --------
        >>> Window(start=np.datetime64("2026-05-01")).contains(np.datetime64("2026-04-30T23:59"))
        False
        """
        low, high = _bounds(self)
        return low <= to_us(instant, func="Window.contains") < high

    def overlaps(self, other: Window) -> bool:
        """Say whether two windows share an instant.

        Parameters
        ----------
        other : Window
            The second window.

        Returns
        -------
        bool
            False for windows that only touch.

        Raises
        ------
        InvalidInput
            Something that is no Window.

        Examples
        --------
        >>> may = Window(start=np.datetime64("2026-05-01"), end=np.datetime64("2026-06-01"))
        >>> may.overlaps(Window(start=np.datetime64("2026-06-01")))
        False
        """
        return self.intersect(_window(other, "Window.overlaps")) is not None

    def intersect(self, other: Window) -> Window | None:
        """Cut a window down to what it shares with another.

        Parameters
        ----------
        other : Window
            The second window.

        Returns
        -------
        Window or None
            The shared part, in the zones of the two; None where they share no instant.

        Raises
        ------
        InvalidInput
            Something that is no Window.

        Examples
        --------
        >>> may = Window(start=np.datetime64("2026-05-01"), end=np.datetime64("2026-06-01"))
        >>> may.intersect(Window(start=np.datetime64("2026-05-31"))).duration
        datetime.timedelta(days=1)
        """
        other = _window(other, "Window.intersect")
        (low, high), (other_low, other_high) = _bounds(self), _bounds(other)
        if max(low, other_low) >= min(high, other_high):
            return None
        start = self.start if low >= other_low else other.start
        return Window(start=start, end=self.end if high <= other_high else other.end)

    def __eq__(self, other: object) -> bool:
        return _bounds(self) == _bounds(other) if isinstance(other, Window) else NotImplemented

    def __hash__(self) -> int:
        return hash(_bounds(self))


@overload
def local_days(us: int | dt.date | np.datetime64, zone: dt.tzinfo | str) -> np.datetime64: ...
@overload
def local_days(us: Column, zone: dt.tzinfo | str) -> Days: ...
def local_days(us: Any, zone: dt.tzinfo | str) -> np.datetime64 | Days:
    """Read the date on the wall at each instant.

    Parameters
    ----------
    us : int64 array of any shape, or column of ints, microseconds since 1970 UTC; or instants or dates; or one of these
        The instants, also far before or after the years 1 to 9999. A `date` or `datetime64[D]` stays that day.
    zone : tzinfo or str
        A zone, or its IANA name.

    Returns
    -------
    datetime64[D], or array of them of the same shape
        Local dates.

    Raises
    ------
    InvalidInput
        Neither whole numbers nor times, a null, or no zone has this name.
    AmbiguousTime
        A `datetime` without a zone.
    Overflow
        A time outside int64 microseconds.

    Notes
    -----
    A look-up in the zone's offset spans: O(n log k) for k changes of the clock in the range of the data.

    Examples
    --------
    >>> night = np.datetime64("2026-03-01T20:00")
    >>> local_days(night, "Asia/Shanghai")
    np.datetime64('2026-03-02')
    >>> local_days([to_us(night)], "Asia/Shanghai")
    array(['2026-03-02'], dtype='datetime64[D]')
    """
    func = "instants.local_days"
    found = _zone(zone, func)
    if is_single(us):
        day: np.datetime64 = day_of(us, found, func)
        return day
    if is_array(us) and us.dtype.kind == "i":
        require_unmasked(us, Parameter(func, "us"))
        return _spans.local_days(np.asarray(us).astype(np.int64, copy=False), found)
    if holds_ints(us, func):
        ints = columns.quantities(us, func=func, name="us", minimum=_INT64_MIN, offer_drop=False)
        return _spans.local_days(ints, found)
    return columns.days(us, func=func, name="us", tz=found, offer_drop=False)


@overload
def day_bounds(day: dt.date | np.datetime64, zone: dt.tzinfo | str) -> tuple[int, int]: ...
@overload
def day_bounds(day: Column, zone: dt.tzinfo | str) -> tuple[Int64, Int64]: ...
def day_bounds(day: Any, zone: dt.tzinfo | str) -> tuple[int, int] | tuple[Int64, Int64]:
    """Find where local days begin and where the next ones do.

    Parameters
    ----------
    day : datetime64[D] array of any shape, column of dates, or one date or datetime64[D]
        Local dates.
    zone : tzinfo or str
        A zone, or its IANA name.

    Returns
    -------
    starts, ends : int64 arrays of the same shape, or ints, microseconds since 1970 UTC
        The first instant with that date, and the first with the next. Both are the same instant for a date
        that the zone left out.

    Raises
    ------
    InvalidInput
        No zone has this name, `day` holds no dates, or a null.
    Overflow
        A day lies outside int64 microseconds.

    Notes
    -----
    Where clocks go back over midnight a date shows twice, before and after; its day begins when it first shows.

    Examples
    --------
    >>> starts, ends = day_bounds(np.array(["2026-03-29", "2026-10-25"], dtype="datetime64[D]"), "Europe/Berlin")
    >>> (ends - starts) / 3.6e9
    array([23., 25.])
    >>> from datetime import date
    >>> start, end = day_bounds(date(2026, 3, 29), "Europe/Berlin")
    >>> from_us(start).isoformat()
    '2026-03-28T23:00:00+00:00'
    """
    func = "instants.day_bounds"
    found = _zone(zone, func)
    days = day_numbers(day, func)
    starts, ends = _spans.day_starts(days, found), _spans.day_starts(days + 1, found)
    return (int(starts[0]), int(ends[0])) if is_single(day) else (starts, ends)


def day_window(on: dt.date, *, tz: dt.tzinfo | str, days_before: int = 0, days_after: int = 0) -> Window:
    """Give the window of a local day, or of the days around it.

    Parameters
    ----------
    on : date
        The day in the middle.
    tz : tzinfo or str
        A zone, or its IANA name.
    days_before, days_after : int >= 0
        How many days more on either side.

    Returns
    -------
    Window
        From the first instant of the first day to the first instant after the last, in UTC.

    Raises
    ------
    InvalidInput
        `on` is no date, or a number of days is negative.
    Infeasible
        The zone left these days out.
    Overflow
        The window leaves the years 1 to 9999.

    Examples
    --------
    >>> from datetime import date
    >>> day_window(date(2026, 5, 20), tz="Asia/Shanghai", days_before=1).duration
    datetime.timedelta(days=2)
    """
    return day_window_for(on, tz, days_before, days_after, func="instants.day_window")


def day_window_for(
    on: dt.date, tz: dt.tzinfo | str, days_before: int, days_after: int, *, func: str, name: str = "on"
) -> Window:
    """Give the window of the days around `on` for the function `func`, which calls that day `name`."""
    before = _whole(days_before, func, "days_before", low=0, high=_MOST_DAYS)
    after = _whole(days_after, func, "days_after", low=0, high=_MOST_DAYS)
    day = _day_number(on, func, name)
    ends = np.array([day - before, day + after + 1])
    start, end = _spans.day_starts(ends, _zone(tz, func, "tz")).tolist()
    if start == end:
        raise refuse(Infeasible, func, name, f"be a day that {tz} has", on)
    return Window(
        start=_within_years(start, func, "days_before" if before else name, before or on),
        end=_within_years(end, func, "days_after" if after else name, after or on),
    )


def offset_spans(zone: dt.tzinfo | str, first_us: int, last_us: int) -> tuple[Int64, Int64]:
    """List the spans in which a zone keeps its offset from UTC.

    Parameters
    ----------
    zone : tzinfo or str
        A zone, or its IANA name.
    first_us, last_us : int, microseconds since 1970 UTC
        The range to cover, both ends included.

    Returns
    -------
    starts, offsets : read-only int64 arrays of shape (k,), microseconds
        Offset i holds from start i to the next start, the last one to `last_us` at least; the first start is
        not after `first_us`. Neighbours differ.

    Raises
    ------
    InvalidInput
        No zone has this name, or the range is empty or no pair of 64-bit whole numbers.

    Notes
    -----
    The zone is asked once a day and every change is bisected to the second: about 0.2 ms for a year that is new,
    a few microseconds for years that were asked before.

    Examples
    --------
    >>> first, last = to_us(np.datetime64("2026-01-01")), to_us(np.datetime64("2026-12-31"))
    >>> starts, offsets = offset_spans("Europe/Berlin", first, last)
    >>> starts.astype("datetime64[us]").astype("datetime64[h]")
    array(['2026-01-01T00', '2026-03-29T01', '2026-10-25T01'], dtype='datetime64[h]')
    >>> offsets // 3_600_000_000
    array([1, 2, 1])
    """
    func = "instants.offset_spans"
    first = _whole(first_us, func, "first_us")
    last = _whole(last_us, func, "last_us", low=first)
    return _spans.spans(_zone(zone, func), first, last)


def _bounds(window: Window) -> tuple[int, float]:
    """Start and end in microseconds, comparable; no end is infinity."""
    return to_us(window.start), float("inf") if window.end is None else to_us(window.end)


def _window(other: object, func: str) -> Window:
    if not isinstance(other, Window):
        raise refuse(InvalidInput, func, "other", "be a Window", other)
    return other


def _zone(name: dt.tzinfo | str, func: str, parameter: str = "zone") -> dt.tzinfo:
    return name if isinstance(name, dt.tzinfo) else zone(name, func=func, parameter=parameter)


def _whole(number: Any, func: str, name: str, low: int = _INT64_MIN, high: int = _INT64_MAX) -> int:
    if not is_int(number) or not low <= number <= high:
        raise refuse(InvalidInput, func, name, f"be a whole number from {low} to {high}", number)
    return int(number)


def _within_years(us: int, func: str, name: str, got: object) -> dt.datetime:
    """Write an end of a window; where it has no date, name what took it there."""
    try:
        return from_us(us)
    except Overflow:
        raise refuse(Overflow, func, name, "keep the window within the years 1 to 9999 of UTC", got) from None


def _day_number(on: Any, func: str, name: str) -> int:
    if not isinstance(on, dt.date) or isinstance(on, dt.datetime):
        raise refuse(InvalidInput, func, name, "be a date", on)
    return on.toordinal() - EPOCH.toordinal()
