"""Open time against peers from PyPI, on the cases in which they are right: whole days, no nights, no clock changes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialmkt.sla import Calendar

pytestmark = pytest.mark.differential

HOLIDAYS = [dt.date(2026, 1, 1), dt.date(2026, 1, 19), dt.date(2026, 12, 25), dt.date(2028, 1, 1)]
OFFICE = Calendar(weekly={"mon-fri": "09:00-17:00"}, tz="UTC", holidays=HOLIDAYS)
NINE, FIVE = dt.time(9), dt.time(17)
seconds = st.integers(0, 400 * 86_400).map(lambda s: dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=s))
waits = st.integers(0, 6 * 86_400).map(lambda s: dt.timedelta(seconds=s))


@given(start=seconds, wait=waits)
def test_between_agrees_with_businesstimedelta(start: dt.datetime, wait: dt.timedelta) -> None:
    library = pytest.importorskip("businesstimedelta")
    work = library.WorkDayRule(start_time=NINE, end_time=FIVE, working_days=[0, 1, 2, 3, 4])
    rules = library.Rules([work, library.HolidayRule(HOLIDAYS)])
    assert OFFICE.between(start, start + wait) == rules.difference(start, start + wait).timedelta


@given(start=seconds, wait=waits)
def test_between_agrees_with_business_duration_in_office_hours(start: dt.datetime, wait: dt.timedelta) -> None:
    duration: Any = pytest.importorskip("business_duration").businessDuration
    start, end = OFFICE.next_open(start), OFFICE.next_open(start + wait)
    naive = [instant.replace(tzinfo=None) for instant in (start, end)]
    found = duration(*naive, NINE, FIVE, holidaylist=HOLIDAYS, unit="sec")
    assert OFFICE.between(start, end) == dt.timedelta(seconds=found)


@given(start=seconds, hours=st.integers(1, 30))
def test_reached_agrees_with_pandas(start: dt.datetime, hours: int) -> None:
    pandas = pytest.importorskip("pandas")
    offset = pandas.offsets.CustomBusinessHour(hours, start="09:00", end="17:00", holidays=HOLIDAYS)
    found = pandas.Timestamp(start.replace(tzinfo=None)) + offset
    assert OFFICE.reached(start, np.timedelta64(hours, "h")).replace(tzinfo=None) == found.to_pydatetime()
