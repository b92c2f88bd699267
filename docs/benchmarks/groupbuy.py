"""Measure socialmkt.groupbuy: quotes, one price, memory, ladder design, and how deals and teams grow.

python docs/benchmarks/groupbuy.py --list          the pairs of task and rival
python docs/benchmarks/groupbuy.py TASK RIVAL      one pair, as one JSON line

Both sides answer the same question in one process, taking turns; the best of several runs counts, by CPU time, so the
ratio says how many times our time the rival takes. A bound below 1 is a cost that we allow ourselves: 1 / 7 for at
most seven plain copies. Growth is measured against n log n from a thousand orders on: 1 is exactly that, more is less.
"""

from __future__ import annotations

import bisect
import json
import math
import sys
import tracemalloc
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from _pairs import in_turn, seconds

from socialmkt.groupbuy import Deal, Join, Ladder, Order, Tier, design_ladder, match_teams, settle, status

if TYPE_CHECKING:
    from collections.abc import Callable

LOOP = "comprehension over bisect"
COPY = np.zeros(10_000_000, np.int64)  # larger than any cache
OPENS = datetime(2026, 3, 1, tzinfo=UTC)
RUNS = 7


class Pair(NamedTuple):
    """Two ways to one answer, whether they agree, the least ratio, and how much of the rival's work counts."""

    ours: Callable[[], Any]
    rival: Callable[[], Any]
    same: Callable[[Any, Any], bool]
    bound: float | None
    share: float = 1.0


def main() -> None:
    """Print the pairs, or measure one."""
    if sys.argv[1:] == ["--list"]:
        print(json.dumps([list(pair) for pair in PAIRS]))
        return
    task, rival = sys.argv[1:]
    head = {"area": "groupbuy", "task": task, "rival": rival, "peak_mb": None}
    found = PAIRS[task, rival]()
    print(json.dumps(head | (found if isinstance(found, dict) else _measured(found))))


def _measured(pair: Pair) -> dict[str, float | None]:
    assert pair.same(pair.ours(), pair.rival()), "the answers differ"
    return {**in_turn(pair.ours, pair.rival, RUNS, times=pair.share), "bound": pair.bound}


def _rng() -> np.random.Generator:
    return np.random.default_rng(20260301)


# --- quotes ---------------------------------------------------------------------------------------------------------


def _ladder(tiers: int, widest: int, mode: Any = "all_units") -> Ladder:
    starts = [1, *sorted((_rng().choice(widest - 2, tiers - 1, replace=False) + 2).tolist())]
    steps = [Tier(min_quantity=start, unit_price=30_000 - place) for place, start in enumerate(starts)]
    return Ladder(currency="CNY", tiers=steps, mode=mode)


def _lines(ladder: Ladder) -> tuple[list[int], list[int], list[int]]:
    """Starts, unit prices and offsets, as a programmer would write them down for a loop."""
    starts = [tier.min_quantity for tier in ladder.tiers]
    units = [tier.unit_price for tier in ladder.tiers]
    offsets = [0]
    for place in range(1, len(starts)):
        offsets.append(offsets[-1] + (units[place - 1] - units[place]) * (starts[place] - 1))
    return starts, units, offsets if ladder.mode == "graduated" else [0] * len(starts)


def _in_a_loop(ladder: Ladder, quantities: list[int]) -> list[int]:
    starts, units, offsets = _lines(ladder)
    find = bisect.bisect_right
    return [units[at] * n + offsets[at] for n in quantities for at in (find(starts, n) - 1,)]


def _quotes(tiers: int, rows: int, widest: int, bound: float, mode: str = "all_units", *, skewed: bool = False) -> Pair:
    ladder = _ladder(tiers, widest, mode)
    quantities = _rng().integers(1, widest, rows)
    if skewed:
        quantities = np.minimum(_rng().zipf(1.5, rows), widest - 1)
    listed, times = quantities.tolist(), max(100_000 // rows, 1)
    return Pair(
        lambda: _repeated(lambda: ladder.amounts(quantities), times),
        lambda: _repeated(lambda: _in_a_loop(ladder, listed), times),
        lambda a, b: a.tolist() == b,
        bound,
    )


def _repeated(call: Callable[[], Any], times: int) -> Any:
    for _ in range(times - 1):
        call()
    return call()


def _copies() -> Pair:
    ladder, rows = _ladder(50, 100_000), 100_000
    quantities = _rng().integers(1, 100_000, rows)
    return Pair(lambda: ladder.amounts(quantities), COPY.copy, lambda a, _: len(a) == rows, 1 / 7, rows / COPY.size)


def _short() -> Pair:
    ladder = _ladder(50, 1_000)
    starts, units, _ = _lines(ladder)
    quantities = _rng().integers(1, 1_000, 8).tolist()

    def bare() -> Any:
        return np.array(units)[np.searchsorted(starts, quantities, side="right") - 1] * quantities

    return Pair(
        lambda: [ladder.amounts(quantities) for _ in range(2_000)],
        lambda: [bare() for _ in range(2_000)],
        lambda a, b: (a[0] == b[0]).all(),
        1 / 25,
    )


def _scalar() -> Pair:
    ladder = _ladder(50, 1_000)
    starts, units, _ = _lines(ladder)
    quantities = _rng().integers(1, 1_000, 50_000).tolist()
    find = bisect.bisect_right

    def bare(quantity: int) -> int:
        return units[find(starts, quantity) - 1] * quantity

    return Pair(
        lambda: [ladder.amount(quantity) for quantity in quantities],
        lambda: [bare(quantity) for quantity in quantities],
        lambda a, b: a == b,
        1 / 6,
    )


def _memory() -> dict[str, float | None]:
    """Peak of a quote of a million rows, in results; the worst of three ranges, the ladder fresh each time."""
    worst = 0.0
    for widest in (100_000, 900_000, 10**9):
        ladder, quantities = _ladder(50, widest), _rng().integers(1, widest, 1_000_000)
        tracemalloc.start()
        amounts = ladder.amounts(quantities)
        worst = max(worst, tracemalloc.get_traced_memory()[1] / amounts.nbytes)
        tracemalloc.stop()
    return {"ours_s": None, "rival_s": None, "ratio": 1 / worst, "bound": 1 / 1.6}


# --- design ---------------------------------------------------------------------------------------------------------


def _market() -> tuple[Any, Any, Any]:
    demand = np.cumsum(np.cumsum(_rng().integers(0, 4, (50, 200)), axis=1), axis=0)
    return demand, np.arange(200, 0, -1) * 10 + 500, _rng().random(50)


def _design() -> Pair:
    demand, prices, weights = _market()

    def ours() -> float:
        return design_ladder(demand, weights=weights, prices=prices, cost=300, currency="CNY", max_tiers=5).value

    lists = demand.tolist(), prices.tolist(), weights.tolist()
    return Pair(ours, lambda: _plain_design(*lists), lambda a, b: math.isclose(a, b, rel_tol=1e-9), 10)


def _plain_design(demand: list[list[int]], prices: list[int], weights: list[float]) -> float:
    """The recursion as it is written: the best end of each block, and the best deeper price after it."""
    scenarios, columns, never = range(len(demand)), range(len(prices)), -math.inf
    sums = [[0.0] * len(prices)]
    for row, weight in zip(demand, weights, strict=True):
        sums.append([sums[-1][j] + weight * (prices[j] - 300) * row[j] for j in columns])
    begins = [[demand[a][j] > (demand[a - 1][j] if a else 0) for j in columns] for a in scenarios]
    values = [[sums[-1][j] - sums[a][j] if begins[a][j] else never for j in columns] for a in scenarios]
    best = max(map(max, values))
    for _ in range(4):
        deeper = [[max(values[b][j + 1 :], default=never) for j in columns] for b in scenarios]
        values = [
            [
                max((sums[b][j] + deeper[b][j] for b in range(a + 1, len(demand))), default=never) - sums[a][j]
                if begins[a][j]
                else never
                for j in columns
            ]
            for a in scenarios
        ]
        best = max(best, *map(max, values))
    return best / sum(weights)


def _running_design() -> Pair:
    """The same against loops that carry their maxima along, as we do."""
    demand, prices, weights = _market()

    def ours() -> float:
        return design_ladder(demand, weights=weights, prices=prices, cost=300, currency="CNY", max_tiers=5).value

    lists = demand.tolist(), prices.tolist(), weights.tolist()
    return Pair(ours, lambda: _carried_design(*lists), lambda a, b: math.isclose(a, b, rel_tol=1e-9), None)


def _carried_design(demand: list[list[int]], prices: list[int], weights: list[float]) -> float:
    scenarios, columns, never = len(demand), len(prices), -math.inf
    sums = [[0.0] * columns]
    for row, weight in zip(demand, weights, strict=True):
        sums.append([sums[-1][j] + weight * (prices[j] - 300) * row[j] for j in range(columns)])
    begins = [[demand[a][j] > (demand[a - 1][j] if a else 0) for j in range(columns)] for a in range(scenarios)]
    values = [[sums[-1][j] - sums[a][j] if begins[a][j] else never for j in range(columns)] for a in range(scenarios)]
    best = max(map(max, values))
    for _ in range(4):
        later = [never] * columns
        longer = [values[0]] * scenarios
        for a in range(scenarios - 1, -1, -1):
            longer[a] = [later[j] - sums[a][j] if begins[a][j] else never for j in range(columns)]
            deeper = never
            for j in range(columns - 1, -1, -1):
                later[j] = max(later[j], sums[a][j] + deeper)
                deeper = max(deeper, values[a][j])
        values = longer
        best = max(best, *map(max, values))
    return best / sum(weights)


# --- deals and teams ------------------------------------------------------------------------------------------------


def _deal(orders: int) -> Deal:
    tiers = [Tier(min_quantity=1 + place * orders // 6, unit_price=20_000 - 500 * place) for place in range(5)]
    ladder = Ladder(currency="CNY", tiers=tiers)
    closes_at = OPENS + timedelta(days=21)
    return Deal(id="tea", ladder=ladder, opens_at=OPENS, closes_at=closes_at, stock=2 * orders, per_buyer=4)


def _orders(count: int) -> list[Order]:
    rng = _rng()
    placed = rng.integers(0, 20 * 86_400, count).tolist()
    buyers, sizes = rng.integers(0, count, count).tolist(), rng.integers(1, 4, count).tolist()
    leaves, limits = (rng.random(count) < 0.2).tolist(), rng.integers(0, 3, count).tolist()
    return [
        Order(
            id=str(number),
            buyer=buyers[number],
            quantity=sizes[number],
            placed_at=(at := OPENS + timedelta(seconds=placed[number])),
            paid_at=at + timedelta(seconds=60),
            cancelled_at=at + timedelta(hours=9) if leaves[number] else None,
            limit=("shown", None, 19_000)[limits[number]],
        )
        for number in range(count)
    ]


def _status_and_settle(deal: Deal, orders: list[Order]) -> tuple[Any, Any]:
    return status(deal, orders, as_of=deal.closes_at), settle(deal, orders, as_of=deal.closes_at)


def _sweep() -> Pair:
    deal, orders = _deal(20_000), _orders(20_000)
    return Pair(lambda: _status_and_settle(deal, orders), lambda: _orders(20_000), lambda _, b: b == orders, 1 / 8)


def _joins(count: int) -> list[Join]:
    minutes = _rng().integers(0, 20 * 1_440, count).tolist()
    buyers = _rng().integers(0, count // 3, count).tolist()
    return [Join(buyer=buyers[n], at=OPENS + timedelta(minutes=minutes[n])) for n in range(count)]


def _match(joins: list[Join]) -> Any:
    return match_teams(joins, size=4, window=timedelta(hours=24), as_of=OPENS + timedelta(days=21))


def _growth(make: Callable[[int], Callable[[], Any]], count: int) -> dict[str, float | None]:
    """Compare the time of `count` with that of a thousand, scaled by n log n."""
    small, large = make(1_000), make(count)
    runs = [(seconds(small), seconds(large)) for _ in range(3 if count > 10_000 else RUNS)]
    base, ours = (min(run[side][0] for run in runs) for side in (0, 1))
    expected = base * count * math.log(count) / (1_000 * math.log(1_000))
    return {"ours_s": ours, "rival_s": expected, "ratio": expected / ours, "bound": 0.5}


def _grown_deal(count: int) -> Callable[[], Any]:
    deal, orders = _deal(count), _orders(count)
    return lambda: _status_and_settle(deal, orders)


def _grown_teams(count: int) -> Callable[[], Any]:
    joins = _joins(count)
    return lambda: _match(joins)


PAIRS: dict[tuple[str, str], Callable[[], Pair | dict[str, float | None]]] = {
    ("100k quotes, 50 tiers", LOOP): lambda: _quotes(50, 100_000, 100_000, 38),
    ("100k skewed quotes, 50 tiers", LOOP): lambda: _quotes(50, 100_000, 100_000, 38, skewed=True),
    ("100k graduated quotes, 50 tiers", LOOP): lambda: _quotes(50, 100_000, 100_000, 35, "graduated"),
    ("8k quotes, 5 tiers", LOOP): lambda: _quotes(5, 8_000, 8_000, 25),
    ("1M quotes up to 1M, 50 tiers", LOOP): lambda: _quotes(50, 1_000_000, 1_000_000, 13),
    ("1M quotes up to 1e9, 5 tiers", LOOP): lambda: _quotes(5, 1_000_000, 10**9, 12),
    ("1M quotes up to 1e9, 50 tiers", LOOP): lambda: _quotes(50, 1_000_000, 10**9, 18),
    ("1M quotes up to 1e9, 1000 tiers", LOOP): lambda: _quotes(1_000, 1_000_000, 10**9, 18),
    ("100k quotes, 50 tiers", "plain copy"): _copies,
    ("8 quotes, 50 tiers", "bare searchsorted on lists"): _short,
    ("one quote, 50 tiers", "bare bisect function"): _scalar,
    ("peak memory of 1M quotes", "one result"): _memory,
    ("design: 50 scenarios, 200 prices, 5 tiers", "plain loops"): _design,
    ("design: 50 scenarios, 200 prices, 5 tiers", "plain loops with running maxima"): _running_design,
    ("status and settle, 20k orders", "building the orders"): _sweep,
    ("status and settle, 10k orders", "n log n from 1k"): lambda: _growth(_grown_deal, 10_000),
    ("status and settle, 100k orders", "n log n from 1k"): lambda: _growth(_grown_deal, 100_000),
    ("match 10k joins", "n log n from 1k"): lambda: _growth(_grown_teams, 10_000),
    ("match 100k joins", "n log n from 1k"): lambda: _growth(_grown_teams, 100_000),
}


if __name__ == "__main__":
    main()
