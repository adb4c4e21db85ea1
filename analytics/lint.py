"""What is wrong with a drawing, in sentences for who drew it: said at start, not found out after a week of zeros."""

from collections.abc import Iterator
from itertools import pairwise
from math import ceil, hypot

from analytics.crossing import Reference, Side
from analytics.geometry import Point, Polygon, scaled
from analytics.line import Line

REACH = 0.04
"""How far (picture heights) a person must be able to go on both sides of a line: the dead band of somebody far away."""

REACHABLE = {
    Reference.FOOT: (0.10, 1.0),
    Reference.CENTER: (0.05, 0.95),
    Reference.HEAD: (0.0, 0.90),
}
"""Between which heights of the picture (relative) the reference point of a person can be at all."""

SHORTEST = 0.05
"""A line shorter than this (picture heights) is narrower than a person."""


def lint_line(line: Line, aspect: float = 16 / 9) -> list[str]:
    """The faults of a line in a picture of this aspect; empty when there is nothing to say."""
    if not all(0 <= x <= 1 and 0 <= y <= 1 for x, y in line.points):
        return [f"line {line.name}: a point lies outside the picture; x and y go from 0 to 1"]
    faults = []
    points = scaled(line.points, aspect)
    if sum(hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points)) < SHORTEST:
        faults.append(f"line {line.name}: is shorter than a person is wide")
    crossable = [_crossable(line, aspect, *sides) for sides in _both_sides(points)]
    share = sum(crossable) / len(crossable)
    if share == 0:
        faults.append(f"line {line.name}: nobody can cross it, one side is outside what the camera can see")
    elif share < 0.5:
        faults.append(f"line {line.name}: more than half of it is too near the edge of the picture to be crossed")
    return faults + _lint_conditions(line, aspect)


def lint_area(name: str, corners: tuple[Point, ...]) -> list[str]:
    """The faults of a zone; empty when there is nothing to say."""
    faults = []
    if not all(0 <= x <= 1 and 0 <= y <= 1 for x, y in corners):
        faults.append(f"zone {name}: a corner lies outside the picture; x and y go from 0 to 1")
    area = Polygon(corners)
    if area.crossed_itself:
        faults.append(f"zone {name}: its edges cross each other; give the corners in order round the area")
    elif area.area < 0.001:
        faults.append(f"zone {name}: covers less than a thousandth of the picture")
    return faults


def _both_sides(points: tuple[Point, ...]) -> Iterator[tuple[Point, Point]]:
    """Pairs of points at `REACH` on either side, every `REACH` along the line."""
    for a, b in pairwise(points):
        dx, dy = b[0] - a[0], b[1] - a[1]
        length = hypot(dx, dy)
        count = max(1, ceil(length / REACH)) if length else 0
        for i in range(count):
            x, y = a[0] + dx * (i + 0.5) / count, a[1] + dy * (i + 0.5) / count
            nx, ny = REACH * dy / length, -REACH * dx / length
            yield (x + nx, y + ny), (x - nx, y - ny)


def _crossable(line: Line, aspect: float, left: Point, right: Point) -> bool:
    top, bottom = REACHABLE[line.reference]
    return all(0 <= x <= aspect and top <= y <= bottom for x, y in (left, right))


def _lint_conditions(line: Line, aspect: float) -> list[str]:
    """A start or end zone without any corner on its side of the line can never be fulfilled."""
    faults = []
    for what, zone, wanted in (
        ("start", line.start, line.in_side is Side.RIGHT),
        ("end", line.end, line.in_side is Side.LEFT),
    ):
        if zone and all(_left_of(line, corner, aspect) != wanted for corner in zone):
            faults.append(f"line {line.name}: its {what} zone lies wholly on the other side of the line")
    return faults


def _left_of(line: Line, corner: Point, aspect: float) -> bool:
    points = scaled(line.points, aspect)
    (point,) = scaled((corner,), aspect)
    a, b = min(pairwise(points), key=lambda edge: _to_middle(point, *edge))
    return (b[1] - a[1]) * (point[0] - a[0]) - (b[0] - a[0]) * (point[1] - a[1]) >= 0


def _to_middle(point: Point, a: Point, b: Point) -> float:
    return hypot(point[0] - (a[0] + b[0]) / 2, point[1] - (a[1] + b[1]) / 2)
