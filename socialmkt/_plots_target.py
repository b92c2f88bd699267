"""Which platforms suit a target group, and what sets the group apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from socialmkt import _plots_ink as draw
from socialmkt._plots_sheet import dressed, open_sheet
from socialmkt._plots_words import Word
from socialmkt.overlap import FitRanking, TargetIndex

if TYPE_CHECKING:
    from socialmkt._plots_sheet import Sheet
    from socialmkt.plots import Axes

__all__ = ["fit_bars", "tgi_bars"]

_ROW = 0.36


def fit_bars(ranking: FitRanking, *, ax: Axes | None = None, lang: str = "en") -> Axes:
    """Draw how well each platform suits a target group, and why.

    Parameters
    ----------
    ranking : FitRanking
        As `overlap.fit` makes it.
    ax : Axes, optional
        Where to draw; left out, on a new figure, `.figure` of what is returned.
    lang : "en" or "zh"
        The language of the labels.

    Returns
    -------
    Axes
        A bar for each score, the best on top, above thin bars of its three components.

    Raises
    ------
    InvalidInput
        Something else than a `FitRanking`, other axes, or another language.

    Notes
    -----
    Components are times 100. The interval is that of the draws, where there were any.

    Examples
    --------
    >>> from socialmkt.overlap import Platform, Profile, TargetGroup, fit
    >>> everybody = Profile(cells={"young": 0.4, "old": 0.6}, users=1_000_000)
    >>> target = TargetGroup(population=everybody, propensity={"young": 0.10, "old": 0.05})
    >>> ax = fit_bars(fit([Platform(name="Douyin", profile=everybody)], target))
    >>> [round(float(bar.get_width())) for bar in ax.patches]
    [83, 99, 50, 100]
    """
    sheet = open_sheet(
        "plots.fit_bars",
        ax,
        lang,
        ranking,
        FitRanking,
        parameter="ranking",
        must="a FitRanking, as overlap.fit makes it",
    )
    return dressed(_draw_fit_bars(sheet, ranking))


def _draw_fit_bars(sheet: Sheet, ranking: FitRanking) -> Axes:
    """Draw each platform's score with its interval, above its three components."""
    if not len(ranking):
        return sheet.note(Word.nothing)
    ax, inches = sheet.ax, 0.62
    names = draw.shortened(ranking.platform.tolist())
    draw.rows_of_bars(sheet, names, inches=inches, spare=draw.legend_rows(sheet, len(names), inches=inches))
    rows = np.arange(len(names), dtype=np.float64)
    top = rows - 0.2
    handles: list[Any] = [
        ax.barh(top, ranking.score, height=0.36, color=draw.BLUE, label=sheet.say(Word.score)),
    ]
    known = np.isfinite(ranking.low) & np.isfinite(ranking.high)
    ends = np.maximum(ranking.score, np.where(known, ranking.high, 0))
    _whiskers(ax, ranking.score, ranking.low, ranking.high, top)
    parts = (
        (Word.match, draw.ORANGE, "", ranking.match),
        (Word.affinity, draw.SKY, draw.HATCH, ranking.affinity),
        (Word.coverage, draw.GREEN, "....", ranking.coverage),
    )
    for place, (word, colour, hatch, values) in enumerate(parts):
        at = rows + 0.08 + 0.13 * place
        style: dict[str, Any] = {"color": colour, "hatch": hatch, "edgecolor": "white", "linewidth": 0}
        handles.append(ax.barh(at, 100 * values, height=0.11, label=sheet.say(word), **style))
    ax.set_xlabel(sheet.say(Word.points))
    draw.label_bars(sheet, ends.tolist(), top.tolist(), [f"{score:.0f}" for score in ranking.score.tolist()])
    ax.set_xlim(0, max(100, ax.get_xlim()[1]))
    draw.legend_below(ax, handles)
    return ax


def _whiskers(ax: Axes, value: Any, low: Any, high: Any, at: Any) -> None:
    """Draw an interval over each bar that has one."""
    known = np.isfinite(value) & np.isfinite(low) & np.isfinite(high)
    if known.any():
        around = [np.maximum((value - low)[known], 0), np.maximum((high - value)[known], 0)]
        style: dict[str, Any] = {"fmt": "none", "ecolor": draw.BLACK, "elinewidth": 1.2, "capsize": 2.5}
        ax.errorbar(value[known], at[known], xerr=around, **style)


def tgi_bars(table: TargetIndex, *, ax: Axes | None = None, lang: str = "en") -> Axes:
    """Draw which levels are over-represented in a target group.

    Parameters
    ----------
    table : TargetIndex
        As `overlap.tgi` makes it.
    ax : Axes, optional
        Where to draw; left out, on a new figure, `.figure` of what is returned.
    lang : "en" or "zh"
        The language of the labels.

    Returns
    -------
    Axes
        A bar from 100 to the index of each level, with its interval.

    Raises
    ------
    InvalidInput
        Something else than a `TargetIndex`, other axes, or another language.

    Notes
    -----
    Levels of which fewer than five people were to be expected are hatched: their interval is rough. An index without a
    base is written as not defined.

    Examples
    --------
    >>> from socialmkt import overlap
    >>> ax = tgi_bars(overlap.tgi({"young": 120, "old": 280}, {"young": 200, "old": 800}))
    >>> [round(float(bar.get_x() + bar.get_width()), 1) for bar in ax.containers[0]]
    [150.0, 87.5]
    """
    sheet = open_sheet(
        "plots.tgi_bars", ax, lang, table, TargetIndex, parameter="table", must="a TargetIndex, as overlap.tgi makes it"
    )
    return dressed(_draw_tgi_bars(sheet, table))


def _draw_tgi_bars(sheet: Sheet, table: TargetIndex) -> Axes:
    """Draw the index of each level from 100, with its interval; levels of too few people are hatched."""
    if not len(table):
        return sheet.note(Word.nothing)
    ax = sheet.ax
    index, low, high = (np.asarray(table[name], np.float64) for name in ("tgi", "low", "high"))
    small = np.asarray(table["small"], bool)
    names = draw.shortened(table["level"].tolist())
    draw.rows_of_bars(sheet, names, inches=_ROW, spare=draw.legend_rows(sheet, len(names), inches=_ROW))
    rows = np.arange(len(names), dtype=np.float64)
    known = np.isfinite(index)
    colours = [draw.BLUE if one >= 100 else draw.ORANGE for one in index]
    width = np.where(known, index - 100, 0)
    bars = ax.barh(rows, width, left=100, height=0.7, color=colours, edgecolor="white", linewidth=0)
    for bar, few in zip(bars, small, strict=True):
        bar.set_hatch(draw.HATCH if few else "")
    ceiling = 1.25 * float(draw.finite([100, *index, *high[~small]]).max())
    cut = known & (high > ceiling)
    _whiskers(ax, index, low, np.minimum(high, ceiling), rows)
    ax.plot(np.full(cut.sum(), ceiling), rows[cut], ">", color=draw.BLACK, markersize=5)
    ax.plot([100, 100], [-0.5, len(names) - 0.5], color=draw.DARK, linewidth=1)
    ax.set_xlabel(sheet.say(Word.target_index))
    ax.xaxis.set_major_formatter(draw.brief)
    ends = np.minimum(np.where(known, np.fmax(np.maximum(index, 100), high), 100), ceiling)
    texts = [
        draw.brief(round(one)) if fine else sheet.say(Word.undefined) for one, fine in zip(index, known, strict=True)
    ]
    draw.label_bars(sheet, ends.tolist(), rows.tolist(), texts)
    _index_legend(sheet)
    return ax


def _index_legend(sheet: Sheet) -> None:
    kinds = ((Word.above, draw.BLUE, ""), (Word.below, draw.ORANGE, ""), (Word.small, draw.GREY, draw.HATCH))
    handles = [
        sheet.ax.barh(
            [0], [0], left=100, color=colour, hatch=hatch, edgecolor="white", linewidth=0, label=sheet.say(word)
        )
        for word, colour, hatch in kinds
    ]
    draw.legend_below(sheet.ax, handles)
