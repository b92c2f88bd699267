"""Audience overlap: who is reached where, how far audiences overlap, and which platform suits a product."""

from socialmkt.overlap.audience import Audience, Estimate
from socialmkt.overlap.pairs import OverlapMatrix, PairOverlap, overlap, overlap_matrix
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
from socialmkt.overlap.significance import MultiOverlap, log_p_overlap, multi_overlap

__all__ = [
    "Audience",
    "BestReach",
    "Credits",
    "Estimate",
    "ExclusiveReach",
    "Frequencies",
    "InclusiveReach",
    "Increments",
    "MultiOverlap",
    "OverlapMatrix",
    "PairOverlap",
    "PatternTable",
    "PrivateTable",
    "Suppression",
    "UpsetRows",
    "log_p_overlap",
    "multi_overlap",
    "overlap",
    "overlap_matrix",
    "patterns",
]
