"""Benchmarks of socialmkt.campaign: python docs/benchmarks/campaign.py --list, or TASK RIVAL for one JSON line.

Both sides give the same answer from data they hold in their own form, interleaved in one process, and the best of
several runs counts. Ratios are by CPU time.
"""

from __future__ import annotations

import bisect
import datetime as dt
import importlib.util
import json
import sys
import warnings
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
from _pairs import in_turn

from socialmkt import campaign

TO_LUNAR = "to_lunar, 54,779 days"
LUNAR, SOLAR = "next_birthdays, 200k lunar", "next_birthdays, 200k solar"
LINEAR, HALF_LIFE = "Paths and Linear with money, 360k touches", "HalfLife on ready Paths"
MARKOV = "Paths and Markov, 20k journeys"
COVER, SCREEN = "max_cover, 400 audiences, k = 40", "screen, 100k people, 300k sends"
BOUNDS = {
    (TO_LUNAR, "sxtwl"): 200.0,
    (LUNAR, "loop with bisect"): 8.0,
    (SOLAR, "loop with date.replace"): 2.2,
    (LINEAR, "dict and sort"): 6.0,
    (HALF_LIFE, "loop on lists"): 4.0,
    (MARKOV, "do-attribution"): 80.0,
    (MARKOV, "do-attribution, redirect_to_null"): None,
    (COVER, "greedy on sets"): 9.0,
    (SCREEN, "dict loop"): 2.0,
}
NEEDS = {
    "sxtwl": "sxtwl",
    "do-attribution": "do_attribution",
    "do-attribution, redirect_to_null": "do_attribution",
}
DAY = 86_400_000_000
FIRST_US = 20_500 * DAY

Run = Callable[[], Any]
Pair = tuple[Run, Run, Callable[[Any, Any], bool]]


def main() -> None:
    """List the pairs whose rival is here, or time one of them."""
    if sys.argv[1] == "--list":
        missing = [rival for rival, module in NEEDS.items() if importlib.util.find_spec(module) is None]
        for rival in missing:
            print(f"campaign: {rival} is not installed, its pairs are left out", file=sys.stderr)
        print(json.dumps([list(pair) for pair in BOUNDS if pair[1] not in missing]))
    else:
        print(json.dumps(_compare(sys.argv[1], sys.argv[2])))


def _compare(task: str, rival: str) -> dict[str, Any]:
    if rival in NEEDS and importlib.util.find_spec(NEEDS[rival]) is None:
        sys.exit(f"campaign: {rival} is not installed: pip install {rival.partition(',')[0]}")
    ours, theirs, same = _markov(rival) if task == MARKOV else TASKS[task]()
    assert same(ours(), theirs())
    head = {"area": "campaign", "task": task, "rival": rival, "bound": BOUNDS[task, rival], "peak_mb": None}
    return head | in_turn(ours, theirs, 3 if rival in NEEDS else 9)


# --- occasions ------------------------------------------------------------------------------------------------------


def _to_lunar() -> Pair:
    import sxtwl

    days = np.arange(campaign.LUNAR_START, campaign.LUNAR_END)
    dates = days.tolist()

    def theirs() -> list[tuple[int, int, int, bool]]:
        found = []
        for date in dates:
            day = sxtwl.fromSolar(date.year, date.month, date.day)
            found.append((day.getLunarYear(), day.getLunarMonth(), day.getLunarDay(), day.isLunarLeap()))
        return found

    return lambda: campaign.to_lunar(days), theirs, lambda table, rows: [tuple(row) for row in table.rows()] == rows


def _births() -> tuple[Any, dt.date]:
    return np.random.default_rng(5).integers(-14_000, 15_000, 200_000).astype("datetime64[D]"), dt.date(2026, 3, 1)


def _same_birthdays(table: Any, rows: list[tuple[int, int]]) -> bool:
    return list(zip(table.on.astype(int).tolist(), table.turns.tolist(), strict=True)) == rows


def _solar() -> Pair:
    born, asked = _births()
    dates, epoch = born.tolist(), dt.date(1970, 1, 1).toordinal()

    def birthday(one: dt.date, year: int) -> dt.date:
        try:
            return one.replace(year=year)
        except ValueError:
            return dt.date(year, 2, 28)

    def theirs() -> list[tuple[int, int]]:
        found = []
        for one in dates:
            year = max(asked.year, one.year + 1)
            day = birthday(one, year)
            if day < asked:
                year += 1
                day = birthday(one, year)
            found.append((day.toordinal() - epoch, year - one.year))
        return found

    return lambda: campaign.next_birthdays(born, on_or_after=asked), theirs, _same_birthdays


def _lunar() -> Pair:
    """Find month and day of birth, and of the question, by bisection in the list of month starts."""
    born, asked = _births()
    numbers, now = born.astype(int).tolist(), int(np.datetime64(asked).astype(int))
    starts, months, places = _month_list()

    def birthday(month: int, day: int, year: int) -> int:
        at = places[year, month]
        return starts[at] + min(day, starts[at + 1] - starts[at]) - 1

    def theirs() -> list[tuple[int, int]]:
        found = []
        this_year = months[bisect.bisect_right(starts, now) - 1][0]
        for number in numbers:
            at = bisect.bisect_right(starts, number) - 1
            born_year, month, _ = months[at]
            day = number - starts[at] + 1
            year = max(this_year, born_year + 1)
            on = birthday(month, day, year)
            if on < now:
                year += 1
                on = birthday(month, day, year)
            found.append((on, year - born_year))
        return found

    return lambda: campaign.next_birthdays(born, on_or_after=asked, lunar=True), theirs, _same_birthdays


def _month_list() -> tuple[list[int], list[tuple[int, int, bool]], dict[tuple[int, int], int]]:
    days = np.arange(campaign.LUNAR_START, campaign.LUNAR_END)
    table = campaign.to_lunar(days)
    first = np.flatnonzero(table.day == 1)
    starts = [*days[first].astype(int).tolist(), int(np.datetime64(campaign.LUNAR_END).astype(int))]
    columns = (table.year[first], table.month[first], table.leap[first])
    months = list(zip(*(column.tolist() for column in columns), strict=True))
    places = {(year, month): at for at, (year, month, leap) in enumerate(months) if not leap}
    return starts, months, places


# --- attribution ----------------------------------------------------------------------------------------------------


def _log(journeys: int, touches: int) -> tuple[Any, ...]:
    """Touches over three months in no order; a third of the journeys converts, a week after its last touch."""
    rng = np.random.default_rng(7)
    journey = rng.integers(0, journeys, touches)
    channel = np.array([f"channel {n}" for n in range(12)], object)[rng.integers(0, 12, touches)]
    at = FIRST_US + rng.integers(0, 90 * DAY, touches)
    last = np.zeros(journeys, np.int64)
    np.maximum.at(last, journey, at)
    won = np.flatnonzero((last > 0) & (rng.random(journeys) < 0.34))
    value = rng.integers(100, 50_000, len(won))
    return journey, channel, at.view("datetime64[us]"), won, (last[won] + 7 * DAY).view("datetime64[us]"), value


def _paths(log: tuple[Any, ...]) -> campaign.Paths:
    journey, channel, at, won, won_at, value = log
    return campaign.Paths.from_columns(journey, channel, at, won=won, won_at=won_at, value=value)


def _largest_remainder(value: int, weights: list[int]) -> list[int]:
    total = sum(weights)
    shares = [value * weight // total for weight in weights]
    rests = [value * weight % total for weight in weights]
    for place in sorted(range(len(weights)), key=lambda place: -rests[place])[: value - sum(shares)]:
        shares[place] += 1
    return shares


def _linear() -> Pair:
    log = _log(120_000, 360_000)
    lists = [column.tolist() for column in log[:2]] + [log[2].view(np.int64).tolist()]
    won, won_at, value = log[3].tolist(), log[4].view(np.int64).tolist(), log[5].tolist()

    def theirs() -> tuple[dict[str, float], dict[str, int]]:
        paths: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for journey, channel, at in zip(*lists, strict=True):
            paths[journey].append((at, channel))
        credit: dict[str, float] = defaultdict(float)
        money: dict[str, int] = defaultdict(int)
        for journey, end, amount in zip(won, won_at, value, strict=True):
            path = sorted(touch for touch in paths[journey] if touch[0] <= end)
            part = 1 / len(path)
            share, left = divmod(amount, len(path))
            for place, (_, channel) in enumerate(path):
                credit[channel] += part
                money[channel] += share + (place < left)
        return credit, money

    return lambda: campaign.attribute(_paths(log), campaign.Linear()), theirs, _same_credit


def _same_credit(table: Any, answer: Any) -> bool:
    credit, money = answer
    names = table.channel.tolist()
    return table.value.tolist() == [money[name] for name in names] and np.allclose(
        table.credit, [credit[name] for name in names]
    )


def _half_life() -> Pair:
    log = _log(120_000, 360_000)
    paths, half_life = _paths(log), dt.timedelta(days=7)
    sequences: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for journey, channel, at in zip(log[0].tolist(), log[1].tolist(), log[2].view(np.int64).tolist(), strict=True):
        sequences[journey].append((at, channel))
    ready = [(sorted(sequences[one]), value) for one, value in zip(log[3].tolist(), log[5].tolist(), strict=True)]

    def theirs() -> tuple[dict[str, float], dict[str, int]]:
        credit: dict[str, float] = defaultdict(float)
        money: dict[str, int] = defaultdict(int)
        for path, value in ready:
            last = path[-1][0]
            weights = [round(2**24 * 2 ** ((at - last) / (7 * DAY))) for at, _ in path]
            total = sum(weights)
            for (_, channel), weight, share in zip(path, weights, _largest_remainder(value, weights), strict=True):
                credit[channel] += weight / total
                money[channel] += share
        return credit, money

    return lambda: campaign.attribute(paths, campaign.HalfLife(half_life=half_life)), theirs, _same_credit


def _markov(rival: str) -> Pair:
    """Against its default, which fits the chain again without each channel, and its closed form, which is ours.

    The default strips a channel from the journeys before it fits them again, so that its shares only come near.
    """
    from do_attribution import MarkovAttribution

    log = _log(20_000, 60_000)
    journey, channel, at, won, _, _ = log
    order = np.lexsort((at, journey))
    sequences: dict[int, list[str]] = defaultdict(list)
    for one, name in zip(journey[order].tolist(), channel[order].tolist(), strict=True):
        sequences[one].append(name)
    converted = set(won.tolist())
    steps = [" > ".join(names) for names in sequences.values()]
    outcomes = [int(one in converted) for one in sequences]
    strategy = rival.partition(", ")[2] or "fail"

    def theirs() -> dict[str, Any]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return MarkovAttribution(removal_strategy=strategy).fit(steps, outcomes)

    def same(table: Any, fit: dict[str, Any]) -> bool:
        shares = [fit["attribution"][name] for name in table.channel.tolist()]
        return np.allclose(table.share, shares, atol=1e-8 if strategy == "redirect_to_null" else 5e-3)

    return lambda: campaign.attribute(_paths(log), campaign.Markov()), theirs, same


# --- seeding, contact -----------------------------------------------------------------------------------------------


def _cover() -> Pair:
    rng = np.random.default_rng(3)
    sizes = (20 + 3_000 * rng.pareto(1.6, 400)).astype(int).clip(20, 20_000)
    columns = {f"a{n}": (100_000 * rng.random(size) ** 2).astype(np.int64) for n, size in enumerate(sizes.tolist())}
    sets = {name: set(ids.tolist()) for name, ids in columns.items()}

    def theirs() -> list[tuple[str, int]]:
        covered: set[int] = set()
        left, picked = dict(sets), []
        for _ in range(40):
            gain, name = 0, ""
            for one, ids in left.items():
                if (more := len(ids - covered)) > gain:
                    gain, name = more, one
            if not gain:
                break
            picked.append((name, gain))
            covered |= left.pop(name)
        return picked

    def same(cover: Any, picked: list[tuple[str, int]]) -> bool:
        return list(zip(cover.name.tolist(), cover.gain.tolist(), strict=True)) == picked

    return lambda: campaign.max_cover(columns, k=40), theirs, same


def _screen() -> Pair:
    rng = np.random.default_rng(4)
    person = rng.permutation(1_000_000)[:100_000]
    log_person = person[rng.integers(0, len(person), 300_000)]
    log_us = FIRST_US + rng.integers(0, 30 * DAY, len(log_person))
    now = FIRST_US + 30 * DAY
    at, log_at = np.datetime64(now, "us"), log_us.view("datetime64[us]")
    consent = rng.random(len(person)) < 0.9
    rules = [(2, 7 * DAY), (4, 30 * DAY)]
    caps = tuple(campaign.Cap(limit=limit, window=dt.timedelta(microseconds=window)) for limit, window in rules)
    policy = campaign.ContactPolicy(caps=caps)
    people, agreed = person.tolist(), consent.tolist()
    receivers, times = log_person.tolist(), log_us.tolist()

    def theirs() -> list[int | None]:
        sent: dict[int, list[int]] = defaultdict(list)
        for one, time_us in zip(receivers, times, strict=True):
            sent[one].append(time_us)
        answer: list[int | None] = []
        for one, yes in zip(people, agreed, strict=True):
            if not yes:
                answer.append(None)
                continue
            moment, mine = now, sorted(sent[one])
            for limit, window in rules:
                if len(mine) >= limit:
                    moment = max(moment, mine[-limit] + window)
            answer.append(moment)
        return answer

    def ours() -> Any:
        return campaign.screen(person, policy, at=at, log_person=log_person, log_at=log_at, consent=consent)

    def same(table: Any, answer: list[int | None]) -> bool:
        moments = table.at.view(np.int64).tolist()
        return [moment if ok else None for moment, ok in zip(moments, table.ok.tolist(), strict=True)] == answer

    return ours, theirs, same


TASKS: dict[str, Callable[[], Pair]] = {
    TO_LUNAR: _to_lunar,
    LUNAR: _lunar,
    SOLAR: _solar,
    LINEAR: _linear,
    HALF_LIFE: _half_life,
    COVER: _cover,
    SCREEN: _screen,
}


if __name__ == "__main__":
    main()
