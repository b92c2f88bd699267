"""Text, bytes and UUIDs as words of 8 bytes that sort as they do, and dense codes of such words.

UTF-8 sorts as code points do, and zero bytes behind the end sort a prefix first; so big-endian words of the encoded
strings stand for them, in equality and in order. Strings that hold a NUL could not be told from shorter ones: those
columns have no words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from socialmkt.core._hash_codes import hash_codes
from socialmkt.core._int_codes import int_codes
from socialmkt.core._lanes import Lanes, lanes_of_bytes, lanes_of_text, word_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    UInt64 = NDArray[np.uint64]
    Int64 = NDArray[np.int64]
    Words = tuple[UInt64, ...]

_CHUNK = 2**14
_MOST_WORDS = 8
_WORD = 64


def words_of_text(texts: Sequence[str]) -> Words | None:
    """Give the words of each string; None where one is longer than 64 bytes, holds a NUL or a lone surrogate.

    Raises TypeError where an entry is no `str`.
    """
    try:
        return _words(texts, lanes_of_text)
    except UnicodeEncodeError:
        return None


def words_of_bytes(items: Sequence[bytes]) -> Words | None:
    """Give the words of each item; None where one is longer than 64 bytes or holds a NUL."""
    return _words(items, _lanes_without_nul)


def _lanes_without_nul(items: list[bytes]) -> Lanes | None:
    return None if any(b"\0" in item for item in items) else lanes_of_bytes(items)


def words_of_uuids(uuids: Sequence[Any]) -> Words:
    """Give the two words of each UUID."""
    pairs = np.frombuffer(b"".join([each.bytes for each in uuids]), ">u8").reshape(-1, 2)
    return tuple(pairs.T.astype(np.uint64))


def _words(items: Sequence[Any], join: Callable[[list[Any]], Lanes | None]) -> Words | None:
    words: list[UInt64] = []
    for start in range(0, len(items), _CHUNK):
        lanes = join(list(items[start : start + _CHUNK]))
        longest = 0 if lanes is None else int(lanes.lengths.max())
        if lanes is None or longest > 8 * _MOST_WORDS:
            return None
        words.extend(np.zeros(len(items), np.uint64) for _ in range(len(words), max(1, -(-longest // 8))))
        _fill(words, lanes, start)
    return tuple(words)


def _fill(words: list[UInt64], lanes: Lanes, start: int) -> None:
    stop = start + lanes.starts.size
    last = lanes.words.size - 1
    for at, word in enumerate(words):
        left = np.maximum(lanes.lengths - 8 * at, 0)
        from_byte = np.minimum(lanes.starts + 8 * at, last)
        word[start:stop] = word_at(lanes.words, from_byte, left).astype(np.uint64).byteswap()


def squeezed(words: Words) -> UInt64 | None:
    """Leave out the bits that are the same in all rows: keys of one word in the same order, or None if too long."""
    masks = [_varying(word) for word in words]
    if sum(mask.bit_count() for mask in masks) > _WORD:
        return None
    keys = np.zeros(words[0].size, np.uint64)
    for start in range(0, keys.size, _CHUNK):
        part = keys[start : start + _CHUNK]
        for word, mask in zip(words, masks, strict=True):
            _append_bits(part, word[start : start + _CHUNK], mask)
    return keys


def _varying(word: UInt64) -> int:
    return int(np.bitwise_or.reduce(word)) & ~int(np.bitwise_and.reduce(word))


def _append_bits(keys: UInt64, word: UInt64, mask: int) -> None:
    """Shift the bits of `word` under the mask into `keys` from the right, run by run."""
    for low, count in reversed(list(_runs(mask))):
        bits = word >> np.uint64(low)
        bits &= np.uint64((1 << count) - 1)
        keys <<= np.uint64(count % _WORD)
        keys |= bits


def _runs(mask: int) -> Iterator[tuple[int, int]]:
    """Give the lowest bit and the length of each run of ones, from the right."""
    low = 0
    while mask:
        gap = (mask & -mask).bit_length() - 1
        mask >>= gap
        count = (mask + 1 & -(mask + 1)).bit_length() - 1
        yield low + gap, count
        mask >>= count
        low += gap + count


def word_codes(words: Words) -> tuple[Int64, Int64]:
    """Code rows by the place of their words among the distinct ones; also give the first row of each."""
    keys = squeezed(words)
    if keys is not None:
        return int_codes(keys)
    codes, firsts = hash_codes(words)
    order = np.lexsort([word[firsts] for word in reversed(words)])
    return ranks(order)[codes], firsts[order]


def ranks(order: Int64) -> Int64:
    """Invert a permutation."""
    ranks = np.empty_like(order)
    ranks[order] = np.arange(order.size)
    return ranks
