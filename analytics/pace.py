"""How fast and how far people walk on a measured floor, one value a walk; no path is kept."""

from collections.abc import Iterator
from dataclasses import dataclass

from analytics.durations import CARRY, Durations
from analytics.floor import Floor
from analytics.geometry import Point, distance
from analytics.heat import Grid
from analytics.view import InView, View
from observations import Percept, Tally, Value

PACE_BOUNDS = (0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.5)
"""Metres a second between the bins of `speeds`."""

STEP = 1.0
"""Seconds whose mean is one place of a walk: boxes tremble by more than a standing person moves."""

FEWEST = 3
"""Places that make a walk: who is in view for less has no speed."""


@dataclass(slots=True)
class _Walk:
    """One person: the sum of the places of the step that runs, the last whole step's place, and what they add up to."""

    since: float
    x: float = 0.0
    y: float = 0.0
    seen: int = 0
    place: Point | None = None
    at: float = 0.0
    metres: float = 0.0
    seconds: float = 0.0
    places: int = 0

    def end_step(self, at: float) -> None:
        """The step is over: its mean is the next place. Steps in which the person was not seen are bridged."""
        place, middle = (self.x / self.seen, self.y / self.seen), (self.since + at) / 2
        if self.place is not None:
            self.metres += distance(self.place, place)
            self.seconds += middle - self.at
        self.place, self.at = place, middle
        self.places += 1
        self.since, self.x, self.y, self.seen = at, 0.0, 0.0, 0


class PaceCounter:
    """The `paces` of a report: one camera's measured floor, fed with its steady percepts.

    The speed of a walk is its length over its time, pauses included.
    """

    bounds = (("paces.speeds", PACE_BOUNDS),)

    def __init__(self, camera: str, floor: Floor, carry: int = CARRY) -> None:
        self._camera, self._floor = camera, floor
        self._walks: dict[int, _Walk] = {}
        self._speeds = Durations(PACE_BOUNDS, carry)
        self._lengths = Durations((), carry)

    def feed(self, at: float, seen: Percept) -> None:
        """The persons in one picture."""
        for track in seen.tracks:
            place = self._floor.on_floor(track.box.foot)
            if place is None:
                continue
            walk = self._walks.setdefault(track.number, _Walk(at))
            if walk.seen and at - walk.since >= STEP:
                walk.end_step(at)
            walk.x, walk.y, walk.seen = walk.x + place[0], walk.y + place[1], walk.seen + 1
        for number in seen.ended:
            walked = self._walks.pop(number, None)
            if walked is not None and walked.places >= FEWEST:
                self._speeds.add(walked.metres / walked.seconds)
                self._lengths.add(walked.metres)

    def tallies(self, start: float, end: float) -> list[Tally]:
        """The walks that ended; too few wait for the next window."""
        walks = len(self._speeds)
        if not walks:
            return []
        values: dict[str, Value] = {
            "camera": self._camera,
            "walks": walks,
            "speed_mean": self._speeds.mean,
            "speeds": self._speeds.bins,
            "length_median": self._lengths.quantile(0.5),
        }
        return [Tally("paces", start, end, values, support=walks)]

    def restart(self, at: float) -> None:
        """Begin the next window; who walks goes on walking."""
        self._speeds.restart()
        self._lengths.restart()


@InView
def paces(view: View) -> Iterator[PaceCounter]:
    """Of every measured floor where they are asked for."""
    for grid in view.drawings(Grid):
        if grid.pace and grid.floor is not None:
            yield PaceCounter(view.camera, grid.floor, view.carry)
