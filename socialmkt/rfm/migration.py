"""Who moved from which segment to which between two months."""

from __future__ import annotations

from html import escape
from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, ConfigDict, PlainSerializer, ValidationInfo, WithJsonSchema, model_validator

from socialmkt.core.errors import InvalidInput, SchemeMismatch, Verbatim, refuse
from socialmkt.core.model import Frozen, Name
from socialmkt.core.table import Ids, Ints, Table, Texts, freeze
from socialmkt.rfm._pairing import are_foreign, pairs
from socialmkt.rfm.segments import Segments, check_segments, numbers_of

__all__ = ["Migration", "Moves", "migrate"]


def _read_matrix(value: Any, info: ValidationInfo) -> NDArray[np.int64]:
    counts = np.array(value)
    if counts.ndim != 2 or counts.dtype.kind not in "iu":
        raise refuse(InvalidInput, "", info.field_name or "matrix", "be a matrix of whole numbers", counts)
    return freeze(counts.astype(np.int64)).view()


def _nested_lists(matrix: NDArray[np.int64]) -> list[list[int]]:
    rows: list[list[int]] = matrix.tolist()
    return rows


Matrix = Annotated[
    NDArray[np.int64],
    BeforeValidator(_read_matrix),
    PlainSerializer(_nested_lists, when_used="json"),
    WithJsonSchema({"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}),
]


class Moves(Table):
    """The customers whose segment changed.

    Parameters
    ----------
    customer : ids
        Ascending.
    before, after : text
        Their segments.

    Examples
    --------
    >>> Moves(customer=[7], before=["loyal"], after=["at_risk"]).columns
    ('customer', 'before', 'after')
    """

    customer: Ids
    before: Texts
    after: Texts


class Migration(Frozen):
    """How the segments of one month turned into those of another.

    Parameters
    ----------
    names : tuple of str
        The k segments, in map order.
    matrix : int64 array of shape (k, k)
        Customers in both months: segment before by row, segment after by column.
    moves : Moves
        The customers whose segment changed, ascending.
    entered, left : int64 array of shape (k,)
        Customers of each segment who are there only afterwards, or only before.

    Raises
    ------
    pydantic.ValidationError
        Counts that are not one per name.

    Notes
    -----
    Row sums of `matrix` plus `left` are the counts before; column sums plus `entered` are the counts after.

    Examples
    --------
    >>> before = Segments(customer=[7, 8], segment=["good", "good"], map="mine", names=("good", "bad"))
    >>> after = Segments(customer=[8, 9], segment=["bad", "good"], map="mine", names=("good", "bad"))
    >>> migrate(before, after).matrix
    array([[0, 1],
           [0, 0]])
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    names: tuple[Name, ...]
    matrix: Matrix
    moves: Moves
    entered: Ints
    left: Ints

    @model_validator(mode="after")
    def _one_count_per_name(self) -> Self:
        k = len(self.names)
        for field, counts, shape in (
            ("matrix", self.matrix, (k, k)),
            ("entered", self.entered, (k,)),
            ("left", self.left, (k,)),
        ):
            if counts.shape != shape:
                raise refuse(InvalidInput, "", field, f"have shape {shape}", Verbatim(f"shape {counts.shape}"))
        return self

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Migration):
            return NotImplemented
        return self.names == other.names and self.moves == other.moves and _same_counts(self, other)

    def __hash__(self) -> int:
        message = "unhashable type: 'Migration': compare with =="
        raise TypeError(message)

    def __reduce__(self) -> tuple[Any, ...]:
        """Freeze the arrays again when they arrive."""
        return type(self).model_validate, ({name: getattr(self, name) for name in type(self).model_fields},)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return self.__copy__()

    def _repr_html_(self) -> str:
        """Show the matrix with who entered and who left; the darker a cell, the larger its part of the row."""
        head = "".join(f"<th>{escape(name)}</th>" for name in ("before \\ after", *self.names, "left"))
        rows = zip(self.names, self.matrix.tolist(), self.left.tolist(), strict=True)
        body = "".join(_html_row(name, [*counts, left]) for name, counts, left in rows)
        foot = _html_row("entered", self.entered.tolist())
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody><tfoot>{foot}</tfoot></table>"


def migrate(before: Segments, after: Segments) -> Migration:
    """Count who moved from which segment to which.

    Parameters
    ----------
    before, after : Segments
        Two months under one map; customers are matched by id.

    Returns
    -------
    Migration
        `names matrix moves entered left`.

    Raises
    ------
    SchemeMismatch
        The two were made with maps of another name, other segments or other cells, or hold different kinds of ids.
    InvalidInput
        A customer stands in two rows.

    Notes
    -----
    Score both months with the same `Cuts`: with fresh quantiles a customer can move because others did.
    O(n log n) time.

    Examples
    --------
    >>> before = Segments(customer=[7, 8, 9], segment=["good", "good", "bad"], map="mine", names=("good", "bad"))
    >>> after = Segments(customer=[6, 8, 9], segment=["good", "bad", "bad"], map="mine", names=("good", "bad"))
    >>> moved = migrate(before, after)
    >>> moved.matrix
    array([[0, 1],
           [0, 1]])
    >>> moved.entered, moved.left, list(moved.moves.rows())
    (array([1, 0]), array([1, 0]), [Moves(customer=8, before='good', after='bad')])
    """
    func = "rfm.migrate"
    check_segments(before, func=func, name="before")
    check_segments(after, func=func, name="after")
    _require_same_map(before, after, func)
    if are_foreign(before.customer, after.customer):
        raise refuse(SchemeMismatch, func, "after", "hold the same kind of ids", after.customer)
    here, there = pairs(before.customer, after.customer)
    old, new = numbers_of(before, func), numbers_of(after, func)
    matrix = _cross_table(old[here], new[there], len(before.names))
    changed = np.flatnonzero(old[here] != new[there])
    moves = Moves(
        customer=freeze(before.customer[here[changed]]),
        before=freeze(before.segment[here[changed]]),
        after=freeze(after.segment[there[changed]]),
    )
    return Migration(
        names=before.names,
        matrix=matrix,
        moves=moves,
        entered=np.bincount(new, minlength=len(matrix)) - matrix.sum(axis=0),
        left=np.bincount(old, minlength=len(matrix)) - matrix.sum(axis=1),
    )


def _require_same_map(before: Segments, after: Segments, func: str) -> None:
    """Refuse another map; the cells can be compared where both sides know the map's fingerprint."""
    must = f"be made with the same map, {before.map!r}"
    if before.map != after.map:
        raise refuse(SchemeMismatch, func, "after", must, after.map)
    if before.names != after.names:
        got = Verbatim("one of that name with other segments")
        fix = f"Before: {', '.join(before.names)}. After: {', '.join(after.names)}."
        raise refuse(SchemeMismatch, func, "after", must, got, fix=fix)
    if before.fingerprint and after.fingerprint and before.fingerprint != after.fingerprint:
        got = Verbatim("one of that name whose segments have other cells")
        raise refuse(SchemeMismatch, func, "after", must, got)


def _cross_table(rows: NDArray[np.int64], columns: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    return np.bincount(rows * k + columns, minlength=k * k).reshape(k, k)


def _same_counts(a: Migration, b: Migration) -> bool:
    return all(
        np.array_equal(mine, theirs)
        for mine, theirs in ((a.matrix, b.matrix), (a.entered, b.entered), (a.left, b.left))
    )


def _html_row(name: str, counts: list[int]) -> str:
    whole = sum(counts) or 1
    cells = "".join(
        f'<td style="text-align:right;background:rgba(70,130,180,{0.6 * count / whole:.2f})">{count:,}</td>'
        for count in counts
    )
    return f'<tr><th style="text-align:left">{escape(name)}</th>{cells}</tr>'
