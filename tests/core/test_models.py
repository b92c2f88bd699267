"""Lists of models, as callers pass them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from socialmkt.core._models import read_models
from socialmkt.core.errors import InvalidInput
from socialmkt.core.model import Frozen, Name
from tests.refusals import refuses


class Seat(Frozen):
    row: Name


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
