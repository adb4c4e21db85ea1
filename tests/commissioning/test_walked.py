"""A line is suggested where people really walk over it, and none where it would count nobody surely."""

import random
from itertools import pairwise

from analytics.geometry import Polyline, scaled
from commissioning.walked import COLUMNS, ROWS, Walked

ASPECT = 16 / 9


def walk(walked: Walked, number: int, *points: tuple[float, float], steps: int = 30) -> None:
    """One person from point to point; he is gone afterwards."""
    for (ax, ay), (bx, by) in pairwise(points):
        for step in range(steps + 1):
            x, y = ax + (bx - ax) * step / steps, ay + (by - ay) * step / steps
            walked.feed(ASPECT, [[number, x - 0.03, y - 0.3, x + 0.03, y, False]])
    walked.feed(ASPECT, [])


def test_people_through_a_door_get_a_line_across_their_way() -> None:
    walked, draw = Walked(), random.Random(3)
    ways = []
    for number in range(20):
        x = draw.uniform(0.4, 0.6)
        ways.append([(x, 0.35), (x + draw.uniform(-0.1, 0.1), 0.9)])
        walk(walked, number % 3, *(ways[-1] if number % 2 else reversed(ways[-1])))
    (found,) = walked.suggest()
    assert (found.ways, found.unsure) == (20, 0)
    assert found.crossed >= 19
    line = Polyline(scaled(found.points, ASPECT))
    assert sum(abs(line.crossings(*scaled(way, ASPECT))) for way in ways) >= 19
    (ax, ay), (bx, by) = found.points
    assert abs(ay - by) < 0.2 < abs(ax - bx) < 0.6
    assert 0.41 < (ay + by) / 2 < 0.84


def test_who_does_not_cross_the_first_line_gets_another() -> None:
    walked, draw = Walked(), random.Random(5)
    for number in range(30):
        x = draw.uniform(0.2, 0.8)
        walk(walked, number, (x, 0.55), (x, 0.8))
    for number in range(12):
        y = draw.uniform(0.2, 0.3)
        walk(walked, number, (0.1, y), (0.9, y))
    door, street = walked.suggest()
    assert (door.crossed, door.ways, street.crossed, street.ways) == (30, 42, 12, 12)
    assert abs(street.points[0][0] - street.points[1][0]) < 0.1


def test_too_few_and_those_who_stand_or_go_everywhere_get_none() -> None:
    assert Walked().suggest() == []
    standing = Walked()
    for number in range(10):
        walk(standing, number, (0.5, 0.5), (0.51, 0.5))
    assert standing.heat()["ways"] == 0
    assert standing.suggest() == []
    around, draw = Walked(), random.Random(1)
    for number in range(30):
        corner = draw.uniform(0.1, 0.9), draw.uniform(0.2, 0.9)
        walk(around, number, corner, (draw.uniform(0.1, 0.9), draw.uniform(0.2, 0.9)), corner)
    assert around.suggest() == []


def test_the_heat_is_where_the_feet_were_and_numbers_are_used_again() -> None:
    walked = Walked()
    for _ in range(7):
        walked.feed(ASPECT, [[1, 0.4, 0.1, 0.6, 1.2, False], [2, -0.2, 0.0, 0.0, 0.0, True]])
    heat = walked.heat()
    assert sum(heat["cells"]) == 14
    assert heat["cells"][(ROWS - 1) * COLUMNS + COLUMNS // 2] == 7
    assert heat["cells"][0] == 7


def test_what_is_remembered_is_bounded() -> None:
    walked = Walked()
    for number in range(1000):
        walk(walked, number, (0.5, 0.3), (0.5, 0.9), steps=4)
    assert len(walked._ways) == 400
    for _ in range(5000):
        walked.feed(ASPECT, [[1, 0.4, 0.1, 0.6, 0.5, False]])
    assert len(walked._open[1]) == 600
