"""Attribution: credit and money add up, the order of rows never matters, and the models equal their definitions."""

from __future__ import annotations

import copy
import datetime as dt
import itertools
import json
import pickle
from collections import defaultdict
from fractions import Fraction
from math import factorial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt import campaign as c
from socialmkt.campaign import _credit
from socialmkt.core.errors import AmbiguousTime, InvalidInput, Overflow
from socialmkt.core.money import allocate
from tests.refusals import refuses

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "campaign_attribution.json").read_text(encoding="utf-8"))
START = np.datetime64("2026-03-01", "us")
DAY = np.timedelta64(1, "D").astype("m8[us]")
DAILY = dt.timedelta(days=1)
RULES = [
    c.FirstTouch(),
    c.LastTouch(),
    c.LastTouch(ignoring=("A", "C")),
    c.Linear(),
    c.Position(),
    c.Position(first_bp=0, last_bp=0),
    c.Position(first_bp=10_000, last_bp=0),
    c.HalfLife(half_life=DAILY),
    c.Markov(),
    c.Shapley(),
    c.Shapley(worth="rate"),
]
BY_JOURNEY = [rule for rule in RULES if not isinstance(rule, c.Markov) and rule != c.Shapley(worth="rate")]
by_rule = pytest.mark.parametrize("rule", RULES, ids=repr)

journeys = st.lists(
    st.tuples(
        st.lists(st.tuples(st.sampled_from("ABCD"), st.integers(0, 5)), max_size=5), st.none() | st.integers(0, 999)
    ),
    max_size=8,
)
"""Touches with their days, and the value of the conversion on day 9 if there is one."""


def columns_of(log: Any, *, names: Any = lambda number: number) -> dict[str, Any]:
    touches = [
        (names(number), channel, START + DAY * day) for number, (path, _) in enumerate(log) for channel, day in path
    ]
    won = [(names(number), value) for number, (_, value) in enumerate(log) if value is not None]
    return {
        "journey": [one for one, _, _ in touches],
        "channel": [channel for _, channel, _ in touches],
        "at": np.array([at for _, _, at in touches], "M8[us]"),
        "won": [one for one, _ in won],
        "won_at": np.array([START + 9 * DAY] * len(won), "M8[us]"),
        "value": np.array([value for _, value in won], np.int64),
    }


def paths_of(log: Any, **options: Any) -> c.Paths:
    return c.Paths.from_columns(**columns_of(log), **options)


def spelled(texts: list[str], values: list[int] | None = None) -> c.Paths:
    """Read `AB*` as a touch of A, one of B a day later, and a conversion on day 19."""
    journey, channel, at, won = [], [], [], []
    for number, text in enumerate(texts):
        for day, letter in enumerate(text.rstrip("*")):
            journey.append(number)
            channel.append(letter)
            at.append(START + DAY * day)
        if text.endswith("*"):
            won.append(number)
    won_at = np.array([START + 19 * DAY] * len(won), "M8[us]")
    return c.Paths.from_columns(journey, channel, np.array(at, "M8[us]"), won=won, won_at=won_at, value=values)


def rule_of(name: str, options: dict[str, Any]) -> Any:
    if "half_life_days" in options:
        return c.HalfLife(half_life=dt.timedelta(days=options["half_life_days"]))
    return getattr(c, name)(**options)


# --- vectors --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "options", "value"), VECTORS["one"]["rules"])
def test_one_journey_of_three_touches(name: str, options: Any, value: list[int]) -> None:
    paths = spelled([VECTORS["one"]["journey"]], [VECTORS["one"]["value"]])
    assert c.attribute(paths, rule_of(name, options)).value.tolist() == value


def test_a_touch_a_half_life_before_weighs_half() -> None:
    given = VECTORS["weeks"]
    at = np.array([START + DAY * (7 - before) for before in given["days_before"]])
    paths = c.Paths.from_columns([1, 1], ["A", "B"], at, won=[1], won_at=at[1:], value=[given["value"]])
    assert c.attribute(paths, rule_of("HalfLife", given | {})).value.tolist() == given["shares"]


@pytest.mark.parametrize(("name", "options", "credit", "value"), VECTORS["nine"]["rules"])
def test_nine_journeys(name: str, options: Any, credit: list[float], value: list[int] | None) -> None:
    given = VECTORS["nine"]
    paths = spelled(given["journeys"], given["values"])
    found = c.attribute(paths, rule_of(name, options))
    assert found.credit.round(6).tolist() == credit
    assert value is None or found.value.tolist() == value
    assert c.removal_effects(paths).removal.round(6).tolist() == given["removal"]


def test_direct_and_assisted_visits() -> None:
    given = VECTORS["visits"]
    texts = ["XW"] * given["last"] + ["WX"] * given["earlier"] + ["X"] * given["without"]
    found = c.contribution(spelled(texts), over="all")
    at = found.channel.tolist().index("W")
    shares = [found[f"{name}_share"][at].round(6) for name in ("direct", "assisted", "touched")]
    assert shares == [given["direct"], given["assisted"], given["touched"]]


def test_orders_without_a_touch_count_in_the_base() -> None:
    given = VECTORS["orders"]
    n = given["of"]
    at = np.array([START] * given["touched"])
    won_at = np.array([START + DAY] * n)
    paths = c.Paths.from_columns(range(given["touched"]), ["W"] * given["touched"], at, won=range(n), won_at=won_at)
    row = next(c.contribution(paths).rows())
    assert (row.touched_share, round(row.low, 4), round(row.high, 4)) == (given["share"], given["low"], given["high"])
    assert paths.untouched == n - given["touched"]


# --- what counts ----------------------------------------------------------------------------------------------------


def test_both_ends_of_the_look_back_count() -> None:
    at = np.array([START + DAY * day for day in (0, 1, 8, 9)])
    paths = c.Paths.from_columns(
        [1] * 4, ["A", "B", "C", "D"], at, won=[1], won_at=at[2:3], lookback=dt.timedelta(days=7)
    )
    assert (paths.touches, paths.ignored) == (2, 2)
    assert paths.channels.tolist() == ["A", "B", "C", "D"]
    assert c.attribute(paths, c.Linear()).credit.tolist() == [0, 0.5, 0.5, 0]


def test_as_of_sees_nothing_later() -> None:
    log = [([("A", 0), ("B", 2)], 500), ([("A", 1), ("C", 4)], None), ([("D", 5)], None)]
    given = columns_of(log)
    now = c.Paths.from_columns(**given, as_of=START + 3 * DAY)
    assert (now.won, now.value, now.journeys, now.touches, now.ignored) == (0, 0, 2, 3, 2)
    ends = c.Paths.from_columns(**given, as_of=START + 3 * DAY, lookback=DAILY)
    assert (ends.touches, ends.ignored, ends.journeys) == (1, 4, 2)
    assert c.Paths.from_columns(**given, as_of=START + 9 * DAY).won == 1


@settings(max_examples=50)
@given(log=journeys, day=st.integers(0, 10), lookback=st.none() | st.integers(1, 6))
def test_a_replay_shows_no_knowledge_of_the_future(log: Any, day: int, lookback: int | None) -> None:
    given = columns_of(log)
    span = None if lookback is None else dt.timedelta(days=lookback)
    now = c.Paths.from_columns(**given, as_of=START + DAY * day, lookback=span)
    seen, sold = given["at"] <= START + DAY * day, given["won_at"] <= START + DAY * day
    kept = {name: list(itertools.compress(given[name], seen)) for name in ("journey", "channel")}
    kept |= {"won": list(itertools.compress(given["won"], sold))}
    then = c.Paths.from_columns(
        **kept,
        at=given["at"][seen],
        won_at=given["won_at"][sold],
        value=given["value"][sold],
        as_of=START + DAY * day,
        lookback=span,
    )
    assert (now.journeys, now.won, now.touches, now.value) == (then.journeys, then.won, then.touches, then.value)
    assert now.touches + now.ignored == len(given["at"])
    for rule in RULES:
        ours = {row.channel: (row.credit, row.value) for row in c.attribute(now, rule).rows() if row.credit}
        theirs = {row.channel: (row.credit, row.value) for row in c.attribute(then, rule).rows() if row.credit}
        assert ours == theirs


# --- laws -----------------------------------------------------------------------------------------------------------


@settings(max_examples=50)
@given(log=journeys, order=st.randoms())
def test_the_order_of_rows_and_the_names_of_journeys_change_nothing(log: Any, order: Any) -> None:
    paths = paths_of(log)
    rows = columns_of(log, names=lambda number: f"journey {-number}")
    shuffled = list(range(len(rows["journey"])))
    order.shuffle(shuffled)
    touches = {name: [rows[name][at] for at in shuffled] for name in ("journey", "channel")}
    at = rows["at"][np.array(shuffled, np.int64)]
    other = c.Paths.from_columns(**touches, at=at, won=rows["won"], won_at=rows["won_at"], value=rows["value"])
    for rule in RULES:
        assert c.attribute(paths, rule) == c.attribute(other, rule)


@settings(max_examples=50)
@given(log=journeys)
def test_credit_and_money_add_up(log: Any) -> None:
    paths = paths_of(log)
    for rule in RULES:
        found = c.attribute(paths, rule)
        total = paths.won - paths.untouched
        assert found.credit.sum() == pytest.approx(total, abs=1e-9)
        assert found.value.sum() == paths.value - paths.untouched_value
        assert found.share.sum() == pytest.approx(1 if total else 0, abs=1e-9)
        assert (found.won, found.untouched, found.untouched_value) == (
            paths.won,
            paths.untouched,
            paths.untouched_value,
        )


@settings(max_examples=50)
@given(log=journeys, cut=st.integers(0, 8))
def test_disjoint_sets_of_journeys_add_up(log: Any, cut: int) -> None:
    for rule in BY_JOURNEY:
        whole: dict[str, Any] = defaultdict(lambda: np.zeros(2))
        for part in (log[:cut], log[cut:]):
            for row in c.attribute(paths_of(part), rule).rows():
                whole[row.channel] += (row.credit, row.value)
        for row in c.attribute(paths_of(log), rule).rows():
            assert whole[row.channel].tolist() == pytest.approx([row.credit, row.value])


@settings(max_examples=50)
@given(log=journeys)
def test_the_rules_equal_their_definition_journey_by_journey(log: Any) -> None:
    credit: dict[Any, Any] = defaultdict(Fraction)
    money: dict[Any, int] = defaultdict(int)
    rules = {"linear": c.Linear(), "position": c.Position(), "last": c.LastTouch(ignoring=("A", "C"))}
    for path, value in log:
        touches = sorted((day, channel) for channel, day in path)
        if value is None or not touches:
            continue
        n = len(touches)
        middle = [2000] * (n - 2)
        weights = {
            "linear": [1] * n,
            "position": {1: [1], 2: [1, 1]}.get(n, [4000 * (n - 2), *middle, 4000 * (n - 2)]),
            "last": [0] * n,
        }
        named = [place for place, (_, channel) in enumerate(touches) if channel not in "AC"]
        weights["last"][named[-1] if named else n - 1] = 1
        for name, parts in weights.items():
            for (_, channel), part, share in zip(touches, parts, allocate(value, parts), strict=True):
                credit[name, channel] += Fraction(part, sum(parts))
                money[name, channel] += share
    for name, rule in rules.items():
        for row in c.attribute(paths_of(log), rule).rows():
            assert row.value == money[name, row.channel]
            assert row.credit == pytest.approx(float(credit[name, row.channel]))


@by_rule
def test_a_channel_alone_takes_all(rule: Any) -> None:
    found = c.attribute(spelled(["A*", "AA*", "A"], [3, 4]), rule)
    assert (found.credit.tolist(), found.share.tolist(), found.value.tolist()) == ([2], [1], [7])


@by_rule
def test_no_conversions_give_zeros(rule: Any) -> None:
    found = c.attribute(spelled(["AB", "B"], []), rule)
    assert (found.credit.tolist(), found.share.tolist(), found.value.tolist()) == ([0, 0], [0, 0], [0, 0])
    nothing = c.attribute(spelled([]), rule)
    assert (len(nothing), nothing.won, nothing.untouched, "value" in nothing) == (0, 0, 0, False)
    assert len(c.removal_effects(spelled([]))) == 0


def test_conversions_without_any_touch_are_counted_and_credited_to_nobody() -> None:
    none: Any = np.empty(0, "M8[us]")
    paths = c.Paths.from_columns([], [], none, won=["x", "y"], won_at=[START, START], value=[500, 700])
    assert (paths.journeys, paths.won, paths.untouched, paths.value, paths.untouched_value) == (2, 2, 2, 1200, 1200)
    assert "untouched=2" in repr(paths)
    found = c.contribution(spelled([]))
    assert found.base == 0
    base_of_nothing = c.contribution(spelled(["AB", "B"]))
    assert np.isnan(base_of_nothing.direct_share).all()
    assert np.isnan(base_of_nothing.low).all()


@settings(max_examples=50)
@given(log=journeys)
def test_contribution_counts_each_journey_once_per_channel(log: Any) -> None:
    paths = paths_of(log)
    for over, kept in (
        ("won", [p for p, v in log if v is not None]),
        ("all", [p for p, v in log if p or v is not None]),
    ):
        table = c.contribution(paths, over=over)
        lasts = [max((day, channel) for channel, day in path)[1] for path in kept if path]
        assert table.base == len(kept)
        for row in table.rows():
            touched = sum(row.channel in {channel for channel, _ in path} for path in kept)
            assert (row.direct, row.touched) == (lasts.count(row.channel), touched)
            assert row.assisted == row.touched - row.direct


# --- the models -----------------------------------------------------------------------------------------------------


@settings(max_examples=50)
@given(log=journeys)
def test_markov_equals_removing_each_channel_from_the_chain(log: Any) -> None:
    paths = paths_of(log)
    effects = c.removal_effects(paths)
    texts = [
        ("".join(channel for _, channel in sorted((d, ch) for ch, d in path)), value is not None) for path, value in log
    ]
    base = win_chance(texts, None)
    won = sum(value for text, value in texts if text)
    touched = sum(1 for text, _ in texts if text)
    assert base == pytest.approx(won / touched if touched else 0)
    for row in effects.rows():
        expected = 1 - win_chance(texts, row.channel) / base if base else 0
        assert row.removal == pytest.approx(expected, abs=1e-9)
        assert 0 <= row.removal <= 1
        assert 0 <= row.reach <= 1


def win_chance(texts: list[tuple[str, bool]], removed: str | None) -> float:
    """Count the moves, repeats included; moves to the removed channel are lost."""
    moves: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for text, value in texts:
        states = ["start", *text, "won" if value else "lost"]
        for one, other in itertools.pairwise(states if text else []):
            moves[one][other] += 1
    names = [name for name in moves if name != removed]
    if "start" not in names:
        return 0.0
    q, r = np.zeros((len(names), len(names))), np.zeros(len(names))
    for i, name in enumerate(names):
        total = sum(moves[name].values())
        r[i] = moves[name]["won"] / total
        for j, other in enumerate(names):
            q[i, j] = moves[name][other] / total
    return float(np.linalg.solve(np.eye(len(names)) - q, r)[names.index("start")])


def test_repeats_of_a_channel_change_nothing_in_the_chain() -> None:
    plain, repeated = spelled(["AB*", "B", "BA*", "A"]), spelled(["AAB*", "BBB", "BAA*", "A"])
    assert c.removal_effects(plain).removal.tolist() == pytest.approx(c.removal_effects(repeated).removal.tolist())


@settings(max_examples=50)
@given(log=journeys)
def test_shapley_equals_the_mean_over_all_orders_of_the_channels(log: Any) -> None:
    paths = paths_of(log)
    names = paths.channels.tolist()
    sets = [(frozenset(channel for channel, _ in path), value is not None) for path, value in log if path]
    for worth in ("conversions", "rate"):
        value = {
            frozenset(s): worth_of(sets, frozenset(s), worth)
            for k in range(len(names) + 1)
            for s in itertools.combinations(names, k)
        }
        phi = {name: Fraction(0) for name in names}
        for order in itertools.permutations(names):
            for place, name in enumerate(order):
                before = frozenset(order[:place])
                phi[name] += value[before | {name}] - value[before]
        total = sum(phi.values())
        found = c.attribute(paths, c.Shapley(worth=worth))
        for row in found.rows():
            mean = phi[row.channel] / factorial(len(names))
            expected = (
                mean if worth == "conversions" else (phi[row.channel] / total if total else 0) * found.credit.sum()
            )
            assert row.credit == pytest.approx(float(expected), abs=1e-8)


def worth_of(sets: Any, allowed: frozenset[str], worth: str) -> Fraction:
    inside = [value for one, value in sets if one <= allowed]
    won = sum(inside)
    return Fraction(won) if worth == "conversions" else Fraction(won, len(inside)) if inside else Fraction(0)


@settings(max_examples=50)
@given(log=journeys)
def test_renaming_channels_permutes_the_models(log: Any) -> None:
    apart = [([(channel, place) for place, (channel, _) in enumerate(path)], value) for path, value in log]
    other = [([("DCBA"["ABCD".index(channel)], day) for channel, day in path], value) for path, value in apart]
    for rule in (c.Markov(), c.Shapley(worth="rate")):
        ours = {row.channel: row.credit for row in c.attribute(paths_of(apart), rule).rows()}
        for row in c.attribute(paths_of(other), rule).rows():
            assert row.credit == pytest.approx(ours["DCBA"["ABCD".index(row.channel)]], abs=1e-9)


def test_rate_takes_16_channels_and_refuses_17() -> None:
    letters = "ABCDEFGHIJKLMNOPQ"
    assert len(c.attribute(spelled([*letters[:16], "AB*"]), c.Shapley(worth="rate"))) == 16
    with refuses(InvalidInput, match='paths must have touches of at most 16 channels for worth="rate", got 17'):
        c.attribute(spelled([*letters, "AB*"]), c.Shapley(worth="rate"))


# --- exactness ------------------------------------------------------------------------------------------------------


def test_money_near_the_end_of_int64_is_split_exactly() -> None:
    huge = 2**62 + 1
    paths = spelled(["ABC*", "A*", "BC*"], [huge, huge - 1, 3])
    for rule in (c.Linear(), c.HalfLife(half_life=DAILY), c.Position(), c.Shapley()):
        assert sum(c.attribute(paths, rule).value.tolist()) == 2 * huge + 2
    with refuses(Overflow, match="the money of a channel must fit 64 bits, got 9223372036854775809"):
        c.attribute(paths, c.FirstTouch())


def test_many_large_amounts_add_up_beyond_53_bits() -> None:
    amounts, channel = np.array([2**52 + 1, 2**52 + 3, 5]), np.array([0, 0, 1])
    assert _credit.sums(channel, amounts, 2) == [2**53 + 4, 5]


def test_where_no_money_is_counted_only_orders_are() -> None:
    for rule in RULES:
        found = c.attribute(spelled(["ABC*", "B"]), rule)
        assert ("value" in found, found.untouched_value) == (False, None)


def test_instants_too_far_apart_to_be_packed_are_ordered_too() -> None:
    at = np.array([2**62, -(2**62), 0]).view("M8[us]")
    paths = c.Paths.from_columns([1, 1, 1], ["C", "A", "B"], at, won=[1], won_at=np.array([2**62]).view("M8[us]"))
    assert c.attribute(paths, c.FirstTouch()).credit.tolist() == [1, 0, 0]
    assert c.attribute(paths, c.LastTouch()).credit.tolist() == [0, 0, 1]


@pytest.mark.parametrize("ids", [[b"x", b"y"], ["x", "y"], [2**63 + 5, 7], [-1, 5]])
def test_journeys_may_have_any_kind_of_id(ids: list[Any]) -> None:
    at = np.array([START, START])
    paths = c.Paths.from_columns(ids, ["A", "B"], at, won=ids[1:], won_at=[START + DAY])
    assert (paths.won, paths.untouched) == (1, 0)


# --- refusals -------------------------------------------------------------------------------------------------------

GIVEN: dict[str, Any] = {
    "journey": [1, 1],
    "channel": ["A", "B"],
    "at": np.array([START, START + DAY]),
    "won": [1],
    "won_at": np.array([START + DAY]),
    "value": [500],
}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"won": [1, 2, 1], "won_at": [START] * 3, "value": [1] * 3},
            "won must name each journey once, got 1 at row 2",
        ),
        ({"won": ["1"]}, "won must hold the same kind of ids as journey, int, got '1'"),
        ({"won": [2**63 + 1], "journey": [-1, 1]}, "journey must not be negative beside ids above"),
        ({"value": [-1]}, "value must be at least 0, got -1 at row 0"),
        ({"value": [5.0]}, "value must hold whole minor units"),
        ({"value": [True]}, "value must hold whole minor units"),
        ({"value": [1, 2]}, "value must be as long as won"),
        ({"channel": ["A"]}, "channel must be as long as journey"),
        ({"channel": ["A", None]}, "channel must not be null"),
        ({"lookback": dt.timedelta(0)}, "lookback must be longer than nothing"),
        ({"lookback": 7}, "lookback must be a timedelta, got 7"),
    ],
)
def test_columns_that_make_no_journeys_are_refused(changes: dict[str, Any], words: str) -> None:
    with refuses(InvalidInput, match=words):
        c.Paths.from_columns(**{**GIVEN, **changes})


def test_a_look_back_beyond_64_bits_is_refused() -> None:
    with refuses(Overflow, match="Paths.from_columns: lookback must fit 64 bits of microseconds, got 999999999 days"):
        c.Paths.from_columns(**GIVEN, lookback=dt.timedelta.max)


def test_naive_instants_are_refused() -> None:
    with refuses(AmbiguousTime, match="won_at must hold"):
        c.Paths.from_columns(**{**GIVEN, "won_at": [dt.datetime(2026, 3, 1)]})
    with refuses(AmbiguousTime, match="as_of must be"):
        c.Paths.from_columns(**GIVEN, as_of=dt.datetime(2026, 3, 1))


def test_what_is_no_rule_or_no_paths_is_refused() -> None:
    paths = c.Paths.from_columns(**GIVEN)
    for wrong in ("linear", c.Linear, None, c.Qingming()):
        with refuses(InvalidInput, match="rule must be a FirstTouch"):
            c.attribute(paths, wrong)  # type: ignore[arg-type]
    with refuses(InvalidInput, match="paths must be Paths"):
        c.attribute([], c.Linear())  # type: ignore[arg-type]
    with refuses(InvalidInput, match="over must be one of won, all, got 'every'"):
        c.contribution(paths, over="every")  # type: ignore[arg-type]
    with refuses(InvalidInput, match="confidence must lie strictly between 0 and 1, got 95"):
        c.contribution(paths, confidence=95)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: c.Position(first_bp=6000, last_bp=5000), "first_bp and last_bp must add up to at most 10,000"),
        (lambda: c.Position(first_bp=0.4), "first_bp must be a whole number, got 0.4"),
        (lambda: c.HalfLife(half_life=dt.timedelta(0)), "half_life must be longer than nothing"),
        (lambda: c.HalfLife(half_life=7), "half_life must be a timedelta"),
        (lambda: c.LastTouch(ignoring="direct"), "tuple"),
        (lambda: c.LastTouch(ignoring=(True,)), "ignoring must be text or a whole number, got True"),
        (lambda: c.Shapley(worth="money"), "conversions"),
    ],
)
def test_rules_that_make_no_sense_are_refused(make: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        make()


# --- the ends of int64, copies --------------------------------------------------------------------------------------

ENDS = np.array([-(2**63) + 1, 2**63 - 1]).view("M8[us]")


def test_ages_and_look_backs_hold_over_all_of_time() -> None:
    touches: dict[str, Any] = {"journey": [1, 1], "channel": ["A", "B"], "at": ENDS, "won": [1]}
    paths = c.Paths.from_columns(**touches, won_at=ENDS[1:], value=[100])
    assert c.attribute(paths, c.HalfLife(half_life=DAILY)).value.tolist() == [0, 100]
    assert [c.Paths.from_columns(**touches, won_at=ENDS[n : n + 1], lookback=DAILY).touches for n in (0, 1)] == [1, 1]


@pytest.mark.parametrize("through", [lambda one: pickle.loads(pickle.dumps(one)), copy.copy, copy.deepcopy])
def test_copies_of_paths_are_equal_and_as_read_only(through: Any) -> None:
    paths = spelled(["AB*", "B"], [100])
    again = through(paths)
    assert again == paths
    assert c.attribute(again, c.Linear()) == c.attribute(paths, c.Linear())
    assert not again.channels.flags.writeable
    with pytest.raises(TypeError, match="unhashable"):
        hash(paths)
    assert paths != spelled(["AB*", "A"], [100])
    assert paths != "paths"
