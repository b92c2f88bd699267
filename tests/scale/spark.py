"""A Spark session of this machine, and the functions that its workers run."""

from __future__ import annotations

import functools
import os
import pickle
import sys
from pathlib import Path

import pytest

pytest.importorskip("pyspark")
pa = pytest.importorskip("pyarrow")

from tests.scale.work import purchases  # noqa: E402  # after the checks above

ROOT = str(Path(__file__).parents[2])


@functools.cache
def session():
    """Start Spark, once."""
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [ROOT, os.environ.get("PYTHONPATH")]))
    # --8<-- [start:session]
    os.environ["PYSPARK_PYTHON"] = sys.executable  # else workers run the system's Python, which lacks pyarrow
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    # --8<-- [end:session]
    return builder.config("spark.sql.shuffle.partitions", "4").config("spark.sql.session.timeZone", "UTC").getOrCreate()


# --8<-- [start:workers]
def pickled(make):
    """Make a worker that sends home one pickled state per batch."""

    def states(batches):
        for batch in batches:
            yield pa.record_batch({"state": [pickle.dumps(make(batch))]})

    return states


def cells(batches):
    """Send home the columns of the states, for SQL to merge."""
    for batch in batches:
        yield from pa.table(purchases(batch).to_table()).to_batches()


CELLS = "customer long, period long, row_count long, first timestamp_ntz, last timestamp_ntz, total long"
# --8<-- [end:workers]
