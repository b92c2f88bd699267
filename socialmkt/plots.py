"""Twelve plots of what the areas answer, ready for a page: needs the extra `plots`.

Each takes a result, draws on the axes it is given or on a figure of its own, and returns the axes. Nothing is shown,
saved or set globally; colours can be told apart by the colour-blind, and text or hatches say the same as they do.
Chinese labels need a font with their characters in `font.family` of matplotlib's settings; without one, labels are
English.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

try:
    import matplotlib.axes
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties, findfont, get_font
    from matplotlib.text import Text
except ImportError as absent:
    message = 'socialmkt.plots needs matplotlib: pip install "socialmkt[plots]"'
    raise ImportError(message) from absent

from socialmkt._plots_deal import deal_progress
from socialmkt._plots_ladder import ladder_steps
from socialmkt._plots_lottery import odds_bars
from socialmkt._plots_overlap import overlap_matrix, upset
from socialmkt._plots_rfm import migration_flow, rfm_heatmap, rfm_segments
from socialmkt._plots_sla import sla_heatmap, sla_survival
from socialmkt._plots_target import fit_bars, tgi_bars

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "deal_progress",
    "fit_bars",
    "ladder_steps",
    "migration_flow",
    "odds_bars",
    "overlap_matrix",
    "rfm_heatmap",
    "rfm_segments",
    "sla_heatmap",
    "sla_survival",
    "tgi_bars",
    "upset",
]

Axes = matplotlib.axes.Axes

_WITH_CHINESE = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "SimHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Arial Unicode MS",
)


def blank() -> Axes:
    """Make axes on a figure of their own, which nothing else holds."""
    return Figure(layout="constrained").subplots()


def date_axis(ax: Axes) -> None:
    """Write dates along the x axis as briefly as can be."""
    locate: Any = AutoDateLocator
    write: Any = ConciseDateFormatter  # neither says its types
    locator = locate(tz=UTC, minticks=3, maxticks=7)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(write(locator, tz=UTC))


def missing(text: str, *families: str) -> set[str]:
    """Give the characters that neither the user's fonts nor some more families have."""
    left = {character for character in text if not character.isspace()}
    for font in _fonts([*FontProperties().get_family(), *families]):
        left = {character for character in left if not font.get_char_index(ord(character))}
    return left


def _fonts(families: Iterable[str]) -> Iterable[Any]:
    for family in families:
        try:
            yield get_font(findfont(FontProperties(family=[family]), fallback_to_default=False))
        except ValueError:  # not installed
            continue


def dress(drawn: Any) -> None:
    """Give each text that the user's fonts cannot show a font that can, where one of the usual ones is installed."""
    for text in drawn.findobj(Text):
        shown = text.get_text() if isinstance(text, Text) else ""
        if shown.isascii() or not missing(shown):
            continue
        able = next((family for family in _WITH_CHINESE if not missing(shown, family)), None)
        if able:
            text.set(fontfamily=[*FontProperties().get_family(), able])
