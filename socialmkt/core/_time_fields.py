"""Instants and spans as fields of models: what they take from Python and from JSON, and how they are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationInfo, WithJsonSchema

from socialmkt.core._instants import MICROSECOND, from_us, timedelta64_us, to_us
from socialmkt.core._whole import is_int
from socialmkt.core.errors import AmbiguousTime, InvalidInput, Overflow, refuse

INSTANT_IN_JSON = WithJsonSchema(
    {"type": "string", "format": "date-time", "description": "ISO 8601 with an offset; written in UTC."}
)
DURATION_IN_JSON = WithJsonSchema(
    {"type": "integer", "description": "Whole microseconds, such as 300000000 for five minutes."}
)


def duration(value: Any, info: ValidationInfo) -> timedelta:
    """Take a timedelta or timedelta64, and whole microseconds only from JSON; a bare number could be anything."""
    if isinstance(value, timedelta):
        return timedelta(microseconds=value // MICROSECOND)
    from_json = info.mode == "json"
    us = value if from_json and is_int(value) else timedelta64_us(value)
    if us is None:
        must = "be whole microseconds" if from_json else "be a timedelta"
        fix = "Send 300000000 for five minutes." if from_json else "Pass timedelta(minutes=5) or the like."
        raise refuse(InvalidInput, "", info.field_name or "value", must, value, fix=fix)
    try:
        return timedelta(microseconds=us)
    except OverflowError:
        raise refuse(Overflow, "", info.field_name or "value", "fit a timedelta of 999,999,999 days", value) from None


def microseconds(span: timedelta) -> int:
    """Write a span the same under every version of pydantic."""
    return span // MICROSECOND


def _read_instant(value: Any, info: ValidationInfo) -> Any:
    """Turn ISO 8601 text into a datetime where it comes from JSON."""
    if info.mode != "json":
        return value
    must, fix = "be ISO 8601 text with an offset", "Send text such as 2026-03-01T09:00:00+08:00."
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise refuse(InvalidInput, "", info.field_name or "value", must, value, fix=fix) from None
    if found.utcoffset() is None:
        raise refuse(AmbiguousTime, "", info.field_name or "value", must, found, fix=fix)
    return found


def instant(value: Any, info: ValidationInfo) -> datetime:
    """Take an aware datetime or datetime64, and ISO 8601 text only from JSON; give it in UTC."""
    return _in_utc(_read_instant(value, info), info)


def zoned_instant(value: Any, info: ValidationInfo) -> datetime:
    """Take what `_instant` takes; give it in the zone that it came with."""
    read = _read_instant(value, info)
    return _in_utc(read, info).astimezone(getattr(read, "tzinfo", UTC))


def _in_utc(value: Any, info: ValidationInfo) -> datetime:
    name = info.field_name or "value"
    return from_us(to_us(value, func="", name=name), func="", name=name)


def iso(at: datetime) -> str:
    """Write an instant in UTC with six decimals, the same under every version of pydantic."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")
