"""Opening hours: the vectors, the laws, and a walk over the wall clock as the referee."""

from __future__ import annotations

import datetime as dt
import json
import pickle
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core.calendar import Calendar
from socialmkt.core.errors import AmbiguousTime, Infeasible, InvalidInput
from tests.refusals import refuses
from tests.strategies import COLUMN_KINDS, zones

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "core_calendar.json").read_text(encoding="utf-8"))
CALENDARS = {name: Calendar.model_validate(rules) for name, rules in VECTORS["calendars"].items()}
US = np.timedelta64(1, "us")
W95 = CALENDARS["W95 UTC"]


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def seconds(number: float) -> dt.timedelta:
    return dt.timedelta(seconds=number)


@pytest.mark.parametrize(("name", "a", "b", "open_seconds"), VECTORS["between"])
def test_between_gives_the_open_time_of_the_vector(name: str, a: str, b: str, open_seconds: float) -> None:
    assert CALENDARS[name].between(utc(a), utc(b)) == seconds(open_seconds)
    assert CALENDARS[name].between(utc(b), utc(a)) == -seconds(open_seconds)


@pytest.mark.parametrize(
    ("method", "name", "t", "target", "answer"),
    [(method, *row) for method in ("due", "reached", "back") for row in VECTORS[method]],
)
def test_the_inverses_give_the_instant_of_the_vector(method: str, name: str, t: str, target: int, answer: str) -> None:
    assert getattr(CALENDARS[name], method)(utc(t), seconds(target)) == utc(answer)


def test_a_fold_is_open_both_times() -> None:
    fold = CALENDARS["sunday fold"]
    assert fold.is_open(utc("2026-11-01T05:15"))
    assert fold.is_open(utc("2026-11-01T06:15"))


# --- the referee: every minute of some days, read off the wall clock

CHANGES = [
    ("Europe/Berlin", "2026-03-29"),
    ("America/New_York", "2026-11-01"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Antarctica/Troll", "2026-03-29"),
    ("Africa/Casablanca", "2026-02-15"),
    ("Pacific/Apia", "2011-12-30"),
    ("America/St_Johns", "2006-10-29"),
    ("America/Sao_Paulo", "2018-11-04"),
    ("Europe/Dublin", "2026-10-25"),
    ("Asia/Kathmandu", "1986-01-01"),
]
times = st.integers(0, 47).map(lambda half: f"{half // 2:02d}:{half % 2 * 30:02d}")
piece = st.tuples(times, times).filter(lambda ends: ends[0] != ends[1]).map("-".join)
hours = st.lists(piece, max_size=2)


@st.composite
def calendars(draw: st.DrawFn, around: dt.date, tz: str) -> Calendar:
    near = st.integers(-3, 3).map(lambda days: around + dt.timedelta(days=days))
    return Calendar(
        weekly={day: draw(hours) for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
        tz=tz,
        holidays=draw(st.lists(near, max_size=2)),
        overrides=draw(st.dictionaries(near, hours, max_size=2)),
        breaks=draw(st.dictionaries(st.one_of(near, st.sampled_from(["mon", "sat-sun"])), hours, max_size=2)),
        holiday_tails=draw(st.sampled_from(["clip", "run"])),
    )


def _minutes(text: str) -> tuple[int, int]:
    start, end = (int(part[:2]) * 60 + int(part[3:5]) for part in text.split("-"))
    return start, end if end > start else end + 1440


def _covers(texts: tuple[str, ...], minute: int) -> bool:
    return any(start <= minute < end for start, end in map(_minutes, texts))


def wall_clock_says_open(calendar: Calendar, instant: dt.datetime) -> bool:
    """The meaning of open, word by word, with no array and no arithmetic of instants."""
    local = instant.astimezone(ZoneInfo(calendar.tz))
    today, minute = local.date(), local.hour * 60 + local.minute
    yesterday = today - dt.timedelta(days=1)

    def starts(day: dt.date) -> tuple[str, ...]:
        if day in calendar.overrides:
            return calendar.overrides[day]
        return () if day in calendar.holidays else calendar.weekly[day.weekday()]

    def broken(day: dt.date, at: int) -> bool:
        names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        weekly, dated = calendar.breaks.get(names[day.weekday()], ()), calendar.breaks.get(day.isoformat(), ())
        return _covers(weekly + dated, at)

    tail_cut = calendar.holiday_tails == "clip" and today in calendar.holidays
    is_open = _covers(starts(today), minute) or (_covers(starts(yesterday), minute + 1440) and not tail_cut)
    return is_open and not broken(today, minute) and not broken(yesterday, minute + 1440)


@given(data=st.data(), change=st.sampled_from(CHANGES))
def test_the_compiled_clock_agrees_with_a_walk_over_the_wall_clock(data: Any, change: tuple[str, str]) -> None:
    tz, day = change
    calendar = data.draw(calendars(dt.date.fromisoformat(day), tz))
    start = utc(day) - dt.timedelta(days=2)
    step = dt.timedelta(minutes=15)
    walk = [start + step * i for i in range(4 * 24 * 4)]
    expected = [wall_clock_says_open(calendar, instant) for instant in walk]
    assert calendar.is_open(walk).tolist() == expected
    assert [calendar.is_open(instant) for instant in walk[::37]] == expected[::37]
    assert calendar.between(walk[0], walk[-1]) == step * sum(expected[:-1])
    table = calendar.intervals(walk[0], walk[-1])
    assert (table.closes - table.opens).sum() == np.timedelta64(step * sum(expected[:-1]))


# --- laws

instants = st.integers(int(utc("2024-06-01").timestamp()), int(utc("2027-06-01").timestamp()))
some_calendars = st.builds(
    lambda zone, week, extra: Calendar(weekly={"mon-fri": [*week, "09:15-10:00"], "sat": extra}, tz=zone),
    zones,
    hours,
    hours,
)
columns_of_instants = st.lists(instants, min_size=1, max_size=8).map(lambda s: np.array(s, dtype="M8[s]"))
columns_of_spans = st.lists(st.integers(0, 10**6), min_size=8, max_size=8).map(lambda s: np.array(s, dtype="m8[s]"))


@given(calendar=some_calendars, t=columns_of_instants, target=columns_of_spans, reply=instants)
def test_a_reply_is_on_time_if_and_only_if_its_open_time_fits(
    calendar: Calendar, t: Any, target: Any, reply: int
) -> None:
    replied, target = np.datetime64(reply, "s"), target[: len(t)]
    due = calendar.due(t, target)
    assert ((replied <= due) == (calendar.between(t, replied) <= target)).all()
    assert (calendar.between(t, due) == target).all()
    assert (calendar.between(t, due + US) == target + US).all()


@given(calendar=some_calendars, t=columns_of_instants, target=columns_of_spans)
def test_reached_and_back_bracket_the_budget(calendar: Calendar, t: Any, target: Any) -> None:
    target = target[: len(t)]
    reached, due, back = calendar.reached(t, target), calendar.due(t, target), calendar.back(t, target)
    assert (reached >= t).all()
    assert (reached <= due).all()
    assert (calendar.between(t, reached) == target).all()
    assert ((calendar.between(t, reached - US) < target) | (target == np.timedelta64(0, "us"))).all()
    assert (back <= t).all()
    assert (calendar.between(back, t) == target).all()
    assert ((calendar.between(back + US, t) < target) | (target == np.timedelta64(0, "us"))).all()
    assert (calendar.due(back, target) >= t).all()


@given(calendar=some_calendars, t=columns_of_instants, target=columns_of_spans)
def test_scalars_and_columns_agree(calendar: Calendar, t: Any, target: Any) -> None:
    target = target[: len(t)]
    aware = [utc(str(instant)) for instant in t]
    spans = target.tolist()
    assert calendar.between(t, t[0]).tolist() == [calendar.between(at, aware[0]) for at in aware]
    for method in ("due", "reached", "back"):
        ask = getattr(calendar, method)
        expected = [ask(at, span).replace(tzinfo=None) for at, span in zip(aware, spans, strict=True)]
        assert ask(t, target).tolist() == expected
        assert ask(aware[0], target[0]) == ask(t[0], spans[0])
    for method in ("next_open", "next_close"):
        ask = getattr(calendar, method)
        assert ask(t).tolist() == [ask(at).replace(tzinfo=None) for at in aware]


@given(calendar=some_calendars, t=columns_of_instants, seed=st.randoms(use_true_random=False))
def test_the_order_of_questions_does_not_matter(calendar: Calendar, t: Any, seed: Any) -> None:
    fresh = pickle.loads(pickle.dumps(calendar))
    questions = [lambda c, at=at: (c.due(at, seconds(40_000)), c.back(at, seconds(40_000))) for at in t]
    answers = [question(calendar) for question in questions]
    order = list(range(len(t)))
    seed.shuffle(order)
    for at in order:
        assert questions[at](fresh) == answers[at]


@given(a=some_calendars, b=some_calendars, t=columns_of_instants)
def test_the_algebra_is_that_of_sets(a: Calendar, b: Calendar, t: Any) -> None:
    in_a, in_b = a.is_open(t), b.is_open(t)
    assert ((a | b).is_open(t) == (in_a | in_b)).all()
    assert ((a & b).is_open(t) == (in_a & in_b)).all()
    assert ((a - b).is_open(t) == (in_a & ~in_b)).all()
    always = Calendar.always()
    assert ((always - (a | b)).is_open(t) == ((always - a) & (always - b)).is_open(t)).all()
    either, both = (a | b).between(t[0], t), (a & b).between(t[0], t)
    assert (either + both == a.between(t[0], t) + b.between(t[0], t)).all()


@given(calendar=some_calendars, t=columns_of_instants)
def test_closing_times_end_open_time_and_opening_times_begin_it(calendar: Calendar, t: Any) -> None:
    closes, opens = calendar.next_close(t), calendar.next_open(t)
    assert (closes > t).all()
    assert (opens >= t).all()
    assert not calendar.is_open(closes).any()
    assert calendar.is_open(closes - US).all()
    assert calendar.is_open(opens).all()
    assert (calendar.between(t, opens) == np.timedelta64(0, "us")).all()


def test_a_table_too_large_gives_the_same_answers_by_search() -> None:
    blinking = Calendar(
        weekly={"mon-sun": [f"{h:02d}:{m:02d}:00-{h:02d}:{m:02d}:01" for h in range(24) for m in range(60)]}, tz="UTC"
    )
    t = np.datetime64("2026-01-01") + np.arange(0, 40_000, 97).astype("m8[s]")
    far = np.datetime64("2028-01-01")
    assert blinking.between(t, far).tolist() == [blinking.between(at, far) for at in t]
    due = blinking.due(t, np.timedelta64(90, "s"))
    assert due.tolist() == [blinking.due(at, seconds(90)).replace(tzinfo=None) for at in t]


@pytest.mark.parametrize("make", COLUMN_KINDS)
def test_every_kind_of_column_gives_the_same_answer(make: Any) -> None:
    t = make([utc("2026-03-06T16:30"), utc("2026-03-07T10:00")])
    assert W95.due(t, seconds(3600)).astype("M8[m]").astype(str).tolist() == ["2026-03-09T09:30", "2026-03-09T10:00"]


def test_empty_columns_give_empty_columns() -> None:
    none = np.array([], dtype="M8[us]")
    no_spans = np.array([], dtype="m8[us]")
    for calendar in (W95, Calendar(weekly={}, tz="UTC"), W95.model_copy(update={"valid_until": "1960-01-01"})):
        assert calendar.is_open(none).dtype == np.bool_
        assert calendar.between(none, none).dtype == np.dtype("m8[us]")
        assert calendar.next_close(none).dtype == np.dtype("M8[us]")
        for method in ("due", "reached", "back"):
            assert getattr(calendar, method)(none, no_spans).dtype == np.dtype("M8[us]")


# --- how it is written


def test_equal_rules_are_equal_however_they_are_written() -> None:
    a = Calendar(weekly={"Mon - Fri": "9:00-12:00,11:00-18:00", "saturday": []}, tz="UTC", holidays=["2026-01-01"])
    b = Calendar(
        weekly={"fri-mon": ["09:00-18:00"], "tue,wed,thu": "09:00:00-18:00"},
        tz="UTC",
        holidays={dt.date(2026, 1, 1)},
    )
    weekdays_only = b.model_copy(update={"weekly": {"mon,tue,wed,thu,fri": "09:00-18:00"}})
    assert a == weekdays_only
    assert hash(a) == hash(weekdays_only)
    assert a.model_dump_json() == weekdays_only.model_dump_json()
    assert a != b
    assert Calendar.model_validate_json(a.model_dump_json()) == a
    assert Calendar.model_validate_json((a | b).model_dump_json()) == a | b


def test_a_holiday_that_is_overridden_says_nothing() -> None:
    rules = {"weekly": {"mon": "09:00-10:00"}, "tz": "UTC", "overrides": {"2026-03-02": "08:00-09:00"}}
    assert Calendar.model_validate({**rules, "holidays": ["2026-03-02"]}) == Calendar.model_validate(rules)


def test_hours_of_more_than_a_day_are_kept_apart_and_merged_on_the_time_line() -> None:
    long = Calendar(weekly={"mon": ["00:00-24:00", "20:30-13:00"]}, tz="UTC")
    assert Calendar.model_validate_json(long.model_dump_json()) == long
    assert long.between(utc("2026-03-02T00:00"), utc("2026-03-04T00:00")) == dt.timedelta(hours=37)
    last = Calendar(weekly={"mon": ["00:00-24:00", "23:59:59.999999-23:59:59.5"]}, tz="UTC")
    assert Calendar.model_validate_json(last.model_dump_json()) == last
    assert last.between(utc("2026-03-02T00:00"), utc("2026-03-05T00:00")) == seconds(2 * 86400 - 0.5)


def test_midnight_ends_are_one_and_the_same() -> None:
    assert Calendar(weekly={"mon": "22:00-00:00"}, tz="UTC") == Calendar(weekly={"mon": "22:00-24:00"}, tz="UTC")


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"weekly": {"mon": "09:00-09:00"}}, "00:00-24:00"),
        ({"weekly": {"mon-fri": "09:00-10:00", "fri": "11:00-12:00"}}, "name fri under one key only, got 'fri'"),
        ({"weekly": {0: "09:00-10:00"}}, "weekly must be a day or days"),
        ({"weekly": {"mo": "09:00-10:00"}}, "Did you mean 'mon'"),
        ({"weekly": {"mon": "09:00"}}, "weekly must be hours such as"),
        ({"weekly": {"mon": "24:00-10:00"}}, "use 24:00 as an end only"),
        ({"weekly": {"mon": "09:61-10:00"}}, "weekly must be hours such as"),
        ({"weekly": {"mon": "25:00-26:00"}}, "weekly must be hours such as"),
        ({"weekly": {"mon": [9, 10]}}, "weekly must be hours such as"),
        ({"weekly": "mon 09:00-10:00"}, "weekly must be a mapping"),
        ({"holidays": [utc("2026-01-01")]}, "holidays must be a date or its ISO text"),
        ({"holidays": ["1 Jan"]}, "holidays must be a date or its ISO text"),
        ({"holidays": "2026-01-01"}, "holidays must be a list of dates"),
        ({"overrides": {"2026-01-01": [], dt.date(2026, 1, 1): []}}, "overrides must name each date under one key"),
        ({"overrides": [1]}, "overrides must be a mapping"),
        ({"breaks": ["12:00-13:00"]}, "breaks must be a mapping"),
        ({"breaks": {"mon-tue": "12:00-13:00", "tue": "14:00-15:00"}}, "breaks must name tue under one key"),
        ({"tz": "Asia/Shangai"}, "Did you mean 'Asia/Shanghai'"),
        ({"valid_until": utc("2026-01-01")}, "valid_until must be a date"),
        ({"parts": (W95,)}, "parts must be the two calendars of an operation"),
    ],
)
def test_rules_that_cannot_be_read_are_refused_by_name(rules: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Calendar.model_validate({"weekly": {}, "tz": "UTC", **rules})


# --- questions that have no answer

NEVER = Calendar(weekly={}, tz="UTC")
ONCE = Calendar(weekly={}, tz="UTC", overrides={"2026-03-02": "09:00-10:00"})
UNTIL = W95.model_copy(update={"valid_until": dt.date(2026, 12, 31)})
NOON = utc("2026-03-02T12:00")


@pytest.mark.parametrize(
    "ask",
    [
        lambda: NEVER.due(NOON, seconds(1)),
        lambda: NEVER.reached(NOON, seconds(1)),
        lambda: NEVER.next_open(NOON),
        lambda: NEVER.back(NOON, seconds(1)),
        lambda: ONCE.due(NOON, seconds(0)),
        lambda: ONCE.back(NOON, seconds(3601)),
        lambda: (W95 - W95).next_open([NOON, NOON]),
    ],
)
def test_a_calendar_that_does_not_open_has_no_answer(ask: Any) -> None:
    with refuses(Infeasible, "has no open time"):
        ask()


def test_a_calendar_that_does_not_close_has_no_closing_time() -> None:
    with refuses(Infeasible, "has no closing time"):
        Calendar.always().next_close(NOON)
    with refuses(Infeasible, "target must be at most 400 years"):
        Calendar.always().due(NOON, dt.timedelta(days=200_000))


TWICE = Calendar(weekly={}, tz="UTC", overrides={"2026-03-02": "09:00-10:00", "2036-06-05": "09:00-10:00"})


@pytest.mark.parametrize("asked_before", [[], ["2026-01-01", "2041-01-01"], ["1990-01-01", "2036-01-01"]])
@pytest.mark.parametrize(
    ("ask", "lacks"),
    [
        (lambda c: c.next_open(NOON), "open time"),
        (lambda c: c.due(utc("2026-03-02T09:00"), seconds(3600)), "open time"),
        (lambda c: c.reached([utc("2036-06-01"), NOON], seconds(1)), "open time"),
        (lambda c: c.back(utc("2036-06-05T09:30"), seconds(1801)), "open time"),
        (lambda c: c.back([utc("2026-03-03"), utc("2036-06-05")], seconds(60)), "open time"),
        (lambda c: (Calendar.always() - c).next_close(NOON), "closing time"),
        (lambda c: (Calendar.always() - c).next_close([utc("2036-01-01"), NOON]), "closing time"),
    ],
)
def test_what_lies_beyond_ten_years_has_no_answer_whatever_was_asked_before(
    asked_before: list[str], ask: Any, lacks: str
) -> None:
    calendar = pickle.loads(pickle.dumps(TWICE))
    for instant in asked_before:
        calendar.is_open(utc(instant))
    with refuses(Infeasible, f"has no {lacks} within ten years"):
        ask(calendar)


def test_what_lies_within_ten_years_is_found() -> None:
    assert TWICE.next_open(utc("2026-06-06")) == utc("2036-06-05T09:00")
    assert TWICE.reached(utc("2026-03-02T09:00"), seconds(3600)) == utc("2026-03-02T10:00")
    assert TWICE.back(utc("2036-03-01"), seconds(60)) == utc("2026-03-02T09:59")
    assert TWICE.back(utc("2036-06-05T09:30"), seconds(1800)) == utc("2036-06-05T09:00")
    assert (Calendar.always() - TWICE).next_close(utc("2026-06-06")) == utc("2036-06-05T09:00")


def test_no_open_time_is_no_time_between() -> None:
    assert NEVER.between(NOON, utc("2027-03-02")) == seconds(0)
    assert len(NEVER.intervals(NOON, utc("2027-03-02"))) == 0
    assert NEVER.reached(NOON, seconds(0)) == NEVER.back(NOON, seconds(0)) == NOON
    assert ONCE.back(NOON, seconds(3600)) == utc("2026-03-02T09:00")


@pytest.mark.parametrize(
    "ask",
    [
        lambda: UNTIL.is_open(utc("2027-01-01")),
        lambda: UNTIL.between(NOON, utc("2027-01-01T00:00:01")),
        lambda: UNTIL.due(utc("2026-12-31T16:30"), seconds(3600)),
        lambda: UNTIL.next_close(utc("2026-12-31T17:00")),
        lambda: (UNTIL | Calendar.always()).is_open(utc("2027-01-01")),
    ],
)
def test_nothing_is_answered_past_valid_until(ask: Any) -> None:
    with refuses(InvalidInput, "valid_until must not lie before the question or its answer, got 2026-12-31"):
        ask()


def test_the_last_valid_day_is_answered_whole() -> None:
    assert UNTIL.between(utc("2026-12-31"), utc("2027-01-01")) == dt.timedelta(hours=8)
    assert (W95 | UNTIL).valid_until == dt.date(2026, 12, 31)
    assert UNTIL.reached(utc("2026-12-31T16:00"), seconds(3600)) == utc("2026-12-31T17:00")


@pytest.mark.parametrize(
    ("ask", "kind", "words"),
    [
        (lambda: W95.is_open(dt.datetime(2026, 3, 2)), AmbiguousTime, "t must be .* got naive"),
        (lambda: W95.is_open(dt.date(2026, 3, 2)), InvalidInput, "t must be an aware datetime"),
        (lambda: W95.is_open(utc("1899-12-31")), InvalidInput, "t must lie in the years 1900 to 2299"),
        (
            lambda: W95.is_open([NOON, utc("2300-01-01")]),
            InvalidInput,
            r"2299, got .* at row 1 \(1 such rows of 2\)",
        ),
        (lambda: W95.due(NOON, seconds(-1)), InvalidInput, "target must be at least 0"),
        (
            lambda: W95.due([NOON] * 2, [seconds(1), seconds(-1)]),
            InvalidInput,
            r"at least 0, got .* at row 1 \(1 such rows of 2\)",
        ),
        (lambda: W95.due([NOON] * 2, [seconds(1)]), InvalidInput, "t, target must be equally long"),
        (lambda: W95.between([NOON, None], NOON), InvalidInput, r"a must not be null, got None at row 1 .*\)\.$"),
        (lambda: W95.intervals(NOON, utc("2026-03-01")), InvalidInput, "b must not be before a"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(ask: Any, kind: Any, words: str) -> None:
    with refuses(kind, words):
        ask()


@pytest.mark.parametrize("operator", ["__or__", "__and__", "__sub__"])
def test_only_calendars_are_combined(operator: str) -> None:
    assert getattr(W95, operator)(5) is NotImplemented
    with pytest.raises(TypeError):
        W95 | 5  # type: ignore[operator]  # the refusal is what is tested


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"weekly": {"mon": "09:00-10:00"}}, "weekly must be left out of an operation"),
        ({"holidays": ["2026-01-01"]}, "holidays must be left out of an operation"),
        ({"overrides": {"2026-01-01": []}}, "overrides must be left out of an operation"),
        ({"breaks": {"mon": "09:00-10:00"}}, "breaks must be left out of an operation"),
        ({"holiday_tails": "run"}, "holiday_tails must be left out of an operation"),
        ({"valid_until": "2025-12-31"}, "valid_until must be the earliest of the parts, 2026-12-31, got 2025-12-31"),
    ],
)
def test_what_two_calendars_make_has_no_rules_of_its_own(rules: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        (W95 | UNTIL).model_copy(update=rules)


def test_a_new_year_may_be_asked_about_first() -> None:
    new_year = utc("2026-01-01")
    fresh = W95.model_copy(update={"holidays": ["2026-01-02"]})
    assert fresh.between(new_year, new_year) == seconds(0)
    assert UNTIL.model_copy(update={"valid_until": "2025-12-31"}).between(new_year, new_year) == seconds(0)
    assert len(fresh.intervals(new_year, new_year)) == 0


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (
            lambda: W95.due(NOON, 5),
            "Calendar.due: target must be a timedelta, or a timedelta64 that microseconds can hold, got 5.",
        ),
        (lambda: W95.due(NOON, "1h"), "target must be a timedelta, .*, got '1h'."),
        (lambda: W95.due(NOON, None), "target must be a timedelta, .*, got None."),
        (lambda: W95.due(NOON, np.timedelta64(1, "M")), "target must be a timedelta, .*, got 1 months"),
        (lambda: W95.due(NOON, np.timedelta64("NaT", "us")), "target must be a timedelta, .*, got NaT"),
        (lambda: W95.due([NOON], 5), "target must be a timedelta"),
        (lambda: W95.is_open("2026-01-01"), "t must be an aware datetime or a datetime64, got '2026-01-01'."),
        (lambda: W95.is_open(None), "t must be an aware datetime or a datetime64, got None."),
        (lambda: W95.between(NOON, 5), "b must be an aware datetime or a datetime64, got 5."),
    ],
)
def test_one_value_that_is_no_time_is_told_so_and_has_no_row(act: Any, words: str) -> None:
    with refuses(InvalidInput, words + "$" if words.endswith(".") else words):
        act()


def test_no_time_of_pandas_is_told_so_too() -> None:
    nat = pytest.importorskip("pandas").NaT
    with refuses(InvalidInput, "target must be a timedelta, .*, got NaT"):
        W95.due(NOON, nat)
    with refuses(InvalidInput, "t must be an aware datetime or a datetime64, got NaT"):
        W95.is_open(nat)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: W95.due(utc("2299-12-29T16:00"), seconds(400_000)), "due: t must be followed by open time"),
        (lambda: W95.reached(utc("2299-12-29T16:00"), seconds(400_000)), "reached: t must be followed by open time"),
        (lambda: W95.next_close(utc("2299-12-31T23:00")), "next_close: t must be followed by closing time"),
        (lambda: W95.back(utc("1900-01-01T10:00"), seconds(400_000)), "back: t must be preceded by open time"),
    ],
)
def test_where_the_years_end_the_calendar_is_not_to_blame(act: Any, words: str) -> None:
    with refuses(Infeasible, words + r" in the years 1900 to 2299, got .*\. No other years are answered\.$"):
        act()


@pytest.mark.parametrize("t", ["2026-03-06T02:00", "2026-03-06T20:00"], ids=["open", "closed"])
def test_no_time_at_all_holds_no_open_interval(t: str) -> None:
    assert len(W95.intervals(np.datetime64(t), np.datetime64(t))) == 0
