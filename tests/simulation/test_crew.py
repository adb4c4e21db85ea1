"""Who was met by staff, and how people walked: scenes by hand."""

import pytest

from simulation.crew import Greeting, greeted
from simulation.passages import Passages
from simulation.people import Look, Person, Role
from simulation.plan import CORNER_SHOP, Mount, Point
from simulation.store import Store
from simulation.strides import strides
from simulation.walk import Walk

LOOK = Look(1.7, *((0, 0, 0),) * 4)
DOOR = next(line for line in CORNER_SHOP.lines if line.name == "door")


def store(*people: Person) -> Store:
    made = Store(seed=1, hours=0.01)
    object.__setattr__(made, "people", people)
    return made


def person(role: Role, *knots: tuple[float, Point]) -> Person:
    return Person(len(knots), role, 1, LOOK, Walk.through(list(knots)))


CUSTOMER = person(Role.CUSTOMER, (0, (5, -1)), (2, (5, 2)), (100, (5, 2)), (103, (5, -1)))


@pytest.mark.parametrize(
    ("staff", "expected"),
    [
        pytest.param([(0, (9, 5)), (20, (9, 5)), (25, (5.5, 2.5)), (200, (5.5, 2.5))], (1, 0, 0), id="met"),
        pytest.param([(0, (9, 5)), (70, (9, 5)), (75, (5.5, 2.5)), (200, (5.5, 2.5))], (0, 1, 0), id="too late"),
        pytest.param([(0, (9, 5)), (20, (5, 2)), (40, (9, 5)), (200, (9, 5))], (1, 0, 0), id="in passing, slowly"),
        pytest.param([(0, (9, 5)), (20, (9, 5)), (22, (5, 2)), (24, (9, 5)), (200, (9, 5))], (0, 1, 0), id="run by"),
    ],
)
def test_met_is_who_has_staff_beside_him_for_a_while(
    staff: list[tuple[float, Point]], expected: tuple[int, int, int]
) -> None:
    found = greeted(store(CUSTOMER, person(Role.STAFF, *staff)), Greeting("door"), 0, 300)
    assert (found.met, found.unmet, found.lost) == expected
    assert len(found.waits) == found.met


def test_who_goes_out_again_before_is_lost_and_is_judged_in_the_window_in_which_that_was_clear() -> None:
    short = person(Role.CUSTOMER, (0, (5, -1)), (2, (5, 2)), (12, (5, 2)), (14, (5, -1)))
    assert greeted(store(short), Greeting("door"), 0, 14).lost == 1
    late = person(Role.STAFF, (0, (9, 5)), (200, (9, 5)))
    parts = [greeted(store(CUSTOMER, late), Greeting("door"), at, at + 30) for at in range(0, 120, 30)]
    assert [part.unmet for part in parts] == [0, 0, 1, 0]


def test_staff_s_passages_are_told_from_visitors() -> None:
    clerk = person(Role.STAFF, (0, (5, 2)), (3, (5, -1)), (50, (5, -1)), (53, (5, 2)))
    assert Passages(store(CUSTOMER, clerk), DOOR).staffs(0, 200) == {
        "in": 1,
        "out": 1,
        "visitors_in": 1,
        "visitors_out": 1,
    }


def test_a_walk_through_the_picture_has_its_length_and_speed() -> None:
    above = Mount("above", (5.0, 6.0, 4.0), (5.0, 0.55), 95.0)
    walker = person(Role.PASSER, (10, (3, 1.5)), (15, (7, 1.5)), (20, (7, 1.5)), (40, (7, 40)))
    (one,) = strides(store(walker, person(Role.PASSER, (0, (-40, -3)), (9, (-50, -3)))), above)
    assert one.over < 24
    assert one.metres / one.seconds == pytest.approx(0.6, abs=0.15)
