"""What is priced: lines and carts, the policy of stacking, and the quote that comes out."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from socialmkt.core.errors import InvalidInput, Overflow, refuse
from socialmkt.core.model import Amount, Frozen, FrozenDict, Instant, Name, Positive
from socialmkt.core.money import Currency, Rounding
from socialmkt.coupons._campaign import Held
from socialmkt.coupons._fields import INT64_MAX, first_repeat
from socialmkt.coupons._reasons import Reason


class Line(Frozen):
    """A line of a cart.

    Parameters
    ----------
    id : str
        Its name in the cart.
    sku : str
        What is sold.
    quantity : int >= 1
        How many units.
    unit_price : int >= 0, minor units
        What a unit costs.
    category : str, optional
        Where it belongs.
    tags : tuple of str
        What else is said of it.

    Examples
    --------
    >>> Line(id="a", sku="tea", quantity=2, unit_price=4_500).quantity
    2
    """

    id: Name
    sku: Name
    quantity: Positive
    unit_price: Amount
    category: Name | None = None
    tags: tuple[Name, ...] = ()


class Cart(Frozen):
    """What somebody is about to pay for.

    Parameters
    ----------
    currency : Currency or str
        Of all amounts.
    lines : tuple of Line
        With distinct ids.
    shipping : int >= 0, minor units
        What shipping costs.

    Raises
    ------
    pydantic.ValidationError
        Two lines of one id, or a total beyond 64 bits.

    Examples
    --------
    >>> cart = Cart(currency="CNY", lines=[Line(id="a", sku="tea", quantity=2, unit_price=4_500)], shipping=1_200)
    >>> len(cart.lines)
    1
    """

    currency: Currency
    lines: tuple[Line, ...]
    shipping: Amount = 0

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        again = first_repeat(line.id for line in self.lines)
        if again is not None:
            raise refuse(InvalidInput, "", "lines", "have distinct ids", again)
        total = sum(line.quantity * line.unit_price for line in self.lines) + self.shipping
        if total > INT64_MAX:
            raise refuse(Overflow, "", "lines", "add up to less than 2**63", total)
        return self


class StackPolicy(Frozen):
    """How coupons stack in a shop.

    Parameters
    ----------
    threshold : {"item", "list", "net"}
        What a minimum is compared with: list prices, what the item stage leaves (a coupon of the item stage: list
        prices), or what is left when it is the coupon's turn.
    percent_base : {"net", "initial"}
        What a percentage is taken of: what is left, or list prices.
    rounding : Rounding
        How a percentage is rounded, once.
    group_limits : mapping of group to int, or None for any number
        How many coupons of a group combine; 1 where it says nothing.
    max_coupons : int >= 1, optional
        How many combine in all.
    per_campaign : int >= 1, or None for any number
        How many of one campaign combine.

    Examples
    --------
    >>> StackPolicy(threshold="net", max_coupons=3).per_campaign
    1
    """

    threshold: Literal["item", "list", "net"] = "item"
    percent_base: Literal["net", "initial"] = "net"
    rounding: Rounding = Rounding.half_up
    group_limits: FrozenDict[Name, Positive | None] = FrozenDict({})
    max_coupons: Positive | None = None
    per_campaign: Positive | None = 1


class QuoteLine(Frozen):
    """A line of a quote.

    Parameters
    ----------
    id, sku, quantity : str, str, int
        As in the cart.
    gross, net : int >= 0, minor units
        Before and after the coupons.
    shares : mapping of coupon to minor units
        What each coupon took of it.

    Examples
    --------
    >>> QuoteLine(id="a", sku="tea", quantity=2, gross=9_000, net=8_500, shares={"c#0": 500}).net
    8500
    """

    id: Name
    sku: Name
    quantity: Positive
    gross: Amount
    net: Amount
    shares: FrozenDict[Name, Amount] = FrozenDict({})


class Discount(Frozen):
    """What a coupon took.

    Parameters
    ----------
    coupon, campaign : str
        Which.
    amount : int >= 1, minor units
        How much.
    target : {"lines", "shipping"}
        Of what.
    shares : mapping of line to minor units
        How much of each line, where it took something.

    Examples
    --------
    >>> Discount(coupon="c#0", campaign="c", amount=500, target="lines", shares={"a": 500}).amount
    500
    """

    coupon: Name
    campaign: Name
    amount: Positive
    target: Literal["lines", "shipping"]
    shares: FrozenDict[Name, Positive] = FrozenDict({})


class QuoteGift(Frozen):
    """What a coupon gives on top.

    Parameters
    ----------
    coupon : str
        Which.
    sku : str
        What.
    quantity : int >= 1
        How many.

    Examples
    --------
    >>> QuoteGift(coupon="c#0", sku="mug", quantity=1).sku
    'mug'
    """

    coupon: Name
    sku: Name
    quantity: Positive


class Refused(Frozen):
    """A coupon that was not applied.

    Parameters
    ----------
    coupon : str
        Which.
    reason : Reason
        Why.
    missing : int >= 1, minor units, optional
        What its lines lack to the minimum.

    Examples
    --------
    >>> Refused(coupon="c#0", reason="below_minimum", missing=1_250).missing
    1250
    """

    coupon: Name
    reason: Reason
    missing: Positive | None = None


class NearMiss(Frozen):
    """How much more unlocks a coupon, or its next step.

    Parameters
    ----------
    coupon : str
        Which.
    missing : int >= 1, minor units
        How much its lines lack.

    Examples
    --------
    >>> NearMiss(coupon="c#0", missing=1_250).missing
    1250
    """

    coupon: Name
    missing: Positive


class Quote(Frozen):
    """What a cart costs with coupons, and why.

    Parameters
    ----------
    currency : Currency
        Of all amounts.
    lines : tuple of QuoteLine
        In the order of the cart.
    shipping, shipping_list : int, minor units
        What shipping costs with and without the coupons.
    total, list_total : int, minor units
        What everything costs with and without them.
    saved : int, minor units
        The difference.
    discounts : tuple of Discount
        In the order applied.
    gifts : tuple of QuoteGift
        What comes on top.
    refused : tuple of Refused
        The coupons that were not applied.
    near_misses : tuple of NearMiss
        What a little more would unlock, the least first.
    optimal : bool, optional
        From `best`: whether no better stack exists. From `price`: None.
    cart, coupons, policy, now : Cart, tuple of Held, StackPolicy, datetime
        What was priced, with the coupons that were applied.

    Notes
    -----
    The shares of a coupon add up to its amount; the nets and the shipping add up to the total; every coupon is in
    exactly one of discounts, gifts, refused.

    Examples
    --------
    >>> Quote.model_fields["optimal"].default is None
    True
    """

    currency: Currency
    lines: tuple[QuoteLine, ...]
    shipping: Amount
    shipping_list: Amount
    total: Amount
    list_total: Amount
    saved: Amount
    discounts: tuple[Discount, ...] = ()
    gifts: tuple[QuoteGift, ...] = ()
    refused: tuple[Refused, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()
    optimal: bool | None = None
    cart: Cart
    coupons: tuple[Held, ...] = ()
    policy: StackPolicy = StackPolicy()
    now: Instant
