"""The kernel of calendars: every answer against sets of instants, on horizons small enough to list."""

from __future__ import annotations

import datetime as dt
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core import _clock, _hours
from socialmkt.core._clock import HOLDS, Clock, clip, combine, from_local, merge
from socialmkt.core._hours import DAY, canonical_hours, pieces, read_week, weekdays
from socialmkt.core._instants import first_day
from socialmkt.core._layout import open_intervals, read_layout
from socialmkt.core._open_time import END, FIRST, OpenTime, latest_or
from socialmkt.core.calendar import Calendar
from socialmkt.core.errors import AmbiguousTime, Infeasible, InvalidInput
from tests.refusals import refuses
from tests.strategies import zones

LOW, HIGH = -20, 60


def arrays(pairs: Any) -> tuple[Any, Any]:
    starts, ends = np.array(list(pairs), dtype=np.int64).reshape(-1, 2).T
    return starts, ends


def instants_of(intervals: Any) -> set[int]:
    return {t for start, end in zip(*(part.tolist() for part in intervals), strict=True) for t in range(start, end)}


def are_canonical(intervals: Any) -> bool:
    starts, ends = intervals
    return bool((starts < ends).all() and (ends[:-1] < starts[1:]).all())


edges = st.integers(LOW, HIGH)
any_intervals = st.lists(st.tuples(edges, edges), max_size=6).map(arrays)
clean_intervals = st.sets(edges, max_size=12).map(
    lambda points: arrays(zip(sorted(points)[::2], sorted(points)[1::2], strict=False))
)
clocks = clean_intervals.map(lambda intervals: Clock(LOW, HIGH, intervals))


# --- a clock


@pytest.mark.parametrize("buckets", [1, _clock._MOST_BUCKETS])
@given(clock=clocks)
def test_a_clock_counts_open_instants_by_table_by_search_and_one_by_one(buckets: int, clock: Clock) -> None:
    held = instants_of((clock.starts, clock.ends))
    t = np.arange(LOW, HIGH + 1)
    passed = [sum(other < at for other in held) for at in t.tolist()]
    latest = [max(at for at, so_far in zip(t.tolist(), passed, strict=True) if so_far <= c) for c in range(len(held))]
    with mock.patch.object(_clock, "_MOST_BUCKETS", buckets):
        fresh = Clock(LOW, HIGH, (clock.starts, clock.ends))
        assert fresh.total == len(held)
        assert fresh.is_open(t[:-1]).tolist() == [at in held for at in t[:-1].tolist()]
        assert fresh.passed(t).tolist() == passed == [fresh.passed_one(at) for at in t.tolist()]
        assert fresh.latest(np.arange(len(held))).tolist() == latest == [fresh.latest_one(c) for c in range(len(held))]


@given(clock=clocks)
def test_the_next_close_is_the_first_end_after_an_instant(clock: Clock) -> None:
    ends = clock.ends.tolist()
    t = np.arange(LOW, HIGH)
    assert clock.next_close(t).tolist() == [min((end for end in ends if end > at), default=HIGH) for at in t.tolist()]


@given(clock=clocks.filter(lambda clock: clock.total), size=st.sampled_from([1, 7, 8, 9, 40]))
def test_columns_of_any_length_are_answered_block_by_block(clock: Clock, size: int) -> None:
    t = np.resize(np.arange(HIGH, LOW, -1), size)
    spent = np.resize(np.arange(clock.total), size)
    with mock.patch.object(_clock, "_BLOCK", 8):
        assert clock.passed(t).tolist() == [clock.passed_one(at) for at in t.tolist()]
        assert clock.latest(spent).tolist() == [clock.latest_one(c) for c in spent.tolist()]


@given(clock=clocks.filter(lambda clock: clock.total))
def test_a_table_that_is_there_is_asked_and_nothing_is_searched(clock: Clock) -> None:
    t, spent = np.arange(LOW, HIGH), np.arange(clock.total)
    passed, latest = clock.passed(t).tolist(), clock.latest(spent).tolist()
    with mock.patch.multiple(_clock, _search_passed=None, _search_latest=None):
        assert clock.passed(t).tolist() == passed
        assert clock.latest(spent).tolist() == latest


def test_a_bucket_is_the_largest_power_of_two_that_no_gap_is_shorter_than() -> None:
    for shortest in range(1, 70):
        shift = _clock._shift(shortest, 1000)
        assert shift is not None
        assert 2**shift <= shortest < 2 ** (shift + 1)
    most = _clock._MOST_BUCKETS
    assert _clock._shift(1, most - 1) == 0
    assert _clock._shift(1, most) is None
    assert _clock._shift(2, most) == 1


@given(first=st.integers(1, 40), gap=st.integers(1, 40), count=st.integers(1, 5))
def test_tables_are_built_for_the_shortest_gap_and_the_shortest_interval(first: int, gap: int, count: int) -> None:
    starts = LOW + np.arange(count) * (first + gap)
    clock = Clock(LOW, 400, (starts, starts + first))
    meetings, steps = clock._meetings, clock._steps
    assert meetings is not None
    assert steps is not None
    assert meetings.shift == ((gap if count > 1 else 400 - LOW).bit_length() - 1)
    assert steps.shift == first.bit_length() - 1


# --- intervals as sets


@given(intervals=any_intervals)
def test_merged_intervals_hold_the_same_instants_and_do_not_touch(intervals: Any) -> None:
    merged = merge(*intervals)
    assert instants_of(merged) == instants_of(intervals)
    assert are_canonical(merged)


@given(a=clean_intervals, b=clean_intervals)
def test_combined_intervals_are_those_of_sets(a: Any, b: Any) -> None:
    in_a, in_b = instants_of(a), instants_of(b)
    expected = {"union": in_a | in_b, "intersection": in_a & in_b, "difference": in_a - in_b}
    for name, held in expected.items():
        combined = combine(a, b, HOLDS[name])
        assert instants_of(combined) == held
        assert are_canonical(combined)


@given(intervals=clean_intervals, low=edges, high=edges)
def test_clipped_intervals_are_those_inside(intervals: Any, low: int, high: int) -> None:
    if low < high:
        clipped = clip(intervals, low, high)
        assert instants_of(clipped) == instants_of(intervals) & set(range(low, high))
        assert are_canonical(clipped)


@given(
    local=clean_intervals,
    cuts=st.lists(st.integers(1, 25), min_size=1, max_size=4),
    offsets=st.lists(st.integers(-9, 9), min_size=4, max_size=4),
)
def test_an_instant_is_open_if_its_wall_clock_is(local: Any, cuts: list[int], offsets: list[int]) -> None:
    starts = np.cumsum([LOW, *cuts[:-1]])
    high = int(starts[-1]) + cuts[-1]
    spans = list(zip(starts.tolist(), offsets, strict=False))
    held = instants_of(local)
    shown = {t for t in range(LOW, high) if t + [offset for start, offset in spans if start <= t][-1] in held}
    moved = from_local(local, starts, np.array(offsets[: len(starts)]), high)
    assert instants_of(moved) == shown
    assert are_canonical(moved)


# --- the horizon

YEAR_2026, YEAR_2027, YEAR_2028 = (first_day(year) * DAY for year in (2026, 2027, 2028))


class Compiled:
    """Open time whose compilations are counted."""

    def __init__(self, intervals: list[tuple[int, int]], limit: int = END, valid_until: dt.date | None = None) -> None:
        self.asked: list[tuple[int, int]] = []
        self._intervals = arrays(intervals)
        self.time = OpenTime(self._compile, limit, valid_until)

    def _compile(self, low: int, high: int) -> Any:
        self.asked.append((low, high))
        return clip(self._intervals, low, high)


def test_a_clock_is_compiled_for_whole_years_and_kept() -> None:
    compiled = Compiled([(YEAR_2026, YEAR_2026 + 5)])
    first = compiled.time.holding("f", YEAR_2026)
    assert (first.low, first.high) == (YEAR_2026, YEAR_2027)
    assert compiled.time.holding("f", YEAR_2027 - 1) is first
    assert compiled.time.holding("f", YEAR_2026, YEAR_2027, last=0) is first
    longer = compiled.time.holding("f", YEAR_2027)
    assert (longer.low, longer.high) == (YEAR_2026, YEAR_2028)
    earlier = compiled.time.holding("f", np.array([YEAR_2026 - 1, YEAR_2026]))
    assert (earlier.low, earlier.high) == (first_day(2025) * DAY, YEAR_2028)
    assert compiled.time.holding("f", YEAR_2027) is earlier
    assert len(compiled.asked) == 3


def test_a_stretch_that_ends_at_new_year_needs_the_old_year_alone() -> None:
    compiled = Compiled([])
    assert compiled.time.holding("f", YEAR_2027, last=0).high == YEAR_2027
    assert compiled.asked == [(YEAR_2026, YEAR_2027)]


def test_nothing_at_or_after_the_limit_is_compiled_or_answered() -> None:
    compiled = Compiled([], limit=YEAR_2026 + 7, valid_until=dt.date(2026, 1, 1))
    assert compiled.time.holding("f", YEAR_2026 + 6).high == YEAR_2026 + 7
    assert compiled.time.ahead("f", 100, YEAR_2026).high == YEAR_2026 + 7
    words = (
        r"^f: valid_until must not lie before the question or its answer, got 2026-01-01\. Give the calendar the hol"
    )
    with refuses(InvalidInput, words):
        compiled.time.holding("f", YEAR_2026 + 7)
    unlimited = Compiled([], limit=YEAR_2026)
    with refuses(InvalidInput, r"^f: the answer must lie before the year 2300, got a later one\.$"):
        unlimited.time.holding("f", YEAR_2026)


def test_as_far_ahead_as_is_asked() -> None:
    compiled = Compiled([])
    clock = compiled.time.ahead("f", 40, YEAR_2026, np.array([YEAR_2026 + 1, YEAR_2026 + 9]))
    assert (clock.low, clock.high) == (YEAR_2026, YEAR_2026 + 9 + 40 + 1)


TEN_YEARS = 3_653 * DAY


@pytest.mark.parametrize("more", [0, DAY])
def test_open_time_within_ten_years_is_found_and_later_is_not(more: int) -> None:
    at = YEAR_2026 + TEN_YEARS - DAY
    opens = at + more
    compiled = Compiled([(YEAR_2026, YEAR_2026 + 5), (opens, opens + 5)])
    clock, spent = compiled.time.spent(YEAR_2026, 7, "f")
    assert clock.latest_one(spent) == opens + 2
    with refuses(
        Infeasible, r"^f: t must be followed by open time, got 2036-01-0. .*\. The calendar has no open time w"
    ):
        compiled.time.spent(YEAR_2026, 10, "f")


@given(gaps=st.lists(st.integers(1, 900), min_size=1, max_size=5), budget=st.integers(0, 30))
def test_a_budget_is_spent_over_as_many_years_as_it_takes(gaps: list[int], budget: int) -> None:
    starts = (YEAR_2026 + np.cumsum(gaps) * DAY).tolist()
    compiled = Compiled([(start, start + 7) for start in starts])
    instants = [t for start in starts for t in range(start, start + 7)]
    if budget < len(instants):
        clock, spent = compiled.time.spent(YEAR_2026, budget, "f")
        assert clock.latest_one(spent) == instants[budget]
    if budget <= len(instants):
        end = starts[-1] + 8
        back = compiled.time.reaching_back(end, budget, "f")
        found = latest_or(back, back.passed_one(end) - budget, budget, end)
        assert found == (instants[-budget] if budget else end)


def test_who_looks_further_says_of_what() -> None:
    compiled = Compiled([])
    clock = compiled.time.holding("f", YEAR_2026)
    with refuses(Infeasible, "^f: target must be followed by open time, got 2026-01-01"):
        compiled.time.reaching(clock, lambda _: 1, YEAR_2026, "f", "target")
    with refuses(Infeasible, "^f: x must be followed by closing time, got 2026-01-01.* has no closing time within ten"):
        compiled.time.longer(compiled.time.ahead("f", TEN_YEARS, YEAR_2026), YEAR_2026, "f", "closing time", name="x")


def test_ten_years_are_counted_from_the_last_open_time_that_was_found() -> None:
    starts = [first_day(year) * DAY for year in (1990, 1999, 2008, 2017)]
    compiled = Compiled([(start, start + 5) for start in starts])
    for budget in range(20):
        clock, spent = compiled.time.spent(starts[0], budget, "f")
        assert clock.latest_one(spent) == starts[budget // 5] + budget % 5
    again = Compiled([(start, start + 5) for start in starts])
    for budget in range(1, 21):
        end = first_day(2026) * DAY
        clock = again.time.reaching_back(end, budget, "f")
        assert clock.latest_one(clock.passed_one(end) - budget) == starts[-1 - (budget - 1) // 5] + 4 - (budget - 1) % 5


def test_a_long_budget_takes_few_compilations() -> None:
    days = range(first_day(1950), first_day(2050))
    ahead, behind = (Compiled([(day * DAY, day * DAY + DAY // 3) for day in days]) for _ in range(2))
    at = first_day(2000) * DAY
    budget = 40 * 365 * (DAY // 3)
    ahead.time.spent(at, budget, "f")
    behind.time.reaching_back(at, budget, "f")
    assert len(ahead.asked) <= 3
    assert len(behind.asked) <= 3


def test_looking_back_ends_after_ten_years_or_in_1900() -> None:
    compiled = Compiled([(YEAR_2026, YEAR_2026 + 5)])
    assert compiled.time.reaching_back(YEAR_2027, 5, "f").low == YEAR_2026
    with refuses(
        Infeasible, r"^f: t must be preceded by open time, got 2027-01-01 .*\. The calendar has no open time w"
    ):
        compiled.time.reaching_back(YEAR_2027, 6, "f")
    old = Compiled([])
    with refuses(Infeasible, "^f: t must be preceded by open time in the years 1900 to 2299, got 1901"):
        old.time.reaching_back(first_day(1901) * DAY, 1, "f")
    assert old.asked[-1][0] == FIRST


def test_no_budget_is_spent_where_one_stands() -> None:
    clock = Clock(0, 100, arrays([(10, 20), (30, 40)]))
    passed, budget, at = np.array([0, 5, 15]), np.array([0, 5, 0]), np.array([3, 4, 5])
    assert latest_or(clock, passed, budget, at).tolist() == [3, 15, 5]
    assert latest_or(clock, passed, 5, at).tolist() == [10, 15, 35]
    assert latest_or(clock, 5, 0, 3) == 3


# --- laying out

RULES = st.builds(
    lambda tz, hours, holiday, tails, weekly_break: read_layout(
        read_week({"mon-thu": hours, "sun": "20:00-19:00"}, "weekly"),
        {dt.date(2026, 1, 3): ("22:00-21:00",), dt.date(2025, 12, 30): ()},
        [dt.date(2026, 1, 1)] if holiday else [],
        {"tue": ("12:00-13:00",), "2026-01-02": ("23:00-01:00",)} if weekly_break else {},
        holidays_cut=tails,
        tz=tz,
    ),
    zones | st.sampled_from(["Pacific/Kiritimati", "Etc/GMT+12"]),
    st.sampled_from(["00:00-24:00", "09:00-08:00", "23:00-22:59", "10:00-11:00"]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
HOUR = 3600 * 10**6


@given(rules=RULES, start=st.integers(-200, 200), length=st.integers(1, 90))
def test_a_stretch_is_open_where_a_longer_one_is(rules: Any, start: int, length: int) -> None:
    low = YEAR_2026 + start * HOUR
    high = low + length * HOUR
    short = open_intervals(rules, low, high)
    longer = clip(open_intervals(rules, low - 9 * DAY, high + 9 * DAY), low, high)
    assert [part.tolist() for part in short] == [part.tolist() for part in longer]


def test_dates_are_those_of_the_wall_clock() -> None:
    calendar = Calendar(weekly={}, tz="UTC", overrides={"1970-01-01": "00:00-01:00", "2026-03-02": "09:00-10:00"})
    found = calendar.intervals(np.datetime64("1969-01-01"), np.datetime64("2027-01-01"))
    assert found.opens.astype("M8[h]").astype(str).tolist() == ["1970-01-01T00", "2026-03-02T09"]
    week = Calendar(weekly={"wed": "09:00-10:00"}, tz="UTC", breaks={"wed": "09:15-09:30"})
    found = week.intervals(np.datetime64("2026-03-01"), np.datetime64("2026-03-08"))
    assert found.opens.astype("M8[m]").astype(str).tolist() == ["2026-03-04T09:00", "2026-03-04T09:30"]


# --- hours as text


@pytest.mark.parametrize(
    ("key", "days"),
    [
        ("mon", [0]),
        ("fri-mon", [4, 5, 6, 0]),
        ("Mon - Fri", [0, 1, 2, 3, 4]),
        ("sun,tuesday", [6, 1]),
        ("wed-wed", [2]),
        ("mon-sun", [0, 1, 2, 3, 4, 5, 6]),
        ("thu-wed", [3, 4, 5, 6, 0, 1, 2]),
    ],
)
def test_a_day_key_names_days_in_their_order(key: str, days: list[int]) -> None:
    assert weekdays(key, "weekly") == days


@pytest.mark.parametrize(
    ("hours", "written"),
    [
        ("9:00-18:00", ("09:00-18:00",)),
        (" 09:00 - 18:00 , ", ("09:00-18:00",)),
        ("13:00-14:00,09:00-10:00", ("09:00-10:00", "13:00-14:00")),
        (["09:00-10:00", "10:00-11:00"], ("09:00-11:00",)),
        (["09:00-12:00", "10:00-11:00"], ("09:00-12:00",)),
        (["09:00-10:00", "10:00:00.000001-11:00"], ("09:00-10:00", "10:00:00.000001-11:00")),
        ("00:00-24:00", ("00:00-24:00",)),
        ("22:00-00:00", ("22:00-24:00",)),
        ("22:00-06:00", ("22:00-06:00",)),
        ("09:05:07-10:00:30.25", ("09:05:07-10:00:30.25",)),
        ("23:59:59.999999-24:00:00", ("23:59:59.999999-24:00",)),
        (["00:00-24:00", "23:00-13:00"], ("00:00-24:00", "23:59-13:00")),
        (["00:00-24:00", "23:59:30-23:59:10"], ("00:00-24:00", "23:59:59.999999-23:59:10")),
        (["10:00-20:00", "19:00-09:00"], ("10:00-09:00",)),
        (["10:00-20:00", "19:00-10:00"], ("10:00-24:00", "23:59-10:00")),
        ([], ()),
        ("", ()),
    ],
)
def test_hours_are_written_in_one_way(hours: Any, written: tuple[str, ...]) -> None:
    assert canonical_hours(hours, "weekly") == written
    assert canonical_hours(list(written), "weekly") == written


minutes = st.integers(0, 24 * 60 - 1)
texts = st.lists(
    st.tuples(minutes, minutes)
    .filter(lambda ends: ends[0] != ends[1])
    .map(lambda ends: "-".join(f"{at // 60:02d}:{at % 60:02d}" for at in ends)),
    max_size=4,
)


@given(hours=texts)
def test_what_is_written_is_open_at_the_same_times(hours: list[str]) -> None:
    minute = 60 * 10**6

    def shown(of: Any) -> set[int]:
        return {at for start, end in of for at in range(start // minute, -(-end // minute))}

    assert shown(pieces(canonical_hours(hours, "weekly"))) == shown(_hours._pieces(hours, "weekly"))


@pytest.mark.parametrize(
    "hours",
    [
        "24:00:00.000001-12:00",
        "12:60-13:00",
        "12:00:60-13:00",
        "9-10",
        "12:00-13:00-14:00",
        "09:00:00.1234567-10:00",
        5,
    ],
)
def test_what_is_no_time_of_day_is_refused(hours: Any) -> None:
    with pytest.raises(
        ValidationError, match='weekly must be hours such as "09:00-18:00", or a list of them, got '
    ) as caught:
        Calendar(weekly={"mon": hours}, tz="UTC")
    assert f"got {hours!r}." in str(caught.value)


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (
            {"weekly": {"mon": "09:00-09:00"}},
            "weekly must start and end at different times, got '09:00-09:00'. Write \"00:00-24:00\" for",
        ),
        ({"weekly": {"mon": "24:00-10:00"}}, "weekly must use 24:00 as an end only, got '24:00-10:00'."),
        (
            {"weekly": {"mo-fri": "09:00-10:00"}},
            'weekly must be a day or days such as "mon", "mon-fri" or "mon,wed", got \'mo-fri\'. Did you mean \'mon\'?',
        ),
        ({"weekly": {5: "09:00-10:00"}}, 'weekly must be a day or days such as "mon", "mon-fri" or "mon,wed", got 5.'),
        (
            {"weekly": {"mon-fr": "09:00-10:00"}},
            'weekly must be a day or days such as "mon", "mon-fri" or "mon,wed", got \'mon-fr\'. Did you mean \'fri\'?',
        ),
        ({"weekly": 5}, "weekly must be a mapping of days to hours, got 5."),
        (
            {"breaks": {"mon-wed": "09:00-10:00", "wed": "12:00-13:00"}},
            "breaks must name wed under one key only, got 'wed'.",
        ),
    ],
)
def test_what_cannot_be_read_is_named_whole(rules: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Calendar.model_validate({"weekly": {}, "tz": "UTC", **rules})
    assert f"Value error, {words}" in str(caught.value)


def test_a_week_may_be_a_list_of_seven() -> None:
    assert read_week([["09:00-10:00"], *[[]] * 6], "weekly") == (("09:00-10:00",), *[()] * 6)


# --- what the calendar says


def test_a_stretch_that_ends_before_it_begins_is_refused_with_both_ends() -> None:
    calendar = Calendar(weekly={"mon": "09:00-10:00"}, tz="UTC")
    later, earlier = np.datetime64("2026-03-02T00:00:01"), np.datetime64("2026-03-02T00:00:00")
    with refuses(InvalidInput, rf"^Calendar.intervals: b must not be before a, {later}, got {earlier}\.$"):
        calendar.intervals(later, earlier)
    assert len(calendar.intervals(later, later)) == 0


SPAN = dt.timedelta(hours=1)
ASKS = {
    "is_open t": lambda c, t, _: c.is_open(t),
    "between a": lambda c, t, sound: c.between(t, sound),
    "between b": lambda c, t, sound: c.between(sound, t),
    "due t": lambda c, t, _: c.due(t, SPAN),
    "reached t": lambda c, t, _: c.reached(t, SPAN),
    "back t": lambda c, t, _: c.back(t, SPAN),
    "next_open t": lambda c, t, _: c.next_open(t),
    "next_close t": lambda c, t, _: c.next_close(t),
    "intervals a": lambda c, t, sound: c.intervals(t, sound),
    "intervals b": lambda c, t, sound: c.intervals(sound, t),
}


@pytest.mark.parametrize("asked", ASKS)
def test_every_question_names_itself_and_the_instant_at_fault(asked: str) -> None:
    method, name = asked.split()
    known = Calendar(weekly={"mon-sun": "09:00-10:00"}, tz="UTC", valid_until="2026-03-02")
    sound = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    with refuses(AmbiguousTime, f"^Calendar.{method}: {name} must be .*, got naive 2026-03-01"):
        ASKS[asked](known, dt.datetime(2026, 3, 1), sound)
    with refuses(InvalidInput, f"^Calendar.{method}: {name} must .*, got 'monday'"):
        ASKS[asked](known, "monday", sound)
    after = np.datetime64("2026-03-03T00:00:01")
    with refuses(InvalidInput, f"^Calendar.{method}: valid_until must not lie before the question or its answer"):
        ASKS[asked](known, after, np.datetime64("2026-03-04") if asked == "intervals a" else sound)


@pytest.mark.parametrize("method", ["due", "reached", "back"])
def test_every_budget_is_named(method: str) -> None:
    with refuses(InvalidInput, f"^Calendar.{method}: target must be at least 0"):
        getattr(Calendar.always(), method)(np.datetime64("2026-03-02"), -SPAN)


def test_a_stretch_may_end_with_the_last_day() -> None:
    known = Calendar(weekly={"mon-sun": "09:00-10:00"}, tz="UTC", valid_until="2026-03-02")
    first, end = np.datetime64("2026-03-01"), np.datetime64("2026-03-03")
    assert len(known.intervals(first, end)) == 2
    assert known.between(first, end) == 2 * SPAN
    assert known.back(end, SPAN).isoformat() == "2026-03-02T09:00:00+00:00"


def test_columns_of_unequal_length_are_refused_by_their_names() -> None:
    calendar = Calendar.always()
    two, three = (np.full(n, "2026-03-02", "M8[us]") for n in (2, 3))
    spans = np.zeros(3, "m8[us]")
    with refuses(InvalidInput, "^Calendar.between: a, b must be equally long"):
        calendar.between(two, three)
    for method in ("due", "reached", "back"):
        with refuses(InvalidInput, f"^Calendar.{method}: t, target must be equally long"):
            getattr(calendar, method)(two, spans)


@pytest.mark.parametrize("tails", ["clip", "run"])
def test_a_holiday_cuts_the_tail_of_the_evening_before_if_it_is_clipped(tails: Any) -> None:
    rules: Any = {"weekly": {"mon-sun": "22:00-02:00"}, "tz": "UTC", "holidays": ["2026-03-03"], "holiday_tails": tails}
    calendar = Calendar(**rules)
    assert calendar.is_open(np.datetime64("2026-03-03T01:00")) == (tails == "run")
    assert not calendar.is_open(np.datetime64("2026-03-03T23:00"))


def test_two_calendars_answer_until_the_first_of_their_last_days() -> None:
    week: Any = {"mon-sun": "09:00-10:00"}
    known = Calendar(weekly=week, tz="UTC", valid_until="2026-03-02")
    longer = Calendar(weekly=week, tz="UTC", valid_until="2026-03-05")
    for both in (known | longer, longer & known, longer - known):
        assert both.valid_until == dt.date(2026, 3, 2)
        both.is_open(np.datetime64("2026-03-02T23:59"))
        with refuses(InvalidInput, "^Calendar.is_open: valid_until must not lie before"):
            both.is_open(np.datetime64("2026-03-03"))
    west = Calendar(weekly=week, tz="America/New_York", valid_until="2026-03-02")
    assert not west.is_open(np.datetime64("2026-03-03T04:59"))
    with refuses(InvalidInput, "got 2026-03-02"):
        west.is_open(np.datetime64("2026-03-03T05:00"))
