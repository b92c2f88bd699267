"""When a coupon may be used: a start and an end, days from the claim, waiting days, periods, weekly hours.

A validity is the rule; `windows` says what it means for a coupon claimed at a given instant. Days are local days of a
zone: a coupon of three days claimed on Monday afternoon ends with Wednesday, and a day can have 23 or 25 hours.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, ValidationInfo, model_validator

from socialmkt.core._hours import read_week
from socialmkt.core._instants import MICROSECOND
from socialmkt.core._whole import is_int
from socialmkt.core.calendar import Calendar
from socialmkt.core.errors import InvalidInput, Verbatim, check_choice, refuse
from socialmkt.core.instants import Window, day_window_for, to_us, zone
from socialmkt.core.model import Count, Frozen, Instant, Positive, Zone
from socialmkt.coupons._fields import MOST_DAYS, Lasting, read_count
from socialmkt.coupons._windows import Rules, Spans, claim_spans, merged, read_windows, time_reason, write_windows

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Validity", "Window", "birthday_window"]

_LEAP_DAYS = {"feb28": (2, 28), "mar1": (3, 1)}


def _within_the_calendar(days: int, info: ValidationInfo) -> int:
    if days > MOST_DAYS:
        raise refuse(InvalidInput, "", info.field_name or "days", f"be at most {MOST_DAYS:,}", days)
    return days


def _read_weekly(value: Any, info: ValidationInfo) -> Any:
    return None if value is None else read_week(value, info.field_name or "weekly")


class Validity(Frozen):
    """When a coupon may be used, seen from the instant of its claim.

    Parameters
    ----------
    starts_at, ends_at : aware datetime, optional
        Nothing before, nothing from then on.
    days : int >= 1, optional
        How many local days it holds; the day on which it starts is day 1.
    wait_days : int >= 0
        How many local days it waits; 1 is the day after the claim.
    lasts : timedelta, optional
        How long it holds, in elapsed time; not together with `days`.
    weekly : mapping of days to hours, optional
        Hours of the week, as in `Calendar`.
    periods : tuple of Window
        Stretches of time outside of which it does not hold.
    tz : str, optional
        The zone of local days and hours; needed with `days`, `wait_days` and `weekly`.

    Raises
    ------
    pydantic.ValidationError
        A zone is missing, `days` and `lasts` together, an end that is not after the start, or `weekly` without any end.

    Notes
    -----
    A coupon claimed before `starts_at` counts its days from there.

    Examples
    --------
    >>> from datetime import datetime
    >>> from zoneinfo import ZoneInfo
    >>> shanghai = ZoneInfo("Asia/Shanghai")
    >>> three_days = Validity(days=3, tz="Asia/Shanghai")
    >>> (window,) = three_days.windows(datetime(2026, 11, 5, 15, tzinfo=shanghai))
    >>> window.end.isoformat()
    '2026-11-08T00:00:00+08:00'
    """

    starts_at: Instant | None = None
    ends_at: Instant | None = None
    days: Annotated[Positive, AfterValidator(_within_the_calendar)] | None = None
    wait_days: Annotated[Count, AfterValidator(_within_the_calendar)] = 0
    lasts: Lasting | None = None
    weekly: Annotated[tuple[tuple[str, ...], ...] | None, BeforeValidator(_read_weekly)] = None
    periods: tuple[Window, ...] = ()
    tz: Zone | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.starts_at is not None and self.ends_at is not None and self.ends_at <= self.starts_at:
            raise refuse(InvalidInput, "", "ends_at", f"be after starts_at, {self.starts_at}", self.ends_at)
        if self.days is not None and self.lasts is not None:
            raise refuse(InvalidInput, "", "lasts", "not be given together with days", self.lasts)
        if self.tz is None and (self.days or self.wait_days or self.weekly is not None):
            raise refuse(InvalidInput, "", "tz", "be given with days, wait_days or weekly", self.tz)
        if self.weekly is not None and not self._ends:
            got = Verbatim("none")
            raise refuse(InvalidInput, "", "weekly", "have an end: ends_at, days, lasts or periods that end", got)
        return self

    @property
    def _ends(self) -> bool:
        periods_end = bool(self.periods) and all(period.end is not None for period in self.periods)
        return periods_end or any(end is not None for end in (self.ends_at, self.days, self.lasts))

    def windows(self, claimed_at: dt.datetime) -> list[Window]:
        """List when a coupon may be used.

        Parameters
        ----------
        claimed_at : aware datetime or datetime64
            When it was claimed.

        Returns
        -------
        list of Window
            Sorted, in the zone `tz`, or UTC where there is none; empty where nothing is left.

        Raises
        ------
        AmbiguousTime, InvalidInput
            The instant is naive, or none.
        Overflow
            The days or the duration lead beyond the year 9999.

        Examples
        --------
        >>> from datetime import UTC, datetime
        >>> noon = datetime(2026, 11, 5, 12, tzinfo=UTC)
        >>> happy_hour = Validity(days=2, weekly={"mon-fri": "17:00-19:00"}, tz="UTC")
        >>> [window.start.isoformat() for window in happy_hour.windows(noon)]
        ['2026-11-05T17:00:00+00:00', '2026-11-06T17:00:00+00:00']
        """
        return list(write_windows(self._spans(claimed_at, "Validity.windows"), self._rules.zone))

    def is_valid(self, claimed_at: dt.datetime, at: dt.datetime) -> bool:
        """Say whether a coupon may be used at an instant.

        Parameters
        ----------
        claimed_at, at : aware datetimes or datetime64s
            When it was claimed, and when it is to be used.

        Returns
        -------
        bool
            True inside one of its windows.

        Raises
        ------
        AmbiguousTime, InvalidInput
            An instant is naive, or none.
        Overflow
            As in `windows`.

        Examples
        --------
        >>> from datetime import UTC, datetime
        >>> claimed = datetime(2026, 11, 5, 12, tzinfo=UTC)
        >>> Validity(wait_days=1, tz="UTC").is_valid(claimed, claimed)
        False
        """
        spans = self._spans(claimed_at, "Validity.is_valid")
        return time_reason(spans, to_us(at, func="Validity.is_valid", name="at")) is None

    def _spans(self, claimed_at: dt.datetime, func: str) -> Spans:
        return claim_spans(self._rules, [to_us(claimed_at, func=func, name="claimed_at")])[0]

    @cached_property
    def _rules(self) -> Rules:
        return Rules(
            starts_at=None if self.starts_at is None else to_us(self.starts_at),
            ends_at=None if self.ends_at is None else to_us(self.ends_at),
            days=self.days,
            wait_days=self.wait_days,
            lasts=None if self.lasts is None else self.lasts // MICROSECOND,
            periods=merged(read_windows(self.periods)),
            calendar=None if self.weekly is None else Calendar(weekly=self.weekly, tz=self.tz),  # type: ignore[arg-type]  # canonical hours, and a zone stands beside them
            zone=dt.UTC if self.tz is None else zone(self.tz),
        )


rules_of: Callable[[Validity], Rules] = attrgetter("_rules")
"""Give a validity in microseconds."""


def birthday_window(
    born: dt.date,
    *,
    year: int,
    tz: str,
    days_before: int = 0,
    days_after: int = 0,
    leap_day: Literal["feb28", "mar1"] = "feb28",
) -> Window:
    """Give the window around a birthday.

    Parameters
    ----------
    born : date
        The day of birth.
    year : int
        The year of the birthday.
    tz : str
        The zone of the local days.
    days_before, days_after : int >= 0
        How many days more on either side.
    leap_day : {"feb28", "mar1"}
        When those born on 29 February celebrate in other years.

    Returns
    -------
    Window
        From the first instant of the first local day to the first instant after the last.

    Raises
    ------
    InvalidInput
        `born` is no date, the year is none, another zone or another word for `leap_day`, or a number of days is
        negative.
    Infeasible
        The zone left that day out.
    Overflow
        The window leaves the years 1 to 9999.

    Examples
    --------
    >>> from datetime import date
    >>> birthday_window(date(2000, 2, 29), year=2026, tz="Asia/Shanghai").start.isoformat()
    '2026-02-27T16:00:00+00:00'
    """
    func = "coupons.birthday_window"
    if not isinstance(born, dt.date) or isinstance(born, dt.datetime):
        raise refuse(InvalidInput, func, "born", "be a date", born)
    check_choice(func, "leap_day", leap_day, _LEAP_DAYS)
    if not is_int(year) or not dt.MINYEAR <= year <= dt.MAXYEAR:
        raise refuse(InvalidInput, func, "year", "be a year from 1 to 9999", year)
    return day_window_for(
        _birthday(born, int(year), leap_day),
        tz,
        read_count(days_before, func, "days_before"),
        read_count(days_after, func, "days_after"),
        func=func,
        name="born",
    )


def _birthday(born: dt.date, year: int, leap_day: str) -> dt.date:
    try:
        return born.replace(year=year)
    except ValueError:
        return dt.date(year, *_LEAP_DAYS[leap_day])
