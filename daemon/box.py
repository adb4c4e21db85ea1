"""Everything that the parts of one running box share, made once and handed on; it does nothing by itself."""

from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from analytics.planogram import Planogram
from config import Config
from daemon.clock import BoxClock
from daemon.door import Door
from daemon.reporter import Reporter
from daemon.vitals import Vitals
from events import Sensor
from privacy.gate import Gate
from privacy.tokens import Tokeniser


@dataclass(frozen=True, slots=True)
class Running:
    """One sensor that can be run: its vitals, and the coroutine that keeps it going until it has ended."""

    vitals: Vitals
    run: Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Box:
    """One box. `thread` is the single thread in which perception happens, `plan` the shelves'."""

    config: Config
    clock: BoxClock
    gate: Gate
    tokeniser: Tokeniser
    reporter: Reporter
    thread: ThreadPoolExecutor
    sensors: list[Vitals]
    plan: Planogram
    door: Door

    def seen(self, sensor: Sensor, name: str, seconds: float) -> float:
        """The share of the open window of so many seconds that a sensor has seen; 0 for one that is not there."""
        found = (one for one in self.sensors if (one.sensor, one.name) == (sensor, name))
        return next((vitals.quality(seconds).seen for vitals in found), 0.0)

    def sensor(self, vitals: Vitals) -> Vitals:
        """Register a sensor, so that it has its quality in every report."""
        vitals.since = self.clock.now()
        self.sensors.append(vitals)
        return vitals
