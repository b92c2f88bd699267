"""Draws: the published record; slots, conditions, caps and pools; what stands after a disqualification."""

from __future__ import annotations

import json
import pickle
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core.errors import AmbiguousTime, Infeasible, InvalidInput, Overflow
from socialmkt.lottery import (
    DrawRecord,
    Entries,
    Manifest,
    Prize,
    SkipReason,
    draw,
    draw_key,
    manifest,
    rank,
    verify,
)
from tests.lottery.draws import (
    BEACON,
    CLOSE,
    DRAW,
    LATER,
    SESAME,
    exact_order,
    example,
    example_manifest,
    example_record,
    ids,
    keys_of,
    weights,
)
from tests.refusals import refuses

FRAUD = {"reason": "fraud", "at": LATER}


def rows(table) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in table.rows()]


def test_the_manifest_and_its_commitment_are_the_published_ones() -> None:
    made = example_manifest()
    assert made.canonical().decode() == DRAW["manifest"]
    assert made.commitment == DRAW["commitment"]
    assert Manifest.model_validate_json(made.canonical()) == made
    assert "closes" not in Manifest.model_json_schema().get("required", [])


def test_the_record_is_the_published_one() -> None:
    record = example_record()
    assert record.digest == DRAW["digest"]
    assert record.winners["entry"].tolist() == ["alice", "erin", "dave", "bob"]
    assert [row[:5] for row in rows(record.alternates)] == [
        ("main", "grand", 1, 5, "frank"),
        ("main", "grand", 2, 6, "grace"),
        ("main", "consolation", 1, 5, "frank"),
        ("main", "consolation", 2, 6, "grace"),
    ]
    assert record.min_relative_gap == pytest.approx(float(DRAW["min_relative_gap"]), abs=5e-11)


def test_only_the_slot_of_the_disqualified_moves() -> None:
    before = example_record()
    after = before.disqualify("alice", **FRAUD)
    assert after.winners["entry"].tolist() == [DRAW["after_alice"]["grand"], "erin", "dave", "bob"]
    assert after.digest == DRAW["after_alice"]["digest"]
    assert before.digest == DRAW["digest"]
    assert before.events == ()
    assert set(after.alternates["entry"]) == {"grace"}
    assert verify(after, example()) == []


changes = st.sampled_from(
    [
        {"draw_id": "demo-2027"},
        {"beacon": "lottery 3D 2026303"},
        {"beacon_round": 27946613},
        {"closes_at": CLOSE + timedelta(microseconds=1)},
        {"claim_by": LATER},
        {"alternates": 3},
        {"secret_hash": "00" * 32},
        {"disqualify_reasons": ("fraud",)},
        {"method": "tickets"},
        {"currency": "USD"},
        {"terms_digest": "00" * 32},
    ]
)
prize_changes = st.sampled_from(
    [
        {"name": "Grand"},
        {"quantity": 2},
        {"unit_value": 1},
        {"kind": "purchase", "requires": ()},
        {"delivery": "physical"},
        {"requires": ("purchase",)},
        {"pool": "second"},
    ]
)


@given(change=changes)
def test_every_field_changes_the_commitment(change) -> None:
    changed = example_manifest(**change)
    assert changed.commitment != DRAW["commitment"]
    assert Manifest.model_validate_json(changed.canonical()) == changed


@given(change=prize_changes)
def test_every_field_of_a_prize_changes_the_commitment(change) -> None:
    made = example_manifest()
    prizes = (made.prizes[0].model_copy(update=change), *made.prizes[1:])
    assert made.model_copy(update={"prizes": prizes}).commitment != made.commitment


def test_every_entry_changes_the_commitment() -> None:
    made = example_manifest()
    for ids_, weight in ((DRAW["ids"][:-1], DRAW["weights"][:-1]), (DRAW["ids"], [*DRAW["weights"][:-1], 6])):
        other = manifest(
            Entries.from_columns(ids_, weight=weight),
            made.prizes,
            draw_id="demo-2026",
            beacon=made.beacon,
            beacon_round=made.beacon_round,
            closes_at=CLOSE,
            alternates=2,
        )
        assert other.commitment != made.commitment


def test_instants_are_written_to_the_microsecond_only_where_there_are_some() -> None:
    text = example_manifest(claim_by=datetime(2026, 5, 1, 8, 0, 0, 250, tzinfo=UTC)).canonical().decode()
    assert '"claim_by":"2026-05-01T08:00:00.000250Z","closes_at":"2026-04-19T23:59:00Z"' in text


people = st.dictionaries(
    ids,
    st.tuples(weights, st.booleans(), st.sampled_from([None, "p", "q", "r"]), st.sampled_from([None, "d", "e"])),
    min_size=1,
    max_size=16,
)
offers = st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from(["participation", "purchase"]), st.sampled_from(["main", "second"])),
    min_size=1,
    max_size=4,
)


def entries_of(members: dict) -> Entries:
    weight, paid, person, device = (list(column) for column in zip(*members.values(), strict=True))
    return Entries.from_columns(
        list(members), weight=weight, qualifies={"purchase": paid}, groups={"person": person, "device": device}
    )


def drawn(members, offered, *, beacon="1", **fields) -> tuple[DrawRecord, Entries]:
    entries = entries_of(members)
    prizes = [
        Prize(name=f"prize {number}", quantity=quantity, kind=kind, pool=pool, delivery="physical")
        for number, (quantity, kind, pool) in enumerate(offered)
    ]
    made = manifest(entries, prizes, draw_id="test", beacon="b", closes_at=CLOSE, **fields)
    return draw(made, entries, beacon=beacon), entries


def by_the_book(members, record: DrawRecord, pool: str) -> tuple[list, list, list, list]:
    """Draw a pool as the rules are written: for every slot from the top."""
    made = record.manifest
    key = draw_key(made.commitment, record.beacon, pool=pool)
    order = exact_order(key, {one: row[0] for one, row in members.items()})
    caps, used, counts = dict(made.caps), [], Counter()
    place = {"person": 2, "device": 3}

    def groups(one):
        return [(name, members[one][place[name]]) for name in caps if members[one][place[name]] is not None]

    def holds(one, prize):
        return not prize.requires or members[one][1]

    def room(one):
        return all(counts[group] < caps[group[0]] for group in groups(one))

    winners, unfilled, skipped = [], [], []
    prizes = [prize for prize in made.prizes if prize.pool == pool]
    for prize in prizes:
        passed, last = {}, 0
        for slot in range(1, prize.quantity + 1):
            for number, one in enumerate(order, 1):
                if one not in used and holds(one, prize) and room(one):
                    used.append(one)
                    counts.update(groups(one))
                    winners.append((pool, prize.name, slot, number, one))
                    last = number
                    break
                if one not in used:
                    passed[number] = (one, "cap_reached" if holds(one, prize) else "not_qualified")
            else:
                unfilled.append((pool, prize.name, slot))
        skipped += [(pool, prize.name, number, *why) for number, why in sorted(passed.items()) if number < last]
    alternates = stand_ins(pool, prizes, order, made.alternates, (used, counts, groups, holds, room))
    return winners, unfilled, skipped, alternates


def stand_ins(pool, prizes, order, each, state) -> list:
    used, counts, groups, holds, room = state
    wants, number, chosen = {prize.name: each for prize in prizes}, 0, []
    for place, one in enumerate(order, 1):
        serves = [prize.name for prize in prizes if holds(one, prize)]
        if one not in used and any(wants[name] > 0 for name in serves) and room(one):
            used.append(one)
            counts.update(groups(one))
            number += 1
            chosen += [(pool, name, number, place, one) for name in serves]
            wants = {name: want - (name in serves) for name, want in wants.items()}
    return sorted(chosen, key=lambda row: (list(wants).index(row[1]), row[2]))


rules = st.fixed_dictionaries(
    {"alternates": st.integers(0, 3), "caps": st.sampled_from([{}, {"person": 1}, {"person": 2, "device": 1}])}
)


@given(members=people, offered=offers, fields=rules)
def test_a_draw_goes_by_the_book(members, offered, fields) -> None:
    record, _ = drawn(members, offered, **fields)
    pools = list(dict.fromkeys(prize.pool for prize in record.manifest.prizes))
    books = [by_the_book(members, record, pool) for pool in pools]
    winners, unfilled, skipped, alternates = ([row for book in books for row in book[part]] for part in range(4))
    assert [row[:5] for row in rows(record.winners)] == winners
    assert sorted(rows(record.unfilled)) == sorted(unfilled)
    assert rows(record.skipped) == skipped
    assert [row[:5] for row in rows(record.alternates)] == alternates


def test_the_walk_goes_on_below_the_first_prefix() -> None:
    names = [f"u{number:05d}" for number in range(3_000)]
    full = rank(
        Entries.from_columns(names),
        keys_of("anything"),
        k=3_000,
    )
    assert len(full) == 3_000
    last_holds = Entries.from_columns(names, qualifies={"purchase": [number % 1_000 == 0 for number in range(3_000)]})
    made = manifest(last_holds, [Prize(name="p", quantity=3, kind="purchase")], draw_id="d", beacon="b")
    record = draw(made, last_holds, beacon="1")
    assert sorted(record.winners["entry"]) == ["u00000", "u01000", "u02000"]
    assert set(record.skipped["reason"]) == {SkipReason.not_qualified}
    assert len(record.skipped) == record.winners["rank"].max() - 3


@given(members=people, offered=offers, fields=rules, data=st.data())
def test_the_order_of_rows_and_losers_change_no_winner(members, offered, fields, data) -> None:
    shuffled = dict(data.draw(st.permutations(list(members.items()))))
    one, other = (drawn(rows_, offered, **fields)[0] for rows_ in (members, shuffled))
    assert one.digest == other.digest
    assert one == other


@given(members=people, quantity=st.integers(1, 5), gone=st.data())
def test_removing_losers_changes_no_winner_of_a_key(members, quantity, gone) -> None:
    entries, key = entries_of(members), keys_of("removal")
    winners = rank(entries, key, k=quantity)["entry"].tolist()
    losers = sorted(set(members) - set(winners))
    out = gone.draw(st.sets(st.sampled_from(losers))) if losers else set()
    fewer = entries_of({one: row for one, row in members.items() if one not in out})
    assert rank(fewer, key, k=quantity)["entry"].tolist() == winners


@given(members=people, offered=offers, fields=rules, data=st.data())
def test_caps_hold_over_everybody_who_ever_held_a_slot(members, offered, fields, data) -> None:
    record, entries = drawn(members, offered, **fields)
    ever = set(map(tuple, zip(record.winners["pool"], record.winners["entry"], strict=True)))
    for _ in range(6):
        candidates = sorted({*record.winners["entry"].tolist(), *record.alternates["entry"].tolist()})
        if not candidates:
            break
        before = {row[:3]: row[4] for row in rows(record.winners)}
        one = data.draw(st.sampled_from(candidates))
        record = record.disqualify(one, **FRAUD)
        after = {row[:3]: row[4] for row in rows(record.winners)}
        assert {slot for slot in before if before[slot] != after.get(slot)} == {s for s in before if before[s] == one}
        assert one not in {*record.winners["entry"].tolist(), *record.alternates["entry"].tolist()}
        ever |= set(map(tuple, zip(record.winners["pool"], record.winners["entry"], strict=True)))
        assert verify(record, entries) == []
        assert len(record.winners) + len(record.unfilled) == sum(prize.quantity for prize in record.manifest.prizes)
    places = {"person": 2, "device": 3}
    for name, limit in record.manifest.caps.items():
        held = Counter((pool, members[one][places[name]]) for pool, one in ever)
        assert all(count <= limit for (_, group), count in held.items() if group is not None)


@given(members=people, quantity=st.integers(1, 4), data=st.data())
def test_the_standing_winners_are_the_first_without_the_disqualified(members, quantity, data) -> None:
    record, _ = drawn(members, [(quantity, "participation", "main")], alternates=20)
    order = exact_order(
        draw_key(record.manifest.commitment, record.beacon), {one: row[0] for one, row in members.items()}
    )
    out = data.draw(st.lists(st.sampled_from(order), unique=True, max_size=5))
    for one in out:
        record = record.disqualify(one, **FRAUD)
    assert sorted(record.winners["entry"]) == sorted([one for one in order if one not in out][:quantity])


def test_a_winner_of_two_pools_gives_up_both_slots_in_one_step() -> None:
    entries = Entries.from_columns(["ann", "bo"])
    prizes = [Prize(name="a", quantity=1, pool="x"), Prize(name="b", quantity=1, pool="y")]
    made = manifest(entries, prizes, draw_id="d", beacon="b", alternates=1)
    for beacon in map(str, range(40)):
        record = draw(made, entries, beacon=beacon)
        first, second = record.winners["entry"].tolist()
        after = record.disqualify(first, **FRAUD)
        assert [event.prize for event in after.events] == (["a", "b"] if first == second else ["a"])
        assert after.winners["entry"].tolist().count(first) == 0
        assert after.events[0].previous == record.digest
        assert verify(after, entries) == []


def test_an_alternate_leaves_with_an_event_of_no_prize() -> None:
    after = example_record().disqualify("frank", **FRAUD)
    (event,) = after.events
    assert (event.entry, event.prize, event.replacement) == ("frank", "", None)
    assert after.winners == example_record().winners
    assert set(after.alternates["entry"]) == {"grace"}
    last = after.disqualify("alice", **FRAUD).disqualify("grace", **FRAUD)
    assert rows(last.unfilled) == [("main", "grand", 1)]
    assert last.events[-1].replacement is None
    assert [str(record) for record in (after, last)] == [
        "DrawRecord('demo-2026': 4 winners, 1 alternate, 0 unfilled, 1 event)",
        "DrawRecord('demo-2026': 3 winners, 0 alternates, 1 unfilled, 3 events)",
    ]


def with_delivery(delivery: str, **fields) -> DrawRecord:
    return example_record(prizes=[Prize(name="grand", quantity=1, delivery=delivery)], **fields)


@pytest.mark.parametrize(
    ("record", "entry", "reason", "at", "words"),
    [
        (example_record(), "alice", "bad luck", LATER, "reason must be one of duplicate_identity, fraud"),
        (example_record(), "alice", np.array(["fraud", "withdrew"]), LATER, "reason must be one of duplicate_identity"),
        (example_record(), "alice", "fraud", CLOSE - timedelta(seconds=1), "at must not lie before closes_at"),
        (example_record(), "carol", "fraud", LATER, "entry must be a standing winner or an unused alternate"),
        (example_record(), "nobody", "fraud", LATER, "entry must be a standing winner or an unused alternate"),
        (example_record().disqualify("alice", **FRAUD), "alice", "fraud", LATER, "not be disqualified already"),
        (
            example_record().disqualify("alice", **FRAUD),
            "erin",
            "fraud",
            LATER - timedelta(seconds=1),
            "at must not lie before the last event",
        ),
        (example_record(claim_by=LATER), "alice", "unclaimed", LATER - timedelta(1), "not lie before claim_by"),
        (
            with_delivery("physical", claim_by=LATER),
            "bob",
            "no_address",
            LATER - timedelta(1),
            "not lie before claim_by",
        ),
        (with_delivery("voucher"), "bob", "no_address", LATER, "reason must not be no_address"),
        (example_record(), 1.5, "fraud", LATER, "entry must be an id: text without blanks"),
    ],
)
def test_a_disqualification_outside_the_rules_is_refused(record, entry, reason, at, words) -> None:
    if entry == "bob":
        entry = record.winners["entry"][0]
    with refuses(InvalidInput, match=words):
        record.disqualify(entry, reason=reason, at=at)


def test_the_moments_allowed_are_inclusive() -> None:
    record = with_delivery("physical", claim_by=LATER)
    winner = record.winners["entry"][0]
    assert record.disqualify(winner, reason="no_address", at=LATER).events[0].reason == "no_address"
    assert record.disqualify(winner, reason="withdrew", at=CLOSE).events[0].at == CLOSE
    with refuses(AmbiguousTime, match="at must be an aware datetime"):
        record.disqualify(winner, reason="fraud", at=LATER.replace(tzinfo=None))


def test_a_draw_takes_only_its_own_list_and_secret() -> None:
    made = example_manifest()
    with refuses(InvalidInput, match="entries must be the list of the manifest"):
        draw(made, Entries.from_columns(DRAW["ids"]), beacon=BEACON)
    with refuses(InvalidInput, match="entries must have 9 rows, got 8"):
        draw(made.model_copy(update={"entries": 9}), example(), beacon=BEACON)
    with refuses(InvalidInput, match="secret must be left out"):
        draw(made, example(), beacon=BEACON, secret=SESAME)
    hidden = example_manifest(secret_hash=keys_of(SESAME))
    for secret in ("", "sesame"):
        with refuses(InvalidInput, match="secret must be the text whose SHA-256 is secret_hash"):
            draw(hidden, example(), beacon=BEACON, secret=secret)
    record = draw(hidden, example(), beacon=BEACON, secret=SESAME)
    assert verify(record, example()) == []
    assert record.winners != example_record().winners
    with refuses(InvalidInput, match="beacon must not be empty"):
        draw(made, example(), beacon="")
    with refuses(InvalidInput, match="manifest must be a Manifest"):
        draw("m", example(), beacon=BEACON)
    with refuses(InvalidInput, match="entries must be Entries"):
        draw(made, "list", beacon=BEACON)


def test_more_prizes_than_entries_stay_unfilled() -> None:
    entries = Entries.from_columns(["ann"])
    prizes = [Prize(name="pen", quantity=2), Prize(name="cap", quantity=1)]
    record = draw(manifest(entries, prizes, draw_id="d", beacon="b", alternates=2), entries, beacon="1")
    assert rows(record.unfilled) == [("main", "pen", 2), ("main", "cap", 1)]
    assert len(record.alternates) == 0
    assert record.min_relative_gap is None
    many = manifest(entries, [Prize(name="pen", quantity=2**53 - 1)], draw_id="d", beacon="b")
    with refuses(Infeasible, match="quantity must leave at most 1,000,000 slots unfilled"):
        draw(many, entries, beacon="1")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"draw_id": ""}, "draw_id must be text that is not empty"),
        ({"draw_id": "a\n"}, "draw_id must hold no control characters"),
        ({"beacon": ""}, "beacon must be text that is not empty"),
        ({"beacon_round": 0}, "beacon_round must be at least 1"),
        ({"beacon_round": None}, "beacon_round must be given for drand:quicknet"),
        (
            {"beacon_round": 27946591},
            "be out after closes_at, 2026-04-19T23:59:00Z, got 27946591. The first such round is 27946593",
        ),
        ({"secret_hash": "AB" * 32}, "secret_hash must be 64 lower-case hex digits"),
        ({"terms_digest": "ab"}, "terms_digest must be 64 lower-case hex digits"),
        ({"alternates": -1}, "alternates must be at least 0"),
        ({"alternates": 2**53}, "alternates must be at most 9007199254740991"),
        ({"prizes": []}, "prizes must hold at least one prize"),
        ({"prizes": None}, "prizes must be a list of Prize, got None"),
        ({"prizes": [{"name": "a"}]}, "prizes must hold Prize objects, got a dict at row 0"),
        ({"disqualify_reasons": "fraud"}, "disqualify_reasons must be a list of text, got 'fraud'"),
        ({"disqualify_reasons": None}, "disqualify_reasons must be a list of text, got None"),
        ({"disqualify_reasons": ["fraud", 5]}, "disqualify_reasons must be text that is not empty, got 5"),
        ({"prizes": [Prize(name="a", quantity=1)] * 2}, "prizes must have names of their own, got 'a'"),
        ({"method": "raffle"}, "method must be one of exponential, tickets, got 'raffle'"),
        ({"method": np.array(["tickets", "raffle"])}, "method must be one of exponential, tickets, got a <U7 column"),
        ({"currency": "RMB"}, "currency must be .* 'CNY', got 'RMB'"),
        ({"currency": None}, "currency must be"),
        ({"claim_by": 5}, "claim_by must be an aware datetime"),
    ],
)
def test_a_malformed_manifest_is_refused(fault, words) -> None:
    with refuses(InvalidInput, match=f"^lottery.manifest: .*{words}"):
        example_manifest(**fault)


def test_a_time_of_the_manifest_has_a_zone_and_a_number_fits_64_bits() -> None:
    with refuses(AmbiguousTime, match="^lottery.manifest: closes_at must be an aware datetime"):
        example_manifest(closes_at=CLOSE.replace(tzinfo=None))
    with refuses(Overflow, match="^lottery.manifest: alternates must fit 64 bits"):
        example_manifest(alternates=2**64)


def test_the_first_round_after_the_close_is_taken() -> None:
    assert example_manifest(beacon_round=27946593).beacon_round == 27946593
    with refuses(InvalidInput, match="^lottery.manifest: beacon_round must be out after closes_at"):
        example_manifest(beacon_round=27946592, closes_at=example_round(27946592))


def example_round(number: int) -> datetime:
    from socialmkt.lottery import QUICKNET

    return QUICKNET.time_of(number)


def test_what_the_list_does_not_tell_cannot_be_asked_of_it() -> None:
    with refuses(InvalidInput, match="requires must be one of .no conditions in the list., got 'purchase'"):
        example_manifest(prizes=[Prize(name="a", quantity=1, kind="purchase")])
    with refuses(InvalidInput, match="caps must be one of .no groups in the list., got 'person'"):
        example_manifest(caps={"person": 1})
    with refuses(InvalidInput, match="caps.'person'. must be a whole number of at least 1"):
        manifest(
            Entries.from_columns(["a"], groups={"person": ["p"]}),
            [Prize(name="a", quantity=1)],
            draw_id="d",
            beacon="b",
            caps={"person": True},
        )
    with refuses(InvalidInput, match="entries must be Entries"):
        manifest(["ann"], [Prize(name="a", quantity=1)], draw_id="d", beacon="b")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"name": ""}, "name must be text that is not empty"),
        ({"name": "x" * 201}, "name must have at most 200 characters"),
        ({"quantity": 0}, "quantity must be at least 1"),
        ({"quantity": 1.0}, "quantity must be a whole number"),
        ({"quantity": 2**53}, "quantity must be at most 9007199254740991"),
        ({"unit_value": -1}, "unit_value must be at least 0"),
        ({"unit_value": 9.9}, "unit_value must be a whole number of minor units"),
        ({"pool": "a b"}, "pool must be 1 to 64 characters"),
        ({"requires": "VIP"}, "requires must have names of 1 to 32 characters from a-z, 0-9 and _, got 'VIP'"),
        ({"requires": [""]}, "requires must have names"),
        ({"kind": "gift"}, "kind"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_malformed_prize_is_refused(fault, words) -> None:
    with pytest.raises(ValidationError, match=words):
        Prize(**{"name": "pen", "quantity": 1, **fault})
    with pytest.raises(ValidationError):
        Prize.model_validate("pen")


@pytest.mark.parametrize("caps", [{5: 1, "a": 1}, {"A B": 1}, {"\ud800": 1}])
def test_a_cap_has_a_name_that_a_list_can_have(caps) -> None:
    with pytest.raises(ValidationError, match="caps must have names of 1 to 32 characters"):
        Manifest.model_validate({**example_manifest().model_dump(), "caps": caps})


def test_requirements_are_sorted_and_default_to_the_kind() -> None:
    assert Prize(name="a", quantity=1, requires=["vip", "member"]).requires == ("member", "vip")
    assert Prize(name="a", quantity=1, requires="vip").requires == ("vip",)
    assert Prize(name="a", quantity=1, kind="purchase", requires=()).requires == ()
    assert Prize(name="a", quantity=1, requires=None).requires == ()


def test_an_audit_text_loads_and_writes_the_same_text() -> None:
    for record in (example_record(), example_record().disqualify("alice", **FRAUD), example_record(method="tickets")):
        text = record.audit(example())
        again = DrawRecord.from_audit(text)
        assert again.audit(example()) == text
        assert again.winners == record.winners
        assert again.alternates == record.alternates
        assert json.loads(text)["entries"] == example().to_tsv().decode()
        assert again.disqualify("erin", **FRAUD).digest == record.disqualify("erin", **FRAUD).digest


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1],
        lambda _: "[]",
        lambda text: text.replace('"drawn"', '"drawm"'),
        lambda text: text.replace("socialmkt/record/1", "socialmkt/record/2"),
        lambda text: text.replace('"quantity":3', '"quantity":0'),
        lambda text: text.replace('"quantity":3', f'"quantity":{2**52}'),
        lambda text: text.replace('["main","grand",1,', '["main","grand","1",', 1),
        lambda text: text.replace('"events":[]', '"events":[{}]'),
        lambda text: text.replace('"secret":""', '"secret":1'),
        lambda text: text.replace('"min_relative_gap":"0.', '"min_relative_gap":"x.'),
        lambda text: text.replace('"closes_at":"2026-04-19T', '"closes_at":"2026-04-19 '),
        lambda text: text.replace('"closes_at":"2026-04-19T23:59:00Z"', '"closes_at":"2026-04-20T00:59:00+01:00"'),
        lambda _: "[" * 10**6,
        lambda text: re.sub('"min_relative_gap":"[^"]*"', '"min_relative_gap":' + "9" * 400, text),
        lambda text: re.sub('"min_relative_gap":"[^"]*"', '"min_relative_gap":0.5', text),
        lambda _: 7,
    ],
)
def test_a_text_of_another_shape_does_not_load(spoil) -> None:
    with refuses(InvalidInput, match="DrawRecord.from_audit: text must"):
        DrawRecord.from_audit(spoil(example_record().audit(example())))


def test_an_audit_needs_the_list() -> None:
    with refuses(InvalidInput, match="DrawRecord.audit: entries must be Entries"):
        example_record().audit("list")


def test_a_record_is_a_value() -> None:
    record = example_record()
    assert pickle.loads(pickle.dumps(record)) == record
    assert DrawRecord.model_validate_json(record.model_dump_json()) == record
    assert "grand" in record._repr_html_()


def test_winners_are_published_masked() -> None:
    shown = example_record().published({"alice": "爱丽丝", "bob": "Bob B"})
    assert shown.columns == ("pool", "prize", "slot", "entry", "ticket")
    assert shown["entry"].tolist() == ["爱**", "e***", "d***", "B** B"]
    with refuses(InvalidInput, match="names must be a mapping of entry to name"):
        example_record().published(["alice"])
    for names in (5, [], np.array(["alice", "bob"])):
        with refuses(InvalidInput, match="^DrawRecord.published: names must be a mapping of entry to name"):
            example_record().published(names)
    with refuses(InvalidInput, match="^DrawRecord.published: names must be text that is not empty, got 5"):
        example_record().published({"alice": 5})


def test_names_are_found_by_ids_in_any_form() -> None:
    entries = Entries.from_columns([1001])
    record = draw(manifest(entries, [Prize(name="a", quantity=1)], draw_id="d", beacon="b"), entries, beacon="1")
    assert record.published({1001: "张三"})["entry"].tolist() == ["张*"]


def test_equal_weights_need_no_gap_and_other_weights_have_one() -> None:
    entries = Entries.from_columns(["ann", "bo", "cy"])
    made = manifest(entries, [Prize(name="a", quantity=1)], draw_id="d", beacon="b")
    assert draw(made, entries, beacon="1").min_relative_gap is None
    assert example_record(method="tickets").min_relative_gap is None
    assert np.isfinite(example_record().min_relative_gap)
