"""Mappings of levels to shares or counts, read and checked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from socialmkt.core.errors import EmptyInput, InvalidInput, Verbatim, refuse
from socialmkt.overlap._audience_fields import whole

if TYPE_CHECKING:
    from collections.abc import Iterable

Basis = Literal["joint", "raked", "independent"]

BASES: Final[tuple[Basis, ...]] = ("joint", "raked", "independent")
"""Where joint cells come from, the strongest first."""

_SUMS_WITHIN = 1e-6
_ROUNDING = 1e-12  # so that three times 0.333333 is within
_MOST = 2**63 - 1


def number(value: Any, func: str, name: str, *, above: float | None = None) -> float:
    """Read a finite number of at least 0, or above a bound."""
    good = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if not good or not math.isfinite(value) or (value < 0 if above is None else value <= above):
        must = "be a finite number of at least 0" if above is None else f"be a finite number above {above:g}"
        raise refuse(InvalidInput, func, name, must, value)
    return float(value)


def as_dict(items: Mapping[str, float]) -> dict[str, float]:
    """Write a mapping as a model dumps it."""
    return dict(items)


def _levels(value: Any, func: str, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise refuse(InvalidInput, func, name, "be a mapping by level", Verbatim(f"a {type(value).__name__}"))
    if not value:
        raise refuse(EmptyInput, func, name, "hold at least one level", Verbatim("none"))
    for level in value:
        if not isinstance(level, str) or not level:
            raise refuse(InvalidInput, func, name, "have levels that are text", level)
    return value


def check_shares(value: Any, func: str, name: str) -> dict[str, float]:
    """Read shares that sum to 1."""
    shares = {level: number(share, func, name) for level, share in _levels(value, func, name).items()}
    total = math.fsum(shares.values())
    if abs(total - 1) > _SUMS_WITHIN + _ROUNDING:
        fix = "Give the unknown ones a level of their own."
        raise refuse(InvalidInput, func, name, "sum to 1", total, fix=fix)
    return shares


def scaled(shares: Iterable[float]) -> list[float]:
    """Scale shares, which may be off by their rounding, to a sum of 1."""
    listed = list(shares)
    total = math.fsum(listed)
    return [share / total for share in listed]


def counts_of(value: Any, func: str, name: str) -> dict[str, int]:
    """Read counts of which not all are 0."""
    items = _levels(value, func, name).items()
    counts = {level: whole(count, 0, _MOST, func=func, name=name) for level, count in items}
    if not any(counts.values()):
        raise refuse(EmptyInput, func, name, "count at least one person", Verbatim("none"))
    return counts


def check_aligned(known: Iterable[str], given: Iterable[str], func: str, name: str, *, ordered: bool = False) -> None:
    """Refuse other levels, and where it matters another order."""
    mine, theirs = list(known), list(given)
    in_mine, in_theirs = set(mine), set(theirs)
    strange = [level for level in theirs if level not in in_mine]
    absent = [level for level in mine if level not in in_theirs]
    if strange or absent:
        shown = ", ".join(map(str, mine[:12]))
        raise refuse(InvalidInput, func, name, f"have the levels {shown}", (strange or absent)[0])
    if ordered and mine != theirs:
        must = "have its levels in the same order"
        raise refuse(InvalidInput, func, name, must, Verbatim(", ".join(map(str, theirs[:12]))))
