"""Codes for coupons: unique by construction, checkable offline, and hard to guess.

A code book permutes the serials of a campaign under a key: every serial has one code, no two share one, and the codes
of the first thousand serials look like any other thousand. Whether a code is genuine is the question whether its
serial was issued. The permutation is our own, of SipHash rounds; it is no NIST mode, and nothing is encrypted: a
leaked key forges every code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Self

import numpy as np
from numpy.typing import NDArray

from socialmkt.core._whole import is_int
from socialmkt.core.columns import Column  # noqa: TC001  # signatures are read at run time by the docs
from socialmkt.core.errors import Infeasible, InvalidInput, refuse
from socialmkt.core.table import freeze
from socialmkt.coupons._checks import check_symbols, repaired
from socialmkt.coupons._code_spec import (
    CROCKFORD32,
    DIGITS,
    CodeSpec,
    CodeStrength,
    CodeUse,
    append_checks,
    blocklist_of,
    body_symbols,
    body_values,
    layout_of,
    normalize,
    parse_codes,
    read_code,
)
from socialmkt.coupons._decoded import (
    CodeBatch,
    Decoded,
    DecodedCode,
    among,
    as_row,
    as_table,
    many_serials,
    one_serial,
    read_issued,
)
from socialmkt.coupons._fields import read_count
from socialmkt.coupons._layout import BLOCKED, LENGTH, NONE, NOT_ISSUED, OK, PREFIX, as_text
from socialmkt.coupons._permutation import Halves, permute, permute_lanes, restore, restore_lanes
from socialmkt.coupons._random_codes import random_codes
from socialmkt.coupons._subkey import Subkey, derived

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialmkt.coupons._layout import Symbols

__all__ = [
    "CROCKFORD32",
    "DIGITS",
    "CodeBatch",
    "CodeBook",
    "CodeSpec",
    "CodeStrength",
    "CodeUse",
    "Decoded",
    "DecodedCode",
    "append_checks",
    "normalize",
    "random_codes",
]

UInt64 = NDArray[np.uint64]

_CHUNK = 16_384
_AHEAD = 4_096


class CodeBook:
    """The codes of a campaign under a key.

    Parameters
    ----------
    spec : CodeSpec
        Their form. Positional, as are the others.
    key : bytes, 16 to 64 of them
        The secret; only a subkey of this campaign and form is kept, and neither is ever shown.
    campaign : str
        The campaign; not empty, without NUL.

    Attributes
    ----------
    spec : CodeSpec
        As passed in.
    campaign : str
        As passed in.

    Raises
    ------
    InvalidInput
        A key of another length, an empty campaign, or something that is no spec.

    Notes
    -----
    Ten Feistel rounds of SipHash-2-4 permute the serials below the capacity; the subkey is BLAKE2b of the campaign,
    the alphabet and the length under the key. Another key, campaign, alphabet or length gives unrelated codes. It is
    a keyed permutation of our own making, no NIST mode. A book is not pickled: build it from the key where it is
    needed.

    References
    ----------
    J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF", INDOCRYPT 2012. M. Luby, C. Rackoff, "How to
    construct pseudorandom permutations from pseudorandom functions", SIAM J. Comput. 17 (1988).

    Examples
    --------
    >>> book = CodeBook(CodeSpec(), bytes(range(32)), "follow-5yuan")
    >>> book.encode([0, 1, 999_999]).tolist()
    ['4ATNP5AYNPZ', 'HY7KD6KTQ0K', 'HE7Z81C5MC9']
    >>> book.authenticate("4atn p5ay npz", issued=1)
    DecodedCode(serial=0, valid=True, reason='')
    """

    spec: CodeSpec
    campaign: str
    _subkey: Subkey

    def __init__(self, spec: CodeSpec, key: bytes, campaign: str, /) -> None:
        if not isinstance(spec, CodeSpec):
            raise refuse(InvalidInput, "CodeBook", "spec", "be a CodeSpec", spec)
        subkey = derived(spec, key, campaign)
        vars(self).update(spec=spec, campaign=campaign, _subkey=subkey)

    def __setattr__(self, name: str, *_: object) -> NoReturn:
        message = f"'CodeBook' object does not support attribute assignment or deletion: {name}"
        raise AttributeError(message)

    __delattr__ = __setattr__

    def __repr__(self) -> str:
        return f"CodeBook({self.spec!r}, <key>, {self.campaign!r})"

    def __reduce__(self) -> NoReturn:
        message = "a CodeBook is not pickled, for its key: build it again where it is needed"
        raise TypeError(message)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    @property
    def _halves(self) -> Halves:
        return Halves.of(len(self.spec.alphabet), self.spec.body)

    def encode(self, serials: int | Column) -> Any:
        """Write serials as codes.

        Parameters
        ----------
        serials : int, or column of shape (n,) of whole numbers from 0 to the capacity
            Which codes.

        Returns
        -------
        str, or text array of shape (n,)
            Different serials have different codes.

        Raises
        ------
        InvalidInput, Overflow
            A serial out of range, a null, or no whole number.

        Notes
        -----
        O(n); about 0.3 us a code in columns, 160 us for one alone.

        Examples
        --------
        >>> CodeBook(CodeSpec(body=12), bytes(range(32)), "follow-5yuan").encode(12_345)
        'DP9TAPSRPPGR8'
        """
        func, layout = "CodeBook.encode", layout_of(self.spec)
        if is_int(serials):
            return layout.write_one(self._symbols_of_one(one_serial(serials, self.spec, func)))
        read = many_serials(serials, self.spec, func)
        characters = np.empty((len(read), layout.width), np.uint32)
        for rows, symbols in self._symbols_of(read):
            layout.write(symbols, characters[rows])
        return characters.view(f"U{layout.width}").ravel()

    def blocked(self, serials: int | Column) -> Any:
        """Say which serials have a code with a blocked word.

        Parameters
        ----------
        serials : int, or column of shape (n,) of whole numbers from 0 to the capacity
            Which codes.

        Returns
        -------
        bool, or bool array of shape (n,)
            True where it is not to be issued.

        Raises
        ------
        InvalidInput, Overflow
            As in `encode`.

        Examples
        --------
        >>> CodeBook(CodeSpec(blocked=["ATN"]), bytes(range(32)), "follow-5yuan").blocked([0, 1])
        array([ True, False])
        """
        func = "CodeBook.blocked"
        alone = is_int(serials)
        read = np.array([one_serial(serials, self.spec, func)]) if alone else many_serials(serials, self.spec, func)
        found = np.empty(len(read), np.bool_)
        for rows, symbols in self._symbols_of(read):
            found[rows] = blocklist_of(self.spec).hits(symbols)
        return bool(found[0]) if alone else found

    def batch(self, count: int, *, start: int = 0) -> CodeBatch:
        """Take the next codes to print, without those that hold a blocked word.

        Parameters
        ----------
        count : int >= 0
            How many.
        start : int >= 0
            The first serial to look at: `next_serial` of the batch before.

        Returns
        -------
        CodeBatch
            `serials codes`, and `next_serial`, `burned`.

        Raises
        ------
        InvalidInput
            A negative count or start.
        Infeasible
            There are not so many codes left.

        Examples
        --------
        >>> book = CodeBook(CodeSpec(blocked=["ATN"]), bytes(range(32)), "follow-5yuan")
        >>> batch = book.batch(1)
        >>> batch.serials.tolist(), batch.next_serial, batch.burned
        ([1], 2, 1)
        """
        func = "CodeBook.batch"
        wanted, first = read_count(count, func, "count"), read_count(start, func, "start")
        if wanted > self.spec.capacity - first:
            raise self._used_up(func, count)
        kept = self._free(wanted, first, func)
        following = int(kept[-1]) + 1 if wanted else first
        codes = freeze(self.encode(kept))
        return CodeBatch(serials=kept, codes=codes, next_serial=following, burned=following - first - wanted)

    def _free(self, wanted: int, first: int, func: str) -> NDArray[np.int64]:
        """Find the next serials whose codes are clean."""
        found = np.empty(0, np.int64)
        while len(found) < wanted:
            ahead = wanted - len(found) + _AHEAD
            serials = np.arange(first, min(first + ahead, self.spec.capacity))
            if not len(serials):
                raise self._used_up(func, wanted)
            found = np.concatenate([found, serials[~self.blocked(serials)]])
            first += len(serials)
        return found[:wanted]

    def _used_up(self, func: str, count: int) -> Infeasible:
        return refuse(Infeasible, func, "count", f"leave room in the {self.spec.capacity:,} codes", count)

    def decode(self, codes: str | bytes | Column) -> Any:
        """Read codes back as serials; a valid one is well-formed, which is no proof.

        Parameters
        ----------
        codes : str or bytes, or column of shape (n,) of these
            What somebody typed.

        Returns
        -------
        DecodedCode, or Decoded of n rows
            `serial valid reason`. Any body reads as some serial: use `authenticate` at the door.

        Raises
        ------
        InvalidInput
            Neither text nor bytes, or a null.

        Examples
        --------
        >>> book = CodeBook(CodeSpec(), bytes(range(32)), "follow-5yuan")
        >>> book.decode(["HY7KD-6KTQ0K", "HY7KD6KTQ0", "HY7KD6KTQ0Z"]).reason.tolist()
        ['', 'length', 'check']
        """
        if isinstance(codes, str | bytes):
            return as_row(*self._serial_of(codes))
        serials, status, _ = self._serials_of(codes, "CodeBook.decode", blocked=False)
        return as_table(serials, status)

    def authenticate(self, codes: str | bytes | Column, *, issued: int | Column) -> Any:
        """Say which codes are genuine: their serial was issued, and they hold no blocked word.

        Parameters
        ----------
        codes : str or bytes, or column of shape (n,) of these
            What somebody typed.
        issued : int >= 0, or column of whole numbers
            The serials that were issued: all below this number, or these.

        Returns
        -------
        DecodedCode, or Decoded of n rows
            `serial valid reason`; the first reason of `prefix length symbol check blocked not_issued`.

        Raises
        ------
        InvalidInput
            Neither text nor bytes, a null, or a negative number issued.

        Notes
        -----
        A blind try hits with the chance that `CodeSpec.strength` tells; limits on tries are the application's duty,
        and so is using a code once.

        Examples
        --------
        >>> book = CodeBook(CodeSpec(), bytes(range(32)), "follow-5yuan")
        >>> book.authenticate(["4ATNP5AYNPZ", "HY7KD6KTQ0K"], issued=1).reason.tolist()
        ['', 'not_issued']
        """
        func = "CodeBook.authenticate"
        known = read_issued(issued, func)
        if isinstance(codes, str | bytes):
            return self._authenticate_one(codes, known)
        serials, status, hits = self._serials_of(codes, func, blocked=True)
        status[hits & (status == OK)] = BLOCKED
        status[~among(serials, known) & (status == OK)] = NOT_ISSUED
        return as_table(serials, status)

    def suggest(self, code: str | bytes, *, issued: int | Column | None = None) -> str | None:
        """Repair one wrong symbol of a code with two check symbols.

        Parameters
        ----------
        code : str or bytes
            What somebody typed; one unreadable symbol counts as the wrong one.
        issued : int >= 0, or column of whole numbers, optional
            As in `authenticate`: then only a genuine code is suggested.

        Returns
        -------
        str or None
            The one valid code that differs in one symbol, or the code itself, in its regular form; None where there
            is none. Ask before using it: a third of all double errors lead to a wrong code.

        Raises
        ------
        InvalidInput
            The codes have fewer than two check symbols.

        Examples
        --------
        >>> book = CodeBook(CodeSpec(checks=2), bytes(range(32)), "follow-5yuan")
        >>> book.suggest("4ATNP5AYMPAF"), book.suggest("A4TNP5AYNPAF")
        ('4ATNP5AYNPAF', None)
        """
        func = "CodeBook.suggest"
        if self.spec.checks < 2:
            raise refuse(InvalidInput, func, "spec", "have two check symbols", self.spec.checks)
        if not isinstance(code, str | bytes):
            raise refuse(InvalidInput, func, "code", "be text or bytes", code)
        known = None if issued is None else read_issued(issued, func)
        right = self._repaired(as_text(code))
        if right is None:
            return None
        suggestion = layout_of(self.spec).write_one(right)
        if known is not None and not self._authenticate_one(suggestion, known).valid:
            return None
        return suggestion

    def _repaired(self, code: str) -> list[int] | None:
        symbols, status = layout_of(self.spec).read_one(code)
        unreadable = [place for place, symbol in enumerate(symbols) if symbol == NONE]
        if status in (PREFIX, LENGTH) or len(unreadable) > 1:
            return None
        right = repaired([0 if symbol == NONE else symbol for symbol in symbols])
        if right is None or any(a != b for a, b in zip(right, symbols, strict=True) if unreadable and b != NONE):
            return None
        return right

    def _authenticate_one(self, code: str | bytes, issued: int | NDArray[np.int64]) -> DecodedCode:
        serial, status = self._serial_of(code)
        if status == OK and self.blocked(serial):
            status = BLOCKED
        if status == OK and not among(np.array([serial]), issued)[0]:
            status = NOT_ISSUED
        return as_row(serial, status)

    def _serial_of(self, code: str | bytes) -> tuple[int, int]:
        spec = self.spec
        symbols, status = read_code(spec, code)
        if status != OK:
            return -1, status
        value = 0
        for symbol in symbols[: spec.body]:
            value = value * len(spec.alphabet) + symbol
        return restore(value, self._halves, self._subkey.words), OK

    def _serials_of(self, codes: Column, func: str, *, blocked: bool) -> tuple[NDArray[np.int64], Any, Any]:
        spec = self.spec
        parsed = parse_codes(spec, codes, func)
        n = len(parsed.status)
        serials, hits = np.empty(n, np.int64), np.zeros(n, np.bool_)
        for first in range(0, n, _CHUNK):
            rows = slice(first, min(first + _CHUNK, n))
            symbols = parsed.symbols[:, rows]
            values = body_values(symbols[: spec.body], len(spec.alphabet))
            serials[rows] = restore_lanes(values, self._halves, self._subkey.words).view(np.int64)
            if blocked:
                hits[rows] = blocklist_of(spec).hits(symbols)
        return serials, parsed.status, hits

    def _symbols_of_one(self, serial: int) -> list[int]:
        size = len(self.spec.alphabet)
        value = permute(serial, self._halves, self._subkey.words)
        body: list[int] = []
        for _ in range(self.spec.body):
            value, symbol = divmod(value, size)
            body.insert(0, symbol)
        return body + check_symbols(body, self.spec.checks, size)

    def _symbols_of(self, serials: NDArray[np.int64]) -> Iterator[tuple[slice, Symbols]]:
        """Give the symbols of serials, a chunk at a time, in one array that is used again."""
        spec, size = self.spec, len(self.spec.alphabet)
        scratch = np.empty((spec.body + spec.checks, min(_CHUNK, len(serials))), np.uint8)
        for first in range(0, len(serials), _CHUNK):
            chunk = serials[first : first + _CHUNK]
            values = permute_lanes(chunk.view(np.uint64), self._halves, self._subkey.words)
            symbols = scratch[:, : len(chunk)]
            body_symbols(values, size, spec.body, symbols)
            for row, check in enumerate(check_symbols(list(symbols[: spec.body]), spec.checks, size)):
                symbols[spec.body + row] = check
            yield slice(first, first + len(chunk)), symbols
