"""Open a column of any library: as a typed numpy array, or as plain Python values.

No dataframe library is imported here. A column is known by the top-level module of its type and read through its own
methods, so that nothing passes through float64 or a Python loop on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from socialmkt.core.errors import InvalidInput, SocialmktError, Verbatim, refuse

Flags: TypeAlias = NDArray[np.bool_]


class _LibraryColumn(Protocol):
    """What a column of pandas, polars, pyarrow or narwhals has in common."""

    def __len__(self) -> int: ...

    def __getitem__(self, key: Any, /) -> Any: ...


Column: TypeAlias = Sequence[Any] | NDArray[Any] | _LibraryColumn
"""A one-dimensional array, a list, or one column of pandas, polars, pyarrow or narwhals."""

_COLUMNS = {
    "pandas": {"Series", "Index", "ExtensionArray"},
    "polars": {"Series"},
    "pyarrow": {"Array", "ChunkedArray"},
    "narwhals": {"Series"},
}
_TEXT = (str, bytes, bytearray)
NAT = -(2**63)
"""NaT as an int64."""
_MUST = "be a column: a list, an array, or one pandas, polars or pyarrow column"

E = TypeVar("E", bound=SocialmktError)


class Parameter(NamedTuple):
    """Who asks for a column, and under which name; both stand in every refusal."""

    func: str
    name: str

    def refuse(self, kind: type[E], must: str, got: object, **where: Any) -> E:
        return refuse(kind, self.func, self.name, must, got, **where)


class Where(NamedTuple):
    """Values of one parameter, and the rows that they have in the whole of its column."""

    at: Parameter
    total: int
    row: Callable[[int], int] = int

    def refuse(self, kind: type[E], must: str, got: object, *, place: int, count: int, fix: str | None = None) -> E:
        return self.at.refuse(kind, must, got, row=self.row(place), count=count, total=self.total, fix=fix)


class Source(NamedTuple):
    """An opened column: a typed array with the mask of its nulls, or Python values that hold their own nulls.

    `objects` is the array that Python values came in, if they came in one.
    """

    values: NDArray[Any] | list[Any]
    nulls: Flags | None = None
    objects: NDArray[np.object_] | None = None

    def array(self) -> NDArray[Any]:
        if self.objects is not None:
            return self.objects
        return self.values if isinstance(self.values, np.ndarray) else as_objects(self.values)


def open_column(x: Any, at: Parameter) -> Source:
    """Open a column of any kind; refuse what is none and say what to pass instead."""
    if isinstance(x, list):
        return Source(x)
    if issubclass(type(x), np.ndarray):
        return _from_numpy(x, at)
    library, names = _origin(x)
    if library and names & _COLUMNS[library] and "MultiIndex" not in names:
        return _READERS[library](x, at)
    if issubclass(type(x), Sequence) and not issubclass(type(x), _TEXT):
        return Source(list(x))
    raise _no_column(x, at)


def is_single(x: object) -> bool:
    """Tell one value from a column of values, where either may come."""
    return issubclass(type(x), _TEXT) or not hasattr(type(x), "__iter__")


def _origin(x: Any) -> tuple[str, set[str]]:
    """Name the library a value comes from, and the names of its classes there; ("", {}) for all others."""
    for library in _COLUMNS:
        names = {kind.__name__ for kind in type(x).__mro__ if kind.__module__.partition(".")[0] == library}
        if names:
            return library, names
    return "", set()


def _no_column(x: Any, at: Parameter) -> SocialmktError:
    kind = cast("Any", type(x))
    got = Verbatim(f"a {kind.__name__}")
    if hasattr(kind, "columns") or hasattr(kind, "levels"):
        return at.refuse(InvalidInput, _MUST, got, fix="Pass one of its columns.")
    if issubclass(kind, Mapping):
        return at.refuse(InvalidInput, _MUST, got, fix="Pass list(x.values()), or one entry of it.")
    if issubclass(kind, AbstractSet):
        return at.refuse(InvalidInput, _MUST, got, fix="Pass sorted(x): a set has no order.")
    if hasattr(kind, "__iter__") and not issubclass(kind, _TEXT):
        return at.refuse(InvalidInput, _MUST, got, fix="Pass list(x).")
    fix = "Pass [] for no rows." if x is None else "Pass a list such as [x] for one value."
    return at.refuse(InvalidInput, _MUST, x, fix=fix)


def _from_numpy(x: NDArray[Any], at: Parameter) -> Source:
    if x.ndim != 1:
        fix = "Pass one column of it, such as x[:, 0]." if x.ndim else "Pass a list such as [x] for one value."
        raise at.refuse(InvalidInput, "be one-dimensional", Verbatim(f"a {x.ndim}-D {x.dtype} array"), fix=fix)
    if x.dtype.kind == "V":
        raise at.refuse(InvalidInput, "hold single values", x, fix="Pass one field of it, such as x['name'].")
    masked = isinstance(x, np.ma.MaskedArray)
    if x.dtype.kind == "O" and not masked:
        return _from_objects(x)
    if x.dtype.kind in "OST":
        return Source(x.tolist())
    mask = np.ma.getmaskarray(x) if masked else None
    values = np.ascontiguousarray(np.asarray(x).astype(x.dtype.newbyteorder("="), copy=False))
    if mask is None or not mask.any():
        return Source(values)
    values = values.copy()
    values[mask] = blank(values.dtype)
    return Source(values, mask)


def _from_objects(x: NDArray[np.object_]) -> Source:
    return Source(x.tolist(), objects=x)


def require_unmasked(x: NDArray[Any], at: Parameter) -> None:
    """Refuse an array, of any shape, of which a mask hides something."""
    if isinstance(x, np.ma.MaskedArray) and np.ma.getmaskarray(x).any():
        hidden: Flags = np.atleast_1d(np.ma.getmaskarray(x))
        rows: Flags = np.logical_or.reduce(hidden.reshape(len(hidden), -1), axis=1)
        where = {"row": int(rows.argmax()), "count": int(rows.sum()), "total": len(rows)}
        raise at.refuse(InvalidInput, "not be null", Verbatim("null"), **where)


def missing(values: NDArray[Any], nulls: Flags | None) -> Flags | None:
    """Join the mask of a typed array with its NaN and NaT; None if there are no nulls."""
    clean = values.dtype.kind not in "fmM"
    if clean or (values.dtype.kind in "mM" and values.view(np.int64).min(initial=0) != NAT):
        return nulls
    lost = np.isnan(values) if nulls is None else np.isnan(values) | nulls
    return lost if lost.any() else None


def untyped(values: NDArray[Any]) -> bool:
    """Tell an array of no rows, whose float64 is only numpy's guess."""
    return len(values) == 0 and values.dtype == np.float64


def blank(dtype: np.dtype[Any]) -> Any:
    """Give what stands in a null's place: NaT, NaN, None, and else the zero of the type."""
    if dtype.kind in "mM":
        return np.array("NaT", dtype)[()]
    return {"f": np.nan, "O": None}.get(dtype.kind, np.zeros(1, dtype)[0])


def _from_narwhals(x: Any, at: Parameter) -> Source:
    return open_column(x.to_native(), at)


def _from_pandas(x: Any, at: Parameter) -> Source:
    array = getattr(x, "array", x)
    dtype = array.dtype
    name = type(dtype).__name__
    if name == "CategoricalDtype":
        codes = np.asarray(array.codes)
        return _gather(open_column(array.categories, at), codes, codes < 0 if codes.min(initial=0) < 0 else None)
    if name == "ArrowDtype":
        return open_column(array.__arrow_array__(), at)
    if name == "DatetimeTZDtype":
        return Source(np.asarray(array, dtype=f"datetime64[{dtype.unit}]"))
    if name == "StringDtype":
        return _from_objects(array.to_numpy(dtype=object, na_value=None))
    if name == "NumpyEADtype" or isinstance(dtype, np.dtype):
        return _from_numpy(np.asarray(array), at)
    if not hasattr(dtype, "numpy_dtype"):
        raise at.refuse(InvalidInput, "hold single values", Verbatim(f"a {dtype} column"))
    nulls = array.isna()
    values = array.to_numpy(dtype=dtype.numpy_dtype, na_value=blank(dtype.numpy_dtype))
    return Source(values, nulls if nulls.any() else None)


def _from_polars(x: Any, at: Parameter) -> Source:
    name = x.dtype.base_type().__name__
    if name.startswith(("Int", "UInt", "Boolean")) and not name.endswith("128"):
        nulls = x.is_null().to_numpy() if x.null_count() else None
        filled = x if nulls is None else x.fill_null(False if name == "Boolean" else 0)
        return Source(filled.to_numpy(), nulls)
    if name.startswith(("Float", "Date", "Duration")):
        return Source(x.to_numpy())
    if name in {"Categorical", "Enum"}:
        return _from_polars_codes(x, at)
    if name in {"String", "Binary"}:
        return _from_objects(x.to_numpy())
    return Source(x.to_list())


def _from_polars_codes(x: Any, at: Parameter) -> Source:
    """Find each row's code among those in use: the codes of a Categorical are shared by many columns, with gaps."""
    used = x.drop_nulls().unique()
    in_use = used.to_physical().to_numpy()
    by_code = np.argsort(in_use)
    texts = as_objects(used.to_list())[by_code]
    physical = _from_polars(x.to_physical(), at)
    codes = np.searchsorted(in_use[by_code], physical.values)
    return _gather(Source(texts), codes, physical.nulls)


def _from_pyarrow(x: Any, at: Parameter) -> Source:
    name = str(x.type)
    if name.startswith("dictionary"):
        return _from_dictionary(x, at)
    if name.startswith(("int", "uint", "bool")):
        nulls = x.is_null().to_numpy(zero_copy_only=False) if x.null_count else None
        filled = x if nulls is None else x.fill_null(False if name == "bool" else 0)
        return Source(_pyarrow_numpy(filled), nulls)
    if name.startswith(("float", "double", "halffloat", "timestamp", "date32", "duration")):
        return Source(_pyarrow_numpy(x))
    if name.startswith("date64"):
        return Source(_pyarrow_numpy(x).astype("datetime64[D]"))
    if name.startswith(("string", "large_string", "binary", "large_binary")):
        return _from_objects(_pyarrow_numpy(x))
    return Source(x.to_pylist())


def _pyarrow_numpy(x: Any) -> NDArray[Any]:
    one = x.chunk(0) if getattr(x, "num_chunks", 0) == 1 else x
    array: NDArray[Any] = one.to_numpy(zero_copy_only=False)
    return array


def _from_dictionary(x: Any, at: Parameter) -> Source:
    """Gather chunk by chunk: each has a dictionary of its own."""
    parts: list[Source] = []
    for chunk in getattr(x, "chunks", [x]):
        codes = _from_pyarrow(chunk.indices, at)
        parts.append(_gather(open_column(chunk.dictionary, at), np.asarray(codes.values), codes.nulls))
    if not parts:
        return Source([])
    values = np.concatenate([part.array() for part in parts])
    if values.dtype.kind == "O":
        return _from_objects(values)
    nulls = [np.zeros(len(part.values), bool) if part.nulls is None else part.nulls for part in parts]
    return Source(values, np.concatenate(nulls))


def _gather(categories: Source, codes: NDArray[Any], nulls: Flags | None) -> Source:
    """Take every row's category by its code; the code of a null row means nothing."""
    values = categories.array()
    if not len(values):
        return Source([None] * len(codes))
    safe = codes if nulls is None else np.where(nulls, 0, codes)
    taken = values[safe]
    if categories.nulls is not None:
        nulls = categories.nulls[safe] if nulls is None else nulls | categories.nulls[safe]
    if nulls is not None:
        taken[nulls] = blank(taken.dtype)
    return _from_objects(taken) if taken.dtype.kind == "O" else Source(taken, nulls)


def as_objects(items: list[Any]) -> NDArray[np.object_]:
    """Put the items themselves into an object array: numpy neither unpacks nor converts them."""
    return np.fromiter(items, dtype=object, count=len(items))


_READERS = {
    "pandas": _from_pandas,
    "polars": _from_polars,
    "pyarrow": _from_pyarrow,
    "narwhals": _from_narwhals,
}
