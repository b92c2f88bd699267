"""Reading a list of entries: columns or published bytes become clean rows in the order of their ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.core import columns
from socialmkt.core.columns import spec
from socialmkt.core.errors import InvalidInput, Verbatim, refuse
from socialmkt.core.factorize import factorize
from socialmkt.lottery._canonical import NAME, NAME_RULE
from socialmkt.lottery._ids import first_repeat, read_ids, read_keys, refuse_nulls

if TYPE_CHECKING:
    from collections.abc import Iterable

Int64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

MAX_WEIGHT = 2**32 - 1
FROM_COLUMNS, FROM_TSV = "Entries.from_columns", "Entries.from_tsv"


class Rows(NamedTuple):
    """Clean columns of equal length."""

    id: NDArray[np.object_]
    weight: Int64
    conditions: dict[str, Flags]
    keys: dict[str, NDArray[np.object_]]

    def take(self, rows: Any) -> Rows:
        """Pick rows by their numbers or by a mask."""
        return Rows(
            self.id[rows],
            self.weight[rows],
            {name: flags[rows] for name, flags in self.conditions.items()},
            {name: keys[rows] for name, keys in self.keys.items()},
        )


def read_rows(func: str, ids: Any, weight: Any, groups: Mapping[str, Any], qualifies: Mapping[str, Any]) -> Rows:
    """Read the columns of a list."""
    for what, names in (("groups", groups), ("qualifies", qualifies)):
        if not isinstance(names, Mapping):
            raise refuse(InvalidInput, func, what, "be a mapping of name to column", names)
        for name in names:
            if not isinstance(name, str) or not NAME.fullmatch(name):
                raise refuse(InvalidInput, func, what, NAME_RULE, name)
    specs = [spec("id", ids, read_ids)]
    if weight is not None:
        specs.append(spec("weight", weight, _read_weights))
    specs += [spec(f"groups[{name!r}]", groups[name], read_keys) for name in sorted(groups)]
    specs += [spec(f"qualifies[{name!r}]", qualifies[name], read_flags) for name in sorted(qualifies)]
    read = columns.read(func, *specs)
    return Rows(
        read["id"],
        np.ones(read.n, np.int64) if weight is None else read["weight"],
        {name: read[f"qualifies[{name!r}]"] for name in sorted(qualifies)},
        {name: read[f"groups[{name!r}]"] for name in sorted(groups)},
    )


def _read_weights(x: Any, *, func: str, name: str) -> tuple[Int64, None]:
    _refuse_null(x, func, name)
    weight = columns.quantities(x, func=func, name=name)
    over = weight > MAX_WEIGHT
    if over.any():
        row = int(over.argmax())
        must, count = f"be at most {MAX_WEIGHT}", int(over.sum())
        raise refuse(InvalidInput, func, name, must, int(weight[row]), row=row, count=count, total=len(weight))
    return weight.copy(), None


def read_flags(x: Any, *, func: str, name: str) -> tuple[Flags, None]:
    """Read true and false for everybody."""
    _refuse_null(x, func, name)
    return columns.flags(x, func=func, name=name).copy(), None


def _refuse_null(x: Any, func: str, name: str) -> None:
    nulls = columns.nulls(x, func=func, name=name)
    if nulls.any():
        raise refuse_nulls(nulls, func, name)


def in_order(read: Rows, func: str, on_duplicate: str) -> Rows:
    """Sort the rows by id, and merge those of one id."""
    if (read.id[1:] > read.id[:-1]).all():
        return read
    codes = factorize(read.id).codes
    total = len(codes)
    repeats = total - int(codes.max()) - 1
    if repeats and on_duplicate == "raise":
        row, count = first_repeat(codes)
        fix = 'Pass on_duplicate="merge" to add up the weights of an id.' if func == FROM_COLUMNS else None
        got = read.id[row]
        raise refuse(InvalidInput, func, "id", "not repeat", got, row=row, count=count, total=total, fix=fix)
    if repeats:
        return _merged(read, codes, func)
    order = np.empty(total, np.int64)
    order[codes] = np.arange(total)
    return read.take(order)


def _merged(read: Rows, codes: Int64, func: str) -> Rows:
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    first = order[starts][codes]
    for what, named in (("qualifies", read.conditions), ("groups", read.keys)):
        for name, column in named.items():
            differs = column != column[first]
            if differs.any():
                row = int(differs.argmax())
                must, got = "agree in all rows of an id", read.id[row]
                raise refuse(InvalidInput, func, f"{what}[{name!r}]", must, got, row=row, count=int(differs.sum()))
    weight = np.add.reduceat(read.weight[order], starts)
    if int(weight.max()) > MAX_WEIGHT:
        at = int(weight.argmax())
        must, row = f"add up to at most {MAX_WEIGHT} for an id", int(order[starts[at]])
        raise refuse(InvalidInput, func, "weight", must, int(weight[at]), row=row)
    return read.take(order[starts])._replace(weight=weight)


def parse_tsv(b: bytes) -> Rows:
    """Read the cells of a published list; `from_tsv` compares the result to the byte."""
    if not isinstance(b, bytes):
        raise refuse(InvalidInput, FROM_TSV, "b", "be bytes", b, fix="Read the file in binary mode.")
    try:
        header, *lines = b.decode().removesuffix("\n").split("\n")
    except UnicodeDecodeError:
        raise not_canonical("UTF-8") from None
    names, rows = header.split("\t"), [line.split("\t") for line in lines]
    if names[:2] != ["id", "weight"] or any(len(row) != len(names) for row in rows):
        raise not_canonical("a header that begins with id and weight, and as many cells in each row")
    ids, weights, *others = zip(*rows, strict=True) if rows else [()] * len(names)
    named = dict(zip(names[2:], others, strict=True))
    weight = _numbers(weights)
    groups = {name[1:]: [code or None for code in _numbers(cells)] for name, cells in named.items() if name[:1] == "@"}
    flags = {name[1:]: [cell == "1" for cell in cells] for name, cells in named.items() if name[:1] == "?"}
    return read_rows(FROM_TSV, ids, weight, groups, flags)


def _numbers(cells: Iterable[str]) -> list[int]:
    try:
        return [int(cell) for cell in cells]
    except ValueError:
        raise not_canonical("whole numbers as weights and group numbers") from None


def not_canonical(must: str) -> InvalidInput:
    """Build the refusal of bytes in another form."""
    return refuse(InvalidInput, FROM_TSV, "b", f"be a canonical list: {must}", Verbatim("another form"))
