"""Ladders for nested scenarios: each larger scenario sells at least as much at every price.

A ladder then gives contiguous blocks of scenarios to falling prices. A block that begins at scenario a with price j
can be told apart where demand rises there: `D_a(j) > D_{a-1}(j)`. Values of all blocks from a on follow from the
later ones, by prefix sums and running maxima from the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.groupbuy._market import undominated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialmkt.groupbuy._market import Market, Order, Steps

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]
Blocks = list[tuple[int, int]]


def steps_of(order: Order, blocks: Blocks) -> Steps:
    """Place each threshold in the middle of its window; a first window from 1 starts at 1."""
    steps = []
    for place, (start, price) in enumerate(blocks):
        low = int(order.demand[start - 1, price]) + 1 if start else 1
        middle = 1 if place == 0 and low == 1 else (low + int(order.demand[start, price])) // 2
        steps.append((middle, price))
    return tuple(steps)


def best_by_tiers(market: Market, order: Order) -> list[Steps]:
    """Find the most profitable ladder of exactly 1, 2, ... tiers: O(tiers * scenarios * prices)."""
    values = _values(market, order)
    return [_traced(market, order, values[:tiers]) for tiers, top in _tops(values) if top > -np.inf]


def most_profitable(market: Market, order: Order) -> list[Steps]:
    """Find the most profitable ladders: one, or one for each number of tiers where rounding leaves it open."""
    values = _values(market, order)
    tops = _tops(values)
    enough = max(0, *(top for _, top in tops)) - market.slack
    return [_traced(market, order, values[:tiers]) for tiers, top in tops if top >= enough]


def _tops(values: list[Float64]) -> list[tuple[int, float]]:
    return [(tiers, float(value.max())) for tiers, value in enumerate(values, start=1)]


def _values(market: Market, order: Order) -> list[Float64]:
    """Value of what begins at each scenario with each price and has exactly 1, 2, ... blocks; -inf where none can."""
    before, never = market.profit_sums[:-1], ~order.begins
    values = [market.profit_sums[-1] - before]
    np.copyto(values[0], -np.inf, where=never)
    best = np.empty_like(before)
    for _ in range(1, min(market.max_tiers, before.shape[1])):
        np.maximum.accumulate(values[-1][:, ::-1], axis=1, out=best[:, ::-1])  # over all deeper prices
        np.add(best[:, 1:], before[:, :-1], out=best[:, :-1])
        best[:, -1] = -np.inf
        np.maximum.accumulate(best[::-1], axis=0, out=best[::-1])  # over all later scenarios
        longer = np.empty_like(before)
        np.subtract(best[1:], before[:-1], out=longer[:-1])
        longer[-1] = -np.inf
        np.copyto(longer, -np.inf, where=never)
        values.append(longer)
    return values


def _traced(market: Market, order: Order, values: list[Float64]) -> Steps:
    """Walk from the best first block of the last values to the last block."""
    before = market.profit_sums
    start, price = divmod(int(values[-1].argmax()), before.shape[1])
    blocks = [(start, price)]
    for shorter in values[-2::-1]:
        deeper = shorter[start + 1 :, price + 1 :]
        rest = deeper.max(axis=1) + before[start + 1 : -1, price]
        later = int(rest.argmax())
        start, price = start + 1 + later, price + 1 + int(deeper[later].argmax())
        blocks.append((start, price))
    return steps_of(order, blocks)


class _Points(NamedTuple):
    """Non-dominated pairs by falling reach, each with its block."""

    reach: Float64
    profit: Float64
    block: Int64


Level = list[list[_Points | None]]


class _Tree:
    """Blocks of partial ladders: where each begins, its price, and the block after it (-1: none)."""

    def __init__(self) -> None:
        self.count = 0
        self.parts: list[tuple[int, int, int, Int64]] = []

    def grow(self, start: int, price: int, after: Int64) -> Int64:
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


class _Search:
    """The recursion on sets of pairs: ladders of one block more, from those that begin later and deeper."""

    def __init__(self, market: Market, order: Order) -> None:
        self.order, self.tree = order, _Tree()
        self.reach, self.profit = market.reach_sums, market.profit_sums

    def last_blocks(self) -> Level:
        """Let each block run to the last scenario."""
        ends = [np.array([-1])] * self.reach.shape[1]
        rest = [_Points(self.reach[-1:, price], self.profit[-1:, price], end) for price, end in enumerate(ends)]
        return [self._begun(rest, start) for start in range(len(self.order.begins))]

    def one_more(self, level: Level) -> Level:
        """Put one more block before every ladder of a level."""
        prices = self.reach.shape[1]
        after: list[_Points | None] = [None] * prices
        longer: Level = []
        for start in range(len(level) - 1, -1, -1):
            longer.append(self._begun(after, start))
            deeper: _Points | None = None
            for price in range(prices - 1, -1, -1):
                if deeper is not None:
                    reach = deeper.reach + self.reach[start, price]
                    profit = deeper.profit + self.profit[start, price]
                    after[price] = _undominated([after[price], _Points(reach, profit, deeper.block)])
                deeper = _undominated([deeper, level[start][price]])
        return longer[::-1]

    def _begun(self, after: Sequence[_Points | None], start: int) -> list[_Points | None]:
        """Begin a block at each price: what follows, counted from the first scenario, less what comes before."""
        begun: list[_Points | None] = []
        for price, rest in enumerate(after):
            if rest is None or not self.order.begins[start, price]:
                begun.append(None)
                continue
            reach = rest.reach - self.reach[start, price]
            profit = rest.profit - self.profit[start, price]
            begun.append(_Points(reach, profit, self.tree.grow(start, price, rest.block)))
        return begun


def frontier_steps(market: Market, order: Order) -> list[Steps]:
    """Find ladders of every non-dominated pair of reach and profit, with the fewest tiers for each."""
    search = _Search(market, order)
    level = search.last_blocks()
    found = [points for row in level for points in row]
    for _ in range(1, min(market.max_tiers, len(market.prices))):
        level = search.one_more(level)
        found += [points for row in level for points in row]
    best = _undominated(found)
    return [] if best is None else [steps_of(order, search.tree.blocks(number)) for number in best.block.tolist()]


def _undominated(sets: Sequence[_Points | None]) -> _Points | None:
    """Keep the pairs that no other one equals or beats in both; of equal ones the first."""
    present = [points for points in sets if points is not None]
    if len(present) < 2:
        return present[0] if present else None
    reach, profit, block = (np.concatenate(column) for column in zip(*present, strict=True))
    rows = undominated(reach, profit)
    return _Points(reach[rows], profit[rows], block[rows])
