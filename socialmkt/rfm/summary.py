"""From a purchase log to one row per customer.

When did a customer first and last buy, how often, for how much, and how does that look from a given day: the table on
which scores, segments and models of repeat purchase are built.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from socialmkt.core.errors import InvalidInput, refuse
from socialmkt.core.instants import from_us
from socialmkt.core.model import Count, FrozenDict, Instant, Zone
from socialmkt.core.table import Floats, Ids, Instants, Ints, Table, freeze
from socialmkt.rfm._group import Rolled, mean_repeat
from socialmkt.rfm._log import (
    Log,
    Returns,
    Rules,
    check_amounts,
    check_amounts_given,
    check_rules,
    cut,
    latest,
    look_up,
    purchases,
    read_log,
    summed_up,
    without_returns,
)
from socialmkt.rfm._periods import Unit, first_and_last, last_moment, period

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from socialmkt.core.columns import Column
    from socialmkt.core.money import Currency

__all__ = ["CustomerSummary", "Returns", "summarize"]


class CustomerSummary(Table):
    """One row per customer, customers ascending.

    Parameters
    ----------
    customer : ids
        Ints ascend by value, text by code point, bytes by byte.
    orders : int64
        Purchases: rows, or distinct orders.
    periods : int64
        Distinct periods with a purchase.
    first, last : datetime64[us], UTC
        The first and the last purchase.
    since_last, span, age : int64, periods
        From the last purchase to `as_of`, from the first to the last, from the first to `as_of`.
    total : int64, minor units
        Sum of amounts; this and the next two are absent where no amounts were given.
    mean_order : float64, minor units
        `total / orders`.
    mean_repeat : float64, minor units
        Mean per period after the first period; 0 where there is only one.
    as_of : aware datetime, UTC
        The last moment that was seen.
    unit : {"h", "D", "W", "M", "Q"}
        What a period is.
    tz : str or None
        The zone whose calendar days are counted; None is UTC.
    dropped, later : int
        Rows left out because of a null, and because they came after `as_of`.

    Notes
    -----
    `since_last` is what RFM calls recency, `span` what models of repeat purchase call recency.

    Examples
    --------
    >>> when = np.array(["2026-03-01T09", "2026-03-15T23", "2026-03-01T10"], dtype="datetime64[us]")
    >>> summary = summarize(["ann", "ann", "bo"], when, [1200, 3000, 500], as_of=np.datetime64("2026-03-31"))
    >>> summary["since_last"], summary["total"]
    (array([16, 30]), array([4200,  500]))
    """

    column_units: ClassVar = FrozenDict(
        {
            "since_last": "periods",
            "span": "periods",
            "age": "periods",
            "total": "minor units",
            "mean_order": "minor units",
            "mean_repeat": "minor units",
        }
    )

    customer: Ids
    orders: Ints
    periods: Ints
    first: Instants
    last: Instants
    since_last: Ints
    span: Ints
    age: Ints
    total: Ints | None = None
    mean_order: Floats | None = None
    mean_repeat: Floats | None = None
    as_of: Instant
    unit: Unit
    tz: Zone | None
    dropped: Count
    later: Count

    def btyd(self, *, include_first: bool = False, scale: float = 1) -> Table:
        """Give the columns that models of repeat purchase ("buy till you die") are fitted on.

        Parameters
        ----------
        include_first : bool
            Count the first period as a purchase too.
        scale : number above 0
            Divides `recency` and `T`: 7 gives weeks from days.

        Returns
        -------
        Table
            `customer frequency recency T monetary_value`. Frequency is the number of periods with a purchase after the
            first; recency runs from the first to the last purchase, T from the first to `as_of`, both in periods
            (int64 at scale 1, else float64); monetary_value is the mean per such period in minor units, 0 if there
            is none. Without amounts there is no monetary_value.

        Raises
        ------
        InvalidInput
            `scale` is not a finite number above 0.

        Notes
        -----
        `periods - 1, span, age, mean_repeat`; with `include_first`: `periods, span, age, total / periods`.

        Examples
        --------
        >>> when = np.array(["2026-03-01", "2026-03-15"], dtype="datetime64[D]")
        >>> summary = summarize([7, 7], when, [1200, 3000], as_of=np.datetime64("2026-03-31"))
        >>> summary.btyd(scale=7).to_dict()["recency"]
        array([2.])
        """
        if isinstance(scale, bool) or not isinstance(scale, int | float | np.number) or not 0 < scale < math.inf:
            raise refuse(InvalidInput, "CustomerSummary.btyd", "scale", "be a finite number above 0", scale)
        values: dict[str, Any] = {
            "customer": self.customer,
            "frequency": self.periods - (not include_first),
            "recency": self.span if scale == 1 else self.span / scale,
            "T": self.age if scale == 1 else self.age / scale,
        }
        if self.total is not None:
            values["monetary_value"] = self.total / self.periods if include_first else self.mean_repeat
        return Table.of(values, name="Btyd")


def summarize(
    customer: Column,
    when: Column,
    amount: Column | None = None,
    *,
    order: Column | None = None,
    as_of: Any = None,
    unit: Unit = "D",
    returns: Returns | Literal["net", "gross", "match_occasion", "reject"] = "net",
    on_null: Literal["raise", "drop"] = "raise",
    tz: str | None = None,
    currency: Currency | str | None = None,
) -> CustomerSummary:
    """Sum up a purchase log to one row per customer.

    Parameters
    ----------
    customer : column of shape (n,), ids
        Who bought.
    when : column of shape (n,), instants or days
        When; days are whole calendar days in `tz`.
    amount : column of shape (n,), whole minor units, optional
        For how much; below 0 is a return. With `currency`: floats, Decimals or text in major units.
    order : column of shape (n,), ids, optional
        Rows of one customer and one order are one purchase, at the earliest instant and with the summed amount.
    as_of : aware datetime, datetime64 or date, optional
        The last moment that is seen; a day means all of it. Left out: the latest instant of the log.
    unit : {"h", "D", "W", "M", "Q"}
        Periods are UTC hours, local days, weeks from Monday on, calendar months or quarters.
    returns : {"net", "gross", "match_occasion", "reject"}
        `net` counts and sums every row as it stands; `gross` leaves out rows below 0; `match_occasion` leaves out
        orders (without `order`: a customer's periods) whose sum is not above 0; `reject` refuses negative amounts.
    on_null : {"raise", "drop"}
        What to do with rows that hold a null in any given column.
    tz : str, optional
        IANA name of the zone whose calendar days count; left out: UTC.
    currency : Currency or str, optional
        The currency of amounts in major units, which are converted exactly or refused.

    Returns
    -------
    CustomerSummary
        Customers ascending; `since_last`, `span` and `age` are at least 0.

    Raises
    ------
    InvalidInput
        A column is of the wrong kind, holds a null or a negative amount that the policy refuses, or a word is unknown.
    AmbiguousTime
        A time has no zone.
    EmptyInput
        There are no rows, and no `as_of`.
    Overflow
        The absolute amounts add up to 2**63 or more, or `as_of` lies outside the years 1 to 9999.

    Notes
    -----
    With `p` the number of the period of an instant: `since_last = p(as_of) - p(last)`, `span = p(last) - p(first)`,
    `age = p(as_of) - p(first)`. Where clocks go back over midnight a later instant can lie on an earlier day: there
    `p(last)` is taken as at least `p(first)`, and `p(as_of)` as at least that, so that none of them is below 0 and
    `since_last + span = age`. An `as_of` inside a week, month or quarter sees only part of it.
    O(n log n) time, about 60 bytes per row.

    Examples
    --------
    >>> from datetime import UTC, date, datetime
    >>> when = [datetime(2026, 3, 1, 9, tzinfo=UTC), datetime(2026, 3, 15, 23, tzinfo=UTC)]
    >>> summary = summarize(["ann", "ann"], when, [1200, 3000], as_of=date(2026, 3, 31))
    >>> summary["since_last"], summary["mean_repeat"]
    (array([16]), array([3000.]))
    >>> summarize(["ann", "ann"], when, [1200, 3000], as_of=date(2026, 3, 14)).later
    1
    >>> summarize(["ann", "ann"], when, [12.00, 29.95], currency="EUR")["total"]
    array([4195])
    """
    func = "rfm.summarize"
    rules = check_rules(unit, returns, tz, func=func)
    check_amounts_given(rules, amount, func=func)
    log = read_log(customer, when, amount, order, on_null=on_null, tz=tz, currency=currency, func=func)
    return sum_up(log, rules, as_of=as_of, func=func)


def sum_up(log: Log, rules: Rules, *, as_of: Any, func: str) -> CustomerSummary:
    """Sum up a log that was read."""
    seen_to = (
        latest(log, func=func, name="as_of") if as_of is None else last_moment(as_of, rules.tz, func=func, name="as_of")
    )
    seen = log if as_of is None else cut(log, log.us <= seen_to)
    entered, _ = without_returns(seen, rules, func=func)
    check_amounts(entered.amount, func=func)
    rolled = summed_up(purchases(entered, rules), rules)
    customer = look_up(log.customers, entered, rolled.at)
    return present(customer, rolled, rules, as_of=seen_to, dropped=log.dropped, later=len(log.us) - len(seen.us))


def present(
    customer: NDArray[Any], rolled: Rolled, rules: Rules, *, as_of: int, dropped: int, later: int
) -> CustomerSummary:
    """Make the table of what was summed up, as seen from `as_of` (microseconds)."""
    first, last = first_and_last(rolled.first, rolled.last, rules.unit, rules.tz)
    at = np.maximum(period(as_of, rules.unit, rules.tz), last)
    values: dict[str, NDArray[Any]] = {
        "customer": customer,
        "orders": rolled.orders,
        "periods": rolled.periods,
        "first": rolled.first.view("datetime64[us]"),
        "last": rolled.last.view("datetime64[us]"),
        "since_last": at - last,
        "span": last - first,
        "age": at - first,
    }
    if rolled.total is not None and rolled.repeat is not None:
        values["total"] = rolled.total
        values["mean_order"] = rolled.total / rolled.orders
        values["mean_repeat"] = mean_repeat(rolled.repeat, rolled.periods)
    frozen = {name: freeze(column) for name, column in values.items()}
    seen_to = from_us(as_of)
    return CustomerSummary(**frozen, as_of=seen_to, unit=rules.unit, tz=rules.tz, dropped=dropped, later=later)
