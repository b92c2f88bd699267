"""Columns of a collected frame as clean arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from socialmkt.core._columns import read_raw
from socialmkt.core._moments import read_instants, read_spans
from socialmkt.core._sources import Parameter, as_objects, open_column

if TYPE_CHECKING:
    from numpy.typing import NDArray


def values_of(column: Any, func: str, name: str) -> NDArray[Any]:
    """Give one column as an array; see `frames.columns`."""
    source = open_column(column, Parameter(func, name))
    values = source.array()
    kind = values.dtype.kind
    if kind == "M":
        return values if values.dtype == "M8[D]" else read_instants(column, func=func, name=name)[0]
    if kind == "m":
        return read_spans(column, func=func, name=name)[0]
    if kind == "b" and source.nulls is None:
        return values
    if kind in "iub" and source.nulls is not None:
        known = values.tolist()
        return as_objects([None if null else one for one, null in zip(known, source.nulls.tolist(), strict=True)])
    if kind in "iuf":
        return read_raw(column, func=func, name=name)[0]
    return values
