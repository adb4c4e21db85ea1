"""Detectors that mark the centre of each person on a grid: one heat and four sides for each cell; it refuses anchors.

Their outputs divide each of the network's cells into 4 x 4 parts, which are neighbouring channels.

The family of the simulated store's own model (simulation/training), whose heat stands at 0.3 of a person's height.
"""

import cv2
import numpy as np

from inference.boxes import NONE, Boxes, distinct
from inference.crop import Region, RgbCrop
from inference.interpreter import Array, Interpreter, Output
from observations import Frame

_PERSON = 0
_STRIDE, _FINE = 8, 4
_SAME = 0.7
_WITHIN = 0.97
_NEIGHBOURS = np.ones((3, 3), np.uint8)


def parts(stored: Array) -> Array:
    """(rows, columns, channels * 16) as (4 * rows, 4 * columns, channels)."""
    rows, columns, channels = stored.shape
    split = stored.reshape(rows, columns, channels // _FINE**2, _FINE, _FINE)
    return split.transpose(0, 3, 1, 4, 2).reshape(rows * _FINE, columns * _FINE, -1)


def decode(heat: Output, sides: Output, cell: tuple[float, float], floor: float) -> Boxes:
    """The persons of at least `floor`: `heat` (rows, columns, classes * 16) logits, `sides` (rows, columns,
    classes * 4 * 16) from the middle of a part of a cell to left, top, right and bottom, in cells; `cell` is a cell's
    size relative to the picture. A part counts where no neighbour is hotter. Not suppressed."""
    logits = np.ascontiguousarray(heat.quantisation.real(parts(heat.values)[..., _PERSON]))
    hottest = cv2.dilate(logits, _NEIGHBOURS)
    rows, columns = np.nonzero((logits >= hottest) & (logits >= np.log(floor / (1 - floor))))
    if not len(rows):
        return NONE
    reach = sides.quantisation.real(parts(sides.values)[rows, columns, 4 * _PERSON : 4 * _PERSON + 4])
    x, y = (columns + 0.5) / _FINE, (rows + 0.5) / _FINE
    out = np.empty((len(rows), 5), np.float32)
    out[:, 0], out[:, 2] = (x - reach[:, 0]) * cell[0], (x + reach[:, 2]) * cell[0]
    out[:, 1], out[:, 3] = (y - reach[:, 1]) * cell[1], (y + reach[:, 3]) * cell[1]
    np.clip(out[:, :4], 0, 1, out=out[:, :4])
    out[:, 4] = 1 / (1 + np.exp(-logits[rows, columns]))
    return out[(out[:, 2] > out[:, 0]) & (out[:, 3] > out[:, 1])]


class CentreDetector:
    """Persons by their centres."""

    floor = 0.3
    sure = 0.5
    certain = 0.55
    least = 0.0

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter
        _, self._height, self._width, _ = interpreter.model.input.shape
        self._crop = RgbCrop(self._width, self._height)
        self._cell = _STRIDE / self._width, _STRIDE / self._height

    def detect(self, frame: Frame, region: Region) -> Boxes:
        self.interpreter.infer(lambda tensor: self._crop.write(frame, region, tensor))
        heat, sides = self.interpreter.outputs()
        found = decode(heat, sides, self._cell, self.floor)
        return region.relative(distinct(found, _SAME, _WITHIN), frame)
