"""Extremely randomised trees in numpy, for the few hundred windows that calibrate a site. No other library is needed.

The answer is the median of what the leaves hold and not their mean: one odd day bends it less, and an empty room is
empty. Sources: Geurts, Ernst, Wehenkel, "Extremely randomized trees", Machine Learning 63 (2006); Meinshausen,
"Quantile regression forests", JMLR 7 (2006).
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Indices = NDArray[np.int32]
LEAF = -1
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """`trees` trees in one table: for each node its feature (LEAF for none), threshold and children.

    The nodes of all trees follow each other; `roots` are where each begins. A leaf keeps the windows that it was grown
    from, as `count` numbers of `members` from `first` on, which are places in the sorted `truth`.
    """

    roots: Indices
    feature: Indices
    threshold: Matrix
    left: Indices
    right: Indices
    first: Indices
    count: Indices
    members: Indices
    truth: Matrix

    def predict(self, features: Matrix, share: float = 0.5) -> Matrix:
        """(n, width) -> (n,): the truth that `share` of the weight of all leaves does not exceed; 0.5 is the median."""
        weights = np.zeros((len(features), len(self.truth)))
        for root in self.roots:
            for row, leaf in enumerate(self._leaves(features, int(root))):
                count = self.count[leaf]
                weights[row, self.members[self.first[leaf] : self.first[leaf] + count]] += 1 / count
        reached = np.cumsum(weights, axis=1) < share * len(self.roots) - ROUNDING
        told: Matrix = self.truth[np.minimum(reached.sum(1), len(self.truth) - 1)]
        return told

    def _leaves(self, features: Matrix, root: int) -> Indices:
        node = np.full(len(features), root, np.int32)
        rows = np.arange(len(features))
        while True:
            split = self.feature[node]
            inner = split != LEAF
            if not inner.any():
                return node
            below = features[rows, np.maximum(split, 0)] <= self.threshold[node]
            node = np.where(inner, np.where(below, self.left[node], self.right[node]), node)


class _Growing:
    def __init__(self, features: Matrix, truth: Matrix, dice: Generator, share: float, fewest: int) -> None:
        self.features, self.truth, self.dice, self.fewest = features, truth, dice, fewest
        self.tried = max(1, round(share * features.shape[1]))
        self.nodes: list[tuple[int, float, int, int, int, int]] = []
        self.members: list[NDArray[np.int64]] = []
        self.kept = 0

    def grow(self, rows: NDArray[np.int64]) -> int:
        """Add the tree of these rows; answer the number of its root."""
        number = len(self.nodes)
        truth = self.truth[rows]
        self.nodes.append((LEAF, 0.0, 0, 0, self.kept, len(rows)))
        found = self._split(rows, truth) if len(rows) >= 2 * self.fewest and np.ptp(truth) > 0 else None
        if found is None:
            self.members.append(rows)
            self.kept += len(rows)
            return number
        column, threshold = found
        below = self.features[rows, column] <= threshold
        left, right = self.grow(rows[below]), self.grow(rows[~below])
        self.nodes[number] = (column, threshold, left, right, 0, 0)
        return number

    def _split(self, rows: NDArray[np.int64], truth: Matrix) -> tuple[int, float] | None:
        """The best of `tried` random cuts, each at a random place of a random feature that differs between the rows."""
        columns = self._varied(rows)
        values = self.features[np.ix_(rows, columns)]
        low, high = values.min(0), values.max(0)
        cuts = low + self.dice.random(len(columns)) * (high - low)
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

    def _varied(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """`tried` random features that are not the same in all rows; fewer where there are not so many."""
        order = self.dice.permutation(self.features.shape[1])
        found = order[:0]
        for start in range(0, len(order), 4 * self.tried):
            some = order[start : start + 4 * self.tried]
            found = np.concatenate((found, some[np.ptp(self.features[np.ix_(rows, some)], axis=0) > 0]))
            if len(found) >= self.tried:
                break
        return found[: self.tried]


def grow_forest(
    features: Matrix, truth: Matrix, *, trees: int = 300, share: float = 0.02, fewest: int = 2, seed: int = 0
) -> Forest:
    """Fit a forest: (n, width) and (n,). `share` of the features is tried at each node, `fewest` rows are in a leaf."""
    order = np.argsort(truth, kind="stable")
    growing = _Growing(features[order], truth[order], np.random.default_rng(seed), share, fewest)
    roots = [growing.grow(np.arange(len(truth))) for _ in range(trees)]
    feature, threshold, left, right, first, count = zip(*growing.nodes, strict=True)
    return Forest(
        np.array(roots, np.int32),
        np.array(feature, np.int32),
        np.array(threshold),
        np.array(left, np.int32),
        np.array(right, np.int32),
        np.array(first, np.int32),
        np.array(count, np.int32),
        np.concatenate(growing.members).astype(np.int32),
        truth[order],
    )
