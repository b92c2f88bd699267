"""A coupon as it was issued, and where it stands at an instant."""

from __future__ import annotations

from socialmkt.core.instants import Window
from socialmkt.core.model import Amount, Count, Frozen, Instant, Name
from socialmkt.coupons._fields import Ref


class Coupon(Frozen):
    """A coupon as it was issued.

    Parameters
    ----------
    id, campaign : str
        The coupon, and its campaign.
    serial : int >= 0
        Its number.
    user, person : str or int
        For whom.
    claimed_at : aware datetime
        When.
    windows : tuple of Window
        When it may be used.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> Coupon(id="c#7", campaign="c", serial=7, user="u1", claimed_at=datetime(2026, 3, 1, tzinfo=UTC)).serial
    7
    """

    id: Name
    campaign: Name
    serial: Count
    user: Ref
    person: Ref | None = None
    claimed_at: Instant
    windows: tuple[Window, ...] = ()


class CouponState(Frozen):
    """Where a coupon stands at an instant.

    Parameters
    ----------
    status : str
        `issued reserved redeemed void`, or `expired`: in hand, and every window is over.
    order : str or int, optional
        The order that holds it or used it.
    until : aware datetime, optional
        When the reservation lapses.
    value : int, minor units, optional
        What it took when it was redeemed.
    windows : tuple of Window
        When it may be used.

    Examples
    --------
    >>> CouponState(status="redeemed", order="o-1", value=500).value
    500
    """

    status: Name
    order: Ref | None = None
    until: Instant | None = None
    value: Amount | None = None
    windows: tuple[Window, ...] = ()
