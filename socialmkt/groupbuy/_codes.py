"""The words of a deal: its phases, what becomes of an order, and why."""

from __future__ import annotations

from socialmkt.core.labels import Code

__all__ = ["Outcome", "Phase", "Reason"]


class Phase(Code):
    """Where a deal stands.

    Notes
    -----
    `scheduled`, `open`, `tipped`, `sold_out`, at the close `succeeded` or `failed`; with deposits `awaiting_tail` and
    `settled`; `cancelled` from its cancellation on.

    Examples
    --------
    >>> Phase.sold_out.en, Phase.sold_out.zh
    ('sold out', '已售罄')
    """

    scheduled = "scheduled", "未开始", "not open yet"
    open = "open", "拼团中", "open"
    tipped = "tipped", "已成团", "tipped"
    sold_out = "sold_out", "已售罄", "sold out"
    succeeded = "succeeded", "拼团成功", "succeeded"
    failed = "failed", "拼团失败", "failed"
    awaiting_tail = "awaiting_tail", "待付尾款", "awaiting the balance"
    settled = "settled", "已结清", "settled"
    cancelled = "cancelled", "活动取消", "cancelled"


class Outcome(Code):
    """What becomes of an order.

    Examples
    --------
    >>> Outcome.waitlisted.en, Outcome.waitlisted.zh
    ('on the waiting list', '候补中')
    """

    served = "served", "已中团", "served"
    waitlisted = "waitlisted", "候补中", "on the waiting list"
    released = "released", "未达心理价，已释放", "released"
    refused = "refused", "未接受", "refused"
    cancelled = "cancelled", "已取消", "cancelled"
    returned = "returned", "已退还", "returned"
    awaiting_tail = "awaiting_tail", "待付尾款", "awaiting the balance"
    forfeited = "forfeited", "定金不退", "deposit forfeited"


class Reason(Code):
    """Why an order is not served.

    Examples
    --------
    >>> Reason.not_tipped.en, Reason.not_tipped.zh
    ('too few joined', '人数不足，未成团')
    """

    price_above_limit = "price_above_limit", "成团价高于限价", "the price stayed above the limit"
    out_of_stock = "out_of_stock", "库存不足", "out of stock"
    per_order_limit = "per_order_limit", "超过每单限购", "over the limit per order"
    per_buyer_limit = "per_buyer_limit", "超过每人限购", "over the limit per buyer"
    before_open = "before_open", "活动未开始", "placed before the deal opened"
    after_close = "after_close", "活动已结束", "placed after the deal closed"
    not_paid = "not_paid", "未按时付款", "not paid in time"
    cancelled_by_buyer = "cancelled_by_buyer", "买家取消", "cancelled by the buyer"
    not_tipped = "not_tipped", "人数不足，未成团", "too few joined"
    deal_cancelled = "deal_cancelled", "活动被取消", "the deal was cancelled"
    tail_unpaid = "tail_unpaid", "尾款未付", "the balance was not paid"
