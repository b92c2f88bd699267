"""The facts about mentions that targets ask for, such as their priority and channel."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeGuard

import numpy as np
from pydantic import BeforeValidator, ValidationInfo

from socialmkt.core import columns
from socialmkt.core._facts import read_bound, read_word
from socialmkt.core.eligibility import Rule
from socialmkt.core.errors import InvalidInput, Verbatim, refuse
from socialmkt.core.model import FrozenDict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from socialmkt.sla.policy import Target

Scalar = bool | int | float | str

_SCALARS = (str, bytes, int, float, dt.date, np.generic)


def _read_when(when: Any, info: ValidationInfo) -> Any:
    """Read facts and the values they must have, each as a sorted tuple; a Rule passes, also as a dump has it."""
    name = info.field_name or "when"
    if when is None or isinstance(when, Rule):
        return when
    if not _is_mapping(when) or not when:
        raise refuse(InvalidInput, "", name, "be a mapping of facts to values that is not empty, or a Rule", when)
    if when.keys() == Rule.model_fields.keys():
        return when
    return {read_word(fact, "", name): _read_values(values, fact) for fact, values in when.items()}


def _is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(value, Mapping)


def _read_values(values: Any, fact: str) -> tuple[Scalar, ...]:
    listed = list(values) if isinstance(values, Iterable) and not isinstance(values, str | bytes) else [values]
    if len(listed) == 1 and isinstance(listed[0], bool | np.bool_):
        return (bool(listed[0]),)
    read = read_bound("one_of", listed, "", fact)
    return read if isinstance(read, tuple) else (read,)


Matches = FrozenDict[str, tuple[bool | int | float | str, ...]]
When = Annotated[Rule | Matches | None, BeforeValidator(_read_when)]
"""What the facts of a mention must be: values by name, or a Rule."""


def rule_of(when: Rule | Matches) -> Rule:
    """Write facts and their values as one Rule."""
    if isinstance(when, Rule):
        return when
    leaves = [
        Rule.equals(fact, values[0]) if isinstance(values[0], bool) else Rule.one_of(fact, values)
        for fact, values in when.items()
    ]
    return Rule.all_of(leaves)


class Facts(NamedTuple):
    """Columns of facts, one row per mention."""

    columns: Mapping[str, Any]
    rows: int

    @classmethod
    def of(cls, func: str, rows: int, priority: Any, channel: Any, facts: Any) -> Facts:
        """Gather the facts that were given; a single value holds for every row."""
        given = {} if facts is None else facts
        if not _is_mapping(given):
            raise refuse(InvalidInput, func, "facts", "be a mapping of names to columns", given)
        for name in ("priority", "channel"):
            if name in given:
                fix = f"Pass {name}=... instead."
                raise refuse(InvalidInput, func, "facts", f"not hold {name!r}, which is a parameter", name, fix=fix)
        named = {name: one for name, one in (("priority", priority), ("channel", channel)) if one is not None}
        found = {name: _repeat(one, rows) for name, one in {**named, **given}.items()}
        for name, column in found.items():
            count = len(columns.nulls(column, func=func, name=name))
            if count != rows:
                got = Verbatim(f"{count:,} rows")
                raise refuse(InvalidInput, func, name, f"be as long as the other columns ({rows:,} rows)", got)
        return cls(found, rows)

    def require(self, func: str, targets: Iterable[tuple[int, Target]]) -> None:
        """Refuse targets that ask for a fact that is not here."""
        for _, target in targets:
            for name in () if target.rule is None else target.rule.facts:
                if name not in self.columns:
                    fix = f"Facts given: {', '.join(map(str, self.columns)) or 'none'}."
                    raise refuse(InvalidInput, func, name, "be given, since a target asks for it", None, fix=fix)

    def holds(self, rule: Rule) -> NDArray[np.bool_]:
        """Tell the rows in which a rule holds."""
        return rule.decide_columns(self.columns)[0]

    def label(self, name: str, func: str) -> NDArray[Any] | None:
        """Give a fact as a column of a table: None where it was not given, empty text where it is null."""
        if name not in self.columns:
            return None
        column = self.columns[name]
        unknown = columns.nulls(column, func=func, name=name)
        known = columns.ids(column, func=func, name=name, on_null="drop")
        if not unknown.any():
            return known
        texts = np.full(self.rows, "", dtype=object)
        texts[~unknown] = list(map(str, known.tolist()))
        return texts


def _repeat(value: Any, rows: int) -> Any:
    if value is not None and not isinstance(value, _SCALARS):
        return value
    return np.full(rows, value) if isinstance(value, str | int | float) else [value] * rows


def join_ids(parts: Sequence[NDArray[Any]]) -> NDArray[Any] | None:
    """Put columns of ids one after another; None where they are of two kinds, or fit no one type of 64 bits."""
    full = [part for part in parts if part.size] or list(parts[:1])
    if len({_id_kind(part) for part in full}) > 1:
        return None
    if any(part.dtype == np.uint64 for part in full):
        if any(part.dtype.kind == "i" and int(part.min()) < 0 for part in full):
            return None
        full = [part.astype(np.uint64) for part in full]
    return np.concatenate(full)


def _id_kind(ids: NDArray[Any]) -> str:
    if ids.dtype.kind in "iu":
        return "int"
    return "str" if ids.dtype.kind == "U" or not ids.size else type(ids[0]).__name__
