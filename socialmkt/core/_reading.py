"""Read several columns whose rows belong together."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeAlias

import numpy as np

from socialmkt.core import _columns, _moments
from socialmkt.core._sources import Column, Flags, Parameter
from socialmkt.core.errors import InvalidInput, Verbatim, refuse, refuse_choice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from socialmkt.core._columns import OnNull


class Reader(Protocol):
    """What reads one kind of column: values, and the mask of its nulls or None.

    Examples
    --------
    >>> def read_stars(x, *, func, name):
    ...     return np.array([len(text) for text in x]), None
    >>> read("shops.rate", spec("rating", ["***", "*"], read_stars))["rating"]
    array([3, 1])
    """

    def __call__(self, x: Any, /, *, func: str, name: str) -> tuple[NDArray[Any], Flags | None]: ...


Kind: TypeAlias = Literal["ids", "instants", "days", "spans", "amounts", "quantities", "numbers", "flags"]

_READERS: Mapping[str, Callable[..., tuple[NDArray[Any], Flags | None]]] = {
    "ids": _columns.read_ids,
    "instants": _moments.read_instants,
    "days": _moments.read_days,
    "spans": _moments.read_spans,
    "amounts": _columns.read_amounts,
    "quantities": _columns.read_quantities,
    "numbers": _columns.read_numbers,
    "flags": _columns.read_flags,
}


_OPTIONS: Mapping[str, tuple[str, ...]] = {"instants": ("tz", "coarse"), "days": ("tz",), "quantities": ("minimum",)}


class Spec(NamedTuple):
    """One parameter for `read`: its name, the caller's column, and the reader of its kind.

    Examples
    --------
    >>> one = spec("paid", [500, 700], "amounts")
    >>> one.name, one.value
    ('paid', [500, 700])
    """

    name: str
    value: Any
    reader: Reader


def spec(name: str, value: Column, kind: Kind | Reader, **options: Any) -> Spec:
    """Say how one parameter is to be read.

    Parameters
    ----------
    name : str
        The parameter, as errors call it and as `Columns` has it.
    value : column
        What the caller passed.
    kind : str or callable
        A kind by the name of its function here, or a reader `(x, *, func, name) -> (values, nulls)`.
    **options : int, bool or str
        `tz` of instants and days, `coarse` of instants, `minimum` of quantities.

    Returns
    -------
    Spec
        For `read`.

    Raises
    ------
    InvalidInput
        No kind has this name, or it has no such option.

    Examples
    --------
    >>> spec("seats", [3], "quantities", minimum=1).name
    'seats'
    """
    if isinstance(kind, str) and kind not in _READERS:
        raise refuse_choice("columns.spec", "kind", kind, _READERS)
    if not isinstance(kind, str):
        return Spec(name, value, functools.partial(kind, **options))
    known = _OPTIONS.get(kind, ())
    for option in options:
        if option not in known:
            must = f"be {' or '.join(known) or 'none'} for {kind}"
            raise refuse(InvalidInput, "columns.spec", "options", must, option)
    return Spec(name, value, functools.partial(_READERS[kind], **options))


@dataclass(frozen=True, slots=True)
class Columns:
    """Clean columns of equal length, by the names of their parameters.

    Attributes
    ----------
    n : int
        Rows in each column.
    dropped : int
        Rows left out because a column had a null there.
    kept : int64 array of shape (n,) or None
        The caller's rows that are here; None if all are.

    Examples
    --------
    >>> columns = read("f", spec("who", ["ann", None], "ids"), spec("paid", [5, 7], "amounts"), on_null="drop")
    >>> columns["paid"], columns.n, columns.dropped, columns.kept
    (array([5]), 1, 1, array([0]))
    """

    _arrays: Mapping[str, NDArray[Any]] = field(repr=False)
    n: int
    dropped: int
    kept: NDArray[np.int64] | None

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._arrays:
            raise refuse_choice("Columns", "name", name, self._arrays)
        return self._arrays[name]


def read(func: str, *specs: Spec, on_null: OnNull = "raise", offer_drop: bool = True) -> Columns:
    """Read several parameters whose rows belong together.

    Parameters
    ----------
    func : str
        Who asks; named in the errors.
    *specs : Spec
        The parameters, from `spec`.
    on_null : {"raise", "drop"}
        Refuse nulls, or leave out each row that has one in any column.
    offer_drop : bool
        Name `on_null="drop"` in the refusal of nulls; not so where the function that asks has no `on_null`.

    Returns
    -------
    Columns
        Clean columns of equal length.

    Raises
    ------
    InvalidInput
        A column breaks the rule of its kind, lengths differ, or there is a null.
    AmbiguousTime, Overflow
        As the kinds have it.

    Notes
    -----
    O(n) per column; without nulls nothing is copied that its kind does not copy.

    Examples
    --------
    >>> columns = read("rfm.summarize", spec("customer", ["ann", "bo"], "ids"), spec("amount", [5, 7], "amounts"))
    >>> columns["amount"].sum(), columns.n, columns.dropped
    (np.int64(12), 2, 0)
    >>> read("rfm.summarize", spec("customer", ["ann", "bo"], "ids"), spec("amount", [5], "amounts"))
    Traceback (most recent call last):
        ...
    socialmkt.core.errors.InvalidInput: rfm.summarize: amount must be as long as customer (2 rows), got 1 row. ...
    """
    _columns.require_policy(on_null, func)
    found = {one.name: one.reader(one.value, func=func, name=one.name) for one in specs}
    _require_equal_lengths(func, {name: len(values) for name, (values, _) in found.items()})
    masks = [(one, mask) for one in specs if (mask := found[one.name][1]) is not None and mask.any()]
    arrays = {name: values for name, (values, _) in found.items()}
    total = len(next(iter(arrays.values()), ()))
    if not masks:
        return Columns(arrays, total, 0, None)
    if on_null == "raise":
        first, mask = masks[0]
        raise _columns.refuse_nulls(first.value, mask, Parameter(func, first.name), offer_drop=offer_drop)
    kept = np.flatnonzero(~np.logical_or.reduce([mask for _, mask in masks]))
    return Columns({name: values[kept] for name, values in arrays.items()}, len(kept), total - len(kept), kept)


def _require_equal_lengths(func: str, lengths: dict[str, int]) -> None:
    for name, length in lengths.items():
        first = next(iter(lengths))
        if length != lengths[first]:
            must = f"be as long as {first} ({_rows(lengths[first])})"
            all_of_them = ", ".join(f"{one} {rows:,}" for one, rows in lengths.items())
            raise refuse(InvalidInput, func, name, must, Verbatim(_rows(length)), fix=f"Rows: {all_of_them}.")


def _rows(count: int) -> str:
    return f"{count:,} row" if count == 1 else f"{count:,} rows"
