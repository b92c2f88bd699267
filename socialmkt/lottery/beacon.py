"""Public beacons: which round of drand is out at which time."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from socialmkt.core.errors import InvalidInput, refuse
from socialmkt.core.instants import from_us, to_us
from socialmkt.core.model import Count, Frozen, Positive
from socialmkt.lottery._numbers import whole

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["QUICKNET", "DrandChain", "drand_randomness"]

_SECOND = 10**6


class DrandChain(Frozen):
    """A chain of public random values, one per period.

    Parameters
    ----------
    genesis : int >= 0, seconds since 1970 UTC
        When round 1 came out.
    period : int >= 1, seconds
        Time from one round to the next.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> QUICKNET.round_at(datetime(2026, 4, 20, tzinfo=UTC))
    27946612
    """

    genesis: Count
    period: Positive

    def round_at(self, t: datetime) -> int:
        """Say which round is the latest at a time.

        Parameters
        ----------
        t : aware datetime or datetime64
            When.

        Returns
        -------
        int
            The latest round that is out, that moment included.

        Raises
        ------
        InvalidInput
            Before the first round.
        AmbiguousTime
            A datetime without a zone.

        Examples
        --------
        >>> from datetime import UTC, datetime
        >>> DrandChain(genesis=0, period=30).round_at(datetime(1970, 1, 1, 0, 0, 59, tzinfo=UTC))
        2
        """
        func = "DrandChain.round_at"
        since = to_us(t, func=func, name="t") - self.genesis * _SECOND
        if since < 0:
            raise refuse(InvalidInput, func, "t", f"not lie before the first round, {self.time_of(1)}", t)
        return since // (self.period * _SECOND) + 1

    def round_after(self, t: datetime) -> int:
        """Say which round is the first to come out after a time.

        Parameters
        ----------
        t : aware datetime or datetime64
            When, such as the close of the entries.

        Returns
        -------
        int
            The first round that is strictly later.

        Raises
        ------
        AmbiguousTime
            A datetime without a zone.

        Examples
        --------
        >>> from datetime import UTC, datetime
        >>> DrandChain(genesis=0, period=30).round_after(datetime(1970, 1, 1, 0, 0, 30, tzinfo=UTC))
        3
        """
        since = to_us(t, func="DrandChain.round_after", name="t") - self.genesis * _SECOND
        return max(since // (self.period * _SECOND) + 2, 1)

    def time_of(self, round: int) -> datetime:  # noqa: A002  # the contract's name
        """Say when a round comes out.

        Parameters
        ----------
        round : int >= 1
            Its number.

        Returns
        -------
        datetime
            In UTC.

        Raises
        ------
        InvalidInput
            No whole number of at least 1.
        Overflow
            After the year 9999.

        Examples
        --------
        >>> str(QUICKNET.time_of(27946612))
        '2026-04-20 00:00:00+00:00'
        """
        func = "DrandChain.time_of"
        number = whole(round, func=func, name="round", low=1)
        return from_us((self.genesis + (number - 1) * self.period) * _SECOND, func=func, name="round")


QUICKNET = DrandChain(genesis=1692803367, period=3)
"""The quicknet chain of the League of Entropy."""


def drand_randomness(signature: str | bytes) -> str:
    """Derive a round's random value from its signature.

    Parameters
    ----------
    signature : hex text or bytes
        As the beacon publishes it. That it is the beacon's own is for the caller to check.

    Returns
    -------
    str
        Its SHA-256, 64 lower-case hex digits.

    Raises
    ------
    InvalidInput
        Empty, or no hex digits.

    References
    ----------
    drand documentation, "Randomness" (https://docs.drand.love).

    Examples
    --------
    >>> drand_randomness("00ff") == drand_randomness(bytes([0, 255]))
    True
    """
    try:
        data = bytes.fromhex(signature) if isinstance(signature, str) else bytes(memoryview(signature))
    except (TypeError, ValueError):
        data = b""
    if not data:
        raise refuse(InvalidInput, "lottery.drand_randomness", "signature", "be hex text or bytes", signature)
    return hashlib.sha256(data).hexdigest()
