"""Who would walk through somebody steps aside, keeps his times, and stays out of the furniture."""

from math import dist

import numpy as np

from simulation.manners import mannerly
from simulation.people import Look, Person, Role, Service
from simulation.plan import Point
from simulation.walk import Walk

LOOK = Look(1.7, *((0, 0, 0),) * 4)


def person(number: int, *knots: tuple[float, Point], service: Service | None = None) -> Person:
    return Person(number, Role.CUSTOMER, number, LOOK, Walk.through(list(knots)), service)


def everywhere(_: Point) -> bool:
    return True


def nearest(people: list[Person]) -> float:
    one, other = (somebody.walk for somebody in people)
    moments = np.arange(max(one.start, other.start), min(one.end, other.end), 0.1)
    return min(dist(one.place(at), other.place(at)) for at in moments.tolist())


WALKS = person(1, (0.0, (0.0, 0.0)), (10.0, (10.0, 0.0)))
STANDS = person(2, (0.0, (5.0, 0.1)), (20.0, (5.0, 0.1)))


def test_who_walks_goes_round_who_stands_and_arrives_in_time() -> None:
    walks, stands = mannerly([WALKS, STANDS], everywhere)
    assert stands is STANDS
    assert nearest([WALKS, STANDS]) < 0.2
    assert nearest([walks, stands]) > 0.4
    assert (walks.walk.place(2.0), walks.walk.place(10.0)) == ((2.0, 0.0), (10.0, 0.0))


def test_two_who_meet_pass_each_other() -> None:
    back = person(3, (0.0, (10.0, 0.0)), (10.0, (0.0, 0.0)))
    assert nearest(mannerly([WALKS, back], everywhere)) > 0.4


def test_where_there_is_room_on_one_side_only_it_is_taken() -> None:
    def above(place: Point) -> bool:
        return place[1] >= -0.05

    walks, stands = mannerly([WALKS, STANDS], above)
    assert all(above(place) for place in walks.walk.places)
    assert nearest([walks, stands]) >= 0.3


def test_without_room_nobody_steps_aside() -> None:
    assert mannerly([WALKS, STANDS], lambda place: place[1] == 0.0) == [WALKS, STANDS]


def test_who_is_in_the_queue_moves_for_nobody() -> None:
    queues = person(4, (0.0, (0.0, 0.0)), (10.0, (10.0, 0.0)), service=Service(1.0, 8.0, 9.0, "till 1"))
    assert mannerly([queues, STANDS], everywhere) == [queues, STANDS]
