"""What may leave, field by field: an event type without a row here cannot be released."""

from dataclasses import dataclass, field

from events import (
    Alert,
    AttentionCount,
    Certificate,
    ConversionCount,
    CounterService,
    DeviceCount,
    Event,
    FlowCount,
    GateCount,
    GoodsFunnel,
    GreetingCount,
    HandsCount,
    Heatmap,
    Inside,
    LineCount,
    Occupancy,
    OccupancyCount,
    PaceCount,
    PasserCount,
    PhoneCount,
    PortalCount,
    QueueCount,
    QueueLength,
    ReturningCount,
    RoleCount,
    RouteCount,
    SalesConversion,
    ShelfCount,
    StaffCount,
    StaffCrossings,
    StaffZone,
    TillCount,
    VisitCount,
    WindowCount,
    ZoneCount,
)


@dataclass(frozen=True, slots=True)
class Release:
    """How one kind of tally becomes an event.

    `floor` is the support (persons or devices) below which the `floored` fields are null, or below which nothing is
    released where the row is `whole`; elements of a `cellwise` field with fewer behind them are 0. `digits` rounds
    floats; `noise` is the scale of optional Laplace noise per field (sensitivity over epsilon), off by default.
    """

    event: type[Event]
    floor: int = 0
    floored: tuple[str, ...] = ()
    whole: bool = False
    cellwise: tuple[str, ...] = ()
    digits: int = 2
    noise: dict[str, float] = field(default_factory=dict)


FLOOR = 5
ROLE_FLOOR = 3
"""Badges of one role that must have been heard: with fewer the figure would be about a person."""

POLICY: dict[str, Release] = {
    "alert": Release(Alert),
    "attention": Release(AttentionCount, floor=FLOOR, floored=("first_look",), digits=1),
    "certificate": Release(Certificate, digits=4),
    "conversions": Release(ConversionCount),
    "devices": Release(DeviceCount),
    "flows": Release(FlowCount, floor=FLOOR, whole=True),
    "gates": Release(GateCount),
    "goods_funnels": Release(GoodsFunnel, FLOOR, ("stopped", "touched", "picked", "put_back", "left")),
    "greetings": Release(GreetingCount, floor=FLOOR, floored=("first_contact",), digits=1),
    "hands": Release(HandsCount),
    "heatmap": Release(Heatmap, floor=FLOOR, cellwise=("cells",)),
    "lines": Release(LineCount),
    "live_areas": Release(Inside),
    "live_queues": Release(QueueLength),
    "live_zones": Release(Occupancy),
    "occupancy": Release(OccupancyCount, floor=FLOOR, floored=("visit_mean",), digits=1),
    "paces": Release(PaceCount, floor=FLOOR, floored=("walks", "speed_mean", "speeds", "length_median")),
    "passers": Release(PasserCount, digits=0),
    "portals": Release(PortalCount),
    "phones": Release(PhoneCount, floor=FLOOR, floored=("near", "inside", "far", "passers", "dwellers"), digits=1),
    "queues": Release(QueueCount, floor=FLOOR, floored=("wait_median", "wait_p90", "waits", "service_mean"), digits=1),
    "returning": Release(ReturningCount),
    "roles": Release(RoleCount, ROLE_FLOOR, ("on_duty",)),
    "routes": Release(RouteCount, floor=FLOOR, whole=True),
    "sales": Release(SalesConversion, digits=3),
    "service": Release(CounterService),
    "shelves": Release(ShelfCount),
    "staff": Release(StaffCount),
    "staff_lines": Release(StaffCrossings),
    "staff_zones": Release(StaffZone),
    "tills": Release(TillCount),
    "visits": Release(VisitCount, floor=FLOOR, floored=("visits", "visit_mean", "visit_median", "durations"), digits=1),
    "windows": Release(WindowCount, floor=FLOOR, floored=("dwell",)),
    "zones": Release(ZoneCount, floor=FLOOR, floored=("dwell",), digits=1),
}
