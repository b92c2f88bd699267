"""Raking: fit a table to given totals, and keep its pattern."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.core import columns
from socialmkt.core.errors import Infeasible, InvalidInput, Verbatim, refuse
from socialmkt.core.model import Count  # noqa: TC001  # pydantic reads it
from socialmkt.overlap._arrays import ArrayModel, Matrix, read_matrix
from socialmkt.overlap._audience_fields import whole
from socialmkt.overlap._levels import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialmkt.core.columns import Column

Floats = NDArray[np.float64]

_FUNC = "overlap.rake"
_AGREE_WITHIN = 1e-9


class Fitted(NamedTuple):
    """A table with the totals asked for, nearly."""

    table: Floats
    iterations: int
    error: float


class Raked(ArrayModel):
    """A table fitted to its totals.

    Parameters
    ----------
    table : float64 array of shape (rows, columns)
        The fitted table.
    iterations : int
        How often all totals were set.
    error : float
        The largest difference from a total, as a share of all.

    Examples
    --------
    >>> rake([[1, 1], [1, 1]], [30, 70], [50, 50]).table
    array([[15., 15.],
           [35., 35.]])
    """

    table: Matrix
    iterations: Count
    error: float


def rake(seed: Any, rows: Column, columns: Column, *, tolerance: float = 1e-10, max_iterations: int = 1000) -> Raked:
    """Fit a table to given row and column totals.

    Parameters
    ----------
    seed : matrix of shape (r, c), numbers >= 0
        The pattern to keep, such as a census; a zero stays a zero.
    rows, columns : columns of shape (r,) and (c,), numbers >= 0
        The totals; both add up to the same.
    tolerance : float above 0
        Stop when no total is off by more than this share of all.
    max_iterations : int >= 1
        Give up after so many.

    Returns
    -------
    Raked
        `table iterations error`.

    Raises
    ------
    InvalidInput
        Another shape, negative or infinite numbers, nulls, or totals that do not add up to the same within 1e-9.
    Infeasible
        A zero blocks a total, or the fit does not converge.

    Notes
    -----
    Iterative proportional fitting: rows and columns are scaled in turn. Of all tables with these totals the result is
    the nearest to the seed in relative entropy. Column totals that are off by less than 1e-9 are scaled to the sum of
    the rows. O(r c) an iteration.

    References
    ----------
    W. E. Deming, F. F. Stephan, "On a least squares adjustment of a sampled frequency table when the expected marginal
    totals are known", Annals of Mathematical Statistics 11 (1940), doi:10.1214/aoms/1177731829.

    Examples
    --------
    >>> rake([[3, 1], [1, 3]], [50, 50], [50, 50]).table
    array([[37.5, 12.5],
           [12.5, 37.5]])
    """
    stop = number(tolerance, _FUNC, "tolerance", above=0)
    most = whole(max_iterations, 1, 2**31, func=_FUNC, name="max_iterations")
    totals = [_totals(rows, "rows"), _totals(columns, "columns")]
    start = _seed(seed, (len(totals[0]), len(totals[1])))
    whole_sum, other = (math.fsum(total) for total in totals)
    if abs(whole_sum - other) > _AGREE_WITHIN * max(whole_sum, other):
        raise refuse(InvalidInput, _FUNC, "columns", f"add up to the same as the rows, {whole_sum:,}", other)
    if other:
        totals[1] = totals[1] * (whole_sum / other)
    fitted = fit_margins(start, totals, stop, most, func=_FUNC, name="seed")
    return Raked(table=fitted.table, iterations=fitted.iterations, error=fitted.error)


def _totals(given: Any, name: str) -> Floats:
    totals = columns.numbers(given, func=_FUNC, name=name)
    if (totals < 0).any():
        row = int((totals < 0).argmax())
        raise refuse(InvalidInput, _FUNC, name, "be at least 0", float(totals[row]), row=row)
    return totals


def _seed(seed: Any, shape: tuple[int, int]) -> Floats:
    table = read_matrix(seed, shape, _FUNC, "seed")
    if not (table >= 0).all() or not (table < np.inf).all():
        raise refuse(InvalidInput, _FUNC, "seed", "be finite and at least 0", Verbatim("another number"))
    return table.astype(np.float64)


def fit_margins(
    seed: Floats, margins: Sequence[Floats], tolerance: float, most: int, *, func: str, name: str
) -> Fitted:
    """Scale a table of any dimension until its sums along every other dimension are the margins."""
    table, whole_sum = seed, float(margins[0].sum())
    if not whole_sum:
        return Fitted(np.zeros_like(seed), 0, 0.0)
    for axis, margin in enumerate(margins):
        blocked = np.flatnonzero((_sums(table, axis) == 0) & (margin > 0))
        if blocked.size:
            must = f"have a number above 0 where there is a total, along axis {axis}"
            raise refuse(Infeasible, func, name, must, Verbatim(f"none for total {int(blocked[0])}"))
    error = math.inf
    for iteration in range(1, most + 1):
        for axis, margin in enumerate(margins):
            table = _scaled(table, axis, margin)
        error = max(float(np.abs(_sums(table, axis) - margin).max()) for axis, margin in enumerate(margins)) / whole_sum
        if error <= tolerance:
            return Fitted(table, iteration, error)
    fix = "Its zeros may leave no table with these totals."
    raise refuse(
        Infeasible, func, name, f"converge within {most:,} iterations", Verbatim(f"error {error:.3g}"), fix=fix
    )


def _sums(table: Floats, axis: int) -> Floats:
    sums: Floats = table.sum(axis=tuple(other for other in range(table.ndim) if other != axis))
    return sums


def _scaled(table: Floats, axis: int, margin: Floats) -> Floats:
    sums = _sums(table, axis)
    factors = np.divide(margin, sums, out=np.zeros_like(sums), where=sums > 0)
    return table * factors.reshape([-1 if other == axis else 1 for other in range(table.ndim)])
