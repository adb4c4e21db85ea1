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
ROUNDS = 50
"""How often random features are drawn for a branch until one of them differs between its rows."""


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
        told: Matrix = np.array([self._of_one(leaves, share) for leaves in self._leaves(features)])
        return told

    def _of_one(self, leaves: Indices, share: float) -> float:
        """What the leaves (trees,) that one row fell into say."""
        count = self.count[leaves]
        ends = np.cumsum(count)
        places = np.arange(ends[-1]) + np.repeat(self.first[leaves] - (ends - count), count)
        weights = np.bincount(self.members[places], np.repeat(1 / count, count), len(self.truth))
        reached = int(np.count_nonzero(np.cumsum(weights) < share * len(leaves) - ROUNDING))
        return float(self.truth[min(reached, len(self.truth) - 1)])

    def _leaves(self, features: Matrix) -> Indices:
        """(n, trees): the leaf of each tree that each row falls into."""
        node = np.tile(self.roots, (len(features), 1))
        rows = np.arange(len(features))[:, None]
        while True:
            split = self.feature[node]
            inner = split != LEAF
            if not inner.any():
                return node
            below = features[rows, np.maximum(split, 0)] <= self.threshold[node]
            node = np.where(inner, np.where(below, self.left[node], self.right[node]), node)


@dataclass(slots=True)
class _Level:
    """Branches of all trees that are equally deep: their rows, one branch after the other."""

    rows: NDArray[np.int64]
    counts: NDArray[np.int64]

    @property
    def starts(self) -> NDArray[np.int64]:
        return np.cumsum(self.counts) - self.counts

    @property
    def branch(self) -> NDArray[np.int64]:
        """Of each row, the place of its branch."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    def some(self, chosen: NDArray[np.bool_]) -> "_Level":
        """The chosen branches alone."""
        return _Level(self.rows[chosen[self.branch]], self.counts[chosen])


class _Growing:
    """Grows trees level by level, all at once: numpy is as fast for the branches of 200 trees as for one."""

    def __init__(self, features: Matrix, truth: Matrix, dice: Generator, fewest: int) -> None:
        self.features, self.truth, self.dice, self.fewest = features, truth, dice, fewest

    def forest(self, trees: int, share: float) -> Forest:
        """`trees` trees whose cuts are the best of a share of the features, tried at random; of one at least."""
        tried = max(1, round(share * self.features.shape[1]))
        size = len(self.truth)
        level = _Level(np.tile(np.arange(size), trees), np.full(trees, size))
        grown: list[tuple[Indices, Matrix, Indices, Indices]] = []
        members: list[NDArray[np.int64]] = []
        nodes = trees
        while len(level.counts):
            feature, cut = self._cuts(level, tried)
            inner = feature != LEAF
            children = nodes + 2 * (np.cumsum(inner) - 1)
            kept = np.where(inner, 0, level.counts)
            grown.append((feature, cut, np.where(inner, children, 0), kept))
            members.append(level.some(~inner).rows)
            nodes += 2 * int(inner.sum())
            level = self._below(level.some(inner), feature[inner], cut[inner])
        columns = [np.concatenate(column) for column in zip(*grown, strict=True)]
        feature, threshold, left, count = columns
        first = np.cumsum(count) - count
        inner = feature != LEAF
        tables = (np.arange(trees), feature, left, np.where(inner, left + 1, 0), np.where(inner, 0, first), count)
        roots, feature, left, right, first, count = (table.astype(np.int32) for table in tables)
        return Forest(
            roots, feature, threshold, left, right, first, count, np.concatenate(members).astype(np.int32), self.truth
        )

    def _cuts(self, level: _Level, tried: int) -> tuple[Indices, Matrix]:
        """Feature and threshold of every branch, LEAF where it is none: too few rows, one truth, or nothing differs."""
        truth = self.truth[level.rows]
        varied = np.maximum.reduceat(truth, level.starts) > np.minimum.reduceat(truth, level.starts)
        waiting = varied & (level.counts >= 2 * self.fewest)
        feature, cut = np.full(len(waiting), LEAF, np.int32), np.zeros(len(waiting))
        for _ in range(ROUNDS):
            if not waiting.any():
                break
            some = level.some(waiting)
            best = np.full(len(some.counts), -np.inf)
            found, where = np.full(len(best), LEAF, np.int32), np.zeros(len(best))
            for _ in range(tried):
                column, threshold, gain = self._cut(some)
                better = gain > best
                best, found = np.where(better, gain, best), np.where(better, column, found)
                where = np.where(better, threshold, where)
            feature[waiting], cut[waiting] = found, where
            waiting &= feature == LEAF
        return feature, cut

    def _cut(self, level: _Level) -> tuple[Indices, Matrix, Matrix]:
        """One random cut of every branch, at a random place of a random feature, and what it gains; -inf if refused."""
        starts, branch = level.starts, level.branch
        column = self.dice.integers(self.features.shape[1], size=len(level.counts)).astype(np.int32)
        values = self.features[level.rows, column[branch]]
        low, high = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
        threshold = low + self.dice.random(len(column)) * (high - low)
        below = (values <= threshold[branch]).astype(float)
        truth = self.truth[level.rows]
        count, part = np.add.reduceat(below, starts), np.add.reduceat(below * truth, starts)
        rest = np.add.reduceat(truth, starts) - part
        gain = part**2 / np.maximum(count, 1) + rest**2 / np.maximum(level.counts - count, 1)
        allowed = (high > low) & (count >= self.fewest) & (level.counts - count >= self.fewest)
        return column, threshold, np.where(allowed, gain, -np.inf)

    def _below(self, level: _Level, feature: Indices, cut: Matrix) -> _Level:
        """The two branches that each of these is cut into."""
        branch = level.branch
        side = 2 * branch + (self.features[level.rows, feature[branch]] > cut[branch])
        order = np.argsort(side, kind="stable")
        return _Level(level.rows[order], np.bincount(side, minlength=2 * len(level.counts)))


def grow_forest(
    features: Matrix,
    truth: Matrix,
    *,
    trees: int = 800,
    shares: tuple[float, ...] = (0.02, 0.0),
    fewest: int = 1,
    seed: int = 0,
) -> Forest:
    """Fit a forest: (n, width) and (n,). Each of the `shares` of features tried at a cut has its part of the trees.

    Those that try a few know the days they were grown from; those that try one know no feature well enough to be led
    astray when it drifts (decision 121). `fewest` rows are in a leaf.
    """
    order = np.argsort(truth, kind="stable")
    growing = _Growing(features[order], truth[order], np.random.default_rng(seed), fewest)
    forest, *others = (growing.forest(trees // len(shares), share) for share in shares)
    for other in others:
        forest = _together(forest, other)
    return forest


def _together(one: Forest, other: Forest) -> Forest:
    nodes, members = len(one.feature), len(one.members)
    return Forest(
        np.concatenate((one.roots, other.roots + np.int32(nodes))),
        np.concatenate((one.feature, other.feature)),
        np.concatenate((one.threshold, other.threshold)),
        np.concatenate((one.left, other.left + np.int32(nodes))),
        np.concatenate((one.right, other.right + np.int32(nodes))),
        np.concatenate((one.first, other.first + np.int32(members))),
        np.concatenate((one.count, other.count)),
        np.concatenate((one.members, other.members)),
        one.truth,
    )
