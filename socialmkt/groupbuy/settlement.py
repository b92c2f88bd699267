"""Settlement: who pays what and who gets what back, to the cent.

Every line keeps `captured + charge - refund = due`, so the shop ends up with the sum of what is due. Settling again
with the new captured sums moves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from socialmkt.core._model_show import lines_html
from socialmkt.core._whole import is_int
from socialmkt.core.errors import InvalidInput, refuse
from socialmkt.core.model import Frozen
from socialmkt.groupbuy import _replay
from socialmkt.groupbuy._codes import Outcome, Reason
from socialmkt.groupbuy.deal import checked

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from socialmkt.groupbuy.deal import Deal, Order

__all__ = ["Settlement", "SettlementLine", "settle"]


class SettlementLine(NamedTuple):
    """What one order pays or gets back; amounts in minor units.

    Attributes
    ----------
    order : str
        Its id.
    outcome : Outcome
        What became of it.
    quantity : int
        Units.
    unit_price : int or None, at the price scale
        What a unit costs, where the order is served.
    due : int
        What the shop keeps.
    captured : int
        What has been taken so far.
    charge, refund : int
        What is still to be taken, or given back; never both.
    reason : Reason or None
        Why it is not served.

    Examples
    --------
    >>> SettlementLine("A", Outcome.served, 1, 19900, 19900, 29900, 0, 10000, None).refund
    10000
    """

    order: str
    outcome: Outcome
    quantity: int
    unit_price: int | None
    due: int
    captured: int
    charge: int
    refund: int
    reason: Reason | None


class Settlement(Frozen):
    """The books of a deal that is over; amounts in minor units.

    Attributes
    ----------
    unit_price : int or None, at the price scale
        The final price; None where the deal failed or was cancelled.
    succeeded : bool
        Whether it tipped, and was not cancelled.
    revenue : int
        The sum of what is due.
    forfeited : int
        The part of it that is kept from unpaid tails.
    charge, refund : int
        Sums of the transfers.
    net : int
        Captured plus charges less refunds: equal to the revenue.
    lines : tuple of SettlementLine
        One per order placed by then, by time and id.
    fingerprint : str
        That of the ladder.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from socialmkt.groupbuy.deal import Deal
    >>> from socialmkt.groupbuy.ladder import Ladder
    >>> march = [datetime(2026, 3, day, tzinfo=UTC) for day in range(1, 32)]
    >>> deal = Deal(id="tea", ladder=Ladder.of("CNY", {3: "299"}), opens_at=march[0], closes_at=march[21])
    >>> settle(deal, [], as_of=march[21]).succeeded
    False
    """

    unit_price: int | None
    succeeded: bool
    revenue: int
    forfeited: int
    charge: int
    refund: int
    net: int
    lines: tuple[SettlementLine, ...]
    fingerprint: str

    def _repr_html_(self) -> str:
        names = ("unit_price", "revenue", "forfeited", "charge", "refund", "net")
        facts = {name: getattr(self, name) for name in names}
        return lines_html("Settlement", SettlementLine._fields, self.lines, facts)


def settle(
    deal: Deal, orders: Iterable[Order], *, as_of: datetime, captured: Mapping[str, int] | None = None
) -> Settlement:
    """Settle a deal that is over.

    Parameters
    ----------
    deal : Deal
        The deal.
    orders : iterable of Order
        Its orders, in any order.
    as_of : instant, from `closes_at` on, or from the deal's cancellation
        Seen from when.
    captured : mapping of order id to int >= 0, minor units, optional
        What has been taken so far, 0 where missing; left out, it is derived from the payment mode.

    Returns
    -------
    Settlement
        Totals, and a line per order.

    Raises
    ------
    InvalidInput
        A deal that is still on, two orders with one id, an unknown id in `captured`, a sum that is no int >= 0.
    SchemeMismatch
        An order that was placed under another ladder.
    AmbiguousTime
        A naive `as_of`.

    Notes
    -----
    `due` is what the shop keeps: the line at its price, rounded once, or the forfeit. `charge = max(due - captured,
    0)`, `refund = max(captured - due, 0)`. O(n (log n + k)).

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from socialmkt.groupbuy.deal import Deal, Order
    >>> from socialmkt.groupbuy.ladder import Ladder
    >>> march = [datetime(2026, 3, day, tzinfo=UTC) for day in range(1, 32)]
    >>> deal = Deal(id="tea", ladder=Ladder.of("CNY", {1: "299", 2: "259"}), payment="prepay",
    ...             opens_at=march[0], closes_at=march[21])
    >>> orders = [Order(id=name, buyer=name, quantity=1, placed_at=march[day], paid_at=march[day])
    ...           for day, name in enumerate(["ann", "bo"])]
    >>> books = settle(deal, orders, as_of=march[21])
    >>> books.revenue, [(line.order, line.captured, line.refund) for line in books.lines]
    (51800, [('ann', 29900, 4000), ('bo', 25900, 0)])
    """
    func = "groupbuy.settle"
    at, listed = checked(deal, orders, as_of, func=func)
    if at < deal.closes_at and not _replay.is_cancelled(deal, at):
        raise refuse(InvalidInput, func, "as_of", f"not be before closes_at, {deal.closes_at}", at)
    crowd = _replay.outcomes(deal, listed, at)
    taken = [_derived(deal, case, at) for case in crowd.cases] if captured is None else _given(captured, crowd.cases)
    lines = tuple(_line(deal, case, amount) for case, amount in zip(crowd.cases, taken, strict=True))
    return Settlement.model_construct(
        unit_price=None if crowd.tier is None else deal.ladder.tiers[crowd.tier].unit_price,
        succeeded=crowd.tier is not None,
        revenue=sum(line.due for line in lines),
        forfeited=sum(line.due for line in lines if line.outcome is Outcome.forfeited),
        charge=sum(line.charge for line in lines),
        refund=sum(line.refund for line in lines),
        net=sum(line.captured + line.charge - line.refund for line in lines),
        lines=lines,
        fingerprint=deal.ladder.fingerprint,
    )


def _line(deal: Deal, case: _replay.Case, captured: int) -> SettlementLine:
    due = 0
    if case.paid_price is not None:
        due = _amount(deal, case.paid_price, case.order.quantity)
    elif case.outcome is Outcome.forfeited:
        due = min(captured, cast("int", deal.deposit) * case.order.quantity)
    charge, refund = max(due - captured, 0), max(captured - due, 0)
    order = case.order
    return SettlementLine(
        order.id, case.outcome, order.quantity, case.paid_price, due, captured, charge, refund, case.reason
    )


def _amount(deal: Deal, unit_price: int, quantity: int) -> int:
    """Price a line: rounded once, as the ladder says."""
    exact, divisor = unit_price * quantity, _replay.divisor(deal.ladder)
    return exact if divisor == 1 else deal.ladder.rounding.divide(exact, divisor)


def _derived(deal: Deal, case: _replay.Case, at: datetime) -> int:
    """Say what the payment mode has taken by now."""
    order = case.order
    paid = order.paid_at is not None and order.paid_at <= at
    if deal.payment == "prepay" and paid:
        return _amount(deal, _prepaid_price(deal, case), order.quantity)
    if deal.payment == "deposit":
        if case.price is not None and _replay.tail_came(deal, order, at):
            return _amount(deal, case.price, order.quantity)
        return cast("int", deal.deposit) * order.quantity if paid else 0
    return 0


def _prepaid_price(deal: Deal, case: _replay.Case) -> int:
    if case.shown is None:
        return deal.ladder.tiers[0].unit_price
    return min(case.shown, case.order.limit) if isinstance(case.order.limit, int) else case.shown


def _given(captured: Any, cases: list[_replay.Case]) -> list[int]:
    func = "groupbuy.settle"
    if not isinstance(captured, Mapping):
        raise refuse(InvalidInput, func, "captured", "be a mapping of order id to minor units", captured)
    known = {case.order.id for case in cases}
    for order, amount in captured.items():
        if order not in known:
            raise refuse(InvalidInput, func, "captured", "name orders that were placed by then", order)
        if not is_int(amount) or amount < 0:
            raise refuse(InvalidInput, func, "captured", f"hold minor units, 0 or more, for order {order}", amount)
    return [int(captured.get(case.order.id, 0)) for case in cases]
