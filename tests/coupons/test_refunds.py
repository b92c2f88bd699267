"""Refunds: units that add up to what was paid, kept lines that stay, coupons that come back once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialmkt.core.errors import EmptyInput, InvalidInput
from socialmkt.coupons import (
    AmountOff,
    Cart,
    FreeShipping,
    Gift,
    Held,
    Quote,
    Refund,
    best,
    price,
    refund,
)
from tests.coupons.shop import NOW, cart_of, carts, held, line, survives_json, wallets
from tests.refusals import refuses

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/coupons_refunds.json").read_text(encoding="utf-8"))


def paid(*lines: Any, coupons: Any = (), shipping: int = 0) -> Quote:
    return price(Cart(currency="CNY", lines=lines, shipping=shipping), coupons, now=NOW)


@pytest.mark.parametrize(("units", "price_", "off", "returns", "amounts"), VECTORS["keep"])
def test_units_share_what_their_line_paid(
    units: int, price_: int | None, off: int, returns: list[int], amounts: list[int]
) -> None:
    if price_ is None:  # a net of 1000 in three units
        quote = paid(line(334, units), coupons=[held("h", AmountOff(value=2))])
    else:
        quote = paid(line(price_, units), coupons=[held("h", AmountOff(value=off))] if off else [])
    last: Refund | None = None
    for count, amount in zip(returns, amounts, strict=True):
        last = refund(quote, {"a": count}, already=last)
        assert last.amount == amount


@st.composite
def returns(draw: Any, quote: Quote) -> list[dict[str, int]]:
    """Everything, in some parts and some order."""
    units = [each.id for each in quote.lines for _ in range(each.quantity)]
    parts: list[dict[str, int]] = [{}]
    for unit in draw(st.permutations(units)):
        parts[-1][unit] = parts[-1].get(unit, 0) + 1
        if draw(st.booleans()):
            parts.append({})
    return [part for part in parts if part]


@given(cart=carts(), wallet=wallets(4), data=st.data())
def test_any_sequence_of_returns_adds_up_to_what_was_paid(cart: Cart, wallet: list[Held], data: Any) -> None:
    quote = best(cart, wallet, now=NOW)
    parts = data.draw(returns(quote))
    goods = sum(each.net for each in quote.lines)
    for mode in ("keep", "reprice"):
        last: Refund | None = None
        back: list[str] = []
        so_far = 0
        for part in parts:
            last = refund(quote, part, already=last, mode=mode)
            assert survives_json(last)
            so_far += last.amount
            back += last.coupons_back
            assert last.amount_so_far == so_far
            assert last.clawback == sum(each.amount for each in last.lines) - last.amount
            keep = refund(quote, dict(last.returned))
            assert last.amount_so_far <= keep.amount
            assert mode == "reprice" or (last.clawback, last.amount_so_far) == (0, keep.amount)
        assert so_far == goods
        assert sorted(back) == sorted(each.id for each in quote.coupons)


@given(cart=carts(), wallet=wallets(4), data=st.data())
def test_what_came_back_earlier_may_be_told_as_a_mapping(cart: Cart, wallet: list[Held], data: Any) -> None:
    quote = best(cart, wallet, now=NOW)
    first, *rest = data.draw(returns(quote))
    for mode in ("keep", "reprice"):
        for part in rest[:1]:
            told = refund(quote, part, already=first, mode=mode)
            assert told == refund(quote, part, already=refund(quote, first, mode=mode), mode=mode)


def test_what_is_kept_is_priced_anew() -> None:
    coupons = [held("h", AmountOff(value=1_000, minimum=5_000))]
    quote = paid(line(4_000, id="a"), line(2_000, id="b"), coupons=coupons)
    assert refund(quote, {"a": 1}).amount == 3_333
    found = refund(quote, {"a": 1}, mode="reprice")
    assert (found.amount, found.clawback, found.coupons_back) == (3_000, 333, ())
    rest = refund(quote, {"b": 1}, already=found, mode="reprice")
    assert (rest.amount, rest.clawback, rest.coupons_back) == (2_000, -333, ("h",))


def test_reprice_never_asks_for_money() -> None:
    quote = paid(line(100, 2, id="a"), line(5_000, id="b"), coupons=[held("h", AmountOff(value=1_000, minimum=5_100))])
    found = refund(quote, {"a": 2}, mode="reprice")
    assert (found.amount, found.clawback) == (0, 162)


def test_shipping_is_not_refunded_and_its_coupon_comes_back_with_everything() -> None:
    coupons = [held("s", FreeShipping()), held("g", Gift(sku="mug")), held("h", AmountOff(value=10))]
    quote = paid(line(100, id="a"), line(100, id="b"), coupons=coupons, shipping=50)
    first = refund(quote, {"a": 1})
    assert (first.amount, first.coupons_back) == (95, ())
    last = refund(quote, {"b": 1}, already=first)
    assert (last.amount_so_far, set(last.coupons_back)) == (190, {"s", "g", "h"})
    assert refund(paid(line(100), shipping=50), {"a": 1}, mode="reprice").amount == 100


def test_a_coupon_comes_back_with_the_last_of_its_own_lines() -> None:
    quote = price(cart_of(100, 100), [held("h", AmountOff(value=1))], now=NOW)
    assert refund(quote, {"l0": 1}).coupons_back == ("h",)


QUOTE = price(cart_of(100, 100), [], now=NOW)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: refund(QUOTE, {"l9": 1}), "returned must be one of l0, l1, got 'l9'"),
        (lambda: refund(QUOTE, {"l0": 2}), "returned must be from 1 to 1 units of 'l0', got 2"),
        (lambda: refund(QUOTE, {"l0": 0}), "returned must be from 1 to 1 units"),
        (lambda: refund(QUOTE, {"l0": 1.0}), "returned must be from 1 to 1 units"),
        (lambda: refund(QUOTE, {"l0": True}), "returned must be from 1 to 1 units"),
        (lambda: refund(QUOTE, ["l0"]), "returned must be a mapping"),
        (lambda: refund(QUOTE, {"l0": 1}, already={"l0": 1}), "returned must be from 1 to 0 units of 'l0'"),
        (lambda: refund(QUOTE, {"l0": 1}, already={"l9": 1}), "already must be one of l0, l1"),
        (lambda: refund(QUOTE, {"l0": 1}, already=5), "already must be a mapping"),
        (lambda: refund(QUOTE, {"l0": 1}, mode="half"), "mode must be one of keep, reprice"),
        (lambda: refund("quote", {"l0": 1}), "quote must be a Quote"),
    ],
)
def test_arguments_that_break_their_rule_are_refused_by_name(call: Any, match: str) -> None:
    with refuses(InvalidInput, match=match):
        call()


def test_nothing_returned_is_refused() -> None:
    with refuses(EmptyInput, match="returned must hold at least one line"):
        refund(QUOTE, {})
    assert refund(QUOTE, {"l0": 1}, already={}).amount == 100
