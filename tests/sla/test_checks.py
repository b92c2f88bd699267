"""Checks of pairs: status and severity at their bounds, the laws of the five semantics, and merging."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialmkt.core.errors import AmbiguousTime, InvalidInput, SchemeMismatch
from socialmkt.core.instants import to_us
from socialmkt.core.labels import label
from socialmkt.sla import (
    Actor,
    Calendar,
    Checks,
    Kind,
    Metric,
    Policy,
    Semantics,
    Severity,
    Status,
    Target,
    Verdict,
    check,
    due,
    warning,
)
from tests.merging_laws import LAWS, Case
from tests.refusals import refuses
from tests.strategies import COLUMN_KINDS, zones

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
W95 = Calendar(weekly={"mon-fri": "09:00-17:00"}, tz="UTC")
HOURLY = Target(within=HOUR, warn_at=(0.75, 0.9))
US = dt.timedelta(microseconds=1)


def one(received: dt.datetime, replied: Any, target: Any, as_of: dt.datetime, **facts: Any) -> Any:
    return next(check([received], [replied], target, as_of=as_of, **facts).rows())


@pytest.mark.parametrize(
    ("waited", "answered", "status", "severity"),
    [
        (0 * MINUTE, True, "met", "ok"),
        (45 * MINUTE - US, True, "met", "ok"),
        (45 * MINUTE, True, "met", "warning"),
        (HOUR, True, "met", "warning"),
        (HOUR + US, True, "missed", "minor"),
        (2 * HOUR, True, "missed", "minor"),
        (2 * HOUR + US, True, "missed", "major"),
        (5 * HOUR, True, "missed", "major"),
        (5 * HOUR + US, True, "missed", "critical"),
        (45 * MINUTE - US, False, "open_on_time", "ok"),
        (45 * MINUTE, False, "open_at_risk", "warning"),
        (HOUR, False, "open_at_risk", "warning"),
        (HOUR + US, False, "open_overdue", "minor"),
        (6 * HOUR, False, "open_overdue", "critical"),
    ],
)
def test_status_and_severity_change_at_their_bounds(waited: Any, answered: bool, status: str, severity: str) -> None:
    row = one(NOON, NOON + waited if answered else None, HOURLY, NOON + waited)
    assert (row.status, row.severity, row.rule) == (status, severity, 0)
    assert (row.elapsed, row.remaining, row.due) == (waited, HOUR - waited, NOON + HOUR)


def test_without_warnings_a_mention_is_on_time_until_it_is_late() -> None:
    silent = Target(within=HOUR, warn_at=())
    assert one(NOON, None, silent, NOON + HOUR).status == "open_on_time"
    late = one(NOON, None, silent, NOON + HOUR + US)
    assert (late.status, late.severity) == ("open_overdue", "minor")


def test_what_no_target_applies_to_is_not_applicable() -> None:
    target = Target(within=HOUR, when={"priority": "high"})
    row = one(NOON, NOON, target, NOON, priority=["low"])
    assert (row.status, row.severity, row.rule) == ("not_applicable", "none", -1)
    assert (row.due, row.elapsed, row.remaining) == (None, None, None)


def test_nothing_after_as_of_is_seen() -> None:
    later = one(NOON, NOON + HOUR, HOURLY, NOON - US)
    assert (later.status, later.replied, later.due) == ("not_applicable", None, None)
    before = one(NOON, NOON + HOUR, HOURLY, NOON + HOUR - US)
    assert (before.status, before.replied) == ("open_at_risk", None)
    assert one(NOON, NOON + HOUR, HOURLY, NOON + HOUR).status == "met"


def test_business_time_stands_still_at_night() -> None:
    row = one(
        NOON + 4 * HOUR + 30 * MINUTE,
        NOON + 69 * HOUR + 20 * MINUTE,
        Target(within=HOUR, calendar=W95),
        NOON + 90 * HOUR,
    )
    assert (row.elapsed, row.due, row.status) == (50 * MINUTE, NOON + 69 * HOUR + 30 * MINUTE, "met")


def test_a_blend_counts_closed_time_at_its_rate_rounded_up() -> None:
    target = Target(within=20 * MINUTE, otherwise=HOUR, calendar=W95, semantics="blend")
    opening = NOON - 3 * HOUR
    row = one(opening - 30 * MINUTE, opening + 5 * MINUTE, target, NOON)
    assert row.elapsed == 15 * MINUTE
    assert one(opening - US, opening, target, NOON).elapsed == US


def test_facts_choose_the_target_and_stand_in_the_table() -> None:
    policy = Policy(
        targets=[Target(within=MINUTE, when={"priority": [1]}), Target(within=HOUR, when={"channel": "weibo"})]
    )
    received, replied = [NOON] * 4, [NOON + 30 * MINUTE] * 4
    checks = check(
        received, replied, policy, as_of=NOON + HOUR, priority=[1, 2, None, 2], channel=["a", "weibo", "weibo", None]
    )
    assert checks.rule.tolist() == [0, 1, 1, -1]
    assert checks.status.tolist() == ["missed", "met", "met", "not_applicable"]
    assert checks.priority.tolist() == ["1", "2", "", "2"]
    assert checks.channel.tolist() == ["a", "weibo", "weibo", ""]
    plain = check(received, replied, policy, as_of=NOON + HOUR, priority=2, channel="weibo")
    assert (plain.priority.tolist(), plain.rule.tolist()) == ([2] * 4, [1] * 4)


@pytest.mark.parametrize("codes", [Actor, Kind, Metric, Semantics, Severity, Status, Verdict])
def test_every_code_has_a_label_of_its_own_in_each_language(codes: Any) -> None:
    for lang in ("zh", "en"):
        assert len({label(code, lang=lang) for code in codes}) == len(codes)
    assert Status("met").zh == "按时"


# --- laws

instants = st.integers(to_us(np.datetime64("2026-02-20")), to_us(np.datetime64("2026-11-20")))
waits = st.one_of(st.none(), st.integers(0, 4 * 86_400 * 10**6))
pairs = st.lists(st.tuples(instants, waits), min_size=1, max_size=8)
spans = st.integers(1, 20_000).map(lambda seconds: dt.timedelta(seconds=seconds))
calendars = st.builds(lambda tz: Calendar(weekly={"mon-fri": ["09:00-12:30", "22:00-03:00"]}, tz=tz), zones)
targets = st.one_of(
    st.builds(lambda within: Target(within=within), spans),
    st.builds(lambda within, calendar: Target(within=within, calendar=calendar), spans, calendars),
    st.builds(
        lambda within, otherwise, calendar, semantics: Target(
            within=within, otherwise=otherwise, calendar=calendar, semantics=semantics
        ),
        spans,
        spans,
        calendars,
        st.sampled_from(["arrival", "envelope", "blend"]),
    ),
)


def columns_of(rows: list[tuple[int, int | None]]) -> tuple[Any, Any]:
    received = np.array([start for start, _ in rows], dtype="M8[us]")
    replied = np.array(
        [np.datetime64("NaT", "us") if wait is None else start + wait for start, wait in rows], dtype="M8[us]"
    )
    return received, replied


@given(rows=pairs, target=targets, now=instants)
def test_a_reply_is_on_time_if_and_only_if_its_elapsed_time_fits(rows: Any, target: Target, now: int) -> None:
    received, replied = columns_of(rows)
    checks = check(received, replied, target, as_of=np.datetime64(now, "us"))
    answered, zero = ~np.isnat(checks.replied) & (checks.rule == 0), np.timedelta64(0, "us")
    on_time = checks.replied <= checks.due
    assert (on_time == (checks.remaining >= zero))[answered].all()
    assert (on_time == (checks.status == "met"))[answered].all()
    applies = checks.rule == 0
    assert (checks.due[applies] == due(target, received)[applies]).all()
    overdue = np.datetime64(now, "us") > checks.due
    assert ((checks.status == "open_overdue") == overdue)[applies & ~answered].all()


@given(rows=pairs, target=targets, now=instants)
def test_elapsed_and_remaining_add_up_to_the_allowance(rows: Any, target: Target, now: int) -> None:
    received, replied = columns_of(rows)
    checks = check(received, replied, target, as_of=np.datetime64(now, "us"))
    applies = checks.rule == 0
    allowance = (checks.elapsed + checks.remaining)[applies]
    if target.semantics in ("wall", "business", "blend"):
        assert (allowance == np.timedelta64(target.within)).all()
    else:
        assert (allowance == (checks.due - checks.received)[applies]).all()


@given(rows=pairs, target=targets, now=instants)
def test_a_replay_does_not_know_the_future(rows: Any, target: Target, now: int) -> None:
    received, replied = columns_of(rows)
    as_of = np.datetime64(now, "us")
    known = received <= as_of
    then = np.where(replied <= as_of, replied, np.datetime64("NaT", "us"))
    assert check(received, replied, target, as_of=as_of).filter(known) == check(
        received[known], then[known], target, as_of=as_of
    )


@given(rows=pairs, target=targets)
def test_an_open_mention_is_at_risk_from_the_warning_on(rows: Any, target: Target) -> None:
    received, _ = columns_of(rows)
    for start, warned in zip(received, warning(target, received, at=0.75), strict=True):
        row = next(check([start], [None], target, as_of=warned).rows())
        assert row.status == "open_at_risk"
        if target.semantics != "blend" and warned > start:
            assert (
                next(check([start], [None], target, as_of=warned - np.timedelta64(1, "us")).rows()).status
                == "open_on_time"
            )


@given(rows=pairs, target=targets, seed=st.randoms(use_true_random=False))
def test_one_row_equals_a_column(rows: Any, target: Target, seed: Any) -> None:
    received, replied = columns_of(rows)
    as_of = np.datetime64("2026-12-01")
    whole = check(received, replied, target, as_of=as_of)
    order = list(range(len(rows)))
    seed.shuffle(order)
    for row in order:
        assert check(received[row : row + 1], replied[row : row + 1], target, as_of=as_of) == whole.take([row])


@pytest.mark.parametrize("make", COLUMN_KINDS)
def test_every_kind_of_column_gives_the_same_answer(make: Any) -> None:
    received, replied = make([NOON, NOON]), make([NOON + HOUR, NOON + 2 * HOUR])
    checks = check(received, replied, HOURLY, as_of=NOON + 3 * HOUR, priority=make(["a", "b"]))
    assert (checks.status.tolist(), checks.priority.tolist()) == (["met", "missed"], ["a", "b"])


def test_checks_do_not_change_with_their_inputs() -> None:
    received, replied = columns_of([(to_us(NOON), 5)])
    checks = check(received, replied, HOURLY, as_of=NOON + HOUR)
    received[0] = replied[0] = np.datetime64("NaT", "us")
    assert next(checks.rows()).received == NOON
    assert Checks.model_validate_json(checks.model_dump_json()) == checks
    assert "met" in checks._repr_html_()


# --- merging


def checks_of(rows: list[tuple[int, int | None]], **more: Any) -> Checks:
    received, replied = columns_of(rows)
    settings = {"as_of": NOON, "priority": np.arange(len(rows)), **more}
    return check(received, replied, settings.pop("target", HOURLY), **settings)


SOME = [(to_us(NOON), 5), (to_us(NOON) - 5, None)]
CASE = Case(
    rows=st.lists(st.tuples(instants, waits), max_size=6),
    build=lambda rows: checks_of(rows, priority=["a"] * len(rows)),
    empty=lambda: check([], [], HOURLY, as_of=NOON),
    foreign=(
        lambda: checks_of(SOME, as_of=NOON + HOUR),
        lambda: checks_of(SOME, target=Target(within=MINUTE)),
    ),
    result=lambda checks: checks.sort_by("due").sort_by("replied").sort_by("received"),
    bytes_fixed=6_000,
    bytes_per_row=200,
)


@pytest.mark.parametrize("law", LAWS)
@given(data=st.data())
def test_checks_merge(law: Any, data: Any) -> None:
    law(CASE, data)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"as_of": NOON + HOUR}, "as_of must be 2026-11-20 12:00:00"),
        ({"target": Target(within=MINUTE)}, "policy must be the one of fingerprint"),
        ({"priority": None}, "priority must be a column of both sides, or of neither"),
        ({"channel": "weibo"}, "channel must be a column of both sides, or of neither"),
        ({"priority": ["a", "b"]}, "priority must hold the same kind of ids"),
    ],
)
def test_checks_of_other_rules_do_not_merge(more: dict[str, Any], words: str) -> None:
    with refuses(SchemeMismatch, words):
        checks_of(SOME).merge(checks_of(SOME, **more))


def test_only_checks_merge() -> None:
    with refuses(InvalidInput, "other must be Checks"):
        checks_of(SOME).merge(SOME)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ask", "kind", "words"),
    [
        (
            lambda: check([NOON], [NOON - HOUR], HOURLY, as_of=NOON),
            InvalidInput,
            r"replied must not be before received, .* at row 0 \(1 such rows of 1\)",
        ),
        (
            lambda: check([NOON, NOON], [None], HOURLY, as_of=NOON),
            InvalidInput,
            "received, replied must be equally long, got received of 2, replied of 1",
        ),
        (
            lambda: check([NOON, None], [None, None], HOURLY, as_of=NOON),
            InvalidInput,
            "received must not be null, got None at row 1",
        ),
        (lambda: check(NOON, [None], HOURLY, as_of=NOON), InvalidInput, "received must be a column"),
        (lambda: check([NOON], NOON, HOURLY, as_of=NOON), InvalidInput, "replied must be a column"),
        (
            lambda: check([NOON], [dt.datetime(2026, 11, 20)], HOURLY, as_of=NOON),
            AmbiguousTime,
            "replied must hold aware",
        ),
        (lambda: check([NOON], ["x"], HOURLY, as_of=NOON), InvalidInput, "replied must hold aware datetimes"),
        (
            lambda: check([NOON], [np.datetime64("2500-01-01")], HOURLY, as_of=NOON),
            InvalidInput,
            "replied must lie in the years",
        ),
        (
            lambda: check([NOON], [None], HOURLY, as_of=dt.date(2026, 1, 1)),
            InvalidInput,
            "as_of must be an aware datetime",
        ),
        (
            lambda: check([NOON], [None], HOURLY, as_of=np.datetime64("2500")),
            InvalidInput,
            "as_of must lie in the years",
        ),
        (lambda: check([NOON], [None], HOURLY, as_of=NOON, metric="x"), InvalidInput, "metric must be one of"),
        (lambda: check([NOON], [None], 5, as_of=NOON), InvalidInput, "policy must be a Policy or a Target"),
        (
            lambda: check([NOON], [None], HOURLY, as_of=NOON, channel=["a", "b"]),
            InvalidInput,
            "channel must be as long as",
        ),
        (
            lambda: check([NOON], [None], Target(within=HOUR, when={"channel": "a"}), as_of=NOON),
            InvalidInput,
            "channel must be given",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(ask: Any, kind: Any, words: str) -> None:
    with refuses(kind, words):
        ask()
