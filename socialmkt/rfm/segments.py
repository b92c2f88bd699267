"""What kind of customer each one is: segments, the maps that name them, and what each segment is worth."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from socialmkt.core.errors import InvalidInput, Overflow, SchemeMismatch, Verbatim, check_choice, refuse, refuse_choice
from socialmkt.core.factorize import factorize
from socialmkt.core.labels import label_for
from socialmkt.core.model import Name
from socialmkt.core.table import Ids, Table, Texts, freeze
from socialmkt.rfm._levels import exact_sum, median
from socialmkt.rfm._maps import CUBE8, ELEVEN, TEN, SegmentCode
from socialmkt.rfm._pairing import first_repeat, pairs
from socialmkt.rfm._segment_map import MapReport, Segment, SegmentMap
from socialmkt.rfm.scoring import Scores
from socialmkt.rfm.summary import CustomerSummary

Rows = NDArray[np.int64]

__all__ = [
    "CUBE8",
    "ELEVEN",
    "TEN",
    "MapReport",
    "Segment",
    "SegmentCode",
    "SegmentMap",
    "Segments",
    "label",
    "profile",
    "segment",
]


class Segments(Table):
    """The segment of each customer.

    Parameters
    ----------
    customer : ids
        As in the scores, in their order.
    segment : text
        One of `names`.
    map : str
        The name of the map.
    names : tuple of str
        All segments of the map, in its order.
    fingerprint : str or None
        The fingerprint of the map; None where it is not known.

    Examples
    --------
    >>> segments = Segments(customer=[7, 8], segment=["champions", "loyal"], map="ten", names=("champions", "loyal"))
    >>> segments.filter(segments.segment == "loyal").customer
    array([8])
    """

    customer: Ids
    segment: Texts
    map: Name
    names: tuple[Name, ...]
    fingerprint: str | None = None


def segment(scores: Scores, map: SegmentMap = TEN) -> Segments:  # noqa: A002  # the word marketers use
    """Name the segment of each customer.

    Parameters
    ----------
    scores : Scores of n customers
        Their levels.
    map : SegmentMap
        The name of each cell; built in are `TEN`, `ELEVEN` and `CUBE8`.

    Returns
    -------
    Segments
        `customer segment`, in the order of the scores.

    Raises
    ------
    SchemeMismatch
        The map has another number of bins, or reads money that the scores do not have.

    Notes
    -----
    One look-up per customer: O(n).

    Examples
    --------
    >>> from datetime import date
    >>> from socialmkt.rfm.scoring import score
    >>> from socialmkt.rfm.summary import summarize
    >>> days = np.array(["2026-03-01", "2026-03-11", "2026-03-21"], dtype="datetime64[D]")
    >>> summary = summarize(["ann", "bo", "cy"], days, [1200, 500, 9900], as_of=date(2026, 3, 31))
    >>> scores = score(summary)
    >>> scores.code
    array([113, 311, 515])
    >>> segment(scores, ELEVEN).segment.tolist()
    ['cannot_lose', 'new_customers', 'promising']
    """
    func = "rfm.segment"
    if not isinstance(scores, Scores):
        raise refuse(InvalidInput, func, "scores", "be Scores, as rfm.score makes them", type(scores))
    if not isinstance(map, SegmentMap):
        raise refuse(InvalidInput, func, "map", "be a SegmentMap", map)
    if map.bins != scores.bins:
        raise refuse(SchemeMismatch, func, "map", f"have {scores.bins} bins, as the scores have", map.bins)
    if map.reads_m and not (scores.has_m and scores.m.all()):
        raise refuse(SchemeMismatch, func, "map", "not read m, as these scores are without money", map.name)
    found = freeze(map.by_code.take(scores.code))
    return Segments(customer=scores.customer, segment=found, map=map.name, names=map.names, fingerprint=map.fingerprint)


def profile(segments: Segments, summary: CustomerSummary) -> Table:
    """Say what each segment is worth.

    Parameters
    ----------
    segments : Segments of n customers
        Who belongs where.
    summary : CustomerSummary of the same n customers
        What they bought; in any order.

    Returns
    -------
    Table
        One row per segment, in map order, empty ones included: `segment customers share revenue revenue_share
        median_since_last median_orders median_total`. Shares are of all customers and of all revenue, NaN where there
        is none; medians of an empty segment are NaN. Revenue and medians of money are in minor units, and absent
        where there are no amounts.

    Raises
    ------
    InvalidInput
        The two hold different customers, or one of them twice.

    Notes
    -----
    Exact sums in Python ints; medians are means of the two middle values. O(n log n) time.

    Examples
    --------
    >>> from datetime import date
    >>> from socialmkt.rfm.scoring import cube8, score
    >>> from socialmkt.rfm.summary import summarize
    >>> days = np.array(["2026-03-01", "2026-03-11", "2026-03-21"], dtype="datetime64[D]")
    >>> summary = summarize(["ann", "bo", "cy"], days, [1200, 500, 9900], as_of=date(2026, 3, 31))
    >>> table = profile(segment(score(summary, cuts=cube8(summary)), CUBE8), summary)
    >>> for row in table.filter(table.customers > 0).rows():
    ...     print(row.segment, row.customers, row.revenue, round(row.revenue_share, 2))
    important_develop 1 9900 0.85
    general_develop 1 500 0.04
    general_win_back 1 1200 0.1
    """
    at = _rows_in(summary, segments)
    groups = _groups(segments, "rfm.profile")
    customers = np.array([len(rows) for rows in groups], np.int64)
    found: dict[str, Any] = {
        "segment": np.array(segments.names, object),
        "customers": customers,
        "share": _shares(customers.tolist()),
    }
    if summary.total is not None:
        revenue = _revenue(summary.total[at], groups)
        found |= {"revenue": np.array(revenue, np.int64), "revenue_share": _shares(revenue)}
    found["median_since_last"] = _medians(summary.since_last[at], groups)
    found["median_orders"] = _medians(summary.orders[at], groups)
    if summary.total is not None:
        found["median_total"] = _medians(summary.total[at], groups)
    units = {column: "minor units" for column in found if column in {"revenue", "median_total"}}
    return Table.of(found, name="Profile", units=units)


def label(code: SegmentCode | str, *, lang: str = "en") -> str:
    """Name a built-in segment for people.

    Parameters
    ----------
    code : str
        A segment of `TEN`, `ELEVEN` or `CUBE8`.
    lang : str
        `"zh"` or `"en"`.

    Returns
    -------
    str
        The label, unique within a map.

    Raises
    ------
    InvalidInput
        An unknown code or language; the first 12 known ones are listed.

    Examples
    --------
    >>> label("at_risk")
    'At risk'
    >>> label("important_keep", lang="zh")
    '重要保持客户'
    """
    func = "rfm.label"
    known = check_choice(func, "code", code, [member.value for member in SegmentCode])
    return label_for(SegmentCode(known), lang, func)


def numbers_of(segments: Segments, func: str) -> Rows:
    """Give the place of each customer's segment in the names of the map."""
    codes, values = factorize(segments.segment)
    place = {name: number for number, name in enumerate(segments.names)}
    for value in values.tolist():
        if value not in place:
            raise refuse_choice(func, "segments", value, segments.names)
    return np.array([place[value] for value in values.tolist()], np.int64)[codes]


def check_segments(segments: object, *, func: str, name: str) -> None:
    """Refuse anything but Segments with each customer once."""
    if not isinstance(segments, Segments):
        raise refuse(InvalidInput, func, name, "be Segments, as rfm.segment makes them", type(segments))
    check_once(segments.customer, func=func, name=name)


def check_once(customer: NDArray[Any], *, func: str, name: str) -> None:
    """Refuse a customer that stands in two rows."""
    row = first_repeat(customer)
    if row is not None:
        raise refuse(InvalidInput, func, name, "hold each customer once", customer[row], row=row)


def _rows_in(summary: CustomerSummary, segments: Segments) -> Rows:
    """Find the row of each of the segments' customers in the summary."""
    func = "rfm.profile"
    check_segments(segments, func=func, name="segments")
    if not isinstance(summary, CustomerSummary):
        raise refuse(InvalidInput, func, "summary", "be a CustomerSummary, as rfm.summarize makes it", type(summary))
    check_once(summary.customer, func=func, name="summary")
    here, there = pairs(segments.customer, summary.customer)
    if not len(here) == len(segments) == len(summary):
        must = f"hold the {len(segments):,} customers of the segments"
        got = Verbatim(f"{len(summary):,} customers, {len(here):,} of them the same")
        raise refuse(InvalidInput, func, "summary", must, got)
    rows = np.empty(len(here), np.int64)
    rows[here] = there
    return rows


def _groups(segments: Segments, func: str) -> list[Rows]:
    """Give the rows of each segment, in map order."""
    numbers = numbers_of(segments, func).astype(np.int16)
    ends = np.cumsum(np.bincount(numbers, minlength=len(segments.names)))
    return np.split(np.argsort(numbers, kind="stable"), ends[:-1])


def _revenue(total: NDArray[np.integer[Any]], groups: list[Rows]) -> list[int]:
    revenue = [exact_sum(total[rows]) for rows in groups]
    for amount in revenue:
        if not -(2**63) <= amount < 2**63:
            raise refuse(Overflow, "rfm.profile", "summary", "have revenue that fits 64 bits", amount)
    return revenue


def _shares(parts: list[int]) -> NDArray[np.float64]:
    whole = sum(parts)
    return np.array([part / whole if whole else math.nan for part in parts])


def _medians(values: NDArray[Any], groups: list[Rows]) -> NDArray[np.float64]:
    return np.array([median(values[rows]) for rows in groups])
