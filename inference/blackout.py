"""Private regions: made black in the picture itself before anything else sees it, and never undone."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from observations import Frame

Outline: TypeAlias = Sequence[tuple[float, float]]
"""A polygon of relative points (0..1, y downwards)."""

_BLACK, _COLOURLESS = 16, 128


class Blackout:
    """The private regions of one camera."""

    def __init__(self, outlines: Sequence[Outline]) -> None:
        self._outlines = [np.array(outline, np.float64) for outline in outlines]

    def apply(self, frame: Frame) -> Frame:
        """The frame, blackened in place; planes that cannot be written to are replaced by blackened copies."""
        if not self._outlines:
            return frame
        planes = [plane if plane.flags.writeable else plane.copy() for plane in (frame.y, frame.u, frame.v)]
        for plane, value in zip(planes, (_BLACK, _COLOURLESS, _COLOURLESS), strict=True):
            for outline in self._outlines:
                cv2.fillPoly(plane, [_pixels(outline, plane.shape)], value)
        return replace(frame, y=planes[0], u=planes[1], v=planes[2])


def _pixels(outline: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.int32]:
    """The outline's corners in whole pixels of a plane, rounded so that what is touched is inside."""
    corners = outline * (shape[1], shape[0])
    middle = corners.mean(axis=0)
    return np.where(corners < middle, np.floor(corners), np.ceil(corners)).astype(np.int32)
