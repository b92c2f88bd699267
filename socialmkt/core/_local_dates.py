"""Read what names a day or an instant: one of them, an array of any shape, or a column."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from socialmkt.core import _columns, _spans
from socialmkt.core._instants import DAY, to_us
from socialmkt.core._lanes import is_array
from socialmkt.core._listed import is_whole
from socialmkt.core._moments import read_dates
from socialmkt.core._sources import Parameter, is_single, open_column
from socialmkt.core._whole import is_int
from socialmkt.core.errors import InvalidInput, Overflow, refuse

Int64 = NDArray[np.int64]
Days = NDArray[np.datetime64]

_DATETIME64: type[Any] = np.datetime64
_LAST_DAY = (2**63 - 1) // DAY - 3  # the bounds of the days up to here fit int64 microseconds in every zone


def holds_ints(us: Any, func: str) -> bool:
    """Tell a column of ints from one of times."""
    values = open_column(us, Parameter(func, "us")).values
    if is_array(values):
        return values.dtype.kind in "iu"
    types = set(map(type, values)) - {type(None)}
    return bool(types) and all(map(is_whole, types))


def day_of(moment: Any, zone: dt.tzinfo, func: str) -> Any:
    """Find the day of one instant, in microseconds or as a time; a date is its own."""
    if _is_date(moment):
        return np.datetime64(moment, "D")
    us = int(moment) if is_int(moment) else to_us(moment, func=func, name="us")
    if not -(2**63) <= us < 2**63:
        raise refuse(Overflow, func, "us", "fit 64 bits", us)
    return _spans.local_days(np.array([us]), zone)[0]


def _is_date(day: Any) -> bool:
    """Tell a day that is the same in every zone."""
    if isinstance(day, _DATETIME64):
        return bool(day.dtype == "M8[D]" and not np.isnat(day))
    return isinstance(day, dt.date) and not isinstance(day, dt.datetime)


def day_numbers(day: Any, func: str) -> Int64:
    """Read dates as days since 1970, of which the bounds fit int64 microseconds."""
    days = _dates(day, func).view(np.int64)
    if days.size and not -_LAST_DAY <= int(days.min()) <= int(days.max()) <= _LAST_DAY:
        raise refuse(Overflow, func, "day", "fit 64 bits of microseconds", days.view("M8[D]").min())
    return days


def _dates(day: Any, func: str) -> Days:
    if is_single(day):
        if not _is_date(day):
            fix = "local_days gives the day of an instant."
            raise refuse(InvalidInput, func, "day", "be a date or datetime64[D]", day, fix=fix)
        return np.array([day], dtype="M8[D]")
    shape = day.shape if is_array(day) and day.dtype == "M8[D]" else (-1,)
    flat = day if shape == (-1,) else day.ravel()
    dates, nulls = read_dates(flat, func=func, name="day")
    return _columns.settle(flat, dates, nulls, func=func, name="day", on_null="raise", offer_drop=False).reshape(shape)
