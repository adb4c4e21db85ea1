"""What cannot wait for the window."""

from dataclasses import dataclass
from enum import StrEnum

from events.base import Code, Event, Name, Sensor


class AlertKind(StrEnum):
    """Everything a box can raise an alert about."""

    FAULT = "fault"
    COVERED = "covered"
    DARK = "dark"
    OVEREXPOSED = "overexposed"
    BLURRED = "blurred"
    MOVED = "moved"
    FROZEN = "frozen"
    CROWDED = "crowded"
    QUEUE_LONG = "queue_long"
    COUNTER_UNATTENDED = "counter_unattended"
    AFTER_HOURS = "after_hours"
    TAILGATING = "tailgating"
    MISCALIBRATED = "miscalibrated"
    WRONG_WAY = "wrong_way"
    LOITERING = "loitering"
    SHELF_EMPTY = "shelf_empty"
    GATHERING = "gathering"
    DISPERSING = "dispersing"
    DRIFT = "drift"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert(Event):
    """Something began (`active`) or ended, at `at` (epoch seconds, whole), about a configured place or sensor.

    `code` names the cause of a fault in the words of docs/operator.md; `value` is the figure that crossed its limit.
    """

    kind: AlertKind
    active: bool
    at: int
    name: Name
    sensor: Sensor | None = None
    code: Code | None = None
    value: float | None = None
