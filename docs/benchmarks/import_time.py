"""Compare the CPU time of fresh processes: importing this library against importing what it stands on.

The bounds say at least which share of our time the rival takes: 0.87 is 1 / 1.15, "at most 1.15 times as long".
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time

CORE = "import socialmkt as sm\nfor name in ('Currency', 'Rounding', 'allocate', 'Rule', 'Table'): getattr(sm, name)"
AREAS = "import socialmkt as sm\nfor name in sm.__all__: getattr(sm, name)"
OURS = {
    "import socialmkt": ("import socialmkt", 1.15),
    "core names": (CORE, 1.35),
    "all areas": (AREAS, 2.2),
}
RIVALS = {
    "numpy, pydantic": "import numpy, pydantic",
    "numpy, BaseModel": "import numpy; from pydantic import BaseModel",
}
PAIRS = [
    ("import socialmkt", "numpy, pydantic"),
    ("core names", "numpy, BaseModel"),
    ("all areas", "numpy, BaseModel"),
]
RUNS = 15
INSTALLED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""An installed package has its bytecode beside it; a checkout gets it from the first run."""


def main() -> None:
    """Print the pairs, or measure one."""
    if sys.argv[1:] == ["--list"]:
        print(json.dumps(PAIRS))
    else:
        print(json.dumps(_measure(*sys.argv[1:])))


def _measure(task: str, rival: str) -> dict[str, object]:
    code, most = OURS[task]
    runs = [(*_seconds(code), *_seconds(RIVALS[rival])) for _ in range(RUNS)]
    ours, ours_wall, theirs, rival_wall = (min(column) for column in zip(*runs, strict=True))
    return {
        "area": "import_time",
        "task": task,
        "rival": rival,
        "ours_s": ours,
        "rival_s": theirs,
        "ratio": theirs / ours,
        "ours_wall_s": ours_wall,
        "rival_wall_s": rival_wall,
        "peak_mb": None,
        "bound": 1 / most,
    }


def _seconds(code: str) -> tuple[float, float]:
    """Run code in a fresh process; give its CPU time and its wall time."""
    used, began = _children(), time.perf_counter()
    subprocess.run([sys.executable, "-c", code], env=INSTALLED, check=True)
    return _children() - used, time.perf_counter() - began


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
