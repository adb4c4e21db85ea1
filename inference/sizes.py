"""How tall people are where in one camera's picture: learned from those it has followed, forgotten with the process."""

import numpy as np
from numpy.typing import NDArray

_COLUMNS, _ROWS = 8, 6
_REACH = 0.2
_MEMORY = 400.0


class SizeMap:
    """Heights are relative to the picture's; places are where people's feet are."""

    def __init__(self) -> None:
        across, down = np.meshgrid((np.arange(_COLUMNS) + 0.5) / _COLUMNS, (np.arange(_ROWS) + 0.5) / _ROWS)
        self._places = np.stack((across.ravel(), down.ravel()), axis=1)
        self._sum = np.zeros(len(self._places))
        self._weight = np.zeros(len(self._places))

    def learn(self, x: float, y: float, height: float) -> None:
        """A person of this height stood here."""
        if height <= 0:
            return
        cell = min(int(max(y, 0) * _ROWS), _ROWS - 1) * _COLUMNS + min(int(max(x, 0) * _COLUMNS), _COLUMNS - 1)
        self._sum[cell] += np.log(height)
        self._weight[cell] += 1
        if self._weight[cell] > _MEMORY:
            self._sum[cell] /= 2
            self._weight[cell] /= 2

    def height(self, x: float, y: float) -> float | None:
        """The height to be expected here; None as long as too few people were seen hereabouts."""
        near: NDArray[np.float64] = np.exp(-((self._places - (x, y)) ** 2).sum(axis=1) / (2 * _REACH**2))
        weight = float(near @ self._weight)
        return float(np.exp(near @ self._sum / weight)) if weight > 3 else None

    def least(self) -> float:
        """The height of people where they were lowest so far; 0 while too few were seen."""
        often = self._weight > 3
        return float(np.exp((self._sum[often] / self._weight[often]).min())) if often.any() else 0.0
