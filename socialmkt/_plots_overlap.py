"""How much audiences have in common, in pairs and in all combinations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from socialmkt import _plots_ink as draw
from socialmkt._plots_sheet import dressed, open_sheet
from socialmkt._plots_words import Word
from socialmkt.core.errors import refuse_choice
from socialmkt.overlap import OverlapMatrix, PatternTable
from socialmkt.overlap._matrix import METRICS

if TYPE_CHECKING:
    from socialmkt._plots_ink import Float
    from socialmkt._plots_sheet import Sheet
    from socialmkt.plots import Axes

__all__ = ["overlap_matrix", "upset"]

_MOST_PATTERNS = 30
_MOST_LIFT = 32.0


def overlap_matrix(matrix: OverlapMatrix, *, metric: str = "count", ax: Axes | None = None, lang: str = "en") -> Axes:
    """Draw how much each pair of audiences has in common.

    Parameters
    ----------
    matrix : OverlapMatrix
        As `overlap.overlap_matrix` makes it.
    metric : str
        What to draw: one of the names that `OverlapMatrix.metric` knows.
    ax : Axes, optional
        Where to draw; left out, on a new figure, `.figure` of what is returned.
    lang : "en" or "zh"
        The language of the labels.

    Returns
    -------
    Axes
        A grid with a number in each cell; the sizes of the audiences stand on the diagonal.

    Raises
    ------
    InvalidInput
        Something else than an `OverlapMatrix`, an unknown metric or one that lacks its universe, other axes, or another
        language.

    Notes
    -----
    `lift` and `phi` are coloured on both sides of independence. Pairs for which the figure is not defined are hatched.

    Examples
    --------
    >>> from socialmkt import overlap
    >>> groups = {"tv": overlap.Audience.from_ids([1, 2, 3]), "app": overlap.Audience.from_ids([3, 4])}
    >>> ax = overlap_matrix(overlap.overlap_matrix(groups))
    >>> [text.get_text() for text in ax.texts]
    ['3', '1', '1', '2']
    """
    func, kind = "plots.overlap_matrix", "an OverlapMatrix, as overlap.overlap_matrix makes it"
    sheet = open_sheet("plots.overlap_matrix", ax, lang, matrix, OverlapMatrix, parameter="matrix", must=kind)
    if metric not in METRICS:
        raise refuse_choice(func, "metric", metric, METRICS)
    return dressed(_draw_overlap_matrix(sheet, matrix, metric))


def _draw_overlap_matrix(sheet: Sheet, matrix: OverlapMatrix, metric: str) -> Axes:
    """Colour each pair by its count or another figure; the sizes stand on the diagonal."""
    k = len(matrix.names)
    if not k:
        return sheet.note(Word.nothing)
    ax = sheet.ax
    figures = matrix.metric(metric)
    figures[np.diag_indices(k)] = np.nan
    values = figures
    names = draw.shortened(matrix.names)
    sheet.resize(3.2 + 0.62 * min(k, 24), 1.8 + 0.5 * min(k, 24))
    scale = _scale(metric, values)
    if metric == "lift":  # none in common is as far down as the scale goes
        values = np.where(np.isnan(values), np.nan, np.clip(values, scale["vmin"], scale["vmax"]))
    mesh = draw.cells(sheet, values, **scale)
    draw.fill_cells(ax, np.eye(k, dtype=bool), facecolor=draw.PALE, edgecolor="white", linewidth=0.5)
    draw.hatch_cells(ax, np.isnan(values) & ~np.eye(k, dtype=bool))
    draw.name_rows(ax, names)
    draw.colour_bar(sheet, mesh, sheet.say(Word(metric)), steps=_lift_steps(mesh.norm) if metric == "lift" else ())
    draw.name_columns(sheet, names)
    ax.set_xlabel(f"{sheet.say(Word.audience)}\n({sheet.say(Word.sizes_on_diagonal)})")
    ax.set_ylabel(sheet.say(Word.audience))
    texts = [[_cell(metric, value) for value in row] for row in figures.tolist()]
    for place, size in enumerate(matrix.sizes.tolist()):
        texts[place][place] = draw.brief(size)
    colours = mesh.to_rgba(np.ma.masked_invalid(values))
    colours[np.isnan(values)] = (0.93, 0.93, 0.93, 1)
    draw.write_cells(sheet, texts, colours)
    return ax


def _lift_steps(norm: Any) -> list[float]:
    """Give the powers of two on the scale of `lift`."""
    return [2.0**power for power in range(-5, 6) if norm.vmin <= 2.0**power <= norm.vmax]


def _cell(metric: str, value: float) -> str:
    if value != value:  # noqa: PLR0124  # NaN differs from itself
        return ""
    return draw.brief(value) if metric == "count" else f"{value:.2f}"


def _scale(metric: str, values: Float) -> dict[str, Any]:
    """Give the colours of a figure: two-sided around independence for `lift` and `phi`."""
    known = draw.finite(values)
    if metric == "phi":
        most = float(np.abs(known).max(initial=0)) or 1.0
        return {"cmap": "PuOr", "vmin": -most, "vmax": most}
    if metric == "lift":
        above, below = float(known.max(initial=1)), float(known[known > 0].min(initial=1))
        most = min(max(above, 1 / below, 2.0), _MOST_LIFT)
        return {"cmap": "PuOr", "norm": "log", "vmin": 1 / most, "vmax": most}
    return {"vmin": 0, "vmax": float(known.max(initial=0)) or 1.0}


def upset(patterns: PatternTable, *, ax: Axes | None = None, lang: str = "en") -> Axes:
    """Draw how many people are in exactly which combination of audiences.

    Parameters
    ----------
    patterns : PatternTable
        As `overlap.patterns` makes it.
    ax : Axes, optional
        Where to draw; left out, on a new figure, `.figure` of what is returned.
    lang : "en" or "zh"
        The language of the labels.

    Returns
    -------
    Axes
        A bar for each combination; below it dots for its members, at the left the sizes: `ax.child_axes`.

    Raises
    ------
    InvalidInput
        Something else than a `PatternTable`, other axes, or another language.

    Notes
    -----
    The 30 largest combinations are drawn, or as many as the axes given have room for, and the rest is summed up in
    words. Audiences are sorted by size.

    Examples
    --------
    >>> from socialmkt import overlap
    >>> groups = {"tv": overlap.Audience.from_ids([1, 2, 3]), "app": overlap.Audience.from_ids([3, 4])}
    >>> ax = upset(overlap.patterns(groups))
    >>> [int(bar.get_height()) for bar in ax.patches], [text.get_text() for text in ax.child_axes[0].get_yticklabels()]
    ([2, 1, 1], ['tv', 'app'])
    """
    sheet = open_sheet(
        "plots.upset",
        ax,
        lang,
        patterns,
        PatternTable,
        parameter="patterns",
        must="a PatternTable, as overlap.patterns makes it",
    )
    return dressed(_draw_upset(sheet, patterns))


def _draw_upset(sheet: Sheet, patterns: PatternTable) -> Axes:
    """Draw the largest patterns over dots that tell their members, and the sizes of the audiences at the left."""
    if not len(patterns):
        return sheet.note(Word.nothing)
    ax = sheet.ax
    room = _MOST_PATTERNS if sheet.own else int(0.6 * ax.get_window_extent().width / draw.em(ax))
    rows = patterns.upset(top=min(max(room, 1), _MOST_PATTERNS))
    sizes = np.asarray(patterns.pairs().sizes, np.float64)
    order = np.argsort(-sizes, kind="stable")
    names = draw.shortened([patterns.names[place] for place in order.tolist()], 20)
    k, n = len(names), len(rows)
    sheet.resize(3.6 + 0.34 * max(n, 6), 2.6 + 0.28 * k)
    member = rows.mask[:, None] >> order.astype(np.uint64)[None, :] & np.uint64(1) == 1
    grid, left = _places(sheet, names, k)
    _dots(grid, member, names)
    _sizes(sheet, left, sizes[order], k)
    _bars(sheet, rows, n)
    if rows.other_patterns:
        text = sheet.say(Word.others, patterns=f"{rows.other_patterns:,}", people=draw.count_text(rows.other_count))
        ax.text(0.99, 0.97, text, transform=ax.transAxes, ha="right", va="top", fontsize="small", color=draw.DARK)
    return ax


def _places(sheet: Sheet, names: list[str], k: int) -> tuple[Axes, Axes]:
    """Divide the place: bars above, dots below, sizes at the left of the dots with the names between."""
    ax = sheet.ax
    extent = ax.get_window_extent()
    size = float(ax.xaxis.label.get_fontsize())
    names_width = min((draw.text_width(ax, names, size) + draw.em(ax)) / extent.width, 0.35)
    sizes_width = min(9 * draw.em(ax) / extent.width, 0.22)
    start = sizes_width + names_width
    height = min(0.65, max(0.25, 1.7 * k * draw.em(ax) / extent.height))
    part = (start, height, 1 - start, 1 - height)
    draw.divide(ax, *part)
    below = height - 0.04
    grid = draw.panel(ax, part, (start, 0, 1 - start, below))
    left = draw.panel(ax, part, (0, 0, sizes_width, below))
    return grid, left


def _bars(sheet: Sheet, rows: Any, n: int) -> None:
    ax = sheet.ax
    ax.bar(np.arange(n), rows.count, width=0.65, color=draw.BLUE)
    ax.set_xlim(-0.6, n - 0.4)
    ax.set_xticks([])
    ax.set_ylabel(sheet.say(Word.exactly))
    ax.yaxis.set_major_formatter(draw.brief)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    width, height = sheet.pixels()
    size = 0.85 * float(ax.xaxis.label.get_fontsize())
    texts = [draw.brief(count) for count in rows.count.tolist()]
    top = float(max(rows.count.max(), 1))
    turned = draw.text_width(ax, texts, size) > width / (n + 0.2)
    taken = draw.text_width(ax, texts, size) if turned else size * draw.pixels_per_point(ax)
    ax.set_ylim(0, top / (1 - min((taken + 0.8 * draw.em(ax)) / height, 0.7)))
    if size * draw.pixels_per_point(ax) > width / (n + 0.2):
        return
    for place, (count, text) in enumerate(zip(rows.count.tolist(), texts, strict=True)):
        offset: dict[str, Any] = {"xytext": (0, 3), "textcoords": "offset points", "ha": "center", "va": "bottom"}
        ax.annotate(text, (place, count), fontsize=size, color=draw.DARK, rotation=90 if turned else 0, **offset)


def _dots(grid: Axes, member: Any, names: list[str]) -> None:
    n, k = member.shape
    for row in range(0, k, 2):
        grid.axhspan(row - 0.5, row + 0.5, color=draw.PALE, linewidth=0, zorder=0)
    for place in range(n):
        rows = np.flatnonzero(member[place])
        grid.plot([place, place], [rows.min(), rows.max()], color=draw.BLUE, linewidth=1.6, zorder=2)
    for inside, colour in ((False, draw.GREY), (True, draw.BLUE)):
        x, y = np.nonzero(member == inside)
        grid.scatter(x, y, s=26, color=colour, linewidth=0, zorder=3 if inside else 1)
    draw.name_rows(grid, names)
    grid.tick_params(length=0)
    grid.set_xticks([])
    grid.set_xlim(-0.6, n - 0.4)
    grid.set_ylim(k - 0.5, -0.5)
    for side in grid.spines.values():
        side.set_visible(False)


def _sizes(sheet: Sheet, left: Axes, sizes: Any, k: int) -> None:
    left.barh(np.arange(k), sizes, height=0.6, color=draw.DARK)
    left.set_xlim(1.6 * max(float(sizes.max()), 1.0), 0)
    left.set_ylim(k - 0.5, -0.5)
    left.set_yticks([])
    left.set_xticks([])
    for row, size in enumerate(sizes.tolist()):
        place: dict[str, Any] = {"xytext": (-3, 0), "textcoords": "offset points", "ha": "right", "va": "center"}
        left.annotate(draw.brief(size), (size, row), fontsize="small", color=draw.DARK, **place)
    left.set_xlabel(sheet.say(Word.size))
    for side in ("top", "right", "left"):
        left.spines[side].set_visible(False)
