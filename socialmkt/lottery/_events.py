"""What happens after a draw: slots vacated, each event chained to everything before it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from socialmkt.core.model import Frozen, Instant
from socialmkt.lottery._canonical import canonical_json, instant_text, sha256_hex

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from socialmkt.lottery._standing import Vacated


class DrawEvent(Frozen):
    """A slot that was vacated, chained to everything before it.

    Parameters
    ----------
    at : aware datetime
        When.
    entry : str
        Who was disqualified.
    prize : str
        The prize they held; `""` for an alternate who held none.
    reason : str
        One of the manifest's reasons.
    replacement : str or None
        The alternate who holds the slot now; None if there was none left.
    previous : str, 64 hex digits
        The digest before this event.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> event = DrawEvent(at=datetime(2026, 4, 21, tzinfo=UTC), entry="ann", prize="pen", reason="fraud",
    ...                   replacement=None, previous="00" * 32)
    >>> event.digest[:12]
    '8ce97bcff199'
    """

    at: Instant
    entry: str
    prize: str
    reason: str
    replacement: str | None
    previous: str

    @property
    def digest(self) -> str:
        """The SHA-256 of the event's canonical JSON.

        Examples
        --------
        As in the class.
        """
        return sha256_hex(canonical_json(event_json(self)))


def event_json(event: DrawEvent) -> dict[str, Any]:
    """Give an event as strings and null."""
    return {**{name: getattr(event, name) for name in DrawEvent.model_fields}, "at": instant_text(event.at)}


def disqualified(events: Iterable[DrawEvent]) -> list[str]:
    """Name the entries that were disqualified, in order; one with several slots has an event for each."""
    return [entry for entry, _ in itertools.groupby(event.entry for event in events)]


def chained(vacated: Iterable[Vacated], reason: str, at: datetime, previous: str) -> list[DrawEvent]:
    """Write events, each hashed with the one before it."""
    events = []
    for entry, prize, replacement in vacated:
        event = DrawEvent(at=at, entry=entry, prize=prize, reason=reason, replacement=replacement, previous=previous)
        events.append(event)
        previous = event.digest
    return events
