"""Reading the question of a ladder design: demand, weights, prices, costs."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from socialmkt.core import columns
from socialmkt.core._whole import is_int
from socialmkt.core.errors import EmptyInput, InvalidInput, Overflow, Verbatim, check_choice, refuse
from socialmkt.core.money import Currency
from socialmkt.core.table import freeze
from socialmkt.groupbuy._market import Market

if TYPE_CHECKING:
    from collections.abc import Callable

    from socialmkt.core.columns import Column

Int64 = NDArray[np.int64]
Cost = Any  # an int, a column, or a function of the count

FUNC = "groupbuy.design_ladder"
_MAX = 2**63 - 1


def read_market(
    demand: Any,
    weights: Column,
    prices: Column,
    *,
    cost: Cost,
    currency: Currency | str,
    stock: Any,
    max_tiers: Any,
) -> Market:
    """Read demand, weights, prices and costs; refuse what is no question."""
    if not is_int(max_tiers) or max_tiers < 1:
        raise refuse(InvalidInput, FUNC, "max_tiers", "be a whole number, 1 or more", max_tiers)
    if stock is not None and (not is_int(stock) or stock < 1):
        raise refuse(InvalidInput, FUNC, "stock", "be a whole number, 1 or more", stock)
    known = Currency(currency)
    asked = _prices(prices)
    sold = _demand(demand, len(asked))
    if stock is not None:
        sold = np.minimum(sold, min(int(stock), _MAX))
    dearest = max(price * most for price, most in zip(asked.tolist(), sold.max(axis=0).tolist(), strict=True))
    if dearest > _MAX:
        raise refuse(Overflow, FUNC, "demand", "keep price times demand within int64", dearest)
    profits = asked * sold
    profits -= _costs(cost, sold)
    return Market(
        sold=freeze(sold.reshape(-1)),
        profit=freeze(profits.reshape(-1)),
        prices=tuple(asked.tolist()),
        weights=_weights(weights, len(sold)),
        currency=known,
        max_tiers=int(max_tiers),
    )


def _prices(prices: Column) -> Int64:
    asked = columns.quantities(prices, func=FUNC, name="prices", offer_drop=False)
    if not asked.size:
        raise refuse(EmptyInput, FUNC, "prices", "hold at least one price", Verbatim("none"))
    rises = np.diff(asked) >= 0
    if rises.any():
        row = int(rises.argmax()) + 1
        raise refuse(InvalidInput, FUNC, "prices", "fall strictly", int(asked[row]), row=row)
    return asked


def _demand(demand: Any, prices: int) -> Int64:
    if isinstance(demand, str | bytes) or not hasattr(demand, "__len__"):
        raise refuse(InvalidInput, FUNC, "demand", "have a row per scenario", demand)
    if not isinstance(demand, np.ndarray) and hasattr(demand, "__array__"):
        demand = np.asarray(demand)  # a frame: some iterate over their columns
    if not len(demand):
        raise refuse(EmptyInput, FUNC, "demand", "hold at least one scenario", Verbatim("none"))
    if type(demand) is np.ndarray and demand.dtype.kind == "i" and demand.ndim == 2 and demand.size:
        rows = list(demand) if demand.min() >= 0 else _rows(demand)
    else:
        rows = _rows(demand)
    for number, row in enumerate(rows):
        if len(row) != prices:
            must, got = f"have a column per price, {prices}", Verbatim(f"{len(row)} in scenario {number}")
            raise refuse(InvalidInput, FUNC, "demand", must, got)
    sold = np.array(rows, np.int64)
    falls = (sold[:, 1:] < sold[:, :-1]).any(axis=1)
    if falls.any():
        first = int(falls.argmax())
        got = Verbatim(f"{sold[first].tolist()}")
        raise refuse(InvalidInput, FUNC, "demand", "never fall as the price falls", got, row=first)
    return sold


def _rows(demand: Any) -> list[Int64]:
    return [
        columns.quantities(row, func=FUNC, name=f"demand[{number}]", offer_drop=False)
        for number, row in enumerate(demand)
    ]


def _weights(weights: Column, scenarios: int) -> tuple[float, ...]:
    clean = columns.numbers(weights, func=FUNC, name="weights", offer_drop=False)
    if len(clean) != scenarios:
        must, got = f"be one per scenario, {scenarios}", Verbatim(f"{len(clean)}")
        raise refuse(InvalidInput, FUNC, "weights", must, got)
    if (clean < 0).any():
        row = int((clean < 0).argmax())
        raise refuse(InvalidInput, FUNC, "weights", "be at least 0", float(clean[row]), row=row)
    if not clean.any():
        raise refuse(InvalidInput, FUNC, "weights", "not all be 0", Verbatim("zeros"))
    return tuple(clean.tolist())


def _costs(cost: Cost, sold: Int64) -> Int64:
    """Total cost of each count that is sold."""
    if is_int(cost):
        most = int(cost) * int(sold.max())
        if cost < 0:
            raise refuse(InvalidInput, FUNC, "cost", "be at least 0", cost)
        if most > _MAX:
            raise refuse(Overflow, FUNC, "cost", "keep cost times demand within int64", most)
        return sold * int(cost)
    counts, places = np.unique(sold, return_inverse=True)
    if callable(cost):
        totals = np.array([_asked(cost, count) for count in counts.tolist()], np.int64)
    else:
        column = columns.quantities(cost, func=FUNC, name="cost", offer_drop=False)
        most = int(counts[-1])
        if len(column) <= most:
            must, got = f"tell the cost of 0 to {most:,} units", Verbatim(f"{len(column):,} totals")
            raise refuse(InvalidInput, FUNC, "cost", must, got)
        _require_free_nothing(int(column[0]))
        totals = column[counts]
    return totals[places.reshape(sold.shape)]


def _asked(cost: Callable[[int], Any], count: int) -> int:
    total = cost(count)
    if not is_int(total) or total < 0:
        must = f"give a whole number of minor units, 0 or more, for {count:,} units"
        raise refuse(InvalidInput, FUNC, "cost", must, total)
    if total > _MAX:
        raise refuse(Overflow, FUNC, "cost", "fit int64", total)
    if count == 0:
        _require_free_nothing(int(total))
    return int(total)


def _require_free_nothing(total: int) -> None:
    if total:
        raise refuse(InvalidInput, FUNC, "cost", "be 0 for 0 units", total)


def read_floor(objective: Any, min_profit: Any) -> Fraction | None:
    """Read the objective, and the least profit that goes with reach."""
    check_choice(FUNC, "objective", objective, ["profit", "reach"])
    if min_profit is None:
        return None
    if objective != "reach":
        raise refuse(InvalidInput, FUNC, "min_profit", "be left out, or go with objective='reach'", min_profit)
    if is_int(min_profit):
        return Fraction(int(min_profit))
    if not isinstance(min_profit, float) or not math.isfinite(min_profit):
        raise refuse(InvalidInput, FUNC, "min_profit", "be a finite number of minor units", min_profit)
    return Fraction(min_profit)
