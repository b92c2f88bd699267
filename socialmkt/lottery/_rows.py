"""The tables of a draw and their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from socialmkt.core.labels import Code
from socialmkt.core.table import Ints, Table, Texts

if TYPE_CHECKING:
    from collections.abc import Sequence


class SkipReason(Code):
    """Why an entry was passed over.

    Examples
    --------
    >>> SkipReason.cap_reached.zh
    '同组名额已满'
    """

    cap_reached = "cap_reached", "同组名额已满", "its group has reached the cap"
    not_qualified = "not_qualified", "不符合条件", "does not meet the conditions"


class WinnerRow(NamedTuple):
    """A slot and who holds it."""

    pool: str
    prize: str
    slot: int
    rank: int
    entry: str
    ticket: str


class AlternateRow(NamedTuple):
    """A stand-in for a prize."""

    pool: str
    prize: str
    order: int
    rank: int
    entry: str
    ticket: str


class UnfilledRow(NamedTuple):
    """A slot that nobody holds."""

    pool: str
    prize: str
    slot: int


class SkippedRow(NamedTuple):
    """An entry that was passed over, and why."""

    pool: str
    prize: str
    rank: int
    entry: str
    reason: str


class Winners(Table):
    """Slots and who holds them: pool by pool, then prizes in the manifest's order, then slots.

    Examples
    --------
    >>> Winners(pool=["main"], prize=["pen"], slot=[1], rank=[4], entry=["ann"], ticket=["00" * 32])["entry"].tolist()
    ['ann']
    """

    pool: Texts
    prize: Texts
    slot: Ints
    rank: Ints
    entry: Texts
    ticket: Texts


class Alternates(Table):
    """Who stands in for which prize: by pool, prize and order.

    Examples
    --------
    >>> len(Alternates(pool=[], prize=[], order=[], rank=[], entry=[], ticket=[]))
    0
    """

    pool: Texts
    prize: Texts
    order: Ints
    rank: Ints
    entry: Texts
    ticket: Texts


class Unfilled(Table):
    """Slots that nobody holds, in the manifest's order.

    Examples
    --------
    >>> Unfilled(pool=["main"], prize=["pen"], slot=[2])["slot"]
    array([2])
    """

    pool: Texts
    prize: Texts
    slot: Ints


class Skipped(Table):
    """Entries passed over before the last slot of a prize was filled, and why.

    Examples
    --------
    >>> Skipped(pool=["main"], prize=["pen"], rank=[1], entry=["ann"], reason=["cap_reached"])["reason"].tolist()
    ['cap_reached']
    """

    pool: Texts
    prize: Texts
    rank: Ints
    entry: Texts
    reason: Texts


T = TypeVar("T", bound=Table)


def table_of(cls: type[T], rows: Sequence[Sequence[Any]]) -> T:
    """Make a table from its rows."""
    columns = zip(*rows, strict=True) if rows else [()] * len(cls.model_fields)
    return cls(**{name: list(column) for name, column in zip(cls.model_fields, columns, strict=True)})
