"""Models as callers pass them: lists of them, and their fields as arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from socialmkt.core.errors import InvalidInput, SocialmktError, Verbatim, refuse

M = TypeVar("M", bound=BaseModel)


def read_models(values: Any, kind: type[M], *, func: str, name: str) -> list[M]:
    """Read models of one kind from any iterable but text, a mapping or a model; an empty one is a list too."""
    listed = _listed(values)
    if listed is None:
        raise refuse(InvalidInput, func, name, f"be a list of {kind.__name__}", values)
    for row, value in enumerate(listed):
        if not isinstance(value, kind):
            got = Verbatim(f"a {type(value).__name__}")
            raise refuse(InvalidInput, func, name, f"hold {kind.__name__} objects", got, row=row)
    return listed


def make_model(kind: type[M], fields: Mapping[str, Any], *, func: str) -> M:
    """Make a model of the arguments of a function; what breaks a rule is refused in the name of the function."""
    try:
        return kind.model_validate(fields)
    except ValidationError as fault:
        error = fault.errors()[0].get("ctx", {}).get("error")
        if not isinstance(error, SocialmktError):
            raise
        raise type(error)(f"{func}: {error}", function=func, parameter=error.parameter) from None


def _listed(values: Any) -> list[Any] | None:
    """List what can be walked and is no single thing; an array of no dimension says that it can, and cannot."""
    if isinstance(values, str | bytes | Mapping | BaseModel):
        return None
    try:
        return list(values)
    except TypeError:
        return None
