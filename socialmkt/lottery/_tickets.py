"""Tickets: one SHA-256 per entry, or per unit of weight, in bulk."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from socialmkt.core.errors import Infeasible, refuse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from socialmkt.lottery.entries import Entries

Method: TypeAlias = Literal["exponential", "tickets"]
METHODS = ("exponential", "tickets")
MAX_TICKETS = 10_000_000
_CHUNK = 65_536


def heads(key: str, ids: NDArray[np.object_]) -> NDArray[np.uint64]:
    """Give the first 8 bytes, big-endian, of the ticket of each id."""
    copy = hashlib.sha256(key.encode()).copy  # the key fills one block: it is hashed once
    found = np.empty(len(ids), np.uint64)
    for start in range(0, len(ids), _CHUNK):
        digests = []
        for one in ids[start : start + _CHUNK].tolist():
            state = copy()
            state.update(one.encode())
            digests.append(state.digest())
        found[start : start + len(digests)] = np.frombuffer(b"".join(digests), ">u8")[::4]
    return found


def ticket_hex(key: str, one: str) -> str:
    """Give the ticket of one id."""
    return hashlib.sha256((key + one).encode()).hexdigest()


def smallest_ticket(key: str, one: str, weight: int) -> str:
    """Give the smallest of the sub-tickets of an entry, one for each unit of its weight."""
    copy = hashlib.sha256(f"{key}{one}#".encode()).copy

    def sub_ticket(number: int) -> bytes:
        state = copy()
        state.update(b"%d" % number)
        return state.digest()

    return min(map(sub_ticket, range(1, weight + 1))).hex()


def smallest_heads(key: str, entries: Entries, *, func: str) -> NDArray[np.uint64]:
    """Give the first 8 bytes of the smallest sub-ticket of each entry."""
    total = int(entries.weight.sum(dtype=object))
    if total > MAX_TICKETS:
        must, fix = f"add up to at most {MAX_TICKETS:,} for method='tickets'", "Use method='exponential': one law."
        raise refuse(Infeasible, func, "weight", must, total, fix=fix)
    pairs = zip(entries.id.tolist(), entries.weight.tolist(), strict=True)
    found = (int(smallest_ticket(key, one, weight)[:16], 16) for one, weight in pairs)
    return np.fromiter(found, np.uint64, len(entries))
