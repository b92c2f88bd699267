"""Price ladders: what a quantity costs when the price falls, or rises, with it.

A ladder lists the quantities at which the price changes. In mode `all_units` the tier reached prices every unit, in
mode `graduated` each tier prices its own share. An amount is exact up to one rounding at the end.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from socialmkt.core import columns
from socialmkt.core import model as models
from socialmkt.core._whole import is_int
from socialmkt.core.errors import InvalidInput, Overflow, refuse
from socialmkt.core.money import Currency, Rounding
from socialmkt.groupbuy._major_units import Price, finest, needed_scale, rescaled
from socialmkt.groupbuy._terms import Mode, PackageRounding, Terms
from socialmkt.groupbuy._tiers import Breakdown, BreakdownLine, NextTier, Tier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialmkt.core.columns import Column

__all__ = ["Breakdown", "BreakdownLine", "Ladder", "NextTier", "Tier"]

Int64 = NDArray[np.int64]

_INT64 = range(-(2**63), 2**63)


class Ladder(Terms):
    """Prices that change with the quantity.

    Parameters
    ----------
    currency : Currency or str
        The currency, or its code.
    tiers : tuple of Tier
        By strictly rising `min_quantity`; the last is open. Mode `graduated` starts at 1.
    mode : {"all_units", "graduated"}
        Whether the tier reached prices all units, or each tier its own share, each flat fee once per tier entered.
    price_scale : int, the currency's exponent to 18, optional
        Decimal digits of `unit_price` and `flat_fee`; left out, the currency's exponent.
    package : int >= 1
        Units sold together; tiers count packages.
    package_rounding : {"up", "down"}
        Whether a package that is begun counts.
    free : int >= 0
        Units that cost nothing, taken off first.
    min_amount, max_amount : int >= 0, minor units, optional
        Bounds of the amount; where nothing is left to price, only with `flat_at_zero`.
    rounding : Rounding
        From the price scale to minor units, once.
    flat_at_zero : bool
        Charge the first flat fee where nothing is left to price.

    Raises
    ------
    pydantic.ValidationError
        Tiers that do not rise, a graduated ladder that starts above 1, a price scale out of range, bounds that cross.

    Notes
    -----
    With n packages, `n = ceil(max(q - free, 0) / package)`, the exact amount is `unit * n + flat` of the tier reached
    (`all_units`), or the sum of that over the shares (`graduated`).

    Examples
    --------
    >>> crowd = Ladder.of("CNY", {1: "299", 30: "259", 80: "229"})
    >>> crowd.unit_price(30), crowd.amount(30)
    (25900, 777000)
    """

    @classmethod
    def of(
        cls,
        currency: Currency | str,
        prices: Mapping[int, Price | tuple[Price, Price]],
        *,
        mode: Mode = "all_units",
        price_scale: int | None = None,
        package: int = 1,
        package_rounding: PackageRounding = "up",
        free: int = 0,
        min_amount: int | None = None,
        max_amount: int | None = None,
        rounding: Rounding = Rounding.half_even,
        flat_at_zero: bool = False,
    ) -> Self:
        """Write a ladder down in major units.

        Parameters
        ----------
        currency : Currency or str
            The currency, or its code.
        prices : mapping of min_quantity to price or (price, flat fee), major units as text, int or Decimal
            The tiers, in any order.
        price_scale : int, optional
            Decimal digits to keep; left out, the most that a price has (zeros at the end do not count), at least
            the currency's.
        mode, package, package_rounding, free, min_amount, max_amount, rounding, flat_at_zero
            As in `Ladder`.

        Returns
        -------
        Ladder
            The same as one built from tiers.

        Raises
        ------
        InvalidInput
            A float, other text than a number, or a price finer than `price_scale` (or than 18 digits).
        pydantic.ValidationError
            As in `Ladder`.

        Examples
        --------
        >>> Ladder.of("USD", {1: ("0.001", "10"), 10_001: "0.0008"}).tiers
        (Tier(min_quantity=1, unit_price=10, flat_fee=100000), Tier(min_quantity=10001, unit_price=8, flat_fee=0))
        """
        known = Currency(currency)
        pairs = finest(prices, known)
        scale = needed_scale(pairs, known.exponent) if price_scale is None else price_scale
        tiers = [
            Tier(min_quantity=quantity, unit_price=price, flat_fee=fee)
            for quantity, (price, fee) in rescaled(pairs, scale).items()
        ]
        return cls(
            currency=known,
            tiers=tuple(tiers),
            mode=mode,
            price_scale=scale,
            package=package,
            package_rounding=package_rounding,
            free=free,
            min_amount=min_amount,
            max_amount=max_amount,
            rounding=rounding,
            flat_at_zero=flat_at_zero,
        )

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of the ladder's canonical JSON: equal ladders share it.

        Examples
        --------
        >>> a, b = Ladder.of("CNY", {1: "299"}), Ladder.of("CNY", {1: 299})
        >>> a.fingerprint == b.fingerprint, len(a.fingerprint)
        (True, 64)
        """
        return models.fingerprint(self)

    def amount(self, quantity: int) -> int:
        """Price a quantity.

        Parameters
        ----------
        quantity : int >= 0, of any size
            How many units.

        Returns
        -------
        int, minor units
            Exact, rounded once.

        Raises
        ------
        InvalidInput
            Negative or no whole number, or above 0 and below the first tier, where no price exists.

        Notes
        -----
        O(log k) for k tiers.

        Examples
        --------
        >>> Ladder.of("CNY", {1: "7", 6: "6.5", 11: "6"}).amount(20)
        12000
        """
        return self._quotes.amount(_quantity(quantity, "Ladder.amount", "quantity"), "Ladder.amount", "quantity")

    def amounts(self, quantities: Column) -> Int64:
        """Price a column of quantities.

        Parameters
        ----------
        quantities : column of shape (n,), whole numbers >= 0
            How many units.

        Returns
        -------
        int64 array of shape (n,), minor units
            Each as `amount` says.

        Raises
        ------
        InvalidInput
            As in `amount`, with the row.
        Overflow
            An amount that int64 does not hold at the price scale.

        Notes
        -----
        O(n) by a table of amounts or of buckets; O(n log k) where many tiers lie close together. At most 1.6 times
        the memory of the result.

        Examples
        --------
        >>> Ladder.of("CNY", {1: "7", 6: "6.5", 11: "6"}).amounts([1, 5, 6, 20])
        array([  700,  3500,  3900, 12000])
        """
        clean = columns.quantities(quantities, func="Ladder.amounts", name="quantities", offer_drop=False)
        return self._quotes.amounts(clean, "Ladder.amounts", "quantities")

    def delta(self, before: int, after: int) -> int:
        """Say what a change of the quantity costs, or gives back.

        Parameters
        ----------
        before, after : int >= 0
            The quantities.

        Returns
        -------
        int, minor units
            `amount(after) - amount(before)`; negative for a refund.

        Raises
        ------
        InvalidInput
            As in `amount`.

        Examples
        --------
        >>> ladder = Ladder.of("CNY", {1: "10", 10: "8"})
        >>> ladder.delta(9, 10), ladder.delta(10, 9)
        (-1000, 1000)
        """
        func, quotes = "Ladder.delta", self._quotes
        new = quotes.amount(_quantity(after, func, "after"), func, "after")
        return new - quotes.amount(_quantity(before, func, "before"), func, "before")

    def unit_price(self, n: int) -> int | None:
        """Say what one costs when there are n.

        Parameters
        ----------
        n : int >= 0
            How many, in packages.

        Returns
        -------
        int, at the price scale, or None
            None below the first tier.

        Raises
        ------
        InvalidInput
            Negative, or no whole number.

        Examples
        --------
        >>> crowd = Ladder.of("CNY", {10: "299", 30: "259"})
        >>> crowd.unit_price(9), crowd.unit_price(29), crowd.unit_price(30)
        (None, 29900, 25900)
        """
        tier = self._tier(_quantity(n, "Ladder.unit_price", "n"))
        return None if tier is None else self.tiers[tier].unit_price

    def unit_prices(self, n: Column, *, below: int | None = None) -> Int64:
        """Say what one costs, for a column of counts.

        Parameters
        ----------
        n : column of shape (k,), whole numbers >= 0
            How many, in packages.
        below : int, optional
            What stands for a count below the first tier; left out, it is refused.

        Returns
        -------
        int64 array of shape (k,), at the price scale
            Prices.

        Raises
        ------
        InvalidInput
            Negative, no whole number, or below the first tier without `below`.
        Overflow
            A price, or `below`, that int64 does not hold.

        Notes
        -----
        O(n log k).

        Examples
        --------
        >>> Ladder.of("CNY", {10: "299", 30: "259"}).unit_prices([9, 10, 30], below=0)
        array([    0, 29900, 25900])
        """
        func = "Ladder.unit_prices"
        counts = columns.quantities(n, func=func, name="n", offer_drop=False)
        starts = [tier.min_quantity for tier in self.tiers if tier.min_quantity in _INT64]
        reached = np.searchsorted(np.array(starts, np.int64), counts, side="right")
        low = reached == 0
        if below is None and low.any():
            row = int(low.argmax())
            must = f"reach the first tier, {self.tiers[0].min_quantity}"
            got, fix = int(counts[row]), "Pass below= to fill such rows."
            count = int(low.sum())
            raise refuse(InvalidInput, func, "n", must, got, row=row, count=count, total=len(counts), fix=fix)
        prices = [_fill(below, func), *(tier.unit_price for tier in self.tiers[: len(starts)])]
        wide = np.array([price not in _INT64 for price in prices])[reached]
        if wide.any():
            row = int(wide.argmax())
            raise refuse(Overflow, func, "n", "have prices that fit int64", int(counts[row]), row=row)
        return np.array([price if price in _INT64 else 0 for price in prices], np.int64)[reached]

    def next_tier(self, n: int) -> NextTier | None:
        """Say how far the next price is.

        Parameters
        ----------
        n : int >= 0
            How many there are, in packages.

        Returns
        -------
        NextTier or None
            None at the last tier.

        Raises
        ------
        InvalidInput
            Negative, or no whole number.

        Examples
        --------
        >>> crowd = Ladder.of("CNY", {1: "299", 30: "259"})
        >>> crowd.next_tier(18).needed, crowd.next_tier(30) is None
        (12, True)
        """
        count = _quantity(n, "Ladder.next_tier", "n")
        tier = self._tier(count)
        after = 0 if tier is None else tier + 1
        if after == len(self.tiers):
            return None
        following = self.tiers[after]
        saving = 0 if tier is None else self.tiers[tier].unit_price - following.unit_price
        return NextTier(following.min_quantity, following.min_quantity - count, following.unit_price, saving)

    def explain(self, quantity: int) -> Breakdown:
        """Show how an amount comes about.

        Parameters
        ----------
        quantity : int >= 0
            How many units.

        Returns
        -------
        Breakdown
            Lines by tier that sum to the exact amount, and the amount itself.

        Raises
        ------
        InvalidInput
            As in `amount`.

        Examples
        --------
        >>> Ladder.of("CNY", {1: "10"}, package=5).explain(6)
        Breakdown(quantity=6, packages=2, lines=(BreakdownLine(tier=0, first=1, last=2, quantity=2, unit_price=1000,
        flat_fee=0, subtotal=2000),), exact=2000, amount=2000)
        """
        whole = _quantity(quantity, "Ladder.explain", "quantity")
        amount = self._quotes.amount(whole, "Ladder.explain", "quantity")
        packages = self._quotes.packages(whole)
        lines = tuple(self._lines(packages))
        exact = sum(line.subtotal for line in lines)
        return Breakdown(quantity=whole, packages=packages, lines=lines, exact=exact, amount=amount)

    def _lines(self, packages: int) -> list[BreakdownLine]:
        reached = self._tier(packages)
        if reached is None:
            return [self._line(0, 1, 0)] if self.flat_at_zero else []
        if self.mode == "all_units":
            return [self._line(reached, 1, packages)]
        ends = [*(tier.min_quantity - 1 for tier in self.tiers[1 : reached + 1]), packages]
        return [self._line(tier, self.tiers[tier].min_quantity, end) for tier, end in enumerate(ends)]

    def _line(self, tier: int, first: int, last: int) -> BreakdownLine:
        quantity, priced = last - first + 1, self.tiers[tier]
        subtotal = priced.unit_price * quantity + priced.flat_fee
        return BreakdownLine(tier, first, last, quantity, priced.unit_price, priced.flat_fee, subtotal)

    def dominated(self) -> list[range]:
        """Find the quantities for which some larger one costs strictly less.

        Returns
        -------
        list of range
            Ascending, disjoint and not touching, from the first quantity that reaches the first tier on.

        Notes
        -----
        Within a tier the amount never falls, so one bisection per tier suffices: O(k log q).

        Examples
        --------
        >>> Ladder.of("CNY", {1: "10", 10: "8"}).dominated()
        [range(9, 10)]
        """
        return self._quotes.dominated()

    def _tier(self, packages: int) -> int | None:
        reached = bisect_right(self._quotes.starts, packages)
        return reached - 1 if reached else None


def _quantity(value: Any, func: str, name: str) -> int:
    if type(value) is int and value >= 0:
        return value
    if not is_int(value):
        raise refuse(InvalidInput, func, name, "be a whole number", value)
    if value < 0:
        raise refuse(InvalidInput, func, name, "be at least 0", value)
    return int(value)


def _fill(below: Any, func: str) -> int:
    if below is None:
        return 0
    if not is_int(below):
        raise refuse(InvalidInput, func, "below", "be a whole number", below)
    fill = int(below)
    if fill not in _INT64:
        raise refuse(Overflow, func, "below", "fit int64", fill)
    return fill
