"""Where people were in an hour, as a coarse grid."""

from dataclasses import dataclass

from events.base import Event, Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Heatmap(Event):
    """Person-seconds per cell of a camera's picture from `start` (epoch seconds) for `seconds`.

    `cells` are `rows` times `columns` numbers, row by row from the top left; null below the floor.
    """

    start: int
    seconds: int
    camera: Name
    columns: int
    rows: int
    cells: tuple[int, ...] | None
