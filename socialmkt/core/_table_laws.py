"""What holds for every Table: names that mean one thing, columns of one length, equality by value."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from socialmkt.core._table_json import DTYPES
from socialmkt.core.errors import InvalidInput, Verbatim, refuse, refuse_choice

if TYPE_CHECKING:
    from numpy.typing import NDArray


def check_name(name: Any, func: str, table: type) -> None:
    """Refuse a column name that is no name, or that `table` uses for something else."""
    if not isinstance(name, str) or not name or any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in name):
        raise refuse(InvalidInput, func, "column name", "be text, not empty and without control characters", name)
    if name.startswith("_") or name == DTYPES or hasattr(table, name):
        raise refuse(InvalidInput, func, "column name", "not begin with _ nor belong to Table itself", name)


def check_mappings(columns: Any, units: Any, func: str) -> None:
    """Refuse columns and units that do not say what they belong to."""
    if not isinstance(columns, Mapping):
        raise refuse(InvalidInput, func, "columns", "be a mapping of name to column", columns)
    if units is not None and not isinstance(units, Mapping):
        raise refuse(InvalidInput, func, "units", "be a mapping of column to unit", units)


def check_labels(name: Any, units: Mapping[str, Any], columns: Mapping[str, Any], func: str) -> None:
    """Refuse a table's name that is no text, and units that are none or belong to no column."""
    if not isinstance(name, str) or not name:
        raise refuse(InvalidInput, func, "name", "be text that is not empty", name)
    for column, unit in units.items():
        if column not in columns:
            raise refuse_choice(func, "units", column, columns)
        if not isinstance(unit, str):
            raise refuse(InvalidInput, func, "units", "be text", unit)


def check_lengths(columns: Mapping[str, NDArray[Any]], func: str) -> None:
    """Refuse no columns, and columns of different lengths."""
    if not columns:
        raise refuse(InvalidInput, func, "columns", "hold at least one column", Verbatim("none"))
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        got = Verbatim(", ".join(f"{name} {length:,}" for name, length in lengths.items()))
        raise refuse(InvalidInput, func, "columns", "be equally long", got)


def same_value(a: Any, b: Any) -> bool:
    """Compare two values of metadata."""
    return bool(a is b or a == b or (a != a and b != b))  # noqa: PLR0124  # NaN equals NaN


def same_column(a: NDArray[Any], b: NDArray[Any]) -> bool:
    """Compare dtypes and values; text is text, whatever its width; NaN equals NaN, NaT equals NaT."""
    if a.shape != b.shape or (a.dtype != b.dtype and {a.dtype.kind, b.dtype.kind} - {"U", "O"}):
        return False
    if a.dtype.kind == b.dtype.kind != "f":
        return bool(np.array_equal(a.view(np.int64), b.view(np.int64)) if a.dtype.kind in "mM" else (a == b).all())
    if a.dtype.kind == "f":
        return bool(np.array_equal(a, b, equal_nan=True))
    return bool((a.astype(object) == b.astype(object)).all())
