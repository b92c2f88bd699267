"""Lists, draws and small referees that the tests of draws share."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from decimal import Context
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from socialmkt.lottery import DrawRecord, Entries, Manifest, Prize, draw, manifest

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors/lottery_draw.json").read_text(encoding="utf-8")
)
DRAW = VECTORS["draw"]
CLOSE = datetime(2026, 4, 19, 23, 59, tzinfo=UTC)
LATER = datetime(2026, 4, 21, tzinfo=UTC)
BEACON = "11" * 32
SESAME = "open sesame"
KEY = DRAW["key"]

ids = st.text(alphabet="abcdefgh0123张", min_size=1, max_size=6)
weights = st.integers(1, 20)


def keys_of(seed: str) -> str:
    return hashlib.sha256(seed.encode()).hexdigest()


def example() -> Entries:
    return Entries.from_columns(DRAW["ids"], weight=DRAW["weights"])


def example_manifest(**fields: Any) -> Manifest:
    prizes = [
        Prize(name="grand", quantity=1, unit_value=500_000),
        Prize(name="consolation", quantity=3, unit_value=1_000),
    ]
    given = {
        "draw_id": "demo-2026",
        "beacon": "drand:quicknet",
        "beacon_round": 27946612,
        "closes_at": CLOSE,
        "alternates": 2,
        **fields,
    }
    return manifest(example(), fields.pop("prizes", prizes), **{k: v for k, v in given.items() if k != "prizes"})


def example_record(**fields: Any) -> DrawRecord:
    return draw(example_manifest(**fields), example(), beacon=BEACON)


def exact_order(key: str, weighted: dict[str, int]) -> list[str]:
    """Rank by the definition: decimals of 80 digits for every entry."""
    context = Context(prec=80)

    def by_definition(one: str) -> tuple[Any, str, str]:
        ticket = hashlib.sha256((key + one).encode()).hexdigest()
        above = context.divide(2**65 - 2 * int(ticket[:16], 16) - 1, 2**65)
        return context.divide(context.minus(context.ln(above)), weighted[one]), ticket, one

    return sorted(weighted, key=by_definition)


def greedy(order: list[str], groups: list[dict[str, Any]], limits: list[int], k: int) -> list[str]:
    """Walk an order under caps, counting from scratch for every entry."""
    kept: list[str] = []
    for one in order:
        counts = [
            sum(own.get(other) == own[one] for other in kept) if own.get(one) is not None else -1 for own in groups
        ]
        if all(count < limit for count, limit in zip(counts, limits, strict=True)):
            kept.append(one)
    return kept[:k]
