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
import operator
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Final, NoReturn, Self, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import (
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    WithJsonSchema,
    create_model,
    model_serializer,
    model_validator,
)

from socialmkt.core import _table_rows, _table_show
from socialmkt.core._table_columns import Reader, freeze, kind_of, kind_of_field, read
from socialmkt.core._table_json import DTYPES, encode, tag, untag
from socialmkt.core.errors import InvalidInput, Verbatim, refuse, refuse_choice
from socialmkt.core.model import Frozen, FrozenDict

__all__ = ["Days", "Flags", "Floats", "Ids", "Instants", "Ints", "Spans", "Table", "Texts", "freeze"]


def _json_list(**items: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "array", "items": items})


def _dump(kind: str) -> PlainSerializer:
    return PlainSerializer(functools.partial(encode, kind=kind), return_type=list[Any], when_used="json")


Ints = Annotated[
    NDArray[np.integer[Any]],
    BeforeValidator(Reader("ints")),
    _dump("ints"),
    _json_list(type="integer"),
]
"""A column of whole numbers, of any int dtype."""

Floats = Annotated[
    NDArray[np.floating[Any]],
    BeforeValidator(Reader("floats")),
    _dump("floats"),
    _json_list(anyOf=[{"type": "number"}, {"type": "null"}, {"enum": ["Infinity", "-Infinity"]}]),
]
"""A column of float64 or float32 numbers; NaN where there is none."""

Flags = Annotated[NDArray[np.bool_], BeforeValidator(Reader("flags")), _dump("flags"), _json_list(type="boolean")]
"""A column of True and False."""

Texts = Annotated[
    NDArray[np.str_ | np.object_],
    BeforeValidator(Reader("texts")),
    _dump("texts"),
    _json_list(type="string"),
]
"""A column of text, as numpy's fixed width or as objects."""

Instants = Annotated[
    NDArray[np.datetime64],
    BeforeValidator(Reader("instants")),
    _dump("instants"),
    _json_list(anyOf=[{"type": "string", "format": "date-time"}, {"type": "null"}]),
]
"""A column of instants in UTC, `datetime64[us]`; NaT where there is none."""

Days = Annotated[
    NDArray[np.datetime64],
    BeforeValidator(Reader("days")),
    _dump("days"),
    _json_list(anyOf=[{"type": "string", "format": "date"}, {"type": "null"}]),
]
"""A column of days, `datetime64[D]`; NaT where there is none."""

Spans = Annotated[
    NDArray[np.timedelta64],
    BeforeValidator(Reader("spans")),
    _dump("spans"),
    _json_list(anyOf=[{"type": "integer"}, {"type": "null"}]),
]
"""A column of durations, `timedelta64[us]`; NaT where there is none. Whole microseconds in JSON."""

Ids = Annotated[
    NDArray[Any],
    BeforeValidator(Reader("ids")),
    _dump("ids"),
    _json_list(anyOf=[{"type": "integer"}, {"type": "string"}]),
]
"""A column of ids as `columns.ids` gives them: ints, text, objects of `bytes` or of `UUID`."""

_ALIASES: Final[dict[str, Any]] = {
    "ints": Ints,
    "floats": Floats,
    "flags": Flags,
    "texts": Texts,
    "instants": Instants,
    "days": Days,
    "spans": Spans,
    "ids": Ids,
}


class Table(Frozen):
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

    model_config = ConfigDict(arbitrary_types_allowed=True, protected_namespaces=())

    column_units: ClassVar[Mapping[str, str]] = FrozenDict({})
    _made_of: ClassVar[tuple[str, tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]] | None] = None

    @staticmethod
    def of(columns: Mapping[str, ArrayLike], *, name: str = "Table", units: Mapping[str, str] | None = None) -> Table:
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
            No columns, unequal lengths, more than one dimension, values of no known or of several kinds, or a name
            that is empty, begins with `_` or belongs to `Table` itself.
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
        for column in columns:
            _check_name(column, func)
        kinds = {column: kind_of(values, func=func, name=column) for column, values in columns.items()}
        clean = {column: read(columns[column], kind, func=func, name=column) for column, kind in kinds.items()}
        _check_lengths(clean, func)
        for unknown in units or {}:
            if unknown not in columns:
                raise refuse_choice(func, "units", unknown, columns)
        return _ad_hoc(name, tuple(kinds.items()), tuple((units or {}).items())).model_validate(clean)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        for name, field in cls.model_fields.items():
            if kind_of_field(field):
                _check_name(name, cls.__name__)

    @model_validator(mode="before")
    @classmethod
    def _untag(cls, data: Any, info: ValidationInfo) -> Any:
        if info.mode != "json" or not isinstance(data, dict) or DTYPES not in data:
            return cast("object", data)
        kinds = {name: kind_of_field(field) for name, field in cls.model_fields.items()}
        return untag(cast("dict[str, Any]", data), kinds)

    @model_validator(mode="after")
    def _equally_long(self) -> Self:
        _check_lengths(self._columns(), "")
        return self

    @model_serializer(mode="wrap")
    def _leave_out_absent(self, handler: SerializerFunctionWrapHandler, info: SerializationInfo) -> dict[str, Any]:
        kinds = {name: kind_of_field(field) for name, field in type(self).model_fields.items()}
        present = self._columns()
        dumped = {name: v for name, v in handler(self).items() if not kinds.get(name) or name in present}
        if info.mode == "json":
            tags = {name: tag(column, kinds[name] or "") for name, column in present.items() if name in dumped}
            lost = {name: dtype for name, dtype in tags.items() if dtype}
            return {**dumped, DTYPES: lost} if lost else dumped
        return dumped

    def _columns(self) -> dict[str, NDArray[Any]]:
        values = ((name, getattr(self, name)) for name in type(self).model_fields)
        return {name: value for name, value in values if isinstance(value, np.ndarray)}

    def _metadata(self) -> dict[str, Any]:
        fields = type(self).model_fields
        return {name: getattr(self, name) for name, field in fields.items() if kind_of_field(field) is None}

    def _with(self, columns: Mapping[str, NDArray[Any]]) -> Self:
        """The same table with other rows: each array is clean, and no one else holds it."""
        other = self.__copy__()
        vars(other).update({name: freeze(column).view() for name, column in columns.items()})
        return other

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order.

        Examples
        --------
        >>> Table.of({"tier": ["gold"], "buyers": [3]}).columns
        ('tier', 'buyers')
        """
        return tuple(self._columns())

    def __len__(self) -> int:
        return len(next(iter(self._columns().values())))

    def __contains__(self, name: object) -> bool:
        return name in self._columns()

    def __getitem__(self, name: str) -> NDArray[Any]:
        columns = self._columns()
        if name in columns:
            return columns[name]
        if isinstance(name, str):
            raise refuse_choice("Table", "column", name, columns)
        fix = "Use rows() to walk the rows, take([...]) to pick some."
        raise refuse(InvalidInput, "Table", "column", "be a name", name, fix=fix)

    def __iter__(self) -> NoReturn:
        message = "a Table cannot be iterated: use rows() for its rows, columns for its names"
        raise TypeError(message)

    def __hash__(self) -> int:
        message = f"unhashable type: '{type(self).__name__}': compare tables with =="
        raise TypeError(message)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Table):
            return NotImplemented
        if type(self) is not type(other) and (self._made_of is None or self._made_of != other._made_of):
            return False
        mine, theirs = self._columns(), other._columns()
        return (
            tuple(mine) == tuple(theirs)
            and all(_same_scalar(value, getattr(other, name)) for name, value in self._metadata().items())
            and all(_same_column(column, theirs[name]) for name, column in mine.items())
        )

    def __repr__(self) -> str:
        return _table_show.as_text(type(self).__name__, self._columns(), self._metadata())

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """Show the first and last rows in a notebook, with the dtype and the unit of each column."""
        title = type(self).__name__
        return _table_show.as_html(title, self._columns(), self._metadata(), self.column_units)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return self.__copy__()

    def __reduce__(self) -> tuple[Any, ...]:
        values = {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}
        made_of = vars(type(self)).get("_made_of")
        return _restore, (made_of or type(self), values)

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
        return self._slice(0, _whole(n, "Table.head"))

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
        return self._slice(max(len(self) - _whole(n, "Table.tail"), 0), len(self))

    def take(self, rows: Any) -> Self:
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
        numbers = read([] if _is_empty(rows) else rows, "ints", func="Table.take", name="rows")
        wrong = np.flatnonzero((numbers < -n) | (numbers >= n))
        if wrong.size:
            row, must = int(wrong[0]), f"be row numbers below {n:,}"
            got = int(numbers[row])
            raise refuse(InvalidInput, "Table.take", "rows", must, got, row=row, count=len(wrong), total=len(numbers))
        return self._with({name: column[numbers] for name, column in self._columns().items()})

    def filter(self, mask: Any) -> Self:
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
        return self._with({name: column[flags] for name, column in self._columns().items()})

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
        column = self[name]
        if not descending:
            return self._with(_gather(self._columns(), np.argsort(column, kind="stable")))
        order = len(column) - 1 - np.argsort(column[::-1], kind="stable")[::-1]
        missing = int(np.count_nonzero(column != column)) if column.dtype.kind in "fmM" else 0  # noqa: PLR0124
        return self._with(_gather(self._columns(), np.roll(order, -missing)))

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

    def _slice(self, start: int, stop: int) -> Self:
        other = self.__copy__()
        vars(other).update({name: column[start:stop] for name, column in self._columns().items()})
        return other


def _gather(columns: Mapping[str, NDArray[Any]], order: NDArray[np.intp]) -> dict[str, NDArray[Any]]:
    return {name: column[order] for name, column in columns.items()}


def _whole(n: Any, func: str) -> int:
    if isinstance(n, bool) or not hasattr(n, "__index__") or operator.index(n) < 0:
        raise refuse(InvalidInput, func, "n", "be a whole number of rows, 0 or more", n)
    return operator.index(n)


def _is_empty(rows: Any) -> bool:
    return isinstance(rows, (list, tuple)) and not rows


def _check_name(name: Any, func: str) -> None:
    if not isinstance(name, str) or not name:
        raise refuse(InvalidInput, func, "column name", "be text that is not empty", name)
    if name.startswith("_") or name == DTYPES or any(name in vars(base) for base in Table.__mro__):
        must = "not begin with _ nor belong to Table itself"
        raise refuse(InvalidInput, func, "column name", must, name, fix="Choose another name.")


def _check_lengths(columns: Mapping[str, NDArray[Any]], func: str) -> None:
    if not columns:
        raise refuse(InvalidInput, func, "columns", "hold at least one column", Verbatim("none"))
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        got = Verbatim(", ".join(f"{name} {length:,}" for name, length in lengths.items()))
        raise refuse(InvalidInput, func, "columns", "be equally long", got)


def _same_scalar(a: Any, b: Any) -> bool:
    return bool(a is b or a == b or (a != a and b != b))  # noqa: PLR0124  # NaN equals NaN


def _same_column(a: NDArray[Any], b: NDArray[Any]) -> bool:
    """Equal dtypes and values; text is text, whatever its width; NaN equals NaN, NaT equals NaT."""
    if a.shape != b.shape or (a.dtype != b.dtype and {a.dtype.kind, b.dtype.kind} - {"U", "O"}):
        return False
    if a.dtype.kind == b.dtype.kind != "f":
        return bool(np.array_equal(a.view(np.int64), b.view(np.int64)) if a.dtype.kind in "mM" else (a == b).all())
    if a.dtype.kind == "f":
        return bool(np.array_equal(a, b, equal_nan=True))
    return bool((a.astype(object) == b.astype(object)).all())


@functools.lru_cache(maxsize=256)
def _ad_hoc(name: str, kinds: tuple[tuple[str, str], ...], units: tuple[tuple[str, str], ...]) -> type[Table]:
    fields: dict[str, Any] = {column: (_ALIASES[kind], ...) for column, kind in kinds}
    made = create_model(name, __base__=Table, __module__=__name__, **fields)
    made.column_units = FrozenDict(dict(units))
    made._made_of = (name, kinds, units)  # noqa: SLF001  # our own class
    return made


def _restore(made_of: Any, values: dict[str, Any]) -> Table:
    """Make a table again from its pickle, whose arrays no one else holds."""
    cls: type[Table] = made_of if isinstance(made_of, type) else _ad_hoc(*made_of)
    return cls.model_validate({n: freeze(v) if isinstance(v, np.ndarray) else v for n, v in values.items()})
