"""One closed window, everything counted in it: one window, one report."""

from dataclasses import dataclass
from enum import StrEnum

from events.attention import AttentionCount
from events.base import Event, Name, Reason, Sensor
from events.conversion import ConversionCount
from events.devices import DeviceCount
from events.flow import FlowCount, RouteCount
from events.gate import GateCount
from events.goods import GoodsFunnel, PortalCount, ShelfCount
from events.greeting import GreetingCount
from events.hands import HandsCount
from events.line import LineCount
from events.occupancy import OccupancyCount
from events.pace import PaceCount
from events.passers import PasserCount
from events.phones import PhoneCount
from events.queue import QueueCount
from events.returning import ReturningCount
from events.staff import CounterService, RoleCount, StaffCount, StaffCrossings, StaffZone
from events.till import SalesConversion, TillCount
from events.visit import VisitCount
from events.window import WindowCount
from events.zone import ZoneCount


class ClockState(StrEnum):
    """How far the start of a window is to be trusted."""

    SYNCED = "synced"
    HOLDOVER = "holdover"
    UNSYNCED = "unsynced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality(Event):
    """The share (0..1) of the window that one sensor really saw, and why not more.

    `trust` is null as long as the box's checks of itself find nothing; else the share (0..1) of the sensor's
    counts that they confirm, with the check as `reason`: `unbalanced`, `contradicted` or `disputed`.
    """

    sensor: Sensor
    name: Name
    seen: float
    reason: Reason | None = None
    trust: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Event):
    """One closed window. `store` and `seq` are given by the outbox when it is stored and identify it for ever.

    `start` is the window's start in epoch seconds (or seconds since boot while `clock` is unsynced), `seconds` its
    length, `epoch` the number of the token epoch: tokens of different epochs are unlinkable.
    """

    start: int
    seconds: int = 300
    clock: ClockState = ClockState.SYNCED
    epoch: int
    quality: tuple[Quality, ...] = ()
    lines: tuple[LineCount, ...] = ()
    devices: tuple[DeviceCount, ...] = ()
    staff: tuple[StaffCount, ...] = ()
    roles: tuple[RoleCount, ...] = ()
    staff_zones: tuple[StaffZone, ...] = ()
    service: tuple[CounterService, ...] = ()
    staff_lines: tuple[StaffCrossings, ...] = ()
    zones: tuple[ZoneCount, ...] = ()
    occupancy: tuple[OccupancyCount, ...] = ()
    visits: tuple[VisitCount, ...] = ()
    queues: tuple[QueueCount, ...] = ()
    flows: tuple[FlowCount, ...] = ()
    routes: tuple[RouteCount, ...] = ()
    windows: tuple[WindowCount, ...] = ()
    conversions: tuple[ConversionCount, ...] = ()
    attention: tuple[AttentionCount, ...] = ()
    shelves: tuple[ShelfCount, ...] = ()
    portals: tuple[PortalCount, ...] = ()
    goods_funnels: tuple[GoodsFunnel, ...] = ()
    tills: tuple[TillCount, ...] = ()
    sales: tuple[SalesConversion, ...] = ()
    phones: tuple[PhoneCount, ...] = ()
    returning: tuple[ReturningCount, ...] = ()
    passers: tuple[PasserCount, ...] = ()
    hands: tuple[HandsCount, ...] = ()
    paces: tuple[PaceCount, ...] = ()
    gates: tuple[GateCount, ...] = ()
    greetings: tuple[GreetingCount, ...] = ()
