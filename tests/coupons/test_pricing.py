"""Pricing: every kind of terms, stages and thresholds, shares that add up, reasons in their order, near misses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core.errors import AmbiguousTime, InvalidInput
from socialmkt.coupons import (
    AmountOff,
    AmountOffEvery,
    BuyGet,
    Cart,
    Exchange,
    FixedPrice,
    FreeShipping,
    Gift,
    Held,
    Line,
    PercentOff,
    Quote,
    Scope,
    StackPolicy,
    Validity,
    Window,
    price,
)
from tests.coupons.shop import DAY, NOW, cart_of, carts, held, line, policies, survives_json, wallets
from tests.refusals import refuses

if TYPE_CHECKING:
    import random

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/coupons_pricing.json").read_text(encoding="utf-8"))


def quote(cart: Cart, *coupons: Held, **policy: Any) -> Quote:
    return price(cart, coupons, now=NOW, policy=StackPolicy(**policy))


def taken(cart: Cart, terms: Any, **fields: Any) -> list[int]:
    """What one coupon takes of each line."""
    return [each.gross - each.net for each in quote(cart, held("h", terms, **fields)).lines]


def reasons(found: Quote) -> dict[str, str]:
    return {refused.coupon: refused.reason.value for refused in found.refused}


# --- vectors -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("amount", "prices", "shares"), VECTORS["shares"])
def test_shares_are_largest_remainders(amount: int, prices: list[int], shares: list[int]) -> None:
    assert taken(cart_of(*prices), AmountOff(value=amount)) == shares


def test_parallel_thresholds() -> None:
    vector = VECTORS["parallel"]
    first, second = (AmountOff(value=value, minimum=least) for value, least in (vector["shop"], vector["cross"]))
    coupons = held("a", first), held("b", second, stage="cross_shop")
    parallel = quote(cart_of(vector["line"]), *coupons)
    assert [parallel.total, parallel.discounts[1].amount] == vector["item"]
    net = quote(cart_of(vector["line"]), *coupons, threshold="net")
    assert reasons(net) == {"b": vector["net"]}
    assert net.near_misses[0].missing == 38_000


@pytest.mark.parametrize(("prices", "amount", "shares"), VECTORS["every"])
def test_an_amount_off_every_so_much(prices: list[int], amount: int, shares: list[int] | None) -> None:
    found = taken(cart_of(*prices), AmountOffEvery(every=30_000, value=5_000))
    assert sum(found) == amount
    assert shares in (None, found)


def test_stages_follow_each_other() -> None:
    vector = VECTORS["staged"]
    cart = cart_of(*vector["lines"], shipping=vector["shipping"])
    member = held("m", PercentOff(off_bp=vector["off_bp"], scope=Scope(include_skus=["s0"])), stage="item")
    every = held("e", AmountOffEvery(every=30_000, value=5_000), stage="cross_shop")
    found = quote(cart, every, member)
    assert [discount.amount for discount in found.discounts] == [vector["first"], vector["second"]]
    assert list(found.discounts[1].shares.values()) == vector["shares"]
    assert found.total == vector["total"]


# --- kinds ---------------------------------------------------------------------------------------------------------


def test_a_percentage_is_rounded_once_and_then_capped() -> None:
    cart = cart_of(105, 105)
    assert taken(cart, PercentOff(off_bp=500)) == [6, 5]
    assert taken(cart, PercentOff(off_bp=500, cap=7)) == [4, 3]
    assert taken(cart, PercentOff(off_bp=500), max_value=3) == [2, 1]
    down = quote(cart, held("h", PercentOff(off_bp=500)), rounding="down")
    assert down.saved == 10


def test_a_percentage_is_of_what_is_left_or_of_list_prices() -> None:
    coupons = held("a", AmountOff(value=500)), held("b", PercentOff(off_bp=1_000), stage="platform")
    assert quote(cart_of(1_000), *coupons).discounts[1].amount == 50
    assert quote(cart_of(1_000), *coupons, percent_base="initial").discounts[1].amount == 100


def test_a_fixed_price_brings_dear_units_down() -> None:
    cart = Cart(currency="CNY", lines=[line(500, 3, id="a"), line(200, id="b")])
    assert taken(cart, FixedPrice(price=300)) == [600, 0]
    assert taken(cart, FixedPrice(price=300), max_value=100) == [100, 0]
    assert reasons(quote(cart, held("h", FixedPrice(price=500)))) == {"h": "no_effect"}


def test_the_cheapest_units_are_the_ones_that_are_got() -> None:
    cart = Cart(currency="CNY", lines=[line(500, 2, id="a"), line(300, 2, id="b"), line(300, 2, id="c")])
    assert taken(cart, BuyGet(buy=2, get=1)) == [0, 600, 0]
    assert taken(cart, BuyGet(buy=1, get=1)) == [0, 600, 300]
    assert taken(cart, BuyGet(buy=2, get=1, times=1)) == [0, 300, 0]
    assert taken(cart, BuyGet(buy=1, get=1, off_bp=3_333)) == [0, 200, 100]
    assert reasons(quote(cart, held("h", BuyGet(buy=6, get=1)))) == {"h": "no_effect"}


def test_what_is_got_never_takes_more_than_a_line_has_left() -> None:
    cart = Cart(currency="CNY", lines=[line(100, id="a", sku="a"), line(100, id="b", sku="b")])
    first = held("a", AmountOff(value=80, scope=Scope(include_skus=["a"])), stage="item")
    half = held("b", BuyGet(buy=1, get=1, off_bp=5_000), priority=1)
    assert [each.net for each in quote(cart, first, half).lines] == [0, 100]


def test_rounding_the_sum_up_takes_no_line_below_nothing() -> None:
    prices = {"a": 20, "b": 1, "c": 1, "d": 100}
    cart = Cart(currency="CNY", lines=[line(price_, id=sku, sku=sku) for sku, price_ in prices.items()])
    nearly = held("a", AmountOff(value=17, scope=Scope(include_skus=["a"])), stage="item")
    got = held("b", BuyGet(buy=1, get=3, off_bp=2_500), priority=1)
    found = quote(cart, nearly, got)
    assert found.discounts[1].amount == 4  # 3, 0.25 and 0.25, rounded once; the first line has 3 left
    assert found.discounts[1].shares == {"a": 2, "b": 1, "c": 1}


def test_an_exchange_takes_one_unit_of_the_dearest_line() -> None:
    cart = Cart(
        currency="CNY",
        lines=[line(300, 2, id="a"), line(500, 2, id="b"), line(500, id="c"), line(900, id="d", sku="x")],
    )
    assert taken(cart, Exchange(sku="tea")) == [0, 500, 0, 0]
    assert reasons(quote(cart, held("h", Exchange(sku="cup")))) == {"h": "no_effect"}
    assert reasons(quote(cart, held("h", Exchange(sku="tea", scope=Scope(include_skus=["x"]))))) == {"h": "no_effect"}


def test_free_shipping_takes_what_is_still_due() -> None:
    cart = cart_of(1_000, shipping=800)
    found = quote(cart, held("a", FreeShipping(cap=500)), held("b", FreeShipping()), held("c", FreeShipping()))
    assert [(each.amount, each.target, dict(each.shares)) for each in found.discounts] == [
        (500, "shipping", {}),
        (300, "shipping", {}),
    ]
    assert (found.shipping, found.shipping_list, reasons(found)) == (0, 800, {"c": "no_effect"})


def test_a_gift_comes_on_top() -> None:
    found = quote(
        cart_of(1_000), held("g", Gift(sku="mug", quantity=2, minimum=1_000)), held("h", Gift(sku="x", minimum=1_001))
    )
    assert [(gift.coupon, gift.sku, gift.quantity) for gift in found.gifts] == [("g", "mug", 2)]
    assert (found.saved, found.discounts, reasons(found)) == (0, (), {"h": "below_minimum"})
    assert [each.id for each in found.coupons] == ["g"]


def test_no_change_is_given() -> None:
    found = quote(cart_of(300, 100), held("h", AmountOff(value=500)))
    assert (found.total, found.discounts[0].amount) == (0, 400)


# --- reasons -------------------------------------------------------------------------------------------------------


def test_of_all_reasons_that_hold_the_first_is_given() -> None:
    cart, first = cart_of(100), held("0", AmountOff(value=10), group="g")
    late = Validity(ends_at=NOW)
    scope = Scope(include_skus=["other"])
    ladder = [
        ("wrong_currency", {"currency": "USD"}, {}),
        ("expired", {"validity": late}, {}),
        ("not_in_scope", {}, {"scope": scope}),
        ("not_combinable", {"group": "g"}, {}),
        ("below_minimum", {}, {"minimum": 500}),
    ]
    for place, (reason, _, _) in enumerate(ladder):
        campaign_fields: dict[str, Any] = {}
        terms_fields: dict[str, Any] = {}
        for _, more, terms in ladder[place:]:
            campaign_fields |= more
            terms_fields |= terms
        found = quote(cart, first, held("1", AmountOff(value=10, **terms_fields), **campaign_fields))
        assert reasons(found) == {"1": reason}


@pytest.mark.parametrize(
    ("windows", "reason"),
    [
        ([], "expired"),
        ([Window(start=NOW - DAY, end=NOW)], "expired"),
        ([Window(start=NOW + DAY)], "not_yet_valid"),
        ([Window(start=NOW + DAY), Window(start=NOW - DAY, end=NOW)], "outside_hours"),
        ([Window(start=NOW)], None),
    ],
)
def test_a_coupon_has_its_windows(windows: list[Window], reason: str | None) -> None:
    found = quote(cart_of(100), held("h", AmountOff(value=10), windows=windows))
    assert reasons(found).get("h") == reason


@pytest.mark.parametrize(
    ("first", "second", "policy", "together"),
    [
        ({}, {}, {}, True),
        ({"exclusive": True}, {}, {}, False),
        ({}, {"exclusive": True}, {}, False),
        ({"group": "g"}, {"group": "g"}, {}, False),
        ({"group": "g"}, {"group": "h"}, {}, True),
        ({"group": "g"}, {"group": "g"}, {"group_limits": {"g": 2}}, True),
        ({"group": "g"}, {"group": "g"}, {"group_limits": {"g": None}}, True),
        ({"id": "same"}, {"id": "same"}, {}, False),
        ({"id": "same"}, {"id": "same"}, {"per_campaign": 2}, True),
        ({"id": "same"}, {"id": "same"}, {"per_campaign": None}, True),
        ({}, {}, {"max_coupons": 1}, False),
        ({"combines": ["platform"]}, {}, {}, False),
        ({}, {"combines": ["platform"]}, {}, False),
        ({"combines": ["platform"]}, {"stage": "platform", "combines": ["shop"]}, {}, True),
        ({"combines": []}, {}, {}, False),
    ],
)
def test_what_combines(first: Any, second: Any, policy: Any, together: bool) -> None:
    found = quote(
        cart_of(100), held("a", AmountOff(value=10), **first), held("b", AmountOff(value=10), **second), **policy
    )
    assert reasons(found) == ({} if together else {"b": "not_combinable"})


def test_thresholds_count_what_the_policy_says() -> None:
    cart = cart_of(1_000)
    item = held("a", AmountOff(value=300), stage="item")
    for minimum, accepted in ((700, {"item", "list", "net"}), (701, {"list"})):
        shop = held("b", AmountOff(value=100, minimum=minimum))
        assert {
            rule for rule in ("item", "list", "net") if not reasons(quote(cart, item, shop, threshold=rule))
        } == accepted
    late_item = held("b", AmountOff(value=100, minimum=1_000), stage="item", priority=1)
    assert not reasons(quote(cart, item, late_item))
    assert reasons(quote(cart, item, late_item, threshold="net")) == {"b": "below_minimum"}


def test_near_misses_say_what_a_little_more_unlocks() -> None:
    cart = cart_of(28_750, 40_000)
    coupons = (
        held("a", AmountOff(value=5_000, minimum=30_000, scope=Scope(include_skus=["s0"]))),
        held("b", AmountOffEvery(every=30_000, value=1_000, scope=Scope(include_skus=["s1"]))),
        held("c", AmountOffEvery(every=30_000, value=1_000, times=1, scope=Scope(include_skus=["s1"]))),
        held("d", AmountOffEvery(every=30_000, value=1_000, scope=Scope(include_skus=["s1"])), max_value=900),
        held("e", AmountOffEvery(every=30_000, value=1_000, minimum=10, scope=Scope(include_skus=["s0"]))),
    )
    found = quote(cart, *coupons)
    assert [(miss.coupon, miss.missing) for miss in found.near_misses] == [("a", 1_250), ("e", 1_250), ("b", 20_000)]
    assert {each.coupon: each.missing for each in found.refused} == {"a": 1_250, "e": 1_250}


# --- laws ----------------------------------------------------------------------------------------------------------


def check_laws(found: Quote) -> None:
    assert found.total == sum(each.net for each in found.lines) + found.shipping
    assert found.saved == found.list_total - found.total >= 0
    for discount in found.discounts:
        shares = {each.id: each.shares[discount.coupon] for each in found.lines if discount.coupon in each.shares}
        assert shares == discount.shares
        assert discount.target == "shipping" or sum(shares.values()) == discount.amount
        assert discount.amount > 0
    for each in found.lines:
        assert 0 <= each.net == each.gross - sum(each.shares.values())
    assert found.shipping == found.shipping_list - sum(d.amount for d in found.discounts if d.target == "shipping")
    assert [miss.missing for miss in found.near_misses] == sorted(miss.missing for miss in found.near_misses)


@given(cart=carts(), wallet=wallets(), policy=policies, seed=st.randoms(use_true_random=False))
def test_the_laws_of_a_quote(cart: Cart, wallet: list[Held], policy: StackPolicy, seed: random.Random) -> None:
    found = price(cart, wallet, now=NOW, policy=policy)
    check_laws(found)
    named = [*(d.coupon for d in found.discounts), *(g.coupon for g in found.gifts), *(r.coupon for r in found.refused)]
    assert sorted(named) == sorted(each.id for each in wallet)
    assert survives_json(found)
    shuffled = seed.sample(wallet, len(wallet))
    assert price(cart, shuffled, now=NOW, policy=policy) == found
    limits = {each.id: each.campaign.worst_case() for each in wallet}
    assert all(limits[d.coupon] is None or d.amount <= limits[d.coupon] for d in found.discounts)


def test_without_coupons_the_list_price_is_paid() -> None:
    found = quote(cart_of(100, 200, shipping=30))
    assert (found.total, found.list_total, found.saved, found.optimal) == (330, 330, 0, None)
    assert quote(Cart(currency="CNY", lines=[])).total == 0


# --- refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: price("cart", [], now=NOW), "cart must be a Cart"),
        (lambda: price(cart_of(1), held("h", AmountOff(value=1)), now=NOW), "coupons must be a list"),
        (lambda: price(cart_of(1), ["h"], now=NOW), "coupons must hold Held objects, got a str at row 0"),
        (lambda: price(cart_of(1), [held("h", AmountOff(value=1))] * 2, now=NOW), "coupons must have distinct ids"),
        (lambda: price(cart_of(1), [], now=NOW, policy="net"), "policy must be a StackPolicy"),
    ],
)
def test_arguments_that_break_their_rule_are_refused_by_name(call: Any, match: str) -> None:
    with refuses(InvalidInput, match=match):
        call()


def test_a_naive_now_is_refused() -> None:
    with refuses(AmbiguousTime, match="now must be an aware datetime"):
        price(cart_of(1), [], now=NOW.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("kind", "fields", "name"),
    [
        (Line, {"id": "a", "sku": "s", "quantity": 0, "unit_price": 1}, "quantity"),
        (Line, {"id": "a", "sku": "s", "quantity": 1.0, "unit_price": 1}, "quantity"),
        (Line, {"id": "a", "sku": "s", "quantity": 1, "unit_price": -1}, "unit_price"),
        (Line, {"id": "a", "sku": "s", "quantity": 1, "unit_price": 9.9}, "unit_price"),
        (Line, {"id": "", "sku": "s", "quantity": 1, "unit_price": 1}, "id"),
        (Cart, {"currency": "RMB", "lines": []}, "currency"),
        (Cart, {"currency": "CNY", "lines": [line(1), line(1)]}, "lines must have distinct ids, got 'a'"),
        (Cart, {"currency": "CNY", "lines": [line(2**62, 2)]}, "lines must add up to less than"),
        (Cart, {"currency": "CNY", "lines": [], "shipping": -1}, "shipping"),
        (StackPolicy, {"threshold": "gross"}, "threshold"),
        (StackPolicy, {"max_coupons": 0}, "max_coupons"),
        (StackPolicy, {"rounding": "nearest"}, "rounding"),
        (StackPolicy, {"group_limits": {"g": 0}}, "group_limits"),
    ],
)
def test_models_that_break_their_rule_are_refused_by_name(kind: Any, fields: dict[str, Any], name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        kind(**fields)
