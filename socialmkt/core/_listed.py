"""Judge a column of Python values by the types of its values, before numpy sees it."""

from __future__ import annotations

import itertools
import operator
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from socialmkt.core._sources import E, Flags, Parameter, Where, blank
from socialmkt.core.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

_NESTED = (list, tuple, set, frozenset, dict, np.ndarray)
_FLOATS: tuple[Any, ...] = (float, np.floating)
_TIMES: tuple[Any, ...] = (np.datetime64, np.timedelta64)


class Listed(NamedTuple):
    """The values of a column that are not null, their types, and where the nulls are (None: there are none)."""

    items: list[Any]
    types: set[type]
    nulls: Flags | None
    at: Parameter

    @property
    def total(self) -> int:
        return len(self.items) if self.nulls is None else len(self.nulls)

    @property
    def rows(self) -> NDArray[np.int64]:
        """The row of each item, nulls counted."""
        return np.arange(self.total) if self.nulls is None else np.flatnonzero(~self.nulls)

    def row(self, place: int) -> int:
        return int(self.rows[place])

    def require(self, allowed: Callable[[type], bool], must: str, fix: str | None = None) -> None:
        """Refuse the first value whose type is not allowed."""
        wrong = {kind for kind in self.types if not allowed(kind)}
        if wrong:
            places = [place for place, item in enumerate(self.items) if type(item) in wrong]
            raise self.refused(InvalidInput, must, places, fix)

    def refused(self, kind: type[E], must: str, places: Sequence[int], fix: str | None = None) -> E:
        """Build the refusal of the items at these places."""
        where = Where(self.at, self.total, self.row)
        return where.refuse(kind, must, self.items[places[0]], place=places[0], count=len(places), fix=fix)

    def spread(self, values: NDArray[Any]) -> tuple[NDArray[Any], Flags | None]:
        """Put the values of the items in their rows, and a blank in each null's."""
        if self.nulls is None:
            return values, None
        spread = np.full(len(self.nulls), blank(values.dtype), values.dtype)
        spread[~self.nulls] = values
        return spread, self.nulls


def listed(items: list[Any], at: Parameter) -> Listed:
    """Look at the types of Python values and set their nulls apart."""
    found = Listed(items, set(map(type, items)), None, at)
    found.require(lambda kind: not issubclass(kind, _NESTED), "hold single values")
    nulls = _null_rows(found)
    if nulls is None:
        return found
    if not any(map(_may_be_null, found.types - {type(None)})):  # only None: a quicker way for the common case
        return Listed([item for item in items if item is not None], found.types - {type(None)}, nulls, at)
    kept = list(itertools.compress(items, (~nulls).tolist()))
    return Listed(kept, set(map(type, kept)), nulls, at)


def _null_rows(found: Listed) -> Flags | None:
    suspects = {kind for kind in found.types if _may_be_null(kind)}
    if not suspects:
        return None
    rows = len(found.items)
    if suspects == {type(None)}:
        return np.fromiter(map(operator.is_, found.items, itertools.repeat(None)), np.bool_, rows)
    nulls = np.fromiter((type(item) in suspects and _is_null(item) for item in found.items), np.bool_, rows)
    return nulls if nulls.any() else None


def _may_be_null(kind: type) -> bool:
    return _is_pandas_null(kind) or issubclass(kind, (type(None), *_FLOATS, *_TIMES, Decimal))


def _is_pandas_null(kind: type) -> bool:
    return kind.__name__ in {"NAType", "NaTType"} and kind.__module__.startswith("pandas.")


def _is_null(item: Any) -> bool:
    if isinstance(item, _FLOATS):
        return bool(item != item)  # noqa: PLR0124  # NaN differs from itself
    if isinstance(item, Decimal):
        return item.is_nan()
    if isinstance(item, _TIMES):
        return bool(np.isnat(item))
    return True


def is_whole(kind: type) -> bool:
    """Tell the types of whole numbers: Python's and numpy's, and no bool."""
    return issubclass(kind, (int, np.integer)) and not issubclass(kind, (bool, np.timedelta64))


def is_float(kind: type) -> bool:
    """Tell the types of binary floats."""
    return issubclass(kind, _FLOATS)


def whole_numbers(found: Listed) -> NDArray[Any] | None:
    """Give the items as int64, or uint64 if that alone holds them; None if neither does."""
    items = found.items if found.types == {int} else list(map(operator.index, found.items))
    try:
        return np.fromiter(items, dtype=np.int64, count=len(items))
    except OverflowError:
        fits = min(items) >= 0 and max(items) < 2**64
        return np.array(items, dtype=np.uint64) if fits else None
