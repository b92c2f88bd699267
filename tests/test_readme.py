"""The two commands that a newcomer copies, and what the README promises."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
READMES = [ROOT / "README.md", ROOT / "docs" / "zh" / "index.md"]
QUICKSTART = "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/python docs/quickstart.py"
TESTS = "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/python -m pytest -q -n auto"


def _commands(page: Path) -> list[str]:
    return re.findall(r"^```sh\n(.*?)\n```$", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", READMES, ids=["en", "zh"])
def test_the_two_commands_stand_alone(page: Path) -> None:
    assert _commands(page) == [QUICKSTART, TESTS]


def test_the_gate_runs_the_readme_s_own_test_command() -> None:
    assert TESTS in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", READMES, ids=["en", "zh"])
def test_the_links_of_the_readme_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_both_languages_show_the_same_code() -> None:
    code = [
        re.findall(r"^```(?:python|text)\n.*?^```$", page.read_text(), re.MULTILINE | re.DOTALL) for page in READMES
    ]
    assert code[0]
    assert code[0] == code[1]
