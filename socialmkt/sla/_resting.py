"""How long clocks have run that stand still at times.

With G the time on the meter of a target and P(x) the part of it up to x in which the thread rests, a clock shows
G - P. It is due at the last instant at which G - P has not passed the allowance: every rest that begins before
that, or at that very instant, moves it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.sla._judging import Times, ceil_div
from socialmkt.sla._promises import promise
from socialmkt.sla._rows import NAT

if TYPE_CHECKING:
    from socialmkt.sla._cycles import Cycles, Log, Spells
    from socialmkt.sla._meters import Meter
    from socialmkt.sla.policy import Target

Int64 = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Rests(NamedTuple):
    """The rests of all threads, in order: places of their starts, instants, and whether they last at `as_of`."""

    place: Int64
    start: Int64
    end: Int64
    lasts: Flags
    until: Int64
    """Places of their ends; the end of the thread where they last."""
    first: Int64
    """Places at which their threads begin."""

    @classmethod
    def of(cls, log: Log, rests: Spells, now: int) -> Rests:
        """Read the instants of rests; those without an end last until `now`."""
        start, end = rests
        lasts = end < 0
        until = np.where(lasts, log.last[start], end)
        return cls(start, log.at[start], np.where(lasts, now, log.at[end]), lasts, until, log.first[start])

    def of_threads(self, log: Log, first: Int64) -> Rests:
        """Keep the rests of some threads, by the places at which these begin."""
        if not self.place.size:
            return self
        mine = np.zeros(len(log.thread), dtype=np.bool_)
        mine[first] = True
        return Rests._make(column[mine[self.first]] for column in self)


class Clock(NamedTuple):
    """The rests as a meter counts them: what it shows at their starts, and the sum of all rests before each."""

    rests: Rests
    opened: Int64
    before: Int64

    @classmethod
    def of(cls, rests: Rests, meter: Meter) -> Clock:
        """Measure the rests. The sums run over all threads and may wrap; their differences within one do not."""
        opened = meter.passed(rests.start)
        return cls(rests, opened, np.append(0, np.cumsum(meter.passed(rests.end) - opened)))

    def rested(self, first: Int64, place: Int64, passed: Int64) -> Int64:
        """Give the part of the time passed by a place that its thread, which begins at `first`, has rested."""
        low, high = (np.searchsorted(self.rests.place, bound) for bound in (first, place))
        rested: Int64 = self.before[high] - self.before[low]
        inside = np.flatnonzero(high > low)
        inside = inside[self.rests.until[high[inside] - 1] > place[inside]]
        latest = high[inside] - 1
        rested[inside] = self.before[latest] - self.before[low[inside]] + passed[inside] - self.opened[latest]
        return rested

    def moved(self, first: Int64, shown: Int64) -> Int64:
        """Give the time passed when the clocks of threads show so much and are about to show more."""
        low = np.searchsorted(self.rests.place, first)
        thread = np.searchsorted(self.rests.place, self.rests.first)
        at_start = self.opened - (self.before[:-1] - self.before[thread])
        count = len(at_start)
        order = np.lexsort(
            (np.arange(count + len(shown)) >= count, np.append(at_start, shown), np.append(self.rests.first, first))
        )
        begun = np.empty(len(order), dtype=np.int64)
        begun[order] = np.cumsum(order < count)
        moved: Int64 = shown + self.before[begun[count:]] - self.before[low]
        return moved

    def lasts(self, first: Int64, last: Int64) -> Flags:
        """Tell which threads rest in the end."""
        low, high = (np.searchsorted(self.rests.place, bound) for bound in (first, last))
        lasting: Flags = np.append(self.rests.lasts, np.False_)[high - 1]
        return lasting & (high > low)


def times(log: Log, cycles: Cycles, rows: Int64, target: Target, *, now: int, func: str) -> tuple[Times, Int64]:
    """Measure cycles on the clock of one target: what it says of them, and for how long it rested."""
    start, end = cycles.start[rows], cycles.end[rows]
    first, last = log.first[start], log.last[start]
    is_open = end < 0
    began, ended = log.at[start], np.where(is_open, now, log.at[end])
    rests = Rests.of(log, cycles.pauses if target.pausable else cycles.breaks, now).of_threads(log, first)
    promised = promise(target, func, "at", began, ended, rests.start, rests.end)
    meter, clock = promised.meter, Clock.of(rests, promised.meter)
    begun, ran = meter.passed(began), meter.passed(ended)
    shown = begun - clock.rested(first, start, begun)
    elapsed = ceil_div(ran - clock.rested(first, np.where(is_open, last, end), ran) - shown, meter.unit)
    held = is_open & clock.lasts(first, last) & (elapsed <= promised.allowance)
    due = np.full(len(start), NAT, dtype=np.int64)
    due[~held] = meter.latest(clock.moved(first, shown + promised.allowance * meter.unit)[~held])
    return Times(promised.allowance, due, elapsed, held), ceil_div(ran - begun, meter.unit) - elapsed
