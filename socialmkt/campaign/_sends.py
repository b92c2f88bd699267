"""Which moments a cap forbids: bare microseconds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]

_WORD = 64
_FIRST, _LAST = -(2**63), 2**63 - 1


def first_allowed(times: list[int], at: int, limit: int, window: int) -> int:
    """Find the first moment from `at` on that one cap allows; `times` ascend, and may lie after `at`.

    One message more makes `limit` of them in a row `limit` + 1. If these lie within the window, every moment between
    the last of them minus the window and the first plus the window would break the cap.
    """
    for first, last in zip(times, times[limit - 1 :], strict=False):
        if last - window < at < first + window and last - first < window:
            at = first + window
    return at


class LatestSends(NamedTuple):
    """The messages of each person, ascending, person after person."""

    times: Int64
    ends: Int64
    """Where the messages of each person end."""

    def then(self, limit: int, window: int) -> Int64:
        """Give for each person the first moment that a cap allows after all messages, or long ago."""
        counts = np.diff(self.ends, prepend=0)
        found = np.full(len(self.ends), _FIRST)
        full = counts >= limit
        earliest = self.times[self.ends[full] - limit]
        found[full] = np.minimum(earliest, _LAST - window) + window
        return found


def latest_sends(person: Int64, times: Int64, people: int) -> LatestSends:
    """Sort messages by person and time."""
    ends = np.cumsum(np.bincount(person, minlength=people))
    if not len(times):
        return LatestSends(times, ends)
    low = int(times.min())
    bits = (int(times.max()) - low).bit_length()
    if bits + people.bit_length() > _WORD:
        return LatestSends(times[np.lexsort((times, person))], ends)
    words = person.astype(np.uint64) << np.uint64(bits)
    words |= (times.view(np.uint64) - np.uint64(low % 2**_WORD)) if bits else np.uint64(0)
    words.sort()
    offsets = words & np.uint64((1 << bits) - 1)
    return LatestSends((offsets + np.uint64(low % 2**_WORD)).view(np.int64), ends)
