"""When a coupon may be used, in int microseconds of UTC: spans [start, end), with None for no end."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.core.errors import Overflow, refuse
from socialmkt.core.instants import Window, day_bounds, from_us, local_days, to_us
from socialmkt.coupons._reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from socialmkt.core.calendar import Calendar

Int64 = NDArray[np.int64]
Span = tuple[int, int | None]
Spans = tuple[Span, ...]

_LAST = to_us(dt.datetime.max.replace(tzinfo=dt.UTC))


class Rules(NamedTuple):
    """A validity, read into microseconds."""

    starts_at: int | None
    ends_at: int | None
    days: int | None
    wait_days: int
    lasts: int | None
    periods: Spans
    calendar: Calendar | None
    zone: dt.tzinfo


def claim_spans(rules: Rules, claimed: Sequence[int]) -> list[Spans]:
    """List for each claim, in microseconds, when the coupon may be used, in order."""
    starts = np.array(claimed, dtype=np.int64)
    if rules.starts_at is not None:
        starts = np.maximum(starts, rules.starts_at)
    if rules.wait_days:
        starts = _within_years(_day_starts(starts, rules.wait_days, rules.zone), "wait_days", rules.wait_days)
    own = zip(starts.tolist(), _ends(rules, starts), strict=True)
    spans = [[span] if span[1] is None or span[0] < span[1] else [] for span in own]
    if rules.periods:
        spans = [_cut(each, rules.periods) for each in spans]
    if rules.calendar is not None:
        hours = _hours(rules.calendar, [span for each in spans for span in each])
        spans = [_open_parts(each, hours) for each in spans]
    return list(map(tuple, spans))


def _ends(rules: Rules, starts: Int64) -> Iterable[int | None]:
    ends = None
    if rules.days is not None:
        ends = _day_starts(starts, rules.days, rules.zone)
    elif rules.lasts is not None:
        ends = starts + rules.lasts
    if rules.ends_at is not None:
        ends = np.minimum(np.full_like(starts, rules.ends_at) if ends is None else ends, rules.ends_at)
    if ends is None:
        return repeat(None, len(starts))
    held = ("lasts", rules.lasts) if rules.days is None else ("days", rules.days)
    listed: list[int | None] = _within_years(ends, *held).tolist()
    return listed


def _within_years(instants: Int64, name: str, held: int | None) -> Int64:
    """Refuse a rule that leads to instants which no datetime can show."""
    if len(instants) and int(instants.max()) > _LAST:
        raise refuse(Overflow, "Validity.windows", name, "keep the windows within the year 9999", held)
    return instants


def _day_starts(instants: Int64, later: int, zone: dt.tzinfo) -> Int64:
    """First instants of the local days that are so many days later."""
    return day_bounds(local_days(instants, zone) + np.timedelta64(later, "D"), zone)[0]


def _cut(spans: Sequence[Span], periods: Spans) -> list[Span]:
    """Keep what lies in one of the periods, which are sorted and do not overlap."""
    shared = [(max(a, low), _earlier(b, high)) for a, b in spans for low, high in periods]
    return [(start, end) for start, end in shared if end is None or start < end]


def _earlier(a: int | None, b: int | None) -> int | None:
    return min((end for end in (a, b) if end is not None), default=None)


def _hours(calendar: Calendar, spans: Sequence[Span]) -> tuple[list[int], list[int]]:
    """List opening and closing times over all of the spans, which have ends."""
    if not spans:
        return [], []
    last = max(end for _, end in spans if end is not None)
    table = calendar.intervals(from_us(min(start for start, _ in spans)), from_us(last))
    return table["opens"].view(np.int64).tolist(), table["closes"].view(np.int64).tolist()


def _open_parts(spans: Sequence[Span], hours: tuple[list[int], list[int]]) -> list[Span]:
    opens, closes = hours
    parts: list[Span] = []
    for start, end in spans:
        first = bisect_right(closes, start)
        last = len(opens) if end is None else bisect_left(opens, end)
        parts += _cut([(start, end)], tuple(zip(opens[first:last], closes[first:last], strict=True)))
    return parts


def merged(spans: Iterable[Span]) -> Spans:
    """Sort spans and join those that overlap or touch."""
    joined: list[Span] = []
    for start, end in sorted(spans, key=lambda span: span[0]):
        last = joined[-1] if joined else None
        if last is not None and (last[1] is None or start <= last[1]):
            joined[-1] = last[0], None if last[1] is None or end is None else max(last[1], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def read_windows(windows: Iterable[Window]) -> Spans:
    """Read windows as spans, by their starts."""
    return tuple(sorted(map(_span, windows), key=lambda span: span[0]))


def _span(window: Window) -> Span:
    return to_us(window.start), None if window.end is None else to_us(window.end)


def write_windows(spans: Spans, zone: dt.tzinfo) -> tuple[Window, ...]:
    """Write spans as windows in a zone."""
    return tuple(
        Window(start=_shown(start, zone), end=None if end is None else _shown(end, zone)) for start, end in spans
    )


def _shown(instant: int, zone: dt.tzinfo) -> dt.datetime:
    """Show an instant in a zone; in UTC where the year in the zone would be 0 or 10000."""
    shown = from_us(instant)
    try:
        return shown.astimezone(zone)
    except OverflowError:
        return shown


def time_reason(spans: Spans, now: int) -> Reason | None:
    """Say why a coupon may not be used now; None if it may."""
    for start, end in spans:
        if start <= now and (end is None or now < end):
            return None
    if are_over(spans, now):
        return Reason.expired
    return Reason.not_yet_valid if all(now < start for start, _ in spans) else Reason.outside_hours


def are_over(spans: Spans, now: int) -> bool:
    """Tell whether every span has ended, or there is none."""
    return all(end is not None and end <= now for _, end in spans)
