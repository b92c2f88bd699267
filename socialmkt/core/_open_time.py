"""The open time of a calendar over as long a horizon as the questions need.

Instants and budgets are ints or int64 arrays of microseconds. A clock is compiled for whole years and kept; where a
question or its answer leaves the horizon, a longer one takes its place. Clocks are never changed and are replaced in
one assignment, so that threads may share a calendar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from socialmkt.core._clock import TEN_YEARS, Clock, Intervals, clip
from socialmkt.core._instants import DAY, first_day, from_us, year_of_day
from socialmkt.core.errors import Infeasible, InvalidInput, Verbatim, refuse

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from socialmkt.core.calendar import Calendar

Int64 = NDArray[np.int64]

FIRST, END = first_day(1900) * DAY, first_day(2300) * DAY
OPEN, CLOSING = "open time", "closing time"

_YEAR = 366 * DAY


class OpenTime:
    """Compiles clocks and keeps the last one.

    `intervals` gives the open intervals of a stretch of UTC; nothing at or after `limit`, the end of the date
    `valid_until`, is answered.
    """

    def __init__(self, intervals: Callable[[int, int], Intervals], limit: int, valid_until: dt.date | None) -> None:
        self._intervals, self._limit, self._valid_until = intervals, limit, valid_until
        self._kept: Clock | None = None

    def holding(self, func: str, *asked: int | Int64, last: int = 1) -> Clock:
        """Give a clock whose horizon holds all the instants asked about and `last` microseconds after them."""
        low, high = _reach(*asked)
        high += last
        if high > self._limit:
            raise self._past_valid_until(func)
        return self._clock(low, high)

    def ahead(self, func: str, span: int, *asked: int | Int64) -> Clock:
        """Give a clock of just the instants and, as far as anything is known, so much time after them."""
        self.holding(func, *asked)
        low, last = _reach(*asked)
        high = min(last + span + 1, self._limit)
        clock = self._clock(low, high)
        return Clock(low, high, clip((clock.starts, clock.ends), low, high))

    def due(self, start: int | Int64, budget: int | Int64, func: str) -> Any:
        """Find the last instants at which the budgets are not overspent."""
        clock, spent = self.spent(start, budget, func)
        found = latest(clock, spent)
        check_wait(clock, start, found, func)
        return found

    def reached(self, start: int | Int64, budget: int | Int64, func: str) -> Any:
        """Find the first instants at which the budgets are spent."""
        clock, spent = self.spent(start, budget - 1, func)
        before = latest_or(clock, spent, budget, start - 1)
        check_wait(clock, start, before, func)
        return before + 1

    def back(self, end: int | Int64, budget: int | Int64, func: str) -> Any:
        """Find the last instants that leave the budgets before their ends."""
        clock = self.reaching_back(end, budget, func)
        found = latest_or(clock, passed(clock, end) - budget, budget, end)
        check_wait_back(clock, end, found, func)
        return found

    def spent(self, start: int | Int64, budget: int | Int64, func: str) -> tuple[Clock, Any]:
        """Give a clock that runs on after the budgets are spent, and the open time passed by then."""
        clock = self.holding(func, start)
        return self.reaching(clock, lambda longer: passed(longer, start) + budget, highest(start), func)

    def reaching(
        self, clock: Clock, spent: Callable[[Clock], Any], since: int, func: str, name: str = "t"
    ) -> tuple[Clock, Any]:
        """Give a clock, this or a longer one, by whose end so much open time has passed, and that open time.

        `spent` tells the open time as a clock counts it: a longer one may also begin earlier.
        """
        while True:
            by_then = spent(clock)
            missing = highest(by_then) + 1 - clock.total
            if missing <= 0:
                return clock, by_then
            last_open = int(clock.ends[-1]) if clock.total else since
            clock = self.longer(clock, max(last_open, since), func, OPEN, more=_years_for(clock, missing), name=name)

    def reaching_back(self, end: int | Int64, budget: int | Int64, func: str) -> Clock:
        """Give a clock that begins before the budgets, counted back from their ends, do."""
        since = lowest(end)
        clock = self.holding(func, end, last=0)
        while (missing := -lowest(passed(clock, end) - budget)) > 0:
            first_open = int(clock.starts[0]) if clock.total else since
            if clock.low == FIRST or clock.low < min(first_open, since) - TEN_YEARS:
                raise _never(func, "t", "preceded", OPEN, since)
            clock = self._clock(max(clock.low - _years_for(clock, missing), FIRST), clock.high)
        return clock

    def closing(self, at: int | Int64, func: str) -> Int64:
        """Give the first end of an interval after each instant."""
        clock, asked = self.holding(func, at), np.atleast_1d(at)
        while np.any((closes := clock.next_close(asked)) == clock.high):
            clock = self.longer(clock, highest(at), func, CLOSING)
        late = closes > asked + TEN_YEARS
        if late.any():
            raise _never(func, "t", "followed", CLOSING, int(asked[late][0]))
        return closes

    def longer(self, clock: Clock, since: int, func: str, lacks: str, *, more: int = _YEAR, name: str = "t") -> Clock:
        """Give a clock of a longer horizon; refused ten years after `since`, or where no more is known."""
        if clock.high == END or clock.high > since + TEN_YEARS:
            raise _never(func, name, "followed", lacks, since)
        if clock.high >= self._limit:
            raise self._past_valid_until(func)
        return self._clock(clock.low, min(clock.high + more, self._limit))

    def _clock(self, low: int, high: int) -> Clock:
        clock = self._kept
        if clock is None or low < clock.low or high > clock.high:
            if clock is not None:
                low, high = min(low, clock.low), max(high, clock.high)
            first = first_day(year_of_day(min(low, high - 1) // DAY)) * DAY
            end = min(first_day(year_of_day((high - 1) // DAY) + 1) * DAY, self._limit)
            clock = self._kept = Clock(first, end, self._intervals(first, end))
        return clock

    def _past_valid_until(self, func: str) -> InvalidInput:
        if self._valid_until is None:
            return refuse(InvalidInput, func, "the answer", "lie before the year 2300", Verbatim("a later one"))
        must = "not lie before the question or its answer"
        fix = "Give the calendar the holidays of later years."
        return refuse(InvalidInput, func, "valid_until", must, self._valid_until, fix=fix)


def _years_for(clock: Clock, missing: int) -> int:
    """How much longer a horizon must be for the missing open time, at the rate seen so far; a year at least."""
    return max(missing * (clock.high - clock.low) // clock.total, _YEAR) if clock.total else _YEAR


def _never(func: str, name: str, side: str, lacks: str, since: int) -> Infeasible:
    must = f"be {side} by {lacks}"
    fix = f"The calendar has no {lacks} within ten years of that."
    if not FIRST <= (since - TEN_YEARS if side == "preceded" else since + TEN_YEARS) <= END:
        must += " in the years 1900 to 2299"
        fix = "No other years are answered."
    return refuse(Infeasible, func, name, must, from_us(since), fix=fix)


def _reach(*asked: int | Int64) -> tuple[int, int]:
    """Find the first and the last of some instants; where there are none, the beginning of all years."""
    some = [t for t in asked if isinstance(t, int) or t.size] or [FIRST]
    return min(map(lowest, some)), max(map(highest, some))


def check_wait(clock: Clock, since: Any, found: Any, func: str) -> None:
    """Refuse answers that lie beyond more than ten years without open time, however much of it is compiled."""
    for closes, opens in clock.long_gaps:
        closed = np.atleast_1d(np.maximum(since, closes))
        beyond = (closed < opens - TEN_YEARS) & (found >= opens)
        if beyond.any():
            raise _never(func, "t", "followed", OPEN, int(closed[beyond][0]))


def check_wait_back(clock: Clock, since: Any, found: Any, func: str) -> None:
    """As `check_wait`, for answers that lie before the question."""
    for closes, opens in clock.long_gaps:
        closed = np.atleast_1d(np.minimum(since, opens))
        beyond = (closed > closes + TEN_YEARS) & (found < closes)
        if beyond.any():
            raise _never(func, "t", "preceded", OPEN, int(closed[beyond][0]))


def is_column(x: Any) -> TypeGuard[Int64]:
    """Tell a column from one number."""
    return isinstance(x, np.ndarray)


def passed(clock: Clock, t: Any) -> Any:
    """Measure the open time passed at an instant or at each of a column."""
    return clock.passed(t) if is_column(t) else clock.passed_one(t)


def latest(clock: Clock, passed: Any) -> Any:
    """Find the last instant at which no more than this open time has passed, for one or for each of a column."""
    return clock.latest(passed) if is_column(passed) else clock.latest_one(passed)


def latest_or(clock: Clock, passed: Any, budget: Any, at: Any) -> Any:
    """As `latest` where there is a budget, and `at` where it is 0."""
    if isinstance(passed, int):
        return latest(clock, passed) if budget else at
    some = np.broadcast_to(budget, passed.shape) > 0
    found = np.where(some, 0, at)
    found[some] = clock.latest(passed[some])
    return found


def lowest(x: Any, empty: int = 0) -> int:
    """Take the number itself, or the least of a column."""
    return x if isinstance(x, int) else int(x.min()) if x.size else empty


def highest(x: Any, empty: int = -1) -> int:
    """Take the number itself, or the greatest of a column."""
    return x if isinstance(x, int) else int(x.max()) if x.size else empty


def open_time(calendar: Calendar) -> OpenTime:
    """Give the compiled open time of a calendar: the door for areas whose kernels ask it about many instants.

    Parameters
    ----------
    calendar : Calendar
        Whose open time.

    Returns
    -------
    OpenTime
        Kept with the calendar. It gives clocks, which count the open time before each instant, and back.

    Examples
    --------
    >>> from socialmkt.core.calendar import Calendar
    >>> week = open_time(Calendar(weekly={"mon-fri": "09:00-17:00"}, tz="UTC"))
    >>> clock = week.holding("week", monday := 1_772_409_600 * 10**6, monday + 7 * DAY)
    >>> (clock.passed_one(monday + 7 * DAY) - clock.passed_one(monday)) // (3600 * 10**6)
    40
    """
    return calendar._time  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # the one door to it
