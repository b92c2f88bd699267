"""A small shop reads its own order book, and runs one campaign for the customers who carry it.

The library opens no file and reads no clock. This script does, and hands over plain columns.
"""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from socialmkt import Calendar, Currency, Rule, campaign, coupons, groupbuy, lottery, overlap, rfm, sla

ORDER_BOOK = Path(__file__).parent / "data" / "cdnow.csv"
NEW_YEAR, TODAY = date(1997, 12, 31), date(1998, 6, 30)
OPENS_AT, CLOSES_AT = datetime(1998, 7, 1, tzinfo=UTC), datetime(1998, 7, 22, tzinfo=UTC)
LOYAL_CORE = ("champions", "loyal")
USD = Currency("USD")
dollars = USD.format


def segment_customers(now: rfm.CustomerSummary, before: rfm.CustomerSummary) -> rfm.CustomerSummary:
    """Who carries the shop, and who moved since new year, judged by the same cuts?"""
    cuts = rfm.fit_cuts(before)
    segments, earlier = (rfm.segment(rfm.score(seen, cuts=cuts), rfm.TEN) for seen in (now, before))
    print(f"  {now.orders.sum():,} orders of {len(now):,} customers, {dollars(now.total.sum())} in all.")
    for row in rfm.profile(segments, now).sort_by("revenue", descending=True).head(3).rows():
        print(f"  {rfm.label(row.segment):12} {row.customers:4} customers, {row.revenue_share:.0%} of the revenue.")
    moves = rfm.migrate(earlier, segments).moves
    was_core, is_core = np.isin(moves.before, LOYAL_CORE), np.isin(moves.after, LOYAL_CORE)
    print(
        f"  {(was_core & ~is_core).sum()} left the loyal core: ask them back; {(is_core & ~was_core).sum()} joined it."
    )
    return now.filter(np.isin(segments.segment, LOYAL_CORE)).sort_by("total", descending=True)


def match_audiences(customers: list[str], days: list[date]) -> None:
    """Which board suits the product, and did the buyers of spring come back in summer?"""
    city = overlap.Profile(cells={"young": 0.4, "old": 0.6}, users=1_000_000)  # made up, like the boards
    buyers = overlap.TargetGroup(population=city, propensity={"young": 0.12, "old": 0.03})
    boards = {"music": overlap.Profile(cells={"young": 0.7, "old": 0.3}, users=300_000)}
    boards["news"] = overlap.Profile(cells={"young": 0.2, "old": 0.8}, users=500_000)
    for row in overlap.fit([overlap.Platform(name=n, profile=p) for n, p in boards.items()], buyers).rows():
        print(f"  The {row.platform} board: {row.score:.0f} points, {row.matched:,.0f} buyers, index {row.tgi:.0f}.")
    month = np.array([f"{day:%Y-%m}" for day in days])
    spring, summer = (overlap.Audience.from_ids(np.array(customers)[month == one]) for one in ("1997-03", "1997-06"))
    pair = overlap.overlap(spring, summer)
    print(f"  {pair.a:,} bought in March 1997, {pair.b:,} in June, {pair.both:,} in both: {pair.b_in_a:.0%} of June's.")


def sell_together(buyers: list[str]) -> None:
    """A box set for 21 days: the more join, the less each of them pays."""
    ladder = groupbuy.Ladder.of(USD, {10: "29.90", 20: "25.90", 40: "19.90"})
    deal = groupbuy.Deal(id="box set", ladder=ladder, opens_at=OPENS_AT, closes_at=CLOSES_AT, payment="prepay")
    joins = [(who, OPENS_AT + timedelta(hours=7 * place)) for place, who in enumerate(buyers)]
    orders = [groupbuy.Order(id=who, buyer=who, quantity=1, placed_at=at, paid_at=at) for who, at in joins]
    week = groupbuy.status(deal, orders, as_of=OPENS_AT + timedelta(days=7))
    needed, price = week.progress.needed, dollars(week.progress.next_price)
    print(f"  After a week {week.count} pay {dollars(week.unit_price)} each; {needed} more unlock {price}.")
    books = groupbuy.settle(deal, orders, as_of=CLOSES_AT)
    print(f"  At the close {len(buyers)} pay {dollars(books.unit_price)}: {dollars(books.revenue)} in all;", end=" ")
    print(f"{dollars(books.refund)} went back to those who joined early.")


def draw_prizes(now: rfm.CustomerSummary) -> None:
    """One grand prize and many consolation prizes, among those who bought twice and follow the shop."""
    follows = np.array([sum(map(int, customer)) % 3 == 0 for customer in now.customer])  # made up, like a follower list
    rule = Rule.at_least("orders", 2) & Rule.fact("follows")
    ok, why = rule.decide_columns({"orders": now.orders, "follows": follows})
    entries = lottery.Entries.from_columns(now.customer, weight=np.minimum(now.orders, 5)).exclude(~ok, reason=why)
    stereo = lottery.Prize(name="stereo", quantity=1, unit_value=199_00)
    discs = lottery.Prize(name="CD", quantity=20, unit_value=15_00)
    manifest = lottery.manifest(
        entries, [stereo, discs], draw_id="thanks", beacon="lottery 1998-07-23", closes_at=CLOSES_AT, currency="USD"
    )
    record = lottery.draw(manifest, entries, beacon="3 14 15 26 35 41")
    chance = lottery.odds(entries.weight, quantities={"stereo": 1, "CD": 20}).any_prize.probability
    print(f"  {len(entries):,} of {len(now):,} customers may win; committed beforehand: {manifest.commitment[:16]}...")
    print(f"  The chance of a prize is {chance[0]:.1%} for two orders, {chance[-1]:.1%} for five or more.")
    faults = len(lottery.verify(record, entries))
    print(f"  The stereo goes to customer {record.winners.entry[0]}; faults found on checking: {faults}.")


def thank_followers(followers: list[str]) -> None:
    """A coupon of 5 dollars for each follower, once, in a code nobody can guess; and the best stack in a cart."""
    july = coupons.Validity(starts_at=OPENS_AT, ends_at=CLOSES_AT)
    five = coupons.AmountOff(value=5_00, minimum=20_00)
    follow = coupons.Campaign(
        id="follow", currency=USD, terms=five, validity=july, per_user=1, budget=100_00, rule=Rule.fact("follows")
    )
    summer = coupons.Campaign(id="summer", currency=USD, terms=coupons.PercentOff(off_bp=1000), validity=july)
    requests = [coupons.IssueRequest(key=f"follow-{who}", user=who, facts={"follows": True}) for who in followers]
    ledger = coupons.issue(follow, coupons.Ledger.empty(), [*requests, requests[0]], now=OPENS_AT).ledger
    code = coupons.CodeBook(coupons.CodeSpec(group=(4, 4, 3)), b"a secret of the shop", follow.id).encode(0)
    print(f"  {dollars(follow.budget)} are enough for {ledger.issued} of {len(followers)} followers; a code is {code}.")
    discs = coupons.Line(id="1", sku="disc", quantity=2, unit_price=14_99)
    cart = coupons.Cart(currency=USD, lines=[discs, coupons.Line(id="2", sku="box", quantity=1, unit_price=19_90)])
    held = [ledger.held("follow#0", follow), coupons.Held(id="summer#7", campaign=summer, claimed_at=OPENS_AT)]
    quote = coupons.best(cart, held, now=OPENS_AT)
    print(f"  A cart of {dollars(quote.list_total)} costs {dollars(quote.total)} with {len(quote.discounts)} coupons.")


def check_promise() -> None:
    """Every mention is answered within 5 minutes in working hours, and within an hour at night and on weekends."""
    hours = Calendar(weekly={"mon-fri": "09:00-18:00"}, tz="America/New_York")
    promise = sla.Target(within=timedelta(minutes=5), otherwise=timedelta(hours=1), calendar=hours, objective=0.9)
    received = np.datetime64("1998-07-02T13:55") + np.arange(0, 2880, 24).astype("m8[m]")
    waited = (np.arange(120) ** 2 % 13 * 30).astype("m8[s]")  # made up, like a mailbox
    replied = np.where(np.arange(120) % 40 == 39, np.datetime64("NaT", "us"), received + waited)
    report = sla.report(sla.check(received, replied, promise, as_of=OPENS_AT + timedelta(days=4)))
    print(
        f"  {report.attainment:.1%} of {report.n} mentions kept the promise; {report.objective:.0%}? {report.verdict}."
    )
    print(f"  Half were answered after {report.percentiles[50]}; {report.counts['open_overdue']} wait too long.")


def plan_next(customers: list[str], core: list[str]) -> None:
    """Whom to greet this week, and in which order the next campaign opens."""
    born = [date(1950 + int(who) % 50, 1 + int(who) % 12, 1 + int(who) % 28) for who in core]  # made up
    week = campaign.birthdays(born, start=TODAY, end=TODAY + timedelta(days=7), days_before=3)
    print(f"  {len(week)} of the loyal core are to be greeted this week, the first for {week.on[0]}.")
    waves = campaign.seed_waves({"loyal": core, "the rest": sorted(set(customers))}, sizes={"the rest": 1_000})
    print(f"  The next campaign opens in {waves.waves} waves; the first invites {(waves.wave == 1).sum()} people.")


if __name__ == "__main__":
    with ORDER_BOOK.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    customers, amounts = [row["customer"] for row in rows], [row["amount"] for row in rows]
    days = [date.fromisoformat(row["date"]) for row in rows]
    before = rfm.summarize(customers, days, amounts, as_of=NEW_YEAR, currency="USD")
    now = rfm.summarize(customers, days, amounts, as_of=TODAY, currency="USD")

    print("overlap: where are buyers like ours?")
    match_audiences(customers, days)
    print("rfm: who carries the shop?")
    core = segment_customers(now, before)
    print("groupbuy: what if the core buys together?")
    sell_together(core.customer[:40].tolist())
    print("coupons: what does a follower save?")
    thank_followers(core.customer[:21].tolist())
    print("sla: do we answer in time?")
    check_promise()
    print("lottery: who is thanked with a prize, and can anybody check it?")
    draw_prizes(now)
    print("campaign: whom to write to next?")
    plan_next(customers, core.customer.tolist())
