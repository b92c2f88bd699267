"""Models that hold arrays: compared by value, refused as keys of a dict, frozen again after a pickle or a copy."""

from __future__ import annotations

from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, ConfigDict, PlainSerializer, ValidationInfo, WithJsonSchema

from socialmkt.core.errors import InvalidInput, Verbatim, refuse
from socialmkt.core.model import Frozen
from socialmkt.core.table import freeze

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


def read_matrix(value: Any, shape: tuple[int, int], func: str, name: str) -> Array:
    """Read a matrix of numbers of a given shape."""
    try:
        array = np.asarray(value)
    except ValueError:
        raise refuse(InvalidInput, func, name, "be a matrix", Verbatim("rows of several lengths")) from None
    if array.shape != shape or array.dtype.kind not in "iuf":
        got = Verbatim(f"{array.dtype} of shape {array.shape}")
        raise refuse(InvalidInput, func, name, f"be a matrix of numbers of shape {shape}", got)
    return array


def _own_matrix(value: Any, info: ValidationInfo) -> Array:
    array = np.array(value)
    if array.ndim != 2 or array.dtype.kind not in "iuf":
        must = "be an array of numbers with 2 dimensions"
        raise refuse(InvalidInput, "", info.field_name or "matrix", must, array)
    return freeze(array.astype(np.float64 if array.dtype.kind == "f" else np.int64)).view()


def _lists(array: Array) -> list[Any]:
    lists: list[Any] = array.tolist()
    return lists


Matrix = Annotated[
    Array,
    BeforeValidator(_own_matrix),
    PlainSerializer(_lists, when_used="json"),
    WithJsonSchema({"type": "array", "items": {"type": "array", "items": {"type": "number"}}}),
]
"""A read-only int64 or float64 array of two dimensions."""
