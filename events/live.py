"""The numbers of this moment, for a display beside the door; never to be added up."""

from dataclasses import dataclass

from events.base import Event, Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupancy(Event):
    """Persons in a zone now; null when the zone cannot be seen."""

    zone: Name
    persons: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLength(Event):
    """Persons waiting in a queue now, null when it cannot be seen; `wait_minutes` is what who joins now will wait, in
    whole minutes rounded up, null without recent service, too.
    """

    queue: Name
    persons: int | None
    wait_minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside(Event):
    """Persons inside an area behind counting lines now; null when one of the lines cannot be seen."""

    area: Name
    persons: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Live(Event):
    """Occupancy and queues at `at` (epoch seconds; seconds since boot while the clock has not been set)."""

    at: int
    zones: tuple[Occupancy, ...] = ()
    queues: tuple[QueueLength, ...] = ()
    areas: tuple[Inside, ...] = ()
