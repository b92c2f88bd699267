"""What is left out of collection where an extra, or what its examples use, is not installed."""

from __future__ import annotations

from importlib.util import find_spec

NEEDS = {
    "socialmkt/*frame*.py": ("narwhals", "polars"),
    "socialmkt/*plot*.py": ("matplotlib",),
}

collect_ignore_glob = [files for files, needed in NEEDS.items() if not all(map(find_spec, needed))]
