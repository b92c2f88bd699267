"""Days of the year that come back: solar, lunar, by weekday, Qingming, and days counted from one of these."""

from __future__ import annotations

import calendar
import functools
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from socialmkt.campaign._checks import between
from socialmkt.core._whole import is_int
from socialmkt.core.errors import InvalidInput, check_choice, refuse
from socialmkt.core.labels import Code
from socialmkt.core.model import Frozen

__all__ = ["Festival", "LunarAnnual", "NthWeekday", "Occasion", "Qingming", "Relative", "SolarAnnual"]

Month = Annotated[int, BeforeValidator(between(1, 12)), Field(ge=1, le=12)]
SolarDay = Annotated[int, BeforeValidator(between(1, 31)), Field(ge=1, le=31)]
LunarDayNumber = Annotated[int, BeforeValidator(between(1, 30)), Field(ge=1, le=30)]
Shift = Annotated[int, BeforeValidator(between(-366, 366)), Field(ge=-366, le=366)]

Feb29 = Literal["feb28", "mar1", "skip"]
LeapMonth = Literal["regular", "leap_if_present", "both"]
MissingDay = Literal["last_day", "first_of_next", "skip"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

_A_LEAP_YEAR = 2000


class SolarAnnual(Frozen):
    """The same day of the solar year, every year.

    Parameters
    ----------
    month, day : int
        A day that exists in a leap year.
    feb29 : {"feb28", "mar1", "skip"}
        What becomes of 29 February in a common year.

    Raises
    ------
    pydantic.ValidationError
        No such day, or no such policy.

    Examples
    --------
    >>> from datetime import date
    >>> from socialmkt.campaign.occasions import next_occurrence
    >>> next_occurrence(SolarAnnual(month=2, day=29), date(2026, 1, 1)).on
    datetime.date(2026, 2, 28)
    """

    kind: Literal["solar"] = "solar"
    month: Month
    day: SolarDay
    feb29: Feb29 = "feb28"

    @model_validator(mode="after")
    def _exists(self) -> Self:
        last = calendar.monthrange(_A_LEAP_YEAR, self.month)[1]
        if self.day > last:
            raise refuse(InvalidInput, "", "day", f"be at most {last} in month {self.month}", self.day)
        return self


class LunarAnnual(Frozen):
    """The same day of the Chinese lunar year, every year.

    Parameters
    ----------
    month : int from 1 to 12
        The number of the lunar month.
    day : int from 1 to 30
        The day in it.
    leap : {"regular", "leap_if_present", "both"}
        Which month is meant in a year that repeats it: always the ordinary one, the leap month, or both.
    missing_day : {"last_day", "first_of_next", "skip"}
        What becomes of day 30 in a month of 29 days: the 29th, the day after it, or nothing.

    Raises
    ------
    pydantic.ValidationError
        No such month or day, or no such policy.

    Notes
    -----
    `missing_day` is applied to the month that `leap` chose. The day after the 29th may lie in the leap month or in the
    next lunar year; the occurrence keeps the year it belongs to.

    Examples
    --------
    >>> from datetime import date
    >>> from socialmkt.campaign.occasions import occurrences
    >>> sixth = LunarAnnual(month=6, day=15, leap="both")
    >>> occurrences(sixth, date(2025, 1, 1), date(2026, 1, 1)).on
    array(['2025-07-09', '2025-08-08'], dtype='datetime64[D]')
    """

    kind: Literal["lunar"] = "lunar"
    month: Month
    day: LunarDayNumber
    leap: LeapMonth = "regular"
    missing_day: MissingDay = "last_day"


class NthWeekday(Frozen):
    """A weekday counted within a month, such as the second Sunday of May.

    Parameters
    ----------
    month : int from 1 to 12
        The month.
    weekday : {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
        The day of the week.
    nth : int from 1 to 4, or -1
        Which one; -1 is the last.

    Raises
    ------
    pydantic.ValidationError
        No such month, weekday or count.

    Examples
    --------
    >>> from datetime import date
    >>> from socialmkt.campaign.occasions import next_occurrence
    >>> next_occurrence(NthWeekday(month=5, weekday="sun", nth=2), date(2026, 1, 1)).on
    datetime.date(2026, 5, 10)
    """

    kind: Literal["weekday"] = "weekday"
    month: Month
    weekday: Weekday
    nth: Annotated[int, BeforeValidator(between(-1, 4)), Field(ge=-1, le=4)]

    @model_validator(mode="after")
    def _counts(self) -> Self:
        if self.nth == 0:
            raise refuse(InvalidInput, "", "nth", "be 1 to 4, or -1 for the last", self.nth)
        return self


class Qingming(Frozen):
    """Tomb-Sweeping Day, the solar term that falls on 4, 5 or 6 April.

    Examples
    --------
    >>> from datetime import date
    >>> from socialmkt.campaign.occasions import next_occurrence
    >>> next_occurrence(Qingming(), date(2026, 1, 1)).on
    datetime.date(2026, 4, 5)
    """

    kind: Literal["qingming"] = "qingming"


def as_occasion(value: Any, func: str, name: str) -> Any:
    """Give the occasion of a festival; pass everything else as it is."""
    if isinstance(value, Festival):
        return value.occasion
    if isinstance(value, str):
        return Festival(check_choice(func, name, value, list(Festival))).occasion
    return value


def _festival(value: Any, info: ValidationInfo) -> Any:
    return as_occasion(value, "", info.field_name or "occasion")


class Relative(Frozen):
    """A number of days before or after another occasion.

    Parameters
    ----------
    to : Occasion or Festival
        What to count from; one that is itself relative is folded into this one.
    days : int from -366 to 366
        How many days later; negative for earlier.

    Raises
    ------
    pydantic.ValidationError
        No such occasion, or too many days.

    Notes
    -----
    The year of an occurrence, and whether it is leap or was moved, stay those of the occasion it is counted from.

    Examples
    --------
    >>> from datetime import date
    >>> from socialmkt.campaign.occasions import next_occurrence
    >>> a_week_before = Relative(to=Festival.spring_festival, days=-7)
    >>> next_occurrence(a_week_before, date(2026, 1, 1)).on
    datetime.date(2026, 2, 10)
    """

    kind: Literal["relative"] = "relative"
    to: Annotated[
        SolarAnnual | LunarAnnual | NthWeekday | Qingming, Field(discriminator="kind"), BeforeValidator(_festival)
    ]
    days: Shift

    @model_validator(mode="before")
    @classmethod
    def _folded(cls, data: Any) -> Any:
        """Count from what the other occasion is counted from."""
        if not isinstance(data, dict) or "to" not in data or not is_int(data.get("days")):
            return data
        to = as_occasion(data["to"], "", "to")
        if isinstance(to, dict) and to.get("kind") == "relative":
            to = cls.model_validate(to)
        return {**data, "to": to.to, "days": data["days"] + to.days} if isinstance(to, cls) else {**data, "to": to}


Occasion = Annotated[
    SolarAnnual | LunarAnnual | NthWeekday | Qingming | Relative,
    Field(discriminator="kind"),
    BeforeValidator(_festival),
]
"""Any occasion, told apart in JSON by its field `kind`; a `Festival` may stand for its occasion."""


class Festival(Code):
    """The festivals and shopping days that campaigns are built around, as commonly kept; not legal holidays.

    Attributes
    ----------
    occasion : Occasion
        When it falls.

    Examples
    --------
    >>> from socialmkt.core.labels import label
    >>> label(Festival.qixi, lang="zh"), Festival.qixi.occasion.month
    ('七夕', 7)
    """

    new_year = "new_year", "元旦", "New Year's Day"
    valentines_day = "valentines_day", "情人节", "Valentine's Day"
    womens_day = "womens_day", "妇女节", "Women's Day"
    labour_day = "labour_day", "劳动节", "Labour Day"
    childrens_day = "childrens_day", "儿童节", "Children's Day"
    mid_year_618 = "mid_year_618", "618年中大促", "618 Mid-Year Festival"
    teachers_day = "teachers_day", "教师节", "Teachers' Day"
    national_day = "national_day", "国庆节", "National Day"
    halloween = "halloween", "万圣夜", "Halloween"
    double_eleven = "double_eleven", "双十一", "Double Eleven"
    double_twelve = "double_twelve", "双十二", "Double Twelve"
    christmas = "christmas", "圣诞节", "Christmas"
    mothers_day = "mothers_day", "母亲节", "Mother's Day"
    fathers_day = "fathers_day", "父亲节", "Father's Day"
    thanksgiving = "thanksgiving", "感恩节", "Thanksgiving"
    black_friday = "black_friday", "黑色星期五", "Black Friday"
    cyber_monday = "cyber_monday", "网络星期一", "Cyber Monday"
    lunar_new_years_eve = "lunar_new_years_eve", "除夕", "Lunar New Year's Eve"
    spring_festival = "spring_festival", "春节", "Spring Festival"
    lantern = "lantern", "元宵节", "Lantern Festival"
    dragon_boat = "dragon_boat", "端午节", "Dragon Boat Festival"
    qixi = "qixi", "七夕", "Qixi Festival"
    mid_autumn = "mid_autumn", "中秋节", "Mid-Autumn Festival"
    double_ninth = "double_ninth", "重阳节", "Double Ninth Festival"
    laba = "laba", "腊八节", "Laba Festival"
    qingming = "qingming", "清明节", "Tomb-Sweeping Day"

    @property
    def occasion(self) -> Any:
        """When it falls.

        Returns
        -------
        Occasion
            The rule of its day.

        Examples
        --------
        >>> Festival.black_friday.occasion.days
        1
        """
        return _occasion_of(self.value)


_SOLAR: Final = {
    "new_year": (1, 1),
    "valentines_day": (2, 14),
    "womens_day": (3, 8),
    "labour_day": (5, 1),
    "childrens_day": (6, 1),
    "mid_year_618": (6, 18),
    "teachers_day": (9, 10),
    "national_day": (10, 1),
    "halloween": (10, 31),
    "double_eleven": (11, 11),
    "double_twelve": (12, 12),
    "christmas": (12, 25),
}
_LUNAR: Final = {
    "spring_festival": (1, 1),
    "lantern": (1, 15),
    "dragon_boat": (5, 5),
    "qixi": (7, 7),
    "mid_autumn": (8, 15),
    "double_ninth": (9, 9),
    "laba": (12, 8),
}
_WEEKDAYS: Final[dict[str, tuple[int, Weekday, int]]] = {
    "mothers_day": (5, "sun", 2),
    "fathers_day": (6, "sun", 3),
    "thanksgiving": (11, "thu", 4),
}
_RELATIVE: Final = {
    "black_friday": ("thanksgiving", 1),
    "cyber_monday": ("thanksgiving", 4),
    "lunar_new_years_eve": ("spring_festival", -1),
}


@functools.cache
def _occasion_of(name: str) -> Any:
    if name in _SOLAR:
        month, day = _SOLAR[name]
        return SolarAnnual(month=month, day=day)
    if name in _LUNAR:
        month, day = _LUNAR[name]
        return LunarAnnual(month=month, day=day)
    if name in _WEEKDAYS:
        month, weekday, nth = _WEEKDAYS[name]
        return NthWeekday(month=month, weekday=weekday, nth=nth)
    if name in _RELATIVE:
        base, days = _RELATIVE[name]
        return Relative(to=_occasion_of(base), days=days)
    return Qingming()
