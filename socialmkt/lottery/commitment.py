"""The manifest: all rules of a draw, written and hashed before the beacon is known.

Whoever publishes the commitment can no longer choose: every field, every prize and every entry changes it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, ValidationInfo, field_validator, model_validator

from socialmkt.core._models import make_model, read_models
from socialmkt.core.errors import InvalidInput, check_choice, refuse, refuse_choice
from socialmkt.core.model import Amount, Count, Frozen, FrozenDict, Instant, Name, Positive
from socialmkt.core.money import Currency
from socialmkt.lottery._canonical import HEX64, NAME, NAME_RULE, POOL, canonical_json, instant_text, sha256_hex
from socialmkt.lottery._caps import LARGEST, check_caps
from socialmkt.lottery._tickets import METHODS, Method
from socialmkt.lottery.beacon import QUICKNET
from socialmkt.lottery.entries import Entries

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

__all__ = ["Manifest", "Prize", "manifest"]

_FUNC = "lottery.manifest"
_REASONS = ("duplicate_identity", "fraud", "ineligible", "no_address", "unclaimed", "withdrew")
_QUICKNET = "drand:quicknet"
_LONGEST_NAME = 200


def _safe(value: int, info: ValidationInfo) -> int:
    if value > LARGEST:
        raise refuse(InvalidInput, "", str(info.field_name), f"be at most {LARGEST}", value)
    return value


def _hex(value: Any, info: ValidationInfo) -> str:
    if not isinstance(value, str) or not HEX64.fullmatch(value):
        raise refuse(InvalidInput, "", str(info.field_name), "be 64 lower-case hex digits", value)
    return value


def _hex_or_empty(value: Any, info: ValidationInfo) -> str:
    return "" if value == "" else _hex(value, info)


SafeAmount = Annotated[Amount, AfterValidator(_safe)]
SafeCount = Annotated[Count, AfterValidator(_safe)]
SafePositive = Annotated[Positive, AfterValidator(_safe)]
Hex = Annotated[str, BeforeValidator(_hex)]
HexOrEmpty = Annotated[str, BeforeValidator(_hex_or_empty)]


class Prize(Frozen):
    """A tier of prizes of one kind.

    Parameters
    ----------
    name : str
        1 to 200 characters, unique in the manifest.
    quantity : int, 1 to 2**53 - 1
        How many there are. There may be more than entries: slots stay unfilled.
    unit_value : int, 0 to 2**53 - 1, minor units
        What one is worth, in the manifest's currency.
    kind : {"participation", "purchase"}
        Whether taking part is enough, or a purchase is needed.
    delivery : {"voucher", "physical"}
        A physical prize needs an address.
    requires : str or sequence of str, optional
        Conditions of the list, all of which a winner must hold. Left out: `"purchase"` for a purchase prize, none for
        the others. Kept sorted.
    pool : str
        Prizes of one pool share one ranking, so nobody wins twice in it; pools are independent draws.

    Raises
    ------
    pydantic.ValidationError
        A field breaks its rule.

    Examples
    --------
    >>> Prize(name="grand", quantity=1, kind="purchase").requires
    ('purchase',)
    """

    name: Name
    quantity: SafePositive
    unit_value: SafeAmount = 0
    kind: Literal["participation", "purchase"] = "participation"
    delivery: Literal["voucher", "physical"] = "voucher"
    requires: tuple[str, ...] = ()
    pool: str = "main"

    @model_validator(mode="before")
    @classmethod
    def _default_requires(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        given: Any = data.get("requires")
        if given is None:
            return {**data, "requires": ("purchase",) if data.get("kind") == "purchase" else ()}
        return {**data, "requires": (given,) if isinstance(given, str) else given}

    @field_validator("name")
    @classmethod
    def _short(cls, name: str) -> str:
        if len(name) > _LONGEST_NAME:
            raise refuse(InvalidInput, "", "name", f"have at most {_LONGEST_NAME} characters", name)
        return name

    @field_validator("requires")
    @classmethod
    def _sorted(cls, requires: tuple[str, ...]) -> tuple[str, ...]:
        for condition in requires:
            if not NAME.fullmatch(condition):
                raise refuse(InvalidInput, "", "requires", NAME_RULE, condition)
        return tuple(sorted(set(requires)))

    @field_validator("pool")
    @classmethod
    def _pool_name(cls, pool: str) -> str:
        if not POOL.fullmatch(pool):
            raise refuse(InvalidInput, "", "pool", "be 1 to 64 characters from A-Z, a-z, 0-9, _, . and -", pool)
        return pool


class Manifest(Frozen):
    """Everything that decides a draw, but the beacon value.

    Made by `manifest`, which fills in the digest and the number of entries.

    Parameters
    ----------
    version : str
        The scheme, `"socialmkt/draw/1"`.
    draw_id : str
        A name for this draw, never used for another.
    entries_digest : str, 64 hex digits
        `Entries.digest`.
    entries : int >= 1
        How many entries there are.
    prizes : sequence of Prize
        Grand prize first: slots are filled in this order.
    beacon : str
        The public source of chance, such as `"drand:quicknet"` or `"lottery 3D 2026303"`.
    beacon_round : int >= 1, optional
        Its round; needed for `"drand:quicknet"`, and then later than `closes_at`.
    closes_at : aware datetime, optional
        When entries close.
    claim_by : aware datetime, optional
        Until when prizes can be claimed.
    alternates : int >= 0
        How many stand-ins each prize gets.
    secret_hash : str
        SHA-256 of a secret that goes into the draw and is revealed with it; `""` for none.
    disqualify_reasons : sequence of str
        The closed list of reasons.
    caps : mapping of group name to int >= 1
        How many winners and alternates of a pool may share a group.
    method : {"exponential", "tickets"}
        As in `rank`.
    currency : str
        Of the unit values.
    terms_digest : str
        SHA-256 of the published rules, or `""`.

    Raises
    ------
    pydantic.ValidationError
        A field breaks its rule, or two prizes have one name.

    Examples
    --------
    >>> entries = Entries.from_columns(["ann", "bo"])
    >>> made = manifest(entries, [Prize(name="grand", quantity=1)], draw_id="demo", beacon="lottery 3D 2026303")
    >>> Manifest.model_validate_json(made.canonical()) == made
    True
    """

    version: Literal["socialmkt/draw/1"] = "socialmkt/draw/1"
    draw_id: Name
    entries_digest: Hex
    entries: SafePositive
    prizes: tuple[Prize, ...]
    beacon: Name
    beacon_round: SafePositive | None = None
    closes_at: Instant | None = None
    claim_by: Instant | None = None
    alternates: SafeCount = 0
    secret_hash: HexOrEmpty = ""
    disqualify_reasons: tuple[Name, ...] = _REASONS
    caps: FrozenDict[str, int] = FrozenDict({})
    method: Method = "exponential"
    currency: Currency = Currency("CNY")
    terms_digest: HexOrEmpty = ""

    @field_validator("prizes")
    @classmethod
    def _distinct(cls, prizes: tuple[Prize, ...]) -> tuple[Prize, ...]:
        if not prizes:
            raise refuse(InvalidInput, "", "prizes", "hold at least one prize", [])
        for name, count in Counter(prize.name for prize in prizes).items():
            if count > 1:
                raise refuse(InvalidInput, "", "prizes", "have names of their own", name)
        return prizes

    @field_validator("caps", mode="before")
    @classmethod
    def _caps(cls, caps: Any) -> Any:
        return check_caps(caps, None, func="")

    @model_validator(mode="after")
    def _round_after_close(self) -> Self:
        if self.beacon != _QUICKNET:
            return self
        if self.beacon_round is None:
            raise refuse(InvalidInput, "", "beacon_round", f"be given for {_QUICKNET}", None)
        out_at = QUICKNET.time_of(self.beacon_round)
        if self.closes_at is not None and out_at <= self.closes_at:
            must = f"be out after closes_at, {instant_text(self.closes_at)}"
            fix = f"The first such round is {QUICKNET.round_after(self.closes_at)}."
            raise refuse(InvalidInput, "", "beacon_round", must, self.beacon_round, fix=fix)
        return self

    def canonical(self) -> bytes:
        """Write the manifest as canonical JSON.

        Returns
        -------
        bytes
            UTF-8, every field present, keys sorted, no spaces: what RFC 8785 gives.

        Examples
        --------
        >>> made = manifest(Entries.from_columns(["ann"]), [Prize(name="pen", quantity=1)], draw_id="d", beacon="b")
        >>> made.canonical()[:46]
        b'{"alternates":0,"beacon":"b","beacon_round":nu'
        """
        return canonical_json(as_json(self)).encode()

    @cached_property
    def commitment(self) -> str:
        """The SHA-256 of the canonical JSON, to be published before the beacon value exists.

        Examples
        --------
        >>> made = manifest(Entries.from_columns(["ann"]), [Prize(name="pen", quantity=1)], draw_id="d", beacon="b")
        >>> made.commitment[:12]
        '5f75196413f7'
        """
        return sha256_hex(self.canonical())


def as_json(manifest: Manifest) -> dict[str, Any]:
    """Give a manifest as strings, whole numbers, lists, objects and null."""
    fields = {name: getattr(manifest, name) for name in Manifest.model_fields}
    return {
        **fields,
        "prizes": [{**vars(prize), "requires": list(prize.requires)} for prize in manifest.prizes],
        "closes_at": instant_text(manifest.closes_at),
        "claim_by": instant_text(manifest.claim_by),
        "disqualify_reasons": list(manifest.disqualify_reasons),
        "caps": dict(manifest.caps),
        "currency": manifest.currency.code,
    }


def manifest(
    entries: Entries,
    prizes: Sequence[Prize],
    *,
    draw_id: str,
    beacon: str,
    beacon_round: int | None = None,
    closes_at: datetime | None = None,
    claim_by: datetime | None = None,
    alternates: int = 0,
    secret_hash: str = "",
    disqualify_reasons: Sequence[str] = _REASONS,
    caps: Mapping[str, int] | None = None,
    method: Method = "exponential",
    currency: Currency | str = "CNY",
    terms_digest: str = "",
) -> Manifest:
    """Write down a draw before it happens.

    Parameters
    ----------
    entries : Entries
        The closed list.
    prizes : sequence of Prize
        Grand prize first.
    draw_id, beacon, beacon_round, closes_at, claim_by, alternates, secret_hash, disqualify_reasons, caps, method, \
currency, terms_digest
        As in `Manifest`.

    Returns
    -------
    Manifest
        Publish its `commitment`, and the list, before the beacon value is known.

    Raises
    ------
    InvalidInput
        An argument breaks its rule, a prize requires a condition, or a cap names a group, that the list does not have.
    AmbiguousTime
        A datetime without a zone.
    Overflow
        A number does not fit 64 bits.

    Examples
    --------
    >>> entries = Entries.from_columns(["ann", "bo"], qualifies={"purchase": [True, False]})
    >>> prizes = [Prize(name="grand", quantity=1, kind="purchase"), Prize(name="thanks", quantity=1)]
    >>> made = manifest(entries, prizes, draw_id="spring", beacon="lottery 3D 2026303", alternates=1)
    >>> made.entries, made.commitment[:12]
    (2, '462192aed978')
    """
    if not isinstance(entries, Entries):
        raise refuse(InvalidInput, _FUNC, "entries", "be Entries", entries, fix="Pass Entries.from_columns(ids).")
    if not isinstance(disqualify_reasons, Sequence) or isinstance(disqualify_reasons, str | bytes):
        raise refuse(InvalidInput, _FUNC, "disqualify_reasons", "be a list of text", disqualify_reasons)
    made = make_model(
        Manifest,
        {
            "draw_id": draw_id,
            "entries_digest": entries.digest,
            "entries": len(entries),
            "prizes": read_models(prizes, Prize, func=_FUNC, name="prizes"),
            "beacon": beacon,
            "beacon_round": beacon_round,
            "closes_at": closes_at,
            "claim_by": claim_by,
            "alternates": alternates,
            "secret_hash": secret_hash,
            "disqualify_reasons": disqualify_reasons,
            "caps": check_caps(caps, entries.groups, func=_FUNC),
            "method": check_choice(_FUNC, "method", method, METHODS),
            "currency": currency,
            "terms_digest": terms_digest,
        },
        func=_FUNC,
    )
    check_conditions(made, entries, func=_FUNC)
    return made


def check_conditions(manifest: Manifest, entries: Entries, *, func: str) -> None:
    """Refuse a prize that requires what the list does not tell."""
    known = list(entries.conditions) or ["(no conditions in the list)"]
    for prize in manifest.prizes:
        for condition in prize.requires:
            if condition not in entries.conditions:
                raise refuse_choice(func, "requires", condition, known)
