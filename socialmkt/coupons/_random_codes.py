"""Codes that carry no serial: drawn at random, distinct, and kept in a store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from socialmkt.core.columns import Column  # noqa: TC001  # signatures are read at run time by the docs
from socialmkt.core.errors import Infeasible, InvalidInput, Verbatim, refuse
from socialmkt.coupons._checks import check_symbols
from socialmkt.coupons._code_spec import (
    CodeSpec,
    blocklist_of,
    body_symbols,
    body_values,
    layout_of,
    parse_codes,
)
from socialmkt.coupons._fields import read_count
from socialmkt.coupons._layout import OK, REASONS

if TYPE_CHECKING:
    from collections.abc import Callable

UInt64 = NDArray[np.uint64]
Symbols = NDArray[np.uint8]

_FUNC = "coupons.random_codes"
_CHUNK = 16_384
_MOST_VAIN = 64


def random_codes(spec: CodeSpec, count: int, *, source: Callable[[int], bytes], taken: Column = ()) -> NDArray[np.str_]:
    """Draw codes at random.

    Parameters
    ----------
    spec : CodeSpec
        Their form.
    count : int >= 0
        How many.
    source : callable
        `source(n)` gives n random bytes: `secrets.token_bytes`.
    taken : column of codes
        Those that must not come again.

    Returns
    -------
    text array of shape (count,)
        Distinct, none of them taken, none with a blocked word. They carry no serial: keep them in a store.

    Raises
    ------
    InvalidInput
        A taken code is malformed, or the source gives something else than n bytes.
    Infeasible
        Count and taken together exceed half the capacity, or the source goes on repeating itself.

    Notes
    -----
    Bytes that would favour some symbols are thrown away. O(n log n).

    Examples
    --------
    >>> import secrets
    >>> codes = random_codes(CodeSpec(body=8), 1_000, source=secrets.token_bytes)
    >>> len(set(codes.tolist())), CodeSpec(body=8).check(codes).all()
    (1000, np.True_)
    """
    if not isinstance(spec, CodeSpec):
        raise refuse(InvalidInput, _FUNC, "spec", "be a CodeSpec", spec)
    wanted = read_count(count, _FUNC, "count")
    if not callable(source):
        raise refuse(InvalidInput, _FUNC, "source", "be a function such as secrets.token_bytes", source)
    known = _read_taken(taken, spec)
    if 2 * (wanted + len(known)) > spec.capacity:
        must = f"be, with those taken, at most half of the {spec.capacity:,} codes"
        raise refuse(Infeasible, _FUNC, "count", must, count)
    return _written(_drawn(spec, wanted, known, source), spec)


def _read_taken(taken: Any, spec: CodeSpec) -> UInt64:
    parsed = parse_codes(spec, taken, _FUNC, "taken")
    wrong = np.flatnonzero(parsed.status != OK)
    if wrong.size:
        row = int(wrong[0])
        got = Verbatim(f"a code with the fault {REASONS[parsed.status[row]]!r}")
        raise refuse(InvalidInput, _FUNC, "taken", "be codes of this form", got, row=row, count=len(wrong))
    known = np.sort(body_values(parsed.symbols[: spec.body], len(spec.alphabet)))
    again = np.zeros(len(known), np.bool_)
    np.equal(known[1:], known[:-1], out=again[1:])
    return known[~again]


def _drawn(spec: CodeSpec, wanted: int, known: UInt64, source: Callable[[int], bytes]) -> UInt64:
    """Draw until there are enough; many draws in a row that bring nothing new are hopeless."""
    drawn, vain = np.empty(0, np.uint64), 0
    while len(drawn) < wanted:
        missing = wanted - len(drawn)
        fresh = [_clean_bodies(spec, min(missing - first, _CHUNK), source) for first in range(0, missing, _CHUNK)]
        before = len(drawn)
        drawn = _first_ones(np.concatenate([drawn, *(_unseen(values, known) for values in fresh)]))
        vain = vain + 1 if len(drawn) == before else 0
        if vain == _MOST_VAIN:
            raise _repeats()
    return drawn


def _repeats() -> Infeasible:
    return refuse(Infeasible, _FUNC, "source", "give bytes that lead to new codes", Verbatim("the same ones again"))


def _clean_bodies(spec: CodeSpec, count: int, source: Callable[[int], bytes]) -> UInt64:
    """Draw some bodies, as numbers; without those whose code holds a blocked word."""
    body = _symbols(len(spec.alphabet), spec.body * count, source).reshape(spec.body, count)
    hits = blocklist_of(spec).hits(_with_checks(body, spec))
    return body_values(body, len(spec.alphabet))[~hits]


def _with_checks(body: Symbols, spec: CodeSpec) -> Symbols:
    checks = check_symbols(list(body), spec.checks, len(spec.alphabet))
    return np.concatenate([body, *(check[None] for check in checks)])


def _symbols(size: int, count: int, source: Callable[[int], bytes]) -> Symbols:
    """Draw symbols; bytes at the top, which would favour some of them, are thrown away."""
    limit, found, vain = 256 - 256 % size, np.empty(0, np.uint8), 0
    while len(found) < count:
        fresh = _read_source(source, (count - len(found)) * 256 // limit + 1)
        kept = fresh if limit == 256 else fresh[fresh < limit]
        vain = 0 if len(kept) else vain + 1
        if vain == _MOST_VAIN:
            raise _repeats()
        found = np.concatenate([found, kept % np.uint8(size)])
    return found[:count]


def _read_source(source: Callable[[int], bytes], count: int) -> Symbols:
    given = source(count)
    if not isinstance(given, bytes) or len(given) != count:
        got = Verbatim(f"{len(given):,} bytes" if isinstance(given, bytes) else type(given).__name__)
        raise refuse(InvalidInput, _FUNC, "source", f"give the {count:,} bytes asked for", got)
    return np.frombuffer(given, np.uint8)


def _unseen(values: UInt64, known: UInt64) -> UInt64:
    if not len(known):
        return values
    fresh: UInt64 = values[known.take(np.searchsorted(known, values), mode="clip") != values]
    return fresh


def _first_ones(values: UInt64) -> UInt64:
    """Keep each value where it comes first. Sorting finds out at once that there is hardly ever anything to do."""
    ordered = np.sort(values)
    if not (ordered[1:] == ordered[:-1]).any():
        return values
    order = np.argsort(values, kind="stable")
    again = np.zeros(len(values), np.bool_)
    again[order[1:]] = values[order[1:]] == values[order[:-1]]
    return values[~again]


def _written(values: UInt64, spec: CodeSpec) -> NDArray[np.str_]:
    layout = layout_of(spec)
    characters = np.empty((len(values), layout.width), np.uint32)
    for first in range(0, len(values), _CHUNK):
        chunk = values[first : first + _CHUNK]
        body = np.empty((spec.body, len(chunk)), np.uint8)
        body_symbols(chunk, len(spec.alphabet), spec.body, body)
        layout.write(_with_checks(body, spec), characters[first : first + len(chunk)])
    return characters.view(f"U{layout.width}").ravel()
