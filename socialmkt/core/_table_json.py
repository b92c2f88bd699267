"""The columns of a Table in JSON: plain lists that any reader understands, and that come back equal.

What a list cannot say (`int32`, bytes, UUIDs) stands aside, in a member of its own: `{"column_dtypes": {"id": "uuid"}}`.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from socialmkt.core._table_lists import as_list, from_list, object_array
from socialmkt.core.errors import InvalidInput, Overflow, refuse, refuse_choice

Array = NDArray[Any]

DTYPES: Final = "column_dtypes"

_IS_DAY: Final = re.compile(r"-?[0-9]{3,17}-[0-9]{2}-[0-9]{2}").fullmatch
_IS_UTC: Final = re.compile(r"(-?[0-9]{3,6})-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z").fullmatch
_LONGEST_OF_FOUR_DIGITS: Final = len("2026-03-01T00:00:00.000000Z")
_INFINITIES: Final = {"Infinity": float("inf"), "-Infinity": float("-inf")}
_WHOLE: Final = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
_TAGS: Final[dict[str | None, tuple[str, ...]]] = {
    "ints": _WHOLE,
    "floats": ("float32", "float64"),
    "ids": ("bytes", "uuid", "text", *_WHOLE),
}


class Tagged(NamedTuple):
    """A list from JSON together with the dtype that its column had."""

    dtype: str
    values: Any


def encode(array: Array, kind: str) -> list[Any]:
    """Write a column as a list for JSON."""
    if kind == "floats" and not np.isfinite(array).all():
        return [_number(value) for value in array.tolist()]
    if kind in {"instants", "days"}:
        text = np.datetime_as_string(array) + ("Z" if kind == "instants" else "")
        return _with_nulls(text.tolist(), array)
    if kind == "spans":
        return _with_nulls(array.astype(np.int64).tolist(), array)
    if kind == "ids" and array.dtype.kind == "O":
        return [value.hex() if isinstance(value, bytes) else str(value) for value in array.tolist()]
    return cast("list[Any]", array.tolist())


def tag(array: Array, kind: str) -> str | None:
    """Name the dtype that the bare list of a column would lose; None where it loses nothing."""
    if array.dtype.kind in "UO":
        return _tag_of_objects(array) if kind == "ids" else None
    return None if array.dtype.name in {"int64", "float64"} or kind not in _TAGS else array.dtype.name


def _tag_of_objects(array: Array) -> str | None:
    if not array.size:
        return "text"
    return {bytes: "bytes", uuid.UUID: "uuid"}.get(type(array[0]))


def untag(data: Mapping[str, Any], kinds: Mapping[str, str | None]) -> dict[str, Any]:
    """Put the dtypes that stand aside next to the lists they belong to."""
    tags = data[DTYPES]
    if not isinstance(tags, dict):
        raise refuse(InvalidInput, "", DTYPES, "be an object of column names and dtypes", tags)
    named = {name: value for name, value in data.items() if name != DTYPES}
    for name, dtype in cast("dict[str, Any]", tags).items():
        if name not in named:
            raise refuse_choice("", DTYPES, name, named)
        known = _TAGS.get(kinds.get(name), ())
        if dtype not in known:
            raise refuse_choice("", f"{DTYPES}.{name}", dtype, known)
        named[name] = Tagged(dtype, named[name])
    return named


def decode(values: Any, kind: str, *, name: str) -> Any:
    """Turn a list from JSON into values of the kind; anything but a list is left for others to refuse."""
    if isinstance(values, Tagged):
        return _decode_tagged(values.dtype, decode(values.values, kind, name=name), kind, name)
    if not isinstance(values, list) or kind not in _DECODERS:
        return values
    return _DECODERS[kind](cast("list[Any]", values), name)


def _decode_tagged(dtype: str, values: Any, kind: str, name: str) -> Any:
    if dtype == "bytes":
        return _each(values, bytes.fromhex, name, "hold bytes as hex digits")
    if dtype == "uuid":
        return _each(values, uuid.UUID, name, "hold UUIDs")
    if dtype == "text":
        return object_array(as_list(values, func="", name=name))
    return _in_width(from_list(values, kind, func="", name=name), dtype, name)


def _in_width(array: Array, dtype: str, name: str) -> Array:
    if array.dtype.kind in "iu" and array.size:
        low, high = int(array.min()), int(array.max())
        bounds = np.iinfo(dtype)
        if low < bounds.min or high > bounds.max:
            raise refuse(Overflow, "", name, f"fit {dtype}", low if low < bounds.min else high)
    return array.astype(dtype)


def _number(value: float) -> float | str | None:
    if value != value:  # noqa: PLR0124  # NaN differs from itself
        return None
    return value if abs(value) != float("inf") else "Infinity" if value > 0 else "-Infinity"


def _with_nulls(items: list[Any], array: Array) -> list[Any]:
    nulls = np.isnat(array)
    return [None if null else item for item, null in zip(items, nulls.tolist(), strict=True)] if nulls.any() else items


def _each(values: Any, make: Callable[[Any], Any], name: str, must: str) -> list[Any]:
    """Turn each value that is not null into what it stands for; name the first that does not."""
    made: list[Any] = []
    for row, value in enumerate(as_list(values, func="", name=name)):
        try:
            made.append(None if value is None else make(value))
        except (TypeError, ValueError, AttributeError):
            raise refuse(InvalidInput, "", name, must, value, row=row) from None
    return made


def _floats(values: list[Any], _: str) -> list[Any]:
    return [_INFINITIES.get(value, value) if isinstance(value, str) else value for value in values]


def _instants(values: list[Any], name: str) -> Any:
    """All in UTC, as we write them: read at once. Otherwise one by one, with any offset."""
    found = [value is not None and _IS_UTC(str(value)) for value in values]
    if None in found:
        return _each(values, dt.datetime.fromisoformat, name, "hold ISO 8601 text with an offset")
    must = "hold ISO 8601 text with an offset, of years -290308 to 294247"
    instants = _parsed([value and value[:-1] for value in values], "M8[us]", name, must)
    if any(value is not None and len(value) > _LONGEST_OF_FOUR_DIGITS for value in values):
        years = (instants.astype("M8[Y]").astype(np.int64) + 1970).tolist()  # far years wrap silently
        _refuse_rows(
            [bool(at) and int(at[1]) != year for at, year in zip(found, years, strict=True)], values, name, must
        )
    return instants


def _days(values: list[Any], name: str) -> Any:
    must = "hold days as ISO 8601 text"
    _refuse_rows(
        [value is not None and not (isinstance(value, str) and _IS_DAY(value)) for value in values], values, name, must
    )
    days = _parsed(values, "M8[D]", name, must)
    if any(value is not None and len(value) > len("2026-03-01") for value in values):
        again = np.datetime_as_string(days).tolist()
        _refuse_rows([value not in {None, text} for value, text in zip(values, again, strict=True)], values, name, must)
    return days


def _spans(values: list[Any], name: str) -> Any:
    must = "hold whole microseconds"
    _refuse_rows([value is not None and type(value) is not int for value in values], values, name, must)
    _refuse_rows([value is not None and not -(2**63) < value < 2**63 for value in values], values, name, must)
    return np.array([-(2**63) if value is None else value for value in values], dtype=np.int64).view("m8[us]")


def _parsed(texts: list[Any], dtype: str, name: str, must: str) -> Array:
    try:
        return np.array(texts, dtype=dtype)
    except ValueError:  # a 30th of February: find it
        return np.array(_each(texts, lambda text: np.datetime64(text), name, must), dtype=dtype)


def _refuse_rows(strange: Any, values: list[Any], name: str, must: str) -> None:
    rows = np.flatnonzero(strange)
    if rows.size:
        row = int(rows[0])
        raise refuse(InvalidInput, "", name, must, values[row], row=row, count=len(rows), total=len(values))


_DECODERS: Final[dict[str, Callable[[list[Any], str], Any]]] = {
    "floats": _floats,
    "instants": _instants,
    "days": _days,
    "spans": _spans,
}
