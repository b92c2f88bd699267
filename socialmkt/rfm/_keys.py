"""Ids as keys: whole numbers that are equal and sort as the ids do, so that ids themselves are looked up last.

Ints are their own keys. Text in a list is read as the bits in which its bytes differ; where these fill more than a
word, and for all other ids, codes of the distinct ids serve.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from socialmkt.core import columns
from socialmkt.core._text_codes import squeezed, words_of_text
from socialmkt.core.factorize import factorize

Ids = NDArray[Any] | list[str]


class IdReader:
    """Read a column of ids, or at once their keys, and remember the ids."""

    ids: Ids

    def __call__(self, x: Any, /, *, func: str, name: str) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
        keys = _text_keys(x)
        if keys is not None:
            self.ids = x
            return keys, None
        self.ids, nulls = columns.spec(name, x, "ids").reader(x, func=func, name=name)
        return self.ids, nulls


def _text_keys(x: Any) -> NDArray[np.uint64] | None:
    """Give keys of a list of text, where they fit a word; None for all other columns."""
    if not isinstance(x, list) or not x or type(x[0]) is not str:
        return None
    try:
        words = words_of_text(x)
    except TypeError:  # not all are text
        return None
    return None if words is None else squeezed(words)


def keys_of(ids: NDArray[Any]) -> NDArray[Any]:
    """Give keys of clean ids."""
    return ids if ids.dtype.kind in "iu" else factorize(ids).codes


def narrowed(ids: NDArray[Any]) -> NDArray[Any]:
    """Give ascending unsigned ids as int64 where that holds them."""
    fits = ids.dtype == np.uint64 and (not len(ids) or int(ids[-1]) < 2**63)
    return ids.view(np.int64) if fits else ids
