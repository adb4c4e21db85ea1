"""Who is inside, from crossings alone; and how long visits were, from who stayed in view."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.camera import CameraMetrics
from analytics.crossing import Crossing, Way
from analytics.line import Line, LineCounter
from analytics.occupancy import Occupancy
from analytics.visit import MOST, VisitTimer
from tests.analytics.scene import Scene, play, values, walk


def crossing(at: float, way: Way, number: int = 1) -> Crossing:
    return Crossing("door", number, way, at, (0.5, 0.5), 0.3)


def occupied(*crossings: tuple[float, Way]) -> Occupancy:
    area = Occupancy("shop")
    for at, way in crossings:
        area.feed(at, crossing(at, way))
    return area


@pytest.mark.parametrize(
    ("crossings", "expected"),
    [
        pytest.param([], (0, 0, 0.0, 0), id="nobody"),
        pytest.param([(10, Way.IN)], (1, 1, 90.0, 0), id="one who stays"),
        pytest.param([(10, Way.IN), (40, Way.OUT)], (0, 1, 30.0, 0), id="one who leaves"),
        pytest.param([(0, Way.IN), (10, Way.IN), (20, Way.OUT)], (1, 2, 110.0, 0), id="two, one leaves"),
        pytest.param([(10, Way.OUT), (20, Way.IN)], (1, 1, 80.0, 1), id="who leaves an empty shop is clamped"),
    ],
)
def test_inside_the_most_person_seconds_and_clamped(
    crossings: list[tuple[float, Way]], expected: tuple[int, int, float, int]
) -> None:
    said = values(occupied(*crossings).tallies(0, 100))
    assert (said["inside"], said["inside_max"], said["person_seconds"], said["clamped"]) == expected


def test_the_mean_visit_follows_from_littles_law_without_matching_anybody() -> None:
    area = occupied((0, Way.IN), (10, Way.IN), (60, Way.OUT), (130, Way.OUT))
    assert values(area.tallies(0, 200))["visit_mean"] == pytest.approx((60 + 120) / 2)


def test_a_crossing_told_late_counts_from_when_it_happened() -> None:
    area = Occupancy("shop")
    area.feed(15, crossing(10, Way.IN))
    area.feed(45, crossing(40, Way.OUT))
    assert values(area.tallies(0, 100))["person_seconds"] == pytest.approx(30)


def test_closing_empties_the_shop_and_tells_who_was_left_over() -> None:
    area = occupied((0, Way.IN), (1, Way.IN), (2, Way.OUT), (3, Way.OUT), (4, Way.OUT), (5, Way.IN))
    area.begin_day(100)
    area.restart(100)
    said = values(area.tallies(100, 200))
    assert said["inside"] == 0
    assert said["left_over"] == 1
    assert said["clamped"] == 0
    assert said["person_seconds"] == 0


def test_windows_add_up_to_the_whole() -> None:
    area = occupied((10, Way.IN), (50, Way.IN))
    first = values(area.tallies(0, 100))["person_seconds"]
    area.restart(100)
    area.feed(150, crossing(150, Way.OUT))
    assert first == pytest.approx(90 + 50)
    assert values(area.tallies(100, 200))["person_seconds"] == pytest.approx(100 + 50)


def test_occupancy_hears_the_lines_it_lies_behind() -> None:
    line = LineCounter(Line(name="door", points=((0.2, 0.5), (0.8, 0.5))))
    area = Occupancy("shop")
    line.heard.append(lambda seen: area.feed(seen.at, seen))
    play(
        CameraMetrics([line]),
        Scene([walk((0, 0.5, 0.9), (4, 0.5, 0.1)), walk((1, 0.4, 0.9), (5, 0.4, 0.1))]).percepts(),
    )
    assert area.inside == 2


def test_visits_of_who_stayed_in_view_are_matched_others_are_not() -> None:
    timer = VisitTimer("shop")
    for number, (came, left) in enumerate([(0, 100), (10, 210), (20, 320), (30, 430), (40, 540)]):
        timer.feed(came, crossing(came, Way.IN, number))
        timer.feed(left, crossing(left, Way.OUT, number))
    timer.feed(600, crossing(600, Way.OUT, 99))
    (told,) = timer.tallies(0, 600)
    assert told.support == 5
    assert told.values["visits"] == 5
    assert told.values["visit_mean"] == pytest.approx(300)
    assert told.values["visit_median"] == 300
    assert told.values["durations"] == (0, 2, 3, 0, 0, 0, 0)
    timer.restart(600)
    assert timer.tallies(600, 700)[0].support == 0


@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from(Way)), max_size=30))
def test_a_visit_is_told_once_and_then_forgotten(steps: list[tuple[int, Way]]) -> None:
    """Who goes out twice, having come back by a way that has no line, had one visit."""
    timer, inside, stays = VisitTimer("shop", carry=1), dict[int, int](), list[int]()
    for at, (number, way) in enumerate(steps):
        timer.feed(at, crossing(at, way, number))
        if way is Way.IN:
            inside[number] = at
        elif number in inside:
            stays.append(at - inside.pop(number))
    (told,) = timer.tallies(0, 99)
    assert told.support == len(stays)
    assert told.values["visit_mean"] == (pytest.approx(sum(stays) / len(stays)) if stays else None)


def test_whoever_has_left_takes_no_room_from_those_inside() -> None:
    timer = VisitTimer("shop", carry=1)
    timer.feed(0, crossing(0, Way.IN, 0))
    for number in range(1, 2 * MOST):
        timer.feed(number, crossing(number, Way.IN, number))
        timer.feed(number + 1, crossing(number + 1, Way.OUT, number))
    timer.restart(3000)
    timer.feed(3000, crossing(3000, Way.OUT, 0))
    assert timer.tallies(3000, 3001)[0].values["visit_mean"] == 3000
