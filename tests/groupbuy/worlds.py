"""Ladders, deals and orders for the tests: drawn, or made to order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from socialmkt.core.money import Rounding
from socialmkt.groupbuy import Deal, Ladder, Order, Tier

OPENS = datetime(2026, 3, 1, tzinfo=UTC)
CLOSES = OPENS + timedelta(minutes=40)
PAYMENTS = ["authorize", "prepay", "deposit"]


def minute(number: int) -> datetime:
    return OPENS + timedelta(minutes=number)


@st.composite
def ladders(draw: st.DrawFn, *, largest: int = 60) -> Ladder:
    """Any ladder: both modes, fees, packages, free units, fine prices, clamps, prices that rise."""
    starts = sorted(draw(st.sets(st.integers(1, largest), min_size=1, max_size=5)))
    mode = draw(st.sampled_from(["all_units", "graduated"]))
    if mode == "graduated":
        starts[0] = 1
    money = st.integers(0, 500)
    tiers = [Tier(min_quantity=start, unit_price=draw(money), flat_fee=draw(money)) for start in sorted(set(starts))]
    low, high = draw(st.none() | money), draw(st.none() | money)
    if low is not None and high is not None and low > high:
        low, high = high, low
    return Ladder(
        currency="CNY",
        tiers=tiers,
        mode=mode,
        price_scale=draw(st.sampled_from([None, 2, 3, 4])),
        package=draw(st.integers(1, 7)),
        package_rounding=draw(st.sampled_from(["up", "down"])),
        free=draw(st.integers(0, 5)),
        min_amount=low,
        max_amount=high,
        rounding=draw(st.sampled_from(Rounding)),
        flat_at_zero=draw(st.booleans()),
    )


@st.composite
def crowd_ladders(draw: st.DrawFn) -> Ladder:
    """A ladder that a deal takes: strictly falling unit prices and nothing else."""
    starts = sorted(draw(st.sets(st.integers(1, 12), min_size=1, max_size=4)))
    prices = sorted(draw(st.sets(st.integers(1, 60), min_size=len(starts), max_size=len(starts))), reverse=True)
    tiers = [Tier(min_quantity=start, unit_price=price) for start, price in zip(starts, prices, strict=True)]
    rounding = draw(st.sampled_from(Rounding))
    return Ladder(currency="CNY", tiers=tiers, price_scale=draw(st.sampled_from([2, 3])), rounding=rounding)


@st.composite
def deals(draw: st.DrawFn, **fixed: Any) -> Deal:
    """A deal with any of its rules."""
    ladder = draw(crowd_ladders())
    first, last = ladder.tiers[0].min_quantity, ladder.tiers[-1].min_quantity
    tip = draw(st.none() | st.integers(first, first + 6))
    per_order = draw(st.none() | st.integers(1, 4))
    payment = fixed.get("payment") or draw(st.sampled_from(PAYMENTS))
    deposits = {}
    if payment == "deposit":
        most = ladder.tiers[-1].unit_price // (1 if ladder.price_scale == 2 else 10)
        deposits = {"deposit": draw(st.integers(0, most)), "tail_due": minute(60)}
    drawn: dict[str, Any] = {
        "basis": draw(st.sampled_from(["buyers", "units"])),
        "min_to_tip": tip,
        "stock": draw(st.none() | st.integers(max(last, tip or 1), 30)),
        "per_order": per_order,
        "per_buyer": draw(st.none() | st.integers(per_order or 1, 7)),
        "count_from": draw(st.sampled_from(["paid", "placed"])),
        "payment": payment,
        "tail_default": draw(st.sampled_from(["forfeit", "refund"])),
        "pricing": draw(st.sampled_from(["uniform", "join_lock"])),
        "cancelled_at": draw(st.none() | st.none() | st.integers(0, 70).map(minute)),
    }
    return Deal(
        **{"id": "deal", "ladder": ladder, "opens_at": OPENS, "closes_at": CLOSES, **drawn, **deposits, **fixed}
    )


_LATER = st.none() | st.integers(0, 40)


@st.composite
def orders(draw: st.DrawFn, *, most: int = 10, cancels: bool = True, limits: Any = None) -> list[Order]:
    """Orders around a deal's window, paid, cancelled and settled at any time."""
    count = draw(st.integers(0, most))
    kinds = st.one_of(st.just("shown"), st.none(), st.integers(0, 60)) if limits is None else limits
    return [draw(order(str(number), kinds, cancels=cancels)) for number in range(count)]


@st.composite
def order(draw: st.DrawFn, name: str, limits: Any, *, cancels: bool = True) -> Order:
    placed = draw(st.integers(-2, 42))
    paid, cancelled, tail = draw(_LATER), draw(_LATER) if cancels else None, draw(_LATER)
    return Order(
        id=name,
        buyer=draw(st.integers(1, 5) | st.sampled_from(["ann", "1"])),
        quantity=draw(st.integers(1, 5)),
        placed_at=minute(placed),
        limit=draw(limits),
        paid_at=None if paid is None else minute(placed + paid // 8),
        cancelled_at=None if cancelled is None else minute(placed + cancelled),
        tail_paid_at=None if tail is None else minute(placed + 2 * tail),
    )


def paid_orders(quantities: list[int], **fields: Any) -> list[Order]:
    """Orders A, B, ... a minute apart, each of another buyer, paid at once."""
    names = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return [
        Order(
            **{
                "id": names[place],
                "buyer": names[place],
                "quantity": quantity,
                "placed_at": minute(place),
                "paid_at": minute(place),
                **fields,
            }
        )
        for place, quantity in enumerate(quantities)
    ]
