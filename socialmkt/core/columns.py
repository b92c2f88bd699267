"""The input boundary: any caller's column becomes a clean numpy array, or is refused by name and row.

A column is a one-dimensional array, a list, or one column of pandas, polars, pyarrow or narwhals. Each function reads
one kind of content (`ids`, `instants`, `amounts`, ...); `read` takes several parameters at once and keeps their rows
together. A null is `None`, NaN, NaT, `pandas.NA`, an Arrow or polars null, or what a mask hides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from socialmkt.core import _columns, _moments
from socialmkt.core._reading import Columns, Reader, Spec, read, spec
from socialmkt.core._sources import Column

if TYPE_CHECKING:
    import datetime as dt

    from socialmkt.core._columns import OnNull

__all__ = [
    "Column",
    "Columns",
    "Reader",
    "Spec",
    "amounts",
    "days",
    "flags",
    "ids",
    "instants",
    "nulls",
    "numbers",
    "quantities",
    "raw",
    "read",
    "spans",
    "spec",
]

Flags: TypeAlias = NDArray[np.bool_]
Int64: TypeAlias = NDArray[np.int64]


def ids(
    x: Column, *, func: str = "columns.ids", name: str = "ids", on_null: OnNull = "raise", offer_drop: bool = True
) -> NDArray[Any]:
    """Read a column of ids.

    Parameters
    ----------
    x : column of shape (n,), whole numbers, text, bytes or UUIDs
        Ids of one kind. Categories and dictionaries of these too. Floats are refused, even whole ones: they change
        ids above 2**53.
    func, name : str
        Who asks, and for which parameter; named in the error.
    on_null : {"raise", "drop"}
        Refuse nulls, or leave them out.
    offer_drop : bool
        Name `on_null="drop"` in the refusal of nulls; not so where the function that asks has no `on_null`.

    Returns
    -------
    array of shape (n,)
        int64, or uint64 if an id exceeds 2**63 - 1; text as it came from numpy (`<U`), else an object array of
        `str`; an object array of `bytes` or of `UUID`.

    Raises
    ------
    InvalidInput
        Not a column, another type, two kinds in one column, or a null.
    Overflow
        Whole numbers that neither int64 nor uint64 holds.

    Notes
    -----
    O(n). An int64 or uint64 array passes without a copy.

    Examples
    --------
    >>> ids([7, 2**53 + 1])
    array([               7, 9007199254740993])
    >>> ids(["ann", "bo"])
    array(['ann', 'bo'], dtype=object)
    >>> ids([7.0])
    Traceback (most recent call last):
        ...
    socialmkt.core.errors.InvalidInput: columns.ids: ids must hold whole numbers, text, bytes or UUIDs, got 7.0 ...
    """
    found = _columns.read_ids(x, func=func, name=name)
    return _columns.settle(x, *found, func=func, name=name, on_null=on_null, offer_drop=offer_drop)


def instants(
    x: Column,
    *,
    func: str = "columns.instants",
    name: str = "instants",
    on_null: OnNull = "raise",
    offer_drop: bool = True,
    tz: str | dt.tzinfo | None = None,
    coarse: bool = True,
) -> NDArray[np.datetime64]:
    """Read a column of instants.

    Parameters
    ----------
    x : column of shape (n,), aware datetimes, dates or datetime64
        Instants. `datetime64` and naive library columns are UTC; naive `datetime` objects are refused.
    func, name, on_null, offer_drop
        As in `ids`.
    tz : str or tzinfo, optional
        The zone whose midnight begins a day that came as a `date` or `datetime64[D]`; UTC if left out.
    coarse : bool
        Read `datetime64` in units longer than a day as their first day; else refuse them.

    Returns
    -------
    datetime64[us] array of shape (n,)
        In UTC; nanoseconds are floored.

    Raises
    ------
    AmbiguousTime
        A `datetime` without a zone.
    InvalidInput
        Not a column, text, numbers, times, durations, a null, or an unknown zone.
    Overflow
        A time outside int64 microseconds.

    Notes
    -----
    O(n). A `datetime64[us]` array passes without a copy.

    Examples
    --------
    >>> from datetime import UTC, date, datetime
    >>> instants([datetime(2026, 3, 1, 9, tzinfo=UTC)])
    array(['2026-03-01T09:00:00.000000'], dtype='datetime64[us]')
    >>> instants([date(2026, 3, 1)], tz="Asia/Shanghai")
    array(['2026-02-28T16:00:00.000000'], dtype='datetime64[us]')
    """
    found = _moments.read_instants(x, func=func, name=name, tz=tz, coarse=coarse)
    return _columns.settle(x, *found, func=func, name=name, on_null=on_null, offer_drop=offer_drop)


def days(
    x: Column,
    *,
    func: str = "columns.days",
    name: str = "days",
    on_null: OnNull = "raise",
    offer_drop: bool = True,
    tz: str | dt.tzinfo | None = None,
) -> NDArray[np.datetime64]:
    """Read a column of local days.

    Parameters
    ----------
    x : column of shape (n,), aware datetimes, dates or datetime64
        Days, which stay as they are in every zone, or instants, which fall on the day that `tz` shows.
    func, name, on_null, offer_drop
        As in `ids`.
    tz : str or tzinfo, optional
        The zone of the days; UTC if left out.

    Returns
    -------
    datetime64[D] array of shape (n,)
        Local days.

    Raises
    ------
    AmbiguousTime, InvalidInput, Overflow
        As in `instants`.

    Notes
    -----
    O(n log k) for k changes of the zone's clock.

    Examples
    --------
    >>> from datetime import UTC, date, datetime
    >>> days([datetime(2026, 3, 1, 20, tzinfo=UTC), date(2026, 3, 1)], tz="Asia/Shanghai")
    array(['2026-03-02', '2026-03-01'], dtype='datetime64[D]')
    """
    found = _moments.read_days(x, func=func, name=name, tz=tz)
    return _columns.settle(x, *found, func=func, name=name, on_null=on_null, offer_drop=offer_drop)


def spans(
    x: Column, *, func: str = "columns.spans", name: str = "spans", on_null: OnNull = "raise", offer_drop: bool = True
) -> NDArray[np.timedelta64]:
    """Read a column of durations.

    Parameters
    ----------
    x : column of shape (n,), timedeltas or timedelta64 of weeks or shorter units
        Durations; months and years have no fixed length and are refused.
    func, name, on_null, offer_drop
        As in `ids`.

    Returns
    -------
    timedelta64[us] array of shape (n,)
        Durations; nanoseconds are floored.

    Raises
    ------
    InvalidInput
        Not a column, numbers, text, months, years, or a null.
    Overflow
        A duration outside int64 microseconds.

    Examples
    --------
    >>> from datetime import timedelta
    >>> spans([timedelta(hours=2)])
    array([7200000000], dtype='timedelta64[us]')
    """
    found = _moments.read_spans(x, func=func, name=name)
    return _columns.settle(x, *found, func=func, name=name, on_null=on_null, offer_drop=offer_drop)


def amounts(
    x: Column,
    *,
    func: str = "columns.amounts",
    name: str = "amounts",
    on_null: OnNull = "raise",
    offer_drop: bool = True,
) -> Int64:
    """Read a column of money in minor units.

    Parameters
    ----------
    x : column of shape (n,), whole numbers
        Minor units (cents, fen) of either sign. Floats, Decimals and text are refused: `Currency.minors` reads them.
    func, name, on_null, offer_drop
        As in `ids`.

    Returns
    -------
    int64 array of shape (n,)
        Minor units.

    Raises
    ------
    InvalidInput
        Not a column, not whole numbers, or a null.
    Overflow
        A number outside int64.

    Examples
    --------
    >>> amounts([1200, -100])
    array([1200, -100])
    >>> amounts([12.0])
    Traceback (most recent call last):
        ...
    socialmkt.core.errors.InvalidInput: columns.amounts: amounts must hold whole minor units, got 12.0 at row 0 ...
    """
    found = _columns.read_amounts(x, func=func, name=name)
    return _columns.settle(x, *found, func=func, name=name, on_null=on_null, offer_drop=offer_drop)


def quantities(
    x: Column,
    *,
    func: str = "columns.quantities",
    name: str = "quantities",
    on_null: OnNull = "raise",
    offer_drop: bool = True,
    minimum: int = 0,
) -> Int64:
    """Read a column of counts.

    Parameters
    ----------
    x : column of shape (n,), whole numbers >= `minimum`
        How many of something.
    func, name, on_null, offer_drop
        As in `ids`.
    minimum : int
        The smallest count allowed.

    Returns
    -------
    int64 array of shape (n,)
        Counts.

    Raises
    ------
    InvalidInput
        Not a column, not whole numbers, a count below the minimum, or a null.
    Overflow
        A number outside int64.

    Examples
    --------
    >>> quantities([3, 0])
    array([3, 0])
    >>> quantities([3, 0], minimum=1)
    Traceback (most recent call last):
        ...
    socialmkt.core.errors.InvalidInput: columns.quantities: quantities must be at least 1, got 0 at row 1 ...
    """
    found = _columns.read_quantities(x, func=func, name=name, minimum=minimum)
    return _columns.settle(x, *found, func=func, name=name, on_null=on_null, offer_drop=offer_drop)


def numbers(
    x: Column,
    *,
    func: str = "columns.numbers",
    name: str = "numbers",
    on_null: OnNull = "raise",
    offer_drop: bool = True,
) -> NDArray[np.float64]:
    """Read a column of finite numbers.

    Parameters
    ----------
    x : column of shape (n,), ints, floats or Decimals
        Measures, weights, rates.
    func, name, on_null, offer_drop
        As in `ids`.

    Returns
    -------
    float64 array of shape (n,)
        Finite numbers.

    Raises
    ------
    InvalidInput
        Not a column, no number, an infinity, or a null (NaN is one).
    Overflow
        A whole number or Decimal beyond the largest float.

    Examples
    --------
    >>> numbers([1, 2.5])
    array([1. , 2.5])
    """
    found = _columns.read_numbers(x, func=func, name=name)
    return _columns.settle(x, *found, func=func, name=name, on_null=on_null, offer_drop=offer_drop)


def flags(
    x: Column, *, func: str = "columns.flags", name: str = "flags", on_null: OnNull = "raise", offer_drop: bool = True
) -> Flags:
    """Read a column of true and false.

    Parameters
    ----------
    x : column of shape (n,), bools
        Flags; 0, 1 and text are refused.
    func, name, on_null, offer_drop
        As in `ids`.

    Returns
    -------
    bool array of shape (n,)
        Flags.

    Raises
    ------
    InvalidInput
        Not a column, no bool, or a null.

    Examples
    --------
    >>> flags([True, None, False], on_null="drop")
    array([ True, False])
    """
    found = _columns.read_flags(x, func=func, name=name)
    return _columns.settle(x, *found, func=func, name=name, on_null=on_null, offer_drop=offer_drop)


def nulls(x: Column, *, func: str = "columns.nulls", name: str = "column") -> Flags:
    """Tell where the nulls of a column are.

    Parameters
    ----------
    x : column of shape (n,), of any kind
        Where a null means something, such as "not answered yet".
    func, name : str
        Who asks, and for which parameter; named in the error.

    Returns
    -------
    bool array of shape (n,)
        True at each null.

    Raises
    ------
    InvalidInput
        Not a column.

    Examples
    --------
    >>> nulls(["ann", None, ""])
    array([False,  True, False])
    """
    return _columns.read_nulls(x, func=func, name=name)


def raw(x: Column, *, func: str = "columns.raw", name: str = "column") -> tuple[NDArray[Any], Flags]:
    """Open a column whose values the caller judges one by one, such as prices in text.

    Parameters
    ----------
    x : column of shape (n,), of any kind
        What to open.
    func, name : str
        Who asks, and for which parameter; named in the error.

    Returns
    -------
    values : array of shape (n,)
        int64, uint64 or float64 where all values are such numbers, else an object array of Python values. What
        stands at a null means nothing.
    nulls : bool array of shape (n,)
        True at each null.

    Raises
    ------
    InvalidInput
        Not a column.

    Examples
    --------
    >>> raw(["9.90", None])
    (array(['9.90', None], dtype=object), array([False,  True]))
    """
    return _columns.read_raw(x, func=func, name=name)
