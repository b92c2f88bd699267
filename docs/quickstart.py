"""A small shop reads its own order book, and runs a campaign for the customers who carry it.

The library opens no file and reads no clock. This script does, and hands over plain columns.
"""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from socialmkt import Calendar, Currency, Rule, Table, campaign, coupons, groupbuy, lottery, overlap, rfm, sla

ORDER_BOOK = Path(__file__).parent / "data" / "cdnow.csv"
NEW_YEAR, TODAY = date(1997, 12, 31), date(1998, 6, 30)
OPENS_AT = datetime(1998, 7, 1, tzinfo=UTC)
LOYAL_CORE = ("champions", "loyal")
USD = Currency("USD")
dollars = USD.format


def read_orders(path: Path) -> tuple[list[str], list[date], list[str]]:
    """Read who bought, when, and for how much."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    days = [date.fromisoformat(row["date"]) for row in rows]
    return [row["customer"] for row in rows], days, [row["amount"] for row in rows]


def show_customers(now: rfm.CustomerSummary, profile: Table) -> None:
    """What each kind of customer is worth, the ones that bring most first."""
    once = int((now.orders == 1).sum())
    print(f"  {now.orders.sum():,} orders of {len(now):,} customers, {dollars(now.total.sum())} in all.")
    print(f"  {once:,} customers ({once / len(now):.0%}) bought once and never came back.")
    print(f"\n  {'segment':20}{'customers':>10}{'revenue':>16}{'of all':>8}{'last seen':>12}{'orders':>8}")
    for row in profile.filter(profile["customers"] > 0).sort_by("revenue", descending=True).rows():
        print(
            f"  {rfm.label(row.segment):20}{row.customers:>10,}{dollars(row.revenue):>16}{row.revenue_share:>8.0%}"
            f"{row.median_since_last:>7,.0f} days{row.median_orders:>8.0f}"
        )


def loyal_core(now: rfm.CustomerSummary, segments: rfm.Segments) -> rfm.CustomerSummary:
    """Who carries the shop, by name: the campaign is for them."""
    core = now.filter(np.isin(segments.segment, LOYAL_CORE)).sort_by("total", descending=True)
    print(f"\n  The loyal core: {len(core):,} customers ({len(core) / len(now):.0%}) bring", end=" ")
    print(f"{core.total.sum() / now.total.sum():.0%} of the revenue. The first five to write to:")
    for row in core.head(5).rows():
        print(f"    customer {row.customer}: {row.orders} orders, {dollars(row.total)}, last on {row.last:%Y-%m-%d}")
    return core


def show_migration(migration: rfm.Migration) -> None:
    """Who moved between two dates that were judged by the same cuts."""
    moves = migration.moves
    in_core, still_in_core = np.isin(moves.before, LOYAL_CORE), np.isin(moves.after, LOYAL_CORE)
    print(f"\n  From {NEW_YEAR} to {TODAY}, {len(moves):,} customers changed their segment:")
    print(f"    {int((in_core & ~still_in_core).sum()):,} left the loyal core: ask them back before they are gone.")
    print(f"    {int((still_in_core & ~in_core).sum()):,} joined it: thank them.")


def offer_ladder(buyers: list[str]) -> None:
    """A box set for three weeks: the more join, the less each of them pays."""
    ladder = groupbuy.Ladder.of(USD, {10: "29.90", 20: "25.90", 40: "19.90"})
    closes_at = OPENS_AT + timedelta(days=21)
    deal = groupbuy.Deal(id="box set", ladder=ladder, opens_at=OPENS_AT, closes_at=closes_at, payment="prepay")
    joins = [OPENS_AT + timedelta(hours=7 * place) for place in range(len(buyers))]
    orders = [
        groupbuy.Order(id=buyer, buyer=buyer, quantity=1, placed_at=at, paid_at=at)
        for buyer, at in zip(buyers, joins, strict=True)
    ]
    week = groupbuy.status(deal, orders, as_of=OPENS_AT + timedelta(days=7))
    print(f"  After a week {week.count} pay {dollars(week.unit_price)} each;", end=" ")
    print(f"{week.progress.needed} more unlock {dollars(week.progress.next_price)}.")
    books = groupbuy.settle(deal, orders, as_of=closes_at)
    print(f"  At the close {len(buyers)} pay {dollars(books.unit_price)}: {dollars(books.revenue)} in all,", end=" ")
    print(f"{dollars(books.refund)} went back to those who joined early.")


def draw_prizes(now: rfm.CustomerSummary) -> list[str]:
    """One grand prize and many small ones, among those who bought twice and follow the shop."""
    follows = np.array([sum(map(int, customer)) % 3 == 0 for customer in now.customer])  # made up, like a follower list
    rule = Rule.at_least("orders", 2) & Rule.fact("follows")
    ok, why = rule.decide_columns({"orders": now.orders, "follows": follows})
    entries = lottery.Entries.from_columns(now.customer, weight=np.minimum(now.orders, 5)).exclude(~ok, reason=why)
    prizes = [
        lottery.Prize(name="stereo", quantity=1, unit_value=199_00),
        lottery.Prize(name="CD", quantity=20, unit_value=15_00),
    ]
    manifest = lottery.manifest(
        entries, prizes, draw_id="summer-1998", beacon="state lottery 1998-07-02", closes_at=OPENS_AT, currency="USD"
    )
    record = lottery.draw(manifest, entries, beacon="3 14 15 26 35 41")
    chance = lottery.odds(entries.weight, quantities={"stereo": 1, "CD": 20}).any_prize.probability
    print(f"  {len(entries):,} of {len(now):,} customers may win; committed beforehand: {manifest.commitment[:16]}...")
    print(f"  The chance of a prize is {chance[0]:.1%} for two orders, {chance[-1]:.1%} for five or more.")
    print(f"  The stereo goes to customer {record.winners.entry[0]};", end=" ")
    print(f"faults found on checking: {len(lottery.verify(record, entries))}.")
    return list(record.winners.entry)


def thank_followers(followers: list[str]) -> None:
    """A coupon of 5 dollars for each follower, once, in a code nobody can guess; and the best stack in a cart."""
    july = coupons.Validity(starts_at=OPENS_AT, ends_at=OPENS_AT + timedelta(days=30))
    five, tenth = coupons.AmountOff(value=5_00, minimum=20_00), coupons.PercentOff(off_bp=1000)
    follow = coupons.Campaign(
        id="follow", currency=USD, terms=five, validity=july, per_user=1, budget=100_00, rule=Rule.fact("follows")
    )
    summer = coupons.Campaign(id="summer", currency=USD, terms=tenth, validity=july)
    requests = [coupons.IssueRequest(key=f"follow-{who}", user=who, facts={"follows": True}) for who in followers]
    ledger = coupons.issue(follow, coupons.Ledger.empty(), [*requests, requests[0]], now=OPENS_AT).ledger
    book = coupons.CodeBook(coupons.CodeSpec(group=(4, 4, 3)), b"a secret of the shop", follow.id)
    print(f"  {dollars(follow.budget)} are enough for {ledger.issued} of {len(followers)} followers;", end=" ")
    print(f"the first code is {book.encode(0)}.")
    discs = coupons.Line(id="1", sku="disc", quantity=2, unit_price=14_99)
    cart = coupons.Cart(currency=USD, lines=[discs, coupons.Line(id="2", sku="box set", quantity=1, unit_price=19_90)])
    held = [ledger.held("follow#0", follow), coupons.Held(id="summer#7", campaign=summer, claimed_at=OPENS_AT)]
    quote = coupons.best(cart, held, now=OPENS_AT)
    print(f"  A cart of {dollars(quote.list_total)} costs {dollars(quote.total)}", end=" ")
    print(f"with {len(quote.discounts)} of {len(held)} coupons.")


def check_promise() -> None:
    """Every mention is answered within 5 minutes in working hours, and within an hour at night and on weekends."""
    minute = timedelta(minutes=1)
    hours = Calendar(weekly={"mon-fri": "09:00-18:00"}, tz="America/New_York")
    promise = sla.Target(within=5 * minute, otherwise=60 * minute, calendar=hours, objective=0.9)
    received = np.datetime64("1998-07-02T13:55") + np.arange(0, 2880, 24).astype("m8[m]")
    waited = (np.arange(120) ** 2 % 13 * 30).astype("m8[s]")  # made up, like a mailbox
    replied = np.where(np.arange(120) % 40 == 39, np.datetime64("NaT"), received + waited)
    report = sla.report(sla.check(received, replied, promise, as_of=OPENS_AT + timedelta(days=4)))
    print(f"  {report.attainment:.1%} of {report.n} mentions kept the promise.", end=" ")
    print(f"Is it {report.objective:.0%} in the long run? {report.verdict}.")
    print(f"  Half were answered after {report.percentiles[50]};", end=" ")
    print(f"{report.counts['open_overdue']} wait too long already.")


def compare_audiences(customers: list[str], days: list[date]) -> None:
    """Which board suits the product, and did the buyers of spring come back in summer?"""
    city = overlap.Profile(cells={"young": 0.4, "old": 0.6}, users=1_000_000)  # made up, like the boards
    buyers = overlap.TargetGroup(population=city, propensity={"young": 0.12, "old": 0.03})
    boards = {"music": overlap.Profile(cells={"young": 0.7, "old": 0.3}, users=300_000)}
    boards["news"] = overlap.Profile(cells={"young": 0.2, "old": 0.8}, users=500_000)
    for row in overlap.fit([overlap.Platform(name=n, profile=p) for n, p in boards.items()], buyers).rows():
        print(f"  The {row.platform} board: {row.score:.0f} points,", end=" ")
        print(f"{row.matched:,.0f} likely buyers, index {row.tgi:.0f}.")
    month = np.array([f"{day:%Y-%m}" for day in days])
    first, later = (overlap.Audience.from_ids(np.array(customers)[month == one]) for one in ("1997-03", "1997-06"))
    pair = overlap.overlap(first, later)
    print(f"  {pair.a:,} bought in March 1997, {pair.b:,} in June, {pair.both:,} in both:", end=" ")
    print(f"{pair.b_in_a:.0%} of June's buyers were March's.")


def plan_next(customers: list[str], core: list[str]) -> None:
    """Whom to greet this week, and in which order the next campaign opens."""
    born = [date(1950 + int(who) % 50, 1 + int(who) % 12, 1 + int(who) % 28) for who in core]  # made up
    week = campaign.birthdays(born, start=TODAY, end=TODAY + timedelta(days=7), days_before=3)
    print(f"  {len(week)} of the loyal core are to be greeted this week, the first for {week.on[0]}.")
    waves = campaign.seed_waves({"loyal": core, "the rest": sorted(set(customers))}, sizes={"the rest": 1_000})
    print(
        f"  The next campaign opens in {waves.waves} waves; the first invites {int((waves.wave == 1).sum()):,} people."
    )


def main() -> None:
    """Tell the shop's story."""
    customers, days, amounts = read_orders(ORDER_BOOK)
    before = rfm.summarize(customers, days, amounts, as_of=NEW_YEAR, currency="USD")
    now = rfm.summarize(customers, days, amounts, as_of=TODAY, currency="USD")
    cuts = rfm.fit_cuts(before)
    segments_before, segments_now = (rfm.segment(rfm.score(seen, cuts=cuts), rfm.TEN) for seen in (before, now))

    print("rfm: who are the customers?")
    show_customers(now, rfm.profile(segments_now, now))
    core = loyal_core(now, segments_now)
    show_migration(rfm.migrate(segments_before, segments_now))
    print("\ngroupbuy: what if the core buys together?")
    offer_ladder(core.customer[:40].tolist())
    print("\nlottery: who wins, and can anybody check it?")
    winners = draw_prizes(now)
    print("\ncoupons: what does a follower save?")
    thank_followers(winners)
    print("\nsla: do we answer in time?")
    check_promise()
    print("\noverlap: where are more of them?")
    compare_audiences(customers, days)
    print("\ncampaign: whom to write to next?")
    plan_next(customers, core.customer.tolist())


if __name__ == "__main__":
    main()
