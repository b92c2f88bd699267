"""Laws of Table: construction, immunity, verbs, rows, equality and copies."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
import uuid
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core.errors import AmbiguousTime, InvalidInput, Overflow
from socialmkt.core.model import Frozen
from socialmkt.core.table import Days, Flags, Floats, Ids, Instants, Ints, Spans, Table, Texts, freeze
from tests.refusals import refuses
from tests.strategies import COLUMN_KINDS, instants_us, int64s, words

if TYPE_CHECKING:
    from numpy.typing import NDArray

UTC = dt.UTC
NOON = dt.datetime(2026, 3, 1, 12, tzinfo=UTC)


class Summary(Table):
    """A result class as the areas write them."""

    customer: Ids
    orders: Ints
    total: Ints | None = None
    share: Floats | None = None
    unit: str
    tz: str | None = None
    dropped: int = 0

    column_units: ClassVar[dict[str, str]] = {"total": "minor units"}


class Wide(Table):
    """One column of each kind."""

    ints: Ints
    floats: Floats
    flags: Flags
    texts: Texts
    instants: Instants
    days: Days
    spans: Spans
    ids: Ids


WIDE: dict[str, list[Any]] = {
    "ints": [3, 1, 2],
    "floats": [0.5, None, 2],
    "flags": [True, False, True],
    "texts": ["b", "a", "c\0"],
    "instants": [NOON, None, NOON + dt.timedelta(microseconds=1)],
    "days": [dt.date(2026, 3, 1), None, dt.date(1, 1, 1)],
    "spans": [dt.timedelta(hours=1), None, dt.timedelta(microseconds=-1)],
    "ids": [uuid.UUID(int=2), uuid.UUID(int=1), uuid.UUID(int=3)],
}


def summary(**changes: Any) -> Summary:
    return Summary(**{"customer": ["ann", "bo", "cy"], "orders": [2, 5, 1], "unit": "D", **changes})


def _columns(table: Table) -> list[NDArray[Any]]:
    return [table[name] for name in table.columns]


def assert_immune(table: Table) -> None:
    for column in _columns(table):
        assert not column.flags.writeable
        with pytest.raises(ValueError, match="WRITEABLE"):
            column.flags.writeable = True


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Tables of every kind of column, with NaN and NaT."""
    n = draw(st.integers(0, 6))

    def many(values: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(values, min_size=n, max_size=n))

    nat = st.just(-(2**63))
    return Wide(
        ints=np.array(many(int64s), dtype=np.int64),
        floats=np.array(many(st.floats(width=32)), dtype=draw(st.sampled_from(["f4", "f8"]))),
        flags=np.array(many(st.booleans()), dtype=bool),
        texts=many(words),
        instants=np.array(many(int64s | instants_us | nat), dtype=np.int64).view("M8[us]"),
        days=np.array(many(int64s | nat), dtype=np.int64).view("M8[D]"),
        spans=np.array(many(int64s | nat), dtype=np.int64).view("m8[us]"),
        ids=many(draw(st.sampled_from([int64s, words, st.binary(max_size=4), st.uuids()]))),
    )


class TestConstruction:
    def test_every_kind_of_column_is_read_from_lists(self) -> None:
        table = Wide(**WIDE)
        kinds = {name: str(table[name].dtype) for name in table.columns}
        assert kinds == {
            "ints": "int64",
            "floats": "float64",
            "flags": "bool",
            "texts": "object",
            "instants": "datetime64[us]",
            "days": "datetime64[D]",
            "spans": "timedelta64[us]",
            "ids": "object",
        }
        assert len(table) == 3

    def test_table_of_finds_the_kinds_itself(self) -> None:
        table = Table.of(WIDE)
        assert [str(column.dtype) for column in _columns(table)] == [
            str(column.dtype) for column in _columns(Wide(**WIDE))
        ]

    @pytest.mark.parametrize("make", COLUMN_KINDS)
    def test_every_library_gives_the_same_table(self, make: Any) -> None:
        table = Table.of({"n": make([3, 1, 2**53 + 1]), "city": make(["Wuhan", "Xi'an", "武汉"])})
        assert table["n"].tolist() == [3, 1, 2**53 + 1]
        assert table["city"].tolist() == ["Wuhan", "Xi'an", "武汉"]
        assert_immune(table)

    @pytest.mark.parametrize("dtype", ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"])
    def test_every_width_of_int_is_kept(self, dtype: str) -> None:
        assert Table.of({"n": np.array([1, 2], dtype=dtype)})["n"].dtype == dtype

    def test_big_endian_strided_and_unaligned_input_is_normalised(self) -> None:
        packed = np.zeros(3, dtype=[("pad", "i1"), ("n", "i8")])
        odd = np.frombuffer(b"\0" * 25, dtype=np.uint8)[1:].view(np.int64)
        table = Table.of({"a": np.array([1, 2, 3], dtype=">i4"), "b": np.arange(6)[::2], "c": packed["n"], "d": odd})
        for column in _columns(table):
            assert column.flags.c_contiguous
            assert column.flags.aligned
            assert column.dtype.isnative
        assert table["a"].tolist() == [1, 2, 3]
        assert table["b"].tolist() == [0, 2, 4]

    @pytest.mark.parametrize("unit", ["Y", "M", "W", "h", "15m", "s", "ms", "us", "ns"])
    def test_times_of_every_unit_become_microseconds(self, unit: str) -> None:
        given_ = np.array([0, 1, -1], dtype=np.int64).view(f"M8[{unit}]")
        at = Table.of({"at": given_})["at"]
        assert at.dtype == "M8[us]"
        assert (at == given_.astype("M8[us]")).all()

    def test_days_stay_days(self) -> None:
        assert Table.of({"on": np.array(["2026-03-01"], dtype="M8[D]")})["on"].dtype == "M8[D]"

    def test_an_instant_that_would_wrap_is_refused_with_its_row(self) -> None:
        with refuses(Overflow, "at must fit 64 bits of microseconds, got .* at row 1"):
            Table.of({"at": np.array([0, 10**16]).view("M8[s]")})

    def test_an_int_list_beyond_64_bits_is_refused(self) -> None:
        assert Table.of({"n": [0, 2**63]})["n"].dtype == np.uint64
        with refuses(Overflow, "n must fit 64 bits"):
            Table.of({"n": [-1, 2**63]})

    def test_a_subclass_of_text_becomes_text(self) -> None:
        column = Table.of({"city": np.array([np.str_("Wuhan"), "Xi'an"], dtype=object)})["city"]
        assert list(map(type, column.tolist())) == [str, str]

    def test_trailing_nuls_of_listed_text_survive(self) -> None:
        assert Table.of({"id": ["a\0", "a"]})["id"].tolist() == ["a\0", "a"]

    def test_an_empty_array_of_no_type_fits_any_kind(self) -> None:
        assert summary(customer=[], orders=np.array([]))["orders"].dtype == np.int64

    @pytest.mark.parametrize("dtype", ["i1", "u8", "i8"])
    def test_an_array_of_ints_makes_floats_as_a_list_of_them_does(self, dtype: str) -> None:
        whole = np.ma.array(np.array([1, 2], dtype), mask=[False, True])
        for values, expected in ((whole.data, [1.0, 2.0]), (whole, [1.0, None])):
            column = summary(customer=["a", "b"], orders=[1, 1], share=values)["share"]
            assert column.dtype == np.float64
            assert [None if np.isnan(x) else x for x in column.tolist()] == expected
            assert not column.flags.writeable

    def test_no_columns_are_refused(self) -> None:
        with refuses(InvalidInput, "columns must hold at least one column, got none"):
            Table.of({})
        with pytest.raises(ValidationError, match="columns must hold at least one column"):
            Table()

    def test_unequal_lengths_are_listed(self) -> None:
        with refuses(InvalidInput, "columns must be equally long, got a 2, b 1"):
            Table.of({"a": [1, 2], "b": [1]})
        with pytest.raises(ValidationError, match="columns must be equally long, got customer 3, orders 1"):
            summary(orders=[1])

    @pytest.mark.parametrize(
        ("values", "words_"),
        [
            (np.zeros((2, 2)), "be one-dimensional"),
            (np.array(5), "be one-dimensional"),
            (np.array([1, "a"], dtype=object), "one kind of them, got a list of int and str"),
            ([1, True], "one kind of them"),
            ([object()], "one kind of them"),
            (np.zeros(2, dtype=complex), "one kind of them, got a complex128 column"),
            (np.zeros(2, dtype="f2"), "hold float64 or float32 numbers, got a float16 column"),
            ({"a": 1}, "be a column"),
            ("text", "be a column"),
            (5, "be a column"),
            (["a", None], "not be null, got None at row 1"),
            (np.ma.array([1, 2], mask=[False, True]), "not be null"),
            (np.ma.array(["a", "b"], mask=[False, True]), r"not be null, got None at row 1 \(1 such rows of 2\)"),
        ],
    )
    def test_what_is_no_column_is_refused(self, values: Any, words_: str) -> None:
        with refuses(InvalidInput, f"x must .*{words_}"):
            Table.of({"x": values})

    @pytest.mark.parametrize(
        ("name", "values"),
        [
            ("ints", [1.0]),
            ("ints", [True]),
            ("ints", ["1"]),
            ("ints", np.array([1.0])),
            ("ints", [None]),
            ("floats", ["1"]),
            ("floats", [True]),
            ("flags", [0]),
            ("flags", np.array([0])),
            ("texts", [1]),
            ("texts", np.array([b"a"])),
            ("texts", np.array([b"a"], dtype=object)),
            ("instants", ["2026-03-01T00:00:00Z"]),
            ("instants", [0]),
            ("days", np.array(["2026-03-01"], dtype="M8[s]")),
            ("days", [NOON]),
            ("days", ["2026-03-01"]),
            ("spans", np.array([1], dtype="m8[M]")),
            ("spans", [0]),
            ("ids", [1.5]),
            ("ids", [1, "a"]),
            ("ids", [b"a", "a"]),
        ],
    )
    def test_a_column_of_another_kind_is_refused(self, name: str, values: Any) -> None:
        one_row = {kind: column[:1] for kind, column in WIDE.items()}
        with pytest.raises(ValidationError, match=f"{name} must (hold|not be null|be in)"):
            Wide(**{**one_row, name: values})

    def test_a_naive_datetime_is_refused(self) -> None:
        with refuses(AmbiguousTime, "at must .*got naive 2026-03-01"):
            Table.of({"at": [dt.datetime(2026, 3, 1)]})

    @pytest.mark.parametrize(
        "name", ["", "_x", "rows", "columns", "head", "model_dump", "copy", "register", "column_dtypes", 5, "a\n"]
    )
    def test_names_that_mean_something_else_are_refused(self, name: Any) -> None:
        with refuses(InvalidInput, "column name must"):
            Table.of({name: [1]})

    def test_a_declared_column_may_not_take_a_name_of_table(self) -> None:
        with pytest.raises((InvalidInput, UserWarning), match="column_dtypes"):
            type("Bad", (Table,), {"__annotations__": {"column_dtypes": Ints}, "__module__": __name__})

    @pytest.mark.parametrize("name", ["self", "cls", "total amount", "销售额", "class", "model_year", "T", "name"])
    def test_any_other_name_will_do(self, name: str) -> None:
        table = Table.of({name: [1, 2]})
        assert table.columns == (name,)
        assert getattr(table, name).tolist() == [1, 2]
        assert pickle.loads(pickle.dumps(table.take([1]))) == table.tail(1)

    def test_units_name_columns(self) -> None:
        assert Table.of({"total": [1]}, units={"total": "fen"}).column_units == {"total": "fen"}
        with refuses(InvalidInput, "units must be one of total, got 'totl'. Did you mean 'total'?"):
            Table.of({"total": [1]}, units={"totl": "fen"})
        with refuses(InvalidInput, "units must be text, got 5"):
            Table.of({"total": [1]}, units={"total": 5})  # type: ignore[dict-item]

    @pytest.mark.parametrize("name", ["", None, 5])
    def test_a_table_is_named_by_text(self, name: Any) -> None:
        with refuses(InvalidInput, "name must be text that is not empty"):
            Table.of({"total": [1]}, name=name)


class TestImmunity:
    def test_a_writable_array_is_copied_once(self) -> None:
        mine = np.arange(3)
        table = Table.of({"n": mine})
        mine[0] = 9
        assert table["n"].tolist() == [0, 1, 2]
        assert mine.flags.writeable

    def test_a_read_only_owner_is_taken_as_it_is(self) -> None:
        mine = freeze(np.arange(3))
        assert np.shares_memory(Table.of({"n": mine})["n"], mine)
        assert np.shares_memory(Table.of({"n": Table.of({"n": mine})["n"]})["n"], mine)

    def test_a_read_only_view_of_a_writable_array_is_copied(self) -> None:
        mine = np.arange(3)
        view = mine.view()
        view.flags.writeable = False
        table = Table.of({"n": view})
        mine[0] = 9
        assert table["n"].tolist() == [0, 1, 2]

    def test_a_subclass_of_array_is_copied(self) -> None:
        mine = np.arange(3).view(np.recarray)
        table = Table.of({"n": mine})
        mine[0] = 9
        assert table["n"].tolist() == [0, 1, 2]
        assert mine.flags.writeable

    @pytest.mark.parametrize("library", ["pandas", "polars"])
    def test_a_column_of_another_library_is_copied(self, library: str) -> None:
        series = pytest.importorskip(library).Series([1, 2, 3])
        table = Table.of({"n": series})
        series[0] = 9
        assert table["n"].tolist() == [1, 2, 3]

    def test_freeze_takes_what_is_its_own_and_copies_a_part(self) -> None:
        whole, reshaped, part = np.arange(6), np.arange(6).view("M8[us]"), np.arange(6)[1:3]
        assert freeze(whole) is whole
        assert freeze(reshaped) is reshaped
        assert freeze(part) is not part
        for array in (freeze(whole), freeze(reshaped), freeze(part)):
            assert not array.flags.writeable
            with pytest.raises(ValueError, match="WRITEABLE"):
                array.view().flags.writeable = True
        assert freeze(freeze(whole)) is whole
        assert not freeze(np.frombuffer(b"12345678", dtype=np.int64)).flags.writeable

    @given(table=tables())
    def test_every_copy_and_verb_keeps_columns_read_only(self, table: Table) -> None:
        n = len(table)
        copies: list[Table] = [
            pickle.loads(pickle.dumps(table)),
            copy.copy(table),
            copy.deepcopy(table),
            table.model_copy(),
            table.model_copy(deep=True),
            table.model_copy(update={"ints": np.arange(n)}),
            type(table).model_validate_json(table.model_dump_json()),
            table.head(2),
            table.tail(2),
            table.take(np.arange(n)),
            table.filter(np.ones(n, dtype=bool)),
            table.sort_by("ints", descending=True),
        ]
        for other in copies:
            assert type(other) is type(table)
            assert_immune(other)

    def test_attributes_cannot_be_set(self) -> None:
        with pytest.raises(ValidationError, match="frozen"):
            summary().orders = np.arange(3)  # type: ignore[misc]

    def test_model_copy_validates_its_update(self) -> None:
        with pytest.raises(ValidationError, match="equally long"):
            summary().model_copy(update={"orders": [1]})


class TestAccess:
    def test_columns_are_reached_by_name_and_attribute(self) -> None:
        table = summary(total=[100, 200, 300])
        assert table.columns == ("customer", "orders", "total")
        assert table["orders"] is table.orders
        assert table[np.str_("orders")] is table.orders
        assert "orders" in table
        assert "share" not in table
        assert {"customer", "orders"} <= set(dir(table))

    def test_a_column_left_none_is_absent(self) -> None:
        table = summary()
        assert table.total is None
        assert table.columns == ("customer", "orders")
        with refuses(InvalidInput, "column must be one of customer, orders, got 'total'"):
            table["total"]

    def test_an_unknown_column_lists_those_there_are(self) -> None:
        with refuses(
            InvalidInput, "Table: column must be one of customer, orders, got 'ordrs'. Did you mean 'orders'?"
        ):
            summary()["ordrs"]

    @pytest.mark.parametrize("key", [0, slice(2), ["orders"], None])
    def test_rows_are_not_indexed(self, key: Any) -> None:
        with refuses(InvalidInput, r"column must be a name, got .*rows\(\).*take\(\[...\]\)"):
            summary()[key]

    def test_iteration_and_hash_are_type_errors(self) -> None:
        with pytest.raises(TypeError, match=r"rows\(\)"):
            iter(summary())
        with pytest.raises(TypeError, match="unhashable"):
            hash(summary())
        with pytest.raises(TypeError, match="unhashable"):
            hash(Table.of({"a": [1]}))

    def test_to_dict_gives_the_columns_themselves(self) -> None:
        table = summary()
        assert list(table.to_dict()) == ["customer", "orders"]
        assert table.to_dict()["orders"] is table.orders

    def test_a_table_is_a_field_of_other_models(self) -> None:
        class Report(Frozen):
            name: str
            lines: Summary

        report = Report(name="March", lines=summary())
        assert Report.model_validate_json(report.model_dump_json()) == report
        assert report.model_copy(deep=True) == report


class TestVerbs:
    @given(table=tables(), n=st.integers(0, 8))
    def test_head_and_tail_are_takes(self, table: Table, n: int) -> None:
        rows = list(range(len(table)))
        assert table.head(n) == table.take(rows[:n])
        assert table.tail(n) == table.take(rows[len(rows) - min(n, len(rows)) :])

    @given(table=tables(), data=st.data())
    def test_filter_takes_the_rows_of_its_mask(self, table: Table, data: st.DataObject) -> None:
        mask = data.draw(st.lists(st.booleans(), min_size=len(table), max_size=len(table)))
        assert table.filter(mask) == table.take([row for row, keep in enumerate(mask) if keep])

    @given(values=st.lists(st.sampled_from([1.0, 2.0, float("nan"), float("-inf")])), descending=st.booleans())
    def test_sorting_is_stable_and_puts_nan_last_in_both_directions(
        self, values: list[float], descending: bool
    ) -> None:
        table = Table.of({"value": np.array(values), "row": np.arange(len(values))})
        known = [row for row, value in enumerate(values) if value == value]  # noqa: PLR0124
        known.sort(key=lambda row: -values[row] if descending else values[row])
        unknown = [row for row, value in enumerate(values) if value != value]  # noqa: PLR0124
        assert table.sort_by("value", descending=descending)["row"].tolist() == known + unknown

    @given(table=tables(), descending=st.booleans())
    def test_sorting_each_kind_orders_it(self, table: Table, descending: bool) -> None:
        for name in table.columns:
            column = table.sort_by(name, descending=descending)[name]
            values = [value for value in column if value == value]  # noqa: PLR0124
            assert values == sorted(values, reverse=descending)
            assert len(column) == len(table)

    def test_the_smallest_int_sorts_first(self) -> None:
        table = Table.of({"n": np.array([0, -(2**63), 5])})
        assert table.sort_by("n", descending=True)["n"].tolist() == [5, 0, -(2**63)]

    def test_metadata_and_absent_columns_are_kept(self) -> None:
        small = summary(dropped=7).filter([True, False, True]).sort_by("orders").head(1)
        assert small == summary(customer=["cy"], orders=[1], dropped=7)

    def test_take_counts_negative_rows_from_the_end_and_repeats(self) -> None:
        assert Table.of({"n": [1, 2, 3]}).take([-1, 0, 0])["n"].tolist() == [3, 1, 1]

    @pytest.mark.parametrize("rows", [[3], [0, -4], np.array([5, 0], dtype=np.uint64)])
    def test_take_refuses_rows_outside(self, rows: Any) -> None:
        with refuses(InvalidInput, "Table.take: rows must be row numbers below 3, got"):
            summary().take(rows)

    @pytest.mark.parametrize("rows", [[True, False, True], [0.0], "0", None, [None], 0])
    def test_take_refuses_what_are_no_numbers(self, rows: Any) -> None:
        with refuses(InvalidInput, "Table.take: rows must"):
            summary().take(rows)

    @pytest.mark.parametrize("mask", [[1, 0, 1], [True], None, np.array([1.0, 0, 1])])
    def test_filter_refuses_what_is_no_mask_of_its_length(self, mask: Any) -> None:
        with refuses(InvalidInput, "Table.filter: mask must"):
            summary().filter(mask)

    @pytest.mark.parametrize("n", [-1, 1.0, True, "2", None, np.array([1, 2])])
    def test_head_and_tail_refuse_what_is_no_count(self, n: Any) -> None:
        for verb in (summary().head, summary().tail):
            with refuses(InvalidInput, "n must be a whole number of rows, 0 or more"):
                verb(n)


class TestRows:
    def test_rows_hold_python_values(self) -> None:
        first, second, _ = Wide(**WIDE).rows()
        assert tuple(first) == (
            3,
            0.5,
            True,
            "b",
            NOON,
            dt.date(2026, 3, 1),
            dt.timedelta(hours=1),
            uuid.UUID(int=2),
        )
        assert [type(value) for value in first[:4]] == [int, float, bool, str]
        assert first.instants.utcoffset() == dt.timedelta(0)
        assert second.instants is second.days is second.spans is None
        assert type(first).__name__ == "Wide"

    def test_rows_are_lazy(self) -> None:
        table = Table.of({"at": np.array([0] * 5_000 + [2**62], dtype=np.int64).view("M8[us]")})
        rows = table.rows()
        assert next(rows).at == dt.datetime(1970, 1, 1, tzinfo=UTC)
        with refuses(Overflow, "Table.rows: at must lie in the years 1 to 9999, got"):
            list(rows)

    def test_a_name_that_is_no_identifier_becomes_its_position(self) -> None:
        row = next(Table.of({"n": [1], "total amount": [2], "class": [3]}).rows())
        assert (row.n, row._1, row._2) == (1, 2, 3)

    @pytest.mark.parametrize("name", ["Sales of March", "销售额", "class", "T"])
    def test_rows_of_a_table_of_any_name_are_walked(self, name: str) -> None:
        assert [row.n for row in Table.of({"n": [1, 2]}, name=name).rows()] == [1, 2]

    @given(table=tables())
    def test_there_are_as_many_rows_as_the_table_is_long(self, table: Table) -> None:
        known = table.take([row for row in range(len(table)) if _in_python(table, row)])
        assert len(list(known.rows())) == len(known)


def _in_python(table: Table, row: int) -> bool:
    return all(
        np.isnat(table[name][row]) or dt.MINYEAR < table[name][row].astype("M8[Y]").astype(int) + 1970 < dt.MAXYEAR
        for name in ("instants", "days")
    )


class TestEquality:
    @given(table=tables())
    def test_a_table_equals_its_copies(self, table: Table) -> None:
        for other in (
            pickle.loads(pickle.dumps(table)),
            copy.deepcopy(table),
            table.model_copy(),
            table.take(range(len(table))),
        ):
            assert (table == other) is True

    def test_nan_and_nat_equal_themselves(self) -> None:
        assert Wide(**WIDE) == Wide(**WIDE)

    def test_text_is_text_whatever_its_width(self) -> None:
        wide, objects = np.array(["a", "bb"], dtype="<U9"), np.array(["a", "bb"], dtype=object)
        assert Table.of({"x": wide}) == Table.of({"x": objects}) == Table.of({"x": np.array(["a", "bb"])})
        assert Table.of({"x": wide}) != Table.of({"x": ["a", "b"]})

    @pytest.mark.parametrize(
        "other",
        [
            Table.of({"n": [1, 3]}),
            Table.of({"n": [1]}),
            Table.of({"n": [1.0, 2.0]}),
            Table.of({"n": np.array([1, 2], dtype=np.int32)}),
            Table.of({"m": [1, 2]}),
            Table.of({"n": [1, 2]}, name="Other"),
            Table.of({"n": [1, 2]}, units={"n": "fen"}),
            [1, 2],
            None,
        ],
    )
    def test_any_difference_makes_tables_unequal(self, other: Any) -> None:
        assert (Table.of({"n": [1, 2]}) == other) is False

    def test_metadata_and_absent_columns_count(self) -> None:
        assert summary() != summary(unit="W")
        assert summary() != summary(total=[1, 2, 3])

    def test_metadata_that_is_nan_equals_itself(self) -> None:
        class Gap(Table):
            n: Ints
            gap: float

        assert Gap(n=[1], gap=float("nan")) == Gap(n=[1], gap=float("nan"))
        assert Gap(n=[1], gap=float("nan")) != Gap(n=[1], gap=1.0)

    def test_the_order_of_columns_counts(self) -> None:
        assert Table.of({"a": [1], "b": [1]}) != Table.of({"b": [1], "a": [1]})

    def test_ad_hoc_tables_of_one_recipe_share_a_class(self) -> None:
        assert type(Table.of({"a": [1]})) is type(Table.of({"a": [2, 3]}))
        assert type(pickle.loads(pickle.dumps(Table.of({"a": [1]})))) is type(Table.of({"a": [2, 3]}))

    def test_an_empty_table_of_bytes_survives_its_pickle(self) -> None:
        empty = Table.of({"id": [b"a"]}).head(0)
        assert pickle.loads(pickle.dumps(empty)) == empty

    def test_pickles_and_copies_leave_no_default_written_out(self) -> None:
        assert pickle.loads(pickle.dumps(summary())).model_fields_set == {"customer", "orders", "unit"}


@pytest.mark.parametrize("columns", [None, 5, "abc", ["a"], [("a", [1])]])
def test_columns_that_have_no_names_are_refused(columns: Any) -> None:
    with refuses(InvalidInput, match="Table.of: columns must be a mapping of name to column, got"):
        Table.of(columns)


@pytest.mark.parametrize("units", ["m", 5, ["a"]])
def test_units_that_name_no_columns_are_refused(units: Any) -> None:
    with refuses(InvalidInput, match="Table.of: units must be a mapping of column to unit, got"):
        Table.of({"a": [1]}, units=units)
