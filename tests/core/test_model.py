"""Frozen models: every trap of the base that they close, canonical JSON and fingerprints."""

from __future__ import annotations

import copy
import datetime as dt
import functools
import json
import os
import pickle
import subprocess
import sys
import zoneinfo
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from socialmkt.core.errors import InvalidInput
from socialmkt.core.model import (
    Amount,
    BasisPoints,
    Count,
    Duration,
    Frozen,
    FrozenDict,
    Instant,
    Minor,
    Name,
    Positive,
    Zone,
    ZonedInstant,
    canonical,
    fingerprint,
)
from tests.refusals import refuses
from tests.strategies import int64s, words

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "core_model.json").read_text())
UTC = dt.UTC
SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")

ROOT = Path(__file__).parents[2]
NAT = np.datetime64("NaT", "us")


class Mode(StrEnum):
    keep = "keep"
    reprice = "reprice"


class Numbers(Frozen):
    minor: Minor = 0
    amount: Amount = 0
    count: Count = 0
    positive: Positive = 1
    basis_points: BasisPoints = 0


class Offer(Frozen):
    name: Name
    opens_at: Instant | None = None
    zone: Zone = "UTC"
    mode: Mode = Mode.keep
    prices: tuple[Amount, ...] = ()
    limits: FrozenDict[str, Count] = FrozenDict({})


class Shape(Frozen):
    side: Count = 3

    @functools.cached_property
    def corners(self) -> Any:
        return np.arange(self.side)


class Drawing(Frozen):
    shapes: tuple[Shape, ...]


def offer(**changes: Any) -> Offer:
    return Offer(**{"name": "umbrella", **changes})


# --- numbers --------------------------------------------------------------------------------------------------

FIELDS = list(Numbers.model_fields)
LOWEST = {"minor": -(2**63), "amount": 0, "count": 0, "positive": 1, "basis_points": 0}
HIGHEST = dict.fromkeys(FIELDS, 2**63 - 1) | {"basis_points": 10_000}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(
    "value",
    [True, False, 5.0, "5", None, np.bool_(True), np.float64(5), np.timedelta64(5, "s"), np.array([5]), np.array(5)],
)
def test_no_bool_no_float_no_text_and_no_array_becomes_a_number(field, value) -> None:
    with pytest.raises(ValidationError, match=f"{field} must be a whole number"):
        Numbers(**{field: value})


@pytest.mark.parametrize("text", ["true", "5.0", '"5"', "null"])
def test_json_is_as_strict_as_python(text) -> None:
    with pytest.raises(ValidationError, match="count must be a whole number"):
        Numbers.model_validate_json(f'{{"count":{text}}}')


@pytest.mark.parametrize("field", ["minor", "amount"])
def test_money_in_floats_is_told_of_minor_units(field) -> None:
    with pytest.raises(ValidationError, match=rf"{field} must be a whole number of minor units .*, got 29\.33"):
        Numbers(**{field: 29.33})


@pytest.mark.parametrize("field", FIELDS)
def test_numbers_of_numpy_become_ints_and_bounds_hold(field) -> None:
    for value in (LOWEST[field], HIGHEST[field]):
        found = getattr(Numbers(**{field: np.int64(value)}), field)
        assert found == value
        assert type(found) is int
    for value in (LOWEST[field] - 1, HIGHEST[field] + 1):
        with pytest.raises(ValidationError, match=f"{field} must (be at (least|most)|fit 64 bits)"):
            Numbers(**{field: value})


@given(value=int64s)
def test_a_number_survives_json(value) -> None:
    assert Numbers.model_validate_json(Numbers(minor=value).model_dump_json()).minor == value


# --- instants, zones, names -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", [5, "5", "2026-03-01T00:00:00Z", dt.date(2026, 3, 1), 5.0, np.datetime64("NaT", "us")]
)
def test_nothing_numeric_and_no_text_becomes_an_instant(value) -> None:
    with pytest.raises(ValidationError, match="opens_at must be an aware datetime or a datetime64"):
        offer(opens_at=value)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("5", "opens_at must be ISO 8601 text with an offset, got 5. Send text such as 2026-03-01T09:00:00.08:00"),
        ('"5"', "opens_at must be ISO 8601 text with an offset, got '5'"),
        ('"2026-03-01T00:00:00"', "opens_at must be .* got naive 2026-03-01 00:00:00. Send text such as"),
        ('"2026-03-01"', "opens_at must be .* got naive 2026-03-01 00:00:00"),
        ('"9999-12-31T23:59:59-08:00"', "opens_at must lie in the years 1 to 9999"),
    ],
)
def test_from_json_an_instant_is_iso_text_with_an_offset(text, match) -> None:
    with pytest.raises(ValidationError, match=match):
        Offer.model_validate_json(f'{{"name":"umbrella","opens_at":{text}}}')


def test_a_naive_datetime_is_refused_with_the_fix() -> None:
    with pytest.raises(ValidationError, match=r"got naive 2026-03-01 00:00:00\. Give it a zone"):
        offer(opens_at=dt.datetime(2026, 3, 1))


def test_an_instant_is_kept_in_utc() -> None:
    local = offer(opens_at=dt.datetime(2026, 3, 1, 8, tzinfo=SHANGHAI))
    assert local.opens_at == dt.datetime(2026, 3, 1, tzinfo=UTC)
    assert local.opens_at.tzinfo is UTC
    assert local == offer(opens_at=np.datetime64("2026-03-01"))
    assert local.model_dump_json().count('"2026-03-01T00:00:00.000000Z"') == 1


aware = st.datetimes(timezones=st.sampled_from([UTC, SHANGHAI, zoneinfo.ZoneInfo("America/New_York")])).filter(
    lambda moment: dt.datetime(1, 1, 3) < moment.replace(tzinfo=None) < dt.datetime(9999, 12, 29)
)


@given(moment=aware)
@example(moment=dt.datetime(33, 4, 3, 15, tzinfo=UTC))
def test_an_instant_survives_json(moment) -> None:
    assert Offer.model_validate_json(canonical(offer(opens_at=moment))) == offer(opens_at=moment)


class Meeting(Frozen):
    at: ZonedInstant


def test_a_zoned_instant_keeps_its_zone_and_is_written_in_utc() -> None:
    meeting = Meeting(at=dt.datetime(2026, 3, 1, 8, tzinfo=SHANGHAI))
    assert meeting.at.tzinfo is SHANGHAI
    assert canonical(meeting) == b'{"at":"2026-03-01T00:00:00.000000Z"}'
    assert Meeting(at=np.datetime64("2026-03-01")).at.tzinfo is UTC
    with pytest.raises(ValidationError, match="at must be an aware datetime"):
        Meeting(at="2026-03-01T00:00:00Z")


@pytest.mark.parametrize("zone", ["Mars/Base", "", None, 8, SHANGHAI])
def test_an_unknown_zone_is_refused(zone) -> None:
    with pytest.raises(ValidationError, match="zone must be an IANA zone name"):
        offer(zone=zone)


@pytest.mark.parametrize("name", ["", "  ", None, 5, b"umbrella"])
def test_a_name_is_text_that_is_not_empty(name) -> None:
    with pytest.raises(ValidationError, match="name must be text that is not empty"):
        offer(name=name)


@pytest.mark.parametrize("name", ["a\nb", "a\0", "\x7f", "a\ud800"])
def test_a_name_holds_no_control_characters(name) -> None:
    with pytest.raises(ValidationError, match="name must hold no control characters"):
        offer(name=name)


def test_names_in_every_script_are_welcome() -> None:
    assert offer(name="伞 ☂️ 👩‍👧").name == "伞 ☂️ 👩‍👧"


# --- the base -------------------------------------------------------------------------------------------------


def test_a_model_cannot_be_changed_and_takes_no_unknown_field() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        offer().name = "book"
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        offer(colour="red")


def test_a_copy_with_changes_is_validated() -> None:
    assert offer(prices=(1,)).model_copy(update={"name": "book"}) == offer(name="book", prices=(1,))
    with pytest.raises(ValidationError, match="must be a whole number"):
        offer().model_copy(update={"prices": (1.5,)})
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        offer().model_copy(update={"colour": "red"})
    assert offer().model_copy() == offer().model_copy(deep=True) == offer().model_copy(update={}) == offer()
    assert offer().model_copy(update={"zone": "UTC"}).model_fields_set == {"name", "zone"}


def test_a_wrong_default_is_refused_when_it_is_used() -> None:
    class Wrong(Frozen):
        count: Count = -1

    with pytest.raises(ValidationError, match="count must be at least 0"):
        Wrong()


def test_an_error_does_not_repeat_the_whole_input() -> None:
    with pytest.raises(ValidationError) as caught:
        offer(mode="throw", name="secret person")
    assert "input_value" not in str(caught.value)
    assert "secret person" not in str(caught.value)


def test_an_enum_is_read_from_its_word_in_python_and_json() -> None:
    assert offer(mode="reprice").mode is Mode.reprice
    assert Offer.model_validate_json('{"name":"umbrella","mode":"reprice"}') == offer(mode="reprice")


def test_models_with_caches_are_equal_by_their_fields() -> None:
    full, other, empty = Shape(), Shape(), Shape()
    assert full.corners.tolist() == other.corners.tolist() == [0, 1, 2]
    assert full == other == empty
    assert hash(full) == hash(other) == hash(empty)
    assert full != Shape(side=4)
    assert Drawing(shapes=(full,)) == Drawing(shapes=(other,))


def test_models_of_different_classes_are_different() -> None:
    class Other(Frozen):
        side: Count = 3

    assert Shape() != Other()
    assert Shape() != {"side": 3}
    assert len({Shape(), Other(), Shape()}) == 2


@pytest.mark.parametrize(
    "again",
    [
        copy.copy,
        copy.deepcopy,
        lambda model: pickle.loads(pickle.dumps(model)),
        lambda model: model.model_copy(),
        lambda model: model.model_copy(deep=True),
        lambda model: Shape.model_validate_json(model.model_dump_json()),
    ],
)
def test_caches_are_left_out_of_copies_pickles_and_dumps(again) -> None:
    shape = Shape()
    assert len(shape.corners) == 3
    assert again(shape) == shape
    assert vars(again(shape)) == {"side": 3}
    assert shape.model_dump() == {"side": 3}


def test_the_base_adds_no_public_name_that_a_field_could_hide() -> None:
    assert {name for name in set(dir(Frozen)) - set(dir(BaseModel)) if not name.startswith("_")} == set()


# --- frozen dicts ---------------------------------------------------------------------------------------------

small_dicts = st.dictionaries(words, st.integers(), max_size=5)


@given(items=small_dicts)
def test_a_frozen_dict_equals_a_dict_of_the_same_items(items) -> None:
    frozen = FrozenDict(items)
    assert frozen == items == dict(frozen)
    assert frozen == FrozenDict(dict(reversed(items.items())))
    assert hash(frozen) == hash(FrozenDict(dict(reversed(items.items()))))
    assert list(frozen) == list(items)
    assert len(frozen) == len(items)
    assert pickle.loads(pickle.dumps(frozen)) == copy.deepcopy(frozen) == items
    assert frozen != list(items)


def test_a_frozen_dict_refuses_changes_and_does_not_see_those_of_its_source() -> None:
    source = {"vip": 3}
    frozen: Any = FrozenDict(source)
    source["vip"] = 4
    assert frozen["vip"] == 3
    assert repr(frozen) == "FrozenDict({'vip': 3})"
    for change in (
        lambda: frozen.__setitem__("vip", 4),
        lambda: frozen.update(vip=4),
        lambda: setattr(frozen, "_items", {}),
        lambda: setattr(frozen, "other", 1),
        lambda: delattr(frozen, "_items"),
    ):
        with pytest.raises((TypeError, AttributeError)):
            change()
    frozen.__init__({"vip": 4})
    assert frozen == {"vip": 3}


def test_in_a_model_a_frozen_dict_is_checked_hashed_and_dumped_as_an_object() -> None:
    model = offer(limits={"vip": 3})
    assert hash(model) == hash(offer(limits=FrozenDict({"vip": 3})))
    assert model.model_dump()["limits"] == {"vip": 3}
    assert Offer.model_validate_json(canonical(model)) == model
    assert Offer.model_json_schema()["properties"]["limits"]["type"] == "object"
    with pytest.raises(ValidationError, match="must be a whole number, got '3'"):
        offer(limits={"vip": "3"})
    with pytest.raises(ValidationError, match="valid dictionary"):
        offer(limits=[("vip", 3)])


def test_a_frozen_dict_of_anything_can_be_a_field() -> None:
    class Loose(Frozen):
        facts: FrozenDict  # type: ignore[type-arg]  # the bare class is meant

    assert Loose(facts={1: "a"}).facts == {1: "a"}


# --- canonical JSON -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", VECTORS["offers"], ids=lambda vector: vector["fingerprint"][:8])
def test_the_stored_bytes_and_fingerprints_still_hold(vector) -> None:
    model = Offer.model_validate_json(json.dumps(vector["model"]))
    assert canonical(model).decode("ascii") == vector["canonical"]
    assert fingerprint(model) == vector["fingerprint"]
    assert Offer.model_validate_json(vector["canonical"]) == model


def test_canonical_json_writes_defaults_and_sorts_keys() -> None:
    assert canonical(offer(limits={"b": 1, "a": 2})) == (
        b'{"limits":{"a":2,"b":1},"mode":"keep","name":"umbrella","opens_at":null,"prices":[],"zone":"UTC"}'
    )
    assert canonical(offer(zone="UTC")) == canonical(offer())


class Rate(Frozen):
    rate: float


@pytest.mark.parametrize("rate", [float("nan"), float("inf")])
def test_what_json_cannot_say_has_no_canonical_form(rate) -> None:
    with refuses(InvalidInput, match="model must hold finite numbers"):
        canonical(Rate(rate=rate))


@given(a=small_dicts, b=small_dicts)
def test_fingerprints_agree_if_and_only_if_the_models_do(a, b) -> None:
    class Facts(Frozen):
        facts: FrozenDict[str, int]

    assert (fingerprint(Facts(facts=a)) == fingerprint(Facts(facts=b))) == (Facts(facts=a) == Facts(facts=b))


class Promise(Frozen):
    within: Duration = dt.timedelta(minutes=5)


@pytest.mark.parametrize(
    "within",
    [dt.timedelta(minutes=5), np.timedelta64(5, "m"), np.timedelta64(300_000_000_999, "ns"), np.timedelta64(300, "s")],
)
def test_a_duration_is_a_timedelta_however_it_came(within: Any) -> None:
    promise = Promise(within=within)
    assert type(promise.within) is dt.timedelta
    assert promise == Promise()
    assert canonical(promise) == b'{"within":300000000}'
    assert Promise.model_validate_json(promise.model_dump_json()) == promise


@pytest.mark.parametrize(
    "within",
    [5, 5.0, "5", "PT5M", None, np.timedelta64("NaT", "s"), np.timedelta64(1, "M"), np.timedelta64(2**60, "W")],
)
def test_a_bare_number_is_no_duration(within: Any) -> None:
    with pytest.raises(ValidationError, match="within must be a timedelta"):
        Promise(within=within)


@pytest.mark.parametrize("text", ['{"within": 5.0}', '{"within": "5"}', '{"within": true}'])
def test_json_durations_are_whole_microseconds(text: str) -> None:
    match = "within must be whole microseconds, got .*. Send 300000000 for five minutes"
    with pytest.raises(ValidationError, match=match):
        Promise.model_validate_json(text)


def test_a_json_duration_fits_a_timedelta() -> None:
    longest = dt.timedelta.max // dt.timedelta(microseconds=1)
    assert Promise.model_validate_json(f'{{"within": {longest}}}').within == dt.timedelta.max
    with pytest.raises(ValidationError, match="within must fit a timedelta of 999,999,999 days, got 8640"):
        Promise.model_validate_json(f'{{"within": {longest + 1}}}')


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_the_json_schema_of_an_alias_is_what_json_takes_and_gets(mode: Any) -> None:
    class Everything(Numbers):
        at: Instant
        local_at: ZonedInstant
        span: Duration
        spans: tuple[Duration | None, ...]
        name: Name
        zone: Zone

    fields = Everything.model_json_schema(mode=mode)["properties"]
    whole = ("minor", "amount", "count", "positive", "basis_points")
    assert {name: fields[name]["type"] for name in whole} == dict.fromkeys(whole, "integer")
    for name in ("at", "local_at"):
        assert (fields[name]["type"], fields[name]["format"]) == ("string", "date-time")
        assert "offset" in fields[name]["description"]
    assert "format" not in fields["span"]
    for span in (fields["span"], fields["spans"]["items"]["anyOf"][0]):
        assert span["type"] == "integer"
        assert "microseconds" in span["description"]
    assert [fields[name]["type"] for name in ("name", "zone")] == ["string", "string"]


def test_only_a_model_has_canonical_json() -> None:
    with refuses(InvalidInput, match="model.canonical: model must be a pydantic model, got 'abc'"):
        canonical("abc")  # type: ignore[arg-type]


def test_a_pickle_is_the_same_in_every_process() -> None:
    code = (
        "import pickle, sys; from socialmkt.groupbuy import Ladder, Tier; "
        "tiers = [Tier(min_quantity=1, unit_price=9, flat_fee=2)]; "
        "ladder = Ladder(currency='CNY', tiers=tiers, mode='graduated', package=2, free=1, min_amount=5); "
        "assert pickle.dumps(pickle.loads(pickle.dumps(ladder))) == pickle.dumps(ladder); "
        "print(pickle.dumps(ladder).hex())"
    )
    told = set()
    for seed in ("1", "2", "3"):
        env = {**os.environ, "PYTHONHASHSEED": seed}
        told.add(
            subprocess.run([sys.executable, "-c", code], env=env, cwd=ROOT, capture_output=True, check=True).stdout
        )
    assert len(told) == 1
