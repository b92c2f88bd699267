"""What a legal or platform policy says about a draw: data in, coded warnings out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialmkt.core.errors import InvalidInput, refuse
from socialmkt.core.model import Amount, Frozen, Name
from socialmkt.core.money import Currency
from socialmkt.lottery._findings import Finding, PolicyCode, found
from socialmkt.lottery.commitment import Manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CN_2020", "PolicyCode", "PolicyProfile"]


class PolicyProfile(Frozen):
    """Limits and duties for a prize draw.

    Parameters
    ----------
    name : str
        What the profile is called.
    currency : str
        Of the limits.
    max_unit_value, max_total_value : int >= 0, minor units, optional
        A prize, or all prizes together, above it is remarked; the limit itself passes.
    post_wins_above : int >= 0, minor units, optional
        Wins above it are to be posted as they happen.
    require_terms : bool
        Whether rules, closing time and claim deadline must be stated.

    Examples
    --------
    >>> CN_2020.max_unit_value
    5000000
    """

    name: Name
    currency: Currency = Currency("CNY")
    max_unit_value: Amount | None = None
    max_total_value: Amount | None = None
    post_wins_above: Amount | None = None
    require_terms: bool = True

    def check(self, manifest: Manifest) -> list[Finding]:
        """Remark on a draw before it is committed to.

        Parameters
        ----------
        manifest : Manifest
            The draw.

        Returns
        -------
        list of Finding
            Warnings, none of which stops a draw; empty where nothing is remarked.

        Raises
        ------
        InvalidInput
            No manifest.

        Examples
        --------
        >>> from socialmkt.lottery import Entries, Prize, manifest
        >>> car = Prize(name="car", quantity=1, unit_value=8_000_000)
        >>> made = manifest(Entries.from_columns(["ann"]), [car], draw_id="demo", beacon="lottery 3D 2026303")
        >>> for remark in CN_2020.check(made)[:2]:
        ...     print(remark)
        prize_over_cap: a prize is worth more than the limit: 80000.00 CNY, limit 50000.00 CNY (car)
        post_wins: wins of this value are to be posted as they happen: 80000.00 CNY, limit 500.00 CNY (car)
        """
        if not isinstance(manifest, Manifest):
            raise refuse(InvalidInput, "PolicyProfile.check", "manifest", "be a Manifest", manifest)
        return [*self._values(manifest), *_placement(manifest), *(_stated(manifest) if self.require_terms else ())]

    def _values(self, manifest: Manifest) -> Iterator[Finding]:
        if manifest.currency != self.currency:
            yield found(PolicyCode.currency_mismatch, detail=f"{manifest.currency.code}, not {self.currency.code}")
            return
        for prize in manifest.prizes:
            if prize.unit_value == 0:
                yield found(PolicyCode.value_missing, prize.name)
            limits = ((PolicyCode.prize_over_cap, self.max_unit_value), (PolicyCode.post_wins, self.post_wins_above))
            for code, limit in limits:
                yield from self._above(code, prize.unit_value, limit, prize.name)
        total = sum(prize.unit_value * prize.quantity for prize in manifest.prizes)
        yield from self._above(PolicyCode.total_over_cap, total, self.max_total_value, "")

    def _above(self, code: PolicyCode, value: int, limit: int | None, where: str) -> Iterator[Finding]:
        if limit is not None and value > limit:
            yield found(code, where, f"{self.currency.format(value)}, limit {self.currency.format(limit)}")


CN_2020 = PolicyProfile(name="CN 2020", max_unit_value=5_000_000, post_wins_above=50_000)
"""Chinese promotion rules in force since December 2020, as data and not as legal advice.

50,000 yuan at most for a prize; wins above 500 yuan are to be posted as they happen.
"""


def _placement(manifest: Manifest) -> Iterator[Finding]:
    regions = [{name for name in prize.requires if name.startswith("region")} for prize in manifest.prizes]
    for prize, own in zip(manifest.prizes, regions, strict=True):
        if own != regions[0]:
            yield found(PolicyCode.region_placement, prize.name)
            return


def _stated(manifest: Manifest) -> Iterator[Finding]:
    if not manifest.terms_digest:
        yield found(PolicyCode.terms_missing)
    if manifest.closes_at is None:
        yield found(PolicyCode.draw_time_missing)
    if manifest.claim_by is None:
        yield found(PolicyCode.claim_deadline_missing)
