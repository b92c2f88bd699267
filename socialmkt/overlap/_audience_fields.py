"""What an audience holds, how it is checked, and its form in JSON."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    BeforeValidator,
    GetJsonSchemaHandler,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    model_serializer,
    model_validator,
)

from socialmkt.core._whole import is_int
from socialmkt.core.errors import InvalidInput, Verbatim, refuse
from socialmkt.core.model import Count, Name  # noqa: TC001  # pydantic reads them
from socialmkt.core.table import freeze
from socialmkt.overlap import _audience_bytes
from socialmkt.overlap._arrays import ArrayModel
from socialmkt.overlap._audience_bytes import Parts
from socialmkt.overlap._keys import TOP, UInt64

if TYPE_CHECKING:
    from pydantic_core import CoreSchema

LEAST_K, MOST_K = 2, 2**26


def whole(value: Any, low: int, high: int, *, func: str, name: str) -> int:
    """Read a whole number within bounds, both included."""
    if not is_int(value) or not low <= int(value) <= high:
        raise refuse(InvalidInput, func, name, f"be a whole number from {low:,} to {high:,}", value)
    return int(value)


def _between(low: int, high: int) -> BeforeValidator:
    def check(value: Any, info: ValidationInfo) -> int:
        return whole(value, low, high, func="", name=info.field_name or "value")

    return BeforeValidator(check)


def _read_keys(value: Any, info: ValidationInfo) -> UInt64:
    keys = np.asarray(value)
    if keys.ndim != 1 or keys.dtype != np.uint64:
        raise refuse(InvalidInput, "", info.field_name or "keys", "be a uint64 array of one dimension", keys)
    return freeze(keys if keys.flags.owndata and not keys.flags.writeable else keys.copy()).view()


Keys = Annotated[NDArray[np.uint64], BeforeValidator(_read_keys)]
Word = Annotated[int, _between(0, TOP - 1)]
Threshold = Annotated[int, _between(1, TOP)]
SampleSize = Annotated[int, _between(LEAST_K, MOST_K)]


class AudienceFields(ArrayModel):
    """The fields of an audience."""

    keys: Keys
    threshold: Threshold = TOP
    k: SampleSize | None = None
    seed: Word = 0
    scheme: Literal["int", "text", "uuid"] | None
    fingerprint: Word = 0
    name: Name | None = None
    rows: Count = 0
    dropped: Count = 0

    @model_validator(mode="before")
    @classmethod
    def _from_data(cls, value: Any) -> Any:
        """Read the form that JSON has."""
        if not isinstance(value, dict) or "data" not in value:
            return value
        if value.keys() - {"name", "data"} or not isinstance(value["data"], str):
            raise refuse(InvalidInput, "", "data", "be base64 text, beside a name alone", Verbatim("something else"))
        try:
            data = b64decode(value["data"], validate=True)
        except ValueError:
            raise refuse(InvalidInput, "", "data", "be base64 text", Verbatim("other text")) from None
        return {**fields_of(_audience_bytes.from_bytes(data)), "name": value.get("name")}

    @model_validator(mode="after")
    def _sound(self) -> Self:
        check_parts(self.parts, "")
        return self

    @model_serializer(mode="wrap")
    def _to_data(self, handler: SerializerFunctionWrapHandler, info: SerializationInfo) -> dict[str, Any]:
        if info.mode != "json":
            fields: dict[str, Any] = handler(self)
            return fields
        return {"name": self.name, "data": b64encode(_audience_bytes.to_bytes(self.parts)).decode("ascii")}

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe the form that JSON has."""
        name = {"anyOf": [{"type": "string"}, {"type": "null"}]}
        data = {"type": "string", "contentEncoding": "base64"}
        return {
            "title": cls.__name__,
            "type": "object",
            "properties": {"name": name, "data": data},
            "required": ["data"],
            "additionalProperties": False,
        }

    @property
    def parts(self) -> Parts:
        """What makes two audiences equal, and what their bytes hold.

        Examples
        --------
        >>> from socialmkt.overlap import Audience
        >>> parts = Audience.from_ids([7, 8], name="tv").parts
        >>> len(parts.keys), parts.scheme
        (2, 'int')
        """
        return Parts(self.keys, self.threshold, self.k, self.seed, self.scheme, self.fingerprint)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AudienceFields):
            return NotImplemented
        mine, theirs = self.parts, other.parts
        return mine[1:] == theirs[1:] and bool(np.array_equal(mine.keys, theirs.keys))

    __hash__ = ArrayModel.__hash__


def fields_of(parts: Parts) -> dict[str, Any]:
    return {**parts._asdict(), "keys": freeze(parts.keys)}


def check_parts(parts: Parts, func: str) -> None:
    """Refuse keys that no ids have."""
    keys, limit = parts.keys, "none" if parts.k is None else f"{parts.k:,}"
    if keys.size > 1 and not (keys[1:] > keys[:-1]).all():
        raise refuse(InvalidInput, func, "keys", "rise strictly", Verbatim("repeats or another order"))
    if keys.size and int(keys[-1]) >= parts.threshold:
        raise refuse(InvalidInput, func, "keys", "lie below the threshold", Verbatim(f"{int(keys[-1]):#x}"))
    if parts.k is not None:
        whole(parts.k, LEAST_K, MOST_K, func=func, name="k")
    elif parts.threshold < TOP or parts.seed:
        raise refuse(InvalidInput, func, "k", "be given where there is a threshold or a seed", None)
    if keys.size > (TOP if parts.k is None else parts.k):
        raise refuse(InvalidInput, func, "keys", f"be at most k, {limit}", Verbatim(f"{keys.size:,}"))
    if parts.scheme is None and keys.size:
        raise refuse(InvalidInput, func, "scheme", "be known where there are ids", None)
