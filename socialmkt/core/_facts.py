"""Read one fact about a person strictly, and test it against the bound of a rule.

A fact is of one of four sorts. `"no"` is no flag and `True` is no number: what does not fit is refused by the name of
the fact, never guessed.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
import operator
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, cast

import numpy as np

from socialmkt.core._instants import to_us
from socialmkt.core.errors import InvalidInput, Verbatim, refuse
from socialmkt.core.factorize import factorize

if TYPE_CHECKING:
    from numpy.typing import NDArray

Sort: TypeAlias = Literal["flag", "number", "text", "instant"]
Kind: TypeAlias = Literal["fact", "at_least", "at_most", "equals", "one_of", "after", "before", "all_of", "any_of"]
Scalar: TypeAlias = bool | int | float | str
Bound: TypeAlias = Scalar | tuple[Scalar, ...]
Test: TypeAlias = Callable[[Any], Any]

_BOOLS: tuple[type[Any], ...] = (bool, np.bool_)
_WHOLE: tuple[type[Any], ...] = (int, np.integer)
_REAL: tuple[type[Any], ...] = (float, np.floating, Decimal)
_TIMES: tuple[type[Any], ...] = (np.datetime64, np.timedelta64)
_TEXT_IS_NO_LIST = "Pass a list, such as ['Beijing', 'Shanghai']."
_FEW = 16  # texts to compare with one by one; beyond, the column is numbered first
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "at_least": operator.ge,
    "at_most": operator.le,
    "after": operator.gt,
    "before": operator.lt,
}


class Leaf(NamedTuple):
    """One requirement: which fact, how it is read, what it must pass, and the reasons if it does not.

    The test takes one fact, or an array of facts, and gives a bool, or a mask.
    """

    name: str
    sort: Sort
    test: Test
    failed: str
    missing: str


class Group(NamedTuple):
    """Requirements of which every one must hold, or at least one."""

    every: bool
    nodes: tuple[Leaf | Group, ...]


def require_mapping(given: object, func: str, parameter: str, value: str) -> None:
    """Refuse anything but names with their values; a person's record is not shown."""
    if not isinstance(given, Mapping):
        got = Verbatim(f"a {type(given).__name__}")
        fix = f"Pass {{name: {value}}}."
        raise refuse(InvalidInput, func, parameter, f"be a mapping of names to {value}s", got, fix=fix)


def leaves(node: Leaf | Group) -> list[Leaf]:
    """List the leaves in rule order."""
    return [node] if isinstance(node, Leaf) else [leaf for child in node.nodes for leaf in leaves(child)]


def unmet(node: Leaf | Group, facts: Any, func: str) -> list[str]:
    """List the reasons why a person does not pass; none if they do."""
    if isinstance(node, Leaf):
        fact = facts.get(node.name)
        if is_unknown(fact):
            return [node.missing]
        return [] if node.test(READERS[node.sort](fact, func, node.name)) else [node.failed]
    reasons = [unmet(child, facts, func) for child in node.nodes]
    if not node.every and not all(reasons):
        return []
    return [reason for some in reasons for reason in some]


def is_unknown(fact: Any) -> bool:
    """Tell what stands for "not known": None, NaN, NaT and pandas' NA."""
    if fact is None:
        return True
    if isinstance(fact, _REAL):
        return math.isnan(fact)
    if isinstance(fact, _TIMES):
        return bool(np.isnat(fact))
    return type(fact).__name__ in {"NAType", "NaTType"}


def read_flag(fact: Any, func: str, name: str) -> bool:
    """Take True or False, Python's or numpy's."""
    if not isinstance(fact, _BOOLS):
        raise refuse(InvalidInput, func, name, "be True or False", fact)
    return bool(fact)


def read_number(fact: Any, func: str, name: str) -> int | float:
    """Take a whole number as it is, and a finite float or Decimal as a float."""
    if isinstance(fact, _WHOLE) and not isinstance(fact, (*_BOOLS, *_TIMES)):
        return int(fact)
    if isinstance(fact, _REAL) and math.isfinite(fact):
        return float(fact)
    raise refuse(InvalidInput, func, name, "be a finite number", fact)


def read_text(fact: Any, func: str, name: str) -> str:
    """Take text; a member of a text enum is its value."""
    if not isinstance(fact, str):
        raise refuse(InvalidInput, func, name, "be text", fact)
    return str.__str__(fact)


def read_instant(fact: Any, func: str, name: str) -> int:
    """Take an aware datetime, a datetime64, or a day (its midnight in UTC), as microseconds."""
    is_day = isinstance(fact, dt.date) and not isinstance(fact, dt.datetime)
    return to_us(np.datetime64(fact, "D") if is_day else fact, func=func, name=name)


READERS: dict[Sort, Callable[[Any, str, str], Any]] = {
    "flag": read_flag,
    "number": read_number,
    "text": read_text,
    "instant": read_instant,
}


def read_word(text: Any, func: str, parameter: str) -> str:
    """Take the name of a fact or a reason: one printable line without a comma, which separates reasons."""
    if not isinstance(text, str) or not text.strip() or not text.isprintable() or "," in text:
        raise refuse(InvalidInput, func, parameter, "be text that is not empty, without commas or line ends", text)
    return str.__str__(text)


def read_bound(kind: Kind, value: Any, func: str, name: str) -> Bound:
    """Read the bound of a leaf as plain Python values; the values of `one_of` are sorted and distinct."""
    if kind == "one_of":
        return _read_choices(value, func, name)
    if kind == "equals":
        return _read_scalar(value, func, name)
    return _read_limit(value, func, name)


def _read_limit(value: Any, func: str, name: str) -> int | float:
    """Read a number to compare with; 5.0 is 5, so that equal rules are written alike."""
    if is_unknown(value):
        raise refuse(InvalidInput, func, name, "be compared with a finite number", value)
    number = read_number(value, func, name)
    if abs(number) >= 2**64:
        raise refuse(InvalidInput, func, name, "be compared with a number that fits 64 bits", value)
    return int(number) if number == int(number) else number


def _read_scalar(value: Any, func: str, name: str) -> Scalar:
    if isinstance(value, _BOOLS):
        return bool(value)
    if isinstance(value, str):
        return read_text(value, func, name)
    if isinstance(value, (*_WHOLE, *_REAL)):
        return _read_limit(value, func, name)
    raise refuse(InvalidInput, func, name, "be compared with text, a number, True or False", value)


def _read_choices(values: Any, func: str, name: str) -> tuple[Scalar, ...]:
    must = "be compared with one or more texts, or one or more numbers"
    if not _is_listing(values):
        raise refuse(InvalidInput, func, name, must, values, fix=_TEXT_IS_NO_LIST)
    choices = [_read_scalar(value, func, name) for value in values]
    if {_sort_of(choice) for choice in choices} not in ({"text"}, {"number"}):
        raise refuse(InvalidInput, func, name, must, choices)
    return tuple(sorted(cast("set[str]", set(choices))))


def _is_listing(values: Any) -> bool:
    return isinstance(values, Iterable) and not isinstance(values, str | bytes)


def _sort_of(value: Scalar) -> Sort:
    """Say which sort of fact compares with this value."""
    if isinstance(value, bool):
        return "flag"
    return "text" if isinstance(value, str) else "number"


def make_leaf(kind: Kind, name: str, bound: Any, *, code: str | None, negated: bool) -> Leaf:
    """Compile one requirement; the bound of `after` and `before` is in microseconds."""
    code = code or _default_code(kind, name, bound)
    sort, test = _sort_and_test(kind, bound)
    if negated:
        return Leaf(name, sort, _negation(test), f"not_{code}", f"missing_{name}")
    return Leaf(name, sort, test, code, f"missing_{name}")


def _negation(test: Test) -> Test:
    return lambda fact: test(fact) ^ True


def _default_code(kind: Kind, name: str, bound: Any) -> str:
    if kind == "fact":
        return name
    if kind in {"one_of", "after", "before"}:
        return f"{name}_{kind}"
    return f"{name}_{kind}_{str(bound).lower() if isinstance(bound, bool) else bound}"


def _sort_and_test(kind: Kind, bound: Any) -> tuple[Sort, Test]:
    if kind == "fact":
        return "flag", _itself
    if kind in {"equals", "one_of"}:
        choices: tuple[Scalar, ...] = bound if kind == "one_of" else (bound,)
        return _sort_of(choices[0]), _member_test(choices)
    compare = _COMPARE[kind]
    if kind in {"after", "before"}:
        return "instant", lambda fact: compare(fact, bound)
    return "number", _limit_test(compare, bound)


def _itself(fact: Any) -> Any:
    return fact


def _limit_test(compare: Callable[[Any, Any], Any], limit: float) -> Test:
    """Compare numbers exactly: whole ones with a whole limit, floats with a float."""
    whole = math.ceil(limit) if compare is operator.ge else math.floor(limit)
    real = float(limit)
    return lambda fact: compare(fact, real if _is_real(fact) else whole)


def _member_test(choices: Collection[Scalar]) -> Test:
    """Find facts among the choices; floats among floats."""
    whole = [choice for choice in choices if not isinstance(choice, float)]
    real = [float(choice) for choice in choices if not isinstance(choice, str)]
    return lambda fact: _among(fact, real if _is_real(fact) else whole)


def _is_real(fact: Any) -> bool:
    return fact.dtype.kind == "f" if _is_array(fact) else isinstance(fact, float)


def _is_array(fact: Any) -> bool:
    return isinstance(fact, np.ndarray)


def _among(fact: Any, choices: Sequence[Any]) -> Any:
    if not _is_array(fact):
        return fact in choices
    return _texts_among(fact, choices) if fact.dtype.kind in "UO" else _numbers_among(fact, choices)


def _texts_among(texts: NDArray[Any], choices: Sequence[str]) -> NDArray[np.bool_]:
    if len(choices) <= _FEW:
        return functools.reduce(np.logical_or, [texts == choice for choice in choices])
    codes, distinct = factorize(texts, order="first")
    wanted = set(choices)
    return np.array([text in wanted for text in distinct.tolist()], dtype=np.bool_)[codes]


def _numbers_among(numbers: NDArray[Any], choices: Sequence[float]) -> NDArray[np.bool_]:
    """Search the sorted choices, in the type of the column: a mix of int64 and uint64 would pass through floats."""
    dtype = numbers.dtype
    fit = choices
    if dtype.kind in "iu":
        fit = [choice for choice in choices if np.iinfo(dtype).min <= choice <= np.iinfo(dtype).max]
    if not fit:
        return np.zeros(len(numbers), dtype=np.bool_)
    ordered = np.array(fit, dtype=dtype)
    nearest = ordered[np.searchsorted(ordered, numbers).clip(max=len(fit) - 1)]
    found: NDArray[np.bool_] = nearest == numbers
    return found
