"""Ladders: the vectors, the laws of amounts, one answer for scalars and columns, and what is refused."""

from __future__ import annotations

import json
import pickle
import re
import tracemalloc
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core.errors import InvalidInput, Overflow
from socialmkt.core.money import Currency, Rounding
from socialmkt.groupbuy import Ladder, NextTier, Tier
from tests.groupbuy.worlds import ladders
from tests.refusals import refuses
from tests.strategies import COLUMN_KINDS

VECTORS = json.loads((Path(__file__).resolve().parents[2] / "tests/vectors/groupbuy_ladders.json").read_text())
INT64_MAX = 2**63 - 1


def prices_of(row: dict[str, Any]) -> dict[int, Any]:
    return {int(q): tuple(price) if isinstance(price, list) else price for q, price in row["prices"].items()}


def ladder_of(row: dict[str, Any]) -> Ladder:
    options = {name: row[name] for name in ("mode", "package") if name in row}
    return Ladder.of(row.get("currency", "CNY"), prices_of(row), **options)


CROWD = Ladder.of("CNY", {int(q): price for q, price in VECTORS["crowd"]["prices"].items()})


def slow_exact(ladder: Ladder, packages: int) -> Fraction:
    """Price packages at the price scale by the definition."""
    tiers = ladder.tiers
    if ladder.mode == "all_units":
        reached = [tier for tier in tiers if tier.min_quantity <= packages][-1]
        return Fraction(reached.unit_price * packages + reached.flat_fee)
    total = Fraction(0)
    for place, tier in enumerate(tiers):
        if packages >= tier.min_quantity:
            end = tiers[place + 1].min_quantity - 1 if place + 1 < len(tiers) else packages
            total += tier.unit_price * (min(packages, end) - tier.min_quantity + 1) + tier.flat_fee
    return total


def slow_amount(ladder: Ladder, quantity: int) -> int | None:
    """Price a quantity by the definition; None where no price exists."""
    rest = Fraction(max(quantity - ladder.free, 0), ladder.package)
    packages = int(rest) if ladder.package_rounding == "down" else -int(-rest // 1)
    if 0 < packages < ladder.tiers[0].min_quantity:
        return None
    if packages == 0 and not ladder.flat_at_zero:
        return 0
    exact = slow_exact(ladder, packages) if packages else Fraction(ladder.tiers[0].flat_fee)
    scale = 10 ** (ladder.price_scale - ladder.currency.exponent)
    amount = ladder.rounding.divide(int(exact), scale)
    amount = amount if ladder.min_amount is None else max(amount, ladder.min_amount)
    return amount if ladder.max_amount is None else min(amount, ladder.max_amount)


@pytest.mark.parametrize("row", VECTORS["ladders"], ids=lambda row: row["name"])
def test_every_known_tariff_is_priced(row: dict[str, Any]) -> None:
    ladder = ladder_of(row)
    minor = ladder.currency.minor
    for quantity, amount in row["amounts"].items():
        assert ladder.amount(int(quantity)) == minor(amount)
    quantities = [int(quantity) for quantity in row["amounts"]]
    assert ladder.amounts(quantities).tolist() == [minor(amount) for amount in row["amounts"].values()]
    for before, after, amount in row.get("deltas", []):
        assert ladder.delta(before, after) == minor(amount)


@pytest.mark.parametrize(("count", "price", "needed"), VECTORS["crowd"]["steps"])
def test_a_crowd_sees_its_price_and_the_next_one(count: int, price: str, needed: int | None) -> None:
    assert CROWD.unit_price(count) == Currency("CNY").minor(price)
    following = CROWD.next_tier(count)
    assert (None if following is None else following.needed) == needed


@pytest.mark.parametrize("row", VECTORS["fingerprints"])
def test_a_stored_fingerprint_still_holds(row: dict[str, Any]) -> None:
    assert Ladder.of(row["currency"], prices_of(row)).fingerprint == row["sha256"]


@given(ladder=ladders(), quantity=st.integers(0, 500))
def test_an_amount_follows_its_definition(ladder: Ladder, quantity: int) -> None:
    expected = slow_amount(ladder, quantity)
    if expected is None:
        with refuses(InvalidInput, match="Ladder.amount: quantity must be 0 or reach the first tier"):
            ladder.amount(quantity)
    else:
        assert ladder.amount(quantity) == expected


@given(ladder=ladders(), quantities=st.lists(st.integers(0, 500), max_size=40))
def test_scalars_and_columns_give_the_same_answer(ladder: Ladder, quantities: list[int]) -> None:
    sellable = [quantity for quantity in quantities if slow_amount(ladder, quantity) is not None]
    assert ladder.amounts(sellable).tolist() == [ladder.amount(quantity) for quantity in sellable]
    counts = [ladder.unit_price(quantity) for quantity in quantities]
    expected = [-1 if price is None else price for price in counts]
    assert ladder.unit_prices(quantities, below=-1).tolist() == expected


@given(ladder=ladders(largest=900), seed=st.integers(0, 99), shape=st.sampled_from([(1500, 1400), (40_000, 10**6)]))
def test_long_columns_by_tables_and_buckets_give_the_same_answer(
    ladder: Ladder, seed: int, shape: tuple[int, int]
) -> None:
    rows, largest = shape
    drawn = np.random.default_rng(seed).integers(0, largest, rows)
    first = ladder.free + ladder.tiers[0].min_quantity * ladder.package
    drawn = np.where(drawn < first, first + drawn, drawn)
    picked = drawn[:: rows // 50].tolist()
    assert ladder.amounts(drawn)[:: rows // 50].tolist() == [ladder.amount(quantity) for quantity in picked]


@pytest.mark.parametrize("mode", ["all_units", "graduated"])
@pytest.mark.parametrize(
    ("rows", "largest"),
    [
        (5_000, 4_000),
        (300_000, 200_000),
        (300_000, 40_000),
        (300_000, 290_000),
        (300_000, 140_000),
        (150_000, 10**9),
        (20_000, 10**5),
    ],
)
def test_every_bulk_method_agrees_with_the_scalar_one(mode: Any, rows: int, largest: int) -> None:
    starts = [1, *range(7, 2_000, 37), 40_000, 41_000]
    tiers = [Tier(min_quantity=start, unit_price=90_000 - place, flat_fee=place) for place, start in enumerate(starts)]
    for dear in (Fraction(1, 10), Fraction(1), Fraction(10**4)):
        scaled = [tier.model_copy(update={"unit_price": int(tier.unit_price * dear)}) for tier in tiers]
        ladder = Ladder(currency="CNY", tiers=scaled, mode=mode)
        for most in (largest, largest // 2):
            quantities = np.random.default_rng(1).integers(0, most, rows)
            picked = slice(None, None, rows // 400)
            expected = [ladder.amount(quantity) for quantity in quantities[picked].tolist()]
            assert ladder.amounts(quantities)[picked].tolist() == expected


def test_tiers_that_lie_close_together_in_a_wide_range_are_searched() -> None:
    tiers = [Tier(min_quantity=start, unit_price=1000 - start) for start in range(1, 100)]
    ladder = Ladder(currency="CNY", tiers=[*tiers, Tier(min_quantity=10**9, unit_price=1)])
    quantities = np.random.default_rng(1).integers(1, 200, 40_000) * np.array([1, 10**7])[np.arange(40_000) % 2]
    assert ladder.amounts(quantities)[:50].tolist() == [ladder.amount(q) for q in quantities[:50].tolist()]


@pytest.mark.parametrize(("price", "fee"), [(2**16, 0), (2**16, -1), (2**16, 1), (1, 2**32 - 2**16), (1, 2**32)])
def test_amounts_about_2_to_the_32_keep_their_size_in_a_table(price: int, fee: int) -> None:
    tier = Tier(min_quantity=1, unit_price=price, flat_fee=max(fee, 0))
    ladder = Ladder(currency="CNY", tiers=[tier])
    quantities = np.arange(1, 70_000) % (2**16 + min(fee, 0)) + 1
    expected = quantities * price + max(fee, 0)
    assert (ladder.amounts(quantities) == expected).all()


def test_free_units_cost_nothing_in_a_table_either() -> None:
    quantities = np.arange(200_000) % 60_000
    tier = Tier(min_quantity=1, unit_price=7)
    expected = np.maximum(quantities - 50_000, 0) * 7
    for most in (40_000, 50_001, 60_000):
        ladder = Ladder(currency="CNY", tiers=[tier], free=50_000)
        assert (ladder.amounts(quantities % most) == expected[quantities % most]).all()


@pytest.mark.parametrize("bound", [2**32 - 1, 2**32, 2**32 + 1])
def test_a_least_amount_and_one_of_nothing_about_2_to_the_32_keep_their_size_in_a_table(bound: int) -> None:
    quantities = np.arange(70_000) % 40_000
    tier = Tier(min_quantity=1, unit_price=1, flat_fee=5)
    least = Ladder(currency="CNY", tiers=[tier], min_amount=bound)
    assert least.amounts(quantities).tolist() == [bound if quantity else 0 for quantity in quantities.tolist()]
    cheap = Tier(min_quantity=2, unit_price=0)
    dear = Ladder(currency="CNY", tiers=[tier.model_copy(update={"flat_fee": bound}), cheap], flat_at_zero=True)
    expected = [bound if quantity == 0 else bound + 1 if quantity == 1 else 0 for quantity in quantities.tolist()]
    assert dear.amounts(quantities).tolist() == expected


@pytest.mark.parametrize("rows", [1_023, 1_024, 1_025, 32_767, 32_768, 32_769, 65_536])
@pytest.mark.parametrize("most", [1_022, 1_023, 1_024, 32_767, 32_768, 131_071, 131_072])
def test_amounts_are_the_same_on_both_sides_of_every_change_of_method(rows: int, most: int) -> None:
    ladder = Ladder.of("CNY", {1: "9", 1_000: "8", 32_768: "7", 131_071: "6"}, mode="graduated")
    quantities = most - np.arange(rows) % (most + 1)
    starts, prices = [1, 1_000, 32_768, 131_071], [900, 800, 700, 600]
    expected = np.zeros(rows, np.int64)
    for start, end, price in zip(starts, [*starts[1:], 2**40], prices, strict=True):
        expected += np.clip(quantities - start + 1, 0, end - start) * price
    assert (ladder.amounts(quantities) == expected).all()


@given(ladder=ladders(), before=st.integers(0, 200), middle=st.integers(0, 200), after=st.integers(0, 200))
def test_graduated_totals_never_fall_and_deltas_add(ladder: Ladder, before: int, middle: int, after: int) -> None:
    assume(ladder.mode == "graduated")
    assert ladder.delta(before, middle) + ladder.delta(middle, after) == ladder.delta(before, after)
    low, high = sorted([before, after])
    assert ladder.delta(low, high) >= 0


def test_giving_units_back_is_a_refund_and_not_an_error() -> None:
    ladder = Ladder.of("CNY", {1: "10", 10: "8"})
    assert ladder.delta(12, 3) == -6600
    assert ladder.delta(9, 10) == -1000  # a larger quantity that costs less


@given(ladder=ladders(), quantity=st.integers(0, 300))
def test_a_breakdown_adds_up_to_the_exact_amount(ladder: Ladder, quantity: int) -> None:
    assume(slow_amount(ladder, quantity) is not None)
    breakdown = ladder.explain(quantity)
    assert breakdown.amount == ladder.amount(quantity)
    assert sum(line.subtotal for line in breakdown.lines) == breakdown.exact
    if breakdown.packages:
        assert breakdown.exact == slow_exact(ladder, breakdown.packages)
        assert sum(line.quantity for line in breakdown.lines) == breakdown.packages == breakdown.lines[-1].last
    assert all(line.quantity == line.last - line.first + 1 for line in breakdown.lines)


def test_a_preview_is_explained_by_the_mode_that_prices_it() -> None:
    prices = {1: "7", 6: "6.5"}
    whole, shares = (Ladder.of("CNY", prices, mode=mode).explain(6) for mode in ("all_units", "graduated"))
    assert [(line.tier, line.first, line.last, line.subtotal) for line in whole.lines] == [(1, 1, 6, 3900)]
    assert [(line.tier, line.first, line.last) for line in shares.lines] == [(0, 1, 5), (1, 6, 6)]
    assert type(whole).model_validate_json(whole.model_dump_json()) == whole


def test_nothing_left_to_price_is_explained_by_the_flat_fee_alone() -> None:
    ladder = Ladder.of("CNY", {1: ("10", "3")}, flat_at_zero=True, free=2)
    assert [line.subtotal for line in ladder.explain(2).lines] == [300]
    assert ladder.explain(2).lines[-1].last == 0
    assert ladder.model_copy(update={"flat_at_zero": False}).explain(2).lines == ()


@given(ladder=ladders(largest=30))
def test_dominated_quantities_are_those_that_a_larger_one_undercuts(ladder: Ladder) -> None:
    last = ladder.tiers[-1].min_quantity * ladder.package + ladder.free + 40
    amounts = {q: slow_amount(ladder, q) for q in range(last)}
    first = next(q for q, amount in amounts.items() if amount is not None and ladder.explain(q).packages)
    expected = {q for q in range(first, last) if any(amounts[more] < amounts[q] for more in range(q + 1, last))}
    found = ladder.dominated()
    assert {quantity for part in found for quantity in part} == expected
    assert all(a.stop < b.start for a, b in pairwise(found))


def test_neighbouring_dominated_ranges_are_one() -> None:
    assert Ladder.of("CNY", {1: "10", 10: "8", 12: "6"}).dominated() == [range(8, 12)]
    assert Ladder.of("CNY", {1: "10"}).dominated() == []


def test_quantities_past_the_last_step_are_all_billed() -> None:
    assert Ladder.of("CNY", {1: "2", 100: "1"}).amount(10**30) == 10**32


def test_a_line_is_rounded_once_and_not_tier_by_tier() -> None:
    ladder = Ladder.of("CNY", {1: "0.005", 2: "0.005", 3: "0.005"}, mode="graduated")
    assert ladder.amount(3) == 2  # 1.5 cents; three times half a cent to even would be 0


@pytest.mark.parametrize("rounding", Rounding)
def test_each_rounding_is_that_of_money(rounding: Rounding) -> None:
    tenths = Ladder(currency="CNY", tiers=[Tier(min_quantity=1, unit_price=5)], price_scale=3, rounding=rounding)
    hundredths = tenths.model_copy(update={"price_scale": 4, "tiers": [Tier(min_quantity=1, unit_price=7)]})
    for quantity in range(1, 60):
        assert tenths.amount(quantity) == rounding.divide(5 * quantity, 10)
        assert hundredths.amount(quantity) == rounding.divide(7 * quantity, 100)


@pytest.mark.parametrize(
    ("code", "price", "minor"), [("JPY", "500", 500), ("UGX", "500", 500), ("ISK", "500", 500), ("KWD", "1.5", 1500)]
)
def test_minor_units_are_those_of_the_currency(code: str, price: str, minor: int) -> None:
    ladder = Ladder.of(code, {1: price})
    assert (ladder.amount(1), ladder.price_scale) == (minor, Currency(code).exponent)


def test_the_price_scale_is_the_finest_that_a_price_needs() -> None:
    assert Ladder.of("CNY", {1: "1.500", 2: Decimal("1.40")}).price_scale == 2
    assert Ladder.of("CNY", {1: "1.5", 2: ("1", "0.0125")}).price_scale == 4
    assert Ladder.of("CNY", {1: 5}, price_scale=6).tiers[0].unit_price == 5_000_000


def test_equal_ladders_share_a_fingerprint_however_they_were_built() -> None:
    built = Ladder(
        currency="CNY", tiers=[Tier(min_quantity=1, unit_price=29900), {"min_quantity": 30, "unit_price": 25900}]
    )
    assert built == Ladder.of(Currency("CNY"), {30: Decimal("259.0"), 1: 299})
    assert built.fingerprint == Ladder.of("CNY", {1: "299", 30: "259"}).fingerprint
    assert Ladder.model_validate_json(built.model_dump_json()).fingerprint == built.fingerprint
    assert pickle.loads(pickle.dumps(built)) == built


@pytest.mark.parametrize(
    "change",
    [
        {"currency": "EUR"}, {"tiers": [Tier(min_quantity=1, unit_price=1)]}, {"mode": "graduated"}, {"price_scale": 3},
        {"package": 2}, {"package_rounding": "down"}, {"free": 1}, {"min_amount": 1}, {"max_amount": 1},
        {"rounding": "up"}, {"flat_at_zero": True},
    ],
)  # fmt: skip
def test_any_change_of_a_field_changes_the_fingerprint(change: dict[str, Any]) -> None:
    assert CROWD.model_copy(update=change).fingerprint != CROWD.fingerprint


@pytest.mark.parametrize("make", COLUMN_KINDS)
def test_every_kind_of_column_gives_the_same_amounts(make: Any) -> None:
    assert CROWD.amounts(make([1, 29, 30])).tolist() == [29900, 29 * 29900, 30 * 25900]


def test_an_empty_column_gives_an_empty_one() -> None:
    assert CROWD.amounts([]).tolist() == CROWD.unit_prices([]).tolist() == []
    assert CROWD.amounts([]).dtype == np.int64


def test_the_next_tier_below_the_first_saves_nothing_yet() -> None:
    ladder = Ladder.of("CNY", {10: "299", 30: "259"})
    assert ladder.next_tier(4) == NextTier(10, 6, 29900, 0)
    assert ladder.next_tier(10) == NextTier(30, 20, 25900, 4000)
    assert ladder.next_tier(30) is None


# Overflow


def test_an_amount_that_int64_does_not_hold_is_refused_before_it_wraps() -> None:
    ladder = Ladder.of("CNY", {1: "92233720368547758.07", 3: "0.01"})
    assert ladder.amounts([0, 1]).tolist() == [0, INT64_MAX]
    with refuses(Overflow, match="Ladder.amounts: quantities must have amounts that fit int64 .* got 2 at row 1"):
        ladder.amounts([1, 2])
    assert ladder.amount(2) == 2 * INT64_MAX


def test_a_column_that_is_refused_says_where_and_how_often() -> None:
    dear = Ladder.of("CNY", {1: "92233720368547758.07", 5: "0.01"})
    text = "Ladder.amounts: quantities must have amounts that fit int64 at the price scale, got 2 at row 1 "
    with refuses(
        Overflow, match=re.escape(f"{text}(2 such rows of 4). amount() prices a single quantity of any size.")
    ):
        dear.amounts([1, 2, 4, 5])
    with refuses(Overflow, match=re.escape("got 4 at row 0 (1 such rows of 2).")):
        dear.amounts([4, 5])
    late = Ladder.of("CNY", {3: "9"})
    text = "Ladder.amounts: quantities must be 0 or reach the first tier, which takes 3, got 1 at row 1 (2 such rows)."
    with refuses(InvalidInput, match=f"^{re.escape(text)}$"):
        late.amounts([0, 1, 2, 3])
    with refuses(
        InvalidInput, match="^Ladder.amounts: quantities must be 0 or reach the first tier, .* got 1 at row 0"
    ):
        late.amounts([1])
    with refuses(
        InvalidInput, match="^Ladder.amount: quantity must be 0 or reach the first tier, which takes 3, got 2.$"
    ):
        late.amount(2)
    assert late.amounts([0, 0]).tolist() == [0, 0]


def test_a_dear_first_tier_does_not_refuse_what_a_cheap_last_one_prices() -> None:
    ladder = Ladder.of("CNY", {1: "92233720368547758.07", 1000: "0.01"})
    assert ladder.amounts([1000, 10**18]).tolist() == [1000, 10**18]
    assert ladder.amounts([1, 10**18]).tolist() == [INT64_MAX, 10**18]
    many = np.full(2_000, 1_999)
    many[7] = 2
    with refuses(Overflow, match="got 2 at row 7"):
        ladder.amounts(many)


def test_a_graduated_amount_that_fits_is_given_although_its_product_does_not() -> None:
    tiers = [Tier(min_quantity=1, unit_price=0), Tier(min_quantity=2**62, unit_price=4)]
    ladder = Ladder(currency="CNY", tiers=tiers, mode="graduated")
    assert ladder.amounts([2**62, 2**62 + 1]).tolist() == [4, 8]


@pytest.mark.parametrize(
    ("fee", "options", "quantity"), [(2**63, {}, 1), (2**63, {"flat_at_zero": True}, 0), (0, {"min_amount": 2**63}, 1)]
)
def test_a_fee_or_a_bound_beyond_int64_is_refused(fee: int, options: dict[str, Any], quantity: int) -> None:
    ladder = Ladder(currency="CNY", tiers=[Tier(min_quantity=1, unit_price=0, flat_fee=fee)], **options)
    with refuses(Overflow, match=f"quantities must have amounts that fit int64 .* got {quantity} at row 0"):
        ladder.amounts([quantity])
    assert ladder.amount(quantity) == 2**63


@pytest.mark.parametrize("rows", [1, 2_000])
def test_a_fee_beyond_int64_at_the_price_scale_does_not_wrap_where_nothing_is_sold(rows: int) -> None:
    fee = Tier(min_quantity=1, unit_price=0, flat_fee=2**63)
    ladder = Ladder(currency="CNY", tiers=[fee], price_scale=3, free=5, flat_at_zero=True)
    assert ladder.amounts([5] * rows).tolist() == [ladder.amount(5)] * rows == [2**63 // 10 + 1] * rows
    with refuses(Overflow, match="quantities must have amounts that fit int64 .* got 6 at row 0"):
        ladder.amounts([6] * rows)


def test_tiers_and_prices_beyond_int64_are_never_reached_by_a_column() -> None:
    tiers = [Tier(min_quantity=1, unit_price=3), Tier(min_quantity=2**70, unit_price=2**70)]
    ladder = Ladder(currency="CNY", tiers=tiers, max_amount=2**80, package_rounding="down")
    assert ladder.amounts([5, 2**61]).tolist() == [15, 3 * 2**61]
    assert ladder.unit_prices([5]).tolist() == [3]
    wide = Ladder(currency="CNY", tiers=[Tier(min_quantity=1, unit_price=2**70)], free=2**70)
    assert wide.amounts([0, INT64_MAX]).tolist() == [0, 0]
    coarse = Ladder(currency="CNY", tiers=tiers[:1], package=2**70)
    assert coarse.amounts([0, 1, INT64_MAX]).tolist() == [0, 3, 3]
    assert coarse.model_copy(update={"package_rounding": "down"}).amounts([INT64_MAX]).tolist() == [0]
    late = Ladder(currency="CNY", tiers=[Tier(min_quantity=2**70, unit_price=1)])
    with refuses(InvalidInput, match="quantities must be 0 or reach the first tier"):
        late.amounts([0, 5])
    with refuses(Overflow, match="Ladder.unit_prices: n must have prices that fit int64, got 7 at row 1"):
        Ladder(currency="CNY", tiers=[Tier(min_quantity=7, unit_price=2**70)]).unit_prices([1, 7], below=0)


def test_the_memory_of_a_column_stays_near_that_of_its_result() -> None:
    for largest in (10**9, 100_000, 900_000):
        quantities = np.random.default_rng(1).integers(1, largest, 1_000_000)
        CROWD.amounts(quantities[:10])
        tracemalloc.start()
        amounts = CROWD.amounts(quantities)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 1.6 * amounts.nbytes


# Refusals


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"min_quantity": 0}, "min_quantity must be at least 1, got 0"),
        ({"min_quantity": True}, "min_quantity must be a whole number, got True"),
        ({"unit_price": 1.0}, "unit_price must be a whole number, got 1.0"),
        ({"unit_price": "1"}, "unit_price must be a whole number"),
        ({"unit_price": -1}, "unit_price must be at least 0, got -1"),
        ({"flat_fee": -1}, "flat_fee must be at least 0"),
    ],
)
def test_a_tier_takes_whole_numbers_alone(fields: dict[str, Any], match: str) -> None:
    with pytest.raises(ValidationError, match=match):
        Tier(**{"min_quantity": 1, "unit_price": 1, **fields})


def tiers(*starts: int) -> list[Tier]:
    return [Tier(min_quantity=start, unit_price=1) for start in starts]


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"tiers": []}, "tiers must hold at least one tier"),
        ({"tiers": tiers(5, 5)}, "tiers must rise strictly in min_quantity, above 5, got 5"),
        ({"tiers": tiers(5, 4)}, "tiers must rise strictly"),
        ({"tiers": tiers(2), "mode": "graduated"}, "tiers must start at 1 in a graduated ladder, got 2"),
        ({"price_scale": 1}, "price_scale must be a whole number from 2 to 18 for CNY, got 1"),
        ({"price_scale": 19}, "price_scale must be"),
        ({"price_scale": 2.0}, "price_scale must be"),
        ({"currency": "XAU"}, "currency must be a currency with minor units"),
        ({"currency": "RMB"}, "Did you mean 'CNY'"),
        ({"min_amount": 5, "max_amount": 4}, "max_amount must be at least min_amount, 5, got 4"),
        ({"package": 0}, "package must be at least 1"),
        ({"free": -1}, "free must be at least 0"),
        ({"flat_at_zero": 1}, "flat_at_zero"),
        ({"mode": "volume"}, "mode"),
    ],
)
def test_a_bad_ladder_is_refused_with_its_field(fields: dict[str, Any], match: str) -> None:
    with pytest.raises(ValidationError, match=match):
        Ladder(**{"currency": "CNY", "tiers": tiers(1), **fields})


@pytest.mark.parametrize(
    ("prices", "options", "match"),
    [
        ({1: 9.9}, {}, "prices must be text, Decimal or int, got 9.9"),
        ({1: "9,90"}, {}, "prices must be digits"),
        ({1: ("1", "2", "3")}, {}, "prices must be a price or a pair of price and flat fee"),
        ({"1": "9"}, {}, "prices must have whole numbers as keys, got '1'"),
        ([("1", "9")], {}, "prices must be a mapping of min_quantity to price"),
        ({1: "9." + "1" * 19}, {}, "prices must have at most 18 decimal places"),
        ({1: "9.999"}, {"price_scale": 2}, "price_scale must hold every decimal digit of the price at 1, got 2"),
        ({1: "9"}, {"price_scale": "2"}, "price_scale must be a whole number from 0 to 18"),
    ],
)
def test_bad_prices_in_major_units_are_refused(prices: Any, options: dict[str, Any], match: str) -> None:
    with refuses(InvalidInput, match=f"Ladder.of: {match}"):
        Ladder.of("CNY", prices, **options)


def test_wrong_currency_digits_are_refused() -> None:
    with pytest.raises(ValidationError, match="price_scale must be a whole number from 2 to 18 for CNY, got 0"):
        Ladder.of("CNY", {1: "9"}, price_scale=0)
    with refuses(InvalidInput, match="price_scale must hold every decimal digit"):
        Ladder.of("JPY", {1: "9.50"}, price_scale=0)


def test_a_column_is_refused_with_its_first_row() -> None:
    with refuses(InvalidInput, match="Ladder.amounts: quantities must be at least 0, got -3 at row 5"):
        CROWD.amounts([1, 1, 1, 1, 1, -3])
    late = Ladder.of("CNY", {3: "9"})
    with refuses(InvalidInput, match="quantities must be 0 or reach the first tier, .* 3, got 2 at row 1"):
        late.amounts([0, 2, 3])
    with refuses(InvalidInput, match="n must reach the first tier, 3, got 2 at row 1 .* Pass below="):
        late.unit_prices([3, 2])
    with refuses(InvalidInput, match="below must be a whole number"):
        late.unit_prices([3], below=0.5)
    with refuses(Overflow, match="Ladder.unit_prices: below must fit int64"):
        late.unit_prices([3], below=2**63)
    assert late.unit_prices([1], below=np.int64(-1)).tolist() == [-1]


@pytest.mark.parametrize("call", ["amounts", "unit_prices"])
def test_the_refusal_of_a_null_offers_nothing_that_a_ladder_does_not_take(call: str) -> None:
    with refuses(InvalidInput, match=r"must not be null, got None at row 1 \(1 such rows of 2\)\.$"):
        getattr(CROWD, call)([30, None])


@pytest.mark.parametrize("call", ["amount", "unit_price", "next_tier", "explain"])
@pytest.mark.parametrize(
    ("quantity", "match"), [(-1, "at least 0, got -1"), (1.0, "whole number"), (True, "whole number")]
)
def test_a_scalar_is_a_whole_number_from_0_on(call: str, quantity: Any, match: str) -> None:
    with refuses(InvalidInput, match=match):
        getattr(CROWD, call)(quantity)
    with refuses(InvalidInput, match=f"Ladder.delta: before must be .*{match}"):
        CROWD.delta(quantity, 1)


def test_a_numpy_scalar_is_a_whole_number() -> None:
    assert CROWD.amount(np.int64(30)) == 777000
