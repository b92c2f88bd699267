"""Tiered group-buy: price ladders, deals of a crowd, exact settlement, teams, waves, and the design of ladders."""

from socialmkt.groupbuy.deal import Deal, DealStatus, Order, Outcome, Phase, Progress, Reason, StatusLine, status
from socialmkt.groupbuy.design import FrontierPoint, LadderDesign, Market, design_ladder
from socialmkt.groupbuy.ladder import Breakdown, BreakdownLine, Ladder, NextTier, Tier
from socialmkt.groupbuy.settlement import Settlement, SettlementLine, settle
from socialmkt.groupbuy.teams import Join, RefusedJoin, Team, TeamMatch, TeamReason, TeamStatus, match_teams
from socialmkt.groupbuy.waves import Wave, WavePlan, plan_waves

__all__ = [
    "Breakdown",
    "BreakdownLine",
    "Deal",
    "DealStatus",
    "FrontierPoint",
    "Join",
    "Ladder",
    "LadderDesign",
    "Market",
    "NextTier",
    "Order",
    "Outcome",
    "Phase",
    "Progress",
    "Reason",
    "RefusedJoin",
    "Settlement",
    "SettlementLine",
    "StatusLine",
    "Team",
    "TeamMatch",
    "TeamReason",
    "TeamStatus",
    "Tier",
    "Wave",
    "WavePlan",
    "design_ladder",
    "match_teams",
    "plan_waves",
    "settle",
    "status",
]
