"""Ladders for crossing scenarios: all of them where they are few, else a start by running maxima and a local search."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from socialmkt.groupbuy import _nested
from socialmkt.groupbuy._market import undominated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from socialmkt.groupbuy._market import Market, Outcome, Steps

Array = NDArray[Any]

_MOST = 200_000


def is_small(market: Market) -> bool:
    """Whether all ladders can be tried: subsets of prices times thresholds at distinct demands."""
    scenarios, prices = market.demand.shape
    most = min(market.max_tiers, prices)
    subsets = sum(math.comb(prices, tiers) for tiers in range(1, most + 1))
    return int(subsets * scenarios**most) <= _MOST


def best_of_all(market: Market) -> list[Steps]:
    """Find the most profitable ladder of each subset of prices."""
    found = []
    for places, thresholds, _, profit in _subsets(market):
        row = int(profit.argmax())
        found.append(_steps(places, thresholds[row]))
    return found


def frontier_of_all(market: Market) -> list[Steps]:
    """Find the ladders of each subset of prices that none of that subset beats in reach and profit."""
    found = []
    for places, thresholds, reach, profit in _subsets(market):
        found += [_steps(places, thresholds[row]) for row in undominated(reach, profit).tolist()]
    return found


def _steps(places: tuple[int, ...], thresholds: Array) -> Steps:
    return tuple(zip(thresholds.tolist(), places, strict=True))


def _subsets(market: Market) -> Iterator[tuple[tuple[int, ...], Array, Array, Array]]:
    """Play every ladder of every subset of prices: thresholds, and their weighted reach and profit."""
    windows = [_windows(market.levels(place)) for place in range(len(market.prices))]
    for tiers in range(1, min(market.max_tiers, len(market.prices)) + 1):
        for places in combinations(range(len(market.prices)), tiers):
            thresholds = _rising([windows[place] for place in places])
            if len(thresholds):
                yield places, thresholds, *_played(market, places, thresholds)


def _windows(levels: list[int]) -> tuple[Array, Array]:
    """Least and greatest threshold for each distinct demand."""
    highest = np.array(levels, np.int64)
    return np.concatenate([[0], highest])[: len(highest)] + 1, highest


def _rising(windows: list[tuple[Array, Array]]) -> Array:
    """List the least rising thresholds for every choice of windows that allows them."""
    chosen = np.zeros((1, 0), np.int64)
    last = np.zeros(1, np.int64)
    for low, high in windows:
        before = np.repeat(np.arange(len(chosen)), len(low))
        least = np.maximum(np.tile(low, len(chosen)), last[before] + 1)
        fits = least <= np.tile(high, len(chosen))
        last = least[fits]
        chosen = np.column_stack([chosen[before[fits]], last])
    return chosen


def _played(market: Market, places: tuple[int, ...], thresholds: Array) -> tuple[Array, Array]:
    reach = np.zeros((len(thresholds), len(market.demand)), np.int64)
    profit = reach.copy()
    for tier, place in enumerate(places):
        tips = market.demand[:, place] >= thresholds[:, tier, None]
        np.copyto(reach, market.demand[:, place], where=tips)
        np.copyto(profit, market.profits[:, place], where=tips)
    return (reach * market.scale).sum(axis=1), (profit * market.scale).sum(axis=1)


def starts(market: Market) -> list[Steps]:
    """Give ladders to begin a local search from: single prices, and the best on running maxima."""
    return list(market.singles) + _nested.best_by_tiers(market, market.running)


def frontier_starts(market: Market) -> list[Steps]:
    """Give more of them: all that are not dominated on running maxima."""
    return starts(market) + _nested.frontier_steps(market, market.running)


def improved(market: Market, steps: Steps, worth: Callable[[Outcome], Any]) -> Steps:
    """Move one threshold at a time to another distinct demand, as long as the ladder is worth more."""
    best, better = worth(market.replay(steps)), True
    while better:
        better = False
        for moved in _moves(market, steps):
            value = worth(market.replay(moved))
            if value > best:
                steps, best, better = moved, value, True
                break
    return steps


def _moves(market: Market, steps: Steps) -> Iterator[Steps]:
    for tier, (_, place) in enumerate(steps):
        low = steps[tier - 1][0] if tier else 0
        high = steps[tier + 1][0] if tier + 1 < len(steps) else math.inf
        for level in market.levels(place):
            if low < level < high:
                yield (*steps[:tier], (level, place), *steps[tier + 1 :])
