"""Hands at shelves: what is told against what was done, on rendered shoppers, on noisy points, and on a real clip.

`rendered` runs the real pose model on rendered people who reach; `points` gives the state machine the true wrists with
noise (in torso lengths), lost looks, and fewer looks a second, as when several share the budget; `footage` is a real
clip, labelled by eye. Reaches are matched by time: a kind told for a reach is right, wrong, unclear or missing.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

import cv2
import numpy as np

from analytics.camera import CameraMetrics
from analytics.hands import HandCounter, Shelf
from analytics.reach import AFTER
from bench._machine import show
from bench._reach import Shopper, Stage
from drivers.camera.clip import as_planes
from inference.detector import detector
from inference.interpreter import Interpreter
from inference.models import model, models_folder
from inference.perceiver import Perceiver
from inference.pose import HandFinder, MoveNet
from observations import Frame, Hands, Percept, Track
from simulation.figure import Figure

FPS = 8
SHOPPERS = 12
WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
KINDS = ("picked", "put_back", "unclear")
SLACK = 0.5
"""Seconds by which a reach may be judged before its true end: the hand is out of the plane before it is at rest."""

CLIP = "onebyone_v1-3.mp4"
TABLE = ((0.482, 0.22), (0.539, 0.22), (0.539, 0.35), (0.482, 0.35))
"""The free part of a table, seen from behind, so that most of what hands do there is hidden by who does it."""
REACHES = ((7.8, 8.3), (53.1, 54.3), (62.1, 63.9), (64.9, 66.9))
"""Hands of the first and the third visitor that come out beside their bodies over it, seconds, by eye."""
HELD = (23.0, 45.0)
"""The second visitor holds a sheet over that part all the time: no reaches to be counted, so he is left out."""

Seen = Callable[[Frame, Figure, Track], Hands | None]


def told(counter: HandCounter, percepts: Iterable[Percept]) -> list[tuple[float, str]]:
    """When each reach was judged, and as what."""
    camera, before, out = CameraMetrics([counter]), Counter[str](), []
    for percept in percepts:
        camera.feed(percept.at, percept)
        values = counter.tallies(0, percept.at)[0].values
        now = Counter({kind: int(str(values[kind])) for kind in (*KINDS, "touched")})
        now["touched"] -= sum(now[kind] for kind in KINDS)
        out += [(percept.at, kind) for kind in (now - before).elements()]
        before = now
    return out


def held_against(truth: list[tuple[float, str]], said: list[tuple[float, str]]) -> Counter[str]:
    """Reaches as `kind told as kind`, `kind missed`, and `false`."""
    out, free = Counter[str](), list(said)
    for i, (end, kind) in enumerate(truth):
        until = truth[i + 1][0] - SLACK if i + 1 < len(truth) else float("inf")
        mine = next((one for one in free if end - SLACK <= one[0] < until), None)
        if mine is None:
            out[f"{kind} missed"] += 1
            continue
        free.remove(mine)
        out[f"{kind} told as {mine[1]}"] += 1
    out["false"] = len(free)
    return out


def figures(table: Counter[str]) -> dict[str, object]:
    """The table, and its sums."""
    reaches = sum(count for name, count in table.items() if name != "false")
    missed = sum(count for name, count in table.items() if name.endswith("missed"))
    right = sum(table[f"{kind} told as {kind}"] for kind in ("touched", "picked", "put_back"))
    unclear = sum(count for name, count in table.items() if name.endswith("as unclear"))
    return {
        "reaches": reaches,
        "found": reaches - missed,
        "false": table["false"],
        "recall": round(1 - missed / max(reaches, 1), 3),
        "kind right": right,
        "kind unclear": unclear,
        "kind wrong": reaches - missed - right - unclear,
        "table": dict(sorted(table.items())),
    }


def acted(stage: Stage, shopper: Shopper, seen: Seen, every: int = 1) -> Iterator[Percept]:
    """One shopper's pictures with what is seen of the hands in each `every`th; the box is the true one."""
    for number in range(int(shopper.seconds * FPS)):
        at = number / FPS
        frame, figure = stage.frame(shopper, at, number)
        track = Track(1, stage.box(figure), 0.9, 0.0)
        hands = seen(frame, figure, track) if number % every == 0 else None
        yield Percept(at, "shelf", (replace(track, hands=hands),))
    yield Percept(shopper.seconds + 1, "shelf", (), (1,))


def rendered(finder: HandFinder, away: float, every: int, seed: int) -> dict[str, object]:
    """The real model on rendered shoppers `away` metres from the camera."""
    draw = np.random.default_rng(seed)
    stage, table, errors = Stage(away, draw), Counter[str](), []
    seen_wrists = looks = tall = 0.0

    def seen(frame: Frame, figure: Figure, track: Track) -> Hands | None:
        nonlocal seen_wrists, looks, tall
        hands = finder.handed(frame, (track,))[0].hands
        looks, tall = looks + 1, tall + track.box.height * frame.height
        if hands is not None and hands.wrists:
            seen_wrists += 1
            torso = np.linalg.norm(figure.pixels[1:3].mean(axis=0) - figure.pixels[3:5].mean(axis=0))
            found = np.array(hands.wrists) * stage.size
            errors.append(float(np.linalg.norm(found - figure.pixels[12], axis=1).min() / torso))
        return hands

    for _ in range(SHOPPERS):
        shopper = Shopper.drawn(draw)
        said = told(HandCounter(stage.shelf(shopper.away)), acted(stage, shopper, seen, every))
        table += held_against(shopper.truth(), said)
    return {
        "person height [pixels]": round(tall / looks),
        "looks with a wrist": round(seen_wrists / looks, 3),
        "error of the nearer wrist, median [torsos]": round(float(np.median(errors)), 3),
        "error, 90th percentile [torsos]": round(float(np.quantile(errors, 0.9)), 3),
        **figures(table),
    }


def points(sigma: float, lost: float, every: int, seed: int) -> dict[str, object]:
    """The true wrists with noise of `sigma` torso lengths; a share of looks sees no wrist."""
    draw = np.random.default_rng(seed)
    stage, table = Stage(2.6, draw), Counter[str]()

    def seen(frame: Frame, figure: Figure, track: Track) -> Hands | None:
        shoulders, hips = figure.pixels[1:3].mean(axis=0), figure.pixels[3:5].mean(axis=0)
        torso = float(np.linalg.norm(shoulders - hips))
        if draw.random() < lost:
            return Hands((), None)
        wrists = figure.pixels[11:13] + draw.normal(0, sigma * torso, (2, 2))
        relative = tuple((float(x), float(y)) for x, y in wrists / stage.size)
        return Hands(relative, float(hips[1] - wrists[:, 1].min()) / torso)

    for _ in range(SHOPPERS):
        shopper = Shopper.drawn(draw)
        said = told(HandCounter(stage.shelf(shopper.away)), acted(stage, shopper, seen, every))
        table += held_against(shopper.truth(), said)
    return figures(table)


def footage(folder: Path, models: Path, finder: HandFinder) -> dict[str, object]:
    """A real clip of three visitors who stand at a table with their backs to the camera."""
    perceiver = Perceiver(detector("ssd_mobilenet_v1_coco_quant", models), hands=finder)
    clip = cv2.VideoCapture(str(folder / CLIP))
    wrists = Counter[int]()

    def percepts() -> Iterator[Percept]:
        number = 0
        while (read := clip.read())[0]:
            planes = as_planes(np.asarray(read[1], np.uint8))
            percept = perceiver.perceive(Frame(number / 10, "clip", number, *planes))
            wrists.update(len(track.hands.wrists) for track in percept.tracks if track.hands is not None)
            yield percept
            number += 1

    said = told(HandCounter(Shelf(name="table", corners=WHOLE, plane=TABLE)), percepts())
    judged = [one for one in said if not HELD[0] <= one[0] <= HELD[1] + AFTER]
    return {
        "looks": wrists.total(),
        "looks with a wrist": wrists.total() - wrists[0],
        "told and left out": len(said) - len(judged),
        **figures(held_against([(end, "touched") for _, end in REACHES], judged)),
    }


def _milliseconds(finder: HandFinder) -> float:
    stage = Stage(2.6, np.random.default_rng(3))
    frame, figure = stage.frame(Shopper.drawn(np.random.default_rng(3)), 1.0, 0)
    track, times = Track(1, stage.box(figure), 0.9, 0.0), []
    for _ in range(30):
        begin = perf_counter()
        finder.handed(frame, (track,))
        times.append(perf_counter() - begin)
    return round(1000 * float(np.median(times)), 2)


def main(argv: list[str]) -> int:
    """Print the figures; footage only where a folder of clips is given."""
    parser = argparse.ArgumentParser(prog="python -m bench hands", description=__doc__)
    parser.add_argument("--video", type=Path, help=f"folder with {CLIP}")
    parser.add_argument("--models", type=Path, help="folder of the models")
    parser.add_argument("--seed", type=int, default=1, help="draws the shoppers")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(argv)
    cv2.setNumThreads(1)
    folder = models_folder(asked.models)
    pose = MoveNet(Interpreter.load(model("movenet_lightning_ptq"), folder))
    finder = HandFinder(pose, [WHOLE], budget=1.0, stopwatch=perf_counter)
    out: dict[str, Any] = {"one look [ms]": _milliseconds(finder), "looks a second": FPS}
    for name, away in (("near", 2.6), ("far", 6.0)):
        out[f"rendered, {name}"] = rendered(finder, away, 1, asked.seed)
    out["rendered, near, two share the looks"] = rendered(finder, 2.6, 2, asked.seed)
    for sigma, lost, every in ((0.0, 0.0, 1), (0.1, 0.1, 1), (0.2, 0.2, 1), (0.1, 0.1, 2), (0.1, 0.1, 4)):
        out[f"points, noise {sigma}, lost {lost}, {FPS // every} looks/s"] = points(sigma, lost, every, asked.seed)
    if asked.video:
        out[f"footage, {CLIP}"] = footage(asked.video, folder, finder)
    show(out, asked.json)
    return 0
