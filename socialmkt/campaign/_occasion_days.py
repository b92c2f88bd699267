"""On which days occasions fall: arrays of years in, arrays of days out; days are counted from 1970-01-01."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.campaign._checks import EPOCH_DAY
from socialmkt.campaign._lunar import (
    END_DAY,
    FIRST_DAY,
    FIRST_YEAR,
    LAST_YEAR,
    has_leap,
    lunar,
    month_index,
    months_of,
)
from socialmkt.campaign._occasion_models import LunarAnnual, NthWeekday, Occasion, Qingming, Relative, SolarAnnual
from socialmkt.core.errors import InvalidInput, Verbatim, refuse

Int64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LAST_DATE = dt.date.max.toordinal() - EPOCH_DAY
_THURSDAY = 3  # 1970-01-01
_LONGEST_GAP = 9  # years: 29 February of 1896 and of 1904, and one more


class Found(NamedTuple):
    """Occurrences: their days, nominal years, whether they lie in a leap month, whether a policy moved them."""

    on: Int64
    year: Int64
    leap: Flags
    moved: Flags

    def take(self, rows: Any) -> Found:
        return Found(self.on[rows], self.year[rows], self.leap[rows], self.moved[rows])


class Range(NamedTuple):
    """The days about which an occasion can be asked, the last one excluded."""

    first: int
    end: int

    def check(
        self,
        days: Int64,
        func: str,
        name: str,
        *,
        scalar: bool = False,
        inclusive: bool = False,
        rows: Int64 | None = None,
    ) -> None:
        """Refuse days outside; `inclusive` lets the end itself pass, as the end of a window, and `rows` all others."""
        asked = days if rows is None or len(rows) == len(days) else days[rows]
        outside = (asked < self.first) | (asked >= self.end + inclusive)
        if not outside.any():
            return
        row = int(outside.argmax()) if rows is None else int(rows[outside.argmax()])
        first, last = np.array([self.first, self.end - 1 + inclusive]).astype("M8[D]")
        where: dict[str, Any] = {} if scalar else {"row": row, "count": int(outside.sum()), "total": len(days)}
        raise refuse(InvalidInput, func, name, f"lie from {first} to {last}", days[row].astype("M8[D]"), **where)


LUNAR = Range(FIRST_DAY, END_DAY)
SOLAR = Range(1 - EPOCH_DAY, dt.date(9999, 1, 1).toordinal() - EPOCH_DAY)
QINGMING = Range(dt.date(1901, 1, 1).toordinal() - EPOCH_DAY, dt.date(2051, 1, 1).toordinal() - EPOCH_DAY)


def range_of(occasion: Occasion) -> Range:
    """Say about which days an occasion can be asked."""
    if isinstance(occasion, Relative):
        base = range_of(occasion.to)
        return Range(base.first + occasion.days, base.end + occasion.days)
    if isinstance(occasion, LunarAnnual):
        return LUNAR
    return QINGMING if isinstance(occasion, Qingming) else SOLAR


def around(occasion: Occasion, first: int, last: int) -> Found:
    """List the occurrences from the year of one day to some years after the year of another, ascending.

    Both days lie in the range of the occasion; what the table or the calendar no longer holds is left out.
    """
    if isinstance(occasion, Relative):
        base = around(occasion.to, first - occasion.days, last - occasion.days)
        found = base._replace(on=base.on + occasion.days)
        return found.take(found.on <= LAST_DATE)
    if isinstance(occasion, LunarAnnual):
        found = in_lunar_years(occasion, np.arange(FIRST_YEAR, LAST_YEAR + 1))
        return found.take(found.on < END_DAY)
    if isinstance(occasion, Qingming):
        return _qingming()
    low, high = year_of(np.array([first, last])).tolist()
    return in_solar_years(occasion, np.arange(max(low, 1), min(high + _LONGEST_GAP, 9999) + 1))


def in_solar_years(occasion: SolarAnnual | NthWeekday, years: Int64) -> Found:
    """List the occurrences of solar years."""
    if isinstance(occasion, NthWeekday):
        return _plain(_nth_weekdays(occasion, years), years)
    month, day = np.full_like(years, occasion.month), np.full_like(years, occasion.day)
    on, moved, there = solar_days(years, month, day, occasion.feb29)
    return Found(on, years, np.zeros(len(years), bool), moved).take(there)


def solar_days(years: Int64, month: Int64, day: Int64, feb29: str) -> tuple[Int64, Flags, Flags]:
    """Give the day of (month, day) in each year, whether it was moved, and whether it is there at all."""
    starts = month_starts(years, month)
    is_moved = (month == 2) & (day == 29)
    if is_moved.any():
        is_moved &= ~_is_leap_year(years)
    there = ~is_moved if feb29 == "skip" else np.ones(len(years), bool)
    back = is_moved if feb29 == "feb28" else 0
    return starts + day - 1 - back, is_moved, there


def month_starts(years: Int64, month: Int64 | int) -> Int64:
    """Give the first day of a month of each year."""
    return ((years - 1970) * 12 + month - 1).astype("M8[M]").astype("M8[D]").astype(np.int64)


def year_of(days: Int64) -> Int64:
    """Give the solar year of each day."""
    return days.astype("M8[D]").astype("M8[Y]").astype(np.int64) + 1970


def month_and_day(days: Int64) -> tuple[Int64, Int64, Int64]:
    """Give the solar year, month and day of each day."""
    months = days.astype("M8[D]").astype("M8[M]")
    numbers = months.astype(np.int64)
    year = numbers // 12
    return year + 1970, numbers - year * 12 + 1, days - months.astype("M8[D]").astype(np.int64) + 1


def _is_leap_year(years: Int64) -> Flags:
    leap: Flags = (years % 4 == 0) & ((years % 100 != 0) | (years % 400 == 0))
    return leap


def _nth_weekdays(occasion: NthWeekday, years: Int64) -> Int64:
    weekday = WEEKDAYS.index(occasion.weekday)
    if occasion.nth > 0:
        first = month_starts(years, occasion.month)
        return first + (weekday - first - _THURSDAY) % 7 + 7 * (occasion.nth - 1)
    last = month_starts(years, occasion.month + 1) - 1
    return last - (last + _THURSDAY - weekday) % 7


def _qingming() -> Found:
    years = np.arange(FIRST_YEAR, LAST_YEAR + 1)
    return _plain(month_starts(years, 4) + lunar().qingming - 1, years)


def _plain(on: Int64, years: Int64) -> Found:
    never = np.zeros(len(years), bool)
    return Found(on, years, never, never)


def in_lunar_years(occasion: LunarAnnual, years: Int64) -> Found:
    """List the occurrences of lunar years, ascending."""
    month, day = np.full_like(years, occasion.month), np.full_like(years, occasion.day)
    layers = lunar_days(years, month, day, occasion.leap, occasion.missing_day)
    found = [Found(on, years, leap, moved).take(there) for on, leap, moved, there in layers]
    together = Found(*(np.concatenate(columns) for columns in zip(*found, strict=True)))
    return together if len(found) == 1 else together.take(np.argsort(together.on))


Layer = tuple[Int64, Flags, Flags, Flags]
"""Days, whether in a leap month, whether moved, and whether there at all."""


def lunar_days(
    years: Int64, month: Int64, day: Int64, leap: str, missing: str, *, has_leap_month: Flags | None = None
) -> list[Layer]:
    """Give the day of (month, day) in each lunar year; with `both` the leap months follow as a second layer.

    `has_leap_month` narrows `leap` to some rows; the others are always regular.
    """
    if leap == "regular":
        return [_lunar_layer(years, month, day, None, missing)]
    repeated = has_leap(years, month)
    if has_leap_month is not None:
        repeated &= has_leap_month
    if leap == "leap_if_present":
        return [_lunar_layer(years, month, day, repeated, missing)]
    on, is_leap, moved, there = _lunar_layer(years, month, day, repeated, missing)
    return [_lunar_layer(years, month, day, None, missing), (on, is_leap, moved, there & repeated)]


def _lunar_layer(years: Int64, month: Int64, day: Int64, in_leap: Flags | None, missing: str) -> Layer:
    table, index = lunar(), month_index(years, month, in_leap)
    is_missing = day > table.length.take(index)
    on = table.starts.take(index)
    on += day
    on -= 1
    is_leap = np.zeros(len(years), bool) if in_leap is None else in_leap
    if missing == "last_day":
        on -= is_missing
    elif missing == "first_of_next":
        is_leap = np.append(table.is_leap, False)[index + is_missing]
    there = ~is_missing if missing == "skip" else np.ones(len(years), bool)
    return on, is_leap, is_missing, there


def lunar_date(days: Int64) -> tuple[Int64, Int64, Int64, Flags]:
    """Give the lunar year, month, day and leap flag of each day; all lie in the table."""
    table, index = lunar(), months_of(days)
    number = days - table.starts.take(index)
    number += 1
    return table.year.take(index), table.month.take(index), number, table.is_leap.take(index)


def year_in_lunar(days: Int64) -> Int64:
    """Give the lunar year of each day; all lie in the table."""
    return lunar().year.take(months_of(days))


def no_more(func: str, name: str, day: int, row: int | None = None) -> InvalidInput:
    """Build the refusal where no occurrence is left."""
    must = "leave an occurrence before the end of the table"
    return refuse(InvalidInput, func, name, must, Verbatim(np.int64(day).astype("M8[D]")), row=row)
