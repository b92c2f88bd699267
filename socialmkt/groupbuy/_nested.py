"""Ladders for nested scenarios: each larger scenario sells at least as much at every price.

A ladder then gives contiguous blocks of scenarios to falling prices. A block that begins at scenario a with price j
can be told apart where demand rises there: `D_a(j) > D_{a-1}(j)`. Values of all blocks from a on follow from the
later ones, by prefix sums and running maxima from the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.groupbuy._market import undominated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialmkt.groupbuy._market import Market, Steps

Array = NDArray[Any]
Blocks = list[tuple[int, int]]


class Order(NamedTuple):
    """Scenarios from the smallest to the largest: demand, weighted profit and reach, and where blocks may begin."""

    demand: Array
    profit: Array
    reach: Array
    begins: Array


def nested_order(market: Market) -> Order | None:
    """Sort the scenarios by size; None where they cross."""
    order = np.argsort(market.demand.sum(axis=1), kind="stable")
    demand = market.demand[order]
    return _order(market, demand, order) if (np.diff(demand, axis=0) >= 0).all() else None


def running_order(market: Market) -> Order:
    """Sort crossing scenarios by size, and lift each to the largest demand so far."""
    order = np.argsort(market.demand.sum(axis=1), kind="stable")
    return _order(market, np.maximum.accumulate(market.demand[order], axis=0), order)


def _order(market: Market, demand: Array, order: Array) -> Order:
    weights = market.scale[order, None]
    begins = np.diff(demand, axis=0, prepend=0) > 0
    return Order(demand, _prefixes(weights * market.profit[order]), _prefixes(weights * market.demand[order]), begins)


def _prefixes(values: Array) -> Array:
    return np.concatenate([np.zeros((1, values.shape[1]), values.dtype), values.cumsum(axis=0)])


def steps_of(order: Order, blocks: Blocks) -> Steps:
    """Place each threshold in the middle of its window; a first window from 1 starts at 1."""
    steps = []
    for place, (start, price) in enumerate(blocks):
        low = int(order.demand[start - 1, price]) + 1 if start else 1
        middle = 1 if place == 0 and low == 1 else (low + int(order.demand[start, price])) // 2
        steps.append((middle, price))
    return tuple(steps)


def best_by_tiers(order: Order, max_tiers: int) -> list[Steps]:
    """Find the most profitable ladder of exactly 1, 2, ... tiers: O(tiers * scenarios * prices)."""
    sums = order.profit
    never = -np.inf if sums.dtype.kind == "f" else -(2**61)
    values, joined = [np.where(order.begins, sums[-1] - sums[:-1], never)], list[Array]()
    for _ in range(1, min(max_tiers, sums.shape[1])):
        deeper = _best_deeper(values[-1], never)
        after = np.where(deeper > never / 2, sums[:-1] + deeper, never)
        best = np.maximum.accumulate(after[::-1], axis=0)[::-1]
        best = np.concatenate([best[1:], np.full((1, best.shape[1]), never, best.dtype)])
        values.append(np.where(order.begins & (best > never / 2), best - sums[:-1], never))
        joined.append(after)
    found = [_traced(values, joined, tiers) for tiers in range(len(values)) if values[tiers].max() > never / 2]
    return [steps_of(order, blocks) for blocks in found]


def _best_deeper(values: Array, never: float) -> Array:
    """Best value from each scenario on over all deeper prices."""
    best = np.maximum.accumulate(values[:, ::-1], axis=1)[:, ::-1]
    return np.concatenate([best[:, 1:], np.full((len(best), 1), never, best.dtype)], axis=1)


def _traced(values: list[Array], joined: list[Array], tiers: int) -> Blocks:
    """Walk back from the best first block to the last one."""
    start, price = divmod(int(values[tiers].argmax()), values[tiers].shape[1])
    blocks = [(start, price)]
    for left in range(tiers, 0, -1):
        start += 1 + int(joined[left - 1][start + 1 :, price].argmax())
        price += 1 + int(values[left - 1][start, price + 1 :].argmax())
        blocks.append((start, price))
    return blocks


class _Points(NamedTuple):
    """Non-dominated pairs by falling reach, each with its block."""

    reach: Array
    profit: Array
    block: Array


class _Tree:
    """Blocks of partial ladders: where each begins, its price, and the block after it (-1: none)."""

    def __init__(self) -> None:
        self.count = 0
        self.parts: list[tuple[int, int, int, Array]] = []

    def grow(self, start: int, price: int, after: Array) -> Array:
        """Put one block before each of many, and number the new ones."""
        self.parts.append((self.count, start, price, after))
        self.count += len(after)
        return np.arange(self.count - len(after), self.count)

    def blocks(self, number: int) -> Blocks:
        """Follow a ladder from its first block."""
        firsts = np.array([first for first, *_ in self.parts])
        found: Blocks = []
        while number >= 0:
            first, start, price, after = self.parts[int(np.searchsorted(firsts, number, side="right")) - 1]
            found.append((start, price))
            number = int(after[number - first])
        return found


def frontier_steps(order: Order, max_tiers: int) -> list[Steps]:
    """Find ladders of every non-dominated pair of reach and profit, with the fewest tiers for each."""
    tree, shape = _Tree(), order.begins.shape
    total = _Points(order.reach[-1], order.profit[-1], np.full(shape[1], -1))
    level = [[_last_block(order, tree, total, start, price) for price in range(shape[1])] for start in range(shape[0])]
    found = [points for row in level for points in row if points is not None]
    for _ in range(1, min(max_tiers, shape[1])):
        level = _one_more(order, tree, level)
        found += [points for row in level for points in row if points is not None]
    best = _undominated(found)
    return [] if best is None else [steps_of(order, tree.blocks(number)) for number in best.block.tolist()]


def _last_block(order: Order, tree: _Tree, total: _Points, start: int, price: int) -> _Points | None:
    if not order.begins[start, price]:
        return None
    rest = _Points(*(column[price : price + 1] for column in total))
    return _begun(order, tree, rest, start, price)


def _begun(order: Order, tree: _Tree, rest: _Points, start: int, price: int) -> _Points:
    """Begin a block: what follows, counted from the first scenario, less what comes before."""
    reach, profit = rest.reach - order.reach[start, price], rest.profit - order.profit[start, price]
    return _Points(reach, profit, tree.grow(start, price, rest.block))


def _one_more(order: Order, tree: _Tree, level: list[list[_Points | None]]) -> list[list[_Points | None]]:
    """Put one more block before every ladder of a level."""
    scenarios, prices = order.begins.shape
    after: list[_Points | None] = [None] * prices
    longer: list[list[_Points | None]] = [[None] * prices for _ in range(scenarios)]
    for start in range(scenarios - 1, -1, -1):
        deeper: _Points | None = None
        for price in range(prices - 1, -1, -1):
            rest = after[price]
            if rest is not None and order.begins[start, price]:
                longer[start][price] = _begun(order, tree, rest, start, price)
            if deeper is not None:
                reach, profit = deeper.reach + order.reach[start, price], deeper.profit + order.profit[start, price]
                after[price] = _undominated([rest, _Points(reach, profit, deeper.block)])
            deeper = _undominated([deeper, level[start][price]])
    return longer


def _undominated(sets: Sequence[_Points | None]) -> _Points | None:
    """Keep the pairs that no other one equals or beats in both; of equal ones the first."""
    present = [points for points in sets if points is not None]
    if len(present) < 2:
        return present[0] if present else None
    reach, profit, block = (np.concatenate(column) for column in zip(*present, strict=True))
    rows = undominated(reach, profit)
    return _Points(reach[rows], profit[rows], block[rows])
