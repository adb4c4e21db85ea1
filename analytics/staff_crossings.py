"""Staff taken out of a line's count: a crossing while a badge comes up to the door and goes away again is theirs."""

from analytics.badges import Badges
from analytics.crossing import Crossing, Way
from observations import Tally, Value

PASSING_S = 20.0
"""A badge that stays near the door for longer stands there; only one that passes explains a crossing."""

NEAR_S = 3.0
"""How far from the badge's stay near the door the crossing may be."""


class StaffCrossings:
    """The `staff_lines` of a report: one line and the badge zone at it.

    `hear` is called with each crossing that counted (`LineCounter.heard`). Each is judged once the badges have had
    time to pass, at most `wait_s` later, and then counts as staff's or as a visitor's; one badge passing explains one
    crossing, the nearest.
    """

    def __init__(self, line: str, zone: str, badges: Badges) -> None:
        if zone not in badges.zones:
            raise ValueError(f"line {line} names no badge zone")
        self._line, self._zone, self._badges = line, zone, badges
        self.wait_s = PASSING_S + badges.zones[zone].linger_s + NEAR_S
        self._waiting: list[Crossing] = []
        self._counts = {(who, way): 0 for who in ("staff", "visitors") for way in Way}

    def hear(self, crossing: Crossing) -> None:
        """One crossing of the line."""
        self.feed(crossing.at, crossing)

    def feed(self, at: float, seen: Crossing) -> None:
        """One crossing of the line, as any metric is fed."""
        self._waiting.append(seen)

    def alarms(self, at: float) -> list[Tally]:
        """Judges what can be judged by now; it raises nothing itself."""
        self._badges.expire(at)
        visits = self._badges.visits[self._zone]
        while visits:
            visit = visits.popleft()
            if visit.end - visit.start <= PASSING_S:
                self._explain(visit.start, visit.end)
        while self._waiting and at - self._waiting[0].at > self.wait_s:
            self._counts["visitors", self._waiting.pop(0).way] += 1
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

    def _explain(self, start: float, end: float) -> None:
        middle = (start + end) / 2
        near = [one for one in self._waiting if start - NEAR_S <= one.at <= end + NEAR_S]
        if near:
            theirs = min(near, key=lambda one: abs(one.at - middle))
            self._waiting.remove(theirs)
            self._counts["staff", theirs.way] += 1
