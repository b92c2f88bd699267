"""Who came: new buyers or returning ones, how far people got, and what each of them cost."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from socialmkt.campaign._checks import Total, as_span, check_confidence, exact_sum, span, whole, window
from socialmkt.campaign._funnel import Funnel, funnel
from socialmkt.campaign._ids import code_together
from socialmkt.core import columns
from socialmkt.core._instants import DAY
from socialmkt.core._whole import is_int
from socialmkt.core.errors import InvalidInput, Verbatim, refuse
from socialmkt.core.factorize import factorize
from socialmkt.core.instants import to_us
from socialmkt.core.model import Count, Duration, Frozen
from socialmkt.core.money import Rounding, read_rounding
from socialmkt.core.stats import wilson

if TYPE_CHECKING:
    from socialmkt.core.columns import Column

__all__ = ["CohortConversion", "Funnel", "MixReport", "cohort_conversion", "cost_per", "funnel", "new_returning"]

Int64 = NDArray[np.int64]
Moment = dt.datetime | np.datetime64


class MixReport(Frozen):
    """The buyers of a period, new and returning.

    Parameters
    ----------
    people, new, returning : int
        Buyers, and how many of them never bought before, or did.
    new_share, low, high : float or None
        New among all, with its interval; None where nobody bought.
    orders, new_orders : int
        Orders of the period, and those of new people.
    amount, new_amount : int or None, minor units
        Their money; None where none is counted.
    new_amount_share : float or None
        None where the amount is 0.
    history : timedelta or None
        How far the log reaches back before the period; None for an empty log.

    Examples
    --------
    >>> when = [dt.datetime(2026, month, 1, tzinfo=dt.UTC) for month in (1, 5, 5)]
    >>> may = {"start": dt.datetime(2026, 5, 1, tzinfo=dt.UTC), "end": dt.datetime(2026, 6, 1, tzinfo=dt.UTC)}
    >>> report = new_returning(["ann", "ann", "bo"], when, **may)
    >>> report.new, report.returning, report.new_share
    (1, 1, 0.5)
    """

    people: Count
    new: Count
    returning: Count
    new_share: float | None
    low: float | None
    high: float | None
    orders: Count
    new_orders: Count
    amount: Total | None
    new_amount: Total | None
    new_amount_share: float | None
    history: Duration | None


def new_returning(
    customer: Column,
    when: Column,
    amount: Column | None = None,
    *,
    start: Moment,
    end: Moment,
    min_history: dt.timedelta = dt.timedelta(days=90),
    history_from: Moment | None = None,
    confidence: float = 0.95,
) -> MixReport:
    """Tell the new buyers of a period from the returning ones.

    Parameters
    ----------
    customer, when : columns of shape (n,) of ids and instants
        All orders, also those before the period; returned and cancelled ones left out.
    amount : column of shape (n,), int minor units, optional
        The money of each order.
    start, end : instants
        The period [start, end).
    min_history : timedelta
        How far the log must reach back before `start`.
    history_from : instant, optional
        Since when the log is complete; its earliest row if left out.
    confidence : float, strictly between 0 and 1
        Of the interval.

    Returns
    -------
    MixReport
        New is who has no order before `start`; all their orders of the period count as new.

    Raises
    ------
    AmbiguousTime
        A naive instant.
    InvalidInput
        The history is shorter than `min_history`: with a short log everybody looks new. Or a column breaks its rule.

    Notes
    -----
    O(n). Sums are exact.

    Examples
    --------
    >>> may = {"start": dt.datetime(2026, 5, 1, tzinfo=dt.UTC), "end": dt.datetime(2026, 6, 1, tzinfo=dt.UTC)}
    >>> new_returning(["ann"], [dt.datetime(2026, 4, 20, tzinfo=dt.UTC)], **may)
    Traceback (most recent call last):
        ...
    socialmkt.core.errors.InvalidInput: campaign.new_returning: history must reach back at least 90 days ...
    """
    func = "campaign.new_returning"
    check_confidence(confidence, func)
    first, last = window(start, end, func)
    who, at, money = _orders(customer, when, amount, func)
    least = span(min_history, func, "min_history", least=0)
    history = _history(at, first, history_from, func)
    if history is not None and history < least:
        must, fix = f"reach back at least {_days(least)} before start", "With a short log everybody looks new."
        raise refuse(InvalidInput, func, "history", must, Verbatim(_days(history)), fix=fix)
    codes, ids = factorize(who)
    before, during = np.zeros(len(ids), bool), np.zeros(len(ids), bool)
    inside = (at >= first) & (at < last)
    before[codes[at < first]] = True
    during[codes[inside]] = True
    new = during & ~before
    new_rows = inside & new[codes]
    people, newcomers = int(during.sum()), int(new.sum())
    low, high = wilson(newcomers, people, confidence=confidence)
    total, new_total = _total(money, inside), _total(money, new_rows)
    return MixReport(
        people=people,
        new=newcomers,
        returning=people - newcomers,
        new_share=newcomers / people if people else None,
        low=low,
        high=high,
        orders=int(inside.sum()),
        new_orders=int(new_rows.sum()),
        amount=total,
        new_amount=new_total,
        new_amount_share=new_total / total if total and new_total is not None else None,
        history=None if history is None else as_span(history),
    )


def _orders(customer: Any, when: Any, amount: Any, func: str) -> tuple[NDArray[Any], Int64, Int64 | None]:
    specs = [columns.spec("customer", customer, "ids"), columns.spec("when", when, "instants")]
    if amount is not None:
        specs.append(columns.spec("amount", amount, "amounts"))
    read = columns.read(func, *specs, offer_drop=False)
    return read["customer"], read["when"].view(np.int64), None if amount is None else read["amount"]


def _history(at: Int64, start: int, history_from: Any, func: str) -> int | None:
    if history_from is None:
        return max(start - int(at.min()), 0) if len(at) else None
    return max(start - to_us(history_from, func=func, name="history_from"), 0)


def _days(us: int) -> str:
    return str(as_span(us)) if us % DAY else f"{us // DAY} days"


def _total(money: Int64 | None, rows: NDArray[np.bool_]) -> int | None:
    return None if money is None else exact_sum(money[rows])


class CohortConversion(Frozen):
    """How many members of a group bought in a period.

    Parameters
    ----------
    members, buyers : int
        People of the group, and those of them who bought.
    rate, low, high : float or None
        Buyers among members, with its interval; None without members.
    orders : int
        Their orders.
    amount : int or None, minor units
        Their money; None where none is counted.
    all_buyers : int
        Everybody who bought in the period.
    share_of_buyers : float or None
        Members among these; None where nobody bought.

    Examples
    --------
    >>> may = {"start": dt.datetime(2026, 5, 1, tzinfo=dt.UTC), "end": dt.datetime(2026, 6, 1, tzinfo=dt.UTC)}
    >>> fans = cohort_conversion(["ann", "bo"], ["bo", "cy"], [dt.datetime(2026, 5, 2, tzinfo=dt.UTC)] * 2, **may)
    >>> fans.rate, fans.share_of_buyers
    (0.5, 0.5)
    """

    members: Count
    buyers: Count
    rate: float | None
    low: float | None
    high: float | None
    orders: Count
    amount: Total | None
    all_buyers: Count
    share_of_buyers: float | None


def cohort_conversion(
    members: Column,
    customer: Column,
    when: Column,
    amount: Column | None = None,
    *,
    start: Moment,
    end: Moment,
    confidence: float = 0.95,
) -> CohortConversion:
    """Count how many members of a group bought in a period.

    Parameters
    ----------
    members : ids
        The group, such as the followers; repeats count once.
    customer, when, amount
        As in `new_returning`: all orders, also those of other people.
    start, end : instants
        The period [start, end).
    confidence : float, strictly between 0 and 1
        Of the interval.

    Returns
    -------
    CohortConversion
        `members buyers rate low high orders amount all_buyers share_of_buyers`.

    Raises
    ------
    AmbiguousTime
        A naive instant.
    InvalidInput
        A column breaks its rule, or members and customers have ids of two kinds.

    Examples
    --------
    >>> day = [dt.datetime(2026, 5, 2, tzinfo=dt.UTC)] * 3
    >>> may = {"start": dt.datetime(2026, 5, 1, tzinfo=dt.UTC), "end": dt.datetime(2026, 6, 1, tzinfo=dt.UTC)}
    >>> cohort_conversion([1, 2, 3, 4], [1, 1, 9], day, [500, 700, 900], **may).amount
    1200
    """
    func = "campaign.cohort_conversion"
    check_confidence(confidence, func)
    first, last = window(start, end, func)
    who, at, money = _orders(customer, when, amount, func)
    group = columns.ids(members, func=func, name="members", offer_drop=False)
    (codes, group_codes), ids = code_together({"customer": who, "members": group}, func)
    is_member, bought = np.zeros(len(ids), bool), np.zeros(len(ids), bool)
    is_member[group_codes] = True
    inside = (at >= first) & (at < last)
    bought[codes[inside]] = True
    theirs = inside & is_member[codes]
    size, buyers, everybody = int(is_member.sum()), int((is_member & bought).sum()), int(bought.sum())
    low, high = wilson(buyers, size, confidence=confidence)
    return CohortConversion(
        members=size,
        buyers=buyers,
        rate=buyers / size if size else None,
        low=low,
        high=high,
        orders=int(theirs.sum()),
        amount=_total(money, theirs),
        all_buyers=everybody,
        share_of_buyers=buyers / everybody if everybody else None,
    )


def cost_per(cost: int, count: int, *, per: int = 1, rounding: Rounding | str = "half_even") -> int | None:
    """Say what one costs: a repost, a new customer, or a thousand of them.

    Parameters
    ----------
    cost : int, minor units
        What all of them cost.
    count : int >= 0
        How many there are.
    per : int >= 1
        For how many the answer is, such as 1,000.
    rounding : Rounding or str
        How the answer is rounded, once.

    Returns
    -------
    int or None
        Minor units; None for none of them.

    Raises
    ------
    InvalidInput
        Money that is no int of minor units, a negative count, or another rounding.

    Examples
    --------
    >>> cost_per(3990, 2050, per=1000)
    1946
    """
    func = "campaign.cost_per"
    if not is_int(cost):
        fix = "Currency(...).minor reads major units."
        raise refuse(InvalidInput, func, "cost", "be an int of minor units", cost, fix=fix)
    number, unit = whole(count, func, "count", low=0), whole(per, func, "per", low=1)
    rule = read_rounding(rounding, func=func)
    return rule.divide(int(cost) * unit, number) if number else None
