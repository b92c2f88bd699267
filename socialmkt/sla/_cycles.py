"""From the events of threads to the cycles of each clock, and the stretches in which a clock stands still.

Events come sorted by thread, instant and kind; a place is the number of an event in that order. Acts that open
something and acts that close it are looked at alone: an opening counts if a closing, or nothing, comes before it in
its thread, a closing counts after an opening. So what counts alternates, and pairs up without a loop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.sla._codes import Actor, Kind, Metric

if TYPE_CHECKING:
    from socialmkt.sla.policy import Policy

Int64 = NDArray[np.int64]
Codes = NDArray[np.int8]
Flags = NDArray[np.bool_]

KINDS = [code.value for code in Kind]
ACTORS = [code.value for code in Actor]
(_MENTION, _HANDOVER, _REPLY, _NOTE, _PAUSE, _RESUME, _RESOLVE, _REOPEN) = range(len(KINDS))


class Log(NamedTuple):
    """Sorted events. `first` is the place at which the thread of an event begins, `last` the place after its end."""

    thread: Int64
    at: Int64
    kind: Codes
    answers: Flags
    first: Int64
    last: Int64

    @classmethod
    def of(cls, thread: Int64, at: Int64, kind: Codes, answers: Flags) -> Log:
        """Find where threads begin and end."""
        begins = np.flatnonzero(np.append(True, thread[1:] != thread[:-1])[: len(thread)])
        lengths = np.diff(np.append(begins, len(thread)))
        return cls(thread, at, kind, answers, np.repeat(begins, lengths), np.repeat(begins + lengths, lengths))

    def is_any(self, *kinds: int) -> Flags:
        """Mark the events of some kinds."""
        chosen = np.zeros(len(KINDS), dtype=np.bool_)
        chosen[list(kinds)] = True
        marked: Flags = chosen[self.kind]
        return marked


class Spells(NamedTuple):
    """Stretches from place to place of one thread each, in order; -1 where there is no end."""

    start: Int64
    end: Int64


_NOWHERE = np.empty(0, dtype=np.int64)
NONE = Spells(_NOWHERE, _NOWHERE)


class Cycles(NamedTuple):
    """Cycles of one metric: the places of start and end (-1 while open), their numbers, and the rests of the clock.

    A clock that can be paused rests in `pauses`, any other in `breaks`.
    """

    start: Int64
    end: Int64
    number: Int64
    pauses: Spells
    breaks: Spells


NO_CYCLES = Cycles(*NONE, _NOWHERE, NONE, NONE)


def spells(log: Log, opens: Flags, closes: Flags) -> Spells:
    """Pair the openings that count with the closings that count."""
    place = np.flatnonzero(opens | closes)
    is_open, thread = opens[place], log.thread[place]
    after_open = np.append(False, is_open[:-1] & (thread[1:] == thread[:-1]))[: len(place)]
    counts = is_open != after_open
    place, is_open = place[counts], is_open[counts]
    following = np.append(place[1:], -1)[: len(place)]
    closed = np.append(~is_open[1:], False)[: len(place)]
    return Spells(place[is_open], np.where(closed, following, -1)[is_open])


def cycles(log: Log, metric: Metric, policy: Policy) -> Cycles:
    """Find the cycles of a metric."""
    pauses = spells(log, log.is_any(_PAUSE), log.is_any(_RESUME))
    if metric == Metric.resolution and policy.on_reopen == "resume":
        return _resumed(log, _resolutions(log), pauses)
    if metric == Metric.resolution:
        found = _resolutions(log)
    elif metric == Metric.periodic:
        found = _updates(log)
    else:
        found = _responses(log, restart=policy.restart_on_handover)
    number = _numbers(log, found.start)
    chosen = _of_metric(metric, number)
    return Cycles(found.start[chosen], found.end[chosen], number[chosen], pauses, NONE)


def _of_metric(metric: Metric, number: Int64) -> Flags | slice:
    """Choose among the responses of a thread; of other metrics all."""
    if metric == Metric.first_response:
        first: Flags = number == 0
        return first
    later: Flags | slice = number > 0 if metric == Metric.next_response else slice(None)
    return later


def _numbers(log: Log, start: Int64) -> Int64:
    """Count the cycles of each thread from 0."""
    first = log.first[start]
    begins = np.append(True, first[1:] != first[:-1])[: len(start)]
    place = np.arange(len(start))
    number: Int64 = place - np.maximum.accumulate(np.where(begins, place, 0)) if len(start) else place
    return number


def _responses(log: Log, *, restart: bool) -> Spells:
    """From a mention to the next answer or resolve; the last hand-over in between can take the mention's place."""
    found = spells(log, log.is_any(_MENTION), log.answers | log.is_any(_RESOLVE))
    handovers = np.flatnonzero(log.is_any(_HANDOVER))
    if not restart or not handovers.size:
        return found
    end = np.where(found.end < 0, log.last[found.start], found.end)
    before = np.searchsorted(handovers, end) - 1
    latest = np.where(before < 0, -1, handovers[before])
    return Spells(np.maximum(found.start, latest), found.end)


def _updates(log: Log) -> Spells:
    """From each answer while the thread is not resolved to the next answer or resolve."""
    place = np.flatnonzero(log.answers | log.is_any(_RESOLVE))
    thread = log.thread[place]
    same = np.append(thread[1:] == thread[:-1], False)[: len(place)]
    following = np.where(same, np.append(place[1:], -1)[: len(place)], -1)
    starts = log.answers[place] & ~_resolved(log)[place]
    return Spells(place[starts], following[starts])


def _resolved(log: Log) -> Flags:
    """Mark the events at which the last act that matters in the thread was a resolve."""
    matters = np.where(log.is_any(_RESOLVE, _MENTION, _REOPEN), np.arange(len(log.kind)), -1)
    latest = np.maximum.accumulate(matters)
    resolved: Flags = (latest >= log.first) & (log.kind[latest] == _RESOLVE)
    return resolved


def _resolutions(log: Log) -> Spells:
    """From the first mention, and from each reopening, to the next resolve."""
    begun = np.maximum.accumulate(np.where(log.is_any(_MENTION), np.arange(len(log.kind)), -1)) >= log.first
    return spells(log, log.is_any(_MENTION, _REOPEN) & begun, log.is_any(_RESOLVE) & begun)


def _resumed(log: Log, found: Spells, pauses: Spells) -> Cycles:
    """Make one cycle of each thread, whose clock rests while the thread is resolved."""
    first = log.first[found.start]
    begins = np.append(True, first[1:] != first[:-1])[: len(first)]
    ends = np.append(begins[1:], True)[: len(first)]
    breaks = Spells(found.end[~ends], found.start[~begins])
    number = np.zeros(int(begins.sum()), dtype=np.int64)
    return Cycles(found.start[begins], found.end[ends], number, _union(log, pauses, breaks), breaks)


def _union(log: Log, a: Spells, b: Spells) -> Spells:
    """Join the stretches that lie in either."""
    depth = np.zeros(len(log.kind) + 1, dtype=np.int64)
    for start, end in (a, b):
        np.add.at(depth, start, 1)
        np.add.at(depth, np.where(end < 0, log.last[start], end), -1)
    inside = np.cumsum(depth)[:-1] > 0
    return spells(log, inside, ~inside)
