"""Codes that people can read: every code carries its label in Chinese and in English.

A code is a short ASCII word that programs compare and store; its label is what a page shows. They are written down
together, so that no code can lack a language.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Self

from socialmkt.core.errors import InvalidInput, refuse, refuse_choice

__all__ = ["Code", "label"]

_LANGUAGES = ("zh", "en")


class Code(StrEnum):
    """The base of every closed set of codes: a member is its value, its Chinese and its English label.

    Parameters
    ----------
    value : str
        The code itself, in ASCII; members compare, pickle and dump as this text.
    zh, en : str
        The labels. Both are needed where a member is defined, and left out where one is looked up.

    Attributes
    ----------
    zh, en : str
        The labels.

    Raises
    ------
    TypeError
        A member is defined without a label (this stops the class, not its users).

    Examples
    --------
    >>> class Status(Code):
    ...     met = "met", "按时", "met"
    ...     missed = "missed", "超时", "missed"
    >>> Status("met") is Status.met, Status.met == "met", Status.met.zh
    (True, True, '按时')
    """

    _value_: str
    zh: str
    en: str

    def __new__(cls, value: str, zh: str = "", en: str = "") -> Self:
        """Make a member when its class is defined."""
        if not (zh and en):
            message = f"{cls.__name__}: {value!r} must have a label in each of {', '.join(_LANGUAGES)}"
            raise TypeError(message)
        member = str.__new__(cls, value)
        member._value_ = value
        member.zh, member.en = zh, en
        return member


def label(code: Code, *, lang: str = "en") -> str:
    """Say in a person's language what a code means.

    Parameters
    ----------
    code : Code
        A member of one of the closed sets of codes.
    lang : str
        `"zh"` or `"en"`; a region or script may follow, as in `"zh_CN"`, `"zh-Hans"`, `"en-GB"`.

    Returns
    -------
    str
        The label, never empty.

    Raises
    ------
    InvalidInput
        `code` is no member of a `Code`, or the language is not one of those known.

    Examples
    --------
    >>> class Status(Code):
    ...     met = "met", "按时", "met"
    >>> label(Status.met), label(Status.met, lang="zh_CN")
    ('met', '按时')
    >>> label(Status.met, lang="fr")
    Traceback (most recent call last):
        ...
    socialmkt.core.errors.InvalidInput: labels.label: lang must be one of zh, en, got 'fr'.
    """
    return label_for(code, lang, "labels.label")


def label_for(code: object, lang: object, func: str) -> str:
    """Give the label of a member for the function `func`; the region and the script of the language are left off."""
    if not isinstance(code, Code):
        fix = "Look the member up first, as in SkipReason('cap_reached'); for segments there is rfm.label."
        raise refuse(InvalidInput, func, "code", "be a Code", code, fix=fix if isinstance(code, str) else None)
    language = re.split("[-_]", lang, maxsplit=1)[0].lower() if isinstance(lang, str) else ""
    if language not in _LANGUAGES:
        raise refuse_choice(func, "lang", lang, _LANGUAGES)
    return code.zh if language == "zh" else code.en
