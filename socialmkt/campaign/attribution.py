"""Which channel gets credit for an order.

This is bookkeeping, not causation: it divides orders among the channels that people touched on their way, by a rule
that is named. What a channel *caused* only an experiment can say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from socialmkt.campaign import _channel_models as models
from socialmkt.campaign import _credit as credit
from socialmkt.campaign._attribution_rules import (
    FirstTouch,
    HalfLife,
    LastTouch,
    Linear,
    Markov,
    Position,
    Rule,
    Shapley,
)
from socialmkt.campaign._attribution_tables import Attribution, Contribution, RemovalEffects
from socialmkt.campaign._checks import check_confidence
from socialmkt.campaign._paths import Paths, touches_of
from socialmkt.core._instants import MICROSECOND
from socialmkt.core.errors import InvalidInput, Overflow, check_choice, refuse
from socialmkt.core.stats import wilson
from socialmkt.core.table import freeze

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from socialmkt.campaign._journeys import Touches

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
    Overflow
        The money of a channel does not fit 64 bits.

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
    if isinstance(rule, Markov) or rule == Shapley(worth="rate"):
        return _by_channels(paths, rule, func)
    divide = _RULES.get(type(rule))
    if divide is None:
        must = "be a FirstTouch, LastTouch, Linear, Position, HalfLife, Markov or Shapley"
        raise refuse(InvalidInput, func, "rule", must, rule)
    won, value = divide(paths, rule)
    total = paths.won - paths.untouched
    return _table(paths, won, won / total if total else np.zeros(len(won)), value)


def _table(paths: Paths, won: NDArray[np.float64], share: NDArray[np.float64], value: list[int]) -> Attribution:
    return Attribution(
        channel=paths.channels,
        credit=freeze(won),
        share=freeze(share),
        value=None if paths.value is None else _minor_units(value),
        won=paths.won,
        untouched=paths.untouched,
        untouched_value=paths.untouched_value,
    )


def _minor_units(value: list[int]) -> NDArray[np.int64]:
    over = [share for share in value if not -(2**63) <= share < 2**63]
    if over:
        raise refuse(Overflow, "campaign.attribute", "the money of a channel", "fit 64 bits", over[0])
    return np.array(value, np.int64)


def _by_channels(paths: Paths, rule: Rule, func: str) -> Attribution:
    """Credit from figures for whole channels, rounded so that every platform gives the same."""
    k = len(paths.channels)
    if isinstance(rule, Markov):
        worth = models.markov(touches_of(paths), k).removal
    else:
        found = models.shapley_rate(touches_of(paths), k)
        if found is None:
            must = f'have touches of at most {models.MOST_CHANNELS} channels for worth="rate"'
            raise refuse(InvalidInput, func, "paths", must, k)
        worth = found
    units = models.shares(worth)
    share = models.share_of(units)
    money = (paths.value or 0) - (paths.untouched_value or 0)
    return _table(paths, share * (paths.won - paths.untouched), share, models.split(money, units))


def _converted(paths: Paths) -> tuple[Touches, int]:
    return credit.of_converted(touches_of(paths)), len(paths.channels)


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
    return credit.weighted(touches, credit.by_half_life(touches, rule.half_life // MICROSECOND), k)


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
    effects = models.markov(touches_of(paths), len(paths.channels))
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
    check_choice(func, "over", over, ("won", "all"))
    check_confidence(confidence, func)
    k = len(paths.channels)
    touches = touches_of(paths) if over == "all" else _converted(paths)[0]
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
