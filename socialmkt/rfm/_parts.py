"""Parts of a purchase state: cells whose customers (and orders) are still ids, put side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from socialmkt.rfm._group import Cells, collapse
from socialmkt.rfm._keys import keys_of

if TYPE_CHECKING:
    from collections.abc import Sequence

Ids = NDArray[Any]

_KINDS = {"i": "int", "u": "int", "U": "str"}


def id_kind(ids: Ids) -> str:
    """Name the kind of clean ids; `"no"` where there are none to tell by."""
    if ids.dtype.kind in _KINDS:
        return _KINDS[ids.dtype.kind]
    return type(ids[0]).__name__ if len(ids) else "no"


def fit_together(columns: Sequence[Ids]) -> bool:
    """Tell whether ids fit one type: not where some lie beyond int64 and others below 0."""
    beyond = any(column.dtype == np.uint64 for column in columns)
    return not beyond or all(column.dtype == np.uint64 or int(column.min()) >= 0 for column in columns)


def without_blanks(parts: Sequence[Cells]) -> tuple[Cells, ...]:
    """Leave out parts that hold nothing; of nothing but such parts keep one, amounts before none, text before ints."""
    full = tuple(part for part in parts if len(part.customer))
    return full or tuple(
        sorted(parts, key=lambda part: (part.total is not None, part.customer.dtype.kind not in "iu"))[-1:]
    )


def join(parts: Sequence[Cells]) -> Cells:
    """Put parts side by side."""
    if len(parts) == 1:
        return parts[0]
    customer, key, first, last, total, rows, _ = zip(*parts, strict=True)
    return Cells(
        _join_ids(customer),
        _join_ids(key),
        np.concatenate(first),
        np.concatenate(last),
        None if total[0] is None else np.concatenate(total),
        np.concatenate(rows),
    )


def _join_ids(columns: Sequence[Ids]) -> Ids:
    """Concatenate; beside unsigned ints, the others are taken as unsigned (numpy would make floats of both)."""
    if any(column.dtype == np.uint64 for column in columns):
        columns = [column.astype(np.uint64, copy=False) for column in columns]
    return np.concatenate(columns)


def group(cells: Cells) -> Cells:
    """Merge the cells of one (customer, key), both given as ids; in their order."""
    grouped = collapse(cells._replace(customer=keys_of(cells.customer), key=keys_of(cells.key)))
    return grouped._replace(customer=cells.customer[grouped.at], key=cells.key[grouped.at], at=None)
