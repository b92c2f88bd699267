"""Build the lunar table of socialmkt.campaign from sxtwl: prints the words as they stand in the source.

python -m tests.tools.lunar_words     needs sxtwl 2.0.7

It walks every day from 1901-02-19 to lunar New Year of 2051. A year is one word of 24 bits: bits 0 to 12 say which of
its months have 30 days, 13 to 16 which month is repeated, 17 to 21 how many days after 21 January it begins, 22 and 23
how many days after 4 April Qingming falls.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import sys
import textwrap

FIRST, END = dt.date(1901, 2, 19), dt.date(2051, 2, 11)
QINGMING = 7  # sxtwl counts solar terms from the winter solstice


def main() -> None:
    """Print the hex text and its checksum."""
    packed = b"".join(word.to_bytes(3, "big") for word in words())
    lines = [*textwrap.wrap(packed.hex(), 96), hashlib.sha256(packed).hexdigest(), ""]
    sys.stdout.write("\n".join(lines))


def words() -> list[int]:
    """Walk all days, and pack each lunar year into a word."""
    lengths: dict[int, dict[tuple[int, bool], int]] = {}
    begins: dict[int, dt.date] = {}
    for day, (year, month, leap, _) in walk():
        months = lengths.setdefault(year, {})
        months[month, leap] = months.get((month, leap), 0) + 1
        begins.setdefault(year, day)
    return [_word(year, months, begins[year]) for year, months in lengths.items()]


def walk() -> list[tuple[dt.date, tuple[int, int, bool, int]]]:
    """Give every day with its lunar year, month, leap flag and day."""
    import sxtwl

    found = []
    for offset in range((END - FIRST).days):
        day = FIRST + dt.timedelta(offset)
        lunar = sxtwl.fromSolar(day.year, day.month, day.day)
        place = (lunar.getLunarYear(), lunar.getLunarMonth(), lunar.isLunarLeap(), lunar.getLunarDay())
        found.append((day, place))
    return found


def qingming(year: int) -> int:
    """Give the day of April on which Qingming falls."""
    import sxtwl

    days = [sxtwl.fromSolar(year, 4, day) for day in range(3, 8)]
    return next(day.getSolarDay() for day in days if day.hasJieQi() and day.getJieQi() == QINGMING)


def _word(year: int, months: dict[tuple[int, bool], int], begins: dt.date) -> int:
    long = sum(1 << place for place, days in enumerate(months.values()) if days == 30)
    leap = next((month for month, is_leap in months if is_leap), 0)
    after_january = (begins - dt.date(year, 1, 21)).days
    return long | leap << 13 | after_january << 17 | (qingming(year) - 4) << 22


if __name__ == "__main__":
    main()
