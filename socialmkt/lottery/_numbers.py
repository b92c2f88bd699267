"""Whole numbers as arguments."""

from __future__ import annotations

import operator
from typing import Any

from socialmkt.core._whole import is_int
from socialmkt.core.errors import InvalidInput, refuse


def whole(value: Any, *, func: str, name: str, low: int, high: int | None = None) -> int:
    """Take a whole number within its bounds."""
    must = f"be a whole number of at least {low:,}" if high is None else f"be a whole number from {low:,} to {high:,}"
    if not is_int(value) or value < low or (high is not None and value > high):
        raise refuse(InvalidInput, func, name, must, value)
    return operator.index(value)
