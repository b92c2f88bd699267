"""Who stands where after entries were disqualified: decided by the first draw and the sequence of entries alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from socialmkt.lottery._rows import UnfilledRow, WinnerRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from socialmkt.lottery._rows import AlternateRow
    from socialmkt.lottery.commitment import Manifest


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
