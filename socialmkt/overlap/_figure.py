"""Figures that may not be defined: NaN and infinities that come back from JSON."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, ValidationInfo, WithJsonSchema

_INFINITIES = {"Infinity": math.inf, "-Infinity": -math.inf}


def _read(value: Any, info: ValidationInfo) -> Any:
    if info.mode != "json":
        return value
    return math.nan if value is None else _INFINITIES.get(value, value) if isinstance(value, str) else value


def _write(value: float) -> float | str | None:
    """Write NaN and infinities as the columns of a table do."""
    if math.isnan(value):
        return None
    return value if math.isfinite(value) else "Infinity" if value > 0 else "-Infinity"


Figure = Annotated[
    float,
    Field(strict=True),
    BeforeValidator(_read),
    PlainSerializer(_write, when_used="json"),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"enum": [None, "Infinity", "-Infinity"]}]}),
]
"""A float; in JSON, null stands for NaN."""
