"""Policies, beacons and masks."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core.errors import AmbiguousTime, InvalidInput, Overflow
from socialmkt.core.labels import label
from socialmkt.lottery import (
    CN_2020,
    QUICKNET,
    DrandChain,
    Entries,
    PolicyCode,
    PolicyProfile,
    Prize,
    drand_randomness,
    manifest,
    masked,
)
from tests.lottery.draws import CLOSE, LATER, VECTORS
from tests.refusals import refuses

ENTRIES = Entries.from_columns(["ann", "bo"], qualifies={"region_north": [True, False], "purchase": [True, True]})
STATED = {"terms_digest": "00" * 32, "closes_at": CLOSE, "claim_by": LATER}


def codes(profile: PolicyProfile, *prizes: Prize, **fields) -> list[str]:
    made = manifest(ENTRIES, prizes, draw_id="d", beacon="b", **{**STATED, **fields})
    return [str(found.code) for found in profile.check(made)]


def prize(value: int, name: str = "a", quantity: int = 1, **fields) -> Prize:
    return Prize(name=name, quantity=quantity, unit_value=value, **fields)


TOTAL = PolicyProfile(name="total", max_total_value=1_000)


@pytest.mark.parametrize(
    ("profile", "prizes", "fields", "expected"),
    [
        (CN_2020, [prize(50_000)], {}, []),
        (CN_2020, [prize(50_001)], {}, ["post_wins"]),
        (CN_2020, [prize(5_000_000)], {}, ["post_wins"]),
        (CN_2020, [prize(5_000_001)], {}, ["prize_over_cap", "post_wins"]),
        (CN_2020, [prize(0)], {}, ["value_missing"]),
        (CN_2020, [prize(9_000_000)], {"currency": "USD"}, ["currency_mismatch"]),
        (TOTAL, [prize(500, quantity=2)], {}, []),
        (TOTAL, [prize(500), prize(501, "b")], {}, ["total_over_cap"]),
        (CN_2020, [prize(1, requires="region_north"), prize(1, "b")], {}, ["region_placement"]),
        (CN_2020, [prize(1, requires="region_north"), prize(1, "b", requires="region_north")], {}, []),
        (CN_2020, [prize(1, kind="purchase"), prize(1, "b")], {}, []),
        (
            CN_2020,
            [prize(1)],
            {"terms_digest": "", "closes_at": None, "claim_by": None},
            ["terms_missing", "draw_time_missing", "claim_deadline_missing"],
        ),
    ],
)
def test_a_policy_remarks_by_code(profile, prizes, fields, expected) -> None:
    assert codes(profile, *prizes, **fields) == expected


def test_every_code_was_seen_and_speaks_chinese() -> None:
    seen = {
        *codes(
            CN_2020,
            prize(0),
            prize(5_000_001, "b", requires="region_north"),
            terms_digest="",
            closes_at=None,
            claim_by=None,
        ),
        *codes(CN_2020, prize(1), currency="USD"),
        *codes(TOTAL, prize(1_001)),
    }
    assert seen == {str(code) for code in PolicyCode}
    assert all(label(code, lang="zh") for code in PolicyCode)


def test_terms_are_asked_for_only_where_they_are_needed() -> None:
    loose = PolicyProfile(name="free", require_terms=False)
    assert codes(loose, prize(1), terms_digest="", closes_at=None, claim_by=None) == []
    with refuses(InvalidInput, match="manifest must be a Manifest"):
        loose.check("manifest")
    with pytest.raises(ValidationError, match="max_unit_value must be at least 0"):
        PolicyProfile(name="x", max_unit_value=-1)
    assert PolicyProfile.model_validate_json(CN_2020.model_dump_json()) == CN_2020


def test_the_published_round_is_out_at_its_time() -> None:
    case = VECTORS["quicknet"]
    at = datetime.fromisoformat(case["at"])
    assert QUICKNET.round_at(at) == case["round"]
    assert QUICKNET.time_of(case["round"]) == at
    assert QUICKNET.round_after(at) == case["round"] + 1


@given(
    genesis=st.integers(0, 2**31),
    period=st.integers(1, 60),
    since=st.integers(0, 10**14),
)
def test_rounds_and_times_fit_together(genesis, period, since) -> None:
    chain = DrandChain(genesis=genesis, period=period)
    at = datetime.fromtimestamp(genesis, UTC) + timedelta(microseconds=since)
    out = chain.round_at(at)
    assert chain.time_of(out) <= at < chain.time_of(out + 1)
    after = chain.round_after(at)
    assert chain.time_of(after) > at
    assert after == 1 or chain.time_of(after - 1) <= at


def test_before_the_first_round_there_is_none() -> None:
    early = datetime(2020, 1, 1, tzinfo=UTC)
    assert QUICKNET.round_after(early) == 1
    with refuses(InvalidInput, match="t must not lie before the first round, 2023-08-23 15:09:27"):
        QUICKNET.round_at(early)
    with refuses(AmbiguousTime, match="t must be an aware datetime"):
        QUICKNET.round_at(early.replace(tzinfo=None))
    with refuses(InvalidInput, match="round must be a whole number of at least 1"):
        QUICKNET.time_of(0)
    with refuses(Overflow, match="round must lie in the years 1 to 9999"):
        QUICKNET.time_of(10**12)


def test_the_random_value_is_the_hash_of_the_signature() -> None:
    assert drand_randomness("00ff") == hashlib.sha256(b"\x00\xff").hexdigest()
    assert drand_randomness(bytearray(b"\x00\xff")) == drand_randomness("00FF")
    for bad in ("", "xyz", b"", 7):
        with refuses(InvalidInput, match="signature must be hex text or bytes"):
            drand_randomness(bad)


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("name", "张三", "张*"),
        ("name", "三", "*"),
        ("name", " 三 ", "*"),
        ("name", "Ann Mary Lee", "A** M*** L**"),
        ("phone", "13800138000", "138****8000"),
        ("phone", "+86 138-0013-8000", "+86 1**-****-8000"),
        ("phone", "1234567890", "12****7890"),
        ("phone", "12345678", "****5678"),
        ("phone", "1234567", "*****67"),
        ("phone", "12", "12"),
        ("email", "ann@example.com", "a***@example.com"),
        ("email", "a@b@c", "a***@c"),
        ("id", "user-1001", "us*****01"),
        ("id", "abcdefgh", "ab****gh"),
        ("id", "abcdefg", "a******"),
        ("id", "a", "a"),
    ],
)
def test_a_mask_keeps_little(kind, value, shown) -> None:
    assert masked(value, kind=kind) == shown


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("name", "", "value must be text that is not empty"),
        ("id", 7, "value must be text that is not empty"),
        ("phone", "none", "value must hold digits"),
        ("email", "ann", "value must be an address with a name and a host, got another text"),
        ("address", "x", "kind must be one of name, phone, email, id"),
        ([], "x", r"kind must be one of name, phone, email, id, got \[\]"),
    ],
)
def test_what_cannot_be_masked_is_refused(kind, value, words) -> None:
    with refuses(InvalidInput, match=words):
        masked(value, kind=kind)
