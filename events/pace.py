"""How fast people walk."""

from dataclasses import dataclass

from events.base import Event, Name


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceCount(Event):
    """The walks over one camera's measured floor that ended: how many, their mean speed (m/s, pauses included), their
    speeds by bins, and their median length (m). All null while fewer than the floor have ended; they are carried on.
    """

    camera: Name
    walks: int | None = None
    speed_mean: float | None = None
    speeds: tuple[int, ...] | None = None
    length_median: float | None = None
