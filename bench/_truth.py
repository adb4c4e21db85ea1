"""What is held against the truth: counts of what was found, and crossings matched by direction and time."""

from bisect import bisect_left
from dataclasses import asdict, dataclass
from typing import Any

from analytics.camera import CameraMetrics
from analytics.crossing import Crossing, Reference, Way
from analytics.line import Line, LineCounter
from observations import Frame, Percept

SLACK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Counts:
    """Things that should have been found, were found, were missed, and were found without being there."""

    expected: int = 0
    found: int = 0
    missed: int = 0
    false: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.expected + other.expected,
            self.found + other.found,
            self.missed + other.missed,
            self.false + other.false,
        )

    def figures(self) -> dict[str, int]:
        return asdict(self)


def counted(expected: int, found: int) -> Counts:
    """Two numbers of things without places."""
    return Counts(expected, min(expected, found), max(0, expected - found), max(0, found - expected))


def matched(labelled: list[list[float]], found: list[list[float]], alike: float) -> int:
    """How many labelled boxes have a found box of their own, most alike first."""
    pairs = sorted(
        ((_iou(one, other), a, b) for a, one in enumerate(labelled) for b, other in enumerate(found)), reverse=True
    )
    used_a: set[int] = set()
    used_b: set[int] = set()
    for share, a, b in pairs:
        if share >= alike and a not in used_a and b not in used_b:
            used_a.add(a)
            used_b.add(b)
    return len(used_a)


def _iou(a: list[float], b: list[float]) -> float:
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    both = max(wide, 0.0) * max(high, 0.0)
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


class CrossingTruth:
    """The lines of one clip's truth, counted as the product counts, and held against its events."""

    def __init__(self, truth: dict[str, Any], first: Frame) -> None:
        self.expected = truth.get("lines", {})
        self._fps = float(truth.get("fps", 0)) or None
        self._seen: dict[str, list[Crossing]] = {name: [] for name in self.expected}
        self._times: list[float] = []
        counters = []
        for name, drawn in self.expected.items():
            points = tuple((x / first.width, y / first.height) for x, y in (drawn["p1"], drawn["p2"]))
            which = Reference.FOOT if drawn.get("ref") == "feet" else Reference.CENTER
            counter = LineCounter(Line(name=name, points=points, reference=which))
            counter.heard.append(self._seen[name].append)
            counters.append(counter)
        self._metrics = CameraMetrics(counters)

    def feed(self, frame: Frame, percept: Percept) -> None:
        """One picture of the clip; they are numbered from 0 as the truth's frames are."""
        self._times.append(frame.at)
        self._metrics.feed(frame.at, percept)

    def result(self) -> dict[str, dict[str, int]]:
        """By line: expected, found, missed and false crossings, the error of the sum, and that of both directions."""
        self._metrics.feed(self._times[-1] + 60, Percept(self._times[-1] + 60, "end", ()))
        return {name: self._line(name) for name in self.expected}

    def _line(self, name: str) -> dict[str, int]:
        drawn = self.expected[name]
        events = list(drawn["events"])
        crossings = [(bisect_left(self._times, one.at), one.way) for one in self._seen[name]]
        ways = [_way(drawn, event["direction"]) for event in events]
        free = set(range(len(crossings)))
        found = 0
        for event, way in sorted(zip(events, ways, strict=True), key=lambda pair: int(pair[0]["frame"])):
            slack = event.get("tol_frames", 0) + SLACK_SECONDS * self._rate()
            near = [n for n in free if crossings[n][1] is way and abs(crossings[n][0] - event["frame"]) <= slack]
            if near:
                free.remove(min(near, key=lambda n: abs(crossings[n][0] - event["frame"])))
                found += 1
        by_way = [sum(way is one for _, way in crossings) - ways.count(one) for one in Way]
        return {
            "expected": len(events),
            "found": found,
            "missed": len(events) - found,
            "false": len(free),
            "net_error": sum(by_way),
            "abs_error": sum(map(abs, by_way)),
        }

    def _rate(self) -> float:
        if self._fps:
            return self._fps
        return (len(self._times) - 1) / max(self._times[-1] - self._times[0], 1e-9)


def _way(drawn: dict[str, Any], direction: str) -> Way:
    """The product's way (in is from the line's right hand to its left hand) of a direction in the picture."""
    (x1, y1), (x2, y2) = drawn["p1"], drawn["p2"]
    towards_left = (y2 - y1, x1 - x2)  # the left hand of who walks from p1 to p2, y downwards
    wanted = {"up": (0, -1), "down": (0, 1), "left_to_right": (1, 0), "right_to_left": (-1, 0)}
    if direction in (Way.IN, Way.OUT):
        return Way(direction)
    x, y = wanted[direction]
    return Way.IN if towards_left[0] * x + towards_left[1] * y > 0 else Way.OUT
