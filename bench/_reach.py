"""Rendered shoppers with arms that reach: what their hands do is known, so that what is seen of it can be judged.

The figure is the simulated store's (capsules, no face) with arms of two bones. The camera looks along the shelf, as
it must: then the shelf is a strip of the picture, and a hand is over it only when it is in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from analytics.hands import Shelf
from observations import Box, Frame
from simulation.figure import Figure, paint, shade
from simulation.optics import Optics
from simulation.people import Look, Person, Role
from simulation.plan import Mount
from simulation.walk import Walk

Vector = NDArray[np.float64]

FRONT, STAND = 1.0, 0.45
"""The shelf's front is the plane x = 1 m; the shopper stands at x = 0.45 m and faces it."""

WAY = 0.5
"""Seconds that a hand is on its way to or from the shelf."""

NOBODY = Walk.through([(0.0, (0.0, 0.0)), (1.0, (1.0, 0.0))])


@dataclass(frozen=True)
class Act:
    """One hand in the shelf from `begins` to `ends` seconds, at a share of the height; then it carries or not."""

    begins: float
    ends: float
    carries: bool
    height: float


@dataclass(frozen=True)
class Shopper:
    """One who stands at the shelf and does `acts` with the right hand, having come with something in it or not."""

    look: Look
    carries: bool
    acts: tuple[Act, ...]
    away: float

    @classmethod
    def drawn(cls, draw: np.random.Generator, acts: int = 4) -> "Shopper":
        """Somebody: looks, place, and reaches of 0.8 to 2.5 s with 4 to 7 s between them."""
        colours = draw.integers(20, 220, (2, 3)).tolist()
        skin = (np.array((150, 180, 225)) * draw.uniform(0.4, 1.0)).astype(int).tolist()
        look = Look(draw.uniform(1.55, 1.9), (30, 30, 40), tuple(skin), *(tuple(colour) for colour in colours))
        done, at = [], 0.0
        for _ in range(acts):
            begins = at + draw.uniform(4, 7)
            at = begins + draw.uniform(0.8, 2.5)
            done.append(Act(begins, at, bool(draw.random() < 0.5), draw.uniform(0.5, 0.95)))
        return cls(look, bool(draw.random() < 0.5), tuple(done), draw.uniform(0.2, 1.2))

    @property
    def seconds(self) -> float:
        return self.acts[-1].ends + 5

    def truth(self) -> list[tuple[float, str]]:
        """When each reach ended and what it was."""
        told, carries = [], self.carries
        for act in self.acts:
            changed = "picked" if act.carries else "put_back"
            told.append((act.ends, changed if act.carries is not carries else "touched"))
            carries = act.carries
        return told

    def wrist(self, at: float) -> Vector:
        """Where the right wrist is, metres: hanging, carrying, in the shelf, or on the way between."""
        carries = self.carries
        for act in self.acts:
            inside = np.array([FRONT + 0.12, self.away, act.height * self.look.height])
            if act.begins - WAY <= at < act.begins:
                return _between(self._rest(carries), inside, (at - act.begins + WAY) / WAY)
            if act.begins <= at < act.ends:
                return inside
            carries = act.carries if at >= act.ends else carries
            if act.ends <= at < act.ends + WAY:
                return _between(inside, self._rest(carries), (at - act.ends) / WAY)
        return self._rest(carries)

    def joints(self, at: float) -> Vector:
        """The joints (13, 3) in the order of `simulation.figure`: facing the shelf, right hand towards the camera."""
        tall, wrist = self.look.height, self.wrist(at)
        lean = max(0.0, min(0.25, float(wrist[0]) - STAND - 0.45))
        body = [(0.02 + lean, 0.0, 0.925), *((lean * 0.9, side * 0.105, 0.8) for side in (1, -1))]
        body += [(0.0, side * 0.055, z) for z in (0.5, 0.26, 0.04) for side in (1, -1)]
        rows = np.array([(STAND + x, self.away + y * tall, z * tall) for x, y, z in body])
        hands = [np.array([STAND + 0.02, self.away + 0.14 * tall, 0.47 * tall]), wrist]
        elbows = [_elbow(rows[1 + i], hand, 0.17 * tall) for i, hand in enumerate(hands)]
        return np.concatenate([rows, elbows, hands])

    def _rest(self, carries: bool) -> Vector:
        if carries:
            return np.array([STAND + 0.28, self.away + 0.08, 0.62 * self.look.height])
        return np.array([STAND + 0.04, self.away - 0.02, 0.45 * self.look.height])


class Stage:
    """The shelf in pictures of 640 x 360 from a camera `away` metres before it."""

    size = (640, 360)

    def __init__(self, away: float, draw: np.random.Generator) -> None:
        self._optics = Optics(Mount("shelf", (0.75, -away, 2.2), (0.75, 3.0), 60.0), *self.size)
        picture = np.empty((self.size[1], self.size[0], 3), np.uint8)
        picture[:] = draw.integers(150, 210, 3)
        self._surface(picture, [(-4, 1.0 - away, 0), (4, 1.0 - away, 0), (4, 5, 0), (-4, 5, 0)], draw)
        for level in np.arange(0.2, 1.9, 0.35):
            for along in np.arange(0.0, 2.4, 0.2):
                corners = ((along, level), (along + 0.17, level), (along + 0.17, level + 0.25), (along, level + 0.25))
                self._surface(picture, [(FRONT, y, z) for y, z in corners], draw)
        self._background = cv2.GaussianBlur(picture, (3, 3), 0)
        self._noise = draw.normal(0, 3.0, picture.shape[:2]).astype(np.int8)

    def shelf(self, away: float) -> Shelf:
        """The drawing that an installer would make for who stands `away` metres along the shelf."""
        spots = [(FRONT, 0.3), (FRONT + 0.5, 0.3), (FRONT + 0.5, 2.0), (FRONT, 2.0)]
        plane = tuple(self._optics.relative((x, away), z) for x, z in spots)
        return Shelf(name="shelf", corners=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)), plane=plane)

    def frame(self, shopper: Shopper, at: float, number: int) -> tuple[Frame, Figure]:
        """The picture of this moment, and the figure in it."""
        pixels, depths = self._optics.project(shopper.joints(at))
        depth = float(depths.mean())
        person = Person(1, Role.CUSTOMER, 1, shopper.look, NOBODY)
        figure = Figure(person, pixels, self._optics.focal / depth, depth, -1.0)
        picture = np.array(self._background, np.uint8)
        shade(picture, figure)
        paint(picture, figure)
        planes = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), np.uint8)
        width, height = self.size
        luma = planes[:height]
        cv2.add(luma, np.roll(self._noise, number * 37, 0), dst=luma, dtype=cv2.CV_8U)
        chroma = planes[height:].reshape(2, height // 2, width // 2)
        return Frame(at, "shelf", number, luma, chroma[0], chroma[1]), figure

    def box(self, figure: Figure) -> Box:
        """Where the figure is, relative to the picture: hands are judged apart from the finding of persons."""
        left, top, right, bottom = figure.box
        width, height = self.size
        return Box(max(0, left / width), max(0, top / height), min(1, right / width), min(1, bottom / height))

    def _surface(self, picture: NDArray[np.uint8], points: Sequence[object], draw: np.random.Generator) -> None:
        pixels, depths = self._optics.project(np.array(points, float))
        if (depths > 0.1).all():
            cv2.fillConvexPoly(picture, np.rint(pixels).astype(np.int32), draw.integers(30, 230, 3).tolist())


def _between(a: Vector, b: Vector, share: float) -> Vector:
    return np.asarray(a + (b - a) * (share * share * (3 - 2 * share)))


def _elbow(shoulder: Vector, wrist: Vector, bone: float) -> Vector:
    """The joint between two bones of that length, below the straight line from end to end."""
    span = wrist - shoulder
    far = float(np.linalg.norm(span))
    ahead = span / max(far, 1e-6)
    down = np.array([0.0, 0.0, -1.0]) + ahead * ahead[2]
    size = float(np.linalg.norm(down))
    aside = down / size if size > 0.2 else np.array([-1.0, 0.0, 0.0])
    return np.asarray(shoulder + span / 2 + aside * sqrt(max(0.0, bone * bone - far * far / 4)))
