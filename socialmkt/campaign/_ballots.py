"""Which votes stand: bare codes in, the standing pairs out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]


class Standing(NamedTuple):
    """The votes that stand, and how many people abstain."""

    voter: Int64
    option: Int64
    abstained: int


def standing_votes(voter: Int64, option: Int64, *, voters: int, options: int, per_person: int) -> Standing:
    """Keep each voter's last distinct options; rows are in order of time, option -1 withdraws what came before."""
    rows = np.arange(len(voter))
    withdrawn = _last_rows(voter, rows, option < 0, voters)
    votes = np.flatnonzero((option >= 0) & (rows > withdrawn[voter]))
    voted = np.zeros(voters, bool)
    voted[voter[votes]] = True
    key = voter[votes] * options + option[votes]
    order = np.argsort(key, kind="stable")
    ends = np.flatnonzero(np.append(key[order][1:] != key[order][:-1], True)) if len(key) else order
    latest = np.sort(votes[order[ends]])
    kept = _last_of_each(voter[latest], voters, per_person)
    return Standing(voter[latest[kept]], option[latest[kept]], int(((withdrawn >= 0) & ~voted).sum()))


def _last_rows(voter: Int64, rows: Int64, there: NDArray[np.bool_], voters: int) -> Int64:
    """Give the last row of each voter among some, -1 for none."""
    last = np.full(voters, -1)
    np.maximum.at(last, voter[there], rows[there])
    return last


def _last_of_each(voter: Int64, voters: int, count: int) -> Int64:
    """Find the last `count` rows of each voter."""
    order = np.argsort(voter, kind="stable")
    sizes = np.bincount(voter, minlength=voters)
    from_end = np.repeat(np.cumsum(sizes), sizes) - np.arange(len(voter))
    return order[from_end <= count]
