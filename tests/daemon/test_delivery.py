"""What is said is stored once, in order, whatever the moment at which the box is told to stop."""

import asyncio
from pathlib import Path

import pytest

from daemon.clock import BoxClock
from daemon.delivery import Delivery
from events import ClockState, LineCount, Name, Quality, Report, Sensor
from mqtt.codec import Form, decode
from mqtt.outbox import open_outbox


def window(start: int, in_: int, seen: float = 1.0) -> Report:
    line = LineCount(line=Name("door"), in_=in_, out=0, day_in=in_, day_out=0)
    quality = Quality(sensor=Sensor.CAMERA, name=Name("door"), seen=seen)
    return Report(start=start, seconds=300, clock=ClockState.SYNCED, epoch=1, quality=(quality,), lines=(line,))


@pytest.mark.parametrize("pause", [0.0, 0.01, 0.2])
async def test_a_stop_right_after_a_window_stores_it_once(tmp_path: Path, pause: float) -> None:
    async with open_outbox(tmp_path / "outbox.sqlite") as outbox:
        delivery = Delivery(outbox, Form.JSON, BoxClock(), lambda: window(900, 0, 0.0))
        running = asyncio.create_task(delivery.run())
        await asyncio.sleep(0)
        delivery.say(window(300, 1))
        await asyncio.sleep(pause)
        delivery.say(window(600, 2))
        delivery.finish()
        await running
        rows = await outbox.batch(10)
        stored = [decode(Report, row.payload)[0].event for row in rows]
        assert stored == [window(300, 1), window(600, 2)]


async def test_the_window_that_was_open_when_the_power_went_is_reported_once(tmp_path: Path) -> None:
    async with open_outbox(tmp_path / "outbox.sqlite") as outbox:
        delivery = Delivery(outbox, Form.JSON, BoxClock(), lambda: window(600, 7, 0.5))
        saving = asyncio.create_task(delivery.checkpoint(0.05))
        await asyncio.sleep(1.5)
        saving.cancel()
    for seen in (0.5, 0.0, 0.0):
        async with open_outbox(tmp_path / "outbox.sqlite") as outbox:
            again = Delivery(outbox, Form.JSON, BoxClock(), lambda: window(600, 0, 0.0))
            saved = await again.restore()
            assert saved == window(600, 7, seen), "reported once; its totals are there however often the power goes"
            assert outbox.stats().rows == 1


async def test_a_window_in_which_nothing_was_seen_is_not_reported_but_its_totals_are_kept(tmp_path: Path) -> None:
    async with open_outbox(tmp_path / "outbox.sqlite") as outbox:
        delivery = Delivery(outbox, Form.JSON, BoxClock(), lambda: window(600, 7, 0.0))
        running = asyncio.create_task(delivery.run())
        delivery.say(window(300, 7))
        delivery.finish()
        await running
    async with open_outbox(tmp_path / "outbox.sqlite") as outbox:
        saved = await Delivery(outbox, Form.JSON, BoxClock(), lambda: window(600, 0)).restore()
        assert saved == window(600, 7, 0.0)
        assert outbox.stats().rows == 1
