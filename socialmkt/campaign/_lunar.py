"""The lunar years 1901 to 2050 as arrays, and the look-ups in them: bare day numbers in, bare numbers out."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

FIRST_YEAR, LAST_YEAR = 1901, 2050
FIRST_DAY = -25_153
"""1901-02-19, counted from 1970-01-01."""
END_DAY = 29_626
"""2051-02-11, the first day after the table."""
WORDS = (
    "7a0752a40ea590b64a74064b5c0a9b889556ae056a580b59425752a8075292db25780b25600a4b4ab4abb002ad5a056b"
    "444b696a0da996fd927c0e92640d254eba4db40a565e02b64695b56e06d4980ea9445e92680e9252cd26b6052b600a57"
    "4ab2b6700b5a9c06d4466ec96a074954f693ba0a9364052b4cca5b720aad9e056a489b556e0ba4580b49425a93680a95"
    "50f52d760536600aad4cb5aa7005b25a0da5467d4a6c0d4a550a95780a976405564ecab5720ad55e06d2488ea56e0ea5"
    "58064a406c97660a9b52f55a76056a600b694cb752720b525a0b2544964b6a0a4b1514ab7802ad62056d4ecb69340da9"
    "5e0d92489d256e0d25195a4d7c0a566602b650c5b53606d5600ea94cbe92720e921c0d26446a56680a575514d63a035a"
    "6206d54eb6c97407491e069346952b6c052b560a5b02555a66056a50fb55780ba4220b490aba93700a955a052d048aad"
    "280ab55535aa7a05d2240da50edd4a740d4a5e0c9508952e2c0556560ab54255b22806d210cea576072560064b0aac97"
    "2e0cab5a055a446ad62a0b691577527a0b52640b250eda4b320a4b5c04ab46a55b2c05ad160b6a025b52680d9212fd25"
    "360d25200a554ab4ad3004b61805b5046daa"
)
"""A year is three bytes: bits 0 to 12 its months of 30 days, 13 to 16 the month that is repeated (0 none), 17 to 21 New
Year's day minus 21 January, 22 and 23 the day of Qingming in April minus 4."""


class Lunar(NamedTuple):
    """All months of the table in order, and the years they make."""

    starts: Int64
    """First day of each month, and the day after the last one."""
    year: Int64
    month: Int64
    is_leap: Flags
    length: Int64
    ordinary: Int64
    """Per year and number of a month, 12 to a year: the index of the ordinary month."""
    leap: Int64
    """Per year: the number of the month that is repeated, 0 none."""
    qingming: Int64
    """Per year: its day in April."""
    month_of_day: NDArray[np.int16]
    """Per day of the table: the index of its month."""


@functools.cache
def lunar() -> Lunar:
    """Unpack the words."""
    octets = np.frombuffer(bytes.fromhex(WORDS), np.uint8).reshape(-1, 3).astype(np.int64)
    words = octets @ np.array([1 << 16, 1 << 8, 1])
    leap, count = words >> 13 & 15, 12 + (words >> 13 & 15 > 0)
    place = np.arange(13)
    there = place < count[:, None]
    late = (place >= leap[:, None]) & (leap[:, None] > 0)
    lengths = np.where(words[:, None] >> place & 1, 30, 29)[there]
    is_leap = ((place == leap[:, None]) & late)[there]
    years = np.arange(FIRST_YEAR, LAST_YEAR + 1)
    return Lunar(
        starts=FIRST_DAY + np.append(0, np.cumsum(lengths)),
        year=np.repeat(years, count),
        month=(place + 1 - late)[there],
        is_leap=is_leap,
        length=lengths,
        ordinary=np.flatnonzero(~is_leap),
        leap=leap,
        qingming=4 + (words >> 22),
        month_of_day=np.repeat(np.arange(len(lengths), dtype=np.int16), lengths),
    )


def months_of(days: Int64) -> Int64:
    """Give the index of the month of each day; all lie in the table."""
    return lunar().month_of_day.take(days - FIRST_DAY).astype(np.int64)


def month_index(years: Int64, months: Int64, is_leap: Flags | None = None) -> Int64:
    """Give the index of a month of a year; a leap month must be there, and follows the ordinary one."""
    index: Int64 = lunar().ordinary.take((years - FIRST_YEAR) * 12 + months - 1)
    return index if is_leap is None else index + is_leap


def has_leap(years: Int64, months: Int64) -> Flags:
    """Tell whether a year repeats a month."""
    found: Flags = lunar().leap.take(years - FIRST_YEAR) == months
    return found
