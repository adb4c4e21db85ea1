"""How well and how fast the bundled detector finds the simulated store's people, through the real perception path."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

from bench._machine import show
from inference.boxes import Boxes, overlaps
from inference.crop import Region
from inference.detector import Detector, detector
from simulation.camera import SimulatedCamera
from simulation.optics import Optics
from simulation.scene import Scene
from simulation.store import Store

MODEL = "simulated_people_320x180_int8"
TALL = 20 / 180
"""The smallest height (share of the picture) asked for: 20 pixels of the model's input."""
VISIBLE = 0.5
WHOLE = 0.6


class Idle:
    """A clock that nobody reads: frames are asked for by time."""

    def now(self) -> float:
        return 0.0

    async def sleep_until(self, at: float) -> None:
        """Never waits."""


@dataclass
class Score:
    """Persons that must be found, those that were (`apart`: whose box overlaps nobody else's by a quarter), all
    detections, and those that show nobody."""

    persons: int = 0
    found: int = 0
    apart: int = 0
    apart_found: int = 0
    detections: int = 0
    ghosts: int = 0

    def add(self, detections: Boxes, truth: Sequence[tuple[tuple[float, ...], bool]]) -> None:
        """One picture; `truth` are boxes and whether they must be found."""
        self.detections += len(detections)
        boxes = np.array([(*box, 1.0) for box, _ in truth], np.float32).reshape(-1, 5)
        union, smaller = overlaps(detections, boxes)
        self.ghosts += int((~((union > 0.4) | (smaller > 0.6)).any(axis=1)).sum()) if len(boxes) else len(detections)
        crowd = overlaps(boxes, boxes)[0] > 0.25
        taken: set[int] = set()
        for place in [place for place, (_, must) in enumerate(truth) if must]:
            apart = crowd[place].sum() == 1
            self.persons += 1
            self.apart += bool(apart)
            hits = [
                hit for hit in np.argsort(-union[:, place]).tolist() if hit not in taken and union[hit, place] > 0.5
            ]
            if hits:
                self.found += 1
                self.apart_found += bool(apart)
                taken.add(hits[0])


def evaluated(persons: Detector, seed: int, pictures: int, sure: float) -> tuple[Score, list[float]]:
    """The score over `pictures` moments of a simulated day, and the seconds that each detection took."""
    store = Store(seed=seed, hours=8.0)
    camera = SimulatedCamera(store, name="floor", clock=Idle())
    scene = Scene(store.plan, Optics(store.plan.mounts[0], 640, 360), store.seed)
    score, seconds = Score(), []
    for number in range(pictures):
        at = 60.0 + number * (7.9 * 3600 / pictures)
        frame = camera.frame(at, number)
        start = perf_counter()
        boxes = persons.detect(frame, Region.whole(frame))
        seconds.append(perf_counter() - start)
        truth = []
        for figure, seen in scene.masks(store.present(at), at):
            left, top, right, bottom = figure.box
            box = (max(left, 0) / 640, max(top, 0) / 360, min(right, 640) / 640, min(bottom, 360) / 360)
            if box[2] <= box[0] or box[3] <= box[1]:
                continue
            whole = (box[2] - box[0]) * (box[3] - box[1]) * 640 * 360 / ((right - left) * (bottom - top))
            truth.append((box, box[3] - box[1] >= TALL and seen >= VISIBLE and whole >= WHOLE))
        score.add(boxes[boxes[:, 4] >= sure], truth)
    return score, seconds


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench centre", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--pictures", type=int, default=400)
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args(argv)
    persons = detector(MODEL, Path())
    total, seconds = Score(), []
    for seed in range(101, 101 + given.seeds):
        score, took = evaluated(persons, seed, given.pictures, persons.sure)
        seconds += took
        for field in ("persons", "found", "apart", "apart_found", "detections", "ghosts"):
            setattr(total, field, getattr(total, field) + getattr(score, field))
    figures: dict[str, object] = {
        "pictures": given.pictures * given.seeds,
        "persons": total.persons,
        "recall": round(total.found / total.persons, 4),
        "persons_apart": total.apart,
        "recall_apart": round(total.apart_found / total.apart, 4),
        "ghosts": total.ghosts,
        "ghosts_per_1000_pictures": round(1000 * total.ghosts / (given.pictures * given.seeds), 2),
        "detect_ms_median": round(1e3 * float(np.median(seconds)), 2),
        "condition": f"at least 20 px of 180, {VISIBLE:.0%} visible, {WHOLE:.0%} in the picture, IoU > 0.5",
    }
    show(figures, given.json)


if __name__ == "__main__":
    main([])
