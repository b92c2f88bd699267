"""The columns of a Table in JSON: plain lists that any reader understands, and that come back equal.

What a list cannot say (`int32`, bytes, UUIDs) stands aside, in a member of its own: `"column_dtypes": {"id": "uuid"}`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import uuid
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeGuard, cast

import numpy as np
from numpy.typing import NDArray

from socialmkt.core._sources import Parameter, as_objects
from socialmkt.core._table_lists import from_items
from socialmkt.core.errors import InvalidInput, Overflow, Verbatim, refuse, refuse_choice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Array = NDArray[Any]

DTYPES: Final = "column_dtypes"

_CLOCK: Final = r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z"
_USUAL_DAY: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_USUAL_INSTANT: Final = _USUAL_DAY + _CLOCK
_FAR_DAY: Final = r"-?[0-9]{3,17}-[0-9]{2}-[0-9]{2}"
_FAR_INSTANT: Final = r"(-?[0-9]{3,6})-[0-9]{2}-[0-9]{2}" + _CLOCK
_INFINITIES: Final = {"Infinity": float("inf"), "-Infinity": float("-inf")}
_WHOLE: Final = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
_TAGS: Final[dict[str, tuple[str, ...]]] = {
    "ints": _WHOLE,
    "floats": ("float32", "float64"),
    "ids": ("bytes", "uuid", "text", *_WHOLE),
}
_NAMED: Final[dict[str | None, tuple[Callable[[Any], Any], str]]] = {
    "bytes": (bytes.fromhex, "hold bytes as hex digits"),
    "uuid": (uuid.UUID, "hold UUIDs"),
    "text": (str.__str__, "hold text"),
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


def tags(columns: Mapping[str, Array], kinds: Mapping[str, str]) -> dict[str, str]:
    """Name the dtypes that the bare lists of these columns would lose."""
    found = {name: _tag(column, kinds[name]) for name, column in columns.items()}
    return {name: dtype for name, dtype in found.items() if dtype}


def _tag(array: Array, kind: str) -> str | None:
    if array.dtype.kind in "UO":
        return _tag_of_objects(array) if kind == "ids" else None
    return None if array.dtype.name in {"int64", "float64"} or kind not in _TAGS else array.dtype.name


def _tag_of_objects(array: Array) -> str | None:
    if not array.size:
        return "text"
    return "bytes" if isinstance(array[0], bytes) else "uuid" if isinstance(array[0], uuid.UUID) else None


def untag(data: Mapping[str, Any], kinds: Mapping[str, str]) -> dict[str, Any]:
    """Put the dtypes that stand aside next to the lists they belong to."""
    tags = data[DTYPES]
    if not isinstance(tags, dict):
        raise refuse(InvalidInput, "", DTYPES, "be an object of column names and dtypes", tags)
    named = {name: value for name, value in data.items() if name != DTYPES}
    for name, dtype in cast("dict[str, Any]", tags).items():
        if name not in named:
            raise refuse_choice("", DTYPES, name, named)
        known = _TAGS.get(kinds.get(name, ""), ())
        if dtype not in known:
            raise refuse_choice("", f"{DTYPES}.{name}", dtype, known)
        named[name] = Tagged(dtype, named[name])
    return named


def decode(values: Any, kind: str, *, name: str) -> Any:
    """Turn a list from JSON into values of the kind; anything but a list is left for others to refuse."""
    at = Parameter("", name)
    dtype, values = values if isinstance(values, Tagged) else (None, values)
    if not _is_list(values):
        return values
    if dtype in _NAMED:
        make, must = _NAMED[dtype]
        return as_objects(_each(values, make, at, must))
    plain = _DECODERS[kind](values, at) if kind in _DECODERS else values
    return plain if dtype is None else _in_width(from_items(plain, kind, at), dtype, at)


def _is_list(values: object) -> TypeGuard[list[Any]]:
    return isinstance(values, list)


def _in_width(array: Array, dtype: str, at: Parameter) -> Array:
    low, high = (array.min(), array.max()) if array.size else (0, 0)
    if array.dtype.kind in "iu" and not np.iinfo(dtype).min <= int(low) <= int(high) <= np.iinfo(dtype).max:
        raise at.refuse(Overflow, f"fit {dtype}", Verbatim(f"{low} to {high}"))
    return array.astype(dtype)


def _number(value: float) -> float | str | None:
    if value != value:  # noqa: PLR0124  # NaN differs from itself
        return None
    return value if abs(value) != float("inf") else "Infinity" if value > 0 else "-Infinity"


def _with_nulls(items: list[Any], array: Array) -> list[Any]:
    nulls = np.isnat(array)
    return [None if null else item for item, null in zip(items, nulls.tolist(), strict=True)] if nulls.any() else items


def _each(items: list[Any], make: Callable[[Any], Any], at: Parameter, must: str) -> list[Any]:
    """Turn each value that is not null into what it stands for; name the first that stands for nothing."""
    made: list[Any] = []
    for row, item in enumerate(items):
        try:
            made.append(None if item is None else make(item))
        except (AttributeError, TypeError, ValueError):
            raise at.refuse(InvalidInput, must, item, row=row) from None
    return made


def _floats(items: list[Any], _: Parameter) -> list[Any]:
    return [_INFINITIES.get(item, item) if isinstance(item, str) else item for item in items]


def _instants(items: list[Any], at: Parameter) -> Any:
    """Read all at once if all are in UTC and in years of four digits, else one by one."""
    if _all(items, _USUAL_INSTANT):
        with contextlib.suppress(ValueError):  # a 30th of February: found below
            return np.array([item and item[:-1] for item in items], dtype="M8[us]")
    return _each(items, _instant, at, "hold ISO 8601 text with an offset")


def _days(items: list[Any], at: Parameter) -> Any:
    if _all(items, _USUAL_DAY):
        with contextlib.suppress(ValueError):
            return np.array(items, dtype="M8[D]")
    return _each(items, _day, at, "hold days as ISO 8601 text")


def _spans(items: list[Any], at: Parameter) -> Any:
    return _each(items, _span, at, "hold whole microseconds")


def _all(items: list[Any], pattern: str) -> bool:
    fits = re.compile(pattern).fullmatch
    return all(item is None or (isinstance(item, str) and fits(item)) for item in items)


def _instant(text: str) -> Any:
    """Read one instant, also one that Python has no datetime for; numpy wraps years that are too far off."""
    far = re.fullmatch(_FAR_INSTANT, text)
    if far is None:
        return dt.datetime.fromisoformat(text)
    instant = np.datetime64(text[:-1], "us")
    if str(instant.astype("M8[Y]")) != far[1]:
        raise ValueError(text)
    return instant


def _day(text: str) -> Any:
    if not re.fullmatch(_FAR_DAY, text):
        raise ValueError(text)
    day = np.datetime64(text, "D")
    if str(day) != text:
        raise ValueError(text)
    return day


def _span(microseconds: Any) -> Any:
    if type(microseconds) is not int or abs(microseconds) >= 2**63:
        raise TypeError
    return np.timedelta64(microseconds, "us")


_DECODERS: Final[dict[str, Callable[[list[Any], Parameter], Any]]] = {
    "floats": _floats,
    "instants": _instants,
    "days": _days,
    "spans": _spans,
}
