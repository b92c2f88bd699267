"""Filling the slots of a pool from its ranking, and choosing who stands in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from socialmkt.lottery._caps import Counter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialmkt.core.model import FrozenDict
    from socialmkt.lottery._lots import Lots
    from socialmkt.lottery.commitment import Prize

MARGIN = 64


class Filled(NamedTuple):
    """Who got what in a pool, by places in its ranking (from 0)."""

    rows: list[int]
    """The entry at each place that was looked at."""
    winners: list[tuple[str, int, int]]
    """(prize, slot, place)"""
    alternates: list[tuple[str, int, int]]
    """(prize, order, place)"""
    unfilled: list[tuple[str, int]]
    """(prize, first empty slot)"""
    skipped: list[tuple[str, int, bool]]
    """(prize, place, whether it qualified)"""
    deepest: int
    """The last place that was used; -1 for none."""


@dataclass
class _Cursor:
    """How far the prizes with the same conditions have walked, and whom they passed over."""

    at: int = 0
    passed: list[int] = field(default_factory=list)


class _Walk:
    """The ranking of a pool, looked at from the top and only as far as needed."""

    def __init__(self, lots: Lots, caps: FrozenDict[str, int], size: int) -> None:
        self._lots = lots
        self._codes = [lots.entries.groups[name].codes for name in caps]
        self._counter = Counter(caps.values())
        self._holds: dict[tuple[str, ...], list[bool]] = {}
        self.used: set[int] = set()
        self._look(size)

    def _look(self, size: int) -> None:
        rows = self._lots.prefix(size)
        self.rows: list[int] = rows.tolist()
        self._groups = list(zip(*(codes[rows].tolist() for codes in self._codes), strict=True))
        self._holds.clear()

    def reaches(self, place: int) -> bool:
        """Tell whether there is such a place; look further where it lies beyond what was seen."""
        if place >= len(self.rows) < len(self._lots.score):
            self._look(len(self.rows) * 4)
        return place < len(self.rows)

    def qualifies(self, place: int, requires: tuple[str, ...]) -> bool:
        """Tell whether an entry holds all conditions."""
        if not requires:
            return True
        if requires not in self._holds:
            held = np.ones(len(self.rows), np.bool_)
            for name in requires:
                held &= self._lots.entries.conditions[name][self.rows]
            self._holds[requires] = held.tolist()
        return self._holds[requires][place]

    def is_full(self, place: int) -> bool:
        """Tell whether one of the entry's groups has reached its cap."""
        return bool(self._groups) and self._counter.is_full(self._groups[place])

    def use(self, place: int) -> None:
        """Give the entry a place, and count it for its groups."""
        self.used.add(place)
        if self._groups:
            self._counter.add(self._groups[place])

    def next_for(self, requires: tuple[str, ...], cursor: _Cursor) -> int | None:
        """Find the first entry that can be taken. Whoever is passed over stays out: used, capped or unqualified."""
        while self.reaches(cursor.at):
            place = cursor.at
            cursor.at += 1
            if place in self.used:
                continue
            if self.qualifies(place, requires) and not self.is_full(place):
                return place
            cursor.passed.append(place)
        return None


def fill(lots: Lots, prizes: Sequence[Prize], *, alternates: int, caps: FrozenDict[str, int]) -> Filled:
    """Fill the slots of a pool's prizes in order, then choose alternates under the same counts."""
    slots = sum(prize.quantity for prize in prizes)
    walk = _Walk(lots, caps, min(slots + alternates * len(prizes) + MARGIN, len(lots.score)))
    filled = Filled([], [], [], [], [], -1)
    cursors: dict[tuple[str, ...], _Cursor] = {}
    for prize in prizes:
        _fill_prize(walk, prize, cursors.setdefault(prize.requires, _Cursor()), filled)
    if alternates:
        _choose_alternates(walk, prizes, alternates, filled)
    deepest = max(walk.used, default=-1)
    walk.reaches(deepest + 1)
    return filled._replace(rows=walk.rows, deepest=deepest)


def _fill_prize(walk: _Walk, prize: Prize, cursor: _Cursor, filled: Filled) -> None:
    last = -1
    for slot in range(1, prize.quantity + 1):
        place = walk.next_for(prize.requires, cursor)
        if place is None:
            filled.unfilled.append((prize.name, slot))
            break
        walk.use(place)
        filled.winners.append((prize.name, slot, place))
        last = place
    for place in cursor.passed:
        if place < last and place not in walk.used:
            filled.skipped.append((prize.name, place, walk.qualifies(place, prize.requires)))


def _choose_alternates(walk: _Walk, prizes: Sequence[Prize], alternates: int, filled: Filled) -> None:
    wants = {prize.name: alternates for prize in prizes}
    place = order = 0
    while max(wants.values()) > 0 and walk.reaches(place):
        if place not in walk.used:
            serves = [prize.name for prize in prizes if walk.qualifies(place, prize.requires)]
            if any(wants[name] > 0 for name in serves) and not walk.is_full(place):
                walk.use(place)
                order += 1
                filled.alternates.extend((name, order, place) for name in serves)
                for name in serves:
                    wants[name] -= 1
        place += 1
    places = {name: place for place, name in enumerate(wants)}
    filled.alternates.sort(key=lambda row: places[row[0]])  # stable: by order within a prize
