"""Instant wins: a play is answered at once, and stock never goes below zero.

A `Deck` fixes beforehand which plays win, evenly over blocks: the recommended way. `Moments` set prizes free at secret
instants. `Chance` throws a die for every play, so demand may pass the stock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np

from socialmkt.core import columns
from socialmkt.core.errors import Infeasible, InvalidInput, refuse
from socialmkt.core.instants import to_us
from socialmkt.core.table import Ints, Table, Texts, freeze
from socialmkt.lottery import _deck
from socialmkt.lottery._canonical import check_key, sha256_hex
from socialmkt.lottery._chance import Chance
from socialmkt.lottery._numbers import whole
from socialmkt.lottery._stock import read_stock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from socialmkt.core.columns import Column
    from socialmkt.lottery.commitment import Prize

__all__ = ["Chance", "Deck", "Moments", "Quotas"]

_MOST_PLAYS = 1_000_000_000
_MOST_UNITS = 10_000_000


class Quotas(Table):
    """How many of each prize fall among which plays.

    Examples
    --------
    >>> Deck.build({"mug": 2}, plays=4, key="00" * 32, blocks=2).quotas["quantity"]
    array([1, 1])
    """

    block: Ints
    first: Ints
    last: Ints
    prize: Texts
    quantity: Ints


@final
@dataclass(frozen=True, eq=False, repr=False)
class Deck:
    """Plays whose outcome is fixed from the start.

    Made by `Deck.build`.

    Parameters
    ----------
    plays : int
        How many plays there are, numbered from 1.
    commitment : str
        SHA-256 of the key's text: publish it first, reveal the key afterwards.
    quotas : Quotas
        How many of each prize fall into each block.

    Notes
    -----
    Whoever knows the key, or holds the deck, can pick a play that wins: both are secrets until the end.

    Examples
    --------
    >>> deck = Deck.build({"grand": 1, "small": 8}, plays=24, key="ab" * 32, blocks=4)
    >>> wins = [deck.outcome(play) for play in range(1, 25)]
    >>> wins.count("grand"), wins.count("small")
    (1, 8)
    """

    plays: int
    commitment: str
    quotas: Quotas
    _prizes: tuple[str, ...]
    _won: NDArray[np.int64]

    @classmethod
    def build(cls, prizes: Mapping[str, int] | Sequence[Prize], *, plays: int, key: str, blocks: int = 1) -> Deck:
        """Shuffle prizes among plays, evenly over blocks.

        Parameters
        ----------
        prizes : mapping of name to quantity, or sequence of Prize
            The stock.
        plays : int >= 1
            How many plays there are.
        key : str, 64 lower-case hex digits
            A secret.
        blocks : int from 1 to plays
            Into how many equal stretches the plays are cut: each gets its even share of every prize.

        Returns
        -------
        Deck
            Every play from 1 to `plays` has its outcome.

        Raises
        ------
        EmptyInput
            No prizes.
        InvalidInput
            More stock than plays, more blocks than plays, or a malformed key or name.
        Infeasible
            More than 1,000,000,000 plays.

        Notes
        -----
        Systematic sampling in whole numbers: stock is exact, no block overflows, every play wins prize t with
        probability s_t / plays, and prize number t stays within t + 1 of its even share. O(plays) hashes.

        Examples
        --------
        >>> Deck.build({"mug": 3}, plays=2, key="00" * 32)
        Traceback (most recent call last):
            ...
        socialmkt.core.errors.InvalidInput: Deck.build: prizes must hold at most 2 in all, as many as plays, got 3.
        """
        func = "Deck.build"
        stock = read_stock(prizes, func=func)
        number = whole(plays, func=func, name="plays", low=1)
        if number > _MOST_PLAYS:
            raise refuse(Infeasible, func, "plays", f"be at most {_MOST_PLAYS:,}", number)
        total = sum(stock.values())
        if total > number:
            must = f"hold at most {number:,} in all, as many as plays"
            raise refuse(InvalidInput, func, "prizes", must, total)
        cut = whole(blocks, func=func, name="blocks", low=1, high=number)
        secret = check_key(key, func=func)
        edges = _deck.edges_of(number, cut)
        won = _deck.quotas(stock, edges, secret)
        prizes_won = freeze(_deck.winners(secret, edges, won))
        return cls(number, sha256_hex(secret), _quotas(list(stock), edges, won), tuple(stock), prizes_won)

    def outcome(self, play: int) -> str | None:
        """Say what a play wins.

        Parameters
        ----------
        play : int from 1 to plays
            Its number.

        Returns
        -------
        str or None
            The prize, or None.

        Raises
        ------
        InvalidInput
            No such play.

        Examples
        --------
        >>> Deck.build({"mug": 1}, plays=1, key="00" * 32).outcome(1)
        'mug'
        """
        won = int(self._won[whole(play, func="Deck.outcome", name="play", low=1, high=self.plays) - 1])
        return None if won < 0 else self._prizes[won]

    def __repr__(self) -> str:
        return f"Deck({self.plays:,} plays, commitment {self.commitment[:12]}...)"


def _quotas(names: list[str], edges: list[int], won: list[list[int]]) -> Quotas:
    blocks = len(won)
    return Quotas(
        block=np.repeat(np.arange(1, blocks + 1), len(names)),
        first=np.repeat(np.array(edges[:-1]) + 1, len(names)),
        last=np.repeat(np.array(edges[1:]), len(names)),
        prize=np.array(names * blocks, object),
        quantity=np.array(won, np.int64).ravel(),
    )


@final
@dataclass(frozen=True, eq=False, repr=False)
class Moments:
    """Prizes that become free at secret instants; the next play takes one.

    Made by `Moments.build`.

    Parameters
    ----------
    start, end : int, microseconds since 1970 UTC
        The window, half-open.
    commitment : str
        SHA-256 of the key's text.

    Notes
    -----
    The whole state is the number of moments claimed. Odds depend on traffic: say so, or use a `Deck`. The key, and
    this object, are secrets until the end.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> start, end = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
    >>> Moments.build({"mug": 2}, start=start, end=end, key="00" * 32)
    Moments(2 units, commitment 60e05bd1b195...)
    """

    start: int
    end: int
    commitment: str
    _free_at: tuple[int, ...]
    _prizes: tuple[str, ...]

    @classmethod
    def build(cls, prizes: Mapping[str, int] | Sequence[Prize], *, start: datetime, end: datetime, key: str) -> Moments:
        """Set an instant for every unit of every prize.

        Parameters
        ----------
        prizes : mapping of name to quantity, or sequence of Prize
            The stock.
        start, end : aware datetime
            The window, half-open.
        key : str, 64 lower-case hex digits
            A secret.

        Returns
        -------
        Moments
            Instants spread evenly by chance over the window.

        Raises
        ------
        EmptyInput
            No prizes.
        InvalidInput
            The window is empty, or the key or a name is malformed.
        Infeasible
            More than 10,000,000 units.
        AmbiguousTime
            A datetime without a zone.

        Examples
        --------
        As in the class.
        """
        func = "Moments.build"
        stock = read_stock(prizes, func=func)
        total = sum(stock.values())
        if total > _MOST_UNITS:
            raise refuse(Infeasible, func, "prizes", f"hold at most {_MOST_UNITS:,} units in all", total)
        opens, closes = (to_us(at, func=func, name=name) for name, at in (("start", start), ("end", end)))
        if opens >= closes:
            raise refuse(InvalidInput, func, "end", f"be later than start, {start}", end)
        secret = check_key(key, func=func)
        units = sorted(
            (opens + (_deck.offset(secret, f"moment-{name}-{unit}") * (closes - opens) >> 64), place, unit, name)
            for place, (name, quantity) in enumerate(stock.items())
            for unit in range(1, quantity + 1)
        )
        free_at, names = tuple(unit[0] for unit in units), tuple(unit[3] for unit in units)
        return cls(opens, closes, sha256_hex(secret), free_at, names)

    def outcome(self, at: datetime, *, claimed: int) -> str | None:
        """Say what a play wins.

        Parameters
        ----------
        at : aware datetime
            When it was made.
        claimed : int
            How many moments were claimed before.

        Returns
        -------
        str or None
            The prize of the next moment if its instant has come; then count one more as claimed.

        Raises
        ------
        InvalidInput
            `claimed` is negative or above the number of units.
        AmbiguousTime
            A datetime without a zone.

        Examples
        --------
        >>> from datetime import UTC, datetime
        >>> start, end = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
        >>> moments = Moments.build({"mug": 1}, start=start, end=end, key="00" * 32)
        >>> moments.outcome(start, claimed=0), moments.outcome(end, claimed=0)
        (None, None)
        """
        func = "Moments.outcome"
        taken = whole(claimed, func=func, name="claimed", low=0, high=len(self._free_at))
        return self._next(to_us(at, func=func, name="at"), taken)

    def replay(self, plays: Column) -> list[str | None]:
        """Say what each play of a whole campaign wins.

        Parameters
        ----------
        plays : column of instants of shape (n,), ascending
            When plays were made; equal instants are fine.

        Returns
        -------
        list of str or None, of length n
            The prize of each play.

        Raises
        ------
        InvalidInput
            Instants go back, or are null.
        AmbiguousTime
            A datetime without a zone.

        Examples
        --------
        >>> from datetime import UTC, datetime
        >>> start, end = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
        >>> moments = Moments.build({"mug": 1}, start=start, end=end, key="00" * 32)
        >>> moments.replay([start, datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC)])
        [None, 'mug']
        """
        func = "Moments.replay"
        us = columns.instants(plays, func=func, name="plays", offer_drop=False).astype(np.int64)
        back = us[1:] < us[:-1]
        if back.any():
            row = int(back.argmax()) + 1
            got, must = np.datetime64(int(us[row]), "us"), "not go back in time"
            raise refuse(InvalidInput, func, "plays", must, got, row=row, count=int(back.sum()), total=len(us))
        outcomes, claimed = [], 0
        for at in us.tolist():
            prize = self._next(at, claimed)
            claimed += prize is not None
            outcomes.append(prize)
        return outcomes

    def _next(self, us: int, claimed: int) -> str | None:
        free = claimed < len(self._free_at) and self._free_at[claimed] <= us
        return self._prizes[claimed] if free and self.start <= us < self.end else None

    def __repr__(self) -> str:
        return f"Moments({len(self._free_at):,} units, commitment {self.commitment[:12]}...)"
