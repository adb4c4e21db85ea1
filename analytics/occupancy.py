"""How many are inside, from who went in less who went out: never below nobody, empty at closing, its drift reported."""

from collections.abc import Callable, Iterator

from analytics.area import Area, BehindLines, fed
from analytics.crossing import Crossing, Way
from observations import Tally, Value


class Occupancy:
    """The `occupancy` of a report: one area behind counting lines, fed with their crossings (`LineCounter.heard`).

    `closed` knows the opening hours: at closing the area is empty. Somebody who goes out of an empty area was not seen
    coming in: he is counted as `clamped` and the area stays empty. Whoever needs to know how many were left over when
    it closed puts a call into `emptied`.
    """

    def __init__(self, area: str, closed: Callable[[float], bool] = lambda at: False) -> None:
        self.area = area
        self.emptied: list[Callable[[int], object]] = []
        self._closed = closed
        self._shut = False
        self.inside = 0
        self._at = 0.0
        self._seconds = 0.0
        self._day_seconds = 0.0
        self._entered = 0
        self._clamped = 0
        self._left_over: int | None = None
        self._most = 0

    def resume(self, inside: int) -> None:
        """Take over who is inside from a checkpoint of the same day."""
        self.inside = self._most = inside

    def feed(self, at: float, seen: Crossing) -> None:
        """One crossing of one of the area's lines; a deferred one is made good from when it happened."""
        self._advance(at)
        late = self._at - min(seen.at, self._at)
        if seen.way is Way.IN:
            self.inside += 1
            self._entered += 1
            self._add(late)
        elif self.inside:
            self.inside -= 1
            self._add(-late)
        else:
            self._clamped += 1
        self._most = max(self._most, self.inside)

    def begin_day(self, at: float) -> None:
        """Where no opening hours are known, the day's end is when the area is empty."""
        if not self._shut:
            self._empty(at)

    def _empty(self, at: float) -> None:
        """Whoever is still counted has left unseen."""
        self._advance(at)
        self._left_over = self.inside
        for hear in self.emptied:
            hear(self.inside)
        self.inside = 0
        self._clamped = 0
        self._entered = 0
        self._day_seconds = 0.0

    def tallies(self, start: float, end: float) -> list[Tally]:
        """The area's figures since the last restart; the mean visit by Little's law is over the day so far."""
        ahead = max(0.0, end - self._at) * self.inside
        values: dict[str, Value] = {
            "area": self.area,
            "inside": self.inside,
            "inside_max": self._most,
            "person_seconds": self._seconds + ahead,
            "visit_mean": (self._day_seconds + ahead) / self._entered if self._entered else None,
            "clamped": self._clamped,
            "left_over": self._left_over,
        }
        return [Tally("occupancy", start, end, values, support=self._entered)]

    def now(self, at: float) -> list[Tally]:
        """Who is inside at this moment."""
        return [Tally("live_areas", at, at, {"area": self.area, "persons": self.inside})]

    def restart(self, at: float) -> None:
        """Begin the next window; who is inside stays inside, unless the shop has closed."""
        self._advance(at)
        shut, self._shut = self._shut, self._closed(at)
        if self._shut and not shut:
            self._empty(at)
        self._seconds = 0.0
        self._most = self.inside

    def _advance(self, at: float) -> None:
        if at > self._at:
            self._add((at - self._at) * self.inside)
            self._at = at

    def _add(self, seconds: float) -> None:
        self._seconds += seconds
        self._day_seconds += seconds


@BehindLines
def inside(area: Area) -> Iterator[Occupancy]:
    """Of every area."""
    yield fed(Occupancy(area.name, area.closed), area.lines)
