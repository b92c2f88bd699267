"""Rankings: the published order, exact for all inputs, in any parts."""

from __future__ import annotations

import decimal
import hashlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialmkt.core.errors import Infeasible, InvalidInput, SchemeMismatch
from socialmkt.core.merging import merge_all
from socialmkt.lottery import Entries, Ranking, draw_key, rank, ticket
from socialmkt.lottery import _order as order
from tests.lottery.draws import BEACON, DRAW, KEY, SESAME, VECTORS, exact_order, example, greedy, ids, keys_of, weights
from tests.merging_laws import LAWS, Case
from tests.refusals import refuses

METHODS = ["exponential", "tickets"]
weighted = st.dictionaries(ids, weights, min_size=1, max_size=30)


def of(members: dict[str, int]) -> Entries:
    return Entries.from_columns(list(members), weight=list(members.values()))


def test_the_key_is_the_published_one() -> None:
    assert draw_key(DRAW["commitment"], BEACON) == KEY
    assert draw_key(DRAW["commitment"], bytes.fromhex(BEACON)) == KEY
    others = {draw_key(DRAW["commitment"], BEACON, pool="second"), draw_key(DRAW["commitment"], BEACON, secret=SESAME)}
    assert len(others | {KEY}) == 3
    assert draw_key(DRAW["commitment"], BEACON, secret=SESAME.encode()) == draw_key(
        DRAW["commitment"], BEACON, secret=SESAME.encode().hex()
    )


def test_the_ranking_is_the_published_one() -> None:
    found = rank(example(), KEY, k=8)
    rows = [row[:3] for row in DRAW["ranking"]]
    assert [[e, w, t[:16]] for e, w, t in zip(found.entry, found.weight, found.ticket, strict=True)] == rows
    assert found.min_relative_gap == pytest.approx(float(DRAW["min_relative_gap"]), abs=5e-11)
    for entry, weight, head, digits in DRAW["ranking"]:
        key = order.exponential_key(int(head, 16), weight, digits=40)
        assert abs(key - decimal.Decimal(digits)) < decimal.Decimal("1e-24"), entry  # published from 25-digit steps


def test_equal_weights_and_sub_tickets_give_the_published_orders() -> None:
    assert rank(Entries.from_columns(DRAW["ids"]), KEY, k=8)["entry"].tolist() == DRAW["equal_weights"]
    raffle = rank(example(), KEY, k=8, method="tickets")
    assert raffle["entry"].tolist() == DRAW["tickets"]
    assert raffle["ticket"][0][:16] == DRAW["first_sub_ticket"]
    assert raffle.min_relative_gap is None
    assert rank(Entries.from_columns(DRAW["ids"]), KEY, k=8).min_relative_gap is None


def test_decimals_settle_what_floats_cannot_tell() -> None:
    case = VECTORS["near_tie"]
    key, entries = keys_of(case["key_of"]), of(case["weights"])
    found = rank(entries, key, k=2)
    head = np.array([int(ticket(key, one)[:16], 16) for one in case["weights"]], np.uint64)
    floats = order.float_keys(head, np.array(list(case["weights"].values())))
    assert floats[0] == floats[1]
    assert found["entry"].tolist() == case["order"]
    assert found.min_relative_gap == pytest.approx(float(case["gap"]), rel=1e-5)
    assert rank(entries, key, k=1)["entry"].tolist() == case["order"][:1]


@pytest.mark.parametrize(
    "context", [decimal.Context(prec=3), decimal.Context(prec=9, traps=[decimal.Inexact], rounding=decimal.ROUND_UP)]
)
def test_the_threads_decimal_context_does_not_matter(context) -> None:
    case = VECTORS["near_tie"]
    with decimal.localcontext(context):
        found = rank(of(case["weights"]), keys_of(case["key_of"]), k=2)
    assert found == rank(of(case["weights"]), keys_of(case["key_of"]), k=2)


@given(members=weighted, k=st.integers(1, 40), seed=st.integers(0, 10**6))
def test_the_order_is_that_of_the_definition(members, k, seed) -> None:
    key = keys_of(str(seed))
    assert rank(of(members), key, k=k)["entry"].tolist() == exact_order(key, members)[:k]


@given(members=weighted, seed=st.integers(0, 10**6), wide=st.floats(1e-9, 0.9))
def test_the_order_holds_where_every_neighbour_is_left_to_the_decimals(members, seed, wide) -> None:
    key = keys_of(str(seed))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(order, "CERTAIN", wide)
        found = rank(of(members), key, k=40)
    assert found["entry"].tolist() == exact_order(key, members)
    floats = rank(of(members), key, k=40).min_relative_gap
    assert found.min_relative_gap == (None if floats is None else pytest.approx(floats, rel=1e-3))


def test_equal_tickets_are_told_apart_by_the_whole_ticket_then_by_the_id() -> None:
    head, ties = np.array([7, 7, 7], np.uint64), [("b", "x"), ("a", "z"), ("a", "y")]
    assert order.order_by_head(head, ties.__getitem__).tolist() == [2, 1, 0]
    assert order.order_by_key(head, np.array([3, 3, 3]), ties.__getitem__).tolist() == [2, 1, 0]
    assert order.smallest_gap(head[:2], np.array([3, 3])) is None
    three = np.array([7, 7, 9], np.uint64)
    assert order.smallest_gap(three, np.array([3, 3, 1])) == 0.0


def test_more_digits_are_taken_until_all_are_apart() -> None:
    near = [(2**63, 2**32 - 1), (2**63 + 1, 2**32 - 1)]
    keys = order._keys_apart(near)
    assert keys[near[0]] < keys[near[1]]
    with pytest.MonkeyPatch.context() as patch:
        real = order.exponential_key
        asked = []

        def coarse(head, weight, *, digits):
            asked.append(digits)
            return decimal.Decimal(1) if digits < 160 else real(head, weight, digits=digits)

        patch.setattr(order, "exponential_key", coarse)
        assert order._keys_apart(near) == {pair: real(*pair, digits=160) for pair in near}
    assert asked == [40, 40, 80, 80, 160, 160]


def test_float_keys_are_right_to_the_last_places_over_the_whole_range() -> None:
    edges = [0, 1, 2, 2**10, 2**62, 2**63 - 1, 2**63, 2**63 + 1, 2**64 - 2**10, 2**64 - 2, 2**64 - 1]
    spread = [int.from_bytes(hashlib.sha256(b"%d" % i).digest()[:8], "big") for i in range(500)]
    tiny = [value >> shift for value, shift in zip(spread, range(500), strict=True) if shift < 64]
    heads = [*edges, *spread, *tiny, *(2**64 - 1 - one for one in tiny)]
    keys = order.float_keys(np.array(heads, np.uint64), np.ones(len(heads), np.int64))
    for head, key in zip(heads, keys.tolist(), strict=True):
        exact = order.exponential_key(head, 1, digits=40)
        assert abs(decimal.Decimal(key) / exact - 1) < decimal.Decimal("2.3e-16"), head


@given(members=weighted, method=st.sampled_from(METHODS), data=st.data())
def test_removing_entries_keeps_the_order_of_the_others(members, method, data) -> None:
    full = rank(of(members), KEY, k=40, method=method)["entry"].tolist()
    kept = data.draw(st.sets(st.sampled_from(sorted(members)), min_size=1))
    some = rank(of({one: members[one] for one in kept}), KEY, k=40, method=method)["entry"].tolist()
    assert some == [one for one in full if one in kept]


@given(members=weighted, method=st.sampled_from(METHODS), more=st.integers(1, 50), data=st.data())
def test_more_weight_never_worsens_a_rank_and_moves_nobody_else(members, method, more, data) -> None:
    one = data.draw(st.sampled_from(sorted(members)))
    before = rank(of(members), KEY, k=40, method=method)["entry"].tolist()
    after = rank(of({**members, one: members[one] + more}), KEY, k=40, method=method)["entry"].tolist()
    assert after.index(one) <= before.index(one)
    assert [other for other in after if other != one] == [other for other in before if other != one]


@given(members=weighted)
def test_a_ticket_by_hand_is_the_ticket_in_bulk(members) -> None:
    found = rank(of(members), KEY, k=40)
    assert [ticket(KEY, one) for one in found["entry"]] == found["ticket"].tolist()
    assert [hashlib.sha256((KEY + one).encode()).hexdigest() for one in found["entry"]] == found["ticket"].tolist()


grouped = st.dictionaries(
    ids, st.tuples(weights, st.sampled_from([None, "p", "q", "r"]), st.sampled_from([None, "d", "e"])), max_size=24
)


def entries_of(rows: dict) -> Entries:
    weight, person, device = (list(column) for column in zip(*rows.values(), strict=True))
    return Entries.from_columns(list(rows), weight=weight, groups={"person": person, "device": device})


@given(
    rows=grouped.filter(bool), k=st.integers(1, 30), caps=st.sampled_from([{"person": 1}, {"person": 2, "device": 1}])
)
def test_caps_pass_over_whoever_comes_later_in_a_full_group(rows, k, caps) -> None:
    found = rank(entries_of(rows), KEY, k=k, caps=caps)
    full = exact_order(KEY, {one: row[0] for one, row in rows.items()})
    places = {"person": 1, "device": 2}
    groups = [{one: row[places[name]] for one, row in rows.items()} for name in caps]
    assert found["entry"].tolist() == greedy(full, groups, list(caps.values()), k)
    assert found["rank"].tolist() == list(range(1, len(found) + 1))


def build(rows, **rules):
    one = {row[0]: row[1] for row in rows}
    return rank(entries_of(one), KEY, **rules) if one else Ranking.empty(KEY, **rules)


def consistent(rows):
    return list({row[0]: row for row in rows}.values())


def _case(**rules) -> Case:
    parted = st.lists(
        ids.map(
            lambda one: (
                one,
                (
                    1 + len(one) * 3 % 7,
                    [None, "P1", "P2"][ord(one[0]) % 3],
                    [None, "D1", "D2", "D3"][ord(one[-1]) % 4],
                ),
            )
        ),
        max_size=14,
    )
    return Case(
        rows=parted.map(consistent),
        build=lambda rows: build(rows, **rules),
        empty=lambda: Ranking.empty(KEY, **rules),
        foreign=(
            lambda: Ranking.empty(keys_of("other"), **rules),
            lambda: Ranking.empty(KEY, **{**rules, "k": 99}),
            lambda: Ranking.empty(KEY, **{**rules, "caps": {"person": 9}}),
        ),
        bytes_fixed=6_000,
        bytes_per_row=400,
    )


CASES = [
    pytest.param(_case(k=3), id="no caps"),
    pytest.param(_case(k=3, method="tickets"), id="sub-tickets"),
    pytest.param(_case(k=2, caps={"person": 1}), id="one cap"),
    pytest.param(_case(k=2, caps={"person": 1, "device": 1}), id="two caps"),
]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("law", LAWS)
@given(data=st.data())
def test_rankings_merge(law, case, data) -> None:
    law(case, data)


@given(data=st.data(), k=st.integers(1, 4))
def test_shards_under_two_overlapping_caps_give_the_whole(data, k) -> None:
    """A row that was passed over in its shard may be let in by the whole."""
    rows = data.draw(grouped.filter(bool))
    shards = data.draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows)))
    rules = {"k": k, "caps": {"person": 1, "device": 1}}
    parts = [
        build([row for row, of_ in zip(rows.items(), shards, strict=True) if of_ == shard], **rules)
        for shard in range(4)
    ]
    merged = merge_all(data.draw(st.permutations(parts)))
    assert merged == build(list(rows.items()), **rules)
    assert merged.merge(merged) == merged


def test_a_row_passed_over_in_a_shard_can_win_in_the_whole() -> None:
    names = rank(Entries.from_columns(list("xyz")), KEY, k=3)["entry"].tolist()
    first, second, third = names
    a = Entries.from_columns([first], groups={"person": ["p"], "device": [None]})
    b = Entries.from_columns([second, third], groups={"person": ["p", None], "device": ["d", "d"]})
    rules = {"k": 2, "caps": {"person": 1, "device": 1}}
    parts = rank(a, KEY, **rules), rank(b, KEY, **rules)
    assert parts[1]["entry"].tolist() == [second]
    assert parts[0].merge(parts[1])["entry"].tolist() == [first, third]


def test_a_ranking_with_two_weights_or_two_keys_for_an_id_is_refused() -> None:
    one, other = (rank(of({"ann": weight}), KEY, k=2) for weight in (1, 2))
    with refuses(InvalidInput, match="weight must be the same for 'ann' on both sides, 1, got 2"):
        one.merge(other)
    capped = [
        rank(Entries.from_columns(["ann"], groups={"person": [key]}), KEY, k=2, caps={"person": 1}) for key in "pq"
    ]
    with refuses(InvalidInput, match="groups must be the same for 'ann'"):
        capped[0].merge(capped[1])
    with refuses(InvalidInput, match="other must be a Ranking"):
        one.merge("ranking")
    with refuses(SchemeMismatch, match="method must be 'exponential' on both sides, got 'tickets'"):
        one.merge(Ranking.empty(KEY, k=2, method="tickets"))


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"k": 0}, "k must be a whole number of at least 1, got 0"),
        ({"k": True}, "k must be a whole number"),
        ({"method": "raffle"}, "method must be one of exponential, tickets"),
        ({"key": KEY.upper()}, "key must be 64 lower-case hex digits"),
        ({"key": KEY[:63]}, "key must be 64 lower-case hex digits"),
        ({"caps": {"persons": 1}}, "caps must be one of person, got 'persons'. Did you mean 'person'"),
        ({"caps": {"person": 0}}, "caps.'person'. must be a whole number of at least 1, got 0"),
        ({"caps": ["person"]}, "caps must be a mapping of group to number"),
        ({"entries": ["ann"]}, "entries must be Entries"),
    ],
)
def test_malformed_rules_are_refused(fault, words) -> None:
    entries = Entries.from_columns(["ann"], groups={"person": ["p"]})
    given_ = {"entries": entries, "key": KEY, "k": 1, **fault}
    with refuses(InvalidInput, match=words):
        rank(given_.pop("entries"), given_.pop("key"), **given_)


def test_too_many_sub_tickets_are_refused() -> None:
    with refuses(Infeasible, match="weight must add up to at most 10,000,000 for method='tickets', got 10000001"):
        rank(of({"ann": 10**7, "bo": 1}), KEY, k=1, method="tickets")


def test_a_refused_secret_is_not_shown() -> None:
    with refuses(InvalidInput, match="secret must be printable ASCII text, or bytes, got another value"):
        draw_key(DRAW["commitment"], BEACON, secret=f"{SESAME} ü")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"commitment": "x"}, "commitment must be 64 lower-case hex digits"),
        ({"beacon": ""}, "beacon must not be empty"),
        ({"beacon": b""}, "beacon must not be empty"),
        ({"beacon": "三"}, "beacon must be printable ASCII text, or bytes"),
        ({"beacon": "1\n2"}, "beacon must be printable ASCII text, or bytes"),
        ({"beacon": 7}, "beacon must be printable ASCII text, or bytes"),
        ({"pool": ""}, "pool must be 1 to 64 characters"),
        ({"pool": "a b"}, "pool must be 1 to 64 characters"),
    ],
)
def test_a_malformed_part_of_a_key_is_refused(fault, words) -> None:
    given_ = {"commitment": DRAW["commitment"], "beacon": BEACON, **fault}
    with refuses(InvalidInput, match=words):
        draw_key(given_.pop("commitment"), given_.pop("beacon"), **given_)


def test_a_ranking_goes_through_json_and_says_what_it_is() -> None:
    entries = Entries.from_columns(["ann", "bo"], groups={"person": ["p", "p"]})
    found = rank(entries, KEY, k=2, caps={"person": 1})
    again = Ranking.model_validate_json(found.model_dump_json())
    assert again == found
    assert again.merge(rank(entries, KEY, k=2, caps={"person": 1})) == found
    assert "held" not in repr(found)
    assert "caps" in found._repr_html_() or "person" in repr(found)
    assert json.loads(found.model_dump_json())["rank"] == [1]
