"""Which segment each cell of the r x f x m cube belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Annotated, Literal, Self

import numpy as np
from pydantic import AfterValidator, ValidationInfo, model_validator

from socialmkt.core._models import read_models
from socialmkt.core.errors import InvalidInput, check_choice, refuse
from socialmkt.core.model import Count, Frozen, FrozenDict, Name, Positive, fingerprint
from socialmkt.rfm._claims import check_bins, check_claims, check_names, claimants, read_cells, read_segment, winners

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MapReport", "Segment", "SegmentMap"]

Pair = tuple[int, int]


def _ascending(levels: Pair, info: ValidationInfo) -> Pair:
    if levels[0] > levels[1]:
        raise refuse(InvalidInput, "", info.field_name or "levels", "run from the lower level to the higher", levels)
    return levels


class Segment(Frozen):
    """A box of the cube: a name and the levels it takes on each axis.

    Parameters
    ----------
    name : str
        Positional.
    r, f, m : (lowest, highest), optional
        Levels on each axis, both ends included; left out, all levels.

    Raises
    ------
    pydantic.ValidationError
        A level below 1, or a range that runs downwards.

    Examples
    --------
    >>> Segment("loyal", r=(3, 4), f=(4, 5))
    Segment(name='loyal', r=(3, 4), f=(4, 5), m=None)
    """

    name: Name
    r: Annotated[tuple[Positive, Positive], AfterValidator(_ascending)] | None = None
    f: Annotated[tuple[Positive, Positive], AfterValidator(_ascending)] | None = None
    m: Annotated[tuple[Positive, Positive], AfterValidator(_ascending)] | None = None

    if TYPE_CHECKING:

        def __init__(self, name: str, *, r: Pair | None = None, f: Pair | None = None, m: Pair | None = None) -> None:
            """Take the name by position."""

    else:

        def __init__(self, name: str | None = None, /, **fields: object) -> None:
            super().__init__(**fields) if name is None else super().__init__(name=name, **fields)


class MapReport(Frozen):
    """What an audit of a map found.

    Attributes
    ----------
    gaps : tuple of int
        Cells that no segment claims, ascending; they fell to the default.
    overlaps : mapping of int to tuple of str
        Cells that more than one segment claims, with the claimants in list order.
    shadowed : tuple of str
        Segments that win no cell.
    cells : mapping of str to int
        Cells won by each segment, the default included.

    Examples
    --------
    >>> boxes = [Segment("recent", r=(2, 2)), Segment("rich", m=(2, 2))]
    >>> SegmentMap.from_boxes("mine", 2, boxes, default="other", on_overlap="first").check()
    MapReport(gaps=(111, 121), overlaps=FrozenDict({212: ('recent', 'rich'), 222: ('recent', 'rich')}),
        shadowed=(), cells=FrozenDict({'recent': 4, 'rich': 2, 'other': 2}))
    """

    gaps: tuple[Positive, ...]
    overlaps: FrozenDict[int, tuple[Name, ...]]
    shadowed: tuple[Name, ...]
    cells: FrozenDict[Name, Count]


class SegmentMap(Frozen):
    """A name for every cell of the r x f x m cube.

    Usually made by `from_cells` or `from_boxes`.

    Parameters
    ----------
    name : str
        What the map is called.
    bins : int
        Levels on each axis, 2 to 9.
    claims : tuple of (segment, codes)
        The cells each segment claims, in list order; a code is 100 r + 10 f + m.
    default : str, optional
        The segment of cells that nobody claims; without it a gap is refused.
    on_overlap : {"raise", "first"}
        What happens to a cell that several segments claim.

    Raises
    ------
    pydantic.ValidationError
        Gaps, overlaps, a cell listed twice, a level outside 1 .. bins, a segment listed twice.

    Examples
    --------
    >>> recent = SegmentMap.from_boxes("recent", 2, [Segment("new", r=(2, 2)), Segment("old", r=(1, 1))])
    >>> recent.names
    ('new', 'old')
    >>> recent.table[:, 0, 0]
    array([1, 0], dtype=int16)
    """

    name: Name
    bins: Positive
    claims: tuple[tuple[Name, tuple[Positive, ...]], ...]
    default: Name | None = None
    on_overlap: Literal["raise", "first"] = "raise"

    @classmethod
    def from_cells(
        cls, name: str, bins: int, cells: Mapping[str, Iterable[int | str]], *, default: str | None = None
    ) -> Self:
        """Make a map from the list of each segment's cells.

        Parameters
        ----------
        name : str
            What the map is called.
        bins : int
            Levels on each axis, 2 to 9.
        cells : mapping of segment to codes
            Codes of three digits r, f, m, as ints or text: 555, "554".
        default : str, optional
            The segment of all cells that are not listed.

        Returns
        -------
        SegmentMap
            With the segments in the order of the mapping.

        Raises
        ------
        InvalidInput
            Gaps without a default, a cell listed twice, a malformed code, a level outside 1 .. bins, a name that is
            no text or empty.

        Examples
        --------
        >>> vip = SegmentMap.from_cells("vip", 2, {"vip": [222, "221"]}, default="rest")
        >>> vip.check().cells == {"vip": 2, "rest": 6}
        True
        >>> SegmentMap.from_cells("vip", 2, {"vip": [222, 221]})
        Traceback (most recent call last):
            ...
        socialmkt.core.errors.InvalidInput: SegmentMap.from_cells: cells must cover the whole cube,
        got gaps 111, 112, 121, 122, 211, 212. Pass default="Other" to name the rest.
        """
        func = "SegmentMap.from_cells"
        check_names(name, default, func=func)
        bins = check_bins(bins, func)
        if not isinstance(cells, Mapping):
            raise refuse(InvalidInput, func, "cells", "be a mapping of segment to codes", cells)
        claims = tuple((read_segment(segment, func), read_cells(codes, bins, func)) for segment, codes in cells.items())
        check_claims(claims, bins, default, "raise", func=func, parameter="cells")
        return cls(name=name, bins=bins, claims=claims, default=default)

    @classmethod
    def from_boxes(
        cls,
        name: str,
        bins: int,
        segments: Sequence[Segment],
        *,
        default: str | None = None,
        on_overlap: Literal["raise", "first"] = "raise",
    ) -> Self:
        """Make a map from boxes of levels.

        Parameters
        ----------
        name : str
            What the map is called.
        bins : int
            Levels on each axis, 2 to 9.
        segments : sequence of Segment
            The boxes, in order.
        default : str, optional
            The segment of all cells that no box holds.
        on_overlap : {"raise", "first"}
            Refuse a cell that lies in several boxes, or give it to the first.

        Returns
        -------
        SegmentMap
            With the segments in list order.

        Raises
        ------
        InvalidInput
            Gaps without a default, overlaps unless `"first"`, a level outside 1 .. bins, a name listed twice, a name
            that is no text or empty.

        Examples
        --------
        >>> boxes = [Segment("vip", r=(2, 2), m=(2, 2)), Segment("active", r=(2, 2)), Segment("quiet", r=(1, 1))]
        >>> SegmentMap.from_boxes("mine", 2, boxes, on_overlap="first").check().cells == {
        ...     "vip": 2, "active": 2, "quiet": 4}
        True
        >>> SegmentMap.from_boxes("mine", 2, boxes)
        Traceback (most recent call last):
            ...
        socialmkt.core.errors.InvalidInput: SegmentMap.from_boxes: segments must give each cell to one segment,
        got overlaps 212, 222. 212 is in vip, active.
        """
        func = "SegmentMap.from_boxes"
        check_names(name, default, func=func)
        bins = check_bins(bins, func)
        check_choice(func, "on_overlap", on_overlap, ["raise", "first"])
        boxes = read_models(segments, Segment, func=func, name="segments")
        claims = tuple(_box_claim(segment, bins, func) for segment in boxes)
        check_claims(claims, bins, default, on_overlap, func=func, parameter="segments")
        return cls(name=name, bins=bins, claims=claims, default=default, on_overlap=on_overlap)

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        check_bins(self.bins, "")
        for _, codes in self.claims:
            read_cells(codes, self.bins, "")
        check_claims(self.claims, self.bins, self.default, self.on_overlap, func="", parameter="claims")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The segments in list order, the default last.

        Examples
        --------
        >>> SegmentMap.from_cells("vip", 2, {"vip": [222]}, default="rest").names
        ('vip', 'rest')
        """
        default = () if self.default is None else (self.default,)
        return tuple(dict.fromkeys([segment for segment, _ in self.claims] + list(default)))

    @cached_property
    def table(self) -> NDArray[np.int16]:
        """The place in `names` of each cell, by r - 1, f - 1, m - 1; read-only.

        Examples
        --------
        >>> SegmentMap.from_cells("vip", 2, {"vip": [222]}, default="rest").table[1]
        array([[1, 1],
               [1, 0]], dtype=int16)
        """
        owners = winners(self.claims, self.bins, self.default).values()
        cells = np.array([self.names.index(name) for name in owners], np.int16)
        cells.flags.writeable = False
        return cells.reshape((self.bins,) * 3)

    @cached_property
    def by_code(self) -> NDArray[np.object_]:
        """The segment at each code below 1000; without a level of money (m = 0) at that of the highest.

        Examples
        --------
        >>> SegmentMap.from_cells("vip", 2, {"vip": [222]}, default="rest").by_code[[222, 221]].tolist()
        ['vip', 'rest']
        """
        found = np.full(1000, None, object)
        for code, segment in winners(self.claims, self.bins, self.default).items():
            found[code] = found[code - code % 10] = segment
        found.flags.writeable = False
        return found.view()

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the name and of each cell's segment, however the map was made.

        Examples
        --------
        >>> boxes = SegmentMap.from_boxes("mine", 2, [Segment("new", r=(2, 2)), Segment("old", r=(1, 1))])
        >>> cells = SegmentMap.from_cells("mine", 2, {"new": [222, 221, 212, 211]}, default="old")
        >>> boxes.fingerprint == cells.fingerprint
        True
        """
        won: dict[str, list[int]] = {name: [] for name in self.names}
        for code, segment in winners(self.claims, self.bins, self.default).items():
            won[segment].append(code)
        claims = tuple((name, tuple(codes)) for name, codes in won.items())
        return fingerprint(SegmentMap(name=self.name, bins=self.bins, claims=claims))

    @cached_property
    def reads_m(self) -> bool:
        """Whether the level of money makes a difference.

        Examples
        --------
        >>> SegmentMap.from_boxes("recency", 2, [Segment("new", r=(2, 2)), Segment("old", r=(1, 1))]).reads_m
        False
        """
        return bool((self.table != self.table[:, :, :1]).any())

    def check(self) -> MapReport:
        """Audit the map: what it leaves out, claims twice, or names in vain.

        Returns
        -------
        MapReport
            Gaps, overlaps, shadowed segments, and the number of cells of each segment.

        Notes
        -----
        To audit a foreign map, let everything through first:
        `SegmentMap.from_boxes(name, bins, boxes, default="Other", on_overlap="first").check()`.

        Examples
        --------
        >>> boxes = [Segment("active", r=(2, 2)), Segment("vip", r=(2, 2), m=(2, 2))]
        >>> report = SegmentMap.from_boxes("mine", 2, boxes, default="Other", on_overlap="first").check()
        >>> report.gaps, report.overlaps[222], report.shadowed
        ((111, 112, 121, 122), ('active', 'vip'), ('vip',))
        """
        by_cell = claimants(self.claims, self.bins)
        won = Counter(winners(self.claims, self.bins, self.default).values())
        return MapReport(
            gaps=tuple(code for code, names in by_cell.items() if not names),
            overlaps=FrozenDict({code: tuple(names) for code, names in by_cell.items() if len(names) > 1}),
            shadowed=tuple(name for name, _ in self.claims if not won[name]),
            cells=FrozenDict({name: won[name] for name in self.names}),
        )


def _box_claim(segment: Segment, bins: int, func: str) -> tuple[str, tuple[int, ...]]:
    """List all cells of a box, ascending, under its name."""
    axes = [axis or (1, bins) for axis in (segment.r, segment.f, segment.m)]
    for _, highest in axes:
        if highest > bins:
            raise refuse(InvalidInput, func, "segments", f"have levels from 1 to {bins}", segment)
    levels = product(*(range(lowest, highest + 1) for lowest, highest in axes))
    return segment.name, tuple(100 * r + 10 * f + m for r, f, m in levels)
