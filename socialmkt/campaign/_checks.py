"""What the files of this area check alike."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo

from socialmkt.core import columns
from socialmkt.core._instants import MICROSECOND, timedelta64_us
from socialmkt.core._stats_input import tail_of
from socialmkt.core._whole import is_int
from socialmkt.core.errors import EmptyInput, InvalidInput, Overflow, Verbatim, refuse
from socialmkt.core.instants import to_us

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

EPOCH_DAY = dt.date(1970, 1, 1).toordinal()


def whole(value: Any, func: str, name: str, *, low: int, high: int | None = None) -> int:
    """Read one whole number; no bool, no float, no text."""
    if not is_int(value) or value < low or (high is not None and value > high):
        must = f"be a whole number of at least {low}" if high is None else f"be a whole number from {low} to {high}"
        raise refuse(InvalidInput, func, name, must, value)
    if value >= 2**63:
        raise refuse(Overflow, func, name, "fit 64 bits", value)
    return int(value)


def between(low: int, high: int) -> Callable[[Any, ValidationInfo], int]:
    """Make the validator of a field that is a whole number between two others."""

    def check(value: Any, info: ValidationInfo) -> int:
        return whole(value, "", info.field_name or "value", low=low, high=high)

    return check


def _id(value: Any, info: ValidationInfo) -> Any:
    if not is_int(value) and not isinstance(value, str):
        raise refuse(InvalidInput, "", info.field_name or "id", "be text or a whole number", value)
    if isinstance(value, str):
        return value
    if not -(2**63) <= value < 2**64:
        raise refuse(Overflow, "", info.field_name or "id", "fit 64 bits", int(value))
    return int(value)


Id = Annotated[str | int, BeforeValidator(_id)]
"""The id of a person, a channel or an order."""


Total = Annotated[int, Field(strict=True)]
"""Minor units added up, however many."""


def day(value: Any, func: str, name: str) -> int:
    """Read a date as a number counted from 1970-01-01; a datetime would need a zone."""
    is_datetime = isinstance(value, dt.datetime)
    if is_datetime or not isinstance(value, dt.date):
        fix = "A datetime falls on different days in different zones: pass its date()." if is_datetime else None
        raise refuse(InvalidInput, func, name, "be a date", value, fix=fix)
    return value.toordinal() - EPOCH_DAY


def as_date(number: int) -> dt.date:
    """Write a day number as a date."""
    return dt.date.fromordinal(number + EPOCH_DAY)


def span(value: Any, func: str, name: str, *, least: int = 1) -> int:
    """Read a duration as microseconds, at least so many."""
    us = value // MICROSECOND if isinstance(value, dt.timedelta) else timedelta64_us(value)
    if us is None:
        raise refuse(InvalidInput, func, name, "be a timedelta", value, fix="Pass timedelta(days=7) or the like.")
    if abs(us) >= 2**63:
        raise refuse(Overflow, func, name, "fit 64 bits of microseconds", Verbatim(value))
    if us < least:
        must = "be longer than nothing" if least else "be at least 0"
        raise refuse(InvalidInput, func, name, must, Verbatim(value))
    return us


def as_span(us: int) -> dt.timedelta:
    """Write microseconds as a timedelta."""
    return us * MICROSECOND


def window(start: Any, end: Any, func: str) -> tuple[int, int]:
    """Read a half-open window of instants, which may be empty."""
    first, last = to_us(start, func=func, name="start"), to_us(end, func=func, name="end")
    if last < first:
        raise refuse(InvalidInput, func, "end", f"not be before start, {start}", end)
    return first, last


def listed(values: Any, func: str, name: str) -> list[Any]:
    """Read a short list of distinct ids."""
    found: list[Any] = columns.ids(values, func=func, name=name, offer_drop=False).tolist()
    if not found:
        raise refuse(EmptyInput, func, name, "name at least one", Verbatim("none"))
    for place, value in enumerate(found):
        if value in found[:place]:
            raise refuse(InvalidInput, func, name, "name each only once", value, row=place)
    return found


def check_confidence(value: Any, func: str) -> None:
    """Refuse a confidence in the name of the function that was called."""
    tail_of(func, value)


def exact_sum(amounts: NDArray[np.int64]) -> int:
    """Add up in Python ints where int64 might not hold the sum."""
    if not len(amounts):
        return 0
    if max(-int(amounts.min()), int(amounts.max())) * len(amounts) < 2**63:
        return int(amounts.sum())
    return sum(amounts.tolist())
