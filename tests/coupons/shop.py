"""What the tests of coupons share: a moment, small builders, strategies, and a check of what every model must do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from socialmkt.coupons import (
    AmountOff,
    AmountOffEvery,
    BuyGet,
    Campaign,
    Cart,
    Exchange,
    FixedPrice,
    FreeShipping,
    Held,
    IssueRequest,
    Ledger,
    Line,
    PercentOff,
    Scope,
    StackPolicy,
    Validity,
    issue,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def campaign(**fields: Any) -> Campaign:
    return Campaign(**{"id": "c", "currency": "CNY", "terms": AmountOff(value=500), **fields})


def requests(*pairs: Any, **fields: Any) -> list[IssueRequest]:
    return [IssueRequest(key=key, user=user, **fields) for key, user in pairs]


def issued(count: int = 1, **fields: Any) -> Ledger:
    """Issue so many coupons, one per user."""
    asked = requests(*((f"issue{number}", number) for number in range(count)))
    return issue(campaign(**fields), Ledger.empty(), asked, now=NOW).ledger


def line(price: int, quantity: int = 1, **fields: Any) -> Line:
    return Line(**{"id": "a", "sku": "tea", "quantity": quantity, "unit_price": price, **fields})


def cart_of(*prices: int, shipping: int = 0) -> Cart:
    lines = [line(price, id=f"l{place}", sku=f"s{place}") for place, price in enumerate(prices)]
    return Cart(currency="CNY", lines=lines, shipping=shipping)


def held(name: str, terms: Any, /, **fields: Any) -> Held:
    """Make a coupon of a campaign of its own, if the fields say no other id."""
    windows = fields.pop("windows", None)
    of = campaign(**{"id": f"of-{name}", "terms": terms, **fields})
    return Held(id=name, campaign=of, claimed_at=NOW, windows=windows)


def survives_json(model: Any) -> bool:
    return type(model).model_validate_json(model.model_dump_json()) == model


scopes = st.builds(
    Scope,
    include_skus=st.sampled_from([(), ("a",), ("b",), ("a", "b")]),
    exclude_skus=st.sampled_from([(), (), ("c",)]),
)


@st.composite
def all_terms(draw: Any, top: int = 60) -> Any:
    shared = {"scope": draw(scopes), "minimum": draw(st.sampled_from([0, 0, 5, top]))}
    amounts, every = st.integers(1, top), draw(st.integers(1, top))
    rates = st.sampled_from([1, 1200, 3333, 5000, 10_000])
    some = st.none() | st.integers(1, 3)
    return draw(
        st.one_of(
            st.builds(AmountOff, value=amounts, **_just(shared)),
            st.builds(PercentOff, off_bp=rates, cap=st.none() | amounts, **_just(shared)),
            st.builds(AmountOffEvery, every=st.just(every), value=st.integers(1, every), times=some, **_just(shared)),
            st.builds(FixedPrice, price=st.integers(0, top), **_just(shared)),
            st.builds(BuyGet, buy=st.integers(1, 2), get=st.integers(1, 2), off_bp=rates, times=some, **_just(shared)),
            st.builds(FreeShipping, cap=st.none() | amounts, **_just(shared)),
            st.builds(Exchange, sku=st.sampled_from("abc"), **_just(shared)),
        )
    )


def _just(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: st.just(value) for name, value in fields.items()}


@st.composite
def carts(draw: Any, top: int = 60) -> Cart:
    lines = st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3), st.integers(0, top)), min_size=1, max_size=3)
    found = [
        Line(id=str(place), sku=sku, quantity=quantity, unit_price=price)
        for place, (sku, quantity, price) in enumerate(draw(lines))
    ]
    return Cart(currency="CNY", lines=found, shipping=draw(st.integers(0, top)))


@st.composite
def wallets(draw: Any, most: int = 6) -> list[Held]:
    found = []
    for number in range(draw(st.integers(0, most))):
        terms = draw(all_terms())
        free = isinstance(terms, FreeShipping)
        ends = st.sampled_from([None, NOW + DAY, NOW + 2 * DAY])
        found.append(
            held(
                f"h{number}",
                terms,
                id=draw(st.sampled_from([f"of-{number}", "same"])),
                stage=None if free else draw(st.sampled_from([None, None, "item", "shop", "cross_shop", "platform"])),
                priority=draw(st.integers(0, 1)),
                group=draw(st.sampled_from([None, None, "g"])),
                exclusive=draw(st.sampled_from([False] * 5 + [True])),
                combines=draw(st.sampled_from([None, None, None, ("item", "shop")])),
                max_value=draw(st.sampled_from([None, None, 7])),
                validity=Validity(ends_at=draw(ends)),
            )
        )
    return found


policies = st.builds(
    StackPolicy,
    threshold=st.sampled_from(["item", "list", "net"]),
    percent_base=st.sampled_from(["net", "initial"]),
    rounding=st.sampled_from(["half_up", "up", "down", "half_even"]),
    per_campaign=st.sampled_from([1, None]),
    group_limits=st.sampled_from([{}, {"g": 2}, {"g": None}]),
    max_coupons=st.sampled_from([None, None, 2]),
)
