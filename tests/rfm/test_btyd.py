"""The columns that models of repeat purchase are fitted and tested on."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from socialmkt.core.errors import AmbiguousTime, EmptyInput, InvalidInput, Overflow
from socialmkt.rfm import holdout, summarize
from tests.refusals import refuses
from tests.rfm import referee
from tests.rfm.logs import VECTORS, cdnow, columns, logs, moments_or_days, rules, utc, zoned_logs

DAYS = np.array(["2026-03-01", "2026-03-01", "2026-03-15", "2026-04-02", "2026-04-02"], dtype="datetime64[D]")
MARCH, APRIL = dt.date(2026, 3, 31), dt.date(2026, 4, 30)


def test_the_view_names_the_columns_as_the_models_do() -> None:
    table = summarize([7] * 5, DAYS, [1200, 800, 3000, 500, 300], as_of=APRIL).btyd()
    assert table.columns == ("customer", "frequency", "recency", "T", "monetary_value")
    assert [table[name].tolist() for name in table.columns] == [[7], [2], [32], [60], [1900]]
    assert table["recency"].dtype == table["T"].dtype == np.int64


def test_the_first_period_counts_where_asked() -> None:
    table = summarize([7] * 5, DAYS, [1200, 800, 3000, 500, 300], as_of=APRIL).btyd(include_first=True)
    assert [table[name].tolist() for name in ("frequency", "monetary_value")] == [[3], [5800 / 3]]


def test_without_amounts_there_is_no_monetary_value() -> None:
    assert summarize([7] * 5, DAYS).btyd().columns == ("customer", "frequency", "recency", "T")
    assert "monetary_value_cal" not in holdout([7] * 5, DAYS, split=MARCH)


@given(log=logs, scale=st.floats(0.1, 400))
def test_scale_divides_recency_and_age_only(log, scale) -> None:
    summary = summarize(*columns(log)[0])
    plain, scaled = summary.btyd(), summary.btyd(scale=scale)
    assert (scaled["recency"] == plain["recency"] / scale).all()
    assert (scaled["T"] == plain["T"] / scale).all()
    assert (scaled["frequency"] == plain["frequency"]).all()


@pytest.mark.parametrize("scale", [0, -1, math.inf, math.nan, "7", True, None])
def test_a_scale_that_is_no_number_above_0_is_refused(scale) -> None:
    with refuses(InvalidInput, match="CustomerSummary.btyd: scale must be a finite number above 0"):
        summarize([7] * 5, DAYS).btyd(scale=scale)


def split_by_hand(log, split, end, *, unit, returns, tz, orders) -> dict[str, list]:
    """The definition, from the referee's parts."""
    at_split, at_end = (referee.period(referee.last_moment(at, tz), unit, tz) for at in (split, end))
    log = [row for row in log if referee.period(row.when, unit, tz) <= at_end]
    counted = referee.purchases(log, unit, returns, tz, orders=orders)
    early = [row for row in counted if referee.period(row.when, unit, tz) <= at_split]
    late = [row for row in counted if referee.period(row.when, unit, tz) > at_split]
    table = referee.summarize(early, unit=unit, tz=tz) if early else {}
    found = {"customer": table.get("customer", [])}
    found["frequency_cal"] = [periods - 1 for periods in table.get("periods", [])]
    found["recency_cal"] = table.get("span", [])
    found["T_cal"] = [at_split - referee.period(first, unit, tz) for first in table.get("first", [])]
    found["monetary_value_cal"] = table.get("mean_repeat", [])
    rows = [[row for row in late if row.customer == customer] for customer in found["customer"]]
    periods = [len({referee.period(row.when, unit, tz) for row in own}) for own in rows]
    totals = [sum(row.amount for row in own) for own in rows]
    found["frequency_holdout"] = periods
    found["monetary_value_holdout"] = [
        total / count if count else 0.0 for total, count in zip(totals, periods, strict=True)
    ]
    found["duration_holdout"] = [at_end - at_split] * len(rows)
    return found


@given(log=zoned_logs, split=moments_or_days, end=moments_or_days, rules=rules, orders=st.booleans())
def test_a_slow_definition_gives_every_column_of_the_split(log, split, end, rules, orders) -> None:
    rows, tz = log
    rules, unit = {**rules, "tz": tz}, rules["unit"]
    at_split, at_end = (referee.period(referee.last_moment(at, tz), unit, tz) for at in (split, end))
    assume(at_end > at_split)
    positional, order = columns(rows, orders=orders)
    found = holdout(*positional, split=split, end=end, **rules, **order)
    expected = split_by_hand(rows, split, end, **rules, orders=orders)
    assert {name: column.tolist() for name, column in found.to_dict().items()} == expected


def test_no_period_lies_on_both_sides() -> None:
    when = [utc("2026-03-02T09:00"), utc("2026-03-04T09:00"), utc("2026-03-06T09:00"), utc("2026-03-09T09:00")]
    table = holdout([1] * 4, when, split=when[1], unit="W")
    assert (table["frequency_cal"].tolist(), table["frequency_holdout"].tolist()) == ([0], [1])


def test_the_last_day_of_the_calibration_is_all_of_it() -> None:
    when = [utc("2026-03-31T23:59"), utc("2026-04-01T00:00")]
    for split in (MARCH, utc("2026-03-31T00:00"), np.datetime64("2026-03-31T12")):
        table = holdout([1, 1], when, [5, 7], split=split)
        assert (table["frequency_holdout"].tolist(), table["monetary_value_holdout"].tolist()) == ([1], [7])


def test_money_is_a_mean_per_period_and_not_per_row() -> None:
    table = holdout([7] * 5, DAYS, [1200, 800, 3000, 500, 300], split=MARCH)
    assert table["monetary_value_holdout"].tolist() == [800]


def test_rows_after_the_end_are_not_seen_and_new_customers_do_not_appear() -> None:
    table = holdout([1, 2, 1], DAYS[[0, 2, 3]], split=dt.date(2026, 3, 2), end=dt.date(2026, 3, 20))
    assert (table["customer"].tolist(), table["frequency_holdout"].tolist()) == ([1], [0])
    assert table["duration_holdout"].tolist() == [18]


def test_an_order_belongs_to_its_earliest_row() -> None:
    table = holdout([1, 1, 1], DAYS[[0, 2, 3]], [5, 7, 9], order=[1, 2, 2], split=MARCH)
    assert (table["monetary_value_cal"].tolist(), table["frequency_holdout"].tolist()) == ([16], [0])


def test_negative_amounts_after_the_end_are_not_rejected() -> None:
    table = holdout([1, 1, 1], DAYS[[0, 2, 3]], [5, 7, -9], returns="reject", split=DAYS[0], end=MARCH)
    assert table["monetary_value_holdout"].tolist() == [7]


def test_without_rows_there_are_all_columns() -> None:
    table = holdout([], [], [], split=MARCH, end=APRIL)
    assert (len(table), len(table.columns)) == (0, 8)


@pytest.mark.parametrize("end", [MARCH, dt.date(2026, 3, 1)])
def test_an_end_that_is_not_in_a_later_period_is_refused(end) -> None:
    with refuses(InvalidInput, match=r"rfm.holdout: end must lie in a later period \(unit 'M'\)"):
        holdout([7] * 5, DAYS, split=dt.date(2026, 3, 1), end=end, unit="M")
    with refuses(InvalidInput, match="rfm.holdout: end must lie in a later period"):
        holdout([7] * 5, DAYS, split=APRIL)


def test_bad_input_is_refused_by_name() -> None:
    with refuses(EmptyInput, match="rfm.holdout: end must be given"):
        holdout([], [], split=MARCH)
    with refuses(InvalidInput, match="rfm.holdout: split must be"):
        holdout([7] * 5, DAYS, split="2026-03-31")
    with refuses(InvalidInput, match="rfm.holdout: end must be"):
        holdout([7] * 5, DAYS, split=MARCH, end=5)
    with refuses(AmbiguousTime, match="rfm.holdout: split must"):
        holdout([7] * 5, DAYS, split=dt.datetime(2026, 3, 31))
    with refuses(InvalidInput, match="rfm.holdout: unit must"):
        holdout([7] * 5, DAYS, split=MARCH, unit="Y")
    with refuses(InvalidInput, match="rfm.holdout: returns must be 'net'"):
        holdout([7] * 5, DAYS, split=MARCH, returns="gross")
    with refuses(Overflow, match="rfm.holdout: amount must"):
        holdout([7, 7], DAYS[[0, 3]], [2**62, 2**62], split=MARCH)


def test_the_sums_of_cdnow_split_in_1997() -> None:
    stored = VECTORS["cdnow"]["holdout"]
    split, end = dt.date.fromisoformat(stored["split"]), dt.date.fromisoformat(stored["end"])
    table = holdout(*cdnow(), split=split, end=end)
    for name in ("frequency_cal", "frequency_holdout"):
        assert table[name].sum() == stored[name]
    assert round(float(table["monetary_value_holdout"].sum()), 4) == stored["monetary_value_holdout"]
    assert set(table["duration_holdout"].tolist()) == {stored["duration_holdout"]}
