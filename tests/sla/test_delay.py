"""The cost of delay: the vectors and the laws of growth."""

from __future__ import annotations

import datetime as dt
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialmkt.core.errors import EmptyInput, InvalidInput, Overflow
from socialmkt.sla import delay_cost, equivalent_delay
from tests.refusals import refuses
from tests.strategies import COLUMN_KINDS

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "sla_delay.json").read_text(encoding="utf-8"))
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
US = dt.timedelta(microseconds=1)
DAY = 24 * HOUR


def test_one_long_wait_decides_the_equivalent_delay() -> None:
    vector = VECTORS["equivalent"]
    delays = np.array(vector["delays_minutes"], dtype="m8[m]")
    assert equivalent_delay(delays, doubling=None) == vector["mean_minutes"] * MINUTE
    found = equivalent_delay(delays, doubling=vector["doubling_hours"] * HOUR)
    assert round(found / MINUTE, 1) == vector["equivalent_minutes"]


def test_exposures_follow_the_logistic_curve() -> None:
    vector = VECTORS["exposed"]
    doubling = vector["doubling_hours"] * HOUR
    growth = math.log(2) / (doubling / MINUTE)
    settings: dict[str, Any] = {"doubling": doubling, "half_life": US, "rate": vector["rate_over_growth"] * growth}
    bounded = delay_cost(vector["delay_hours"] * HOUR, **settings, audience=vector["audience"])
    assert round(bounded + vector["rate_over_growth"]) == vector["exposed"]
    unbounded = delay_cost(vector["delay_hours"] * HOUR, **settings)
    assert round(unbounded + vector["rate_over_growth"]) == vector["unbounded"]


def test_what_does_not_double_grows_evenly() -> None:
    half_life = math.log(2) * 10 * MINUTE
    assert delay_cost(20 * MINUTE, doubling=None, half_life=half_life, rate=2) == pytest.approx(60)
    assert delay_cost(20 * MINUTE, doubling=None, half_life=half_life, rate=2, audience=50) == 50


delays = st.integers(0, 10**11).map(lambda us: us * US)
growths = st.integers(30, 5000).map(lambda minutes: minutes * MINUTE)


@given(a=delays, b=delays, doubling=growths, half_life=growths, audience=st.floats(1e5, 1e9))
def test_the_cost_rises_with_the_delay_and_with_the_audience(
    a: dt.timedelta, b: dt.timedelta, doubling: dt.timedelta, half_life: dt.timedelta, audience: float
) -> None:
    settings: dict[str, Any] = {"doubling": doubling, "half_life": half_life}
    less, more = sorted([a, b])
    slack = 1 + 1e-9
    first = delay_cost(less, **settings, audience=audience)
    assert first <= delay_cost(more, **settings, audience=audience) * slack
    assert first <= delay_cost(less, **settings, audience=2 * audience) * slack
    started = 1 / (math.log(2) / (doubling / MINUTE))
    assert first <= audience - started
    if less / doubling < 900:
        assert first <= delay_cost(less, **settings) * slack
    assert delay_cost(less, doubling=None, half_life=half_life) <= delay_cost(more, doubling=None, half_life=half_life)


@given(waits=st.lists(delays, min_size=1, max_size=8), doubling=growths)
def test_an_equivalent_delay_lies_between_the_mean_and_the_longest(
    waits: list[dt.timedelta], doubling: dt.timedelta
) -> None:
    found = equivalent_delay(waits, doubling=doubling)
    assert sum(waits, dt.timedelta(0)) / len(waits) - US <= found <= max(waits)


def test_a_vast_audience_bounds_nothing() -> None:
    settings: dict[str, Any] = {"doubling": HOUR, "half_life": HOUR}
    for delay in (0 * HOUR, US, 30 * HOUR):
        free = delay_cost(delay, **settings)
        assert delay_cost(delay, **settings, audience=1e300) == pytest.approx(free, rel=1e-12)


def test_where_growth_is_slow_an_equivalent_delay_is_the_mean() -> None:
    waits = [10 * DAY, 10 * DAY, 10 * DAY, 0 * DAY]
    found = equivalent_delay(waits, doubling=10**8 * DAY)
    assert 7.5 * DAY <= found < 7.5 * DAY + dt.timedelta(milliseconds=6)


def test_an_equivalent_delay_never_overflows() -> None:
    waits = np.array([0, 40_000], dtype="m8[D]")
    assert equivalent_delay(waits, doubling=HOUR) == dt.timedelta(days=40_000) - HOUR


@pytest.mark.parametrize("make", COLUMN_KINDS)
def test_one_delay_equals_a_column_of_any_kind(make: Any) -> None:
    waits = [5 * MINUTE, 2 * HOUR]
    settings: dict[str, Any] = {"doubling": HOUR, "half_life": HOUR}
    found = delay_cost(make(waits), **settings)
    assert found.tolist() == [delay_cost(wait, **settings) for wait in waits]
    assert delay_cost(np.timedelta64(2, "h"), **settings) == found[1]
    assert len(delay_cost([], **settings)) == 0


@pytest.mark.parametrize(
    ("ask", "kind", "words"),
    [
        (
            lambda: delay_cost(-MINUTE, doubling=HOUR, half_life=HOUR),
            InvalidInput,
            r"delay must be at least 0, got -1 day, 23:59:00\.$",
        ),
        (
            lambda: delay_cost([MINUTE, -MINUTE, -MINUTE], doubling=HOUR, half_life=HOUR),
            InvalidInput,
            r"delay must be at least 0, got .* at row 1 \(2 such rows of 3\)",
        ),
        (
            lambda: delay_cost([MINUTE, None], doubling=HOUR, half_life=HOUR),
            InvalidInput,
            r"delay must not be null, got None at row 1 \(1 such rows of 2\)\.$",
        ),
        (lambda: delay_cost(5, doubling=HOUR, half_life=HOUR), InvalidInput, "delay must be a timedelta, .* got 5"),
        (lambda: delay_cost(MINUTE, doubling=5, half_life=HOUR), InvalidInput, "doubling must be a timedelta above 0"),
        (
            lambda: delay_cost(MINUTE, doubling=HOUR, half_life=0 * HOUR),
            InvalidInput,
            "half_life must be a timedelta above 0",
        ),
        (
            lambda: delay_cost(MINUTE, doubling=np.timedelta64("NaT", "us"), half_life=HOUR),
            InvalidInput,
            "doubling must be a",
        ),
        (
            lambda: delay_cost(MINUTE, doubling=HOUR, half_life=HOUR, rate=0),
            InvalidInput,
            "rate must be a finite number",
        ),
        (
            lambda: delay_cost(MINUTE, doubling=HOUR, half_life=HOUR, rate=True),
            InvalidInput,
            "rate must be a finite number",
        ),
        (
            lambda: delay_cost(MINUTE, doubling=HOUR, half_life=HOUR, audience=50),
            InvalidInput,
            "audience must be above the exposures",
        ),
        (
            lambda: delay_cost(MINUTE, doubling=HOUR, half_life=HOUR, audience="50"),
            InvalidInput,
            "audience must be a finite",
        ),
        (
            lambda: delay_cost(1100 * HOUR, doubling=HOUR, half_life=HOUR),
            Overflow,
            r"delay must give exposures that fit a float, got [^(]*\. Pass the audience",
        ),
        (
            lambda: delay_cost([HOUR, 1005 * HOUR], doubling=HOUR, half_life=HOUR, rate=1e300),
            Overflow,
            r"delay must give exposures that fit a float, got .* at row 1 \(1 such rows of 2\)",
        ),
        (lambda: delay_cost(HOUR, doubling=None, half_life=HOUR, rate=1e308), Overflow, "exposures that fit a float"),
        (lambda: equivalent_delay([], doubling=HOUR), EmptyInput, "delays must hold at least one delay"),
        (lambda: equivalent_delay([-HOUR], doubling=HOUR), InvalidInput, "delays must be at least 0"),
        (lambda: equivalent_delay([HOUR], doubling=-HOUR), InvalidInput, "doubling must be a timedelta above 0"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(ask: Any, kind: Any, words: str) -> None:
    with refuses(kind, words):
        ask()
