"""What shall we stock: votes that can be changed, shares with intervals, and a lead only where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from socialmkt.campaign._ballots import Standing, standing_votes
from socialmkt.campaign._checks import check_confidence, listed, whole
from socialmkt.campaign._ids import code_together, first_repeat
from socialmkt.core import columns
from socialmkt.core.errors import InvalidInput, Verbatim, refuse
from socialmkt.core.factorize import factorize
from socialmkt.core.labels import Code
from socialmkt.core.model import Count, Frozen
from socialmkt.core.stats import clopper_pearson, wilson
from socialmkt.core.table import Floats, Ids, Ints, Table, freeze

if TYPE_CHECKING:
    from socialmkt.core.columns import Column

__all__ = ["PairTable", "PollResult", "PollTable", "Ranked", "Verdict", "condorcet", "tally"]

Int64 = NDArray[np.int64]

_UNLISTED = 2**64 - 1


class Verdict(Code):
    """What a poll says about its first two options.

    Examples
    --------
    >>> Verdict.unclear.zh
    '难分高下'
    """

    none = "none", "无人投票", "no votes"
    tie = "tie", "并列第一", "a tie"
    clear = "clear", "明显领先", "a clear lead"
    unclear = "unclear", "难分高下", "undecided"


class PollTable(Table):
    """The options, most votes first.

    Parameters
    ----------
    option : ids
        By votes, then in the order they were offered.
    votes : int64 array of shape (k,)
        People who chose it.
    share : float64 array of shape (k,)
        Among all voters; NaN without voters. Where several options may be chosen the shares exceed 1 together.
    low, high : float64 arrays of shape (k,)
        Wilson's interval of the share.

    Examples
    --------
    >>> tally([1, 2, 3], ["tea", "tea", "rice"], options=["rice", "tea"]).table.votes
    array([2, 1])
    """

    option: Ids
    votes: Ints
    share: Floats
    low: Floats
    high: Floats

    column_units: ClassVar = {"votes": "people"}


class PollResult(Frozen):
    """A poll, counted.

    Parameters
    ----------
    table : PollTable
        `option votes share low high`.
    voters, abstained : int
        People with a standing vote, and people who withdrew theirs.
    superseded : int
        Rows that do not stand.
    turnout : float or None
        Voters and abstainers among the electorate; None where it is not known.
    leader, runner_up : str, int or None
        The first two options; None for a tie, or where there is none.
    lead : float
        By how much the leader's share exceeds the next one's.
    verdict : Verdict
        Whether the lead is more than chance.

    Examples
    --------
    >>> tally([1, 2, 3], ["tea", "tea", "rice"], options=["rice", "tea"]).verdict
    <Verdict.unclear: 'unclear'>
    """

    table: PollTable
    voters: Count
    abstained: Count
    superseded: Count
    turnout: float | None
    leader: str | int | None
    runner_up: str | int | None
    lead: float
    verdict: Verdict


def tally(
    voter: Column,
    option: Column,
    at: Column | None = None,
    *,
    options: Any,
    per_person: int = 1,
    abstain: str | None = None,
    electorate: int | None = None,
    confidence: float = 0.95,
) -> PollResult:
    """Count a poll in which people may change their mind.

    Parameters
    ----------
    voter, option : columns of shape (n,) of ids
        Who voted for what.
    at : column of shape (n,) of instants, optional
        When; later votes replace earlier ones. Ties, and all where it is left out, by the order of rows.
    options : list of text or of whole numbers
        What was offered.
    per_person : int >= 1
        How many different options somebody may choose; the last ones stand.
    abstain : str, optional
        The word in `option` that withdraws what somebody voted before; voting again withdraws it in turn.
    electorate : int, optional
        How many people might have voted.
    confidence : float, strictly between 0 and 1
        Of the intervals and the verdict.

    Returns
    -------
    PollResult
        `table voters abstained superseded turnout leader runner_up lead verdict`.

    Raises
    ------
    EmptyInput
        No options.
    InvalidInput
        A vote for something that was not offered, with its row; a plain string for the options, or one named twice; an
        electorate smaller than those who took part.

    Notes
    -----
    The lead is clear if the interval of Clopper and Pearson lies above 1/2, among the people who chose exactly one of
    the first two. Whether intervals of the shares overlap is no test of that. O(n log n).

    Examples
    --------
    >>> poll = tally([1, 2, 2], ["tea", "tea", "rice"], options=["rice", "tea"], electorate=4)
    >>> poll.table.votes, poll.superseded, poll.turnout
    (array([1, 1]), 1, 0.5)
    """
    func = "campaign.tally"
    check_confidence(confidence, func)
    names = listed(options, func, "options")
    limit = whole(per_person, func, "per_person", low=1)
    specs = [columns.spec("voter", voter, "ids"), columns.spec("option", option, "ids")]
    if at is not None:
        specs.append(columns.spec("at", at, "instants"))
    read = columns.read(func, *specs, offer_drop=False)
    chosen = _numbers(read["option"], names, abstain, func)
    who, people = factorize(read["voter"])
    if at is not None:
        order = np.argsort(read["at"], kind="stable")
        who, chosen = who[order], chosen[order]
    stands = standing_votes(who, chosen, voters=len(people), options=len(names), per_person=limit)
    voters = int((np.bincount(stands.voter, minlength=len(people)) > 0).sum())
    votes = np.bincount(stands.option, minlength=len(names))
    first = np.argsort(-votes, kind="stable")
    verdict = _verdict(stands, votes, first, confidence)
    runner_up = names[first[1]] if len(names) > 1 and verdict in {Verdict.clear, Verdict.unclear} else None
    return PollResult(
        table=_table(names, votes, first, voters, confidence),
        voters=voters,
        abstained=stands.abstained,
        superseded=len(who) - len(stands.voter) - stands.abstained,
        turnout=_turnout(voters + stands.abstained, electorate, func),
        leader=names[first[0]] if verdict in {Verdict.clear, Verdict.unclear} else None,
        runner_up=runner_up,
        lead=_lead(votes, first, voters),
        verdict=verdict,
    )


def _numbers(option: NDArray[Any], names: list[Any], abstain: Any, func: str) -> Int64:
    """Give each vote the number of its option as offered, -1 where it withdraws."""
    known = [*names]
    if abstain is not None:
        if not isinstance(abstain, str) or abstain in names:
            raise refuse(InvalidInput, func, "abstain", "be text that is no option", abstain)
        known.append(abstain)
    offered = columns.ids(known, func=func, name="options and abstain,", offer_drop=False)
    (codes, wanted), ids = code_together({"option": option, "options": offered}, func)
    number = np.full(len(ids), len(known))
    number[wanted] = np.arange(len(known))
    chosen = number[codes]
    unknown = chosen == len(known)
    if unknown.any():
        row = int(unknown.argmax())
        where: dict[str, Any] = {"row": row, "count": int(unknown.sum()), "total": len(unknown)}
        got = option[row : row + 1].tolist()[0]
        raise refuse(InvalidInput, func, "option", "be one of the options", got, **where)
    return np.where(chosen == len(names), -1, chosen)


def _table(names: list[Any], votes: Int64, first: Int64, voters: int, confidence: float) -> PollTable:
    counts = votes[first]
    low, high = wilson(counts, voters, confidence=confidence)
    return PollTable(
        option=columns.ids(names)[first],
        votes=freeze(counts),
        share=freeze(counts / voters if voters else np.full(len(counts), np.nan)),
        low=freeze(low),
        high=freeze(high),
    )


def _verdict(stands: Standing, votes: Int64, first: Int64, confidence: float) -> Verdict:
    if not votes.any():
        return Verdict.none
    if len(votes) == 1:
        return Verdict.clear
    if votes[first[0]] == votes[first[1]]:
        return Verdict.tie
    ours, theirs = (stands.voter[stands.option == place] for place in first[:2])
    both = len(np.intersect1d(ours, theirs, assume_unique=True))
    one, other = len(ours) - both, len(theirs) - both
    low, _ = clopper_pearson(one, one + other, confidence=confidence)
    return Verdict.clear if low is not None and low > 0.5 else Verdict.unclear


def _lead(votes: Int64, first: Int64, voters: int) -> float:
    if not voters:
        return 0.0
    behind = int(votes[first[1]]) if len(votes) > 1 else 0
    return (int(votes[first[0]]) - behind) / voters


def _turnout(came: int, electorate: Any, func: str) -> float | None:
    if electorate is None:
        return None
    size = whole(electorate, func, "electorate", low=0)
    if size < came:
        raise refuse(InvalidInput, func, "electorate", f"be at least the {came:,} people who took part", size)
    return came / size if size else None


class PairTable(Table):
    """Each pair of options, and how many voters prefer which.

    Parameters
    ----------
    a, b : ids
        The pair, `a` offered before `b`.
    prefer_a, prefer_b : int64 arrays of shape (p,)
        Voters; those without a preference are in neither.

    Examples
    --------
    >>> condorcet([1, 1], ["tea", "rice"], [1, 2], options=["rice", "tea"]).table.prefer_b
    array([1])
    """

    a: Ids
    b: Ids
    prefer_a: Ints
    prefer_b: Ints


class Ranked(Frozen):
    """A poll by rankings, compared pair by pair.

    Parameters
    ----------
    table : PairTable
        `a b prefer_a prefer_b`.
    ballots : int
        Voters.
    winner : str, int or None
        The option that beats every other; None where there is none.
    weak_winners : tuple of options
        Those that nobody beats, in the order they were offered.

    Examples
    --------
    >>> condorcet([1, 1], ["tea", "rice"], [1, 2], options=["rice", "tea"]).winner
    'tea'
    """

    table: PairTable
    ballots: Count
    winner: str | int | None
    weak_winners: tuple[str | int, ...]


def condorcet(voter: Column, option: Column, rank: Column, *, options: Any) -> Ranked:
    """Find the option that wins against every other one.

    Parameters
    ----------
    voter, option : columns of shape (n,) of ids
        Who ranked what.
    rank : column of shape (n,), whole numbers >= 1
        1 is best; equal ranks are no preference. Options that a voter left out come below those listed, equal among
        themselves.
    options : list of text or of whole numbers
        What was offered.

    Returns
    -------
    Ranked
        `table ballots winner weak_winners`.

    Raises
    ------
    EmptyInput
        No options.
    InvalidInput
        An option that was not offered, or ranked twice by one voter, with its row; a rank below 1.

    Notes
    -----
    To beat is to have a strict majority of the preferences expressed between two. Majorities can run in a circle: then
    nobody wins. O(n + v k²) for v voters and k options.

    References
    ----------
    M. de Condorcet, "Essai sur l'application de l'analyse à la probabilité des décisions" (1785).

    Examples
    --------
    >>> voters, options = [1, 1, 2, 2, 3, 3], ["rice", "tea", "rice", "tea", "tea", "rice"]
    >>> condorcet(voters, options, [1, 2, 1, 2, 1, 2], options=["tea", "rice"]).winner
    'rice'
    """
    func = "campaign.condorcet"
    names = listed(options, func, "options")
    read = columns.read(
        func,
        columns.spec("voter", voter, "ids"),
        columns.spec("option", option, "ids"),
        columns.spec("rank", rank, "quantities", minimum=1),
        offer_drop=False,
    )
    chosen = _numbers(read["option"], names, None, func)
    who, people = factorize(read["voter"])
    _refuse_repeats(who * len(names) + chosen, read["option"], func)
    ranks = np.full((len(names), len(people)), _UNLISTED, np.uint64)
    ranks[chosen, who] = read["rank"]
    wins = np.array([[int((one < other).sum()) for other in ranks] for one in ranks])
    beats = wins > wins.T
    a, b = np.triu_indices(len(names), 1)
    winner = next((place for place in range(len(names)) if beats[place].sum() == len(names) - 1), None)
    offered = columns.ids(names)
    return Ranked(
        table=PairTable(a=offered[a], b=offered[b], prefer_a=wins[a, b], prefer_b=wins[b, a]),
        ballots=len(people),
        winner=None if winner is None or not len(people) else names[winner],
        weak_winners=tuple(names[place] for place in range(len(names)) if not beats[:, place].any()),
    )


def _refuse_repeats(pair: Int64, option: NDArray[Any], func: str) -> None:
    row = first_repeat(pair)
    if row is not None:
        got = Verbatim(f"{option[row : row + 1].tolist()[0]!r} again")
        raise refuse(InvalidInput, func, "option", "be ranked once by each voter", got, row=row)
