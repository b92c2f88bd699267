"""The purchase log: read, cut at a moment, freed of what the returns policy leaves out."""

from __future__ import annotations

import functools
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.core import columns
from socialmkt.core._instants import zone
from socialmkt.core.errors import EmptyInput, InvalidInput, Overflow, Verbatim, check_choice, refuse
from socialmkt.core.money import read_minors
from socialmkt.rfm._group import Cells, Keys, Rolled, collapse, roll_up, take
from socialmkt.rfm._keys import IdReader, Ids, keys_of, narrowed
from socialmkt.rfm._periods import Unit, check_unit, periods, within_years

if TYPE_CHECKING:
    from socialmkt.core.columns import Column
    from socialmkt.core.money import Currency

    OnNull = Literal["raise", "drop"]

Int64 = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Returns(StrEnum):
    """What becomes of negative amounts.

    Notes
    -----
    `net`: every row counts, and is summed as it stands. `gross`: rows below 0 are left out. `match_occasion`: an
    order (where there are none, a customer's period) counts only if its sum is above 0. `reject`: a negative
    amount is refused.

    Examples
    --------
    >>> [str(policy) for policy in Returns]
    ['net', 'gross', 'match_occasion', 'reject']
    """

    net = "net"
    gross = "gross"
    match_occasion = "match_occasion"
    reject = "reject"


class Rules(NamedTuple):
    """By which rules purchases are counted."""

    unit: Unit
    returns: Returns
    tz: str | None


class Log(NamedTuple):
    """Clean columns, equally long: keys that stand for ids, microseconds, minor units."""

    customer: Keys
    us: Int64
    amount: Int64 | None
    order: Keys | None
    customers: Ids
    orders: Ids | None
    """Ids in the caller's rows."""
    given: int
    """Rows in the caller's columns."""
    dropped: int
    kept: Int64 | None
    """Row numbers in the caller's columns; None where all are here."""


def check_rules(unit: Any, returns: Any, tz: Any, *, func: str) -> Rules:
    """Refuse unknown words."""
    check_unit(unit, func=func)
    check_choice(func, "returns", returns, Returns)
    if tz is not None:
        zone(tz, func=func, parameter="tz")
    return Rules(unit, Returns(returns), tz)


def check_amounts_given(rules: Rules, amount: object, *, func: str) -> None:
    """Refuse a returns policy that has no amounts to look at."""
    if amount is None and rules.returns is not Returns.net:
        fix = 'Pass amounts, or returns="net".'
        raise refuse(InvalidInput, func, "returns", "be 'net' where there is no amount", str(rules.returns), fix=fix)


def read_log(
    customer: Column,
    when: Column,
    amount: Column | None,
    order: Column | None,
    *,
    on_null: OnNull,
    tz: str | None,
    currency: Currency | str | None,
    func: str,
) -> Log:
    """Read the caller's columns; `on_null` settles the rows that hold a null."""
    customers, orders = IdReader(), IdReader()
    specs = [columns.spec("customer", customer, customers), columns.spec("when", when, "instants", tz=tz, coarse=False)]
    if amount is not None:
        money: Any = "amounts" if currency is None else functools.partial(read_minors, currency=currency, floats=True)
        specs.append(columns.spec("amount", amount, money))
    if order is not None:
        specs.append(columns.spec("order", order, orders))
    read = columns.read(func, *specs, on_null=on_null)
    return Log(
        keys_of(read["customer"]),
        read["when"].view(np.int64),
        None if amount is None else read["amount"],
        None if order is None else keys_of(read["order"]),
        customers.ids,
        None if order is None else orders.ids,
        read.n + read.dropped,
        read.dropped,
        read.kept,
    )


def cut(log: Log, seen: Flags) -> Log:
    """Keep the rows that are seen."""
    if seen.all():
        return log
    kept = np.flatnonzero(seen) if log.kept is None else log.kept[seen]
    amount = None if log.amount is None else log.amount[seen]
    order = None if log.order is None else log.order[seen]
    return log._replace(customer=log.customer[seen], us=log.us[seen], amount=amount, order=order, kept=kept)


def look_up(ids: Ids, log: Log, rows: Int64) -> NDArray[Any]:
    """Give the ids in some rows of a log; unsigned ones only where int64 does not hold them."""
    rows = rows if log.kept is None else log.kept[rows]
    if isinstance(ids, list):
        return np.fromiter((ids[row] for row in rows.tolist()), object, len(rows))
    return narrowed(ids[rows])


def without_returns(log: Log, rules: Rules, *, func: str) -> tuple[Log, Int64]:
    """Apply `gross` and `reject`; give the instants of the rows left out too."""
    none = np.empty(0, np.int64)
    if log.amount is None or rules.returns not in {Returns.gross, Returns.reject}:
        return log, none
    negative = log.amount < 0
    if not negative.any():
        return log, none
    if rules.returns is Returns.reject:
        raise _negative(log, log.amount[negative], negative, func)
    return cut(log, ~negative), np.sort(log.us[negative])


def _negative(log: Log, amounts: Int64, negative: Flags, func: str) -> InvalidInput:
    at = int(negative.argmax())
    return refuse(
        InvalidInput,
        func,
        "amount",
        "be at least 0",
        int(amounts[0]),
        row=at if log.kept is None else int(log.kept[at]),
        count=len(amounts),
        total=log.given,
        fix='Pass returns="net", "gross" or "match_occasion" where there are refunds.',
    )


def magnitude(amount: Int64 | None) -> int:
    """Sum the absolute amounts, exactly."""
    if amount is None or not len(amount):
        return 0
    if int(amount.min()) >= 0 and int(amount.max()) * len(amount) < 2**63:
        return int(amount.sum())
    absolute = np.where(amount < 0, -amount, amount).view(np.uint64)  # -(-2**63) wraps to 2**63, as it should
    high, low = absolute >> np.uint64(32), absolute & np.uint64(2**32 - 1)
    return (int(high.sum()) << 32) + int(low.sum())


def check_amounts(amount: Int64 | None, *, func: str) -> None:
    """Refuse amounts whose sums 64 bits might not hold."""
    if amount is None or not len(amount):
        return
    if max(-int(amount.min()), int(amount.max())) * len(amount) >= 2**63:
        check_magnitude(magnitude(amount), func=func)


def check_magnitude(absolute: int, *, func: str) -> None:
    """Refuse sums that 64 bits might not hold."""
    if absolute >= 2**63:
        must = "add up to less than 2**63 in absolute value"
        raise refuse(Overflow, func, "amount", must, Verbatim(f"{absolute:,}"))


def counted(cells: Cells, rules: Rules, *, by_order: bool) -> Cells:
    """Leave out occasions that do not count, and key purchases by period."""
    if rules.returns is Returns.match_occasion and cells.total is not None:
        cells = take(cells, cells.total > 0)
    if not by_order:
        return cells
    key = periods(cells.first, rules.unit, rules.tz)
    return cells._replace(key=key, last=cells.first, rows=None)


def needs_occasions(rules: Rules, *, by_order: bool) -> bool:
    """Tell whether the rows of an order, or of a customer's period, must be summed up before they are counted."""
    return by_order or rules.returns is Returns.match_occasion


def purchases(log: Log, rules: Rules) -> Cells:
    """Give the purchases that count, keyed by period."""
    by_order = log.order is not None
    key = periods(log.us, rules.unit, rules.tz) if log.order is None else log.order
    cells = Cells(log.customer, key, log.us, log.us, log.amount)
    if needs_occasions(rules, by_order=by_order):
        cells = collapse(cells)
    return counted(cells, rules, by_order=by_order)


def summed_up(cells: Cells, rules: Rules) -> Rolled:
    """Sum up purchases per customer."""
    return roll_up(cells, in_order=rules.tz is None or rules.unit == "h")


def latest(log: Log, *, func: str, name: str) -> int:
    """Give the latest instant of a log."""
    if not len(log.us):
        raise refuse(EmptyInput, func, name, "be given where there are no rows", None)
    us = int(log.us.max())
    return within_years(us, np.datetime64(us, "us"), func=func, name="when")
