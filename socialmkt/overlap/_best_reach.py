"""Which audiences to buy for a budget: all subsets up to 20 audiences, good ones with a bound beyond."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from socialmkt.overlap._subset_sums import MOST_FOR_ALL_SUBSETS, gains, mask_of, reach_of, reach_of_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from socialmkt.overlap._pattern_counts import Counts

    Score = Callable[[int, int], Fraction | float]


class Found(NamedTuple):
    """Chosen audiences by index, their reach, and what no choice can exceed."""

    chosen: list[int]
    reach: int
    bound: int


def best(patterns: Counts, costs: list[int], budget: int) -> Found:
    """Choose audiences."""
    k = len(costs)
    if k <= MOST_FOR_ALL_SUBSETS:
        chosen = _places(_best_mask(reach_of_all(patterns, k), _costs_of_all(costs, budget), budget), k)
        reach = reach_of(patterns, mask_of(chosen))
        return Found(chosen, reach, reach)
    return _search(patterns, costs, budget)


def _costs_of_all(costs: list[int], budget: int) -> NDArray[np.uint64]:
    """Give the cost of each subset; anything above the budget is the budget and one more, so that nothing wraps."""
    table = np.zeros(2 ** len(costs), np.uint64)
    for place, cost in enumerate(costs):
        half = 1 << place
        table[half : 2 * half] = np.minimum(table[:half] + np.uint64(min(cost, budget + 1)), np.uint64(budget + 1))
    return table


def _best_mask(reach: NDArray[np.int64], cost: NDArray[np.uint64], budget: int) -> int:
    """Most people; then the lower cost, fewer audiences, the earlier indices."""
    affordable = cost <= np.uint64(budget)
    most = reach[affordable].max()
    masks = np.flatnonzero(affordable & (reach == most))
    masks = masks[cost[masks] == cost[masks].min()]
    counts = np.bitwise_count(masks)
    masks = masks[counts == counts.min()]
    return max(masks.tolist(), key=_earliest_highest) if masks.size > 1 else int(masks[0])


def _earliest_highest(mask: int) -> str:
    """Write the bit of the first audience first."""
    return f"{mask:020b}"[::-1]


def _places(mask: int, k: int) -> list[int]:
    return [place for place in range(k) if mask >> place & 1]


def _search(patterns: Counts, costs: list[int], budget: int) -> Found:
    """Take the best of three greedy choices, improve it by additions and swaps, and bound what is possible."""
    affordable = [place for place, cost in enumerate(costs) if cost <= budget]
    by_gain = _greedy(patterns, costs, budget, lambda gain, _: gain)
    by_ratio = _greedy(patterns, costs, budget, _per_cost)
    alone = gains(patterns, 0, affordable)
    single = [affordable[alone.index(max(alone))]] if affordable else []
    chosen = max((by_gain, by_ratio, single), key=lambda places: reach_of(patterns, mask_of(places)))
    while better := _improved(patterns, costs, budget, chosen):
        chosen = better
    reach = reach_of(patterns, mask_of(chosen))
    possible = reach_of(patterns, mask_of(affordable))
    bound = min(possible, *(_fractional(patterns, costs, budget, base) for base in (chosen, [])))
    return Found(sorted(chosen), reach, max(reach, bound))


def _per_cost(gain: int, cost: int) -> Fraction | float:
    return Fraction(gain, cost) if cost else float("inf")


def _greedy(patterns: Counts, costs: list[int], budget: int, score: Score) -> list[int]:
    chosen: list[int] = []
    while True:
        left = budget - sum(costs[place] for place in chosen)
        open_to = [place for place in range(len(costs)) if place not in chosen and costs[place] <= left]
        added = gains(patterns, mask_of(chosen), open_to)
        scores = [score(gain, costs[place]) if gain else -1 for gain, place in zip(added, open_to, strict=True)]
        if max(scores, default=-1) < 0:
            return chosen
        chosen.append(open_to[scores.index(max(scores))])


def _improved(patterns: Counts, costs: list[int], budget: int, chosen: list[int]) -> list[int] | None:
    """Give the best set that is one addition or one swap away, if it reaches more."""
    now = reach_of(patterns, mask_of(chosen))
    best_reach, best_set = now, None
    for out in (None, *chosen):
        kept = [place for place in chosen if place != out]
        left = budget - sum(costs[place] for place in kept)
        open_to = [place for place in range(len(costs)) if place not in chosen and costs[place] <= left]
        base = reach_of(patterns, mask_of(kept))
        for place, gain in zip(open_to, gains(patterns, mask_of(kept), open_to), strict=True):
            if base + gain > best_reach:
                best_reach, best_set = base + gain, [*kept, place]
    return best_set


def _fractional(patterns: Counts, costs: list[int], budget: int, base: list[int]) -> int:
    """Bound what a budget can reach: those that `base` reaches, and all others' gains as if they did not overlap."""
    others = [place for place in range(len(costs)) if place not in base and costs[place] <= budget]
    added = gains(patterns, mask_of(base), others)
    offers = sorted(zip(added, (costs[place] for place in others), strict=True), key=lambda o: _per_cost(*o))
    total, left = reach_of(patterns, mask_of(base)), budget
    while offers:
        gain, cost = offers.pop()
        if cost > left:
            return total + gain * left // cost
        total, left = total + gain, left - cost
    return total
