"""Special functions on bare numpy arrays: incomplete beta and gamma, and the hypergeometric tail.

No function here takes the difference of two large logarithms of factorials, which is what costs digits in the
millions. What is large is a deviance, a sum of terms of one sign that is exact to the last digits; what is left of the
factorials is Stirling's small remainder. Every row stops at its own convergence, so that it gets the same answer alone
and in a column.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

Floats = NDArray[np.float64]

_SERIES_BELOW = 0.2
_SERIES_TERMS = 11
_STIRLING_FROM = 10.0
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)
_CONVERGED = 1e-15
_NEWTON_CONVERGED = 1e-10  # the step after one this small changes nothing
_TAIL_BLOCK = 4096
_NEGLIGIBLE = 1e-18


def excess(delta: Floats) -> Floats:
    """Give (1 + d) log(1 + d) - d for d >= -1: how far a count is from what was expected, per expected one."""
    v = delta / (2 + delta)
    square = v * v
    series = np.zeros_like(v)
    for power in range(2 * _SERIES_TERMS + 1, 1, -2):
        series = series * square + 1 / power
    near = delta * v + 2 * (1 + delta) * series * square * v
    with np.errstate(divide="ignore", invalid="ignore"):
        far = np.where(delta > -1, (1 + delta) * np.log1p(delta) - delta, 1.0)
    return np.where(np.abs(delta) < _SERIES_BELOW, near, far)


def stirling_rest(z: Floats) -> Floats:
    """Give log gamma(z) - ((z - 1/2) log z - z + log(2 pi) / 2) for z > 0."""
    z = z.copy()
    rest = np.zeros_like(z)
    while (small := z < _STIRLING_FROM).any():
        rest[small] += (z[small] + 0.5) * np.log1p(1 / z[small]) - 1
        z[small] += 1
    inverse = 1 / z
    square = inverse * inverse
    series = np.zeros_like(z)
    for coefficient in reversed(_STIRLING):
        series = series * square + coefficient
    return rest + series * inverse


def log_factorial_rest(n: Floats) -> Floats:
    """Give log n! - (n log n - n) for n >= 0, which is 0 at 0."""
    positive = np.where(n > 0, n, 1.0)
    return np.where(n > 0, 0.5 * np.log(2 * math.pi * positive) + stirling_rest(positive), 0.0)


def beta_lower(x: Floats, a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Give the regularised incomplete beta function I_x(a, b) and its density, for 0 < x < 1 and a, b > 0."""
    n = a + b
    with np.errstate(over="ignore", under="ignore"):
        deviance = n * x * excess((a - n * x) / (n * x)) + n * (1 - x) * excess((b - n * (1 - x)) / (n * (1 - x)))
        rest = stirling_rest(n) - stirling_rest(a) - stirling_rest(b)
        front = np.exp(rest - deviance) * np.sqrt(a / n * b / (2 * math.pi))
        upper = x > (a + 1) / (n + 2)
        near = np.where(upper, 1 - x, x)
        first, second = np.where(upper, b, a), np.where(upper, a, b)
        tail = front / first / _continued_fraction(np.ones_like(x), lambda k: _beta_term(k, near, first, second))
    return np.where(upper, 1 - tail, tail), front / (x * (1 - x))


def _beta_term(k: int, x: Floats, a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Give term k of the fraction of DLMF 8.17.22."""
    m = k // 2
    if k % 2:
        return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)), np.ones_like(x)
    return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), np.ones_like(x)


def _continued_fraction(start: Floats, term: Callable[[int], tuple[Floats, Floats]]) -> Floats:
    """Evaluate start + a1 / (b1 + a2 / (b2 + ...)) by Lentz's method, where term(k) gives a_k and b_k."""
    value, c, d = start, start, np.zeros_like(start)
    k, moving = 0, np.ones(len(start), dtype=np.bool_)
    while moving.any():
        k += 1
        numerator, denominator = term(k)
        d = 1 / (denominator + numerator * d)
        c = denominator + numerator / c
        value = np.where(moving, value * (c * d), value)
        moving &= np.abs(c * d - 1) > _CONVERGED
    return value


def beta_quantile(p: float, a: Floats, b: Floats, start: Floats, high: Floats) -> Floats:
    """Find the x with I_x(a, b) = p, known to lie below `high`: Newton's method on the logarithm, kept in a bracket."""
    low, x = np.zeros_like(start), start
    moving = np.ones(len(start), dtype=np.bool_)
    while moving.any():
        value, density = beta_lower(x, a, b)
        low, high = np.where(value < p, x, low), np.where(value < p, high, x)
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = x - np.log(value / p) * value / density
        step = np.where((low <= newton) & (newton <= high), newton, (low + high) / 2)
        x, far = np.where(moving, step, x), np.abs(step - x) > _NEWTON_CONVERGED * x
        moving &= far
    return x


def gamma_upper(a: Floats, x: Floats) -> Floats:
    """Give the regularised incomplete gamma function Q(a, x), for a > 0 and x >= 0."""
    result = np.ones_like(x)
    series, fraction = (x > 0) & (x < a + 1), x >= a + 1
    result[series] = 1 - _gamma_series(a[series], x[series])
    result[fraction] = _gamma_fraction(a[fraction], x[fraction])
    return result


def _gamma_front(a: Floats, x: Floats) -> Floats:
    """Give x^a e^-x / gamma(a + 1)."""
    far = x < 1e-8 * a  # there a / x may pass the largest float
    near = np.where(far, a, x)
    exponent = np.where(far, a * (np.log(a) - np.log(x)) - a + x, near * excess((a - near) / near))
    with np.errstate(under="ignore"):
        return np.exp(-exponent - stirling_rest(a)) / np.sqrt(2 * math.pi * a)


def _gamma_series(a: Floats, x: Floats) -> Floats:
    """Sum P(a, x) by its power series (DLMF 8.11.4)."""
    term = np.ones_like(x)
    total, k = term, 0
    while (counts := term > _CONVERGED / 10 * total).any():
        k += 1
        term = np.where(counts, term * x / (a + k), 0.0)
        total = total + term
    return _gamma_front(a, x) * total


def _gamma_fraction(a: Floats, x: Floats) -> Floats:
    """Evaluate Q(a, x) by its continued fraction (DLMF 8.9.2)."""
    fraction = _continued_fraction(x + 1 - a, lambda k: (-k * (k - a), x + 2 * k + 1 - a))
    return _gamma_front(a, x) * a / fraction


def log_hypergeom_pmf(universe: int, a: int, b: int, both: int) -> float:
    """Give the log of the chance that sets of a and b people, drawn at random, share exactly `both`."""
    rows, columns = (a, universe - a), (b, universe - b)
    surplus = both * universe - a * b
    deviance = 0.0
    for row, column, sign in ((0, 0, 1), (0, 1, -1), (1, 0, -1), (1, 1, 1)):
        product = rows[row] * columns[column]
        deviance += product / universe * float(excess(np.array(sign * surplus / product)))
    cells = [both, a - both, b - both, universe - a - b + both]
    rests = log_factorial_rest(np.array([*rows, *columns, universe, *cells], dtype=np.float64))
    return math.fsum([*rests[:4], *(-rests[4:]), -deviance])


def log_hypergeom_upper(universe: int, a: int, b: int, both: int) -> float:
    """Give the log of the chance that they share at least `both`; exactly 0.0 where that is certain."""
    least, mode = max(0, a + b - universe), (a + 1) * (b + 1) // (universe + 2)
    if both <= least:
        return 0.0
    if both > mode:
        return min(0.0, _log_tail(universe, a, b, both))
    # at most both - 1 shared is at least a - both + 1 shared with everybody else
    return math.log1p(-math.exp(_log_tail(universe, a, universe - b, a - both + 1)))


def _log_tail(universe: int, a: int, b: int, both: int) -> float:
    """Give the same beyond the mode: the first term, and how much the falling terms after it add."""
    total, term, first = 1.0, 1.0, both
    last = min(a, b)
    while first < last and term > _NEGLIGIBLE * total:
        k = np.arange(first, min(first + _TAIL_BLOCK, last), dtype=np.int64).astype(np.float64)
        ratios = (a - k) / (k + 1) * ((b - k) / (universe - a - b + 1 + k))
        with np.errstate(under="ignore"):
            terms = term * np.cumprod(ratios)
        total += float(terms.sum())
        term = float(terms[-1])
        first += _TAIL_BLOCK
    return log_hypergeom_pmf(universe, a, b, both) + math.log(total)
