"""From one drawing in a file to the rows of a report: lines with conditions, and shelves into which hands reach."""

from collections.abc import Iterator

import pytest

from config.load import ConfigError
from daemon.bluetooth import radios
from daemon.box import Box
from daemon.pipeline import BADGES
from events import Alert, Event, LineCount, Report
from observations import BadgeSighting, Percept, Pulse, Track
from tests.analytics.hands import Act, shopping
from tests.analytics.scene import Person, Scene, box_at, walk
from tests.daemon.test_counting import NOON, drawn, said, told

LINE = """
[cameras.shop]
device = "file:clip.mp4"
[lines.door]
camera = "shop"
points = [[0.0, 0.7], [1.0, 0.7]]
"""
START = "start = [[0.0, 0.8], [0.5, 0.8], [0.5, 1.0], [0.0, 1.0]]\n"
END = "end = [[0.0, 0.3], [0.5, 0.3], [0.5, 0.5], [0.0, 0.5]]\n"
HANDS = """
[cameras.shop]
device = "file:clip.mp4"
[hands.tea]
camera = "shop"
corners = [[0.3, 0.5], [0.6, 0.5], [0.6, 1.0], [0.3, 1.0]]
plane = [[0.6, 0.2], [0.8, 0.2], [0.8, 0.9], [0.6, 0.9]]
"""


def through(begin: float, x: float, far: float, to: float | None = None) -> Person:
    """Up over the line from x at the doorstep to x (or `to`) at the height `far`, a while there."""
    end = x if to is None else to
    return walk((begin, x, 0.99), (begin + 2, end, far), (begin + 5, end, far))


def back(begin: float, x: float, far: float) -> Person:
    """Out over the line from the height `far`."""
    return walk((begin, x, far), (begin + 2, x, far), (begin + 4, x, 0.99))


PEOPLE = [
    through(0, 0.25, 0.4),
    through(10, 0.75, 0.4),
    through(20, 0.25, 0.6),
    through(30, 0.25, 0.4, 0.75),
    back(40, 0.25, 0.4),
    back(50, 0.75, 0.4),
]
"""From the start to the end; on the other side; not as far as the end; to beside the end; and two who leave."""


def line(events: list[Event]) -> LineCount:
    (row,) = [row for event in events if isinstance(event, Report) for row in event.lines]
    return row


def crossings(box: Box) -> tuple[int, int]:
    row = line(said(box, PEOPLE, 290))
    return row.in_, row.out


def test_without_conditions_everybody_counts() -> None:
    with drawn(LINE) as box:
        assert crossings(box) == (4, 2)


def test_a_start_zone_counts_who_came_from_it_or_leaves_to_it() -> None:
    with drawn(LINE + START) as box:
        assert crossings(box) == (3, 1)


def test_an_end_zone_counts_who_reaches_it_or_comes_from_it() -> None:
    with drawn(LINE + END) as box:
        assert crossings(box) == (1, 1)


def test_both_zones_count_the_way_from_one_to_the_other() -> None:
    with drawn(LINE + START + END) as box:
        assert crossings(box) == (1, 1)


def test_what_a_hand_did_at_a_shelf_is_a_row_of_the_report() -> None:
    with drawn(HANDS) as box:
        events = told(box, shopping((Act(5, 6, carries=True), Act(10, 11, carries=False))), 290)
    (row,) = [row for event in events if isinstance(event, Report) for row in event.hands]
    assert (row.shelf, row.passers, row.reached, row.touched, row.picked, row.put_back) == ("tea", 1, 1, 2, 1, 1)


FLOOR = """
[cameras.shop]
device = "file:clip.mp4"
[heatmaps.floor]
camera = "shop"
picture = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
metres = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]]
pace = true
[zones.aisle]
camera = "shop"
corners = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
gathering = 4
"""


def test_on_a_measured_floor_people_have_a_speed_from_the_fifth_on() -> None:
    people = [walk((n, 0.1, 0.5), (n + 5, 0.6, 0.5)) for n in range(5)]
    with drawn(FLOOR) as box:
        (row,) = [row for event in said(box, people, 290) if isinstance(event, Report) for row in event.paces]
    assert (row.camera, row.walks, sum(row.speeds or ())) == ("shop", 5, 5)
    assert row.speed_mean == pytest.approx(1.0, abs=0.05)
    with drawn(FLOOR) as box:
        (row,) = [row for event in said(box, people[:4], 290) if isinstance(event, Report) for row in event.paces]
    assert (row.walks, row.speed_mean, row.speeds, row.length_median) == (None, None, None, None)


def test_a_crowd_beyond_the_hour_s_usual_gathers_and_disperses_in_alerts_of_that_second() -> None:
    """A usual noon teaches; the next day six come at noon, stay for half a minute and go all at once."""
    day = 86_400.0

    def pictures() -> Iterator[Percept]:
        here = 0
        for at, persons in [
            *((float(n), 1 + n // 20 % 3) for n in range(2000)),
            (3_700.0, 0),
            *((day + n, 6 if 60 <= n < 90 else 1) for n in range(180)),
        ]:
            tracks = tuple(Track(n, box_at((n / 10, 0.6)), 0.9, 0.0) for n in range(1, persons + 1))
            yield Percept(at, "shop", tracks, tuple(range(persons + 1, here + 1)))
            here = persons

    with drawn(FLOOR) as box:
        said = [event for event in told(box, pictures(), day + 200) if isinstance(event, Alert)]
    for kind, value, begins, ends in (("gathering", 6, 70, 151), ("dispersing", 1, 91, 151)):
        began, ended = [alert for alert in said if alert.kind == kind]
        assert (began.active, began.name, began.value, ended.active) == (True, "aisle", value, False)
        assert (began.at - NOON - day, ended.at - NOON - day) == pytest.approx((begins, ends), abs=3)


def test_pace_without_a_measured_floor_is_refused() -> None:
    with (
        pytest.raises(ConfigError, match="measured floor"),
        drawn(FLOOR.replace("picture =", "#").replace("metres =", "#")),
    ):
        pass


def test_a_gates_pulses_stand_beside_the_camera_s_crossings() -> None:
    gate = '[gates.entry]\ndevice = "gate-serial:/dev/ttyUSB9"\nlines = ["door"]\n'
    with drawn(LINE + gate) as box:

        def pictures() -> Iterator[Percept]:
            for percept in Scene(PEOPLE, fps=5).percepts():
                if percept.at in (1.0, 11.0):
                    at = box.clock.origin + percept.at
                    box.reporter.see("gate entry", at, Pulse(at, "entry"))
                yield percept

        (row,) = [row for event in told(box, pictures(), 290) if isinstance(event, Report) for row in event.gates]
    assert (row.gate, row.pulses, row.crossings, row.unpulsed) == ("entry", 2, 4, 2)


def test_a_gate_at_a_line_that_is_not_drawn_is_refused() -> None:
    with (
        pytest.raises(ConfigError, match="lines"),
        drawn('[gates.entry]\ndevice = "gate-serial:/dev/x"\nlines = ["door"]\n'),
    ):
        pass


GREETING = """
[cameras.shop]
device = "file:clip.mp4"
[ble.counter]
device = "hci:0"
[badges.shop]
id = "e2c56db5dffb48d2b060d0f5a71096e0"
[badge_zones.counter]
radio = "counter"
[greetings.door]
camera = "shop"
door = [[0.0, 0.9], [1.0, 0.9]]
place = [[0.8, 0.3], [1.0, 0.3], [1.0, 0.6], [0.8, 0.6]]
zone = "counter"
picture = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
metres = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]]
"""


def test_who_is_met_at_the_door_is_a_row_of_the_report() -> None:
    people = [
        walk((15, 0.5, 0.99), (16, 0.5, 0.5), (90, 0.5, 0.5)),
        walk((0, 0.9, 0.5), (30, 0.9, 0.5), (32, 0.6, 0.5), (120, 0.6, 0.5)),
    ]
    with drawn(GREETING) as box:
        list(radios(box))

        def pictures() -> Iterator[Percept]:
            origin = box.clock.origin
            for second in range(-400, 0):
                badge(box, origin + second)
            for percept in Scene(people, fps=5).percepts():
                badge(box, origin + percept.at)
                yield percept

        (row,) = [row for event in told(box, pictures(), 290) if isinstance(event, Report) for row in event.greetings]
    assert (row.entrance, row.met, row.unmet, row.lost, row.first_contact) == ("door", 1, 0, 0, None)


def badge(box: Box, at: float) -> None:
    """A badge at the counter, on somebody who moves."""
    for sensor, rssi_dbm in (("counter", -50), ("elsewhere", -70 if at % 40 < 20 else -88)):
        box.reporter.see(BADGES, at, BadgeSighting(at, sensor, 1, 1, "staff", rssi_dbm))
