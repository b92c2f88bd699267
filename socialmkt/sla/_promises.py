"""What a target promises for mentions: how much time, and on which clock."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.core._instants import MICROSECOND
from socialmkt.core._open_time import open_time
from socialmkt.sla._codes import Semantics
from socialmkt.sla._meters import Blend, Meter, Open, Wall, envelope, steps

if TYPE_CHECKING:
    import datetime as dt

    from socialmkt.core._open_time import OpenTime
    from socialmkt.sla.policy import Target

Int64 = NDArray[np.int64]


class Promise(NamedTuple):
    """The allowance of each mention, one for all or one each, and the meter that it is measured on."""

    allowance: int | Int64
    meter: Meter

    def due(self, start: Int64) -> Int64:
        """Give the last instant on time."""
        return self.meter.latest(self.meter.passed(start) + self.allowance * self.meter.unit)

    def reached(self, start: Int64, spent: Int64) -> Int64:
        """Give the first instant at which so much of the allowance is spent."""
        before = self.meter.passed(start) + np.maximum(spent * self.meter.unit - 1, 0)
        return np.where(spent > 0, self.meter.latest(before) + 1, start)


def promise(target: Target, func: str, name: str, start: Int64, *asked: Int64) -> Promise:
    """Say what a target promises for mentions that came at `start`.

    The meter answers about these and all instants `asked`. Errors call the starts `name`.
    """
    within = microseconds(target.within)
    if target.calendar is None or target.semantics == Semantics.wall or not start.size:
        return Promise(within, Wall())
    time, otherwise = open_time(target.calendar), microseconds(target.otherwise or target.within)
    if target.semantics == Semantics.business:
        since = max(int(t.max()) for t in (start, *asked) if t.size)
        return Promise(within, Open(time, time.holding(func, start, *asked), since, func, name))
    if target.semantics == Semantics.blend:
        clock = time.ahead(func, max(within, otherwise), start, *asked)
        return Promise(within, Blend.of(time, clock, Fraction(within, otherwise), budget=within, func=func))
    if target.semantics == Semantics.arrival:
        return Promise(np.where(time.holding(func, start).is_open(start), within, otherwise), Wall())
    return Promise(_envelope(time, func, start, within, otherwise), Wall())


def _envelope(time: OpenTime, func: str, start: Int64, within: int, otherwise: int) -> Int64:
    """Give the allowances of an envelope; what is promised past the last date known is refused."""
    edges, is_open = steps(time.ahead(func, max(within, otherwise), start))
    due = envelope(start, edges, np.where(is_open, within, otherwise))
    time.holding(func, due)
    return due - start


def microseconds(span: dt.timedelta) -> int:
    """Give a duration as whole microseconds."""
    return span // MICROSECOND
