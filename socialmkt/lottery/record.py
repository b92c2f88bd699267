"""The record of a draw: what was drawn, what happened since, and a digest over all of it.

A record only grows. Whoever is disqualified makes room for the next alternate, and nobody else moves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

from socialmkt.core.errors import Infeasible, InvalidInput, Verbatim, refuse
from socialmkt.core.instants import from_us, to_us
from socialmkt.core.model import Frozen
from socialmkt.core.table import Ints, Table, Texts
from socialmkt.lottery._audit import VERSION, not_an_audit, parse_audit, typed_rows
from socialmkt.lottery._canonical import canonical_json, sha256_hex
from socialmkt.lottery._events import DrawEvent, chained, disqualified, event_json
from socialmkt.lottery._ids import read_id, read_ids
from socialmkt.lottery._masks import masked, masked_name
from socialmkt.lottery._rows import (
    AlternateRow,
    Alternates,
    Skipped,
    SkippedRow,
    Unfilled,
    WinnerRow,
    Winners,
    table_of,
)
from socialmkt.lottery._standing import DISQUALIFY, Standing, disqualification_fault, replay
from socialmkt.lottery.commitment import Manifest, as_json
from socialmkt.lottery.entries import Entries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


__all__ = ["DrawEvent", "DrawRecord"]

_PUBLISHED = "DrawRecord.published"
_MOST_SLOTS = 2_000_000


class DrawRecord(Frozen):
    """Who won, who stands in, what happened since, and the digest of it all.

    Made by `draw`, by `disqualify` and by `from_audit`.

    Parameters
    ----------
    manifest : Manifest
        The rules.
    commitment : str
        Their hash, as published.
    beacon, secret : str
        The values that went into the draw.
    drawn, first_alternates : Winners, Alternates
        What was drawn, before any disqualification.
    events : tuple of DrawEvent
        What happened since.
    winners, alternates, unfilled : Winners, Alternates, Unfilled
        What stands now.
    skipped : Skipped
        Who was passed over, and why; empty in a record from an audit text, which does not tell.
    min_relative_gap : float or None
        The smallest gap between the keys of neighbours, down to the deepest rank used and the one after it.
    digest : str
        The last hash of the chain.

    Examples
    --------
    >>> from socialmkt.lottery import Entries, Prize, draw, manifest
    >>> entries = Entries.from_columns(["ann", "bo", "cy"])
    >>> made = manifest(entries, [Prize(name="grand", quantity=1)], draw_id="demo", beacon="lottery 3D 2026303")
    >>> draw(made, entries, beacon="4 7 1")
    DrawRecord('demo': 1 winner, 0 alternates, 0 unfilled, 0 events)
    """

    manifest: Manifest
    commitment: str
    beacon: str
    secret: str
    drawn: Winners
    first_alternates: Alternates
    events: tuple[DrawEvent, ...]
    winners: Winners
    alternates: Alternates
    unfilled: Unfilled
    skipped: Skipped
    min_relative_gap: float | None
    digest: str

    def disqualify(self, entry: Any, *, reason: str, at: datetime) -> DrawRecord:
        """Take a winner or an alternate out, and let the next alternate step in.

        Parameters
        ----------
        entry : text, whole number, UUID or UTF-8 bytes
            A standing winner or an unused alternate.
        reason : str
            One of the manifest's `disqualify_reasons`.
        at : aware datetime
            When; not before the close, nor before the last event.

        Returns
        -------
        DrawRecord
            A new record with an event for each slot vacated; this one does not change. Nobody else moves.

        Raises
        ------
        InvalidInput
            No such winner or alternate, disqualified already, a reason outside the list, too early, `no_address`
            where no prize needs one.
        AmbiguousTime
            A datetime without a zone.

        Notes
        -----
        There is no promotion, no redraw and no way back. A disqualified winner keeps counting for their groups, so a
        second account gains nothing.

        Examples
        --------
        >>> from datetime import UTC, datetime
        >>> from socialmkt.lottery import Entries, Prize, draw, manifest
        >>> entries = Entries.from_columns(["ann", "bo", "cy"])
        >>> prizes = [Prize(name="grand", quantity=1)]
        >>> made = manifest(entries, prizes, draw_id="demo", beacon="lottery 3D 2026303", alternates=1)
        >>> record = draw(made, entries, beacon="4 7 1")
        >>> later = record.disqualify("bo", reason="fraud", at=datetime(2026, 4, 21, tzinfo=UTC))
        >>> later.winners["entry"].tolist()
        ['ann']
        """
        name = read_id(entry, func=DISQUALIFY, name="entry")
        us = to_us(at, func=DISQUALIFY, name="at")
        when = from_us(us, func=DISQUALIFY, name="at")
        standing, _ = replay(rows_of(self.drawn), rows_of(self.first_alternates), disqualified(self.events))
        fault = disqualification_fault(self.manifest, standing, self.events, name, reason=reason, at=when)
        if fault:
            raise fault
        events = chained(standing.disqualify(name), reason, when, self.digest)
        tables = _standing_tables(self.manifest, standing)
        everything = (*self.events, *events)
        return self.model_copy(update={**tables, "events": everything, "digest": everything[-1].digest})

    def audit(self, entries: Entries) -> str:
        """Write everything a stranger needs to check the draw.

        Parameters
        ----------
        entries : Entries
            The list.

        Returns
        -------
        str
            Canonical JSON; publish it, and run `VERIFIER` on it.

        Raises
        ------
        InvalidInput
            `entries` is no list.

        Examples
        --------
        >>> from socialmkt.lottery import Entries, Prize, draw, manifest
        >>> entries = Entries.from_columns(["ann", "bo"])
        >>> made = manifest(entries, [Prize(name="grand", quantity=1)], draw_id="demo", beacon="lottery 3D 2026303")
        >>> text = draw(made, entries, beacon="4 7 1").audit(entries)
        >>> DrawRecord.from_audit(text).audit(entries) == text
        True
        """
        if not isinstance(entries, Entries):
            raise refuse(InvalidInput, "DrawRecord.audit", "entries", "be Entries", entries)
        return canonical_json(
            {
                "alternates": rows_of(self.first_alternates),
                "beacon": self.beacon,
                "commitment": self.commitment,
                "digest": self.digest,
                "drawn": rows_of(self.drawn),
                "entries": entries.to_tsv().decode(),
                "events": [event_json(event) for event in self.events],
                "manifest": as_json(self.manifest),
                "min_relative_gap": _gap_text(self.min_relative_gap),
                "secret": self.secret,
                "version": VERSION,
                "winners": rows_of(self.winners),
            }
        )

    @classmethod
    def from_audit(cls, text: str) -> DrawRecord:
        """Load a record from its audit text, without judging it.

        Parameters
        ----------
        text : str
            What `audit` wrote.

        Returns
        -------
        DrawRecord
            For `verify`, with `Entries.from_tsv(json.loads(text)["entries"].encode())`.

        Raises
        ------
        InvalidInput
            Not the shape of an audit text.

        Examples
        --------
        >>> DrawRecord.from_audit("{}")
        Traceback (most recent call last):
            ...
        socialmkt.core.errors.InvalidInput: DrawRecord.from_audit: text must have the keys alternates, beacon, ...
        """
        found = parse_audit(text)
        try:
            manifest = Manifest.model_validate_json(json.dumps(found["manifest"]))
            events = tuple(DrawEvent.model_validate_json(json.dumps(event)) for event in found["events"])
            drawn, winners = (typed_rows(WinnerRow, found[name]) for name in ("drawn", "winners"))
            alternates = typed_rows(AlternateRow, found["alternates"])
            gap = None if found["min_relative_gap"] == "" else float(found["min_relative_gap"])
            standing, _ = replay(drawn, alternates, disqualified(events))
            record = cls(
                manifest=manifest,
                **{name: found[name] for name in ("commitment", "beacon", "secret", "digest")},
                drawn=table_of(Winners, drawn),
                first_alternates=table_of(Alternates, alternates),
                events=events,
                **{**_standing_tables(manifest, standing), "winners": table_of(Winners, winners)},
                skipped=table_of(Skipped, []),
                min_relative_gap=gap,
            )
        except (ValidationError, ValueError, TypeError, OverflowError) as fault:
            first = str(fault).splitlines()[:3]
            raise not_an_audit("hold a record of the right shape", Verbatim("; ".join(first))) from None
        told = [as_json(manifest), [event_json(event) for event in events], _gap_text(gap)]
        if canonical_json(told) != canonical_json([found[name] for name in ("manifest", "events", "min_relative_gap")]):
            raise not_an_audit("spell manifest, events and gap as audit does", Verbatim("another spelling"))
        return record

    def published(self, names: Mapping[str, str] | None = None) -> Table:
        """Give the list of winners for publication.

        Parameters
        ----------
        names : mapping of entry to name, optional
            Names to show in place of ids; entries in any form that a list takes.

        Returns
        -------
        Table
            `pool prize slot entry ticket`, with names masked as names and ids as ids.

        Raises
        ------
        InvalidInput
            `names` is no mapping of ids to text.

        Notes
        -----
        A ticket tells the id to whoever can guess it: with phone numbers as ids, anybody finds the number by trying
        all. Draw among random or sequential member ids.

        Examples
        --------
        >>> from socialmkt.lottery import Entries, Prize, draw, manifest
        >>> entries = Entries.from_columns(["user-1001"])
        >>> made = manifest(entries, [Prize(name="grand", quantity=1)], draw_id="demo", beacon="lottery 3D 2026303")
        >>> draw(made, entries, beacon="4 7 1").published({"user-1001": "张三"})["entry"].tolist()
        ['张*']
        """
        shown = _shown({} if names is None else names)
        columns = {name: self.winners[name] for name in ("pool", "prize", "slot")}
        entries = [
            masked_name(shown[entry], func=_PUBLISHED, parameter="names")
            if entry in shown
            else masked(entry, kind="id")
            for entry in self.winners.entry.tolist()
        ]
        return Published(**columns, entry=np.array(entries, object), ticket=self.winners.ticket)

    def __repr__(self) -> str:
        counts = {
            "winner": len(self.winners),
            "alternate": len(set(zip(self.alternates.pool, self.alternates.entry, strict=True))),
            "event": len(self.events),
        }
        words = [f"{count:,} {word}{'' if count == 1 else 's'}" for word, count in counts.items()]
        words.insert(2, f"{len(self.unfilled):,} unfilled")
        return f"DrawRecord({self.manifest.draw_id!r}: {', '.join(words)})"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """Show who stands in a notebook."""
        return self.winners._repr_html_()


class Published(Table):
    """Winners for everybody to see.

    Examples
    --------
    >>> Published(pool=["main"], prize=["pen"], slot=[1], entry=["a**"], ticket=["00" * 32])["entry"].tolist()
    ['a**']
    """

    pool: Texts
    prize: Texts
    slot: Ints
    entry: Texts
    ticket: Texts


def new_record(
    *,
    manifest: Manifest,
    beacon: str,
    secret: str,
    drawn: Sequence[WinnerRow],
    alternates: Sequence[AlternateRow],
    skipped: Sequence[SkippedRow],
    min_relative_gap: float | None,
) -> DrawRecord:
    """Make the record of a draw that just happened."""
    digest = base_digest(manifest.commitment, beacon, secret, drawn, alternates)
    return DrawRecord(
        manifest=manifest,
        commitment=manifest.commitment,
        beacon=beacon,
        secret=secret,
        drawn=table_of(Winners, drawn),
        first_alternates=table_of(Alternates, alternates),
        events=(),
        **_standing_tables(manifest, Standing(drawn, alternates)),
        skipped=table_of(Skipped, skipped),
        min_relative_gap=min_relative_gap,
        digest=digest,
    )


def base_digest(
    commitment: str, beacon: str, secret: str, drawn: Sequence[WinnerRow], alternates: Sequence[AlternateRow]
) -> str:
    """Hash what was drawn; the chain of events begins here."""
    return sha256_hex(
        canonical_json(
            {
                "alternates": alternates,
                "beacon": beacon,
                "commitment": commitment,
                "drawn": drawn,
                "secret": secret,
                "version": VERSION,
            }
        )
    )


def rows_of(table: Winners | Alternates) -> list[Any]:
    """Give the rows of a table as named tuples of their kind."""
    kind = WinnerRow if isinstance(table, Winners) else AlternateRow
    columns = (table[name].tolist() for name in table.columns)
    return [kind(*row) for row in zip(*columns, strict=True)]


def _gap_text(gap: float | None) -> str:
    return "" if gap is None else repr(gap)


def _shown(names: Mapping[Any, str]) -> dict[str, str]:
    if not isinstance(names, Mapping):
        raise refuse(InvalidInput, _PUBLISHED, "names", "be a mapping of entry to name", names)
    entries, _ = read_ids(list(names), func=_PUBLISHED, name="names")
    return dict(zip(entries.tolist(), names.values(), strict=True))


def _standing_tables(manifest: Manifest, standing: Standing) -> dict[str, Any]:
    if sum(prize.quantity for prize in manifest.prizes) > len(standing.winners) + _MOST_SLOTS:
        must = f"leave at most {_MOST_SLOTS:,} slots unfilled"
        raise refuse(Infeasible, "DrawRecord", "quantity", must, Verbatim("more"))
    return {
        "winners": table_of(Winners, standing.winners),
        "alternates": table_of(Alternates, standing.alternates),
        "unfilled": table_of(Unfilled, standing.unfilled(manifest)),
    }
