"""What a site's model is taught with: the radio's features at times when somebody knew how many persons were there."""

from bisect import bisect_left
from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from analytics.radio.forest import Matrix
from analytics.radio.slices import SLICE_SECONDS, SPANS, Slice, Vector, features
from observations import DeviceSighting

WINDOW_SECONDS = 600
BRIDGED_SECONDS = 120
"""A gap between two equal counts that is no gap."""
SLACK_SECONDS = 10
SHIFTS_DB = (0, -4, 4)
"""A site is also taught as a radio would have heard it that is so much louder: receivers, places and years differ."""
LOUDEST_DBM, WEAKEST_DBM = 20, -128


@dataclass(frozen=True, slots=True)
class Counted:
    """A time, in seconds of the epoch, in which `persons` were there throughout."""

    start: float
    end: float
    persons: float

    def __post_init__(self) -> None:
        if not (self.end >= self.start and 0 <= self.persons < float("inf")):
            raise ValueError("a count ends after it begins, and nobody is the fewest who can be there")


@dataclass(slots=True)
class Lessons:
    """Rows of features with their truth; windows that are `judged` follow each other, the others lie in between."""

    rows: list[Vector] = field(default_factory=list)
    persons: list[float] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
    judged: list[bool] = field(default_factory=list)

    def add(self, other: "Lessons") -> None:
        self.rows += other.rows
        self.persons += other.persons
        self.days += other.days
        self.judged += other.judged

    def of(self, chosen: Set[str]) -> "Lessons":
        """The windows of the chosen days."""
        told = Lessons()
        for row, persons, day, judged in zip(self.rows, self.persons, self.days, self.judged, strict=True):
            if day in chosen:
                told.add(Lessons([row], [persons], [day], [judged]))
        return told

    def arrays(self) -> tuple[Matrix, Matrix, NDArray[np.bool_]]:
        """(n, width) features, (n,) persons, (n,) whether it is judged."""
        return np.array(self.rows), np.array(self.persons, float), np.array(self.judged, bool)


def joined(counts: Sequence[Counted]) -> list[Counted]:
    """The counts in order, equal ones that follow each other within BRIDGED_SECONDS as one. ValueError on overlap."""
    told: list[Counted] = []
    for one in sorted(counts, key=lambda one: one.start):
        if told and one.start < told[-1].end - SLACK_SECONDS:
            raise ValueError("two counts are of the same time")
        if told and told[-1].persons == one.persons and one.start - told[-1].end <= BRIDGED_SECONDS:
            told[-1] = Counted(told[-1].start, one.end, one.persons)
        else:
            told.append(one)
    return told


def lessons(day: str, seen: Sequence[DeviceSighting], counts: Sequence[Counted]) -> Lessons:
    """The windows of ten minutes in each count, from its start on, and those that begin five minutes later.

    `seen` is in order of time. Nothing is asked of a time before the first sighting. Windows as a louder and a weaker
    radio would have heard them are there too, and are not judged.
    """
    told = _lessons(day, seen, counts)
    for shift_db in SHIFTS_DB[1:]:
        other = _lessons(day, [_shifted(one, shift_db) for one in seen], counts)
        told.add(Lessons(other.rows, other.persons, other.days, [False] * len(other.rows)))
    return told


def _shifted(one: DeviceSighting, shift_db: int) -> DeviceSighting:
    return replace(one, rssi_dbm=min(LOUDEST_DBM, max(WEAKEST_DBM, one.rssi_dbm + shift_db)))


def _lessons(day: str, seen: Sequence[DeviceSighting], counts: Sequence[Counted]) -> Lessons:
    times = [one.at for one in seen]
    made: dict[float, Slice] = {}

    def piece(start: float) -> Slice:
        if start not in made:
            made[start] = Slice(start)
            for one in seen[bisect_left(times, start) : bisect_left(times, start + SLICE_SECONDS)]:
                made[start].feed(one)
        return made[start]

    told = Lessons()
    for count in counts:
        turn = 0
        while times and (end := count.start + turn * SLICE_SECONDS + WINDOW_SECONDS) <= count.end + SLACK_SECONDS:
            starts = [end - SLICE_SECONDS * back for back in range(max(SPANS), 0, -1)]
            pieces = [piece(start) for start in starts if start >= times[0] - BRIDGED_SECONDS / 2]
            told.add(Lessons([features(pieces or [piece(starts[-1])])], [count.persons], [day], [turn % 2 == 0]))
            turn += 1
    return told
