"""Recency, frequency, money: from a purchase log to customers, scores, segments and movement between them."""

from socialmkt.rfm.btyd import holdout
from socialmkt.rfm.migration import Migration, Moves, migrate
from socialmkt.rfm.scoring import Cuts, Scores, cube8, fit_cuts, score
from socialmkt.rfm.segments import (
    CUBE8,
    ELEVEN,
    TEN,
    MapReport,
    Segment,
    SegmentCode,
    SegmentMap,
    Segments,
    label,
    profile,
    segment,
)
from socialmkt.rfm.state import PurchaseState
from socialmkt.rfm.summary import CustomerSummary, Returns, summarize

__all__ = [
    "CUBE8",
    "ELEVEN",
    "TEN",
    "CustomerSummary",
    "Cuts",
    "MapReport",
    "Migration",
    "Moves",
    "PurchaseState",
    "Returns",
    "Scores",
    "Segment",
    "SegmentCode",
    "SegmentMap",
    "Segments",
    "cube8",
    "fit_cuts",
    "holdout",
    "label",
    "migrate",
    "profile",
    "score",
    "segment",
    "summarize",
]
