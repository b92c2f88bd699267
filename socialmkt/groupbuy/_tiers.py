"""The pieces of a ladder: its tiers, the next one, and how an amount is made of them."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, Field, ValidationInfo

from socialmkt.core._whole import is_int
from socialmkt.core.errors import InvalidInput, refuse
from socialmkt.core.model import Frozen


def _at_least(low: int) -> BeforeValidator:
    """Take ints of any size from a bound on; no bool, no float, no text."""

    def check(value: Any, info: ValidationInfo) -> int:
        if not is_int(value):
            raise refuse(InvalidInput, "", info.field_name or "value", "be a whole number", value)
        if value < low:
            raise refuse(InvalidInput, "", info.field_name or "value", f"be at least {low}", value)
        return int(value)

    return BeforeValidator(check)


Whole = Annotated[int, Field(ge=0), _at_least(0)]
FromOne = Annotated[int, Field(ge=1), _at_least(1)]


class Tier(Frozen):
    """One step of a ladder.

    Parameters
    ----------
    min_quantity : int >= 1
        The least number of packages that reaches the tier.
    unit_price : int >= 0, at the ladder's price scale
        Price of one package.
    flat_fee : int >= 0, at the ladder's price scale
        Added once.

    Raises
    ------
    pydantic.ValidationError
        No whole number, or one below its bound.

    Examples
    --------
    >>> Tier(min_quantity=30, unit_price=25900)
    Tier(min_quantity=30, unit_price=25900, flat_fee=0)
    """

    min_quantity: FromOne
    unit_price: Whole
    flat_fee: Whole = 0


class NextTier(NamedTuple):
    """The next step of a ladder, and how far it is.

    Attributes
    ----------
    min_quantity : int
        Where it begins.
    needed : int >= 1
        How many are missing.
    unit_price : int, at the price scale
        Its price.
    saving_per_unit : int, at the price scale
        This price less the next one; 0 below the first tier, negative where the price rises.

    Examples
    --------
    >>> from socialmkt.groupbuy.ladder import Ladder
    >>> Ladder.of("CNY", {1: "299", 30: "259"}).next_tier(29)
    NextTier(min_quantity=30, needed=1, unit_price=25900, saving_per_unit=4000)
    """

    min_quantity: int
    needed: int
    unit_price: int
    saving_per_unit: int


class BreakdownLine(NamedTuple):
    """The part of an amount that one tier prices; fees and prices are at the price scale.

    Attributes
    ----------
    tier : int
        Counted from 0.
    first, last : int
        The packages it prices, both ends included; `last` is `first - 1` where there are none.
    quantity : int
        How many they are.
    unit_price, flat_fee, subtotal : int
        `subtotal = unit_price * quantity + flat_fee`.

    Examples
    --------
    >>> from socialmkt.groupbuy.ladder import Ladder
    >>> Ladder.of("CNY", {1: "7", 6: "6.5"}).explain(6).lines[0].subtotal
    3900
    """

    tier: int
    first: int
    last: int
    quantity: int
    unit_price: int
    flat_fee: int
    subtotal: int


class Breakdown(Frozen):
    """How an amount comes about.

    Attributes
    ----------
    quantity, packages : int
        What was asked for, and what is priced.
    lines : tuple of BreakdownLine
        One per tier that prices a share, one in all in mode `all_units`; none where nothing is charged.
    exact : int, at the price scale
        The sum of the subtotals, before rounding and clamps.
    amount : int, minor units
        What is to be paid.

    Examples
    --------
    >>> from socialmkt.groupbuy.ladder import Ladder
    >>> graduated = Ladder.of("CNY", {1: "7", 6: "6.5"}, mode="graduated")
    >>> breakdown = graduated.explain(6)
    >>> [(line.first, line.last, line.subtotal) for line in breakdown.lines], breakdown.amount
    ([(1, 5, 3500), (6, 6, 650)], 4150)
    """

    quantity: Whole
    packages: Whole
    lines: tuple[BreakdownLine, ...]
    exact: Whole
    amount: Whole
