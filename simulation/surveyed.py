"""Where a camera's boxes put the feet of somebody who walks over a place: what corners are drawn by on a walk test.

A wide-angle camera shows people at its edges leaning outwards, so the middle of a box's lower side is not where the
feet are; and a box ends at the foremost foot, which is a hand's breadth nearer to the camera than who walks. Who draws
a zone by what the box makes of a person at its corners has both errors out of it.
"""

from math import cos, pi, sin
from statistics import mean

from simulation.figure import stand
from simulation.optics import Optics
from simulation.people import Look, Person, Role
from simulation.plan import Point
from simulation.walk import Walk

_LOOK = Look(1.7, *((0, 0, 0),) * 4)
_TURNS, _PHASES, _STEP = 8, 4, 1.35


def surveyed(optics: Optics, place: Point) -> Point:
    """The middle of the lower side of the box of a person of 1.7 m who walks over `place`, the mean of all ways and of
    a whole pair of steps, in relative picture coordinates."""
    ways = [(2 * pi * turn / _TURNS, _STEP * phase / _PHASES) for turn in range(_TURNS) for phase in range(_PHASES)]
    feet = [_foot(optics, place, *way) for way in ways]
    return mean(x for x, _ in feet), mean(y for _, y in feet)


def _foot(optics: Optics, place: Point, facing: float, lead: float) -> Point:
    """Walking that way, `lead` metres into a pair of steps."""
    ahead, before = (cos(facing), sin(facing)), 1.0 + lead
    came = place[0] - before * ahead[0], place[1] - before * ahead[1]
    goes = place[0] + ahead[0], place[1] + ahead[1]
    walk = Walk.through([(0.0, came), (before, place), (before + 1.0, goes)])
    (figure,) = stand([Person(0, Role.STAFF, 0, _LOOK, walk)], before, optics)
    left, _, right, bottom = figure.box
    left, right = max(left, 0.0), min(right, float(optics.width))
    return (left + right) / 2 / optics.width, min(bottom / optics.height, 1.0)
