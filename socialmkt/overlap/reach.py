"""What sizes and pairs tell about the reach of all audiences together.

A platform reports how many people each channel has, and perhaps how many each pair shares. That does not settle how
many they reach together: pair overlaps do not determine the total. It does settle between which bounds it lies.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from socialmkt.core import columns
from socialmkt.core._whole import is_int
from socialmkt.core.errors import EmptyInput, InvalidInput, Verbatim, refuse
from socialmkt.core.model import Frozen
from socialmkt.overlap import _bonferroni
from socialmkt.overlap._arrays import read_matrix
from socialmkt.overlap._matrix import OverlapMatrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from socialmkt.core.columns import Column

    Floats = NDArray[np.float64]
    Pairs = dict[tuple[int, int], float]

__all__ = ["ReachBounds", "reach_bounds"]

_FUNC = "overlap.reach_bounds"
_SLACK = 1e-9


class ReachBounds(Frozen):
    """Between which bounds the reach lies, and what each bound says.

    Parameters
    ----------
    low, high : float
        The largest lower and the least upper bound.
    frechet_low, frechet_high : float
        From the sizes alone: the largest audience; all of them apart, but not more than everybody.
    bonferroni, dawson_sankoff, per_set, quadratic : float or None
        Lower bounds from all pairs; None where a pair is not known.
    hunter : float or None
        Upper bound from the pairs known; None without pairs.
    independent : float or None
        The reach if audiences were drawn independently (Sainsbury); no bound; None without a universe.

    Examples
    --------
    >>> bounds = reach_bounds([0.4, 0.3, 0.2], universe=1)
    >>> bounds.low, round(bounds.high, 9), round(bounds.independent, 9)
    (0.4, 0.9, 0.664)
    """

    low: float
    high: float
    frechet_low: float
    frechet_high: float
    bonferroni: float | None = None
    dawson_sankoff: float | None = None
    per_set: float | None = None
    quadratic: float | None = None
    hunter: float | None = None
    independent: float | None = None


def reach_bounds(
    sizes: Column,
    pairs: OverlapMatrix | Column | Mapping[tuple[int, int], float] | None = None,
    universe: float | None = None,
) -> ReachBounds:
    """Bound the reach of several audiences by what is reported of them.

    Parameters
    ----------
    sizes : column of shape (k,), whole numbers >= 0, or shares with `universe=1`
        How many people each audience has.
    pairs : OverlapMatrix, symmetric matrix of shape (k, k), or mapping of (i, j) to number, optional
        How many people audiences i and j share; the diagonal is not read. A mapping need not hold all pairs.
    universe : int, optional
        How many people there are; 1 where sizes are shares.

    Returns
    -------
    ReachBounds
        `low high`, and each bound by name.

    Raises
    ------
    EmptyInput
        No sizes.
    InvalidInput
        Numbers that are negative, infinite, null or no whole numbers; a size above the universe; a pair above one of
        its sizes or below what the universe leaves room for; a matrix of another shape or not symmetric.

    Notes
    -----
    With S1 the sum of sizes and S2 of pairs: Bonferroni S1 - S2; Dawson-Sankoff 2 S1/(a + 1) - 2 S2/(a (a + 1)) with
    a = floor(2 S2/S1) + 1; per set (Kuai-Alajaji-Takahara) sum of s_i ((1 - f)/n + f/(n + 1)), where d is the sum of
    the pairs of i by s_i, n = 1 + floor(d) and f its fraction; quadratic (Gallot-Kounias) s' P⁺ s with sizes on the
    diagonal of P; Hunter S1 less the heaviest spanning forest of the pairs; independent N (1 - prod(1 - s/N)).
    O(k³).

    References
    ----------
    H. Kuai, F. Alajaji, G. Takahara, "A lower bound on the probability of a finite union of events", Discrete
    Mathematics 215 (2000), doi:10.1016/S0012-365X(99)00246-7.
    D. Hunter, "An upper bound for the probability of a union", Journal of Applied Probability 13 (1976),
    doi:10.2307/3212481.

    Examples
    --------
    >>> bounds = reach_bounds([400, 300, 200], {(0, 1): 120, (0, 2): 100, (1, 2): 50}, universe=1000)
    >>> bounds.low, bounds.high
    (630.0, 680.0)
    """
    everybody = _read_universe(universe)
    shares = everybody == 1
    found = columns.numbers(sizes, func=_FUNC, name="sizes")
    if not found.size:
        raise refuse(EmptyInput, _FUNC, "sizes", "hold at least one audience", Verbatim("none"))
    _check_sizes(found, everybody, shares=shares)
    known = _read_pairs(pairs, found, shares=shares)
    _check_pairs(known, found, everybody)
    frechet = float(found.max()), float(min(found.sum(), everybody))
    independent = everybody * (1 - math.prod((1 - found / everybody).tolist())) if 0 < everybody < math.inf else None
    if not known:
        low, high = frechet
        return ReachBounds(low=low, high=high, frechet_low=low, frechet_high=high, independent=independent)
    lower = _bonferroni.lower_bounds(found, known) if len(known) == math.comb(len(found), 2) else {}
    hunter = float(found.sum()) - _bonferroni.heaviest_forest(known)
    unions = [found[i] + found[j] - both for (i, j), both in known.items()]
    high = min(frechet[1], hunter)
    return ReachBounds(
        low=float(min(max(frechet[0], *unions, *lower.values()), high)),
        high=high,
        frechet_low=frechet[0],
        frechet_high=frechet[1],
        hunter=hunter,
        independent=independent,
        **lower,
    )


def _read_universe(universe: Any) -> float:
    if universe is None:
        return math.inf
    if isinstance(universe, bool) or not isinstance(universe, (int, float, np.integer)) or not 0 <= universe < math.inf:
        raise refuse(InvalidInput, _FUNC, "universe", "be a finite number of at least 0", universe)
    if universe != int(universe):
        raise refuse(InvalidInput, _FUNC, "universe", "be a whole number", universe)
    return float(universe)


def _check_sizes(sizes: Floats, everybody: float, *, shares: bool) -> None:
    rules = (
        (sizes >= 0, "be at least 0"),
        (sizes <= everybody, f"be at most the universe, {everybody:,}"),
        (np.isin(sizes % 1, [0.0]) | shares, "be whole numbers, or shares with universe=1"),
    )
    for holds, must in rules:
        if not holds.all():
            row, count = int(holds.argmin()), int((~holds).sum())
            got = float(sizes[row])
            raise refuse(InvalidInput, _FUNC, "sizes", must, got, row=row, count=count, total=len(sizes))


def _read_pairs(pairs: Any, sizes: Floats, *, shares: bool) -> Pairs:
    """Give the pairs known, as (i, j) with i < j."""
    if pairs is None:
        return {}
    pairs = pairs.counts if isinstance(pairs, OverlapMatrix) else pairs
    known = _pairs_by_index(pairs, len(sizes)) if isinstance(pairs, Mapping) else _pairs_of_matrix(pairs, len(sizes))
    for (i, j), both in known.items():
        if (
            isinstance(both, bool)
            or not isinstance(both, (int, float, np.integer, np.floating))
            or not 0 <= both < math.inf
        ):
            raise refuse(InvalidInput, _FUNC, "pairs", f"hold finite numbers of at least 0, as for {i, j}", both)
        if not shares and both % 1:
            raise refuse(InvalidInput, _FUNC, "pairs", f"be whole numbers, as for {i, j}", both)
    return {pair: float(both) for pair, both in known.items()}


def _pairs_by_index(pairs: Mapping[Any, Any], k: int) -> dict[tuple[int, int], Any]:
    known: dict[tuple[int, int], Any] = {}
    for pair, both in pairs.items():
        if not isinstance(pair, tuple) or len(pair) != 2 or not all(is_int(i) and 0 <= i < k for i in pair):
            raise refuse(InvalidInput, _FUNC, "pairs", f"have two different indices below {k} as keys", pair)
        i, j = sorted(map(int, pair))
        if i == j or ((i, j) in known and known[i, j] != both):
            raise refuse(InvalidInput, _FUNC, "pairs", "hold each pair once", pair)
        known[i, j] = both
    return known


def _pairs_of_matrix(pairs: Any, k: int) -> dict[tuple[int, int], Any]:
    matrix = read_matrix(pairs, (k, k), _FUNC, "pairs")
    apart = ~np.eye(k, dtype=np.bool_)
    if not np.array_equal(matrix[apart], matrix.T[apart]):
        raise refuse(InvalidInput, _FUNC, "pairs", "be symmetric and hold no null", Verbatim("another matrix"))
    return {(i, j): matrix[i, j].item() for i, j in combinations(range(k), 2)}


def _check_pairs(known: Pairs, sizes: Floats, everybody: float) -> None:
    for (i, j), both in known.items():
        slack = _SLACK * (sizes[i] + sizes[j])
        if both > min(sizes[i], sizes[j]) + slack:
            must = f"be at most the smaller size, {min(sizes[i], sizes[j]):,}, as for {i, j}"
            raise refuse(InvalidInput, _FUNC, "pairs", must, both)
        if both < sizes[i] + sizes[j] - everybody - slack:
            must = (
                f"be at least what the universe leaves no room for, {sizes[i] + sizes[j] - everybody:,}, as for {i, j}"
            )
            raise refuse(InvalidInput, _FUNC, "pairs", must, both)
