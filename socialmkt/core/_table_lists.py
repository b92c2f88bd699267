"""Python values as the columns of a Table: judged by their types before numpy sees them."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from socialmkt.core._columns import read_flags, read_ids
from socialmkt.core._listed import Listed, is_float, is_whole, listed, whole_numbers
from socialmkt.core._moments import read_instants, read_spans
from socialmkt.core._sources import Parameter, as_objects
from socialmkt.core.errors import InvalidInput, Overflow, Verbatim

if TYPE_CHECKING:
    from collections.abc import Callable

Array = NDArray[Any]

HOLDS: Final = {
    "ints": "hold whole numbers",
    "floats": "hold float64 or float32 numbers",
    "flags": "hold true and false",
    "texts": "hold text",
    "instants": "hold aware datetimes or datetime64",
    "days": "hold dates or datetime64[D]",
    "spans": "hold timedeltas of a fixed unit",
    "ids": "hold whole numbers, text, bytes or UUIDs",
}
"""Kind of column -> what follows "must" in a refusal."""

ANY_KIND: Final = "hold numbers, flags, text, instants, days, durations, bytes or UUIDs, one kind of them"


def from_items(items: list[Any], kind: str, at: Parameter) -> Array:
    """Build the array of a kind from Python values; refuse what does not belong, and nulls where no value means one."""
    values: Array
    values, nulls = _BUILDERS[kind](items, at)
    if nulls is not None and kind not in {"floats", "instants", "days", "spans"}:
        row, count = int(nulls.argmax()), int(nulls.sum())
        raise at.refuse(InvalidInput, "not be null", items[row], row=row, count=count, total=len(items))
    return values


def kind_of_items(items: list[Any], at: Parameter) -> str:
    """Tell which kind of column Python values make; none at all make floats, as numpy has it."""
    types = listed(items, at).types
    fitting = (kind for kind, fits in _FITS.items() if all(map(fits, types)))
    kind = next(fitting, None) if types else "floats"
    if kind is None:
        names = " and ".join(sorted(one.__name__ for one in types))
        raise at.refuse(InvalidInput, ANY_KIND, Verbatim(f"a list of {names}"))
    return kind


def _is_day(kind: type) -> bool:
    return issubclass(kind, dt.date) and not issubclass(kind, dt.datetime)


def _is_id(kind: type) -> bool:
    return issubclass(kind, (bytes, uuid.UUID))


_FITS: Final[dict[str, Callable[[type], bool]]] = {
    "flags": lambda kind: issubclass(kind, (bool, np.bool_)),
    "ints": is_whole,
    "floats": lambda kind: is_whole(kind) or is_float(kind),
    "texts": lambda kind: issubclass(kind, str),
    "days": _is_day,
    "instants": lambda kind: issubclass(kind, (dt.datetime, np.datetime64)),
    "spans": lambda kind: issubclass(kind, (dt.timedelta, np.timedelta64)),
    "ids": _is_id,
}


def _found(items: list[Any], kind: str, at: Parameter) -> Listed:
    found = listed(items, at)
    found.require(_FITS[kind], HOLDS[kind])
    return found


def _ints(items: list[Any], at: Parameter) -> Any:
    found = _found(items, "ints", at)
    values = whole_numbers(found)
    if values is None:
        places = [place for place, item in enumerate(found.items) if not -(2**63) <= item < 2**63]
        raise found.refused(Overflow, "fit 64 bits, all signed or all unsigned", places)
    return found.spread(values)


def _floats(items: list[Any], at: Parameter) -> Any:
    found = _found(items, "floats", at)
    return found.spread(np.array(found.items, dtype=np.float64))


def _texts(items: list[Any], at: Parameter) -> Any:
    found = _found(items, "texts", at)
    return found.spread(as_objects(list(map(str.__str__, found.items))))


def _days(items: list[Any], at: Parameter) -> Any:
    found = listed(items, at)
    days = [getattr(item, "dtype", None) == "M8[D]" or _is_day(item.__class__) for item in found.items]
    if not all(days):
        raise found.refused(InvalidInput, HOLDS["days"], [place for place, fits in enumerate(days) if not fits])
    return found.spread(np.array(found.items, dtype="M8[D]"))


_BUILDERS: Final[dict[str, Callable[[list[Any], Parameter], Any]]] = {
    "ints": _ints,
    "floats": _floats,
    "flags": lambda items, at: read_flags(items, func=at.func, name=at.name),
    "texts": _texts,
    "instants": lambda items, at: read_instants(items, func=at.func, name=at.name),
    "days": _days,
    "spans": lambda items, at: read_spans(items, func=at.func, name=at.name),
    "ids": lambda items, at: read_ids(items, func=at.func, name=at.name),
}
