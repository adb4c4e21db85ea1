"""An alarm is said once when it begins and once when it ends."""

import pytest

from analytics.alarm import Alarm, Incident
from analytics.camera import CameraMetrics
from analytics.crossing import Way
from analytics.line import Line, LineCounter
from tests.analytics.scene import Scene, play, walk


@pytest.mark.parametrize(
    ("holds", "expected"),
    [
        pytest.param({0: True}, [(5, True)], id="after it has held long enough"),
        pytest.param({0: True, 4: False}, [], id="a short spell is none"),
        pytest.param({0: True, 3: False, 4: True}, [(9, True)], id="interrupted, it begins anew"),
        pytest.param({0: True, 7: False}, [(5, True), (17, False)], id="it ends a while later"),
        pytest.param({0: True, 7: False, 12: True, 14: False}, [(5, True), (24, False)], id="coming and going is one"),
    ],
)
def test_a_condition_begins_and_ends_with_hysteresis(holds: dict[int, bool], expected: list[tuple[int, bool]]) -> None:
    alarm = Alarm("crowded", "aisle", after=5, clear=10)
    now = False
    said = []
    for at in range(40):
        now = holds.get(at, now)
        said += [(at, tally.values["active"]) for tally in alarm.judge(at, now, 9.0)]
    assert said == expected


def test_an_incident_lasts_until_it_has_not_happened_for_a_while() -> None:
    incident = Incident("wrong_way", "exit", clear=10)
    said = []
    for at in range(40):
        if at in (3, 9):
            incident.happened(at)
        said += [(at, tally.values["active"], tally.values["value"]) for tally in incident.judge(at)]
    assert said == [(3, True, 1), (19, False, 2)]


def test_the_wrong_way_over_a_one_way_line_raises_an_alarm() -> None:
    counter = LineCounter(Line(name="exit", points=((0.2, 0.5), (0.8, 0.5)), one_way=Way.IN))
    camera = CameraMetrics([counter])
    play(camera, Scene([walk((0, 0.5, 0.9), (4, 0.5, 0.1))]).percepts())
    assert camera.alarms(7) == []
    play(camera, Scene([walk((10, 0.5, 0.1), (14, 0.5, 0.9))]).percepts())
    (began,) = camera.alarms(14)
    assert began.kind == "alert"
    assert dict(began.values) == {
        "kind": "wrong_way",
        "active": True,
        "name": "exit",
        "sensor": "camera",
        "code": None,
        "value": 1,
    }
    assert camera.alarms(30) == []
    (ended,) = camera.alarms(75)
    assert ended.values["active"] is False
