"""How many are inside."""

from dataclasses import dataclass

from events.base import Event, Name


@dataclass(frozen=True, slots=True, kw_only=True)
class OccupancyCount(Event):
    """One area behind counting lines: persons `inside` at the window's end, the most of the window, person-seconds.

    `visit_mean` is the mean visit of the day so far by Little's law, person-seconds over entries (seconds): it matches
    nobody. What the count got wrong is told: `clamped` left an area in which nobody was left today, `left_over` were
    still counted when the area was last emptied at closing; null until then.
    """

    area: Name
    inside: int
    inside_max: int
    person_seconds: float
    visit_mean: float | None = None
    clamped: int = 0
    left_over: int | None = None
