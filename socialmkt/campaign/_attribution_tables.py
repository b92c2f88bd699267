"""What attribution answers with."""

from __future__ import annotations

from typing import ClassVar

from socialmkt.core.table import Floats, Ids, Ints, Table

__all__ = ["Attribution", "Contribution", "RemovalEffects"]


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
