"""What lies under a draw: places and their limits, tickets in bulk, exact order, and the words of what is refused."""

from __future__ import annotations

import decimal
import hashlib
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialmkt.core.errors import Infeasible, InvalidInput, SchemeMismatch
from socialmkt.lottery import Entries, Prize, Ranking, draw, draw_key, manifest, rank, ticket, verify
from socialmkt.lottery import _order as order
from socialmkt.lottery import _tickets as tickets
from socialmkt.lottery._caps import LARGEST, Counter, check_caps
from socialmkt.lottery._events import chained, disqualified
from socialmkt.lottery._fill import MARGIN, Filled, fill
from socialmkt.lottery._lots import lots
from socialmkt.lottery._rows import AlternateRow, WinnerRow
from socialmkt.lottery._standing import Standing, Vacated, replay
from socialmkt.lottery.drawing import _check_unfilled
from tests.lottery.draws import (
    BEACON,
    CLOSE,
    DRAW,
    KEY,
    LATER,
    SESAME,
    example,
    example_manifest,
    example_record,
    keys_of,
)
from tests.refusals import refuses

SHA = "[0-9a-f]{12}"


def ranked(entries: Entries, **rules: Any) -> list[str]:
    return rank(entries, KEY, k=len(entries), **rules)["entry"].tolist()


# --- places --------------------------------------------------------------------------------------------------------


def holding(count: int, place: int) -> tuple[Entries, list[str]]:
    """A list in which only the entry at one place of the ranking qualifies; weights are unequal."""
    names, weight = [f"u{number:04d}" for number in range(count)], [1 + number % 3 for number in range(count)]
    at = ranked(Entries.from_columns(names, weight=weight))
    entries = Entries.from_columns(names, weight=weight, qualifies={"purchase": [one == at[place] for one in names]})
    return entries, at


@pytest.mark.parametrize("place", [0, MARGIN - 1, MARGIN, MARGIN + 1, 4 * (MARGIN + 1) - 1, 4 * (MARGIN + 1), 299])
def test_the_walk_finds_the_one_who_qualifies_wherever_they_stand(place: int) -> None:
    entries, at = holding(300, place)
    prize = Prize(name="p", quantity=1, kind="purchase")
    filled = fill(lots(entries, KEY, "exponential", func="f"), [prize], alternates=0, caps={})
    assert filled.winners == [("p", 1, place)]
    assert filled.skipped == [("p", below, False) for below in range(place)]
    assert (filled.deepest, filled.unfilled) == (place, [])
    named = [entries.id[row] for row in filled.rows]
    assert named == at[: len(named)]
    assert len(named) >= min(place + 2, 300), "the gap below the last place is part of the record"


def test_a_place_beyond_the_list_stays_empty_and_nobody_below_it_counts_as_passed_over() -> None:
    entries, _ = holding(100, 99)
    prizes = [Prize(name="p", quantity=2, kind="purchase"), Prize(name="q", quantity=1, kind="purchase")]
    filled = fill(lots(entries, KEY, "exponential", func="f"), prizes, alternates=0, caps={})
    assert filled.winners == [("p", 1, 99)]
    assert filled.unfilled == [("p", 2), ("q", 1)]
    assert [row[:2] for row in filled.skipped] == [("p", place) for place in range(99)]


def test_nothing_drawn_is_no_place_at_all() -> None:
    entries = Entries.from_columns(["ann", "bo"], qualifies={"purchase": [False, False]})
    prize = Prize(name="p", quantity=1, kind="purchase")
    filled = fill(lots(entries, KEY, "exponential", func="f"), [prize], alternates=3, caps={})
    assert (filled.winners, filled.alternates, filled.skipped, filled.deepest) == ([], [], [], -1)
    assert filled.unfilled == [("p", 1)]


def test_every_prize_has_its_own_number_of_alternates() -> None:
    names = [f"u{number}" for number in range(12)]
    at = ranked(Entries.from_columns(names))
    entries = Entries.from_columns(names, qualifies={"purchase": [one in at[8:] for one in names]})
    prizes = [Prize(name="p", quantity=1, kind="purchase"), Prize(name="q", quantity=1)]
    filled = fill(lots(entries, KEY, "exponential", func="f"), prizes, alternates=2, caps={})
    assert filled.winners == [("p", 1, 8), ("q", 1, 0)]
    assert filled.alternates == [("p", 3, 9), ("p", 4, 10), ("q", 1, 1), ("q", 2, 2), ("q", 3, 9), ("q", 4, 10)]
    assert filled.deepest == 10


@given(quantity=st.integers(1, 5), weight=st.lists(st.integers(1, 9), min_size=7, max_size=7, unique=True))
def test_the_gap_of_a_record_reaches_one_below_the_last_place_that_was_used(quantity: int, weight: list[int]) -> None:
    entries = Entries.from_columns(list("abcdefg"), weight=weight)
    made = manifest(entries, [Prize(name="p", quantity=quantity)], draw_id="d", beacon="b", alternates=1)
    record = draw(made, entries, beacon="1")
    key = draw_key(made.commitment, "1")
    assert record.min_relative_gap == rank(entries, key, k=quantity + 2).min_relative_gap


def test_the_gap_of_a_record_is_the_smallest_of_its_pools() -> None:
    entries = Entries.from_columns(list("abcdefg"), weight=range(1, 8))
    prizes = [Prize(name=pool, quantity=1, pool=pool) for pool in "xyz"]
    made = manifest(entries, prizes, draw_id="d", beacon="b")
    record = draw(made, entries, beacon="1")
    keys = [draw_key(made.commitment, "1", pool=pool) for pool in "xyz"]
    assert record.min_relative_gap == min(rank(entries, key, k=2).min_relative_gap for key in keys)


@pytest.mark.parametrize(("quantity", "slot", "empty"), [(1_000_000, 1, 1_000_000), (1_000_004, 5, 1_000_000)])
def test_a_million_empty_slots_may_be_listed_and_no_more(quantity: int, slot: int, empty: int) -> None:
    filled = Filled([], [], [], [("pen", slot)], [], -1)
    _check_unfilled(filled, [Prize(name="pen", quantity=quantity)])
    with refuses(
        Infeasible,
        match=f"^lottery.draw: quantity must leave at most 1,000,000 slots unfilled, got {empty + 1}. "
        "Offer fewer prizes, or draw from more entries.$",
    ):
        _check_unfilled(filled, [Prize(name="pen", quantity=quantity + 1)])


# --- caps ----------------------------------------------------------------------------------------------------------


def test_caps_are_sorted_whole_numbers_up_to_what_every_json_reader_keeps() -> None:
    taken = check_caps({"person": np.int64(2), "device": LARGEST}, ["device", "person"], func="f")
    assert list(taken.items()) == [("device", 2**53 - 1), ("person", 2)]
    assert type(taken["person"]) is int
    assert check_caps(None, None, func="f") == check_caps({}, ["person"], func="f") == {}
    assert check_caps({"any": 1}, None, func="f") == {"any": 1}
    for limit in (0, -1, 2**53, 1.0, None):
        with refuses(InvalidInput, match=rf"^f: caps\['person'\] must be a whole number of at least 1, got {limit}\.$"):
            check_caps({"person": limit}, ["person"], func="f")
    with refuses(InvalidInput, match="^f: caps must be one of device, person, got 'persons'. Did you mean 'person'?"):
        check_caps({"persons": 1}, ["person", "device"], func="f")
    with refuses(InvalidInput, match=r"^f: caps must be one of \(no groups in the list\), got 'person'\.$"):
        check_caps({"person": 1}, [], func="f")
    for name in ("Person", "a b", "x" * 33, "", 5):
        match = "^f: caps must have names of 1 to 32 characters from a-z, 0-9 and _, got "
        with refuses(InvalidInput, match=match):
            check_caps({name: 1}, None, func="f")
    with refuses(InvalidInput, match=r"^f: caps must be a mapping of group to number, got \['person'\]\.$"):
        check_caps(["person"], None, func="f")


def test_a_group_is_full_at_its_cap_and_no_group_is_never_full() -> None:
    counter = Counter([1, 2])
    for own in (("p", "d"), (None, "d"), (0, 0), (0, 0), (0, 0)):
        assert not counter.is_full(own)
        counter.add(own)
    assert counter.is_full(("p", None))
    assert counter.is_full(("q", "d"))
    assert not counter.is_full(("q", "e"))
    assert not counter.is_full((None, None))
    assert not counter.is_full((0, 0))
    with pytest.raises(ValueError, match="argument"):
        counter.add(("p",))


# --- tickets -------------------------------------------------------------------------------------------------------


def test_tickets_in_pieces_are_the_tickets_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tickets, "_CHUNK", 3)
    for count in range(8):
        names = [f"张{number}" for number in range(count)]
        heads = tickets.heads(KEY, np.array(names, object))
        assert heads.tolist() == [int(ticket(KEY, one)[:16], 16) for one in names]
        assert heads.dtype == np.uint64


def test_the_smallest_sub_ticket_is_that_of_the_definition() -> None:
    for one, weight in (("ann", 1), ("张三", 2), ("bo", 12)):
        subs = [hashlib.sha256(f"{KEY}{one}#{number}".encode()).hexdigest() for number in range(1, weight + 1)]
        assert tickets.smallest_ticket(KEY, one, weight) == min(subs)
        entries = Entries.from_columns([one], weight=[weight])
        assert tickets.smallest_heads(KEY, entries, func="f").tolist() == [int(min(subs)[:16], 16)]
        assert rank(entries, KEY, k=1, method="tickets")["ticket"].tolist() == [min(subs)]


def test_as_many_sub_tickets_as_the_limit_are_hashed_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tickets, "MAX_TICKETS", 5)
    assert len(tickets.smallest_heads(KEY, Entries.from_columns(["a", "b"], weight=[2, 3]), func="f")) == 2
    with refuses(
        Infeasible,
        match="^f: weight must add up to at most 5 for method='tickets', got 6. Use method='exponential': one law.$",
    ):
        tickets.smallest_heads(KEY, Entries.from_columns(["a", "b"], weight=[2, 4]), func="f")


# --- order ---------------------------------------------------------------------------------------------------------


def by_name(names: list[str]) -> Any:
    return lambda place: ("same ticket", names[place])


def test_equal_tickets_are_ordered_apart_in_every_run_and_nobody_else_moves() -> None:
    head = np.array([5, 3, 5, 9, 3, 9, 9], np.uint64)
    tie = by_name(list("gfedcba"))
    assert order.order_by_head(head, tie).tolist() == [4, 1, 2, 0, 6, 5, 3]
    assert order.order_by_key(head, np.ones(7, np.int64), tie).tolist() == [4, 1, 2, 0, 6, 5, 3]
    assert order.order_by_head(head[:0], tie).tolist() == order.order_by_key(head[:0], head[:0], tie).tolist() == []
    assert order.order_by_head(head[:1], tie).tolist() == [0]


def test_runs_join_each_place_to_the_next() -> None:
    close = np.array([True, True, False, False, True])
    assert order._runs(close) == [(0, 3), (4, 6)]
    assert order._runs(np.array([False])) == order._runs(np.array([], bool)) == []


def test_a_gap_is_relative_to_the_larger_key_and_has_none_among_equal_weights() -> None:
    head, weight = np.array([2**62, 2**62, 2**63], np.uint64), np.array([4, 2, 1])
    keys = [float(order.exponential_key(int(u), int(w), digits=30)) for u, w in zip(head, weight, strict=True)]
    assert order.smallest_gap(head[:2], weight[:2]) == pytest.approx((keys[1] - keys[0]) / keys[1], rel=1e-12)
    assert order.smallest_gap(head, weight) == pytest.approx(min(0.5, (keys[2] - keys[1]) / keys[2]), rel=1e-12)
    assert order.smallest_gap(head[:1], weight[:1]) is order.smallest_gap(head[:0], weight[:0]) is None
    assert order.smallest_gap(head, np.array([3, 3, 3])) is None


def test_a_gap_that_floats_cannot_tell_is_computed_exactly() -> None:
    weight = 2**40
    pair = [(2**63, weight), (2**63 + 1, weight)]
    exact = [order.exponential_key(*one, digits=60) for one in pair]
    context = decimal.Context(prec=60)
    gap = context.divide(context.subtract(exact[1], exact[0]), exact[1])
    assert order._exact_gap(pair) == order._exact_gap(pair[::-1]) == float(gap)
    assert order._exact_gap([pair[0], pair[0]]) == 0.0
    head = np.array([2**63, 2**63 + 1, 2**64 - 5], np.uint64)
    assert order.smallest_gap(head, np.array([weight, weight, 1])) == float(gap)


@pytest.mark.parametrize("context", [decimal.ExtendedContext, decimal.Context(prec=2, Emax=3, Emin=-3, clamp=1)])
def test_keys_do_not_ask_the_thread_how_to_compute(context: decimal.Context) -> None:
    expected = [str(order.exponential_key(head, 7, digits=40)) for head in (0, 2**40, 2**64 - 1)]
    with decimal.localcontext(context):
        assert [str(order.exponential_key(head, 7, digits=40)) for head in (0, 2**40, 2**64 - 1)] == expected
    strict = decimal.Context(prec=9, traps=[decimal.Inexact, decimal.Rounded, decimal.Subnormal])
    with decimal.localcontext(strict):
        assert [str(order.exponential_key(head, 7, digits=40)) for head in (0, 2**40, 2**64 - 1)] == expected


def test_a_key_has_the_digits_that_were_asked_for_over_the_whole_range() -> None:
    for head in (0, 1, 2**32, 2**63, 2**64 - 1):
        fine = order.exponential_key(head, 3, digits=200)
        for digits in (20, 40):
            near = order.exponential_key(head, 3, digits=digits)
            assert abs(near / fine - 1) < decimal.Decimal(10) ** (1 - digits)


# --- what stands ---------------------------------------------------------------------------------------------------

SLOTS = [
    WinnerRow("x", "a", 1, 1, "ann", "t1"),
    WinnerRow("x", "a", 2, 2, "bo", "t2"),
    WinnerRow("y", "b", 1, 1, "ann", "t3"),
]
STAND_INS = [
    AlternateRow("x", "a", 1, 3, "cy", "t4"),
    AlternateRow("x", "a", 2, 4, "dan", "t5"),
    AlternateRow("y", "b", 1, 2, "cy", "t6"),
]


def test_each_slot_goes_to_the_first_stand_in_of_its_pool_and_prize() -> None:
    standing = Standing(SLOTS, STAND_INS)
    assert standing.disqualify("ann") == [Vacated("ann", "a", "cy"), Vacated("ann", "b", "cy")]
    assert standing.winners == [
        WinnerRow("x", "a", 1, 3, "cy", "t4"), SLOTS[1], WinnerRow("y", "b", 1, 2, "cy", "t6")
    ]  # fmt: skip
    assert standing.alternates == [STAND_INS[1]]
    assert standing.holds("cy") == [standing.winners[0], standing.winners[2]]
    assert (standing.holds("ann"), standing.serves("cy"), standing.serves("dan")) == ([], [], [STAND_INS[1]])
    assert standing.disqualify("cy") == [Vacated("cy", "a", "dan"), Vacated("cy", "b", None)]
    assert standing.winners == [WinnerRow("x", "a", 1, 4, "dan", "t5"), SLOTS[1]]
    assert standing.out == {"ann", "cy"}


def test_a_stand_in_that_is_used_in_one_pool_still_stands_in_for_the_other() -> None:
    standing = Standing(SLOTS, STAND_INS)
    assert standing.disqualify("bo") == [Vacated("bo", "a", "cy")]
    assert standing.alternates == STAND_INS[1:]
    assert standing.disqualify("dan") == [Vacated("dan", "", None)]
    assert standing.alternates == STAND_INS[2:]


def test_disqualifications_are_replayed_in_their_order() -> None:
    standing, vacated = replay(SLOTS, STAND_INS, ["cy", "ann"])
    assert vacated == [Vacated("cy", "", None), Vacated("ann", "a", "dan"), Vacated("ann", "b", None)]
    assert [row.entry for row in standing.winners] == ["dan", "bo"]


def test_events_are_chained_and_one_with_two_slots_is_one_disqualification() -> None:
    events = chained([Vacated("ann", "a", "cy"), Vacated("ann", "b", None)], "fraud", LATER, "00" * 32)
    more = chained([Vacated("bo", "", None)], "withdrew", LATER + timedelta(1), events[-1].digest)
    assert [event.previous for event in events + more] == ["00" * 32, events[0].digest, events[1].digest]
    assert [(event.entry, event.prize, event.replacement) for event in events] == [
        ("ann", "a", "cy"), ("ann", "b", None)
    ]  # fmt: skip
    assert {(event.reason, event.at) for event in events} == {("fraud", LATER)}
    assert disqualified([*events, *more]) == ["ann", "bo"]


# --- words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"manifest": "m"}, "manifest must be a Manifest, got 'm'."),
        ({"entries": "list"}, "entries must be Entries, got 'list'."),
        (
            {"entries": Entries.from_columns(DRAW["ids"])},
            f"entries must be the list of the manifest, with digest {SHA}..., got digest {SHA}....",
        ),
        ({"manifest": example_manifest().model_copy(update={"entries": 9})}, "entries must have 9 rows, got 8."),
        (
            {"manifest": example_manifest().model_copy(update={"entries": 1_008})},
            "entries must have 1,008 rows, got 8.",
        ),
        ({"secret": SESAME}, "secret must be left out, as the manifest has no secret_hash, got another."),
        ({"secret": 5}, "secret must be printable ASCII text, or bytes, got another value."),
        ({"beacon": 5}, "beacon must be printable ASCII text, or bytes, got 5."),
        ({"beacon": ""}, "beacon must not be empty, got ''."),
        (
            {"manifest": example_manifest(secret_hash=keys_of(SESAME))},
            "secret must be the text whose SHA-256 is secret_hash, got none.",
        ),
        (
            {"manifest": example_manifest(secret_hash=keys_of(SESAME)), "secret": "sesame"},
            "secret must be the text whose SHA-256 is secret_hash, got another.",
        ),
    ],
)
def test_a_draw_that_is_refused_says_what_it_must_have(arguments: dict[str, Any], text: str) -> None:
    given_ = {"manifest": example_manifest(), "entries": example(), "beacon": BEACON, **arguments}
    with refuses(InvalidInput, match=f"^lottery.draw: {text}$"):
        draw(given_.pop("manifest"), given_.pop("entries"), **given_)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"commitment": "x"}, "commitment must be 64 lower-case hex digits, got 'x'"),
        ({"beacon": ""}, "beacon must not be empty, got ''"),
        ({"beacon": b""}, "beacon must not be empty, got b''"),
        ({"beacon": 7}, "beacon must be printable ASCII text, or bytes, got 7"),
        ({"secret": 7}, "secret must be printable ASCII text, or bytes, got another value"),
        ({"pool": "a b"}, "pool must be 1 to 64 characters from A-Z, a-z, 0-9, _, . and -, got 'a b'"),
        ({"pool": 7}, "pool must be 1 to 64 characters from A-Z, a-z, 0-9, _, . and -, got 7"),
    ],
)
def test_a_key_that_cannot_be_derived_says_why(arguments: dict[str, Any], text: str) -> None:
    given_ = {"commitment": DRAW["commitment"], "beacon": BEACON, **arguments}
    with refuses(InvalidInput, match=rf"^lottery\.draw_key: {text}\.$"):
        draw_key(given_.pop("commitment"), given_.pop("beacon"), **given_)


@pytest.mark.parametrize(
    ("entry", "reason", "at", "text"),
    [
        ("bob", "luck", LATER, "reason must be one of duplicate_identity, .*, got 'luck'"),
        ("alice", "fraud", LATER, "entry must not be disqualified already, got 'alice'"),
        ("carol", "fraud", LATER, "entry must be a standing winner or an unused alternate, got 'carol'"),
        (
            "bob",
            "fraud",
            CLOSE - timedelta(1),
            "at must not lie before closes_at: 2026-04-19T23:59:00Z, got",
        ),
        (
            "bob",
            "fraud",
            LATER - timedelta(seconds=1),
            "at must not lie before the last event: 2026-04-21T00:00:00Z, got 2026-04-20 23:59:59",
        ),
        (
            "bob",
            "unclaimed",
            LATER,
            "at must not lie before claim_by, as the reason is unclaimed: 2026-04-22T00:00:00Z, got 2026-04-21",
        ),
        (
            "bob",
            "no_address",
            LATER,
            "at must not lie before claim_by, as the reason is no_address: 2026-04-22T00:00:00Z, got 2026-04-21",
        ),
        (
            "bob",
            "no_address",
            LATER + timedelta(1),
            "reason must not be no_address for an entry without a physical prize, got 'bob'",
        ),
    ],
)
def test_a_disqualification_outside_the_rules_says_which(entry: str, reason: str, at: Any, text: str) -> None:
    record = example_record(claim_by=LATER + timedelta(1)).disqualify("alice", reason="fraud", at=LATER)
    entry = record.winners["entry"][-1] if entry == "bob" else entry
    text = text.replace("'bob'", repr(entry))
    with refuses(InvalidInput, match=f"^DrawRecord.disqualify: {text}"):
        record.disqualify(entry, reason=reason, at=at)


def test_the_first_moment_of_every_rule_is_allowed() -> None:
    prizes = [Prize(name="a", quantity=1, delivery="physical"), Prize(name="b", quantity=1)]
    record = example_record(prizes=prizes, claim_by=LATER)
    first, second = record.winners["entry"].tolist()
    after = record.disqualify(second, reason="unclaimed", at=LATER).disqualify(first, reason="no_address", at=LATER)
    assert [event.reason for event in after.events] == ["unclaimed", "no_address"]
    stand_in = record.alternates["entry"][0]
    assert record.disqualify(stand_in, reason="no_address", at=LATER).events[0].prize == ""
    late = example_manifest(closes_at=None, beacon="b", beacon_round=None)
    anytime = draw(late, example(), beacon=BEACON)
    assert anytime.disqualify(anytime.winners["entry"][0], reason="unclaimed", at=CLOSE - timedelta(9)).events


def test_a_key_is_the_hash_of_its_lines() -> None:
    lines = ["socialmkt/draw/1", DRAW["commitment"], BEACON, SESAME, "second"]
    assert draw_key(DRAW["commitment"], BEACON, secret=SESAME, pool="second") == keys_of("\n".join(lines))
    assert draw_key(DRAW["commitment"], BEACON) == draw_key(DRAW["commitment"], BEACON, secret="", pool="main")


def test_a_ticket_that_cannot_be_given_says_why() -> None:
    with refuses(InvalidInput, match=r"^lottery\.ticket: key must be 64 lower-case hex digits, got 'x'\.$"):
        ticket("x", "ann")
    with refuses(InvalidInput, match=r"^lottery\.ticket: entry_id must be .*, got 1\.5"):
        ticket(KEY, 1.5)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"key": "x"}, r"key must be 64 lower-case hex digits, got 'x'\."),
        ({"k": 0}, r"k must be a whole number of at least 1, got 0\."),
        ({"method": "raffle"}, r"method must be one of exponential, tickets, got 'raffle'\."),
        ({"method": np.array(["raffle"])}, r"method must be one of exponential, tickets, got a <U6 column\."),
        ({"caps": 5}, r"caps must be a mapping of group to number, got 5\."),
    ],
)
def test_rules_of_a_ranking_are_refused_by_name_also_for_the_empty_one(arguments: dict[str, Any], text: str) -> None:
    given_ = {"key": KEY, "k": 1, **arguments}
    key = given_.pop("key")
    with refuses(InvalidInput, match=rf"^Ranking\.empty: {text}$"):
        Ranking.empty(key, **given_)
    with refuses(InvalidInput, match=rf"^lottery\.rank: {text}$"):
        rank(example(), key, **given_)


def test_what_is_no_list_is_told_how_to_become_one() -> None:
    match = r"^lottery\.rank: entries must be Entries, got \['ann'\]\. Pass Entries\.from_columns\(ids\)\.$"
    with refuses(InvalidInput, match=match):
        rank(["ann"], KEY, k=1)
    with refuses(Infeasible, match=r"^lottery\.rank: weight must add up to at most 10,000,000"):
        rank(Entries.from_columns(["ann"], weight=[10**7 + 1]), KEY, k=1, method="tickets")


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        ({"key": keys_of("other")}, f"key must be '{KEY}' on both sides, got '{keys_of('other')}'"),
        ({"k": 3}, "k must be 2 on both sides, got 3"),
        ({"method": "tickets"}, "method must be 'exponential' on both sides, got 'tickets'"),
        ({"caps": {"person": 1}}, r"caps must be \{\} on both sides, got \{'person': 1\}"),
    ],
)
def test_rankings_under_other_rules_say_which(rules: dict[str, Any], text: str) -> None:
    given_ = {"key": KEY, "k": 2, **rules}
    with refuses(SchemeMismatch, match=rf"^Ranking\.merge: {text[:60]}"):
        Ranking.empty(KEY, k=2).merge(Ranking.empty(given_.pop("key"), **given_))


def test_a_ranking_is_made_of_int64_and_text_and_keeps_its_rules() -> None:
    found = rank(example(), KEY, k=3, method="tickets")
    assert (found.key, found.k, found.method, found.caps) == (KEY, 3, "tickets", {})
    assert (found.rank.tolist(), found.weight.dtype, found.held) == ([1, 2, 3], np.int64, None)
    assert found.rank.dtype == np.int64
    assert found.entry.dtype == found.ticket.dtype == object
    weights = dict(zip(DRAW["ids"], DRAW["weights"], strict=True))
    assert found.weight.tolist() == [weights[one] for one in found.entry]
    empty = Ranking.empty(KEY, k=3, method="tickets", caps={"person": 2})
    assert (empty.method, empty.caps, len(empty)) == ("tickets", {"person": 2}, 0)
    assert empty.held.complete
    assert rank(example(), KEY, k=3).method == Ranking.empty(KEY, k=3).method == "exponential"


@pytest.mark.parametrize("caps", [{"person": 1}, {"person": 1, "device": 1}])
@pytest.mark.parametrize("k", [1, 2, 5, 9])
def test_a_ranking_under_caps_goes_as_deep_as_it_must(caps: dict[str, int], k: int) -> None:
    """Ten people share 400 entries: most of the list is passed over."""
    names = [f"u{number:03d}" for number in range(400)]
    groups = {
        "person": [f"p{number % 10}" if number % 40 else f"q{number}" for number in range(400)],
        "device": [None if number % 3 else f"d{number % 7}" for number in range(400)],
    }
    entries = Entries.from_columns(names, groups=groups)
    expected, seen = [], {name: set() for name in caps}
    for one in ranked(Entries.from_columns(names)):
        own = {name: groups[name][names.index(one)] for name in caps}
        if not any(own[name] in seen[name] for name in caps if own[name] is not None):
            expected.append(one)
            for name in caps:
                seen[name].add(own[name])
    found = rank(entries, KEY, k=k, caps=caps)
    assert found["entry"].tolist() == expected[:k]
    names_ = [row.entry for row in found.held.rows]
    assert names_ == (expected[:k] if len(caps) == 1 else ranked(Entries.from_columns(names))[: len(names_)])
    assert all(
        row.groups == tuple(groups[cap][names.index(row.entry)] for cap in sorted(caps)) for row in found.held.rows
    )
    assert found.held.complete is (len(expected) < k * len(caps))


# --- findings ------------------------------------------------------------------------------------------------------


def told(record: Any, entries: Any) -> list[str]:
    return [str(found) for found in verify(record, entries)]


def test_findings_say_what_and_where() -> None:
    record, entries = example_record(), example()
    fewer = entries.exclude([False] * 7 + [True], reason="x")
    assert told(record, entries) == []
    assert told(record.model_copy(update={"digest": "00" * 32}), entries) == ["digest: the digest is not the last hash"]
    assert told(record, fewer)[:2] == [
        "entries_digest: the list is not the one committed to",
        "entries_count: the list has another number of entries: 7, not 8",
    ]
    assert told(record.model_copy(update={"secret": "x"}), entries)[0] == "secret: the secret does not fit its hash"


def test_the_first_row_that_differs_is_named() -> None:
    record, entries = example_record(), example()
    slots = {**record.winners.to_dict()}
    slots["entry"] = [*slots["entry"][:2], "nobody", *slots["entry"][3:]]
    forged = type(record.winners).model_validate(slots)
    words = "winners: the standing winners do not follow from the events (main, consolation, 2)"
    assert told(record.model_copy(update={"winners": forged}), entries) == [words]


def test_a_forged_event_is_told_with_the_entry_it_is_about() -> None:
    record, entries = example_record().disqualify("alice", reason="fraud", at=LATER), example()
    chain = "event_chain: the events are not chained (alice)"
    reason = "event_reason: a disqualification breaks the rules: DrawRecord.disqualify: "
    replacement = "event_replacement: a slot went to another than the next alternate (alice)"

    def with_event(**fields: Any) -> list[str]:
        event = record.events[0].model_copy(update=fields)
        return told(record.model_copy(update={"events": (event,), "digest": event.digest}), entries)

    assert with_event() == []
    assert with_event(previous="00" * 32) == [chain]
    assert with_event(replacement="grace") == with_event(prize="consolation") == [replacement]
    (at,) = with_event(at=CLOSE - timedelta(1))
    assert at.startswith(f"{reason}at must not lie before closes_at: 2026-04-19T23:59:00Z")
    assert at.endswith(" (alice)")
    assert with_event(reason="luck")[0].startswith(f"{reason}reason must be one of")


def test_drawn_rows_that_were_forged_are_told_with_their_place() -> None:
    record, entries = example_record(), example()
    for name, code in (("drawn", "drawn"), ("first_alternates", "alternates")):
        table = getattr(record, name)
        cells = {column: list(values) for column, values in table.to_dict().items()}
        cells["ticket"][2] = "00" * 32
        forged = record.model_copy(update={name: type(table).model_validate(cells)})
        whose = f"(main, consolation, {cells['slot' if name == 'drawn' else 'order'][2]})"
        assert any(one.startswith(f"{code}: ") and one.endswith(whose) for one in told(forged, entries))


def test_rows_that_are_missing_are_said_to_be() -> None:
    record, entries = example_record(), example()
    cells = {name: list(column)[:-1] for name, column in record.winners.to_dict().items()}
    short = type(record.winners).model_validate(cells)
    words = "winners: the standing winners do not follow from the events (number of rows)"
    assert told(record.model_copy(update={"winners": short}), entries) == [words]


def test_what_is_no_record_and_no_list_is_told_how_to_load_one() -> None:
    with refuses(
        InvalidInput,
        match=r"^lottery\.verify: record must be a DrawRecord, got 'r'\. Pass DrawRecord\.from_audit\(text\)\.$",
    ):
        verify("r", example())
    with refuses(
        InvalidInput, match=r"^lottery\.verify: entries must be Entries, got 'l'\. Pass Entries\.from_tsv\(list\)\.$"
    ):
        verify(example_record(), "l")


def test_what_a_draw_cannot_do_again_is_told_in_its_own_words() -> None:
    groups = {"person": ["p", "q"]}
    prizes = [Prize(name="a", quantity=1)]
    capped = Entries.from_columns(["ann", "bo"], groups=groups)
    made = manifest(capped, prizes, draw_id="d", beacon="b", caps={"person": 1})
    record = draw(made, capped, beacon="1")
    words = "lottery.draw: caps must be one of (no groups in the list), got 'person'."
    assert f"inputs: the draw cannot be repeated: {words}" in told(record, Entries.from_columns(["ann", "bo"]))
    heavy = Entries.from_columns(["ann", "bo"], weight=[10**7, 1])
    raffle = manifest(heavy, prizes, draw_id="d", beacon="b", method="tickets")
    with refuses(Infeasible, match="^lottery.draw: weight must add up to at most 10,000,000 for method='tickets'"):
        draw(raffle, heavy, beacon="1")
