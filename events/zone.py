"""What happened in a zone."""

from dataclasses import dataclass

from events.base import Event, Name, histogram


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneCount(Event):
    """One zone in one window.

    `views` are stays of a second or more, `stops` those of at least the zone's stop time, each counted when it became
    true. `person_seconds` over the window's seen seconds is the mean occupancy,
    `occupancy_max` the highest. `over_capacity` are seconds above the zone's capacity, null without one. `dwell` are
    the stays that ended, by length (bounds in birth): null while fewer than the floor have ended, and then carried
    into the next window, so that the bins of a day add up.
    """

    zone: Name
    views: int = 0
    stops: int = 0
    occupancy_max: int = 0
    person_seconds: float = 0.0
    over_capacity: float | None = None
    dwell: tuple[int, ...] | None = histogram(8)
