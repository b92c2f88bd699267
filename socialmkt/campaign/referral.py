"""Reward people who bring people: who gets how much, when, and why not.

A settlement is made again whenever something happened; it is a pure function of all that was seen so far, so that
making it twice pays nothing twice.
"""

from __future__ import annotations

import functools
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from socialmkt.campaign._referral_codes import InviteOutcome, InviteReason, RewardKind, RewardOutcome, RewardReason
from socialmkt.campaign._referral_models import (
    Invite,
    Purchase,
    ReferralPolicy,
    Share,
    SharePolicy,
    check_ids,
    check_kinds,
    settle_once,
)
from socialmkt.campaign._referral_tables import ReferralSettlement, SettledInvites, SettledRewards, SettledShares
from socialmkt.campaign._settling import (
    Line,
    apply_limits,
    as_seen,
    first_order,
    judge,
    orders_by_buyer,
    reward_lines,
    share_reasons,
)
from socialmkt.campaign._viral import Viral, viral
from socialmkt.core import columns
from socialmkt.core.errors import InvalidInput, Verbatim, refuse
from socialmkt.core.instants import to_us

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

__all__ = [
    "Invite",
    "InviteOutcome",
    "InviteReason",
    "Purchase",
    "ReferralPolicy",
    "ReferralSettlement",
    "RewardKind",
    "RewardOutcome",
    "RewardReason",
    "SettledInvites",
    "SettledRewards",
    "SettledShares",
    "Share",
    "SharePolicy",
    "Viral",
    "settle_referrals",
    "settle_shares",
    "viral",
]


_REFERRALS = "campaign.settle_referrals"


def settle_referrals(
    invites: Iterable[Invite],
    purchases: Iterable[Purchase],
    policy: ReferralPolicy,
    *,
    as_of: dt.datetime | np.datetime64,
) -> ReferralSettlement:
    """Settle what invites have earned.

    Parameters
    ----------
    invites : list of Invite
        In any order; exact repeats count once.
    purchases : list of Purchase
        In any order; exact repeats count once. Also those of people whom nobody invited: they are no new customers.
    policy : ReferralPolicy
        The rewards and their limits.
    as_of : instant
        The moment of the settlement; whatever happened later is not seen.

    Returns
    -------
    ReferralSettlement
        `invites rewards due waiting`.

    Raises
    ------
    AmbiguousTime
        A naive `as_of`.
    InvalidInput
        Something else than these models, one purchase id seen with two contents, text ids beside whole numbers.

    Notes
    -----
    Invites are judged in order of time, then rewards in order of the moment they become payable, of the order and of
    the level. Settling again later never changes a reward that is due or refused. One pass over models, O(n log n), and
    a walk up the line of inviters where somebody is invited who already invited others.

    Examples
    --------
    >>> import datetime as dt
    >>> day = [dt.datetime(2026, 3, d, 4, tzinfo=dt.UTC) for d in range(1, 31)]
    >>> invites = [Invite(referrer="ann", referred="bo", at=day[0]), Invite(referrer="bo", referred="ann", at=day[1])]
    >>> orders = [Purchase(id=1, buyer="bo", at=day[2], amount=9900)]
    >>> policy = ReferralPolicy(currency="CNY", levels=(1000,), welcome=500, tz="Asia/Shanghai")
    >>> settled = settle_referrals(invites, orders, policy, as_of=day[20])
    >>> settled.due, settled.invites.reason.tolist()
    (1500, ['', 'cycle'])
    """
    func = _REFERRALS
    now = to_us(as_of, func=func, name="as_of")
    _check_policy(policy, ReferralPolicy, func)
    asked = settle_once(invites, Invite, func, "invites")
    bought = settle_once(purchases, Purchase, func, "purchases")
    check_kinds([who for one in asked for who in (one.referrer, one.referred)], func, "invites")
    check_kinds([*(one.buyer for one in bought), *(one.referrer for one in asked[:1])], func, "purchases")
    check_kinds([one.id for one in bought], func, "purchases")
    seen = sorted((one for one in asked if to_us(one.at) <= now), key=_invite_order)
    known = list(dict.fromkeys(as_seen(one, now) for one in bought if to_us(one.at) <= now))
    check_ids(known, func, "purchases")
    orders = orders_by_buyer(known, policy)
    judged, accepted = judge(seen, orders)
    lines: list[Line] = []
    rows: list[tuple[Any, ...]] = []
    for invite, reason in zip(seen, judged, strict=True):
        if reason is not None:
            rows.append((invite, InviteOutcome.refused, reason))
            continue
        order, why = first_order(invite, orders.get(invite.referred, []), policy, now)
        rows.append((invite, InviteOutcome.accepted, why))
        if order is not None:
            lines.extend(reward_lines(invite, order, accepted, policy))
    return _settlement(rows, sorted(lines), policy, now)


def _invite_order(invite: Invite) -> tuple[Any, ...]:
    return invite.at, invite.referrer, invite.referred


def _check_policy(policy: Any, kind: type[Any], func: str) -> None:
    if not isinstance(policy, kind):
        raise refuse(InvalidInput, func, "policy", f"be a {kind.__name__}", Verbatim(type(policy)))


def _settlement(rows: list[tuple[Any, ...]], lines: list[Line], policy: ReferralPolicy, now: int) -> ReferralSettlement:
    ids = functools.partial(columns.ids, func=_REFERRALS, offer_drop=False)
    results = apply_limits(lines, policy, now)
    sums = Counter[RewardOutcome]()
    for line, (outcome, _) in zip(lines, results, strict=True):
        sums[outcome] += line.amount
    return ReferralSettlement(
        invites=SettledInvites(
            referrer=ids([invite.referrer for invite, _, _ in rows], name="referrer"),
            referred=ids([invite.referred for invite, _, _ in rows], name="referred"),
            at=np.array([to_us(invite.at) for invite, _, _ in rows], "M8[us]"),
            outcome=_texts(outcome for _, outcome, _ in rows),
            reason=_texts(reason for _, _, reason in rows),
        ),
        rewards=SettledRewards(
            person=ids([line.person for line in lines], name="person"),
            kind=_texts(RewardKind.referral if line.level else RewardKind.welcome for line in lines),
            level=np.array([line.level for line in lines], np.int64),
            referred=ids([line.referred for line in lines], name="referred"),
            order=ids([line.order for line in lines], name="order"),
            amount=np.array([line.amount for line in lines], np.int64),
            outcome=_texts(outcome for outcome, _ in results),
            reason=_texts(reason for _, reason in results),
            payable_at=np.array([line.payable_us for line in lines], "M8[us]"),
        ),
        due=sums[RewardOutcome.due],
        waiting=sums[RewardOutcome.waiting],
    )


def _texts(codes: Iterable[Any]) -> Any:
    """Write codes as a column of text; no code is empty text."""
    return np.array(["" if code is None else code.value for code in codes], object)


def settle_shares(shares: Iterable[Share], policy: SharePolicy, *, as_of: dt.datetime | np.datetime64) -> SettledShares:
    """Settle what shares have earned.

    Parameters
    ----------
    shares : list of Share
        In any order; exact repeats count once.
    policy : SharePolicy
        The rewards and their limits.
    as_of : instant
        The moment of the settlement; later shares are not seen.

    Returns
    -------
    SettledShares
        `share person kind amount outcome reason`, in order of time, then id.

    Raises
    ------
    AmbiguousTime
        A naive `as_of`.
    InvalidInput
        Something else than shares, one share id seen with two contents, text ids beside whole numbers.

    Examples
    --------
    >>> import datetime as dt
    >>> at = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    >>> shares = [Share(id=n, person="ann", at=at, kind=kind) for n, kind in enumerate(["post", "post", "like"])]
    >>> policy = SharePolicy(currency="CNY", amounts={"post": 100}, per_day=1, tz="Asia/Shanghai")
    >>> settle_shares(shares, policy, as_of=at).reason.tolist()
    ['', 'per_day_limit', 'not_rewarded']
    """
    func = "campaign.settle_shares"
    now = to_us(as_of, func=func, name="as_of")
    _check_policy(policy, SharePolicy, func)
    listed = settle_once(shares, Share, func, "shares")
    check_kinds([one.person for one in listed], func, "shares")
    check_kinds([one.id for one in listed], func, "shares")
    seen = sorted((one for one in listed if to_us(one.at) <= now), key=lambda one: (one.at, one.id))
    check_ids(seen, func, "shares")
    reasons = share_reasons(seen, policy)
    amounts = [policy.amounts[one.kind] if why is None else 0 for one, why in zip(seen, reasons, strict=True)]
    return SettledShares(
        share=columns.ids([one.id for one in seen], func=func, name="id", offer_drop=False),
        person=columns.ids([one.person for one in seen], func=func, name="person", offer_drop=False),
        kind=np.array([one.kind for one in seen], object),
        amount=np.array(amounts, np.int64),
        outcome=_texts(RewardOutcome.due if why is None else RewardOutcome.refused for why in reasons),
        reason=_texts(reasons),
    )
