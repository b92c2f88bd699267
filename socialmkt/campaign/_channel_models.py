"""Credit by models of whole channels: a Markov chain in closed form, and Shapley values by sets."""

from __future__ import annotations

from math import factorial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from socialmkt.campaign._journeys import Touches

Int64 = NDArray[np.int64]
Floats = NDArray[np.float64]

MOST_CHANNELS = 16
_UNIT = 2**40


class Effects(NamedTuple):
    """Per channel: the chance to pass it, to win from it, and the share of wins that is lost without it."""

    reach: Floats
    win: Floats
    removal: Floats


def markov(touches: Touches, channels: int) -> Effects:
    """Solve the chain start -> channels -> won or lost for all channels at once."""
    effects = Effects(*np.zeros((3, channels)))
    active, code = _active(touches, channels)
    if not len(active):
        return effects
    k, journeys = len(active), len(touches.won)
    is_last = np.zeros(len(code), bool)
    is_last[touches.starts[1:] - 1] = True
    pairs = code[:-1] * k + code[1:]
    moves = np.bincount(pairs[~is_last[:-1]], minlength=k * k).reshape(k, k).astype(np.float64)
    np.fill_diagonal(moves, 0)
    ends = np.bincount(code[is_last], minlength=k)
    wins = np.bincount(code[is_last], touches.won, minlength=k)
    visits = moves.sum(axis=1) + ends
    start = np.bincount(code[touches.starts[:-1]], minlength=k) / journeys
    n = np.linalg.inv(np.eye(k) - moves / visits[:, None])
    reach, win = np.clip(start @ n / np.diag(n), 0, 1), np.clip(n @ (wins / visits), 0, 1)
    effects.reach[active], effects.win[active] = reach, win
    if touches.won.any():
        effects.removal[active] = np.clip(reach * win / touches.won.mean(), 0, 1)
    return effects


def _active(touches: Touches, channels: int) -> tuple[Int64, Int64]:
    """Name the channels that are touched, and number the touches by these."""
    there = np.bincount(touches.channel, minlength=channels) > 0
    return np.flatnonzero(there), (np.cumsum(there) - 1).take(touches.channel)


def shapley_rate(touches: Touches, channels: int) -> Floats | None:
    """Give the Shapley value of the rate of conversion; None for too many channels."""
    phi = np.zeros(channels)
    active, code = _active(touches, channels)
    k = len(active)
    if k > MOST_CHANNELS:
        return None
    if not touches.won.any():
        return phi
    bits = 1 << code
    masks = np.bitwise_or.reduceat(bits, touches.starts[:-1])
    journeys = _within(np.bincount(masks, minlength=1 << k), k)
    won = _within(np.bincount(masks[touches.won], minlength=1 << k), k)
    worth = won / np.maximum(journeys, 1)
    everyone = np.arange(1 << k)
    size = (everyone[:, None] >> np.arange(k) & 1).sum(axis=1)
    orders = np.array([factorial(s) * factorial(k - s - 1) / factorial(k) for s in range(k)])
    for i, channel in enumerate(active.tolist()):
        without = np.flatnonzero(~everyone >> i & 1)
        phi[channel] = orders[size[without]] @ (worth[without | 1 << i] - worth[without])
    return phi


def _within(counts: Int64, k: int) -> Int64:
    """Sum the counts of all subsets of each set."""
    found = counts.copy()
    for i in range(k):
        pairs = found.reshape(-1, 2, 1 << i)
        pairs[:, 1] += pairs[:, 0]
    return found


def shares(worth: Floats) -> list[int]:
    """Give the share of each channel as a whole multiple of 2**-40."""
    total = float(worth.sum())
    return [0] * len(worth) if total == 0 else np.rint(worth / total * _UNIT).astype(np.int64).tolist()


def share_of(units: list[int]) -> Floats:
    """Write such shares as fractions."""
    return np.array(units, np.float64) / _UNIT


def split(value: int, units: list[int]) -> list[int]:
    """Split minor units by shares that may be negative: floor, then the largest remainders, ties to the lower."""
    total = sum(units)
    if total == 0:
        return [0] * len(units)
    parts = [divmod(value * unit, total) for unit in units]
    found = [share for share, _ in parts]
    by_rest = sorted(range(len(parts)), key=lambda i: -parts[i][1])
    for i in by_rest[: value - sum(found)]:
        found[i] += 1
    return found
