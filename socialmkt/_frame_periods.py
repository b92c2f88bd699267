"""Periods inside an engine: a number per row that rows share only if they lie in one period.

Everything is reckoned on whole microseconds. The zone's offsets come from Python and stand in the expression, so that
no engine's own zone database has a say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from socialmkt._frame_columns import Frame, remainder
from socialmkt.core import _spans
from socialmkt.core.instants import offset_spans, zone
from socialmkt.rfm._periods import DAY, HOUR

if TYPE_CHECKING:
    from socialmkt.rfm._log import Rules

_WEEK = 7 * DAY
_MARGIN = 30 * DAY
_MOST_SPANS = 400  # more changes of the clock than any zone has seen


def with_period(frame: Frame, rules: Rules, first: int, last: int, *, days: bool) -> Frame:
    """Add the column `period` of `when`, which runs from `first` to `last`; where that is too long, the instant itself.

    `days`: `when` holds midnights in UTC that stand for local days. Steps are columns of their own: in one expression
    they would repeat one another, and SQL would grow without bound.
    """
    local: nw.Expr | None = nw.col("when")
    if not -(2**63) + _MARGIN < first <= last < 2**63 - _MARGIN:
        local = None
    elif rules.unit != "h" and rules.tz is not None:
        local = _local(nw.col("when"), rules.tz, first, last, days=days)
    if local is None:
        return frame.with_columns(period=nw.col("when"))
    return _with_period_of_local(frame.with_columns(local=local), rules.unit)


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


def _with_period_of_local(frame: Frame, unit: str) -> Frame:
    """Add the begin of the hour, day or week, or the number of the month or quarter."""
    local = nw.col("local")
    if unit == "h":
        return frame.with_columns(period=local - remainder(frame, local, HOUR))
    if unit == "W":  # 1970-01-01 was a Thursday
        return frame.with_columns(period=local - remainder(frame, local + 3 * DAY, _WEEK))
    if unit == "D":
        return frame.with_columns(period=local - remainder(frame, local, DAY))
    return _with_month(frame.with_columns(since=(local - remainder(frame, local, DAY)) // DAY + 719_468), unit)


def _with_month(frame: Frame, unit: str) -> Frame:
    """Add the number of the month, of days `since` the 1st of March of year 0, up to a whole number of years.

    400 years have 146,097 days; years are taken to begin in March, so that a leap day comes last.
    """
    since, era, day, year = (nw.col(name) for name in ("since", "era", "day", "year"))
    frame = frame.with_columns(era=since // 146_097)
    frame = frame.with_columns(day=since - era * 146_097)
    frame = frame.with_columns(year=(day - day // 1_460 + day // 36_524 - day // 146_096) // 365)
    frame = frame.with_columns(day=day - (year * 365 + year // 4 - year // 100))
    months = (era * 400 + year) * 12 + (day * 5 + 2) // 153 + 2
    return frame.with_columns(period=months if unit == "M" else months // 3)
