"""Chances of a draw, prize by prize."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from socialmkt import _plots_ink as draw
from socialmkt._plots_sheet import dressed, open_sheet
from socialmkt._plots_words import Word
from socialmkt.lottery import OddsTable

if TYPE_CHECKING:
    from socialmkt._plots_sheet import Sheet
    from socialmkt.plots import Axes

__all__ = ["odds_bars"]

_COLOURS = (
    draw.BLUE,
    draw.ORANGE,
    draw.SKY,
    draw.VERMILLION,
    draw.GREEN,
    draw.PURPLE,
    draw.YELLOW,
    draw.BLACK,
)


def odds_bars(odds: OddsTable, *, ax: Axes | None = None, lang: str = "en") -> Axes:
    """Draw the chance of an entry to win each prize, by its weight.

    Parameters
    ----------
    odds : OddsTable
        As `lottery.odds` makes it.
    ax : Axes, optional
        Where to draw; left out, on a new figure, `.figure` of what is returned.
    lang : "en" or "zh"
        The language of the labels.

    Returns
    -------
    Axes
        A bar for each prize and weight on a log axis, with the chance written as "1 in N".

    Raises
    ------
    InvalidInput
        Something else than an `OddsTable`, other axes, or another language.

    Notes
    -----
    Of more than eight weights, eight are drawn from the lightest to the heaviest, and the axis says so. On a log axis
    the ends of the bars tell, not their lengths.

    Examples
    --------
    >>> from socialmkt import lottery
    >>> ax = odds_bars(lottery.odds({1: 900, 10: 100}, quantities={"grand": 1}))
    >>> [text.get_text() for text in ax.texts], ax.get_xscale()
    (['1 in 1,900', '1 in 190'], 'log')
    """
    sheet = open_sheet(
        "plots.odds_bars", ax, lang, odds, OddsTable, parameter="odds", must="an OddsTable, as lottery.odds makes it"
    )
    return dressed(_draw_odds_bars(sheet, odds))


def _draw_odds_bars(sheet: Sheet, odds: OddsTable) -> Axes:
    """Draw the chance of one entry of each weight to win each prize, and write it as "1 in N"."""
    if not len(odds):
        return sheet.note(Word.nothing)
    ax = sheet.ax
    weights = np.unique(odds.weight)
    kept = weights[np.unique(np.linspace(0, len(weights) - 1, min(len(weights), len(_COLOURS))).round().astype(int))]
    prizes = list(dict.fromkeys(odds.prize.tolist()))
    number = {prize: place for place, prize in enumerate(prizes)}
    rows = np.flatnonzero(np.isin(odds.weight, kept))
    rows = rows[np.lexsort((odds.weight[rows], np.array([number[prize] for prize in odds.prize[rows].tolist()])))]
    chance = odds.probability[rows]
    called = dict(zip(prizes, draw.shortened(prizes), strict=True))
    names = [
        sheet.say(Word.weight, prize=called[prize], weight=f"{weight:,}") if len(weights) > 1 else called[prize]
        for prize, weight in zip(odds.prize[rows].tolist(), odds.weight[rows].tolist(), strict=True)
    ]
    draw.rows_of_bars(sheet, names, inches=0.28)
    least = float(chance[chance > 0].min(initial=1.0))
    floor = 10.0 ** math.floor(math.log10(least) - 0.3)
    ax.set_xscale("log")
    colours = [_COLOURS[int(np.searchsorted(kept, weight))] for weight in odds.weight[rows].tolist()]
    ax.barh(np.arange(len(rows)), np.maximum(chance - floor, 0), left=floor, height=0.75, color=colours)
    note = f"\n({sheet.say(Word.weights_shown, shown=len(kept), all=len(weights))})" if len(kept) < len(weights) else ""
    ax.set_xlabel(sheet.say(Word.chance) + note)
    texts = [_one_in(sheet, p) for p in chance.tolist()]
    draw.label_bars(sheet, np.maximum(chance, floor).tolist(), list(range(len(rows))), texts, least=floor)
    return ax


def _one_in(sheet: Sheet, chance: float) -> str:
    if chance <= 0:
        return sheet.say(Word.never)
    if chance >= 1:
        return sheet.say(Word.certain)
    n = 1 / chance
    return sheet.say(Word.one_in, n=f"{n:.1f}" if n < 9.95 else f"{n:,.0f}")
