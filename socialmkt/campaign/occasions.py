"""Which day to greet whom: festivals and birthdays, by the solar and by the Chinese lunar calendar.

An occasion says on which day something comes back every year; what becomes of 29 February, of a leap month and of the
30th of a short month is a policy that is named, never a guess.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np

from socialmkt.campaign._birthdays import Birthdays, NextBirthdays, birthdays, next_birthdays
from socialmkt.campaign._checks import as_date, day
from socialmkt.campaign._lunar_dates import (
    LUNAR_END,
    LUNAR_START,
    LunarDay,
    LunarDays,
    from_lunar,
    leap_month,
    to_lunar,
)
from socialmkt.campaign._occasion_days import Found, around, no_more, range_of
from socialmkt.campaign._occasion_models import (
    Festival,
    LunarAnnual,
    NthWeekday,
    Occasion,
    Qingming,
    Relative,
    SolarAnnual,
    as_occasion,
)
from socialmkt.core import columns
from socialmkt.core.errors import InvalidInput, refuse
from socialmkt.core.instants import Window, day_window_for
from socialmkt.core.model import Count, Frozen
from socialmkt.core.table import Days, Flags, Ints, Table, freeze

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from socialmkt.core.columns import Column

__all__ = [
    "LUNAR_END",
    "LUNAR_START",
    "Birthdays",
    "Festival",
    "LunarAnnual",
    "LunarDay",
    "LunarDays",
    "NextBirthdays",
    "NthWeekday",
    "Occasion",
    "Occurrence",
    "Occurrences",
    "Qingming",
    "Relative",
    "SolarAnnual",
    "birthdays",
    "day_window",
    "from_lunar",
    "leap_month",
    "next_birthdays",
    "next_occurrence",
    "next_occurrences",
    "occurrences",
    "to_lunar",
]

_KINDS = (SolarAnnual, LunarAnnual, NthWeekday, Qingming, Relative)


class Occurrence(Frozen):
    """One day on which an occasion falls.

    Parameters
    ----------
    on : date
        The day.
    year : int
        The solar year it counts for, of a lunar occasion the lunar year; also where a policy moved the day out of it.
    leap : bool
        Whether the day of a lunar occasion lies in a leap month.
    moved : bool
        Whether a policy moved it, since the very day does not exist that year.

    Examples
    --------
    >>> next_occurrence(SolarAnnual(month=2, day=29, feb29="mar1"), dt.date(2026, 1, 1)).moved
    True
    """

    on: dt.date
    year: Count
    leap: bool = False
    moved: bool = False


class Occurrences(Table):
    """Days on which an occasion falls.

    Parameters
    ----------
    on : datetime64[D] array of shape (n,)
        The days.
    year : int64 array of shape (n,)
        The nominal years, as in `Occurrence`.
    leap, moved : bool arrays of shape (n,)
        As in `Occurrence`.

    Examples
    --------
    >>> occurrences(Festival.mid_autumn, dt.date(2025, 1, 1), dt.date(2027, 1, 1)).year
    array([2025, 2026])
    """

    on: Days
    year: Ints
    leap: Flags
    moved: Flags


def next_occurrence(occasion: Occasion | Festival, on_or_after: dt.date) -> Occurrence:
    """Find the next day on which an occasion falls.

    Parameters
    ----------
    occasion : Occasion or Festival
        What to wait for.
    on_or_after : date
        The first day that counts.

    Returns
    -------
    Occurrence
        The first one from that day on.

    Raises
    ------
    InvalidInput
        No occasion, no date, a day outside the range of the occasion, or none is left before the end of the table.

    Notes
    -----
    Lunar occasions are known from `LUNAR_START` to the day before `LUNAR_END`, Qingming in the solar years 1901 to
    2050, the others in the years 1 to 9998; a relative one moves the range with it.

    Examples
    --------
    >>> next_occurrence(Festival.spring_festival, dt.date(2026, 3, 1))
    Occurrence(on=datetime.date(2027, 2, 6), year=2027, leap=False, moved=False)
    """
    func = "campaign.next_occurrence"
    rule = _occasion(occasion, func)
    asked = np.array([day(on_or_after, func, "on_or_after")])
    range_of(rule).check(asked, func, "on_or_after", scalar=True)
    on, year, leap, moved = (column.tolist()[0] for column in _next(rule, asked, func, scalar=True))
    return Occurrence(on=as_date(on), year=year, leap=leap, moved=moved)


def next_occurrences(occasion: Occasion | Festival, on_or_after: Column) -> Occurrences:
    """Find the next day on which an occasion falls, for a column of days.

    Parameters
    ----------
    occasion : Occasion or Festival
        What to wait for.
    on_or_after : day column of shape (n,)
        The first days that count.

    Returns
    -------
    Occurrences
        `on year leap moved`, one row per day asked for, in their order.

    Raises
    ------
    InvalidInput
        As in `next_occurrence`, with the row.

    Notes
    -----
    O(n log k) for k occurrences in the years asked about.

    Examples
    --------
    >>> next_occurrences(Festival.qixi, [dt.date(2026, 1, 1), dt.date(2026, 12, 1)]).on
    array(['2026-08-19', '2027-08-08'], dtype='datetime64[D]')
    """
    func = "campaign.next_occurrences"
    rule = _occasion(occasion, func)
    asked = columns.days(on_or_after, func=func, name="on_or_after", offer_drop=False).astype(np.int64)
    range_of(rule).check(asked, func, "on_or_after")
    return _table(_next(rule, asked, func, scalar=False))


def occurrences(occasion: Occasion | Festival, start: dt.date, end: dt.date) -> Occurrences:
    """List the days of a period on which an occasion falls.

    Parameters
    ----------
    occasion : Occasion or Festival
        What to look for.
    start, end : date
        The period [start, end); it may be empty.

    Returns
    -------
    Occurrences
        `on year leap moved`, ascending.

    Raises
    ------
    InvalidInput
        No occasion, no dates, an end before the start, or a period outside the range of the occasion.

    Examples
    --------
    >>> occurrences(Festival.dragon_boat, dt.date(2026, 1, 1), dt.date(2028, 1, 1)).on
    array(['2026-06-19', '2027-06-09'], dtype='datetime64[D]')
    """
    func = "campaign.occurrences"
    rule = _occasion(occasion, func)
    first, last = day(start, func, "start"), day(end, func, "end")
    if last < first:
        raise refuse(InvalidInput, func, "end", f"not be before start, {start}", end)
    for name, edge in (("start", first), ("end", last)):
        range_of(rule).check(np.array([edge]), func, name, scalar=True, inclusive=True)
    found = around(rule, first, last)
    return _table(found.take((found.on >= first) & (found.on < last)))


def _occasion(value: Any, func: str) -> Any:
    found = as_occasion(value, func, "occasion")
    if not isinstance(found, _KINDS):
        must = "be a SolarAnnual, LunarAnnual, NthWeekday, Qingming, Relative or Festival"
        raise refuse(InvalidInput, func, "occasion", must, value)
    return found


def _next(rule: Any, asked: NDArray[np.int64], func: str, *, scalar: bool) -> Found:
    if not len(asked):
        return around(rule, range_of(rule).first, range_of(rule).first).take(slice(0))
    found = around(rule, int(asked.min()), int(asked.max()))
    place = np.searchsorted(found.on, asked)
    late = place == len(found.on)
    if late.any():
        row = int(late.argmax())
        raise no_more(func, "on_or_after", int(asked[row]), None if scalar else row)
    return found.take(place)


def _table(found: Found) -> Occurrences:
    return Occurrences(
        on=freeze(found.on.astype("M8[D]")),
        year=freeze(found.year),
        leap=freeze(found.leap),
        moved=freeze(found.moved),
    )


def day_window(on: dt.date, *, tz: dt.tzinfo | str, days_before: int = 0, days_after: int = 0) -> Window:
    """Give the window of a local day, or of the days around it.

    Parameters
    ----------
    on : date
        The day in the middle, such as that of an occasion.
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
    >>> day = next_occurrence(SolarAnnual(month=5, day=20), dt.date(2026, 1, 1)).on
    >>> day_window(day, tz="Asia/Shanghai", days_before=1).duration
    datetime.timedelta(days=2)
    """
    return day_window_for(on, tz, days_before, days_after, func="campaign.day_window")
