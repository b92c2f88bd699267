"""Plots of scores, of segments, and of moves between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from socialmkt import _plots_ink as draw
from socialmkt._plots_sheet import dressed, open_sheet
from socialmkt._plots_words import Word
from socialmkt.core.errors import InvalidInput, Verbatim, refuse
from socialmkt.core.table import Table
from socialmkt.rfm import Migration, Scores

if TYPE_CHECKING:
    from socialmkt._plots_sheet import Sheet
    from socialmkt.plots import Axes

__all__ = ["migration_flow", "rfm_heatmap", "rfm_segments"]

_PROFILE = ("segment", "customers", "share")


def rfm_heatmap(scores: Scores, *, ax: Axes | None = None, lang: str = "en") -> Axes:
    r"""Draw recency against frequency, coloured by the mean level of money.

    Parameters
    ----------
    scores : Scores
        As `rfm.score` makes them.
    ax : Axes, optional
        Where to draw; left out, on a new figure, `.figure` of what is returned.
    lang : "en" or "zh"
        The language of the labels.

    Returns
    -------
    Axes
        A grid of frequency (to the right) by recency (upwards), the number of customers written in each cell.

    Raises
    ------
    InvalidInput
        Something else than `Scores`, other axes, or another language.

    Notes
    -----
    Cells of nobody are hatched. Without amounts the colour is the number of customers. Numbers are left out where cells
    are too small to read them.

    Examples
    --------
    >>> import numpy as np
    >>> from datetime import date
    >>> from socialmkt import rfm
    >>> days = np.array(["2026-03-01", "2026-03-11", "2026-03-21"], dtype="datetime64[D]")
    >>> summary = rfm.summarize(["ann", "bo", "cy"], days, [1200, 500, 9900], as_of=date(2026, 3, 31))
    >>> ax = rfm_heatmap(rfm.score(summary, bins=2))
    >>> ax.get_xlabel(), sorted(text.get_text() for text in ax.texts)
    ('Frequency level (2 is the most often)\n(hatched: no customers)', ['1', '2'])
    """
    sheet = open_sheet(
        "plots.rfm_heatmap", ax, lang, scores, Scores, parameter="scores", must="Scores, as rfm.score makes them"
    )
    return dressed(_draw_rfm_heatmap(sheet, scores))


def _draw_rfm_heatmap(sheet: Sheet, scores: Scores) -> Axes:
    """Colour each cell of R by F by its mean level of money; without money, by its customers."""
    if not len(scores):
        return sheet.note(Word.nothing)
    ax, k = sheet.ax, scores.bins
    cell = (k - scores.r) * k + scores.f - 1
    count = np.bincount(cell, minlength=k * k).reshape(k, k)
    with np.errstate(invalid="ignore"):
        mean = np.bincount(cell, weights=scores.m, minlength=k * k).reshape(k, k) / count
    sheet.resize(2.4 + 0.8 * min(k, 12), 1.2 + 0.62 * min(k, 12))
    values = mean if scores.has_m else np.where(count > 0, count, np.nan).astype(np.float64)
    limits = {"vmin": 1, "vmax": k} if scores.has_m else {"vmin": 0, "vmax": int(count.max())}
    mesh = draw.cells(sheet, values, **limits)
    draw.hatch_cells(ax, count == 0)
    steps = np.arange(0, k, 1 + (k - 1) // 12)
    ax.set_xticks(steps, labels=[str(step + 1) for step in steps])
    ax.set_yticks(steps, labels=[str(k - step) for step in steps])
    note = f"\n({sheet.say(Word.hatched_nobody)})" if not count.all() else ""
    ax.set_xlabel(sheet.say(Word.frequency, bins=k) + note)
    ax.set_ylabel(sheet.say(Word.recency, bins=k))
    levels = range(1, k + 1, 1 + (k - 1) // 10)
    if scores.has_m:
        draw.colour_bar(sheet, mesh, sheet.say(Word.money, bins=k), steps=levels)
    else:
        draw.colour_bar(sheet, mesh, sheet.say(Word.customers))
    texts = [[draw.count_text(n) if n else "" for n in row] for row in count.tolist()]
    draw.write_cells(sheet, texts, mesh.to_rgba(values))
    return ax


def rfm_segments(profile: Table, *, ax: Axes | None = None, lang: str = "en") -> Axes:
    """Draw how many customers each segment has, and what part of the revenue.

    Parameters
    ----------
    profile : Table
        As `rfm.profile` makes it.
    ax : Axes, optional
        Where to draw; left out, on a new figure, `.figure` of what is returned.
    lang : "en" or "zh"
        The language of the labels.

    Returns
    -------
    Axes
        Two bars for each segment, sorted by share of customers; one where there are no amounts.

    Raises
    ------
    InvalidInput
        No table, one without `segment customers share`, other axes, or another language.

    Notes
    -----
    Built-in segments bear their label, others their own name. Where returns outweigh sales, the bar of revenue goes to
    the left of 0.

    Examples
    --------
    >>> import numpy as np
    >>> from datetime import date
    >>> from socialmkt import rfm
    >>> days = np.array(["2026-03-01", "2026-03-11", "2026-03-21"], dtype="datetime64[D]")
    >>> summary = rfm.summarize(["ann", "bo", "cy"], days, [1200, 500, 9900], as_of=date(2026, 3, 31))
    >>> segments = rfm.segment(rfm.score(summary), rfm.TEN)
    >>> ax = rfm_segments(rfm.profile(segments, summary))
    >>> [round(float(bar.get_width()), 1) for bar in ax.containers[0][:4]]
    [33.3, 33.3, 33.3, 0.0]
    """
    sheet = open_sheet(
        "plots.rfm_segments", ax, lang, profile, Table, parameter="profile", must="a Table, as rfm.profile makes it"
    )
    for column in _PROFILE:
        if column not in profile.columns:
            got = Verbatim(f"columns {', '.join(profile.columns)}")
            raise refuse(InvalidInput, "plots.rfm_segments", "profile", f"have a column {column!r}", got)
    return dressed(_draw_rfm_segments(sheet, profile))


def _draw_rfm_segments(sheet: Sheet, profile: Table) -> Axes:
    """Draw each segment's share of the customers, the largest on top, above its share of revenue."""
    share = np.asarray(profile["share"], np.float64)
    if not len(share) or not np.isfinite(share).any():
        return sheet.note(Word.nothing)
    order = np.argsort(-share, kind="stable")
    kinds = [(Word.of_customers, draw.BLUE, "", share[order])]
    if "revenue_share" in profile.columns:
        kinds.append((Word.of_revenue, draw.ORANGE, draw.HATCH, np.asarray(profile["revenue_share"])[order]))
    ax, height = sheet.ax, 0.8 / len(kinds)
    names = draw.segment_names(profile["segment"][order].tolist(), sheet.lang)
    inches = 0.2 + 0.17 * len(kinds)
    draw.rows_of_bars(sheet, names, inches=inches, spare=draw.legend_rows(sheet, len(names), inches=inches))
    rows = np.arange(len(names), dtype=np.float64)
    handles, ends, at, texts = [], list[float](), list[float](), list[str]()
    for place, (word, colour, hatch, shares) in enumerate(kinds):
        middle = rows + (place - (len(kinds) - 1) / 2) * height
        percent = np.nan_to_num(100 * shares)
        style: dict[str, Any] = {"color": colour, "hatch": hatch, "edgecolor": "white", "linewidth": 0}
        handles.append(ax.barh(middle, percent, height=0.92 * height, label=sheet.say(word), **style))
        ends += np.maximum(percent, 0).tolist()
        at += middle.tolist()
        texts += ["" if np.isnan(one) else f"{100 * one:.1f}" for one in shares]
    ax.set_xlabel(sheet.say(Word.share))
    draw.label_bars(
        sheet, ends, at, texts, least=100 * min(0.0, *(float(np.nanmin(kind[3], initial=0)) for kind in kinds))
    )
    draw.legend_below(ax, handles)
    return ax


def migration_flow(migration: Migration, *, ax: Axes | None = None, lang: str = "en") -> Axes:
    r"""Draw from which segment to which customers moved between two months.

    Parameters
    ----------
    migration : Migration
        As `rfm.migrate` makes it.
    ax : Axes, optional
        Where to draw; left out, on a new figure, `.figure` of what is returned.
    lang : "en" or "zh"
        The language of the labels.

    Returns
    -------
    Axes
        A matrix of segment before (down) by segment after (to the right).

    Raises
    ------
    InvalidInput
        Something else than a `Migration`, other axes, or another language.

    Notes
    -----
    The colour is the share of the row; in each cell stand that share and the customers. The last column holds those who
    left, the last row those who entered, as shares of all who did. Rows of nobody are hatched.

    Examples
    --------
    >>> from socialmkt import rfm
    >>> names = ("good", "bad")
    >>> before = rfm.Segments(customer=[7, 8, 9], segment=["good", "good", "bad"], map="mine", names=names)
    >>> after = rfm.Segments(customer=[6, 8, 9], segment=["good", "bad", "bad"], map="mine", names=names)
    >>> ax = migration_flow(rfm.migrate(before, after))
    >>> [text.get_text() for text in ax.texts]
    ['50 %\n1', '50 %\n1', '100 %\n1', '100 %\n1']
    """
    sheet = open_sheet(
        "plots.migration_flow",
        ax,
        lang,
        migration,
        Migration,
        parameter="migration",
        must="a Migration, as rfm.migrate makes it",
    )
    return dressed(_draw_migration_flow(sheet, migration))


def _draw_migration_flow(sheet: Sheet, migration: Migration) -> Axes:
    """Colour each move by its share of the segment before; who left and who entered stand apart."""
    counts, whole = _with_margins(migration)
    if not counts.sum():
        return sheet.note(Word.nothing)
    ax, k = sheet.ax, len(migration.names)
    with np.errstate(invalid="ignore"):
        shares = counts / whole
    shares[counts == 0] = np.nan
    names = draw.segment_names(migration.names, sheet.lang)
    sheet.resize(3.6 + 0.62 * min(k + 1, 24), 2.2 + 0.45 * min(k + 1, 24))
    mesh = draw.cells(sheet, shares, vmin=0, vmax=1)
    ax.set_facecolor(draw.PALE)
    draw.hatch_rows(ax, np.flatnonzero(whole == 0), k + 1)
    ax.bar([k], [1], width=1, bottom=k - 0.5, color="white")
    ax.axhline(k - 0.5, color="white", linewidth=4)
    ax.axvline(k - 0.5, color="white", linewidth=4)
    draw.name_rows(ax, [*names, sheet.say(Word.entered)])
    ax.set_ylabel(sheet.say(Word.before))
    draw.colour_bar(sheet, mesh, sheet.say(Word.row_share), percent=True)
    draw.name_columns(sheet, [*names, sheet.say(Word.left)])
    ax.set_xlabel(f"{sheet.say(Word.after)}\n({sheet.say(Word.row_share_note)})")
    texts = [
        [f"{100 * share:.0f} %\n{draw.brief(count)}" if count else "" for share, count in zip(*row, strict=True)]
        for row in zip(shares.tolist(), counts.tolist(), strict=True)
    ]
    draw.write_cells(sheet, texts, mesh.to_rgba(np.ma.masked_invalid(shares)))
    return ax


def _with_margins(migration: Migration) -> tuple[Any, Any]:
    """Give the counts with `left` as last column and `entered` as last row, and the sum of each row."""
    k = len(migration.names)
    counts = np.zeros((k + 1, k + 1))
    counts[:k, :k], counts[:k, k], counts[k, :k] = migration.matrix, migration.left, migration.entered
    return counts, counts.sum(axis=1, keepdims=True)
