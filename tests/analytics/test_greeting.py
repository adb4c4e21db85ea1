"""Who is met at the door, as timelines: staff are who stood behind the counter beside a badge."""

import pytest

from analytics.badges import Badges, BadgeZone
from analytics.camera import CameraMetrics
from analytics.crossing import Drawn
from analytics.floor import Floor
from analytics.greeting import Entrance, Greeting
from observations import BadgeSighting
from tests.analytics.scene import Person, Scene, walk

FLOOR = Floor(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)), ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)))
ENTRANCE = Entrance(
    name="door",
    door=Drawn(points=((0.0, 0.9), (1.0, 0.9))),
    floor=FLOOR,
    place=((0.8, 0.3), (1.0, 0.3), (1.0, 0.6), (0.8, 0.6)),
    zone="counter",
)
"""Ten by ten metres seen from straight above; the door below, the counter at the right."""


def told(*people: Person, badge: bool = True, carry: int = 1) -> dict[str, object]:
    """What is said two minutes after the last has come; the badge, if any, is at the counter all the time."""
    badges = Badges([BadgeZone(name="counter", sensor="ble")])
    counter = Greeting(ENTRANCE, badges, carry)
    camera = CameraMetrics([counter])
    second = -400
    for percept in Scene(people, fps=5, until=150).percepts():
        while badge and second <= percept.at:
            badges.feed(second, BadgeSighting(second, "ble", 1, 1, "staff", -50))
            badges.feed(second, BadgeSighting(second, "elsewhere", 1, 1, "staff", -70 if second % 40 < 20 else -88))
            second += 1
        camera.feed(percept.at, percept)
    return {name: value for row in counter.tallies(0, 150) for name, value in row.values.items()}


def customer(begin: float, stays: float = 80.0) -> Person:
    """In by the door to the middle of the shop, and there for a while."""
    return walk((begin, 0.5, 0.99), (begin + 1, 0.5, 0.5), (begin + 1 + stays, 0.5, 0.5))


def clerk(*path: tuple[float, float, float]) -> Person:
    """Behind the counter from the beginning, then along the path."""
    return walk((0, 0.9, 0.5), (8, 0.9, 0.5), *path)


NEAR, FAR = 0.6, 0.7
"""One and two metres from the customer."""


@pytest.mark.parametrize(
    ("people", "met", "unmet"),
    [
        pytest.param([clerk((30, 0.9, 0.5), (32, NEAR, 0.5), (40, NEAR, 0.5), (120, 0.9, 0.5))], 1, 0, id="met"),
        pytest.param([clerk((30, 0.9, 0.5), (32, FAR, 0.5), (120, FAR, 0.5))], 0, 1, id="two metres are too far"),
        pytest.param([clerk((30, 0.9, 0.5), (31, NEAR, 0.5), (32, NEAR, 0.5), (33, 0.9, 0.5))], 0, 1, id="past him"),
        pytest.param([clerk((85, 0.9, 0.5), (86, NEAR, 0.5), (120, NEAR, 0.5))], 0, 1, id="too late"),
        pytest.param([], 0, 1, id="nobody works"),
        pytest.param([walk((0, NEAR, 0.5), (120, NEAR, 0.5))], 0, 1, id="another customer is no staff"),
    ],
)  # fmt: skip
def test_met_is_who_has_staff_within_reach_for_a_while_in_time(people: list[Person], met: int, unmet: int) -> None:
    row = told(customer(15), *people)
    assert (row["met"], row["unmet"], row["lost"]) == (met, unmet, 0)


def test_without_a_badge_behind_the_counter_nobody_is_staff() -> None:
    row = told(customer(15), clerk((30, 0.9, 0.5), (32, NEAR, 0.5), (120, NEAR, 0.5)), badge=False)
    assert (row["met"], row["unmet"]) == (0, 1)


def test_the_time_to_the_first_contact_begins_at_the_door() -> None:
    row = told(customer(15), clerk((30, 0.9, 0.5), (32, NEAR, 0.5), (120, NEAR, 0.5)))
    assert row["first_contact"] == pytest.approx(16.5, abs=0.6)


def test_who_is_out_of_view_before_is_lost_and_neither_met_nor_unmet() -> None:
    row = told(customer(15, stays=20))
    assert (row["met"], row["unmet"], row["lost"]) == (0, 0, 1)


def test_nobody_comes_in_and_nothing_is_said() -> None:
    assert told(clerk((60, 0.9, 0.5))) == {}


def test_staff_who_come_in_are_customers_until_they_are_at_the_counter() -> None:
    late = walk((15, 0.5, 0.99), (16, 0.5, 0.5), (18, 0.9, 0.5), (140, 0.9, 0.5))
    assert told(late) == {}


def test_an_entrance_without_a_badge_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="badge zone"):
        Greeting(ENTRANCE, Badges([]))
