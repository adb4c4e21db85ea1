"""A zone that is much fuller than usual at this hour, or empties all at once; days are told in minutes of pictures."""

from analytics.camera import CameraMetrics
from analytics.gathering import Gathering
from analytics.zone import Zone, ZoneCounter
from observations import Percept, Track
from tests.analytics.scene import box_at

ALL = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
HOUR = 3600.0


class Day:
    """A zone with as many persons as the test says, second by second."""

    def __init__(self, fewest: int = 4) -> None:
        zone = ZoneCounter(Zone(name="aisle", corners=ALL))
        self.camera = CameraMetrics([zone, Gathering(zone, fewest, lambda at: int(at // HOUR) % 24)])
        self.at = 0.0
        self.said: list[tuple[float, object, object]] = []
        self._here = 0

    def hold(self, persons: int, seconds: float, *, view: str = "") -> "Day":
        until = self.at + seconds
        while self.at < until:
            gone = tuple(range(persons + 1, self._here + 1))
            self._here = persons
            tracks = tuple(Track(n, box_at((n / 50, 0.6)), 0.9, 0.0) for n in range(1, persons + 1))
            self.camera.feed(self.at, Percept(self.at, "shop", tracks, gone, view=view))
            self.said += [(t.start, t.values["kind"], t.values["active"]) for t in self.camera.alarms(self.at)]
            self.at += 1.0
        return self

    def usual(self, days: int) -> "Day":
        """Days of one, two, three persons by turns from nine to ten, and nobody else."""
        for _ in range(days):
            self.hold(0, 9 * HOUR)
            for _ in range(60):
                self.hold(1, 20).hold(2, 20).hold(3, 20)
            self.hold(0, 14 * HOUR)
        return self


def test_on_the_first_day_nobody_knows_what_is_usual() -> None:
    assert Day().hold(0, 9 * HOUR).hold(12, HOUR - 1).said == []


def test_far_more_than_is_usual_at_this_hour_is_a_gathering_once() -> None:
    day = Day().usual(1).hold(0, 9 * HOUR).hold(2, 600)
    assert day.said == []
    began, patience = day.at, 1
    day.hold(6, 120).hold(2, 120)
    assert day.said == [
        (began + 10, "gathering", True),
        (began + 120 + patience, "dispersing", True),
        (began + 180 + patience, "gathering", False),
        (began + 180 + patience, "dispersing", False),
    ]


def test_three_sigma_of_the_hour_is_not_passed_by_what_is_usual() -> None:
    assert Day().usual(3).said == []


def test_few_are_no_gathering_however_empty_the_hour_is() -> None:
    assert Day().usual(1).hold(3, 120).hold(0, 60).said == []
    assert [kind for _, kind, _ in Day().usual(1).hold(4, 120).said] == ["gathering"]


def test_an_hour_that_was_hardly_seen_teaches_nothing() -> None:
    day = Day().hold(0, 9 * HOUR).hold(2, 900).hold(2, HOUR - 900, view="dark").hold(0, 14 * HOUR)
    assert day.hold(0, 9 * HOUR).hold(9, 60).said == []


def test_a_camera_of_one_picture_a_second_that_is_now_and_then_a_little_early_teaches_as_any_other() -> None:
    day = Day()
    day.hold(0, 9 * HOUR)
    for n in range(int(0.9 * HOUR)):
        day.at += 0.03 if n % 2 else -0.03
        day.hold(1 + n // 20 % 3, 1)
    day.hold(0, 0.1 * HOUR, view="dark").hold(0, 14 * HOUR).hold(0, 9 * HOUR)
    assert [kind for _, kind, _ in day.hold(6, 60).said] == ["gathering"]
