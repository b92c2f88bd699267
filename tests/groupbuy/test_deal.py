"""Deals: the one rule against its slow definition, phases and progress, every word, and what is refused."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core.errors import AmbiguousTime, InvalidInput, SchemeMismatch
from socialmkt.core.labels import label
from socialmkt.groupbuy import Deal, DealStatus, Ladder, Order, Outcome, Phase, Reason, Tier, settle, status
from tests.groupbuy import referee
from tests.groupbuy.worlds import CLOSES, OPENS, deals, minute, orders, paid_orders
from tests.refusals import refuses

VECTORS = json.loads((Path(__file__).resolve().parents[2] / "tests/vectors/groupbuy_deals.json").read_text())
LADDER = Ladder.of("CNY", {int(q): price for q, price in VECTORS["prices"].items()})


def deal_of(ladder: Ladder = LADDER, **fields: Any) -> Deal:
    return Deal(**{"id": "tea", "ladder": ladder, "opens_at": OPENS, "closes_at": CLOSES, **fields})


def lines_of(found: DealStatus) -> list[tuple[Any, ...]]:
    return [(line.order, line.outcome, line.unit_price, line.reason, line.shown_price) for line in found.lines]


PLAIN = {"payment": "authorize", "cancelled_at": None}


@given(deal=deals(**PLAIN), placed=orders(), at=st.integers(-3, 45))
def test_status_follows_the_one_rule(deal: Deal, placed: list[Order], at: int) -> None:
    tier, counts, verdicts = referee.judge(deal, placed, minute(at))
    found = status(deal, placed, as_of=minute(at))
    assert lines_of(found) == [tuple(verdict) for verdict in verdicts]
    assert (found.tier, found.count) == (tier, counts[tier or 0])
    served = sum(order.quantity for order in placed if order.id in {v.order for v in verdicts if v.outcome == "served"})
    assert found.progress.stock_left == (None if deal.stock is None else deal.stock - served)


def _random_order(rng: random.Random, name: str) -> Order:
    placed = rng.randrange(40)
    return Order(
        id=name,
        buyer=rng.randrange(20),
        quantity=rng.randint(1, 3),
        placed_at=minute(placed),
        limit=rng.choice(["shown", None, rng.randrange(95)]),
        paid_at=minute(placed + rng.randrange(4)),
        cancelled_at=minute(placed + rng.randrange(30)) if rng.random() < 0.3 else None,
    )


def test_status_follows_the_one_rule_on_large_random_deals() -> None:
    rng = random.Random(7)
    ladder = Ladder(currency="CNY", tiers=[Tier(min_quantity=1 + 7 * k, unit_price=90 - 9 * k) for k in range(6)])
    for _ in range(12):
        deal = deal_of(ladder, basis=rng.choice(["units", "buyers"]), per_buyer=rng.choice([None, 4]), stock=80)
        placed = [_random_order(rng, str(number)) for number in range(60)]
        for at in (12, 27, 41):
            _, _, verdicts = referee.judge(deal, placed, minute(at))
            assert lines_of(status(deal, placed, as_of=minute(at))) == [tuple(verdict) for verdict in verdicts]


def as_seen(order: Order, at: datetime) -> Order:
    """Forget what an order has yet to meet."""
    times = {name: getattr(order, name) for name in ("paid_at", "cancelled_at", "tail_paid_at")}
    return order.model_copy(update={name: t if t is not None and t <= at else None for name, t in times.items()})


@given(deal=deals(), placed=orders(), at=st.integers(-3, 70))
def test_status_at_an_instant_is_the_status_of_the_events_up_to_it(deal: Deal, placed: list[Order], at: int) -> None:
    seen = [as_seen(order, minute(at)) for order in placed if order.placed_at <= minute(at)]
    assert status(deal, placed, as_of=minute(at)) == status(deal, seen, as_of=minute(at))


@given(deal=deals(), placed=orders(), at=st.integers(-3, 70), data=st.data())
def test_the_order_of_input_has_no_say(deal: Deal, placed: list[Order], at: int, data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(placed))
    assert status(deal, iter(shuffled), as_of=minute(at)) == status(deal, placed, as_of=minute(at))


@given(
    deal=deals(pricing="uniform", cancelled_at=None, per_buyer=None, per_order=None, payment="authorize"),
    placed=orders(limits=st.none() | st.integers(0, 60)),
    one_more=orders(most=1, limits=st.none() | st.integers(0, 60)),
)
def test_one_more_order_never_raises_the_final_price(deal: Deal, placed: list[Order], one_more: list[Order]) -> None:
    more = [*placed, *(order.model_copy(update={"id": "more"}) for order in one_more)]
    before, after = (status(deal, some, as_of=CLOSES).tier for some in (placed, more))
    assert (-1 if after is None else after) >= (-1 if before is None else before)


@given(deal=deals(**PLAIN, pricing="uniform"), placed=orders(cancels=False))
def test_without_cancellations_the_shown_price_is_as_good_as_no_limit(deal: Deal, placed: list[Order]) -> None:
    shown, free = (
        status(deal, [order.model_copy(update={"limit": limit}) for order in placed], as_of=CLOSES)
        for limit in ("shown", None)
    )
    if free.tier is not None:
        assert shown.tier == free.tier
        assert lines_of(shown) == lines_of(free)
        assert not any(line.outcome is Outcome.released for line in shown.lines)


@given(deal=deals(**PLAIN), placed=orders())
def test_nobody_pays_above_the_limit(deal: Deal, placed: list[Order]) -> None:
    limits = {order.id: order.limit for order in placed}
    for line in status(deal, placed, as_of=CLOSES).lines:
        if line.unit_price is not None and limits[line.order] is not None:
            limit = line.shown_price if limits[line.order] == "shown" else limits[line.order]
            assert line.unit_price <= limit


@pytest.mark.parametrize("basis", VECTORS["bases"])
def test_a_known_crowd_reaches_its_price(basis: Any) -> None:
    deal, expected = deal_of(basis=basis), VECTORS["bases"][basis]
    placed = paid_orders(VECTORS["quantities"], limit=None)
    minor = LADDER.currency.minor
    assert status(deal, placed, as_of=CLOSES).unit_price == minor(expected["price"])
    assert settle(deal, placed, as_of=CLOSES).revenue == minor(expected["revenue"])


# Phases


def test_a_deal_goes_through_its_phases() -> None:
    deal = deal_of(basis="units", stock=10)
    placed = paid_orders([2, 2, 6, 4])
    phases = [status(deal, placed, as_of=minute(at)).phase for at in (-1, 0, 1, 2, 40)]
    assert phases == [Phase.scheduled, Phase.open, Phase.tipped, Phase.sold_out, Phase.succeeded]
    assert status(deal, [], as_of=CLOSES).phase is Phase.failed
    called_off = deal.model_copy(update={"cancelled_at": minute(1)})
    assert status(called_off, placed, as_of=minute(0)).phase is Phase.open
    gone = status(called_off, placed, as_of=minute(1))
    assert (gone.phase, gone.tier, gone.unit_price, gone.progress.best_price) == (Phase.cancelled, None, None, None)
    assert {line.reason for line in gone.lines} == {Reason.deal_cancelled}
    assert (gone.count, gone.progress.stock_left) == (4, 10)


def test_a_deposit_deal_waits_for_its_tails() -> None:
    fields = {"payment": "deposit", "deposit": 1000, "tail_due": minute(60)}
    deal = deal_of(Ladder.of("CNY", {1: "299"}), **fields)
    placed = paid_orders([1, 1], tail_paid_at=minute(50))
    assert [status(deal, placed, as_of=minute(at)).phase for at in (39, 49, 50)] == [
        "tipped",
        "awaiting_tail",
        "settled",
    ]
    late = paid_orders([1, 1], tail_paid_at=minute(60))
    assert [status(deal, late, as_of=minute(at)).phase for at in (59, 60)] == ["awaiting_tail", "settled"]
    assert {line.outcome for line in status(deal, late, as_of=minute(60)).lines} == {Outcome.forfeited}
    kind = deal.model_copy(update={"tail_default": "refund"})
    returned = status(kind, late, as_of=minute(60)).lines[0]
    assert (returned.outcome, returned.reason, returned.unit_price) == ("returned", "tail_unpaid", None)


def test_tipping_is_not_latched() -> None:
    deal = deal_of(Ladder.of("CNY", {2: "299"}))
    placed = paid_orders([1, 1])
    leaving = [placed[0], placed[1].model_copy(update={"cancelled_at": minute(9)})]
    assert [status(deal, leaving, as_of=minute(at)).phase for at in (8, 9, 40)] == ["tipped", "open", "failed"]


def test_a_group_price_does_not_change_when_members_leave_after_the_close() -> None:
    deal = deal_of(Ladder.of("CNY", {1: "299", 2: "259"}))
    placed = paid_orders([1, 1], cancelled_at=CLOSES)
    found = status(deal, placed, as_of=minute(50))
    assert (found.unit_price, [line.outcome for line in found.lines]) == (25900, [Outcome.served] * 2)


def test_a_deal_that_is_short_of_heads_is_not_formed_at_expiry() -> None:
    found = status(deal_of(Ladder.of("CNY", {3: "299"})), paid_orders([5, 5]), as_of=CLOSES)
    assert found.phase is Phase.failed
    assert {line.reason for line in found.lines} == {Reason.not_tipped}


def test_the_least_count_to_tip_can_jump_tiers() -> None:
    deal = deal_of(min_to_tip=6, basis="units")
    before, after = (status(deal, paid_orders([size]), as_of=CLOSES) for size in (5, 6))
    assert (before.tier, after.tier, after.unit_price) == (None, 1, 25900)


# Stock, limits and payments


def test_stock_is_filled_first_fit_and_without_partial_fills() -> None:
    deal = deal_of(Ladder.of("CNY", {1: "299"}), stock=5, basis="units")
    found = status(deal, paid_orders([3, 3, 1, 2]), as_of=CLOSES)
    assert [line.outcome.value for line in found.lines] == ["served", "waitlisted", "served", "waitlisted"]
    assert {line.reason for line in found.lines} == {None, Reason.out_of_stock}
    assert found.progress.stock_left == 1


def test_a_pending_payment_does_not_hold_the_last_place() -> None:
    deal = deal_of(Ladder.of("CNY", {1: "299"}), stock=1)
    placed = paid_orders([1, 1])
    placed[0] = placed[0].model_copy(update={"paid_at": minute(5)})
    assert [line.outcome for line in status(deal, placed, as_of=minute(4)).lines] == ["refused", "served"]
    assert [line.outcome for line in status(deal, placed, as_of=minute(5)).lines] == ["served", "waitlisted"]
    by_place = deal.model_copy(update={"count_from": "placed"})
    assert [line.outcome for line in status(by_place, placed, as_of=minute(4)).lines] == ["served", "waitlisted"]


def test_the_tier_is_judged_on_demand_and_not_on_what_the_stock_can_place() -> None:
    deal = deal_of(Ladder.of("CNY", {1: "299", 5: "259"}), stock=5, basis="units")
    found = status(deal, paid_orders([3, 3], limit=None), as_of=CLOSES)
    assert (found.count, found.unit_price, [line.outcome.value for line in found.lines]) == (
        5, 25900, ["served", "waitlisted"],
    )  # fmt: skip


def test_a_limit_order_waits_at_its_tier() -> None:
    deal = deal_of(basis="units")
    placed = paid_orders([3, 2])
    placed[1] = placed[1].model_copy(update={"limit": 25900})
    found = status(deal, placed, as_of=minute(3))
    assert (found.unit_price, found.progress.needed) == (29900, 1)
    assert (found.lines[1].outcome, found.lines[1].reason) == (Outcome.released, Reason.price_above_limit)


def test_a_cancellation_frees_the_allowance_of_its_buyer() -> None:
    deal = deal_of(Ladder.of("CNY", {1: "299"}), per_buyer=3, per_order=3)
    placed = paid_orders([3, 2, 4, 1], buyer="ann")
    placed[0] = placed[0].model_copy(update={"cancelled_at": minute(9)})
    before, after = (status(deal, placed, as_of=minute(at)).lines for at in (8, 9))
    assert [line.reason for line in before] == [None, "per_buyer_limit", "per_order_limit", "per_buyer_limit"]
    assert [line.outcome.value for line in after] == ["cancelled", "served", "refused", "served"]


def test_a_late_payment_takes_its_turn_by_the_time_of_the_order() -> None:
    deal = deal_of(Ladder.of("CNY", {1: "299"}), per_buyer=2)
    placed = paid_orders([2, 2], buyer="ann")
    placed[0] = placed[0].model_copy(update={"paid_at": minute(5)})
    before, after = (status(deal, placed, as_of=minute(at)).lines for at in (4, 5))
    assert [line.reason for line in before] == [Reason.not_paid, None]
    assert [line.reason for line in after] == [None, Reason.per_buyer_limit]


def test_join_lock_pays_the_lower_of_the_final_and_the_shown_price() -> None:
    deal = deal_of(Ladder.of("CNY", {1: "299", 2: "259"}), pricing="join_lock")
    placed = paid_orders([1, 1])
    leaving = [placed[0].model_copy(update={"cancelled_at": minute(9)}), placed[1]]
    found = status(deal, leaving, as_of=CLOSES)
    assert (found.unit_price, found.lines[1].unit_price) == (29900, 25900)
    uniform = status(deal_of(deal.ladder), leaving, as_of=CLOSES)
    assert (uniform.phase, uniform.lines[1].outcome) == (Phase.failed, Outcome.returned)


def test_orders_outside_the_window_are_refused_and_were_shown_nothing() -> None:
    placed = [one.model_copy(update={"placed_at": at, "paid_at": at}) for one, at in zip(
        paid_orders([1, 1, 1]), [minute(-1), OPENS, CLOSES], strict=True)]  # fmt: skip
    found = status(deal_of(Ladder.of("CNY", {1: "299"})), placed, as_of=CLOSES)
    assert [line.reason for line in found.lines] == [Reason.before_open, None, Reason.after_close]
    assert [line.shown_price for line in found.lines] == [None, 29900, None]


def test_orders_are_compared_as_instants_whatever_their_zones() -> None:
    new_york = ZoneInfo("America/New_York")
    deal = Deal(
        id="night", ladder=Ladder.of("USD", {1: "9"}), stock=1,
        opens_at=datetime(2026, 11, 1, tzinfo=new_york), closes_at=datetime(2026, 11, 2, tzinfo=new_york),
    )  # fmt: skip
    walls = [datetime(2026, 11, 1, 1, 10, fold=1, tzinfo=new_york), datetime(2026, 11, 1, 1, 40, tzinfo=new_york)]
    placed = [
        Order(id=name, buyer=name, quantity=1, placed_at=at, paid_at=at) for name, at in zip("AB", walls, strict=True)
    ]
    found = status(deal, placed, as_of=walls[0])
    assert [(line.order, line.outcome.value) for line in found.lines] == [("B", "served"), ("A", "waitlisted")]
    assert status(deal, [], as_of=deal.opens_at).progress.seconds_left == 25 * 3600


# Progress


def test_progress_says_how_many_more_unlock_which_price() -> None:
    deal = deal_of(Ladder.of("CNY", {1: "99", 50: "89", 90: "79"}), basis="units", stock=100)
    progress = status(deal, paid_orders([38]), as_of=minute(1)).progress
    assert progress.model_dump() == {
        "tier": 0, "unit_price": 9900, "count": 38, "next_min": 50, "needed": 12, "next_price": 8900,
        "saving_per_unit": 1000, "stock_left": 62, "seconds_left": 39 * 60, "best_price": 7900,
    }  # fmt: skip
    closed = status(deal, paid_orders([38]), as_of=CLOSES).progress
    assert (closed.next_min, closed.needed, closed.next_price, closed.saving_per_unit) == (None,) * 4
    assert (closed.seconds_left, closed.best_price) == (0, 9900)


def test_progress_before_tipping_counts_to_the_least_that_tips() -> None:
    progress = status(deal_of(min_to_tip=5), paid_orders([1]), as_of=minute(1)).progress
    assert (progress.tier, progress.unit_price, progress.next_min, progress.needed) == (None, 29900, 5, 4)
    assert (progress.next_price, progress.saving_per_unit, progress.best_price) == (29900, 0, 19900)


def test_progress_ends_at_the_deepest_tier() -> None:
    progress = status(deal_of(basis="units"), paid_orders([10]), as_of=minute(1)).progress
    assert (progress.tier, progress.needed, progress.next_price) == (2, None, None)


def test_seconds_left_are_whole() -> None:
    assert status(deal_of(), [], as_of=CLOSES - timedelta(seconds=1.5)).progress.seconds_left == 1


# Words, notebooks, storage


@pytest.mark.parametrize("words", [Phase, Outcome, Reason])
def test_every_word_has_a_label_of_its_own_in_each_language(words: Any) -> None:
    for lang in ("zh", "en"):
        assert len({label(word, lang=lang) for word in words}) == len(words)


def test_deals_orders_and_answers_come_back_from_json() -> None:
    deal = deal_of(payment="deposit", deposit=100, tail_due=minute(60))
    placed = paid_orders([4, 1])
    found = status(deal, placed, as_of=CLOSES)
    for model in (deal, placed[0], found):
        assert type(model).model_validate_json(model.model_dump_json()) == model
    assert (
        Order.model_validate_json('{"id": "A", "buyer": 7, "quantity": 1, "placed_at": "2026-03-01T00:00:00Z"}').buyer
        == 7
    )


def test_a_notebook_shows_the_lines_and_escapes_them() -> None:
    placed = [paid_orders([1])[0].model_copy(update={"id": "<b>"})]
    html = status(deal_of(), placed, as_of=minute(1))._repr_html_()
    assert "&lt;b&gt;" in html
    assert "<b>" not in html
    assert "count=1" in html
    assert "0 rows" in status(deal_of(), [], as_of=minute(1))._repr_html_()


# Refusals


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"ladder": Ladder.of("CNY", {1: "9"}, mode="graduated")}, "ladder must be of mode all_units"),
        ({"ladder": Ladder.of("CNY", {1: "9"}, package=2)}, "ladder must have no packages, got 2"),
        ({"ladder": Ladder.of("CNY", {1: "9"}, free=1)}, "ladder must have no free units"),
        ({"ladder": Ladder.of("CNY", {1: ("9", "1")})}, "ladder must have no flat fees"),
        ({"ladder": Ladder.of("CNY", {1: "9"}, min_amount=0)}, "ladder must have no min_amount"),
        ({"ladder": Ladder.of("CNY", {1: "9"}, max_amount=5)}, "ladder must have no max_amount"),
        ({"ladder": Ladder.of("CNY", {1: "9"}, flat_at_zero=True)}, "ladder must have no flat_at_zero"),
        ({"ladder": Ladder.of("CNY", {1: "9", 2: "9"})}, "strictly falling unit prices, got 900 after 900"),
        ({"ladder": Ladder.of("CNY", {1: "9", 2: "10"})}, "strictly falling"),
        ({"closes_at": OPENS}, "closes_at must be after opens_at"),
        ({"opens_at": datetime(2026, 3, 1)}, "opens_at must be .* got naive"),
        ({"min_to_tip": 2}, "min_to_tip must be at least the first tier's 3, got 2"),
        ({"stock": 9}, "stock must reach every tier and min_to_tip, 10, got 9"),
        ({"stock": 10, "min_to_tip": 11}, "stock must reach"),
        ({"per_order": 3, "per_buyer": 2}, "per_order must be at most per_buyer, 2, got 3"),
        ({"deposit": 1}, "deposit must be given with payment='deposit', and only then"),
        ({"tail_due": minute(60)}, "tail_due must be given with payment='deposit'"),
        ({"payment": "deposit", "deposit": 1}, "tail_due must be given with"),
        ({"payment": "deposit", "deposit": 19901, "tail_due": minute(60)}, "deposit must be at most the deepest"),
        ({"payment": "deposit", "deposit": 1, "tail_due": CLOSES}, "tail_due must be after closes_at"),
        ({"goal": "profit"}, "goal must not be 'profit' without stock"),
        ({"goal": "reach", "stock": 50}, "goal must not be .* nor 'reach' with it, got 'reach'"),
        ({"basis": "heads"}, "basis"),
    ],
)  # fmt: skip
def test_a_bad_deal_is_refused_with_its_field(fields: dict[str, Any], match: str) -> None:
    with pytest.raises(ValidationError, match=match):
        deal_of(**fields)


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"buyer": 1.0}, "buyer must be a whole number or text"),
        ({"buyer": ""}, "buyer must be"),
        ({"quantity": 0}, "quantity must be at least 1"),
        ({"limit": "any"}, "limit must be 'shown', None, or a unit price"),
        ({"limit": -1}, "limit must be"),
        ({"limit": 9.5}, "limit must be"),
        ({"paid_at": minute(-1)}, "paid_at must not be before placed_at"),
        ({"cancelled_at": minute(-1)}, "cancelled_at must not be before placed_at"),
        ({"tail_paid_at": minute(-1)}, "tail_paid_at must not be before placed_at"),
        ({"placed_at": datetime(2026, 3, 1)}, "placed_at must be .* got naive"),
    ],
)
def test_a_bad_order_is_refused_with_its_field(fields: dict[str, Any], match: str) -> None:
    with pytest.raises(ValidationError, match=match):
        Order(**{"id": "A", "buyer": "ann", "quantity": 1, "placed_at": OPENS, **fields})


def test_questions_that_make_no_sense_are_refused() -> None:
    placed = paid_orders([1])
    with refuses(InvalidInput, match="groupbuy.status: orders must have distinct ids, got 'A'"):
        status(deal_of(), placed * 2, as_of=CLOSES)
    with refuses(InvalidInput, match="groupbuy.status: orders must hold Order objects, got a str at row 0"):
        status(deal_of(), ["A"], as_of=CLOSES)
    with refuses(InvalidInput, match="groupbuy.status: orders must be a list of Order, got 5"):
        status(deal_of(), 5, as_of=CLOSES)
    with refuses(InvalidInput, match="groupbuy.status: deal must be a Deal"):
        status(LADDER, placed, as_of=CLOSES)
    with refuses(AmbiguousTime, match="groupbuy.status: as_of must be .* got naive"):
        status(deal_of(), placed, as_of=datetime(2026, 3, 1))


def test_an_edit_of_a_live_ladder_is_noticed() -> None:
    placed = paid_orders([1], fingerprint=LADDER.fingerprint)
    assert status(deal_of(), placed, as_of=CLOSES).fingerprint == LADDER.fingerprint
    edited = deal_of(Ladder.of("CNY", {3: "299", 6: "269"}))
    with refuses(SchemeMismatch, match="fingerprint must be that of the deal's ladder, .* on order A"):
        status(edited, placed, as_of=CLOSES)
    with refuses(SchemeMismatch, match="groupbuy.settle: fingerprint must be"):
        settle(edited, placed, as_of=CLOSES)
