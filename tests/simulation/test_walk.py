"""A walk is exact: where somebody is, which lines they cross and how long they stay, by hand."""

import pytest

from simulation.plan import FloorLine, Rectangle
from simulation.walk import Walk, joined

DOOR = FloorLine("door", (2.0, 0.0), (-2.0, 0.0))


def test_place_is_straight_between_knots_and_still_while_waiting() -> None:
    walk = Walk.through([(0, (0.0, -2.0)), (4, (0.0, 2.0)), (10, (0.0, 2.0))])
    assert walk.place(1) == (0.0, -1.0)
    assert walk.place(7) == (0.0, 2.0)
    assert walk.stride(3) == 3.0
    assert walk.heading(8) == (0.0, 1.0)


def test_going_from_the_left_of_the_line_to_its_right_is_in() -> None:
    walk = Walk.through([(0, (0.5, -2.0)), (4, (0.5, 2.0)), (8, (0.5, 2.0)), (10, (0.5, -1.0))])
    found = walk.crossings(DOOR)
    assert [(round(one.at, 3), one.inwards) for one in found] == [(2.0, True), (9.333, False)]


@pytest.mark.parametrize("x", [-2.5, 2.5])
def test_passing_beside_the_line_is_no_crossing(x: float) -> None:
    assert Walk.through([(0, (x, -2.0)), (4, (x, 2.0))]).crossings(DOOR) == []


def test_touching_the_line_and_turning_back_is_no_crossing() -> None:
    assert Walk.through([(0, (0.0, -2.0)), (2, (0.0, -0.01)), (4, (0.0, -2.0))]).crossings(DOOR) == []


@pytest.mark.parametrize(("far", "passages"), [(0.02, [True]), (0.14, [True]), (0.16, [True, False, True])])
def test_who_makes_way_over_the_line_has_not_passed_until_half_his_body_is_beyond(
    far: float, passages: list[bool]
) -> None:
    knots = [(0, -2.0), (3, 1.0), (5, -far), (7, 1.0), (8, 2.0)]
    walk = Walk.through([(at, (0.0, y)) for at, y in knots])
    assert [one.inwards for one in walk.crossings(DOOR)] == passages
    alone = Walk.through([(0, (0.0, -2.0)), (3, (0.0, -0.5)), (5, (0.0, far)), (7, (0.0, -1.0))])
    assert len(alone.crossings(DOOR)) == (2 if far > 0.15 else 0)


def test_time_in_a_zone_is_joined_over_knots() -> None:
    walk = Walk.through([(0, (0.0, 0.0)), (10, (10.0, 0.0)), (20, (10.0, 0.0)), (30, (0.0, 0.0))])
    assert walk.inside(Rectangle(4, -1, 6, 1)) == [(4.0, 6.0), (24.0, 26.0)]
    assert walk.inside(Rectangle(9, -1, 11, 1)) == [(9.0, 21.0)]


def test_a_step_outside_is_no_departure() -> None:
    assert joined([(0.0, 2.0), (2.5, 4.0), (5.0, 6.0), (6.9, 8.0)]) == [(0.0, 4.0), (5.0, 8.0)]
