"""Read the parameters of a statistic, of which each may be one number or a column."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from socialmkt.core import columns
from socialmkt.core.errors import InvalidInput, refuse

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SCALARS: tuple[type[Any], ...] = (int, float, Decimal, np.generic)
_FLOATS: tuple[type[Any], ...] = (float, np.floating)


def tail_of(func: str, confidence: Any) -> float:
    """Read a confidence; give the probability to leave on either side."""
    if not isinstance(confidence, _FLOATS) or not 0 < confidence < 1:
        fix = "Write 95 per cent as 0.95."
        raise refuse(InvalidInput, func, "confidence", "lie strictly between 0 and 1", confidence, fix=fix)
    return (1 - float(confidence)) / 2


def read(func: str, kind: Literal["quantities", "numbers"], **given: Any) -> tuple[list[NDArray[Any]], bool]:
    """Read parameters of which each is one number or a column: all as columns, and whether all were numbers."""
    single = {name for name, value in given.items() if isinstance(value, _SCALARS)}
    specs = [columns.spec(name, given[name], kind) for name in given if name not in single]
    found = columns.read(func, *specs, offer_drop=False)
    rows = found.n if len(single) < len(given) else 1
    reader = columns.quantities if kind == "quantities" else columns.numbers
    arrays = [
        np.repeat(reader([value], func=func, name=name, offer_drop=False), rows) if name in single else found[name]
        for name, value in given.items()
    ]
    return arrays, len(single) == len(given)


def require(func: str, name: str, must: str, values: NDArray[Any], holds: NDArray[np.bool_]) -> None:
    if not holds.all():
        row = int(holds.argmin())
        count = len(holds) - int(holds.sum())
        raise refuse(InvalidInput, func, name, must, values[row], row=row, count=count, total=len(holds))
