"""A person as capsules in a picture: legs and arms that swing, torso and head; who is near has a drawn face."""

from dataclasses import dataclass
from math import cos, pi, sin
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from simulation.face import draw_face, features
from simulation.optics import Optics
from simulation.people import Person

Canvas: TypeAlias = NDArray[np.uint8]
Colour: TypeAlias = tuple[int, int, int]
_STEP_METRES = 1.35
_SWING = 0.5


@dataclass(frozen=True, slots=True)
class Figure:
    """One person of one picture: `pixels` of the joints of `_JOINTS`, `scale` pixels a metre, `depth` metres away, and
    of who is near and faces the camera the pixels of the `face`."""

    person: Person
    pixels: NDArray[np.float64]
    scale: float
    depth: float
    towards: float
    face: NDArray[np.float64] | None = None

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in pixels, as if nothing stood in front."""
        reach = np.array(_RADII)[:, None] * self.scale
        low, high = (self.pixels - reach).min(axis=0), (self.pixels + reach).max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    @property
    def head(self) -> tuple[float, float, float, float]:
        """The box of the head."""
        (x, y), reach = self.pixels[_HEAD], _RADII[_HEAD] * self.scale
        return float(x - reach), float(y - reach), float(x + reach), float(y + reach)


_HEAD = 0
FACED = 30.0
"""Pixels from which a head has a face: smaller ones are hair and skin."""
_EYES = 0.925
# head, shoulders l r, hips l r, knees l r, feet l r, elbows l r, hands l r
_RADII = (0.125, 0.1, 0.1, 0.1, 0.1, 0.08, 0.08, 0.07, 0.07, 0.05, 0.05, 0.05, 0.05)


def stand(people: list[Person], at: float, optics: Optics) -> list[Figure]:
    """The figures of `people` at `at`, farthest first; those behind the camera are left out."""
    if not people:
        return []
    joints = np.stack([_joints(person, at) for person in people])
    pixels, depths = optics.project(joints.reshape(-1, 3))
    pixels, depths = pixels.reshape(len(people), -1, 2), depths.reshape(len(people), -1)
    x, y, _ = optics.mount.position
    found = []
    for person, places, depth in zip(people, pixels, depths[:, _HEAD:].mean(axis=1), strict=True):
        if depth < 0.8:
            continue
        here, heading = person.walk.place(at), person.heading(at)
        towards = (x - here[0]) * heading[0] + (y - here[1]) * heading[1]
        scale = optics.focal / float(depth)
        face = None
        if scale * 2 * _RADII[_HEAD] >= FACED and towards > 0:
            middle = np.array([here[0], here[1], _EYES * person.look.height])
            face, _ = optics.project(features(middle, heading, _RADII[_HEAD]))
        found.append(Figure(person, places, scale, float(depth), towards, face))
    return sorted(found, key=lambda figure: -figure.depth)


def _joints(person: Person, at: float) -> NDArray[np.float64]:
    """The joints (13, 3) in metres."""
    (x, y), (ahead_x, ahead_y) = person.walk.place(at), person.heading(at)
    tall = person.look.height
    walking = person.walk.stride(at + 0.2) - person.walk.stride(at - 0.2) > 0.02
    swing = _SWING * sin(2 * pi * person.walk.stride(at) / _STEP_METRES) if walking else 0.0
    bend = 0.35 if walking else 0.0
    rows = [(0.02, 0.0, _EYES)]
    rows += [(0.0, side * 0.105, 0.8) for side in (-1, 1)]
    rows += [(0.0, side * 0.055, 0.5) for side in (-1, 1)]
    legs = [(side * swing, max(-side * swing, 0.0) * bend) for side in (-1, 1)]
    rows += [(0.24 * sin(a), side * 0.055, 0.5 - 0.24 * cos(a)) for (a, _), side in zip(legs, (-1, 1), strict=True)]
    rows += [
        (0.24 * sin(a) + 0.23 * sin(a - b), side * 0.055, 0.5 - 0.24 * cos(a) - 0.22 * cos(a - b))
        for (a, b), side in zip(legs, (-1, 1), strict=True)
    ]
    arms = [-side * swing * 0.8 for side in (-1, 1)]
    rows += [(0.17 * sin(a), side * 0.14, 0.8 - 0.17 * cos(a)) for a, side in zip(arms, (-1, 1), strict=True)]
    rows += [
        (0.17 * sin(a) + 0.15 * sin(a + 0.5), side * 0.13, 0.8 - 0.17 * cos(a) - 0.15 * cos(a + 0.5))
        for a, side in zip(arms, (-1, 1), strict=True)
    ]
    body = np.array(rows) * tall
    out = np.empty_like(body)
    out[:, 0] = x + body[:, 0] * ahead_x - body[:, 1] * ahead_y
    out[:, 1] = y + body[:, 0] * ahead_y + body[:, 1] * ahead_x
    out[:, 2] = np.maximum(body[:, 2], 0.05)
    return out


def paint(canvas: Canvas, figure: Figure, one_colour: int | None = None) -> None:
    """Draw one figure, in its own colours or (for a mask) all in `one_colour`."""
    look, points = figure.person.look, np.rint(figure.pixels).astype(int).tolist()
    flat: Colour | None = None if one_colour is None else (one_colour,) * 3
    limb = [max(round(2 * radius * figure.scale), 1) for radius in _RADII]
    near, far = (0, 1) if points[1][0] >= points[2][0] else (1, 0)
    skin, top, legs = flat or look.skin, flat or look.top, flat or look.legs
    for side in (far, near):
        cv2.line(canvas, points[3 + side], points[5 + side], legs, limb[5])
        cv2.line(canvas, points[5 + side], points[7 + side], legs, limb[7])
        cv2.circle(canvas, points[7 + side], max(limb[7] // 2, 1), flat or (24, 24, 24), -1)
    _arm(canvas, points, far, top, skin, limb)
    for a, b in ((1, 2), (1, 3), (2, 4), (3, 4), (1, 4), (2, 3)):
        cv2.line(canvas, points[a], points[b], top, limb[1])
    _arm(canvas, points, near, top, skin, limb)
    cv2.circle(canvas, points[_HEAD], max(limb[_HEAD] // 2, 1), flat or look.hair, -1)
    if figure.face is not None and one_colour is None:
        draw_face(canvas, figure.face, limb[_HEAD] / 2, skin)
    elif figure.towards > 0:
        x, y = points[_HEAD]
        cv2.circle(canvas, (x, y + limb[_HEAD] // 6), max(limb[_HEAD] * 3 // 8, 1), skin, -1)


def _arm(canvas: Canvas, points: list[list[int]], side: int, top: Colour, skin: Colour, limb: list[int]) -> None:
    cv2.line(canvas, points[1 + side], points[9 + side], top, limb[9])
    cv2.line(canvas, points[9 + side], points[11 + side], top, limb[11])
    cv2.circle(canvas, points[11 + side], max(limb[11] // 2, 1), skin, -1)


def shade(canvas: Canvas, figure: Figure) -> None:
    """The soft shadow on the floor round the feet."""
    x = round(float(figure.pixels[7:9, 0].mean()))
    y = round(float(figure.pixels[7:9, 1].mean()))
    wide, high = max(round(0.42 * figure.scale), 2), max(round(0.2 * figure.scale), 1)
    top, left = max(y - high, 0), max(x - wide, 0)
    floor = canvas[top : max(y + high, 0), left : max(x + wide, 0)]
    if floor.size:
        dark = floor.copy()
        cv2.ellipse(dark, (x - left, y - top), (wide, high), 0, 0, 360, (20, 20, 20), -1)
        cv2.addWeighted(floor, 0.6, dark, 0.4, 0, dst=floor)
