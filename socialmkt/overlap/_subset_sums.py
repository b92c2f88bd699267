"""Arithmetic on pattern counts: sums over subsets of audiences, gains, and the order that gains most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from socialmkt.core.errors import Infeasible, Verbatim, refuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from socialmkt.overlap._pattern_counts import Counts

Int64 = NDArray[np.int64]

MOST_FOR_ALL_SUBSETS = 20


def bit(place: int) -> np.uint64:
    """Give the bit of an audience."""
    return np.uint64(1 << place)


def mask_of(places: Iterable[int]) -> int:
    """Give the mask of some audiences."""
    return sum(1 << place for place in places)


def has(masks: NDArray[Any], place: int) -> NDArray[np.bool_]:
    """Tell which patterns hold an audience."""
    held: NDArray[np.bool_] = masks & bit(place) != 0
    return held


def reach_of(patterns: Counts, mask: int) -> int:
    """Count the people in any audience of a mask."""
    return int(patterns.counts[patterns.masks & np.uint64(mask) != 0].sum())


def check_few(k: int, func: str) -> None:
    """Refuse to list all subsets of many audiences."""
    if k > MOST_FOR_ALL_SUBSETS:
        must = f"be at most {MOST_FOR_ALL_SUBSETS}, since all their subsets are listed"
        raise refuse(Infeasible, func, "audiences", must, Verbatim(str(k)), fix="Count the patterns of fewer.")


def by_mask(patterns: Counts, k: int) -> Int64:
    """Spread the counts over all 2^k masks."""
    table = np.zeros(2**k, np.int64)
    table[patterns.masks.view(np.int64)] = patterns.counts
    return table


def reach_of_all(patterns: Counts, k: int) -> Int64:
    """Count the people that each subset reaches: all but those in patterns inside its complement."""
    inside = by_mask(patterns, k)
    for place in range(k):
        halves = inside.reshape(-1, 2, 1 << place)
        halves[:, 1] += halves[:, 0]
    reached: Int64 = inside[-1] - inside[::-1]
    return reached


def in_all_of(patterns: Counts, k: int) -> Int64:
    """Count the people in all audiences of each subset."""
    table = by_mask(patterns, k)
    for place in range(k):
        halves = table.reshape(-1, 2, 1 << place)
        halves[:, 0] += halves[:, 1]
    return table


def gains(patterns: Counts, covered: int, places: Sequence[int]) -> list[int]:
    """Count what each audience would add to those that a mask reaches."""
    rest = patterns.masks & np.uint64(covered) == 0
    masks, counts = patterns.masks[rest], patterns.counts[rest]
    return [int(counts[has(masks, place)].sum()) for place in places]


def greedy_order(patterns: Counts, k: int) -> list[int]:
    """Order audiences by what they add, the largest first; the earlier one on a tie."""
    order: list[int] = []
    left = list(range(k))
    while left:
        added = gains(patterns, mask_of(order), left)
        order.append(left.pop(added.index(max(added))))
    return order
