"""States on Dask: one per partition, merged as a tree, equal to one process."""

from __future__ import annotations

import pytest

from tests.scale.work import KINDS, LOG, ROWS, merged, purchases, same

pytest.importorskip("dask")
pytestmark = pytest.mark.slow

PARTS = [{name: column[at : at + 1_000] for name, column in LOG.items()} for at in range(0, ROWS, 1_000)]


def by_delayed(make, parts):
    # --8<-- [start:delayed]
    from dask import delayed

    states = [delayed(make)(part) for part in parts]
    while len(states) > 1:
        pairs = [states[at : at + 2] for at in range(0, len(states), 2)]
        states = [delayed(merged)(*pair) if len(pair) == 2 else pair[0] for pair in pairs]
    whole = states[0].compute()
    # --8<-- [end:delayed]
    return whole


def by_bag(make, parts):
    # --8<-- [start:bag]
    from dask import bag

    whole = bag.from_sequence(parts, npartitions=len(parts)).map(make).fold(merged, split_every=2).compute()
    # --8<-- [end:bag]
    return whole


@pytest.fixture(autouse=True)
def _in_this_process():
    import dask

    with dask.config.set(scheduler="threads"):
        yield


@pytest.mark.parametrize("route", [by_delayed, by_bag])
@pytest.mark.parametrize("make", KINDS)
def test_states_of_partitions_merge_to_that_of_one_process(route, make) -> None:
    assert same(route(make, PARTS), make(LOG))


@pytest.mark.parametrize("route", [by_delayed, by_bag])
def test_the_summary_is_that_of_one_process(route) -> None:
    assert route(purchases, PARTS).summarize() == purchases(LOG).summarize()
