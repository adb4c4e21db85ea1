"""SSD detectors: MobileNet v1/v2, SSDLite and EfficientDet-lite with the TFLite post-processing op at their end.

The op lets ten boxes through, whatever the picture holds, and its own suppression is per class. Where the manifest
names the op's inputs, all candidates are decoded here instead; where not, its ten outputs are what there is.
"""

import numpy as np
from numpy.typing import NDArray

from inference.boxes import NONE, Boxes, distinct
from inference.crop import Region, RgbCrop
from inference.interpreter import Array, Interpreter, Output
from observations import Frame

_PERSON = 0
_CENTRE_SCALE, _SIZE_SCALE = 10.0, 5.0  # the box coder of the TensorFlow detection models


def decode_heads(boxes: Output, scores: Output, anchors: Output, floor: float) -> Boxes:
    """All persons of at least `floor`: `boxes` (n, 4) ty tx th tw, `scores` (n, classes + 1) with the background
    first, `anchors` (n, 4) cy cx h w. Not suppressed."""
    column = scores.values[:, _PERSON + 1]
    chosen = np.flatnonzero(column >= scores.quantisation.stored(floor))
    if not len(chosen):
        return NONE
    code = boxes.quantisation.real(boxes.values[chosen])
    anchor = anchors.quantisation.real(anchors.values[chosen])
    centre = code[:, :2] / _CENTRE_SCALE * anchor[:, 2:] + anchor[:, :2]
    half = np.exp(np.minimum(code[:, 2:] / _SIZE_SCALE, 10)) * anchor[:, 2:] / 2
    score = scores.quantisation.real(column[chosen])
    return _rows(np.hstack((centre - half, centre + half)), score)


def decode_outputs(boxes: Array, classes: Array, scores: Array, count: Array, floor: float) -> Boxes:
    """The persons among what the op let through: `boxes` (k, 4) ymin xmin ymax xmax, `count` how many are valid."""
    valid = int(count.reshape(-1)[0])
    chosen = np.flatnonzero((classes[:valid] == _PERSON) & (scores[:valid] >= floor))
    return _rows(boxes[chosen], scores[chosen])


def _rows(corners: Array, scores: Array) -> Boxes:
    out = np.empty((len(corners), 5), np.float32)
    out[:, :4] = np.clip(corners[:, (1, 0, 3, 2)], 0, 1)
    out[:, 4] = scores
    whole: NDArray[np.bool_] = (out[:, 2] > out[:, 0]) & (out[:, 3] > out[:, 1]) & np.isfinite(out).all(axis=1)
    return out[whole]


class SsdDetector:
    """Persons by an SSD."""

    floor = 0.25
    sure = 0.45
    certain = 0.64
    least = 0.24

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter
        self._crop = RgbCrop(*interpreter.model.input.shape[2:0:-1])

    def detect(self, frame: Frame, region: Region) -> Boxes:
        self.interpreter.infer(lambda tensor: self._crop.write(frame, region, tensor))
        if self.interpreter.model.heads:
            found = decode_heads(**self.interpreter.heads(), floor=self.floor)
        else:
            boxes, classes, scores, count = (each.values for each in self.interpreter.outputs())
            found = decode_outputs(boxes, classes, scores, count, self.floor)
        return region.relative(distinct(found), frame)
