"""The columns of a Table: what each kind may hold, how it is read, and how it is made immune to change."""

from __future__ import annotations

import uuid
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, ValidationInfo
from pydantic.fields import FieldInfo

from socialmkt.core._table_json import decode
from socialmkt.core._table_lists import ANY_KIND, HOLDS, from_list, kind_of_list
from socialmkt.core.errors import InvalidInput, Overflow, Verbatim, refuse

Array = NDArray[Any]

_DTYPE_KINDS: Final = {
    "ints": "iu",
    "floats": "f",
    "flags": "b",
    "texts": "UTO",
    "instants": "M",
    "days": "M",
    "spans": "m",
    "ids": "iuUTSO",
}
_KIND_OF_DTYPE: Final = {
    "i": "ints",
    "u": "ints",
    "f": "floats",
    "b": "flags",
    "U": "texts",
    "T": "texts",
    "m": "spans",
}
_ID_TYPES: Final = ({str}, {bytes}, {uuid.UUID})
_FINER: Final = {"ns", "ps", "fs", "as"}


class Reader:
    """Read a field of a given kind; called by pydantic with what the caller passed."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __call__(self, value: Any, info: ValidationInfo) -> Array:
        name = info.field_name or "column"
        if info.mode == "json":
            value = decode(value, self.kind, name=name)
        return read(value, self.kind, func="", name=name)


def kind_of_field(field: FieldInfo) -> str | None:
    """Tell the kind of column that a field declares, also one that may be absent; None for metadata."""
    inner = getattr(field.annotation, "__args__", ())
    marks = [*field.metadata, *(mark for part in inner for mark in getattr(part, "__metadata__", ()))]
    readers = (mark.func for mark in marks if isinstance(mark, BeforeValidator))
    return next((reader.kind for reader in readers if isinstance(reader, Reader)), None)


def kind_of(values: Any, *, func: str, name: str) -> str:
    """Tell the kind of a column from its dtype, or from the types of a list's values."""
    if not isinstance(values, np.ndarray):
        return kind_of_list(values, func=func, name=name)
    code = values.dtype.kind
    if code == "M":
        return "days" if np.datetime_data(values.dtype) == ("D", 1) else "instants"
    if code == "S" or (code == "O" and values.size and isinstance(values.flat[0], (bytes, uuid.UUID))):
        return "ids"
    if code == "O":
        return "texts"
    if code not in _KIND_OF_DTYPE:
        raise refuse(InvalidInput, func, name, ANY_KIND, values)
    return _KIND_OF_DTYPE[code]


def read(values: Any, kind: str, *, func: str, name: str) -> Array:
    """Read a column as a view of a read-only array of its kind.

    A writable array is copied once; one that nobody can write to is taken as it is.
    """
    array = values if isinstance(values, np.ndarray) else from_list(values, kind, func=func, name=name)
    clean = _checked(array, kind, func, name)
    if clean is values and not _immune(clean):
        clean = clean.copy()
    return freeze(clean).view()


def freeze(array: Array) -> Array:
    """Make an array read-only for good and without a copy; only for arrays that no one else holds.

    A view of the whole of another array is frozen together with it. A view of a part is copied, so that a few rows
    do not keep millions alive.
    """
    base = array.base
    if _immune(array):
        return array
    if base is None:
        array.flags.writeable = False
        return array
    if isinstance(base, np.ndarray) and base.flags.owndata and base.nbytes == array.nbytes:
        base.flags.writeable = False
        array.flags.writeable = False
        return array
    return freeze(array.copy())


def _immune(array: Array) -> bool:
    """Tell whether nobody can make this array writable: it and the array that owns its memory are read-only."""
    owner = array if array.base is None else array.base
    return (
        not array.flags.writeable and isinstance(owner, np.ndarray) and owner.base is None and not owner.flags.writeable
    )


def _checked(array: Array, kind: str, func: str, name: str) -> Array:
    """Check shape and dtype; give the array itself, or one that is contiguous, of native order and in our units."""
    if array.ndim != 1:
        raise refuse(InvalidInput, func, name, "have one dimension", Verbatim(f"an array of shape {array.shape}"))
    if isinstance(array, np.ma.MaskedArray):
        raise refuse(InvalidInput, func, name, "be a plain array", Verbatim("a masked array"))
    code, size = array.dtype.kind, array.dtype.itemsize
    if code not in _DTYPE_KINDS[kind] or (code == "f" and size not in {4, 8}):
        raise refuse(InvalidInput, func, name, HOLDS[kind], array)
    if code in "mM":
        array = _in_unit(array, kind, func, name)
    elif code in "TSO":
        return _objects(array, kind, func, name)
    return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("="))


def _in_unit(array: Array, kind: str, func: str, name: str) -> Array:
    """Days as they are, other times in microseconds; refused where they do not fit, since numpy wraps silently."""
    unit, step = np.datetime_data(array.dtype)
    if kind == "days" and (unit, step) != ("D", 1):
        fix = 'Pass datetime64[D], such as x.astype("datetime64[D]").'
        raise refuse(InvalidInput, func, name, HOLDS[kind], array, fix=fix)
    if unit == "generic" or (kind == "spans" and unit in {"Y", "M"}):
        raise refuse(InvalidInput, func, name, "be in a unit of fixed length", array)
    if kind == "days" or (unit, step) == ("us", 1):
        return array
    scaled: Array = array.astype(f"{array.dtype.kind}8[us]")
    if unit not in _FINER:
        _refuse_wrapped(array, scaled, func, name)
    return scaled


def _refuse_wrapped(array: Array, scaled: Array, func: str, name: str) -> None:
    """A coarse tick that wrapped does not come back as itself."""
    wrapped = (scaled.astype(array.dtype) != array) & ~np.isnat(array)
    if wrapped.any():
        row, count = int(wrapped.argmax()), int(np.count_nonzero(wrapped))
        unit, step = np.datetime_data(array.dtype)
        got = Verbatim(f"{int(array[row].astype(np.int64)) * step} {unit}")
        raise refuse(Overflow, func, name, "fit microseconds in 64 bits", got, row=row, count=count, total=len(array))


def _objects(array: Array, kind: str, func: str, name: str) -> Array:
    """Text, or one kind of ids, as objects; anything else is judged as the list it is."""
    objects: Array = array if array.dtype.kind == "O" else array.astype(object)
    items = objects.tolist()
    types = set(map(type, items))
    if types == {str} or not types or (kind == "ids" and types in _ID_TYPES):
        return np.ascontiguousarray(objects)
    return from_list(items, kind, func=func, name=name)
