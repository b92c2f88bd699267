"""The rules for writing to people, and what they answer."""

from __future__ import annotations

from typing import Self

from pydantic import StrictBool, model_validator

from socialmkt.campaign._checks import span
from socialmkt.core.calendar import Calendar
from socialmkt.core.labels import Code
from socialmkt.core.model import Duration, Frozen, Instant, Name, Positive
from socialmkt.core.table import Flags, Ids, Instants, Table, Texts

__all__ = ["Cap", "ContactDecision", "ContactPolicy", "ContactReason", "Delay", "Screening"]


class Cap(Frozen):
    """At most so many messages in any stretch of time.

    Parameters
    ----------
    limit : int >= 1
        How many.
    window : timedelta
        In how long; any window (t - window, t] counts, so that of `limit` + 1 messages in a row the first and the last
        are at least so far apart.
    channel : str, optional
        Count this channel only.

    Raises
    ------
    pydantic.ValidationError
        A limit below 1, or a window that is not positive.

    Examples
    --------
    >>> from datetime import timedelta
    >>> Cap(limit=2, window=timedelta(days=7)).limit
    2
    """

    limit: Positive
    window: Duration
    channel: Name | None = None

    @model_validator(mode="after")
    def _is_positive(self) -> Self:
        span(self.window, "", "window")
        return self


class ContactPolicy(Frozen):
    """The rules for writing to people.

    Parameters
    ----------
    caps : tuple of Cap
        All of them hold.
    hours : Calendar, optional
        The hours in which messages may go out; for another zone make a copy with other hours.
    consent : bool
        Whether people must have agreed.
    uncapped : tuple of str
        Purposes that no cap applies to, such as a birthday greeting; consent and hours always apply.

    Examples
    --------
    >>> from datetime import timedelta
    >>> ContactPolicy(caps=(Cap(limit=2, window=timedelta(days=7)),), uncapped=("birthday",)).consent
    True
    """

    caps: tuple[Cap, ...] = ()
    hours: Calendar | None = None
    consent: StrictBool = True
    uncapped: tuple[Name, ...] = ()


class ContactReason(Code):
    """Why somebody is not written to.

    Examples
    --------
    >>> ContactReason.missing_consent.en
    'consent unknown'
    """

    no_consent = "no_consent", "未同意", "no consent"
    missing_consent = "missing_consent", "是否同意未知", "consent unknown"
    too_late = "too_late", "已过期限", "too late"


class Delay(Code):
    """What moved a message to a later moment.

    Examples
    --------
    >>> Delay.quiet_hours.zh
    '免打扰时段'
    """

    cap = "cap", "频次上限", "cap"
    quiet_hours = "quiet_hours", "免打扰时段", "quiet hours"


class ContactDecision(Frozen):
    """Whether and when somebody may be written to.

    Parameters
    ----------
    ok : bool
        `bool(decision)` says the same.
    at : datetime or None
        The next allowed moment; None where it is refused.
    reason : ContactReason or None
        Why it is refused.
    delayed_by : tuple of Delay
        What moved it: `cap` before `quiet_hours`.

    Examples
    --------
    >>> import numpy as np
    >>> from socialmkt.campaign.contact import next_allowed
    >>> asked = np.datetime64("2026-03-01T12:00")
    >>> bool(next_allowed([], asked, ContactPolicy(), consent=True))
    True
    """

    ok: bool
    at: Instant | None = None
    reason: ContactReason | None = None
    delayed_by: tuple[Delay, ...] = ()

    def __bool__(self) -> bool:
        return self.ok


class Screening(Table):
    """Who may be written to, and when.

    Parameters
    ----------
    person : ids
        In the order given.
    ok : bool array of shape (n,)
        Whether there is such a moment.
    at : datetime64[us] array of shape (n,)
        The next allowed moment; NaT where it is refused.
    reason : text
        A `ContactReason`, or `""`.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> Screening(person=[7], ok=[True], at=[datetime(2026, 3, 1, tzinfo=UTC)], reason=[""]).ok
    array([ True])
    """

    person: Ids
    ok: Flags
    at: Instants
    reason: Texts
