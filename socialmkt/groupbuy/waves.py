"""Waves: a campaign that shows a few items for a few days, then the next few.

Seven waves of three days with four items each are 28 items over 21 local days. Waves change at local midnight, which
is not always 24 hours after the last one; each item is a deal of its own, with a counter of its own.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np
from pydantic import TypeAdapter, ValidationError

from socialmkt.core._model_show import lines_html
from socialmkt.core._whole import is_int
from socialmkt.core.errors import Infeasible, InvalidInput, Verbatim, refuse, refuse_choice
from socialmkt.core.instants import day_bounds, from_us, to_us, zone
from socialmkt.core.model import Frozen, Instant, Name, Positive
from socialmkt.groupbuy.deal import Deal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialmkt.groupbuy.ladder import Ladder

__all__ = ["Wave", "WavePlan", "plan_waves"]

_FUNC, _DEALS = "groupbuy.plan_waves", "WavePlan.deals"
_NAME: TypeAdapter[str] = TypeAdapter(Name)
_MOST_DAYS = date.max.toordinal()

T = TypeVar("T")


class Wave(Frozen):
    """A few items on sale together.

    Attributes
    ----------
    number : int
        Counted from 1.
    opens_at, closes_at : instant, UTC
        On sale in `[opens_at, closes_at)`.
    items : tuple of str
        Their ids.

    Examples
    --------
    >>> plan = plan_waves(start=date(2026, 3, 1), tz="Asia/Shanghai", items=[f"item-{n}" for n in range(28)])
    >>> plan.waves[1].items
    ('item-4', 'item-5', 'item-6', 'item-7')
    """

    number: Positive
    opens_at: Instant
    closes_at: Instant
    items: tuple[Name, ...]


class WavePlan(Frozen):
    """Waves that follow each other without a gap.

    Attributes
    ----------
    waves : tuple of Wave
        In time order.

    Examples
    --------
    >>> plan = plan_waves(start=date(2026, 3, 1), tz="Asia/Shanghai", items=[f"item-{n}" for n in range(28)])
    >>> len(plan.waves), plan.waves[-1].closes_at - plan.waves[0].opens_at
    (7, datetime.timedelta(days=21))
    """

    waves: tuple[Wave, ...]

    def _repr_html_(self) -> str:
        names = tuple(Wave.model_fields)
        lines = [tuple(getattr(wave, name) for name in names) for wave in self.waves]
        return lines_html("WavePlan", names, lines, {"waves": len(lines)})

    def at(self, t: datetime) -> Wave | None:
        """Find the wave on sale at an instant.

        Parameters
        ----------
        t : instant
            When.

        Returns
        -------
        Wave or None
            None before the first and from the last one's close on.

        Raises
        ------
        AmbiguousTime, InvalidInput
            A naive time, or no instant.

        Examples
        --------
        >>> plan = plan_waves(start=date(2026, 3, 1), tz="Asia/Shanghai", items=[f"item-{n}" for n in range(28)])
        >>> plan.at(plan.waves[0].closes_at).number
        2
        """
        instant = to_us(t, func="WavePlan.at", name="t")
        place = bisect_right(self.waves, instant, key=lambda wave: to_us(wave.opens_at)) - 1
        return self.waves[place] if place >= 0 and instant < to_us(self.waves[place].closes_at) else None

    def deals(
        self,
        ladders: Ladder | Mapping[str, Ladder],
        *,
        basis: Literal["buyers", "units"] = "buyers",
        min_to_tip: int | None = None,
        stock: int | Mapping[str, int] | None = None,
        per_buyer: int | None = None,
        per_order: int | None = None,
        count_from: Literal["paid", "placed"] = "paid",
        payment: Literal["authorize", "prepay", "deposit"] = "authorize",
        deposit: int | None = None,
        tail_after: timedelta | None = None,
        tail_default: Literal["forfeit", "refund"] = "forfeit",
        pricing: Literal["uniform", "join_lock"] = "uniform",
        goal: Literal["profit", "reach"] | None = None,
        cancelled_at: datetime | None = None,
    ) -> tuple[Deal, ...]:
        """Make a deal of every item.

        Parameters
        ----------
        ladders : Ladder, or mapping of item to Ladder
            One for all, or one for each.
        stock : int, or mapping of item to int, optional
            Units of each item.
        tail_after : timedelta, optional
            With `payment="deposit"`: how long after the close of its wave a tail is due.
        basis, min_to_tip, per_buyer, per_order, count_from, payment, deposit, tail_default, pricing, goal, cancelled_at
            As in `Deal`.

        Returns
        -------
        tuple of Deal
            One per item, in order; the item is its id, its wave is its window.

        Raises
        ------
        InvalidInput
            A mapping that lacks an item or has an unknown one, a `tail_after` that is no duration.
        Overflow
            A tail due beyond the year 9999.
        pydantic.ValidationError
            As in `Deal`.

        Examples
        --------
        >>> from socialmkt.groupbuy.ladder import Ladder
        >>> plan = plan_waves(start=date(2026, 3, 1), tz="Asia/Shanghai", items=[f"item-{n}" for n in range(28)])
        >>> deals = plan.deals(Ladder.of("CNY", {1: "299", 30: "259"}), per_buyer=2)
        >>> len(deals), deals[27].id, deals[27].opens_at == plan.waves[6].opens_at
        (28, 'item-27', True)
        """
        items = [item for wave in self.waves for item in wave.items]
        ladder_of, stock_of = _per_item(ladders, items, "ladders"), _per_item(stock, items, "stock")
        return tuple(
            Deal(
                id=item,
                ladder=ladder_of[item],
                opens_at=wave.opens_at,
                closes_at=wave.closes_at,
                basis=basis,
                min_to_tip=min_to_tip,
                stock=stock_of[item],
                per_buyer=per_buyer,
                per_order=per_order,
                count_from=count_from,
                payment=payment,
                deposit=deposit,
                tail_due=_tail_due(wave, tail_after),
                tail_default=tail_default,
                pricing=pricing,
                goal=goal,
                cancelled_at=cancelled_at,
            )
            for wave in self.waves
            for item in wave.items
        )


def plan_waves(
    *, start: date, tz: str | tzinfo, waves: int = 7, days: int = 3, per_wave: int = 4, items: Sequence[str]
) -> WavePlan:
    """Plan a campaign of waves on local days.

    Parameters
    ----------
    start : date
        The first local day.
    tz : str or tzinfo
        The zone of the days, or its IANA name.
    waves : int >= 1
        How many.
    days : int >= 1
        Local days of a wave.
    per_wave : int >= 1
        Items of a wave.
    items : sequence of str
        `waves * per_wave` distinct ids, in order.

    Returns
    -------
    WavePlan
        Boundaries are the first instants of local days, in UTC.

    Raises
    ------
    InvalidInput
        A `datetime` for `start`, an unknown zone, another number of items, an item twice.
    Infeasible
        The zone left out all the days of a wave.
    Overflow
        Days beyond the year 9999.

    Notes
    -----
    A wave over a change of clocks is an hour shorter or longer. Where midnight is skipped, a day begins at the first
    instant after it; where it comes twice, at the first.

    Examples
    --------
    >>> plan = plan_waves(start=date(2026, 3, 28), tz="Europe/Berlin", waves=1, days=3, per_wave=1, items=["tea"])
    >>> plan.waves[0].closes_at - plan.waves[0].opens_at
    datetime.timedelta(days=2, seconds=82800)
    """
    if not isinstance(start, date) or isinstance(start, datetime):
        raise refuse(InvalidInput, _FUNC, "start", "be a date, without a time", start)
    for name, number in (("waves", waves), ("days", days), ("per_wave", per_wave)):
        if not is_int(number) or not 1 <= number <= _MOST_DAYS:
            raise refuse(InvalidInput, _FUNC, name, f"be a whole number from 1 to {_MOST_DAYS}", number)
    listed = _distinct_items(items, waves * per_wave)
    bounds = _boundaries(start, tz, waves, days)
    planned = [
        Wave(
            number=number + 1,
            opens_at=bounds[number],
            closes_at=bounds[number + 1],
            items=tuple(listed[number * per_wave : (number + 1) * per_wave]),
        )
        for number in range(waves)
    ]
    return WavePlan(waves=tuple(planned))


def _boundaries(start: date, tz: str | tzinfo, waves: int, days: int) -> list[datetime]:
    found = tz if isinstance(tz, tzinfo) else zone(tz, func=_FUNC, parameter="tz")
    first = np.datetime64(start, "D")
    length = np.timedelta64(days, "D")
    starts, _ = day_bounds(first + np.arange(waves + 1) * length, found)
    bounds: list[int] = starts.tolist()
    for number, (opens, closes) in enumerate(pairwise(bounds)):
        if opens == closes:
            got = Verbatim(f"{first + number * length}")
            raise refuse(Infeasible, _FUNC, "start", f"give every wave a day that {found} has", got)
    return [from_us(us, func=_FUNC, name="waves") for us in bounds]


def _distinct_items(items: Any, count: int) -> list[str]:
    if isinstance(items, str | Mapping | AbstractSet) or not hasattr(items, "__iter__"):
        raise refuse(InvalidInput, _FUNC, "items", "be a sequence of ids", items)
    listed, seen = list(items), set[str]()
    if len(listed) != count:
        raise refuse(InvalidInput, _FUNC, "items", f"be {count:,}, for waves * per_wave", Verbatim(f"{len(listed):,}"))
    for row, item in enumerate(listed):
        try:
            _NAME.validate_python(item)
        except ValidationError:
            must = "be text that is not empty, without control characters"
            raise refuse(InvalidInput, _FUNC, "items", must, item, row=row) from None
        if item in seen:
            raise refuse(InvalidInput, _FUNC, "items", "be distinct", item, row=row)
        seen.add(item)
    return listed


def _tail_due(wave: Wave, tail_after: Any) -> datetime | None:
    if tail_after is None:
        return None
    if not isinstance(tail_after, timedelta):
        raise refuse(InvalidInput, _DEALS, "tail_after", "be a timedelta", tail_after)
    due = to_us(wave.closes_at) + tail_after // timedelta(microseconds=1)
    return from_us(due, func=_DEALS, name="tail_after")


def _per_item(given: T | Mapping[str, T], items: list[str], name: str) -> Mapping[str, T]:
    """Give every item its own: one for all, or a mapping that names them all."""
    if not isinstance(given, Mapping):
        return dict.fromkeys(items, given)
    for unknown in given.keys() - set(items):
        raise refuse_choice(_DEALS, name, unknown, items)
    for item in items:
        if item not in given:
            raise refuse(InvalidInput, _DEALS, name, f"name every item, {item!r} too", Verbatim(f"{len(given):,}"))
    return given
