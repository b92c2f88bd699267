"""Read several audiences, or names of them, from a caller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from socialmkt.core._whole import is_int
from socialmkt.core.errors import EmptyInput, InvalidInput, did_you_mean, refuse
from socialmkt.core.model import read_name
from socialmkt.overlap.audience import check_audience

if TYPE_CHECKING:
    from socialmkt.overlap.audience import Audience


def read_audiences(audiences: Any, func: str) -> tuple[tuple[str, ...], list[Audience]]:
    """Give the names and the audiences of a sequence, or of a mapping by name."""
    if isinstance(audiences, Mapping):
        named = list(audiences.items())
    elif isinstance(audiences, Sequence) and not isinstance(audiences, (str, bytes)):
        named = [(getattr(each, "name", None) or str(index), each) for index, each in enumerate(audiences)]
    else:
        raise refuse(InvalidInput, func, "audiences", "be a list of audiences, or a mapping by name", audiences)
    if not named:
        raise refuse(EmptyInput, func, "audiences", "hold at least one audience", audiences)
    for _, audience in named:
        check_audience(audience, func, "audiences")
    return check_names([name for name, _ in named], func, "audiences"), [audience for _, audience in named]


def check_names(names: Sequence[Any], func: str, parameter: str) -> tuple[str, ...]:
    """Refuse names that are no text or not different."""
    for place, name in enumerate(names):
        try:
            read_name(name, func=func, name=parameter)
        except InvalidInput:
            must = "have names that are text without control characters"
            raise refuse(InvalidInput, func, parameter, must, name, row=place) from None
        if name in names[:place]:
            raise refuse(InvalidInput, func, parameter, "have different names", name, row=place)
    return tuple(names)


def places_of(chosen: Any, names: tuple[str, ...], func: str, parameter: str) -> list[int]:
    """Give the indices of audiences that are named, or numbered, each once."""
    if (
        isinstance(chosen, (str, bytes))
        or not isinstance(chosen, (Sequence, np.ndarray))
        or getattr(chosen, "ndim", 1) != 1
    ):
        raise refuse(InvalidInput, func, parameter, "be a list of names or indices", chosen)
    places: list[int] = []
    for each in chosen:
        place = _place(each, names, func, parameter)
        if place in places:
            raise refuse(InvalidInput, func, parameter, "hold each audience once", each)
        places.append(place)
    return places


def _place(each: Any, names: tuple[str, ...], func: str, parameter: str) -> int:
    if isinstance(each, str):
        if each in names:
            return names.index(each)
    elif is_int(each) and 0 <= each < len(names):
        return int(each)
    must = f"hold names or indices of the {len(names)} audiences"
    raise refuse(InvalidInput, func, parameter, must, each, fix=did_you_mean(each, names))
