"""The one sentence of every refusal, and the errors that bear it."""

from __future__ import annotations

import copy
import datetime as dt
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError, field_validator

from socialmkt.core import errors
from socialmkt.core._minor_units import MinorReader
from socialmkt.core.errors import (
    AmbiguousTime,
    EmptyInput,
    Infeasible,
    InvalidInput,
    Overflow,
    SchemeMismatch,
    SocialmktError,
    Verbatim,
    check_choice,
    did_you_mean,
    refuse,
    refuse_choice,
)
from socialmkt.core.model import Frozen
from tests.refusals import refuses

KINDS = [AmbiguousTime, EmptyInput, Infeasible, InvalidInput, Overflow, SchemeMismatch]


def shown(got: object) -> str:
    text = str(refuse(InvalidInput, "f", "x", "be y", got))
    return text.removeprefix("f: x must be y, got ").removesuffix(".")


def test_every_error_is_a_value_error_of_one_tree() -> None:
    assert issubclass(SocialmktError, ValueError)
    assert [kind.__base__ for kind in KINDS] == [SocialmktError] * len(KINDS)
    public = {getattr(errors, name) for name in errors.__all__}
    assert {kind for kind in public if isinstance(kind, type) and issubclass(kind, ValueError)} == {
        SocialmktError,
        *KINDS,
    }


def test_the_sentence_says_who_what_where_how_often_and_what_to_do() -> None:
    fix = 'Pass on_null="drop" to leave them out.'
    error = refuse(
        InvalidInput, "rfm.summarize", "amount", "not be null", float("nan"), row=17, count=3, total=69_659, fix=fix
    )
    assert str(error) == (
        "rfm.summarize: amount must not be null, got nan at row 17 (3 such rows of 69,659). "
        'Pass on_null="drop" to leave them out.'
    )
    assert (error.function, error.parameter, error.row, error.count) == ("rfm.summarize", "amount", 17, 3)


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ({}, "f: x must be y, got 1."),
        ({"row": 0}, "f: x must be y, got 1 at row 0."),
        ({"row": 5, "count": 1_000}, "f: x must be y, got 1 at row 5 (1,000 such rows)."),
        ({"count": 2, "total": 3}, "f: x must be y, got 1 (2 such rows of 3)."),
        ({"fix": "Do z."}, "f: x must be y, got 1. Do z."),
    ],
)
def test_what_is_not_known_is_left_out(where, text) -> None:
    assert str(refuse(InvalidInput, "f", "x", "be y", 1, **where)) == text


@pytest.mark.parametrize(
    ("got", "text"),
    [
        ("ann", "'ann'"),
        (None, "None"),
        ("a\nb", r"'a\nb'"),
        ("x" * 100, "'" + "x" * 59 + "..."),
        ("x" * 58, "'" + "x" * 58 + "'"),
        (Verbatim("a column of two kinds"), "a column of two kinds"),
        (dt.datetime(2026, 3, 1), "naive 2026-03-01 00:00:00"),
        (dt.datetime(2026, 3, 1, tzinfo=dt.UTC), "2026-03-01 00:00:00+00:00"),
        (dt.date(2026, 3, 1), "2026-03-01"),
        (np.float64(1.5), "1.5"),
        (np.int8(-3), "-3"),
        (np.datetime64("NaT", "us"), "NaT"),
        (np.datetime64("2026-03-01"), "2026-03-01"),
        (np.zeros(3), "a float64 column"),
        (np.zeros(3, dtype=np.int64), "an int64 column"),
        (np.array(["a"]), "a <U1 column"),
    ],
)
def test_a_value_is_shown_briefly_and_a_column_by_its_dtype(got, text) -> None:
    assert shown(got) == text


def test_columns_of_other_libraries_are_shown_by_their_dtype() -> None:
    pd = pytest.importorskip("pandas")
    assert shown(pd.Series([1.5])) == "a float64 column"


class Rambling:
    def __repr__(self) -> str:
        return "first line\n   second line"


def test_the_sentence_stays_on_one_line() -> None:
    assert shown(Rambling()) == "first line second line"


@given(got=st.text() | st.floats() | st.binary() | st.datetimes() | st.lists(st.integers()))
def test_whatever_came_is_shown_in_at_most_sixty_characters(got) -> None:
    assert len(shown(got)) <= 60 + len("...")
    assert "\n" not in shown(got)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
def test_an_error_sent_between_processes_keeps_its_attributes(kind, again) -> None:
    error = refuse(kind, "rfm.summarize", "amount", "not be null", None, row=17, count=3, total=20)
    home = again(error)
    assert type(home) is kind
    assert str(home) == str(error)
    assert vars(home) == vars(error) == {"function": "rfm.summarize", "parameter": "amount", "row": 17, "count": 3}


def test_a_wrong_choice_lists_all_and_names_the_nearest() -> None:
    error = refuse_choice("Table", "column", "segmnt", ["customer", "segment"])
    assert str(error) == "Table: column must be one of customer, segment, got 'segmnt'. Did you mean 'segment'?"
    assert type(error) is InvalidInput


def test_a_long_list_of_choices_is_cut_at_twelve() -> None:
    found = refuse_choice("f", "x", "zzz", ["one"], row=2, count=3, total=1_000)
    assert str(found) == "f: x must be one of one, got 'zzz' at row 2 (3 such rows of 1,000)."
    error = refuse_choice("f", "x", "zzz", (f"choice{i}" for i in range(1_500)))
    listed = ", ".join(f"choice{i}" for i in range(12))
    assert str(error) == f"f: x must be one of {listed}, ... (1,500 in all), got 'zzz'."


@pytest.mark.parametrize(
    ("got", "fix"),
    [("USD ", "Did you mean 'USD'?"), ("usd", "Did you mean 'USD'?"), ("Mars", None), (5, None), (None, None)],
)
def test_the_nearest_word_is_found_in_any_case_or_none(got, fix) -> None:
    assert did_you_mean(got, ["CNY", "USD"]) == fix


class Prize(Frozen):
    quantity: int

    @field_validator("quantity")
    @classmethod
    def _positive(cls, value: int) -> int:
        if value < 1:
            raise refuse(InvalidInput, "", "quantity", "be at least 1", value)
        return value


def test_in_a_validator_a_refusal_becomes_part_of_the_validation_error() -> None:
    with pytest.raises(ValidationError, match=r"Value error, quantity must be at least 1, got 0\."):
        Prize(quantity=0)


def test_the_context_manager_sees_kind_words_and_form() -> None:
    with refuses(Overflow, match="x must fit int64"):
        raise refuse(Overflow, "f", "x", "fit int64", 2**63)
    with pytest.raises(AssertionError, match="expected Overflow, got InvalidInput"), refuses(Overflow, match="x must"):
        raise refuse(InvalidInput, "f", "x", "be y", 1)
    with pytest.raises(AssertionError, match="not in the one sentence form"), refuses(InvalidInput, match="bad"):
        raise InvalidInput("bad input")
    with pytest.raises(AssertionError, match="names no function"), refuses(InvalidInput, match="x must"):
        raise refuse(InvalidInput, "", "x", "be y", 1)
    for func in ("currency.minor", "Currency.minr", "columns.amounts"):
        with pytest.raises(AssertionError, match="names no function that was called"), refuses(InvalidInput, "x must"):
            MinorReader("CNY", 2, None, floats=False, func=func, name="x").one("5.0.0")


def test_a_number_that_python_does_not_write_is_shown_by_its_size() -> None:
    with refuses(Overflow, match="x must fit int64, got a number of 20,001 bits"):
        raise refuse(Overflow, "f", "x", "fit int64", 2**20_000)


def test_a_known_word_passes_and_any_other_value_is_refused() -> None:
    assert check_choice("rfm.score", "method", "rank", ["quantile", "rank"]) == "rank"
    for got in ("ranks", None, 5, np.array([["rank"]]), ["rank"]):
        with refuses(InvalidInput, "rfm.score: method must be one of quantile, rank, got"):
            check_choice("rfm.score", "method", got, ["quantile", "rank"])
