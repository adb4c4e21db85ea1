"""All that one camera can be given at once, the areas behind its lines, a gate and badges: what a busy box counts."""

from collections.abc import Callable
from typing import Any

from analytics.area import Area, fed
from analytics.attention import Target
from analytics.badges import Badges, BadgeZone
from analytics.camera import CameraMetrics
from analytics.crossing import Drawn
from analytics.durations import CARRY
from analytics.floor import Floor
from analytics.gate import GateCounter
from analytics.geometry import Point
from analytics.greeting import Entrance, Greeting
from analytics.hands import Shelf
from analytics.heat import Grid
from analytics.line import Line, Mode, Uturns, lines
from analytics.metric import Metric
from analytics.queue import Counter, Queue
from analytics.service import Counter as Attended
from analytics.service import Service
from analytics.staff_crossings import StaffCrossings
from analytics.view import View
from analytics.window_funnel import Window
from analytics.zone import Zone
from observations import BadgeSighting, Percept, Pulse, Tally

FLOOR = Floor(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)), ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)))
TARGETS = (("screen", (-20.0, 20.0)), ("shelf", (20.0, 60.0)))
DOOR = Drawn(points=((0.8, 0.5), (1.0, 0.5)))
BADGE_ZONE = BadgeZone(name="counter", sensor="counter")


def square(left: float, top: float, width: float, height: float) -> tuple[Point, ...]:
    """The corners of an upright rectangle."""
    right, bottom = left + width, top + height
    return ((left, top), (right, top), (right, bottom), (left, bottom))


class Everything:
    """Three lines with an area, its visits, lanes and a gate; six zones, their flow and crowds; a queue, a counter with
    badges, an entrance, a shop window, two targets and shelves, heat, pace and presence.

    `pick` leaves metrics of the camera out; what hears a line that was left out hears nothing.
    """

    def __init__(self, pick: Callable[[Metric[Percept]], bool] = lambda metric: True) -> None:
        view = View("shop", _drawn(), CARRY, lambda at: False, lambda at: int(at // 3600) % 24)
        door, lane, _ = view.made(lines)
        self._badges = Badges([BADGE_ZONE])
        entrance = Entrance(name="door", door=DOOR, floor=FLOOR, place=square(0.0, 0.3, 0.3, 0.7), zone="counter")
        attended = Attended(name="till", zone="counter", polygon=square(0.3, 0.5, 0.6, 0.3))
        joined: list[Metric[Percept]] = [Greeting(entrance, self._badges), Service(attended, self._badges)]
        self.camera = CameraMetrics([metric for metric in (*view.metrics(), *joined) if pick(metric)])
        self._staff = StaffCrossings("line0", BADGE_ZONE)
        door.heard.append(self._staff.hear)
        self._gate = fed(GateCounter("entry", beam=False), [door])
        area = Area("shop", [door, lane], [lane], CARRY, lambda at: False)
        self._behind: list[Metric[Any]] = [*area.metrics(), self._gate, self._staff]

    def feed(self, at: float, seen: Percept) -> None:
        """One picture; every second the badges are heard, the gate is passed, and alarms are asked for."""
        self.camera.feed(at, seen)
        if at == int(at):
            for sensor, rssi_dbm in (("counter", -50), ("door", -70 if at % 40 < 20 else -88)):
                badge = BadgeSighting(at, sensor, 1, 1, "staff", rssi_dbm)
                self._badges.feed(at, badge)
                self._staff.feed(at, badge)
            self._gate.feed(at, Pulse(at, "entry"))
            self.camera.alarms(at)
            self._staff.alarms(at)
            self._gate.alarms(at)

    def tallies(self, start: float, end: float) -> list[Tally]:
        """Everything counted since the last restart."""
        behind = [tally for metric in self._behind for tally in metric.tallies(start, end)]
        return self.camera.tallies(start, end) + behind

    def restart(self, at: float) -> None:
        """Begin the next window."""
        self.camera.restart(at)
        for metric in self._behind:
            metric.restart(at)


def _drawn() -> list[object]:
    """What is drawn into the camera's picture."""
    till = Counter(customer=square(0.8, 0.5, 0.1, 0.3), staff=square(0.92, 0.5, 0.08, 0.3))
    return [
        *(
            Line(name=f"line{i}", points=((0.1, y), (0.9, y)), mode=Mode.DEFERRED, uturns=Uturns.SEPARATE)
            for i, y in enumerate((0.4, 0.55, 0.7))
        ),
        *(Zone(name=f"zone{i}", corners=square(i / 6, 0.3, 1 / 6, 0.7), capacity=5, gathering=5) for i in range(6)),
        Queue(name="till", corners=square(0.3, 0.5, 0.45, 0.3), counters=(till,), longest=5),
        Window(name="window", corners=square(0.2, 0.6, 0.6, 0.35), door=DOOR),
        *(Target(name=name, corners=square(0.1, 0.3, 0.8, 0.7), yaw=yaw) for name, yaw in TARGETS),
        *(Shelf(name=f"shelf{i}", corners=square(i / 2, 0.3, 0.5, 0.7), plane=_plane(i)) for i in range(2)),
        Grid(camera="shop", floor=FLOOR, width=9.0, depth=9.0, pace=True),
    ]


def _plane(shelf: int) -> tuple[Point, ...]:
    return square(shelf / 2, 0.3, 0.2, 0.3)
