"""The life of a coupon: every step from every state, time that passes, money, replays, and a plain second model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core.errors import AmbiguousTime, InvalidInput
from socialmkt.core.labels import label
from socialmkt.coupons import (
    IssueRequest,
    Ledger,
    PublicReason,
    Reason,
    Step,
    Transition,
    Validity,
    apply,
    give_back,
    issue,
    public_reason,
    redeem,
    release,
    reserve,
    void,
)
from tests.coupons.ledger_model import PlainLedger
from tests.coupons.shop import DAY, HOUR, NOW, campaign, issued, survives_json
from tests.refusals import refuses

SINGLE: dict[str, Any] = {
    "reserve": reserve, "redeem": redeem, "release": release, "give_back": give_back, "void": void,
}  # fmt: skip


def one(step: Step, ledger: Ledger, now: Any = NOW) -> Transition:
    """Take a step by its own function."""
    names = {"reserve": ["order", "until"], "redeem": ["order", "value"], "give_back": ["order", "extend_until"]}
    fields = {name: getattr(step, name) for name in names.get(step.kind, ["order"])}
    return SINGLE[step.kind](ledger, step.coupon, key=step.key, now=step.at or now, **fields)


def after(*steps: tuple[str, dict[str, Any]], ledger: Ledger | None = None) -> Ledger:
    ledger = ledger or issued(validity=Validity(ends_at=NOW + DAY))
    for number, (kind, fields) in enumerate(steps):
        transition = one(Step(kind=kind, coupon="c#0", key=f"before{number}", **fields), ledger)
        assert transition.decision.outcome == "done", transition.decision
        ledger = transition.ledger
    return ledger


HOLD = ("reserve", {"order": "o", "until": NOW + HOUR})
PAID = ("redeem", {"order": "o", "value": 300})
STATES = {
    "issued": [],
    "reserved": [HOLD],
    "redeemed": [PAID],
    "void": [("void", {})],
}


@pytest.mark.parametrize(
    ("state", "kind", "reason"),
    [
        ("issued", "reserve", None),
        ("issued", "redeem", None),
        ("issued", "release", "not_reserved"),
        ("issued", "give_back", "not_redeemed"),
        ("issued", "void", None),
        ("reserved", "reserve", None),
        ("reserved", "redeem", None),
        ("reserved", "release", None),
        ("reserved", "give_back", "not_redeemed"),
        ("reserved", "void", None),
        ("redeemed", "reserve", "already_redeemed"),
        ("redeemed", "redeem", "already_redeemed"),
        ("redeemed", "release", "not_reserved"),
        ("redeemed", "give_back", None),
        ("redeemed", "void", "already_redeemed"),
        *(("void", kind, "void") for kind in SINGLE),
    ],
)
def test_every_step_from_every_state(state: str, kind: str, reason: str | None) -> None:
    ledger = after(*STATES[state])
    transition = one(Step(kind=kind, coupon="c#0", key="k", order="o"), ledger)
    assert transition.decision.reason == reason
    assert (transition.ledger == ledger) is (reason is not None)
    assert transition.expected_version == ledger.version
    assert survives_json(transition)


@pytest.mark.parametrize(
    ("steps", "kind", "order", "reason"),
    [
        ([HOLD], "reserve", "p", "reserved"),
        ([HOLD], "redeem", "p", "reserved"),
        ([HOLD], "redeem", None, "reserved"),
        ([HOLD], "release", "p", "order_mismatch"),
        ([HOLD], "release", None, None),
        ([PAID], "give_back", "p", "order_mismatch"),
        ([PAID], "give_back", None, None),
        ([HOLD], "void", "p", None),
    ],
)
def test_orders_keep_their_coupons(steps: Any, kind: str, order: Any, reason: str | None) -> None:
    assert one(Step(kind=kind, coupon="c#0", key="k", order=order), after(*steps)).decision.reason == reason


def test_a_reservation_lapses_when_its_deadline_comes() -> None:
    ledger = after(HOLD)
    assert reserve(ledger, "c#0", key="k", now=NOW + HOUR, order="p").decision.outcome == "done"
    assert release(ledger, "c#0", key="k", now=NOW + HOUR).decision.outcome == "done"
    assert redeem(ledger, "c#0", key="k", now=NOW + HOUR, order="p").decision.outcome == "done"
    assert ledger.state("c#0", as_of=NOW + HOUR).status == "issued"
    assert ledger.state("c#0", as_of=NOW).until == NOW + HOUR


def test_who_reserved_in_time_may_pay_after_midnight() -> None:
    ledger = after(("reserve", {"order": "o"}))
    assert ledger.state("c#0", as_of=NOW + 9 * DAY).status == "reserved"
    assert redeem(ledger, "c#0", key="k", now=NOW + 9 * DAY, order="o").decision.outcome == "done"
    assert reserve(ledger, "c#0", key="k", now=NOW + 9 * DAY, order="o").decision.reason == "expired"


@pytest.mark.parametrize(
    ("validity", "reason"),
    [
        (Validity(ends_at=NOW), "expired"),
        (Validity(ends_at=NOW - 9 * DAY), "expired"),
        (Validity(starts_at=NOW + DAY), "not_yet_valid"),
        (Validity(weekly={"mon-sun": "09:00-10:00"}, days=3, tz="UTC"), "outside_hours"),
    ],
)
@pytest.mark.parametrize("kind", ["reserve", "redeem"])
def test_a_coupon_is_used_in_its_windows_only(validity: Validity, reason: str, kind: str) -> None:
    early = [IssueRequest(key="i", user=1, at=NOW - DAY)]
    ledger = issue(campaign(validity=validity), Ledger.empty(), early, now=NOW).ledger
    assert one(Step(kind=kind, coupon="c#0", key="k", order="o"), ledger).decision.reason == reason


def test_what_is_given_back_may_be_used_in_its_old_windows_and_the_extension() -> None:
    ledger, later = after(PAID), NOW + 2 * DAY
    assert give_back(ledger, "c#0", key="k", now=later).decision.reason == "expired"
    back = give_back(ledger, "c#0", key="k", now=later, extend_until=later + DAY).ledger
    assert redeem(back, "c#0", key="l", now=later + HOUR).decision.outcome == "done"
    assert redeem(back, "c#0", key="l", now=later + DAY).decision.reason == "expired"
    assert len(back.state("c#0", as_of=later).windows) == 2
    assert back.held("c#0", campaign()).windows == back.state("c#0", as_of=later).windows


def test_money_follows_the_coupon() -> None:
    ledger = issued(2)
    assert (ledger.committed, ledger.spent) == (1_000, 0)
    ledger = redeem(ledger, "c#0", key="a", now=NOW, value=300).ledger
    assert (ledger.committed, ledger.spent) == (1_000, 300)
    ledger = give_back(ledger, "c#0", key="b", now=NOW).ledger
    assert (ledger.committed, ledger.spent) == (1_000, 0)
    ledger = void(ledger, "c#0", key="c", now=NOW).ledger
    assert (ledger.committed, ledger.spent, ledger.live) == (500, 0, 1)


def test_a_retry_gets_the_first_answer_and_another_step_a_conflict() -> None:
    ledger = after(PAID)
    again = redeem(ledger, "c#0", key="before0", now=NOW + 9 * DAY, order="o", value=300)
    assert (again.decision.outcome, again.decision.replayed, again.ledger) == ("done", True, ledger)
    for fields in ({"order": "p", "value": 300}, {"order": "o", "value": 299}, {"order": "o"}):
        conflict = redeem(ledger, "c#0", key="before0", now=NOW, **fields)
        assert conflict.decision.reason == "idempotency_conflict"
    assert release(ledger, "c#0", key="issue0", now=NOW).decision.reason == "idempotency_conflict"


def test_a_retried_reservation_may_bear_a_new_deadline() -> None:
    again = reserve(after(HOLD), "c#0", key="before0", now=NOW + DAY, order="o", until=NOW + 2 * DAY)
    assert again.decision.replayed


def test_the_same_order_may_move_its_deadline() -> None:
    moved = reserve(after(HOLD), "c#0", key="k", now=NOW, order="o", until=NOW + DAY).ledger
    assert moved.state("c#0", as_of=NOW + 2 * HOUR).until == NOW + DAY


def test_an_unknown_coupon_is_not_found() -> None:
    ledger = issued()
    for coupon in ("c#1", "c#00", "d#0", "c"):
        assert redeem(ledger, coupon, key="k", now=NOW).decision.reason == "not_found"


steps = st.builds(
    lambda kind, coupon, key, order, value, late, at: Step(
        kind=kind,
        coupon=f"c#{coupon}",
        key=f"s{key}",
        order="o" if kind == "reserve" and order is None else order,
        value=value if kind == "redeem" else None,
        until=NOW + late * HOUR if kind == "reserve" and late else None,
        extend_until=NOW + late * HOUR if kind == "give_back" and late else None,
        at=None if at is None else NOW - at * HOUR,
    ),
    st.sampled_from(list(SINGLE)),
    st.integers(0, 2),
    st.integers(0, 15),
    st.sampled_from([None, "o", "p"]),
    st.sampled_from([None, 300]),
    st.integers(0, 4),
    st.none() | st.integers(0, 8),
)


@given(batch=st.lists(steps, max_size=14))
def test_a_plain_second_model_gives_the_same_answers_to_steps(batch: list[Step]) -> None:
    ruled = campaign(validity=Validity(lasts=6 * HOUR))
    asked = [IssueRequest(key=f"i{user}", user=user, at=NOW - 4 * HOUR) for user in range(2)]
    plain, ledger = PlainLedger(), issue(ruled, Ledger.empty(), asked, now=NOW).ledger
    for request in asked:
        plain.issue(ruled, request, NOW)
    expected = [plain.step(step, NOW) for step in batch]
    result, singly = apply(ledger, batch, now=NOW), ledger
    for step, row in zip(batch, result.decisions.rows(), strict=True):
        transition = one(step, singly)
        assert (transition.decision.reason or "") == row.reason
        assert (transition.decision.replayed, transition.decision.kind) == (row.replayed, row.kind)
        singly = transition.ledger
    assert result.decisions.reason.tolist() == expected
    assert result.ledger == singly == Ledger.from_events(result.ledger.events)
    assert (result.ledger.committed, result.ledger.spent) == (plain.committed, plain.spent)
    assert survives_json(result)
    for coupon, plainly in plain.coupons.items():
        state = singly.state(coupon, as_of=NOW)
        if state.status in ("redeemed", "void"):
            assert state.status == plainly["state"]


@given(batch=st.lists(steps, max_size=14))
def test_a_coupon_is_redeemed_at_most_once_between_give_backs(batch: list[Step]) -> None:
    ledger = apply(issued(3), batch, now=NOW).ledger
    used: set[str] = set()
    for event in ledger.events:
        if event.kind == "redeemed":
            assert event.coupon not in used
            used.add(event.coupon)
        elif event.kind == "given_back":
            used.remove(event.coupon)


def test_a_long_chain_of_single_steps_is_the_batch() -> None:
    ledger, batch = issued(700), [Step(kind="redeem", coupon=f"c#{k}", key=f"r{k}") for k in range(700)]
    singly = ledger
    for step in batch:
        singly = one(step, singly).ledger
    assert singly == apply(ledger, batch, now=NOW).ledger
    assert [event.seq for event in singly.since(1_000)] == list(range(1_000, 1_400))
    assert singly.events[-1].coupon == "c#699"


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: reserve(issued(), "c#0", key="k", now=NOW, order="o", until=NOW), "until must be after now"),
        (lambda: give_back(issued(), "c#0", key="k", now=NOW, extend_until=NOW), "extend_until must be after now"),
        (lambda: redeem(issued(), "c#0", key="k", now=NOW, value=501), "value must be at most the worst case"),
        (lambda: redeem(issued(), "c#0", key="k", now=NOW, value=1.0), "value must be a whole number"),
        (lambda: redeem(issued(), "c#0", key="k", now=NOW, value=-1), "value must lie in 0 to"),
        (lambda: redeem(issued(), "", key="k", now=NOW), "coupon_id must be text"),
        (lambda: redeem(issued(), "c#0", key="", now=NOW), "key must be text"),
        (lambda: redeem(issued(), "c#0", key=" ", now=NOW), "key must be text that is not empty"),
        (lambda: void(issued(), "c#0\n", key="k", now=NOW), "coupon_id must hold no control characters"),
        (lambda: void(issued(), "c#0", key="k", now=NOW, order="o\0"), "order must hold no control characters"),
        (lambda: redeem(issued(), "c#0", key="k", now=NOW, order=1.5), "order must be text"),
        (lambda: reserve(issued(), "c#0", key="k", now=NOW, order=None), "order must be text"),
        (lambda: release([], "c#0", key="k", now=NOW), "ledger must be a Ledger"),
        (
            lambda: apply(issued(), Step(kind="void", coupon="c#0", key="k"), now=NOW),
            "steps must be a list of Step, got",
        ),
        (lambda: apply(issued(), ["void"], now=NOW), "steps must hold Step objects, got a str at row 0"),
        (
            lambda: apply(issued(), [Step(kind="void", coupon="c#0", key="k", at=NOW + HOUR)], now=NOW),
            "at must not lie after now, got .* at row 0",
        ),
        (
            lambda: apply(issued(), [Step(kind="reserve", coupon="c#0", key="k", order="o", until=NOW)], now=NOW),
            "until must be after now, got .* at row 0",
        ),
        (
            lambda: apply(issued(), [Step(kind="redeem", coupon="c#0", key="k", value=501)], now=NOW),
            "value must be at most the worst case of the coupon, 500, got 501 at row 0",
        ),
    ],
)
def test_arguments_that_break_their_rule_are_refused_by_name(call: Any, match: str) -> None:
    with refuses(InvalidInput, match=match):
        call()


def test_a_naive_now_is_refused() -> None:
    with refuses(AmbiguousTime, match="now must be an aware datetime"):
        void(issued(), "c#0", key="k", now=NOW.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"kind": "reserve"}, "order must be given to reserve"),
        ({"kind": "void", "value": 1}, "value must be given to redeem only"),
        ({"kind": "redeem", "until": NOW}, "until must be given to reserve only"),
        ({"kind": "reserve", "order": "o", "extend_until": NOW}, "extend_until must be given to give_back only"),
        ({"kind": "burn"}, "kind"),
    ],
)
def test_a_step_that_breaks_its_rule_is_refused_by_name(fields: dict[str, Any], name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        Step(**{"coupon": "c#0", "key": "k", **fields})


PUBLIC = {
    "not_found": "void not_found not_issued prefix length symbol check blocked",
    "expired": "expired ended",
    "used": "already_redeemed reserved",
    "limit_reached": "per_user_limit per_person_limit per_day_limit total_limit already_for_source budget_exhausted",
}


@pytest.mark.parametrize("reason", list(Reason))
def test_a_stranger_hears_no_more_than_is_good(reason: Reason) -> None:
    public = next((word for word, reasons in PUBLIC.items() if reason in reasons.split()), None)
    timely = reason in {"not_yet_valid", "not_started", "outside_hours"}
    assert public_reason(reason, proven=False) == (public or "not_found")
    assert public_reason(reason.value, proven=True) == (public or ("not_yet_valid" if timely else "not_applicable"))


@pytest.mark.parametrize("codes", [Reason, PublicReason])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_reason_has_a_label_of_its_own(codes: Any, lang: str) -> None:
    assert len({label(code, lang=lang) for code in codes}) == len(codes)


def test_an_unknown_reason_is_refused() -> None:
    with refuses(InvalidInput, match="reason must be one of"):
        public_reason("bored", proven=True)


def test_only_a_bool_is_a_proof() -> None:
    assert public_reason("paused", proven=np.True_) == "not_applicable"
    for proven in ("no", 1, None):
        with refuses(InvalidInput, match="proven must be True or False"):
            public_reason("paused", proven=proven)
