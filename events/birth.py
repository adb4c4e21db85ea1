"""What a box says of itself when it connects: everything a backend needs to read its reports."""

from dataclasses import dataclass

from events.base import Code, Event, Name, Sensor


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorBirth(Event):
    """One configured sensor; `scheme` is the kind of device behind it."""

    sensor: Sensor
    name: Name
    scheme: Code


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamBirth(Event):
    """A durable topic: (store, seq) numbers its messages without a hole; the next one will have this `seq`."""

    topic: Code
    store: Code
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseBirth(Event):
    """One row of the policy in force: what is counted over fewer than `floor` persons or devices is null."""

    kind: Code
    floor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds(Event):
    """The upper bounds of a histogram's bins in its unit; the last bin, above the last bound, is open."""

    field: Code
    bounds: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowBirth(Event):
    """What the places of a report's rows are, where rows are arrays (JSON); whatever else a row has is named in it."""

    rows: Code
    places: tuple[Code, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Birth(Event):
    """Retained; `schema` is the minor version of the documents under passerby/1, `window` is in seconds, `place` is
    what the site is in, outermost first (district, mall, floor), so that counts can be added up at every level."""

    session: int
    version: Code
    schema: int
    config: Code
    preset: Code
    window: int
    epoch: int
    sensors: tuple[SensorBirth, ...] = ()
    lines: tuple[Name, ...] = ()
    zones: tuple[Name, ...] = ()
    queues: tuple[Name, ...] = ()
    shelves: tuple[Name, ...] = ()
    policy: tuple[ReleaseBirth, ...] = ()
    streams: tuple[StreamBirth, ...] = ()
    bounds: tuple[Bounds, ...] = ()
    preflight: Code | None = None
    rows: tuple[RowBirth, ...] = ()
    place: tuple[Name, ...] = ()
