"""A fault becomes one alert within a minute and its end another; what only blinks becomes none."""

from daemon.faults import PATIENCE_S, Faults
from daemon.health import OFFLINE_GRACE_S
from events import AlertKind, Code, Name, Sensor
from events.state import Cause

GONE = Cause(code=Code("gone"), sensor=Sensor.CAMERA, name=Name("door"))
DARK = Cause(code=Code("dark"), sensor=Sensor.CAMERA, name=Name("door"))
STALLED = Cause(code=Code("stalled"), sensor=Sensor.CAMERA, name=Name("door"))
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


def test_what_ails_a_sensor_is_one_fault_whatever_its_word_of_the_moment() -> None:
    """A camera that is away for good is now silent, now gone: that is said once, when it has been away for long."""
    away = [(float(at), [GONE if at // 10 % 2 else STALLED]) for at in range(200)]
    assert timeline(*away, (200.0, [])) == [
        (20, AlertKind.FAULT, True, "door", "stalled"),
        (200, AlertKind.FAULT, False, "door", "stalled"),
    ]


def test_another_word_that_lasts_takes_the_place_of_the_first() -> None:
    assert timeline((0, [GONE]), (20, [GONE]), (30, [STALLED]), (49, [STALLED]), (50, [STALLED]), (60, [])) == [
        (20, AlertKind.FAULT, True, "door", "gone"),
        (50, AlertKind.FAULT, False, "door", "gone"),
        (50, AlertKind.FAULT, True, "door", "stalled"),
        (60, AlertKind.FAULT, False, "door", "stalled"),
    ]


def test_what_ails_the_box_is_as_many_faults_as_words() -> None:
    full = Cause(code=Code("disk_full"))
    assert timeline((0, [BROKER]), (15, [BROKER, full]), (20, [BROKER, full]), (34, [full]), (35, [full])) == [
        (20, AlertKind.FAULT, True, "box", "broker_unreachable"),
        (34, AlertKind.FAULT, False, "box", "broker_unreachable"),
        (35, AlertKind.FAULT, True, "box", "disk_full"),
    ]


def test_how_long_everything_has_been_wrong_can_be_asked() -> None:
    faults = Faults(lambda at: at)
    faults.judge(0, [GONE, BROKER])
    faults.judge(30, [GONE])
    assert faults.lasted(31.5) == [{"code": "gone", "sensor": "camera", "name": "door", "seconds": 31.5}]
