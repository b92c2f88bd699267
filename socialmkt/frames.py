"""Purchase logs in any data frame, summed up by the frame's own engine.

pandas, Polars (also lazy), PyArrow, DuckDB, Dask, Ibis, SQLFrame and PySpark, through narwhals. The rows stay where
they are: the engine groups them by customer and period, and what comes back is scored by the kernel that arrays go
through, so that every engine gives the same answer, to the bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

try:
    import narwhals as nw
except ModuleNotFoundError as absent:
    message = 'socialmkt.frames stands on narwhals: pip install "socialmkt[frames]"'
    raise ImportError(message) from absent

from socialmkt._frame_columns import is_known, look_at, open_frame, require_columns, require_known
from socialmkt._frame_log import summarize_in
from socialmkt._frame_values import values_of
from socialmkt.core._columns import require_policy
from socialmkt.core._iso4217 import counted_code
from socialmkt.core.errors import InvalidInput, refuse
from socialmkt.core.money import Currency
from socialmkt.core.table import Table
from socialmkt.rfm._log import Returns, Rules, check_amounts_given, check_rules, read_log
from socialmkt.rfm.summary import CustomerSummary, sum_up

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from socialmkt.rfm._periods import Unit

__all__ = ["columns", "summarize"]


def summarize(
    df: Any,
    *,
    customer: str,
    when: str,
    amount: str | None = None,
    order: str | None = None,
    as_of: Any = None,
    unit: Unit = "D",
    returns: Returns | Literal["net", "gross", "match_occasion", "reject"] = "net",
    on_null: Literal["raise", "drop"] = "raise",
    tz: str | None = None,
    currency: Currency | str | None = None,
) -> CustomerSummary:
    """Sum up a purchase log to one row per customer, in the engine that holds it.

    Parameters
    ----------
    df : data frame of pandas, Polars, PyArrow, DuckDB, Dask, Ibis, SQLFrame, PySpark or narwhals, or a Table
        One row per purchase. Lazy frames stay lazy.
    customer : str, name of a column of whole numbers, text or bytes
        Who bought.
    when : str, name of a column of instants or dates
        When. Columns without a zone are UTC; dates are whole calendar days in `tz`.
    amount : str, name of a column of whole minor units, optional
        For how much; below 0 is a return. With `currency`: floats, decimals or whole numbers in major units.
    order : str, name of a column like `customer`, optional
        Rows of one customer and one order are one purchase, at the earliest instant and with the summed amount.
    as_of, unit, returns, tz, currency
        As in `rfm.summarize`.
    on_null : {"raise", "drop"}
        What to do with rows that hold a null in any of these columns.

    Returns
    -------
    CustomerSummary
        What `rfm.summarize` makes of the same columns as arrays.

    Raises
    ------
    InvalidInput
        `df` is no data frame, a column is not there (those that are there are listed) or is of the wrong kind, or as
        in `rfm.summarize`. Nulls and misfits are given with their count; rows of an engine have no numbers.
    EmptyInput, Overflow
        As in `rfm.summarize`.

    Notes
    -----
    A few small queries count nulls and find the least and the greatest values, so that no engine's sum can wrap; then
    one query groups by customer and period, and its answer is all that is collected. Local days are reckoned from
    Python's zones, not from the engine's. Where an engine has no type for a column, such as Python objects in
    pandas, a frame in memory is read by the kernel as arrays are, and a lazy one is refused.

    Examples
    --------
    >>> import polars as pl
    >>> log = pl.LazyFrame({"who": ["ann", "bo", "ann"], "day": ["2026-03-01", "2026-03-01", "2026-03-15"],
    ...                     "paid": [12.00, 5.00, 29.95]}).with_columns(pl.col("day").str.to_date())
    >>> summary = summarize(log, customer="who", when="day", amount="paid", currency="EUR")
    >>> summary["customer"], summary["orders"], summary["total"]
    (array(['ann', 'bo'], dtype=object), array([2, 1]), array([4195,  500]))
    """
    func = "frames.summarize"
    rules = check_rules(unit, returns, tz, func=func)
    check_amounts_given(rules, amount, func=func)
    require_policy(on_null, func)
    money = None if currency is None else _currency(currency, func)
    given = {"customer": customer, "when": when, "amount": amount, "order": order}
    names: dict[str, Any] = {one: name for one, name in given.items() if name is not None or one in _NEEDED}
    if isinstance(df, Table):
        require_columns(list(df.columns), names, func)
        return _in_memory(df, names, rules, as_of=as_of, on_null=on_null, currency=money)
    frame = open_frame(df, func)
    asked = look_at(frame, names, func)
    if isinstance(frame, nw.DataFrame) and not is_known(asked, major=money is not None):
        return _in_memory(frame, names, rules, as_of=as_of, on_null=on_null, currency=money)
    require_known(asked, major=money is not None)
    return summarize_in(frame.lazy(), asked, rules, as_of=as_of, on_null=on_null, currency=money)


def columns(df: Any, *names: str) -> dict[str, NDArray[Any]]:
    """Collect columns of any frame as arrays that every function of this library takes.

    Parameters
    ----------
    df : data frame, as in `summarize`
        What to read; of a lazy frame only these columns are collected.
    *names : str
        The columns.

    Returns
    -------
    dict of str to array
        Whole numbers as int64 or uint64, floats as float64, instants as datetime64[us] in UTC, dates as
        datetime64[D], durations as timedelta64[us], flags as bool, all else as an object array of Python values.
        Nulls are NaN or NaT; whole numbers and flags that hold nulls are an object array with None, never floats.

    Raises
    ------
    InvalidInput
        `df` is no data frame, no column is named, or one is not there (those that are there are listed).
    Overflow
        An instant or a duration outside int64 microseconds.

    Examples
    --------
    >>> import polars as pl
    >>> found = columns(pl.DataFrame({"fan": [7, None, 2**53 + 1], "likes": [1, 2, 3]}), "fan", "likes")
    >>> found["fan"], found["likes"]
    (array([7, None, 9007199254740993], dtype=object), array([1, 2, 3]))
    """
    func = "frames.columns"
    asked = {f"names[{at}]": name for at, name in enumerate(names)}
    if not names:
        raise refuse(InvalidInput, func, "names", "name at least one column", names)
    if isinstance(df, Table):
        require_columns(list(df.columns), asked, func)
        return {name: df[name] for name in names}
    frame = open_frame(df, func)
    require_columns(frame.collect_schema().names(), asked, func)
    found = frame.lazy().select(*dict.fromkeys(names)).collect()
    return {name: values_of(found[name], func, name) for name in names}


_NEEDED = frozenset({"customer", "when"})


def _currency(currency: Currency | str, func: str) -> Currency:
    return currency if isinstance(currency, Currency) else Currency(counted_code(currency, func=func, name="currency"))


def _in_memory(
    frame: nw.DataFrame[Any] | Table,
    names: Mapping[str, str],
    rules: Rules,
    *,
    as_of: Any,
    on_null: Literal["raise", "drop"],
    currency: Currency | None,
) -> CustomerSummary:
    """Sum up columns as arrays are, where the engine has no words for what they hold."""
    given = {parameter: frame[name] for parameter, name in names.items()}
    customer, when = given.pop("customer"), given.pop("when")
    func, tz = "frames.summarize", rules.tz
    amount, order = given.get("amount"), given.get("order")
    log = read_log(customer, when, amount, order, on_null=on_null, tz=tz, currency=currency, func=func)
    return sum_up(log, rules, as_of=as_of, func=func)
