"""What the tests of audiences share: groups of ids, and the stored figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "overlap_vectors.json").read_text("utf-8")
)

near = st.integers(0, 40)
far = st.integers(0, 15).map(lambda n: n * 2**60) | st.integers(2**64 - 9, 2**64 - 1)
signed = st.integers(-9, 9) | st.sampled_from([-(2**63), 2**63 - 1])
words = st.text(alphabet="ab用\0", max_size=4)


def groups(ids: st.SearchStrategy[Any], *, least: int = 1, most: int = 5) -> st.SearchStrategy[list[list[Any]]]:
    """Draw some lists of ids, repeats included."""
    return st.lists(st.lists(ids, max_size=25), min_size=least, max_size=most)


any_groups = groups(near) | groups(far) | groups(signed) | groups(words) | groups(st.uuids())


def brute_patterns(sets: list[set[Any]]) -> dict[int, int]:
    """Count patterns person by person."""
    counts: dict[int, int] = {}
    for person in set().union(*sets):
        mask = sum(1 << place for place, members in enumerate(sets) if person in members)
        counts[mask] = counts.get(mask, 0) + 1
    return dict(sorted(counts.items()))
