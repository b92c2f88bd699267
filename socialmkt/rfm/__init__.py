"""Recency, frequency, money: from a purchase log to customers, scores, segments and movement between them."""

from socialmkt.rfm.btyd import holdout
from socialmkt.rfm.state import PurchaseState
from socialmkt.rfm.summary import CustomerSummary, Returns, summarize

__all__ = ["CustomerSummary", "PurchaseState", "Returns", "holdout", "summarize"]
