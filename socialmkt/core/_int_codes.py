"""Dense codes of int64 and uint64 ids, ascending: the id and its row number sorted as one word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from socialmkt.core._hash_codes import hash_codes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    UInt64 = NDArray[np.uint64]
    Int64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

_WORD = 64


def int_codes(ids: NDArray[Any]) -> tuple[Int64, Int64]:
    """Code ids by their place among the distinct ones; also give the first row of each."""
    low, high = int(ids.min()), int(ids.max())
    keys: UInt64 = ids.view(np.uint64) - np.uint64(low % 2**_WORD)
    if high - low < 2 * ids.size:
        return _dense(keys.view(np.int64), high - low + 1)
    return _numbered(*_in_order(keys, (high - low).bit_length()))


def any_int_codes(ids: NDArray[Any]) -> tuple[Int64, Int64]:
    """Code ids in the order that is found fastest; also give the first row of each."""
    dense = int(ids.max()) - int(ids.min()) < 2 * ids.size
    return int_codes(ids) if dense else hash_codes((ids.view(np.uint64),))


def _row_bits(keys: UInt64) -> int:
    return (keys.size - 1).bit_length()


def _dense(keys: Int64, span: int) -> tuple[Int64, Int64]:
    """Few enough values for a table of all of them."""
    first = np.full(span, -1)
    first[keys[::-1]] = np.arange(keys.size)[::-1]
    seen = first >= 0
    return (np.cumsum(seen) - 1)[keys], first[seen]


def _in_order(keys: UInt64, bits: int) -> tuple[Int64, UInt64]:
    """Sort keys below 2**bits stably: give the rows in order, and the keys; `keys` is used up.

    Where key and row number do not fit one word, the lowest bits are left out at first; runs that are equal in the
    upper bits only are then sorted by those left out.
    """
    dropped = bits + _row_bits(keys) - _WORD
    if dropped <= 0:
        return _packed(keys)
    rows, upper = _packed(keys >> np.uint64(dropped))
    full = keys[rows]
    _settle_runs(rows, full, upper, dropped)
    return rows, full


def _settle_runs(rows: Int64, full: UInt64, upper: UInt64, dropped: int) -> None:
    changed = _changes(upper)
    run = np.cumsum(changed) - 1
    mixed = np.zeros(run[-1] + 1, np.bool_)
    mixed[run[_changes(full) & ~changed]] = True
    if not mixed.any():
        return
    at = np.flatnonzero(mixed[run])
    keys = (np.cumsum(mixed) - 1)[run[at]].view(np.uint64) << np.uint64(dropped)
    keys |= full[at] & np.uint64((1 << dropped) - 1)
    order, _ = _in_order(keys, int(mixed.sum() - 1).bit_length() + dropped)
    rows[at] = rows[at[order]]
    full[at] = full[at[order]]


def _packed(keys: UInt64) -> tuple[Int64, UInt64]:
    bits = np.uint64(_row_bits(keys))
    keys <<= bits
    keys |= np.arange(keys.size, dtype=np.uint64)
    keys.sort()
    rows = (keys & np.uint64((1 << int(bits)) - 1)).view(np.int64)
    keys >>= bits
    return rows, keys


def _numbered(rows: Int64, keys: UInt64) -> tuple[Int64, Int64]:
    """Count the changes of sorted keys, and bring the counts back to the rows they came from."""
    changes = _changes(keys)
    codes = np.empty(keys.size, np.int64)
    codes[rows] = np.cumsum(changes) - 1
    return codes, rows[changes]


def _changes(keys: UInt64) -> Bools:
    changes = np.empty(keys.size, np.bool_)
    changes[0] = True
    np.not_equal(keys[1:], keys[:-1], out=changes[1:])
    return changes
