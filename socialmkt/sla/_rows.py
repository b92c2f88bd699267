"""Mentions as the functions take them: one instant or a column, and the targets that apply to each."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from socialmkt.core import columns
from socialmkt.core._open_time import END, FIRST
from socialmkt.core.errors import InvalidInput, refuse
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
    """Read one instant of the years 1900 to 2299 as microseconds."""
    us = to_us(instant, func=func, name=name)
    if not FIRST <= us < END:
        raise refuse(InvalidInput, func, name, "lie in the years 1900 to 2299", instant)
    return us


def read_instants(x: Any, func: str, name: str) -> Int64:
    """Read a column of instants of the years 1900 to 2299 as microseconds."""
    us = columns.instants(x, func=func, name=name).view(np.int64)
    check_range(us, func, name)
    return us


def read_optional(x: Any, func: str, name: str) -> Int64:
    """Read a column of instants in which a null means "not yet", as microseconds and NAT."""
    unknown = columns.nulls(x, func=func, name=name)
    known = columns.instants(x, func=func, name=name, on_null="drop").view(np.int64)
    check_range(known, func, name)
    if len(known) == len(unknown):
        return known
    us = np.full(len(unknown), NAT, dtype=np.int64)
    us[~unknown] = known
    return us


def check_range(us: Int64, func: str, name: str) -> None:
    """Refuse instants outside the years 1900 to 2299, which are of a wrong unit."""
    if us.size and not (int(us.min()) >= FIRST and int(us.max()) < END):
        row = int(np.argmax((us < FIRST) | (us >= END)))
        got = us[row].view("M8[us]")
        raise refuse(InvalidInput, func, name, "lie in the years 1900 to 2299", got, row=row)


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
