"""Merging many states, and the harness of laws that every state's tests call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from socialmkt.core.errors import EmptyInput, InvalidInput, SchemeMismatch, refuse
from socialmkt.core.merging import Mergeable, merge_all
from tests.merging_laws import LAWS, Case, Law
from tests.refusals import refuses

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Tally:
    """A small honest state: how often each option was chosen, in one poll."""

    counts: tuple[tuple[int, int], ...] = ()
    poll: str = "spring"

    @classmethod
    def of(cls, rows: list[int]) -> Tally:
        return cls(tuple((option, rows.count(option)) for option in sorted(set(rows))))

    def merge(self, other: Tally) -> Tally:
        if other.poll != self.poll:
            raise refuse(SchemeMismatch, "Tally.merge", "poll", f"be {self.poll!r} on both sides", other.poll)
        mine, theirs = dict(self.counts), dict(other.counts)
        options = sorted({*mine, *theirs})
        return Tally(tuple((option, mine.get(option, 0) + theirs.get(option, 0)) for option in options), self.poll)


rows = st.lists(st.integers(0, 3), max_size=12)
HONEST = Case(rows=rows, build=Tally.of, empty=Tally, foreign=(lambda: Tally(poll="autumn"),))


@pytest.mark.parametrize("law", LAWS)
@given(data=st.data())
def test_an_honest_state_keeps_every_law(law: Law, data: st.DataObject) -> None:
    law(HONEST, data)


@dataclass
class Faulty:
    """A state that breaks the laws: it keeps the order of merges, eats its input and knows no rules."""

    rows: list[int] = field(default_factory=list)
    seen: int = 0

    def merge(self, other: Faulty) -> Faulty:
        self.seen += 1
        return Faulty([*self.rows, *other.rows, len(other.rows)])


FAULTY = Case(rows=rows, build=Faulty, empty=Faulty, foreign=(Faulty,), bytes_fixed=1, bytes_per_row=0)


@pytest.mark.parametrize("law", LAWS[1:])
def test_a_faulty_state_breaks_every_law(law: Law) -> None:
    @settings(phases=[Phase.generate])
    @given(data=st.data())
    def run(data: st.DataObject) -> None:
        law(FAULTY, data)

    with pytest.raises((AssertionError, pytest.fail.Exception)):
        run()


@dataclass(frozen=True)
class Tree:
    """Remembers by which tree it was merged."""

    text: str
    height: int = 0

    def merge(self, other: Tree) -> Tree:
        return Tree(f"({self.text}{other.text})", 1 + max(self.height, other.height))


@pytest.mark.parametrize(
    ("states", "tree"),
    [("a", "a"), ("ab", "(ab)"), ("abc", "((ab)c)"), ("abcd", "((ab)(cd))"), ("abcdefg", "(((ab)(cd))((ef)g))")],
)
def test_states_merge_in_order_as_a_balanced_tree(states: str, tree: str) -> None:
    assert merge_all(Tree(name) for name in states).text == tree


@given(st.integers(1, 300))
def test_the_tree_is_no_higher_than_the_logarithm(count: int) -> None:
    assert merge_all([Tree("s")] * count).height == (count - 1).bit_length()


def test_a_single_state_comes_back_as_it_is() -> None:
    state = Tally.of([1])
    assert merge_all([state]) is state


@pytest.mark.parametrize("make", [list, tuple, iter])
def test_nothing_to_merge_is_refused(make: Callable[[list[Tally]], list[Tally]]) -> None:
    with refuses(EmptyInput, match=r"merging\.merge_all: states must hold at least one state, got \[\]"):
        merge_all(make([]))


def test_what_has_no_merge_is_refused() -> None:
    with refuses(InvalidInput, match="states must have a merge method, got 3"):
        merge_all([Tally.of([1]), 3])
    assert not isinstance(3, Mergeable)


def test_one_thing_alone_is_no_list_of_states() -> None:
    with refuses(InvalidInput, match="states must be a list or another iterable, got a NoneType"):
        merge_all(None)  # type: ignore[arg-type]  # what the law is about
    with refuses(InvalidInput, match="states must be a list or another iterable, got a Tally"):
        merge_all(Tally.of([1]))  # type: ignore[arg-type]  # what the law is about
