"""Choose the best of the coupons in hand: the stack after which the cart costs least.

The answer is exact, not greedy: two small coupons can beat a large one that stands alone. Ties spare vouchers and
spend those that expire first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialmkt.coupons._fields import read_count
from socialmkt.coupons._pricing import Run, in_order, run
from socialmkt.coupons._reasons import Reason
from socialmkt.coupons._search import best_stack
from socialmkt.coupons.pricing import DEFAULT_POLICY, prepared, quote_of, refusal_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from socialmkt.coupons._campaign import Held
    from socialmkt.coupons._carts import Cart, Quote, StackPolicy

__all__ = ["best"]


def best(
    cart: Cart,
    coupons: Sequence[Held],
    *,
    now: dt.datetime,
    policy: StackPolicy = DEFAULT_POLICY,
    max_nodes: int = 100_000,
) -> Quote:
    """Price a cart with the best of the coupons.

    Parameters
    ----------
    cart : Cart
        What is bought.
    coupons : list of Held
        The coupons to choose from, in any order.
    now : aware datetime or datetime64
        When.
    policy : StackPolicy
        How coupons stack.
    max_nodes : int >= 1
        How many stacks are tried at most.

    Returns
    -------
    Quote
        Of the stack that was chosen. `optimal` is False where the search was cut short: then it is the best found. A
        coupon that was left out carries the reason it would have alone, or `not_chosen`.

    Raises
    ------
    InvalidInput
        Something is no cart, coupon or policy, a coupon is there twice, or `max_nodes` is below 1.
    AmbiguousTime
        `now` is naive.

    Notes
    -----
    Among the stacks in which no coupon is refused, the least total; then the fewest coupons, those whose last windows
    end first, the least ids. Gifts change no amount: they join at the end where they combine. Branch and bound:
    milliseconds for a dozen coupons, exponential at worst.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from socialmkt.coupons.issuance import Campaign
    >>> from socialmkt.coupons.pricing import Cart, Held, Line
    >>> from socialmkt.coupons.terms import AmountOff
    >>> now = datetime(2026, 3, 1, tzinfo=UTC)
    >>> def coupon(id, value, **more):
    ...     campaign = Campaign(id=id, currency="CNY", terms=AmountOff(value=value), **more)
    ...     return Held(id=id, campaign=campaign, claimed_at=now)
    >>> wallet = [coupon("large", 800, exclusive=True), coupon("small", 500), coupon("other", 400)]
    >>> cart = Cart(currency="CNY", lines=[Line(id="a", sku="tea", quantity=1, unit_price=2_500)])
    >>> quote = best(cart, wallet, now=now)
    >>> quote.saved, [held.id for held in quote.coupons], quote.refused[0].reason.value
    (900, ['other', 'small'], 'not_chosen')
    """
    basket, offers, at = prepared(cart, coupons, now, policy, "coupons.best")
    most = read_count(max_nodes, "coupons.best", "max_nodes", low=1)
    offers = in_order(offers)
    alone = [run(basket, [offer], policy) for offer in offers]
    stack = best_stack(basket, offers, alone, policy, most)
    chosen = {id(offer) for offer in stack.chosen}
    refused = [
        refusal_of(offer, *_stand_alone(result))
        for offer, result in zip(offers, alone, strict=True)
        if id(offer) not in chosen
    ]
    return quote_of(cart, stack.result, policy, at, refused=refused, optimal=stack.optimal)


def _stand_alone(result: Run) -> tuple[Reason, int | None]:
    """Why a coupon is left out: the reason it has alone, or that others are better."""
    for _, reason, missing in result.refused:
        return reason, missing
    return Reason.not_chosen, None
