"""Rows of a Table, one at a time, as named tuples of Python values."""

from __future__ import annotations

import datetime as dt
from collections import namedtuple
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from socialmkt.core.errors import Overflow, refuse

Array = NDArray[Any]

_AT_ONCE: Final = 4096


def walk(columns: Mapping[str, Array], length: int, *, title: str) -> Iterator[Any]:
    """Give the rows as named tuples; a few thousand are turned into Python values at a time."""
    make = namedtuple(title, tuple(columns), rename=True)._make  # type: ignore[misc]  # names known at run time only
    for start in range(0, length, _AT_ONCE):
        parts = (python_values(column[start : start + _AT_ONCE], name) for name, column in columns.items())
        yield from map(make, zip(*parts, strict=True))


def python_values(column: Array, name: str) -> list[Any]:
    """Turn a column into Python values: aware datetimes in UTC, dates, durations; None for NaT."""
    if column.dtype.kind != "M":
        return column.tolist()
    values = column.tolist()
    if int in set(map(type, values)):
        row = next(row for row, value in enumerate(values) if isinstance(value, int))
        raise refuse(Overflow, "Table.rows", name, "lie in the years 1 to 9999", column[row])
    if np.datetime_data(column.dtype)[0] == "D":
        return values
    return [value and value.replace(tzinfo=dt.UTC) for value in values]
