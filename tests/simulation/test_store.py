"""The store tells one story for one seed, and nobody walks through a wall, a shelf or into thin air."""

from itertools import pairwise
from math import dist

import pytest

from simulation.people import Role
from simulation.store import Store
from simulation.truth import footfall, occupancy

HOUR = 3600.0


@pytest.fixture(scope="module")
def store() -> Store:
    return Store(seed=4, hours=4.0)


def test_the_same_seed_is_the_same_story_and_another_is_not(store: Store) -> None:
    assert Store(seed=4, hours=4.0).people == store.people
    assert Store(seed=5, hours=4.0).people != store.people


def test_another_origin_is_the_same_story_later(store: Store) -> None:
    later = Store(seed=4, hours=4.0, origin=1000.0)
    for before, after in zip(store.people, later.people, strict=True):
        assert after.walk.start - before.walk.start == pytest.approx(1000.0)
        assert after.walk.places == before.walk.places


def test_who_came_in_is_inside_or_has_gone(store: Store) -> None:
    for at in (1 * HOUR, 2 * HOUR, 3.5 * HOUR):
        door, leaving, *_ = footfall(store, 0.0, at)
        came, went = door.inwards + leaving.inwards, door.outwards + leaving.outwards
        assert came > 50
        assert abs(came - went - occupancy(store, at)) <= 2, "between the facade and the line there is half a metre"


def test_windows_add_up(store: Store) -> None:
    whole = footfall(store, 0.0, 2 * HOUR)
    parts = [footfall(store, start * 300.0, start * 300.0 + 300.0) for start in range(24)]
    for place, line in enumerate(whole):
        assert sum(part[place].inwards for part in parts) == line.inwards


def test_nobody_walks_through_a_fixture_or_faster_than_people_walk(store: Store) -> None:
    for person in store.people:
        assert not any(person.walk.inside(fixture.floor) for fixture in store.plan.fixtures if fixture.height < 2.5)
        for (start, a), (end, b) in pairwise(zip(person.walk.times, person.walk.places, strict=True)):
            assert dist(a, b) <= 2.0 * (end - start) + 0.7


def test_present_is_everybody_whose_walk_is_under_way(store: Store) -> None:
    for at in (10.0, 3000.0, 9000.0):
        expected = {person.number for person in store.people if person.walk.start <= at < person.walk.end}
        assert {person.number for person in store.present(at)} == expected


def test_the_queue_is_served_one_at_a_time_in_order(store: Store) -> None:
    served = [person.service for person in store.people if person.service and person.service.called is not None]
    turns = sorted((one.called or 0.0, one.served or 0.0) for one in served)
    assert len(turns) > 20
    assert all(before[1] <= after[0] for before, after in pairwise(turns))


def test_there_are_buyers_and_lookers_passers_and_staff(store: Store) -> None:
    customers = [person for person in store.people if person.role is Role.CUSTOMER]
    assert 0.2 < sum(person.bought for person in customers) / len(customers) < 0.6
    assert {person.role for person in store.people} == set(Role)
