"""Tiered group-buy: price ladders, deals of a crowd, exact settlement, teams, waves, and the design of ladders."""

from socialmkt.groupbuy.ladder import Breakdown, BreakdownLine, Ladder, NextTier, Tier

__all__ = ["Breakdown", "BreakdownLine", "Ladder", "NextTier", "Tier"]
