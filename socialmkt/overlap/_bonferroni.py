"""Bounds on the size of a union from the sizes of its sets and of their pairs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def lower_bounds(sizes: Floats, pairs: Mapping[tuple[int, int], float]) -> dict[str, float]:
    """Give every lower bound that needs all pairs."""
    matrix = np.diag(sizes)
    for (i, j), both in pairs.items():
        matrix[i, j] = matrix[j, i] = both
    total, shared = math.fsum(sizes), math.fsum(pairs.values())
    return {
        "bonferroni": total - shared,
        "dawson_sankoff": _dawson_sankoff(total, shared),
        "per_set": _per_set(sizes, matrix),
        "quadratic": float(sizes @ np.linalg.pinv(matrix, hermitian=True) @ sizes),
    }


def _dawson_sankoff(total: float, shared: float) -> float:
    if not total:
        return 0.0
    a = math.floor(2 * shared / total) + 1
    return 2 * total / (a + 1) - 2 * shared / (a * (a + 1))


def _per_set(sizes: Floats, matrix: Floats) -> float:
    held = sizes > 0
    degree = (matrix.sum(axis=1) - sizes)[held] / sizes[held]
    n = 1 + np.floor(degree)
    f = degree - np.floor(degree)
    return math.fsum(sizes[held] * ((1 - f) / n + f / (n + 1)))


def heaviest_forest(pairs: Mapping[tuple[int, int], float]) -> float:
    """Add up the pairs of the heaviest spanning forest (Kruskal)."""
    root: dict[int, int] = {}

    def find(i: int) -> int:
        while root.get(i, i) != i:
            i = root[i]
        return i

    taken = []
    for (i, j), both in sorted(pairs.items(), key=lambda item: -item[1]):
        if find(i) != find(j):
            root[find(i)] = find(j)
            taken.append(both)
    return math.fsum(taken)
