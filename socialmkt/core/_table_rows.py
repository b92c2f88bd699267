"""Rows of a Table, one at a time, as named tuples of Python values."""

from __future__ import annotations

import datetime as dt
from collections import namedtuple
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from socialmkt.core.errors import Overflow, refuse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Array = NDArray[Any]

_AT_ONCE: Final = 4096
_make_row: Any = namedtuple  # noqa: PYI024  # through `Any`, since the names are known at run time only


def order(column: Array, *, descending: bool) -> NDArray[np.intp]:
    """Sort stably in both directions: turned round, sorted, turned back; NaN and NaT last in both."""
    if not descending:
        return np.argsort(column, kind="stable")
    turned = len(column) - 1 - np.argsort(column[::-1], kind="stable")[::-1]
    missing = np.count_nonzero(np.isnan(column)) if column.dtype.kind in "fmM" else 0
    return np.roll(turned, -int(missing))


def walk(columns: Mapping[str, Array], length: int, *, title: str) -> Iterator[Any]:
    """Give the rows as named tuples; a few thousand are turned into Python values at a time."""
    row: Any = _make_row(title, tuple(columns), rename=True)
    for start in range(0, length, _AT_ONCE):
        parts = [_python_values(column[start : start + _AT_ONCE], name) for name, column in columns.items()]
        yield from map(row._make, zip(*parts, strict=True))


def _python_values(column: Array, name: str) -> list[Any]:
    """Turn a column into Python values: aware datetimes in UTC, dates, durations; None for NaT."""
    values: list[Any] = column.tolist()
    if column.dtype.kind != "M":
        return values
    if int in set(map(type, values)):
        row = next(row for row, value in enumerate(values) if isinstance(value, int))
        raise refuse(Overflow, "Table.rows", name, "lie in the years 1 to 9999", column[row])
    if column.dtype == "M8[D]":
        return values
    return [value and value.replace(tzinfo=dt.UTC) for value in values]
