"""Solar to lunar days and back, from lunar New Year of 1901 to the end of lunar 2050."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, overload

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
from socialmkt.core._sources import is_single
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
    days = columns.days(on, func=func, name="on", offer_drop=False).astype(np.int64)
    LUNAR.check(days, func, "on")
    found = dict(zip(LunarDays.model_fields, map(freeze, lunar_date(days)), strict=True))
    return LunarDays(**found)


_RANGES: Final = {"year": (FIRST_YEAR, LAST_YEAR), "month": (1, 12), "day": (1, 30)}


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
    given = {"year": year, "month": month, "day": day}
    if not any(map(is_single, given.values())):
        return _solar_days(_lunar_columns(given, leap, func), func, scalar=False).astype("M8[D]")
    numbers = [whole(one, func, name, low=_RANGES[name][0], high=_RANGES[name][1]) for name, one in given.items()]
    if not isinstance(leap, (bool, np.bool_)):
        raise refuse(InvalidInput, func, "leap", "be a bool beside whole numbers", leap)
    return as_date(int(_solar_days([*map(np.atleast_1d, numbers), np.array([leap])], func, scalar=True)[0]))


def _lunar_columns(given: dict[str, Any], leap: Any, func: str) -> list[NDArray[Any]]:
    """Read columns of numbers, which are compared with the table later, and one flag for all or a column of them."""
    specs = [columns.spec(name, one, "quantities", minimum=-(2**63)) for name, one in given.items()]
    if isinstance(leap, (bool, np.bool_)):
        read = columns.read(func, *specs, offer_drop=False)
        return [*(read[name] for name in given), np.full(read.n, leap)]
    read = columns.read(func, *specs, columns.spec("leap", leap, "flags"), offer_drop=False)
    return [read[name] for name in (*given, "leap")]


def _solar_days(given: list[NDArray[Any]], func: str, *, scalar: bool) -> NDArray[np.int64]:
    years, months, days, flags = given

    def require(name: str, must: str, got: Any, holds: NDArray[np.bool_]) -> None:
        if not holds.all():
            at = int(holds.argmin())
            row = None if scalar else at
            raise refuse(InvalidInput, func, name, must, Verbatim(got(at)), row=row)

    for name, values in (("year", years), ("month", months)):
        low, high = _RANGES[name]
        require(name, f"lie from {low} to {high}", values.__getitem__, _within(values, low, high))
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
