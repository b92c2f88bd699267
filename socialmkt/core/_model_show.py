"""How a model looks: one line in a terminal, a small table in a notebook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pydantic import BaseModel

from socialmkt.core._table_show import as_html, cut, plain
from socialmkt.core.model import Frozen

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LINE: Final = 400
_VALUE: Final = 100
_CELL: Final = 200
_FEW: Final = 3
_MANY: Final = 20


def as_line(model: BaseModel) -> str:
    """Show a model as Python would write it, or, where that is long, without defaults and with long parts by size."""
    fields = list(_fields(model))
    if not any(_is_many(value) for _, value in fields):
        full = _call(model, ((name, repr(value)) for name, value in fields))
        if len(full) <= _LINE and "\n" not in full:
            return full
    told = (pair for pair in fields if not _is_default(model, *pair))
    return _call(model, ((name, _brief(value, _VALUE)) for name, value in told))


def as_fields_html(model: BaseModel) -> str:
    """Show a row for each field, with lines and tables in it as small tables of their own; every text is escaped.

    A model that words its own line shows that.
    """
    if type(model).__repr__ is not Frozen.__repr__:
        return f"<p>{escape(repr(model))}</p>"
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{_cell(value)}</td></tr>" for name, value in _fields(model))
    caption = f"<caption>{escape(type(model).__name__)}</caption>"
    return f'<table style="text-align:left">{caption}<tbody>{rows}</tbody></table>'


def lines_html(title: str, names: Sequence[str], lines: Sequence[Sequence[Any]], facts: Mapping[str, Any]) -> str:
    """Show lines by column, under a caption with the facts of the whole."""
    columns = {name: _column([line[place] for line in lines]) for place, name in enumerate(names)}
    return as_html(title, columns, facts, {})


def _fields(model: BaseModel) -> Iterator[tuple[str, Any]]:
    """Give the fields that may be shown: secrets are declared with `repr=False`."""
    values = vars(model)
    yield from ((name, values[name]) for name, field in type(model).model_fields.items() if field.repr)


def _call(model: BaseModel, arguments: Iterator[tuple[str, str]]) -> str:
    return f"{type(model).__name__}({', '.join(f'{name}={value}' for name, value in arguments)})"


def _is_default(model: BaseModel, name: str, value: Any) -> bool:
    field = type(model).model_fields[name]
    return not field.is_required() and type(value) is type(field.default) and bool(value == field.default)


def _is_many(value: Any) -> bool:
    return not _is(value, str | bytes | BaseModel) and hasattr(value, "__len__") and len(value) > _MANY


def _is(value: Any, kind: Any) -> bool:
    """Tell what a value is, whatever is in it."""
    return isinstance(value, kind)


def _brief(value: Any, most: int) -> str:
    """Write a value on one short line; a long one by what it is and its size."""
    if _is(value, np.ndarray):
        return f"<{value.dtype} array of {' x '.join(f'{size:,}' for size in value.shape)}>"
    if hasattr(value, "_columns"):
        return f"<{repr(value).partition(chr(10))[0]}>"
    if _is(value, tuple | list | Mapping) and not hasattr(value, "_fields"):
        text = repr(value) if len(value) <= _FEW else ""
        return text if 0 < len(text) <= most else f"<{len(value):,} {'item' if len(value) == 1 else 'items'}>"
    text = repr(value)
    if _is(value, BaseModel) and len(text) > most:
        return f"{type(value).__name__}(...)"
    return cut(plain(text), most)


def _cell(value: Any) -> str:
    """Show one value of a field: a table where it holds lines, else its text."""
    if hasattr(value, "_columns"):
        return str(value._repr_html_())
    if _is(value, tuple) and value and _is(value[0], BaseModel):
        names = [name for name, _ in _fields(value[0])]
        lines: list[Any] = [[getattr(line, name) for name in names] for line in value]
        return lines_html(type(value[0]).__name__, names, lines, {})
    if _is(value, tuple) and value and hasattr(value[0], "_fields"):
        return lines_html(type(value[0]).__name__, value[0]._fields, value, {})
    return escape(_text(value))


def _text(value: Any) -> str:
    """Write text, numbers, times and short lists as people read them, and anything else briefly."""
    if value is None or isinstance(value, str | dt.timedelta):
        return cut(plain("" if value is None else str(value)), _CELL)
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, dt.datetime):
        return str(value).replace("+00:00", "Z")
    if _is(value, Mapping) and len(value) <= _MANY:
        return cut(", ".join(f"{_text(key)}: {_text(one)}" for key, one in value.items()), _CELL)
    if _is(value, tuple) and len(value) <= _MANY:
        return cut(", ".join(map(_text, value)), _CELL)
    return _brief(value, _CELL)


def _column(values: list[Any]) -> NDArray[Any]:
    """Keep whole numbers that fit as they are, and write the rest down; nothing where there is none."""
    if values and all(type(value) is int and -(2**63) <= value < 2**63 for value in values):
        return np.array(values, np.int64)
    return np.array([_text(value) for value in values], dtype=object)
