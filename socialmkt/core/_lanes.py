"""Columns of text as 8-byte words: many strings joined into one buffer and read by offset.

A word is read at any byte of the buffer, so a string needs no padding or copy of its own; `Lanes.word` blanks the
bytes that lie behind its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    UInt64 = NDArray[np.uint64]
    Int64 = NDArray[np.int64]

_SPARE = 8
_KEEP = np.array([(1 << 8 * count) - 1 for count in range(9)], dtype="<u8")


class Lanes(NamedTuple):
    """A column of strings: `words[i]` is the little-endian word that begins at byte `i` of the joined bytes."""

    words: UInt64
    starts: Int64
    lengths: Int64


def lanes_of_text(texts: list[str]) -> Lanes | None:
    """Join text as UTF-8; None where a string holds a NUL, which is the mark between strings.

    Raises TypeError where an entry is no `str`, UnicodeEncodeError for a lone surrogate.
    """
    joined = "\0".join([*texts, "\0" * _SPARE]).encode()
    buffer = np.frombuffer(joined, np.uint8)
    ends = np.flatnonzero(buffer[:-_SPARE] == 0)
    if ends.size != len(texts):
        return None
    starts = np.empty_like(ends)
    starts[:1] = 0
    starts[1:] = ends[:-1] + 1
    return Lanes(_overlapping(joined), starts, ends - starts)


def lanes_of_bytes(items: list[bytes]) -> Lanes:
    """Join bytes, of which any may be NUL."""
    lengths = np.fromiter(map(len, items), np.int64, len(items))
    starts = np.cumsum(lengths) - lengths
    return Lanes(_overlapping(b"".join([*items, bytes(_SPARE)])), starts, lengths)


def word_at(words: UInt64, starts: Int64, left: Int64) -> UInt64:
    """Read the word at each start, of which only the first `left` bytes belong to the string."""
    word = words[starts]
    word &= _KEEP[np.minimum(left, 8)]
    return word


def _overlapping(joined: bytes) -> UInt64:
    return np.ndarray(shape=(len(joined) - 7,), dtype="<u8", buffer=joined, strides=(1,))
