"""Orders of a deal, and what happened to them when."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, cast

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from socialmkt.core._whole import is_int
from socialmkt.core.errors import InvalidInput, refuse
from socialmkt.core.model import Frozen, Instant, Name, Positive


def _buyer(value: Any, info: ValidationInfo) -> int | str:
    if is_int(value):
        return int(value)
    if isinstance(value, str) and value:
        return str(value)
    raise refuse(InvalidInput, "", info.field_name or "buyer", "be a whole number or text that is not empty", value)


def _limit(value: Any) -> int | str | None:
    if value is None or value == "shown":
        return cast("str | None", value)
    if is_int(value) and value >= 0:
        return int(value)
    must = "be 'shown', None, or a unit price at the price scale, 0 or more"
    raise refuse(InvalidInput, "", "limit", must, value)


Buyer = Annotated[int | str, BeforeValidator(_buyer)]


class Order(Frozen):
    """One order of a buyer, with what happened to it and when.

    Parameters
    ----------
    id : str
        Distinct within a deal.
    buyer : int or str
        Who.
    quantity : int >= 1
        Units.
    placed_at : instant
        When.
    limit : "shown", None or int >= 0 at the price scale
        The highest unit price that the buyer accepts: the one shown on joining, any, or this.
    paid_at, cancelled_at, tail_paid_at : instant not before `placed_at`, optional
        When it was paid (or its deposit was), cancelled by the buyer, and when the rest was paid.
    fingerprint : str, optional
        That of the ladder the buyer saw; another ladder's is refused.

    Raises
    ------
    pydantic.ValidationError
        A field breaks its rule.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> nine = datetime(2026, 3, 1, 9, tzinfo=UTC)
    >>> Order(id="A", buyer="ann", quantity=2, placed_at=nine, paid_at=nine).limit
    'shown'
    """

    id: Name
    buyer: Buyer
    quantity: Positive
    placed_at: Instant
    limit: Annotated[Annotated[int, Field(ge=0)] | Literal["shown"] | None, BeforeValidator(_limit)] = "shown"
    paid_at: Instant | None = None
    cancelled_at: Instant | None = None
    tail_paid_at: Instant | None = None
    fingerprint: Name | None = None

    @model_validator(mode="after")
    def _in_time_order(self) -> Self:
        for name in ("paid_at", "cancelled_at", "tail_paid_at"):
            instant = getattr(self, name)
            if instant is not None and instant < self.placed_at:
                raise refuse(InvalidInput, "", name, f"not be before placed_at, {self.placed_at}", instant)
        return self
