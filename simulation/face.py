"""A face on a head that is near: eyes, brows, nose and mouth where they are in space; it is nobody's."""

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from simulation.plan import Point

Colour: TypeAlias = tuple[int, int, int]
_FEATURES = np.array(
    [
        # to the left, ahead, up; in radii of the head
        (0.0, 0.25, -0.12),  # the middle of the face
        (0.30, 0.66, 0.05),
        (-0.30, 0.66, 0.05),  # eyes
        (0.30, 0.66, 0.25),
        (-0.30, 0.66, 0.25),  # brows
        (0.0, 0.74, 0.05),
        (0.0, 0.97, -0.30),  # nose: root and tip
        (0.0, 0.74, -0.62),  # mouth
    ]
)
_WHITE, _DARK, _LIPS = (238, 235, 235), (45, 40, 40), (95, 95, 175)


def features(middle: NDArray[np.float64], ahead: Point, radius: float) -> NDArray[np.float64]:
    """The points (8, 3) of a face in metres, of a head round `middle` that is turned to `ahead`."""
    left, front, up = (-ahead[1], ahead[0], 0.0), (ahead[0], ahead[1], 0.0), (0.0, 0.0, 1.0)
    return np.asarray(middle + radius * _FEATURES @ np.array([left, front, up]), np.float64)


def draw_face(canvas: NDArray[np.uint8], pixels: NDArray[np.float64], radius: float, skin: Colour) -> None:
    """Draw it on a head of `radius` pixels; `pixels` are those of `features`."""
    middle, *eyes_and_brows, root, tip, mouth = np.rint(pixels).astype(int).tolist()
    dark = tuple(int(0.8 * one) for one in skin)

    def size(*shares: float) -> tuple[int, int]:
        wide, high = (max(round(share * radius), 1) for share in shares)
        return wide, high

    cv2.ellipse(canvas, middle, size(0.74, 0.95), 0, 0, 360, skin, -1, cv2.LINE_AA)
    for eye in eyes_and_brows[:2]:
        cv2.ellipse(canvas, eye, size(0.16, 0.08), 0, 0, 360, _WHITE, -1, cv2.LINE_AA)
        cv2.circle(canvas, eye, size(0.075, 1)[0], _DARK, -1, cv2.LINE_AA)
    for brow in eyes_and_brows[2:]:
        cv2.ellipse(canvas, brow, size(0.2, 0.05), 0, 0, 360, _DARK, -1, cv2.LINE_AA)
    cv2.line(canvas, root, tip, dark, size(0.1, 1)[0], cv2.LINE_AA)
    cv2.ellipse(canvas, tip, size(0.13, 0.08), 0, 0, 360, dark, -1, cv2.LINE_AA)
    cv2.ellipse(canvas, mouth, size(0.26, 0.07), 0, 0, 360, _LIPS, -1, cv2.LINE_AA)
