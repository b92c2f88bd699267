"""One column of a Table as Arrow lays it out in memory; numbers and times stay where they are."""

from __future__ import annotations

import uuid
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from socialmkt.core.errors import InvalidInput, Overflow, refuse

Array = NDArray[Any]

_FORMATS: Final = {
    "int8": b"c",
    "uint8": b"C",
    "int16": b"s",
    "uint16": b"S",
    "int32": b"i",
    "uint32": b"I",
    "int64": b"l",
    "uint64": b"L",
    "float32": b"f",
    "float64": b"g",
    "bool": b"b",
    "datetime64[us]": b"tsu:UTC",
    "datetime64[D]": b"tdD",
    "timedelta64[us]": b"tDu",
}


def format_of(column: Array) -> bytes:
    """Name the Arrow type of a column."""
    if column.dtype.kind not in "UO":
        return _FORMATS[column.dtype.name]
    return b"Z" if column.size and isinstance(column[0], bytes) else b"U"


def buffers(column: Array, name: str) -> tuple[int, list[Array | None]]:
    """Give the number of nulls, and the buffers: validity (None without nulls), offsets of text, the values."""
    if column.dtype.kind == "b":
        return 0, [None, np.packbits(column, bitorder="little")]
    if column.dtype.kind in "UO":
        return 0, [None, *_text(column.tolist(), name)]
    if column.dtype.kind in "mM":
        values = _in_32_bits(column, name) if column.dtype == "M8[D]" else column
        valid = ~np.isnat(column)
        nulls = len(column) - int(np.count_nonzero(valid))
        return nulls, [np.packbits(valid, bitorder="little") if nulls else None, values]
    return 0, [None, column]


def _in_32_bits(days: Array, name: str) -> Array:
    """Arrow counts days in 32 bits; a NaT is masked, whatever stands there."""
    short = days.astype(np.int64).astype(np.int32)
    far = np.flatnonzero((short != days.astype(np.int64)) & ~np.isnat(days))
    if far.size:
        row, must = int(far[0]), "be days that fit 32 bits"
        raise refuse(Overflow, "Table.__arrow_c_stream__", name, must, days[row], row=row, count=len(far))
    return short


def _text(values: list[Any], name: str) -> tuple[Array, Array]:
    """Encode all at once; where a character takes several bytes, find its first byte to know where a text ends."""
    if values and isinstance(values[0], uuid.UUID):
        values = [str(value) for value in values]
    ends = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, values), np.int64, len(values)), out=ends[1:])
    binary = bool(values) and isinstance(values[0], bytes)
    data = np.frombuffer(b"".join(values) if binary else _utf8(values, name), dtype=np.uint8)
    if len(data) != ends[-1]:
        starts = np.flatnonzero((data & 0xC0) != 0x80)
        ends = np.append(starts, len(data)).astype(np.int64)[ends]
    return ends, data


def _utf8(values: list[str], name: str) -> bytes:
    try:
        return "".join(values).encode()
    except UnicodeEncodeError:
        row = next(row for row, value in enumerate(values) if any("\ud800" <= sign <= "\udfff" for sign in value))
        must = "be text that can be written as UTF-8"
        raise refuse(InvalidInput, "Table.__arrow_c_stream__", name, must, values[row], row=row) from None
