"""What quantities cost, one at a time in Python ints and in bulk in int64.

In both modes the exact amount of n packages is one line per tier, `x = unit * n + offset`; only the tier differs. The
bulk kernels compute modulo 2**64, which is exact wherever the answer fits, and check beforehand that it does.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from socialmkt.core.errors import InvalidInput, Overflow, refuse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialmkt.core.money import Rounding

Int64 = NDArray[np.int64]
Amounts = NDArray[np.int64 | np.uint32]

_MAX = 2**63 - 1
_BLOCK = 1 << 15  # rows per block: the scratch arrays stay in the cache
_SHORT = 1 << 10  # fewer rows are not worth a table
_KEPT = 1 << 17  # entries of the longest table that is kept, of 1 MB at most
_STEP = (1 << 13) - 1  # kept tables grow by so much, not by single entries
_DENSEST = 1 << 20  # longer tables of amounts leave the cache
_BUCKET_BITS = 14
_MOST_PASSES = 3


@dataclass(frozen=True)
class Quotes:
    """A ladder compiled for quoting: tier starts in packages, and the line of each tier.

    `zero` is the amount of no package; `divisor` turns the price scale into minor units.
    """

    starts: Sequence[int]
    units: Sequence[int]
    offsets: Sequence[int]
    zero: int
    free: int
    package: int
    floor: bool
    divisor: int
    rounding: Rounding
    low: int | None
    high: int | None

    def with_zero(self, zero: int) -> Quotes:
        """Charge for no package."""
        return replace(self, zero=zero)

    @cached_property
    def plain(self) -> bool:
        """Whether a quantity is its own number of packages, and an exact amount its own final one."""
        return (self.free, self.package, self.divisor, self.low, self.high) == (0, 1, 1, None, None)

    def packages(self, quantity: int) -> int:
        """Count the packages of a quantity."""
        rest = max(quantity - self.free, 0)
        return rest // self.package if self.floor else -(-rest // self.package)

    def reaching(self, packages: int) -> int:
        """Find the least quantity that makes so many packages, at least 1."""
        return self.free + (packages * self.package if self.floor else (packages - 1) * self.package + 1)

    def exact(self, tier: int, packages: int) -> int:
        """Price packages by a tier, at the price scale."""
        return self.units[tier] * packages + self.offsets[tier]

    def final(self, exact: int) -> int:
        """Round an exact amount once, then clamp it."""
        amount, rest = divmod(exact, self.divisor)
        if rest:
            below, even_tie, odd_tie, above = self._carries
            rest += rest
            if rest == self.divisor:
                amount += odd_tie if amount & 1 else even_tie
            else:
                amount += above if rest > self.divisor else below
        if self.low is not None and amount < self.low:
            return self.low
        return self.high if self.high is not None and amount > self.high else amount

    @cached_property
    def _carries(self) -> tuple[int, ...]:
        """What the rounding adds to the floor: below a half, at a half (even, odd floor), above it."""
        return tuple(self.rounding.divide(quarters, 4) - quarters // 4 for quarters in (1, 2, 6, 3))

    def amount(self, quantity: int, func: str, name: str) -> int:
        """Price one quantity."""
        packages = quantity if self.plain else self.packages(quantity)
        tier = bisect_right(self.starts, packages) - 1
        if tier < 0:
            if packages:
                raise self._below(func, name, quantity)
            return self.zero
        exact = self.units[tier] * packages + self.offsets[tier]
        return exact if self.plain else self.final(exact)

    def _below(
        self, func: str, name: str, quantity: int, row: int | None = None, count: int | None = None
    ) -> InvalidInput:
        must = f"be 0 or reach the first tier, which takes {self.tier_starts[0]}"
        return refuse(InvalidInput, func, name, must, quantity, row=row, count=count)

    @cached_property
    def tier_starts(self) -> list[int]:
        """The least quantity of each tier."""
        return [self.reaching(start) for start in self.starts]

    def dominated(self) -> list[range]:
        """Find the quantities that cost strictly more than some larger one.

        Within a tier amounts never fall, so a quantity is dominated if it costs more than the cheapest later tier
        start, and those quantities are the end of their tier.
        """
        starts, cheapest, found = self.tier_starts, None, list[range]()
        for tier in range(len(starts) - 1, 0, -1):
            amount = self.amount(starts[tier], "", "")
            cheapest = amount if cheapest is None else min(cheapest, amount)
            first = self._first_above(cheapest, starts[tier - 1], starts[tier])
            if first < starts[tier]:
                found.append(range(first, starts[tier]))
        return _merged(found[::-1])

    def _first_above(self, amount: int, start: int, stop: int) -> int:
        """Bisect [start, stop), a single tier, for the first quantity dearer than an amount."""
        while start < stop:
            middle = (start + stop) // 2
            if self.amount(middle, "", "") > amount:
                stop = middle
            else:
                start = middle + 1
        return start

    # --- bulk -------------------------------------------------------------------------------------------------------

    def amounts(self, quantities: Int64, func: str, name: str) -> Int64:
        """Price a clean column of quantities >= 0."""
        if not quantities.size:
            return np.zeros(0, np.int64)
        most = int(quantities.max())
        self._require_sellable(quantities, most, func, name)
        self._require_fit(quantities, most, func, name)
        rows = len(quantities)
        if most < rows and rows >= _SHORT:
            table = self._kept_table(most) if most < _KEPT else self._table_for(most, rows)
            if table is not None:
                return _looked_up(table, quantities)
        if rows <= _BLOCK:
            return self._priced(quantities, self._searched(quantities))
        return self._in_blocks(quantities)

    def _require_sellable(self, quantities: Int64, most: int, func: str, name: str) -> None:
        one, first = self.reaching(1), self.tier_starts[0]
        if most < one or one == first:
            return
        wrong = (quantities >= one) & (quantities < first)
        if wrong.any():
            row = int(wrong.argmax())
            raise self._below(func, name, int(quantities[row]), row, int(wrong.sum()))

    def _require_fit(self, quantities: Int64, most: int, func: str, name: str) -> None:
        """Refuse before int64 can wrap: cheaply for nearly all batches, then tier by tier, then row by row."""
        unit, offset = self._steepest
        if unit * most + offset > _MAX:
            for tier, first, last in self._tiers_within(int(quantities.min()), most):
                if self.exact(tier, self.packages(last)) > _MAX:
                    unit, offset = self.units[tier], self.offsets[tier]
                    over = self.reaching((_MAX - offset) // unit + 1) if unit else first
                    _require_none((quantities >= max(first, over)) & (quantities <= last), quantities, func, name)
        if self.zero > _MAX:
            _require_none(quantities < self.reaching(1), quantities, func, name)
        if self.low is not None and self.low > _MAX:
            _require_none(quantities >= self.reaching(1), quantities, func, name)

    @cached_property
    def _steepest(self) -> tuple[int, int]:
        return max(self.units), max(0, *self.offsets)

    def _tiers_within(self, least: int, most: int) -> list[tuple[int, int, int]]:
        """List the tiers that [least, most] meets, each with the first and last quantity it prices."""
        starts = self.tier_starts
        low, high = max(bisect_right(starts, least) - 1, 0), bisect_right(starts, most)
        ends = [*starts[1:], most + 1]
        return [(tier, max(starts[tier], least), min(ends[tier] - 1, most)) for tier in range(low, high)]

    @cached_property
    def _starts64(self) -> Int64:
        """Tier starts in quantities, without those beyond int64."""
        starts = self.tier_starts
        return np.array([min(starts[0], _MAX), *(start for start in starts[1:] if start <= _MAX)], np.int64)

    @cached_property
    def _units64(self) -> Int64:
        return _modulo(self.units)

    @cached_property
    def _offsets64(self) -> Int64:
        return _modulo(self.offsets)

    @cached_property
    def _zero_is_apart(self) -> bool:
        """Whether no package costs something else than the first tier's line says in int64."""
        return self.offsets[0] > _MAX or self.zero != self.final(self.offsets[0])

    def _packages64(self, quantities: Int64) -> Int64:
        if (self.free, self.package) == (0, 1):
            return quantities
        rest = np.maximum(quantities - min(self.free, _MAX), 0)
        whole = rest // min(self.package, _MAX)
        if self.floor:
            return whole if self.package <= _MAX else np.zeros_like(rest)
        return whole + (rest > whole * min(self.package, _MAX))

    def _priced(self, quantities: Int64, tiers: NDArray[np.intp]) -> Int64:
        """Price quantities by the tiers that they have reached."""
        amounts = self._units64.take(tiers, mode="clip")
        amounts *= self._packages64(quantities)
        amounts += self._offsets64.take(tiers, mode="clip")
        amounts = self._final64(amounts)
        if self._zero_is_apart:
            np.putmask(amounts, quantities < self.reaching(1), min(self.zero, _MAX))
        return amounts

    def _final64(self, exact: Int64) -> Int64:
        amounts = exact if self.divisor == 1 else self.rounding.divide(exact, self.divisor)
        if self.low is not None:
            np.maximum(amounts, min(self.low, _MAX), out=amounts)
        if self.high is not None:
            np.minimum(amounts, min(self.high, _MAX), out=amounts)
        return amounts

    def _searched(self, quantities: Int64) -> NDArray[np.intp]:
        return np.searchsorted(self._starts64[1:], quantities, side="right")

    def _kept_table(self, most: int) -> Amounts:
        """Give a table of amounts that reaches `most`; the longest one is kept with the ladder."""
        table = self._kept.get("table")
        if table is None or len(table) <= most:
            table = self._table(min(most | _STEP, _KEPT - 1))
            self._kept["table"] = table
        return table

    @cached_property
    def _kept(self) -> dict[str, Amounts]:
        return {}

    def _table_for(self, most: int, rows: int) -> Amounts | None:
        """Make a table for one batch, if it is not too long, and well below the size of the result."""
        if most >= _DENSEST or (2 * most >= rows and self._table_type(most) is np.int64):
            return None
        return self._table(most)

    def _table_type(self, most: int) -> type[np.int64 | np.uint32]:
        if most < _BLOCK:
            return np.int64
        within = self._tiers_within(0, most)
        exact = (self.exact(tier, self.packages(last)) for tier, _, last in within)
        return np.uint32 if max(exact, default=0) < 2**32 > max(self.zero, self.low or 0) else np.int64

    def _table(self, most: int) -> Amounts:
        """List the final amounts of 0 .. most, a block at a time, in half the space where they are small."""
        table = np.empty(most + 1, self._table_type(most))
        for start in range(0, most + 1, _BLOCK):
            table[start : start + _BLOCK] = self._run(start, min(start + _BLOCK, most + 1))
        return table

    def _run(self, start: int, stop: int) -> Int64:
        """Price the consecutive quantities [start, stop): tier by tier, without a search."""
        quantities = np.arange(start, stop, dtype=np.int64)
        amounts = self._packages64(quantities)
        for tier, first, last in self._tiers_within(start, stop - 1):
            part = amounts[first - start : last + 1 - start]
            part *= self._units64[tier]
            part += self._offsets64[tier]
        amounts = self._final64(amounts)
        amounts[: max(self.reaching(1) - start, 0)] = min(self.zero, _MAX)
        return amounts

    @cached_property
    def _buckets(self) -> tuple[int, int, NDArray[np.intp], Int64]:
        """Shift, passes, tier at each bucket's begin, and the start of the tier after each."""
        starts = self._starts64
        shift = max(int(starts[-1]).bit_length() - _BUCKET_BITS, 0)
        begins = np.arange((int(starts[-1]) >> shift) + 1, dtype=np.int64) << shift
        tiers = np.maximum(np.searchsorted(starts, begins, side="right") - 1, 0)
        inside = starts[1:][(starts[1:] & ((1 << shift) - 1)) != 0]
        passes = int(np.bincount(inside >> shift).max()) if inside.size else 0
        return shift, passes, tiers, np.append(starts[1:], _MAX)

    def _in_blocks(self, quantities: Int64) -> Int64:
        shift, passes, tiers, following = self._buckets
        amounts = np.empty(len(quantities), np.int64)
        for start in range(0, len(quantities), _BLOCK):
            block = quantities[start : start + _BLOCK]
            if passes > _MOST_PASSES:
                reached = self._searched(block)
            else:
                reached = tiers.take(block >> shift, mode="clip")
                for _ in range(passes):
                    reached += block >= following.take(reached, mode="clip")
            amounts[start : start + _BLOCK] = self._priced(block, reached)
        return amounts


def _looked_up(table: Amounts, quantities: Int64) -> Int64:
    """Look the amounts up; a block that has to be widened is widened in the cache."""
    if table.dtype == np.int64:
        return table.take(quantities, mode="clip").astype(np.int64, copy=False)
    table.max()  # reads the table in order: into the cache, where random look-ups are three times as fast
    rows = len(quantities)
    amounts, found = np.empty(rows, np.int64), np.empty(_BLOCK, table.dtype)
    for start in range(0, rows, _BLOCK):
        part = found[: rows - start]
        table.take(quantities[start : start + _BLOCK], mode="clip", out=part)
        amounts[start : start + _BLOCK] = part
    return amounts


def _require_none(over: NDArray[np.bool_], quantities: Int64, func: str, name: str) -> None:
    if over.any():
        row, count = int(over.argmax()), int(over.sum())
        got = int(quantities[row])
        raise refuse(
            Overflow, func, name, "have amounts that fit int64 at the price scale", got, row=row, count=count,
            total=len(over), fix="amount() prices a single quantity of any size.",
        )  # fmt: skip


def _modulo(numbers: Sequence[int]) -> Int64:
    """Fold ints of any size into int64, modulo 2**64."""
    return np.array([(number + 2**63) % 2**64 - 2**63 for number in numbers], np.int64)


def _merged(ranges: list[range]) -> list[range]:
    """Join neighbours of ascending disjoint ranges."""
    joined: list[range] = []
    for part in ranges:
        if joined and joined[-1].stop == part.start:
            joined[-1] = range(joined[-1].start, part.stop)
        else:
            joined.append(part)
    return joined
