"""Open a campaign in waves, so that nobody meets an empty event, and reach many people with few partners."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from socialmkt.campaign._checks import span, whole
from socialmkt.campaign._covering import Picked, best_by_cost, best_by_count
from socialmkt.campaign._ids import code_together
from socialmkt.core import columns
from socialmkt.core.errors import EmptyInput, InvalidInput, Verbatim, refuse, refuse_choice
from socialmkt.core.instants import from_us, to_us
from socialmkt.core.labels import Code
from socialmkt.core.model import Count, Frozen, Instant
from socialmkt.core.table import Ids, Ints, Table, Texts, freeze

if TYPE_CHECKING:
    from socialmkt.core.columns import Column

__all__ = [
    "Cover",
    "Readiness",
    "ReadyReason",
    "SeedWaves",
    "max_cover",
    "ready",
    "seed_waves",
]

Int64 = NDArray[np.int64]


class SeedWaves(Table):
    """Who is invited in which wave.

    Parameters
    ----------
    person : ids
        Everybody once, in the order of the waves.
    pool : text
        The first pool that lists them.
    wave : int64 array of shape (n,)
        From 1, without gaps.
    waves : int
        How many there are.
    excluded : int
        People who were listed and left out on purpose.

    Examples
    --------
    >>> seed_waves({"staff": [1, 2], "friends": [2, 3]}).waves
    2
    """

    person: Ids
    pool: Texts
    wave: Ints
    waves: int
    excluded: int


def seed_waves(
    pools: Mapping[str, Column], *, sizes: int | Mapping[str, int] | None = None, exclude: Column = ()
) -> SeedWaves:
    """Divide people into waves of invitations.

    Parameters
    ----------
    pools : mapping of name to ids
        In the order in which they are invited: small influencers, staff, their friends, loyal customers, the rest.
    sizes : int, or mapping of pool to int, optional
        The most people of a wave; a pool without a size is one wave.
    exclude : ids, optional
        People who are not to be invited.

    Returns
    -------
    SeedWaves
        `person pool wave`, with `waves` and `excluded`.

    Raises
    ------
    EmptyInput
        No pools.
    InvalidInput
        Ids of two kinds, a size that is no positive whole number, or one of an unknown pool.

    Notes
    -----
    Everybody goes to the first pool that lists them, in its own order. Waves are disjoint and hold everybody who is
    listed and not excluded. O(n).

    Examples
    --------
    >>> table = seed_waves({"staff": [2, 3], "rest": [1, 2, 3, 4, 5]}, sizes={"rest": 2})
    >>> table.person, table.wave
    (array([2, 3, 1, 4, 5]), array([1, 1, 2, 2, 3]))
    """
    func = "campaign.seed_waves"
    lists = _ids_by_name(pools, func, "pools")
    limits = _sizes(sizes, lists, func)
    barred = columns.ids(exclude, func=func, name="exclude", offer_drop=False)
    coded, values = code_together({**_labelled(lists, "pools"), "exclude": barred}, func, order="first")
    is_barred = np.zeros(len(values), bool)
    is_barred[coded[-1]] = True
    seen = np.zeros(len(values), bool)
    people: list[Int64] = []
    waves: list[Int64] = []
    last = excluded = 0
    for codes, limit in zip(coded[:-1], limits, strict=True):
        fresh = _first_sights(codes, seen)
        seen[fresh] = True
        welcome = fresh[~is_barred[fresh]]
        excluded += len(fresh) - len(welcome)
        numbers = last + 1 + np.arange(len(welcome)) // (limit or max(len(welcome), 1))
        last = int(numbers[-1]) if len(numbers) else last
        people.append(welcome)
        waves.append(numbers)
    names = np.array(list(lists), object)
    return SeedWaves(
        person=freeze(values[np.concatenate(people)]),
        pool=freeze(np.repeat(names, [len(one) for one in people])),
        wave=freeze(np.concatenate(waves)),
        waves=last,
        excluded=excluded,
    )


def _first_sights(codes: Int64, seen: NDArray[np.bool_]) -> Int64:
    """Keep the codes not seen before, each at its first place."""
    first = np.full(len(seen), len(codes))
    np.minimum.at(first, codes, np.arange(len(codes)))
    found: Int64 = codes[(first[codes] == np.arange(len(codes))) & ~seen[codes]]
    return found


def _ids_by_name(given: Any, func: str, name: str) -> dict[str, NDArray[Any]]:
    """Read a mapping of names to columns of ids."""
    if not isinstance(given, Mapping):
        raise refuse(InvalidInput, func, name, "map names to columns of ids", Verbatim(type(given)))
    if not given:
        raise refuse(EmptyInput, func, name, "name at least one", Verbatim("none"))
    for key in given:
        if not isinstance(key, str) or not key:
            raise refuse(InvalidInput, func, name, "have names of text", key)
    return {key: columns.ids(ids, func=func, name=f"{name}[{key!r}]", offer_drop=False) for key, ids in given.items()}


def _labelled(lists: dict[str, NDArray[Any]], name: str) -> dict[str, NDArray[Any]]:
    """Call each column in errors by its place in the mapping."""
    return {f"{name}[{key!r}]": ids for key, ids in lists.items()}


def _sizes(sizes: Any, pools: Mapping[str, Any], func: str) -> list[int | None]:
    if sizes is None:
        return [None] * len(pools)
    if not isinstance(sizes, Mapping):
        return [whole(sizes, func, "sizes", low=1)] * len(pools)
    for name in sizes:
        if name not in pools:
            raise refuse_choice(func, "sizes", name, pools)
    return [whole(sizes[name], func, "sizes", low=1) if name in sizes else None for name in pools]


class ReadyReason(Code):
    """Why the next wave may start, or may not.

    Examples
    --------
    >>> ReadyReason.too_few.en
    'too few have joined'
    """

    too_soon = "too_soon", "时间太早", "too soon"
    enough = "enough", "人数已够", "enough have joined"
    timed_out = "timed_out", "等待已到期", "waited long enough"
    too_few = "too_few", "人数不足", "too few have joined"


class Readiness(Frozen):
    """Whether the next wave may start.

    Parameters
    ----------
    ok : bool
        `bool(readiness)` says the same.
    reason : ReadyReason
        Why.
    missing : int
        People still missing.
    opens_at : datetime or None
        When it opens if nothing changes: now if `ok`, None if never.

    Examples
    --------
    >>> noon = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    >>> bool(ready(30, threshold=30, opened_at=noon, as_of=noon))
    True
    """

    ok: bool
    reason: ReadyReason
    missing: Count
    opens_at: Instant | None

    def __bool__(self) -> bool:
        return self.ok


def ready(
    joined: int,
    *,
    threshold: int,
    opened_at: dt.datetime | np.datetime64,
    as_of: dt.datetime | np.datetime64,
    at_least: dt.timedelta = dt.timedelta(0),
    at_most: dt.timedelta | None = None,
) -> Readiness:
    """Say whether enough people have joined for the next wave.

    Parameters
    ----------
    joined : int >= 0
        People who joined so far.
    threshold : int >= 1
        How many must have.
    opened_at, as_of : instants
        When this wave began, and now.
    at_least : timedelta
        The wave lasts at least so long, whoever joined.
    at_most : timedelta, optional
        After that the next one starts anyway; not shorter than `at_least`.

    Returns
    -------
    Readiness
        `ok reason missing opens_at`.

    Raises
    ------
    AmbiguousTime
        A naive instant.
    InvalidInput
        Counts that are no whole numbers, negative spans, or `at_most` below `at_least`.

    Examples
    --------
    >>> opened = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
    >>> gate = {"threshold": 30, "opened_at": opened, "at_most": dt.timedelta(hours=24)}
    >>> early = ready(12, as_of=dt.datetime(2026, 3, 1, 15, tzinfo=dt.UTC), **gate)
    >>> early.reason, early.missing, early.opens_at.isoformat()
    (<ReadyReason.too_few: 'too_few'>, 18, '2026-03-02T09:00:00+00:00')
    """
    func = "campaign.ready"
    count, goal = whole(joined, func, "joined", low=0), whole(threshold, func, "threshold", low=1)
    start, now = to_us(opened_at, func=func, name="opened_at"), to_us(as_of, func=func, name="as_of")
    least = span(at_least, func, "at_least", least=0)
    most = None if at_most is None else span(at_most, func, "at_most")
    if most is not None and most < least:
        raise refuse(InvalidInput, func, "at_most", f"not be shorter than at_least, {at_least}", Verbatim(at_most))
    reason = _why(count >= goal, now - start, least, most)
    ok = reason in {ReadyReason.enough, ReadyReason.timed_out}
    wait = least if count >= goal else most
    opens = now if ok else None if wait is None else start + wait
    opens_at = None if opens is None else from_us(opens, func=func, name="at_most")
    return Readiness(ok=ok, reason=reason, missing=max(goal - count, 0), opens_at=opens_at)


def _why(enough: bool, passed: int, least: int, most: int | None) -> ReadyReason:  # noqa: FBT001  # a fact, no option
    if passed < least:
        return ReadyReason.too_soon
    if enough:
        return ReadyReason.enough
    return ReadyReason.timed_out if most is not None and passed >= most else ReadyReason.too_few


class Cover(Table):
    """The audiences chosen, in order.

    Parameters
    ----------
    name : text
        Which.
    gain : int64 array of shape (m,)
        People whom those before it do not reach.
    reached : int64 array of shape (m,)
        People reached so far.
    cost : int64 array of shape (m,)
        What it costs; 0 where no costs were given.
    covered, people : int
        People reached in the end, and people in all audiences together.
    spent : int or None
        The sum of the costs.

    Examples
    --------
    >>> max_cover({"ann": [1, 2, 3], "bo": [3, 4]}, k=1).name.tolist()
    ['ann']
    """

    name: Texts
    gain: Ints
    reached: Ints
    cost: Ints
    covered: int
    people: int
    spent: int | None

    column_units: ClassVar = {"gain": "people", "reached": "people"}


def max_cover(
    audiences: Mapping[str, Column],
    *,
    k: int | None = None,
    budget: int | None = None,
    costs: Mapping[str, int] | None = None,
) -> Cover:
    """Choose partners who together reach the most people.

    Parameters
    ----------
    audiences : mapping of name to ids
        Whom each partner reaches.
    k : int >= 1
        How many to choose; or
    budget : int >= 0
        how much they may cost together.
    costs : mapping of name to int >= 1
        The cost of every audience; needed with `budget`.

    Returns
    -------
    Cover
        `name gain reached cost`, with `covered`, `people` and `spent`.

    Raises
    ------
    EmptyInput
        No audiences.
    InvalidInput
        Both or neither of `k` and `budget`, costs missing or too many, ids of two kinds.

    Notes
    -----
    Greedy with lazily updated gains: the largest gain next, ties to the earlier audience. It covers at least 1 - 1/e
    (63 per cent) of what the best choice of `k` covers. With a budget the largest gain per cost is next, compared as
    fractions; what no longer fits is passed over, and if a single audience alone covers more than the choice, it is
    taken instead: at least about 0.39 of the best. Nothing is chosen that reaches nobody new.

    References
    ----------
    G. Nemhauser, L. Wolsey, M. Fisher, "An analysis of approximations for maximizing submodular set functions",
    Mathematical Programming 14 (1978). S. Khuller, A. Moss, J. Naor, "The budgeted maximum coverage problem",
    Information Processing Letters 70 (1999).

    Examples
    --------
    >>> cover = max_cover({"ann": [1, 2, 3], "bo": [3, 4], "cy": [4, 5, 6, 7]}, k=2)
    >>> cover.name.tolist(), cover.gain, cover.covered
    (['cy', 'ann'], array([4, 3]), 7)
    """
    func = "campaign.max_cover"
    lists = _ids_by_name(audiences, func, "audiences")
    if (k is None) == (budget is None):
        got = Verbatim("both" if k is not None else "neither")
        raise refuse(InvalidInput, func, "k and budget", "be given one and not the other", got)
    prices = _costs(costs, list(lists), func, needed=budget is not None)
    coded, values = code_together(_labelled(lists, "audiences"), func)
    if k is not None:
        picked = best_by_count(coded, len(values), whole(k, func, "k", low=1))
    else:
        picked = best_by_cost(coded, len(values), prices or [], whole(budget, func, "budget", low=0))
    return _cover(picked, list(lists), prices, len(values))


def _cover(picked: list[Picked], names: list[str], prices: list[int] | None, people: int) -> Cover:
    gains = np.array([gain for _, gain in picked], np.int64)
    cost = [0 if prices is None else prices[place] for place, _ in picked]
    return Cover(
        name=np.array([names[place] for place, _ in picked], object),
        gain=gains,
        reached=np.cumsum(gains),
        cost=np.array(cost, np.int64),
        covered=int(gains.sum()),
        people=people,
        spent=None if prices is None else sum(cost),
    )


def _costs(costs: Any, names: list[str], func: str, *, needed: bool) -> list[int] | None:
    if costs is None and not needed:
        return None
    if not isinstance(costs, Mapping):
        raise refuse(InvalidInput, func, "costs", "map every audience to its cost", costs)
    for name in costs:
        if name not in names:
            raise refuse_choice(func, "costs", name, names)
    for name in names:
        if name not in costs:
            raise refuse(InvalidInput, func, "costs", "name every audience", Verbatim(f"none for {name!r}"))
    return [whole(costs[name], func, "costs", low=1, high=2**63 - 1) for name in names]
