"""Benchmarks of socialmkt.rfm: python docs/benchmarks/rfm.py --list, or TASK RIVAL for one JSON line.

Both sides compute the same columns from data they hold in their own form, interleaved in one process, and the best of
several runs counts. Ratios are by wall time, since that is what a user waits for: Polars and DuckDB use all cores, we
use one. CPU seconds (`ours_s`, `rival_s`) are given beside it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from _pairs import high_water, in_turn

from socialmkt import rfm
from socialmkt.core.merging import merge_all

INTS, TEXTS, LARGE = "2M purchases, int ids", "2M purchases, list of str ids", "5M purchases, int ids"
STATES, MEMORY, SCORES = "ten states merged and read", "peak bytes per row, 5M", "score and segment 500k"
BOUNDS = {
    (INTS, "polars"): 1.7,
    (INTS, "duckdb"): 1.7,
    (INTS, "pandas"): 5.0,
    (INTS, "lifetimes"): 12.0,
    (TEXTS, "polars"): 1.0,
    (TEXTS, "duckdb"): 1.0,
    (TEXTS, "pandas"): 2.5,
    (LARGE, "polars"): 1.7,
    (LARGE, "duckdb"): 1.7,
    (STATES, "one summarize"): 1 / 3.6,
    (MEMORY, "110 bytes"): 1.0,
    (MEMORY, "polars"): None,
    (MEMORY, "duckdb"): None,
    (MEMORY, "pandas"): None,
    (SCORES, "numpy"): 0.5,
}
SIZES = {INTS: (2_000_000, 200_000), TEXTS: (2_000_000, 200_000), LARGE: (5_000_000, 440_000)}
SIZES |= {STATES: SIZES[INTS], MEMORY: SIZES[LARGE]}
DAY = 86_400_000_000

Log = tuple[Any, Any, Any]
Run = Callable[[], Any]


def main() -> None:
    """List the pairs, time one of them, or (for itself) measure the memory of one side."""
    if sys.argv[1] == "--list":
        print(json.dumps([list(pair) for pair in BOUNDS]))
    elif sys.argv[1] == "--memory":
        print(_peak(sys.argv[2]))
    else:
        print(json.dumps(_compare(sys.argv[1], sys.argv[2])))


def _compare(task: str, rival: str) -> dict[str, Any]:
    head = {"area": "rfm", "task": task, "rival": rival, "bound": BOUNDS[task, rival], "peak_mb": None}
    if task == MEMORY:
        return head | _memory(rival)
    ours, theirs, same = {STATES: _states, SCORES: _scores}.get(task, _summaries)(task, rival)
    assert same(ours(), theirs())
    measured = in_turn(ours, theirs, 3 if rival in {"lifetimes", "pandas"} else 7)
    return head | measured | {"ratio": measured["rival_wall_s"] / measured["ours_wall_s"]}


def _log(task: str) -> Log:
    """Customers, instants and amounts, in no order, over two years."""
    rows, customers = SIZES[task]
    rng = np.random.default_rng(5)
    us = rng.integers(0, 730 * DAY, rows) + 19_700 * DAY
    amount = rng.integers(-500, 20_000, rows)
    number = rng.integers(0, customers, rows)
    if task != TEXTS:
        return number, us.view("datetime64[us]"), amount
    return [f"C{one:07d}" for one in number.tolist()], us.view("datetime64[us]"), amount


# --- summaries ------------------------------------------------------------------------------------------------------


def _summaries(task: str, rival: str) -> tuple[Run, Run, Callable[[Any, Any], bool]]:
    log = _log(task)
    theirs, as_columns = RIVALS[rival](log)

    def same(summary: rfm.CustomerSummary, answer: Any) -> bool:
        return all(_equal(summary, name, values) for name, values in as_columns(answer).items())

    return lambda: rfm.summarize(*log), theirs, same


def _equal(summary: rfm.CustomerSummary, name: str, values: Any) -> bool:
    table = summary.btyd() if name in {"frequency", "recency", "T", "monetary_value"} else summary
    ours, theirs = table[name], np.asarray(values)
    if name == "customer":
        return ours.tolist() == theirs.tolist()
    if ours.dtype.kind == "M":
        return bool((ours == theirs.astype("datetime64[us]")).all())
    return bool(np.allclose(ours, theirs.astype(float), rtol=1e-12))


def _polars(log: Log) -> tuple[Run, Callable[[Any], dict[str, Any]]]:
    import polars as pl

    frame = pl.DataFrame({"customer": log[0], "when": log[1], "amount": log[2]}).lazy()
    when, amount, day = pl.col("when"), pl.col("amount"), pl.col("when").dt.date()

    def run() -> Any:
        as_of = pl.lit(log[1].max()).dt.date()
        rows = frame.with_columns(p=day)
        whole = rows.group_by("customer").agg(
            pl.len().alias("orders"),
            pl.col("p").n_unique().alias("periods"),
            when.min().alias("first"),
            when.max().alias("last"),
            amount.sum().alias("total"),
            pl.col("p").min(),
        )
        first = rows.join(whole.select("customer", "p"), on=["customer", "p"], how="semi")
        first = first.group_by("customer").agg(amount.sum().alias("first_sum"))
        repeats = pl.col("periods").cast(pl.Int64) - 1
        first_day, last_day = pl.col("first").dt.date(), pl.col("last").dt.date()
        table = whole.join(first, on="customer").with_columns(
            since_last=(as_of - last_day).dt.total_days(),
            span=(last_day - first_day).dt.total_days(),
            age=(as_of - first_day).dt.total_days(),
            mean_order=pl.col("total") / pl.col("orders"),
            mean_repeat=pl.when(repeats > 0).then((pl.col("total") - pl.col("first_sum")) / repeats).otherwise(0.0),
        )
        return table.drop("p", "first_sum").sort("customer").collect()

    return run, lambda table: {name: table[name].to_numpy() for name in table.columns}


_SQL = """
with cell as (
    select customer, "when"::date as p, count(*) as n, min("when") as f, max("when") as l, sum(amount)::bigint as a
    from log group by customer, p
), whole as (
    select customer, sum(n)::bigint as orders, count(*) as periods, min(f) as first, max(l) as last,
           sum(a)::bigint as total, arg_min(a, p) as first_sum
    from cell group by customer
)
select customer, orders, periods, first, last, (select max("when")::date from log) - last::date as since_last,
       last::date - first::date as span, (select max("when")::date from log) - first::date as age, total,
       total / orders as mean_order,
       case when periods > 1 then (total - first_sum) / (periods - 1) else 0 end as mean_repeat
from whole order by customer
"""


def _duckdb(log: Log) -> tuple[Run, Callable[[Any], dict[str, Any]]]:
    import duckdb
    import pyarrow as pa

    connection = duckdb.connect()
    arrow = pa.table({"customer": log[0], "when": log[1], "amount": log[2]})
    connection.register("arrow", arrow)
    connection.execute("create table log as select * from arrow")
    return lambda: connection.execute(_SQL).fetchnumpy(), dict


def _pandas(log: Log) -> tuple[Run, Callable[[Any], dict[str, Any]]]:
    import pandas as pd

    frame = pd.DataFrame({"customer": log[0], "when": log[1], "amount": log[2]})

    def run() -> Any:
        rows = frame.assign(p=frame["when"].dt.floor("D"))
        cells = rows.groupby(["customer", "p"], as_index=False).agg(
            orders=("amount", "size"), first=("when", "min"), last=("when", "max"), amount=("amount", "sum")
        )
        table = cells.groupby("customer").agg(
            orders=("orders", "sum"),
            periods=("p", "size"),
            first=("first", "min"),
            last=("last", "max"),
            total=("amount", "sum"),
            first_sum=("amount", "first"),
        )
        as_of = frame["when"].max().floor("D")
        first_day, last_day = table["first"].dt.floor("D"), table["last"].dt.floor("D")
        table["since_last"] = (as_of - last_day).dt.days
        table["span"] = (last_day - first_day).dt.days
        table["age"] = (as_of - first_day).dt.days
        table["mean_order"] = table["total"] / table["orders"]
        repeats = (table["periods"] - 1).where(table["periods"] > 1)
        table["mean_repeat"] = ((table["total"] - table["first_sum"]) / repeats).fillna(0.0)
        return table.drop(columns="first_sum").reset_index()

    return run, lambda table: {name: table[name].to_numpy() for name in table.columns}


def _lifetimes(log: Log) -> tuple[Run, Callable[[Any], dict[str, Any]]]:
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifetimes.utils import summary_data_from_transaction_data

    frame = pd.DataFrame({"customer": log[0], "when": log[1].astype("datetime64[ns]"), "amount": log[2]})

    def run() -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return summary_data_from_transaction_data(frame, "customer", "when", "amount").reset_index()

    return run, lambda table: {name: table[name].to_numpy() for name in table.columns}


RIVALS = {"polars": _polars, "duckdb": _duckdb, "pandas": _pandas, "lifetimes": _lifetimes}


# --- states, scores -------------------------------------------------------------------------------------------------


def _states(task: str, _rival: str) -> tuple[Run, Run, Callable[[Any, Any], bool]]:
    """Ten states from a tenth of the rows each, merged as a tree and read, against one call on all rows."""
    log = _log(task)
    tenths = [tuple(column[part::10] for column in log) for part in range(10)]

    def ours() -> rfm.CustomerSummary:
        return merge_all(rfm.PurchaseState.from_columns(*tenth) for tenth in tenths).summarize()

    return ours, lambda: rfm.summarize(*log), lambda merged, whole: merged == whole


def _scores(_task: str, _rival: str) -> tuple[Run, Run, Callable[[Any, Any], bool]]:
    """Quantile scores and the ten segments, against numpy's quantile, searchsorted and take."""
    rng = np.random.default_rng(5)
    customer = np.arange(500_000).repeat(2)
    when = (rng.integers(0, 730 * DAY, len(customer)) + 19_700 * DAY).view("datetime64[us]")
    keep = rng.random(len(customer)) < 0.7
    summary = rfm.summarize(customer[keep], when[keep], rng.integers(1, 20_000, len(customer))[keep])

    def ours() -> Any:
        scores = rfm.score(summary)
        return scores, rfm.segment(scores)

    def theirs() -> Any:
        r = 5 - _level(summary.since_last)
        f, m = 1 + _level(summary.orders), 1 + _level(summary.total)
        return r, f, m, 100 * r + 10 * f + m, (r + f + m) / 3, _TEN[r - 1, f - 1]

    def same(mine: Any, other: Any) -> bool:
        scores, segments = mine
        columns = (scores["r"], scores["f"], scores["m"], scores["code"], scores["score"], segments["segment"])
        return all((left == right).all() for left, right in zip(columns, other, strict=True))

    return ours, theirs, same


def _level(values: Any) -> Any:
    return np.searchsorted(np.quantile(values, [0.2, 0.4, 0.6, 0.8]), values, side="left")


_TEN = np.array(
    [
        ["hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"],
        ["hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"],
        ["about_to_sleep", "about_to_sleep", "need_attention", "loyal", "loyal"],
        ["promising", "potential_loyalist", "potential_loyalist", "loyal", "loyal"],
        ["new_customers", "potential_loyalist", "potential_loyalist", "champions", "champions"],
    ],
    dtype=object,
)


# --- memory ---------------------------------------------------------------------------------------------------------


def _memory(rival: str) -> dict[str, Any]:
    """Bytes per row above the loaded input, each side in a process of its own."""
    rows = SIZES[MEMORY][0]
    ours = _peak_of("ours")
    theirs = 110 * rows if rival == "110 bytes" else _peak_of(rival)
    nothing = dict.fromkeys(["ours_s", "rival_s", "ours_wall_s", "rival_wall_s"])
    return nothing | {"ratio": theirs / ours, "peak_mb": ours / 1e6, "rival_peak_mb": theirs / 1e6}


def _peak_of(side: str) -> int:
    done = subprocess.run([sys.executable, __file__, "--memory", side], stdout=subprocess.PIPE, text=True, check=True)
    return int(done.stdout)


def _peak(side: str) -> int:
    log = _log(MEMORY)
    run = (lambda: rfm.summarize(*log)) if side == "ours" else RIVALS[side](log)[0]
    with high_water() as peak:
        answer = run()
    del answer
    return peak[0]


if __name__ == "__main__":
    main()
