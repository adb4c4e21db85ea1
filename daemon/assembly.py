"""From the configuration to sensors that can be run: one function a kind of sensor, and nowhere else a constructor."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from config.camera import Camera
from daemon.bluetooth import radios
from daemon.box import Box, Running
from daemon.counting import count
from daemon.fusion import audits
from daemon.gates import gates
from daemon.goods import joins, readers, tills
from daemon.perception import model_size, perceiver
from daemon.pipeline import BADGES, Perceiver, look
from daemon.simulated import simulated_camera
from daemon.supervisor import supervise
from daemon.turns import Turns
from daemon.vitals import Vitals
from daemon.wifi import wifi_radios
from drivers.base import Device, Driver, DriverMisconfigured
from drivers.registry import driver
from events import Sensor
from mqtt.broker import file_of
from observations import Frame

CAMERA_CAP = 10.0
"""Seconds that a camera which is away is left alone at most: it is seen soon after it is back."""


def sensors(box: Box) -> list[Running]:
    """Every configured sensor."""
    box.reporter.joins += joins(box)
    count(box)
    found = [*cameras(box), *radios(box), *wifi_radios(box), *readers(box), *tills(box), *gates(box)]
    audits(box)
    radios_and_readers = [
        *(f"ble {name}" for name in box.config.ble),
        *(f"reader {name}" for name in box.config.readers),
    ]
    for source in (BADGES, *radios_and_readers):
        box.reporter.attach(source, [box.door])
    return found


def cameras(box: Box) -> Iterator[Running]:
    """The cameras: driver, and perception in turns in the box's one thread."""
    turns = Turns(box.thread)
    for name, camera in box.config.cameras.items():
        vitals = box.sensor(Vitals(Sensor.CAMERA, name, shown(camera.device)))
        if camera.device.startswith("sim:"):
            box.clock.hold(box.clock.now())
        yield Running(vitals, partial(_watch, box, camera, vitals, turns))


async def _watch(box: Box, camera: Camera, vitals: Vitals, turns: Turns) -> None:
    perceiving: Perceiver | None = None

    @asynccontextmanager
    async def opened() -> AsyncIterator[AsyncIterator[Frame]]:
        nonlocal perceiving
        perceiving = perceiving or await asyncio.to_thread(perceiver, box, vitals.name, camera)
        async with device(box, camera, vitals.name).open() as frames:
            yield frames

    async def consume(frames: AsyncIterator[Frame]) -> None:
        assert perceiving is not None
        await look(frames, perceiving, turns, camera.fps, vitals, box.reporter, _age(box, camera), box.door.show)

    try:
        await supervise(vitals, opened, consume, box.clock, cap=CAMERA_CAP)
    finally:
        box.clock.hold()


def _age(box: Box, camera: Camera) -> Callable[[float], float]:
    """How old a picture is, in the machine's seconds; those of a recording are as old as they should be."""
    if Device.parse(camera.device).scheme in ("file", "images"):
        return lambda at: 0.0
    return lambda at: (box.clock.now() - at) / box.config.box.speed


def device(box: Box, camera: Camera, name: str) -> Driver[Any]:
    """The driver of a camera; `sim:` is the simulated store, of which a box has one."""
    parsed = Device.parse(camera.device)
    if parsed.scheme == "sim":
        return simulated_camera(parsed, name=name, clock=box.clock, fps=camera.fps)
    return driver(parsed, name=name, clock=box.clock, **_settings(parsed.scheme, camera))


def _settings(scheme: str, camera: Camera) -> dict[str, object]:
    """What a driver of this scheme is told of the camera's section. Raises DriverMisconfigured."""
    match scheme:
        case "rtsp" | "rtsps":
            try:
                secret = None if camera.secret is None else file_of(camera.secret)
            except ValueError as error:
                raise DriverMisconfigured("secret_unreadable", str(error)) from None
            return {"fps": camera.fps, "secret": secret, "decode": camera.decode}
        case "picamera":
            return {"fps": camera.fps, "size": model_size(camera.model)}
        case "v4l2" | "nvargus":
            return {"fps": camera.fps}
        case _:
            return {}


def shown(device: str) -> str:
    """A device string without what may be a secret: options, and of an address all but the host."""
    scheme, slashes, address = device.partition("?")[0].partition("//")
    return scheme + slashes + (address.rpartition("@")[2].partition("/")[0] if slashes else "")
