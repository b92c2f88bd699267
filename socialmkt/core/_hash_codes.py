"""Dense codes by a vectorised hash table, for keys of one or more words.

Rows are taken in chunks that fit the processor's cache. A chunk looks up its slots in the first table; keys that find
their slot empty claim it, the earliest row first; rows whose slot belongs to another key try the next table, which
hashes with another multiplier. A slot keeps its owner, so every key has one place. The words themselves are
compared, not their hash: codes are exact, whatever collides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    UInt64 = NDArray[np.uint64]
    Int64 = NDArray[np.int64]
    Words = tuple[UInt64, ...]

_CHUNK = 32_768
_MOST_SLOT_BITS = 22
_ODD = 0x9E3779B97F4A7C15
_MULTIPLIERS = (
    0x9E3779B97F4A7C15,
    0xC2B2AE3D27D4EB4F,
    0xD6E8FEB86659FD93,
    0xA0761D6478BD642F,
    0xE7037ED1A0B428DB,
    0x8EBC6AF09C88C6E3,
    0x589965CC75374CC3,
    0x1D8E4E27C47D124F,
)


def hash_codes(words: Words) -> tuple[Int64, Int64]:
    """Number the distinct keys in no particular order; also give the first row of each."""
    rows = words[0].size
    coder = _Coder(len(words), rows)
    codes = np.empty(rows, np.int64)
    for start in range(0, rows, _CHUNK):
        chunk = tuple(word[start : start + _CHUNK] for word in words)
        coder.number(chunk, start, codes[start : start + _CHUNK])
    return codes, np.concatenate(coder.firsts)


def _mixed(words: Words) -> UInt64:
    """One word of many; keys that agree in it are told apart by their words all the same."""
    mixed = words[0]
    for word in words[1:]:
        mixed = (mixed ^ mixed >> np.uint64(32)) * np.uint64(_ODD)
        mixed += word
    return mixed


class _Coder:
    """The tables, and what has been numbered so far."""

    def __init__(self, width: int, rows: int) -> None:
        bits = max(8, min(_MOST_SLOT_BITS, rows.bit_length()))
        sizes = [max(8, bits - level) for level in range(len(_MULTIPLIERS))]
        self.tables = [_Slots(width, *each) for each in zip(_MULTIPLIERS, sizes, strict=True)]
        self.firsts: list[Int64] = []
        self.count = 0
        self.rest: dict[tuple[int, ...], int] = {}

    def number(self, words: Words, start: int, codes: Int64) -> None:
        """Write the codes of one chunk of rows, which begins at row `start`."""
        mixed, rows = _mixed(words), np.arange(len(codes))
        for table in self.tables:
            slots = table.slots(mixed)
            own = table.claim(slots, words, self.count)
            self._claimed(rows[own] + start)
            codes[rows] = table.codes[slots]
            lost = np.flatnonzero(table.differ(slots, words))
            if not lost.size:
                return
            rows, mixed, words = rows[lost], mixed[lost], tuple(word[lost] for word in words)
        self._number_rest(words, rows, start, codes)

    def _claimed(self, rows: Int64) -> None:
        if rows.size:
            self.firsts.append(rows)
            self.count += rows.size

    def _number_rest(self, words: Words, rows: Int64, start: int, codes: Int64) -> None:
        keys = zip(*(word.tolist() for word in words), strict=True)
        for row, key in zip(rows.tolist(), keys, strict=True):
            if key not in self.rest:
                self.rest[key] = self.count
                self._claimed(np.array([row + start]))
            codes[row] = self.rest[key]


class _Slots:
    """One table: the key of each slot's owner, and its code; -1 where the slot is free."""

    def __init__(self, width: int, multiplier: int, bits: int) -> None:
        self.multiplier = np.uint64(multiplier)
        self.shift = np.uint64(64 - bits)
        self.size = 1 << bits
        self.width = width
        self.keys: Words = ()
        self.codes: Int64 = np.empty(0, np.int64)

    def slots(self, mixed: UInt64) -> Int64:
        slots = mixed * self.multiplier
        slots >>= self.shift
        return slots.view(np.int64)

    def claim(self, slots: Int64, words: Words, count: int) -> Int64:
        """Give each free slot to the earliest row that asks for it; say which rows got one."""
        if not self.keys:
            self.keys = tuple(np.empty(self.size, np.uint64) for _ in range(self.width))
            self.codes = np.full(self.size, -1, np.int64)
        asking = np.flatnonzero(self.codes[slots] < 0)
        wanted = slots[asking]
        self.codes[wanted[::-1]] = asking[::-1]
        own = asking[self.codes[wanted] == asking]
        self.codes[slots[own]] = np.arange(count, count + own.size)
        for key, word in zip(self.keys, words, strict=True):
            key[slots[own]] = word[own]
        return own

    def differ(self, slots: Int64, words: Words) -> NDArray[np.bool_]:
        """Tell which rows found another key in their slot."""
        differ = self.keys[0][slots] != words[0]
        for key, word in zip(self.keys[1:], words[1:], strict=True):
            differ |= key[slots] != word
        return differ
