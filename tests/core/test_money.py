"""Rounding and shares: against fractions, and the bulk form against the scalar one."""

from __future__ import annotations

import json
import pickle
from fractions import Fraction
from math import ceil, floor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core.errors import EmptyInput, InvalidInput, Overflow
from socialmkt.core.model import Frozen
from socialmkt.core.money import Rounding, allocate, allocate_array, read_rounding
from tests.refusals import refuses
from tests.strategies import COLUMN_KINDS, int64s

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "core_money.json").read_text())
RULES = list(Rounding)

rules = st.sampled_from(RULES)
divisors = st.integers(1, 2**63 - 1) | st.integers(1, 12)


def rounded(n: int, d: int, rule: Rounding) -> int:
    """Round by definition."""
    exact = Fraction(n, d)
    away = ceil(exact) if n > 0 else floor(exact)
    toward = floor(exact) if n > 0 else ceil(exact)
    direct = {Rounding.up: away, Rounding.down: toward, Rounding.ceiling: ceil(exact), Rounding.floor: floor(exact)}
    if rule in direct:
        return direct[rule]
    if abs(exact - away) != abs(exact - toward):
        return min(away, toward, key=lambda whole: abs(exact - whole))
    even = away if away % 2 == 0 else toward
    return {Rounding.half_even: even, Rounding.half_up: away, Rounding.half_down: toward}[rule]


# --- rounding -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", VECTORS["rounding"], ids=lambda v: f"{v['n']} {v['rounding']}")
def test_the_stored_roundings_hold_for_both_signs_where_they_mirror(vector) -> None:
    n, d, rule = vector["n"], vector["d"], Rounding(vector["rounding"])
    assert rule.divide(n, d) == vector["result"]
    assert rule.divide(-n, d) == -vector["result"]
    assert rule.divide([n, -n], d).tolist() == [vector["result"], -vector["result"]]


@given(n=st.integers() | int64s, d=divisors | st.just(2**70), rule=rules)
@example(n=-(2**63), d=1, rule=Rounding.half_up)
@example(n=-(2**63), d=2**63 - 1, rule=Rounding.half_even)
@example(n=2**63 - 1, d=2, rule=Rounding.half_even)
def test_a_quotient_is_rounded_as_its_fraction(n, d, rule) -> None:
    assert rule.divide(n, d) == rounded(n, d, rule)


@given(pairs=st.lists(st.tuples(int64s, divisors), min_size=1, max_size=8), rule=rules)
@example(pairs=[(-(2**63), 2**63 - 1), (2**63 - 1, 2**63 - 1), (2**63 - 1, 2)], rule=Rounding.half_up)
def test_a_column_is_rounded_as_its_fractions(pairs, rule) -> None:
    n, d = map(list, zip(*pairs, strict=True))
    assert rule.divide(n, d).tolist() == [rounded(a, b, rule) for a, b in pairs]
    assert rule.divide(n, d[0]).tolist() == [rounded(a, d[0], rule) for a in n]
    assert rule.divide(n[0], np.array(d)).tolist() == [rounded(n[0], b, rule) for b in d]


@given(half=st.integers(-(10**6), 10**6), rule=rules)
def test_ties_of_both_signs_go_where_the_rule_says(half, rule) -> None:
    assert rule.divide(2 * half + 1, 2) == rounded(2 * half + 1, 2, rule)
    assert rule.divide(np.array([2 * half + 1]), 2).tolist() == [rounded(2 * half + 1, 2, rule)]


def test_scalars_give_plain_ints_and_columns_int64() -> None:
    assert type(Rounding.up.divide(np.int64(5), np.uint8(2))) is int
    assert Rounding.half_up.divide([], 2).dtype == np.int64
    for rule in RULES:
        assert type(rule.divide(5, 2)) is int
        assert rule.divide([5, -5], 2).dtype == np.int64


@pytest.mark.parametrize(
    ("n", "d", "match"),
    [
        (5.0, 2, "n must"),
        (5, 2.0, "d must"),
        (True, 2, "n must"),
        (5, True, "d must"),
        (5, 0, "d must be at least 1, got 0"),
        (5, -2, "d must be at least 1, got -2"),
        ([5.0], 2, "n must hold whole numbers"),
        ([5, True], 2, "n must hold whole numbers, got True at row 1"),
        ([5], 0, "d must be at least 1, got 0"),
        ([5, 6], [1, 0], "d must be at least 1, got 0 at row 1"),
        ([5, 6], [1], "d must be as long as n, got 1 for 2"),
        ("5", 2, "n must"),
    ],
)
def test_what_cannot_be_divided_is_refused(n, d, match) -> None:
    with refuses(InvalidInput, match=f"^Rounding.divide: {match}"):
        Rounding.half_even.divide(n, d)


@pytest.mark.parametrize("outside", [2**63, -(2**63) - 1])
def test_a_scalar_beside_a_column_must_fit_int64(outside) -> None:
    assert Rounding.floor.divide(-(2**63), np.array([1])).tolist() == [-(2**63)]
    with refuses(Overflow, match=f"^Rounding.divide: n must fit int64 where the other is a column, got {outside}"):
        Rounding.half_even.divide(outside, [5])


def test_no_column_that_is_divided_may_hold_a_null_and_none_is_dropped() -> None:
    with refuses(
        InvalidInput, match=r"^Rounding.divide: n must not be null, got None at row 1 \(1 such rows of 2\)\.$"
    ):
        Rounding.half_even.divide([5, None], 2)


@given(whole=st.integers(-9, 9), rule=rules)
def test_a_whole_quotient_is_not_rounded(whole, rule) -> None:
    assert rule.divide(7 * whole, 7) == whole
    assert rule.divide([7 * whole], 7).tolist() == [whole]


class Policy(Frozen):
    rounding: Rounding = Rounding.half_even


def test_a_word_that_is_no_rule_lists_the_seven() -> None:
    seven = "one of half_even, half_up, half_down, up, down, ceiling, floor, got 'halfup'. Did you mean 'half_up'?"
    with refuses(InvalidInput, match=f"Rounding: rounding must be {seven.replace('?', '.')}"):
        Rounding("halfup")
    with refuses(InvalidInput, match=f"Ladder: rule must be {seven.replace('?', '.')}"):
        read_rounding("halfup", func="Ladder", name="rule")
    with pytest.raises(ValidationError, match=f"rounding must be {seven.replace('?', '.')}"):
        Policy(rounding="halfup")
    with pytest.raises(ValidationError, match=f"rounding must be {seven.replace('?', '.')}"):
        Policy.model_validate_json('{"rounding":"halfup"}')


def test_a_rule_survives_pickle_and_json() -> None:
    for rule in RULES:
        assert pickle.loads(pickle.dumps(rule)) is rule
        assert Policy.model_validate_json(Policy(rounding=rule).model_dump_json()).rounding is rule
        assert read_rounding(rule.value, func="Ladder") is rule
    assert Policy.model_json_schema()["$defs"]["Rounding"]["enum"] == [rule.value for rule in RULES]


# --- shares ---------------------------------------------------------------------------------------------------


def shares_by_fractions(amount: int, weights: list[int]) -> list[int]:
    """Largest remainders by definition."""
    quotas = [Fraction(abs(amount) * weight, sum(weights)) for weight in weights]
    shares = [floor(quota) for quota in quotas]
    order = sorted(range(len(weights)), key=lambda i: (shares[i] - quotas[i], i))
    for i in order[: abs(amount) - sum(shares)]:
        shares[i] += 1
    return [share if amount >= 0 else -share for share in shares]


small_weights = st.lists(st.integers(0, 9), min_size=1, max_size=8).filter(any)
any_weights = small_weights | st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=8).filter(any)
amounts = st.integers(-1000, 1000) | int64s


@pytest.mark.parametrize("vector", VECTORS["allocate"], ids=lambda v: f"{v['amount']} by {v['weights']}")
def test_the_stored_shares(vector) -> None:
    amount, weights, shares = vector["amount"], vector["weights"], vector["shares"]
    assert allocate(amount, weights) == shares
    assert allocate_array(amount, weights).tolist() == shares
    assert allocate_array([amount, -amount], weights).tolist() == [shares, [-share for share in shares]]


@given(amount=amounts | st.integers(), weights=any_weights)
def test_shares_are_the_largest_remainders(amount, weights) -> None:
    assert allocate(amount, weights) == shares_by_fractions(amount, weights)


@given(amount=amounts, weights=any_weights)
def test_shares_add_up_within_one_unit_of_their_quotas_and_nothing_for_no_weight(amount, weights) -> None:
    shares = allocate(amount, weights)
    assert sum(shares) == amount
    total = sum(weights)
    assert all(abs(share - Fraction(amount * w, total)) < 1 for share, w in zip(shares, weights, strict=True))
    assert all(share == 0 for share, w in zip(shares, weights, strict=True) if w == 0)


@given(amount=amounts, weights=any_weights, factor=st.integers(1, 2**70))
def test_shares_mirror_in_sign_and_do_not_depend_on_the_scale_of_weights(amount, weights, factor) -> None:
    assert allocate(-amount, weights) == [-share for share in allocate(amount, weights)]
    assert allocate(amount, [factor * weight for weight in weights]) == allocate(amount, weights)


@given(amount=st.integers(0, 1000), weights=small_weights, data=st.data())
def test_without_ties_at_the_cut_shares_move_with_their_weights(amount, weights, data) -> None:
    remainders = sorted((amount * weight % sum(weights) for weight in weights), reverse=True)
    left = sum(remainders) // sum(weights)
    order = data.draw(st.permutations(range(len(weights))))
    if left == 0 or left == len(weights) or remainders[left - 1] != remainders[left]:
        assert allocate(amount, [weights[i] for i in order]) == [allocate(amount, weights)[i] for i in order]


@given(amount=amounts, weights=any_weights)
@example(amount=-(2**63), weights=[1, 2])
@example(amount=2**63 - 1, weights=[2**63 - 1, 2**63 - 1, 1])
@example(amount=7, weights=[2**32, 2**31 - 1])
def test_one_amount_in_bulk_equals_the_scalar_form(amount, weights) -> None:
    assert allocate_array(amount, weights).tolist() == allocate(amount, weights)


@given(many=st.lists(amounts, max_size=6), weights=any_weights)
@example(many=[-(2**63), 5, 2**63 - 1], weights=[1, 1, 1])
def test_a_column_of_amounts_equals_the_scalar_form(many, weights) -> None:
    table = allocate_array(many, weights)
    assert table.shape == (len(many), len(weights))
    assert table.tolist() == [allocate(amount, weights) for amount in many]


tables = st.integers(1, 5).flatmap(
    lambda k: st.lists(
        st.tuples(
            amounts,
            st.lists(st.integers(0, 9), min_size=k, max_size=k).filter(any)
            | st.lists(st.integers(0, 2**63 - 1), min_size=k, max_size=k).filter(any),
        ),
        min_size=1,
        max_size=6,
    )
)


@given(rows=tables)
@example(rows=[(5, [2**62, 2**62, 2**62]), (5, [1, 1, 1]), (-(2**63), [1, 0, 1])])
def test_a_row_of_weights_for_each_amount_equals_the_scalar_form(rows) -> None:
    many, weights = map(list, zip(*rows, strict=True))
    expected = [allocate(amount, row) for amount, row in rows]
    assert allocate_array(many, weights).tolist() == expected
    assert allocate_array(many, np.array(weights, dtype=np.uint64)).tolist() == expected


def test_rows_beyond_one_block_are_split_alike() -> None:
    many = np.arange(-20_000, 20_000)
    table = allocate_array(many, [3, 1, 4])
    assert (table.sum(axis=1) == many).all()
    assert table[[0, 10_922, 10_923, 39_999]].tolist() == [
        allocate(int(many[i]), [3, 1, 4]) for i in (0, 10922, 10923, 39999)
    ]


def test_a_row_of_weights_for_each_amount_reaches_beyond_one_block() -> None:
    rng = np.random.default_rng(0)
    many, weights = rng.integers(-999, 999, 200), rng.integers(1, 99, (200, 500))
    assert allocate_array(many, weights).tolist() == [
        allocate(amount, row) for amount, row in zip(many.tolist(), weights.tolist(), strict=True)
    ]


def test_many_weights_with_ties_at_the_cut_favour_the_lower_index() -> None:
    shares = allocate_array(1_500, np.ones(1_000, dtype=np.int64))
    assert shares.tolist() == [2] * 500 + [1] * 500


@pytest.mark.parametrize("make", COLUMN_KINDS)
def test_every_kind_of_column_gives_the_same_shares(make) -> None:
    assert allocate(1003, make([0, 50, 50])) == [0, 502, 501]
    assert allocate_array(1003, make([0, 50, 50])).tolist() == [0, 502, 501]
    assert allocate_array(make([1003, -1003]), [1, 1]).tolist() == [[502, 501], [-502, -501]]


BAD_WEIGHTS = [
    ([1, -1], InvalidInput, "weights must be at least 0, got -1 at row 1"),
    ([0, 0], InvalidInput, "weights must have a positive sum, got only zeros"),
    ([0.5, 0.5], InvalidInput, "weights must"),
    ([1, True], InvalidInput, "weights must hold whole numbers, got True at row 1"),
    ([1, None], InvalidInput, r"weights must not be null, got None at row 1 \(1 such rows of 2\)\.$"),
    ("12", InvalidInput, "weights must"),
    ([], EmptyInput, "weights must hold at least one weight, got none"),
    ((), EmptyInput, "weights must hold at least one weight, got none"),
    (np.array([], dtype=np.int64), EmptyInput, "weights must hold at least one weight, got none"),
]


@pytest.mark.parametrize(("weights", "kind", "match"), BAD_WEIGHTS)
@pytest.mark.parametrize("split", [allocate, allocate_array])
def test_weights_that_cannot_share_are_refused(split, weights, kind, match) -> None:
    with refuses(kind, match=f"^money.{split.__name__}: {match}"):
        split(100, weights)


@pytest.mark.parametrize("amount", [1.5, True, None, "100"])
@pytest.mark.parametrize("split", [allocate, allocate_array])
def test_an_amount_must_be_whole_minor_units(split, amount) -> None:
    with refuses(InvalidInput, match=f"^money.{split.__name__}: amount must be an int of minor units, got {amount!r}"):
        split(amount, [1, 1])


def test_amounts_in_bulk_are_refused_with_their_row() -> None:
    with refuses(InvalidInput, match=r"^money.allocate_array: amount must not be null, got None at row 1 .* of 2\)\.$"):
        allocate_array([5, None], [1, 1])
    with refuses(InvalidInput, match="^money.allocate_array: amount must hold whole minor units, got 0.5 at row 1"):
        allocate_array([5, 0.5], [1, 1])


def test_a_float_is_sent_to_the_reader_of_major_units() -> None:
    with refuses(
        InvalidInput, match=r"^money.allocate: amount must .*, got 1\.5\. Currency\(\.\.\.\)\.minor reads major"
    ):
        allocate(1.5, [1, 1])


@pytest.mark.parametrize(
    ("weights", "kind", "match"),
    [
        ([[1, 1], [1, -1]], InvalidInput, "weights must be at least 0, got -1 at row 1"),
        ([[1, 1], [0, 0]], InvalidInput, "weights must have a positive sum, got only zeros at row 1"),
        ([[1, 1], [1, True]], InvalidInput, "weights must hold whole numbers in int64, got True at row 1"),
        ([[1, 1], [1, 2**63]], Overflow, "weights must hold whole numbers in int64, got 9223372036854775808 at row 1"),
        ([[1, 1], [1]], InvalidInput, "weights must have rows of one length, got rows of several lengths"),
        ([[1, 1], 1], InvalidInput, "weights must have rows of one length"),
        ([[], []], EmptyInput, "weights must hold at least one weight"),
        ([[1, 1]], InvalidInput, "weights must have a row for every amount, got 1 rows for 2 amounts"),
        (np.ones((2, 2)), InvalidInput, "weights must hold whole numbers, got a float64 column"),
        (np.full((2, 2), 2**63, dtype=np.uint64), Overflow, f"weights must fit int64, got {2**63}"),
        ([[True, 1], [1, 1]], InvalidInput, "weights must hold whole numbers in int64, got True at row 0"),
        ([[1, 1], [1, None]], InvalidInput, "weights must hold whole numbers in int64, got None at row 1"),
        (np.ones((2, 2, 2), dtype=np.int64), InvalidInput, "weights must"),
    ],
)
def test_a_table_of_weights_says_at_which_row_it_fails(weights, kind, match) -> None:
    with refuses(kind, match=f"^money.allocate_array: {match}"):
        allocate_array([100, 100], weights)


@given(many=st.lists(amounts, min_size=2, max_size=5))
def test_one_weight_takes_the_whole_amount(many) -> None:
    assert allocate_array(many, [7]).ravel().tolist() == many
    assert allocate_array(many, [[7]] * len(many)).ravel().tolist() == many


def test_one_amount_wants_one_row_of_weights_and_int64() -> None:
    with refuses(InvalidInput, match="weights must be one row for one amount, got 2 rows"):
        allocate_array(100, [[1, 1], [1, 1]])
    for outside in (2**63, -(2**63) - 1):
        with refuses(Overflow, match=f"^money.allocate_array: amount must fit int64, got {outside}"):
            allocate_array(outside, [1, 1])
    with refuses(Overflow, match="weights must"):
        allocate_array(100, [1, 2**63])


def test_a_weight_that_a_mask_hides_is_refused() -> None:
    with refuses(InvalidInput, match=r"weights must not be null, got null at row 1 \(1 such rows of 2\)"):
        allocate_array([5, 5], np.ma.array([[1, 2], [3, 4]], mask=[[0, 0], [0, 1]]))
    open_mask = np.ma.array([[1, 2]], mask=[[0, 0]])
    assert type(allocate_array([6], open_mask)) is np.ndarray


@pytest.mark.parametrize("amount", [1.5, "5", None, True, Fraction(5)])
def test_one_amount_that_is_none_is_told_of_minor_units(amount) -> None:
    with refuses(InvalidInput, match=r"allocate_array: amount must be an int of minor units, got"):
        allocate_array(amount, [1])


@pytest.mark.parametrize(
    ("n", "d", "name"), [(5.0, 2, "n"), ("5", 2, "n"), (None, 2, "n"), (5, 2.0, "d"), ([5], None, "d")]
)
def test_one_number_that_is_none_is_told_so(n, d, name) -> None:
    with refuses(InvalidInput, match=rf"Rounding\.divide: {name} must be an int, or a column of whole numbers, got"):
        Rounding.half_up.divide(n, d)
