"""Referral: each refusal has its reason, nobody is paid beyond a limit, and settling again changes nothing settled."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt import campaign as c
from socialmkt.core.errors import AmbiguousTime, InvalidInput, Overflow
from socialmkt.core.labels import label
from tests.campaign.vectors import MECHANISMS
from tests.refusals import refuses

TZ = "Asia/Shanghai"
NOON = dt.datetime(2026, 3, 1, 4, tzinfo=dt.UTC)


def at(day: float) -> dt.datetime:
    """Give an instant so many days after noon of 1 March in Shanghai."""
    return NOON + dt.timedelta(days=day)


def invite(referrer: Any, referred: Any, day: float = 0) -> c.Invite:
    return c.Invite(referrer=referrer, referred=referred, at=at(day))


def bought(number: int, buyer: Any, day: float, amount: int = 9900, returned: float | None = None) -> c.Purchase:
    returned_at = None if returned is None else at(returned)
    return c.Purchase(id=number, buyer=buyer, at=at(day), amount=amount, returned_at=returned_at)


def policy(**options: Any) -> c.ReferralPolicy:
    return c.ReferralPolicy(**{"currency": "CNY", "levels": (1000,), "tz": TZ, **options})


def settle(invites: Any, orders: Any, day: float, **options: Any) -> c.ReferralSettlement:
    return c.settle_referrals(invites, orders, policy(**options), as_of=at(day))


def reasons(settled: c.ReferralSettlement) -> list[str]:
    return settled.invites.reason.tolist()


def lines(settled: c.ReferralSettlement) -> list[tuple[Any, ...]]:
    return [(row.person, row.level, row.amount, row.outcome, row.reason) for row in settled.rewards.rows()]


# --- invites --------------------------------------------------------------------------------------------------------


def test_who_invites_their_own_inviter_runs_in_a_circle() -> None:
    settled = settle([invite("A", "B"), invite("B", "A", 1), invite("B", "C", 1), invite("C", "A", 2)], [], 3)
    assert reasons(settled) == ["no_purchase", "cycle", "no_purchase", "cycle"]
    assert settled.invites.outcome.tolist() == ["accepted", "refused", "accepted", "refused"]


def test_every_refusal_of_an_invite_says_why() -> None:
    invites = [invite("A", "A"), invite("A", "B", 2), invite("C", "B", 3), invite("A", "D", 4)]
    settled = settle(invites, [bought(1, "D", 1)], 5)
    assert reasons(settled) == ["self_referral", "no_purchase", "already_referred", "already_customer"]


def test_who_buys_at_the_very_moment_of_the_invite_is_new() -> None:
    settled = settle([invite("A", "B", 1)], [bought(1, "B", 1)], 20)
    assert (settled.due, reasons(settled)) == (1000, [""])


# --- purchases ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("returned", "due", "reason"),
    [(None, 1000, ""), (0.2, 0, "returned"), (15, 0, "returned"), (15.4, 0, "returned"), (16, 1000, "")],
)
def test_a_return_within_the_window_undoes_the_purchase(returned: float | None, due: int, reason: str) -> None:
    settled = settle([invite("A", "B")], [bought(1, "B", 0, returned=returned)], 17)
    assert (settled.due, settled.waiting, reasons(settled)) == (due, 0, [reason])


def test_a_reward_is_payable_when_the_day_after_the_window_begins() -> None:
    given = [invite("A", "B")], [bought(1, "B", 0)]
    before, after = settle(*given, 15.49), settle(*given, 15.5)
    assert [(s.due, s.waiting, s.rewards.outcome.tolist()) for s in (before, after)] == [
        (0, 1000, ["waiting"]),
        (1000, 0, ["due"]),
    ]
    assert str(after.rewards.payable_at[0]) == "2026-03-16T16:00:00.000000"


def test_a_return_that_has_not_happened_yet_is_not_seen() -> None:
    given = [invite("A", "B")], [bought(1, "B", 0, returned=10)]
    assert settle(*given, 5).waiting == 1000
    assert settle(*given, 12).waiting == 0


def test_the_first_purchase_that_stands_counts() -> None:
    orders = [bought(1, "B", 0, returned=3), bought(3, "B", 2, 700), bought(2, "B", 1, 100)]
    settled = settle([invite("A", "B")], orders, 30, basis="bp", minimum=500)
    assert settled.rewards.order.tolist() == [3]
    assert settled.due == 70


def test_without_a_window_a_reward_is_payable_at_once_and_for_good() -> None:
    settled = settle([invite("A", "B")], [bought(1, "B", 1, returned=1.5)], 2, return_days=None)
    assert (settled.due, settled.rewards.payable_at[0].astype(object)) == (1000, at(1).replace(tzinfo=None))


@pytest.mark.parametrize(
    ("day", "amount", "now", "expected"),
    [(6.9, 500, 8, ""), (7, 500, 8, "expired"), (1, 499, 5, "no_purchase"), (1, 499, 7, "expired")],
)
def test_a_purchase_counts_in_time_and_from_the_minimum_on(day: float, amount: int, now: float, expected: str) -> None:
    settled = settle([invite("A", "B")], [bought(1, "B", day, amount)], now, within=dt.timedelta(7), minimum=500)
    assert reasons(settled) == [expected]


def test_a_very_long_term_has_no_end() -> None:
    settled = settle([invite("A", "B")], [bought(1, "B", 3)], 30, within=dt.timedelta(days=10**8))
    assert settled.due == 1000


# --- rewards --------------------------------------------------------------------------------------------------------


def test_the_second_level_goes_to_the_inviter_s_inviter_if_they_came_first() -> None:
    invites = [invite("A", "B"), invite("B", "C", 1)]
    settled = settle(invites, [bought(1, "C", 2)], 20, levels=(1000, 200), welcome=300)
    assert [(line[:3]) for line in lines(settled)] == [("C", 0, 300), ("B", 1, 1000), ("A", 2, 200)]
    assert settled.rewards.kind.tolist() == ["welcome", "referral", "referral"]
    late = settle([invite("A", "B", 5), invite("B", "C", 1)], [bought(1, "C", 2)], 20, levels=(1000, 200))
    assert [line[:2] for line in lines(late)] == [("B", 1)]


def test_a_part_of_the_purchase_is_rounded_once_and_nothing_gives_no_line() -> None:
    given = [invite("A", "B")], [bought(1, "B", 0, 999)], 20
    assert settle(*given, levels=(250,), basis="bp").due == 24
    assert settle(*given, levels=(250,), basis="bp", rounding="up").due == 25
    assert len(settle(*given, levels=(0,)).rewards) == 0


def test_limits_count_what_is_due_and_keep_the_amount_of_what_is_refused() -> None:
    invites = [invite("A", name) for name in "BCDE"]
    orders = [bought(n, name, n) for n, name in enumerate("BCDE")]
    per_person = settle(invites, orders, 40, per_person=2, welcome=10)
    assert [line[4] for line in lines(per_person) if line[1]] == ["", "", "per_person_limit", "per_person_limit"]
    assert (per_person.due, per_person.rewards.amount.sum()) == (2040, 4040)
    budget = settle(invites, orders, 40, budget=2500)
    assert [line[4] for line in lines(budget)] == ["", "", "budget_exhausted", "budget_exhausted"]


def test_the_month_of_payment_is_the_local_one() -> None:
    invites = [invite("A", name) for name in "BCD"]
    orders = [bought(1, "B", 13), bought(2, "C", 14), bought(3, "D", 15)]
    settled = settle(invites, orders, 60, per_month=1)
    assert [str(day) for day in settled.rewards.payable_at.astype("M8[h]")] == [
        "2026-03-29T16",
        "2026-03-30T16",
        "2026-03-31T16",
    ]
    assert [line[4] for line in lines(settled)] == ["", "per_month_limit", ""]


def test_nothing_gives_nothing() -> None:
    settled = settle([], [], 0)
    assert (settled.due, settled.waiting, len(settled.invites), len(settled.rewards)) == (0, 0, 0, 0)
    shares = c.settle_shares([], c.SharePolicy(currency="CNY", amounts={}, tz=TZ), as_of=at(0))
    assert len(shares) == 0


people = st.sampled_from("ABCDE")
invites_ = st.lists(st.builds(invite, people, people, st.integers(0, 20)), max_size=8)
orders_ = st.lists(
    st.tuples(people, st.integers(0, 40), st.integers(0, 2000), st.none() | st.integers(0, 30)), max_size=8
).map(
    lambda rows: [
        bought(n, buyer, day, amount, None if later is None else day + later)
        for n, (buyer, day, amount, later) in enumerate(rows)
    ]
)
options_ = st.fixed_dictionaries(
    {
        "levels": st.sampled_from([(1000,), (700, 300)]),
        "welcome": st.sampled_from([0, 100]),
        "return_days": st.sampled_from([None, 0, 7, 15]),
        "within": st.sampled_from([None, dt.timedelta(10)]),
        "per_person": st.sampled_from([None, 1, 2]),
        "per_month": st.sampled_from([None, 1]),
        "budget": st.sampled_from([None, 0, 1500, 4000]),
    }
)


@given(invites=invites_, orders=orders_, options=options_, order=st.randoms(), now=st.integers(0, 70))
def test_the_order_of_input_and_repeats_change_nothing(
    invites: Any, orders: Any, options: Any, order: Any, now: int
) -> None:
    first = settle(invites, orders, now, **options)
    more, again = invites + invites[:2], orders + orders[-2:]
    order.shuffle(more)
    order.shuffle(again)
    assert settle(more, again, now, **options) == first


@given(invites=invites_, orders=orders_, options=options_, days=st.lists(st.integers(0, 70), min_size=2, max_size=2))
def test_settling_later_never_changes_what_is_due_or_refused(
    invites: Any, orders: Any, options: Any, days: Any
) -> None:
    early, late = (settle(invites, orders, day, **options) for day in sorted(days))
    settled = {line for line in early.rewards.rows() if line.outcome != "waiting"}
    assert settled <= set(late.rewards.rows())
    for found in (early, late):
        assert options["budget"] is None or found.due <= options["budget"]
        paid = [row for row in found.rewards.rows() if row.outcome == "due"]
        assert found.due == sum(row.amount for row in paid)
        if options["per_person"] is not None:
            for person in "ABCDE":
                assert sum(row.person == person and row.level > 0 for row in paid) <= options["per_person"]


def test_a_record_that_is_not_seen_yet_contradicts_nothing() -> None:
    twice = [bought(1, "B", 1), bought(1, "B", 1, returned=9), bought(2, "C", 2), bought(2, "C", 8)]
    assert settle([invite("A", "B")], twice, 5) == settle([invite("A", "B")], [twice[0], twice[2]], 5)
    with refuses(InvalidInput, match="purchases must have one content per id, got 1 with two"):
        settle([invite("A", "B")], twice[:2], 9)
    with refuses(InvalidInput, match="purchases must have one content per id, got 2 with two"):
        settle([invite("A", "B")], twice[2:], 9)


def test_sums_may_exceed_64_bits_and_ids_may_not() -> None:
    settled = settle([invite("A", "B")], [bought(1, "B", 0)], 20, levels=(2**63 - 1,), welcome=2**63 - 1)
    assert settled.due == 2**64 - 2
    assert c.ReferralSettlement.model_validate_json(settled.model_dump_json()) == settled
    with pytest.raises(ValidationError, match="referrer must fit 64 bits"):
        invite(2**64, 1)
    with refuses(Overflow, match="campaign.settle_referrals: referrer must fit 64 bits"):
        settle([invite(2**63, 1), invite(-1, 2)], [], 1)


# --- shares ---------------------------------------------------------------------------------------------------------


def share(number: int, person: str, day: float, kind: str = "post") -> c.Share:
    return c.Share(id=number, person=person, at=at(day), kind=kind)


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({}, ["", "", "", "not_rewarded", ""]),
        ({"per_day": 2}, ["", "", "per_day_limit", "not_rewarded", ""]),
        ({"per_person": 1}, ["", "per_person_limit", "per_person_limit", "not_rewarded", "per_person_limit"]),
        ({"budget": 250}, ["", "", "budget_exhausted", "not_rewarded", "budget_exhausted"]),
    ],
)
def test_shares_are_rewarded_up_to_the_limits(limits: dict[str, int], expected: list[str]) -> None:
    shares = [
        share(n, "ann", day, kind)
        for n, (day, kind) in enumerate([(0, "post"), (0.1, "post"), (0.2, "post"), (0.3, "like"), (0.5, "post")])
    ]
    rules = c.SharePolicy(currency="CNY", amounts={"post": 100}, tz=TZ, **limits)
    table = c.settle_shares([*shares[::-1], shares[0], share(9, "ann", 8)], rules, as_of=at(7))
    assert table.reason.tolist() == expected
    assert table.amount.tolist() == [0 if reason else 100 for reason in expected]
    assert table.outcome.tolist() == ["refused" if reason else "due" for reason in expected]


# --- spread ---------------------------------------------------------------------------------------------------------


def test_a_campaign_below_one_ends_somewhere() -> None:
    given = MECHANISMS["viral"]
    found = c.viral(given["seeds"], given["invites"], given["joins"])
    assert (found.k, round(found.low, 4), round(found.high, 4)) == (given["k"], given["low"], given["high"])
    assert (round(found.total, 2), round(found.after(3), 1)) == (given["total"], given["after_3"])
    assert found.after(0) == given["seeds"]


def test_a_campaign_of_one_and_above_has_no_total() -> None:
    one, two = c.viral(10, 30, 10), c.viral(10, 30, 20)
    assert (one.total, two.total) == (None, None)
    assert (one.after(3), two.after(3)) == (40, 150)
    for spread, cycles in ((two, 10**6), (c.viral(100, 1000, 1000), 307)):
        with refuses(Overflow, match="cycles must keep the number of people finite"):
            spread.after(cycles)


def test_a_spread_close_to_one_keeps_its_digits() -> None:
    people = 10**9
    exact = people * sum(Fraction(people - 1, people) ** n for n in range(11))
    assert c.viral(people, people, people - 1).after(10) == pytest.approx(float(exact), rel=1e-15)


def test_without_invites_nobody_joins() -> None:
    found = c.viral(10, 0, 0)
    assert (found.k, found.low, found.high, found.total) == (0, None, None, 10)


@given(seeds=st.integers(1, 50), invites=st.integers(0, 100), data=st.data(), cycles=st.integers(0, 8))
def test_the_spread_is_a_geometric_sum(seeds: int, invites: int, data: Any, cycles: int) -> None:
    found = c.viral(seeds, invites, data.draw(st.integers(0, invites)))
    assert found.after(cycles) == pytest.approx(seeds * sum(found.k**n for n in range(cycles + 1)))


# --- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("invites", "orders", "words"),
    [
        (
            [invite("A", "B")],
            [bought(1, "B", 0), bought(1, "B", 1)],
            "purchases must have one content per id, got 1 with two",
        ),
        ([invite("A", "B"), invite(1, 2)], [], "invites must hold ids of one kind, got text and whole numbers"),
        ([invite("A", 1)], [], "invites must hold ids of one kind"),
        ([invite("A", "B")], [bought(1, 2, 0)], "purchases must hold ids of one kind"),
        ([], [bought(1, 2, 0), bought("x", 2, 0)], "purchases must hold ids of one kind"),  # type: ignore[arg-type]
        (["A>B"], [], "invites must hold Invite objects, got .* at row 0"),
        ("AB", [], "invites must be a list of Invite, got 'AB'"),
        ([], 5, "purchases must be a list of Purchase, got 5"),
    ],
)
def test_records_that_contradict_each_other_are_refused(invites: Any, orders: Any, words: str) -> None:
    with refuses(InvalidInput, match=words):
        settle(invites, orders, 5)


def test_what_is_no_policy_or_no_moment_is_refused() -> None:
    with refuses(InvalidInput, match="policy must be a ReferralPolicy"):
        c.settle_referrals([], [], {}, as_of=at(0))  # type: ignore[arg-type]
    with refuses(AmbiguousTime, match="as_of must be"):
        c.settle_referrals([], [], policy(), as_of=dt.datetime(2026, 3, 1))
    with refuses(InvalidInput, match="policy must be a SharePolicy"):
        c.settle_shares([], policy(), as_of=at(0))  # type: ignore[arg-type]
    rules = c.SharePolicy(currency="CNY", amounts={}, tz=TZ)
    with refuses(InvalidInput, match="shares must have one content per id"):
        c.settle_shares([share(1, "ann", 0), share(1, "ann", 1)], rules, as_of=at(2))


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ((0, 0, 0), "seeds must be a whole number of at least 1, got 0"),
        ((1, 2, 3), "joins must be at most the invites, 2, got 3"),
        ((1.0, 2, 1), "seeds must be a whole number of at least 1, got 1.0"),
        ((1, True, 0), "invites must be a whole number of at least 0, got True"),
    ],
)
def test_counts_that_make_no_sense_are_refused(args: Any, words: str) -> None:
    with refuses(InvalidInput, match=words):
        c.viral(*args)
    with refuses(Overflow, match="campaign.viral: seeds must fit 64 bits"):
        c.viral(2**63, 1, 1)
    with refuses(InvalidInput, match="campaign.viral: confidence must lie strictly between"):
        c.viral(1, 1, 1, confidence=95)
    with refuses(InvalidInput, match="cycles must be a whole number of at least 0, got -1"):
        c.viral(1, 1, 1).after(-1)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: policy(levels=(1, 2, 3)), "levels must be one or two, got 3"),
        (lambda: policy(levels=()), "levels must be one or two, got 0"),
        (lambda: policy(levels=(10.0,)), "minor units"),
        (lambda: policy(levels=(10_001,), basis="bp"), "levels must be at most 10,000 basis points, got 10001"),
        (lambda: policy(basis="percent"), "flat"),
        (lambda: policy(rounding="nearest"), "rounding must be one of"),
        (lambda: policy(within=dt.timedelta(0)), "within must be longer than nothing"),
        (lambda: policy(return_days=-1), "return_days must be at least 0"),
        (lambda: policy(return_days=4000), "return_days must be at most 3,650, got 4000"),
        (lambda: policy(tz="Mars"), "tz must be an IANA zone name"),
        (lambda: policy(budget=True), "budget must be a whole number of minor units"),
        (lambda: bought(1, "A", 3, returned=2), "returned_at must not be before at"),
        (lambda: c.Invite(referrer="A", referred="B", at=dt.datetime(2026, 3, 1)), "at must be an aware datetime"),
        (lambda: c.Invite(referrer=1.5, referred="B", at=NOON), "referrer must be text or a whole number, got 1.5"),
        (lambda: c.SharePolicy(currency="CNY", amounts={"post": 1.5}, tz=TZ), "minor units"),
    ],
)
def test_policies_that_make_no_sense_are_refused(make: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        make()


@pytest.mark.parametrize("codes", [c.InviteOutcome, c.InviteReason, c.RewardKind, c.RewardOutcome, c.RewardReason])
def test_every_code_has_its_own_label_in_each_language(codes: Any) -> None:
    for lang in ("zh", "en"):
        assert len({label(code, lang=lang) for code in codes}) == len(codes)
