"""A price ladder as steps, and what whole quantities cost."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

from socialmkt import _plots_ink as draw
from socialmkt._plots_sheet import dressed, open_sheet
from socialmkt._plots_words import Word
from socialmkt.groupbuy import Ladder

if TYPE_CHECKING:
    from socialmkt._plots_sheet import Sheet
    from socialmkt.plots import Axes

__all__ = ["ladder_steps"]

_POINTS = 400
_WIDE = 200
_SHADE = "#FBEFD5"


def ladder_steps(ladder: Ladder, *, ax: Axes | None = None, lang: str = "en") -> Axes:
    """Draw what a unit costs at each quantity, and what all of them cost.

    Parameters
    ----------
    ladder : Ladder
        The prices.
    ax : Axes, optional
        Where to draw; left out, on a new figure, `.figure` of what is returned.
    lang : "en" or "zh"
        The language of the labels.

    Returns
    -------
    Axes
        Steps of the unit price; the total stands on a panel below, which is `ax.child_axes[0]`.

    Raises
    ------
    InvalidInput
        Something else than a `Ladder`, other axes, or another language.

    Notes
    -----
    Prices are in major units. Quantities for which a larger one costs less are shaded, as `Ladder.dominated` finds
    them. The price is that of the tier reached; in mode `graduated` it is what one more costs. Tiers far apart get a
    log axis.

    Examples
    --------
    >>> from socialmkt.groupbuy import Ladder
    >>> ax = ladder_steps(Ladder.of("CNY", {1: "299", 30: "259"}))
    >>> [text.get_text() for text in ax.texts], ax.get_ylabel()
    (['299.00', '259.00'], 'Unit price (CNY)')
    """
    sheet = open_sheet("plots.ladder_steps", ax, lang, ladder, Ladder, parameter="ladder", must="a Ladder")
    return dressed(_draw_ladder_steps(sheet, ladder))


def _draw_ladder_steps(sheet: Sheet, ladder: Ladder) -> Axes:
    """Draw the price of a unit above the price of all, with the quantities nobody should buy shaded."""
    ax = sheet.ax
    sheet.resize(6.4, 5.2)
    part = (0.0, 0.5, 1.0, 0.5)
    draw.divide(ax, *part)
    below = draw.panel(ax, part, (0.0, 0.0, 1.0, 0.46))
    starts, end = _starts(ladder), _end(ladder)
    price = [tier.unit_price / _scale(ladder) for tier in ladder.tiers]
    ax.step([*starts, end], [*price, price[-1]], where="post", color=draw.BLUE, linewidth=2)
    ax.plot(starts, price, "o", color=draw.BLUE, markersize=5)
    quantities = _quantities(ladder, starts, end)
    exponent = 10**ladder.currency.exponent
    below.plot(quantities, [ladder.amount(q) / exponent for q in quantities], color=draw.BLUE, linewidth=2)
    _shade(sheet, below, ladder.dominated())
    _frame(sheet, below, ladder, starts, end)
    _name_prices(sheet, ladder, starts, price)
    return ax


def _scale(ladder: Ladder) -> int:
    return int(10 ** cast("int", ladder.price_scale))


def _starts(ladder: Ladder) -> list[int]:
    """Give the first quantity of each tier, whose own bound counts packages."""
    up = ladder.package_rounding == "up"
    return [
        ladder.free + ((tier.min_quantity - 1) * ladder.package + 1 if up else tier.min_quantity * ladder.package)
        for tier in ladder.tiers
    ]


def _end(ladder: Ladder) -> int:
    last = _starts(ladder)[-1]
    return max(last + last // 4, last + 9 * ladder.package)


def _quantities(ladder: Ladder, starts: list[int], end: int) -> list[int]:
    """Choose the quantities to price: the ends of each tier and enough between them."""
    steps = {end - (end - starts[0]) * place // _POINTS for place in range(_POINTS + 1)}
    if _is_wide(starts, end):
        ratio = end / starts[0]
        steps |= {int(starts[0] * ratio ** (place / _POINTS)) for place in range(_POINTS + 1)}
    edges = {q for span in ladder.dominated() for q in (span.start, span.stop - 1)}
    before = {start - 1 for start in starts[1:]}
    return sorted(q for q in steps | before | edges | set(starts) if starts[0] <= q <= end)


def _is_wide(starts: list[int], end: int) -> bool:
    """Whether the tiers lie so far apart that a plain axis would hide the first."""
    return end > _WIDE * max(starts[1] if len(starts) > 1 else starts[0], 1)


def _shade(sheet: Sheet, below: Axes, spans: list[range]) -> None:
    for place, span in enumerate(spans):
        for axes in (sheet.ax, below):
            text = sheet.say(Word.dominated) if place == 0 else None
            style: dict[str, Any] = {"facecolor": _SHADE, "edgecolor": draw.ORANGE, "hatch": "//", "linewidth": 0}
            axes.axvspan(span.start - 0.5, span.stop - 0.5, zorder=0, label=text, **style)
    if spans:
        sheet.ax.legend(loc="lower left", framealpha=1, edgecolor="white", fontsize="small")


def _frame(sheet: Sheet, below: Axes, ladder: Ladder, starts: list[int], end: int) -> None:
    """Set the axes of both panels."""
    ax, code = sheet.ax, ladder.currency.code
    word = Word.unit_price if ladder.package == 1 else Word.package_price
    ax.set_ylabel(sheet.say(word, currency=code, units=ladder.package))
    below.set_ylabel(sheet.say(Word.total, currency=code))
    below.set_xlabel(sheet.say(Word.quantity))
    wide = _is_wide(starts, end)
    for axes in (ax, below):
        if wide:
            axes.set_xscale("log")
        axes.set_xlim(max(starts[0], 1) if wide else 0, end)
        if wide and axes is below and axes.dataLim.y0 > 0:
            axes.set_yscale("log")
        else:
            axes.set_ylim(0, axes.dataLim.y1 * 1.25 or 1)
        axes.xaxis.set_major_formatter(draw.brief)
        axes.yaxis.set_major_formatter(draw.brief)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    ax.tick_params(labelbottom=False)


def _name_prices(sheet: Sheet, ladder: Ladder, starts: list[int], price: list[float]) -> None:
    """Write each price above its step, where it does not run into the one before."""
    ax, free = sheet.ax, -math.inf
    size = 0.85 * float(ax.xaxis.label.get_fontsize())
    width, _ = sheet.pixels()
    low, high = ax.get_xlim()
    scale = math.log10 if ax.get_xscale() == "log" else float
    for start, one in zip(starts, price, strict=True):
        text = f"{one:,.{ladder.currency.exponent}f}" if ladder.price_scale == ladder.currency.exponent else f"{one:g}"
        at = width * (scale(start) - scale(low)) / (scale(high) - scale(low))
        end = at + draw.text_width(ax, [text], size) + 0.5 * draw.em(ax)
        if at >= free and end <= width:
            offset: dict[str, Any] = {"xytext": (3, 4), "textcoords": "offset points"}
            ax.annotate(text, (start, one), fontsize=size, color=draw.DARK, **offset)
            free = end
