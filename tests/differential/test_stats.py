"""Our statistics beside scipy's."""

from __future__ import annotations

import numpy as np
import pytest

from socialmkt.core import stats

pytestmark = pytest.mark.differential


@pytest.fixture
def scipy_stats():
    return pytest.importorskip("scipy.stats")


RNG = np.random.default_rng(20_261_121)
TRIALS = np.concatenate([np.arange(1, 60), RNG.integers(60, 100_000, 200)])
SUCCESSES = np.concatenate([RNG.integers(0, TRIALS + 1), np.zeros_like(TRIALS), TRIALS])
TRIALS = np.tile(TRIALS, 3)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999999])
def test_exact_intervals_are_within_1e_12_of_scipys(scipy_stats, confidence) -> None:
    low, high = stats.clopper_pearson(SUCCESSES, TRIALS, confidence=confidence)
    tail = (1 - confidence) / 2
    beta = scipy_stats.beta
    some, fewer = SUCCESSES > 0, SUCCESSES < TRIALS
    assert np.abs(low[some] - beta.ppf(tail, SUCCESSES, TRIALS - SUCCESSES + 1)[some]).max() < 1e-12
    assert np.abs(high[fewer] - beta.isf(tail, SUCCESSES + 1, TRIALS - SUCCESSES)[fewer]).max() < 1e-12


@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_wilson_intervals_are_scipys(scipy_stats, confidence) -> None:
    for k, n in zip(SUCCESSES[::7].tolist(), TRIALS[::7].tolist(), strict=True):
        theirs = scipy_stats.binomtest(k, n).proportion_ci(confidence, method="wilson")
        assert stats.wilson(k, n, confidence=confidence) == pytest.approx((theirs.low, theirs.high), abs=1e-14)


def test_chi_square_tails_are_scipys(scipy_stats) -> None:
    df = np.concatenate([np.arange(1, 50), 10 ** RNG.uniform(-1, 5, 300)])
    x = df * 10 ** RNG.uniform(-2, 0.7, len(df))
    ours, theirs = stats.chi2_sf(x, df), scipy_stats.chi2.sf(x, df)
    seen = theirs > 1e-280
    assert np.abs(ours / np.where(seen, theirs, 1) - 1)[seen].max() < 1e-10


@pytest.mark.parametrize("universe", [50, 1_000, 20_000])
def test_hypergeometric_tails_are_scipys_where_it_keeps_its_digits(scipy_stats, universe) -> None:
    for _ in range(50):
        a, b = RNG.integers(1, universe, 2).tolist()
        both = int(RNG.integers(max(0, a + b - universe), min(a, b) + 1))
        law = scipy_stats.hypergeom(universe, a, b)
        for tail, theirs in (("more", law.logsf(both - 1)), ("fewer", law.logcdf(both))):
            if theirs > -600:
                assert stats.log_hypergeom(universe, a, b, both, tail=tail) == pytest.approx(theirs, rel=1e-7, abs=1e-9)


def test_survival_and_its_bounds_are_scipys(scipy_stats) -> None:
    durations, observed = RNG.integers(0, 40, 300), RNG.random(300) < 0.6
    data = scipy_stats.CensoredData(uncensored=durations[observed], right=durations[~observed])
    theirs = scipy_stats.ecdf(data).sf
    curve = stats.kaplan_meier(durations, observed)
    ended = np.isin(theirs.quantiles, curve.time)
    assert curve.survival == pytest.approx(theirs.probabilities[ended])
    bounds = theirs.confidence_interval(0.95, method="log-log")
    inside = curve.survival > 0
    assert curve.low[inside] == pytest.approx(bounds.low.probabilities[ended][inside])
    assert curve.high[inside] == pytest.approx(bounds.high.probabilities[ended][inside])
