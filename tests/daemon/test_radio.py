"""A radio in a running box: the simulated store's phones and badges, from the air to the open window."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from analytics.planogram import Planogram
from analytics.window import Windows
from config import parse
from daemon.bluetooth import _shown, radios
from daemon.box import Box
from daemon.clock import BoxClock
from daemon.door import Door
from daemon.health import _sensor
from daemon.reporter import Reporter
from daemon.vitals import Stage, Vitals
from privacy.gate import Gate
from privacy.tokens import Tokeniser

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


async def test_the_simulated_store_is_heard_and_counted() -> None:
    config = parse(CONFIG)
    clock = BoxClock("UTC", 400.0)
    gate, tokeniser, vitals = Gate(), Tokeniser(), list[Vitals]()
    reporter = Reporter(Windows(3600), gate, clock, vitals, lambda: tokeniser.epoch)
    with ThreadPoolExecutor(1) as thread:
        box = Box(config, clock, gate, tokeniser, reporter, thread, vitals, Planogram(()), Door(config, clock))
        (radio,) = radios(box)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(radio.run(), name="radio")
            await asyncio.sleep(3)  # twenty minutes
            at = clock.now()
            report = reporter.report(at)
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


def test_status_names_an_adapter_by_its_index_or_not_at_all() -> None:
    assert _shown("hci:0?source=active") == "hci:0"
    assert _shown("hci:00:1A:7D:DA:71:13") == "hci:"
