"""How alike two distributions over the same cells are."""

from __future__ import annotations

import math
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    Shares = Sequence[float]


def shared(p: Shares, q: Shares) -> float:
    """Give OVL, the sum of the smaller shares."""
    return math.fsum(map(min, p, q))


def bhattacharyya(p: Shares, q: Shares) -> float:
    """Give BC, the sum of the geometric means."""
    return min(1.0, math.fsum(math.sqrt(a * b) for a, b in zip(p, q, strict=True)))


def total_variation(p: Shares, q: Shares) -> float:
    """Give half the sum of the differences."""
    return math.fsum(abs(a - b) for a, b in zip(p, q, strict=True)) / 2


def divergence(p: Shares, q: Shares) -> float:
    """Give Kullback-Leibler's divergence of q from p, in bits."""
    if any(a > 0 and b == 0 for a, b in zip(p, q, strict=True)):
        return math.inf
    return max(0.0, math.fsum(a * math.log2(a / b) for a, b in zip(p, q, strict=True) if a))


def jensen_shannon(p: Shares, q: Shares) -> float:
    """Give Jensen's and Shannon's divergence, in bits."""
    middle = [(a + b) / 2 for a, b in zip(p, q, strict=True)]
    return (divergence(p, middle) + divergence(q, middle)) / 2


def cosine(p: Shares, q: Shares) -> float:
    """Give the cosine of the angle between the two."""
    return math.fsum(a * b for a, b in zip(p, q, strict=True)) / (math.hypot(*p) * math.hypot(*q))


def earth_mover(p: Shares, q: Shares) -> float:
    """Give how far shares must be carried over ordered cells a step apart."""
    return math.fsum(map(abs, accumulate(a - b for a, b in zip(p, q, strict=True))))
