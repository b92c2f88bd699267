"""Frozen models: the base of every configuration and every single decision.

`Frozen` closes the gaps that matter for money and for people's data: no silent coercion of text or floats to
numbers, no unvalidated copies, no mutable fields, no input echoed in errors. The aliases (`Amount`, `Count`,
`Instant`, ...) carry the rules of a field in its type.
"""

from __future__ import annotations

import hashlib
import json
import operator
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Generic, Self, TypeVar, cast, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
    ValidationInfo,
)
from pydantic_core import core_schema

from socialmkt.core import _time_fields
from socialmkt.core._instants import zone
from socialmkt.core._whole import is_int
from socialmkt.core.errors import InvalidInput, Overflow, Verbatim, refuse

__all__ = [
    "Amount",
    "BasisPoints",
    "Count",
    "Duration",
    "Frozen",
    "FrozenDict",
    "Instant",
    "Minor",
    "Name",
    "Positive",
    "Zone",
    "ZonedInstant",
    "canonical",
    "fingerprint",
]

_INT64_MIN, _INT64_MAX = -(2**63), 2**63 - 1
_MINOR = "be a whole number of minor units (cents, fen)"

K = TypeVar("K")
V = TypeVar("V")


class Frozen(BaseModel):
    """The base of every model: frozen, strict, quiet about its input.

    Notes
    -----
    A change is a validated copy: `model.model_copy(update={...})` checks the whole model again. Values kept by
    `functools.cached_property` are no part of equality, hash, dumps or pickles. A model of more than 400 characters
    shows itself without the fields at their defaults, and with long parts by their size.

    Examples
    --------
    >>> class Prize(Frozen):
    ...     name: Name
    ...     quantity: Positive
    >>> prize = Prize(name="umbrella", quantity=3)
    >>> prize.model_copy(update={"quantity": 4})
    Prize(name='umbrella', quantity=4)
    >>> prize.model_copy(update={"quantity": 0})
    Traceback (most recent call last):
        ...
    pydantic_core._pydantic_core.ValidationError: 1 validation error for Prize
    quantity
      Value error, quantity must be at least 1, got 0. ...
    """

    # defer_build: the first model that is built makes pydantic look for plugins in every installed distribution, a
    # quarter of the time of importing numpy and pydantic; an import of ours must not pay for that.
    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True, defer_build=True
    )

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy the model; with `update`, validate the whole again.

        Parameters
        ----------
        update : mapping of field name to value, optional
            The fields to change. An unknown name is refused.
        deep : bool
            Copy the field values too.

        Returns
        -------
        Frozen
            A model of the same class.

        Raises
        ------
        pydantic.ValidationError
            The updated fields do not make a valid model.

        Examples
        --------
        >>> class Prize(Frozen):
        ...     name: Name
        >>> Prize(name="umbrella").model_copy(update={"name": "book"})
        Prize(name='book')
        """
        copy = super().model_copy(deep=deep)
        if not update:
            return copy
        kept = {name: getattr(copy, name) for name in copy.model_fields_set}
        return type(self).model_validate({**kept, **update})

    def __eq__(self, other: object) -> bool:
        """Compare the fields alone: pydantic would compare cached arrays too, and fail."""
        if not isinstance(other, Frozen):
            return NotImplemented
        mine, theirs = vars(self), vars(other)
        return type(self) is type(other) and all(mine[name] == theirs[name] for name in type(self).model_fields)

    def __hash__(self) -> int:
        return hash((type(self), *(vars(self)[name] for name in type(self).model_fields)))

    def __repr__(self) -> str:
        from socialmkt.core import _model_show

        return _model_show.as_line(self)

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """Show the fields in a notebook, with their lines as small tables."""
        from socialmkt.core import _model_show

        return _model_show.as_fields_html(self)

    def __getstate__(self) -> dict[Any, Any]:
        """Leave cached values out of pickles and copies, and sets, which every process walks in an order of its own."""
        state = super().__getstate__()
        fields = type(self).model_fields
        values = {name: value for name, value in state["__dict__"].items() if name in fields}
        given = [name for name in values if name in state["__pydantic_fields_set__"]]
        return {**state, "__dict__": values, "__pydantic_fields_set__": given}

    def __setstate__(self, state: dict[Any, Any]) -> None:
        super().__setstate__({**state, "__pydantic_fields_set__": set(state["__pydantic_fields_set__"])})

    def __copy__(self) -> Self:
        return self._without_caches(super().__copy__())

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return self._without_caches(super().__deepcopy__(memo))

    def _without_caches(self, copy: Self) -> Self:
        values = vars(copy)
        for name in values.keys() - type(self).model_fields.keys():
            values.pop(name)
        return copy


class FrozenDict(Mapping[K, V], Generic[K, V]):
    """A mapping that cannot be changed and can be hashed, for use as a model's field.

    Parameters
    ----------
    items : mapping
        What it holds; the order of the items is kept and is no part of equality.

    Notes
    -----
    It equals any mapping with the same items and dumps as an object.

    Examples
    --------
    >>> labels = FrozenDict({"vip": 3})
    >>> labels == {"vip": 3}, labels["vip"]
    (True, 3)
    >>> labels["vip"] = 4
    Traceback (most recent call last):
        ...
    TypeError: 'FrozenDict' object does not support item assignment
    """

    __slots__ = ("_items",)
    _items: dict[K, V]

    def __new__(cls, items: Mapping[K, V]) -> Self:
        """Hold the items; an `__init__` could be called again."""
        self = super().__new__(cls)
        object.__setattr__(self, "_items", dict(items))
        return self

    def __getitem__(self, key: K) -> V:
        return self._items[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        return self._items == dict(cast("Mapping[K, V]", other)) if isinstance(other, Mapping) else NotImplemented

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return f"FrozenDict({self._items!r})"

    def __setattr__(self, name: str, value: object) -> None:
        message = f"'FrozenDict' object does not support attribute assignment: {name}"
        raise TypeError(message)

    def __delattr__(self, name: str) -> None:
        message = f"'FrozenDict' object does not support attribute deletion: {name}"
        raise TypeError(message)

    def __reduce__(self) -> tuple[type[FrozenDict[K, V]], tuple[dict[K, V]]]:
        return type(self), (dict(self._items),)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Validate as a dict, then freeze; dump as a dict."""
        key, value = get_args(source) or (Any, Any)
        as_dict = handler.generate_schema(dict[key, value])  # type: ignore[valid-type]  # built at run time
        return core_schema.no_info_after_validator_function(
            cls,
            as_dict,
            serialization=core_schema.wrap_serializer_function_ser_schema(_dump_mapping, schema=as_dict),
        )


def _dump_mapping(items: FrozenDict[Any, Any], dump: Callable[[Any], Any]) -> Any:
    return dump(dict(items))


def _parameter(info: ValidationInfo) -> str:
    return info.field_name or "value"


def _whole(value: Any, info: ValidationInfo, must: str) -> int:
    """Take a Python or numpy integer as it is; no bool, no float, no text."""
    if not is_int(value):
        raise refuse(InvalidInput, "", _parameter(info), must, value)
    return operator.index(value)


def _between(low: int, high: int, must: str = "be a whole number") -> Callable[[Any, ValidationInfo], int]:
    def check(value: Any, info: ValidationInfo) -> int:
        whole = _whole(value, info, must)
        if not _INT64_MIN <= whole <= _INT64_MAX:
            raise refuse(Overflow, "", _parameter(info), "fit 64 bits", whole)
        if whole < low:
            raise refuse(InvalidInput, "", _parameter(info), f"be at least {low}", whole)
        if whole > high:
            raise refuse(InvalidInput, "", _parameter(info), f"be at most {high}", whole)
        return whole

    return check


def read_name(value: Any, *, func: str, name: str) -> str:
    """Read what the alias `Name` takes: text that is not empty and holds no control characters."""
    if not isinstance(value, str) or not value.strip():
        raise refuse(InvalidInput, func, name, "be text that is not empty", value)
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in value):
        raise refuse(InvalidInput, func, name, "hold no control characters", value)
    return str(value)


def _name(value: Any, info: ValidationInfo) -> str:
    return read_name(value, func="", name=_parameter(info))


def _zone_name(value: Any, info: ValidationInfo) -> str:
    zone(value, func="", parameter=_parameter(info))
    return str(value)


Minor = Annotated[int, Field(ge=_INT64_MIN, le=_INT64_MAX), BeforeValidator(_between(_INT64_MIN, _INT64_MAX, _MINOR))]
"""An amount of money in minor units, of either sign."""

Amount = Annotated[int, Field(ge=0, le=_INT64_MAX), BeforeValidator(_between(0, _INT64_MAX, _MINOR))]
"""An amount of money in minor units, 0 or more."""

Count = Annotated[int, Field(ge=0, le=_INT64_MAX), BeforeValidator(_between(0, _INT64_MAX))]
"""A number of things, 0 or more."""

Positive = Annotated[int, Field(ge=1, le=_INT64_MAX), BeforeValidator(_between(1, _INT64_MAX))]
"""A number of things, 1 or more."""

BasisPoints = Annotated[int, Field(ge=0, le=10_000), BeforeValidator(_between(0, 10_000))]
"""A share in hundredths of a per cent, 0 to 10,000."""

Instant = Annotated[
    datetime,
    BeforeValidator(_time_fields.instant),
    PlainSerializer(_time_fields.iso, return_type=str, when_used="json"),
    _time_fields.INSTANT_IN_JSON,
]
"""A moment: an aware datetime or datetime64 (taken as UTC), ISO 8601 text with an offset in JSON; kept in UTC."""

ZonedInstant = Annotated[
    datetime,
    BeforeValidator(_time_fields.zoned_instant),
    PlainSerializer(_time_fields.iso, return_type=str, when_used="json"),
    _time_fields.INSTANT_IN_JSON,
]
"""An `Instant` that is kept in the zone it came with; written to JSON in UTC all the same."""

Duration = Annotated[
    timedelta,
    BeforeValidator(_time_fields.duration),
    PlainSerializer(_time_fields.microseconds, return_type=int, when_used="json"),
    _time_fields.DURATION_IN_JSON,
]
"""A length of time: a timedelta or timedelta64 of a fixed unit; whole microseconds in JSON."""

Name = Annotated[str, BeforeValidator(_name)]
"""Text that is not empty and holds no control characters."""

Zone = Annotated[str, BeforeValidator(_zone_name)]
"""The IANA name of a time zone, such as `Asia/Shanghai`."""


def canonical(model: BaseModel) -> bytes:
    r"""Write a model as canonical JSON, the same bytes on every machine.

    Parameters
    ----------
    model : pydantic model
        What to write.

    Returns
    -------
    bytes
        ASCII JSON: keys sorted, no spaces, instants in UTC with six decimals, defaults written out.

    Raises
    ------
    InvalidInput
        It is no model, or a field holds NaN or an infinity, which JSON cannot say.

    Examples
    --------
    >>> class Offer(Frozen):
    ...     name: Name
    ...     opens_at: Instant
    ...     quantity: Positive = 1
    >>> from datetime import UTC, datetime, timedelta
    >>> canonical(Offer(name="伞", opens_at=datetime(2026, 3, 1, tzinfo=UTC)))
    b'{"name":"\\u4f1e","opens_at":"2026-03-01T00:00:00.000000Z","quantity":1}'
    """
    if not isinstance(cast("object", model), BaseModel):
        raise refuse(InvalidInput, "model.canonical", "model", "be a pydantic model", model)
    dumped = model.model_dump(mode="json")
    try:
        text = json.dumps(dumped, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    except ValueError:
        got = Verbatim("NaN or an infinity")
        raise refuse(InvalidInput, "model.canonical", "model", "hold finite numbers", got) from None
    return text.encode("ascii")


def fingerprint(model: BaseModel) -> str:
    """Give the SHA-256 of a model's canonical JSON.

    Parameters
    ----------
    model : pydantic model
        What to identify.

    Returns
    -------
    str
        64 lower-case hex digits.

    Raises
    ------
    InvalidInput
        As in `canonical`.

    Examples
    --------
    >>> class Offer(Frozen):
    ...     quantity: Positive = 1
    >>> fingerprint(Offer()) == fingerprint(Offer(quantity=1))
    True
    >>> fingerprint(Offer())[:12]
    '60fc81f16fa9'
    """
    return hashlib.sha256(canonical(model)).hexdigest()
