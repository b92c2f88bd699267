"""Reading amounts in major units as whole minor units: exact, whatever the decimal context says."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from socialmkt.core._whole import is_int
from socialmkt.core.errors import InvalidInput, Overflow, SocialmktError, refuse

if TYPE_CHECKING:
    from collections.abc import Callable

Int64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

_FLOATS: tuple[type[Any], ...] = (float, np.floating)
_TEXT = re.compile(r"([+-]?[0-9]+)(?:\.([0-9]+))?")
_MOST_DIGITS = 4_000  # Python turns no text of more than 4,300 digits into an int
_CENTS_LIMIT = 2**51  # up to here a float tells two neighbouring amounts apart, at every exponent
_INT64_MIN, _INT64_MAX = -(2**63), 2**63 - 1


@dataclass(frozen=True, slots=True)
class MinorReader:
    """How the amounts of one parameter are read.

    `func` and `name` say whose amounts, for the errors. Without `rounding`, a rounding division, an amount must be
    exact. `floats` are refused unless they are expected.
    """

    code: str
    exponent: int
    rounding: Callable[[int, int], int] | None
    floats: bool
    func: str
    name: str
    count: int | None = None
    """Of a column that is refused: the rows that cannot be read, of `total`."""
    total: int | None = None

    def one(self, amount: Any, row: int | None = None) -> int:
        """Read one amount: text, Decimal or int (or float, where expected)."""
        top, bottom = self._ratio(amount, row)
        top *= int(10**self.exponent)
        if self.rounding is not None:
            return self.rounding(top, bottom)
        minor, rest = divmod(top, bottom)
        if rest:
            reader = "minor" if row is None else "minors"
            fix = f'To round it, Currency("{self.code}").{reader} takes rounding="half_even" and other rules.'
            raise self._refusal(InvalidInput, self._exactness(), amount, row, fix)
        return minor

    def column(self, values: NDArray[Any], nulls: Flags) -> Int64:
        """Read a raw column, 0 where it is null; refuse it with the count of its rows that are no amounts."""
        try:
            return self.minors(values, nulls)
        except SocialmktError:
            failing = sum(map(self._fails, values[~nulls].tolist()))
        return replace(self, count=failing, total=len(values)).minors(values, nulls)  # is refused again

    def minors(self, values: NDArray[Any], nulls: Flags) -> Int64:
        """Read a raw column, and refuse it at the first row that is no amount."""
        if values.dtype.kind in "iu":
            return self._whole(values, nulls)
        if values.dtype.kind == "f":
            return self._floats(values, nulls)
        return self._objects(values, nulls)

    def _whole(self, values: NDArray[Any], nulls: Flags) -> Int64:
        scale = 10**self.exponent
        values = np.where(nulls, 0, values) if nulls.any() else values
        if values.size:
            low, high = -(-_INT64_MIN // scale), _INT64_MAX // scale
            if int(values.min()) < low or int(values.max()) > high:
                row = int(np.argmax((values < low) | (values > high)))
                self._fit(int(values[row]) * scale, values[row], row)
        minors: Int64 = values.astype(np.int64) * scale
        return minors

    def _floats(self, values: NDArray[np.float64], nulls: Flags) -> Int64:
        """Round to minor units and divide back: an amount in cents comes back as the very float."""
        known = ~(nulls | np.isnan(values))
        if not self.floats and known.any():
            row = int(np.argmax(known))
            self._refuse_kind(values[row].item(), row)
        scale = 10.0**self.exponent
        with np.errstate(over="ignore", invalid="ignore"):
            minors = np.rint(np.where(known, values, 0.0) * scale)
            exact = (np.abs(minors) < _CENTS_LIMIT) & (minors / scale == values)
            minors = np.where(exact, minors, 0.0).astype(np.int64)
        for row in np.flatnonzero(known & ~exact).tolist():
            minors[row] = self.one(values[row].item(), row)
        return minors

    def _objects(self, values: NDArray[Any], nulls: Flags) -> Int64:
        rows = np.flatnonzero(~nulls).tolist()
        amounts = values[rows].tolist()
        if set(map(type, amounts)) == {str}:  # prices repeat: each text is read once
            first_row: dict[str, int] = {}
            for row, text in zip(rows, amounts, strict=True):
                first_row.setdefault(text, row)
            read = {text: self._int64(text, row) for text, row in first_row.items()}
            minors = [read[text] for text in amounts]
        else:
            minors = [self._int64(amount, row) for row, amount in zip(rows, amounts, strict=True)]
        result = np.zeros(len(values), dtype=np.int64)
        result[rows] = minors
        return result

    def _fails(self, amount: Any) -> bool:
        try:
            self._int64(amount, 0)
        except SocialmktError:
            return True
        return False

    def _int64(self, amount: Any, row: int) -> int:
        return self._fit(self.one(amount, row), amount, row)

    def _fit(self, minor: int, amount: Any, row: int) -> int:
        if not _INT64_MIN <= minor <= _INT64_MAX:
            raise self._refusal(Overflow, f"fit int64 in minor units of {self.code}", amount, row)
        return minor

    def _ratio(self, amount: Any, row: int | None) -> tuple[int, int]:
        """Amount in major units as numerator and denominator."""
        if isinstance(amount, str):
            return self._text_ratio(amount, row)
        if isinstance(amount, Decimal):
            return self._decimal_ratio(amount, row)
        if isinstance(amount, _FLOATS) and self.floats:
            return self._float_ratio(float(amount), row)
        if not is_int(amount):
            self._refuse_kind(amount, row)
        return int(amount), 1

    def _text_ratio(self, text: str, row: int | None) -> tuple[int, int]:
        match = _TEXT.fullmatch(text)
        if match is None:
            raise self._refusal(InvalidInput, "be digits with at most one point, such as '-12.50'", text, row)
        whole, fraction = match.groups(default="")
        if len(whole.lstrip("+-")) + len(fraction) > _MOST_DIGITS:
            raise self._refusal(Overflow, f"have at most {_MOST_DIGITS:,} digits", text, row)
        return int(whole + fraction), 10 ** len(fraction)

    def _decimal_ratio(self, amount: Decimal, row: int | None) -> tuple[int, int]:
        if not amount.is_finite():
            raise self._refusal(InvalidInput, "be finite", amount, row)
        if amount.adjusted() >= _MOST_DIGITS:
            raise self._refusal(Overflow, f"have at most {_MOST_DIGITS:,} digits", amount, row)
        if amount and amount.adjusted() < -_MOST_DIGITS:
            return (-1 if amount.is_signed() else 1), 10**_MOST_DIGITS  # rounds as any amount so small
        return amount.as_integer_ratio()

    def _float_ratio(self, amount: float, row: int | None) -> tuple[int, int]:
        """Ratio of a float read as its shortest decimal text."""
        if abs(amount) * 10.0**self.exponent < _CENTS_LIMIT:
            return Decimal(repr(amount)).as_integer_ratio()
        must = f"be finite and below 2**51 minor units of {self.code}"
        raise self._refusal(InvalidInput, must, amount, row, "A larger float cannot tell them apart: pass text.")

    def _exactness(self) -> str:
        if self.exponent == 0:
            return f"have no decimal places in {self.code}"
        return f"have at most {self.exponent} decimal places in {self.code}"

    def _refuse_kind(self, amount: Any, row: int | None) -> NoReturn:
        fix = None
        if isinstance(amount, _FLOATS) and row is not None:
            fix = "Pass text or Decimal, or floats=True for a file that was read as floats."
        elif isinstance(amount, _FLOATS) and math.isfinite(amount):
            fix = f'Pass "{Decimal(repr(float(amount))):f}": a float cannot hold most prices.'
        raise self._refusal(InvalidInput, "be text, Decimal or int", amount, row, fix)

    def _refusal(
        self, kind: type[SocialmktError], must: str, got: Any, row: int | None, fix: str | None = None
    ) -> SocialmktError:
        return refuse(kind, self.func, self.name, must, got, row=row, count=self.count, total=self.total, fix=fix)
