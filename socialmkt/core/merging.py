"""States that can be built in parts and merged.

A state is made of some rows under some rules. Merging two of them gives the state of all their rows, in whatever
order and by whatever tree it is done, so one aggregate serves one process, daily increments and a cluster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar, runtime_checkable

from socialmkt.core.errors import EmptyInput, InvalidInput, Verbatim, refuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Mergeable", "merge_all"]


@runtime_checkable
class Mergeable(Protocol):
    """Anything that merges with another of its kind.

    Notes
    -----
    Merging is associative, commutative and has an identity, the state of no rows. It changes neither side, and
    refuses a state made under other rules with `SchemeMismatch`.

    Examples
    --------
    >>> isinstance([1, 2], Mergeable)
    False
    """

    def merge(self, other: Self, /) -> Self:
        """Give the state of all rows of both sides.

        Parameters
        ----------
        other : the same class
            Made under the same rules.

        Returns
        -------
        the same class
            A new state; neither side changes.

        Raises
        ------
        SchemeMismatch
            The two were made under different rules.

        Examples
        --------
        >>> from dataclasses import dataclass
        >>> @dataclass(frozen=True)
        ... class Buyers:
        ...     count: int
        ...     def merge(self, other):
        ...         return Buyers(self.count + other.count)
        >>> Buyers(3).merge(Buyers(4))
        Buyers(count=7)
        >>> isinstance(Buyers(3), Mergeable)
        True
        """
        ...


M = TypeVar("M", bound=Mergeable)


def merge_all(states: Iterable[M]) -> M:
    """Merge many states into one.

    Parameters
    ----------
    states : iterable of states of one class
        At least one. A generator is read one state at a time.

    Returns
    -------
    the same class
        The state of all rows; a single state comes back as it is.

    Raises
    ------
    EmptyInput
        Nothing was given.
    InvalidInput
        No iterable, or something among the states has no `merge`.
    SchemeMismatch
        Two of them were made under different rules.

    Notes
    -----
    Neighbours merge as a balanced tree, in order: n states of equal size cost O(log n) passes over the rows, and at
    most log2(n) + 1 partial results are alive at a time.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Buyers:
    ...     count: int
    ...     def merge(self, other):
    ...         return Buyers(self.count + other.count)
    >>> merge_all(Buyers(count) for count in [3, 4, 5])
    Buyers(count=12)
    """
    partial: list[tuple[int, M]] = []  # (height of the tree, its state), heights descending
    for state in _iterated(states):
        if not hasattr(state, "merge"):
            raise refuse(InvalidInput, "merging.merge_all", "states", "have a merge method", state)
        _push(partial, state)
    if not partial:
        raise refuse(EmptyInput, "merging.merge_all", "states", "hold at least one state", [])
    merged = partial.pop()[1]
    while partial:
        merged = partial.pop()[1].merge(merged)
    return merged


def _iterated(states: Any) -> Iterator[Any]:
    try:
        return iter(states)
    except TypeError:
        got = Verbatim(f"a {type(states).__name__}")
        raise refuse(InvalidInput, "merging.merge_all", "states", "be a list or another iterable", got) from None


def _push(partial: list[tuple[int, M]], state: M) -> None:
    """Add a leaf on the right; trees of equal height become one."""
    height = 0
    while partial and partial[-1][0] == height:
        state = partial.pop()[1].merge(state)
        height += 1
    partial.append((height, state))
