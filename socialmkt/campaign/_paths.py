"""Journeys of touches, and which of them ended in an order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, final

import numpy as np

from socialmkt.campaign._checks import span
from socialmkt.campaign._journeys import Journeys, Sales, Touches, match
from socialmkt.core import columns
from socialmkt.core.errors import InvalidInput, refuse
from socialmkt.core.instants import to_us
from socialmkt.core.table import freeze

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    from socialmkt.core.columns import Column

__all__ = ["Paths"]


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class Paths:
    """The touches of all journeys, in order, and which journeys ended in an order.

    Made by `from_columns`; it never changes.

    Parameters
    ----------
    channels : array of ids
        All channels of the input, ascending, also those without any touch that counts.
    journeys : int
        Journeys seen, those without a touch included.
    won, untouched : int
        Journeys that converted, and those of them without any touch that counts.
    touches, ignored : int
        Touches that count, and those that do not; together all rows.
    value, untouched_value : int or None, minor units
        Money of all conversions and of the untouched ones; None where none is counted.

    Examples
    --------
    >>> at = np.array(["2026-03-01", "2026-03-02"], dtype="datetime64[us]")
    >>> paths = Paths.from_columns([1, 1], ["weibo", "wechat"], at, won=[1], won_at=at[1:], value=[9900])
    >>> paths.touches, paths.won, paths.value
    (2, 1, 9900)
    """

    channels: NDArray[Any]
    journeys: int
    won: int
    untouched: int
    touches: int
    ignored: int
    value: int | None
    untouched_value: int | None
    _touches: Touches = field(repr=False)

    @classmethod
    def from_columns(
        cls,
        journey: Column,
        channel: Column,
        at: Column,
        *,
        won: Column,
        won_at: Column,
        value: Column | None = None,
        lookback: dt.timedelta | None = None,
        as_of: dt.datetime | np.datetime64 | None = None,
    ) -> Paths:
        """Put touches in order and match them with conversions.

        Parameters
        ----------
        journey, channel, at : columns of shape (n,) of ids, ids and instants
            The touches. A journey has at most one conversion; somebody who orders twice has two journeys.
        won, won_at : columns of shape (m,) of ids and instants
            The journeys that converted, each once, and when.
        value : column of shape (m,), int minor units >= 0, optional
            The money of each conversion.
        lookback : timedelta, optional
            How long before the conversion a touch still counts, both ends included.
        as_of : instant, optional
            From when the journeys are seen: nothing later counts, and a later conversion is none.

        Returns
        -------
        Paths
            The touches that count.

        Raises
        ------
        AmbiguousTime
            A naive instant.
        InvalidInput
            A column breaks its rule, lengths differ, a journey converts twice, `won` and `journey` hold ids of two
            kinds, a value is negative, or the look-back is not positive.

        Notes
        -----
        A touch counts if it lies between the conversion minus `lookback` and the conversion; in a journey without
        one, if it lies between `as_of` minus `lookback` and `as_of`, and always without `as_of`. Touches of one instant
        are ordered by channel, so that the order of rows never matters. O(n log n).

        Examples
        --------
        >>> from datetime import timedelta
        >>> at = np.array(["2026-03-01", "2026-03-09"], dtype="datetime64[us]")
        >>> week = timedelta(days=7)
        >>> Paths.from_columns([1, 1], ["weibo", "wechat"], at, won=[1], won_at=at[1:], lookback=week).ignored
        1
        """
        func = "Paths.from_columns"
        touches = columns.read(
            func,
            columns.spec("journey", journey, "ids"),
            columns.spec("channel", channel, "ids"),
            columns.spec("at", at, "instants"),
            offer_drop=False,
        )
        specs = [columns.spec("won", won, "ids"), columns.spec("won_at", won_at, "instants")]
        if value is not None:
            specs.append(columns.spec("value", value, "amounts"))
        read = columns.read(func, *specs, offer_drop=False)
        money = np.zeros(read.n, np.int64) if value is None else _not_negative(read["value"], func)
        found = match(
            touches["journey"],
            touches["channel"],
            touches["at"].view(np.int64),
            Sales(read["won"], read["won_at"].view(np.int64), money),
            lookback=None if lookback is None else span(lookback, func, "lookback"),
            as_of=None if as_of is None else to_us(as_of, func=func, name="as_of"),
            func=func,
        )
        return cls._of(found, with_value=value is not None)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Paths):
            return NotImplemented
        return (
            all(getattr(self, name) == getattr(other, name) for name in _PLAIN)
            and self.channels.tolist() == other.channels.tolist()
            and all(map(np.array_equal, self._touches, other._touches))
        )

    __hash__ = None  # type: ignore[assignment]  # equal by columns, as a Table is

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Keep the columns read-only in pickles and copies."""
        columns_ = {"channels": freeze(state["channels"]), "_touches": Touches(*map(freeze, state["_touches"]))}
        vars(self).update(state | columns_)

    @classmethod
    def _of(cls, found: Journeys, *, with_value: bool) -> Paths:
        return cls(
            channels=freeze(found.channels),
            journeys=found.journeys,
            won=found.won,
            untouched=found.untouched,
            touches=len(found.touches.at),
            ignored=found.ignored,
            value=found.value if with_value else None,
            untouched_value=found.untouched_value if with_value else None,
            _touches=Touches(*map(freeze, found.touches)),
        )


_PLAIN = ("journeys", "won", "untouched", "touches", "ignored", "value", "untouched_value")


def _not_negative(value: NDArray[np.int64], func: str) -> NDArray[np.int64]:
    negative = value < 0
    if negative.any():
        row = int(negative.argmax())
        where: dict[str, Any] = {"row": row, "count": int(negative.sum()), "total": len(value)}
        raise refuse(InvalidInput, func, "value", "be at least 0", int(value[row]), **where)
    return value


def touches_of(paths: Paths) -> Touches:
    """Give the touches that count, in order."""
    return paths._touches  # noqa: SLF001  # the class is of this file
