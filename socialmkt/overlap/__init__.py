"""Audience overlap: who is reached where, how far audiences overlap, and which platform suits a product."""

from socialmkt.overlap.audience import Audience, Estimate

__all__ = ["Audience", "Estimate"]
