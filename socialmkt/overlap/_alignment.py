"""Bring audiences to one form: the same kind of keys, the same seed, the same threshold.

Sketches of one seed are the same random sample of all people. Cut to the lowest threshold, they are exact sets of
that sample, and every exact algorithm runs on them unchanged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from socialmkt.core.errors import SchemeMismatch, refuse
from socialmkt.overlap._keys import TOP, UInt64, below, ranks_below

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialmkt.overlap._audience_bytes import Scheme
    from socialmkt.overlap.audience import Audience


class Aligned(NamedTuple):
    """The keys of each audience below one threshold, and what they have in common."""

    keys: list[UInt64]
    threshold: int
    seed: int
    scheme: Scheme | None
    fingerprint: int
    ranked: bool

    @property
    def theta(self) -> float:
        return self.threshold / TOP


def align(audiences: Sequence[Audience], func: str) -> Aligned:
    """Give the keys of all audiences below their lowest threshold; refuse those made under different rules."""
    known = [audience for audience in audiences if audience.scheme is not None]
    ranked = [audience for audience in audiences if audience.k is not None]
    seeds = [audience for audience in ranked if audience.scheme is not None] or ranked
    for name, among in (("scheme", known), ("fingerprint", known), ("seed", seeds)):
        _require_equal(among, name, func)
    threshold = min(audience.threshold for audience in audiences)
    seed = max((audience.seed for audience in seeds), default=0)
    return Aligned(
        keys=[_cut(audience, threshold, seed, bool(ranked)) for audience in audiences],
        threshold=threshold,
        seed=seed,
        scheme=known[0].scheme if known else None,
        fingerprint=max(audience.fingerprint for audience in known or audiences),
        ranked=bool(ranked),
    )


def _require_equal(audiences: Sequence[Audience], name: str, func: str) -> None:
    """Those of no known scheme hold no ids, so they go with all."""
    values = [getattr(audience, name) for audience in audiences if audience.scheme is not None]
    for value in values[1:]:
        if value != values[0]:
            must = f"be the same in all audiences, {values[0]!r}"
            raise refuse(SchemeMismatch, func, name, must, value)


def _cut(audience: Audience, threshold: int, seed: int, ranked: bool) -> UInt64:  # noqa: FBT001  # a kernel
    if ranked and audience.k is None:
        ranks = ranks_below(audience.keys, seed, threshold)
        ranks.sort()
        return ranks
    return below(np.asarray(audience.keys), threshold)
