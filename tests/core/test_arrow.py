"""Laws of the Arrow stream: every consumer reads the same values, and nothing leaks, tears or outlives its welcome."""

from __future__ import annotations

import concurrent.futures
import ctypes
import datetime as dt
import gc
import subprocess
import sys
import textwrap
import tracemalloc
import uuid
import weakref
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialmkt.core import arrow
from socialmkt.core.errors import InvalidInput, Overflow
from socialmkt.core.table import Table
from tests.core.test_table import WIDE, summary
from tests.refusals import refuses

EVERY = Table.of(
    {
        **WIDE,
        **{dtype: np.array([0, 1, 100], dtype=dtype) for dtype in ("i1", "u1", "i2", "u2", "i4", "u4", "u8", "f4")},
        "wide": np.array(["", "é\0x", "\U0001f600"]),
        "bytes": [b"", b"\0a", b"\xff"],
    }
)
INTS = ["i1", "u1", "i2", "u2", "i4", "u4", "u8", "ints"]


def _pyarrow(table: Table) -> dict[str, list[Any]]:
    read = pytest.importorskip("pyarrow").table(table)
    read.validate(full=True)
    return dict(read.to_pydict())


def _polars(table: Table) -> dict[str, list[Any]]:
    return dict(pytest.importorskip("polars").DataFrame(table).to_dict(as_series=False))


def _pandas(table: Table) -> dict[str, list[Any]]:
    pytest.importorskip("pyarrow")
    pandas = pytest.importorskip("pandas")
    if not hasattr(pandas.DataFrame, "from_arrow"):
        pytest.skip("this pandas has no DataFrame.from_arrow")
    frame = pandas.DataFrame.from_arrow(table)
    return {name: [None if value is pandas.NaT else value for value in frame[name].tolist()] for name in frame.columns}


def _duckdb(exported: Table) -> dict[str, list[Any]]:
    pytest.importorskip("pyarrow")
    duckdb = pytest.importorskip("duckdb")
    shown = duckdb.sql("SELECT * FROM exported")
    types = [(name, str(kind)) for name, kind in zip(shown.columns, shown.types, strict=True)]
    zoned = [name for name, kind in types if kind == "TIMESTAMP WITH TIME ZONE"]  # duckdb needs pytz for them
    counted = ", ".join(f"epoch_us({name}) AS {name}" for name in zoned)
    replaced = f"REPLACE ({counted})" if zoned else ""
    rows = duckdb.sql(f"SELECT * {replaced} FROM exported").fetchall()  # noqa: S608  # names of our own
    got = {name: [row[at] for row in rows] for at, (name, _) in enumerate(types)}
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    for name in zoned:
        got[name] = [us if us is None else epoch + dt.timedelta(microseconds=us) for us in got[name]]
    return got


def _narwhals(table: Table) -> dict[str, list[Any]]:
    pytest.importorskip("polars")
    return dict(pytest.importorskip("narwhals").from_arrow(table, backend="polars").to_dict(as_series=False))


CONSUMERS = [_pyarrow, _polars, _pandas, _duckdb, _narwhals]


@pytest.mark.parametrize("read", CONSUMERS)
class TestConsumers:
    def test_every_kind_of_column_arrives(self, read: Any) -> None:
        got = read(EVERY)
        assert list(got) == list(EVERY.columns)
        for name in INTS:
            assert got[name] == EVERY[name].tolist()
        assert got["flags"] == [True, False, True]
        assert got["texts"] == ["b", "a", "c\0"]
        assert got["wide"] == ["", "é\0x", "\U0001f600"]
        assert got["bytes"] == [b"", b"\0a", b"\xff"]
        assert got["f4"] == [0.0, 1.0, 100.0]
        assert got["ids"] == [str(uuid.UUID(int=n)) for n in (2, 1, 3)]

    def test_times_arrive_in_utc_and_nat_is_null(self, read: Any) -> None:
        got = read(EVERY)
        noon = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
        assert got["instants"] == [noon, None, noon + dt.timedelta(microseconds=1)]
        assert got["instants"][0].utcoffset() == dt.timedelta(0)
        assert got["days"] == [dt.date(2026, 3, 1), None, dt.date(1, 1, 1)]
        assert got["spans"] == [dt.timedelta(hours=1), None, dt.timedelta(microseconds=-1)]

    def test_nan_is_a_value(self, read: Any) -> None:
        first, second, third = read(EVERY)["floats"]
        assert (first, third) == (0.5, 2.0)
        assert second is not None
        assert second != second  # noqa: PLR0124

    def test_no_rows_arrive_as_no_rows(self, read: Any) -> None:
        assert read(EVERY.head(0)) == {name: [] for name in EVERY.columns}

    @pytest.mark.parametrize("count", [1, 7, 8, 9, 63, 64, 65, 1_000])
    def test_flags_of_any_number_arrive(self, read: Any, count: int) -> None:
        flags = (np.arange(count) % 3 == 0) | (np.arange(count) == count - 1)
        assert read(Table.of({"won": flags})) == {"won": flags.tolist()}

    def test_rows_from_the_middle_arrive(self, read: Any) -> None:
        assert read(EVERY.tail(2).head(1))["u1"] == [1]
        assert read(EVERY.tail(1))["texts"] == ["c\0"]

    def test_a_thousand_columns_arrive(self, read: Any) -> None:
        got = read(Table.of({f"c{i}": np.array([i]) for i in range(1_000)}))
        assert got == {f"c{i}": [i] for i in range(1_000)}

    def test_absent_columns_and_metadata_do_not_travel(self, read: Any) -> None:
        assert read(summary()) == {"customer": ["ann", "bo", "cy"], "orders": [2, 5, 1]}


@given(values=st.lists(st.text(st.characters(codec="utf-8"), max_size=5)))
def test_any_text_arrives(values: list[str]) -> None:
    for column in (values, np.array(values, dtype=object)):
        assert _pyarrow(Table.of({"x": np.array(column, dtype=object)})) == {"x": values}


@given(values=st.lists(st.integers(-(2**31), 2**31 - 1)))
def test_every_day_of_32_bits_arrives(values: list[int]) -> None:
    pa = pytest.importorskip("pyarrow")
    days = pa.table(Table.of({"on": np.array(values, dtype=np.int64).view("M8[D]")}))["on"]
    assert days.cast(pa.int32()).to_pylist() == values


def test_a_day_beyond_32_bits_is_refused() -> None:
    table = Table.of({"on": np.array([0, 2**31]).view("M8[D]")})
    with refuses(Overflow, "Table.__arrow_c_stream__: on must be days that fit 32 bits, got .* at row 1"):
        table.__arrow_c_stream__()


def test_half_a_surrogate_pair_is_refused() -> None:
    with refuses(InvalidInput, "x must be text that can be written as UTF-8, got .* at row 1"):
        Table.of({"x": ["a", "\ud800"]}).__arrow_c_stream__()


class TestFrames:
    def test_pandas_gets_the_columns_with_instants_in_utc(self) -> None:
        pytest.importorskip("pandas")
        frame = EVERY.to_pandas()
        assert list(frame.columns) == list(EVERY.columns)
        assert frame["ints"].tolist() == [3, 1, 2]
        assert str(frame["instants"].dtype) == "datetime64[us, UTC]"
        assert frame["days"].dt.date.tolist()[0] == dt.date(2026, 3, 1)
        assert frame["spans"].isna().tolist() == [False, True, False]
        frame.loc[0, "ints"] = 9
        assert EVERY["ints"].tolist() == [3, 1, 2]

    def test_polars_gets_the_columns(self) -> None:
        pytest.importorskip("polars")
        assert EVERY.to_polars().to_dict(as_series=False)["texts"] == ["b", "a", "c\0"]

    @pytest.mark.parametrize("rows", [0, 1, 3])
    def test_arrow_gets_what_the_stream_gives(self, rows: int) -> None:
        pa = pytest.importorskip("pyarrow")
        table = EVERY.take(range(rows))
        read = table.to_arrow()
        read.validate(full=True)
        streamed = pa.table(table.take(range(rows)))
        assert read.schema == streamed.schema
        assert read.drop_columns(["floats"]) == streamed.drop_columns(["floats"])

    def test_arrow_shares_the_memory_of_numbers_and_keeps_it(self) -> None:
        pytest.importorskip("pyarrow")
        column = np.arange(1_000)
        table = Table.of({"n": column})
        read = table.to_arrow()
        assert read["n"].chunk(0).buffers()[1].address == table["n"].__array_interface__["data"][0]
        del table
        gc.collect()
        assert read["n"].to_pylist() == column.tolist()

    def test_an_error_of_the_arrow_table_reaches_the_caller(self) -> None:
        pytest.importorskip("pyarrow")
        with pytest.raises(KeyError, match="no such column"):
            EVERY.to_arrow().column("no such column")

    @pytest.mark.parametrize("package", ["pandas", "polars", "pyarrow"])
    def test_a_missing_package_is_named(self, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, package, None)
        verb = {"pandas": EVERY.to_pandas, "polars": EVERY.to_polars, "pyarrow": EVERY.to_arrow}[package]
        with pytest.raises(ModuleNotFoundError, match=f"pip install {package}") as caught:
            verb()
        assert caught.value.name == package


class TestLifetime:
    def test_what_was_read_outlives_the_table(self) -> None:
        pa = pytest.importorskip("pyarrow")
        table = Table.of({"n": np.arange(10_000), "text": [f"é{i}" for i in range(10_000)]})
        batch = pa.RecordBatchReader.from_stream(table).read_next_batch()
        numbers, texts = batch.column(0), batch.column(1)
        del table, batch
        gc.collect()
        np.arange(100_000)
        assert numbers.to_pylist() == list(range(10_000))
        assert texts.to_pylist() == [f"é{i}" for i in range(10_000)]

    def test_memory_is_given_back_after_the_last_reader(self) -> None:
        pa = pytest.importorskip("pyarrow")
        owner, alive = _owned()
        read = pa.table(owner)
        del owner
        gc.collect()
        assert alive() is not None
        del read
        gc.collect()
        assert alive() is None

    def test_a_capsule_that_nobody_reads_frees_itself(self) -> None:
        owner, alive = _owned()
        capsule = owner.__arrow_c_stream__()
        del owner
        assert alive() is not None
        del capsule
        gc.collect()
        assert alive() is None

    def test_a_stream_that_is_dropped_unread_frees_itself(self) -> None:
        pa = pytest.importorskip("pyarrow")
        owner, alive = _owned()
        reader = pa.RecordBatchReader.from_stream(owner)
        assert reader.schema.names == ["n"]
        del reader, owner
        gc.collect()
        assert alive() is None

    def test_each_call_gives_a_new_stream(self) -> None:
        pa = pytest.importorskip("pyarrow")
        first, second = (pa.RecordBatchReader.from_stream(EVERY) for _ in range(2))
        assert first.read_all() is not None
        assert second.read_all().num_rows == 3

    def test_a_stream_is_read_once(self) -> None:
        pa = pytest.importorskip("pyarrow")
        once = _Held(EVERY.__arrow_c_stream__())
        assert pa.table(once).num_rows == 3
        with pytest.raises(pa.ArrowInvalid, match="released"):
            pa.table(once)

    def test_a_capsule_is_read_while_another_export_happens(self) -> None:
        pa = pytest.importorskip("pyarrow")
        once = _Held(EVERY.__arrow_c_stream__())
        reader = pa.RecordBatchReader.from_stream(once)
        EVERY.__arrow_c_stream__()
        EVERY.__arrow_c_stream__()
        assert reader.read_all().num_rows == 3
        with pytest.raises(pa.ArrowInvalid, match="released"):
            pa.table(once)

    @pytest.mark.parametrize("read", [*CONSUMERS, lambda table: table.__arrow_c_stream__()])
    def test_nothing_grows_over_150_exports(self, read: Any) -> None:
        table = Table.of({"n": np.arange(2_000), "text": np.array(["é"] * 2_000), "won": np.zeros(2_000, dtype=bool)})
        for _ in range(20):
            read(table)
        gc.collect()
        tracemalloc.start()
        try:
            read(table)
            before = tracemalloc.get_traced_memory()[0]
            for _ in range(150):
                read(table)
            gc.collect()
            grown = tracemalloc.get_traced_memory()[0] - before
        finally:
            tracemalloc.stop()
        assert grown < 20 * 2_000 * 8

    def test_four_threads_read_the_same(self) -> None:
        pytest.importorskip("pyarrow")
        table = Table.of({"n": np.arange(1_000), "text": [f"é{i}" for i in range(1_000)]})
        expected = _pyarrow(table)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            assert all(got == expected for got in pool.map(lambda _: _pyarrow(table), range(80)))


class TestExceptionsOnTheirWay:
    """A release that runs while C code raises does its work; that exception is printed, a SystemError stands for it."""

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    def test_an_unread_capsule_is_freed(self) -> None:
        owner, alive = _owned()
        with pytest.raises((TypeError, SystemError)):
            len(owner.__arrow_c_stream__())  # type: ignore[arg-type]
        del owner
        gc.collect()
        assert alive() is None

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    def test_a_read_stream_is_freed(self) -> None:
        pa = pytest.importorskip("pyarrow")
        owner, alive = _owned()
        with pytest.raises((KeyError, SystemError)):
            pa.table(owner).column("no such column")
        del owner
        gc.collect()
        assert alive() is None

    def test_a_consumer_that_raises_while_it_holds_a_read_capsule_keeps_its_error(self) -> None:
        pa = pytest.importorskip("pyarrow")
        capsule = EVERY.__arrow_c_stream__()
        read = pa.table(_Held(capsule))
        with pytest.raises(TypeError, match="PyCapsule"):
            _drop_while_raising([capsule])
        assert read.num_rows == 3


def test_callbacks_turn_an_interrupt_into_an_error_code(monkeypatch: pytest.MonkeyPatch) -> None:
    pa = pytest.importorskip("pyarrow")

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    reader = pa.RecordBatchReader.from_stream(EVERY)
    monkeypatch.setattr(arrow._producer, "fill_array", interrupted)
    with pytest.raises((OSError, pa.ArrowInvalid)):
        reader.read_all()
    monkeypatch.setattr(arrow._producer, "fill_schema", interrupted)
    with pytest.raises((OSError, pa.ArrowInvalid)):
        pa.RecordBatchReader.from_stream(EVERY)


@pytest.mark.parametrize("dev", [[], ["-X", "dev"]])
def test_the_interpreter_exits_cleanly_with_live_readers(dev: list[str]) -> None:
    for package in ("pyarrow", "polars"):
        pytest.importorskip(package)
    program = """
        import polars as pl, pyarrow as pa, threading
        from socialmkt.core.table import Table
        t = Table.of({"n": list(range(1000)), "text": ["é"] * 1000, "won": [True] * 1000})
        fresh = [pa.RecordBatchReader.from_stream(t) for _ in range(3)]
        begun = pa.RecordBatchReader.from_stream(t)
        batch = begun.read_next_batch()
        unread = [t.__arrow_c_stream__() for _ in range(3)]
        frames = [pl.DataFrame(t), pa.table(t), t.to_arrow(), pl.DataFrame(t).lazy()]
        pa.kept = [pa.RecordBatchReader.from_stream(t), pa.table(t), t.__arrow_c_stream__()]
        cycle = [pa.table(t)]
        cycle.append(cycle)
        threading.Thread(target=lambda: frames.append(pl.DataFrame(t))).start()
    """
    done = subprocess.run(
        [sys.executable, *dev, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


class _Held:
    """An object whose stream is one given capsule."""

    def __init__(self, capsule: Any) -> None:
        self.capsule = capsule

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        return self.capsule


def _owned() -> tuple[Table, weakref.ref[Any]]:
    """Make a table, and a weak reference to the memory of its column."""
    table = Table.of({"n": np.arange(100)})
    return table, weakref.ref(table["n"].base)


def _drop_while_raising(held: list[Any]) -> None:
    len(held.pop())


def test_the_structures_have_the_sizes_of_the_specification() -> None:
    word = ctypes.sizeof(ctypes.c_void_p)
    assert ctypes.sizeof(arrow._Schema) == 7 * word + 2 * 8
    assert ctypes.sizeof(arrow._ArrowArray) == 5 * 8 + 5 * word
    assert ctypes.sizeof(arrow._Stream) == 5 * word
