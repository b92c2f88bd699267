"""Counts that can be shown: small ones hidden, all of them blurred alike, or both.

Noise is added once, to counts of disjoint patterns. Pairs and reach computed from them agree with each other, and
nobody can average the noise away by asking twice.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.random import Generator

from socialmkt.core.errors import Infeasible, InvalidInput, SchemeMismatch, refuse
from socialmkt.core.labels import Code
from socialmkt.core.model import Count, Name  # pydantic reads them
from socialmkt.core.table import Floats, Ints, Table, Texts
from socialmkt.overlap._audience_fields import whole
from socialmkt.overlap._levels import number
from socialmkt.overlap._subset_sums import by_mask, has

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from socialmkt.overlap._keys import UInt64
    from socialmkt.overlap._pattern_counts import Counts

__all__ = ["PrivateTable", "Suppression"]

_MOST_WITH_NOISE = 16
_LEAST_EPSILON = 1e-12
_FUNC = "PatternTable.privatized"


class Suppression(Code):
    """Why a count is hidden.

    Examples
    --------
    >>> Suppression("small").zh
    '人数过少'
    """

    small = "small", "人数过少", "too few people"
    complement = "complement", "防止推算", "would reveal another count"


class PrivateTable(Table):
    """Pattern counts that can be shown.

    Parameters
    ----------
    mask : uint64 array, rising
        Bit i stands for audience i; all patterns where there is noise, also those that nobody has.
    count : float64 array
        NaN where it is hidden.
    reason : text
        "" where it is shown, else a `Suppression`.
    names : tuple of str
        The audiences.
    noise_sd : float
        The standard deviation of the noise of each count; 0 without noise.
    threshold : int
        Counts below it, and above 0, are hidden.
    epsilon : float or None
        The privacy budget spent.
    suppressed : int
        How many counts are hidden.

    Examples
    --------
    >>> from socialmkt.overlap import PatternTable
    >>> table = PatternTable.from_counts(["tv", "app"], {("tv",): 20, ("tv", "app"): 3, ("app",): 10})
    >>> table.privatized(threshold=5)["reason"].tolist()
    ['complement', 'complement', 'small']
    """

    mask: Ints
    count: Floats
    reason: Texts
    names: tuple[Name, ...]
    noise_sd: float
    threshold: Count
    epsilon: float | None
    suppressed: Count


def privatize(
    patterns: Counts, names: tuple[str, ...], theta: float, *, threshold: Any, epsilon: Any, rng: Any, round_to: Any
) -> PrivateTable:
    """Make counts fit to be shown; the rules stand at `PatternTable.privatized`."""
    least = whole(threshold, 0, 2**63 - 1, func=_FUNC, name="threshold")
    step = whole(round_to, 1, 2**63 - 1, func=_FUNC, name="round_to")
    if theta < 1:
        fix = "Count the patterns of exact audiences."
        raise refuse(SchemeMismatch, _FUNC, "theta", "be 1, since a sketch is blurred already", theta, fix=fix)
    order = np.argsort(patterns.masks)
    masks, counts, noise_sd = patterns.masks[order], patterns.counts[order], 0.0
    if epsilon is not None:
        budget = _check_noise(epsilon, rng, len(names))
        masks, counts = _noised(patterns, len(names), budget, rng)
        noise_sd = math.sqrt(2 * math.exp(-budget)) / -math.expm1(-budget)
    reasons = _reasons(masks, counts, len(names), least)
    shown = np.floor(counts / step + 0.5) * step
    return PrivateTable(
        mask=masks,
        count=np.where(reasons == "", shown, np.nan),
        reason=reasons,
        names=names,
        noise_sd=noise_sd,
        threshold=least,
        epsilon=epsilon,
        suppressed=int((reasons != "").sum()),
    )


def _check_noise(epsilon: Any, rng: Any, k: int) -> float:
    budget = number(epsilon, _FUNC, "epsilon", above=0)
    if budget < _LEAST_EPSILON:
        must = f"be at least {_LEAST_EPSILON:g}, since larger noise fits no 64 bits"
        raise refuse(InvalidInput, _FUNC, "epsilon", must, epsilon)
    if not isinstance(rng, Generator):
        fix = "Pass numpy.random.default_rng(), seeded from a secret source."
        raise refuse(InvalidInput, _FUNC, "rng", "be a numpy Generator where there is noise", rng, fix=fix)
    if k > _MOST_WITH_NOISE:
        fix = "Noise needs all patterns, also those that nobody has."
        raise refuse(Infeasible, _FUNC, "audiences", f"be at most {_MOST_WITH_NOISE} where there is noise", k, fix=fix)
    return budget


def _noised(patterns: Counts, k: int, epsilon: float, rng: Generator) -> tuple[UInt64, NDArray[np.int64]]:
    """Add discrete Laplace noise, the difference of two geometric numbers, to all 2^k - 1 counts."""
    counts = by_mask(patterns, k)[1:]
    ends = -math.expm1(-epsilon)
    noise = rng.geometric(ends, counts.size) - rng.geometric(ends, counts.size)
    return np.arange(1, 2**k, dtype=np.uint64), counts + noise


def _reasons(masks: UInt64, counts: NDArray[np.int64], k: int, threshold: int) -> NDArray[np.object_]:
    """Hide small counts, then more of them until no total gives one away."""
    reasons = np.full(masks.size, "", dtype=object)
    reasons[(counts > 0) & (counts < threshold)] = str(Suppression.small)
    totals = [np.flatnonzero(has(masks, place)) for place in range(k)] + [np.arange(masks.size)]
    while sum(_hide_more(rows, counts, reasons, threshold) for rows in totals):
        pass  # what one total hides may expose another
    return reasons


def _hide_more(rows: NDArray[np.int64], counts: NDArray[np.int64], reasons: NDArray[Any], threshold: int) -> bool:
    """Hide the smallest shown counts of one total while its hidden ones are one alone or too few people."""
    changed = False
    while True:
        hidden = reasons[rows] != ""
        exposed = hidden.sum() == 1 or (hidden.any() and counts[rows[hidden]].sum() < threshold)
        if not exposed or hidden.all():
            return changed
        shown = rows[~hidden]
        reasons[shown[counts[shown].argmin()]] = str(Suppression.complement)
        changed = True
