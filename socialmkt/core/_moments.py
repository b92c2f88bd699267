"""Read times: columns of instants, days and spans, as checked microseconds and days."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from socialmkt.core import _spans
from socialmkt.core._instants import DAY, EPOCH, MICROSECOND, zone
from socialmkt.core._listed import Listed, listed
from socialmkt.core._sources import NAT, Flags, Parameter, Where, missing, open_column, untyped
from socialmkt.core.errors import AmbiguousTime, InvalidInput, Overflow

if TYPE_CHECKING:
    from collections.abc import Callable

Times = NDArray[Any]

_MONTHS = {"Y": 12, "M": 1}
_MOST_MONTHS = 12 * 292_000  # to either side of 1970; further off, microseconds do not fit 64 bits
_INT64_MAX = 2**63 - 1
_MOST = {"us": _INT64_MAX, "D": _INT64_MAX // DAY - 2}

_TIMES = "hold aware datetimes, dates or datetime64"
_FINE = "hold instants or days"
_SPANS = "hold timedeltas of a fixed unit"
_DATES = "hold dates or datetime64[D]"
_FIT = "fit 64 bits of microseconds"
_FIX_NAIVE = "Give each a zone, such as tzinfo=ZoneInfo('Asia/Shanghai'); if they are UTC, datetime64 will do."
_FIX_DATES = "instants.local_days(x, zone) gives the days of instants."
_FIX_TEXT = "Parse text first, such as with datetime.fromisoformat."


def read_instants(
    x: Any, *, func: str, name: str, tz: str | dt.tzinfo | None = None, coarse: bool = True
) -> tuple[NDArray[np.datetime64], Flags | None]:
    """Read times as instants; a day is its first instant in `tz`. Longer units are refused unless `coarse`."""
    found = _zone(tz, func)
    return _read_times(x, Parameter(func, name), lambda times: _as_instants(times, found), "M8[us]", coarse=coarse)


def read_days(
    x: Any, *, func: str, name: str, tz: str | dt.tzinfo | None = None
) -> tuple[NDArray[np.datetime64], Flags | None]:
    """Read times as local days in `tz`; a day stays that day."""
    found = _zone(tz, func)
    return _read_times(x, Parameter(func, name), lambda times: _as_days(times, found), "M8[D]")


def read_dates(x: Any, *, func: str, name: str) -> tuple[NDArray[np.datetime64], Flags | None]:
    """Read days that are the same in every zone; an instant falls on a day only in some zone, and is refused."""
    at = Parameter(func, name)

    def require_days(times: Times) -> Times:
        if times.dtype != "M8[D]":
            raise at.refuse(InvalidInput, _DATES, times, fix=_FIX_DATES)
        return times

    return _read_times(x, at, require_days, "M8[D]")


def read_spans(x: Any, *, func: str, name: str) -> tuple[NDArray[np.timedelta64], Flags | None]:
    """Read durations as microseconds."""
    at = Parameter(func, name)
    values, nulls, _ = open_column(x, at)
    if isinstance(values, list):
        found = listed(values, at)
        found.require(lambda kind: issubclass(kind, (dt.timedelta, np.timedelta64)), _SPANS)
        return found.spread(_by_kind(found, _spans_of_one_kind, "m8[us]"))
    if untyped(values):
        return np.zeros(0, "m8[us]"), None
    if values.dtype.kind != "m":
        raise at.refuse(InvalidInput, _SPANS, values)
    return _checked_spans(values, Where(at, len(values))), missing(values, nulls)


def _zone(tz: str | dt.tzinfo | None, func: str) -> dt.tzinfo | None:
    return tz if tz is None or isinstance(tz, dt.tzinfo) else zone(tz, func=func, parameter="tz")


def _read_times(
    x: Any, at: Parameter, convert: Callable[[Times], Times], dtype: str, *, coarse: bool = True
) -> tuple[Times, Flags | None]:
    values, nulls, _ = open_column(x, at)
    if isinstance(values, list):
        found = listed(values, at)
        fix = _FIX_TEXT if any(issubclass(kind, str) for kind in found.types) else None
        found.require(lambda kind: issubclass(kind, (dt.date, np.datetime64)), _TIMES, fix)
        if not coarse:
            _refuse_coarse(found)
        return found.spread(_by_kind(found, lambda items, where: convert(_times_of_one_kind(items, where)), dtype))
    if untyped(values):
        return np.zeros(0, dtype), None
    if values.dtype.kind != "M":
        raise at.refuse(InvalidInput, _TIMES, values, fix=_FIX_TEXT if values.dtype.kind == "U" else None)
    if not coarse and is_coarse(values):
        raise at.refuse(InvalidInput, _FINE, values)
    return convert(_checked_times(values, Where(at, len(values)))), missing(values, nulls)


def is_coarse(times: Any) -> bool:
    """Tell whether a datetime64, or a column of them, means more than a day at a time."""
    dtype: Any = getattr(times, "dtype", None)
    if dtype is None or dtype.kind != "M":
        return False
    unit, step = np.datetime_data(dtype)
    return unit in {"Y", "M", "W"} or (unit == "D" and step != 1)


def _refuse_coarse(found: Listed) -> None:
    places = [place for place, item in enumerate(found.items) if is_coarse(item)] if _may_differ(found.types) else []
    if places:
        raise found.refused(InvalidInput, _FINE, places)


def _as_instants(times: Times, tz: dt.tzinfo | None) -> Times:
    """Turn `times` in [us] or [D] into [us]; a day begins when its date first shows in `tz`."""
    if tz is None or times.dtype != "M8[D]":
        return times.astype("M8[us]", copy=False)
    lost = np.isnat(times)
    starts = _spans.day_starts(np.where(lost, 0, times.view(np.int64)), tz)
    starts[lost] = NAT
    return starts.view("M8[us]")


def _as_days(times: Times, tz: dt.tzinfo | None) -> Times:
    """Turn `times` in [us] or [D] into [D]; an instant is on the date that `tz` then shows."""
    if tz is None or times.dtype == "M8[D]":
        return times.astype("M8[D]", copy=False)
    lost = np.isnat(times)
    days = _spans.local_days(np.where(lost, 0, times.view(np.int64)), tz)
    days[lost] = NAT
    return days


def _by_kind(found: Listed, read: Callable[[list[Any], Where], Times], dtype: str) -> Times:
    """Read the items of one kind together, and put each in its place."""
    times = np.full(len(found.items), "NaT", dtype)
    kinds = [_kind(item) for item in found.items] if _may_differ(found.types) else []
    if times.size and len(set(kinds)) <= 1:
        return read(found.items, Where(found.at, found.total, found.row))
    for kind in set(kinds):
        places = [place for place, one in enumerate(kinds) if one == kind]
        rows = found.rows[places]
        times[places] = read([found.items[place] for place in places], Where(found.at, found.total, rows.item))
    return times


def _may_differ(types: set[type]) -> bool:
    return len(types) > 1 or any(issubclass(kind, np.generic) for kind in types)


def _kind(item: Any) -> Any:
    """Tell what is read together: datetimes, dates, timedeltas, and numpy's times of one unit."""
    if hasattr(item, "dtype"):
        return item.dtype
    return next(kind for kind in (dt.datetime, dt.date, dt.timedelta) if isinstance(item, kind))


def _times_of_one_kind(items: list[Any], where: Where) -> Times:
    if isinstance(items[0], np.datetime64):
        return _checked_times(_of_numpy(items), where)
    if isinstance(items[0], dt.datetime):
        return _aware(items, where)
    days = np.fromiter(map(dt.date.toordinal, items), np.int64, len(items))
    return (days - EPOCH.toordinal()).view("M8[D]")


def _of_numpy(items: list[Any]) -> Times:
    return np.array(items, dtype=items[0].dtype)


def _aware(items: list[dt.datetime], where: Where) -> Times:
    """Subtract the epoch from each: exact, and mindful of `fold`."""
    try:
        us = [(item - EPOCH) // MICROSECOND for item in items]
    except TypeError:
        naive = [place for place, item in enumerate(items) if item.utcoffset() is None]
        raise where.refuse(
            AmbiguousTime, _TIMES, items[naive[0]], place=naive[0], count=len(naive), fix=_FIX_NAIVE
        ) from None
    return np.array(us, dtype=np.int64).view("M8[us]")


def _spans_of_one_kind(items: list[Any], where: Where) -> Times:
    if isinstance(items[0], np.timedelta64):
        return _checked_spans(_of_numpy(items), where)
    us = [item // MICROSECOND for item in items]
    over = [place for place, ticks in enumerate(us) if not -_MOST["us"] <= ticks <= _MOST["us"]]
    if over:
        raise where.refuse(Overflow, _FIT, items[over[0]], place=over[0], count=len(over))
    return np.array(us, dtype=np.int64).view("m8[us]")


def _checked_times(times: Times, where: Where) -> Times:
    """Turn days and longer units into [D], shorter ones into [us]; refuse what 64 bits of microseconds do not hold."""
    unit, step = np.datetime_data(times.dtype)
    if unit == "generic":
        return _without_unit(times, _TIMES, where)
    if unit in _MONTHS:
        _require_within(times, _MOST_MONTHS // (_MONTHS[unit] * step), where)
        return _rescaled(times.astype("M8[D]"), "D", where)
    return _rescaled(times, "D" if unit in "DW" else "us", where)


def _checked_spans(spans: Times, where: Where) -> Times:
    unit, _ = np.datetime_data(spans.dtype)
    if unit == "generic":
        return _without_unit(spans, _SPANS, where)
    if unit in _MONTHS:
        raise where.at.refuse(InvalidInput, _SPANS, spans)
    return _rescaled(spans, "us", where)


def _without_unit(times: Times, must: str, where: Where) -> Times:
    """Take times that numpy gave no unit, which are all NaT."""
    if not np.isnat(times).all():
        raise where.at.refuse(InvalidInput, must, times)
    nats: Times = times.astype(f"{times.dtype.kind}8[us]")
    return nats


def _rescaled(times: Times, to: str, where: Where) -> Times:
    """Change the unit exactly, flooring finer ones; numpy's own conversion wraps without a word."""
    unit, step = np.datetime_data(times.dtype)
    one, goal = np.timedelta64(1, unit), np.timedelta64(1, to)  # type: ignore[call-overload]  # any unit
    many, parts = step * max(int(one // goal), 1), max(int(goal // one), 1)
    _require_within(times, min(_MOST[to] * parts // many, _INT64_MAX), where)
    if many == parts == 1:
        return times
    ticks = times.view(np.int64)
    whole = ticks // parts if parts > 1 else ticks
    scaled = whole * many
    if parts > 1 and step > 1:
        scaled += (ticks - whole * parts) * step // parts
    scaled[np.isnat(times)] = NAT
    return scaled.view(f"{times.dtype.kind}8[{to}]")


def _require_within(times: Times, most: int, where: Where) -> None:
    ticks = times.view(np.int64)
    if most == _INT64_MAX or not ticks.size or (int(ticks.min()) >= -most and int(ticks.max()) <= most):
        return
    beyond = ((ticks < -most) | (ticks > most)) & ~np.isnat(times)
    if beyond.any():
        first = int(beyond.argmax())
        raise where.refuse(Overflow, _FIT, times[first], place=first, count=int(beyond.sum()))
