"""What a shop window does: who passes, who stops at it and for how long, who comes in, and who does after stopping."""

from collections.abc import Iterator
from dataclasses import dataclass

from analytics.crossing import Crossings, Drawn, Reference, Way
from analytics.durations import CARRY, Durations
from analytics.geometry import Point, Polygon
from analytics.stay import Stays
from analytics.view import InView, View
from analytics.zone import VIEW
from observations import Percept, Tally, Value

DWELL_BOUNDS = (3.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0)
"""Seconds between the bins of `dwell`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A shop window seen from outside: the pavement before it, the line of the door, and the street line if drawn.

    A passer crosses the street line either way or, where none is drawn, is before the window for a second; who stays
    there for `stop` seconds has stopped. Who comes out of the door is nobody's passer.
    """

    name: str
    corners: tuple[Point, ...]
    door: Drawn
    street: Drawn | None = None
    reference: Reference = Reference.FOOT
    stop: float = 3.0

    def __post_init__(self) -> None:
        Polygon(self.corners)


@dataclass(slots=True)
class _Passer:
    passed: bool = False
    settled: bool = False
    longest: float = 0.0


class WindowFunnel:
    """The `windows` of a report: one shop window, fed with the steady percepts of its camera.

    Everybody is counted once: on coming in, else when out of view.
    """

    bounds = (("windows.dwell", DWELL_BOUNDS),)

    def __init__(self, window: Window, carry: int = CARRY) -> None:
        self.window = window
        self._before = Stays(window.corners, window.reference)
        self._door = Crossings(window.door)
        self._street = Crossings(window.street) if window.street else None
        self._passers: dict[int, _Passer] = {}
        self._dwell = Durations(DWELL_BOUNDS, carry)
        self._zero()

    def _zero(self) -> None:
        self._passed = 0
        self._stopped = 0
        self._entered = 0
        self._entered_stopped = 0

    def feed(self, at: float, seen: Percept) -> None:
        """The persons in one picture of the window's camera."""
        for track in seen.tracks:
            self._passers.setdefault(track.number, _Passer())
        over = self._before.feed(at, seen)
        for number, stay in (*self._before.here.items(), *over):
            passer = self._passers[number]
            passer.passed |= self._street is None and stay.seconds >= VIEW
            passer.longest = max(passer.longest, stay.seconds)
        if self._street is not None:
            for crossing in self._street.feed(at, seen):
                self._passers[crossing.number].passed = True
        for crossing in self._door.feed(at, seen):
            self._through_door(self._passers[crossing.number], crossing.way)
        for number in seen.ended:
            passer = self._passers.pop(number, _Passer())
            if not passer.settled and (passer.passed or passer.longest >= self.window.stop):
                self._count(passer)

    def tallies(self, start: float, end: float) -> list[Tally]:
        """The window's figures since the last restart."""
        values: dict[str, Value] = {
            "window": self.window.name,
            "passers": self._passed,
            "stopped": self._stopped,
            "entered": self._entered,
            "entered_stopped": self._entered_stopped,
            "dwell": self._dwell.bins,
        }
        return [Tally("windows", start, end, values, support=len(self._dwell))]

    def restart(self, at: float) -> None:
        """Begin the next window of time; stays of too few wait for it."""
        self._zero()
        self._dwell.restart()

    def _through_door(self, passer: _Passer, way: Way) -> None:
        if passer.settled:
            return
        passer.settled = True
        if way is Way.IN:
            self._entered += 1
            self._entered_stopped += self._count(passer)

    def _count(self, passer: _Passer) -> bool:
        """One passer more, and whether he stopped."""
        stopped = passer.longest >= self.window.stop
        self._passed += 1
        self._stopped += stopped
        if passer.longest >= VIEW:
            self._dwell.add(passer.longest)
        return stopped


@InView
def window_funnels(view: View) -> Iterator[WindowFunnel]:
    """Every shop window's."""
    return (WindowFunnel(window, view.carry) for window in view.drawings(Window))
