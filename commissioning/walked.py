"""Where people walked while the page was open, and where a line would count them; in RAM, and never a picture."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import cos, hypot, pi, sin
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analytics.geometry import Point
from analytics.line import Line
from analytics.lint import lint_line

COLUMNS, ROWS = 48, 27
PATHS = 400
"""The newest ways that are remembered."""
STEPS = 600
CORNERS = 24
"""Points that are kept of a way once it has ended."""
CLEAR = 0.06
"""How far (picture heights) from the line a way must begin and end, so that the camera saw the person on both sides."""
ANGLES, OFFSETS = 12, 24
LEAST = 5
"""Ways below which nothing is suggested."""
MARGIN = 0.04
MOST = 4
"""Lines that are suggested at once."""


Ways: TypeAlias = NDArray[np.float64]
"""Ways, their points and the two coordinates of each, in picture heights; or one of them."""


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
    _ways: deque[Ways] = field(default_factory=lambda: deque(maxlen=PATHS))
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
        ways, found = np.array(self._ways).reshape(-1, CORNERS, 2) * (self.aspect, 1.0), list[Suggestion]()
        while len(ways) >= LEAST and len(found) < MOST and (best := _best(ways, self.aspect)) is not None:
            found.append(best[0])
            ways = ways[~best[1]]
        return found

    def _close(self, number: int) -> None:
        way = np.array(self._open.pop(number))
        if np.hypot(*np.ptp(way * (self.aspect, 1.0), axis=0)) > 2 * CLEAR:
            self._ways.append(way[np.linspace(0, len(way) - 1, CORNERS).round().astype(int)])


def _best(ways: Ways, aspect: float) -> tuple[Suggestion, NDArray[np.bool_]] | None:
    """The line that most of `ways` cross surely, if that is half of them, the shortest of equals; who crosses it."""
    found = [judged for line in _candidates(ways, aspect) if (judged := _judged(line, ways, aspect))]
    best = max(found, key=lambda one: (one[0].crossed - 2 * one[0].unsure, -_length(one[0], aspect)), default=None)
    return best if best is not None and 2 * best[0].crossed >= len(ways) else None


def _candidates(ways: Ways, aspect: float) -> Iterator[tuple[Point, Point]]:
    """Lines in all directions, each as long as the ways over it need, in picture heights."""
    middle = np.array((aspect / 2, 0.5))
    reach = float(np.hypot(*middle))
    for angle in range(ANGLES):
        along = np.array((cos(angle * pi / ANGLES), sin(angle * pi / ANGLES)))
        across = np.array((-along[1], along[0]))
        for offset in range(1, OFFSETS):
            foot = middle + reach * (2 * offset / OFFSETS - 1) * across
            over, places = _crossed(ways, foot, along)
            if over.any(axis=1).sum() >= LEAST:
                low, high = np.percentile(places[over], (5, 95)) + np.array((-MARGIN, MARGIN))
                (ax, ay), (bx, by) = foot + low * along, foot + high * along
                yield (float(ax), float(ay)), (float(bx), float(by))


def _crossed(ways: Ways, foot: Ways, along: Ways) -> tuple[NDArray[np.bool_], Ways]:
    """Of each step of each way: whether it goes over the endless line, and how far along it from `foot`."""
    side = (ways - foot) @ (-along[1], along[0])
    over = (side[:, :-1] < 0) != (side[:, 1:] < 0)
    share = side[:, :-1] / np.where(over, side[:, :-1] - side[:, 1:], 1.0)
    place = (ways - foot) @ along
    return over, place[:, :-1] + share * (place[:, 1:] - place[:, :-1])


def _judged(ends: tuple[Point, Point], ways: Ways, aspect: float) -> tuple[Suggestion, NDArray[np.bool_]] | None:
    """How good a line is, and who crosses it; None where it cannot be drawn."""
    first, last = ((round(x / aspect, 3), round(y, 3)) for x, y in ends)
    if not all(0 <= value <= 1 for value in (*first, *last)) or first == last:
        return None
    if lint_line(Line(name="suggested", points=(first, last)), aspect):
        return None
    start, vector = np.array(ends[0]), np.array(ends[1]) - ends[0]
    length = float(np.hypot(*vector))
    along = vector / length
    over, places = _crossed(ways, start, along)
    over &= (places >= 0) & (places <= length)
    nearest = start + np.clip((ways[:, (0, -1)] - start) @ along, 0, length)[..., None] * along
    clear = np.hypot(*np.moveaxis(ways[:, (0, -1)] - nearest, -1, 0)).min(axis=1) >= CLEAR
    who = np.asarray(over.any(axis=1), np.bool_)
    sure = who & clear & (over.sum(axis=1) % 2 == 1)
    return Suggestion((first, last), int(sure.sum()), len(ways), int((who & ~sure).sum())), who


def _length(one: Suggestion, aspect: float) -> float:
    (ax, ay), (bx, by) = one.points
    return hypot((ax - bx) * aspect, ay - by)
