"""The question a ladder design answers: who buys at which price in which scenario, and what it earns."""

from __future__ import annotations

import math
from decimal import Decimal
from functools import cached_property
from operator import mul
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.core.model import Positive
from socialmkt.core.money import Currency
from socialmkt.core.table import Ints, Table, freeze

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]
Steps = tuple[tuple[int, int], ...]
"""A ladder as (min_quantity, place of the price), by rising quantity and falling price."""


class Order(NamedTuple):
    """Scenarios from the smallest to the largest: their rows, their demand, and where it rises at each price.

    They are `nested` if no demand falls.
    """

    rows: NDArray[np.intp]
    demand: Int64
    begins: NDArray[np.bool_]
    nested: bool


class Outcome(NamedTuple):
    """What a ladder brings over all scenarios: exact sums, in units of the whole weights."""

    reach: int
    profit: int


class Market(Table):
    """Demand and profit by scenario and price: a row per pair, the prices of a scenario together.

    Parameters
    ----------
    sold : int64
        Buyers who accept the price, at most the stock.
    profit : int64, minor units
        What they bring less what they cost.
    prices : tuple of int, minor units
        Strictly falling.
    weights : tuple of float
        Of the scenarios, as given.
    currency : Currency
        Of prices and profits.
    max_tiers : int
        The most tiers of a ladder.

    Examples
    --------
    >>> market = Market(sold=[1, 4], profit=[9, 28], prices=(9, 7), weights=(1.0,), currency="CNY", max_tiers=1)
    >>> market.replay(((1, 1),)), market.mean(28)
    (Outcome(reach=4, profit=28), 28.0)
    """

    sold: Ints
    profit: Ints
    prices: tuple[int, ...]
    weights: tuple[float, ...]
    currency: Currency
    max_tiers: Positive

    @cached_property
    def demand(self) -> Int64:
        """`sold` by scenario and price."""
        return np.asarray(self.sold, np.int64).reshape(-1, len(self.prices))

    @cached_property
    def profits(self) -> Int64:
        """`profit` by scenario and price."""
        return np.asarray(self.profit, np.int64).reshape(-1, len(self.prices))

    @cached_property
    def shares(self) -> tuple[int, ...]:
        """The weights as whole numbers in the same proportion, each read as its shortest decimal text."""
        ratios = [Decimal(repr(weight)).as_integer_ratio() for weight in self.weights]
        common = math.lcm(*(bottom for _, bottom in ratios))
        return tuple(top * (common // bottom) for top, bottom in ratios)

    @cached_property
    def scale(self) -> Float64:
        """Weights to search with: the whole ones where floats hold every sum exactly."""
        largest = max(int(self.profit.max()), -int(self.profit.min()), int(self.demand.max()), 1)
        if sum(self.shares) * largest < 2**53:
            return freeze(np.array(self.shares, np.float64))
        return freeze(np.array(self.weights) / max(self.weights))

    @cached_property
    def order(self) -> Order:
        """The scenarios by size."""
        rows = np.argsort(self.demand.sum(axis=1), kind="stable")
        demand = self.demand if (rows[1:] > rows[:-1]).all() else freeze(self.demand[rows])
        return Order(freeze(rows), demand, _rises(demand), nested=not (demand[1:] < demand[:-1]).any())

    @cached_property
    def running(self) -> Order:
        """The scenarios by size, each lifted to the largest demand so far, so that they nest."""
        demand = freeze(np.maximum.accumulate(self.order.demand, axis=0))
        return Order(self.order.rows, demand, _rises(demand), nested=True)

    @cached_property
    def profit_sums(self) -> Float64:
        """Weighted profit over the scenarios before each, by size."""
        return self._prefixes(self.profits)

    @cached_property
    def slack(self) -> float:
        """How far float sums of profit may be off."""
        return 1e-12 * max(float(self.profit_sums.max()), -float(self.profit_sums.min()))

    @cached_property
    def reach_sums(self) -> Float64:
        """Weighted demand over the scenarios before each, by size."""
        return self._prefixes(self.demand)

    def _prefixes(self, values: Int64) -> Float64:
        sums = np.zeros((len(values) + 1, values.shape[1]))
        np.multiply(values[self.order.rows], self.scale[self.order.rows, None], out=sums[1:])
        np.cumsum(sums, axis=0, out=sums)
        return freeze(sums)

    def mean(self, total: int) -> float:
        """Divide a weighted sum by the sum of the weights, correctly rounded."""
        return total / sum(self.shares)

    def total(self, values: Iterable[int]) -> int:
        """Sum one value per scenario, weighted and exact."""
        return sum(map(mul, self.shares, values))

    @cached_property
    def singles(self) -> tuple[Steps, ...]:
        """The single prices that somebody pays, each as a ladder of one tier."""
        return tuple(((1, place),) for place in range(len(self.prices)) if self.demand[:, place].any())

    def replay(self, steps: Steps) -> Outcome:
        """Play a ladder in every scenario: the deepest tier whose demand reaches it, else nothing."""
        sold, profit = np.zeros(len(self.weights), np.int64), np.zeros(len(self.weights), np.int64)
        for minimum, place in steps:
            tips = self.demand[:, place] >= minimum
            np.copyto(sold, self.demand[:, place], where=tips)
            np.copyto(profit, self.profits[:, place], where=tips)
        return Outcome(self.total(sold.tolist()), self.total(profit.tolist()))

    def window(self, minimum: int, place: int) -> tuple[int, int]:
        """Give the least and the greatest threshold that does what this one does."""
        column = self.demand[:, place]
        below, above = column[column < minimum], column[column >= minimum]
        return int(below.max(initial=0)) + 1, int(above.min())

    def levels(self, place: int) -> list[int]:
        """List the distinct demands at a price, above 0 and rising: the thresholds that differ."""
        return sorted({demand for demand in self.demand[:, place].tolist() if demand > 0})


def fewest_tiers(ladders: Sequence[tuple[Outcome, Steps]], value: int) -> tuple[Outcome, Steps]:
    """Choose by the value at a place of the outcome; among equals the fewest tiers."""
    return max(ladders, key=lambda ladder: (ladder[0][value], -len(ladder[1])))


def undominated(reach: NDArray[Any], profit: NDArray[Any]) -> NDArray[np.intp]:
    """Give the rows, by falling reach, that no other row equals or beats in both; of equal ones the first."""
    order = np.lexsort((-profit, -reach))
    ranked = profit[order]
    keep = np.ones(len(order), bool)
    keep[1:] = ranked[1:] > np.maximum.accumulate(ranked)[:-1]
    return order[keep]


def _rises(demand: Int64) -> NDArray[np.bool_]:
    """Say where a scenario sells more than the one before."""
    rises = np.empty(demand.shape, bool)
    np.greater(demand[0], 0, out=rises[0])
    np.greater(demand[1:], demand[:-1], out=rises[1:])
    return freeze(rises)
