"""Purchase logs in data frames: every engine gives the answer that arrays give."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialmkt import rfm
from socialmkt.core.errors import EmptyInput, InvalidInput, Overflow
from socialmkt.core.table import Table
from tests.refusals import refuses
from tests.strategies import zones

nw = pytest.importorskip("narwhals")
frames = pytest.importorskip("socialmkt.frames")
pa = pytest.importorskip("pyarrow")

ROOT = Path(__file__).parents[1]
DAY = 86_400 * 10**6
pytestmark = [
    pytest.mark.frames,
    pytest.mark.filterwarnings("ignore:Dask support is moving:FutureWarning"),
    pytest.mark.filterwarnings("ignore:.*fetch_arrow_table:DeprecationWarning"),  # sqlframe calls it
]


def _pandas(table):
    return pytest.importorskip("pandas").DataFrame(table.to_pandas())


def _pandas_arrow(table):
    return table.to_pandas(types_mapper=pytest.importorskip("pandas").ArrowDtype)


def _polars(table):
    return pytest.importorskip("polars").from_arrow(table)


def _dask(table):
    pytest.importorskip("dask").config.set(scheduler="synchronous")
    return pytest.importorskip("dask.dataframe").from_pandas(_pandas_arrow(table), npartitions=2)


def _ibis(table):
    connection = pytest.importorskip("ibis").duckdb.connect()
    connection.con.register("log", table)
    return connection.table("log")


def _sqlframe(table):
    return pytest.importorskip("sqlframe.duckdb").DuckDBSession().createDataFrame(table.to_pandas())


def _pyspark(table):
    return pytest.importorskip("tests.scale.spark").session().createDataFrame(table)


FAST = {
    "pandas": _pandas,
    "pandas_arrow": _pandas_arrow,
    "polars": _polars,
    "polars_lazy": lambda table: _polars(table).lazy(),
    "pyarrow": lambda table: table,
    "duckdb": lambda table: pytest.importorskip("duckdb").from_arrow(table),
    "narwhals": nw.from_native,
}
LAZY = ["polars_lazy", "duckdb", "dask"]
SLOW = {"ibis": _ibis, "sqlframe": _sqlframe, "pyspark": _pyspark}
ENGINES = {**FAST, "dask": _dask, **SLOW}


@pytest.fixture(
    params=[pytest.param(name, marks=[] if name in FAST else [pytest.mark.slow]) for name in ENGINES], scope="session"
)
def constructor(request):
    """Give what turns an Arrow table into a frame of one engine."""
    return ENGINES[request.param]


NUMBER = np.arange(24)
US = 19_000 * DAY + NUMBER * 7 * 3_600 * 10**6 * (NUMBER % 5) - (NUMBER % 3) * 400 * DAY - (NUMBER == 5) * 20_000 * DAY
ARRAYS = {
    "who": [f"fan{n % 4}" for n in NUMBER.tolist()],
    "number": NUMBER % 5 + 2**53,
    "at": US.view("M8[us]"),
    "day": US.view("M8[us]").astype("M8[D]"),
    "fen": NUMBER * 130 - 700,
    "yuan": (NUMBER * 130 - 700) / 100,
    "deal": NUMBER % 7,
}


def table(**changed):
    arrays = {**ARRAYS, **changed}
    return pa.table({name: pa.array(column) for name, column in arrays.items()})


def by_arrays(customer, when, amount=None, order=None, **rules):
    columns = [None if name is None else ARRAYS[name] for name in (customer, when, amount, order)]
    return rfm.summarize(*columns[:3], order=columns[3], **rules)


def by_engine(frame, customer, when, amount=None, order=None, **rules):
    return frames.summarize(frame, customer=customer, when=when, amount=amount, order=order, **rules)


CASES = [
    ({"customer": "who", "when": "at", "amount": "fen"}, {}),
    ({"customer": "number", "when": "at"}, {"unit": "h", "as_of": dt.date(2021, 6, 1)}),
    ({"customer": "who", "when": "at", "amount": "fen"}, {"unit": "W", "tz": "America/New_York"}),
    ({"customer": "number", "when": "day", "amount": "fen"}, {"tz": "Asia/Shanghai", "returns": "gross"}),
    (
        {"customer": "who", "when": "at", "amount": "yuan"},
        {"unit": "M", "currency": "CNY", "returns": "match_occasion"},
    ),
    ({"customer": "who", "when": "day", "amount": "fen", "order": "deal"}, {"unit": "Q", "returns": "match_occasion"}),
]


@pytest.mark.parametrize(("names", "rules"), CASES)
def test_every_engine_gives_the_table_that_arrays_give(constructor, names, rules) -> None:
    found, wanted = by_engine(constructor(table()), **names, **rules), by_arrays(**names, **rules)
    assert found == wanted
    assert rfm.score(found) == rfm.score(wanted)


def test_zoned_columns_are_the_instants_they_name(constructor) -> None:
    if constructor is _sqlframe:
        pytest.skip("takes no zoned columns from pandas")
    zoned = table().set_column(2, "at", pa.array(ARRAYS["at"]).cast(pa.timestamp("us", "Asia/Shanghai")))
    assert by_engine(constructor(zoned), "who", "at", "fen") == by_arrays("who", "at", "fen")


def test_nulls_are_refused_by_column_and_count_or_dropped(constructor) -> None:
    holed = table(deal=pa.array([None, *NUMBER[1:].tolist()]))
    frame = constructor(holed)
    if not str(nw.from_native(frame).collect_schema()["deal"]).startswith("Float"):
        with refuses(InvalidInput, match=r"order must not be null, got null in column 'deal' \(1 such row"):
            by_engine(frame, "who", "at", "fen", "deal")
        found = by_engine(frame, "who", "at", "fen", "deal", on_null="drop")
        assert (found.dropped, int(found["orders"].sum())) == (1, 23)
    else:
        with refuses(InvalidInput, match="order must hold"):
            by_engine(frame, "who", "at", "fen", "deal")


def test_a_column_that_is_not_there_is_named_with_those_that_are(constructor) -> None:
    with refuses(InvalidInput, match="customer must be one of who, number, at, .* got 'whom'. Did you mean 'who'"):
        by_engine(constructor(table()), "whom", "at")


def test_sums_that_int64_might_not_hold_are_refused(constructor) -> None:
    large = np.full(24, 2**62)
    with refuses(Overflow, match="amount must add up to less than"):
        by_engine(constructor(table(fen=large)), "who", "at", "fen")


def test_sums_near_the_bound_are_reckoned_exactly(constructor) -> None:
    amounts = np.where(NUMBER == 3, 2**62, -1)
    found = by_engine(constructor(table(fen=amounts)), "who", "at", "fen")
    assert int(found["total"].sum()) == 2**62 - 23


def test_amounts_that_are_no_whole_minor_units_are_refused_with_their_count(constructor) -> None:
    odd = np.where(NUMBER < 2, 11.777, 5.0)
    with refuses(
        InvalidInput, match=r"amount must have at most 2 decimal places in CNY, got 11.777 .*2 such rows of 24"
    ):
        by_engine(constructor(table(yuan=odd)), "who", "at", "yuan", currency="CNY")


def test_negative_amounts_are_rejected_with_their_count(constructor) -> None:
    with refuses(InvalidInput, match=r"amount must be at least 0, got -700 \(6 such rows of 24\)"):
        by_engine(constructor(table()), "who", "at", "fen", returns="reject")


def test_columns_of_another_kind_are_refused(constructor) -> None:
    frame = constructor(table())
    with refuses(InvalidInput, match="customer must hold whole numbers, text"):
        by_engine(frame, "yuan", "at")
    with refuses(InvalidInput, match="amount must hold whole minor units"):
        by_engine(frame, "who", "at", "yuan")
    with refuses(InvalidInput, match="when must hold"):
        by_engine(frame, "who", "who")


def test_no_rows_are_refused_or_give_an_empty_table(constructor) -> None:
    empty = nw.from_native(constructor(table())).filter(nw.col("deal") > 99).to_native()
    with refuses(EmptyInput, match="as_of must be given where there are no rows"):
        by_engine(empty, "number", "at", "fen")
    assert len(by_engine(empty, "number", "at", "fen", as_of=dt.date(2026, 3, 1))) == 0


@pytest.mark.parametrize("name", LAZY)
def test_a_lazy_frame_is_never_collected_whole(name, monkeypatch) -> None:
    frame, shapes, collect = ENGINES[name](table(who=["ann"] * 24)), [], nw.LazyFrame.collect

    def spy(self, *args, **options):
        found = collect(self, *args, **options)
        shapes.append(len(found))
        return found

    monkeypatch.setattr(nw.LazyFrame, "collect", spy)
    found = by_engine(frame, "who", "at", "fen", unit="Q")
    assert found == rfm.summarize(["ann"] * 24, ARRAYS["at"], ARRAYS["fen"], unit="Q")
    assert shapes.pop() == int(found["periods"].sum()) < 24
    assert set(shapes) == {1}


@pytest.mark.parametrize("name", ["pandas", "polars", "pyarrow"])
def test_one_engine_brings_in_none_of_the_others(name) -> None:
    others = {"pandas", "polars", "duckdb", "dask", "ibis", "pyspark"} - {name}
    others -= {"pandas"} if name == "pyarrow" else set()
    make = {
        "pandas": "pandas.DataFrame({'who': [7], 'at': pandas.to_datetime(['2026-03-01'])})",
        "polars": "polars.DataFrame({'who': [7], 'at': [datetime.datetime(2026, 3, 1)]})",
        "pyarrow": "pyarrow.table({'who': [7], 'at': [datetime.datetime(2026, 3, 1)]})",
    }[name]
    code = (
        f"import sys, datetime, {name}\nbefore = set(sys.modules)\nfrom socialmkt import frames\n"
        f"frames.summarize({make}, customer='who', when='at')\nprint(*set(sys.modules) - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not others & set(done.stdout.split())


def test_without_narwhals_the_extra_is_named() -> None:
    code = (
        "import sys\nsys.modules['narwhals'] = None\n"
        "try:\n    import socialmkt.frames\nexcept ImportError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert 'pip install "socialmkt[frames]"' in done.stdout


# --- laws -----------------------------------------------------------------------------------------------------------

# both sides of two changes of the clock in New York, and of the minute at which St. John's went back over midnight
AROUND = [1_268_550_000, 1_289_109_600, 1_289_097_060]
instants = st.one_of(
    st.integers(-500 * DAY, 500 * DAY),
    st.builds(lambda at, s: (at + s) * 10**6, st.sampled_from(AROUND), st.integers(-90_000, 90_000)),
)
logs = st.lists(st.tuples(st.integers(0, 4), instants, st.integers(-500, 2_000), st.integers(0, 2)), max_size=25)
rules = st.fixed_dictionaries(
    {
        "unit": st.sampled_from("hDWMQ"),
        "returns": st.sampled_from(["net", "gross", "match_occasion"]),
        "tz": st.one_of(st.none(), zones),
        "as_of": st.sampled_from([dt.date(1970, 1, 3), dt.date(2026, 3, 1)]),
    }
)


@pytest.mark.parametrize("name", ["pandas", "polars_lazy", "pyarrow", "duckdb"])
@settings(max_examples=20)
@given(log=logs, rules=rules, flags=st.tuples(st.booleans(), st.booleans(), st.booleans()))
def test_any_log_under_any_rules_gives_what_arrays_give(name, log, rules, flags) -> None:
    by_order, days, major = flags
    who, us, fen, deal = (np.array([row[at] for row in log], dtype=np.int64) for at in range(4))
    when = us.view("M8[us]").astype("M8[D]") if days else us.view("M8[us]")
    paid, currency = (fen / 100, "CNY") if major else (fen, None)
    frame = ENGINES[name](pa.table({"who": who, "at": pa.array(when), "paid": paid, "deal": deal}))
    found = by_engine(frame, "who", "at", "paid", "deal" if by_order else None, currency=currency, **rules)
    assert found == rfm.summarize(who, when, paid, order=deal if by_order else None, currency=currency, **rules)


# --- columns --------------------------------------------------------------------------------------------------------


def test_columns_of_every_engine_are_clean_arrays(constructor) -> None:
    found = frames.columns(constructor(table()), "who", "number", "at", "yuan")
    assert list(found) == ["who", "number", "at", "yuan"]
    assert found["number"].dtype == np.int64
    assert found["at"].dtype == "M8[us]"
    for name, column in found.items():
        assert sorted(column.tolist()) == sorted(np.asarray(ARRAYS[name]).tolist())


def test_nullable_whole_numbers_never_become_floats() -> None:
    found = frames.columns(_pandas_arrow(pa.table({"fan": pa.array([2**53 + 1, None])})), "fan")
    assert found["fan"].tolist() == [2**53 + 1, None]


def test_columns_keep_flags_durations_dates_and_objects() -> None:
    mixed = {
        "met": [True, None],
        "took": np.array([5, 6], "m8[s]"),
        "on": np.array([1, 2], "M8[D]"),
        "ok": [True, False],
    }
    found = frames.columns(pa.table({name: pa.array(column) for name, column in mixed.items()}), *mixed)
    assert [str(column.dtype) for column in found.values()] == ["object", "timedelta64[us]", "datetime64[D]", "bool"]


def test_a_table_of_ours_is_a_frame() -> None:
    ours = Table.of({"who": ["ann", "bo"], "at": ARRAYS["at"][:2]})
    assert by_engine(ours, "who", "at") == rfm.summarize(["ann", "bo"], ARRAYS["at"][:2])
    assert frames.columns(ours, "who")["who"].tolist() == ["ann", "bo"]


def test_what_is_no_frame_is_refused() -> None:
    with refuses(InvalidInput, match="df must be a data frame of pandas"):
        by_engine([1, 2], "who", "at")
    with refuses(InvalidInput, match="names must name at least one column"):
        frames.columns(table())


def test_categories_are_what_they_stand_for() -> None:
    pd = pytest.importorskip("pandas")
    log = pd.DataFrame(
        {"who": pd.Categorical([7, 5, 7]), "shop": pd.Categorical(["b", "a", "b"]), "at": ARRAYS["at"][:3]}
    )
    assert by_engine(log, "who", "at")["customer"].tolist() == [5, 7]
    assert by_engine(log, "shop", "at")["customer"].tolist() == ["a", "b"]


@pytest.mark.parametrize("unit", ["s", "ms", "ns"])
def test_instants_of_other_units_are_read_and_floored(unit) -> None:
    ticks = np.array([-1, 86_399, 10**9 + 1]).view(f"M8[{unit}]")
    log = pa.table({"who": [1, 1, 2], "at": pa.array(ticks)})
    for name in ["pandas", "polars_lazy", "pyarrow", "duckdb"]:
        assert by_engine(ENGINES[name](log), "who", "at") == rfm.summarize([1, 1, 2], ticks), name


def test_instants_beyond_microseconds_are_refused() -> None:
    log = pa.table({"who": [1], "at": pa.array(np.array([2**60]).view("M8[s]"))})
    with refuses(Overflow, match="when must fit 64 bits of microseconds"):
        by_engine(log, "who", "at")


def test_amounts_beyond_int64_are_refused() -> None:
    log = pa.table({"who": [1], "at": pa.array(ARRAYS["at"][:1]), "fen": pa.array([2**63], pa.uint64())})
    with refuses(Overflow, match="amount must fit 64 bits"):
        by_engine(log, "who", "at", "fen")


def test_decimals_are_read_exactly_or_refused() -> None:
    from decimal import Decimal

    log = pa.table({"who": [1, 1], "at": pa.array(ARRAYS["at"][:2]), "yuan": [Decimal("11.770"), Decimal("0.010")]})
    odd = pa.table({"who": [1], "at": pa.array(ARRAYS["at"][:1]), "yuan": [Decimal("11.770000000000000001")]})
    for name in ["polars_lazy", "pyarrow", "duckdb"]:
        assert by_engine(ENGINES[name](log), "who", "at", "yuan", currency="CNY")["total"].tolist() == [1178]
        with refuses(InvalidInput, match=r"at most 2 decimal places in CNY, got Decimal\('11.77000"):
            by_engine(ENGINES[name](odd), "who", "at", "yuan", currency="CNY")
