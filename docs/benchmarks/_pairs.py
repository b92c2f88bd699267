"""What the benchmark scripts share: two sides timed in turn, and memory at its highest."""

from __future__ import annotations

import contextlib
import gc
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Run = Callable[[], Any]
Timed = Callable[[Run], tuple[float, float]]


def seconds(run: Run) -> tuple[float, float]:
    """Give CPU and wall time of a run; its answer is let go when the clock has stopped."""
    cpu, wall = time.process_time(), time.perf_counter()
    answer = run()
    spent = time.process_time() - cpu, time.perf_counter() - wall
    del answer
    return spent


def seconds_swept(run: Run) -> tuple[float, float]:
    """Give the same, with the garbage of earlier runs out of the way."""
    gc.collect()
    return seconds(run)


def in_turn(ours: Run, rival: Run, runs: int, *, timed: Timed = seconds, times: float = 1) -> dict[str, Any]:
    """Time both sides in turn; give the best of each and the ratio by CPU time. The rival's seconds count `times`."""
    pairs = [(*timed(ours), *timed(rival)) for _ in range(runs)]
    ours_s, ours_wall_s, rival_s, rival_wall_s = (min(column) for column in zip(*pairs, strict=True))
    return {
        "ours_s": ours_s,
        "rival_s": rival_s * times,
        "ratio": rival_s * times / ours_s,
        "ours_wall_s": ours_wall_s,
        "rival_wall_s": rival_wall_s * times,
    }


def peak_mb() -> float:
    """Give the most memory that the process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextlib.contextmanager
def high_water() -> Iterator[list[int]]:
    """Measure by how many bytes the resident memory rose at most (Linux)."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before, peak = _resident("VmRSS"), [0]
    yield peak
    peak[0] = _resident("VmHWM") - before


def _resident(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(name))
