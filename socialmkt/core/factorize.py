"""Ids as dense codes: 0, 1, 2, ... for the first, second, third distinct id.

Every grouping in this library works on such codes. Ids that differ in anything, be it a trailing NUL, keep codes of
their own.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.core import _int_codes
from socialmkt.core.errors import refuse_choice

__all__ = ["Factorized", "factorize"]


class Factorized(NamedTuple):
    """Codes and the distinct ids they stand for: `values[codes]` equals the ids.

    Examples
    --------
    >>> factorize(np.array([30, 10, 30])).values
    array([10, 30])
    """

    codes: NDArray[np.int64]
    values: NDArray[Any]


def factorize(ids: NDArray[Any], *, order: Literal["sorted", "first"] = "sorted") -> Factorized:
    """Number the distinct ids.

    Examples
    --------
    >>> factorize(np.array([30, 10, 30]))
    Factorized(codes=array([1, 0, 1]), values=array([10, 30]))
    """
    if order not in ("sorted", "first"):
        raise refuse_choice("factorize.factorize", "order", order, ["sorted", "first"])
    if not ids.size:
        return Factorized(np.empty(0, np.int64), ids[:0])
    if ids.dtype.kind in "iu":
        return Factorized(*(_int_codes.sorted_codes if order == "sorted" else _int_codes.first_codes)(ids))
    return _objects(ids, order)


def _objects(ids: NDArray[Any], order: str) -> Factorized:
    numbers: dict[Any, int] = {}
    items = ids.tolist()
    codes = np.fromiter((numbers.setdefault(item, len(numbers)) for item in items), np.int64, len(items))
    distinct = list(numbers)
    if order == "sorted":
        order_ = sorted(range(len(distinct)), key=distinct.__getitem__)
        rank = np.empty(len(distinct), np.int64)
        rank[order_] = np.arange(len(distinct))
        codes = rank[codes]
        distinct = [distinct[i] for i in order_]
    values = np.empty(len(distinct), ids.dtype)
    values[:] = distinct
    return Factorized(codes, values)
