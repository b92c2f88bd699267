"""Judge invites, find the purchases that earn, and apply the limits: one thing after the other."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from socialmkt.campaign._referral_codes import InviteReason, RewardOutcome, RewardReason
from socialmkt.core._instants import MICROSECOND
from socialmkt.core.instants import day_bounds, local_days, to_us

if TYPE_CHECKING:
    from socialmkt.campaign._referral_models import Invite, Purchase, ReferralPolicy, Share, SharePolicy

Settled = tuple[RewardOutcome, RewardReason | None]


class Line(NamedTuple):
    """A reward before it is settled, in the order of settling."""

    payable_us: int
    order: Any
    level: int
    person: Any
    referred: Any
    amount: int


class Order(NamedTuple):
    """A purchase with the local days that its return window needs."""

    purchase: Purchase
    at_us: int
    day: int
    returned_day: int | None
    payable_us: int


def as_seen(purchase: Purchase, now: int) -> Purchase:
    """Forget a return that has not happened yet."""
    if purchase.returned_at is None or to_us(purchase.returned_at) <= now:
        return purchase
    return purchase.model_copy(update={"returned_at": None})


def orders_by_buyer(purchases: list[Purchase], policy: ReferralPolicy) -> dict[Any, list[Order]]:
    """Sort the purchases of each buyer, with their local days and the moments they become payable."""
    purchases = sorted(purchases, key=lambda one: (one.at, one.id))
    at = np.array([to_us(one.at) for one in purchases], np.int64)
    returned = [None if one.returned_at is None else to_us(one.returned_at) for one in purchases]
    days = local_days(at, policy.tz)
    returned_days = local_days(np.array([us or 0 for us in returned], np.int64), policy.tz).astype(np.int64).tolist()
    numbers, payable = days.astype(np.int64), at
    if policy.return_days is not None:
        payable, _ = day_bounds(days + np.timedelta64(policy.return_days + 1, "D"), policy.tz)
    orders: dict[Any, list[Order]] = {}
    for row, one in enumerate(purchases):
        returned_day = None if returned[row] is None else returned_days[row]
        found = Order(one, int(at[row]), int(numbers[row]), returned_day, int(payable[row]))
        orders.setdefault(one.buyer, []).append(found)
    return orders


def judge(invites: list[Invite], orders: dict[Any, list[Order]]) -> tuple[list[InviteReason | None], dict[Any, Any]]:
    """Accept or refuse each invite in turn; give the accepted invite of each referred person too."""
    accepted: dict[Any, Invite] = {}
    inviting: set[Any] = set()
    reasons: list[InviteReason | None] = []
    for invite in invites:
        before = orders.get(invite.referred, [])
        reason: InviteReason | None = None
        if invite.referrer == invite.referred:
            reason = InviteReason.self_referral
        elif before and before[0].purchase.at < invite.at:
            reason = InviteReason.already_customer
        elif invite.referred in accepted:
            reason = InviteReason.already_referred
        elif invite.referred in inviting and _is_ancestor(invite.referred, invite.referrer, accepted):
            reason = InviteReason.cycle
        else:
            accepted[invite.referred] = invite
            inviting.add(invite.referrer)
        reasons.append(reason)
    return reasons, accepted


def _is_ancestor(person: Any, of: Any, accepted: dict[Any, Invite]) -> bool:
    while of in accepted:
        of = accepted[of].referrer
        if of == person:
            return True
    return False


def first_order(
    invite: Invite, orders: list[Order], policy: ReferralPolicy, now: int
) -> tuple[Order | None, InviteReason | None]:
    """Find the first purchase that qualifies and is not undone, or say why there is none."""
    start = to_us(invite.at)
    end = None if policy.within is None else start + policy.within // MICROSECOND
    qualified = [
        order
        for order in orders
        if order.at_us >= start and (end is None or order.at_us < end) and order.purchase.amount >= policy.minimum
    ]
    for order in qualified:
        if not _is_undone(order, policy.return_days):
            return order, None
    if qualified:
        return None, InviteReason.returned
    return None, InviteReason.expired if end is not None and end <= now else InviteReason.no_purchase


def _is_undone(order: Order, return_days: int | None) -> bool:
    if return_days is None or order.returned_day is None:
        return False
    return order.returned_day <= order.day + return_days


def reward_lines(invite: Invite, order: Order, accepted: dict[Any, Invite], policy: ReferralPolicy) -> list[Line]:
    """List the rewards of one purchase, those of nothing left out."""
    bought = order.purchase
    earned = [(0, invite.referred, policy.welcome), (1, invite.referrer, _reward(0, bought, policy))]
    above = accepted.get(invite.referrer)
    if len(policy.levels) == 2 and above is not None and above.at <= bought.at:
        earned.append((2, above.referrer, _reward(1, bought, policy)))
    return [
        Line(order.payable_us, bought.id, level, person, invite.referred, amount)
        for level, person, amount in earned
        if amount
    ]


def _reward(level: int, bought: Purchase, policy: ReferralPolicy) -> int:
    rate = policy.levels[level]
    return rate if policy.basis == "flat" else policy.rounding.divide(bought.amount * rate, 10_000)


def apply_limits(lines: list[Line], policy: ReferralPolicy, now: int) -> list[Settled]:
    """Settle the rewards one after the other; only what is due counts towards a limit."""
    months = local_days(np.array([line.payable_us for line in lines], np.int64), policy.tz).astype("M8[M]").tolist()
    of_person, of_month = Counter[Any](), Counter[Any]()
    spent = 0
    results: list[Settled] = []
    for line, month in zip(lines, months, strict=True):
        if line.payable_us > now:
            results.append((RewardOutcome.waiting, None))
            continue
        counts = line.level > 0
        if counts and _is_full(of_person[line.person], policy.per_person):
            reason = RewardReason.per_person_limit
        elif counts and _is_full(of_month[line.person, month], policy.per_month):
            reason = RewardReason.per_month_limit
        elif policy.budget is not None and spent + line.amount > policy.budget:
            reason = RewardReason.budget_exhausted
        else:
            spent += line.amount
            of_person[line.person] += counts
            of_month[line.person, month] += counts
            results.append((RewardOutcome.due, None))
            continue
        results.append((RewardOutcome.refused, reason))
    return results


def _is_full(count: int, limit: int | None) -> bool:
    return limit is not None and count >= limit


def share_reasons(shares: list[Share], policy: SharePolicy) -> list[RewardReason | None]:
    """Reward shares one after the other; only what is due counts towards a limit."""
    days = local_days(np.array([to_us(one.at) for one in shares], np.int64), policy.tz).tolist()
    of_person, of_day = Counter[Any](), Counter[Any]()
    spent = 0
    reasons: list[RewardReason | None] = []
    for share, day in zip(shares, days, strict=True):
        amount = policy.amounts.get(share.kind)
        reason: RewardReason | None = None
        if amount is None:
            reason = RewardReason.not_rewarded
        elif _is_full(of_day[share.person, day], policy.per_day):
            reason = RewardReason.per_day_limit
        elif _is_full(of_person[share.person], policy.per_person):
            reason = RewardReason.per_person_limit
        elif policy.budget is not None and spent + amount > policy.budget:
            reason = RewardReason.budget_exhausted
        else:
            spent += amount
            of_person[share.person] += 1
            of_day[share.person, day] += 1
        reasons.append(reason)
    return reasons
