"""Read each kind of column: one reader per kind, from any column to a clean array and the mask of its nulls."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from socialmkt.core._listed import Listed, is_float, is_whole, listed, whole_numbers
from socialmkt.core._sources import Flags, Parameter, Where, as_objects, missing, open_column, untyped
from socialmkt.core.errors import InvalidInput, Overflow, Verbatim, check_choice

if TYPE_CHECKING:
    from collections.abc import Callable

Int64: TypeAlias = NDArray[np.int64]
OnNull: TypeAlias = Literal["raise", "drop"]

_IDS = "hold whole numbers, text, bytes or UUIDs"
_WHOLE = "hold whole numbers"
_MINOR = "hold whole minor units"
_NUMBERS = "hold finite numbers"
_FLAGS = "hold true and false"
_FIT = "fit 64 bits"
_FIX_IDS = "Read the ids as int64 or as text: floats change ids above 2**53."
_FIX_MIXED = "Make all of them text."
_FIX_MINOR = (
    'Money is counted in minor units (cents, fen): pass currency="CNY" where the function takes it, '
    'or Currency("CNY").minors(column{}).'
)
_FIX_DROP = 'Pass on_null="drop" to leave them out.'


def settle(
    x: Any, values: NDArray[Any], nulls: Flags | None, *, func: str, name: str, on_null: str, offer_drop: bool
) -> NDArray[Any]:
    """Apply the null policy to one column that was read from `x`."""
    require_policy(on_null, func)
    if nulls is None or not nulls.any():
        return values
    if on_null == "drop":
        return values[~nulls]
    raise refuse_nulls(x, nulls, Parameter(func, name), offer_drop=offer_drop)


def require_policy(on_null: str, func: str) -> None:
    """Refuse a word that is no null policy."""
    check_choice(func, "on_null", on_null, ["raise", "drop"])


def refuse_nulls(x: Any, nulls: Flags, at: Parameter, *, offer_drop: bool = True) -> InvalidInput:
    """Build the refusal of nulls, with the first as it came."""
    row = int(nulls.argmax())
    shows_it = issubclass(type(x), (list, tuple, np.ndarray)) and not hasattr(x, "mask")
    got = Verbatim(x[row] if shows_it else "null")
    where = {"row": row, "count": int(nulls.sum()), "total": len(nulls)}
    return at.refuse(InvalidInput, "not be null", got, fix=_FIX_DROP if offer_drop else None, **where)


def read_ids(x: Any, *, func: str, name: str) -> tuple[NDArray[Any], Flags | None]:
    """Read ids of one kind."""
    at = Parameter(func, name)
    source = open_column(x, at)
    values = source.values
    if isinstance(values, list):
        return (source.array(), None) if _all_text(values) else _listed_ids(listed(values, at))
    if values.dtype.kind in "iu":
        return _widened(values), source.nulls
    if values.dtype.kind == "U":
        return values, source.nulls
    if untyped(values):
        return np.zeros(0, np.int64), None
    raise at.refuse(InvalidInput, _IDS, values, fix=_FIX_IDS if values.dtype.kind == "f" else None)


def _all_text(items: list[Any]) -> bool:
    """Tell plain text, at the speed of one join; a subclass of `str` is seen only where it comes first.

    Elsewhere it does no harm: it is equal to the plain text and has its hash.
    """
    if not items or type(items[0]) is not str:
        return False
    try:
        "".join(items)
    except TypeError:
        return False
    return True


def _listed_ids(found: Listed) -> tuple[NDArray[Any], Flags | None]:
    fix = _FIX_IDS if any(map(is_float, found.types)) else None
    found.require(lambda kind: _id_reader(kind) is not None, _IDS, fix)
    readers = {_id_reader(kind) for kind in found.types}
    if len(readers) > 1:
        kinds = [_id_reader(kind) for kind in map(type, found.items)]
        others = [place for place, kind in enumerate(kinds) if kind is not kinds[0]]
        raise found.refused(InvalidInput, "hold ids of one kind", others, _FIX_MIXED)
    read = next(iter(readers), None) or _listed_whole
    return found.spread(read(found))


def _id_reader(kind: type) -> Callable[[Listed], NDArray[Any]] | None:
    if is_whole(kind):
        return _listed_whole
    if issubclass(kind, str):
        return _listed_text
    if issubclass(kind, bytes):
        return _listed_bytes
    return _listed_uuids if issubclass(kind, uuid.UUID) else None


def _listed_whole(found: Listed) -> NDArray[Any]:
    values = whole_numbers(found)
    if values is None:
        over = [place for place, item in enumerate(found.items) if not -(2**63) <= item < 2**63]
        raise found.refused(Overflow, f"{_FIT}, all signed or all unsigned", over)
    return values


def _listed_text(found: Listed) -> NDArray[Any]:
    return as_objects(found.items if found.types == {str} else list(map(str.__str__, found.items)))


def _listed_bytes(found: Listed) -> NDArray[Any]:
    return as_objects(found.items if found.types == {bytes} else list(map(bytes, found.items)))


def _listed_uuids(found: Listed) -> NDArray[Any]:
    return as_objects(found.items)


def _widened(values: NDArray[Any]) -> NDArray[Any]:
    """Any ints as int64, or as uint64 if a value needs it; 64-bit ones without a copy."""
    if values.dtype != np.uint64:
        return values.astype(np.int64, copy=False)
    fits = not len(values) or int(values.max()) < 2**63
    return values.view(np.int64) if fits else values


def read_amounts(x: Any, *, func: str, name: str) -> tuple[Int64, Flags | None]:
    """Read money in minor units."""
    return _read_whole(x, Parameter(func, name), _MINOR, _minor_fix)


def _minor_fix(kind: type) -> str | None:
    """Say how to read what may be an amount in major units."""
    if is_float(kind):
        return _FIX_MINOR.format(", floats=True")
    return _FIX_MINOR.format("") if issubclass(kind, (str, Decimal)) else None


def read_quantities(x: Any, *, func: str, name: str, minimum: int = 0) -> tuple[Int64, Flags | None]:
    """Read counts of at least `minimum`."""
    at = Parameter(func, name)
    values, nulls = _read_whole(x, at, _WHOLE, lambda _: None)
    if not len(values) or int(values.min()) >= minimum:
        return values, nulls
    low = values < minimum if nulls is None else (values < minimum) & ~nulls
    if low.any():
        first = int(low.argmax())
        raise Where(at, len(values)).refuse(
            InvalidInput, f"be at least {minimum}", int(values[first]), place=first, count=int(low.sum())
        )
    return values, nulls


def _read_whole(x: Any, at: Parameter, must: str, fix: Callable[[type], str | None]) -> tuple[Int64, Flags | None]:
    values, nulls, _ = open_column(x, at)
    if isinstance(values, list):
        found = listed(values, at)
        if not all(map(is_whole, found.types)):
            first: type[Any] = next(kind for kind in map(type, found.items) if not is_whole(kind))
            found.require(is_whole, must, fix(first))
        values, nulls = found.spread(_listed_whole(found))
    if untyped(values):
        return np.zeros(0, np.int64), None
    if values.dtype.kind not in "iu":
        raise at.refuse(InvalidInput, must, values, fix=fix(values.dtype.type))
    return _signed(_widened(values), at), nulls


def _signed(values: NDArray[Any], at: Parameter) -> Int64:
    if values.dtype == np.uint64:
        over = values > np.uint64(2**63 - 1)
        first = int(over.argmax())
        raise Where(at, len(values)).refuse(Overflow, _FIT, int(values[first]), place=first, count=int(over.sum()))
    return values


def read_numbers(x: Any, *, func: str, name: str) -> tuple[NDArray[np.float64], Flags | None]:
    """Read finite numbers."""
    at = Parameter(func, name)
    values, nulls, _ = open_column(x, at)
    if isinstance(values, list):
        found = listed(values, at)
        found.require(_is_number, _NUMBERS)
        values, nulls = found.spread(_listed_numbers(found))
    elif values.dtype.kind not in "iuf":
        raise at.refuse(InvalidInput, _NUMBERS, values)
    return _finite(_as_float(values), at), missing(values, nulls)


def _is_number(kind: type) -> bool:
    return is_whole(kind) or is_float(kind) or issubclass(kind, Decimal)


def _listed_numbers(found: Listed) -> NDArray[np.float64]:
    numbers = np.array([_float(item) for item in found.items], dtype=np.float64)
    if np.isinf(numbers).any():
        over = [place for place in np.flatnonzero(np.isinf(numbers)).tolist() if not _is_endless(found.items[place])]
        if over:
            raise found.refused(Overflow, "fit a float", over)
    return numbers


def _is_endless(item: Any) -> bool:
    """Tell an infinity from a number that is only too large for a float."""
    return isinstance(item, (float, np.floating)) or (isinstance(item, Decimal) and item.is_infinite())


def _float(item: Any) -> float:
    try:
        return float(item)
    except OverflowError:
        return float("inf")


def _as_float(values: NDArray[Any]) -> NDArray[np.float64]:
    with np.errstate(over="ignore"):
        return values.astype(np.float64, copy=False)


def _finite(values: NDArray[np.float64], at: Parameter) -> NDArray[np.float64]:
    endless = np.isinf(values)
    if endless.any():
        first = int(endless.argmax())
        raise Where(at, len(values)).refuse(
            InvalidInput, "be finite", float(values[first]), place=first, count=int(endless.sum())
        )
    return values


def read_flags(x: Any, *, func: str, name: str) -> tuple[Flags, Flags | None]:
    """Read true and false."""
    at = Parameter(func, name)
    values, nulls, _ = open_column(x, at)
    if isinstance(values, list):
        found = listed(values, at)
        found.require(lambda kind: issubclass(kind, (bool, np.bool_)), _FLAGS)
        return found.spread(np.array(found.items, dtype=np.bool_))
    if untyped(values):
        return np.zeros(0, np.bool_), None
    if values.dtype.kind != "b":
        raise at.refuse(InvalidInput, _FLAGS, values)
    return values, nulls


def read_nulls(x: Any, *, func: str, name: str) -> Flags:
    """Read where the nulls are, whatever the kind."""
    at = Parameter(func, name)
    values, nulls, _ = open_column(x, at)
    nulls = listed(values, at).nulls if isinstance(values, list) else missing(values, nulls)
    return np.zeros(len(values), np.bool_) if nulls is None else nulls


def read_raw(x: Any, *, func: str, name: str) -> tuple[NDArray[Any], Flags]:
    """Read numbers as int64, uint64 or float64, and all else as Python values; with the mask of nulls."""
    at = Parameter(func, name)
    values, nulls, _ = open_column(x, at)
    if isinstance(values, list):
        found = listed(values, at)
        values, nulls = found.spread(_listed_raw(found))
    else:
        nulls = missing(values, nulls)
        values = _typed_raw(values)
    return values, np.zeros(len(values), np.bool_) if nulls is None else nulls


def _listed_raw(found: Listed) -> NDArray[Any]:
    if found.types and all(map(is_whole, found.types)):
        whole = whole_numbers(found)
        return as_objects(found.items) if whole is None else whole
    if found.types and all(map(is_float, found.types)):
        return np.array(found.items, dtype=np.float64)
    return as_objects(found.items)


def _typed_raw(values: NDArray[Any]) -> NDArray[Any]:
    if values.dtype.kind in "iu":
        return _widened(values)
    if values.dtype.kind == "f":
        return _as_float(values)
    return as_objects(values.tolist() if values.dtype.kind in "Ub" else list(values))
