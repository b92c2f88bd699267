"""A week of 7 x 24 hours: figures by the weekday and the hour at which mentions arrive."""

from __future__ import annotations

from html import escape
from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, ConfigDict, PlainSerializer, ValidationInfo, WithJsonSchema

from socialmkt.core._instants import DAY
from socialmkt.core.errors import InvalidInput, refuse
from socialmkt.core.model import Frozen
from socialmkt.core.table import freeze
from socialmkt.sla._rows import NAT

DAYS, HOURS = 7, 24
_HOUR = DAY // HOURS
_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def cells_of(local: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the hour of the week that a local clock shows; Monday's first is 0."""
    cells: NDArray[np.int64] = (local // DAY + 3) % DAYS * HOURS + local % DAY // _HOUR
    return cells


def _reader(kind: str) -> BeforeValidator:
    def read(value: Any, info: ValidationInfo) -> NDArray[Any]:
        if info.mode == "json" and kind == "m8[us]":
            value = np.array(_filled(value), dtype=np.int64).view(kind)
        grid = np.array(value)
        if grid.shape != (DAYS, HOURS):
            raise refuse(InvalidInput, "", info.field_name or "grid", f"have shape ({DAYS}, {HOURS})", grid)
        return freeze(grid.astype(kind)).view()

    return BeforeValidator(read)


def _filled(rows: list[list[int | None]]) -> list[list[int]]:
    return [[NAT if cell is None else cell for cell in row] for row in rows]


def _nested(grid: NDArray[Any]) -> list[list[Any]]:
    """Write a grid as lists, durations in microseconds and what is unknown as None."""
    known = ~np.isnat(grid) if grid.dtype.kind == "m" else ~np.isnan(grid)
    plain = grid.view(np.int64) if grid.dtype.kind == "m" else grid
    return [
        [cell if is_known else None for cell, is_known in zip(*row, strict=True)]
        for row in zip(plain.tolist(), known.tolist(), strict=True)
    ]


_DUMP = PlainSerializer(_nested, when_used="json")
_SCHEMA = WithJsonSchema(
    {"type": "array", "items": {"type": "array", "items": {"anyOf": [{"type": "number"}, {"type": "null"}]}}}
)
IntGrid = Annotated[NDArray[np.int64], _reader("i8"), _DUMP, _SCHEMA]
FloatGrid = Annotated[NDArray[np.float64], _reader("f8"), _DUMP, _SCHEMA]
SpanGrid = Annotated[NDArray[np.timedelta64], _reader("m8[us]"), _DUMP, _SCHEMA]


class Heatmap(Frozen):
    """A week of response times, by the local hour at which mentions arrive.

    Parameters
    ----------
    count : int64 array of shape (7, 24)
        Mentions, Monday first; the two hours of a fold share a cell.
    attainment : float64 array of shape (7, 24)
        The share kept of those that are decided; NaN where none is.
    median : timedelta64[us] array of shape (7, 24)
        Half of the mentions are answered by then, open ones counted in; NaT where the half is not reached.
    tz : str
        The zone of the hours.

    Examples
    --------
    >>> import datetime as dt
    >>> from socialmkt.sla import Target, check, report
    >>> received = np.array(["2026-03-02T09:10", "2026-03-02T09:40"], dtype="datetime64[us]")
    >>> replied = received + np.array([10, 90], dtype="timedelta64[m]")
    >>> checks = check(received, replied, Target(within=dt.timedelta(hours=1)), as_of=np.datetime64("2026-03-03"))
    >>> week = report(checks).heatmap
    >>> week.count[0, 9], week.attainment[0, 9]
    (np.int64(2), np.float64(0.5))
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    count: IntGrid
    attainment: FloatGrid
    median: SpanGrid
    tz: str

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Heatmap):
            return NotImplemented
        return self.tz == other.tz and all(
            np.array_equal(mine.view(np.int64), theirs.view(np.int64)) or np.array_equal(mine, theirs, equal_nan=True)
            for mine, theirs in (
                (self.count, other.count),
                (self.attainment, other.attainment),
                (self.median, other.median),
            )
        )

    def __hash__(self) -> int:
        message = "unhashable type: 'Heatmap': compare with =="
        raise TypeError(message)

    def __reduce__(self) -> tuple[Any, ...]:
        """Freeze the arrays again when they arrive."""
        return type(self).model_validate, ({name: getattr(self, name) for name in type(self).model_fields},)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return self.__copy__()

    def __repr__(self) -> str:
        return f"Heatmap({int(self.count.sum()):,} mentions, tz={self.tz!r})"

    def _repr_html_(self) -> str:
        """Show the count of each hour; the darker a cell, the smaller the share kept."""
        head = "".join(f"<th>{hour}</th>" for hour in range(HOURS))
        rows = zip(_NAMES, self.count.tolist(), self.attainment.tolist(), strict=True)
        body = "".join(f"<tr><th>{name}</th>{_html_cells(counts, shares)}</tr>" for name, counts, shares in rows)
        top = f"<caption>{escape(repr(self))}</caption><thead><tr><th></th>{head}</tr></thead>"
        return f"<table>{top}<tbody>{body}</tbody></table>"


def _html_cells(counts: list[int], shares: list[float]) -> str:
    lost = [0.0 if share != share else 1 - share for share in shares]  # noqa: PLR0124  # NaN differs from itself
    return "".join(
        f'<td style="background:rgba(70,130,180,{0.6 * part:.2f})">{count or ""}</td>'
        for count, part in zip(counts, lost, strict=True)
    )
