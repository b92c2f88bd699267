"""How surprising an overlap is: exact in small worlds, and in those of a hundred million people."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialmkt.core.errors import Infeasible, InvalidInput
from socialmkt.overlap import MultiOverlap, log_p_overlap, multi_overlap
from tests.overlap.groups import VECTORS
from tests.refusals import refuses


def exact_tail(n: int, a: int, b: int, both: int, *, more: bool) -> Fraction:
    terms = range(both, min(a, b) + 1) if more else range(max(0, a + b - n), both + 1)
    return Fraction(sum(math.comb(a, x) * math.comb(n - a, b - x) for x in terms), math.comb(n, b))


def log_of(chance: Fraction) -> float:
    return math.log(chance.numerator) - math.log(chance.denominator)


@given(n=st.integers(0, 60), data=st.data())
def test_both_tails_agree_with_fractions(n: int, data: st.DataObject) -> None:
    a, b = (data.draw(st.integers(0, n)) for _ in range(2))
    both = data.draw(st.integers(max(0, a + b - n), min(a, b)))
    for tail in ("more", "fewer"):
        chance = exact_tail(n, a, b, both, more=tail == "more")
        seen = log_p_overlap(n, a, b, both, tail=tail)
        assert seen <= 0
        assert (seen == 0) == (chance == 1)
        assert math.exp(seen) == pytest.approx(float(chance), rel=1e-12)


def test_the_log_p_value_is_right_for_a_hundred_million_people() -> None:
    """The recurrence from the mode in 60-digit arithmetic, summed over the tail."""
    from decimal import Decimal, localcontext

    n, a, b, both = 10**8, 400_000, 30_000, 180
    with localcontext() as context:
        context.prec = 60
        term = total = Decimal(1)
        for x in range(both, 2000):
            term *= Decimal((a - x) * (b - x)) / Decimal((x + 1) * (n - a - b + x + 1))
            total += term
        first = sum(Decimal(b - i).ln() - Decimal(i + 1).ln() for i in range(both))
        first += sum((Decimal(a - i) / Decimal(n - i)).ln() for i in range(both))
        # C(b, both) a!/(a-both)! (n-a)!/(n-a-b+both)! (n-b)!/n! over what is left, by a telescoped product
        first += sum((Decimal(n - a - i) / Decimal(n - both - i)).ln() for i in range(b - both))
        expected = float(first + total.ln())
    assert log_p_overlap(n, a, b, both) == pytest.approx(expected, rel=1e-10)


def test_columns_are_tested_row_by_row() -> None:
    logs = log_p_overlap(1000, [100, 10], [50, 100], [20, 10])
    assert isinstance(logs, np.ndarray)
    assert logs.tolist() == [log_p_overlap(1000, 100, 50, 20), log_p_overlap(1000, 10, 100, 10)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((10, 11, 5, 1), "a must be at most the universe"),
        ((10, 5, 11, 1), "b must be at most the universe"),
        ((10, 5, 5, 6), "both must lie between"),
        ((10, 8, 8, 5), "both must lie between"),
        ((10, 5.0, 5, 1), "a must be a whole number"),
        ((10, -1, 5, 1), "a must be at least 0"),
        ((10, True, 5, 1), "a must be a whole number"),
    ],
)
def test_counts_that_cannot_be_are_refused_by_name(arguments: Any, words: str) -> None:
    with refuses(InvalidInput, match=f"overlap.log_p_overlap: {words}"):
        log_p_overlap(*arguments)


def test_another_tail_lists_the_choices() -> None:
    tail: Any = "les"
    with refuses(InvalidInput, match="overlap.log_p_overlap: tail must be one of more, fewer, got 'les'"):
        log_p_overlap(10, 5, 5, 2, tail=tail)


# --- many audiences -------------------------------------------------------------------------------------------------


def test_three_audiences_of_six_people() -> None:
    vector = VECTORS["multi"]
    by_chance = multi_overlap(vector["universe"], vector["sizes"])
    assert by_chance.pmf.tolist() == pytest.approx(vector["pmf"], rel=1e-12)
    assert by_chance.both.tolist() == [0, 1, 2, 3]
    assert by_chance.sizes == tuple(vector["sizes"])


def fold(n: int, sizes: list[int]) -> list[Fraction]:
    """Draw one audience after another, in fractions."""
    left = {sizes[0]: Fraction(1)}
    for size in sizes[1:]:
        met: dict[int, Fraction] = {}
        for x, chance in left.items():
            for y in range(max(0, x + size - n), min(x, size) + 1):
                ways = Fraction(math.comb(x, y) * math.comb(n - x, size - y), math.comb(n, size))
                met[y] = met.get(y, Fraction(0)) + chance * ways
        left = met
    return [left.get(y, Fraction(0)) for y in range(min(sizes) + 1)]


@given(n=st.integers(1, 15), data=st.data())
def test_the_distribution_agrees_with_fractions_in_any_order(n: int, data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(0, n), min_size=2, max_size=4))
    by_chance, expected = multi_overlap(n, sizes), fold(n, sizes)
    assert by_chance.pmf.tolist() == pytest.approx([float(p) for p in expected], rel=1e-12, abs=1e-300)
    mean = sum(y * p for y, p in enumerate(expected))
    assert by_chance.expected == pytest.approx(float(mean), rel=1e-12)
    for x in range(-1, min(sizes) + 2):
        above, upto = sum(expected[max(x, 0) :]), sum(expected[: max(x + 1, 0)])
        assert by_chance.p_at_least(x) == pytest.approx(float(above), rel=1e-12)
        assert by_chance.p_at_most(x) == pytest.approx(float(upto), rel=1e-12)
        assert (by_chance.log_p_at_least(x) == 0) == (above == 1)
        assert (by_chance.log_p_at_least(x) == -math.inf) == (above == 0)


def test_two_audiences_are_a_pair() -> None:
    by_chance = multi_overlap(10**6, [4000, 3000])
    assert by_chance.log_p_at_least(60) == pytest.approx(log_p_overlap(10**6, 4000, 3000, 60), rel=1e-11)
    assert by_chance.pmf.sum() == pytest.approx(1, rel=1e-12)
    assert by_chance.log_p_at_least(3000) < -10_000


def test_a_distribution_comes_back_from_json() -> None:
    by_chance = multi_overlap(6, [3, 4])
    assert MultiOverlap.model_validate_json(by_chance.model_dump_json()) == by_chance
    certain = multi_overlap(6, [6, 4])
    assert MultiOverlap.model_validate_json(certain.model_dump_json()) == certain
    assert multi_overlap(0, [0, 0]).expected == 0


@pytest.mark.parametrize(
    ("universe", "sizes", "kind", "words"),
    [
        (10, [5], InvalidInput, "sizes must hold at least two audiences"),
        (10, [5, 11], InvalidInput, "sizes must be at most the universe, 10, got 11"),
        (10, [5, 2.5], InvalidInput, "sizes must hold whole numbers"),
        (10, [5, -1], InvalidInput, "sizes must be at least 0"),
        (10.0, [5, 5], InvalidInput, "universe must be a whole number"),
        (10**6, [10_001, 20_000], Infeasible, "sizes must have a smallest of at most 10,000, got 10001"),
    ],
)
def test_what_cannot_be_drawn_is_refused(universe: Any, sizes: Any, kind: Any, words: str) -> None:
    with refuses(kind, match=f"overlap.multi_overlap: {words}"):
        multi_overlap(universe, sizes)


@pytest.mark.parametrize("x", [1.0, True, "1"])
def test_so_many_is_a_whole_number(x: Any) -> None:
    by_chance = multi_overlap(6, [3, 4])
    for name in ("p_at_least", "p_at_most", "log_p_at_least"):
        with refuses(InvalidInput, match=f"MultiOverlap.{name}: x must be a whole number"):
            getattr(by_chance, name)(x)
