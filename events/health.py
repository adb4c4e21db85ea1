"""The figures of the box itself, the same as `passerby status --json` shows."""

from dataclasses import dataclass

from events.base import Code, Event, Name, Sensor
from events.report import ClockState
from events.state import Cause, Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorHealth(Event):
    """One sensor: `state` is a word of docs/operator.md, `age` seconds since it sensed, `rate` its items a second,
    `source` the way of sensing that it chose, where it has several (management, passive, active for Bluetooth)."""

    sensor: Sensor
    name: Name
    state: Code
    reason: Code | None = None
    age: float | None = None
    rate: float | None = None
    dropped: int = 0
    source: Code | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health(Event):
    """How the box is doing, at `at` (epoch seconds); a figure that the machine does not give is null.

    `outbox_*` are rows and bytes waiting, `outbox_age` the seconds that the oldest has waited; `written` are bytes
    written to the medium since the start, `dropped` and `dead` the messages given up since the store was made.
    `door` says that a technician at the box can see a camera's pictures now.
    """

    at: int
    state: Condition
    clock: ClockState
    uptime: int
    epoch: int
    reasons: tuple[Cause, ...] = ()
    sensors: tuple[SensorHealth, ...] = ()
    cpu: float | None = None
    rss: int | None = None
    disk_free: int | None = None
    soc_temp: float | None = None
    throttled: int | None = None
    outbox_rows: int = 0
    outbox_bytes: int = 0
    outbox_age: float | None = None
    dropped: int = 0
    dead: int = 0
    written: int | None = None
    reconnects: int = 0
    certificate_ends: int | None = None
    door: bool = False
