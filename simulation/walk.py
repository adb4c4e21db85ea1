"""A walk: where one person is at each moment, straight from knot to knot; it refuses to step, so time may jump."""

import itertools
from bisect import bisect_right
from dataclasses import dataclass
from math import hypot

from simulation.plan import FloorLine, Point, Rectangle

HALF_BODY = 0.15
"""Metres from the middle of somebody who stands to his chest or back."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """One passage of a line at `at` (seconds); `inwards` from the left of a-to-b to its right."""

    at: float
    inwards: bool


@dataclass(frozen=True, slots=True)
class Walk:
    """Knots in time (seconds, rising) and place (metres); `strides` is the path walked up to each knot, metres."""

    times: tuple[float, ...]
    places: tuple[Point, ...]
    strides: tuple[float, ...]

    @classmethod
    def through(cls, knots: list[tuple[float, Point]]) -> "Walk":
        """A walk through `knots`; needs two at least."""
        strides = [0.0]
        for (_, a), (_, b) in itertools.pairwise(knots):
            strides.append(strides[-1] + hypot(b[0] - a[0], b[1] - a[1]))
        return cls(tuple(at for at, _ in knots), tuple(place for _, place in knots), tuple(strides))

    @property
    def start(self) -> float:
        return self.times[0]

    @property
    def end(self) -> float:
        return self.times[-1]

    def _piece(self, at: float) -> tuple[int, float]:
        piece = min(max(bisect_right(self.times, at) - 1, 0), len(self.times) - 2)
        span = self.times[piece + 1] - self.times[piece]
        return piece, min(max((at - self.times[piece]) / span, 0.0), 1.0) if span else 1.0

    def place(self, at: float) -> Point:
        """Where the person is at `at`."""
        piece, share = self._piece(at)
        a, b = self.places[piece], self.places[piece + 1]
        return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share

    def stride(self, at: float) -> float:
        """Metres walked until `at`."""
        piece, share = self._piece(at)
        return self.strides[piece] + (self.strides[piece + 1] - self.strides[piece]) * share

    def heading(self, at: float) -> Point:
        """The unit vector of the last movement at or before `at`, or of the first one after it; (0, -1) if none."""
        piece, _ = self._piece(at)
        order = [*range(piece, -1, -1), *range(piece + 1, len(self.times) - 1)]
        for one in order:
            length = self.strides[one + 1] - self.strides[one]
            if length > 1e-6:
                a, b = self.places[one], self.places[one + 1]
                return (b[0] - a[0]) / length, (b[1] - a[1]) / length
        return 0.0, -1.0

    def crossings(self, line: FloorLine) -> list[Crossing]:
        """Every passage of `line`, in order of time. A line has no width and a person has: who shuffles over it and
        back without half his body beyond it has not passed."""
        found: list[Crossing] = []
        for piece in range(len(self.times) - 1):
            share = _meets(self.places[piece], self.places[piece + 1], line.a, line.b)
            if share is not None:
                at = self.times[piece] + share * (self.times[piece + 1] - self.times[piece])
                crossing = Crossing(at, _left_of(line.a, line.b, self.places[piece]) > 0)
                if found and found[-1].inwards != crossing.inwards and self._beyond(line, found[-1].at, at) < HALF_BODY:
                    found.pop()
                else:
                    found.append(crossing)
        return found

    def _beyond(self, line: FloorLine, since: float, until: float) -> float:
        """How far (metres) from `line` he got between two passages of it."""
        knots = self.places[bisect_right(self.times, since) : bisect_right(self.times, until)]
        length = hypot(line.b[0] - line.a[0], line.b[1] - line.a[1])
        return max((abs(_left_of(line.a, line.b, place)) for place in knots), default=0.0) / length

    def inside(self, floor: Rectangle) -> list[tuple[float, float]]:
        """The intervals (seconds) spent inside `floor`, joined where they touch."""
        found: list[tuple[float, float]] = []
        for piece in range(len(self.times) - 1):
            span = clip(self.places[piece], self.places[piece + 1], floor)
            if span is None:
                continue
            start, length = self.times[piece], self.times[piece + 1] - self.times[piece]
            enter, leave = start + span[0] * length, start + span[1] * length
            if found and enter - found[-1][1] < 1e-9:
                found[-1] = found[-1][0], leave
            else:
                found.append((enter, leave))
        return [(enter, leave) for enter, leave in found if leave > enter]


STEP_OUT = 1.0
"""Seconds outside below which a stay goes on: what the box, too, takes for a step aside."""


def joined(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Intervals in order of time as stays: a step outside is no departure."""
    stays: list[tuple[float, float]] = []
    for enter, leave in spans:
        if stays and enter - stays[-1][1] < STEP_OUT:
            stays[-1] = stays[-1][0], leave
        else:
            stays.append((enter, leave))
    return stays


def _left_of(a: Point, b: Point, at: Point) -> float:
    return (b[0] - a[0]) * (at[1] - a[1]) - (b[1] - a[1]) * (at[0] - a[0])


def _meets(p: Point, q: Point, a: Point, b: Point) -> float | None:
    """The share of p-to-q at which it crosses a-to-b, or None. A touch counts for the side that is left behind."""
    before, after = _left_of(a, b, p), _left_of(a, b, q)
    if (before > 0) == (after > 0):
        return None
    if (_left_of(p, q, a) > 0) == (_left_of(p, q, b) > 0):
        return None
    return before / (before - after)


def clip(p: Point, q: Point, floor: Rectangle) -> tuple[float, float] | None:
    """The shares of p-to-q inside `floor` (Liang and Barsky), or None."""
    low, high = 0.0, 1.0
    for at, step, least, most in (
        (p[0], q[0] - p[0], floor.left, floor.right),
        (p[1], q[1] - p[1], floor.near, floor.far),
    ):
        if abs(step) < 1e-12:
            if not least <= at <= most:
                return None
            continue
        first, last = sorted(((least - at) / step, (most - at) / step))
        low, high = max(low, first), min(high, last)
    return (low, high) if low <= high else None
