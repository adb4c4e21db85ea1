"""The error of a line count at 3 to 15 pictures a second, beside supervision's LineZone with ByteTrack.

python -m bench lines [--json]; the peers come with: pip install '.[bench]'. Both get the same detections. A tenth of
the people turn round before the line, some linger on it; the error is |in| + |out| off the truth over all crossings.
"""

import argparse
from typing import Any

import numpy as np

from analytics.camera import CameraMetrics
from analytics.crossing import Way
from analytics.line import Line, LineCounter
from bench._machine import show
from bench._walkers import HEIGHT, LINE, WIDTH, Walker, pictures, relative, walkers
from inference.tracker import Tracker
from observations import Percept

SEEDS = (1, 2, 3, 4, 5)
SECONDS, A_MINUTE = 240.0, 30.0
RATES = (3, 5, 8, 12, 15)
SCENES = {"plain": (0.0, 0.0), "turning_and_lingering": (0.1, 0.15)}
Pair = tuple[int, int]


def ours(people: list[Walker], seed: int, fps: float) -> Pair:
    """Our tracker and our line: down and up."""
    tracker = Tracker(aspect=WIDTH / HEIGHT, sure=0.45, certain=0.64)
    counter = LineCounter(Line(name="door", points=((0.0, LINE / HEIGHT), (1.0, LINE / HEIGHT))))
    metrics = CameraMetrics([counter])
    seen: list[Way] = []
    counter.heard.append(lambda crossing: seen.append(crossing.way))
    for at, boxes in pictures(people, seed, SECONDS, fps):
        tracks = tracker.update(at, relative(boxes))
        metrics.feed(at, Percept(at, "door", tracks, tracker.ended, WIDTH / HEIGHT))
    return seen.count(Way.OUT), seen.count(Way.IN)


def peer(people: list[Walker], seed: int, fps: float, threshold: int) -> Pair | None:
    """supervision's LineZone at the foot point, with ByteTrack at its defaults; None where they are not installed."""
    try:
        import supervision as sv
        from trackers import ByteTrackTracker
    except ImportError:
        return None
    tracker = ByteTrackTracker(frame_rate=fps)
    zone = sv.LineZone(
        sv.Point(0, LINE),
        sv.Point(WIDTH, LINE),
        triggering_anchors=(sv.Position.BOTTOM_CENTER,),
        minimum_crossing_threshold=threshold,
    )
    for _, boxes in pictures(people, seed, SECONDS, fps):
        person = np.zeros(len(boxes), int)
        found = tracker.update(sv.Detections(boxes[:, :4].copy(), confidence=boxes[:, 4].copy(), class_id=person))
        tracked = found[found.tracker_id != -1] if len(found) else found
        assert isinstance(tracked, sv.Detections)
        zone.trigger(tracked)
    return int(zone.in_count), int(zone.out_count)


def percent(counts: list[Pair], truths: list[Pair]) -> float:
    """The absolute error of both directions over all crossings; directions of the peer are taken as suits it best."""

    def off(swap: bool) -> int:
        pairs = [(b, a) if swap else (a, b) for a, b in counts]
        return sum(abs(a - c) + abs(b - d) for (a, b), (c, d) in zip(pairs, truths, strict=True))

    return round(100 * min(off(False), off(True)) / sum(map(sum, truths)), 2)


def main(argv: list[str]) -> int:
    """Print the errors in percent by scene and rate; the peers' are null where they are not installed."""
    parser = argparse.ArgumentParser(prog="python -m bench lines", description=__doc__)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(argv)
    figures: dict[str, Any] = {"unit": "percent of crossings, 5 seeds of 240 s"}
    for scene, (turning, lingering) in SCENES.items():
        crowds = [walkers(seed, SECONDS, A_MINUTE, turning=turning, lingering=lingering) for seed in SEEDS]
        truths = [_truth(crowd) for crowd in crowds]
        figures[scene] = {"crossings": sum(map(sum, truths))}
        for fps in RATES:
            runs = list(zip(crowds, SEEDS, strict=True))
            mine = percent([ours(crowd, seed, fps) for crowd, seed in runs], truths)
            row: dict[str, float | None] = {"ours": mine}
            for threshold in (1, 3):
                theirs = [peer(crowd, seed, fps, threshold) for crowd, seed in runs]
                known = [pair for pair in theirs if pair is not None]
                row[f"line_zone_{threshold}"] = percent(known, truths) if len(known) == len(runs) else None
            figures[scene][f"fps_{fps}"] = row
    show(figures, asked.json)
    return 0


def _truth(crowd: list[Walker]) -> Pair:
    crossing = [walker.down for walker in crowd if walker.crosses]
    return sum(crossing), len(crossing) - sum(crossing)
