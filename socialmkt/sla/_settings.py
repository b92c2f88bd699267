"""How the settings of targets and policies are read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from socialmkt.core.errors import InvalidInput, Verbatim, check_choice, refuse
from socialmkt.sla._codes import Actor, Semantics, member

if TYPE_CHECKING:
    from pydantic import ValidationInfo

FOUR_CENTURIES = dt.timedelta(days=146_097)


def positive(span: dt.timedelta, info: ValidationInfo) -> dt.timedelta:
    """Refuse durations that are not above 0, or so long that sums of them may not fit 64 bits."""
    name = info.field_name or "span"
    if span <= dt.timedelta(0):
        raise refuse(InvalidInput, "", name, "be above 0", span)
    if span > FOUR_CENTURIES:
        raise refuse(InvalidInput, "", name, "be at most 400 years", span)
    return span


def read_share(share: Any, func: str, name: str) -> float:
    """Read a share strictly between 0 and 1."""
    if not isinstance(share, float | np.floating) or not 0 < share < 1:
        raise refuse(InvalidInput, func, name, "lie strictly between 0 and 1", share, fix="Write 95 per cent as 0.95.")
    return float(share)


def share(value: Any, info: ValidationInfo) -> float:
    """Read a share in a model."""
    return read_share(value, "", info.field_name or "share")


def shares(values: Any, info: ValidationInfo) -> tuple[float, ...]:
    """Read shares that ascend; there may be none."""
    name = info.field_name or "shares"
    return _ascending([read_share(value, "", name) for value in _listed(values, name)], name)


def bands(values: Any, info: ValidationInfo) -> tuple[float, ...]:
    """Read two ascending multiples above 1."""
    name = info.field_name or "bands"
    listed = _listed(values, name)
    if len(listed) != 2 or not all(_is_number(band) and 1 < band < 2**53 for band in listed):
        raise refuse(InvalidInput, "", name, "be two numbers above 1", Verbatim(listed))
    return _ascending(list(map(float, listed)), name)


def semantics(word: Any, info: ValidationInfo) -> Semantics:
    """Read the semantics, or derive them from what else is given."""
    if word is not None:
        return member(Semantics, word, "", info.field_name or "semantics")
    if info.data.get("calendar") is None:
        return Semantics.wall if info.data.get("otherwise") is None else Semantics.envelope
    return Semantics.business if info.data.get("otherwise") is None else Semantics.envelope


def listing(values: Any, info: ValidationInfo) -> list[Any]:
    """Read a list or a tuple; one model alone would be taken for a list of its fields."""
    return _listed(values, info.field_name or "values")


def actors(words: Any, info: ValidationInfo) -> tuple[Actor, ...]:
    """Read those whose replies are answers: sorted, each once, at least one, never the customer."""
    name = info.field_name or "answered_by"
    listed = [words] if isinstance(words, str) or not isinstance(words, Iterable) else list(words)
    found = {member(Actor, word, "", name) for word in listed}
    if not found or Actor.customer in found:
        raise refuse(InvalidInput, "", name, "name at least one actor, and never the customer", Verbatim(listed))
    return tuple(sorted(found))


def on_reopen(word: Any, info: ValidationInfo) -> str:
    """Read what a reopening does."""
    return check_choice("", info.field_name or "on_reopen", word, ["resume", "restart"])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _listed(values: Any, name: str) -> list[Any]:
    if not isinstance(values, list | tuple):
        raise refuse(InvalidInput, "", name, "be a list", values)
    return list(values)


def _ascending(values: list[float], name: str) -> tuple[float, ...]:
    if any(first >= second for first, second in pairwise(values)):
        raise refuse(InvalidInput, "", name, "ascend", Verbatim(values))
    return tuple(values)
