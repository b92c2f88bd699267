"""A small shop reads its own order book: who are its customers, who carries it, and who is drifting away?

The library opens no file and reads no clock. This script does, and hands over plain columns.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import numpy as np

from socialmkt import Currency, Table, rfm

ORDER_BOOK = Path(__file__).parent / "data" / "cdnow.csv"
NEW_YEAR, TODAY = date(1997, 12, 31), date(1998, 6, 30)
LOYAL_CORE = ("champions", "loyal")
dollars = Currency("USD").format


def read_orders(path: Path) -> tuple[list[str], list[date], list[str]]:
    """Read who bought, when, and for how much."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    days = [date.fromisoformat(row["date"]) for row in rows]
    return [row["customer"] for row in rows], days, [row["amount"] for row in rows]


def show_customers(now: rfm.CustomerSummary) -> None:
    """One line on the whole shop, one on its weak spot."""
    once = int((now.orders == 1).sum())
    print(f"  {now.orders.sum():,} orders of {len(now):,} customers, {dollars(now.total.sum())} in all.")
    print(f"  {once:,} customers ({once / len(now):.0%}) bought once and never came back.")


def show_segments(profile: Table) -> None:
    """What each kind of customer is worth, the ones that bring most first."""
    print(f"\n  {'segment':20}{'customers':>10}{'revenue':>16}{'of all':>8}{'last seen':>12}{'orders':>8}")
    for row in profile.filter(profile.customers > 0).sort_by("revenue", descending=True).rows():
        print(
            f"  {rfm.label(row.segment):20}{row.customers:>10,}{dollars(row.revenue):>16}{row.revenue_share:>8.0%}"
            f"{row.median_since_last:>7,.0f} days{row.median_orders:>8.0f}"
        )


def show_core(now: rfm.CustomerSummary, segments: rfm.Segments) -> None:
    """Who carries the shop, by name: a campaign starts with them."""
    core = now.filter(np.isin(segments.segment, LOYAL_CORE)).sort_by("total", descending=True)
    print(f"\n  The loyal core: {len(core):,} customers ({len(core) / len(now):.0%}) bring", end=" ")
    print(f"{core.total.sum() / now.total.sum():.0%} of the revenue. The first five to write to:")
    for row in core.head(5).rows():
        print(f"    customer {row.customer}: {row.orders} orders, {dollars(row.total)}, last on {row.last:%Y-%m-%d}")


def show_migration(migration: rfm.Migration) -> None:
    """Who moved between two dates that were judged by the same cuts."""
    moves = migration.moves
    in_core, still_in_core = np.isin(moves.before, LOYAL_CORE), np.isin(moves.after, LOYAL_CORE)
    print(f"\n  From {NEW_YEAR} to {TODAY}, {len(moves):,} customers changed their segment:")
    print(f"    {int((in_core & ~still_in_core).sum()):,} left the loyal core: ask them back before they are gone.")
    print(f"    {int((still_in_core & ~in_core).sum()):,} joined it: thank them.")


def main() -> None:
    """Tell the shop's story."""
    orders = read_orders(ORDER_BOOK)
    before = rfm.summarize(*orders, as_of=NEW_YEAR, currency="USD")
    now = rfm.summarize(*orders, as_of=TODAY, currency="USD")
    cuts = rfm.fit_cuts(before)
    segments_before, segments_now = (rfm.segment(rfm.score(seen, cuts=cuts), rfm.TEN) for seen in (before, now))

    print("rfm: who are the customers?")
    show_customers(now)
    show_segments(rfm.profile(segments_now, now))
    show_core(now, segments_now)
    show_migration(rfm.migrate(segments_before, segments_now))


if __name__ == "__main__":
    main()
