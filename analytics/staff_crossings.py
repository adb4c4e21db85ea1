"""Staff taken out of a line's count: a crossing at the peak of a badge's signal is theirs.

What a body takes from a badge shifts all that is heard of it, so the peak is judged by its rise and fall more than by
its height: a badge that stands at the door, or is heard there all day, has none.
"""

from collections import deque
from statistics import fmean

from analytics.badges import MOST_BADGES, BadgeZone
from analytics.crossing import Crossing, Way
from observations import BadgeSighting, Tally, Value

NEAR_S = 3.0
"""How far from the peak the crossing may be: lines are drawn beside doors, and adverts come once a second."""

PEAK_S = 2.0
"""A peak is the mean of the adverts so long before and after it."""

SIDE_S = (4.0, 10.0)
"""Where the signal must have been weaker, before and after the peak."""

FALL_DB = 6.0
BODY_DB = 9.0
"""How far under `leave_dbm` the peak may be: what the wearer's own body takes when it is in the way."""

MOST_HEARD = 512


class StaffCrossings:
    """The `staff_lines` of a report: one line and the badge zone at it.

    It is fed with badge sightings, and `hear` is called with each crossing that counted (`LineCounter.heard`). Each is
    judged `WAIT_S` later, and then counts as staff's or as a visitor's; one peak explains one crossing, the nearest.
    A badge must have been heard twice while it passed.
    """

    WAIT_S = NEAR_S + SIDE_S[1]

    def __init__(self, line: str, zone: BadgeZone) -> None:
        self._line, self._zone = line, zone
        self._waiting: deque[Crossing] = deque()
        self._badges: dict[int, _Heard] = {}
        self._counts = {(who, way): 0 for who in ("staff", "visitors") for way in Way}

    def hear(self, crossing: Crossing) -> None:
        """One crossing of the line."""
        self._waiting.append(crossing)

    def feed(self, at: float, seen: BadgeSighting) -> None:
        """One advert of one badge, of any radio."""
        if seen.sensor != self._zone.sensor:
            return
        if seen.token not in self._badges:
            self._forget(at)
            if len(self._badges) >= MOST_BADGES:
                return
            self._badges[seen.token] = _Heard()
        self._badges[seen.token].adverts.append((at, seen.rssi_dbm))

    def alarms(self, at: float) -> list[Tally]:
        """Judges what can be judged by now; it raises nothing itself."""
        while self._waiting and at - self._waiting[0].at > self.WAIT_S:
            crossing = self._waiting.popleft()
            who = "staff" if self._explained(crossing) else "visitors"
            self._counts[who, crossing.way] += 1
        return []

    def tallies(self, start: float, end: float) -> list[Tally]:
        """The window so far: crossings judged in it."""
        values: dict[str, Value] = {
            "line": self._line,
            "in_": self._counts["staff", Way.IN],
            "out": self._counts["staff", Way.OUT],
            "visitors_in": self._counts["visitors", Way.IN],
            "visitors_out": self._counts["visitors", Way.OUT],
        }
        return [Tally("staff_lines", start, end, values, sum(self._counts.values()))]

    def restart(self, at: float) -> None:
        """Begin the next window; what is not judged yet counts there."""
        self._counts = dict.fromkeys(self._counts, 0)

    def _explained(self, crossing: Crossing) -> bool:
        for badge in self._badges.values():
            peak = badge.peak(crossing.at, self._zone.leave_dbm - BODY_DB)
            if peak is None or peak - badge.explained <= 2 * NEAR_S:
                continue
            if all(abs(other.at - peak) >= abs(crossing.at - peak) for other in self._waiting):
                badge.explained = peak
                return True
        return False

    def _forget(self, at: float) -> None:
        for token, badge in list(self._badges.items()):
            if at - badge.adverts[-1][0] > 2 * self.WAIT_S:
                del self._badges[token]


class _Heard:
    """What the door's radio has heard of one badge of late, and the last peak that has explained a crossing."""

    __slots__ = ("adverts", "explained")

    def __init__(self) -> None:
        self.adverts: deque[tuple[float, int]] = deque(maxlen=MOST_HEARD)
        self.explained = float("-inf")

    def peak(self, near: float, least_dbm: float) -> float | None:
        """When the signal was at a peak of `least_dbm` or more within `NEAR_S` of `near`, None when it was not."""
        candidates = [at for at, _ in self.adverts if abs(at - near) <= NEAR_S]
        if not candidates:
            return None
        at = max(candidates, key=self._level)
        level = self._level(at)
        before = self._mean(at - SIDE_S[1], at - SIDE_S[0])
        after = self._mean(at + SIDE_S[0], at + SIDE_S[1])
        falls = all(side is None or side <= level - FALL_DB for side in (before, after))
        return at if falls and level >= least_dbm else None

    def _level(self, at: float) -> float:
        """The mean around a time, as low as can be for a single advert: that one may be a reflection."""
        heard = [dbm for when, dbm in self.adverts if abs(when - at) <= PEAK_S]
        return fmean(heard) if len(heard) > 1 else float("-inf")

    def _mean(self, start: float, end: float) -> float | None:
        heard = [dbm for when, dbm in self.adverts if start <= when <= end]
        return fmean(heard) if heard else None
