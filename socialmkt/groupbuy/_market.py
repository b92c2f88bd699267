"""The question a ladder design answers: who buys at which price in which scenario, and what it earns."""

from __future__ import annotations

import math
from decimal import Decimal
from functools import cached_property
from operator import mul
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.core.model import Frozen
from socialmkt.core.money import Currency

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Int64 = NDArray[np.int64]
Steps = tuple[tuple[int, int], ...]
"""A ladder as (min_quantity, place of the price), by rising quantity and falling price."""

_LARGEST = 2**60


class Outcome(NamedTuple):
    """What a ladder brings over all scenarios: exact sums, in units of the whole weights."""

    reach: int
    profit: int


class Market(Frozen):
    """Demand and profit by scenario and price.

    Attributes
    ----------
    currency : Currency
        Of prices and profits.
    prices : tuple of int, minor units
        Strictly falling.
    weights : tuple of float
        Of the scenarios, as given.
    sold : tuple of tuple of int
        By scenario and price: the buyers who accept it, at most the stock.
    profits : tuple of tuple of int, minor units
        By scenario and price: what they bring less what they cost.
    max_tiers : int
        The most tiers of a ladder.

    Examples
    --------
    >>> market = Market(currency="CNY", prices=(9, 7), weights=(1.0,), sold=((1, 4),), profits=((9, 28),), max_tiers=1)
    >>> market.replay(((1, 1),)), market.mean(28)
    (Outcome(reach=4, profit=28), 28.0)
    """

    currency: Currency
    prices: tuple[int, ...]
    weights: tuple[float, ...]
    sold: tuple[tuple[int, ...], ...]
    profits: tuple[tuple[int, ...], ...]
    max_tiers: int

    @cached_property
    def demand(self) -> Int64:
        """`sold` as an array of shape (scenarios, prices)."""
        return np.array(self.sold, np.int64)

    @cached_property
    def profit(self) -> Int64:
        """`profits` as an array of shape (scenarios, prices)."""
        return np.array(self.profits, np.int64)

    @cached_property
    def shares(self) -> tuple[int, ...]:
        """The weights as whole numbers in the same proportion, each read as its shortest decimal text."""
        ratios = [Decimal(repr(weight)).as_integer_ratio() for weight in self.weights]
        common = math.lcm(*(bottom for _, bottom in ratios))
        return tuple(top * (common // bottom) for top, bottom in ratios)

    @cached_property
    def scale(self) -> NDArray[np.int64 | np.float64]:
        """Weights to search with: the whole ones where int64 holds every sum, else floats."""
        largest = max(int(np.abs(self.profit).max()), int(self.demand.max()), 1)
        if sum(self.shares) * largest < _LARGEST:
            return np.array(self.shares, np.int64)
        return np.array(self.weights) / max(self.weights)

    def mean(self, total: int) -> float:
        """Divide a weighted sum by the sum of the weights, correctly rounded."""
        return total / sum(self.shares)

    def total(self, values: Iterable[int]) -> int:
        """Sum one value per scenario, weighted and exact."""
        return sum(map(mul, self.shares, values))

    def replay(self, steps: Steps) -> Outcome:
        """Play a ladder in every scenario: the deepest tier whose demand reaches it, else nothing."""
        sold, profit = np.zeros(len(self.sold), np.int64), np.zeros(len(self.sold), np.int64)
        for minimum, place in steps:
            tips = self.demand[:, place] >= minimum
            np.copyto(sold, self.demand[:, place], where=tips)
            np.copyto(profit, self.profit[:, place], where=tips)
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
