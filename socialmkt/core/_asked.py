"""Questions that take one instant or a column of them: read as microseconds, answered in kind."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from socialmkt.core import columns
from socialmkt.core._instants import MICROSECOND, timedelta64_us
from socialmkt.core._open_time import END, FIRST, highest, is_column, lowest
from socialmkt.core._sources import is_single
from socialmkt.core.errors import Infeasible, InvalidInput, Verbatim, refuse
from socialmkt.core.instants import from_us, to_us


def instants(t: Any, func: str, name: str) -> Any:
    """Read a scalar as an int, a column as int64, both as microseconds from 1900 to 2299."""
    if is_single(t):
        us = to_us(t, func=func, name=name)
        if not FIRST <= us < END:
            raise _out_of_range(func, name, t)
        return us
    column = columns.instants(t, func=func, name=name, offer_drop=False).view(np.int64)
    if column.size and not (int(column.min()) >= FIRST and int(column.max()) < END):
        outside = (column < FIRST) | (column >= END)
        row, count = int(outside.argmax()), int(outside.sum())
        raise _out_of_range(func, name, column[row].view("M8[us]"), row=row, count=count, total=len(column))
    return column


def _out_of_range(func: str, name: str, got: Any, **where: Any) -> InvalidInput:
    return refuse(InvalidInput, func, name, "lie in the years 1900 to 2299", got, **where)


def budgets(target: Any, func: str) -> Any:
    """Read a duration as an int, a column of them as int64, in microseconds from 0 to 400 years."""
    us = durations(target, func, "target")
    if highest(us) > END - FIRST:
        raise refuse(Infeasible, func, "target", "be at most 400 years", highest(us) * MICROSECOND)
    return us


def durations(span: Any, func: str, name: str) -> Any:
    """Read a duration as an int, a column of them as int64, in microseconds from 0 on."""
    if not is_single(span):
        us: Any = columns.spans(span, func=func, name=name, offer_drop=False).view(np.int64)
    else:
        us = span // MICROSECOND if isinstance(span, dt.timedelta) else timedelta64_us(span)
    if us is None:
        raise refuse(InvalidInput, func, name, "be a timedelta, or a timedelta64 that microseconds can hold", span)
    if lowest(us) < 0:
        raise _negative(us, func, name)
    return us


def _negative(us: Any, func: str, name: str) -> InvalidInput:
    must = "be at least 0"
    if not is_column(us):
        return refuse(InvalidInput, func, name, must, Verbatim(us * MICROSECOND))
    row, count = int(np.argmax(us < 0)), int(np.sum(us < 0))
    return refuse(InvalidInput, func, name, must, us[row].view("m8[us]"), row=row, count=count, total=len(us))


def check_lengths(func: str, **read: Any) -> None:
    """Refuse columns that are not equally long; single values fit all."""
    lengths = {name: len(column) for name, column in read.items() if is_column(column)}
    if len(set(lengths.values())) > 1:
        got = Verbatim(", ".join(f"{name} of {length:,}" for name, length in lengths.items()))
        raise refuse(InvalidInput, func, ", ".join(lengths), "be equally long", got)


def moments(us: Any) -> Any:
    """Give instants as they were asked about: a UTC datetime, or datetime64[us]."""
    return us.view("M8[us]") if is_column(us) else from_us(us)


def spans(us: Any) -> Any:
    """Give durations as they were asked about: a timedelta, or timedelta64[us]."""
    return us.view("m8[us]") if is_column(us) else dt.timedelta(microseconds=us)
