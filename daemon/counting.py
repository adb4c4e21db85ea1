"""What is counted in the cameras' pictures, made from the drawings in the configuration and nowhere else."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from analytics.after_hours import AfterHours
from analytics.attention import AttentionCounter
from analytics.camera import CameraMetrics
from analytics.conversion import Conversion
from analytics.crossing import Crossing
from analytics.flow import Flow
from analytics.gate import GateCounter
from analytics.gathering import Gathering
from analytics.hands import HandCounter
from analytics.heat import HeatMap
from analytics.line import LineCounter
from analytics.metric import Metric
from analytics.occupancy import Occupancy
from analytics.pace import PaceCounter
from analytics.queue import QueueCounter
from analytics.visit import VisitTimer
from analytics.window_funnel import WindowFunnel
from analytics.zone import ZoneCounter
from config import Config
from config.places import Area
from daemon.box import Box
from daemon.clock import BoxClock
from daemon.reporter import DAY
from events import ClockState
from observations import Percept


def count(box: Box) -> None:
    """Attach to the box's reporter all that is drawn, camera by camera, and the areas behind the lines."""
    config = box.config
    closed = closing(config, box.clock)
    lines = {name: LineCounter(line.drawn(name)) for name, line in config.lines.items()}
    for name, counter in lines.items():
        counter.heard.append(partial(box.door.crossed, name))
    for name, area in config.areas.items():
        box.reporter.attach(f"area {name}", list(_area(name, area, lines, closed)))
    for name, gate in config.gates.items():
        pulses = GateCounter(name, beam=gate.kind == "beam", tolerance=gate.tolerance)
        for line in gate.lines:
            lines[line].heard.append(partial(_tell, [pulses]))
        box.reporter.attach(f"gate {name}", [pulses])
    for camera in config.cameras:
        own = [counter for name, counter in lines.items() if config.lines[name].camera == camera]
        box.reporter.attach(camera, [CameraMetrics([*own, *_drawn(box, camera, closed)])], own)


def closing(config: Config, clock: BoxClock) -> Callable[[float], bool]:
    """Whether the shop is closed at a clock second; a clock that was never set closes no shop."""

    def closed(at: float) -> bool:
        wall = clock.wall(at)
        return wall.state is not ClockState.UNSYNCED and config.hours.closed(int(wall.epoch + wall.offset) % DAY)

    return closed


def _drawn(box: Box, camera: str, closed: Callable[[float], bool]) -> Iterator[Metric[Percept]]:
    """All but the lines that is drawn into one camera's picture; the flow comes after the zones that it hears."""
    config = box.config
    carry = max(5, config.privacy.floor)
    zones = [ZoneCounter(z.drawn(name), carry) for name, z in config.zones.items() if z.camera == camera]
    yield from zones
    if len(zones) > 1:
        flow = Flow(carry)
        for zone in zones:
            zone.heard.append(flow.viewed)
        yield flow
    for zone in zones:
        fewest = config.zones[zone.zone.name].gathering
        if fewest is not None:
            yield Gathering(zone, fewest, partial(_hour, box.clock))
    yield from (QueueCounter(q.drawn(name), carry) for name, q in config.queues.items() if q.camera == camera)
    yield from (WindowFunnel(w.drawn(name), carry) for name, w in config.shop_windows.items() if w.camera == camera)
    yield from (AttentionCounter(t.drawn(name), carry) for name, t in config.targets.items() if t.camera == camera)
    yield from (HandCounter(h.drawn(name)) for name, h in config.hands.items() if h.camera == camera)
    for drawing in config.heatmaps.values():
        if drawing.camera == camera:
            grid = drawing.drawn()
            yield HeatMap(grid)
            if drawing.pace and grid.floor is not None:
                yield PaceCounter(camera, grid.floor, carry)
    if config.hours.opens is not None:
        yield AfterHours(camera, closed)


def _hour(clock: BoxClock, at: float) -> int | None:
    """The local hour of a clock second, while the clock is set."""
    wall = clock.wall(at)
    return None if wall.state is ClockState.UNSYNCED else int(wall.epoch + wall.offset) % DAY // 3600


def _area(
    name: str, area: Area, lines: dict[str, LineCounter], closed: Callable[[float], bool]
) -> Iterator[Metric[Any]]:
    """The metrics of one area; they hear its lines, whichever camera sees these."""
    inside: list[Metric[Crossing]] = [Occupancy(name, closed), VisitTimer(name)]
    for line in area.lines:
        lines[line].heard.append(partial(_tell, inside))
    yield from inside
    if area.bought:
        conversion = Conversion(name)
        for line in area.lines:
            lines[line].heard.append(conversion.bought if line in area.bought else partial(_tell, [conversion]))
        yield conversion


def _tell(metrics: Sequence[Metric[Crossing]], crossing: Crossing) -> None:
    for metric in metrics:
        metric.feed(crossing.at, crossing)
