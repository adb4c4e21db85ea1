"""YOLO heads in int8: grids with anchors (yolo-fastest, faces) and one list of boxes without (v8 type, persons)."""

from collections.abc import Mapping, Sequence

import numpy as np

from inference.boxes import NONE, Boxes, distinct
from inference.crop import GreyCrop, Region, RgbCrop
from inference.interpreter import Array, Interpreter, Output
from observations import Frame

FACE_ANCHORS = {10: ((66, 94), (81, 120), (102, 155)), 20: ((25, 32), (36, 49), (53, 74))}
"""Width and height in pixels of the 320 pixel input, by the side of the grid."""


def decode_grids(
    grids: Sequence[Output], anchors: Mapping[int, tuple[tuple[int, int], ...]], side: int, floor: float
) -> Boxes:
    """Boxes in 0..1 of the input from grids of (rows, columns, 3 anchors x (tx, ty, tw, th, object, class)).

    x, y, object and class go through the logistic function, w and h through the exponential one. Not suppressed.
    """
    rows = [_decode_grid(grid, anchors[grid.values.shape[0]], side, floor) for grid in grids]
    return np.concatenate(rows) if rows else NONE


def _decode_grid(grid: Output, anchors: tuple[tuple[int, int], ...], side: int, floor: float) -> Boxes:
    high, wide = grid.values.shape[:2]
    raw = grid.values.reshape(high, wide, len(anchors), 6)
    likely = grid.quantisation.real(raw[..., 4]) > np.log(floor / (1 - floor))  # the class can only lower it
    row, column, anchor = np.nonzero(likely)
    code = grid.quantisation.real(raw[row, column, anchor])
    score = _logistic(code[:, 4]) * _logistic(code[:, 5])
    centre = (_logistic(code[:, :2]) + np.stack((column, row), axis=1)) / (wide, high)
    half = np.exp(np.minimum(code[:, 2:4], 10)) * np.array(anchors, np.float32)[anchor] / side / 2
    return _rows(centre, half, score, floor)


def decode_list(output: Output, side: int, floor: float) -> Boxes:
    """Persons in 0..1 of the input from (4 + classes, n): centre x, y, width, height and a score for each class.

    The first class is the person; exports in pixels of the input and in 0..1 are told apart. Not suppressed.
    """
    score = output.quantisation.real(output.values[4])
    chosen = np.flatnonzero(score >= floor)
    code = output.quantisation.real(output.values[:4, chosen]).T
    if len(code) and output.quantisation.real(output.values[2:4]).max() > 2:
        code = code / np.float32(side)
    return _rows(code[:, :2], code[:, 2:] / 2, score[chosen], floor)


def _rows(centre: Array, half: Array, score: Array, floor: float) -> Boxes:
    keep = (score >= floor) & (half > 0).all(axis=1)
    out = np.hstack((centre - half, centre + half, score[:, None])).astype(np.float32)
    return out[keep]


def _logistic(values: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -80, 80))))


class YoloFaceDetector:
    """Faces by yolo-fastest 1.1: grey, letterboxed."""

    floor = 0.6
    sure = 0.82
    certain = 0.9
    least = 0.08

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter
        self._side = interpreter.model.input.shape[1]
        self._crop = GreyCrop(self._side, self._side)

    def detect(self, frame: Frame, region: Region) -> Boxes:
        self.interpreter.infer(lambda tensor: self._crop.write(frame, region, tensor))
        found = decode_grids(self.interpreter.outputs(), FACE_ANCHORS, self._side, self.floor)
        return region.relative(distinct(self._crop.unboxed(found, region), iou=0.4), frame)


class YoloDetector:
    """Persons by a YOLO of the v8 type: RGB, squeezed."""

    floor = 0.25
    sure = 0.45
    certain = 0.6
    least = 0.12

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter
        self._side = interpreter.model.input.shape[1]
        self._crop = RgbCrop(self._side, self._side)

    def detect(self, frame: Frame, region: Region) -> Boxes:
        self.interpreter.infer(lambda tensor: self._crop.write(frame, region, tensor))
        return region.relative(distinct(decode_list(self.interpreter.outputs()[0], self._side, self.floor)), frame)
