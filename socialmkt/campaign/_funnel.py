"""How many people go through steps in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from socialmkt.campaign._checks import check_confidence, listed, span
from socialmkt.campaign._ids import code_together
from socialmkt.core import columns
from socialmkt.core.errors import Overflow, refuse
from socialmkt.core.factorize import factorize
from socialmkt.core.stats import wilson
from socialmkt.core.table import Floats, Ids, Ints, Spans, Table, freeze

if TYPE_CHECKING:
    import datetime as dt

    from socialmkt.core.columns import Column

__all__ = ["Funnel", "funnel"]

Int64 = NDArray[np.int64]

_NEVER = 2**63 - 1


class Funnel(Table):
    """How many people got how far.

    Parameters
    ----------
    step : ids
        The steps in order.
    people : int64 array of shape (k,)
        Who reached it.
    of_first, of_previous : float64 arrays of shape (k,)
        Among those of the first step and of the step before, which for the first step is itself; NaN of nobody.
    low, high : float64 arrays of shape (k,)
        Wilson's interval of `of_previous`.
    lost : int64 array of shape (k,)
        Who reached the step before and not this one.
    median_wait : timedelta64[us] array of shape (k,)
        Since the step before, the lower median; NaT for the first step and where nobody came.

    Examples
    --------
    >>> import datetime as dt
    >>> day = [dt.datetime(2026, 5, d, tzinfo=dt.UTC) for d in (1, 2, 1)]
    >>> funnel(["ann", "ann", "bo"], ["see", "buy", "see"], day, steps=["see", "buy"]).lost
    array([0, 1])
    """

    step: Ids
    people: Ints
    of_first: Floats
    of_previous: Floats
    low: Floats
    high: Floats
    lost: Ints
    median_wait: Spans

    column_units: ClassVar = {"people": "people", "lost": "people"}


def funnel(
    person: Column,
    step: Column,
    at: Column,
    *,
    steps: Any,
    within: dt.timedelta | None = None,
    confidence: float = 0.95,
) -> Funnel:
    """Count how many people go through steps in order.

    Parameters
    ----------
    person, step, at : columns of shape (n,) of ids, ids and instants
        Who did what, when; steps not asked for are ignored.
    steps : list of text or of whole numbers
        The steps in order, each once.
    within : timedelta, optional
        How long after somebody's first step the others must come, the end excluded.
    confidence : float, strictly between 0 and 1
        Of the interval.

    Returns
    -------
    Funnel
        `step people of_first of_previous low high lost median_wait`.

    Raises
    ------
    EmptyInput
        No steps.
    InvalidInput
        A plain string for the steps, a step named twice, ids of two kinds, or a span that is not positive.
    Overflow
        Events so far apart that a wait does not fit 64 bits.

    Notes
    -----
    Somebody enters at their first event of the first step, and reaches the next one at their earliest event of it from
    then on. Only this first attempt counts. O(n) per step.

    Examples
    --------
    >>> import datetime as dt
    >>> day = [dt.datetime(2026, 5, d, tzinfo=dt.UTC) for d in (1, 4, 2)]
    >>> done = funnel([1, 1, 2], ["see", "buy", "see"], day, steps=["see", "buy"])
    >>> done.people, done.of_previous
    (array([2, 1]), array([1. , 0.5]))
    """
    func = "campaign.funnel"
    check_confidence(confidence, func)
    read = columns.read(
        func,
        columns.spec("person", person, "ids"),
        columns.spec("step", step, "ids"),
        columns.spec("at", at, "instants"),
        offer_drop=False,
    )
    names = columns.ids(listed(steps, func, "steps"), func=func, name="steps")
    limit = None if within is None else span(within, func, "within")
    (kinds, wanted), _ = code_together({"step": read["step"], "steps": names}, func)
    who, people = factorize(read["person"])
    times = read["at"].view(np.int64)
    if len(times) and int(times.max()) - min(int(times.min()), 0) >= _NEVER:
        raise refuse(Overflow, func, "at", "lie so close together that waits fit 64 bits", read["at"].max())
    reached = _reached(who, kinds, times, wanted.tolist(), len(people), within=limit)
    counts = np.array([int((times < _NEVER).sum()) for times in reached])
    before = np.append(counts[:1], counts[:-1])
    low, high = wilson(counts, before, confidence=confidence)
    return Funnel(
        step=freeze(names.copy()),
        people=freeze(counts),
        of_first=freeze(_ratio(counts, np.full_like(counts, counts[0]))),
        of_previous=freeze(_ratio(counts, before)),
        low=freeze(low),
        high=freeze(high),
        lost=freeze(before - counts),
        median_wait=freeze(np.array([_NAT, *map(_lower_median, reached, reached[1:])], "m8[us]")),
    )


_NAT = np.timedelta64("NaT", "us")


def _reached(who: Int64, kinds: Int64, at: Int64, wanted: list[int], people: int, *, within: int | None) -> list[Int64]:
    """Give for each step the moment at which each person reaches it, or never."""
    previous = np.full(people, -(2**63))
    ends = np.full(people, _NEVER)
    reached: list[Int64] = []
    for number, kind in enumerate(wanted):
        rows = np.flatnonzero((kinds == kind) & (at >= previous[who]) & (at < ends[who]))
        times = np.full(people, _NEVER)
        np.minimum.at(times, who[rows], at[rows])
        if number == 0 and within is not None:
            came = times < _NEVER
            ends[came] = [min(time + within, _NEVER) for time in times[came].tolist()]
        reached.append(times)
        previous = times
    return reached


def _ratio(counts: Int64, base: Int64) -> NDArray[np.float64]:
    ratio: NDArray[np.float64] = np.divide(counts, base, out=np.full(len(counts), np.nan), where=base > 0)
    return ratio


def _lower_median(before: Int64, times: Int64) -> np.timedelta64:
    came = times < _NEVER
    if not came.any():
        return _NAT
    waits = times[came] - before[came]
    middle = (len(waits) - 1) // 2
    return np.timedelta64(int(np.partition(waits, middle)[middle]), "us")
