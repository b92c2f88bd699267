"""The Hypothesis strategies and the kinds of column that the tests share."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

INT64 = np.iinfo(np.int64)

Maker = Callable[[Sequence[Any]], Any]


def _from(library: str, build: Callable[[Any, Sequence[Any]], Any]) -> Maker:
    """Make columns with a library that may not be installed; skip the test where it is not."""

    def make(values: Sequence[Any]) -> Any:
        return build(pytest.importorskip(library), values)

    return make


def _pyarrow_chunked(pa: Any, values: Sequence[Any]) -> Any:
    whole = pa.array(values)
    middle = len(whole) // 2
    return pa.chunked_array([whole.slice(0, middle), whole.slice(middle)], type=whole.type)


def _pyarrow_sliced(pa: Any, values: Sequence[Any]) -> Any:
    return pa.array([values[0], *values, values[-1]]).slice(1, len(values)) if values else pa.array(values)


_MAKERS: dict[str, Maker] = {
    "list": list,
    "tuple": tuple,
    "numpy": np.asarray,
    "numpy_object": lambda values: np.array(values, dtype=object),
    "pandas": _from("pandas", lambda pd, values: pd.Series(values)),
    "pandas_shifted_index": _from("pandas", lambda pd, values: pd.Series(values, index=range(7, 7 + len(values)))),
    "pandas_index": _from("pandas", lambda pd, values: pd.Index(values)),
    "polars": _from("polars", lambda pl, values: pl.Series(values)),
    "pyarrow": _from("pyarrow", lambda pa, values: pa.array(values)),
    "pyarrow_chunked": _from("pyarrow", _pyarrow_chunked),
    "pyarrow_sliced": _from("pyarrow", _pyarrow_sliced),
}

COLUMN_KINDS = [pytest.param(make, id=name) for name, make in _MAKERS.items()]
"""Constructors that turn a list of clean ints, texts or flags into a column of each library."""


def installed(library: str) -> bool:
    """Tell whether a library can be imported."""
    try:
        importlib.import_module(library)
    except ImportError:
        return False
    return True


int64s = st.integers(min_value=int(INT64.min), max_value=int(INT64.max))
money = st.integers(min_value=-(10**9), max_value=10**9)
words = st.text(alphabet=st.characters(codec="utf-8"), max_size=12)
instants_us = st.integers(min_value=-(2**50), max_value=2**51)
zones = st.sampled_from(
    [
        "UTC",
        "Asia/Shanghai",
        "America/New_York",
        "Europe/Berlin",
        "Europe/Dublin",
        "Australia/Lord_Howe",
        "Antarctica/Troll",
        "Africa/Casablanca",
        "Pacific/Apia",
        "America/St_Johns",
        "America/Sao_Paulo",
        "Asia/Kathmandu",
    ]
)
