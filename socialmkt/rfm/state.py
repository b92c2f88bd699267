"""The purchase log in a form that can be merged.

One state per day, per shop or per worker; merged in any order and by any tree they give, to the bit, the summary of
all rows together.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, final

import numpy as np

from socialmkt.core.errors import EmptyInput, Infeasible, InvalidInput, SchemeMismatch, Verbatim, refuse
from socialmkt.core.instants import from_us
from socialmkt.core.table import Table
from socialmkt.rfm._group import Cells, collapse, row_count, take
from socialmkt.rfm._keys import keys_of, narrowed
from socialmkt.rfm._log import (
    Log,
    Returns,
    Rules,
    check_amounts_given,
    check_magnitude,
    check_rules,
    counted,
    look_up,
    magnitude,
    needs_occasions,
    read_log,
    summed_up,
    without_returns,
)
from socialmkt.rfm._parts import Ids, fit_together, group, id_kind, join, without_blanks
from socialmkt.rfm._periods import Unit, last_moment, periods, within_years
from socialmkt.rfm.summary import CustomerSummary, present

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from socialmkt.core.columns import Column
    from socialmkt.core.money import Currency

__all__ = ["PurchaseState"]

_SCHEME = 1
_MOST_PARTS = 32
"""Beyond this many, parts are grouped at once, so that a long chain of merges does not keep every row."""

_MERGE = "PurchaseState.merge"
_NONE = np.empty(0, np.int64)


@final
@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class PurchaseState:
    """Purchases summed up per customer and period, or per customer and order, ready to merge.

    Made by `from_columns`, or by `empty` for no purchases at all; it never changes.

    Parameters
    ----------
    unit : {"h", "D", "W", "M", "Q"}
        What a period is.
    returns : {"net", "gross", "match_occasion", "reject"}
        What becomes of negative amounts.
    tz : str or None
        The zone whose calendar days are counted; None is UTC.
    dropped : int
        Rows left out because of a null.
    latest : int or None, microseconds since 1970 UTC
        The latest instant of all rows, which is the default `as_of`.
    scheme : int
        Version of the form in which purchases are kept.

    Notes
    -----
    Merging puts parts side by side; they are grouped once, when they are read. A pickle holds one cell per customer
    and period (or order): about 48 bytes each, and the ids.

    Examples
    --------
    >>> when = np.array(["2026-03-01", "2026-03-15"], dtype="datetime64[D]")
    >>> monday = PurchaseState.from_columns(["ann", "bo"], when, [1200, 500])
    >>> tuesday = PurchaseState.from_columns(["ann"], when[1:], [3000])
    >>> monday.merge(tuesday).summarize()["total"]
    array([4200,  500])
    >>> monday.merge(tuesday) == tuesday.merge(monday)
    True
    """

    unit: Unit
    returns: Returns
    tz: str | None
    dropped: int = 0
    latest: int | None = None
    scheme: int = _SCHEME
    _by_order: bool = False
    _magnitude: int = 0
    _returned: NDArray[np.int64] = field(default_factory=lambda: _NONE)
    """Instants of the rows that `gross` left out, ascending: they count as rows after an `as_of`."""
    _parts: tuple[Cells, ...] = ()

    @classmethod
    def empty(
        cls,
        *,
        unit: Unit = "D",
        returns: Returns | Literal["net", "gross", "match_occasion", "reject"] = "net",
        tz: str | None = None,
    ) -> PurchaseState:
        """Make the state of no purchases, the identity of `merge`.

        Parameters
        ----------
        unit, returns, tz
            As in `summarize`.

        Returns
        -------
        PurchaseState
            It merges with states with and without amounts and orders.

        Raises
        ------
        InvalidInput
            A word is unknown.

        Examples
        --------
        >>> state = PurchaseState.from_columns([7], np.array(["2026-03-01"], dtype="datetime64[D]"))
        >>> PurchaseState.empty().merge(state) == state
        True
        """
        return cls(**check_rules(unit, returns, tz, func="PurchaseState.empty")._asdict())

    @classmethod
    def from_columns(
        cls,
        customer: Column,
        when: Column,
        amount: Column | None = None,
        *,
        unit: Unit = "D",
        order: Column | None = None,
        returns: Returns | Literal["net", "gross", "match_occasion", "reject"] = "net",
        on_null: Literal["raise", "drop"] = "raise",
        tz: str | None = None,
        currency: Currency | str | None = None,
    ) -> PurchaseState:
        """Sum up a part of a purchase log.

        Parameters
        ----------
        customer, when, amount, unit, order, returns, on_null, tz, currency
            As in `summarize`. `gross` and `reject` look at each row now, `match_occasion` at all rows in the end.

        Returns
        -------
        PurchaseState
            The state of these rows.

        Raises
        ------
        InvalidInput, AmbiguousTime, Overflow
            As in `summarize`.

        Examples
        --------
        >>> when = np.array(["2026-03-01", "2026-03-01"], dtype="datetime64[D]")
        >>> PurchaseState.from_columns(["ann", "ann"], when, [1200, 800]).to_table().to_dict()["total"]
        array([2000])
        """
        func = "PurchaseState.from_columns"
        rules = check_rules(unit, returns, tz, func=func)
        check_amounts_given(rules, amount, func=func)
        log = read_log(customer, when, amount, order, on_null=on_null, tz=tz, currency=currency, func=func)
        entered, returned = without_returns(log, rules, func=func)
        absolute = magnitude(entered.amount)
        check_magnitude(absolute, func=func)
        return cls(
            **rules._asdict(),
            dropped=log.dropped,
            latest=int(log.us.max()) if len(log.us) else None,
            _by_order=order is not None,
            _magnitude=absolute,
            _returned=returned,
            _parts=(_part(entered, rules),),
        )

    def merge(self, other: PurchaseState) -> PurchaseState:
        """Give the state of all rows of both sides.

        Parameters
        ----------
        other : PurchaseState
            Made under the same rules, on the same kind of ids, and with or without amounts and orders like this one;
            a state without purchases fits all.

        Returns
        -------
        PurchaseState
            A new state; neither side changes.

        Raises
        ------
        SchemeMismatch
            Unit, returns, tz, kind of ids, or having amounts or orders, differ.
        Overflow
            The absolute amounts add up to 2**63 or more.

        Notes
        -----
        Associative and commutative to the bit. O(1) until the parts are many.

        Examples
        --------
        >>> PurchaseState.empty().merge(PurchaseState.empty(unit="W"))
        Traceback (most recent call last):
            ...
        socialmkt.core.errors.SchemeMismatch: PurchaseState.merge: unit must be 'D' on both sides, got 'W'.
        """
        if not isinstance(other, PurchaseState):
            raise refuse(InvalidInput, _MERGE, "other", "be a PurchaseState", type(other))
        _match("scheme", self.scheme, other.scheme)
        _match("unit", self.unit, other.unit)
        _match("returns", str(self.returns), str(other.returns))
        _match("tz", self.tz, other.tz)
        if self._is_full and other._is_full:
            self._match_columns(other)
        absolute = self._magnitude + other._magnitude
        check_magnitude(absolute, func=_MERGE)
        parts = without_blanks(self._parts + other._parts)
        return replace(
            self,
            dropped=self.dropped + other.dropped,
            latest=max((us for us in (self.latest, other.latest) if us is not None), default=None),
            _by_order=self._merged_order(other),
            _magnitude=absolute,
            _returned=np.sort(np.concatenate([self._returned, other._returned])),
            _parts=parts if len(parts) <= _MOST_PARTS else (group(join(parts)),),
        )

    def summarize(self, *, as_of: Any = None) -> CustomerSummary:
        """Give one row per customer, the very table that `rfm.summarize` makes of all rows.

        Parameters
        ----------
        as_of : aware datetime, datetime64 or date, optional
            The last moment that is seen; a day means all of it. Left out: the latest instant of all rows.

        Returns
        -------
        CustomerSummary
            Customers ascending.

        Raises
        ------
        EmptyInput
            There are no rows, and no `as_of`.
        Infeasible
            `as_of` lies between the first and the last purchase of a cell, which cannot be told apart any more.
        Overflow
            `as_of` lies outside the years 1 to 9999.

        Examples
        --------
        >>> from datetime import date
        >>> when = np.array(["2026-03-01", "2026-03-15"], dtype="datetime64[D]")
        >>> state = PurchaseState.from_columns(["ann", "ann"], when, [1200, 3000])
        >>> state.summarize(as_of=date(2026, 3, 31))["since_last"]
        array([16])
        """
        func = "PurchaseState.summarize"
        us = self._latest(func) if as_of is None else last_moment(as_of, self.tz, func=func, name="as_of")
        cells, later = self._seen(us)
        keyed = cells._replace(customer=keys_of(cells.customer), at=None)
        rolled = summed_up(counted(keyed, self._rules, by_order=self._by_order), self._rules)
        customer = narrowed(cells.customer[rolled.at])
        return present(customer, rolled, self._rules, as_of=us, dropped=self.dropped, later=later)

    def to_table(self) -> Table:
        """Give the cells: one row per customer and period, or per customer and order.

        Returns
        -------
        Table
            `customer period row_count first last total`, with `order` in place of `period` where orders were given
            and no `total` where amounts were not; by customer, then period (its number, from 1970 on) or order.

        Examples
        --------
        >>> when = np.array(["1970-01-03", "1970-01-03"], dtype="datetime64[D]")
        >>> PurchaseState.from_columns([7, 7], when).to_table().columns
        ('customer', 'period', 'row_count', 'first', 'last')
        """
        cells = self._cells
        columns: dict[str, Any] = {
            "customer": cells.customer,
            "order" if self._by_order else "period": cells.key,
            "row_count": cells.rows,
            "first": cells.first.view("datetime64[us]"),
            "last": cells.last.view("datetime64[us]"),
        }
        if cells.total is not None:
            columns["total"] = cells.total
        return Table.of(columns, name="Purchases")

    @functools.cached_property
    def _cells(self) -> Cells:
        """All parts grouped, once."""
        if not self._parts:
            return Cells(_NONE, _NONE, _NONE, _NONE, None, _NONE)
        return self._parts[0] if len(self._parts) == 1 else group(join(self._parts))

    @property
    def _rules(self) -> Rules:
        return Rules(self.unit, self.returns, self.tz)

    @property
    def _is_full(self) -> bool:
        return any(len(part.customer) for part in self._parts)

    def _merged_order(self, other: PurchaseState) -> bool:
        """Tell whether orders are kept: as a side with purchases has it."""
        if self._is_full or other._is_full:
            return self._by_order if self._is_full else other._by_order
        return self._by_order or other._by_order

    def _latest(self, func: str) -> int:
        """Give the default `as_of`."""
        if self.latest is None:
            raise refuse(EmptyInput, func, "as_of", "be given where there are no rows", None)
        fix = "Left out, it is the latest instant of all rows."
        return within_years(self.latest, np.datetime64(self.latest, "us"), func=func, name="as_of", fix=fix)

    def _seen(self, us: int) -> tuple[Cells, int]:
        """Give what lies up to an instant, and the number of rows after it."""
        if self.latest is None or us >= self.latest:
            grouped = needs_occasions(self._rules, by_order=self._by_order) or not self._parts
            return self._cells if grouped else join(self._parts), 0
        cells = self._cells
        torn = (cells.first <= us) & (us < cells.last)
        if torn.any():
            raise _torn(cells, torn, us)
        seen = cells.last <= us
        returned = len(self._returned) - int(np.searchsorted(self._returned, us, side="right"))
        return take(cells, seen), row_count(take(cells, ~seen)) + returned

    def _match_columns(self, other: PurchaseState) -> None:
        """Refuse to merge columns that cannot stand in one."""
        mine, theirs = self._parts[0], other._parts[0]
        _match("amount", _given(mine.total), _given(theirs.total))
        _match("order", _given(self._by_order or None), _given(other._by_order or None))
        _match_ids("customer", [part.customer for part in self._parts], [part.customer for part in other._parts])
        if self._by_order:
            _match_ids("order", [part.key for part in self._parts], [part.key for part in other._parts])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PurchaseState):
            return NotImplemented
        return (
            all(getattr(self, name) == getattr(other, name) for name in _PLAIN)
            and np.array_equal(self._returned, other._returned)
            and self.to_table() == other.to_table()
        )

    __hash__ = None  # type: ignore[assignment]  # equal by columns, as a Table is

    def __repr__(self) -> str:
        rules = f"unit={self.unit!r}, returns={str(self.returns)!r}, tz={self.tz!r}"
        return f"PurchaseState({rules}, cells={len(self._cells.customer)}, dropped={self.dropped})"

    def __getstate__(self) -> dict[str, Any]:
        """Keep the cells, grouped, and no cache."""
        state = {name: value for name, value in vars(self).items() if name != "_cells"}
        return {**state, "_parts": (self._cells,) if self._parts else ()}


_PLAIN = ("scheme", "unit", "returns", "tz", "dropped", "latest", "_by_order", "_magnitude")


def _part(log: Log, rules: Rules) -> Cells:
    """Sum up the rows of one customer and period, or order; with the ids themselves."""
    key = periods(log.us, rules.unit, rules.tz) if log.order is None else log.order
    cells = collapse(Cells(log.customer, key, log.us, log.us, log.amount))
    rows = np.arange(0) if cells.at is None else cells.at
    key = cells.key if log.orders is None else look_up(log.orders, log, rows)
    return cells._replace(customer=look_up(log.customers, log, rows), key=key, at=None)


def _match(name: str, mine: object, theirs: object) -> None:
    if mine != theirs:
        raise refuse(SchemeMismatch, _MERGE, name, f"be {mine!r} on both sides", theirs)


def _given(column: object) -> Verbatim:
    return Verbatim("left out" if column is None else "given")


def _match_ids(name: str, mine: Sequence[Ids], theirs: Sequence[Ids]) -> None:
    _match(name, Verbatim(id_kind(mine[0])), Verbatim(id_kind(theirs[0])))
    if not fit_together([*mine, *theirs]):
        raise refuse(SchemeMismatch, _MERGE, name, "fit one type of 64 bits on both sides", Verbatim("both kinds"))


def _torn(cells: Cells, torn: NDArray[np.bool_], us: int) -> Infeasible:
    at, count = int(torn.argmax()), int(torn.sum())
    first, last = (side[at].view("M8[us]") for side in (cells.first, cells.last))
    must = f"not part purchases that were summed up, from {first} to {last}"
    fix = "Pass the end of a period, or call rfm.summarize with the rows."
    return refuse(
        Infeasible, "PurchaseState.summarize", "as_of", must, from_us(us), count=count, total=len(torn), fix=fix
    )
