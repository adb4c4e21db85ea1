"""Timelines of badges: worn or in a drawer, here or there, at the counter and through the door."""

import random

import pytest

from analytics.badges import MOST_BADGES, Badges, BadgeZone
from analytics.crossing import Crossing, Way
from analytics.service import Counter, Service
from analytics.staff import Staff
from analytics.staff_crossings import StaffCrossings
from observations import BadgeSighting, Box, Percept, Tally, Track, Value

TILL = BadgeZone(name="till", sensor="ble", enter_dbm=-60, leave_dbm=-68, linger_s=10)
DOOR = BadgeZone(name="door", sensor="ble-door", enter_dbm=-60, leave_dbm=-68, linger_s=10)


def hear(staff: Staff, at: float, rssi_dbm: int, token: int = 1, role: str = "sales", sensor: str = "ble") -> None:
    staff.feed(at, BadgeSighting(at, sensor, 1, token, role, rssi_dbm))


def walks(staff: Staff, start: int, end: int, token: int = 1, role: str = "sales") -> None:
    """To and fro between 1 m and 8 m, two adverts a second."""
    for half in range(2 * start, 2 * end):
        at = half / 2
        far = (at % 60) < 30
        hear(staff, at, -80 if far else -55, token, role)


def said(tallies: list[Tally], kind: str) -> list[dict[str, Value]]:
    return [dict(tally.values) for tally in tallies if tally.kind == kind]


def test_a_worn_badge_is_on_duty_and_a_drawer_is_not() -> None:
    fading = random.Random(2)
    staff = Staff(Badges())
    for at in range(3600):
        hear(staff, at, -62 + fading.randint(-5, 5), token=9)
        hear(staff, at + 0.5, -80 if at % 60 < 30 else -55, token=1)
    assert staff.badges.on_duty(3600) == ["sales"]
    (total,) = said(staff.tallies(0, 3600), "staff")
    assert total["on_duty"] == pytest.approx(1.0, abs=0.02)


def test_a_worn_badge_put_into_the_drawer_goes_off_duty() -> None:
    staff = Staff(Badges(still_s=600))
    walks(staff, 0, 300)
    for at in range(300, 1800):
        hear(staff, at, -62)
        if at == 800:
            assert staff.badges.on_duty(at) == ["sales"]
    assert staff.badges.on_duty(1800) == []


def test_a_badge_that_is_not_heard_goes_off_duty_and_is_forgotten() -> None:
    staff = Staff(Badges(absent_s=60, still_s=900))
    walks(staff, 0, 120)
    assert staff.badges.on_duty(120) == ["sales"]
    assert staff.badges.on_duty(185) == []
    staff.alarms(1200)
    assert not staff.badges._badges


def test_zones_have_hysteresis_and_the_covered_share_is_of_the_window() -> None:
    staff = Staff(Badges([TILL]))
    walks(staff, 0, 60)  # warms up: moved
    staff.restart(60)
    for at in range(60, 360):
        hear(staff, at, -55 if at < 210 else -90)
    (zone,) = said(staff.tallies(60, 360), "staff_zones")
    assert zone["zone"] == "till"
    assert zone["covered"] == pytest.approx(0.5, abs=0.03)
    assert zone["present"] == zone["covered"]


def test_noise_around_a_threshold_is_one_visit() -> None:
    fading = random.Random(3)
    badges = Badges([TILL])
    staff = Staff(badges)
    for at in range(600):
        hear(staff, at, -60 + fading.randint(-6, 6))
    staff.alarms(700)
    assert len(badges.visits["till"]) == 1


def test_roles_are_counted_and_carry_the_number_of_badges_behind_them() -> None:
    staff = Staff(Badges())
    walks(staff, 0, 300, token=1, role="sales")
    roles = [tally for tally in staff.tallies(0, 300) if tally.kind == "roles"]
    assert [(tally.values["role"], tally.support) for tally in roles] == [("sales", 1)]


def test_a_flood_of_badges_is_bounded() -> None:
    staff = Staff(Badges())
    for token in range(5000):
        hear(staff, token / 100, -50, token)
    assert len(staff.badges._badges) <= 256


# -- at the counter


def percept(at: float, *numbers: int, ended: tuple[int, ...] = ()) -> Percept:
    box = Box(0.4, 0.4, 0.5, 0.6)
    return Percept(at, "cam", tuple(Track(number, box, 0.9, 0.0) for number in numbers), ended)


AREA = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


class Shop:
    """A counter under a camera, one of staff who is at the till when `attended`."""

    def __init__(self) -> None:
        self.staff = Staff(Badges([TILL]))
        counter = Counter(name="main", zone="till", polygon=AREA, greet_s=30, unattended_s=60)
        self.service = Service(counter, self.staff.badges)
        self.raised: list[tuple[float, Value]] = []
        self.at = 0
        self.run(120, attended=True)
        self.service.restart(self.at)

    def run(self, seconds: int, *people: int, attended: bool, ended: tuple[int, ...] = ()) -> None:
        for _ in range(seconds):
            self.at += 1
            hear(self.staff, self.at, -50 if attended else -85)
            # Elsewhere in the shop the badge is never still.
            hear(self.staff, self.at, -70 if self.at % 40 < 20 else -88, sensor="elsewhere")
            self.service.feed(self.at, percept(self.at, *people, ended=ended))
            for tally in self.service.alarms(self.at):
                self.raised.append((self.at, tally.values["active"]))

    def said(self) -> dict[str, Value]:
        (service,) = said(self.service.tallies(120, self.at), "service")
        return service


def test_a_customer_met_at_once_is_greeted() -> None:
    shop = Shop()
    shop.run(20, 1, attended=True)
    shop.run(5, attended=True, ended=(1,))
    assert (shop.said()["arrivals"], shop.said()["greeted"]) == (1, 1)
    assert shop.said()["unattended"] == 0.0


def test_a_customer_met_too_late_or_never_is_not_greeted() -> None:
    shop = Shop()
    shop.run(30, attended=False)
    shop.run(40, 1, attended=False)
    shop.run(10, 1, attended=True)
    shop.run(30, attended=False, ended=(1,))
    shop.run(10, 2, attended=False)
    shop.run(5, attended=False, ended=(2,))  # gave up
    assert (shop.said()["arrivals"], shop.said()["greeted"]) == (2, 0)


def test_the_alert_needs_customers_and_the_time() -> None:
    shop = Shop()
    shop.run(200, attended=False)
    assert shop.raised == []
    begun = shop.at
    shop.run(100, 1, attended=False)
    shop.run(60, 1, attended=True)
    assert [active for _, active in shop.raised] == [True, False]
    assert 60 <= shop.raised[0][0] - begun <= 66
    unattended = shop.said()["unattended"]
    assert isinstance(unattended, float)
    assert unattended == pytest.approx(100, abs=12)


def test_who_passes_the_counter_is_no_customer() -> None:
    shop = Shop()
    shop.run(1, 1, attended=True)
    shop.run(10, attended=True, ended=(1,))
    assert shop.said()["arrivals"] == 0


def test_staff_who_come_to_the_counter_are_no_customer() -> None:
    shop = Shop()
    shop.run(60, attended=False)
    shop.service.restart(shop.at)
    shop.run(30, 7, attended=True)
    assert shop.said()["arrivals"] == 0
    assert shop.said()["customers"] == pytest.approx(0, abs=0.3)


def test_customers_to_one_of_staff() -> None:
    shop = Shop()
    shop.run(100, 1, 2, 3, attended=True)
    assert shop.said()["customers_per_staff"] == pytest.approx(2.0, abs=0.1)


def test_a_counter_without_a_badge_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="badge zone"):
        Service(Counter(name="main", zone="roof", polygon=AREA), Badges([TILL]))


# -- through the door


def passes(crossings: StaffCrossings, at: float, body_db: int = 0, token: int = 1) -> None:
    """A badge comes up to the door and goes away, `at` being the middle; a body takes `body_db` of its signal."""
    for step, rssi_dbm in enumerate(
        (-90, -90, -88, -84, -80, -76, -70, -62, -55, -48, -47, -50, -58, -66, -72, -78, -80)
    ):
        glimpse(crossings, at - 10 + step, rssi_dbm - body_db, token)


def glimpse(crossings: StaffCrossings, at: float, rssi_dbm: int, token: int = 1, sensor: str = "ble-door") -> None:
    crossings.feed(at, BadgeSighting(at, sensor, 1, token, "sales", rssi_dbm))


def cross(crossings: StaffCrossings, at: float, way: Way = Way.IN) -> None:
    crossings.hear(Crossing("door", 1, way, at, (0.5, 0.5), 0.2))


def door() -> StaffCrossings:
    return StaffCrossings("entrance", DOOR)


def judged(crossings: StaffCrossings, until: float) -> dict[str, Value]:
    for at in range(int(until) + 60):
        crossings.alarms(at)
    (values,) = said(crossings.tallies(0, until + 60), "staff_lines")
    return values


@pytest.mark.parametrize("body_db", [0, 9, 18])
def test_a_crossing_while_a_badge_passes_is_staff_whatever_its_wearers_body_takes(body_db: int) -> None:
    crossings = door()
    passes(crossings, 100, body_db)
    cross(crossings, 30)  # a visitor long before
    cross(crossings, 101)
    cross(crossings, 104)  # a customer right behind
    values = judged(crossings, 110)
    assert values == {"line": "entrance", "in_": 1, "out": 0, "visitors_in": 2, "visitors_out": 0}


def test_one_passing_explains_one_crossing_and_the_next_passing_another() -> None:
    crossings = door()
    passes(crossings, 100)
    cross(crossings, 100, Way.OUT)
    passes(crossings, 150)
    cross(crossings, 151)
    assert judged(crossings, 160) == {"line": "entrance", "in_": 1, "out": 1, "visitors_in": 0, "visitors_out": 0}


def test_two_badges_that_pass_together_explain_two_crossings() -> None:
    crossings = door()
    passes(crossings, 100)
    passes(crossings, 101, token=2)
    cross(crossings, 100)
    cross(crossings, 101)
    assert judged(crossings, 110)["in_"] == 2


def test_staff_who_stand_at_the_door_explain_nobody() -> None:
    crossings = door()
    fading = random.Random(4)
    for at in range(100, 400):
        glimpse(crossings, at, -50 + fading.randint(-5, 5))
        if at % 20 == 0:
            cross(crossings, at)
    values = judged(crossings, 420)
    assert (values["in_"], values["visitors_in"]) == (0, 15)


def test_staff_who_pass_at_the_far_end_of_the_shop_explain_nobody() -> None:
    crossings = door()
    passes(crossings, 100, body_db=40)
    cross(crossings, 100)
    assert judged(crossings, 110)["in_"] == 0


def test_another_radio_says_nothing_about_the_door() -> None:
    crossings = door()
    for at in range(90, 111):
        glimpse(crossings, at, -50 - 4 * abs(at - 100), sensor="ble")
    cross(crossings, 100)
    assert judged(crossings, 110)["in_"] == 0


def test_badges_that_come_and_go_are_forgotten() -> None:
    crossings = door()
    for token in range(2000):
        glimpse(crossings, token, -60, token)
    assert len(crossings._badges) <= MOST_BADGES
    passes(crossings, 2100, token=3000)
    cross(crossings, 2100)
    assert judged(crossings, 2110)["in_"] == 1


def test_what_waits_to_be_judged_counts_in_the_next_window() -> None:
    crossings = door()
    cross(crossings, 295)
    crossings.alarms(300)
    (first,) = said(crossings.tallies(0, 300), "staff_lines")
    crossings.restart(300)
    crossings.alarms(400)
    (second,) = said(crossings.tallies(300, 600), "staff_lines")
    assert (first["visitors_in"], second["visitors_in"]) == (0, 1)
