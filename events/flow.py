"""From where to where persons walked."""

from dataclasses import dataclass

from events.base import Event, Name


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowCount(Event):
    """Persons who went from one zone to another next. A pair walked by fewer than the floor is not told yet."""

    from_zone: Name
    to_zone: Name
    persons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteCount(Event):
    """Persons who walked through these zones in this order, at most six. Fewer than the floor are not told yet."""

    zones: tuple[Name, ...]
    persons: int
