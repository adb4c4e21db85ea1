"""A gate's or a beam's pulses beside the camera's crossings: who came in without one, and when the two drift apart."""

from collections import deque

from analytics.alarm import Alarm
from analytics.crossing import Crossing, Way
from observations import Pulse, Tally, Value

ENOUGH = 50
"""Pulses from which a difference says something: the square root of them is a seventh."""

BLOCK_S = 900.0
"""Seconds that are compared as one: who is on the line at their end counts here and there."""


class GateCounter:
    """The `gates` of a report: one gate or beam, fed with its pulses and with the crossings of its lines.

    A gate has a pulse for everybody who comes in, a `beam` for everybody who passes, either way. The alert `drift`
    begins when over the last ENOUGH pulses or more the camera's count differs by more than their share `tolerance`.
    """

    def __init__(self, name: str, *, beam: bool, tolerance: float = 0.2) -> None:
        self._name, self._beam, self._tolerance = name, beam, tolerance
        self._blocks: deque[tuple[int, int]] = deque(maxlen=96)
        self._block = [0, 0]
        self._since: float | None = None
        self._drift = Alarm("drift", name, clear=0.0, sensor="gate")
        self._pulses = self._crossings = 0

    def feed(self, at: float, seen: Pulse | Crossing) -> None:
        """One pulse, or one crossing of one of its lines."""
        if isinstance(seen, Pulse):
            self._pulses += seen.count
            self._block[0] += seen.count
        elif self._beam or seen.way is Way.IN:
            self._crossings += 1
            self._block[1] += 1

    def tallies(self, start: float, end: float) -> list[Tally]:
        """The counts since the last restart; a gate that nobody passed says nothing."""
        if not self._pulses and not self._crossings:
            return []
        values: dict[str, Value] = {
            "gate": self._name,
            "pulses": self._pulses,
            "crossings": self._crossings,
            "unpulsed": None if self._beam else max(0, self._crossings - self._pulses),
        }
        return [Tally("gates", start, end, values)]

    def restart(self, at: float) -> None:
        """Begin the next window."""
        self._pulses = self._crossings = 0

    def alarms(self, at: float) -> list[Tally]:
        """Whether camera and gate have drifted apart, judged at the end of each block."""
        self._since = at if self._since is None else self._since
        if at - self._since < BLOCK_S:
            return []
        self._since = at
        self._blocks.append((self._block[0], self._block[1]))
        self._block = [0, 0]
        drift = self._drifted()
        return [] if drift is None else self._drift.judge(at, drift > self._tolerance, round(drift, 3))

    def _drifted(self) -> float | None:
        """|camera - pulses| / pulses over the newest blocks with enough pulses; None while there are too few."""
        pulses = crossings = 0
        for block in reversed(self._blocks):
            pulses, crossings = pulses + block[0], crossings + block[1]
            if pulses >= ENOUGH:
                return abs(crossings - pulses) / pulses
        return None
