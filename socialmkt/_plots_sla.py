"""How well promises of an answer are kept, over the week and over the time waited."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from socialmkt import _plots_ink as draw
from socialmkt._plots_sheet import dressed, open_sheet
from socialmkt._plots_words import Word
from socialmkt.core.errors import InvalidInput, Verbatim, refuse
from socialmkt.sla import Heatmap, Report

if TYPE_CHECKING:
    from socialmkt._plots_ink import Float
    from socialmkt._plots_sheet import Sheet
    from socialmkt.core.errors import SocialmktError
    from socialmkt.plots import Axes

__all__ = ["sla_heatmap", "sla_survival"]

_FEW = 5
_WEEK = (
    Word.monday,
    Word.tuesday,
    Word.wednesday,
    Word.thursday,
    Word.friday,
    Word.saturday,
    Word.sunday,
)
_WIDE = 200
_TICKS = (
    (1, 1, Word.second),
    (10, 1, Word.second),
    (1, 60, Word.minute),
    (10, 60, Word.minute),
    (1, 3_600, Word.an_hour),
    (6, 3_600, Word.an_hour),
    (1, 86_400, Word.day),
    (7, 86_400, Word.day),
    (60, 86_400, Word.day),
    (600, 86_400, Word.day),
    (6_000, 86_400, Word.day),
)
_UNITS = ((86_400.0, Word.days), (3_600.0, Word.hours), (60.0, Word.minutes), (1.0, Word.seconds))


def sla_heatmap(report: Report, *, ax: Axes | None = None, lang: str = "en") -> Axes:
    """Draw the share of promises met by the weekday and the hour of arrival.

    Parameters
    ----------
    report : Report
        As `sla.report` makes it; of one metric.
    ax : Axes, optional
        Where to draw; left out, on a new figure, `.figure` of what is returned.
    lang : "en" or "zh"
        The language of the labels.

    Returns
    -------
    Axes
        A grid of seven days, Monday on top, by 24 hours, the share written in each cell.

    Raises
    ------
    InvalidInput
        Something else than a `Report`, or one of several metrics, which has no grid; other axes, or another language.

    Notes
    -----
    The share is of the decided mentions. Cells of fewer than five mentions are grey, those of none decided are
    hatched.

    Examples
    --------
    >>> import datetime as dt
    >>> import numpy as np
    >>> from socialmkt import sla
    >>> received = np.datetime64("2026-03-02T09:00") + np.arange(60).astype("m8[m]")
    >>> replied = received + np.where(np.arange(60) % 4, 30, 90).astype("m8[m]")
    >>> hour = sla.Target(within=dt.timedelta(hours=1), objective=0.9)
    >>> checks = sla.check(received, replied, hour, as_of=np.datetime64("2026-03-03"))
    >>> ax = sla_heatmap(sla.report(checks))
    >>> [text.get_text() for text in ax.texts]
    ['75']
    """
    func = "plots.sla_heatmap"
    sheet = open_sheet(
        "plots.sla_heatmap", ax, lang, report, Report, parameter="report", must="a Report, as sla.report makes it"
    )
    if report.heatmap is None:
        raise _several_metrics(func)
    return dressed(_draw_sla_heatmap(sheet, report.heatmap))


def _draw_sla_heatmap(sheet: Sheet, week: Heatmap) -> Axes:
    """Colour each hour of the week by its share met; hours of few mentions are grey."""
    if not week.count.any():
        return sheet.note(Word.nothing)
    ax = sheet.ax
    few = (week.count < _FEW) & ~np.isnan(week.attainment)
    shown = np.where(few, np.nan, week.attainment)
    sheet.resize(10, 3.2)
    mesh = draw.cells(sheet, shown, vmin=0, vmax=1)
    draw.fill_cells(ax, few, facecolor=draw.GREY, edgecolor="white", linewidth=0.5)
    draw.hatch_cells(ax, np.isnan(week.attainment))
    draw.name_rows(ax, [sheet.say(day) for day in _WEEK])
    ax.set_ylabel(sheet.say(Word.weekday))
    hours = range(0, 24, 1 if ax.get_window_extent().width > 40 * draw.em(ax) else 3)
    ax.set_xticks(hours, labels=[str(hour) for hour in hours])
    ax.set_xlabel(f"{sheet.say(Word.hour, tz=week.tz)}\n({sheet.say(Word.few_mentions, few=_FEW)})")
    draw.colour_bar(sheet, mesh, sheet.say(Word.share_met), percent=True)
    texts = [["" if share != share else f"{100 * share:.0f}" for share in row] for row in week.attainment.tolist()]  # noqa: PLR0124  # NaN differs from itself
    colours = mesh.to_rgba(np.ma.masked_invalid(shown))
    colours[few] = (0.8, 0.8, 0.8, 1)
    draw.write_cells(sheet, texts, colours)
    return ax


def sla_survival(report: Report, *, ax: Axes | None = None, lang: str = "en") -> Axes:
    """Draw the share of mentions still unanswered over time.

    Parameters
    ----------
    report : Report
        As `sla.report` makes it; of one metric.
    ax : Axes, optional
        Where to draw; left out, on a new figure, `.figure` of what is returned.
    lang : "en" or "zh"
        The language of the labels.

    Returns
    -------
    Axes
        The curve after Kaplan and Meier with its band, and what the objective allows.

    Raises
    ------
    InvalidInput
        Something else than a `Report`, or one of several metrics, which has no curve; other axes, or another language.

    Notes
    -----
    Open mentions count as waiting for as long as they are known to. The curve ends with the last answer. Where that
    came far later than half of them, the axis is a log axis.

    Examples
    --------
    >>> import datetime as dt
    >>> import numpy as np
    >>> from socialmkt import sla
    >>> received = np.datetime64("2026-03-02T09:00") + np.arange(60).astype("m8[m]")
    >>> replied = received + np.where(np.arange(60) % 4, 30, 90).astype("m8[m]")
    >>> hour = sla.Target(within=dt.timedelta(hours=1), objective=0.9)
    >>> checks = sla.check(received, replied, hour, as_of=np.datetime64("2026-03-03"))
    >>> ax = sla_survival(sla.report(checks))
    >>> ax.lines[0].get_xdata(), ax.lines[0].get_ydata().round()
    (array([ 0., 30., 90.]), array([100.,  25.,   0.]))
    """
    func = "plots.sla_survival"
    sheet = open_sheet(
        "plots.sla_survival", ax, lang, report, Report, parameter="report", must="a Report, as sla.report makes it"
    )
    if report.heatmap is None:
        raise _several_metrics(func)
    return dressed(_draw_sla_survival(sheet, report))


def _draw_sla_survival(sheet: Sheet, report: Report) -> Axes:
    """Draw the share still unanswered over time with its band, and what the objective allows."""
    curve = report.survival
    if curve is None:
        return sheet.note(Word.nothing)
    if not len(curve):
        return sheet.note(Word.nothing_answered)
    ax = sheet.ax
    sheet.resize(6.4, 4)
    seconds = curve.time.astype(np.int64) / 1e6
    scale, unit = next((pair for pair in _UNITS if np.median(seconds) >= 2 * pair[0]), _UNITS[-1])
    time = np.append(0.0, seconds / scale)
    share, low, high = (100 * np.append(1.0, curve[name]) for name in ("survival", "low", "high"))
    ax.fill_between(time, low, high, step="post", color=draw.SKY, alpha=0.4, linewidth=0, label=sheet.say(Word.band))
    ax.step(time, share, where="post", color=draw.BLUE, linewidth=2, label=sheet.say(Word.estimate))
    if report.objective is not None:
        allowed = 100 * (1 - report.objective)
        text = sheet.say(Word.objective, share=f"{allowed:.4g}")
        ax.axhline(allowed, color=draw.VERMILLION, linestyle="--", linewidth=1.5, label=text)
    ax.set_xlim(-0.02 * (time[-1] or 1), 1.02 * (time[-1] or 1))
    ax.set_ylim(0, 102)
    ax.set_xlabel(sheet.say(Word.waited, unit=sheet.say(unit)))
    if seconds[-1] > _WIDE * max(float(seconds[np.argmax(curve.survival <= 0.5)]), 1):
        _stretch(sheet, time, share, scale)
    ax.set_ylabel(sheet.say(Word.unanswered))
    ax.legend(loc="upper right", frameon=False, fontsize="small")
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    return ax


def _stretch(sheet: Sheet, time: Float, share: Float, scale: float) -> None:
    """Give the first answers and the last ones room on a log axis, in the units people wait in."""
    ax = sheet.ax
    begun = time[np.argmax(share < 99)] if (share < 99).any() else time[1]
    low, high = max(float(begun) / 2, 1 / scale), float(time[-1]) * 1.2
    ax.set_xscale("log", nonpositive="clip")
    ax.set_xlim(low, high)
    ticks = [(n * seconds / scale, sheet.say(word, n=n)) for n, seconds, word in _TICKS]
    inside = [(at, text) for at, text in ticks if low <= at <= high]
    ax.set_xticks([at for at, _ in inside], labels=[text for _, text in inside])
    ax.minorticks_off()
    ax.set_xlabel(sheet.say(Word.waited_log))


def _several_metrics(func: str) -> SocialmktError:
    fix = "Pass sla.report(checks.filter(checks.metric == ...))."
    return refuse(InvalidInput, func, "report", "be of one metric", Verbatim("one of several"), fix=fix)
