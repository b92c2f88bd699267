"""The input boundary: what each kind of column accepts, gives and refuses."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections import UserList, deque
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialmkt.core import columns
from socialmkt.core.errors import AmbiguousTime, InvalidInput, Overflow
from socialmkt.core.factorize import factorize
from socialmkt.core.hashing import hash_keyed, hash_text, splitmix64
from socialmkt.core.money import Currency, Rounding, allocate, allocate_array
from socialmkt.core.stats import quantile, wilson
from tests.refusals import refuses
from tests.strategies import COLUMN_KINDS, instants_us, int64s, words

BIG = 2**53 + 1
NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
DAY = dt.date(2026, 3, 1)
KINDS = ["ids", "instants", "days", "spans", "amounts", "quantities", "numbers", "flags"]
EMPTY_DTYPES = ["i8", "M8[us]", "M8[D]", "m8[us]", "i8", "i8", "f8", "?"]


class Tier(StrEnum):
    gold = "gold"


class Rank(IntEnum):
    first = 1


@pytest.mark.parametrize("make", COLUMN_KINDS)
def test_every_kind_of_column_gives_the_same_ints(make: Any) -> None:
    for read in (columns.ids, columns.amounts, columns.quantities):
        found = read(make([3, BIG, 5]))
        assert found.dtype == np.int64
        assert found.tolist() == [3, BIG, 5]


@pytest.mark.parametrize("make", COLUMN_KINDS)
def test_every_kind_of_column_gives_the_same_texts(make: Any) -> None:
    found = columns.ids(make(["伞", "", "bo"]))
    assert found.dtype.kind in "UO"
    assert found.tolist() == ["伞", "", "bo"]


@pytest.mark.parametrize("make", COLUMN_KINDS)
def test_every_kind_of_column_gives_the_same_flags(make: Any) -> None:
    assert columns.flags(make([True, False, True])).tolist() == [True, False, True]


@pytest.mark.parametrize("make", COLUMN_KINDS)
def test_every_kind_of_column_gives_the_same_numbers(make: Any) -> None:
    assert columns.numbers(make([1.5, -2.0, 0.25])).tolist() == [1.5, -2.0, 0.25]


@pytest.mark.parametrize("make", COLUMN_KINDS)
@pytest.mark.parametrize(("kind", "dtype"), list(zip(KINDS, EMPTY_DTYPES, strict=True)))
def test_an_empty_column_is_an_empty_column_of_every_kind(make: Any, kind: str, dtype: str) -> None:
    found = getattr(columns, kind)(make([]))
    assert found.dtype == dtype
    assert found.shape == (0,)


@given(st.lists(int64s))
def test_ints_pass_unchanged(values: list[int]) -> None:
    assert columns.ids(values).tolist() == columns.amounts(values).tolist() == values


@given(st.lists(words))
def test_texts_pass_unchanged(values: list[str]) -> None:
    assert columns.ids(values).tolist() == values


@given(st.lists(st.one_of(st.none(), int64s)))
def test_dropping_nulls_leaves_the_rest_in_order(values: list[int | None]) -> None:
    assert columns.ids(values, on_null="drop").tolist() == [value for value in values if value is not None]
    assert columns.nulls(values).tolist() == [value is None for value in values]


@given(st.lists(instants_us))
def test_datetimes_and_datetime64_are_the_same_instants(us: list[int]) -> None:
    aware = [dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=one) for one in us]
    assert columns.instants(aware).astype(np.int64).tolist() == us
    assert columns.instants(np.array(us, dtype="M8[us]")).astype(np.int64).tolist() == us


@given(st.lists(st.timedeltas(min_value=dt.timedelta(-(10**8)), max_value=dt.timedelta(10**8))))
def test_timedeltas_pass_unchanged(values: list[dt.timedelta]) -> None:
    assert columns.spans(values).tolist() == values


@given(st.lists(st.dates()))
def test_dates_stay_in_every_zone(values: list[dt.date]) -> None:
    assert columns.days(values, tz="America/New_York").tolist() == values


@pytest.mark.parametrize(
    "make",
    [
        tuple,
        deque,
        UserList,
        np.array,
        lambda values: np.array(values, dtype=">i4"),
        lambda values: np.array(values, dtype="u1"),
        lambda values: np.array(values, dtype="u8"),
        lambda values: np.array([[one, 0] for one in values])[:, 0],
        lambda values: np.array(values[::-1])[::-1],
        lambda values: [np.int16(one) for one in values],
        lambda values: range(values[0], values[-1] + 1),
    ],
)
def test_ints_of_any_width_order_and_stride_are_int64(make: Any) -> None:
    found = columns.ids(make([7, 8, 9]))
    assert found.dtype == np.int64
    assert found.dtype.isnative
    assert found.flags.c_contiguous
    assert found.tolist() == [7, 8, 9]


def test_enum_members_become_plain_values() -> None:
    assert [type(one) for one in columns.ids([Tier.gold, "silver"])] == [str, str]
    assert columns.ids([Tier.gold]).tolist() == ["gold"]
    assert columns.ids([Rank.first, 2]).tolist() == [1, 2]


def test_bytes_and_uuids_are_ids() -> None:
    assert columns.ids([b"a\0", b"a"]).tolist() == [b"a\0", b"a"]
    assert columns.ids(np.array([b"ann"])).tolist() == [b"ann"]
    assert [type(one) for one in columns.ids([np.bytes_(b"a"), b"b"])] == [bytes, bytes]
    one = uuid.UUID(int=5)
    assert columns.ids([one, None], on_null="drop").tolist() == [one]


def test_text_that_came_as_unicode_array_stays_one() -> None:
    assert columns.ids(np.array(["ann", "bo"])).dtype == "<U3"
    assert columns.ids(np.array(["ann", "bo"], dtype=">U3")).dtype == "<U3"


@pytest.mark.parametrize("missing", [None, np.nan])
def test_string_dtype_gives_plain_text_and_its_nulls(missing: Any) -> None:
    dtype: Any = np.dtypes.StringDType
    found = np.array(["a", missing, "bb"], dtype=dtype(na_object=missing))
    assert columns.ids(found, on_null="drop").tolist() == ["a", "bb"]
    assert columns.ids(np.array(["a"], dtype=dtype())).dtype == object


@pytest.mark.parametrize(
    "clean", [np.arange(5), np.arange(5, dtype=np.uint64), np.array([2**63, 1], dtype=np.uint64)], ids=str
)
def test_clean_ids_pass_without_a_copy(clean: Any) -> None:
    assert np.shares_memory(columns.ids(clean), clean)


def test_clean_columns_pass_without_a_copy() -> None:
    for read, dtype in [(columns.instants, "M8[us]"), (columns.days, "M8[D]"), (columns.spans, "m8[us]")]:
        clean = np.arange(5).astype(dtype)
        assert np.shares_memory(read(clean), clean)
    text = np.array(["a", "b"], dtype=object)
    assert columns.ids(text) is text


def test_inputs_are_never_written_to() -> None:
    for values in (np.arange(3), np.array(["NaT", "2026-03-01"], dtype="M8[s]"), np.array([1, None], dtype=object)):
        values.flags.writeable = False
        columns.raw(values)
    locked = np.array(["NaT", "2026-03-01"], dtype="M8[D]")
    locked.flags.writeable = False
    assert columns.instants(locked, tz="Asia/Shanghai", on_null="drop").size == 1
    masked: Any = np.ma.array([1, 2], mask=[True, False])
    columns.ids(masked, on_null="drop")
    assert masked.data.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("x", "got", "fix"),
    [
        (None, "None", r"Pass \[\] for no rows"),
        ("ann", "'ann'", r"Pass a list such as \[x\]"),
        (b"ann", "b'ann'", r"Pass a list such as \[x\]"),
        (bytearray(b"ann"), "bytearray", r"Pass a list such as \[x\]"),
        (5, "5", r"Pass a list such as \[x\]"),
        (DAY, "2026-03-01", r"Pass a list such as \[x\]"),
        (np.int64(5), "5", r"Pass a list such as \[x\]"),
        ({1, 2}, "a set", "a set has no order"),
        ({"a": 1}, "a dict", r"Pass list\(x.values\(\)\)"),
        ({"a": 1}.values(), "a dict_values", r"Pass list\(x\)"),
        ((one for one in [1]), "a generator", r"Pass list\(x\)"),
        (iter([1]), "a list_iterator", r"Pass list\(x\)"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_what_is_no_column_is_refused_with_what_to_pass(x: Any, got: str, fix: str) -> None:
    for read in (columns.ids, columns.nulls, columns.raw, columns.instants, columns.flags):
        with refuses(InvalidInput, match=f"must be a column: .*got {got}.*{fix}"):
            read(x)


def test_arrays_of_other_shapes_are_refused() -> None:
    with refuses(InvalidInput, match=r"must be one-dimensional, got a 0-D int64 array\. Pass a list such as \[x\]"):
        columns.ids(np.array(5))
    with refuses(InvalidInput, match=r"got a 2-D float64 array\. Pass one column of it, such as x\[:, 0\]"):
        columns.numbers(np.zeros((2, 2)))
    with refuses(InvalidInput, match=r"must hold single values, got a \[.*\] column\. Pass one field of it"):
        columns.ids(np.zeros(2, dtype="i4,i4"))


@pytest.mark.parametrize("nested", [[1, 2], (1,), {"a": 1}, {1}, np.array([1])], ids=str)
def test_nested_values_are_refused_by_every_reader(nested: Any) -> None:
    for read in (columns.ids, columns.nulls, columns.raw, columns.numbers, columns.days, columns.spans, columns.flags):
        with refuses(InvalidInput, match=r"must hold single values, got .* at row 1 \(1 such rows of 2\)"):
            read([None, nested])


@pytest.mark.parametrize(
    "x",
    [[1.0], [7, 1.5], [True], [1, True], [Decimal(1)], [NOON], [DAY], np.array([1.0]), np.array([np.nan])],
    ids=str,
)
def test_other_types_are_no_ids(x: Any) -> None:
    with refuses(InvalidInput, match="must hold whole numbers, text, bytes or UUIDs"):
        columns.ids(x)


def test_float_ids_are_told_what_they_lose() -> None:
    for x in ([7, 1.0], np.array([1.0])):
        with refuses(InvalidInput, match=r"floats change ids above 2\*\*53"):
            columns.ids(x)


@pytest.mark.parametrize("dtype", ["?", "c16", "M8[D]", "m8[s]"])
def test_arrays_of_other_types_are_no_ids(dtype: str) -> None:
    with refuses(InvalidInput, match="must hold whole numbers, text, bytes or UUIDs, got a .* column"):
        columns.ids(np.zeros(2, dtype))


@pytest.mark.parametrize("x", [["a", b"a"], ["a", uuid.UUID(int=1)], [1, None, "1"]], ids=str)
def test_two_kinds_of_ids_in_one_column_are_refused(x: Any) -> None:
    with refuses(InvalidInput, match=f"must hold ids of one kind, got .* at row {len(x) - 1} "):
        columns.ids(x)


@pytest.mark.parametrize(
    "null", [None, float("nan"), np.float32("nan"), np.datetime64("NaT", "us"), Decimal("sNaN")], ids=str
)
def test_a_null_is_a_null_among_anything(null: Any) -> None:
    for values in ([1, 2], ["a", "b"], [b"a", b"b"]):
        with refuses(
            InvalidInput, match=r'must not be null, got .* at row 1 \(2 such rows of 4\)\. Pass on_null="drop"'
        ):
            columns.ids([values[0], null, values[1], None])
        assert columns.ids([values[0], null, values[1]], on_null="drop").tolist() == values
    assert columns.nulls([null, 1]).tolist() == [True, False]


def test_only_nulls_are_a_column_of_any_kind() -> None:
    for kind, dtype in zip(KINDS, EMPTY_DTYPES, strict=True):
        assert getattr(columns, kind)([None, np.nan], on_null="drop").dtype == dtype


def test_the_refusal_shows_the_null_as_it_came() -> None:
    for x, got in [
        ([1, None], "None"),
        ((1, float("nan")), "nan"),
        (np.array(["2026-03-01", "NaT"], dtype="M8[D]"), "NaT"),
        (np.ma.array([1, 2], mask=[False, True]), "null"),
    ]:
        read = columns.instants if getattr(x, "dtype", None) == "M8[D]" else columns.amounts
        with refuses(InvalidInput, match=rf"must not be null, got {got} at row 1 \(1 such rows of 2\)"):
            read(x)


@pytest.mark.parametrize(
    "ask",
    [
        *[lambda x, kind=kind: getattr(columns, kind)(x, offer_drop=False) for kind in KINDS],
        lambda x: columns.read("f", columns.spec("x", x, "numbers"), offer_drop=False),
        lambda x: allocate(5, x),
        lambda x: allocate_array(x, [1, 2]),
        lambda x: allocate_array(5, x),
        lambda x: Rounding.up.divide(x, 2),
        lambda x: Rounding.up.divide([4, 5], x),
        lambda x: factorize(np.array(x, dtype=object)),
        hash_text,
        lambda x: hash_keyed(x, key=b"0" * 32),
        splitmix64,
        lambda x: quantile(x, 0.5),
        lambda x: wilson(x, x),
    ],
)
def test_only_a_function_that_can_drop_nulls_offers_to(ask: Any) -> None:
    with refuses(InvalidInput, match=r"must not be null, got None at row \d \(\d such rows of 2\)\.$"):
        ask([None, None])


def test_an_unknown_null_policy_is_refused() -> None:
    with refuses(InvalidInput, match="on_null must be one of raise, drop, got 'ignore'"):
        columns.ids([1], on_null="ignore")  # type: ignore[arg-type]


def test_empty_text_is_a_value() -> None:
    assert columns.ids([""]).tolist() == [""]
    assert not columns.nulls(["", "nan"]).any()


def test_the_caller_is_named_in_the_refusal() -> None:
    with refuses(InvalidInput, match=r"rfm\.summarize: customer must not be null") as caught:
        columns.ids([None], func="rfm.summarize", name="customer")
    assert (caught.value.parameter, caught.value.row, caught.value.count) == ("customer", 0, 1)


def test_mixed_offsets_dates_and_numpy_times_are_one_column() -> None:
    shanghai = NOON.astimezone(ZoneInfo("Asia/Shanghai"))
    when = [shanghai, None, DAY, np.datetime64("2026-03-01T12"), np.datetime64("2026-03-01"), NOON]
    at_noon, midnight = "2026-03-01T12:00:00.000000", "2026-02-28T16:00:00.000000"
    found = columns.instants(when, tz="Asia/Shanghai", on_null="drop")
    assert found.astype(str).tolist() == [at_noon, midnight, at_noon, midnight, at_noon]
    assert columns.days(when, tz="Pacific/Auckland", on_null="drop").astype(str).tolist() == [
        "2026-03-02",
        "2026-03-01",
        "2026-03-02",
        "2026-03-01",
        "2026-03-02",
    ]


def test_a_day_is_midnight_utc_without_a_zone() -> None:
    for day in ([DAY], np.array(["2026-03-01"], dtype="M8[D]"), np.array(["2026-03"], dtype="M8[M]")):
        assert columns.instants(day).astype(str).tolist() == ["2026-03-01T00:00:00.000000"]
        assert columns.days(day, tz="Asia/Shanghai").astype(str).tolist() == ["2026-03-01"]


def test_long_and_odd_units_are_read_exactly() -> None:
    for unit, ticks in [("Y", 56), ("25s", 70_690_752), ("W", 2923), ("7D", 2923), ("1500ns", 3)]:
        times = np.array([ticks, -(2**63)]).view(f"M8[{unit}]")
        assert columns.instants(times, on_null="drop")[0] == times[0].astype("M8[us]")
    assert columns.instants(np.array([-3]).view("M8[1500ns]"))[0] == np.datetime64(-5, "us")


@pytest.mark.parametrize("unit", ["Y", "M", "W", "7D"])
def test_units_longer_than_a_day_are_no_instants_where_a_caller_says_so(unit: str) -> None:
    long = np.array(["2026-03-02"], dtype="M8[D]").astype(f"M8[{unit}]")
    with refuses(InvalidInput, match="instants must hold instants or days, got a datetime64.* column"):
        columns.instants(long, coarse=False)
    with refuses(InvalidInput, match=r"instants must hold instants or days, got 2026.* at row 1 \(1 such rows of 2\)"):
        columns.instants([DAY, long[0]], coarse=False)
    assert columns.instants([DAY, np.datetime64("2026-03-02")], coarse=False).size == 2


def test_times_without_a_unit_are_only_nulls() -> None:
    assert columns.nulls(np.array([np.datetime64("NaT", "us")])).tolist() == [True]
    assert columns.instants(np.array([np.datetime64("NaT", "us")]), on_null="drop").dtype == "M8[us]"
    assert columns.spans(np.array([np.timedelta64("NaT", "us")]), on_null="drop").dtype == "m8[us]"
    with refuses(InvalidInput, match="must hold timedeltas of a fixed unit, got a timedelta64 column"):
        columns.spans(np.array([5]).view("m8"))


@pytest.mark.parametrize(
    "x", [["2026-03-01"], [5], [dt.time(9)], [dt.timedelta(1)], np.array([5]), np.array(["2026-03-01"])], ids=str
)
def test_what_is_no_time_is_refused(x: Any) -> None:
    for read in (columns.instants, columns.days):
        with refuses(InvalidInput, match="must hold aware datetimes, dates or datetime64"):
            read(x)


def test_text_is_told_to_be_parsed_first() -> None:
    for x in (["2026-03-01"], np.array(["2026-03-01"])):
        with refuses(InvalidInput, match="Parse text first"):
            columns.instants(x)


def test_naive_datetimes_are_refused_with_their_count() -> None:
    naive = dt.datetime(2026, 3, 1, 9)
    with refuses(
        AmbiguousTime, match=r"got naive 2026-03-01 09:00:00 at row 2 \(2 such rows of 4\)\. Give each a zone"
    ):
        columns.instants([NOON, None, naive, naive], on_null="drop")


def test_an_unknown_zone_is_refused_even_without_rows() -> None:
    for read in (columns.instants, columns.days):
        with refuses(InvalidInput, match="tz must be an IANA zone name .* got 'Asia/Shangai'.*'Asia/Shanghai'"):
            read([], tz="Asia/Shangai")
    assert columns.days([NOON], tz=ZoneInfo("Pacific/Auckland")).astype(str).tolist() == ["2026-03-02"]


@pytest.mark.parametrize("x", [[5], ["1 day"], np.array([5]), np.array([5], dtype="m8[M]"), [np.timedelta64(1, "Y")]])
def test_what_has_no_fixed_length_is_no_span(x: Any) -> None:
    with refuses(InvalidInput, match="must hold timedeltas of a fixed unit"):
        columns.spans(x)


def test_spans_of_all_units_become_microseconds() -> None:
    assert (
        columns.spans([dt.timedelta(hours=1), np.timedelta64(1, "h"), np.timedelta64(3_600, "s")]).tolist()
        == [dt.timedelta(hours=1)] * 3
    )
    assert columns.spans(np.array([2], dtype="m8[W]")).tolist() == [dt.timedelta(14)]


@pytest.mark.parametrize("x", [[dt.timedelta.max], np.array([2**62], dtype="m8[s]"), [np.timedelta64(2**62, "ms")]])
def test_spans_outside_64_bits_overflow(x: Any) -> None:
    with refuses(Overflow, match="must fit 64 bits of microseconds, got .* at row 0"):
        columns.spans(x)


@pytest.mark.parametrize("x", [[5.0], [Decimal(5)], ["5.00"], np.array([5.0]), np.array(["5"])], ids=str)
def test_money_that_is_not_in_minor_units_is_refused_with_the_way_out(x: Any) -> None:
    match = r"must hold whole minor units, .*minor units.*pass currency=\"CNY\".*Currency\(\"CNY\"\)\.minors\(column"
    with refuses(InvalidInput, match=match):
        columns.amounts(x)


@pytest.mark.parametrize("x", [[1, 2**63], [1, -(2**63) - 1], np.array([1, 2**63], dtype=np.uint64)], ids=str)
def test_amounts_outside_int64_overflow(x: Any) -> None:
    with refuses(Overflow, match=r"must fit 64 bits.*at row 1 \(1 such rows of 2\)"):
        columns.amounts(x)


def test_quantities_below_the_minimum_are_refused_with_row_and_count() -> None:
    with refuses(InvalidInput, match=r"seats must be at least 0, got -3 at row 1 \(2 such rows of 4\)"):
        columns.quantities([4, -3, 0, -1], name="seats")
    with refuses(InvalidInput, match=r"must be at least 1, got 0 at row 2 \(1 such rows of 3\)"):
        columns.quantities([4, None, 0], minimum=1, on_null="drop")
    assert columns.quantities([4, None], minimum=1, on_null="drop").tolist() == [4]
    with refuses(InvalidInput, match="must hold whole numbers, got 1.0 at row 0"):
        columns.quantities([1.0])


def test_numbers_take_ints_floats_and_decimals() -> None:
    assert columns.numbers([1, 2.5, Decimal("0.1"), None], on_null="drop").tolist() == [1.0, 2.5, 0.1]
    assert columns.numbers(np.array([1.5, np.nan], dtype=np.float32), on_null="drop").tolist() == [1.5]
    assert columns.numbers(np.array([7], dtype=np.uint8)).tolist() == [7.0]


@pytest.mark.parametrize("x", [[1, np.inf], [1, -np.inf], [1, Decimal("inf")], np.array([1, np.inf])])
def test_infinite_numbers_are_refused_under_every_policy(x: Any) -> None:
    with refuses(InvalidInput, match=r"must be finite, got -?inf at row 1"):
        columns.numbers(x, on_null="drop")


@pytest.mark.parametrize("x", [[True], ["1"], np.array([True]), np.array(["1"]), [1j]], ids=str)
def test_what_is_no_number_is_refused(x: Any) -> None:
    with refuses(InvalidInput, match="must hold finite numbers"):
        columns.numbers(x)


@pytest.mark.parametrize("x", [[1], [0], ["yes"], [1.0], np.array([1]), np.array(["yes"])], ids=str)
def test_what_is_no_flag_is_refused(x: Any) -> None:
    with refuses(InvalidInput, match="must hold true and false"):
        columns.flags(x)


def test_nulls_are_found_in_every_kind() -> None:
    assert columns.nulls(np.array([1, 2])).tolist() == [False, False]
    assert columns.nulls(np.array([1.0, np.nan])).tolist() == [False, True]
    assert columns.nulls(np.array(["NaT", "2026-03-01"], dtype="M8[s]")).tolist() == [True, False]
    assert columns.nulls(np.ma.array(["a", "b"], mask=[True, False])).tolist() == [True, False]
    assert columns.nulls(np.ma.array([1.0, np.nan], mask=[True, False])).tolist() == [True, True]


@pytest.mark.parametrize(
    ("x", "dtype", "values"),
    [
        ([1, 2], "i8", [1, 2]),
        ([2**63], "u8", [2**63]),
        ([2**70], object, [2**70]),
        ([1.5, 2.5], "f8", [1.5, 2.5]),
        ([1, 2.5], object, [1, 2.5]),
        (["9.90", "x"], object, ["9.90", "x"]),
        ([True], object, [True]),
        (np.array(["a"]), object, ["a"]),
        (np.array([True]), object, [True]),
        (np.array([1.5], dtype="f4"), "f8", [1.5]),
        (np.array([3], dtype="u2"), "i8", [3]),
        (np.array([1], dtype="M8[ns]"), object, [np.datetime64(1, "ns")]),
    ],
    ids=str,
)
def test_raw_gives_numbers_as_numbers_and_the_rest_as_python_values(x: Any, dtype: Any, values: list[Any]) -> None:
    found, nulls = columns.raw(x)
    assert found.dtype == dtype
    assert found.tolist() == values
    assert nulls.tolist() == [False] * len(values)


def test_raw_marks_nulls() -> None:
    for x in ([1, None], [1.5, None], ["a", None], np.array([1.5, np.nan]), np.ma.array([1, 2], mask=[False, True])):
        assert columns.raw(x)[1].tolist() == [False, True]


@pytest.mark.parametrize(
    ("column", "advice"),
    [
        ([12.5], ", floats=True"),
        (np.array([12.5], "f4"), ", floats=True"),
        (["12.50"], ""),
        (np.array(["12.50"]), ""),
        ([Decimal("12.50")], ""),
        ([None, "12.50", 1.5], ""),
    ],
)
def test_the_advice_on_amounts_can_be_followed(column: Any, advice: str) -> None:
    with refuses(InvalidInput, match=rf'or Currency\("CNY"\)\.minors\(column{advice}\)\.'):
        columns.amounts(column)
    known = [value for value in column if value is not None]
    assert Currency("CNY").minors(known, floats=True).tolist()[0] == 1250


@pytest.mark.parametrize("column", [[True], np.array([True]), [dt.timedelta(1)], np.array([1], "m8[s]"), [b"1"]])
def test_what_is_no_money_gets_no_advice_on_money(column: Any) -> None:
    with refuses(InvalidInput, match=r"amounts must hold whole minor units, got .*(column|of 1\))\.$"):
        columns.amounts(column)


@pytest.mark.parametrize("number", [10**400, -(10**400), Decimal("1e400")])
def test_a_number_too_large_for_a_float_is_an_overflow(number: Any) -> None:
    with refuses(Overflow, match=r"numbers must fit a float, got .*1.* at row 1 \(1 such rows of 3\)"):
        columns.numbers([math.inf, number, 1.0])
    with refuses(InvalidInput, match="numbers must be finite, got inf at row 0"):
        columns.numbers([Decimal("Infinity"), 1.0])
