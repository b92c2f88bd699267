"""One small result of each kind, made without a file, and the same in the extreme."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import numpy as np

from socialmkt import groupbuy, lottery, overlap, rfm, sla
from socialmkt.core.table import Table

START = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@cache
def summary(customers: int = 300, *, money: bool = True) -> rfm.CustomerSummary:
    rng = np.random.default_rng(7)
    who = rng.integers(0, customers, 6 * customers)
    days = np.datetime64("2025-01-01") + rng.integers(0, 400, who.size)
    paid = (rng.pareto(2.0, who.size) * 5_000).astype(np.int64) if money else None
    return rfm.summarize(who, days, paid, as_of=dt.date(2026, 3, 1))


@cache
def scores(*, money: bool = True) -> rfm.Scores:
    return rfm.score(summary(money=money))


@cache
def segments() -> rfm.Segments:
    return rfm.segment(scores())


@cache
def profile() -> Table:
    return rfm.profile(segments(), summary())


@cache
def migration() -> rfm.Migration:
    kept = segments().head(250)
    moved = rfm.Segments(
        customer=kept.customer[20:],
        segment=np.roll(kept.segment[20:], 40),
        map=kept.map,
        names=kept.names,
        fingerprint=kept.fingerprint,
    )
    return rfm.migrate(kept, moved)


@cache
def ladder() -> groupbuy.Ladder:
    return groupbuy.Ladder.of("CNY", {1: "299", 30: "259", 80: "229", 200: "199"})


@cache
def deal() -> tuple[groupbuy.Deal, tuple[groupbuy.Order, ...]]:
    crowd = groupbuy.Ladder.of("CNY", {3: "299", 20: "259", 60: "199"})
    made = groupbuy.Deal(id="tea", ladder=crowd, opens_at=START, closes_at=START + 21 * 24 * HOUR)
    orders = [
        groupbuy.Order(
            id=str(number),
            buyer=number % 40,
            quantity=1 + number % 2,
            placed_at=START + number * number % 500 * HOUR,
            paid_at=START + (number * number % 500 + 2) * HOUR,
            cancelled_at=START + (number * number % 500 + 50) * HOUR if number % 9 == 0 else None,
            limit=None if number % 3 else "shown",
        )
        for number in range(60)
    ]
    return made, tuple(orders)


@cache
def odds() -> lottery.OddsTable:
    return lottery.odds({1: 90, 3: 20, 10: 5}, quantities={"car": 1, "phone": 4})


@cache
def report(mentions: int = 600) -> sla.Report:
    number = np.arange(mentions)
    received = np.datetime64("2026-11-16T00:00") + (number * 7 * 1440 // mentions).astype("m8[m]")
    replied = received + (number * number % 90).astype("m8[m]")
    replied[-20:] = np.datetime64("NaT", "us")
    promise = sla.Target(within=HOUR, objective=0.9)
    return sla.report(sla.check(received, replied, promise, as_of=np.datetime64("2026-11-24")), tz="Asia/Shanghai")


@cache
def audiences(many: int = 5) -> dict[str, overlap.Audience]:
    rng = np.random.default_rng(3)
    return {
        f"channel {place}": overlap.Audience.from_ids(rng.integers(0, 900, 60 * (place + 1))) for place in range(many)
    }


@cache
def matrix() -> overlap.OverlapMatrix:
    return overlap.overlap_matrix(audiences(), universe=900)


@cache
def patterns() -> overlap.PatternTable:
    return overlap.patterns(audiences())


@cache
def ranking(draws: int = 50) -> overlap.FitRanking:
    cells = ("18-24", "25-34", "35+")
    everybody = overlap.Profile(cells=dict(zip(cells, (0.2, 0.3, 0.5), strict=True)), users=1_000_000)
    target = overlap.TargetGroup(population=everybody, propensity=dict(zip(cells, (0.12, 0.2, 0.03), strict=True)))
    platforms = [
        overlap.Platform(
            name=name,
            profile=overlap.Profile(cells=dict(zip(cells, parts, strict=True)), users=users, sample=400),
            cpm=900,
        )
        for name, parts, users in (
            ("Douyin", (0.4, 0.4, 0.2), 300_000),
            ("Weibo", (0.5, 0.4, 0.1), 200_000),
            ("WeChat", (0.1, 0.3, 0.6), 800_000),
        )
    ]
    return overlap.fit(platforms, target, draws=draws, rng=np.random.default_rng(1) if draws else None)


@cache
def index() -> overlap.TargetIndex:
    target, base = (220, 410, 150, 60, 1), (150, 260, 250, 190, 2)
    levels = ("18-24", "25-34", "35-44", "45+", "unknown")
    return overlap.tgi(dict(zip(levels, target, strict=True)), dict(zip(levels, base, strict=True)))


SAMPLES: dict[str, Any] = {
    "rfm_heatmap": lambda: (scores(),),
    "rfm_segments": lambda: (profile(),),
    "migration_flow": lambda: (migration(),),
    "ladder_steps": lambda: (ladder(),),
    "deal_progress": deal,
    "odds_bars": lambda: (odds(),),
    "sla_heatmap": lambda: (report(),),
    "sla_survival": lambda: (report(),),
    "overlap_matrix": lambda: (matrix(),),
    "upset": lambda: (patterns(),),
    "fit_bars": lambda: (ranking(),),
    "tgi_bars": lambda: (index(),),
}

# --- extremes ------------------------------------------------------------------------------------------------------


def one_customer() -> rfm.CustomerSummary:
    return rfm.summarize(["ann"], [dt.date(2026, 3, 1)], [100], as_of=dt.date(2026, 3, 31))


def nobody() -> rfm.CustomerSummary:
    empty = np.array([], np.int64)
    return rfm.summarize(empty, empty.astype("datetime64[D]"), empty, as_of=dt.date(2026, 3, 31))


def many_segments(k: int = 60) -> rfm.Segments:
    names = tuple(f"segment number {place} of a long map" for place in range(k))
    customers = np.arange(600)
    return rfm.Segments(customer=customers, segment=np.array(names, object)[customers % k], map="long", names=names)


def returns() -> rfm.CustomerSummary:
    customers = np.arange(600)
    return rfm.summarize(customers, [dt.date(2026, 3, 1)] * 600, 60 - customers, as_of=dt.date(2026, 3, 31))


def steep_ladder() -> groupbuy.Ladder:
    tiers = tuple(groupbuy.Tier(min_quantity=10**power, unit_price=10**9 - power * 10**8) for power in range(10))
    return groupbuy.Ladder(currency="CNY", tiers=tiers)


def packed_ladder() -> groupbuy.Ladder:
    return groupbuy.Ladder.of("JPY", {1: "100", 5: "90", 10: "80"}, mode="graduated", package=6, free=2)


def far_deal() -> groupbuy.Deal:
    tiers = {3: "299", 5: "259", 6: "240", 10**9: "199"}
    ladder_ = groupbuy.Ladder.of("CNY", tiers)
    return groupbuy.Deal(
        id="far", ladder=ladder_, opens_at=START, closes_at=START + HOUR, cancelled_at=START + HOUR / 2
    )


def chinese(many: int = 20) -> dict[str, overlap.Audience]:
    rng = np.random.default_rng(5)
    name = "北京市朝阳区望京街道年轻白领女性高消费护肤品爱好者人群包第{}号扩展版"
    return {name.format(place): overlap.Audience.from_ids(rng.integers(0, 900, 40 + place)) for place in range(many)}


def one_mention(replied: str | None) -> sla.Report:
    at = np.datetime64("2026-03-02T09:00")
    answer = None if replied is None else np.datetime64(replied)
    return sla.report(sla.check([at], [answer], sla.Target(within=HOUR), as_of=np.datetime64("2026-03-03")))


EXTREMES: dict[str, tuple[str, Any]] = {
    "one customer": ("rfm_heatmap", lambda: (rfm.score(one_customer()),)),
    "no money": ("rfm_heatmap", lambda: (scores(money=False),)),
    "20 bins": ("rfm_heatmap", lambda: (rfm.score(summary(), bins=20, method="rank"),)),
    "60 segments": ("rfm_segments", lambda: (rfm.profile(many_segments(), returns()),)),
    "one segment": ("rfm_segments", lambda: (rfm.profile(many_segments(1), returns()),)),
    "30 segments move": ("migration_flow", lambda: (rfm.migrate(many_segments(30), many_segments(30)),)),
    "prices up to 1e9": ("ladder_steps", lambda: (steep_ladder(),)),
    "packages": ("ladder_steps", lambda: (packed_ladder(),)),
    "a price of 0": ("ladder_steps", lambda: (groupbuy.Ladder.of("CNY", {1: "0"}),)),
    "no orders": ("deal_progress", lambda: (deal()[0], [])),
    "a tier at 1e9": ("deal_progress", lambda: (far_deal(), [])),
    "a chance of 1e-9": ("odds_bars", lambda: (lottery.odds({1: 10**9, 50: 10}, quantities={"一辆汽车": 1}),)),
    "certain and never": ("odds_bars", lambda: (lottery.odds([1, 1], quantities=[2, 3]),)),
    "30 weights": (
        "odds_bars",
        lambda: (lottery.odds(dict.fromkeys(range(1, 31), 10), quantities=[1, 9], method="fluid"),),
    ),
    "one open mention": ("sla_heatmap", lambda: (one_mention(None),)),
    "answered at once": ("sla_survival", lambda: (one_mention("2026-03-02T09:00"),)),
    "20 audiences": ("overlap_matrix", lambda: (overlap.overlap_matrix(chinese()),)),
    "one audience": ("overlap_matrix", lambda: (overlap.overlap_matrix(audiences(1)),)),
    "20 sets": ("upset", lambda: (overlap.patterns(chinese()),)),
    "one set of 1e9": ("upset", lambda: (overlap.PatternTable.from_counts(["tv"], {("tv",): 10**9}),)),
    "no draws": ("fit_bars", lambda: (ranking(0),)),
    "no base": ("tgi_bars", lambda: (overlap.tgi({"a": 5, "b": 0, "c": 3}, {"a": 0, "b": 100_000, "c": 1}),)),
}

EMPTY: dict[str, Any] = {
    "rfm_heatmap": lambda: (rfm.score(nobody()),),
    "rfm_segments": lambda: (Table.of({"segment": [], "customers": [], "share": []}),),
    "migration_flow": lambda: (rfm.migrate(many_segments(2).head(0), many_segments(2).head(0)),),
    "odds_bars": lambda: (odds().head(0),),
    "sla_heatmap": lambda: (report(0),),
    "sla_survival": lambda: (report(0),),
    "overlap_matrix": lambda: (overlap.OverlapMatrix(names=(), counts=np.zeros((0, 0), np.int64)),),
    "upset": lambda: (overlap.PatternTable.from_counts(["tv"], {}),),
    "fit_bars": lambda: (ranking().head(0),),
    "tgi_bars": lambda: (index().head(0),),
}
