"""The order of weighted tickets, certain to the last place.

With U the first 8 bytes of a ticket, v = (2U + 1) / 2**65, the key of an entry is the real number -ln(1 - v) / weight.
Floats find the order; where two keys are too close for them, decimals decide.
"""

from __future__ import annotations

import decimal
import itertools
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    UInt64 = NDArray[np.uint64]
    Int64 = NDArray[np.int64]
    Float64 = NDArray[np.float64]
    Tie = Callable[[int], tuple[str, str]]
    """The whole ticket and the id of an entry, by its place."""

CERTAIN = 1e-12
"""Relative gaps above this are certain: float keys are right to 2.0e-16."""

CUT = 1 + 1e-11
"""What lies within this factor of a cut may belong to either side."""

_LAST = np.uint64(2**64 - 1)
_CANCELLED = 25
"""Digits that 1 - v needs beyond those of the key, as v may be as small as 2**-65."""


def float_keys(head: UInt64, weight: Int64) -> Float64:
    """Give the keys as floats, right to a few units in the last place over the whole range."""
    small = head < np.uint64(2**63)
    nearer = np.where(small, head, _LAST - head).astype(np.float64)
    nearer += 0.5
    nearer *= 2.0**-64
    keys = np.log(nearer)
    np.log1p(-nearer, out=keys, where=small)
    np.negative(keys, out=keys)
    keys /= weight
    return keys


def order_by_head(head: UInt64, tie: Tie) -> Int64:
    """Order tickets by their first 8 bytes; equal ones by the whole ticket, then by the id."""
    order = np.argsort(head, kind="stable")
    ordered = head[order]
    for start, stop in _runs(ordered[1:] == ordered[:-1]):
        order[start:stop] = sorted(order[start:stop].tolist(), key=tie)
    return order


def order_by_key(head: UInt64, weight: Int64, tie: Tie) -> Int64:
    """Order entries by their exponential keys."""
    keys = float_keys(head, weight)
    order = np.argsort(keys, kind="stable")
    for start, stop in _runs(_gaps(keys[order]) <= CERTAIN):
        order[start:stop] = _in_exact_order(order[start:stop].tolist(), head, weight, tie)
    return order


def smallest_gap(head: UInt64, weight: Int64) -> float | None:
    """Give the smallest relative gap between neighbours in order; None for equal weights or fewer than two."""
    if len(head) < 2 or (weight == weight[0]).all():
        return None
    gaps = _gaps(float_keys(head, weight))
    close = np.flatnonzero(gaps <= CERTAIN).tolist()
    gaps[close] = [_exact_gap([_exact(head, weight, place) for place in (at, at + 1)]) for at in close]
    return float(gaps.min())


def _gaps(keys: Float64) -> Float64:
    return (keys[1:] - keys[:-1]) / keys[1:]


def _runs(close: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Give the runs of places that are joined to the next one, as half-open ranges."""
    edges = np.flatnonzero(np.diff(close.astype(np.int8), prepend=0, append=0))
    return [(start, stop + 1) for start, stop in edges.reshape(-1, 2).tolist()]


def _exact(head: UInt64, weight: Int64, place: int) -> tuple[int, int]:
    """U and weight as Python ints."""
    return int(head[place]), int(weight[place])


def _in_exact_order(places: list[int], head: UInt64, weight: Int64, tie: Tie) -> list[int]:
    exact = {place: _exact(head, weight, place) for place in places}
    keys = _keys_apart(sorted(set(exact.values())))
    return sorted(places, key=lambda place: (keys[exact[place]], tie(place)))


def _exact_gap(pair: list[tuple[int, int]]) -> float:
    """Give (b - a) / b; 0 where both have one weight and one U, the only way to be equal."""
    context = _context(50)
    keys = _keys_apart(sorted(set(pair)))
    a, b = sorted(keys[one] for one in pair)
    return float(context.divide(context.subtract(b, a), b))


def _keys_apart(pairs: list[tuple[int, int]]) -> dict[tuple[int, int], decimal.Decimal]:
    """Give the keys of distinct pairs of U and weight, to as many digits as tell them apart."""
    digits = 40
    while True:
        keys = {pair: exponential_key(*pair, digits=digits) for pair in pairs}
        ordered, least = sorted(keys.values()), decimal.Decimal((0, (1,), 5 - digits))
        context = _context(digits)
        if all(context.subtract(b, a) > context.multiply(b, least) for a, b in itertools.pairwise(ordered)):
            return keys
        digits *= 2


def exponential_key(head: int, weight: int, *, digits: int) -> decimal.Decimal:
    """Give -ln(1 - v) / weight to so many digits."""
    context = _context(digits + _CANCELLED)
    above = context.divide(decimal.Decimal(2**65 - 2 * head - 1), decimal.Decimal(2**65))
    return context.divide(context.minus(context.ln(above)), decimal.Decimal(weight))


def _context(digits: int) -> decimal.Context:
    """Make a context of our own: the thread's may round otherwise, or trap."""
    return decimal.Context(
        prec=digits, rounding=decimal.ROUND_HALF_EVEN, Emin=-999_999, Emax=999_999, clamp=0, flags=[], traps=[]
    )
