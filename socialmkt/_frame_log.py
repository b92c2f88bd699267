"""The purchase log inside an engine: what must be known of it first, and its sums per customer and period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw
import numpy as np

from socialmkt._frame_columns import (
    Asked,
    Frame,
    answers,
    is_missing,
    money,
    named,
    refuse_misfit,
    remainder,
    require_fitting,
    require_microseconds,
    with_microseconds,
)
from socialmkt._frame_periods import with_period
from socialmkt.core import _spans, columns
from socialmkt.core.errors import EmptyInput, InvalidInput, Verbatim, refuse
from socialmkt.core.instants import zone
from socialmkt.rfm._group import Cells, collapse
from socialmkt.rfm._keys import keys_of, narrowed
from socialmkt.rfm._log import Returns, Rules, check_magnitude, counted, needs_occasions, summed_up
from socialmkt.rfm._periods import DAY, last_moment, periods, within_years
from socialmkt.rfm.summary import CustomerSummary, present

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from socialmkt.core.money import Currency

_HALF = 2**32
_FIX_DROP = 'Pass on_null="drop" to leave them out.'
_FIX_NEGATIVE = 'Pass returns="net", "gross" or "match_occasion" where there are refunds.'


class Log(NamedTuple):
    """A log without nulls, in an engine: `when` in microseconds, `amount` in minor units."""

    frame: Frame
    rows: int
    dropped: int
    days: bool
    """Whether `when` holds dates, of which each stands for its first instant in the zone."""


class Seen(NamedTuple):
    """The rows up to a moment."""

    frame: Frame
    rows: int
    first: int
    last: int
    least: int
    greatest: int
    """Of the instants as the engine has them, and of the amounts; 0 where there are none."""


def summarize_in(
    frame: Frame, asked: Asked, rules: Rules, *, as_of: Any, on_null: str, currency: Currency | None
) -> CustomerSummary:
    """Sum up in the engine by customer and period, and the rest in numpy."""
    log = _clean(named(frame, asked), asked, on_null=on_null, currency=currency)
    at = None if as_of is None else last_moment(as_of, rules.tz, func=asked.func, name="as_of")
    seen = _seen(log, at, rules)
    seen_to = _latest(log, seen, rules, asked.func) if at is None else at
    entered = _without_returns(seen, rules, asked)
    _require_magnitude(entered, seen, asked.func)
    cells, ids = _cells(entered, seen, log, rules, asked)
    rolled = summed_up(counted(cells, rules, by_order=False), rules)
    customer = narrowed(ids[rolled.at])
    return present(customer, rolled, rules, as_of=seen_to, dropped=log.dropped, later=log.rows - seen.rows)


# --- what must be known first ---------------------------------------------------------------------------------------


def _clean(frame: Frame, asked: Asked, *, on_null: str, currency: Currency | None) -> Log:
    """Settle nulls and amounts that are no money, and turn what is left into whole numbers."""
    missing = {one: is_missing(one, kind) for one, kind in asked.kinds.items()}
    some = nw.any_horizontal(*missing.values(), ignore_nulls=False)
    flags = {**{f"null_{one}": flag for one, flag in missing.items()}, "null_any": some}
    marked = frame.with_columns(**{name: flag.cast(nw.Int64) for name, flag in flags.items()})
    counts = {one: int(n or 0) for one, n in _sums(marked, ["rows", *flags]).items()}
    if on_null == "raise":
        _refuse_nulls(counts, asked)
    clean = frame.filter(~some) if counts["null_any"] else frame
    if "amount" in asked.kinds:
        given = frame.filter(~missing["amount"]) if counts["null_amount"] else frame
        clean = _with_minors(clean, given, counts["rows"], asked, currency)
    require_microseconds(clean, asked)
    dtype = asked.kinds["when"].dtype
    rows = counts["rows"] - counts["null_any"]
    return Log(with_microseconds(clean, dtype), rows, counts["null_any"], dtype == nw.Date)


def _sums(frame: Frame, names: list[str]) -> dict[str, Any]:
    return answers(frame.select(*(nw.len().alias(one) if one == "rows" else nw.col(one).sum() for one in names)))


def _refuse_nulls(counts: dict[str, int], asked: Asked) -> None:
    for parameter, name in asked.names.items():
        if count := counts[f"null_{parameter}"]:
            got = Verbatim(f"null in column {name!r}")
            total = counts["rows"]
            raise refuse(
                InvalidInput, asked.func, parameter, "not be null", got, count=count, total=total, fix=_FIX_DROP
            )


def _with_minors(clean: Frame, given: Frame, total: int, asked: Asked, currency: Currency | None) -> Frame:
    """Turn amounts into minor units; of all amounts that were given, refuse those that are none."""
    require_fitting(given, asked, currency)
    minors, misfit = money(asked.kinds["amount"], currency)
    if misfit is not None and currency is not None:
        refuse_misfit(given, misfit, total, asked, currency)
    return clean.with_columns(minors.alias("amount"))


def _seen(log: Log, at: int | None, rules: Rules) -> Seen:
    """Keep the rows up to a moment, and measure them."""
    frame = log.frame if at is None else log.frame.filter(nw.col("when") <= _as_stored(log, at, rules))
    bounds = [nw.len().alias("rows"), nw.col("when").min().alias("first"), nw.col("when").max().alias("last")]
    if "amount" in frame.collect_schema().names():
        bounds += [nw.col("amount").min().alias("least"), nw.col("amount").max().alias("greatest")]
    found = answers(frame.select(*bounds))
    rows = int(found.pop("rows"))
    whole = {name: int(value) if rows else 0 for name, value in found.items()}
    return Seen(frame, rows, whole["first"], whole["last"], whole.get("least", 0), whole.get("greatest", 0))


def _as_stored(log: Log, at: int, rules: Rules) -> int:
    """Give the last moment as `when` is stored: of dates, the last that had begun by then."""
    if not log.days or rules.tz is None:
        return at
    near = np.arange(at // DAY - 3, at // DAY + 4)
    begun = near[_spans.day_starts(near, zone(rules.tz)).view(np.int64) <= at]
    return int(begun.max()) * DAY


def _as_instants(us: NDArray[np.int64], log: Log, rules: Rules) -> NDArray[np.int64]:
    """Give instants as they are meant: of dates, when they begin in the zone."""
    if not log.days or rules.tz is None:
        return us
    return _spans.day_starts(us // DAY, zone(rules.tz)).view(np.int64)


def _latest(log: Log, seen: Seen, rules: Rules, func: str) -> int:
    if not seen.rows:
        raise refuse(EmptyInput, func, "as_of", "be given where there are no rows", None)
    us = int(_as_instants(np.array([seen.last]), log, rules)[0])
    return within_years(us, np.datetime64(us, "us"), func=func, name="when")


def _without_returns(seen: Seen, rules: Rules, asked: Asked) -> Frame:
    """Apply `gross` and `reject`."""
    if seen.least >= 0 or rules.returns not in {Returns.gross, Returns.reject}:
        return seen.frame
    if rules.returns is Returns.gross:
        return seen.frame.filter(nw.col("amount") >= 0)
    count = int(answers(seen.frame.filter(nw.col("amount") < 0).select(nw.len().alias("rows")))["rows"])
    total, must = seen.rows, "be at least 0"
    raise refuse(InvalidInput, asked.func, "amount", must, seen.least, count=count, total=total, fix=_FIX_NEGATIVE)


def _require_magnitude(entered: Frame, seen: Seen, func: str) -> None:
    """Refuse sums that int64 might not hold: engines wrap them without a word."""
    if max(-seen.least, seen.greatest) * seen.rows < 2**63:
        return
    low = remainder(entered, nw.col("amount"), _HALF)
    halves = entered.select("amount").with_columns(low=low, high=(nw.col("amount") - low) // _HALF)
    absolute = 0
    for sign, side in ((1, nw.col("amount") >= 0), (-1, nw.col("amount") < 0)):
        found = _sums(halves.filter(side), ["high", "low"])
        absolute += sign * (int(found["high"] or 0) * _HALF + int(found["low"] or 0))
    check_magnitude(absolute, func=func)


# --- sums per customer and period -----------------------------------------------------------------------------------


def _cells(entered: Frame, seen: Seen, log: Log, rules: Rules, asked: Asked) -> tuple[Cells, NDArray[Any]]:
    """Group by customer and period in the engine; give what comes back, and the ids of its customers."""
    by_order, paid = "order" in asked.kinds, "amount" in asked.kinds
    frame = _by_occasion(entered, rules, paid=paid) if by_order else entered
    keyed = with_period(frame, rules, seen.first, seen.last, days=log.days)
    sums = [nw.col("amount").sum().alias("total")] if paid else []
    when = nw.col("when")
    grouped = keyed.group_by("customer", "period").agg(
        nw.len().alias("rows"), when.min().alias("first"), when.max().alias("last"), *sums
    )
    whole = ["rows", "first", "last", *(["total"] if paid else [])]
    table = grouped.select("customer", *(nw.col(name).cast(nw.Int64) for name in whole)).collect()
    ids = columns.ids(table["customer"], func=asked.func, name="customer")
    rows, first, last, *total = (columns.amounts(table[name], func=asked.func, name=name) for name in whole)
    first, last = _as_instants(first, log, rules), _as_instants(last, log, rules)
    key = periods(first, rules.unit, rules.tz)
    cells = Cells(keys_of(ids), key, first, last, total[0] if paid else None, rows, np.arange(len(ids)))
    return (collapse(cells) if needs_occasions(rules, by_order=False) and not by_order else cells), ids


def _by_occasion(entered: Frame, rules: Rules, *, paid: bool) -> Frame:
    """Make one purchase of the rows of a customer's order, at the earliest instant."""
    sums = [nw.col("amount").sum()] if paid else []
    orders = entered.group_by("customer", "order").agg(nw.col("when").min(), *sums)
    if not paid:
        return orders
    whole = orders.with_columns(nw.col("amount").cast(nw.Int64))
    return whole.filter(nw.col("amount") > 0) if rules.returns is Returns.match_occasion else whole
