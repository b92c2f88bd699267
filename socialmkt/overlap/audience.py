"""An audience: who can be reached somewhere, as an exact set or as a small sample, in one object.

Either way it is a sorted array of different 64-bit keys and a threshold. An exact audience keeps a key of every id. A
sketch keeps the smallest of the mixed keys, a fair sample of all people that is the same sample everywhere, so that
sketches answer every question that exact audiences answer, with an interval.
"""

from __future__ import annotations

from typing import Any, Literal

from socialmkt.core import columns
from socialmkt.core.columns import Column  # noqa: TC001  # signatures are read at run time by the docs
from socialmkt.core.errors import InvalidInput, SchemeMismatch, Verbatim, refuse
from socialmkt.core.model import read_name
from socialmkt.overlap import _audience_bytes, _keys
from socialmkt.overlap._alignment import Aligned, align
from socialmkt.overlap._audience_bytes import Parts
from socialmkt.overlap._audience_fields import LEAST_K, MOST_K, AudienceFields, check_parts, fields_of, whole
from socialmkt.overlap._estimates import Estimate, asked_by, count_estimate
from socialmkt.overlap._id_keys import distinct, keys_of, scheme_of, secret_keys_of
from socialmkt.overlap._keys import TOP, UInt64

__all__ = ["Audience", "Estimate"]

_FROM_IDS = "Audience.from_ids"


class Audience(AudienceFields):
    """The people who can be reached somewhere, each once.

    Build it with `from_ids`; the fields are what it holds.

    Parameters
    ----------
    keys : uint64 array, strictly rising
        A key of each id, or of the sample.
    threshold : int, 1 to 2**64
        Keys below it were kept; 2**64 if it is exact.
    k : int or None
        The most keys of a sketch; None if the keys are those of the ids themselves.
    seed : int
        Of the sketch; 0 without one.
    scheme : {"int", "text", "uuid"} or None
        What the ids were; None for an empty column of no known kind.
    fingerprint : int
        Of the secret key; 0 without one.
    name : str, optional
        How tables call it.
    rows, dropped : int
        How many ids were read, repeats counted, and how many nulls were left out. Bytes and JSON do not keep them.

    Raises
    ------
    pydantic.ValidationError
        Keys that do not rise, or do not lie below the threshold, or more of them than k.

    Notes
    -----
    Equality is by keys, threshold, k, seed, scheme and fingerprint. Ids are pseudonyms, not anonymous: an exact
    audience of whole numbers holds the ids themselves, also in its bytes and its JSON.

    Examples
    --------
    >>> tv, app = Audience.from_ids([1, 2, 3, 4, 5], name="tv"), Audience.from_ids([4, 5, 6], name="app")
    >>> len(tv | app), len(tv & app), len(tv - app)
    (6, 2, 3)
    >>> big = Audience.from_ids(range(100_000), k=4096)
    >>> tv.exact, big.exact, big.theta < 0.05, big.size.low < 100_000 < big.size.high
    (True, False, True, True)
    """

    @staticmethod
    def from_ids(
        ids: Column,
        *,
        name: str | None = None,
        k: int | None = None,
        seed: int = 0,
        key: bytes | None = None,
        on_null: Literal["raise", "drop"] = "raise",
    ) -> Audience:
        """Make an audience of a column of ids.

        Parameters
        ----------
        ids : column of shape (n,), whole numbers, text, bytes or UUIDs
            Who was reached; repeats count once, so an event log will do. Nothing is normalised: strip and fold text
            first where that is wanted.
        name : str, optional
            How tables call it.
        k : int, 2 to 2**26, optional
            Keep a sketch of at most so many keys; 8192 takes 64 KiB and knows the size to about 1.1 per cent.
        seed : int, 0 to 2**64 - 1
            Of the sketch. Only sketches of one seed go together.
        key : bytes, 1 to 64 of them, optional
            Hash the ids under this secret, so that nobody without it can try ids out.
        on_null : {"raise", "drop"}
            Refuse nulls, or leave them out and count them.

        Returns
        -------
        Audience
            Exact without `k`, or if there are no more than k different ids.

        Raises
        ------
        InvalidInput
            Floats, bools, times, mixed kinds, nulls, lone surrogates, or another name, k, seed or key.
        Overflow
            Whole numbers that neither int64 nor uint64 holds.

        Notes
        -----
        The key of a whole number is itself (negative ones by two's complement), of text `hash_text` with seed 0, of a
        UUID `hash_text` of its bytes. A sketch keeps the k smallest of `splitmix64(key, seed=seed)`; the next one is
        its threshold. O(n log n) exact, O(n) as a sketch.

        References
        ----------
        A. Dasgupta, K. Lang, L. Rhodes, J. Thaler, "A framework for estimating stream expression cardinalities",
        ICDT 2016, doi:10.4230/LIPIcs.ICDT.2016.6.

        Examples
        --------
        >>> Audience.from_ids(["ann", "bo", "ann", None], on_null="drop").size.value
        2.0
        >>> Audience.from_ids([1.0])
        Traceback (most recent call last):
            ...
        socialmkt.core.errors.InvalidInput: Audience.from_ids: ids must hold whole numbers, text, ...
        """
        if name is not None:
            read_name(name, func=_FROM_IDS, name="name")
        size = None if k is None else whole(k, LEAST_K, MOST_K, func=_FROM_IDS, name="k")
        seed = whole(seed, 0, TOP - 1, func=_FROM_IDS, name="seed")
        read = columns.read(_FROM_IDS, columns.spec("ids", ids, "ids"), on_null=on_null)
        with asked_by(_FROM_IDS):
            keys, fingerprint = (keys_of(read["ids"]), 0) if key is None else secret_keys_of(read["ids"], key)
        if size is None:
            kept, threshold, seed = distinct(keys), TOP, 0
        else:
            kept, threshold = _keys.sampled(keys, size, seed)
        parts = Parts(kept, threshold, size, seed, scheme_of(read["ids"], ids), fingerprint)
        return Audience(**fields_of(parts), name=name, rows=read.n, dropped=read.dropped)

    @property
    def theta(self) -> float:
        """The share of all people that was looked at: threshold / 2**64."""
        return self.threshold / TOP

    @property
    def exact(self) -> bool:
        """Whether all ids were kept."""
        return self.threshold == TOP

    @property
    def size(self) -> Estimate:
        """How many people there are, with a 95 per cent interval."""
        return self.estimate()

    def __len__(self) -> int:
        """Count the keys held; a sketch stands for more people: see `size`."""
        return self.keys.size

    def estimate(self, *, confidence: float = 0.95) -> Estimate:
        """Say how many people there are.

        Parameters
        ----------
        confidence : float, strictly between 0 and 1
            How often such an interval covers the true number.

        Returns
        -------
        Estimate
            `value low high exact confidence`.

        Raises
        ------
        InvalidInput
            Another confidence.

        Notes
        -----
        With c keys kept, q = 1 - theta and z the normal quantile: c / theta, and
        (c + z² q / 2 -+ z sqrt(c q + z² q² / 4)) / theta, the lower limit not below c.

        Examples
        --------
        >>> Audience.from_ids(range(10), k=3).estimate(confidence=0.5).value
        6.953203263499042
        """
        return count_estimate(len(self), self.theta, confidence, "Audience.estimate")

    def sketch(self, k: int, *, seed: int = 0) -> Audience:
        """Keep a sample of at most k keys.

        Parameters
        ----------
        k : int, 2 to 2**26
            The most keys.
        seed : int, 0 to 2**64 - 1
            Of the sketch.

        Returns
        -------
        Audience
            The same as built from the ids with this k and seed.

        Raises
        ------
        InvalidInput
            Another k or seed, or a larger k than a sketch has.
        SchemeMismatch
            A sketch of another seed.

        Examples
        --------
        >>> Audience.from_ids(range(10)).sketch(3) == Audience.from_ids(range(10), k=3)
        True
        """
        func = "Audience.sketch"
        size = whole(k, LEAST_K, MOST_K, func=func, name="k")
        seed = whole(seed, 0, TOP - 1, func=func, name="seed")
        if self.k is None:
            keys, threshold = _keys.sampled(self.keys, size, seed)
        else:
            self._check_smaller(size, seed, func)
            keys, threshold = _keys.trimmed(self.keys, self.threshold, size)
        parts = Parts(keys, threshold, size, seed, self.scheme, self.fingerprint)
        return Audience(**fields_of(parts), name=self.name, rows=self.rows, dropped=self.dropped)

    def union(self, other: Audience) -> Audience:
        """Give the people of either audience.

        Parameters
        ----------
        other : Audience
            Made under the same rules.

        Returns
        -------
        Audience
            Exact if both are; else a sketch of the smaller k. Without a name.

        Raises
        ------
        SchemeMismatch
            Other kinds of ids, secret keys, or seeds of sketches.

        Examples
        --------
        >>> (Audience.from_ids([1, 2]) | Audience.from_ids([2, 3])).size.value
        3.0
        """
        return _union(self, other, "Audience.union")

    def intersection(self, other: Audience) -> Audience:
        """Give the people of both audiences.

        Parameters
        ----------
        other : Audience
            Made under the same rules.

        Returns
        -------
        Audience
            At the lower threshold, with the larger k: nothing is cut. Without a name.

        Raises
        ------
        SchemeMismatch
            As in `union`.

        Examples
        --------
        >>> (Audience.from_ids([1, 2]) & Audience.from_ids([2, 3])).size.value
        1.0
        """
        met = _met(self, other, "Audience.intersection")
        k = max((k for k in (self.k, other.k) if k is not None), default=None)
        return _audience(met, _keys.shared(*met.keys), k)

    def difference(self, other: Audience) -> Audience:
        """Give the people of this audience who are not in the other.

        Parameters
        ----------
        other : Audience
            Made under the same rules.

        Returns
        -------
        Audience
            At the lower threshold, with its own k: nothing is cut. Without a name.

        Raises
        ------
        SchemeMismatch
            As in `union`.

        Examples
        --------
        >>> (Audience.from_ids([1, 2]) - Audience.from_ids([2, 3])).size.value
        1.0
        """
        met = _met(self, other, "Audience.difference")
        kept = _keys.without(*met.keys)
        k = self.k if self.k or not other.k else max(other.k, kept.size)
        return _audience(met, kept, k)

    def merge(self, other: Audience) -> Audience:
        """Add another part of the same audience, such as the next day's.

        Parameters
        ----------
        other : Audience
            Made under the same rules.

        Returns
        -------
        Audience
            The union, with `rows` and `dropped` added up; with the name if the two do not differ in it.

        Raises
        ------
        SchemeMismatch
            As in `union`.

        Notes
        -----
        Associative and commutative; `Audience.from_ids([])` is the identity.

        Examples
        --------
        >>> monday, tuesday = Audience.from_ids([7, 8]), Audience.from_ids([8, 9])
        >>> week = monday.merge(tuesday)
        >>> week.size.value, week.rows
        (3.0, 4)
        """
        func = "Audience.merge"
        check_audience(other, func, "other")
        names = {audience.name for audience in (self, other)} - {None}
        name = names.pop() if len(names) == 1 else None
        return _union(self, other, func, name=name, rows=self.rows + other.rows, dropped=self.dropped + other.dropped)

    def to_bytes(self) -> bytes:
        """Write the audience, the same bytes on every machine.

        Returns
        -------
        bytes
            56 bytes and 8 for each key. Those of an exact audience of whole numbers hold the ids as they are.

        Notes
        -----
        `SMKA`, version, scheme (0 none, 1 int, 2 text, 3 uuid), flags (1 sketch, 2 secret key), 0; seed, fingerprint,
        k (0 for None), threshold (0 for 2**64), count; the keys; 8 bytes of BLAKE2b of all before. Little-endian.
        The name is not written.

        Examples
        --------
        >>> Audience.from_ids([1, 2, 3]).to_bytes()[:8].hex()
        '534d4b4101010000'
        """
        return _audience_bytes.to_bytes(self.parts)

    @staticmethod
    def from_bytes(b: bytes, *, name: str | None = None) -> Audience:
        """Read what `to_bytes` wrote.

        Parameters
        ----------
        b : bytes
            All of them.
        name : str, optional
            How tables call the audience.

        Returns
        -------
        Audience
            Equal to the one that was written.

        Raises
        ------
        InvalidInput
            No bytes, or damaged ones: every flipped bit is found.
        SchemeMismatch
            A version, scheme or flag that this release does not know.

        Examples
        --------
        >>> audience = Audience.from_ids(["ann", "bo"])
        >>> Audience.from_bytes(audience.to_bytes()) == audience
        True
        """
        if not isinstance(b, bytes):
            raise refuse(InvalidInput, "Audience.from_bytes", "b", "be bytes", Verbatim(type(b).__name__))
        if name is not None:
            read_name(name, func="Audience.from_bytes", name="name")
        parts = _audience_bytes.from_bytes(b)
        check_parts(parts, "Audience.from_bytes")
        return Audience(**fields_of(parts), name=name)

    def __or__(self, other: object) -> Audience:
        return self.union(other) if isinstance(other, Audience) else NotImplemented

    def __and__(self, other: object) -> Audience:
        return self.intersection(other) if isinstance(other, Audience) else NotImplemented

    def __sub__(self, other: object) -> Audience:
        return self.difference(other) if isinstance(other, Audience) else NotImplemented

    def __repr__(self) -> str:
        kind = "exact" if self.exact else f"theta={self.theta:.4g}"
        name = "" if self.name is None else f"{self.name!r}, "
        return f"Audience({name}{self.size.value:,.0f} people, {kind}, {self.scheme or 'no'} ids)"

    __str__ = __repr__

    def _check_smaller(self, k: int, seed: int, func: str) -> None:
        if seed != self.seed:
            raise refuse(SchemeMismatch, func, "seed", f"be that of the sketch, {self.seed}", seed)
        if self.k is not None and k > self.k and not self.exact:
            raise refuse(InvalidInput, func, "k", f"be at most that of the sketch, {self.k}", k)


def check_audience(value: Any, func: str, name: str) -> None:
    """Refuse what is no audience."""
    if not isinstance(value, Audience):
        raise refuse(InvalidInput, func, name, "be an Audience", Verbatim(f"a {type(value).__name__}"))


def _met(audience: Audience, other: Any, func: str) -> Aligned:
    check_audience(other, func, "other")
    return align([audience, other], func)


def _union(audience: Audience, other: Any, func: str, **known: Any) -> Audience:
    met = _met(audience, other, func)
    k = min((k for k in (audience.k, other.k) if k is not None), default=None)
    keys, threshold = _keys.trimmed(_keys.joined(*met.keys), met.threshold, k)
    return _audience(met._replace(threshold=threshold), keys, k, **known)


def _audience(met: Aligned, keys: UInt64, k: int | None, **known: Any) -> Audience:
    parts = Parts(keys, met.threshold, k, met.seed, met.scheme, met.fingerprint)
    return Audience(**fields_of(parts), **known)
