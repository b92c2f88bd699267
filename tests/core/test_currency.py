"""Currencies: codes, exact reading and writing of amounts, columns, and their place in models."""

from __future__ import annotations

import copy
import decimal
import json
import math
import pickle
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from socialmkt.core._iso4217 import EXPONENTS
from socialmkt.core.errors import InvalidInput, Overflow
from socialmkt.core.model import Frozen, canonical
from socialmkt.core.money import CURRENCY_TABLE, Currency, Rounding, read_minors
from tests.refusals import refuses
from tests.strategies import COLUMN_KINDS, int64s

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "core_money.json").read_text())
CNY, JPY, KWD, UYW = map(Currency, ("CNY", "JPY", "KWD", "UYW"))

currencies = st.sampled_from([CNY, JPY, KWD, UYW])
HOSTILE = [
    decimal.Context(prec=3),
    decimal.Context(prec=1, rounding=decimal.ROUND_UP),
    decimal.Context(prec=5, traps=[decimal.Inexact, decimal.Rounded]),
]


# --- codes ----------------------------------------------------------------------------------------------------


def test_the_table_is_the_published_one() -> None:
    assert VECTORS["currency_table"] == CURRENCY_TABLE
    assert VECTORS["codes"] == len(EXPONENTS)
    assert VECTORS["exponents"]["none"] == sorted(code for code, places in EXPONENTS.items() if places is None)
    for places in (0, 3, 4):
        assert {Currency(code).exponent for code in VECTORS["exponents"][str(places)]} == {places}
    assert [Currency(code).exponent for code in ("CNY", "USD", "AFN", "IRR", "LAK", "XAD", "XCG", "ZWG")] == [2] * 8


@pytest.mark.parametrize("code", VECTORS["exponents"]["none"])
def test_a_code_without_minor_units_is_refused(code) -> None:
    with refuses(InvalidInput, match=f"code must be a currency with minor units, got '{code}'"):
        Currency(code)


@pytest.mark.parametrize(
    ("code", "near"),
    [("RMB", "'CNY'"), ("cny", "'CNY'"), (" usd", "'USD'"), ("CNH", "'CNY'"), ("ZWL", "'ZWG'")],
)
def test_an_unknown_code_names_near_ones(code, near) -> None:
    with refuses(
        InvalidInput, match=rf"code must be an ISO 4217 code such as 'CNY', got '{code}'\. Did you mean.*{near}"
    ):
        Currency(code)


@pytest.mark.parametrize("code", ["", "yuan!", None, 156, ["CNY"]])
def test_what_is_no_code_is_refused(code) -> None:
    with refuses(InvalidInput, match="code must be an ISO 4217 code such as 'CNY'"):
        Currency(code)


def test_at_most_three_near_codes_are_named_and_none_where_none_is_near() -> None:
    with refuses(InvalidInput, match=r"got 'AAR'\. Did you mean '\w{3}' or '\w{3}' or '\w{3}'\?$"):
        Currency("AAR")
    with refuses(InvalidInput, match=r"^Currency: code must be an ISO 4217 code such as 'CNY', got '9'\.$"):
        Currency("9")


def test_currencies_are_equal_by_code_and_cannot_be_changed() -> None:
    assert Currency("CNY") == CNY == Currency(CNY)
    assert hash(Currency("CNY")) == hash(CNY)
    assert CNY not in ("CNY", JPY)
    assert repr(CNY) == "Currency('CNY')"
    with pytest.raises(AttributeError, match="does not support attribute assignment: code"):
        CNY.code = "USD"
    with pytest.raises(AttributeError, match="does not support attribute deletion: code"):
        del CNY.code


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))])
def test_a_currency_survives_copies(again) -> None:
    assert again(CNY) == CNY
    assert again(CNY).exponent == 2


class Offer(Frozen):
    currency: Currency
    rounding: Rounding = Rounding.half_even


def test_in_a_model_a_currency_is_read_from_text_and_written_as_text() -> None:
    offer = Offer(currency="CNY", rounding="half_up")
    assert offer.currency == CNY
    assert offer == Offer(currency=CNY, rounding=Rounding.half_up)
    assert offer.model_dump() == {"currency": "CNY", "rounding": "half_up"}
    assert canonical(offer) == b'{"currency":"CNY","rounding":"half_up"}'
    assert Offer.model_validate_json(canonical(offer)) == offer
    described = {"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217 code"}
    assert TypeAdapter(Currency).json_schema() == described
    assert TypeAdapter(Currency).json_schema(mode="serialization")["type"] == "string"


def test_in_a_model_a_wrong_code_is_refused_in_the_same_words() -> None:
    with pytest.raises(ValidationError, match=r"currency must be an ISO 4217 code such as 'CNY', got 'RMB'\. Did you"):
        Offer(currency="RMB")


# --- one amount -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", VECTORS["minor"], ids=lambda v: f"{v['amount']} {v['currency']}")
def test_text_decimals_and_columns_give_the_stored_minor_units(vector) -> None:
    currency, amount, minor = Currency(vector["currency"]), vector["amount"], vector["minor"]
    assert currency.minor(amount) == minor
    assert currency.minor(Decimal(amount)) == minor
    assert currency.minors([amount, amount]).tolist() == [minor, minor]
    assert currency.minors([float(amount)], floats=True).tolist() == [minor]


@given(currency=currencies, minor=st.integers())
@example(currency=CNY, minor=-5)
def test_an_amount_written_and_read_is_the_same(currency, minor) -> None:
    major = currency.major(minor)
    assert major == Fraction(minor, 10**currency.exponent)
    assert -major.as_tuple().exponent == currency.exponent
    assert currency.minor(major) == minor
    text, code = currency.format(minor).split(" ")
    assert currency.minor(text) == minor
    assert code == currency.code


@pytest.mark.parametrize("context", HOSTILE)
@given(minor=st.integers())
def test_no_decimal_context_changes_an_amount(context, minor) -> None:
    with decimal.localcontext(context):
        major = CNY.major(minor)
        assert CNY.minor(major) == minor
        assert CNY.minors([major]).tolist() == [minor] if abs(minor) < 2**63 else True
        assert CNY.minor(Decimal((int(minor < 0), (1, 2, 3, 4, 5, 6, 7, 5), -3)), rounding="half_up") == (
            -1234568 if minor < 0 else 1234568
        )


def test_whole_major_units_of_every_integer_type_are_read() -> None:
    assert CNY.minor(5) == CNY.minor(np.int64(5)) == CNY.minor(np.uint8(5)) == 500
    assert type(CNY.minor(np.int32(5))) is int


@pytest.mark.parametrize(
    "amount", ["5.", ".5", "", " 5", "5 ", "5\n", "1,000", "1_000", "1e3", "５", "٣", "--5", "0x5", "NaN"]
)
def test_text_of_another_form_is_refused(amount) -> None:
    with refuses(InvalidInput, match="amount must be digits with at most one point, such as '-12.50'"):
        CNY.minor(amount)


@pytest.mark.parametrize("amount", [Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity")])
def test_decimals_that_are_not_finite_are_refused(amount) -> None:
    with refuses(InvalidInput, match="amount must be finite"):
        CNY.minor(amount)


def test_a_float_is_refused_and_shown_as_text() -> None:
    with refuses(InvalidInput, match=r'must be text, Decimal or int, got 29\.33\. Pass "29\.33": a float cannot hold'):
        CNY.minor(29.33)


@pytest.mark.parametrize("amount", [True, None, b"5", np.bool_(True), np.array([5]), [5], 5j, Fraction(1, 2)])
def test_what_is_no_amount_is_refused(amount) -> None:
    with refuses(InvalidInput, match="amount must be text, Decimal or int"):
        CNY.minor(amount)


def test_more_places_than_the_currency_has_must_be_zeros_or_be_rounded() -> None:
    assert CNY.minor("5.0000") == CNY.minor(Decimal("5.0000")) == 500
    assert JPY.minor("5.00") == 5
    with refuses(
        InvalidInput, match=r"amount must have at most 2 decimal places in CNY, got '29\.335'.*rounding=\"half_ev"
    ):
        CNY.minor("29.335")
    with refuses(InvalidInput, match=r"amount must have no decimal places in JPY, got Decimal\('0\.5'\)"):
        JPY.minor(Decimal("0.5"))
    assert [CNY.minor("29.335", rounding=rule) for rule in Rounding] == [2934, 2934, 2933, 2934, 2933, 2934, 2933]


def test_a_rounding_that_is_none_lists_the_seven() -> None:
    with refuses(InvalidInput, match="one of half_even, half_up, half_down, up, down, ceiling, floor, got 'nearest'"):
        CNY.minor("5", rounding="nearest")


@given(
    currency=currencies, amount=st.decimals(allow_nan=False, allow_infinity=False), rule=st.sampled_from(list(Rounding))
)
@example(currency=CNY, amount=Decimal("1E-999999"), rule=Rounding.up)
@example(currency=CNY, amount=Decimal("-1E-999999"), rule=Rounding.half_even)
def test_a_rounded_amount_is_what_the_decimal_module_rounds(currency, amount, rule) -> None:
    wide = decimal.Context(prec=2000, Emin=-decimal.MAX_EMAX, Emax=decimal.MAX_EMAX)
    word = f"ROUND_{rule.upper()}"
    expected = amount.scaleb(currency.exponent, wide).to_integral_value(word, wide) if amount else 0
    assert currency.minor(amount, rounding=rule) == expected


@pytest.mark.parametrize("amount", [Decimal("1E+999999"), "9" * 4_001, Decimal("-1E+4001")])
def test_an_amount_without_end_is_refused(amount) -> None:
    with refuses(Overflow, match=r"^Currency.minor: amount must have at most 4,000 digits, got (Decimal|'9)"):
        CNY.minor(amount)
    with refuses(
        Overflow, match=r"^Currency.minors: column must have at most 4,000 digits, got (Decimal|'9).* at row 1 \("
    ):
        CNY.minors(["5" if isinstance(amount, str) else Decimal(5), amount])


def test_four_thousand_digits_are_read_and_written() -> None:
    longest = "9" * 4_000
    assert JPY.minor(longest) == JPY.minor(Decimal(longest)) == int(longest)
    assert JPY.major(int(longest)) == Decimal(longest)


@given(
    sign=st.sampled_from([-1, 1]),
    places=st.sampled_from([3_999, 4_000, 4_001, 9_000]),
    rule=st.sampled_from(list(Rounding)),
)
def test_the_smallest_amount_is_rounded_by_its_sign(sign, places, rule) -> None:
    rises = rule in {Rounding.up, Rounding.ceiling if sign > 0 else Rounding.floor}
    assert CNY.minor(Decimal((int(sign < 0), (1,), -places)), rounding=rule) == (sign if rises else 0)


@pytest.mark.parametrize("write", [Currency.major, Currency.format])
def test_only_ints_of_minor_units_are_written(write) -> None:
    func = f"^Currency.{write.__name__}"
    with refuses(InvalidInput, match=f"{func}: minor must be an int of minor units, got 5.0"):
        write(CNY, 5.0)
    with refuses(InvalidInput, match=f"{func}: minor must be an int of minor units, got True"):
        write(CNY, True)
    with refuses(Overflow, match=rf"{func}: minor must have at most 4,000 digits, got more\.$"):
        write(CNY, 10**5_000)


def test_amounts_are_written_with_all_their_places() -> None:
    assert [CNY.format(m) for m in (0, 5, -5, 123_456, np.int64(7))] == [
        "0.00 CNY",
        "0.05 CNY",
        "-0.05 CNY",
        "1234.56 CNY",
        "0.07 CNY",
    ]
    assert JPY.format(-7) == "-7 JPY"
    assert str(KWD.major(1)) == "0.001"


# --- columns --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", COLUMN_KINDS)
def test_every_kind_of_column_gives_the_same_minor_units(make) -> None:
    assert CNY.minors(make(["29.33", "0.05", "29.33"])).tolist() == [2933, 5, 2933]
    assert CNY.minors(make([29, 0, -1])).tolist() == [2900, 0, -100]
    assert CNY.minors(make([29.33, 0.05, -1.0]), floats=True).tolist() == [2933, 5, -100]


def test_decimal_columns_of_pyarrow_and_polars_are_read() -> None:
    prices = [Decimal("29.33"), Decimal("0.05")]
    pa = pytest.importorskip("pyarrow")
    assert CNY.minors(pa.array(prices)).tolist() == [2933, 5]
    pl = pytest.importorskip("polars")
    assert CNY.minors(pl.Series(prices)).tolist() == [2933, 5]


amount_texts = st.decimals(-(10**9), 10**9, places=3).map(str)


@given(texts=st.lists(amount_texts, max_size=12), rule=st.sampled_from(list(Rounding)))
def test_a_column_equals_its_amounts_one_by_one(texts, rule) -> None:
    expected = [CNY.minor(text, rounding=rule) for text in texts]
    assert CNY.minors(texts, rounding=rule).tolist() == expected
    assert CNY.minors([Decimal(text) for text in texts], rounding=rule.value).tolist() == expected
    assert CNY.minors([float(text) for text in texts], rounding=rule, floats=True).tolist() == expected


@given(currency=currencies, minors=st.lists(st.integers(-(2**51) + 1, 2**51 - 1), max_size=12))
@example(currency=CNY, minors=[2**51 - 1, 1 - 2**51, 0])
def test_a_float_below_two_to_the_51_is_the_amount_it_was_written_as(currency, minors) -> None:
    floats = [float(currency.major(minor)) for minor in minors]
    assert currency.minors(floats, floats=True).tolist() == minors


@given(x=st.floats(allow_nan=False) | st.floats(-100, 100).map(lambda x: round(x, 2)))
@example(x=-0.0)
@example(x=2.0**49)
@example(x=0.1 + 0.2)
def test_a_float_passes_if_and_only_if_its_shortest_text_does(x) -> None:
    text = Decimal(repr(x))
    minor = text.scaleb(2, decimal.Context(prec=500))
    if abs(minor) < 2**51 and minor == minor.to_integral_value():
        assert CNY.minors([x], floats=True).tolist() == [int(minor)]
    else:
        with refuses(InvalidInput, match="column must"):
            CNY.minors([x], floats=True)


@pytest.mark.parametrize(
    ("column", "match"),
    [
        ([1.0, 11.777], r"column must have at most 2 decimal places in CNY, got 11\.777 at row 1"),
        ([1.0, float("inf")], "column must be finite and below 2.*minor units of CNY, got inf at row 1"),
        (
            [1.0, 2.0**60],
            r"got 1.15.* at row 1 \(1 such rows of 2\)\. A larger float cannot tell them apart: pass text\.$",
        ),
    ],
)
def test_a_float_that_is_no_amount_is_refused_with_its_row(column, match) -> None:
    with refuses(InvalidInput, match=match):
        CNY.minors(column, floats=True)


def test_floats_are_refused_unless_they_are_expected() -> None:
    with refuses(InvalidInput, match=r"column must be text, Decimal or int, got 29\.33 at row 0 .* floats=True"):
        CNY.minors(np.array([29.33]))
    with refuses(InvalidInput, match=r"column must be text, Decimal or int, got 0\.5 at row 1"):
        CNY.minors(np.array([Decimal("0.5"), 0.5], dtype=object))


@pytest.mark.parametrize(
    ("column", "match"),
    [
        (["5.00", "x", "y"], "column must be digits with at most one point, .* got 'x' at row 1"),
        (["5.00", "5.00", "0.001"], r"column must have at most 2 decimal places in CNY, got '0\.001' at row 2"),
        (["5.00", None, None], r"column must not be null, got None at row 1 \(2 such rows of 3\)"),
        ([Decimal(1), Decimal("Infinity")], "column must be finite, got .* at row 1"),
        (np.array([True, False]), "column must be text, Decimal or int, got True at row 0"),
        (["5", True], "column must be text, Decimal or int, got True at row 1"),
    ],
)
def test_a_column_says_at_which_row_it_fails(column, match) -> None:
    with refuses(InvalidInput, match=match):
        CNY.minors(column)


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (["5.00", "x", None, "0.001"], InvalidInput),
        ([5.0, 11.777, float("nan"), float("inf")], InvalidInput),
        (np.array([5.0, 11.777, np.nan, 2.0**60]), InvalidInput),
        ([Decimal(5), Decimal("0.001"), None, Decimal("Infinity")], InvalidInput),
        ([5, 2**62, None, -(2**62)], Overflow),
    ],
    ids=str,
)
def test_a_column_says_how_many_of_its_rows_are_no_amounts(column, kind) -> None:
    with refuses(kind, match=r"rfm.summarize: amount must .* at row 1 \(2 such rows of 4\)\."):
        read_minors(column, currency="CNY", floats=True, func="rfm.summarize", name="amount")


def test_one_amount_has_no_row() -> None:
    with refuses(InvalidInput, match="got 'x'\\.$"):
        CNY.minor("x")


@pytest.mark.parametrize("column", [[1, 2**62], np.array([1, 2**62]), ["1", str(2**62)], np.array([1, -(2**62)])])
def test_minor_units_outside_int64_are_refused_with_their_row(column) -> None:
    with refuses(Overflow, match=r"column must fit int64 in minor units of CNY, got .*461168601842738.* at row 1"):
        CNY.minors(column)


@given(currency=currencies, values=st.lists(int64s, min_size=1, max_size=5))
def test_the_ends_of_int64_are_amounts(currency, values) -> None:
    ends = [-(2**63), *values, 2**63 - 1]
    texts = [currency.format(minor).split(" ")[0] for minor in ends]
    assert currency.minors(texts).tolist() == ends
    assert JPY.minors(np.array(ends)).tolist() == ends


@pytest.mark.parametrize("unit", [Currency("CNY"), Currency("KWD")])
@pytest.mark.parametrize("end", [-(2**63), 2**63 - 1])
def test_the_last_whole_units_that_fit_are_read_and_the_next_are_refused(unit, end) -> None:
    scale = 10**unit.exponent
    last = end // scale if end > 0 else -(-end // scale)
    assert unit.minors(np.array([0, last])).tolist() == [0, last * scale]
    beyond = last + (1 if end > 0 else -1)
    with refuses(
        Overflow, match=rf"^Currency.minors: column must fit int64 .*, got {beyond} at row 2 \(1 such rows of 3\)"
    ):
        unit.minors(np.array([0, last, beyond]))


@given(values=st.lists(int64s, min_size=1, max_size=5))
def test_ints_fit_or_are_refused_never_wrapped(values) -> None:
    exact = [100 * value for value in values]
    if all(-(2**63) <= minor < 2**63 for minor in exact):
        assert CNY.minors(values).tolist() == exact
    else:
        with refuses(Overflow, match="column must fit int64"):
            CNY.minors(values)


def test_unsigned_ints_and_empty_columns_are_read() -> None:
    assert JPY.minors(np.array([5, 2**63 - 1], dtype=np.uint64)).tolist() == [5, 2**63 - 1]
    with refuses(Overflow, match=f"column must fit int64 in minor units of JPY, got {2**63} at row 0"):
        JPY.minors(np.array([2**63], dtype=np.uint64))
    for empty in ([], np.array([], dtype=np.float64), np.array([], dtype="U5")):
        assert CNY.minors(empty).dtype == np.int64
        assert len(CNY.minors(empty)) == 0


@pytest.mark.parametrize(
    "column", [["5.00", None], [Decimal(5), None], [5, None], [None, 5.0][::-1], np.array([5.0, np.nan])]
)
def test_nulls_are_told_to_the_caller(column: Any) -> None:
    minors, nulls = read_minors(column, currency="CNY", floats=True, func="rfm.summarize", name="amount")
    assert minors.tolist() == [500, 0]
    assert nulls.tolist() == [False, True]


def test_the_reader_names_the_callers_parameters() -> None:
    with refuses(
        InvalidInput, match=r"^rfm.summarize: amount must be text, .*, got 5\.0 at row 0 \(1 such rows of 1\)\. Pass"
    ):
        read_minors([5.0], currency="CNY", func="rfm.summarize", name="amount")
    with refuses(InvalidInput, match="^rfm.summarize: rounding must be one of"):
        read_minors(["5"], currency="CNY", rounding="nearest", func="rfm.summarize", name="amount")
    with refuses(InvalidInput, match="rfm.summarize: currency must be an ISO 4217 code"):
        read_minors(["5"], currency="RMB", func="rfm.summarize", name="amount")
    with refuses(InvalidInput, match="rfm.summarize: amount must be digits .* at row 0"):
        read_minors(["x"], currency=CNY, func="rfm.summarize", name="amount")


@pytest.mark.parametrize(
    ("amount", "text"),
    [(29.33, "29.33"), (np.float64(29.33), "29.33"), (1e22, "1" + "0" * 22), (1e-7, "0.0000001"), (-5.0, "-5.0")],
)
def test_the_text_suggested_for_a_float_is_one_that_is_read(amount, text) -> None:
    with refuses(InvalidInput, match=rf'Pass "{text}": a float cannot hold most prices\.'):
        Currency("CNY").minor(amount)
    assert isinstance(Currency("CNY").minor(text, rounding="half_up"), int)


@pytest.mark.parametrize("amount", [math.nan, math.inf, np.float64("nan")])
def test_for_a_float_that_is_no_amount_nothing_is_suggested(amount) -> None:
    with refuses(InvalidInput, match=r"amount must be text, Decimal or int, got (nan|inf)\.$"):
        Currency("CNY").minor(amount)


def test_floats_of_numpy_among_text_are_floats() -> None:
    assert Currency("CNY").minors([np.float64(29.33), "5"], floats=True).tolist() == [2933, 500]
    with refuses(InvalidInput, match=r"got 29.33 at row 0 .*Pass text or Decimal, or floats=True"):
        Currency("CNY").minors([np.float64(29.33), "5"])


def test_a_column_is_sent_to_the_rounding_of_columns() -> None:
    with refuses(InvalidInput, match=r'at row 1 .*To round it, Currency\("CNY"\)\.minors takes rounding='):
        Currency("CNY").minors(["1.00", "0.005"])
    with refuses(InvalidInput, match=r'To round it, Currency\("CNY"\)\.minor takes rounding='):
        Currency("CNY").minor("0.005")


@pytest.mark.parametrize(
    ("column", "got"), [([1.5, math.nan], "nan"), ([1.5, None], "None"), (np.array([1, math.nan]), "null")]
)
def test_a_null_is_shown_as_it_came(column, got) -> None:
    with refuses(InvalidInput, match=rf"column must not be null, got {got} at row 1 \(1 such rows of 2\)"):
        Currency("CNY").minors(column, floats=True)


class Deal(Frozen):
    paid_in: Currency
    settled_in: Currency | None = None
    rule: Rounding = Rounding.half_up
    others: tuple[Currency, ...] = ()


@pytest.mark.parametrize("field", ["paid_in", "settled_in", "others"])
def test_a_model_calls_a_currency_by_its_field(field) -> None:
    wrong = ("XYZ",) if field == "others" else "XYZ"
    with pytest.raises(ValidationError, match=f"Value error, {field} must be "):
        Deal(**{"paid_in": "CNY", field: wrong})


def test_a_model_calls_a_rounding_by_its_field() -> None:
    with pytest.raises(ValidationError, match="Value error, rule must be one of half_even"):
        Deal(paid_in="CNY", rule="half")
    with pytest.raises(ValidationError, match="currency must be"):
        TypeAdapter(Currency).validate_python("XYZ")
