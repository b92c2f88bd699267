"""How a Table looks: short, escaped, and honest about what it leaves out."""

from __future__ import annotations

import datetime as dt
import html.parser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialmkt.core.table import Table
from tests.core.test_table import WIDE, Wide, summary, tables


class _Reader(html.parser.HTMLParser):
    """Collect the tags and the texts of the cells."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.cells: list[list[str]] = []

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "tr":
            self.cells.append([])
        if tag in {"td", "th"}:
            self.cells[-1].append("")
        if tag == "br":
            self.cells[-1][-1] += "|"

    def handle_data(self, data: str) -> None:
        if self.cells and self.cells[-1]:
            self.cells[-1][-1] += data


def _read(table: Table) -> _Reader:
    reader = _Reader()
    reader.feed(table._repr_html_())
    return reader


def test_the_text_shows_shape_dtypes_first_values_and_metadata() -> None:
    assert repr(summary(total=[100, 0, 5])) == (
        "Summary: 3 rows, 3 columns\n"
        "  customer  text   'ann', 'bo', 'cy'\n"
        "  orders    int64  2, 5, 1\n"
        "  total     int64  100, 0, 5\n"
        "  unit='D', tz=None, dropped=0"
    )
    assert str(summary()) == repr(summary())


def test_times_floats_and_ids_are_shown_short() -> None:
    shown = repr(Wide(**WIDE))
    assert "2026-03-01 12:00:00Z, NaT, 2026-03-01 12:00:00.000001Z" in shown
    assert "0.5, nan, 2" in shown
    assert "1:00:00, NaT, -1 day, 23:59:59.999999" in shown
    assert "uuid" in shown
    assert "bytes" in repr(Table.of({"x": [b"\xff"]}))
    assert repr(Table.of({"n": [1]})) == "Table: 1 row, 1 column\n  n  int64  1"
    assert repr(Table.of({"n": [1]}).head(0)) == "Table: 0 rows, 1 column\n  n  int64"


def test_more_columns_than_fit_are_counted() -> None:
    shown = repr(Table.of({f"c{i}": np.arange(1_000) for i in range(300)}))
    assert shown.startswith("Table: 1,000 rows, 300 columns\n")
    assert shown.endswith("  ... and 288 more columns")
    assert "0, 1, 2, 3, 4, ..." in shown


@given(
    columns=st.dictionaries(
        st.text(min_size=1, max_size=40)
        .filter(str.isprintable)
        .filter(lambda name: not hasattr(Table, name) and name[0] != "_"),
        st.text(max_size=80),
        min_size=1,
        max_size=40,
    ),
    rows=st.integers(0, 12),
)
def test_text_stays_under_1500_characters_and_html_under_12_kb(columns: dict[str, str], rows: int) -> None:
    table = Table.of({name: np.array([value] * rows, dtype=object) for name, value in columns.items()}, name="T" * 90)
    assert len(repr(table)) < 1_500
    assert len(table._repr_html_().encode("utf-8", "replace")) < 12_000


@pytest.mark.parametrize("sign", ["<", "&", '"', "\U0001f600", "\n", "\0", "\ud800"])
@pytest.mark.parametrize("width", [1, 60, 1_000])
def test_the_worst_text_stays_small(sign: str, width: int) -> None:
    columns = {f"{i}{'<' * 200}": np.array([sign * 200] * 30, dtype=object) for i in range(width)}
    table = Table.of(columns, units=dict.fromkeys(columns, "&" * 200), name="<" * 200)
    assert len(table._repr_html_().encode("utf-8", "replace")) < 12_000
    assert len(repr(table)) < 1_500


@given(table=tables())
def test_any_table_can_be_shown(table: Table) -> None:
    assert len(repr(table)) < 1_500
    assert len(_read(table).cells) == len(table) + 1


def test_html_shows_first_and_last_rows_with_dtype_and_unit() -> None:
    table = Table.of({"total": np.arange(100) * 100, "tier": ["gold"] * 100}, units={"total": "fen"})
    head, *rows = _read(table).cells
    assert head == ["", "total|int64, fen", "tier|text"]
    assert [row[0] for row in rows] == ["0", "1", "2", "3", "4", "...", "95", "96", "97", "98", "99"]
    assert rows[0] == ["0", "0", "gold"]
    assert rows[-1] == ["99", "9900", "gold"]
    assert len(_read(table.head(10)).cells) == 11
    assert len(_read(table.head(11)).cells) == 12


def test_html_of_a_result_names_its_units_and_metadata() -> None:
    shown = summary(total=[100, 0, 5])._repr_html_()
    assert "total<br><small>int64, minor units</small>" in shown
    assert "unit=&#x27;D&#x27;" in shown


@pytest.mark.parametrize("evil", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a & b", "</table>"])
def test_every_text_is_escaped(evil: str) -> None:

    table = Table.of({evil: [evil]}, name=evil, units={evil: evil})
    reader = _read(table)
    assert reader.tags == {"table", "caption", "thead", "tbody", "tr", "th", "td", "br", "small"}
    assert reader.cells[1][1] == evil
    assert table._repr_html_().count(evil) == (evil == "</table>")
    assert summary(unit=evil)._repr_html_().count(evil) == (evil == "</table>")


def test_html_marks_columns_it_leaves_out() -> None:
    cells = _read(Table.of({f"c{i}": np.arange(30) for i in range(100)})).cells
    assert all(row[-1] == "..." for row in cells)
    assert len({len(row) for row in cells}) == 1


def test_an_instant_beyond_python_is_shown() -> None:
    at = np.array([2**62, -(2**62)]).view("M8[us]")
    assert "148108" in repr(Table.of({"at": at}))
    assert dt.MAXYEAR < 148_108
