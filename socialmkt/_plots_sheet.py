"""The sheet a plot is drawn on: its axes, its language, and what a plot checks before it draws.

`socialmkt.plots` alone imports matplotlib; it is asked late, for what only it can give.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from socialmkt._plots_words import Word
from socialmkt.core.errors import InvalidInput, Verbatim, refuse
from socialmkt.core.labels import label, label_for
from socialmkt.rfm import SegmentCode

if TYPE_CHECKING:
    from socialmkt.plots import Axes

_DARK = "#444444"
_SAFETY = 0.85


class Sheet(NamedTuple):
    """The axes to draw on, the language of its words, and whether its figure is ours to lay out."""

    ax: Axes
    lang: str
    own: bool

    def say(self, word: Word, **facts: object) -> str:
        """Give a word with its figures."""
        return label(word, lang=self.lang).format(**facts)

    def resize(self, width: float, height: float) -> None:
        """Make our own figure so many inches large; a given one stays as it is."""
        if self.own:
            self._figure.set_size_inches(max(width, 3.2), min(max(height, 2.4), 40))

    def pixels(self) -> tuple[float, float]:
        """Measure the axes; what a layout may still take off given ones is guessed."""
        dress(self.ax)
        if self.own:
            self._figure.get_layout_engine().execute(self._figure)
            locate: Any = self.ax.get_axes_locator()
            self.ax.apply_aspect(None if locate is None else locate(self.ax, None))
        extent, scale = self.ax.get_window_extent(), 1.0 if self.own else _SAFETY
        return extent.width * scale, extent.height * scale

    def note(self, word: Word, **facts: object) -> Axes:
        """Leave the axes empty but for a note in the middle."""
        ax = self.ax
        ax.set_xticks([])
        ax.set_yticks([])
        ax.text(0.5, 0.5, self.say(word, **facts), transform=ax.transAxes, ha="center", va="center", color=_DARK)
        return ax

    @property
    def _figure(self) -> Any:
        return self.ax.figure


def open_sheet(func: str, ax: Any, lang: str, result: Any, kind: type, *, parameter: str, must: str) -> Sheet:
    """Check what every plot is given, and lay out the sheet to draw on."""
    from socialmkt import plots

    if not isinstance(result, kind):
        raise refuse(InvalidInput, func, parameter, f"be {must}", Verbatim(f"a {type(result).__name__}"))
    if ax is not None and not isinstance(ax, plots.Axes):
        raise refuse(InvalidInput, func, "ax", "be Axes of matplotlib", Verbatim(f"a {type(ax).__name__}"))
    spoken = "zh" if label_for(Word.nothing, lang, func) == Word.nothing.zh and _can_show_chinese() else "en"
    return Sheet(plots.blank(), spoken, own=True) if ax is None else Sheet(ax, spoken, own=False)


def _can_show_chinese() -> bool:
    """Whether the fonts that the user has set have the characters of every Chinese label."""
    from socialmkt import plots

    labels = [*(word.zh for word in Word), *(code.zh for code in SegmentCode)]
    return not plots.missing("".join(labels))


def dress(drawn: Any) -> None:
    """Give names that the user's fonts cannot show a font that can, where one is installed."""
    from socialmkt import plots

    plots.dress(drawn)


def dressed(ax: Axes) -> Axes:
    """Give axes whose names can be shown, where any font here can."""
    dress(ax)
    return ax
