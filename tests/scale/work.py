"""One small log, and what each worker makes of a part of it: a state that merges."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from socialmkt.lottery import Entries, rank
from socialmkt.overlap import Audience
from socialmkt.rfm import PurchaseState
from socialmkt.sla import Target, check

ROWS, KEY = 6_000, "5e" * 32
AS_OF = np.datetime64("2026-06-01")

_RNG = np.random.default_rng(11)
_START = np.datetime64("2026-01-01", "us") + np.arange(ROWS) * np.timedelta64(37, "m")
LOG = {
    "customer": _RNG.integers(0, 900, ROWS),
    "when": _RNG.permutation(_START),
    "amount": _RNG.integers(-200, 9_000, ROWS),
    "entry": [f"E{number:05d}" for number in range(ROWS)],
}
LOG["replied"] = LOG["when"] + _RNG.integers(1, 300, ROWS).astype("m8[m]")


# --8<-- [start:states]
def purchases(part):
    """Sum up the purchases of one part."""
    return PurchaseState.from_columns(part["customer"], part["when"], part["amount"])


def audience(part):
    """Sketch who is in one part."""
    return Audience.from_ids(part["customer"], k=512)


def ranking(part):
    """Rank the entries of one part, and keep the leading ones."""
    return rank(Entries.from_columns(part["entry"]), KEY, k=20)


def promises(part):
    """Check whether the mentions of one part were answered in time."""
    return check(part["when"], part["replied"], Target(within=timedelta(hours=2)), as_of=AS_OF)


def merged(one, other):
    """Merge two states of any kind."""
    return one.merge(other)


# --8<-- [end:states]
KINDS = [purchases, audience, ranking, promises]


def same(found, whole) -> bool:
    """Compare two states; checks keep their rows in the order of merging."""
    if hasattr(whole, "received"):
        return found.sort_by("received") == whole.sort_by("received")
    return found == whole
