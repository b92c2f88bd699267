"""How well a team keeps its promises: shares with their intervals, waiting times that count those who still wait."""

from __future__ import annotations

import datetime as dt
from html import escape
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, PlainSerializer, ValidationInfo, WithJsonSchema

from socialmkt.core import stats
from socialmkt.core.columns import Column  # noqa: TC001  # signatures are read at run time by the docs
from socialmkt.core.errors import InvalidInput, Verbatim, refuse
from socialmkt.core.factorize import factorize
from socialmkt.core.instants import to_us
from socialmkt.core.model import Duration, Frozen, FrozenDict, Instant
from socialmkt.core.stats import SpanSurvivalCurve
from socialmkt.sla._burn import SRE_30D, BurnAlert, burn_alerts, burn_rate
from socialmkt.sla._codes import Status, Verdict
from socialmkt.sla._grids import Heatmap
from socialmkt.sla._judging import MET, MISSED, NOT_APPLICABLE, OVERDUE, STATUSES
from socialmkt.sla._percentiles import Waits
from socialmkt.sla._pool import Ageing, Pool, ageing, heatmap
from socialmkt.sla._report_settings import Asked, read_labels
from socialmkt.sla._rows import NAT
from socialmkt.sla.checks import Checks

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["SRE_30D", "Ageing", "BurnAlert", "Heatmap", "Report", "burn_alerts", "burn_rate", "report"]

Int64 = NDArray[np.int64]
Span = dt.timedelta | np.timedelta64

_FUNC = "sla.report"
_HOUR = dt.timedelta(hours=1)


def _read_percent(value: Any, info: ValidationInfo) -> float:
    """Keep whole percents whole; as the key of an object in JSON it is text."""
    percent = float(value) if info.mode == "json" else value
    if not isinstance(percent, int | float) or isinstance(percent, bool) or not 0 < percent < 100:
        raise refuse(InvalidInput, "", "percentiles", "lie strictly between 0 and 100", value)
    return int(percent) if percent == int(percent) else float(percent)


def _read_groups(value: Any, info: ValidationInfo) -> Any:
    """Read groups, which JSON has as pairs, since labels can be numbers."""
    return dict(value) if info.mode == "json" else value


def _pairs(groups: Any) -> list[Any]:
    return [[label, group] for label, group in groups.items()]


Percent = Annotated[int | float, BeforeValidator(_read_percent)]


class Report(Frozen):
    """What a pool of checks amounts to.

    Parameters
    ----------
    counts : mapping of status to int
        Rows by `Status`, all seven.
    n : int
        The rows that are decided: met, missed and overdue.
    attainment, low, high : float or None
        The share met of these, and its interval; None where none is decided.
    worst, best : float or None
        The share met of all that apply, with every open and paused row taken as missed, and as met.
    objective : float or None
        The share to be kept; None where nothing says so.
    verdict : {"yes", "no", "undecided"}
        Whether the whole interval lies on one side of the objective.
    percentiles : mapping of percent to timedelta or None
        The time by which so many were answered; None where the curve does not get there. None altogether in a pool of
        several metrics, whose clocks do not mix; so are `survival` and `heatmap`.
    survival : SpanSurvivalCurve or None
        The share still unanswered, over time: `time at_risk events survival low high`.
    heatmap : Heatmap or None
        The week by the hour of arrival.
    ageing : Ageing
        How long open rows have waited.
    groups : mapping of label to Report
        The same for each label of `by`, sorted.
    as_of : datetime
        The moment from which things are seen.
    fingerprint : str
        Of the policy.

    Examples
    --------
    >>> from socialmkt.sla import Target, check
    >>> received = np.array(["2026-03-02T09:00", "2026-03-02T10:00"], dtype="datetime64[us]")
    >>> checks = check(received, [None, None], Target(within=_HOUR), as_of=np.datetime64("2026-03-02T10:30"))
    >>> summary = report(checks)
    >>> summary.n, summary.attainment, summary.counts["open_on_time"], summary.percentiles[50]
    (1, 0.0, 1, None)
    """

    counts: FrozenDict[Status, int]
    n: int
    attainment: float | None
    low: float | None
    high: float | None
    worst: float | None
    best: float | None
    objective: float | None
    verdict: Verdict
    percentiles: FrozenDict[Percent, Duration | None] | None
    survival: SpanSurvivalCurve | None
    heatmap: Heatmap | None
    ageing: Ageing
    groups: Annotated[
        FrozenDict[int | str, Report],
        BeforeValidator(_read_groups),
        PlainSerializer(_pairs, when_used="json"),
        WithJsonSchema({"type": "array", "items": {"type": "array"}, "description": "Pairs of label and report."}),
    ] = Field(default=FrozenDict({}))
    as_of: Instant
    fingerprint: str

    def __repr__(self) -> str:
        return f"Report({_sentence(self)}, as_of={self.as_of.isoformat()})"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """Show a line for the whole and one for each group."""
        head = "".join(f"<th>{name}</th>" for name in ("", "decided", "kept", "interval", "verdict", "median", "open"))
        rows = "".join(_html_row(str(label), group) for label, group in self.groups.items())
        caption = escape(f"Report as of {self.as_of.isoformat()}, objective {_percent(self.objective)}")
        body = _html_row("all", self) + rows
        return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _sentence(one: Report) -> str:
    kept = f"{_percent(one.attainment)} [{_percent(one.low)}, {_percent(one.high)}]"
    return f"{kept} of {one.n:,} kept, objective {_percent(one.objective)}: {one.verdict.value}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.4g} %"


def _html_row(label: str, one: Report) -> str:
    median = one.percentiles.get(50) if one.percentiles else None
    still = sum(count for status, count in one.counts.items() if status.value.startswith(("open", "paused")))
    interval = f"{_percent(one.low)} to {_percent(one.high)}"
    cells = (f"{one.n:,}", _percent(one.attainment), interval, one.verdict.value, str(median or "-"), f"{still:,}")
    return f"<tr><th>{escape(label)}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def report(
    checks: Checks,
    *,
    objective: float | None = None,
    by: str | Column | None = None,
    confidence: float = 0.95,
    method: Literal["wilson", "clopper_pearson"] = "wilson",
    percentiles: Sequence[float] = (50, 75, 90, 95, 99),
    percentile_method: Literal["kaplan_meier", "linear", "nearest_rank"] = "kaplan_meier",
    bands: Sequence[Span] = (_HOUR, 4 * _HOUR, 24 * _HOUR, 72 * _HOUR),
    tz: str | None = None,
) -> Report:
    """Report how well promises were kept.

    Parameters
    ----------
    checks : Checks
        From `check` or `measure`; parts merged.
    objective : float strictly between 0 and 1, optional
        The share to be kept. Left out: the one that the targets of the rows share.
    by : name of a column, or column of labels of shape (n,), optional
        What to break down by.
    confidence : float, strictly between 0 and 1
        Of the interval and of the bounds of `survival`.
    method : {"wilson", "clopper_pearson"}
        The interval; the second is exact, and wider.
    percentiles : numbers strictly between 0 and 100
        Per cent.
    percentile_method : {"kaplan_meier", "linear", "nearest_rank"}
        The first counts open and paused rows as still waiting; the others leave them out, which flatters the team.
    bands : durations, ascending, above 0
        Ends of the bands of `ageing`.
    tz : str, optional
        The zone of the heat map; left out: that of the first calendar of the policy, else UTC.

    Returns
    -------
    Report
        Frozen; `groups` holds one for each label.

    Raises
    ------
    InvalidInput
        A share outside (0, 1), a percent outside (0, 100), an unknown word, column or zone, bands that do not ascend,
        labels that are not one per row; or no objective where those of the targets differ.

    Notes
    -----
    The interval is `stats.wilson` or `stats.clopper_pearson`. A percentile p of Kaplan and Meier is the least t with
    S(t) <= 1 - p/100; without open rows it is exactly the nearest rank. O(n log n).

    Examples
    --------
    >>> from socialmkt.sla import Target, check
    >>> received = np.datetime64("2026-03-02T09:00") + np.arange(100).astype("m8[m]")
    >>> replied = received + np.where(np.arange(100) < 95, 30, 90).astype("m8[m]")
    >>> checks = check(received, replied, Target(within=_HOUR), as_of=np.datetime64("2026-03-03"))
    >>> report(checks)
    Report(95 % [88.82 %, 97.85 %] of 100 kept, objective 95 %: undecided, as_of=2026-03-03T00:00:00+00:00)
    >>> report(checks, by=["bot"] * 50 + ["team"] * 50).groups["team"].attainment
    0.9
    """
    if not isinstance(checks, Checks):
        raise refuse(InvalidInput, _FUNC, "checks", "be Checks, as sla.check makes them", type(checks))
    given: dict[str, Any] = {
        "objective": objective,
        "confidence": confidence,
        "method": method,
        "percentiles": percentiles,
    }
    given |= {"percentile_method": percentile_method, "bands": bands, "tz": tz}
    asked, pool = Asked.of(checks, given), Pool.of(checks)
    groups = {} if by is None else _grouped(checks, pool, asked, read_labels(checks, by))
    return _summed(checks, pool, asked, groups)


def _grouped(checks: Checks, pool: Pool, asked: Asked, labels: NDArray[Any]) -> dict[Any, Report]:
    """Report on the rows of each label."""
    codes, values = factorize(labels)
    ends = np.cumsum(np.bincount(codes, minlength=len(values)))
    rows = np.split(np.argsort(codes, kind="stable"), ends[:-1])
    return (
        {label: _summed(checks, pool.take(mine), asked, {}) for label, mine in zip(values.tolist(), rows, strict=True)}
        if len(labels)
        else {}
    )


def _summed(checks: Checks, pool: Pool, asked: Asked, groups: dict[Any, Report]) -> Report:
    """Report on one pool of rows."""
    counts = np.bincount(pool.status, minlength=len(STATUSES)).tolist()
    n, applies = counts[MET] + counts[MISSED] + counts[OVERDUE], len(pool.status) - counts[NOT_APPLICABLE]
    bound = stats.wilson if asked.method == "wilson" else stats.clopper_pearson
    low, high = bound(counts[MET], n, confidence=asked.confidence)
    objective = _objective(checks, pool, asked)
    return Report(
        counts=FrozenDict(dict(zip(Status, counts, strict=True))),
        n=n,
        attainment=counts[MET] / n if n else None,
        low=low,
        high=high,
        worst=counts[MET] / applies if applies else None,
        best=(applies - counts[MISSED]) / applies if applies else None,
        objective=objective,
        verdict=_verdict(low, high, objective),
        ageing=ageing(pool, to_us(checks.as_of), asked.bands),
        groups=FrozenDict(groups),
        as_of=checks.as_of,
        fingerprint=checks.fingerprint,
        **_waiting(checks, pool, asked),
    )


def _waiting(checks: Checks, pool: Pool, asked: Asked) -> dict[str, Any]:
    """Give what is measured on one clock; nothing where several run."""
    metrics = {checks.policy.targets[rule].metric for rule in np.unique(pool.rule[pool.rule >= 0]).tolist()}
    if len(metrics) > 1:
        return {"percentiles": None, "survival": None, "heatmap": None}
    pool = pool.take(pool.status != NOT_APPLICABLE)
    ended = (pool.status == MET) | (pool.status == MISSED)
    found = Waits.of(pool.elapsed, ended).percentiles(
        [percent / 100 for percent in asked.percents], asked.percentile_method
    )
    times = [None if us == NAT else dt.timedelta(microseconds=us) for us in found]
    curve = stats.kaplan_meier(pool.elapsed.view("m8[us]"), ended, confidence=asked.confidence) if len(ended) else None
    return {
        "percentiles": FrozenDict(dict(zip(asked.percents, times, strict=True))),
        "survival": curve,
        "heatmap": heatmap(pool, ended, tz=asked.tz, method=asked.percentile_method),
    }


def _objective(checks: Checks, pool: Pool, asked: Asked) -> float | None:
    """Give the objective asked for, or the one that the targets of the rows share; without rows, all targets."""
    if asked.objective is not None:
        return asked.objective
    targets = checks.policy.targets
    rules = np.unique(pool.rule[pool.rule >= 0]).tolist()
    shared = {targets[rule].objective for rule in rules} or {target.objective for target in targets}
    if len(shared) > 1 and rules:
        fix = "Pass objective=0.95 or the like."
        got = Verbatim(", ".join(map(str, sorted(shared))))
        raise refuse(InvalidInput, _FUNC, "objective", "be given where those of the targets differ", got, fix=fix)
    return shared.pop() if len(shared) == 1 else None


def _verdict(low: float | None, high: float | None, objective: float | None) -> Verdict:
    if low is None or high is None or objective is None or low < objective <= high:
        return Verdict.undecided
    return Verdict.yes if low >= objective else Verdict.no
