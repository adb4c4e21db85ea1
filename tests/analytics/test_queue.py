"""Queues as timelines: who joined, waited how long, was served or gave up."""

import pytest

from analytics.camera import CameraMetrics
from analytics.geometry import Point
from analytics.queue import Counter, Queue, QueueCounter
from tests.analytics.scene import Person, Scene, play, values, walk


def strip(left: float, right: float) -> tuple[Point, ...]:
    return ((left, 0.4), (right, 0.4), (right, 0.8), (left, 0.8))


TILL = Queue(
    name="till", corners=strip(0.2, 0.6), counters=(Counter(customer=strip(0.65, 0.75), staff=strip(0.8, 0.9)),)
)


def customer(join: float, serve: float, done: float, spot: float = 0.3) -> Person:
    """Waits at a spot from `join`, steps to the counter, is served from `serve` until `done`, leaves to below."""
    return walk(
        (join, spot, 0.6), (serve - 0.5, spot, 0.6), (serve, 0.7, 0.6), (done, 0.7, 0.6), (done + 1, 0.7, 0.995)
    )


def quitter(join: float, leave: float) -> Person:
    return walk((join, 0.4, 0.6), (leave, 0.4, 0.6), (leave + 1, 0.4, 0.995))


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        pytest.param([customer(0, 20, 40)], (1, 1, 0, 0), id="one who is served"),
        pytest.param([quitter(0, 20)], (1, 0, 1, 0), id="one who gives up"),
        pytest.param([walk((0, 0.3, 0.6), (20, 0.3, 0.6))], (1, 0, 0, 1), id="one lost from sight while waiting"),
        pytest.param([walk((0, 0.1, 0.6), (1.5, 0.9, 0.6))], (0, 0, 0, 0), id="one who walks through"),
        pytest.param([walk((0, 0.7, 0.9), (0.5, 0.7, 0.6), (9, 0.7, 0.6))], (1, 1, 0, 0), id="one who need not wait"),
        pytest.param([customer(0, 20, 40), customer(5, 42, 60, 0.4), quitter(8, 30)], (3, 2, 1, 0), id="three"),
        pytest.param(
            [walk((0, 0.3, 0.6), (9, 0.3, 0.6), (9.5, 0.1, 0.6), (14, 0.1, 0.6), (14.5, 0.3, 0.6), (30, 0.3, 0.6),
                  (30.5, 0.7, 0.6), (40, 0.7, 0.6), (41, 0.7, 0.995))],
            (1, 1, 0, 0), id="one who fetches something and comes back",
        ),
        pytest.param(
            [walk((0, 0.3, 0.6), (9, 0.3, 0.6), (9.5, 0.1, 0.6), (30, 0.1, 0.6), (30.5, 0.3, 0.6), (40, 0.3, 0.6),
                  (40.5, 0.7, 0.6), (50, 0.7, 0.6), (51, 0.7, 0.995))],
            (2, 1, 1, 0), id="one who gives up and joins again",
        ),
    ],
)  # fmt: skip
def test_joined_served_abandoned_and_lost(people: list[Person], expected: tuple[int, int, int, int]) -> None:
    counter = QueueCounter(TILL)
    play(counter, Scene(people, fps=5).percepts())
    said = values(counter.tallies(0, 100))
    assert (said["joined"], said["served"], said["abandoned"], said["lost"]) == expected
    assert counter.length == 0


def test_waits_end_when_the_service_begins() -> None:
    waits = (10, 20, 31, 40, 100)
    people = [customer(150.0 * i, 150.0 * i + wait, 150.0 * i + wait + 12) for i, wait in enumerate(waits)]
    counter = QueueCounter(TILL)
    play(counter, Scene(people, fps=5).percepts())
    (said,) = counter.tallies(0, 800)
    assert said.support == 5
    assert said.values["wait_median"] == pytest.approx(31, abs=0.7)
    assert said.values["wait_p90"] == pytest.approx(100, abs=0.7)
    assert said.values["waits"] == (1, 1, 2, 1, 0, 0, 0)
    assert said.values["service_mean"] == pytest.approx(12, abs=0.7)
    assert said.values["person_seconds"] == pytest.approx(sum(waits), abs=5)


def test_length_is_who_waits_now_not_who_is_served() -> None:
    people = [customer(0, 10, 60), customer(2, 62, 70, 0.35), customer(4, 72, 80, 0.45)]
    counter = QueueCounter(TILL)
    camera = CameraMetrics([counter])
    lengths = {}
    for percept in Scene(people, fps=5).percepts():
        camera.feed(percept.at, percept)
        lengths[percept.at] = counter.length
    assert [lengths[at] for at in (1.0, 8.0, 30.0, 68.0, 83.0)] == [0, 3, 2, 1, 0]
    assert values(camera.tallies(0, 100))["length_max"] == 3


def test_the_predicted_wait_is_length_over_the_recent_rate_of_service() -> None:
    people = [customer(20.0 * i, 20.0 * i + 10, 20.0 * i + 18) for i in range(10)]
    waiting = [walk((190, x, 0.6), (240, x, 0.6)) for x in (0.3, 0.4, 0.5)]
    counter = QueueCounter(TILL)
    play(counter, [p for p in Scene([*people, *waiting], fps=5).percepts() if p.at <= 220])
    assert counter.length == 3
    assert counter.predicted_wait(220) == pytest.approx(3 * 220 / 10)
    assert QueueCounter(TILL).predicted_wait(220) is None


def test_open_counters_are_those_somebody_stands_behind() -> None:
    clerk = walk((10, 0.85, 0.6), (40, 0.85, 0.6))
    counter = QueueCounter(TILL)
    play(counter, Scene([clerk, customer(0, 20, 39)], fps=5).percepts())
    assert values(counter.tallies(0, 100))["open_seconds"] == pytest.approx(30 + 1.5, abs=0.5)


def test_a_long_queue_and_an_unattended_counter_are_alarms() -> None:
    queue = Queue(
        name="till", corners=TILL.corners, counters=TILL.counters, longest=1, long_after=5, unattended_after=20
    )
    clerk = walk((40, 0.85, 0.6), (200, 0.85, 0.6))
    waiting = [
        walk((0, 0.3, 0.6), (60, 0.3, 0.6), (61, 0.3, 0.995)),
        walk((10, 0.5, 0.6), (30, 0.5, 0.6), (31, 0.5, 0.995)),
    ]
    camera = CameraMetrics([QueueCounter(queue)])
    said = []
    for percept in Scene([clerk, *waiting], fps=2).percepts():
        camera.feed(percept.at, percept)
        said += [(t.start, t.values["kind"], t.values["active"]) for t in camera.alarms(percept.at)]
    assert said == [
        (17.0, "queue_long", True),
        (22.0, "counter_unattended", True),
        (91.0, "queue_long", False),
        (100.0, "counter_unattended", False),
    ]


def test_littles_law_holds_while_people_are_followed_and_fails_when_they_get_lost() -> None:
    followed = [customer(30.0 * i, 30.0 * i + 60, 30.0 * i + 80, 0.25 + 0.1 * (i % 3)) for i in range(20)]
    counter = QueueCounter(TILL)
    play(counter, [p for p in Scene(followed, fps=2).percepts() if p.at < 500])
    assert counter.consistent
    assert counter.tallies(0, 500)[0].reason is None
    lost = [walk((30.0 * i, 0.25 + 0.1 * (i % 3), 0.6), (30.0 * i + 55, 0.25 + 0.1 * (i % 3), 0.6)) for i in range(20)]
    counter = QueueCounter(TILL)
    play(counter, [p for p in Scene(lost, fps=2).percepts() if p.at < 500])
    assert not counter.consistent
    assert counter.tallies(0, 500)[0].reason == "inconsistent"
