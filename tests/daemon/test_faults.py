"""A fault becomes one alert within a minute and its end another; what only blinks becomes none."""

from daemon.faults import PATIENCE_S, Faults
from daemon.health import OFFLINE_GRACE_S
from events import AlertKind, Code, Name, Sensor
from events.state import Cause

GONE = Cause(code=Code("gone"), sensor=Sensor.CAMERA, name=Name("door"))
DARK = Cause(code=Code("dark"), sensor=Sensor.CAMERA, name=Name("door"))
BROKER = Cause(code=Code("broker_unreachable"))


def timeline(*moments: tuple[float, list[Cause]]) -> list[tuple[float, AlertKind, bool, str, str | None]]:
    faults = Faults(lambda at: 1_000_000 + at)
    return [
        (alert.at - 1_000_000, alert.kind, alert.active, alert.name, alert.code)
        for at, causes in moments
        for alert in faults.judge(at, causes)
    ]


def test_a_lasting_fault_begins_once_and_ends_once() -> None:
    assert timeline((0, [GONE]), (19, [GONE]), (20, [GONE]), (500, [GONE]), (501, []), (502, [])) == [
        (20, AlertKind.FAULT, True, "door", "gone"),
        (501, AlertKind.FAULT, False, "door", "gone"),
    ]
    assert PATIENCE_S + OFFLINE_GRACE_S < 60, "the slowest of them, the broker, included"


def test_what_blinks_is_no_alert() -> None:
    assert timeline((0, [GONE]), (15, []), (16, [GONE]), (35, [GONE]), (35.5, [])) == []


def test_a_picture_that_is_not_fit_has_its_own_kind_and_the_box_its_own_name() -> None:
    assert timeline((0, [DARK, BROKER]), (30, [DARK, BROKER])) == [
        (30, AlertKind.FAULT, True, "box", "broker_unreachable"),
        (30, AlertKind.DARK, True, "door", "dark"),
    ]
