"""Attention: heads that face a target, for how long; and presence after hours."""

from dataclasses import replace

import pytest

from analytics.after_hours import AfterHours
from analytics.attention import AttentionCounter, Target
from analytics.camera import CameraMetrics
from observations import Percept
from tests.analytics.scene import Scene, play, values, walk

SCREEN = Target(name="screen", corners=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)), yaw=(-20, 20), pitch=(-15, 15))


def heads(yaws: dict[float, float | None], until: float = 10, pitch: float = 0.0) -> list[Percept]:
    """One person whose head is seen at these moments in these directions, as a face that is looked at in turn."""
    seen = list(Scene([walk((0, 0.5, 0.6), (until, 0.5, 0.6))], fps=10).percepts())
    turned = []
    for percept in seen:
        yaw = yaws.get(percept.at)
        tracks = tuple(replace(t, yaw=yaw, pitch=None if yaw is None else pitch) for t in percept.tracks)
        turned.append(replace(percept, tracks=tracks))
    return turned


def every(begin: int, end: int, yaw: float) -> dict[float, float | None]:
    return {at / 10: yaw for at in range(begin * 10, end * 10, 5)}


@pytest.mark.parametrize(
    ("percepts", "expected"),
    [
        pytest.param(heads({}), (1, 0, 0.0), id="no face seen"),
        pytest.param(heads(every(0, 10, 0)), (1, 1, 10.0), id="faces it all the time"),
        pytest.param(heads(every(0, 10, 45)), (1, 0, 0.0), id="faces elsewhere"),
        pytest.param(heads(every(0, 10, 0), pitch=40), (1, 0, 0.0), id="looks at the floor"),
        pytest.param(heads(every(2, 5, 10) | every(5, 10, 60)), (1, 1, 3.0), id="turns away"),
        pytest.param(heads(every(2, 5, 10)), (1, 1, 3.5), id="a direction holds for a second"),
        pytest.param(heads({3.0: 0.0, 3.3: 70.0}), (1, 0, 0.3), id="a glance is no look"),
        pytest.param(heads(every(0, 1, 0), until=0.5), (0, 1, 0.5), id="too short to pass"),
    ],
)
def test_lookers_and_seconds(percepts: list[Percept], expected: tuple[int, int, float]) -> None:
    counter = AttentionCounter(SCREEN)
    play(counter, percepts)
    said = values(counter.tallies(0, 60))
    assert (said["passers"], said["lookers"]) == expected[:2]
    assert said["seconds"] == pytest.approx(expected[2], abs=0.25)


def test_the_time_to_the_first_look_is_told_of_those_who_looked() -> None:
    counter = AttentionCounter(SCREEN, carry=2)
    play(counter, heads(every(4, 8, 0)))
    said = values(counter.tallies(0, 60))
    assert said["first_look"] == pytest.approx(4.0, abs=0.25)
    counter.restart(60)
    assert values(counter.tallies(60, 120))["first_look"] == pytest.approx(4.0, abs=0.25), "one waits for a second"
    idle = AttentionCounter(SCREEN)
    play(idle, heads({3.0: 0.0, 3.3: 70.0}))
    assert values(idle.tallies(0, 60))["first_look"] is None


def test_presence_is_an_alarm_only_while_the_shop_is_closed() -> None:
    watch = AfterHours("door", lambda at: at >= 30, after=3, clear=10)
    camera = CameraMetrics([watch])
    said = []
    for percept in Scene([walk((10, 0.5, 0.6), (60, 0.5, 0.6))], fps=2, until=90).percepts():
        camera.feed(percept.at, percept)
        said += [(t.start, t.values["kind"], t.values["active"]) for t in camera.alarms(percept.at)]
    assert said == [(33.0, "after_hours", True), (72.0, "after_hours", False)]
    assert camera.tallies(0, 90) == []
