"""The errors of the library and the one sentence they all speak.

Every refusal says which function, which parameter, what it must be, what came and where, and what to do:

`rfm.summarize: amount must not be null, got nan at row 17 (3 such rows of 69,659). Pass on_null="drop" to ...`

`refuse` builds that sentence and returns the error, so that the caller's `raise` stays visible.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "AmbiguousTime",
    "EmptyInput",
    "Infeasible",
    "InvalidInput",
    "Overflow",
    "SchemeMismatch",
    "SocialmktError",
    "Verbatim",
    "check_choice",
    "did_you_mean",
    "refuse",
    "refuse_choice",
]

_LONGEST = 60
_MOST_CHOICES = 12
_MOST_BITS = 13_000  # Python writes no int of more than 4,300 digits


class SocialmktError(ValueError):
    """Root of all errors of this library.

    Attributes
    ----------
    function : str
        The public function that refused, such as `"rfm.summarize"`; `""` inside a model's validator.
    parameter : str
        The parameter that broke its rule.
    row : int or None
        The first offending row, counted from 0.
    count : int or None
        How many rows offend.

    Examples
    --------
    >>> from socialmkt.core.errors import InvalidInput, SocialmktError
    >>> issubclass(InvalidInput, SocialmktError), issubclass(SocialmktError, ValueError)
    (True, True)
    """

    def __init__(
        self, text: str, *, function: str = "", parameter: str = "", row: int | None = None, count: int | None = None
    ) -> None:
        super().__init__(text)
        self.function = function
        self.parameter = parameter
        self.row = row
        self.count = count

    def __reduce__(self) -> tuple[Callable[..., SocialmktError], tuple[object, ...]]:
        """Keep the attributes when a worker process sends the error home."""
        attributes = {name: getattr(self, name) for name in ("function", "parameter", "row", "count")}
        return _restore, (type(self), str(self), attributes)


class InvalidInput(SocialmktError):
    """A value breaks its rule.

    Examples
    --------
    >>> from socialmkt import Currency
    >>> Currency("CNY").minor(29.33)
    Traceback (most recent call last):
        ...
    socialmkt.core.errors.InvalidInput: Currency.minor: amount must be text, Decimal or int, got 29.33. ...
    """


class EmptyInput(SocialmktError):
    """There is nothing to work on.

    Examples
    --------
    >>> from socialmkt.core.merging import merge_all
    >>> merge_all([])
    Traceback (most recent call last):
        ...
    socialmkt.core.errors.EmptyInput: merging.merge_all: states must ...
    """


class AmbiguousTime(SocialmktError):
    """A time that is naive, or a wall time that does not exist or exists twice where that matters.

    Examples
    --------
    >>> from datetime import datetime
    >>> from socialmkt.core.instants import to_us
    >>> to_us(datetime(2026, 3, 1))
    Traceback (most recent call last):
        ...
    socialmkt.core.errors.AmbiguousTime: instants.to_us: instant must be ... got naive 2026-03-01 00:00:00. ...
    """


class Infeasible(SocialmktError):
    """A well-formed question that has no answer, such as a deadline on a calendar that never opens.

    Examples
    --------
    >>> from socialmkt.core.errors import refuse
    >>> raise refuse(Infeasible, "Calendar.due", "target", "be reachable", 5, fix="The calendar never opens.")
    Traceback (most recent call last):
        ...
    socialmkt.core.errors.Infeasible: Calendar.due: target must be reachable, got 5. The calendar never opens.
    """


class SchemeMismatch(SocialmktError):
    """Two states, sketches or tables were made under different rules.

    Examples
    --------
    >>> from socialmkt.core.errors import refuse
    >>> raise refuse(SchemeMismatch, "PurchaseState.merge", "unit", "be 'D' on both sides", "W")
    Traceback (most recent call last):
        ...
    socialmkt.core.errors.SchemeMismatch: PurchaseState.merge: unit must be 'D' on both sides, got 'W'.
    """


class Overflow(SocialmktError):
    """The exact answer does not fit the type.

    Examples
    --------
    >>> from socialmkt import Currency
    >>> Currency("CNY").minors(["9" * 20])
    Traceback (most recent call last):
        ...
    socialmkt.core.errors.Overflow: Currency.minors: ...
    """


class Verbatim(str):
    """Words for `got` that are shown as they stand, without quotes.

    Examples
    --------
    >>> repr(Verbatim("a float64 column"))
    'a float64 column'
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


E = TypeVar("E", bound=SocialmktError)


def refuse(
    kind: type[E],
    function: str,
    parameter: str,
    must: str,
    got: object,
    *,
    row: int | None = None,
    count: int | None = None,
    total: int | None = None,
    fix: str | None = None,
) -> E:
    """Build the error of a refusal, in the one sentence form.

    Parameters
    ----------
    kind : subclass of SocialmktError
        What sort of refusal it is.
    function : str
        The public function, such as `"rfm.summarize"`; `""` inside a validator, where pydantic names the model.
    parameter : str
        The parameter at fault.
    must : str
        What it must do or be, as it follows the word "must".
    got : object
        The offending value, shown by its `repr` and cut at 60 characters; a column is shown by its dtype,
        a `Verbatim` as it stands.
    row, count, total : int, optional
        The first offending row (from 0), the number of such rows and the number of all rows.
    fix : str, optional
        What the caller should do, as a sentence or sentences with their full stops.

    Returns
    -------
    SocialmktError
        An error of the given kind, to be raised by the caller.

    Notes
    -----
    Form: `<function>: <parameter> must <must>, got <got>[ at row <row>][ (<count> such rows of <total>)].[ <fix>]`

    Examples
    --------
    >>> error = refuse(InvalidInput, "rfm.summarize", "amount", "not be null", float("nan"),
    ...                row=17, count=3, total=69_659, fix='Pass on_null="drop" to leave them out.')
    >>> print(error)
    rfm.summarize: amount must not be null, got nan at row 17 (3 such rows of 69,659).
    Pass on_null="drop" to leave them out.
    >>> error.parameter, error.row, error.count
    ('amount', 17, 3)
    """
    where = "" if row is None else f" at row {row}"
    if count is not None:
        where += f" ({count:,} such rows)" if total is None else f" ({count:,} such rows of {total:,})"
    start = f"{function}: " if function else ""
    end = f" {fix}" if fix else ""
    text = f"{start}{parameter} must {must}, got {_shown(got)}{where}.{end}"
    return kind(text, function=function, parameter=parameter, row=row, count=count)


def refuse_choice(
    function: str,
    parameter: str,
    got: object,
    choices: Iterable[str],
    *,
    row: int | None = None,
    count: int | None = None,
    total: int | None = None,
) -> InvalidInput:
    """Build the error for a word that is none of the known ones.

    Parameters
    ----------
    function, parameter : str
        As in `refuse`.
    got : object
        The word that came.
    choices : iterable of str
        The known words, in the order to show; the first 12 are listed.
    row, count, total : int, optional
        As in `refuse`.

    Returns
    -------
    InvalidInput
        An error that lists the choices and names the nearest one.

    Examples
    --------
    >>> print(refuse_choice("Table", "column", "segmnt", ["customer", "segment"]))
    Table: column must be one of customer, segment, got 'segmnt'. Did you mean 'segment'?
    """
    known = [str(choice) for choice in choices]
    listed = ", ".join(known[:_MOST_CHOICES])
    if len(known) > _MOST_CHOICES:
        listed += f", ... ({len(known):,} in all)"
    must, fix = f"be one of {listed}", did_you_mean(got, known)
    return refuse(InvalidInput, function, parameter, must, got, row=row, count=count, total=total, fix=fix)


def check_choice(function: str, parameter: str, got: object, choices: Iterable[str]) -> str:
    """Pass a word that is one of the known ones.

    Parameters
    ----------
    function, parameter, got, choices
        As in `refuse_choice`.

    Returns
    -------
    str
        The word.

    Raises
    ------
    InvalidInput
        It is none of the choices, or no text at all.

    Examples
    --------
    >>> check_choice("rfm.score", "method", "rank", ["quantile", "rank"])
    'rank'
    """
    known = list(choices)
    if not isinstance(got, str) or got not in known:
        raise refuse_choice(function, parameter, got, known)
    return got


def did_you_mean(got: object, known: Iterable[str]) -> str | None:
    """Name the known word that is nearest to the one that came.

    Parameters
    ----------
    got : object
        The word that came.
    known : iterable of str
        The words to choose from.

    Returns
    -------
    str or None
        A question for the `fix` of `refuse`; None where no word is near.

    Examples
    --------
    >>> did_you_mean("Asia/Shangai", ["Asia/Shanghai", "Asia/Tokyo"])
    "Did you mean 'Asia/Shanghai'?"
    >>> did_you_mean("Mars", ["Asia/Shanghai", "Asia/Tokyo"]) is None
    True
    """
    if not isinstance(got, str):
        return None
    import difflib

    folded = {word.casefold(): word for word in known}
    close = difflib.get_close_matches(got.casefold(), folded, n=1, cutoff=0.6)
    return f"Did you mean {folded[close[0]]!r}?" if close else None


def _shown(got: Any) -> str:
    """Show a value in an error: short, on one line, and with what matters about it."""
    if isinstance(got, dt.datetime):
        naive = got == got and got.utcoffset() is None  # noqa: PLR0124  # pandas' NaT differs from itself
        text = f"naive {got}" if naive else str(got)
    elif isinstance(got, dt.date):
        text = str(got)
    elif hasattr(got, "dtype"):
        text = _shown_numpy(got)
    elif isinstance(got, int) and got.bit_length() > _MOST_BITS:
        text = f"a number of {got.bit_length():,} bits"
    else:
        text = repr(got)
    text = " ".join(text.split()) if "\n" in text else text
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "..."


def _shown_numpy(got: Any) -> str:
    """Show a numpy scalar by its value, anything larger by its dtype."""
    if getattr(got, "shape", None) != ():
        dtype = str(got.dtype)
        return f"{'an' if dtype[:1].lower() in 'aeio' else 'a'} {dtype} column"
    if got.dtype.kind not in "mM":
        return repr(got.item())
    try:
        return str(got)
    except OverflowError:  # numpy 2.5 writes no date so far away
        return f"{got.astype('int64')} as {got.dtype}"


def _restore(kind: Callable[..., SocialmktError], text: str, attributes: dict[str, Any]) -> SocialmktError:
    return kind(text, **attributes)
