"""Solar to lunar days and back, from lunar New Year of 1901 to the end of lunar 2050."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from socialmkt.campaign._checks import as_date, day, whole
from socialmkt.campaign._lunar import (
    END_DAY,
    FIRST_DAY,
    FIRST_YEAR,
    LAST_YEAR,
    has_leap,
    lunar,
    month_index,
)
from socialmkt.campaign._occasion_days import LUNAR, lunar_date
from socialmkt.core import columns
from socialmkt.core._whole import is_int
from socialmkt.core.errors import InvalidInput, Verbatim, refuse
from socialmkt.core.model import Count, Frozen, Positive
from socialmkt.core.table import Flags, Ints, Table, freeze

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from socialmkt.core.columns import Column

__all__ = ["LUNAR_END", "LUNAR_START", "LunarDay", "LunarDays", "from_lunar", "leap_month", "to_lunar"]

LUNAR_START = as_date(FIRST_DAY)
"""The first day that the lunar table knows: New Year of lunar 1901."""

LUNAR_END = as_date(END_DAY)
"""The first day after the lunar table: New Year of lunar 2051."""


class LunarDay(Frozen):
    """A day of the Chinese lunar calendar.

    Parameters
    ----------
    year, month, day : int
        Their numbers; a leap month bears the number of the month before it.
    leap : bool
        Whether it lies in a leap month.

    Examples
    --------
    >>> LunarDay(year=2025, month=6, day=1, leap=True).leap
    True
    """

    year: Count
    month: Positive
    day: Positive
    leap: bool = False


class LunarDays(Table):
    """Days of the Chinese lunar calendar, as `to_lunar` gives them for a column.

    Parameters
    ----------
    year, month, day : int64 arrays of shape (n,)
        As in `LunarDay`.
    leap : bool array of shape (n,)
        Whether the day lies in a leap month.

    Examples
    --------
    >>> to_lunar([dt.date(2025, 7, 25), dt.date(2026, 2, 17)]).leap
    array([ True, False])
    """

    year: Ints
    month: Ints
    day: Ints
    leap: Flags


@overload
def to_lunar(on: dt.date) -> LunarDay: ...
@overload
def to_lunar(on: Column) -> LunarDays: ...
def to_lunar(on: dt.date | Column) -> LunarDay | LunarDays:
    """Say which day of the Chinese lunar calendar a day is.

    Parameters
    ----------
    on : date, or day column of shape (n,)
        From `LUNAR_START` up to and without `LUNAR_END`.

    Returns
    -------
    LunarDay or LunarDays
        For a column a table `year month day leap`.

    Raises
    ------
    InvalidInput
        A day outside the table, a datetime, or a null.

    Notes
    -----
    One look-up per day: O(n). The table agrees with independent calendars on each of its 54,779 days; they disagree
    about later ones, so it ends there.

    Examples
    --------
    >>> to_lunar(dt.date(2026, 2, 17))
    LunarDay(year=2026, month=1, day=1, leap=False)
    >>> to_lunar([dt.date(2025, 7, 25)]).month
    array([6])
    """
    func = "campaign.to_lunar"
    if isinstance(on, dt.date):
        days = np.array([day(on, func, "on")])
        LUNAR.check(days, func, "on", scalar=True)
        year, month, number, leap = (column.tolist()[0] for column in lunar_date(days))
        return LunarDay(year=year, month=month, day=number, leap=leap)
    days = columns.days(on, func=func, name="on").astype(np.int64)
    LUNAR.check(days, func, "on")
    found = dict(zip(LunarDays.model_fields, map(freeze, lunar_date(days)), strict=True))
    return LunarDays(**found)


@overload
def from_lunar(year: int, month: int, day: int, *, leap: bool = False) -> dt.date: ...
@overload
def from_lunar(year: Column, month: Column, day: Column, *, leap: bool | Column = False) -> NDArray[np.datetime64]: ...
def from_lunar(
    year: int | Column, month: int | Column, day: int | Column, *, leap: bool | Column = False
) -> dt.date | NDArray[np.datetime64]:
    """Find the solar day of a lunar one.

    Parameters
    ----------
    year, month, day : int, or columns of shape (n,), whole numbers
        A lunar day of the years 1901 to 2050.
    leap : bool, or flags of shape (n,)
        Whether the leap month of that number is meant.

    Returns
    -------
    date or datetime64[D] array of shape (n,)
        The solar day.

    Raises
    ------
    InvalidInput
        A year outside the table, a leap month that the year does not have, the 30th of a month of 29 days, or no
        whole numbers.

    Notes
    -----
    O(n). Nothing is guessed: a leap month that does not exist is not read as the ordinary one.

    Examples
    --------
    >>> from_lunar(2026, 1, 1)
    datetime.date(2026, 2, 17)
    >>> from_lunar([2025, 2025], [6, 6], [1, 1], leap=[False, True])
    array(['2025-06-25', '2025-07-25'], dtype='datetime64[D]')
    >>> from_lunar(2026, 6, 1, leap=True)
    Traceback (most recent call last):
        ...
    socialmkt.core.errors.InvalidInput: campaign.from_lunar: leap must be a leap month ..., got month 6 of 2026.
    """
    func = "campaign.from_lunar"
    if all(map(is_int, (year, month, day))):
        if not isinstance(leap, bool):
            raise refuse(InvalidInput, func, "leap", "be a bool beside whole numbers", leap)
        found = _solar_days([year], [month], [day], [leap], scalar=True)
        return as_date(int(found[0]))
    listed: Any = year
    flags = [leap] * len(columns.quantities(listed, func=func, name="year")) if isinstance(leap, bool) else leap
    return _solar_days(year, month, day, flags, scalar=False).astype("M8[D]")


def _solar_days(year: Any, month: Any, number: Any, leap: Any, *, scalar: bool) -> NDArray[np.int64]:
    func = "campaign.from_lunar"
    specs = [columns.spec(name, one, "quantities") for name, one in (("year", year), ("month", month), ("day", number))]
    read = columns.read(func, *specs, columns.spec("leap", leap, "flags"))
    years, months, days, flags = (read[name] for name in ("year", "month", "day", "leap"))

    def require(name: str, must: str, got: Any, holds: NDArray[np.bool_]) -> None:
        if not holds.all():
            at = int(holds.argmin())
            row = None if scalar else at
            raise refuse(InvalidInput, func, name, must, Verbatim(got(at)), row=row)

    require("year", f"lie from {FIRST_YEAR} to {LAST_YEAR}", years.__getitem__, _within(years, FIRST_YEAR, LAST_YEAR))
    require("month", "lie from 1 to 12", months.__getitem__, _within(months, 1, 12))
    require("leap", "be a leap month that the year has", _month_name(years, months), ~flags | has_leap(years, months))
    index = month_index(years, months, flags)
    lengths = lunar().length[index]
    require("day", "be a day that the month has", lambda at: _day_of(days, lengths, at), _within(days, 1, lengths))
    found: NDArray[np.int64] = lunar().starts[index] + days - 1
    return found


def _within(values: NDArray[np.int64], low: int, high: Any) -> NDArray[np.bool_]:
    within: NDArray[np.bool_] = (values >= low) & (values <= high)
    return within


def _month_name(years: NDArray[np.int64], months: NDArray[np.int64]) -> Any:
    return lambda at: f"month {months[at]} of {years[at]}"


def _day_of(days: NDArray[np.int64], lengths: NDArray[np.int64], at: int) -> str:
    return f"day {days[at]} of {lengths[at]}"


def leap_month(year: int) -> int | None:
    """Say which month a lunar year repeats.

    Parameters
    ----------
    year : int from 1901 to 2050
        The lunar year.

    Returns
    -------
    int or None
        The number of the month, which the leap month follows; None where there is none.

    Raises
    ------
    InvalidInput
        A year outside the table.

    Examples
    --------
    >>> leap_month(2025), leap_month(2026)
    (6, None)
    """
    number = whole(year, "campaign.leap_month", "year", low=FIRST_YEAR, high=LAST_YEAR)
    return int(lunar().leap[number - FIRST_YEAR]) or None
