"""Laws of a Table in JSON: lists that any reader understands, and that come back equal."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from pydantic import TypeAdapter, ValidationError

from socialmkt.core.model import canonical
from socialmkt.core.table import Table
from tests.core.test_table import WIDE, Summary, Wide, summary, tables


def _strict(constant: str) -> Any:
    message = f"not strict JSON: {constant}"
    raise AssertionError(message)


@given(table=tables())
def test_a_table_comes_back_equal_from_strict_json(table: Table) -> None:
    text = table.model_dump_json()
    json.loads(text, parse_constant=_strict)
    back = type(table).model_validate_json(text)
    assert back == table
    assert [back[name].dtype.kind for name in back.columns if name not in {"texts", "ids"}] == list("ifbMMm")


def test_columns_are_lists_of_plain_values() -> None:
    dumped = json.loads(Wide(**WIDE).model_dump_json())
    assert dumped == {
        "ints": [3, 1, 2],
        "floats": [0.5, None, 2.0],
        "flags": [True, False, True],
        "texts": ["b", "a", "c\0"],
        "instants": ["2026-03-01T12:00:00.000000Z", None, "2026-03-01T12:00:00.000001Z"],
        "days": ["2026-03-01", None, "0001-01-01"],
        "spans": [3_600_000_000, None, -1],
        "ids": [f"00000000-0000-0000-0000-00000000000{n}" for n in (2, 1, 3)],
        "column_dtypes": {"ids": "uuid"},
    }


def test_infinities_are_words_and_nan_is_null() -> None:
    table = Table.of({"x": np.array([np.inf, -np.inf, np.nan])})
    assert table.model_dump_json() == '{"x":["Infinity","-Infinity",null]}'


@pytest.mark.parametrize(
    "values",
    [
        np.array([1, 2], dtype=np.int32),
        np.array([1, 2], dtype=np.uint64),
        np.array([1, 2**64 - 1], dtype=np.uint64),
        np.array([0.1, np.nan, np.inf], dtype=np.float32),
        [b"a\0", b""],
        np.array(["a", "b"]),
    ],
)
def test_dtypes_that_a_list_would_lose_come_back(values: Any) -> None:
    table = Table.of({"x": values})
    assert type(table).model_validate_json(table.model_dump_json()) == table
    assert type(table).model_validate_json(canonical(table)) == table


@pytest.mark.parametrize(
    "ids", [["ann", "bo", "cy"], [1, 2, 3], [b"a", b"b", b"\xff"], np.array([1, 2, 3], dtype=np.uint64)]
)
@pytest.mark.parametrize("rows", [0, 3])
def test_every_kind_of_id_comes_back_also_of_no_rows(ids: Any, rows: int) -> None:
    table = summary(customer=ids).head(rows)
    back = Summary.model_validate_json(table.model_dump_json())
    assert back == table


def test_absent_columns_are_left_out_and_empty_metadata_is_not() -> None:
    dumped = json.loads(summary().model_dump_json())
    assert list(dumped) == ["customer", "orders", "unit", "tz", "dropped"]
    assert dumped["tz"] is None
    assert set(summary().model_dump()) == set(dumped)
    assert list(json.loads(summary().model_dump_json(exclude={"orders"}))) == ["customer", "unit", "tz", "dropped"]


def test_other_offsets_and_far_years_are_read() -> None:
    at = Table.of({"at": np.array(["2026-03-01"], dtype="M8[us]")})
    for text in ("2026-03-01T08:00:00+08:00", "2026-03-01T00:00:00Z", "2026-03-01T00:00:00.0Z"):
        assert type(at).model_validate_json(json.dumps({"at": [text]})) == at
    far = Table.of({"at": np.array(["-0044-03-15T12:00", "123456-01-01"], dtype="M8[us]")})
    assert type(far).model_validate_json(far.model_dump_json()) == far


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("ints", [1.5]),
        ("ints", ["1"]),
        ("ints", [True]),
        ("ints", {"0": 1}),
        ("floats", ["NaN"]),
        ("floats", [True]),
        ("flags", [1]),
        ("texts", [1]),
        ("instants", ["2026-03-01T00:00:00"]),
        ("instants", ["now"]),
        ("instants", ["2026-02-30T00:00:00Z"]),
        ("instants", ["999999-01-01T00:00:00Z"]),
        ("instants", [5]),
        ("instants", ["5"]),
        ("days", ["2026-02-30"]),
        ("days", ["today"]),
        ("days", ["2026-01-01T00:00:00Z"]),
        ("days", ["2026"]),
        ("days", ["26252734927768524-01-01"]),
        ("days", [5]),
        ("spans", [1.5]),
        ("spans", [True]),
        ("spans", [2**63]),
        ("spans", [-(2**63)]),
        ("ids", [None]),
        ("ids", [1, "a"]),
        ("column_dtypes", ["int32"]),
        ("column_dtypes", {"nothing": "int32"}),
        ("column_dtypes", {"ints": "float32"}),
        ("column_dtypes", {"ints": "object"}),
        ("column_dtypes", {"flags": "int8"}),
        ("column_dtypes", {"ids": "bytes"}),
        ("column_dtypes", {"texts": "uuid"}),
        ("other", [1]),
    ],
)
def test_what_does_not_belong_is_refused(name: str, values: Any) -> None:
    good = {kind: column[:1] for kind, column in json.loads(Wide(**WIDE).model_dump_json()).items() if kind in WIDE}
    good["column_dtypes"] = {"ids": "uuid"}
    Wide.model_validate_json(json.dumps(good))
    with pytest.raises(ValidationError, match=f"{name}|ids must hold bytes"):
        Wide.model_validate_json(json.dumps({**good, name: values}))


def test_a_value_beyond_its_dtype_is_refused() -> None:
    table = type(Table.of({"n": np.array([1], dtype=np.int8)}))
    with pytest.raises(ValidationError, match="n must fit int8, got 300 to 300"):
        table.model_validate_json('{"n":[300],"column_dtypes":{"n":"int8"}}')


def test_iso_text_is_for_json_only() -> None:
    with pytest.raises(ValidationError, match="instants must hold"):
        Wide(**{**WIDE, "instants": ["2026-03-01T12:00:00Z"] * 3})


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_the_json_schema_describes_the_lists(mode: Any) -> None:
    schema = Wide.model_json_schema(mode=mode)
    assert set(schema["properties"]) == {*WIDE, "column_dtypes"}
    assert schema["properties"]["ints"]["items"] == {"type": "integer"}
    assert schema["required"] == list(WIDE)
    assert "properties" in TypeAdapter(list[Wide]).json_schema(mode=mode)["$defs"]["Wide"]
