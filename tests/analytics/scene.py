"""A scene by its truth: who stands where when, told as percepts with the faults a test asks for."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from analytics.camera import CameraMetrics
from analytics.metric import Metric
from observations import Box, Percept, Tally, Track

Spot = tuple[float, float]
Timed = tuple[float, float, float]


def box_at(foot: Spot, height: float = 0.3) -> Box:
    """A person whose feet are at this relative point; boxes are clipped to the picture as detectors do."""
    x, y = foot
    half = height / 8
    return Box(max(0.0, x - half), max(0.0, y - height), min(1.0, x + half), min(1.0, y))


@dataclass(frozen=True)
class Person:
    """A walk: (second, x, y) of the feet, straight and steady in between; seen from the first to the last."""

    path: tuple[Timed, ...]
    height: float = 0.3
    yaw: float | None = None
    pitch: float | None = None

    @property
    def begins(self) -> float:
        return self.path[0][0]

    @property
    def ends(self) -> float:
        return self.path[-1][0]

    def where(self, at: float) -> Spot | None:
        """The feet at a moment, None before and after the walk."""
        for (t0, x0, y0), (t1, x1, y1) in pairwise(self.path):
            if t0 <= at <= t1:
                share = (at - t0) / (t1 - t0) if t1 > t0 else 0.0
                return x0 + (x1 - x0) * share, y0 + (y1 - y0) * share
        return None


@dataclass
class Scene:
    """Persons seen by one camera at `fps`, as the tracker would tell it: numbers are reused, ends are announced."""

    people: Iterable[Person]
    fps: float = 10.0
    aspect: float = 16 / 9
    until: float | None = None
    unseen: Mapping[int, tuple[float, float]] = field(default_factory=dict)

    def percepts(self) -> Iterator[Percept]:
        """Every picture, in order."""
        people = list(self.people)
        last = self.until if self.until is not None else max(p.ends for p in people) + 3.0
        numbers: dict[int, int] = {}
        for frame in range(int(last * self.fps) + 1):
            at = frame / self.fps
            spots = {i: spot for i, person in enumerate(people) if (spot := self._spot(i, person, at)) is not None}
            ended = tuple(numbers.pop(i) for i in list(numbers) if i not in spots and people[i].ends < at)
            for i in spots:
                numbers.setdefault(i, next(n for n in range(1, 999) if n not in numbers.values()))
            tracks = tuple(
                Track(
                    numbers[i],
                    box_at(spot, people[i].height),
                    0.9,
                    people[i].begins,
                    yaw=people[i].yaw,
                    pitch=people[i].pitch,
                )
                for i, spot in spots.items()
            )
            yield Percept(at, "door", tracks, ended, self.aspect)

    def _spot(self, index: int, person: Person, at: float) -> Spot | None:
        hidden = self.unseen.get(index)
        return None if hidden and hidden[0] <= at <= hidden[1] else person.where(at)


def play(metric: Metric[Percept], percepts: Iterable[Percept]) -> None:
    """Feed a metric with a scene, the way the pipeline does."""
    camera = metric if isinstance(metric, CameraMetrics) else CameraMetrics([metric])
    for percept in percepts:
        camera.feed(percept.at, percept)


def walk(*path: Timed, height: float = 0.3) -> Person:
    """A person from a handful of timed spots."""
    return Person(tuple(path), height)


def values(tallies: list[Tally]) -> dict[str, object]:
    """The values of the only tally."""
    (tally,) = tallies
    return dict(tally.values)
