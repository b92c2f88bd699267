"""Programs about tables that must type-check, under mypy and under pyright, both strict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, assert_type

import numpy as np
from numpy.typing import NDArray

from socialmkt.core.table import Days, Flags, Floats, Ids, Instants, Ints, Spans, Table, Texts, freeze


class Summary(Table):
    customer: Ids
    orders: Ints
    share: Floats
    won: Flags
    segment: Texts
    last: Instants
    on: Days
    since: Spans
    total: Ints | None = None
    unit: str = "D"

    column_units: ClassVar[Mapping[str, str]] = {"total": "minor units"}


def summarize(orders: NDArray[np.int64], share: NDArray[np.float64], text: NDArray[np.str_]) -> Summary:
    times = orders.astype("M8[us]")
    return Summary(
        customer=orders,
        orders=freeze(orders),
        share=share,
        won=orders > 1,
        segment=text,
        last=times,
        on=times.astype("M8[D]"),
        since=times - times,
    )


def read(summary: Summary) -> None:
    assert_type(summary.orders, NDArray[np.integer[Any]])
    assert_type(summary.share, NDArray[np.floating[Any]])
    assert_type(summary.won, NDArray[np.bool_])
    assert_type(summary.last, NDArray[np.datetime64])
    assert_type(summary.since, NDArray[np.timedelta64])
    assert_type(summary.unit, str)
    assert_type(summary["orders"], NDArray[Any])
    assert_type(summary.head(3).sort_by("orders", descending=True).filter(summary.won), Summary)
    assert_type(summary.take([0]).tail(), Summary)
    assert_type(summary.model_copy(update={"unit": "W"}), Summary)
    assert_type(summary.columns, tuple[str, ...])
    assert_type(summary.rows(), Iterator[Any])
    assert_type(summary.to_dict(), dict[str, NDArray[Any]])
    assert_type(len(summary), int)
    assert_type("orders" in summary, bool)
    assert_type(summary == summary.head(), bool)
    if summary.total is not None:
        assert_type(summary.total, NDArray[np.integer[Any]])


assert_type(Table.of({"at": [datetime(2026, 3, 1, tzinfo=UTC), None], "won": [True, False]}), Table)
assert_type(Table.of({"tier": ["gold"], "buyers": np.array([3])}, name="Tiers", units={"buyers": "people"}), Table)
