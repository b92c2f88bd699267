"""The offset spans of a zone: from when to when its clocks stood how far from UTC.

A zone is asked once a day and each change is bisected to the second, one UTC year at a time, and the years are
kept. The calendar repeats after 400 years, and no zone has changes of its own outside 1400 to 2500: years further
off are read in the cycle next to them.
"""

from __future__ import annotations

import datetime as dt
import functools

import numpy as np
from numpy.typing import NDArray

from socialmkt.core._instants import CYCLE_DAYS, DAY, first_day, year_of_day

Int64 = NDArray[np.int64]
Days = NDArray[np.datetime64]

_CYCLE = CYCLE_DAYS * DAY
_FIRST_YEAR, _END_YEAR = 1400, 2500
_FIRST, _END = first_day(_FIRST_YEAR) * DAY, first_day(_END_YEAR) * DAY
_MIN, _MAX = -(2**63), 2**63 - 1
_A_DAY, _A_SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)
_MICROSECOND = dt.timedelta(microseconds=1)


class _Key:
    """A zone as the key of a cache: dateutil's zones have no hash."""

    __slots__ = ("zone",)

    def __init__(self, zone: dt.tzinfo) -> None:
        self.zone = zone

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.zone is self.zone

    def __hash__(self) -> int:
        return id(self.zone)


def spans(zone: dt.tzinfo, first: int, last: int) -> tuple[Int64, Int64]:
    """List starts and offsets of the spans that meet [first, last]; read-only, shared by all callers."""
    starts, offsets = _years(_Key(zone), year_of_day(first // DAY), year_of_day(last // DAY))
    low = int(np.searchsorted(starts, first, side="right")) - 1
    high = int(np.searchsorted(starts, last, side="right"))
    return starts[low:high], offsets[low:high]


def offsets_at(us: Int64, zone: dt.tzinfo) -> Int64 | np.int64:
    """Offset from UTC at each instant, in microseconds; one number where all have the same."""
    if us.size == 0:
        return np.int64(0)
    near = _fold(us, _FIRST, _END, _CYCLE)
    starts, offsets = spans(zone, int(near.min()), int(near.max()))
    if len(offsets) == 1:
        return np.int64(offsets[0])
    at: Int64 = offsets[np.searchsorted(starts[1:], near, side="right")]
    return at


def local_days(us: Int64, zone: dt.tzinfo) -> Days:
    """Date on the wall at each instant, also at the ends of int64."""
    days = us // DAY
    days += (us - days * DAY + offsets_at(us, zone)) // DAY
    return days.view("datetime64[D]")


def day_starts(days: Int64, zone: dt.tzinfo) -> Int64:
    """First instant at which the local date is this day or a later one, for days that fit int64 microseconds.

    In a span with offset o the wall clock runs up to `end + o`. The first span whose clock, or that of a span
    before it, passes the day's midnight holds the answer: midnight - o, or the span's start where midnight was skipped.
    """
    if days.size == 0:
        return days.copy()
    near = _fold(days, _FIRST // DAY, _END // DAY, CYCLE_DAYS)
    starts, offsets = spans(zone, (int(near.min()) - 2) * DAY, (int(near.max()) + 2) * DAY)
    reached = np.maximum.accumulate(starts[1:] + offsets[:-1])
    midnight = near * DAY
    at = np.searchsorted(reached, midnight, side="right")
    first: Int64 = np.maximum(starts[at], midnight - offsets[at])
    first += (days - near) * DAY
    return first


def _fold(times: Int64, first: int, end: int, cycle: int) -> Int64:
    """Move times outside [first, end) into it by whole cycles; the same array where none is."""
    if int(times.min()) >= first and int(times.max()) < end:
        return times
    early = (first + cycle - 1 - np.minimum(times, first)) // cycle
    late = (np.maximum(times, end - 1) - end) // cycle + 1
    near: Int64 = times + (early - late) * cycle
    return near


@functools.lru_cache(maxsize=256)
def _years(key: _Key, first: int, last: int) -> tuple[Int64, Int64]:
    """Spans of the years first to last; the first one starts with the first year."""
    parts = [_moved_year(key, year) for year in range(first, last + 1)]
    starts = np.concatenate([part[0] for part in parts])
    offsets = np.concatenate([part[1] for part in parts])
    new = np.append(True, offsets[1:] != offsets[:-1])
    starts, offsets = starts[new], offsets[new]
    starts.flags.writeable = offsets.flags.writeable = False
    return starts, offsets


def _moved_year(key: _Key, year: int) -> tuple[Int64, Int64]:
    """Spans of one year, read off the year 400 k years away where it is far; cut to the range of int64."""
    if _FIRST_YEAR <= year < _END_YEAR:
        return _year(key, year)
    base = _FIRST_YEAR if year < _FIRST_YEAR else _END_YEAR - 400
    near = base + (year - base) % 400
    starts, offsets = _year(key, near)
    move = (first_day(year) - first_day(near)) * DAY
    moved = [max(start + move, _MIN) for start in starts.tolist() if start + move <= _MAX]
    return np.array(moved, dtype=np.int64), offsets[: len(moved)]


@functools.lru_cache(maxsize=4096)
def _year(key: _Key, year: int) -> tuple[Int64, Int64]:
    """Spans of one UTC year, sampled daily: no span of the zone database is shorter than 95 hours."""
    zone, morning = key.zone, dt.datetime(year, 1, 1, tzinfo=key.zone)
    starts, offsets = [first_day(year) * DAY], [_offset(zone, morning)]
    for day in range(first_day(year), first_day(year + 1)):
        evening = morning + _A_DAY
        offset = _offset(zone, evening)
        if offset != offsets[-1]:
            starts.append(day * DAY + _change(zone, morning, offsets[-1]))
            offsets.append(offset)
        morning = evening
    return np.array(starts, dtype=np.int64), np.array([o // _MICROSECOND for o in offsets], dtype=np.int64)


def _change(zone: dt.tzinfo, morning: dt.datetime, before: dt.timedelta) -> int:
    """Microseconds from `morning` to the first second at which the offset is no longer `before`, within a day."""
    low, high = 0, 86_400
    while high - low > 1:
        middle = (low + high) // 2
        same = _offset(zone, morning + middle * _A_SECOND) == before
        low, high = (middle, high) if same else (low, middle)
    return high * 10**6


def _offset(zone: dt.tzinfo, utc: dt.datetime) -> dt.timedelta:
    """Offset at an instant, given as the UTC clock in a datetime that bears the zone, as `fromutc` wants it."""
    offset = zone.fromutc(utc).utcoffset()
    return offset if offset is not None else dt.timedelta(0)
