"""Lines and areas in a picture: exact crossings of finite polylines, distances, areas; it knows nothing of people.

Points are (x, y) with y downwards. Configuration draws in relative units (0..1 both ways); `scaled` turns them into
square units, picture heights, so that a distance means the same in every direction.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import hypot, inf
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]


def leftness(point: Point, a: Point, b: Point) -> float:
    """Twice the area of the triangle a, b, point: positive when the point is at the left hand of who walks a to b."""
    return (b[1] - a[1]) * (point[0] - a[0]) - (b[0] - a[0]) * (point[1] - a[1])


def distance(a: Point, b: Point) -> float:
    """Between two points, in their unit."""
    return hypot(a[0] - b[0], a[1] - b[1])


def scaled(points: Iterable[Point], aspect: float) -> tuple[Point, ...]:
    """Relative points in picture heights, for a picture that is `aspect` times as wide as high."""
    return tuple((x * aspect, y) for x, y in points)


def _along(point: Point, a: Point, b: Point) -> float:
    """How far along from a (0) to b (1) the point's foot on their line is."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    square = dx * dx + dy * dy
    return ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / square if square else 0.0


def _distance_to_segment(point: Point, a: Point, b: Point) -> float:
    along = min(1.0, max(0.0, _along(point, a, b)))
    return hypot(point[0] - a[0] - along * (b[0] - a[0]), point[1] - a[1] - along * (b[1] - a[1]))


@dataclass(frozen=True, slots=True)
class Polyline:
    """A finite line of two points or more, walked from the first to the last."""

    points: tuple[Point, ...]

    def __post_init__(self) -> None:
        if len(self.points) < 2 or self.length == 0:
            raise ValueError("a line needs two different points")

    @property
    def length(self) -> float:
        return sum(distance(a, b) for a, b in pairwise(self.points))

    def distance(self, point: Point) -> float:
        """From the point to the nearest point of the line."""
        if len(self.points) == 2:
            return _distance_to_segment(point, self.points[0], self.points[1])
        return min(_distance_to_segment(point, a, b) for a, b in pairwise(self.points))

    def past_end(self, point: Point) -> float | None:
        """For who is beyond one of the line's ends, how far to the left hand of its extension; None elsewhere."""
        (a, b), (c, d) = self.points[:2], self.points[-2:]
        before, behind = _along(point, a, b) < 0.0, _along(point, d, c) < 0.0
        if before == behind:
            return None
        start, end = (a, b) if before else (c, d)
        return leftness(point, start, end) / (distance(start, end) or inf)

    def crossings(self, start: Point, end: Point) -> int:
        """How often the step crosses from the right hand to the left hand of the line, less the other way.

        A point on the line counts as left, and always so: the sum over a path depends on nothing but the path, also
        where it touches a corner of the line or walks along it.
        """
        net = 0
        for a, b in pairwise(self.points):
            if (leftness(start, a, b) >= 0) != (leftness(end, a, b) >= 0):
                net += (leftness(a, start, end) >= 0) - (leftness(b, start, end) >= 0)
        return net


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed area of three corners or more; the order of the corners does not matter."""

    corners: tuple[Point, ...]

    def __post_init__(self) -> None:
        if len(self.corners) < 3 or self.area == 0:
            raise ValueError("an area needs three corners that are not in one line")

    @property
    def area(self) -> float:
        """In the square of the points' unit (shoelace formula)."""
        ring = (*self.corners, self.corners[0])
        return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))) / 2

    def contains(self, point: Point) -> bool:
        """Even-odd rule, half open: of two areas that share an edge, one holds a point on it."""
        x, y = point
        inside = False
        previous = self.corners[-1]
        for corner in self.corners:
            if (corner[1] > y) != (previous[1] > y):
                at = (previous[0] - corner[0]) * (y - corner[1]) / (previous[1] - corner[1]) + corner[0]
                inside ^= x < at
            previous = corner
        return inside

    def exit(self, inside: Point, outside: Point) -> float:
        """The share of the way from a point inside to one outside after which the edge is met first."""
        ring = (*self.corners, self.corners[0])
        met = [1.0]
        for a, b in pairwise(ring):
            one, other = leftness(inside, a, b), leftness(outside, a, b)
            if (leftness(a, inside, outside) >= 0) != (leftness(b, inside, outside) >= 0) and one != other:
                met.append(one / (one - other))
        return min(share for share in met if share >= 0)

    @property
    def crossed_itself(self) -> bool:
        """Whether two edges that are no neighbours meet, as when corners were drawn in a wrong order."""
        ring = (*self.corners, self.corners[0])
        edges = list(pairwise(ring))
        last = len(edges) - 1
        return any(
            (leftness(c, a, b) >= 0) != (leftness(d, a, b) >= 0)
            and (leftness(a, c, d) >= 0) != (leftness(b, c, d) >= 0)
            for i, (a, b) in enumerate(edges)
            for j, (c, d) in enumerate(edges)
            if j > i + 1 and not (i == 0 and j == last)
        )
