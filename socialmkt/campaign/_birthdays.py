"""Birthdays of many people: by the solar calendar, or by the lunar one for those who keep that."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from socialmkt.campaign._checks import day, whole
from socialmkt.campaign._lunar import END_DAY, FIRST_YEAR, LAST_YEAR
from socialmkt.campaign._occasion_days import (
    LAST_DATE,
    LUNAR,
    SOLAR,
    Layer,
    lunar_date,
    lunar_days,
    month_and_day,
    no_more,
    solar_days,
    year_in_lunar,
    year_of,
)
from socialmkt.campaign._occasion_models import Feb29, LeapMonth, MissingDay
from socialmkt.core import columns
from socialmkt.core.errors import InvalidInput, check_choice, refuse
from socialmkt.core.table import Days, Flags, Ints, Table, freeze

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialmkt.core.columns import Column

__all__ = ["Birthdays", "NextBirthdays", "birthdays", "next_birthdays"]

Int64 = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Birthdays(Table):
    """Whom to write to, and when.

    Parameters
    ----------
    row : int64 array of shape (k,)
        Positions in the column of births; somebody with two birthdays in the period stands in two rows.
    on, remind_on : datetime64[D] arrays of shape (k,)
        The birthday, and the day of the reminder.
    turns : int64 array of shape (k,)
        How old they become, by the years of the calendar they keep.
    leap, moved : bool arrays of shape (k,)
        As in `Occurrence`.

    Examples
    --------
    >>> week = {"start": dt.date(2026, 3, 2), "end": dt.date(2026, 3, 9)}
    >>> birthdays([dt.date(1990, 3, 4), dt.date(1985, 7, 1)], **week).turns
    array([36])
    """

    row: Ints
    on: Days
    remind_on: Days
    turns: Ints
    leap: Flags
    moved: Flags


class NextBirthdays(Table):
    """The next birthday of each person.

    Parameters
    ----------
    on : datetime64[D] array of shape (n,)
        In the order of the births.
    turns : int64 array of shape (n,)
        How old they become.
    leap, moved : bool arrays of shape (n,)
        As in `Occurrence`.

    Examples
    --------
    >>> next_birthdays([dt.date(1990, 3, 4)], on_or_after=dt.date(2026, 3, 5)).on
    array(['2027-03-04'], dtype='datetime64[D]')
    """

    on: Days
    turns: Ints
    leap: Flags
    moved: Flags


class _People(NamedTuple):
    """People who keep one calendar: their rows, and year, month and day of their births in it."""

    rows: Int64
    year: Int64
    month: Int64
    day: Int64
    in_leap: Bools | None
    """Who was born in a leap month; None by the solar calendar."""

    def take(self, kept: Int64) -> _People:
        in_leap = None if self.in_leap is None else self.in_leap.take(kept)
        return _People(self.rows.take(kept), self.year.take(kept), self.month.take(kept), self.day.take(kept), in_leap)


class _Policies(NamedTuple):
    feb29: str
    leap: str
    missing_day: str


class _Found(NamedTuple):
    row: Int64
    on: Int64
    turns: Int64
    leap: Bools
    moved: Bools


def birthdays(
    born: Column,
    *,
    start: dt.date,
    end: dt.date,
    days_before: int = 0,
    lunar: bool | Column = False,
    feb29: Feb29 = "feb28",
    leap: LeapMonth = "regular",
    missing_day: MissingDay = "last_day",
) -> Birthdays:
    """List the birthdays to write to people about in a period.

    Parameters
    ----------
    born : day column of shape (n,)
        Solar days of birth.
    start, end : date
        The period [start, end) in which the reminders lie.
    days_before : int >= 0
        How many days before the birthday to remind.
    lunar : bool, or flags of shape (n,)
        Who keeps the lunar day of their birth.
    feb29 : {"feb28", "mar1", "skip"}
        What becomes of 29 February in a common year.
    leap : {"regular", "leap_if_present", "both"}
        When people born in a leap month celebrate; see `LunarAnnual`. Others always keep the ordinary month.
    missing_day : {"last_day", "first_of_next", "skip"}
        What becomes of the 30th of a lunar month of 29 days.

    Returns
    -------
    Birthdays
        `row on remind_on turns leap moved`, sorted by `on`, then `row`. The first birthday is the one at which somebody
        turns 1.

    Raises
    ------
    InvalidInput
        A null, a datetime for a date, an unknown policy; for lunar rows a birth or a period outside the lunar table.

    Notes
    -----
    O(n y + k log k) for y years in the period and k birthdays found.

    Examples
    --------
    >>> born = [dt.date(1992, 2, 29), dt.date(1988, 3, 6)]
    >>> week = birthdays(born, start=dt.date(2026, 2, 23), end=dt.date(2026, 3, 2), days_before=5)
    >>> list(week.rows())[0].on, len(week)
    (datetime.date(2026, 2, 28), 2)
    """
    func = "campaign.birthdays"
    policies = _policies(feb29, leap, missing_day, func)
    first, last = day(start, func, "start"), day(end, func, "end")
    if last < first:
        raise refuse(InvalidInput, func, "end", f"not be before start, {start}", end)
    ahead = whole(days_before, func, "days_before", low=0, high=LAST_DATE)
    solar, moon = _people(born, lunar, func)
    edges = np.array([first + ahead, last + ahead])
    for people, span in ((solar, SOLAR), (moon, LUNAR)):
        if len(people.rows):
            span.check(edges, func, "start and end, days_before later,", scalar=True, inclusive=True)
    found = [*_in_period(solar, edges, policies), *_in_period(moon, edges, policies)]
    every = _Found(*(np.concatenate(column) for column in zip(_NONE, *found, strict=True)))
    order = np.lexsort((every.row, every.on))
    row, on, turns, is_leap, moved = (column[order] for column in every)
    return Birthdays(
        row=freeze(row),
        on=freeze(on.astype("M8[D]")),
        remind_on=freeze((on - ahead).astype("M8[D]")),
        turns=freeze(turns),
        leap=freeze(is_leap),
        moved=freeze(moved),
    )


def next_birthdays(
    born: Column,
    *,
    on_or_after: dt.date | Column,
    lunar: bool | Column = False,
    feb29: Feb29 = "feb28",
    leap: LeapMonth = "regular",
    missing_day: MissingDay = "last_day",
) -> NextBirthdays:
    """Find everybody's next birthday.

    Parameters
    ----------
    born : day column of shape (n,)
        Solar days of birth.
    on_or_after : date, or day column of shape (n,)
        The first day that counts.
    lunar, feb29, leap, missing_day
        As in `birthdays`.

    Returns
    -------
    NextBirthdays
        `on turns leap moved`, in the order of `born`.

    Raises
    ------
    InvalidInput
        As in `birthdays`, or no birthday is left before the end of the lunar table.

    Notes
    -----
    O(n): month and day of birth are found once, then this year is tried, and the next for those still open.

    Examples
    --------
    >>> born = [dt.date(1990, 6, 23), dt.date(1990, 6, 23)]  # the first day of the leap fifth month
    >>> found = next_birthdays(born, on_or_after=dt.date(2026, 1, 1), lunar=[False, True])
    >>> found.on, found.turns
    (array(['2026-06-23', '2026-06-15'], dtype='datetime64[D]'), array([36, 36]))
    """
    func = "campaign.next_birthdays"
    policies = _policies(feb29, leap, missing_day, func)
    solar, moon = _people(born, lunar, func)
    n = len(solar.rows) + len(moon.rows)
    asked = _asked(on_or_after, n, func)
    for people, span in ((solar, SOLAR), (moon, LUNAR)):
        span.check(asked, func, "on_or_after", scalar=isinstance(on_or_after, dt.date), rows=people.rows)
    found = [_next(people, asked, policies, func) for people in (solar, moon) if len(people.rows)]
    on, turns, leaps, moved = (_in_order(found, n, name) for name in ("on", "turns", "leap", "moved"))
    return NextBirthdays(on=freeze(on.view("M8[D]")), turns=freeze(turns), leap=freeze(leaps), moved=freeze(moved))


def _in_order(found: list[_Found], n: int, name: str) -> NDArray[Any]:
    """Put the answers for both groups of people in the order of the births."""
    if len(found) == 1:
        return np.asarray(getattr(found[0], name))
    together: NDArray[Any] = np.empty(n, np.int64 if name in {"on", "turns"} else np.bool_)
    for group in found:
        together[group.row] = getattr(group, name)
    return together


_NO_NUMBERS, _NO_FLAGS = np.empty(0, np.int64), np.empty(0, bool)
_NONE = _Found(_NO_NUMBERS, _NO_NUMBERS, _NO_NUMBERS, _NO_FLAGS, _NO_FLAGS)


def _policies(feb29: Any, leap: Any, missing_day: Any, func: str) -> _Policies:
    return _Policies(
        check_choice(func, "feb29", feb29, get_args(Feb29)),
        check_choice(func, "leap", leap, get_args(LeapMonth)),
        check_choice(func, "missing_day", missing_day, get_args(MissingDay)),
    )


def _asked(on_or_after: Any, n: int, func: str) -> Int64:
    if isinstance(on_or_after, dt.date):
        return np.full(n, day(on_or_after, func, "on_or_after"))
    found = columns.days(on_or_after, func=func, name="on_or_after", offer_drop=False).astype(np.int64)
    if len(found) != n:
        raise refuse(InvalidInput, func, "on_or_after", f"be as long as born, {n:,}", len(found))
    return found


def _people(born: Any, lunar: Any, func: str) -> tuple[_People, _People]:
    """Part the people by the calendar they keep."""
    specs = [columns.spec("born", born, "days")]
    if not isinstance(lunar, bool):
        specs.append(columns.spec("lunar", lunar, "flags"))
    read = columns.read(func, *specs, offer_drop=False)
    days = read["born"].astype(np.int64)
    rows = np.arange(len(days))
    if isinstance(lunar, bool):
        solar, moon = (rows[:0], rows) if lunar else (rows, rows[:0])
    else:
        solar, moon = np.flatnonzero(~read["lunar"]), np.flatnonzero(read["lunar"])
    SOLAR.check(days, func, "born")
    if len(moon):
        LUNAR.check(days, func, "born", rows=moon)
    sunny = days if len(solar) == len(days) else days[solar]
    moony = days if len(moon) == len(days) else days[moon]
    return _People(solar, *month_and_day(sunny), None), _People(moon, *lunar_date(moony))


def _layers(people: _People, years: Int64, policies: _Policies) -> list[Layer]:
    """Give the birthdays of people in a year each; `both` has two layers."""
    if people.in_leap is None:
        on, moved, there = solar_days(years, people.month, people.day, policies.feb29)
        return [(on, np.zeros(len(on), bool), moved, there)]
    _, leap, missing = policies
    return lunar_days(years, people.month, people.day, leap, missing, has_leap_month=people.in_leap)


def _in_period(people: _People, edges: Int64, policies: _Policies) -> Iterator[_Found]:
    """Give all birthdays in a period, year by year."""
    if not len(people.rows) or edges[0] == edges[1]:
        return
    for year in _years(people, edges, policies):
        years = np.full(len(people.rows), year)
        turns = years - people.year
        for on, leap, moved, there in _layers(people, years, policies):
            inside = there & (on >= edges[0]) & (on < edges[1]) & (turns >= 1)
            yield _Found(people.rows[inside], on[inside], turns[inside], leap[inside], moved[inside])


def _years(people: _People, edges: Int64, policies: _Policies) -> range:
    """Name the years whose birthdays can lie in a period; a moved one can lie in the year after its own."""
    inside = edges - np.array([0, 1])
    if people.in_leap is None:
        first, last = year_of(inside).tolist()
        return range(first, last + 1)
    (first, last), *_ = lunar_date(inside)
    return range(max(int(first) - _year_before(policies), FIRST_YEAR), int(last) + 1)


def _year_before(policies: _Policies) -> int:
    return int(policies.missing_day == "first_of_next")


def _next(people: _People, asked: Int64, policies: _Policies, func: str) -> _Found:
    """Try this year, then the next for people whose birthday is not found yet."""
    wanted = asked if len(people.rows) == len(asked) else asked.take(people.rows)
    years = np.maximum(_first_years(people, wanted, policies), people.year + 1)
    on, leap, moved, good = _attempt(people, wanted, years, policies, func)
    left = np.flatnonzero(~good)
    while len(left):
        again = years.take(left) + 1
        years[left] = again
        on[left], leap[left], moved[left], good = _attempt(people.take(left), wanted.take(left), again, policies, func)
        left = left[~good]
    return _Found(people.rows, on, years - people.year, leap, moved)


def _first_years(people: _People, wanted: Int64, policies: _Policies) -> Int64:
    """Give the first year whose birthday can lie on or after a day."""
    if people.in_leap is None:
        return year_of(wanted)
    return np.maximum(year_in_lunar(wanted) - _year_before(policies), FIRST_YEAR)


def _attempt(people: _People, wanted: Int64, years: Int64, policies: _Policies, func: str) -> Layer:
    """Give the birthdays of a year each, and whether they are there and not before the day asked for."""
    last, end = (9999, LAST_DATE + 1) if people.in_leap is None else (LAST_YEAR, END_DAY)
    late = years > last
    if late.any():
        at = int(late.argmax())
        raise no_more(func, "on_or_after", int(wanted[at]), int(people.rows[at]))
    (on, leap, moved, there), *others = _layers(people, years, policies)
    good = there & (on >= wanted) & (on < end)
    for other_on, other_leap, other_moved, other_there in others:
        use = ~good & other_there & (other_on >= wanted) & (other_on < end)
        on, leap, moved = (
            np.where(use, other_on, on),
            np.where(use, other_leap, leap),
            np.where(use, other_moved, moved),
        )
        good |= use
    return on, leap, moved, good
