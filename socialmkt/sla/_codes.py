"""The words of a response-time promise, each with its label in Chinese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from socialmkt.core.errors import check_choice
from socialmkt.core.labels import Code

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import ValidationInfo

C = TypeVar("C", bound=Code)


class Metric(Code):
    """What is promised: how soon which act follows.

    Examples
    --------
    >>> Metric.resolution.en
    'resolution'
    """

    first_response = "first_response", "首次回复", "first response"
    next_response = "next_response", "后续回复", "next response"
    periodic = "periodic", "定期更新", "periodic update"
    resolution = "resolution", "解决", "resolution"


class Semantics(Code):
    """Which clock a promise runs on.

    Examples
    --------
    >>> [word.value for word in Semantics]
    ['wall', 'business', 'arrival', 'envelope', 'blend']
    """

    wall = "wall", "自然时间", "wall clock"
    business = "business", "工作时间", "business hours"
    arrival = "arrival", "按到达时刻", "by arrival"
    envelope = "envelope", "单调承诺", "envelope"
    blend = "blend", "混合速率", "blend"


class Status(Code):
    """How a promise stands.

    Examples
    --------
    >>> Status.open_overdue == "open_overdue", Status.open_overdue.zh
    (True, '未回复且超时')
    """

    met = "met", "按时", "met"
    missed = "missed", "超时", "missed"
    open_on_time = "open_on_time", "未回复", "open, on time"
    open_at_risk = "open_at_risk", "即将超时", "open, at risk"
    open_overdue = "open_overdue", "未回复且超时", "open, overdue"
    paused = "paused", "已暂停", "paused"
    not_applicable = "not_applicable", "不适用", "not applicable"


class Severity(Code):
    """How bad a delay is.

    Examples
    --------
    >>> [word.value for word in Severity]
    ['ok', 'warning', 'minor', 'major', 'critical', 'none']
    """

    ok = "ok", "正常", "ok"
    warning = "warning", "预警", "warning"
    minor = "minor", "轻微", "minor"
    major = "major", "严重", "major"
    critical = "critical", "危急", "critical"
    none = "none", "无", "none"


class Kind(Code):
    """What happens in a thread; events of one instant are taken in this order.

    Examples
    --------
    >>> list(Kind)[0], list(Kind)[-1]
    (<Kind.mention: 'mention'>, <Kind.reopen: 'reopen'>)
    """

    mention = "mention", "提及", "mention"
    handover = "handover", "转交", "hand-over"
    reply = "reply", "回复", "reply"
    note = "note", "备注", "note"
    pause = "pause", "暂停", "pause"
    resume = "resume", "恢复", "resume"
    resolve = "resolve", "解决", "resolve"
    reopen = "reopen", "重新打开", "reopen"


class Actor(Code):
    """Who acts in a thread.

    Examples
    --------
    >>> Actor.bot.zh
    '机器人'
    """

    customer = "customer", "客户", "customer"
    human = "human", "人工", "human"
    bot = "bot", "机器人", "bot"
    system = "system", "系统", "system"


class Verdict(Code):
    """Whether an objective is kept, with the confidence asked for.

    Examples
    --------
    >>> [word.value for word in Verdict]
    ['yes', 'no', 'undecided']
    """

    yes = "yes", "达标", "yes"
    no = "no", "未达标", "no"
    undecided = "undecided", "尚无定论", "undecided"


def member(codes: type[C], word: Any, func: str, parameter: str) -> C:
    """Find the code for a word, or refuse it by name with the words there are."""
    return codes(check_choice(func, parameter, word, [code.value for code in codes]))


def reader(codes: type[C]) -> Callable[[Any, ValidationInfo], C]:
    """Make the validator of a field that holds one of some codes."""
    return lambda word, info: member(codes, word, "", info.field_name or "code")
