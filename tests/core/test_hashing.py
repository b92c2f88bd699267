from __future__ import annotations

import hashlib
import json
import uuid
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialmkt.core import hashing
from socialmkt.core._siphash import key_words, siphash_word
from socialmkt.core.errors import InvalidInput
from socialmkt.core.hashing import hash_keyed, hash_text, siphash, siphash_words, splitmix64
from tests.refusals import refuses
from tests.strategies import COLUMN_KINDS, words

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "core_hashing.json").read_text("utf-8"))
KEY = bytes(range(16))
MASK = 2**64 - 1
seeds = st.integers(0, MASK)
anything = st.text(alphabet=st.characters(codec="utf-8"), max_size=40)


def plain_mix(x: int) -> int:
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        x = (x ^ x >> shift) * factor % 2**64
    return x ^ x >> 31


def plain_hash(message: bytes, seed: int) -> int:
    golden = 0x9E3779B97F4A7C15
    mixed = plain_mix((len(message) + (seed + 1) * golden) % 2**64)
    for at in range(0, len(message), 8):
        word = int.from_bytes(message[at : at + 8], "little")
        mixed = plain_mix((mixed + golden) % 2**64 ^ word * golden % 2**64)
    return mixed


@pytest.mark.parametrize(("seed", "x", "expected"), VECTORS["splitmix64"])
def test_splitmix64_gives_the_stored_values(seed: int, x: int, expected: str) -> None:
    assert splitmix64(x, seed=seed) == int(expected, 16)
    assert splitmix64(np.array([x]), seed=seed).tolist() == [int(expected, 16)]


@pytest.mark.parametrize(("text", "seed", "expected"), VECTORS["text"])
def test_hash_text_gives_the_stored_values(text: str, seed: int, expected: str) -> None:
    assert hash_text(text, seed=seed) == int(expected, 16)
    assert hash_text([text], seed=seed).tolist() == [int(expected, 16)]
    assert hash_text(text.encode(), seed=seed) == int(expected, 16)


@pytest.mark.parametrize(("message", "expected"), VECTORS["bytes"])
def test_hash_text_of_bytes_gives_the_stored_values(message: str, expected: str) -> None:
    assert hash_text([bytes.fromhex(message)]).tolist() == [int(expected, 16)]


@pytest.mark.parametrize("kind", ["int", "text", "uuid"])
def test_hash_keyed_gives_the_stored_values(kind: str) -> None:
    ids = [uuid.UUID(id_) if kind == "uuid" else id_ for id_, _ in VECTORS["keyed"][kind]]
    expected = [int(value, 16) for _, value in VECTORS["keyed"][kind]]
    assert hash_keyed(ids, key=bytes.fromhex(VECTORS["keyed_key"])).tolist() == expected
    assert [hash_keyed(id_, key=bytes.fromhex(VECTORS["keyed_key"])) for id_ in ids] == expected


@pytest.mark.parametrize("length", [int(length) for length in VECTORS["siphash"]])
def test_siphash_gives_the_reference_vectors(length: int) -> None:
    expected = int.from_bytes(bytes.fromhex(VECTORS["siphash"][str(length)]), "little")
    message, key = bytes(range(length)), bytes.fromhex(VECTORS["siphash_key"])
    assert siphash(message, key=key) == expected
    if length < 8:
        word = int.from_bytes(message, "little") | length << 56
        assert siphash_words(np.array([word], np.uint64), key=key).tolist() == [expected]
        assert siphash_word(word, *key_words(key)) == expected


@given(st.lists(st.integers(-(2**63), 2**63 - 1)), seeds)
def test_splitmix64_of_a_column_is_that_of_each_number(numbers: list[int], seed: int) -> None:
    expected = [splitmix64(number, seed=seed) for number in numbers]
    assert splitmix64(np.array(numbers, np.int64), seed=seed).tolist() == expected
    assert splitmix64(numbers, seed=seed).tolist() == expected
    assert splitmix64(np.array(numbers, np.int64).view(np.uint64), seed=seed).tolist() == expected


def test_splitmix64_keeps_the_shape_and_does_not_touch_its_input() -> None:
    table = np.arange(-3, 3, dtype=np.int8).reshape(2, 3)
    assert splitmix64(table).tolist() == [[splitmix64(int(x)) for x in row] for row in table]
    column = np.arange(3, dtype=np.uint64)
    assert splitmix64(column).dtype == np.uint64
    assert column.tolist() == [0, 1, 2]


@given(seeds)
def test_splitmix64_gives_different_numbers_different_values(seed: int) -> None:
    assert len(set(splitmix64(np.arange(10_000), seed=seed).tolist())) == 10_000


@given(st.lists(anything, max_size=20), seeds)
def test_hash_text_equals_its_definition(texts: list[str], seed: int) -> None:
    expected = [plain_hash(text.encode(), seed) for text in texts]
    assert hash_text(texts, seed=seed).tolist() == expected
    assert [hash_text(text, seed=seed) for text in texts] == expected


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_hash_text_of_bytes_equals_its_definition(items: list[bytes]) -> None:
    assert hash_text(items).tolist() == [plain_hash(item, 0) for item in items]


@given(st.lists(anything, max_size=30), st.integers(1, 7))
def test_hash_text_does_not_depend_on_batches_or_chunks(texts: list[str], chunk: int) -> None:
    whole = hash_text(texts).tolist()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashing, "_CHUNK", chunk)
        assert hash_text(texts).tolist() == whole
    assert [*hash_text(texts[:chunk]).tolist(), *hash_text(texts[chunk:]).tolist()] == whole


@given(st.lists(words.filter(lambda word: not word.endswith("\0")), min_size=1, max_size=8))
def test_hash_text_does_not_depend_on_the_width_of_an_array(texts: list[str]) -> None:
    expected = hash_text(texts).tolist()
    assert hash_text(np.array(texts)).tolist() == expected
    assert hash_text(np.array(texts, dtype="<U50")).tolist() == expected
    assert hash_text(np.array(texts, dtype=object)).tolist() == expected


@pytest.mark.parametrize("make", COLUMN_KINDS)
def test_every_kind_of_column_hashes_alike(make) -> None:
    texts = ["ann", "用户1", "a longer name than that", ""]
    assert hash_text(make(texts)).tolist() == hash_text(texts).tolist()
    assert hash_keyed(make(texts), key=KEY).tolist() == hash_keyed(texts, key=KEY).tolist()
    assert splitmix64(make([3, 1, 2])).tolist() == [splitmix64(x) for x in (3, 1, 2)]


def test_a_nul_is_an_ordinary_byte() -> None:
    texts = ["a", "a\0", "a\0\0", "\0a", ""]
    assert len(set(hash_text(texts).tolist())) == 5
    assert hash_text(texts).tolist() == [hash_text(text) for text in texts]


def test_nothing_gives_nothing() -> None:
    assert hash_text([]).tolist() == []
    assert hash_keyed([], key=KEY).tolist() == []
    assert splitmix64([]).tolist() == []
    assert siphash_words(np.empty(0, np.uint64), key=KEY).tolist() == []


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1), st.binary(min_size=1, max_size=64))
def test_hash_keyed_is_blake2b_of_the_number(ids: list[int], key: bytes) -> None:
    digests = [
        hashlib.blake2b(
            id_.to_bytes(8, "little", signed=True), digest_size=8, key=key, person=b"socialmkt/int"
        ).digest()
        for id_ in ids
    ]
    assert hash_keyed(ids, key=key).tolist() == [int.from_bytes(digest, "little") for digest in digests]


def test_hash_keyed_reads_the_upper_half_of_uint64_as_it_stands() -> None:
    assert hash_keyed([2**64 - 1], key=KEY).tolist() == hash_keyed([-1], key=KEY).tolist()


def test_hash_keyed_of_text_is_that_of_its_bytes() -> None:
    assert hash_keyed(["用户1"], key=KEY).tolist() == hash_keyed(["用户1".encode()], key=KEY).tolist()


@given(st.lists(st.tuples(st.binary(max_size=7)), max_size=20), st.binary(min_size=16, max_size=16))
def test_siphash_of_lanes_is_that_of_each_message(messages: list[tuple[bytes]], key: bytes) -> None:
    lanes = [int.from_bytes(message, "little") | len(message) << 56 for (message,) in messages]
    column = np.array(lanes, np.uint64)
    assert siphash_words(column, key=key).tolist() == [siphash(message, key=key) for (message,) in messages]
    assert column.tolist() == lanes


def test_siphash_of_lanes_does_not_depend_on_chunks() -> None:
    column = np.arange(40_000, dtype=np.uint64) | np.uint64(7 << 56)
    whole = siphash_words(column, key=KEY)
    parts = [siphash_words(column[start : start + 999], key=KEY) for start in range(0, 40_000, 999)]
    assert (np.concatenate(parts) == whole).all()
    assert int(whole[-1]) == siphash((39_999).to_bytes(7, "little"), key=KEY)


def test_a_lone_surrogate_is_refused_with_its_row() -> None:
    with refuses(InvalidInput, match=r"hash_text: ids must hold no lone surrogate, got .*at row 1"):
        hash_text(["a", "b\ud800"])
    with refuses(InvalidInput, match=r"hash_keyed: ids must hold no lone surrogate, got .*at row 1"):
        hash_keyed(["a", "b\ud800"], key=KEY)
    with refuses(InvalidInput, match="lone surrogate"):
        hash_text("\ud800")


def test_the_row_of_a_lone_surrogate_counts_from_the_first_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "_CHUNK", 2)
    with refuses(InvalidInput, match="at row 4"):
        hash_text(["a", "?", "c", "d", "\udfff"])


@pytest.mark.parametrize("ids", [[1, 2], [uuid.UUID(int=1)], [1.5], ["a", None], ["a", b"a"], None, {"a"}, 5])
def test_hash_text_refuses_what_is_no_text(ids) -> None:
    with refuses(InvalidInput, match="hash_text: ids must"):
        hash_text(ids)


@pytest.mark.parametrize("seed", [-1, 2**64, 1.0, True, "1", None])
def test_a_seed_is_a_word(seed) -> None:
    with refuses(InvalidInput, match=r"hash_text: seed must be an int from 0 to 2\*\*64 - 1"):
        hash_text(["a"], seed=seed)
    with refuses(InvalidInput, match="splitmix64: seed must be an int"):
        splitmix64(1, seed=seed)


def test_a_numpy_int_is_an_int() -> None:
    assert splitmix64(np.int8(-1), seed=np.uint64(7)) == splitmix64(-1, seed=7)


@pytest.mark.parametrize("x", [2**64, -(2**63) - 1, True, 1.5, "1", ["a"], [1.5], None])
def test_splitmix64_refuses_what_is_no_word(x) -> None:
    with refuses(InvalidInput, match="splitmix64: x must"):
        splitmix64(x)


@pytest.mark.parametrize("ids", [2**64, True, 1.5, [1.5], None, ["a", 1]])
def test_hash_keyed_refuses_other_ids(ids) -> None:
    with refuses(InvalidInput, match="hash_keyed: ids must"):
        hash_keyed(ids, key=KEY)


@pytest.mark.parametrize("key", [b"", bytes(65), "key", None])
def test_a_key_has_1_to_64_bytes_and_is_never_shown(key) -> None:
    with refuses(InvalidInput, match=r"hash_keyed: key must be 1 to 64 bytes, got (0 bytes|65 bytes|str|NoneType)\."):
        hash_keyed([1], key=key)


def test_siphash_takes_a_key_of_16_bytes_and_bytes_only() -> None:
    with refuses(InvalidInput, match="siphash: key must be 16 bytes, got 15 bytes"):
        siphash(b"", key=bytes(15))
    with refuses(InvalidInput, match="siphash: message must be bytes"):
        siphash("a", key=KEY)
    with refuses(InvalidInput, match="siphash_words: words must be a uint64 array"):
        siphash_words(np.arange(3), key=KEY)
    with refuses(InvalidInput, match="siphash_words: words must be a uint64 array"):
        siphash_words([1, 2], key=KEY)


def test_what_a_mask_hides_is_not_hashed() -> None:
    masked = np.ma.array(np.array([1, 2], np.uint64), mask=[0, 1])
    with refuses(InvalidInput, match=r"x must not be null, got null at row 1 \(1 such rows of 2\)"):
        splitmix64(masked)
    with refuses(InvalidInput, match="words must not be null, got null at row 1"):
        siphash_words(masked, key=bytes(16))


def test_a_mask_that_hides_nothing_leaves_plain_hashes() -> None:
    masked, plain = np.ma.array([[1, 2]], mask=False), np.array([[1, 2]])
    hashes = splitmix64(masked)
    assert type(hashes) is np.ndarray
    assert hashes.tolist() == splitmix64(plain).tolist()


@pytest.mark.parametrize(
    ("act", "words_"),
    [
        (lambda: splitmix64(1.0), "x must be an int from"),
        (lambda: splitmix64("1"), "x must be an int from"),
        (lambda: splitmix64(None), "x must be an int from"),
        (lambda: hash_text(5), "ids must be text or bytes, got 5"),
        (lambda: hash_text(None), "ids must be text or bytes, got None"),
        (lambda: hash_keyed(1.5, key=KEY), "ids must be an int, text, bytes or a UUID, got 1.5"),
        (lambda: hash_text("\ud800"), r"ids must hold no lone surrogate, got '\\ud800'\.$"),
        (lambda: hash_keyed("\ud800", key=KEY), r"ids must hold no lone surrogate, got '\\ud800'\.$"),
    ],
)
def test_one_id_that_is_none_is_told_so_and_has_no_row(act, words_) -> None:
    with refuses(InvalidInput, match=words_):
        act()


def test_a_numpy_int_alone_is_an_id() -> None:
    assert hash_keyed(np.int64(42), key=KEY) == hash_keyed(42, key=KEY)


def test_text_and_bytes_in_one_column_are_not_sent_to_whole_numbers() -> None:
    with refuses(InvalidInput, match=r"ids must hold ids of one kind, got b'b' at row 1 .*Make all of them text\.$"):
        hash_text(["a", b"b"])
