"""How promises stand: from times to status and severity, on bare arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.sla._codes import Severity, Status
from socialmkt.sla._rows import NAT

if TYPE_CHECKING:
    from socialmkt.sla.policy import Target

Int64 = NDArray[np.int64]
Codes = NDArray[np.int8]
Flags = NDArray[np.bool_]

STATUSES = [code.value for code in Status]
SEVERITIES = [code.value for code in Severity]
MET, MISSED, ON_TIME, AT_RISK, OVERDUE, PAUSED, NOT_APPLICABLE = range(len(STATUSES))

_STATUS_TEXTS = np.array(STATUSES, dtype=object)
_SEVERITY_TEXTS = np.array(SEVERITIES, dtype=object)


class Judged(NamedTuple):
    """The answers for every mention, to be filled in target by target."""

    due: Int64
    elapsed: Int64
    remaining: Int64
    status: Codes
    severity: Codes
    rule: Int64

    @classmethod
    def none(cls, rows: int) -> Judged:
        """Begin with mentions that no target applies to."""
        due, elapsed, remaining = (np.full(rows, NAT, dtype=np.int64) for _ in range(3))
        status = np.full(rows, NOT_APPLICABLE, dtype=np.int8)
        severity = np.full(rows, len(SEVERITIES) - 1, dtype=np.int8)
        return cls(due, elapsed, remaining, status, severity, np.full(rows, -1, dtype=np.int64))

    def put(self, rows: Any, number: int, target: Target, times: Times, answered: Flags) -> None:
        """Fill in the mentions of one target."""
        allowance, elapsed = times.allowance, times.elapsed
        late = elapsed > allowance
        warned = elapsed >= threshold(target.warn_at[0], allowance) if target.warn_at else late
        status = np.where(late, OVERDUE, warned + np.int8(ON_TIME)).astype(np.int8)
        status[answered] = late[answered]
        status[times.held] = PAUSED
        severity = warned.astype(np.int8) + late
        for band in target.bands:
            severity += elapsed > band * allowance
        self.due[rows] = times.due
        self.elapsed[rows] = elapsed
        self.remaining[rows] = allowance - elapsed
        self.status[rows], self.severity[rows], self.rule[rows] = status, severity, number

    def columns(self) -> dict[str, NDArray[Any]]:
        """Give the columns of a table, arrays that no one else holds."""
        return {
            "due": self.due.view("M8[us]"),
            "elapsed": self.elapsed.view("m8[us]"),
            "remaining": self.remaining.view("m8[us]"),
            "status": _STATUS_TEXTS[self.status],
            "severity": _SEVERITY_TEXTS[self.severity],
            "rule": self.rule,
        }


class Times(NamedTuple):
    """What one target says about its mentions; `held` marks the open ones whose clock stands still in time."""

    allowance: int | Int64
    due: Int64
    elapsed: Int64
    held: Flags | np.bool_


def threshold(share: float, allowance: int | Int64) -> int | Int64:
    """Give a share of the allowance in whole microseconds."""
    return np.rint(share * np.asarray(allowance)).astype(np.int64)


def ceil_div(ticks: Int64, unit: int) -> Int64:
    """Divide, rounded up."""
    return ticks if unit == 1 else -(-ticks // unit)
