"""Customer summaries for tests: made to order, drawn, or of the CDNOW sample."""

from __future__ import annotations

import functools
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from hypothesis import strategies as st

from socialmkt.rfm.summary import CustomerSummary, summarize
from tests.rfm.logs import cdnow

AS_OF = datetime(2026, 3, 31, tzinfo=UTC)


def summary_of(
    since_last: list[int],
    orders: list[int] | None = None,
    total: list[int] | None = None,
    *,
    customer: Any = None,
    periods: list[int] | None = None,
    unit: str = "D",
) -> CustomerSummary:
    """Make a summary whose columns of interest are given; the others are of no account here."""
    n = len(since_last)
    counts = np.array(orders if orders is not None else [1] * n, np.int64)
    money: dict[str, Any] = {}
    if total is not None:
        sums = np.array(total, np.int64)
        money = {"total": sums, "mean_order": sums / counts, "mean_repeat": np.zeros(n)}
    moments = np.zeros(n, "datetime64[us]")
    ages = np.array(since_last, np.int64)
    return CustomerSummary(
        customer=np.arange(n) if customer is None else customer,
        orders=counts,
        periods=counts if periods is None else np.array(periods, np.int64),
        first=moments,
        last=moments,
        since_last=ages,
        span=np.zeros(n, np.int64),
        age=ages,
        **money,
        as_of=AS_OF,
        unit=unit,
        tz=None,
        dropped=0,
        later=0,
    )


@st.composite
def summaries(draw: st.DrawFn, *, least: int = 0, money: bool = True, largest: int = 40) -> CustomerSummary:
    n = draw(st.integers(least, 12))
    some = st.integers(-largest, largest)
    ids = draw(st.lists(st.integers(0, 99), min_size=n, max_size=n, unique=True))
    return summary_of(
        draw(st.lists(st.integers(0, largest), min_size=n, max_size=n)),
        draw(st.lists(st.integers(1, 5), min_size=n, max_size=n)),
        draw(st.lists(some, min_size=n, max_size=n)) if money else None,
        customer=np.array(ids, np.int64),
        periods=draw(st.lists(st.integers(1, 3), min_size=n, max_size=n)),
    )


@functools.cache
def sample(as_of: str) -> CustomerSummary:
    """Sum up the CDNOW sample, dollars as cents, as seen from the end of a day."""
    return summarize(*cdnow(), as_of=date.fromisoformat(as_of))
