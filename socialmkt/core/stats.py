"""The few statistics that marketing figures need, without scipy: intervals, quantiles, survival and tails.

A rate of 95 in 100 comes with its interval, a median counts those who still wait, and a surprise is measured also
where the audience has a hundred million people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from socialmkt.core import _intervals, _quantiles, _special, columns
from socialmkt.core._stats_input import read, require, tail_of
from socialmkt.core._survival import SpanSurvivalCurve, SurvivalCurve, kaplan_meier, km_quantile
from socialmkt.core.errors import EmptyInput, check_choice, refuse

if TYPE_CHECKING:
    from socialmkt.core.columns import Column

Floats = NDArray[np.float64]
Interval: TypeAlias = tuple[float, float] | tuple[None, None]

__all__ = [
    "SpanSurvivalCurve",
    "SurvivalCurve",
    "chi2_sf",
    "clopper_pearson",
    "kaplan_meier",
    "km_quantile",
    "log_hypergeom",
    "quantile",
    "wilson",
]


@overload
def wilson(successes: int, trials: int, *, confidence: float = 0.95) -> Interval: ...
@overload
def wilson(successes: Column, trials: Column | int, *, confidence: float = 0.95) -> tuple[Floats, Floats]: ...
def wilson(
    successes: Column | int, trials: Column | int, *, confidence: float = 0.95
) -> Interval | tuple[Floats, Floats]:
    """Bound a rate by Wilson's score interval.

    Parameters
    ----------
    successes : int, or column of shape (n,), whole numbers from 0 to `trials`
        How often it happened.
    trials : int, or column of shape (n,), whole numbers >= 0
        How often it was tried. An int beside a column holds for every row.
    confidence : float, strictly between 0 and 1
        How often such an interval covers the true rate.

    Returns
    -------
    low, high : float, or float64 array of shape (n,)
        The bounds, within 0 and 1. Where nothing was tried: None, in arrays NaN.

    Raises
    ------
    InvalidInput
        Counts that are no whole numbers, negative or null, more successes than trials, columns of unequal length, or
        a confidence outside (0, 1).

    Notes
    -----
    (p + z²/2n ∓ z √(p(1-p)/n + z²/4n²)) / (1 + z²/n), with p = successes / trials and z the normal quantile.

    References
    ----------
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).

    Examples
    --------
    >>> low, high = wilson(95, 100)
    >>> round(low, 6), round(high, 6)
    (0.88825, 0.978456)
    >>> wilson(0, 0)
    (None, None)
    >>> wilson([0, 10], 10)[1].round(6)
    array([0.277533, 1.      ])
    """
    tail = tail_of("stats.wilson", confidence)
    k, n, scalar = _rates("stats.wilson", successes, trials)
    return _interval(*_intervals.wilson_bounds(k, n, tail), n, scalar=scalar)


@overload
def clopper_pearson(successes: int, trials: int, *, confidence: float = 0.95) -> Interval: ...
@overload
def clopper_pearson(successes: Column, trials: Column | int, *, confidence: float = 0.95) -> tuple[Floats, Floats]: ...
def clopper_pearson(
    successes: Column | int, trials: Column | int, *, confidence: float = 0.95
) -> Interval | tuple[Floats, Floats]:
    """Bound a rate by the exact interval of Clopper and Pearson.

    Parameters
    ----------
    successes : int, or column of shape (n,), whole numbers from 0 to `trials`
        How often it happened.
    trials : int, or column of shape (n,), whole numbers >= 0
        How often it was tried. An int beside a column holds for every row.
    confidence : float, strictly between 0 and 1
        How often such an interval covers the true rate, at the least.

    Returns
    -------
    low, high : float, or float64 array of shape (n,)
        The bounds; low is 0 without success, high is 1 without failure. Where nothing was tried: None, in arrays NaN.

    Raises
    ------
    InvalidInput
        Counts that are no whole numbers, negative or null, more successes than trials, columns of unequal length, or
        a confidence outside (0, 1).

    Notes
    -----
    With k successes of n and a = (1 - confidence) / 2, low is the rate p at which k or more successes have
    probability a: I_p(k, n - k + 1) = a. The incomplete beta function comes from its continued fraction, its inverse
    from Newton's method in a bracket. O(√n) per rate.

    References
    ----------
    C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case of the
    binomial", Biometrika 26 (1934). NIST DLMF, section 8.17.

    Examples
    --------
    >>> low, high = clopper_pearson(95, 100)
    >>> round(low, 6), round(high, 6)
    (0.887165, 0.983568)
    >>> clopper_pearson([0, 10], 10)[1].round(6)
    array([0.308497, 1.      ])
    """
    tail = tail_of("stats.clopper_pearson", confidence)
    k, n, scalar = _rates("stats.clopper_pearson", successes, trials)
    low, high = _intervals.exact_low(k, n, tail), 1 - _intervals.exact_low(n - k, n, tail)
    return _interval(low, high, n, scalar=scalar)


@overload
def quantile(values: Column, q: float, *, method: Literal["linear", "nearest_rank"] = "linear") -> float: ...
@overload
def quantile(values: Column, q: Column, *, method: Literal["linear", "nearest_rank"] = "linear") -> Floats: ...
def quantile(
    values: Column, q: Column | float, *, method: Literal["linear", "nearest_rank"] = "linear"
) -> float | Floats:
    """Find the value below which a given share of the values lies.

    Parameters
    ----------
    values : column of shape (n,), finite numbers
        At least one, in any order.
    q : float, or column of shape (k,), from 0 to 1
        The share, such as 0.9.
    method : {"linear", "nearest_rank"}
        Interpolate between neighbours, or take the least value that at least a share q of the values does not exceed.

    Returns
    -------
    float, or float64 array of shape (k,)
        The quantile; with `"nearest_rank"` always one of the values.

    Raises
    ------
    EmptyInput
        No values.
    InvalidInput
        Values that are no finite numbers, a share outside [0, 1], or another method.

    Notes
    -----
    With the values sorted as x_0 to x_(n-1): linear is x at (n - 1) q, nearest rank is x at ⌈n q⌉ - 1. The rank has a
    tolerance of n / 10⁹, as `km_quantile` has, so that 0.07 of 100 is 7. O(n log n).

    References
    ----------
    R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages", The American Statistician 50 (1996):
    types 7 and 1.

    Examples
    --------
    >>> quantile([1, 2, 3, 4, 100], 0.875), quantile([1, 2, 3, 4, 100], 0.875, method="nearest_rank")
    (52.0, 100.0)
    >>> quantile([1, 2, 3, 4], [0.25, 0.5])
    array([1.75, 2.5 ])
    """
    func = "stats.quantile"
    check_choice(func, "method", method, ["linear", "nearest_rank"])
    ordered = np.sort(columns.numbers(values, func=func, name="values", offer_drop=False))
    if not len(ordered):
        raise refuse(EmptyInput, func, "values", "hold at least one value", [])
    (shares,), scalar = read(func, "numbers", q=q)
    require(func, "q", "lie between 0 and 1", shares, (shares >= 0) & (shares <= 1), scalar=scalar)
    take = _quantiles.linear_quantile if method == "linear" else _quantiles.nearest_rank
    found = take(ordered, shares)
    return float(found[0]) if scalar else found


@overload
def log_hypergeom(universe: int, a: int, b: int, both: int, *, tail: Literal["more", "fewer"] = "more") -> float: ...
@overload
def log_hypergeom(
    universe: Column | int,
    a: Column | int,
    b: Column | int,
    both: Column,
    *,
    tail: Literal["more", "fewer"] = "more",
) -> Floats: ...
def log_hypergeom(
    universe: Column | int,
    a: Column | int,
    b: Column | int,
    both: Column | int,
    *,
    tail: Literal["more", "fewer"] = "more",
) -> float | Floats:
    """Say how surprising it is that two audiences share so many people, or so few.

    Parameters
    ----------
    universe : int, or column of shape (n,)
        How many people there are.
    a, b : int, or column of shape (n,), from 0 to `universe`
        The sizes of both audiences.
    both : int, or column of shape (n,)
        How many are in both. An int beside a column holds for every row.
    tail : {"more", "fewer"}
        The chance of at least so many, or of at most so many.

    Returns
    -------
    float, or float64 array of shape (n,)
        The natural logarithm of the chance, if one audience were drawn at random; never above 0, and exactly 0.0
        where the outcome is certain.

    Raises
    ------
    InvalidInput
        Counts that are no whole numbers, negative or null, a size above the universe, an overlap outside
        max(0, a + b - universe) to min(a, b), or another tail.

    Notes
    -----
    The first term of the tail comes from the deviance of the 2 x 2 table and Stirling's remainders, the others from
    the ratios of neighbouring terms, away from the mode, until they no longer count; a tail that holds the mode is
    one minus the other tail. No logarithms of factorials are subtracted: the relative error stays near 10⁻¹⁵ for a
    hundred million people. O(√universe) per pair.

    References
    ----------
    C. Loader, "Fast and accurate computation of binomial probabilities" (2000), for the deviance form.

    Examples
    --------
    >>> round(log_hypergeom(20, 5, 7, 2), 9), round(log_hypergeom(20, 5, 7, 2, tail="fewer"), 9)
    (-0.520591073, -0.231661408)
    >>> log_hypergeom(20, 5, 7, 0)
    0.0
    """
    func = "stats.log_hypergeom"
    check_choice(func, "tail", tail, ["more", "fewer"])
    counts, scalar = read(func, "quantities", universe=universe, a=a, b=b, both=both)
    everybody, size_a, size_b, shared = counts
    require(func, "a", "be at most the universe", size_a, size_a <= everybody, scalar=scalar)
    require(func, "b", "be at most the universe", size_b, size_b <= everybody, scalar=scalar)
    possible = (shared <= size_a) & (shared <= size_b) & (size_a - shared <= everybody - size_b)
    require(func, "both", "lie between max(0, a + b - universe) and min(a, b)", shared, possible, scalar=scalar)
    if tail == "fewer":
        size_b, shared = everybody - size_b, size_a - shared
    rows = zip(*(column.tolist() for column in (everybody, size_a, size_b, shared)), strict=True)
    logs = np.array([_special.log_hypergeom_upper(*row) for row in rows], dtype=np.float64)
    return float(logs[0]) if scalar else logs


@overload
def chi2_sf(x: float, df: float) -> float: ...
@overload
def chi2_sf(x: Column, df: Column | float) -> Floats: ...
def chi2_sf(x: Column | float, df: Column | float) -> float | Floats:
    """Give the chance that a chi-square statistic is larger than the one observed.

    Parameters
    ----------
    x : float, or column of shape (n,), >= 0
        The statistic.
    df : float, or column of shape (n,), above 0
        Its degrees of freedom. One number beside a column holds for every row.

    Returns
    -------
    float, or float64 array of shape (n,)
        The p-value, from 0 to 1.

    Raises
    ------
    InvalidInput
        Negative or infinite numbers, nulls, no degrees of freedom, or columns of unequal length.

    Notes
    -----
    The regularised incomplete gamma function Q(df / 2, x / 2), by its series below the mean and its continued
    fraction above. O(√df) per row near the mean.

    References
    ----------
    NIST DLMF, sections 8.9 and 8.11.

    Examples
    --------
    >>> round(chi2_sf(3.841458820694124, 1), 12)
    0.05
    """
    (statistic, degrees), scalar = read("stats.chi2_sf", "numbers", x=x, df=df)
    require("stats.chi2_sf", "x", "be at least 0", statistic, statistic >= 0, scalar=scalar)
    require("stats.chi2_sf", "df", "be above 0", degrees, degrees > 0, scalar=scalar)
    chances = _special.gamma_upper(degrees / 2, statistic / 2)
    return float(chances[0]) if scalar else chances


def _rates(func: str, successes: Any, trials: Any) -> tuple[Floats, Floats, bool]:
    (k, n), scalar = read(func, "quantities", successes=successes, trials=trials)
    require(func, "successes", "be at most the trials", k, k <= n, scalar=scalar)
    return k.astype(np.float64), n.astype(np.float64), scalar


def _interval(low: Floats, high: Floats, trials: Floats, *, scalar: bool) -> Interval | tuple[Floats, Floats]:
    if not scalar:
        tried = trials > 0
        return np.where(tried, low, np.nan), np.where(tried, high, np.nan)
    return (float(low[0]), float(high[0])) if trials[0] else (None, None)
