"""Greedy cover with lazily updated gains, on codes of people."""

from __future__ import annotations

import heapq
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]
Picked = tuple[int, int]
"""The place of an audience, and its gain."""


class _Coverage:
    """Who is reached, and what an audience would add."""

    def __init__(self, codes: list[Int64], people: int) -> None:
        self.members = [_distinct(one, people) for one in codes]
        self.is_open = np.ones(people, bool)

    def gain(self, place: int) -> int:
        return int(np.count_nonzero(self.is_open[self.members[place]]))

    def take(self, place: int) -> None:
        self.is_open[self.members[place]] = False


def _distinct(codes: Int64, people: int) -> Int64:
    there = np.zeros(people, bool)
    there[codes] = True
    return np.flatnonzero(there)


def best_by_count(codes: list[Int64], people: int, k: int) -> list[Picked]:
    """Take the largest gain, `k` times, as long as there is any."""
    cover = _Coverage(codes, people)
    heap = [(-len(members), place) for place, members in enumerate(cover.members)]
    heapq.heapify(heap)
    picked: list[Picked] = []
    while heap and len(picked) < k:
        stale, place = heap[0]
        gain = cover.gain(place)
        if gain == 0:
            heapq.heappop(heap)
        elif gain < -stale:
            heapq.heapreplace(heap, (-gain, place))
        else:
            heapq.heappop(heap)
            cover.take(place)
            picked.append((place, gain))
    return picked


def best_by_cost(codes: list[Int64], people: int, costs: list[int], budget: int) -> list[Picked]:
    """Take the largest gain per cost that fits; or the best single audience, if it alone reaches more."""
    cover = _Coverage(codes, people)
    single = _best_single(cover, costs, budget)
    heap: list[tuple[Any, int]] = [
        (Fraction(-len(members), cost), place)
        for place, (members, cost) in enumerate(zip(cover.members, costs, strict=True))
    ]
    heapq.heapify(heap)
    picked: list[Picked] = []
    left = budget
    while heap:
        stale, place = heap[0]
        gain = cover.gain(place) if costs[place] <= left else 0
        fresh = Fraction(-gain, costs[place])
        if gain == 0:
            heapq.heappop(heap)
        elif fresh > stale:
            heapq.heapreplace(heap, (fresh, place))
        else:
            heapq.heappop(heap)
            cover.take(place)
            left -= costs[place]
            picked.append((place, gain))
    return [single] if single is not None and single[1] > sum(gain for _, gain in picked) else picked


def _best_single(cover: _Coverage, costs: list[int], budget: int) -> Picked | None:
    sizes = [(-len(members), costs[place], place) for place, members in enumerate(cover.members)]
    size, _, place = min((one for one in sizes if one[1] <= budget), default=(0, 0, 0))
    return (place, -size) if size else None
