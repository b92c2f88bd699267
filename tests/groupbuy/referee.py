"""The one rule, an order at a time: replayed from the start at every question, as the definition says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from socialmkt.groupbuy import Deal, Order


class Verdict(NamedTuple):
    order: str
    outcome: str
    price: int | None
    reason: str | None
    shown: int | None


def sort_key(order: Order) -> Any:
    return order.placed_at, order.id


def in_window(deal: Deal, order: Order) -> bool:
    return deal.opens_at <= order.placed_at < deal.closes_at


def cancelled(deal: Deal, order: Order, at: datetime) -> bool:
    return order.cancelled_at is not None and order.cancelled_at <= at and order.cancelled_at < deal.closes_at


def reasons(deal: Deal, orders: list[Order], at: datetime) -> dict[str, str | None]:
    """Say of each order why it is not live."""
    found: dict[str, str | None] = {}
    taken: dict[Any, int] = {}
    for order in sorted((one for one in orders if one.placed_at <= at), key=sort_key):
        paid = order.paid_at is not None and order.paid_at <= at and order.paid_at < deal.closes_at
        units = taken.get((type(order.buyer), order.buyer), 0) + order.quantity
        if order.placed_at < deal.opens_at:
            found[order.id] = "before_open"
        elif not in_window(deal, order):
            found[order.id] = "after_close"
        elif cancelled(deal, order, at):
            found[order.id] = "cancelled_by_buyer"
        elif deal.count_from == "paid" and not paid:
            found[order.id] = "not_paid"
        elif deal.per_order is not None and order.quantity > deal.per_order:
            found[order.id] = "per_order_limit"
        elif deal.per_buyer is not None and units > deal.per_buyer:
            found[order.id] = "per_buyer_limit"
        else:
            found[order.id] = None
            taken[type(order.buyer), order.buyer] = units
    return found


def accepts(deal: Deal, price: int, limit: Any, shown: int | None) -> bool:
    if limit is None:
        return True
    if deal.pricing == "join_lock":
        price = min(price, shown)
    return price <= (shown if limit == "shown" else limit)


def demands(deal: Deal, crowd: list[tuple[Order, Any, int | None]]) -> list[int]:
    """N_k for a crowd of orders with their limits and the prices they were shown."""
    counts = []
    for tier in deal.ladder.tiers:
        joined = [order for order, limit, shown in crowd if accepts(deal, tier.unit_price, limit, shown)]
        count = len({(type(o.buyer), o.buyer) for o in joined})
        if deal.basis == "units":
            count = sum(order.quantity for order in joined)
        counts.append(count if deal.stock is None else min(count, deal.stock))
    return counts


def tier_of(deal: Deal, counts: list[int]) -> int | None:
    reached = [k for k, tier in enumerate(deal.ladder.tiers) if counts[k] >= max(tier.min_quantity, deal.min_to_tip)]
    return max(reached, default=None)


def shown_prices(deal: Deal, orders: list[Order]) -> dict[str, int | None]:
    shown: dict[str, int | None] = {}
    ranked = sorted(orders, key=sort_key)
    for place, order in enumerate(ranked):
        if not in_window(deal, order):
            shown[order.id] = None
            continue
        live = reasons(deal, ranked[:place], order.placed_at)
        crowd = [(one, one.limit, shown[one.id]) for one in ranked[:place] if live[one.id] is None]
        tier = tier_of(deal, demands(deal, [*crowd, (order, None, None)]))
        shown[order.id] = deal.ladder.tiers[tier or 0].unit_price
    return shown


def judge(deal: Deal, orders: list[Order], at: datetime) -> tuple[int | None, list[int], list[Verdict]]:
    """Give the tier, the demand at each tier, and what becomes of each order; no deposits, no cancelled deal."""
    known = sorted((order for order in orders if order.placed_at <= at), key=sort_key)
    shown, why = shown_prices(deal, known), reasons(deal, known, at)
    counts = demands(deal, [(order, order.limit, shown[order.id]) for order in known if why[order.id] is None])
    tier = tier_of(deal, counts)
    left = deal.stock
    verdicts = []
    for order in known:
        price, reason = None, why[order.id]
        outcome = "cancelled" if reason == "cancelled_by_buyer" else "refused"
        if reason is None and tier is None:
            outcome, reason = "returned", "not_tipped"
        elif reason is None:
            final = deal.ladder.tiers[tier].unit_price
            if not accepts(deal, final, order.limit, shown[order.id]):
                outcome, reason = "released", "price_above_limit"
            elif left is not None and order.quantity > left:
                outcome, reason = "waitlisted", "out_of_stock"
            else:
                left = None if left is None else left - order.quantity
                outcome = "served"
                price = min(final, shown[order.id]) if deal.pricing == "join_lock" else final
        verdicts.append(Verdict(order.id, outcome, price, reason, shown[order.id]))
    return tier, counts, verdicts
