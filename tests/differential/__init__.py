"""Comparisons with peers from PyPI."""
