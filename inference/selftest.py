"""How many threads a model is fastest with on this box: tried for a moment at the first start, then remembered."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from statistics import median

from inference.interpreter import Interpreter, runtime
from inference.models import Model

_RUNS = 5
_WORTH = 0.85
"""Another thread must make it at least so much quicker: the other sensors need the cores as well."""


def threads(model: Model, folder: Path, cache: Path, stopwatch: Callable[[], float]) -> int:
    """The best number of threads, from `cache` (a JSON file) when this model was tried on such a box and runtime.

    A cache that cannot be read or written is only not used. Raises ModelRefused.
    """
    cores = os.cpu_count() or 1
    key = f"{model.sha256[:16]}-{cores}-{runtime().__name__.partition('.')[0]}"
    known = _read(cache)
    if 1 <= known.get(key, 0) <= cores:
        return known[key]
    best, quickest = 1, _seconds(model, folder, 1, stopwatch)
    for count in range(2, max(cores - 1, 1) + 1):
        seconds = _seconds(model, folder, count, stopwatch)
        if seconds < _WORTH * quickest:
            best, quickest = count, seconds
    _write(cache, known | {key: best})
    return best


def _seconds(model: Model, folder: Path, count: int, stopwatch: Callable[[], float]) -> float:
    interpreter = Interpreter.load(model, folder, threads=count)

    def once() -> float:
        start = stopwatch()
        interpreter.infer(lambda _: None)
        return stopwatch() - start

    once()
    return median(once() for _ in range(_RUNS))


def _read(cache: Path) -> dict[str, int]:
    try:
        known = json.loads(cache.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {key: value for key, value in known.items() if isinstance(value, int)} if isinstance(known, dict) else {}


def _write(cache: Path, known: dict[str, int]) -> None:
    part = cache.with_suffix(".part")
    try:
        part.write_text(json.dumps(known), encoding="utf-8")
        part.replace(cache)
    except OSError:
        return
