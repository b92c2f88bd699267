"""Journeys as flat arrays: the touches that count, in order, journey after journey."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.campaign._checks import exact_sum
from socialmkt.campaign._ids import code_together, first_repeat
from socialmkt.core.errors import InvalidInput, refuse
from socialmkt.core.factorize import factorize

Array = NDArray[Any]
Int64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

_NEVER = 2**63 - 1
_ALWAYS = np.uint64(2**64 - 1)
_WORD = 64


class Touches(NamedTuple):
    """The touched journeys, each a stretch of the touches; within one by time, then channel."""

    channel: Int64
    at: Int64
    starts: Int64
    """First touch of each journey, and the number of all touches."""
    won: Flags
    """Per journey: whether it converted."""
    value: Int64
    """Per journey: minor units; 0 where it did not convert."""


class Journeys(NamedTuple):
    """Journeys and conversions as they are seen from some moment."""

    channels: Array
    touches: Touches
    journeys: int
    won: int
    untouched: int
    ignored: int
    value: int
    untouched_value: int


class Sales(NamedTuple):
    """Conversions: the journey of each, when, and its value in minor units."""

    journey: Array
    at: Int64
    value: Int64


def match(
    journey: Array, channel: Array, at: Int64, sales: Sales, *, lookback: int | None, as_of: int | None, func: str
) -> Journeys:
    """Match journeys with conversions, and keep the touches that count."""
    (number, sold), ids = code_together({"journey": journey, "won": sales.journey}, func)
    _refuse_repeats(sold, sales.journey, func)
    code, channels = factorize(channel)
    won, value = np.zeros(len(ids), bool), np.zeros(len(ids), np.int64)
    ends = np.full(len(ids), _NEVER if as_of is None else as_of)
    if as_of is not None:
        seen = sales.at <= as_of
        sold, sales = sold[seen], Sales(*(column[seen] for column in sales))
    won[sold], value[sold], ends[sold] = True, sales.value, sales.at
    is_open = np.zeros(len(ids), bool) if as_of is not None else ~won
    kept = _counting(at, ends[number], None if lookback is None else np.where(is_open, _ALWAYS, lookback)[number])
    touches, touched = _ordered(number, at, code, None if kept.all() else kept)
    is_touched, known = np.zeros(len(ids), bool), won.copy()
    is_touched[touched] = True
    known[number if as_of is None else number[at <= as_of]] = True
    lost = won & ~is_touched
    return Journeys(
        channels,
        touches._replace(won=won[touched], value=value[touched]),
        journeys=int(known.sum()),
        won=len(sold),
        untouched=int(lost.sum()),
        ignored=len(at) - len(touches.at),
        value=exact_sum(sales.value),
        untouched_value=exact_sum(value[lost]),
    )


def _refuse_repeats(sold: Int64, ids: Array, func: str) -> None:
    row = first_repeat(sold)
    if row is not None:
        fix = "A journey has at most one conversion: cut it after each order."
        got = ids[row : row + 1].tolist()[0]
        raise refuse(InvalidInput, func, "won", "name each journey once", got, row=row, total=len(sold), fix=fix)


def _counting(at: Int64, ends: Int64, lookback: NDArray[np.uint64] | None) -> Flags:
    """Tell which touches lie in the look-back of their journey."""
    kept: Flags = at <= ends
    if lookback is not None:
        kept &= apart(at, ends) <= lookback
    return kept


def apart(earlier: Int64, later: Int64) -> NDArray[np.uint64]:
    """Give the time between instants; of int64 it can need 64 bits without a sign."""
    return later.view(np.uint64) - earlier.view(np.uint64)


def _ordered(journey: Int64, at: Int64, channel: Int64, kept: Flags | None) -> tuple[Touches, Int64]:
    """Order the touches by journey, time and channel; give the numbers of the journeys beside them."""
    if kept is not None:
        journey, at, channel = journey[kept], at[kept], channel[kept]
    order = _by_journey_and_time(journey, at)
    numbers, times = journey[order], at[order]
    same = numbers[1:] == numbers[:-1]
    if (same & (times[1:] == times[:-1])).any():
        order = np.lexsort((channel, at, journey))
        numbers, times = journey[order], at[order]
    firsts = np.flatnonzero(np.append(True, ~same)) if len(order) else np.empty(0, np.int64)
    nothing = np.empty(0, np.int64)
    return Touches(channel[order], times, np.append(firsts, len(order)), nothing > 0, nothing), numbers[firsts]


def _by_journey_and_time(journey: Int64, at: Int64) -> Int64:
    """Sort twice by words that hold a key and a row number."""
    if not len(at):
        return journey
    by_time = _packed_order(at.view(np.uint64) - np.uint64(int(at.min()) % 2**_WORD), int(at.max()) - int(at.min()))
    if by_time is None:
        return np.lexsort((at, journey))
    by_journey = _packed_order(journey[by_time].view(np.uint64), int(journey.max()))
    return np.lexsort((at, journey)) if by_journey is None else by_time[by_journey]


def _packed_order(keys: NDArray[np.uint64], largest: int) -> Int64 | None:
    """Order by key, ties by row; None where both do not fit one word."""
    bits = (len(keys) - 1).bit_length()
    if largest.bit_length() + bits > _WORD:
        return None
    words = keys << np.uint64(bits)
    words |= np.arange(len(keys), dtype=np.uint64)
    words.sort()
    return (words & np.uint64((1 << bits) - 1)).view(np.int64)
