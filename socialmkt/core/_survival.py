"""Survival after Kaplan and Meier: how long things take, counting those that have not ended yet."""

from __future__ import annotations

import datetime as dt
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.core import columns
from socialmkt.core._quantiles import first_at_most
from socialmkt.core._sources import Parameter, open_column
from socialmkt.core._stats_input import number, require, tail_of
from socialmkt.core.errors import EmptyInput, InvalidInput, refuse
from socialmkt.core.table import Floats, Ints, Spans, Table

if TYPE_CHECKING:
    from socialmkt.core.columns import Column

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]


class SurvivalCurve(Table):
    """How many are still waiting, over time; `kaplan_meier` makes it of plain numbers.

    Attributes
    ----------
    time : float64 array of shape (m,)
        The distinct times at which something ended, ascending, in the unit of the durations.
    at_risk : int64 array of shape (m,)
        How many were still waiting just before.
    events : int64 array of shape (m,)
        How many ended then.
    survival, low, high : float64 array of shape (m,)
        The share that waits longer than `time`, and its bounds.

    Examples
    --------
    >>> curve = kaplan_meier([1, 2, 3, 4, 5], [True, True, False, True, False])
    >>> curve.time, curve.events
    (array([1., 2., 4.]), array([1, 1, 1]))
    """

    time: Floats
    at_risk: Ints
    events: Ints
    survival: Floats
    low: Floats
    high: Floats


class SpanSurvivalCurve(Table):
    """The same for durations that are time spans: `time` is a `timedelta64[us]` column.

    Attributes
    ----------
    time : timedelta64[us] array of shape (m,)
        The distinct times at which something ended, ascending.
    at_risk, events, survival, low, high
        As in `SurvivalCurve`.

    Examples
    --------
    >>> from datetime import timedelta
    >>> kaplan_meier([timedelta(minutes=5), timedelta(minutes=9)], [True, False]).time
    array([300000000], dtype='timedelta64[us]')
    """

    time: Spans
    at_risk: Ints
    events: Ints
    survival: Floats
    low: Floats
    high: Floats


def kaplan_meier(durations: Column, observed: Column, *, confidence: float = 0.95) -> SurvivalCurve | SpanSurvivalCurve:
    """Estimate how long things take, counting those that have not ended yet.

    Parameters
    ----------
    durations : column of shape (n,), numbers or time spans >= 0
        How long each took, or has taken so far.
    observed : column of shape (n,), bool
        Whether it has ended; False where it is still open.
    confidence : float, strictly between 0 and 1
        Of the bounds, at each time.

    Returns
    -------
    SurvivalCurve or SpanSurvivalCurve
        A table `time at_risk events survival low high`, one row per distinct time at which something ended; no rows
        where nothing has.

    Raises
    ------
    EmptyInput
        No rows.
    InvalidInput
        Negative or null durations, columns of unequal length, or a confidence outside (0, 1).

    Notes
    -----
    S(t) is the product over times up to t of 1 - ended / at risk. What ends at a time is counted before what is
    censored at it. The bounds are S ** exp(∓ z s / log S), with Greenwood's s² the sum of
    ended / (at risk (at risk - ended)); once S is 0 they are 0 and the bound before. O(n log n).

    References
    ----------
    E. L. Kaplan and P. Meier, "Nonparametric estimation from incomplete observations", JASA 53 (1958).

    Examples
    --------
    >>> curve = kaplan_meier([1, 2, 3, 4, 5], [True, True, False, True, False])
    >>> curve.survival.round(6), curve.at_risk
    (array([0.8, 0.6, 0.3]), array([5, 4, 2]))
    >>> km_quantile(curve, 0.5)
    4.0
    """
    func = "stats.kaplan_meier"
    tail = tail_of(func, confidence)
    spans = _are_spans(durations, func)
    kind: Literal["spans", "numbers"] = "spans" if spans else "numbers"
    found = columns.read(func, columns.spec("durations", durations, kind), columns.spec("observed", observed, "flags"))
    lasted = found["durations"]
    if not found.n:
        raise refuse(EmptyInput, func, "durations", "hold at least one row", [])
    require(func, "durations", "be at least 0", lasted, lasted >= np.zeros(1, lasted.dtype))
    curve = _estimate(lasted, found["observed"], -NormalDist().inv_cdf(tail))
    return SpanSurvivalCurve(**curve._asdict()) if spans else SurvivalCurve(**curve._asdict())


def km_quantile(curve: Table, q: float) -> float | dt.timedelta | None:
    """Find the time by which a given share has ended, on a Kaplan-Meier curve.

    Parameters
    ----------
    curve : SurvivalCurve or SpanSurvivalCurve
        From `kaplan_meier`.
    q : float, from 0 to 1
        The share, such as 0.5 for the median.

    Returns
    -------
    float, timedelta or None
        The least time of the curve at which S(t) <= 1 - q; None where the curve does not get there.

    Raises
    ------
    InvalidInput
        No curve, or a share outside [0, 1].

    Notes
    -----
    The comparison has a tolerance of 10⁻⁹, so that without open rows the answer is exactly the nearest rank.

    Examples
    --------
    >>> curve = kaplan_meier([1, 2, 3, 4, 5], [True, True, False, True, False])
    >>> km_quantile(curve, 0.5), km_quantile(curve, 0.9)
    (4.0, None)
    """
    if not isinstance(curve, SurvivalCurve | SpanSurvivalCurve):
        fix = "Pass what kaplan_meier gives."
        raise refuse(InvalidInput, "stats.km_quantile", "curve", "be a survival curve", curve, fix=fix)
    share = number("stats.km_quantile", "q", q)
    if not 0 <= share <= 1:
        raise refuse(InvalidInput, "stats.km_quantile", "q", "lie between 0 and 1", q)
    row = first_at_most(curve["survival"], 1 - share)
    if row is None:
        return None
    time = curve["time"][row]
    return dt.timedelta(microseconds=int(time.astype(np.int64))) if curve["time"].dtype.kind == "m" else float(time)


def _are_spans(durations: Any, func: str) -> bool:
    values = open_column(durations, Parameter(func, "durations")).values
    if isinstance(values, np.ndarray):
        return values.dtype.kind == "m"
    return any(isinstance(value, dt.timedelta | np.timedelta64) for value in values)


class _Curve(NamedTuple):
    """One row per distinct time at which something ended."""

    time: NDArray[Any]
    at_risk: Int64
    events: Int64
    survival: Float64
    low: Float64
    high: Float64


def _estimate(durations: NDArray[Any], observed: NDArray[np.bool_], z: float) -> _Curve:
    """Estimate survival, with ends before censorings at ties, and its log-log bounds at z standard errors."""
    order = np.argsort(durations)
    times = durations[order]
    starts = np.flatnonzero(np.append(True, times[1:] != times[:-1]))
    ended = np.add.reduceat(observed[order], starts, dtype=np.int64)
    any_end = ended > 0
    at_risk, events = (len(times) - starts)[any_end], ended[any_end]
    survival: Float64 = np.cumprod((at_risk - events) / at_risk, dtype=np.float64)
    return _Curve(times[starts[any_end]], at_risk, events, survival, *_bounds(at_risk, events, survival, z))


def _bounds(at_risk: Int64, events: Int64, survival: Float64, z: float) -> tuple[Float64, Float64]:
    """Bound survival by S ** exp(-+ z se), with Greenwood's variance; where S is 0, by 0 and the bound before."""
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(events / at_risk / (at_risk - events))
        spread = np.exp(z * np.sqrt(variance) / -np.log(survival))
        low, high = survival**spread, survival ** (1 / spread)
    if len(survival) and survival[-1] == 0:
        low[-1] = 0.0
        high[-1] = high[-2] if len(high) > 1 else 1.0
    return low, high
