"""The best stack by branch and bound.

A subset of the coupons counts if none of it is refused. Coupons are taken or left in the order of what they save
alone; a branch is cut where even all the rest could not reach the best stack so far.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from socialmkt.coupons._pricing import Basket, Offer, Run, combines, in_order, run
from socialmkt.coupons.terms import AmountOffEvery, FreeShipping, Gift

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialmkt.coupons._carts import StackPolicy

Rank = tuple[int, int, list[float], list[str]]


class Stack(NamedTuple):
    """The coupons chosen, what came of them, and whether the search was finished."""

    chosen: list[Offer]
    result: Run
    optimal: bool


def best_stack(basket: Basket, offers: Sequence[Offer], alone: Sequence[Run], policy: StackPolicy, most: int) -> Stack:
    """Find the stack of the least total; then the fewest coupons, those that expire first, the least ids.

    `alone` is what each of the offers gives by itself.
    """
    saved = [sum(basket.gross) + basket.shipping - result.total for result in alone]
    pairs = sorted(zip(saved, offers, strict=True), key=lambda pair: (-pair[0], pair[1].order))
    search = _Search(basket, [(saving, offer) for saving, offer in pairs if saving > 0], policy, most)
    search.visit(0, [], search.best.result, 0)
    chosen, result = search.best.chosen, search.best.result
    gifts = [offer for offer, run_ in zip(offers, alone, strict=True) if run_.applied and isinstance(offer.terms, Gift)]
    for gift in in_order(gifts):
        with_gift = run(basket, in_order([*chosen, gift]), policy)
        if not with_gift.refused:
            chosen, result = [*chosen, gift], with_gift
    return Stack(chosen, result, search.nodes <= most)


class _Best(NamedTuple):
    chosen: list[Offer]
    result: Run
    rank: Rank


class _Search:
    """One search: what is to be chosen from, the best so far, and the nodes visited."""

    def __init__(self, basket: Basket, ranked: Sequence[tuple[int, Offer]], policy: StackPolicy, most: int) -> None:
        self.basket, self.policy, self.most, self.nodes = basket, policy, most, 0
        self.offers = [offer for _, offer in ranked]
        self.savings = [saving for saving, _ in ranked]
        self.list_total = sum(basket.gross) + basket.shipping
        stepped = any(isinstance(offer.terms, AmountOffEvery) for offer in self.offers)
        self.steps_may_fall = policy.threshold == "net" and stepped
        self.slack = len(self.offers) * len(basket.gross)
        touched = {at for offer in self.offers for at in offer.lines if not isinstance(offer.terms, FreeShipping)}
        ships = any(isinstance(offer.terms, FreeShipping) for offer in self.offers)
        self.touchable = sum(basket.gross[at] for at in touched) + (basket.shipping if ships else 0)
        self.rest = [0] * (len(self.savings) + 1)
        for at in reversed(range(len(self.savings))):
            self.rest[at] = self.rest[at + 1] + self.savings[at]
        nothing = run(basket, [], policy)
        self.best = _Best([], nothing, _rank([], nothing))

    def visit(self, at: int, chosen: list[Offer], result: Run, alone: int) -> None:
        """Decide on the offers from `at` on; `alone` is the sum of what the chosen ones save by themselves."""
        for place in range(at, len(self.offers)):
            most_saved = min(self._most_saved(place, result, alone), self.touchable)
            if (self.list_total - most_saved, len(chosen) + 1) > self.best.rank[:2] or self.nodes > self.most:
                return
            offer = self.offers[place]
            if combines(offer, chosen, self.policy):
                self.nodes += 1
                if self.nodes <= self.most:
                    self._take(place, [*chosen, offer], alone + self.savings[place])

    def _take(self, at: int, chosen: list[Offer], alone: int) -> None:
        result = run(self.basket, in_order(chosen), self.policy)
        if not result.refused:
            rank = _rank(chosen, result)
            if rank < self.best.rank:
                self.best = _Best(chosen, result, rank)
        self.visit(at + 1, chosen, result, alone)

    def _most_saved(self, at: int, result: Run, alone: int) -> int:
        """Bound what a stack of the chosen offers and any of the rest can save.

        No coupon takes more than it does alone, which bounds every stack. What the chosen ones save together is a
        closer bound, up to a unit per coupon and line. It fails in one case: where minimums are compared with what is
        left, an amount off every so much can lose a step to one more coupon, and another coupon reach its minimum.
        """
        if self.steps_may_fall:
            return alone + self.rest[at]
        return min(alone, self.list_total - result.total + self.slack) + self.rest[at]


def _rank(chosen: Sequence[Offer], result: Run) -> Rank:
    ends = sorted(offer.last_end for offer in chosen)
    return result.total, len(chosen), ends, sorted(offer.held.id for offer in chosen)
