"""Staff: how many are on duty, where, and how counters are served. Never about one of them."""

from dataclasses import dataclass

from events.base import Event, Name, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffCount(Event):
    """The mean number of staff on duty in one window: badges that are heard and worn."""

    on_duty: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleCount(Event):
    """The mean number on duty of one role; null where so few wear it that it would be about one person."""

    role: Name
    on_duty: float | None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffZone(Event):
    """The mean number of staff in one zone, and the share of the window with at least one."""

    zone: Name
    present: float | None
    covered: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterService(Event):
    """One counter in one window: seconds for which customers stood there without staff, customers (mean), customers
    to one of staff, how many came, and how many of them were met by staff in time."""

    counter: Name
    unattended: float
    customers: float | None
    customers_per_staff: float | None
    arrivals: int
    greeted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffCrossings(Event):
    """Crossings of one line that were staff's (`in`, `out`), and those that were left for visitors."""

    line: Name
    in_: int
    out: int
    visitors_in: int
    visitors_out: int
