"""How surprising an overlap is, for two audiences and for many.

With millions of people every overlap is significant. Read how large it is, its lift, before how sure it is.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

from socialmkt.core import columns
from socialmkt.core.errors import Infeasible, InvalidInput, refuse
from socialmkt.core.model import Count  # pydantic reads it
from socialmkt.core.stats import log_hypergeom
from socialmkt.core.table import Floats, Ints, Table
from socialmkt.overlap._audience_fields import whole
from socialmkt.overlap._estimates import asked_by
from socialmkt.overlap._shared_by_all import log_pmf_of_all

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from socialmkt.core.columns import Column

__all__ = ["MultiOverlap", "log_p_overlap", "multi_overlap"]

_LARGEST_SMALLEST = 10_000
_MOST_PEOPLE = 2**63 - 1


@overload
def log_p_overlap(universe: int, a: int, b: int, both: int, *, tail: Literal["more", "fewer"] = "more") -> float: ...
@overload
def log_p_overlap(
    universe: Column | int,
    a: Column | int,
    b: Column | int,
    both: Column | int,
    *,
    tail: Literal["more", "fewer"] = "more",
) -> float | NDArray[np.float64]: ...
def log_p_overlap(universe: Any, a: Any, b: Any, both: Any, *, tail: Any = "more") -> float | NDArray[np.float64]:
    """Say how surprising it is that two audiences share so many people, or so few.

    Parameters
    ----------
    universe, a, b, both : int, or columns of shape (n,), whole numbers >= 0
        How many people there are, how many in each audience, and how many in both.
    tail : {"more", "fewer"}
        The chance of at least so many, or of at most so many.

    Returns
    -------
    float, or float64 array of shape (n,)
        The natural logarithm of the chance; never above 0, exactly 0.0 where the outcome is certain.

    Raises
    ------
    InvalidInput
        Counts that are negative or no whole numbers, a size above the universe, an overlap outside
        max(0, a + b - universe) to min(a, b), or another tail.

    Notes
    -----
    The hypergeometric tail of `core.stats.log_hypergeom`, which subtracts no logarithms of factorials: right to
    about 1e-14 also for a hundred million people. O(sqrt(universe)).

    Examples
    --------
    >>> round(log_p_overlap(1000, 100, 50, 20), 6)
    -18.870037
    >>> log_p_overlap(50, 5, 4, 0)
    0.0
    """
    with asked_by("overlap.log_p_overlap"):
        logs: float | NDArray[np.float64] = log_hypergeom(universe, a, b, both, tail=tail)
    return logs


class MultiOverlap(Table):
    """How many people are in all of several audiences that were drawn at random.

    Parameters
    ----------
    both : int64 array
        0 to the smallest size.
    pmf, log_pmf : float64 arrays
        The chance of exactly so many, and its natural logarithm.
    universe : int
        How many people there are.
    sizes : tuple of int
        How many each audience has.

    Examples
    --------
    >>> by_chance = multi_overlap(6, [3, 3, 4])
    >>> by_chance.pmf.round(2)
    array([0.23, 0.55, 0.21, 0.01])
    >>> by_chance.expected, round(by_chance.p_at_least(2), 2)
    (1.0, 0.22)
    """

    both: Ints
    pmf: Floats
    log_pmf: Floats
    universe: Count
    sizes: tuple[Count, ...]

    @property
    def expected(self) -> float:
        """The mean: universe times the product of the shares."""
        return math.prod(self.sizes) / self.universe ** (len(self.sizes) - 1) if self.universe else 0.0

    def p_at_least(self, x: int) -> float:
        """Give the chance that at least so many are in all audiences.

        Parameters
        ----------
        x : int
            How many.

        Returns
        -------
        float
            From 0 to 1.

        Raises
        ------
        InvalidInput
            No whole number.

        Examples
        --------
        >>> multi_overlap(6, [3, 3, 4]).p_at_least(0)
        1.0
        """
        return math.exp(self._log_tail(x, "MultiOverlap.p_at_least"))

    def p_at_most(self, x: int) -> float:
        """Give the chance that at most so many are in all audiences.

        Parameters
        ----------
        x : int
            How many.

        Returns
        -------
        float
            From 0 to 1.

        Raises
        ------
        InvalidInput
            No whole number.

        Examples
        --------
        >>> round(multi_overlap(6, [3, 3, 4]).p_at_most(1), 2)
        0.78
        """
        upto = _count(x, "MultiOverlap.p_at_most") + 1
        return math.exp(_log_sum(self.log_pmf[: max(upto, 0)], rest=self.log_pmf[max(upto, 0) :]))

    def log_p_at_least(self, x: int) -> float:
        """Give the natural logarithm of `p_at_least`.

        Parameters
        ----------
        x : int
            How many.

        Returns
        -------
        float
            At most 0; -inf where it cannot be.

        Raises
        ------
        InvalidInput
            No whole number.

        Examples
        --------
        >>> multi_overlap(6, [3, 3, 4]).log_p_at_least(4)
        -inf
        """
        return self._log_tail(x, "MultiOverlap.log_p_at_least")

    def _log_tail(self, x: Any, func: str) -> float:
        least = max(_count(x, func), 0)
        return _log_sum(self.log_pmf[least:], rest=self.log_pmf[:least])


def multi_overlap(universe: int, sizes: Column) -> MultiOverlap:
    """Say how many people would be in all of several audiences by chance.

    Parameters
    ----------
    universe : int
        How many people there are.
    sizes : column of whole numbers, at least two
        How many each audience has.

    Returns
    -------
    MultiOverlap
        The distribution over 0 to the smallest size, with `expected`, `p_at_least`, `p_at_most` and `log_p_at_least`.

    Raises
    ------
    InvalidInput
        Fewer than two sizes, or one above the universe.
    Infeasible
        The smallest size is above 10,000.

    Notes
    -----
    The smallest audience meets the others one by one: from a distribution of how many are left, each gives the next by
    the hypergeometric, in logarithms. O(audiences * smallest²).

    References
    ----------
    M. Wang, Y. Zhao, B. Zhang, "Efficient test and visualization of multi-set intersections", Scientific Reports 5
    (2015), doi:10.1038/srep16923.

    Examples
    --------
    >>> multi_overlap(1_000, [100, 200, 300]).expected
    6.0
    """
    func = "overlap.multi_overlap"
    everybody = whole(universe, 0, _MOST_PEOPLE, func=func, name="universe")
    counts = sorted(columns.quantities(sizes, func=func, name="sizes").tolist())
    if len(counts) < 2:
        raise refuse(InvalidInput, func, "sizes", "hold at least two audiences", counts)
    if counts[-1] > everybody:
        raise refuse(InvalidInput, func, "sizes", f"be at most the universe, {everybody:,}", counts[-1])
    if counts[0] > _LARGEST_SMALLEST:
        must = f"have a smallest of at most {_LARGEST_SMALLEST:,}"
        raise refuse(Infeasible, func, "sizes", must, counts[0], fix="Test the audiences in pairs.")
    log_pmf = log_pmf_of_all(everybody, counts)
    with np.errstate(under="ignore"):
        pmf = np.exp(log_pmf)
    given = tuple(columns.quantities(sizes).tolist())
    return MultiOverlap(both=np.arange(len(pmf)), pmf=pmf, log_pmf=log_pmf, universe=everybody, sizes=given)


def _count(x: Any, func: str) -> int:
    return whole(x, -_MOST_PEOPLE, _MOST_PEOPLE, func=func, name="x")


def _log_sum(logs: NDArray[Any], *, rest: NDArray[Any]) -> float:
    """Add up chances; exactly 0.0 where the rest has none."""
    if not np.isfinite(rest).any():
        return 0.0
    if not np.isfinite(logs).any():
        return -math.inf
    top = float(logs.max())
    with np.errstate(under="ignore"):
        return min(0.0, top + math.log(math.fsum(np.exp(logs - top))))
