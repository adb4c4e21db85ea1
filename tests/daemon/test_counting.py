"""From drawings in a file to rows of a report: everything that can be drawn is counted, released and encoded."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest

from analytics.planogram import Planogram
from analytics.window import Windows
from config import parse
from daemon.box import Box
from daemon.clock import BoxClock, Wall
from daemon.counting import count
from daemon.door import Door
from daemon.reporter import Reporter
from daemon.vitals import Stage, Vitals
from events import Alert, ClockState, Event, Heatmap, Reason, Report, Sensor
from mqtt.codec import Form, decode, encode
from observations import Percept
from privacy.gate import Gate
from privacy.tokens import Preset, Tokeniser
from tests.analytics.scene import Person, Scene, walk

DRAWN = """
[cameras.shop]
device = "file:clip.mp4"
[lines.door]
camera = "shop"
points = [[0.0, 0.8], [1.0, 0.8]]
one_way = "in"
[lines.tills]
camera = "shop"
points = [[0.0, 0.3], [1.0, 0.3]]
[zones.left]
camera = "shop"
corners = [[0.0, 0.4], [0.5, 0.4], [0.5, 0.75], [0.0, 0.75]]
capacity = 2
crowded_after = 2.0
[zones.right]
camera = "shop"
corners = [[0.5, 0.4], [1.0, 0.4], [1.0, 0.75], [0.5, 0.75]]
[queues.till]
camera = "shop"
corners = [[0.0, 0.4], [0.6, 0.4], [0.6, 0.75], [0.0, 0.75]]
counters = [{ customer = [[0.7, 0.4], [0.9, 0.4], [0.9, 0.75], [0.7, 0.75]] }]
[areas.sales]
lines = ["door", "tills"]
bought = ["tills"]
[shop_windows.front]
camera = "shop"
corners = [[0.0, 0.4], [1.0, 0.4], [1.0, 0.75], [0.0, 0.75]]
door = [[0.0, 0.3], [1.0, 0.3]]
[targets.screen]
camera = "shop"
corners = [[0.0, 0.4], [1.0, 0.4], [1.0, 0.75], [0.0, 0.75]]
yaw = [-20.0, 20.0]
[heatmaps.floor]
camera = "shop"
columns = 4
rows = 4
"""


NOON = 1_700_049_600


class Noon(BoxClock):
    """It is noon when the test begins, and a window begins with it."""

    def wall(self, at: float) -> Wall:
        return Wall(NOON + at - self.origin, 0, ClockState.SYNCED)


@contextmanager
def drawn(toml: str) -> Iterator[Box]:
    """A box with what is drawn in this file, at noon."""
    sensors: list[Vitals] = []
    clock, gate = Noon(), Gate()
    reporter = Reporter(Windows(300), gate, clock, sensors, lambda: 1)
    with ThreadPoolExecutor(1) as thread:
        config = parse(toml)
        tokeniser, door = Tokeniser(Preset("strict")), Door(config, clock)
        yield Box(config, clock, gate, tokeniser, reporter, thread, sensors, Planogram(()), door)


@pytest.fixture
def box() -> Iterator[Box]:
    with drawn(DRAWN) as made:
        yield made


def said(box: Box, people: list[Person], seconds: float) -> list[Event]:
    """What the box says while these people walk through its picture, and until all is closed."""
    turned = [
        replace(percept, tracks=tuple(replace(track, yaw=0.0, pitch=0.0) for track in percept.tracks))
        for percept in Scene(people, fps=5).percepts()
    ]
    return told(box, turned, seconds)


def told(box: Box, percepts: Iterable[Percept], seconds: float) -> list[Event]:
    """What the box says of these pictures, which begin now, and until all is closed."""
    events: list[Event] = []
    box.reporter.say = events.append
    count(box)
    begin, percept = box.clock.origin, None
    for percept in percepts:
        at = begin + percept.at
        tracks = tuple(replace(track, since=begin + track.since) for track in percept.tracks)
        for vitals in box.sensors:
            vitals.enter(Stage.RUNNING, at)
            vitals.live(at)
        box.reporter.see("shop", at, replace(percept, at=at, camera="shop", tracks=tracks))
    for later in range(int(percept.at) if percept else 0, int(seconds), 10):
        box.reporter.tick(begin + later)
    box.reporter.close(begin + seconds)
    return events


def shopper(begin: float) -> Person:
    """In by the door, a while on the left, a while on the right, and back out by the door."""
    return walk(
        (begin, 0.25, 0.995), (begin + 2, 0.25, 0.6), (begin + 9, 0.25, 0.6), (begin + 10, 0.8, 0.6),
        (begin + 16, 0.8, 0.6), (begin + 18, 0.8, 0.995),
    )  # fmt: skip


def test_everything_drawn_is_counted_released_and_encoded(box: Box) -> None:
    events = said(box, [shopper(3.0 * i) for i in range(6)], 4000)
    reports = [event for event in events if isinstance(event, Report)]
    for event in events:
        for form in Form:
            (told,) = decode(type(event), encode(event, form))
            assert told.event == event
    assert sum(row.in_ for report in reports for row in report.lines if row.line == "door") == 6
    assert sum(row.wrong_way or 0 for report in reports for row in report.lines if row.line == "door") == 6
    assert {row.zone: row.views for report in reports[:1] for row in report.zones} == {"left": 6, "right": 6}
    assert sum(row.served for report in reports for row in report.queues) == 6
    assert sum(row.persons for report in reports for row in report.flows) == 6
    assert [(row.zones, row.persons) for report in reports for row in report.routes] == [(("left", "right"), 6)]
    assert sum(row.unbought for report in reports for row in report.conversions) == 6
    assert sum(row.passers for report in reports for row in report.windows) == 6
    assert sum(row.lookers for report in reports for row in report.attention) == 6
    (area,) = reports[-1].occupancy
    assert (area.inside, area.clamped) == (0, 0)
    assert area.visit_mean == pytest.approx(16.0, abs=2.0)
    assert [row.visits for report in reports for row in report.visits if row.visits is not None] == [6]


def test_a_crowd_and_a_wrong_way_are_alerts_with_their_second(box: Box) -> None:
    alerts = [event for event in said(box, [shopper(1.0 * i) for i in range(4)], 300) if isinstance(event, Alert)]
    begun = {(str(alert.kind), alert.name) for alert in alerts if alert.active}
    assert begun == {("crowded", "left"), ("wrong_way", "door")}
    assert {(str(alert.kind), alert.name) for alert in alerts if not alert.active} == begun
    epoch = box.clock.wall(box.clock.origin).epoch
    assert all(epoch <= alert.at <= epoch + 301 for alert in alerts)


def test_a_heat_map_has_its_own_message_and_hides_cells_of_few(box: Box) -> None:
    events = said(box, [shopper(3.0 * i) for i in range(6)] + [walk((40, 0.9, 0.995), (42, 0.9, 0.45))], 7500)
    maps = [event for event in events if isinstance(event, Heatmap)]
    assert len(maps) >= 1
    cells = maps[0].cells
    assert cells is not None
    assert cells[2 * 4 + 1] > 30
    assert cells[1 * 4 + 3] == 0
    assert 3300 <= maps[0].seconds <= 4200
    assert maps[0].start == pytest.approx(box.clock.wall(box.clock.origin).epoch, abs=2)


def test_a_queue_that_contradicts_itself_lowers_the_quality_of_its_camera(box: Box) -> None:
    box.sensor(Vitals(Sensor.CAMERA, "shop", "file:clip.mp4"))
    lost = [walk((25.0 * i, 0.05 + 0.1 * (i % 5), 0.6), (25.0 * i + 50, 0.05 + 0.1 * (i % 5), 0.6)) for i in range(16)]
    events = said(box, lost, 600)
    reasons = [row.reason for event in events if isinstance(event, Report) for row in event.quality]
    assert Reason.INCONSISTENT in reasons


def test_a_box_without_power_for_a_while_takes_over_the_day(box: Box) -> None:
    inside = [walk((0, 0.25, 0.995), (3, 0.25, 0.6))]
    events = said(box, inside, 60)
    (report,) = [event for event in events if isinstance(event, Report)]
    clock = Noon()
    again = Reporter(Windows(300), Gate(), clock, [], lambda: 2)
    with ThreadPoolExecutor(1) as thread:
        count(Box(parse(DRAWN), clock, Gate(), box.tokeniser, again, thread, [], Planogram(()), box.door))
    again.resume(report)
    resumed = again.report(clock.now())
    assert {row.line: row.day_in for row in resumed.lines} == {"door": 1, "tills": 0}
    assert [row.inside for row in resumed.occupancy] == [1]
