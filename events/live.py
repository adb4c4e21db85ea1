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
    """Persons waiting in a queue now; null when it cannot be seen."""

    queue: Name
    persons: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Live(Event):
    """Occupancy and queues at `at` (epoch seconds)."""

    at: int
    zones: tuple[Occupancy, ...] = ()
    queues: tuple[QueueLength, ...] = ()
