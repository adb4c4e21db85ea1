"""From the picture to the floor: the plane through four marks whose places on the floor were measured."""

from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from analytics.geometry import Point


@dataclass(frozen=True, slots=True)
class Floor:
    """A perspective map of a flat floor: relative picture coordinates to metres (four-point homography).

    Raises ValueError when three of the four marks are in one line, in the picture or on the floor.
    """

    picture: tuple[Point, Point, Point, Point]
    metres: tuple[Point, Point, Point, Point]
    _middle: Point = field(init=False)
    _matrix: tuple[float, ...] = field(init=False)

    def __post_init__(self) -> None:
        if not _spread(self.picture) or not _spread(self.metres):
            raise ValueError("three of the four floor marks are in one line")
        # Around the middle of the marks, which the horizon cannot go through, the scale may be taken as 1.
        middle = (sum(x for x, _ in self.picture) / 4, sum(y for _, y in self.picture) / 4)
        rows, right = [], []
        for (mark_x, mark_y), (u, v) in zip(self.picture, self.metres, strict=True):
            x, y = mark_x - middle[0], mark_y - middle[1]
            rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
            right += [u, v]
        solved = np.linalg.solve(np.array(rows), np.array(right))
        object.__setattr__(self, "_middle", middle)
        object.__setattr__(self, "_matrix", tuple(float(value) for value in solved))

    def on_floor(self, point: Point) -> Point | None:
        """Where on the floor (metres) a picture point lies; None above the horizon."""
        a, b, c, d, e, f, g, h = self._matrix
        x, y = point[0] - self._middle[0], point[1] - self._middle[1]
        scale = g * x + h * y + 1.0
        if scale <= 0:
            return None
        return (a * x + b * y + c) / scale, (d * x + e * y + f) / scale


def _spread(marks: tuple[Point, ...]) -> bool:
    def twice_area(a: Point, b: Point, c: Point) -> float:
        return abs((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))

    return all(twice_area(*three) > 1e-6 for three in combinations(marks, 3))
