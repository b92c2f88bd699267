"""What everybody's chances are, for every weight and every prize: ready to be disclosed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from socialmkt.core import columns
from socialmkt.core.errors import EmptyInput, Infeasible, Verbatim, check_choice, refuse
from socialmkt.core.table import Floats, Ints, Table, Texts
from socialmkt.lottery import _chances
from socialmkt.lottery._caps import LARGEST
from socialmkt.lottery._numbers import whole
from socialmkt.lottery._stock import prize_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialmkt.core.columns import Column

__all__ = ["AnyPrize", "OddsTable", "odds"]

_FUNC = "lottery.odds"
_METHODS = ("auto", "exact", "quadrature", "fluid")
_EXACT_ENTRIES, _EXACT_TERMS = 100_000, 500_000
_SMALL_ENTRIES, _SMALL_TERMS = 1_000, 2_000
_DIGITS = 4_300
_AUTO_RANKS, _QUADRATURE_WORK = 2_000, 10**11
_NODES = 400
_QUADRATURE_ERROR = 1e-10
_CHEBYSHEV = 0.4512
"""The least common multiple of 1 to n has at most so many digits for each of them (Rosser and Schoenfeld 1962)."""


class AnyPrize(Table):
    """Chances to win anything at all, by weight.

    Examples
    --------
    >>> odds([1, 1], quantities=[1]).any_prize["probability"]
    array([0.5])
    """

    weight: Ints
    entries: Ints
    probability: Floats
    one_in: Floats
    expected_winners: Floats
    exact: Texts


class OddsTable(Table):
    """Chances by weight and prize.

    Parameters
    ----------
    weight, entries : int64 arrays
        A class of weight, ascending, and how many entries have it.
    prize : text array
        The prizes, in draw order.
    quantity : int64 array
        How many of each.
    probability, one_in : float64 arrays
        The chance of one entry to win this prize, and one over it.
    expected_winners : float64 array
        How many winners the class may expect.
    exact : text array
        The chance as a reduced fraction for `method="exact"`, else `""`.
    method : str
        How they were computed.
    error : float
        0 for `"exact"`; a bound on the absolute error for `"quadrature"`; an estimate of the largest relative error
        for `"fluid"`.

    Examples
    --------
    >>> odds([1, 2, 3, 4], quantities={"grand": 1})["exact"].tolist()
    ['1/10', '1/5', '3/10', '2/5']
    """

    weight: Ints
    entries: Ints
    prize: Texts
    quantity: Ints
    probability: Floats
    one_in: Floats
    expected_winners: Floats
    exact: Texts
    method: str
    error: float

    @property
    def any_prize(self) -> AnyPrize:
        """Chances to win anything at all: the sums over the prizes.

        Examples
        --------
        >>> odds([1, 2, 3, 4], quantities=[1, 1]).any_prize["exact"].tolist()
        ['197/840', '139/315', '73/120', '451/630']
        """
        first = np.flatnonzero(np.diff(self.weight, prepend=-1))
        probability = np.minimum(np.add.reduceat(self.probability, first), 1.0)
        exact = [""] * len(first)
        if self.method == "exact":
            fractions = [sum(map(Fraction, texts)) for texts in self.exact.reshape(len(first), -1).tolist()]
            probability, exact = np.array(list(map(float, fractions))), list(map(str, fractions))
        return AnyPrize(
            weight=self.weight[first],
            entries=self.entries[first],
            probability=probability,
            one_in=_one_in(probability),
            expected_winners=np.asarray(self.entries[first] * probability, np.float64),
            exact=np.array(exact, object),
        )


def odds(
    weights: Column | Mapping[int, int],
    *,
    quantities: Sequence[int] | Mapping[str, int],
    method: Literal["auto", "exact", "quadrature", "fluid"] = "auto",
) -> OddsTable:
    """Compute the chance of an entry to win each prize.

    Parameters
    ----------
    weights : column of whole numbers >= 1, or mapping of weight to number of entries
        All entries, each with its weight.
    quantities : sequence of int >= 1, or mapping of prize to int >= 1
        How many of each prize, in draw order. Prizes of a sequence are called `"1"`, `"2"`, ...
    method : {"auto", "exact", "quadrature", "fluid"}
        `exact` gives fractions, for small lists; `quadrature` integrates to 1e-10; `fluid` is the limit of many
        entries. `auto` takes the first that is quick enough: fluid only beyond 2,000 prizes or very many weights.

    Returns
    -------
    OddsTable
        A row for each weight and prize.

    Raises
    ------
    EmptyInput
        No entries, or no prizes.
    InvalidInput
        A number below 1, or an unknown method.
    Infeasible
        Too much work for the method that was asked for, or fractions of more than 4,300 digits, which Python does not
        read back.

    Notes
    -----
    An entry of weight w is among the first k with probability integral of w exp(-w t) P(N(t) <= k - 1) dt, where N(t)
    counts the others whose exponential clock rang by t. The share `k w / W` is no such chance: it is too high for
    heavy entries, and may exceed 1. Caps and conditions break the formula: merge a person's entries into one weight
    first (exact for a cap of 1), otherwise simulate, and say that you did.

    Examples
    --------
    >>> odds({1: 900, 10: 100}, quantities={"grand": 1, "small": 99})["probability"].round(6)
    array([0.000526, 0.059338, 0.005263, 0.455954])
    """
    check_choice(_FUNC, "method", method, _METHODS)
    classes = _classes(weights)
    prizes = _prizes(quantities)
    entries = sum(count for _, count in classes)
    ends = [min(end, entries) for end in accumulate(prizes.values(), initial=0)]
    case = _Case([weight for weight, _ in classes], [count for _, count in classes], list(pairwise(ends)))
    chosen = _choose(case) if method == "auto" else method
    _check_work(case, chosen)
    return _table(case, prizes, chosen)


class _Case(NamedTuple):
    weights: list[int]
    counts: list[int]
    ranks: list[tuple[int, int]]
    """For each prize, the last rank before it and its own last rank."""

    @property
    def entries(self) -> int:
        return sum(self.counts)

    @property
    def last(self) -> int:
        return self.ranks[-1][1]

    @property
    def terms(self) -> int:
        """Terms of the exact sums."""
        ends = {last for _, last in self.ranks if last < self.entries}
        return sum(_chances.exact_terms(self.counts, last) for last in ends) * len(self.counts)

    @property
    def digits(self) -> float:
        """Bound the digits of a fraction: its denominator divides a product of weights, and lcm(1, ..., whole)."""
        whole = sum(weight * count for weight, count in zip(self.weights, self.counts, strict=True))
        most = max((_chances.exact_terms(self.counts, last) for _, last in self.ranks), default=0)
        return min(most * math.log10(whole + 1), _CHEBYSHEV * whole)

    @property
    def work(self) -> int:
        """Multiplications of the quadrature."""
        return sum(_NODES * 3 * len(self.counts) * last * last for _, last in self.ranks)


def _choose(case: _Case) -> str:
    if case.entries <= _SMALL_ENTRIES and case.terms <= _SMALL_TERMS and case.digits < _DIGITS:
        return "exact"
    return "quadrature" if case.last <= _AUTO_RANKS and case.work <= _QUADRATURE_WORK else "fluid"


def _check_work(case: _Case, method: str) -> None:
    if method == "exact" and (case.entries > _EXACT_ENTRIES or case.terms > _EXACT_TERMS):
        must = f"have at most {_EXACT_ENTRIES:,} entries and {_EXACT_TERMS:,} terms for method='exact'"
        fix = "Pass method='quadrature'."
        raise refuse(Infeasible, _FUNC, "weights", must, case.entries, fix=fix)
    if method == "quadrature" and case.work > _QUADRATURE_WORK:
        must = "be fewer for method='quadrature', or have fewer different weights"
        raise refuse(Infeasible, _FUNC, "quantities", must, case.last, fix="Pass method='fluid'.")


def _table(case: _Case, prizes: dict[str, int], method: str) -> OddsTable:
    error, texts = 0.0, np.full((len(case.counts), len(prizes)), "", object)
    chances = np.empty((len(case.counts), len(prizes)))
    for place, (first, last) in enumerate(case.ranks):
        if method == "exact":
            fractions = _exact(case, first, last)
            chances[:, place], texts[:, place] = list(map(float, fractions)), list(map(str, fractions))
        elif method == "quadrature":
            chances[:, place], error = _quadrature(case, first, last), _QUADRATURE_ERROR
        else:
            chances[:, place], missed = _chances.fluid(case.weights, case.counts, first, last)
            error = max(error, missed)
    probability, counts = chances.ravel(), np.repeat(np.array(case.counts, np.int64), len(prizes))
    return OddsTable(
        weight=np.repeat(np.array(case.weights, np.int64), len(prizes)),
        entries=counts,
        prize=np.array(list(prizes) * len(case.counts), object),
        quantity=np.tile(np.array(list(prizes.values()), np.int64), len(case.counts)),
        probability=probability,
        one_in=_one_in(probability),
        expected_winners=counts * probability,
        exact=texts.ravel(),
        method=method,
        error=error,
    )


def _exact(case: _Case, first: int, last: int) -> list[Fraction]:
    upper = _chances.exact(case.weights, case.counts, last)
    lower = _chances.exact(case.weights, case.counts, first) if first else [Fraction(0)] * len(upper)
    chances = [one - other for one, other in zip(upper, lower, strict=True)]
    if max(chance.denominator for chance in chances) >= 10**_DIGITS:
        must, got = f"give fractions of at most {_DIGITS:,} digits for method='exact'", Verbatim("longer ones")
        raise refuse(Infeasible, _FUNC, "weights", must, got, fix="Pass method='quadrature'.")
    return chances


def _quadrature(case: _Case, first: int, last: int) -> Any:
    if first == 0 and last == case.entries:
        return 1.0
    return 0.0 if first == last else _chances.quadrature(case.weights, case.counts, first, last)


def _one_in(probability: Any) -> Any:
    return np.divide(1.0, probability, out=np.full(len(probability), np.inf), where=probability > 0)


def _classes(weights: Any) -> list[tuple[int, int]]:
    """Give each weight, ascending, and how many entries have it."""
    if isinstance(weights, Mapping):
        pairs = [
            (
                whole(weight, func=_FUNC, name="weights", low=1, high=2**63 - 1),
                whole(count, func=_FUNC, name="weights", low=1, high=LARGEST),
            )
            for weight, count in weights.items()
        ]
    else:
        column = columns.quantities(weights, func=_FUNC, name="weights", minimum=1, offer_drop=False)
        ordered = np.sort(column)
        starts = np.flatnonzero(np.diff(ordered, prepend=0))
        pairs = list(zip(ordered[starts].tolist(), np.diff(starts, append=len(ordered)).tolist(), strict=True))
    if not pairs:
        raise refuse(EmptyInput, _FUNC, "weights", "hold at least one entry", weights)
    return sorted(pairs)


def _prizes(quantities: Any) -> dict[str, int]:
    if isinstance(quantities, Mapping):
        named = {prize_name(name, func=_FUNC, parameter="quantities"): left for name, left in quantities.items()}
    else:
        listed = columns.quantities(quantities, func=_FUNC, name="quantities", offer_drop=False).tolist()
        named = {str(place): quantity for place, quantity in enumerate(listed, 1)}
    if not named:
        raise refuse(EmptyInput, _FUNC, "quantities", "hold at least one prize", quantities)
    bounds = {"low": 1, "high": LARGEST}
    return {name: whole(quantity, func=_FUNC, name="quantities", **bounds) for name, quantity in named.items()}
