"""States on Spark: made where the rows are, merged by SQL or as a tree, equal to one process."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # Spark warns of pandas 3 as it starts

spark = pytest.importorskip("tests.scale.spark")
pa = pytest.importorskip("pyarrow")

from tests.scale.work import KINDS, LOG, merged, purchases, same  # noqa: E402  # after the checks above


@pytest.fixture(scope="module")
def df():
    zoned = {name: pa.array(column) for name, column in LOG.items()}
    for name in ("when", "replied"):
        zoned[name] = zoned[name].cast(pa.timestamp("us", "UTC"))
    return spark.session().createDataFrame(pa.table(zoned)).repartition(3)


def by_tree(df, make):
    # --8<-- [start:tree]
    states = df.mapInArrow(spark.pickled(make), "state binary").rdd.map(lambda row: pickle.loads(row.state))
    whole = states.treeReduce(merged)
    # --8<-- [end:tree]
    return whole


def by_sql(df):
    # --8<-- [start:sql]
    df.mapInArrow(spark.cells, spark.CELLS).createOrReplaceTempView("cells")
    customers = df.sparkSession.sql("""
        WITH merged AS (
            SELECT customer, period, sum(row_count) AS row_count, min(first) AS first, max(last) AS last,
                   sum(total) AS total
            FROM cells GROUP BY customer, period
        )
        SELECT customer, sum(row_count) AS orders, count(*) AS periods, min(first) AS first, max(last) AS last,
               sum(total) AS total
        FROM merged GROUP BY customer ORDER BY customer
    """)
    # --8<-- [end:sql]
    return customers.toArrow()


@pytest.mark.parametrize("make", KINDS)
def test_pickled_states_merge_to_that_of_one_process(df, make) -> None:
    assert same(by_tree(df, make), make(LOG))


def test_sql_merges_the_columns_of_the_states(df) -> None:
    found, wanted = by_sql(df), purchases(LOG).summarize()
    for name in found.column_names:
        assert np.array_equal(found[name].to_numpy().astype(wanted[name].dtype), wanted[name]), name


def test_the_frame_itself_gives_the_summary(df) -> None:
    frames = pytest.importorskip("socialmkt.frames")
    # --8<-- [start:frames]
    summary = frames.summarize(df, customer="customer", when="when", amount="amount")
    # --8<-- [end:frames]
    assert summary == purchases(LOG).summarize()
