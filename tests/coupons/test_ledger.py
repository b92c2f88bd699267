"""Ledgers: what they are built from, what they say of a moment, and what no ledger can have."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from pydantic import ValidationError

from socialmkt.core.errors import InvalidInput, SchemeMismatch
from socialmkt.coupons import (
    AmountOff,
    Event,
    EventLog,
    Ledger,
    Validity,
    give_back,
    redeem,
    reserve,
    void,
)
from tests.coupons.shop import DAY, HOUR, NOW, campaign, issued, survives_json
from tests.refusals import refuses


def used() -> Ledger:
    """One coupon reserved, redeemed and given back, another made void."""
    ledger = issued(2, validity=Validity(ends_at=NOW + DAY))
    ledger = reserve(ledger, "c#0", key="a", now=NOW + HOUR, order="o", until=NOW + 2 * HOUR).ledger
    ledger = redeem(ledger, "c#0", key="b", now=NOW + 3 * HOUR, order="o", value=400).ledger
    ledger = give_back(ledger, "c#0", key="c", now=NOW + 4 * HOUR, extend_until=NOW + 2 * DAY).ledger
    return void(ledger, "c#1", key="d", now=NOW + 5 * HOUR).ledger


def test_a_ledger_is_its_events() -> None:
    ledger = used()
    assert [event.kind.value for event in ledger.events] == [
        "issued", "issued", "reserved", "redeemed", "given_back", "void",
    ]  # fmt: skip
    assert [event.seq for event in ledger.events] == list(range(6))
    for number in range(7):
        part = Ledger.from_events(ledger.events[:number])
        assert part.version == number
        assert (part == ledger) is (number == 6)
    assert survives_json(ledger)
    assert all(map(survives_json, ledger.events))
    assert hash(ledger) == hash(Ledger.from_events(list(ledger.events)))


def test_a_ledger_survives_pickle_and_copies() -> None:
    ledger = used()
    for other in (pickle.loads(pickle.dumps(ledger)), copy.deepcopy(ledger), copy.copy(ledger), ledger.model_copy()):
        assert other == ledger
        assert other.committed == ledger.committed


def test_a_replay_shows_no_knowledge_of_the_future() -> None:
    ledger = used()
    hours = [ledger.state("c#0", as_of=NOW + k * HOUR).status for k in range(6)]
    assert hours == ["issued", "reserved", "issued", "redeemed", "issued", "issued"]
    assert ledger.state("c#0", as_of=NOW + 3 * HOUR).value == 400
    assert ledger.state("c#0", as_of=NOW + 3 * HOUR).order == "o"
    assert ledger.state("c#0", as_of=NOW + 30 * HOUR).status == "issued"
    assert ledger.state("c#0", as_of=NOW + 2 * DAY).status == "expired"
    assert ledger.state("c#1", as_of=NOW + 5 * HOUR).status == "void"
    with refuses(InvalidInput, match="id must be issued by as_of"):
        ledger.state("c#0", as_of=NOW - HOUR)


def test_what_a_ledger_shows() -> None:
    ledger = used()
    assert repr(ledger) == "Ledger(version=6, issued=2, live=1, committed=500, spent=0)"
    assert str(ledger) == repr(ledger)
    assert survives_json(ledger.coupon("c#0"))
    assert survives_json(ledger.state("c#0", as_of=NOW))
    assert survives_json(ledger.held("c#0", campaign()))
    assert repr(ledger.events) == "EventLog(6 events)"


def test_the_events_are_a_sequence() -> None:
    log = used().events
    assert log == list(log)
    assert log == tuple(log)
    assert log != list(log)[:-1]
    assert log != 5
    assert log[1:3] == tuple(log)[1:3]
    assert log[-1] == list(log)[-1]
    assert copy.deepcopy(log) is log
    assert EventLog() == ()
    assert Ledger(events=log) == used()


def test_a_ledger_knows_its_coupons_only() -> None:
    ledger = issued()
    for call in (ledger.coupon, lambda name: ledger.state(name, as_of=NOW), lambda name: ledger.held(name, campaign())):
        with refuses(InvalidInput, match="id must be a coupon of this ledger, got 'c#9'"):
            call("c#9")
    with refuses(InvalidInput, match="id must be text that is not empty"):
        ledger.coupon(0)
    with refuses(SchemeMismatch, match="campaign must be the one of this ledger"):
        ledger.held("c#0", campaign(id="d"))


def test_a_version_that_was_never_is_refused() -> None:
    for version in (-1, 2, 1.0):
        with refuses(InvalidInput, match="version must be"):
            issued().since(version)


def event(seq: int, **fields: Any) -> Event:
    shared = {"kind": "issued", "coupon": f"c#{seq}", "key": f"k{seq}", "at": NOW, "user": "u", "windows": ()}
    found = {**shared, **fields}
    if found["kind"] != "issued":
        found = {name: value for name, value in found.items() if name not in ("user", "windows")}
    return Event(seq=seq, **found)


@pytest.mark.parametrize(
    ("events", "match"),
    [
        ([event(1)], "be numbered from 0"),
        ([event(0), event(0)], "be numbered from 0"),
        (["issued"], "hold Event objects, got a str at row 0"),
        (5, "be a list of Event, got"),
        (event(0), "be a list of Event, got"),
        ([event(0), event(1, key="k0")], "have a key of its own each"),
        ([event(0, coupon="c#1"), event(1, coupon="c#0")], "issue coupons with rising serials"),
        ([event(0, coupon="c#01")], "issue coupons with rising serials"),
        ([event(0, coupon="c")], "issue coupons with rising serials"),
        ([event(0, kind="redeemed")], "be about coupons that were issued"),
        ([event(0), event(1, kind="released", coupon="c#0")], "be steps that the ledger allows, got 'not_reserved'"),
    ],
)
def test_events_that_no_ledger_has_are_refused(events: Any, match: str) -> None:
    with refuses(InvalidInput, match=match):
        Ledger.from_events(events)


def test_events_of_two_campaigns_are_refused() -> None:
    with refuses(SchemeMismatch, match="events must belong to the campaign 'c', got 'd' at row 1"):
        Ledger.from_events([event(0), event(1, coupon="d#1")])


def test_a_ledger_from_json_is_checked_too() -> None:
    text = used().model_dump_json().replace('"key":"b"', '"key":"a"')
    with pytest.raises(ValidationError, match="have a key of its own each"):
        Ledger.model_validate_json(text)


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"kind": "issued", "windows": ()}, "user must be given for 'issued'"),
        ({"kind": "reserved"}, "order must be given for 'reserved'"),
        ({"kind": "void", "value": 5}, "value must not be given for 'void'"),
        ({"kind": "redeemed", "user": "u"}, "user must not be given for 'redeemed'"),
    ],
)
def test_an_event_holds_what_its_kind_has(fields: dict[str, Any], match: str) -> None:
    with pytest.raises(ValidationError, match=match):
        Event(**{"seq": 0, "coupon": "c#0", "key": "k", "at": NOW, **fields})


def test_inputs_are_never_changed() -> None:
    ledger = issued(300, terms=AmountOff(value=7))
    before = ledger.model_dump_json()
    for number in range(300):
        redeem(ledger, f"c#{number}", key="k", now=NOW)
    assert ledger.model_dump_json() == before
