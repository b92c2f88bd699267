"""Several parameters whose rows belong together."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from socialmkt.core.columns import nulls, read, spec
from socialmkt.core.errors import InvalidInput
from tests.refusals import refuses

maybe = st.one_of(st.none(), st.integers(0, 9))


@given(st.lists(st.tuples(maybe, maybe)))
def test_a_row_is_dropped_if_any_of_its_values_is_null(rows: list[tuple[int | None, int | None]]) -> None:
    whole = [row for row in rows if None not in row]
    found = read(
        "f", spec("a", [a for a, _ in rows], "ids"), spec("b", [b for _, b in rows], "amounts"), on_null="drop"
    )
    assert list(zip(found["a"].tolist(), found["b"].tolist(), strict=True)) == whole
    assert (found.n, found.dropped) == (len(whole), len(rows) - len(whole))
    assert [rows[row] for row in (range(len(rows)) if found.kept is None else found.kept)] == whole


def test_clean_columns_are_kept_whole_and_not_copied() -> None:
    who, paid = np.arange(3), np.arange(3)
    for on_null in ("raise", "drop"):
        found = read("f", spec("who", who, "ids"), spec("paid", paid, "amounts"), on_null=on_null)
        assert found["who"] is who
        assert found["paid"] is paid
        assert (found.n, found.dropped, found.kept) == (3, 0, None)


def test_no_parameters_are_no_rows() -> None:
    assert read("f").n == 0


def test_unequal_lengths_name_every_parameter_with_its_length() -> None:
    match = r"f: b must be as long as a \(3 rows\), got 1 row\. Rows: a 3, b 1, c 2\."
    with refuses(InvalidInput, match=match):
        read("f", spec("a", [1, 2, 3], "ids"), spec("b", [1], "ids"), spec("c", [True, False], "flags"))


def test_the_first_parameter_with_nulls_is_named() -> None:
    match = r"f: b must not be null, got None at row 1 \(1 such rows of 2\)\. Pass on_null=\"drop\""
    with refuses(InvalidInput, match=match):
        read("f", spec("a", [1, 2], "ids"), spec("b", [1, None], "ids"), spec("c", [None, None], "flags"))


def test_the_null_policy_is_checked_first() -> None:
    with refuses(InvalidInput, match="f: on_null must be one of raise, drop, got 'skip'"):
        read("f", spec("a", "no column", "ids"), on_null="skip")  # type: ignore[arg-type]


def test_options_reach_the_kind() -> None:
    with refuses(InvalidInput, match="f: seats must be at least 1, got 0 at row 1"):
        read("f", spec("seats", [1, 0], "quantities", minimum=1))
    day = read("f", spec("on", np.array(["2026-03-01T20:00"], dtype="M8[m]"), "days", tz="Asia/Shanghai"))["on"]
    assert day.astype(str).tolist() == ["2026-03-02"]


def test_an_unknown_kind_is_refused() -> None:
    with refuses(InvalidInput, match=r"columns\.spec: kind must be one of ids, .*got 'id'\. Did you mean 'ids'\?"):
        spec("a", [1], "id")  # type: ignore[arg-type]


def test_a_reader_of_ones_own_takes_part_in_the_null_policy() -> None:
    def lengths(x: Any, /, *, func: str, name: str) -> tuple[Any, Any]:
        return np.array([len(one or "") for one in x]), nulls(x, func=func, name=name)

    found = read("f", spec("name", ["ann", None, "bo"], lengths), spec("n", [1, 2, 3], "ids"), on_null="drop")
    assert found["name"].tolist() == [3, 2]
    assert found["n"].tolist() == [1, 3]
    with refuses(InvalidInput, match="f: name must not be null, got None at row 1"):
        read("f", spec("name", ["ann", None], lengths))


def test_an_option_that_the_kind_does_not_have_is_refused_at_once() -> None:
    with refuses(InvalidInput, match=r"columns\.spec: options must be none for ids, got 'minimum'"):
        spec("a", [0], "ids", minimum=1)
    with refuses(InvalidInput, match="options must be minimum for quantities, got 'least'"):
        spec("a", [0], "quantities", least=1)


def test_a_column_that_was_not_read_is_refused_with_those_that_were() -> None:
    with refuses(InvalidInput, match="Columns: name must be one of paid, got 'payd'. Did you mean 'paid'?"):
        read("f", spec("paid", [1], "amounts"))["payd"]
