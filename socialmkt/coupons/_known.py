"""What is known about a person: facts as rules read them, which go through JSON and come back equal.

JSON has no instants, and text that looks like one may be text: an instant is written under a mark.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, PlainSerializer

from socialmkt.core._facts import is_unknown, read_instant, read_number
from socialmkt.core.instants import from_us
from socialmkt.core.model import FrozenDict

_INSTANT = "$instant"


def _read_facts(facts: Any) -> Any:
    """Read facts; what is no mapping is left to be refused."""
    return {name: _read_fact(fact, name) for name, fact in facts.items()} if isinstance(facts, Mapping) else facts


def _read_fact(fact: Any, name: Any) -> Any:
    """Take a fact as Python has it; what no rule reads stays as it is."""
    if is_unknown(fact):
        return None
    if isinstance(fact, Mapping) and fact.keys() == {_INSTANT}:
        fact = dt.datetime.fromisoformat(str(fact[_INSTANT]))
    if isinstance(fact, dt.date | np.datetime64):
        return from_us(read_instant(fact, "", name))
    if isinstance(fact, float | np.floating | Decimal):
        return read_number(fact, "", name)
    return fact.item() if isinstance(fact, np.generic) else fact


def _write_facts(facts: FrozenDict[str, Any]) -> dict[str, Any]:
    return {
        name: {_INSTANT: fact.isoformat()} if isinstance(fact, dt.datetime) else fact for name, fact in facts.items()
    }


Facts = Annotated[FrozenDict[str, Any], BeforeValidator(_read_facts), PlainSerializer(_write_facts, when_used="json")]
"""Facts about a person by name: flags, numbers, text, instants; None where one is not known."""
