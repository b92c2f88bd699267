"""Lists of Python values as the columns of a Table: judged by their types before numpy sees them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from socialmkt.core._instants import MICROSECOND, to_us
from socialmkt.core.errors import InvalidInput, Overflow, Verbatim, refuse

Array = NDArray[Any]

HOLDS: Final = {
    "ints": "hold whole numbers",
    "floats": "hold float64 or float32 numbers",
    "flags": "hold True and False",
    "texts": "hold text",
    "instants": "hold instants",
    "days": "hold days",
    "spans": "hold durations",
    "ids": "hold whole numbers, text, bytes or UUIDs, one kind of them",
}
"""Kind of column -> what follows "must" in a refusal."""

ANY_KIND: Final = "hold numbers, flags, text, instants, days, durations, bytes or UUIDs, one kind of them"

_NAT: Final = -(2**63)
_INTS: Final = (int, np.integer)
_NUMBERS: Final = (int, float, np.integer, np.floating)


def from_list(values: Any, kind: str, *, func: str, name: str) -> Array:
    """Build the array of a kind from a list, a tuple or another sequence; refuse what does not belong."""
    items = as_list(values, func=func, name=name)
    if kind == "ids":
        kind = _kind_of_ids(items)
    check = _CHECKS[kind]
    types = set(map(type, items))
    if len(types) == 1 and issubclass(next(iter(types)), np.generic) and not types <= {np.str_, np.bytes_}:
        return np.array(items)
    strange = [row for row, item in enumerate(items) if not check(item)] if not all(map(check, items)) else []
    if strange:
        must, row = HOLDS.get(kind, HOLDS["ids"]), strange[0]
        raise refuse(InvalidInput, func, name, must, items[row], row=row, count=len(strange), total=len(items))
    return _BUILDERS[kind](items, func, name)


def as_list(values: Any, *, func: str, name: str) -> list[Any]:
    """Take the values of a sequence; refuse scalars, text, sets, generators and the like."""
    if isinstance(values, (str, bytes)) or not isinstance(values, Sequence):
        raise refuse(InvalidInput, func, name, "be a numpy array or a list", cast("object", values))
    return list(cast("Sequence[Any]", values))


def kind_of_list(values: Any, *, func: str, name: str) -> str:
    """Tell which kind of column a list makes; an empty one makes floats, as numpy has it."""
    items = as_list(values, func=func, name=name)
    present = [item for item in items if item is not None]
    for kind in ("flags", "ints", "floats", "texts", "days", "instants", "spans", "bytes", "uuids"):
        if all(map(_CHECKS[kind], present)):
            return "floats" if not present else "ids" if kind in {"bytes", "uuids"} else kind
    kinds = sorted({type(item).__name__ for item in present})
    raise refuse(InvalidInput, func, name, ANY_KIND, Verbatim("a list of " + " and ".join(kinds)))


def object_array(items: Iterable[Any]) -> Array:
    """Put values into an object array one by one (numpy would make arrays of nested ones and cut trailing NULs)."""
    values = list(items)
    objects = np.empty(len(values), dtype=object)
    objects[:] = values
    return objects


def _kind_of_ids(items: list[Any]) -> str:
    """Tell which kind of ids a list begins with; the others must be of that kind too."""
    first = items[0] if items else 0
    return next((kind for kind in ("texts", "bytes", "uuids") if _CHECKS[kind](first)), "ints")


def _is_null(item: Any) -> bool:
    return item is None or bool(item != item)  # noqa: PLR0124  # NaN and NaT differ from themselves


def _is_day(item: Any) -> bool:
    if isinstance(item, np.datetime64):
        return np.datetime_data(item.dtype) == ("D", 1)
    return item is None or (isinstance(item, dt.date) and not isinstance(item, dt.datetime))


_CHECKS: Final[dict[str, Callable[[Any], bool]]] = {
    "ints": lambda item: isinstance(item, _INTS) and not isinstance(item, bool),
    "floats": lambda item: item is None or (isinstance(item, _NUMBERS) and not isinstance(item, bool)),
    "flags": lambda item: isinstance(item, (bool, np.bool_)),
    "texts": lambda item: isinstance(item, str),
    "instants": lambda item: item is None or isinstance(item, (dt.datetime, np.datetime64)),
    "days": _is_day,
    "spans": lambda item: item is None or isinstance(item, (dt.timedelta, np.timedelta64)),
    "bytes": lambda item: isinstance(item, bytes),
    "uuids": lambda item: isinstance(item, uuid.UUID),
}


def _whole(items: list[Any], func: str, name: str) -> Array:
    low, high = min(items, default=0), max(items, default=0)
    if low >= -(2**63) and high < 2**63:
        return np.array(items, dtype=np.int64)
    if low >= 0 and high < 2**64:
        return np.array(items, dtype=np.uint64)
    worst = high if high >= 2**63 else low
    raise refuse(Overflow, func, name, "fit 64 bits", worst, row=items.index(worst))


def _floats(items: list[Any], func: str, name: str) -> Array:
    return np.array([np.nan if item is None else float(item) for item in items], dtype=np.float64)


def _ticks(items: list[Any], ticks: Callable[[Any], int], func: str, name: str) -> Array:
    """Count the microseconds of each value, in Python ints, so that nothing wraps."""
    whole = [_NAT if _is_null(item) else ticks(item) for item in items]
    for row, tick in enumerate(whole):
        if not _NAT <= tick < 2**63:
            raise refuse(Overflow, func, name, "fit microseconds in 64 bits", items[row], row=row)
    return np.array(whole, dtype=np.int64)


def _instants(items: list[Any], func: str, name: str) -> Array:
    return _ticks(items, lambda item: to_us(item, func=func, name=name), func, name).view("M8[us]")


def _spans(items: list[Any], func: str, name: str) -> Array:
    def microseconds(item: Any) -> int:
        return int((item.item() if isinstance(item, np.timedelta64) else item) // MICROSECOND)

    return _ticks(items, microseconds, func, name).view("m8[us]")


_BUILDERS: Final[dict[str, Callable[[list[Any], str, str], Array]]] = {
    "ints": _whole,
    "floats": _floats,
    "flags": lambda items, *_: np.array(items, dtype=np.bool_),
    "texts": lambda items, *_: object_array(map(str.__str__, items)),
    "instants": _instants,
    "days": lambda items, *_: np.array(items, dtype="M8[D]"),
    "spans": _spans,
    "bytes": lambda items, *_: object_array(map(bytes, items)),
    "uuids": lambda items, *_: object_array(items),
}
