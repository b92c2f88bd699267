"""Pattern counts: what they hold, how they add up, and how many people some audiences reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from pydantic import model_validator

from socialmkt.core.errors import InvalidInput, Overflow, SchemeMismatch, Verbatim, refuse
from socialmkt.core.model import Name
from socialmkt.core.table import Floats, Ints, Table
from socialmkt.overlap._estimates import Estimate, count_estimate
from socialmkt.overlap._group import places_of
from socialmkt.overlap._matrix import OverlapMatrix, matrix_of
from socialmkt.overlap._pair_counts import pairs_of
from socialmkt.overlap._pattern_counts import Counts, added
from socialmkt.overlap._pattern_input import check_patterns, counts_by_names
from socialmkt.overlap._subset_sums import has, mask_of, reach_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray


class PatternReach(Table):
    """The columns of a pattern table, and the reach of some of its audiences."""

    mask: Ints
    count: Ints | Floats
    names: tuple[Name, ...]
    theta: float = 1.0

    @model_validator(mode="after")
    def _sound(self) -> Self:
        check_patterns(self.mask, self.count, self.names, self.theta)
        return self

    @classmethod
    def from_counts(cls, names: Sequence[str], counts: Mapping[Iterable[str], int]) -> Self:
        """Take counts of combinations that someone reports.

        Parameters
        ----------
        names : sequence of str
            The audiences.
        counts : mapping of names to whole number
            `{("tv", "app"): 30, ...}`: people in exactly these audiences; a combination that is left out has none.

        Returns
        -------
        PatternTable
            Rows above zero.

        Raises
        ------
        InvalidInput
            A combination that is empty, unknown or given twice, or a count that is negative or no whole number.

        Examples
        --------
        >>> from socialmkt.overlap import PatternTable
        >>> PatternTable.from_counts(["tv", "app"], {("app",): 10, ("tv", "app"): 30}).mask
        array([2, 3], dtype=uint64)
        """
        found, known = counts_by_names(names, counts, "PatternTable.from_counts")
        return cls(mask=found.masks, count=found.counts, names=known)

    @property
    def sizes(self) -> NDArray[Any]:
        """How many people each audience has.

        Examples
        --------
        >>> from socialmkt.overlap import PatternTable
        >>> PatternTable.from_counts(["tv", "app"], {("tv",): 20, ("tv", "app"): 30, ("app",): 10}).sizes
        array([50, 40])
        """
        return self._figures([int(self._kept.counts[has(self.mask, place)].sum()) for place in range(len(self.names))])

    def merge(self, other: Self) -> Self:
        """Add the counts of other people, such as those of another range of ids.

        Parameters
        ----------
        other : PatternTable
            Of the same audiences, and of no person who is counted here.

        Returns
        -------
        PatternTable
            The sums.

        Raises
        ------
        SchemeMismatch
            Other audiences, or another theta.
        Overflow
            More people than 64 bits count.

        Examples
        --------
        >>> from socialmkt.overlap import PatternTable
        >>> north = PatternTable.from_counts(["tv", "app"], {("tv",): 20})
        >>> south = PatternTable.from_counts(["tv", "app"], {("tv",): 5, ("app",): 1})
        >>> north.merge(south).count
        array([25,  1])
        """
        func = "PatternTable.merge"
        if not isinstance(other, PatternReach):
            raise refuse(InvalidInput, func, "other", "be a PatternTable", Verbatim(f"a {type(other).__name__}"))
        for name in ("names", "theta"):
            if getattr(self, name) != getattr(other, name):
                raise refuse(SchemeMismatch, func, name, f"be {getattr(self, name)!r}", getattr(other, name))
        if int(self._kept.counts.sum()) + int(other._kept.counts.sum()) >= 2**63:
            raise refuse(Overflow, func, "other", "keep the sum of all people below 2**63", Verbatim("more"))
        total = added([self._kept, other._kept])
        figures = self._figures(total.counts)
        return type(self)(mask=total.masks, count=figures, names=self.names, theta=self.theta)

    def pairs(self, *, universe: int | None = None) -> OverlapMatrix:
        """Give all pairs of audiences.

        Parameters
        ----------
        universe : int, optional
            How many people there are.

        Returns
        -------
        OverlapMatrix
            The same as `overlap_matrix` counts.

        Raises
        ------
        InvalidInput
            A universe smaller than the union of two audiences.

        Examples
        --------
        >>> from socialmkt.overlap import PatternTable
        >>> PatternTable.from_counts(["tv", "app"], {("tv",): 20, ("tv", "app"): 30}).pairs().counts
        array([[50, 30],
               [30, 30]])
        """
        kept = pairs_of(self._kept, len(self.names))
        return matrix_of(self.names, kept, self.theta, universe, "PatternTable.pairs")

    def reach(self, subset: Sequence[str | int] | NDArray[Any] | None = None) -> int | float:
        """Count the people in any of some audiences.

        Parameters
        ----------
        subset : list of names or indices, optional
            All audiences if left out.

        Returns
        -------
        int, or float from sketches
            Each person once.

        Raises
        ------
        InvalidInput
            An audience that is unknown or listed twice.

        Examples
        --------
        >>> from socialmkt.overlap import PatternTable
        >>> PatternTable.from_counts(["tv", "app"], {("tv",): 20, ("tv", "app"): 30, ("app",): 10}).reach()
        60
        """
        return self._figure(reach_of(self._kept, self._mask(subset, "PatternTable.reach")))

    def estimate(
        self, subset: Sequence[str | int] | NDArray[Any] | None = None, *, confidence: float = 0.95
    ) -> Estimate:
        """Give the reach with its interval.

        Parameters
        ----------
        subset : list of names or indices, optional
            As in `reach`.
        confidence : float, strictly between 0 and 1
            How often such an interval covers the true reach.

        Returns
        -------
        Estimate
            Exact where theta is 1.

        Raises
        ------
        InvalidInput
            As in `reach`, or another confidence.

        Examples
        --------
        >>> from socialmkt.overlap import Audience, patterns
        >>> tv, app = Audience.from_ids(range(5000), k=512), Audience.from_ids(range(4000, 9000), k=512)
        >>> seen = patterns([tv, app]).estimate()
        >>> seen.low < 9000 < seen.high
        True
        """
        func = "PatternTable.estimate"
        return count_estimate(reach_of(self._kept, self._mask(subset, func)), self.theta, confidence, func)

    @property
    def _kept(self) -> Counts:
        """The counts as whole numbers: those of the sample, if there is one."""
        masks = self.mask.astype(np.uint64, copy=False)
        counts = self.count if self.theta == 1 else np.rint(self.count * self.theta)
        return Counts(masks, counts.astype(np.int64, copy=False))

    def _figure(self, kept: int) -> int | float:
        return kept if self.theta == 1 else kept / self.theta

    def _figures(self, kept: Any) -> NDArray[Any]:
        counts = np.asarray(kept, dtype=np.int64)
        return counts if self.theta == 1 else counts / self.theta

    def _places(self, chosen: Any, func: str, parameter: str) -> list[int]:
        return list(range(len(self.names))) if chosen is None else places_of(chosen, self.names, func, parameter)

    def _mask(self, subset: Any, func: str) -> int:
        return mask_of(self._places(subset, func, "subset"))

    def _names(self, places: Iterable[int]) -> NDArray[np.object_]:
        return np.array([self.names[place] for place in places], dtype=object)

    def _members(self, mask: int) -> str:
        return " & ".join(name for place, name in enumerate(self.names) if mask >> place & 1)
