"""Instants, windows, local days: against the zones asked row by row."""

from __future__ import annotations

import datetime as dt
import pickle
import zoneinfo
from typing import Any

import numpy as np
import pytest
from dateutil import tz as dateutil_tz
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core import _instants
from socialmkt.core.errors import AmbiguousTime, Infeasible, InvalidInput, Overflow
from socialmkt.core.instants import Window, day_bounds, day_window, from_us, local_days, offset_spans, to_us, zone
from socialmkt.core.model import canonical
from tests.refusals import refuses
from tests.strategies import zones

DAY = 86_400 * 10**6
CYCLE = 146_097 * DAY
UTC = dt.UTC
EPOCH = dt.datetime(1970, 1, 1, tzinfo=UTC)
SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")

modern_us = st.integers(to_us(np.datetime64("1880-01-01")), to_us(np.datetime64("2140-01-01")))
modern_days = st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1))


def at(text: str) -> int:
    return to_us(np.datetime64(text, "us"))


def days(*texts: str) -> np.ndarray[Any, Any]:
    return np.array(texts, dtype="datetime64[D]")


def utc(us: int) -> dt.datetime:
    return EPOCH + dt.timedelta(microseconds=us)


def offset_of(us: int, tz: dt.tzinfo) -> int:
    offset = utc(us).astimezone(tz).utcoffset()
    assert offset is not None
    return offset // dt.timedelta(microseconds=1)


def local_date(us: int, tz: dt.tzinfo) -> dt.date:
    return utc(us).astimezone(tz).date()


# --- instants -------------------------------------------------------------------------------------------------


@given(us=st.integers(to_us(dt.datetime(1, 1, 1, tzinfo=UTC)), to_us(dt.datetime.max.replace(tzinfo=UTC))))
def test_an_instant_survives_the_way_out_and_back(us) -> None:
    assert to_us(from_us(us)) == us
    assert from_us(np.int64(us)) == from_us(us)
    assert to_us(np.datetime64(us, "us")) == us


@given(zone_name=zones, us=modern_us)
def test_an_instant_is_the_same_in_every_zone_and_fold(zone_name, us) -> None:
    assert to_us(utc(us).astimezone(zoneinfo.ZoneInfo(zone_name))) == us


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("2026", "Y", "2026-01-01"),
        ("1969", "Y", "1969-01-01"),
        ("0000-02", "M", "0000-02-01"),
        ("2024-03", "M", "2024-03-01"),
        ("2026-11-19", "W", "2026-11-19"),
        ("2026-11-20", "D", "2026-11-20"),
        ("2026-11-20T07", "h", "2026-11-20T07"),
        ("2026-11-20T07:05", "15m", "2026-11-20T07:00"),
        ("1969-12-31T23:59:59.999999999", "ns", "1969-12-31T23:59:59.999999"),
    ],
)
def test_every_unit_of_datetime64_is_read_and_floored(text, unit, expected) -> None:
    assert to_us(np.datetime64(text, unit)) == int(np.datetime64(expected, "us").astype(np.int64))


def test_pandas_timestamps_are_instants_and_pandas_nat_is_not() -> None:
    pd = pytest.importorskip("pandas")
    assert to_us(pd.Timestamp("2026-03-01 08:00", tz="Asia/Shanghai")) == at("2026-03-01T00:00")
    with refuses(InvalidInput, match="instant must be an aware datetime or a datetime64, got NaT"):
        to_us(pd.NaT)


def test_a_naive_datetime_is_refused_as_naive() -> None:
    with refuses(AmbiguousTime, match=r"as_of must be .*, got naive 2026-03-01 00:00:00\. Give it a zone"):
        to_us(dt.datetime(2026, 3, 1), func="rfm.score", name="as_of")


@pytest.mark.parametrize("value", [5, "2026-03-01", dt.date(2026, 3, 1), None, np.datetime64("NaT", "us"), 1.5])
def test_what_is_no_instant_is_refused(value) -> None:
    with refuses(InvalidInput, match="instant must be an aware datetime or a datetime64"):
        to_us(value)


@pytest.mark.parametrize("value", [np.datetime64(10**16, "s"), np.datetime64(-(10**9), "Y")])
def test_a_datetime64_beyond_microseconds_is_refused(value) -> None:
    with refuses(Overflow, match="instant must fit int64 microseconds"):
        to_us(value)


def test_an_instant_outside_the_years_of_datetime_cannot_be_written() -> None:
    with refuses(Overflow, match="us must lie in the years 1 to 9999"):
        from_us(2**62)


@pytest.mark.parametrize("us", [1.5, "5", None, True, np.timedelta64(5, "us")])
def test_only_whole_microseconds_are_written(us) -> None:
    with refuses(InvalidInput, match="us must be a whole number of microseconds, got"):
        from_us(us)


# --- zones ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Asia/Shangai", "", "../etc/passwd", "Asia", "Asia/\0", 8, None, ["UTC"]])
def test_an_unknown_zone_is_refused(name) -> None:
    with refuses(InvalidInput, match="name must be an IANA zone name such as 'Asia/Shanghai'"):
        zone(name)


def test_an_unknown_zone_names_the_nearest() -> None:
    with refuses(InvalidInput, match="Did you mean 'Asia/Shanghai'"):
        zone("Asia/Shangai")


def test_where_the_system_has_no_zones_dateutil_has(monkeypatch) -> None:
    def none_found(name: str) -> dt.tzinfo:
        raise zoneinfo.ZoneInfoNotFoundError(name)

    monkeypatch.setattr(_instants.zoneinfo, "ZoneInfo", none_found)
    monkeypatch.setattr(_instants.zoneinfo, "available_timezones", set)
    _instants._load.cache_clear()
    try:
        found = zone("Asia/Shanghai")
        assert offset_of(at("2026-03-01"), found) == 8 * 3600 * 10**6
        with refuses(InvalidInput, match="IANA zone name"):
            zone("Asia/Nowhere")
    finally:
        _instants._load.cache_clear()


# --- spans and local days -------------------------------------------------------------------------------------


@given(zone_name=zones, moments=st.lists(modern_us, max_size=20))
@example(zone_name="Pacific/Apia", moments=[at("2011-12-30T09:59:59.999999"), at("2011-12-30T10:00")])
@example(zone_name="Antarctica/Troll", moments=[at("2026-03-29T00:59:59"), at("2026-03-29T01:00")])
@example(zone_name="Australia/Lord_Howe", moments=[at("2026-04-04T14:59:59"), at("2026-04-04T15:00")])
@example(zone_name="UTC", moments=[0])
def test_local_days_equal_the_zone_asked_row_by_row(zone_name, moments) -> None:
    tz = zoneinfo.ZoneInfo(zone_name)
    expected = [local_date(us, tz) for us in moments]
    assert local_days(np.array(moments, dtype=np.int64), zone_name).tolist() == expected
    assert local_days(moments, tz).tolist() == expected


@given(zone_name=zones, moments=st.lists(modern_us, min_size=1, max_size=20))
def test_every_instant_has_the_offset_of_its_span(zone_name, moments) -> None:
    tz = zoneinfo.ZoneInfo(zone_name)
    starts, offsets = offset_spans(zone_name, min(moments), max(moments))
    at_span = np.searchsorted(starts, moments, side="right") - 1
    assert at_span.min() == 0
    assert at_span.max() == len(starts) - 1
    assert offsets[at_span].tolist() == [offset_of(us, tz) for us in moments]
    assert (np.diff(starts) > 0).all()
    assert (np.diff(offsets) != 0).all()


@given(zone_name=zones, year=st.integers(1990, 2090))
def test_a_span_begins_at_the_very_second_of_the_change(zone_name, year) -> None:
    tz = zoneinfo.ZoneInfo(zone_name)
    starts, offsets = offset_spans(zone_name, at(f"{year}-01-01"), at(f"{year + 1}-01-01"))
    for start, before, after in zip(starts[1:].tolist(), offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
        assert (offset_of(start - 1, tz), offset_of(start, tz)) == (before, after)


@given(zone_name=zones, wanted=st.lists(modern_days, min_size=1, max_size=8))
@example(zone_name="Pacific/Apia", wanted=[dt.date(2011, 12, 29), dt.date(2011, 12, 30), dt.date(2011, 12, 31)])
@example(zone_name="America/Sao_Paulo", wanted=[dt.date(2018, 2, 17), dt.date(2018, 2, 18), dt.date(2018, 11, 4)])
@example(zone_name="America/St_Johns", wanted=[dt.date(2006, 10, 28), dt.date(2006, 10, 29)])
def test_a_local_day_begins_at_the_first_instant_with_its_date(zone_name, wanted) -> None:
    tz = zoneinfo.ZoneInfo(zone_name)
    starts, ends = day_bounds(np.array(wanted, dtype="datetime64[D]"), zone_name)
    for day, start, end in zip(wanted, starts.tolist(), ends.tolist(), strict=True):
        assert local_date(start, tz) >= day
        assert local_date(start - 1, tz) < day
        assert local_date(end, tz) > day
        earlier = range(start - 3 * DAY, start, 1_800 * 10**6)
        assert all(local_date(us, tz) < day for us in earlier)


def hours(zone_name: str, *texts: str) -> list[float]:
    starts, ends = day_bounds(days(*texts), zone_name)
    return ((ends - starts) / 3.6e9).tolist()


def test_days_around_clock_changes_have_their_lengths() -> None:
    assert hours("Europe/Berlin", "2026-03-28", "2026-03-29", "2026-10-25") == [24, 23, 25]
    assert hours("Australia/Lord_Howe", "2026-04-05", "2026-10-04") == [24.5, 23.5]
    assert hours("Antarctica/Troll", "2026-03-29", "2026-10-25") == [22, 26]
    assert hours("Africa/Casablanca", "2026-02-15", "2026-03-22") == [25, 23]
    assert hours("Pacific/Apia", "2011-12-29", "2011-12-30", "2011-12-31") == [24, 0, 24]
    assert hours("Asia/Kathmandu", "1985-12-31", "1986-01-01") == [24, 23.75]


def test_a_day_whose_midnight_was_skipped_begins_at_one() -> None:
    starts, _ = day_bounds(days("2018-11-04"), "America/Sao_Paulo")
    assert starts.tolist() == [at("2018-11-04T03:00")]


@given(zone_name=zones, us=modern_us, cycles=st.integers(-700, 700).filter(lambda k: abs(k) > 2))
@example(zone_name="America/New_York", us=at("2100-12-31"), cycles=20)
def test_far_instants_are_read_by_the_rules_of_the_near_cycle(zone_name, us, cycles) -> None:
    rules = us % CYCLE + (5 * CYCLE if cycles > 0 else -2 * CYCLE) + at("2000-01-01")
    far = rules + cycles * CYCLE
    expected = local_days([rules], zone_name) + np.timedelta64(cycles * 146_097, "D")
    assert (local_days([far], zone_name) == expected).all()
    starts, offsets = offset_spans(zone_name, far, far)
    assert starts.tolist() <= [far]
    assert offsets.tolist() == offset_spans(zone_name, rules, rules)[1].tolist()
    near_day, far_day = (
        np.concatenate(day_bounds(day, zone_name))
        for day in (expected - np.timedelta64(cycles * 146_097, "D"), expected)
    )
    assert (far_day - near_day == cycles * CYCLE).all()


@pytest.mark.parametrize("us", [-(2**63), -(2**63) + 1, 2**63 - 1])
def test_the_last_instants_of_int64_do_not_wrap(us) -> None:
    for name in ("UTC", "Pacific/Kiritimati", "America/New_York"):
        starts, offsets = offset_spans(name, us, us)
        assert starts.tolist() <= [us]
        expected = (us + offsets.tolist()[0]) // DAY
        assert local_days([us], name).astype(np.int64).tolist() == [expected]


def test_near_and_far_instants_in_one_column_do_not_disturb_each_other() -> None:
    moments = ["0001-01-01T03", "2026-07-01T03", "9999-12-31T03"]
    us = [int(np.datetime64(text, "us").astype(np.int64)) for text in moments]
    assert local_days(us, "America/New_York").astype(str).tolist() == ["0000-12-31", "2026-06-30", "9999-12-30"]


def test_a_range_over_many_cycles_lists_all_changes() -> None:
    starts, offsets = offset_spans("Europe/Berlin", at("2501-01-01"), at("2901-01-01"))
    assert len(starts) == len(offsets) == 801
    assert set(offsets.tolist()) == {3600 * 10**6, 7200 * 10**6}


DATEUTIL_ZONES = [
    pytest.param(dateutil_tz.gettz("Europe/Berlin"), id="tzfile"),
    pytest.param(dateutil_tz.tzstr("EST5EDT"), id="tzstr"),
    pytest.param(dateutil_tz.tzoffset(None, 19_800), id="tzoffset"),
    pytest.param(dateutil_tz.tzutc(), id="tzutc"),
    pytest.param(dt.timezone(dt.timedelta(minutes=-150)), id="timezone"),
]


@pytest.mark.parametrize("tz", DATEUTIL_ZONES)
def test_zones_of_other_makers_are_read_alike(tz) -> None:
    if tz is None:
        pytest.skip("the system has no zone files")
    us = np.arange(at("2026-01-01"), at("2027-01-01"), 7 * 3600 * 10**6)
    assert local_days(us, tz).tolist() == [local_date(moment, tz) for moment in us.tolist()]
    starts, ends = day_bounds(days("2026-03-08", "2026-03-29"), tz)
    assert [local_date(start, tz) for start in starts.tolist()] == [dt.date(2026, 3, 8), dt.date(2026, 3, 29)]
    assert (ends > starts).all()


class Clockless(dt.tzinfo):
    """A zone that knows no offset, as the standard library allows."""

    def fromutc(self, when: dt.datetime) -> dt.datetime:
        return when

    def utcoffset(self, _: dt.datetime | None) -> None:
        return None


def test_a_zone_without_an_offset_counts_as_utc() -> None:
    assert local_days([0], Clockless()).tolist() == [dt.date(1970, 1, 1)]


def test_spans_are_read_only_and_shared() -> None:
    first = offset_spans("Europe/Berlin", 0, DAY)
    assert not first[0].flags.writeable
    assert not first[1].flags.writeable
    assert first[0].base is offset_spans("Europe/Berlin", DAY, 2 * DAY)[0].base


def test_nothing_in_gives_nothing_out() -> None:
    assert local_days([], "Asia/Shanghai").tolist() == []
    assert [bounds.tolist() for bounds in day_bounds(days(), "Asia/Shanghai")] == [[], []]


def test_the_shape_is_kept() -> None:
    assert local_days(np.zeros((2, 3), dtype=np.int64), "Asia/Shanghai").shape == (2, 3)
    assert day_bounds(days("2026-03-01")[0], "Asia/Shanghai")[0] == at("2026-02-28T16:00")


def test_inputs_of_the_wrong_kind_are_refused() -> None:
    with refuses(InvalidInput, match="us must hold aware datetimes, dates or datetime64, got 1.5 at row 0"):
        local_days([1.5], "UTC")
    with refuses(InvalidInput, match="us must be an aware datetime or a datetime64, got 1.5"):
        local_days(1.5, "UTC")
    with refuses(Overflow, match="us must fit 64 bits, got 9223372036854775808"):
        local_days(2**63, "UTC")
    with refuses(Overflow, match="us must fit 64 bits"):
        local_days(np.array([2**63], dtype=np.uint64), "UTC")
    with refuses(
        InvalidInput, match=r"day must hold dates or datetime64\[D\], got .*local_days.* the days of instants"
    ):
        day_bounds(days("2026-03-01").astype("datetime64[s]"), "UTC")
    for instant in (np.datetime64("2026-03-01T00"), dt.datetime(2026, 3, 1, tzinfo=dt.UTC), "2026-03-01", 5, None):
        with refuses(InvalidInput, match=r"day must be a date or datetime64\[D\], got"):
            day_bounds(instant, "UTC")
    with refuses(Overflow, match="day must fit 64 bits of microseconds"):
        day_bounds(np.array([10**12], dtype="datetime64[D]"), "UTC")
    with refuses(Overflow, match="day must fit 64 bits of microseconds"):
        day_bounds(np.datetime64(10**12, "D"), "UTC")
    with refuses(InvalidInput, match="zone must be an IANA zone name"):
        local_days([0], "Mars/Base")
    with refuses(InvalidInput, match="last_us must be a whole number from 5"):
        offset_spans("UTC", 5, 4)
    with refuses(InvalidInput, match="first_us must be a whole number"):
        offset_spans("UTC", True, 4)


@pytest.mark.parametrize("zone_name", ["Asia/Shanghai", "America/New_York"])
def test_every_way_to_name_days_gives_the_same_bounds(zone_name) -> None:
    dates = [dt.date(2026, 3, 8), dt.date(2026, 3, 9)]
    starts, ends = day_bounds(days("2026-03-08", "2026-03-09"), zone_name)
    for column in (dates, tuple(dates), list(days("2026-03-08", "2026-03-09")), np.array(dates, dtype=object)):
        assert [bounds.tolist() for bounds in day_bounds(column, zone_name)] == [starts.tolist(), ends.tolist()]
    for one in (dates[0], days("2026-03-08")[0]):
        bounds = day_bounds(one, zone_name)
        assert bounds == (starts[0], ends[0])
        assert set(map(type, bounds)) == {int}


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_days_of_a_library_have_bounds(library) -> None:
    frames = pytest.importorskip(library)
    dates = [dt.date(2026, 3, 8), dt.date(2026, 3, 9)]
    expected = [bounds.tolist() for bounds in day_bounds(dates, "America/New_York")]
    assert [bounds.tolist() for bounds in day_bounds(frames.Series(dates), "America/New_York")] == expected
    assert local_days(frames.Series(dates), "America/New_York").tolist() == dates


def test_every_way_to_name_instants_gives_the_same_days() -> None:
    us = [at("2026-03-01T20:00"), at("2026-03-01T10:00")]
    expected = [dt.date(2026, 3, 2), dt.date(2026, 3, 1)]
    moments = np.array(us).view("M8[us]")
    for column in (us, np.array(us), np.array(us, dtype=object), moments, list(moments), [from_us(one) for one in us]):
        assert local_days(column, "Asia/Shanghai").tolist() == expected
    for one in (us[0], np.int64(us[0]), from_us(us[0]), moments[0]):
        day = local_days(one, "Asia/Shanghai")
        assert (type(day), day.dtype, day) == (np.datetime64, np.dtype("M8[D]"), np.datetime64(expected[0]))


def test_a_date_is_that_day_in_every_zone() -> None:
    for day in (dt.date(2026, 3, 1), np.datetime64("2026-03-01")):
        assert local_days(day, "America/New_York") == np.datetime64("2026-03-01")
        assert local_days([day], "America/New_York").tolist() == [dt.date(2026, 3, 1)]


@pytest.mark.parametrize(
    "act",
    [
        lambda: day_bounds(days("2026-03-01", "NaT"), "UTC"),
        lambda: day_bounds([dt.date(2026, 3, 1), None], "UTC"),
        lambda: day_bounds(np.ma.array(days("2026-03-01", "2026-03-02"), mask=[0, 1]), "UTC"),
        lambda: local_days(np.ma.array([1, 2], mask=[0, 1]), "UTC"),
        lambda: local_days([1, None], "UTC"),
        lambda: local_days(days("2026-03-01", "NaT"), "UTC"),
    ],
)
def test_a_null_is_no_day(act) -> None:
    with refuses(InvalidInput, match=r"must not be null, got .* at row 1 \(1 such rows of 2\)"):
        act()


# --- windows --------------------------------------------------------------------------------------------------


def window(start: str, end: str | None = None) -> Window:
    return Window(start=np.datetime64(start), end=None if end is None else np.datetime64(end))


def test_a_window_holds_its_start_and_not_its_end() -> None:
    may = window("2026-05-01", "2026-06-01")
    assert may.contains(np.datetime64("2026-05-01"))
    assert not may.contains(np.datetime64("2026-06-01"))
    assert may.contains(np.datetime64("2026-05-31T23:59:59.999999"))


def test_a_window_without_an_end_never_ends() -> None:
    open_end = window("2026-05-01")
    assert open_end.duration is None
    assert open_end.contains(np.datetime64("9999-12-31"))
    assert open_end.intersect(window("2026-06-01")) == window("2026-06-01")


@pytest.mark.parametrize("end", ["2026-05-01", "2026-04-30"])
def test_a_window_must_end_after_it_starts(end) -> None:
    with pytest.raises(ValidationError, match=r"end must be after the start, 2026-05-01 00:00:00\+00:00, got 2026-0"):
        window("2026-05-01", end)


def test_a_window_refuses_naive_ends_and_numbers() -> None:
    with pytest.raises(ValidationError, match="start must be an aware datetime or a datetime64, got naive"):
        Window(start=dt.datetime(2026, 5, 1))
    with pytest.raises(ValidationError, match="end must be an aware datetime"):
        Window(start=np.datetime64("2026-05-01"), end=5)


@pytest.mark.parametrize("other", [5, None, np.datetime64("2026-05-01")])
@pytest.mark.parametrize("act", [Window.overlaps, Window.intersect])
def test_a_window_meets_windows_alone(act, other) -> None:
    with refuses(InvalidInput, match=rf"Window\.{act.__name__}: other must be a Window, got"):
        act(window("2026-05-01"), other)


instants = st.integers(0, 30).map(lambda day: np.datetime64("2026-05-01") + np.timedelta64(day, "D"))
windows = st.tuples(instants, instants | st.none()).filter(lambda w: w[1] is None or w[0] < w[1])
windows = windows.map(lambda w: Window(start=w[0], end=w[1]))


@given(a=windows, b=windows, moment=instants)
def test_the_intersection_holds_what_both_hold(a, b, moment) -> None:
    both = a.intersect(b)
    assert both == b.intersect(a)
    assert (both is not None and both.contains(moment)) == (a.contains(moment) and b.contains(moment))
    assert a.overlaps(b) is b.overlaps(a) is (both is not None)


def test_windows_are_compared_as_instants_and_keep_their_zone() -> None:
    local = Window(start=dt.datetime(2026, 5, 1, 8, tzinfo=SHANGHAI))
    assert local == window("2026-05-01")
    assert hash(local) == hash(window("2026-05-01"))
    assert local.start.tzinfo is SHANGHAI
    assert local != "2026-05-01"


def test_the_two_readings_of_a_repeated_hour_are_two_windows() -> None:
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    first, second = (dt.datetime(2026, 10, 25, 2, 30, tzinfo=berlin, fold=fold) for fold in (0, 1))
    assert Window(start=first) != Window(start=second)
    assert Window(start=first, end=second).duration == dt.timedelta(hours=1)


@given(w=windows)
def test_a_window_survives_json_and_pickle(w) -> None:
    assert Window.model_validate_json(canonical(w)) == w
    assert pickle.loads(pickle.dumps(w)) == w


def test_a_window_is_written_in_utc() -> None:
    local = Window(start=dt.datetime(2026, 5, 1, 8, tzinfo=SHANGHAI))
    assert canonical(local) == b'{"end":null,"start":"2026-05-01T00:00:00.000000Z"}'


@given(zone_name=zones, on=modern_days, before=st.integers(0, 9), after=st.integers(0, 9))
def test_a_day_window_covers_whole_local_days(zone_name, on, before, after) -> None:
    tz = zoneinfo.ZoneInfo(zone_name)
    found = day_window(on, tz=zone_name, days_before=before, days_after=after)
    assert local_date(to_us(found.start), tz) == on - dt.timedelta(days=before)
    assert found.end is not None
    assert local_date(to_us(found.end), tz) == on + dt.timedelta(days=after + 1)
    assert local_date(to_us(found.end) - 1, tz) == on + dt.timedelta(days=after)


def test_a_day_that_the_zone_left_out_has_no_window() -> None:
    with refuses(Infeasible, match="on must be a day that Pacific/Apia has, got 2011-12-30"):
        day_window(dt.date(2011, 12, 30), tz="Pacific/Apia")
    assert day_window(dt.date(2011, 12, 30), tz="Pacific/Apia", days_after=1).duration == dt.timedelta(days=1)


@pytest.mark.parametrize("on", [dt.datetime(2026, 5, 1), "2026-05-01", None])
def test_a_day_window_wants_a_date(on) -> None:
    with refuses(InvalidInput, match="on must be a date"):
        day_window(on, tz="UTC")


def test_a_day_window_wants_whole_days_within_the_years_of_datetime() -> None:
    with refuses(InvalidInput, match="days_before must be a whole number from 0 to .*, got -1"):
        day_window(dt.date(2026, 5, 1), tz="UTC", days_before=-1)
    for on, zone_name in ((dt.date(9999, 12, 31), "UTC"), (dt.date(1, 1, 1), "Asia/Shanghai")):
        with refuses(Overflow, match=rf"on must keep the window within the years 1 to 9999 of UTC, got {on}"):
            day_window(on, tz=zone_name)
    with refuses(Overflow, match="days_before must keep the window within the years 1 to 9999 of UTC, got 1000000"):
        day_window(dt.date(2026, 5, 1), tz="UTC", days_before=10**6)
    with refuses(Overflow, match="days_after must keep the window .*, got 3000000"):
        day_window(dt.date(2026, 5, 1), tz="UTC", days_after=3 * 10**6)
    with refuses(InvalidInput, match="tz must be an IANA zone name"):
        day_window(dt.date(2026, 5, 1), tz="CST6")
