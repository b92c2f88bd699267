"""Lists of models, as callers pass them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from socialmkt.core._models import make_model, read_models
from socialmkt.core.errors import InvalidInput, Overflow
from socialmkt.core.model import Count, Frozen, Name
from tests.refusals import refuses


class Seat(Frozen):
    row: Name
    number: Count = 0


A, B = Seat(row="a"), Seat(row="b")


@pytest.mark.parametrize("values", [[A, B], (A, B), iter([A, B]), {A: 1, B: 2}.keys(), np.array([A, B], object)])
def test_any_iterable_of_models_is_a_list(values: Any) -> None:
    assert read_models(values, Seat, func="hall.sell", name="seats") == [A, B]


def test_nothing_is_a_list_too() -> None:
    assert read_models([], Seat, func="hall.sell", name="seats") == []


@pytest.mark.parametrize("values", [None, 5, "", "ab", b"ab", A, {"a": A}, np.array(5)])
def test_what_is_no_list_is_refused(values: Any) -> None:
    with refuses(InvalidInput, "hall.sell: seats must be a list of Seat, got"):
        read_models(values, Seat, func="hall.sell", name="seats")


def test_anything_else_in_the_list_is_refused_with_its_row_and_without_its_content() -> None:
    with refuses(InvalidInput, "hall.sell: seats must hold Seat objects, got a dict at row 1"):
        read_models([A, {"row": "b"}], Seat, func="hall.sell", name="seats")


def test_a_field_that_breaks_its_rule_is_refused_in_the_name_of_the_function() -> None:
    assert make_model(Seat, {"row": "a"}, func="hall.seat") == A
    with refuses(InvalidInput, "^hall.seat: row must be text that is not empty, got ''"):
        make_model(Seat, {"row": "", "number": -1}, func="hall.seat")
    with refuses(Overflow, "^hall.seat: number must fit 64 bits"):
        make_model(Seat, {"row": "a", "number": 2**64}, func="hall.seat")


def test_what_is_no_argument_of_the_function_stays_an_error_of_the_model() -> None:
    with pytest.raises(ValidationError, match="colour"):
        make_model(Seat, {"row": "a", "colour": "red"}, func="hall.seat")
