"""Instant wins: stock is exact, the pace is even, and everything can be checked afterwards."""

from __future__ import annotations

import hashlib
import hmac
import math
from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core.errors import AmbiguousTime, EmptyInput, Infeasible, InvalidInput
from socialmkt.lottery import Chance, Deck, Moments, Prize, _deck
from tests.lottery.draws import VECTORS, keys_of
from tests.refusals import refuses

START, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 8, tzinfo=UTC)
KEY = keys_of("a deck")


def plays_of(deck: Deck, prize: str | None) -> list[int]:
    return [play for play in range(1, deck.plays + 1) if deck.outcome(play) == prize]


def test_the_deck_is_the_published_one() -> None:
    case = VECTORS["deck"]
    deck = Deck.build(case["stock"], plays=case["plays"], key=keys_of(case["key_of"]), blocks=case["blocks"])
    assert plays_of(deck, "grand") == case["grand"]
    assert plays_of(deck, "small") == case["small"]
    assert deck.commitment == case["commitment"]
    assert case["commitment"][:12] in repr(deck)
    assert keys_of(case["key_of"]) not in repr(deck)


@st.composite
def decks(draw):
    plays = draw(st.integers(1, 60))
    stock, left = {}, plays
    for name in ("a", "b", "c", "d"):
        quantity = draw(st.integers(0, left))
        if quantity:
            stock[name] = quantity
            left -= quantity
    return stock or {"a": plays}, plays, draw(st.integers(1, plays)), keys_of(str(draw(st.integers(0, 10**6))))


@given(made=decks())
def test_stock_is_exact_and_no_block_overflows(made) -> None:
    stock, plays, blocks, key = made
    deck = Deck.build(stock, plays=plays, key=key, blocks=blocks)
    won = Counter(deck.outcome(play) for play in range(1, plays + 1))
    assert {name: won[name] for name in stock} == stock
    quotas = deck.quotas
    for block in range(1, blocks + 1):
        rows = quotas.filter(quotas["block"] == block)
        first, last = int(rows["first"][0]), int(rows["last"][0])
        inside = Counter(deck.outcome(play) for play in range(first, last + 1))
        assert [inside[name] for name in rows["prize"]] == rows["quantity"].tolist()
        assert (rows["quantity"] >= 0).all()


@given(made=decks())
def test_every_prize_keeps_its_pace(made) -> None:
    stock, plays, blocks, key = made
    quotas = Deck.build(stock, plays=plays, key=key, blocks=blocks).quotas
    for number, (name, quantity) in enumerate(stock.items(), 1):
        rows = quotas.filter(quotas["prize"] == name)
        for first, last, found in zip(rows["first"], rows["last"], rows["quantity"], strict=True):
            share = Fraction(quantity * int(last - first + 1), plays)
            assert abs(int(found) - share) <= number + 1


def test_a_full_deck_gives_every_play_a_prize() -> None:
    deck = Deck.build([Prize(name="a", quantity=3), Prize(name="b", quantity=5)], plays=8, key=KEY, blocks=3)
    assert plays_of(deck, None) == []


def test_a_deck_is_shuffled_by_the_definition() -> None:
    deck = Deck.build({"a": 2, "b": 3}, plays=10, key=KEY)
    order = sorted(range(1, 11), key=lambda play: hashlib.sha256(f"{KEY}slot-{play}".encode()).digest())
    assert plays_of(deck, "a") == sorted(order[:2])
    assert plays_of(deck, "b") == sorted(order[2:5])


def test_slots_with_equal_heads_are_told_apart_by_the_whole_digest() -> None:
    places = _deck._first(KEY, np.array([7, 7, 7], np.uint64), 2, 0)
    order = sorted(range(3), key=lambda place: hashlib.sha256(f"{KEY}slot-{place + 1}".encode()).digest())
    assert places.tolist() == order[:2]


def test_every_play_of_a_deck_has_the_same_chance() -> None:
    decks_ = [Deck.build({"a": 1, "b": 3}, plays=8, key=keys_of(f"fair {seed}"), blocks=3) for seed in range(1_500)]
    for prize, quantity in (("a", 1), ("b", 3)):
        wins = [sum(deck.outcome(play) == prize for deck in decks_) for play in range(1, 9)]
        mean, chance = 1_500 * quantity / 8, quantity / 8
        assert sum((won - mean) ** 2 / (mean * (1 - chance)) for won in wins) < 40.0


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ({"prizes": {"a": 9}}, InvalidInput, "prizes must hold at most 8 in all, as many as plays, got 9"),
        ({"prizes": {}}, EmptyInput, "prizes must hold at least one prize"),
        ({"prizes": 3}, InvalidInput, "prizes must be Prizes, or a mapping of name to quantity, got 3"),
        ({"prizes": ["a"]}, InvalidInput, "prizes must be Prizes, or a mapping of name to quantity, got 'a'"),
        ({"prizes": [Prize(name="a", quantity=1)] * 2}, InvalidInput, "prizes must have names of their own"),
        ({"prizes": {"a": 0}}, InvalidInput, "prizes must be a whole number of at least 1"),
        ({"prizes": {"": 1}}, InvalidInput, "prizes must have names that are text"),
        ({"prizes": {"\ud800": 1}}, InvalidInput, "prizes must have names that are text"),
        ({"plays": 10**30}, Infeasible, "plays must be at most 1,000,000,000, got 10{30}"),
        ({"plays": 0}, InvalidInput, "plays must be a whole number of at least 1"),
        ({"blocks": 9}, InvalidInput, "blocks must be a whole number from 1 to 8, got 9"),
        ({"key": KEY.upper()}, InvalidInput, "key must be 64 lower-case hex digits, got another value"),
    ],
)
def test_a_deck_that_cannot_be_kept_is_refused(fault, kind, words) -> None:
    given_ = {"prizes": {"a": 1}, "plays": 8, "key": KEY, **fault}
    with refuses(kind, match=words):
        Deck.build(given_.pop("prizes"), **given_)


def test_only_plays_of_the_deck_have_outcomes() -> None:
    deck = Deck.build({"a": 1}, plays=8, key=KEY)
    for play in (0, 9, True, 1.0):
        with refuses(InvalidInput, match="play must be a whole number from 1 to 8"):
            deck.outcome(play)


def moments() -> Moments:
    return Moments.build({"a": 1, "b": 3}, start=START, end=END, key=KEY)


def free_at() -> list[tuple[datetime, str]]:
    """Compute the instants by the definition."""
    window = (END - START) // timedelta(microseconds=1)
    units = []
    for place, (name, quantity) in enumerate({"a": 1, "b": 3}.items()):
        for unit in range(1, quantity + 1):
            head = int(hashlib.sha256(f"{KEY}moment-{name}-{unit}".encode()).hexdigest()[:16], 16)
            units.append((START + timedelta(microseconds=head * window // 2**64), place, unit, name))
    return [(unit[0], unit[3]) for unit in sorted(units)]


def test_a_prize_is_free_from_its_moment_on() -> None:
    found, instants = moments(), free_at()
    for claimed, (at, prize) in enumerate(instants):
        assert found.outcome(at, claimed=claimed) == prize
        assert found.outcome(at - timedelta(microseconds=1), claimed=claimed) is None
        assert found.outcome(END, claimed=claimed) is None
        assert found.outcome(START - timedelta(microseconds=1), claimed=claimed) is None
    assert found.outcome(END - timedelta(microseconds=1), claimed=4) is None
    assert found.commitment == keys_of(KEY)
    assert KEY not in repr(found)


def test_a_replay_claims_one_moment_for_each_play() -> None:
    instants = free_at()
    last = instants[-1][0]
    plays = [START, last, last, last, last, last, END]
    assert moments().replay(plays) == [None, *[prize for _, prize in instants], None, None]


def test_moments_refuse_what_cannot_be() -> None:
    for claimed in (-1, 5):
        with refuses(InvalidInput, match="claimed must be a whole number from 0 to 4"):
            moments().outcome(START, claimed=claimed)
    with refuses(InvalidInput, match=r"plays must not go back in time, got 2026-03-01.* at row 1"):
        moments().replay([END, START])
    with refuses(InvalidInput, match=r"plays must not be null, got None at row 1 \(1 such rows of 2\)\.$"):
        moments().replay([START, None])
    with refuses(InvalidInput, match="end must be later than start"):
        Moments.build({"a": 1}, start=START, end=START, key=KEY)
    with refuses(Infeasible, match="prizes must hold at most 10,000,000 units in all, got 10{30}"):
        Moments.build({"a": 10**30}, start=START, end=END, key=KEY)
    with refuses(AmbiguousTime, match="start must be an aware datetime"):
        Moments.build({"a": 1}, start=START.replace(tzinfo=None), end=END, key=KEY)
    with refuses(InvalidInput, match="key must be 64 lower-case hex digits"):
        Moments.build({"a": 1}, start=START, end=END, key="secret")


def test_the_rolls_are_the_published_ones() -> None:
    case = VECTORS["chance"]
    chance = Chance(rates={"a": 1}, seed=case["seed"])
    assert [chance.roll(case["client_seed"], nonce) for nonce in range(4)] == case["rolls"]
    digest = hmac.new(b"server-seed", b"player-7:0", hashlib.sha256).digest()
    assert chance.roll("player-7", 0) == int.from_bytes(digest[:8], "big") * 10**6 >> 64
    assert chance.commitment == keys_of("server-seed")
    assert "server-seed" not in repr(chance)


def test_one_roll_decides_and_an_empty_prize_passes_nothing_on() -> None:
    roll = VECTORS["chance"]["rolls"][0]
    chance = Chance(rates={"a": roll, "b": 1, "c": 10**6 - roll - 1}, seed="server-seed")
    assert chance.outcome("player-7", 0) == "b"
    assert chance.outcome("player-7", 0, left={"b": 0}) is None
    assert chance.outcome("player-7", 0, left={"b": 1, "a": 0}) == "b"
    assert Chance(rates={"a": roll}, seed="server-seed").outcome("player-7", 0) is None
    assert Chance(rates={"a": roll + 1}, seed="server-seed").outcome("player-7", 0) == "a"
    assert Chance.model_validate_json(chance.model_dump_json()) == chance


def test_a_malformed_chance_is_refused() -> None:
    for rates, seed, words in (
        ({"a": 10**6, "b": 1}, "s", "rates must name prizes and add up to at most 1,000,000 parts, got 1,000,001"),
        ({}, "s", "rates must name prizes"),
        ({"": 1}, "s", "rates must name prizes"),
        ({"a": -1}, "s", "must be at least 0"),
        ({"a": 1}, "", "seed must be text that is not empty"),
        ({"a": 1}, "\ud800", "seed must be text .* holds no lone surrogates, got another value"),
    ):
        with pytest.raises(ValidationError, match=words):
            Chance(rates=rates, seed=seed)
    chance = Chance(rates={"a": 1}, seed="s")
    for text in ("", "\ud800", 7):
        must = "client_seed must be text that is not empty and holds no lone surrogates"
        with refuses(InvalidInput, match=f"^Chance.outcome: {must}"):
            chance.outcome(text, 0)
        with refuses(InvalidInput, match=f"^Chance.roll: {must}"):
            chance.roll(text, 0)
    with refuses(InvalidInput, match="^Chance.outcome: nonce must be a whole number of at least 0"):
        chance.outcome("p", -1)
    for left in (5, ["a"], "a", [], np.array(["a", "b"]), np.array(1)):
        with refuses(InvalidInput, match="^Chance.outcome: left must be a mapping of prize to number"):
            chance.outcome("p", 0, left=left)
    with refuses(InvalidInput, match="left must name prizes: a, got 'z'"):
        chance.outcome("p", 0, left={"z": 1})
    with refuses(InvalidInput, match="left must be a whole number of at least 0"):
        chance.outcome("p", 0, left={"a": -1})


def test_demand_passes_the_stock_as_often_as_the_docs_say() -> None:
    """10,000 plays at 1 % and a stock of 100: the binomial chance of 101 or more."""
    logs = [math.lgamma(10_001) - math.lgamma(k + 1) - math.lgamma(10_001 - k) for k in range(101)]
    below = sum(math.exp(log + k * math.log(0.01) + (10_000 - k) * math.log(0.99)) for k, log in enumerate(logs))
    assert 1 - below == pytest.approx(0.473, abs=5e-4)
