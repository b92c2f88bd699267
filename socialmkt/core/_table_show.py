"""How a Table looks: a few lines in a terminal, a small table in a notebook."""

from __future__ import annotations

import datetime as dt
import uuid
from html import escape
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping

Array = NDArray[Any]

_LINES: Final = 12
_LINE: Final = 88
_NAME: Final = 24
_VALUE: Final = 28
_ENDS: Final = 5
_MOST_BYTES: Final = 12_000
_FITS: Final = ((40, 60), (20, 40), (12, 24), (6, 12))
"""How many columns and how many characters a cell, from generous to narrow."""


def as_text(title: str, columns: Mapping[str, Array], metadata: Mapping[str, Any]) -> str:
    """Show a line for the shape, one for each column with its first values, one for the metadata."""
    shown = list(columns.items())[:_LINES]
    names = [cut(plain(name), _NAME) for name, _ in shown]
    dtypes = [dtype_of(column) for _, column in shown]
    wide, deep = max(map(len, names)), max(map(len, dtypes))
    lines = [_shape(title, columns)]
    lines += [
        cut(f"  {name:<{wide}}  {dtype:<{deep}}  {_first_values(column)}", _LINE)
        for name, dtype, (_, column) in zip(names, dtypes, shown, strict=True)
    ]
    if len(columns) > _LINES:
        lines.append(f"  ... and {len(columns) - _LINES:,} more columns")
    if metadata:
        lines.append(cut("  " + ", ".join(_facts(metadata)), _LINE))
    return "\n".join(line.rstrip() for line in lines)


def as_html(title: str, columns: Mapping[str, Array], metadata: Mapping[str, Any], units: Mapping[str, str]) -> str:
    """Show the first and last rows as an HTML table: every text escaped, narrower until it is small enough."""
    caption = ", ".join([_shape(title, columns), *_facts(metadata)])
    tries = (_html(caption, columns, units, fit) for fit in _FITS)
    return next((html for html in tries if len(html.encode("utf-8", "replace")) < _MOST_BYTES), "")


def dtype_of(column: Array) -> str:
    """Name a dtype as a reader would: text is text, whatever its width."""
    if column.dtype.kind == "U":
        return "text"
    if column.dtype.kind != "O":
        return str(column.dtype)
    first = column[0] if column.size else ""
    return "bytes" if isinstance(first, bytes) else "uuid" if isinstance(first, uuid.UUID) else "text"


def _shape(title: str, columns: Mapping[str, Array]) -> str:
    rows, width = len(next(iter(columns.values()))), len(columns)
    return f"{cut(plain(title), 2 * _NAME)}: {_counted(rows, 'row')}, {_counted(width, 'column')}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _facts(metadata: Mapping[str, Any]) -> list[str]:
    return [f"{name}={_fact(value)}" for name, value in metadata.items()]


def _fact(value: Any) -> str:
    """Write an instant as the columns do, and anything else as Python would."""
    if isinstance(value, dt.datetime):
        return _cell(np.datetime64(value.astimezone(dt.UTC).replace(tzinfo=None), "us"))
    return repr(value)


def _first_values(column: Array) -> str:
    cells = [cut(repr(str(value)) if isinstance(value, str) else _cell(value), _VALUE) for value in column[:_ENDS]]
    return ", ".join([*cells, "..."] if len(column) > _ENDS else cells)


def _cell(value: Any) -> str:
    """Write one value: floats to ten digits, instants without an empty fraction, text on one line."""
    kind = getattr(value, "dtype", None) and value.dtype.kind
    if kind == "f":
        return f"{float(value):.10g}"
    if kind in {"m", "M"} and not np.isnat(value):
        text = str(value).removesuffix(".000000") if kind == "M" else str(value.item())
        return text.replace("T", " ") + "Z" if "T" in text else text
    return plain(value.hex() if isinstance(value, bytes) else str(value))


def plain(text: str) -> str:
    return text if text.isprintable() else repr(text)[1:-1]


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."


def _html(caption: str, columns: Mapping[str, Array], units: Mapping[str, str], fit: tuple[int, int]) -> str:
    most, width = fit
    shown = list(columns.items())[:most]
    more = len(columns) > most
    heads = "".join(_head(name, column, units.get(name), width) for name, column in shown)
    body = "".join(_rows([column for _, column in shown], width, more=more))
    return (
        f'<table style="white-space:nowrap;text-align:right"><caption>'
        f"{escape(cut(plain(caption), 2 * _LINE))}</caption>"
        f"<thead><tr><th></th>{heads}{'<th>...</th>' * more}</tr></thead><tbody>{body}</tbody></table>"
    )


def _head(name: str, column: Array, unit: str | None, width: int) -> str:
    kind = dtype_of(column) if unit is None else f"{dtype_of(column)}, {cut(plain(unit), width)}"
    return f"<th>{escape(cut(plain(name), width))}<br><small>{escape(kind)}</small></th>"


def _rows(columns: list[Array], width: int, *, more: bool) -> list[str]:
    total = len(columns[0])
    ends = range(min(_ENDS, total)), range(max(total - _ENDS, _ENDS), total)
    gap = f"<tr><th>...</th>{'<td>...</td>' * (len(columns) + more)}</tr>"
    first, last = ([_row(columns, row, width, more=more) for row in end] for end in ends)
    return [*first, gap, *last] if total > 2 * _ENDS else [*first, *last]


def _row(columns: list[Array], row: int, width: int, *, more: bool) -> str:
    cells = "".join(f"<td>{escape(cut(_cell(column[row]), width))}</td>" for column in columns)
    return f"<tr><th>{row:,}</th>{cells}{'<td>...</td>' * more}</tr>"
