"""The draw: a published manifest, a published list and a public beacon value give the winners; nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from socialmkt.core.errors import Infeasible, InvalidInput, Verbatim, refuse
from socialmkt.lottery._canonical import ascii_text, sha256_hex
from socialmkt.lottery._caps import check_caps
from socialmkt.lottery._fill import fill
from socialmkt.lottery._lots import lots
from socialmkt.lottery._rows import AlternateRow, SkippedRow, SkipReason, WinnerRow
from socialmkt.lottery.commitment import Manifest, check_conditions
from socialmkt.lottery.entries import Entries
from socialmkt.lottery.ranking import key_for
from socialmkt.lottery.record import DrawRecord, new_record

if TYPE_CHECKING:
    from socialmkt.lottery._fill import Filled
    from socialmkt.lottery._lots import Lots
    from socialmkt.lottery.commitment import Prize

__all__ = ["draw"]

_FUNC = "lottery.draw"
_MOST_UNFILLED = 1_000_000
_REASONS = {True: SkipReason.cap_reached, False: SkipReason.not_qualified}


def draw(manifest: Manifest, entries: Entries, *, beacon: str | bytes, secret: str | bytes = "") -> DrawRecord:
    """Draw the winners.

    Parameters
    ----------
    manifest : Manifest
        What was committed to.
    entries : Entries
        The very list it speaks of.
    beacon : printable ASCII text, or bytes (taken as their lower-case hex)
        The beacon's value.
    secret : text or bytes
        The secret behind `secret_hash`.

    Returns
    -------
    DrawRecord
        The same for everybody who draws: there is no redraw.

    Raises
    ------
    InvalidInput
        Another list, a secret that is missing, wrong or not committed to, or a malformed beacon value.
    Infeasible
        More than 1,000,000 slots stay unfilled, or more than 10,000,000 sub-tickets.

    Notes
    -----
    Pool by pool: each slot goes to the first entry in rank order that is not used, holds what the prize requires and
    whose groups are below their caps. Alternates are chosen after all slots, under the same counts. O(n) hashes a pool.

    Examples
    --------
    >>> from socialmkt.lottery import Entries, Prize, manifest
    >>> entries = Entries.from_columns(["ann", "bo", "cy"])
    >>> made = manifest(entries, [Prize(name="grand", quantity=1)], draw_id="demo", beacon="lottery 3D 2026303")
    >>> draw(made, entries, beacon="4 7 1").winners["entry"].tolist()
    ['bo']
    """
    if not isinstance(manifest, Manifest):
        raise refuse(InvalidInput, _FUNC, "manifest", "be a Manifest", manifest)
    _check_list(manifest, entries)
    revealed = ascii_text(secret, func=_FUNC, name="secret")
    must = secret_fault(manifest, revealed)
    if must:
        raise refuse(InvalidInput, _FUNC, "secret", must, Verbatim("another" if revealed else "none"))
    value = ascii_text(beacon, func=_FUNC, name="beacon")
    drawn = draw_rows(manifest, entries, value, revealed)
    return new_record(
        manifest=manifest,
        beacon=value,
        secret=revealed,
        drawn=drawn.winners,
        alternates=drawn.alternates,
        skipped=drawn.skipped,
        min_relative_gap=drawn.min_relative_gap,
    )


class Drawn(NamedTuple):
    """What a draw gives, as rows of its tables."""

    winners: list[WinnerRow]
    alternates: list[AlternateRow]
    skipped: list[SkippedRow]
    min_relative_gap: float | None


def secret_fault(manifest: Manifest, secret: str) -> str | None:
    """Say what the secret must be where it does not fit the manifest."""
    if not manifest.secret_hash:
        return "be left out, as the manifest has no secret_hash" if secret else None
    return None if secret and sha256_hex(secret) == manifest.secret_hash else "be the text whose SHA-256 is secret_hash"


def draw_rows(manifest: Manifest, entries: Entries, beacon: str, secret: str) -> Drawn:
    """Draw pool by pool, without asking whether list and secret are those of the manifest."""
    check_conditions(manifest, entries, func=_FUNC)
    caps = check_caps(manifest.caps, entries.groups, func=_FUNC)
    pools: dict[str, list[Prize]] = {}
    for prize in manifest.prizes:
        pools.setdefault(prize.pool, []).append(prize)
    parts = []
    for pool, prizes in pools.items():
        key = key_for(manifest.commitment, beacon, secret, pool, func=_FUNC)
        tickets = lots(entries, key, manifest.method, func=_FUNC)
        filled = fill(tickets, prizes, alternates=manifest.alternates, caps=caps)
        _check_unfilled(filled, prizes)
        parts.append(_named(pool, filled, tickets))
    gaps = [part.min_relative_gap for part in parts if part.min_relative_gap is not None]
    return Drawn(
        [row for part in parts for row in part.winners],
        [row for part in parts for row in part.alternates],
        [row for part in parts for row in part.skipped],
        min(gaps, default=None),
    )


def _named(pool: str, filled: Filled, tickets: Lots) -> Drawn:
    """Write the places of a pool as rows."""
    entries = tickets.entries

    def row(place: int) -> int:
        return filled.rows[place]

    def holder(place: int) -> tuple[int, str, str]:
        return place + 1, str(entries.id[row(place)]), tickets.ticket(row(place))

    return Drawn(
        [WinnerRow(pool, prize, slot, *holder(place)) for prize, slot, place in filled.winners],
        [AlternateRow(pool, prize, order, *holder(place)) for prize, order, place in filled.alternates],
        [
            SkippedRow(pool, prize, place + 1, str(entries.id[row(place)]), str(_REASONS[qualified]))
            for prize, place, qualified in filled.skipped
        ],
        tickets.smallest_gap(np.array(filled.rows[: filled.deepest + 2])),
    )


def _check_list(manifest: Manifest, entries: Entries) -> None:
    if not isinstance(entries, Entries):
        raise refuse(InvalidInput, _FUNC, "entries", "be Entries", entries)
    if entries.digest != manifest.entries_digest:
        must = f"be the list of the manifest, with digest {manifest.entries_digest[:12]}..."
        raise refuse(InvalidInput, _FUNC, "entries", must, Verbatim(f"digest {entries.digest[:12]}..."))
    if len(entries) != manifest.entries:
        raise refuse(InvalidInput, _FUNC, "entries", f"have {manifest.entries:,} rows", Verbatim(f"{len(entries):,}"))


def _check_unfilled(filled: Filled, prizes: list[Prize]) -> None:
    """Refuse to list more empty slots than anybody can read."""
    quantity = {prize.name: prize.quantity for prize in prizes}
    empty = sum(quantity[name] - slot + 1 for name, slot in filled.unfilled)
    if empty > _MOST_UNFILLED:
        must = f"leave at most {_MOST_UNFILLED:,} slots unfilled"
        raise refuse(Infeasible, _FUNC, "quantity", must, empty, fix="Offer fewer prizes, or draw from more entries.")
