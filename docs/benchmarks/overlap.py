"""Measure audience overlap against its rivals: pairs, patterns, sketches, hashes, log p-values, the best channels.

python docs/benchmarks/overlap.py --list          the pairs of task and rival
python docs/benchmarks/overlap.py TASK RIVAL      one pair, as one JSON line

Both sides work on the same ids from a fixed seed, must give the same answer (sketches: one of the right size), and
take turns in one process; the seconds are the best of a few. `peak_mb` is the most memory that our call allocated
beside its input. A rival that is not installed is named, and its line is left out.
"""

from __future__ import annotations

import hashlib
import importlib.util
import itertools
import json
import math
import sys
import tracemalloc
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from _pairs import in_turn, seconds_swept

from socialmkt.core.hashing import hash_text
from socialmkt.overlap import Audience, PatternTable, log_p_overlap, overlap_matrix, patterns

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

RUNS = 3
MIB = 2**20

Groups = list["NDArray[np.int64]"]


class Pair(NamedTuple):
    """Two ways to one answer, a test that it is one, and the least ratio asked for.

    `scale` says how many times as much work the whole is as what the rival does here.
    """

    ours: Callable[[], Any]
    rival: Callable[[], Any]
    same: Callable[[Any, Any], bool]
    bound: float
    scale: float = 1


class Limit(NamedTuple):
    """A call of ours, and the most memory in MiB that it may allocate."""

    ours: Callable[[], Any]
    mib: float


def main() -> None:
    """Print the pairs, or measure one."""
    if sys.argv[1:] == ["--list"]:
        print(json.dumps([list(pair) for pair in TASKS if _installed(pair[1])]))
        return
    task, rival = sys.argv[1:]
    if not _installed(rival):
        sys.exit(f"overlap: {rival} is not installed: pip install {rival}")
    found = TASKS[task, rival]()
    measured = _memory(found) if isinstance(found, Limit) else _compared(found)
    print(json.dumps({"area": "overlap", "task": task, "rival": rival, **measured}))


def _installed(rival: str) -> bool:
    if rival not in PACKAGES or importlib.util.find_spec(rival):
        return True
    print(f"overlap: {rival} is not installed, its lines are left out", file=sys.stderr)
    return False


def _compared(pair: Pair) -> dict[str, float | None]:
    assert pair.same(pair.ours(), pair.rival()), "the answers differ"
    seconds = in_turn(pair.ours, pair.rival, RUNS, timed=seconds_swept, times=pair.scale)
    return {**seconds, "peak_mb": _peak(pair.ours) * MIB / 1e6, "bound": pair.bound}


def _memory(limit: Limit) -> dict[str, float | None]:
    """The ratio is the memory allowed to the memory used."""
    peak = _peak(limit.ours)
    cpu, wall = seconds_swept(limit.ours)
    none = {"rival_s": None, "rival_wall_s": None}
    return none | {
        "ours_s": cpu,
        "ours_wall_s": wall,
        "ratio": limit.mib / peak,
        "peak_mb": peak * MIB / 1e6,
        "bound": 1,
    }


def _peak(call: Callable[[], Any]) -> float:
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    answer = call()
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    del answer
    return peak / MIB


# --- ids ------------------------------------------------------------------------------------------------------------


def _spread(count: int, least: int, most: int, people: int) -> Groups:
    """Groups of one crowd, with ids anywhere in 63 bits."""
    rng = np.random.default_rng(count)
    crowd = rng.integers(0, 2**63, people)
    return [rng.permutation(crowd)[: rng.integers(least, most + 1)] for _ in range(count)]


def _close(count: int = 8) -> Groups:
    """Groups of one crowd whose ids count up."""
    rng = np.random.default_rng(count)
    return [rng.permutation(2_000_000)[: rng.integers(600_000, 1_000_001)] for _ in range(count)]


def _built(groups: Groups) -> list[Audience]:
    return [Audience.from_ids(ids) for ids in groups]


def _pairs_by_intersect1d(groups: Groups) -> Callable[[], list[int]]:
    ids = [np.sort(each) for each in groups]
    return lambda: [np.intersect1d(a, b, assume_unique=True).size for a, b in itertools.combinations(ids, 2)]


def _upper(counts: NDArray[np.int64]) -> list[int]:
    return counts[np.triu_indices(len(counts), 1)].tolist()


def _same_pairs(ours: Any, theirs: list[int]) -> bool:
    counts = ours.pairs().counts if isinstance(ours, PatternTable) else ours.counts
    return _upper(counts) == theirs


# --- pairs and patterns ---------------------------------------------------------------------------------------------


def _patterns_of_8() -> Pair:
    groups = _spread(8, 600_000, 1_000_000, 2_000_000)
    audiences = _built(groups)
    return Pair(lambda: patterns(audiences), _pairs_by_intersect1d(groups), _same_pairs, 3.6)


def _matrix_of_8() -> Pair:
    groups = _spread(8, 600_000, 1_000_000, 2_000_000)
    audiences = _built(groups)
    return Pair(lambda: overlap_matrix(audiences), _pairs_by_intersect1d(groups), _same_pairs, 3.6)


def _matrix_of_20() -> Pair:
    groups = _spread(20, 200_000, 200_000, 600_000)
    audiences = _built(groups)
    return Pair(lambda: overlap_matrix(audiences), _pairs_by_intersect1d(groups), _same_pairs, 7)


def _patterns_and_sets() -> Pair:
    groups = _spread(8, 200_000, 200_000, 600_000)
    audiences, sets = _built(groups), [set(ids.tolist()) for ids in groups]
    theirs = lambda: [len(a & b) for a, b in itertools.combinations(sets, 2)]  # noqa: E731  # one line a rival
    return Pair(lambda: patterns(audiences), theirs, _same_pairs, 13)


def _dense_with_build() -> Pair:
    from pyroaring import BitMap

    groups = _close()
    narrow = [ids.astype(np.uint32) for ids in groups]

    def theirs() -> list[int]:
        maps = [BitMap(ids) for ids in narrow]
        return [a.intersection_cardinality(b) for a, b in itertools.combinations(maps, 2)]

    return Pair(lambda: overlap_matrix(_built(groups)), theirs, _same_pairs, 3)


def _dense_built() -> Pair:
    groups = _close()
    audiences = _built(groups)
    return Pair(lambda: overlap_matrix(audiences), _pairs_by_intersect1d(groups), _same_pairs, 9)


def _dense_ready() -> Pair:
    """A line on which we lose: the bit maps of both sides stand ready."""
    from pyroaring import BitMap

    groups = _close()
    audiences, maps = _built(groups), [BitMap(ids.astype(np.uint32)) for ids in groups]

    def theirs() -> list[int]:
        return [a.intersection_cardinality(b) for a, b in itertools.combinations(maps, 2)]

    return Pair(lambda: overlap_matrix(audiences), theirs, _same_pairs, 0)


def _best() -> Pair:
    """The rival tests the patterns of 300 of the 2^20 subsets."""
    rng = np.random.default_rng(2)
    masks = np.unique(rng.integers(1, 2**20, 100_000)).astype(np.uint64)
    counts = rng.integers(1, 1000, masks.size)
    table = PatternTable(mask=masks, count=counts, names=tuple(str(i) for i in range(20)))
    subsets = rng.integers(0, 2**20, 300).astype(np.uint64)

    few = np.bitwise_count(subsets) <= 5

    def theirs() -> list[int]:
        return [int(counts[(masks & subset) != 0].sum()) for subset in subsets]

    def same(found: Any, reach: list[int]) -> bool:
        return found.reach >= max(np.array(reach)[few]) and found.reach == table.reach(list(found.chosen))

    return Pair(lambda: table.best(budget=5), theirs, same, 2000, 2**20 / subsets.size)


# --- building -------------------------------------------------------------------------------------------------------


def _sketch() -> Pair:
    import datasketches

    ids = np.random.default_rng(3).integers(0, 2**62, 1_000_000)
    listed = ids.tolist()

    def theirs() -> Any:
        sketch = datasketches.update_theta_sketch(12)
        for each in listed:
            sketch.update(each)
        return sketch

    return Pair(lambda: Audience.from_ids(ids, k=4096), theirs, lambda a, b: _near(a.size.value, b.get_estimate()), 7)


def _text_sketch() -> Pair:
    """The rival sketches a twentieth of the ids, which it takes as bytes."""
    from datasketch import MinHash

    texts = _texts(400_000)
    part = [text.encode() for text in texts[::20]]

    def theirs() -> Any:
        sketch = MinHash(num_perm=128)
        sketch.update_batch(part)
        return sketch

    return Pair(lambda: Audience.from_ids(texts, k=4096), theirs, lambda a, _: _near(a.size.value, 400_000), 4, 20)


def _near(a: float, b: float) -> bool:
    return abs(a / b - 1) < 0.1


def _texts(count: int) -> list[str]:
    numbers = np.random.default_rng(4).permutation(10**7)[:count].tolist()
    return [f"user{number:07d}@example.com" for number in numbers]


def _hashes() -> Pair:
    texts = _texts(400_000)

    def theirs() -> list[int]:
        blake2b, read = hashlib.blake2b, int.from_bytes
        return [read(blake2b(text.encode(), digest_size=8).digest(), "little") for text in texts]

    return Pair(lambda: hash_text(texts), theirs, lambda a, b: len(set(a.tolist())) == len(set(b)), 2.2)


def _from_ids() -> Pair:
    ids = np.random.default_rng(5).integers(0, 2**62, 1_000_000)
    return Pair(lambda: Audience.from_ids(ids), lambda: np.sort(ids), lambda a, b: a.keys.tolist() == b.tolist(), 1 / 3)


def _log_p() -> Pair:
    from scipy.stats import hypergeom

    universe, a, b, both = 100_000_000, 1_000_000, 1_000_000, 10_500
    theirs = lambda: float(hypergeom.logsf(both - 1, universe, a, b))  # noqa: E731  # one line a rival
    return Pair(lambda: log_p_overlap(universe, a, b, both), theirs, lambda x, y: math.isclose(x, y, rel_tol=1e-6), 1.5)


# --- memory ---------------------------------------------------------------------------------------------------------


def _memory_of(make: Callable[[], Groups], call: Callable[[list[Audience]], Any], mib: float) -> Callable[[], Limit]:
    def limit() -> Limit:
        audiences = _built(make())
        return Limit(lambda: call(audiences), mib)

    return limit


def _large() -> Groups:
    return _spread(8, 600_000, 1_000_000, 2_000_000)


def _wide() -> Groups:
    return _spread(20, 200_000, 200_000, 600_000)


PACKAGES = {"pyroaring", "datasketches", "datasketch", "scipy"}
TASKS: dict[tuple[str, str], Callable[[], Pair | Limit]] = {
    ("patterns, 8 x 0.6M to 1M spread ids", "intersect1d, 28 pairs"): _patterns_of_8,
    ("matrix, 8 x 0.6M to 1M spread ids", "intersect1d, 28 pairs"): _matrix_of_8,
    ("matrix, 20 x 200k spread ids", "intersect1d, 190 pairs"): _matrix_of_20,
    ("patterns, 8 x 200k", "ready sets, 28 pairs"): _patterns_and_sets,
    ("dense ints, 8 builds and the matrix", "pyroaring"): _dense_with_build,
    ("dense matrix, built", "intersect1d, 28 pairs"): _dense_built,
    ("dense matrix, built on both sides", "pyroaring"): _dense_ready,
    ("best of 2^20 subsets", "a mask test per subset"): _best,
    ("sketch of 1M ints, k=4096", "datasketches"): _sketch,
    ("sketch of text, k=4096", "datasketch"): _text_sketch,
    ("hash_text, 400k", "hashlib BLAKE2b"): _hashes,
    ("log p, support 1M", "scipy"): _log_p,
    ("from_ids, 1M ints", "np.sort"): _from_ids,
    ("memory: patterns, 8 x 0.6M to 1M", "32 MiB"): _memory_of(_large, patterns, 32),
    ("memory: matrix, 8 x 0.6M to 1M", "32 MiB"): _memory_of(_large, overlap_matrix, 32),
    ("memory: matrix, 20 x 200k", "32 MiB"): _memory_of(_wide, overlap_matrix, 32),
    ("memory: dense matrix", "64 MiB"): _memory_of(_close, overlap_matrix, 64),
    ("memory: dense patterns", "96 MiB"): _memory_of(_close, patterns, 96),
}


if __name__ == "__main__":
    main()
