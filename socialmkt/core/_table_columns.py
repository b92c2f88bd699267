"""The columns of a Table: what each kind may hold, how it is read, and how it is made immune to change."""

from __future__ import annotations

import uuid
from typing import Any, Final, TypeGuard

import numpy as np
from numpy.typing import NDArray

from socialmkt.core._moments import read_instants, read_spans
from socialmkt.core._sources import Parameter, open_column, untyped
from socialmkt.core._table_lists import ANY_KIND, HOLDS, from_items, kind_of_items
from socialmkt.core.errors import InvalidInput

Array = NDArray[Any]

_DTYPE_KINDS: Final = {
    "ints": "iu",
    "floats": "f",
    "flags": "b",
    "texts": "U",
    "instants": "M",
    "days": "M",
    "spans": "m",
    "ids": "iuU",
}
_KIND_OF_DTYPE: Final = {"i": "ints", "u": "ints", "f": "floats", "b": "flags", "U": "texts", "m": "spans"}
_ONE_TYPE: Final = {"texts": ({str},), "ids": ({str}, {bytes}, {uuid.UUID})}


def is_array(value: object) -> TypeGuard[Array]:
    """Tell a numpy array."""
    return isinstance(value, np.ndarray)


def kind_of(values: Any, *, func: str, name: str) -> str:
    """Tell the kind of a column from its dtype, or from the types of its values."""
    at = Parameter(func, name)
    found = open_column(values, at).values
    if isinstance(found, list):
        return kind_of_items(found, at) if found or not is_array(values) else "texts"
    if found.dtype.kind == "M":
        return "days" if found.dtype == "M8[D]" else "instants"
    if found.dtype.kind not in _KIND_OF_DTYPE:
        raise at.refuse(InvalidInput, ANY_KIND, found)
    return _KIND_OF_DTYPE[found.dtype.kind]


def read(values: Any, kind: str, *, func: str, name: str) -> Array:
    """Read a column as a view of a read-only array of its kind.

    A writable array is copied once; one that nobody can write to is taken as it is.
    """
    at = Parameter(func, name)
    if is_array(values) and _is_clean(values, kind):
        return freeze(values if _immune(values) else values.copy()).view()
    found, nulls, _ = open_column(values, at)
    if isinstance(found, list) or untyped(found):
        return freeze(from_items(list(found), kind, at)).view()
    clean = np.require(_typed(found, nulls, kind, at), requirements=("C", "A"))
    return freeze(clean if _immune(clean) else clean.copy()).view()


def freeze(array: Array) -> Array:
    """Make an array read-only for good and without a copy; only for arrays that no one else holds.

    A view of the whole of another array is frozen together with it. A view of a part is copied, so that a few rows
    do not keep millions alive.

    Parameters
    ----------
    array : array of any dtype
        What the caller has just made and nobody else holds.

    Returns
    -------
    array
        The same values, read-only.

    Examples
    --------
    >>> freeze(np.array([3, 40])).flags.writeable
    False
    """
    base = array.base
    if _immune(array):
        return array
    if base is None:
        array.flags.writeable = False
        return array
    if is_array(base) and base.flags.owndata and base.nbytes == array.nbytes:
        base.flags.writeable = False
        array.flags.writeable = False
        return array
    return freeze(array.copy())


def _immune(array: Array) -> bool:
    """Tell whether nobody can make this array writable: it and the array that owns its memory are read-only."""
    owner = array if array.base is None else array.base
    return not array.flags.writeable and is_array(owner) and owner.flags.owndata and not owner.flags.writeable


def _typed(found: Array, nulls: NDArray[np.bool_] | None, kind: str, at: Parameter) -> Array:
    """Check the dtype of an array, and bring times to microseconds."""
    if kind == "floats" and found.dtype.kind in "iu":
        return _as_floats(found, nulls)
    if found.dtype.kind not in _DTYPE_KINDS[kind] or (kind == "floats" and found.dtype.itemsize not in {4, 8}):
        raise at.refuse(InvalidInput, HOLDS[kind], found)
    if kind == "days" and found.dtype != "M8[D]":
        fix = 'Pass datetime64[D], such as x.astype("datetime64[D]").'
        raise at.refuse(InvalidInput, HOLDS[kind], found, fix=fix)
    if nulls is not None and kind in {"ints", "flags", "texts", "ids"}:
        rows = {"row": int(nulls.argmax()), "count": int(nulls.sum()), "total": len(nulls)}
        raise at.refuse(InvalidInput, "not be null", None, **rows)
    if kind not in {"instants", "spans"} or np.datetime_data(found.dtype) == ("us", 1):
        return found
    reader = read_instants if kind == "instants" else read_spans
    return reader(found, func=at.func, name=at.name)[0]


def _as_floats(whole: Array, nulls: NDArray[np.bool_] | None) -> Array:
    """Take ints as floats, as a list of them is taken."""
    floats = whole.astype(np.float64)
    if nulls is not None:
        floats[nulls] = np.nan
    return floats


def _is_clean(array: Array, kind: str) -> bool:
    """Tell an object array that holds nothing but text, or one kind of ids."""
    if array.dtype.kind != "O" or array.ndim != 1 or kind not in _ONE_TYPE or isinstance(array, np.ma.MaskedArray):
        return False
    types = set(map(type, array.tolist()))
    return not types or types in _ONE_TYPE[kind]
