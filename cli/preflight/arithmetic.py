"""Whether this processor multiplies matrices rightly: numpy has kernels for each kind, and some have been wrong."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cli.preflight.check import Finding, failed, passed

SIZES = (2, 5, 7, 8, 13, 20)
ROWS = 24
REMEDY = (
    "systemctl edit passerby: [Service] Environment=OPENBLAS_CORETYPE=ARMV8; restart it; tell us which board this is"
)
Matrix = NDArray[np.floating]


def arithmetic(multiply: Callable[[Matrix, Matrix], Matrix] = np.matmul) -> Finding:
    """Products of small whole numbers, which no rounding excuses, against sums that Python makes."""
    wrong = []
    for size in SIZES:
        numbers = _numbers(size)
        for kind in ("float32", "float64"):
            matrix = np.array(numbers, kind)
            # With itself and with a copy, which are two kernels.
            with np.errstate(all="ignore"):
                products = [multiply(matrix.T, other) for other in (matrix, matrix.copy())]
            wrong += [f"{ROWS} x {size} {kind}" for product in products if product.tolist() != _sums(numbers)]
    if wrong:
        return failed("arithmetic", f"{len(wrong)} of {4 * len(SIZES)} matrix products are wrong: {wrong[0]}", REMEDY)
    return passed("arithmetic", "matrices are multiplied as Python adds up")


def _numbers(size: int) -> list[list[int]]:
    return [[(7 * row * row + 3 * column * row + column) % 19 - 9 for column in range(size)] for row in range(ROWS)]


def _sums(numbers: list[list[int]]) -> list[list[float]]:
    columns = list(zip(*numbers, strict=True))
    return [[float(sum(a * b for a, b in zip(one, other, strict=True))) for other in columns] for one in columns]
