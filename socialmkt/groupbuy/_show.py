"""How results with lines look in a notebook: as a table of their lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from socialmkt.core.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def lines_html(title: str, names: Sequence[str], lines: Sequence[Sequence[Any]], facts: Mapping[str, Any]) -> str:
    """Show lines by column, under a caption with the facts of the whole."""
    told = ", ".join(f"{name}={fact}" for name, fact in facts.items())
    columns = {name: [line[place] for line in lines] for place, name in enumerate(names)}
    shown = {name: column if _all_small(column) else list(map(_word, column)) for name, column in columns.items()}
    return Table.of(shown, name=f"{title} {told}")._repr_html_()


def _all_small(column: list[Any]) -> bool:
    return all(type(value) is int and -(2**63) <= value < 2**63 for value in column)


def _word(value: Any) -> str:
    return "" if value is None else str(value)
