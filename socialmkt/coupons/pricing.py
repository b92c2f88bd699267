"""Price a cart with coupons: in stages, rounded once, shared out to the last cent.

Coupons apply in one order whatever the order they come in: stage, priority, id. What a coupon takes is split over its
lines by largest remainders, so that shares add up and no line gives more than it has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from socialmkt.core._models import read_models
from socialmkt.core.errors import InvalidInput, refuse
from socialmkt.core.instants import from_us, to_us
from socialmkt.core.model import FrozenDict
from socialmkt.coupons._campaign import Held
from socialmkt.coupons._carts import (
    Cart,
    Discount,
    Line,
    NearMiss,
    Quote,
    QuoteGift,
    QuoteLine,
    Refused,
    StackPolicy,
)
from socialmkt.coupons._fields import first_repeat
from socialmkt.coupons._pricing import Applied, Basket, Offer, Run, in_order, run
from socialmkt.coupons.terms import FreeShipping, Gift

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from socialmkt.coupons._reasons import Reason

__all__ = [
    "Cart",
    "Discount",
    "Held",
    "Line",
    "NearMiss",
    "Quote",
    "QuoteGift",
    "QuoteLine",
    "Refused",
    "StackPolicy",
    "price",
]

DEFAULT_POLICY = StackPolicy()


def price(cart: Cart, coupons: Sequence[Held], *, now: dt.datetime, policy: StackPolicy = DEFAULT_POLICY) -> Quote:
    """Price a cart with all the coupons that apply.

    Parameters
    ----------
    cart : Cart
        What is bought.
    coupons : list of Held
        The coupons, in any order.
    now : aware datetime or datetime64
        When.
    policy : StackPolicy
        How coupons stack.

    Returns
    -------
    Quote
        Every line with its shares, every coupon with what it took or why it took nothing.

    Raises
    ------
    InvalidInput
        Something is no cart, coupon or policy, or a coupon is there twice.
    AmbiguousTime
        `now` is naive.

    Notes
    -----
    The first reason that holds: `wrong_currency`, `expired` / `not_yet_valid` / `outside_hours`, `not_in_scope`,
    `not_combinable`, `below_minimum`, `no_effect`. O(coupons x lines).

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from socialmkt.coupons.issuance import Campaign
    >>> from socialmkt.coupons.terms import AmountOff
    >>> now = datetime(2026, 3, 1, tzinfo=UTC)
    >>> follow = Campaign(id="follow", currency="CNY", terms=AmountOff(value=1_000, minimum=3_000))
    >>> tea = Line(id="a", sku="tea", quantity=1, unit_price=2_500)
    >>> cup = Line(id="b", sku="cup", quantity=1, unit_price=1_500)
    >>> quote = price(Cart(currency="CNY", lines=[tea, cup]), [Held(id="c", campaign=follow, claimed_at=now)], now=now)
    >>> quote.total, [line.net for line in quote.lines]
    (3000, [1875, 1125])
    """
    basket, offers, at = prepared(cart, coupons, now, policy, "coupons.price")
    return quote_of(cart, run(basket, in_order(offers), policy), policy, at)


def prepared(cart: Any, coupons: Any, now: Any, policy: Any, func: str) -> tuple[Basket, list[Offer], int]:
    """Check what is to be priced, and make it ready."""
    if not isinstance(cart, Cart):
        raise refuse(InvalidInput, func, "cart", "be a Cart", cart)
    if not isinstance(policy, StackPolicy):
        raise refuse(InvalidInput, func, "policy", "be a StackPolicy", policy)
    wallet = read_models(coupons, Held, func=func, name="coupons")
    again = first_repeat(held.id for held in wallet)
    if again is not None:
        raise refuse(InvalidInput, func, "coupons", "have distinct ids", again)
    at = to_us(now, func=func, name="now")
    return Basket.of(cart), [Offer(held, cart, at) for held in wallet], at


def quote_of(
    cart: Cart,
    result: Run,
    policy: StackPolicy,
    at: int,
    *,
    refused: Sequence[Refused] | None = None,
    optimal: bool | None = None,
) -> Quote:
    """Write the quote of a run; the refusals of the run, or those that are given."""
    if refused is None:
        refused = [refusal_of(offer, reason, missing) for offer, reason, missing in result.refused]
    list_total = sum(line.quantity * line.unit_price for line in cart.lines) + cart.shipping
    total = result.total
    return Quote(
        currency=cart.currency,
        lines=_quote_lines(cart, result),
        shipping=result.shipping,
        shipping_list=cart.shipping,
        total=total,
        list_total=list_total,
        saved=list_total - total,
        discounts=tuple(_discount(applied, cart) for applied in result.applied if applied.amount),
        gifts=tuple(_gift(applied) for applied in result.applied if isinstance(applied.offer.terms, Gift)),
        refused=tuple(refused),
        near_misses=_near_misses(result, refused),
        optimal=optimal,
        cart=cart,
        coupons=tuple(applied.offer.held for applied in result.applied),
        policy=policy,
        now=from_us(at),
    )


def refusal_of(offer: Offer, reason: Reason, missing: int | None) -> Refused:
    """Write why an offer was not applied."""
    return Refused(coupon=offer.held.id, reason=reason, missing=missing)


def _quote_lines(cart: Cart, result: Run) -> tuple[QuoteLine, ...]:
    shares: list[dict[str, int]] = [{} for _ in cart.lines]
    for applied in result.applied:
        for at, share in applied.shares:
            shares[at][applied.offer.held.id] = share
    return tuple(
        QuoteLine(
            id=line.id,
            sku=line.sku,
            quantity=line.quantity,
            gross=line.quantity * line.unit_price,
            net=net,
            shares=FrozenDict(taken),
        )
        for line, net, taken in zip(cart.lines, result.nets, shares, strict=True)
    )


def _discount(applied: Applied, cart: Cart) -> Discount:
    held = applied.offer.held
    return Discount(
        coupon=held.id,
        campaign=held.campaign.id,
        amount=applied.amount,
        target="shipping" if isinstance(held.campaign.terms, FreeShipping) else "lines",
        shares=FrozenDict({cart.lines[at].id: share for at, share in applied.shares}),
    )


def _gift(applied: Applied) -> QuoteGift:
    terms: Any = applied.offer.terms
    return QuoteGift(coupon=applied.offer.held.id, sku=terms.sku, quantity=terms.quantity)


def _near_misses(result: Run, refused: Sequence[Refused]) -> tuple[NearMiss, ...]:
    found = [NearMiss(coupon=each.coupon, missing=each.missing) for each in refused if each.missing is not None]
    found += [NearMiss(coupon=each.offer.held.id, missing=each.to_next) for each in result.applied if each.to_next]
    return tuple(sorted(found, key=lambda miss: miss.missing))
