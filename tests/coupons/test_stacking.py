"""The best stack: brute force as the referee, ties, reasons, gifts, and a search that is cut short."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from socialmkt.core.errors import InvalidInput
from socialmkt.coupons import (
    AmountOff,
    AmountOffEvery,
    Cart,
    Gift,
    Held,
    PercentOff,
    Quote,
    Scope,
    StackPolicy,
    Validity,
    best,
    price,
)
from tests.coupons.shop import DAY, NOW, cart_of, carts, held, policies, survives_json, wallets
from tests.coupons.test_pricing import check_laws, reasons
from tests.refusals import refuses


def rank(quote: Quote) -> tuple[Any, ...]:
    ends = []
    for each in quote.coupons:
        windows = each.windows or each.campaign.validity.windows(each.claimed_at)
        last = windows[-1].end
        ends.append(float("inf") if last is None else last.timestamp())
    return quote.total, len(quote.coupons), sorted(ends), sorted(each.id for each in quote.coupons)


def brute(cart: Cart, wallet: list[Held], policy: StackPolicy) -> tuple[Any, ...]:
    """The least of all subsets in which nothing is refused."""
    subsets = itertools.chain.from_iterable(itertools.combinations(wallet, k) for k in range(len(wallet) + 1))
    quotes = (price(cart, subset, now=NOW, policy=policy) for subset in subsets)
    return min(rank(quote) for quote in quotes if not quote.refused)


REVIVED = [
    held("x", AmountOff(value=2), stage="item"),
    held("y", AmountOffEvery(every=50, value=50, scope=Scope(include_skus=["s0"]))),
    held("z", AmountOff(value=60, scope=Scope(include_skus=["s0"])), stage="platform"),
]


@given(cart=carts(), wallet=wallets(), policy=policies)
@example(cart=cart_of(100, 100), wallet=REVIVED, policy=StackPolicy())
def test_best_is_what_brute_force_finds(cart: Cart, wallet: list[Held], policy: StackPolicy) -> None:
    found = best(cart, wallet, now=NOW, policy=policy)
    assert rank(found) == brute(cart, wallet, policy)
    assert found.optimal is True
    check_laws(found)
    again = price(cart, found.coupons, now=NOW, policy=policy)
    assert (again.total, again.lines, again.discounts, again.refused) == (found.total, found.lines, found.discounts, ())
    applied = {each.id for each in found.coupons}
    assert {each.coupon for each in found.refused} == {each.id for each in wallet} - applied
    for each in found.refused:
        alone = price(cart, [each_ for each_ in wallet if each_.id == each.coupon], now=NOW, policy=policy)
        assert each.reason == reasons(alone).get(each.coupon, "not_chosen")
    assert survives_json(found)


@given(cart=carts(), wallet=wallets(), policy=policies)
def test_best_never_rises_when_a_coupon_joins(cart: Cart, wallet: list[Held], policy: StackPolicy) -> None:
    totals = [best(cart, wallet[:k], now=NOW, policy=policy).total for k in range(len(wallet) + 1)]
    assert totals == sorted(totals, reverse=True)


def test_two_small_coupons_can_beat_a_large_one() -> None:
    wallet = [
        held("large", AmountOff(value=80), exclusive=True),
        held("a", AmountOff(value=50)),
        held("b", AmountOff(value=40)),
    ]
    found = best(cart_of(1_000), wallet, now=NOW)
    assert ([each.id for each in found.coupons], reasons(found)) == (["a", "b"], {"large": "not_chosen"})


def test_ties_spare_vouchers_then_spend_the_soonest_to_expire_then_the_least_id() -> None:
    soon, late = Validity(ends_at=NOW + DAY), Validity(ends_at=NOW + 2 * DAY)
    whole = [held(name, AmountOff(value=100)) for name in "ab"]
    assert [each.id for each in best(cart_of(100), whole, now=NOW).coupons] == ["a"]
    ends = [held("a", AmountOff(value=100), validity=late), held("b", AmountOff(value=100), validity=soon)]
    assert [each.id for each in best(cart_of(100), [*ends, held("0", AmountOff(value=100))], now=NOW).coupons] == ["b"]


def test_gifts_join_where_they_combine() -> None:
    gifts = [
        held("g", Gift(sku="mug")),
        held("h", Gift(sku="hat"), exclusive=True),
        held("i", Gift(sku="pin", minimum=500)),
    ]
    found = best(cart_of(100), [held("a", AmountOff(value=10)), *gifts], now=NOW)
    assert [each.id for each in found.coupons] == ["g", "a"]
    assert reasons(found) == {"h": "not_chosen", "i": "below_minimum"}
    assert [miss.coupon for miss in found.near_misses] == ["i"]
    alone = best(cart_of(100), gifts[1:2], now=NOW)
    assert [gift.sku for gift in alone.gifts] == ["hat"]


@given(cart=carts(), wallet=wallets(), nodes=st.integers(1, 4))
def test_a_search_cut_short_gives_the_best_so_far_and_says_so(cart: Cart, wallet: list[Held], nodes: int) -> None:
    found, whole = (best(cart, wallet, now=NOW, max_nodes=most) for most in (nodes, 100_000))
    check_laws(found)
    assert found.total >= whole.total
    assert found.total == whole.total or found.optimal is False


def test_many_coupons_are_searched_in_time() -> None:
    wallet = [held(f"h{k:02d}", PercentOff(off_bp=300 + 17 * k, cap=400 + k), group=f"g{k % 5}") for k in range(20)]
    found = best(cart_of(*range(1_000, 11_000, 1_000)), wallet, now=NOW)
    assert found.optimal
    assert len(found.coupons) == 5


def test_a_bound_below_one_is_refused() -> None:
    for most in (0, 1.5, True):
        with refuses(InvalidInput, match="max_nodes must be a whole number of at least 1"):
            best(cart_of(1), [], now=NOW, max_nodes=most)
    with refuses(InvalidInput, match="cart must be a Cart"):
        best("cart", [], now=NOW)


@pytest.mark.parametrize("threshold", ["item", "net"])
def test_no_coupon_costs_nothing(threshold: Any) -> None:
    found = best(cart_of(100), [], now=NOW, policy=StackPolicy(threshold=threshold))
    assert (found.total, found.optimal) == (100, True)
