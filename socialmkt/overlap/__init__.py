"""Audience overlap: who is reached where, how far audiences overlap, and which platform suits a product."""

from socialmkt.overlap.audience import Audience, Estimate
from socialmkt.overlap.pairs import OverlapMatrix, PairOverlap, overlap, overlap_matrix
from socialmkt.overlap.significance import MultiOverlap, log_p_overlap, multi_overlap

__all__ = [
    "Audience",
    "Estimate",
    "MultiOverlap",
    "OverlapMatrix",
    "PairOverlap",
    "log_p_overlap",
    "multi_overlap",
    "overlap",
    "overlap_matrix",
]
