"""What the box says: frozen public types, the wire contract."""

from events.alert import Alert, AlertKind
from events.attention import AttentionCount
from events.base import Code, Event, Name, Reason, Sensor
from events.birth import Birth, Bounds, ReleaseBirth, SensorBirth, StreamBirth
from events.certificate import Certificate
from events.conversion import ConversionCount
from events.devices import DeviceCount
from events.drop import Drop, DropReason
from events.flow import FlowCount, RouteCount
from events.gate import GateCount
from events.goods import GoodsFunnel, PortalCount, ShelfCount
from events.greeting import GreetingCount
from events.hands import HandsCount
from events.health import Health, SensorHealth
from events.heatmap import Heatmap
from events.line import LineCount
from events.live import Inside, Live, Occupancy, QueueLength
from events.occupancy import OccupancyCount
from events.pace import PaceCount
from events.passers import PasserCount
from events.phones import PhoneCount
from events.queue import QueueCount
from events.remote import (
    Action,
    ActionKind,
    Check,
    Desired,
    Outcome,
    Problem,
    Reply,
    Reported,
    Result,
    Setting,
)
from events.report import ClockState, Quality, Report
from events.returning import ReturningCount
from events.staff import CounterService, RoleCount, StaffCount, StaffCrossings, StaffZone
from events.state import Cause, Condition, State
from events.till import SalesConversion, TillCount
from events.visit import VisitCount
from events.window import WindowCount
from events.zone import ZoneCount

__all__ = [
    "Action",
    "ActionKind",
    "Alert",
    "AlertKind",
    "AttentionCount",
    "Birth",
    "Bounds",
    "Cause",
    "Certificate",
    "Check",
    "ClockState",
    "Code",
    "Condition",
    "ConversionCount",
    "CounterService",
    "Desired",
    "DeviceCount",
    "Drop",
    "DropReason",
    "Event",
    "FlowCount",
    "GateCount",
    "GoodsFunnel",
    "GreetingCount",
    "HandsCount",
    "Health",
    "Heatmap",
    "Inside",
    "LineCount",
    "Live",
    "Name",
    "Occupancy",
    "OccupancyCount",
    "Outcome",
    "PaceCount",
    "PasserCount",
    "PhoneCount",
    "PortalCount",
    "Problem",
    "Quality",
    "QueueCount",
    "QueueLength",
    "Reason",
    "ReleaseBirth",
    "Reply",
    "Report",
    "Reported",
    "Result",
    "ReturningCount",
    "RoleCount",
    "RouteCount",
    "SalesConversion",
    "Sensor",
    "SensorBirth",
    "SensorHealth",
    "Setting",
    "ShelfCount",
    "StaffCount",
    "StaffCrossings",
    "StaffZone",
    "State",
    "StreamBirth",
    "TillCount",
    "VisitCount",
    "WindowCount",
    "ZoneCount",
]
