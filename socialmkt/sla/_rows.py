"""Mentions as the functions take them: one instant or a column, and the targets that apply to each."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from socialmkt.core import columns
from socialmkt.core._asked import instants
from socialmkt.core._sources import is_single
from socialmkt.core.instants import from_us, to_us

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from socialmkt.sla._facts import Facts
    from socialmkt.sla.policy import Target

Int64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

NAT = -(2**63)
"""NaT as an int64."""


def is_moment(value: object) -> bool:
    """Tell one instant from a column."""
    return isinstance(value, dt.date | np.datetime64)


def read_moment(instant: Any, func: str, name: str) -> int:
    """Read one instant, no column, of the years 1900 to 2299 as microseconds."""
    to_us(instant, func=func, name=name)
    return int(instants(instant, func, name))


def read_column(x: Any, func: str, name: str) -> Int64:
    """Read a column, no single instant, of the years 1900 to 2299 as microseconds."""
    if is_single(x):
        columns.instants(x, func=func, name=name)  # refuses it in the words of columns
    us: Int64 = instants(x, func, name)
    return us


def read_optional(x: Any, func: str, name: str) -> Int64:
    """Read a column of instants in which a null means "not yet", as microseconds and NAT."""
    unknown = columns.nulls(x, func=func, name=name)
    known = columns.instants(x, func=func, name=name, on_null="drop")
    if len(known) == len(unknown):
        us: Int64 = instants(known, func, name)
        return us
    us = np.zeros(len(unknown), dtype=np.int64)
    us[~unknown] = known.view(np.int64)
    instants(us.view("M8[us]"), func, name)
    us[unknown] = NAT
    return us


def aware(us: int) -> dt.datetime | None:
    """Give one instant as an aware datetime; None for NAT."""
    return None if us == NAT else from_us(us)


def assign(
    targets: Sequence[tuple[int, Target]], facts: Facts, left: Flags | None
) -> Iterator[tuple[int, Target, Any]]:
    """Give each target the rows for which it is the first to match: a slice for all, else their numbers.

    `left` marks the rows to assign; None stands for all of them.
    """
    for number, target in targets:
        if target.rule is None:
            yield number, target, slice(None) if left is None else np.flatnonzero(left)
            return
        matched = facts.holds(target.rule) if left is None else facts.holds(target.rule) & left
        left = ~matched if left is None else left & ~matched
        yield number, target, np.flatnonzero(matched)
