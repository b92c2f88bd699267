"""Dense codes of int64 and uint64 ids, ascending or in order of first sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    UInt64 = NDArray[np.uint64]
    Int64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

_MOST_SLOTS = 2**22
_FEW = 1_000
_ODD = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F)


def sorted_codes(ids: NDArray[Any]) -> tuple[Int64, NDArray[Any]]:
    """Code ids by their place among the distinct ones, ascending."""
    keys, low, span = _from_lowest(ids)
    if span.bit_length() + _row_bits(ids) <= 64:
        codes, firsts, _ = _packed(keys)
        return codes, ids[firsts]
    codes, firsts = codes_of_firsts(first_rows((keys,), keys))
    order = np.argsort(keys[firsts])
    return ranks(order)[codes], ids[firsts[order]]


def first_codes(ids: NDArray[Any]) -> tuple[Int64, NDArray[Any]]:
    """Code ids in the order in which they first occur."""
    keys = ids.view(np.uint64)
    codes, firsts = codes_of_firsts(first_rows((keys,), keys))
    return codes, ids[firsts]


def _row_bits(ids: NDArray[Any]) -> int:
    return (ids.size - 1).bit_length()


def _from_lowest(ids: NDArray[Any]) -> tuple[UInt64, int, int]:
    """Subtract the lowest id, modulo 2**64; also say which it was and how far the highest lies above it."""
    low, high = int(ids.min()), int(ids.max())
    return ids.view(np.uint64) - np.uint64(low % 2**64), low, high - low


def _packed(keys: UInt64) -> tuple[Int64, Int64, UInt64]:
    """Sort key and row number as one word; give the codes, the first row of each and the distinct keys."""
    bits = np.uint64((keys.size - 1).bit_length())
    keys <<= bits
    keys |= np.arange(keys.size, dtype=np.uint64)
    keys.sort()
    rows = (keys & np.uint64((1 << int(bits)) - 1)).view(np.int64)
    keys >>= bits
    starts = np.empty(keys.size, np.bool_)
    starts[0] = True
    np.not_equal(keys[1:], keys[:-1], out=starts[1:])
    codes = np.empty(keys.size, np.int64)
    codes[rows] = np.cumsum(starts) - 1
    return codes, rows[starts], keys[starts]


def first_rows(words: tuple[UInt64, ...], mixed: UInt64) -> Int64:
    """Give each row the first row that holds the same words.

    Each round scatters row numbers into a table by a multiple of `mixed`, the earliest last so that it stays. A row
    is settled when the row found in its place holds its words; the others go round again. Rows with equal words are
    settled together, by their first.
    """
    firsts = np.empty(mixed.size, np.int64)
    slot_bits = max(4, min(2 * mixed.size // 5, _MOST_SLOTS).bit_length())
    table = np.empty(1 << slot_bits, np.int64)
    rows = np.arange(mixed.size)
    for odd in _ODD:
        slots = ((mixed[rows] * np.uint64(odd)) >> np.uint64(64 - slot_bits)).view(np.int64)
        table[slots[::-1]] = rows[::-1]
        found = table[slots]
        settled = _equal(words, found, rows)
        firsts[rows[settled]] = found[settled]
        rows = rows[~settled]
        if rows.size <= _FEW:
            break
    firsts[rows] = _first_rows_plainly(words, rows)
    return firsts


def _equal(words: tuple[UInt64, ...], left: Int64, right: Int64) -> Bools:
    same = words[0][left] == words[0][right]
    for word in words[1:]:
        same &= word[left] == word[right]
    return same


def _first_rows_plainly(words: tuple[UInt64, ...], rows: Int64) -> Int64:
    seen: dict[tuple[int, ...], int] = {}
    columns = (word[rows].tolist() for word in words)
    found = (seen.setdefault(key, row) for key, row in zip(zip(*columns, strict=True), rows.tolist(), strict=True))
    return np.fromiter(found, np.int64, rows.size)


def codes_of_firsts(firsts: Int64) -> tuple[Int64, Int64]:
    """Number the rows that are their own first, and give each row the number of its first."""
    is_first = firsts == np.arange(firsts.size)
    return (np.cumsum(is_first) - 1)[firsts], np.flatnonzero(is_first)


def ranks(order: Int64) -> Int64:
    """Invert a permutation."""
    ranks = np.empty_like(order)
    ranks[order] = np.arange(order.size)
    return ranks
