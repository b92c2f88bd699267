"""Occasions: the lunar table holds, policies say what becomes of missing days, and columns answer as scalars do."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from socialmkt import campaign as c
from socialmkt.campaign._lunar import WORDS
from socialmkt.core.errors import AmbiguousTime, Infeasible, InvalidInput, Overflow
from socialmkt.core.instants import to_us
from tests.refusals import refuses

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "campaign_lunar.json").read_text(encoding="utf-8"))
DAY = dt.timedelta(1)
EVERY_DAY = np.arange(c.LUNAR_START, c.LUNAR_END)
TABLE = c.to_lunar(EVERY_DAY)

FEB29 = st.sampled_from(["feb28", "mar1", "skip"])
LEAP = st.sampled_from(["regular", "leap_if_present", "both"])
MISSING = st.sampled_from(["last_day", "first_of_next", "skip"])
lunar_annuals = st.builds(
    c.LunarAnnual, month=st.integers(1, 12), day=st.integers(1, 30), leap=LEAP, missing_day=MISSING
)
leap_days = st.builds(c.SolarAnnual, month=st.just(2), day=st.just(29), feb29=FEB29)
solar_annuals = leap_days | st.builds(c.SolarAnnual, month=st.integers(1, 12), day=st.integers(1, 29))
weekdays = st.builds(
    c.NthWeekday,
    month=st.integers(1, 12),
    weekday=st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]),
    nth=st.sampled_from([1, 2, 3, 4, -1]),
)
plain = lunar_annuals | solar_annuals | weekdays | st.builds(c.Qingming) | st.sampled_from(list(c.Festival))
occasions = plain | st.builds(c.Relative, to=plain, days=st.integers(-40, 40))
days = st.dates(dt.date(1905, 1, 1), dt.date(2040, 12, 31))


def rows(table: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in table.rows()]


# --- the table ------------------------------------------------------------------------------------------------------


def test_the_words_are_those_that_were_checked() -> None:
    assert hashlib.sha256(bytes.fromhex(WORDS)).hexdigest() == VECTORS["sha256"]


@pytest.mark.parametrize(("year", "word", "new_year", "leap", "qingming"), VECTORS["years"])
def test_a_word_unpacks_to_its_year(year: int, word: str, new_year: str, leap: int, qingming: int) -> None:
    at = 6 * (year - 1901)
    assert WORDS[at : at + 6] == word
    assert c.from_lunar(year, 1, 1).isoformat() == new_year
    assert c.leap_month(year) == (leap or None)
    assert c.next_occurrence(c.Qingming(), dt.date(year, 1, 1)).on == dt.date(year, 4, qingming)


def test_the_months_of_a_year_fill_it_up_to_the_next_new_year() -> None:
    starts = [c.from_lunar(year, 1, 1) for year in range(1901, 2051)]
    for at, year in enumerate(range(1901, 2051)):
        bits = int(WORDS[6 * at : 6 * at + 6], 16)
        assert starts[at] == dt.date(year, 1, 21) + DAY * (bits >> 17 & 31)
    assert starts[0] == c.LUNAR_START
    assert TABLE.year[-1] == 2050
    assert c.to_lunar(c.LUNAR_END - DAY).month == 12


def test_every_day_comes_back_from_its_lunar_day() -> None:
    back = c.from_lunar(TABLE.year, TABLE.month, TABLE.day, leap=TABLE.leap)
    assert (back == EVERY_DAY).all()


def test_months_have_29_or_30_days() -> None:
    firsts = np.flatnonzero(TABLE.day == 1)
    assert set(np.diff(np.append(firsts, len(TABLE))).tolist()) == {29, 30}


@given(st.dates(c.LUNAR_START, c.LUNAR_END - DAY))
def test_a_date_is_converted_as_in_a_column(day: dt.date) -> None:
    found = c.to_lunar(day)
    assert rows(c.to_lunar([day])) == [(found.year, found.month, found.day, found.leap)]
    assert c.from_lunar(found.year, found.month, found.day, leap=found.leap) == day


def test_empty_columns_are_fine() -> None:
    nothing = np.empty(0, "datetime64[D]")
    assert len(c.to_lunar(nothing)) == 0
    assert len(c.from_lunar([], [], [])) == 0
    assert len(c.next_occurrences(c.Festival.qixi, nothing)) == 0
    assert len(c.birthdays(nothing, start=dt.date(2026, 1, 1), end=dt.date(2027, 1, 1))) == 0
    assert len(c.next_birthdays(nothing, on_or_after=dt.date(2026, 1, 1))) == 0


@pytest.mark.parametrize("day", [c.LUNAR_START - DAY, c.LUNAR_END])
def test_days_outside_the_table_are_refused(day: dt.date) -> None:
    with refuses(InvalidInput, match="on must lie from 1901-02-19 to 2051-02-10, got"):
        c.to_lunar(day)
    with refuses(InvalidInput, match="at row 1"):
        c.to_lunar([c.LUNAR_START, day])


@pytest.mark.parametrize(
    ("args", "leap", "words"),
    [
        ((1900, 1, 1), False, "year must be a whole number from 1901 to 2050, got 1900"),
        ((2051, 1, 1), False, "year must be a whole number from 1901 to 2050, got 2051"),
        ((2026, 13, 1), False, "month must be a whole number from 1 to 12, got 13"),
        ((2026, 0, 1), False, "month must be a whole number from 1 to 12, got 0"),
        ((2026, 1, 0), False, "day must be a whole number from 1 to 30, got 0"),
        ((2026, 1, 31), False, "day must be a whole number from 1 to 30, got 31"),
        ((2025, 12, 30), False, "got day 30 of 29"),
        ((2026, 6, 1), True, "leap must be a leap month that the year has, got month 6 of 2026"),
        ((2025, 6, 1), 1, "leap must be a bool"),
        (([2025, 2025], [6, 7], [1, 1]), [True, True], "got month 7 of 2025 at row 1"),
        ((2025.0, 6, 1), False, "year must be a whole number from 1901 to 2050, got 2025.0"),
        ((2025, "6", 1), False, "month must be a whole number from 1 to 12, got '6'"),
        ((2025, 6, [1, 2]), False, r"day must be a whole number from 1 to 30, got \[1, 2\]"),
        (([2025, 1900], [6, 6], [1, 1]), False, "year must lie from 1901 to 2050, got 1900 at row 1"),
        (([2025, 2025], [6, -1], [1, 1]), False, "month must lie from 1 to 12, got -1 at row 1"),
        (([2025, 2025], [6, 6], [1, 31]), False, "day must be a day that the month has, got day 31 of 30 at row 1"),
        ((True, 6, 1), False, "got True"),
        (([2025], [6, 6], [1]), False, "month must be as long as year"),
    ],
)
def test_lunar_days_that_do_not_exist_are_refused(args: Any, leap: Any, words: str) -> None:
    with refuses(InvalidInput, match=words):
        c.from_lunar(*args, leap=leap)


@pytest.mark.parametrize("year", [1900, 2051, True, 2026.0, "2026"])
def test_leap_month_takes_years_of_the_table_only(year: Any) -> None:
    with refuses(InvalidInput, match="year must be a whole number from 1901 to 2050"):
        c.leap_month(year)


# --- occasions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("festival", "on"),
    [
        ("mothers_day", "2026-05-10"),
        ("fathers_day", "2026-06-21"),
        ("thanksgiving", "2026-11-26"),
        ("black_friday", "2026-11-27"),
        ("cyber_monday", "2026-11-30"),
        ("lunar_new_years_eve", "2026-02-16"),
        ("spring_festival", "2026-02-17"),
        ("lantern", "2026-03-03"),
        ("qingming", "2026-04-05"),
        ("dragon_boat", "2026-06-19"),
        ("qixi", "2026-08-19"),
        ("mid_autumn", "2026-09-25"),
        ("double_ninth", "2026-10-18"),
        ("laba", "2026-01-26"),
        ("new_year", "2026-01-01"),
        ("mid_year_618", "2026-06-18"),
        ("double_eleven", "2026-11-11"),
        ("double_twelve", "2026-12-12"),
        ("christmas", "2026-12-25"),
        ("valentines_day", "2026-02-14"),
        ("womens_day", "2026-03-08"),
        ("labour_day", "2026-05-01"),
        ("childrens_day", "2026-06-01"),
        ("teachers_day", "2026-09-10"),
        ("national_day", "2026-10-01"),
        ("halloween", "2026-10-31"),
    ],
)
def test_festivals_of_2026(festival: str, on: str) -> None:
    assert c.next_occurrence(c.Festival(festival), dt.date(2026, 1, 1)).on.isoformat() == on


@pytest.mark.parametrize("festival", list(c.Festival))
def test_every_festival_falls_once_a_year_and_is_stored_by_its_occasion(festival: c.Festival) -> None:
    found = c.occurrences(festival, dt.date(1960, 1, 1), dt.date(1965, 1, 1))
    assert 4 <= len(found) <= 6
    occasion = festival.occasion
    adapter = TypeAdapter(c.Occasion)
    assert adapter.validate_json(adapter.dump_json(occasion)) == occasion
    assert adapter.validate_python(festival) == occasion
    assert adapter.validate_python({**occasion.model_dump()}) == occasion


@pytest.mark.parametrize(
    ("feb29", "found"),
    [("feb28", [("2025-02-28", True)]), ("mar1", [("2025-03-01", True)]), ("skip", [])],
)
def test_29_february_of_a_common_year(feb29: Any, found: list[tuple[str, bool]]) -> None:
    rule = c.SolarAnnual(month=2, day=29, feb29=feb29)
    table = c.occurrences(rule, dt.date(2025, 1, 1), dt.date(2026, 1, 1))
    assert [(row.on.isoformat(), row.moved) for row in table.rows()] == found
    assert rows(c.occurrences(rule, dt.date(2024, 1, 1), dt.date(2025, 1, 1))) == [
        (dt.date(2024, 2, 29), 2024, False, False)
    ]


def test_a_skipped_29_february_waits_over_a_common_century() -> None:
    rule = c.SolarAnnual(month=2, day=29, feb29="skip")
    assert c.next_occurrence(rule, dt.date(1896, 3, 1)).on == dt.date(1904, 2, 29)


@pytest.mark.parametrize(
    ("leap", "on"),
    [("regular", ["2025-07-09"]), ("leap_if_present", ["2025-08-08"]), ("both", ["2025-07-09", "2025-08-08"])],
)
def test_the_15th_of_a_repeated_month(leap: Any, on: list[str]) -> None:
    table = c.occurrences(c.LunarAnnual(month=6, day=15, leap=leap), dt.date(2025, 1, 1), dt.date(2026, 1, 1))
    assert [row.on.isoformat() for row in table.rows()] == on
    assert table.leap.tolist() == [day == "2025-08-08" for day in on]
    ordinary = c.occurrences(c.LunarAnnual(month=6, day=15, leap=leap), dt.date(2026, 1, 1), dt.date(2027, 1, 1))
    assert [row.on.isoformat() for row in ordinary.rows()] == ["2026-07-28"]


@pytest.mark.parametrize(
    ("missing", "on"),
    [("last_day", "2026-02-16"), ("first_of_next", "2026-02-17"), ("skip", None)],
)
def test_the_30th_of_a_short_twelfth_month_keeps_its_lunar_year(missing: Any, on: str | None) -> None:
    rule = c.LunarAnnual(month=12, day=30, missing_day=missing)
    table = c.occurrences(rule, dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    expected = [] if on is None else [(dt.date.fromisoformat(on), 2025, False, True)]
    assert rows(table) == expected


def test_the_day_after_a_short_month_can_lie_in_the_leap_month() -> None:
    rules = [c.LunarAnnual(month=month, day=30, missing_day="first_of_next") for month in range(1, 13)]
    found = [row for rule in rules for row in c.occurrences(rule, c.LUNAR_START, c.LUNAR_END).rows()]
    for row in found:
        assert row.leap == c.to_lunar(row.on).leap
    assert any(row.leap and row.moved for row in found)


@pytest.mark.parametrize("missing", ["last_day", "first_of_next", "skip"])
@pytest.mark.parametrize("leap", ["regular", "leap_if_present", "both"])
def test_a_lunar_occasion_falls_once_a_lunar_year(leap: Any, missing: Any) -> None:
    for month in range(1, 13):
        for day in (1, 15, 30):
            rule = c.LunarAnnual(month=month, day=day, leap=leap, missing_day=missing)
            table = c.occurrences(rule, c.LUNAR_START, c.LUNAR_END)
            counts = np.bincount(table.year - 1901, minlength=150)
            most = np.array([2 if leap == "both" and c.leap_month(y) == month else 1 for y in range(1901, 2051)])
            assert (counts <= most).all()
            assert missing == "skip" or (counts == most)[:-1].all()
            assert (np.diff(table.on) > np.timedelta64(0, "us")).all()
            assert (table.moved == (day == 30) & (c.to_lunar(table.on).day != 30)).all()


@given(occasion=occasions, edges=st.lists(days, min_size=3, max_size=3).map(sorted))
def test_occurrences_of_adjoining_periods_join(occasion: Any, edges: list[dt.date]) -> None:
    first, middle, last = edges
    parts = rows(c.occurrences(occasion, first, middle)) + rows(c.occurrences(occasion, middle, last))
    assert parts == rows(c.occurrences(occasion, first, last))


@given(occasion=occasions, asked=st.lists(days, min_size=1, max_size=5))
def test_the_next_occurrence_is_the_first_of_all_in_scalars_and_in_columns(occasion: Any, asked: list[dt.date]) -> None:
    column = rows(c.next_occurrences(occasion, asked))
    for day, row in zip(asked, column, strict=True):
        found = c.next_occurrence(occasion, day)
        assert (found.on, found.year, found.leap, found.moved) == row
        assert rows(c.occurrences(occasion, day, found.on + DAY)) == [row]


@given(occasion=plain, days_later=st.integers(-366, 366), day=days)
def test_a_relative_occasion_is_the_base_asked_about_another_day(occasion: Any, days_later: int, day: dt.date) -> None:
    shift = DAY * days_later
    base = occasion.occasion if isinstance(occasion, c.Festival) else occasion
    inner = base.days if isinstance(base, c.Relative) else 0
    assume(abs(inner + days_later) <= 366)
    ours, theirs = (
        c.next_occurrence(c.Relative(to=occasion, days=days_later), day + shift),
        c.next_occurrence(occasion, day),
    )
    assert ours == theirs.model_copy(update={"on": theirs.on + shift})


@given(rule=weekdays, year=st.integers(1, 9998))
def test_a_weekday_lies_in_its_month_on_its_weekday(rule: c.NthWeekday, year: int) -> None:
    on = c.next_occurrence(rule, dt.date(year, 1, 1)).on
    assert (on.year, on.month, ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][on.weekday()]) == (
        year,
        rule.month,
        rule.weekday,
    )
    assert (on + 7 * DAY).month != rule.month if rule.nth == -1 else (on.day - 1) // 7 == rule.nth - 1


def test_relatives_are_folded_into_one() -> None:
    friday = c.Relative(to=c.Festival.thanksgiving, days=1)
    assert friday == c.Festival.black_friday.occasion
    assert c.Relative(to=friday, days=3) == c.Festival.cyber_monday.occasion
    assert c.Relative(to="qixi", days=-3).to == c.Festival.qixi.occasion
    stored = {"kind": "relative", "to": friday.model_dump(), "days": 3}
    assert TypeAdapter(c.Occasion).validate_python(stored) == c.Festival.cyber_monday.occasion


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: c.SolarAnnual(month=2, day=30), "day must be at most 29 in month 2, got 30"),
        (lambda: c.SolarAnnual(month=4, day=31), "day must be at most 30 in month 4, got 31"),
        (lambda: c.SolarAnnual(month=13, day=1), "month must be a whole number from 1 to 12, got 13"),
        (lambda: c.SolarAnnual(month=1.0, day=1), "month must be a whole number from 1 to 12, got 1.0"),
        (lambda: c.SolarAnnual(month=True, day=1), "got True"),
        (lambda: c.SolarAnnual(month="2", day=1), "got '2'"),
        (lambda: c.SolarAnnual(month=2, day=29, feb29="never"), "feb28"),
        (lambda: c.LunarAnnual(month=1, day=31), "day must be a whole number from 1 to 30, got 31"),
        (lambda: c.LunarAnnual(month=1, day=1, leap="sometimes"), "leap_if_present"),
        (lambda: c.LunarAnnual(month=1, day=1, missing_day="guess"), "last_day"),
        (lambda: c.NthWeekday(month=1, weekday="sunday", nth=1), "weekday"),
        (lambda: c.NthWeekday(month=1, weekday="sun", nth=5), "from -1 to 4, got 5"),
        (lambda: c.NthWeekday(month=1, weekday="sun", nth=0), "nth must be 1 to 4, or -1 for the last, got 0"),
        (lambda: c.Relative(to=c.Qingming(), days=367), "days must be a whole number from -366 to 366, got 367"),
        (lambda: c.Relative(to=c.Qingming(), days=1.5), "got 1.5"),
        (lambda: c.Relative(to="easter", days=1), "to must be one of"),
        (lambda: c.Relative(to="easter", days="1"), "to must be one of"),
        (lambda: c.Relative(days=1), "Field required"),
        (lambda: TypeAdapter(c.Occasion).validate_python({"kind": "moon"}), "moon"),
    ],
)
def test_rules_that_make_no_sense_are_refused(make: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        make()


@pytest.mark.parametrize(
    ("occasion", "first", "last"),
    [
        (c.Festival.qixi, c.LUNAR_START, c.LUNAR_END - DAY),
        (c.Qingming(), dt.date(1901, 1, 1), dt.date(2050, 12, 31)),
        (c.Relative(to=c.Qingming(), days=10), dt.date(1901, 1, 11), dt.date(2051, 1, 10)),
        (c.Festival.christmas, dt.date(1, 1, 1), dt.date(9998, 12, 31)),
    ],
)
def test_each_occasion_answers_in_its_range(occasion: Any, first: dt.date, last: dt.date) -> None:
    assert len(c.occurrences(occasion, first, first + DAY)) <= 1
    c.occurrences(occasion, first, last + DAY)
    c.next_occurrence(occasion, first)
    for outside in (last + DAY, first - DAY if first > dt.date.min else last + DAY):
        with refuses(InvalidInput, match=f"on_or_after must lie from {first} to {last}, got {outside}"):
            c.next_occurrence(occasion, outside)
    with refuses(InvalidInput, match="on_or_after must lie from .* at row 1"):
        c.next_occurrences(occasion, [first, last + DAY])
    with refuses(InvalidInput, match="end must lie from"):
        c.occurrences(occasion, first, last + 2 * DAY)


@pytest.mark.parametrize(
    ("occasion", "asked"),
    [
        (c.Festival.spring_festival, dt.date(2050, 3, 1)),
        (c.Qingming(), dt.date(2050, 4, 5)),
        (c.SolarAnnual(month=2, day=29, feb29="skip"), dt.date(9997, 1, 1)),
        (c.LunarAnnual(month=12, day=30, missing_day="first_of_next"), dt.date(2051, 2, 10)),
        (c.Relative(to=c.Festival.christmas, days=366), dt.date(9999, 12, 27)),
    ],
)
def test_nothing_is_guessed_after_the_last_occurrence(occasion: Any, asked: dt.date) -> None:
    with refuses(InvalidInput, match="on_or_after must leave an occurrence before the end of the table"):
        c.next_occurrence(occasion, asked)
    with refuses(InvalidInput, match="at row 0"):
        c.next_occurrences(occasion, [asked])


def test_what_is_no_occasion_or_no_date_is_refused() -> None:
    with refuses(InvalidInput, match="occasion must be a SolarAnnual"):
        c.next_occurrence(7, dt.date(2026, 1, 1))  # type: ignore[arg-type]
    with refuses(InvalidInput, match="occasion must be one of .* Did you mean 'qixi'"):
        c.next_occurrence("qixii", dt.date(2026, 1, 1))
    with refuses(InvalidInput, match="on_or_after must be a date, got 2026.* A datetime falls on different days"):
        c.next_occurrence(c.Qingming(), dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    with refuses(InvalidInput, match="on must be a date"):
        c.to_lunar(dt.datetime(2026, 1, 1))
    with refuses(InvalidInput, match="start must be a date, got '2026-01-01'"):
        c.occurrences(c.Qingming(), "2026-01-01", dt.date(2026, 1, 1))
    with refuses(InvalidInput, match="end must not be before start"):
        c.occurrences(c.Qingming(), dt.date(2026, 1, 2), dt.date(2026, 1, 1))
    with refuses(AmbiguousTime, match="naive"):
        c.next_occurrences(c.Qingming(), [dt.datetime(2026, 1, 1)])


def test_a_window_of_days_spans_clock_changes() -> None:
    window = c.day_window(dt.date(2026, 3, 29), tz="Europe/Berlin", days_before=1, days_after=1)
    assert window.duration == dt.timedelta(hours=71)
    assert to_us(window.start) == to_us(np.datetime64("2026-03-27T23:00"))


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ({"on": "2026-05-01"}, InvalidInput, "on must be a date"),
        ({"tz": "Mars/Olympus"}, InvalidInput, "tz must be an IANA zone name"),
        ({"days_before": -1}, InvalidInput, "days_before must be a whole number"),
        ({"on": dt.date(2011, 12, 30), "tz": "Pacific/Apia"}, Infeasible, "on must be a day that Pacific/Apia has"),
        ({"on": dt.date(1, 1, 1), "tz": "Asia/Shanghai"}, Overflow, "on must keep the window within"),
    ],
)
def test_a_window_of_days_is_refused_in_the_name_of_the_area(fault, kind, words) -> None:
    given_ = {"on": dt.date(2026, 5, 1), "tz": "UTC", **fault}
    with refuses(kind, match=f"^campaign.day_window: {words}"):
        c.day_window(given_.pop("on"), **given_)


# --- birthdays ------------------------------------------------------------------------------------------------------


def occasion_of(born: dt.date, keeps_lunar: bool, feb29: Any, leap: Any, missing: Any) -> tuple[Any, int]:
    if not keeps_lunar:
        return c.SolarAnnual(month=born.month, day=born.day, feb29=feb29), born.year
    lunar = c.to_lunar(born)
    leap = leap if lunar.leap else "regular"
    return c.LunarAnnual(month=lunar.month, day=lunar.day, leap=leap, missing_day=missing), lunar.year


births = st.dates(dt.date(1901, 3, 1), dt.date(2005, 1, 1))
odd_births = st.sampled_from(
    [dt.date(1992, 2, 29), dt.date(1987, 7, 26), dt.date(1990, 6, 23), dt.date(1984, 2, 1), dt.date(2001, 5, 25)]
    + [
        row.on
        for row in c.occurrences(
            c.LunarAnnual(month=12, day=30, missing_day="skip"), dt.date(1950, 1, 1), dt.date(2000, 1, 1)
        ).rows()
    ]
)
crowds = st.lists(st.tuples(births | odd_births, st.booleans()), min_size=1, max_size=6)
policies = st.tuples(FEB29, LEAP, MISSING)


@given(
    crowd=crowds,
    policy=policies,
    start=st.dates(dt.date(1995, 1, 1), dt.date(2035, 1, 1)),
    length=st.integers(0, 800),
    ahead=st.integers(0, 30),
)
def test_birthdays_equal_a_search_over_days(crowd: Any, policy: Any, start: dt.date, length: int, ahead: int) -> None:
    feb29, leap, missing = policy
    end = start + DAY * length
    expected = []
    for row, (born, keeps) in enumerate(crowd):
        occasion, year = occasion_of(born, keeps, *policy)
        expected += [
            (row, found.on, found.on - DAY * ahead, found.year - year, found.leap, found.moved)
            for found in c.occurrences(occasion, start + DAY * ahead, end + DAY * ahead).rows()
            if found.year > year
        ]
    table = c.birthdays(
        [born for born, _ in crowd],
        start=start,
        end=end,
        days_before=ahead,
        lunar=[keeps for _, keeps in crowd],
        feb29=feb29,
        leap=leap,
        missing_day=missing,
    )
    assert rows(table) == sorted(expected, key=lambda row: (row[1], row[0]))


@given(crowd=crowds, policy=policies, asked=st.dates(dt.date(1960, 1, 1), dt.date(2035, 1, 1)))
def test_the_next_birthday_is_the_first_on_which_somebody_turns_1_or_more(
    crowd: Any, policy: Any, asked: dt.date
) -> None:
    feb29, leap, missing = policy
    table = c.next_birthdays(
        [born for born, _ in crowd],
        on_or_after=[asked] * len(crowd),
        lunar=[keeps for _, keeps in crowd],
        feb29=feb29,
        leap=leap,
        missing_day=missing,
    )
    for (born, keeps), row in zip(crowd, table.rows(), strict=True):
        occasion, year = occasion_of(born, keeps, *policy)
        found = c.occurrences(occasion, asked, dt.date(2050, 1, 1)).rows()
        first = next(one for one in found if one.year > year)
        assert tuple(row) == (first.on, first.year - year, first.leap, first.moved)


@pytest.mark.parametrize("lunar", [True, False])
def test_one_calendar_for_all_equals_a_flag_for_each(lunar: bool) -> None:
    born = [dt.date(1990, 6, 23), dt.date(1985, 2, 19)]
    asked = dt.date(2026, 1, 1)
    assert c.next_birthdays(born, on_or_after=asked, lunar=lunar) == c.next_birthdays(
        born, on_or_after=asked, lunar=[lunar, lunar]
    )


def test_only_lunar_rows_need_the_table() -> None:
    born = [dt.date(1880, 5, 1), dt.date(1990, 5, 1)]
    far = dt.date(2100, 1, 1)
    assert c.next_birthdays(born, on_or_after=far).turns.tolist() == [220, 110]
    assert len(c.birthdays(born, start=far, end=dt.date(2101, 1, 1))) == 2
    with refuses(InvalidInput, match="born must lie from 1901-02-19 .* got 1880-05-01 at row 0"):
        c.next_birthdays(born, on_or_after=dt.date(2026, 1, 1), lunar=[True, False])
    with refuses(InvalidInput, match="on_or_after must lie from 1901-02-19 to 2051-02-10, got 2100-01-01"):
        c.next_birthdays(born, on_or_after=far, lunar=[False, True])
    with refuses(InvalidInput, match="start and end, days_before later, must lie from 1901-02-19"):
        c.birthdays(born, start=far, end=far, lunar=[False, True])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"leap": "always"}, "leap must be one of regular, leap_if_present, both, got 'always'"),
        ({"feb29": 28}, "feb29 must be one of"),
        ({"missing_day": "x"}, "missing_day must be one of"),
        ({"lunar": [1]}, "lunar must hold true and false"),
        ({"lunar": [True, False]}, "lunar must be as long as born"),
        ({"on_or_after": [dt.date(2026, 1, 1)] * 2}, "on_or_after must be as long as born, 1, got 2"),
        ({"on_or_after": dt.datetime(2026, 1, 1)}, "on_or_after must be a date"),
    ],
)
def test_birthdays_refuse_what_they_do_not_know(options: dict[str, Any], words: str) -> None:
    with refuses(InvalidInput, match=words):
        c.next_birthdays([dt.date(1990, 1, 1)], **{"on_or_after": dt.date(2026, 1, 1), **options})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"days_before": -1}, "days_before must be a whole number from 0"),
        ({"days_before": True}, "days_before must be a whole number from 0"),
        ({"end": dt.date(2025, 1, 1)}, "end must not be before start"),
        ({"start": dt.datetime(2026, 1, 1)}, "start must be a date"),
    ],
)
def test_periods_that_make_no_sense_are_refused(options: dict[str, Any], words: str) -> None:
    period = {"start": dt.date(2026, 1, 1), "end": dt.date(2026, 2, 1), **options}
    with refuses(InvalidInput, match=words):
        c.birthdays([dt.date(1990, 1, 1)], **period)


def test_a_null_birth_is_refused_and_so_is_a_birthday_after_the_table() -> None:
    with refuses(InvalidInput, match="born must not be null, got None at row 1"):
        c.next_birthdays([dt.date(1990, 1, 1), None], on_or_after=dt.date(2026, 1, 1))
    with refuses(InvalidInput, match="leave an occurrence before the end of the table, got 2051-02-10 at row 0"):
        c.next_birthdays([dt.date(1990, 3, 1)], on_or_after=dt.date(2051, 2, 10), lunar=True)


def test_the_policies_stand_in_the_order_of_their_defaults() -> None:
    rule = c.LunarAnnual(month=1, day=1)
    assert (rule.leap, rule.missing_day, c.SolarAnnual(month=1, day=1).feb29) == ("regular", "last_day", "feb28")
    assert {mark.kind for mark in (rule, c.Qingming())} == {"lunar", "qingming"}
    assert get_args(c.Occasion)


def test_a_day_outside_the_table_is_named_by_its_own_row() -> None:
    born, asked = [dt.date(1990, 3, 4)] * 2, [dt.date(2026, 1, 1), dt.date(2100, 1, 1)]
    with refuses(InvalidInput, match=r"on_or_after must lie from .*, got 2100-01-01 at row 1 \(1 such rows of 2\)"):
        c.next_birthdays(born, on_or_after=asked, lunar=[False, True])


def test_nobody_is_told_to_drop_nulls_where_no_policy_does() -> None:
    with refuses(InvalidInput, match="got None at row 0") as caught:
        c.to_lunar([None])
    assert "on_null" not in str(caught.value)


def test_a_flag_may_come_from_an_array() -> None:
    assert c.from_lunar(2025, 6, 1, leap=np.True_) == dt.date(2025, 7, 25)
    assert c.from_lunar([2025], [6], [1], leap=np.True_).tolist() == [dt.date(2025, 7, 25)]
