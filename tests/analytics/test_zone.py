"""Zones as timelines: who was in them when, and what they say."""

from dataclasses import replace

import pytest

from analytics.camera import CameraMetrics
from analytics.stay import Stays
from analytics.zone import Zone, ZoneCounter
from observations import Percept, Track
from tests.analytics.scene import Person, Scene, box_at, play, values, walk

SHELF = Zone(name="shelf", corners=((0.4, 0.4), (0.6, 0.4), (0.6, 0.8), (0.4, 0.8)), stop=5, capacity=2)


def standing(begin: float, end: float, x: float = 0.5) -> Person:
    return walk((begin, x, 0.6), (end, x, 0.6))


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        pytest.param([standing(0, 10)], (1, 1, 10.0, 1), id="one who stops"),
        pytest.param([standing(0, 3)], (1, 0, 3.0, 1), id="one who looks in"),
        pytest.param([standing(0, 0.5)], (0, 0, 0.5, 1), id="one who was hardly there"),
        pytest.param([walk((0, 0.1, 0.6), (9, 0.1, 0.6))], (0, 0, 0.0, 0), id="one beside it"),
        pytest.param([standing(0, 10), standing(4, 8, 0.55)], (2, 1, 14.0, 2), id="two at once"),
        pytest.param([standing(0, 4, 0.42), standing(6, 10, 0.58)], (2, 0, 8.0, 1), id="one after the other"),
        pytest.param(
            [walk((0, 0.5, 0.6), (5, 0.5, 0.6), (5.3, 0.39, 0.6), (5.6, 0.5, 0.6), (9, 0.5, 0.6))],
            (1, 1, 9.0, 1),
            id="a step outside belongs to the stay",
        ),
        pytest.param(
            [walk((0, 0.5, 0.6), (5, 0.5, 0.6), (5.1, 0.2, 0.6), (8.9, 0.2, 0.6), (9, 0.5, 0.6), (13, 0.5, 0.6))],
            (2, 1, 9.0, 1),
            id="coming back is a new stay",
        ),
    ],
)
def test_views_stops_person_seconds_and_the_most_at_once(
    people: list[Person], expected: tuple[int, int, float, int]
) -> None:
    counter = ZoneCounter(SHELF)
    play(counter, Scene(people).percepts())
    said = values(counter.tallies(0, 60))
    assert (said["views"], said["stops"], said["occupancy_max"]) == (expected[0], expected[1], expected[3])
    assert said["person_seconds"] == pytest.approx(expected[2], abs=0.21)


@pytest.mark.parametrize("fps", [2, 3, 8, 25])
@pytest.mark.parametrize(("seconds", "views"), [(0.8, 0), (0.95, 0), (1.05, 1), (4.9, 1)])
def test_a_walk_through_lasts_as_long_at_any_rate_of_pictures(fps: float, seconds: float, views: int) -> None:
    pace = 0.2 / seconds
    people = [walk((0.0, 0.5 - 3.013 * pace, 0.6), (6.026, 0.5 + 3.013 * pace, 0.6))]
    counter = ZoneCounter(SHELF, carry=1)
    play(counter, Scene(people, fps=fps).percepts())
    (said,) = counter.tallies(0, 60)
    assert (said.values["views"], said.support) == (views, views)


def test_dwell_is_binned_when_stays_end_and_few_wait_for_the_next_window() -> None:
    people = [standing(75.0 * i, 75.0 * i + dwell) for i, dwell in enumerate((3, 10, 10, 18))]
    late = [standing(310, 313), standing(380, 398)]
    counter = ZoneCounter(SHELF)
    camera = CameraMetrics([counter])
    seen = list(Scene([*people, *late], fps=5).percepts())
    play(camera, [p for p in seen if p.at < 250])
    (early,) = camera.tallies(0, 250)
    assert early.values["dwell"] == (1, 2, 1, 0, 0, 0, 0, 0)
    assert early.support == 4
    camera.restart(250)
    play(camera, [p for p in seen if p.at >= 250])
    (both,) = camera.tallies(250, 450)
    assert both.values["dwell"] == (2, 2, 2, 0, 0, 0, 0, 0)
    assert both.support == 6
    assert both.values["views"] == 2
    camera.restart(450)
    assert camera.tallies(450, 450)[0].support == 0


def test_who_is_found_where_somebody_was_lost_has_been_there_all_the_time() -> None:
    counter = ZoneCounter(SHELF, carry=1)
    play(counter, Scene([standing(0, 10), standing(20, 31), standing(22, 25, 0.58)], fps=5).percepts())
    (said,) = counter.tallies(0, 60)
    assert (said.values["views"], said.values["stops"]) == (2, 1)
    assert said.values["dwell"] == (1, 0, 0, 1, 0, 0, 0, 0)
    assert said.values["person_seconds"] == pytest.approx(34, abs=0.5)


def test_who_is_found_too_late_or_had_walked_out_is_somebody_else() -> None:
    counter = ZoneCounter(SHELF, carry=1)
    out = walk((80, 0.5, 0.6), (90, 0.5, 0.6), (94, 0.9, 0.6))
    play(counter, Scene([standing(0, 10), out, standing(100, 111)], fps=5).percepts())
    (said,) = counter.tallies(0, 200)
    assert (said.values["views"], said.support) == (3, 3)


def test_time_over_capacity_and_who_is_in_the_zone_when_a_window_begins() -> None:
    people = [standing(0, 30, 0.45), standing(0, 20, 0.5), standing(5, 15, 0.55)]
    counter = ZoneCounter(SHELF)
    camera = CameraMetrics([counter])
    seen = list(Scene(people).percepts())
    play(camera, [p for p in seen if p.at <= 10])
    assert values(camera.tallies(0, 10))["over_capacity"] == pytest.approx(5.0, abs=0.2)
    camera.restart(10)
    assert values(camera.tallies(10, 10))["occupancy_max"] == 3
    play(camera, [p for p in seen if p.at > 10])
    said = values(camera.tallies(10, 60))
    assert said["over_capacity"] == pytest.approx(5.0 + 1.5, abs=0.3)
    assert said["views"] == 0
    assert said["stops"] == 0


def test_a_crowd_and_a_loiterer_raise_alarms_that_end() -> None:
    zone = Zone(
        name="aisle", corners=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)), capacity=2, crowded_after=5, loiter=40
    )
    camera = CameraMetrics([ZoneCounter(zone)])
    said = []
    people = [standing(0, 60, 0.4), standing(10, 30, 0.5), standing(10, 30, 0.6)]
    for percept in Scene(people, fps=2, until=150).percepts():
        camera.feed(percept.at, percept)
        if percept.at == int(percept.at):
            said += [
                (t.start, t.values["kind"], t.values["active"], t.values["value"]) for t in camera.alarms(percept.at)
            ]
    assert said == [
        (15, "crowded", True, 3),
        (40, "loitering", True, 1),
        (92, "crowded", False, 0),
        (122, "loitering", False, 0),
    ]


def test_a_stay_begins_when_the_person_was_first_seen_not_when_believed() -> None:
    counter = ZoneCounter(SHELF)
    seen = list(Scene([standing(0, 10)]).percepts())
    believed = [p for p in seen if p.at >= 0.5]
    first = believed[0]
    believed[0] = replace(first, tracks=(replace(first.tracks[0], origin=first.tracks[0].box),))
    play(counter, believed)
    assert values(counter.tallies(0, 60))["person_seconds"] == pytest.approx(10.0, abs=0.11)


def test_who_stands_on_the_edge_stays_and_who_walks_off_left_when_he_passed_it() -> None:
    knots = [(0.0, 0.5, 0.6), (2.0, 0.5, 0.6), (3.0, 0.5 + 0.098, 0.6)]
    sway = [(3.0 + 1.7 * n, 0.605 if n % 2 else 0.595, 0.6) for n in range(1, 8)]
    off = [(18.0, 0.595, 0.6), (19.0, 0.8, 0.6), (24.0, 0.8, 0.6)]
    counter = ZoneCounter(SHELF, carry=1)
    play(counter, Scene([walk(*knots, *sway, *off)], fps=8).percepts())
    said = values(counter.tallies(0, 60))
    assert (said["views"], said["stops"]) == (1, 1)
    assert said["dwell"] == (0, 0, 1, 0, 0, 0, 0, 0)


def test_where_nobody_is_waited_for_the_next_who_comes_is_another() -> None:
    """Queues and shop windows do not wait; zones do, but not longer because no pictures came meanwhile."""
    for found_after, next_at in ((0.0, 5.4), (60.0, 700.0)):
        stays = Stays(SHELF.corners, found_after=found_after)
        track = Track(1, box_at((0.5, 0.6)), 0.9, 0.0)
        for n in range(26):
            stays.feed(n / 5, Percept(n / 5, "door", (track,)))
        ((_, over),) = stays.feed(5.2, Percept(5.2, "door", (), (1,)))
        stays.feed(next_at, Percept(next_at, "door", (replace(track, number=2, since=next_at),)))
        assert (over.since, stays.here[2].since) == (0.0, next_at)


def test_who_walked_to_where_he_was_lost_has_gone_and_the_next_who_comes_there_is_another() -> None:
    """A door in the middle of the picture: people go out behind it and come in, each where the one before was lost."""
    goers = [walk((at, 0.42, 0.6), (at + 6, 0.5, 0.6)) for at in (0, 20, 40)]
    comers = [walk((at, 0.5, 0.6), (at + 6, 0.42, 0.6)) for at in (10, 30, 50)]
    counter = ZoneCounter(SHELF, carry=1)
    play(counter, Scene([*goers, *comers], fps=5).percepts())
    (said,) = counter.tallies(0, 200)
    assert said.values["views"] == 6
    assert said.values["person_seconds"] == pytest.approx(36, abs=2)
