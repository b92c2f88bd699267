"""The arithmetic of a cart with coupons, on ints and lists.

A `Basket` holds the lines; an `Offer` is a coupon made ready for it, with the lines that count and what it can be
refused for whatever the others do. `run` applies offers in their canonical order.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from socialmkt.core.money import allocate
from socialmkt.coupons._campaign import applied_at, spans_of
from socialmkt.coupons._reasons import Reason
from socialmkt.coupons._windows import time_reason
from socialmkt.coupons.terms import (
    AmountOff,
    AmountOffEvery,
    BuyGet,
    Exchange,
    FixedPrice,
    FreeShipping,
    Gift,
    PercentOff,
    Stage,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from socialmkt.coupons._campaign import Held
    from socialmkt.coupons._carts import Cart, StackPolicy
    from socialmkt.coupons._windows import Spans

Shares: TypeAlias = list[tuple[int, int]]
"""The line, by its place in the cart, and what is taken of it."""

_STAGES = tuple(Stage)
_PLACE = {stage: place for place, stage in enumerate(Stage)}
_ITEM = _PLACE[Stage.item]
_WHOLE = 10_000


class Basket(NamedTuple):
    """The lines of a cart, a list per field."""

    gross: list[int]
    unit: list[int]
    quantity: list[int]
    sku: list[str]
    shipping: int

    @classmethod
    def of(cls, cart: Cart) -> Basket:
        """Read a cart."""
        lines = cart.lines
        return cls(
            [line.quantity * line.unit_price for line in lines],
            [line.unit_price for line in lines],
            [line.quantity for line in lines],
            [line.sku for line in lines],
            cart.shipping,
        )


class Offer:
    """A coupon made ready for a basket."""

    __slots__ = ("fault", "held", "last_end", "limit", "lines", "minimum", "order", "stage", "terms")

    def __init__(self, held: Held, cart: Cart, now: int) -> None:
        campaign = held.campaign
        self.held, self.terms = held, campaign.terms
        scope = campaign.terms.scope
        self.lines = [at for at, line in enumerate(cart.lines) if scope.covers(line.sku, line.category, line.tags)]
        self.stage = _PLACE[applied_at(campaign)]
        self.order = self.stage, campaign.priority, held.id
        self.minimum = campaign.terms.minimum
        if isinstance(self.terms, AmountOffEvery):
            self.minimum = max(self.minimum, self.terms.every)
        caps = (campaign.max_value, getattr(self.terms, "cap", None))
        self.limit = min((cap for cap in caps if cap is not None), default=None)
        spans = spans_of(held)
        self.last_end = max((inf if end is None else end for _, end in spans), default=-inf)
        self.fault = self._own_fault(cart, spans, now)

    def _own_fault(self, cart: Cart, spans: Spans, now: int) -> Reason | None:
        """Say why it can never be applied to this cart now, whatever the others do."""
        if self.held.campaign.currency != cart.currency:
            return Reason.wrong_currency
        untimely = time_reason(spans, now)
        if untimely is not None:
            return untimely
        return None if self.lines else Reason.not_in_scope


class Tab:
    """What is left to pay while offers are applied one after another."""

    __slots__ = ("basket", "item_nets", "nets", "policy", "shipping")

    def __init__(self, basket: Basket, policy: StackPolicy) -> None:
        self.basket, self.policy = basket, policy
        self.nets, self.shipping = basket.gross.copy(), basket.shipping
        self.item_nets: list[int] | None = None

    def threshold_base(self, offer: Offer) -> int:
        """Sum what the lines of an offer count for against its minimum."""
        rule = self.policy.threshold
        if rule == "net":
            amounts = self.nets
        elif rule == "list" or offer.stage == _ITEM or self.item_nets is None:
            amounts = self.basket.gross
        else:
            amounts = self.item_nets
        return sum([amounts[at] for at in offer.lines])

    def left(self, offer: Offer) -> int:
        """Sum what is left to pay on the lines of an offer."""
        return sum([self.nets[at] for at in offer.lines])


class Applied(NamedTuple):
    """An offer that was applied; `to_next` is what its lines lack to its next step, 0 where there is none."""

    offer: Offer
    amount: int
    shares: Shares
    to_next: int


class Run(NamedTuple):
    """What came of applying offers."""

    applied: list[Applied]
    refused: list[tuple[Offer, Reason, int | None]]
    nets: list[int]
    shipping: int

    @property
    def total(self) -> int:
        """What is left to pay."""
        return sum(self.nets) + self.shipping


def in_order(offers: Iterable[Offer]) -> list[Offer]:
    """Sort offers by stage, priority and id."""
    return sorted(offers, key=lambda offer: offer.order)


def run(basket: Basket, offers: Sequence[Offer], policy: StackPolicy) -> Run:
    """Apply offers that are in order."""
    tab, taken = Tab(basket, policy), list[Offer]()
    result = Run([], [], tab.nets, 0)
    for offer in offers:
        if tab.item_nets is None and offer.stage != _ITEM:
            tab.item_nets = tab.nets.copy()
        found = offer.fault or (None if combines(offer, taken, policy) else Reason.not_combinable)
        applied, missing = (found, None) if found else _applied(offer, tab)
        if isinstance(applied, Applied):
            _settle(applied, tab)
            taken.append(offer)
            result.applied.append(applied)
        else:
            result.refused.append((offer, applied, missing))
    return result._replace(shipping=tab.shipping)


def combines(offer: Offer, taken: Sequence[Offer], policy: StackPolicy) -> bool:
    """Tell whether an offer may join those that were taken."""
    campaign = offer.held.campaign
    if not taken:
        return True
    if policy.max_coupons is not None and len(taken) >= policy.max_coupons:
        return False
    alike = same = 0
    for other in taken:
        theirs = other.held.campaign
        if campaign.exclusive or theirs.exclusive or not _stages_agree(offer, other):
            return False
        alike += campaign.group is not None and theirs.group == campaign.group
        same += theirs.id == campaign.id
    group_limit = 1 if campaign.group is None else policy.group_limits.get(campaign.group, 1)
    return (group_limit is None or alike < group_limit) and (policy.per_campaign is None or same < policy.per_campaign)


def _stages_agree(a: Offer, b: Offer) -> bool:
    mine, theirs = a.held.campaign.combines, b.held.campaign.combines
    return (mine is None or _STAGES[b.stage] in mine) and (theirs is None or _STAGES[a.stage] in theirs)


def _applied(offer: Offer, tab: Tab) -> tuple[Applied | Reason, int | None]:
    """Say what an offer takes, or why it takes nothing."""
    base = tab.threshold_base(offer)
    if base < offer.minimum:
        return Reason.below_minimum, offer.minimum - base
    terms = offer.terms
    if isinstance(terms, Gift):
        return Applied(offer, 0, [], 0), None
    if isinstance(terms, FreeShipping):
        amount = _least(tab.shipping, offer.limit)
        return (Applied(offer, amount, [], 0) if amount else Reason.no_effect), None
    amount, weights = _AMOUNTS[type(terms)](terms, offer, tab, base)
    amount = _least(amount, offer.limit)
    if not amount:
        return Reason.no_effect, None
    return Applied(offer, amount, _shares(amount, weights, offer, tab), _to_next(offer, base, amount)), None


def _least(amount: int, limit: int | None) -> int:
    return amount if limit is None else min(amount, limit)


def _shares(amount: int, weights: list[int], offer: Offer, tab: Tab) -> Shares:
    """Split what is taken over the lines of an offer; none gives more than it has left."""
    shares = allocate(amount, weights)
    nets = [tab.nets[at] for at in offer.lines]
    if any(share > net for share, net in zip(shares, nets, strict=True)):
        shares = allocate(amount, [min(-(-weight // _WHOLE), net) for weight, net in zip(weights, nets, strict=True)])
    return [(at, share) for at, share in zip(offer.lines, shares, strict=True) if share]


def _settle(applied: Applied, tab: Tab) -> None:
    if isinstance(applied.offer.terms, FreeShipping):
        tab.shipping -= applied.amount
    for at, share in applied.shares:
        tab.nets[at] -= share


def _to_next(offer: Offer, base: int, amount: int) -> int:
    """Say what the lines lack to the next step of an amount off every so much, if that step would give more."""
    terms = offer.terms
    if not isinstance(terms, AmountOffEvery):
        return 0
    steps = base // terms.every
    more = (terms.times is None or steps < terms.times) and (offer.limit is None or amount < offer.limit)
    return terms.every - base % terms.every if more else 0


Amounts: TypeAlias = tuple[int, list[int]]
"""What an offer takes before its cap, at most what is left; and the weights of its lines."""


def _over_nets(raw: int, offer: Offer, tab: Tab) -> Amounts:
    nets = [tab.nets[at] for at in offer.lines]
    return min(raw, sum(nets)), nets


def _amount_off(terms: AmountOff, offer: Offer, tab: Tab, _: int) -> Amounts:
    return _over_nets(terms.value, offer, tab)


def _percent_off(terms: PercentOff, offer: Offer, tab: Tab, _: int) -> Amounts:
    initial = tab.policy.percent_base == "initial"
    base = sum([tab.basket.gross[at] for at in offer.lines]) if initial else tab.left(offer)
    return _over_nets(tab.policy.rounding.divide(base * terms.off_bp, _WHOLE), offer, tab)


def _amount_off_every(terms: AmountOffEvery, offer: Offer, tab: Tab, base: int) -> Amounts:
    steps = base // terms.every
    return _over_nets(terms.value * (steps if terms.times is None else min(steps, terms.times)), offer, tab)


def _fixed_price(terms: FixedPrice, offer: Offer, tab: Tab, _: int) -> Amounts:
    unit, quantity = tab.basket.unit, tab.basket.quantity
    own = [min(max(0, unit[at] - terms.price) * quantity[at], tab.nets[at]) for at in offer.lines]
    return sum(own), own


def _buy_get(terms: BuyGet, offer: Offer, tab: Tab, _: int) -> Amounts:
    """Weigh lines by what is off them before the one rounding, in ten-thousandths of a minor unit."""
    unit, quantity = tab.basket.unit, tab.basket.quantity
    sets = sum([quantity[at] for at in offer.lines]) // (terms.buy + terms.get)
    units = terms.get * (sets if terms.times is None else min(sets, terms.times))
    own = dict.fromkeys(offer.lines, 0)
    for at in sorted(offer.lines, key=unit.__getitem__):
        taken = min(units, quantity[at])
        own[at] = min(unit[at] * taken * terms.off_bp, tab.nets[at] * _WHOLE)
        units -= taken
    raw = tab.policy.rounding.divide(sum(own.values()), _WHOLE)
    return min(raw, tab.left(offer)), list(own.values())


def _exchange(terms: Exchange, offer: Offer, tab: Tab, _: int) -> Amounts:
    own = [0] * len(offer.lines)
    same = [place for place, at in enumerate(offer.lines) if tab.basket.sku[at] == terms.sku]
    if same:
        place = max(same, key=lambda place: tab.basket.unit[offer.lines[place]])
        own[place] = min(tab.basket.unit[offer.lines[place]], tab.nets[offer.lines[place]])
    return sum(own), own


_AMOUNTS: dict[type[Any], Callable[[Any, Offer, Tab, int], Amounts]] = {
    AmountOff: _amount_off,
    PercentOff: _percent_off,
    AmountOffEvery: _amount_off_every,
    FixedPrice: _fixed_price,
    BuyGet: _buy_get,
    Exchange: _exchange,
}
