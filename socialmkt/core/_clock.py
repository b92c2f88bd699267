"""A calendar compiled to integers: where its open time lies, and how much of it has passed.

Everything is int64 microseconds of UTC. `Clock` knows the open intervals of one horizon [low, high) and answers two
questions: `passed` (how much open time lies between `low` and t) and its inverse `latest` (the last instant at which
no more than so much has passed). The first instant at which c has passed is `latest(c - 1) + 1`.

Columns go through tables of equal buckets, each of which meets at most one interval or one step; where a table would
be too large, through a binary search. Single instants go through bisection. All are exact and agree.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

Int64 = NDArray[np.int64]
Bools = NDArray[np.bool_]
Intervals = tuple[Int64, Int64]

HOLDS: dict[str, Callable[[Bools, Bools], Bools]] = {
    "union": lambda a, b: a | b,
    "intersection": lambda a, b: a & b,
    "difference": lambda a, b: a & ~b,
}
"""What two calendars make together, instant by instant."""

TEN_YEARS = 3_653 * 86_400 * 10**6
"""A calendar that stays closed, or open, for longer has no answer."""

_BLOCK = 1 << 14
_MOST_BUCKETS = (8 << 20) // 24


class Clock:
    """The open time of the horizon [low, high): sorted intervals inside it that do not touch."""

    def __init__(self, low: int, high: int, intervals: Intervals) -> None:
        self.low, self.high = low, high
        self.starts, self.ends = intervals
        lengths = self.ends - self.starts
        self.passed_end = np.cumsum(lengths)
        self.passed_start = self.passed_end - lengths
        self.total = int(lengths.sum())

    def is_open(self, t: Int64) -> Bools:
        """Tell which instants lie inside an interval."""
        at = np.searchsorted(self.ends, t, side="right")
        return np.append(self.starts, self.high).take(at) <= t

    def next_close(self, t: Int64) -> Int64:
        """First end after each instant; `high` where there is none."""
        return np.append(self.ends, self.high).take(np.searchsorted(self.ends, t, side="right"))

    def passed(self, t: Int64) -> Int64:
        """Open time from `low` to each instant of the horizon."""
        table = self._meetings
        return _search_passed(self, t) if table is None else _in_blocks(t, table.passed)

    def latest(self, passed: Int64) -> Int64:
        """Last instant at which no more than this open time, less than `total`, has passed."""
        table = self._steps
        return _search_latest(self, passed) if table is None else _in_blocks(passed, table.latest)

    def passed_one(self, t: int) -> int:
        """As `passed`, for one instant."""
        starts, ends, passed_start, _ = self._lists
        at = bisect_right(starts, t) - 1
        return passed_start[at] + min(t, ends[at]) - starts[at] if at >= 0 else 0

    def latest_one(self, passed: int) -> int:
        """As `latest`, for one instant."""
        starts, _, passed_start, passed_end = self._lists
        at = bisect_right(passed_end, passed)
        return starts[at] + passed - passed_start[at]

    @cached_property
    def long_gaps(self) -> list[tuple[int, int]]:
        """The stretches of more than ten years without open time, those at the ends of the horizon included."""
        closes, opens = np.append(self.low, self.ends), np.append(self.starts, self.high)
        long = opens - closes > TEN_YEARS
        return list(zip(closes[long].tolist(), opens[long].tolist(), strict=True))

    @cached_property
    def _lists(self) -> tuple[list[int], list[int], list[int], list[int]]:
        """Plain lists: bisection on them is three times as fast as on arrays."""
        return self.starts.tolist(), self.ends.tolist(), self.passed_start.tolist(), self.passed_end.tolist()

    @cached_property
    def _meetings(self) -> _Meetings | None:
        gaps = self.starts[1:] - self.ends[:-1]
        shift = _shift(int(gaps.min()) if gaps.size else self.high - self.low, self.high - self.low)
        return None if shift is None else _Meetings.of(self, shift)

    @cached_property
    def _steps(self) -> _Steps | None:
        if not self.total:
            return None
        shift = _shift(int((self.ends - self.starts).min()), self.total)
        return None if shift is None else _Steps.of(self, shift)


class _Meetings(NamedTuple):
    """Per bucket of time the one interval that it meets, clipped to it, and the open time before that."""

    low: int
    shift: int
    start: Int64
    end: Int64
    base: Int64

    @classmethod
    def of(cls, clock: Clock, shift: int) -> _Meetings:
        begin = clock.low + (np.arange(((clock.high - clock.low) >> shift) + 1, dtype=np.int64) << shift)
        at = np.searchsorted(clock.ends, begin, side="right")
        start = np.maximum(np.append(clock.starts, clock.high).take(at), begin)
        start = np.minimum(start, begin + (1 << shift))
        end = np.clip(np.append(clock.ends, clock.high).take(at), start, begin + (1 << shift))
        end = np.where(at < len(clock.ends), end, start)
        return cls(clock.low, shift, start, end, _search_passed(clock, begin) - start)

    def passed(self, t: Int64, out: Int64, bucket: Int64, edge: Int64) -> None:
        np.subtract(t, self.low, out=bucket)
        np.right_shift(bucket, self.shift, out=bucket)
        self.start.take(bucket, out=edge, mode="clip")
        np.maximum(t, edge, out=out)
        self.end.take(bucket, out=edge, mode="clip")
        np.minimum(out, edge, out=out)
        self.base.take(bucket, out=edge, mode="clip")
        np.add(out, edge, out=out)


class _Steps(NamedTuple):
    """Per bucket of open time the one step that lies in it, and how far UTC runs ahead before and after the step."""

    shift: int
    step: Int64
    before: Int64
    after: Int64

    @classmethod
    def of(cls, clock: Clock, shift: int) -> _Steps:
        begin = np.arange((clock.total >> shift) + 1, dtype=np.int64) << shift
        at = np.searchsorted(clock.passed_end, begin, side="right")
        ahead = np.append(clock.starts - clock.passed_start, clock.high)
        return cls(
            shift,
            np.append(clock.passed_end, clock.total).take(at),
            ahead.take(at),
            ahead.take(at + 1, mode="clip"),
        )

    def latest(self, passed: Int64, out: Int64, bucket: Int64, edge: Int64) -> None:
        np.right_shift(passed, self.shift, out=bucket)
        self.step.take(bucket, out=edge, mode="clip")
        over = passed >= edge
        self.before.take(bucket, out=out, mode="clip")
        self.after.take(bucket, out=edge, mode="clip")
        np.copyto(out, edge, where=over)
        np.add(out, passed, out=out)


def _in_blocks(x: Int64, kernel: Callable[[Int64, Int64, Int64, Int64], None]) -> Int64:
    """Run a kernel over blocks that stay in the cache, with buffers that are used again."""
    out = np.empty(len(x), dtype=np.int64)
    bucket, edge = np.empty((2, min(len(x), _BLOCK)), dtype=np.int64)
    for begin in range(0, len(x), _BLOCK):
        block = x[begin : begin + _BLOCK]
        kernel(block, out[begin : begin + _BLOCK], bucket[: len(block)], edge[: len(block)])
    return out


def _shift(shortest: int, length: int) -> int | None:
    """Largest power of two not above `shortest` for the buckets; None where they would be too many."""
    shift = shortest.bit_length() - 1
    return shift if length >> shift < _MOST_BUCKETS else None


def _search_passed(clock: Clock, t: Int64) -> Int64:
    at = np.searchsorted(clock.ends, t, side="right")
    before = np.append(clock.passed_start, clock.total).take(at)
    measured: Int64 = before + np.maximum(t - np.append(clock.starts, clock.high).take(at), 0)
    return measured


def _search_latest(clock: Clock, passed: Int64) -> Int64:
    at = np.searchsorted(clock.passed_end, passed, side="right")
    instants: Int64 = (clock.starts - clock.passed_start).take(at) + passed
    return instants


def merge(starts: Int64, ends: Int64) -> Intervals:
    """Merge intervals that overlap or touch; any order, empty ones vanish."""
    solid = ends > starts
    starts, ends = starts[solid], ends[solid]
    order = np.argsort(starts, kind="stable")
    starts, reach = starts[order], np.maximum.accumulate(ends[order])
    first = np.append(True, starts[1:] > reach[:-1])[: len(starts)]
    last = np.append(first[1:], True)[: len(starts)]
    return starts[first], reach[last]


def combine(a: Intervals, b: Intervals, holds: Callable[[Bools, Bools], Bools]) -> Intervals:
    """List the intervals of the time line at which `holds(inside a, inside b)`; false where both are."""
    edges = np.sort(np.concatenate([*a, *b]))
    inside = holds(_inside(a, edges), _inside(b, edges))[:-1]
    return merge(edges[:-1][inside], edges[1:][inside])


def _inside(intervals: Intervals, t: Int64) -> Bools:
    starts, ends = intervals
    return np.searchsorted(starts, t, side="right") > np.searchsorted(ends, t, side="right")


def clip(intervals: Intervals, low: int, high: int) -> Intervals:
    """Keep the part of sorted intervals that lies in [low, high)."""
    starts, ends = intervals
    first, last = int(np.searchsorted(ends, low, side="right")), int(np.searchsorted(starts, high, side="left"))
    last = last if low < high else first
    return np.maximum(starts[first:last], low), np.minimum(ends[first:last], high)


def from_local(local: Intervals, starts: Int64, offsets: Int64, high: int) -> Intervals:
    """Move intervals of the wall clock to UTC, one span of constant offset at a time.

    A wall time that a span shows is moved by its offset: what a gap skips never occurs, what a fold shows twice
    occurs twice.
    """
    ends = np.append(starts[1:], high)
    parts = [
        tuple(edge - offset for edge in clip(local, begin + offset, end + offset))
        for begin, end, offset in zip(starts.tolist(), ends.tolist(), offsets.tolist(), strict=True)
    ]
    return merge(np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts]))
