"""When a coupon may be used: every rule alone, all of them together, and clocks that change."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core.calendar import Calendar
from socialmkt.core.errors import AmbiguousTime, Infeasible, InvalidInput, Overflow
from socialmkt.coupons import Ledger, Validity, Window, birthday_window, issue
from tests.coupons.shop import DAY, HOUR, NOW, SHANGHAI, campaign, requests, survives_json
from tests.refusals import refuses

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/coupons_validity.json").read_text(encoding="utf-8"))


def local(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(("claimed", "start", "end"), VECTORS["claims"])
def test_a_batch_of_three_days(claimed: str, start: str, end: str) -> None:
    fields = {name: local(VECTORS[name]) for name in ("starts_at", "ends_at")}
    validity = Validity(days=VECTORS["days"], tz=VECTORS["tz"], **fields)
    (window,) = validity.windows(local(claimed))
    assert window == Window(start=local(start), end=local(end))
    assert str(window.start.tzinfo) == VECTORS["tz"]
    assert survives_json(validity)


def test_without_rules_a_coupon_holds_from_its_claim_for_ever() -> None:
    assert Validity().windows(NOW) == [Window(start=NOW)]
    assert Validity().windows(NOW)[0].start.tzinfo is UTC


def test_waiting_one_day_is_the_next_day() -> None:
    (window,) = Validity(wait_days=1, days=1, tz="Asia/Shanghai").windows(local("2026-11-05T15:00"))
    assert window == Window(start=local("2026-11-06T00:00"), end=local("2026-11-07T00:00"))


def test_elapsed_time_is_no_matter_of_days() -> None:
    (window,) = Validity(lasts=36 * HOUR).windows(NOW)
    assert window.duration == 36 * HOUR


@pytest.mark.parametrize(
    ("zone", "claimed", "hours"),
    [("Europe/Berlin", "2026-03-29T00:00", 23), ("Europe/Berlin", "2026-10-25T00:00", 25)],
)
def test_a_day_can_have_23_or_25_hours(zone: str, claimed: str, hours: int) -> None:
    (window,) = Validity(days=1, tz=zone).windows(local(claimed, zone))
    assert window.duration == timedelta(hours=hours)


def test_a_day_begins_at_the_first_instant_with_its_date_where_midnight_is_skipped() -> None:
    (window,) = Validity(wait_days=1, tz="America/Sao_Paulo").windows(local("2018-11-03T12:00", "America/Sao_Paulo"))
    assert window.start.astimezone(UTC) == datetime(2018, 11, 4, 3, tzinfo=UTC)


def test_periods_cut_and_merge() -> None:
    days = [Window(start=NOW + k * DAY, end=NOW + (k + 1) * DAY) for k in (3, 0, 1)]
    assert Validity(periods=days).windows(NOW) == [
        Window(start=NOW, end=NOW + 2 * DAY),
        Window(start=NOW + 3 * DAY, end=NOW + 4 * DAY),
    ]
    assert Validity(periods=[Window(start=NOW + DAY), Window(start=NOW + 2 * DAY)]).windows(NOW) == [
        Window(start=NOW + DAY)
    ]


def test_nothing_left_is_no_window() -> None:
    assert Validity(ends_at=NOW).windows(NOW) == []
    assert Validity(ends_at=NOW, periods=[Window(start=NOW + DAY)]).windows(NOW - DAY) == []
    hours = Validity(days=1, weekly={"mon": "09:00-10:00"}, ends_at=NOW - DAY, tz="UTC")
    assert hours.windows(NOW) == []
    assert not Validity(ends_at=NOW).is_valid(NOW, NOW)


@given(claimed=st.integers(0, 14 * 24), days=st.integers(1, 9), at=st.integers(0, 30 * 24))
def test_weekly_hours_are_those_of_the_calendar(claimed: int, days: int, at: int) -> None:
    weekly = {"mon-fri": "09:00-12:00,13:30-18:00", "sat": "22:00-02:00"}
    ruled = Validity(days=days, weekly=weekly, tz="Asia/Shanghai")
    plain = Validity(days=days, tz="Asia/Shanghai")
    start, when = NOW + claimed * HOUR, NOW + at * HOUR
    is_open = Calendar(weekly=weekly, tz="Asia/Shanghai").is_open(when)
    assert ruled.is_valid(start, when) == (plain.is_valid(start, when) and is_open)
    assert survives_json(ruled)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"days": 1}, "tz must be given"),
        ({"wait_days": 1}, "tz must be given"),
        ({"weekly": {}, "ends_at": NOW}, "tz must be given"),
        ({"days": 1, "lasts": HOUR, "tz": "UTC"}, "lasts must not be given together with days"),
        ({"weekly": {}, "tz": "UTC"}, "weekly must have an end"),
        ({"weekly": {}, "periods": [Window(start=NOW)], "tz": "UTC"}, "weekly must have an end"),
        ({"weekly": {1: "09:00-10:00"}, "days": 1, "tz": "UTC"}, "weekly"),
        ({"starts_at": NOW, "ends_at": NOW}, "ends_at must be after starts_at"),
        ({"starts_at": NOW.replace(tzinfo=None)}, "starts_at"),
        ({"lasts": timedelta(0)}, "lasts must be above zero"),
        ({"lasts": timedelta(days=10**7)}, "lasts must be at most"),
        ({"lasts": 3600}, "lasts must be a timedelta"),
        ({"days": 0, "tz": "UTC"}, "days must be at least 1"),
        ({"days": 10**9, "tz": "UTC"}, "days must be at most"),
        ({"wait_days": -1, "tz": "UTC"}, "wait_days"),
        ({"tz": "Mars/Olympus"}, "tz"),
    ],
)
def test_rules_that_do_not_hang_together_are_refused_by_name(fields: dict[str, Any], name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        Validity(**fields)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"days": 3_600_000, "tz": "UTC"}, "days"),
        ({"wait_days": 3_600_000, "tz": "UTC"}, "wait_days"),
        ({"lasts": timedelta(days=3_600_000)}, "lasts"),
    ],
)
def test_windows_beyond_the_year_9999_are_refused_by_name(fields: dict[str, Any], name: str) -> None:
    match = f"{name} must keep the windows within the year 9999"
    with refuses(Overflow, match=match):
        Validity(**fields).windows(NOW)
    with refuses(Overflow, match=match):
        issue(campaign(validity=Validity(**fields)), Ledger.empty(), requests(("k", "u")), now=NOW)


def test_the_last_and_the_first_instants_are_shown_in_utc_where_the_zone_has_no_year_for_them() -> None:
    last, first = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
    validity = Validity(ends_at=last, tz="Asia/Shanghai")
    assert validity.windows(NOW) == [Window(start=NOW, end=last)]
    assert validity.windows(NOW)[0].start.tzinfo == SHANGHAI
    assert survives_json(validity.windows(NOW)[0])
    assert Validity(tz="America/Los_Angeles").windows(first) == [Window(start=first)]
    forever = Validity(days=3_600_000, ends_at=last, tz="Asia/Shanghai")
    assert forever.windows(NOW) == [Window(start=NOW, end=last)]


def test_a_naive_instant_is_refused() -> None:
    naive = NOW.replace(tzinfo=None)
    with refuses(AmbiguousTime, match="claimed_at must be an aware datetime"):
        Validity().windows(naive)
    with refuses(AmbiguousTime, match="at must be an aware datetime"):
        Validity().is_valid(NOW, naive)


@pytest.mark.parametrize(
    ("leap_day", "year", "start"),
    [("feb28", 2026, (2, 28)), ("mar1", 2026, (3, 1)), ("feb28", 2028, (2, 29)), ("mar1", 2028, (2, 29))],
)
def test_who_is_born_on_a_leap_day_has_a_birthday_every_year(leap_day: Any, year: int, start: tuple[int, int]) -> None:
    window = birthday_window(date(2000, 2, 29), year=year, tz="Asia/Shanghai", leap_day=leap_day)
    assert window == Window(
        start=datetime(year, *start, tzinfo=SHANGHAI), end=datetime(year, *start, tzinfo=SHANGHAI) + DAY
    )


def test_a_birthday_may_last_some_days() -> None:
    window = birthday_window(date(1990, 5, 20), year=2026, tz="UTC", days_before=1, days_after=2)
    assert window == Window(start=datetime(2026, 5, 19, tzinfo=UTC), end=datetime(2026, 5, 23, tzinfo=UTC))


def test_a_birthday_that_is_none_is_refused() -> None:
    with refuses(InvalidInput, match="born must be a date"):
        birthday_window(NOW, year=2026, tz="UTC")
    with refuses(InvalidInput, match="leap_day must be one of feb28, mar1"):
        birthday_window(date(2000, 2, 29), year=2026, tz="UTC", leap_day="feb29")
    with refuses(InvalidInput, match="leap_day must be one of feb28, mar1"):
        birthday_window(date(2000, 2, 29), year=2026, tz="UTC", leap_day=["feb28"])
    for year in (0, 2026.0, True):
        with refuses(InvalidInput, match="year must be a year from 1 to 9999"):
            birthday_window(date(2000, 2, 29), year=year, tz="UTC")
    with refuses(Infeasible, match="^coupons.birthday_window: born must be a day that Pacific/Apia has"):
        birthday_window(date(1980, 12, 30), year=2011, tz="Pacific/Apia")
    with refuses(Overflow, match="^coupons.birthday_window: born must keep the window within the years"):
        birthday_window(date(1980, 12, 31), year=9999, tz="UTC")
    with refuses(Overflow, match="^coupons.birthday_window: days_after must keep the window within the years"):
        birthday_window(date(1980, 12, 30), year=2026, tz="UTC", days_after=3 * 10**6)
    with refuses(InvalidInput, match="coupons.birthday_window: tz must be an IANA zone name"):
        birthday_window(date(2000, 2, 29), year=2026, tz="Mars/Olympus")
    for name in ("days_before", "days_after"):
        with refuses(InvalidInput, match=f"coupons.birthday_window: {name} must be a whole number of at least 0"):
            birthday_window(date(2000, 2, 29), year=2026, tz="UTC", **{name: -1})


def test_a_birthday_takes_a_year_of_numpy_and_a_zone_object() -> None:
    window = birthday_window(date(2000, 2, 29), year=np.int64(2026), tz=SHANGHAI)
    assert window == birthday_window(date(2000, 2, 29), year=2026, tz="Asia/Shanghai")
