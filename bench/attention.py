"""Who looks at the shop window, told against the truth: drawn faces in a near view, found by the real face models.

The camera hangs behind the pane, over the display, and sees heads of about 50 pixels. Persons' boxes are true, as the
person model of the manifest is none for drawn people; faces, their turns and what is counted are the product's.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from analytics.attention import AttentionCounter
from analytics.attention import Target as Counted
from analytics.camera import CameraMetrics
from bench._machine import show
from bench.centre import Idle
from daemon.perception import FACES, LANDMARKS
from inference.blazeface import BlazeFaceDetector
from inference.detector import detector
from inference.faces import FaceFinder
from inference.interpreter import Interpreter
from inference.models import model, models_folder
from observations import Box, Percept, Track
from simulation.attention import Looks, Target, looks, yaw
from simulation.camera import SimulatedCamera
from simulation.figure import stand
from simulation.optics import Optics
from simulation.store import Store
from simulation.surveyed import surveyed

CAMERA, WIDE, HIGH = "display", 640, 360
FACING = (-45.0, 45.0)
BUDGET_S = 1.0
"""Everybody is looked at: what a box has time for is not the question."""


def percepts(store: Store, faces: FaceFinder, fps: float, turns: list[tuple[float, float]]) -> Iterator[Percept]:
    """Everybody whose head is in the picture; into `turns` go what was measured and what is true, degrees."""
    optics = Optics(store.plan.mount(CAMERA), WIDE, HIGH)
    camera = SimulatedCamera(store, name=CAMERA, clock=Idle(), fps=fps, size=(WIDE, HIGH))
    since: dict[int, float] = {}
    for number in range(int(store.hours * 3600 * fps)):
        at = store.origin + number / fps
        figures = {one.person.number: one for one in stand(store.present(at), at, optics)}
        boxes = {who: Box(*_relative(one.box)) for who, one in figures.items() if _shown(one.head)}
        gone = tuple(who for who in since if who not in boxes)
        since = {who: since.get(who, at) for who in boxes}
        tracks = tuple(Track(who, box, 0.9, since[who]) for who, box in boxes.items())
        if tracks:
            tracks = faces.turned(camera.frame(at, number), tracks)
        turns += [
            (track.yaw, yaw(figures[track.number].person, at, store.plan.mount(CAMERA)))
            for track in tracks
            if track.yaw is not None
        ]
        yield Percept(at, CAMERA, tracks, gone, WIDE / HIGH)


def _shown(head: tuple[float, float, float, float]) -> bool:
    return head[0] >= 0 and head[1] >= 0 and head[2] <= WIDE and head[3] <= HIGH


def _relative(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    return max(left / WIDE, 0.0), max(top / HIGH, 0.0), min(right / WIDE, 1.0), min(bottom / HIGH, 1.0)


def watched(store: Store, faces: FaceFinder, fps: float) -> tuple[dict[str, float], Looks, list[tuple[float, float]]]:
    """What is told of the whole story, what is true, and the turns of heads."""
    mount = store.plan.mount(CAMERA)
    zone = next(one for one in store.plan.zones if one.name == "window")
    optics = Optics(mount, WIDE, HIGH)
    corners = tuple(surveyed(optics, corner) for corner in zone.floor.corners)
    counter = AttentionCounter(Counted(name="window", corners=corners, yaw=FACING), carry=1)
    metrics, turns = CameraMetrics([counter]), list[tuple[float, float]]()
    for percept in percepts(store, faces, fps, turns):
        metrics.feed(percept.at, percept)
    end = store.origin + store.hours * 3600
    (told,) = counter.tallies(store.origin, end)
    figures = {name: value for name, value in told.values.items() if isinstance(value, int | float)}
    return figures, looks(store, Target(zone, mount, FACING), store.origin, end), turns


def finder(folder: Path) -> FaceFinder:
    """The face models as the daemon takes them."""
    points = BlazeFaceDetector(Interpreter.load(model(LANDMARKS), folder))
    return FaceFinder(detector(FACES, folder), points, budget=BUDGET_S, stopwatch=perf_counter)


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench attention", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--models", type=Path, default=models_folder(None))
    parser.add_argument("--hours", type=float, default=0.5)
    parser.add_argument("--hour", type=float, default=12.0)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--fps", type=float, default=4.0)
    given = parser.parse_args(argv)
    store = Store(seed=given.seed, hour=given.hour, hours=given.hours)
    told, true, turns = watched(store, finder(given.models), given.fps)
    off = sorted(abs(measured - turned) for measured, turned in turns)
    figures: dict[str, object] = {
        "hours": given.hours,
        "passers": {"told": told["passers"], "true": true.passers},
        "lookers": {"told": told["lookers"], "true": true.lookers},
        "seconds": {"told": round(told["seconds"], 1), "true": round(true.seconds, 1)},
        "first_look_s": {
            "told": round(told.get("first_look", 0.0), 2),
            "true": round(sum(true.waits) / max(len(true.waits), 1), 2),
        },
        "faces": len(turns),
        "yaw_error_degrees": {"median": round(off[len(off) // 2], 1), "p90": round(off[len(off) * 9 // 10], 1)},
    }
    show(figures, given.json)


if __name__ == "__main__":
    main([])
