"""The rows of a report, and what they amount to in bands of age and hours of the week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.core.factorize import factorize
from socialmkt.core.instants import offset_spans, zone
from socialmkt.core.table import Ints, Spans, Table, freeze
from socialmkt.sla._grids import DAYS, HOURS, Heatmap, cells_of
from socialmkt.sla._judging import MET, MISSED, NOT_APPLICABLE, OVERDUE, STATUSES
from socialmkt.sla._percentiles import medians
from socialmkt.sla._rows import NAT

if TYPE_CHECKING:
    from socialmkt.sla.checks import Checks

Int64 = NDArray[np.int64]
Codes = NDArray[np.int8]
Flags = NDArray[np.bool_]


class Ageing(Table):
    """How long open mentions have waited.

    Parameters
    ----------
    upto : timedelta64[us]
        The end of a band of ages, which begins with the end of the one before; NaT for all above.
    open : int
        Open and paused mentions of that age, in wall time.
    overdue : int
        Those of them that are overdue.

    Examples
    --------
    >>> Ageing(upto=np.array([3600, "NaT"], dtype="m8[s]"), open=[3, 1], overdue=[0, 1]).open
    array([3, 1])
    """

    upto: Spans
    open: Ints
    overdue: Ints


class Pool(NamedTuple):
    """The columns of checks that a report needs; statuses by number."""

    received: Int64
    elapsed: Int64
    status: Codes
    rule: Int64

    @classmethod
    def of(cls, checks: Checks) -> Pool:
        """Read them off checks."""
        codes, values = factorize(checks.status, order="first")
        status = np.array([STATUSES.index(value) for value in values.tolist()], dtype=np.int8)[codes]
        rule = checks.rule.astype(np.int64, copy=False)
        return cls(checks.received.view(np.int64), checks.elapsed.view(np.int64), status, rule)

    def take(self, rows: Any) -> Pool:
        """Pick rows."""
        return Pool._make(column[rows] for column in self)


def heatmap(pool: Pool, ended: Flags, *, tz: str, method: str) -> Heatmap:
    """Spread the rows over the hours of the week at which they came."""
    cell = cells_of(_local(pool.received, tz))
    cells, grid = DAYS * HOURS, (DAYS, HOURS)
    met, decided = pool.status == MET, ended | (pool.status == OVERDUE)
    kept, n = (np.bincount(cell[rows], minlength=cells) for rows in (met, decided))
    attainment = np.divide(kept, n, out=np.full(cells, np.nan), where=n > 0)
    median = medians(cell, pool.elapsed, ended, cells, method)
    return Heatmap(
        count=np.bincount(cell, minlength=cells).reshape(grid),
        attainment=attainment.reshape(grid),
        median=median.view("m8[us]").reshape(grid),
        tz=tz,
    )


def _local(us: Int64, tz: str) -> Int64:
    """Move instants to the wall clock of a zone."""
    if not us.size:
        return us
    starts, offsets = offset_spans(zone(tz), int(us.min()), int(us.max()))
    local: Int64 = us + offsets[np.searchsorted(starts, us, side="right") - 1]
    return local


def ageing(pool: Pool, now: int, bands: Int64) -> Ageing:
    """Count the open rows by their age."""
    still = pool.status > MISSED
    still &= pool.status != NOT_APPLICABLE
    band = np.searchsorted(bands, now - pool.received[still], side="right")
    overdue = pool.status[still] == OVERDUE
    count, late = (np.bincount(rows, minlength=len(bands) + 1) for rows in (band, band[overdue]))
    return Ageing(upto=freeze(np.append(bands, NAT).view("m8[us]")), open=freeze(count), overdue=freeze(late))
