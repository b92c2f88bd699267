"""Tables: what bulk answers come in. Frozen columns of equal length, with names, units and a way into every frame.

A result class declares its columns with the aliases of this module and its metadata as ordinary fields:

    class CustomerSummary(Table):
        customer: Ids
        orders: Ints
        total: Ints | None = None    # left None, the column is absent
        unit: str                    # metadata

        column_units: ClassVar = {"total": "minor units"}
"""

from __future__ import annotations

import functools
import importlib
from typing import TYPE_CHECKING, Any, Self, cast

import numpy as np
from pydantic import create_model

from socialmkt.core import _table_rows
from socialmkt.core._arrow_buffers import buffers
from socialmkt.core._listed import is_whole
from socialmkt.core._table_base import Recipe, TableBase
from socialmkt.core._table_columns import freeze, is_array, kind_of, read
from socialmkt.core._table_kinds import ALIASES, Days, Flags, Floats, Ids, Instants, Ints, Spans, Texts
from socialmkt.core._table_laws import check_labels, check_lengths, check_mappings, check_name
from socialmkt.core.errors import InvalidInput, Verbatim, refuse
from socialmkt.core.model import FrozenDict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from socialmkt.core.columns import Column

__all__ = ["Days", "Flags", "Floats", "Ids", "Instants", "Ints", "Spans", "Table", "Texts", "freeze"]


class Table(TableBase):
    """A frozen table: equally long read-only columns, and a little metadata.

    Results subclass it. `Table.of` makes one from columns at hand.

    Notes
    -----
    A column is a view of a read-only array: nobody can write to it, nor make it writable. A writable array is copied
    once when the table is made. A field declared `Ints | None = None` and left None is an absent column: it is no
    part of `columns`, JSON, HTML or Arrow. `column_units`, a class variable, names units for the header of the HTML.
    A model that holds a table declares the class of that table, not `Table`, which has no columns of its own.

    In JSON a column is a list: instants as `"...Z"`, days as ISO text, spans in microseconds, NaN and NaT as null,
    infinities as `"Infinity"`; dtypes that a list would lose (`int32`, bytes, UUID) stand in `column_dtypes`.

    `polars.DataFrame(t)`, `pyarrow.table(t)`, `pandas.DataFrame.from_arrow(t)`, `narwhals.from_arrow(t, backend=...)`
    and DuckDB take a table as it is, through `__arrow_c_stream__`.

    Examples
    --------
    >>> t = Table.of({"tier": ["gold", "silver"], "buyers": [3, 40]})
    >>> t
    Table: 2 rows, 2 columns
      tier    text   'gold', 'silver'
      buyers  int64  3, 40
    >>> t["buyers"].sum(), len(t), "tier" in t
    (np.int64(43), 2, True)
    >>> next(t.sort_by("buyers", descending=True).rows())
    Table(tier='silver', buyers=40)
    """

    @staticmethod
    def of(columns: Mapping[str, Column], *, name: str = "Table", units: Mapping[str, str] | None = None) -> Table:
        """Make a table from columns at hand.

        Parameters
        ----------
        columns : mapping of name to array or list of shape (n,)
            Ints, float64 or float32, bools, text, datetimes, days, durations, bytes or UUIDs.
        name : str
            What the table is called when it is shown.
        units : mapping of column name to text, optional
            Units for the header of the HTML.

        Returns
        -------
        Table
            Of a class of its own; tables of the same name, columns, kinds and units share it.

        Raises
        ------
        InvalidInput
            No columns, unequal lengths, more than one dimension, values of no known or of several kinds, a name that is
            empty, begins with `_` or belongs to `Table` itself, or units of columns that are not there.
        Overflow
            A time does not fit microseconds in 64 bits.

        Examples
        --------
        >>> Table.of({"city": ["Wuhan", "Xi'an"], "orders": [12, 7]}, name="Cities")
        Cities: 2 rows, 2 columns
          city    text   'Wuhan', "Xi'an"
          orders  int64  12, 7
        """
        func = "Table.of"
        check_mappings(columns, units, func)
        for column in columns:
            check_name(column, func, Table)
        kinds = {column: kind_of(values, func=func, name=column) for column, values in columns.items()}
        clean = {column: read(columns[column], kind, func=func, name=column) for column, kind in kinds.items()}
        check_lengths(clean, func)
        check_labels(name, units or {}, columns, func)
        return _ad_hoc((name, tuple(kinds.items()), tuple((units or {}).items()))).model_validate(clean)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Refuse columns whose names mean something else on a table."""
        super().__pydantic_init_subclass__(**kwargs)
        for name in cls._kinds():
            check_name(name, cls.__name__, Table)

    def __reduce__(self) -> tuple[Any, ...]:
        values = {name: value for name, value in vars(self).items() if name in self.model_fields_set}
        return _restore, (vars(type(self)).get("_recipe") or type(self), values)

    def head(self, n: int = 5) -> Self:
        """Take the first rows.

        Parameters
        ----------
        n : int >= 0
            How many; all if there are fewer.

        Returns
        -------
        Table
            Of the same class.

        Raises
        ------
        InvalidInput
            `n` is negative or no whole number.

        Examples
        --------
        >>> Table.of({"rank": [1, 2, 3]}).head(2)["rank"]
        array([1, 2])
        """
        return self._rows_from(0, _whole(n, "Table.head"))

    def tail(self, n: int = 5) -> Self:
        """Take the last rows.

        Parameters
        ----------
        n : int >= 0
            How many; all if there are fewer.

        Returns
        -------
        Table
            Of the same class.

        Raises
        ------
        InvalidInput
            `n` is negative or no whole number.

        Examples
        --------
        >>> Table.of({"rank": [1, 2, 3]}).tail(2)["rank"]
        array([2, 3])
        """
        return self._rows_from(max(len(self) - _whole(n, "Table.tail"), 0), len(self))

    def take(self, rows: Column) -> Self:
        """Pick rows by their numbers, in the order asked for.

        Parameters
        ----------
        rows : column of ints of shape (k,)
            Row numbers from 0; negative ones count from the end. Repeats are allowed.

        Returns
        -------
        Table
            Of the same class, with k rows.

        Raises
        ------
        InvalidInput
            A number lies outside the table, or is none.

        Examples
        --------
        >>> Table.of({"rank": [1, 2, 3]}).take([2, 0])["rank"]
        array([3, 1])
        """
        n = len(self)
        numbers = read(rows, "ints", func="Table.take", name="rows")
        wrong = np.flatnonzero((numbers < -n) | (numbers >= n))
        if wrong.size:
            row, must = int(wrong[0]), f"be row numbers below {n:,}"
            got = int(numbers[row])
            raise refuse(InvalidInput, "Table.take", "rows", must, got, row=row, count=len(wrong), total=len(numbers))
        return self._gather(numbers)

    def filter(self, mask: Column) -> Self:
        """Keep the rows where the mask is True.

        Parameters
        ----------
        mask : column of bools of shape (len(self),)
            One flag per row.

        Returns
        -------
        Table
            Of the same class.

        Raises
        ------
        InvalidInput
            The mask has another length or holds anything but bools.

        Examples
        --------
        >>> t = Table.of({"tier": ["gold", "silver"], "buyers": [3, 40]})
        >>> t.filter(t["buyers"] >= 10)["tier"].tolist()
        ['silver']
        """
        flags = read(mask, "flags", func="Table.filter", name="mask")
        if len(flags) != len(self):
            got = Verbatim(f"{len(flags):,}")
            raise refuse(InvalidInput, "Table.filter", "mask", f"have {len(self):,} rows like the table", got)
        return self._gather(np.flatnonzero(flags))

    def sort_by(self, name: str, *, descending: bool = False) -> Self:
        """Sort the rows by one column.

        Parameters
        ----------
        name : str
            The column.
        descending : bool
            Largest first.

        Returns
        -------
        Table
            Of the same class. Rows that compare equal keep their order, in both directions; NaN and NaT come last
            in both.

        Raises
        ------
        InvalidInput
            No column has this name.

        Notes
        -----
        O(n log n).

        Examples
        --------
        >>> Table.of({"share": [0.2, float("nan"), 0.7]}).sort_by("share", descending=True)["share"]
        array([0.7, 0.2, nan])
        """
        return self._gather(_table_rows.order(self[name], descending=descending))

    def rows(self) -> Iterator[Any]:
        """Walk the rows as named tuples of Python values.

        Returns
        -------
        iterator of named tuples
            With `int`, `float`, `bool`, `str`, aware `datetime` in UTC, `date`, `timedelta`; None for NaT. A column
            whose name is no identifier is called by its position, `_0`.

        Raises
        ------
        Overflow
            A time lies outside the years 1 to 9999.

        Examples
        --------
        >>> for row in Table.of({"tier": ["gold", "silver"], "buyers": [3, 40]}).rows():
        ...     print(row.tier, row.buyers)
        gold 3
        silver 40
        """
        return _table_rows.walk(self._columns(), len(self), title=type(self).__name__)

    def to_dict(self) -> dict[str, NDArray[Any]]:
        """Give the columns by name.

        Returns
        -------
        dict of name to read-only array
            In the order of `columns`; nothing is copied.

        Examples
        --------
        >>> Table.of({"buyers": [3, 40]}).to_dict()
        {'buyers': array([ 3, 40])}
        """
        return self._columns()

    def to_pandas(self) -> Any:
        """Copy the table into a pandas DataFrame.

        Returns
        -------
        pandas.DataFrame
            With the columns in order; instants in UTC.

        Raises
        ------
        ModuleNotFoundError
            pandas is not installed.

        Examples
        --------
        >>> frame = Table.of({"buyers": [3, 40]}).to_pandas()  # doctest: +SKIP
        """
        pandas = _package("pandas", "to_pandas")
        frame = pandas.DataFrame({name: pandas.Series(column) for name, column in self._columns().items()})
        for name, column in self._columns().items():
            if column.dtype == "M8[us]":
                frame[name] = frame[name].dt.tz_localize("UTC")
        return frame

    def to_polars(self) -> Any:
        """Hand the table to polars, without a copy of numbers and times.

        Returns
        -------
        polars.DataFrame
            With the columns in order; instants in UTC.

        Raises
        ------
        ModuleNotFoundError
            polars is not installed.

        Examples
        --------
        >>> frame = Table.of({"buyers": [3, 40]}).to_polars()  # doctest: +SKIP
        """
        return _package("polars", "to_polars").DataFrame(self)

    def to_arrow(self) -> Any:
        """Hand the table to pyarrow, without a copy of numbers and times.

        Returns
        -------
        pyarrow.Table
            With the columns in order; instants in UTC.

        Raises
        ------
        ModuleNotFoundError
            pyarrow is not installed.

        Examples
        --------
        >>> table = Table.of({"buyers": [3, 40]}).to_arrow()  # doctest: +SKIP
        """
        pyarrow = _package("pyarrow", "to_arrow")
        types = pyarrow.RecordBatchReader.from_stream(self.head(1)).schema.types
        arrays: dict[str, Any] = {}
        for (name, column), type_ in zip(self._columns().items(), types, strict=True):
            nulls, parts = buffers(column, name)
            memory = [None if buffer is None else pyarrow.py_buffer(buffer.view(np.uint8)) for buffer in parts]
            arrays[name] = pyarrow.Array.from_buffers(type_, len(self), memory, nulls)
        return pyarrow.table(arrays)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Export the columns as an Arrow C stream, a new one on each call; a requested schema is left to the reader."""
        from socialmkt.core import arrow

        return arrow.stream(self._columns())

    def _gather(self, numbers: NDArray[Any]) -> Self:
        return self._with({name: column[numbers] for name, column in self._columns().items()})

    def _rows_from(self, start: int, stop: int) -> Self:
        other = self.__copy__()
        vars(other).update({name: column[start:stop] for name, column in self._columns().items()})
        return other


def _whole(n: Any, func: str) -> int:
    if not is_whole(n.__class__) or n < 0:
        raise refuse(InvalidInput, func, "n", "be a whole number of rows, 0 or more", n)
    return int(n)


def _package(name: str, verb: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        message = f"Table.{verb} needs {name}: pip install {name}"
        raise ModuleNotFoundError(message, name=name) from None


@functools.lru_cache(maxsize=256)
def _ad_hoc(recipe: Recipe) -> type[Table]:
    """Make the class of an ad hoc table; tables of one recipe share it."""
    name, kinds, units = recipe
    fields: dict[str, Any] = {column: (ALIASES[kind], ...) for column, kind in kinds}
    made: Any = create_model(name, __base__=Table, __module__=__name__, **fields)
    made.column_units = FrozenDict(dict(units))
    made._recipe = recipe  # noqa: SLF001  # our own class
    return cast("type[Table]", made)


def _restore(made_of: Recipe | type[Table], values: dict[str, Any]) -> Table:
    """Make a table again from its pickle, whose arrays no one else holds."""
    cls = made_of if isinstance(made_of, type) else _ad_hoc(made_of)
    return cls.model_validate({name: freeze(value) if is_array(value) else value for name, value in values.items()})
