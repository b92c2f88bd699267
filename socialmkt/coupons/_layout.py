"""How a code is written and read: symbols, a prefix, groups joined by hyphens, and what people make of them.

Symbols are held in arrays of shape (L, n), a row per place in the code, so that work on one place of all codes runs
over contiguous memory.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Symbols = NDArray[np.uint8]
Places = NDArray[np.uint8]

_CHUNK = 8_192

NONE = 255
"""What stands for a character outside the alphabet."""

_HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_DROPPED = " \u00a0\u3000\t\r\n\v\f-_.\u0085\u2028\u2029" + _HYPHENS
_LOOK_ALIKES = {"O": "0", "I": "1", "L": "1"}
REASONS = ("", "prefix", "length", "symbol", "check", "blocked", "not_issued")
OK, PREFIX, LENGTH, SYMBOL, CHECK, BLOCKED, NOT_ISSUED = range(7)


def folding_of(alphabet: str) -> dict[int, str | None]:
    """Say what `str.translate` makes of each character that is not kept as it is."""
    folding: dict[int, str | None] = {0xFF00 + code - 0x20: chr(code) for code in range(0x21, 0x7F)}
    folding |= {ord(dropped): None for dropped in _DROPPED}
    folding |= {code: chr(code - 32) for code in range(ord("a"), ord("z") + 1)}
    for letter, digit in _LOOK_ALIKES.items():
        if letter not in alphabet and digit in alphabet:
            folding |= {ord(letter): digit, ord(letter.lower()): digit}
    return {code: _chain(folding, kept) for code, kept in folding.items()}


def _chain(folding: dict[int, str | None], kept: str | None) -> str | None:
    """Fold what a full-width character stands for once more."""
    return kept if kept is None else folding.get(ord(kept), kept)


class Layout:
    """The form of the codes of a spec."""

    def __init__(self, alphabet: str, body: int, checks: int, group: Sequence[int], prefix: str) -> None:
        self.alphabet, self.body, self.length = alphabet, body, body + checks
        self.folding = folding_of(alphabet)
        self.plain_prefix = self.normalized(prefix)
        parts = group or (self.length,)
        self.template = prefix + "-".join("\0" * size for size in parts)
        self.places = [place for place, kept in enumerate(self.template) if kept == "\0"]
        self.number = {symbol: number for number, symbol in enumerate(alphabet)}

    def normalized(self, code: str) -> str:
        """Fold what people make of a code into its symbols."""
        return code.translate(self.folding)

    def write_one(self, symbols: Sequence[int]) -> str:
        """Write one code."""
        text = list(self.template)
        for place, symbol in zip(self.places, symbols, strict=True):
            text[place] = self.alphabet[symbol]
        return "".join(text)

    def read_one(self, code: str) -> tuple[list[int], int]:
        """Read one code: its symbols, and OK, PREFIX, LENGTH or SYMBOL."""
        plain = self.normalized(code)
        if not plain.startswith(self.plain_prefix):
            return [], PREFIX
        plain = plain[len(self.plain_prefix) :]
        if len(plain) != self.length:
            return [], LENGTH
        symbols = [self.number.get(character, NONE) for character in plain]
        return symbols, SYMBOL if NONE in symbols else OK

    @cached_property
    def _characters(self) -> NDArray[np.uint32]:
        return np.array([ord(symbol) for symbol in self.alphabet], np.uint32)

    @cached_property
    def _numbers(self) -> Symbols:
        """The symbol of each ASCII character, small letters and look-alikes included; NONE for all others."""
        numbers = np.full(129, NONE, np.uint8)
        for code in range(128):
            numbers[code] = self.number.get(self.normalized(chr(code)), NONE)
        return numbers

    def write(self, symbols: Symbols, out: NDArray[np.uint32]) -> None:
        """Write codes into a matrix of characters, one row each."""
        for first in range(0, len(out), _CHUNK):
            rows = slice(first, first + _CHUNK)
            self._write_chunk(symbols[:, rows], out[rows])

    def _write_chunk(self, symbols: Symbols, out: NDArray[np.uint32]) -> None:
        index, characters = np.empty(len(out), np.intp), np.empty(len(out), np.uint32)
        for place, kept in enumerate(self.template):
            if kept != "\0":
                out[:, place] = ord(kept)
        for place, row in zip(self.places, symbols, strict=True):
            np.copyto(index, row)
            out[:, place] = self._characters.take(index, out=characters, mode="clip")

    def read(self, characters: NDArray[Any]) -> tuple[Symbols, NDArray[np.bool_]]:
        """Read codes of the regular width from a matrix of characters; say which rows are of the regular form."""
        symbols = np.empty((self.length, len(characters)), np.uint8)
        regular = np.empty(len(characters), np.bool_)
        for first in range(0, len(characters), _CHUNK):
            rows = slice(first, first + _CHUNK)
            self._read_chunk(characters[rows], symbols[:, rows], regular[rows])
        return symbols, regular

    def _read_chunk(self, characters: NDArray[Any], symbols: Symbols, regular: NDArray[np.bool_]) -> None:
        index, number = np.empty(len(characters), np.intp), np.empty(len(characters), np.uint8)
        worst = np.zeros(len(characters), np.uint8)
        for row, place in zip(symbols, self.places, strict=True):
            np.minimum(characters[:, place], 128, out=index, casting="unsafe")
            row[:] = self._numbers.take(index, out=number, mode="clip")
            np.maximum(worst, number, out=worst)
        np.not_equal(worst, NONE, out=regular)
        for place, kept in enumerate(self.template):
            if kept != "\0":
                regular &= characters[:, place] == ord(kept)

    @property
    def width(self) -> int:
        """How many characters a code has."""
        return len(self.template)


class Parsed(NamedTuple):
    """Codes read: symbols of shape (L, n), and of each code OK, PREFIX, LENGTH or SYMBOL; symbols of others are 0."""

    symbols: Symbols
    status: NDArray[np.uint8]


def parse(codes: NDArray[Any] | list[Any], layout: Layout) -> Parsed:
    """Read a column of codes: those of the regular form at once, the odd ones one by one."""
    characters, rows = _characters_of(codes, layout.width)
    found, regular = layout.read(characters)
    if rows is None and regular.all():
        return Parsed(found, np.zeros(len(codes), np.uint8))
    symbols = np.zeros((layout.length, len(codes)), np.uint8)
    status = np.zeros(len(codes), np.uint8)
    places = np.arange(len(codes)) if rows is None else rows
    symbols[:, places[regular]] = found[:, regular]
    odd = np.ones(len(codes), np.bool_)
    odd[places[regular]] = False
    for row in np.flatnonzero(odd).tolist():
        one, status[row] = layout.read_one(as_text(codes[row]))
        if status[row] == OK:
            symbols[:, row] = one
    return Parsed(symbols, status)


def as_text(code: str | bytes) -> str:
    """Read a code that came as bytes."""
    return code.decode("utf-8", "replace") if isinstance(code, bytes) else str(code)


def _characters_of(codes: NDArray[Any] | list[Any], width: int) -> tuple[NDArray[Any], NDArray[np.int64] | None]:
    """Lay the codes of a width out as a matrix of characters; say which rows they are, None if all."""
    if isinstance(codes, np.ndarray):
        if codes.dtype.kind == "U" and codes.dtype.itemsize == 4 * width:
            return np.ascontiguousarray(codes).view(np.uint32).reshape(len(codes), width), None
        codes = codes.tolist()
    rows, of_width = None, codes
    if set(map(len, codes)) != {width}:
        rows = np.flatnonzero(np.fromiter(map(len, codes), np.int64, len(codes)) == width)
        of_width = [codes[row] for row in rows.tolist()]
    if of_width and isinstance(of_width[0], bytes):
        return np.frombuffer(b"".join(of_width), np.uint8).reshape(-1, width), rows
    return _code_points("".join(of_width)).reshape(-1, width), rows


def _code_points(text: str) -> NDArray[Any]:
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), np.uint8)
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
