"""The public types hold under mypy and pyright: good programs type-check, bad ones are refused line by line."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROGRAMS = ROOT / "tests" / "typing"
GOOD = sorted(path for path in PROGRAMS.glob("*.py") if not path.name.startswith(("bad_", "__")))
BAD = sorted(PROGRAMS.glob("bad_*.py"))


def _checked(module: str, *arguments: str) -> str:
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed")
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout


def _mypy(paths: list[Path], _: Path) -> dict[str, list[int]]:
    text = _checked("mypy", "--no-error-summary", *map(str, paths))
    found = re.findall(r"^(.+?):(\d+): error:", text, re.MULTILINE)
    return {path.name: sorted({int(line) for name, line in found if (ROOT / name) == path}) for path in paths}


def _pyright(paths: list[Path], scratch: Path) -> dict[str, list[int]]:
    settings = scratch / "pyrightconfig.json"  # the project's own settings leave the bad programs out
    settings.write_text(json.dumps({"strict": ["."], "extraPaths": [str(ROOT)]}), encoding="utf-8")
    for path in paths:
        shutil.copy(path, scratch)
    text = _checked("pyright", "--project", str(settings), "--pythonpath", sys.executable, "--outputjson")
    if not text.startswith("{"):
        pytest.skip("pyright could not start: it fetches its engine on first use")
    assert json.loads(text)["summary"]["filesAnalyzed"] == len(paths)
    found = [one for one in json.loads(text)["generalDiagnostics"] if one["severity"] == "error"]
    lines = [(Path(one["file"]).name, one["range"]["start"]["line"] + 1) for one in found]
    return {path.name: sorted({line for name, line in lines if name == path.name}) for path in paths}


def _marked(path: Path, checker: str) -> list[int]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [at for at, line in enumerate(lines, 1) if re.search(rf"# bad(: {checker})?$", line)]


CHECKERS = [pytest.param(_mypy, "mypy", id="mypy"), pytest.param(_pyright, "pyright", id="pyright")]


@pytest.mark.parametrize(("check", "name"), CHECKERS)
def test_good_programs_type_check(check, name, tmp_path) -> None:
    assert check(GOOD, tmp_path) == {path.name: [] for path in GOOD}


@pytest.mark.parametrize(("check", "name"), CHECKERS)
def test_bad_programs_are_refused_line_by_line(check, name, tmp_path) -> None:
    assert check(BAD, tmp_path) == {path.name: _marked(path, name) for path in BAD}
