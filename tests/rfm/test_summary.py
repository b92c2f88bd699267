"""The summary of a purchase log: its definition, its laws, its vectors and its refusals."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from socialmkt.core.errors import AmbiguousTime, EmptyInput, Infeasible, InvalidInput, Overflow
from socialmkt.rfm import CustomerSummary, PurchaseState, holdout, summarize
from tests.refusals import refuses
from tests.rfm import referee
from tests.rfm.logs import (
    HAND,
    HAND_AS_OF,
    UTC,
    VECTORS,
    arrays,
    cdnow,
    columns,
    int_logs,
    logs,
    maybe_zones,
    moments_or_days,
    policies,
    rules,
    units,
    utc,
    zoned_logs,
)
from tests.strategies import COLUMN_KINDS

MONDAY = np.array(["2026-03-02"], dtype="datetime64[D]")


def as_lists(summary: CustomerSummary) -> dict[str, list]:
    """Columns as Python values, instants aware."""
    table = {name: column.tolist() for name, column in summary.to_dict().items()}
    for name in ("first", "last"):
        table[name] = [when.replace(tzinfo=UTC) for when in table[name]]
    return table


# --- the definition -------------------------------------------------------------------------------------------------


@given(log=zoned_logs, rules=rules, as_of=st.one_of(st.none(), moments_or_days), orders=st.booleans())
def test_a_slow_definition_gives_every_column(log, rules, as_of, orders) -> None:
    rows, tz = log
    rules = {**rules, "tz": tz, "as_of": as_of}
    positional, keywords = columns(rows, orders=orders)
    found = summarize(*positional, **rules, **keywords)
    assert as_lists(found) == referee.summarize(rows, **rules, orders=orders)


@given(log=logs, cut=st.data(), unit=units, returns=policies, orders=st.booleans())
def test_a_summary_as_of_a_moment_is_the_summary_of_the_rows_up_to_it(log, cut, unit, returns, orders) -> None:
    as_of = cut.draw(st.sampled_from([row.when for row in log]))
    seen = [row for row in log if row.when <= as_of]
    positional, keywords = columns(log, orders=orders)
    found = summarize(*positional, as_of=as_of, unit=unit, returns=returns, **keywords)
    positional, keywords = columns(seen, orders=orders)
    alone = summarize(*positional, as_of=as_of, unit=unit, returns=returns, **keywords)
    assert found.later == len(log) - len(seen)
    assert found.model_copy(update={"later": 0}) == alone


@given(log=logs, order=st.data())
def test_row_order_is_irrelevant(log, order) -> None:
    shuffled = order.draw(st.permutations(log))
    assert summarize(*columns(shuffled)[0]) == summarize(*columns(log)[0])


@given(log=logs, unit=units, returns=policies)
def test_collapsing_orders_beforehand_changes_nothing(log, unit, returns) -> None:
    assume(returns != "gross")  # that policy looks at rows, which are no more
    positional, keywords = columns(log, orders=True)
    as_of = max(row.when for row in log)
    beforehand = referee.collapse(log)
    if returns == "match_occasion":
        beforehand = [row for row in beforehand if row.amount > 0]
    found = summarize(*positional, unit=unit, returns=returns, as_of=as_of, **keywords)
    assert as_lists(found) == as_lists(summarize(*columns(beforehand)[0], unit=unit, as_of=as_of))


@given(log=zoned_logs, unit=units)
def test_recency_and_span_make_the_age_and_nothing_is_lost_under_net(log, unit) -> None:
    rows, tz = log
    found = summarize(*columns(rows)[0], unit=unit, tz=tz)
    assert (found.since_last + found.span == found.age).all()
    assert min(found.since_last.min(), found.span.min(), found.age.min()) >= 0
    assert found.orders.sum() == len(rows)
    assert found.total.sum() == sum(row.amount for row in rows)


def test_no_count_of_days_runs_backwards_where_clocks_go_back_over_midnight() -> None:
    before, after = utc("2010-11-07T02:30"), utc("2010-11-07T02:31")  # in St. John's the 7th, then the 6th again
    found = summarize([1, 1, 2], [before, after, before], as_of=after, tz="America/St_Johns")
    assert [found[name].tolist() for name in ("since_last", "span", "age")] == [[0, 0]] * 3
    table = holdout([1, 1, 1], [before, after, utc("2010-11-20")], split=dt.date(2010, 11, 8), tz="America/St_Johns")
    assert (table["recency_cal"].tolist(), table["T_cal"].tolist()) == ([0], [1])


@given(log=int_logs, unit=units, tz=maybe_zones)
def test_lists_tuples_arrays_datetimes_and_datetime64_agree(log, unit, tz) -> None:
    found = summarize(*arrays(log), unit=unit, tz=tz)
    for make in (list, tuple):
        assert summarize(*map(make, columns(log)[0]), unit=unit, tz=tz) == found


@given(log=int_logs, unit=units)
def test_a_renaming_that_keeps_the_order_of_ids_changes_nothing_else(log, unit) -> None:
    found = summarize(*columns(log)[0], unit=unit)
    renamed = summarize(*columns([row._replace(customer=f"customer {row.customer}") for row in log])[0], unit=unit)
    assert renamed.customer.tolist() == [f"customer {number}" for number in found.customer]
    assert renamed.model_copy(update={"customer": found.customer}) == found


@pytest.mark.parametrize("make", COLUMN_KINDS)
def test_every_kind_of_column_gives_the_same_answer(make) -> None:
    when = np.array(["2026-03-01", "2026-03-02", "2026-03-05"], dtype="datetime64[D]")
    found = summarize(make([7, 5, 7]), when, make([1200, 500, 300]), order=make([1, 2, 3]))
    assert found.to_dict()["customer"].tolist() == [5, 7]
    assert found.total.tolist() == [500, 1500]


def test_ids_that_differ_in_a_trailing_nul_are_two_customers() -> None:
    found = summarize(["a\0", "a", "a\0"], np.repeat(MONDAY, 3))
    assert found.customer.tolist() == ["a", "a\0"]
    assert found.orders.tolist() == [1, 2]


def test_ids_may_span_all_of_64_bits() -> None:
    ids = [2**63 - 1, -(2**63), 0, -(2**63)]
    assert summarize(ids, np.repeat(MONDAY, 4)).customer.tolist() == [-(2**63), 0, 2**63 - 1]
    large = summarize([2**64 - 1, 1], [utc("2026-03-02"), utc("2026-03-01")])
    assert large.customer.dtype == np.uint64
    assert large.head(1).customer.tolist() == [1]


def test_ids_beyond_int64_leave_no_trace_when_they_are_not_seen() -> None:
    log = ([2**64 - 1, 1], [utc("2026-03-02"), utc("2026-03-01")])
    assert summarize(*log, as_of=utc("2026-03-01")).customer.dtype == np.int64


def test_hours_over_centuries_are_grouped_all_the_same() -> None:
    rng = np.random.default_rng(5)
    customer = rng.integers(-(2**63), 2**63 - 1, 40, dtype=np.int64).repeat(3)
    when = rng.integers(-(2**62), 2**62, 120).astype("datetime64[us]")
    found = summarize(customer, when.astype("datetime64[h]"), np.ones(120, np.int64), as_of=utc("2026-03-01"), unit="h")
    seen = when.astype("datetime64[h]") <= np.datetime64("2026-03-01T00")
    assert found.orders.sum() == seen.sum()
    assert found.customer.tolist() == sorted(set(customer[seen].tolist()))


@pytest.mark.parametrize("kind", [uuid.UUID, lambda number: number.to_bytes(16, "big")])
def test_uuids_and_bytes_are_ids_too(kind) -> None:
    make = (lambda number: kind(int=number)) if kind is uuid.UUID else kind
    found = summarize([make(7), make(5), make(7)], np.repeat(MONDAY, 3))
    assert found.customer.tolist() == [make(5), make(7)]


def test_input_is_never_changed_and_the_result_is_read_only() -> None:
    log = arrays([row._replace(customer=number) for number, row in enumerate(HAND)])
    before = [column.copy() for column in log]
    found = summarize(*log, returns="gross")
    assert all((column == copy).all() for column, copy in zip(log, before, strict=True))
    with pytest.raises(ValueError, match="read-only"):
        found.total[0] = 1


# --- periods --------------------------------------------------------------------------------------------------------


def test_weeks_begin_on_monday_also_before_1970() -> None:
    days = np.array(["1969-12-28", "1969-12-29", "1970-01-04", "1970-01-05"], dtype="datetime64[D]")
    found = summarize(range(4), days, as_of=days[-1], unit="W")
    assert found.age.tolist() == [2, 1, 1, 0]


def test_a_quarter_is_three_calendar_months_also_before_1970() -> None:
    days = np.array(["1969-09-30", "1969-10-01", "1969-12-31", "1970-03-31"], dtype="datetime64[D]")
    found = summarize(range(4), days, unit="Q")
    assert found.age.tolist() == [2, 1, 1, 0]


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_local_day_may_have_23_or_25_hours(day, hours) -> None:
    zone = ZoneInfo("Europe/Berlin")
    start = dt.datetime.fromisoformat(day).replace(tzinfo=zone).astimezone(UTC)
    end = start + dt.timedelta(hours=hours)
    found = summarize([1, 1, 2], [start, end - dt.timedelta(microseconds=1), end], tz="Europe/Berlin")
    assert found.periods.tolist() == [1, 1]
    assert found.span.tolist() == [0, 0]
    assert found.age.tolist() == [1, 0]


def test_a_day_is_that_day_in_every_zone() -> None:
    days = np.array(["2026-03-01", "2026-03-02"], dtype="datetime64[D]")
    found = summarize([1, 1], days, as_of=dt.date(2026, 3, 3), tz="America/New_York")
    assert found.since_last.tolist() == [1]
    assert found.rows().__next__().first == dt.datetime(2026, 3, 1, 5, tzinfo=UTC)


def test_months_over_a_long_time_agree_with_months_over_a_short_one() -> None:
    days = np.array(["1600-02-29", "2026-03-01"], dtype="datetime64[D]")
    assert summarize([1, 1], days, unit="M").span.tolist() == [12 * 426 + 1]


# --- as_of ----------------------------------------------------------------------------------------------------------


def test_as_of_is_inclusive_and_a_day_is_seen_to_its_end() -> None:
    late = utc("2026-03-31T23:59:59.999999")
    for as_of in (dt.date(2026, 3, 31), np.datetime64("2026-03-31"), late, np.datetime64("2026-03-31T23:59:59.999999")):
        assert summarize([1], [late], as_of=as_of).later == 0
    assert summarize([1], [late], as_of=late - dt.timedelta(microseconds=1)).later == 1
    assert summarize([1], [late], as_of=np.datetime64("2026-03-31T23:59:59.999999999")).later == 0


def test_as_of_a_day_means_that_local_day() -> None:
    when = [dt.datetime(2026, 3, 31, 23, 59, tzinfo=ZoneInfo("America/New_York"))]
    assert summarize([1], when, as_of=dt.date(2026, 3, 31)).later == 1
    found = summarize([1], when, as_of=dt.date(2026, 3, 31), tz="America/New_York")
    assert (found.later, found.since_last.tolist()) == (0, [0])
    assert found.as_of == dt.datetime(2026, 4, 1, 3, 59, 59, 999999, tzinfo=UTC)


def test_as_of_is_the_latest_instant_before_the_returns_policy() -> None:
    when = [utc("2026-03-01T09:00"), utc("2026-03-11T08:00")]
    found = summarize(["bo", "cy"], when, [500, -100], returns="gross")
    assert found.as_of == when[1]
    assert found.customer.tolist() == ["bo"]
    assert found.since_last.tolist() == [10]


def test_an_as_of_in_mid_week_sees_part_of_the_week() -> None:
    when = [utc("2026-03-30T09:00"), utc("2026-04-01T09:00")]
    found = summarize([1, 1], when, as_of=dt.date(2026, 3, 31), unit="W")
    assert (found.orders.tolist(), found.age.tolist(), found.later) == ([1], [0], 1)


def test_without_rows_as_of_must_be_given_and_gives_an_empty_table() -> None:
    with refuses(EmptyInput, match=r"rfm.summarize: as_of must be given"):
        summarize([], [])
    with refuses(EmptyInput, match="as_of"):
        summarize([None], [utc("2026-03-01")], on_null="drop")
    found = summarize([], [], [], as_of=dt.date(2026, 3, 31))
    assert len(found) == 0
    assert found.columns == summarize([1], MONDAY, [5]).columns
    assert [column.dtype for column in found.to_dict().values()] == [
        column.dtype for column in summarize([1], MONDAY, [5]).to_dict().values()
    ]
    assert "total" not in summarize([], [], as_of=dt.date(2026, 3, 31))
    assert len(found.btyd()) == 0


@pytest.mark.parametrize("unit", ["h", "D", "W", "M", "Q"])
@pytest.mark.parametrize("returns", ["net", "gross", "match_occasion", "reject"])
def test_a_log_that_lies_after_as_of_gives_an_empty_table(unit, returns) -> None:
    found = summarize(["a"], MONDAY, [5], order=[1], as_of=dt.date(2026, 3, 1), unit=unit, returns=returns, tz="UTC")
    assert (len(found), found.later) == (0, 1)


def test_metadata_stays_with_parts_of_the_table() -> None:
    found = summarize(["a", "b", None], np.repeat(MONDAY, 3), as_of=dt.date(2026, 3, 31), on_null="drop", tz="UTC")
    for part in (found.head(1), found.filter(found.orders > 1), found.sort_by("age", descending=True)):
        assert isinstance(part, CustomerSummary)
        assert (part.as_of, part.unit, part.tz, part.dropped, part.later) == (found.as_of, "D", "UTC", 1, 0)


def test_a_summary_comes_back_from_json() -> None:
    found = summarize(*columns(HAND)[0])
    assert CustomerSummary.model_validate_json(found.model_dump_json()) == found


# --- returns, nulls, money ------------------------------------------------------------------------------------------


def test_gross_leaves_out_returns_and_keeps_zeros() -> None:
    found = summarize([1, 1, 1], np.repeat(MONDAY, 3), [0, 500, -500], returns="gross")
    assert (found.orders.tolist(), found.total.tolist()) == ([2], [500])


def test_match_occasion_matches_by_order_or_else_by_period() -> None:
    when = np.array(["2026-03-01", "2026-03-01", "2026-03-02"], dtype="datetime64[D]")
    by_period = summarize([1, 1, 1], when, [500, -500, 300], returns="match_occasion")
    assert (by_period.orders.tolist(), by_period.total.tolist()) == ([1], [300])
    by_order = summarize([1, 1, 1], when, [500, -500, 300], order=[7, 8, 8], returns="match_occasion")
    assert (by_order.orders.tolist(), by_order.total.tolist()) == ([1], [500])


def test_a_customer_left_with_no_occasion_vanishes() -> None:
    assert len(summarize([1, 1], np.repeat(MONDAY, 2), [500, -500], returns="match_occasion")) == 0


def test_reject_counts_the_negative_amounts_that_are_seen() -> None:
    log = ([1, None, 1, 1], [utc("2026-03-01")] * 2 + [utc("2026-03-02"), utc("2026-03-03")], [5, 5, -5, -7])
    with refuses(InvalidInput, match=r"rfm.summarize: amount must be at least 0, got -5 at row 2 \(2 such rows of 4\)"):
        summarize(*log, returns="reject", on_null="drop")
    with refuses(InvalidInput, match=r"got -5 at row 2 \(1 such rows of 4\)"):
        summarize(*log, returns="reject", on_null="drop", as_of=utc("2026-03-02"))
    assert summarize(*log, returns="reject", on_null="drop", as_of=utc("2026-03-01")).total.tolist() == [5]


def test_an_order_under_two_customers_counts_for_each() -> None:
    assert summarize([1, 2], np.repeat(MONDAY, 2), [5, 7], order=[1, 1]).orders.tolist() == [1, 1]


def test_a_null_in_any_given_column_is_refused_or_drops_the_row() -> None:
    when = [utc("2026-03-01"), None, utc("2026-03-03"), utc("2026-03-04"), utc("2026-03-05")]
    log = (["a", "b", None, "d", "e"], when, [5, 5, 5, None, 5])
    with refuses(InvalidInput, match=r'rfm.summarize: customer must not be null, got None at row 2 .*on_null="drop"'):
        summarize(*log)
    found = summarize(*log, order=[1, 2, 3, 4, None], on_null="drop")
    assert (found.customer.tolist(), found.dropped) == (["a"], 4)


def test_nullable_ids_do_not_pass_through_floats() -> None:
    pandas = pytest.importorskip("pandas")
    ids = pandas.Series([2**53 + 1, None, 2**53], dtype="Int64")
    found = summarize(ids, np.repeat(MONDAY, 3), on_null="drop")
    assert (found.customer.tolist(), found.dropped) == ([2**53, 2**53 + 1], 1)


def test_money_in_major_units_needs_its_currency() -> None:
    with refuses(InvalidInput, match='rfm.summarize: amount must .*currency="CNY"'):
        summarize([1], MONDAY, [11.77])
    with refuses(InvalidInput, match='amount must .*currency="CNY"'):
        summarize([1], MONDAY, np.array([5.0]))
    for amount in (11.77, Decimal("11.77"), "11.77"):
        assert summarize([1], MONDAY, [amount], currency="USD").total.tolist() == [1177]
    assert summarize([1], MONDAY, np.array([11.77]), currency="USD").total.tolist() == [1177]


@pytest.mark.parametrize(
    ("amount", "currency"), [(11.777, "USD"), (1.5, "JPY"), (2.0**50, "USD"), (float("inf"), "USD"), ("x", "USD")]
)
def test_money_that_is_no_whole_number_of_minor_units_is_refused_with_its_row(amount, currency) -> None:
    with refuses(InvalidInput, match=r"rfm.summarize: amount must .* at row 1"):
        summarize([1, 1], np.repeat(MONDAY, 2), ["1" if isinstance(amount, str) else 1.0, amount], currency=currency)


def test_nan_is_a_null_where_the_currency_is_given() -> None:
    amounts = np.array([1.5, np.nan])
    found = summarize([1, 1], np.repeat(MONDAY, 2), amounts, currency="USD", on_null="drop")
    assert (found.total.tolist(), found.dropped) == ([150], 1)
    with refuses(InvalidInput, match="amount must not be null, got nan at row 1"):
        summarize([1, 1], np.repeat(MONDAY, 2), amounts, currency="USD")


def test_totals_are_exact_up_to_the_bound_and_refused_beyond() -> None:
    half = 2**62
    exact = summarize([1, 1, 1], np.repeat(MONDAY, 3), [half, half - 1, 0])
    assert exact.total.tolist() == [2**63 - 1]
    with refuses(Overflow, match=r"rfm.summarize: amount must add up to less than 2\*\*63"):
        summarize([1, 2], np.repeat(MONDAY, 2), [half, -half])
    with refuses(Overflow, match="9,223,372,036,854,775,808"):
        summarize([1], MONDAY, [-(2**63)])
    assert summarize([1, 2], np.repeat(MONDAY, 2), [half, -half], returns="gross").total.tolist() == [half]


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=5))
def test_the_bound_holds_for_the_sum_of_absolute_amounts(amounts) -> None:
    log = ([1] * len(amounts), np.repeat(MONDAY, len(amounts)), amounts)
    if sum(map(abs, amounts)) < 2**63:
        assert summarize(*log).total.tolist() == [sum(amounts)]
    else:
        with refuses(Overflow, match="amount"):
            summarize(*log)


# --- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keywords", "match"),
    [
        ({"unit": "d"}, "unit must be one of h, D, W, M, Q, got 'd'"),
        ({"unit": ["D"]}, "unit must be one of"),
        ({"returns": "nett"}, "returns must be one of net, gross, match_occasion, reject, got 'nett'"),
        ({"on_null": "skip"}, "on_null must be one of raise, drop"),
        ({"tz": "Asia/Shangai"}, "tz must be an IANA zone name .*Asia/Shanghai"),
        ({"currency": "RMB"}, "currency must be an ISO 4217 code"),
        ({"as_of": "2026-03-31"}, "as_of must be an aware datetime, a datetime64 or a date"),
        ({"as_of": 5}, "as_of must be"),
        ({"as_of": np.datetime64("2026-03")}, "as_of must be"),
        ({"as_of": np.datetime64("2026-03-02", "W")}, "as_of must be"),
        ({"as_of": np.datetime64("NaT", "us")}, "as_of must be"),
        ({"as_of": np.datetime64("NaT", "D")}, "as_of must be"),
    ],
)
def test_a_wrong_word_or_moment_is_refused_by_name(keywords, match) -> None:
    with refuses(InvalidInput, match=f"rfm.summarize: {match}"):
        summarize([1], MONDAY, [5], **keywords)


def test_a_naive_time_is_refused() -> None:
    naive = dt.datetime(2026, 3, 1, 9)
    with refuses(AmbiguousTime, match="rfm.summarize: when must .* naive"):
        summarize([1], [naive])
    with refuses(AmbiguousTime, match="rfm.summarize: as_of must .* naive"):
        summarize([1], MONDAY, as_of=naive)


@pytest.mark.parametrize(
    "when",
    [
        ["2026-03-01"],
        [5],
        [dt.time(9)],
        [dt.timedelta(1)],
        MONDAY.astype("datetime64[M]"),
        MONDAY.astype("datetime64[Y]"),
        MONDAY.astype("datetime64[W]"),
        [np.datetime64("2026-03")],
    ],
)
def test_what_is_no_instant_and_no_day_is_refused_naming_when(when) -> None:
    with refuses(InvalidInput, match="rfm.summarize: when must"):
        summarize([1], when)


@pytest.mark.parametrize(
    "make", [list, tuple, lambda items: np.array(items, dtype=object)], ids=["list", "tuple", "objects"]
)
@pytest.mark.parametrize("unit", ["Y", "M", "W", "7D"])
def test_a_month_among_days_is_refused_with_its_row_wherever_it_stands(make, unit) -> None:
    month = MONDAY.astype(f"datetime64[{unit}]")[0]
    when = make([None, dt.date(2026, 3, 2), month, np.datetime64("NaT", "M"), utc("2026-03-02"), month])
    log = (list(range(6)), when)
    match = r"when must hold instants or days, got .* at row 2 \(2 such rows of 6\)"
    with refuses(InvalidInput, match=f"rfm.summarize: {match}"):
        summarize(*log, on_null="drop")
    with refuses(InvalidInput, match=f"rfm.holdout: {match}"):
        holdout(*log, split=dt.date(2026, 3, 1), on_null="drop")
    with refuses(InvalidInput, match=f"PurchaseState.from_columns: {match}"):
        PurchaseState.from_columns(*log, on_null="drop")


def test_times_outside_microseconds_or_the_calendar_are_refused() -> None:
    with refuses(Overflow, match="rfm.summarize: when must"):
        summarize([1], np.array([10**16], dtype="datetime64[s]"))
    with refuses(Overflow, match="rfm.summarize: as_of must"):
        summarize([1], MONDAY, as_of=np.datetime64(10**16, "s"))
    with refuses(Overflow, match="rfm.summarize: when must"):
        summarize([1], np.array(["20000-01-01"], dtype="datetime64[us]"))


@pytest.mark.parametrize("as_of", [dt.date.max, np.datetime64("9999-12-31"), np.datetime64("10000-01-01T00")])
def test_an_as_of_past_the_last_datetime_is_refused_by_the_caller_s_name(as_of) -> None:
    got = str(as_of)
    with refuses(Overflow, match=f"rfm.summarize: as_of must lie in the years 1 to 9999 of UTC, got {got}"):
        summarize(["a"], [dt.date(2026, 3, 1)], as_of=as_of, tz="America/New_York")
    for end in ({"split": as_of}, {"split": dt.date(2026, 3, 1), "end": as_of}):
        with refuses(Overflow, match=f"rfm.holdout: {list(end)[-1]} must lie in the years 1 to 9999 of UTC, got {got}"):
            holdout([1], [dt.date(2026, 3, 1)], **end, tz="America/Los_Angeles")
    state = PurchaseState.from_columns([1], [dt.date(2026, 3, 1)], tz="America/New_York")
    with refuses(Overflow, match=f"PurchaseState.summarize: as_of must lie in the years 1 to 9999 of UTC, got {got}"):
        state.summarize(as_of=as_of)
    assert summarize([1], MONDAY, as_of=dt.date.max, tz="Asia/Shanghai").as_of.year == 9999


def test_a_latest_row_past_the_last_datetime_is_refused_by_the_caller_s_name() -> None:
    far = np.array(["12000-01-01"], dtype="datetime64[s]")
    with refuses(Overflow, match=r"rfm.summarize: when must lie in the years 1 to 9999 of UTC, got 12000-01-01"):
        summarize([1], far)
    with refuses(Overflow, match=r"rfm.holdout: when must lie in the years 1 to 9999 of UTC, got 12000-01-01"):
        holdout([1], far, split=dt.date(2026, 3, 1))
    state = PurchaseState.from_columns([1, 1], np.append(far, MONDAY), order=[1, 1])
    with refuses(
        Overflow, match=r"PurchaseState.summarize: as_of must .*, got 12000-01-01.*latest instant of all rows"
    ):
        state.summarize()
    with refuses(Infeasible, match=r"PurchaseState.summarize: as_of must not part .* to 12000-01-01"):
        state.summarize(as_of=dt.date(2026, 3, 31))


def test_a_returns_policy_without_amounts_is_refused() -> None:
    for returns in ("gross", "match_occasion", "reject"):
        with refuses(InvalidInput, match="rfm.summarize: returns must be 'net'"):
            summarize([1], MONDAY, returns=returns)


def test_columns_of_unequal_length_and_float_ids_are_refused() -> None:
    with refuses(InvalidInput, match="rfm.summarize: amount must be as long as customer"):
        summarize([1, 2], np.repeat(MONDAY, 2), [5])
    with refuses(InvalidInput, match="rfm.summarize: customer must"):
        summarize(np.array([1.0]), MONDAY)


# --- vectors --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", VECTORS["log"]["by_unit"])
def test_the_log_worked_by_hand(unit) -> None:
    stored = VECTORS["log"]
    found = summarize(*columns(HAND)[0], as_of=HAND_AS_OF, unit=unit)
    expected = {name: stored[name] for name in ("customer", "orders", "total")} | stored["by_unit"][unit]
    assert {name: found[name].tolist() for name in expected} == expected
    assert found.mean_order.round(2).tolist() == stored["mean_order"]


@pytest.mark.parametrize("call", VECTORS["cdnow"]["btyd"], ids=lambda call: call["unit"])
def test_the_sums_of_cdnow(call) -> None:
    as_of = None if call["as_of"] is None else dt.date.fromisoformat(call["as_of"])
    found = summarize(*cdnow(), as_of=as_of, unit=call["unit"])
    table = found.btyd(include_first=call["include_first"])
    assert len(table) == VECTORS["cdnow"]["customers"]
    assert [int(table[name].sum()) for name in ("frequency", "recency", "T")] == [
        call[name] for name in ("frequency", "recency", "T")
    ]
    assert round(float(table["monetary_value"].sum()), 4) == call["monetary_value"]
    assert found.later == call.get("later", found.later)
    assert found.since_last.sum() == call.get("since_last", found.since_last.sum())


def test_rows_left_out_do_not_shift_the_names_of_customers() -> None:
    when = [utc("2026-03-01"), None, utc("2026-03-03"), utc("2026-03-04"), utc("2026-03-05")]
    log = (["e", "d", "c", "b", "a"], when, [5, 5, -5, 5, 5])
    for order in (None, ["v", "w", "x", "y", "z"]):
        found = summarize(*log, order=order, on_null="drop", returns="gross", as_of=utc("2026-03-04"))
        assert (found.customer.tolist(), found.dropped, found.later) == (["b", "e"], 1, 1)
