"""Purchase states: merged in any way they give the summary of the whole."""

from __future__ import annotations

import datetime as dt
import pickle

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from socialmkt.core.errors import AmbiguousTime, EmptyInput, Infeasible, InvalidInput, Overflow, SchemeMismatch
from socialmkt.core.merging import merge_all
from socialmkt.rfm import PurchaseState, summarize
from tests.merging_laws import LAWS, Case
from tests.refusals import refuses
from tests.rfm.logs import CUSTOMERS, HAND, HAND_AS_OF, columns, logs, policies, purchases, rules, times, units, utc

DAY = np.array(["2026-03-02"], dtype="datetime64[D]")


def state_of(log, *, orders=False, **keywords) -> PurchaseState:
    positional, order = columns(log, orders=orders)
    return PurchaseState.from_columns(*positional, **order, **keywords)


def _case(make, *, orders, returns) -> Case:
    return Case(
        rows=st.lists(purchases(make, times()), max_size=12),
        build=lambda log: state_of(log, orders=orders, returns=returns),
        empty=lambda: PurchaseState.empty(returns=returns),
        foreign=(
            lambda: PurchaseState.empty(returns=returns, unit="W"),
            lambda: PurchaseState.empty(returns=returns, tz="Asia/Shanghai"),
            lambda: PurchaseState.empty(returns="reject"),
        ),
    )


CASES = [
    pytest.param(_case(CUSTOMERS[0], orders=False, returns="net"), id="ints"),
    pytest.param(_case(CUSTOMERS[2], orders=True, returns="gross"), id="text, orders, gross"),
    pytest.param(_case(CUSTOMERS[3], orders=False, returns="match_occasion"), id="bytes, match_occasion"),
]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("law", LAWS)
@given(data=st.data())
def test_purchase_states_merge(law, case, data) -> None:
    law(case, data)


@given(log=logs, cuts=st.data(), rules=rules, orders=st.booleans())
def test_any_split_gives_the_summary_of_the_whole(log, cuts, rules, orders) -> None:
    parts = cuts.draw(st.lists(st.integers(0, 4), min_size=len(log), max_size=len(log)))
    states = [
        state_of([row for row, of in zip(log, parts, strict=True) if of == part], orders=orders, **rules)
        for part in range(5)
    ]
    positional, order = columns(log, orders=orders)
    merged = merge_all(states)
    assert merged.summarize() == summarize(*positional, **order, **rules)
    as_of = dt.date(1971, 1, 1)
    assert merged.summarize(as_of=as_of) == summarize(*positional, **order, **rules, as_of=as_of)


@given(log=logs, data=st.data(), unit=units, returns=policies, orders=st.booleans())
def test_an_earlier_as_of_gives_the_summary_or_refuses_but_never_guesses(log, data, unit, returns, orders) -> None:
    as_of = data.draw(st.one_of(times(), st.sampled_from([row.when for row in log])))
    state = state_of(log, unit=unit, returns=returns, orders=orders)
    positional, order = columns(log, orders=orders)
    try:
        found = state.summarize(as_of=as_of)
    except Infeasible:
        cells = state.to_table()
        moment = np.datetime64(as_of.replace(tzinfo=None), "us")
        assert ((cells["first"] <= moment) & (moment < cells["last"])).any()
    else:
        assert found == summarize(*positional, **order, unit=unit, returns=returns, as_of=as_of)


@given(log=logs)
def test_an_as_of_at_the_end_of_a_period_cuts_through_no_cell(log) -> None:
    as_of = dt.date(1970, 1, 7)
    positional, _ = columns(log)
    assert state_of(log).summarize(as_of=as_of) == summarize(*positional, as_of=as_of)


@given(log=logs, order=st.data())
def test_row_order_is_irrelevant_to_the_state(log, order) -> None:
    assert state_of(order.draw(st.permutations(log))) == state_of(log)


def test_long_chains_of_merges_stay_small() -> None:
    days = [PurchaseState.from_columns([1, 2], np.repeat(DAY, 2), [5, 7]) for _ in range(100)]
    whole = days[0]
    for day in days[1:]:
        whole = whole.merge(day)
    assert whole.summarize().total.tolist() == [500, 700]
    assert len(whole._parts) < 40
    assert len(pickle.dumps(whole)) < 2_000


def test_a_state_shows_its_cells() -> None:
    table = state_of(HAND).to_table()
    assert table.columns == ("customer", "period", "row_count", "first", "last", "total")
    assert table["customer"].tolist() == ["ann", "ann", "bo", "bo", "cy"]
    assert table["row_count"].tolist() == [2, 1, 1, 1, 1]
    assert table["total"].tolist() == [2000, 3000, 500, -100, 9900]
    with_orders = PurchaseState.from_columns([1, 1, 1], np.repeat(DAY, 3), order=["x", "y", "x"]).to_table()
    assert with_orders.columns == ("customer", "order", "row_count", "first", "last")
    assert (with_orders["order"].tolist(), with_orders["row_count"].tolist()) == (["x", "y"], [2, 1])
    assert len(PurchaseState.empty().to_table()) == 0


def test_a_state_shows_its_rules() -> None:
    state = PurchaseState.from_columns([1, None], np.repeat(DAY, 2), unit="W", tz="Asia/Shanghai", on_null="drop")
    assert repr(state) == "PurchaseState(unit='W', returns='net', tz='Asia/Shanghai', cells=1, dropped=1)"
    with pytest.raises(TypeError, match="unhashable"):
        hash(state)
    assert state != "a state"


def test_the_log_worked_by_hand_in_two_parts() -> None:
    merged = state_of(HAND[:3]).merge(state_of(HAND[3:]))
    assert merged.summarize(as_of=HAND_AS_OF) == summarize(*columns(HAND)[0], as_of=HAND_AS_OF)


def test_an_as_of_through_a_cell_is_infeasible() -> None:
    with refuses(Infeasible, match=r"PurchaseState.summarize: as_of must not part .*got .* \(1 such rows of 5\)"):
        state_of(HAND).summarize(as_of=utc("2026-03-01T12:00"))
    assert state_of(HAND, unit="h").summarize(as_of=utc("2026-03-01T12:00")).later == 4


def test_the_default_as_of_agrees_though_the_latest_row_was_left_out() -> None:
    log = (["bo", "cy"], [utc("2026-03-01T09:00"), utc("2026-03-11T08:00")], [500, -100])
    state = PurchaseState.from_columns(*log, returns="gross")
    assert state.summarize() == summarize(*log, returns="gross")
    assert state.summarize(as_of=utc("2026-03-05")) == summarize(*log, returns="gross", as_of=utc("2026-03-05"))


def test_a_state_of_nothing_but_returns_remembers_its_columns() -> None:
    log = (["bo"], [utc("2026-03-01T09:00")], [-500])
    state = PurchaseState.from_columns(*log, returns="gross").merge(PurchaseState.empty(returns="gross"))
    assert state.summarize() == summarize(*log, returns="gross")


def test_without_rows_as_of_must_be_given() -> None:
    with refuses(EmptyInput, match=r"PurchaseState.summarize: as_of must be given"):
        PurchaseState.empty().summarize()
    assert PurchaseState.empty().summarize(as_of=HAND_AS_OF) == summarize([], [], as_of=HAND_AS_OF)
    assert PurchaseState.from_columns([], [], []).summarize(as_of=HAND_AS_OF) == summarize([], [], [], as_of=HAND_AS_OF)


@pytest.mark.parametrize(
    ("mine", "theirs", "match"),
    [
        ({}, {"unit": "W"}, "unit must be 'D' on both sides, got 'W'"),
        ({}, {"returns": "match_occasion"}, "returns must be 'net' on both sides, got 'match_occasion'"),
        ({"tz": "UTC"}, {"tz": None}, "tz must be 'UTC' on both sides, got None"),
        ({}, {"amount": None}, "amount must be given on both sides, got left out"),
        ({"order": [1]}, {}, "order must be given on both sides, got left out"),
        ({"order": [1]}, {"order": ["x"]}, "order must be int on both sides, got str"),
        ({}, {"customer": ["x"]}, "customer must be int on both sides, got str"),
        ({"customer": [b"x"]}, {"customer": ["x"]}, "customer must be bytes on both sides, got str"),
        ({"customer": [-1]}, {"customer": [2**64 - 1]}, "customer must fit one type of 64 bits on both sides"),
    ],
)
def test_states_made_under_other_rules_do_not_merge(mine, theirs, match) -> None:
    blank = {"customer": [1], "when": DAY, "amount": [5]}
    left, right = (PurchaseState.from_columns(**{**blank, **keywords}) for keywords in (mine, theirs))
    with refuses(SchemeMismatch, match=f"PurchaseState.merge: {match}"):
        left.merge(right)
    with refuses(SchemeMismatch, match="PurchaseState.merge: "):
        right.merge(left)


def test_a_state_kept_under_an_older_scheme_does_not_merge() -> None:
    old = PurchaseState.empty()
    object.__setattr__(old, "scheme", 0)
    with refuses(SchemeMismatch, match="scheme must be 1 on both sides, got 0"):
        PurchaseState.empty().merge(pickle.loads(pickle.dumps(old)))


def test_unsigned_ids_merge_with_signed_ones() -> None:
    parts = [PurchaseState.from_columns(ids, np.repeat(DAY, 2)) for ids in ([2**64 - 1, 7], [5, 7], [1, 2**63 - 1])]
    assert merge_all(parts).summarize().customer.tolist() == [1, 5, 7, 2**63 - 1, 2**64 - 1]
    assert parts[0].merge(parts[1]) == parts[1].merge(parts[0])


def test_a_state_without_purchases_takes_on_the_others_columns() -> None:
    state = PurchaseState.from_columns(["x"], DAY, order=[1])
    blank = PurchaseState.from_columns([], [], [])
    assert blank.merge(state) == state
    assert state.merge(blank) == state
    assert (
        PurchaseState.from_columns([], [], order=[]).merge(blank).summarize(as_of=HAND_AS_OF).columns[-1]
        == "mean_repeat"
    )


def test_totals_beyond_64_bits_are_refused_when_they_come_together() -> None:
    half = PurchaseState.from_columns([1], DAY, [2**62])
    other = PurchaseState.from_columns([1], DAY, [-(2**62)])
    with refuses(Overflow, match=r"PurchaseState.merge: amount must add up to less than 2\*\*63"):
        half.merge(other)
    with refuses(Overflow, match="PurchaseState.from_columns: amount must"):
        PurchaseState.from_columns([1, 1], np.repeat(DAY, 2), [2**62, 2**62])


def test_bad_input_is_refused_by_name() -> None:
    with refuses(InvalidInput, match="PurchaseState.from_columns: unit must"):
        PurchaseState.from_columns([1], DAY, unit="Y")
    with refuses(InvalidInput, match="PurchaseState.from_columns: returns must be 'net'"):
        PurchaseState.from_columns([1], DAY, returns="gross")
    with refuses(InvalidInput, match="PurchaseState.from_columns: amount must be at least 0, got -5 at row 0"):
        PurchaseState.from_columns([1], DAY, [-5], returns="reject")
    with refuses(AmbiguousTime, match="PurchaseState.from_columns: when must"):
        PurchaseState.from_columns([1], [dt.datetime(2026, 3, 1)])
    with refuses(InvalidInput, match="PurchaseState.empty: tz must"):
        PurchaseState.empty(tz="Mars")
    with refuses(InvalidInput, match=r"PurchaseState.merge: other must be a PurchaseState, got <class 'dict'>\.$"):
        PurchaseState.empty().merge({"ann": "13800000000"})  # type: ignore[arg-type]
    with refuses(InvalidInput, match="PurchaseState.summarize: as_of must"):
        PurchaseState.empty().summarize(as_of="now")


@given(log=logs)
def test_a_state_never_changes(log) -> None:
    assume(log)
    state = state_of(log)
    with pytest.raises(AttributeError):
        state.unit = "W"  # type: ignore[misc]
    before = pickle.dumps(state)
    state.merge(state).summarize()
    state.to_table()
    assert pickle.dumps(state) == before
