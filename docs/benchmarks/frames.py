"""Benchmarks of socialmkt.frames: python docs/benchmarks/frames.py --list, or TASK ENGINE for one JSON line.

`frames.summarize` on the engine's own frame against `rfm.summarize` on arrays of the same rows, interleaved in one
process, best of several. Here the arrays are the rival: a ratio below 1 says that they are faster than the engine.
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from socialmkt import frames, rfm

if TYPE_CHECKING:
    from collections.abc import Callable

TASKS: dict[str, dict[str, Any]] = {
    "1M purchases, days": {},
    "1M purchases, weeks in New York": {"unit": "W", "tz": "America/New_York"},
}
ENGINES = ["pandas", "polars", "duckdb"]
ROWS, CUSTOMERS = 1_000_000, 50_000
DAY = 86_400_000_000


def main() -> None:
    """List the pairs, or time one of them."""
    if sys.argv[1] == "--list":
        print(json.dumps([[task, f"arrays, of {engine}"] for task in TASKS for engine in ENGINES]))
    else:
        print(json.dumps(_compare(sys.argv[1], sys.argv[2])))


def _compare(task: str, rival: str) -> dict[str, Any]:
    rng, rules = np.random.default_rng(5), TASKS[task]
    us = rng.integers(0, 730 * DAY, ROWS) + 19_700 * DAY
    log = {
        "customer": rng.integers(0, CUSTOMERS, ROWS),
        "when": us.view("datetime64[us]"),
        "amount": rng.integers(-500, 20_000, ROWS),
    }
    frame = _frame(rival.rpartition(" ")[2], log)

    def ours() -> rfm.CustomerSummary:
        return frames.summarize(frame, customer="customer", when="when", amount="amount", **rules)

    def theirs() -> rfm.CustomerSummary:
        return rfm.summarize(*log.values(), **rules)

    assert ours() == theirs()
    timed = [(_timed(ours), _timed(theirs)) for _ in range(5)]
    (ours_s, ours_wall), (rival_s, rival_wall) = (
        tuple(min(pair[side][clock] for pair in timed) for clock in (0, 1)) for side in (0, 1)
    )
    head = {"area": "frames", "task": task, "rival": rival, "bound": None, "peak_mb": None}
    seconds = {"ours_s": ours_s, "rival_s": rival_s, "ours_wall_s": ours_wall, "rival_wall_s": rival_wall}
    return head | seconds | {"ratio": rival_wall / ours_wall}


def _frame(engine: str, log: dict[str, Any]) -> Any:
    if engine == "pandas":
        import pandas as pd

        return pd.DataFrame(log)
    if engine == "polars":
        import polars as pl

        return pl.DataFrame(log).lazy()
    import duckdb
    import pyarrow as pa

    connection = duckdb.connect()
    connection.register("arrow", pa.table(log))
    connection.execute("CREATE TABLE log AS SELECT * FROM arrow")
    return connection.table("log")


def _timed(run: Callable[[], Any]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    return time.process_time() - cpu, time.perf_counter() - wall


if __name__ == "__main__":
    main()
