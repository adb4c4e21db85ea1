"""What a line's rules make of the passages that are true: children, parties, and who comes in again."""

from dataclasses import replace

import pytest

from simulation.passages import Passages, Rules
from simulation.people import Look, Person, Role
from simulation.plan import CORNER_SHOP, FloorLine
from simulation.store import Store
from simulation.walk import Walk

DOOR = FloorLine("door", (6.7, 0.5), (3.7, 0.5))
ADULT = Look(1.7, *((0, 0, 0),) * 4)


def comes(number: int, group: int, at: float, look: Look = ADULT) -> Person:
    walk = Walk.through([(at - 2.0, (5.0, -1.0)), (at + 2.0, (5.0, 2.0))])
    return Person(number, Role.CUSTOMER, group, look, walk)


def passages(*people: Person) -> Passages:
    store = Store(seed=1, hours=0.01)
    object.__setattr__(store, "people", people)
    return Passages(store, DOOR)


def test_children_are_who_is_shorter_than_the_limit() -> None:
    line = passages(comes(1, 1, 10.0), comes(2, 1, 10.5, replace(ADULT, height=1.1)))
    assert line.between(0, 20) == (2, 0)
    assert line.told(Rules(), 0, 20)["children"] == 1
    assert line.told(Rules(child_below=1.0), 0, 20)["children"] == 0


@pytest.mark.parametrize(("gap", "parties"), [(0.0, 4), (1.0, 3), (3.0, 2)])
def test_a_party_comes_in_within_its_gap(gap: float, parties: int) -> None:
    line = passages(comes(1, 1, 10.0), comes(2, 1, 10.5), comes(3, 1, 12.5), comes(4, 2, 12.6))
    assert line.told(Rules(party=gap), 0, 20)["groups"] == parties
    assert line.told(Rules(party=gap), 0, 12)["groups"] + line.told(Rules(party=gap), 12, 20)["groups"] == parties


def test_who_comes_in_again_in_time_is_a_reentry() -> None:
    knots = [(0.0, (5.0, -1.0)), (4.0, (5.0, 2.0)), (8.0, (5.0, -1.0)), (12.0, (5.0, 2.0))]
    line = passages(Person(1, Role.CUSTOMER, 1, ADULT, Walk.through(knots)))
    assert line.between(0, 20) == (2, 1)
    assert [line.told(Rules(again=seconds), 0, 20)["reentries"] for seconds in (0.0, 5.0, 9.0)] == [0, 0, 1]


def test_some_who_come_with_somebody_are_children_and_nobody_comes_alone_as_one() -> None:
    store = Store(seed=3, hour=12.0, hours=1.0, plan=CORNER_SHOP)
    children = [one for one in store.people if one.look.height < 1.3]
    assert 0.03 < len(children) / len(store.people) < 0.2
    adults = {one.group for one in store.people if one.look.height >= 1.3}
    assert {one.group for one in children} <= adults
