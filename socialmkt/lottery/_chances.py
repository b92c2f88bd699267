"""The chance of one entry to be among the first k, by class of weight: three ways.

Every entry has a clock that rings after an exponential time with its weight as the rate; the order of the rings is the
ranking. An entry is among the first k if, when its clock rings, at most k - 1 of the others have rung:
the integral over t of w exp(-w t) P(N(t) <= k - 1), with N(t) the number of other clocks that rang by t.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Float64 = NDArray[np.float64]

_NODES, _SHARES = np.polynomial.legendre.leggauss(24)
_CUTS = (-9, -6, -4, -2, -1, 0, 1, 2, 4, 6, 9)
_BISECTIONS = 200


def exact_terms(counts: Sequence[int], k: int) -> int:
    """Bound the number of terms of the exact sum."""
    terms = 1
    for count in counts:
        terms *= min(count, k - 1) + 1
    return min(terms, math.comb(k - 1 + len(counts), len(counts)))


def exact(weights: Sequence[int], counts: Sequence[int], k: int) -> list[Fraction]:
    """Give the chances as fractions.

    With x = exp(-t) and d entries of each class that rang, the sum over all d of binomials and of
    (-1)**L C(M - 1, L) w / (w + weight still silent), where M others are silent and L = k - 1 - |d|.
    """
    return [_exact_of(weights, counts, k, target) for target in range(len(weights))]


def _exact_of(weights: Sequence[int], counts: Sequence[int], k: int, target: int) -> Fraction:
    others = [count - (place == target) for place, count in enumerate(counts)]
    if k > sum(others):
        return Fraction(1)
    ways: dict[tuple[int, int], int] = {(0, 0): 1}  # (entries that rang, their weight) -> in how many ways
    for weight, count in zip(weights, others, strict=True):
        ways = _with_class(ways, weight, count, k)
    silent, whole = sum(others), sum(w * n for w, n in zip(weights, others, strict=True))
    by_weight: dict[int, int] = defaultdict(int)
    for (rang, weight), many in ways.items():
        left = k - 1 - rang
        by_weight[whole - weight] += many * (-1) ** left * math.comb(silent - rang - 1, left)
    own = weights[target]
    return _sum([Fraction(own * many, own + weight) for weight, many in by_weight.items()])


def _with_class(ways: dict[tuple[int, int], int], weight: int, count: int, k: int) -> dict[tuple[int, int], int]:
    more: dict[tuple[int, int], int] = defaultdict(int)
    for (rang, sum_of_weights), many in ways.items():
        for ringing in range(min(count, k - 1 - rang) + 1):
            more[rang + ringing, sum_of_weights + weight * ringing] += many * math.comb(count, ringing)
    return more


def _sum(terms: list[Fraction]) -> Fraction:
    """Add as a balanced tree, so that denominators grow as late as possible."""
    while len(terms) > 1:
        terms = [sum(terms[at : at + 2], Fraction(0)) for at in range(0, len(terms), 2)]
    return terms[0]


def quadrature(weights: Sequence[int], counts: Sequence[int], first: int, last: int) -> Float64:
    """Give the chances of the ranks first + 1 to last by Gauss-Legendre panels, to an absolute error of 1e-10."""
    w, n = np.array(weights, np.float64), np.array(counts, np.int64)
    chances = np.zeros(len(w))
    for low, high in itertools.pairwise(_edges(w, n.astype(np.float64), first, last)):
        middle, half = (low + high) / 2, (high - low) / 2
        for node, share in zip(_NODES.tolist(), _SHARES.tolist(), strict=True):
            time = middle + half * node
            chances += half * share * w * np.exp(-w * time) * _between(w, n, time, first, last)
    return np.minimum(chances, 1.0)


def _edges(w: Float64, n: Float64, first: int, last: int) -> list[float]:
    """Cut time where the expected number of rings passes the ends of the ranks, and on until nothing is left."""
    total, root = float(n.sum()), math.sqrt(last)
    levels = [last + z * root for z in (*_CUTS, 14, 20)] + [last + 20 + 20 * root, last + 60 + 20 * root]
    levels += [first + z * math.sqrt(first) for z in (-30, -20, -14, *_CUTS)] if first else []
    times = {_time_of(w, n, level) for level in levels if 0 < level < total}
    if 2 * max(levels) > total:  # near the end of the list the slow classes decide
        times.add(45 / float(w.min()))
    growing, end = 1 / (16 * float(w.max())), max(times)
    if growing < end:  # the quick classes have rung long before: no panel may hold times of different orders
        times |= {growing * 1.5**step for step in range(math.ceil(math.log(end / growing, 1.5)))}
    return [0.0, *sorted(times)]


def _time_of(w: Float64, n: Float64, level: float) -> float:
    """Say when so many clocks are expected to have rung."""
    low, high = 0.0, 1.0 / float(w.max())
    while _expected(w, n, high) < level:
        high *= 2
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if _expected(w, n, middle) < level else (low, middle)
    return high


def _expected(w: Float64, n: Float64, time: float) -> float:
    return float(-(n * np.expm1(-w * time)).sum())


def _between(w: Float64, n: NDArray[np.int64], time: float, first: int, last: int) -> Float64:
    """Give, for each class, the chance that first to last - 1 others have rung, the class being one entry short."""
    whole = [_pmf(int(count), rate * time, last) for count, rate in zip(n, w, strict=True)]
    before = [np.ones(1)]
    for pmf in whole[:-1]:
        before.append(np.convolve(before[-1], pmf)[:last])
    chances, after = np.empty(len(w)), np.ones(1)
    for place in range(len(w) - 1, -1, -1):
        others = np.convolve(before[place], after)[:last]
        own = _pmf(int(n[place]) - 1, w[place] * time, last)
        chances[place] = float((others * _windows(own, first - np.arange(len(others)), last - first)).sum())
        after = np.convolve(whole[place], after)[:last]
    return chances


def _windows(pmf: Float64, start: NDArray[np.int64], length: int) -> Float64:
    """Sum chances from each start on; by the smaller of both tails, so that little is lost."""
    size = len(pmf)
    below = np.concatenate([[0.0], np.cumsum(pmf)])
    above = np.concatenate([np.cumsum(pmf[::-1])[::-1], [0.0]])
    low, high = np.clip(start, 0, size), np.clip(start + length, 0, size)
    found: Float64 = np.where(below[high] <= above[low], below[high] - below[low], above[low] - above[high])
    return found


def _pmf(n: int, at: float, k: int) -> Float64:
    """Give the binomial chances of 0, 1, ... below k of n clocks that ring by rate times time."""
    size = min(n, k - 1) + 1
    rang, silent = math.log(-math.expm1(-at)), -at  # logarithms of both chances
    rings = np.arange(1, size)
    ratios = np.log((n + 1 - rings) / rings) + (rang - silent)
    if at <= math.log(2):
        return np.exp(n * silent + np.concatenate([[0.0], np.cumsum(ratios)]))
    return np.exp(_from_top(n, rang, silent, size))


def _from_top(n: int, rang: float, silent: float, size: int) -> Float64:
    """Give the logarithms counted from n rings down, where most have rung: so no large numbers cancel."""
    missing = np.arange(1, n + 1)
    logs = n * rang + np.concatenate([[0.0], np.cumsum(np.log((n + 1 - missing) / missing) + (silent - rang))])
    return logs[::-1][:size]


def fluid(weights: Sequence[int], counts: Sequence[int], first: int, last: int) -> tuple[Float64, float]:
    """Give the chances in the limit of many entries, and an estimate of their largest relative error."""
    w, n = np.array(weights, np.float64), np.array(counts, np.float64)
    opens = _time_of(w, n, first) if first else 0.0
    closes = _time_of(w, n, last) if last < sum(counts) else math.inf
    chances = np.exp(-w * opens) * -np.expm1(-w * (closes - opens))
    return chances, max(_fluid_error(w, n, time) for time in (opens, closes))


def _fluid_error(w: Float64, n: Float64, time: float) -> float:
    """Estimate the first term that the limit leaves out."""
    if time in (0.0, math.inf):
        return 0.0
    rang, silent = -np.expm1(-w * time), np.exp(-w * time)
    spread, pace = float((n * rang * silent).sum()), float((n * w * silent).sum())
    return float((w**2 * silent / rang).max()) * spread / pace**2
