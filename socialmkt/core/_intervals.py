"""Intervals of a rate on bare arrays: k successes of n, with a probability `tail` left on either side."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from socialmkt.core._special import beta_quantile

Floats = NDArray[np.float64]


def wilson_bounds(k: Floats, n: Floats, tail: float) -> tuple[Floats, Floats]:
    """Give Wilson's bounds, without cancellation near 0 and exactly 0 and 1 at the ends."""
    z = -NormalDist().inv_cdf(tail)
    with np.errstate(invalid="ignore", divide="ignore"):
        half_sum = k + z * z / 2 + z * np.sqrt(z * z / 4 + k * ((n - k) / n))
        low = k * (k / n) / half_sum  # the product of both bounds is p² / (1 + z²/n)
        return low, np.where(k == n, 1.0, half_sum / (n + z * z))


def exact_low(k: Floats, n: Floats, tail: float) -> Floats:
    """Give the rate at which k or more successes have probability `tail`; 0 without success."""
    low = np.zeros_like(k)
    some = k > 0
    k, n = k[some], n[some]
    low[some] = beta_quantile(tail, k, n - k + 1, start=wilson_bounds(k, n, tail)[0], high=k / n)
    return low
