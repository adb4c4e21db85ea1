"""Zones that are much fuller than is usual at this hour, or empty all at once: heads are counted, not followed."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import sqrt

from analytics.alarm import Alarm, Incident
from analytics.view import InView, View
from analytics.zone import ZoneCounter, zones
from observations import Percept, Tally

SIGMAS = 3.0
"""Standard deviations above the hour's mean from which a zone is fuller than usual."""

STEP = 1.0
EARLY = 0.1
"""Seconds by which a picture may come before its second is over: cameras of one a second are not exact."""

ENOUGH = 1800
"""Seconds of an hour that must have been seen on a day for the day to teach."""

DAYS = 14
"""About so many days weigh in the usual figures."""

AFTER = 10.0
"""Seconds for which a crowd must stand before it is told, and within which one that disperses is gone."""


@dataclass(slots=True)
class _Hour:
    """What is usual in one hour of the day: the mean of the persons, and of their squares, over days."""

    days: int = 0
    mean: float = 0.0
    square: float = 0.0

    def learn(self, mean: float, square: float) -> None:
        self.days = min(DAYS, self.days + 1)
        self.mean += (mean - self.mean) / self.days
        self.square += (square - self.square) / self.days

    @property
    def spread(self) -> float:
        return sqrt(max(0.0, self.square - self.mean**2))


class Gathering:
    """The alerts `gathering` and `dispersing` of one zone, fed after it with the same percepts.

    `hour` tells the local hour of a clock second, None while the clock is not set. What is usual is learnt in RAM:
    on the first day after a start nothing is told. Fewer than `fewest` persons are no crowd and no loss of one.
    """

    def __init__(self, zone: ZoneCounter, fewest: int, hour: Callable[[float], int | None]) -> None:
        self._zone, self._fewest, self._hour_of = zone, fewest, hour
        self._usual = [_Hour() for _ in range(24)]
        self._hour: int | None = None
        self._seconds = 0
        self._sum = self._squares = 0.0
        self._recent: deque[int] = deque(maxlen=round(AFTER / STEP) + 1)
        self._due = float("-inf")
        self._gathering = Alarm("gathering", zone.zone.name, after=AFTER)
        self._dispersing = Incident("dispersing", zone.zone.name)

    def feed(self, at: float, seen: Percept) -> None:
        """One picture of the zone's camera; looked at once a second, and not at all while the camera sees nothing."""
        if at < self._due or seen.view:
            return
        if at > self._due + AFTER:
            self._recent.clear()
        self._due = at + STEP - EARLY
        persons = self._zone.occupancy
        self._turn(self._hour_of(at))
        self._seconds += 1
        self._sum += persons
        self._squares += persons**2
        self._recent.append(persons)
        lost = self._recent[0] - persons
        if self._more(lost, 0.0):
            self._dispersing.happened(at)
            self._recent.clear()

    def alarms(self, at: float) -> list[Tally]:
        """What begins or ends now."""
        persons = self._zone.occupancy
        usual = self._known()
        full = usual is not None and self._more(persons, usual.mean)
        return self._gathering.judge(at, full, persons) + self._dispersing.judge(at)

    def tallies(self, start: float, end: float) -> list[Tally]:
        """Nothing: these are alerts."""
        return []

    def restart(self, at: float) -> None:
        """Windows do not matter to it."""

    def _more(self, persons: int, mean: float) -> bool:
        usual = self._known()
        return usual is not None and persons >= self._fewest and persons > mean + SIGMAS * usual.spread

    def _known(self) -> _Hour | None:
        usual = None if self._hour is None else self._usual[self._hour]
        return usual if usual is not None and usual.days else None

    def _turn(self, hour: int | None) -> None:
        """Another hour begins: what the one before was like is learnt."""
        if hour == self._hour:
            return
        if self._hour is not None and self._seconds >= ENOUGH:
            self._usual[self._hour].learn(self._sum / self._seconds, self._squares / self._seconds)
        self._hour, self._seconds, self._sum, self._squares = hour, 0, 0.0, 0.0


@InView
def gatherings(view: View) -> Iterator[Gathering]:
    """Of every zone that has a smallest crowd."""
    for counter in view.made(zones):
        if counter.zone.gathering is not None:
            yield Gathering(counter, counter.zone.gathering, view.hour)
