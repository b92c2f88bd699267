"""Decide a rule for many people at once, with masks in place of a loop over people.

Every node gets the mask of the rows in which it holds, and every cause (a leaf that fails, or whose fact is missing)
the mask of the rows that give it as a reason. The rows then differ only in their pattern of causes: each distinct
pattern is numbered, its text is made once, and the rows gather their texts.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from socialmkt.core._columns import read_flags, read_ids, read_numbers, read_raw
from socialmkt.core._facts import Group, Leaf, Sort, leaves
from socialmkt.core._moments import read_instants
from socialmkt.core._whole import is_int
from socialmkt.core.errors import InvalidInput, Verbatim, refuse
from socialmkt.core.factorize import factorize

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Flags = NDArray[np.bool_]
Column = tuple[NDArray[Any], Flags | None]
Cause = tuple[str, Flags]

_FUNC = "Rule.decide_columns"
_BITS = 64


def decide_columns(rule: Leaf | Group, columns: Mapping[str, Any]) -> tuple[Flags, NDArray[np.object_]]:
    """Give the mask of the rows that pass, and for each row the reasons why it does not, joined by commas."""
    passed, causes = _judge(rule, _read_facts(leaves(rule), columns))
    reasons = np.full(len(passed), "", dtype=object)
    failed = np.flatnonzero(~passed)
    if len(failed):
        reasons[failed] = _texts([(reason, rows[failed]) for reason, rows in causes])
    return passed, reasons


def _read_facts(needed: list[Leaf], columns: Mapping[str, Any]) -> dict[tuple[str, Sort], Column]:
    """Read each column once for each sort of fact that the rule takes it for."""
    absent = [leaf.name for leaf in needed if leaf.name not in columns]
    if absent:
        given = Verbatim(", ".join(map(str, columns)) or "no column")
        raise refuse(InvalidInput, _FUNC, "columns", f"hold every fact of the rule, here {absent[0]!r}", given)
    read: dict[tuple[str, Sort], Column] = {}
    for leaf in needed:
        if (leaf.name, leaf.sort) not in read:
            read[leaf.name, leaf.sort] = _READERS[leaf.sort](columns[leaf.name], leaf.name)
    lengths = {name: len(values) for (name, _), (values, _) in read.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} of {length:,} rows" for name, length in lengths.items())
        raise refuse(InvalidInput, _FUNC, "columns", "be equally long", Verbatim(listed))
    return read


def _flags(x: Any, name: str) -> Column:
    return read_flags(x, func=_FUNC, name=name)


def _numbers(x: Any, name: str) -> Column:
    """Whole numbers as they are, all others as floats; a mix as objects, since floats change ints beyond 2**53."""
    values, nulls = read_raw(x, func=_FUNC, name=name)
    if values.dtype.kind in "iu":
        return values, nulls
    whole = np.fromiter(map(is_int, values), np.bool_) if values.dtype.kind == "O" else np.zeros(0, np.bool_)
    if not whole.any():
        return read_numbers(x, func=_FUNC, name=name)
    mixed = values.copy()
    mixed[whole] = 0
    floats, lost = read_numbers(mixed, func=_FUNC, name=name)
    mixed = floats.astype(object)
    mixed[whole] = [int(number) for number in values[whole]]
    return mixed, lost


def _text(x: Any, name: str) -> Column:
    values, nulls = read_ids(x, func=_FUNC, name=name)
    known = values if nulls is None else values[~nulls]
    if not len(known):
        return np.full(len(values), None, dtype=object), nulls
    if not isinstance(known[0], str):
        raise refuse(InvalidInput, _FUNC, name, "hold text", known[0])
    return values, nulls


def _instants(x: Any, name: str) -> Column:
    values, nulls = read_instants(x, func=_FUNC, name=name)
    return values.view(np.int64), nulls


_READERS: dict[Sort, Callable[[Any, str], Column]] = {
    "flag": _flags,
    "number": _numbers,
    "text": _text,
    "instant": _instants,
}


def _judge(node: Leaf | Group, read: dict[tuple[str, Sort], Column]) -> tuple[Flags, list[Cause]]:
    """Find the rows in which a node holds, and in rule order each reason with the rows that give it."""
    if isinstance(node, Leaf):
        return _judge_leaf(node, *read[node.name, node.sort])
    judged = [_judge(child, read) for child in node.nodes]
    causes = [cause for _, some in judged for cause in some]
    if node.every:
        return functools.reduce(np.logical_and, [holds for holds, _ in judged]), causes
    holds = functools.reduce(np.logical_or, [holds for holds, _ in judged])
    return holds, [(reason, rows & ~holds) for reason, rows in causes]


def _judge_leaf(leaf: Leaf, values: NDArray[Any], nulls: Flags | None) -> tuple[Flags, list[Cause]]:
    if nulls is None:
        passed = _test(leaf, values)
        return passed, [(leaf.failed, ~passed)]
    known = ~nulls
    passed = np.zeros(len(values), dtype=np.bool_)
    passed[known] = _test(leaf, values[known])
    return passed, [(leaf.failed, known & ~passed), (leaf.missing, nulls)]


def _test(leaf: Leaf, values: NDArray[Any]) -> Flags:
    """Test a column without nulls; in one that mixes them, whole numbers and floats apart."""
    if leaf.sort != "number" or values.dtype.kind != "O":
        tested: Flags = leaf.test(values)
        return tested
    whole = np.fromiter(map(is_int, values), np.bool_, len(values))
    passed = np.empty(len(values), dtype=np.bool_)
    passed[~whole] = leaf.test(values[~whole].astype(np.float64))
    passed[whole] = [leaf.test(number) for number in values[whole].tolist()]
    return passed


def _texts(causes: list[Cause]) -> NDArray[np.object_]:
    """Give every row the text of its pattern of causes."""
    codes = _patterns([mask for _, mask in causes])
    row_of = np.zeros(int(codes.max()) + 1, dtype=np.int64)
    row_of[codes] = np.arange(len(codes))
    texts = np.empty(len(row_of), dtype=object)
    for pattern, row in enumerate(row_of.tolist()):
        texts[pattern] = ",".join(dict.fromkeys(reason for reason, mask in causes if mask[row]))
    gathered: NDArray[np.object_] = texts[codes]
    return gathered


def _patterns(masks: list[Flags]) -> NDArray[np.int64]:
    """Give equal numbers to rows that are equal in all masks: one bit each, and a word after another."""
    codes = np.zeros(len(masks[0]), dtype=np.int64)
    for first in range(0, len(masks), _BITS):
        word = np.zeros(len(codes), dtype=np.uint64)
        for bit, mask in enumerate(masks[first : first + _BITS]):
            word |= mask.astype(np.uint64) << np.uint64(bit)
        numbered = factorize(word)
        codes = factorize(codes * len(numbered.values) + numbered.codes).codes if first else numbered.codes
    return codes
