"""What checks and policies remark, by code."""

from __future__ import annotations

from socialmkt.core.labels import Code
from socialmkt.core.model import Frozen


class FindingCode(Code):
    """What is wrong with a record.

    Examples
    --------
    >>> FindingCode.digest.zh
    '摘要不符'
    """

    entries_digest = "entries_digest", "名单摘要不符", "the list is not the one committed to"
    entries_count = "entries_count", "名单人数不符", "the list has another number of entries"
    commitment = "commitment", "承诺值不符", "the commitment is not that of the manifest"
    secret = "secret", "秘密值不符", "the secret does not fit its hash"
    drawn = "drawn", "中奖结果不符", "the drawn winners are not those of the ranking"
    alternates = "alternates", "候补名单不符", "the alternates are not those of the ranking"
    event_chain = "event_chain", "事件链断裂", "the events are not chained"
    event_reason = "event_reason", "取消资格不合规则", "a disqualification breaks the rules"
    event_replacement = "event_replacement", "递补不符", "a slot went to another than the next alternate"
    winners = "winners", "现有中奖名单不符", "the standing winners do not follow from the events"
    digest = "digest", "摘要不符", "the digest is not the last hash"
    inputs = "inputs", "无法重新计算", "the draw cannot be repeated"


class PolicyCode(Code):
    """What a policy remarks on a draw.

    Examples
    --------
    >>> PolicyCode.post_wins.zh
    '中奖结果须逐笔公示'
    """

    claim_deadline_missing = "claim_deadline_missing", "未写明兑奖期限", "no deadline for claims is stated"
    currency_mismatch = "currency_mismatch", "币种不符", "values are in another currency than the limits"
    draw_time_missing = "draw_time_missing", "未写明截止与开奖时间", "no closing time is stated"
    post_wins = "post_wins", "中奖结果须逐笔公示", "wins of this value are to be posted as they happen"
    prize_over_cap = "prize_over_cap", "单件奖品超过上限", "a prize is worth more than the limit"
    region_placement = "region_placement", "不同奖品投放地区不同", "prizes differ in the regions they are open to"
    terms_missing = "terms_missing", "未附活动规则", "no published rules are committed to"
    total_over_cap = "total_over_cap", "奖品总额超过上限", "all prizes together are worth more than the limit"
    value_missing = "value_missing", "未写明奖品价值", "the value of a prize is not stated"


class Finding(Frozen):
    """Something that a check found.

    Parameters
    ----------
    code : FindingCode or PolicyCode
        Which rule, from a closed set.
    message : str
        What is wrong, in words.
    where : str
        The prize, entry or place; `""` where it is the whole.

    Examples
    --------
    >>> print(Finding(code=FindingCode.digest, message="the last hash is another", where="record"))
    digest: the last hash is another (record)
    """

    code: FindingCode | PolicyCode
    message: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" + (f" ({self.where})" if self.where else "")


def found(code: FindingCode | PolicyCode, where: str = "", detail: str = "") -> Finding:
    """State a finding in the words of its code, with what is particular to it."""
    return Finding(code=code, message=f"{code.en}{detail and ': '}{detail}", where=where)
