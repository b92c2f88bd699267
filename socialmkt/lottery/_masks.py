"""Names, numbers and addresses as they may be shown to everybody."""

from __future__ import annotations

import re
from typing import Any, Literal

from socialmkt.core.errors import InvalidInput, Verbatim, check_choice, refuse

_FUNC = "lottery.masked"


def masked(value: str, *, kind: Literal["name", "phone", "email", "id"]) -> str:
    """Hide most of a personal value.

    Parameters
    ----------
    value : str
        What to hide.
    kind : {"name", "phone", "email", "id"}
        A name keeps the first character of each word; a phone number its last 4 digits and, beyond 8, up to 3 of the
        first; an e-mail address its first character and its host; an id 2 and 2 of 8 or more characters, else its
        first.

    Returns
    -------
    str
        With `*` in place of what is hidden.

    Raises
    ------
    InvalidInput
        Empty or no text, a phone number without digits, an address without `@`, or an unknown kind.

    Examples
    --------
    >>> masked("张三", kind="name"), masked("138-0013-8000", kind="phone"), masked("ann@example.com", kind="email")
    ('张*', '138-****-8000', 'a***@example.com')
    """
    text = _text(value, func=_FUNC, parameter="value")
    return _MASKS[check_choice(_FUNC, "kind", kind, _MASKS)](text)


def masked_name(value: Any, *, func: str, parameter: str) -> str:
    """Hide a name for the function `func`."""
    return _name(_text(value, func=func, parameter=parameter))


def _text(value: Any, *, func: str, parameter: str) -> str:
    if not isinstance(value, str) or not value:
        raise refuse(InvalidInput, func, parameter, "be text that is not empty", value)
    return value


def _name(value: str) -> str:
    if len(value.strip()) <= 1:
        return "*"
    return re.sub(r"\S+", lambda word: word[0][0] + "*" * (len(word[0]) - 1), value)


def _phone(value: str) -> str:
    places = [place for place, character in enumerate(value) if character.isdigit()]
    if not places:
        raise refuse(InvalidInput, _FUNC, "value", "hold digits", Verbatim("none"))
    digits = len(places)
    first, last = (min(3, digits - 8), 4) if digits >= 8 else (0, 2)
    hidden = set(places[first : max(digits - last, first)])
    return "".join("*" if place in hidden else character for place, character in enumerate(value))


def _email(value: str) -> str:
    name, at, host = value.rpartition("@")
    if not (name and at and host):
        raise refuse(InvalidInput, _FUNC, "value", "be an address with a name and a host", Verbatim("another text"))
    return f"{name[0]}***@{host}"


def _id(value: str) -> str:
    if len(value) >= 8:
        return value[:2] + "*" * (len(value) - 4) + value[-2:]
    return value[0] + "*" * (len(value) - 1)


_MASKS = {"name": _name, "phone": _phone, "email": _email, "id": _id}
