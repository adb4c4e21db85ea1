"""Ways round the furniture: the shortest path that keeps clear of fixtures and walls; it refuses to be clever.

Some keep closer to corners than others: a whole crowd over the same centimetre is seen in no shop.
"""

from collections.abc import Iterable
from heapq import heappop, heappush
from math import dist, inf

from simulation.plan import Plan, Point, Rectangle
from simulation.walk import clip

CLEARANCE = 0.28
_HAIR = 0.01
_OUTWARDS = ((-1, -1), (1, -1), (1, 1), (-1, 1))
"""From a rectangle's middle to its corners, in their order."""


class Paths:
    """A visibility graph over the corners of everything that stands in the way, `CLEARANCE` metres away from it."""

    def __init__(self, plan: Plan) -> None:
        solid = [fixture.floor for fixture in plan.fixtures] + list(plan.walls)
        self._solid = [rectangle.grown(CLEARANCE - _HAIR) for rectangle in solid]
        corners = [
            (corner, (across, along))
            for rectangle in solid
            for corner, (across, along) in zip(rectangle.grown(CLEARANCE).corners, _OUTWARDS, strict=True)
        ]
        corners = [one for one in corners if not any(rectangle.contains(one[0]) for rectangle in self._solid)]
        self._nodes = [at for at, _ in corners]
        self._outwards = [outwards for _, outwards in corners]
        self._seen = [self._visible(at, self._nodes) for at in self._nodes]

    def way(self, a: Point, b: Point, berth: float = 0.0) -> list[Point]:
        """The corners to pass from `a` to `b`, `b` included and `a` not, `berth` metres farther out than needed where
        there is room. A blocked target is walked to straight."""
        if self._clear(a, b):
            return [b]
        goal = dict(self._visible(b, self._nodes))
        open_: list[tuple[float, int, tuple[int, ...]]] = []
        for node, cost in self._visible(a, self._nodes):
            heappush(open_, (cost, node, (node,)))
        done: set[int] = set()
        best: tuple[float, tuple[int, ...]] = (inf, ())
        while open_ and open_[0][0] < best[0]:
            cost, node, route = heappop(open_)
            if node in done:
                continue
            done.add(node)
            if node in goal and cost + goal[node] < best[0]:
                best = cost + goal[node], route
            for after, step in self._seen[node]:
                if after not in done:
                    heappush(open_, (cost + step, after, (*route, after)))
        found: list[Point] = []
        at = a
        corners = [self._nodes[node] for node in best[1]]
        for node, onwards in zip(best[1], [*corners, b][1:], strict=True):
            at = self._wider(node, at, onwards, berth)
            found.append(at)
        return [*found, b]

    def _wider(self, node: int, before: Point, after: Point, berth: float) -> Point:
        """The corner itself, or farther out, if the ways to it and on stay clear."""
        (x, y), (across, along) = self._nodes[node], self._outwards[node]
        wide = x + berth * across, y + berth * along
        return wide if self._clear(before, wide) and self._clear(wide, after) else (x, y)

    def free(self, at: Point) -> bool:
        """Whether one can stand at `at` without touching anything."""
        return not any(rectangle.contains(at) for rectangle in self._solid)

    def _visible(self, at: Point, others: Iterable[Point]) -> list[tuple[int, float]]:
        return [(n, dist(at, other)) for n, other in enumerate(others) if other != at and self._clear(at, other)]

    def _clear(self, a: Point, b: Point) -> bool:
        return all(_apart(a, b, rectangle) or clip(a, b, rectangle) is None for rectangle in self._solid)


def _apart(a: Point, b: Point, rectangle: Rectangle) -> bool:
    """The cheap no: both ends lie beyond the same side."""
    return (
        (a[0] < rectangle.left and b[0] < rectangle.left)
        or (a[0] > rectangle.right and b[0] > rectangle.right)
        or (a[1] < rectangle.near and b[1] < rectangle.near)
        or (a[1] > rectangle.far and b[1] > rectangle.far)
    )
