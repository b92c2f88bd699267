"""The target-group index: which levels are over-represented in a group, by how much, and how surely."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.core.errors import InvalidInput, refuse
from socialmkt.core.stats import chi2_sf
from socialmkt.core.table import Flags, Floats, Table, Texts
from socialmkt.overlap._estimates import normal_quantile
from socialmkt.overlap._figure import Figure
from socialmkt.overlap._levels import check_aligned, counts_of, number

if TYPE_CHECKING:
    from collections.abc import Mapping

Array = NDArray[np.float64]

_FUNC = "overlap.tgi"
_FEW = 5


class TargetIndex(Table):
    """The index of each level.

    Parameters
    ----------
    level : text
        In the order of the target.
    tgi : float64 array
        100 times the share in the target by the share in the base; inf where the base has none.
    low, high : float64 arrays
        Its interval.
    z, p : float64 arrays
        Two-sample test that the shares are equal, and its two-sided p-value.
    q : float64 array
        The p-value after Benjamini and Hochberg: of the levels with q up to 0.05, one in twenty is a false find.
    small : bool array
        Whether fewer than 5 people were to be expected, so that interval and test are rough.
    chi2, df, chi2_p, cramers_v : float
        The test of all levels at once, and how strong the difference is, from 0 to 1.

    Examples
    --------
    >>> index = tgi({"young": 120, "old": 280}, {"young": 200, "old": 800})
    >>> index.tgi, index.low.round(1)
    (array([150. ,  87.5]), array([123.5,  81.5]))
    """

    level: Texts
    tgi: Floats
    low: Floats
    high: Floats
    z: Floats
    p: Floats
    q: Floats
    small: Flags
    chi2: Figure
    df: int
    chi2_p: Figure
    cramers_v: Figure


class _Groups(NamedTuple):
    """Counts x of the target and X of the base by level, and those z compares the target with."""

    x: Array
    base: Array
    other: Array


def tgi(
    target_counts: Mapping[str, int],
    base_counts: Mapping[str, int],
    *,
    nested: bool = False,
    prior: float = 0,
    confidence: float = 0.95,
) -> TargetIndex:
    """Say which levels are over-represented in a target group.

    Parameters
    ----------
    target_counts, base_counts : mapping of level to whole number >= 0
        How many people of each level are in the target and in what it is compared with; the same levels.
    nested : bool
        Whether the base contains the target: the test then compares the target with the rest.
    prior : float >= 0
        Add so many people at the rate of the base, which draws the index of small groups towards 100.
    confidence : float, strictly between 0 and 1
        Of the intervals.

    Returns
    -------
    TargetIndex
        `level tgi low high z p q small`; metadata `chi2 df chi2_p cramers_v`.

    Raises
    ------
    InvalidInput
        Other levels, counts that are negative or no whole numbers, or a base that cannot contain the target.
    EmptyInput
        Nobody in the target or in the base.

    Notes
    -----
    With x of n in the target, X of N in the base, a = x/n and b = X/N: the index is 100 a/b, its limits
    index exp(-+ z se) with se² = (1 - a)/x + (1 - b)/X; nested, with x0 = X - x and p0 = x0/(N - n),
    se² = x (1 - a)(1/x - 1/X)² + x0 (1 - p0)/X². Where x is 0: 0 to 100 (1 - (alpha/2)^(1/n))/b. z is the pooled
    two-sample statistic. `prior` concerns the index and its limits alone.

    References
    ----------
    Y. Benjamini, Y. Hochberg, "Controlling the false discovery rate", Journal of the Royal Statistical Society B 57
    (1995), doi:10.1111/j.2517-6161.1995.tb02031.x.

    Examples
    --------
    >>> index = tgi({"young": 120, "old": 280}, {"young": 200, "old": 800})
    >>> round(float(index.z[0]), 6), index.df
    (4.025382, 1)
    """
    target, base = (counts_of(c, _FUNC, n) for c, n in ((target_counts, "target_counts"), (base_counts, "base_counts")))
    check_aligned(target, base, _FUNC, "base_counts")
    extra = number(prior, _FUNC, "prior")
    z_high = normal_quantile(confidence, _FUNC)
    for level, count in target.items():
        if nested and count > base[level]:
            must = f"be at least those of the target, {count:,} for {level!r}"
            raise refuse(InvalidInput, _FUNC, "base_counts", must, base[level])
    x = np.array(list(target.values()), dtype=np.float64)
    whole = np.array([base[level] for level in target], dtype=np.float64)
    groups = _Groups(x, whole, whole - x if nested else whole)
    with np.errstate(divide="ignore", invalid="ignore"):
        index, low, high = _index(groups, extra, z_high, 1 - confidence, nested=nested)
        z = _pooled_z(groups)
    p = np.array([math.erfc(abs(each) / math.sqrt(2)) for each in z.tolist()])
    return TargetIndex(
        level=np.array(list(target), dtype=object),
        tgi=index,
        low=low,
        high=high,
        z=z,
        p=p,
        q=false_discovery(p),
        small=x.sum() * whole / whole.sum() < _FEW,
        **_chi_square(groups),
    )


def _index(groups: _Groups, prior: float, z: float, alpha: float, *, nested: bool) -> tuple[Array, Array, Array]:
    b = groups.base / groups.base.sum()
    n = groups.x.sum() + prior
    x = groups.x + prior * b
    a = x / n
    index = 100 * a / b
    if nested:
        rest = groups.other / groups.other.sum() if groups.other.any() else np.zeros_like(a)
        variance = x * (1 - a) * (1 / x - 1 / groups.base) ** 2 + groups.other * (1 - rest) / groups.base**2
    else:
        variance = (1 - a) / x + (1 - b) / groups.base
    spread = np.exp(z * np.sqrt(variance))
    low, high = index / spread, index * spread
    nobody, unknown = (x == 0) & (b > 0), b == 0
    low[nobody], high[nobody] = 0.0, 100 * (1 - (alpha / 2) ** (1 / n)) / b[nobody]
    low[unknown] = high[unknown] = np.nan
    return index, low, high


def _pooled_z(groups: _Groups) -> Array:
    """Compare shares; NaN where nobody or everybody has the level, or nobody is left to compare with."""
    n, m = groups.x.sum(), groups.other.sum()
    pooled = (groups.x + groups.other) / (n + m)
    z: Array = (groups.x / n - groups.other / m) / np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return z


def _chi_square(groups: _Groups) -> dict[str, Any]:
    """Test all levels at once, those that nobody has left out."""
    table = np.array([groups.x, groups.other])
    table = table[:, table.any(axis=0)]
    df = table.shape[1] - 1
    if df == 0 or not table.any(axis=1).all():
        return {"chi2": math.nan, "df": df, "chi2_p": math.nan, "cramers_v": math.nan}
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    chi2 = float(((table - expected) ** 2 / expected).sum())
    return {"chi2": chi2, "df": df, "chi2_p": chi2_sf(chi2, df), "cramers_v": math.sqrt(chi2 / float(table.sum()))}


def false_discovery(p: Array) -> Array:
    """Adjust p-values after Benjamini and Hochberg; NaN stays NaN and is no test."""
    q = np.full_like(p, np.nan)
    tests = np.flatnonzero(~np.isnan(p))
    order = tests[np.argsort(p[tests], kind="stable")]
    raised = p[order] * order.size / np.arange(1, order.size + 1)
    q[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1)
    return q
