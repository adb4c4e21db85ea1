"""Where a camera's boxes put the feet of somebody who stands at a place: what corners are drawn by on a walk test.

A wide-angle camera shows people at its edges leaning outwards, so the middle of a box's lower side is not where the
feet are. Who draws a zone by what the box makes of a person at its corners has that error out of the zone.
"""

from math import cos, pi, sin
from statistics import mean

from simulation.figure import stand
from simulation.optics import Optics
from simulation.people import Look, Person, Role
from simulation.plan import Point
from simulation.walk import Walk

_LOOK = Look(1.7, *((0, 0, 0),) * 4)
_TURNS = 8


def surveyed(optics: Optics, place: Point) -> Point:
    """The middle of the lower side of the box of a person of 1.7 m at `place`, the mean of all ways to face, in
    relative picture coordinates."""
    feet = [_foot(optics, place, 2 * pi * turn / _TURNS) for turn in range(_TURNS)]
    return mean(x for x, _ in feet), mean(y for _, y in feet)


def _foot(optics: Optics, place: Point, facing: float) -> Point:
    came = place[0] - cos(facing), place[1] - sin(facing)
    somebody = Person(0, Role.STAFF, 0, _LOOK, Walk.through([(0.0, came), (1.0, place), (3.0, place)]))
    (figure,) = stand([somebody], 2.0, optics)
    left, _, right, bottom = figure.box
    left, right = max(left, 0.0), min(right, float(optics.width))
    return (left + right) / 2 / optics.width, min(bottom / optics.height, 1.0)
