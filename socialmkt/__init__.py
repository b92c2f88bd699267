"""Social-marketing primitives: pure, typed, exact and fast.

The areas are modules of this package (`socialmkt.rfm`, ...) and load when they are first touched, as do the
names of the ground floor that every area shares: money, tables, rules and errors. Importing the package itself
loads nothing else.

Examples
--------
>>> import socialmkt as sm
>>> sm.Currency("CNY").minor("5.00")
500
>>> sm.allocate(100, [1, 1, 1])
[34, 33, 33]
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__all__ = [
    "AmbiguousTime",
    "Calendar",
    "Currency",
    "EmptyInput",
    "Infeasible",
    "InvalidInput",
    "Overflow",
    "Rounding",
    "Rule",
    "SchemeMismatch",
    "SocialmktError",
    "Table",
    "__version__",
    "allocate",
    "allocate_array",
    "campaign",
    "coupons",
    "groupbuy",
    "lottery",
    "overlap",
    "rfm",
    "sla",
]

__version__ = "0.1.0"

_CORE = {
    "AmbiguousTime": "errors",
    "Calendar": "calendar",
    "Currency": "money",
    "EmptyInput": "errors",
    "Infeasible": "errors",
    "InvalidInput": "errors",
    "Overflow": "errors",
    "Rounding": "money",
    "Rule": "eligibility",
    "SchemeMismatch": "errors",
    "SocialmktError": "errors",
    "Table": "table",
    "allocate": "money",
    "allocate_array": "money",
}
_AREAS = frozenset({"campaign", "coupons", "groupbuy", "lottery", "overlap", "rfm", "sla"})
_EXTRAS = frozenset({"frames", "plots"})
"""They load on request too, where their extra is installed."""

if TYPE_CHECKING:
    from socialmkt import campaign, coupons, groupbuy, lottery, overlap, rfm, sla
    from socialmkt import frames as frames
    from socialmkt import plots as plots
    from socialmkt.core.calendar import Calendar
    from socialmkt.core.eligibility import Rule
    from socialmkt.core.errors import (
        AmbiguousTime,
        EmptyInput,
        Infeasible,
        InvalidInput,
        Overflow,
        SchemeMismatch,
        SocialmktError,
    )
    from socialmkt.core.money import Currency, Rounding, allocate, allocate_array
    from socialmkt.core.table import Table
else:

    def __getattr__(name: str) -> object:
        """Load an area, or the home of a shared name, when it is first touched."""
        if name in _AREAS | _EXTRAS:
            return import_module(f"{__name__}.{name}")
        if name not in _CORE:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        value = getattr(import_module(f"{__name__}.core.{_CORE[name]}"), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        """List what is there and what can be loaded."""
        return sorted({*globals(), *__all__, *_EXTRAS})
