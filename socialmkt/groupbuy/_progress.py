"""What a page shows of a deal: a line per order, and how far the next price is."""

from __future__ import annotations

from typing import NamedTuple

from socialmkt.core.model import Frozen
from socialmkt.groupbuy._codes import Outcome, Reason  # noqa: TC001  # pydantic reads them when it reads JSON


class StatusLine(NamedTuple):
    """What becomes of one order, as seen from an instant; prices are at the price scale.

    Attributes
    ----------
    order : str
        Its id.
    outcome : Outcome
        Before the close, what would happen if the deal closed now.
    quantity : int
        Units.
    unit_price : int or None
        What a unit costs, where the order is served.
    reason : Reason or None
        Why it is not served.
    shown_price : int or None
        The price shown on joining; None outside the window.

    Examples
    --------
    >>> StatusLine("A", Outcome.served, 2, 19900, None, 29900).outcome
    <Outcome.served: 'served'>
    """

    order: str
    outcome: Outcome
    quantity: int
    unit_price: int | None
    reason: Reason | None
    shown_price: int | None


class Progress(Frozen):
    """How far a deal is from its next price: all that a page shows, without a word of prose.

    Attributes
    ----------
    tier : int or None
        Counted from 0; None before the deal tips.
    unit_price : int
        The price now; the first tier's before the deal tips.
    count : int
        Buyers or units that accept it, at most the stock.
    next_min, needed, next_price, saving_per_unit : int or None
        Where the next tier begins, how many are missing who accept its price, what it costs, and what each unit
        saves (0 before the deal tips). None at the deepest tier and once nothing can change.
    stock_left : int or None
        Units that nobody is placed on, all of them once the deal is cancelled; None without a stock.
    seconds_left : int
        Whole seconds to the close.
    best_price : int or None
        The deepest price while the deal is on, then the final one.

    Examples
    --------
    >>> Progress(tier=0, unit_price=9900, count=38, next_min=50, needed=12, next_price=8900, saving_per_unit=1000,
    ...          stock_left=None, seconds_left=3600, best_price=7900).needed
    12
    """

    tier: int | None
    unit_price: int
    count: int
    next_min: int | None
    needed: int | None
    next_price: int | None
    saving_per_unit: int | None
    stock_left: int | None
    seconds_left: int
    best_price: int | None
