"""Read the parameters of a statistic, of which each may be one number or a column."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from socialmkt.core import columns
from socialmkt.core._sources import is_single
from socialmkt.core._whole import is_int
from socialmkt.core.errors import InvalidInput, Overflow, refuse

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FLOATS: tuple[type[Any], ...] = (float, np.floating)


def tail_of(func: str, confidence: Any) -> float:
    """Read a confidence; give the probability to leave on either side."""
    if not isinstance(confidence, _FLOATS) or not 0 < confidence < 1:
        fix = "Write 95 per cent as 0.95."
        raise refuse(InvalidInput, func, "confidence", "lie strictly between 0 and 1", confidence, fix=fix)
    return (1 - float(confidence)) / 2


def read(func: str, kind: Literal["quantities", "numbers"], **given: Any) -> tuple[list[NDArray[Any]], bool]:
    """Read parameters of which each is one number or a column: all as columns, and whether all were numbers."""
    read_one = _quantity if kind == "quantities" else number
    single = {name: read_one(func, name, value) for name, value in given.items() if is_single(value)}
    specs = [columns.spec(name, given[name], kind) for name in given if name not in single]
    found = columns.read(func, *specs, offer_drop=False)
    rows = found.n if len(single) < len(given) else 1
    arrays = [np.full(rows, single[name]) if name in single else found[name] for name in given]
    return arrays, len(single) == len(given)


def _quantity(func: str, name: str, value: Any) -> int:
    if not is_int(value):
        raise refuse(InvalidInput, func, name, "be a whole number", value)
    whole = int(value)
    if abs(whole) >= 2**63:
        raise refuse(Overflow, func, name, "fit 64 bits", whole)
    if whole < 0:
        raise refuse(InvalidInput, func, name, "be at least 0", whole)
    return whole


def number(func: str, name: str, value: Any) -> float:
    """Read one finite number."""
    if not isinstance(value, (*_FLOATS, Decimal)) and not is_int(value):
        raise refuse(InvalidInput, func, name, "be a number", value)
    try:
        real = float(value)
    except OverflowError:
        raise refuse(Overflow, func, name, "fit a float", value) from None
    if not math.isfinite(real):
        raise refuse(InvalidInput, func, name, "be finite", value)
    return real


def require(
    func: str, name: str, must: str, values: NDArray[Any], holds: NDArray[np.bool_], *, scalar: bool = False
) -> None:
    """Refuse the first value for which it does not hold; a scalar has no row."""
    if holds.all():
        return
    row = int(holds.argmin())
    if scalar:
        raise refuse(InvalidInput, func, name, must, values[row])
    count = len(holds) - int(holds.sum())
    raise refuse(InvalidInput, func, name, must, values[row], row=row, count=count, total=len(holds))
