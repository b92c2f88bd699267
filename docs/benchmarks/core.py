"""Measure the ground floor against its rivals: ids as codes, hashes, shares of an amount, tables.

python docs/benchmarks/core.py --list          the pairs of task and rival
python docs/benchmarks/core.py TASK RIVAL      one pair, as one JSON line

Both sides work on the same columns from a fixed seed, must give the same answer, and take turns in one process; the
seconds are the best of five. `peak_mb` is what our first run added to the peak memory of the process.
"""

from __future__ import annotations

import hashlib
import json
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from _pairs import in_turn, peak_mb

from socialmkt.core.factorize import factorize
from socialmkt.core.hashing import hash_text, siphash_words
from socialmkt.core.money import allocate, allocate_array
from socialmkt.core.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = 2_000_000
IDS = 200_000
RUNS = 5


class Pair(NamedTuple):
    """Two ways to one answer, a test that it is one, and the least ratio asked for."""

    ours: Callable[[], Any]
    rival: Callable[[], Any]
    same: Callable[[Any, Any], bool]
    bound: float | None


def main() -> None:
    """Print the pairs, or measure one."""
    if sys.argv[1:] == ["--list"]:
        print(json.dumps(list(PAIRS)))
    else:
        task, rival = sys.argv[1:]
        print(json.dumps({"area": "core", "task": task, "rival": rival, **_measured(PAIRS[task, rival]())}))


def _measured(pair: Pair) -> dict[str, float | None]:
    before = peak_mb()
    ours = pair.ours()
    peak = peak_mb() - before
    assert pair.same(ours, pair.rival()), "the answers differ"
    del ours
    return {**in_turn(pair.ours, pair.rival, RUNS), "peak_mb": peak, "bound": pair.bound}


def _rng() -> np.random.Generator:
    return np.random.default_rng(20260301)


def _among(distinct: np.ndarray, rows: int) -> np.ndarray:
    return _rng().choice(distinct, rows)


def _ints() -> np.ndarray:
    return _among(_rng().integers(0, 10**9, IDS), ROWS)


def _wide() -> np.ndarray:
    info = np.iinfo(np.int64)
    return _rng().integers(info.min, info.max, ROWS)


def _texts(rows: int, ids: int) -> np.ndarray:
    column = np.empty(rows, object)
    column[:] = [f"user{number:06d}" for number in _rng().integers(0, ids, rows).tolist()]
    return column


def _same_codes(ours: Any, rival: Any) -> bool:
    """Compare codes; numpy gives the values first, pandas the codes."""
    values, codes = rival if len(rival[0]) <= len(rival[1]) else (rival[1], rival[0])
    return bool((ours.codes == codes).all() and (ours.values == values).all())


def _against_unique(ids: np.ndarray, bound: float) -> Pair:
    return Pair(lambda: factorize(ids), lambda: np.unique(ids, return_inverse=True), _same_codes, bound)


def _against_pandas(ids: np.ndarray, bound: float | None) -> Pair:
    import pandas as pd

    return Pair(lambda: factorize(ids, order="first"), lambda: pd.factorize(ids), _same_codes, bound)


def _hash_text() -> Pair:
    texts = [f"user{number:08d}" for number in range(ROWS // 2)]

    def rival() -> list[bytes]:
        return [hashlib.blake2b(text.encode(), digest_size=8).digest() for text in texts]

    return Pair(lambda: hash_text(texts), rival, lambda a, b: len(np.unique(a)) == len(set(b)), 2.2)


def _siphash() -> Pair:
    words = np.arange(ROWS // 2, dtype=np.uint64) | np.uint64(7 << 56)
    messages = [number.to_bytes(7, "little") for number in range(words.size)]
    key = bytes(range(16))

    def rival() -> list[bytes]:
        return [hashlib.blake2b(message, digest_size=8, key=key).digest() for message in messages]

    return Pair(lambda: siphash_words(words, key=key), rival, lambda a, b: len(np.unique(a)) == len(set(b)), None)


def _allocate_rows() -> Pair:
    amounts = _rng().integers(-(10**6), 10**6, 100_000)
    weights = _rng().integers(1, 100, (100_000, 5))
    rows = list(zip(amounts.tolist(), weights.tolist(), strict=True))

    def rival() -> list[list[int]]:
        return [allocate(amount, row) for amount, row in rows]

    return Pair(lambda: allocate_array(amounts, weights), rival, lambda a, b: a.tolist() == b, 6)


def _allocate_one() -> Pair:
    weights = _rng().integers(1, 1_000, 300_000)
    listed = weights.tolist()
    return Pair(
        lambda: allocate_array(10**9, weights), lambda: allocate(10**9, listed), lambda a, b: a.tolist() == b, 8
    )


def _columns() -> dict[str, np.ndarray]:
    rng = _rng()
    when = rng.integers(0, 2**50, ROWS).astype("datetime64[us]")
    return {"customer": rng.integers(0, IDS, ROWS), "when": when, "amount": rng.random(ROWS)}


def _copied(columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: column.copy() for name, column in columns.items()}


def _build() -> Pair:
    columns = _columns()
    return Pair(
        lambda: Table.of(columns),
        lambda: _copied(columns),
        lambda a, b: all((a[name] == b[name]).all() for name in b),
        0.3,
    )


def _to_pyarrow() -> Pair:
    import pyarrow as pa

    columns = _columns()
    table = Table.of(columns)
    return Pair(
        lambda: _combined(pa.table(table)), lambda: _copied(columns), lambda a, b: a.num_rows == len(b["when"]), 0.5
    )


def _combined(table: Any) -> Any:
    """Make pyarrow read every buffer, as a copy does."""
    return [column.to_numpy().copy() for column in table.columns] and table


def _to_polars() -> Pair:
    import polars as pl

    columns = _columns()
    table = Table.of(columns)
    return Pair(lambda: pl.DataFrame(table), lambda: pl.DataFrame(columns), lambda a, b: a.shape == b.shape, 0.5)


def _text_to_pyarrow() -> Pair:
    import pyarrow as pa

    texts = _texts(ROWS // 4, IDS)
    table = Table.of({"customer": texts})

    def rival() -> list[bytes]:
        return [text.encode() for text in texts.tolist()]

    return Pair(lambda: pa.table(table), rival, lambda a, b: a.num_rows == len(b), 0.2)


PAIRS: dict[tuple[str, str], Callable[[], Pair]] = {
    ("factorize 2M ints", "numpy unique"): lambda: _against_unique(_ints(), 1.8),
    ("factorize 2M ints of 64 bits", "numpy unique"): lambda: _against_unique(_wide(), 1.0),
    ("factorize 400k texts", "numpy unique"): lambda: _against_unique(_texts(400_000, 40_000), 2.2),
    ("factorize 2M ints by first sight", "pandas factorize"): lambda: _against_pandas(_ints(), 0.8),
    ("factorize 2M texts by first sight", "pandas factorize"): lambda: _against_pandas(_texts(ROWS, IDS), 0.8),
    ("hash_text of 1M", "hashlib BLAKE2b loop"): _hash_text,
    ("siphash_words of 1M", "hashlib BLAKE2b loop"): _siphash,
    ("allocate 100k amounts among 5", "allocate in a loop"): _allocate_rows,
    ("allocate one amount among 300k", "allocate"): _allocate_one,
    ("build a table of 2M rows", "copied columns"): _build,
    ("2M rows to pyarrow", "copied columns"): _to_pyarrow,
    ("2M rows to polars", "polars from a dict"): _to_polars,
    ("500k texts to pyarrow", "texts encoded in a loop"): _text_to_pyarrow,
}


if __name__ == "__main__":
    main()
