"""Instants as int microseconds since 1970 UTC, and zones by name: the part that models need too."""

from __future__ import annotations

import datetime as dt
import functools
import warnings
import zoneinfo
from typing import Any

import numpy as np

from socialmkt.core._whole import is_int
from socialmkt.core.errors import AmbiguousTime, InvalidInput, Overflow, did_you_mean, refuse

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)
DAY = 86_400 * 10**6
"""Microseconds of a day."""
CYCLE_DAYS = 146_097
"""Days of 400 years, after which the Gregorian calendar repeats."""

# unit of datetime64 -> (microseconds, ticks of the unit they make)
_PER_TICK = {
    "W": (7 * DAY, 1),
    "D": (DAY, 1),
    "h": (3_600 * 10**6, 1),
    "m": (60 * 10**6, 1),
    "s": (10**6, 1),
    "ms": (1_000, 1),
    "us": (1, 1),
    "ns": (1, 10**3),
    "ps": (1, 10**6),
    "fs": (1, 10**9),
    "as": (1, 10**12),
}
_TIMEDELTA64: type[Any] = np.timedelta64
_MONTHS = {"Y": 12, "M": 1}
_EPOCH_DAY = EPOCH.toordinal()
_FIX_NAIVE = "Give it a zone, such as datetime(2026, 3, 1, 9, tzinfo=ZoneInfo('Asia/Shanghai'))."
_MUST = "be an aware datetime or a datetime64"


def to_us(instant: Any, *, func: str = "instants.to_us", name: str = "instant") -> int:
    """Read one instant as whole microseconds since 1970-01-01 UTC.

    Parameters
    ----------
    instant : aware datetime, or numpy datetime64 (taken as UTC; a day is its midnight)
        What to read. Nanoseconds are floored.
    func, name : str
        Who asks, and for which parameter; named in the error.

    Returns
    -------
    int
        Microseconds, negative before 1970.

    Raises
    ------
    AmbiguousTime
        A datetime without a zone.
    InvalidInput
        Anything else that is no instant, NaT included.
    Overflow
        A datetime64 that microseconds in 64 bits cannot hold.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> to_us(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    >>> to_us(np.datetime64("1969-12-31T23:59:59"))
    -1000000
    """
    if isinstance(instant, np.datetime64):
        return _datetime64_us(instant, func, name)
    if not isinstance(instant, dt.datetime):
        raise refuse(InvalidInput, func, name, _MUST, instant)
    if instant != instant:  # noqa: PLR0124  # pandas' NaT is a datetime, and differs from itself
        raise refuse(InvalidInput, func, name, _MUST, np.datetime64("NaT", "us"))
    if instant.utcoffset() is None:
        raise refuse(AmbiguousTime, func, name, _MUST, instant, fix=_FIX_NAIVE)
    return int((instant - EPOCH) // MICROSECOND)


def _datetime64_us(instant: Any, func: str, name: str) -> int:
    if np.isnat(instant):
        raise refuse(InvalidInput, func, name, _MUST, instant)
    unit, step = np.datetime_data(instant.dtype)
    ticks = int(instant.astype(np.int64)) * step
    if unit in _PER_TICK:
        microseconds, divisor = _PER_TICK[unit]
        us = ticks * microseconds // divisor
    else:
        us = _first_of_month(ticks * _MONTHS[unit]) * DAY
    if not -(2**63) < us < 2**63:
        raise refuse(Overflow, func, name, "fit int64 microseconds", instant)
    return us


def timedelta64_us(span: Any) -> int | None:
    """Read a timedelta64 as whole microseconds, floored; None for all else, NaT and months too."""
    if not isinstance(span, _TIMEDELTA64):
        return None
    unit, step = np.datetime_data(span.dtype)
    if np.isnat(span) or unit not in _PER_TICK:
        return None
    microseconds, divisor = _PER_TICK[unit]
    us = int(span.astype(np.int64)) * step * microseconds // divisor
    return us if -(2**63) < us < 2**63 else None


def _first_of_month(months: int) -> int:
    """Day, counted from 1970-01-01, of the first of the month that is so many months after January 1970."""
    years, month = divmod(months, 12)
    cycles, year = divmod(1970 + years - 1, 400)
    return cycles * CYCLE_DAYS + dt.date(year + 1, month + 1, 1).toordinal() - _EPOCH_DAY


def first_day(year: int) -> int:
    """Day, counted from 1970-01-01, of the first of January of any year."""
    return _first_of_month(12 * (year - 1970))


def year_of_day(day: int) -> int:
    """Year of a day counted from 1970-01-01, for any whole number."""
    cycles, rest = divmod(day + _EPOCH_DAY - 1, CYCLE_DAYS)
    return cycles * 400 + dt.date.fromordinal(rest + 1).year


def from_us(us: int, *, func: str = "instants.from_us", name: str = "us") -> dt.datetime:
    """Write microseconds since 1970-01-01 UTC as an aware datetime.

    Parameters
    ----------
    us : int
        Microseconds, negative before 1970.
    func, name : str
        Who asks, and for which parameter; named in the error.

    Returns
    -------
    datetime
        In UTC, exact.

    Raises
    ------
    InvalidInput
        No whole number.
    Overflow
        The instant lies outside the years 1 to 9999.

    Examples
    --------
    >>> from_us(-1)
    datetime.datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=datetime.timezone.utc)
    """
    if not is_int(us):
        raise refuse(InvalidInput, func, name, "be a whole number of microseconds", us)
    try:
        return EPOCH + dt.timedelta(microseconds=int(us))
    except OverflowError:
        raise refuse(Overflow, func, name, "lie in the years 1 to 9999", us) from None


def zone(name: str, *, func: str = "instants.zone", parameter: str = "name") -> dt.tzinfo:
    """Find a time zone by its IANA name.

    Parameters
    ----------
    name : str
        Such as `"Asia/Shanghai"` or `"UTC"`.
    func, parameter : str
        Who asks, and for which parameter; named in the error.

    Returns
    -------
    tzinfo
        From the system's zone database; where there is none, from python-dateutil's.

    Raises
    ------
    InvalidInput
        No zone has this name; the nearest one is suggested.

    Examples
    --------
    >>> zone("Asia/Shanghai")
    zoneinfo.ZoneInfo(key='Asia/Shanghai')
    """
    try:
        found = _load(name)
    except TypeError:  # not text, or not even hashable
        found = None
    if found is None:
        fix = did_you_mean(name, sorted(zoneinfo.available_timezones()))
        raise refuse(InvalidInput, func, parameter, "be an IANA zone name such as 'Asia/Shanghai'", name, fix=fix)
    return found


@functools.cache
def _load(name: str) -> dt.tzinfo | None:
    try:
        return zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, malformed, or a folder of the database
        return _load_from_dateutil(name)


def _load_from_dateutil(name: str) -> dt.tzinfo | None:
    if zoneinfo.available_timezones():
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # python-dateutil 2.9 warns when it opens its own archive
        from dateutil.zoneinfo import get_zonefile_instance

        found: dt.tzinfo | None = get_zonefile_instance().get(name)
    return found
