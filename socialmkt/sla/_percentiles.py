"""Percentiles of waiting times on bare arrays, with those who still wait counted in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.core._quantiles import first_at_most, linear_quantile, nearest_rank
from socialmkt.sla._rows import NAT

if TYPE_CHECKING:
    from collections.abc import Sequence

Int64 = NDArray[np.int64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

METHODS = ["kaplan_meier", "linear", "nearest_rank"]


class Waits(NamedTuple):
    """Waiting times, ascending, those that have ended before those of equal length that have not."""

    elapsed: Int64
    ended: Flags

    @classmethod
    def of(cls, elapsed: Int64, ended: Flags) -> Waits:
        """Sort them."""
        order = np.lexsort((~ended, elapsed))
        return cls(elapsed[order], ended[order])

    def percentiles(self, shares: Sequence[float], method: str) -> list[int]:
        """Give the time by which each share has ended; NAT where that is not known."""
        if method == "kaplan_meier":
            return self._by_survival(shares)
        ordered = self.elapsed[self.ended].astype(np.float64)
        if not ordered.size:
            return [NAT] * len(shares)
        take = linear_quantile if method == "linear" else nearest_rank
        found: list[int] = np.rint(take(ordered, np.array(shares, dtype=np.float64))).astype(np.int64).tolist()
        return found

    def _by_survival(self, shares: Sequence[float]) -> list[int]:
        """Follow the curve of Kaplan and Meier; rows that end together multiply to (at risk - ended) / at risk."""
        at_risk = np.arange(len(self.elapsed), 0, -1)
        survival: Floats = np.cumprod(np.where(self.ended, (at_risk - 1) / at_risk, 1.0), dtype=np.float64)
        rows = [first_at_most(survival, 1 - share) for share in shares]
        return [NAT if row is None else int(self.elapsed[row]) for row in rows]


def medians(cell: Int64, elapsed: Int64, ended: Flags, cells: int, method: str) -> Int64:
    """Give the median of each of so many cells; NAT where it is not known."""
    order = np.lexsort((~ended, elapsed, cell))
    bounds = np.searchsorted(cell[order], np.arange(cells + 1))
    found = np.full(cells, NAT, dtype=np.int64)
    for number in np.flatnonzero(np.diff(bounds)):
        rows = order[bounds[number] : bounds[number + 1]]
        (found[number],) = Waits(elapsed[rows], ended[rows]).percentiles([0.5], method)
    return found
