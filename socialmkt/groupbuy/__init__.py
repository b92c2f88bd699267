"""Tiered group-buy: price ladders, deals of a crowd, exact settlement, teams, waves, and the design of ladders."""

from socialmkt.groupbuy.deal import Deal, DealStatus, Order, Outcome, Phase, Progress, Reason, StatusLine, status
from socialmkt.groupbuy.ladder import Breakdown, BreakdownLine, Ladder, NextTier, Tier
from socialmkt.groupbuy.settlement import Settlement, SettlementLine, settle

__all__ = [
    "Breakdown",
    "BreakdownLine",
    "Deal",
    "DealStatus",
    "Ladder",
    "NextTier",
    "Order",
    "Outcome",
    "Phase",
    "Progress",
    "Reason",
    "Settlement",
    "SettlementLine",
    "StatusLine",
    "Tier",
    "settle",
    "status",
]
