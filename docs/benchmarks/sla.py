"""Benchmarks of calendars and of socialmkt.sla: python docs/benchmarks/sla.py --list, or TASK RIVAL for one JSON line.

Both sides give the same answers, which is asserted, interleaved in one process; the best of several runs counts.
Ratios are by CPU time. A bound below 1 says how many times longer than the rival we may take: 0.5 is twice as long.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from _pairs import high_water, in_turn

from socialmkt import sla
from socialmkt.core import _spans

SEARCH, MINUS = "two searchsorted", "int64 b - a"
DELTA, DURATION = "businesstimedelta", "business_duration"
BETWEEN, DUE = "between, 1M pairs", "due, 1M"
ONE, BATCH, BATCH_DUE = "between, one pair", "between, 1,000 pairs", "due, 1,000"
YEAR, FIFTY = "fresh calendar and first answer, a year", "fresh calendar and first answer, 50 years"
CHECKS = {"check, 1M rows, wall": 0.5, "check, 1M rows, business": 0.5, "check, 1M rows, envelope": 0.4}
MEASURE = "events and measure, 120,000 events"
MEMORY = {"peak bytes a row, between, 4M": 33, "peak bytes a row, check, 4M": 320}
BOUNDS: dict[tuple[str, str], float] = {
    (BETWEEN, SEARCH): 5,
    (BETWEEN, MINUS): 1 / 60,
    (DUE, "searching inverse"): 3,
    (ONE, DELTA): 50,
    (ONE, DURATION): 8,
    (BATCH, DELTA): 1_500,
    (BATCH, DURATION): 200,
    (BATCH_DUE, "pandas CustomBusinessHour"): 300,
    (YEAR, "730 datetimes to timestamps"): 1 / 7,
    (FIFTY, "730 datetimes to timestamps"): 1 / 110,
    **{(task, SEARCH): bound for task, bound in CHECKS.items()},
    (MEASURE, "plain loop"): 2,
    **{(task, f"{most} bytes"): 1 for task, most in MEMORY.items()},
}

Run = Callable[[], Any]
Pair = tuple[Run, Run, Callable[[Any, Any], bool]]

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
SECOND, DAY = 10**6, 86_400 * 10**6
START = np.datetime64("2026-01-01", "us")
NEW_YORK = sla.Calendar(weekly={"mon-fri": "09:00-17:00"}, tz="America/New_York")
HOLIDAYS = [dt.date(2026, *day) for day in ((1, 1), (1, 19), (11, 26), (12, 25))] + [dt.date(2027, 1, 1)]
OFFICE = sla.Calendar(weekly={"mon-fri": "09:00-17:00"}, tz="UTC", holidays=HOLIDAYS)
AS_OF = np.datetime64("2027-02-01")


def main() -> None:
    """List the pairs, time one of them, or (for itself) measure the memory of one task."""
    if sys.argv[1] == "--list":
        print(json.dumps([list(pair) for pair in BOUNDS]))
    elif sys.argv[1] == "--memory":
        print(_peak(sys.argv[2]))
    else:
        print(json.dumps(_compare(sys.argv[1], sys.argv[2])))


def _compare(task: str, rival: str) -> dict[str, Any]:
    head = {"area": "sla", "task": task, "rival": rival, "bound": BOUNDS[task, rival], "peak_mb": None}
    if task in MEMORY:
        return head | _memory(task)
    ours, theirs, same = TASKS[task](rival)
    assert same(ours(), theirs())
    return head | in_turn(ours, theirs, 3 if rival in SLOW else 9, timed=_timed)


def _timed(run: Run) -> tuple[float, float]:
    """Run until a hundredth of a second has passed at least, and give the time of one run."""
    runs, cpu, wall = 0, time.process_time(), time.perf_counter()
    while runs == 0 or time.perf_counter() - wall < 0.01:
        run()
        runs += 1
    return (time.process_time() - cpu) / runs, (time.perf_counter() - wall) / runs


def _pairs(rows: int, *, whole_seconds: bool = False) -> tuple[Any, Any]:
    """Random instants of a year, in no order, and up to three days later."""
    rng = np.random.default_rng(5)
    unit = SECOND if whole_seconds else 1
    a = rng.integers(0, 365 * DAY // unit, rows) * unit
    b = a + rng.integers(0, 3 * DAY // unit, rows) * unit
    return START + a.view("m8[us]"), START + b.view("m8[us]")


def _equal(mine: Any, theirs: Any) -> bool:
    return bool(np.array_equal(mine, theirs))


# --- large columns --------------------------------------------------------------------------------------------------


class Searches:
    """The same open intervals, asked by two binary searches per instant."""

    def __init__(self, calendar: sla.Calendar) -> None:
        table = calendar.intervals(START - np.timedelta64(30, "D"), START + np.timedelta64(500, "D"))
        self.starts, self.ends = table.opens.view(np.int64).copy(), table.closes.view(np.int64).copy()
        self.after = np.append(0, np.cumsum(self.ends - self.starts))

    def passed(self, t: Any) -> Any:
        started, ended = (np.searchsorted(edges, t, side="right") for edges in (self.starts, self.ends))
        inside = started > ended
        return self.after[ended] + np.where(inside, t - self.starts[started - 1], 0)

    def between(self, a: Any, b: Any) -> Any:
        return (self.passed(b.view(np.int64)) - self.passed(a.view(np.int64))).view("m8[us]")

    def due(self, t: Any, budget: int) -> Any:
        spent = self.passed(t.view(np.int64)) + budget
        at = np.searchsorted(self.after, spent, side="right") - 1
        return (self.starts[at] + spent - self.after[at]).view("M8[us]")


def _between(rival: str) -> Pair:
    a, b = _pairs(1_000_000)
    if rival == MINUS:
        return lambda: NEW_YORK.between(a, b), lambda: b - a, lambda mine, theirs: bool((mine <= theirs).all())
    return lambda: NEW_YORK.between(a, b), partial(Searches(NEW_YORK).between, a, b), _equal


def _due(_rival: str) -> Pair:
    t, _ = _pairs(1_000_000)
    return lambda: NEW_YORK.due(t, 4 * HOUR), partial(Searches(NEW_YORK).due, t, 4 * 3_600 * SECOND), _equal


def _check(task: str, _rival: str) -> Pair:
    """Whole checks, with status, severity and all, against the open time of the pairs alone."""
    received, replied = _pairs(1_000_000)
    open_yet = np.random.default_rng(6).random(len(replied)) < 0.05
    answered = np.where(open_yet, np.datetime64("NaT", "us"), replied)
    targets = {
        "wall": sla.Target(within=HOUR),
        "business": sla.Target(within=HOUR, calendar=NEW_YORK),
        "envelope": sla.Target(within=5 * MINUTE, otherwise=HOUR, calendar=NEW_YORK),
    }
    target = targets[task.rsplit(" ", 1)[1]]

    def same(checks: sla.Checks, open_time: Any) -> bool:
        measured = checks.elapsed if target.semantics == "business" else checks.replied - checks.received
        expected = open_time if target.semantics == "business" else replied - received
        return _equal(measured[~open_yet], expected[~open_yet])

    ours = partial(sla.check, received, answered, target, as_of=AS_OF)
    return ours, partial(Searches(NEW_YORK).between, received, replied), same


# --- few pairs ------------------------------------------------------------------------------------------------------


def _aware(instants: Any) -> list[dt.datetime]:
    return [instant.replace(tzinfo=dt.UTC) for instant in instants.tolist()]


def _rival_between(rival: str) -> Callable[[dt.datetime, dt.datetime], dt.timedelta]:
    nine, five = dt.time(9), dt.time(17)
    if rival == DURATION:
        duration = _library(DURATION).businessDuration
        return lambda a, b: dt.timedelta(seconds=duration(a, b, nine, five, holidaylist=HOLIDAYS, unit="sec"))
    library = _library(DELTA)
    work = library.WorkDayRule(start_time=nine, end_time=five, working_days=[0, 1, 2, 3, 4])
    rules = library.Rules([work, library.HolidayRule(HOLIDAYS)])
    return lambda a, b: rules.difference(a, b).timedelta


def _library(name: str) -> Any:
    try:
        return __import__(name)
    except ImportError:
        sys.exit(f"{name} is not installed: pip install {name.replace('_', '-')}")


def _for_rival(rival: str, instants: Any) -> list[dt.datetime]:
    return _aware(instants) if rival == DELTA else instants.tolist()


def _one(rival: str) -> Pair:
    a, b = np.datetime64("2026-03-06T15:30", "us"), np.datetime64("2026-03-10T10:15", "us")
    (start, end), theirs = _aware(np.array([a, b])), _rival_between(rival)
    first, last = _for_rival(rival, np.array([a, b]))
    OFFICE.between(start, end)
    return lambda: OFFICE.between(start, end), lambda: theirs(first, last), lambda x, y: x == y


def _batch(rival: str) -> Pair:
    """Pairs that begin and end while the office is open, where all three agree."""
    a, b = _pairs(20_000, whole_seconds=True)
    inside = OFFICE.is_open(a) & OFFICE.is_open(b)
    a, b = a[inside][:1_000], b[inside][:1_000]
    theirs = _rival_between(rival)
    first, last = _for_rival(rival, a), _for_rival(rival, b)
    OFFICE.between(a, b)
    return (
        lambda: OFFICE.between(a, b),
        lambda: [theirs(start, end) for start, end in zip(first, last, strict=True)],
        lambda mine, others: mine.tolist() == others,
    )


def _batch_due(_rival: str) -> Pair:
    pandas = _library("pandas")
    t, _ = _pairs(1_000)
    series = pandas.Series(t)
    offset = pandas.offsets.CustomBusinessHour(4, start="09:00", end="17:00", holidays=HOLIDAYS)

    def theirs() -> Any:
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return series + offset

    return lambda: OFFICE.due(t, 4 * HOUR), theirs, lambda mine, other: _equal(mine, other.to_numpy().astype("M8[us]"))


# --- fresh calendars ------------------------------------------------------------------------------------------------


def _fresh(years: int, _rival: str) -> Pair:
    """Compile a calendar and answer, with the zone read anew; against two local datetimes for each day of a year."""
    first = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    last = dt.datetime(2026 + years - 1, 12, 30, tzinfo=dt.UTC)
    zone = ZoneInfo("America/New_York")
    days = [dt.date(2026, 1, 1) + dt.timedelta(days=day) for day in range(365)]
    wall = [dt.datetime.combine(day, dt.time(hour), tzinfo=zone) for day in days for hour in (9, 17)]

    def ours() -> Any:
        _spans._year.cache_clear()  # noqa: SLF001  # what a fresh process has not read yet
        _spans._years.cache_clear()  # noqa: SLF001  # as above
        calendar = sla.Calendar(weekly={"mon-fri": "09:00-17:00"}, tz="America/New_York")
        return calendar.between(first, last)

    return (
        ours,
        lambda: [instant.timestamp() for instant in wall],
        lambda mine, theirs: mine > HOUR and len(theirs) == 730,
    )


# --- threads --------------------------------------------------------------------------------------------------------


def _measure(_rival: str) -> Pair:
    """All cycles with their times and status, against a loop over the threads that only finds the cycles."""
    rng = np.random.default_rng(7)
    rows = 120_000
    thread = rng.integers(0, 20_000, rows)
    at = START + rng.integers(0, 90 * DAY, rows).view("m8[us]")
    asked = rng.random(rows) < 0.5
    kind = np.where(asked, "mention", np.where(rng.random(rows) < 0.9, "reply", "note")).astype(object)
    actor = np.where(asked, "customer", np.where(rng.random(rows) < 0.8, "human", "bot")).astype(object)
    targets = [sla.Target(metric=metric, within=HOUR) for metric in ("first_response", "next_response")]
    policy = sla.Policy(targets=targets)
    rank = {kind.value: number for number, kind in enumerate(sla.Kind)}
    lists = thread.tolist(), at.view(np.int64).tolist(), kind.tolist(), actor.tolist()

    def ours() -> sla.Checks:
        return sla.measure(sla.Events.from_columns(thread, at, kind, actor), policy, as_of=AS_OF)

    def theirs() -> list[tuple[int, int, int | None]]:
        by_thread: dict[int, list[tuple[int, int, str, str]]] = {}
        for one, us, act, who in zip(*lists, strict=True):
            by_thread.setdefault(one, []).append((us, rank[act], act, who))
        found = []
        for one in sorted(by_thread):
            start = None
            for us, _, act, who in sorted(by_thread[one]):
                if act == "mention" and start is None:
                    start = us
                elif start is not None and ((act == "reply" and who == "human") or act == "resolve"):
                    found.append((one, start, us))
                    start = None
            if start is not None:
                found.append((one, start, None))
        return found

    def same(checks: sla.Checks, cycles: list[tuple[int, int, int | None]]) -> bool:
        replied = [None if end == np.iinfo(np.int64).min else end for end in checks.replied.view(np.int64).tolist()]
        return (
            list(zip(checks.thread.tolist(), checks.received.view(np.int64).tolist(), replied, strict=True)) == cycles
        )

    return ours, theirs, same


# --- memory ---------------------------------------------------------------------------------------------------------


def _memory(task: str) -> dict[str, Any]:
    """Bytes above the loaded input, in a process of its own."""
    done = subprocess.run([sys.executable, __file__, "--memory", task], stdout=subprocess.PIPE, text=True, check=True)
    ours, allowed = int(done.stdout), MEMORY[task] * 4_000_000
    nothing = dict.fromkeys(["ours_s", "rival_s", "ours_wall_s", "rival_wall_s"])
    return nothing | {"ratio": allowed / ours, "peak_mb": ours / 1e6}


def _peak(task: str) -> int:
    a, b = _pairs(4_000_000)
    target = sla.Target(within=5 * MINUTE, otherwise=HOUR, calendar=NEW_YORK)
    small = slice(0, 1_000)
    run = partial(sla.check, policy=target, as_of=AS_OF) if "check" in task else NEW_YORK.between
    run(a[small], b[small])
    with high_water() as peak:
        answer = run(a, b)
    del answer
    return peak[0]


SLOW = {DELTA, DURATION, "pandas CustomBusinessHour"}
TASKS: dict[str, Callable[[str], Pair]] = {
    BETWEEN: _between,
    DUE: _due,
    ONE: _one,
    BATCH: _batch,
    BATCH_DUE: _batch_due,
    YEAR: partial(_fresh, 1),
    FIFTY: partial(_fresh, 50),
    **{task: partial(_check, task) for task in CHECKS},
    MEASURE: _measure,
}

if __name__ == "__main__":
    main()
