"""Columns of ids from several parameters, put together so that the same person has the same code in all of them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.core.errors import InvalidInput, refuse
from socialmkt.core.factorize import factorize

Array = NDArray[Any]
Int64 = NDArray[np.int64]


class Coded(NamedTuple):
    """The codes of each column, and the distinct ids they stand for."""

    codes: list[Int64]
    values: Array


def code_together(columns: dict[str, Array], func: str, *, order: Any = "sorted") -> Coded:
    """Code clean id columns by one numbering; they must hold one kind of ids."""
    joined = joined_ids(columns, func)
    codes, values = factorize(joined, order=order)
    edges = np.cumsum([len(column) for column in columns.values()])[:-1]
    return Coded(np.split(codes, edges), values)


def joined_ids(columns: dict[str, Array], func: str) -> Array:
    """Put clean id columns one after the other; an empty one fits any."""
    filled = {name: column for name, column in columns.items() if len(column)}
    if not filled:
        return np.empty(0, np.int64)
    first, *others = filled
    for name in others:
        if kind(filled[name]) is not kind(filled[first]):
            must = f"hold the same kind of ids as {first}, {kind(filled[first]).__name__}"
            raise refuse(InvalidInput, func, name, must, filled[name][:1].tolist()[0])
    arrays = list(filled.values())
    dtypes = {column.dtype.kind for column in arrays}
    if dtypes == {"i", "u"}:
        return _wide(filled, func)
    return np.concatenate(arrays if len(dtypes) == 1 else [column.astype(object) for column in arrays])


def first_repeat(codes: Int64) -> int | None:
    """Find the first row whose code stands in an earlier row too."""
    order = np.argsort(codes, kind="stable")
    again = order[1:][codes[order][1:] == codes[order][:-1]]
    return int(again.min()) if len(again) else None


def kind(ids: Array) -> type[Any]:
    """Name the type of the ids of a column that has some."""
    return type(ids[:1].tolist()[0])


def _wide(columns: dict[str, Array], func: str) -> Array:
    """Join int64 with ids above 2**63 - 1, which no negative id may stand beside."""
    for name, column in columns.items():
        if column.dtype.kind == "i" and int(column.min()) < 0:
            must = "not be negative beside ids above 2**63 - 1"
            raise refuse(InvalidInput, func, name, must, int(column.min()))
    return np.concatenate([column.astype(np.uint64) for column in columns.values()])
