"""What a ladder is made of: its fields, the rules they keep, and their compiled form."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Literal, Self, cast

from pydantic import Field, StrictBool, ValidationInfo, field_validator, model_validator

from socialmkt.core._whole import is_int
from socialmkt.core.errors import InvalidInput, refuse
from socialmkt.core.model import Frozen
from socialmkt.core.money import Currency, Rounding
from socialmkt.groupbuy._major_units import FINEST
from socialmkt.groupbuy._quotes import Quotes
from socialmkt.groupbuy._tiers import FromOne, Tier, Whole

Mode = Literal["all_units", "graduated"]
PackageRounding = Literal["up", "down"]


class Terms(Frozen):
    """The fields of a ladder, which answers questions about them."""

    currency: Currency
    tiers: tuple[Tier, ...]
    mode: Mode = "all_units"
    price_scale: Annotated[int, Field(ge=0, le=FINEST)] | None = None
    package: FromOne = 1
    package_rounding: PackageRounding = "up"
    free: Whole = 0
    min_amount: Whole | None = None
    max_amount: Whole | None = None
    rounding: Rounding = Rounding.half_even
    flat_at_zero: StrictBool = False

    @field_validator("tiers")
    @classmethod
    def _rising(cls, tiers: tuple[Tier, ...]) -> tuple[Tier, ...]:
        if not tiers:
            raise refuse(InvalidInput, "", "tiers", "hold at least one tier", tiers)
        for before, after in pairwise(tiers):
            if after.min_quantity <= before.min_quantity:
                must = f"rise strictly in min_quantity, above {before.min_quantity}"
                raise refuse(InvalidInput, "", "tiers", must, after.min_quantity)
        return tiers

    @field_validator("price_scale", mode="before")
    @classmethod
    def _scale_fits(cls, scale: Any, info: ValidationInfo) -> Any:
        currency = info.data.get("currency")
        if currency is None:  # refused already
            return None
        if scale is None:
            return currency.exponent
        if not is_int(scale) or not currency.exponent <= scale <= FINEST:
            must = f"be a whole number from {currency.exponent} to {FINEST} for {currency.code}"
            raise refuse(InvalidInput, "", "price_scale", must, scale)
        return int(scale)

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.mode == "graduated" and self.tiers[0].min_quantity != 1:
            must, got = "start at 1 in a graduated ladder", self.tiers[0].min_quantity
            raise refuse(InvalidInput, "", "tiers", must, got)
        if self.min_amount is not None and self.max_amount is not None and self.min_amount > self.max_amount:
            must = f"be at least min_amount, {self.min_amount}"
            raise refuse(InvalidInput, "", "max_amount", must, self.max_amount)
        return self

    @cached_property
    def _quotes(self) -> Quotes:
        """The ladder compiled: what `amount` reads."""
        divisor = 10 ** (cast("int", self.price_scale) - self.currency.exponent)
        fee = self.tiers[0].flat_fee
        compiled = Quotes(
            starts=[tier.min_quantity for tier in self.tiers],
            units=[tier.unit_price for tier in self.tiers],
            offsets=_offsets(self.tiers, self.mode),
            zero=0,
            free=self.free,
            package=self.package,
            floor=self.package_rounding == "down",
            divisor=divisor,
            rounding=self.rounding,
            low=self.min_amount,
            high=self.max_amount,
        )
        return compiled.with_zero(compiled.final(fee)) if self.flat_at_zero else compiled


def _offsets(tiers: tuple[Tier, ...], mode: Mode) -> list[int]:
    """Say what each tier's line adds to `unit * n`."""
    if mode == "all_units":
        return [tier.flat_fee for tier in tiers]
    offsets = [tiers[0].flat_fee]
    for before, tier in pairwise(tiers):
        cheaper = before.unit_price - tier.unit_price
        offsets.append(offsets[-1] + tier.flat_fee + cheaper * (tier.min_quantity - 1))
    return offsets
