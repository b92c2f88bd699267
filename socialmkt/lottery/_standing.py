"""Who stands where after entries were disqualified: decided by the first draw and the sequence of entries alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from socialmkt.core.errors import InvalidInput, refuse, refuse_choice
from socialmkt.lottery._canonical import instant_text
from socialmkt.lottery._rows import UnfilledRow, WinnerRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from socialmkt.lottery._events import DrawEvent
    from socialmkt.lottery._rows import AlternateRow
    from socialmkt.lottery.commitment import Manifest


DISQUALIFY = "DrawRecord.disqualify"
_AFTER_CLAIM = ("no_address", "unclaimed")


class Vacated(NamedTuple):
    """A slot that an entry gave up, and who took it; `prize` is "" for an alternate."""

    entry: str
    prize: str
    replacement: str | None


class Standing:
    """Slots and alternates as they stand; `disqualify` moves them on."""

    def __init__(self, drawn: Sequence[WinnerRow], alternates: Sequence[AlternateRow]) -> None:
        self._slots: list[WinnerRow | None] = list(drawn)
        self._alternates = list(alternates)
        self.out: set[str] = set()

    @property
    def winners(self) -> list[WinnerRow]:
        """The slots that are held."""
        return [row for row in self._slots if row is not None]

    @property
    def alternates(self) -> list[AlternateRow]:
        """Stand-ins that are neither used in their pool nor disqualified."""
        used = {(row.pool, row.entry) for row in self.winners}
        return [row for row in self._alternates if row.entry not in self.out and (row.pool, row.entry) not in used]

    def unfilled(self, manifest: Manifest) -> list[UnfilledRow]:
        """List the slots that nobody holds, in the manifest's order."""
        held = {(row.prize, row.slot) for row in self.winners}
        return [
            UnfilledRow(prize.pool, prize.name, slot)
            for prize in manifest.prizes
            for slot in range(1, prize.quantity + 1)
            if (prize.name, slot) not in held
        ]

    def holds(self, entry: str) -> list[WinnerRow]:
        """List the slots of an entry."""
        return [row for row in self.winners if row.entry == entry]

    def serves(self, entry: str) -> list[AlternateRow]:
        """List the prizes that an unused alternate stands in for."""
        return [row for row in self.alternates if row.entry == entry]

    def disqualify(self, entry: str) -> list[Vacated]:
        """Take an entry out; each of its slots goes to the first alternate of that prize."""
        self.out.add(entry)
        held = [(place, row) for place, row in enumerate(self._slots) if row is not None and row.entry == entry]
        return [self._replace(place, row) for place, row in held] or [Vacated(entry, "", None)]

    def _replace(self, place: int, row: WinnerRow) -> Vacated:
        stand_in = next((one for one in self.alternates if (one.pool, one.prize) == (row.pool, row.prize)), None)
        if stand_in is None:
            self._slots[place] = None
            return Vacated(row.entry, row.prize, None)
        holder = stand_in.rank, stand_in.entry, stand_in.ticket
        self._slots[place] = WinnerRow(row.pool, row.prize, row.slot, *holder)
        return Vacated(row.entry, row.prize, stand_in.entry)


def replay(
    drawn: Sequence[WinnerRow], alternates: Sequence[AlternateRow], entries: Iterable[str]
) -> tuple[Standing, list[Vacated]]:
    """Disqualify entries one after another; give what stands, and every slot that was vacated."""
    standing = Standing(drawn, alternates)
    vacated = [one for entry in entries for one in standing.disqualify(entry)]
    return standing, vacated


def disqualification_fault(
    manifest: Manifest, standing: Standing, events: Sequence[DrawEvent], entry: str, *, reason: str, at: datetime
) -> InvalidInput | None:
    """Say why an entry may not be disqualified, if it may not."""
    if not isinstance(reason, str) or reason not in manifest.disqualify_reasons:
        return refuse_choice(DISQUALIFY, "reason", reason, manifest.disqualify_reasons)
    if entry in standing.out:
        return refuse(InvalidInput, DISQUALIFY, "entry", "not be disqualified already", entry)
    held, served = standing.holds(entry), standing.serves(entry)
    if not held and not served:
        return refuse(InvalidInput, DISQUALIFY, "entry", "be a standing winner or an unused alternate", entry)
    earliest = [("closes_at", manifest.closes_at), ("the last event", events[-1].at if events else None)]
    if reason in _AFTER_CLAIM:
        earliest.append((f"claim_by, as the reason is {reason}", manifest.claim_by))
    for what, bound in earliest:
        if bound is not None and at < bound:
            return refuse(InvalidInput, DISQUALIFY, "at", f"not lie before {what}: {instant_text(bound)}", at)
    physical = {prize.name for prize in manifest.prizes if prize.delivery == "physical"}
    if reason == "no_address" and physical.isdisjoint(row.prize for row in held or served):
        must = "not be no_address for an entry without a physical prize"
        return refuse(InvalidInput, DISQUALIFY, "reason", must, entry)
    return None
