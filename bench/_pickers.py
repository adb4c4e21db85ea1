"""Engines that say which goods were taken: ours, a plain timeout, and SMURF."""

import math

import numpy as np
from numpy.typing import NDArray

from analytics.evidence import Evidence
from bench._shelf import Engine, Heard

LONGEST = 200
"""Epochs that SMURF's window has at most."""


class Ours:
    """The product's engine."""

    def __init__(self) -> None:
        self._evidence = Evidence()

    def taken(self, at: float, heard: Heard, *, deserted: bool = False) -> tuple[int, ...]:
        return self._evidence.epoch(at, heard, deserted=deserted).taken


class Timeout:
    """What most software does: not read for so many epochs is gone."""

    def __init__(self, epochs: int, items: int) -> None:
        self._epochs = epochs
        self._silent = np.full(items, epochs)

    def taken(self, at: float, heard: Heard, *, deserted: bool = False) -> tuple[int, ...]:
        self._silent += 1
        self._silent[list(heard)] = 0
        return tuple(np.flatnonzero(self._silent == self._epochs).tolist())


class Smurf:
    """SMURF (VLDB 2006): a window of ln(1/delta)/p epochs for each tag, halved when reads leave two sigma."""

    def __init__(self, delta: float, items: int) -> None:
        self._needed = math.log(1 / delta)
        self._known = np.zeros(items, np.bool_)
        self._here = np.zeros(items, np.bool_)
        self._rate = np.full(items, 0.5)
        self._window, self._silent = np.ones((2, items), np.intp)
        self._sums: NDArray[np.intp] = np.zeros((LONGEST + 1, items), np.intp)
        """All reads up to each of the last epochs, in a ring."""
        self._epoch = 0

    def taken(self, at: float, heard: Heard, *, deserted: bool = False) -> tuple[int, ...]:
        read = np.zeros(len(self._known), np.bool_)
        read[list(heard)] = True
        self._known |= read
        self._here |= read
        self._epoch += 1
        ring = self._sums
        ring[self._epoch % len(ring)] = ring[(self._epoch - 1) % len(ring)] + read
        self._silent = np.where(read, 0, self._silent + 1)
        here, window = self._here, self._window
        self._rate[here] += (read[here] - self._rate[here]) / 100
        wanted = np.clip(np.ceil(self._needed / np.maximum(self._rate, 0.03)), 1, LONGEST).astype(np.intp)
        gone = here & (self._silent >= window) & (window >= wanted)
        here &= ~gone
        shrinks = here & (window > wanted) & ~self._steady()
        window[here & (window < wanted)] += 1
        window[shrinks] = np.maximum(1, window[shrinks] // 2)
        return tuple(np.flatnonzero(gone).tolist())

    def _steady(self) -> NDArray[np.bool_]:
        """Whether the reads of each window are within two sigma of what its rate promises."""
        ring, items = self._sums, np.arange(len(self._known))
        got = ring[self._epoch % len(ring)] - ring[(self._epoch - self._window) % len(ring), items]
        mean = self._window * self._rate
        return np.asarray(np.abs(got - mean) <= 2 * np.sqrt(mean * (1 - self._rate)))


def engines(items: int) -> dict[str, Engine]:
    """Ours and its peers, fresh, before so many items."""
    return {
        "ours": Ours(),
        "timeout 5 s": Timeout(10, items),
        "timeout 10 s": Timeout(20, items),
        "smurf d=0.05": Smurf(0.05, items),
        "smurf d=1e-6": Smurf(1e-6, items),
    }
