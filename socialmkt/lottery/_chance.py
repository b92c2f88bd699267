"""Fixed chances: a die thrown for every play."""

from __future__ import annotations

import functools
import hmac
from bisect import bisect_right
from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import Field, field_validator

from socialmkt.core.errors import InvalidInput, Verbatim, refuse
from socialmkt.core.model import Count, Frozen, FrozenDict
from socialmkt.lottery._canonical import TEXT, encoded, refuse_hidden, sha256_hex, utf8
from socialmkt.lottery._numbers import whole

_OUTCOME = "Chance.outcome"
_MILLION = 1_000_000


class Chance(Frozen):
    """A fixed chance for every play.

    Parameters
    ----------
    rates : mapping of prize to parts per million
        Together at most 1,000,000.
    seed : str
        A secret, not empty.

    Raises
    ------
    pydantic.ValidationError
        Rates above 1,000,000 together, or an empty seed.

    Notes
    -----
    Demand may pass the stock: at 10,000 plays, 1 % and a stock of 100 it does with probability 0.473. Prefer a `Deck`.

    Examples
    --------
    >>> chance = Chance(rates={"grand": 1_000, "small": 200_000}, seed="server-seed")
    >>> chance.roll("player-7", 0), chance.outcome("player-7", 0)
    (754109, None)
    """

    rates: FrozenDict[str, Count]
    seed: Annotated[str, Field(repr=False)]

    @field_validator("rates")
    @classmethod
    def _at_most_one(cls, rates: FrozenDict[str, int]) -> FrozenDict[str, int]:
        total = sum(rates.values())
        if not rates or "" in rates or total > _MILLION:
            must = f"name prizes and add up to at most {_MILLION:,} parts"
            raise refuse(InvalidInput, "", "rates", must, Verbatim(f"{total:,}"))
        return rates

    @field_validator("seed")
    @classmethod
    def _some_seed(cls, seed: str) -> str:
        if not encoded(seed):
            raise refuse_hidden("", "seed", TEXT)
        return seed

    @functools.cached_property
    def commitment(self) -> str:
        """The SHA-256 of the seed: publish it first, reveal the seed afterwards.

        Examples
        --------
        >>> Chance(rates={"grand": 1_000}, seed="server-seed").commitment[:12]
        '91024ec49c5b'
        """
        return sha256_hex(self.seed)

    def roll(self, client_seed: str, nonce: int) -> int:
        """Throw the die of a play.

        Parameters
        ----------
        client_seed : str
            The player's own text, not empty.
        nonce : int >= 0
            The number of the play.

        Returns
        -------
        int
            From 0 to 999,999.

        Raises
        ------
        InvalidInput
            An empty seed, or a negative nonce.

        Notes
        -----
        U * 1,000,000 / 2**64, floored, with U the first 8 bytes of HMAC-SHA256(seed, "client_seed:nonce").

        Examples
        --------
        >>> Chance(rates={"grand": 1_000}, seed="server-seed").roll("player-7", 1)
        766627
        """
        return self._roll(client_seed, nonce, func="Chance.roll")

    def _roll(self, client_seed: str, nonce: int, *, func: str) -> int:
        player = utf8(client_seed, func=func, name="client_seed")
        number = whole(nonce, func=func, name="nonce", low=0)
        digest = hmac.digest(self.seed.encode(), b"%b:%d" % (player, number), "sha256")
        return int.from_bytes(digest[:8], "big") * _MILLION >> 64

    def outcome(self, client_seed: str, nonce: int, *, left: Mapping[str, int] | None = None) -> str | None:
        """Say what a play wins.

        Parameters
        ----------
        client_seed, nonce
            As in `roll`.
        left : mapping of prize to int, optional
            What is left of each; a prize that is not named is not limited.

        Returns
        -------
        str or None
            One roll against the prizes' bands in order. A prize with none left gives None, never the next prize.

        Raises
        ------
        InvalidInput
            As in `roll`; a name in `left` that is no prize, or a number below 0.

        Examples
        --------
        >>> chance = Chance(rates={"grand": 1_000, "small": 900_000}, seed="server-seed")
        >>> chance.outcome("player-7", 0), chance.outcome("player-7", 0, left={"small": 0})
        ('small', None)
        """
        stock = self._stock({} if left is None else left)
        bands = np.cumsum(list(self.rates.values())).tolist()
        place = bisect_right(bands, self._roll(client_seed, nonce, func=_OUTCOME))
        prize = list(self.rates)[place] if place < len(bands) else None
        return prize if prize is None or stock.get(prize, 1) > 0 else None

    def _stock(self, left: Mapping[str, Any]) -> dict[str, int]:
        if not isinstance(left, Mapping):
            raise refuse(InvalidInput, _OUTCOME, "left", "be a mapping of prize to number", left)
        for name in left:
            if name not in self.rates:
                raise refuse(InvalidInput, _OUTCOME, "left", f"name prizes: {', '.join(self.rates)}", name)
        return {name: whole(count, func=_OUTCOME, name="left", low=0) for name, count in left.items()}
