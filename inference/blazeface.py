"""Faces with six landmarks by BlazeFace (full range): a box, and the points from which a head's turn is estimated."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.boxes import Boxes, distinct, overlaps
from inference.crop import Region, RgbCrop
from inference.interpreter import Array, Interpreter
from observations import Frame

_SAME = 0.25
"""Intersection over union from which two detectors' boxes are of one face."""


class Landmarks(NamedTuple):
    """Points (x, y) of a face, as it is seen: its right eye is at the picture's left."""

    right_eye: tuple[float, float]
    left_eye: tuple[float, float]
    nose: tuple[float, float]
    mouth: tuple[float, float]
    right_ear: tuple[float, float]
    left_ear: tuple[float, float]


def decode(regressors: Array, logits: Array, side: int, floor: float) -> tuple[Boxes, NDArray[np.float32]]:
    """Boxes and (n, 6, 2) landmarks in 0..1 of the input, from `regressors` (cells, 16) in pixels relative to the
    centre of the cell, and `logits` (cells, 1). One anchor a cell of a square grid. Not suppressed."""
    cells = round(len(logits) ** 0.5)
    chosen = np.flatnonzero(logits[:, 0] >= np.log(floor / (1 - floor)))
    centre = np.stack((chosen % cells, chosen // cells), axis=1).astype(np.float32) + 0.5
    points = regressors[chosen].reshape(-1, 8, 2) / np.float32(side)
    points[:, (0, 2, 3, 4, 5, 6, 7)] += centre[:, None] / cells
    middle, half = points[:, 0], points[:, 1] / 2
    score = 1 / (1 + np.exp(-np.clip(logits[chosen], -80, 80)))
    return np.hstack((middle - half, middle + half, score)).astype(np.float32), points[:, 2:].astype(np.float32)


class BlazeFaceDetector:
    """Faces by BlazeFace; `landmarks` gives the points of the best face of a region, too."""

    floor = 0.4
    sure = 0.6
    certain = 0.75
    least = 0.1

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter
        self._side = interpreter.model.input.shape[1]
        self._crop = RgbCrop(self._side, self._side)

    def detect(self, frame: Frame, region: Region) -> Boxes:
        return region.relative(distinct(self._faces(frame, region)[0], iou=0.3), frame)

    def landmarks(self, frame: Frame, region: Region, face: Boxes) -> Landmarks | None:
        """The points, in pixels of the region, of the face that another detector saw there (one row, relative to the
        picture); None when this one sees no face in that place."""
        boxes, points = self._faces(frame, region)
        same = np.flatnonzero(overlaps(region.relative(boxes, frame), face)[0][:, 0] > _SAME)
        if not len(same):
            return None
        best = same[int(boxes[same, 4].argmax())]
        return Landmarks(*map(tuple, (points[best] * (region.width, region.height)).tolist()))

    def _faces(self, frame: Frame, region: Region) -> tuple[Boxes, NDArray[np.float32]]:
        self.interpreter.infer(lambda tensor: self._crop.write(frame, region, tensor))
        regressors, logits = (each.values for each in self.interpreter.outputs())
        return decode(regressors, logits, self._side, self.floor)
