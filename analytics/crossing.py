"""Who really went over a finite line: exact, with a dead band, and never the same step twice.

The line is walked from its first point to its last, as drawn in the picture. `in` is from its right hand to its left
hand (`in_side` turns it round):

            in                                 p1
            ^                                  |
    p1 -----+-----> p2                 out <---+---> in
            |                                  |
            v out                              v p2

A crossing is exact: the person's reference point must pass through the line itself, so walking round its end is none.
It is certain when the point is more than the dead band (`band` box heights) beyond the line, or past an end beyond its
extension, or has stayed beyond it for `SETTLE` seconds, or the person was last seen there; so standing on the line
counts nothing, however much a box trembles. Who first appears inside the band counts as well, if he was seen at least
`CLEAR` of it before the line.
"""

from dataclasses import dataclass
from enum import StrEnum

from analytics.geometry import Point, Polyline, scaled
from observations import Box, Percept, Track

SETTLE = 2.0
"""Seconds beyond the line after which a person inside the dead band has crossed."""

CLEAR = 0.25
"""The share of the dead band that is enough where a person appears, disappears or settles inside it."""


class Side(StrEnum):
    """The two hands of a line."""

    LEFT = "left"
    RIGHT = "right"


class Way(StrEnum):
    """The two ways over a line."""

    IN = "in"
    OUT = "out"


class Reference(StrEnum):
    """The point of a box that stands for the person: feet for a slanting view, centre for one from above."""

    FOOT = "foot"
    CENTER = "center"
    HEAD = "head"


def reference(box: Box, which: Reference) -> Point:
    """The point that stands for a person, relative."""
    if which is Reference.FOOT:
        return box.foot
    return box.center if which is Reference.CENTER else box.head


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Where a line is and how it is crossed: points in relative picture coordinates, `band` in box heights."""

    points: tuple[Point, ...]
    in_side: Side = Side.LEFT
    reference: Reference = Reference.FOOT
    band: float = 0.08

    def __post_init__(self) -> None:
        Polyline(self.points)


@dataclass(frozen=True, slots=True)
class Crossing:
    """A person (a camera and its number in the percepts) went over a line, at a time and a place (picture heights)."""

    camera: str
    number: int
    way: Way
    at: float
    where: Point
    height: float


@dataclass(slots=True)
class _Walker:
    """One person near the line: `net` steps over it not concluded yet, `before` the depth shown before them."""

    point: Point
    depth: float
    height: float
    before: float
    net: int = 0
    beyond_since: float = 0.0
    last: Crossing | None = None


class Crossings:
    """Of one line, from the steady percepts of its camera."""

    def __init__(self, drawn: Drawn) -> None:
        self._drawn = drawn
        self._walkers: dict[int, _Walker] = {}
        self._aspect = 1.0
        self._line = Polyline(drawn.points)

    def feed(self, at: float, seen: Percept) -> list[Crossing]:
        """The crossings that have become certain with this picture."""
        if seen.aspect != self._aspect:
            self._aspect = seen.aspect
            self._line = Polyline(scaled(self._drawn.points, seen.aspect))
        certain = [self._walk(at, seen.camera, track) for track in seen.tracks]
        certain += [self._leave(number) for number in seen.ended]
        return [crossing for crossing in certain if crossing is not None]

    def _walk(self, at: float, camera: str, track: Track) -> Crossing | None:
        walker = self._walkers.get(track.number)
        if walker is None:
            walker = self._walkers[track.number] = self._walker(track.origin or track.box)
        point = self._point(track.box)
        depth, height = self._depth(point), track.box.height
        step = self._line.crossings(walker.point, point)
        walker.point, walker.depth, walker.height = point, depth, height
        band = self._drawn.band * height
        if step:
            walker.net += step
            walker.last = Crossing(camera, track.number, self._way(walker.net or step), at, point, height)
        if walker.net and depth > band and self._went_round(point, walker.net):
            walker.net, walker.before = 0, depth
        if step or depth < CLEAR * band:
            walker.beyond_since = at
        if depth > band or (walker.net and at - walker.beyond_since >= SETTLE):
            return self._decide(walker)
        if not walker.net:
            walker.before = max(walker.before, depth)
        return None

    def _point(self, box: Box) -> Point:
        x, y = reference(box, self._drawn.reference)
        return x * self._aspect, y

    def _depth(self, point: Point) -> float:
        """How far from the line; beyond its ends, from its extension."""
        past = self._line.past_end(point)
        return self._line.distance(point) if past is None else abs(past)

    def _went_round(self, point: Point, net: int) -> bool:
        """Whether who has crossed is back on his side of the line's extension, beyond its end."""
        past = self._line.past_end(point)
        return past is not None and (past > 0.0) != (net > 0)

    def _walker(self, box: Box) -> _Walker:
        """Whoever is new began where the tracker first saw him, a few pictures before it believed in him."""
        point = self._point(box)
        depth = self._depth(point)
        return _Walker(point, depth, box.height, before=depth)

    def _leave(self, number: int) -> Crossing | None:
        """The person is gone: what was still open is judged by where he was last."""
        walker = self._walkers.pop(number, None)
        if walker is None or not walker.net or walker.depth < CLEAR * self._drawn.band * walker.height:
            return None
        return self._decide(walker)

    def _decide(self, walker: _Walker) -> Crossing | None:
        """The point is beyond doubt: what it did to get there is a crossing or nothing."""
        net, walker.net = walker.net, 0
        before, walker.before = walker.before, walker.depth
        return walker.last if net and before >= CLEAR * self._drawn.band * walker.height else None

    def _way(self, net: int) -> Way:
        return Way.IN if (net > 0) == (self._drawn.in_side is Side.LEFT) else Way.OUT
