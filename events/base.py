"""What every event is: frozen, flat and closed, so that a test can walk its fields and find no room for a person."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NewType

Name = NewType("Name", str)
"""A name that the owner of the shop wrote into the configuration: of a line, a zone, a shelf, a SKU, a role."""

Code = NewType("Code", str)
"""A word that the program itself chose: a version, a hash, a cause in the words of docs/operator.md. Never sensed."""


class Sensor(StrEnum):
    """The kinds of sensors a box has."""

    CAMERA = "camera"
    WIFI = "wifi"
    BLE = "ble"
    RFID = "rfid"
    TILL = "till"
    GATE = "gate"


class Reason(StrEnum):
    """Why a number is null or not to be relied on, or a sensor's share of a window is not whole."""

    BELOW_FLOOR = "below_floor"
    NOT_SEEN = "not_seen"
    NOT_CALIBRATED = "not_calibrated"
    SENSOR_FAILED = "sensor_failed"
    STARTED = "started"
    STOPPED = "stopped"
    OVERLOADED = "overloaded"
    COVERED = "covered"
    DARK = "dark"
    OVEREXPOSED = "overexposed"
    BLURRED = "blurred"
    MOVED = "moved"
    FROZEN = "frozen"
    INCONSISTENT = "inconsistent"
    UNBALANCED = "unbalanced"
    CONTRADICTED = "contradicted"
    DISPUTED = "disputed"
    SHADOWED = "shadowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The base of what a report says. Fields are int, float, bool, closed enums, `Name` and tuples of these.

    On the wire a field has its own name without a trailing underscore (`in_` is `in`).
    """


def histogram(bins: int) -> Any:
    """A field of so many bins, null by default; their bounds are named in birth. On the wire zeros at its end are left
    out."""
    return field(default=None, metadata={"bins": bins})
