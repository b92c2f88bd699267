"""All cycles of all metrics in all threads: found, checked, and put in one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.core.factorize import factorize
from socialmkt.sla._codes import Kind, Metric
from socialmkt.sla._cycles import ACTORS, KINDS, NO_CYCLES, Log, cycles
from socialmkt.sla._facts import Facts
from socialmkt.sla._judging import Judged
from socialmkt.sla._resting import times
from socialmkt.sla._rows import NAT, assign
from socialmkt.sla.checks import Checks, table
from socialmkt.sla.policy import targets_of

if TYPE_CHECKING:
    from socialmkt.sla._log import Rows
    from socialmkt.sla.policy import Policy

Int64 = NDArray[np.int64]

_ENDED = np.array(["", "reply", "resolve"], dtype=object)
_METRICS = np.array([metric.value for metric in Metric], dtype=object)


def measured(rows: Rows, policy: Policy, now: int, func: str) -> Checks:
    """Check all that is promised in sorted events, as seen from `now`."""
    rows = _seen(rows, now)
    log = _log(rows, policy)
    return _table(log, rows, _found(log, rows, policy, now, func), policy, now=now, func=func)


def _seen(rows: Rows, now: int) -> Rows:
    later = rows.at > now
    return rows.take(np.flatnonzero(~later)) if later.any() else rows


def _log(rows: Rows, policy: Policy) -> Log:
    """Find the threads, and mark the answers."""
    by = np.array([actor in policy.answered_by for actor in ACTORS])
    return Log.of(
        factorize(rows.thread).codes, rows.at, rows.kind, (rows.kind == KINDS.index(Kind.reply)) & by[rows.actor]
    )


class Measured(NamedTuple):
    """All cycles of all metrics, one metric after another."""

    metric: Int64
    start: Int64
    end: Int64
    number: Int64
    paused: Int64
    judged: Judged

    def sorted(self, log: Log) -> Measured:
        order = np.lexsort((self.number, self.metric, log.thread[self.start]))
        judged = Judged._make(column[order] for column in self.judged)
        return Measured._make([*(column[order] for column in self[:5]), judged])


def _found(log: Log, rows: Rows, policy: Policy, now: int, func: str) -> Measured:
    """Find and check the cycles of all metrics."""
    parts = [_judged(log, rows, policy, metric, now=now, func=func) for metric in Metric]
    together = [np.concatenate(columns) for columns in zip(*(part[:5] for part in parts), strict=True)]
    judged = Judged._make(map(np.concatenate, zip(*(part.judged for part in parts), strict=True)))
    return Measured._make([*together, judged]).sorted(log)


def _judged(log: Log, rows: Rows, policy: Policy, metric: Metric, *, now: int, func: str) -> Measured:
    """Find the cycles of one metric and check them; none if no target names it."""
    targets = targets_of(policy, metric)
    found = cycles(log, metric, policy) if targets else NO_CYCLES
    count = len(found.start)
    facts = _facts(rows, found.start)
    facts.require(func, targets)
    judged, paused = Judged.none(count), np.full(count, NAT, dtype=np.int64)
    for number, target, mine in assign(targets, facts, np.ones(count, dtype=np.bool_)):
        said, paused[mine] = times(log, found, mine, target, now=now, func=func)
        judged.put(mine, number, target, said, found.end[mine] >= 0)
    numbered = np.full(count, list(Metric).index(metric))
    return Measured(numbered, found.start, found.end, found.number, paused, judged)


def _facts(rows: Rows, places: Int64) -> Facts:
    """Give the facts that hold at some events."""
    return Facts({name: fact.take(places).column() for name, fact in rows.facts.items()}, len(places))


def _table(log: Log, rows: Rows, found: Measured, policy: Policy, *, now: int, func: str) -> Checks:
    start, end = found.start, found.end
    facts = _facts(rows, start)
    is_open = end < 0
    by_resolve = log.is_any(KINDS.index(Kind.resolve))[end] if len(end) else end
    return table(
        log.at[start],
        np.where(is_open, NAT, log.at[end]),
        found.judged,
        now,
        policy,
        priority=facts.label("priority", func),
        channel=facts.label("channel", func),
        thread=rows.thread[start],
        metric=_METRICS[found.metric],
        cycle=found.number,
        paused=found.paused.view("m8[us]"),
        ended=_ENDED[np.where(is_open, 0, 1 + by_resolve)],
    )
