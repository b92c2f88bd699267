"""Columns of pandas, polars, pyarrow and narwhals, known by the module of their type and never imported."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import uuid
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from socialmkt.core import columns
from socialmkt.core.errors import InvalidInput
from tests.refusals import refuses

BIG = 2**53 + 1
NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
DAY = dt.date(2026, 3, 1)
AT_NOON = ["2026-03-01T12:00:00.000000"]
PRICE = Decimal("1.10")


def pandas() -> Any:
    return pytest.importorskip("pandas")


def polars() -> Any:
    return pytest.importorskip("polars")


def pyarrow() -> Any:
    return pytest.importorskip("pyarrow")


def having(library: Any, name: str) -> Any:
    """Give what only newer versions of a library have; skip the test with older ones."""
    return getattr(library, name, None) or pytest.skip(f"this {library.__name__} has no {name}")


def narwhals() -> Any:
    return pytest.importorskip("narwhals")


def test_reading_columns_imports_no_dataframe_library() -> None:
    program = (
        "import sys; from socialmkt.core import columns; columns.ids(['a']); columns.instants([]);"
        "print([name for name in ('pandas', 'polars', 'pyarrow', 'narwhals') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


TEXTS = {
    "pandas object": lambda: pandas().Series(["a", None, "b"], dtype=object),
    "pandas str": lambda: pandas().Series(["a", None, "b"]),
    "pandas string": lambda: pandas().Series(["a", None, "b"], dtype="string"),
    "pandas python string": lambda: pandas().Series(["a", None, "b"], dtype="string[python]"),
    "pandas array": lambda: pandas().array(["a", None, "b"]),
    "pandas categorical": lambda: pandas().Categorical(["a", None, "b"]),
    "pandas categories": lambda: pandas().Series(["a", None, "b"], dtype="category"),
    "pandas categories index": lambda: pandas().CategoricalIndex(["a", None, "b"]),
    "pandas arrow": lambda: pyarrow() and pandas().Series(["a", None, "b"], dtype="string[pyarrow]"),
    "pandas arrow dtype": lambda: pandas().Series(["a", None, "b"], dtype=pandas().ArrowDtype(pyarrow().string())),
    "polars": lambda: polars().Series(["a", None, "b"]),
    "polars categorical": lambda: polars().Series(["a", None, "b"], dtype=polars().Categorical),
    "polars enum": lambda: polars().Series(["a", None, "b"], dtype=polars().Enum(["z", "b", "a"])),
    "polars filtered": lambda: polars().Series(["z", "a", None, "b"], dtype=polars().Categorical)[1:],
    "polars chunks": lambda: polars().Series(["a"]).append(polars().Series([None, "b"])),
    "polars object": lambda: polars().Series(["a", None, "b"], dtype=polars().Object),
    "pyarrow": lambda: pyarrow().array(["a", None, "b"]),
    "pyarrow large": lambda: pyarrow().array(["a", None, "b"], pyarrow().large_string()),
    "pyarrow view": lambda: pyarrow().array(["a", None, "b"], pyarrow().string_view()),
    "pyarrow sliced": lambda: pyarrow().array(["z", "a", None, "b", "z"]).slice(1, 3),
    "pyarrow dictionary": lambda: pyarrow().array(["a", None, "b"]).dictionary_encode(),
    "pyarrow chunks": lambda: pyarrow().chunked_array([["a"], [], [None, "b"]]),
    "narwhals": lambda: narwhals().from_native(polars().Series(["a", None, "b"]), series_only=True),
}


@pytest.mark.parametrize("make", TEXTS.values(), ids=TEXTS)
def test_texts_of_every_library_are_the_same_ids(make: Any) -> None:
    x = make()
    found = columns.ids(x, on_null="drop")
    assert [type(one) for one in found.tolist()] == [str, str]
    assert found.tolist() == ["a", "b"]
    assert columns.nulls(x).tolist() == [False, True, False]
    values, nulls = columns.raw(x)
    assert values[~nulls].tolist() == ["a", "b"]


INTS = {
    "pandas nullable": lambda: pandas().Series([BIG, None, 1], dtype="Int64"),
    "pandas unsigned": lambda: pandas().Series([BIG, None, 1], dtype="UInt64"),
    "pandas object": lambda: pandas().Series([BIG, pandas().NA, 1], dtype=object),
    "pandas not a time": lambda: [BIG, pandas().NaT, 1],
    "pandas index": lambda: pandas().Index([BIG, None, 1], dtype="Int64"),
    "pandas categories": lambda: pandas().Series([BIG, None, 1], dtype=pandas().CategoricalDtype([1, BIG])),
    "pandas arrow dtype": lambda: pandas().Series([BIG, None, 1], dtype=pandas().ArrowDtype(pyarrow().int64())),
    "polars": lambda: polars().Series([BIG, None, 1]),
    "polars unsigned": lambda: polars().Series([BIG, None, 1], dtype=polars().UInt64),
    "polars wide": lambda: polars().Series([BIG, None, 1], dtype=having(polars(), "Int128")),
    "pyarrow": lambda: pyarrow().array([BIG, None, 1]),
    "pyarrow dictionary": lambda: pyarrow().array([BIG, None, 1]).dictionary_encode(),
    "pyarrow dictionary with a null": lambda: pyarrow().DictionaryArray.from_arrays(
        pyarrow().array([1, 0, 2]), pyarrow().array([None, BIG, 1])
    ),
    "pyarrow dictionary with nulls": lambda: pyarrow().DictionaryArray.from_arrays(
        pyarrow().array([0, None, 1]), pyarrow().array([BIG, 1, None])
    ),
    "pyarrow chunks": lambda: pyarrow().chunked_array([[BIG, None], [1]]),
    "pyarrow dictionary chunks": lambda: pyarrow().chunked_array(
        [pyarrow().array([BIG, None]).dictionary_encode(), pyarrow().array([1]).dictionary_encode()]
    ),
}


@pytest.mark.parametrize("make", INTS.values(), ids=INTS)
def test_ints_of_every_library_are_exact(make: Any) -> None:
    for read in (columns.ids, columns.amounts, columns.quantities):
        found = read(make(), on_null="drop")
        assert found.dtype == np.int64
        assert found.tolist() == [BIG, 1]
    assert columns.nulls(make()).tolist() == [False, True, False]


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow", "pyarrow chunk"])
def test_clean_ints_of_every_library_pass_without_a_copy(library: str) -> None:
    values = np.arange(1000)
    x = {
        "pandas": lambda: pandas().Series(values, copy=False),
        "polars": lambda: polars().Series(values),
        "pyarrow": lambda: pyarrow().array(values),
        "pyarrow chunk": lambda: pyarrow().chunked_array([pyarrow().array(values)]),
    }[library]()
    assert np.shares_memory(columns.ids(x), columns.ids(x))


BYTES = {
    "polars": lambda: polars().Series([b"a\0", None]),
    "pyarrow": lambda: pyarrow().array([b"a\0", None]),
    "pyarrow fixed": lambda: pyarrow().array([b"a\0", None], pyarrow().binary(2)),
    "pandas": lambda: pandas().Series([b"a\0", None]),
}


@pytest.mark.parametrize("make", BYTES.values(), ids=BYTES)
def test_bytes_of_every_library_keep_their_nuls(make: Any) -> None:
    assert columns.ids(make(), on_null="drop").tolist() == [b"a\0"]


def test_uuids_of_pyarrow_are_ids() -> None:
    pa = pyarrow()
    one = uuid.UUID(int=7)
    assert columns.ids(pa.array([one.bytes, None], having(pa, "uuid")()), on_null="drop").tolist() == [one]


INSTANTS = {
    "pandas": lambda: pandas().Series([NOON, None]),
    "pandas naive": lambda: pandas().Series([NOON.replace(tzinfo=None), None]),
    "pandas zoned": lambda: pandas().Series([NOON, None]).dt.tz_convert("America/New_York"),
    "pandas nanoseconds": lambda: pandas().Series([NOON, None]).dt.as_unit("ns"),
    "pandas index": lambda: pandas().DatetimeIndex([NOON, None]),
    "pandas timestamps": lambda: [pandas().Timestamp(NOON), pandas().NaT],
    "pandas arrow dtype": lambda: pandas().Series(
        [NOON, None], dtype=pandas().ArrowDtype(pyarrow().timestamp("ms", tz="Asia/Tokyo"))
    ),
    "polars": lambda: polars().Series([NOON.replace(tzinfo=None), None]),
    "polars zoned": lambda: polars().Series([NOON, None]).dt.convert_time_zone("Asia/Shanghai"),
    "polars milliseconds": lambda: polars().Series([NOON, None]).dt.cast_time_unit("ms"),
    "pyarrow": lambda: pyarrow().array([NOON, None]),
    "pyarrow zoned": lambda: pyarrow().array([NOON, None], pyarrow().timestamp("ns", tz="Asia/Shanghai")),
    "pyarrow seconds": lambda: pyarrow().chunked_array([[NOON], [None]], pyarrow().timestamp("s")),
}


@pytest.mark.parametrize("make", INSTANTS.values(), ids=INSTANTS)
def test_instants_of_every_library_are_the_same(make: Any) -> None:
    found = columns.instants(make(), on_null="drop")
    assert found.dtype == "M8[us]"
    assert found.astype(str).tolist() == AT_NOON
    assert columns.days(make(), tz="Pacific/Auckland", on_null="drop").tolist() == [dt.date(2026, 3, 2)]
    assert columns.nulls(make()).tolist() == [False, True]


DAYS = {
    "pandas": lambda: pandas().Series([DAY, None]),
    "pandas arrow dtype": lambda: pandas().Series([DAY, None], dtype=pandas().ArrowDtype(pyarrow().date32())),
    "polars": lambda: polars().Series([DAY, None]),
    "pyarrow": lambda: pyarrow().array([DAY, None]),
    "pyarrow in milliseconds": lambda: pyarrow().array([DAY, None], pyarrow().date64()),
}


@pytest.mark.parametrize("make", DAYS.values(), ids=DAYS)
def test_date_columns_of_every_library_stay_days(make: Any) -> None:
    assert columns.days(make(), tz="America/New_York", on_null="drop").tolist() == [DAY]
    found = columns.instants(make(), tz="Asia/Shanghai", on_null="drop")
    assert found.astype(str).tolist() == ["2026-02-28T16:00:00.000000"]


SPANS = {
    "pandas": lambda: pandas().Series([dt.timedelta(hours=2), None]),
    "pandas timedeltas": lambda: [pandas().Timedelta(hours=2), None],
    "polars": lambda: polars().Series([dt.timedelta(hours=2), None]),
    "pyarrow": lambda: pyarrow().array([dt.timedelta(hours=2), None], pyarrow().duration("ns")),
}


@pytest.mark.parametrize("make", SPANS.values(), ids=SPANS)
def test_durations_of_every_library_are_the_same(make: Any) -> None:
    assert columns.spans(make(), on_null="drop").tolist() == [dt.timedelta(hours=2)]


NUMBERS = {
    "pandas": lambda: pandas().Series([1.5, None]),
    "pandas nullable": lambda: pandas().Series([1.5, None], dtype="Float64"),
    "pandas decimal": lambda: pandas().Series([Decimal("1.5"), None]),
    "polars": lambda: polars().Series([1.5, None], dtype=polars().Float32),
    "polars decimal": lambda: polars().Series([Decimal("1.5"), None]),
    "pyarrow": lambda: pyarrow().array([1.5, None]),
    "pyarrow half": lambda: pyarrow().array([np.float16(1.5), None], pyarrow().float16()),
    "pyarrow decimal": lambda: pyarrow().array([Decimal("1.5"), None]),
    "pyarrow dictionary": lambda: pyarrow().array([1.5, None]).dictionary_encode(),
}


@pytest.mark.parametrize("make", NUMBERS.values(), ids=NUMBERS)
def test_numbers_of_every_library_are_the_same(make: Any) -> None:
    assert columns.numbers(make(), on_null="drop").tolist() == [1.5]
    assert columns.raw(make())[1].tolist() == [False, True]
    with refuses(InvalidInput, match="must hold whole minor units"):
        columns.amounts(make(), on_null="drop")


FLAGS = {
    "pandas": lambda: pandas().Series([True, None], dtype=object),
    "pandas nullable": lambda: pandas().Series([True, None], dtype="boolean"),
    "polars": lambda: polars().Series([True, None]),
    "pyarrow": lambda: pyarrow().array([True, None]),
    "pyarrow chunks": lambda: pyarrow().chunked_array([[True], [None]]),
}


@pytest.mark.parametrize("make", FLAGS.values(), ids=FLAGS)
def test_flags_of_every_library_are_the_same(make: Any) -> None:
    assert columns.flags(make(), on_null="drop").tolist() == [True]
    assert columns.nulls(make()).tolist() == [False, True]


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_decimals_reach_raw_unchanged(library: str) -> None:
    lib = pytest.importorskip(library)
    x = (lib.Series if library == "polars" else lib.array)([PRICE, None])
    assert columns.raw(x)[0].tolist() == [PRICE, None]


NOTHING = {
    "pandas": lambda: pandas().Series([None, None]),
    "pandas categories": lambda: pandas().Series([None, None], dtype="category"),
    "polars": lambda: polars().Series([None, None]),
    "pyarrow": lambda: pyarrow().nulls(2),
    "pyarrow no chunks": lambda: pyarrow().chunked_array(
        [], pyarrow().dictionary(pyarrow().int8(), pyarrow().string())
    ),
}


@pytest.mark.parametrize("make", NOTHING.values(), ids=NOTHING)
def test_columns_of_nothing_but_nulls_are_empty(make: Any) -> None:
    for kind in ("ids", "instants", "amounts", "numbers", "flags"):
        assert getattr(columns, kind)(make(), on_null="drop").size == 0


FRAMES = {
    "pandas": lambda: pandas().DataFrame({"a": [1]}),
    "pandas levels": lambda: pandas().MultiIndex.from_tuples([(1, 2)]),
    "polars": lambda: polars().DataFrame({"a": [1]}),
    "polars lazy": lambda: polars().LazyFrame({"a": [1]}),
    "pyarrow": lambda: pyarrow().table({"a": [1]}),
    "pyarrow batch": lambda: pyarrow().RecordBatch.from_pydict({"a": [1]}),
    "narwhals": lambda: narwhals().from_native(polars().DataFrame({"a": [1]})),
}


@pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES)
def test_frames_are_refused_with_what_to_pass(make: Any) -> None:
    with refuses(InvalidInput, match=r"must be a column: .*, got a \w+\. Pass one of its columns\."):
        columns.ids(make())


SCALARS = {
    "pandas": lambda: pandas().Timestamp(NOON),
    "pandas null": lambda: pandas().NA,
    "pyarrow": lambda: pyarrow().scalar(1),
}


@pytest.mark.parametrize("make", SCALARS.values(), ids=SCALARS)
def test_scalars_of_libraries_are_refused(make: Any) -> None:
    with refuses(InvalidInput, match=r"must be a column: .*Pass a list such as \[x\]"):
        columns.ids(make())


NESTED = {
    "pandas periods": lambda: pandas().Series(pandas().period_range("2026", periods=1)),
    "pandas lists": lambda: pandas().Series([[1]]),
    "polars list": lambda: polars().Series([[1]]),
    "polars struct": lambda: polars().Series([{"a": 1}]),
    "pyarrow list": lambda: pyarrow().array([[1]]),
    "pyarrow struct": lambda: pyarrow().array([{"a": 1}]),
}


@pytest.mark.parametrize("make", NESTED.values(), ids=NESTED)
def test_list_and_struct_columns_are_refused(make: Any) -> None:
    for read in (columns.ids, columns.nulls, columns.raw):
        with refuses(InvalidInput, match="must hold single values, got"):
            read(make())


TIMES = {
    "polars": lambda: polars().Series([dt.time(9)]),
    "pyarrow": lambda: pyarrow().array([dt.time(9)]),
}


@pytest.mark.parametrize("make", TIMES.values(), ids=TIMES)
def test_times_of_day_are_no_instants(make: Any) -> None:
    with refuses(InvalidInput, match="must hold aware datetimes, dates or datetime64"):
        columns.instants(make())


def test_a_library_null_is_shown_as_null() -> None:
    with refuses(InvalidInput, match=r"must not be null, got null at row 1 \(1 such rows of 2\)"):
        columns.ids(polars().Series([1, None]))
    with refuses(InvalidInput, match=r"must not be null, got <NA> at row 1"):
        columns.ids([1, pandas().NA])
    with refuses(InvalidInput, match=r"must not be null, got NaT at row 1"):
        columns.ids([1, pandas().NaT])


def test_a_subclass_of_a_series_is_a_column() -> None:
    kind = type("Loyal", (pandas().Series,), {})
    assert columns.ids(kind([1, 2])).tolist() == [1, 2]
