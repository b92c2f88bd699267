"""One sweep over the orders of a deal: the price each was shown, who is live at the end, and what becomes of them.

Replaying the rule at every order would be quadratic. The sweep keeps the demand at each tier up to date while orders,
payments and cancellations come by in time; what it holds at an instant depends on the live orders alone.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple, cast

from socialmkt.groupbuy._codes import Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from socialmkt.groupbuy._order import Order
    from socialmkt.groupbuy.deal import Deal
    from socialmkt.groupbuy.ladder import Ladder

_BY_TIME = attrgetter("placed_at", "id")


class Case(NamedTuple):
    """One order, what becomes of it, the price it is served at or would have been, and the one it was shown."""

    order: Order
    outcome: Outcome
    reason: Reason | None
    price: int | None
    shown: int | None

    @property
    def paid_price(self) -> int | None:
        """The unit price that the buyer owes."""
        return self.price if self.outcome is Outcome.served or self.outcome is Outcome.awaiting_tail else None


class Crowd(NamedTuple):
    """The tier, the demand at each tier and the stock that is left, and every order by time and id."""

    tier: int | None
    demand: list[int]
    stock_left: int | None
    cases: list[Case]


def divisor(ladder: Ladder) -> int:
    """Give what turns the price scale into minor units."""
    return int(10 ** (cast("int", ladder.price_scale) - ladder.currency.exponent))


def is_cancelled(deal: Deal, at: datetime) -> bool:
    """Whether the shop has called the deal off."""
    return deal.cancelled_at is not None and deal.cancelled_at <= at


def outcomes(deal: Deal, orders: Iterable[Order], at: datetime) -> Crowd:
    """Say what becomes of each order, as if a deal that is still open closed now."""
    placed = sorted((order for order in orders if order.placed_at <= at), key=_BY_TIME)
    sweep = _Sweep(deal, placed, at)
    tier = sweep.tier()
    cases, left = _served(deal, sweep, tier, at)
    stock = deal.stock
    demand = sweep.demand if stock is None else [min(count, stock) for count in sweep.demand]
    if not is_cancelled(deal, at):
        return Crowd(tier, demand, left, cases)
    return Crowd(None, demand, stock, [_called_off(case) for case in cases])


def _called_off(case: Case) -> Case:
    if case.outcome is Outcome.refused or case.outcome is Outcome.cancelled:
        return case
    return case._replace(outcome=Outcome.returned, reason=Reason.deal_cancelled)


def _served(deal: Deal, sweep: _Sweep, tier: int | None, at: datetime) -> tuple[list[Case], int | None]:
    """Place live orders on the stock, first fit; no partial fills."""
    final = None if tier is None else deal.ladder.tiers[tier].unit_price
    left, cases = deal.stock, list[Case]()
    for place, order in enumerate(sweep.orders):
        shown, reason = sweep.shown[place], sweep.reason(place)
        outcome, price = Outcome.served, None
        if reason is not None:
            outcome = Outcome.cancelled if reason is Reason.cancelled_by_buyer else Outcome.refused
        elif tier is None:
            outcome, reason = Outcome.returned, Reason.not_tipped
        elif sweep.accepts[place] > tier:
            outcome, reason = Outcome.released, Reason.price_above_limit
        elif left is not None and order.quantity > left:
            outcome, reason = Outcome.waitlisted, Reason.out_of_stock
        else:
            left = None if left is None else left - order.quantity
            price = _price(deal, final, shown)
            outcome, reason = _tail(deal, order, at)
        cases.append(Case(order, outcome, reason, price, shown))
    return cases, left


def _price(deal: Deal, final: int | None, shown: int | None) -> int | None:
    return min(cast("int", final), cast("int", shown)) if deal.pricing == "join_lock" else final


def _tail(deal: Deal, order: Order, at: datetime) -> tuple[Outcome, Reason | None]:
    """Say what becomes of an order that has its place."""
    if deal.tail_due is None or tail_came(deal, order, at):
        return Outcome.served, None
    if at < deal.tail_due:
        return Outcome.awaiting_tail, Reason.tail_unpaid
    forfeits = deal.tail_default == "forfeit"
    return Outcome.forfeited if forfeits else Outcome.returned, Reason.tail_unpaid


def tail_came(deal: Deal, order: Order, at: datetime) -> bool:
    """Whether the rest was paid by now, and before it was due."""
    came, due = order.tail_paid_at, deal.tail_due
    return came is not None and due is not None and came <= at and came < due


class _Buyer:
    """The live orders of one buyer by place, those that count with their units, and from which tiers on they accept.

    `smallest` is the least quantity of any order that was ever live.
    """

    __slots__ = ("best", "counted", "places", "smallest", "tiers", "units")

    def __init__(self, tiers: int, first: Order) -> None:
        self.places: list[int] = []
        self.counted: set[int] = set()
        self.units = 0
        self.smallest = first.quantity
        self.tiers: dict[int, int] = {}
        self.best = tiers


class _Sweep:
    """The live orders at an instant that moves on, and the demand at each tier."""

    def __init__(self, deal: Deal, orders: list[Order], at: datetime) -> None:
        self.deal, self.orders, self.at = deal, orders, at
        tip = cast("int", deal.min_to_tip)
        self.prices = [tier.unit_price for tier in deal.ladder.tiers]
        self.needs = [max(tier.min_quantity, tip) for tier in deal.ladder.tiers]
        self.demand = [0] * len(self.prices)
        self.shown: list[int | None] = [None] * len(orders)
        self.accepts = [0] * len(orders)
        self.counted = [False] * len(orders)
        self.buyers: dict[int | str, _Buyer] = {}
        self.events: list[tuple[datetime, int, bool]] = []
        for place, order in enumerate(orders):
            if deal.opens_at <= order.placed_at < deal.closes_at:
                self._until(order.placed_at)
                self._join(place, order)
        self._until(at)

    def tier(self) -> int | None:
        """Find the deepest tier whose demand reaches it."""
        demand, needs = self.demand, self.needs
        return next((tier for tier in range(len(needs) - 1, -1, -1) if demand[tier] >= needs[tier]), None)

    def reason(self, place: int) -> Reason | None:
        """Say why an order is not live."""
        deal, order = self.deal, self.orders[place]
        if order.placed_at < deal.opens_at:
            return Reason.before_open
        if order.placed_at >= deal.closes_at:
            return Reason.after_close
        if order.cancelled_at is not None and order.cancelled_at <= self.at and order.cancelled_at < deal.closes_at:
            return Reason.cancelled_by_buyer
        if deal.count_from == "paid":
            paid = order.paid_at
            if paid is None or paid > self.at or paid >= deal.closes_at:
                return Reason.not_paid
        if deal.per_order is not None and order.quantity > deal.per_order:
            return Reason.per_order_limit
        return None if self.counted[place] else Reason.per_buyer_limit

    def _join(self, place: int, order: Order) -> None:
        """Show an order its price, and note when it becomes live and when it leaves."""
        deal, closes = self.deal, self.deal.closes_at
        shown = self.prices[self._tier_with(order)]
        self.shown[place] = shown
        self.accepts[place] = self._first_accepted(order, shown)
        start = order.placed_at if deal.count_from == "placed" else order.paid_at
        end = order.cancelled_at if order.cancelled_at is not None and order.cancelled_at < closes else None
        over = deal.per_order is not None and order.quantity > deal.per_order
        if over or start is None or start >= closes or (end is not None and end <= start):
            return
        heapq.heappush(self.events, (start, place, True))
        if end is not None:
            heapq.heappush(self.events, (end, place, False))

    def _tier_with(self, order: Order) -> int:
        """Find the tier that an order joining now would see, as one that accepts any price; the first if none."""
        by_buyers = self.deal.basis == "buyers"
        buyer = self.buyers.get(order.buyer) if by_buyers else None
        best = len(self.prices) if buyer is None else buyer.best
        more = 1 if by_buyers else order.quantity
        for tier in range(len(self.needs) - 1, 0, -1):
            if self.demand[tier] + (more if tier < best else 0) >= self.needs[tier]:
                return tier
        return 0

    def _first_accepted(self, order: Order, shown: int) -> int:
        """Find the first tier whose price an order accepts; prices fall."""
        limit, locked = order.limit, self.deal.pricing == "join_lock"
        if limit is None or (locked and limit == "shown"):
            return 0
        highest = shown if limit == "shown" else limit
        if locked and shown <= highest:
            return 0
        return next((tier for tier, price in enumerate(self.prices) if price <= highest), len(self.prices))

    def _until(self, at: datetime) -> None:
        """Let all happen that happened by an instant."""
        while self.events and self.events[0][0] <= at:
            _, place, arrives = heapq.heappop(self.events)
            order = self.orders[place]
            buyer = self.buyers.get(order.buyer)
            if buyer is None:
                buyer = self.buyers[order.buyer] = _Buyer(len(self.prices), order)
            (self._arrive if arrives else self._leave)(place, order, buyer)

    def _arrive(self, place: int, order: Order, buyer: _Buyer) -> None:
        most = self.deal.per_buyer
        if most is None:
            self._count(place, order, buyer)
            return
        fits = buyer.units + order.quantity <= most
        nobody_after = not buyer.places or place > buyer.places[-1]
        settled = nobody_after or (fits and len(buyer.counted) == len(buyer.places))
        buyer.smallest = min(buyer.smallest, order.quantity)
        insort(buyer.places, place)
        if not settled:
            self._judge_again(buyer, most)
        elif fits:
            self._count(place, order, buyer)

    def _leave(self, place: int, order: Order, buyer: _Buyer) -> None:
        counted, most = self.counted[place], self.deal.per_buyer
        if counted:
            self._uncount(place, order, buyer)
        if most is not None:
            del buyer.places[bisect_left(buyer.places, place)]
            if counted and len(buyer.counted) < len(buyer.places):
                self._judge_again(buyer, most)

    def _judge_again(self, buyer: _Buyer, most: int) -> None:
        """Deal out the buyer's allowance again, first come first served, until no order fits what is left."""
        left, fitting = most, set[int]()
        for place in buyer.places:
            if self.orders[place].quantity <= left:
                left -= self.orders[place].quantity
                fitting.add(place)
            if left < buyer.smallest:
                break
        for place in buyer.counted ^ fitting:
            (self._uncount if self.counted[place] else self._count)(place, self.orders[place], buyer)

    def _count(self, place: int, order: Order, buyer: _Buyer) -> None:
        self.counted[place] = True
        buyer.counted.add(place)
        buyer.units += order.quantity
        first = self.accepts[place]
        if self.deal.basis == "units":
            self._shift(first, len(self.demand), order.quantity)
            return
        buyer.tiers[first] = buyer.tiers.get(first, 0) + 1
        if first < buyer.best:
            self._shift(first, buyer.best, 1)
            buyer.best = first

    def _uncount(self, place: int, order: Order, buyer: _Buyer) -> None:
        self.counted[place] = False
        buyer.counted.remove(place)
        buyer.units -= order.quantity
        first = self.accepts[place]
        if self.deal.basis == "units":
            self._shift(first, len(self.demand), -order.quantity)
            return
        buyer.tiers[first] -= 1
        if buyer.tiers[first]:
            return
        del buyer.tiers[first]
        best = min(buyer.tiers, default=len(self.demand))
        self._shift(buyer.best, best, -1)
        buyer.best = best

    def _shift(self, start: int, stop: int, by: int) -> None:
        for tier in range(start, stop):
            self.demand[tier] += by
