"""Audience overlap: who is reached where, how far audiences overlap, and which platform suits a product."""

from socialmkt.overlap.audience import Audience, Estimate
from socialmkt.overlap.fitting import FitComponents, FitRanking, Platform, TargetGroup, fit
from socialmkt.overlap.pairs import OverlapMatrix, PairOverlap, TopPairs, overlap, overlap_matrix
from socialmkt.overlap.pattern_table import (
    BestReach,
    Credits,
    ExclusiveReach,
    Frequencies,
    InclusiveReach,
    Increments,
    PatternTable,
    UpsetRows,
    patterns,
)
from socialmkt.overlap.privacy import PrivateTable, Suppression
from socialmkt.overlap.profile import (
    MarginalOverlap,
    Profile,
    ProfileOverlap,
    Raked,
    TargetIndex,
    effective_sample,
    joint_profile,
    marginal_overlap,
    profile_overlap,
    rake,
    tgi,
)
from socialmkt.overlap.reach import ReachBounds, reach_bounds
from socialmkt.overlap.significance import MultiOverlap, log_p_overlap, multi_overlap

__all__ = [
    "Audience",
    "BestReach",
    "Credits",
    "Estimate",
    "ExclusiveReach",
    "FitComponents",
    "FitRanking",
    "Frequencies",
    "InclusiveReach",
    "Increments",
    "MarginalOverlap",
    "MultiOverlap",
    "OverlapMatrix",
    "PairOverlap",
    "PatternTable",
    "Platform",
    "PrivateTable",
    "Profile",
    "ProfileOverlap",
    "Raked",
    "ReachBounds",
    "Suppression",
    "TargetGroup",
    "TargetIndex",
    "TopPairs",
    "UpsetRows",
    "effective_sample",
    "fit",
    "joint_profile",
    "log_p_overlap",
    "marginal_overlap",
    "multi_overlap",
    "overlap",
    "overlap_matrix",
    "patterns",
    "profile_overlap",
    "rake",
    "reach_bounds",
    "tgi",
]
