"""Whether the box can be counted on right now; its broker says `offline` for it when it cannot."""

from dataclasses import dataclass
from enum import StrEnum

from events.base import Code, Event, Name, Sensor


class Condition(StrEnum):
    """How the box is, worst last."""

    ONLINE = "online"
    DEGRADED = "degraded"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause(Event):
    """Why the box is degraded: a word of docs/operator.md about a sensor, or about the box where there is none."""

    code: Code
    sensor: Sensor | None = None
    name: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class State(Event):
    """The condition in connection number `session` of this run; birth and state of one connection agree in it."""

    state: Condition
    session: int
    reasons: tuple[Cause, ...] = ()
