"""What is settled, and the policies by which: invites, purchases, shares."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import model_validator

from socialmkt.campaign._checks import Id, span
from socialmkt.core._models import read_models
from socialmkt.core.errors import InvalidInput, Verbatim, refuse
from socialmkt.core.model import Amount, Count, Duration, Frozen, FrozenDict, Instant, Name, Zone
from socialmkt.core.money import Currency, Rounding

__all__ = ["Invite", "Purchase", "ReferralPolicy", "Share", "SharePolicy"]


class Invite(Frozen):
    """Somebody brings somebody.

    Parameters
    ----------
    referrer, referred : str or int
        Who brings whom.
    at : instant
        When.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> Invite(referrer="ann", referred="bo", at=datetime(2026, 3, 1, tzinfo=UTC)).referred
    'bo'
    """

    referrer: Id
    referred: Id
    at: Instant


class Purchase(Frozen):
    """An order, and when it came back if it did.

    Parameters
    ----------
    id : str or int
        The order.
    buyer : str or int
        Who bought.
    at : instant
        When.
    amount : int >= 0, minor units
        What was paid.
    returned_at : instant, optional
        When it was returned; not before `at`.

    Raises
    ------
    pydantic.ValidationError
        Money as float, bool or text, a naive instant, or a return before the purchase.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> Purchase(id=1, buyer="bo", at=datetime(2026, 3, 2, tzinfo=UTC), amount=9900).returned_at is None
    True
    """

    id: Id
    buyer: Id
    at: Instant
    amount: Amount
    returned_at: Instant | None = None

    @model_validator(mode="after")
    def _returned_after(self) -> Self:
        if self.returned_at is not None and self.returned_at < self.at:
            raise refuse(InvalidInput, "", "returned_at", f"not be before at, {self.at}", self.returned_at)
        return self


class ReferralPolicy(Frozen):
    """How invites are rewarded.

    Parameters
    ----------
    currency : Currency
        Of all amounts.
    levels : tuple of one or two ints
        The reward of the referrer, and of the referrer's referrer: minor units, or basis points of the purchase.
    basis : {"flat", "bp"}
        Which of the two `levels` are.
    rounding : Rounding
        How a part of a purchase is rounded.
    welcome : int, minor units
        What the new person gets.
    minimum : int, minor units
        The least purchase that counts.
    within : timedelta, optional
        How long after the invite a purchase counts, the end excluded.
    return_days : int or None
        For how many local days after that of the purchase a return undoes it; a reward is payable at the beginning of
        the next day. None: payable at once, and returns do not matter.
    per_person, per_month : int, optional
        Most referral rewards of one person in all, and in a local month of payment.
    budget : int, optional, minor units
        Most that is paid in all.
    tz : str
        The zone of the local days and months.

    Raises
    ------
    pydantic.ValidationError
        More than two levels, basis points above 10,000, a span that is not positive, money that is no int.

    Examples
    --------
    >>> ReferralPolicy(currency="CNY", levels=(1000, 200), tz="Asia/Shanghai").return_days
    15
    """

    currency: Currency
    levels: tuple[Amount, ...]
    basis: Literal["flat", "bp"] = "flat"
    rounding: Rounding = Rounding.down
    welcome: Amount = 0
    minimum: Amount = 0
    within: Duration | None = None
    return_days: Count | None = 15
    per_person: Count | None = None
    per_month: Count | None = None
    budget: Amount | None = None
    tz: Zone

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if not 1 <= len(self.levels) <= 2:
            raise refuse(InvalidInput, "", "levels", "be one or two", Verbatim(len(self.levels)))
        if self.basis == "bp" and max(self.levels) > 10_000:
            raise refuse(InvalidInput, "", "levels", "be at most 10,000 basis points", max(self.levels))
        if self.return_days is not None and self.return_days > 3_650:
            raise refuse(InvalidInput, "", "return_days", "be at most 3,650", self.return_days)
        if self.within is not None:
            span(self.within, "", "within")
        return self


class Share(Frozen):
    """Somebody shares something.

    Parameters
    ----------
    id : str or int
        The share.
    person : str or int
        Who shared.
    at : instant
        When.
    kind : str
        What sort of share, such as `"post"` or `"repost"`.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> Share(id=1, person="ann", at=datetime(2026, 3, 1, tzinfo=UTC)).kind
    'share'
    """

    id: Id
    person: Id
    at: Instant
    kind: Name = "share"


class SharePolicy(Frozen):
    """How shares are rewarded.

    Parameters
    ----------
    currency : Currency
        Of all amounts.
    amounts : mapping of kind to int, minor units
        What each kind of share earns; other kinds earn nothing.
    per_person, per_day : int, optional
        Most rewards of one person in all, and on a local day.
    budget : int, optional, minor units
        Most that is paid in all.
    tz : str
        The zone of the local days.

    Raises
    ------
    pydantic.ValidationError
        Money as float, bool or text, or an unknown zone.

    Examples
    --------
    >>> SharePolicy(currency="CNY", amounts={"post": 100}, per_day=3, tz="Asia/Shanghai").amounts["post"]
    100
    """

    currency: Currency
    amounts: FrozenDict[Name, Amount]
    per_person: Count | None = None
    per_day: Count | None = None
    budget: Amount | None = None
    tz: Zone


def settle_once(records: Any, kind: type[Any], func: str, name: str) -> list[Any]:
    """Read a list of models, each counted once; the people in them have ids of one kind."""
    return list(dict.fromkeys(read_models(records, kind, func=func, name=name)))


def check_ids(records: list[Any], func: str, name: str) -> None:
    """Refuse an id that stands for two different records."""
    seen: set[Any] = set()
    for record in records:
        if record.id in seen:
            must = "have one content per id"
            raise refuse(InvalidInput, func, name, must, Verbatim(f"{record.id!r} with two"))
        seen.add(record.id)


def check_kinds(ids: list[Any], func: str, name: str) -> None:
    """Refuse text beside whole numbers."""
    kinds = {type(one) for one in ids}
    if len(kinds) > 1:
        raise refuse(InvalidInput, func, name, "hold ids of one kind", Verbatim("text and whole numbers"))
