"""Count how many people have each pattern of membership: a bit mask with bit i for audience i."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from socialmkt.core.errors import Infeasible, Verbatim, refuse
from socialmkt.overlap import _dense
from socialmkt.overlap._block_walk import Block, walk
from socialmkt.overlap._keys import firsts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from socialmkt.overlap._keys import UInt64

    Int64 = NDArray[np.int64]

_DIRECT = 16
_PENDING = 2**18


class Counts(NamedTuple):
    """Rising masks, and how many people have each."""

    masks: UInt64
    counts: Int64


def count_patterns(keys: Sequence[UInt64], most: int, *, raw_ints: bool, func: str) -> Counts:
    """Count the patterns of aligned keys; refuse more than `most` different ones."""
    if raw_ints and _dense.is_dense(keys):
        masks: Iterator[NDArray[np.unsignedinteger]] = _dense.masks(keys)
    else:
        masks = map(_masks, walk(keys))
    if len(keys) <= _DIRECT:
        return _checked(_count_directly(masks, len(keys)), most, func)
    return _count_by_sorting(masks, most, func)


def _masks(block: Block) -> UInt64:
    """Give the mask of each person: sums of powers of two, as differences of one running sum."""
    bits = np.left_shift(np.uint64(1), block.labels)
    np.cumsum(bits, out=bits)
    last = np.append(np.flatnonzero(block.first)[1:], block.first.size) - 1
    sums: UInt64 = bits[last]
    sums[1:] -= sums[:-1].copy()
    return sums


def _count_directly(masks: Iterable[NDArray[np.unsignedinteger]], k: int) -> Counts:
    totals = np.zeros(2**k, np.int64)
    for each in masks:
        totals += np.bincount(each.astype(np.int64, copy=False), minlength=2**k)
    totals[0] = 0
    found = np.flatnonzero(totals)
    return Counts(found.astype(np.uint64), totals[found])


def _count_by_sorting(masks: Iterable[NDArray[np.unsignedinteger]], most: int, func: str) -> Counts:
    """Count by runs, block by block; what is pending joins the rest when it has grown large."""
    whole = Counts(np.empty(0, np.uint64), np.empty(0, np.int64))
    pending: list[Counts] = []
    for each in masks:
        pending.append(_runs(each.astype(np.uint64)))
        if sum(part.masks.size for part in pending) >= max(_PENDING, whole.masks.size):
            whole, pending = _checked(added([whole, *pending]), most, func), []
    return _checked(added([whole, *pending]), most, func)


def _runs(masks: UInt64) -> Counts:
    masks = masks[masks != 0]
    masks.sort()
    starts = np.flatnonzero(firsts(masks))
    return Counts(masks[starts], np.diff(np.append(starts, masks.size)))


def added(parts: Sequence[Counts]) -> Counts:
    """Add up counts of the same masks."""
    masks = np.concatenate([part.masks for part in parts])
    counts = np.concatenate([part.counts for part in parts])
    order = np.argsort(masks)
    masks, counts = masks[order], counts[order]
    starts = np.flatnonzero(firsts(masks))
    return Counts(masks[starts], np.add.reduceat(counts, starts) if starts.size else counts)


def _checked(found: Counts, most: int, func: str) -> Counts:
    if found.masks.size > most:
        got = Verbatim(f"{found.masks.size:,} or more")
        fix = "Raise it, or ask for pairs with overlap_matrix."
        raise refuse(Infeasible, func, "max_patterns", f"hold all patterns; it is {most:,}", got, fix=fix)
    return found
