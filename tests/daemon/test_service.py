"""When the daemon ends by itself: recordings have ended and nothing else can run; hopeless sensors alone keep it up."""

import asyncio

import pytest

from daemon.box import Running
from daemon.service import sense
from daemon.vitals import Stage, Vitals
from events import Sensor


def sensor(name: str, *stages: Stage) -> Running:
    """A sensor that goes through these stages, and stays in the last one when that is running."""
    vitals = Vitals(Sensor.CAMERA, name, "file:")

    async def run() -> None:
        for stage in stages:
            vitals.enter(stage, 0.0, "missing", "there is no such file")
            await asyncio.sleep(0)
        if stages[-1] is Stage.RUNNING:
            await asyncio.Event().wait()

    return Running(vitals, run)


ENDED = sensor("clip", Stage.RUNNING, Stage.ENDED)
HOPELESS = sensor("typo", Stage.MISCONFIGURED)
LIVE = sensor("door", Stage.UNAVAILABLE, Stage.RUNNING)


async def ends(*sensors: Running) -> bool:
    stop = asyncio.Event()
    sensing = asyncio.create_task(sense(sensors, stop))
    done, _ = await asyncio.wait({sensing}, timeout=0.2)
    stop.set()
    await sensing
    return bool(done)


@pytest.mark.parametrize(
    ("sensors", "expected"),
    [
        ((ENDED,), True),
        ((ENDED, ENDED), True),
        ((ENDED, HOPELESS), True),
        ((HOPELESS, ENDED), True),
        ((HOPELESS,), False),
        ((), False),
        ((ENDED, LIVE), False),
        ((ENDED, HOPELESS, LIVE), False),
    ],
    ids=lambda value: " ".join(one.vitals.name for one in value) or "none" if isinstance(value, tuple) else None,
)
async def test_it_ends_when_recordings_have_ended_and_nothing_else_can_run(
    sensors: tuple[Running, ...], expected: bool
) -> None:
    assert await ends(*sensors) is expected


async def test_it_ends_when_told_to(recwarn: pytest.WarningsRecorder) -> None:
    stop = asyncio.Event()
    sensing = asyncio.create_task(sense((LIVE,), stop))
    await asyncio.sleep(0)
    stop.set()
    async with asyncio.timeout(5):
        await sensing
    assert not recwarn.list
