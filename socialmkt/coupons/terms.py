"""What a coupon gives, and on which lines of a cart.

Eight kinds: an amount or a percentage off, an amount off every so much, a fixed price, buy-and-get, free shipping, a
free unit, a gift. Each has a scope, the lines that count, and a minimum that these lines must reach. Terms are data:
they go through JSON under their tag `kind`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from socialmkt.core._whole import is_int
from socialmkt.core.errors import InvalidInput, Overflow, refuse
from socialmkt.core.model import Amount, BasisPoints, Frozen, Name, Positive
from socialmkt.coupons._fields import INT64_MAX, PositiveAmount

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = [
    "AmountOff",
    "AmountOffEvery",
    "BuyGet",
    "Exchange",
    "FixedPrice",
    "FreeShipping",
    "Gift",
    "PercentOff",
    "Scope",
    "Stage",
    "Terms",
]


_RATE = re.compile(r"(\d)(?:\.(\d{1,3}))?", re.ASCII)


class Stage(StrEnum):
    """When a coupon is applied; the members stand in the order of application.

    Examples
    --------
    >>> list(Stage)[0], list(Stage)[-1]
    (<Stage.item: 'item'>, <Stage.shipping: 'shipping'>)
    """

    item = "item"
    shop = "shop"
    cross_shop = "cross_shop"
    platform = "platform"
    shipping = "shipping"


class Scope(Frozen):
    """Which lines of a cart count for a coupon.

    Parameters
    ----------
    include_skus, include_categories, include_tags : tuple of str
        A line counts if any of them matches; with all three empty every line does.
    exclude_skus, exclude_categories, exclude_tags : tuple of str
        A line that one of them matches never counts.

    Examples
    --------
    >>> tea = Scope(include_categories=["tea"], exclude_tags=["sale"])
    >>> tea.covers("t-1", "tea", ()), tea.covers("t-2", "tea", ("sale",)), tea.covers("c-1", "cups", ())
    (True, False, False)
    """

    include_skus: tuple[Name, ...] = ()
    include_categories: tuple[Name, ...] = ()
    include_tags: tuple[Name, ...] = ()
    exclude_skus: tuple[Name, ...] = ()
    exclude_categories: tuple[Name, ...] = ()
    exclude_tags: tuple[Name, ...] = ()

    def covers(self, sku: str, category: str | None, tags: Collection[str]) -> bool:
        """Say whether a line counts.

        Parameters
        ----------
        sku : str
            What is sold.
        category : str or None
            Where it belongs.
        tags : collection of str
            What else is said of it.

        Returns
        -------
        bool
            True if no exclude matches and any include does, or there are none.

        Examples
        --------
        >>> Scope(exclude_skus=["gift-card"]).covers("gift-card", None, ())
        False
        """
        excludes = self.exclude_skus, self.exclude_categories, self.exclude_tags
        includes = self.include_skus, self.include_categories, self.include_tags
        line = {sku}, {category}, set(tags)
        if _match(line, excludes):
            return False
        return not any(includes) or _match(line, includes)


def _match(line: Sequence[set[Any]], lists: Sequence[Sequence[str]]) -> bool:
    return any(not named.isdisjoint(listed) for named, listed in zip(line, lists, strict=True))


class _Terms(Frozen):
    """What all kinds share."""

    scope: Scope = Scope()
    minimum: Amount = 0


class AmountOff(_Terms):
    """An amount off the eligible lines.

    Parameters
    ----------
    value : int >= 1, minor units
        How much is off; never more than is left on the lines, and no change is given.
    scope : Scope
        The lines that count.
    minimum : int >= 0, minor units
        What they must reach.

    Examples
    --------
    >>> AmountOff(value=500, minimum=3000).value
    500
    """

    kind: Literal["amount_off"] = "amount_off"
    value: PositiveAmount


class PercentOff(_Terms):
    """A percentage off the eligible lines.

    Parameters
    ----------
    off_bp : int, 1 to 10,000
        How much is off, in hundredths of a per cent.
    cap : int >= 1, minor units, optional
        The most it takes.
    scope, minimum : Scope, int
        As in `AmountOff`.

    Notes
    -----
    base x off_bp / 10,000, rounded once, then the cap.

    Examples
    --------
    >>> PercentOff(off_bp=1200) == PercentOff.zhe("8.8")
    True
    """

    kind: Literal["percent_off"] = "percent_off"
    off_bp: Annotated[BasisPoints, Field(ge=1)]
    cap: PositiveAmount | None = None

    @classmethod
    def zhe(
        cls, rate: str | int | Decimal, *, cap: int | None = None, scope: Scope | None = None, minimum: int = 0
    ) -> Self:
        """Read the Chinese form: 8.8 zhe (折) is to pay 88 per cent.

        Parameters
        ----------
        rate : str, int or Decimal, above 0 and below 10
            Tenths of the price that are still paid, with at most three decimals.
        cap, scope, minimum
            As in `PercentOff`.

        Returns
        -------
        PercentOff
            With `off_bp` = 10,000 - 1,000 x rate.

        Raises
        ------
        InvalidInput
            A float, another text, out of range, or more than three decimals.

        Examples
        --------
        >>> PercentOff.zhe("8.8").off_bp, PercentOff.zhe(5).off_bp, PercentOff.zhe("9.995").off_bp
        (1200, 5000, 5)
        """
        return cls(off_bp=10_000 - _paid_bp(rate), cap=cap, scope=scope or Scope(), minimum=minimum)


def _paid_bp(rate: Any) -> int:
    """Read a rate exactly, digit by digit: Decimal arithmetic would depend on the context."""
    text = str(rate) if is_int(rate) else format(rate, "f") if isinstance(rate, Decimal) else rate
    found = _RATE.fullmatch(text) if isinstance(text, str) else None
    paid = int(found[1] + (found[2] or "").ljust(3, "0")) if found else 0
    if not paid:
        must = "be text, an int or a Decimal above 0 and below 10, with at most three decimals"
        raise refuse(InvalidInput, "PercentOff.zhe", "rate", must, rate)
    return paid


class AmountOffEvery(_Terms):
    """An amount off for every so much that is bought.

    Parameters
    ----------
    every : int >= 1, minor units
        The step.
    value : int from 1 to `every`, minor units
        How much is off for each whole step.
    times : int >= 1, optional
        How many steps count at most.
    scope, minimum : Scope, int
        As in `AmountOff`; the minimum is at least `every`.

    Raises
    ------
    pydantic.ValidationError
        `value` is above `every`, value x times is beyond 64 bits, or as in the fields.

    Examples
    --------
    >>> AmountOffEvery(every=30_000, value=5_000).times is None
    True
    """

    kind: Literal["amount_off_every"] = "amount_off_every"
    every: PositiveAmount
    value: PositiveAmount
    times: Positive | None = None

    @model_validator(mode="after")
    def _value_within_the_step(self) -> Self:
        if self.value > self.every:
            raise refuse(InvalidInput, "", "value", f"be at most every, {self.every:,}", self.value)
        if self.times is not None and self.value * self.times > INT64_MAX:
            raise refuse(Overflow, "", "times", "keep value x times below 2**63", self.times)
        return self


class FixedPrice(_Terms):
    """A fixed price for each unit of the eligible lines.

    Parameters
    ----------
    price : int >= 0, minor units
        What a unit costs; dearer ones come down to it, cheaper ones stay.
    scope, minimum : Scope, int
        As in `AmountOff`.

    Examples
    --------
    >>> FixedPrice(price=990).price
    990
    """

    kind: Literal["fixed_price"] = "fixed_price"
    price: Amount


class BuyGet(_Terms):
    """Some units free, or cheaper, for every so many bought.

    Parameters
    ----------
    buy, get : int >= 1
        A set is `buy` + `get` units; the cheapest `get` units of each set are discounted.
    off_bp : int, 1 to 10,000
        How much is off them, in hundredths of a per cent.
    times : int >= 1, optional
        How many sets count at most.
    scope, minimum : Scope, int
        As in `AmountOff`.

    Notes
    -----
    k sets give the k x get cheapest units of all eligible lines, ties by the order of lines.

    Examples
    --------
    >>> BuyGet(buy=2, get=1).off_bp
    10000
    """

    kind: Literal["buy_get"] = "buy_get"
    buy: Positive
    get: Positive
    off_bp: Annotated[BasisPoints, Field(ge=1)] = 10_000
    times: Positive | None = None


class FreeShipping(_Terms):
    """Free shipping.

    Parameters
    ----------
    cap : int >= 1, minor units, optional
        The most it takes.
    scope, minimum : Scope, int
        As in `AmountOff`.

    Examples
    --------
    >>> FreeShipping(cap=1200).cap
    1200
    """

    kind: Literal["free_shipping"] = "free_shipping"
    cap: PositiveAmount | None = None


class Exchange(_Terms):
    """One unit of a thing for the coupon.

    Parameters
    ----------
    sku : str
        The thing; among several lines of it, the dearest.
    scope, minimum : Scope, int
        As in `AmountOff`.

    Examples
    --------
    >>> Exchange(sku="latte").sku
    'latte'
    """

    kind: Literal["exchange"] = "exchange"
    sku: Name


class Gift(_Terms):
    """Something on top.

    Parameters
    ----------
    sku : str
        What is given.
    quantity : int >= 1
        How many.
    scope, minimum : Scope, int
        As in `AmountOff`.

    Examples
    --------
    >>> Gift(sku="mug").quantity
    1
    """

    kind: Literal["gift"] = "gift"
    sku: Name
    quantity: Positive = 1


Terms = Annotated[
    AmountOff | PercentOff | AmountOffEvery | FixedPrice | BuyGet | FreeShipping | Exchange | Gift,
    Field(discriminator="kind"),
]
"""The terms of a coupon, told apart by `kind`."""
