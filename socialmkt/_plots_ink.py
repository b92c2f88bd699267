"""The hand that draws: colours that everybody can tell apart, text that can be read on them, and room for both.

Nothing here imports matplotlib; everything is asked of the axes at hand.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from socialmkt._plots_sheet import dress
from socialmkt.rfm import SegmentCode
from socialmkt.rfm import label as segment_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from socialmkt._plots_sheet import Sheet
    from socialmkt.plots import Axes

Float = NDArray[np.float64]

BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILLION, PURPLE = (
    "#000000",
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#F0E442",
    "#0072B2",
    "#D55E00",
    "#CC79A7",
)
PALE, GREY, DARK = "#EEEEEE", "#CCCCCC", "#444444"
HATCH = "////"

_HATCHED: dict[str, Any] = {"facecolor": "white", "edgecolor": GREY, "hatch": HATCH, "linewidth": 0.5}
_LONGEST = 28
_LEAST_SIZE = 4.0
_TALLEST = 16.0
_SAFETY = 0.85


def em(ax: Axes) -> float:
    """Give the size of the axes' text in pixels."""
    return float(ax.xaxis.label.get_fontsize()) * pixels_per_point(ax)


def pixels_per_point(ax: Axes) -> float:
    """Give the pixels of a point, a 72nd of an inch."""
    return float(ax.figure.dpi) / 72


def text_width(ax: Axes, texts: Iterable[str], size: float) -> float:
    """Measure the widest of some texts, in pixels."""
    widest = max(texts, key=columns_of, default="")
    probe = ax.text(0, 0, widest, fontsize=size)
    dress(probe)
    width = float(probe.get_window_extent().width)
    probe.remove()
    return width


def columns_of(text: str) -> float:
    """Say how wide a text is, in letters; Chinese ones are wider."""
    return sum(1.0 if ord(character) < 0x2E80 else 1.7 for character in text)


def short(text: object, longest: int) -> str:
    """Cut a long name in the middle, where names differ least."""
    name = " ".join(str(text).split())
    if columns_of(name) <= longest:
        return name
    head, tail = "", ""
    for front, back in zip(name, reversed(name), strict=True):
        if columns_of(head + front + tail) >= longest:
            break
        head += front
        if columns_of(head + back + tail) >= longest:
            break
        tail = back + tail
    return f"{head}\N{HORIZONTAL ELLIPSIS}{tail}"


def shortened(names: Sequence[str], longest: int = _LONGEST) -> list[str]:
    """Cut long names, as far as they stay different."""
    while longest < max(map(columns_of, names), default=0):
        cut = [short(name, longest) for name in names]
        if len(set(cut)) == len(set(names)):
            return cut
        longest *= 2
    return [short(name, longest) for name in names]


def segment_names(codes: Sequence[str], lang: str) -> list[str]:
    """Name segments for people: built-in ones by their label, others as they are called."""
    built_in = {str(code) for code in SegmentCode}
    return shortened([segment_label(code, lang=lang) if code in built_in else code for code in codes])


def luminance(rgb: Any) -> Any:
    """Give the relative luminance of colours from 0 to 1, as WCAG 2 defines it."""
    channels = np.asarray(rgb, np.float64)[..., :3]
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def ink(rgb: Any) -> str:
    """Choose black or white text, whichever can be read better; one of them always has a contrast of 4.5."""
    return "black" if float(luminance(rgb)) > 0.179 else "white"


def count_text(value: float) -> str:
    """Write a number of people: whole, with thousands."""
    return f"{value:,.0f}"


def brief(value: float, _: object = None) -> str:
    """Write a number in at most five places: 12,345 becomes 12.3k."""
    if abs(value) >= 1e15:
        return f"{value:.1e}"
    for scale, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M")):
        if abs(value) >= scale:
            return f"{value / scale:.3g}{letter}"
    return f"{value / 1e3:.3g}k" if abs(value) >= 1e4 else f"{value:,.10g}"


def divide(ax: Axes, left: float, bottom: float, width: float, height: float) -> None:
    """Keep the axes to a part of their place, given in fractions of it, so that panels can stand beside them."""
    outer: Any = ax.get_axes_locator()

    def locate(own: Any, renderer: Any) -> Any:
        place = own.get_position(original=True) if outer is None else outer(own, renderer)
        x, y = place.x0 + left * place.width, place.y0 + bottom * place.height
        return type(place).from_bounds(x, y, width * place.width, height * place.height)

    ax.set_axes_locator(locate)
    ax.apply_aspect(locate(ax, None))


def panel(ax: Axes, part: tuple[float, float, float, float], place: tuple[float, float, float, float]) -> Axes:
    """Add axes in a place, where `ax` keeps to a part; both are `left bottom width height` in fractions."""
    left, bottom, width, height = part
    bounds = (
        (place[0] - left) / width,
        (place[1] - bottom) / height,
        place[2] / width,
        place[3] / height,
    )
    return ax.inset_axes(bounds)


def cells(sheet: Sheet, values: Float, **scale: Any) -> Any:
    """Colour a grid by its values, the first row at the top; NaN stays open."""
    rows, columns = values.shape
    x, y = np.arange(columns + 1) - 0.5, np.arange(rows + 1) - 0.5
    scale = {"cmap": "cividis"} | scale
    mesh = sheet.ax.pcolormesh(x, y, np.ma.masked_invalid(values), edgecolors="white", linewidth=0.5, **scale)
    sheet.ax.set_xlim(-0.5, columns - 0.5)
    sheet.ax.set_ylim(rows - 0.5, -0.5)
    sheet.ax.tick_params(length=0)
    return mesh


def fill_cells(ax: Axes, where: Any, **style: Any) -> None:
    """Lay a patch over each cell of a grid that is marked."""
    rows, columns = np.nonzero(where)
    if len(rows):
        ax.bar(columns, np.ones(len(rows)), width=1, bottom=rows - 0.5, **style)


def hatch_cells(ax: Axes, where: Any) -> None:
    """Hatch each cell of a grid that is marked."""
    fill_cells(ax, where, **_HATCHED)


def hatch_rows(ax: Axes, rows: Any, columns: int) -> None:
    """Hatch some rows of a grid from end to end."""
    if len(rows):
        ax.barh(rows, np.full(len(rows), columns), height=1, left=-0.5, **_HATCHED)


def write_cells(sheet: Sheet, texts: Any, colours: Any) -> None:
    """Write into each cell of a grid, as large as its place allows, in an ink that can be read on its colour."""
    rows, columns = np.shape(texts)
    longest = max((line for text in np.ravel(texts) for line in str(text).split("\n")), key=len, default="")
    lines = max((str(text).count("\n") + 1 for text in np.ravel(texts)), default=1)
    width, height = sheet.pixels()
    point = pixels_per_point(sheet.ax)
    most = float(sheet.ax.xaxis.label.get_fontsize())
    unit = text_width(sheet.ax, [longest], 10) / 10 or 1.0
    size = min(most, 0.86 * width / columns / unit, 0.8 * height / rows / point / (1.25 * lines))
    if size < _LEAST_SIZE:
        return
    for row, column in np.ndindex(rows, columns):
        text = str(texts[row][column])
        if text:
            colour = ink(colours[row, column])
            sheet.ax.text(column, row, text, ha="center", va="center", fontsize=size, color=colour, clip_on=True)


def name_rows(ax: Axes, names: Sequence[str]) -> None:
    """Write a name beside each row."""
    ax.set_yticks(range(len(names)), labels=list(names))


def name_columns(sheet: Sheet, names: Sequence[str]) -> None:
    """Write a name below each column, turned where there is no room."""
    ax = sheet.ax
    ax.set_xticks(range(len(names)), labels=list(names))
    room = sheet.pixels()[0] / max(len(names), 1)
    size = float(ax.xaxis.label.get_fontsize())
    if text_width(ax, names, size) > 0.9 * room:
        ax.set_xticks(range(len(names)), labels=list(names), rotation=90 if room < 2 * em(ax) else 40)
        if room >= 2 * em(ax):
            for text in ax.get_xticklabels():
                text.set(ha="right", rotation_mode="anchor")


def colour_bar(sheet: Sheet, mesh: Any, text: str, *, percent: bool = False, steps: Sequence[float] = ()) -> None:
    """Set a scale of the colours beside a grid, inside its place."""
    ax = sheet.ax
    extent = ax.get_window_extent()
    room = min(5.2 * em(ax) / extent.width, 0.4)
    part = (0.0, 0.0, 1 - room, 1.0)
    divide(ax, *part)
    beside = panel(ax, part, (1 - room + 0.7 * em(ax) / extent.width, 0.0, 0.8 * em(ax) / extent.width, 1.0))
    bar: Any = ax.figure.colorbar(mesh, cax=beside, label=text)
    bar.outline.set_visible(False)
    bar.minorticks_off()
    bar.ax.yaxis.set_major_formatter(brief)
    if steps:
        bar.set_ticks(steps, labels=[brief(step) for step in steps])
    if percent:
        bar.ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}")


def rows_of_bars(sheet: Sheet, names: Sequence[str], *, inches: float, spare: float = 0) -> None:
    """Prepare a row for each name, the first at the top, and room below for a legend."""
    ax = sheet.ax
    inches = min(inches, _TALLEST / max(len(names), 1))
    name_rows(ax, names)
    ax.set_ylim(len(names) - 0.5 + spare, -0.5)
    ax.tick_params(axis="y", length=0)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    sheet.resize(6.4, 0.9 + inches * (len(names) + spare))


def legend_rows(sheet: Sheet, names: int, *, inches: float) -> float:
    """Say how many rows a legend of one line takes."""
    if sheet.own:
        return 0.32 / inches
    height = sheet.pixels()[1]
    share = min(2.0 * em(sheet.ax) / height, 0.5)
    return max(names * share / (1 - share), 0.2)


def legend_below(ax: Axes, handles: Sequence[Any]) -> None:
    """Put a legend of one line into the room below the bars."""
    ax.legend(
        handles=handles, loc="lower right", ncols=len(handles), frameon=False, borderaxespad=0.1, fontsize="small"
    )


def _right_end(sheet: Sheet, ends: Any, taken: Any, least: float) -> float:
    """Find how far an axis from `least` must go for the text behind each bar, which takes a part of its width."""
    log = sheet.ax.get_xscale() == "log"
    scaled, low = (np.log10(ends), math.log10(least)) if log else (ends, least)
    top = max(float(scaled.max()), float((low + (scaled - low) / (1 - np.minimum(taken, 0.8))).max()))
    top = top if top > low else low + 1
    return float(10**top) if log else top


def write_ends(sheet: Sheet, ends: Sequence[float], at: Sequence[float], texts: Sequence[str], size: float) -> None:
    """Write a text behind the end of each bar."""
    for end, row, text in zip(ends, at, texts, strict=True):
        sheet.ax.annotate(
            text, (end, row), xytext=(0.4 * size, 0), textcoords="offset points", va="center", fontsize=size, color=DARK
        )


def finite(values: Any) -> Float:
    """Give the values that are numbers."""
    array = np.asarray(values, np.float64)
    return array[np.isfinite(array)]


def label_bars(sheet: Sheet, ends: list[float], at: list[float], texts: list[str], *, least: float = 0.0) -> None:
    """Write a text behind each bar, at a size that fits between the rows, and widen the axis for it."""
    ax, (width, height) = sheet.ax, sheet.pixels()
    low, high = ax.get_ylim()
    gap = float(min(np.diff(np.unique(np.round(at, 6))), default=1.0))
    row = height / pixels_per_point(ax) / abs(high - low) * gap
    size = min(0.85 * float(ax.xaxis.label.get_fontsize()), 0.95 * row)
    unit = text_width(ax, texts, size) / max(*map(columns_of, texts), 1.0)
    taken = (np.array([columns_of(text) for text in texts]) * 1.15 * unit + 0.8 * em(ax)) / width
    ax.set_xlim(least, _right_end(sheet, np.array(ends), taken, least))
    if size >= _LEAST_SIZE:
        write_ends(sheet, ends, at, texts, size)
    if least < 0:
        ax.axvline(0, color=DARK, linewidth=0.8)
