"""Issuing: every reason in its order, replays that issue nothing twice, limits that hold, and a plain second model."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt import Rule
from socialmkt.core.errors import AmbiguousTime, Infeasible, InvalidInput, SchemeMismatch
from socialmkt.coupons import (
    Campaign,
    CodeBook,
    CodeSpec,
    IssueRequest,
    IssueResult,
    Ledger,
    PercentOff,
    Validity,
    issue,
    void,
)
from tests.coupons.ledger_model import PlainLedger
from tests.coupons.shop import DAY, HOUR, NOW, SHANGHAI, campaign, issued, requests, survives_json
from tests.refusals import refuses

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/coupons_issuance.json").read_text(encoding="utf-8"))
EMPTY = Ledger.empty()


def answers(result: IssueResult) -> list[str]:
    return [
        (row.coupon.removeprefix("c") or row.reason) + (" again" if row.replayed else "")
        for row in result.decisions.rows()
    ]


def test_two_in_all_and_one_per_user() -> None:
    limited = campaign(total=VECTORS["total"], per_user=VECTORS["per_user"])
    result = issue(limited, EMPTY, requests(*VECTORS["requests"]), now=NOW)
    assert answers(result) == VECTORS["answers"]
    key, user, answer = VECTORS["then"]
    assert answers(issue(limited, result.ledger, requests((key, user)), now=NOW)) == [answer]
    assert survives_json(result)


REASONS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("not_started", {"issue_from": NOW + HOUR}, {}),
    ("ended", {"issue_until": NOW}, {}),
    ("ended", {"status": "ended"}, {}),
    ("paused", {"status": "paused"}, {}),
    ("not_eligible", {"rule": Rule.fact("follows")}, {"facts": {"follows": False}}),
    ("already_for_source", {"once_per_source": "user"}, {"source": "birthday", "source_ref": "2026"}),
    ("already_for_source", {"once_per_source": "person"}, {"source": "birthday", "source_ref": "2026"}),
    ("per_user_limit", {"per_user": 1}, {}),
    ("per_person_limit", {"per_person": 1}, {}),
    ("per_day_limit", {"per_day": 1, "validity": Validity(tz="Asia/Shanghai")}, {}),
    ("total_limit", {"total": 1}, {}),
    ("budget_exhausted", {"budget": 700}, {}),
]


@pytest.mark.parametrize("place", range(len(REASONS)))
def test_of_all_reasons_that_hold_the_first_is_the_answer(place: int) -> None:
    first = issue(campaign(), EMPTY, requests(("k", "u"), source="birthday", source_ref="2026"), now=NOW).ledger
    fields: dict[str, Any] = {}
    for _, more, _ in reversed(REASONS[place:]):
        fields |= more
    if "issue_from" in fields:
        del fields["issue_until"]  # which must be later
    asked: dict[str, Any] = {"source": "birthday", "source_ref": "2026", "facts": {"follows": False}}
    row = next(issue(campaign(**fields), first, requests(("k2", "u"), **asked), now=NOW).decisions.rows())
    assert (row.outcome, row.reason, row.coupon) == ("refused", REASONS[place][0], "")
    assert row.detail == ("follows" if row.reason == "not_eligible" else "")


def test_a_retry_gets_the_first_answer_whatever_the_campaign_has_become() -> None:
    ledger = issued()
    later = requests(("issue0", 0), at=NOW + DAY, facts={"follows": False})
    result = issue(campaign(status="ended", total=1), ledger, later, now=NOW + DAY)
    assert answers(result) == ["#0 again"]
    assert result.ledger == ledger
    assert result.ledger.version == result.expected_version == 1


@pytest.mark.parametrize("more", [{"user": 1}, {"person": 0}, {"source": "s"}, {"source_ref": "r"}])
def test_another_fingerprint_under_a_used_key_is_a_conflict(more: dict[str, Any]) -> None:
    request = IssueRequest(**{"key": "issue0", "user": 0, **more})
    assert answers(issue(campaign(), issued(), [request], now=NOW)) == ["idempotency_conflict"]


def test_the_key_of_a_step_is_no_key_for_a_request() -> None:
    ledger = void(issued(), "c#0", key="k", now=NOW).ledger
    assert answers(issue(campaign(), ledger, requests(("k", 0)), now=NOW)) == ["idempotency_conflict"]


def test_a_refused_key_may_try_again() -> None:
    result = issue(campaign(status="paused"), EMPTY, requests(("k", "u")), now=NOW)
    assert answers(issue(campaign(), result.ledger, requests(("k", "u")), now=NOW)) == ["#0"]


def test_a_user_without_a_person_is_nobodys_person() -> None:
    limited = campaign(per_person=1)
    first = issue(limited, EMPTY, [IssueRequest(key="a", user="x")], now=NOW).ledger
    assert answers(issue(limited, first, [IssueRequest(key="b", user="y", person="x")], now=NOW)) == ["#1"]
    assert answers(issue(limited, first, [IssueRequest(key="b", user="x")], now=NOW)) == ["per_person_limit"]


def test_the_user_1_is_not_the_user_of_the_name_1() -> None:
    assert answers(issue(campaign(per_user=1), EMPTY, requests(("a", 1), ("b", "1")), now=NOW)) == ["#0", "#1"]


def test_a_birthday_gift_comes_once_a_year_and_other_claims_are_not_tested() -> None:
    yearly = campaign(once_per_source="user")
    asked = [
        IssueRequest(key=str(number), user="u", source=source, source_ref=ref)
        for number, (source, ref) in enumerate(
            [("b", "2026"), ("b", "2026"), ("b", "2027"), (None, None), (None, None)]
        )
    ]
    assert answers(issue(yearly, EMPTY, asked, now=NOW)) == ["#0", "already_for_source", "#1", "#2", "#3"]


def test_a_void_coupon_frees_its_place_and_its_budget_and_nothing_else() -> None:
    limited = campaign(total=1, budget=500, per_user=1)
    ledger = issue(limited, EMPTY, requests(("a", "u")), now=NOW).ledger
    ledger = void(ledger, "c#0", key="v", now=NOW).ledger
    assert (ledger.issued, ledger.live, ledger.committed, ledger.next_serial) == (1, 0, 0, 1)
    assert answers(issue(limited, ledger, requests(("b", "u"), ("c", "w"), ("d", "x")), now=NOW)) == [
        "per_user_limit",
        "#1",
        "total_limit",
    ]


def test_limits_may_come_later_and_count_what_was_issued_before() -> None:
    ledger = issued(3)
    assert answers(issue(campaign(per_user=1), ledger, requests(("a", 2), ("b", 7)), now=NOW)) == [
        "per_user_limit",
        "#3",
    ]
    daily = campaign(per_day=4, validity=Validity(tz="UTC"))
    assert answers(issue(daily, ledger, requests(("a", 8), ("b", 9)), now=NOW)) == ["#3", "per_day_limit"]


def test_days_are_local_days_of_the_claim() -> None:
    daily = campaign(per_day=1, validity=Validity(tz="Asia/Shanghai"))
    late = NOW.replace(hour=15, minute=59)
    asked = [IssueRequest(key=str(k), user=k, at=late + k * HOUR) for k in range(3)]
    assert answers(issue(daily, EMPTY, asked, now=NOW + DAY)) == ["#0", "#1", "per_day_limit"]


def test_windows_are_fixed_at_issue() -> None:
    validity = Validity(days=3, tz="Asia/Shanghai")
    result = issue(campaign(validity=validity), EMPTY, requests(("a", "u"), at=NOW - HOUR), now=NOW)
    coupon = result.ledger.coupon("c#0")
    assert coupon.windows == tuple(validity.windows(NOW - HOUR))
    assert (coupon.claimed_at, coupon.user, coupon.serial, coupon.campaign) == (NOW - HOUR, "u", 0, "c")


def test_serials_with_a_blocked_code_are_stepped_over() -> None:
    book = CodeBook(CodeSpec(body=4, blocked=["AA", "1Z"]), bytes(32), "c")
    clean = np.flatnonzero(~book.blocked(np.arange(3_000)))[:50].tolist()
    asked = requests(*((f"k{number}", number) for number in range(50)))
    once = issue(campaign(), EMPTY, asked, now=NOW, book=book).ledger
    twice = EMPTY
    for request in asked:
        twice = issue(campaign(), twice, [request], now=NOW, book=book).ledger
    assert once == twice
    assert [once.coupon(f"c#{serial}").serial for serial in clean] == clean
    assert (once.next_serial, once.burned) == (clean[-1] + 1, clean[-1] + 1 - 50)


def test_a_book_that_is_used_up_is_refused() -> None:
    spec = CodeSpec(alphabet="0123456789", body=6, checks=0, blocked=["00"])
    last = spec.capacity - 1
    ledger = Ledger.from_events(
        [
            issue(campaign(), EMPTY, requests(("a", 1)), now=NOW)
            .ledger.events[0]
            .model_copy(update={"coupon": f"c#{last}"})
        ]
    )
    with refuses(Infeasible, match="book must have a serial left"):
        issue(campaign(), ledger, requests(("b", 1)), now=NOW, book=CodeBook(spec, bytes(32), "c"))
    assert answers(
        issue(campaign(total=1), ledger, requests(("b", 1)), now=NOW, book=CodeBook(spec, bytes(32), "c"))
    ) == ["total_limit"]


asks = st.builds(
    IssueRequest,
    key=st.integers(0, 12).map(str),
    user=st.integers(0, 2),
    person=st.none() | st.integers(0, 1),
    source=st.sampled_from([None, "s"]),
    source_ref=st.sampled_from([None, "1", "2"]),
    at=st.none() | st.integers(0, 60).map(lambda hours: NOW - hours * HOUR),
    facts=st.sampled_from([{}, {"follows": True}, {"follows": False}]),
)
campaigns = st.builds(
    campaign,
    issue_from=st.sampled_from([None, NOW - 40 * HOUR]),
    issue_until=st.sampled_from([None, NOW - HOUR]),
    status=st.sampled_from(["active", "active", "active", "paused", "ended"]),
    per_user=st.none() | st.integers(1, 3),
    per_person=st.none() | st.integers(1, 3),
    per_day=st.none() | st.integers(1, 3),
    total=st.none() | st.integers(1, 6),
    budget=st.none() | st.integers(500, 3_000),
    rule=st.sampled_from([None, None, Rule.fact("follows")]),
    once_per_source=st.sampled_from([None, "user", "person"]),
    validity=st.just(Validity(tz="Asia/Shanghai")),
)


@given(batches=st.lists(st.tuples(campaigns, st.lists(asks, max_size=8)), max_size=4))
def test_a_plain_second_model_gives_the_same_answers(batches: list[tuple[Campaign, list[IssueRequest]]]) -> None:
    plain, ledger = PlainLedger(), EMPTY
    for each, asked in batches:
        expected = [plain.issue(each, request, NOW) for request in asked]
        one_by_one = ledger
        for request in asked:
            one_by_one = issue(each, one_by_one, [request], now=NOW).ledger
        result = issue(each, ledger, asked, now=NOW)
        assert [(row.coupon, row.reason) for row in result.decisions.rows()] == expected
        assert result.ledger == one_by_one
        assert issue(each, result.ledger, asked, now=NOW).ledger.events[: result.ledger.version] == result.ledger.events
        ledger = result.ledger
        assert ledger.committed == plain.committed
        assert ledger.version == plain.version
        for number in range(ledger.version + 1):
            assert Ledger.from_events(ledger.events[:number]).version == number
        assert Ledger.from_events(ledger.events) == ledger


@given(asked=st.lists(asks, max_size=8), again=st.lists(st.integers(0, 7), max_size=8))
def test_replays_of_any_part_issue_nothing_twice(asked: list[IssueRequest], again: list[int]) -> None:
    limited = campaign(budget=2_000, total=3)
    ledger = issue(limited, EMPTY, asked, now=NOW).ledger
    part = [asked[place] for place in again if place < len(asked)]
    retried = issue(limited, ledger, part, now=NOW).ledger
    known = {event.key for event in ledger.events}
    assert all(event.key not in known for event in retried.since(ledger.version))
    assert retried.committed <= 2_000
    assert retried.live <= 3


def test_other_arguments_are_refused_by_name() -> None:
    one = requests(("a", "u"))
    with refuses(SchemeMismatch, match="campaign must be the one of this ledger, 'c', got 'd'"):
        issue(campaign(id="d"), issued(), one, now=NOW)
    with refuses(InvalidInput, match="campaign must be a Campaign"):
        issue("c", EMPTY, one, now=NOW)
    with refuses(InvalidInput, match="ledger must be a Ledger"):
        issue(campaign(), [], one, now=NOW)
    with refuses(InvalidInput, match="requests must be a list of IssueRequest"):
        issue(campaign(), EMPTY, one[0], now=NOW)
    with refuses(InvalidInput, match="requests must hold IssueRequest objects, got a str at row 1"):
        issue(campaign(), EMPTY, [*one, "k"], now=NOW)
    with refuses(InvalidInput, match="at must not lie after now, got .* at row 0"):
        issue(campaign(), EMPTY, requests(("a", "u"), at=NOW + HOUR), now=NOW)
    with refuses(InvalidInput, match="book must be a CodeBook, got CodeSpec"):
        issue(campaign(), EMPTY, one, now=NOW, book=CodeSpec())
    with refuses(AmbiguousTime, match="now must be an aware datetime"):
        issue(campaign(), EMPTY, one, now=NOW.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"key": ""}, "key"),
        ({"user": ""}, "user"),
        ({"user": "\ud800"}, "user must hold no control characters"),
        ({"user": True}, "user"),
        ({"user": 1.0}, "user"),
        ({"user": None}, "user"),
        ({"at": NOW.replace(tzinfo=None)}, "at"),
        ({"person": 1.5}, "person"),
        ({"facts": ["follows"]}, "facts"),
        ({"facts": {"joined": NOW.replace(tzinfo=None)}}, "joined must be an aware datetime"),
        ({"facts": {"spent": float("inf")}}, "spent must be a finite number"),
    ],
)
def test_a_request_that_breaks_its_rule_is_refused_by_name(fields: dict[str, Any], name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        IssueRequest(**{"key": "k", "user": "u", **fields})


FACTS: dict[str, Any] = {
    "follows": True,
    "orders": 3,
    "spent": 1.5,
    "city": "2026-03-01T12:00:00+00:00",
    "joined": NOW.astimezone(SHANGHAI),
    "tier": None,
}


def test_a_request_comes_back_from_json_with_its_facts() -> None:
    request = IssueRequest(key="k", user="u", facts=FACTS)
    assert survives_json(request)
    assert request.facts == FACTS
    assert isinstance(IssueRequest.model_validate_json(request.model_dump_json()).facts["city"], str)


@pytest.mark.parametrize(
    ("fact", "plain"),
    [
        (np.True_, True),
        (np.int64(3), 3),
        (np.float64(1.5), 1.5),
        (Decimal("1.5"), 1.5),
        (np.str_("a"), "a"),
        (np.datetime64("2026-03-01T12:00"), NOW),
        (NOW.date(), NOW - 12 * HOUR),
        (float("nan"), None),
        (np.datetime64("NaT", "us"), None),
        (["what", "no", "rule", "reads"], ["what", "no", "rule", "reads"]),
    ],
)
def test_a_fact_is_kept_as_python_has_it(fact: Any, plain: Any) -> None:
    request = IssueRequest(key="k", user="u", facts={"fact": fact})
    assert request.facts["fact"] == plain
    assert type(request.facts["fact"]) is type(plain)
    assert survives_json(request)


def test_rules_read_instants_after_json_as_before() -> None:
    loyal = campaign(rule=Rule.before("joined", NOW))
    request = IssueRequest(key="k", user="u", facts={"joined": NOW - DAY})
    for each in (request, IssueRequest.model_validate_json(request.model_dump_json())):
        assert answers(issue(loyal, EMPTY, [each], now=NOW)) == ["#0"]


def test_an_unknown_worst_case_counts_nothing() -> None:
    assert issued(2, terms=PercentOff(off_bp=100)).committed == 0
