"""Audiences: sets are sets, sketches are samples of them, and bytes come back or are refused."""

from __future__ import annotations

import copy
import pickle
import uuid
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from socialmkt.core.errors import InvalidInput, Overflow, SchemeMismatch, SocialmktError
from socialmkt.core.hashing import splitmix64
from socialmkt.overlap import Audience, overlap
from tests.merging_laws import LAWS, Case
from tests.overlap.groups import VECTORS, far, groups, near, words
from tests.refusals import refuses
from tests.strategies import COLUMN_KINDS

BYTES = VECTORS["bytes"]
KEY = bytes.fromhex(BYTES["key"])


def members(audience: Audience) -> set[int]:
    return set(audience.keys.tolist())


# --- building -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", COLUMN_KINDS)
@pytest.mark.parametrize("ids", [[5, 3, 5], ["b", "a", "b"]], ids=["ints", "texts"])
def test_every_kind_of_column_gives_the_same_audience(make: Any, ids: list[Any]) -> None:
    assert Audience.from_ids(make(ids)) == Audience.from_ids(ids[:2])


@given(ids=st.lists(near | far, max_size=60), k=st.none() | st.integers(2, 20), data=st.data())
def test_order_and_repeats_do_not_matter(ids: list[int], k: int | None, data: st.DataObject) -> None:
    again = data.draw(st.permutations(ids + ids[:5]))
    assert Audience.from_ids(again, k=k) == Audience.from_ids(ids, k=k)


@given(ids=st.lists(st.integers(-(2**63), 2**63 - 1) | near, max_size=60))
def test_an_int_is_its_own_key_by_twos_complement(ids: list[int]) -> None:
    audience = Audience.from_ids(ids)
    assert audience.keys.tolist() == sorted({i % 2**64 for i in ids})
    assert (len(audience), audience.rows) == (len(set(ids)), len(ids))


@pytest.mark.parametrize("span", [3, 1000, 2**40])
def test_close_and_scattered_ints_are_sorted_alike(span: int) -> None:
    ids = np.random.default_rng(3).integers(7, 7 + span, 500)
    assert Audience.from_ids(ids).keys.tolist() == sorted(set(ids.tolist()))


def test_text_bytes_and_uuids_have_the_keys_fixed_for_them() -> None:
    text, plain, keyed = BYTES["uuid"]
    assert [f"{key:016x}" for key in Audience.from_ids([uuid.UUID(text)]).keys.tolist()] == [plain]
    assert [f"{key:016x}" for key in Audience.from_ids([uuid.UUID(text)], key=KEY).keys.tolist()] == [keyed]
    assert Audience.from_ids(["用户1"]) == Audience.from_ids(["用户1".encode()])
    assert f"{Audience.from_ids(['a'], key=KEY).fingerprint:016x}" == BYTES["fingerprint"]


@pytest.mark.parametrize(
    ("ids", "scheme"),
    [
        ([1], "int"),
        (["a"], "text"),
        ([b"a"], "text"),
        (np.array(["a"]), "text"),
        ([uuid.UUID(int=1)], "uuid"),
        ([], None),
        ([None], None),
        (np.array([]), None),
        (np.array([], np.int32), "int"),
        (np.array([], "<U3"), "text"),
    ],
)
def test_the_scheme_says_what_the_ids_were(ids: Any, scheme: str | None) -> None:
    assert Audience.from_ids(ids, on_null="drop").scheme == scheme


def test_nulls_are_dropped_and_counted_on_request() -> None:
    audience = Audience.from_ids([7, None, 7, float("nan"), 8], on_null="drop")
    assert (len(audience), audience.rows, audience.dropped) == (2, 3, 2)


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        ([1.0], "ids must hold whole numbers, text, bytes or UUIDs, got 1.0"),
        (np.array([1.0, 2.0]), "ids must hold whole numbers"),
        ([True], "ids must hold whole numbers"),
        ([1j], "ids must hold whole numbers"),
        ([(1, 2)], "ids must"),
        (np.array(["2026-01-01"], "M8[D]"), "ids must hold whole numbers"),
        ({"a": 1}, "ids must be a column"),
        (np.ones((2, 2), np.int64), "ids must"),
        ("abc", "ids must be a column"),
        (b"abc", "ids must be a column"),
        (7, "ids must be a column"),
        (["a", 1], "ids must hold ids of one kind"),
        (["a", "\ud800"], "ids must hold no lone surrogate, got .* at row 1"),
        ([1, None, None], r"ids must not be null, got None at row 1 \(2 such rows of 3\)"),
    ],
)
def test_what_is_no_column_of_ids_is_refused(ids: Any, words: str) -> None:
    with refuses(InvalidInput, match=f"Audience.from_ids: {words}"):
        Audience.from_ids(ids)


def test_ints_that_fit_no_64_bits_together_are_refused() -> None:
    with refuses(Overflow, match="ids must fit 64 bits"):
        Audience.from_ids([-1, 2**63])


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"k": 1}, "k"),
        ({"k": 2**26 + 1}, "k"),
        ({"k": True}, "k"),
        ({"k": 8.0}, "k"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**64}, "seed"),
        ({"seed": False}, "seed"),
        ({"key": b""}, "key"),
        ({"key": b"x" * 65}, "key"),
        ({"key": "text"}, "key"),
        ({"on_null": "ignore"}, "on_null"),
        ({"name": ""}, "name"),
        ({"name": "tv\n"}, "name"),
        ({"name": 5}, "name"),
    ],
)
def test_options_out_of_range_are_refused_by_name(options: dict[str, Any], name: str) -> None:
    with refuses(InvalidInput, match=f"Audience.from_ids: {name} must"):
        Audience.from_ids([1], **options)


# --- sketches -------------------------------------------------------------------------------------------------------


@given(ids=st.sets(st.integers(0, 500), max_size=200), k=st.integers(2, 40), seed=st.integers(0, 2**64 - 1))
def test_a_sketch_is_the_k_smallest_ranks_and_the_next_is_its_threshold(ids: set[int], k: int, seed: int) -> None:
    sketch = Audience.from_ids(sorted(ids), k=k, seed=seed)
    ranks = sorted(splitmix64(i, seed=seed) for i in ids)
    assert sketch.keys.tolist() == ranks[:k]
    assert sketch.threshold == (ranks[k] if len(ranks) > k else 2**64)
    assert sketch.exact == (len(ranks) <= k)
    assert Audience.from_ids(sorted(ids)).sketch(k, seed=seed) == sketch


def test_many_repeats_make_the_first_guess_fail_and_nothing_else() -> None:
    ids = np.repeat(np.arange(300), 2000)
    assert Audience.from_ids(ids, k=200) == Audience.from_ids(np.arange(300), k=200)
    assert Audience.from_ids(np.zeros(50_000, np.int64), k=64).exact


@given(ids=st.sets(near, max_size=40), k=st.integers(2, 20), fewer=st.integers(2, 20))
def test_a_sketch_of_a_sketch_is_the_smaller_sketch(ids: set[int], k: int, fewer: int) -> None:
    sketch = Audience.from_ids(sorted(ids), k=k)
    if fewer <= k or sketch.exact:
        assert sketch.sketch(fewer) == Audience.from_ids(sorted(ids), k=fewer)
    else:
        with refuses(InvalidInput, match=f"Audience.sketch: k must be at most that of the sketch, {k}"):
            sketch.sketch(fewer)


def test_a_sketch_keeps_its_seed() -> None:
    with refuses(SchemeMismatch, match="Audience.sketch: seed must be that of the sketch, 3, got 0"):
        Audience.from_ids(range(9), k=4, seed=3).sketch(2)


def test_the_size_of_a_sketch_has_an_interval() -> None:
    sketch = Audience.from_ids(range(10), k=3)
    assert [f"{key:016x}" for key in sketch.keys.tolist()] == BYTES["sketch_keys"]
    assert sketch.to_bytes()[:8].hex() == BYTES["sketch_head"]
    assert f"{sketch.threshold:016x}" == BYTES["sketch_threshold"]
    assert sketch.to_bytes()[-8:].hex() == BYTES["sketch_checksum"]
    size = sketch.size
    assert [size.value, size.low, size.high] == pytest.approx(BYTES["sketch_size"], rel=1e-12)
    assert not size.exact


def test_the_lower_limit_is_never_below_what_was_seen() -> None:
    sketch = Audience.from_ids(range(40), k=39)
    assert sketch.estimate(confidence=0.999999).low == 39


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95, True, "0.95"])
def test_another_confidence_is_refused(confidence: Any) -> None:
    with refuses(InvalidInput, match="Audience.estimate: confidence must lie strictly between 0 and 1"):
        Audience.from_ids([1]).estimate(confidence=confidence)


@pytest.mark.parametrize(("n", "k"), [(20_000, 256), (5_000, 1024), (300, 256)])
def test_intervals_of_sizes_cover_the_truth_19_times_in_20(n: int, k: int) -> None:
    ids = np.arange(n)
    sizes = [Audience.from_ids(ids, k=k, seed=seed).size for seed in range(300)]
    assert 0.92 <= np.mean([size.low <= n <= size.high for size in sizes]) <= 0.98


# --- set operations -------------------------------------------------------------------------------------------------


@given(pair=groups(near, least=2, most=2) | groups(far, least=2, most=2))
def test_exact_operations_are_those_of_sets(pair: list[list[int]]) -> None:
    a, b = (Audience.from_ids(ids) for ids in pair)
    left, right = members(a), members(b)
    assert members(a | b) == left | right
    assert members(a & b) == left & right
    assert members(a - b) == left - right


@given(pair=groups(words, least=2, most=2), k=st.integers(2, 12), seed=st.integers(0, 3))
def test_the_sketch_of_a_union_is_the_union_of_sketches(pair: list[list[str]], k: int, seed: int) -> None:
    a, b = pair
    whole = Audience.from_ids([*a, *b], k=k, seed=seed)
    assert Audience.from_ids(a, k=k, seed=seed) | Audience.from_ids(b, k=k, seed=seed) == whole


@given(pair=groups(near, least=2, most=2), ks=st.tuples(st.integers(2, 12), st.integers(2, 12)))
def test_a_part_and_the_rest_make_the_whole(pair: list[list[int]], ks: tuple[int, int]) -> None:
    a, b = (Audience.from_ids(ids, k=k) for ids, k in zip(pair, ks, strict=True))
    common = min(a.threshold, b.threshold)
    whole = (a - b) | (a & b)
    assert (whole.keys.tolist(), whole.threshold) == ([key for key in a.keys.tolist() if key < common], common)


@given(pair=groups(near, least=2, most=2), k=st.integers(2, 12))
def test_an_exact_audience_meets_a_sketch_as_a_sample(pair: list[list[int]], k: int) -> None:
    exact, sketch = Audience.from_ids(pair[0]), Audience.from_ids(pair[1], k=k)
    sampled = {key for key in splitmix64(exact.keys).tolist() if key < sketch.threshold}
    assert members(exact & sketch) == members(sketch & exact) == sampled & members(sketch)
    assert members(exact - sketch) == sampled - members(sketch)
    assert exact | sketch == sketch | exact == Audience.from_ids(pair[0] + pair[1], k=k)
    for audience in (exact & sketch, exact - sketch, exact | sketch):
        assert Audience.from_bytes(audience.to_bytes()) == audience


def test_unions_take_the_smaller_k_intersections_the_larger_and_differences_their_own() -> None:
    a, b = Audience.from_ids(range(50), k=20), Audience.from_ids(range(25, 75), k=10)
    assert ((a | b).k, (a & b).k, (b & a).k, (a - b).k, (b - a).k) == (10, 20, 20, 20, 10)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (Audience.from_ids(["a"], k=4), "scheme must be the same in all audiences, 'int', got 'text'"),
        (Audience.from_ids([1], k=4, key=KEY), "fingerprint must be the same"),
        (Audience.from_ids([1], k=4, seed=5), "seed must be the same in all audiences, 0, got 5"),
    ],
)
def test_audiences_of_other_rules_do_not_mix(other: Audience, words: str) -> None:
    ours = Audience.from_ids([1, 2], k=4)
    for name in ("union", "intersection", "difference", "merge"):
        with refuses(SchemeMismatch, match=f"Audience.{name}: {words}"):
            getattr(ours, name)(other)
    with refuses(SchemeMismatch, match=f"overlap.overlap: {words}"):
        overlap(ours, other)


@pytest.mark.parametrize("other", [Audience.from_ids(["a"], key=KEY), Audience.from_ids([4], k=9, seed=5)])
def test_an_empty_audience_of_no_known_kind_goes_with_all(other: Audience) -> None:
    for nobody in (Audience.from_ids([]), Audience.from_ids([], k=9, seed=2)):
        assert nobody | other == other | nobody
        assert (nobody | other).scheme == other.scheme
        assert len(nobody & other) == len(nobody - other) == 0
        assert (other - nobody).size == other.size


def test_an_operator_with_something_else_is_a_type_error_and_a_method_refuses_it() -> None:
    audience: Any = Audience.from_ids([1])
    for act in (lambda: audience | {1}, lambda: audience & [1], lambda: audience - 1):
        with pytest.raises(TypeError):
            act()
    for name in ("union", "intersection", "difference", "merge"):
        with refuses(InvalidInput, match=f"Audience.{name}: other must be an Audience, got a set"):
            getattr(audience, name)({1})


def parts_of(ids: list[str]) -> Audience:
    return Audience.from_ids(ids, k=8)


CASE = Case(
    rows=st.lists(words, max_size=30),
    build=parts_of,
    empty=lambda: Audience.from_ids([]),
    foreign=(lambda: Audience.from_ids([1]), lambda: Audience.from_ids(["a"], k=8, seed=1)),
)


@pytest.mark.parametrize("law", LAWS)
@given(data=st.data())
def test_audiences_merge(law: Any, data: st.DataObject) -> None:
    if law.__name__ == "a_state_made_under_other_rules_is_refused":
        law(Case(**{**vars(CASE), "rows": st.lists(words, min_size=1)}), data)
    else:
        law(CASE, data)


def test_merging_adds_up_rows_and_nulls_and_keeps_a_common_name() -> None:
    monday = Audience.from_ids([1, 1, None], name="tv", on_null="drop")
    tuesday = Audience.from_ids([2], name="tv")
    week = monday.merge(tuesday)
    assert (week.rows, week.dropped, week.name) == (3, 1, "tv")
    assert monday.merge(Audience.from_ids([2])).name == "tv"
    assert monday.merge(Audience.from_ids([2], name="app")).name is None
    assert (monday | tuesday).name is None


# --- equality, bytes, JSON ------------------------------------------------------------------------------------------


def test_equality_is_of_the_people_not_of_the_name() -> None:
    assert Audience.from_ids([1, 1], name="tv") == Audience.from_ids([1])
    assert Audience.from_ids([1]) != Audience.from_ids([1], k=4)
    assert Audience.from_ids([1]) != 1
    with pytest.raises(TypeError, match="unhashable type: 'Audience'"):
        hash(Audience.from_ids([1]))


@pytest.mark.parametrize(
    "audience",
    [
        Audience.from_ids([1, 2, 3]),
        Audience.from_ids([]),
        Audience.from_ids(range(99), k=7, seed=2**64 - 1),
        Audience.from_ids(["a", "b"], key=KEY, name="app"),
        Audience.from_ids([uuid.UUID(int=9)], k=9),
    ],
)
def test_what_is_written_comes_back(audience: Audience) -> None:
    assert Audience.from_bytes(audience.to_bytes(), name="x").name == "x"
    adapter = TypeAdapter(Audience)
    copies = [
        Audience.from_bytes(audience.to_bytes()),
        Audience.model_validate_json(audience.model_dump_json()),
        Audience.model_validate(audience.model_dump()),
        Audience.model_validate(audience.model_dump(mode="json")),
        adapter.validate_json(adapter.dump_json(audience)),
        pickle.loads(pickle.dumps(audience)),
        copy.deepcopy(audience),
        copy.copy(audience),
    ]
    for again in copies:
        assert again == audience
        assert not again.keys.flags.writeable
    assert [again.name for again in copies[1:]] == [audience.name] * 7


def test_the_bytes_are_fixed() -> None:
    assert Audience.from_ids([1, 2, 3]).to_bytes().hex() == BYTES["exact"].replace(" ", "")


def test_json_never_lists_the_keys() -> None:
    dumped = Audience.from_ids([1, 2, 3], name="tv").model_dump(mode="json")
    assert dumped.keys() == {"name", "data"}
    schema = Audience.model_json_schema()
    assert schema["properties"].keys() == {"name", "data"}
    for wrong in ({"data": "?"}, {"data": 5}, {"data": "", "keys": []}, {"data": ""}):
        with pytest.raises(ValidationError, match="data must"):
            Audience.model_validate(wrong)


@pytest.mark.parametrize("k", [None, 3])
def test_every_flipped_bit_and_every_cut_is_refused(k: int | None) -> None:
    data = Audience.from_ids(range(5), k=k).to_bytes()
    for place in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[place // 8] ^= 1 << place % 8
        with pytest.raises(SocialmktError, match=r"Audience\.from_bytes: "):
            Audience.from_bytes(bytes(flipped))
    for length in range(len(data)):
        with pytest.raises(SocialmktError, match=r"Audience\.from_bytes: "):
            Audience.from_bytes(data[:length])


def signed(body: bytes) -> bytes:
    import hashlib

    return body + hashlib.blake2b(body, digest_size=8).digest()


def forged(*, k: int = 0, seed: int = 0, threshold: int = 0, keys: tuple[int, ...] = (1,), **head: int) -> bytes:
    numbers = (seed, 0, k, threshold, len(keys), *keys)
    start = bytes([*b"SMKA", 1, head.get("scheme", 1), head.get("flags", 0), 0])
    return signed(start + b"".join(n.to_bytes(8, "little") for n in numbers))


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (b"SMKB" + bytes(60), InvalidInput, "data must begin with b'SMKA'"),
        (b"SMKA", InvalidInput, "data must hold at least 56 bytes, got 4 bytes"),
        (b"SMKA\2\1\0\0" + bytes(48), SchemeMismatch, "data must have a known version, got 2"),
        (b"SMKA\1\4\0\0" + bytes(48), SchemeMismatch, "data must have a known scheme, got 4"),
        (b"SMKA\1\1\4\0" + bytes(48), SchemeMismatch, "data must have a known flags, got 4"),
        (b"SMKA\1\1\0\1" + bytes(48), InvalidInput, "data must have no reserved bit set"),
        (b"SMKA\1\1\0\0" + bytes(32) + b"\xff" * 8 + bytes(8), InvalidInput, "data must be as long as"),
        (forged()[:-1] + b"\0", InvalidInput, "data must have the checksum"),
        (forged(flags=1), InvalidInput, "data must have the flags of their content"),
        (forged(flags=2), InvalidInput, "data must have the flags of their content"),
        (forged(keys=(2, 1)), InvalidInput, "keys must rise strictly"),
        (forged(keys=(1, 1)), InvalidInput, "keys must rise strictly"),
        (forged(k=4, flags=1, threshold=3, keys=(1, 3)), InvalidInput, "keys must lie below the threshold, got 0x3"),
        (forged(k=2, flags=1, keys=(1, 2, 3)), InvalidInput, "keys must be at most k, 2"),
        (forged(k=1, flags=1), InvalidInput, "k must be a whole number from 2 to"),
        (forged(k=2**40, flags=1), InvalidInput, "k must be a whole number from 2 to"),
        (forged(threshold=9), InvalidInput, "k must be given where there is a threshold or a seed"),
        (forged(seed=9), InvalidInput, "k must be given where there is a threshold or a seed"),
        (forged(scheme=0), InvalidInput, "scheme must be known where there are ids"),
        ("text", InvalidInput, "b must be bytes, got str"),
    ],
)
def test_bytes_that_no_audience_has_are_refused(data: Any, kind: type[SocialmktError], words: str) -> None:
    with refuses(kind, match=f"Audience.from_bytes: {words}"):
        Audience.from_bytes(data)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"keys": [1, 2]}, "keys must be a uint64 array"),
        ({"keys": np.ones((1, 1), np.uint64)}, "keys must be a uint64 array of one dimension"),
        ({"keys": np.array([2, 1], np.uint64)}, "keys must rise strictly"),
        ({"threshold": 0}, "threshold must be a whole number"),
        ({"k": 1}, "k must be a whole number"),
        ({"name": ""}, "name must be text"),
        ({"seed": 1.5}, "seed must be a whole number"),
        ({"scheme": "float"}, "Input should be 'int', 'text' or 'uuid'"),
    ],
)
def test_an_audience_is_checked_however_it_is_built(fields: dict[str, Any], words: str) -> None:
    whole = {"keys": np.array([1, 2], np.uint64), "scheme": "int"}
    assert Audience(**whole) == Audience.from_ids([1, 2])
    with pytest.raises(ValidationError, match=words):
        Audience(**{**whole, **fields})


def test_keys_are_copied_from_a_writable_array_and_cannot_be_written() -> None:
    keys = np.array([1, 2], np.uint64)
    audience = Audience(keys=keys, scheme="int")
    keys[0] = 9
    assert audience.keys.tolist() == [1, 2]
    with pytest.raises(ValueError, match="read-only"):
        audience.keys[0] = 5


def test_input_is_not_changed() -> None:
    ids = np.array([5, 3, 2**62, 3])
    for k in (None, 2):
        Audience.from_ids(ids, k=k)
    assert ids.tolist() == [5, 3, 2**62, 3]


def test_a_repr_says_how_many_and_how_surely_and_no_id() -> None:
    assert repr(Audience.from_ids([71, 72], name="tv")) == "Audience('tv', 2 people, exact, int ids)"
    assert "theta=" in str(Audience.from_ids(range(99), k=8))
