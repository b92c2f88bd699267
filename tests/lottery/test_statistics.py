"""The law of the draw, over fixed keys: right ones pass, and each wrong one that is known from the field fails."""

from __future__ import annotations

import hashlib
import itertools
import math
from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from socialmkt.lottery import Entries, rank
from tests.lottery.draws import keys_of

if TYPE_CHECKING:
    from collections.abc import Callable

WEIGHTS = {"a": 1, "b": 2, "c": 3, "d": 4}
DRAWS = 2_500
LIMIT = 48.87
"""Chi-square of 11 degrees at one in a million."""

Pair = tuple[str, str]


def expected(weights: dict[str, int]) -> dict[Pair, Fraction]:
    total = sum(weights.values())
    return {
        (one, two): Fraction(weights[one], total) * Fraction(weights[two], total - weights[one])
        for one, two in itertools.permutations(weights, 2)
    }


def chi_square(draw: Callable[[str], Pair], draws: int) -> float:
    seen = Counter(draw(keys_of(f"law {number}")) for number in range(draws))
    return sum(
        float((seen[pair] - draws * chance) ** 2 / (draws * chance)) for pair, chance in expected(WEIGHTS).items()
    )


def first_two(entries: Entries, **rules) -> Callable[[str], Pair]:
    def draw(key: str) -> Pair:
        one, two = (entry[0] for entry in rank(entries, key, k=2, **rules)["entry"])
        return one, two

    return draw


def units() -> Entries:
    """A person of m entries of weight 1."""
    names = [f"{one}{number}" for one, weight in WEIGHTS.items() for number in range(weight)]
    return Entries.from_columns(names, groups={"person": [name[0] for name in names]})


WEIGHTED = Entries.from_columns(list(WEIGHTS), weight=list(WEIGHTS.values()))


@pytest.mark.parametrize(
    "draw",
    [
        pytest.param(first_two(WEIGHTED), id="one entry of weight m"),
        pytest.param(first_two(WEIGHTED, method="tickets"), id="sub-tickets"),
        pytest.param(first_two(units(), caps={"person": 1}), id="m entries under a cap of 1"),
    ],
)
def test_three_ways_to_count_m_chances_have_one_law(draw) -> None:
    assert chi_square(draw, DRAWS) < LIMIT


def by(key_of: Callable[[int, int], float]) -> Callable[[str], Pair]:
    """Rank by another key of U and weight."""

    def draw(key: str) -> Pair:
        heads = {one: int.from_bytes(hashlib.sha256((key + one).encode()).digest()[:8], "big") for one in WEIGHTS}
        one, two, *_ = sorted(WEIGHTS, key=lambda one: key_of(heads[one], WEIGHTS[one]))
        return one, two

    return draw


def v(head: int) -> float:
    return (head + 0.5) / 2**64


@pytest.mark.parametrize(
    ("wrong", "draws"),
    [
        pytest.param(by(lambda head, _: v(head)), 212, id="weights ignored"),
        pytest.param(by(lambda head, weight: v(head) / weight), 1_403, id="v / w"),
        pytest.param(by(lambda head, weight: -math.log1p(-v(head)) / (weight + 1)), 2_532, id="a weight off by one"),
        pytest.param(first_two(units()), 1_000, id="no cap"),
    ],
)
def test_a_wrong_law_is_caught(wrong, draws) -> None:
    """Twice the number of draws at which each is expected to show."""
    assert chi_square(wrong, 2 * draws) > LIMIT


def test_the_reference_key_is_the_one_that_passes() -> None:
    assert chi_square(by(lambda head, weight: -math.log1p(-v(head)) / weight), DRAWS) < LIMIT


def test_a_list_order_method_would_be_caught() -> None:
    """Picking by position gives early rows other winners when one row is removed; tickets do not."""
    names = [f"u{number}" for number in range(20)]

    def by_position(rows: list[str], key: str) -> str:
        return rows[int(key, 16) % len(rows)]

    def by_ticket(rows: list[str], key: str) -> str:
        return rank(Entries.from_columns(rows), key, k=1)["entry"][0]

    def moved(pick: Callable[[list[str], str], str]) -> int:
        """Count draws whose winner changes though only a loser left."""
        changes = 0
        for key in map(keys_of, map(str, range(100))):
            winner = pick(names, key)
            loser = next(name for name in names if name != winner)
            changes += pick([name for name in names if name != loser], key) != winner
        return changes

    assert moved(by_ticket) == 0
    assert moved(by_position) > 80


def test_tiers_tried_one_after_another_would_be_caught() -> None:
    """10 / 20 / 30 % become 10 / 18 / 21.6 % where each prize is tried only after the one before was missed."""
    from socialmkt.lottery import Chance

    rates = {"a": 100_000, "b": 200_000, "c": 300_000}
    chance, plays = Chance(rates=rates, seed="seed"), 20_000
    one_roll = Counter(chance.outcome("p", play) for play in range(plays))

    def sequential(play: int) -> str | None:
        return next((n for n, rate in rates.items() if chance.roll(n, play) < rate), None)

    tried = Counter(sequential(play) for play in range(plays))
    for name, rate in rates.items():
        deviation = 5 * math.sqrt(plays * 0.25)
        assert abs(one_roll[name] - plays * rate / 10**6) < deviation
        honest = {"a": 0.1, "b": 0.18, "c": 0.216}[name]
        assert abs(tried[name] - plays * honest) < deviation
    assert abs(tried["c"] - plays * 0.3) > 5 * math.sqrt(plays * 0.21)
