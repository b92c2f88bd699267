"""What every Table rests on: columns as fields of a frozen model, equality, copies, JSON, and how it shows itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self, cast

from numpy.typing import NDArray
from pydantic import (
    ConfigDict,
    GetJsonSchemaHandler,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    model_serializer,
    model_validator,
)

from socialmkt.core._table_columns import freeze, is_array
from socialmkt.core._table_json import DTYPES, tags, untag
from socialmkt.core._table_kinds import kind_of_field
from socialmkt.core._table_laws import check_lengths, same_column, same_value
from socialmkt.core.errors import InvalidInput, refuse, refuse_choice
from socialmkt.core.model import Frozen, FrozenDict

if TYPE_CHECKING:
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

Arrays = dict[str, NDArray[Any]]
Recipe = tuple[str, tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]
"""What the class of an ad hoc table is made of: its name, the kinds of its columns, their units."""


class TableBase(Frozen):
    """Equally long columns and a little metadata."""

    model_config = ConfigDict(arbitrary_types_allowed=True, protected_namespaces=())

    column_units: ClassVar[Mapping[str, str]] = FrozenDict({})
    _recipe: ClassVar[Recipe | None] = None

    @model_validator(mode="before")
    @classmethod
    def _untag(cls, data: Any, info: ValidationInfo) -> Any:
        if info.mode != "json" or not isinstance(data, dict) or DTYPES not in data:
            return cast("object", data)
        return untag(cast("dict[str, Any]", data), cls._kinds())

    @model_validator(mode="after")
    def _equally_long(self) -> Self:
        check_lengths(self._columns(), "")
        return self

    @model_serializer(mode="wrap")
    def _without_absent(self, handler: SerializerFunctionWrapHandler, info: SerializationInfo) -> dict[str, Any]:
        kinds, present = self._kinds(), self._columns()
        dumped: dict[str, Any] = {
            name: value for name, value in handler(self).items() if name not in kinds or name in present
        }
        if info.mode == "json":
            lost = tags({name: column for name, column in present.items() if name in dumped}, kinds)
            return {**dumped, DTYPES: lost} if lost else dumped
        return dumped

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Describe the fields, and the dtypes that stand aside; the serializer above has no schema of its own."""
        schema = handler(_without_serializer(cast("dict[str, Any]", core_schema)))
        described = handler.resolve_ref_schema(schema)
        if "properties" in described:
            described["properties"][DTYPES] = {"type": "object", "additionalProperties": {"type": "string"}}
        return schema

    @classmethod
    def _kinds(cls) -> dict[str, str]:
        """Name the kind of each declared column, absent ones included."""
        kinds = {name: kind_of_field(field) for name, field in cls.model_fields.items()}
        return {name: kind for name, kind in kinds.items() if kind}

    def _columns(self) -> Arrays:
        values = vars(self)
        return {name: values[name] for name in type(self).model_fields if is_array(values[name])}

    def _metadata(self) -> dict[str, Any]:
        kinds, values = self._kinds(), vars(self)
        return {name: values[name] for name in type(self).model_fields if name not in kinds}

    def _with(self, columns: Arrays) -> Self:
        """Copy the table with other rows in it: clean arrays that no one else holds, or views of its own."""
        other = self.__copy__()
        vars(other).update({name: freeze(column).view() for name, column in columns.items()})
        return other

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order; those that are absent left out.

        Examples
        --------
        >>> from socialmkt import Table
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
        if not isinstance(cast("object", name), str):
            fix = "Use rows() to walk the rows, take([...]) to pick some."
            raise refuse(InvalidInput, "Table", "column", "be a name", name, fix=fix)
        if name not in columns:
            raise refuse_choice("Table", "column", name, columns)
        return columns[name]

    def __iter__(self) -> NoReturn:
        message = "a Table cannot be iterated: use rows() for its rows, columns for its names"
        raise TypeError(message)

    def __hash__(self) -> int:
        message = f"unhashable type: '{type(self).__name__}': compare tables with =="
        raise TypeError(message)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TableBase):
            return NotImplemented
        if type(self) is not type(other) and (self._recipe is None or self._recipe != other._recipe):
            return False
        mine, theirs = self._columns(), other._columns()
        return (
            tuple(mine) == tuple(theirs)
            and all(same_value(value, vars(other)[name]) for name, value in self._metadata().items())
            and all(same_column(column, theirs[name]) for name, column in mine.items())
        )

    def __repr__(self) -> str:
        from socialmkt.core import _table_show

        return _table_show.as_text(type(self).__name__, self._columns(), self._metadata())

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """Show the first and last rows in a notebook, with the dtype and the unit of each column."""
        from socialmkt.core import _table_show

        title = type(self).__name__
        return _table_show.as_html(title, self._columns(), self._metadata(), self.column_units)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return self.__copy__()


def _without_serializer(schema: dict[str, Any]) -> Any:
    kept = {name: value for name, value in schema.items() if name != "serialization"}
    return kept if kept["type"] == "model" else {**kept, "schema": _without_serializer(kept["schema"])}
