"""What is said is stored once, in order, whatever the moment at which the box is told to stop."""

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from daemon import delivery as module
from daemon.clock import BoxClock
from daemon.delivery import Delivery
from events import Alert, AlertKind, ClockState, Drop, DropReason, LineCount, Name, Quality, Report, Sensor
from mqtt.codec import Form, decode
from mqtt.outbox import open_outbox
from tests.mqtt.box import until


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


@contextmanager
def a_disk_that_refuses() -> Iterator[None]:
    """No file of this process may grow."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_what_ram_has_no_room_for_while_the_disk_refuses_is_counted_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 8)
    monkeypatch.setattr(module, "RETRY_S", 0.05)
    async with open_outbox(tmp_path / "outbox.sqlite", group_s=0.01) as outbox:
        delivery = Delivery(outbox, Form.JSON, BoxClock(), lambda: window(9000, 0, 0.0))
        running = asyncio.create_task(delivery.run())
        delivery.say(window(0, 0))
        assert await until(lambda: outbox.stats().rows == 1)
        with a_disk_that_refuses():
            delivery.say(Alert(kind=AlertKind.FAULT, active=True, at=1, name=Name("door")))
            for number in range(1, 21):
                delivery.say(window(300 * number, number))
                await asyncio.sleep(0.01)
            assert await until(lambda: outbox.stats().refusing)
        delivery.finish()
        await running
        assert not outbox.stats().refusing
        dropped = outbox.stats().dropped
        assert outbox.stats().given_up == {"count": {"unstored": dropped}}
        assert dropped in (12, 13), "of 21 that waited 8 are kept, and the one that was just being tried"
        said = [decode(topic, row.payload)[0].event for row in await outbox.batch(50) for topic in (TYPES[row.topic],)]
    assert [one.in_ for report in said if isinstance(report, Report) for one in report.lines] == [
        0,
        *range(dropped + 1, 21),
    ]
    assert [one for one in said if isinstance(one, Alert)], "the dearest is kept longest"
    (drop,) = [one for one in said if isinstance(one, Drop)]
    assert (drop.topic, drop.reason, drop.count, drop.first) == ("report", DropReason.UNSTORED, dropped, None)


TYPES = {"report": Report, "alert": Alert, "drop": Drop}
