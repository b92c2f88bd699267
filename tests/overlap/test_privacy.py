"""Counts that can be shown: small ones cannot be read off totals, and noise hides who is there."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialmkt.core.errors import Infeasible, InvalidInput, SchemeMismatch
from socialmkt.core.labels import label
from socialmkt.overlap import Audience, PatternTable, PrivateTable, Suppression, patterns
from tests.overlap.test_pattern_table import tables
from tests.refusals import refuses


def test_of_equal_counts_that_of_the_lowest_mask_is_hidden_in_whatever_order_they_stand() -> None:
    table = PatternTable.from_counts(["a", "b", "c"], {("a",): 2, ("b",): 5, ("c",): 5})
    shown = table.privatized(threshold=3)
    assert shown.reason.tolist() == ["small", "complement", ""]
    assert table.sort_by("mask", descending=True).privatized(threshold=3) == shown


@given(table=tables(), threshold=st.integers(0, 60))
def test_no_total_gives_a_small_count_away(table: PatternTable, threshold: int) -> None:
    shown = table.privatized(threshold=threshold)
    hidden = np.isnan(shown.count)
    assert (hidden == (shown.reason != "")).all()
    assert shown.suppressed == hidden.sum()
    assert set(shown.reason.tolist()) <= {"", "small", "complement"}
    assert hidden[table.count < threshold].all()
    assert (shown.count[~hidden] == table.count[~hidden]).all()
    totals = [(table.mask >> np.uint64(i) & np.uint64(1)) == 1 for i in range(len(table.names))]
    for rows in [*totals, np.ones(len(table), np.bool_)]:
        secret = rows & hidden
        alone = secret.sum() == 1 or table.count[secret].sum() < threshold
        assert not secret.any() or not alone or not (rows & ~hidden).any()


def test_nothing_is_hidden_without_a_threshold_and_all_is_without_a_choice() -> None:
    table = PatternTable.from_counts(["a"], {("a",): 3})
    assert table.privatized().reason.tolist() == [""]
    assert table.privatized(threshold=3).reason.tolist() == [""]
    assert table.privatized(threshold=4).reason.tolist() == ["small"]


def test_counts_are_rounded_half_up_after_the_threshold() -> None:
    table = PatternTable.from_counts(["a", "b"], {("a",): 15, ("b",): 14, ("a", "b"): 9})
    assert table.privatized(threshold=5, round_to=10).count.tolist() == [20, 10, 10]


def test_noise_falls_on_all_cells_and_has_the_spread_it_says() -> None:
    table = PatternTable.from_counts([str(i) for i in range(12)], {("0",): 1000})
    noisy = table.privatized(epsilon=0.5, rng=np.random.default_rng(3))
    assert len(noisy) == 2**12 - 1
    q = math.exp(-0.5)
    assert noisy.noise_sd == pytest.approx(math.sqrt(2 * q) / (1 - q), rel=1e-12)
    noise = noisy.count - np.eye(1, len(noisy))[0] * 1000
    assert noise.std() == pytest.approx(noisy.noise_sd, rel=0.1)
    assert abs(noise.mean()) < 0.2
    assert noise.min() < 0
    assert (noisy.epsilon, noisy.suppressed) == (0.5, 0)


def test_noise_follows_the_discrete_laplace_law() -> None:
    table = PatternTable.from_counts([str(i) for i in range(16)], {})
    noise = table.privatized(epsilon=1.0, rng=np.random.default_rng(8)).count
    q = math.exp(-1)
    for value in range(-3, 4):
        expected = (1 - q) / (1 + q) * q ** abs(value)
        assert (noise == value).mean() == pytest.approx(expected, abs=4 * math.sqrt(expected / 2**16))


def test_noise_then_threshold_then_rounding() -> None:
    table = PatternTable.from_counts(["a", "b"], {("a",): 1000, ("b",): 1000})
    noisy = table.privatized(epsilon=1.0, threshold=50, round_to=100, rng=np.random.default_rng(2))
    again = table.privatized(epsilon=1.0, threshold=50, round_to=100, rng=np.random.default_rng(2))
    assert noisy == again == PrivateTable.model_validate_json(noisy.model_dump_json())
    assert noisy.mask.tolist() == [1, 2, 3]
    assert noisy.count[:2].tolist() == [1000, 1000]


def test_noise_on_an_empty_cell_is_hidden_where_it_is_small_and_shown_as_nothing_below() -> None:
    table = PatternTable.from_counts(["a", "b"], {("a",): 1000, ("b",): 1000})
    runs = [table.privatized(epsilon=1.0, threshold=50, rng=np.random.default_rng(seed)) for seed in range(40)]
    for noisy in runs:
        hidden = np.isnan(noisy.count)
        assert noisy.suppressed == hidden.sum()
        assert ("nan" in noisy._repr_html_()) == hidden.any()
        assert hidden[2] or noisy.count[2] <= 0
    assert {noisy.suppressed > 0 for noisy in runs} == {True, False}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"threshold": -1}, "threshold must be a whole number"),
        ({"threshold": 2.0}, "threshold must be a whole number"),
        ({"threshold": True}, "threshold must be a whole number"),
        ({"round_to": 0}, "round_to must be a whole number"),
        ({"epsilon": 0}, "epsilon must be a finite number above 0"),
        ({"epsilon": math.inf}, "epsilon must be a finite number above 0"),
        ({"epsilon": True}, "epsilon must be a finite number above 0"),
        ({"epsilon": 1e-18, "rng": np.random.default_rng(1)}, "epsilon must be at least 1e-12, .*, got 1e-18"),
        ({"epsilon": 1.0}, "rng must be a numpy Generator where there is noise, got None"),
        ({"epsilon": 1.0, "rng": 5}, "rng must be a numpy Generator where there is noise, got 5"),
    ],
)
def test_options_are_refused_by_name(options: dict[str, Any], words: str) -> None:
    with refuses(InvalidInput, match=f"PatternTable.privatized: {words}"):
        PatternTable.from_counts(["a"], {("a",): 3}).privatized(**options)


def test_sketches_and_too_many_cells_are_refused() -> None:
    with refuses(SchemeMismatch, match="PatternTable.privatized: theta must be 1"):
        patterns([Audience.from_ids(range(99), k=8)]).privatized()
    wide = PatternTable.from_counts([str(i) for i in range(17)], {("0",): 9})
    with refuses(Infeasible, match="audiences must be at most 16 where there is noise, got 17"):
        wide.privatized(epsilon=1.0, rng=np.random.default_rng(1))
    assert wide.privatized(threshold=5).count.tolist() == [9]


def test_reasons_have_labels() -> None:
    assert [label(each) for each in Suppression] == ["too few people", "would reveal another count"]
