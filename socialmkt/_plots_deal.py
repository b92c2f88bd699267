"""A deal over time: who has joined, and how far the next price is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from socialmkt import _plots_ink as draw
from socialmkt._plots_sheet import dressed, open_sheet
from socialmkt._plots_words import Word
from socialmkt.groupbuy import Deal, Order
from socialmkt.groupbuy._replay import _Sweep
from socialmkt.groupbuy.deal import checked

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from socialmkt._plots_sheet import Sheet
    from socialmkt.groupbuy import Ladder, Tier
    from socialmkt.plots import Axes

__all__ = ["deal_progress"]


def deal_progress(deal: Deal, orders: Iterable[Order], *, ax: Axes | None = None, lang: str = "en") -> Axes:
    """Draw how many have joined a deal over time, and where its prices begin.

    Parameters
    ----------
    deal : Deal
        The deal.
    orders : iterable of Order
        Its orders, in any order.
    ax : Axes, optional
        Where to draw; left out, on a new figure, `.figure` of what is returned.
    lang : "en" or "zh"
        The language of the labels.

    Returns
    -------
    Axes
        A step line of the count, a line for each tier, and one for the close.

    Raises
    ------
    InvalidInput
        Something else than a `Deal` or its orders, two orders with one id, other axes, or another language.

    Notes
    -----
    The count is that of `groupbuy.status`: who accepts the price of the tier reached, at most the stock. It ends with
    the last order before the close, as what came later is not known. Tiers far above it get a log axis. O(n log n).

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from socialmkt.groupbuy import Ladder
    >>> march = [datetime(2026, 3, day, tzinfo=UTC) for day in range(1, 32)]
    >>> ladder = Ladder.of("CNY", {1: "299", 2: "259"})
    >>> deal = Deal(id="tea", ladder=ladder, opens_at=march[0], closes_at=march[21])
    >>> orders = [Order(id=name, buyer=name, quantity=1, placed_at=march[1], paid_at=march[1]) for name in "AB"]
    >>> ax = deal_progress(deal, orders)
    >>> ax.lines[0].get_ydata().tolist()
    [0, 2, 2]
    """
    func = "plots.deal_progress"
    sheet = open_sheet(func, ax, lang, deal, Deal, parameter="deal", must="a Deal")
    _, listed = checked(deal, orders, deal.closes_at, func=func)
    return dressed(_draw_deal_progress(sheet, deal, listed))


def _draw_deal_progress(sheet: Sheet, deal: Deal, orders: list[Order]) -> Axes:
    """Draw the count over time, each tier's threshold as a line, and the end of the deal."""
    from socialmkt import plots

    ax = sheet.ax
    sheet.resize(7.2, 4.2)
    times, counts = counts_over_time(deal, orders)
    last = max([times[-1], *(order.placed_at for order in orders if order.placed_at < deal.closes_at)])
    steps: Any = [*times, last]
    ax.step(steps, [*counts, counts[-1]], where="post", color=draw.BLUE, linewidth=2)
    ax.plot(steps[-1:], [counts[-1]], "o", color=draw.BLUE, markersize=5)
    begins = {max(tier.min_quantity, cast("int", deal.min_to_tip)): tier for tier in deal.ladder.tiers}
    needs = list(begins)  # of tiers that begin together, the last is reached
    highest, most = max(needs), max(*counts, 1)
    far = highest > 20 * max(most, needs[0])
    ax.set_yscale("symlog" if far else "linear")
    ax.set_ylim(0, 20 * highest if far else 1.18 * max(highest, most))
    ends: Any = (deal.opens_at, deal.closes_at)
    ax.set_xlim(*ends)
    plots.date_axis(ax)
    _mark_ends(sheet, deal)
    ax.yaxis.set_major_formatter(draw.brief)
    ax.set_ylabel(sheet.say(Word.buyers if deal.basis == "buyers" else Word.units))
    ax.set_xlabel(sheet.say(Word.time))
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    texts = [_tier_text(sheet, deal.ladder, need, tier) for need, tier in begins.items()]
    _make_room(sheet, deal, [*texts, sheet.say(Word.closes)])
    _thresholds(sheet, deal, needs, texts)
    return ax


def _mark_ends(sheet: Sheet, deal: Deal) -> None:
    """Draw a line at the close, and where the shop called the deal off."""
    closes: Any = deal.closes_at
    sheet.ax.axvline(closes, color=draw.BLACK, linewidth=1.5)
    _beside(sheet, closes, 0.93, sheet.say(Word.closes))
    if deal.cancelled_at is not None and deal.cancelled_at < deal.closes_at:
        off: Any = max(deal.cancelled_at, deal.opens_at)
        sheet.ax.axvline(off, color=draw.BLACK, linewidth=1.5, linestyle=":")
        _beside(sheet, off, 0.93, sheet.say(Word.cancelled))


def _tier_text(sheet: Sheet, ladder: Ladder, need: int, tier: Tier) -> str:
    price = f"{tier.unit_price / 10 ** cast('int', ladder.price_scale):,.{ladder.currency.exponent}f}"
    return sheet.say(Word.tier_line, count=f"{need:,}", price=f"{price} {ladder.currency.code}")


def _make_room(sheet: Sheet, deal: Deal, texts: list[str]) -> None:
    """Leave room for some texts right of the close."""
    ax = sheet.ax
    size = 0.85 * float(ax.xaxis.label.get_fontsize())
    taken = min((draw.text_width(ax, texts, size) + draw.em(ax)) / sheet.pixels()[0], 0.6)
    ends: Any = (deal.opens_at, deal.opens_at + (deal.closes_at - deal.opens_at) / (1 - taken))
    ax.set_xlim(*ends)


class _Watched(_Sweep):
    """The sweep over a deal's orders, writing down the count after each event."""

    def __init__(self, deal: Deal, orders: list[Order], at: datetime) -> None:
        self.trace: dict[datetime, int] = {}
        super().__init__(deal, orders, at)

    def _note(self, at: datetime) -> None:
        count = self.demand[self.tier() or 0]
        self.trace[at] = count if self.deal.stock is None else min(count, self.deal.stock)

    def _arrive(self, place: int, order: Order, buyer: Any) -> None:
        super()._arrive(place, order, buyer)
        start = order.placed_at if self.deal.count_from == "placed" else order.paid_at
        self._note(cast("datetime", start))

    def _leave(self, place: int, order: Order, buyer: Any) -> None:
        super()._leave(place, order, buyer)
        self._note(cast("datetime", order.cancelled_at))


def counts_over_time(deal: Deal, orders: list[Order]) -> tuple[list[datetime], list[int]]:
    """Give the instants at which the count changes, from the opening on, and the count from each on."""
    end = deal.closes_at if deal.cancelled_at is None else min(deal.closes_at, deal.cancelled_at)
    placed = sorted(orders, key=lambda order: (order.placed_at, order.id))
    trace = {at: count for at, count in _Watched(deal, placed, deal.closes_at).trace.items() if at <= end}
    times = [deal.opens_at, *(at for at in sorted(trace) if at > deal.opens_at)]
    return times, [trace.get(at, 0) for at in times]


def _thresholds(sheet: Sheet, deal: Deal, needs: list[int], texts: list[str]) -> None:
    """Draw a line for each tier, and write its price beside the close unless that runs into another."""
    ax, written = sheet.ax, list[float]()
    for need in needs:
        ax.axhline(need, color=draw.ORANGE, linewidth=1.2, linestyle="--", zorder=1)
    gap = 1.3 * draw.em(ax) / sheet.pixels()[1]
    order = [0, len(needs) - 1, *range(1, len(needs) - 1)] if len(needs) > 1 else [0]
    for tier in order:
        at = float(ax.transLimits.transform(ax.transScale.transform((0, needs[tier])))[1])
        if all(abs(at - other) >= gap for other in written):
            written.append(at)
            _beside(sheet, deal.closes_at, at, texts[tier])


def _beside(sheet: Sheet, at: Any, height: float, text: str) -> None:
    """Write a text right of an instant, on a height from 0 to 1."""
    place: dict[str, Any] = {"xycoords": ("data", "axes fraction"), "xytext": (4, 2), "textcoords": "offset points"}
    behind: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
    sheet.ax.annotate(text, (at, height), fontsize="small", color=draw.DARK, va="bottom", bbox=behind, **place)
