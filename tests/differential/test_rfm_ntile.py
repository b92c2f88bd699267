"""Rank scores equal SQL's NTILE, row by row."""

from __future__ import annotations

import numpy as np
import pytest

from socialmkt.rfm.scoring import score
from tests.rfm.summaries import summary_of

duckdb = pytest.importorskip("duckdb")
pytestmark = pytest.mark.differential

QUERY = """
    with customers as (
        select unnest(?) customer, unnest(?) since_last, unnest(?) orders, unnest(?) total, unnest(?) tie
    )
    select ntile({bins}) over (order by since_last desc, tie, customer),
           ntile({bins}) over (order by orders, tie, customer),
           ntile({bins}) over (order by total, tie, customer)
    from customers order by customer
"""


@pytest.mark.parametrize("customers", [1, 4, 997, 5_000])
@pytest.mark.parametrize("bins", [2, 5, 10, 99])
def test_ranks_equal_ntile_row_by_row(customers: int, bins: int) -> None:
    draw = np.random.default_rng(customers + bins)
    ids = draw.permutation(customers)
    ages, tie = draw.integers(0, 400, customers), draw.integers(0, 3, customers)
    orders, total = draw.integers(1, 6, customers), draw.integers(-500, 5_000, customers)
    scores = score(
        summary_of(ages.tolist(), orders.tolist(), total.tolist(), customer=ids), method="rank", bins=bins, tie=tie
    ).sort_by("customer")
    columns = [column.tolist() for column in (ids, ages, orders, total, tie)]
    with duckdb.connect() as sql:
        expected = sql.execute(QUERY.format(bins=bins), columns).fetchall()
    assert list(zip(scores.r.tolist(), scores.f.tolist(), scores.m.tolist(), strict=True)) == expected
