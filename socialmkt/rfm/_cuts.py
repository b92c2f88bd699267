"""Cuts that turn raw values into levels, kept as a model: next month is scored with last month's."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import BeforeValidator, ValidationInfo, model_validator

from socialmkt.core.errors import InvalidInput, Overflow, Verbatim, refuse
from socialmkt.core.model import Frozen

__all__ = ["Closed", "Cuts", "Frequency", "Monetary", "finite"]

MOST_BINS = 99

Closed = Literal["right", "left"]
Frequency = Literal["orders", "periods"]
Monetary = Literal["total", "mean_order"]


def finite(value: Any, *, func: str, name: str) -> int | float:
    """Read one finite number as a Python int or float."""
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float | np.integer | np.floating)
        or not math.isfinite(value)
    ):
        raise refuse(InvalidInput, func, name, "hold finite numbers", value)
    if isinstance(value, int | np.integer):
        if not -(2**63) <= value < 2**63:
            raise refuse(Overflow, func, name, "fit 64 bits", value)
        return int(value)
    return float(value)


def _axis(values: Any, info: ValidationInfo) -> tuple[int | float, ...]:
    name = info.field_name or "cuts"
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise refuse(InvalidInput, "", name, "be a list of cuts", values)
    cuts = tuple(finite(value, func="", name=name) for value in values)
    if not 1 <= len(cuts) < MOST_BINS:
        raise refuse(InvalidInput, "", name, f"hold 1 to {MOST_BINS - 1} cuts", Verbatim(f"{len(cuts)} cuts"))
    for row, (low, high) in enumerate(pairwise(cuts), start=1):
        if high < low:
            raise refuse(InvalidInput, "", name, "not descend", Verbatim(f"{high} after {low}"), row=row)
    return cuts


Axis = Annotated[tuple[int | float, ...], BeforeValidator(_axis)]


class Cuts(Frozen):
    """Where the levels of each axis begin, on the raw columns.

    Parameters
    ----------
    r, f : ascending numbers
        Cuts on `since_last` (periods) and on the frequency; equally many, one fewer than there are levels. Equal
        cuts leave an empty level between them.
    m : ascending numbers, minor units, optional
        Cuts on money; left out where there are no amounts.
    closed : {"right", "left"}
        Whether a value that lies on a cut belongs to the interval below it (`"right"`) or above it (`"left"`).
    unit : {"h", "D", "W", "M", "Q"}
        The unit of the summaries that these cuts are for.
    frequency : {"orders", "periods"}
        The column cut by `f`.
    monetary : {"total", "mean_order"}
        The column cut by `m`.

    Raises
    ------
    pydantic.ValidationError
        An axis without cuts, with descending or infinite ones, or with more or fewer than another.

    Notes
    -----
    Cuts on `since_last` ascend too: who bought within the first cut gets the best level.

    Examples
    --------
    >>> cuts = Cuts(r=[30, 90], f=[1, 3], m=[5000, 20000])
    >>> cuts.bins
    3
    >>> Cuts.model_validate_json(cuts.model_dump_json()) == cuts
    True
    """

    r: Axis
    f: Axis
    m: Axis | None = None
    closed: Closed = "right"
    unit: Literal["h", "D", "W", "M", "Q"] = "D"
    frequency: Frequency = "orders"
    monetary: Monetary = "total"

    @model_validator(mode="after")
    def _are_equally_many(self) -> Self:
        counts = [len(axis) for axis in (self.r, self.f, self.m) if axis is not None]
        if len(set(counts)) > 1:
            got = Verbatim(" and ".join(f"{count} cuts" for count in counts))
            raise refuse(InvalidInput, "", "axes", "have equally many cuts", got)
        return self

    @property
    def bins(self) -> int:
        """The number of levels: one more than there are cuts.

        Examples
        --------
        >>> Cuts(r=[30], f=[1]).bins
        2
        """
        return len(self.r) + 1
