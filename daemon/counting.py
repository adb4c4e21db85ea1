"""What is counted in the cameras' pictures and behind their lines, made from the drawings in the configuration."""

from collections.abc import Callable
from functools import partial

from analytics.area import Area, fed
from analytics.camera import CameraMetrics
from analytics.gate import GateCounter
from analytics.line import lines
from analytics.view import View
from config import Config
from daemon.box import Box
from daemon.clock import BoxClock
from daemon.reporter import DAY
from events import ClockState


def count(box: Box) -> None:
    """Attach to the box's reporter all that is drawn, camera by camera, and the areas behind the lines."""
    config = box.config
    carry = max(5, config.privacy.floor)
    closed = closing(config, box.clock)
    closes = closed if config.hours.opens is not None else None
    hour = partial(_hour, box.clock)
    views = [View(camera, config.drawn(camera), carry, closes, hour) for camera in config.cameras]
    counters = {counter.line.name: counter for view in views for counter in view.made(lines)}
    for name, counter in counters.items():
        counter.heard.append(partial(box.door.crossed, name))
    for name, area in config.areas.items():
        around, bought = ([counters[line] for line in names] for names in (area.lines, area.bought))
        box.reporter.attach(f"area {name}", Area(name, around, bought, carry, closed).metrics())
    for name, gate in config.gates.items():
        pulses = GateCounter(name, beam=gate.kind == "beam", tolerance=gate.tolerance)
        box.reporter.attach(f"gate {name}", [fed(pulses, [counters[line] for line in gate.lines])])
    for view in views:
        box.reporter.attach(view.camera, [CameraMetrics(view.metrics())], view.made(lines))


def closing(config: Config, clock: BoxClock) -> Callable[[float], bool]:
    """Whether the shop is closed at a clock second; a clock that was never set closes no shop."""

    def closed(at: float) -> bool:
        wall = clock.wall(at)
        return wall.state is not ClockState.UNSYNCED and config.hours.closed(int(wall.epoch + wall.offset) % DAY)

    return closed


def _hour(clock: BoxClock, at: float) -> int | None:
    """The local hour of a clock second, while the clock is set."""
    wall = clock.wall(at)
    return None if wall.state is ClockState.UNSYNCED else int(wall.epoch + wall.offset) % DAY // 3600
