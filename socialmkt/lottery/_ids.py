"""Ids as text: one spelling per id, and no id that looks like another."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np

from socialmkt.core import columns
from socialmkt.core._whole import is_int
from socialmkt.core.errors import InvalidInput, refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_HIDDEN = {"Cc", "Cs", "Zl", "Zp"}
_KINDS = "be whole numbers, text, UUIDs or UTF-8 bytes"
_ONE = "be an id: text without blanks at its ends or control characters, a whole number, a UUID or UTF-8 bytes"


def read_ids(x: Any, *, func: str, name: str) -> tuple[NDArray[np.object_], None]:
    """Read a column of ids of any kinds as normalised text; a null is refused."""
    if isinstance(x, list) and _is_plain(x):
        return np.fromiter(x, object, len(x)), None
    texts, nulls = _read(x, func, name)
    if nulls.any():
        raise refuse_nulls(nulls, func, name)
    return texts, None


def read_keys(x: Any, *, func: str, name: str) -> tuple[NDArray[np.object_], None]:
    """Read the keys of a group like ids; a null, which means no group, becomes None."""
    texts, nulls = _read(x, func, name)
    texts[nulls] = None
    return texts, None


def read_id(value: Any, *, func: str, name: str) -> str:
    """Read one id."""
    try:
        texts, _ = read_ids([value], func=func, name=name)
    except InvalidInput:
        raise refuse(InvalidInput, func, name, _ONE, value) from None
    return str(texts[0])


def refuse_nulls(nulls: NDArray[np.bool_], func: str, name: str) -> InvalidInput:
    """Build the refusal of nulls where no policy takes them."""
    row, count = int(nulls.argmax()), int(nulls.sum())
    return refuse(InvalidInput, func, name, "not be null", None, row=row, count=count, total=len(nulls))


def _is_plain(items: list[Any]) -> bool:
    """Tell text of visible ASCII alone, the usual case, at the speed of one join."""
    if set(map(type, items[:1])) != {str}:
        return False
    try:
        codes = np.frombuffer("".join(items).encode("ascii"), np.uint8)
    except (TypeError, UnicodeEncodeError):
        return False
    return all(items) and bool(codes.min() > ord(" ") and codes.max() <= ord("~"))


def _read(x: Any, func: str, name: str) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    values, nulls = columns.raw(x, func=func, name=name)
    rows = np.flatnonzero(~nulls) if nulls.any() else None
    kept = values.tolist() if rows is None else values[rows].tolist()
    if values.dtype.kind in "iu":
        clean = list(map(str, kept))
    else:
        clean = _cleaned(kept, lambda place: place if rows is None else int(rows[place]), func, name)
    texts = np.empty(len(values), object)
    texts[slice(None) if rows is None else rows] = clean
    return texts, nulls


def _cleaned(items: list[Any], row: Callable[[int], int], func: str, name: str) -> list[str]:
    def refused(must: str, wrong: list[int]) -> InvalidInput:
        got = items[wrong[0]]
        return refuse(InvalidInput, func, name, must, got, row=row(wrong[0]), count=len(wrong), total=len(items))

    texts = _texts(items, refused)
    joined = "".join(texts)
    if not (joined.isascii() or unicodedata.is_normalized("NFC", joined)):
        texts = [unicodedata.normalize("NFC", text) for text in texts]
        joined = "".join(texts)
    if "" in texts:
        raise refused("not be empty", [place for place, text in enumerate(texts) if not text])
    seen = set(joined)
    hidden = {character for character in seen if unicodedata.category(character) in _HIDDEN}
    if hidden:
        wrong = [place for place, text in enumerate(texts) if not hidden.isdisjoint(text)]
        raise refused("hold no control characters, lone surrogates or line breaks", wrong)
    if any(map(str.isspace, seen)):
        wrong = [place for place, text in enumerate(texts) if text != text.strip()]
        if wrong:
            raise refused("have no blank at either end", wrong)
    return texts


def _texts(items: list[Any], refused: Callable[[str, list[int]], InvalidInput]) -> list[str]:
    if set(map(type, items)) <= {str}:
        return items
    texts = [_text(item) for item in items]
    wrong = [place for place, text in enumerate(texts) if text is None]
    if wrong:
        raise refused(_KINDS, wrong)
    return [text for text in texts if text is not None]


def _text(item: Any) -> str | None:
    if isinstance(item, str):
        return str.__str__(item)  # the text itself, also where it is an enum's
    if isinstance(item, UUID) or is_int(item):
        return str(item)
    if not isinstance(item, bytes):
        return None
    try:
        return item.decode()
    except UnicodeDecodeError:
        return None


def first_repeat(codes: NDArray[np.int64]) -> tuple[int, int]:
    """Give the first row whose code came before, and the number of such rows."""
    first = np.full(int(codes.max()) + 1, len(codes))
    rows = np.arange(len(codes))
    np.minimum.at(first, codes, rows)
    repeated = first[codes] != rows
    return int(repeated.argmax()), int(repeated.sum())
