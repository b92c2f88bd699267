"""Targets and policies: the vectors, the five semantics and their laws, and what is refused."""

from __future__ import annotations

import datetime as dt
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core.eligibility import Rule
from socialmkt.core.errors import AmbiguousTime, Infeasible, InvalidInput, Overflow
from socialmkt.core.instants import to_us
from socialmkt.sla import Calendar, Policy, Semantics, Target, due, warning
from socialmkt.sla._meters import envelope, steps
from tests.refusals import refuses
from tests.strategies import COLUMN_KINDS, zones

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "sla_targets.json").read_text(encoding="utf-8"))
CALENDARS = {name: Calendar.model_validate(rules) for name, rules in VECTORS["calendars"].items()}
SHOP, W95 = CALENDARS["shop"], CALENDARS["W95"]
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
US = np.timedelta64(1, "us")
NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def vector_target(calendar: str, semantics: str, within: int, otherwise: int | None) -> Target:
    other = None if otherwise is None else dt.timedelta(seconds=otherwise)
    hours = CALENDARS[calendar]
    return Target(semantics=semantics, within=dt.timedelta(seconds=within), otherwise=other, calendar=hours)


@pytest.mark.parametrize("vector", VECTORS["due"])
def test_a_mention_is_due_when_the_vector_says(vector: list[Any]) -> None:
    *target, received, answer = vector
    assert due(vector_target(*target), dt.datetime.fromisoformat(received)) == dt.datetime.fromisoformat(answer)


@pytest.mark.parametrize("vector", VECTORS["warning"])
def test_a_warning_comes_when_the_vector_says(vector: list[Any]) -> None:
    *target, received, at, answer = vector
    found = warning(vector_target(*target), dt.datetime.fromisoformat(received), at=at)
    assert found == dt.datetime.fromisoformat(answer)


def test_a_fingerprint_is_the_same_everywhere() -> None:
    vector = VECTORS["fingerprint"]
    policy = Policy.model_validate_json(json.dumps(vector["policy"]))
    assert policy.fingerprint == vector["sha256"]
    assert pickle.loads(pickle.dumps(policy)).fingerprint == vector["sha256"]
    assert Policy.model_validate_json(policy.model_dump_json()) == policy


# --- the semantics

instants = st.integers(to_us(np.datetime64("2026-02-20")), to_us(np.datetime64("2026-11-20")))
columns_of_instants = st.lists(instants, min_size=1, max_size=8).map(lambda us: np.sort(np.array(us, dtype="M8[us]")))
spans = st.integers(1, 20_000).map(lambda seconds: dt.timedelta(seconds=seconds))
minutes = st.integers(1, 300).map(lambda count: count * MINUTE)
some_calendars = st.builds(
    lambda tz, holidays: Calendar(
        weekly={"mon-fri": ["09:00-12:30", "13:30-18:00"], "sat": "22:00-02:00"}, tz=tz, holidays=holidays
    ),
    zones,
    st.lists(st.dates(dt.date(2026, 3, 1), dt.date(2026, 4, 30)), max_size=3),
)


def two(semantics: str, within: dt.timedelta, otherwise: dt.timedelta, calendar: Calendar) -> Target:
    return Target(within=within, otherwise=otherwise, calendar=calendar, semantics=semantics)


@given(calendar=some_calendars, t=columns_of_instants, within=spans, otherwise=spans)
def test_an_envelope_keeps_the_order_and_never_exceeds_the_literal_promise(
    calendar: Calendar, t: Any, within: dt.timedelta, otherwise: dt.timedelta
) -> None:
    found = due(two("envelope", within, otherwise, calendar), t)
    assert (np.diff(found) >= np.timedelta64(0, "us")).all()
    assert (found <= due(two("arrival", within, otherwise, calendar), t)).all()
    assert (found >= t).all()


@given(calendar=some_calendars, t=columns_of_instants, within=minutes, otherwise=minutes)
def test_an_envelope_is_the_suffix_minimum_of_the_literal_promise(
    calendar: Calendar, t: Any, within: dt.timedelta, otherwise: dt.timedelta
) -> None:
    t = t.astype("M8[m]").astype("M8[us]")
    arrival = two("arrival", within, otherwise, calendar)
    found = due(two("envelope", within, otherwise, calendar), t)
    for one, answer in zip(t, found, strict=True):
        later = one + np.arange(0, 301).astype("m8[m]")
        assert answer == due(arrival, later).min()


def test_an_envelope_takes_any_number_of_windows() -> None:
    edges, spans = np.array([0, 100, 200, 300]), np.array([60, 5, 90, 10])
    t = np.arange(0, 400)
    literal = t + spans[np.searchsorted(edges, t, side="right") - 1]
    expected = [min(literal[one:]) for one in range(len(t))]
    assert envelope(t, edges, spans).tolist() == expected


def test_a_clock_that_begins_open_has_no_closed_step_before() -> None:
    always = Calendar.always()
    target = two("envelope", HOUR, MINUTE, always)
    first_day = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    assert due(target, first_day) == first_day + HOUR


@given(calendar=some_calendars, t=columns_of_instants, within=spans, otherwise=spans)
def test_a_blend_spends_exactly_one_budget(
    calendar: Calendar, t: Any, within: dt.timedelta, otherwise: dt.timedelta
) -> None:
    end = due(two("blend", within, otherwise, calendar), t)
    wall, is_open = (end - t).astype(int), calendar.between(t, end).astype(int)
    a, b = (span // dt.timedelta(microseconds=1) for span in (within, otherwise))
    for total, opened in zip(wall.tolist(), is_open.tolist(), strict=True):
        assert 0 <= a * b - (opened * b + (total - opened) * a) < max(a, b)


@given(calendar=some_calendars, t=columns_of_instants, within=spans)
def test_a_blend_of_equal_rates_is_wall_time(calendar: Calendar, t: Any, within: dt.timedelta) -> None:
    assert (due(two("blend", within, within, calendar), t) == due(Target(within=within), t)).all()


@given(
    calendar=some_calendars, t=columns_of_instants, within=spans, otherwise=spans, at=st.sampled_from([0.25, 0.5, 0.9])
)
def test_a_warning_comes_before_the_end_and_one_value_equals_a_column(
    calendar: Calendar, t: Any, within: dt.timedelta, otherwise: dt.timedelta, at: float
) -> None:
    targets = [Target(within=within), Target(within=within, calendar=calendar)]
    targets += [two(semantics, within, otherwise, calendar) for semantics in ("arrival", "envelope", "blend")]
    for target in targets:
        warned, end = warning(target, t, at=at), due(target, t)
        assert (t <= warned).all()
        assert (warned <= end).all()
        for ask, answers in ((due, end), (lambda p, one: warning(p, one, at=at), warned)):
            assert [ask(target, one).replace(tzinfo=None) for one in t] == answers.tolist()


def test_a_blend_does_not_depend_on_what_its_calendar_was_asked_before() -> None:
    calendar = W95.model_copy()
    target = two("blend", dt.timedelta(seconds=300.5), dt.timedelta(seconds=3600.25), calendar)
    before = due(target, NOON)
    calendar.between(NOON.replace(year=1950), NOON.replace(year=2150))
    assert due(target, NOON) == before


def test_the_earlier_of_wall_and_business_time_is_looser_than_the_promise() -> None:
    """Said in the docs: just before closing time it gives an hour to a mention that was promised 5 minutes."""
    closing = dt.datetime(2026, 11, 20, 9, 59, tzinfo=dt.UTC)
    mixed = min(due(Target(within=HOUR), closing), due(Target(within=5 * MINUTE, calendar=SHOP), closing))
    assert mixed - closing == HOUR
    assert due(two("envelope", 5 * MINUTE, HOUR, SHOP), closing) - closing == 5 * MINUTE


@pytest.mark.parametrize("make", COLUMN_KINDS)
def test_every_kind_of_column_gives_the_same_answer(make: Any) -> None:
    found = due(Target(within=HOUR, calendar=W95), make([NOON, NOON + 6 * HOUR]))
    assert found.astype("M8[m]").astype(str).tolist() == ["2026-11-20T13:00", "2026-11-23T10:00"]


def test_no_mentions_give_no_answers() -> None:
    none = np.array([], dtype="M8[us]")
    for target in (Target(within=HOUR), Target(within=HOUR, calendar=W95), two("envelope", MINUTE, HOUR, W95)):
        assert due(target, none).dtype == np.dtype("M8[us]")
        assert len(due(target, none)) == 0


def test_a_tiny_allowance_warns_at_once() -> None:
    assert warning(Target(within=dt.timedelta(microseconds=1)), NOON, at=0.25) == NOON


# --- which target applies

POLICY = Policy(
    targets=[
        Target(within=5 * MINUTE, when={"priority": "high", "channel": ["weibo", "wechat"]}),
        Target(within=10 * MINUTE, when=Rule.at_least("followers", 1_000_000)),
        Target(within=15 * MINUTE, when={"vip": True}),
        Target(within=HOUR),
        Target(metric="resolution", within=DAY, when={"level": [1, 2]}),
    ]
)


def minutes_of(found: Any) -> list[int]:
    return [
        None if np.isnat(span) else span.astype("m8[m]").astype(int).item()
        for span in np.atleast_1d(found - np.datetime64(NOON.replace(tzinfo=None)))
    ]


def test_the_first_target_that_matches_applies() -> None:
    facts = {"followers": [5, 2_000_000, 5, 5, None], "vip": [True, False, True, False, None]}
    priority, channel = ["high", "high", "low", None, "high"], ["weibo", "mail", "weibo", "weibo", "mail"]
    found = due(POLICY, [NOON] * 5, priority=priority, channel=channel, facts=facts)
    assert minutes_of(found) == [5, 10, 15, 60, 60]
    singles = [
        due(POLICY, NOON, priority=one, channel=two, facts={name: column[row] for name, column in facts.items()})
        for row, (one, two) in enumerate(zip([*priority[:3], "none", "high"], channel, strict=True))
    ]
    assert [answer - NOON for answer in singles] == [count * MINUTE for count in (5, 10, 15, 60, 60)]


def test_a_mention_without_a_target_is_never_due() -> None:
    found = due(POLICY, [NOON] * 3, metric="resolution", facts={"level": [1, 3, None]})
    assert minutes_of(found) == [1440, None, None]
    assert due(POLICY, NOON, metric="resolution", facts={"level": 3}) is None
    assert due(POLICY, NOON, metric="periodic") is None


def test_a_fact_that_a_target_asks_for_must_be_given() -> None:
    with refuses(
        InvalidInput, "channel must be given, since a target asks for it, got None. Facts given: priority, vip"
    ):
        due(POLICY, NOON, priority="high", facts={"vip": True})
    with refuses(InvalidInput, "followers must be given"):
        due(POLICY, NOON, priority="high", channel="weibo")


def test_facts_equal_a_rule() -> None:
    as_facts = Target(within=HOUR, when={"priority": ["b", "a", "a"]})
    assert as_facts.when == {"priority": ("a", "b")}
    assert as_facts.rule == Rule.one_of("priority", ["a", "b"])
    assert Target(within=HOUR, when={"level": 3}).when == {"level": (3,)}
    for target in (as_facts, Target(within=HOUR, when=Rule.fact("vip")), Target(within=HOUR, when={"vip": True})):
        assert Target.model_validate_json(target.model_dump_json()) == target
        assert hash(Target.model_validate(target.model_dump())) == hash(target)


# --- how targets are written


@pytest.mark.parametrize(
    ("calendar", "otherwise", "semantics"),
    [(None, None, "wall"), (W95, None, "business"), (W95, HOUR, "envelope")],
)
def test_semantics_are_derived(calendar: Any, otherwise: Any, semantics: str) -> None:
    target = Target(within=MINUTE, calendar=calendar, otherwise=otherwise)
    assert target.semantics == semantics
    assert target.model_copy(update={"calendar": W95, "otherwise": HOUR}).semantics is Semantics.envelope


def test_a_share_may_be_a_float_of_numpy() -> None:
    assert Target(within=HOUR, objective=np.float32(0.5), warn_at=np.array([0.5, 0.75]).tolist()).objective == 0.5


def test_a_wall_target_may_have_a_calendar_for_its_zone() -> None:
    assert due(Target(within=HOUR, calendar=W95, semantics="wall"), NOON + 10 * HOUR) == NOON + 11 * HOUR


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"metric": "first"}, "metric must be one of first_response"),
        ({"within": 300}, "within must be a timedelta, got 300"),
        ({"within": dt.timedelta(0)}, "within must be above 0"),
        ({"within": dt.timedelta(days=146_098)}, "within must be at most 400 years"),
        ({"otherwise": -MINUTE, "calendar": W95}, "otherwise must be above 0"),
        ({"otherwise": HOUR}, "calendar must be given for 'envelope'"),
        ({"otherwise": HOUR, "semantics": "business", "calendar": W95}, "otherwise must be left out for 'business'"),
        ({"otherwise": HOUR, "semantics": "wall"}, "otherwise must be left out for 'wall'"),
        ({"semantics": "blend", "calendar": W95}, "otherwise must be given for 'blend'"),
        ({"semantics": "business"}, "calendar must be given for 'business'"),
        ({"semantics": "nights"}, "semantics must be one of wall, business"),
        ({"objective": 95}, "objective must lie strictly between 0 and 1"),
        ({"objective": 1.0}, "objective must lie strictly between 0 and 1"),
        ({"warn_at": (0.9, 0.75)}, "warn_at must ascend"),
        ({"warn_at": (0.5, 0.5)}, "warn_at must ascend"),
        ({"warn_at": (0.5, 1.5)}, "warn_at must lie strictly between 0 and 1"),
        ({"warn_at": 0.5}, "warn_at must be a list"),
        ({"bands": (1, 5)}, "bands must be two numbers above 1"),
        ({"bands": (2, 3, 4)}, "bands must be two numbers above 1"),
        ({"bands": (5, 2)}, "bands must ascend"),
        ({"when": {}}, "when must be a mapping of facts to values that is not empty"),
        ({"when": "high"}, "when must be a mapping of facts"),
        ({"when": {"vip": [True, False]}}, "vip must be compared with"),
        ({"when": {"level": []}}, "level must be compared with"),
        ({"pausable": 1}, "pausable"),
        ({"mood": 1}, "mood"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused_by_name(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Target.model_validate({"within": MINUTE, **fields})


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"targets": []}, "targets must hold at least one target"),
        ({"targets": Target(within=HOUR)}, "targets must be a list"),
        (
            {"targets": [Target(within=HOUR), Target(within=MINUTE, when={"priority": "high"})]},
            "targets must not follow an unconditional target of 'first_response', got target 1",
        ),
        ({"answered_by": []}, "answered_by must name at least one actor"),
        ({"answered_by": ["human", "customer"]}, "never the customer"),
        ({"answered_by": 5}, "answered_by must be one of customer"),
        ({"answered_by": ["me"]}, "answered_by must be one of customer, human"),
        ({"on_reopen": "again"}, "on_reopen must be one of resume, restart"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_by_name(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Policy.model_validate({"targets": [Target(within=HOUR)], **fields})


def test_actors_are_a_set() -> None:
    target = Target(within=HOUR)
    policies = [Policy(targets=[target], answered_by=by) for by in (["human", "bot"], ["bot", "human", "bot"])]
    assert policies[0] == policies[1]
    assert Policy(targets=[target], answered_by="bot").answered_by == ("bot",)  # type: ignore[arg-type]


# --- questions that have no answer

UNTIL = W95.model_copy(update={"valid_until": "2026-11-20"})
NEVER = Calendar(weekly={}, tz="UTC")
BLEND = two("blend", dt.timedelta(microseconds=10_000_019), dt.timedelta(microseconds=86_399_999_983), W95)


@pytest.mark.parametrize(
    ("ask", "kind", "words"),
    [
        (lambda: due(Target(within=HOUR), dt.datetime(2026, 1, 1)), AmbiguousTime, "received must be .* naive"),
        (lambda: due(Target(within=HOUR), dt.date(2026, 1, 1)), InvalidInput, "received must be an aware datetime"),
        (lambda: due(Target(within=HOUR), "2026-01-01"), InvalidInput, "received must be an aware datetime"),
        (lambda: due(Target(within=HOUR), 5), InvalidInput, "received must be an aware datetime"),
        (lambda: due(Target(within=HOUR), np.datetime64("1899-01-01")), InvalidInput, "received must lie in the years"),
        (lambda: due(Target(within=HOUR), [NOON, None]), InvalidInput, "received must not be null, got None at row 1"),
        (
            lambda: due(Target(within=HOUR), np.array(["2026-01-01", "2300-01-01"], dtype="M8[us]")),
            InvalidInput,
            "received must lie in the years 1900 to 2299, got .* at row 1",
        ),
        (lambda: due(HOUR, NOON), InvalidInput, "policy must be a Policy or a Target"),
        (lambda: due(Target(within=HOUR), NOON, metric="first"), InvalidInput, "metric must be one of"),
        (lambda: due(Target(within=HOUR), [NOON], priority=["a", "b"]), InvalidInput, "priority must be as long as"),
        (lambda: due(Target(within=HOUR), NOON, facts=["a"]), InvalidInput, "facts must be a mapping"),
        (lambda: due(Target(within=HOUR), NOON, facts={"channel": "a"}), InvalidInput, "facts must not hold 'channel'"),
        (lambda: warning(Target(within=HOUR), NOON, at=1.5), InvalidInput, "at must lie strictly between 0 and 1"),
        (lambda: warning(Target(within=HOUR), NOON, at=1), InvalidInput, "at must lie strictly between 0 and 1"),
        (lambda: due(Target(within=HOUR, calendar=NEVER), NOON), Infeasible, "received must be followed by open time"),
        (lambda: due(Target(within=9 * HOUR, calendar=UNTIL), NOON), InvalidInput, "valid_until must not lie before"),
        (lambda: due(two("envelope", DAY, DAY, UNTIL), NOON), InvalidInput, "valid_until must not lie before"),
        (lambda: due(two("blend", DAY, DAY, UNTIL), NOON), InvalidInput, "valid_until must not lie before"),
        (lambda: due(BLEND, NOON), Overflow, "within, otherwise must be in a ratio of smaller whole numbers"),
        (
            lambda: due(two("envelope", DAY, DAY, W95), np.datetime64("2299-12-31T23:00")),
            InvalidInput,
            "the answer must lie before the year 2300",
        ),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(ask: Any, kind: Any, words: str) -> None:
    with refuses(kind, words):
        ask()


def test_a_promise_kept_on_the_last_known_day_is_answered() -> None:
    morning = NOON - 4 * HOUR
    assert due(two("envelope", MINUTE, HOUR, UNTIL), morning) == morning + HOUR
    assert due(two("blend", MINUTE, HOUR, UNTIL), morning) < morning + HOUR + MINUTE
    assert due(two("arrival", MINUTE, DAY, UNTIL), NOON + 10 * HOUR) == NOON + 34 * HOUR


def test_the_steps_of_a_clock_take_turns() -> None:
    from socialmkt.core._open_time import open_time

    start = np.array([to_us(NOON)])
    edges, is_open = steps(open_time(Calendar.always()).holding("test", start))
    assert (len(edges), is_open[0]) == (2, True)
    edges, is_open = steps(open_time(NEVER).holding("test", start))
    assert is_open.tolist() == [False]
