"""Terms, scopes and campaigns: the eight kinds, what they may hold, and what they can cost at worst."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from pydantic import ValidationError

from socialmkt.core.errors import InvalidInput
from socialmkt.coupons import (
    AmountOff,
    AmountOffEvery,
    BuyGet,
    Exchange,
    FixedPrice,
    FreeShipping,
    Gift,
    PercentOff,
    Scope,
    Stage,
    Validity,
)
from socialmkt.coupons._campaign import applied_at
from tests.coupons.shop import NOW, all_terms, campaign, survives_json
from tests.refusals import refuses

KINDS = [
    (AmountOff(value=500), Stage.shop, 500),
    (PercentOff(off_bp=1200), Stage.shop, None),
    (PercentOff(off_bp=1200, cap=900), Stage.shop, 900),
    (AmountOffEvery(every=300, value=50), Stage.shop, None),
    (AmountOffEvery(every=300, value=50, times=3), Stage.shop, 150),
    (FixedPrice(price=0), Stage.item, None),
    (BuyGet(buy=2, get=1), Stage.item, None),
    (FreeShipping(), Stage.shipping, None),
    (FreeShipping(cap=12), Stage.shipping, 12),
    (Exchange(sku="tea"), Stage.item, None),
    (Gift(sku="mug"), Stage.item, None),
]


@given(terms=all_terms())
def test_a_campaign_comes_back_from_json_with_its_terms(terms: Any) -> None:
    assert survives_json(campaign(terms=terms))


@pytest.mark.parametrize(("terms", "stage", "worst"), KINDS)
def test_every_kind_has_a_stage_and_a_worst_case(terms: Any, stage: Stage, worst: int | None) -> None:
    assert applied_at(campaign(terms=terms)) is stage
    assert campaign(terms=terms).worst_case() == worst
    assert campaign(terms=terms, max_value=7).worst_case() == 7
    assert survives_json(terms)


def test_what_one_coupon_can_take_is_the_least_of_its_bounds() -> None:
    assert campaign(terms=AmountOff(value=500), max_value=900).worst_case() == 500


@pytest.mark.parametrize(
    ("rate", "off_bp"),
    [("8.8", 1200), (5, 5000), (Decimal("9.5"), 500), ("9.995", 5), ("0.001", 9999), (Decimal("8E0"), 2000)],
)
def test_zhe_is_what_is_still_paid(rate: Any, off_bp: int) -> None:
    assert PercentOff.zhe(rate).off_bp == off_bp


def test_zhe_takes_the_other_fields() -> None:
    terms = PercentOff.zhe("8.8", cap=900, scope=Scope(include_skus=["a"]), minimum=5)
    assert (terms.cap, terms.scope.include_skus, terms.minimum) == (900, ("a",), 5)


@pytest.mark.parametrize(
    "rate", [8.8, "0", "10", 10, "8.8801", "-1", "8.", "８", " 8", True, None, Decimal("NaN"), "0.000"]
)
def test_any_other_rate_is_refused(rate: Any) -> None:
    with refuses(InvalidInput, match="rate must be text, an int or a Decimal above 0 and below 10"):
        PercentOff.zhe(rate)


@pytest.mark.parametrize(
    ("kind", "fields", "name"),
    [
        (AmountOff, {"value": 0}, "value"),
        (AmountOff, {"value": 5.0}, "value"),
        (AmountOff, {"value": True}, "value"),
        (AmountOff, {"value": "5"}, "value"),
        (AmountOff, {"value": Decimal(5)}, "value"),
        (AmountOff, {"value": 5, "minimum": -1}, "minimum"),
        (AmountOff, {"value": 5, "more": 1}, "more"),
        (PercentOff, {"off_bp": 0}, "off_bp"),
        (PercentOff, {"off_bp": 10_001}, "off_bp"),
        (PercentOff, {"off_bp": 1, "cap": 0}, "cap"),
        (AmountOffEvery, {"every": 0, "value": 1}, "every"),
        (AmountOffEvery, {"every": 5, "value": 6}, "value"),
        (AmountOffEvery, {"every": 5, "value": 5, "times": 0}, "times"),
        (AmountOffEvery, {"every": 2**62, "value": 2**62, "times": 2}, "times must keep value x times below"),
        (FixedPrice, {"price": -1}, "price"),
        (BuyGet, {"buy": 0, "get": 1}, "buy"),
        (BuyGet, {"buy": 1, "get": 0}, "get"),
        (Exchange, {"sku": ""}, "sku"),
        (Gift, {"sku": "mug", "quantity": 0}, "quantity"),
        (Scope, {"include_skus": [""]}, "include_skus"),
    ],
)
def test_terms_that_break_their_rule_are_refused_by_name(kind: Any, fields: dict[str, Any], name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        kind(**fields)


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        (Scope(), True),
        (Scope(include_skus=["t1"]), True),
        (Scope(include_categories=["tea"]), True),
        (Scope(include_tags=["new"]), True),
        (Scope(include_skus=["t2"], include_tags=["new"]), True),
        (Scope(include_skus=["t2"]), False),
        (Scope(exclude_skus=["t1"]), False),
        (Scope(include_skus=["t1"], exclude_categories=["tea"]), False),
        (Scope(exclude_tags=["new"]), False),
    ],
)
def test_a_line_counts_if_no_exclude_and_any_include_matches(scope: Scope, covered: bool) -> None:
    assert scope.covers("t1", "tea", ("hot", "new")) is covered


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"id": ""}, "id"),
        ({"id": "a#b"}, "id must hold no '#'"),
        ({"currency": "XXX"}, "currency"),
        ({"total": 0}, "total"),
        ({"per_user": -1}, "per_user"),
        ({"per_day": 1}, "per_day must come with validity.tz"),
        ({"terms": PercentOff(off_bp=1), "budget": 100}, "budget must come with a known worst case"),
        ({"budget": 499}, "budget must hold the worst case of a coupon, 500, got 499"),
        ({"stage": "shipping"}, "stage must be shipping for free shipping"),
        ({"terms": FreeShipping(), "stage": "shop"}, "stage must be shipping for free shipping"),
        ({"issue_from": NOW, "issue_until": NOW}, "issue_until must be after issue_from"),
        ({"issue_from": NOW.replace(tzinfo=None)}, "issue_from"),
        ({"budget": 5.0}, "budget"),
    ],
)
def test_a_campaign_that_breaks_its_rule_is_refused_by_name(fields: dict[str, Any], name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        campaign(**fields)


def test_a_budget_holds_the_worst_case_and_a_day_has_a_zone() -> None:
    assert campaign(budget=500, per_day=1, validity=Validity(tz="Asia/Shanghai")).budget == 500
