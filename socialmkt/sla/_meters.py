"""The clocks that promises run on.

Everything is int64 microseconds. A meter tells how much of its time has passed at an instant, counted from an origin
of its own, and the last instant at which no more than so much has passed. `unit` of its ticks make one microsecond of
the allowance: 1, but for a blend, whose rates are whole numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from socialmkt.core.errors import Overflow, Verbatim, refuse

if TYPE_CHECKING:
    from fractions import Fraction

    from socialmkt.core._clock import Clock
    from socialmkt.core._open_time import OpenTime

Int64 = NDArray[np.int64]


class Meter(Protocol):
    """A clock that promises run on."""

    @property
    def unit(self) -> int:
        """Ticks in a microsecond of the allowance."""
        ...

    def passed(self, t: Int64) -> Int64:
        """Ticks before each instant."""
        ...

    def latest(self, passed: Int64) -> Int64:
        """Last instant at which no more ticks have passed."""
        ...


class Wall:
    """Time as it goes by."""

    unit = 1

    def passed(self, t: Int64) -> Int64:
        return t

    def latest(self, passed: Int64) -> Int64:
        return passed


class Open(NamedTuple):
    """Open time alone."""

    time: OpenTime
    clock: Clock
    since: int
    func: str
    name: str

    @property
    def unit(self) -> int:
        return 1

    def passed(self, t: Int64) -> Int64:
        return self.clock.passed(t)

    def latest(self, passed: Int64) -> Int64:
        clock, by_then = self.time.reaching(
            self.clock, lambda longer: passed + longer.passed_one(self.clock.low), self.since, self.func, self.name
        )
        return clock.latest(by_then)


class Blend(NamedTuple):
    """Open time at `unit` ticks and closed time at `slow` ticks a microsecond.

    `edges` are the instants at which the rate may change, `ticks` what has passed by then and `rates` what holds from
    then on.
    """

    time: OpenTime
    clock: Clock
    func: str
    unit: int
    slow: int
    edges: Int64
    ticks: Int64
    rates: Int64

    @classmethod
    def of(cls, time: OpenTime, clock: Clock, rate: Fraction, *, budget: int, func: str) -> Blend:
        """Lay the rates over the open and closed times of a clock; closed time counts `rate` times open time."""
        unit, slow = rate.denominator, rate.numerator
        if max(unit, slow) * (clock.high - clock.low) + unit * budget >= 2**63:
            must = "be in a ratio of smaller whole numbers for a blend over so long a time"
            raise refuse(Overflow, func, "within, otherwise", must, Verbatim(rate))
        edges, is_open = steps(clock)
        ticks = _blended(clock, edges, unit, slow)
        return cls(time, clock, func, unit, slow, edges, ticks, np.where(is_open, unit, slow))

    def passed(self, t: Int64) -> Int64:
        return _blended(self.clock, t, self.unit, self.slow)

    def latest(self, passed: Int64) -> Int64:
        at = np.searchsorted(self.ticks, passed, side="right") - 1
        latest: Int64 = self.edges[at] + (passed - self.ticks[at]) // self.rates[at]
        self.time.holding(self.func, latest)
        return latest


def _blended(clock: Clock, t: Int64, fast: int, slow: int) -> Int64:
    ticks: Int64 = slow * (t - clock.low) + (fast - slow) * clock.passed(t)
    return ticks


def steps(clock: Clock) -> tuple[Int64, NDArray[np.bool_]]:
    """List the instants from which on a clock is open or closed, in turn; the first is its beginning."""
    edges = np.empty(2 * len(clock.starts) + 1, dtype=np.int64)
    edges[0], edges[1::2], edges[2::2] = clock.low, clock.starts, clock.ends
    is_open = np.arange(len(edges)) % 2 == 1
    first = 1 if len(edges) > 1 and edges[1] == clock.low else 0
    return edges[first:], is_open[first:]


def envelope(t: Int64, edges: Int64, spans: Int64) -> Int64:
    """Earliest u + span(u) of all u from t on, for spans that change at sorted edges, the first not after any t.

    Within a step u + span grows, so the least of it stands at t itself or at the start of a later step.
    """
    promised = np.minimum.accumulate((edges + spans)[::-1])[::-1]
    later = np.append(promised[1:], np.iinfo(np.int64).max)
    at = np.searchsorted(edges, t, side="right") - 1
    due: Int64 = np.minimum(t + spans[at], later[at])
    return due
