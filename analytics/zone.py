"""Zones: who looked in, who stopped, for how long, how full it was; and the alarms when it is too full or too long."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from analytics.alarm import Alarm
from analytics.crossing import Reference
from analytics.durations import CARRY, Durations
from analytics.geometry import Point, Polygon
from analytics.stay import Stay, Stays
from analytics.view import InView, View
from observations import Percept, Tally, Value

DWELL_BOUNDS = (5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 900.0)
"""Seconds between the bins of `dwell`."""

HIDDEN = 60.0
"""Seconds within which who is found where somebody was lost is him, who was hidden."""

VIEW = 1.0
"""Seconds in a zone from which a person has been there at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """An area of the picture, in relative coordinates; times in seconds.

    A stay of `stop` or longer is a stop. More than `capacity` persons are too many, and for `crowded_after` a crowd;
    who stays longer than `loiter` loiters. From `gathering` persons on, far more than usual are told. None leaves the
    limit out.
    """

    name: str
    corners: tuple[Point, ...]
    reference: Reference = Reference.FOOT
    stop: float = 5.0
    capacity: int | None = None
    crowded_after: float = 10.0
    loiter: float | None = None
    gathering: int | None = None

    def __post_init__(self) -> None:
        Polygon(self.corners)


@dataclass(frozen=True, slots=True)
class Viewed:
    """A person (its number in the percepts) has been in a zone for `VIEW` seconds."""

    number: int
    zone: str
    at: float


class ZoneCounter:
    """The `zones` of a report: one zone, fed with the steady percepts of its camera.

    Whoever needs to know of each view, such as the flow between zones, puts a call into `heard`.
    """

    bounds = (("zones.dwell", DWELL_BOUNDS),)

    def __init__(self, zone: Zone, carry: int = CARRY) -> None:
        self.zone = zone
        self.heard: list[Callable[[Viewed], None]] = []
        self._stays = Stays(zone.corners, zone.reference, HIDDEN)
        self._viewed: set[int] = set()
        self._stopped: set[int] = set()
        self._dwell = Durations(DWELL_BOUNDS, carry)
        self._at: float | None = None
        self._crowded = Alarm("crowded", zone.name, after=zone.crowded_after)
        self._loitering = Alarm("loitering", zone.name)
        self._zero()

    def _zero(self) -> None:
        self._views = 0
        self._stops = 0
        self._most = self._stays.occupancy
        self._seconds_before = self._stays.seconds
        self._over_capacity = 0.0

    @property
    def occupancy(self) -> int:
        """Persons in the zone now."""
        return self._stays.occupancy

    def feed(self, at: float, seen: Percept) -> None:
        """The persons in one picture of the zone's camera."""
        capacity = self.zone.capacity
        if capacity is not None and self._at is not None and self.occupancy > capacity:
            self._over_capacity += at - self._at
        self._at = at
        for number, stay in self._stays.feed(at, seen):
            self._leave(number, stay)
        for number, stay in self._stays.here.items():
            if stay.seen == at:
                self._dwells(at, number, stay)
        self._most = max(self._most, self.occupancy)

    def tallies(self, start: float, end: float) -> list[Tally]:
        """The zone's figures since the last restart."""
        values: dict[str, Value] = {
            "zone": self.zone.name,
            "views": self._views,
            "stops": self._stops,
            "occupancy_max": self._most,
            "person_seconds": self._stays.seconds - self._seconds_before,
            "over_capacity": None if self.zone.capacity is None else self._over_capacity,
            "dwell": self._dwell.bins,
        }
        return [Tally("zones", start, end, values, support=len(self._dwell))]

    def restart(self, at: float) -> None:
        """Begin the next window; who is in the zone stays in it."""
        self._zero()
        self._dwell.restart()

    def now(self, at: float) -> list[Tally]:
        """Who is in the zone at this moment."""
        return [Tally("live_zones", at, at, {"zone": self.zone.name, "persons": self.occupancy})]

    def alarms(self, at: float) -> list[Tally]:
        """A crowd, and persons who loiter."""
        said = []
        if self.zone.capacity is not None:
            said += self._crowded.judge(at, self.occupancy > self.zone.capacity, self.occupancy)
        if self.zone.loiter is not None:
            long = sum(stay.inside and stay.seconds >= self.zone.loiter for stay in self._stays.here.values())
            said += self._loitering.judge(at, long > 0, long)
        return said

    def _dwells(self, at: float, number: int, stay: Stay) -> None:
        """A stay has become longer: it may be a view or a stop now."""
        lost, stay.lost = stay.lost, None
        if lost is not None and lost >= VIEW:
            self._dwell.remove(lost)
        if stay.seconds >= VIEW and number not in self._viewed:
            self._viewed.add(number)
            self._views += lost is None or lost < VIEW
            for hear in self.heard:
                hear(Viewed(number, self.zone.name, at))
        if stay.seconds >= self.zone.stop and number not in self._stopped:
            self._stopped.add(number)
            self._stops += lost is None or lost < self.zone.stop

    def _leave(self, number: int, stay: Stay) -> None:
        self._stopped.discard(number)
        if number in self._viewed:
            self._viewed.remove(number)
            self._dwell.add(stay.seconds)


@InView
def zones(view: View) -> Iterator[ZoneCounter]:
    """Every zone's."""
    return (ZoneCounter(zone, view.carry) for zone in view.drawings(Zone))
