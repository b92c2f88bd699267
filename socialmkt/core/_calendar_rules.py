"""How the rules of a calendar are read: dates and hours in the many ways people write them, kept in one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, TypeGuard

from pydantic import BeforeValidator, ValidationInfo

from socialmkt.core._hours import DAY_NAMES, Texts, canonical_hours, is_mapping, read_week
from socialmkt.core.errors import InvalidInput, refuse
from socialmkt.core.model import FrozenDict

if TYPE_CHECKING:
    from socialmkt.core.calendar import Calendar

_UNSAID: dict[str, Any] = {
    "weekly": ((),) * 7,
    "overrides": {},
    "holidays": (),
    "breaks": {},
    "holiday_tails": "clip",
}
"""What the fields of an operation hold: its parts say it all."""


def _name(info: ValidationInfo) -> str:
    return info.field_name or "value"


def _date(value: Any, parameter: str) -> dt.date:
    """Read a date, or its ISO text."""
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise refuse(InvalidInput, "", parameter, "be a date or its ISO text", value) from None
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise refuse(InvalidInput, "", parameter, "be a date or its ISO text", value)
    return value


def _is_iterable(value: Any) -> TypeGuard[Iterable[Any]]:
    return isinstance(value, Iterable)


def _read_dates(value: Any, info: ValidationInfo) -> tuple[dt.date, ...]:
    if isinstance(value, str) or not _is_iterable(value):
        raise refuse(InvalidInput, "", _name(info), "be a list of dates", value)
    overridden = info.data.get("overrides", {}).keys()
    return tuple(sorted({_date(date, _name(info)) for date in value} - overridden))


def _read_overrides(value: Any, info: ValidationInfo) -> dict[dt.date, Texts]:
    if not is_mapping(value):
        raise refuse(InvalidInput, "", _name(info), "be a mapping of dates to hours", value)
    read = {_date(date, _name(info)): canonical_hours(hours, _name(info)) for date, hours in value.items()}
    if len(read) < len(value):
        raise refuse(InvalidInput, "", _name(info), "name each date under one key only", value)
    return dict(sorted(read.items()))


def _read_breaks(value: Any, info: ValidationInfo) -> dict[str, Texts]:
    if not is_mapping(value):
        raise refuse(InvalidInput, "", _name(info), "be a mapping of days or dates to hours", value)
    dated = {key: hours for key, hours in value.items() if not isinstance(key, str) or key[:1].isdigit()}
    week = read_week({key: hours for key, hours in value.items() if key not in dated}, _name(info))
    read = dict(zip(DAY_NAMES, week, strict=True))
    read |= {date.isoformat(): hours for date, hours in _read_overrides(dated, info).items()}
    return {key: hours for key, hours in read.items() if hours}


def earliest(parts: Iterable[Calendar]) -> dt.date | None:
    """Last local date for which the holidays of all parts are known."""
    return min((part.valid_until for part in parts if part.valid_until is not None), default=None)


def check_parts(calendar: Calendar) -> None:
    """Refuse an operation without its two calendars, or with rules of its own, which would not be heard."""
    if len(calendar.parts) != (2 if calendar.operation else 0):
        raise refuse(InvalidInput, "", "parts", "be the two calendars of an operation", len(calendar.parts))
    if not calendar.parts:
        return
    for name, nothing in _UNSAID.items():
        said = getattr(calendar, name)
        if said != nothing:
            raise refuse(InvalidInput, "", name, "be left out of an operation", said)
    end = earliest(calendar.parts)
    if calendar.valid_until != end:
        raise refuse(InvalidInput, "", "valid_until", f"be the earliest of the parts, {end}", calendar.valid_until)


Week = Annotated[tuple[Texts, ...], BeforeValidator(lambda value, info: read_week(value, _name(info)))]
Dates = Annotated[tuple[dt.date, ...], BeforeValidator(_read_dates)]
DateHours = Annotated[FrozenDict[dt.date, Texts], BeforeValidator(_read_overrides)]
BreakHours = Annotated[FrozenDict[str, Texts], BeforeValidator(_read_breaks)]
LastDate = Annotated[
    dt.date | None, BeforeValidator(lambda value, info: None if value is None else _date(value, _name(info)))
]
