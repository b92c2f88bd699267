"""Money in whole minor units: currencies, rounding, and shares that add up.

An amount is an int of fen, cents or yen. `Currency` reads and writes it in major units, exactly or not at all;
`Rounding` names the seven ways to round; `allocate` splits an amount so that nothing is lost.
"""

from __future__ import annotations

import functools
import operator
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NoReturn, Self, overload

import numpy as np
from numpy.typing import NDArray
from pydantic_core import core_schema

from socialmkt.core import columns
from socialmkt.core._allocation import allocate, allocate_array
from socialmkt.core._iso4217 import CURRENCY_TABLE, EXPONENTS, counted_code
from socialmkt.core._minor_units import MinorReader
from socialmkt.core._sources import is_single
from socialmkt.core._whole import is_int
from socialmkt.core.errors import InvalidInput, Overflow, Verbatim, refuse, refuse_choice

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler

    from socialmkt.core.columns import Column

__all__ = ["CURRENCY_TABLE", "Currency", "Rounding", "allocate", "allocate_array", "read_minors", "read_rounding"]

Int64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

_TOO_MANY = 10**4_000  # Python writes no int of more than 4,300 digits


class Rounding(StrEnum):
    """The seven ways to round, under the names that the `decimal` module gives them.

    Notes
    -----
    `half_even half_up half_down` go to the nearest whole number and differ at ties: to the even one, away from zero,
    towards zero. `up down ceiling floor` go away from zero, towards it, upwards, downwards.

    Examples
    --------
    >>> Rounding.half_even.divide(25, 10), Rounding.half_up.divide(25, 10), Rounding.half_up.divide(-25, 10)
    (2, 3, -3)
    """

    half_even = "half_even"
    half_up = "half_up"
    half_down = "half_down"
    up = "up"
    down = "down"
    ceiling = "ceiling"
    floor = "floor"

    @classmethod
    def _missing_(cls, value: object) -> NoReturn:
        raise refuse_choice("Rounding", "rounding", value, cls)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Refuse another word as the functions do."""
        read = functools.partial(read_rounding, func="", name=handler.field_name or "rounding")
        return core_schema.no_info_before_validator_function(read, handler(source))

    @overload
    def divide(self, n: int, d: int) -> int: ...
    @overload
    def divide(self, n: Column, d: Column | int) -> Int64: ...
    def divide(self, n: Any, d: Any) -> Any:
        """Divide and round to a whole number.

        Parameters
        ----------
        n : int, or column of shape (n,)
            What to divide.
        d : int >= 1, or with a column also a column of shape (n,)
            What to divide by.

        Returns
        -------
        int or int64 array of shape (n,)
            n / d, rounded; exact for ints of any size and for all of int64.

        Raises
        ------
        InvalidInput
            A float or a bool, a divisor below 1, columns of unequal lengths.

        Examples
        --------
        >>> Rounding.half_even.divide([10425, 10435], 10)
        array([1042, 1044])
        """
        if is_int(n) and is_int(d):
            if d < 1:
                raise refuse(InvalidInput, "Rounding.divide", "d", "be at least 1", d)
            n, d = int(n), int(d)
        else:
            n = _ints(n, "n", None)
            d = _ints(d, "d", 1)
            if n.ndim and d.ndim and len(n) != len(d):
                got = Verbatim(f"{len(d):,} for {len(n):,}")
                raise refuse(InvalidInput, "Rounding.divide", "d", "be as long as n", got)
        quotient = n // d
        return quotient + self._carry(n, d, quotient)

    def _carry(self, n: Any, d: Any, floor: Any) -> Any:
        """Say what the floor of n / d lacks: 0 or 1; ints and arrays alike."""
        rest = n - floor * d
        if self in {Rounding.half_even, Rounding.half_up, Rounding.half_down}:
            return (rest > d - rest) | ((rest == d - rest) & self._tie_rises(n, floor))  # doubling the rest would wrap
        return (rest > 0) & self._rises(n)

    def _tie_rises(self, n: Any, floor: Any) -> Any:
        if self is Rounding.half_even:
            return floor % 2 == 1
        return n >= 0 if self is Rounding.half_up else n < 0

    def _rises(self, n: Any) -> Any:
        if self is Rounding.up:
            return n >= 0
        return n < 0 if self is Rounding.down else self is Rounding.ceiling


def read_rounding(rounding: Rounding | str, *, func: str, name: str = "rounding") -> Rounding:
    """Read a rounding rule or its name.

    Parameters
    ----------
    rounding : Rounding or str
        What to read.
    func, name : str
        Who asks, and for which parameter; named in the error.

    Returns
    -------
    Rounding
        The rule.

    Raises
    ------
    InvalidInput
        None of the seven; the message lists them.

    Examples
    --------
    >>> read_rounding("half_up", func="Currency.minor")
    <Rounding.half_up: 'half_up'>
    """
    try:
        return Rounding(rounding)
    except ValueError:
        raise refuse_choice(func, name, rounding, Rounding) from None


class Currency:
    """A currency of ISO 4217, by its code.

    Parameters
    ----------
    code : str
        Three capitals, such as `"CNY"`. Positional.

    Attributes
    ----------
    code : str
        The code.
    exponent : int
        Decimal places of a major unit: 2 for CNY, 0 for JPY, 3 for KWD.

    Raises
    ------
    InvalidInput
        No such code (near ones are named), or one without minor units, such as gold.

    Notes
    -----
    Two currencies are equal if their codes are. In a model a currency is read from its code and written as it.
    `CURRENCY_TABLE` says which edition of the standard the table is.

    Examples
    --------
    >>> yuan = Currency("CNY")
    >>> yuan.minor("5.00"), yuan.major(500), yuan.format(-5)
    (500, Decimal('5.00'), '-0.05 CNY')
    """

    __slots__ = ("code", "exponent")
    code: str
    exponent: int

    def __init__(self, code: str | Currency, /) -> None:
        found = _find(code, func="Currency", name="code")
        object.__setattr__(self, "code", found)
        object.__setattr__(self, "exponent", EXPONENTS[found])

    def __setattr__(self, name: str, value: object) -> NoReturn:
        message = f"'Currency' object does not support attribute assignment: {name}"
        raise AttributeError(message)

    def __delattr__(self, name: str) -> NoReturn:
        message = f"'Currency' object does not support attribute deletion: {name}"
        raise AttributeError(message)

    def __eq__(self, other: object) -> bool:
        return self.code == other.code if isinstance(other, Currency) else NotImplemented

    def __hash__(self) -> int:
        return hash((Currency, self.code))

    def __repr__(self) -> str:
        return f"Currency({self.code!r})"

    def __reduce__(self) -> tuple[type[Currency], tuple[str]]:
        return Currency, (self.code,)

    def minor(self, amount: str | int | Decimal, *, rounding: Rounding | str | None = None) -> int:
        """Read an amount in major units as whole minor units.

        Parameters
        ----------
        amount : str, Decimal or int, major units
            Text is ASCII digits with an optional sign and point, such as `"-12.50"`.
        rounding : Rounding or str, optional
            How to round what has more decimal places than the currency; left out, it is refused unless they are zeros.

        Returns
        -------
        int
            Minor units, exact under any decimal context.

        Raises
        ------
        InvalidInput
            A float, a bool, NaN, an infinity, text of another form, or too many decimal places.
        Overflow
            An amount of more than 4,000 digits.

        Examples
        --------
        >>> Currency("CNY").minor("29.33"), Currency("JPY").minor(500), Currency("KWD").minor(Decimal("1.5"))
        (2933, 500, 1500)
        >>> Currency("CNY").minor("29.335", rounding="half_even")
        2934
        """
        func = "Currency.minor"
        rule = None if rounding is None else read_rounding(rounding, func=func).divide
        return MinorReader(self.code, self.exponent, rule, floats=False, func=func, name="amount").one(amount)

    def minors(self, column: Column, *, rounding: Rounding | str | None = None, floats: bool = False) -> Int64:
        """Read a column of amounts in major units as whole minor units.

        Parameters
        ----------
        column : column of shape (n,) of text, Decimals or ints, major units
            As in `minor`.
        rounding : Rounding or str, optional
            As in `minor`.
        floats : bool
            Take floats too, for files that were read as such: each is read as its shortest decimal text.

        Returns
        -------
        int64 array of shape (n,)
            Minor units.

        Raises
        ------
        InvalidInput
            A null, or as in `minor`, with the row; a float of 2**51 minor units or more.
        Overflow
            An amount outside int64.

        Notes
        -----
        O(n). A float x passes if round(x * 10**exponent) is below 2**51 and, divided back, is that very float.

        Examples
        --------
        >>> Currency("USD").minors(["11.77", "0.05"])
        array([1177,    5])
        >>> Currency("USD").minors([11.77, 0.05], floats=True)
        array([1177,    5])
        """
        func, name = "Currency.minors", "column"
        minors, nulls = read_minors(column, currency=self, rounding=rounding, floats=floats, func=func, name=name)
        if nulls.any():
            row, count = int(np.argmax(nulls)), int(nulls.sum())
            got: Any = column[row] if issubclass(type(column), list) else Verbatim("null")
            raise refuse(InvalidInput, func, name, "not be null", got, row=row, count=count, total=len(nulls))
        return minors

    def major(self, minor: int) -> Decimal:
        """Write minor units as a Decimal in major units.

        Parameters
        ----------
        minor : int, minor units
            The amount.

        Returns
        -------
        Decimal
            With exactly `exponent` decimal places, under any decimal context.

        Raises
        ------
        InvalidInput
            No whole number.
        Overflow
            An amount of more than 4,000 digits.

        Examples
        --------
        >>> Currency("CNY").major(-5), Currency("JPY").major(500)
        (Decimal('-0.05'), Decimal('500'))
        """
        return Decimal(self._text(minor, "Currency.major"))

    def format(self, minor: int) -> str:
        """Write minor units as text in major units, with the code.

        Parameters
        ----------
        minor : int, minor units
            The amount.

        Returns
        -------
        str
            ASCII digits without grouping, a space, the code.

        Raises
        ------
        InvalidInput, Overflow
            As in `major`.

        Examples
        --------
        >>> Currency("CNY").format(500), Currency("JPY").format(500)
        ('5.00 CNY', '500 JPY')
        """
        return f"{self._text(minor, 'Currency.format')} {self.code}"

    def _text(self, minor: Any, func: str) -> str:
        if not is_int(minor):
            raise refuse(InvalidInput, func, "minor", "be an int of minor units", minor)
        whole = int(minor)
        if abs(whole) >= _TOO_MANY:
            raise refuse(Overflow, func, "minor", "have at most 4,000 digits", Verbatim("more"))
        digits = str(abs(whole)).rjust(self.exponent + 1, "0")
        point = len(digits) - self.exponent
        fraction = f".{digits[point:]}" if self.exponent else ""
        return f"{'-' if whole < 0 else ''}{digits[:point]}{fraction}"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Validate from a currency or its code, dump as the code."""
        read = functools.partial(cls._validated, name=handler.field_name or "currency")
        dump = core_schema.plain_serializer_function_ser_schema(
            operator.attrgetter("code"), return_schema=core_schema.str_schema()
        )
        return core_schema.no_info_plain_validator_function(read, serialization=dump)

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: Any) -> dict[str, Any]:
        """Describe the code."""
        return {"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217 code"}

    @classmethod
    def _validated(cls, value: Any, *, name: str) -> Self:
        return cls(_find(value, func="", name=name))


def _find(code: Any, *, func: str, name: str) -> str:
    return code.code if isinstance(code, Currency) else counted_code(code, func=func, name=name)


def read_minors(
    column: Column,
    *,
    currency: Currency | str,
    rounding: Rounding | str | None = None,
    floats: bool = False,
    func: str,
    name: str,
) -> tuple[Int64, Flags]:
    """Read a column of amounts in major units whose nulls the caller judges.

    Parameters
    ----------
    column, rounding, floats
        As in `Currency.minors`.
    currency : Currency or str
        The currency of the amounts.
    func, name : str
        Who asks, and for which parameter; named in the error.

    Returns
    -------
    minors : int64 array of shape (n,)
        Minor units; 0 at a null.
    nulls : bool array of shape (n,)
        True at each null.

    Raises
    ------
    InvalidInput, Overflow
        As in `Currency.minors`, but for nulls.

    Examples
    --------
    >>> read_minors(["5.00", None], currency="CNY", func="rfm.summarize", name="amount")
    (array([500,   0]), array([False,  True]))
    """
    known = Currency(_find(currency, func=func, name="currency"))
    rule = None if rounding is None else read_rounding(rounding, func=func).divide
    values, nulls = columns.raw(column, func=func, name=name)
    reader = MinorReader(known.code, known.exponent, rule, floats=floats, func=func, name=name)
    return reader.column(values, nulls), nulls


def _ints(value: Any, name: str, minimum: int | None) -> Any:
    """Read one side of a division: an int, or a column."""
    func = "Rounding.divide"
    if not is_single(value):
        least = -(2**63) if minimum is None else minimum
        return columns.quantities(value, func=func, name=name, minimum=least, offer_drop=False)
    if not is_int(value):
        raise refuse(InvalidInput, func, name, "be an int, or a column of whole numbers", value)
    if not -(2**63) <= value < 2**63:
        raise refuse(Overflow, func, name, "fit int64 where the other is a column", value)
    if minimum is not None and value < minimum:
        raise refuse(InvalidInput, func, name, f"be at least {minimum}", value)
    return np.int64(value)
