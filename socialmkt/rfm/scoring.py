"""How good each customer is: recency, frequency and money as levels from 1 (worst) to `bins` (best).

Five rules: quantiles, three kinds of ranks, and cuts that were fixed beforehand, so that next month is measured with
last month's yardstick.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, get_args

import numpy as np
from pydantic import StrictBool, model_validator

from socialmkt.core import columns
from socialmkt.core.errors import EmptyInput, InvalidInput, SchemeMismatch, Verbatim, check_choice, refuse
from socialmkt.core.model import FrozenDict, Positive
from socialmkt.core.table import Floats, Ids, Ints, Table, freeze
from socialmkt.rfm import _levels
from socialmkt.rfm._cuts import MOST_BINS, Closed, Cuts, Frequency, Monetary, finite
from socialmkt.rfm._tie import turn
from socialmkt.rfm.summary import CustomerSummary

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from socialmkt.core.columns import Column

    Axes = list[NDArray[Any]]  # since_last, a frequency, and a monetary value where there are amounts

__all__ = ["Cuts", "Scores", "cube8", "fit_cuts", "score"]

Method = Literal["quantile", "rank", "midrank", "nested"]
Rule = Literal["quantile", "rank", "midrank", "nested", "fixed"]

_AXES = ("r", "f", "m")
_DEFAULT_BINS = 5


class Scores(Table):
    """The levels of each customer.

    Parameters
    ----------
    customer : ids
        As in the summary, in its order.
    r, f, m : int64, 1 to `bins`
        Levels of recency, frequency and money; 1 is worst. Without amounts `m` is 0.
    code : int64
        `100 r + 10 f + m`; above 9 bins `10000 r + 100 f + m`.
    score : float64, 1 to `bins`
        The weighted mean of the levels.
    bins : int
        Levels on each axis.
    method : {"quantile", "rank", "midrank", "nested", "fixed"}
        The rule; `"fixed"` where cuts were given.
    unused : mapping of "r", "f", "m" to tuple of int
        The levels that nobody got.
    has_m : bool
        Whether there were amounts to rate; without them no customer has a level of money.

    Raises
    ------
    pydantic.ValidationError
        Columns of unequal length, or a level outside its range.

    Examples
    --------
    >>> from datetime import date
    >>> from socialmkt.rfm.summary import summarize
    >>> days = np.array(["2026-03-01", "2026-03-20", "2026-03-21"], dtype="datetime64[D]")
    >>> scores = score(summarize(["ann", "bo", "bo"], days, [1200, 500, 900], as_of=date(2026, 3, 31)), bins=2)
    >>> scores.code, scores.unused["m"]
    (array([111, 222]), ())
    """

    customer: Ids
    r: Ints
    f: Ints
    m: Ints
    code: Ints
    score: Floats
    bins: Positive
    method: Rule
    unused: FrozenDict[str, tuple[Positive, ...]]
    has_m: StrictBool = True

    @model_validator(mode="after")
    def _levels_fit(self) -> Self:
        """Keep foreign levels from indexing a map from its far end."""
        for axis, lowest in (("r", 1), ("f", 1), ("m", 0)):
            levels = self[axis]
            if len(levels) and not (levels.min() >= lowest and levels.max() <= self.bins):
                got = Verbatim(f"levels from {levels.min()} to {levels.max()}")
                raise refuse(InvalidInput, "", axis, f"hold levels from 1 to {self.bins}", got)
        if not np.array_equal(self.code, _levels.pack(self.r, self.f, self.m, self.bins)):
            raise refuse(InvalidInput, "", "code", "be made of r, f and m", self.code)
        return self


def score(
    summary: CustomerSummary,
    *,
    method: Method = "quantile",
    bins: int = _DEFAULT_BINS,
    tie: Literal["id"] | Column = "id",
    weights: Column | None = None,
    cuts: Cuts | None = None,
    frequency: Frequency = "orders",
    monetary: Monetary = "total",
) -> Scores:
    """Rate each customer's recency, frequency and money from 1 (worst) to `bins` (best).

    Parameters
    ----------
    summary : CustomerSummary of n customers
        Who is rated.
    method : {"quantile", "rank", "midrank", "nested"}
        The rule, see Notes. With `cuts` it stays at its default.
    bins : int, 2 to 99
        Levels on each axis. With `cuts` it stays at its default, or agrees with them.
    tie : "id" or column of shape (n,)
        Who comes first among equals under `rank` and `nested`: the lower key (a number, text or instant), then the
        lower id. The other rules treat equals alike and do not read it.
    weights : three numbers >= 0, optional
        Weights of r, f and m in `score`, not all 0; left out, they weigh the same.
    cuts : Cuts, optional
        Cuts fixed beforehand, in place of a rule.
    frequency : {"orders", "periods"}
        The column rated as frequency.
    monetary : {"total", "mean_order"}
        The column rated as money.

    Returns
    -------
    Scores
        `customer r f m code score`, in the order of the summary. Without amounts `m` is 0, and `score` weighs r and f.

    Raises
    ------
    InvalidInput
        An unknown word, bins outside 2 .. 99, bad weights or sort keys, or `cuts` beside another rule, number of bins
        or column.
    SchemeMismatch
        The cuts are in another unit, or only one side has money.

    Notes
    -----
    ========  ==============================================================================================
    quantile  Cuts at the quantiles i / k (linear between neighbours); f, m = 1 + number of cuts strictly
              below the value, r = k - number of cuts strictly below since_last. Exact for whole numbers.
    rank      NTILE: worst first, then `tie`, then id; buckets of n // k, the first n % k one larger.
    midrank   min(k, (2 below + equal) k // 2n + 1): equals share the middle of their ranks.
    nested    r by rank over all, f by rank within r, m by rank within (r, f).
    ========  ==============================================================================================

    Fewer customers than bins is no error: `unused` tells which levels nobody got. O(n log n) time.

    Examples
    --------
    >>> from datetime import date
    >>> from socialmkt.rfm.summary import summarize
    >>> days = np.array(["2026-03-01", "2026-03-11", "2026-03-21"], dtype="datetime64[D]")
    >>> summary = summarize(["ann", "bo", "cy"], days, [1200, 500, 9900], as_of=date(2026, 3, 31))
    >>> score(summary)["code"]
    array([113, 311, 515])
    >>> score(summary, method="rank", bins=3)["code"]
    array([112, 221, 333])
    >>> score(summary, cuts=Cuts(r=[14], f=[1], m=[1000]))["code"]
    array([112, 111, 212])
    """
    func = "rfm.score"
    _check_summary(summary, func)
    if cuts is not None:
        _check_cuts(cuts, summary, method=method, bins=bins, frequency=frequency, monetary=monetary, func=func)
        axes = _axes(summary, cuts.frequency, cuts.monetary, func)
        return _present(summary, _by_cuts(axes, cuts), weights, bins=cuts.bins, method="fixed")
    check_choice(func, "method", method, get_args(Method))
    bins = _whole_bins(bins, func)
    axes = _axes(summary, frequency, monetary, func)
    if not len(summary):
        levels: Axes = [np.zeros(0, np.int64) for _ in axes]
    elif method == "quantile":
        levels = _by_cuts(axes, _fit(summary, axes, bins, frequency, monetary))
    elif method == "midrank":
        levels = [_levels.midrank(goodness, bins) for goodness in _goodness(axes)]
    else:
        levels = _levels.ntiles(_goodness(axes), turn(summary.customer, tie), bins, nested=method == "nested")
    return _present(summary, levels, weights, bins=bins, method=method)


def fit_cuts(
    summary: CustomerSummary,
    *,
    bins: int = _DEFAULT_BINS,
    frequency: Frequency = "orders",
    monetary: Monetary = "total",
) -> Cuts:
    """Find the quantile cuts of these customers, to score others or later months with them.

    Parameters
    ----------
    summary : CustomerSummary
        At least one customer.
    bins : int, 2 to 99
        Levels on each axis.
    frequency : {"orders", "periods"}
        The column rated as frequency.
    monetary : {"total", "mean_order"}
        The column rated as money.

    Returns
    -------
    Cuts
        Scoring the same table with them equals the `quantile` rule.

    Raises
    ------
    EmptyInput
        There are no customers.
    InvalidInput
        An unknown word, or bins outside 2 .. 99.

    Notes
    -----
    The cut i of k lies at i / k of the way through the sorted values, linear between neighbours. On whole numbers it
    is computed in Python ints and rounded down, which moves nobody: x > q just where x > floor(q). O(n log n) time.

    Examples
    --------
    >>> from datetime import date
    >>> from socialmkt.rfm.summary import summarize
    >>> days = np.array(["2026-03-01", "2026-03-11", "2026-03-21"], dtype="datetime64[D]")
    >>> summary = summarize(["ann", "bo", "cy"], days, [1200, 500, 9900], as_of=date(2026, 3, 31))
    >>> cuts = fit_cuts(summary, bins=3)
    >>> cuts.r, cuts.f, cuts.m
    ((16, 23), (1, 1), (966, 4100))
    """
    func = "rfm.fit_cuts"
    _check_filled(summary, func)
    bins = _whole_bins(bins, func)
    return _fit(summary, _axes(summary, frequency, monetary, func), bins, frequency, monetary)


def cube8(
    summary: CustomerSummary,
    *,
    threshold: Literal["mean", "median"] | Mapping[str, float] = "mean",
    closed: Closed = "right",
    frequency: Frequency = "orders",
    monetary: Monetary = "total",
) -> Cuts:
    """Find one cut per axis, for the eight-cell cube `CUBE8`.

    Parameters
    ----------
    summary : CustomerSummary
        At least one customer, with amounts.
    threshold : "mean", "median", or mapping of "r", "f" and "m" to a number
        Where to cut.
    closed : {"right", "left"}
        Whether a value on the cut belongs below it or above it.
    frequency : {"orders", "periods"}
        The column rated as frequency.
    monetary : {"total", "mean_order"}
        The column rated as money.

    Returns
    -------
    Cuts
        Closed on the right, recent means `since_last <= cut`, frequent and rich mean above their cuts.

    Raises
    ------
    EmptyInput
        There are no customers.
    InvalidInput
        There are no amounts, an unknown word, or a mapping without exactly r, f and m.

    Notes
    -----
    The mean and the median of whole numbers are exact and rounded down. O(n) time for the mean, O(n log n) for the
    median.

    Examples
    --------
    >>> from datetime import date
    >>> from socialmkt.rfm.summary import summarize
    >>> days = np.array(["2026-03-01", "2026-03-11", "2026-03-21"], dtype="datetime64[D]")
    >>> summary = summarize(["ann", "bo", "cy"], days, [1200, 500, 9900], as_of=date(2026, 3, 31))
    >>> cuts = cube8(summary)
    >>> cuts.r, cuts.f, cuts.m
    ((20,), (1,), (3866,))
    >>> score(summary, cuts=cuts)["code"]
    array([111, 211, 212])
    """
    func = "rfm.cube8"
    _check_filled(summary, func)
    if summary.total is None:
        raise refuse(InvalidInput, func, "summary", "have amounts", Verbatim("none"))
    check_choice(func, "closed", closed, get_args(Closed))
    axes = _axes(summary, frequency, monetary, func)
    r, f, m = _thresholds(axes, threshold, func)
    unit = summary.unit
    return Cuts(r=(r,), f=(f,), m=(m,), closed=closed, unit=unit, frequency=frequency, monetary=monetary)


def _thresholds(axes: Axes, threshold: object, func: str) -> list[float]:
    if isinstance(threshold, Mapping):
        if set(threshold) != set(_AXES):
            raise refuse(InvalidInput, func, "threshold", "have the keys r, f and m", dict(threshold))
        return [finite(threshold[axis], func=func, name="threshold") for axis in _AXES]
    check_choice(func, "threshold", threshold, ("mean", "median"))
    if threshold == "mean":
        return [_levels.mean(axis) for axis in axes]
    return [_levels.quantile_cuts(axis, 2)[0] for axis in axes]


def _check_summary(summary: object, func: str) -> None:
    if not isinstance(summary, CustomerSummary):
        raise refuse(InvalidInput, func, "summary", "be a CustomerSummary, as rfm.summarize makes it", type(summary))


def _check_filled(summary: CustomerSummary, func: str) -> None:
    _check_summary(summary, func)
    if not len(summary):
        raise refuse(EmptyInput, func, "summary", "hold at least one customer", Verbatim("none"))


def _whole_bins(bins: Any, func: str) -> int:
    if isinstance(bins, bool) or not isinstance(bins, int | np.integer) or not 2 <= bins <= MOST_BINS:
        raise refuse(InvalidInput, func, "bins", f"be a whole number from 2 to {MOST_BINS}", bins)
    return int(bins)


def _check_cuts(
    cuts: Cuts, summary: CustomerSummary, *, method: str, bins: int, frequency: str, monetary: str, func: str
) -> None:
    """Refuse options that contradict the cuts, and cuts made for other summaries."""
    if not isinstance(cuts, Cuts):
        raise refuse(InvalidInput, func, "cuts", "be Cuts", cuts)
    options: list[tuple[str, object, tuple[object, ...]]] = [
        ("method", method, ("quantile",)),
        ("bins", bins, (_DEFAULT_BINS, cuts.bins)),
        ("frequency", frequency, ("orders", cuts.frequency)),
        ("monetary", monetary, ("total", cuts.monetary)),
    ]
    for name, option, allowed in options:
        if option not in allowed:
            must = f"agree with the cuts ({allowed[-1]!r}) or be left out"
            raise refuse(InvalidInput, func, name, must, option)
    if cuts.unit != summary.unit:
        raise refuse(SchemeMismatch, func, "cuts", f"have the summary's unit {summary.unit!r}", cuts.unit)
    if (cuts.m is None) != (summary.total is None):
        must, got = "have m, as the summary has amounts", "cuts without m"
        if cuts.m:
            must, got = "have no m, as the summary has no amounts", "cuts with m"
        raise refuse(SchemeMismatch, func, "cuts", must, Verbatim(got))


def _axes(summary: CustomerSummary, frequency: Frequency, monetary: Monetary, func: str) -> Axes:
    check_choice(func, "frequency", frequency, get_args(Frequency))
    check_choice(func, "monetary", monetary, get_args(Monetary))
    axes = [summary.since_last, summary[frequency]]
    return axes if summary.total is None else [*axes, summary[monetary]]


def _goodness(axes: Axes) -> Axes:
    """Turn recency round: the complement of an int cannot overflow as its negative can."""
    return [~axes[0], *axes[1:]]


def _fit(summary: CustomerSummary, axes: Axes, bins: int, frequency: Frequency, monetary: Monetary) -> Cuts:
    cuts = dict(zip(_AXES, (_levels.quantile_cuts(axis, bins) for axis in axes), strict=False))
    return Cuts(r=cuts["r"], f=cuts["f"], m=cuts.get("m"), unit=summary.unit, frequency=frequency, monetary=monetary)


def _by_cuts(axes: Axes, cuts: Cuts) -> Axes:
    passed = [
        _levels.cuts_passed(axis, at or (), from_cut=cuts.closed == "left")
        for axis, at in zip(axes, (cuts.r, cuts.f, cuts.m), strict=False)
    ]
    return [cuts.bins - passed[0], *(1 + more for more in passed[1:])]


def _present(summary: CustomerSummary, levels: Axes, weights: Any, *, bins: int, method: Rule) -> Scores:
    if len(levels) < len(_AXES):
        levels = [*levels, np.zeros(len(summary), np.int64)]
    r, f, m = levels
    has_m = summary.total is not None
    share = _weights(weights, with_money=has_m)
    made = {"r": r, "f": f, "m": m, "code": _levels.pack(r, f, m, bins), "score": _levels.weighted(levels, share)}
    unused = {axis: _levels.unused(column, bins) for axis, column in zip(_AXES, levels, strict=True)}
    frozen: dict[str, Any] = {name: freeze(column) for name, column in made.items()}
    return Scores(customer=summary.customer, bins=bins, method=method, unused=FrozenDict(unused), has_m=has_m, **frozen)


def _weights(weights: Any, *, with_money: bool) -> list[float]:
    """Read the weights, scaled by a power of two to at most 1, so that nothing overflows or is rounded."""
    func = "rfm.score"
    weights = [1, 1, 1] if weights is None else weights
    given = columns.numbers(weights, func=func, name="weights", offer_drop=False).tolist()
    if len(given) != len(_AXES) or min(given) < 0:
        raise refuse(InvalidInput, func, "weights", "be three numbers >= 0", given)
    weighing = given if with_money else [*given[:2], 0.0]
    if not any(weighing):
        must = "not all be 0" if with_money else "not all be 0 on r and f where there are no amounts"
        raise refuse(InvalidInput, func, "weights", must, given)
    _, exponent = math.frexp(max(weighing))
    return [math.ldexp(weight, -exponent) for weight in weighing]
