"""What holds for the whole test run: the Hypothesis profiles, and tests that are skipped with a reason."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

collect_ignore_glob = ["typing/*"]  # programs for the type checkers; see test_typing.py

settings.register_profile(
    "default", derandomize=True, max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "ci", derandomize=False, max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the slow tests out unless they are asked for with `-m slow`."""
    if "slow" in (config.option.markexpr or ""):
        return
    skip = pytest.mark.skip(reason="slow: run on request with -m slow")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)
