"""Rows of a ranking that may still matter when more rows come, and how they are put together.

Without caps, or with one, the first k of a part are all it can ever give. With G caps that overlap, a row that was
passed over may be let in once another part has closed the way to the row that stopped it. A greedy choice under G caps
is never smaller than a G-th of any other, so whatever lies behind G * k accepted rows of a part stays out of the first
k of the whole: up to there a part keeps every row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from socialmkt.core.errors import InvalidInput, refuse
from socialmkt.lottery import _order
from socialmkt.lottery._caps import Counter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_FUNC = "Ranking.merge"


class Row(NamedTuple):
    """An entry with its ticket, and the key of its group for each cap."""

    entry: str
    weight: int
    ticket: str
    groups: tuple[str | None, ...] = ()


class Held(NamedTuple):
    """The rows of a part in order, and whether no others exist."""

    rows: tuple[Row, ...]
    complete: bool


def wanted(k: int, caps: int) -> int:
    """Say how many accepted rows a part must know."""
    return k * max(caps, 1)


def accepted(groups: Iterable[Sequence[object]], limits: Iterable[int], want: int) -> list[int]:
    """Walk rows in order under the caps; give the places of those let in, at most `want`."""
    counter, places = Counter(limits), []
    for place, own in enumerate(groups):
        if not counter.is_full(own):
            counter.add(own)
            places.append(place)
            if len(places) == want:
                break
    return places


def hold(rows: Sequence[Row], limits: Sequence[int], k: int, *, complete: bool) -> tuple[list[Row], Held]:
    """Give the first k rows under the caps, and what to hold of rows that are in order."""
    want = wanted(k, len(limits))
    places = accepted((row.groups for row in rows), limits, want)
    first = [rows[place] for place in places[:k]]
    if len(limits) < 2:
        return first, Held(rows=tuple(first), complete=complete)
    if len(places) < want:
        return first, Held(rows=tuple(rows), complete=complete)
    return first, Held(rows=tuple(rows[: places[-1] + 1]), complete=False)


def merged(a: Held, b: Held, limits: Sequence[int], *, by_head: bool) -> tuple[list[Row], bool]:
    """Put the rows of two parts in order, as far as both sides know all of them."""
    rows = _ordered(_united(a.rows, b.rows), by_head=by_head)
    if len(limits) < 2:
        return rows, a.complete and b.complete
    ends = [rows.index(part.rows[-1]) for part in (a, b) if not part.complete]
    return rows[: min(ends) + 1] if ends else rows, not ends


def smallest_gap(rows: Sequence[Row], *, by_head: bool) -> float | None:
    """Give the smallest relative gap between the keys of neighbours."""
    return None if by_head else _order.smallest_gap(*_columns(rows))


def _united(a: Sequence[Row], b: Sequence[Row]) -> list[Row]:
    found = {row.entry: row for row in a}
    for row in b:
        mine = found.setdefault(row.entry, row)
        if mine.weight != row.weight:
            must = f"be the same for {row.entry!r} on both sides, {mine.weight}"
            raise refuse(InvalidInput, _FUNC, "weight", must, row.weight)
        if mine != row:
            raise refuse(InvalidInput, _FUNC, "groups", f"be the same for {row.entry!r} on both sides", row.groups)
    return list(found.values())


def _ordered(rows: list[Row], *, by_head: bool) -> list[Row]:
    def tie(place: int) -> tuple[str, str]:
        return rows[place].ticket, rows[place].entry

    head, weight = _columns(rows)
    if by_head or not rows or (weight == weight[0]).all():
        order = _order.order_by_head(head, tie)
    else:
        order = _order.order_by_key(head, weight, tie)
    return [rows[place] for place in order.tolist()]


def _columns(
    rows: Sequence[Row],
) -> tuple[np.ndarray[tuple[int], np.dtype[np.uint64]], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    head = np.fromiter((int(row.ticket[:16], 16) for row in rows), np.uint64, len(rows))
    return head, np.fromiter((row.weight for row in rows), np.int64, len(rows))
