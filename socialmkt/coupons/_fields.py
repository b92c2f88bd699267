"""What the fields and arguments of this area have in common: ids, amounts, durations."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from socialmkt.core._whole import is_int
from socialmkt.core.errors import InvalidInput, refuse
from socialmkt.core.model import Amount, Duration, read_name

if TYPE_CHECKING:
    from collections.abc import Iterable

INT64_MAX = 2**63 - 1
MOST_DAYS = dt.date.max.toordinal()
_MUST_BE_REF = "be text that is not empty, or a whole number"


def read_ref(value: Any, func: str, name: str) -> str | int:
    """Read the id of a person or an order: text or a whole number, and no bool."""
    if isinstance(value, str) and value:
        return read_name(value, func=func, name=name)
    if is_int(value):
        return int(value)
    raise refuse(InvalidInput, func, name, _MUST_BE_REF, value)


def read_amount(value: Any, func: str, name: str) -> int:
    """Read an amount of money of 0 or more."""
    if not is_int(value):
        raise refuse(InvalidInput, func, name, "be a whole number of minor units (cents, fen)", value)
    if not 0 <= int(value) <= INT64_MAX:
        raise refuse(InvalidInput, func, name, "lie in 0 to 2**63 - 1", value)
    return int(value)


def read_count(value: Any, func: str, name: str, *, low: int = 0) -> int:
    """Read a whole number of at least `low`."""
    if not is_int(value) or int(value) < low:
        raise refuse(InvalidInput, func, name, f"be a whole number of at least {low}", value)
    return int(value)


def first_repeat(ids: Iterable[Any]) -> Any:
    """Give the first id that stands twice; None if all differ."""
    seen: set[Any] = set()
    for one in ids:
        if one in seen:
            return one
        seen.add(one)
    return None


def _ref(value: Any, info: ValidationInfo) -> str | int:
    return read_ref(value, "", info.field_name or "id")


def _above_zero(value: int, info: ValidationInfo) -> int:
    if value < 1:
        raise refuse(InvalidInput, "", info.field_name or "value", "be at least 1", value)
    return value


def _lasting(value: dt.timedelta, info: ValidationInfo) -> dt.timedelta:
    if value <= dt.timedelta(0):
        raise refuse(InvalidInput, "", info.field_name or "value", "be above zero", value)
    if value.days > MOST_DAYS:
        raise refuse(InvalidInput, "", info.field_name or "value", f"be at most {MOST_DAYS:,} days", value)
    return value


Ref = Annotated[str | int, BeforeValidator(_ref)]
"""The id of a person or an order."""

PositiveAmount = Annotated[Amount, AfterValidator(_above_zero)]
"""An amount of money, 1 minor unit or more."""

Lasting = Annotated[Duration, AfterValidator(_lasting)]
"""A duration above zero."""
