"""What every figure needs beside it: the machine it was measured on, and medians instead of single runs."""

import json
import os
import platform
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter


def machine() -> dict[str, object]:
    """The machine and interpreter of this run."""
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith(("model name", "Model")):
            model = line.partition(":")[2].strip()
            break
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "kernel": platform.release(),
    }


def timed(call: Callable[[], object], runs: int = 5) -> float:
    """Median seconds of `runs` calls."""

    def once() -> float:
        start = perf_counter()
        call()
        return perf_counter() - start

    return median(once() for _ in range(runs))


def show(figures: dict[str, object], as_json: bool) -> None:
    """Print one subject's figures, as JSON or as aligned lines."""
    figures = {"machine": machine(), **figures}
    if as_json:
        print(json.dumps(figures, indent=1))
        return
    for name, value in figures.items():
        print(f"{name:28} {value}")
