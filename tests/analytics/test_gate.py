"""Pulses beside crossings, as timelines: tailgaters, passages both ways, and a camera that drifts."""

import pytest

from analytics.crossing import Crossing, Way
from analytics.gate import BLOCK_S, GateCounter
from observations import Pulse
from tests.analytics.scene import values


def crossing(at: float, way: Way = Way.IN) -> Crossing:
    return Crossing("door", 1, way, at, (0.5, 0.5), 0.3)


def fed(counter: GateCounter, *seen: Pulse | Crossing) -> GateCounter:
    for one in seen:
        counter.feed(one.at, one)
    return counter


def test_who_comes_in_without_a_pulse_is_unpulsed() -> None:
    gate = fed(
        GateCounter("entry", beam=False),
        *(Pulse(at, "entry") for at in (1, 9)),
        *(crossing(at) for at in (2, 3, 10)),
        crossing(20, Way.OUT),
    )
    assert values(gate.tallies(0, 60)) == {"gate": "entry", "pulses": 2, "crossings": 3, "unpulsed": 1}
    gate.restart(60)
    assert gate.tallies(60, 120) == []


def test_a_beam_is_broken_both_ways() -> None:
    beam = fed(GateCounter("door", beam=True), Pulse(1, "door"), Pulse(5, "door"), crossing(1), crossing(5, Way.OUT))
    assert values(beam.tallies(0, 60)) == {"gate": "door", "pulses": 2, "crossings": 2, "unpulsed": None}


@pytest.mark.parametrize(
    ("seen_of_ten", "said"), [(10, []), (9, []), (7, [True]), (0, [True]), (13, [True])], ids=lambda it: str(it)
)
def test_a_camera_that_drifts_from_the_pulses_is_told_once(seen_of_ten: int, said: list[bool]) -> None:
    beam = GateCounter("door", beam=True)
    heard = []
    for minute in range(120):
        at = minute * 60.0
        for n in range(10):
            fed(beam, Pulse(at + n, "door"))
        for n in range(seen_of_ten):
            fed(beam, crossing(at + n))
        heard += [alarm.values["active"] for alarm in beam.alarms(at)]
    assert heard == said


def test_a_drift_that_is_over_ends_and_few_pulses_say_nothing() -> None:
    beam = GateCounter("door", beam=True)
    assert beam.alarms(0) == []
    fed(beam, *(Pulse(n, "door") for n in range(40)))
    assert beam.alarms(BLOCK_S) == []
    fed(beam, *(Pulse(BLOCK_S + n, "door") for n in range(40)))
    (began,) = beam.alarms(2 * BLOCK_S)
    assert (began.values["kind"], began.values["active"], began.values["value"]) == ("drift", True, 1.0)
    fed(beam, *(Pulse(2 * BLOCK_S + n, "door") for n in range(60)))
    fed(beam, *(crossing(2 * BLOCK_S + n) for n in range(60)))
    (ended,) = beam.alarms(3 * BLOCK_S)
    assert (ended.values["active"], ended.values["value"]) == (False, 0.0)
