"""Measure coupons against plain Python: codes, issuing, steps, the best stack.

python docs/benchmarks/coupons.py --list          the pairs of task and rival
python docs/benchmarks/coupons.py TASK RIVAL      one pair, as one JSON line

Both sides take turns in one process; the CPU seconds are the best of several. The loops over codes take minutes a
million: they run over 50,000 and count twenty times. A bound below 1 is a task in which more is done than in the rival:
events and reasons are kept, a search is compared with one price.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from _pairs import in_turn, peak_mb

from socialmkt.coupons import (
    CROCKFORD32,
    AmountOff,
    AmountOffEvery,
    BuyGet,
    Campaign,
    Cart,
    CodeBook,
    CodeSpec,
    FixedPrice,
    Held,
    IssueRequest,
    Ledger,
    Line,
    PercentOff,
    Step,
    apply,
    best,
    issue,
    price,
    random_codes,
    redeem,
)

if TYPE_CHECKING:
    from collections.abc import Callable

CODES, PART = 1_000_000, 20
RUNS = 5
NOW = datetime(2026, 3, 1, tzinfo=UTC)
SPEC = CodeSpec(body=12)
HALF = 2**30 - 1


class Pair(NamedTuple):
    """Two ways, a test that they agree, the least ratio asked for, and what the rival's seconds count."""

    ours: Callable[[], Any]
    rival: Callable[[], Any]
    same: Callable[[Any, Any], bool]
    bound: float
    times: int = 1
    most_mb: float | None = None


def main() -> None:
    """Print the pairs, or measure one."""
    if sys.argv[1:] == ["--list"]:
        print(json.dumps(list(PAIRS)))
    else:
        task, rival = sys.argv[1:]
        print(json.dumps({"area": "coupons", "task": task, "rival": rival, **_measured(PAIRS[task, rival]())}))


def _measured(pair: Pair) -> dict[str, float]:
    before = peak_mb()
    ours = pair.ours()
    peak = peak_mb() - before
    assert pair.most_mb is None or peak < pair.most_mb, f"peaks at {peak:.0f} MB"
    assert pair.same(ours, pair.rival()), "the answers differ"
    del ours
    seconds = in_turn(pair.ours, pair.rival, RUNS, times=pair.times)
    return {**seconds, "peak_mb": peak, "bound": pair.bound}


# --- codes ----------------------------------------------------------------------------------------------------------


def _book() -> CodeBook:
    return CodeBook(SPEC, bytes(range(32)), "follow-5yuan")


def _secrets_loop() -> list[str]:
    seen: set[str] = set()
    codes: list[str] = []
    while len(codes) < CODES // PART:
        code = "".join(secrets.choice(CROCKFORD32) for _ in range(13))
        if code not in seen:
            seen.add(code)
            codes.append(code)
    return codes


def _round(half: int, number: int) -> int:
    message = half.to_bytes(6, "little") + bytes([number])
    return int.from_bytes(hashlib.blake2b(message, digest_size=8, key=bytes(16)).digest(), "little")


def _blake_encode() -> list[str]:
    codes = []
    for serial in range(CODES // PART):
        hi, lo = serial >> 30, serial & HALF
        for number in range(0, 10, 2):
            hi = (hi + _round(lo, number)) & HALF
            lo = (lo + _round(hi, number + 1)) & HALF
        value = hi << 30 | lo
        codes.append("".join(CROCKFORD32[value >> shift & 31] for shift in range(55, -5, -5)))
    return codes


def _blake_decode(codes: list[str]) -> list[bool]:
    number_of = {symbol: number for number, symbol in enumerate(CROCKFORD32)}
    answers = []
    for code in codes:
        value = 0
        for symbol in code:
            value = value << 5 | number_of[symbol]
        hi, lo = value >> 30, value & HALF
        for number in range(9, 0, -2):
            lo = (lo - _round(hi, number)) & HALF
            hi = (hi - _round(lo, number - 1)) & HALF
        answers.append((hi << 30 | lo) < CODES)
    return answers


def _check_loop(codes: list[str]) -> list[bool]:
    number_of = {symbol: number for number, symbol in enumerate(CROCKFORD32)}
    answers = []
    for code in codes:
        check = 0
        for symbol in code[:-1]:
            fed = check ^ number_of[symbol]
            check = (fed << 1 & 31) ^ (fed >> 4) * 5
        answers.append(check == number_of[code[-1]])
    return answers


def _as_many(ours: Any, rival: Any) -> bool:
    return len(set(ours.tolist())) == CODES and len(set(rival)) == CODES // PART


def _encode_secrets() -> Pair:
    book, serials = _book(), np.arange(CODES)
    return Pair(lambda: book.encode(serials), _secrets_loop, _as_many, 40, PART, 200)


def _encode_blake() -> Pair:
    book, serials = _book(), np.arange(CODES)
    return Pair(lambda: book.encode(serials), _blake_encode, _as_many, 25, PART, 200)


def _check() -> Pair:
    codes = _book().encode(np.arange(CODES))
    part = codes[: CODES // PART].tolist()
    return Pair(lambda: SPEC.check(codes), lambda: _check_loop(part), lambda a, b: a.all() and all(b), 10, PART)


def _authenticate() -> Pair:
    book = _book()
    codes, part = book.encode(np.arange(CODES)), _blake_encode()
    return Pair(
        lambda: book.authenticate(codes, issued=CODES),
        lambda: _blake_decode(part),
        lambda a, b: (a.valid | (a.reason == "blocked")).all() and all(b),
        22,
        PART,
    )


def _random() -> Pair:
    return Pair(lambda: random_codes(SPEC, CODES, source=secrets.token_bytes), _secrets_loop, _as_many, 50, PART)


# --- issuing and steps ----------------------------------------------------------------------------------------------


def _campaign(number: object = "c", **fields: Any) -> Campaign:
    return Campaign(**{"id": str(number), "currency": "CNY", "terms": AmountOff(value=500), **fields})


def _issue_loop(requests: list[IssueRequest]) -> list[tuple[str, str, str]]:
    issued: dict[str, str] = {}
    per_user: dict[Any, int] = {}
    coupons: dict[str, Any] = {}
    answers = []
    for request in requests:
        if request.key in issued:
            answers.append((request.key, issued[request.key], ""))
        elif per_user.get(request.user, 0) >= 1:
            answers.append((request.key, "", "per_user_limit"))
        else:
            coupon = f"c#{len(coupons)}"
            per_user[request.user] = per_user.get(request.user, 0) + 1
            issued[request.key] = coupon
            coupons[coupon] = (request.user, NOW)
            answers.append((request.key, coupon, ""))
    return answers


def _issue() -> Pair:
    requests = [IssueRequest(key=f"k{number}", user=number % 60_000) for number in range(100_000)]
    campaign = _campaign(per_user=1)
    return Pair(
        lambda: issue(campaign, Ledger.empty(), requests, now=NOW),
        lambda: _issue_loop(requests),
        lambda a, b: a.decisions.coupon.tolist() == [coupon for _, coupon, _ in b],
        1 / 5,
    )


def _ledger() -> Ledger:
    requests = [IssueRequest(key=f"k{number}", user=number) for number in range(60_000)]
    return issue(_campaign(), Ledger.empty(), requests, now=NOW).ledger


def _redeem() -> Pair:
    ledger, states = _ledger(), {f"c#{number}": ("issued", NOW) for number in range(60_000)}
    return Pair(
        lambda: [redeem(ledger, "c#77", key="r", now=NOW, value=500) for _ in range(20)],
        lambda: [states.copy() for _ in range(20)],
        lambda a, b: all(each.decision.outcome == "done" for each in a) and len(b) == 20,
        1 / 0.5,
    )


def _step_loop(states: dict[str, str], steps: list[Step]) -> list[tuple[str, str]]:
    states, taken, answers = states.copy(), {}, []
    for step in steps:
        if step.key in taken:
            answers.append((step.key, taken[step.key]))
            continue
        state = states.get(step.coupon)
        reason = "not_found" if state is None else "already_redeemed" if state == "redeemed" else ""
        if not reason:
            states[step.coupon] = "redeemed"
            taken[step.key] = reason
        answers.append((step.key, reason))
    return answers


def _apply() -> Pair:
    ledger, states = _ledger(), {f"c#{number}": "issued" for number in range(60_000)}
    steps = [Step(kind="redeem", coupon=f"c#{k}", key=f"r{k}", order=f"o{k}", value=500) for k in range(20_000)]
    return Pair(
        lambda: apply(ledger, steps, now=NOW),
        lambda: _step_loop(states, steps),
        lambda a, b: a.decisions.reason.tolist() == [reason for _, reason in b],
        1 / 10,
    )


# --- the best stack -------------------------------------------------------------------------------------------------


def _wallet(coupons: int, groups: int | None) -> tuple[Cart, list[Held]]:
    rng = np.random.default_rng(5)
    prices, units = rng.integers(1_000, 30_000, 10).tolist(), rng.integers(1, 4, 10).tolist()
    lines = [Line(id=f"l{k}", sku="abcde"[k % 5], quantity=units[k], unit_price=prices[k]) for k in range(10)]
    kinds = (
        lambda k: AmountOff(value=500 + 90 * k, minimum=9_000 * (k % 4)),
        lambda k: PercentOff(off_bp=400 + 70 * k, cap=3_000),
        lambda k: AmountOffEvery(every=30_000, value=1_000 + 200 * k),
        lambda k: BuyGet(buy=2, get=1, off_bp=3_000 + 100 * k),
        lambda k: FixedPrice(price=25_000 - 500 * k),
    )
    held = [
        Held(
            id=f"h{k}",
            campaign=_campaign(k, terms=kinds[k % 5](k), group=None if groups is None else f"g{k % groups}"),
            claimed_at=NOW,
        )
        for k in range(coupons)
    ]
    return Cart(currency="CNY", lines=lines, shipping=1_200), held


def _best(coupons: int, groups: int | None) -> Pair:
    cart, wallet = _wallet(coupons, groups)
    return Pair(
        lambda: [best(cart, wallet, now=NOW) for _ in range(3)],
        lambda: [price(cart, wallet[:5], now=NOW) for _ in range(3)],
        lambda a, b: a[0].optimal and a[0].total <= b[0].total,
        1 / 200,
    )


PAIRS: dict[tuple[str, str], Callable[[], Pair]] = {
    ("encode 1M codes", "secrets.choice loop"): _encode_secrets,
    ("encode 1M codes", "BLAKE2b loop"): _encode_blake,
    ("check 1M codes", "Python loop"): _check,
    ("authenticate 1M codes", "BLAKE2b loop"): _authenticate,
    ("1M random codes", "secrets.choice loop"): _random,
    ("issue 100k requests", "dict loop"): _issue,
    ("redeem one of 60k", "a copied dict"): _redeem,
    ("apply 20k steps", "dict loop"): _apply,
    ("best of 12", "price of 5"): lambda: _best(12, None),
    ("best of 14 in 5 groups", "price of 5"): lambda: _best(14, 5),
    ("best of 20 in 5 groups", "price of 5"): lambda: _best(20, 5),
}


if __name__ == "__main__":
    main()
