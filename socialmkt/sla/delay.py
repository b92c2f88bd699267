"""What it costs to answer late, where a rumour spreads.

While a mention goes unanswered its exposures grow, doubling again and again; once it is answered they die down. Both
speeds are the caller's to know: the library invents none.
"""

from __future__ import annotations

import datetime as dt
import math
from fractions import Fraction
from typing import Any, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from socialmkt.core import columns
from socialmkt.core._asked import durations
from socialmkt.core._instants import MICROSECOND, timedelta64_us
from socialmkt.core.columns import Column  # noqa: TC001  # signatures are read at run time by the docs
from socialmkt.core.errors import EmptyInput, InvalidInput, Overflow, Verbatim, refuse

__all__ = ["delay_cost", "equivalent_delay"]

Floats = NDArray[np.float64]
Span: TypeAlias = dt.timedelta | np.timedelta64

_MINUTE = 60 * 10**6
_STEEPEST = 700
"""The exponent beyond which exp passes the range of a float."""


@overload
def delay_cost(
    delay: Span,
    *,
    doubling: Span | None,
    half_life: Span,
    rate: float = 1.0,
    audience: float | None = None,
) -> float: ...
@overload
def delay_cost(
    delay: Column,
    *,
    doubling: Span | None,
    half_life: Span,
    rate: float = 1.0,
    audience: float | None = None,
) -> Floats: ...
def delay_cost(
    delay: Span | Column,
    *,
    doubling: Span | None,
    half_life: Span,
    rate: float = 1.0,
    audience: float | None = None,
) -> float | Floats:
    """Estimate how many exposures a rumour gets when it is answered after a delay.

    Parameters
    ----------
    delay : timedelta, timedelta64, or column of n durations, 0 or more
        From the mention to the answer.
    doubling : timedelta above 0, or None
        How long the rate takes to double while nobody answers; None where it does not grow.
    half_life : timedelta, above 0
        How long the rate takes to halve after the answer.
    rate : float, above 0
        Exposures per minute at the mention.
    audience : float, optional
        Everyone who can be exposed.

    Returns
    -------
    float, or float64 array of shape (n,)
        Exposures from the mention on, before and after the answer.

    Raises
    ------
    InvalidInput
        A negative delay, a duration, rate or audience that is not above 0, or an audience that has already been
        exposed at the mention.
    Overflow
        Without an audience, the rate doubles more than about 1,000 times, or the exposures fit no float.

    Notes
    -----
    With r = ln 2 / doubling, k = ln 2 / half_life and d the delay in minutes, the exposures are

    - without an audience: rate (expm1(r d) / r + exp(r d) / k), or rate (d + 1/k) where nothing doubles;
    - with an audience K, of whom N0 = rate / r are exposed at the mention:
      N = K / (1 + (K / N0 - 1) exp(-r d)) at the answer, and N - N0 + min(r N (1 - N/K) / k, K - N) in all; where
      nothing doubles, the lesser of K and rate (d + 1/k).

    They rise with the delay and with the audience, and never pass K - N0.

    Examples
    --------
    >>> hours = lambda h: dt.timedelta(hours=h)
    >>> round(delay_cost(hours(1), doubling=hours(6), half_life=hours(2)))
    258
    >>> round(delay_cost(hours(48), doubling=hours(6), half_life=hours(2)))
    176759
    >>> round(delay_cost(hours(48), doubling=hours(6), half_life=hours(2), audience=100_000))
    64843
    """
    func = "sla.delay_cost"
    minutes, alone = _delays(delay, func)
    fall = math.log(2) / _minutes(half_life, func, "half_life")
    pace = _positive(rate, func, "rate")
    everyone = None if audience is None else _positive(audience, func, "audience")
    growth = None if doubling is None else math.log(2) / _minutes(doubling, func, "doubling")
    if growth is not None and everyone is not None:
        costs = _bounded(minutes, growth, fall, pace, everyone)
    else:
        costs = _unbounded(minutes, growth, fall, pace)
        costs = costs if everyone is None else np.minimum(costs, everyone)
        _check_finite(costs, minutes, alone=alone)
    return float(costs[0]) if alone else costs


def _unbounded(minutes: Floats, growth: float | None, fall: float, rate: float) -> Floats:
    """Give the exposures of a rumour that nothing bounds; infinite where they are beyond a float."""
    with np.errstate(over="ignore"):
        if growth is None:
            return rate * (minutes + 1 / fall)
        exponent = growth * minutes
        grown: Floats = rate * (np.expm1(exponent) / growth + np.exp(exponent) / fall)
    return np.where(exponent > _STEEPEST, math.inf, grown)


def _check_finite(costs: Floats, minutes: Floats, *, alone: bool) -> None:
    over = ~np.isfinite(costs)
    if not over.any():
        return
    first = int(over.argmax())
    where = {} if alone else {"row": first, "count": int(over.sum()), "total": len(costs)}
    fix = "Pass the audience: no rumour outgrows it."
    got = Verbatim(dt.timedelta(minutes=float(minutes[first])))
    raise refuse(Overflow, "sla.delay_cost", "delay", "give exposures that fit a float", got, **where, fix=fix)


def _bounded(minutes: Floats, growth: float, fall: float, rate: float, audience: float) -> Floats:
    """Follow the logistic curve, as its shares of the audience: near either end differences of N would cancel."""
    exposed = rate / growth
    if exposed >= audience:
        must = "be above the exposures at the mention, rate * doubling / ln 2"
        raise refuse(InvalidInput, "sla.delay_cost", "audience", must, audience)
    start = exposed / audience
    begun, faded = -np.expm1(-growth * minutes), np.exp(-growth * minutes)
    reached = faded + start * begun
    grown, left = start * (1 - start) * begun / reached, (1 - start) * faded / reached
    after = np.minimum(growth / fall * (start / reached) * left, left)
    costs: Floats = np.minimum(audience * (grown + after), audience - exposed)
    return costs


def equivalent_delay(delays: Column, *, doubling: Span | None) -> dt.timedelta:
    """Find the one delay that costs as much as many delays do on average.

    Parameters
    ----------
    delays : column of n durations, 0 or more
        At least one.
    doubling : timedelta above 0, or None
        How long the cost takes to double; None where it grows evenly.

    Returns
    -------
    timedelta
        At least the mean delay, at most the longest one.

    Raises
    ------
    EmptyInput
        No delays.
    InvalidInput
        A negative delay, or a `doubling` that is not above 0.

    Notes
    -----
    ln(mean exp(r d)) / r with r = ln 2 / doubling, summed from the longest delay on so that nothing overflows. The
    longest wait decides, not the mean.

    Examples
    --------
    >>> minutes = np.array([5, 5, 5, 5, 2880], dtype="timedelta64[m]")
    >>> equivalent_delay(minutes, doubling=None)
    datetime.timedelta(seconds=34800)
    >>> equivalent_delay(minutes, doubling=dt.timedelta(hours=6)) // dt.timedelta(minutes=1)
    2052
    """
    func = "sla.equivalent_delay"
    waits = columns.spans(delays, func=func, name="delays", offer_drop=False)
    waits = durations(waits, func, "delays")
    if not waits.size:
        raise refuse(EmptyInput, func, "delays", "hold at least one delay", [])
    mean = Fraction(sum(waits.tolist()), len(waits))
    if doubling is None:
        return dt.timedelta(microseconds=round(mean))
    growth = math.log(2) / (_minutes(doubling, func, "doubling") * _MINUTE)
    longest = int(waits.max())
    less = math.log1p(float(np.expm1(growth * (waits - longest)).mean())) / growth
    return dt.timedelta(microseconds=min(max(round(longest + less), math.ceil(mean)), longest))


def _delays(delay: Any, func: str) -> tuple[Floats, bool]:
    """Read one duration or a column, as minutes."""
    waits = durations(delay, func, "delay")
    return np.atleast_1d(waits) / _MINUTE, isinstance(waits, int)


def _minutes(span: Any, func: str, name: str) -> float:
    us = span // MICROSECOND if isinstance(span, dt.timedelta) else None
    if isinstance(span, np.timedelta64):
        us = timedelta64_us(span)
    if us is None or us <= 0:
        raise refuse(InvalidInput, func, name, "be a timedelta above 0", span)
    return us / _MINUTE


def _positive(value: Any, func: str, name: str) -> float:
    numbers: tuple[type[Any], ...] = (int, float, np.integer, np.floating)
    if not isinstance(value, numbers) or isinstance(value, bool) or not 0 < value < math.inf:
        raise refuse(InvalidInput, func, name, "be a finite number above 0", value)
    return float(value)
