"""From the configuration to sensors that can be run: one function a kind of sensor, and nowhere else a constructor."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from config.camera import Camera
from daemon.bluetooth import radios
from daemon.box import Box, Running
from daemon.counting import count
from daemon.goods import joins, readers, tills
from daemon.perception import perceiver
from daemon.pipeline import Perceiver, look
from daemon.simulated import simulated_camera
from daemon.supervisor import supervise
from daemon.vitals import Vitals
from daemon.wifi import wifi_radios
from drivers.base import Device, Driver
from drivers.registry import driver
from events import Sensor
from observations import Frame


def sensors(box: Box) -> list[Running]:
    """Every configured sensor."""
    box.reporter.joins += joins(box)
    count(box)
    return [*cameras(box), *radios(box), *wifi_radios(box), *readers(box), *tills(box)]


def cameras(box: Box) -> Iterator[Running]:
    """The cameras: driver, and perception in the box's one thread."""
    for name, camera in box.config.cameras.items():
        vitals = box.sensor(Vitals(Sensor.CAMERA, name, shown(camera.device)))
        if camera.device.startswith("sim:"):
            box.clock.hold(box.clock.now())
        yield Running(vitals, partial(_watch, box, camera, vitals))


async def _watch(box: Box, camera: Camera, vitals: Vitals) -> None:
    perceiving: Perceiver | None = None

    @asynccontextmanager
    async def opened() -> AsyncIterator[AsyncIterator[Frame]]:
        nonlocal perceiving
        perceiving = perceiving or await asyncio.to_thread(perceiver, box, vitals.name, camera)
        async with device(box, camera, vitals.name).open() as frames:
            yield frames

    async def consume(frames: AsyncIterator[Frame]) -> None:
        assert perceiving is not None
        await look(frames, perceiving, box.thread, camera.fps, vitals, box.reporter)

    try:
        await supervise(vitals, opened, consume, box.clock)
    finally:
        box.clock.hold()


def device(box: Box, camera: Camera, name: str) -> Driver[Any]:
    """The driver of a camera; `sim:` is the simulated store, of which a box has one."""
    parsed = Device.parse(camera.device)
    if parsed.scheme != "sim":
        return driver(parsed, name=name, clock=box.clock)
    return simulated_camera(parsed, name=name, clock=box.clock, fps=camera.fps)


def shown(device: str) -> str:
    """A device string without what may be a secret: user, password, options."""
    return re.sub(r"//[^/@]*@", "//", device.partition("?")[0])
