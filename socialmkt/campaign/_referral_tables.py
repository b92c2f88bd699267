"""What settlements answer with."""

from __future__ import annotations

from typing import ClassVar

from socialmkt.campaign._checks import Total
from socialmkt.core.model import Frozen
from socialmkt.core.table import Ids, Instants, Ints, Table, Texts

__all__ = ["ReferralSettlement", "SettledInvites", "SettledRewards", "SettledShares"]


class SettledInvites(Table):
    """Every invite that was seen, and what became of it.

    Parameters
    ----------
    referrer, referred : ids
        Who brought whom.
    at : datetime64[us] array of shape (n,)
        When; ascending.
    outcome : text
        An `InviteOutcome`.
    reason : text
        An `InviteReason`, or `""` where the invite was accepted and has earned.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> at = [datetime(2026, 3, 1, tzinfo=UTC)]
    >>> SettledInvites(referrer=[1], referred=[2], at=at, outcome=["accepted"], reason=[""])
    SettledInvites: 1 row, 5 columns
      referrer  int64           1
      referred  int64           2
      at        datetime64[us]  2026-03-01 00:00:00Z
      outcome   text            'accepted'
      reason    text            ''
    """

    referrer: Ids
    referred: Ids
    at: Instants
    outcome: Texts
    reason: Texts


class SettledRewards(Table):
    """Every reward that follows, in the order in which they are settled.

    Parameters
    ----------
    person : ids
        Who is paid.
    kind : text
        A `RewardKind`.
    level : int64 array of shape (n,)
        1 for the referrer, 2 for the referrer's referrer, 0 for the new person.
    referred, order : ids
        Whose purchase, and which, earned it.
    amount : int64 array of shape (n,), minor units
        Also of what was refused.
    outcome, reason : text
        A `RewardOutcome`, and a `RewardReason` or `""`.
    payable_at : datetime64[us] array of shape (n,)
        When the return window is over.

    Examples
    --------
    >>> SettledRewards.column_units["amount"]
    'minor units'
    """

    person: Ids
    kind: Texts
    level: Ints
    referred: Ids
    order: Ids
    amount: Ints
    outcome: Texts
    reason: Texts
    payable_at: Instants

    column_units: ClassVar = {"amount": "minor units"}


class ReferralSettlement(Frozen):
    """What all invites have earned so far.

    Parameters
    ----------
    invites : SettledInvites
        `referrer referred at outcome reason`.
    rewards : SettledRewards
        `person kind level referred order amount outcome reason payable_at`.
    due, waiting : int, minor units
        What is to be paid, and what will be if nothing is returned and no limit is met.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from socialmkt.campaign.referral import ReferralPolicy, settle_referrals
    >>> now = datetime(2026, 4, 1, tzinfo=UTC)
    >>> policy = ReferralPolicy(currency="CNY", levels=(1000,), tz="Asia/Shanghai")
    >>> settle_referrals([], [], policy, as_of=now).due
    0
    """

    invites: SettledInvites
    rewards: SettledRewards
    due: Total
    waiting: Total


class SettledShares(Table):
    """Every share that was seen, and its reward.

    Parameters
    ----------
    share, person : ids
        Which share, and whose.
    kind : text
        What sort of share.
    amount : int64 array of shape (n,), minor units
        The reward; 0 where it was refused.
    outcome, reason : text
        `RewardOutcome.due` or `.refused`, and a `RewardReason` or `""`.

    Examples
    --------
    >>> SettledShares.column_units["amount"]
    'minor units'
    """

    share: Ids
    person: Ids
    kind: Texts
    amount: Ints
    outcome: Texts
    reason: Texts

    column_units: ClassVar = {"amount": "minor units"}
