"""The plainest reading of the rules: one thread at a time, one microsecond-exact minute at a time."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from socialmkt.sla import Policy, Target

KINDS = ["mention", "handover", "reply", "note", "pause", "resume", "resolve", "reopen"]
METRICS = ["first_response", "next_response", "periodic", "resolution"]
MINUTE = dt.timedelta(minutes=1)


class Act(NamedTuple):
    thread: int
    at: dt.datetime
    kind: str
    actor: str
    priority: str = "low"


class Row(NamedTuple):
    thread: int
    metric: str
    cycle: int
    start: dt.datetime
    end: dt.datetime | None
    ended: str
    priority: str


def ordered(acts: Sequence[Act], as_of: dt.datetime) -> list[Act]:
    seen = [act for act in acts if act.at <= as_of]
    return sorted(seen, key=lambda act: (act.thread, act.at, KINDS.index(act.kind), act.actor, act.priority))


def rows_of(
    acts: Sequence[Act], policy: Policy, as_of: dt.datetime
) -> list[tuple[Row, list[tuple[Any, Any]], list[tuple[Any, Any]]]]:
    """Every cycle of every thread, the pauses of its thread, and the stretches in which the thread was resolved."""
    found = []
    log = ordered(acts, as_of)
    for thread in sorted({act.thread for act in log}):
        mine = [act for act in log if act.thread == thread]
        pauses = _pauses(mine, as_of)
        for metric in METRICS:
            if any(target.metric == metric for target in policy.targets):
                rows, breaks = _cycles(mine, metric, policy)
                found += [(row, pauses, breaks) for row in rows]
    return found


def _pauses(acts: list[Act], as_of: dt.datetime) -> list[tuple[Any, Any]]:
    pauses: list[tuple[Any, Any]] = []
    paused: dt.datetime | None = None
    for act in acts:
        if act.kind == "pause" and paused is None:
            paused = act.at
        if act.kind == "resume" and paused is not None:
            pauses.append((paused, act.at))
            paused = None
    return [*pauses, (paused, None)] if paused else pauses


def _cycles(acts: list[Act], metric: str, policy: Policy) -> tuple[list[Row], list[tuple[Any, Any]]]:
    if metric == "resolution":
        return _resolutions(acts, policy)
    rows = _updates(acts, policy) if metric == "periodic" else _responses(acts, policy)
    if metric == "first_response":
        rows = [row for row in rows if row.cycle == 0]
    if metric == "next_response":
        rows = [row for row in rows if row.cycle > 0]
    return [row._replace(metric=metric) for row in rows], []


def _answers(act: Act, policy: Policy) -> bool:
    return act.kind == "reply" and act.actor in policy.answered_by


def _responses(acts: list[Act], policy: Policy) -> list[Row]:
    rows: list[Row] = []
    running: Act | None = None
    for act in acts:
        restarts = running is not None and act.kind == "handover" and policy.restart_on_handover
        if (act.kind == "mention" and running is None) or restarts:
            running = act
        elif running is not None and (_answers(act, policy) or act.kind == "resolve"):
            rows.append(Row(act.thread, "", len(rows), running.at, act.at, act.kind, running.priority))
            running = None
    return [*rows, Row(running.thread, "", len(rows), running.at, None, "", running.priority)] if running else rows


def _updates(acts: list[Act], policy: Policy) -> list[Row]:
    rows: list[Row] = []
    running: Act | None = None
    resolved = False
    for act in acts:
        if act.kind in ("mention", "reopen"):
            resolved = False
        ends = _answers(act, policy) or act.kind == "resolve"
        if ends and running is not None:
            rows.append(Row(act.thread, "", len(rows), running.at, act.at, act.kind, running.priority))
            running = None
        if act.kind == "resolve":
            resolved = True
        if _answers(act, policy) and not resolved:
            running = act
    return [*rows, Row(running.thread, "", len(rows), running.at, None, "", running.priority)] if running else rows


def _resolutions(acts: list[Act], policy: Policy) -> tuple[list[Row], list[tuple[Any, Any]]]:
    spells: list[tuple[Act, Act | None]] = []
    for act in acts:
        idle = not spells or spells[-1][1] is not None
        if idle and (act.kind == "mention" or (act.kind == "reopen" and spells)):
            spells.append((act, None))
        elif not idle and act.kind == "resolve":
            spells[-1] = (spells[-1][0], act)
    if not spells:
        return [], []
    if policy.on_reopen == "restart":
        return [
            Row(a.thread, "resolution", i, a.at, b.at if b else None, "resolve" if b else "", a.priority)
            for i, (a, b) in enumerate(spells)
        ], []
    first, last = spells[0][0], spells[-1][1]
    breaks = [(one[1].at, other[0].at) for one, other in pairwise(spells) if one[1]]
    row = Row(
        first.thread, "resolution", 0, first.at, last.at if last else None, "resolve" if last else "", first.priority
    )
    return [row], breaks


class Measured(NamedTuple):
    status: str
    due: dt.datetime | None
    elapsed: dt.timedelta
    remaining: dt.timedelta


def measured(row: Row, rests: list[tuple[Any, Any]], target: Target, as_of: dt.datetime) -> Measured:
    """Walk minute by minute; everything must lie on whole minutes."""
    runs = _runner(target)

    def rests_at(minute: dt.datetime) -> bool:
        return any(start <= minute and (end is None or minute < end) for start, end in rests)

    def shown(minute: dt.datetime) -> dt.timedelta:
        return MINUTE if runs(minute) and not rests_at(minute) else 0 * MINUTE

    end = row.end or as_of
    elapsed, minute = 0 * MINUTE, row.start
    while minute < end:
        elapsed += shown(minute)
        minute += MINUTE
    late = elapsed > target.within
    held = row.end is None and rests_at_the_end(rests) and not late
    due = None if held else _due(row.start, [(a, b or as_of) for a, b in rests], runs, target.within)
    return Measured(_status(row, target, elapsed, held=held), due, elapsed, target.within - elapsed)


def rests_at_the_end(rests: list[tuple[Any, Any]]) -> bool:
    return any(end is None for _, end in rests)


def _runner(target: Target) -> Callable[[dt.datetime], bool]:
    calendar = target.calendar
    return (lambda _: True) if calendar is None else calendar.is_open


def _due(
    start: dt.datetime, rests: list[tuple[Any, Any]], runs: Callable[[dt.datetime], bool], within: dt.timedelta
) -> dt.datetime:
    """Go on as long as no more than the allowance has passed."""
    passed, minute = 0 * MINUTE, start
    while True:
        step = MINUTE if runs(minute) and not any(a <= minute < b for a, b in rests) else 0 * MINUTE
        if passed + step > within:
            return minute
        passed += step
        minute += MINUTE


def _status(row: Row, target: Target, elapsed: dt.timedelta, *, held: bool) -> str:
    late = elapsed > target.within
    if row.end is not None:
        return "missed" if late else "met"
    if held:
        return "paused"
    if late:
        return "open_overdue"
    warned = bool(target.warn_at) and elapsed >= target.within * target.warn_at[0]
    return "open_at_risk" if warned else "open_on_time"
