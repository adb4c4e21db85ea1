"""Telling devices apart although each changes its address: by what their radios can do, not by who they are.

Addresses of one class belong together, and classes that one address used are one device in two moods. How many phones
of one model there are is told from where they lie (levels.py) and from how often they scan together: never surely, and
the interval says by how much.
"""

from array import array
from bisect import bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil, erf, log, sqrt

import numpy as np
from numpy.typing import NDArray

from analytics.radio.levels import levels

Counts = NDArray[np.float64]

BURST_PAUSE_SECONDS = 0.5
SAME_BURST_SECONDS = 1.0
"""One address with two classes within this time is one device; later it may be a collision of short tokens."""
SCAN_SECONDS = 10.0
"""A sweep over the channels ends within this time: a kind that was heard in one sweep only is a passer-by, or a frame
that another garbled, and counts for nobody."""
PAUSE_SECONDS = 5.0
"""Bursts of one phone that follow each other faster belong to one search."""
SCANS_PER_MINUTE, SPREAD = 1.3, 1.0
"""What single phones do: median and standard deviation of the logarithm, of a log-normal rate (decision 0120)."""
POPULARITY = 1.5
"""How likely k phones of one model in one place are before anything is heard: as k to the power of minus this."""
LEAST_IDLE = 0.02
"""The share of the time by which no radio is sure to be busy: where scan follows scan, nobody can count them."""
PLACES_DB, LEAST_SCATTER_DB = 7.0, 2.0
"""How much the levels of phones in different places of a store differ, and how little those of one that lies still."""
MOST_ALIKE = 64
"""Identical phones beyond which nobody asks: a store holds fewer of one model."""
SLOWEST_BURSTS_PER_MINUTE = 0.35
RAREST_SCANS_PER_MINUTE = 0.05
MOST_BURSTS = 1024
"""Of one kind in one window, of which the level is kept; the others are only counted."""
MOST_FRAMES = 64
"""Of one burst, of which the median is its level."""
MOST_KINDS = 4096
MOST_TOKENS = 1 << 16


def alike(scans_per_minute: float, scatter_db: float = PLACES_DB, fewest: int = 1) -> float:
    """The expected number of identical phones, each scanning at a rate of its own, that together scan so often.

    At least `fewest` of them are known to be there, and their bursts scatter by `scatter_db` around their mean level.
    The sum of k log-normal rates is taken as log-normal itself (Fenton, "The sum of log-normal probability
    distributions in scatter transmission systems", 1960).
    """
    phones = np.arange(min(fewest, MOST_ALIKE), MOST_ALIKE + 1, dtype=float)
    variance = np.log1p(np.expm1(SPREAD**2) / phones)
    middle = np.log(phones * SCANS_PER_MINUTE) + (SPREAD**2 - variance) / 2
    off = log(max(scans_per_minute, RAREST_SCANS_PER_MINUTE)) - middle
    popular = (phones - phones[0] + 1) ** -POPULARITY * together(phones, scatter_db)
    weight = popular * np.exp(-(off**2) / (2 * variance)) / np.sqrt(variance)
    return float(weight @ phones / weight.sum())


def together(phones: Counts, scatter_db: float) -> Counts:
    """How likely so many phones, each at a place of its own, scatter no more than `scatter_db`; 1 for a single one.

    The variance of k normal levels is chi-squared with k - 1 degrees of freedom, taken as a normal cube root (Wilson,
    Hilferty, "The distribution of chi-square", 1931).
    """
    free = np.maximum(phones - 1.0, 1.0)
    ratio = phones * (max(scatter_db, LEAST_SCATTER_DB) / PLACES_DB) ** 2 / free
    score = (np.cbrt(ratio) - (1 - 2 / (9 * free))) / np.sqrt(2 / (9 * free))
    likely = np.array([(1 + erf(one / sqrt(2))) / 2 for one in score])
    return np.where(phones > 1, np.maximum(likely, 1e-12), 1.0)


@dataclass(slots=True, eq=False)
class Kind:
    """One group of classes: when it was heard first and last, its bursts, and its loudest signal.

    `starts` and `strengths_dbm` are of the first MOST_BURSTS bursts: when each began, and the median of its frames.
    """

    first: float
    last: float
    loudest_dbm: int
    bursts: int = 0
    starts: "array[float]" = field(default_factory=lambda: array("d"))
    strengths_dbm: "array[int]" = field(default_factory=lambda: array("b"))
    _burst: list[int] = field(default_factory=list)

    def feed(self, at: float, rssi_dbm: int) -> None:
        """One frame."""
        if not self.bursts or at - self.last > BURST_PAUSE_SECONDS:
            self.bursts += 1
            self._burst.clear()
            if self.bursts <= MOST_BURSTS:
                self.starts.append(at)
                self.strengths_dbm.append(rssi_dbm)
        if self.bursts <= MOST_BURSTS and len(self._burst) < MOST_FRAMES:
            insort(self._burst, rssi_dbm)
            self.strengths_dbm[-1] = self._burst[len(self._burst) // 2]
        self.last = max(self.last, at)
        self.loudest_dbm = max(self.loudest_dbm, rssi_dbm)

    def join(self, other: "Kind") -> None:
        """The two are one device."""
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)
        self.loudest_dbm = max(self.loudest_dbm, other.loudest_dbm)
        self.bursts += other.bursts
        both = [
            *zip(self.starts, self.strengths_dbm, strict=True),
            *zip(other.starts, other.strengths_dbm, strict=True),
        ]
        both = sorted(both)[:MOST_BURSTS]
        self.starts = array("d", [start for start, _ in both])
        self.strengths_dbm = array("b", [strength for _, strength in both])
        self._burst.clear()

    def devices_fewest(self) -> int:
        """The identical devices that lie apart."""
        return max(levels(self.strengths_dbm)) + 1

    def louder(self, dbm: int, devices: float) -> float:
        """How many of so many identical devices were at least as loud: one in each place by the loudest of it, and the
        others as often as a burst was."""
        strengths, places = np.array(self.strengths_dbm), np.array(levels(self.strengths_dbm))
        loudest = [int(strengths[places == place].max()) for place in range(int(places.max()))] + [self.loudest_dbm]
        known = sum(one >= dbm for one in loudest)
        return known + max(0.0, devices - len(loudest)) * float((strengths >= dbm).mean())

    def scans_per_minute(self, minutes: float) -> float:
        """Scans that began, by the time in which none was going on: what begins during another one is not told apart.

        So a counter of particles corrects for the time in which it is blind (Knoll, "Radiation detection and
        measurement", 4.7).
        """
        gaps = np.diff(np.array(self.starts))
        seconds = float(gaps.sum()) if self.bursts > MOST_BURSTS else max(minutes, 1.0) * 60
        busy = PAUSE_SECONDS + float(np.minimum(gaps, PAUSE_SECONDS).sum())
        scans = 1 + int(np.count_nonzero(gaps > PAUSE_SECONDS))
        return 60 * scans / (max(0.0, seconds - busy) + LEAST_IDLE * seconds)

    def devices(self, minutes: float) -> float:
        """The expected number of identical devices behind so many scans in so many minutes; at least 1."""
        scatter_db = float(np.std(np.array(self.strengths_dbm, float)))
        return alike(self.scans_per_minute(minutes), scatter_db, self.devices_fewest())

    def devices_most(self, minutes: float) -> int:
        """The most identical devices it can plausibly be."""
        return max(ceil(self.devices(minutes)), round(self.bursts / (SLOWEST_BURSTS_PER_MINUTE * max(minutes, 1.0))))


@dataclass(slots=True, eq=False)
class Kinds:
    """All kinds of one window. Bounded: what comes beyond the bounds is not counted, and `flooded` says so."""

    flooded: bool = False
    _kinds: dict[int, Kind] = field(default_factory=dict)
    _parents: dict[int, int] = field(default_factory=dict)
    _spoke: dict[int, tuple[int, float]] = field(default_factory=dict)

    def feed(self, at: float, token: int, device_class: int, rssi_dbm: int) -> None:
        """One frame."""
        kind = self._kind(at, device_class, rssi_dbm)
        if kind is None:
            return
        kind.feed(at, rssi_dbm)
        before, when = self._spoke.get(token, (device_class, at))
        if before != device_class and at - when <= SAME_BURST_SECONDS:
            self._join(before, device_class)
        if token in self._spoke or len(self._spoke) < MOST_TOKENS:
            self._spoke[token] = device_class, at
        else:
            self.flooded = True

    def labels(self, frames: Iterable[tuple[int, float]]) -> list[tuple[int, int]]:
        """For frames of (class, time) that were fed: the number of the kind that each belongs to, and of its level."""
        told = {root: levels(kind.strengths_dbm) for root, kind in self._kinds.items()}
        labels = []
        for device_class, at in frames:
            root = self._root(device_class)
            labels.append((root, told[root][bisect_right(self._kinds[root].starts, at) - 1]))
        return labels

    def sure(self) -> list[Kind]:
        """The kinds that were heard in more than one scan."""
        return [kind for kind in self._kinds.values() if kind.last - kind.first > SCAN_SECONDS]

    def _kind(self, at: float, device_class: int, rssi_dbm: int) -> Kind | None:
        root = self._root(device_class)
        kind = self._kinds.get(root)
        if kind is None:
            if len(self._kinds) >= MOST_KINDS:
                self.flooded = True
                return None
            kind = self._kinds[root] = Kind(at, at, rssi_dbm)
            self._parents[root] = root
        return kind

    def _root(self, device_class: int) -> int:
        above = self._parents.get(device_class, device_class)
        while above != device_class:
            device_class, above = above, self._parents[above]
        return device_class

    def _join(self, one: int, other: int) -> None:
        one, other = self._root(one), self._root(other)
        if one == other:
            return
        self._parents[other] = one
        self._kinds[one].join(self._kinds.pop(other))
