"""The built-in maps and the labels of their segments."""

from __future__ import annotations

from socialmkt.core.labels import Code
from socialmkt.rfm._segment_map import Segment, SegmentMap

__all__ = ["CUBE8", "ELEVEN", "TEN", "SegmentCode"]


class SegmentCode(Code):
    """A segment of the built-in maps, with its labels.

    Examples
    --------
    >>> SegmentCode("at_risk") == "at_risk"
    True
    """

    champions = "champions", "冠军客户", "Champions"
    loyal = "loyal", "忠诚客户", "Loyal"
    potential_loyalist = "potential_loyalist", "潜在忠诚客户", "Potential loyalists"
    new_customers = "new_customers", "新客户", "New customers"
    promising = "promising", "有潜力客户", "Promising"
    need_attention = "need_attention", "需要关注客户", "Need attention"
    about_to_sleep = "about_to_sleep", "即将沉睡客户", "About to sleep"
    at_risk = "at_risk", "流失风险客户", "At risk"
    cannot_lose = "cannot_lose", "不可流失客户", "Cannot lose"
    hibernating = "hibernating", "沉睡客户", "Hibernating"
    lost = "lost", "已流失客户", "Lost"

    important_value = "important_value", "重要价值客户", "Important, keep value"
    important_keep = "important_keep", "重要保持客户", "Important, reactivate to keep"
    important_develop = "important_develop", "重要发展客户", "Important, develop"
    important_win_back = "important_win_back", "重要挽留客户", "Important, win back"
    general_value = "general_value", "一般价值客户", "General, keep value"
    general_keep = "general_keep", "一般保持客户", "General, reactivate to keep"
    general_develop = "general_develop", "一般发展客户", "General, develop"
    general_win_back = "general_win_back", "一般挽留客户", "General, win back"


def _codes(text: str) -> list[str]:
    return text.split()


TEN = SegmentMap.from_boxes(
    "ten",
    5,
    [
        Segment("champions", r=(5, 5), f=(4, 5)),
        Segment("loyal", r=(3, 4), f=(4, 5)),
        Segment("potential_loyalist", r=(4, 5), f=(2, 3)),
        Segment("new_customers", r=(5, 5), f=(1, 1)),
        Segment("promising", r=(4, 4), f=(1, 1)),
        Segment("need_attention", r=(3, 3), f=(3, 3)),
        Segment("about_to_sleep", r=(3, 3), f=(1, 2)),
        Segment("at_risk", r=(1, 2), f=(3, 4)),
        Segment("cannot_lose", r=(1, 2), f=(5, 5)),
        Segment("hibernating", r=(1, 2), f=(1, 2)),
    ],
)
"""Ten segments of recency and frequency, five levels each; money is not read."""

ELEVEN = SegmentMap.from_cells(
    "eleven",
    5,
    {
        "champions": _codes("555 554 544 545 454 455 445"),
        "loyal": _codes("543 444 435 355 354 345 344 335"),
        "potential_loyalist": _codes(
            "553 551 552 541 542 533 532 531 452 451 442 441 431 453 433 432 423 353 352 351 342 341 333 323"
        ),
        "new_customers": _codes("512 511 422 421 412 411 311"),
        "promising": _codes("525 524 523 522 521 515 514 513 425 424 413 414 415 315 314 313"),
        "need_attention": _codes("535 534 443 434 343 334 325 324"),
        "about_to_sleep": _codes("331 321 312 221 213 231 241 251"),
        "at_risk": _codes("255 254 245 244 253 252 243 242 235 234 225 224 153 152 145 143 142 135 134 133 125 124"),
        "cannot_lose": _codes("155 154 144 214 215 115 114 113"),
        "hibernating": _codes("332 322 233 232 223 222 132 123 122 212 211"),
        "lost": _codes("111 112 121 131 141 151"),
    },
)
"""Eleven segments of all three axes, five levels each: every one of the 125 cells exactly once."""

CUBE8 = SegmentMap.from_cells(
    "cube8",
    2,
    {
        "important_value": [222],
        "important_keep": [122],
        "important_develop": [212],
        "important_win_back": [112],
        "general_value": [221],
        "general_keep": [121],
        "general_develop": [211],
        "general_win_back": [111],
    },
)
"""The eight-cell cube, two levels each: important where money is high, the rest of the name from r and f."""
