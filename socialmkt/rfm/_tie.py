"""Who comes first among customers that are equally good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from socialmkt.core import columns
from socialmkt.core._columns import refuse_nulls
from socialmkt.core._sources import Parameter
from socialmkt.core.errors import InvalidInput, Verbatim, refuse

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FUNC, _NAME = "rfm.score", "tie"


def turn(customer: NDArray[Any], tie: Any) -> NDArray[np.int64]:
    """Order the rows by sort key, then by id."""
    by_id = np.argsort(customer, kind="stable")
    if isinstance(tie, str):
        if tie != "id":
            fix = "Or pass a column of sort keys."
            raise refuse(InvalidInput, _FUNC, _NAME, "be 'id'", tie, fix=fix)
        return by_id
    keys = _sort_keys(tie)
    if len(keys) != len(by_id):
        must = f"hold one key for each of {len(by_id):,} customers"
        raise refuse(InvalidInput, _FUNC, _NAME, must, Verbatim(f"{len(keys):,} keys"))
    return by_id[np.argsort(keys[by_id], kind="stable")]


def _sort_keys(tie: Any) -> NDArray[Any]:
    """Read the column as what it is: whole numbers and text stay exact, instants and floats come next."""
    nulls = columns.nulls(tie, func=_FUNC, name=_NAME)
    if nulls.any():
        raise refuse_nulls(tie, nulls, Parameter(_FUNC, _NAME), offer_drop=False)
    for read in (columns.ids, columns.instants):
        try:
            return read(tie, func=_FUNC, name=_NAME)
        except InvalidInput:
            continue
    return columns.numbers(tie, func=_FUNC, name=_NAME)
