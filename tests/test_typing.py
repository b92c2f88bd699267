"""The programs in `typing/` must type-check; the lines marked in its `bad_*.py` must not.

The good ones are part of what mypy and pyright check in the gate; here mypy is asked about the bad ones.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BAD = sorted((ROOT / "tests" / "typing").glob("bad_*.py"))


@pytest.mark.parametrize("program", BAD, ids=lambda path: path.stem)
def test_mypy_refuses_the_marked_lines_and_no_others(program: Path) -> None:
    pytest.importorskip("mypy")
    check = [sys.executable, "-m", "mypy", "--no-error-summary", str(program)]
    done = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False)
    errors = re.findall(rf"{program.name}:(\d+): error: .*\[([\w-]+)\]$", done.stdout, re.MULTILINE)
    found = {int(line): code for line, code in errors}
    lines = program.read_text(encoding="utf-8").splitlines()
    marked = {number: line.split("# expect: ")[1] for number, line in enumerate(lines, 1) if "# expect: " in line}
    assert found == marked, done.stdout + done.stderr
