"""Odds: exact, integrated and in the limit; they add up and rise with weight."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialmkt.core.errors import EmptyInput, Infeasible, InvalidInput
from socialmkt.lottery import _chances, odds, odds_table
from tests.lottery.draws import VECTORS
from tests.refusals import refuses

classes = st.dictionaries(st.sampled_from([1, 2, 3, 7, 10, 1000]), st.integers(1, 6), min_size=1, max_size=4)


def by_enumeration(weights: list[int], k: int) -> list[Fraction]:
    """Walk all orders of the first k, as the definition draws them."""
    chances = [Fraction(0)] * len(weights)
    for first in itertools.permutations(range(len(weights)), min(k, len(weights))):
        chance, left = Fraction(1), sum(weights)
        for one in first:
            chance *= Fraction(weights[one], left)
            left -= weights[one]
        for one in first:
            chances[one] += chance
    return chances


def test_the_published_fractions_come_out() -> None:
    case = VECTORS["odds"]
    for k, fractions in case["first"].items():
        assert odds(case["weights"], quantities=[int(k)])["exact"].tolist() == fractions


@given(weights=st.lists(st.integers(1, 9), min_size=1, max_size=5), k=st.integers(1, 6))
def test_exact_odds_are_those_of_all_orders(weights, k) -> None:
    found = odds(weights, quantities=[k], method="exact")
    expected = dict(zip(weights, by_enumeration(weights, k), strict=True))
    assert [Fraction(text) for text in found["exact"]] == [expected[weight] for weight in sorted(expected)]
    assert found["probability"].tolist() == [float(expected[weight]) for weight in sorted(expected)]


@settings(max_examples=10)
@given(counts=classes, quantities=st.lists(st.integers(1, 6), min_size=1, max_size=3))
def test_the_integral_is_exact_to_the_last_places(counts, quantities) -> None:
    exact = odds(counts, quantities=quantities, method="exact")
    integral = odds(counts, quantities=quantities, method="quadrature")
    assert (exact.error, integral.error) == (0.0, 1e-10)
    assert np.abs(integral["probability"] - exact["probability"]).max() < 1e-12
    some = exact["probability"] > 0
    assert np.abs(integral["probability"][some] / exact["probability"][some] - 1).max() < 1e-9


@pytest.mark.parametrize(
    ("counts", "quantities"),
    [
        ({1: 10, 1000: 10}, [1, 4, 5, 1, 4, 4, 1]),
        ({1: 50, 2: 30, 10: 20}, [1, 1, 8, 40, 45, 4]),
        ({1: 5, 2**32 - 1: 7}, [1, 2, 4, 1, 3, 1]),
        ({1: 2_000, 2**32 - 1: 5}, [4, 1, 1, 20]),
        ({1: 3_000, 40: 3, 1_000: 2}, [1, 2, 3, 10]),
        ({1: 100, 100: 30}, [60, 40, 29, 1]),
        ({1: 300}, [1, 99, 199, 1]),
    ],
)
def test_hard_cases_keep_ten_places_even_for_the_smallest_chances(counts, quantities) -> None:
    exact = odds(counts, quantities=quantities, method="exact")["probability"]
    integral = odds(counts, quantities=quantities, method="quadrature")["probability"]
    assert np.abs(integral - exact).max() < 1e-10
    assert np.abs(integral[exact > 0] / exact[exact > 0] - 1).max() < 1e-9


@settings(max_examples=20)
@given(counts=classes, quantities=st.lists(st.integers(1, 9), min_size=1, max_size=3))
def test_chances_add_up_and_rise_with_weight(counts, quantities) -> None:
    found = odds(counts, quantities=quantities)
    entries, places = sum(counts.values()), list(itertools.accumulate(quantities))
    for place, quantity in enumerate(quantities):
        rows = found.filter(found["prize"] == str(place + 1))
        filled = min(quantity, max(entries - places[place] + quantity, 0))
        assert rows["expected_winners"].sum() == pytest.approx(filled)
        assert (rows["quantity"] == quantity).all()
    anything = found.any_prize
    assert (np.diff(anything["probability"]) >= -1e-12).all()
    assert anything["entries"].sum() == entries
    assert (anything["probability"] <= 1).all()
    if places[-1] >= entries:
        assert anything["probability"] == pytest.approx(np.ones(len(anything)))
    if places[-1] >= entries and found.method == "exact":
        assert anything["exact"].tolist() == ["1"] * len(anything)


def test_the_limit_is_as_near_as_stated() -> None:
    many = {1: 600_000, 2: 300_000, 10: 100_000}
    few = {1: 600, 2: 300, 10: 100}
    for counts, k, error in ((many, 1_000, 3e-6), (few, 100, 1e-3)):
        exact = odds(counts, quantities=[k], method="quadrature")["probability"]
        found = odds(counts, quantities=[k], method="fluid")
        missed = np.abs(found["probability"] / exact - 1).max()
        assert missed < error
        assert missed < found.error < 10 * missed


def test_the_limit_serves_several_prizes_and_ends_at_the_list() -> None:
    found = odds({1: 5_000, 3: 5_000}, quantities=[2_500, 2_500, 9_000], method="fluid")
    assert found["expected_winners"].reshape(2, 3).sum(axis=0) == pytest.approx([2_500, 2_500, 5_000])
    assert found.any_prize["probability"] == pytest.approx([1, 1])
    assert found["exact"].tolist() == [""] * 6
    assert found.any_prize["exact"].tolist() == ["", ""]


def test_the_method_is_chosen_by_size_and_named() -> None:
    assert odds([1, 2, 3], quantities=[2]).method == "exact"
    assert odds({1: 5_000, 2: 5_000}, quantities=[50]).method == "quadrature"
    assert odds({1: 5_000, 2: 5_000}, quantities=[2_001]).method == "fluid"
    assert odds(dict.fromkeys(range(1, 300), 9), quantities=[1_900]).method == "fluid"


HUGE = dict.fromkeys([998_244_353, 10**9 + 7, 2**31 - 1, 2**32 - 5], 7)


def test_fractions_that_nobody_could_read_are_not_written() -> None:
    found = odds(HUGE, quantities=[10])
    assert found.method == "quadrature"
    with refuses(Infeasible, match="weights must give fractions of at most 4,300 digits for method='exact'"):
        odds(HUGE, quantities=[10], method="exact")


@settings(max_examples=25)
@given(counts=classes, quantities=st.lists(st.integers(1, 6), min_size=1, max_size=3))
def test_the_digits_of_a_fraction_are_bounded(counts, quantities) -> None:
    longest = max(map(len, odds(counts, quantities=quantities, method="exact")["exact"]))
    ends = [0, *itertools.accumulate(quantities)]
    case = odds_table._Case(list(counts), list(counts.values()), list(itertools.pairwise(ends)))
    assert longest <= 2 * case.digits + 3


def test_the_plain_share_is_no_chance() -> None:
    found = odds({1: 900, 10: 100}, quantities=[100])
    share = 100 * 10 / 1_900
    assert share / found["probability"][1] > 1.1


def test_prizes_are_named_by_their_place_or_by_the_mapping() -> None:
    assert odds([1], quantities=[1, 2])["prize"].tolist() == ["1", "2"]
    named = odds([1, 1], quantities={"grand": 1, "small": 1})
    assert named["prize"].tolist() == ["grand", "small"] * 1
    assert named["exact"].tolist() == ["1/2", "1/2"]
    late = odds([1], quantities=[1, 2])
    assert (late["exact"].tolist(), late["one_in"].tolist()) == (["1", "0"], [1.0, np.inf])


def test_columns_and_counts_of_weights_agree() -> None:
    assert odds(np.array([3, 1, 3]), quantities=[2]) == odds({3: 2, 1: 1}, quantities=[2])


@pytest.mark.parametrize(
    ("weights", "fields", "kind", "words"),
    [
        ([], {}, EmptyInput, "weights must hold at least one entry"),
        ({}, {}, EmptyInput, "weights must hold at least one entry"),
        ([0], {}, InvalidInput, "weights must be at least 1"),
        ({0: 3}, {}, InvalidInput, "weights must be a whole number from 1"),
        ({1: 0}, {}, InvalidInput, "weights must be a whole number from 1 to 9,007,199,254,740,991, got 0"),
        ({1: 2**63}, {}, InvalidInput, "weights must be a whole number from 1 to 9,007,199,254,740,991"),
        ([1, None], {}, InvalidInput, r"weights must not be null, got None at row 1 \(1 such rows of 2\)\.$"),
        ([1], {"quantities": []}, EmptyInput, "quantities must hold at least one prize"),
        ([1], {"quantities": [0]}, InvalidInput, "quantities must be a whole number from 1 to 9,007,199,254,740,991"),
        ([1], {"quantities": {"a": 2**63}}, InvalidInput, "quantities must be a whole number from 1 to"),
        (
            [1],
            {"quantities": {1: 1, "1": 2}},
            InvalidInput,
            "quantities must have names that are text, not empty, got 1",
        ),
        ([1], {"quantities": {"a": 1.0}}, InvalidInput, "quantities must be a whole number"),
        ([1], {"method": "share"}, InvalidInput, "method must be one of auto, exact, quadrature, fluid"),
        ([1], {"method": np.array(["exact"])}, InvalidInput, "method must be one of auto, exact, quadrature, fluid"),
        ({1: 10**6}, {"method": "exact"}, Infeasible, "weights must have at most 100,000 entries"),
        (
            {1: 900, 2: 900, 3: 900},
            {"method": "exact", "quantities": [500]},
            Infeasible,
            "500,000 terms for method='exact'",
        ),
        (
            {1: 10**6},
            {"method": "quadrature", "quantities": [10**5]},
            Infeasible,
            "quantities must be fewer for method='quadrature'",
        ),
    ],
)
def test_what_cannot_be_answered_is_refused(weights, fields, kind, words) -> None:
    with refuses(kind, match=words):
        odds(weights, **{"quantities": [1], **fields})


def test_binomial_chances_are_right_from_both_ends() -> None:
    for n, p in ((5, 0.2), (5, 0.9), (40, 0.5)):
        at = -np.log1p(-p)
        ours = _chances._pmf(n, at, n + 1)
        plain = [
            float(np.prod([(n - i) / (i + 1) for i in range(j)])) * p**j * (1 - p) ** (n - j) for j in range(n + 1)
        ]
        assert ours == pytest.approx(plain, rel=1e-12)
