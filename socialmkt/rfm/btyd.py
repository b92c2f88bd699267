"""The same log as input for models of repeat purchase ("buy till you die"), split to test them.

The columns to fit on come from `CustomerSummary.btyd`; `holdout` gives them for a first stretch of time together with
what the same customers did in the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from socialmkt.core.errors import InvalidInput, refuse
from socialmkt.core.instants import from_us
from socialmkt.core.table import Table
from socialmkt.rfm._group import Rolled, mean_repeat, take
from socialmkt.rfm._log import (
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
from socialmkt.rfm._periods import Unit, first_and_last, last_moment, period, periods

if TYPE_CHECKING:
    from socialmkt.core.columns import Column
    from socialmkt.core.money import Currency

__all__ = ["holdout"]

Array = NDArray[Any]

_FUNC = "rfm.holdout"


def holdout(
    customer: Column,
    when: Column,
    amount: Column | None = None,
    *,
    split: Any,
    end: Any = None,
    unit: Unit = "D",
    order: Column | None = None,
    returns: Returns | Literal["net", "gross", "match_occasion", "reject"] = "net",
    on_null: Literal["raise", "drop"] = "raise",
    tz: str | None = None,
    currency: Currency | str | None = None,
) -> Table:
    """Split a purchase log by period into a part to fit on and a part to test on.

    Parameters
    ----------
    customer, when, amount, unit, order, returns, on_null, tz, currency
        As in `summarize`.
    split : aware datetime, datetime64 or date
        The last period of the calibration is the one that holds it.
    end : aware datetime, datetime64 or date, optional
        The last period of the holdout is the one that holds it; left out: the period of the latest row.

    Returns
    -------
    Table
        One row per customer seen in the calibration, ascending: `customer frequency_cal recency_cal T_cal
        monetary_value_cal` as from `btyd()`, with T up to the split; `frequency_holdout`, the distinct periods with a
        purchase after the split; `monetary_value_holdout`, the mean of their sums in minor units, 0 if there are
        none; `duration_holdout`, the periods from split to end. Without amounts there are no monetary values.

    Raises
    ------
    InvalidInput
        `end` is not in a later period than `split`, or as in `summarize`.
    AmbiguousTime, EmptyInput, Overflow
        As in `summarize`.

    Notes
    -----
    Calibration: p <= p(split). Holdout: p(split) < p <= p(end). So no period lies on both sides.
    An order belongs to the period of its earliest row. Where clocks go back over midnight, periods are counted as in
    `summarize`. O(n log n) time.

    Examples
    --------
    >>> from datetime import date
    >>> when = np.array(["2026-03-01", "2026-03-15", "2026-04-02"], dtype="datetime64[D]")
    >>> table = holdout([7, 7, 7], when, [1200, 3000, 800], split=date(2026, 3, 31), end=date(2026, 4, 30))
    >>> table["frequency_cal"], table["T_cal"], table["monetary_value_holdout"], table["duration_holdout"]
    (array([1]), array([30]), array([800.]), array([30]))
    """
    rules = check_rules(unit, returns, tz, func=_FUNC)
    check_amounts_given(rules, amount, func=_FUNC)
    log = read_log(customer, when, amount, order, on_null=on_null, tz=tz, currency=currency, func=_FUNC)
    split_us = last_moment(split, tz, func=_FUNC, name="split")
    end_us = latest(log, func=_FUNC, name="end") if end is None else last_moment(end, tz, func=_FUNC, name="end")
    at_split, at_end = period(split_us, unit, tz), period(end_us, unit, tz)
    if at_end <= at_split:
        must = f"lie in a later period (unit {unit!r}) than the split, {from_us(split_us)}"
        raise refuse(InvalidInput, _FUNC, "end", must, from_us(end_us))
    seen = cut(log, periods(log.us, unit, tz) <= at_end)
    entered, _ = without_returns(seen, rules, func=_FUNC)
    check_amounts(entered.amount, func=_FUNC)
    cells = purchases(entered, rules)
    before = cells.key <= at_split
    calibration, later = summed_up(take(cells, before), rules), summed_up(take(cells, ~before), rules)
    values = {
        "customer": look_up(log.customers, entered, calibration.at),
        **_fitted(calibration, rules, at_split),
        **_tested(calibration, later),
        "duration_holdout": np.full(len(calibration.customer), at_end - at_split),
    }
    return Table.of(values, name="Holdout")


def _fitted(calibration: Rolled, rules: Rules, at_split: int) -> dict[str, Array]:
    """Give what a model is fitted on, by customer."""
    first, last = first_and_last(calibration.first, calibration.last, rules.unit, rules.tz)
    values: dict[str, Array] = {
        "frequency_cal": calibration.periods - 1,
        "recency_cal": last - first,
        "T_cal": at_split - first,
    }
    if calibration.repeat is not None:
        values["monetary_value_cal"] = mean_repeat(calibration.repeat, calibration.periods)
    return values


def _tested(calibration: Rolled, later: Rolled) -> dict[str, Array]:
    """Give what the same customers did later."""
    _, mine, theirs = np.intersect1d(calibration.customer, later.customer, assume_unique=True, return_indices=True)
    frequency = np.zeros(len(calibration.customer), np.int64)
    frequency[mine] = later.periods[theirs]
    values: dict[str, Array] = {"frequency_holdout": frequency}
    if later.total is not None:
        values["monetary_value_holdout"] = np.zeros(len(frequency))
        values["monetary_value_holdout"][mine] = later.total[theirs] / later.periods[theirs]
    return values
