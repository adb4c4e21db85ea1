"""Who faces what: heads turned to a display or a sector of a shelf; of a face only its direction is used."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from analytics.crossing import Reference
from analytics.durations import CARRY, Durations
from analytics.geometry import Point, Polygon
from analytics.stay import Stays
from analytics.view import InView, View
from analytics.zone import VIEW
from observations import Percept, Tally, Track, Value

HELD = 1.0
"""Seconds for which a direction holds: faces are looked at in turn, not in every picture."""

LOOK = 0.5
"""Seconds of facing a target from which a person has looked at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Something to look at, by the directions in which heads face it: degrees, 0, 0 = towards the camera.

    `corners` is where one stands to be a passer of it (relative picture coordinates). The sectors of a shelf are
    targets with the same corners and other directions.
    """

    name: str
    corners: tuple[Point, ...]
    yaw: tuple[float, float]
    pitch: tuple[float, float] = (-90.0, 90.0)
    reference: Reference = Reference.FOOT

    def __post_init__(self) -> None:
        Polygon(self.corners)
        if self.yaw[0] >= self.yaw[1] or self.pitch[0] >= self.pitch[1]:
            raise ValueError("a direction goes from the smaller to the larger angle")

    def faced_by(self, track: Track) -> bool | None:
        """Whether the head faces the target; None where no face was looked at in this picture."""
        if track.yaw is None or track.pitch is None:
            return None
        return self.yaw[0] <= track.yaw <= self.yaw[1] and self.pitch[0] <= track.pitch <= self.pitch[1]


@dataclass(slots=True)
class _Look:
    """One person before the target: the last direction known, the seconds of facing it, and when that first was."""

    known_at: float
    facing: bool
    at: float
    first: float = inf
    seconds: float = 0.0
    counted: bool = False


class AttentionCounter:
    """The `attention` of a report: one target, fed with the steady percepts of its camera."""

    def __init__(self, target: Target, carry: int = CARRY) -> None:
        self.target = target
        self._stays = Stays(target.corners, target.reference)
        self._passed: set[int] = set()
        self._looks: dict[int, _Look] = {}
        self._waits = Durations((), carry)
        self._zero()

    def _zero(self) -> None:
        self._passers = 0
        self._lookers = 0
        self._seconds = 0.0

    def feed(self, at: float, seen: Percept) -> None:
        """The persons in one picture of the target's camera."""
        for number, _stay in self._stays.feed(at, seen):
            self._looks.pop(number, None)
            self._passed.discard(number)
        for track in seen.tracks:
            stay = self._stays.here.get(track.number)
            if stay is None or not stay.inside:
                continue
            if stay.seconds >= VIEW and track.number not in self._passed:
                self._passed.add(track.number)
                self._passers += 1
            self._look(at, track, stay.since)

    def tallies(self, start: float, end: float) -> list[Tally]:
        """The target's figures since the last restart."""
        values: dict[str, Value] = {
            "target": self.target.name,
            "passers": self._passers,
            "lookers": self._lookers,
            "seconds": self._seconds,
            "first_look": self._waits.mean,
        }
        return [Tally("attention", start, end, values, support=len(self._waits))]

    def restart(self, at: float) -> None:
        """Begin the next window; who looks goes on looking."""
        self._zero()
        self._waits.restart()

    def _look(self, at: float, track: Track, since: float) -> None:
        facing = self.target.faced_by(track)
        look = self._looks.get(track.number)
        if look is None:
            if facing is not None:
                self._looks[track.number] = _Look(at, facing, at, at if facing else inf)
            return
        if look.facing:
            seconds = max(0.0, min(at, look.known_at + HELD) - look.at)
            look.seconds += seconds
            self._seconds += seconds
        look.at = at
        if facing is not None:
            look.known_at, look.facing = at, facing
            if facing:
                look.first = min(look.first, at)
        if look.seconds >= LOOK and not look.counted:
            look.counted = True
            self._lookers += 1
            self._waits.add(max(0.0, look.first - since))


@InView
def attention(view: View) -> Iterator[AttentionCounter]:
    """Every target's."""
    return (AttentionCounter(target, view.carry) for target in view.drawings(Target))
