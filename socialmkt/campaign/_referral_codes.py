"""The closed sets of codes that settlements answer with."""

from __future__ import annotations

from socialmkt.core.labels import Code

__all__ = ["InviteOutcome", "InviteReason", "RewardKind", "RewardOutcome", "RewardReason"]


class InviteOutcome(Code):
    """What became of an invite.

    Examples
    --------
    >>> InviteOutcome.accepted.zh
    '有效'
    """

    accepted = "accepted", "有效", "accepted"
    refused = "refused", "无效", "refused"


class InviteReason(Code):
    """Why an invite was refused, or why an accepted one has earned nothing yet.

    Examples
    --------
    >>> InviteReason("cycle").en
    'invites their own inviter'
    """

    self_referral = "self_referral", "邀请自己", "invites themselves"
    already_customer = "already_customer", "已是顾客", "already a customer"
    already_referred = "already_referred", "已被他人邀请", "already invited by somebody"
    cycle = "cycle", "循环邀请", "invites their own inviter"
    returned = "returned", "已退货", "all purchases returned"
    expired = "expired", "已过期", "no purchase in time"
    no_purchase = "no_purchase", "尚未购买", "no purchase yet"


class RewardKind(Code):
    """What a reward is for.

    Examples
    --------
    >>> RewardKind.welcome.en
    'welcome gift'
    """

    referral = "referral", "邀请奖励", "referral reward"
    welcome = "welcome", "新人奖励", "welcome gift"


class RewardOutcome(Code):
    """What becomes of a reward.

    Examples
    --------
    >>> RewardOutcome.waiting.en
    'waiting for the return window'
    """

    due = "due", "应发放", "due"
    waiting = "waiting", "待过退货期", "waiting for the return window"
    refused = "refused", "不发放", "refused"


class RewardReason(Code):
    """Why a reward was refused.

    Examples
    --------
    >>> RewardReason.budget_exhausted.zh
    '预算已用完'
    """

    not_rewarded = "not_rewarded", "此类分享无奖励", "no reward for this kind"
    per_day_limit = "per_day_limit", "超过每日上限", "above the limit per day"
    per_month_limit = "per_month_limit", "超过每月上限", "above the limit per month"
    per_person_limit = "per_person_limit", "超过每人上限", "above the limit per person"
    budget_exhausted = "budget_exhausted", "预算已用完", "budget exhausted"
