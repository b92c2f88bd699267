"""Ladder design: which prices at which head counts pay best, and when a ladder pays at all.

Demand is given by scenario and price. A ladder sells a small crowd few units dear and a large one many units cheap; the
design finds the best one, exactly where it can, between the best posted price and a bound that no ladder beats. For
one demand curve a posted price is never worse: ladders pay under uncertain demand, falling costs, or for reach.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.core._model_show import lines_html
from socialmkt.core.errors import Infeasible, refuse
from socialmkt.core.model import Frozen
from socialmkt.groupbuy import _crossing, _nested
from socialmkt.groupbuy._demand import FUNC, read_floor, read_market
from socialmkt.groupbuy._market import Market, Outcome, Steps, fewest_tiers
from socialmkt.groupbuy.ladder import Ladder, Tier

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction

    from numpy.typing import ArrayLike

    from socialmkt.core.columns import Column
    from socialmkt.core.money import Currency

__all__ = ["FrontierPoint", "LadderDesign", "Market", "design_ladder"]

Int64 = NDArray[np.int64]

_NOTHING = (Outcome(0, 0), ())


class FrontierPoint(NamedTuple):
    """A ladder that no other one beats in both reach and profit.

    Attributes
    ----------
    reach : float
        Expected buyers.
    profit : float, minor units
        Expected profit; a loss is negative.
    tiers : tuple of Tier
        The ladder; none for selling nothing.

    Examples
    --------
    >>> FrontierPoint(0.0, 0.0, ()).tiers
    ()
    """

    reach: float
    profit: float
    tiers: tuple[Tier, ...]


class LadderDesign(Frozen):
    """A designed ladder, and what it is worth.

    Attributes
    ----------
    ladder : Ladder or None
        None where nothing is worth selling.
    tiers : tuple of Tier
        Those of the ladder.
    value : float
        The expected profit in minor units, or the expected reach, by the objective.
    profit, reach : float
        Both, for the ladder.
    posted_price : int or None, minor units
        The best single price, sold in every scenario; None where none earns anything.
    posted_value : float
        What it is worth; never more than `value`.
    bound : float
        What nobody can beat, who knows the scenario beforehand.
    windows : tuple of (int, int)
        For each tier the least and the greatest `min_quantity` that gives the same outcome.
    exact : bool
        False where the ladder is the result of a local search.
    market : Market
        The question, as numbers: demand and profit by scenario and price.

    Examples
    --------
    >>> design = design_ladder([[10, 12], [20, 60]], weights=[1, 1], prices=[500, 300], cost=100, currency="CNY")
    >>> [(tier.min_quantity, tier.unit_price) for tier in design.tiers], design.windows
    ([(1, 500), (36, 300)], ((1, 10), (13, 60)))
    >>> design.posted_value, design.value, design.bound
    (7200.0, 8000.0, 8000.0)
    """

    ladder: Ladder | None
    tiers: tuple[Tier, ...]
    value: float
    profit: float
    reach: float
    posted_price: int | None
    posted_value: float
    bound: float
    windows: tuple[tuple[int, int], ...]
    exact: bool
    market: Market

    @cached_property
    def frontier(self) -> tuple[FrontierPoint, ...]:
        """All ladders that none beats in both reach and profit, by rising reach; computed on first use.

        Notes
        -----
        Losses and the empty ladder are among them where nothing dominates them. Sets of non-dominated pairs go through
        the recursion: a weighted sum of the two would miss all points inside the convex hull. Where `exact` is False
        it is made of the ladders that the search has met.

        Examples
        --------
        >>> design = design_ladder([[10, 12], [20, 60]], weights=[1, 1], prices=[500, 300], cost=100, currency="CNY")
        >>> [(point.reach, point.profit) for point in design.frontier]
        [(35.0, 8000.0), (36.0, 7200.0)]
        """
        market = self.market
        return tuple(
            FrontierPoint(market.mean(outcome.reach), market.mean(outcome.profit), _tiers(market, steps))
            for outcome, steps in _frontier(market)
        )

    def _repr_html_(self) -> str:
        names = ("min_quantity", "unit_price", "window")
        lines = [
            (tier.min_quantity, tier.unit_price, f"{low} to {high}")
            for tier, (low, high) in zip(self.tiers, self.windows, strict=True)
        ]
        told = ("value", "posted_price", "posted_value", "bound", "exact")
        return lines_html("LadderDesign", names, lines, {name: getattr(self, name) for name in told})


def design_ladder(
    demand: ArrayLike,
    *,
    weights: Column,
    prices: Column,
    cost: int | Column | Callable[[int], int],
    currency: Currency | str,
    stock: int | None = None,
    max_tiers: int = 3,
    objective: Literal["profit", "reach"] = "profit",
    min_profit: float | None = None,
) -> LadderDesign:
    """Design the ladder that brings most over scenarios of demand.

    Parameters
    ----------
    demand : int array or frame of shape (s, j)
        Buyers who accept each price in each scenario; never falling along falling prices.
    weights : column of shape (s,), numbers >= 0
        How likely each scenario is; scaled to a sum of 1.
    prices : column of shape (j,), minor units
        Strictly falling.
    cost : int, column or function, minor units
        Per unit; or the total of 0, 1, ... units, up to the largest demand at least; or a function from a count to its
        total, asked only for counts that occur. 0 units cost 0; totals need not rise.
    currency : Currency or str
        Of prices and costs.
    stock : int >= 1, optional
        The most that is sold in a scenario.
    max_tiers : int >= 1
        The most tiers.
    objective : {"profit", "reach"}
        What to get most of; with `"reach"` then most profit.
    min_profit : float, minor units, optional
        With `objective="reach"`: the least expected profit.

    Returns
    -------
    LadderDesign
        The ladder with the fewest tiers among the best, between `posted_value` and `bound`.

    Raises
    ------
    InvalidInput
        Demand that falls with the price, prices that do not fall, costs below 0, `min_profit` without reach.
    EmptyInput
        No scenario, or no price.
    Infeasible
        No ladder earns `min_profit`.
    Overflow
        Price times demand beyond int64.

    Notes
    -----
    With n = min(demand, stock) a scenario earns `p n - cost(n)` at the tier that the rule of `status` gives. Where
    each scenario sells at least as much as the one before at every price, the answer is exact in O(k s j) time; where
    scenarios cross it is found by trying all ladders up to 200,000, else by a local search (`exact=False`).

    References
    ----------
    Meir, Lu, Tennenholtz and Boutilier (2013), On the value of using group discounts under price competition, AAAI.

    Examples
    --------
    >>> one = design_ladder([[10, 12, 30]], weights=[1], prices=[500, 400, 300], cost=100, currency="CNY")
    >>> len(one.tiers), one.value == one.posted_value
    (1, True)
    """
    market = read_market(demand, weights, prices, cost=cost, currency=currency, stock=stock, max_tiers=max_tiers)
    floor = read_floor(objective, min_profit)
    exact = market.order.nested or _crossing.is_small(market)
    if objective == "profit":
        value, bound = 1, market.total(np.maximum(market.profits.max(axis=1), 0).tolist())
        posted = _best_posted(market, floor, value=value)
        outcome, steps = _best_profit(market, posted)
    else:
        value, bound = 0, market.total(market.demand.max(axis=1).tolist())
        posted = _best_posted(market, floor, value=value)
        outcome, steps = _best_reach(market, floor)
    tiers = _tiers(market, steps)
    return LadderDesign.model_construct(
        ladder=Ladder(currency=market.currency, tiers=tiers) if tiers else None,
        tiers=tiers,
        value=market.mean(outcome[value]),
        profit=market.mean(outcome.profit),
        reach=market.mean(outcome.reach),
        posted_price=None if posted is None else market.prices[posted[1][0][1]],
        posted_value=0.0 if posted is None else market.mean(posted[0][value]),
        bound=market.mean(bound),
        windows=tuple(market.window(*step) for step in steps),
        exact=exact,
        market=market,
    )


# --- choosing -------------------------------------------------------------------------------------------------------


def _best_profit(market: Market, posted: tuple[Outcome, Steps] | None) -> tuple[Outcome, Steps]:
    """Most profit; the posted price is among the candidates, so that no rounding of the search goes below it."""
    if market.order.nested:
        ladders = _nested.most_profitable(market, market.order)
    elif _crossing.is_small(market):
        ladders = _crossing.best_of_all(market)
    else:
        ladders = [_crossing.improved(market, steps, _profit_of) for steps in _crossing.starts(market)]
    played = [_NOTHING, *((market.replay(steps), steps) for steps in ladders)]
    return fewest_tiers(played if posted is None else [*played, posted], value=1)


def _profit_of(outcome: Outcome) -> int:
    return outcome.profit


def _frontier(market: Market) -> list[tuple[Outcome, Steps]]:
    """Non-dominated ladders by rising reach, played again in exact numbers, single prices with them."""
    if market.order.nested:
        ladders = _nested.frontier_steps(market, market.order)
    elif _crossing.is_small(market):
        ladders = _crossing.frontier_of_all(market)
    else:
        ladders = _crossing.frontier_starts(market)
        ladders += [_crossing.improved(market, steps, _profit_of) for steps in _crossing.starts(market)]
    played = [_NOTHING, *((market.replay(steps), steps) for steps in [*ladders, *market.singles])]
    played.sort(key=lambda ladder: (-ladder[0].reach, -ladder[0].profit, len(ladder[1])))
    kept, highest = list[tuple[Outcome, Steps]](), -math.inf
    for outcome, steps in played:
        if outcome.profit > highest:
            kept.append((outcome, steps))
            highest = outcome.profit
    return kept[::-1]


def _best_reach(market: Market, floor: Fraction | None) -> tuple[Outcome, Steps]:
    """Most reach that earns the floor, then most profit."""
    ladders = _frontier(market)
    enough = [ladder for ladder in ladders if _earns(market, ladder[0], floor)]
    if not enough:
        most = market.mean(ladders[0][0].profit)
        fix = f"The most that a ladder earns is {most:.10g}."
        raise refuse(Infeasible, FUNC, "min_profit", "be within reach of a ladder", float(floor or 0), fix=fix)
    best = enough[-1]
    if market.order.nested or _crossing.is_small(market):
        return best

    def worth(outcome: Outcome) -> tuple[bool, int, int]:
        return _earns(market, outcome, floor), outcome.reach, outcome.profit

    steps = _crossing.improved(market, best[1], worth)
    return market.replay(steps), steps


def _earns(market: Market, outcome: Outcome, floor: Fraction | None) -> bool:
    return floor is None or outcome.profit >= floor * sum(market.shares)


def _best_posted(market: Market, floor: Fraction | None, *, value: int) -> tuple[Outcome, Steps] | None:
    """Find the best single price, sold in every scenario."""
    places = list(range(len(market.prices)))
    if value and floor is None:
        worth = market.profit_sums[-1]
        places = np.flatnonzero(worth >= worth.max() - market.slack).tolist()
    ladders: list[Steps] = [((1, place),) for place in places]
    played = [(market.replay(steps), steps) for steps in ladders]
    earning = [ladder for ladder in played if ladder[0][value] > 0 and _earns(market, ladder[0], floor)]
    return max(earning, key=lambda ladder: (ladder[0][value], ladder[0].profit), default=None)


def _tiers(market: Market, steps: Steps) -> tuple[Tier, ...]:
    return tuple(Tier(min_quantity=minimum, unit_price=market.prices[place]) for minimum, place in steps)
