"""Windows as a backend gets them: whatever the wall clock does, no count is negative, double or lost."""

from analytics.camera import CameraMetrics
from analytics.crossing import Reference
from analytics.line import Line, LineCounter
from analytics.window import Windows
from daemon.clock import BoxClock, Wall
from daemon.reporter import Reporter
from daemon.vitals import Stage, Vitals
from events import ClockState, Event, Reason, Report, Sensor
from observations import Box, Percept, Track
from privacy.gate import Gate

NOON = 1_700_049_600
DAY = 86400


class Hands(BoxClock):
    """A clock whose wall time is set by the test: epoch seconds at clock second 0."""

    def __init__(self, epoch: float, offset: int = 0, state: ClockState = ClockState.SYNCED) -> None:
        super().__init__()
        self.epoch, self.offset, self.state = epoch, offset, state
        self.at = 0.0

    def now(self) -> float:
        return self.at

    def wall(self, at: float) -> Wall:
        return Wall(self.epoch + at, self.offset, self.state)


class Shop:
    """One camera over one line, and what its box said."""

    def __init__(self, clock: Hands, seconds: int = 300) -> None:
        self.clock = clock
        self.vitals = Vitals(Sensor.CAMERA, "door", "sim:")
        self.vitals.enter(Stage.RUNNING, 0.0)
        self.reporter = Reporter(Windows(seconds), Gate(), clock, [self.vitals], lambda: 7)
        line = LineCounter(Line(name="door", points=((0.0, 0.5), (1.0, 0.5)), reference=Reference.CENTER))
        self.reporter.attach("door", [CameraMetrics([line])], [line])
        self.said: list[Event] = []
        self.reporter.say = self.said.append
        self._people = 0

    def see(self, at: float, y: float | None = None) -> None:
        """A picture at `at`, with a person whose centre is at height `y`, or with nobody."""
        box = None if y is None else Box(0.45, y - 0.1, 0.55, y + 0.1)
        tracks = () if box is None else (Track(self._people, box, 0.9, since=self._since),)
        self.clock.at = at
        self.reporter.see("door", at, Percept(at, "door", tracks, ended=() if box else (self._people,)))
        self.vitals.live(at)

    def enter(self, at: float) -> None:
        """Somebody walks up the picture over the line, in two seconds around `at`."""
        self._people += 1
        self._since = at - 1.0
        for step in range(11):
            self.see(at - 1.0 + step * 0.2, 0.8 - 0.06 * step)
        self.see(at + 1.2)

    _since = 0.0

    @property
    def reports(self) -> list[Report]:
        return [event for event in self.said if isinstance(event, Report)]

    def counted(self) -> list[tuple[int, int, int]]:
        """(start, in, day_in) of every report."""
        return [(report.start, report.lines[0].in_, report.lines[0].day_in) for report in self.reports]


def test_each_window_says_what_happened_in_it() -> None:
    shop = Shop(Hands(NOON + 100))
    for at in (10.0, 150.0, 250.0, 600.0):
        shop.enter(at)
    shop.reporter.tick(901.0)
    assert (
        shop.counted()
        == [(NOON, 2, 2), (NOON + 300, 1, 3), (NOON + 600, 1, 4), (NOON + 900, 0, 4)][: len(shop.reports)]
    )
    assert len(shop.reports) == 3


def test_the_day_begins_at_local_midnight_and_its_totals_with_it() -> None:
    midnight = NOON - NOON % DAY + DAY
    shop = Shop(Hands(midnight - 2 * 3600 - 310, offset=7200))
    for at in (5.0, 100.0, 400.0):
        shop.enter(at)
    shop.reporter.tick(700.0)
    assert [(in_, day) for _, in_, day in shop.counted()] == [(1, 1), (1, 2), (1, 1)]


def test_a_step_of_the_wall_clock_moves_dates_and_no_count() -> None:
    for step in (-7200, -30, 30, 7200):
        shop = Shop(Hands(NOON))
        shop.enter(100.0)
        shop.clock.epoch += step
        for at in (200.0, 400.0, 800.0, 1000.0):
            shop.enter(at)
        shop.reporter.close(1100.0)
        assert sum(in_ for _, in_, _ in shop.counted()) == 5, step
        assert shop.counted()[-1][2] == 5, step
        assert all(report.start % 300 == 0 for report in shop.reports)


def test_a_box_that_boots_in_the_past_dates_its_window_when_it_is_told_the_time() -> None:
    shop = Shop(Hands(12.0, state=ClockState.UNSYNCED))
    shop.enter(100.0)
    shop.clock.epoch, shop.clock.state = NOON - 100.0, ClockState.SYNCED
    shop.enter(200.0)
    shop.reporter.tick(301.0)
    (report,) = shop.reports
    assert (report.start, report.clock, report.lines[0].in_) == (NOON - 100 + 99, ClockState.SYNCED, 2)


def test_a_box_that_is_never_told_the_time_counts_from_its_boot() -> None:
    shop = Shop(Hands(12.0, state=ClockState.UNSYNCED))
    shop.enter(100.0)
    shop.reporter.close(200.0)
    (report,) = shop.reports
    assert report.clock is ClockState.UNSYNCED
    assert report.start < 300


def test_totals_are_taken_over_on_the_same_day_only() -> None:
    first = Shop(Hands(NOON))
    first.enter(100.0)
    first.reporter.close(200.0)
    for later, expected in ((300.0, 2), (DAY, 1)):
        second = Shop(Hands(NOON + later))
        second.reporter.resume(first.reports[0])
        second.enter(10.0)
        second.reporter.close(20.0)
        assert second.counted()[0][2] == expected


def test_quality_is_the_share_that_was_seen_and_says_why_not_more() -> None:
    shop = Shop(Hands(NOON))
    for at in range(301):
        shop.see(float(at))
    for at in range(301, 400):
        shop.see(float(at))
    shop.vitals.enter(Stage.UNAVAILABLE, 400.0, "gone", "the camera is gone")
    shop.reporter.tick(600.0)
    whole, broken = (report.quality[0] for report in shop.reports)
    assert (whole.seen, whole.reason) == (1.0, None)
    assert (round(broken.seen, 1), broken.reason) == (0.3, Reason.SENSOR_FAILED)


def test_a_window_waits_for_the_picture_that_is_still_looked_at_and_gives_the_next_one_what_is_its_own() -> None:
    shop = Shop(Hands(NOON))
    shop.see(299.8)
    _pass_the_yard(shop)
    assert not shop.reports
    shop._people = 1
    for at, y in ((299.85, 0.8), (299.9, 0.6), (299.95, 0.4), (299.99, 0.2)):
        shop.see(at, y)
    shop.see(300.9)
    shop.reporter.tick(301.0)
    (report,) = shop.reports
    assert {row.line: row.in_ for row in report.lines} == {"door": 1, "yard": 0}
    shop.reporter.close(320.0)
    assert {row.line: row.in_ for row in shop.reports[1].lines} == {"door": 0, "yard": 1}


def test_a_box_that_stops_while_a_window_waits_tells_both() -> None:
    shop = Shop(Hands(NOON))
    shop.see(299.8)
    _pass_the_yard(shop)
    shop.reporter.close(300.9)
    assert [row.in_ for report in shop.reports for row in report.lines if row.line == "yard"] == [0, 1]


def _pass_the_yard(shop: Shop) -> None:
    """Somebody crosses the line of another camera just after a window's end."""
    line = LineCounter(Line(name="yard", points=((0.0, 0.5), (1.0, 0.5)), reference=Reference.CENTER))
    shop.reporter.attach("yard", [CameraMetrics([line])], [line])
    for step, at in enumerate((300.2, 300.4, 300.6, 300.8)):
        y = 0.8 - 0.2 * step
        track = Track(1, Box(0.45, y - 0.1, 0.55, y + 0.1), 0.9, since=300.2)
        shop.reporter.see("yard", at, Percept(at, "yard", (track,)))


def test_what_was_seen_after_a_window_is_the_next_ones() -> None:
    shop = Shop(Hands(NOON))
    for at in range(0, 300, 2):
        shop.see(float(at))
    shop.see(299.0)
    shop.vitals.live(301.0)
    assert shop.vitals.quality(300, 300.0).seen == 1.0
    assert shop.vitals.seen == 301.0
    shop.vitals.turn(300.0)
    assert shop.vitals.seen == 1.0


def test_no_window_waits_longer_than_a_sensor_that_still_looks_may_be_behind() -> None:
    for alive, closed in ((299.5, 302.0), (297.5, 300.0)):
        shop = Shop(Hands(NOON))
        shop.see(alive)
        at = 0.0
        while not shop.reports:
            at = round(at + 0.1, 1)
            shop.reporter.tick(at)
        assert at == closed, alive


def test_a_sensor_that_has_failed_holds_nothing_up() -> None:
    shop = Shop(Hands(NOON))
    shop.see(299.9)
    shop.vitals.enter(Stage.UNAVAILABLE, 299.95, "gone", "the camera is gone")
    shop.reporter.tick(300.0)
    assert len(shop.reports) == 1
