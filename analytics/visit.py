"""How long visits were: whoever stayed in one camera's view from coming in to going out, matched and forgotten."""

from collections.abc import Iterator

from analytics.area import Area, BehindLines, fed
from analytics.crossing import Crossing, Way
from analytics.durations import CARRY, Durations
from observations import Tally, Value

VISIT_BOUNDS = (60.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0)
"""Seconds between the bins of `durations`."""

MOST = 1000
"""Persons remembered at most; of more the earliest, who went out of view long ago, is forgotten."""


class VisitTimer:
    """The `visits` of a report: one area behind counting lines, fed with their crossings (`LineCounter.heard`)."""

    bounds = (("visits.durations", VISIT_BOUNDS),)

    def __init__(self, area: str, carry: int = CARRY) -> None:
        self.area = area
        self._came_in: dict[tuple[str, int], float] = {}
        self._visits = Durations(VISIT_BOUNDS, carry)

    def feed(self, at: float, seen: Crossing) -> None:
        """One crossing of one of the area's lines."""
        person = (seen.camera, seen.number)
        if seen.way is Way.IN:
            self._came_in[person] = seen.at
            if len(self._came_in) > MOST:
                del self._came_in[next(iter(self._came_in))]
        elif person in self._came_in:
            self._visits.add(seen.at - self._came_in.pop(person))

    def tallies(self, start: float, end: float) -> list[Tally]:
        """The visits that ended; too few wait for the next window."""
        values: dict[str, Value] = {
            "area": self.area,
            "visits": len(self._visits),
            "visit_mean": self._visits.mean,
            "visit_median": self._visits.quantile(0.5),
            "durations": self._visits.bins,
        }
        return [Tally("visits", start, end, values, support=len(self._visits))]

    def restart(self, at: float) -> None:
        """Begin the next window."""
        self._visits.restart()


@BehindLines
def visits(area: Area) -> Iterator[VisitTimer]:
    """Of every area."""
    yield fed(VisitTimer(area.name, area.carry), area.lines)
