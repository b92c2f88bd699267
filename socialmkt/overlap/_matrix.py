"""All pairs of many audiences."""

from __future__ import annotations

from html import escape
from itertools import combinations, permutations
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from socialmkt.core._whole import is_int
from socialmkt.core.errors import InvalidInput, Verbatim, check_choice, refuse
from socialmkt.core.model import Count, Name  # noqa: TC001  # pydantic reads them
from socialmkt.core.table import Floats, Ints, Table, Texts
from socialmkt.overlap._alignment import align
from socialmkt.overlap._arrays import ArrayModel, Matrix
from socialmkt.overlap._audience_fields import whole
from socialmkt.overlap._group import read_audiences
from socialmkt.overlap._pair_counts import count_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from socialmkt.overlap.audience import Audience

Array = NDArray[np.float64]

_MOST_PEOPLE = 2**63 - 1
_MOST_SHOWN = 20
_DIRECTED = ("a_in_b", "b_in_a")
METRICS = ("count", "jaccard", "dice", "cosine", "overlap_coefficient", "a_in_b", "b_in_a", "kulczynski", "lift", "phi")
"""The names that `OverlapMatrix.metric` knows."""


class TopPairs(Table):
    """The pairs of audiences that overlap most.

    Parameters
    ----------
    a, b : text
        The two audiences; where the figure has a direction, both orders are listed.
    count : float64 array
        How many are in both.
    value : float64 array
        The figure, falling.
    metric : str
        Its name.

    Examples
    --------
    >>> from socialmkt.overlap import Audience, overlap_matrix
    >>> groups = {"tv": Audience.from_ids([1, 2, 3]), "app": Audience.from_ids([2, 3])}
    >>> next(overlap_matrix(groups).top(1, metric="b_in_a").rows())
    TopPairs(a='tv', b='app', count=2, value=1.0)
    """

    a: Texts
    b: Texts
    count: Ints | Floats
    value: Floats
    metric: str


class OverlapMatrix(ArrayModel):
    """How many people are in each pair of audiences.

    Parameters
    ----------
    names : tuple of str
        The k audiences.
    counts : int64 array of shape (k, k), float64 from sketches
        How many are in both; the sizes on the diagonal.
    theta : float
        The share of all people that was looked at.
    universe : int, optional
        How many people there are.

    Raises
    ------
    pydantic.ValidationError
        Equal names, counts that are negative, not symmetric, above a size or no whole numbers while theta is 1, or a
        universe smaller than the union of two.

    Examples
    --------
    >>> from socialmkt.overlap import Audience, overlap_matrix
    >>> groups = [Audience.from_ids(range(0, 4)), Audience.from_ids(range(2, 4))]
    >>> pairs = overlap_matrix(groups, universe=8)
    >>> pairs.counts
    array([[4, 2],
           [2, 2]])
    >>> pairs.metric("a_in_b")
    array([[1. , 0.5],
           [1. , 1. ]])
    """

    names: tuple[Name, ...]
    counts: Matrix
    theta: float = 1.0
    universe: Count | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        k = len(self.names)
        if len(set(self.names)) < k:
            raise refuse(InvalidInput, "", "names", "be different", Verbatim("repeats"))
        if not 0 < self.theta <= 1:
            raise refuse(InvalidInput, "", "theta", "lie above 0 and be at most 1", self.theta)
        if self.counts.shape != (k, k):
            raise refuse(InvalidInput, "", "counts", f"have shape {k, k}", Verbatim(f"shape {self.counts.shape}"))
        _check_counts(self.counts, self.theta)
        least = least_universe(self.counts) if self.theta == 1 else 0
        if self.universe is not None and self.universe < least:
            raise refuse(
                InvalidInput, "", "universe", f"be at least the largest union of two, {least:,}", self.universe
            )
        return self

    @property
    def sizes(self) -> NDArray[Any]:
        """How many people each audience has.

        Examples
        --------
        >>> from socialmkt.overlap import Audience, overlap_matrix
        >>> overlap_matrix([Audience.from_ids([1, 2, 3], name="a"), Audience.from_ids([3, 4], name="b")]).sizes
        array([3, 2])
        """
        return np.diagonal(self.counts)

    def metric(self, name: str) -> NDArray[np.float64]:
        """Give one figure for all pairs.

        Parameters
        ----------
        name : str
            One of `count jaccard dice cosine overlap_coefficient a_in_b b_in_a kulczynski lift phi`.

        Returns
        -------
        float64 array of shape (k, k)
            As in `PairOverlap`, row against column: `a_in_b[i, j]` is the share of i that is in j. NaN where it is not
            defined.

        Raises
        ------
        InvalidInput
            Another name, or no universe for `lift` and `phi`.

        Notes
        -----
        O(k²).

        Examples
        --------
        >>> from socialmkt.overlap import Audience, overlap_matrix
        >>> overlap_matrix([Audience.from_ids([1, 2]), Audience.from_ids([2, 3])]).metric("jaccard").round(2)
        array([[1.  , 0.33],
               [0.33, 1.  ]])
        """
        return self._values(name, "OverlapMatrix.metric", "name")

    def _values(self, name: str, func: str, parameter: str) -> NDArray[np.float64]:
        check_choice(func, parameter, name, METRICS)
        if name in {"lift", "phi"} and self.universe is None:
            raise refuse(InvalidInput, func, "universe", f"be given for {name}", None)
        with np.errstate(divide="ignore", invalid="ignore"):
            return self._by_chance(name) if name in {"lift", "phi"} else self._of_counts(name)

    def top(self, n: int, *, metric: str = "jaccard") -> TopPairs:
        """Rank the pairs by one figure.

        Parameters
        ----------
        n : int >= 0
            How many pairs.
        metric : str
            As in `metric`.

        Returns
        -------
        TopPairs
            `a b count value`, the largest first; ties and NaN in the order of the audiences, NaN last.

        Raises
        ------
        InvalidInput
            As in `metric`, or `n` is negative or no whole number.

        Examples
        --------
        >>> from socialmkt.overlap import Audience, overlap_matrix
        >>> groups = [Audience.from_ids(ids) for ids in ([1, 2, 3], [2, 3, 4], [9])]
        >>> overlap_matrix(groups).top(1).value
        array([0.5])
        """
        if not is_int(n) or n < 0:
            raise refuse(InvalidInput, "OverlapMatrix.top", "n", "be a whole number of at least 0", n)
        values = self._values(metric, "OverlapMatrix.top", "metric")
        every = (permutations if metric in _DIRECTED else combinations)(range(len(self.names)), 2)
        i, j = np.array(list(every), dtype=np.int64).reshape(-1, 2).T
        names = np.array(self.names, dtype=object)
        pairs = TopPairs(a=names[i], b=names[j], count=self.counts[i, j], value=values[i, j], metric=metric)
        return pairs.sort_by("value", descending=True).head(n)

    def _of_counts(self, name: str) -> Array:
        both = np.rint(self.counts * self.theta)
        a = np.diagonal(both)[:, None]
        b = a.T
        if name == "count":
            return np.asarray(self.counts, dtype=np.float64)
        wholes: dict[str, Array] = {
            "jaccard": a + b - both,
            "dice": (a + b) / 2,
            "cosine": np.sqrt(a * b),
            "overlap_coefficient": np.minimum(a, b),
            "a_in_b": a + 0 * b,
            "b_in_a": b + 0 * a,
            "kulczynski": 2 * a * b / (a + b),
        }
        shares: Array = both / wholes[name]
        return shares

    def _by_chance(self, name: str) -> Array:
        """Multiply exact counts as Python ints: their products do not fit 64 bits."""
        n = self.universe
        both = self.counts.astype(object)
        a = np.diagonal(both)[:, None]
        b = a.T
        if name == "lift":
            part, whole = both * n, a * b
        else:
            part, whole = both * n - a * b, np.sqrt(np.maximum((a * b * (n - a) * (n - b)).astype(np.float64), 0))
        found: Array = part.astype(np.float64) / whole.astype(np.float64)
        return found

    def _repr_html_(self) -> str:
        """Show the counts of the first 20; the darker a cell, the larger its share of the audience of its row."""
        names = self.names[:_MOST_SHOWN]
        head = "".join(f"<th>{escape(name)}</th>" for name in ("", *names))
        shares = np.nan_to_num(self.metric("a_in_b"))[: len(names), : len(names)].tolist()
        rows = zip(names, self.counts[: len(names), : len(names)].tolist(), shares, strict=True)
        body = "".join(_html_row(name, counts, share) for name, counts, share in rows)
        more = f"<p>the first {_MOST_SHOWN} of {len(self.names):,} audiences</p>" if names != self.names else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def overlap_matrix(
    audiences: Sequence[Audience] | Mapping[str, Audience], *, universe: int | None = None
) -> OverlapMatrix:
    """Count the people in each pair of audiences.

    Parameters
    ----------
    audiences : sequence of Audience, or mapping of name to Audience
        Exact or sketches, made under the same rules; up to hundreds. Names default to those of the audiences, else to
        their index.
    universe : int, optional
        How many people there are; `lift` and `phi` need it.

    Returns
    -------
    OverlapMatrix
        `names counts sizes theta`, with `metric(name)` and `top(n)`.

    Raises
    ------
    InvalidInput
        Something else among the audiences, equal names, or a universe smaller than the union of two.
    EmptyInput
        No audience.
    SchemeMismatch
        Other kinds of ids, secret keys, or seeds of sketches.

    Notes
    -----
    One walk over all keys: O(n log n) time for n keys in all, whatever the number of pairs.

    Examples
    --------
    >>> from socialmkt.overlap import Audience
    >>> overlap_matrix([Audience.from_ids([1, 2, 3]), Audience.from_ids([3, 4])]).counts
    array([[3, 1],
           [1, 2]])
    """
    func = "overlap.overlap_matrix"
    names, given = read_audiences(audiences, func)
    met = align(given, func)
    counts = count_pairs(met.keys, raw_ints=not met.ranked and met.scheme == "int")
    return matrix_of(names, counts, met.theta, universe, func)


def matrix_of(names: tuple[str, ...], kept: NDArray[np.int64], theta: float, universe: Any, func: str) -> OverlapMatrix:
    """Make the matrix from kept counts."""
    counts = kept if theta == 1 else kept / theta
    if universe is not None:
        least = least_universe(kept) if theta == 1 else 0
        universe = whole(universe, least, _MOST_PEOPLE, func=func, name="universe")
    return OverlapMatrix(names=names, counts=counts, theta=theta, universe=universe)


def least_universe(counts: NDArray[Any]) -> int:
    """Give the size of the largest union of two."""
    counts = counts.astype(np.uint64)  # two sizes that fit 63 bits each
    sizes = counts.diagonal()
    return int((sizes[:, None] + (sizes - counts)).max(initial=0))


def _check_counts(counts: NDArray[Any], theta: float) -> None:
    sizes = counts.diagonal()
    rules = (
        (theta < 1 or counts.dtype.kind == "i", "be whole numbers where theta is 1"),
        (bool(np.isfinite(counts).all()), "be finite"),
        (bool((counts == counts.T).all()), "be symmetric"),
        (bool(((counts >= 0) & (counts <= sizes)).all()), "be at least 0 and at most the smaller size"),
    )
    for holds, must in rules:
        if not holds:
            raise refuse(InvalidInput, "", "counts", must, Verbatim("others"))


def _html_row(name: str, counts: list[float], shares: list[float]) -> str:
    cells = "".join(
        f'<td style="text-align:right;background:rgba(70,130,180,{0.6 * share:.2f})">{count:,.0f}</td>'
        for count, share in zip(counts, shares, strict=True)
    )
    return f'<tr><th style="text-align:left">{escape(name)}</th>{cells}</tr>'
