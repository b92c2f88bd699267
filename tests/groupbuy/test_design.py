"""Ladder design: brute force on small markets, what theory says, and what is refused."""

from __future__ import annotations

from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialmkt.core.errors import EmptyInput, Infeasible, InvalidInput, Overflow
from socialmkt.groupbuy import Deal, LadderDesign, Order, design_ladder, status
from tests.groupbuy.worlds import CLOSES, OPENS
from tests.refusals import refuses

Totals = dict[tuple[int, int], int]


class Question(NamedTuple):
    demand: list[list[int]]
    weights: list[int]
    prices: list[int]
    costs: list[int]
    stock: int | None
    max_tiers: int

    def ask(self, **options: Any) -> LadderDesign:
        fields = {**self._asdict(), "currency": "CNY", "cost": self.costs, **options}
        demand = fields.pop("demand")
        fields.pop("costs")
        return design_ladder(demand, **fields)

    def sold(self) -> list[list[int]]:
        return [[demand if self.stock is None else min(demand, self.stock) for demand in row] for row in self.demand]

    def profit(self, price: int, count: int) -> int:
        return price * count - self.costs[count]


@st.composite
def questions(draw: st.DrawFn, *, nested: bool) -> Question:
    scenarios, prices = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    rising = st.lists(st.integers(0, 3 if nested else 7), min_size=prices, max_size=prices).map(sorted)
    demand = [draw(rising) for _ in range(scenarios)]
    if nested:
        demand = np.cumsum(demand, axis=0).tolist()
    asked = draw(st.sets(st.integers(1, 12), min_size=prices, max_size=prices))
    return Question(
        demand=draw(st.permutations(demand)),
        weights=draw(st.lists(st.integers(0, 3), min_size=scenarios, max_size=scenarios).filter(any)),
        prices=sorted(asked, reverse=True),
        costs=[0, *draw(st.lists(st.integers(0, 20), min_size=12, max_size=12))],
        stock=draw(st.none() | st.integers(1, 6)),
        max_tiers=draw(st.integers(1, 3)),
    )


any_question = st.booleans().flatmap(lambda nested: questions(nested=nested))


def all_ladders(asked: Question) -> Totals:
    """Play every subset of prices with every choice of thresholds: weighted reach and profit, and the fewest tiers."""
    sold, found = asked.sold(), Totals()
    highest = max(map(max, sold))
    for tiers in range(asked.max_tiers + 1):
        for places in combinations(range(len(asked.prices)), tiers):
            for thresholds in combinations(range(1, highest + 1), tiers):
                reach = profit = 0
                for row, weight in zip(sold, asked.weights, strict=True):
                    tipped = [j for m, j in zip(thresholds, places, strict=True) if row[j] >= m]
                    if tipped:
                        reach += weight * row[tipped[-1]]
                        profit += weight * asked.profit(asked.prices[tipped[-1]], row[tipped[-1]])
                found.setdefault((reach, profit), tiers)
    return found


@given(any_question)
def test_the_best_ladder_is_that_of_brute_force_with_the_fewest_tiers(asked: Question) -> None:
    ladders, design = all_ladders(asked), asked.ask()
    best = max(profit for _, profit in ladders)
    assert design.exact
    assert design.value == design.profit == best / sum(asked.weights)
    assert len(design.tiers) == min(tiers for (_, profit), tiers in ladders.items() if profit == best)
    assert design.posted_value <= design.value <= design.bound


@given(any_question)
def test_the_frontier_is_that_of_brute_force(asked: Question) -> None:
    ladders, total = all_ladders(asked), sum(asked.weights)
    kept = sorted(
        (reach, profit)
        for reach, profit in ladders
        if not any(r >= reach and p >= profit and (r, p) != (reach, profit) for r, p in ladders)
    )
    expected = [(reach / total, profit / total, ladders[reach, profit]) for reach, profit in kept]
    assert [(point.reach, point.profit, len(point.tiers)) for point in asked.ask().frontier] == expected


@given(asked=any_question, floor=st.none() | st.integers(-30, 60))
def test_the_widest_reach_that_earns_the_floor_is_that_of_brute_force(asked: Question, floor: int | None) -> None:
    total = sum(asked.weights)
    enough = [pair for pair in all_ladders(asked) if floor is None or pair[1] >= floor * total]
    if not enough:
        with refuses(Infeasible, match="min_profit must be within reach of a ladder"):
            asked.ask(objective="reach", min_profit=floor)
        return
    design = asked.ask(objective="reach", min_profit=floor)
    assert (design.value, design.profit) == tuple(amount / total for amount in max(enough))
    assert design.posted_value <= design.value <= design.bound


@given(any_question)
def test_every_threshold_in_its_window_gives_the_same_value(asked: Question) -> None:
    design, sold = asked.ask(), asked.sold()
    for ends in zip(*design.windows, strict=True):
        places = [asked.prices.index(tier.unit_price) for tier in design.tiers]
        if list(ends) != sorted(set(ends)):
            continue
        total = 0
        for row, weight in zip(sold, asked.weights, strict=True):
            tipped = [j for m, j in zip(ends, places, strict=True) if row[j] >= m]
            total += weight * asked.profit(asked.prices[tipped[-1]], row[tipped[-1]]) if tipped else 0
        assert total / sum(asked.weights) == design.value
    assert all(low <= t.min_quantity <= high for t, (low, high) in zip(design.tiers, design.windows, strict=True))


@given(questions(nested=True))
def test_one_scenario_or_equal_ones_give_one_tier_and_the_posted_price(asked: Question) -> None:
    same = asked._replace(demand=[asked.demand[0]] * 3, weights=[1, 2, 3], max_tiers=3)
    design = same.ask()
    assert len(design.tiers) == (1 if design.value else 0)
    assert design.value == design.posted_value
    if design.tiers:
        assert same.profit(design.posted_price, int(design.reach)) == design.value


@given(questions(nested=True))
def test_a_deal_with_the_ladder_sells_what_the_design_says(asked: Question) -> None:
    design, sold = asked.ask(), asked.sold()
    if design.ladder is None:
        return
    deal = Deal(id="d", ladder=design.ladder, opens_at=OPENS, closes_at=CLOSES, stock=asked.stock)
    total = 0
    for row, weight in zip(sold, asked.weights, strict=True):
        placed = []
        for buyer in range(row[-1]):
            limit = next(p for p, demand in zip(asked.prices, row, strict=True) if demand > buyer)
            placed.append(Order(id=str(buyer), buyer=buyer, quantity=1, placed_at=OPENS, paid_at=OPENS, limit=limit))
        found = status(deal, placed, as_of=CLOSES)
        total += weight * (asked.profit(found.unit_price, found.count) if found.tier is not None else 0)
    assert total / sum(asked.weights) == design.value


def test_a_ladder_pays_under_uncertain_demand() -> None:
    design = design_ladder([[10, 12], [20, 60]], weights=[1, 1], prices=[500, 300], cost=100, currency="CNY")
    assert (design.posted_value, design.value, design.bound) == (7200.0, 8000.0, 8000.0)
    assert [tier.min_quantity for tier in design.tiers] == [1, 36]
    assert design.windows == ((1, 10), (13, 60))
    assert design.posted_price == 300
    assert design.ladder.unit_price(36) == 300


def test_costs_are_per_unit_a_column_or_a_function_of_the_counts_that_occur() -> None:
    demand, asked = [[3, 5], [4, 9]], []

    def total(count: int) -> int:
        asked.append(count)
        return 40 * count

    options = {"weights": [1, 1], "prices": [100, 80], "currency": "CNY"}
    designs = [design_ladder(demand, cost=cost, **options) for cost in (40, [40 * n for n in range(20)], total)]
    assert designs[0] == designs[1] == designs[2]
    assert sorted(asked) == [3, 4, 5, 9]


def test_weights_are_normalised() -> None:
    options = {"prices": [500, 300], "cost": 100, "currency": "CNY"}
    one = design_ladder([[10, 12], [20, 60]], weights=[0.1, 0.3], **options)
    assert one.value == design_ladder([[10, 12], [20, 60]], weights=[1, 3], **options).value
    odd = design_ladder([[10, 12], [20, 60]], weights=[0.123456789012345, 1e-9], **options)
    assert odd.posted_value <= odd.value <= odd.bound


@pytest.mark.parametrize(("library", "make"), [("pandas", "DataFrame"), ("polars", "DataFrame"), ("pyarrow", "table")])
def test_a_frame_of_demand_has_a_row_per_scenario(library: str, make: str) -> None:
    frame = getattr(pytest.importorskip(library), make)({"dear": [10, 20], "cheap": [12, 60]})
    options = {"weights": [1, 1], "prices": [500, 300], "cost": 100, "currency": "CNY"}
    assert design_ladder(frame, **options) == design_ladder([[10, 12], [20, 60]], **options)


def test_masked_demand_is_refused() -> None:
    masked = np.ma.masked_array([[1, 2], [3, 4]], [[False, False], [False, True]])
    with refuses(InvalidInput, match=r"demand\[1\] must not be null, got .* at row 1"):
        design_ladder(masked, weights=[1, 1], prices=[9, 7], cost=1, currency="CNY")


def test_a_floor_can_come_out_of_an_array() -> None:
    options = {"weights": [1, 1], "prices": [500, 300], "cost": 100, "currency": "CNY", "objective": "reach"}
    least = np.array([7900])
    assert design_ladder([[10, 12], [20, 60]], **options, min_profit=least[0]).reach == 35.0
    assert design_ladder([[10, 12], [20, 60]], **options, min_profit=least.astype(float)[0]).reach == 35.0


def test_no_weight_is_so_small_that_the_posted_price_reaches_more() -> None:
    options = {"weights": [0.1, 1e-17], "prices": [39, 2], "currency": "CNY", "objective": "reach"}
    for cost in range(6):
        design = design_ladder([[3, 7], [1, 4]], cost=cost, **options)
        assert design.posted_value <= design.value <= design.bound


def test_nothing_worth_selling_gives_no_ladder() -> None:
    design = design_ladder([[5, 9]], weights=[1], prices=[30, 20], cost=40, currency="CNY")
    assert (design.ladder, design.tiers, design.value, design.posted_price, design.posted_value) == (
        None,
        (),
        0.0,
        None,
        0.0,
    )
    assert design.bound == 0.0
    assert design.frontier[0] == (0.0, 0.0, ())
    assert design.frontier[-1].profit < 0
    nobody = design_ladder([[0, 0]], weights=[1], prices=[30, 20], cost=0, currency="CNY", objective="reach")
    assert (nobody.tiers, nobody.posted_price, nobody.value) == ((), None, 0.0)


CROSSING = np.sort(np.random.default_rng(11).integers(0, 90, (12, 9)), axis=1)
LARGE = {"weights": np.ones(12), "prices": range(100, 10, -10), "cost": 15, "currency": "CNY", "max_tiers": 4}


def test_many_crossing_scenarios_are_searched_and_never_below_the_posted_price() -> None:
    design = design_ladder(CROSSING, **LARGE)
    assert not design.exact
    assert design.posted_value <= design.value <= design.bound
    assert design.value > design.posted_value
    frontier = [(point.reach, point.profit) for point in design.frontier]
    assert frontier == sorted(frontier)
    assert [profit for _, profit in frontier] == sorted((profit for _, profit in frontier), reverse=True)
    assert frontier[0][1] >= design.value


def test_many_crossing_scenarios_reach_what_they_can_under_the_floor() -> None:
    most = design_ladder(CROSSING, **LARGE)
    design = design_ladder(CROSSING, **LARGE, objective="reach", min_profit=most.value * 0.9)
    assert design.profit >= most.value * 0.9
    assert design.posted_value <= design.value <= design.bound
    assert design.reach >= most.reach


def test_a_search_finds_what_trying_all_would() -> None:
    rng = np.random.default_rng(3)
    for _ in range(10):
        demand = np.sort(rng.integers(0, 30, (8, 3)), axis=1)
        options = {"weights": np.ones(8), "prices": [90, 60, 40], "cost": 10, "currency": "CNY"}
        exact = design_ladder(demand, **options, max_tiers=2)
        padded = np.column_stack([np.zeros((8, 30), int), demand])  # prices that nobody pays make the market large
        dear = [*range(390, 90, -10), 90, 60, 40]
        searched = design_ladder(padded, **{**options, "prices": dear}, max_tiers=2)
        assert (exact.exact, searched.exact) == (True, True)
        wide = design_ladder(padded, **{**options, "prices": dear}, max_tiers=3)
        assert not wide.exact
        assert wide.value >= exact.posted_value


def test_designs_come_back_from_json_with_their_frontier() -> None:
    design = design_ladder([[10, 12], [20, 60]], weights=[1, 1], prices=[500, 300], cost=100, currency="CNY")
    again = LadderDesign.model_validate_json(design.model_dump_json())
    assert again == design
    assert again.frontier == design.frontier
    assert "36" in design._repr_html_()


def test_what_a_market_keeps_cannot_be_changed() -> None:
    market = design_ladder([[20, 60], [10, 12]], weights=[1, 2], prices=[500, 300], cost=100, currency="CNY").market
    kept = [market.demand, market.profits, market.scale, market.profit_sums, market.reach_sums]
    kept += [*market.order[:3], *market.running[:3]]
    assert not any(array.flags.writeable for array in kept)


# Refusals

GOOD: dict[str, Any] = {
    "demand": [[1, 2], [3, 4]], "weights": [1, 1], "prices": [9, 7], "cost": 1, "currency": "CNY",
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "change", "match"),
    [
        (InvalidInput, {"demand": [[1, 2], [4, 3]]}, "demand must never fall as the price falls, got .* at row 1"),
        (InvalidInput, {"demand": [[1, 2], [3]]}, "demand must have a column per price, 2, got 1 in scenario 1"),
        (InvalidInput, {"demand": [[1, 2], [3, -4]]}, r"demand\[1\] must be at least 0, got -4 at row 1"),
        (InvalidInput, {"demand": np.array([[1, 2], [-3, 4]])}, r"demand\[1\] must be at least 0, got -3 at row 0"),
        (InvalidInput, {"demand": [[1.5, 2], [3, 4]]}, r"demand\[0\] must hold whole numbers"),
        (InvalidInput, {"demand": np.array([[1.0, 2], [3, 4]])}, r"demand\[0\] must hold whole numbers"),
        (InvalidInput, {"demand": np.array([1, 2])}, r"demand\[0\] must be"),
        (InvalidInput, {"demand": 5}, "demand must have a row per scenario"),
        (EmptyInput, {"demand": [], "weights": []}, "demand must hold at least one scenario"),
        (EmptyInput, {"prices": []}, "prices must hold at least one price"),
        (InvalidInput, {"prices": [7, 7]}, "prices must fall strictly, got 7 at row 1"),
        (InvalidInput, {"prices": [7.5, 7]}, "prices must hold whole numbers"),
        (InvalidInput, {"weights": [1]}, "weights must be one per scenario, 2, got 1"),
        (InvalidInput, {"weights": [1, -1]}, "weights must be at least 0, got -1.0 at row 1"),
        (InvalidInput, {"weights": [0, 0]}, "weights must not all be 0"),
        (InvalidInput, {"weights": [1, float("inf")]}, "weights must be finite, got inf at row 1"),
        (InvalidInput, {"cost": -1}, "cost must be at least 0, got -1"),
        (InvalidInput, {"cost": [0, 1, 2, 3]}, "cost must tell the cost of 0 to 4 units, got 4 totals"),
        (InvalidInput, {"cost": [1, 1, 2, 3, 4]}, "cost must be 0 for 0 units, got 1"),
        (InvalidInput, {"cost": lambda n: -n}, "cost must give .* 0 or more, for 1 units, got -1"),
        (InvalidInput, {"cost": lambda n: n + 0.5}, "cost must give a whole number"),
        (InvalidInput, {"cost": lambda _: 1, "demand": [[0, 2], [3, 4]]}, "cost must be 0 for 0 units"),
        (Overflow, {"cost": lambda _: 2**63}, "cost must fit int64"),
        (Overflow, {"cost": 2**62}, "cost must keep cost times demand within int64"),
        (Overflow, {"prices": [2**62, 7]}, "demand must keep price times demand within int64"),
        (InvalidInput, {"currency": "XYZ"}, "code must be an ISO 4217 code"),
        (InvalidInput, {"stock": 0}, "stock must be a whole number, 1 or more"),
        (InvalidInput, {"max_tiers": 0}, "max_tiers must be a whole number, 1 or more"),
        (InvalidInput, {"objective": "revenue"}, "objective must be one of profit, reach, got 'revenue'"),
        (InvalidInput, {"min_profit": 5}, "min_profit must be left out, or go with objective='reach'"),
        (InvalidInput, {"objective": "reach", "min_profit": float("nan")}, "min_profit must be a finite number"),
        (InvalidInput, {"objective": "reach", "min_profit": True}, "min_profit must be a finite number"),
    ],
)  # fmt: skip
def test_bad_questions_are_refused(kind: Any, change: dict[str, Any], match: str) -> None:
    asked = {**GOOD, **change}
    with refuses(kind, match=match):
        design_ladder(asked.pop("demand"), **asked)


def test_a_floor_out_of_reach_names_the_most_that_is_earned() -> None:
    with refuses(
        Infeasible, match="min_profit must be within reach of a ladder, got 99.0. The most that a ladder earns is 18"
    ):
        design_ladder(
            GOOD["demand"], **{k: v for k, v in GOOD.items() if k != "demand"}, objective="reach", min_profit=99
        )
