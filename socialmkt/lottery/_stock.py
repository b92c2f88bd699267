"""Prizes of an instant win: names and how many there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from socialmkt.core.errors import EmptyInput, InvalidInput, refuse
from socialmkt.lottery._canonical import encoded
from socialmkt.lottery._numbers import whole
from socialmkt.lottery.commitment import Prize

if TYPE_CHECKING:
    from collections.abc import Sequence


def read_stock(prizes: Mapping[str, int] | Sequence[Prize], *, func: str) -> dict[str, int]:
    """Take prizes, or a mapping of name to quantity, in their order."""
    if isinstance(prizes, Mapping):
        stock = list(prizes.items())
    else:
        for prize in prizes if isinstance(prizes, (list, tuple)) else [prizes]:
            if not isinstance(prize, Prize):
                must = "be Prizes, or a mapping of name to quantity"
                raise refuse(InvalidInput, func, "prizes", must, prize)
        stock = [(prize.name, prize.quantity) for prize in prizes]
    if not stock:
        raise refuse(EmptyInput, func, "prizes", "hold at least one prize", prizes)
    named = dict(stock)
    if len(named) < len(stock):
        raise refuse(InvalidInput, func, "prizes", "have names of their own", [name for name, _ in stock])
    return {
        prize_name(name, func=func, parameter="prizes"): whole(left, func=func, name="prizes", low=1)
        for name, left in named.items()
    }


def prize_name(name: Any, *, func: str, parameter: str) -> str:
    """Take the name of a prize in a mapping."""
    if not encoded(name):
        raise refuse(InvalidInput, func, parameter, "have names that are text, not empty", name)
    return str(name)
