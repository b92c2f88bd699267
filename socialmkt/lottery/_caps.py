"""Caps: how many of a person, a device or a household may hold a place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from socialmkt.core._whole import is_int
from socialmkt.core.errors import InvalidInput, refuse, refuse_choice
from socialmkt.core.model import FrozenDict
from socialmkt.lottery._canonical import NAME, NAME_RULE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LARGEST = 2**53 - 1
"""The largest whole number that every reader of JSON keeps."""


def check_caps(caps: Mapping[str, int] | None, known: Iterable[str] | None, *, func: str) -> FrozenDict[str, int]:
    """Take caps of at least 1, sorted by name, on groups that the list has."""
    if caps is not None and not isinstance(caps, Mapping):
        raise refuse(InvalidInput, func, "caps", "be a mapping of group to number", caps)
    groups = None if known is None else set(known)
    for name, limit in (caps or {}).items():
        if groups is not None and name not in groups:
            raise refuse_choice(func, "caps", name, sorted(groups) or ["(no groups in the list)"])
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise refuse(InvalidInput, func, "caps", NAME_RULE, name)
        if not is_int(limit) or not 1 <= limit <= LARGEST:
            raise refuse(InvalidInput, func, f"caps[{name!r}]", "be a whole number of at least 1", limit)
    return FrozenDict({name: int(limit) for name, limit in sorted((caps or {}).items())})


class Counter:
    """Places taken so far by each group."""

    def __init__(self, limits: Iterable[int]) -> None:
        self._limits = list(limits)
        self._taken: list[dict[Any, int]] = [{} for _ in self._limits]

    def is_full(self, groups: Sequence[Any]) -> bool:
        """Tell whether one of an entry's groups has reached its cap; 0 and None are no group."""
        return any(
            group and taken.get(group, 0) >= limit
            for group, taken, limit in zip(groups, self._taken, self._limits, strict=True)
        )

    def add(self, groups: Sequence[Any]) -> None:
        """Count a place for each of an entry's groups."""
        for group, taken in zip(groups, self._taken, strict=True):
            if group:
                taken[group] = taken.get(group, 0) + 1
