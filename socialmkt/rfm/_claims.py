"""Which segments claim which cells, on plain lists of codes; a code is 100 r + 10 f + m."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any, TypeGuard

import numpy as np

from socialmkt.core.errors import InvalidInput, Verbatim, refuse
from socialmkt.core.model import read_name

Claims = Sequence[tuple[str, Sequence[int]]]

_MOST_LISTED = 8


def check_bins(bins: object, func: str) -> int:
    """Refuse anything but 2 to 9 levels: a cell is a code of three digits."""
    if not _is_whole(bins) or not 2 <= int(bins) <= 9:
        raise refuse(InvalidInput, func, "bins", "be a whole number from 2 to 9", bins)
    return int(bins)


def check_names(name: object, default: object, *, func: str) -> None:
    """Refuse a name of the map, or of its default, that is no text."""
    read_name(name, func=func, name="name")
    if default is not None:
        read_name(default, func=func, name="default")


def read_segment(name: object, func: str) -> str:
    """Read a key of the mapping of segments to codes."""
    try:
        return read_name(name, func=func, name="cells")
    except InvalidInput:
        must = "have names as keys, text without control characters"
        raise refuse(InvalidInput, func, "cells", must, name) from None


def read_cells(codes: Any, bins: int, func: str) -> tuple[int, ...]:
    """Read the list of a segment's codes."""
    if isinstance(codes, str) or not isinstance(codes, Iterable):
        raise refuse(InvalidInput, func, "cells", "list the codes of each segment", codes)
    return tuple(_cell(code, bins, func) for code in codes)


def _cell(code: object, bins: int, func: str) -> int:
    """Read one code, 555 or "555"."""
    text = code if isinstance(code, str) else str(code) if _is_whole(code) else ""
    if not (len(text) == 3 and text.isascii() and text.isdigit()):
        raise refuse(InvalidInput, func, "cells", "be codes of three digits, r f m", code)
    if not all(1 <= int(level) <= bins for level in text):
        raise refuse(InvalidInput, func, "cells", f"have levels from 1 to {bins}", code)
    return int(text)


def _is_whole(code: object) -> TypeGuard[int | np.integer[Any]]:
    return isinstance(code, int | np.integer) and not isinstance(code, bool)


def check_claims(claims: Claims, bins: int, default: str | None, on_overlap: str, *, func: str, parameter: str) -> None:
    """Refuse segments listed twice, overlaps and gaps."""
    names = [name for name, _ in claims]
    for name in names:
        if names.count(name) > 1:
            fix = "Use SegmentMap.from_cells for a segment that is no box."
            raise refuse(
                InvalidInput, func, parameter, "list each segment once", name, count=names.count(name), fix=fix
            )
    by_cell = claimants(claims, bins)
    twice = [code for code, by in by_cell.items() if len(by) > (1 if on_overlap == "raise" else len(set(by)))]
    if twice:
        fix = f"{twice[0]} is in {', '.join(map(str, by_cell[twice[0]]))}."
        raise refuse(
            InvalidInput, func, parameter, "give each cell to one segment", _listed("overlaps", twice), fix=fix
        )
    gaps = [code for code, by in by_cell.items() if not by]
    if gaps and default is None:
        fix = 'Pass default="Other" to name the rest.'
        raise refuse(InvalidInput, func, parameter, "cover the whole cube", _listed("gaps", gaps), fix=fix)


def claimants(claims: Claims, bins: int) -> dict[int, list[str]]:
    """List the segments that claim each cell, for all cells in ascending order."""
    levels = range(1, bins + 1)
    by: dict[int, list[str]] = {100 * r + 10 * f + m: [] for r, f, m in product(levels, repeat=3)}
    for name, codes in claims:
        for code in codes:
            by[code].append(name)
    return by


def winners(claims: Claims, bins: int, default: str | None) -> dict[int, str]:
    """Give each cell to its first claimant, else to the default."""
    return {code: by[0] if by else str(default) for code, by in claimants(claims, bins).items()}


def _listed(what: str, codes: Sequence[int]) -> Verbatim:
    """Name some cells: all of a few, the first two of many."""
    if len(codes) <= _MOST_LISTED:
        return Verbatim(f"{what} {', '.join(map(str, codes))}")
    return Verbatim(f"{what} {codes[0]}, {codes[1]}, ... ({len(codes):,} in all)")
