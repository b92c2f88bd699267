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
    """Code the distinct keys in no particular order; also give the first row of each."""
    size = words[0].size
    coder = _Coder(len(words), size)
    codes = np.empty(size, np.int64)
    for start in range(0, size, _CHUNK):
        stop = min(start + _CHUNK, size)
        chunk = tuple(word[start:stop] for word in words)
        codes[start:stop] = coder.number(chunk, _mixed(chunk), np.arange(start, stop))
    codes -= 1
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
        bits = rows.bit_length()
        self.tables = [_Slots(width, odd, max(8, bits - level)) for level, odd in enumerate(_MULTIPLIERS)]
        self.firsts: list[Int64] = []
        self.count = 1
        self.rest: dict[tuple[int, ...], int] = {}

    def number(self, words: Words, mixed: UInt64, rows: Int64, level: int = 0) -> Int64:
        """Give the codes of some rows, from 1, by the table of this level and those below it."""
        if level == len(self.tables):
            return self._number_plainly(words, rows)
        table = self.tables[level]
        slots = table.slots(mixed)
        codes = table.codes.take(slots)
        free = np.flatnonzero(codes == 0)
        if free.size:
            won = table.claim(slots[free], tuple(word[free] for word in words), self.count)
            self._claimed(rows[free[won]])
            codes[free] = table.codes[slots[free]]
        lost = np.flatnonzero(table.differ(slots, words))
        if lost.size:
            left = tuple(word[lost] for word in words)
            codes[lost] = self.number(left, mixed[lost], rows[lost], level + 1)
        return codes

    def _claimed(self, rows: Int64) -> None:
        self.firsts.append(rows)
        self.count += rows.size

    def _number_plainly(self, words: Words, rows: Int64) -> Int64:
        """Code keys that met others in all tables, which takes ids made for it."""
        keys = list(zip(*(word.tolist() for word in words), strict=True))
        for row, key in zip(rows.tolist(), keys, strict=True):
            if key not in self.rest:
                self.rest[key] = self.count
                self._claimed(np.array([row]))
        return np.array([self.rest[key] for key in keys])


class _Slots:
    """One table: the key of each slot's owner, and its code, from 1; 0 where the slot is free."""

    def __init__(self, width: int, multiplier: int, bits: int) -> None:
        self.multiplier = np.uint64(multiplier)
        self.shift = np.uint64(64 - bits)
        self.keys: Words = tuple(np.empty(1 << bits, np.uint64) for _ in range(width))
        self.codes = np.zeros(1 << bits, np.int64)

    def slots(self, mixed: UInt64) -> Int64:
        slots: UInt64 = mixed * self.multiplier
        slots >>= self.shift
        numbers: Int64 = slots.view(np.int64)
        return numbers

    def claim(self, slots: Int64, words: Words, count: int) -> Int64:
        """Give free slots to the earliest rows that ask for them; say which rows got one."""
        asking = np.arange(slots.size)
        self.codes[slots[::-1]] = asking[::-1]
        won = np.flatnonzero(self.codes[slots] == asking)
        self.codes[slots[won]] = np.arange(count, count + won.size)
        for key, word in zip(self.keys, words, strict=True):
            key[slots[won]] = word[won]
        return won

    def differ(self, slots: Int64, words: Words) -> NDArray[np.bool_]:
        """Tell which rows found another key in their slot."""
        differ: NDArray[np.bool_] = self.keys[0].take(slots) != words[0]
        for key, word in zip(self.keys[1:], words[1:], strict=True):
            differ |= key.take(slots) != word
        return differ
