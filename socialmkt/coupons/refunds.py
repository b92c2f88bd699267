"""Refund a quote: what each returned unit brings back, and which coupons.

A refund is the mirror of the charge: every line knows what it paid, and its units share that so that all of them
together bring back exactly this. By `keep` the kept lines stay as they were; by `reprice` the buyer pays for them what
they would cost alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from socialmkt.core._whole import is_int
from socialmkt.core.errors import EmptyInput, InvalidInput, check_choice, refuse, refuse_choice
from socialmkt.core.model import Amount, Frozen, FrozenDict, Minor, Name, Positive
from socialmkt.coupons._carts import Cart, Quote
from socialmkt.coupons.stacking import best

__all__ = ["Refund", "RefundLine", "refund"]

_FUNC = "coupons.refund"

Counts = dict[str, int]


class RefundLine(Frozen):
    """What came back of a line.

    Parameters
    ----------
    line : str
        Which.
    quantity : int >= 1
        How many units.
    amount : int >= 0, minor units
        What they paid.

    Examples
    --------
    >>> RefundLine(line="a", quantity=1, amount=4_500).amount
    4500
    """

    line: Name
    quantity: Positive
    amount: Amount


class Refund(Frozen):
    """What a return brings back.

    Parameters
    ----------
    amount : int >= 0, minor units
        What is paid back now.
    coupons_back : tuple of str
        Coupons all of whose lines are now returned: pass them to `give_back`.
    clawback : int, minor units
        What the shares of the lines exceed the amount by; negative where an earlier one is released.
    amount_so_far : int >= 0, minor units
        With what was paid back earlier.
    returned : mapping of line to units
        With what was returned earlier.
    lines : tuple of RefundLine
        What was returned now.

    Examples
    --------
    >>> Refund(amount=630, amount_so_far=630, returned={"a": 9}).clawback
    0
    """

    amount: Amount
    coupons_back: tuple[Name, ...] = ()
    clawback: Minor = 0
    amount_so_far: Amount
    returned: FrozenDict[Name, Positive]
    lines: tuple[RefundLine, ...] = ()


class _Before(NamedTuple):
    """What was returned and paid back earlier."""

    returned: Counts
    paid: int


def refund(
    quote: Quote,
    returned: Mapping[str, int],
    *,
    already: Refund | Mapping[str, int] | None = None,
    mode: Literal["keep", "reprice"] = "keep",
) -> Refund:
    """Say what a return brings back.

    Parameters
    ----------
    quote : Quote
        What was paid.
    returned : mapping of line to units >= 1
        What comes back now.
    already : Refund, or mapping of line to units, optional
        The refund before this one, or what came back earlier, read as one refund.
    mode : {"keep", "reprice"}
        Pay back what the units paid, or no more than what is left when the kept lines are priced anew.

    Returns
    -------
    Refund
        Amount, coupons, lines, and the sums so far: pass it as `already` next time.

    Raises
    ------
    InvalidInput
        An unknown line, more units than were bought, no whole number of units, or another mode.
    EmptyInput
        Nothing is returned.

    Notes
    -----
    Keep: of q units that paid n together, k units after a bring back floor(n (a + k) / q) - floor(n a / q), which adds
    up to n. Reprice: what is paid back so far is at most the total of the quote less that of the `best` stack of its
    coupons for what is kept. Shipping is not paid back.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from socialmkt.coupons.pricing import Line, price
    >>> cart = Cart(currency="CNY", lines=[Line(id="a", sku="tea", quantity=3, unit_price=333)])
    >>> quote = price(cart, [], now=datetime(2026, 3, 1, tzinfo=UTC))
    >>> first = refund(quote, {"a": 1})
    >>> first.amount, refund(quote, {"a": 2}, already=first).amount_so_far
    (333, 999)
    """
    if not isinstance(quote, Quote):
        raise refuse(InvalidInput, _FUNC, "quote", "be a Quote", type(quote))
    check_choice(_FUNC, "mode", mode, ["keep", "reprice"])
    before = _read_already(quote, already, mode)
    now = _read_returned(quote, returned, before.returned, "returned")
    if not now:
        raise refuse(EmptyInput, _FUNC, "returned", "hold at least one line", returned)
    return _refund(quote, now, before, mode)


def _refund(quote: Quote, now: Counts, before: _Before, mode: str) -> Refund:
    so_far = {id_: before.returned.get(id_, 0) + now.get(id_, 0) for id_ in {**before.returned, **now}}
    kept_before, kept_now = _line_shares(quote, before.returned), _line_shares(quote, so_far)
    lines = tuple(
        RefundLine(line=id_, quantity=units, amount=kept_now[id_] - kept_before.get(id_, 0))
        for id_, units in now.items()
    )
    shares = sum(line.amount for line in lines)
    amount = shares
    if mode == "reprice":
        due = min(sum(kept_now.values()), quote.total - _kept_total(quote, so_far))
        amount = max(0, due - before.paid)
    return Refund(
        amount=amount,
        coupons_back=_back(quote, before.returned, so_far),
        clawback=shares - amount,
        amount_so_far=before.paid + amount,
        returned=FrozenDict(so_far),
        lines=lines,
    )


def _line_shares(quote: Quote, returned: Counts) -> Counts:
    """Say what the returned units of each line paid."""
    return {line.id: line.net * returned[line.id] // line.quantity for line in quote.lines if line.id in returned}


def _kept_total(quote: Quote, returned: Counts) -> int:
    """Say what the kept lines would cost with the coupons of the quote."""
    kept = tuple(
        line.model_copy(update={"quantity": line.quantity - returned.get(line.id, 0)})
        for line in quote.cart.lines
        if returned.get(line.id, 0) < line.quantity
    )
    if not kept:
        return quote.shipping
    cart = Cart(currency=quote.currency, lines=kept, shipping=quote.shipping_list)
    return best(cart, quote.coupons, now=quote.now, policy=quote.policy).total


def _back(quote: Quote, before: Counts, so_far: Counts) -> tuple[str, ...]:
    """Name the coupons all of whose lines are returned now and were not before."""
    bought = {line.id: line.quantity for line in quote.lines}
    lines_of = {discount.coupon: tuple(discount.shares) or tuple(bought) for discount in quote.discounts}
    used = {held.id: lines_of.get(held.id, tuple(bought)) for held in quote.coupons}
    return tuple(
        coupon
        for coupon, lines in used.items()
        if _all_returned(lines, bought, so_far) and not _all_returned(lines, bought, before)
    )


def _all_returned(lines: tuple[str, ...], bought: Counts, returned: Counts) -> bool:
    return all(returned.get(line, 0) == bought[line] for line in lines)


def _read_already(quote: Quote, already: Any, mode: str) -> _Before:
    if already is None:
        return _Before({}, 0)
    if isinstance(already, Refund):
        counts = _read_returned(quote, already.returned, {}, "already")
        return _Before(counts, already.amount_so_far)
    counts = _read_returned(quote, already, {}, "already")
    return _Before(counts, _refund(quote, counts, _Before({}, 0), mode).amount if counts else 0)


def _read_returned(quote: Quote, returned: Any, before: Counts, name: str) -> Counts:
    """Read units by line, on top of those that came back before."""
    if not isinstance(returned, Mapping):
        raise refuse(InvalidInput, _FUNC, name, "be a mapping of lines to units", returned)
    bought = {line.id: line.quantity for line in quote.lines}
    for id_, units in returned.items():
        if id_ not in bought:
            raise refuse_choice(_FUNC, name, id_, bought)
        left = bought[id_] - before.get(id_, 0)
        if not is_int(units) or not 1 <= units <= left:
            raise refuse(InvalidInput, _FUNC, name, f"be from 1 to {left} units of {id_!r}", units)
    return {id_: int(units) for id_, units in returned.items()}
