"""Shares that add up: the largest remainders.

Share i of an amount a starts at floor(a w_i / W), W the sum of the weights. What is left, always less than the
number of shares with a remainder, goes out in single units to the largest remainders, ties to the lower index.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from socialmkt.core import columns
from socialmkt.core._sources import Parameter, is_single, require_unmasked
from socialmkt.core._whole import is_int
from socialmkt.core.errors import EmptyInput, InvalidInput, Overflow, SocialmktError, Verbatim, refuse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialmkt.core.columns import Column

Int64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

_INT64_MIN, _INT64_MAX = -(2**63), 2**63 - 1
_BLOCK = 1 << 15  # cells per block: the scratch arrays stay in the cache


def allocate(amount: int, weights: Column) -> list[int]:
    """Split an amount by weights so that the shares add up.

    Parameters
    ----------
    amount : int, minor units
        What to split, of any size and sign.
    weights : column of shape (k,), whole numbers >= 0 with a positive sum
        The size of each share, relative to the others.

    Returns
    -------
    list of int
        Shares in the order of the weights; each within one unit of its exact quota.

    Raises
    ------
    InvalidInput
        A float, a bool, a null, a negative weight, or weights that are all zero.
    EmptyInput
        No weights.

    Notes
    -----
    Largest remainder: every share starts at floor(|amount| w / W), and the units left go one each to the largest
    remainders, ties to the lower index. A negative amount mirrors the positive one. O(k log k).

    Examples
    --------
    >>> allocate(100, [1, 1, 1])
    [34, 33, 33]
    >>> allocate(-1003, [50, 50])
    [-502, -501]
    """
    return shares_of(_amount(amount, "money.allocate"), _weights(weights, "money.allocate"))


def allocate_array(amount: int | Column, weights: Column | ArrayLike) -> Int64:
    """Split one amount or many by weights, in bulk.

    Parameters
    ----------
    amount : int, or column of shape (n,), minor units
        What to split.
    weights : column of shape (k,), or with a column of amounts an array of shape (n, k), whole numbers >= 0
        The size of each share; each row has a positive sum.

    Returns
    -------
    int64 array of shape (k,) or (n, k)
        Shares; every row is what `allocate` gives.

    Raises
    ------
    InvalidInput
        As in `allocate`, with the row; weights of another shape.
    EmptyInput
        No weights.
    Overflow
        An amount or a weight outside int64.

    Notes
    -----
    O(n k log k). Rows whose products would leave int64 are computed in Python ints: slower, and exact.

    Examples
    --------
    >>> allocate_array([100, 5], [7, 3])
    array([[70, 30],
           [ 4,  1]])
    """
    func = "money.allocate_array"
    table = _weight_table(weights, func)
    if is_single(amount):
        return split_one(_int64(_amount(amount, func), func), _one_row(table, func))
    amounts = _amounts(amount, func)
    if table.ndim == 2 and len(table) != len(amounts):
        got = Verbatim(f"{len(table):,} rows for {len(amounts):,} amounts")
        raise refuse(InvalidInput, func, "weights", "have a row for every amount", got)
    return split_many(amounts, table)


def _amount(amount: Any, func: str) -> int:
    if not is_int(amount):
        fix = "Currency(...).minor reads major units." if isinstance(amount, float) else None
        raise refuse(InvalidInput, func, "amount", "be an int of minor units", amount, fix=fix)
    return int(amount)


def _amounts(amount: Any, func: str) -> Int64:
    return columns.amounts(amount, func=func, name="amount", offer_drop=False)


def _int64(amount: int, func: str) -> int:
    if not _INT64_MIN <= amount <= _INT64_MAX:
        raise refuse(Overflow, func, "amount", "fit int64", amount)
    return amount


def _weights(weights: Any, func: str) -> Sequence[int]:
    """Read one row of weights; a list of plain ints, the usual case, is taken as it is."""
    plain = issubclass(type(weights), (list, tuple)) and set(map(type, weights)) == {int} and min(weights) >= 0
    row: Sequence[int] = weights if plain else _row(weights, func).tolist()
    _require_some(len(row), max(row, default=0), func)
    return row


def _row(weights: Any, func: str) -> Int64:
    return columns.quantities(weights, func=func, name="weights", offer_drop=False)


def _require_some(count: int, largest: int, func: str, row: int | None = None) -> None:
    if count == 0:
        raise refuse(EmptyInput, func, "weights", "hold at least one weight", Verbatim("none"))
    if largest == 0:
        raise refuse(InvalidInput, func, "weights", "have a positive sum", Verbatim("only zeros"), row=row)


def _weight_table(weights: Any, func: str) -> Int64:
    """Read weights of shape (k,) or (n, k), each row with a positive sum."""
    table = _nested(weights, func)
    if table is None:
        row = _row(weights, func)
        _require_some(len(row), int(row.max(initial=0)), func)
        return row
    negative, positive = (table < 0).any(axis=1), table.any(axis=1)
    if negative.any():
        first = int(negative.argmax())
        raise refuse(InvalidInput, func, "weights", "be at least 0", int(table[first].min()), row=first)
    _require_some(table.shape[1], 1, func)
    if not positive.all():
        _require_some(table.shape[1], 0, func, row=int(positive.argmin()))
    return table


def _nested(weights: Any, func: str) -> Int64 | None:
    """Read a table of whole numbers of either sign; None for what is no table."""
    if issubclass(type(weights), np.ndarray) and weights.ndim == 2:
        return _array_table(weights, func)
    if issubclass(type(weights), (list, tuple)) and len(weights) > 0 and _is_list(weights[0]):
        return _listed_table(weights, func)
    return None


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def _array_table(weights: Any, func: str) -> Int64:
    if weights.dtype.kind not in "iu":
        raise refuse(InvalidInput, func, "weights", "hold whole numbers", weights)
    require_unmasked(weights, Parameter(func, "weights"))
    if weights.size and int(weights.max()) > _INT64_MAX:
        raise refuse(Overflow, func, "weights", "fit int64", int(weights.max()))
    table: Int64 = np.asarray(weights).astype(np.int64, copy=False)
    return table


def _listed_table(rows: Any, func: str) -> Int64:
    """Read a list of lists; numpy would take a bool or a fraction among the ints for one of them."""
    width = len(rows[0])
    if not all(_is_list(row) and len(row) == width for row in rows):
        raise refuse(InvalidInput, func, "weights", "have rows of one length", Verbatim("rows of several lengths"))
    flat = list(chain.from_iterable(rows))
    try:
        return columns.amounts(flat, func=func, name="weights").reshape(len(rows), width)
    except SocialmktError as error:
        place = error.row or 0
        must = "hold whole numbers in int64"
        raise refuse(type(error), func, "weights", must, flat[place], row=place // width) from None


def _one_row(table: Int64, func: str) -> Int64:
    if table.ndim == 2:
        got = Verbatim(f"{len(table):,} rows")
        raise refuse(InvalidInput, func, "weights", "be one row for one amount", got)
    return table


def shares_of(amount: int, weights: Sequence[int]) -> list[int]:
    """Split one amount in Python ints, of any size; the weights have a positive sum."""
    total = sum(weights)
    parts = [divmod(abs(amount) * weight, total) for weight in weights]
    shares = [share for share, _ in parts]
    left = abs(amount) - sum(shares)
    if left:
        for index in sorted(range(len(parts)), key=lambda i: -parts[i][1])[:left]:
            shares[index] += 1
    return shares if amount >= 0 else [-share for share in shares]


def split_one(amount: int, weights: Int64) -> Int64:
    """Split one int64 amount over weights of shape (k,)."""
    if _needs_python(np.array([amount]), weights)[0]:
        return np.array(shares_of(amount, weights.tolist()), dtype=np.int64)
    shares, remainders = _quotas(np.array(abs(amount)), weights, weights.sum())
    shares[_largest(remainders, abs(amount) - int(shares.sum()))] += 1
    return shares if amount >= 0 else -shares


def split_many(amounts: Int64, weights: Int64) -> Int64:
    """Split n amounts over weights of shape (k,) or (n, k)."""
    shares = np.empty((len(amounts), weights.shape[-1]), dtype=np.int64)
    step = max(1, _BLOCK // weights.shape[-1])
    for start in range(0, len(amounts), step):
        rows = slice(start, start + step)
        shares[rows] = _split_block(amounts[rows], weights if weights.ndim == 1 else weights[rows])
    for row in np.flatnonzero(_needs_python(amounts, weights)).tolist():
        shares[row] = shares_of(int(amounts[row]), (weights if weights.ndim == 1 else weights[row]).tolist())
    return shares


def _needs_python(amounts: Int64, weights: Int64) -> Flags:
    """Rows whose products leave int64: where max(w) W >= 2**63, or the amount has no opposite."""
    largest, total = weights.max(axis=-1), np.maximum(weights.sum(axis=-1), 1)
    wide = (largest > _INT64_MAX // weights.shape[-1]) | (largest > _INT64_MAX // total)
    needs: Flags = (amounts == _INT64_MIN) | wide
    return needs


def _split_block(amounts: Int64, weights: Int64) -> Int64:
    """Split a block of rows; a row that left int64 holds nonsense and is filled in later."""
    sizes = np.abs(amounts)[:, None]
    total = np.maximum(weights.sum(axis=-1, keepdims=True), 1)
    shares, remainders = _quotas(sizes, weights, total)
    left = sizes - shares.sum(axis=1, keepdims=True)
    order = np.argsort(-remainders, axis=1, kind="stable")
    extra: Flags = np.empty(shares.shape, dtype=np.bool_)
    place = np.arange(shares.shape[1], dtype=np.int64)
    np.put_along_axis(extra, order, place < left, axis=1)
    return (shares + extra) * np.sign(amounts)[:, None]


def _quotas(sizes: Int64, weights: Int64, total: Int64) -> tuple[Int64, Int64]:
    """Whole shares and remainders, floor(a w / W) and a w mod W, without the product a w."""
    whole, rest = np.divmod(sizes, total)
    part = rest * weights
    below = part // total
    return whole * weights + below, part - below * total


def _largest(remainders: Int64, left: int) -> Int64:
    """Find the `left` largest remainders, ties to the lower index."""
    if left == 0:
        return np.empty(0, dtype=np.int64)
    cut = np.partition(remainders, len(remainders) - left)[len(remainders) - left]
    above = np.flatnonzero(remainders > cut)
    return np.concatenate([above, np.flatnonzero(remainders == cut)[: left - len(above)]])
