"""The laws of every mergeable state, written once.

A state's test file describes how it is built and runs each law under its own name:

    CASE = Case(rows=st.lists(purchases()), build=state_of, empty=PurchaseState.empty, foreign=(weekly_state,),
                result=lambda state: state.summarize())

    @pytest.mark.parametrize("law", LAWS)
    @given(data=st.data())
    def test_purchase_states_merge(law, data):
        law(CASE, data)
"""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import strategies as st

from socialmkt.core.errors import SchemeMismatch
from socialmkt.core.merging import Mergeable, merge_all
from tests.refusals import refuses


def _itself(state: Any) -> Any:
    return state


@dataclass(frozen=True, kw_only=True)
class Case:
    """How to build one kind of state.

    `rows` draws lists of rows and `build` makes a state of such a list; `empty` gives the identity, `foreign` holds
    makers of states under other rules. `result` is the final step, compared with `==` (give a sorted view where row
    order is free). A pickle may weigh `bytes_fixed + bytes_per_row * rows`.
    """

    rows: st.SearchStrategy[list[Any]]
    build: Callable[[list[Any]], Any]
    empty: Callable[[], Any]
    foreign: Sequence[Callable[[], Any]]
    result: Callable[[Any], Any] = _itself
    bytes_fixed: int = 4_000
    bytes_per_row: int = 100


Law = Callable[[Case, st.DataObject], None]


def _states(case: Case, data: st.DataObject, count: int) -> list[Any]:
    return [case.build(data.draw(case.rows)) for _ in range(count)]


def _same(case: Case, left: Any, right: Any) -> None:
    assert bool(case.result(left) == case.result(right))


def it_is_mergeable(case: Case, data: st.DataObject) -> None:
    assert isinstance(case.build(data.draw(case.rows)), Mergeable)


def the_empty_state_is_the_identity(case: Case, data: st.DataObject) -> None:
    (state,) = _states(case, data, 1)
    _same(case, state.merge(case.empty()), state)
    _same(case, case.empty().merge(state), state)


def merging_is_associative(case: Case, data: st.DataObject) -> None:
    a, b, c = _states(case, data, 3)
    _same(case, a.merge(b).merge(c), a.merge(b.merge(c)))


def merging_is_commutative(case: Case, data: st.DataObject) -> None:
    a, b = _states(case, data, 2)
    _same(case, a.merge(b), b.merge(a))


def any_split_in_any_order_gives_the_whole(case: Case, data: st.DataObject) -> None:
    rows = data.draw(case.rows)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=5)))
    parts = [rows[start:end] for start, end in itertools.pairwise([0, *cuts, len(rows)])]
    shuffled = data.draw(st.permutations(parts))
    _same(case, merge_all([case.build(part) for part in shuffled]), case.build(rows))


def merging_changes_neither_side(case: Case, data: st.DataObject) -> None:
    a, b = _states(case, data, 2)
    before = pickle.dumps(a), pickle.dumps(b)
    a.merge(b)
    assert (pickle.dumps(a), pickle.dumps(b)) == before


def a_state_made_under_other_rules_is_refused(case: Case, data: st.DataObject) -> None:
    (state,) = _states(case, data, 1)
    for make in case.foreign:
        with refuses(SchemeMismatch, match="must"):
            state.merge(make())
        with refuses(SchemeMismatch, match="must"):
            make().merge(state)


def a_pickle_is_small_and_stable(case: Case, data: st.DataObject) -> None:
    rows = data.draw(case.rows)
    state = case.build(rows)
    pickled = pickle.dumps(state)
    case.result(state)
    assert pickle.dumps(state) == pickled, "using a state must not change its pickle: leave caches out"
    assert pickle.dumps(pickle.loads(pickled)) == pickled
    assert len(pickled) <= case.bytes_fixed + case.bytes_per_row * len(rows)
    _same(case, pickle.loads(pickled), state)


LAWS = [
    pytest.param(law, id=law.__name__)
    for law in (
        it_is_mergeable,
        the_empty_state_is_the_identity,
        merging_is_associative,
        merging_is_commutative,
        any_split_in_any_order_gives_the_whole,
        merging_changes_neither_side,
        a_state_made_under_other_rules_is_refused,
        a_pickle_is_small_and_stable,
    )
]
