"""The list of entries: who takes part, with which weight, under one canonical form that everybody can hash.

The order in which rows arrive never matters: the list is kept in the order of its ids, and written in one way only.
"""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, NoReturn, final

import numpy as np

from socialmkt.core import columns
from socialmkt.core.errors import EmptyInput, InvalidInput, Verbatim, check_choice, refuse
from socialmkt.core.model import FrozenDict
from socialmkt.core.table import Table, Texts, freeze
from socialmkt.lottery._list_rows import (
    FROM_COLUMNS,
    FROM_TSV,
    Rows,
    in_order,
    not_canonical,
    parse_tsv,
    read_flags,
    read_rows,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from socialmkt.core.columns import Column

    Int64 = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["Entries", "Excluded", "Group"]

_EXCLUDE = "Entries.exclude"


class Excluded(Table):
    """Rows that left the list, and why.

    Examples
    --------
    >>> Entries.from_columns(["ann", "bo"], weight=[1, 0]).excluded
    Excluded: 1 row, 2 columns
      id      text  'bo'
      reason  text  'zero_weight'
    """

    id: Texts
    reason: Texts


class Group(NamedTuple):
    """Which entries belong together: 0 for those in no group, else a number from 1; and the key behind each number.

    Examples
    --------
    >>> Entries.from_columns(["ann", "bo"], groups={"device": ["x9", None]}).groups["device"]
    Group(codes=array([1, 0]), keys=('x9',))
    """

    codes: NDArray[np.int64]
    keys: tuple[str, ...]


@final
@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Entries:
    r"""The entries of a draw, in the order of their ids.

    Made by `from_columns` or `from_tsv`; it never changes.

    Parameters
    ----------
    id : object array of str, shape (n,)
        Ids, ascending by their UTF-8 bytes. Masks for `exclude` follow this order.
    weight : int64 array of shape (n,), 1 to 2**32 - 1
        How many tickets each entry is worth.
    conditions : mapping of name to bool array of shape (n,)
        What each entry qualifies for.
    groups : mapping of name to Group
        Which entries share a person, a device, a household.
    excluded : Excluded
        Rows that left the list. They are no part of it: two lists are equal if their canonical forms are.

    Examples
    --------
    >>> entries = Entries.from_columns(["bo", "ann"], weight=[3, 1])
    >>> entries.to_tsv()
    b'id\tweight\nann\t1\nbo\t3\n'
    >>> entries == Entries.from_columns(["ann", "bo"], weight=[1, 3])
    True
    """

    id: NDArray[np.object_]
    weight: NDArray[np.int64]
    conditions: FrozenDict[str, NDArray[np.bool_]]
    groups: FrozenDict[str, Group]
    excluded: Excluded

    @classmethod
    def from_columns(
        cls,
        id: Column,  # noqa: A002  # the contract's name
        *,
        weight: Column | None = None,
        groups: Mapping[str, Column] | None = None,
        qualifies: Mapping[str, Column] | None = None,
        on_duplicate: Literal["raise", "merge"] = "raise",
    ) -> Entries:
        """Read the list of entries.

        Parameters
        ----------
        id : column of shape (n,), text, whole numbers, UUIDs or UTF-8 bytes
            Who takes part; kinds may be mixed. Text is brought to NFC, a number becomes its decimal text.
        weight : column of shape (n,), whole numbers from 0 to 2**32 - 1, optional
            How many tickets; 1 each if left out. An entry of weight 0 goes to `excluded`.
        groups : mapping of name to column of shape (n,), ids or nulls, optional
            Keys that entries share, for caps; null means in no group.
        qualifies : mapping of name to column of shape (n,), bools, optional
            Conditions that prizes may require.
        on_duplicate : {"raise", "merge"}
            Refuse an id that comes twice, or add up its weights.

        Returns
        -------
        Entries
            The list in canonical order.

        Raises
        ------
        EmptyInput
            No entry is left.
        InvalidInput
            An id is empty, hides characters, begins or ends with a blank, is of another kind, null or twice there; a
            weight is outside its range; a name is not made of `a-z 0-9 _`; rows to merge disagree.

        Notes
        -----
        O(n log n), O(n) where the ids come in order. Use random or sequential member ids: a phone number in a
        published list can be read, and in a published ticket it can be found by trying all.

        Examples
        --------
        >>> len(Entries.from_columns(["ann", 7, "bo"]))
        3
        >>> Entries.from_columns(["7", 7])
        Traceback (most recent call last):
            ...
        socialmkt.core.errors.InvalidInput: Entries.from_columns: id must not repeat, got '7' at row 1 ...
        """
        check_choice(FROM_COLUMNS, "on_duplicate", on_duplicate, ["raise", "merge"])
        read = read_rows(
            FROM_COLUMNS, id, weight, {} if groups is None else groups, {} if qualifies is None else qualifies
        )
        return _listed(in_order(read, FROM_COLUMNS, on_duplicate), FROM_COLUMNS)

    @classmethod
    def from_tsv(cls, b: bytes) -> Entries:
        r"""Read a published list.

        Parameters
        ----------
        b : bytes
            What `to_tsv` wrote.

        Returns
        -------
        Entries
            The same list. The keys of its groups are the published numbers, which hold within this list only: do not
            merge rankings of two such lists under caps.

        Raises
        ------
        InvalidInput
            Not in canonical form, to the byte.

        Examples
        --------
        >>> Entries.from_tsv(b'id\tweight\nann\t1\n')
        Entries(1 entry, total weight 1)
        """
        entries = _listed(in_order(parse_tsv(b), FROM_TSV, "raise"), FROM_TSV)
        if entries.to_tsv() != b:
            raise not_canonical("rows sorted by id, groups numbered by first appearance, and no other spelling")
        return entries

    def to_tsv(self) -> bytes:
        r"""Write the list in its canonical form.

        Returns
        -------
        bytes
            UTF-8: a header, then a row per entry: id, weight, conditions as 0 or 1, groups as numbers.

        Examples
        --------
        >>> Entries.from_columns(["ann"], qualifies={"purchase": [True]}).to_tsv()
        b'id\tweight\t?purchase\nann\t1\t1\n'
        """
        header = ["id", "weight", *(f"?{name}" for name in self.conditions), *(f"@{name}" for name in self.groups)]
        start = "\t".join(header) + "\n"
        ids = self.id.tolist()
        if len(header) == 2 and self.equally_weighted and self.weight[0] == 1:
            ids[0] = start + ids[0]
            return "\t1\n".join([*ids, ""]).encode()
        flags = [column.view(np.int8) for column in self.conditions.values()]
        numbers: list[NDArray[Any]] = [self.weight, *flags, *(group.codes for group in self.groups.values())]
        cells = [ids, *(map(str, column.tolist()) for column in numbers)]
        return (start + "\n".join(map("\t".join, zip(*cells, strict=True))) + "\n").encode()

    @functools.cached_property
    def digest(self) -> str:
        """The SHA-256 of the canonical form.

        Examples
        --------
        >>> Entries.from_columns(["ann", "bo"]).digest[:12]
        'c6f9aff579c5'
        """
        return hashlib.sha256(self.to_tsv()).hexdigest()

    @functools.cached_property
    def equally_weighted(self) -> bool:
        """Whether all weights are the same.

        Examples
        --------
        >>> Entries.from_columns(["ann", "bo"], weight=[3, 3]).equally_weighted
        True
        """
        return bool((self.weight == self.weight[0]).all())

    def exclude(self, mask: Column, *, reason: str | Column) -> Entries:
        """Leave entries out, for a reason that is kept.

        Parameters
        ----------
        mask : column of shape (n,), bools
            True for those to leave out, in the order of `entries.id`: with `ok, why = rule.decide_columns(...)` over
            facts in that order, pass `~ok`.
        reason : str, or column of shape (n,), text
            Why: one for all, or one for each row, such as `why` (looked at only where the mask is True).

        Returns
        -------
        Entries
            A shorter list, with the others in `excluded`.

        Raises
        ------
        EmptyInput
            No entry is left.
        InvalidInput
            Another length, no bools, a null, or a reason that is empty.

        Examples
        --------
        >>> entries = Entries.from_columns(["ann", "bo"]).exclude([False, True], reason="staff")
        >>> entries.id.tolist(), entries.excluded["reason"].tolist()
        (['ann'], ['staff'])
        """
        out = _full_length(read_flags(mask, func=_EXCLUDE, name="mask")[0], "mask", len(self))
        reasons = _reasons(reason, out)
        kept = _listed(self._columns().take(~out), _EXCLUDE)
        rows = [*_rows(self.excluded), *zip(self.id[out].tolist(), reasons, strict=True), *_rows(kept.excluded)]
        return replace(kept, excluded=_excluded(rows))

    def _columns(self) -> Rows:
        keys = {name: np.array([None, *group.keys], object)[group.codes] for name, group in self.groups.items()}
        return Rows(self.id, self.weight, dict(self.conditions), keys)

    def __len__(self) -> int:
        return len(self.id)

    def __iter__(self) -> NoReturn:
        message = "Entries cannot be iterated: use id and weight"
        raise TypeError(message)

    def __eq__(self, other: object) -> bool:
        return self.digest == other.digest if isinstance(other, Entries) else NotImplemented

    def __hash__(self) -> int:
        return hash((Entries, self.digest))

    def __repr__(self) -> str:
        parts = [f"{len(self):,} entr{'y' if len(self) == 1 else 'ies'}", f"total weight {self.weight.sum():,}"]
        parts += [f"{what} {', '.join(names)}" for what, names in self._named.items() if names]
        return f"Entries({', '.join(parts)})"

    @property
    def _named(self) -> dict[str, FrozenDict[str, Any]]:
        return {"conditions": self.conditions, "groups": self.groups}

    def __getstate__(self) -> dict[str, Any]:
        """Leave caches out of pickles."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Freeze the columns again: numpy makes them writable in pickles and deep copies."""
        vars(self).update(_frozen(**state))


def _listed(read: Rows, func: str) -> Entries:
    """Set rows of weight 0 apart and number the groups."""
    zero = read.weight == 0
    kept = read.take(~zero) if zero.any() else read
    if not len(kept.id):
        got = Verbatim("none")
        raise refuse(EmptyInput, func, "id", "hold at least one entry of weight 1 or more", got)
    groups = {name: _group(keys) for name, keys in kept.keys.items()}
    excluded = _excluded((one, "zero_weight") for one in read.id[zero].tolist())
    return Entries(**_frozen(kept.id, kept.weight, kept.conditions, groups, excluded))


def _frozen(
    id: NDArray[np.object_],  # noqa: A002  # the name of the field
    weight: Int64,
    conditions: Mapping[str, Flags],
    groups: Mapping[str, Group],
    excluded: Excluded,
) -> dict[str, Any]:
    return {
        "id": freeze(id),
        "weight": freeze(weight),
        "conditions": FrozenDict({name: freeze(flags) for name, flags in conditions.items()}),
        "groups": FrozenDict({name: Group(freeze(codes), keys) for name, (codes, keys) in groups.items()}),
        "excluded": excluded,
    }


def _group(keys: NDArray[np.object_]) -> Group:
    numbers: dict[str | None, int] = {None: 0}
    codes = [numbers.setdefault(key, len(numbers)) for key in keys.tolist()]
    return Group(np.array(codes, np.int64), tuple(key for key in numbers if key is not None))


def _excluded(rows: Iterable[tuple[str, str]]) -> Excluded:
    ordered = sorted(rows)
    ids, reasons = [one for one, _ in ordered], [reason for _, reason in ordered]
    return Excluded(id=np.array(ids, object), reason=np.array(reasons, object))


def _rows(excluded: Excluded) -> Iterable[tuple[str, str]]:
    return zip(excluded.id.tolist(), excluded.reason.tolist(), strict=True)


def _full_length(column: Any, name: str, rows: int) -> Any:
    if len(column) != rows:
        got = Verbatim(f"{len(column):,}")
        raise refuse(InvalidInput, _EXCLUDE, name, f"have {rows:,} rows like the list", got)
    return column


def _reasons(reason: str | Column, out: Flags) -> list[str]:
    if isinstance(reason, str):
        found = [reason] * int(out.sum())
    else:
        column, _ = columns.raw(reason, func=_EXCLUDE, name="reason")
        found = _full_length(column, "reason", len(out))[out].tolist()
    for text in found:
        if not isinstance(text, str) or not text.strip():
            raise refuse(InvalidInput, _EXCLUDE, "reason", "be text that is not empty", text)
    return found
