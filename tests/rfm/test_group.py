"""The grouping kernel: whichever way rows are ordered, and wherever first and last are looked for, the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialmkt.rfm import _group, summarize
from tests.strategies import int64s

small = st.integers(-3, 3)
pairs = st.lists(st.tuples(st.one_of(small, int64s), st.one_of(small, int64s)), min_size=1, max_size=40)


def as_lists(runs: _group.Runs) -> list[list[int]]:
    return [column.tolist() for column in runs]


@given(pairs=pairs)
def test_rows_are_ordered_by_customer_then_key_then_row(pairs) -> None:
    major, minor = np.array(pairs, dtype=np.int64).T
    rows = sorted(range(len(pairs)), key=lambda row: (*pairs[row], row))
    cells = [at for at, row in enumerate(rows) if at == 0 or pairs[row] != pairs[rows[at - 1]]]
    heads = [at for at, cell in enumerate(cells) if cell == 0 or pairs[rows[cell]][0] != pairs[rows[cell - 1]][0]]
    expected = [rows, cells, heads]
    assert as_lists(_group.runs(major, minor)) == expected
    assert as_lists(_group._lexsorted(major, minor)) == expected


@given(pairs=st.lists(st.tuples(small, small), min_size=1, max_size=40))
def test_a_packed_word_orders_as_a_sort_by_two_keys_does(pairs) -> None:
    major, minor = np.array(pairs, dtype=np.int64).T
    packed = _group._packed(major, minor)
    assert packed is not None
    assert as_lists(packed) == as_lists(_group._lexsorted(major, minor))


def test_keys_that_do_not_fit_a_word_are_left_to_another_way() -> None:
    wide = np.array([-(2**63), 2**63 - 1])
    assert _group._packed(wide, wide) is None


@pytest.mark.parametrize("unit", ["h", "D", "W", "M", "Q"])
def test_long_histories_are_summed_up_the_same_in_utc_by_name(unit) -> None:
    rng = np.random.default_rng(5)
    when = rng.integers(-(10**14), 10**14, 3_000).view("datetime64[us]")
    log = (rng.integers(0, 20, 3_000), when, rng.integers(-500, 2_000, 3_000))
    found = summarize(*log, unit=unit)
    assert found == summarize(*log, unit=unit, tz="UTC").model_copy(update={"tz": None})
    for customer, first, last in zip(found.customer, found["first"], found["last"], strict=True):
        own = when[log[0] == customer]
        assert (first, last) == (own.min(), own.max())
