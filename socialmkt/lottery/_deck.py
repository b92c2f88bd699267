"""Which plays of a deck win: integer quotas for every block, and a shuffle inside each."""

from __future__ import annotations

import hashlib
import itertools
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Int64 = NDArray[np.int64]

_CHUNK = 65_536


def offset(key: str, label: str) -> int:
    """Give the first 8 bytes of SHA-256(key || label)."""
    return int.from_bytes(hashlib.sha256((key + label).encode()).digest()[:8], "big")


def edges_of(plays: int, blocks: int) -> list[int]:
    """Give the play after which each block ends, and 0."""
    return [plays * block // blocks for block in range(blocks + 1)]


def quotas(stock: dict[str, int], edges: Sequence[int], key: str) -> list[list[int]]:
    """Give how many of each prize fall into each block.

    C(r; s, m, U) = (r s 2**64 + U m) // (m 2**64) samples s of m places systematically. First it picks the places that
    win, then each prize samples from the places that are left.
    """
    plays, total = edges[-1], sum(stock.values())
    start, offsets = offset(key, "offset"), {name: offset(key, f"offset-{name}") for name in stock}
    winning = [_systematic(edge, total, plays, start) for edge in edges]
    reached = [_shared(places, stock, offsets) for places in winning]
    return [[after - before for before, after in zip(*pair, strict=True)] for pair in itertools.pairwise(reached)]


def _shared(places: int, stock: dict[str, int], offsets: dict[str, int]) -> list[int]:
    """Share the first winning places among the prizes, in order."""
    left, counts = sum(stock.values()), []
    for name, quantity in stock.items():
        count = _systematic(places, quantity, left, offsets[name])
        counts.append(count)
        places, left = places - count, left - quantity
    return counts


def _systematic(r: int, s: int, m: int, u: int) -> int:
    return (r * s * 2**64 + u * m) // (m * 2**64)


def winners(key: str, edges: Sequence[int], won: Sequence[Sequence[int]]) -> Int64:
    """Give the number of the prize that each play wins, from 0; -1 for none."""
    plays = edges[-1]
    prizes = np.full(plays, -1, np.int64)
    heads = _slots(key, plays)
    for low, high, counts in zip(edges[:-1], edges[1:], won, strict=True):
        if any(counts):
            best = _first(key, heads[low:high], sum(counts), low)
            prizes[low + best] = np.repeat(np.arange(len(counts)), counts)
    return prizes


def _first(key: str, heads: NDArray[np.uint64], size: int, low: int) -> Int64:
    """Give the places of the smallest digests of a block, in order; the whole digest where 8 bytes are equal."""
    order = np.argsort(heads, kind="stable")
    ordered = heads[order]
    if (ordered[1:] == ordered[:-1]).any():
        order = np.array(sorted(range(len(heads)), key=lambda place: _digest(key, low + place + 1)))
    return order[:size]


def _digest(key: str, play: int) -> bytes:
    return hashlib.sha256(f"{key}slot-{play}".encode()).digest()


def _slots(key: str, plays: int) -> NDArray[np.uint64]:
    """Give the first 8 bytes of SHA-256(key || "slot-" || play) for each play from 1."""
    copy = hashlib.sha256(key.encode()).copy
    found = np.empty(plays, np.uint64)
    for start in range(0, plays, _CHUNK):
        digests = []
        for play in range(start + 1, min(start + _CHUNK, plays) + 1):
            state = copy()
            state.update(b"slot-%d" % play)
            digests.append(state.digest())
        found[start : start + len(digests)] = np.frombuffer(b"".join(digests), ">u8")[::4]
    return found
