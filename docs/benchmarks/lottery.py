"""Measure draws against a plain loop of hashes over the same ids.

python docs/benchmarks/lottery.py --list          the pairs of task and rival
python docs/benchmarks/lottery.py TASK RIVAL      one pair, as one JSON line

The rival of most tasks is `[sha256(K + id).digest() for id in ids]`, which is the least that a draw anyone can check
costs; a bound of 1 / 1.5 means at most 1.5 times as long. Both sides take turns in one process and the best CPU time of
several runs counts. For memory the seconds are bytes per entry, ours and allowed.
"""

from __future__ import annotations

import gc
import hashlib
import json
import random
import sys
import tracemalloc
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from _pairs import in_turn, peak_mb, seconds_swept

from socialmkt.core.merging import merge_all
from socialmkt.lottery import Deck, Entries, Prize, draw, manifest, odds, rank

IDS = 250_000
LOOP, TEXT, CHOICE, LIMIT = "sha256 loop", "sorted, joined, hashed", "numpy choice", "80 bytes"
KEY = hashlib.sha256(b"benchmark").hexdigest()
K = 1_100
RUNS = 5

Run = Callable[[], Any]


class Pair(NamedTuple):
    """Two sides, and the least ratio of their times (rival to ours) asked for."""

    ours: Run
    rival: Run
    bound: float | None
    runs: int = RUNS


def main() -> None:
    """Print the pairs, or measure one."""
    if sys.argv[1:] == ["--list"]:
        print(json.dumps(list(PAIRS)))
        return
    task, rival = sys.argv[1:]
    line = {"area": "lottery", "task": task, "rival": rival}
    print(json.dumps({**line, **(_memory() if rival == LIMIT else _measured(PAIRS[task, rival]()))}))


def _measured(pair: Pair) -> dict[str, float | None]:
    before = peak_mb()
    pair.ours()
    peak = peak_mb() - before
    seconds = in_turn(pair.ours, pair.rival, pair.runs, timed=seconds_swept)
    return {**seconds, "peak_mb": peak, "bound": pair.bound}


def _memory() -> dict[str, float]:
    """Bytes per entry that `rank` takes above its input, at the peak."""
    entries = Entries.from_columns(_ids(IDS), weight=_weights(IDS))
    gc.collect()
    tracemalloc.start()
    rank(entries, KEY, k=K)
    bytes_each = tracemalloc.get_traced_memory()[1] / IDS
    return {"ours_s": bytes_each, "rival_s": 80.0, "ratio": 80.0 / bytes_each, "bound": 1.0}


def _ids(rows: int) -> list[str]:
    """Ids in the order in which people came, not sorted."""
    ids = [f"user{number:08d}" for number in range(rows)]
    random.Random(1).shuffle(ids)
    return ids


def _weights(rows: int) -> np.ndarray:
    return np.random.default_rng(20260301).choice([1, 1, 1, 2, 5, 10], rows)


def _loop(ids: list[str]) -> Run:
    key, plain = KEY.encode(), [one.encode() for one in ids]
    return lambda: [hashlib.sha256(key + one).digest() for one in plain]


def _ranked(rows: int, *, weighted: bool, limit: float) -> Pair:
    ids = _ids(rows)
    entries = Entries.from_columns(ids, weight=_weights(rows) if weighted else None)
    return Pair(lambda: rank(entries, KEY, k=K), _loop(ids), 1 / limit, runs=RUNS if rows <= IDS else 2)


def _drawn() -> Pair:
    ids = _ids(IDS)
    entries = Entries.from_columns(ids, weight=_weights(IDS))
    prizes = [Prize(name="grand", quantity=100), Prize(name="small", quantity=900)]
    made = manifest(entries, prizes, draw_id="benchmark", beacon="b", alternates=100)
    return Pair(lambda: draw(made, entries, beacon="1"), _loop(ids), 1 / 1.8)


def _drawn_under_rules() -> Pair:
    ids = _ids(IDS)
    entries = Entries.from_columns(
        ids,
        weight=_weights(IDS),
        groups={"person": np.arange(IDS) // 2},
        qualifies={"purchase": np.arange(IDS) % 3 == 0},
    )
    prizes = [Prize(name="grand", quantity=100, kind="purchase"), Prize(name="small", quantity=900)]
    made = manifest(entries, prizes, draw_id="benchmark", beacon="b", alternates=100, caps={"person": 1})
    return Pair(lambda: draw(made, entries, beacon="1"), _loop(ids), 1 / 2.2)


def _merged() -> Pair:
    ids, weights, step = _ids(IDS), _weights(IDS), IDS // 8
    parts = [
        rank(Entries.from_columns(ids[at : at + step], weight=weights[at : at + step]), KEY, k=1_000)
        for at in range(0, IDS, step)
    ]
    return Pair(lambda: merge_all(parts), _loop(ids), 1 / 0.6)


def _dealt() -> Pair:
    stock = {"grand": 1, "mug": 100, "coupon": 10_000}
    return Pair(lambda: Deck.build(stock, plays=IDS, key=KEY, blocks=500), _loop(_ids(IDS)), 1 / 2.5)


def _odds() -> Pair:
    classes = {1: 600_000, 2: 300_000, 10: 100_000}
    return Pair(lambda: odds(classes, quantities=[1_000]), _loop(_ids(IDS)), 1 / 5)


def _listed(*, in_order: bool) -> Pair:
    ids = sorted(_ids(IDS)) if in_order else _ids(IDS)
    rival = lambda: hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()  # noqa: E731  # a pair of calls
    return Pair(lambda: Entries.from_columns(ids).digest, rival, 1 / 3)


def _against_choice() -> Pair:
    ids, weights = np.array(_ids(IDS)), _weights(IDS)
    entries = Entries.from_columns(ids.tolist(), weight=weights)
    shares, rng = weights / weights.sum(), np.random.default_rng(1)
    return Pair(lambda: rank(entries, KEY, k=K), lambda: rng.choice(ids, K, replace=False, p=shares), None)


PAIRS: dict[tuple[str, str], Callable[[], Pair]] = {
    ("rank 100k, weighted", LOOP): lambda: _ranked(100_000, weighted=True, limit=1.5),
    ("rank 250k, weighted", LOOP): lambda: _ranked(IDS, weighted=True, limit=1.5),
    ("rank 250k, equal weights", LOOP): lambda: _ranked(IDS, weighted=False, limit=1.6),
    ("rank 1M, weighted", LOOP): lambda: _ranked(1_000_000, weighted=True, limit=1.5),
    ("rank 10M, weighted", LOOP): lambda: _ranked(10_000_000, weighted=True, limit=1.5),
    ("draw from 250k, 100 alternates", LOOP): _drawn,
    ("draw from 250k, a cap and a purchase prize", LOOP): _drawn_under_rules,
    ("merge 8 parts of 1,000", LOOP): _merged,
    ("deck of 250k plays, 500 blocks", LOOP): _dealt,
    ("odds of 1M entries, 1,000 prizes (loop of 250k)", LOOP): _odds,
    ("list and digest of 250k", TEXT): lambda: _listed(in_order=False),
    ("list and digest of 250k in order", TEXT): lambda: _listed(in_order=True),
    ("peak bytes per entry of rank", LIMIT): lambda: Pair(lambda: None, lambda: None, 1.0),
    ("rank 250k, weighted", CHOICE): _against_choice,
}


if __name__ == "__main__":
    main()
