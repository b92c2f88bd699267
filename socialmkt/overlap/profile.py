"""Who an audience consists of, by age, city tier or whatever else, and how alike two such profiles are.

Tables of one attribute at a time overstate the overlap: two platforms can agree in age and in city tier and share no
cell of the two. A profile says on which basis it stands, and every comparison passes that on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import AfterValidator, BeforeValidator, PlainSerializer, ValidationInfo

from socialmkt.core import columns
from socialmkt.core._whole import is_int
from socialmkt.core.errors import EmptyInput, InvalidInput, Verbatim, refuse
from socialmkt.core.model import Count, Frozen, FrozenDict
from socialmkt.overlap import _distributions, _joint
from socialmkt.overlap._estimates import normal_quantile
from socialmkt.overlap._figure import Figure
from socialmkt.overlap._levels import BASES, Basis, as_dict, check_aligned, check_shares, counts_of, number, scaled
from socialmkt.overlap._raking import Raked, rake
from socialmkt.overlap._target_index import TargetIndex, tgi

if TYPE_CHECKING:
    from socialmkt.core.columns import Column

__all__ = [
    "MarginalOverlap",
    "Profile",
    "ProfileOverlap",
    "Raked",
    "TargetIndex",
    "effective_sample",
    "joint_profile",
    "marginal_overlap",
    "profile_overlap",
    "rake",
    "tgi",
]


def _shares(value: Any, info: ValidationInfo) -> Mapping[str, float]:
    return check_shares(value, "", info.field_name or "cells")


def _sample(value: Any, info: ValidationInfo) -> float | None:
    return None if value is None else number(value, "", info.field_name or "sample", above=0)


Shares = Annotated[Mapping[str, float], BeforeValidator(_shares), AfterValidator(FrozenDict), PlainSerializer(as_dict)]
Sample = Annotated[float | None, BeforeValidator(_sample)]


class Profile(Frozen):
    """How an audience is made up.

    Parameters
    ----------
    cells : mapping of level to share
        Shares sum to 1. People of unknown level are a cell of their own.
    users : int, optional
        How many people it describes.
    sample : number, optional
        From how many people it was estimated; from weighted ones their `effective_sample`. None counts as exact.
    ordered : bool
        Whether the cells are in an order that means something, such as ages.
    basis : {"joint", "raked", "independent"}
        Where joint cells come from: counted, fitted to margins, or multiplied.

    Raises
    ------
    pydantic.ValidationError
        Shares that are negative, or do not sum to 1 within 1e-6.

    Examples
    --------
    >>> Profile(cells={"18-24": 0.7, "25+": 0.3}, users=300_000).cells["25+"]
    0.3
    """

    cells: Shares
    users: Count | None = None
    sample: Sample = None
    ordered: bool = False
    basis: Basis = "joint"

    @staticmethod
    def from_counts(counts: Mapping[str, int], *, users: int | None = None, ordered: bool = False) -> Profile:
        """Take a profile from counted people.

        Parameters
        ----------
        counts : mapping of level to whole number >= 0
            How many people of each level were seen.
        users : int, optional
            How many people they stand for.
        ordered : bool
            As in the class.

        Returns
        -------
        Profile
            With `sample`, the number of people counted.

        Raises
        ------
        InvalidInput
            Counts that are negative or no whole numbers, or levels that are no text.
        EmptyInput
            Nobody was counted.

        Examples
        --------
        >>> Profile.from_counts({"18-24": 30, "25+": 10}).cells["18-24"]
        0.75
        """
        found = counts_of(counts, "Profile.from_counts", "counts")
        total = sum(found.values())
        shares = {level: count / total for level, count in found.items()}
        people = _read_users(users, "Profile.from_counts")
        return Profile(cells=shares, users=people, sample=total, ordered=ordered)


def effective_sample(weights: Column) -> float:
    """Say how many unweighted people weighted ones are worth.

    Parameters
    ----------
    weights : column of shape (n,), numbers >= 0
        One for each person asked.

    Returns
    -------
    float
        Kish's effective sample size, at most n.

    Raises
    ------
    InvalidInput
        Negative or infinite numbers, or nulls.
    EmptyInput
        No weight above 0.

    Notes
    -----
    (sum w)² / sum w².

    Examples
    --------
    >>> round(effective_sample([1, 1, 2, 4]), 6)
    2.909091
    """
    func = "overlap.effective_sample"
    w = columns.numbers(weights, func=func, name="weights")
    if (w < 0).any():
        row = int((w < 0).argmax())
        raise refuse(InvalidInput, func, "weights", "be at least 0", float(w[row]), row=row)
    if not w.any():
        raise refuse(EmptyInput, func, "weights", "hold one above 0", Verbatim("none"))
    scaled = w / w.max()
    return float(scaled.sum() ** 2 / (scaled**2).sum())


def joint_profile(
    margins: Mapping[str, Mapping[str, float]],
    *,
    reference: Profile | None = None,
    users: int | None = None,
    sample: float | None = None,
) -> Profile:
    """Build a joint profile from tables of one attribute each.

    Parameters
    ----------
    margins : mapping of attribute to mapping of level to share
        `{"age": {...}, "city": {...}}`; each sums to 1. Levels hold no "|".
    reference : Profile, optional
        A joint profile of the same cells, such as a census, whose pattern is fitted to the margins.
    users, sample
        As in `Profile`.

    Returns
    -------
    Profile
        Cells `"18-24|tier1"`; `basis` is "raked" with a reference, else "independent", the product of the margins.

    Raises
    ------
    InvalidInput
        Margins that do not sum to 1, or a reference of other cells.
    EmptyInput
        No margins.
    Infeasible
        A reference that rules a margin out, or more than a million cells.

    Notes
    -----
    A product says that age tells nothing about the city. That is seldom so: see `marginal_overlap`.

    Examples
    --------
    >>> joint = joint_profile({"age": {"young": 0.4, "old": 0.6}, "city": {"big": 0.5, "small": 0.5}})
    >>> joint.cells["young|small"], joint.basis
    (0.2, 'independent')
    """
    func = "overlap.joint_profile"
    if not isinstance(margins, Mapping):
        raise refuse(InvalidInput, func, "margins", "be a mapping of attributes to their levels", margins)
    if not margins:
        raise refuse(EmptyInput, func, "margins", "hold at least one attribute", margins)
    checked = [check_shares(levels, func, f"margins[{name!r}]") for name, levels in margins.items()]
    names = _joint.cell_names(checked, func)
    if reference is None:
        shares, basis = _joint.product(checked), "independent"
    else:
        if not isinstance(reference, Profile):
            raise refuse(InvalidInput, func, "reference", "be a Profile", reference)
        check_aligned(dict.fromkeys(names), reference.cells, func, "reference")
        seed = np.array([reference.cells[name] for name in names]).reshape([len(levels) for levels in checked])
        shares, basis = _joint.raked(seed, checked, func), "raked"
    cells = dict(zip(names, shares, strict=True))
    seen = None if sample is None else number(sample, func, "sample", above=0)
    given = {"users": _read_users(users, func), "sample": seen, "basis": basis}
    return Profile.model_validate({"cells": cells, **given})


def _read_users(users: Any, func: str) -> int | None:
    if users is not None and (not is_int(users) or not 0 <= users < 2**63):
        raise refuse(InvalidInput, func, "users", "be a whole number of at least 0 that fits 64 bits", users)
    return None if users is None else int(users)


class ProfileOverlap(Frozen):
    """How alike two profiles are.

    Parameters
    ----------
    ovl : float
        The share they have in common, sum of min(p, q).
    bc : float
        Bhattacharyya's coefficient, sum of sqrt(p q).
    hellinger : float
        sqrt(1 - bc).
    tv : float
        Total variation, 1 - ovl.
    jsd, kl : float, bits
        Jensen-Shannon divergence (not its root), and Kullback-Leibler divergence of q from p; kl may be infinite.
    cosine : float
        Of the two vectors.
    emd : float or None
        Earth mover's distance, in cells; None unless both are ordered.
    bc_interval : tuple of float, or None
        Interval of bc; None where no sample is known.
    basis : {"joint", "raked", "independent"}
        The weaker of the two.

    Examples
    --------
    >>> p, q = Profile(cells={"a": 0.5, "b": 0.5}), Profile(cells={"a": 0.25, "b": 0.75})
    >>> profile_overlap(p, q).ovl
    0.75
    """

    ovl: float
    bc: float
    hellinger: float
    tv: float
    jsd: float
    kl: Figure
    cosine: float
    emd: float | None
    bc_interval: tuple[float, float] | None
    basis: Basis


def profile_overlap(p: Profile, q: Profile, *, confidence: float = 0.95) -> ProfileOverlap:
    """Say how alike two profiles are.

    Parameters
    ----------
    p, q : Profile
        Of the same cells; in the same order too where either is ordered.
    confidence : float, strictly between 0 and 1
        Of `bc_interval`.

    Returns
    -------
    ProfileOverlap
        `ovl bc hellinger tv jsd kl cosine emd bc_interval basis`.

    Raises
    ------
    InvalidInput
        Other cells, or another order.

    Notes
    -----
    Shares are scaled to a sum of 1 first, so that rounded ones keep ovl = 1 - tv.
    The interval is bc -+ z sqrt((1 - bc²) / 4 (1/n_p + 1/n_q)), cut to 0 and 1. With L cells 1 - bc is too large by
    about (L - 1)/8 (1/n_p + 1/n_q): small samples look more different than they are. O(L).

    References
    ----------
    J. Lin, "Divergence measures based on the Shannon entropy", IEEE Transactions on Information Theory 37 (1991),
    doi:10.1109/18.61115.

    Examples
    --------
    >>> young, even = Profile(cells={"18-24": 1, "25+": 0}), Profile(cells={"18-24": 0.5, "25+": 0.5})
    >>> seen = profile_overlap(young, even)
    >>> seen.ovl, seen.kl, seen.emd
    (0.5, 1.0, None)
    """
    func = "overlap.profile_overlap"
    check_profile(p, func, "p")
    check_profile(q, func, "q")
    check_aligned(p.cells, q.cells, func, "q", ordered=p.ordered or q.ordered)
    a, b = scaled(p.cells.values()), scaled(q.cells[level] for level in p.cells)
    bc = _distributions.bhattacharyya(a, b)
    return ProfileOverlap(
        ovl=_distributions.shared(a, b),
        bc=bc,
        hellinger=math.sqrt(1 - bc),
        tv=_distributions.total_variation(a, b),
        jsd=_distributions.jensen_shannon(a, b),
        kl=_distributions.divergence(a, b),
        cosine=_distributions.cosine(a, b),
        emd=_distributions.earth_mover(a, b) if p.ordered and q.ordered else None,
        bc_interval=_bc_interval(bc, [p.sample, q.sample], normal_quantile(confidence, func)),
        basis=weakest(p, q),
    )


class MarginalOverlap(Frozen):
    """What margins tell about how alike two joint profiles are.

    Parameters
    ----------
    ovl_high, bc_high : float
        Upper bounds of the joint figures: the least over the attributes.
    bc_independent : float
        The joint bc if attributes told nothing about each other: the product.

    Examples
    --------
    >>> same = {"age": {"young": 0.5, "old": 0.5}, "city": {"big": 0.5, "small": 0.5}}
    >>> marginal_overlap(same, same).ovl_high
    1.0
    """

    ovl_high: float
    bc_high: float
    bc_independent: float


def marginal_overlap(p: Mapping[str, Mapping[str, float]], q: Mapping[str, Mapping[str, float]]) -> MarginalOverlap:
    """Bound how alike two audiences are by tables of one attribute each.

    Parameters
    ----------
    p, q : mapping of attribute to mapping of level to share
        The same attributes and levels.

    Returns
    -------
    MarginalOverlap
        `ovl_high bc_high bc_independent`.

    Raises
    ------
    InvalidInput
        Other attributes or levels, or shares that do not sum to 1.
    EmptyInput
        No attributes.

    Notes
    -----
    Merging cells never makes two profiles less alike, so each attribute alone is an upper bound, and only that: two
    audiences with equal margins can share nobody.

    Examples
    --------
    >>> tv = {"age": {"young": 0.2, "old": 0.8}, "city": {"big": 0.5, "small": 0.5}}
    >>> app = {"age": {"young": 0.8, "old": 0.2}, "city": {"big": 0.4, "small": 0.6}}
    >>> bounds = marginal_overlap(tv, app)
    >>> round(bounds.ovl_high, 9), round(bounds.bc_high, 9)
    (0.4, 0.8)
    """
    func = "overlap.marginal_overlap"
    for name, value in (("p", p), ("q", q)):
        if not isinstance(value, Mapping):
            raise refuse(InvalidInput, func, name, "be a mapping of attributes to their levels", value)
    if not p:
        raise refuse(EmptyInput, func, "p", "hold at least one attribute", Verbatim("none"))
    check_aligned(p, q, func, "q")
    ovls, bcs = [], []
    for attribute in p:
        mine, theirs = (check_shares(s[attribute], func, f"{n}[{attribute!r}]") for n, s in (("p", p), ("q", q)))
        check_aligned(mine, theirs, func, f"q[{attribute!r}]")
        a, b = scaled(mine.values()), scaled(theirs[level] for level in mine)
        ovls.append(_distributions.shared(a, b))
        bcs.append(_distributions.bhattacharyya(a, b))
    return MarginalOverlap(ovl_high=min(ovls), bc_high=min(bcs), bc_independent=math.prod(bcs))


def weakest(*profiles: Profile) -> Basis:
    """Give the weakest basis of some profiles."""
    return BASES[max(BASES.index(profile.basis) for profile in profiles)]


def check_profile(value: Any, func: str, name: str) -> None:
    """Refuse what is no profile."""
    if not isinstance(value, Profile):
        raise refuse(InvalidInput, func, name, "be a Profile", Verbatim(f"a {type(value).__name__}"))


def _bc_interval(bc: float, samples: list[float | None], z: float) -> tuple[float, float] | None:
    known = [1 / sample for sample in samples if sample]
    if not known:
        return None
    half = z * math.sqrt((1 - bc * bc) / 4 * sum(known))
    return max(0.0, bc - half), min(1.0, bc + half)
