"""What the columns of a frame hold, and how an engine turns them into whole numbers.

Instants become microseconds and amounts minor units: int64 in every engine, so that filters, groups and sums are
exact and mean the same everywhere. No engine is imported: where narwhals has no word for the microseconds of an
instant, the frame's own methods are asked.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import narwhals as nw

from socialmkt.core._minor_units import MinorReader
from socialmkt.core.errors import InvalidInput, Overflow, Verbatim, refuse, refuse_choice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialmkt.core.money import Currency

Frame: TypeAlias = nw.LazyFrame[Any]

_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001  # engines compare it with instants whose zone was taken off
_LEAST, _MOST = -(2**63), 2**63 - 1
_FLOAT_LIMIT = 2.0**51  # as exact reading of floats has it
_US_PER_DAY = 86_400 * 10**6
_TICKS = {"s": 10**6, "ms": 10**3, "us": 1}
_NS = 1_000
_MOST_DIGITS = 38

_IDS = "hold whole numbers, text or bytes"
_TIMES = "hold instants or dates"
_MINOR = "hold whole minor units"
_MAJOR = "hold floats, decimals or whole numbers"
_FIX_IDS = "Read the ids as int64 or as text: floats change ids above 2**53."
_FIX_TEXT = "Parse text first."
_FIX_MINOR = 'Pass currency="CNY" for amounts in major units.'
_SPARK = frozenset({nw.Implementation.PYSPARK, nw.Implementation.PYSPARK_CONNECT})
_OWN_MICROSECONDS = frozenset({nw.Implementation.DUCKDB, nw.Implementation.IBIS, nw.Implementation.SQLFRAME, *_SPARK})


class Kind(NamedTuple):
    """What one column holds, as narwhals names it; `whole` categories are whole numbers."""

    dtype: Any
    whole: bool = False


class Asked(NamedTuple):
    """Which columns of the caller's frame are used, by parameter, and what they hold."""

    names: Mapping[str, str]
    kinds: Mapping[str, Kind]
    func: str

    def refuse(self, parameter: str, must: str, fix: str | None = None) -> InvalidInput:
        got = Verbatim(f"the {self.kinds[parameter].dtype} column {self.names[parameter]!r}")
        return refuse(InvalidInput, self.func, parameter, must, got, fix=fix)


def open_frame(df: Any, func: str) -> Frame | nw.DataFrame[Any]:
    """Take a frame of any engine, or one of narwhals."""
    try:
        frame: Frame | nw.DataFrame[Any] = nw.from_native(df)
    except TypeError:
        must = "be a data frame of pandas, Polars, PyArrow, DuckDB, Dask, Ibis, PySpark or narwhals"
        raise refuse(InvalidInput, func, "df", must, Verbatim(f"a {type(df).__name__}")) from None
    return frame


def require_columns(known: list[str], asked: Mapping[str, Any], func: str) -> None:
    """Refuse a column that is not there, and name those that are."""
    for parameter, name in asked.items():
        if not isinstance(name, str) or name not in known:
            raise refuse_choice(func, parameter, name, known)


def look_at(frame: Frame | nw.DataFrame[Any], names: Mapping[str, str], func: str) -> Asked:
    """Say what the columns asked for hold."""
    schema = frame.collect_schema()
    require_columns(schema.names(), names, func)
    return Asked(names, {one: _kind(frame, name, schema[name]) for one, name in names.items()}, func)


def _kind(frame: Frame | nw.DataFrame[Any], name: str, dtype: Any) -> Kind:
    """Tell categories of whole numbers, which only pandas and Dask have, from those of text."""
    if dtype != nw.Categorical:
        return Kind(dtype)
    categories = getattr(getattr(frame.to_native(), "dtypes", {}).get(name), "categories", None)
    return Kind(dtype, whole=getattr(getattr(categories, "dtype", None), "kind", "") in {"i", "u"})


def is_known(asked: Asked, *, major: bool) -> bool:
    """Tell whether engines have words for all columns; if not, the kernel can still read a frame in memory."""
    kinds = {parameter: kind.dtype for parameter, kind in asked.kinds.items()}
    amount = kinds.pop("amount", nw.Int64())
    return (
        _is_time(kinds.pop("when"))
        and all(map(_is_id, kinds.values()))
        and (
            amount.is_integer()
            or (major and (amount.is_float() or (amount.is_decimal() and amount.precision < _MOST_DIGITS)))
        )
    )


def _is_id(dtype: Any) -> bool:
    whole = dtype.is_integer() and not _is_one_of(dtype, nw.Int128, nw.UInt128)
    return whole or _is_one_of(dtype, nw.String, nw.Binary, nw.Categorical, nw.Enum)


def _is_time(dtype: Any) -> bool:
    return _is_one_of(dtype, nw.Date, nw.Datetime)


def _is_one_of(dtype: Any, *kinds: Any) -> bool:
    """Compare by `==`, which takes a kind of types for all of its types; their hashes differ."""
    return any(dtype == kind for kind in kinds)


def require_known(asked: Asked, *, major: bool) -> None:
    """Refuse columns that no engine can turn into ids, instants and minor units."""
    for parameter, (dtype, _) in asked.kinds.items():
        if parameter in {"customer", "order"} and not _is_id(dtype):
            raise asked.refuse(parameter, _IDS, _FIX_IDS if dtype.is_float() else None)
        if parameter == "when" and not _is_time(dtype):
            raise asked.refuse(parameter, _TIMES, _FIX_TEXT if dtype == nw.String else None)
        if parameter == "amount" and not dtype.is_integer():
            if not major:
                raise asked.refuse(parameter, _MINOR, _FIX_MINOR if dtype.is_float() or dtype.is_decimal() else None)
            if not (dtype.is_float() or dtype.is_decimal()):
                raise asked.refuse(parameter, _MAJOR, "Cast text to decimals first." if dtype == nw.String else None)


def named(frame: Frame, asked: Asked) -> Frame:
    """Keep the columns asked for, under the names of their parameters; categories as what they stand for."""
    return frame.select(*(_plain(nw.col(name), asked.kinds[one]).alias(one) for one, name in asked.names.items()))


def _plain(column: nw.Expr, kind: Kind) -> nw.Expr:
    if _is_one_of(kind.dtype, nw.Categorical, nw.Enum):
        return column.cast(nw.Int64 if kind.whole else nw.String)
    return column.cast(nw.Float64) if kind.dtype == nw.Float32 else column


def is_missing(parameter: str, kind: Kind) -> nw.Expr:
    """Tell nulls, and NaN where there are floats."""
    column = nw.col(parameter)
    return column.is_null() | column.is_nan() if kind.dtype.is_float() else column.is_null()


# --- instants -------------------------------------------------------------------------------------------------------


def with_microseconds(frame: Frame, dtype: Any) -> Frame:
    """Turn `when`, which has no nulls, into microseconds since 1970 UTC; a date into those of its midnight in UTC."""
    if frame.implementation in _OWN_MICROSECONDS:
        native: Frame = nw.from_native(_natively(frame.to_native(), frame.implementation, dtype))
        return native
    if getattr(dtype, "time_unit", "us") != "ns":
        return frame.with_columns(nw.col("when").dt.timestamp("us"))
    ticks = frame.with_columns(nw.col("when").dt.timestamp("ns"))
    return ticks.with_columns((nw.col("when") - remainder(frame, nw.col("when"), _NS)) // _NS)


def _natively(native: Any, engine: Any, dtype: Any) -> Any:
    """Ask the frame's own methods."""
    day, nano = dtype == nw.Date, getattr(dtype, "time_unit", "us") == "ns"
    if engine == nw.Implementation.DUCKDB:
        return native.project(f'* REPLACE ({_duckdb_microseconds(day=day, nano=nano)} AS "when")')
    if engine in _SPARK:
        others = [f"`{name}`" for name in native.columns if name != "when"]
        return native.selectExpr(*others, f"{_spark_microseconds(dtype)} AS `when`")
    column = native["when"].cast("timestamp") if day else native["when"]
    if engine == nw.Implementation.SQLFRAME:
        return native.withColumn("when", column.invoke_anonymous_function(column, "epoch_us"))
    return native.mutate(when=column.delta(_EPOCH, unit="microsecond"))


def _duckdb_microseconds(*, day: bool, nano: bool) -> str:
    if nano:
        return '(epoch_ns("when") - ((epoch_ns("when") % 1000) + 1000) % 1000) // 1000'
    return 'epoch_us(CAST("when" AS TIMESTAMP))' if day else 'epoch_us("when")'


def _spark_microseconds(dtype: Any) -> str:
    if dtype == nw.Date:
        return f"unix_date(`when`) * {_US_PER_DAY}L"
    if dtype.time_zone is None:
        return "timestampdiff(MICROSECOND, TIMESTAMP_NTZ'1970-01-01 00:00:00', `when`)"
    return "unix_micros(`when`)"


def require_microseconds(frame: Frame, asked: Asked) -> None:
    """Refuse instants in seconds or milliseconds that 64 bits of microseconds do not hold."""
    dtype = asked.kinds["when"].dtype
    ticks = _TICKS.get(getattr(dtype, "time_unit", "us"), 1)
    if ticks == 1 or frame.implementation in _OWN_MICROSECONDS:
        return
    stamps = frame.select(nw.col("when").cast(nw.Int64))
    low, high = extremes(stamps, "when")
    if low is not None and (low * ticks < _LEAST or high * ticks > _MOST):
        got = Verbatim(f"instants beyond them in column {asked.names['when']!r}")
        raise refuse(Overflow, asked.func, "when", "fit 64 bits of microseconds", got)


# --- amounts --------------------------------------------------------------------------------------------------------


class Money(NamedTuple):
    """How `amount` becomes minor units: the expression, and where an amount is no whole number of them."""

    minors: nw.Expr
    misfit: nw.Expr | None


def money(kind: Kind, currency: Currency | None) -> Money:
    """Say how an amount becomes minor units: round, and compare back."""
    amount = nw.col("amount")
    if currency is None:
        return Money(amount.cast(nw.Int64), None)
    scale = 10**currency.exponent
    if kind.dtype.is_integer():
        return Money(amount.cast(nw.Int64) * scale, None)
    if kind.dtype.is_decimal():
        whole = amount.round(0)  # a product would need more digits than some engines have
        parts = ((amount - whole).cast(nw.Float64) * scale).round(0).cast(nw.Int64)
        return Money(whole.cast(nw.Int64) * scale + parts, amount.round(currency.exponent) != amount)
    small = nw.when(amount.abs() < _FLOAT_LIMIT).then(amount).otherwise(0.0)
    minors = (small * float(scale)).round(0)
    exact = (minors.abs() < _FLOAT_LIMIT) & (minors / float(scale) == amount)
    return Money(minors.cast(nw.Int64), ~exact)


def require_fitting(frame: Frame, asked: Asked, currency: Currency | None) -> None:
    """Refuse amounts that int64 minor units do not hold, before an engine wraps them or fails."""
    dtype = asked.kinds["amount"].dtype
    scale = 1 if currency is None else 10**currency.exponent
    if dtype.is_float() or (currency is None and not _is_one_of(dtype, nw.UInt64, nw.Int128, nw.UInt128)):
        return
    column = nw.col("amount").cast(nw.Float64) if dtype.is_decimal() else nw.col("amount")
    low, high = extremes(frame.select(column), "amount")
    if low is None or _LEAST <= low * scale <= high * scale <= _MOST:
        return
    must = "fit 64 bits" if currency is None else f"fit int64 in minor units of {currency.code}"
    got = high if high * scale > _MOST else low
    raise refuse(Overflow, asked.func, "amount", must, Verbatim(f"{got:,} in column {asked.names['amount']!r}"))


def refuse_misfit(given: Frame, misfit: nw.Expr, total: int, asked: Asked, currency: Currency) -> None:
    """Refuse amounts that are no whole number of minor units, in the words of the reader of arrays."""
    decimal = asked.kinds["amount"].dtype.is_decimal()
    amount = nw.col("amount").cast(nw.String) if decimal else nw.col("amount")
    found = answers(given.filter(misfit).select(amount).select(nw.len().alias("rows"), nw.col("amount").min()))
    if not found["rows"]:
        return
    count = {"count": int(found["rows"]), "total": total}
    code, exponent, one = currency.code, currency.exponent, found["amount"]
    reader = MinorReader(code, exponent, None, floats=True, func=asked.func, name="amount", **count)
    reader.one(Decimal(one) if decimal else float(one))


# --- answers --------------------------------------------------------------------------------------------------------


def answers(frame: Frame) -> dict[str, Any]:
    """Collect a frame of one row."""
    return {name: column[0] for name, column in frame.collect().to_dict(as_series=False).items()}


def extremes(frame: Frame, name: str) -> tuple[Any, Any]:
    """Give the least and the greatest of a column, exactly; None where it has no rows."""
    column = nw.col(name)
    found = answers(frame.select(nw.len().alias("rows"), column.min().alias("low"), column.max().alias("high")))
    if not found["rows"]:
        return None, None
    low, high = found["low"], found["high"]
    return int(low), int(high)


def remainder(frame: Frame, x: nw.Expr, by: int) -> nw.Expr:
    """Give what is left of a floor division.

    SQL engines divide in floats, so there it is asked for; Arrow columns of pandas have none, but divide exactly.
    """
    divides = frame.implementation.is_pandas_like() or frame.implementation.is_dask()
    return x - x // by * by if divides else x % by
