"""Reading a ladder's prices, written in major units, at the finest scale that they need."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from socialmkt.core._minor_units import MinorReader
from socialmkt.core._whole import is_int
from socialmkt.core.errors import InvalidInput, refuse

if TYPE_CHECKING:
    from socialmkt.core.money import Currency

FINEST = 18
"""Decimal digits of the finest price scale."""

Price = str | int | Decimal
Pairs = dict[int, tuple[int, int]]


def finest(prices: Any, currency: Currency) -> Pairs:
    """Read prices and fees at the finest scale there is, by rising quantity."""
    func = "Ladder.of"
    if not isinstance(prices, Mapping):
        raise refuse(InvalidInput, func, "prices", "be a mapping of min_quantity to price", prices)
    for quantity in prices:
        if not is_int(quantity):
            raise refuse(InvalidInput, func, "prices", "have whole numbers as keys", quantity)
    reader = MinorReader(currency.code, FINEST, None, floats=False, func=func, name="prices")
    return {quantity: _price_and_fee(prices[quantity], reader) for quantity in sorted(prices)}


def _price_and_fee(price: Any, reader: MinorReader) -> tuple[int, int]:
    if not isinstance(price, tuple | list):
        return reader.one(price), 0
    if len(price) != 2:
        raise refuse(InvalidInput, reader.func, "prices", "be a price or a pair of price and flat fee", price)
    return reader.one(price[0]), reader.one(price[1])


def needed_scale(pairs: Pairs, exponent: int) -> int:
    """Find the coarsest scale, from the currency's exponent on, that holds every price."""
    amounts = [amount for pair in pairs.values() for amount in pair]
    scales = range(exponent, FINEST + 1)
    return next(scale for scale in scales if not any(amount % 10 ** (FINEST - scale) for amount in amounts))


def rescaled(pairs: Pairs, scale: Any) -> Pairs:
    """Write prices and fees at a scale, which must hold all their digits."""
    if not is_int(scale) or not 0 <= scale <= FINEST:
        raise refuse(InvalidInput, "Ladder.of", "price_scale", f"be a whole number from 0 to {FINEST}", scale)
    step = 10 ** (FINEST - int(scale))
    for quantity, pair in pairs.items():
        if any(amount % step for amount in pair):
            must = f"hold every decimal digit of the price at {quantity}"
            raise refuse(InvalidInput, "Ladder.of", "price_scale", must, scale, fix="Leave it out to keep them all.")
    return {quantity: (price // step, fee // step) for quantity, (price, fee) in pairs.items()}
