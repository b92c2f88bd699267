"""The kinds of column that a Table can declare, as types of pydantic fields."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Annotated, Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, PlainSerializer, ValidationInfo, WithJsonSchema

from socialmkt.core._table_columns import read
from socialmkt.core._table_json import decode, encode

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo


class _Reader:
    """Read a field of a given kind; called by pydantic with what the caller passed."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __call__(self, value: Any, info: ValidationInfo) -> NDArray[Any]:
        name = info.field_name or "column"
        if info.mode == "json":
            value = decode(value, self.kind, name=name)
        return read(value, self.kind, func="", name=name)


def _json(kind: str) -> PlainSerializer:
    return PlainSerializer(functools.partial(encode, kind=kind), when_used="json")


def _schema(**items: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "array", "items": items})


def _or_null(**items: Any) -> WithJsonSchema:
    return _schema(anyOf=[items, {"type": "null"}])


Ints = Annotated[
    NDArray[np.integer[Any]],
    BeforeValidator(_Reader("ints")),
    _json("ints"),
    _schema(type="integer"),
]
"""A column of whole numbers, of any int dtype."""

Floats = Annotated[
    NDArray[np.floating[Any]],
    BeforeValidator(_Reader("floats")),
    _json("floats"),
    _schema(anyOf=[{"type": "number"}, {"type": "null"}, {"enum": ["Infinity", "-Infinity"]}]),
]
"""A column of float64 or float32 numbers; NaN where there is none."""

Flags = Annotated[NDArray[np.bool_], BeforeValidator(_Reader("flags")), _json("flags"), _schema(type="boolean")]
"""A column of True and False."""

Texts = Annotated[
    NDArray[np.str_ | np.object_],
    BeforeValidator(_Reader("texts")),
    _json("texts"),
    _schema(type="string"),
]
"""A column of text, as numpy's fixed width or as objects."""

Instants = Annotated[
    NDArray[np.datetime64],
    BeforeValidator(_Reader("instants")),
    _json("instants"),
    _or_null(type="string", format="date-time"),
]
"""A column of instants in UTC, `datetime64[us]`; NaT where there is none."""

Days = Annotated[
    NDArray[np.datetime64],
    BeforeValidator(_Reader("days")),
    _json("days"),
    _or_null(type="string", format="date"),
]
"""A column of days, `datetime64[D]`; NaT where there is none."""

Spans = Annotated[
    NDArray[np.timedelta64],
    BeforeValidator(_Reader("spans")),
    _json("spans"),
    _or_null(type="integer"),
]
"""A column of durations, `timedelta64[us]`; NaT where there is none. Whole microseconds in JSON."""

Ids = Annotated[
    NDArray[Any],
    BeforeValidator(_Reader("ids")),
    _json("ids"),
    _schema(anyOf=[{"type": "integer"}, {"type": "string"}]),
]
"""A column of ids as `columns.ids` gives them: ints, text, objects of `bytes` or of `UUID`."""

ALIASES: Final[dict[str, Any]] = {
    "ints": Ints,
    "floats": Floats,
    "flags": Flags,
    "texts": Texts,
    "instants": Instants,
    "days": Days,
    "spans": Spans,
    "ids": Ids,
}


def kind_of_field(field: FieldInfo) -> str | None:
    """Tell the kind of column that a field declares, also one that may be absent; None for metadata."""
    inner = getattr(field.annotation, "__args__", ())
    marks = [*field.metadata, *(mark for part in inner for mark in getattr(part, "__metadata__", ()))]
    readers = (mark.func for mark in marks if isinstance(mark, BeforeValidator))
    return next((reader.kind for reader in readers if isinstance(reader, _Reader)), None)
