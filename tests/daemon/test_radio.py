"""A radio in a running box: the simulated store's phones and badges, from the air to the open window."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from analytics.camera import CameraMetrics
from analytics.crossing import Crossing, Way
from analytics.line import Line, LineCounter
from analytics.planogram import Planogram
from analytics.window import Windows
from config import parse
from daemon.bluetooth import _shown, radios
from daemon.box import Box
from daemon.clock import BoxClock
from daemon.door import Door
from daemon.health import _sensor, causes
from daemon.pipeline import BADGES
from daemon.reporter import Reporter
from daemon.vitals import Stage, Vitals
from daemon.wifi import wifi_radios
from mqtt.outbox import Stats
from observations import BadgeSighting
from privacy.gate import Gate
from privacy.tokens import Tokeniser
from tests.drivers.wifi import frames
from tests.drivers.wifi.air import Air

CONFIG = """
[box]
site = "shop"
timezone = "UTC"
[window]
seconds = 3600
[ble.counter]
device = "sim:?hour=12&hours=2"
leave_dbm = -95
enter_dbm = -90
[badges.sales]
id = "e2c56db5-dffb-48d2-b060-d0f5a71096e0/1"
role = "sales"
[badge_zones.till]
radio = "counter"
enter_dbm = -90
leave_dbm = -95
"""
CAMERA = """
[cameras.floor]
device = "sim:"
model = "simulated_people_320x180_int8"
[lines.door]
camera = "floor"
points = [[0.1, 0.5], [0.9, 0.5]]
"""


@contextmanager
def boxed(text: str, speed: float = 400.0) -> Iterator[Box]:
    config = parse(text)
    clock = BoxClock("UTC", speed)
    gate, tokeniser, vitals = Gate(), Tokeniser(), list[Vitals]()
    reporter = Reporter(Windows(3600), gate, clock, vitals, lambda: tokeniser.epoch)
    with ThreadPoolExecutor(1) as thread:
        yield Box(config, clock, gate, tokeniser, reporter, thread, vitals, Planogram(()), Door(config, clock))


async def test_the_simulated_store_is_heard_and_counted() -> None:
    with boxed(CONFIG) as box:
        (radio,) = radios(box)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(radio.run(), name="radio")
            await asyncio.sleep(3)  # twenty minutes
            at = box.clock.now()
            report = box.reporter.report(at)
            health = _sensor(radio.vitals, at)
            running.cancel()
    assert radio.vitals.stage is Stage.RUNNING
    (devices,) = report.devices
    assert devices.name == "counter"
    assert devices.heard > 100
    assert devices.occupancy is not None
    assert devices.occupancy > 0
    assert report.staff[0].on_duty is not None
    assert [zone.zone for zone in report.staff_zones] == ["till"]
    assert health.source == "management"


async def test_crossings_at_which_a_badge_passes_are_taken_out_of_the_line() -> None:
    with boxed(CONFIG + 'line = "door"\n' + CAMERA) as box:
        line = LineCounter(Line(name="door", points=((0.1, 0.5), (0.9, 0.5))))
        box.reporter.attach("floor", [CameraMetrics([line])])
        assert len(list(radios(box))) == 1
        for second in range(60):
            strength = -50 - 3 * abs(second - 30)
            box.reporter.see(BADGES, float(second), BadgeSighting(second, "counter", 1, 7, "sales", strength))
            for hear in line.heard if second in (12, 31) else ():
                hear(Crossing("floor", 1, Way.IN, second, (0.5, 0.5), 0.2))
        (told,) = box.reporter.report(60.0).staff_lines
    assert (told.line, told.in_, told.visitors_in) == ("door", 1, 1)


def test_status_names_an_adapter_by_its_index_or_not_at_all() -> None:
    assert _shown("hci:0?source=active") == "hci:0"
    assert _shown("hci:00:1A:7D:DA:71:13") == "hci:"


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.02)


async def test_a_radio_that_lost_one_of_its_dongles_counts_on_and_says_so() -> None:
    config = '[box]\nsite = "shop"\ntimezone = "UTC"\n[wifi.street]\ndevice = "mon:pbpair0+pbpair1"\n'
    frame = frames.common(-50) + frames.probe()
    with boxed(config, speed=10.0) as box, Air("pbpair0") as one:
        two = Air("pbpair1")
        (radio,) = wifi_radios(box)
        vitals = radio.vitals
        running = asyncio.create_task(radio.run(), name="radio")
        await until(lambda: vitals.stage is Stage.RUNNING)
        assert causes(box, 0.0, Stats()) == ()
        two.close()
        await until(lambda: vitals.code is not None)
        assert [cause.code for cause in causes(box, 0.0, Stats())] == ["dongle_lost"]
        assert (vitals.text or "").startswith("pbpair1 gone: ")
        one.send(frame)
        await until(lambda: vitals.counts.get("frames", 0) == 1)
        with Air("pbpair1"):
            await until(lambda: vitals.code is None)
            assert causes(box, 0.0, Stats()) == ()
            one.close()
            await until(lambda: vitals.code == "dongle_lost")
        await until(lambda: vitals.stage is Stage.UNAVAILABLE)
        assert vitals.code == "gone"
        running.cancel()
