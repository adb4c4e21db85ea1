"""Kernel regression with absolute loss: a smooth answer between known days that no single odd day can bend.

Source: iteratively reweighted least squares for a Gaussian kernel expansion.
"""

from dataclasses import dataclass
from typing import cast

import numpy as np

from analytics.radio.forest import Matrix

ROUNDS = 12
SMALLEST_RESIDUAL = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Smoother:
    """The windows it was fitted on (standardised features), their weights, and the scale of both."""

    mean: Matrix
    scale: Matrix
    known: Matrix
    weights: Matrix
    middle: float
    reach: float

    def predict(self, features: Matrix) -> Matrix:
        """(n, width) -> (n,)."""
        near = _kernel((features - self.mean) / self.scale, self.known, self.reach)
        return self.middle + near @ self.weights


def fit_smoother(features: Matrix, truth: Matrix, *, reach: float = 1.3, ridge: float = 0.1) -> Smoother:
    """Fit to (n, width) and (n,). `reach` is the kernel's width in standard deviations of one feature."""
    mean, scale = features.mean(0), features.std(0) + 1e-6
    known = (features - mean) / scale
    wide = reach * float(np.sqrt(features.shape[1]))
    near = _kernel(known, known, wide)
    middle = float(np.median(truth))
    spread: Matrix = np.ones(len(truth))
    weights: Matrix = np.zeros(len(truth))
    for _ in range(ROUNDS):
        weights = np.asarray(np.linalg.solve(near + ridge * np.diag(spread), truth - middle), np.float64)
        spread = np.maximum(np.abs(truth - middle - near @ weights), SMALLEST_RESIDUAL).astype(np.float64)
    return Smoother(mean, scale, known, weights, middle, wide)


def _kernel(left: Matrix, right: Matrix, reach: float) -> Matrix:
    squared = (left**2).sum(1)[:, None] + (right**2).sum(1)[None] - 2 * left @ right.T
    return cast(Matrix, np.exp(-np.maximum(squared, 0) / (2 * reach**2)))
