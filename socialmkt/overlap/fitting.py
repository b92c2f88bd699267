"""Which platform suits a product: how alike its audience is to the buyers, how rich in them, how many, at what cost.

A score is a planning proxy, not a chance of success, and its weights are a judgement. So every component is shown, as
are the platforms that no other beats in all of them, and how steady the ranking is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Self

import numpy as np
from numpy.random import Generator
from pydantic import AfterValidator, BeforeValidator, PlainSerializer, ValidationInfo, model_validator

from socialmkt.core.errors import EmptyInput, InvalidInput, Verbatim, check_choice, refuse
from socialmkt.core.model import Amount, Count, Frozen, FrozenDict, Name
from socialmkt.core.table import Flags, Floats, Table, Texts
from socialmkt.overlap import _fit_scores
from socialmkt.overlap._audience_fields import whole
from socialmkt.overlap._fit_scores import COMPONENTS, Audiences
from socialmkt.overlap._levels import Basis, as_dict, check_aligned, number
from socialmkt.overlap.profile import Profile, check_profile, weakest

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FitComponents", "FitRanking", "Platform", "TargetGroup", "fit"]

_SLACK = 1e-9
_MOST_DRAWS = 10**6


def _propensity(value: Any, info: ValidationInfo) -> Mapping[str, float]:
    name = info.field_name or "propensity"
    if not isinstance(value, Mapping) or not value:
        raise refuse(InvalidInput, "", name, "be a mapping by cell", Verbatim(f"a {type(value).__name__}"))
    for cell, chance in value.items():
        if number(chance, "", name) > 1:
            raise refuse(InvalidInput, "", name, f"be at most 1, as for {cell!r}", chance)
    return value


Propensity = Annotated[
    Mapping[str, float], BeforeValidator(_propensity), AfterValidator(FrozenDict), PlainSerializer(as_dict)
]


class TargetGroup(Frozen):
    """The people a product is for: how likely someone of each cell is one of them.

    Parameters
    ----------
    population : Profile
        Everybody, with `users`.
    propensity : mapping of cell to chance, 0 to 1
        How many of the people of each cell belong to the target.

    Raises
    ------
    pydantic.ValidationError
        A population without users, chances outside 0 to 1, other cells, or a target of nobody.

    Notes
    -----
    Assumption: within a cell, people are as likely to belong to the target on a platform as off it. Finer cells make
    it milder.

    Examples
    --------
    >>> everybody = Profile(cells={"young": 0.4, "old": 0.6}, users=1_000_000)
    >>> target = TargetGroup(population=everybody, propensity={"young": 0.10, "old": 0.05})
    >>> round(target.share, 2), round(target.users), round(target.profile.cells["young"], 3)
    (0.07, 70000, 0.571)
    """

    population: Profile
    propensity: Propensity

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if not self.population.users:
            raise refuse(InvalidInput, "", "population", "have users", self.population.users)
        check_aligned(self.population.cells, self.propensity, "", "propensity")
        if not self.share > 0:
            raise refuse(InvalidInput, "", "propensity", "be above 0 for somebody", self.share)
        return self

    @staticmethod
    def from_profile(profile: Profile, *, population: Profile, users: float) -> TargetGroup:
        """Describe a target whose profile and number of people are known.

        Parameters
        ----------
        profile : Profile
            Of the target.
        population : Profile
            Everybody, with `users`; the same cells.
        users : number above 0
            How many people the target has.

        Returns
        -------
        TargetGroup
            With the propensities that give this profile.

        Raises
        ------
        InvalidInput
            More people in a cell than the population has, other cells, or a population without users.

        Examples
        --------
        >>> everybody = Profile(cells={"young": 0.4, "old": 0.6}, users=1_000_000)
        >>> buyers = Profile(cells={"young": 0.8, "old": 0.2})
        >>> TargetGroup.from_profile(buyers, population=everybody, users=50_000).propensity["young"]
        0.1
        """
        func = "TargetGroup.from_profile"
        check_profile(profile, func, "profile")
        check_profile(population, func, "population")
        check_aligned(population.cells, profile.cells, func, "profile")
        if not population.users:
            raise refuse(InvalidInput, func, "population", "have users", population.users)
        people = number(users, func, "users", above=0)
        chances: dict[str, float] = {}
        for cell, share in population.cells.items():
            wanted, there = people * profile.cells[cell], population.users * share
            if wanted > there * (1 + _SLACK):
                must = f"leave at most the {there:,.0f} people of {cell!r} in the target"
                raise refuse(InvalidInput, func, "users", must, wanted)
            chances[cell] = min(1.0, wanted / there) if there else 0.0
        return TargetGroup(population=population, propensity=chances)

    @property
    def share(self) -> float:
        """The share of the population that belongs to the target."""
        return math.fsum(share * self.propensity[cell] for cell, share in self.population.cells.items())

    @property
    def users(self) -> float:
        """How many people the target has."""
        return (self.population.users or 0) * self.share

    @property
    def profile(self) -> Profile:
        """How the target is made up."""
        population, total = self.population, self.share
        cells = {cell: share * self.propensity[cell] / total for cell, share in population.cells.items()}
        return Profile(cells=cells, ordered=population.ordered, basis=population.basis)


class Platform(Frozen):
    """A place to advertise.

    Parameters
    ----------
    name : str
        How tables call it.
    profile : Profile
        Its audience, with `users`.
    cpm : int, minor units, optional
        The price of a thousand users.

    Examples
    --------
    >>> Platform(name="Douyin", profile=Profile(cells={"young": 0.7, "old": 0.3}, users=300_000), cpm=1000).cpm
    1000
    """

    name: Name
    profile: Profile
    cpm: Amount | None = None


class FitComponents(Table):
    """How the score of one platform comes about.

    Parameters
    ----------
    component : text
        `match affinity coverage`.
    value, weight : float64 arrays
        From 0 to 1.
    log_contribution : float64 array
        weight ln(value); the score is 100 times the exponential of their sum.

    Examples
    --------
    >>> FitComponents(component=["match"], value=[1.0], weight=[0.5], log_contribution=[0.0]).columns
    ('component', 'value', 'weight', 'log_contribution')
    """

    component: Texts
    value: Floats
    weight: Floats
    log_contribution: Floats


class FitRanking(Table):
    """Platforms, the most suitable first.

    Parameters
    ----------
    platform : text
        Their names.
    score : float64 array, 0 to 100
        100 match^w1 affinity^w2 coverage^w3.
    low, high : float64 arrays
        The 2.5 and 97.5 percentiles of the score over draws of the profile; NaN without draws or a sample.
    match : float64 array
        How alike the audience and the target are (Bhattacharyya).
    affinity : float64 array
        tgi / (tgi + 100): one half where the audience is as rich in the target as everybody is.
    coverage : float64 array
        The share of the target that the audience could hold.
    share, matched : float64 arrays
        The share of the audience that belongs to the target, and how many people that is.
    tgi, ovl, jaccard : float64 arrays
        100 times that share by the target's share of everybody; the common share of the profiles; matched people as a
        share of audience and target together.
    cost_per_matched : float64 array, minor units
        The price of a thousand matched users; NaN without a price, inf where nobody matches.
    conflict : bool array
        Whether more people match than the target has by over 5 per cent: figures that cannot all be true.
    pareto : bool array
        Whether no other platform is at least as good in match, affinity, coverage and cost, and better in one.
    first : float64 array
        The share of draws, of profiles and of weights, in which it leads; NaN without draws.
    weights : tuple of float
        Of match, affinity and coverage.
    basis : {"joint", "raked", "independent"}
        The weakest of all profiles.
    draws : int
        How many.

    Examples
    --------
    >>> everybody = Profile(cells={"young": 0.4, "old": 0.6}, users=1_000_000)
    >>> target = TargetGroup(population=everybody, propensity={"young": 0.10, "old": 0.05})
    >>> douyin = Platform(name="Douyin", profile=Profile(cells={"young": 0.7, "old": 0.3}, users=300_000))
    >>> fit([douyin], target).share
    array([0.085])
    """

    platform: Texts
    score: Floats
    low: Floats
    high: Floats
    match: Floats
    affinity: Floats
    coverage: Floats
    share: Floats
    matched: Floats
    tgi: Floats
    ovl: Floats
    jaccard: Floats
    cost_per_matched: Floats
    conflict: Flags
    pareto: Flags
    first: Floats
    weights: tuple[float, float, float]
    basis: Basis
    draws: Count

    def explain(self, platform: str) -> FitComponents:
        """Show how a score comes about.

        Parameters
        ----------
        platform : str
            One of the column.

        Returns
        -------
        FitComponents
            `component value weight log_contribution`.

        Raises
        ------
        InvalidInput
            Another platform.

        Examples
        --------
        >>> everybody = Profile(cells={"young": 0.4, "old": 0.6}, users=1_000_000)
        >>> target = TargetGroup(population=everybody, propensity={"young": 0.10, "old": 0.05})
        >>> ranking = fit([Platform(name="Douyin", profile=everybody)], target)
        >>> ranking.explain("Douyin").value.round(2)
        array([0.99, 0.5 , 1.  ])
        """
        names = self.platform.tolist()
        row = names.index(check_choice("FitRanking.explain", "platform", platform, names))
        values, weights = np.array([self[name][row] for name in COMPONENTS]), np.array(self.weights)
        with np.errstate(divide="ignore"):
            logs = np.where(weights > 0, weights * np.log(np.where(weights > 0, values, 1.0)), 0.0)
        names_of_components = np.array(COMPONENTS, dtype=object)
        return FitComponents(component=names_of_components, value=values, weight=weights, log_contribution=logs)


def fit(
    platforms: Sequence[Platform],
    target: TargetGroup,
    *,
    weights: Sequence[float] = (0.5, 0.25, 0.25),
    draws: int = 0,
    rng: Generator | None = None,
) -> FitRanking:
    """Rank platforms by how well they suit a target group.

    Parameters
    ----------
    platforms : sequence of Platform
        With users, and of the cells of the target's population.
    target : TargetGroup
        Whom the product is for.
    weights : three numbers >= 0 that sum to 1
        Of match, affinity and coverage. A judgement: look at `pareto` and `first` too.
    draws : int >= 0
        How often to draw profiles anew (of platforms with a sample) and weights, for `low high first`.
    rng : numpy Generator
        Needed for draws.

    Returns
    -------
    FitRanking
        The best first; ties in the order given.

    Raises
    ------
    InvalidInput
        Equal names, other cells, no users, other weights, or no generator for draws.
    EmptyInput
        No platform.

    Notes
    -----
    With shares p of a platform's audience, propensities tau and t the target's profile: share = sum p tau, matched =
    users share, tgi = 100 share / target.share, match = sum sqrt(p t), affinity = tgi / (tgi + 100), coverage =
    min(1, matched / target.users), cost_per_matched = cpm / share. Draws of profiles are Dirichlet(n p + 1/2), of
    weights Dirichlet(1). Within a cell, people count as equally likely to belong to the target on and off a platform.
    The result is a planning proxy, not a chance of success.

    Examples
    --------
    >>> everybody = Profile(cells={"young": 0.4, "old": 0.6}, users=1_000_000)
    >>> target = TargetGroup(population=everybody, propensity={"young": 0.10, "old": 0.05})
    >>> small = Platform(name="small", profile=Profile(cells={"young": 0.7, "old": 0.3}, users=300_000), cpm=1000)
    >>> large = Platform(name="large", profile=Profile(cells={"young": 0.4, "old": 0.6}, users=900_000), cpm=1500)
    >>> ranking = fit([small, large], target)
    >>> ranking.platform.tolist(), ranking.score.round(2)
    (['large', 'small'], array([81.29, 66.55]))
    """
    func = "overlap.fit"
    if not isinstance(target, TargetGroup):
        raise refuse(InvalidInput, func, "target", "be a TargetGroup", Verbatim(f"a {type(target).__name__}"))
    known = _read_platforms(platforms, target, func)
    shares = _read_weights(weights, func)
    times = whole(draws, 0, _MOST_DRAWS, func=func, name="draws")
    if times and not isinstance(rng, Generator):
        raise refuse(InvalidInput, func, "rng", "be a numpy Generator where there are draws", rng)
    audiences = _audiences(known, target)
    values = _fit_scores.values(audiences, np.array(shares))
    drawn = _fit_scores.drawn(audiences, np.array(shares), times, rng)
    order = np.argsort(-values["score"], kind="stable")
    ranked = {name: column[order] for name, column in {**values, **drawn}.items()}
    names = np.array([platform.name for platform in known], dtype=object)[order]
    basis = weakest(target.population, *(platform.profile for platform in known))
    return FitRanking(platform=names, **ranked, weights=shares, basis=basis, draws=times)


def _read_platforms(platforms: Any, target: TargetGroup, func: str) -> list[Platform]:
    if isinstance(platforms, (str, bytes)) or not isinstance(platforms, Sequence):
        raise refuse(
            InvalidInput, func, "platforms", "be a list of platforms", Verbatim(f"a {type(platforms).__name__}")
        )
    if not platforms:
        raise refuse(EmptyInput, func, "platforms", "hold at least one platform", platforms)
    known: list[Platform] = []
    for platform in platforms:
        if not isinstance(platform, Platform):
            raise refuse(InvalidInput, func, "platforms", "hold platforms", Verbatim(f"a {type(platform).__name__}"))
        if platform.name in {other.name for other in known}:
            raise refuse(InvalidInput, func, "platforms", "have different names", platform.name)
        if not platform.profile.users:
            raise refuse(InvalidInput, func, "platforms", f"have users, as {platform.name!r}", platform.profile.users)
        check_aligned(target.population.cells, platform.profile.cells, func, "platforms")
        known.append(platform)
    return known


def _read_weights(weights: Any, func: str) -> tuple[float, float, float]:
    must = "be three numbers of at least 0 that sum to 1"
    if not isinstance(weights, (Sequence, np.ndarray)) or len(weights) != len(COMPONENTS):
        raise refuse(InvalidInput, func, "weights", must, weights)
    match, affinity, coverage = (number(weight, func, "weights") for weight in weights)
    if not math.isclose(match + affinity + coverage, 1, abs_tol=_SLACK):
        raise refuse(InvalidInput, func, "weights", must, match + affinity + coverage)
    return match, affinity, coverage


def _audiences(platforms: list[Platform], target: TargetGroup) -> Audiences:
    cells = list(target.population.cells)
    profile = target.profile
    return Audiences(
        shares=np.array([[platform.profile.cells[cell] for cell in cells] for platform in platforms]),
        users=np.array([platform.profile.users for platform in platforms], dtype=np.float64),
        samples=_floats([platform.profile.sample for platform in platforms]),
        cpm=_floats([platform.cpm for platform in platforms]),
        propensity=np.array([target.propensity[cell] for cell in cells]),
        target=np.array([profile.cells[cell] for cell in cells]),
        target_share=target.share,
        target_users=target.users,
    )


def _floats(values: Sequence[float | None]) -> NDArray[np.float64]:
    return np.array([math.nan if value is None else value for value in values], dtype=np.float64)
