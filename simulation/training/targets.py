"""What the network should answer for a picture: heat and boxes on its grid; it refuses to judge the hidden."""

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from simulation.training.architecture import CENTRE, CLASSES, COLUMNS, FINE, ROWS, STRIDE
from simulation.training.pictures import Label

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Target:
    """`heat` (classes, rows, columns) 0..1, `boxes` (classes, 4, rows, columns) in strides from the cell's middle to
    left, top, right and bottom, `weight` of the boxes and `care` of the heat (classes, rows, columns)."""

    heat: Floats
    boxes: Floats
    weight: Floats
    care: Floats


_REACH = 5
"""Deviations from a centre beyond which its bump is nothing."""
_X, _Y = np.meshgrid(np.arange(COLUMNS) + 0.5, np.arange(ROWS) + 0.5)


def target(labels: tuple[Label, ...]) -> Target:
    """The grid for one picture."""
    grid = (len(CLASSES), ROWS, COLUMNS)
    found = Target(
        np.zeros(grid, np.float32),
        np.zeros((len(CLASSES), 4, ROWS, COLUMNS), np.float32),
        np.zeros(grid, np.float32),
        np.ones(grid, np.float32),
    )
    for label in labels:
        for number, box in enumerate((label.person, label.head)):
            _mark(found, number, box, label.sure)
    return found


def _mark(found: Target, number: int, box: tuple[float, float, float, float], sure: bool) -> None:
    left, top, right, bottom = (side * FINE / STRIDE for side in box)
    if right - left < 0.6 or bottom - top < 0.6:
        return
    x, y = (left + right) / 2, top + (CENTRE if number == 0 else 0.5) * (bottom - top)
    column, row = min(int(x), COLUMNS - 1), min(int(y), ROWS - 1)
    wide, high = max((right - left) / 7, 0.6), max((bottom - top) / 14, 0.6)
    rows = slice(max(row - ceil(_REACH * high), 0), row + ceil(_REACH * high) + 1)
    columns = slice(max(column - ceil(_REACH * wide), 0), column + ceil(_REACH * wide) + 1)
    at_x, at_y = _X[rows, columns], _Y[rows, columns]
    heat, weight, care = (part[number, rows, columns] for part in (found.heat, found.weight, found.care))
    bump = np.exp(-(((at_x - column - 0.5) / wide) ** 2 + ((at_y - row - 0.5) / high) ** 2) / 2)
    if not sure:
        care[bump > 0.3] = 0.0
        return
    near = (bump > weight) & (bump > 0.4)
    np.maximum(heat, bump, out=heat, casting="same_kind")
    weight[near] = bump[near]
    sides = (at_x - left, at_y - top, right - at_x, bottom - at_y)
    for boxes, values in zip(found.boxes[number], sides, strict=True):
        boxes[rows, columns][near] = values[near] / FINE
    found.care[number, row, column] = 1.0
