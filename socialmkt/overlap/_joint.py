"""Joint cells from tables of one attribute each."""

from __future__ import annotations

import math
from itertools import product as every
from typing import TYPE_CHECKING

import numpy as np

from socialmkt.core.errors import Infeasible, InvalidInput, refuse
from socialmkt.overlap._levels import scaled
from socialmkt.overlap._raking import fit_margins

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Margins = Sequence[Mapping[str, float]]

_MOST_CELLS = 10**6
_TOLERANCE = 1e-10
_ITERATIONS = 1000


def cell_names(margins: Margins, func: str) -> list[str]:
    """Give the names of all cells, the last attribute running fastest."""
    cells = math.prod(len(levels) for levels in margins)
    if cells > _MOST_CELLS:
        raise refuse(Infeasible, func, "margins", f"make at most {_MOST_CELLS:,} cells", cells)
    for level in (level for levels in margins for level in levels):
        if "|" in level:
            raise refuse(InvalidInput, func, "margins", 'have levels without "|"', level)
    return ["|".join(levels) for levels in every(*margins)]


def product(margins: Margins) -> list[float]:
    """Give the shares of all cells if attributes tell nothing about each other."""
    return [math.prod(shares) for shares in every(*(scaled(levels.values()) for levels in margins))]


def raked(seed: NDArray[np.float64], margins: Margins, func: str) -> list[float]:
    """Give the shares of all cells that have these margins and the pattern of a reference."""
    totals = [np.array(scaled(levels.values())) for levels in margins]
    fitted = fit_margins(seed, totals, _TOLERANCE, _ITERATIONS, func=func, name="reference")
    shares: list[float] = fitted.table.ravel().tolist()
    return shares
