"""The text of a record: canonical JSON, read back without judging it."""

from __future__ import annotations

import json
from typing import Any, get_type_hints

from socialmkt.core.errors import InvalidInput, Verbatim, refuse

VERSION = "socialmkt/record/1"
_FROM_AUDIT = "DrawRecord.from_audit"
_KEYS = {
    "alternates",
    "beacon",
    "commitment",
    "digest",
    "drawn",
    "entries",
    "events",
    "manifest",
    "min_relative_gap",
    "secret",
    "version",
    "winners",
}


def parse_audit(text: Any) -> dict[str, Any]:
    """Read the keys of an audit text."""
    try:
        found = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        raise not_an_audit("be JSON", Verbatim("another text")) from None
    if not isinstance(found, dict) or set(found) != _KEYS:
        got = Verbatim(", ".join(sorted(found)) or "none") if isinstance(found, dict) else found
        raise not_an_audit(f"have the keys {', '.join(sorted(_KEYS))}", got)
    if found["version"] != VERSION:
        raise not_an_audit(f"be of version {VERSION}", found["version"])
    return found


def typed_rows(kind: type[Any], rows: Any) -> list[Any]:
    """Take lists of cells of exactly the types of a row."""
    types = list(get_type_hints(kind).values())
    for row in rows:
        if [type(cell) for cell in row] != types:
            raise not_an_audit(f"have rows of {', '.join(kind._fields)}", Verbatim("another row"))
    return [kind(*row) for row in rows]


def not_an_audit(must: str, got: object) -> InvalidInput:
    """Build the refusal of a text of another shape."""
    return refuse(InvalidInput, _FROM_AUDIT, "text", must, got)
