"""What codes say: serials out, in a row or a table, and serials in, read and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.core import columns
from socialmkt.core._whole import is_int
from socialmkt.core.errors import InvalidInput, Overflow, Verbatim, refuse
from socialmkt.core.table import Flags, Ints, Table, Texts, freeze
from socialmkt.coupons._fields import read_count
from socialmkt.coupons._layout import OK, REASONS

if TYPE_CHECKING:
    from socialmkt.coupons._code_spec import CodeSpec

Int64 = NDArray[np.int64]


class DecodedCode(NamedTuple):
    """What one code says.

    Attributes
    ----------
    serial : int
        -1 where the code is not valid.
    valid : bool
        Whether it is.
    reason : str
        Why not; empty where it is.

    Examples
    --------
    >>> DecodedCode(7, valid=True, reason="").serial
    7
    """

    serial: int
    valid: bool
    reason: str


class Decoded(Table):
    """What codes say.

    Parameters
    ----------
    serial : int64
        -1 where the code is not valid.
    valid : bool
        From `decode`: well-formed, which is no proof. From `authenticate`: issued.
    reason : text
        `prefix length symbol check`, and from `authenticate` also `blocked not_issued`; empty where it is valid.

    Examples
    --------
    >>> Decoded(serial=[7, -1], valid=[True, False], reason=["", "check"]).columns
    ('serial', 'valid', 'reason')
    """

    serial: Ints
    valid: Flags
    reason: Texts


class CodeBatch(Table):
    """Codes to print: those of the next serials, without the ones that hold a blocked word.

    Parameters
    ----------
    serials : int64
        Ascending.
    codes : text
        Their codes.
    next_serial : int
        Where the next batch starts.
    burned : int
        How many serials were stepped over.

    Examples
    --------
    >>> from socialmkt.coupons.codes import CodeBook, CodeSpec
    >>> batch = CodeBook(CodeSpec(), bytes(range(32)), "follow-5yuan").batch(2)
    >>> batch.codes.tolist(), batch.next_serial, batch.burned
    (['4ATNP5AYNPZ', 'HY7KD6KTQ0K'], 2, 0)
    """

    serials: Ints
    codes: Texts
    next_serial: int
    burned: int


def one_serial(serial: Any, spec: CodeSpec, func: str) -> int:
    """Read one serial."""
    if not 0 <= int(serial) < spec.capacity:
        raise refuse(InvalidInput, func, "serials", f"be from 0 to {spec.capacity - 1:,}", serial)
    return int(serial)


def many_serials(serials: Any, spec: CodeSpec, func: str) -> Int64:
    """Read a column of serials."""
    must = f"be from 0 to {spec.capacity - 1:,}"
    try:
        read = columns.quantities(serials, func=func, name="serials", offer_drop=False)
    except Overflow as error:  # beyond 64 bits is beyond the capacity: the same fault, one error
        got = Verbatim("a number beyond 64 bits")
        raise refuse(InvalidInput, func, "serials", must, got, row=error.row, count=error.count) from None
    if len(read) and int(read.max()) >= spec.capacity:
        over = read >= spec.capacity
        row, count = int(over.argmax()), int(over.sum())
        raise refuse(InvalidInput, func, "serials", must, int(read[row]), row=row, count=count, total=len(read))
    return read


def read_issued(issued: Any, func: str) -> int | Int64:
    """Read which serials were issued: a number, or a column, sorted."""
    if is_int(issued):
        return read_count(issued, func, "issued")
    return np.sort(columns.quantities(issued, func=func, name="issued", offer_drop=False))


def among(serials: Int64, issued: int | Int64) -> NDArray[np.bool_]:
    """Tell which serials were issued: all below a number, or those of a sorted column."""
    if isinstance(issued, int):
        return serials < issued
    if not len(issued):
        return np.zeros(len(serials), np.bool_)
    found: NDArray[np.bool_] = issued.take(np.searchsorted(issued, serials), mode="clip") == serials
    return found


def as_row(serial: int, status: int) -> DecodedCode:
    """Write what one code says."""
    valid = status == OK
    return DecodedCode(serial if valid else -1, valid, REASONS[status])


def as_table(serials: Int64, status: NDArray[np.uint8]) -> Decoded:
    """Write what codes say."""
    valid = status == OK
    serials[~valid] = -1
    reasons = np.array(REASONS, object).take(status)
    return Decoded(serial=freeze(serials), valid=freeze(valid), reason=freeze(reasons))
