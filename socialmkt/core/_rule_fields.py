"""What a rule is made of and how rules are joined: the base of `Rule`, which adds the ways to make and to ask one.

Negation is stored at the leaves (De Morgan), so no part of the library ever negates what is unknown.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, NoReturn, Self

from pydantic import BeforeValidator, ValidationInfo, field_validator, model_validator

from socialmkt.core import _facts
from socialmkt.core._facts import Kind
from socialmkt.core._instants import to_us
from socialmkt.core.errors import EmptyInput, InvalidInput, Verbatim, refuse
from socialmkt.core.model import Frozen, Instant

_NEGATED: dict[str, Kind] = {"all_of": "any_of", "any_of": "all_of"}
_COMPARED = ("at_least", "at_most", "equals", "one_of")
_NEEDS = {"fact": {"name"}, "after": {"name", "instant"}, "before": {"name", "instant"}}
_UNSET = {"value": None, "negated": False, "rules": ()}


def _word(text: Any, info: ValidationInfo) -> str:
    return _facts.read_word(text, "", info.field_name or "name")


Word = Annotated[str, BeforeValidator(_word)]


class RuleFields(Frozen):
    """One requirement, or several joined."""

    kind: Kind
    name: Word | None = None
    value: bool | int | float | str | tuple[bool | int | float | str, ...] | None = None
    instant: Instant | None = None
    code: Word | None = None
    negated: bool = False
    rules: tuple[RuleFields, ...] = ()

    @field_validator("value", mode="before")
    @classmethod
    def _plain_value(cls, value: Any, info: ValidationInfo) -> Any:
        kind, name = info.data.get("kind"), info.data.get("name")
        return _facts.read_bound(kind, value, "", name) if kind in _COMPARED and name else value

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        group = self.kind in _NEGATED
        needs = {"rules"} if group else _NEEDS.get(self.kind, {"name", "value"})
        may = set[str]() if group else {"code", "negated"}
        given = {field for field in type(self).model_fields if getattr(self, field) != _UNSET.get(field)} - {"kind"}
        if not needs <= given <= needs | may:
            must = f"have {' and '.join(sorted(needs))} for {self.kind!r}, and nothing else"
            raise refuse(InvalidInput, "", "rule", must, Verbatim(", ".join(sorted(given)) or "nothing"))
        return self

    @classmethod
    def _leaf(cls, kind: Kind, name: str, code: str | None, value: Any = None, *, instant: Any = None) -> Self:
        func = f"Rule.{kind}"
        fields: dict[str, Any] = {"kind": kind, "name": _facts.read_word(name, func, "name")}
        if code is not None:
            fields["code"] = _facts.read_word(code, func, "code")
        if kind in ("after", "before"):
            to_us(instant, func=func, name=name)
            fields["instant"] = instant
        elif kind != "fact":
            fields["value"] = _facts.read_bound(kind, value, func, name)
        return cls(**fields)

    @classmethod
    def _join(cls, kind: Kind, rules: tuple[Any, ...]) -> Self:
        """Join rules; those that are joined in the same way already stand side by side."""
        if len(rules) == 1 and isinstance(rules[0], list | tuple):
            (rules,) = rules
        if not rules:
            raise refuse(EmptyInput, f"Rule.{kind}", "rules", "hold at least one rule", rules)
        for rule in rules:
            if not isinstance(rule, cls):
                raise refuse(InvalidInput, f"Rule.{kind}", "rules", "be rules", rule)
        parts = [part for rule in rules for part in (rule.rules if rule.kind == kind else (rule,))]
        return parts[0] if len(parts) == 1 else cls(kind=kind, rules=tuple(parts))

    def __and__(self, other: object) -> Self:
        if not isinstance(other, type(self)):
            return NotImplemented
        return self._join("all_of", (self, other))

    def __or__(self, other: object) -> Self:
        if not isinstance(other, type(self)):
            return NotImplemented
        return self._join("any_of", (self, other))

    def __invert__(self) -> Self:
        if self.kind in _NEGATED:
            return type(self)(kind=_NEGATED[self.kind], rules=tuple(~rule for rule in self.rules))
        return self.model_copy(update={"negated": not self.negated})

    def __bool__(self) -> NoReturn:
        message = "a Rule is neither true nor false: use & | ~ to join rules, and .decide(facts) for a person"
        raise TypeError(message)

    @cached_property
    def _plan(self) -> _facts.Leaf | _facts.Group:
        if self.kind in _NEGATED:
            nodes = [rule._plan for rule in self.rules]  # noqa: SLF001  # of its own class
            return _facts.Group(self.kind == "all_of", tuple(nodes))
        bound = self.value if self.instant is None else to_us(self.instant)
        return _facts.make_leaf(self.kind, str(self.name), bound, code=self.code, negated=self.negated)
