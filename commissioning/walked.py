"""Where people walked while the page was open, and where a line would count them; in RAM, and never a picture."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from math import cos, hypot, pi, sin
from typing import Any

from analytics.geometry import Point, Polyline, scaled
from analytics.line import Line
from analytics.lint import lint_line

COLUMNS, ROWS = 48, 27
PATHS = 400
"""The newest ways that are remembered."""
STEPS = 600
CLEAR = 0.06
"""How far (picture heights) from the line a way must begin and end, so that the camera saw the person on both sides."""
ANGLES, OFFSETS = 12, 24
LEAST = 5
"""Ways below which nothing is suggested."""
MARGIN = 0.04
MOST = 4
"""Lines that are suggested at once."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A line (relative points), the ways that cross it surely, the ways known, and how many it sees unsurely."""

    points: tuple[Point, Point]
    crossed: int
    ways: int
    unsure: int


@dataclass(slots=True)
class Walked:
    """The ways of one camera's people: the point between their feet, picture by picture."""

    aspect: float = 16 / 9
    _open: dict[int, list[Point]] = field(default_factory=dict)
    _ways: deque[list[Point]] = field(default_factory=lambda: deque(maxlen=PATHS))
    _grid: list[int] = field(default_factory=lambda: [0] * (COLUMNS * ROWS))

    def feed(self, aspect: float, tracks: Iterable[list[Any]]) -> None:
        """The tracks of one picture: number, left, top, right, bottom, guessed."""
        self.aspect = aspect
        seen = {int(number): ((left + right) / 2, bottom) for number, left, _, right, bottom, *_ in tracks}
        for number in self._open.keys() - seen.keys():
            self._close(number)
        for number, (x, y) in seen.items():
            way = self._open.setdefault(number, [])
            if len(way) < STEPS:
                way.append((x, y))
            column, row = (min(int(max(0.0, share) * n), n - 1) for share, n in ((x, COLUMNS), (y, ROWS)))
            self._grid[row * COLUMNS + column] += 1

    def heat(self) -> dict[str, Any]:
        """Pictures with somebody's feet in each cell, row by row."""
        return {"columns": COLUMNS, "rows": ROWS, "cells": self._grid, "ways": len(self._ways)}

    def suggest(self) -> list[Suggestion]:
        """The line that most ways cross once and surely, then the same for those who do not cross it, and so on.

        Empty while too few ways are known, or no line would do.
        """
        ways, found = [scaled(way, self.aspect) for way in self._ways], list[Suggestion]()
        while len(ways) >= LEAST and len(found) < MOST and (best := _best(ways, self.aspect)) is not None:
            found.append(best)
            line = Polyline(scaled(best.points, self.aspect))
            ways = [way for way in ways if not any(line.crossings(a, b) for a, b in pairwise(way))]
        return found

    def _close(self, number: int) -> None:
        way = self._open.pop(number)
        if len(way) > 1 and _extent(scaled(way, self.aspect)) > 2 * CLEAR:
            self._ways.append(way)


def _best(ways: list[tuple[Point, ...]], aspect: float) -> Suggestion | None:
    """The line that most of `ways` cross surely, if that is half of them; the shortest of equals."""
    found = [judged for line in _candidates(ways, aspect) if (judged := _judged(line, ways, aspect))]
    best = max(found, key=lambda one: (one.crossed - 2 * one.unsure, -_length(one, aspect)), default=None)
    return best if best is not None and 2 * best.crossed >= len(ways) else None


def _candidates(ways: list[tuple[Point, ...]], aspect: float) -> Iterator[tuple[Point, Point]]:
    """Lines in all directions, each as long as the ways over it need, in picture heights."""
    middle = aspect / 2, 0.5
    reach = hypot(*middle)
    for angle in range(ANGLES):
        along = cos(angle * pi / ANGLES), sin(angle * pi / ANGLES)
        across = -along[1], along[0]
        for offset in range(1, OFFSETS):
            shift = reach * (2 * offset / OFFSETS - 1)
            foot = middle[0] + shift * across[0], middle[1] + shift * across[1]
            places = sorted(place for way in ways for place in _places(way, foot, along, across))
            if len(places) < LEAST:
                continue
            cut = len(places) // 20
            low, high = places[cut] - MARGIN, places[-1 - cut] + MARGIN
            yield (
                (foot[0] + low * along[0], foot[1] + low * along[1]),
                (foot[0] + high * along[0], foot[1] + high * along[1]),
            )


def _places(way: tuple[Point, ...], foot: Point, along: Point, across: Point) -> Iterator[float]:
    """Where along the endless line a way goes over it."""
    for a, b in pairwise(way):
        da = (a[0] - foot[0]) * across[0] + (a[1] - foot[1]) * across[1]
        db = (b[0] - foot[0]) * across[0] + (b[1] - foot[1]) * across[1]
        if (da < 0) != (db < 0):
            share = da / (da - db)
            x, y = a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])
            yield (x - foot[0]) * along[0] + (y - foot[1]) * along[1]


def _judged(ends: tuple[Point, Point], ways: list[tuple[Point, ...]], aspect: float) -> Suggestion | None:
    """How good a line is; None where it cannot be drawn."""
    first, last = ((round(x / aspect, 3), round(y, 3)) for x, y in ends)
    if not all(0 <= value <= 1 for value in (*first, *last)) or first == last:
        return None
    if lint_line(Line(name="suggested", points=(first, last)), aspect):
        return None
    line, crossed, unsure = Polyline(ends), 0, 0
    for way in ways:
        steps = [line.crossings(a, b) for a, b in pairwise(way)]
        if any(steps):
            sure = abs(sum(steps)) == 1 and min(line.distance(way[0]), line.distance(way[-1])) >= CLEAR
            crossed, unsure = crossed + sure, unsure + (not sure)
    return Suggestion((first, last), crossed, len(ways), unsure)


def _length(one: Suggestion, aspect: float) -> float:
    (ax, ay), (bx, by) = scaled(one.points, aspect)
    return hypot(ax - bx, ay - by)


def _extent(way: tuple[Point, ...]) -> float:
    xs, ys = zip(*way, strict=True)
    return float(hypot(max(xs) - min(xs), max(ys) - min(ys)))
