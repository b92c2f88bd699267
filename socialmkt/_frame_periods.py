"""Periods inside an engine: a number per row that rows share only if they lie in one period.

Everything is reckoned on whole microseconds. The zone's offsets come from Python and stand in the expression, so that
no engine's own zone database has a say.
"""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np

from socialmkt.core import _spans
from socialmkt.core.instants import offset_spans, zone
from socialmkt.rfm._log import Rules
from socialmkt.rfm._periods import DAY, HOUR

_WEEK = 7 * DAY
_MARGIN = 30 * DAY
_MOST_SPANS = 400  # more changes of the clock than any zone has seen


def divides(frame: nw.LazyFrame[Any]) -> bool:
    """Tell engines whose whole numbers divide exactly but, in Arrow columns of pandas, have no remainder."""
    return frame.implementation.is_pandas_like() or frame.implementation.is_dask()


def remainder(x: nw.Expr, by: int, *, by_division: bool) -> nw.Expr:
    """Give what is left of a floor division; SQL engines divide in floats, so there the remainder itself is asked."""
    return x - x // by * by if by_division else x % by


def period_key(rules: Rules, first: int, last: int, *, days: bool, by_division: bool) -> nw.Expr:
    """Give the key of `when`, which runs from `first` to `last`: the period, or where that is too long, the instant.

    `days`: `when` holds midnights in UTC that stand for local days.
    """
    when = nw.col("when")
    if not -(2**63) + _MARGIN < first <= last < 2**63 - _MARGIN:
        return when
    local = when if rules.unit == "h" or rules.tz is None else _local(when, rules.tz, first, last, days=days)
    return when if local is None else _period(local, rules.unit, by_division=by_division)


def _local(when: nw.Expr, tz: str, first: int, last: int, *, days: bool) -> nw.Expr | None:
    """Add the offset that holds at each instant: the first one, and every change since."""
    if days:
        return None if _skips_a_day(tz, first, last) else when
    starts, offsets = offset_spans(tz, first, last)
    if len(starts) > _MOST_SPANS:
        return None
    local = when + int(offsets[0])
    for start, change in zip(starts[1:].tolist(), np.diff(offsets).tolist(), strict=True):
        local = local + (when >= start).cast(nw.Int64) * change
    return local


def _skips_a_day(tz: str, first: int, last: int) -> bool:
    """Tell whether a zone has left out a day, whose first instant then belongs to the next."""
    days = np.arange(first // DAY, last // DAY + 1)
    starts = _spans.day_starts(days, zone(tz)).view(np.int64)
    return bool((_spans.local_days(starts, zone(tz)).view(np.int64) != days).any())


def _period(local: nw.Expr, unit: str, *, by_division: bool) -> nw.Expr:
    """Give the begin of the hour, day or week, or the number of the month or quarter."""
    if unit == "h":
        return local - remainder(local, HOUR, by_division=by_division)
    if unit == "W":  # 1970-01-01 was a Thursday
        return local - remainder(local + 3 * DAY, _WEEK, by_division=by_division)
    day = local - remainder(local, DAY, by_division=by_division)
    if unit == "D":
        return day
    months = _months(day // DAY)
    return months if unit == "M" else months // 3


def _months(days: nw.Expr) -> nw.Expr:
    """Number the months of days since 1970, up to a whole number of years.

    400 years have 146,097 days; years are taken to begin in March, so that a leap day comes last.
    """
    since = days + 719_468
    era = since // 146_097
    day = since - era * 146_097
    year = (day - day // 1_460 + day // 36_524 - day // 146_096) // 365
    rest = day - (year * 365 + year // 4 - year // 100)
    return (era * 400 + year) * 12 + (rest * 5 + 2) // 153 + 2
