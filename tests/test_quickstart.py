"""The quickstart tells the truth: its figures, counted again in plain Python."""

from __future__ import annotations

import csv
import re
import runpy
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
FIRST_FIVE = {"0509": 24, "1981": 42, "1081": 17, "1560": 14, "1203": 47}


@pytest.fixture(scope="module")
def orders() -> list[dict[str, str]]:
    with (DOCS / "data" / "cdnow.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def story(capsys: pytest.CaptureFixture[str]) -> str:
    runpy.run_path(str(DOCS / "quickstart.py"), run_name="__main__")
    return capsys.readouterr().out


def test_the_shop_is_counted_as_by_hand(story: str, orders: list[dict[str, str]]) -> None:
    bought = Counter(order["customer"] for order in orders)
    revenue = sum(Decimal(order["amount"]) for order in orders)
    once = sum(count == 1 for count in bought.values())
    assert f"{len(orders):,} orders of {len(bought):,} customers, {revenue} USD in all." in story
    assert f"{once:,} customers ({once / len(bought):.0%}) bought once" in story
    assert (len(orders), len(bought), once, str(revenue)) == (6919, 2357, 1205, "244091.94")


def test_the_segments_add_up_to_the_shop(story: str) -> None:
    rows = re.findall(r"^  [A-Z][a-z ]+?\s+([\d,]+)\s+([\d.]+) USD\s+\d+%", story, flags=re.MULTILINE)
    assert len(rows) == 7
    assert sum(int(customers.replace(",", "")) for customers, _ in rows) == 2357
    assert sum(Decimal(revenue) for _, revenue in rows) == Decimal("244091.94")


def test_the_first_five_of_the_core_are_what_their_orders_say(story: str, orders: list[dict[str, str]]) -> None:
    own: dict[str, list[dict[str, str]]] = defaultdict(list)
    for order in orders:
        own[order["customer"]].append(order)
    named = re.findall(r"customer (\d+): (\d+) orders, ([\d.]+) USD, last on ([\d-]+)", story)
    assert {customer: int(count) for customer, count, _, _ in named} == FIRST_FIVE
    for customer, count, total, last in named:
        assert int(count) == len(own[customer])
        assert Decimal(total) == sum(Decimal(order["amount"]) for order in own[customer])
        assert date.fromisoformat(last) == max(date.fromisoformat(order["date"]) for order in own[customer])


def test_the_core_and_its_movement_are_as_published(story: str) -> None:
    assert "The loyal core: 596 customers (25%) bring 62% of the revenue" in story
    assert "From 1997-12-31 to 1998-06-30, 1,231 customers changed their segment:" in story
    assert "139 left the loyal core" in story
    assert "136 joined it" in story
