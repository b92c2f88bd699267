"""Deals: a crowd on a price ladder, and what a deal's page shows at any moment.

The state of a deal is a function of the deal, its orders and an instant; nothing is stored. The more buyers accept a
price, the deeper the tier, and everybody pays the final one. By default nobody pays more than was shown on joining.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from pydantic import ValidationInfo, field_validator, model_validator

from socialmkt.core._model_show import lines_html
from socialmkt.core._models import read_models
from socialmkt.core.errors import InvalidInput, SchemeMismatch, Verbatim, refuse
from socialmkt.core.instants import from_us, to_us
from socialmkt.core.model import Amount, Frozen, Instant, Name, Positive
from socialmkt.groupbuy import _replay
from socialmkt.groupbuy._codes import Outcome, Phase, Reason
from socialmkt.groupbuy._order import Order
from socialmkt.groupbuy._progress import Progress, StatusLine
from socialmkt.groupbuy.ladder import Ladder

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Deal", "DealStatus", "Order", "Outcome", "Phase", "Progress", "Reason", "StatusLine", "status"]

_A_SECOND = timedelta(seconds=1)


class Deal(Frozen):
    """A group-buy: one ladder, one window, one set of rules.

    Parameters
    ----------
    id : str
        Its name.
    ladder : Ladder
        Mode `all_units`, prices strictly falling; no packages, free units, flat fees or bounds.
    opens_at, closes_at : instant
        On sale in `[opens_at, closes_at)`.
    basis : {"buyers", "units"}
        What the tiers count.
    min_to_tip : int >= 1, optional
        The least count at which the deal happens; left out, the first tier's `min_quantity`.
    stock : int >= 1, optional
        Units for sale.
    per_buyer, per_order : int >= 1, optional
        The most units of one buyer, and of one order.
    count_from : {"paid", "placed"}
        Whether an order counts once paid, or as soon as it is placed.
    payment : {"authorize", "prepay", "deposit"}
        What is taken before the close: nothing, the line as shown, or a deposit.
    deposit : int, minor units per unit, optional
        With `payment="deposit"`: what is taken on paying, at most the deepest price.
    tail_due : instant after `closes_at`, optional
        With `payment="deposit"`: the rest must have come before it.
    tail_default : {"forfeit", "refund"}
        What becomes of the deposit where it has not.
    pricing : {"uniform", "join_lock"}
        Whether all pay the final price, or each the lower of the final price and the one shown on joining.
    goal : {"profit", "reach"}, optional
        What the deal is for: profit needs a stock, reach must have none.
    cancelled_at : instant, optional
        When the shop called it off.

    Raises
    ------
    pydantic.ValidationError
        Naming the field that breaks its rule.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> deal = Deal(
    ...     id="tea", ladder=Ladder.of("CNY", {3: "299", 6: "259", 10: "199"}),
    ...     opens_at=datetime(2026, 3, 1, tzinfo=UTC), closes_at=datetime(2026, 3, 22, tzinfo=UTC))
    >>> deal.min_to_tip, deal.basis
    (3, 'buyers')
    """

    id: Name
    ladder: Ladder
    opens_at: Instant
    closes_at: Instant
    basis: Literal["buyers", "units"] = "buyers"
    min_to_tip: Positive | None = None
    stock: Positive | None = None
    per_buyer: Positive | None = None
    per_order: Positive | None = None
    count_from: Literal["paid", "placed"] = "paid"
    payment: Literal["authorize", "prepay", "deposit"] = "authorize"
    deposit: Amount | None = None
    tail_due: Instant | None = None
    tail_default: Literal["forfeit", "refund"] = "forfeit"
    pricing: Literal["uniform", "join_lock"] = "uniform"
    goal: Literal["profit", "reach"] | None = None
    cancelled_at: Instant | None = None

    @field_validator("ladder")
    @classmethod
    def _is_for_a_crowd(cls, ladder: Ladder) -> Ladder:
        """Take only ladders that a crowd moves down: one unit price at a time, each lower than the last."""
        rules = [
            (ladder.mode == "all_units", "be of mode all_units", ladder.mode),
            (ladder.package == 1, "have no packages", ladder.package),
            (ladder.free == 0, "have no free units", ladder.free),
            (not any(tier.flat_fee for tier in ladder.tiers), "have no flat fees", "some"),
            (ladder.min_amount is None, "have no min_amount", ladder.min_amount),
            (ladder.max_amount is None, "have no max_amount", ladder.max_amount),
            (not ladder.flat_at_zero, "have no flat_at_zero", ladder.flat_at_zero),
        ]
        for holds, must, got in rules:
            if not holds:
                raise refuse(InvalidInput, "", "ladder", must, got)
        for before, after in pairwise(ladder.tiers):
            if after.unit_price >= before.unit_price:
                got = Verbatim(f"{after.unit_price} after {before.unit_price}")
                raise refuse(InvalidInput, "", "ladder", "have strictly falling unit prices", got)
        return ladder

    @field_validator("min_to_tip", mode="before")
    @classmethod
    def _from_the_first_tier(cls, value: Any, info: ValidationInfo) -> Any:
        ladder = info.data.get("ladder")
        return ladder.tiers[0].min_quantity if value is None and ladder is not None else value

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.closes_at <= self.opens_at:
            raise refuse(InvalidInput, "", "closes_at", f"be after opens_at, {self.opens_at}", self.closes_at)
        if self.per_order is not None and self.per_buyer is not None and self.per_order > self.per_buyer:
            raise refuse(InvalidInput, "", "per_order", f"be at most per_buyer, {self.per_buyer}", self.per_order)
        if (self.goal, self.stock is None) in {("profit", True), ("reach", False)}:
            must = "not be 'profit' without stock, nor 'reach' with it"
            raise refuse(InvalidInput, "", "goal", must, self.goal)
        self._check_thresholds()
        self._check_deposit()
        return self

    def _check_thresholds(self) -> None:
        tiers, tip = self.ladder.tiers, cast("int", self.min_to_tip)
        if tip < tiers[0].min_quantity:
            must = f"be at least the first tier's {tiers[0].min_quantity}"
            raise refuse(InvalidInput, "", "min_to_tip", must, tip)
        highest = max(tip, tiers[-1].min_quantity)
        if self.stock is not None and highest > self.stock:
            must = f"reach every tier and min_to_tip, {highest}"
            raise refuse(InvalidInput, "", "stock", must, self.stock)

    def _check_deposit(self) -> None:
        for name in ("deposit", "tail_due"):
            if (getattr(self, name) is not None) != (self.payment == "deposit"):
                must = "be given with payment='deposit', and only then"
                raise refuse(InvalidInput, "", name, must, getattr(self, name))
        if self.deposit is None or self.tail_due is None:
            return
        divisor, deepest = _replay.divisor(self.ladder), self.ladder.tiers[-1].unit_price
        if self.deposit * divisor > deepest:
            must = f"be at most the deepest price, {deepest // divisor}"
            raise refuse(InvalidInput, "", "deposit", must, self.deposit)
        if self.tail_due <= self.closes_at:
            raise refuse(InvalidInput, "", "tail_due", f"be after closes_at, {self.closes_at}", self.tail_due)


class DealStatus(Frozen):
    """A deal as seen from an instant.

    Attributes
    ----------
    phase : Phase
        Where it stands.
    count : int
        Buyers or units at the tier reached (at the first, if none), at most the stock.
    tier : int or None
        Counted from 0; None where the deal has not tipped, or is cancelled.
    unit_price : int or None, at the price scale
        The price of that tier.
    progress : Progress
        What a page shows.
    lines : tuple of StatusLine
        One per order placed by then, by time and id.
    fingerprint : str
        That of the ladder.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> march = [datetime(2026, 3, day, tzinfo=UTC) for day in range(1, 32)]
    >>> deal = Deal(id="tea", ladder=Ladder.of("CNY", {1: "299", 2: "259"}), opens_at=march[0], closes_at=march[21])
    >>> status(deal, [], as_of=march[1]).phase
    <Phase.open: 'open'>
    """

    phase: Phase
    count: int
    tier: int | None
    unit_price: int | None
    progress: Progress
    lines: tuple[StatusLine, ...]
    fingerprint: str

    def _repr_html_(self) -> str:
        facts = {"phase": self.phase.value, "count": self.count, "tier": self.tier, "unit_price": self.unit_price}
        return lines_html("DealStatus", StatusLine._fields, self.lines, facts)


def status(deal: Deal, orders: Iterable[Order], *, as_of: datetime) -> DealStatus:
    """Say where a deal stands.

    Parameters
    ----------
    deal : Deal
        The deal.
    orders : iterable of Order
        Its orders, in any order.
    as_of : instant
        Seen from when: what happened at it or before exists, later orders, payments and cancellations do not.

    Returns
    -------
    DealStatus
        Phase, count, tier, progress, and a line per order.

    Raises
    ------
    InvalidInput
        Two orders with one id, or something that is no order.
    SchemeMismatch
        An order that was placed under another ladder.
    AmbiguousTime
        A naive `as_of`.

    Notes
    -----
    The final tier is the deepest k whose demand N_k, the buyers or units that accept its price, reaches
    `max(m_k, min_to_tip)`. It is judged on demand, not on what the stock can place. Tipping is not latched: it follows
    the count. O(n (log n + k)).

    References
    ----------
    Hu, Shi and Wu (2013), Simultaneous vs. sequential group-buying mechanisms, Management Science 59(12), on showing
    the count.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> march = [datetime(2026, 3, day, tzinfo=UTC) for day in range(1, 32)]
    >>> deal = Deal(id="tea", ladder=Ladder.of("CNY", {3: "299", 6: "259", 10: "199"}), basis="units",
    ...             opens_at=march[0], closes_at=march[21])
    >>> orders = [Order(id=name, buyer=name, quantity=2, placed_at=march[1], paid_at=march[1]) for name in "ABC"]
    >>> now = status(deal, orders, as_of=march[2])
    >>> now.phase, now.unit_price, now.progress.needed
    (<Phase.tipped: 'tipped'>, 25900, 4)
    >>> [line.shown_price for line in now.lines]
    [29900, 29900, 25900]
    """
    at, listed = checked(deal, orders, as_of, func="groupbuy.status")
    crowd = _replay.outcomes(deal, listed, at)
    lines = tuple(
        StatusLine(case.order.id, case.outcome, case.order.quantity, case.paid_price, case.reason, case.shown)
        for case in crowd.cases
    )
    price = None if crowd.tier is None else deal.ladder.tiers[crowd.tier].unit_price
    progress = _progress(deal, crowd, at)
    return DealStatus.model_construct(
        phase=_phase(deal, crowd, at),
        count=progress.count,
        tier=crowd.tier,
        unit_price=price,
        progress=progress,
        lines=lines,
        fingerprint=deal.ladder.fingerprint,
    )


def checked(deal: Deal, orders: Iterable[Order], as_of: datetime, *, func: str) -> tuple[datetime, list[Order]]:
    """Read what `status` and `settle` are asked: the instant in UTC, and orders that belong to the deal."""
    at = from_us(to_us(as_of, func=func, name="as_of"), func=func, name="as_of")
    if not isinstance(deal, Deal):
        raise refuse(InvalidInput, func, "deal", "be a Deal", deal)
    listed, seen = read_models(orders, Order, func=func, name="orders"), set[str]()
    fingerprint = deal.ladder.fingerprint
    for order in listed:
        if order.id in seen:
            raise refuse(InvalidInput, func, "orders", "have distinct ids", order.id)
        if order.fingerprint is not None and order.fingerprint != fingerprint:
            must = f"be that of the deal's ladder, {fingerprint[:8]}..., on order {order.id}"
            raise refuse(SchemeMismatch, func, "fingerprint", must, order.fingerprint)
        seen.add(order.id)
    return at, listed


def _phase(deal: Deal, crowd: _replay.Crowd, at: datetime) -> Phase:
    if _replay.is_cancelled(deal, at):
        return Phase.cancelled
    if at >= deal.closes_at:
        return _phase_after(deal, crowd)
    if at < deal.opens_at:
        return Phase.scheduled
    if crowd.tier is None:
        return Phase.open
    return Phase.sold_out if crowd.stock_left == 0 else Phase.tipped


def _phase_after(deal: Deal, crowd: _replay.Crowd) -> Phase:
    if crowd.tier is None:
        return Phase.failed
    if deal.payment != "deposit":
        return Phase.succeeded
    waiting = any(case.outcome is Outcome.awaiting_tail for case in crowd.cases)
    return Phase.awaiting_tail if waiting else Phase.settled


def _progress(deal: Deal, crowd: _replay.Crowd, at: datetime) -> Progress:
    tiers, tier = deal.ladder.tiers, crowd.tier
    now = tiers[tier or 0].unit_price
    over = at >= deal.closes_at or _replay.is_cancelled(deal, at)
    following = 0 if tier is None else tier + 1
    next_min = needed = next_price = saving = None
    if not over and following < len(tiers):
        next_min = max(tiers[following].min_quantity, cast("int", deal.min_to_tip))
        needed = next_min - crowd.demand[following]
        next_price = tiers[following].unit_price
        saving = 0 if tier is None else now - next_price
    final = None if tier is None else now
    return Progress.model_construct(
        tier=tier,
        unit_price=now,
        count=crowd.demand[tier or 0],
        next_min=next_min,
        needed=needed,
        next_price=next_price,
        saving_per_unit=saving,
        stock_left=crowd.stock_left,
        seconds_left=0 if over else (deal.closes_at - at) // _A_SECOND,
        best_price=final if over else tiers[-1].unit_price,
    )
