"""Contact: the answer keeps every rule, nothing earlier does, and the column form says the same."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt import campaign as c
from socialmkt.core.calendar import Calendar
from socialmkt.core.errors import AmbiguousTime, InvalidInput, Overflow, SocialmktError
from socialmkt.core.labels import label
from tests.campaign.vectors import MECHANISMS
from tests.refusals import refuses

START = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)  # a Monday
DAYTIME = Calendar(weekly={"mon-fri": "09:00-21:00"}, tz="UTC")
HOURS = st.integers(0, 400)
caps = st.lists(
    st.builds(
        c.Cap,
        limit=st.integers(1, 3),
        window=st.integers(1, 100).map(lambda hours: dt.timedelta(hours=hours)),
        channel=st.sampled_from([None, None, "sms"]),
    ),
    max_size=3,
).map(tuple)
policies = st.builds(
    c.ContactPolicy,
    caps=caps,
    hours=st.sampled_from([None, DAYTIME]),
    consent=st.booleans(),
    uncapped=st.just(("birthday",)),
)


def at(hours: float) -> dt.datetime:
    return START + dt.timedelta(hours=hours)


def keeps(policy: c.ContactPolicy, sends: list[tuple[int, str]]) -> bool:
    """Say whether of any limit + 1 consecutive sends the first and the last are a window apart."""
    for cap in policy.caps:
        times = sorted(hour for hour, channel in sends if cap.channel in {None, channel})
        hours = cap.window / dt.timedelta(hours=1)
        if any(last - first < hours for first, last in zip(times, times[cap.limit :], strict=False)):
            return False
    return True


def test_two_sends_a_week() -> None:
    given = MECHANISMS["next_allowed"]
    cap = c.Cap(limit=given["limit"], window=dt.timedelta(days=given["window_days"]))
    sent = [at(24 * day) for day in given["sent_days"]]
    policy = c.ContactPolicy(caps=(cap,))
    found = c.next_allowed(sent, at(24 * given["asked_day"]), policy, consent=True)
    assert (found.at, found.delayed_by) == (at(24 * given["next_day"]), ("cap",))
    table = c.screen([1], policy, at=at(24 * given["asked_day"]), log_person=[1, 1], log_at=sent, consent=[True])
    assert table.at[0] == np.datetime64(found.at.replace(tzinfo=None))


def test_planned_sends_must_keep_their_caps_too() -> None:
    policy = c.ContactPolicy(caps=(c.Cap(limit=1, window=dt.timedelta(hours=10)),), consent=False)
    assert c.next_allowed([at(15)], at(4), policy).at == at(4)
    assert c.next_allowed([at(15)], at(5), policy).at == at(5)
    assert c.next_allowed([at(15)], at(6), policy).at == at(25)


def test_a_birthday_greeting_skips_the_caps_but_neither_consent_nor_hours() -> None:
    week = c.Cap(limit=1, window=dt.timedelta(days=7))
    policy = c.ContactPolicy(caps=(week,), hours=DAYTIME, uncapped=("birthday",))
    found = c.next_allowed([at(10)], at(22), policy, purpose="birthday", consent=True)
    assert (found.at, found.delayed_by) == (at(33), ("quiet_hours",))
    assert c.next_allowed([], at(10), policy, purpose="birthday").reason == "missing_consent"
    both = c.next_allowed([at(10)], at(11), policy, consent=True)
    assert (both.at, both.delayed_by) == (at(7 * 24 + 10), ("cap",))
    late = c.next_allowed(
        [at(20), at(-100)],
        at(20),
        policy.model_copy(update={"caps": (c.Cap(limit=1, window=dt.timedelta(hours=3)),)}),
        consent=True,
    )
    assert (late.at, late.delayed_by) == (at(33), ("cap", "quiet_hours"))


@pytest.mark.parametrize(("consent", "reason"), [(True, None), (False, "no_consent"), (None, "missing_consent")])
def test_unknown_consent_never_passes(consent: bool | None, reason: str | None) -> None:
    found = c.next_allowed([], at(10), c.ContactPolicy(), consent=consent)
    assert (found.reason, found.ok, bool(found), found.at is None) == (
        reason,
        reason is None,
        reason is None,
        reason is not None,
    )
    assert c.next_allowed([], at(10), c.ContactPolicy(consent=False), consent=consent).ok
    table = c.screen([7], c.ContactPolicy(), at=at(10), log_person=[], log_at=[], consent=[consent])
    assert (table.reason.tolist(), table.ok.tolist()) == ([reason or ""], [reason is None])


def test_the_end_is_excluded() -> None:
    policy = c.ContactPolicy(hours=DAYTIME, consent=False)
    found = c.next_allowed([], at(5), policy, until=at(9))
    assert (found.reason, found.at, found.delayed_by) == ("too_late", None, ("quiet_hours",))
    assert c.next_allowed([], at(5), policy, until=at(9.1)).at == at(9)
    ends = policy.model_copy(update={"hours": DAYTIME.model_copy(update={"valid_until": dt.date(2026, 3, 3)})})
    week = ends.model_copy(update={"caps": (c.Cap(limit=1, window=dt.timedelta(days=7)),)})
    assert c.next_allowed([at(10)], at(11), week, until=at(12)).reason == "too_late"
    table = c.screen([1], week, at=at(11), log_person=[1], log_at=[at(10)], until=at(12))
    assert (table.reason.tolist(), np.isnat(table.at).tolist()) == (["too_late"], [True])


@pytest.mark.parametrize("hours", [{}, {"mon": "09:00-10:00"}])
def test_hours_that_do_not_open_before_the_end_make_it_too_late(hours: Any) -> None:
    known = Calendar(weekly=hours, tz="UTC", valid_until=dt.date(2026, 3, 4))
    policy = c.ContactPolicy(hours=known, caps=(c.Cap(limit=1, window=dt.timedelta(days=2)),), consent=False)
    log: dict[str, Any] = {"log_person": [1], "log_at": [at(-30)]}
    found = c.next_allowed([at(-30)], at(10), policy, until=at(48))
    assert (found.reason, found.delayed_by) == ("too_late", ("cap", "quiet_hours"))
    early = c.screen([1, 2], policy, at=at(0), log_person=[1], log_at=[at(-10)], until=at(48))
    assert early.ok.tolist() == [False, bool(hours)]
    late = c.screen([1, 2], policy, at=at(10), **log, until=at(48))
    assert late.reason.tolist() == ["too_late", "too_late"]
    for ask in (
        lambda: c.next_allowed([], at(10), policy),
        lambda: c.next_allowed([], at(10), policy, until=at(24 * 30)),
        lambda: c.screen([1], policy, at=at(10), **log),
    ):
        with pytest.raises(SocialmktError, match="Calendar"):
            ask()


def test_a_purpose_without_caps_needs_no_channels() -> None:
    policy = SMS.model_copy(update={"uncapped": ("birthday",)})
    assert c.next_allowed([at(0)], at(0), policy, purpose="birthday").at == at(0)
    table = c.screen([1], policy, at=at(0), log_person=[1], log_at=[at(0)], purpose="birthday")
    assert table.ok.tolist() == [True]


def test_consent_may_come_from_an_array_but_is_never_a_word() -> None:
    assert c.next_allowed([], at(0), c.ContactPolicy(), consent=np.True_).ok
    assert c.next_allowed([], at(0), c.ContactPolicy(), consent=np.False_).reason == "no_consent"
    with pytest.raises(ValidationError, match="valid boolean"):
        c.ContactPolicy(consent="no")


@given(
    policy=policies,
    sends=st.lists(st.tuples(HOURS, st.sampled_from(["sms", "mail"])), max_size=6),
    asked=HOURS,
    channel=st.sampled_from(["sms", "mail"]),
)
def test_the_answer_is_the_first_moment_that_keeps_every_rule(
    policy: Any, sends: Any, asked: int, channel: str
) -> None:
    options = {"sent_channel": [name for _, name in sends], "channel": channel, "consent": True}
    sent = [at(hour) for hour, _ in sends]
    found = c.next_allowed(sent, at(asked), policy, **options)
    again = c.next_allowed(sent, found.at, policy, **options)
    assert (again.at, again.delayed_by) == (found.at, ())
    before = keeps(policy, sends)
    hour = (found.at - START) / dt.timedelta(hours=1)
    if before:
        assert keeps(policy, [*sends, (hour, channel)])
        closed = policy.hours is None
        for earlier in range(asked, int(hour)):
            is_open = closed or policy.hours.is_open(at(earlier))
            assert not (is_open and keeps(policy, [*sends, (earlier, channel)]))


@given(
    policy=policies,
    log=st.lists(st.tuples(st.integers(1, 4), HOURS, st.sampled_from(["sms", "mail"])), max_size=10),
    consent=st.lists(st.sampled_from([True, False, None]), min_size=5, max_size=5),
    purpose=st.sampled_from(["marketing", "birthday"]),
    until=st.none() | st.integers(400, 600),
)
def test_every_row_is_what_next_allowed_says(
    policy: Any, log: Any, consent: Any, purpose: str, until: int | None
) -> None:
    people = [1, 2, 3, 4, 5]
    end = None if until is None else at(until)
    table = c.screen(
        people,
        policy,
        at=at(400),
        log_person=[who for who, _, _ in log],
        log_at=[at(hour) for _, hour, _ in log],
        log_channel=[name for _, _, name in log],
        channel="sms",
        purpose=purpose,
        consent=consent,
        until=end,
    )
    for row, agreed in zip(table.rows(), consent, strict=True):
        mine = [(hour, name) for who, hour, name in log if who == row.person]
        found = c.next_allowed(
            [at(hour) for hour, _ in mine],
            at(400),
            policy,
            sent_channel=[name for _, name in mine],
            channel="sms",
            purpose=purpose,
            consent=agreed,
            until=end,
        )
        assert (row.ok, row.at, row.reason) == (found.ok, found.at, found.reason or "")


def test_sends_too_far_apart_to_be_packed_are_sorted_too() -> None:
    log_at = np.array([-(2**62), 0]).view("M8[us]")
    policy = c.ContactPolicy(caps=(c.Cap(limit=2, window=dt.timedelta(days=1)),), consent=False)
    table = c.screen([1, 2], policy, at=at(0), log_person=[1, 1], log_at=log_at)
    assert table.at.tolist() == [START.replace(tzinfo=None)] * 2
    nobody = c.screen([], policy, at=at(0), log_person=[], log_at=[])
    assert len(nobody) == 0


def test_a_moment_beyond_the_year_9999_is_refused() -> None:
    forever = c.ContactPolicy(caps=(c.Cap(limit=1, window=dt.timedelta(days=10**8)),), consent=False)
    with refuses(Overflow, match="at must lie in the years 1 to 9999"):
        c.next_allowed([at(0)], at(1), forever)
    with refuses(Overflow, match="at must lie in the years 1 to 9999"):
        c.screen([1], forever, at=at(1), log_person=[1], log_at=[at(0)])


SMS = c.ContactPolicy(caps=(c.Cap(limit=1, window=dt.timedelta(days=1), channel="sms"),), consent=False)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"policy": {}}, "policy must be a ContactPolicy"),
        ({"at": None}, "at must be an aware datetime"),
        ({"consent": 1}, "consent must be True, False or None, got 1"),
        ({"policy": SMS}, "channel must be given where a cap names a channel"),
        ({"policy": SMS, "channel": "sms"}, "sent_channel must be given where a cap names a channel"),
        ({"channel": 5}, "channel must be text, got 5"),
        ({"policy": SMS, "channel": "sms", "sent": [at(0)], "sent_channel": [5]}, "sent_channel must hold text, got 5"),
        ({"purpose": None}, "purpose must be text, got None"),
        ({"sent": [at(0), None]}, "sent must not be null"),
        ({"sent": [at(0)], "sent_channel": []}, "sent_channel must be as long as sent"),
    ],
)
def test_questions_that_lack_something_are_refused(options: dict[str, Any], words: str) -> None:
    given: dict[str, Any] = {"sent": [], "at": at(0), "policy": c.ContactPolicy(), **options}
    with refuses(InvalidInput, match=words):
        c.next_allowed(given.pop("sent"), given.pop("at"), given.pop("policy"), **given)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"log_at": [at(1), at(3)], "log_person": [1, 1]},
            "log_at must not lie after at, got 2026-03-02T03.* at row 1 .*planned",
        ),
        ({"consent": None}, "consent must be a column of flags, got None. Pass who agreed"),
        ({"consent": [True, False]}, "consent must be as long as person, 1, got 2"),
        ({"consent": [1]}, "consent must hold true and false"),
        (
            {
                "person": ["x"],
                "log_person": [1],
                "log_at": [at(0)],
                "policy": c.ContactPolicy(caps=(c.Cap(limit=1, window=dt.timedelta(1)),)),
            },
            "log_person must hold the same kind of ids as person",
        ),
        ({"policy": SMS, "channel": "sms"}, "log_channel must be given where a cap names a channel"),
        ({"log_person": [1]}, "log_at must be as long as log_person"),
        (
            {"policy": SMS, "channel": "sms", "log_person": [1], "log_at": [at(0)], "log_channel": [b"sms"]},
            "log_channel must hold text, got b'sms'",
        ),
    ],
)
def test_mass_messages_that_lack_something_are_refused(options: dict[str, Any], words: str) -> None:
    given: dict[str, Any] = {
        "person": [1],
        "policy": c.ContactPolicy(),
        "at": at(2),
        "log_person": [],
        "log_at": [],
        "consent": [True],
        **options,
    }
    with refuses(InvalidInput, match=words):
        c.screen(given.pop("person"), given.pop("policy"), **given)


def test_naive_moments_and_caps_without_length_are_refused() -> None:
    with refuses(AmbiguousTime, match="at must be"):
        c.next_allowed([], dt.datetime(2026, 3, 1), c.ContactPolicy())
    for make, words in (
        (lambda: c.Cap(limit=0, window=dt.timedelta(1)), "limit must be at least 1"),
        (lambda: c.Cap(limit=1, window=dt.timedelta(0)), "window must be longer than nothing"),
        (lambda: c.Cap(limit=1, window=7), "window must be a timedelta"),
        (lambda: c.Cap(limit=1, window=dt.timedelta(1), channel=""), "channel must be text that is not empty"),
    ):
        with pytest.raises(ValidationError, match=words):
            make()


@pytest.mark.parametrize("codes", [c.ContactReason, c.Delay, c.Verdict, c.ReadyReason, c.Festival])
def test_every_code_has_its_own_label_in_each_language(codes: Any) -> None:
    for lang in ("zh", "en"):
        assert len({label(code, lang=lang) for code in codes}) == len(codes)
