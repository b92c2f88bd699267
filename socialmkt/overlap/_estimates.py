"""Counts and ratios from a sample, with their intervals."""

from __future__ import annotations

import math
from contextlib import contextmanager
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from socialmkt.core.errors import InvalidInput, SocialmktError, refuse
from socialmkt.core.model import Frozen
from socialmkt.core.stats import wilson
from socialmkt.overlap._figure import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator


class Estimate(Frozen):
    """A figure from all ids or from a sample of them, with its interval.

    Parameters
    ----------
    value : float
        The figure; NaN where it is not defined.
    low, high : float
        Its interval; equal to `value` where it is exact.
    exact : bool
        Whether it rests on all ids.
    confidence : float
        How often such an interval covers the true figure.

    Examples
    --------
    >>> from socialmkt.overlap import Audience
    >>> Audience.from_ids([7, 8, 8]).size
    Estimate(value=2.0, low=2.0, high=2.0, exact=True, confidence=0.95)
    """

    value: Figure
    low: Figure
    high: Figure
    exact: bool
    confidence: float = 0.95


@contextmanager
def asked_by(func: str) -> Iterator[None]:
    """Let a refusal of the ground floor name the function that the caller called."""
    try:
        yield
    except SocialmktError as error:
        text = str(error).replace(f"{error.function}: ", f"{func}: ", 1)
        raise type(error)(text, function=func, parameter=error.parameter, row=error.row, count=error.count) from None


def normal_quantile(confidence: Any, func: str) -> float:
    """Give the z of a two-sided interval."""
    if not isinstance(confidence, (float, np.floating)) or not 0 < confidence < 1:
        fix = "Write 95 per cent as 0.95."
        raise refuse(InvalidInput, func, "confidence", "lie strictly between 0 and 1", confidence, fix=fix)
    return NormalDist().inv_cdf((1 + float(confidence)) / 2)


def count_estimate(kept: int, theta: float, confidence: float, func: str) -> Estimate:
    """Estimate how many there are, where a share theta of all people was looked at and `kept` were found.

    Notes
    -----
    With q = 1 - theta: (c + z² q / 2 -+ z sqrt(c q + z² q² / 4)) / theta, the lower limit not below c.
    """
    z = normal_quantile(confidence, func)
    value = kept / theta
    q = 1 - theta
    middle, half = kept + z * z * q / 2, z * math.sqrt(kept * q + z * z * q * q / 4)
    exact = theta == 1
    low, high = (value, value) if exact else (max((middle - half) / theta, kept), (middle + half) / theta)
    return Estimate(value=value, low=low, high=high, exact=exact, confidence=confidence)


def ratio_estimate(part: int, whole: int, theta: float, confidence: float, func: str) -> Estimate:
    """Estimate a share from kept counts, by Wilson's interval; NaN where there is no whole."""
    normal_quantile(confidence, func)
    value = part / whole if whole else math.nan
    exact = theta == 1
    low, high = (value, value) if exact else wilson(part, whole, confidence=confidence)
    if low is None or high is None:
        low = high = math.nan
    return Estimate(value=value, low=low, high=high, exact=exact, confidence=confidence)
