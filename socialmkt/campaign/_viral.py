"""How a campaign spreads from person to person."""

from __future__ import annotations

import math

from socialmkt.campaign._checks import check_confidence, whole
from socialmkt.core.errors import InvalidInput, Overflow, refuse
from socialmkt.core.model import Count, Frozen
from socialmkt.core.stats import wilson

__all__ = ["Viral", "viral"]


def _count(value: int, func: str, name: str, *, low: int = 0) -> int:
    number = whole(value, func, name, low=low)
    if number >= 2**63:
        raise refuse(Overflow, func, name, "fit 64 bits", number)
    return number


class Viral(Frozen):
    """How a campaign spreads from person to person.

    Parameters
    ----------
    seeds, invites, joins : int
        People it began with, invites they sent, and people who joined through them.
    k : float
        People that each person brings.
    low, high : float or None
        The interval of `k`; None without invites.
    total : float or None
        Everybody it will reach in the end; None for k of 1 and above, where any number would be fiction.

    Examples
    --------
    >>> round(viral(100, 200, 40).total, 2)
    166.67
    """

    seeds: Count
    invites: Count
    joins: Count
    k: float
    low: float | None
    high: float | None
    total: float | None

    def after(self, cycles: int) -> float:
        """Say how many people it reaches after some rounds of invites.

        Parameters
        ----------
        cycles : int >= 0
            Rounds.

        Returns
        -------
        float
            seeds · (1 + k + ... + k^cycles).

        Raises
        ------
        InvalidInput
            No whole number of rounds.
        Overflow
            More people than a float can count.

        Examples
        --------
        >>> round(viral(100, 200, 40).after(3), 1)
        162.4
        """
        func = "Viral.after"
        rounds = _count(cycles, func, "cycles")
        try:
            people = self.seeds * _geometric_sum((self.joins - self.seeds) / self.seeds, rounds + 1)
        except OverflowError:
            people = math.inf
        if math.isinf(people):
            raise refuse(Overflow, func, "cycles", "keep the number of people finite", rounds)
        return people


def _geometric_sum(excess: float, terms: int) -> float:
    """Sum 1 + k + ... for k = 1 + excess; close to 1 the plain formula would lose digits."""
    if excess == 0:
        return float(terms)
    if abs(excess) < 0.5:
        return math.expm1(terms * math.log1p(excess)) / excess
    return ((1 + excess) ** terms - 1) / excess


def viral(seeds: int, invites: int, joins: int, *, confidence: float = 0.95) -> Viral:
    """Measure how many people each person brings.

    Parameters
    ----------
    seeds : int >= 1
        People the campaign began with.
    invites : int >= 0
        Invites they sent.
    joins : int from 0 to `invites`
        People who joined through an invite, each counted once.
    confidence : float, strictly between 0 and 1
        Of the interval.

    Returns
    -------
    Viral
        `seeds invites joins k low high total`.

    Raises
    ------
    InvalidInput
        Counts that are no whole numbers, no seeds, more joins than invites, or a confidence outside (0, 1).
    Overflow
        A count that does not fit 64 bits.

    Notes
    -----
    k = joins / seeds; its interval is Wilson's of joins among invites, times invites / seeds. The total is
    seeds / (1 - k), if every generation brings as many as the first.

    Examples
    --------
    >>> spread = viral(100, 200, 40)
    >>> spread.k, round(spread.low, 4), round(spread.high, 4)
    (0.4, 0.3009, 0.5217)
    """
    func = "campaign.viral"
    check_confidence(confidence, func)
    people = _count(seeds, func, "seeds", low=1)
    sent, joined = _count(invites, func, "invites"), _count(joins, func, "joins")
    if joined > sent:
        raise refuse(InvalidInput, func, "joins", f"be at most the invites, {sent}", joined)
    low, high = wilson(joined, sent, confidence=confidence)
    return Viral(
        seeds=people,
        invites=sent,
        joins=joined,
        k=joined / people,
        low=None if low is None else low * sent / people,
        high=None if high is None else high * sent / people,
        total=people / (1 - joined / people) if joined < people else None,
    )
