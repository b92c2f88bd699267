"""Checking a draw: with the library, or with a script that needs nothing but Python.

`verify` recomputes everything from the record and the list. `VERIFIER` is a program of its own: a stranger reads it in
one sitting and runs it on the audit text.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from socialmkt.core.errors import InvalidInput, SocialmktError, refuse
from socialmkt.lottery._events import chained
from socialmkt.lottery._findings import Finding, FindingCode, found
from socialmkt.lottery._rows import Alternates, Winners, table_of
from socialmkt.lottery._script import VERIFIER
from socialmkt.lottery._standing import Standing, disqualification_fault
from socialmkt.lottery.drawing import draw_rows, secret_fault
from socialmkt.lottery.entries import Entries
from socialmkt.lottery.record import (
    DrawRecord,
    base_digest,
    rows_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialmkt.lottery.record import DrawEvent

__all__ = ["VERIFIER", "Finding", "FindingCode", "verify"]

_FUNC = "lottery.verify"


def verify(record: DrawRecord, entries: Entries) -> list[Finding]:
    """Check a record by doing the whole draw again.

    Parameters
    ----------
    record : DrawRecord
        From `draw`, `disqualify` or `DrawRecord.from_audit`.
    entries : Entries
        The published list.

    Returns
    -------
    list of Finding
        Everything that does not fit; empty for a sound record.

    Raises
    ------
    InvalidInput
        The arguments are no record and no list. A record that loaded never raises.

    Notes
    -----
    As costly as the draw.

    Examples
    --------
    >>> from socialmkt.lottery import Entries, Prize, draw, manifest
    >>> entries = Entries.from_columns(["ann", "bo", "cy"])
    >>> made = manifest(entries, [Prize(name="grand", quantity=1)], draw_id="demo", beacon="lottery 3D 2026303")
    >>> record = draw(made, entries, beacon="4 7 1")
    >>> verify(record, entries)
    []
    >>> [str(found.code) for found in verify(record.model_copy(update={"digest": "00" * 32}), entries)]
    ['digest']
    """
    if not isinstance(record, DrawRecord):
        raise refuse(InvalidInput, _FUNC, "record", "be a DrawRecord", record, fix="Pass DrawRecord.from_audit(text).")
    if not isinstance(entries, Entries):
        raise refuse(InvalidInput, _FUNC, "entries", "be Entries", entries, fix="Pass Entries.from_tsv(list).")
    return [*_inputs(record, entries), *_draw_again(record, entries), *_events(record)]


def _inputs(record: DrawRecord, entries: Entries) -> Iterator[Finding]:
    rules = record.manifest
    if entries.digest != rules.entries_digest:
        yield found(FindingCode.entries_digest)
    if len(entries) != rules.entries:
        yield found(FindingCode.entries_count, detail=f"{len(entries):,}, not {rules.entries:,}")
    if record.commitment != rules.commitment:
        yield found(FindingCode.commitment)
    if secret_fault(rules, record.secret):
        yield found(FindingCode.secret)


def _draw_again(record: DrawRecord, entries: Entries) -> Iterator[Finding]:
    try:
        again = draw_rows(record.manifest, entries, record.beacon, record.secret)
    except SocialmktError as fault:
        yield found(FindingCode.inputs, detail=str(fault))
        return
    if table_of(Winners, again.winners) != record.drawn:
        yield found(FindingCode.drawn, _first_difference(again.winners, rows_of(record.drawn)))
    if table_of(Alternates, again.alternates) != record.first_alternates:
        yield found(FindingCode.alternates, _first_difference(again.alternates, rows_of(record.first_alternates)))


def _events(record: DrawRecord) -> Iterator[Finding]:
    """Replay the events by the rules, and compare what they say."""
    drawn, alternates = rows_of(record.drawn), rows_of(record.first_alternates)
    standing = Standing(drawn, alternates)
    digest = base_digest(record.commitment, record.beacon, record.secret, drawn, alternates)
    for event in record.events:
        if event.previous != digest:
            yield found(FindingCode.event_chain, event.entry)
        digest = event.digest
    seen: list[DrawEvent] = []
    for entry, events in itertools.groupby(record.events, key=lambda event: event.entry):
        given = list(events)
        first = given[0]
        fault = disqualification_fault(record.manifest, standing, seen, entry, reason=first.reason, at=first.at)
        if fault:
            yield found(FindingCode.event_reason, entry, str(fault))
        expected = chained(standing.disqualify(entry), first.reason, first.at, first.previous)
        if [_told(event) for event in given] != [_told(event) for event in expected]:
            yield found(FindingCode.event_replacement, entry)
        seen += given
    if table_of(Winners, standing.winners) != record.winners:
        yield found(FindingCode.winners, _first_difference(standing.winners, rows_of(record.winners)))
    if record.digest != digest:
        yield found(FindingCode.digest)


def _told(event: DrawEvent) -> tuple[Any, ...]:
    return event.entry, event.prize, event.reason, event.replacement, event.at


def _first_difference(expected: list[Any], given: list[Any]) -> str:
    """Name the first row that differs."""
    pairs = zip(expected, given, strict=False)
    row = next((mine for mine, theirs in pairs if mine != theirs), None)
    return "number of rows" if row is None else f"{row.pool}, {row.prize}, {row[2]}"
