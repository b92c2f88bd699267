"""All entries of a pool with their tickets: any prefix of the ranking, hashed only once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from socialmkt.lottery import _order, _tickets

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from socialmkt.lottery._tickets import Method
    from socialmkt.lottery.entries import Entries

    Int64 = NDArray[np.int64]

_CHUNK = 65_536


@dataclass(frozen=True, kw_only=True)
class Lots:
    """Entries and the first bytes of their tickets; `score` orders them, up to what floats can tell."""

    entries: Entries
    key: str
    method: Method
    head: NDArray[np.uint64]
    score: NDArray[np.uint64] | NDArray[np.float64]

    @property
    def by_head(self) -> bool:
        """Whether the tickets alone give the order."""
        return self.method == "tickets" or self.entries.equally_weighted

    def prefix(self, size: int) -> Int64:
        """Give the rows of the first ranks, in order: `size` of them, or all if there are fewer."""
        if size >= len(self.score):
            rows = np.arange(len(self.score))
        else:
            last = np.partition(self.score, size - 1)[size - 1]
            rows = np.flatnonzero(self.score <= (last if self.by_head else last * _order.CUT))
        return rows[self._order(rows)][:size]

    def _order(self, rows: Int64) -> Int64:
        def tie(place: int) -> tuple[str, str]:
            row = int(rows[place])
            return self.ticket(row), str(self.entries.id[row])

        if self.by_head:
            return _order.order_by_head(self.head[rows], tie)
        return _order.order_by_key(self.head[rows], self.entries.weight[rows], tie)

    def ticket(self, row: int) -> str:
        """Give the whole ticket of an entry."""
        if self.method == "tickets":
            return _tickets.smallest_ticket(self.key, self.entries.id[row], int(self.entries.weight[row]))
        return _tickets.ticket_hex(self.key, self.entries.id[row])

    def smallest_gap(self, rows: Int64) -> float | None:
        """Give the smallest relative gap between the keys of neighbours among these rows, which are in order."""
        return None if self.by_head else _order.smallest_gap(self.head[rows], self.entries.weight[rows])


def lots(entries: Entries, key: str, method: Method, *, func: str) -> Lots:
    """Hash the tickets of all entries."""
    if method == "tickets":
        head = _tickets.smallest_heads(key, entries, func=func)
        return Lots(entries=entries, key=key, method=method, head=head, score=head)
    head = _tickets.heads(key, entries.id)
    score = head if entries.equally_weighted else _keys(head, entries.weight)
    return Lots(entries=entries, key=key, method=method, head=head, score=score)


def _keys(head: NDArray[np.uint64], weight: Int64) -> NDArray[np.float64]:
    keys = np.empty(len(head))
    for start in range(0, len(head), _CHUNK):  # by pieces, so that little memory is taken
        piece = slice(start, start + _CHUNK)
        keys[piece] = _order.float_keys(head[piece], weight[piece])
    return keys
