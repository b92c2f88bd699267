"""How one journey's conversion is shared out over its touches: bare arrays, exact sums."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.campaign._journeys import Touches, apart
from socialmkt.core.money import allocate_array

Int64 = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FULL = 1 << 24
"""The weight of a touch at the end of its journey under `HalfLife`."""
_HIGH, _LOW = 2.0**26, 2.0**54


class Credit(NamedTuple):
    """Per channel: conversions, and minor units."""

    won: Floats
    value: list[int]


def of_converted(touches: Touches) -> Touches:
    """Keep the journeys that converted."""
    return touches if touches.won.all() else keep(touches, np.repeat(touches.won, np.diff(touches.starts)))


def keep(touches: Touches, kept: Flags) -> Touches:
    """Keep some touches; journeys that lose all of theirs are left out."""
    counts = np.add.reduceat(kept, touches.starts[:-1]) if len(touches.won) else np.empty(0, np.int64)
    stay = counts > 0
    starts = np.append(0, np.cumsum(counts[stay]))
    return Touches(touches.channel[kept], touches.at[kept], starts, touches.won[stay], touches.value[stay])


def first_of_each_channel(touches: Touches, channels: int) -> Touches:
    """Keep the first touch of every channel in a journey."""
    sizes = np.diff(touches.starts)
    key = np.repeat(np.arange(len(sizes)), sizes) * channels + touches.channel
    order = np.argsort(key, kind="stable")
    first = np.ones(len(key), bool)
    first[order[1:]] = key[order[1:]] != key[order[:-1]]
    return keep(touches, first)


def places(touches: Touches) -> tuple[Int64, Int64]:
    """Give each touch its place in the journey from 0, and the number of touches in that journey."""
    sizes = np.diff(touches.starts)
    return np.arange(len(touches.at)) - np.repeat(touches.starts[:-1], sizes), np.repeat(sizes, sizes)


def by_position(touches: Touches, first: int, last: int) -> Int64:
    """Weigh the first and the last touch, and share the rest equally among those between."""
    place, size = places(touches)
    weights = np.full(len(place), 10_000 - first - last)
    at_start, at_end = place == 0, place == size - 1
    scale = np.maximum(size - 2, 1)
    weights[at_start], weights[at_end] = first * scale[at_start], last * scale[at_end]
    alone = (size == 1) | ((size == 2) & (first + last == 0))
    weights[alone] = 1
    return weights


def by_half_life(touches: Touches, half_life: int) -> Int64:
    """Halve the weight for every half-life before the last touch."""
    ages = apart(touches.at, np.repeat(touches.at[touches.starts[1:] - 1], np.diff(touches.starts)))
    weights: Int64 = np.rint(FULL * np.exp2(ages / -float(half_life))).astype(np.int64)
    return weights


def whole(channel: Int64, value: Int64, channels: int) -> Credit:
    """Give each conversion to one channel."""
    return Credit(np.bincount(channel, minlength=channels).astype(np.float64), sums(channel, value, channels))


def equal(touches: Touches, channels: int) -> Credit:
    """Share each conversion equally over its touches; one unit left goes to each of the earliest."""
    sizes = np.diff(touches.starts)
    won = exact_sums(touches.channel, np.repeat(1 / sizes, sizes), channels)
    if not touches.value.any():
        return Credit(won, [0] * channels)
    place, _ = places(touches)
    each, left = np.divmod(touches.value, sizes)
    shares = np.repeat(each, sizes) + (place < np.repeat(left, sizes))
    return Credit(won, sums(touches.channel, shares, channels))


def weighted(touches: Touches, weights: Int64, channels: int) -> Credit:
    """Share each conversion over its touches by whole weights."""
    sizes = np.diff(touches.starts)
    if not len(sizes):
        return Credit(np.zeros(channels), [0] * channels)
    totals = np.add.reduceat(weights, touches.starts[:-1])
    won = exact_sums(touches.channel, weights / np.repeat(totals, sizes), channels)
    if not touches.value.any():
        return Credit(won, [0] * channels)
    return Credit(won, sums(touches.channel, _split(touches, weights, sizes), channels))


def _split(touches: Touches, weights: Int64, sizes: Int64) -> Int64:
    """Split the value of each journey by largest remainder: all journeys of one length at a time."""
    shares = np.zeros(len(weights), np.int64)
    for size in np.flatnonzero(np.bincount(sizes)).tolist():
        here = np.flatnonzero((sizes == size) & (touches.value > 0))
        cells = touches.starts[here][:, None] + np.arange(size)
        if len(here):
            shares[cells] = allocate_array(touches.value[here], weights[cells])
    return shares


def exact_sums(channel: Int64, parts: Floats, channels: int) -> Floats:
    """Sum fractions per channel so that the order of rows does not matter.

    Each part is cut into two, whole multiples of 2**-26 and of 2**-54; up to 2**26 of either add up without rounding.
    """
    high = np.rint(parts * _HIGH) / _HIGH
    low = np.rint((parts - high) * _LOW) / _LOW
    return _per_channel(channel, high, channels) + _per_channel(channel, low, channels)


def _per_channel(channel: Int64, parts: Floats, channels: int) -> Floats:
    """Sum numbers per channel; of none numpy makes whole zeros."""
    return np.bincount(channel, parts, channels).astype(np.float64)


def sums(channel: Int64, amounts: Int64, channels: int) -> list[int]:
    """Sum minor units per channel, exactly: in one go where floats hold the sum, else 21 bits at a time."""
    if not len(amounts) or int(amounts.max()) * len(amounts) < 2**53:
        return [int(total) for total in np.bincount(channel, amounts, channels)]
    limbs = [np.bincount(channel, amounts >> shift & (2**21 - 1), channels).tolist() for shift in (0, 21, 42)]
    return [int(low) + (int(middle) << 21) + (int(high) << 42) for low, middle, high in zip(*limbs, strict=True)]
