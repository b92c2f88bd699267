"""The figures of the fit of platforms to a target, on bare arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from numpy.random import Generator

Floats = NDArray[np.float64]

COMPONENTS = ("match", "affinity", "coverage")

_TOO_MANY = 1.05


class Audiences(NamedTuple):
    """The audiences of n platforms over c cells, and the target; NaN for no sample and no price."""

    shares: Floats
    users: Floats
    samples: Floats
    cpm: Floats
    propensity: Floats
    target: Floats
    target_share: float
    target_users: float


def values(audiences: Audiences, weights: Floats) -> dict[str, NDArray[Any]]:
    """Give the columns that need no draws."""
    share = audiences.shares @ audiences.propensity
    matched = audiences.users * share
    parts = components(audiences.shares, audiences.users, audiences)
    priced = ~np.isnan(audiences.cpm)
    cost = np.divide(audiences.cpm, share, out=np.where(priced, np.inf, np.nan), where=share > 0)
    jaccard = matched / (audiences.users + audiences.target_users - matched)
    return {
        "score": scores(parts, weights),
        **dict(zip(COMPONENTS, parts, strict=True)),
        "share": share,
        "matched": matched,
        "tgi": 100 * share / audiences.target_share,
        "ovl": np.minimum(audiences.shares, audiences.target).sum(axis=1),
        "jaccard": jaccard,
        "cost_per_matched": cost,
        "conflict": matched > _TOO_MANY * audiences.target_users,
        "pareto": unbeaten(np.array([*parts, -cost]) if priced.all() else parts),
    }


def components(shares: Floats, users: Floats | float, audiences: Audiences) -> Floats:
    """Give match, affinity and coverage of profiles, in rows."""
    share = shares @ audiences.propensity
    match = np.minimum(np.sqrt(shares * audiences.target).sum(axis=-1), 1)
    affinity = share / (share + audiences.target_share)
    coverage = np.minimum(users * share / audiences.target_users, 1)
    return np.array([match, affinity, coverage])


def scores(parts: Floats, weights: Floats) -> Floats:
    """Give 100 times the weighted geometric mean, where 0**0 is 1."""
    powers = parts ** weights.reshape(len(parts), *([1] * (parts.ndim - 1)))
    found: Floats = 100 * powers.prod(axis=0)
    return found


def unbeaten(parts: Floats) -> NDArray[np.bool_]:
    """Tell which columns no other beats: at least as good in every row, and better in one."""
    mine, others = parts[:, :, None], parts[:, None, :]
    beaten = np.logical_and((others >= mine).all(axis=0), (others > mine).any(axis=0))
    free: NDArray[np.bool_] = ~np.logical_or.reduce(beaten, axis=1)
    return free


def drawn(audiences: Audiences, weights: Floats, draws: int, rng: Generator | None) -> dict[str, Floats]:
    """Draw profiles and weights: percentiles of the scores, and how often each platform leads."""
    n = len(audiences.users)
    nothing = np.full(n, np.nan)
    if not draws or rng is None:
        return {"low": nothing, "high": nothing, "first": nothing}
    parts = np.empty((len(COMPONENTS), draws, n))
    for place in range(n):
        parts[:, :, place] = components(_profiles(audiences, place, draws, rng), audiences.users[place], audiences)
    low, high = np.quantile(scores(parts, weights), [0.025, 0.975], axis=0)
    judged = rng.dirichlet(np.ones(len(COMPONENTS)), draws).T[:, :, None]
    leaders = np.prod(parts**judged, axis=0).argmax(axis=1)
    sampled = ~np.isnan(audiences.samples)
    return {
        "low": np.where(sampled, low, np.nan),
        "high": np.where(sampled, high, np.nan),
        "first": np.bincount(leaders, minlength=n) / draws,
    }


def _profiles(audiences: Audiences, place: int, draws: int, rng: Generator) -> Floats:
    shares, sample = audiences.shares[place], audiences.samples[place]
    if np.isnan(sample):
        return np.broadcast_to(shares, (draws, shares.size))
    return rng.dirichlet(sample * shares + 0.5, draws)
