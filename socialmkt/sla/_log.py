"""The events of threads as columns: how they are read, joined, and put in their one order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.core import columns
from socialmkt.core._open_time import FIRST
from socialmkt.core.errors import refuse_choice
from socialmkt.core.factorize import factorize
from socialmkt.sla._facts import join_ids

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from socialmkt.core.columns import Column

Int64 = NDArray[np.int64]
Codes = NDArray[np.int8]


class FactColumn(NamedTuple):
    """A fact of every event: numbers, or an object array of Python values; what stands at a null means nothing."""

    values: NDArray[Any]
    nulls: NDArray[np.bool_]

    @classmethod
    def of(cls, column: Any, func: str, name: str) -> FactColumn:
        """Read a column of any kind."""
        return cls(*columns.raw(column, func=func, name=name))

    def take(self, rows: Int64) -> FactColumn:
        """Pick rows."""
        return FactColumn(self.values[rows], self.nulls[rows])

    def column(self) -> Any:
        """Give it as a column that any function takes."""
        if self.values.dtype != object:
            return np.ma.masked_array(self.values, self.nulls)
        values = self.values.copy()
        values[self.nulls] = None
        return values

    def order(self) -> Int64:
        """Rank the values, whatever their rows."""
        texts = np.where(self.nulls, "", self.values.astype(str))
        ranks: Int64 = np.unique(texts, return_inverse=True)[1] * 2 + self.nulls
        return ranks


def join_facts(parts: Sequence[FactColumn]) -> FactColumn:
    """Put facts one after another; of two types, as Python values."""
    values = [part.values for part in parts]
    if len({one.dtype for one in values}) > 1:
        values = [np.array([*one.tolist(), None], dtype=object)[:-1] for one in values]
    return FactColumn(np.concatenate(values), np.concatenate([part.nulls for part in parts]))


class Rows(NamedTuple):
    """Events as they came; `kind` and `actor` by number."""

    thread: NDArray[Any]
    at: Int64
    kind: Codes
    actor: Codes
    facts: Mapping[str, FactColumn]

    def take(self, rows: Int64) -> Rows:
        """Pick rows."""
        facts = {name: fact.take(rows) for name, fact in self.facts.items()}
        return Rows(self.thread[rows], self.at[rows], self.kind[rows], self.actor[rows], facts)

    def order(self, threads: Int64) -> Int64:
        """Sort by thread (numbered in order), instant, kind, actor and facts: the same for any order of the rows."""
        inner = (self.at - FIRST << 5) + (self.kind.astype(np.int64) << 2) + self.actor.astype(np.int64)
        order = np.argsort(inner)
        packed = np.sort(threads[order] << 32 | np.arange(len(order)))
        order = order[packed & 0xFFFF_FFFF]
        return self._with_ties(order, threads, inner) if self.facts else order

    def _with_ties(self, order: Int64, threads: Int64, inner: Int64) -> Int64:
        """Order by their facts the events that are alike in all else."""
        same = (threads[order[1:]] == threads[order[:-1]]) & (inner[order[1:]] == inner[order[:-1]])
        tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
        if not tied.size:
            return order
        rows = order[tied]
        keys = [fact.take(rows).order() for _, fact in sorted(self.facts.items())]
        order[tied] = rows[np.lexsort([*keys, inner[rows], threads[rows]])]
        return order


def join_rows(parts: Sequence[Rows]) -> Rows | None:
    """Put events one after another; None where their threads are of two kinds."""
    thread = join_ids([part.thread for part in parts])
    if thread is None:
        return None
    at = np.concatenate([part.at for part in parts])
    kind, actor = np.concatenate([part.kind for part in parts]), np.concatenate([part.actor for part in parts])
    return Rows(
        thread, at, kind, actor, {name: join_facts([part.facts[name] for part in parts]) for name in parts[0].facts}
    )


def numbers(words: Column, known: Sequence[str], func: str, name: str) -> Codes:
    """Read a column of words by their numbers in a list; one that is not there is refused with its row."""
    codes, distinct = factorize(columns.ids(words, func=func, name=name, offer_drop=False), order="first")
    number = {word: at for at, word in enumerate(known)}
    found = [number.get(str(word), -1) if isinstance(word, str) else -1 for word in distinct.tolist()]
    if -1 in found:
        word, unknown = distinct[found.index(-1)], np.array(found)[codes] < 0
        row, count = int(unknown.argmax()), int(unknown.sum())
        raise refuse_choice(func, name, word, known, row=row, count=count, total=len(codes))
    return np.array(found, dtype=np.int8)[codes]
