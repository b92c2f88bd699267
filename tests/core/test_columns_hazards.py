"""What goes wrong when a column is read carelessly, one law for each trap."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, localcontext
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from socialmkt.core import columns
from socialmkt.core.errors import InvalidInput, Overflow
from tests.refusals import refuses

BIG = 2**53 + 1
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_01_nullable_ints_never_pass_through_floats(library: str) -> None:
    lib: Any = pytest.importorskip(library)
    x = {
        "pandas": lambda: lib.Series([BIG, None, -BIG], dtype="Int64"),
        "polars": lambda: lib.Series([BIG, None, -BIG]),
        "pyarrow": lambda: lib.array([BIG, None, -BIG]),
    }[library]()
    for read in (columns.ids, columns.amounts):
        assert read(x, on_null="drop").tolist() == [BIG, -BIG]
    assert columns.nulls(x).tolist() == [False, True, False]


def test_02_ints_above_int64_are_uint64_or_refused() -> None:
    found = columns.ids([1, 2**64 - 1])
    assert found.dtype == np.uint64
    assert found.tolist() == [1, 2**64 - 1]
    with refuses(Overflow, match=r"must fit 64 bits, all signed or all unsigned, got 9223372036854775808 at row 1"):
        columns.ids([-1, 2**63])
    with refuses(Overflow, match="must fit 64 bits"):
        columns.ids([1, 2**64])
    with refuses(Overflow, match="must fit 64 bits"):
        columns.ids([1, np.uint64(2**63), -1])


def test_03_types_of_a_list_are_judged_before_numpy_sees_it() -> None:
    with refuses(InvalidInput, match=r"must hold ids of one kind, got '2' at row 1"):
        columns.ids([1, "2"])
    with refuses(InvalidInput, match=r"must hold whole numbers, text, bytes or UUIDs, got True at row 1"):
        columns.ids([1, True])
    with refuses(InvalidInput, match=r"got True at row 1 \(1 such rows of 2\)"):
        columns.numbers([1.5, True])


def test_04_trailing_nuls_tell_texts_apart() -> None:
    assert columns.ids(["a\0", "a"]).tolist() == ["a\0", "a"]
    assert columns.ids([b"a\0", None, b"a"], on_null="drop").tolist() == [b"a\0", b"a"]
    assert columns.raw(["a\0", "a"])[0].tolist() == ["a\0", "a"]


def test_05_categories_are_gathered_by_code() -> None:
    pa: Any = pytest.importorskip("pyarrow")
    first = pa.array(["a", None, "b"]).dictionary_encode()
    second = pa.DictionaryArray.from_arrays(pa.array([1, 0, 2, None], pa.int32()), pa.array(["z", "a", None]))
    chunks = pa.chunked_array([first, second])
    assert columns.ids(chunks, on_null="drop").tolist() == ["a", "b", "a", "z"]
    assert columns.nulls(chunks).tolist() == [False, True, False, False, False, True, True]
    assert columns.ids(chunks.slice(2, 3)).tolist() == ["b", "a", "z"]


def test_06_zoned_columns_are_read_as_utc() -> None:
    pd: Any = pytest.importorskip("pandas")
    wall = pd.Series(pd.to_datetime(["2026-03-01 09:00", None]).tz_localize("Asia/Shanghai"))
    found = columns.instants(wall, on_null="drop")
    assert found.dtype == "M8[us]"
    assert found.astype(str).tolist() == ["2026-03-01T01:00:00.000000"]


def test_07_aware_datetimes_keep_their_zone_and_their_fold() -> None:
    twice = [dt.datetime(2026, 11, 1, 1, 30, fold=fold, tzinfo=NEW_YORK) for fold in (0, 1)]
    assert columns.instants(twice).astype("M8[m]").astype(str).tolist() == ["2026-11-01T05:30", "2026-11-01T06:30"]
    exact = dt.datetime(1, 1, 1, 0, 0, 0, 1, tzinfo=dt.UTC)
    assert columns.instants([exact]).tolist() == [exact.replace(tzinfo=None)]


@pytest.mark.parametrize("unit", ["s", "D", "ms", "M", "Y", "W", "15m", "3M", "h"])
def test_08_units_never_wrap(unit: str) -> None:
    far = np.array([0, -(2**63), 2**62, -(2**62)]).view(f"M8[{unit}]")
    for read in (columns.instants, columns.days):
        with refuses(Overflow, match=r"must fit 64 bits of microseconds, got .* at row 2 \(2 such rows of 4\)"):
            read(far, on_null="drop")


def test_08_units_reach_to_the_ends_of_64_bits() -> None:
    most = (2**63 - 1) // 10**6
    ends = np.array([most, -most], dtype="M8[s]")
    assert columns.instants(ends).view(np.int64).tolist() == [most * 10**6, -most * 10**6]
    with refuses(Overflow, match="at row 1"):
        columns.instants([np.datetime64(0, "s"), np.datetime64(most + 1, "s")])


def test_09_nanoseconds_are_floored_before_1970_too() -> None:
    assert columns.instants(np.array([-1, 1, 1999], dtype="M8[ns]")).view(np.int64).tolist() == [-1, 0, 1]
    assert columns.spans(np.array([-1, 1999], dtype="m8[ns]")).view(np.int64).tolist() == [-1, 1]


@pytest.mark.parametrize(
    ("kind", "values", "rest"),
    [
        ("ids", [1, 2**62], [1]),
        ("ids", ["a", "b"], ["a"]),
        ("ids", [b"a", b"b"], [b"a"]),
        ("quantities", [3, -5], [3]),
        ("numbers", [1.5, np.inf], [1.5]),
        ("flags", [True, False], [True]),
    ],
)
def test_10_masked_values_are_nulls(kind: str, values: list[Any], rest: list[Any]) -> None:
    for dtype in (None, object):
        x = np.ma.array(values, mask=[False, True], dtype=dtype)
        assert getattr(columns, kind)(x, on_null="drop").tolist() == rest
        assert columns.nulls(x).tolist() == [False, True]
    assert columns.nulls(np.ma.array(values)).tolist() == [False, False]


def test_11_a_date_stays_that_day_in_every_zone() -> None:
    day = dt.date(2026, 3, 1)
    for x in ([day], np.array([day], dtype="M8[D]")):
        assert columns.days(x, tz="America/New_York").tolist() == [day]
        assert columns.instants(x, tz="America/New_York").astype(str).tolist() == ["2026-03-01T05:00:00.000000"]


def test_12_the_index_of_a_series_means_nothing() -> None:
    pd: Any = pytest.importorskip("pandas")
    x, y = pd.Series([1, 2, None], index=[2, 2, 0], dtype="Int64"), pd.Series([5, 6, 7], index=[7, 8, 9])
    found = columns.read("f", columns.spec("x", x, "ids"), columns.spec("y", y, "amounts"), on_null="drop")
    assert found["x"].tolist() == [1, 2]
    assert found["y"].tolist() == [5, 6]
    with refuses(InvalidInput, match="at row 2"):
        columns.ids(x)


def test_13_decimals_are_read_under_any_context() -> None:
    price = Decimal("123456.789")
    with localcontext() as context:
        context.prec = 3
        assert columns.numbers([price]).tolist() == [123456.789]
        assert columns.raw([price])[0].tolist() == [price]
