"""How many addresses one passer leaves, learnt from when they are heard: soon before and after somebody passes.

Seconds are counted in bins, and each bin's addresses are laid, by least squares, on who passed in it and in the bins
around it. What the day does to both is gone, because each stretch of five minutes is compared with itself alone. Bias:
who walks beside somebody in the picture without being in it himself counts with him, so it is rather too much.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from analytics.radio.forest import Matrix

BIN_SECONDS = 10.0
LAGS = 3
"""Bins before and after a passage in which a passer may be heard: he walks 45 m in them."""
STRETCH_SECONDS = 300.0
STRETCHES = 2016
"""Stretches after which a third of what was learnt counts: a week of them."""
CLUMPED = 1.5
"""By how much addresses, which come in clumps, are less sure than such that come singly; seen from day to day."""
HEARD_FURTHER = 3.0
"""Standard errors by which a passer must be heard still further away for those bins to belong to him."""


@dataclass(frozen=True, slots=True)
class Share:
    """Addresses that one passer leaves, and the variance of that."""

    addresses: float
    variance: float


class Echo:
    """The sums of all stretches so far; the older count for less."""

    def __init__(self) -> None:
        width = 2 * LAGS + 1
        self._squares, self._products = np.zeros((width, width)), np.zeros(width)
        self._told = self._bins = 0.0
        self._since = self._until = 0.0
        self._passed: list[float] = []
        self._heard: list[float] = []

    def teach(self, start: float, end: float, passed: Sequence[float], heard: Sequence[float]) -> None:
        """When persons passed and when addresses were first heard, of a time (clock seconds) that was seen whole."""
        if start != self._until:
            self._since, self._passed, self._heard = start, [], []
        self._until = end
        self._passed += passed
        self._heard += heard
        while self._until - self._since >= STRETCH_SECONDS:
            after = self._since + STRETCH_SECONDS
            edges = np.arange(self._since, after + BIN_SECONDS / 2, BIN_SECONDS)
            self._learn(np.histogram(self._passed, edges)[0], np.histogram(self._heard, edges)[0])
            self._passed = [at for at in self._passed if at >= after]
            self._heard = [at for at in self._heard if at >= after]
            self._since = after

    def share(self) -> Share | None:
        """What one passer leaves, over as many bins as he is heard in; None while nothing was taught."""
        told = None
        for lags in range(1, LAGS + 1) if self._bins else ():
            wider = self._solved(lags)
            if told is not None and not self._further(lags):
                break
            told = wider
        return told

    def _learn(self, passed: Matrix, heard: Matrix) -> None:
        around = np.lib.stride_tricks.sliding_window_view(passed, 2 * LAGS + 1).astype(float)
        told = heard[LAGS:-LAGS].astype(float)
        around, told = around - around.mean(axis=0), told - told.mean()
        keep = 1 - 1 / STRETCHES
        self._squares = self._squares * keep + around.T @ around
        self._products = self._products * keep + around.T @ told
        self._told = self._told * keep + float(told @ told)
        self._bins = self._bins * keep + len(told) - 1

    def _solved(self, lags: int) -> Share:
        return self._sum(lags, np.ones(2 * lags + 1))

    def _further(self, lags: int) -> bool:
        """Whether passers are heard in the outermost two of so many bins."""
        outermost = np.zeros(2 * lags + 1)
        outermost[[0, -1]] = 1.0
        share = self._sum(lags, outermost)
        return share.addresses > HEARD_FURTHER * sqrt(share.variance) / CLUMPED

    def _sum(self, lags: int, weights: Matrix) -> Share:
        """The weighted sum of what is heard in each bin around a passage."""
        chosen = slice(LAGS - lags, LAGS + lags + 1)
        inverse = np.linalg.pinv(self._squares[chosen, chosen])
        each = inverse @ self._products[chosen]
        left = max(self._told - float(each @ self._products[chosen]), 0.0) / self._bins
        return Share(float(weights @ each), CLUMPED**2 * left * float(weights @ inverse @ weights))
