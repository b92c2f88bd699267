"""How results with lines look in a notebook: as a table of their lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from socialmkt.core._table_show import as_html

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


def lines_html(title: str, names: Sequence[str], lines: Sequence[Sequence[Any]], facts: Mapping[str, Any]) -> str:
    """Show lines by column, under a caption with the facts of the whole."""
    columns = {name: _column([line[place] for line in lines]) for place, name in enumerate(names)}
    return as_html(title, columns, facts, {})


def _column(values: list[Any]) -> NDArray[Any]:
    """Keep whole numbers that fit as they are, and write the rest down; nothing where there is none."""
    if values and all(type(value) is int and -(2**63) <= value < 2**63 for value in values):
        return np.array(values, np.int64)
    return np.array(["" if value is None else str(value) for value in values], dtype=object)
