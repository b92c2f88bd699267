"""Who is in which combination of audiences, and everything that follows from these counts.

Each person has one pattern of membership. Once people are counted by pattern, reach, increments, frequency, shares of
credit and the best set of channels are arithmetic; the ids are never touched again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from socialmkt.core.columns import Column  # noqa: TC001  # signatures are read at run time by the docs
from socialmkt.core.errors import InvalidInput, refuse
from socialmkt.overlap import _best_reach, _subset_sums
from socialmkt.overlap._alignment import align
from socialmkt.overlap._audience_fields import whole
from socialmkt.overlap._group import read_audiences
from socialmkt.overlap._pattern_answers import (
    BestReach,
    Credits,
    ExclusiveReach,
    Frequencies,
    InclusiveReach,
    Increments,
    UpsetRows,
)
from socialmkt.overlap._pattern_counts import count_patterns
from socialmkt.overlap._pattern_input import MOST_AUDIENCES, read_costs
from socialmkt.overlap._pattern_reach import PatternReach
from socialmkt.overlap._subset_sums import check_few, has, mask_of, reach_of
from socialmkt.overlap.privacy import PrivateTable, privatize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    from socialmkt.overlap.audience import Audience

__all__ = [
    "BestReach",
    "Credits",
    "ExclusiveReach",
    "Frequencies",
    "InclusiveReach",
    "Increments",
    "PatternTable",
    "UpsetRows",
    "patterns",
]

_MOST_PATTERNS = 2**22
_MOST_MONEY = 2**63 - 1


class PatternTable(PatternReach):
    """How many people are in which combination of audiences.

    `patterns` counts them, `from_counts` takes a report. A `subset` or an `order` is a list of names or of indices.

    Parameters
    ----------
    mask : uint64 array, rising
        The pattern: bit i stands for audience i.
    count : int64 array, float64 from sketches
        How many people are in these audiences and in no other.
    names : tuple of str
        The audiences, at most 64.
    theta : float
        The share of all people that was looked at; 1 for exact counts.

    Raises
    ------
    pydantic.ValidationError
        Masks that repeat, are 0 or name no audience; negative counts; equal names.

    Examples
    --------
    >>> counts = {("tv",): 20, ("tv", "app"): 30, ("app",): 10, ("web",): 40}
    >>> table = PatternTable.from_counts(["tv", "app", "web"], counts)
    >>> table.reach(), table.reach(["tv", "app"])
    (100, 60)
    >>> table.best(budget=2).chosen
    ('tv', 'web')
    """

    def reach_table(self) -> NDArray[Any]:
        """Give the reach of every subset of the audiences.

        Returns
        -------
        int64 array of shape (2**k,), float64 from sketches
            Entry m belongs to the mask m.

        Raises
        ------
        Infeasible
            More than 20 audiences.

        Notes
        -----
        The total less the patterns inside the complement, by sums over subsets: O(k 2**k).

        Examples
        --------
        >>> PatternTable.from_counts(["tv", "app"], {("tv",): 20, ("tv", "app"): 30, ("app",): 10}).reach_table()
        array([ 0, 50, 40, 60])
        """
        check_few(len(self.names), "PatternTable.reach_table")
        return self._figures(_subset_sums.reach_of_all(self._kept, len(self.names)))

    def incremental(self, order: Sequence[str | int] | NDArray[Any] | Literal["greedy"] | None = None) -> Increments:
        """Say what each audience adds to those before it.

        Parameters
        ----------
        order : list of names or indices, or "greedy", optional
            The order of buying; "greedy" takes what adds most next, the earlier audience on a tie. Their own order if
            left out.

        Returns
        -------
        Increments
            `audience size added reach`.

        Raises
        ------
        InvalidInput
            As in `reach`.

        Examples
        --------
        >>> table = PatternTable.from_counts(["tv", "app"], {("tv",): 20, ("tv", "app"): 30, ("app",): 10})
        >>> table.incremental(["app", "tv"]).added
        array([40, 20])
        """
        k = len(self.names)
        if isinstance(order, str) and order == "greedy":
            places = _subset_sums.greedy_order(self._kept, k)
        else:
            places = self._places(order, "PatternTable.incremental", "order")
        reach = [reach_of(self._kept, mask_of(places[:n])) for n in range(len(places) + 1)]
        return Increments(
            audience=self._names(places),
            size=self.sizes[places],
            added=self._figures(np.diff(reach)),
            reach=self._figures(reach[1:]),
        )

    def frequency(self) -> Frequencies:
        """Say how many people are in how many audiences.

        Returns
        -------
        Frequencies
            `audiences count at_least`, for one to all; `.mean`.

        Examples
        --------
        >>> table = PatternTable.from_counts(["tv", "app"], {("tv",): 20, ("tv", "app"): 30, ("app",): 10})
        >>> table.frequency().count
        array([30, 30])
        """
        degree, counts = np.bitwise_count(self.mask), self._kept.counts
        found = [int(counts[degree == n].sum()) for n in range(1, len(self.names) + 1)]
        return Frequencies(
            audiences=np.arange(1, len(found) + 1),
            count=self._figures(found),
            at_least=self._figures(np.cumsum(found[::-1])[::-1]),
        )

    def exclusive(self) -> ExclusiveReach:
        """Count the people that each audience has to itself.

        Returns
        -------
        ExclusiveReach
            `audience count`.

        Examples
        --------
        >>> table = PatternTable.from_counts(["tv", "app"], {("tv",): 20, ("tv", "app"): 30, ("app",): 10})
        >>> table.exclusive().count
        array([20, 10])
        """
        k = len(self.names)
        alone = [int(self._kept.counts[self.mask == _subset_sums.bit(place)].sum()) for place in range(k)]
        return ExclusiveReach(audience=self._names(range(k)), count=self._figures(alone))

    def inclusive(self) -> InclusiveReach:
        """Count the people in all audiences of each set, whatever else they are in.

        Returns
        -------
        InclusiveReach
            `mask count`, for sets that anybody is in all of.

        Raises
        ------
        Infeasible
            More than 20 audiences.

        Notes
        -----
        Sums over supersets: O(k 2**k).

        Examples
        --------
        >>> table = PatternTable.from_counts(["tv", "app"], {("tv",): 20, ("tv", "app"): 30, ("app",): 10})
        >>> table.inclusive().count
        array([50, 40, 30])
        """
        check_few(len(self.names), "PatternTable.inclusive")
        counts = _subset_sums.in_all_of(self._kept, len(self.names))
        found = np.flatnonzero(counts[1:]) + 1
        return InclusiveReach(mask=found.astype(np.uint64), count=self._figures(counts[found]))

    def shapley(self) -> Credits:
        """Share the reach out among the audiences.

        Returns
        -------
        Credits
            `audience size credit`; the credits add up to the reach.

        Notes
        -----
        The exact Shapley value of reach: a person in n audiences gives 1/n to each.

        References
        ----------
        L. S. Shapley, "A value for n-person games", Contributions to the Theory of Games II (1953).

        Examples
        --------
        >>> table = PatternTable.from_counts(["tv", "app"], {("tv",): 20, ("tv", "app"): 30, ("app",): 10})
        >>> table.shapley().credit
        array([35., 25.])
        """
        k = len(self.names)
        each = self._kept.counts / np.bitwise_count(self.mask)
        credit = np.array([each[has(self.mask, place)].sum() for place in range(k)]) / self.theta
        return Credits(audience=self._names(range(k)), size=self.sizes, credit=credit)

    def best(self, costs: Column | Mapping[str, int] | None = None, *, budget: int) -> BestReach:
        """Choose the audiences that reach most people within a budget.

        Parameters
        ----------
        costs : column of shape (k,), or mapping of name to whole number, minor units >= 0, optional
            What each audience costs; 1 each if left out.
        budget : int, minor units >= 0
            What may be spent.

        Returns
        -------
        BestReach
            `chosen reach cost bound optimal`. Of equally good choices the cheaper, then the one of fewer audiences,
            then the one of the earlier audiences.

        Raises
        ------
        InvalidInput
            Costs or a budget that are floats or negative, or not one cost for each audience.

        Notes
        -----
        Up to 20 audiences all subsets are compared: O(k 2**k). Beyond, the best of greedy by gain, greedy by gain per
        cost and the best single audience, then additions and swaps while they help; `bound` is the lowest of what all
        affordable audiences reach, and of what the chosen ones, or none, reach plus the fractional knapsack of the
        gains left. Gain per cost alone has no guarantee: a tiny cheap audience can block the big one.

        References
        ----------
        S. Khuller, A. Moss, J. Naor, "The budgeted maximum coverage problem", Information Processing Letters 70
        (1999), doi:10.1016/S0020-0190(99)00031-9.

        Examples
        --------
        >>> table = PatternTable.from_counts(["tv", "app"], {("tv",): 20, ("tv", "app"): 30, ("app",): 10})
        >>> table.best([900, 400], budget=500).chosen
        ('app',)
        """
        func = "PatternTable.best"
        prices = read_costs(costs, self.names, func)
        limit = whole(budget, 0, _MOST_MONEY, func=func, name="budget")
        found = _best_reach.best(self._kept, prices, limit)
        return BestReach(
            chosen=tuple(self.names[place] for place in found.chosen),
            reach=self._figure(found.reach),
            cost=sum(prices[place] for place in found.chosen),
            bound=self._figure(found.bound),
            optimal=found.reach == found.bound,
        )

    def upset(self, *, min_size: int = 0, top: int | None = None) -> UpsetRows:
        """List the largest patterns.

        Parameters
        ----------
        min_size : int >= 0
            Leave out patterns of fewer people.
        top : int >= 0, optional
            Keep so many patterns.

        Returns
        -------
        UpsetRows
            `mask members degree count`, the largest first, then by mask; `other_count` and `other_patterns` say what
            was left out.

        Raises
        ------
        InvalidInput
            A negative number, or none.

        Examples
        --------
        >>> table = PatternTable.from_counts(["tv", "app"], {("tv",): 20, ("tv", "app"): 30, ("app",): 10})
        >>> table.upset(min_size=15).members.tolist()
        ['tv & app', 'tv']
        """
        func = "PatternTable.upset"
        least = whole(min_size, 0, _MOST_MONEY, func=func, name="min_size")
        most = len(self) if top is None else whole(top, 0, _MOST_MONEY, func=func, name="top")
        order = np.lexsort((self.mask, -self._kept.counts))
        rows = order[self.count[order] >= least][:most]
        masks, shown = self.mask[rows], self._kept.counts[rows]
        return UpsetRows(
            mask=masks,
            members=np.array([self._members(mask) for mask in masks.tolist()], dtype=object),
            degree=np.bitwise_count(masks).astype(np.int64),
            count=self._figures(shown),
            other_count=self._figure(int(self._kept.counts.sum() - shown.sum())),
            other_patterns=len(self) - len(rows),
        )

    def privatized(
        self, *, threshold: int = 0, epsilon: float | None = None, rng: Generator | None = None, round_to: int = 1
    ) -> PrivateTable:
        """Make the counts fit to be shown.

        Parameters
        ----------
        threshold : int >= 0
            Hide counts below it and above 0, and as many more as it takes that no audience's total and not the total
            reach gives them away.
        epsilon : float above 0, optional
            Add noise that hides, to this degree, whether any one person is in the data.
        rng : numpy Generator
            Needed for noise.
        round_to : int >= 1
            Round what is shown to multiples, halves up.

        Returns
        -------
        PrivateTable
            `mask count reason`; noise first, then the threshold, then rounding.

        Raises
        ------
        SchemeMismatch
            A table from sketches.
        InvalidInput
            Another threshold, epsilon or rounding, or no generator for noise.
        Infeasible
            Noise for more than 16 audiences.

        Notes
        -----
        Each total is guarded alone, not their combinations. The noise is discrete Laplace, of standard deviation
        sqrt(2 q) / (1 - q) with q = exp(-epsilon), on all 2**k - 1 patterns, those that nobody has too: the absence of
        a row would give people away. One person moves one count. Nothing is cut off at zero.

        References
        ----------
        A. Ghosh, T. Roughgarden, M. Sundararajan, "Universally utility-maximizing privacy mechanisms", STOC 2009,
        doi:10.1145/1536414.1536464.

        Examples
        --------
        >>> table = PatternTable.from_counts(["tv", "app"], {("tv",): 20, ("tv", "app"): 3, ("app",): 10})
        >>> table.privatized(threshold=2, round_to=10).count
        array([20., 10.,  0.])
        """
        rules = {"threshold": threshold, "epsilon": epsilon, "rng": rng, "round_to": round_to}
        return privatize(self._kept, self.names, self.theta, **rules)


def patterns(
    audiences: Sequence[Audience] | Mapping[str, Audience], *, max_patterns: int | None = None
) -> PatternTable:
    """Count how many people are in which combination of audiences.

    Parameters
    ----------
    audiences : sequence of Audience, or mapping of name to Audience
        At most 64, exact or sketches, made under the same rules. Names default to those of the audiences, else to
        their index.
    max_patterns : int >= 1, optional
        Refuse more different patterns; 2**22 if left out.

    Returns
    -------
    PatternTable
        `mask count`, and what follows from them.

    Raises
    ------
    InvalidInput
        Something else among the audiences, more than 64, or equal names.
    EmptyInput
        No audience.
    Infeasible
        More patterns than `max_patterns`; nothing is ever cut silently.
    SchemeMismatch
        Other kinds of ids, secret keys, or seeds of sketches.

    Notes
    -----
    One walk over all keys in blocks that stay in the cache: O(n log n) time and about 8 MiB beside the input for n
    keys in all. Whole numbers that lie close together are scattered instead, in O(range).

    Examples
    --------
    >>> from socialmkt.overlap import Audience
    >>> table = patterns({"tv": Audience.from_ids([1, 2, 3]), "app": Audience.from_ids([3, 4])})
    >>> table.mask, table.count
    (array([1, 2, 3], dtype=uint64), array([2, 1, 1]))
    """
    func = "overlap.patterns"
    most = (
        _MOST_PATTERNS if max_patterns is None else whole(max_patterns, 1, _MOST_MONEY, func=func, name="max_patterns")
    )
    names, given = read_audiences(audiences, func)
    if len(given) > MOST_AUDIENCES:
        fix = "Ask for pairs with overlap_matrix."
        raise refuse(InvalidInput, func, "audiences", f"be at most {MOST_AUDIENCES}", len(given), fix=fix)
    met = align(given, func)
    found = count_patterns(met.keys, most, raw_ints=not met.ranked and met.scheme == "int", func=func)
    counts = found.counts if met.theta == 1 else found.counts / met.theta
    return PatternTable(mask=found.masks, count=counts, names=names, theta=met.theta)
