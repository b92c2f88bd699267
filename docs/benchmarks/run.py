"""Run the benchmarks, each pair of task and rival in a fresh process, write results.md, and bring the pages up to date.

python docs/benchmarks/run.py            all areas
python docs/benchmarks/run.py rfm core   these areas; the rows of the others stay as they are

A page shows a ratio as `<!-- area; task; rival -->3.8`; the figure behind the mark is written anew from the results.

A script `<area>.py` beside this file prints with `--list` a JSON list of [task, rival] pairs, and for one task and
rival one JSON line: area, task, rival, ours_s, rival_s, ratio (rival to ours), ours_wall_s, rival_wall_s, peak_mb and
bound (the least ratio asked for).
"""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RESULTS = HERE / "results.md"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FIGURE = re.compile(r"<!-- (\w+); ([^;]+); ([^;]+) -->([\d.,]+)")
LIBRARIES = [
    "numpy",
    "pydantic",
    "pandas",
    "polars",
    "pyarrow",
    "duckdb",
    "lifetimes",
    "scipy",
    "businesstimedelta",
    "business-duration",
    "pyroaring",
    "datasketches",
    "datasketch",
    "sxtwl",
    "do-attribution",
]
COLUMNS = [
    "area",
    "task",
    "rival",
    "ours, s",
    "rival, s",
    "ratio",
    "bound",
    "ours wall, s",
    "rival wall, s",
    "peak, MB",
    "on",
]


def main() -> None:
    """Run the areas named on the command line, or all, and rewrite the results after each."""
    areas = sys.argv[1:] or sorted(path.stem for path in HERE.glob("[!_]*.py") if path.stem != "run")
    missed = [line for area in areas for line in _run_area(area)]
    ratios = ratios_shown()
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        page.write_text(FIGURE.sub(lambda mark: _figure(mark, ratios), text), encoding="utf-8")
    for line in missed:
        print("missed its bound:", line)


def ratios_shown() -> dict[tuple[str, str, str], str]:
    """Give each ratio of the results as pages show it: by area, task and rival."""
    return {(row[0], row[1], row[2]): _short(float(row[5])) for row in _rows()}


def _short(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}" if ratio >= 1 else f"{ratio:.2f}"


def _figure(mark: re.Match[str], ratios: dict[tuple[str, str, str], str]) -> str:
    return mark[0].removesuffix(mark[4]) + ratios[mark[1], mark[2], mark[3]]


def _run_area(area: str) -> list[str]:
    results = []
    for task, rival in json.loads(_python(area, "--list")):
        result = json.loads(_python(area, task, rival))
        print(f"{area}: {task}: {rival}: {result['ratio']:.2f}", flush=True)
        results.append(result)
    kept = [row for row in _rows() if row[0] != area]
    _write(sorted([*kept, *map(_row, results)], key=lambda row: row[0]))
    return [json.dumps(result) for result in results if result["bound"] and result["ratio"] < result["bound"]]


def _python(area: str, *arguments: str) -> str:
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    script = [sys.executable, str(HERE / f"{area}.py"), *arguments]
    done = subprocess.run(
        script, env={**os.environ, "PYTHONPATH": paths}, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout.strip().splitlines()[-1]


def _row(result: dict[str, Any]) -> list[str]:
    numbers = [_number(result.get(name)) for name in ("ours_s", "rival_s")]
    walls = [_number(result.get(name)) for name in ("ours_wall_s", "rival_wall_s")]
    ratio = f"{result['ratio']:.2f}"
    bound = f"{result['bound']:.2f}" if result.get("bound") else ""
    peak = "" if result.get("peak_mb") is None else f"{result['peak_mb']:.0f}"
    today = dt.datetime.now(dt.UTC).date().isoformat()
    return [result["area"], result["task"], result["rival"], *numbers, ratio, bound, *walls, peak, today]


def _number(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.4g}"


def _rows() -> list[list[str]]:
    """Read the rows that stand in results.md."""
    if not RESULTS.exists():
        return []
    lines = [line for line in RESULTS.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def _write(rows: list[list[str]]) -> None:
    table = ["| " + " | ".join(row) + " |" for row in [COLUMNS, *rows]]
    rule = "|" + "|".join("---" if name in {"area", "task", "rival", "on"} else "---:" for name in COLUMNS) + "|"
    text = [_machine(), "", table[0], rule, *table[1:], ""]
    RESULTS.write_text("\n".join(text), encoding="utf-8")


def _machine() -> str:
    simd: Any = np.show_config(mode="dicts")
    found = simd.get("SIMD Extensions", {}).get("found", [])
    versions = ", ".join(f"{library} {_version(library)}" for library in LIBRARIES)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"Last run on {os.cpu_count()} cores ({' '.join(found)}), {platform.system()}, {python}; {versions}."


def _version(library: str) -> str:
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return "absent"


if __name__ == "__main__":
    main()
