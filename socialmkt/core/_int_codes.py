"""Dense codes of int64 and uint64 ids, ascending: the id and its row number sorted as one word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    UInt64 = NDArray[np.uint64]
    Int64 = NDArray[np.int64]

_WORD = 64
_HALF = 32


def int_codes(ids: NDArray[Any]) -> tuple[Int64, Int64]:
    """Code ids by their place among the distinct ones; also give the first row of each."""
    low, high = int(ids.min()), int(ids.max())
    keys: UInt64 = ids.view(np.uint64) - np.uint64(low % 2**_WORD)
    if is_dense(ids):
        return _dense(keys.view(np.int64), high - low + 1)
    if (high - low).bit_length() + _row_bits(keys) <= _WORD:
        rows, keys = _sorted_rows(keys)
        return _numbered(rows, keys)
    return _wide(keys)


def is_dense(ids: NDArray[Any]) -> bool:
    """Tell whether a table of all values in the range of the ids is worth its memory."""
    return int(ids.max()) - int(ids.min()) < 2 * ids.size


def _row_bits(keys: UInt64) -> int:
    return (keys.size - 1).bit_length()


def _dense(keys: Int64, span: int) -> tuple[Int64, Int64]:
    """Few enough values for a table of all of them."""
    first = np.full(span, -1)
    first[keys[::-1]] = np.arange(keys.size)[::-1]
    seen = first >= 0
    return (np.cumsum(seen) - 1)[keys], first[seen]


def _wide(keys: UInt64) -> tuple[Int64, Int64]:
    """Sort by the low half, then stably by the high half, since key and row number do not fit one word."""
    rows, _ = _sorted_rows(keys & np.uint64(2**_HALF - 1))
    again, _ = _sorted_rows(keys[rows] >> np.uint64(_HALF))
    rows = rows[again]
    return _numbered(rows, keys[rows])


def _sorted_rows(keys: UInt64) -> tuple[Int64, UInt64]:
    """Sort small keys stably by packing each with its row; give the rows in order, and the keys; `keys` is used up."""
    bits = np.uint64(_row_bits(keys))
    keys <<= bits
    keys |= np.arange(keys.size, dtype=np.uint64)
    keys.sort()
    rows = (keys & np.uint64((1 << int(bits)) - 1)).view(np.int64)
    keys >>= bits
    return rows, keys


def _numbered(rows: Int64, keys: UInt64) -> tuple[Int64, Int64]:
    """Number the changes of sorted keys, and bring the numbers back to the rows they came from."""
    changes = np.empty(keys.size, np.bool_)
    changes[0] = True
    np.not_equal(keys[1:], keys[:-1], out=changes[1:])
    codes = np.empty(keys.size, np.int64)
    codes[rows] = np.cumsum(changes) - 1
    return codes, rows[changes]
