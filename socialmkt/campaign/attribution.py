"""Which channel gets credit for an order.

This is bookkeeping, not causation: it divides orders among the channels that people touched on their way, by a rule
that is named. What a channel *caused* only an experiment can say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from socialmkt.campaign import _channel_models as models
from socialmkt.campaign import _credit as credit
from socialmkt.campaign._checks import Id, one_of, span
from socialmkt.campaign._paths import Journeys, Sales, Touches, match
from socialmkt.core import columns
from socialmkt.core.columns import Column  # noqa: TC001  # signatures are read at run time by the docs
from socialmkt.core.errors import InvalidInput, Verbatim, refuse
from socialmkt.core.instants import to_us
from socialmkt.core.model import BasisPoints, Duration, Frozen
from socialmkt.core.stats import wilson
from socialmkt.core.table import Floats, Ids, Ints, Table, freeze

__all__ = [
    "Attribution",
    "Contribution",
    "FirstTouch",
    "HalfLife",
    "LastTouch",
    "Linear",
    "Markov",
    "Paths",
    "Position",
    "RemovalEffects",
    "Shapley",
    "attribute",
    "contribution",
    "removal_effects",
]

_MICROSECOND = dt.timedelta(microseconds=1)


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
    >>> HalfLife(half_life=dt.timedelta(days=7)).half_life.days
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


class Attribution(Table):
    """What each channel gets.

    Parameters
    ----------
    channel : ids
        All channels, ascending.
    credit : float64 array of shape (k,)
        Orders; they add up to those with a touch.
    share : float64 array of shape (k,)
        Of all credit; 0 where there is none.
    value : int64 array of shape (k,), minor units, or absent
        Money; it adds up exactly to that of the orders with a touch.
    won, untouched : int
        All orders, and those without any touch.
    untouched_value : int or None
        The money of the latter.

    Examples
    --------
    >>> Attribution(channel=["wechat"], credit=[2.0], share=[1.0], won=3, untouched=1).untouched
    1
    """

    channel: Ids
    credit: Floats
    share: Floats
    value: Ints | None = None
    won: int
    untouched: int
    untouched_value: int | None = None

    column_units: ClassVar = {"credit": "orders", "value": "minor units"}


class RemovalEffects(Table):
    """What becomes of the chance to win when a channel is taken away.

    Parameters
    ----------
    channel : ids
        All channels, ascending.
    reach : float64 array of shape (k,)
        The chance that a journey passes the channel.
    win : float64 array of shape (k,)
        The chance to win from there.
    removal : float64 array of shape (k,)
        The part of all wins that passes the channel, from 0 to 1. These do not add up to 1.

    Examples
    --------
    >>> RemovalEffects(channel=["wechat"], reach=[0.5], win=[0.2], removal=[0.25]).columns
    ('channel', 'reach', 'win', 'removal')
    """

    channel: Ids
    reach: Floats
    win: Floats
    removal: Floats


class Contribution(Table):
    """How often each channel closes, and how often it helps.

    Parameters
    ----------
    channel : ids
        All channels, ascending.
    direct, assisted, touched : int64 arrays of shape (k,)
        Journeys with the channel as the last touch, with it before the last only, and the sum of both.
    direct_share, assisted_share, touched_share : float64 arrays of shape (k,)
        Of `base`; NaN where that is 0.
    low, high : float64 arrays of shape (k,)
        Wilson's interval of `touched_share`.
    base : int
        Journeys counted, those without a touch included.

    Examples
    --------
    >>> shares = {"direct_share": [0.2], "assisted_share": [0.1], "touched_share": [0.3], "low": [0.1], "high": [0.6]}
    >>> Contribution(channel=["weibo"], direct=[2], assisted=[1], touched=[3], **shares, base=10).base
    10
    """

    channel: Ids
    direct: Ints
    assisted: Ints
    touched: Ints
    direct_share: Floats
    assisted_share: Floats
    touched_share: Floats
    low: Floats
    high: Floats
    base: int


@dataclass(frozen=True, eq=False)
class Paths:
    """The touches of all journeys, in order, and which journeys ended in an order.

    Made by `from_columns`; it never changes.

    Parameters
    ----------
    channels : array of ids
        All channels of the input, ascending, also those without any touch that counts.
    journeys : int
        Journeys seen, those without a touch included.
    won, untouched : int
        Journeys that converted, and those of them without any touch that counts.
    touches, ignored : int
        Touches that count, and those that do not; together all rows.
    value, untouched_value : int or None, minor units
        Money of all conversions and of the untouched ones; None where none is counted.

    Examples
    --------
    >>> at = np.array(["2026-03-01", "2026-03-02"], dtype="datetime64[us]")
    >>> paths = Paths.from_columns([1, 1], ["weibo", "wechat"], at, won=[1], won_at=at[1:], value=[9900])
    >>> paths.touches, paths.won, paths.value
    (2, 1, 9900)
    """

    channels: NDArray[Any]
    journeys: int
    won: int
    untouched: int
    touches: int
    ignored: int
    value: int | None
    untouched_value: int | None
    _touches: Touches = field(repr=False)

    @classmethod
    def from_columns(
        cls,
        journey: Column,
        channel: Column,
        at: Column,
        *,
        won: Column,
        won_at: Column,
        value: Column | None = None,
        lookback: dt.timedelta | None = None,
        as_of: dt.datetime | np.datetime64 | None = None,
    ) -> Paths:
        """Put touches in order and match them with conversions.

        Parameters
        ----------
        journey, channel, at : columns of shape (n,) of ids, ids and instants
            The touches. A journey has at most one conversion; somebody who orders twice has two journeys.
        won, won_at : columns of shape (m,) of ids and instants
            The journeys that converted, each once, and when.
        value : column of shape (m,), int minor units >= 0, optional
            The money of each conversion.
        lookback : timedelta, optional
            How long before the conversion a touch still counts, both ends included.
        as_of : instant, optional
            From when the journeys are seen: nothing later counts, and a later conversion is none.

        Returns
        -------
        Paths
            The touches that count.

        Raises
        ------
        InvalidInput
            A column breaks its rule, lengths differ, a journey converts twice, `won` and `journey` hold ids of two
            kinds, a value is negative, or the look-back is not positive.

        Notes
        -----
        A touch counts if it lies between the conversion minus `lookback` and the conversion; in a journey without
        one, if it lies between `as_of` minus `lookback` and `as_of`, and always without `as_of`. Touches of one instant
        are ordered by channel, so that the order of rows never matters. O(n log n).

        Examples
        --------
        >>> at = np.array(["2026-03-01", "2026-03-09"], dtype="datetime64[us]")
        >>> week = dt.timedelta(days=7)
        >>> Paths.from_columns([1, 1], ["weibo", "wechat"], at, won=[1], won_at=at[1:], lookback=week).ignored
        1
        """
        func = "Paths.from_columns"
        touches = columns.read(
            func,
            columns.spec("journey", journey, "ids"),
            columns.spec("channel", channel, "ids"),
            columns.spec("at", at, "instants"),
        )
        specs = [columns.spec("won", won, "ids"), columns.spec("won_at", won_at, "instants")]
        if value is not None:
            specs.append(columns.spec("value", value, "amounts"))
        read = columns.read(func, *specs)
        money = np.zeros(read.n, np.int64) if value is None else _not_negative(read["value"], func)
        found = match(
            touches["journey"],
            touches["channel"],
            touches["at"].view(np.int64),
            Sales(read["won"], read["won_at"].view(np.int64), money),
            lookback=None if lookback is None else span(lookback, func, "lookback"),
            as_of=None if as_of is None else to_us(as_of, func=func, name="as_of"),
            func=func,
        )
        return cls._of(found, with_value=value is not None)

    @classmethod
    def _of(cls, found: Journeys, *, with_value: bool) -> Paths:
        return cls(
            channels=freeze(found.channels),
            journeys=found.journeys,
            won=found.won,
            untouched=found.untouched,
            touches=len(found.touches.at),
            ignored=found.ignored,
            value=found.value if with_value else None,
            untouched_value=found.untouched_value if with_value else None,
            _touches=Touches(*map(freeze, found.touches)),
        )


def _not_negative(value: NDArray[np.int64], func: str) -> NDArray[np.int64]:
    negative = value < 0
    if negative.any():
        row = int(negative.argmax())
        where = {"row": row, "count": int(negative.sum()), "total": len(value)}
        raise refuse(InvalidInput, func, "value", "be at least 0", int(value[row]), **where)
    return value


Rule = FirstTouch | LastTouch | Linear | Position | HalfLife | Markov | Shapley


def attribute(paths: Paths, rule: Rule) -> Attribution:
    """Divide the orders among the channels by a rule.

    Parameters
    ----------
    paths : Paths
        The journeys.
    rule : FirstTouch, LastTouch, Linear, Position, HalfLife, Markov or Shapley
        How to divide.

    Returns
    -------
    Attribution
        `channel credit share`, and `value` where money is counted.

    Raises
    ------
    InvalidInput
        No such rule, or `Shapley(worth="rate")` with more than 16 channels.

    Notes
    -----
    Bookkeeping, not causation. Credit adds up to the orders with a touch, money to theirs exactly: each order's by
    largest remainder over its touches, ties to the earlier one; for Markov and rate the whole by largest remainder over
    the channels. O(n) for n touches, except Markov O(n + k³) and rate O(n + k 2^k) for k channels.

    Examples
    --------
    >>> at = np.array(["2026-03-01", "2026-03-02", "2026-03-03"], dtype="datetime64[us]")
    >>> channels = ["weibo", "search", "wechat"]
    >>> paths = Paths.from_columns([1, 1, 1], channels, at, won=[1], won_at=at[2:], value=[100])
    >>> attribute(paths, Linear()).value, attribute(paths, Position()).value
    (array([33, 33, 34]), array([20, 40, 40]))
    """
    func = "campaign.attribute"
    _check_paths(paths, func)
    if type(rule) not in _RULES:
        must = "be a FirstTouch, LastTouch, Linear, Position, HalfLife, Markov or Shapley"
        raise refuse(InvalidInput, func, "rule", must, rule)
    if isinstance(rule, Markov) or rule == Shapley(worth="rate"):
        return _by_channels(paths, rule, func)
    won, value = _RULES[type(rule)](paths, rule)
    total = paths.won - paths.untouched
    return _table(paths, won, won / total if total else np.zeros(len(won)), value)


def _table(paths: Paths, won: NDArray[np.float64], share: NDArray[np.float64], value: list[int]) -> Attribution:
    return Attribution(
        channel=paths.channels,
        credit=freeze(won),
        share=freeze(share),
        value=None if paths.value is None else np.array(value, np.int64),
        won=paths.won,
        untouched=paths.untouched,
        untouched_value=paths.untouched_value,
    )


def _by_channels(paths: Paths, rule: Rule, func: str) -> Attribution:
    """Credit from figures for whole channels, rounded so that every platform gives the same."""
    k = len(paths.channels)
    if isinstance(rule, Markov):
        worth = models.markov(paths._touches, k).removal  # noqa: SLF001  # the class is of this file
    else:
        found = models.shapley_rate(paths._touches, k)  # noqa: SLF001  # the class is of this file
        if found is None:
            must = f'have touches of at most {models.MOST_CHANNELS} channels for worth="rate"'
            raise refuse(InvalidInput, func, "paths", must, k)
        worth = found
    units = models.shares(worth)
    share = models.share_of(units)
    money = (paths.value or 0) - (paths.untouched_value or 0)
    return _table(paths, share * (paths.won - paths.untouched), share, models.split(money, units))


def _converted(paths: Paths) -> tuple[Touches, int]:
    return credit.of_converted(paths._touches), len(paths.channels)  # noqa: SLF001  # the class is of this file


def _first(paths: Paths, _rule: Any) -> credit.Credit:
    touches, k = _converted(paths)
    return credit.whole(touches.channel[touches.starts[:-1]], touches.value, k)


def _last(paths: Paths, rule: LastTouch) -> credit.Credit:
    touches, k = _converted(paths)
    last = touches.starts[1:] - 1
    if rule.ignoring and len(last):
        known = np.array([one in rule.ignoring for one in paths.channels.tolist()], bool)
        place = np.where(known[touches.channel], -1, np.arange(len(touches.at)))
        other = np.maximum.reduceat(place, touches.starts[:-1])
        last = np.where(other >= 0, other, last)
    return credit.whole(touches.channel[last], touches.value, k)


def _linear(paths: Paths, _rule: Any) -> credit.Credit:
    return credit.equal(*_converted(paths))


def _position(paths: Paths, rule: Position) -> credit.Credit:
    touches, k = _converted(paths)
    return credit.weighted(touches, credit.by_position(touches, rule.first_bp, rule.last_bp), k)


def _half_life(paths: Paths, rule: HalfLife) -> credit.Credit:
    touches, k = _converted(paths)
    return credit.weighted(touches, credit.by_half_life(touches, rule.half_life // _MICROSECOND), k)


def _sets(paths: Paths, _rule: Any) -> credit.Credit:
    touches, k = _converted(paths)
    return credit.equal(credit.first_of_each_channel(touches, k), k)


_RULES: dict[type[Any], Callable[[Paths, Any], credit.Credit]] = {
    FirstTouch: _first,
    LastTouch: _last,
    Linear: _linear,
    Position: _position,
    HalfLife: _half_life,
    Shapley: _sets,
    Markov: _sets,
}


def removal_effects(paths: Paths) -> RemovalEffects:
    """Say what part of all wins passes each channel, in a first-order Markov chain.

    Parameters
    ----------
    paths : Paths
        The journeys; the untouched ones are left out.

    Returns
    -------
    RemovalEffects
        `channel reach win removal`.

    Raises
    ------
    InvalidInput
        No Paths.

    Notes
    -----
    With Q the moves among channels, s those from the start, r those to a win, and N = (I - Q)⁻¹: reach is (s N)_i /
    N_ii, win is (N r)_i, P = s N r, and removal is reach · win / P. One inverse and no simulation: every run gives the
    same. Repeats of a channel change nothing. The effects are no credit: they do not add up to 1.

    References
    ----------
    E. Anderl, I. Becker, F. von Wangenheim, J. H. Schumann, "Mapping the customer journey", International Journal of
    Research in Marketing 33 (2016).

    Examples
    --------
    >>> at = np.array(["2026-03-01", "2026-03-02", "2026-03-01"], dtype="datetime64[us]")
    >>> paths = Paths.from_columns([1, 1, 2], ["weibo", "wechat", "weibo"], at, won=[1], won_at=at[1:2])
    >>> removal_effects(paths).removal
    array([1., 1.])
    """
    _check_paths(paths, "campaign.removal_effects")
    effects = models.markov(paths._touches, len(paths.channels))  # noqa: SLF001  # the class is of this file
    return RemovalEffects(
        channel=paths.channels,
        reach=freeze(effects.reach),
        win=freeze(effects.win),
        removal=freeze(effects.removal),
    )


def contribution(paths: Paths, *, over: Literal["won", "all"] = "won", confidence: float = 0.95) -> Contribution:
    """Count in how many journeys each channel comes last, and in how many it helps.

    Parameters
    ----------
    paths : Paths
        The journeys.
    over : {"won", "all"}
        Count the conversions, or all journeys, as one does for traffic.
    confidence : float, strictly between 0 and 1
        Of the interval.

    Returns
    -------
    Contribution
        `channel direct assisted touched direct_share assisted_share touched_share low high`, with `base`.

    Raises
    ------
    InvalidInput
        Another word, or a confidence outside (0, 1).

    Examples
    --------
    >>> at = np.array(["2026-03-01", "2026-03-02", "2026-03-01"], dtype="datetime64[us]")
    >>> paths = Paths.from_columns([1, 1, 2], ["weibo", "wechat", "weibo"], at, won=[1, 2], won_at=at[1:])
    >>> table = contribution(paths)
    >>> table.channel.tolist(), table.direct, table.assisted
    (['wechat', 'weibo'], array([1, 1]), array([0, 1]))
    """
    func = "campaign.contribution"
    _check_paths(paths, func)
    one_of(over, func, "over", ("won", "all"))
    k = len(paths.channels)
    touches = paths._touches if over == "all" else _converted(paths)[0]  # noqa: SLF001  # the class is of this file
    base = paths.journeys if over == "all" else paths.won
    direct = np.bincount(touches.channel[touches.starts[1:] - 1], minlength=k)
    touched = np.bincount(credit.first_of_each_channel(touches, k).channel, minlength=k)
    low, high = wilson(touched, base, confidence=confidence)
    counts = {"direct": direct, "assisted": touched - direct, "touched": touched}
    shares = {f"{name}_share": freeze(count / base if base else np.full(k, np.nan)) for name, count in counts.items()}
    return Contribution(
        channel=paths.channels,
        **{name: freeze(count) for name, count in counts.items()},
        **shares,
        low=freeze(low),
        high=freeze(high),
        base=base,
    )


def _check_paths(paths: Any, func: str) -> None:
    if not isinstance(paths, Paths):
        raise refuse(InvalidInput, func, "paths", "be Paths, as Paths.from_columns makes them", type(paths))
