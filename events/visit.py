"""How long visits were."""

from dataclasses import dataclass

from events.base import Event, Name, histogram


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitCount(Event):
    """The visits to one area of persons who stayed in one camera's view from coming in to going out (seconds).

    Everything is null while fewer visits than the floor have ended; they are carried into the next window. Where views
    do not overlap nobody is matched: the mean of all visits is `visit_mean` of the area's occupancy.
    """

    area: Name
    visits: int | None = None
    visit_mean: float | None = None
    visit_median: float | None = None
    durations: tuple[int, ...] | None = histogram(7)
