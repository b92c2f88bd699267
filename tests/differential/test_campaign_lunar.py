"""The lunar table agrees with independent calendars on every day, and says what their faults are."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from socialmkt import campaign
from tests.tools import lunar_words

pytestmark = pytest.mark.differential

EVERY_DAY = np.arange(campaign.LUNAR_START, campaign.LUNAR_END)
ROWS = [tuple(row) for row in campaign.to_lunar(EVERY_DAY).rows()]
QINGMING = [campaign.next_occurrence(campaign.Qingming(), dt.date(year, 1, 1)).on.day for year in range(1901, 2051)]


def test_sxtwl_agrees_on_every_day_and_every_qingming() -> None:
    sxtwl = pytest.importorskip("sxtwl")
    found = []
    for date in EVERY_DAY.tolist():
        day = sxtwl.fromSolar(date.year, date.month, date.day)
        found.append((day.getLunarYear(), day.getLunarMonth(), day.getLunarDay(), day.isLunarLeap()))
    assert found == ROWS
    assert [lunar_words.qingming(year) for year in range(1901, 2051)] == QINGMING


def test_the_words_are_rebuilt_from_sxtwl() -> None:
    pytest.importorskip("sxtwl")
    from socialmkt.campaign._lunar import WORDS

    assert b"".join(word.to_bytes(3, "big") for word in lunar_words.words()).hex() == WORDS


def test_borax_agrees_on_every_day_and_every_qingming() -> None:
    lunardate = pytest.importorskip("borax.calendars.lunardate")
    found = []
    for date in EVERY_DAY.tolist():
        day = lunardate.LunarDate.from_solar(date)
        found.append((day.year, day.month, day.day, bool(day.leap)))
    assert found == ROWS
    terms = [lunardate.TermUtils.nth_term_day(year, 6).day for year in range(1901, 2051)]
    assert terms == QINGMING


@pytest.mark.slow
def test_lunar_python_agrees_on_every_day() -> None:
    lunar_python = pytest.importorskip("lunar_python")
    assert [_by_lunar_python(lunar_python, date) for date in EVERY_DAY.tolist()] == ROWS


def test_lunar_python_agrees_on_the_days_around_new_moons() -> None:
    lunar_python = pytest.importorskip("lunar_python")
    edges = [at for at, row in enumerate(ROWS) if row[2] == 1]
    near = sorted({at + step for at in edges for step in (-1, 0) if at + step >= 0})
    assert [_by_lunar_python(lunar_python, EVERY_DAY[at].item()) for at in near] == [ROWS[at] for at in near]


def test_lunar_python_agrees_on_every_qingming() -> None:
    lunar_python = pytest.importorskip("lunar_python")
    for year, day in zip(range(1901, 2051), QINGMING, strict=True):
        assert lunar_python.Solar.fromYmd(year, 4, day).getLunar().getJieQi() == "清明"


def _by_lunar_python(lunar_python, date: dt.date) -> tuple[int, int, int, bool]:
    day = lunar_python.Solar.fromYmd(date.year, date.month, date.day).getLunar()
    return day.getYear(), abs(day.getMonth()), day.getDay(), day.getMonth() < 0


def test_a_leap_month_that_does_not_exist_is_not_read_as_the_ordinary_one() -> None:
    sxtwl = pytest.importorskip("sxtwl")
    assert sxtwl.fromLunar(2026, 6, 1, True).getSolarDay() == sxtwl.fromLunar(2026, 6, 1, False).getSolarDay()
    with pytest.raises(ValueError, match="be a leap month that the year has"):
        campaign.from_lunar(2026, 6, 1, leap=True)


def test_a_birthday_on_the_30th_of_the_twelfth_month_comes_every_year() -> None:
    twelfth = campaign.LunarAnnual(month=12, day=30)
    found = campaign.occurrences(twelfth, dt.date(2025, 1, 1), dt.date(2030, 1, 1))
    assert found.year.tolist() == [2024, 2025, 2026, 2027, 2028]
