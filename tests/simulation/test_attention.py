"""Who is turned to what: the truth of attention by hand, and what the box makes of heads whose turn it knows."""

from dataclasses import replace

import pytest

from simulation.attention import Target, looks, yaw
from simulation.people import Gaze, Look, Person, Role
from simulation.plan import CORNER_SHOP, FloorZone, Mount
from simulation.store import Store
from simulation.walk import Walk

LOOK = Look(1.7, *((0, 0, 0),) * 4)
DISPLAY = Mount("display", (2.0, 0.0, 1.6), (2.0, -2.0), 70.0)
WINDOW = Target(FloorZone("window", CORNER_SHOP.window), DISPLAY, (-20.0, 20.0))


def stander(*gazes: Gaze) -> Person:
    walk = Walk.through([(0.0, (8.0, -0.8)), (5.0, (2.0, -0.8)), (25.0, (2.0, -0.8)), (30.0, (-4.0, -0.8))])
    return Person(1, Role.PASSER, 1, LOOK, walk, None, gazes)


@pytest.mark.parametrize(
    ("place", "degrees"),
    [
        pytest.param((2.0, 5.0), 0.0, id="to the camera"),
        pytest.param((2.8, 0.0), -45.0, id="to the right of who stands there, the picture's left"),
        pytest.param((1.2, 0.0), 45.0, id="to his left"),
        pytest.param((2.0, -5.0), 180.0, id="away"),
    ],
)
def test_a_head_turns_from_the_camera(place: tuple[float, float], degrees: float) -> None:
    assert abs(yaw(stander(Gaze(5.0, 25.0, place)), 10.0, DISPLAY)) == pytest.approx(abs(degrees), abs=1e-6)
    if abs(degrees) < 90:
        assert yaw(stander(Gaze(5.0, 25.0, place)), 10.0, DISPLAY) == pytest.approx(degrees, abs=1e-6)


def test_lookers_seconds_and_the_wait_are_those_of_the_gazes() -> None:
    store = Store(seed=1, hours=0.01)
    person = stander(Gaze(9.0, 12.0, (2.0, 0.0)), Gaze(16.0, 18.0, (2.0, 0.0)))
    object.__setattr__(store, "people", (person,))
    ((enter, _),) = person.walk.inside(CORNER_SHOP.window)
    found = looks(store, WINDOW, 0.0, 60.0)
    assert (found.passers, found.lookers) == (1, 1)
    assert found.seconds == pytest.approx(5.0, abs=0.11)
    assert found.waits[0] == pytest.approx(9.0 - enter, abs=0.06)
    parts = [looks(store, WINDOW, start, start + 5.0) for start in range(0, 60, 5)]
    assert sum(part.passers for part in parts) == sum(part.lookers for part in parts) == 1
    assert sum(part.seconds for part in parts) == pytest.approx(found.seconds)


def test_who_stands_before_a_shelf_or_the_window_looks_at_it() -> None:
    store = Store(seed=3, hour=12.0, hours=0.5)
    stood = [one for one in store.people if one.gazes]
    assert len(stood) > 20
    for person in stood:
        for gaze in person.gazes:
            x, y = person.walk.place(gaze.since)
            ahead = person.heading(gaze.since)
            assert ahead[0] * (gaze.place[0] - x) + ahead[1] * (gaze.place[1] - y) > 0
    later = stood[0].later(100.0)
    assert later.gazes[0] == replace(stood[0].gazes[0], since=stood[0].gazes[0].since + 100, until=later.gazes[0].until)
