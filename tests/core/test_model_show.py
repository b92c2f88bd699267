"""How models look in a terminal and in a notebook."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import numpy as np
from pydantic import Field

from socialmkt.core.model import Duration, Frozen, FrozenDict, Instant, Name
from socialmkt.core.table import Table


class Seat(Frozen):
    row: Name
    price: int = 100


class Hall(Frozen):
    name: Name
    seats: tuple[Seat, ...] = ()
    opens_at: Instant | None = None
    lasts: Duration | None = None
    prices: FrozenDict[str, int] = FrozenDict({})
    share: float = 0.5


class Safe(Frozen):
    name: Name
    hidden: Annotated[str, Field(repr=False)]


SEATS = tuple(Seat(row=f"r{number}") for number in range(5_000))


def test_a_small_model_shows_itself_as_python_would_write_it() -> None:
    seat = Seat(row="a")
    assert repr(seat) == str(seat) == "Seat(row='a', price=100)"
    assert eval(repr(seat), {"Seat": Seat}) == seat  # noqa: S307  # the law itself


def test_a_long_model_shows_long_parts_by_their_size_and_leaves_defaults_out() -> None:
    assert repr(Hall(name="north", seats=SEATS)) == "Hall(name='north', seats=<5,000 items>)"
    assert str(Hall(name="north", seats=SEATS)) == repr(Hall(name="north", seats=SEATS))


def test_a_model_of_long_models_and_of_tables_stays_on_one_line() -> None:
    class Show(Frozen):
        hall: Hall
        table: Table
        note: str = ""

    hall = Hall(name="n" * 90, seats=SEATS[:4])
    show = Show(hall=hall, table=Table.of({"a": [1, 2]}), note="x" * 400)
    assert repr(show) == f"Show(hall=Hall(...), table=<Table: 2 rows, 1 column>, note='{'x' * 96}...)"


def test_arrays_are_shown_by_shape_when_the_line_is_long() -> None:
    class Grid(Frozen, arbitrary_types_allowed=True):
        cells: np.ndarray

    assert repr(Grid(cells=np.zeros((30, 2)))) == "Grid(cells=<float64 array of 30 x 2>)"


def test_a_secret_is_shown_nowhere() -> None:
    safe = Safe(name="s" * 500, hidden="open sesame")
    assert "sesame" not in repr(safe) + str(safe) + safe._repr_html_()


def test_a_notebook_shows_a_row_for_each_field_with_every_text_escaped() -> None:
    hall = Hall(
        name="<script>alert(1)</script>",
        opens_at=datetime(2026, 3, 1, tzinfo=UTC),
        lasts=timedelta(hours=1),
        prices=FrozenDict({"a & b": 3}),
        share=1 / 3,
    )
    html = hall._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    for cell in ("2026-03-01 00:00:00Z", "1:00:00", "a &amp; b: 3", "0.3333333333"):
        assert f"<td>{cell}</td>" in html


def test_lines_stand_as_a_small_table_however_many_they_are() -> None:
    html = Hall(name="north", seats=SEATS)._repr_html_()
    assert "Seat: 5,000 rows, 2 columns" in html
    assert len(html) < 12_000


def test_a_model_that_words_its_own_line_shows_it() -> None:
    class Quiet(Seat):
        def __repr__(self) -> str:
            return "Quiet(<one seat>)"

    assert Quiet(row="a")._repr_html_() == "<p>Quiet(&lt;one seat&gt;)</p>"
