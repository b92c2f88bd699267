"""Models that hold arrays: compared by value, refused as keys of a dict, frozen again after a pickle or a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, ConfigDict, PlainSerializer, ValidationInfo, WithJsonSchema

from socialmkt.core.errors import InvalidInput, refuse
from socialmkt.core.model import Frozen
from socialmkt.core.table import freeze

if TYPE_CHECKING:
    from collections.abc import Callable

Array = NDArray[Any]


class ArrayModel(Frozen):
    """The base of results that are no tables but hold arrays."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return all(_same(getattr(self, name), getattr(other, name)) for name in type(self).model_fields)

    def __hash__(self) -> int:
        message = f"unhashable type: '{type(self).__name__}': compare with =="
        raise TypeError(message)

    def __reduce__(self) -> tuple[Any, ...]:
        """Freeze the arrays again when they arrive."""
        return type(self).model_validate, ({name: getattr(self, name) for name in type(self).model_fields},)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return self.__copy__()


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and bool(np.array_equal(a, b, equal_nan=a.dtype.kind == "f"))
    return bool(a == b)


def _reader(dimensions: int) -> Callable[[Any, ValidationInfo], Array]:
    def read(value: Any, info: ValidationInfo) -> Array:
        array = np.array(value)
        if array.ndim != dimensions or array.dtype.kind not in "iuf":
            must = f"be an array of numbers with {dimensions} dimension{'s' * (dimensions > 1)}"
            raise refuse(InvalidInput, "", info.field_name or "array", must, array)
        return freeze(array.astype(np.float64 if array.dtype.kind == "f" else np.int64)).view()

    return read


def _lists(array: Array) -> list[Any]:
    lists: list[Any] = array.tolist()
    return lists


_NUMBERS = {"type": "array", "items": {"type": "number"}}

Vector = Annotated[
    Array, BeforeValidator(_reader(1)), PlainSerializer(_lists, when_used="json"), WithJsonSchema(_NUMBERS)
]
"""A read-only int64 or float64 array of one dimension."""

Matrix = Annotated[
    Array,
    BeforeValidator(_reader(2)),
    PlainSerializer(_lists, when_used="json"),
    WithJsonSchema({"type": "array", "items": _NUMBERS}),
]
"""A read-only int64 or float64 array of two dimensions."""
