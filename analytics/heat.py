"""Where people were in an hour: person-seconds per cell of the floor or the picture, and how many were in each."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from analytics.floor import Floor
from analytics.geometry import Point
from analytics.view import InView, View
from observations import Percept, Tally, Value

HELD = 2.0
"""Seconds for which a person is taken to stand where last seen; what is longer unseen is nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """How a camera's view is divided: cells of `cell` metres over `width` by `depth` metres of the floor, which begin
    at the floor's origin; or, without a floor, `columns` by `rows` cells of the picture. `period` in seconds. `pace`
    asks how fast people walk there, too.
    """

    camera: str
    floor: Floor | None = None
    width: float = 0.0
    depth: float = 0.0
    cell: float = 0.5
    columns: int = 32
    rows: int = 18
    period: float = 3600.0
    pace: bool = False

    @property
    def shape(self) -> tuple[int, int]:
        """Columns and rows."""
        if self.floor is None:
            return self.columns, self.rows
        return max(1, ceil(self.width / self.cell)), max(1, ceil(self.depth / self.cell))

    def index(self, foot: Point) -> int | None:
        """The cell, row by row from the first, of a foot point in the picture; None outside."""
        columns, rows = self.shape
        if self.floor is None:
            column, row = int(foot[0] * columns), int(foot[1] * rows)
            return min(row, rows - 1) * columns + min(column, columns - 1)
        place = self.floor.on_floor(foot)
        if place is None:
            return None
        column, row = int(place[0] // self.cell), int(place[1] // self.cell)
        return row * columns + column if 0 <= column < columns and 0 <= row < rows else None


class HeatMap:
    """The `heatmap` of a camera, fed with its steady percepts; told once a period, and never for part of one.

    The tally's `behind` says how many persons were in each cell: a cell of fewer than the floor is told as 0.
    """

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self._began: float | None = None
        self._last: dict[int, tuple[float, int | None]] = {}
        self._clear()

    def _clear(self) -> None:
        columns, rows = self.grid.shape
        self._seconds = [0.0] * (columns * rows)
        self._persons: list[set[int]] = [set() for _ in self._seconds]

    def feed(self, at: float, seen: Percept) -> None:
        """The persons in one picture; the first period begins with the first."""
        self._began = at if self._began is None else self._began
        for track in seen.tracks:
            since, cell = self._last.get(track.number, (at, None))
            if cell is not None and at - since <= HELD:
                self._seconds[cell] += at - since
                self._persons[cell].add(track.number)
            self._last[track.number] = (at, self.grid.index(track.box.foot))
        for number in seen.ended:
            self._last.pop(number, None)

    def tallies(self, start: float, end: float) -> list[Tally]:
        """The grid, when the period is over with this window."""
        if self._began is None or not self._over(end):
            return []
        columns, rows = self.grid.shape
        values: dict[str, Value] = {
            "camera": self.grid.camera,
            "columns": columns,
            "rows": rows,
            "cells": tuple(round(seconds) for seconds in self._seconds),
        }
        behind = tuple(len(persons) for persons in self._persons)
        return [Tally("heatmap", self._began, end, values, support=max(behind), behind=behind)]

    def restart(self, at: float) -> None:
        """Begin the next window, and with it the next period when one is over."""
        if self._over(at):
            self._began = at
            self._clear()

    def _over(self, at: float) -> bool:
        return self._began is not None and at - self._began >= self.grid.period - 1.0


@InView
def heat_maps(view: View) -> Iterator[HeatMap]:
    """Every grid's."""
    return map(HeatMap, view.drawings(Grid))
