"""From the rules of a calendar to its open intervals: pieces laid over local dates, holidays and breaks cut out."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.core._clock import HOLDS, Intervals, clip, combine, from_local, merge
from socialmkt.core._hours import DAY, DAY_NAMES, Pieces, pieces
from socialmkt.core.instants import offset_spans, zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from socialmkt.core._hours import Texts

Int64 = NDArray[np.int64]

_EPOCH_DAY = dt.date(1970, 1, 1).toordinal()
_A_WHOLE_DAY: Pieces = ((0, DAY),)


class Layout(NamedTuple):
    """The rules of one calendar, read into numbers; dates are days since 1970."""

    weekly: Sequence[Pieces]
    overrides: Mapping[int, Pieces]
    holidays: Sequence[int]
    holidays_cut: bool
    weekly_breaks: Sequence[Pieces]
    breaks: Mapping[int, Pieces]
    zone: dt.tzinfo


def read_layout(
    weekly: Sequence[Texts],
    overrides: Mapping[dt.date, Texts],
    holidays: Sequence[dt.date],
    breaks: Mapping[str, Texts],
    *,
    holidays_cut: bool,
    tz: str,
) -> Layout:
    """Read the canonical rules of a calendar."""
    dated = {dt.date.fromisoformat(key): hours for key, hours in breaks.items() if key not in DAY_NAMES}
    return Layout(
        weekly=[pieces(hours) for hours in weekly],
        overrides={_day_number(date): pieces(hours) for date, hours in overrides.items()},
        holidays=[_day_number(date) for date in holidays],
        holidays_cut=holidays_cut,
        weekly_breaks=[pieces(breaks.get(name, ())) for name in DAY_NAMES],
        breaks={_day_number(date): pieces(hours) for date, hours in dated.items()},
        zone=zone(tz),
    )


def _day_number(date: dt.date) -> int:
    """Count the days since 1970-01-01."""
    return date.toordinal() - _EPOCH_DAY


def open_intervals(rules: Layout, low: int, high: int) -> Intervals:
    """Open time in [low, high) of UTC.

    Laid out are the local dates of that stretch and two more at either end, for the tails that run over midnight
    and for the offset of the zone.
    """
    days = np.arange(low // DAY - 2, high // DAY + 3)
    ordinary = days[~np.isin(days, [*rules.holidays, *rules.overrides])]
    local = _lay([*_by_weekday(ordinary, rules.weekly), *_by_date(days, rules.overrides)])
    cuts = [*_by_weekday(days, rules.weekly_breaks), *_by_date(days, rules.breaks)]
    if rules.holidays_cut:
        cuts += _by_date(days, dict.fromkeys(rules.holidays, _A_WHOLE_DAY))
    if cuts:
        local = combine(local, _lay(cuts), HOLDS["difference"])
    starts, offsets = offset_spans(rules.zone, low, high)
    return clip(from_local(local, starts, offsets, high), low, high)


def _by_weekday(days: Int64, week: Sequence[Pieces]) -> Iterator[Intervals]:
    weekday = (days + 3) % 7
    for number, hours in enumerate(week):
        midnights = days[weekday == number] * DAY if hours else days[:0]
        yield from ((midnights + start, midnights + end) for start, end in hours)


def _by_date(days: Int64, by_date: Mapping[int, Pieces]) -> Iterator[Intervals]:
    near = {day: hours for day, hours in by_date.items() if days[0] <= day <= days[-1]}
    ends = [(day * DAY + start, day * DAY + end) for day, hours in near.items() for start, end in hours]
    starts, stops = np.array(ends, dtype=np.int64).reshape(-1, 2).T
    yield starts, stops


def _lay(laid: Iterable[Intervals]) -> Intervals:
    starts, ends = zip(*laid, strict=True)
    return merge(np.concatenate(starts), np.concatenate(ends))
