"""Ids as dense codes: 0, 1, 2, ... for the first, second, third distinct id.

Every grouping in this library works on such codes. Ids that differ in anything, be it a trailing NUL, keep codes of
their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from socialmkt.core import columns
from socialmkt.core._int_codes import any_int_codes, int_codes
from socialmkt.core._lanes import is_array
from socialmkt.core._text_codes import any_word_codes, ranks, word_codes, words_of_bytes, words_of_text, words_of_uuids
from socialmkt.core.errors import check_choice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Int64 = NDArray[np.int64]
Coded = tuple[Int64, Int64]
Words = tuple[NDArray[np.uint64], ...]

_WORDS: dict[type, Callable[[Sequence[Any]], Words | None]] = {
    str: words_of_text,
    bytes: words_of_bytes,
    UUID: words_of_uuids,
}
_INTS = (np.dtype(np.int64), np.dtype(np.uint64))

__all__ = ["Factorized", "factorize"]


class Factorized(NamedTuple):
    """Codes and the distinct ids they stand for: `values[codes]` equals the ids.

    Examples
    --------
    >>> factorize(np.array([30, 10, 30])).values
    array([10, 30])
    """

    codes: NDArray[np.int64]
    values: NDArray[Any]


def factorize(ids: NDArray[Any], *, order: Literal["sorted", "first"] = "sorted") -> Factorized:
    """Give every distinct id a number.

    Parameters
    ----------
    ids : int64, uint64 or text array of shape (n,), or object array of str, of bytes or of UUID
        Clean ids of one kind, as `columns.ids` gives them.
    order : {"sorted", "first"}
        Number them ascending (ints and UUIDs by value, text by code point, bytes by byte), or as they first occur.

    Returns
    -------
    Factorized
        `codes` (n,) from 0 to k - 1 and `values` (k,) of the dtype of `ids`, so that `values[codes]` equals `ids`.

    Raises
    ------
    InvalidInput
        `order` is another word, or `ids` is no column of ids of one kind without nulls.

    Notes
    -----
    Sorted ints: a table of all values where they lie densely, else one sort of words that hold the id and its row
    number, O(n log n). Text is read as words of 8 bytes, of which only the bits that vary are kept; where these fill
    more than one word, and for `order="first"`, a hash table over chunks of rows gives the codes in O(n) and only the
    distinct ids are sorted. Strings longer than 64 bytes, or with a NUL or a lone surrogate, go through a plain
    dictionary. All ways are exact: the ids are compared, never only their hashes.

    Examples
    --------
    >>> factorize(np.array([30, 10, 30]))
    Factorized(codes=array([1, 0, 1]), values=array([10, 30]))
    >>> factorize(np.array(["bo", "ann", "bo"]), order="first").values.tolist()
    ['bo', 'ann']
    """
    check_choice("factorize.factorize", "order", order, ["sorted", "first"])
    ids = _clean(ids)
    if not ids.size:
        return Factorized(np.empty(0, np.int64), ids.copy())
    codes, firsts = _sorted_codes(ids) if order == "sorted" else _by_first_sight(*_any_codes(ids))
    return Factorized(codes, ids[firsts])


def _clean(ids: Any) -> NDArray[Any]:
    """Pass what `columns.ids` gives, and read anything else by it."""
    if is_array(ids) and ids.ndim == 1 and not isinstance(ids, np.ma.MaskedArray):
        strings = ids.dtype.kind == "O" and (not ids.size or isinstance(ids[0], str | bytes | UUID))
        if strings or ids.dtype in _INTS or ids.dtype.kind == "U":
            return ids
    return columns.ids(ids, func="factorize.factorize", name="ids", offer_drop=False)


def _sorted_codes(ids: NDArray[Any]) -> Coded:
    if ids.dtype.kind in "iu":
        return int_codes(ids)
    words = _words(ids)
    return _sorted_objects(ids) if words is None else word_codes(words)


def _any_codes(ids: NDArray[Any]) -> Coded:
    """Code the distinct ids in the order that is found fastest."""
    if ids.dtype.kind in "iu":
        return any_int_codes(ids)
    words = _words(ids)
    return _object_codes(ids.tolist()) if words is None else any_word_codes(words)


def _words(ids: NDArray[Any]) -> Words | None:
    """Read text, bytes or UUIDs as words that sort as they do, where they can be."""
    items = ids.tolist()
    read = next(read for kind, read in _WORDS.items() if isinstance(items[0], kind))
    try:
        words = read(items)
    except (AttributeError, TypeError):
        words = None
    if words is None:  # long or odd strings, or ids of several kinds, which are refused
        columns.ids(ids, func="factorize.factorize", name="ids", offer_drop=False)
    return words


def _by_first_sight(codes: Int64, firsts: Int64) -> Coded:
    order = np.argsort(firsts)
    return ranks(order)[codes], firsts[order]


def _sorted_objects(ids: NDArray[Any]) -> Coded:
    codes, firsts = _object_codes(ids.tolist())
    distinct = ids[firsts].tolist()
    order = np.array(sorted(range(len(distinct)), key=distinct.__getitem__))
    return ranks(order)[codes], firsts[order]


def _object_codes(items: list[Any]) -> Coded:
    """Code long or odd strings by a dictionary of their first rows."""
    rows: dict[Any, int] = {}
    found = np.fromiter(map(rows.setdefault, items, range(len(items))), np.int64, len(items))
    firsts = np.fromiter(rows.values(), np.int64, len(rows))
    return np.searchsorted(firsts, found), firsts
