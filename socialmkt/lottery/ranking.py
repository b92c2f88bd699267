"""One ranking of all entries: a ticket each, the smallest first, heavier ones sooner.

A ticket depends on the draw's key and on the id alone. So the order of rows, the shard a row came from, and the rows
that are removed do not matter to anybody else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from socialmkt.core.errors import InvalidInput, SchemeMismatch, check_choice, refuse
from socialmkt.core.model import FrozenDict
from socialmkt.core.table import Ints, Table, Texts
from socialmkt.lottery import _merging
from socialmkt.lottery._canonical import POOL, ascii_text, check_hex, sha256_hex
from socialmkt.lottery._caps import check_caps
from socialmkt.lottery._ids import read_id
from socialmkt.lottery._lots import lots
from socialmkt.lottery._numbers import whole
from socialmkt.lottery._tickets import METHODS, Method, ticket_hex
from socialmkt.lottery.entries import Entries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialmkt.lottery._lots import Lots

__all__ = ["Ranking", "draw_key", "rank", "ticket"]

_RANK, _MERGE, _EMPTY = "lottery.rank", "Ranking.merge", "Ranking.empty"
_SCHEME = "socialmkt/draw/1"


def draw_key(commitment: str, beacon: str | bytes, *, secret: str | bytes = "", pool: str = "main") -> str:
    """Derive the key of a pool from what was committed to and what nobody could know.

    Parameters
    ----------
    commitment : str, 64 lower-case hex digits
        `Manifest.commitment`.
    beacon : printable ASCII text, or bytes (taken as their lower-case hex)
        The beacon's value; not empty.
    secret : text or bytes
        The revealed secret, where the manifest has its hash.
    pool : str
        Which pool.

    Returns
    -------
    str
        64 lower-case hex digits.

    Raises
    ------
    InvalidInput
        A part is malformed.

    Notes
    -----
    SHA-256 of `socialmkt/draw/1`, commitment, beacon, secret and pool, with a line feed between them.

    Examples
    --------
    >>> draw_key("ab" * 32, "11" * 32)[:12]
    'a4328207bd22'
    """
    return key_for(commitment, beacon, secret, pool, func="lottery.draw_key")


def key_for(commitment: str, beacon: str | bytes, secret: str | bytes, pool: str, *, func: str) -> str:
    """Derive the key of a pool for the function `func`."""
    value = ascii_text(beacon, func=func, name="beacon")
    if not value:
        raise refuse(InvalidInput, func, "beacon", "not be empty", beacon)
    if not isinstance(pool, str) or not POOL.fullmatch(pool):
        raise refuse(InvalidInput, func, "pool", "be 1 to 64 characters from A-Z, a-z, 0-9, _, . and -", pool)
    parts = [check_hex(commitment, func=func, name="commitment"), value, ascii_text(secret, func=func, name="secret")]
    return sha256_hex("\n".join([_SCHEME, *parts, pool]))


def ticket(key: str, entry_id: Any) -> str:
    """Give the ticket of one entry.

    Parameters
    ----------
    key : str, 64 lower-case hex digits
        From `draw_key`.
    entry_id : text, whole number, UUID or UTF-8 bytes
        The entry.

    Returns
    -------
    str
        64 lower-case hex digits: what `printf '%s%s' "$K" "$id" | sha256sum` prints.

    Raises
    ------
    InvalidInput
        The key or the id is malformed.

    Examples
    --------
    >>> ticket("e3a3153945e58f08b98b7f65c733b2ece8c5e94cccc4371480664f4adafef9dc", "alice")[:16]
    '04adb18856bba6b2'
    """
    func = "lottery.ticket"
    return ticket_hex(check_hex(key, func=func, name="key"), read_id(entry_id, func=func, name="entry_id"))


class Ranking(Table):
    """The first ranks of a list, or of a part of it that can be merged with other parts.

    Parameters
    ----------
    rank : int64 array of shape (m,), m <= k
        From 1.
    entry, ticket : text arrays of shape (m,)
        The ids and their tickets, for `method="tickets"` the smallest of each.
    weight : int64 array of shape (m,)
        Their weights.
    key, k, method, caps : str, int, str, mapping
        The rules it was made under.
    min_relative_gap : float or None
        The smallest relative gap between the keys of neighbours; None for equal weights and for `"tickets"`. Above
        1e-12 every IEEE library finds this order.
    held : Held or None
        With caps, the rows a merge may need and their group keys. Do not publish a part that has it.

    Examples
    --------
    >>> from socialmkt.lottery import Entries
    >>> key = "00" * 32
    >>> whole = rank(Entries.from_columns(["ann", "bo", "cy"]), key, k=2)
    >>> parts = [rank(Entries.from_columns(ids), key, k=2) for ids in (["cy"], ["ann", "bo"])]
    >>> parts[0].merge(parts[1]) == whole
    True
    """

    rank: Ints
    entry: Texts
    weight: Ints
    ticket: Texts
    key: str
    k: int
    method: Method = "exponential"
    caps: FrozenDict[str, int] = FrozenDict({})
    min_relative_gap: float | None = None
    held: _merging.Held | None = None

    @classmethod
    def empty(
        cls,
        key: str,
        *,
        k: int,
        method: Literal["exponential", "tickets"] = "exponential",
        caps: Mapping[str, int] | None = None,
    ) -> Ranking:
        """Make the ranking of no entries, the identity of `merge`.

        Parameters
        ----------
        key, k, method, caps
            As in `rank`.

        Returns
        -------
        Ranking
            Without rows.

        Raises
        ------
        InvalidInput
            A rule is malformed.

        Examples
        --------
        >>> len(Ranking.empty("00" * 32, k=10))
        0
        """
        rules = _rules(key, k, method, check_caps(caps, None, func=_EMPTY), func=_EMPTY)
        return _ranking([], rules, complete=True)

    def merge(self, other: Ranking) -> Ranking:
        """Give the ranking of the entries of both sides.

        Parameters
        ----------
        other : Ranking
            Of the same key, k, method and caps. Entries on both sides count once.

        Returns
        -------
        Ranking
            Exactly what `rank` gives for all the entries, also under caps.

        Raises
        ------
        SchemeMismatch
            Key, k, method or caps differ.
        InvalidInput
            An entry has two weights, or two group keys.

        Notes
        -----
        Associative, commutative, idempotent. O(k log k); with two or more caps also the rows that were passed over.

        Examples
        --------
        >>> Ranking.empty("00" * 32, k=2).merge(Ranking.empty("00" * 32, k=3))
        Traceback (most recent call last):
            ...
        socialmkt.core.errors.SchemeMismatch: Ranking.merge: k must be 2 on both sides, got 3.
        """
        if not isinstance(other, Ranking):
            raise refuse(InvalidInput, _MERGE, "other", "be a Ranking", other)
        for name in ("key", "k", "method", "caps"):
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine != theirs:
                raise refuse(SchemeMismatch, _MERGE, name, f"be {_plain(mine)!r} on both sides", _plain(theirs))
        rules = _Rules(self.key, self.k, self.method, self.caps)
        limits = list(self.caps.values())
        rows, complete = _merging.merged(self._held(), other._held(), limits, by_head=self.method == "tickets")
        return _ranking(rows, rules, complete=complete)

    def _held(self) -> _merging.Held:
        if self.held is not None:
            return self.held
        cells = zip(self.entry.tolist(), self.weight.tolist(), self.ticket.tolist(), strict=True)
        return _merging.Held(rows=tuple(_merging.Row(*row) for row in cells), complete=True)

    def _metadata(self) -> dict[str, Any]:
        """Leave out what is held for merging: it depends on how the parts were cut, and the answer does not."""
        return {name: value for name, value in super()._metadata().items() if name != "held"}


def rank(
    entries: Entries,
    key: str,
    *,
    k: int,
    method: Literal["exponential", "tickets"] = "exponential",
    caps: Mapping[str, int] | None = None,
) -> Ranking:
    """Rank entries by their tickets.

    Parameters
    ----------
    entries : Entries
        A list, or a part of one.
    key : str, 64 lower-case hex digits
        From `draw_key`.
    k : int >= 1
        How many ranks.
    method : {"exponential", "tickets"}
        A key of -ln(1 - v) / weight from one ticket, or the smallest of `weight` sub-tickets, the paper raffle. Both
        have one law.
    caps : mapping of group name to int >= 1, optional
        How many of a group may be ranked; the others are passed over.

    Returns
    -------
    Ranking
        The first k, fewer where the list is shorter.

    Raises
    ------
    InvalidInput
        The key, k, the method or a cap is malformed, or the list lacks a group.
    Infeasible
        More than 10,000,000 sub-tickets.

    Notes
    -----
    U is the first 8 bytes of a ticket and v = (2U + 1) / 2**65: the first rank goes to an entry with probability
    weight / total weight, and so on among the rest. O(n) hashes, no sort of the whole list. The order is that of the
    real numbers: floats find it, and decimals settle neighbours nearer than 1e-12.

    References
    ----------
    P. S. Efraimidis, P. G. Spirakis, "Weighted random sampling with a reservoir", Information Processing Letters 97
    (2006), doi:10.1016/j.ipl.2005.11.003.

    Examples
    --------
    >>> from socialmkt.lottery import Entries
    >>> rank(Entries.from_columns(["ann", "bo"], weight=[1, 3]), "00" * 32, k=1)["entry"].tolist()
    ['ann']
    """
    if not isinstance(entries, Entries):
        raise refuse(InvalidInput, _RANK, "entries", "be Entries", entries, fix="Pass Entries.from_columns(ids).")
    rules = _rules(key, k, method, check_caps(caps, entries.groups, func=_RANK), func=_RANK)
    pool = lots(entries, rules.key, rules.method, func=_RANK)
    rows, complete = _leading(pool, rules)
    return _ranking(rows, rules, complete=complete)


class _Rules(NamedTuple):
    key: str
    k: int
    method: Method
    caps: FrozenDict[str, int]


def _rules(key: str, k: int, method: str, caps: FrozenDict[str, int], *, func: str) -> _Rules:
    check_choice(func, "method", method, METHODS)
    clean = check_hex(key, func=func, name="key"), whole(k, func=func, name="k", low=1)
    return _Rules(*clean, "tickets" if method == "tickets" else "exponential", caps)


def _leading(pool: Lots, rules: _Rules) -> tuple[list[_merging.Row], bool]:
    """Give the rows in order, as far as they may matter under the caps, and whether these are all."""
    entries, want = pool.entries, _merging.wanted(rules.k, len(rules.caps))
    groups = [entries.groups[name] for name in rules.caps]
    size = want
    while True:
        rows = pool.prefix(size)
        own = list(zip(*(group.codes[rows].tolist() for group in groups), strict=True)) or [()] * len(rows)
        places = _merging.accepted(own, rules.caps.values(), want)
        if len(places) == want or size >= len(entries):
            break
        size *= 4
    if len(groups) < 2:
        rows, own = rows[places], [own[place] for place in places]
    keys = [(None, *group.keys) for group in groups]
    named = (tuple(names[code] for names, code in zip(keys, codes, strict=True)) for codes in own)
    cells = zip(
        entries.id[rows].tolist(), entries.weight[rows].tolist(), map(pool.ticket, rows.tolist()), named, strict=True
    )
    return [_merging.Row(*row) for row in cells], len(places) < want


def _ranking(rows: list[_merging.Row], rules: _Rules, *, complete: bool) -> Ranking:
    first, held = _merging.hold(rows, list(rules.caps.values()), rules.k, complete=complete)
    return Ranking(
        rank=np.arange(1, len(first) + 1),
        entry=np.array([row.entry for row in first], object),
        weight=np.fromiter((row.weight for row in first), np.int64, len(first)),
        ticket=np.array([row.ticket for row in first], object),
        **rules._asdict(),
        min_relative_gap=_merging.smallest_gap(first, by_head=rules.method == "tickets"),
        held=held if rules.caps else None,
    )


def _plain(rule: Any) -> Any:
    return dict(rule) if isinstance(rule, FrozenDict) else rule
