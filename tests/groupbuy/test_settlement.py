"""Settlement: the invariants of money on random deals, each payment mode by example, and what is refused."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialmkt.core.errors import AmbiguousTime, InvalidInput
from socialmkt.core.money import allocate
from socialmkt.groupbuy import Deal, Ladder, Order, Outcome, Reason, Settlement, settle
from tests.groupbuy import referee
from tests.groupbuy.test_deal import deal_of
from tests.groupbuy.worlds import CLOSES, deals, minute, orders, paid_orders
from tests.refusals import refuses

OVER = st.integers(40, 75)
ONE = Ladder.of("CNY", {1: "299", 2: "259"})
DEPOSIT: dict[str, Any] = {"payment": "deposit", "deposit": 1000, "tail_due": minute(60)}


@st.composite
def settled(draw: st.DrawFn, **fixed: Any) -> tuple[Deal, list[Order], int, Settlement]:
    deal, placed, at = draw(deals(**fixed)), draw(orders()), draw(OVER)
    taken = None
    if draw(st.booleans()):
        known = [order.id for order in placed if order.placed_at <= minute(at)]
        taken = {name: draw(st.integers(0, 300)) for name in known if draw(st.booleans())}
    return deal, placed, at, settle(deal, placed, as_of=minute(at), captured=taken)


def line_amount(deal: Deal, unit_price: int, quantity: int) -> int:
    return deal.ladder.rounding.divide(unit_price * quantity, 10 ** (deal.ladder.price_scale - 2))


@given(settled())
def test_every_order_ends_with_its_line_the_forfeit_or_nothing(case: Any) -> None:
    deal, _, _, books = case
    for line in books.lines:
        net = line.captured + line.charge - line.refund
        assert net == line.due
        if line.unit_price is not None:
            assert line.outcome in {Outcome.served, Outcome.awaiting_tail}
            assert net == line_amount(deal, line.unit_price, line.quantity)
        elif line.outcome is Outcome.forfeited:
            assert net == min(line.captured, deal.deposit * line.quantity)
        else:
            assert net == 0
        assert (line.reason is None) == (line.outcome is Outcome.served)


@given(settled())
def test_the_net_is_the_revenue(case: Any) -> None:
    books = case[-1]
    assert books.net == books.revenue == sum(line.due for line in books.lines)
    assert books.net == sum(line.captured for line in books.lines) + books.charge - books.refund
    assert books.forfeited == sum(line.due for line in books.lines if line.outcome is Outcome.forfeited)


@given(settled())
def test_no_line_is_charged_and_refunded_nor_refunded_more_than_was_taken(case: Any) -> None:
    for line in case[-1].lines:
        assert 0 <= line.refund <= line.captured
        assert line.charge >= 0
        assert not (line.charge and line.refund)


@given(settled())
def test_settling_again_moves_nothing(case: Any) -> None:
    deal, placed, at, books = case
    taken = {line.order: line.captured + line.charge - line.refund for line in books.lines}
    again = settle(deal, placed, as_of=minute(at), captured=taken)
    assert (again.charge, again.refund, again.revenue) == (0, 0, books.revenue)


@given(amount=st.integers(-(10**6), 10**6), weights=st.lists(st.integers(0, 99), min_size=1).filter(any))
def test_shares_of_an_amount_add_up_and_mirror(amount: int, weights: list[int]) -> None:
    shares = allocate(amount, weights)
    assert sum(shares) == amount
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - Fraction(amount * weight, sum(weights))) < 1
        assert weight or not share
    assert allocate(-amount, weights) == [-share for share in shares]


@given(case=settled(), data=st.data())
def test_the_order_of_input_has_no_say(case: Any, data: st.DataObject) -> None:
    deal, placed, at, books = case
    taken = {line.order: line.captured for line in books.lines}
    assert settle(deal, data.draw(st.permutations(placed)), as_of=minute(at), captured=taken) == books


@given(settled(pricing="uniform"))
def test_all_who_are_served_pay_one_unit_price(case: Any) -> None:
    books = case[-1]
    assert {line.unit_price for line in books.lines} <= {books.unit_price, None}


@given(settled())
def test_nobody_pays_above_the_limit(case: Any) -> None:
    deal, placed, at, books = case
    shown = referee.shown_prices(deal, [order for order in placed if order.placed_at <= minute(at)])
    limits = {order.id: order.limit for order in placed}
    for line in books.lines:
        limit = shown[line.order] if limits[line.order] == "shown" else limits[line.order]
        assert line.unit_price is None or limit is None or line.unit_price <= limit


@given(deal=deals(cancelled_at=None, payment="deposit"), placed=orders(), at=OVER)
def test_a_deposit_keeps_the_place_that_the_rule_gave(deal: Deal, placed: list[Order], at: int) -> None:
    _, _, verdicts = referee.judge(deal, placed, minute(at))
    tails = {order.id: order.tail_paid_at for order in placed}
    books = settle(deal, placed, as_of=minute(at))
    for verdict, line in zip(verdicts, books.lines, strict=True):
        came = tails[line.order] is not None and tails[line.order] <= minute(at) and tails[line.order] < deal.tail_due
        expected = verdict.outcome
        if expected == "served" and not came:
            kept = "forfeited" if deal.tail_default == "forfeit" else "returned"
            expected = "awaiting_tail" if minute(at) < deal.tail_due else kept
        assert line.outcome == expected


@given(deal=deals(cancelled_at=minute(50)), placed=orders(), at=st.integers(50, 75))
def test_a_cancelled_deal_returns_everything(deal: Deal, placed: list[Order], at: int) -> None:
    books = settle(deal, placed, as_of=minute(at))
    assert (books.succeeded, books.unit_price, books.revenue, books.net) == (False, None, 0, 0)
    assert {line.outcome for line in books.lines} <= {Outcome.returned, Outcome.refused, Outcome.cancelled}
    for line in books.lines:
        assert (line.outcome is Outcome.returned) == (line.reason is Reason.deal_cancelled)


# Payment modes, by example


def test_an_authorisation_is_charged_at_the_final_price() -> None:
    books = settle(deal_of(ONE), paid_orders([1, 1]), as_of=CLOSES)
    assert [(line.captured, line.charge, line.refund) for line in books.lines] == [(0, 25900, 0)] * 2


def test_prepaid_orders_get_the_difference_back() -> None:
    books = settle(deal_of(ONE, payment="prepay"), paid_orders([2, 1]), as_of=CLOSES)
    assert [(line.captured, line.refund) for line in books.lines] == [(59800, 8000), (25900, 0)]


def test_a_prepaid_limit_below_the_shown_price_takes_the_limit() -> None:
    placed = [*paid_orders([1]), *paid_orders([1, 1], limit=27000)[1:]]
    unpaid = placed[1].model_copy(update={"id": "C", "paid_at": None})
    books = settle(deal_of(Ladder.of("CNY", {1: "299", 3: "259"}), payment="prepay"), [*placed, unpaid], as_of=CLOSES)
    assert [(line.captured, line.refund) for line in books.lines] == [(29900, 0), (27000, 27000), (0, 0)]


def test_an_order_paid_after_the_close_gets_all_back() -> None:
    late = paid_orders([1])[0].model_copy(update={"placed_at": CLOSES, "paid_at": CLOSES})
    line = settle(deal_of(ONE, payment="prepay"), [late], as_of=CLOSES).lines[0]
    assert (line.reason, line.captured, line.refund) == (Reason.after_close, 29900, 29900)


def test_a_tail_in_time_completes_the_line_and_at_its_due_it_is_late() -> None:
    deal = deal_of(ONE, **DEPOSIT)
    placed = [
        one.model_copy(update={"tail_paid_at": at})
        for one, at in zip(paid_orders([1, 1, 2]), [minute(59), minute(60), None], strict=True)
    ]
    early = settle(deal, placed, as_of=minute(45))
    assert [(line.outcome.value, line.due, line.captured, line.charge) for line in early.lines] == [
        ("awaiting_tail", 25900, 1000, 24900),
        ("awaiting_tail", 25900, 1000, 24900),
        ("awaiting_tail", 51800, 2000, 49800),
    ]
    final = settle(deal, placed, as_of=minute(60))
    assert [(line.outcome.value, line.unit_price, line.due) for line in final.lines] == [
        ("served", 25900, 25900), ("forfeited", None, 1000), ("forfeited", None, 2000),
    ]  # fmt: skip
    assert (final.revenue, final.forfeited, final.charge) == (28900, 3000, 0)
    kind = settle(deal.model_copy(update={"tail_default": "refund"}), placed, as_of=minute(60))
    assert [line.refund for line in kind.lines] == [0, 1000, 2000]
    assert kind.lines[1].reason is Reason.tail_unpaid


def test_a_deal_cancelled_after_its_tails_gives_the_whole_lines_back() -> None:
    deal = deal_of(ONE, **DEPOSIT, cancelled_at=minute(55))
    books = settle(deal, paid_orders([1, 1], tail_paid_at=minute(50)), as_of=minute(55))
    assert [line.refund for line in books.lines] == [25900, 25900]


def test_a_deposit_that_was_never_paid_is_not_kept() -> None:
    deal = deal_of(ONE, **DEPOSIT, count_from="placed")
    line = settle(deal, [one.model_copy(update={"paid_at": None}) for one in paid_orders([1])], as_of=minute(60)).lines[
        0
    ]
    assert (line.outcome, line.captured, line.due) == (Outcome.forfeited, 0, 0)


def test_lines_below_a_cent_are_rounded_once_per_order() -> None:
    deal = deal_of(Ladder.of("CNY", {1: "0.125"}))
    books = settle(deal, paid_orders([1, 3]), as_of=CLOSES)
    assert [line.due for line in books.lines] == [12, 38]


def test_a_changed_quantity_is_priced_anew() -> None:
    deal = deal_of(Ladder.of("CNY", {1: "299", 5: "259"}), basis="units")
    placed = paid_orders([1, 2])
    more = [placed[0].model_copy(update={"quantity": 3}), placed[1]]
    assert [[line.due for line in settle(deal, some, as_of=CLOSES).lines] for some in (placed, more)] == [
        [29900, 59800], [77700, 51800],
    ]  # fmt: skip


def test_an_order_above_the_limit_of_an_order_moves_no_price() -> None:
    for basis in ("buyers", "units"):
        books = settle(deal_of(ONE, per_order=2, basis=basis), paid_orders([3, 1]), as_of=CLOSES)
        assert [(line.reason, line.due) for line in books.lines] == [(Reason.per_order_limit, 0), (None, 29900)]


def test_what_was_taken_can_be_given() -> None:
    books = settle(deal_of(ONE), paid_orders([1, 1]), as_of=CLOSES, captured={"A": 30000})
    assert [(line.charge, line.refund) for line in books.lines] == [(0, 4100), (25900, 0)]
    assert Settlement.model_validate_json(books.model_dump_json()) == books


def test_a_notebook_shows_the_books() -> None:
    books = settle(deal_of(ONE), paid_orders([1, 1]), as_of=CLOSES)
    html = books._repr_html_()
    facts = "unit_price=25900, revenue=51800, forfeited=0, charge=51800, refund=0, net=51800"
    assert f"Settlement: 2 rows, 9 columns, {facts}<" in html
    assert all(f">{name}" in html for name in books.lines[0]._fields)
    assert html.count("25900") >= 4


# Refusals


def test_a_deal_that_is_still_on_is_not_settled() -> None:
    text = "as_of must not be before closes_at, 2026-03-01 00:40:00.00:00, got 2026-03-01 00:39:00.00:00."
    with refuses(InvalidInput, match=f"^groupbuy.settle: {text}$"):
        settle(deal_of(), [], as_of=minute(39))
    called_off = deal_of(cancelled_at=minute(10))
    assert settle(called_off, [], as_of=minute(10)).succeeded is False
    with refuses(AmbiguousTime, match="groupbuy.settle: as_of must be"):
        settle(deal_of(), [], as_of=CLOSES.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("captured", "match"),
    [
        ({"Z": 1}, "captured must name orders that were placed by then, got 'Z'"),
        ({"A": -1}, "captured must hold minor units, 0 or more, for order A, got -1"),
        ({"A": 1.0}, "captured must hold minor units"),
        ({"A": True}, "captured must hold minor units"),
        ([("A", 1)], "captured must be a mapping of order id to minor units"),
    ],
)
def test_what_was_taken_is_minor_units_of_known_orders(captured: Any, match: str) -> None:
    with refuses(InvalidInput, match=f"groupbuy.settle: {match}"):
        settle(deal_of(), paid_orders([1]), as_of=CLOSES, captured=captured)
