"""The figures of this moment: what they say, when they are null, and how often they are told."""

import pytest

from config import parse
from daemon.box import Box
from daemon.live import STALE_S, live
from daemon.vitals import Stage, Vitals
from daemon.voice import LIVE_S, pace
from events import Live, Sensor
from mqtt.codec import Form, decode, encode
from tests.analytics.scene import Scene, walk
from tests.daemon.test_counting import DRAWN, drawn, told

IN_QUEUE = [walk((0, 0.3, 0.99), (2, 0.3, 0.6), (200, 0.3, 0.6)), walk((2, 0.2, 0.99), (4, 0.2, 0.6), (200, 0.2, 0.6))]
CAMERA = '[cameras.shop]\ndevice = "file:clip.mp4"\n'


def test_zones_queues_and_areas_of_this_moment_and_null_when_nobody_looks() -> None:
    with drawn(DRAWN) as box:
        camera = box.sensor(Vitals(Sensor.CAMERA, "shop", "file:clip.mp4"))
        served = walk((0, 0.5, 0.99), (2, 0.55, 0.6), (40, 0.55, 0.6), (41, 0.8, 0.6), (60, 0.8, 0.6), (63, 0.8, 0.99))
        told(box, Scene([*IN_QUEUE, served], fps=5, until=100).percepts(), 100)
        now = box.clock.now()
        camera.enter(Stage.RUNNING, now)
        camera.live(now)
        said = live(box)
        assert said is not None
        assert {row.zone: row.persons for row in said.zones} == {"left": 2, "right": 0}
        (queue,), (area,) = said.queues, said.areas
        assert queue.persons == 2
        assert queue.wait_minutes is not None
        assert 1 <= queue.wait_minutes <= 5
        assert area.persons == 2
        assert decode(Live, encode(said, Form.CBOR))[0].event == said

        camera.live(now, "covered")
        nobody_looks(box)
        camera.live(now)
        camera.enter(Stage.UNAVAILABLE, now)
        nobody_looks(box)


def nobody_looks(box: Box) -> None:
    said = live(box)
    assert said is not None
    assert {row.persons for row in said.zones} == {row.persons for row in said.areas} == {None}
    assert [(row.persons, row.wait_minutes) for row in said.queues] == [(None, None)]


def test_an_old_picture_says_nothing_of_now() -> None:
    with drawn(DRAWN) as box:
        camera = box.sensor(Vitals(Sensor.CAMERA, "shop", "file:clip.mp4"))
        told(box, Scene(IN_QUEUE, fps=5, until=10).percepts(), 10)
        camera.enter(Stage.RUNNING, box.clock.now())
        camera.progress = box.clock.now() - STALE_S - 1
        said = live(box)
        assert said is not None
        assert {row.persons for row in said.zones} == {None}


def test_where_nothing_is_drawn_nothing_is_said() -> None:
    with drawn(CAMERA) as box:
        told(box, [], 10)
        assert live(box) is None


@pytest.mark.parametrize(
    ("toml", "every"),
    [
        ("", LIVE_S),
        ('[mqtt]\nencoding = "cbor"', 0.0),
        ("[mqtt]\nlive = false", 0.0),
        ('[mqtt]\nencoding = "cbor"\nlive = true', LIVE_S),
    ],
)
def test_metered_links_are_spared_unless_asked(toml: str, every: float) -> None:
    assert LIVE_S >= 10
    assert pace(parse(CAMERA + toml)).live == every
