"""Purchase logs for the tests: drawn, stored and real."""

from __future__ import annotations

import csv
import datetime as dt
import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st

from tests.rfm.referee import EPOCH, Purchase
from tests.strategies import zones

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TESTS = Path(__file__).parents[1]
VECTORS = json.loads((TESTS / "vectors" / "rfm_summary.json").read_text(encoding="utf-8"))

UTC = dt.UTC


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=UTC)


HAND = [Purchase(customer, utc(when), amount) for customer, when, amount in VECTORS["log"]["rows"]]
HAND_AS_OF = dt.date.fromisoformat(VECTORS["log"]["as_of"])


@functools.cache
def cdnow() -> tuple[list[str], np.ndarray, np.ndarray]:
    """Customers as text, days, and cents of the CDNOW sample."""
    path = TESTS.parent / "docs" / "data" / "cdnow.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    cents = [round(float(row["amount"]) * 100) for row in rows]
    days = np.array([row["date"] for row in rows], dtype="datetime64[D]")
    return [row["customer"] for row in rows], days, np.array(cents)


def columns(log: Sequence[Purchase], *, orders: bool = False) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Arguments of `summarize` for a log."""
    customer, when, amount, order = zip(*log, strict=True) if log else ((), (), (), ())
    return (list(customer), list(when), list(amount)), {"order": list(order)} if orders else {}


def arrays(log: Sequence[Purchase]) -> tuple[Any, ...]:
    """The same as numpy arrays, for int customers."""
    us = [(row.when - EPOCH) // dt.timedelta(microseconds=1) for row in log]
    return (
        np.array([row.customer for row in log], dtype=np.int64),
        np.array(us, dtype=np.int64).view("datetime64[us]"),
        np.array([row.amount for row in log], dtype=np.int64),
    )


def times(start: str = "1969-10-01", days: int = 240) -> st.SearchStrategy[dt.datetime]:
    """Instants over some months, bunched so that days, weeks and hours are shared; both sides of 1970."""
    first = utc(start)
    exact = st.integers(0, days * 86_400 * 10**6 - 1).map(lambda us: first + dt.timedelta(microseconds=us))
    round_ = st.integers(0, days * 2).map(lambda half: first + dt.timedelta(hours=12 * half))
    return st.one_of(exact, round_)


CUSTOMERS: list[Callable[[int], Any]] = [
    lambda number: number,
    lambda number: number - 2**63 + 2,
    lambda number: ["a", "a\0", "ann", "", "b", "伞"][number],
    lambda number: [b"a", b"a\0", b"", b"\xff", b"bo", b"ann"][number],
]


def purchases(make: Callable[[int], Any], when: st.SearchStrategy[dt.datetime]) -> st.SearchStrategy[Purchase]:
    order = st.integers(0, 2)
    return st.builds(Purchase, st.integers(0, 5).map(make), when, st.integers(-500, 2_000), order)


logs = st.sampled_from(CUSTOMERS).flatmap(lambda make: st.lists(purchases(make, times()), min_size=1, max_size=30))
int_logs = st.lists(purchases(CUSTOMERS[0], times()), min_size=1, max_size=30)
maybe_zones = st.one_of(st.none(), zones)
nights = st.integers(-3, 2).map(lambda half: utc("2010-11-07T02:31") + dt.timedelta(seconds=30 * half))
"""Around the minute after midnight at which the clocks of St. John's went back to the day before."""
night_logs = st.lists(purchases(lambda number: number % 2, nights), min_size=1, max_size=5)
zoned_logs = st.one_of(st.tuples(logs, maybe_zones), st.tuples(night_logs, st.just("America/St_Johns")))
days_around = st.builds(
    lambda when, days: when.date() + dt.timedelta(days), st.one_of(times(), nights), st.integers(-1, 9)
)
moments_or_days = st.one_of(times(), nights, days_around)
units = st.sampled_from(["h", "D", "W", "M", "Q"])
policies = st.sampled_from(["net", "gross", "match_occasion"])
rules = st.fixed_dictionaries({"unit": units, "tz": maybe_zones, "returns": policies})
