"""Why a coupon was refused: one closed set of reasons, and what of it a stranger may hear."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from socialmkt.core.errors import InvalidInput, refuse, refuse_choice
from socialmkt.core.labels import Code


class Outcome(StrEnum):
    """What became of a request or a step.

    Examples
    --------
    >>> Outcome("issued") == "issued"
    True
    """

    issued = "issued"
    done = "done"
    refused = "refused"


class Reason(Code):
    """Why something was refused: issuing, a step, a code, or a coupon in a cart.

    Examples
    --------
    >>> Reason("below_minimum").en
    'below the minimum'
    """

    idempotency_conflict = "idempotency_conflict", "请求键已用于另一请求", "key used for another request"
    not_started = "not_started", "领取未开始", "issuing has not started"
    ended = "ended", "领取已结束", "issuing has ended"
    paused = "paused", "领取已暂停", "issuing is paused"
    not_eligible = "not_eligible", "不符合领取条件", "not eligible"
    already_for_source = "already_for_source", "该来源已领取", "already issued for this source"
    per_user_limit = "per_user_limit", "已达每用户上限", "limit per user reached"
    per_person_limit = "per_person_limit", "已达每人上限", "limit per person reached"
    per_day_limit = "per_day_limit", "已达当日上限", "limit of the day reached"
    total_limit = "total_limit", "已领完", "all are issued"
    budget_exhausted = "budget_exhausted", "预算已用完", "budget exhausted"
    not_found = "not_found", "优惠券不存在", "no such coupon"
    void = "void", "优惠券已作废", "coupon is void"
    already_redeemed = "already_redeemed", "优惠券已使用", "already redeemed"
    not_redeemed = "not_redeemed", "优惠券未使用", "not redeemed"
    not_reserved = "not_reserved", "优惠券未锁定", "not reserved"
    reserved = "reserved", "已被其他订单锁定", "held by another order"
    order_mismatch = "order_mismatch", "订单不符", "belongs to another order"
    expired = "expired", "已过期", "expired"
    not_yet_valid = "not_yet_valid", "未到使用时间", "not valid yet"
    outside_hours = "outside_hours", "不在使用时段", "outside its hours"
    prefix = "prefix", "前缀不符", "wrong prefix"
    length = "length", "长度不符", "wrong length"
    symbol = "symbol", "含无效字符", "symbol outside the alphabet"
    check = "check", "校验不符", "check symbol does not fit"
    blocked = "blocked", "券码被屏蔽", "blocked word in the code"
    not_issued = "not_issued", "券码未发放", "code was never issued"
    wrong_currency = "wrong_currency", "币种不符", "another currency"
    not_in_scope = "not_in_scope", "无适用商品", "no eligible line"
    not_combinable = "not_combinable", "不可叠加", "does not combine"
    below_minimum = "below_minimum", "未达门槛", "below the minimum"
    no_effect = "no_effect", "无优惠效果", "would save nothing"
    not_chosen = "not_chosen", "未选入最优组合", "not part of the best stack"


class PublicReason(Code):
    """What somebody at the door may hear about a coupon.

    Examples
    --------
    >>> PublicReason("used").zh
    '已使用'
    """

    not_found = "not_found", "优惠券不存在", "not found"
    expired = "expired", "已过期", "expired"
    used = "used", "已使用", "used"
    limit_reached = "limit_reached", "已达上限", "limit reached"
    not_yet_valid = "not_yet_valid", "未到使用时间", "not valid yet"
    not_applicable = "not_applicable", "不适用", "not applicable"


_ALWAYS = {
    PublicReason.not_found: "void not_found not_issued prefix length symbol check blocked",
    PublicReason.expired: "expired ended",
    PublicReason.used: "already_redeemed reserved",
    PublicReason.limit_reached: (
        "per_user_limit per_person_limit per_day_limit total_limit already_for_source budget_exhausted"
    ),
}
_TO_ANYONE = {Reason(word): public for public, words in _ALWAYS.items() for word in words.split()}
_TIMES = frozenset({Reason.not_yet_valid, Reason.not_started, Reason.outside_hours})


def public_reason(reason: Reason | str, *, proven: bool) -> PublicReason:
    """Say what somebody may hear about a refusal.

    Parameters
    ----------
    reason : Reason or str
        Why something was refused.
    proven : bool
        Whether the caller has shown that the coupon is theirs.

    Returns
    -------
    PublicReason
        For a stranger, whatever would tell a guessed code from a real one is `not_found`.

    Raises
    ------
    InvalidInput
        No reason has this name, or `proven` is neither True nor False.

    Examples
    --------
    >>> public_reason("below_minimum", proven=False).value, public_reason("below_minimum", proven=True).value
    ('not_found', 'not_applicable')
    """
    known = _read(reason)
    if not isinstance(proven, bool | np.bool_):
        raise refuse(InvalidInput, "coupons.public_reason", "proven", "be True or False", proven)
    if known in _TO_ANYONE:
        return _TO_ANYONE[known]
    if not proven:
        return PublicReason.not_found
    return PublicReason.not_yet_valid if known in _TIMES else PublicReason.not_applicable


def _read(reason: Reason | str) -> Reason:
    try:
        return Reason(reason)
    except ValueError:
        raise refuse_choice("coupons.public_reason", "reason", reason, Reason) from None
