"""Audience overlap against scipy, pyroaring and datasketches."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from socialmkt.overlap import Audience, log_p_overlap, multi_overlap, overlap, overlap_matrix, profile_overlap, tgi
from socialmkt.overlap.profile import Profile
from tests.overlap.groups import VECTORS

pytestmark = pytest.mark.differential


@pytest.mark.parametrize(
    ("universe", "a", "b", "both"),
    [(1000, 100, 50, 20), (50, 5, 4, 0), (10_000, 900, 800, 40), (10_000, 900, 800, 130)],
)
def test_log_p_values_agree_with_scipy_in_small_worlds(universe: int, a: int, b: int, both: int) -> None:
    stats = pytest.importorskip("scipy.stats")
    expected = stats.hypergeom.logsf(both - 1, universe, a, b)
    assert log_p_overlap(universe, a, b, both) == pytest.approx(expected, rel=1e-9, abs=1e-12)
    expected = stats.hypergeom.logcdf(both, universe, a, b)
    assert log_p_overlap(universe, a, b, both, tail="fewer") == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_the_distribution_of_two_agrees_with_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    by_chance = multi_overlap(500, [60, 40])
    assert by_chance.pmf.tolist() == pytest.approx(stats.hypergeom.pmf(by_chance.both, 500, 60, 40).tolist(), rel=1e-9)


@pytest.mark.parametrize("vector", VECTORS["profiles"][:4], ids=lambda v: str(v["p"]))
def test_divergences_agree_with_scipy(vector: dict[str, list[float]]) -> None:
    distance = pytest.importorskip("scipy.spatial.distance")
    stats = pytest.importorskip("scipy.stats")
    p, q = (np.array(vector[side], dtype=float) for side in ("p", "q"))
    cells = [{str(i): float(share) for i, share in enumerate(each)} for each in (p, q)]
    seen = profile_overlap(*(Profile(cells=each, ordered=True) for each in cells))
    assert seen.jsd == pytest.approx(distance.jensenshannon(p, q, base=2) ** 2, rel=1e-9)
    assert seen.kl == pytest.approx(stats.entropy(p, q, base=2), rel=1e-9)
    assert seen.cosine == pytest.approx(1 - distance.cosine(p, q), abs=1e-12)
    steps = range(len(p))
    assert seen.emd == pytest.approx(stats.wasserstein_distance(steps, steps, p, q), rel=1e-9)


def test_indices_are_tested_as_in_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    target, base = [120, 80, 200], [200, 300, 500]
    seen = tgi(*({str(i): n for i, n in enumerate(each)} for each in (target, base)))
    chi2, p, df, _ = stats.chi2_contingency([target, base], correction=False)
    assert (seen.chi2, seen.df, seen.chi2_p) == pytest.approx((chi2, df, p), rel=1e-9)
    assert seen.q.tolist() == pytest.approx(stats.false_discovery_control(seen.p).tolist(), rel=1e-12)


def test_pairs_agree_with_roaring_bit_maps() -> None:
    roaring = pytest.importorskip("pyroaring")
    rng = np.random.default_rng(9)
    groups = [rng.integers(0, 2**20, 20_000) for _ in range(15)]
    maps = [roaring.BitMap(ids.astype(np.uint32)) for ids in groups]
    counts = overlap_matrix([Audience.from_ids(ids) for ids in groups]).counts
    for i, j in itertools.combinations(range(15), 2):
        assert counts[i, j] == maps[i].intersection_cardinality(maps[j])


def test_at_equal_k_our_sketches_err_no_more_than_theta_sketches() -> None:
    theta = pytest.importorskip("datasketches")
    errors: tuple[list[float], list[float]] = ([], [])
    for seed in range(40):
        ids = np.arange(seed * 30_000, (seed + 1) * 30_000)
        sketch = theta.update_theta_sketch(10)
        for each in ids.tolist():
            sketch.update(each)
        errors[0].append(Audience.from_ids(ids, k=1024).size.value / 30_000 - 1)
        errors[1].append(sketch.get_estimate() / 30_000 - 1)
    ours, theirs = (math.sqrt(np.mean(np.square(each))) for each in errors)
    assert ours < 1.6 * theirs
    assert ours < 1.5 / math.sqrt(1024)


def test_pairs_of_sketches_lie_within_the_bounds_of_theta_sketches() -> None:
    theta = pytest.importorskip("datasketches")
    ids = np.arange(30_000), np.arange(20_000, 50_000)
    sketches = []
    for each in ids:
        sketch = theta.update_theta_sketch(12)
        for one in each.tolist():
            sketch.update(one)
        sketches.append(sketch)
    _, theirs, _ = theta.theta_jaccard_similarity.jaccard(*sketches)
    ours = overlap(*(Audience.from_ids(each, k=4096) for each in ids))
    assert ours.jaccard == pytest.approx(theirs, abs=0.03)
