"""What the network should answer for a picture: heat and boxes on its grid; it refuses to judge the hidden."""

from dataclasses import dataclass

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
    bump = np.exp(-(((_X - column - 0.5) / wide) ** 2 + ((_Y - row - 0.5) / high) ** 2) / 2)
    if not sure:
        found.care[number][bump > 0.3] = 0.0
        return
    closer = bump > found.weight[number]
    near = closer & (bump > 0.4)
    found.heat[number] = np.maximum(found.heat[number], bump)
    found.weight[number][near] = bump[near]
    sides = (_X - left, _Y - top, right - _X, bottom - _Y)
    for side, values in enumerate(sides):
        found.boxes[number, side][near] = values[near] / FINE
    found.care[number, row, column] = 1.0
