"""A slow and obvious definition of every column of a summary, from Python values only."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
UNITS = ("h", "D", "W", "M", "Q")
RETURNS = ("net", "gross", "match_occasion", "reject")


class Purchase(NamedTuple):
    """One row of the log."""

    customer: Any
    when: dt.datetime
    amount: int
    order: Any = None


def period(when: dt.datetime, unit: str, tz: str | None) -> int:
    """Number of the period of an instant."""
    if unit == "h":
        return (when - EPOCH) // dt.timedelta(hours=1)
    day = when.astimezone(ZoneInfo(tz or "UTC")).date()
    days = day.toordinal() - EPOCH.toordinal()
    months = 12 * (day.year - 1970) + day.month - 1
    return {"D": days, "W": (days + 3) // 7, "M": months, "Q": months // 3}[unit]


def last_moment(as_of: dt.date, tz: str | None) -> dt.datetime:
    """An instant is itself, a day the last microsecond before the first minute that bears a later date."""
    if isinstance(as_of, dt.datetime):
        return as_of
    start = dt.datetime.combine(as_of, dt.time.min, tzinfo=dt.UTC) - dt.timedelta(days=1)
    minutes = (start + dt.timedelta(minutes=minute) for minute in range(3 * 24 * 60))
    zone = ZoneInfo(tz or "UTC")
    return next(when for when in minutes if when.astimezone(zone).date() > as_of) - dt.timedelta(microseconds=1)


def collapse(log: Sequence[Purchase]) -> list[Purchase]:
    """Make one purchase of the rows of one customer and order."""
    orders: dict[tuple[Any, Any], list[Purchase]] = {}
    for row in log:
        orders.setdefault((row.customer, row.order), []).append(row)
    return [
        Purchase(customer, min(row.when for row in rows), sum(row.amount for row in rows), order)
        for (customer, order), rows in orders.items()
    ]


def _net_above_0(log: Sequence[Purchase], occasion: Callable[[Purchase], Any]) -> list[Purchase]:
    net: dict[Any, int] = {}
    for row in log:
        net[occasion(row)] = net.get(occasion(row), 0) + row.amount
    return [row for row in log if net[occasion(row)] > 0]


def purchases(log: Sequence[Purchase], unit: str, returns: str, tz: str | None, *, orders: bool) -> list[Purchase]:
    """Purchases that count."""
    if returns == "gross":
        log = [row for row in log if row.amount >= 0]
    if returns == "match_occasion":
        if orders:
            log = _net_above_0(log, lambda row: (row.customer, row.order))
        else:
            log = _net_above_0(log, lambda row: (row.customer, period(row.when, unit, tz)))
    return collapse(log) if orders else list(log)


def summarize(
    log: Sequence[Purchase],
    *,
    as_of: dt.date | None = None,
    unit: str = "D",
    returns: str = "net",
    tz: str | None = None,
    orders: bool = False,
) -> dict[str, list[Any]]:
    """Every column of the summary."""
    seen_to = max(row.when for row in log) if as_of is None else last_moment(as_of, tz)
    counted = purchases([row for row in log if row.when <= seen_to], unit, returns, tz, orders=orders)
    names = [
        "customer",
        "orders",
        "periods",
        "first",
        "last",
        "since_last",
        "span",
        "age",
        "total",
        "mean_order",
        "mean_repeat",
    ]
    table: dict[str, list[Any]] = {name: [] for name in names}
    for customer in sorted({row.customer for row in counted}):
        rows = [row for row in counted if row.customer == customer]
        for name, value in _customer(customer, rows, seen_to, unit, tz).items():
            table[name].append(value)
    return table


def _customer(customer: Any, rows: list[Purchase], as_of: dt.datetime, unit: str, tz: str | None) -> dict[str, Any]:
    seen = sorted({period(row.when, unit, tz) for row in rows})
    first, last = min(row.when for row in rows), max(row.when for row in rows)
    p_first = period(first, unit, tz)
    p_last = max(p_first, period(last, unit, tz))
    at = max(p_last, period(as_of, unit, tz))
    total = sum(row.amount for row in rows)
    repeat = sum(row.amount for row in rows if period(row.when, unit, tz) != seen[0])
    return {
        "customer": customer,
        "orders": len(rows),
        "periods": len(seen),
        "first": first,
        "last": last,
        "since_last": at - p_last,
        "span": p_last - p_first,
        "age": at - p_first,
        "total": total,
        "mean_order": total / len(rows),
        "mean_repeat": repeat / (len(seen) - 1) if len(seen) > 1 else 0.0,
    }
