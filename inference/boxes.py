"""Arithmetic on boxes: rows of left, top, right, bottom and score, relative to the picture, y downwards."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Boxes: TypeAlias = NDArray[np.float32]
"""(n, 5) float32: left, top, right, bottom in 0..1 of the whole picture, and the score."""

NONE: Boxes = np.empty((0, 5), np.float32)


def overlaps(a: Boxes, b: Boxes) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(n, m) intersection over union, and (n, m) intersection over the smaller box."""
    wide = np.minimum(a[:, None, 2], b[None, :, 2]) - np.maximum(a[:, None, 0], b[None, :, 0])
    high = np.minimum(a[:, None, 3], b[None, :, 3]) - np.maximum(a[:, None, 1], b[None, :, 1])
    both = np.maximum(wide, 0) * np.maximum(high, 0)
    area_a = ((a[:, 2] - a[:, 0]) * (a[:, 3] - a[:, 1]))[:, None]
    area_b = ((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]))[None, :]
    tiny = np.float32(1e-12)
    return both / np.maximum(area_a + area_b - both, tiny), both / np.maximum(np.minimum(area_a, area_b), tiny)


def footless(boxes: Boxes, others: Boxes, low: float = 0.33) -> NDArray[np.float32]:
    """The share of each box's lower part (`low` of its height) that one of the others covers who stands nearer, which
    is whose box ends lower in the picture: feet hidden behind somebody."""
    if not len(boxes) or not len(others):
        return np.zeros(len(boxes), np.float32)
    left, top, right, bottom = boxes[:, :4].T[..., None]
    begin = bottom - low * (bottom - top)
    wide = np.minimum(right, others[:, 2]) - np.maximum(left, others[:, 0])
    high = np.minimum(bottom, others[:, 3]) - np.maximum(begin, others[:, 1])
    share = np.maximum(wide, 0) * np.maximum(high, 0) / np.maximum((right - left) * (bottom - begin), 1e-12)
    most: NDArray[np.float32] = (share * (others[:, 3] > bottom)).max(axis=1)
    return np.minimum(most, np.float32(1.0))


def distinct(boxes: Boxes, iou: float = 0.5, inside: float = 0.8) -> Boxes:
    """Non-maximum suppression, best score first: one box of those that overlap by `iou`, or of which one lies by the
    share `inside` in the other (a head and shoulders within the same person)."""
    if len(boxes) < 2:
        return boxes
    boxes = boxes[np.argsort(-boxes[:, 4], kind="stable")]
    union, smaller = overlaps(boxes, boxes)
    same = (union > iou) | (smaller > inside)
    kept: list[int] = []
    gone = np.zeros(len(boxes), bool)
    for index in range(len(boxes)):
        if not gone[index]:
            kept.append(index)
            gone |= same[index]
    return boxes[kept]
