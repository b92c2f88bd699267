"""Recency, frequency, money: who buys, how lately, how often, for how much."""
