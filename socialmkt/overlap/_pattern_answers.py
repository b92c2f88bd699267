"""What a pattern table answers with."""

from __future__ import annotations

from socialmkt.core.model import Count, Frozen
from socialmkt.core.table import Floats, Ints, Table, Texts


class Increments(Table):
    """What each audience adds to those before it.

    Parameters
    ----------
    audience : text
        In the order asked for.
    size : int64 array, float64 from sketches
        How many people it has.
    added : the same
        How many of them none of those before has.
    reach : the same
        How many it and those before have together.

    Examples
    --------
    >>> from socialmkt.overlap import PatternTable
    >>> table = PatternTable.from_counts(["tv", "app"], {("tv",): 20, ("tv", "app"): 30, ("app",): 10})
    >>> table.incremental("greedy").added
    array([50, 10])
    """

    audience: Texts
    size: Ints | Floats
    added: Ints | Floats
    reach: Ints | Floats


class Frequencies(Table):
    """How many people are in how many audiences.

    Parameters
    ----------
    audiences : int64 array
        1 to the number of audiences.
    count : int64 array, float64 from sketches
        How many people are in exactly so many.
    at_least : the same
        How many are in so many or more.

    Examples
    --------
    >>> from socialmkt.overlap import PatternTable
    >>> table = PatternTable.from_counts(["tv", "app"], {("tv",): 20, ("tv", "app"): 30, ("app",): 10})
    >>> table.frequency().mean
    1.5
    """

    audiences: Ints
    count: Ints | Floats
    at_least: Ints | Floats

    @property
    def mean(self) -> float:
        """In how many audiences a person who is reached is on average; NaN where nobody is."""
        people = float(self.count.sum())
        return float((self.audiences * self.count).sum()) / people if people else float("nan")


class ExclusiveReach(Table):
    """How many people each audience has to itself.

    Parameters
    ----------
    audience : text
        In their order.
    count : int64 array, float64 from sketches
        How many are in it alone.

    Examples
    --------
    >>> from socialmkt.overlap import PatternTable
    >>> table = PatternTable.from_counts(["tv", "app"], {("tv",): 20, ("tv", "app"): 30, ("app",): 10})
    >>> table.exclusive().count
    array([20, 10])
    """

    audience: Texts
    count: Ints | Floats


class InclusiveReach(Table):
    """How many people are in all audiences of a set, whatever else they are in.

    Parameters
    ----------
    mask : uint64 array, rising
        Bit i stands for audience i.
    count : int64 array, float64 from sketches
        Above zero.

    Examples
    --------
    >>> from socialmkt.overlap import PatternTable
    >>> table = PatternTable.from_counts(["tv", "app"], {("tv",): 20, ("tv", "app"): 30, ("app",): 10})
    >>> table.inclusive().count
    array([50, 40, 30])
    """

    mask: Ints
    count: Ints | Floats


class Credits(Table):
    """The part of the reach that each audience can claim.

    Parameters
    ----------
    audience : text
        In their order.
    size : int64 array, float64 from sketches
        How many people it has.
    credit : float64 array
        Its Shapley value: a person in n audiences counts 1/n for each.

    Examples
    --------
    >>> from socialmkt.overlap import PatternTable
    >>> table = PatternTable.from_counts(["tv", "app"], {("tv",): 20, ("tv", "app"): 30, ("app",): 10})
    >>> table.shapley().credit
    array([35., 25.])
    """

    audience: Texts
    size: Ints | Floats
    credit: Floats


class UpsetRows(Table):
    """The largest patterns, as an UpSet plot shows them.

    Parameters
    ----------
    mask : uint64 array
        Bit i stands for audience i.
    members : text
        Their names, joined by " & ".
    degree : int64 array
        How many audiences.
    count : int64 array, float64 from sketches
        How many people are in these and in no other, falling.
    other_count : int or float
        How many people are in the patterns left out.
    other_patterns : int
        How many patterns were left out.

    Examples
    --------
    >>> from socialmkt.overlap import PatternTable
    >>> table = PatternTable.from_counts(["tv", "app"], {("tv",): 20, ("tv", "app"): 30, ("app",): 10})
    >>> rows = table.upset(top=1)
    >>> rows.members.tolist(), rows.other_count, rows.other_patterns
    (['tv & app'], 30, 2)
    """

    mask: Ints
    members: Texts
    degree: Ints
    count: Ints | Floats
    other_count: int | float
    other_patterns: Count


class BestReach(Frozen):
    """The audiences to buy for a budget.

    Parameters
    ----------
    chosen : tuple of str
        Their names, in the order of the table.
    reach : int, or float from sketches
        How many people they have together.
    cost : int
        What they cost, in minor units.
    bound : int, or float from sketches
        No choice within the budget reaches more.
    optimal : bool
        Whether the reach is that bound.

    Examples
    --------
    >>> from socialmkt.overlap import PatternTable
    >>> table = PatternTable.from_counts(["tv", "app"], {("tv",): 20, ("tv", "app"): 30, ("app",): 10})
    >>> table.best({"tv": 900, "app": 400}, budget=1000)
    BestReach(chosen=('tv',), reach=50, cost=900, bound=50, optimal=True)
    """

    chosen: tuple[str, ...]
    reach: int | float
    cost: Count
    bound: int | float
    optimal: bool
