"""Waves: local days across changes of clocks, a deal per item, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core.errors import AmbiguousTime, Infeasible, InvalidInput, Overflow
from socialmkt.groupbuy import Ladder, Order, Phase, WavePlan, plan_waves, status
from tests.refusals import refuses
from tests.strategies import zones

ITEMS = [f"item-{number}" for number in range(28)]
LADDER = Ladder.of("CNY", {1: "299", 30: "259"})
HOUR = timedelta(hours=1)


def plan_of(**options: Any) -> WavePlan:
    return plan_waves(**{"start": date(2026, 3, 1), "tz": "Asia/Shanghai", "items": ITEMS, **options})


def short(start: date, tz: str, *, waves: int = 3) -> list[timedelta]:
    plan = plan_waves(start=start, tz=tz, waves=waves, days=1, per_wave=1, items=ITEMS[:waves])
    return [wave.closes_at - wave.opens_at for wave in plan.waves]


def test_seven_waves_of_three_days_show_twenty_eight_items() -> None:
    plan = plan_of()
    assert [wave.number for wave in plan.waves] == [1, 2, 3, 4, 5, 6, 7]
    assert [item for wave in plan.waves for item in wave.items] == ITEMS
    assert plan.waves[0].opens_at == datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert plan.waves[-1].closes_at == datetime(2026, 3, 21, 16, tzinfo=UTC)
    assert all(a.closes_at == b.opens_at for a, b in zip(plan.waves, plan.waves[1:], strict=False))


@given(zone=zones, day=st.dates(date(1995, 1, 1), date(2030, 1, 1)))
def test_waves_begin_at_the_first_instant_of_a_local_day(zone: str, day: date) -> None:
    try:
        plan = plan_waves(start=day, tz=zone, waves=3, days=2, per_wave=1, items=ITEMS[:3])
    except Infeasible:
        return
    for number, wave in enumerate(plan.waves):
        local = wave.opens_at.astimezone(ZoneInfo(zone))
        before = (wave.opens_at - timedelta(microseconds=1)).astimezone(ZoneInfo(zone))
        assert local.date() >= day + timedelta(days=2 * number) > before.date()


def test_a_wave_can_be_an_hour_short_or_long() -> None:
    assert short(date(2026, 3, 28), "Europe/Berlin") == [24 * HOUR, 23 * HOUR, 24 * HOUR]
    assert short(date(2026, 10, 24), "Europe/Berlin") == [24 * HOUR, 25 * HOUR, 24 * HOUR]


def test_where_midnight_is_skipped_the_day_begins_after_it() -> None:
    plan = plan_waves(start=date(2018, 11, 4), tz="America/Sao_Paulo", waves=1, days=1, per_wave=1, items=["tea"])
    assert plan.waves[0].opens_at.astimezone(ZoneInfo("America/Sao_Paulo")).hour == 1
    assert short(date(2018, 11, 3), "America/Sao_Paulo", waves=2) == [24 * HOUR, 23 * HOUR]


def test_where_midnight_comes_twice_the_day_begins_at_the_first() -> None:
    havana = ZoneInfo("America/Havana")
    plan = plan_waves(start=date(2026, 11, 1), tz=havana, waves=1, days=1, per_wave=1, items=["tea"])
    assert plan.waves[0].opens_at == datetime(2026, 11, 1, tzinfo=havana, fold=0).astimezone(UTC)
    assert plan.waves[0].closes_at - plan.waves[0].opens_at == 25 * HOUR


def test_an_instant_finds_its_wave() -> None:
    plan = plan_of()
    first, last = plan.waves[0], plan.waves[-1]
    assert plan.at(first.opens_at) is first
    assert plan.at(first.closes_at) is plan.waves[1]
    assert plan.at(first.opens_at - HOUR) is plan.at(last.closes_at) is None
    with refuses(AmbiguousTime, match="WavePlan.at: t must be"):
        plan.at(datetime(2026, 3, 1))


def test_every_item_is_a_deal_with_a_counter_of_its_own() -> None:
    plan = plan_of()
    deals = plan.deals(LADDER, basis="units", per_buyer=2)
    assert [deal.id for deal in deals] == ITEMS
    assert [deal.opens_at for deal in deals] == [wave.opens_at for wave in plan.waves for _ in range(4)]
    at = deals[0].opens_at
    order = Order(id="A", buyer="ann", quantity=2, placed_at=at, paid_at=at)
    assert [status(deal, [order] * (deal is deals[1]), as_of=at).count for deal in deals[:4]] == [0, 2, 0, 0]
    assert status(deals[27], [], as_of=at).phase is Phase.scheduled


def test_items_can_differ_in_ladder_and_stock() -> None:
    plan = plan_of(waves=1, days=1, per_wave=2, items=["tea", "cup"])
    other = Ladder.of("CNY", {1: "9"})
    tea, cup = plan.deals(
        {"tea": LADDER, "cup": other}, stock={"tea": 40, "cup": 7}, payment="deposit", deposit=100, tail_after=2 * HOUR
    )
    assert (tea.ladder, tea.stock, cup.ladder, cup.stock) == (LADDER, 40, other, 7)
    assert tea.tail_due == tea.closes_at + 2 * HOUR


def test_plans_come_back_from_json_and_show_in_a_notebook() -> None:
    plan = plan_of()
    assert WavePlan.model_validate_json(plan.model_dump_json()) == plan
    assert "item-27" in plan._repr_html_()


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"start": datetime(2026, 3, 1)}, "start must be a date, without a time"),
        ({"start": "2026-03-01"}, "start must be a date"),
        ({"tz": "Asia/Shangai"}, "tz must be an IANA zone name .* Did you mean 'Asia/Shanghai'"),
        ({"waves": 0}, "waves must be a whole number from 1"),
        ({"days": 1.5}, "days must be a whole number"),
        ({"per_wave": True}, "per_wave must be a whole number"),
        ({"items": ITEMS[1:]}, "items must be 28, for waves \\* per_wave, got 27"),
        ({"items": [*ITEMS[1:], "item-5"]}, "items must be distinct, got 'item-5' at row 27"),
        ({"items": [*ITEMS[1:], 5]}, "items must be text that is not empty, .* got 5 at row 27"),
        ({"items": "x" * 28}, "items must be a sequence of ids"),
        ({"items": 28}, "items must be a sequence of ids"),
        ({"items": set(ITEMS)}, "items must be a sequence of ids"),
        ({"items": dict.fromkeys(ITEMS)}, "items must be a sequence of ids"),
    ],
)
def test_bad_plans_are_refused(options: dict[str, Any], match: str) -> None:
    with refuses(InvalidInput, match=f"groupbuy.plan_waves: {match}"):
        plan_of(**options)


def test_days_that_the_zone_left_out_or_the_calendar_lacks_are_refused() -> None:
    with refuses(Infeasible, match="start must give every wave a day that Pacific/Apia has, got 2011-12-30"):
        short(date(2011, 12, 29), "Pacific/Apia")
    with refuses(Overflow, match="groupbuy.plan_waves: waves must lie in the years 1 to 9999"):
        short(date(9999, 12, 30), "UTC")
    with refuses(Overflow, match="WavePlan.deals: tail_after must lie in the years 1 to 9999"):
        plan_of().deals(LADDER, payment="deposit", deposit=100, tail_after=timedelta.max)


@pytest.mark.parametrize(
    ("ladders", "options", "match"),
    [
        ({"tea": LADDER}, {}, "ladders must name every item, 'cup' too, got 1"),
        (
            {"tea": LADDER, "cup": LADDER, "cop": LADDER},
            {},
            "ladders must be one of tea, cup, got 'cop'. Did you mean 'cup'",
        ),
        (LADDER, {"stock": {"tea": 9}}, "stock must name every item"),
        (LADDER, {"tail_after": 2}, "tail_after must be a timedelta"),
    ],
)
def test_bad_deals_of_a_plan_are_refused(ladders: Any, options: dict[str, Any], match: str) -> None:
    plan = plan_of(waves=1, days=1, per_wave=2, items=["tea", "cup"])
    with refuses(InvalidInput, match=f"WavePlan.deals: {match}"):
        plan.deals(ladders, **options)
    with pytest.raises(ValidationError, match="stock must reach every tier"):
        plan.deals(LADDER, stock=29)
