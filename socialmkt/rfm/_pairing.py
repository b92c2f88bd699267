"""Which row of one table holds the same customer as which row of another, on bare arrays of ids."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[Any]
Rows = NDArray[np.int64]


def are_foreign(left: Ids, right: Ids) -> bool:
    """Tell whether the two hold ids of different kinds, such as numbers and text."""
    kinds = {_kind_of(ids) for ids in (left, right) if len(ids)}
    return len(kinds) > 1


def _kind_of(ids: Ids) -> type:
    return int if ids.dtype.kind in "iu" else str if ids.dtype.kind == "U" else type(ids[0])


def pairs(left: Ids, right: Ids) -> tuple[Rows, Rows]:
    """Give the rows of each id that stands on both sides, ascending by id; each side holds an id once."""
    if are_foreign(left, right):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    both = _joined(left, right)
    order = np.argsort(both, kind="stable")  # two ascending runs merge in linear time
    same = np.flatnonzero(both[order[1:]] == both[order[:-1]])
    return order[same], order[same + 1] - len(left)


def first_repeat(ids: Ids) -> int | None:
    """Find a row whose id stands in an earlier row too."""
    order = np.argsort(ids, kind="stable")
    again = np.flatnonzero(ids[order[1:]] == ids[order[:-1]])
    return int(order[again + 1].min()) if len(again) else None


def _joined(left: Ids, right: Ids) -> Ids:
    """Put both columns into one without loss: int64 beside uint64 would become float64."""
    if left.dtype.kind != right.dtype.kind:
        left, right = left.astype(object), right.astype(object)
    return np.concatenate([left, right])
