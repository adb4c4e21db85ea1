"""Faces by SSD-slim (RFB priors) on 160x120 grey pixels: tiny and quick, for faces near the camera."""

import numpy as np

from inference.boxes import Boxes, distinct
from inference.crop import GreyCrop, Region
from inference.interpreter import Array, Interpreter, Output
from observations import Frame

_PRIORS = {8: (10, 16, 24), 16: (32, 48), 32: (64, 96), 64: (128, 192, 256)}
"""Sides of the square priors in pixels of the input, by stride."""


def priors(width: int, height: int) -> Array:
    """(n, 4) centre x, y, width, height of every prior, in 0..1 of the input, in the model's order."""
    rows = []
    for stride, sides in _PRIORS.items():
        for row in range(-(-height // stride)):
            for column in range(-(-width // stride)):
                centre = ((column + 0.5) * stride / width, (row + 0.5) * stride / height)
                rows += [(*centre, side / width, side / height) for side in sides]
    return np.clip(np.array(rows, np.float32), 0, 1)


def decode(boxes: Output, scores: Output, prior: Array, floor: float) -> Boxes:
    """Faces from `boxes` (n, 4) offsets (variances 0.1 and 0.2) and `scores` (n, 2) background, face."""
    score = scores.quantisation.real(scores.values[:, 1])
    chosen = np.flatnonzero(score >= floor)
    code, prior = boxes.quantisation.real(boxes.values[chosen]), prior[chosen]
    centre = code[:, :2] * 0.1 * prior[:, 2:] + prior[:, :2]
    half = np.exp(np.minimum(code[:, 2:] * 0.2, 10)) * prior[:, 2:] / 2
    return np.hstack((centre - half, centre + half, score[chosen, None])).astype(np.float32)


class SlimFaceDetector:
    """Faces by SSD-slim."""

    floor = 0.5
    sure = 0.6
    certain = 0.7
    least = 0.1

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter
        _, height, width, _ = interpreter.model.input.shape
        self._priors = priors(width, height)
        self._crop = GreyCrop(width, height)

    def detect(self, frame: Frame, region: Region) -> Boxes:
        self.interpreter.infer(lambda tensor: self._crop.write(frame, region, tensor))
        boxes, scores = self.interpreter.outputs()
        found = self._crop.unboxed(decode(boxes, scores, self._priors, self.floor), region)
        return region.relative(distinct(found, iou=0.4), frame)
