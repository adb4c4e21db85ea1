"""Extremely randomised trees in numpy, for the few hundred windows that calibrate a site. No other library is needed.

Source: Geurts, Ernst, Wehenkel, "Extremely randomized trees", Machine Learning 63 (2006).
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
LEAF = -1


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """`trees` trees in one table: for each node its feature (LEAF for none), threshold, children and mean.

    The nodes of all trees follow each other; `roots` are where each begins.
    """

    roots: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: Matrix
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: Matrix

    def predict(self, features: Matrix) -> Matrix:
        """(n, width) -> (n,): the mean of all trees."""
        total = np.zeros(len(features))
        rows = np.arange(len(features))
        for root in self.roots:
            node = np.full(len(features), root)
            while True:
                split = self.feature[node]
                inner = split != LEAF
                if not inner.any():
                    break
                below = features[rows, np.maximum(split, 0)] <= self.threshold[node]
                node = np.where(inner, np.where(below, self.left[node], self.right[node]), node)
            total += self.value[node]
        return total / len(self.roots)


class _Growing:
    def __init__(self, features: Matrix, truth: Matrix, dice: Generator, share: float, fewest: int) -> None:
        self.features, self.truth, self.dice, self.fewest = features, truth, dice, fewest
        self.tried = max(1, round(share * features.shape[1]))
        self.nodes: list[tuple[int, float, int, int, float]] = []

    def grow(self, rows: NDArray[np.int64]) -> int:
        """Add the tree of these rows; answer the number of its root."""
        number = len(self.nodes)
        truth = self.truth[rows]
        self.nodes.append((LEAF, 0.0, 0, 0, float(truth.mean())))
        if len(rows) < 2 * self.fewest or np.ptp(truth) == 0:
            return number
        found = self._split(rows, truth)
        if found is None:
            return number
        column, threshold = found
        below = self.features[rows, column] <= threshold
        left, right = self.grow(rows[below]), self.grow(rows[~below])
        self.nodes[number] = (column, threshold, left, right, float(truth.mean()))
        return number

    def _split(self, rows: NDArray[np.int64], truth: Matrix) -> tuple[int, float] | None:
        """The best of `tried` random cuts, each at a random place of a random feature."""
        columns = self.dice.choice(self.features.shape[1], self.tried, replace=False)
        values = self.features[np.ix_(rows, columns)]
        low, high = values.min(0), values.max(0)
        cuts = low + self.dice.random(self.tried) * (high - low)
        below = (values <= cuts).astype(float)
        count = below.sum(0)
        allowed = (count >= self.fewest) & (len(rows) - count >= self.fewest)
        if not allowed.any():
            return None
        part = truth @ below
        rest = truth.sum() - part
        gain = part**2 / np.maximum(count, 1) + rest**2 / np.maximum(len(rows) - count, 1)
        best = int(np.argmax(np.where(allowed, gain, -np.inf)))
        return int(columns[best]), float(cuts[best])


def grow_forest(
    features: Matrix, truth: Matrix, *, trees: int = 100, share: float = 0.5, fewest: int = 2, seed: int = 0
) -> Forest:
    """Fit a forest: (n, width) and (n,). `share` of the features is tried at each node, `fewest` rows are in a leaf."""
    growing = _Growing(features, truth, np.random.default_rng(seed), share, fewest)
    roots = [growing.grow(np.arange(len(truth))) for _ in range(trees)]
    feature, threshold, left, right, value = zip(*growing.nodes, strict=True)
    return Forest(
        np.array(roots, np.int32),
        np.array(feature, np.int32),
        np.array(threshold),
        np.array(left, np.int32),
        np.array(right, np.int32),
        np.array(value),
    )
