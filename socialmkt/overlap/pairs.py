"""How far two audiences overlap, from ids, from sketches, or from the counts that a platform reports.

Every coefficient is arithmetic on a few counts: how many are in each, how many in both, and how many people there are.
They answer different questions. The share of A that is in B says what an advertiser on B already has; Jaccard says how
alike the two are, and cannot be large where their sizes differ.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import numpy as np
from pydantic import BeforeValidator, ValidationInfo, model_validator

from socialmkt.core._whole import is_int
from socialmkt.core.errors import InvalidInput, Overflow, check_choice, refuse
from socialmkt.core.model import Count, Frozen
from socialmkt.overlap._alignment import align
from socialmkt.overlap._audience_fields import whole
from socialmkt.overlap._estimates import Estimate, asked_by, count_estimate, ratio_estimate
from socialmkt.overlap._keys import shared
from socialmkt.overlap._levels import number
from socialmkt.overlap._matrix import OverlapMatrix, TopPairs, overlap_matrix
from socialmkt.overlap.audience import check_audience
from socialmkt.overlap.significance import log_p_overlap

if TYPE_CHECKING:
    from socialmkt.overlap.audience import Audience

__all__ = ["OverlapMatrix", "PairOverlap", "TopPairs", "overlap", "overlap_matrix"]

_MOST_PEOPLE = 2**63 - 1
_ESTIMATES = ("a", "b", "both", "union", "a_only", "b_only")
_RATIOS = ("jaccard", "dice", "overlap_coefficient", "a_in_b", "b_in_a")


def _people(value: Any, info: ValidationInfo) -> int | float:
    """Take a count as it is; a float may only be an estimate."""
    name = info.field_name or "value"
    if not is_int(value) and not isinstance(value, (float, np.floating)):
        raise refuse(InvalidInput, "", name, "be a count", value)
    if not 0 <= value < math.inf:
        raise refuse(InvalidInput, "", name, "be finite and at least 0", value)
    if value > _MOST_PEOPLE:
        raise refuse(Overflow, "", name, "fit 64 bits", value)
    return int(value) if is_int(value) else float(value)


def _share(value: Any, info: ValidationInfo) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.floating)) or not 0 < value <= 1:
        raise refuse(InvalidInput, "", info.field_name or "theta", "lie above 0 and be at most 1", value)
    return float(value)


People = Annotated[int | float, BeforeValidator(_people)]
Theta = Annotated[float, BeforeValidator(_share)]


class PairOverlap(Frozen):
    """Two audiences side by side: their sizes, their overlap, and what follows from them.

    Parameters
    ----------
    a, b : int, or float from a sketch
        How many people each audience has.
    both : int, or float from a sketch
        How many are in both.
    universe : int, optional
        How many people there are; `expected lift pmi phi` and the p-values need it.
    theta : float, above 0 and at most 1
        The share of all people that was looked at; 1 for exact counts.

    Raises
    ------
    pydantic.ValidationError
        Counts that are negative, no whole numbers while theta is 1, more in both than in either, or a universe smaller
        than the union.

    Notes
    -----
    0/0 is NaN, never 0 or 1: two empty audiences have no Jaccard. Properties that need a universe raise `InvalidInput`
    without one.

    - jaccard: both / union; dice: 2 both / (a + b); overlap_coefficient: both / min(a, b);
    - a_in_b: both / a, the share of A that is in B; b_in_a: both / b; kulczynski: the mean of these two;
    - cosine: both / sqrt(a b); jaccard_cap: min(a, b) / max(a, b), the largest Jaccard that the sizes allow;
    - expected: a b / universe, both if one audience were drawn at random; lift: both by expected; pmi: ln lift;
    - phi: (both universe - a b) / sqrt(a b (universe - a) (universe - b)).

    Examples
    --------
    >>> pair = PairOverlap(a=100, b=50, both=20, universe=1000)
    >>> pair.jaccard_cap, pair.a_in_b, pair.b_in_a, pair.lift
    (0.5, 0.2, 0.4, 4.0)
    >>> pair.union, pair.a_only, pair.b_only, pair.symmetric_difference, pair.retained
    (130, 80, 30, 110, (100, 50, 20))
    >>> round(pair.jaccard, 4), round(pair.dice, 4), pair.overlap_coefficient, round(pair.cosine, 4)
    (0.1538, 0.2667, 0.4, 0.2828)
    >>> round(pair.kulczynski, 4), pair.expected, round(pair.pmi, 4), round(pair.phi, 4)
    (0.3, 5.0, 1.3863, 0.2294)
    >>> round(pair.log_p_value(), 6)
    -18.870037
    """

    a: People
    b: People
    both: People
    universe: Count | None = None
    theta: Theta = 1.0

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.theta == 1:
            for name in ("a", "b", "both"):
                if not is_int(value := getattr(self, name)):
                    fix = "An estimate has a theta below 1."
                    raise refuse(InvalidInput, "", name, "be a whole number", value, fix=fix)
        if self.both > min(self.a, self.b):
            raise refuse(InvalidInput, "", "both", f"be at most min(a, b), {min(self.a, self.b):,}", self.both)
        if self.theta == 1 and self.universe is not None and self.universe < self.union:
            raise refuse(InvalidInput, "", "universe", f"be at least the union, {self.union:,}", self.universe)
        return self

    @property
    def retained(self) -> tuple[int, int, int]:
        """How many of `a b both` were seen: the counts themselves, or those kept by the sketches."""
        a, b, both = (self._seen(value) for value in (self.a, self.b, self.both))
        return a, b, both

    @property
    def union(self) -> int | float:
        """How many are in either."""
        return self.a + self.b - self.both

    @property
    def a_only(self) -> int | float:
        """How many are in A alone."""
        return self.a - self.both

    @property
    def b_only(self) -> int | float:
        """How many are in B alone."""
        return self.b - self.both

    @property
    def symmetric_difference(self) -> int | float:
        """How many are in one of the two alone."""
        return self.a_only + self.b_only

    @property
    def jaccard(self) -> float:
        """The share of the union that is in both."""
        a, b, both = self.retained
        return _ratio(both, a + b - both)

    @property
    def dice(self) -> float:
        """Both, as a share of the mean size."""
        a, b, both = self.retained
        return _ratio(2 * both, a + b)

    @property
    def overlap_coefficient(self) -> float:
        """The share of the smaller audience that is in the larger."""
        a, b, both = self.retained
        return _ratio(both, min(a, b))

    @property
    def a_in_b(self) -> float:
        """The share of A that is in B."""
        a, _, both = self.retained
        return _ratio(both, a)

    @property
    def b_in_a(self) -> float:
        """The share of B that is in A."""
        _, b, both = self.retained
        return _ratio(both, b)

    @property
    def cosine(self) -> float:
        """Both, as a share of the geometric mean size."""
        a, b, both = self.retained
        return _ratio(both, math.sqrt(a * b))

    @property
    def kulczynski(self) -> float:
        """The mean of both containments."""
        return (self.a_in_b + self.b_in_a) / 2

    @property
    def jaccard_cap(self) -> float:
        """The largest Jaccard that the two sizes allow."""
        a, b, _ = self.retained
        return _ratio(min(a, b), max(a, b))

    @property
    def expected(self) -> float:
        """How many would be in both by chance."""
        return _ratio(self.a * self.b, self._everybody("PairOverlap.expected"))

    @property
    def lift(self) -> float:
        """How many times as many are in both as by chance."""
        return _ratio(self.both * self._everybody("PairOverlap.lift"), self.a * self.b)

    @property
    def pmi(self) -> float:
        """The natural logarithm of the lift; -inf where nobody is in both."""
        self._everybody("PairOverlap.pmi")
        return -math.inf if self.lift == 0 else math.log(self.lift)

    @property
    def phi(self) -> float:
        """The correlation of membership, from -1 to 1."""
        n = self._everybody("PairOverlap.phi")
        above = self.both * n - self.a * self.b
        return _ratio(above, math.sqrt(max(0, self.a * self.b * (n - self.a) * (n - self.b))))

    def tversky(self, alpha: float, beta: float) -> float:
        """Weigh what is in one audience alone.

        Parameters
        ----------
        alpha, beta : float >= 0
            The weights of those in A alone and in B alone.

        Returns
        -------
        float
            both / (both + alpha a_only + beta b_only); (1, 1) is Jaccard, (0.5, 0.5) is Dice.

        Raises
        ------
        InvalidInput
            A weight that is negative or no number.

        Examples
        --------
        >>> PairOverlap(a=5, b=7, both=2).tversky(0.8, 0.2)
        0.37037037037037035
        """
        of_a, of_b = (number(w, "PairOverlap.tversky", n) for n, w in (("alpha", alpha), ("beta", beta)))
        a, b, both = self.retained
        return _ratio(both, both + of_a * (a - both) + of_b * (b - both))

    def log_p_value(self, *, tail: Literal["more", "fewer"] = "more") -> float:
        """Say how surprising the overlap is, as a natural logarithm.

        Parameters
        ----------
        tail : {"more", "fewer"}
            The chance of at least so many in both, or of at most so many.

        Returns
        -------
        float
            At most 0. With millions of people everything is significant: read the lift first.

        Raises
        ------
        InvalidInput
            No universe, or another tail.

        Notes
        -----
        The hypergeometric tail; from sketches, of the kept counts in a universe of universe * theta people.

        Examples
        --------
        >>> round(PairOverlap(a=5, b=7, both=2, universe=20).log_p_value(), 12)
        -0.52059107319
        """
        return self._log_p(tail, "PairOverlap.log_p_value")

    def p_value(self, *, tail: Literal["more", "fewer"] = "more") -> float:
        """Say how surprising the overlap is.

        Parameters
        ----------
        tail : {"more", "fewer"}
            As in `log_p_value`.

        Returns
        -------
        float
            From 0 to 1; 0 where it is too small for a float, which `log_p_value` still tells.

        Raises
        ------
        InvalidInput
            As in `log_p_value`.

        Examples
        --------
        >>> PairOverlap(a=5, b=4, both=0, universe=50).p_value()
        1.0
        """
        return math.exp(self._log_p(tail, "PairOverlap.p_value"))

    def estimate(self, metric: str, *, confidence: float = 0.95) -> Estimate:
        """Give a figure with its interval.

        Parameters
        ----------
        metric : str
            One of `a b both union a_only b_only jaccard dice overlap_coefficient a_in_b b_in_a`.
        confidence : float, strictly between 0 and 1
            How often such an interval covers the true figure.

        Returns
        -------
        Estimate
            Exact where theta is 1.

        Raises
        ------
        InvalidInput
            Another metric or confidence.

        Notes
        -----
        Counts as in `Audience.estimate`; shares by Wilson's interval on the kept counts; Dice through Jaccard,
        2 J / (1 + J).

        Examples
        --------
        >>> from socialmkt.overlap import Audience
        >>> tv, app = Audience.from_ids(range(2000), k=256), Audience.from_ids(range(1000, 3000), k=256)
        >>> seen = overlap(tv, app).estimate("jaccard")
        >>> round(seen.low, 3), round(seen.value, 3), round(seen.high, 3)
        (0.306, 0.353, 0.403)
        """
        func = "PairOverlap.estimate"
        check_choice(func, "metric", metric, (*_ESTIMATES, *_RATIOS))
        a, b, both = self.retained
        counts = {"a": a, "b": b, "both": both, "union": a + b - both, "a_only": a - both, "b_only": b - both}
        if metric in counts:
            return count_estimate(counts[metric], self.theta, confidence, func)
        wholes = {"jaccard": a + b - both, "dice": a + b - both, "overlap_coefficient": min(a, b)}
        of = {**wholes, "a_in_b": a, "b_in_a": b}[metric]
        share = ratio_estimate(both, of, self.theta, confidence, func)
        return _dice(share, self.dice) if metric == "dice" else share

    def _log_p(self, tail: Literal["more", "fewer"], func: str) -> float:
        n = self._everybody(func)
        a, b, both = self.retained
        seen = max(self._seen(n), a + b - both)
        with asked_by(func):
            return log_p_overlap(seen, a, b, both, tail=tail)

    def _seen(self, people: float) -> int:
        """Count those looked at; whole numbers stay as they are, which a float may not hold."""
        return int(people) if self.theta == 1 else round(people * self.theta)

    def _everybody(self, func: str) -> int:
        if self.universe is None:
            fix = "It says how many people there are in all."
            raise refuse(InvalidInput, func, "universe", "be given", None, fix=fix)
        return self.universe


def overlap(a: Audience, b: Audience, *, universe: int | None = None) -> PairOverlap:
    """Say how far two audiences overlap.

    Parameters
    ----------
    a, b : Audience
        Exact or sketches, made under the same rules.
    universe : int, optional
        How many people there are.

    Returns
    -------
    PairOverlap
        Whole counts if both audiences are exact; else estimates at the lower threshold.

    Raises
    ------
    InvalidInput
        No audience, or a universe smaller than the union.
    SchemeMismatch
        Other kinds of ids, secret keys, or seeds of sketches.

    Notes
    -----
    O(n log n) in the keys held.

    Examples
    --------
    >>> from socialmkt.overlap import Audience
    >>> pair = overlap(Audience.from_ids(range(5)), Audience.from_ids(range(3, 10)))
    >>> pair
    PairOverlap(a=5, b=7, both=2, universe=None, theta=1.0)
    >>> pair.jaccard, pair.a_in_b
    (0.2, 0.4)
    """
    func = "overlap.overlap"
    check_audience(a, func, "a")
    check_audience(b, func, "b")
    met = align([a, b], func)
    kept = [*(keys.size for keys in met.keys), shared(*met.keys).size]
    exact = met.theta == 1
    if universe is not None:
        least = kept[0] + kept[1] - kept[2] if exact else 0
        universe = whole(universe, least, _MOST_PEOPLE, func=func, name="universe")
    size_a, size_b, both = kept if exact else [count / met.theta for count in kept]
    return PairOverlap(a=size_a, b=size_b, both=both, universe=universe, theta=met.theta)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def _dice(jaccard: Estimate, value: float) -> Estimate:
    low, high = (value if jaccard.exact else 2 * j / (1 + j) for j in (jaccard.low, jaccard.high))
    return Estimate(value=value, low=low, high=high, exact=jaccard.exact, confidence=jaccard.confidence)
