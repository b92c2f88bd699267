"""A campaign: what is issued, to whom, how often, for how much; and a coupon of it in somebody's hand."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, model_validator

from socialmkt.core.eligibility import Rule
from socialmkt.core.errors import InvalidInput, Verbatim, refuse
from socialmkt.core.instants import Window, to_us
from socialmkt.core.model import Amount, Frozen, Instant, Minor, Name, Positive
from socialmkt.core.money import Currency
from socialmkt.coupons._fields import PositiveAmount
from socialmkt.coupons._windows import Spans, claim_spans, read_windows
from socialmkt.coupons.terms import (
    AmountOff,
    AmountOffEvery,
    BuyGet,
    Exchange,
    FixedPrice,
    FreeShipping,
    Gift,
    PercentOff,
    Stage,
    Terms,
)
from socialmkt.coupons.validity import Validity, rules_of

_DEFAULT_STAGE = {
    AmountOff: Stage.shop,
    PercentOff: Stage.shop,
    AmountOffEvery: Stage.shop,
    FixedPrice: Stage.item,
    BuyGet: Stage.item,
    FreeShipping: Stage.shipping,
    Exchange: Stage.item,
    Gift: Stage.item,
}


def _without_hash(value: str) -> str:
    if "#" in value:
        raise refuse(InvalidInput, "", "id", "hold no '#'", value)
    return value


class Status(StrEnum):
    """Whether a campaign issues coupons.

    Examples
    --------
    >>> Status("paused") == "paused"
    True
    """

    active = "active"
    paused = "paused"
    ended = "ended"


class Campaign(Frozen):
    """What is issued, to whom and how often, what it may cost, and how it combines with others.

    Parameters
    ----------
    id : str
        Its name in the ids of its coupons; without `#`.
    currency : Currency or str
        The currency of its amounts.
    terms : one of the eight kinds of terms
        What a coupon gives.
    validity : Validity
        When a coupon may be used.
    status : {"active", "paused", "ended"}
        Whether coupons are issued.
    issue_from, issue_until : aware datetime, optional
        When coupons are issued: from the one on, before the other.
    total, per_user, per_person, per_day : int >= 1, optional
        How many coupons: in all (void ones free their place), per user, per person, per local day of `validity.tz`.
    budget : int >= 0, minor units, optional
        What all coupons together may cost at worst.
    max_value : int >= 1, minor units, optional
        The most that one coupon can take.
    rule : Rule, optional
        Who is eligible.
    once_per_source : {"user", "person"}, optional
        One coupon per user (or person), source and reference.
    stage : Stage, optional
        When it is applied in a cart; the default of its terms if left out.
    priority : int
        Lower ones are applied first within a stage.
    group : str, optional
        Coupons of one group exclude each other, up to the limit of a `StackPolicy`.
    exclusive : bool
        Whether it stands alone.
    combines : tuple of Stage, optional
        The stages it combines with; all if left out.

    Raises
    ------
    pydantic.ValidationError
        A field breaks its rule; a budget without a known worst case, or below it; `per_day` without a zone; the stage
        `shipping` for anything but `FreeShipping`, or another for it.

    Examples
    --------
    >>> follow = Campaign(id="follow-5yuan", currency="CNY", terms=AmountOff(value=500), per_user=1, budget=100_000)
    >>> follow.worst_case()
    500
    """

    id: Annotated[Name, AfterValidator(_without_hash)]
    currency: Currency
    terms: Terms
    validity: Validity = Validity()
    status: Status = Status.active
    issue_from: Instant | None = None
    issue_until: Instant | None = None
    total: Positive | None = None
    per_user: Positive | None = None
    per_person: Positive | None = None
    per_day: Positive | None = None
    budget: Amount | None = None
    max_value: PositiveAmount | None = None
    rule: Rule | None = None
    once_per_source: Literal["user", "person"] | None = None
    stage: Stage | None = None
    priority: Minor = 0
    group: Name | None = None
    exclusive: bool = False
    combines: tuple[Stage, ...] | None = None

    @model_validator(mode="after")
    def _issues_within_its_means(self) -> Self:
        if self.issue_from and self.issue_until and self.issue_until <= self.issue_from:
            raise refuse(InvalidInput, "", "issue_until", f"be after issue_from, {self.issue_from}", self.issue_until)
        if self.per_day is not None and self.validity.tz is None:
            raise refuse(InvalidInput, "", "per_day", "come with validity.tz, the zone of its days", self.per_day)
        if self.budget is not None:
            self._check_budget(self.budget)
        return self

    def _check_budget(self, budget: int) -> None:
        worst = self.worst_case()
        if worst is None:
            fix = "Give max_value, or a cap or times to the terms."
            got = Verbatim("no worst case")
            raise refuse(InvalidInput, "", "budget", "come with a known worst case of a coupon", got, fix=fix)
        if worst > budget:
            raise refuse(InvalidInput, "", "budget", f"hold the worst case of a coupon, {worst:,}", budget)

    @model_validator(mode="after")
    def _ships_at_the_shipping_stage(self) -> Self:
        ships = isinstance(self.terms, FreeShipping)
        if self.stage is not None and ships != (self.stage is Stage.shipping):
            must = "be shipping for free shipping, and for nothing else"
            raise refuse(InvalidInput, "", "stage", must, self.stage.value)
        return self

    def worst_case(self) -> int | None:
        """Say the most that one coupon can cost.

        Returns
        -------
        int or None
            Minor units: the value, the cap, value x times or `max_value`, whichever is least; None where none of
            them is known.

        Examples
        --------
        >>> Campaign(id="c", currency="CNY", terms=PercentOff(off_bp=1200), max_value=3000).worst_case()
        3000
        >>> Campaign(id="c", currency="CNY", terms=PercentOff(off_bp=1200)).worst_case() is None
        True
        """
        known = (self.max_value, _most(self.terms))
        return min((amount for amount in known if amount is not None), default=None)


def applied_at(campaign: Campaign) -> Stage:
    """Say at which stage the coupons of a campaign are applied."""
    return campaign.stage or _DEFAULT_STAGE[type(campaign.terms)]


def _most(terms: Terms) -> int | None:
    """Say what the terms alone let a coupon take at most."""
    if isinstance(terms, AmountOff):
        return terms.value
    if isinstance(terms, AmountOffEvery):
        return None if terms.times is None else terms.value * terms.times
    return terms.cap if isinstance(terms, PercentOff | FreeShipping) else None


class Held(Frozen):
    """A coupon in somebody's hand.

    Parameters
    ----------
    id : str
        The coupon.
    campaign : Campaign
        What it gives.
    claimed_at : aware datetime
        When it was claimed.
    windows : tuple of Window, optional
        When it may be used; left out, what the validity of the campaign says.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> follow = Campaign(id="follow-5yuan", currency="CNY", terms=AmountOff(value=500))
    >>> Held(id="follow-5yuan#0", campaign=follow, claimed_at=datetime(2026, 3, 1, tzinfo=UTC)).windows is None
    True
    """

    id: Name
    campaign: Campaign
    claimed_at: Instant
    windows: tuple[Window, ...] | None = None


def spans_of(held: Held) -> Spans:
    """List when a coupon in hand may be used."""
    if held.windows is None:
        return claim_spans(rules_of(held.campaign.validity), [to_us(held.claimed_at)])[0]
    return read_windows(held.windows)
