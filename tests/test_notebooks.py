"""The notebooks keep their form: they say what one will know, end with exercises, and hold no output."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[1] / "docs"
NOTEBOOKS = sorted((DOCS / "notebooks").glob("*.ipynb"))


def _cells(notebook: Path) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return cells


def test_there_is_one_for_each_area_and_one_for_a_whole_campaign() -> None:
    areas = {"rfm", "groupbuy", "lottery", "coupons", "sla", "overlap", "around-a-campaign"}
    assert {notebook.stem for notebook in NOTEBOOKS} == {*areas, "campaign"}


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_it_says_what_one_will_know_and_ends_with_exercises(notebook: Path) -> None:
    first, *_, last = ("".join(cell["source"]) for cell in _cells(notebook))
    assert first.startswith("# ")
    assert "you will know" in " ".join(first.split())
    assert last.startswith("## Exercises\n")


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_it_is_committed_without_outputs_and_prints_nothing(notebook: Path) -> None:
    code = [cell for cell in _cells(notebook) if cell["cell_type"] == "code"]
    assert code
    assert [cell["outputs"] for cell in code if cell["outputs"] or cell["execution_count"] is not None] == []
    assert not any("print(" in line for cell in code for line in cell["source"])
