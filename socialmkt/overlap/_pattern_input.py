"""Read and check what a pattern table is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from socialmkt.core import columns
from socialmkt.core.errors import InvalidInput, Overflow, Verbatim, did_you_mean, refuse
from socialmkt.overlap._audience_fields import whole
from socialmkt.overlap._group import check_names, places_of
from socialmkt.overlap._keys import firsts
from socialmkt.overlap._pattern_counts import Counts
from socialmkt.overlap._subset_sums import mask_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST = 2**63 - 1
MOST_AUDIENCES = 64


def check_patterns(masks: NDArray[Any], counts: NDArray[Any], names: tuple[str, ...], theta: float) -> None:
    """Refuse what no audiences give."""
    if not 1 <= len(names) <= MOST_AUDIENCES or len(set(names)) < len(names):
        must = f"be different, 1 to {MOST_AUDIENCES}"
        raise refuse(InvalidInput, "", "names", must, Verbatim(f"{len(names)}, {len(set(names))} of them different"))
    if masks.dtype != np.uint64:
        raise refuse(InvalidInput, "", "mask", "be uint64", masks)
    if masks.size and (int(masks.min()) == 0 or int(masks.max()) >> len(names)):
        raise refuse(InvalidInput, "", "mask", f"name some of the {len(names)} audiences", Verbatim("another mask"))
    if not firsts(np.sort(masks)).all():
        raise refuse(InvalidInput, "", "mask", "hold each pattern once", Verbatim("repeats"))
    _check_counts(counts, theta)


def _check_counts(counts: NDArray[Any], theta: float) -> None:
    if not 0 < theta <= 1:
        raise refuse(InvalidInput, "", "theta", "lie above 0 and be at most 1", theta)
    if (counts.dtype.kind == "f") != (theta < 1):
        fix = "Estimates have a theta below 1."
        raise refuse(InvalidInput, "", "count", "be whole numbers where theta is 1, else floats", counts, fix=fix)
    if not (counts >= 0).all() or not (counts < np.inf).all():
        raise refuse(InvalidInput, "", "count", "be finite and at least 0", Verbatim("another"))
    if float(counts.sum(dtype=np.float64)) >= 2.0**62 and sum(counts.tolist()) > _MOST:
        raise refuse(Overflow, "", "count", "add up to less than 2**63", Verbatim("more"))


def counts_by_names(names: Any, counts: Any, func: str) -> tuple[Counts, tuple[str, ...]]:
    """Read counts of combinations of names."""
    if isinstance(names, (str, bytes)) or not isinstance(names, Sequence):
        raise refuse(InvalidInput, func, "names", "be a list of names", names)
    known = check_names(names, func, "names")
    if not 1 <= len(known) <= MOST_AUDIENCES:
        raise refuse(InvalidInput, func, "names", f"be 1 to {MOST_AUDIENCES} audiences", Verbatim(f"{len(known)}"))
    if not isinstance(counts, Mapping):
        raise refuse(InvalidInput, func, "counts", "be a mapping of combinations to counts", counts)
    found: dict[int, int] = {}
    for combination, count in counts.items():
        if isinstance(combination, (str, bytes)) or not isinstance(combination, Iterable):
            fix = 'Write one audience as ("tv",).'
            raise refuse(InvalidInput, func, "counts", "have tuples of names as keys", combination, fix=fix)
        mask = mask_of(places_of(list(combination), known, func, "counts"))
        if mask == 0 or mask in found:
            raise refuse(InvalidInput, func, "counts", "hold each combination of audiences once", combination)
        found[mask] = whole(count, 0, _MOST, func=func, name="counts")
    if sum(found.values()) > _MOST:
        raise refuse(Overflow, func, "counts", "add up to less than 2**63", sum(found.values()))
    rising = sorted(mask for mask, count in found.items() if count)
    values = np.array([found[mask] for mask in rising], dtype=np.int64)
    return Counts(np.array(rising, dtype=np.uint64), values), known


def read_costs(costs: Any, names: tuple[str, ...], func: str) -> list[int]:
    """Read what each audience costs, by name or in order; 1 each where nothing is said."""
    if costs is None:
        return [1] * len(names)
    if isinstance(costs, Mapping):
        for name in costs:
            if name not in names:
                raise refuse(InvalidInput, func, "costs", "name audiences", name, fix=did_you_mean(name, names))
        costs = [costs[name] for name in names if name in costs]
    prices: list[int] = columns.quantities(costs, func=func, name="costs").tolist()
    if len(prices) != len(names):
        got = Verbatim(f"{len(prices)} of them")
        raise refuse(InvalidInput, func, "costs", f"be one for each of the {len(names)} audiences", got)
    return prices
