"""Codes: the permutation bit for bit, check symbols and what they catch, reading, authenticating, repairing, hiding."""

from __future__ import annotations

import copy
import hashlib
import itertools
import json
import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core.errors import EmptyInput, Infeasible, InvalidInput
from socialmkt.core.hashing import siphash
from socialmkt.coupons import (
    CROCKFORD32,
    DIGITS,
    CodeBook,
    CodeSpec,
    append_checks,
    normalize,
)
from socialmkt.coupons._bad_words import DEFAULT_WORDS
from socialmkt.coupons._checks import check_symbols, repaired, times
from tests.coupons.shop import survives_json
from tests.refusals import refuses
from tests.strategies import installed

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/coupons_codes.json").read_text(encoding="utf-8"))
KEY, CAMPAIGN = bytes.fromhex(VECTORS["key"]), VECTORS["campaign"]
BOOK = CodeBook(CodeSpec(), KEY, CAMPAIGN)
SPECS = [
    CodeSpec(),
    CodeSpec(body=11, checks=2, group=[4, 4, 5], prefix="SPRING-"),
    CodeSpec(alphabet=DIGITS, body=9, group=[5, 5]),
    CodeSpec(alphabet="0123456789A", body=7, checks=0),
    CodeSpec(alphabet="01", body=60, checks=0),
    CodeSpec(alphabet="ZYX", body=13, checks=0, prefix="p"),
]


# --- vectors -------------------------------------------------------------------------------------------------------


def test_products_in_the_field_of_32() -> None:
    for a, b, product in VECTORS["products"]:
        assert times(a, b) == times(b, a) == product


def test_check_symbols() -> None:
    assert {body: append_checks(body)[-1] for body in VECTORS["one_check"]} == VECTORS["one_check"]
    assert {body: append_checks(body, 2)[-2:] for body in VECTORS["two_checks"]} == VECTORS["two_checks"]
    assert {body: append_checks(body, alphabet=DIGITS)[-1] for body in VECTORS["damm"]} == VECTORS["damm"]
    assert append_checks("SPR1NG", 0) == "SPR1NG"


def test_the_permutation_bit_for_bit() -> None:
    for message, digest in VECTORS["siphash"].items():
        assert siphash(bytes.fromhex(message), key=bytes(range(16))) == int(digest, 16)
    subkey = b"".join(word.to_bytes(8, "little") for word in BOOK._subkey.words)
    assert subkey.hex() == VECTORS["subkey"]
    for body, checks, serial, code in VECTORS["codes"]:
        book = CodeBook(CodeSpec(body=body, checks=checks), KEY, CAMPAIGN)
        assert book.encode(serial) == code
        assert book.encode([serial]).tolist() == [code]
        assert book.decode(code).serial == serial


def test_suggestions_and_normal_forms() -> None:
    book = CodeBook(CodeSpec(checks=2), KEY, CAMPAIGN)
    assert {code: book.suggest(code) for code in VECTORS["suggest"]} == VECTORS["suggest"]
    assert {code: normalize(code) for code in VECTORS["normalize"]} == VECTORS["normalize"]


def test_what_may_honestly_be_claimed() -> None:
    for body, bits, most, suits, enough in VECTORS["strength"]:
        strength = CodeSpec(body=body).strength(issued=100_000)
        assert (strength.bits, strength.max_issued, strength.suits, strength.enough) == (bits, most, suits, enough)
        assert strength.blind_hit == 100_000 / 2**bits
        assert survives_json(strength)
    assert CodeSpec(alphabet=DIGITS, body=6, checks=0).strength(issued=0).suits == "ids_only"


# --- a referee, word by word ---------------------------------------------------------------------------------------


def slow_code(spec: CodeSpec, serial: int) -> str:
    message = CAMPAIGN.encode() + b"\0" + spec.alphabet.encode() + b"\0" + bytes([spec.body])
    subkey = hashlib.blake2b(message, digest_size=16, key=KEY, person=b"smkt-code-v1").digest()
    size = len(spec.alphabet)
    a, b = size ** -(-spec.body // 2), size ** (spec.body // 2)
    hi, lo = divmod(serial, b)
    for r in range(10):
        fed = siphash((lo if r % 2 == 0 else hi).to_bytes(6, "little") + bytes([r]), key=subkey)
        if r % 2 == 0:
            hi = (hi + fed) % a
        else:
            lo = (lo + fed) % b
    value, body = hi * b + lo, ""
    for _ in range(spec.body):
        value, symbol = divmod(value, size)
        body = spec.alphabet[symbol] + body
    code = append_checks(body, spec.checks, alphabet=spec.alphabet)
    cuts = list(itertools.accumulate(spec.group or [len(code)], initial=0))
    return spec.prefix + "-".join(code[start:end] for start, end in itertools.pairwise(cuts))


@given(spec=st.sampled_from(SPECS), data=st.data())
def test_scalar_array_list_and_bytes_give_what_the_definition_says(spec: CodeSpec, data: Any) -> None:
    serials = data.draw(st.lists(st.integers(0, spec.capacity - 1), min_size=1, max_size=5))
    book, expected = CodeBook(spec, KEY, CAMPAIGN), [slow_code(spec, serial) for serial in serials]
    codes = book.encode(serials)
    assert codes.tolist() == expected == [book.encode(serial) for serial in serials]
    assert book.encode(np.array(serials, np.uint64)).tolist() == expected
    issued = max(serials) + 1
    for column in (codes, expected, codes.astype(object), [code.encode() for code in expected], codes.astype("S")):
        for decoded in (book.decode(column), book.authenticate(column, issued=issued)):
            blocked = decoded.reason == "blocked"
            assert decoded.serial[~blocked].tolist() == np.array(serials)[~blocked].tolist()
        assert spec.check(column).all()
    for code, serial in zip(expected, serials, strict=True):
        assert book.decode(code) == book.decode(code.encode()) == (serial, True, "")
        assert spec.check(code)
        assert spec.check(code.lower())
        assert next(book.decode([f" {code.lower()}\n"]).rows()) == book.decode(code)


@pytest.mark.parametrize(
    "spec",
    [
        CodeSpec(body=4),
        CodeSpec(alphabet=CROCKFORD32[:17], body=5, checks=0),
        CodeSpec(alphabet=DIGITS, body=6, checks=0),
    ],
    ids=["32^4", "17^5", "10^6"],
)
def test_every_serial_has_a_code_of_its_own(spec: CodeSpec) -> None:
    book, serials = CodeBook(spec, KEY, CAMPAIGN), np.arange(spec.capacity)
    codes = book.encode(serials)
    assert len(set(codes.tolist())) == spec.capacity
    assert (book.decode(codes).serial == serials).all()


def test_another_key_campaign_alphabet_or_body_gives_unrelated_codes() -> None:
    serials = np.arange(4_000)
    swapped = CROCKFORD32[1] + CROCKFORD32[0] + CROCKFORD32[2:]
    others = [
        CodeBook(CodeSpec(), bytes(32), CAMPAIGN),
        CodeBook(CodeSpec(), KEY, "other"),
        CodeBook(CodeSpec(alphabet=swapped), KEY, CAMPAIGN),
        CodeBook(CodeSpec(body=11, checks=0), KEY, CAMPAIGN),
    ]
    mine = BOOK.encode(serials).view(np.uint32).reshape(4_000, -1)[:, :10]
    for other in others:
        theirs = other.encode(serials).view(np.uint32).reshape(4_000, -1)[:, :10]
        assert 0.02 < (mine == theirs).mean() < 0.045


# --- what check symbols catch --------------------------------------------------------------------------------------


def errors(code: list[int], size: int) -> Any:
    """Every single error, swap of neighbours, swap of symbols two apart, twin and jump twin error."""
    for place in range(len(code)):
        for symbol in range(size):
            yield [*code[:place], symbol, *code[place + 1 :]]
            if place + 1 < len(code) and code[place] == code[place + 1]:
                yield [*code[:place], symbol, symbol, *code[place + 2 :]]
            if place + 2 < len(code) and code[place] == code[place + 2]:
                yield [*code[:place], symbol, code[place + 1], symbol, *code[place + 3 :]]
        for apart in (1, 2):
            if place + apart < len(code):
                swapped = code.copy()
                swapped[place], swapped[place + apart] = code[place + apart], code[place]
                yield swapped


@given(body=st.lists(st.integers(0, 31), min_size=8, max_size=8), checks=st.sampled_from([1, 2]))
def test_a_check_symbol_catches_slips(body: list[int], checks: int) -> None:
    code = body + check_symbols(body, checks, 32)
    for wrong in errors(code, 32):
        assert (check_symbols(wrong[:8], checks, 32) == wrong[8:]) is (wrong == code)


@given(body=st.lists(st.integers(0, 9), min_size=9, max_size=9))
def test_damm_catches_single_errors_and_swaps(body: list[int]) -> None:
    code = body + check_symbols(body, 1, 10)
    for place, symbol in itertools.product(range(10), range(10)):
        wrong = [*code[:place], symbol, *code[place + 1 :]]
        assert (check_symbols(wrong[:9], 1, 10) == wrong[9:]) is (wrong == code)
    for place in range(9):
        swapped = [*code[:place], code[place + 1], code[place], *code[place + 2 :]]
        assert (check_symbols(swapped[:9], 1, 10) == swapped[9:]) is (swapped == code)


@given(data=st.data(), length=st.integers(3, 31))
def test_one_wrong_symbol_is_repaired_in_any_place_of_any_length(data: Any, length: int) -> None:
    body = data.draw(st.lists(st.integers(0, 31), min_size=length - 2, max_size=length - 2))
    code = body + check_symbols(body, 2, 32)
    assert repaired(code) == code
    place, by = data.draw(st.integers(0, length - 1)), data.draw(st.integers(1, 31))
    assert repaired([*code[:place], code[place] ^ by, *code[place + 1 :]]) == code


@given(data=st.data())
def test_two_check_symbols_catch_two_errors_and_repair_one(data: Any) -> None:
    book = CodeBook(CodeSpec(checks=2, group=[6, 6], prefix="A-"), KEY, CAMPAIGN)
    serial = data.draw(st.integers(0, book.spec.capacity - 1))
    code = book.encode(serial)
    places = data.draw(st.lists(st.sampled_from([*range(2, 8), *range(9, 15)]), min_size=1, max_size=2, unique=True))
    wrong = list(code)
    for place in places:
        wrong[place] = data.draw(st.sampled_from([symbol for symbol in CROCKFORD32 + "?" if symbol != code[place]]))
    typed = "".join(wrong)
    assert not book.decode(typed).valid
    if len(places) == 1:
        assert book.suggest(typed) == code == book.suggest(code)
        expected = None if book.blocked(serial) else code
        assert book.suggest(typed, issued=serial + 1) == book.suggest(typed.encode(), issued=[serial]) == expected
        assert book.suggest(typed, issued=serial) is None
    else:
        suggested = book.suggest(typed)
        assert suggested != code
        assert suggested is None or book.spec.check(suggested)


def test_what_cannot_be_repaired_has_no_suggestion() -> None:
    book = CodeBook(CodeSpec(checks=2, prefix="AB"), KEY, CAMPAIGN)
    for typed in ("", "AB", "XY4ATNP5AYNPAF", "AB4ATNP5AYNPA", "AB??TNP5AYNPAF"):
        assert book.suggest(typed) is None
    with refuses(InvalidInput, match="spec must have two check symbols, got 1"):
        BOOK.suggest("4ATNP5AYNPZ")
    with refuses(InvalidInput, match="code must be text or bytes"):
        book.suggest(["AB"])


def test_an_unreadable_symbol_is_filled_in_and_what_could_be_read_is_kept() -> None:
    book, right = CodeBook(CodeSpec(checks=2), KEY, CAMPAIGN), "4ATNP5AYNPAF"
    for place in range(12):
        typed = f"{right[:place]}?{right[place + 1 :]}"
        assert book.suggest(typed) == right
        for other in {*range(12)} - {place}:
            wrong = typed[:other] + ("Z" if right[other] != "Z" else "Y") + typed[other + 1 :]
            suggested = book.suggest(wrong)
            read = [number for number in range(12) if wrong[number] != "?"]
            assert suggested is None or all(suggested[number] == wrong[number] for number in read)


def test_one_error_is_repaired_and_some_of_two_lead_elsewhere_but_none_home() -> None:
    book, right = CodeBook(CodeSpec(checks=2), KEY, CAMPAIGN), "4ATNP5AYNPAF"
    pairs = list(itertools.product(CROCKFORD32, repeat=2))
    found = {pair: book.suggest("".join(pair) + right[2:]) for pair in pairs}
    assert all((found[pair] == right) is (pair[0] == "4" or pair[1] == "A") for pair in pairs)
    double = [code for pair, code in found.items() if pair[0] != "4" and pair[1] != "A"]
    assert 0.25 < sum(code is not None for code in double) / len(double) < 0.4


# --- reading -------------------------------------------------------------------------------------------------------


def test_a_code_that_is_not_valid_says_why_in_order() -> None:
    book = CodeBook(CodeSpec(prefix="ab-", group=[5, 6], blocked=["ATN"]), KEY, CAMPAIGN)
    codes = [
        "ab-HY7KD-6KTQ0K",
        "xy-HY7KD-6KTQ0K",
        "ab-HY7KD-6KTQ0",
        "ab-HY7KD-6KTQ?K",
        "ab-HY7KD-6KTQ0Z",
        "ab-4ATNP-5AYNPZ",
    ]
    assert book.decode(codes).reason.tolist() == ["", "prefix", "length", "symbol", "check", ""]
    genuine = book.authenticate([*codes, codes[0]], issued=1)
    assert genuine.reason.tolist() == ["not_issued", "prefix", "length", "symbol", "check", "blocked", "not_issued"]
    assert (genuine.serial == -1).all()
    assert [book.authenticate(code, issued=1).reason for code in codes] == genuine.reason.tolist()[:6]
    assert [book.decode(code).reason for code in codes] == book.decode(codes).reason.tolist()
    assert book.authenticate(codes[0], issued=[1]) == (1, True, "")
    assert book.authenticate(codes, issued=[]).valid.sum() == 0
    assert survives_json(genuine)


@given(
    serial=st.integers(0, 999),
    place=st.integers(0, 10),
    symbol=st.sampled_from(CROCKFORD32),
)
def test_a_changed_code_is_never_authenticated(serial: int, place: int, symbol: str) -> None:
    code = BOOK.encode(serial)
    changed = code[:place] + symbol + code[place + 1 :]
    answer = BOOK.authenticate(changed, issued=1_000)
    assert answer.valid is (changed == code and not BOOK.blocked(serial))


def test_full_width_codes_read_in_a_column_too() -> None:
    wide = "".join(chr(ord(symbol) + 0xFEE0) for symbol in BOOK.encode(7))
    assert BOOK.decode([wide, BOOK.encode(8)]).serial.tolist() == [7, 8]


typed = st.text("4aTNP5o?-. ９é\ud800\x7f\x80", max_size=14) | st.sampled_from(
    ["4ATNP5AYNPZ", "HY7KD6KTQ0K", "hy7kd-6ktqok", "HY7KD6KTQ0Z", "HY7KD6KTQ0", "HY7KD6KTQ\x800K"]
)


@given(codes=st.lists(typed, min_size=1, max_size=6))
def test_a_column_reads_what_each_code_says_alone(codes: list[str]) -> None:
    alone = [BOOK.decode(code) for code in codes]
    assert [tuple(row) for row in BOOK.decode(codes).rows()] == alone
    assert [tuple(row) for row in BOOK.decode(np.array(codes, object)).rows()] == alone
    assert BOOK.spec.check(codes).tolist() == [BOOK.spec.check(code) for code in codes]
    encoded = [code.encode("utf-8", "replace") for code in codes]
    assert [tuple(row) for row in BOOK.decode(encoded).rows()] == [BOOK.decode(code) for code in encoded]


@pytest.mark.parametrize("spec", [BOOK.spec, SPECS[1], SPECS[2]])
def test_every_character_in_every_place_of_a_column_reads_as_it_does_alone(spec: CodeSpec) -> None:
    right = CodeBook(spec, KEY, CAMPAIGN).encode(5)
    characters = [*map(chr, range(130)), "\u00e9", "\u2010", "\uff10", "\U0001f600"]
    for place in range(len(right)):
        codes = [right[:place] + character + right[place + 1 :] for character in characters]
        assert spec.check(codes).tolist() == [spec.check(code) for code in codes]


def test_bytes_that_are_no_text_are_no_code() -> None:
    for code in (b"\xff4ATNP5AYNP", b"4ATNP5AYNP\xe9"):
        assert BOOK.decode(code).reason == BOOK.decode([code]).reason[0] == "symbol"


def test_no_rows_are_no_rows() -> None:
    assert len(BOOK.encode([])) == len(BOOK.decode([])) == len(BOOK.authenticate([], issued=5)) == 0
    assert BOOK.spec.check([]).tolist() == []
    assert len(BOOK.batch(0)) == 0


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_codes_and_serials_come_from_any_library(library: str) -> None:
    if not installed(library):
        pytest.skip(f"{library} is not installed")
    module: Any = pytest.importorskip(library)
    make = module.array if library == "pyarrow" else module.Series
    codes = BOOK.encode(make([0, 1]))
    assert BOOK.decode(make(codes.tolist())).serial.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("４ＡＴＮ", "4ATN"),
        ("ａ－ｂ＿ｃ．ｄ", "ABCD"),
        ("a\u2010b\u2015c\u2212d", "ABCD"),
        (" a\u00a0b\u3000c\td\r\ne ", "ABCDE"),
        ("ｏｉｌ OIL", "011011"),
        ("straße ıſ U", "STRAßEıſU"),
        ("\ufee1\uff00\uff01\uff5e\uff5f", "\ufee1\uff00!~\uff5f"),
    ],
)
def test_normal_forms_fold_ascii_only(typed: str, plain: str) -> None:
    assert normalize(typed) == plain


def test_a_letter_of_the_alphabet_stays() -> None:
    assert normalize("oil", alphabet="OIL01") == "OIL"
    assert normalize("oil", alphabet="ABC") == "OIL"


# --- words ---------------------------------------------------------------------------------------------------------


def test_the_default_words_burn_some_codes_but_few() -> None:
    assert len(set(DEFAULT_WORDS)) >= 20
    assert min(map(len, DEFAULT_WORDS)) >= 3
    assert 0 < BOOK.blocked(np.arange(100_000)).mean() < 0.05


ALIKE = ["0O", "1IL", "3E", "4A", "5S", "7T", "8B", "2Z", "UV", "6G"]


@given(
    words=st.lists(st.text("ASE4T7UVX", min_size=2, max_size=6), max_size=4).map(tuple),
    alphabet=st.sampled_from(["ASET47VX", "012345678", "AX"]),
)
def test_words_are_matched_in_their_look_alikes_anywhere(words: tuple[str, ...], alphabet: str) -> None:
    spec = CodeSpec(alphabet=alphabet, body=20 if len(alphabet) == 2 else 8, checks=0, blocked=words)
    book, kind = CodeBook(spec, KEY, CAMPAIGN), {symbol: alike for alike in ALIKE for symbol in alike}
    codes = book.encode(range(60))
    plain = ["".join(kind.get(symbol, symbol)[0] for symbol in code) for code in codes]
    spelled = ["".join(kind.get(symbol, symbol)[0] for symbol in word) for word in words]
    expected = [any(word in code for word in spelled) for code in plain]
    assert book.blocked(range(60)).tolist() == expected
    assert [book.blocked(serial) for serial in range(9)] == expected[:9]


def test_a_batch_leaves_out_what_is_blocked() -> None:
    book = CodeBook(CodeSpec(body=4, blocked=["AA", "A1"]), KEY, CAMPAIGN)
    batch = book.batch(6_000, start=10)
    assert not book.blocked(batch.serials).any()
    assert batch.codes.tolist() == book.encode(batch.serials).tolist()
    assert batch.next_serial == batch.serials[-1] + 1 == 10 + 6_000 + batch.burned
    rest = book.batch(3, start=batch.next_serial)
    assert rest.serials[0] >= batch.next_serial
    assert survives_json(batch)
    with refuses(Infeasible, match="count must leave room"):
        book.batch(book.spec.capacity)
    with refuses(Infeasible, match="count must leave room"):
        book.batch(1, start=book.spec.capacity)
    with refuses(Infeasible, match="count must leave room"):
        CodeBook(CodeSpec(alphabet="AX", body=20, checks=0, blocked=["AA"]), KEY, "c").batch(2**19)
    with refuses(InvalidInput, match="count must be a whole number of at least 0"):
        book.batch(-1)


# --- refusals and secrets ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"alphabet": "A"}, "alphabet must be 2 to 36 distinct digits and capitals, got 'A'"),
        ({"alphabet": "AA"}, "alphabet must be 2 to 36"),
        ({"alphabet": "ab"}, "alphabet must be 2 to 36"),
        ({"alphabet": "AÉ"}, "alphabet must be 2 to 36"),
        ({"body": 3}, r"body must give 10\*\*6 to 2\*\*60 codes with 32 symbols, got 3\b"),
        ({"alphabet": DIGITS, "body": 5}, "body must give"),
        ({"alphabet": "01", "body": 61, "checks": 0}, "body must give"),
        ({"body": 13}, "body must give"),
        ({"body": 10**9}, "body must give"),
        ({"checks": 3}, "checks must be at most 2 with this alphabet, got 3. Checks are defined"),
        ({"alphabet": "0123456789A", "body": 7}, "checks must be at most 0 with this alphabet, got 1"),
        ({"alphabet": DIGITS, "body": 9, "checks": 2}, "checks must be at most 1"),
        ({"group": [5, 5]}, r"group must add up to 11, got \(5, 5\)"),
        ({"prefix": "a b"}, "prefix must hold ASCII letters, digits and hyphens only, got 'a b'"),
        ({"prefix": "é"}, "prefix must hold"),
        ({"blocked": ["ABC", "A"]}, "blocked must hold words of two or more letters and digits, got 'A'"),
        ({"blocked": ["A B"]}, "blocked must hold words"),
        ({"blocked": ["aß"]}, "blocked must hold words"),
        ({"blocked": ["ıb"]}, "blocked must hold words"),
    ],
)
def test_a_form_that_breaks_its_rule_is_refused_by_name(fields: dict[str, Any], name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        CodeSpec(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"alphabet": CROCKFORD32 + "ILOU", "body": 11, "checks": 0},
        {"alphabet": "01", "body": 60, "checks": 0},
        {"alphabet": DIGITS, "body": 6},
        {"alphabet": DIGITS[::-1], "body": 6},
        {"body": 12, "checks": 2, "group": [14], "blocked": ["A1"], "prefix": "Az-09"},
        {"alphabet": CROCKFORD32[::-1], "body": 4, "checks": 2},
    ],
)
def test_a_form_may_reach_its_bounds(fields: dict[str, Any]) -> None:
    spec = CodeSpec(**fields)
    book = CodeBook(spec, KEY, CAMPAIGN)
    for serial in (0, spec.capacity - 1):
        assert book.decode(book.encode(serial)) == (serial, True, "")
        assert book.decode(book.encode([serial])).serial.tolist() == [serial]


def test_as_many_codes_as_the_root_of_the_capacity_are_enough_and_no_more() -> None:
    spec = CodeSpec()
    assert [spec.strength(issued=issued).enough for issued in (2**25, 2**25 + 1)] == [True, False]
    assert spec.strength(issued=32**10).blind_hit == 1.0
    assert spec.strength(issued=5).capacity == 32**10
    assert spec.strength(issued=5).issued == 5


def test_the_last_codes_can_be_taken_and_none_after_them() -> None:
    book = CodeBook(CodeSpec(body=4, blocked=[]), KEY, CAMPAIGN)
    last = book.spec.capacity - 3
    batch = book.batch(3, start=last)
    assert (batch.serials.tolist(), batch.next_serial, batch.burned) == ([last, last + 1, last + 2], last + 3, 0)
    with refuses(Infeasible, match="^CodeBook.batch: count must leave room in the 1,048,576 codes, got 4.$"):
        book.batch(4, start=last)
    none = book.batch(0, start=7)
    assert (len(none), none.next_serial, none.burned) == (0, 7, 0)
    wordy = CodeBook(CodeSpec(alphabet="AX", body=20, checks=0, blocked=["AA"]), KEY, CAMPAIGN)
    with refuses(Infeasible, match="^CodeBook.batch: count must leave room in the 1,048,576 codes, got 60000.$"):
        wordy.batch(60_000)


def test_what_was_issued_may_come_in_any_order_and_more_than_once() -> None:
    codes = BOOK.encode([3, 9, 5, 10])
    genuine = ["", "", "not_issued", "not_issued"]
    assert BOOK.authenticate(codes, issued=[9, 3, 9]).reason.tolist() == genuine
    assert [BOOK.authenticate(code, issued=[9, 3, 9]).reason for code in codes] == genuine
    assert BOOK.authenticate(codes, issued=9).valid.tolist() == [True, False, True, False]
    assert BOOK.authenticate(codes, issued=10).serial.tolist() == [3, 9, 5, -1]
    assert BOOK.authenticate(codes, issued=[]).valid.tolist() == [False] * 4


def test_a_form_comes_back_from_json() -> None:
    assert all(map(survives_json, SPECS))
    assert "UFPX" not in repr(CodeSpec())
    assert "blocked" not in repr(CodeSpec())


@pytest.mark.parametrize("serial", [-1, 32**10, 2**63, 2**64, 2**70])
def test_a_serial_out_of_range_is_refused_alone_and_in_a_column(serial: int) -> None:
    for given_ in (serial, [serial], [0, serial]):
        for call in (BOOK.encode, BOOK.blocked):
            with refuses(InvalidInput, match="serials must be (from 0 to 1,125,899,906,842,623|at least 0), got"):
                call(given_)


def test_a_serial_out_of_range_is_refused_whatever_its_dtype() -> None:
    for column in (np.array([0, 2**63], np.uint64), np.array([0, 32**10]), np.array([0, 2**70], object)):
        with refuses(InvalidInput, match=r"serials must be from 0 to 1,125,899,906,842,623, got .* at row 1"):
            BOOK.encode(column)


def test_nothing_is_advised_that_there_is_not() -> None:
    for call in (BOOK.encode, BOOK.decode, BOOK.spec.check, lambda x: BOOK.authenticate(["A"], issued=x)):
        with refuses(InvalidInput, match="must not be null, got None at row 0") as refused:
            call([None])
        assert "on_null" not in str(refused.value)


COLUMN = "a column: a list, an array, or one pandas, polars or pyarrow column"
LIST = "Pass a list such as [x] for one value."
LAST = "1,125,899,906,842,623"
SCHEMES = "Checks are defined over 32 symbols and over the ten digits."
ONE_KIND = "Make all of them text."
SYMBOLS = "2 to 36 distinct digits and capitals"
REPAIRING = CodeBook(CodeSpec(checks=2), KEY, CAMPAIGN)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: BOOK.encode(1.0), f"CodeBook.encode: serials must be {COLUMN}, got 1.0. {LIST}"),
        (lambda: BOOK.encode(True), f"CodeBook.encode: serials must be {COLUMN}, got True. {LIST}"),
        (
            lambda: BOOK.encode([1.0]),
            "CodeBook.encode: serials must hold whole numbers, got 1.0 at row 0 (1 such rows of 1).",
        ),
        (
            lambda: BOOK.encode(np.array([1.0])),
            "CodeBook.encode: serials must hold whole numbers, got a float64 column.",
        ),
        (
            lambda: BOOK.encode([None]),
            "CodeBook.encode: serials must not be null, got None at row 0 (1 such rows of 1).",
        ),
        (lambda: BOOK.encode(-1), f"CodeBook.encode: serials must be from 0 to {LAST}, got -1."),
        (
            lambda: BOOK.encode([0, -1]),
            "CodeBook.encode: serials must be at least 0, got -1 at row 1 (1 such rows of 2).",
        ),
        (
            lambda: BOOK.encode([0, 32**10, 5, 32**10 + 1]),
            f"CodeBook.encode: serials must be from 0 to {LAST}, got {32**10} at row 1 (2 such rows of 4).",
        ),
        (
            lambda: BOOK.encode([0, 2**70]),
            f"CodeBook.encode: serials must be from 0 to {LAST}, got a number beyond 64 bits at row 1 (1 such rows).",
        ),
        (lambda: BOOK.blocked(32**10), f"CodeBook.blocked: serials must be from 0 to {LAST}, got {32**10}."),
        (
            lambda: BOOK.blocked([32**10]),
            f"CodeBook.blocked: serials must be from 0 to {LAST}, got {32**10} at row 0 (1 such rows of 1).",
        ),
        (
            lambda: BOOK.decode([None, "A"]),
            "CodeBook.decode: codes must not be null, got None at row 0 (1 such rows of 2).",
        ),
        (lambda: BOOK.decode([1, 2]), "CodeBook.decode: codes must be text or bytes, got 1 at row 0."),
        (lambda: BOOK.decode(5), f"CodeBook.decode: codes must be {COLUMN}, got 5. {LIST}"),
        (
            lambda: BOOK.authenticate([5], issued=1),
            "CodeBook.authenticate: codes must be text or bytes, got 5 at row 0.",
        ),
        (
            lambda: BOOK.authenticate(["A"], issued=-1),
            "CodeBook.authenticate: issued must be a whole number of at least 0, got -1.",
        ),
        (
            lambda: BOOK.authenticate(["A"], issued=[-1]),
            "CodeBook.authenticate: issued must be at least 0, got -1 at row 0 (1 such rows of 1).",
        ),
        (
            lambda: BOOK.authenticate("A", issued=1.0),
            f"CodeBook.authenticate: issued must be {COLUMN}, got 1.0. {LIST}",
        ),
        (
            lambda: BOOK.authenticate("A", issued=[None]),
            "CodeBook.authenticate: issued must not be null, got None at row 0 (1 such rows of 1).",
        ),
        (lambda: BOOK.suggest("A"), "CodeBook.suggest: spec must have two check symbols, got 1."),
        (lambda: REPAIRING.suggest(5), "CodeBook.suggest: code must be text or bytes, got 5."),
        (
            lambda: REPAIRING.suggest("A", issued=-1),
            "CodeBook.suggest: issued must be a whole number of at least 0, got -1.",
        ),
        (lambda: BOOK.batch(-1), "CodeBook.batch: count must be a whole number of at least 0, got -1."),
        (lambda: BOOK.batch(1, start=-1), "CodeBook.batch: start must be a whole number of at least 0, got -1."),
        (lambda: BOOK.spec.check([5]), "CodeSpec.check: codes must be text or bytes, got 5 at row 0."),
        (
            lambda: BOOK.spec.check(["A", 5]),
            f"CodeSpec.check: codes must hold ids of one kind, got 5 at row 1 (1 such rows of 2). {ONE_KIND}",
        ),
        (
            lambda: CodeSpec().strength(issued=-1),
            "CodeSpec.strength: issued must be a whole number of at least 0, got -1.",
        ),
        (
            lambda: CodeSpec().strength(issued=32**10 + 1),
            f"CodeSpec.strength: issued must be at most the capacity, 1,125,899,906,842,624, got {32**10 + 1}.",
        ),
        (
            lambda: append_checks("SPRING"),
            f"coupons.append_checks: body must hold symbols of {CROCKFORD32} only, got 'I'.",
        ),
        (lambda: append_checks(5), "coupons.append_checks: body must be text, got 5."),
        (
            lambda: append_checks("AB", 3),
            f"coupons.append_checks: checks must be at most 2 with this alphabet, got 3. {SCHEMES}",
        ),
        (
            lambda: append_checks("12", 2, alphabet=DIGITS),
            f"coupons.append_checks: checks must be at most 1 with this alphabet, got 2. {SCHEMES}",
        ),
        (
            lambda: append_checks("12", alphabet="12"),
            f"coupons.append_checks: checks must be at most 0 with this alphabet, got 1. {SCHEMES}",
        ),
        (
            lambda: append_checks("12", -1),
            "coupons.append_checks: checks must be a whole number of at least 0, got -1.",
        ),
        (lambda: append_checks("1", alphabet="11"), f"coupons.append_checks: alphabet must be {SYMBOLS}, got '11'."),
        (lambda: normalize(5), "coupons.normalize: code must be text, got 5."),
        (lambda: normalize("A", alphabet=""), f"coupons.normalize: alphabet must be {SYMBOLS}, got ''."),
        (lambda: normalize("A", alphabet="A"), f"coupons.normalize: alphabet must be {SYMBOLS}, got 'A'."),
        (lambda: normalize("A", alphabet="ab"), f"coupons.normalize: alphabet must be {SYMBOLS}, got 'ab'."),
        (lambda: normalize("A", alphabet=5), f"coupons.normalize: alphabet must be {SYMBOLS}, got 5."),
        (lambda: CodeBook("spec", KEY, CAMPAIGN), "CodeBook: spec must be a CodeSpec, got 'spec'."),
    ],
)
def test_arguments_that_break_their_rule_are_refused_by_name(call: Any, text: str) -> None:
    with refuses(InvalidInput, match=f"^{re.escape(text)}$"):
        call()


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: CodeBook(CodeSpec(), KEY[:15], CAMPAIGN), "key must be 16 to 64 bytes, got 15 bytes"),
        (lambda: CodeBook(CodeSpec(), "k" * 32, CAMPAIGN), "key must be 16 to 64 bytes, got str"),
        (lambda: CodeBook(CodeSpec(), KEY, ""), "campaign must be text that is not empty"),
        (lambda: CodeBook(CodeSpec(), KEY, "a\0b"), "campaign must be text"),
        (lambda: CodeBook(CodeSpec(), KEY, "\ud800"), "campaign must be text"),
    ],
)
def test_a_key_and_a_campaign_that_break_their_rule_are_refused_by_name(call: Any, match: str) -> None:
    with refuses(InvalidInput, match=f"^CodeBook: {match}"):
        call()


def test_an_empty_body_is_refused() -> None:
    with refuses(EmptyInput, match="^coupons.append_checks: body must hold at least one symbol, got ''.$"):
        append_checks("")


def test_keys_never_show() -> None:
    key = b"a key that is never shown, 32 by"
    subkey = CodeBook(CodeSpec(), key, "c")._subkey
    book = CodeBook(CodeSpec(), key, "c")
    shown = [repr(book), str(book), repr(vars(book)), str(vars(book)), json.dumps(vars(book), default=repr)]
    for text in shown:
        assert "never shown" not in text
        assert key.hex() not in text
        assert all(str(word) not in text and f"{word:x}" not in text for word in subkey.words)
    with pytest.raises(TypeError, match="a CodeBook is not pickled"):
        pickle.dumps(book)
    with pytest.raises(TypeError, match="a subkey is not pickled"):
        pickle.dumps(vars(book))
    with pytest.raises(InvalidInput) as refused:
        CodeBook(CodeSpec(), b"a key that is never shown" * 9, "c")
    assert "shown" not in str(refused.value)
    with pytest.raises(AttributeError, match="does not support attribute assignment"):
        book.campaign = "d"
    with pytest.raises(AttributeError, match="does not support attribute assignment or deletion"):
        del book.campaign
    assert copy.copy(book) is copy.deepcopy(book) is book
