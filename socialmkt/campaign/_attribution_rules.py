"""The rules by which orders are divided among channels."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from socialmkt.campaign._checks import Id, span
from socialmkt.core.errors import InvalidInput, Verbatim, refuse
from socialmkt.core.model import BasisPoints, Duration, Frozen

__all__ = ["FirstTouch", "HalfLife", "LastTouch", "Linear", "Markov", "Position", "Rule", "Shapley"]


class FirstTouch(Frozen):
    """Give each order to the channel that was touched first.

    Examples
    --------
    >>> FirstTouch()
    FirstTouch()
    """


class LastTouch(Frozen):
    """Give each order to the channel that was touched last.

    Parameters
    ----------
    ignoring : tuple of channels
        Channels that are passed over, such as direct visits; where a journey has no other, its plain last counts.

    Examples
    --------
    >>> LastTouch(ignoring=("direct",)).ignoring
    ('direct',)
    """

    ignoring: tuple[Id, ...] = ()


class Linear(Frozen):
    """Share each order equally over its touches; a channel touched twice counts twice.

    Examples
    --------
    >>> Linear()
    Linear()
    """


class Position(Frozen):
    """Give fixed shares to the first and the last touch, and the rest equally to those between.

    Parameters
    ----------
    first_bp, last_bp : int, basis points
        Together at most 10,000. Of two touches each takes its part of both; one alone takes all.

    Raises
    ------
    pydantic.ValidationError
        More than 10,000 in all.

    Examples
    --------
    >>> Position()
    Position(first_bp=4000, last_bp=4000)
    """

    first_bp: BasisPoints = 4000
    last_bp: BasisPoints = 4000

    @model_validator(mode="after")
    def _within_the_whole(self) -> Self:
        if self.first_bp + self.last_bp > 10_000:
            got = Verbatim(f"{self.first_bp} + {self.last_bp}")
            raise refuse(InvalidInput, "", "first_bp and last_bp", "add up to at most 10,000", got)
        return self


class HalfLife(Frozen):
    """Share each order over its touches, later ones more: each half-life back halves the weight.

    Parameters
    ----------
    half_life : timedelta
        Above zero.

    Raises
    ------
    pydantic.ValidationError
        A span that is not positive.

    Examples
    --------
    >>> from datetime import timedelta
    >>> HalfLife(half_life=timedelta(days=7)).half_life.days
    7
    """

    half_life: Duration

    @model_validator(mode="after")
    def _is_positive(self) -> Self:
        span(self.half_life, "", "half_life")
        return self


class Markov(Frozen):
    """Share all orders by removal effects in a first-order Markov chain of channels.

    Examples
    --------
    >>> Markov()
    Markov()
    """


class Shapley(Frozen):
    """Share all orders by Shapley values over the sets of channels touched.

    Parameters
    ----------
    worth : {"conversions", "rate"}
        What a set of channels is worth: the orders whose channels all lie in it, or the rate of conversion of the
        journeys whose channels do.

    Notes
    -----
    With `conversions` the game is a sum of unanimity games, so that the Shapley value of a journey is an equal split
    over its distinct channels: exact, for any number of them. With `rate` it is a sum over all subsets, for at most 16
    channels; a channel that lowers the rate gets a negative share.

    Examples
    --------
    >>> Shapley().worth
    'conversions'
    """

    worth: Literal["conversions", "rate"] = "conversions"


Rule = FirstTouch | LastTouch | Linear | Position | HalfLife | Markov | Shapley
