"""Periods: the number of the hour, local day, week, month or quarter in which an instant lies.

All divisions floor, so that periods before 1970 count down from 0 without a gap.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from socialmkt.core._moments import is_coarse
from socialmkt.core.errors import InvalidInput, Overflow, check_choice, refuse
from socialmkt.core.instants import day_bounds, local_days, to_us, zone

Int64 = NDArray[np.int64]
Unit = Literal["h", "D", "W", "M", "Q"]

HOUR = 3_600 * 10**6
DAY = 24 * HOUR
_FIRST, _END = to_us(np.datetime64("0001-01-01")), to_us(np.datetime64("10000-01-01"))
_MUST = "be an aware datetime, a datetime64 or a date"


def check_unit(unit: Any, *, func: str) -> None:
    """Refuse any unit but the five."""
    check_choice(func, "unit", unit, get_args(Unit))


def periods(us: Int64, unit: Unit, tz: str | None) -> Int64:
    """Give the number of the period of each instant (int64 microseconds, UTC)."""
    if unit == "h":
        return us // HOUR
    days = us // DAY if tz is None else local_days(us, zone(tz)).astype(np.int64)
    if unit == "D":
        return days
    if unit == "W":
        days += 3  # 1970-01-01 was a Thursday; weeks begin on Monday
        return np.floor_divide(days, 7, out=days)
    months = _months(days)
    return months if unit == "M" else np.floor_divide(months, 3, out=months)


def _months(days: Int64) -> Int64:
    """Months since January 1970 of each day; by a table of the days between, where that is the shorter."""
    if not len(days):
        return days
    low, high = int(days.min()), int(days.max())
    if high - low > len(days):
        return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    table = np.arange(low, high + 1).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return table.take(days - low)


def period(us: int, unit: Unit, tz: str | None) -> int:
    """Give the number of the period of one instant."""
    return int(periods(np.array([us]), unit, tz)[0])


def first_and_last(first: Int64, last: Int64, unit: Unit, tz: str | None) -> tuple[Int64, Int64]:
    """Give the periods of first and last purchases; where clocks went back over midnight, the last is not earlier."""
    earliest = periods(first, unit, tz)
    return earliest, np.maximum(periods(last, unit, tz), earliest)


def last_moment(value: Any, tz: str | None, *, func: str, name: str) -> int:
    """Read an instant as it is, a day as the last microsecond of that local day."""
    if not isinstance(value, (dt.date, np.datetime64)) or is_coarse(value):
        raise refuse(InvalidInput, func, name, _MUST, value)
    if not _is_day(value):
        return within_years(to_us(value, func=func, name=name), value, func=func, name=name)
    day = np.array([value], "datetime64[D]")
    midnight = within_years(to_us(day[0], func=func, name=name), value, func=func, name=name)
    end = midnight + DAY if tz is None else int(day_bounds(day, tz)[1][0])
    return within_years(end - 1, value, func=func, name=name)


def within_years(us: int, got: object, *, func: str, name: str, fix: str | None = None) -> int:
    """Give the instant back; refuse one that no datetime holds."""
    if not _FIRST <= us < _END:
        raise refuse(Overflow, func, name, "lie in the years 1 to 9999 of UTC", got, fix=fix)
    return us


def _is_day(value: Any) -> bool:
    if isinstance(value, np.datetime64):
        return np.datetime_data(value.dtype) == ("D", 1)
    return not isinstance(value, dt.datetime)
