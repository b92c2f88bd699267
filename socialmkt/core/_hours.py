"""Opening hours as text: how they are read, and the one way in which they are written.

A piece of hours is a pair of microseconds from the start of its local date; it starts on that date and may run
over midnight. `"22:00-06:00"` is the piece from 22 h to 30 h.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeGuard

from socialmkt.core.errors import InvalidInput, did_you_mean, refuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Pieces = tuple[tuple[int, int], ...]
Texts = tuple[str, ...]

DAY = 86_400 * 10**6
DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_FULL_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBER_OF = {name: at for names in (DAY_NAMES, _FULL_NAMES) for at, name in enumerate(names)}
_TIME = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?", re.ASCII)
_MUST_BE_HOURS = 'be hours such as "09:00-18:00", or a list of them'
_MUST_BE_DAYS = 'be a day or days such as "mon", "mon-fri" or "mon,wed"'


def is_mapping(value: Any) -> TypeGuard[Mapping[Any, Any]]:
    """Tell whether a value maps keys to values."""
    return isinstance(value, Mapping)


def is_list(value: Any) -> TypeGuard[Sequence[Any]]:
    """Tell whether a value is a list or a tuple, of anything."""
    return isinstance(value, (list, tuple))


def weekdays(key: Any, parameter: str) -> list[int]:
    """Read the key of a week: the numbers of its days, Monday 0, in the order they are written."""
    if not isinstance(key, str):
        raise refuse(InvalidInput, "", parameter, _MUST_BE_DAYS, key)
    numbers: list[int] = []
    for part in "".join(key.split()).casefold().split(","):
        first, dash, last = part.partition("-")
        start, end = _weekday(first, key, parameter), _weekday(last if dash else first, key, parameter)
        numbers += [(start + step) % 7 for step in range((end - start) % 7 + 1)]
    return numbers


def _weekday(name: str, key: str, parameter: str) -> int:
    if name not in _NUMBER_OF:
        raise refuse(InvalidInput, "", parameter, _MUST_BE_DAYS, key, fix=did_you_mean(name, _NUMBER_OF))
    return _NUMBER_OF[name]


def read_week(week: Any, parameter: str) -> tuple[Texts, ...]:
    """Read hours by day key into seven canonical texts, Monday first."""
    if is_list(week) and len(week) == 7:
        return tuple(canonical_hours(hours, parameter) for hours in week)
    if not is_mapping(week):
        raise refuse(InvalidInput, "", parameter, "be a mapping of days to hours", week)
    read: dict[int, Texts] = {}
    for key, hours in week.items():
        text = canonical_hours(hours, parameter)
        for day in sorted(set(weekdays(key, parameter))):
            if day in read:
                raise refuse(InvalidInput, "", parameter, f"name {DAY_NAMES[day]} under one key only", key)
            read[day] = text
    return tuple(read.get(day, ()) for day in range(7))


def canonical_hours(hours: Any, parameter: str) -> Texts:
    """Write hours in their one form: sorted, overlapping and touching ones merged."""
    return tuple(text for start, end in _merge(_pieces(hours, parameter)) for text in _write(start, end))


def pieces(texts: Texts) -> Pieces:
    """Read canonical text back."""
    return tuple(_piece(text, "hours") for text in texts)


def _pieces(hours: Any, parameter: str) -> list[tuple[int, int]]:
    listed = list(hours) if is_list(hours) else [hours]
    for item in listed:
        if not isinstance(item, str):
            raise refuse(InvalidInput, "", parameter, _MUST_BE_HOURS, item)
    texts = (part.strip() for part in ",".join(listed).split(","))
    return [_piece(text, parameter) for text in texts if text]


def _piece(text: str, parameter: str) -> tuple[int, int]:
    first, _, last = (part.strip() for part in text.partition("-"))
    start, end = _time(first, text, parameter), _time(last, text, parameter)
    if start == DAY:
        raise refuse(InvalidInput, "", parameter, "use 24:00 as an end only", text)
    if start == end:
        fix = 'Write "00:00-24:00" for a whole day.'
        raise refuse(InvalidInput, "", parameter, "start and end at different times", text, fix=fix)
    return start, end if end > start else end + DAY


def _time(time: str, text: str, parameter: str) -> int:
    match = _TIME.fullmatch(time)
    hour, minute, second = (int(part or 0) for part in match.groups()[:3]) if match else (99, 0, 0)
    decimals = int((match.group(4) or "").ljust(6, "0")) if match else 0
    us = ((hour * 60 + minute) * 60 + second) * 10**6 + decimals
    if us > DAY or minute > 59 or second > 59:
        raise refuse(InvalidInput, "", parameter, _MUST_BE_HOURS, text)
    return us


def _merge(found: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged


def _write(start: int, end: int) -> list[str]:
    """Write one merged piece; one of a day or more over midnight takes two texts, whose overlap says nothing."""
    if end <= DAY or end - start < DAY:
        return [f"{_clock(start)}-{_clock(end if end <= DAY else end - DAY)}"]
    latest = DAY - 60 * 10**6
    again = latest if end - DAY < latest else DAY - 1
    return [f"{_clock(start)}-24:00", f"{_clock(again)}-{_clock(end - DAY)}"]


def _clock(us: int) -> str:
    minutes, rest = divmod(us, 60 * 10**6)
    text = f"{minutes // 60:02d}:{minutes % 60:02d}"
    if not rest:
        return text
    second, decimals = divmod(rest, 10**6)
    return f"{text}:{second:02d}" + (f".{decimals:06d}".rstrip("0") if decimals else "")
