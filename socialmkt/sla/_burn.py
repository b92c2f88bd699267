"""How fast a team burns through the delays that its objective leaves it."""

from __future__ import annotations

import datetime as dt
import math
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from socialmkt.core import columns
from socialmkt.core._instants import MICROSECOND
from socialmkt.core._models import read_models
from socialmkt.core._whole import is_int
from socialmkt.core.errors import EmptyInput, InvalidInput, refuse
from socialmkt.core.instants import to_us
from socialmkt.core.model import Duration, Frozen
from socialmkt.core.table import Table
from socialmkt.sla import _settings
from socialmkt.sla._codes import Status
from socialmkt.sla.checks import Checks

if TYPE_CHECKING:
    from collections.abc import Sequence

Int64 = NDArray[np.int64]

_BURN_RATE = "sla.burn_rate"
_HOUR, _MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)


def _positive(value: Any, info: ValidationInfo) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < float("inf"):
        raise refuse(InvalidInput, "", info.field_name or "threshold", "be a finite number above 0", value)
    return float(value)


class BurnAlert(Frozen):
    """When to wake somebody: two windows that must both burn fast.

    Parameters
    ----------
    long, short : timedelta, above 0
        The long window shows that it matters, the short one that it still goes on.
    threshold : float, above 0
        The burn rate that both must reach.

    Raises
    ------
    pydantic.ValidationError
        A window or a threshold that is not above 0.

    Examples
    --------
    >>> BurnAlert(long=dt.timedelta(hours=1), short=dt.timedelta(minutes=5), threshold=14.4) in SRE_30D
    True
    """

    long: Annotated[Duration, AfterValidator(_settings.positive)]
    short: Annotated[Duration, AfterValidator(_settings.positive)]
    threshold: Annotated[float, BeforeValidator(_positive)]

    if TYPE_CHECKING:

        def __init__(
            self, *, long: dt.timedelta | np.timedelta64, short: dt.timedelta | np.timedelta64, threshold: float
        ) -> None: ...


SRE_30D = (
    BurnAlert(long=_HOUR, short=5 * _MINUTE, threshold=14.4),
    BurnAlert(long=6 * _HOUR, short=30 * _MINUTE, threshold=6),
    BurnAlert(long=72 * _HOUR, short=2 * _HOUR, threshold=1),
)
"""The alerts of the SRE Workbook for an objective over 30 days."""


def burn_rate(checks: Checks, windows: columns.Column, *, objective: float, min_count: int = 10) -> Table:
    """Say how fast the delays that an objective allows are used up.

    Parameters
    ----------
    checks : Checks
        From `check` or `measure`.
    windows : column of k durations, above 0
        How far to look back from `as_of`.
    objective : float, strictly between 0 and 1
        The share to be kept.
    min_count : int, 0 or more
        The rows a window needs to say anything.

    Returns
    -------
    Table
        `window total late burn enough`: the rows decided in (as_of - window, as_of], those that were late, the rate
        (1 uses up exactly what the objective allows; NaN where no row is decided) and whether there are `min_count`.

    Raises
    ------
    EmptyInput
        No windows.
    InvalidInput
        A window, share or count that breaks its rule.

    Notes
    -----
    burn = (late / total) / (1 - objective), divided exactly. A late row is decided at its due instant, whether it was
    answered since or not, a met row at its reply. At some tens of mentions a day the minimum count is what keeps one
    mention in the night from waking anybody.

    References
    ----------
    B. Beyer and others, The Site Reliability Workbook (2018), chapter 5, "Alerting on SLOs".

    Examples
    --------
    >>> from socialmkt.sla import Target, check
    >>> received = np.datetime64("2026-03-02T09:00") + np.arange(20).astype("m8[m]")
    >>> replied = received + np.where(np.arange(20) < 16, 30, 90).astype("m8[m]")
    >>> checks = check(received, replied, Target(within=_HOUR), as_of=np.datetime64("2026-03-02T12:00"))
    >>> burn_rate(checks, [dt.timedelta(hours=6)], objective=0.95).burn
    array([4.])
    """
    decided = _Decided.of(checks, _BURN_RATE, objective, min_count)
    spans = _read_windows(windows)
    total, late, burn = zip(*(decided.burn(span) for span in spans.tolist()), strict=True)
    found = {
        "window": spans.view("m8[us]"),
        "total": np.array(total),
        "late": np.array(late),
        "burn": np.array(burn),
        "enough": np.array(total) >= min_count,
    }
    return Table.of(found, name="BurnRate")


def burn_alerts(
    checks: Checks, alerts: Sequence[BurnAlert] = SRE_30D, *, objective: float, min_count: int = 10
) -> Table:
    """Say which alerts fire.

    Parameters
    ----------
    checks, objective, min_count
        As in `burn_rate`.
    alerts : list of BurnAlert
        At least one.

    Returns
    -------
    Table
        `long short threshold long_burn short_burn firing`: an alert fires when both windows reach its threshold and the
        long one holds `min_count` rows.

    Raises
    ------
    EmptyInput
        No alerts.
    InvalidInput
        As in `burn_rate`, or something that is no BurnAlert.

    Examples
    --------
    >>> from socialmkt.sla import Target, check
    >>> received = np.datetime64("2026-03-02T09:00") + np.arange(20).astype("m8[m]")
    >>> open_yet = np.full(20, "NaT", dtype="M8[us]")
    >>> checks = check(received, open_yet, Target(within=_HOUR), as_of=np.datetime64("2026-03-02T10:18"))
    >>> burn_alerts(checks, objective=0.95).firing
    array([ True,  True,  True])
    """
    func = "sla.burn_alerts"
    decided = _Decided.of(checks, func, objective, min_count)
    listed = read_models(alerts, BurnAlert, func=func, name="alerts")
    if not listed:
        raise refuse(EmptyInput, func, "alerts", "hold at least one alert", [])
    longs = [decided.burn(alert.long // MICROSECOND) for alert in listed]
    shorts = [decided.burn(alert.short // MICROSECOND) for alert in listed]
    firing = [
        total >= min_count and burn >= alert.threshold and short >= alert.threshold
        for alert, (total, _, burn), (_, _, short) in zip(listed, longs, shorts, strict=True)
    ]
    found = {
        "long": np.array([alert.long for alert in listed], dtype="m8[us]"),
        "short": np.array([alert.short for alert in listed], dtype="m8[us]"),
        "threshold": np.array([alert.threshold for alert in listed]),
        "long_burn": np.array([burn for _, _, burn in longs]),
        "short_burn": np.array([burn for _, _, burn in shorts]),
        "firing": np.array(firing),
    }
    return Table.of(found, name="BurnAlerts")


def _read_windows(windows: Any) -> Int64:
    """Read durations above 0, at least one, as microseconds."""
    spans = columns.spans(windows, func=_BURN_RATE, name="windows", offer_drop=False).view(np.int64)
    if not spans.size:
        raise refuse(EmptyInput, _BURN_RATE, "windows", "hold at least one window", [])
    short = spans <= 0
    if short.any():
        row, got = int(short.argmax()), spans[short][0].view("m8[us]")
        count, must = int(short.sum()), "be above 0"
        raise refuse(InvalidInput, _BURN_RATE, "windows", must, got, row=row, count=count, total=len(spans))
    return spans


class _Decided(NamedTuple):
    """When rows were decided, ascending: those that were met at their reply, late ones at their due instant."""

    met: Int64
    late: Int64
    now: int
    allowed: Fraction

    @classmethod
    def of(cls, checks: Any, func: str, objective: Any, min_count: Any) -> _Decided:
        if not isinstance(checks, Checks):
            raise refuse(InvalidInput, func, "checks", "be Checks, as sla.check makes them", type(checks))
        share = _settings.read_share(objective, func, "objective")
        if not is_int(min_count) or min_count < 0:
            raise refuse(InvalidInput, func, "min_count", "be a whole number, 0 or more", min_count)
        met = checks.status == Status.met
        late = (checks.status == Status.missed) | (checks.status == Status.open_overdue)
        on_time, too_late = (np.sort(column.view(np.int64)) for column in (checks.replied[met], checks.due[late]))
        return cls(on_time, too_late, to_us(checks.as_of), 1 - Fraction(str(share)))

    def burn(self, window: int) -> tuple[int, int, float]:
        """Count the rows decided in a window, the late ones among them, and divide."""
        met, late = (_between(times, self.now - window, self.now) for times in (self.met, self.late))
        total = met + late
        return total, late, float(Fraction(late, total) / self.allowed) if total else math.nan


def _between(times: Int64, after: int, upto: int) -> int:
    return int(np.searchsorted(times, upto, side="right") - np.searchsorted(times, after, side="right"))
