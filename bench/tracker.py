"""The time of one update of the tracker, beside `trackers` ByteTrack on the same detections.

python -m bench tracker [--json]; the peer comes with: pip install '.[bench]'
"""

import argparse
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from bench._machine import show
from bench._walkers import HEIGHT, WIDTH, relative
from inference.boxes import Boxes
from inference.tracker import Tracker

PEOPLE = (5, 10, 20, 40)
RUNS, PICTURES, FPS = 5, 200, 10.0
Update = Callable[[float, Boxes], object]


def scene(people: int, seed: int) -> list[Boxes]:
    """Pixel boxes of so many people who walk about for PICTURES pictures, as a detector sees them."""
    random = np.random.default_rng(seed)
    place = random.uniform((40, 110), (WIDTH - 40, HEIGHT - 5), (people, 2))
    pace = random.normal(0, 50, (people, 2))
    out = []
    for _ in range(PICTURES):
        place += pace / FPS
        pace = np.where((place < (20, 100)) | (place > (WIDTH - 20, HEIGHT)), -pace, pace)
        seen = place[random.random(people) < 0.93] + random.normal(0, 2, (1, 2))
        half, tall = 14.0, 70.0
        corners = (seen[:, 0] - half, seen[:, 1] - tall, seen[:, 0] + half, seen[:, 1])
        score = np.clip(random.normal(0.75, 0.08, len(seen)), 0.3, 0.95)
        out.append(np.stack((*corners, score), axis=1).astype(np.float32))
    return out


def ours() -> Update:
    return Tracker(aspect=WIDTH / HEIGHT, sure=0.45, certain=0.64).update


def peer() -> Update | None:
    """`trackers` ByteTrack at this rate, or None where it is not installed."""
    try:
        import supervision
        from trackers import ByteTrackTracker
    except ImportError:
        return None
    tracker = ByteTrackTracker(frame_rate=FPS)

    def update(_: float, boxes: Boxes) -> object:
        person = np.zeros(len(boxes), int)
        return tracker.update(supervision.Detections(boxes[:, :4], confidence=boxes[:, 4], class_id=person))

    return update


def milliseconds(make: Callable[[], Update], pictures: list[Boxes]) -> float:
    """Median time of one update, of the medians of RUNS runs."""

    def run() -> float:
        update = make()
        times = []
        for n, boxes in enumerate(pictures):
            start = perf_counter()
            update(n / FPS, boxes)
            times.append(perf_counter() - start)
        return median(times[20:])

    return 1000 * median(run() for _ in range(RUNS))


def main(argv: list[str]) -> int:
    """Print both trackers' times for each number of people; the peer's are null where it is not installed."""
    parser = argparse.ArgumentParser(prog="python -m bench tracker", description=__doc__)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(argv)
    figures: dict[str, Any] = {"unit": "ms for one picture, median of 5 runs", "peer": "trackers ByteTrack"}
    there = peer() is not None
    for people in PEOPLE:
        pixels = scene(people, seed=people)
        shares = [relative(boxes) for boxes in pixels]
        mine = milliseconds(ours, shares)
        theirs = milliseconds(lambda: peer() or ours(), pixels) if there else None
        figures[f"people_{people}"] = {
            "ours": round(mine, 4),
            "peer": theirs and round(theirs, 4),
            "times_faster": theirs and round(theirs / mine, 2),
        }
    show(figures, asked.json)
    return 0
