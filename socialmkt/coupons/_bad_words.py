"""Words that no code should hold: matched in look-alike classes, by a table over windows of four symbols."""

from __future__ import annotations

from codecs import decode
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from socialmkt.coupons._layout import Symbols

_CLASSES = ("0O", "1IL", "3E", "4A", "5S", "7T", "8B", "2Z", "UV", "6G")
_ALIKE = {character: alike for alike in _CLASSES for character in alike}
_WINDOW = 4
_ROT13 = """
nahf nany nefr nff ovgpu pbpx phag penc phz qvpx qlxr snt shpx ubzb wvmm xvxr anmv avttre cbea cvff encr fuvg fyhg fcvp
gheq gjng gvgf jnax juber frk
"""

DEFAULT_WORDS = tuple(decode(_ROT13, "rot13").upper().split())


class Blocklist:
    """The words of a spec over its alphabet."""

    def __init__(self, words: Sequence[str], alphabet: str) -> None:
        self._size = len(alphabet)
        spelled = [[_alike(character, alphabet) for character in word.upper()] for word in words]
        possible = [word for word in spelled if all(word)]
        self._short = [word for word in possible if len(word) <= _WINDOW]
        self._long = [word for word in possible if len(word) > _WINDOW]
        self._flags: NDArray[np.uint8] | None = None

    def hits(self, symbols: Symbols) -> NDArray[np.bool_]:
        """Tell which codes, of shape (L, n), hold a word."""
        found = np.zeros(symbols.shape[1], np.uint8)
        if not self._short and not self._long:
            return found.view(np.bool_)
        flags, window, flagged = self._table(), np.zeros(symbols.shape[1], np.intp), np.empty_like(found)
        for place, row in enumerate(symbols):
            self._drop_oldest(window)
            window *= self._size
            window += row
            if place >= _WINDOW - 1:
                found |= flags.take(window, out=flagged, mode="clip")
        hit: NDArray[np.bool_] = (found & 1).view(np.bool_).copy()
        for code in np.flatnonzero(found == 2).tolist():
            hit[code] = self._holds_long(symbols[:, code].tolist())
        return hit

    def _drop_oldest(self, window: NDArray[np.intp]) -> None:
        """Make room for one more symbol; a mask is ten times as fast as a remainder."""
        rest = self._size ** (_WINDOW - 1)
        if rest & (rest - 1):
            window %= rest
        else:
            window &= rest - 1

    def _table(self) -> NDArray[np.uint8]:
        """Flag all windows: 1 where a short word stands in it, 2 where a long one may begin."""
        if self._flags is None:
            flags = np.zeros((self._size,) * _WINDOW, np.uint8)
            for word in self._long:
                flags[np.ix_(*word[:_WINDOW])] |= 2
            for word in self._short:
                for start in range(_WINDOW - len(word) + 1):
                    place: list[Iterable[int]] = [range(self._size)] * _WINDOW
                    place[start : start + len(word)] = word
                    flags[np.ix_(*place)] |= 1
            self._flags = flags.ravel()
        return self._flags

    def _holds_long(self, symbols: Sequence[int]) -> bool:
        places = product(self._long, range(len(symbols)))
        return any(_stands_at(word, symbols, start) for word, start in places)


def _alike(character: str, alphabet: str) -> list[int]:
    """List the symbols that look like a character."""
    return [number for number, symbol in enumerate(alphabet) if symbol in _ALIKE.get(character, character)]


def _stands_at(word: Sequence[Sequence[int]], symbols: Sequence[int], start: int) -> bool:
    part = symbols[start : start + len(word)]
    return len(part) == len(word) and all(symbol in alike for symbol, alike in zip(part, word, strict=True))
