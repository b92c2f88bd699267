"""Threads: the vectors, a walk minute by minute as the referee, and the laws of events."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core.eligibility import Rule
from socialmkt.core.errors import AmbiguousTime, InvalidInput, SchemeMismatch
from socialmkt.sla import Calendar, Event, Events, Policy, Target, measure
from tests.merging_laws import LAWS, Case
from tests.refusals import refuses
from tests.sla import referee
from tests.sla.referee import Act

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "sla_threads.json").read_text(encoding="utf-8"))
MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
MONDAY = dt.datetime(2026, 11, 16, tzinfo=dt.UTC)
OFFICE = Calendar(weekly={"mon-fri": ["00:10-00:35", "00:40-01:20"]}, tz="UTC")
END = MONDAY + 3 * HOUR


def at(clock: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2026-11-16T{clock}+00:00")


def events_of(acts: list[Act], *, priority: bool = True) -> Events:
    columns = list(zip(*acts, strict=True)) or [(), (), (), (), ()]
    thread, when, kind, actor, level = map(list, columns)
    return Events.from_columns(thread, when, kind, actor, priority=level if priority else None)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_a_thread_is_measured_as_the_vector_says(case: Any) -> None:
    policy = Policy.model_validate_json(json.dumps({"targets": [case["target"]], **case["policy"]}))
    events = [Event(thread=1, at=at(clock), kind=kind, actor=actor) for clock, kind, actor in case["events"]]
    row = next(measure(events, policy, as_of=at(case["as_of"])).rows())
    assert row.due == at(case["due"])
    assert row.elapsed == case["elapsed_minutes"] * MINUTE
    assert row.status == case["status"]


minutes = st.integers(0, 170).map(lambda minute: MONDAY + minute * MINUTE)
acts = st.builds(
    Act,
    thread=st.integers(0, 2),
    at=minutes,
    kind=st.sampled_from(referee.KINDS),
    actor=st.sampled_from(["customer", "human", "bot"]),
    priority=st.sampled_from(["low", "high"]),
)
logs = st.lists(acts, max_size=25)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    metrics = draw(st.lists(st.sampled_from(referee.METRICS), min_size=1, max_size=4, unique=True))
    conditions = st.sampled_from([[None], [{"priority": "high"}], [{"priority": "high"}, None]])
    targets = [
        Target(
            metric=metric,
            within=draw(st.sampled_from([10, 20, 45])) * MINUTE,
            calendar=draw(st.sampled_from([None, OFFICE])),
            when=when,
            pausable=draw(st.booleans()),
            warn_at=draw(st.sampled_from([(), (0.5, 0.9)])),
        )
        for metric in metrics
        for when in draw(conditions)
    ]
    return Policy(
        targets=targets,
        answered_by=draw(st.sampled_from([["human"], ["human", "bot"]])),
        restart_on_handover=draw(st.booleans()),
        on_reopen=draw(st.sampled_from(["resume", "restart"])),
    )


@given(log=logs, policy=policies(), end=minutes)
def test_threads_agree_with_a_walk_minute_by_minute(log: list[Act], policy: Policy, end: dt.datetime) -> None:
    checks = measure(events_of(log), policy, as_of=end)
    expected = referee.rows_of(log, policy, end)
    assert [
        (row.thread, row.metric, row.cycle, row.received, row.replied, row.ended, row.priority) for row in checks.rows()
    ] == [tuple(row) for row, _, _ in expected]
    for row, (cycle, pauses, breaks) in zip(checks.rows(), expected, strict=True):
        targets = [
            (number, target)
            for number, target in enumerate(policy.targets)
            if target.metric == cycle.metric and (target.when is None or cycle.priority == "high")
        ]
        if not targets:
            assert (row.status, row.rule, row.due, row.elapsed) == ("not_applicable", -1, None, None)
            continue
        number, target = targets[0]
        rests = [*(pauses if target.pausable else []), *breaks]
        assert row.rule == number
        assert (row.status, row.due, row.elapsed, row.remaining) == referee.measured(cycle, rests, target, end)
        assert row.elapsed + row.paused >= row.elapsed >= dt.timedelta(0)


@given(log=logs, policy=policies(), seed=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(log: list[Act], policy: Policy, seed: Any) -> None:
    shuffled = list(log)
    seed.shuffle(shuffled)
    assert measure(events_of(shuffled), policy, as_of=END) == measure(events_of(log), policy, as_of=END)
    assert events_of(shuffled) == events_of(log)


@given(log=logs, policy=policies(), end=minutes)
def test_a_replay_is_the_run_on_the_prefix(log: list[Act], policy: Policy, end: dt.datetime) -> None:
    prefix = [act for act in log if act.at <= end]
    assert measure(events_of(log), policy, as_of=end) == measure(events_of(prefix), policy, as_of=end)


@given(log=logs, policy=policies())
def test_a_reply_is_on_time_if_and_only_if_the_elapsed_time_fits(log: list[Act], policy: Policy) -> None:
    checks = measure(events_of(log), policy, as_of=END)
    known = ~np.isnat(checks.due) & ~np.isnat(checks.replied)
    fits = checks.remaining >= np.timedelta64(0, "us")
    assert ((checks.replied <= checks.due) == fits)[known].all()
    assert ((checks.status == "met") == fits)[known].all()


CASE = Case(
    rows=logs,
    build=events_of,
    empty=lambda: events_of([]),
    foreign=(
        lambda: Events.from_columns(["a"], [MONDAY], ["mention"], ["customer"], priority=["low"]),
        lambda: events_of([Act(1, MONDAY, "mention", "customer")], priority=False),
    ),
)


@pytest.mark.parametrize("law", [law for law in LAWS if law.id != "a_state_made_under_other_rules_is_refused"])
@given(data=st.data())
def test_events_merge(law: Any, data: Any) -> None:
    law(CASE, data)


def test_events_of_other_threads_or_facts_do_not_merge() -> None:
    ours = events_of([Act(1, MONDAY, "mention", "customer")])
    for make in CASE.foreign:
        with refuses(SchemeMismatch, "on both sides"):
            ours.merge(make())
    with refuses(InvalidInput, "other must be Events"):
        ours.merge([])  # type: ignore[arg-type]


def test_facts_of_two_types_merge_as_values() -> None:
    when, mention, customer = [MONDAY], ["mention"], ["customer"]
    parts = [Events.from_columns([1], when, mention, customer, facts={"size": size}) for size in ([1], [2.5], [None])]
    both = parts[0].merge(parts[1]).merge(parts[2])
    assert both.to_table()["size"].tolist() == ["", "1", "2.5"]
    assert both.facts == ("size",)


def test_a_null_number_matches_nothing() -> None:
    log = Events.from_columns([1, 2], [MONDAY] * 2, ["mention"] * 2, ["customer"] * 2, facts={"size": [1, None]})
    checks = measure(log, Target(within=HOUR, when=Rule.at_least("size", 0)), as_of=END)
    assert checks.rule.tolist() == [0, -1]


def test_threads_may_be_unsigned_or_text() -> None:
    when, mention, customer = [MONDAY], ["mention"], ["customer"]
    large, small = (Events.from_columns([thread], when, mention, customer) for thread in (2**63, 1))
    assert large.merge(small).to_table()["thread"].tolist() == [1, 2**63]
    with refuses(SchemeMismatch, "thread must be of one kind"):
        large.merge(Events.from_columns([-1], when, mention, customer))
    named = Events.from_columns(["b", "a"], when * 2, mention * 2, customer * 2)
    assert measure(named, Target(within=HOUR), as_of=END).thread.tolist() == ["a", "b"]


def test_events_show_themselves() -> None:
    events = events_of([Act(1, MONDAY, "mention", "customer")])
    assert repr(events) == "Events(1 in 1 threads, facts=priority)"
    assert repr(events_of([], priority=False)) == "Events(0 in 0 threads)"
    assert events.__eq__(1) is NotImplemented


def test_answers_before_a_mention_count_for_nothing() -> None:
    log = [Act(1, at("08:00"), "reply", "human"), Act(1, at("09:00"), "mention", "customer")]
    checks = measure(events_of(log), Target(within=HOUR), as_of=at("09:30"))
    assert (checks.status.tolist(), checks.ended.tolist()) == (["open_on_time"], [""])


def test_solved_without_a_reply_ends_the_response() -> None:
    log = [Act(1, at("08:00"), "mention", "customer"), Act(1, at("08:20"), "resolve", "human")]
    checks = measure(events_of(log), Target(within=HOUR), as_of=at("09:30"))
    assert (checks.status.tolist(), checks.ended.tolist()) == (["met"], ["resolve"])


@pytest.mark.parametrize(("pause", "due"), [("10:00", "10:30"), ("10:01", "10:00")])
def test_a_pause_at_the_due_instant_moves_it_and_a_later_one_does_not(pause: str, due: str) -> None:
    clocks = [("09:00", "mention", "customer"), (pause, "pause", "human")]
    resumed = at(pause) + 30 * MINUTE
    log = [Act(1, at(clock), kind, actor) for clock, kind, actor in clocks] + [Act(1, resumed, "resume", "human")]
    checks = measure(events_of(log), Target(within=HOUR), as_of=at("12:00"))
    assert next(checks.rows()).due == at(due)


def test_the_target_in_force_is_that_of_the_event_that_starts_the_cycle() -> None:
    log = [
        Act(1, at("09:00"), "mention", "customer", "low"),
        Act(1, at("09:10"), "handover", "system", "high"),
        Act(1, at("09:30"), "reply", "human", "low"),
    ]
    targets = [Target(within=5 * MINUTE, when={"priority": "high"}), Target(within=HOUR)]
    for restart, status in ((False, "met"), (True, "missed")):
        policy = Policy(targets=targets, restart_on_handover=restart)
        assert measure(events_of(log), policy, as_of=END.replace(hour=12)).status.tolist() == [status]


def test_pauses_are_measured_on_the_clock_of_the_target() -> None:
    night = [Act(1, at("16:00"), "mention", "customer"), Act(1, at("16:30"), "pause", "human")]
    morning = [Act(1, at("09:30") + 24 * HOUR, "resume", "human"), Act(1, at("10:00") + 24 * HOUR, "reply", "human")]
    hours = Calendar(weekly={"mon-fri": "09:00-17:00"}, tz="UTC")
    row = next(
        measure(events_of(night + morning), Target(within=2 * HOUR, calendar=hours), as_of=END + 48 * HOUR).rows()
    )
    assert (row.paused, row.elapsed) == (HOUR, HOUR)


def test_every_semantics_takes_pauses() -> None:
    clocks = [
        ("08:00", "mention", "customer"),
        ("08:10", "pause", "human"),
        ("08:40", "resume", "human"),
        ("09:10", "reply", "human"),
    ]
    log = events_of([Act(1, at(clock), kind, actor) for clock, kind, actor in clocks])
    hours = Calendar(weekly={"mon-fri": "09:00-17:00"}, tz="UTC")
    found = {}
    for semantics in ("arrival", "envelope", "blend"):
        target = Target(within=30 * MINUTE, otherwise=HOUR, calendar=hours, semantics=semantics)
        row = next(measure(log, target, as_of=at("12:00")).rows())
        found[semantics] = row.due, row.elapsed, row.paused
    assert found["arrival"] == found["envelope"] == (at("09:30"), 40 * MINUTE, 30 * MINUTE)
    assert found["blend"] == (at("09:15"), 25 * MINUTE, 15 * MINUTE)


def test_nothing_happened_gives_no_rows() -> None:
    policy = Policy(targets=[Target(metric=metric, within=HOUR) for metric in referee.METRICS])
    assert len(measure([], policy, as_of=END)) == 0
    assert len(measure(events_of([Act(1, END, "mention", "customer")]), policy, as_of=MONDAY)) == 0


@pytest.mark.parametrize(
    ("ask", "kind", "words"),
    [
        (
            lambda: measure("log", Target(within=HOUR), as_of=END),
            InvalidInput,
            "events must be Events, or a list of Event",
        ),
        (
            lambda: measure([1], Target(within=HOUR), as_of=END),
            InvalidInput,
            "events must be Events, or a list of Event",
        ),
        (lambda: measure([], Target(within=HOUR), as_of=dt.datetime(2026, 1, 1)), AmbiguousTime, "as_of must be"),
        (lambda: measure([], HOUR, as_of=END), InvalidInput, "policy must be a Policy or a Target"),
        (
            lambda: measure([], Target(within=HOUR, when={"priority": "high"}), as_of=END),
            InvalidInput,
            "priority must be given, since a target asks for it",
        ),
        (
            lambda: Events.from_columns([1], [END], ["say"], ["human"]),
            InvalidInput,
            "kind must be one of mention, .* got 'say'",
        ),
        (
            lambda: Events.from_columns([1] * 3, [END] * 3, ["note", "resum", "resum"], ["human"] * 3),
            InvalidInput,
            r"kind must be one of .*, got 'resum' at row 1 \(2 such rows of 3\)\. Did you mean 'resume'\?",
        ),
        (
            lambda: Events.from_columns([None], [END], ["note"], ["human"]),
            InvalidInput,
            r"thread must not be null, .* of 1\)\.$",
        ),
        (
            lambda: Events.from_columns([1], [END], [None], ["human"]),
            InvalidInput,
            r"kind must not be null, .* of 1\)\.$",
        ),
        (lambda: Events.from_columns([1], END, ["note"], ["human"]), InvalidInput, "at must be a column"),
        (
            lambda: Events.from_columns([1], [END], [1], ["human"]),
            InvalidInput,
            "kind must be one of mention, .* got 1",
        ),
        (lambda: Events.from_columns([1], [END], ["note"], ["me"]), InvalidInput, "actor must be one of customer"),
        (
            lambda: Events.from_columns([1, 2], [END], ["note"], ["bot"]),
            InvalidInput,
            "thread, at, kind, actor must be equally long",
        ),
        (
            lambda: Events.from_columns([b"a"], [END], ["note"], ["bot"]),
            InvalidInput,
            "thread must hold whole numbers or text",
        ),
        (lambda: Events.from_columns([1], [None], ["note"], ["bot"]), InvalidInput, "at must not be null"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(ask: Any, kind: Any, words: str) -> None:
    with refuses(kind, words):
        ask()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("thread", 1.5, "thread must be a whole number or text"),
        ("thread", "", "thread must be a whole number or text"),
        ("at", dt.datetime(2026, 1, 1), "at must be an aware datetime"),
        ("kind", "say", "kind must be one of mention"),
        ("actor", "me", "actor must be one of customer"),
    ],
)
def test_an_event_is_checked(field: str, value: Any, words: str) -> None:
    good = {"thread": 1, "at": END, "kind": "note", "actor": "bot"}
    with pytest.raises(ValidationError, match=words):
        Event.model_validate({**good, field: value})
    event = Event.model_validate({**good, "thread": "t"})
    assert Event.model_validate_json(event.model_dump_json()) == event
